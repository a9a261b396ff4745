"""``impact`` with fifty needs beside oasdiff and beside the floor, in one run: ``python -m benchmarks.impact``.

The floor is both documents, read by the fastest parser for each. Seconds are CPU seconds, the least of the repeats, for other
work on the machine makes clocks lie. In-process figures leave imports out; those of commands hold everything.

What no journey touches must cost nothing beyond parsing. Verdicts are held to that against a contract cut down to what the
journeys touch. The list of changes has to say what changed where nobody looks, so there the whole is held against a contract cut
down to what is touched or changed: what is neither must cost next to nothing. The parsing taken off is that with the garbage
collector held, for the product holds it.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import ryaml

from benchmarks import estates
from benchmarks.corpus import REPOSITORY, Pair, Version, pair
from benchmarks.leaves import Contract, parse
from benchmarks.measure import measured, processor
from benchmarks.oasdiff import VERSION, binary
from benchmarks.trimming import differing, trimmed

PAIRS = ("github/api.github.com", "okta/management-2025.01-2026.06", "stripe/spec3-v1-v100")
NEEDS = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """CPU seconds and peak megabytes; *note* says what else there is to know, e.g. that a limit ended it."""

    cpu: float
    peak: float
    note: str = ""

    def __str__(self) -> str:
        return self.note or f"{self.cpu:.2f} s, {self.peak:.0f} MB"


@dataclass(frozen=True, slots=True)
class Beyond:
    """Seconds on top of parsing: with the whole contract, and with one cut down to some of its paths."""

    whole: float
    trimmed: float

    @property
    def growth(self) -> float:
        """How many times more the whole costs."""
        return self.whole / self.trimmed

    def __str__(self) -> str:
        return f"{self.whole:.3f} s | {self.trimmed:.3f} s"


@dataclass(frozen=True, slots=True)
class Row:
    """One pair's figures; those of oasdiff are None where it was left out."""

    name: str
    floor: Figure
    ours: Figure
    verdicts: Figure
    command: Figure
    breaking: Figure | None
    changelog: Figure | None
    beyond: Beyond
    beyond_verdicts: Beyond
    kept: str
    said: str


@dataclass(frozen=True, slots=True)
class Target:
    """What the project holds itself to, and whether it does."""

    sentence: str
    met: bool


def main() -> int:
    """Measure, print the table, write it down, and return 1 where a target is missed."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        rows = [_row(pair(name, workspace), workspace, options) for name in options.pairs]
    targets = [target for row in rows for target in _targets(row)]
    report = _report(rows, targets)
    print(report)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(report, encoding="utf-8")
    return 0 if all(target.met for target in targets) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.impact", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pairs", nargs="*", default=PAIRS, help="pairs of the corpus (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="the least of so many runs counts")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that oasdiff may take")
    parser.add_argument("--without-oasdiff", action="store_true")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "benchmarks" / "results" / "impact.md")
    return parser.parse_args()


def _row(contracts: Pair, workspace: Path, options: argparse.Namespace) -> Row:
    here = workspace / contracts.name
    asks = estates.spread(Contract(contracts.old.file), NEEDS)
    estates.write(here / "whole", contracts.old, asks)
    old, new = (parse(each.file.read_bytes()) for _, each in _sides(contracts))
    touched = {ask.operation.path for ask in asks}
    concerned = touched | differing(old, new)
    small = _cut(contracts, here, "touched", asks, touched)
    listed = _cut(contracts, here, "concerned", asks, concerned)

    def ours(task: str, estate: str, candidate: Version) -> tuple[Figure, str]:
        return _in_process([task, here / estate, estates.PARTNER, candidate.file], workspace, options.repeat)

    whole, said = ours("impact", "whole", contracts.new)
    verdicts, _ = ours("verdicts", "whole", contracts.new)

    def beyond(task: str, estate: str, cut: Pair) -> Beyond:
        held = (_floor(each, workspace, options.repeat, "parse-held").cpu for each in (contracts, cut))
        figures = (verdicts if task == "verdicts" else whole, ours(task, estate, cut.new)[0])
        return Beyond(*(figure.cpu - parsing for figure, parsing in zip(figures, held, strict=True)))

    program = Path(sys.executable).parent / "cxcontracts"
    command: list[str | Path] = [program, "--estate", here / "whole", "impact", estates.PARTNER]
    command += ["--candidate", contracts.new.file, "--format", "json"]
    return Row(
        name=contracts.name,
        floor=_floor(contracts, workspace, options.repeat),
        ours=whole,
        verdicts=verdicts,
        command=_least(lambda: _command(command, workspace, options.limit, (0, 1, 3)), options.repeat),
        breaking=None if options.without_oasdiff else _oasdiff("breaking", contracts, workspace, options.limit),
        changelog=None if options.without_oasdiff else _oasdiff("changelog", contracts, workspace, options.limit),
        beyond=beyond("impact", "concerned", listed),
        beyond_verdicts=beyond("verdicts", "touched", small),
        kept=f"{len(touched)} / {len(concerned)} / {len(old['paths'].keys() | new['paths'].keys())}",
        said=said,
    )


def _sides(contracts: Pair) -> tuple[tuple[str, Version], tuple[str, Version]]:
    return ("old", contracts.old), ("new", contracts.new)


def _cut(contracts: Pair, here: Path, name: str, asks: Sequence[estates.Ask], templates: Collection[str]) -> Pair:
    """Write both versions down to some paths, and an estate on them; return the pair."""
    cut = Pair(contracts.name, *(_trimmed(each, here / f"{name}-{side}", templates) for side, each in _sides(contracts)))
    estates.write(here / name, cut.old, asks)
    return cut


def _trimmed(version: Version, folder: Path, templates: Collection[str]) -> Version:
    folder.mkdir(parents=True)
    document = trimmed(parse(version.file.read_bytes()), templates)
    text = orjson.dumps(document) if version.entry.suffix == ".json" else ryaml.dumps(document).encode()
    (folder / version.entry).write_bytes(text)
    return Version(folder, version.entry, alone=True)


def _floor(contracts: Pair, workspace: Path, repeat: int, task: str = "parse") -> Figure:
    return _in_process([task, contracts.old.file, contracts.new.file], workspace, repeat)[0]


def _in_process(arguments: Sequence[str | Path], workspace: Path, repeat: int) -> tuple[Figure, str]:
    said = ""

    def run() -> Figure:
        nonlocal said
        cost = measured([sys.executable, "-m", "benchmarks.in_process", *arguments], workspace)
        if cost.exit:
            raise SystemExit(f"{' '.join(map(str, arguments))} ended with {cost.exit}:\n{cost.complaints}")
        result = json.loads(cost.output.splitlines()[-1])
        said = ", ".join(f"{count} {verdict}" for verdict, count in result["said"].items() if count)
        return Figure(result["cpu"], result["peak"])

    return _least(run, repeat), said


def _command(command: Sequence[str | Path], workspace: Path, limit: float, accepted: Sequence[int]) -> Figure:
    cost = measured(command, workspace, limit=limit)
    if not cost.finished:
        return Figure(cost.cpu, cost.peak, f"not done in {limit:.0f} s ({cost.peak:.0f} MB)")
    if cost.exit not in accepted:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {cost.exit}:\n{cost.complaints}")
    return Figure(cost.cpu, cost.peak)


def _oasdiff(task: str, contracts: Pair, workspace: Path, limit: float) -> Figure:
    return _command([binary(), task, contracts.old.file, contracts.new.file, "--format", "json"], workspace, limit, (0, 1))


def _least(run: Callable[[], Figure], repeat: int) -> Figure:
    return min((run() for _ in range(repeat)), key=lambda figure: figure.cpu)


def _targets(row: Row) -> list[Target]:
    within = 10 if row.name.startswith("stripe/") else 3
    targets = [_at_most(f"{row.name}: in-process within {within} times the floor", row.ours.cpu / row.floor.cpu, within)]
    if row.breaking is not None and row.name.startswith("github/"):
        targets.append(_at_least(f"{row.name}: 10 times faster than oasdiff", row.breaking.cpu / row.ours.cpu, 10))
    grown = f"{row.name}: beyond parsing, the whole costs at most 1.5 times what is"
    targets.append(_at_most(f"{grown} touched or changed costs", row.beyond.growth, 1.5))
    targets.append(_at_most(f"{grown} touched costs, without the list of changes", row.beyond_verdicts.growth, 1.5))
    return targets


def _at_most(sentence: str, value: float, limit: float) -> Target:
    return Target(f"{sentence} (is {value:.1f})", value <= limit)


def _at_least(sentence: str, value: float, limit: float) -> Target:
    return Target(f"{sentence} (is {value:.1f})", value >= limit)


def _report(rows: Sequence[Row], targets: Sequence[Target]) -> str:
    day = datetime.datetime.now(datetime.UTC).date()
    lines = [
        f"# `impact` with {NEEDS} needs",
        "",
        f"{day}, Python {platform.python_version()} on {os.cpu_count()} cores of {processor()}; oasdiff {VERSION}.",
        "CPU seconds and peak memory.",
        "",
        "| pair | floor: parsing both | in-process | / floor | without the changes | command | oasdiff breaking | / in-process "
        "| oasdiff changelog |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_line(row) for row in rows),
        "",
        "| pair | what it says | paths touched / or changed / all | beyond parsing | cut down to touched or changed "
        "| without the changes | cut down to touched |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(f"| {row.name} | {row.said} | {row.kept} | {row.beyond} | {row.beyond_verdicts} |" for row in rows),
        "",
        *(f"- {'met' if target.met else 'MISSED'}: {target.sentence}" for target in targets),
        "",
    ]
    return "\n".join(lines)


def _line(row: Row) -> str:
    faster = "" if row.breaking is None else f"{row.breaking.cpu / row.ours.cpu:.1f}"
    floor = f"{row.ours.cpu / row.floor.cpu:.1f}"
    cells = [row.name, row.floor, row.ours, floor, row.verdicts, row.command, row.breaking or "", faster, row.changelog or ""]
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
