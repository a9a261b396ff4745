"""What is wrong in a file, where it stands there, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; lines and columns count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake of a file, ready to be shown.

    Attributes:
        place: Where it is.
        what: What is wrong, with the value.
        remedy: What to do about it; empty where *what* says it all.
        code: The cause, in kebab case; no two causes share one.
        warning: True where the estate is usable all the same.
    """

    place: Place
    what: str
    remedy: str = ""
    code: str = ""
    warning: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.what}" + (f"; {self.remedy}" if self.remedy else "")

    @property
    def told(self) -> str:
        """It in one line, with its code at the end, by which ``explain`` says more of it."""
        return f"{self} [{self.code}]" if self.code else str(self)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that *name* was most likely meant to be.

    >>> nearest("getServiceStats", ["getServiceStatus", "listServices"])
    'getServiceStatus'
    >>> nearest("zzz", ["getServiceStatus"]) is None
    True
    """
    candidates = list(known)
    by_case = {candidate.casefold(): candidate for candidate in candidates}
    found = by_case.get(name.casefold())
    if found is not None:
        return found
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the remedy for a name that is not known: the nearest one, or all when they are few."""
    candidates = sorted(known)
    found = nearest(name, candidates)
    if found is not None:
        return f"did you mean {found!r}?"
    if 0 < len(candidates) <= 8:
        return "one of: " + ", ".join(candidates)
    return "check the spelling"
