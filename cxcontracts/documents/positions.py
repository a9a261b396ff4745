"""Where the values of a text stand."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

Members: TypeAlias = "Mapping[str, Spot] | Sequence[Spot]"
"""The spots directly inside a mapping, by key, or a list, in order; an empty list for anything else."""


_LINE_FEED = re.compile("\n")


class Spot(NamedTuple):
    """Where one value stands, as offsets in characters.

    Attributes:
        key: Where its key begins; where the value begins, for an item of a list and for the root.
        value: Where the value begins.
        inside: Its members, when they are known already.
    """

    key: int
    value: int
    inside: Members = ()


class Index(Protocol):
    """Knows the spots of one text."""

    @property
    def root(self) -> Spot:
        """The spot of the whole."""

    def members(self, spot: Spot) -> Members:
        """Return the spots directly inside *spot*."""


def locate(index: Index, pointer: Sequence[str | int]) -> Spot:
    """Return the spot that *pointer* leads to, or the last one on the way where it leads nowhere."""
    spot = index.root
    for token in pointer:
        found = _member(index.members(spot), token)
        if found is None:
            break
        spot = found
    return spot


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    r"""Return the line and the column of *offset*, both counted from 1.

    >>> line_and_column("a: 1\nbc: 2", 6)
    (2, 2)
    """
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class Lines:
    r"""The lines of a text, for whoever asks more than once.

    >>> Lines("a: 1\nbc: 2").place(6)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self._starts = array("Q", (0, *(found.end() for found in _LINE_FEED.finditer(text))))

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of *offset*, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def _member(members: Members, token: str | int) -> Spot | None:
    if isinstance(members, Mapping):
        return members.get(str(token))
    digits = str(token)
    if len(digits) < 10 and digits.isascii() and digits.isdecimal() and int(digits) < len(members):
        return members[int(digits)]
    return None
