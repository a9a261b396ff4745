"""Journeys that need everything, on every contract of the corpus: ``python -m benchmarks.long.corpus_needs [--share 0.01]``.

For each operation, one need for each leaf of each 2xx JSON answer, and one ``accepts`` for each leaf of what it takes. Judged for
each pair's old version against the new one, and for each version against itself, where nothing may break. It fails where a
contract breaks against itself or in another layout, where more than one in a hundred is unproven, where anything crashes, and at
2 GB.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import resource
import sys
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from itertools import chain
from multiprocessing import get_context
from pathlib import Path, PurePosixPath

from benchmarks import leaves
from benchmarks.corpus import Pair, Version, pairs
from benchmarks.estates import written
from benchmarks.leaves import Operation
from benchmarks.measure import peak
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder
from cxcontracts.errors import ContractError
from cxcontracts.estate.model import Call, Estate, Journey, Partner, Step
from cxcontracts.findings import Harm, Verdict
from cxcontracts.judging import Judge
from cxcontracts.plugins import kinds
from cxcontracts.scenes import Side

SAME = frozenset({"uic/osdm-3.9-bundled-3.9-split"})
"""Pairs of one contract in two layouts: nothing may break."""
PARTNER = "api"
JOURNEY = "everything"
MOST_UNPROVEN = 0.01
MOST_MEMORY = 2048.0
UNDECIDED = "unpromised, for nobody can tell"
"""Told apart from what the contract plainly does not promise: it is no worse than it was, and yet the engine could not decide."""
_UNDECIDED = "nobody can tell"
_MOST_SHOWN = 20
_MOST_SECONDS = 900
_MOST_ADDRESSES = 4 << 30


@dataclass(frozen=True, slots=True)
class Contest:
    """One contract of record against one candidate.

    Attributes:
        same: True where both say the same, so that nothing may break.
        moved: True to leave out where the servers are: a new base path alone takes every operation away, and hides the rest.
    """

    name: str
    record: Version
    candidate: Version
    same: bool = False
    moved: bool = False


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
        chosen = [pair for pair in pairs(Path(folder)) if options.only in pair.name]
        with ThreadPoolExecutor(options.jobs) as pool:
            outcomes = []
            for outcome in chain.from_iterable(pool.map(_isolated, chosen, [options.share] * len(chosen))):
                print(_line(outcome), flush=True)
                outcomes.append(outcome)
    _summary(outcomes)
    complaints = list(_complaints(outcomes, options.share))
    print("\n".join(complaints) or "every promise is kept")
    return 1 if complaints else 0


def judge_pair(contest: Contest, operations: Sequence[Operation]) -> Tally:
    """Judge everything that *operations* hold, under a record and a candidate, in this process."""
    estate = _estate(operations)
    record, candidate = _side(contest.record, contest.moved), _side(contest.candidate, contest.moved)
    judge = Judge(estate, kinds(), {PARTNER: record}, {PARTNER: candidate}, datetime.date(2026, 1, 1))
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    broken = []
    for requirement in judge.of_journey(estate.journeys[JOURNEY]):
        try:
            finding = judge.finding(requirement)
        except ContractError as error:
            verdicts["unsound there"] += 1
            reasons[f"unsound: {error.problems[0].code}"] += 1
            continue
        undecided = finding.verdict is Verdict.UNPROMISED and _UNDECIDED in finding.because
        verdicts[UNDECIDED if undecided else finding.verdict] += 1
        if undecided or finding.verdict is Verdict.UNPROVEN:
            reasons[_reason(finding.because, requirement.rest)] += 1
        elif finding.verdict is Verdict.BROKEN:
            broken.append(f"{finding.element}: {finding.because}")
    return Tally(verdicts, reasons, tuple(broken))


def _reason(because: str, rest: str) -> str:
    """Return why something is unproven, without its name and place."""
    return re.sub(r" ?\([^()]*:\d+:\d+\)", "", because.replace(rest, "…"))


def _side(version: Version, moved: bool) -> Side:
    folder = Folder(version.folder, version.folder.name)
    document = folder.read(str(version.entry))
    if moved:
        document.value.pop("servers", None)
    return Side(Contract(folder, document))


def _estate(operations: Sequence[Operation]) -> Estate:
    steps = tuple(_step(f"step-{number}", operation) for number, operation in enumerate(operations, 1))
    journey = Journey(JOURNEY, "journeys/everything.yaml", "", "", {}, False, {}, steps)
    partner = Partner(PARTNER, "The API", "partner", PurePosixPath("partners", PARTNER), "openapi.yaml")
    return Estate("", "corpus", {}, frozenset(Harm), {PARTNER: partner}, {JOURNEY: journey})


def _step(name: str, operation: Operation) -> Step:
    taken = {f"{each.place}.{each.name}": written(each.schema) for each in operation.parameters}
    taken |= {_below_body(leaf.path): written(leaf.schema) for leaf in operation.takes}
    needs = {leaf.path: written(leaf.schema) for leaf in operation.answers}
    return Step(name, "steps", Call(PARTNER, operation.method, operation.path), asks={"needs": needs, "accepts": taken})


def _below_body(path: str) -> str:
    return path if path == "body" or path.startswith("body.") else f"body.{path}"


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
    if _servers(pair.old) != _servers(pair.new):
        yield Contest(f"{pair.name} (elsewhere)", pair.old, pair.new, moved=True)
    yield Contest(f"{pair.name} (old, itself)", pair.old, pair.old, same=True)
    yield Contest(f"{pair.name} (new, itself)", pair.new, pair.new, same=True)


def _isolated(pair: Pair, share: float) -> list[Outcome]:
    """Judge the contests of a pair in a process of their own: one that dies, or meets the limits, takes nothing else with it."""
    with ProcessPoolExecutor(1, get_context("spawn"), _limit) as pool:
        try:
            return pool.submit(_outcomes, pair, share).result()
        except BrokenProcessPool:
            crash = f"the process died; it may take {_MOST_SECONDS} CPU seconds and {_MOST_ADDRESSES >> 30} GB"
            return [Outcome(Contest(pair.name, pair.old, pair.new), 0, Tally(), 0.0, 0.0, crash)]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESSES, _MOST_ADDRESSES))


def _outcomes(pair: Pair, share: float) -> list[Outcome]:
    asked = {version: _asked(pair, version, share) for version in (pair.old, pair.new)}
    return [_outcome(contest, asked[contest.record]) for contest in _contests(pair)]


def _asked(pair: Pair, version: Version, share: float) -> list[Operation]:
    return [_sample(operation, pair.name, share) for operation in leaves.Contract(version.file).operations()]


def _outcome(contest: Contest, operations: list[Operation]) -> Outcome:
    asked = sum(len(each.parameters) + len(each.takes) + len(each.answers) for each in operations)
    started = time.process_time()
    try:
        tally, crash = judge_pair(contest, operations), ""
    except Exception:  # a crash is what we are looking for
        tally, crash = Tally(), traceback.format_exc(limit=-6)
    return Outcome(contest, asked, tally, time.process_time() - started, peak(), crash)


def _servers(version: Version) -> object:
    return leaves.parse(version.file.read_bytes()).get("servers")


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
    print(f"undecided: {_share(outcomes):.3%}")
    for reason, count in reasons.most_common(_MOST_SHOWN):
        print(f"{count:8} {reason}")
    seconds, megabytes = sum(each.seconds for each in outcomes), max(each.megabytes for each in outcomes)
    print(f"{seconds:.0f} CPU seconds, at most {megabytes:.0f} MB in a process")


def _share(outcomes: Sequence[Outcome]) -> float:
    judged = sum(each.tally.verdicts.total() for each in outcomes)
    return sum(each.tally.verdicts[word] for each in outcomes for word in ("unproven", UNDECIDED)) / judged if judged else 1.0


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
        yield f"UNDECIDED: {_share(outcomes):.3%}; at most {MOST_UNPROVEN:.0%}"


if __name__ == "__main__":
    sys.exit(main())
