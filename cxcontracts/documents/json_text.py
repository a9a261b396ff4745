"""JSON: RFC 8259, read by orjson, with places and repeated keys found by a second look at the text."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import overload

import orjson

from cxcontracts.documents.positions import Members, Spot, locate
from cxcontracts.documents.refusals import MOST_NESTING, MOST_VALUES, Malformed, repeated_key, too_deep, too_many_values
from cxcontracts.exchanges import JSON

_NESTING_OF_ORJSON = 1024
_OUTER_LISTS = _NESTING_OF_ORJSON - MOST_NESTING

_SAFE_LENGTH = 6_000_000  # no text needs more than 60 times its length in memory
_ALL_BUT_SEPARATORS = bytes(set(range(256)) - set(b"{[,"))
# Possessive (*+), so that a string of a million escapes keeps no million ways back.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{\]}]', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")


def load(data: bytes, *, unique_keys: bool = False, most_values: int = MOST_VALUES) -> JSON:
    """Return the value of a JSON text in UTF-8 without byte-order mark; of a key that comes twice, the last counts.

    Whole numbers beyond 64 bits become floats. NaN, Infinity and what no float can hold are refused; with *unique_keys*, which
    costs a slower pass, so are keys that come twice.

    Raises:
        Malformed: ``json-syntax``, ``duplicate-key``, ``too-deep`` or ``too-many-values``.
        UnicodeDecodeError: It is not UTF-8.
    """
    _limit_values(data, most_values)
    if unique_keys:
        _refuse_repeated_keys(data.decode())
    try:
        if data.count(b"[") + data.count(b"{") <= MOST_NESTING:
            return orjson.loads(data)
        # orjson stops at a depth of 1024 and has no switch for less: lists around the text leave it what we allow.
        value = orjson.loads(b"".join((b"[" * _OUTER_LISTS, data, b"]" * _OUTER_LISTS)))
    except orjson.JSONDecodeError:
        raise _reason(data) from None
    for _ in range(_OUTER_LISTS):
        # Text such as "1],[2" breaks out of the lists around it and leaves one of them with other than one item.
        if len(value) != 1:
            raise _reason(data)
        value = value[0]
    return value


def repeated_keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each key that its mapping already has, with the offsets of the first time and of this one.

    Costs one more pass over the text, and more only where there is one. What stands inside an overruled value is passed over.

    >>> list(repeated_keys('{"a": 1, "b": 2, "a": 3}'))
    [('a', 1, 17)]
    """
    seen: list[_Repetitive] = []

    def note(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
        members = dict(pairs)
        if len(members) < len(pairs):
            seen.append(members := _Repetitive(members))
        return members

    value = json.JSONDecoder(object_pairs_hook=note).decode(text)
    if seen:
        positions = Positions(text)
        for pointer in _pointers_to_repetitive(value):
            yield from positions.repeats(locate(positions, pointer))


class Positions:
    """Finds the spots of a JSON text that has been loaded: one level at a time, each level once."""

    # A level is passed over as a whole to reach the next, so that the time is depth times length. Real contracts need a third of
    # this; a text made to hurt gets the place of a parent.
    _PASSES = 20

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, Members] = {}
        self._allowance = self._PASSES * len(text)
        self._decoder = json.JSONDecoder()

    @cached_property
    def root(self) -> Spot:
        """The spot of the whole."""
        start = self._skip(0)
        return Spot(start, start)

    def members(self, spot: Spot) -> Members:
        """Return the spots directly inside *spot*; of a key that comes twice, the last."""
        if spot.value not in self._known:
            self._known[spot.value] = self._find_members(spot.value)
        return self._known[spot.value]

    def repeats(self, spot: Spot) -> Iterator[tuple[str, int, int]]:
        """Yield key, first offset and offset of each key that the mapping at *spot* already has."""
        first: dict[str, int] = {}
        for key, member in self._pairs(spot.value):
            if first.setdefault(key, member.key) != member.key:
                yield key, first[key], member.key

    def _find_members(self, start: int) -> Members:
        opener = self._text[start : start + 1]
        if opener == "{":
            return dict(self._pairs(start))
        return _Items(self._items(start)) if opener == "[" else ()

    def _pairs(self, opener: int) -> Iterator[tuple[str, Spot]]:
        at = self._skip(opener + 1)
        while self._text[at] == '"' and self._allowance > 0:
            key, colon = self._decoder.raw_decode(self._text, at)
            value = self._skip(self._skip(colon) + 1)
            yield key, Spot(at, value)
            at = self._next(value)

    def _items(self, opener: int) -> Iterator[int]:
        at = self._skip(opener + 1)
        while self._text[at] != "]" and self._allowance > 0:
            yield at
            at = self._next(at)

    def _next(self, value: int) -> int:
        """Return where the next key or item begins, or where the bracket closes."""
        _, end = self._decoder.raw_decode(self._text, value)
        self._allowance -= end - value
        end = self._skip(end)
        return self._skip(end + 1) if self._text[end] == "," else end

    def _skip(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        return space.end() if space else at


class _Items(Sequence[Spot]):
    """The spots of a list's items, made when asked for: a million of them would need a hundred times the text."""

    def __init__(self, offsets: Iterator[int]) -> None:
        self._offsets = array("q", offsets)

    def __len__(self) -> int:
        return len(self._offsets)

    @overload
    def __getitem__(self, index: int) -> Spot: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Spot]: ...
    def __getitem__(self, index: int | slice) -> Spot | Sequence[Spot]:
        if isinstance(index, slice):
            return [Spot(at, at) for at in self._offsets[index]]
        return Spot(self._offsets[index], self._offsets[index])


class _Repetitive(dict[str, JSON]):
    """A mapping in which a key came twice."""


def _pointers_to_repetitive(value: JSON) -> Iterator[tuple[str | int, ...]]:
    stack: list[tuple[JSON, tuple[str | int, ...]]] = [(value, ())]
    while stack:
        node, pointer = stack.pop()
        if isinstance(node, _Repetitive):
            yield pointer
        members = list(node.items() if isinstance(node, dict) else enumerate(node))
        stack.extend((child, (*pointer, key)) for key, child in reversed(members) if isinstance(child, dict | list))


def _refuse_repeated_keys(text: str) -> None:
    # Before the value is there, so that memory holds it once. What is no JSON is left for orjson to refuse.
    with suppress(ValueError, RecursionError):
        for key, first, again in repeated_keys(text):
            raise repeated_key(text, key, first, again)


def _limit_values(data: bytes, most: int) -> None:
    if len(data) <= _SAFE_LENGTH:
        return
    separators = len(data.translate(None, _ALL_BUT_SEPARATORS))
    if 2 * separators > most and separators + data.count(b"{") + data.count(b"[") > most:
        raise too_many_values(most=most)


def _reason(data: bytes) -> Malformed:
    text = data.decode()
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError as error:
        if error.msg != "depth limit exceeded":
            remedy = "repair it, or name the file .yaml if it is YAML"
            return Malformed(error.pos, "json-syntax", f"not valid JSON: {error.msg}", remedy)
    return too_deep(_first_too_deep(text))


def _first_too_deep(text: str) -> int:
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found.group(), 0)
        if depth > MOST_NESTING:
            return found.start()
    return 0
