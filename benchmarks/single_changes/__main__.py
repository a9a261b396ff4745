"""``cxcontracts impact`` on single changes of real contracts, beside others: ``python -m benchmarks.single_changes [--share 0.01]``.

Journeys are drawn from the contracts of the corpus, and every change is made by a rule that says which findings it breaks. Whether
that is so is tried a second way: an independent validator judges values drawn from both versions. It fails where the two ways
differ, and where ``impact`` does not name exactly the findings that break, of a change or in a journey that it leaves alone.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from benchmarks.corpus import Pair, Version
from benchmarks.measure import measured
from benchmarks.peers import PEERS, Said, ours, told
from benchmarks.single_changes.cases import Case, cases, tried, write

_LIMIT = 300.0


@dataclass
class Outcome:
    """What became of one change.

    Attributes:
        tried: What the second way says breaks; None where it could not tell.
        named: The findings that ``impact`` calls broken on their own account.
        verdict: The verdict of its run.
        said: What each detector made of it.
    """

    case: Case
    tried: frozenset[str] | None
    named: frozenset[str] = frozenset()
    verdict: str = ""
    places: frozenset[tuple[str, str, str]] = frozenset()
    said: dict[str, Said] = field(default_factory=dict)


def main() -> int:
    """Judge, print, write it down, and return 1 where something is not named right."""
    options = _options()
    chosen = [case for case in cases(options.only) if zlib.crc32(str(case).encode()) < options.share * 2**32]
    with ProcessPoolExecutor(options.jobs, get_context("spawn")) as pool:
        outcomes = [Outcome(case, found) for case, found in zip(chosen, pool.map(tried, chosen, chunksize=8), strict=True)]
    if options.others:
        for peer in _OTHERS:
            peer.install()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda outcome: _judge(outcome, Path(folder), others=options.others), outcomes))
    complaints = [line for outcome in outcomes for line in _complaints(outcome)]
    print("\n".join(complaints))
    report = "\n".join(_report(outcomes))
    print(report)
    if options.output is not None:
        options.output.write_text(report, encoding="utf-8")
    return 1 if complaints or not outcomes else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.single_changes", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="how many of all changes, 0 to 1; the same ones at every run")
    parser.add_argument("--only", default="", help="contracts with this in their name")
    parser.add_argument("--others", action="store_true", help="oasdiff and breakwatch as well")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--output", type=Path, help="where to write the table (benchmarks/results/single_changes.md)")
    return parser.parse_args()


# --- held against what detectors say ------------------------------------------------------------------------------------------


def _judge(outcome: Outcome, workspace: Path, *, others: bool) -> None:
    """Ask ``impact``, and the others where they are wanted, what one change breaks."""
    case = outcome.case
    folder = workspace / str(case.number)
    estate, candidate = write(case, folder)
    printed = folder / "printed"
    printed.mkdir()
    command = ours("--estate", estate, "impact", case.edit.partner, "--candidate", candidate, "--format", "json")
    cost = measured(command, printed, limit=_LIMIT)
    if cost.exit not in (0, 1):
        outcome.verdict = f"ended with {cost.exit}: {cost.complaints[-500:]}"
    else:
        run = json.loads(cost.output)
        outcome.verdict = run["verdict"]
        broken = [each for each in run["findings"] if each["verdict"] == "broken"]
        outcome.named = frozenset(each["id"] for each in broken if "cause" not in each)
        outcome.places = frozenset((each["journey"], each["step"] or "", each["kind"]) for each in broken if "cause" not in each)
    if others:
        record = estate / "partners" / case.edit.partner / f"openapi{candidate.suffix}"
        versions = Pair(str(case.number), *(Version(file.parent, Path(file.name), alone=True) for file in (record, candidate)))
        for peer in (*_OTHERS, *told([str(step.operation) for step in case.drawn.of(case.edit.partner)])):
            made = folder / peer.name
            made.mkdir()
            outcome.said[peer.name] = peer.said(measured(peer.command(versions, made), printed, limit=_LIMIT))


_OTHERS = PEERS[1:3]


# --- what comes of it ---------------------------------------------------------------------------------------------------------


def _complaints(outcome: Outcome) -> Iterator[str]:
    case = outcome.case
    if outcome.tried is None:
        yield f"NOT TRIED {case}"
    elif outcome.tried != case.edit.breaks:
        yield f"THE TWO WAYS DIFFER {case}\n  the rule: {_listed(case.edit.breaks)}\n  tried:    {_listed(outcome.tried)}"
    if outcome.verdict != ("broken" if case.harmful else "intact") or outcome.named != case.edit.breaks:
        expected, named = case.edit.breaks - outcome.named, outcome.named - case.edit.breaks
        yield f"NAMED WRONG {case}: {outcome.verdict}\n  not named: {_listed(expected)}\n  no break:  {_listed(named)}"


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"


def _report(outcomes: Sequence[Outcome]) -> Iterator[str]:
    day = datetime.datetime.now(datetime.UTC).date()
    harmful = [each for each in outcomes if each.case.harmful]
    harmless = [each for each in outcomes if not each.case.harmful]
    named = Counter(bool(each.named) for each in harmful)
    yield f"{day} {len(harmful)} {len(harmless)} {named}"


if __name__ == "__main__":
    sys.exit(main())
