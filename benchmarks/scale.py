"""``check``, ``map``, ``impact`` and pytest's collection on estates of three sizes: ``python -m benchmarks.scale [--share S]``.

The largest has 1,000 partners, 3,000 journeys and 10,000 requirements, and twice as many once each call is asked for, too. Each
command is measured with nothing remembered (cold), after one journey changed, and after one contract changed. Seconds are CPU
seconds of the process, the least of the repeats: other work on the machine makes clocks lie.

pytest's collection is measured on a fourth estate as well, of 1,000 partners, 3,000 journeys and 10,000 requirements with what
calls imply among them, beside what pytest itself takes for as many items with nothing in them.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks import large_estates
from benchmarks.bare_items import VARIABLE as BARE_ITEMS
from benchmarks.corpus import REPOSITORY
from benchmarks.large_estates import BRIEF, CANDIDATE, FULL, Size
from benchmarks.measure import measured, processor
from cxcontracts.caching import FOLDER_VARIABLE

SHARES = (0.1, 1 / 3, 1.0)
COLD, JOURNEY, CONTRACT = STATES = ("cold", "one journey changed", "one contract changed")
MOST_COLD = 60.0
MOST_WARM = 2.0
MOST_GROWTH = 1.25
"""How much more a requirement may cost in the largest estate than in the one of a third."""

_TOUCHED = {JOURNEY: "journeys/journey-1.yaml", CONTRACT: "partners/partner-0/openapi.yaml"}
_COLLECTING = ("pytest --collect-only", "pytest --collect-only -qq", "pytest -k journey-1.yaml")
_BARE = "pytest --collect-only {}, bare items"
NAMES = ("check", "map", "impact", "pytest --collect-only", "pytest -k journey-1.yaml")
_numbers = count()


@dataclass(frozen=True, slots=True)
class Figure:
    """What a command took: CPU seconds, peak megabytes, and what it said."""

    cpu: float
    peak: float
    said: str

    def __str__(self) -> str:
        return f"{self.cpu:.2f} s, {self.peak:.0f} MB"


Figures = dict[tuple[str, str], Figure]
"""Command and state to its figure."""


def main() -> int:
    """Measure, print the tables, write them down, and return 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=3, help="the least of so many runs counts")
    parser.add_argument("--share", type=float, default=1.0, help="one size only, of so much of the largest; it writes no table")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "benchmarks" / "results" / "scale.md")
    options = parser.parse_args()
    sizes = [FULL.share(share) for share in SHARES] if options.share == 1 else [FULL.share(options.share)]
    with tempfile.TemporaryDirectory() as folder:
        figures = [figures_of(size, Path(folder), options.repeat) for size in sizes]
        collected = collection(BRIEF.share(options.share), Path(folder), options.repeat)
    targets = [*_targets(sizes, figures), *_collection_targets(collected)]
    report = _report(sizes, figures, collected, targets)
    print(report)
    if options.share == 1:
        options.output.write_text(report, encoding="utf-8")
    return 0 if all(met for _, met in targets) else 1


def collection(size: Size, workspace: Path, repeat: int) -> Figures:
    """Measure pytest's collection of an estate, printed, and not printed; and that of as many bare items."""
    root = workspace / "brief" / "contracts"
    figures = figures_of(size, workspace, repeat, ("pytest --collect-only", "pytest --collect-only -qq"), root)
    os.environ[BARE_ITEMS] = str(items_of(figures["pytest --collect-only", COLD]))
    bare = [*_pytest(root), "-p", "benchmarks.bare_items", "--collect-only"]
    for quiet in ("-q", "-qq"):
        runs = [_run([*bare, quiet], workspace) for _ in range(repeat)]
        figures[_BARE.format(quiet), "each time"] = min(runs, key=lambda figure: figure.cpu)
    return figures


def items_of(figure: Figure) -> int:
    """Return how many tests a run says to have collected."""
    return int(figure.said.splitlines()[-1].partition(" ")[0])


def figures_of(size: Size, workspace: Path, repeat: int, names: Collection[str] = NAMES, root: Path | None = None) -> Figures:
    """Measure some commands on an estate of a size, in every state.

    Raises:
        SystemExit: If what is said of an estate that remembers is not what is said of one that does not.
    """
    root = root or workspace / f"estate-{size.journeys}" / "contracts"
    large_estates.write(root, size)
    figures: Figures = {}
    for name, command in ((name, command) for name, command in _commands(root).items() if name in names):
        figures[name, COLD] = min((_cold(command, workspace) for _ in range(repeat)), key=lambda figure: figure.cpu)
        for state in (JOURNEY, CONTRACT):
            runs = [_warm(command, root / _TOUCHED[state], workspace) for _ in range(repeat)]
            figures[name, state] = min(runs, key=lambda figure: figure.cpu)
            _insist_on_the_same(name, runs[-1], command, workspace)
    return figures


def _commands(root: Path) -> dict[str, Sequence[str | Path]]:
    program: list[str | Path] = [sys.executable, "-m", "cxcontracts", "--estate", root]
    pytest = [*_pytest(root), "-p", "cxcontracts.pytest_plugin", "-q"]
    words = (["--collect-only"], ["--collect-only", "-q"], ["-k", "journey-1.yaml"])
    collecting = dict(zip(_COLLECTING, ([*pytest, *each] for each in words), strict=True))
    return {
        "check": [*program, "check", "--format", "json"],
        "map": [*program, "map", "--format", "json"],
        "impact": [*program, "impact", "-c", f"partner-0={root / CANDIDATE}", "--format", "json"],
        **collecting,
    }


def _pytest(root: Path) -> list[str | Path]:
    """Return pytest on an estate as a user runs it in the folder, but for other plugins."""
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", root.parent, root]


def _cold(command: Sequence[str | Path], workspace: Path) -> Figure:
    shutil.rmtree(workspace / "cache", ignore_errors=True)
    return _run(command, workspace)


def _warm(command: Sequence[str | Path], file: Path, workspace: Path) -> Figure:
    """Return what a command costs once one file changed; what was there before is remembered."""
    _run(command, workspace)
    file.write_bytes(file.read_bytes() + b"# change %d\n" % next(_numbers))
    return _run(command, workspace)


def _run(command: Sequence[str | Path], workspace: Path) -> Figure:
    os.environ |= {FOLDER_VARIABLE: str(workspace / "cache"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    cost = measured(command, workspace)
    if cost.exit not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, command))} ended with {cost.exit}:\n{cost.complaints}{cost.output[-2000:]}")
    return Figure(cost.cpu, cost.peak, cost.output)


def _insist_on_the_same(name: str, figure: Figure, command: Sequence[str | Path], workspace: Path) -> None:
    if _told(name, _cold(command, workspace)) != _told(name, figure):
        raise SystemExit(f"{name} says something else where it remembers")


def _told(name: str, figure: Figure) -> list[str]:
    """Return what a run said, without pytest's word on how long it took."""
    return [line for line in figure.said.splitlines() if name not in _COLLECTING or " in " not in line]


def _targets(sizes: Sequence[Size], figures: Sequence[Figures]) -> list[tuple[str, bool]]:
    found = []
    whole = figures[-1]
    for name in dict.fromkeys(name for name, _ in whole):
        cold = whole[name, COLD].cpu
        found.append((f"{name}: under a minute cold (is {cold:.1f} s)", cold < MOST_COLD))
        if len(sizes) > 1:
            growth = cold / figures[-2][name, COLD].cpu / (sizes[-1].requirements / sizes[-2].requirements)
            words = f"{name}: linear, at most {MOST_GROWTH} times as much a requirement (is {growth:.2f})"
            found.append((words, growth <= MOST_GROWTH))
        if name not in _COLLECTING:
            warm = max(whole[name, state].cpu for state in (JOURNEY, CONTRACT))
            found.append((f"{name}: under two seconds when one file changed (is {warm:.2f} s)", warm < MOST_WARM))
    return found


def _collection_targets(figures: Figures) -> list[tuple[str, bool]]:
    found = []
    for name, quiet in (("pytest --collect-only", "-q"), ("pytest --collect-only -qq", "-qq")):
        warm = max(figures[name, state].cpu for state in (JOURNEY, CONTRACT))
        bare = figures[_BARE.format(quiet), "each time"].cpu
        words = f"{name}, what calls imply counted: under two seconds when one file changed (is {warm:.2f} s"
        found.append((f"{words}; bare pytest takes {bare:.2f} s)", warm < MOST_WARM))
    return found


def judged(figures: Figures) -> int:
    """Return how many requirements ``check`` judged."""
    summary: dict[str, int] = json.loads(figures["check", COLD].said)["summary"]
    return sum(summary.values())


def _report(sizes: Sequence[Size], figures: Sequence[Figures], collected: Figures, targets: Sequence[tuple[str, bool]]) -> str:
    day = datetime.datetime.now(datetime.UTC).date()
    heads = [f"{size.partners:,} / {size.journeys:,} / {size.requirements:,}" for size in sizes]
    lines = [
        "# Large estates",
        "",
        f"{day}, Python {platform.python_version()} on {os.cpu_count()} cores of {processor()}. CPU seconds and peak memory.",
        "Partners / journeys / requirements as written; `check` judges "
        + ", ".join(f"{judged(each):,}" for each in figures)
        + ", for each call and each value that is sent is a requirement as well.",
        "",
        f"| command | state | {' | '.join(heads)} |",
        f"| --- | --- |{' --- |' * len(heads)}",
    ]
    for name, state in figures[0]:
        lines.append(f"| `{name}` | {state} | {' | '.join(str(each[name, state]) for each in figures)} |")
    number = items_of(collected["pytest --collect-only", COLD])
    lines += [
        "",
        f"Where what calls imply is counted, {number:,} requirements in all, without plugins but our own:",
        "",
        "| command | state | figures |",
        "| --- | --- | --- |",
        *(f"| `{name}` | {state} | {figure} |" for (name, state), figure in collected.items()),
    ]
    lines += ["", *(f"- {'met' if met else 'MISSED'}: {sentence}" for sentence, met in targets), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
