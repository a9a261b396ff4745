"""The scorecard for the partner itself: what it is asked to mend, with the proof; nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from cxcontracts.onboarding.scorecard import Entry, Pillar, Scorecard, Standing, Turn
from cxcontracts.reports.inert import code, fenced, inert
from cxcontracts.reports.scorecards.discretion import Discretion
from cxcontracts.reports.scorecards.words import STANDINGS, TITLES, exchange_lines, moved, progress
from cxcontracts.reports.sentences import SUFFERING, count
from cxcontracts.sanitise import harmless_line

_MOST: Final = 10
"""How many pieces of evidence a line shows."""


def render(card: Scorecard, discretion: Discretion) -> str:
    """Return the scorecard as GitHub Flavored Markdown, ending in a line feed."""
    asked = [entry for entry in card.entries if entry.turn is Turn.PARTNERS and entry.open]
    ours = [entry for entry in card.entries if entry.turn is Turn.OURS and entry.open]
    blocks = [f"# {_title(card)}", _opening(card, asked), *_moves(card, discretion)]
    for pillar in Pillar:
        entries = [entry for entry in asked if entry.line.pillar is pillar]
        if entries:
            blocks += [f"## {TITLES[pillar]}", *(block for entry in entries for block in _entry(entry, discretion))]
    blocks += _listed("What is right", [each for each in card.of(Standing.PASSED) if each.line.turn is Turn.PARTNERS])
    blocks += _listed("With us", ours)
    return "\n\n".join(blocks) + "\n"


def _title(card: Scorecard) -> str:
    version = f" {inert(card.version.version)}" if card.version.version else ""
    return f"{inert(card.title)}{version}: what our customers need before we go live"


def _opening(card: Scorecard, asked: Sequence[Entry]) -> str:
    failed = sum(1 for entry in asked if entry.standing is Standing.FAILED)
    unknown = len(asked) - failed
    where = f"On your contract and at {code(card.where)}" if card.where else "On your contract"
    if not asked:
        return f"{where}, on {card.day}: nothing is asked of you. Thank you."
    parts = [*([f"{count(failed, 'thing')} to mend"] if failed else []), *([f"{unknown:,} not known yet"] if unknown else [])]
    return f"{where}, on {card.day}: {' and '.join(parts)}. Each says why it matters, and how to mend it."


def _moves(card: Scorecard, discretion: Discretion) -> list[str]:
    return ["\n".join(f"- {inert(discretion.text(said))}" for said in progress(card))] if card.since is not None else []


def _entry(entry: Entry, discretion: Discretion) -> Iterator[str]:
    was = f" ({moved(entry)})" if moved(entry) else ""
    yield f"### {_plain(entry.line.title)}: {STANDINGS[entry.standing]}{was}"
    yield inert(discretion.text(entry.outcome.because))
    if entry.standing is Standing.FAILED:
        yield f"Why: {_plain(entry.line.why)} Customers {SUFFERING[entry.line.harm]}."
        yield f"How: {_plain(entry.line.remedy)}"
    evidence = list(discretion.evidence(entry.outcome.evidence))
    rows = []
    for each in evidence[:_MOST]:
        place = f" ({code(_place(str(each.place), discretion))})" if each.place is not None else ""
        rows.append(f"- {inert(each.what)}{place}")
        if each.exchange is not None:
            lines = [discretion.text(line) for line in exchange_lines(each.exchange)]
            rows += ["", *(f"  {line}" for line in fenced(lines)), ""]
    if len(evidence) > _MOST:
        rows.append(f"- and {len(evidence) - _MOST:,} more")
    if rows:
        yield "\n".join(rows).rstrip("\n")


def _place(place: str, discretion: Discretion) -> str:
    return place.removeprefix(f"{discretion.folder}/")


def _listed(title: str, entries: Sequence[Entry]) -> list[str]:
    return [f"## {title}", "\n".join(f"- {_plain(entry.line.title)}" for entry in entries)] if entries else []


def _plain(text: str) -> str:
    """Return a text of the catalogue: whoever wrote it, wrote it as code."""
    return harmless_line(text)
