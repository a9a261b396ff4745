"""What ``verify`` costs, beside a loop of httpx, schemathesis and pact-python's verifier: ``python -m benchmarks.verify``.

All of them ask the same small partner, in a process of its own, whose CPU is in none of the figures. It needs the extras ``pact``
and ``fuzz``. ``python -m benchmarks.long.exchanges`` tells how memory grows.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from benchmarks import pacts
from benchmarks.answering import MANY, Partner, answering
from benchmarks.measure import Cost, measured, processor
from benchmarks.peers import ours

REPOSITORY: Final = Path(__file__).parent.parent
REQUESTS: Final = 2_000
REPEATS: Final = 5
COUNTS: Final = (10, 100, 1_000)
WORKERS: Final = (1, 2, 4, 8)
SLOW: Final = 0.1
"""Seconds that the slow partner takes for an answer."""
STEPS: Final = 10
"""Steps a journey."""

NEEDS: Final[Mapping[str, Any]] = {
    "id": "integer",
    "total": "number",
    "lines.*.sku": "text",
    "lines.*.qty": {"type": "integer", "minimum": 1},
    "state": ["open", "closed"],
}
_LIMITS: Final[Mapping[str, Any]] = {"rate": "100000/s", "requests": 10_000_000, "at-once": 4}
"""Limits that never hold anybody up."""


def main() -> None:
    """Measure everything, and write what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verify", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, default=REPOSITORY / "benchmarks" / "results" / "verify.md")
    parser.add_argument("one", nargs="*", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        way, base = arguments.one
        print(json.dumps(_ONE[way](base)))
        return
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    with tempfile.TemporaryDirectory() as folder:
        lines = [
            *_heading(),
            *_sending(Path(folder)),
            *_beside_others(Path(folder)),
            *_with_workers(Path(folder)),
            *_memory(Path(folder)),
        ]
    arguments.output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def _heading() -> Iterator[str]:
    yield "# What `verify` costs"
    yield ""
    yield f"{date.today()}, Python {sys.version.split()[0]} on {processor()}: `python -m benchmarks.verify`."
    yield ""


# --- an exchange, and a need --------------------------------------------------------------------------------------------------


def _sending(folder: Path) -> Iterator[str]:
    with answering() as partner:
        took: dict[str, list[float]] = {way: [] for way in _ONE}
        for _ in range(REPEATS):
            for way, seconds in took.items():
                printed = measured([sys.executable, "-m", "benchmarks.verify", way, partner.url], folder)
                if printed.exit:
                    raise SystemExit(f"{way}: {printed.output}{printed.complaints}")
                seconds.append(json.loads(printed.output))
    least = {way: min(seconds) for way, seconds in took.items()}
    yield "## An exchange"
    yield ""
    yield f"The same {REQUESTS:,} requests in each, one after the other; CPU, without start-up; the least of {REPEATS} runs."
    yield ""
    yield "| | µs an exchange | of httpx |"
    yield "| --- | --- | --- |"
    for way, name in _NAMES.items():
        floor = least["httpx-many" if way.endswith("-many") else "httpx"]
        yield f"| {name} | {least[way] * 1e6:.0f} | {least[way] / floor:.2f} |"
    yield ""
    yield f"Judging takes {least['judge'] * 1e6:.1f} µs a need and exchange."
    yield ""


def _one(number: int) -> str:
    return f"/orders/{number}"


def _many(_: int) -> str:
    return MANY


def _httpx(base: str, path: Callable[[int], str] = _one) -> float:
    import httpx

    with httpx.Client(trust_env=False) as client:

        def ask(number: int) -> None:
            client.get(base + path(number), headers={"accept": "application/json"}).json()

        return _timed(ask)


def _sent(base: str, limits: Mapping[str, Any], path: Callable[[int], str] = _one) -> float:
    from cxcontracts.exchanges import Request
    from cxcontracts.running.calling import Partners
    from cxcontracts.running.targets import Target

    with Partners({"shop": Target("shop", base)}, limits={"shop": limits}, until=None, run_id="benchmark") as partners:

        def ask(number: int) -> None:
            partners.send("shop", Request("GET", path(number), (), {"accept": "application/json"}))

        return _timed(ask)


def _timed(ask: Callable[[int], None]) -> float:
    """Return the CPU seconds that one call takes, once it is warm."""
    for number in range(20):
        ask(number)
    before = time.process_time()
    for number in range(REQUESTS):
        ask(number)
    return (time.process_time() - before) / REQUESTS


def _walked(base: str) -> float:
    """Return the CPU seconds that an exchange takes of walks through journeys, judging left out."""
    with tempfile.TemporaryDirectory() as folder, Journeys(Path(folder), REQUESTS, base) as made:
        made.walker.walk(made.all[0], 0)
        before = time.process_time()
        exchanges = sum(len(made.walker.walk(journey, 0).sightings) for journey in made.all)
        return (time.process_time() - before) / exchanges


def _judged(base: str) -> float:
    """Return the CPU seconds that judging one need on one exchange takes."""
    with tempfile.TemporaryDirectory() as folder, Journeys(Path(folder), REQUESTS, base) as made:
        walks = [made.walker.walk(journey, 0) for journey in made.all for _ in range(3)]
        made.observer.verdicts(made.all[:1], walks[:3])
        before = time.process_time()
        verdicts = made.observer.verdicts(made.all, walks)
        seconds = time.process_time() - before
        return seconds / sum(each.observed for each in verdicts.findings if each.kind == "needs")


class Journeys:
    """Journeys that ask a partner for so many orders, ready to be walked and judged; a context that hangs up in the end.

    Args:
        folder: Where their estate is written.
        calls: How many steps they have together.
        base: The partner's address.
        limits: What it allows.

    Attributes:
        all: The journeys.
        walker: Walks them.
        observer: Judges walks.
    """

    def __init__(self, folder: Path, calls: int, base: str, limits: Mapping[str, Any] | None = None) -> None:
        from cxcontracts.opening import open_estate
        from cxcontracts.plugins import kinds
        from cxcontracts.requirements import OnExchanges
        from cxcontracts.running.calling import Partners
        from cxcontracts.running.targets import Target
        from cxcontracts.running.walking import Walker
        from cxcontracts.verdicts import Observer

        _write_estate(folder, calls, limits)
        opened = open_estate(folder)
        self.all = list(opened.estate.journeys.values())
        self._partners = Partners({"shop": Target("shop", base)}, limits={"shop": limits or {}}, until=None, run_id="benchmark")
        judging = tuple(kind for kind in kinds() if isinstance(kind, OnExchanges))
        self.walker = Walker(opened.judge, self._partners, judging, runs=frozenset({"shop"}))
        self.observer = Observer(opened.judge, kinds(), {}, lambda _: "")

    def __enter__(self) -> Journeys:
        return self

    def __exit__(self, *_: object) -> None:
        self._partners.__exit__()


_ONE: Final[Mapping[str, Callable[[str], float]]] = {
    "httpx": _httpx,
    "send": lambda base: _sent(base, {}),
    "limited": lambda base: _sent(base, _LIMITS),
    "walk": _walked,
    "judge": _judged,
    "httpx-many": lambda base: _httpx(base, _many),
    "send-many": lambda base: _sent(base, {}, _many),
}
_NAMES: Final = {
    "httpx": "a loop of httpx, the answer read as JSON",
    "send": "what `verify` sends with",
    "limited": "the same, with `rate`, `requests` and `at-once`",
    "walk": "walking journeys: all but judging",
    "httpx-many": "a loop of httpx, an answer of 100 KB",
    "send-many": "what `verify` sends with, an answer of 100 KB",
}


# --- whole commands -----------------------------------------------------------------------------------------------------------


def _beside_others(folder: Path) -> Iterator[str]:
    yield "## Whole commands"
    yield ""
    yield "So many interactions, one operation. CPU seconds of the whole command, start-up included, and of each request it sent."
    yield "`verify` walks each journey three times; schemathesis draws valid values (`--phases fuzzing --mode positive`);"
    yield "pact-python holds each answer against an example: [pacts.md](pacts.md) measures what `verify` does with the same file."
    yield ""
    yield "| interactions | verify | schemathesis run | pact-python | verify, requests | schemathesis, requests |"
    yield "| --- | --- | --- | --- | --- | --- |"
    with answering() as partner:
        for count in (1, *COUNTS):
            estate, file = folder / f"estate-{count}", folder / "pact.json"
            _write_estate(estate, count)
            file.write_text(json.dumps(pacts.document(count)), encoding="utf-8")
            our, our_requests = _asking(partner, _verify(estate, partner), folder)
            their, their_requests = _asking(partner, _schemathesis(estate, partner, count), folder)
            pact = pacts.cost("theirs", partner.url, file, folder, count)
            cells = (_cost(our.cpu, our_requests), _cost(their.cpu, their_requests), _cost(pact.cpu, count))
            if count > 1:  # the first of all compiles what Python imports
                yield f"| {count:,} | {' | '.join(cells)} | {our_requests:,} | {their_requests:,} |"
    yield ""


def _cost(seconds: float, requests: int) -> str:
    return f"{seconds:.2f} s, {seconds / requests * 1000:.2f} ms each"


def _verify(estate: Path, partner: Partner, *words: str) -> Sequence[str | Path]:
    return ours("--estate", estate, "verify", "--url", f"shop={partner.url}", "--no-fuzz", *words)


def _schemathesis(estate: Path, partner: Partner, count: int) -> Sequence[str | Path]:
    words = ["--phases", "fuzzing", "--mode", "positive", "--max-examples", str(count), "--seed", "1", "--no-color"]
    quiet = ["--generation-database", "none", "--suppress-health-check", "all"]
    program = Path(sys.executable).with_name("schemathesis")
    return [
        "env",
        f"--chdir={estate}",
        program,
        "run",
        estate / "partners" / "shop" / "openapi.json",
        "--url",
        partner.url,
        *words,
        *quiet,
    ]


def _asking(partner: Partner, command: Sequence[str | Path], folder: Path) -> tuple[Cost, int]:
    """Return what a command took, and how many requests it sent; it finds nothing, or the program ends."""
    partner.told()
    took = measured(command, folder)
    if took.exit:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {took.exit}:\n{took.output}{took.complaints}")
    return took, partner.told().requests


# --- several at once ----------------------------------------------------------------------------------------------------------


def _with_workers(folder: Path) -> Iterator[str]:
    yield "## Several walks at once"
    yield ""
    journeys = WORKERS[-1] * 3
    yield f"A partner that takes {SLOW * 1000:.0f} ms for an answer; {journeys} journeys of {STEPS} steps, each walked thrice."
    yield "On the clock, start-up taken off. *At once* and *in a second*, whenever that begins: the most that the partner saw."
    yield ""
    yield "| workers | limits | seconds | times one worker | at once | in a second |"
    yield "| --- | --- | --- | --- | --- | --- |"
    estate = folder / "slow"
    with answering(SLOW) as partner:
        _write_estate(estate, STEPS)
        start = measured(_verify(estate, partner, "--dry-run"), folder).wall
        alone = 0.0
        for limits in ({}, {"at-once": 2}, {"rate": "20/s"}):
            _write_estate(estate, journeys * STEPS, limits)
            for workers in WORKERS if not limits else WORKERS[-1:]:
                partner.told()
                took = measured(_verify(estate, partner, "--workers", str(workers)), folder)
                if took.exit:
                    raise SystemExit(took.output + took.complaints)
                told, seconds = partner.told(), took.wall - start
                alone = alone or seconds
                written = ", ".join(f"`{name}: {limit}`" for name, limit in limits.items()) or "none"
                yield f"| {workers} | {written} | {seconds:.1f} | {alone / seconds:.2f} | {told.at_once} | {told.in_a_second} |"


# --- memory -------------------------------------------------------------------------------------------------------------------


def _memory(folder: Path) -> Iterator[str]:
    printed = measured([sys.executable, "-m", "benchmarks.long.exchanges"], folder, limit=1_800)
    if printed.exit:
        raise SystemExit(printed.output + printed.complaints)
    yield ""
    yield "## Memory"
    yield ""
    yield "`python -m benchmarks.long.exchanges`: asking, keeping to limits and recording need no more memory, however often."
    yield "A run holds what it saw until all of it is judged."
    yield ""
    yield from (f"- {line}" for line in printed.output.splitlines())


# --- an estate ----------------------------------------------------------------------------------------------------------------


def _write_estate(folder: Path, calls: int, limits: Mapping[str, Any] | None = None) -> None:
    """Write an estate that asks one partner for so many orders, in journeys of some steps each."""
    written = {"partner": "shop", "kind": "vendor", "contract": "openapi.json", "limits": dict(limits or {})}
    _write(folder / "estate.yaml", {"format": 1, "estate": "benchmark", "customers": {"everyone": {"monthly": 1000}}})
    _write(folder / "partners" / "shop" / "partner.yaml", {name: value for name, value in written.items() if value})
    _write(folder / "partners" / "shop" / "openapi.json", _contract())
    for first in range(0, calls, STEPS):
        steps = [
            {"step": f"see-{number}", "call": "shop GET /orders/{id}", "with": {"id": number}, "needs": dict(NEEDS)}
            for number in range(first, min(first + STEPS, calls))
        ]
        name = f"orders-{first}"
        _write(folder / "journeys" / f"{name}.yaml", {"journey": name, "customers": ["everyone"], "steps": steps})


def _contract() -> dict[str, Any]:
    def known(properties: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": "object", "required": list(properties), "properties": dict(properties)}

    line = known({"sku": {"type": "string"}, "qty": {"type": "integer", "minimum": 1}})
    states = {"type": "string", "enum": ["open", "closed"]}
    lines = {"type": "array", "items": line}
    order = known({"id": {"type": "integer"}, "total": {"type": "number"}, "lines": lines, "state": states})
    answer = {"description": "The order.", "content": {"application/json": {"schema": order}}}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
    operation = {"parameters": [number], "responses": {"200": answer}}
    paths = {"/orders/{id}": {"get": operation}}
    return {"openapi": "3.1.0", "info": {"title": "Orders", "version": "1.0.0"}, "paths": paths}


def _write(file: Path, value: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value), encoding="utf-8")


if __name__ == "__main__":
    main()
