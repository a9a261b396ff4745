"""The words that the scorecards for people share. Nothing is made harmless here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from cxcontracts.exchanges import NO_BODY, Exchange, Raw
from cxcontracts.onboarding.scorecard import Entry, Pillar, Scorecard, Standing, Turn
from cxcontracts.reports.sentences import count, in_words
from cxcontracts.wording import listed, shown

STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.FAILED: "failed",
    Standing.NOT_EVIDENCED: "not evidenced",
    Standing.PASSED: "passed",
    Standing.NOT_APPLICABLE: "not applicable",
}
"""How a standing is read."""

TURNS: Final[Mapping[Turn, str]] = {Turn.OURS: "our turn", Turn.PARTNERS: "the partner's turn"}

TITLES: Final[Mapping[Pillar, str]] = {
    Pillar.DATA: "Data",
    Pillar.TECHNOLOGY: "Technology",
    Pillar.OPERATIONS: "Operations",
}

VERDICTS: Final[Mapping[str, str]] = {
    "ready": "READY",
    "not-ready": "NOT READY",
    "not-evidenced": "NOT EVIDENCED",
    "not-judged": "NOT JUDGED",
}

_BODY: Final = 400


def subject(card: Scorecard) -> str:
    """Return who was judged: the partner with its title, the version of its contract, and where it runs."""
    title = f" ({card.title})" if card.title != card.partner else ""
    version = f" {card.version.version}" if card.version.version else ""
    return f"{card.partner}{title}{version}" + (f" at {card.where}" if card.where else ", on its contract alone")


def sentence(card: Scorecard) -> str:
    """Return what all lines come to."""
    number = len(card.of(Standing.FAILED))
    if number:
        return f"{count(number, 'line')} of {len(card.entries):,} failed"
    unknown = len(card.of(Standing.NOT_EVIDENCED))
    if card.verdict == "not-judged":
        return "no line was judged"
    return (
        f"nothing failed, and {count(unknown, 'line')} of {len(card.entries):,} have no evidence"
        if unknown
        else (f"all {len(card.of(Standing.PASSED)):,} lines that apply passed")
    )


def counts(entries: Iterable[Entry]) -> str:
    """Return how many lines stand how."""
    numbers = Counter(entry.standing for entry in entries)
    return ", ".join(f"{numbers[each]:,} {word}" for each, word in STANDINGS.items() if numbers[each])


def worst_first(entries: Iterable[Entry]) -> list[Entry]:
    """Return lines with what failed first, each kind in the order of the catalogue."""
    return sorted(entries, key=lambda entry: list(STANDINGS).index(entry.standing))


def to_do(entry: Entry) -> str:
    """Return what to do about a line, and whose turn it is."""
    people = in_words(entry.outcome.customers, exact=False)
    whom = f", for {people}" if people else ""
    what = entry.line.remedy if entry.standing is Standing.FAILED else f"Find out: {entry.outcome.because}."
    return f"{what} ({TURNS[entry.turn]}{whom})"


def moved(entry: Entry) -> str:
    """Return how a line stood before, where that was otherwise; empty where it was not, or is not known."""
    return f"was {STANDINGS[entry.before]}" if entry.before is not None and entry.before is not entry.standing else ""


def progress(card: Scorecard) -> list[str]:
    """Return what got better and worse since the earlier scorecard, a sentence each; nothing where there is none."""
    if card.since is None:
        return []
    better, worse = ([entry.line.id for entry in entries] for entries in (card.better, card.worse))
    fresh = [entry.line.id for entry in card.entries if entry.before is None]
    said = [
        f"better: {listed(better)}" if better else "nothing got better",
        f"worse: {listed(worse)}" if worse else "nothing got worse",
        *([f"new lines: {listed(fresh)}"] if fresh else []),
        *([f"no longer judged: {listed(list(card.gone))}"] if card.gone else []),
    ]
    return [f"since {card.since}, {said[0]}", *said[1:]]


def because(entry: Entry) -> str:
    """Return what is known of the partner on a line; of one that does not apply, why."""
    said = entry.outcome.because
    return f"because {said}" if entry.standing is Standing.NOT_APPLICABLE else said


def exchange_lines(exchange: Exchange) -> list[str]:
    """Return an exchange in two lines: what was sent, and what came back, bodies cut."""
    request, response = exchange.request, exchange.response
    query = "&".join(f"{name}={value}" for name, value in request.query)
    sent = f"{request.method} {request.base}{request.path}" + (f"?{query}" if query else "")
    return [_with_body(sent, request.body), _with_body(f"{response.status}", response.body)]


def _with_body(line: str, body: object) -> str:
    if body is NO_BODY:
        return line
    text = str(body.get("text", "")) if isinstance(body, Raw) else shown(body, _BODY)
    return f"{line} {text[:_BODY]}".rstrip()
