"""``diff`` on every pair of real contracts: ``python -m benchmarks.long.corpus_diffs [--share 0.01]``.

Each pair is compared in two processes that hash differently, and each witness is checked again on both documents as they are
written. It fails where a run crashes or says something else than the other, where a witness does not show what it should, where
more than one judged change in a hundred is unproven, where a contract in another layout breaks anybody, and at 2 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.corpus import REPOSITORY, Pair, Version, pairs
from benchmarks.measure import peak

SAME = {
    "uic/osdm-3.9-bundled-3.9-split": "one contract in two layouts",
    "adyen/PayoutService-v64-v67": "nothing but words differs",
    "openfinance-br/accounts-2.4.1-2.4.2": "nothing but words differs",
}
"""Pairs in which nothing may break, and why."""
AT_MOST = {"adyen/PayoutService-v64-v67": 0, "openfinance-br/accounts-2.4.1-2.4.2": 0}
"""Pair to the most changes of any kind that it has."""
MOST_UNPROVEN = 0.01
MOST_MEMORY = 2048.0
_MOST_SECONDS = 900
_MOST_ADDRESSES = 4 << 30
_MOST_SHOWN = 20
_SEEDS = ("1", "2")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one pair.

    Attributes:
        verdicts: Verdict of the judged changes to count.
        rules: Rule to how many changes it has.
        doubts: Witnesses that do not show what they should, and why; those not looked at apart.
        unproven: Elements and reasons.
        broken: Elements and sentences.
        crash: The end of the traceback, or what differs between the runs; empty where all is well.
    """

    name: str
    seconds: float = 0.0
    megabytes: float = 0.0
    verdicts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    doubts: tuple[str, ...] = ()
    skipped: Counter[str] = field(default_factory=Counter)
    unproven: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    crash: str = ""

    def __str__(self) -> str:
        said = ", ".join(f"{count} {verdict}" for verdict, count in self.verdicts.most_common()) or "no change"
        shown = f"{said}; {len(self.doubts)} witnesses in doubt" if self.doubts else said
        return f"{self.seconds:6.2f} s {self.megabytes:5.0f} MB  {self.name}: {'FAILED' if self.crash else shown}"


def main(words: Sequence[str] | None = None) -> int:
    """Compare, print, and return 1 where a promise is not kept."""
    options = _options(words)
    if options.one:
        return _one(json.loads(options.one))
    with tempfile.TemporaryDirectory() as folder:
        chosen = [pair for pair in pairs(Path(folder)) if options.only in pair.name and _drawn(pair.name, options.share)]
        outcomes = []
        with ThreadPoolExecutor(options.jobs) as pool:
            for outcome in pool.map(_outcome, chosen):
                print(outcome, flush=True)
                outcomes.append(outcome)
    _summary(outcomes)
    complaints = list(_complaints(outcomes))
    print("\n".join(complaints) or "every promise is kept")
    return 1 if complaints else 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.long.corpus_diffs", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--share", type=float, default=1.0, help="how many of all pairs, 0 to 1; the same ones at every run")
    parser.add_argument("--only", default="", help="pairs with this in their name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="pairs at a time")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    return parser.parse_args(words)


def _drawn(name: str, share: float) -> bool:
    """Tell whether a pair is in the sample; those with a known answer always are."""
    return name in SAME or zlib.crc32(name.encode()) < share * 2**32


def _outcome(pair: Pair) -> Outcome:
    """Compare a pair in processes of their own: one that dies, or meets the limits, takes nothing else with it."""
    asked = json.dumps([pair.name, *(_written(version) for version in (pair.old, pair.new))])
    said = []
    for seed in _SEEDS:
        command = [sys.executable, "-m", "benchmarks.long.corpus_diffs", "--one", asked]
        ended = subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed, "CX_CHECK_WITNESSES": "1" if seed == _SEEDS[0] else ""},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            preexec_fn=_limit,
        )
        if ended.returncode:
            return Outcome(pair.name, crash=f"it ended with {ended.returncode}\n{ended.stderr[-2000:]}")
        said.append(json.loads(ended.stdout.splitlines()[-1]))
    first, second = said
    differing = [f"{a}\n  {b}" for a, b in zip(first["changes"], second["changes"], strict=False) if a != b]
    crash = f"two runs differ:\n  {differing[0] if differing else 'in number'}" if first["changes"] != second["changes"] else ""
    return _read(pair.name, first, crash)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESSES, _MOST_ADDRESSES))


def _written(version: Version) -> list[str]:
    return [str(version.folder), str(version.entry)]


def _read(name: str, said: Mapping[str, Any], crash: str) -> Outcome:
    changes = [json.loads(change) for change in said["changes"]]
    judged = [change for change in changes if change["judged"]]
    told = [(change["verdict"], f"{change['element']}: {change['rule']}: {change['because']}") for change in changes]
    return Outcome(
        name,
        said["seconds"],
        said["megabytes"],
        Counter(change["verdict"] for change in judged),
        Counter(change["rule"] for change in changes),
        tuple(said["doubts"]),
        Counter(said["skipped"]),
        tuple(words for verdict, words in told if verdict == "unproven"),
        tuple(words for verdict, words in told if verdict == "broken"),
        crash,
    )


def _one(asked: Sequence[Any]) -> int:
    """Compare one pair in this process, and print what was said as one line of JSON."""
    import time

    from benchmarks.agreement import TODAY
    from benchmarks.witnesses import NOT_LOOKED_AT, Document, doubt
    from cxcontracts.comparing import Asked, compare
    from cxcontracts.opening import read_contract
    from cxcontracts.rules import RULES

    name, *sides = asked
    old, new = (Version(Path(folder), Path(entry), alone=False) for folder, entry in sides)
    started = time.process_time()
    record, candidate = (read_contract(each.file, each.file.parent.name) for each in (old, new))
    found = compare(record, candidate, name, Asked(TODAY)).changes
    seconds, megabytes = time.process_time() - started, peak()
    doubts: list[str] = []
    skipped: Counter[str] = Counter()
    if os.environ.get("CX_CHECK_WITNESSES"):
        documents = Document(old), Document(new)
        for change in found:
            reason = doubt(change, *documents) if change.breaking else ""
            if reason.startswith(NOT_LOOKED_AT):
                skipped[reason] += 1
            elif reason:
                witness = json.dumps(change.witness.as_json())[:600] if change.witness else ""
                doubts.append(f"{change.element}: {change.rule}: {reason}\n    {change.change}\n    {witness}")
    changes = [
        json.dumps(
            {
                "element": change.element,
                "change": change.change,
                "rule": change.rule,
                "verdict": change.verdict,
                "level": change.level,
                "because": change.because,
                "places": change.places,
                "fingerprint": change.fingerprint,
                "witness": change.witness.as_json() if change.witness else None,
                "was": str(change.was),
                "is": str(change.is_),
                "judged": change.rule == "not-compared" or RULES[change.rule].proved,
            }
        )
        for change in found
    ]
    printed = {"seconds": seconds, "megabytes": megabytes, "doubts": doubts, "skipped": skipped, "changes": changes}
    print(json.dumps(printed))
    return 0


def _summary(outcomes: Sequence[Outcome]) -> None:
    for words, counters in (("verdicts", "verdicts"), ("rules", "rules"), ("witnesses not looked at", "skipped")):
        whole: Counter[str] = sum((getattr(each, counters) for each in outcomes), Counter())
        print(f"\n{words}: " + ", ".join(f"{count} {name}" for name, count in whole.most_common()))
    print(f"unproven: {_share(outcomes):.3%} of what is judged")
    reasons = Counter(words.rpartition(": ")[2] for each in outcomes for words in each.unproven)
    for reason, count in reasons.most_common(_MOST_SHOWN):
        print(f"{count:8} {reason}")
    seconds, megabytes = sum(each.seconds for each in outcomes), max(each.megabytes for each in outcomes)
    print(f"{seconds:.1f} CPU seconds, at most {megabytes:.0f} MB in a process")


def _share(outcomes: Sequence[Outcome]) -> float:
    judged = sum(each.verdicts.total() for each in outcomes)
    return sum(each.verdicts["unproven"] for each in outcomes) / judged if judged else 0.0


def _complaints(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for each in outcomes:
        if each.crash:
            yield f"FAILED: {each.name}: {each.crash}"
        if each.name in SAME and each.broken:
            yield f"BROKEN: {each.name}, {SAME[each.name]}: {_shown(each.broken)}"
        if each.name in AT_MOST and each.rules.total() > AT_MOST[each.name]:
            yield f"CHANGES: {each.name}, {SAME[each.name]}: {dict(each.rules)}"
        if each.megabytes > MOST_MEMORY:
            yield f"MEMORY: {each.name} took {each.megabytes:.0f} MB; at most {MOST_MEMORY:.0f}"
        if each.doubts:
            yield f"WITNESS: {each.name}: {_shown(each.doubts)}"
    if _share(outcomes) > MOST_UNPROVEN:
        yield f"UNPROVEN: {_share(outcomes):.3%}; at most {MOST_UNPROVEN:.0%}"


def _shown(words: Sequence[str]) -> str:
    return f"{len(words)}\n" + "\n".join(f"  {line}" for line in words[:_MOST_SHOWN])


if __name__ == "__main__":
    sys.exit(main())
