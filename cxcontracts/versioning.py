"""Whether the step of ``info.version`` fits what changed, by the rules of Semantic Versioning where both versions follow them.

Of dates and of names little can be said: that one stayed while something broke, and that a date went back.
Source: Semantic Versioning 2.0.0, https://semver.org, items 4 (0.y.z), 6 to 8 (which step) and 9 to 11 (pre-releases, order).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cxcontracts.findings import Change, Compared, Verdict
from cxcontracts.rules import RULES

ELEMENT: Final = "info version"
"""What the part of a document is called whose change is judged here."""

_MAJOR, _MINOR, _PATCH = 0, 1, 2
_STEPS: Final = ("a major step", "a minor step", "a patch")
_LONGEST: Final = 40
_NUMBER: Final = r"(\d{1,9})"  # int() takes no more than some thousand digits
_SEMANTIC: Final = re.compile(
    rf"[vV]?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?:-([0-9A-Za-z.-]{{1,200}}))?(?:\+[0-9A-Za-z.-]*)?", re.ASCII
)
_CALENDAR: Final = re.compile(r"[vV]?((?:19|20)\d\d)[.-](\d{1,2})(?:[.-](\d{1,2}))?", re.ASCII)


def check_version(compared: Compared) -> Change | None:
    """Return how the step of the version fails to fit the other changes; None where it fits, or nobody can tell.

    A change breaks when that is proved and nobody accepted it. What adds to a contract is what is new in it, and what is
    deprecated. The change has no places: the versions are known here, not where they stand.
    """
    if compared.record is None or compared.candidate is None:
        return None
    old, new = compared.record.version.strip(), compared.candidate.version.strip()
    if not new:
        return None
    breaking = sum(change.breaking for change in compared.changes)
    adding = sum(map(_adds, compared.changes))
    found = _misfit(old, new, breaking, adding)
    return None if found is None else _change(*found, old, new)


def _adds(change: Change) -> bool:
    return change.verdict is Verdict.INTACT and (change.rule.endswith("-added") or change.rule == "deprecated")


def _change(rule: str, words: str, old: str, new: str) -> Change:
    facts = "\n".join((rule, old, new))
    return Change(
        ELEMENT,
        words,
        rule=rule,
        level=RULES[rule].level,
        because=RULES[rule].sentence.format(name=ELEMENT, change=words),
        breaks=RULES[rule].breaks,
        fingerprint=hashlib.sha256(facts.encode("utf-8", "backslashreplace")).hexdigest()[:16],
    )


@dataclass(frozen=True, slots=True)
class _Version:
    """A version in numbers.

    Attributes:
        numbers: Major, minor and patch, or year, month and day; 0 for what is not written.
        parts: How many of them are written.
        early: The identifiers of a pre-release; None for a release.
        calendar: Whether it is a date.
    """

    numbers: tuple[int, ...]
    parts: int
    early: tuple[tuple[bool, int, str], ...] | None = None
    calendar: bool = False

    @property
    def order(self) -> tuple[object, ...]:
        """What sorts it among others of its sort: a pre-release comes before its release."""
        return (self.numbers, self.early is None, self.early or ())

    @property
    def stable(self) -> bool:
        """Whether it promises that what breaks raises the major number: a release, and none of 0.y.z."""
        return self.numbers[_MAJOR] > 0 and self.early is None


def _read(text: str) -> _Version | None:
    for form in (_CALENDAR, _SEMANTIC):
        if match := form.fullmatch(text):
            written = [int(number) for number in match.groups()[:3] if number is not None]
            numbers = (*written, 0, 0)[:3]
            early = match.groups()[3] if form is _SEMANTIC else None
            return _Version(numbers, len(written), _identifiers(early) if early else None, form is _CALENDAR)
    return None


def _identifiers(early: str) -> tuple[tuple[bool, int, str], ...]:
    """Return the identifiers of a pre-release as they sort: numbers by their size, and before names."""
    pieces = early.split(".")
    return tuple((False, int(piece), "") if piece.isdigit() else (True, 0, piece) for piece in pieces)


def _misfit(old: str, new: str, breaking: int, adding: int) -> tuple[str, str] | None:
    """Return the id of a rule and how it is broken."""
    before, after = _read(old), _read(new)
    if before is None or after is None or before.calendar is not after.calendar:
        return _unmoved(new, breaking, 0) if old == new else None
    if after.order < before.order:
        return "version-decreased", _step(old, new)
    semantic = not before.calendar and min(before.parts, after.parts) > 1
    if after.order == before.order:
        return _unmoved(new, breaking, adding if semantic and before.stable else 0)
    return _too_small(old, new, before, after, (breaking, adding)) if semantic else None


def _unmoved(version: str, breaking: int, adding: int) -> tuple[str, str] | None:
    return ("version-not-bumped", f"{_cut(version)}, and {_told(breaking, adding)}") if breaking or adding else None


def _too_small(old: str, new: str, before: _Version, after: _Version, counts: Sequence[int]) -> tuple[str, str] | None:
    breaking, adding = counts
    if before.early is not None:  # it promised nothing yet
        return None
    taken = next(step for step in (_MAJOR, _MINOR, _PATCH) if before.numbers[step] != after.numbers[step])
    due = (_MAJOR if breaking else _MINOR if adding else _PATCH) + (not before.stable)
    if taken <= due:
        return None
    return "version-bump-too-small", f"{_step(old, new)}, {_STEPS[taken]}, and {_told(breaking, adding)}"


def _told(breaking: int, adding: int) -> str:
    """Return what asks for a step: what breaks, or else what adds.

    >>> _told(1, 5), _told(0, 5)
    ('1 change breaks what it promised', '5 changes add to what it promised')
    """
    count, verb, rest = (breaking, "break", "what it promised") if breaking else (adding, "add", "to what it promised")
    return f"1 change {verb}s {rest}" if count == 1 else f"{count:,} changes {verb} {rest}"


def _step(old: str, new: str) -> str:
    return f"from {_cut(old)} to {_cut(new)}"


def _cut(version: str) -> str:
    return version if len(version) <= _LONGEST else f"{version[: _LONGEST - 1]}…"
