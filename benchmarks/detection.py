"""What each detector makes of the pairs of oasdiff's own tests: how many breaks it sees, and how often it cries wolf."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.agreement import HARMLESS, Case, cases, remaining
from benchmarks.measure import measured
from benchmarks.peers import Peer, Said

_LIMIT = 120.0


@dataclass(frozen=True, slots=True)
class Sorted:
    """The pairs whose answer is known.

    Attributes:
        breaking: Those whose test asserts an error.
        harmless: Those whose test asserts none, and in which oasdiff finds neither an error nor a warning.
        unbroken: Those whose test asserts errors that a value shows to be none; they are on neither side.
        broken: Those of the harmless in which a witness shows that somebody breaks; they are on neither side.
    """

    breaking: tuple[Case, ...]
    harmless: tuple[Case, ...]
    unbroken: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass
class Detected:
    """What one detector makes of them."""

    peer: Peer
    caught: int = 0
    alarms: int = 0
    refused_breaking: int = 0
    refused_harmless: int = 0
    cpu: float = 0.0
    missed: list[str] = field(default_factory=list)
    cried: list[str] = field(default_factory=list)

    def count(self, case: Case, said: Said, *, breaks: bool) -> None:
        """Count what it said of one pair."""
        if said.breaking is None:
            self.refused_breaking += breaks
            self.refused_harmless += not breaks
        elif breaks:
            self.caught += said.breaking
            if not said.breaking:
                self.missed.append(case.name)
        else:
            self.alarms += said.breaking
            if said.breaking:
                self.cried.append(case.name)


def sorted_out() -> Sorted:
    """Return the pairs whose answer is known."""
    decided = {(entry.pair, entry.id) for entry in remaining() if entry.right == "ours" and entry.shown != "rule"}
    broken = {pair for pair, id in decided if id.startswith("ours:")}
    breaking: list[Case] = []
    harmless: list[Case] = []
    unbroken: list[Case] = []
    for case in cases():
        if case.harmless and case.level in HARMLESS:
            harmless.append(case)
        elif case.level == "error" and case.notice is None:
            sound = [line for line in case.errors if (case.name, line.id) not in decided]
            (breaking if sound else unbroken).append(case)
    return Sorted(
        tuple(breaking),
        tuple(case for case in harmless if case.name not in broken),
        tuple(case.name for case in unbroken),
        tuple(case.name for case in harmless if case.name in broken),
    )


def detect(peers: Sequence[Peer], known: Sorted, workspace: Path, jobs: int) -> Iterator[Detected]:
    """Yield what each detector makes of the pairs, each run in a process of its own."""
    asked = [*((case, True) for case in known.breaking), *((case, False) for case in known.harmless)]
    for peer in peers:
        detected = Detected(peer)
        with ThreadPoolExecutor(jobs) as pool:
            said = pool.map(lambda one, peer=peer: _said(peer, one[0], workspace), asked)
            for (case, breaks), (words, cpu) in zip(asked, said, strict=True):
                detected.count(case, words, breaks=breaks)
                detected.cpu += cpu
        yield detected


def _said(peer: Peer, case: Case, workspace: Path) -> tuple[Said, float]:
    folder = workspace / peer.name / case.name
    for part in ("made", "printed"):
        (folder / part).mkdir(parents=True)
    cost = measured(peer.command(case.pair, folder / "made"), folder / "printed", limit=_LIMIT)
    said = peer.said(cost)
    shutil.rmtree(folder)
    return said, cost.cpu
