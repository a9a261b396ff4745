"""The ignore file of ``diff``: which changes somebody accepts, why, and until when.

Read as the files of an estate are: every mistake at once, each in its place, with the nearest name.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from cxcontracts import documents
from cxcontracts.errors import EstateError
from cxcontracts.estate.forms import LEFT_OUT, Checked, Form
from cxcontracts.estate.mistakes import Misread, problem, shown, suggestion
from cxcontracts.estate.passages import Passage
from cxcontracts.estate.shapes import shape_problems
from cxcontracts.estate.sound_policy import date_of
from cxcontracts.estate.written import Date, Text
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Change, Compared, Verdict
from cxcontracts.problems import Place, Problem, nearest
from cxcontracts.rules import RULES
from cxcontracts.wildcards import matches

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
_MOST_OFFERED: Final = 1_000
"""Among how many elements the one is looked for that was most likely meant."""


def _check_format(written: JSON) -> None:
    if written != 1 or isinstance(written, bool):
        raise Misread.of("format", value=shown(written))


class EntryKeys(Form):
    """Changes that somebody accepts."""

    level: ClassVar[str] = "an entry of 'ignore'"
    example: ClassVar[str] = "{rule: …, why: …, until: 2027-01-31}"
    rule: Text = Field(LEFT_OUT, description="the id of a kind of change, as reports and explain show it")
    fingerprint: Any = Field(LEFT_OUT, description="of one change, as reports show it")
    element: Text = Field(LEFT_OUT, description="where the change shows first, as reports show it, with * for parts")
    why: Text = Field(description="why it is accepted; reports show it")
    until: Date = Field(LEFT_OUT, description="the last day on which it counts")


class IgnoreKeys(Form):
    """The ignore file."""

    level: ClassVar[str] = "the ignore file"
    example: ClassVar[str] = "{format: 1, ignore: […]}"
    format: Annotated[Any, Checked(_check_format, (("const", 1),))] = Field(description="of the file: 1")
    ignore: list[EntryKeys] = Field(description="the changes that are accepted")


@dataclass(frozen=True, slots=True)
class Entry:
    """Changes that somebody accepts: those of which everything that is named here is true.

    Attributes:
        why: The reason.
        rule: The id of their rule; empty where the fingerprint says it all.
        fingerprint: That of the one change that is meant; empty for all of the rule.
        element: Where they show first, with ``*`` for any text; empty for anywhere.
        until: The last day on which it counts; None for open end.
        where: Its place in the file.
    """

    why: str
    rule: str = ""
    fingerprint: str = ""
    element: str = ""
    until: datetime.date | None = None
    where: Place = field(default=Place("", 1, 1), compare=False)

    def accepts(self, change: Change) -> bool:
        """Return whether a change is meant."""
        return (
            self.rule in ("", change.rule)
            and self.fingerprint in ("", change.fingerprint)
            and (not self.element or matches(change.element, self.element))
        )

    def in_force(self, today: datetime.date) -> bool:
        """Return whether it counts on a day."""
        return self.until is None or self.until >= today


class Ignores:
    """The entries of an ignore file, which remember what they were applied to.

    Args:
        entries: In the order of the file; the first that accepts a change gives the reason.
        today: The day on which they count.
    """

    def __init__(self, entries: Sequence[Entry], today: datetime.date) -> None:
        self._counting = tuple(entry for entry in entries if entry.in_force(today))
        self._ended = tuple(entry for entry in entries if not entry.in_force(today))
        self._used: set[int] = set()
        self._elements: dict[str, set[str]] = {entry.rule: set() for entry in self._counting if entry.element}

    def applied(self, compared: Compared) -> Compared:
        """Return what was compared with each change that is accepted as waived, and why."""
        return replace(compared, changes=tuple(map(self._judged, compared.changes)))

    def idle(self) -> tuple[Problem, ...]:
        """Return a warning for each entry that ended, and for each that accepted nothing of all that it was applied to."""
        idle = [self._unmatched(entry) for index, entry in enumerate(self._counting) if index not in self._used]
        return tuple(sorted([*map(_expired, self._ended), *idle]))

    def _judged(self, change: Change) -> Change:
        known = self._elements.get(change.rule)
        if known is not None and len(known) < _MOST_OFFERED:
            known.add(change.element)
        accepting = {index: entry for index, entry in enumerate(self._counting) if entry.accepts(change)}
        if not accepting:
            return change
        self._used.update(accepting)
        return replace(change, verdict=Verdict.WAIVED, waived=next(iter(accepting.values())).why)

    def _unmatched(self, entry: Entry) -> Problem:
        near = nearest(entry.element, sorted(self._elements[entry.rule])) if entry.element else None
        remedy = f"did you mean {near!r}?" if near is not None else "take it out"
        return Problem(entry.where, "the entry matches no change", remedy, "ignore-idle", warning=True)


def _expired(entry: Entry) -> Problem:
    what = f"the entry ended on {entry.until} and no longer counts"
    return Problem(entry.where, what, "take it out, or agree on a new date", "ignore-expired", warning=True)


def read_ignore(path: Path, today: datetime.date) -> Ignores:
    """Read an ignore file.

    Args:
        path: The file, YAML or JSON; messages call it so.
        today: The day on which its entries count.

    Raises:
        EstateError: With everything that is wrong with it.
    """
    document = documents.read(path, str(path), error=EstateError)
    if document.value is None:
        raise EstateError([problem("empty-file", Place(str(path)), remedy="write format: 1 and ignore: […]")])
    whole = Passage.whole(document)
    mistakes = [*shape_problems(document, IgnoreKeys), *_unsound(whole)]
    if mistakes:
        # What is written in another format may be right there.
        raise EstateError([found for found in mistakes if found.code == "format"] or mistakes)
    return Ignores([_entry(written) for written in whole["ignore"].items()], today)


def _entry(written: Passage) -> Entry:
    return Entry(
        why=written["why"].text.strip(),
        rule=written["rule"].text.strip(),
        fingerprint=written["fingerprint"].text.strip().lower(),
        element=" ".join(written["element"].text.split()),
        until=date_of(written["until"]),
        where=written.place(),
    )


def _unsound(whole: Passage) -> Iterator[Problem]:
    for entry in whole["ignore"].items():
        if _names_nothing(entry):
            what, remedy = "the entry does not say which changes are accepted", "write rule: ID, or fingerprint: …"
            yield Problem(entry.place(), what, remedy, "ignore-nothing")
        rule = entry["rule"].text.strip()
        if rule and rule not in RULES:
            hint = suggestion(rule, RULES, "cxcontracts explain lists all of them")
            yield Problem(entry["rule"].place(), f"there is no rule {shown(rule)}", hint, "ignore-rule")
        yield from _fingerprint_problems(entry)


def _names_nothing(entry: Passage) -> bool:
    """Return whether an entry has neither rule nor fingerprint; of one with a key that is unknown, that is said."""
    keys = {written.key for written in entry.entries()}
    return bool(keys) and keys <= {"element", "why", "until"}


def _fingerprint_problems(entry: Passage) -> Iterator[Problem]:
    written = entry["fingerprint"]
    if "fingerprint" not in entry or (isinstance(written.value, str) and _FINGERPRINT.fullmatch(written.text.strip().lower())):
        return
    if isinstance(written.value, int | float) and not isinstance(
        written.value, bool
    ):  # so many digits, or 12e34, are a number in YAML
        what, remedy = "the fingerprint was read as a number", "put it in quotes, as the report shows it"
    else:
        what, remedy = f"{shown(written.value)} is no fingerprint", "copy its 16 digits and letters from a report"
    yield Problem(written.place(), what, remedy, "ignore-fingerprint")
