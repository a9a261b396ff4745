"""The scorecard of a partner for people, in a terminal."""

from __future__ import annotations

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
    worst_first,
)
from cxcontracts.reports.sentences import in_words

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
            for entry in worst_first(entries):
                _line(page, entry, verbose)
    return str(page)


_UNSURE: Final = Standing.NOT_EVIDENCED


def _next(page: Page, number: int, entry: Entry) -> None:
    people = in_words(entry.outcome.customers, exact=False)
    whom = f", for {people}" if people else ""
    page.write(f"{entry.line.remedy} ({TURNS[entry.turn]}{whom})", lead=f"  {number}", indent=5)
    page.write(f"{entry.line.id}: {entry.outcome.because}", indent=5, style=DIM)


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
    if entry.open:
        _fact(page, "fix", entry.line.remedy)
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
