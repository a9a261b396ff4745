"""The scorecard as one page: nothing to load, no script, light or dark as the reader has it, and fit to print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from cxcontracts.onboarding.scorecard import Entry, Evidence, Pillar, Scorecard, Standing
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
from cxcontracts.reports.web_page import add, web_page, written
from cxcontracts.sanitise import harmless_line

_MARKS: Final = {
    Standing.FAILED: "\u2717",
    Standing.NOT_EVIDENCED: "?",
    Standing.PASSED: "\u2713",
    Standing.NOT_APPLICABLE: "\u2013",
}
"""What stands beside the word, for who looks before reading."""

_MOST: Final = 20
"""How many pieces of evidence a line shows."""

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1b1b; --soft: #565656; --paper: #ffffff; --panel: #f5f5f3; --rule: #d5d5d0;
  --failed: #a3231b; --not-evidenced: #7a5200; --passed: #1d6b34; --not-applicable: #565656; --link: #0b5394; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --soft: #b4b4b4; --paper: #17181a; --panel: #232427;
  --rule: #45464a; --failed: #ff9a90; --not-evidenced: #f0c36a; --passed: #86d69b; --not-applicable: #b4b4b4; --link: #8cc2ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; border-bottom: 1px solid var(--rule); padding-bottom: 0.25rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: 0.25rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
.soft { color: var(--soft); }
.verdict { font-weight: 700; font-size: 1.1rem; }
.lines { list-style: none; margin: 0; padding: 0; }
.line { border: 1px solid var(--rule); border-left: 0.4rem solid var(--rule); border-radius: 0.3rem; margin: 0.6rem 0;
  padding: 0.6rem 0.8rem; background: var(--panel); break-inside: avoid; }
.line.failed { border-left-color: var(--failed); }
.line.not-evidenced { border-left-color: var(--not-evidenced); }
.line.passed { border-left-color: var(--passed); }
.line.passed, .line.not-applicable { background: none; padding: 0.35rem 0.8rem; }
.standing { font-weight: 700; margin-right: 0.5rem; }
.failed .standing, .verdict.failed { color: var(--failed); }
.not-evidenced .standing, .verdict.not-evidenced { color: var(--not-evidenced); }
.passed .standing, .verdict.passed { color: var(--passed); }
.not-applicable .standing { color: var(--not-applicable); }
dl { margin: 0.4rem 0 0; display: grid; grid-template-columns: 6rem 1fr; gap: 0.15rem 0.75rem; }
dt { color: var(--soft); }
dd { margin: 0; }
pre { margin: 0.25rem 0; padding: 0.5rem; background: var(--paper); border: 1px solid var(--rule); border-radius: 0.25rem;
  font-size: 0.85rem; white-space: pre-wrap; }
summary { cursor: pointer; margin-top: 0.35rem; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; } dt { margin-top: 0.25rem; } }
@media print { body { max-width: none; padding: 0; } .skip { display: none; } .line { background: none; }
  details::details-content { content-visibility: visible; block-size: auto; } }
"""


def render(card: Scorecard) -> str:
    """Return the page, whole."""
    page, body = web_page(f"{VERDICTS[card.verdict]}: {card.title}", STYLE)
    add(body, "a", "To the lines", {"class": "skip", "href": "#lines"})
    header = SubElement(body, "header")
    add(header, "h1", f"Is {card.title} ready?")
    standing = {"ready": Standing.PASSED, "not-ready": Standing.FAILED}.get(card.verdict, Standing.NOT_EVIDENCED)
    add(header, "p", f"{VERDICTS[card.verdict]}: {sentence(card)}", {"class": f"verdict {standing}"})
    environment = f", {card.environment}" if card.environment else ""
    add(header, "p", f"{subject(card)}{environment}, judged on {card.day} for {card.estate}", {"class": "soft"})
    for said in progress(card):
        add(header, "p", said)
    main = SubElement(body, "main", {"id": "lines"})
    if card.next:
        _next(main, card)
    for pillar in Pillar:
        entries = card.of_pillar(pillar)
        if entries:
            _pillar(main, pillar, entries)
    return written(page)


def _next(main: Element, card: Scorecard) -> None:
    section = SubElement(main, "section", {"aria-labelledby": "next"})
    add(section, "h2", "Next", {"id": "next"})
    steps = SubElement(section, "ol")
    for entry in card.next:
        step = SubElement(steps, "li")
        add(step, "p", to_do(entry))
        why = SubElement(step, "p", {"class": "soft"})
        add(why, "a", entry.line.title, {"href": f"#{_anchor(entry)}"}).tail = harmless_line(f": {entry.outcome.because}")


def _pillar(main: Element, pillar: Pillar, entries: Iterable[Entry]) -> None:
    section = SubElement(main, "section", {"aria-labelledby": f"pillar-{pillar}"})
    add(section, "h2", TITLES[pillar], {"id": f"pillar-{pillar}"})
    add(section, "p", counts(entries), {"class": "soft"})
    lines = SubElement(section, "ul", {"class": "lines"})
    for entry in worst_first(entries):
        _line(lines, entry)


def _line(lines: Element, entry: Entry) -> None:
    item = SubElement(lines, "li", {"class": f"line {entry.standing}", "id": _anchor(entry)})
    title = SubElement(item, "h3")
    word = f"{_MARKS[entry.standing]} {STANDINGS[entry.standing]}"
    add(title, "span", word, {"class": "standing"}).tail = harmless_line(entry.line.title)
    was = f" ({moved(entry)})" if moved(entry) else ""
    add(item, "p", f"{because(entry)}{was}", {} if entry.open else {"class": "soft"})
    if not entry.open:
        return
    facts = SubElement(item, "dl")
    remedy = [("Fix", entry.line.remedy)] if entry.standing is Standing.FAILED else []
    for label, text in (("Why", entry.line.why), *remedy, ("Whose turn", TURNS[entry.turn])):
        add(facts, "dt", label)
        add(facts, "dd", text)
    if entry.outcome.evidence:
        _evidence(item, entry)
    add(item, "p", entry.line.id, {"class": "soft"})


def _evidence(item: Element, entry: Entry) -> None:
    shown = entry.outcome.evidence
    details = SubElement(item, "details", {"open": ""} if entry.standing is Standing.FAILED else {})
    add(details, "summary", f"Evidence ({len(shown):,})")
    listing = SubElement(details, "ul")
    for each in shown[:_MOST]:
        _piece(SubElement(listing, "li"), each)
    if len(shown) > _MOST:
        add(listing, "li", f"and {len(shown) - _MOST:,} more, which JSON lists")


def _piece(item: Element, evidence: Evidence) -> None:
    place = f" ({evidence.place})" if evidence.place is not None else ""
    add(item, "p", f"{evidence.what}{place}")
    if evidence.exchange is not None:
        lines = (harmless_line(line, 1000) for line in exchange_lines(evidence.exchange))
        SubElement(item, "pre").text = "\n".join(lines)


def _anchor(entry: Entry) -> str:
    return f"line-{entry.line.id}"
