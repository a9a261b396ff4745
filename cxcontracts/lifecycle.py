"""What a contract announces: that a part of it ends, on which day, and how stable it is.

Announcements are promises about the future, so no exchange can show that one was broken: they are compared as they are written.
``deprecated`` is OpenAPI's; ``x-sunset`` and ``x-stability-level`` are the extensions that other tools read too.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cxcontracts.exchanges import JSON
from cxcontracts.wording import shown

STABILITIES: Final = ("draft", "alpha", "beta", "stable")
"""What ``x-stability-level`` can say, from what promises nothing to what stays. What has no level was never said to change."""

_TENTATIVE: Final = STABILITIES[:2]
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK: Final = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)"
_RFC3339: Final = re.compile(rf"(?P<day>\d{{4}}-\d\d-\d\d)([Tt ]{_CLOCK}(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d))?", re.ASCII)
_HTTP: Final = re.compile(rf"[A-Z][a-z]{{2}}, (?P<day>\d\d) (?P<month>[A-Z][a-z]{{2}}) (?P<year>\d{{4}}) {_CLOCK} GMT", re.ASCII)


def announcements(
    old: Mapping[str, JSON], new: Mapping[str, JSON], today: datetime.date, notice: int | None = None
) -> Iterator[tuple[str, str]]:
    """Yield what two versions of one part announce differently, each as the id of a rule and how it changed.

    Args:
        old, new: The part as it is written: an operation, a parameter, a header, or the schema of a property.
        today: The day it is.
        notice: How many days have to lie between today and a day that is newly named; None where nothing was agreed.
    """
    yield from _of_the_end(_End.of(old), _End.of(new), today, notice)
    yield from _of_stability(old.get("x-stability-level"), new.get("x-stability-level"))


def removal(old: Mapping[str, JSON], today: datetime.date, rule: str = "operation-removed") -> tuple[str, str]:
    """Return the id of the rule for a part that is gone, and how it went: as announced, before its day, or out of the blue.

    Args:
        old: The part as it was written.
        today: The day it is. A part may go on the day that was named.
        rule: The rule for one of which nothing was announced; those for the others begin with its id.

    >>> removal({"deprecated": True, "x-sunset": "2027-03-31"}, datetime.date(2026, 1, 1))
    ('operation-removed-before-sunset', 'before its sunset: it was to stay until 2027-03-31')
    """
    end = _End.of(old)
    if end.day is not None and end.day > today:
        return f"{rule}-before-sunset", f"before its sunset: it was to stay until {end.day}"
    if end.day is not None:
        return f"{rule}-as-announced", f"as announced: it was to stay until {end.day}"
    if end.announced and end.written is None:
        return f"{rule}-as-announced", "as announced: it was deprecated, and no day was named"
    if is_tentative(old):
        return f"{rule}-as-announced", f"and was {_level(old.get('x-stability-level'))} only, which promises nothing"
    return rule, ""


def is_tentative(part: Mapping[str, JSON]) -> bool:
    """Return whether a part was published as one that may change or go at any time: draft or alpha."""
    return _level(part.get("x-stability-level")) in _TENTATIVE


def day_of(written: JSON) -> datetime.date | None:
    """Return the day that a sunset names; None where nobody can tell.

    It is a date or a date-time of RFC 3339, as ``x-sunset`` has it, or an HTTP-date of RFC 9110, as the header ``Sunset`` of
    RFC 8594 has it. Of a time the day counts as it is written, whatever the zone.

    >>> day_of("2027-03-31T23:59:59+02:00"), day_of("Wed, 31 Mar 2027 23:59:59 GMT"), day_of("end of March")
    (datetime.date(2027, 3, 31), datetime.date(2027, 3, 31), None)
    """
    if not isinstance(written, str):
        return None
    text = written.strip()
    try:
        if match := _RFC3339.fullmatch(text):
            return datetime.date.fromisoformat(match["day"])
        if match := _HTTP.fullmatch(text):
            return datetime.date(int(match["year"]), _MONTHS.index(match["month"]) + 1, int(match["day"]))
    except ValueError:  # the 31st of February, or of a month that English has not
        return None
    return None


@dataclass(frozen=True, slots=True)
class _End:
    """What one version says about the end of a part.

    A sunset announces an end with or without ``deprecated`` beside it, as RFC 8594 has it.
    """

    deprecated: bool
    written: JSON
    day: datetime.date | None

    @classmethod
    def of(cls, part: Mapping[str, JSON]) -> _End:
        written = part.get("x-sunset")
        return cls(part.get("deprecated") is True, written, day_of(written))

    @property
    def announced(self) -> bool:
        return self.deprecated or self.written is not None

    @property
    def unreadable(self) -> bool:
        return self.written is not None and self.day is None

    def told(self, today: datetime.date) -> str:
        """Say what is announced."""
        if self.day is None:
            return "is deprecated" if self.deprecated else "is to end"
        end = f"{'ends' if self.day >= today else 'was to end'} on {self.day}"
        return f"is deprecated, and {end}" if self.deprecated else end


def _of_the_end(old: _End, new: _End, today: datetime.date, notice: int | None) -> Iterator[tuple[str, str]]:
    if old.announced and not new.announced:
        yield "no-longer-deprecated", ""
    if (new.deprecated and not old.deprecated) or (new.announced and not old.announced):
        yield "deprecated", new.told(today)
    if new.announced and not old.announced:
        yield from _of_a_first_day(new, today, notice)
    elif new.announced and new.written != old.written:
        yield from _of_another_day(old, new, today, notice)


def _of_a_first_day(new: _End, today: datetime.date, notice: int | None) -> Iterator[tuple[str, str]]:
    if new.unreadable:
        yield "sunset-unreadable", f"{shown(new.written)} is no date"
    elif new.day is not None:
        yield from _too_soon(new.day, today, notice)
    elif notice is not None:
        yield "deprecated-without-sunset", ""


def _of_another_day(old: _End, new: _End, today: datetime.date, notice: int | None) -> Iterator[tuple[str, str]]:
    if new.unreadable:
        yield "sunset-unreadable", f"{shown(new.written)} is no date"
    elif new.day is None:
        yield "sunset-removed", f"it was {old.day or shown(old.written)}"
    elif old.unreadable:
        yield "sunset-unreadable", f"{shown(old.written)} was no date, so nobody can tell whether {new.day} is sooner"
    elif old.day is None:
        yield "deprecated", f"{_End(False, new.written, new.day).told(today)}, as is said now"
        yield from _too_soon(new.day, today, notice)
    elif new.day < old.day:
        yield "sunset-brought-forward", f"on {new.day}, and {old.day} was announced"
    elif new.day > old.day:
        yield "sunset-postponed", f"until {new.day}, and {old.day} was announced"


def _too_soon(day: datetime.date, today: datetime.date, notice: int | None) -> Iterator[tuple[str, str]]:
    left = (day - today).days
    if notice is not None and left < notice:
        when = f"{_days(left)} from now" if left > 0 else "which is today" if left == 0 else "which is past"
        yield "sunset-too-soon", f"on {day}, {when}, and {_days(notice)} of notice are due"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def _level(written: JSON) -> str | None:
    """Return the level of stability that somebody wrote; None where it is none. Whoever wrote nothing made no reservation."""
    if written is None:
        return STABILITIES[-1]
    level = written.strip().lower() if isinstance(written, str) else ""
    return level if level in STABILITIES else None


def _of_stability(old: JSON, new: JSON) -> Iterator[tuple[str, str]]:
    before, after = _level(old), _level(new)
    if old == new:
        return
    if before is None or after is None:
        yield "stability-unreadable", f"{shown(new)} is no level" if after is None else f"{shown(old)} was no level"
    elif before != after:
        more = STABILITIES.index(after) > STABILITIES.index(before)
        was, is_ = "had no level" if old is None else f"was {before}", "has none" if new is None else f"is {after}"
        yield "stability-increased" if more else "stability-decreased", f"it {was}, and {is_} now"
