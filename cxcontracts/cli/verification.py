"""What ``verify`` does once it runs: reads its options, opens the estate, walks, reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cxcontracts.cli.exits import INTACT, INTERRUPTED
from cxcontracts.cli.judged import seen_from_here, told, unsound
from cxcontracts.cli.options import Reporting
from cxcontracts.cli.output import say, show
from cxcontracts.cli.packed import Packed, Used, used
from cxcontracts.cli.progress import Walking
from cxcontracts.cli.publishing import publish_run, publish_unjudged
from cxcontracts.errors import UnsoundError, UsageError
from cxcontracts.sanitise import harmless_line
from cxcontracts.writing import insist_on_folder

if TYPE_CHECKING:
    from cxcontracts.asked import Asked
    from cxcontracts.findings import Run
    from cxcontracts.packs.unpacking import Release

    Redact = Callable[[str], str]

_PARTS = (
    ("--partner", "partners"),
    ("--journey", "journeys"),
    ("-k", "pattern"),
    ("--replay", "replay"),
    ("--dry-run", "dry_run"),
)
"""The options that leave something out, and what they are called."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of ``verify``, as typed."""

    environment: str
    urls: tuple[str, ...]
    partners: tuple[str, ...]
    journeys: tuple[str, ...]
    pattern: str
    replay: str | None
    givens: tuple[str, ...]
    states: tuple[str, ...]
    messages: tuple[str, ...]
    budget: str
    timeout: str
    no_fuzz: bool
    seed: int
    deep: bool
    workers: int
    record: Path | None
    dry_run: bool
    allow: tuple[str, ...]
    examples: Path | None
    pack: Packed


def verified(options: Options, asked: Reporting, estate: Path | None) -> int:
    """Verify, publish the report, and return the exit code.

    Raises:
        UsageError: If an option names what is not there.
        OSError: If the report cannot be written.
    """
    insist_on_folder(*asked.files, options.record)
    wanted, release = _asked(options), None
    if options.pack.pack is not None:
        wanted, release = _of_release(options, wanted)
    elif options.allow or options.examples:
        raise UsageError("--allow and --examples say what a pack may do; name one with --pack")
    if not wanted.environment and not wanted.urls:
        raise UsageError("nobody says where partners run; name an environment with --env, or an address with --url PARTNER=URL")
    with used(options.pack, estate, release) as estate_used:
        for partner in estate_used.partners:  # the address is that of the pack's partner, however it calls itself
            urls = {partner: release.address if release is not None else ""}
            states = {partner: _address(options.states[-1])} if options.states else {}
            messages = {partner: _address(options.messages[-1])} if options.messages else {}
            wanted = replace(wanted, urls=urls, states=states, messages=messages, handed=estate_used.handed_in)
            estate_used.insist_on_names(wanted.givens)
        return _verified(options, asked, wanted, estate_used)


def _verified(options: Options, asked: Reporting, wanted: Asked, estate: Used) -> int:
    try:
        if options.dry_run:
            show("".join(f"{harmless_line(line, None)}\n" for line in _would_send(estate.root, wanted)))
            return INTACT
        recordings = (*([options.record] if options.record else []), *asked.recordings)
        run, redact = _run(estate.root, wanted, recordings)
    except UnsoundError as error:
        publish_unjudged("verify", error.problems, asked, estate.root, estate.here)
        return unsound(seen_from_here(error.problems, estate.root, estate.here))
    except KeyboardInterrupt:  # before the first walk, or again while what was seen is judged
        publish_run(_interrupted(options, estate), asked, estate.root, estate.here)
        return INTERRUPTED
    run = estate.only(run)
    publish_run(run, asked, estate.root, estate.here, redact)
    code = told(run, asked.strict)
    estate.export(run, code, redact)
    return code


def _interrupted(options: Options, estate: Used) -> Run:
    from cxcontracts.findings import Harm, Run

    return Run("verify", estate.root.name, (), frozenset(Harm), complete=False, environment=options.environment)


def _of_release(options: Options, wanted: Asked) -> tuple[Asked, Release]:
    """Return what is asked of a vendor's own release, and where it runs.

    Raises:
        UsageError: If nobody says where, or something is allowed that there is not.
    """
    from cxcontracts.packs.unpacking import RELEASE, release_of

    part = [word for word, asked in _PARTS if getattr(options, asked)]
    if part and options.pack.export is not None:
        raise UsageError(f"--export sends a whole result back, and {part[0]} asks for a part of it; leave one of them out")
    if wanted.environment:
        raise UsageError("a pack has no environments; say where your release runs: --url http://localhost:8080")
    if len(options.urls) != 1:
        raise UsageError("say where your release runs: --url http://localhost:8080")
    for word in options.allow:
        if word != "write":
            raise UsageError(
                f"--allow {word!r} is nothing that can be allowed; --allow write lets it call what changes something"
            )
    release = release_of(_address(options.urls[0]), writes=bool(options.allow), examples=options.examples)
    return replace(wanted, environment=RELEASE), release


def _address(written: str) -> str:
    """Return the address of ``[PARTNER=]URL``."""
    return re.sub(r"^[A-Za-z0-9_.-]+=(?=\S)", "", written)


def _run(root: Path, asked: Asked, recordings: Sequence[Path]) -> tuple[Run, Redact]:
    """Return what was found, and what takes the secrets out of all that is written of it."""
    from cxcontracts.opening import open_estate
    from cxcontracts.outlines import outlined
    from cxcontracts.reports.curl import again
    from cxcontracts.reports.json import as_json
    from cxcontracts.verifying import verification

    opened = open_estate(root, running=True)
    progress = Walking()
    with verification(opened, asked, again, recordings=recordings, tell=as_json, watch=progress.seen) as made:
        with progress:
            run = made.run(progress)
        if made.not_kept:
            say(f"verify: there is no evidence of this run, or not all of it: {made.not_kept}")
        return outlined(run, opened.estate), made.secrets.redact


def _would_send(root: Path, asked: Asked) -> list[str]:
    """Return what would be sent, without secrets."""
    from cxcontracts.opening import open_estate
    from cxcontracts.reports.curl import again
    from cxcontracts.verifying import verification

    with verification(open_estate(root, running=True), asked, again) as made:
        return [made.secrets.redact(line) for line in made.would_send()]


def _asked(options: Options) -> Asked:
    from cxcontracts.asked import Asked, budget, pairs, seconds, values

    requests, time = budget(options.budget, "--budget")
    if options.deep and options.no_fuzz:
        raise UsageError("--deep sends values of its own, and --no-fuzz none; leave one of them out")
    packed_ = options.pack.pack is not None
    return Asked(
        options.environment,
        {} if packed_ else pairs(options.urls, "--url"),
        frozenset(options.partners),
        frozenset(options.journeys),
        options.pattern,
        values(options.givens, "--given"),
        {} if packed_ else pairs(options.states, "--states"),
        {} if packed_ else pairs(options.messages, "--messages"),
        options.workers,
        requests,
        time,
        seconds(options.timeout, "--timeout"),
        not options.no_fuzz,
        options.seed,
        options.deep,
        replay=options.replay or "",
    )


__all__ = ["Options", "verified"]
