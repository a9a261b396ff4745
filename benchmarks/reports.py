"""What each format of reports costs, and how large it gets: ``python -m benchmarks.reports [--share S]``.

One run of 10, 1,000 and 10,000 findings, a third of them broken with the exchange that proves it, is rendered in every format
that there is. Seconds are CPU seconds of this process, the least of the repeats.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.corpus import REPOSITORY
from benchmarks.measure import processor
from cxcontracts.exchanges import Exchange, Request, Response
from cxcontracts.findings import Finding, Harm, Outline, PartnerRun, Promise, Run, Stage, Verdict, Version
from cxcontracts.problems import Place
from cxcontracts.reports.formats import FORMATS, Look, rendered

SIZES: Final = (10, 1_000, 10_000)
MOST: Final = 10.0
"""The most CPU seconds that any format may take for the most findings."""

_STEPS: Final = 5
_NEEDS: Final = 2
"""How many steps a journey has, and how many needs a step."""

_VERDICTS: Final = (Verdict.BROKEN, Verdict.INTACT, Verdict.INTACT, Verdict.BROKEN, Verdict.UNPROVEN, Verdict.TOLERATED)
_PARTNERS: Final = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """What a format took: CPU seconds, and bytes of the report."""

    seconds: float
    size: int

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {_bytes(self.size)}"


def main() -> int:
    """Measure, print the table, write it down, and return 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=3, help="the least of so many renderings counts")
    parser.add_argument("--share", type=float, default=1.0, help="so much of the findings; it writes no table")
    parser.add_argument("--output", type=Path, default=REPOSITORY / "benchmarks" / "results" / "reports.md")
    options = parser.parse_args()
    figures = {size: figures_of(max(1, int(size * options.share)), options.repeat) for size in SIZES}
    report = table(figures)
    print(report)
    if options.share == 1:
        options.output.write_text(report, encoding="utf-8")
    return 0 if all(figure.seconds <= MOST for figure in figures[SIZES[-1]].values()) else 1


def figures_of(findings: int, repeat: int) -> dict[str, Figure]:
    """Return what each format takes for a run of so many findings."""
    run = run_of(findings)
    return {form: min((_rendered(form, run) for _ in range(repeat)), key=lambda figure: figure.seconds) for form in FORMATS}


def _rendered(form: str, run: Run) -> Figure:
    before = time.process_time()
    report = rendered(run, form, Look(REPOSITORY, REPOSITORY, REPOSITORY))
    return Figure(time.process_time() - before, len(report.encode()))


def run_of(findings: int) -> Run:
    """Return a run of so many findings: ten a journey, a third broken, of ten partners."""
    made = [_finding(number) for number in range(findings)]
    partners = [f"partner-{number}" for number in range(_PARTNERS)]
    return Run(
        "impact",
        "benchmark",
        tuple(_partner(name, tuple(each for each in made if each.partner == name)) for name in partners),
        frozenset(Harm) - {Harm.DELAYED},
        journeys=tuple(_journey(number) for number in range(-(-findings // (_STEPS * _NEEDS)))),
    )


def _partner(name: str, findings: tuple[Finding, ...]) -> PartnerRun:
    record, candidate = (
        Version(number, f"sha256:{number:0>64}", f"partners/{name}/openapi.yaml") for number in ("1.4.0", "2.0.0")
    )
    return PartnerRun(name, name.capitalize(), record, candidate, findings)


def _journey(number: int) -> Outline:
    steps = tuple(
        Stage(
            f"step-{step}",
            "steps",
            f"I do step {step}",
            "app",
            f"partner-{(number + step) % _PARTNERS}",
            "",
            f"GET /things/{step}",
        )
        for step in range(_STEPS)
    )
    return Outline(f"journey-{number}", "I get what I came for", _customers(number), False, steps)


def _customers(number: int) -> Mapping[str, int]:
    return {"commuter": 1_000 + number, "leisure": 500 + number % 97}


def _finding(number: int) -> Finding:
    journey, step = number // (_STEPS * _NEEDS), number // _NEEDS % _STEPS
    verdict = _VERDICTS[number % len(_VERDICTS)]
    broken = verdict in (Verdict.BROKEN, Verdict.TOLERATED)
    items = [{"id": f"item-{item}", "price": {"amount": "12.50", "currency": "EUR"}, "left": item} for item in range(5)]
    answer = {"thingId": f"T-{number}", "state": "sent", "expectedOn": None, "items": items}
    return Finding(
        f"journey-{journey}/step-{step}/needs:field{number}",
        f"journey-{journey}",
        f"step-{step}",
        "needs",
        f"partner-{(journey + step) % _PARTNERS}",
        f"GET /things/{step}",
        verdict,
        list(Harm)[number % len(Harm)],
        _customers(journey),
        False,
        "app",
        f"I do step {step}, and see when it comes",
        Place(f"journeys/journey-{journey}.yaml", 10 + number % 50, 7),
        element=f"GET /things/{step} 200 application/json expectedOn" if verdict is not Verdict.INTACT else "",
        because="expectedOn may now be null; the journey needs a date" if verdict is not Verdict.INTACT else "",
        was=Promise.GUARANTEED if broken else None,
        is_=Promise.POSSIBLE if broken else None,
        witness=Exchange(Request("GET", f"/things/{step}"), Response(200, body=answer)) if broken else None,
    )


def table(figures: Mapping[int, Mapping[str, Figure]]) -> str:
    """Return the report of the figures, as Markdown."""
    today, python = datetime.datetime.now(tz=datetime.UTC).date(), platform.python_version()
    worst = max(figures[max(figures)].values(), key=lambda figure: figure.seconds).seconds
    head = f"| format | {' | '.join(f'{size:,} findings' for size in figures)} |"
    rows = [f"| `{form}` | {' | '.join(str(found[form]) for found in figures.values())} |" for form in FORMATS]
    met = "met" if worst <= MOST else "MISSED"
    return "\n".join(
        [
            "# Reports",
            "",
            f"{today}, Python {python} on {processor()}. CPU seconds to render, and the size of the report.",
            "",
            head,
            "| --- " * (len(figures) + 1) + "|",
            *rows,
            "",
            f"- No format takes more than {MOST:.0f} s for {max(figures):,} findings: the slowest takes {worst:.1f} s ({met}).",
            "",
        ]
    )


def _bytes(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 1_000_000 else f"{number / 1_000:.1f} kB"


if __name__ == "__main__":
    raise SystemExit(main())
