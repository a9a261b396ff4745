"""The scorecard of a partner for people, in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cxcontracts.onboarding.scorecard import Entry, Pillar, Scorecard, Standing
from cxcontracts.reports.page import BOLD, DIM, PLAIN, Page, Style
from cxcontracts.reports.scorecards.words import (
    STANDINGS,
    TITLES,
    TURNS,
    VERDICTS,
    because,
    counts,
    exchange_lines,
    moved,
    progress,
    sentence,
    subject,
    to_do,
    worst_first,
)

_COLUMN: Final = 18
_FACTS: Final = 25
_FIRST: Final = 3
"""How many pieces of evidence are shown where nobody asked for all."""

_LOOKS: Final = {
    Standing.FAILED: Style("red", bold=True),
    Standing.NOT_EVIDENCED: Style("yellow"),
    Standing.PASSED: Style("green"),
    Standing.NOT_APPLICABLE: DIM,
}


def render(card: Scorecard, *, colour: bool, width: int, verbose: bool) -> str:
    """Return the scorecard: what it comes to, what to do next, then every line, pillar by pillar."""
    page = Page(colour=colour, width=width)
    look = _LOOKS[Standing.FAILED if card.verdict == "not-ready" else Standing.PASSED if card.verdict == "ready" else _UNSURE]
    lead = VERDICTS[card.verdict]
    page.write(f"{subject(card)}: {sentence(card)}", lead=lead, indent=len(lead) + 2, style=BOLD, lead_style=look)
    for said in progress(card):
        page.write(said, lead="  - ", indent=4)
    if card.next:
        page.gap()
        page.write("Next", style=BOLD)
        for number, entry in enumerate(card.next, 1):
            _next(page, number, entry)
    for pillar in Pillar:
        entries = card.of_pillar(pillar)
        if entries:
            page.gap()
            page.write(f"{TITLES[pillar]}: {counts(entries)}", style=BOLD)
            page.gap()
            for alike in _alike(worst_first(entries)):
                if len(alike) > 1:
                    _waiting(page, alike)
                else:
                    _line(page, alike[0], verbose)
    return str(page)


_UNSURE: Final = Standing.NOT_EVIDENCED
_TOGETHER: Final = frozenset({Standing.NOT_EVIDENCED, Standing.NOT_APPLICABLE})
"""How lines stand that are told together where they stand so for one reason."""


def _alike(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield lines by themselves, but for those that say nothing of the partner, for one and the same reason."""
    told: dict[object, list[Entry]] = {}
    for entry in entries:
        key: object = (entry.standing, entry.outcome.because) if entry.standing in _TOGETHER else entry.line.id
        told.setdefault(key, []).append(entry)
    yield from told.values()


def _waiting(page: Page, entries: Sequence[Entry]) -> None:
    standing = entries[0].standing
    page.write(because(entries[0]), lead=f"  {STANDINGS[standing]}", indent=_COLUMN, lead_style=_LOOKS[standing])
    for entry in entries:
        was = f", {moved(entry)}" if moved(entry) else ""
        page.write(f"{entry.line.title} ({entry.line.id}{was})", lead=" " * _COLUMN + "- ", indent=_COLUMN + 2)


def _next(page: Page, number: int, entry: Entry) -> None:
    page.write(to_do(entry), lead=f"  {number}", indent=5)
    failed = entry.standing is Standing.FAILED
    page.write(f"{entry.line.id}: {entry.outcome.because if failed else entry.line.title}", indent=5, style=DIM)


def _line(page: Page, entry: Entry, verbose: bool) -> None:
    was = f" ({moved(entry)})" if moved(entry) else ""
    look = BOLD if entry.standing is Standing.FAILED else PLAIN
    page.write(
        f"{entry.line.title}{was}",
        lead=f"  {STANDINGS[entry.standing]}",
        indent=_COLUMN,
        style=look,
        lead_style=_LOOKS[entry.standing],
    )
    page.write(because(entry), indent=_COLUMN, style=PLAIN if entry.open else DIM)
    if not (entry.open or verbose):
        return
    if entry.standing is Standing.FAILED or verbose:
        _fact(page, "why", entry.line.why)
    if entry.standing is Standing.FAILED:
        _fact(page, "fix", entry.line.remedy)
    if entry.open:
        _fact(page, "whose", TURNS[entry.turn])
    evidence = entry.outcome.evidence
    for each in evidence if verbose else evidence[:_FIRST]:
        _fact(page, "see", f"{each.what}" + (f" ({each.place})" if each.place else ""))
        for line in exchange_lines(each.exchange) if each.exchange is not None else ():
            _fact(page, "", line)
    if len(evidence) > _FIRST and not verbose:
        _fact(page, "", f"… and {len(evidence) - _FIRST:,} more; --verbose shows all")
    _fact(page, "line", entry.line.id)


def _fact(page: Page, label: str, text: str) -> None:
    page.write(text, lead=" " * _COLUMN + label, indent=_FACTS, lead_style=DIM)
