"""``check``, ``map``, ``impact`` and pytest's collection on estates of three sizes: ``python -m benchmarks.scale``.

The largest has 1,000 partners, 3,000 journeys and 10,000 requirements, and twice as many once each call is asked for, too. Each
command is measured with nothing remembered (cold), after one journey changed, and after one contract changed. Seconds are CPU
seconds of the process, the least of the repeats: other work on the machine makes clocks lie.
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
from benchmarks.corpus import REPOSITORY
from benchmarks.large_estates import CANDIDATE, FULL, Size
from benchmarks.measure import measured, processor
from cxcontracts.caching import FOLDER_VARIABLE

SHARES = (0.1, 1 / 3, 1.0)
COLD, JOURNEY, CONTRACT = STATES = ("cold", "one journey changed", "one contract changed")
MOST_COLD = 60.0
MOST_WARM = 2.0
MOST_GROWTH = 1.25
"""How much more a requirement may cost in the largest estate than in the one of a third."""

_TOUCHED = {JOURNEY: "journeys/journey-1.yaml", CONTRACT: "partners/partner-0/openapi.yaml"}
_COLLECTING = ("pytest --collect-only", "pytest -k journey-1.yaml")
NAMES = ("check", "map", "impact", *_COLLECTING)
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
    parser.add_argument("--output", type=Path, default=REPOSITORY / "benchmarks" / "results" / "scale.md")
    options = parser.parse_args()
    sizes = [FULL.share(share) for share in SHARES]
    with tempfile.TemporaryDirectory() as folder:
        figures = [figures_of(size, Path(folder), options.repeat) for size in sizes]
    targets = list(_targets(sizes, figures))
    report = _report(sizes, figures, targets)
    print(report)
    options.output.write_text(report, encoding="utf-8")
    return 0 if all(met for _, met in targets) else 1


def figures_of(size: Size, workspace: Path, repeat: int, names: Collection[str] = NAMES) -> Figures:
    """Measure some commands on an estate of a size, in every state.

    Raises:
        SystemExit: If what is said of an estate that remembers is not what is said of one that does not.
    """
    root = workspace / f"estate-{size.journeys}" / "contracts"
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
    pytest: list[str | Path] = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, root]
    collecting = dict(zip(_COLLECTING, ([*pytest, "--collect-only"], [*pytest, "-k", "journey-1.yaml"]), strict=True))
    return {
        "check": [*program, "check", "--format", "json"],
        "map": [*program, "map", "--format", "json"],
        "impact": [*program, "impact", "-c", f"partner-0={root / CANDIDATE}", "--format", "json"],
        **collecting,
    }


def _cold(command: Sequence[str | Path], workspace: Path) -> Figure:
    shutil.rmtree(workspace / "cache", ignore_errors=True)
    return _run(command, workspace)


def _warm(command: Sequence[str | Path], file: Path, workspace: Path) -> Figure:
    """Return what a command costs once one file changed; what was there before is remembered."""
    _run(command, workspace)
    file.write_bytes(file.read_bytes() + b"# change %d\n" % next(_numbers))
    return _run(command, workspace)


def _run(command: Sequence[str | Path], workspace: Path) -> Figure:
    os.environ[FOLDER_VARIABLE] = str(workspace / "cache")
    cost = measured(command, workspace)
    if cost.exit not in (0, 1):
        raise SystemExit(f"{' '.join(map(str, command))} ended with {cost.exit}:\n{cost.complaints}{cost.output[-2000:]}")
    return Figure(cost.cpu, cost.peak, cost.output)


def _insist_on_the_same(name: str, figure: Figure, command: Sequence[str | Path], workspace: Path) -> None:
    if name not in _COLLECTING and _cold(command, workspace).said != figure.said:
        raise SystemExit(f"{name} says something else where it remembers")


def _targets(sizes: Sequence[Size], figures: Sequence[Figures]) -> list[tuple[str, bool]]:
    found = []
    third, whole = figures[-2:]
    for name in dict.fromkeys(name for name, _ in whole):
        cold = whole[name, COLD].cpu
        found.append((f"{name}: under a minute cold (is {cold:.1f} s)", cold < MOST_COLD))
        growth = cold / third[name, COLD].cpu / (sizes[-1].requirements / sizes[-2].requirements)
        found.append(
            (f"{name}: linear, at most {MOST_GROWTH} times as much a requirement (is {growth:.2f})", growth <= MOST_GROWTH)
        )
        if name not in _COLLECTING:
            warm = max(whole[name, state].cpu for state in (JOURNEY, CONTRACT))
            found.append((f"{name}: under two seconds when one file changed (is {warm:.2f} s)", warm < MOST_WARM))
    return found


def judged(figures: Figures) -> int:
    """Return how many requirements ``check`` judged."""
    summary: dict[str, int] = json.loads(figures["check", COLD].said)["summary"]
    return sum(summary.values())


def _report(sizes: Sequence[Size], figures: Sequence[Figures], targets: Sequence[tuple[str, bool]]) -> str:
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
    lines += ["", *(f"- {'met' if met else 'MISSED'}: {sentence}" for sentence, met in targets), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
