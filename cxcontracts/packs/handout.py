"""What goes with a pack: how its receiver uses it, and what of us is in it, as a person reads both."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cxcontracts import documents
from cxcontracts.exchanges import JSON
from cxcontracts.packs.needed import Needed, needed
from cxcontracts.packs.pack import Pack
from cxcontracts.packs.packing import Content

_WIDTH: Final = 100
_PLAIN: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


def readme(pack: Pack, file: str, version: str) -> str:
    """Return, in Markdown, all that whoever gets a pack has to know to reach a verdict on their own release.

    Args:
        pack: The pack.
        file: The name of its file.
        version: Of this program.
    """
    address = f"http://localhost:8080{_base(pack)}"
    return "\n".join((*_use(pack, file, version, address), *_answers(file, address))) + "\n"


def _base(pack: Pack) -> str:
    """Return what comes before the paths of the partner's contract: the path of the first of its servers."""
    partner: Any = documents.parse(pack.files[f"partners/{pack.partner}/partner.yaml"].encode(), "partner.yaml").value
    name = partner.get("contract") or partner.get("events", "")
    text = pack.files.get(f"partners/{pack.partner}/{name}")
    contract: Any = documents.parse(text.encode(), name, duplicates="last-wins").value if text else {}
    servers = contract.get("servers") if isinstance(contract, Mapping) else None
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], Mapping) else {}
    base = str(contract.get("basePath") or urlsplit(str(first.get("url", ""))).path).rstrip("/")
    return base if _PLAIN.fullmatch(base) else ""


def _use(pack: Pack, file: str, version: str, address: str) -> Iterator[str]:
    yield f"# Does your release keep what the customers of {pack.estate} need?"
    yield ""
    yield from textwrap.wrap(
        f"`{file}` holds what our customers' journeys need of {pack.partner}, on your contract {pack.contract.version}. It runs "
        f"on your machine, against your own release, and sends nothing to us. It can be used until {pack.expires}. You need "
        "Python 3.11 or newer, and nothing else: your release may be written in any language.",
        _WIDTH,
    )
    yield from ("", "```console", f'$ pip install "cxcontracts>={version}"', "```", "")
    yield from ("## A contract that you are about to publish", "", "```console")
    yield from (f"$ cxcontracts impact --pack {file} --candidate openapi.yaml", "```", "")
    yield from ("## A release that runs", "", "```console")
    yield from (f"$ export {name}=…" for name in pack.variables)
    yield from (f"$ cxcontracts verify --pack {file} --url {address}", "```", "")
    if pack.variables:
        yield from textwrap.wrap(f"{', '.join(pack.variables)}: a login that your release on that address knows.", _WIDTH)
        yield ""
    if pack.calls:
        yield from textwrap.wrap(
            f"It makes calls that may change something ({', '.join(pack.calls)}): use a release where that does no harm. "
            "Anywhere but on the machine where you run it, it asks for `--allow write` first.",
            _WIDTH,
        )
        yield ""
    yield from _starting_from(needed(pack.files))


def _starting_from(what: Needed) -> Iterator[str]:
    """Yield which values a release has to know, and how to name others."""
    if what.givens or what.kept:
        yield "It starts from these values. Where your release knows others, write them into a file, and add"
        yield "`--examples examples.yaml`:"
        yield from ("", "```yaml")
        for name, examples in what.givens.items():
            yield f"{name}: {_inline(list(examples))}" if examples else f"{name}: []    # any that the pack allows"
        for name, examples in ((name, values) for name, values in what.kept.items() if name not in what.givens):
            yield f"{name}: {_inline(list(examples))}    # another partner would hand it to you"
        yield from ("```", "")
    if what.states:
        states = ", ".join(f'"{state}"' for state in what.states)
        yield from textwrap.wrap(
            f"It asks for these provider states: {states}. `--states http://localhost:8080/_pact/state` names the endpoint "
            "of your release that brings them about, as Pact's verifier calls it.",
            _WIDTH,
        )
        yield ""
    yield from ("`--dry-run` says what would be sent, and sends nothing.", "")


def _inline(values: list[JSON]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _answers(file: str, address: str) -> Iterator[str]:
    yield from (
        "## What comes of it",
        "",
        "| exit code | |",
        "| --- | --- |",
        "| 0 | no customer would notice your release |",
        "| 1 | an experience would break: which, for whom, and the exchange that proves it |",
        "| 2 | a mistake in the command or its files; the line says which |",
        "| 3 | nothing is broken, but the answer is not certain: your release was down, say |",
        "| 4 | nothing was checked |",
        "",
        "## Sending the result back",
        "",
        "```console",
        "$ cxcontracts key new            # once; tell us the line that it prints",
        f"$ cxcontracts verify --pack {file} --url {address} --export result.cxresult",
        "```",
        "",
    )
    yield from textwrap.wrap(
        "`result.cxresult` has verdicts, places in your contract and status codes. What was sent and answered goes along only "
        f"where you add `--bodies`. Mail it to us. In a pipeline: `pytest --cx-pack {file} --cx-url {address}` gives a test for "
        "each need; what you add to `verify` has `--cx-` in front there, as in `--cx-states`.",
        _WIDTH,
    )


def shown(pack: Pack, content: Content, file: str, version: str, *, whole: bool) -> Iterator[str]:
    """Yield the lines that show what would leave the house.

    Args:
        pack: What would; one that nobody could sign has no signer.
        content: What it was made of.
        file: The name of its file.
        version: Of this program.
        whole: Whether the partner's own documents are shown as well, not named alone.
    """
    yield f"For {pack.partner}, of {pack.estate}: made {pack.made}, can be used until {pack.expires}"
    yield f"On its contract {pack.contract.version}, {pack.contract.digest}"
    yield f"Signed by {pack.signer}" if pack.signer else "Nobody can sign it yet: cxcontracts key new makes a key"
    for words, named in (("It makes calls that may change something", pack.calls), ("It logs in with", pack.variables)):
        if named:
            yield f"{words}: {', '.join(named)}"
    if content.left_out:
        yield "What stays at home, though it concerns this partner:"
        yield from (f"  {line}" for line in content.left_out)
    for path, text in pack.files.items():
        yield ""
        if path in content.theirs and not whole:
            yield f"== {path}: the partner's own, as it is, {len(text.encode()):,} bytes; -v shows it"
        else:
            yield f"== {path}"
            yield from text.splitlines()
    yield from ("", f"== What goes with it, for {pack.partner} to read")
    yield from readme(pack, file, version).splitlines()
