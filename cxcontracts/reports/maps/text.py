"""The map of an estate for people, in a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from cxcontracts.findings import Finding
from cxcontracts.mapping import EstateMap, PartnerView, Surplus, Use
from cxcontracts.reports.page import BOLD, DIM, FIRST, Page
from cxcontracts.reports.sentences import count, in_words
from cxcontracts.wording import listed

_MOST_FIELDS: Final = 8
_MOST_PATHS: Final = 6


def render(found: EstateMap, *, colour: bool, width: int, verbose: bool) -> str:
    """Return the map: journeys step by step, then partners, then what nobody looks at."""
    page = Page(colour=colour, width=width)
    journeys = len({use.journey for use in found.uses})
    what = f"{count(journeys, 'journey')}, {count(len(found.uses), 'step')} over {count(len(found.partners), 'partner')}"
    page.write(f"{found.estate}: {what}", lead="MAP", indent=5, style=BOLD, lead_style=BOLD)
    for journey, uses in groupby(found.uses, lambda use: use.journey):
        page.gap()
        page.write(journey, style=BOLD)
        for use in uses:
            _step(page, use, verbose)
    for partner in found.partners:
        _partner(page, partner)
    most = None if verbose else FIRST
    page.section("Needs that no contract promises", found.unpromised, lambda each: _unpromised(page, each), most=most)
    page.section("Personal data that nothing asks for, by its name", found.surplus, lambda each: _surplus(page, each), most=most)
    unused = [(partner.name, operation) for partner in found.partners for operation in partner.unused]
    page.section(
        "Operations that no journey uses", unused, lambda pair: page.write(" ".join(pair), lead="  - ", indent=4), most=most
    )
    page.section("Not looked at", found.unread, lambda each: page.write(each, lead="  - ", indent=4), most=most)
    return str(page)


def _step(page: Page, use: Use, verbose: bool) -> None:
    asides = [*([f"by {use.by}"] if use.by else []), *([] if use.visible else ["below the line of visibility"])]
    seen = f" ({', '.join(asides)})" if asides else ""
    name = f"{use.step}{' (a fallback)' if use.helps else ''}"
    page.write(f"{name}: {use.partner} {use.operation}{seen}", lead="  - ", indent=4)
    if use.customer:
        page.write(use.customer, indent=4, style=DIM)
    most = None if verbose else _MOST_FIELDS
    page.row("reads", _cut(use.fields, most), column=14)
    page.row("sends", _cut(use.sends, most), column=14)
    page.row("else", use.fallback, column=14)


def _partner(page: Page, partner: PartnerView) -> None:
    page.gap()
    title = f" ({partner.title})" if partner.title != partner.name else ""
    journeys = dict.fromkeys(use.journey for use in partner.uses)
    uses = f"{count(len(partner.uses), 'step')} of {count(len(journeys), 'journey')}" if journeys else "no journey needs it"
    page.write(f"{partner.name}{title}: {uses}", style=BOLD)
    outage = partner.outage
    people = in_words(outage.customers, exact=outage.exact)
    stops = f"{listed(list(outage.stops))} would stop" + (f", for {people}" if people else "")
    page.row("if down", stops if outage.stops else "no journey would stop" if journeys else "", column=14)
    page.row("caught", listed(list(outage.caught)), column=14)


def _unpromised(page: Page, finding: Finding) -> None:
    page.write(f"{finding.partner}: {finding.because}", lead="  - ", indent=4)
    page.write_whole(finding.id, indent=4)


def _surplus(page: Page, surplus: Surplus) -> None:
    use = surplus.use
    page.write(f"{use.journey}, {use.step}: {use.partner} hands out {_cut(surplus.fields, _MOST_PATHS)}", lead="  - ", indent=4)


def _cut(words: tuple[str, ...], most: int | None) -> str:
    shown = list(words[:most])
    return ", ".join([*shown, *([f"{len(words) - len(shown)} more"] if len(shown) < len(words) else [])])
