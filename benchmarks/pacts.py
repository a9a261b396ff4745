"""Interactions of a Pact file held against a running partner, beside pact-python's own verifier: ``python -m benchmarks.pacts``.

All three ask the same small partner, in a process of their own: a loop of bare calls is the floor, then cxcontracts, then
pact-python as its documentation calls it. CPU is of that process and of those that it started; the partner's is not in it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.answering import ORDER, answering
from benchmarks.measure import Cost, measured, processor

COUNTS: Final = (10, 100, 1_000)
REPOSITORY: Final = Path(__file__).parent.parent


def main() -> None:
    """Measure each count with each of the three, and write what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pacts", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, default=REPOSITORY / "benchmarks" / "results" / "pacts.md")
    parser.add_argument("one", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        way, base, file = arguments.one
        print(WAYS[way](base, Path(file)))
        return
    lines = [*_heading(), *_rows()]
    arguments.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def _heading() -> Iterator[str]:
    yield "# Interactions of Pact files against a running partner"
    yield ""
    yield f"{date.today()}, Python {sys.version.split()[0]} on {processor()}. Milliseconds an interaction, start-up included."
    yield ""
    yield "| interactions | bare calls, CPU | cxcontracts, CPU | pact-python, CPU | cxcontracts, clock | pact-python, clock |"
    yield "| --- | --- | --- | --- | --- | --- |"


def _rows() -> Iterator[str]:
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    with answering() as partner, tempfile.TemporaryDirectory() as folder:
        for count in (1, *COUNTS):
            file = Path(folder, "pact.json")
            file.write_text(json.dumps(document(count)), encoding="utf-8")
            floor, ours, theirs = (cost(way, partner.url, file, Path(folder), count) for way in WAYS)
            cells = [floor.cpu, ours.cpu, theirs.cpu, ours.wall, theirs.wall]
            if count > 1:  # the first of all compiles what Python imports
                yield f"| {count:,} | " + " | ".join(f"{seconds * 1000 / count:.1f}" for seconds in cells) + " |"


def cost(way: str, base: str, file: Path, folder: Path, count: int) -> Cost:
    """Return what it took to hold the interactions of a file against a partner; every one is right, or the program ends.

    Args:
        way: One of :data:`WAYS`.
        base: The partner's address.
        count: How many interactions the file has.
    """
    took = measured([sys.executable, "-m", "benchmarks.pacts", way, base, file], folder)
    if not took.output.rstrip().endswith(f"{count} right"):
        raise SystemExit(f"{way}: {took.output}{took.complaints}")
    return took


def document(count: int) -> dict[str, Any]:
    """Return a Pact file in which a consumer asks for so many orders."""
    rules = {"body": {"$.lines": {"matchers": [{"match": "type", "min": 1}]}, "$.total": {"matchers": [{"match": "decimal"}]}}}
    headers = {"Content-Type": "application/json"}
    response = {"status": 200, "headers": headers, "body": ORDER, "matchingRules": rules}
    listed = [
        {"description": f"order {number}", "request": {"method": "GET", "path": f"/orders/{number}"}, "response": response}
        for number in range(count)
    ]
    metadata = {"pactSpecification": {"version": "3.0.0"}}
    return {"consumer": {"name": "web"}, "provider": {"name": "p"}, "interactions": listed, "metadata": metadata}


# --- the three ways -----------------------------------------------------------------------------------------------------------


def _bare(base: str, file: Path) -> str:
    import httpx

    listed = json.loads(file.read_bytes())["interactions"]
    with httpx.Client(trust_env=False) as client:
        right = sum(client.get(base + each["request"]["path"]).json() == ORDER for each in listed)
    return f"{right} right"


def _ours(base: str, file: Path) -> str:
    import httpx

    from cxcontracts.bodies import read_body
    from cxcontracts.documents import parse
    from cxcontracts.exchanges import Request, Response
    from cxcontracts.kinds.interactions import of_interaction
    from cxcontracts.pacts import interactions
    from cxcontracts.running.matching import Engine
    from cxcontracts.running.pacts import Verification
    from tests.pact_partner import Came

    found, _ = interactions(parse(file.read_bytes(), file.name))
    with httpx.Client(trust_env=False) as client, Engine() as engine:

        def send(partner: str, request: Request, *, safe: bool = False) -> Came:
            got = client.request(request.method, base + request.path, headers=dict(request.headers))
            body = read_body(got.content, got.headers["content-type"])
            return Came(request, Response(got.status_code, dict(got.headers), body), got.content, at=datetime.now(UTC))

        seen = Verification(send, engine).seen([of_interaction("p", each, None) for each in found])
        right = sum(match.ok for _, _, match in seen)
    return f"{right} right"


def _theirs(base: str, file: Path) -> str:
    from pact import Verifier

    verifier = Verifier("p", host="127.0.0.1").add_transport(url=base).add_source(file).verify()
    right = sum(each["result"] == "OK" for each in verifier.results["interactionResults"])
    return f"{right} right"


WAYS: Final[dict[str, Callable[[str, Path], str]]] = {"bare": _bare, "ours": _ours, "theirs": _theirs}


if __name__ == "__main__":
    main()
