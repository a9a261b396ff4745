"""Paths of needs: which part of an answer a requirement speaks of.

The part of JSONPath (RFC 9535) that can be followed through a schema: names, indices, ``*`` for every item or map value,
``(name=$x)`` for the items whose field equals a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cxcontracts.exchanges import JSON, NO_BODY, Response


@dataclass(frozen=True, slots=True)
class Each:
    """``*``: every item of a list, or every value of a map."""

    def __str__(self) -> str:
        return "*"


@dataclass(frozen=True, slots=True)
class Matching:
    """``(name=$x)``: the items whose field equals the value."""

    field: str
    operand: str

    def __str__(self) -> str:
        return f"({self.field}={self.operand})"


Segment = str | Each | Matching
"""A name (or an index, in a list), every item, or the items that match."""

EACH: Final = Each()
_INDEX = re.compile(r"0|[1-9][0-9]*")
_TOKEN = re.compile(r"\((?P<field>[^()=]+)=(?P<operand>[^()]*)\)|(?P<name>(?:\\.|[^.\\()])+)", re.DOTALL)
_FILTER = re.compile(r"[A-Za-z_$][\w.$-]*")


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path.

    Attributes:
        root: ``body`` or ``header``.
        segments: From the root inwards; empty for the whole body. A header has exactly one, in lower case.

    >>> str(parse_path("legs.*.serviceId"))
    'legs.*.serviceId'
    """

    root: str
    segments: tuple[Segment, ...]

    def __str__(self) -> str:
        text = ".".join(_written(segment) for segment in self.segments)
        if self.root == "header":
            return f"header.{text}"
        if not text:
            return "body"
        return f"body.{text}" if self.segments[0] in ("body", "header") else text

    def each(self) -> Path:
        """Return the path with every index and filter as ``*``: contracts know no other items.

        >>> str(parse_path("items.0.name").each())
        'items.*.name'
        """
        segments = tuple(
            EACH if not isinstance(segment, str) or as_index(segment) is not None else segment for segment in self.segments
        )
        return Path(self.root, segments)


def parse_path(text: str) -> Path:
    r"""Read a path as it is written in a journey.

    Raises:
        ValueError: If the text is no path; the message says why.

    >>> parse_path("header.ETag")
    Path(root='header', segments=('etag',))
    >>> parse_path(".*.id").segments
    (Each(), 'id')
    >>> parse_path(r"a\.b").segments
    ('a.b',)
    """
    if not text:
        raise ValueError("a path is empty; name a field, or write body for the whole answer")
    segments = tuple(_segments(text.removeprefix(".")))
    if segments[0] == "header" and not text.startswith("."):
        if len(segments) != 2 or not isinstance(segments[1], str):
            raise ValueError(f"{text!r} names no response header; write header.NAME")
        return Path("header", (segments[1].lower(),))
    if segments[0] == "body" and not text.startswith("."):
        return Path("body", segments[1:])
    return Path("body", segments)


def _segments(text: str) -> Iterator[Segment]:
    position = 0
    while True:
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError(
                f"{text!r} is no path: nothing is named at character {position + 1}; write names with single dots between"
            )
        yield _segment(token)
        position = token.end()
        if position == len(text):
            return
        if text[position] != ".":
            raise ValueError(f"{text!r} is no path: a dot is missing at character {position + 1}")
        position += 1


def _segment(token: re.Match[str]) -> Segment:
    if token["name"] is None:
        if not _FILTER.fullmatch(token["field"].strip()):
            raise ValueError(f"{token.group()!r} is no filter; write (field=$name)")
        return Matching(token["field"].strip(), token["operand"].strip())
    if token["name"] == "*":
        return EACH
    return re.sub(r"\\(.)", r"\1", token["name"], flags=re.DOTALL)


def _written(segment: Segment) -> str:
    if not isinstance(segment, str):
        return str(segment)
    if segment == "*":
        return r"\*"
    return re.sub(r"([.\\()])", r"\\\1", segment)


def as_index(segment: Segment) -> int | None:
    """Return the position in a list that a segment names; None where it names none."""
    return int(segment) if isinstance(segment, str) and _INDEX.fullmatch(segment) else None


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
"""There is nothing at the path."""


def found(path: Path, response: Response, known: Mapping[str, JSON] | None = None) -> Iterator[JSON]:
    """Yield the value at each place that a path reaches in a response, :data:`MISSING` where it breaks off.

    ``*`` on an empty list or map yields nothing: nothing there could be wrong.

    Args:
        known: The names that have a value in the walk, by which a filter chooses; None where a filter takes every item, as on
            contracts.
    """
    if path.root == "header":
        yield response.headers.get(str(path.segments[0]), MISSING)
    else:
        yield from _found(path.segments, MISSING if response.body is NO_BODY else response.body, known)


def _found(segments: tuple[Segment, ...], value: JSON, known: Mapping[str, JSON] | None) -> Iterator[JSON]:
    if not segments or value is MISSING:
        yield value
        return
    first, rest = segments[0], segments[1:]
    if isinstance(first, Matching) and known is not None:
        items = [item for item in (value if isinstance(value, list) else []) if _matches(item, first, known)]
        for item in items or [MISSING]:
            yield from _found(rest, item, known)
        return
    if isinstance(first, Each | Matching):
        if isinstance(value, list):
            items = value
        elif isinstance(value, Mapping) and isinstance(first, Each):
            items = list(value.values())
        else:
            items = [MISSING]
        for item in items:
            yield from _found(rest, item, known)
        return
    yield from _found(rest, _member(value, first), known)


def _matches(item: JSON, filter_: Matching, known: Mapping[str, JSON]) -> bool:
    wanted = known.get(filter_.operand.removeprefix("$").strip("{}"), MISSING) if filter_.operand[:1] == "$" else filter_.operand
    return isinstance(item, Mapping) and item.get(filter_.field, MISSING) == wanted


def _member(value: JSON, name: str) -> JSON:
    if isinstance(value, Mapping):
        return value.get(name, MISSING)
    index = as_index(name)
    if isinstance(value, list) and index is not None and index < len(value):
        return value[index]
    return MISSING
