r"""Regular expressions of ECMA-262, read into parts: what each may be, and how often.

Letters are sets of code points, as sorted ranges. What is no regular language (a reference to a group, a word boundary, a
look-around other than ahead from the start) is not read: :class:`Unread`, never a guess.

>>> read("^a|b{2,}").choices[1]
Join(parts=(Repeat(part=Letters(ranges=((98, 98),)), least=2, most=None),))
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Ranges = tuple[tuple[int, int], ...]
"""Code points, as sorted ranges that do not touch, both ends included."""

_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)
_LONGEST = 2000
_DEEPEST = 40
_QUANTIFIER = re.compile(r"(?:(?P<sign>[*+?])|\{(?P<least>\d{1,6})(?P<comma>,)?(?P<most>\d{1,6})?\})\??")
_GROUP = re.compile(r"\((?:\?:|\?<[A-Za-z_]\w*>|(?!\?))")
_AHEAD = re.compile(r"\(\?(?P<sign>[=!])")
_CODE = re.compile(r"\\(?:u(?P<long>[0-9a-fA-F]{4})|x(?P<short>[0-9a-fA-F]{2}))")
_CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}


class Unread(Exception):
    """An expression that is no regular language, or too large."""


@dataclass(frozen=True)
class Letters:
    """One letter out of a set."""

    ranges: Ranges


@dataclass(frozen=True)
class Edge:
    """The start of the text (``^``), or its end (``$``)."""

    start: bool


@dataclass(frozen=True)
class Join:
    """One after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Choice:
    """Any one of some."""

    choices: tuple[Join, ...]


@dataclass(frozen=True)
class Repeat:
    """A part, so often."""

    part: Part
    least: int
    most: int | None


@dataclass(frozen=True)
class Ahead:
    """What must, or must not, come from here on."""

    choice: Choice
    wanted: bool


Part = Letters | Edge | Join | Choice | Repeat | Ahead


def ranges_of(text: str) -> Ranges:
    """Return the letters of a text."""
    return merged([(ord(letter), ord(letter)) for letter in text])


def merged(ranges: list[tuple[int, int]]) -> Ranges:
    """Return ranges sorted, those that touch made one."""
    whole: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if whole and low <= whole[-1][1] + 1:
            whole[-1] = (whole[-1][0], max(high, whole[-1][1]))
        else:
            whole.append((low, high))
    return tuple(whole)


def others(ranges: Ranges) -> Ranges:
    """Return the letters that are not in a set."""
    whole: list[tuple[int, int]] = []
    start = 0
    for low, high in merged([*ranges, _SURROGATES]):
        if start < low:
            whole.append((start, low - 1))
        start = high + 1
    if start <= _LAST:
        whole.append((start, _LAST))
    return tuple(whole)


_DIGITS = ranges_of("0123456789")
_WORD = merged([*_DIGITS, (65, 90), (97, 122), (95, 95)])
_BLANK = merged([*ranges_of("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"), (0x2000, 0x200A)])
_SETS = {"d": _DIGITS, "w": _WORD, "s": _BLANK, "D": others(_DIGITS), "W": others(_WORD), "S": others(_BLANK)}
ANY = Letters(others(()))
"""Any letter at all."""

_ANY_BUT_NEWLINE = Letters(others(ranges_of("\n")))


def read(pattern: str) -> Choice:
    """Read an expression.

    Raises:
        Unread: If it is no regular language, none at all, or too large.
    """
    if len(pattern) > _LONGEST:
        raise Unread
    reading = _Reading(pattern)
    choice = reading.choice()
    if reading.at < len(pattern):
        raise Unread
    return choice


def one_of(texts: Iterable[str]) -> Choice:
    """Return the expression that matches exactly some texts."""
    return Choice(tuple(Join((Edge(True), *(Letters(ranges_of(letter)) for letter in text), Edge(False))) for text in texts))


class _Reading:
    """An expression, and how far it has been read."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _skips(self, text: str) -> bool:
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) * found
        return found

    def choice(self) -> Choice:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Unread
        choices = [self._join()]
        while self._skips("|"):
            choices.append(self._join())
        self.depth -= 1
        return Choice(tuple(choices))

    def _join(self) -> Join:
        parts: list[Part] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._quantified(self._part()))
        return Join(tuple(parts))

    def _part(self) -> Part:
        for sign, edge in (("^", Edge(True)), ("$", Edge(False))):
            if self._skips(sign):
                return edge
        if self._skips("."):
            return _ANY_BUT_NEWLINE
        if self._next() == "(":
            return self._group()
        if self._next() == "[":
            return Letters(self._class())
        if self._next() == "\\":
            return Letters(self._escape())
        if self._next() in "*+?{":
            raise Unread
        self.at += 1
        return Letters(ranges_of(self.pattern[self.at - 1]))

    def _group(self) -> Part:
        ahead = _AHEAD.match(self.pattern, self.at)
        opened = ahead or _GROUP.match(self.pattern, self.at)
        if opened is None:
            raise Unread
        self.at = opened.end()
        choice = self.choice()
        if not self._skips(")"):
            raise Unread
        return Ahead(choice, ahead["sign"] == "=") if ahead else choice

    def _quantified(self, part: Part) -> Part:
        match = _QUANTIFIER.match(self.pattern, self.at)
        if match is None:
            return part
        self.at = match.end()
        if isinstance(part, Edge | Ahead) or self._next() in ("*", "+", "?", "{"):
            raise Unread
        if match["sign"]:
            return Repeat(part, int(match["sign"] == "+"), 1 if match["sign"] == "?" else None)
        least = int(match["least"])
        most = int(match["most"]) if match["most"] else None if match["comma"] else least
        if most is not None and most < least:
            raise Unread
        return Repeat(part, least, most)

    def _escape(self) -> Ranges:
        code = _CODE.match(self.pattern, self.at)
        if code:
            self.at = code.end()
            return ranges_of(chr(int(code["long"] or code["short"], 16)))
        letter = self.pattern[self.at + 1 : self.at + 2]
        self.at += 2
        if letter in _CONTROLS:
            return ranges_of(_CONTROLS[letter])
        if letter in _SETS and letter:
            return _SETS[letter]
        if not letter or letter.isalnum():
            raise Unread
        return ranges_of(letter)

    def _class(self) -> Ranges:
        self.at += 1
        negated = self._skips("^")
        found: list[tuple[int, int]] = []
        while not self._skips("]"):
            found.extend(self._item())
        if not found:
            raise Unread
        return others(merged(found)) if negated else merged(found)

    def _item(self) -> Iterator[tuple[int, int]]:
        low = self._member()
        if self._next() != "-" or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            yield from low
            return
        self.at += 1
        high = self._member()
        if len(low) != 1 or len(high) != 1 or low[0][0] != low[0][1] or high[0][0] != high[0][1] or low[0][0] > high[0][0]:
            raise Unread
        yield low[0][0], high[0][0]

    def _member(self) -> Ranges:
        if self._next() == "":
            raise Unread
        if self._next() == "\\":
            return self._escape()
        self.at += 1
        return ranges_of(self.pattern[self.at - 1])
