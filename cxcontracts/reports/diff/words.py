"""What the reports of ``diff`` say alike: the verdict in one sentence, whom a change breaks. Nothing is made harmless here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from cxcontracts.findings import Audience, Change, Compared, Diff, Level, Verdict
from cxcontracts.reports.diff.grouping import Group
from cxcontracts.reports.diff.sorting import CLOSED_SET, Entry, Sorted, sorted_out
from cxcontracts.reports.excerpt import lines
from cxcontracts.reports.sentences import count, more_places, numbered, step
from cxcontracts.wording import listed

CLOSED: Final = "May break readers who treat an unlisted value as an error"
"""The title of what breaks only those who closed a set."""

_TITLE: Final = 50
"""How many characters of a title are shown."""

_WORDS: Final = 10
_ELEMENTS: Final = 3
"""How many names of a group are shown: single words, and those with words of their own."""

_BREAKS: Final = {
    Audience.CALLERS: "whoever calls it",
    Audience.SENDERS: "whoever sends it",
    Audience.READERS: "whoever reads it",
}


class Headline(NamedTuple):
    """What a report begins with.

    Attributes:
        word: The verdict, in capitals.
        subject: Which versions were compared; empty where there are none.
        sentence: What became of them, in our words alone.
    """

    word: str
    subject: str
    sentence: str

    def __str__(self) -> str:
        """All but the word."""
        return f"{self.subject}: {self.sentence}" if self.subject else self.sentence


def headline(diff: Diff) -> Headline:
    """Return the verdict. What was not looked at is never called intact."""
    found = sorted_out(diff)
    if found.broken:
        return Headline("BREAKING", _subject(diff), _breaks(diff, found.broken))
    if diff.gates:
        closes = f"{count(len(diff.gates), 'change')} {'closes' if len(diff.gates) == 1 else 'close'} the gate"
        return Headline("GATE CLOSED", _subject(diff), f"nothing is proved to break, and {closes} all the same")
    for kind, why in limits(diff):
        return Headline(kind.replace("-", " ").upper(), _subject(diff), why)
    if found.unproven:
        undecided = f"{count(len(found.unproven), 'change')} could not"
        return Headline("UNPROVEN", _subject(diff), f"nothing breaks as far as it could be decided; {undecided}")
    return Headline("INTACT", _subject(diff), _harmless(found, len(diff.changes)))


def _subject(diff: Diff) -> str:
    if len(diff.contracts) == 1:
        return release(diff.contracts[0], titled=True)
    return f"{len(diff.contracts):,} contracts" if diff.contracts else ""


def _breaks(diff: Diff, broken: Sequence[Entry]) -> str:
    whose = "its" if len(diff.contracts) == 1 else "their"
    hit = [audience for audience in Audience if any(entry.change.breaks is audience for entry in broken)]
    groups = [str(audience) for audience in hit if audience is not Audience.NOBODY]
    return f"{count(len(broken), 'change')} {'breaks' if len(broken) == 1 else 'break'} {whose} {listed(groups or ['users'])}"


def _harmless(found: Sorted, number: int) -> str:
    """Return how nothing breaks."""
    if not number:
        return "no change that a caller could notice"
    closers = ", but for those who closed a set of values" if found.closers else ""
    ignored = (
        f", apart from {len(found.ignored):,} that {'is' if len(found.ignored) == 1 else 'are'} ignored" if found.ignored else ""
    )
    look = f"; {len(found.warnings):,} {'is' if len(found.warnings) == 1 else 'are'} worth a look" if found.warnings else ""
    return f"nothing breaks in {count(number, 'change')}{closers}{ignored}{look}"


def limits(diff: Diff) -> Iterator[tuple[str, str]]:
    """Yield why an empty report would not mean that nothing breaks: a kind in kebab case, and a sentence."""
    if not diff.complete:
        what = "what is not listed was not compared" if diff.changes else "nothing was found in what was compared so far"
        yield "incomplete", f"interrupted; {what}" if diff.contracts else "interrupted before anything was compared"
    elif not diff.contracts:
        yield "nothing-compared", "there is no contract to compare"
    elif not any(contract.operations for contract in diff.contracts):
        yield "nothing-compared", "there is no operation on either side"


def notes(diff: Diff) -> Iterator[str]:
    """Yield what else belongs beside the verdict, a sentence each."""
    found = sorted_out(diff)
    if (found.broken or diff.gates) and not diff.complete:
        yield "interrupted: there may be more"
    if found.broken and not diff.gates:
        yield "the gate stays open" + (
            f": none of it counts as {_closing(diff.fail_on)}" if diff.fail_on else ", whatever is found"
        )
    if diff.estate and diff.changes:
        number = sum(bool(change.felt_by) for change in diff.changes)
        some = f"{number:,} of {count(len(diff.changes), 'change')}" if number else "no change"
        yield f"{some} {'are' if number > 1 else 'is'} felt in {diff.estate}"


def _closing(fail_on: Level) -> str:
    return {Level.ERROR: "an error", Level.WARNING: "an error or a warning", Level.INFO: "anything"}[fail_on]


def a_level(level: Level) -> str:
    """Return a level as what something counts as."""
    return {Level.ERROR: "an error", Level.WARNING: "a warning", Level.INFO: "no more than something to know"}[level]


def release(contract: Compared, *, titled: bool = False) -> str:
    """Return which versions were compared: ``shop.yaml 1.2.0 → 1.3.0``; *titled*, ``shop.yaml (Shop) 1.2.0 → 1.3.0``."""
    title = next((side.title for side in (contract.candidate, contract.record) if side and side.title), "") if titled else ""
    name = f"{contract.name} ({title if len(title) <= _TITLE else title[:_TITLE] + '…'})" if title else contract.name
    if contract.record is None or contract.candidate is None:
        only = contract.candidate or contract.record
        word = "is new" if contract.record is None else "is gone"
        return f"{name} {numbered(only)} {word}" if only else name
    return f"{name} {step(contract.record, contract.candidate, 'the same files twice')}"


def counts(diff: Diff) -> str:
    """Return how many changes mean what, worst first; empty where there is none."""
    found = sorted_out(diff)
    known = {
        "breaking": len(found.broken),
        "for closed sets": len(found.closers),
        "by rule": len(found.errors),
        "worth a look": len(found.warnings),
        "unproven": len(found.unproven),
        "announced": len(found.announced),
        "harmless": len(found.others),
        "ignored": len(found.ignored),
    }
    return ", ".join(f"{number:,} {word}" for word, number in known.items() if number)


def sentence(change: Change) -> str:
    """Return what a change means."""
    return change.because or change.change or change.rule


def weight(change: Change) -> str:
    """Return in a word how bad a change is: its verdict, or its level where it breaks nothing."""
    return str(change.level if change.verdict is Verdict.INTACT else change.verdict)


def line(entry: Entry, *, owner: bool) -> str:
    """Return what a change means and where it shows, in one line; *owner* names the contract too."""
    told = sentence(entry.change)
    named = f"{entry.contract.name}: " if owner else ""
    return (
        f"{named}{told}{more_places(entry.change.places)}" if entry.change.element in told else f"{named}{told}: {shows(entry)}"
    )


def shows(entry: Entry) -> str:
    """Return where a change shows: the first of its elements, and how many more there are."""
    return f"{entry.change.element}{more_places(entry.change.places)}"


def breaks(change: Change) -> str:
    """Return whom a change breaks; empty where it is not known to break anybody."""
    if change.breaking:
        return _BREAKS.get(change.breaks, "")
    return "whoever closed the set of values" if change.rule in CLOSED_SET and change.level is not Level.INFO else ""


def felt(felt_by: Sequence[str], most: int | None) -> str:
    """Return who feels a change, *most* of them by name, None for all."""
    shown = felt_by[:most]
    more = len(felt_by) - len(shown)
    return listed([*shown, *([f"{more:,} more"] if more else [])]) or "nobody"


def exchange(change: Change, room: int) -> Mapping[str, str]:
    """Return the messages that prove a change by their label, each in *room* characters; empty where there is no witness."""
    return lines(change, change.witness, room) if change.witness is not None else {}


def facts(diff: Diff, entry: Entry, room: int) -> Mapping[str, str]:
    """Return what is known of a change by its label: for formats that have room for all of it."""
    change = entry.change
    known = {
        "contract": release(entry.contract) if len(diff.contracts) > 1 else "",
        "element": shows(entry),
        "breaks": breaks(change),
        **exchange(change, room),
        "new": str(change.is_ or ""),
        "old": str(change.was or ""),
        "felt by": felt(change.felt_by, 10) if diff.estate else "",
        "ignored": change.waived,
        "rule": change.rule,
        "fingerprint": change.fingerprint,
    }
    return {label: fact for label, fact in known.items() if fact}


def cut_names(group: Group) -> list[str]:
    """Return what the first changes of a group are called, and how many more there are."""
    most = _ELEMENTS if group.is_worded else _WORDS
    shown = list(group.told_names)
    more = len(shown) - most
    return [*shown[:most], f"… and {more:,} more"] if more > 1 else shown


def names(group: Group) -> str:
    """Return what the first changes of a group are called, in one line; empty for a single one."""
    return ("; " if group.is_worded else ", ").join(cut_names(group))


def account(diff: Diff, entry: Entry, room: int, without: Collection[str] = ()) -> Iterator[str]:
    """Yield what is known of a change, a line each, *without* what is told elsewhere."""
    yield from (f"{label}: {fact}" for label, fact in facts(diff, entry, room).items() if label not in without)


def ignored_for(entries: Iterable[Entry]) -> Mapping[str, int]:
    """Return each reason for which changes are ignored, to how many."""
    reasons: dict[str, int] = {}
    for entry in entries:
        reason = entry.change.waived or "no reason given"
        reasons[reason] = reasons.get(reason, 0) + 1
    return reasons
