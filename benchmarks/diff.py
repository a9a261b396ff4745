"""``cxcontracts diff`` beside the detectors that others make, in one run: ``python -m benchmarks.diff [--all]``.

Time and memory are those of whole commands, start and imports included: CPU seconds, for other work on the machine makes clocks
lie, and the least of the repeats. What each detects is counted on the pairs of oasdiff's own tests. ``--all`` holds every pair of
the corpus over 100 KB against oasdiff.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import REPOSITORY, Pair, Version, pairs
from benchmarks.detection import Detected, Sorted, detect, sorted_out
from benchmarks.measure import measured, processor
from benchmarks.peers import PEERS, Peer, Said, ours

NAMED = (
    "amadeus/HotelList",
    "adyen/CheckoutService-v66-v67",
    "uic/osdm-3.9-bundled-3.9-split",
    "digitalocean/public-v2-multifile",
    "okta/management-2025.01-2026.06",
    "stripe/spec3-v1-v100",
    "github/api.github.com",
)
"""From small to large, and what is hard for one reason or another: several files, dense cycles."""
LEAST_KILOBYTES = 100
OURS, OASDIFF = PEERS[:2]


@dataclass(frozen=True, slots=True)
class Figure:
    """What one detector took for one pair, and what it said.

    Attributes:
        cpu, wall: Seconds.
        peak: Megabytes.
        finished: False where the limit ended it.
    """

    cpu: float
    wall: float
    peak: float
    said: Said
    finished: bool

    def __str__(self) -> str:
        if not self.finished:
            return f"cut off after {self.wall:.0f} s ({self.cpu:.0f} s CPU, {self.peak:.0f} MB)"
        note = f" ({self.said.note})" if self.said.breaking is None else ""
        return f"{self.cpu:.2f} s CPU, {self.wall:.2f} s, {self.peak:.0f} MB{note}"


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one pair, by detector; the CPU seconds of our comparison without start and imports; the larger size."""

    pair: Pair
    figures: dict[str, Figure]
    inside: float
    kilobytes: float


@dataclass(frozen=True, slots=True)
class Target:
    """What the project holds itself to, on how many pairs, and which of them miss it."""

    sentence: str
    pairs: int
    missed: tuple[str, ...]

    def __str__(self) -> str:
        if not self.missed:
            return f"- met: {self.sentence}, on each of {self.pairs}"
        return f"- MISSED: {self.sentence}, but on {len(self.missed)} of {self.pairs}: {', '.join(self.missed)}"


def main() -> int:
    """Measure, print the tables, write them down, and return 1 where a target is missed."""
    options = _options()
    peers = [peer for peer in PEERS if peer.name in options.peers]
    for peer in peers:
        peer.install()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        known = {pair.name: pair for pair in pairs(workspace / "unpacked")}
        rows = [_row(known[name], peers, workspace, options) for name in options.pairs if name in known]
        large = [pair for pair in known.values() if options.all and max(map(_kilobytes, (pair.old, pair.new))) > LEAST_KILOBYTES]
        every = [_row(pair, [OURS, OASDIFF], workspace, options) for pair in large]
        answers = sorted_out()
        detected = [] if options.without_detection else list(detect(peers, answers, workspace / "detection", options.jobs))
        started = min(measured(ours("--version"), workspace).cpu for _ in range(options.repeat))
    report = "\n".join(_report(peers, rows, every, detected, answers, started))
    print(report)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(report, encoding="utf-8")
    return 1 if any(target.missed for target in _targets(every)) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diff", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pairs", nargs="*", default=NAMED, help="pairs of the corpus (default: %(default)s)")
    parser.add_argument("--all", action="store_true", help=f"every pair over {LEAST_KILOBYTES} KB, held against oasdiff")
    parser.add_argument("--peers", nargs="+", default=[peer.name for peer in PEERS], help="which detectors (default: all)")
    parser.add_argument("--repeat", type=int, default=3, help="the least of so many runs counts")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds on the clock that one run may take")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time while detection is counted; not while timing")
    parser.add_argument("--without-detection", action="store_true", help="measure time and memory only")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "benchmarks" / "results" / "diff.md")
    return parser.parse_args()


def _row(pair: Pair, peers: Sequence[Peer], workspace: Path, options: argparse.Namespace) -> Row:
    figures = {}
    for peer in peers:
        print(f"{pair.name}: {peer.name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(dir=workspace) as folder:
            figures[peer.name] = _least(peer, pair, Path(folder), options)
    return Row(pair, figures, _inside(pair, workspace, options.repeat), max(map(_kilobytes, (pair.old, pair.new))))


def _least(peer: Peer, pair: Pair, folder: Path, options: argparse.Namespace) -> Figure:
    """Run one detector on one pair: again where that is quick, for what takes a minute is told by one run."""
    made, printed = folder / "made", folder / "printed"
    for each in (made, printed):
        each.mkdir()
    command = peer.command(pair, made)
    best: Figure | None = None
    for _ in range(options.repeat):
        cost = measured(command, printed, limit=options.limit)
        figure = Figure(cost.cpu, cost.wall, cost.peak, peer.said(cost), cost.finished)
        if best is None or figure.cpu < best.cpu:
            best = figure
        if cost.wall > _LONG:
            break
    assert best is not None
    return best


_LONG = 30.0


def _inside(pair: Pair, workspace: Path, repeat: int) -> float:
    """Return the CPU seconds of the comparison alone, reading both documents included and imports left out."""
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.in_process", "diff", pair.old.file, pair.new.file]
    costs = [measured(command, workspace) for _ in range(repeat)]
    return min((float(json.loads(cost.output.splitlines()[-1])["cpu"]) for cost in costs if not cost.exit), default=math.inf)


def _kilobytes(version: Version) -> float:
    """Return the size of a contract: of its document, or of all the files that it may refer to."""
    files = [version.file] if version.alone else [file for file in version.folder.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1000


def _report(
    peers: Sequence[Peer],
    rows: Sequence[Row],
    every: Sequence[Row],
    detected: Sequence[Detected],
    known: Sorted,
    started: float,
) -> Iterator[str]:
    day = datetime.datetime.now(datetime.UTC).date()
    yield "# `diff` beside other detectors of breaking changes"
    yield ""
    yield f"{day}, Python {platform.python_version()} on {os.cpu_count()} cores of {processor()}."
    yield f"Whole commands, start included; ours takes {started:.2f} s CPU to say its version. The least CPU of several runs."
    yield ""
    yield from (f"- {peer.name}: {peer.version}" for peer in peers)
    yield ""
    if rows:
        yield from _costs(peers, rows)
    if detected:
        yield from _detection(detected, known)
    if every:
        yield from _against_oasdiff(every)


def _costs(peers: Sequence[Peer], rows: Sequence[Row]) -> Iterator[str]:
    yield "## Time and memory"
    yield ""
    yield f"| pair | size | {' | '.join(peer.name for peer in peers)} |"
    yield f"| --- | --- | {' | '.join('---' for _ in peers)} |"
    for row in rows:
        cells = [_with_ratio(row, peer) for peer in peers]
        yield f"| {row.pair.name} | {row.kilobytes:,.0f} KB | {' | '.join(cells)} |"
    yield ""


def _with_ratio(row: Row, peer: Peer) -> str:
    figure, ours = row.figures[peer.name], row.figures.get(OURS.name)
    if ours is None or peer is OURS or figure.said.breaking is None:
        return str(figure)
    return f"{figure}: {figure.cpu / ours.cpu:.1f} times the CPU, {figure.peak / ours.peak:.1f} times the memory"


def _detection(detected: Sequence[Detected], known: Sorted) -> Iterator[str]:
    yield "## Detection, on the pairs of oasdiff's own tests"
    yield ""
    yield (
        f"{len(known.breaking)} pairs whose test asserts an error, and {len(known.harmless)} in which oasdiff finds neither an "
        f"error nor a warning. Left out are {len(known.unbroken)} and {len(known.broken)} more, of which a value that both "
        "versions take, or a witness, shows that it is the other way round (`agreement.yaml`)."
    )
    yield ""
    yield "| detector | breaks caught | not read | false alarms | not read | CPU seconds for all |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in detected:
        caught, alarms = f"{each.caught} of {len(known.breaking)}", f"{each.alarms} of {len(known.harmless)}"
        refused = each.refused_breaking, each.refused_harmless
        yield f"| {each.peer.name} | {caught} | {refused[0] or ''} | {alarms} | {refused[1] or ''} | {each.cpu:.0f} |"
    yield ""
    for each in detected:
        if each.peer is OURS and (each.missed or each.cried):
            yield f"Missed here: {', '.join(each.missed) or 'none'}. False alarms here: {', '.join(each.cried) or 'none'}."
            yield ""


def _against_oasdiff(every: Sequence[Row]) -> Iterator[str]:
    yield f"## Every pair over {LEAST_KILOBYTES} KB, beside oasdiff"
    yield ""
    yield "| pair | size | cxcontracts | without start and imports | says | oasdiff | says | times the CPU | times the memory |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for row in sorted(every, key=lambda row: row.kilobytes):
        one, other = row.figures[OURS.name], row.figures[OASDIFF.name]
        cells = [row.pair.name, f"{row.kilobytes:,.0f} KB", one, f"{row.inside:.2f} s", one.said.note, other, other.said.note]
        ratios = ["", ""]
        if other.said.breaking is not None:
            ratios = [f"{other.cpu / one.cpu:.1f}; {other.cpu / row.inside:.1f}", f"{other.peak / one.peak:.1f}"]
        yield f"| {' | '.join(map(str, [*cells, *ratios]))} |"
    yield ""
    yield from (str(target) for target in _targets(every))
    yield ""
    yield _WHY
    yield ""


_WHY = """\
A command of ours takes about 0.15 s for the interpreter and what it imports, and 35 MB for the two, before it has read a byte;
oasdiff is one compiled file and takes next to nothing. Where a whole command is slower or larger here, that is why, but for the
pairs that the first line names: there the comparison itself is slower."""


def _targets(every: Sequence[Row]) -> Iterator[Target]:
    finished = [row for row in every if row.figures[OASDIFF.name].said.breaking is not None]
    for sentence, worse in (
        ("less CPU than oasdiff, without start and imports", [r for r in finished if r.inside > r.figures[OASDIFF.name].cpu]),
        ("less CPU than oasdiff, as a command", [r for r in finished if r.figures[OURS.name].cpu > r.figures[OASDIFF.name].cpu]),
        ("no more memory than oasdiff", [r for r in finished if r.figures[OURS.name].peak > r.figures[OASDIFF.name].peak]),
        ("finishes", [r for r in every if r.figures[OURS.name].said.breaking is None]),
    ):
        yield Target(sentence, len(finished if "oasdiff" in sentence else every), tuple(row.pair.name for row in worse))


if __name__ == "__main__":
    sys.exit(main())
