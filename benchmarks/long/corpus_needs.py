"""Journeys that need everything, on every contract of the corpus: ``python -m benchmarks.long.corpus_needs [--share 0.01]``.

For each operation, one need for each leaf of each 2xx JSON answer, and one ``accepts`` for each leaf of what it takes. Judged for each
pair's old version against the new one, and for each version against itself, where nothing may break. It fails where a contract
breaks against itself or in another layout, where more than one in a hundred is unproven, where anything crashes, and at 2 GB.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.corpus import Pair, Version, pairs
from benchmarks.leaves import Contract, Operation
from benchmarks.measure import peak

SAME = frozenset({"uic/osdm-3.9-bundled-3.9-split"})
"""Pairs of one contract in two layouts: nothing may break."""
MOST_UNPROVEN = 0.01
MOST_MEMORY = 2048.0
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Contest:
    """One contract of record against one candidate."""

    name: str
    record: Version
    candidate: Version
    same: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What the engine said of one contest.

    Attributes:
        verdicts: Verdict to count.
        reasons: Why some are unproven, to count.
        broken: Ids and sentences of what is broken.
    """

    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A contest's tally with what it cost; *crash* holds the traceback where there is one."""

    contest: Contest
    asked: int
    tally: Tally
    seconds: float
    megabytes: float
    crash: str = ""


def main() -> int:
    """Judge, print, and return 1 where a promise is not kept."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        contests = [each for pair in pairs(Path(folder)) if options.only in pair.name for each in _contests(pair)]
        with ProcessPoolExecutor(options.jobs, max_tasks_per_child=1) as pool:
            outcomes = []
            for outcome in pool.map(_outcome, contests, [options.share] * len(contests)):
                print(_line(outcome), flush=True)
                outcomes.append(outcome)
    _summary(outcomes)
    complaints = list(_complaints(outcomes, options.share))
    print("\n".join(complaints) or "every promise is kept")
    return 1 if complaints else 0


def judge_pair(record: Version, candidate: Version, operations: Sequence[Operation]) -> Tally:
    """Judge everything that *operations* hold, under a record and a candidate, in this process."""
    raise NotImplementedError


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.long.corpus_needs", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--share", type=float, default=1.0, help="how many of all leaves, 0 to 1; the same ones at every run")
    parser.add_argument("--only", default="", help="pairs with this in their name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="contests at a time")
    return parser.parse_args()


def _contests(pair: Pair) -> Iterator[Contest]:
    yield Contest(pair.name, pair.old, pair.new, same=pair.name in SAME)
    yield Contest(f"{pair.name} (old, itself)", pair.old, pair.old, same=True)
    yield Contest(f"{pair.name} (new, itself)", pair.new, pair.new, same=True)


def _outcome(contest: Contest, share: float) -> Outcome:
    operations = [_sample(each, contest.name, share) for each in Contract(contest.record.file).operations()]
    asked = sum(len(each.parameters) + len(each.takes) + len(each.answers) for each in operations)
    started = time.process_time()
    try:
        tally, crash = judge_pair(contest.record, contest.candidate, operations), ""
    except Exception:  # a crash is what we are looking for
        tally, crash = Tally(), traceback.format_exc(limit=-6)
    return Outcome(contest, asked, tally, time.process_time() - started, peak(), crash)


def _sample(operation: Operation, name: str, share: float) -> Operation:
    def drawn(what: str) -> bool:
        return zlib.crc32(f"{name} {operation.method} {operation.path} {what}".encode()) < share * 2**32

    return replace(
        operation,
        parameters=tuple(each for each in operation.parameters if each.required or drawn(f"{each.place} {each.name}")),
        takes=tuple(each for each in operation.takes if drawn(f"takes {each.path}")),
        answers=tuple(each for each in operation.answers if drawn(f"answers {each.path}")),
    )


def _line(outcome: Outcome) -> str:
    said = ", ".join(f"{count} {verdict}" for verdict, count in outcome.tally.verdicts.most_common())
    cost = f"{outcome.seconds:6.1f} s {outcome.megabytes:6.0f} MB"
    return f"{cost} {outcome.asked:7} asked  {outcome.contest.name}: {'CRASHED' if outcome.crash else said}"


def _summary(outcomes: Sequence[Outcome]) -> None:
    verdicts = sum((each.tally.verdicts for each in outcomes), Counter[str]())
    reasons = sum((each.tally.reasons for each in outcomes), Counter[str]())
    judged = verdicts.total()
    print(f"\n{judged} requirements judged: " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()))
    print(f"unproven: {_share(outcomes):.3%}")
    for reason, count in reasons.most_common(_MOST_SHOWN):
        print(f"{count:8} {reason}")
    seconds, megabytes = sum(each.seconds for each in outcomes), max(each.megabytes for each in outcomes)
    print(f"{seconds:.0f} CPU seconds, at most {megabytes:.0f} MB in a process")


def _share(outcomes: Sequence[Outcome]) -> float:
    judged = sum(each.tally.verdicts.total() for each in outcomes)
    return sum(each.tally.verdicts["unproven"] for each in outcomes) / judged if judged else 1.0


def _complaints(outcomes: Sequence[Outcome], share: float) -> Iterator[str]:
    for each in outcomes:
        if each.crash:
            yield f"CRASHED: {each.contest.name}\n{each.crash}"
        if each.contest.same and each.tally.broken:
            shown = "\n".join(f"  {line}" for line in each.tally.broken[:_MOST_SHOWN])
            yield f"BROKEN: {each.contest.name}: {len(each.tally.broken)}, and nothing changed\n{shown}"
        if each.megabytes > MOST_MEMORY:
            yield f"MEMORY: {each.contest.name} took {each.megabytes:.0f} MB; at most {MOST_MEMORY:.0f}"
        if not each.crash and share == 1 and each.tally.verdicts.total() < each.asked:
            yield f"LOST: {each.contest.name}: {each.asked} asked, {each.tally.verdicts.total()} judged"
    if _share(outcomes) > MOST_UNPROVEN:
        yield f"UNPROVEN: {_share(outcomes):.3%}; at most {MOST_UNPROVEN:.0%}"


if __name__ == "__main__":
    sys.exit(main())
