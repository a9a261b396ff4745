"""What lies at the edge of a set of values: where those who write software are one off, or think of nobody.

>>> [edge.value for edge in edges({"type": "integer", "minimum": 1, "maximum": 9}, 4, "count")]
[1, 9, 2, 8]
>>> [edge.value for edge in edges({"enum": ["GBP", "EUR", "USD"]}, "GBP", "currency")]
['EUR', 'USD']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import chain, cycle, islice
from math import ceil, floor
from typing import Any, Final

from cxcontracts import formats
from cxcontracts.containment import patterns
from cxcontracts.containment.automata import Language, Length, leaf
from cxcontracts.containment.sets import Found, Schema, Undecidable, admits, find
from cxcontracts.exchanges import JSON
from cxcontracts.sending import space as typed
from cxcontracts.wording import shown

MOST_EDGES: Final = 24
"""The most values that one place is given, beyond those that are listed one by one."""
MOST_LISTED: Final = 200
"""The most values of a list of values that are tried."""

_DEEPEST: Final = 6
_LONGEST: Final = 10_000
"""How long a text, and how long a list, may be to be tried."""
_WIDE: Final = 80
"""How long a text is that nothing limits."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LETTERS_OF_A_PART: Final = (_LETTERS * 3)[:63]

_NAME: Final = re.compile(r"name|passenger|traveller|holder|contact|addressee|recipient|person|customer(?!.?(id|no|number))")
NAMES: Final[Mapping[str, str]] = {
    "O'Brien": "a name with an apostrophe",
    "Ng": "a name of two letters",
    "Núñez": "a name with accents",
    "O": "a name of one letter",
    "Smith-Jones": "a double-barrelled name",
    "van der Berg": "a name of several words",
    "عبد الله": "a name that is written from right to left",
    "Nu\u0301n\u0303ez": "a name with combining marks",
    "D\u2019Arcy": "a name with a typographic apostrophe",
    "Łukasz Żółć": "a name with letters beyond Latin-1",
    "李": "a name of one Chinese character",
    "𠮷田": "a name with a character beyond the first 65,536",
    "Null": "a name that software takes for nothing",
    "Martin Jr.": "a name with a full stop",
}
"""Names of people that partners get wrong, with what is hard about each."""

_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("2028-02-29", "1900-01-01", "2099-12-31", "2031-01-01"),
    "time": ("00:00:00Z", "23:59:59Z", "08:15:00.123456Z", "08:15:00+05:45"),
    "date-time": ("2031-05-17T08:15:00+05:45", "2031-05-17T08:15:00.123456789Z", "2028-02-29T23:59:59Z",
                  "2031-12-31T23:30:00-01:00", "1969-12-31T23:59:59Z"),
    "duration": ("P1Y2M3DT4H5M6S", "PT0S", "P2W"),
    "email": ("a@example.com", "first.last+tag@sub.example.co.uk", "o'brien@example.com", "UPPER@EXAMPLE.COM",
              "x@a-rather-long-name-of-a-company.international"),
    "idn-email": ("jürgen@example.com", "a@münchen.example"),
    "hostname": ("a", "xn--mnchen-3ya.example", "a-b.c-d.example.co.uk"),
    "idn-hostname": ("münchen.example",),
    "ipv4": ("0.0.0.0", "255.255.255.255"),
    "ipv6": ("::", "::1", "2001:db8:1:2:3:4:5:6", "::ffff:192.0.2.1"),
    "uri": ("https://user@example.com:8443/a/b;c?d=e&f=%C3%A9#g", "http://[2001:db8::1]/", "mailto:ada@example.com"),
    "uri-reference": ("", "?q=1", "#top", "../a"),
    "iri": ("https://example.com/日本",),
    "uuid": ("00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF"),
}  # fmt: skip
"""Texts of a format that are as valid as any, and that partners get wrong."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A value at the edge, and what is special about it, in words.

    Attributes:
        listed: Whether the set lists it by itself.
    """

    value: JSON
    because: str
    listed: bool = False


def edges(schema: Schema, sample: JSON, name: str, fits: Callable[[JSON], bool] | None = None) -> list[Edge]:
    """Return the values at the edge of a set, the most telling first, none of them twice and none the sample.

    There are at most :data:`MOST_LISTED` and :data:`MOST_EDGES`, and the same for the same arguments. A list or an object is
    varied as a whole only: see :func:`parts` for what is inside it.

    Args:
        sample: A value of the set.
        name: What the value is called: names of people are hard in other ways than other texts.
        fits: Tells whether a value may be tried; by default, whether *schema* admits it.
    """
    told = list(facets(schema))
    taken = fits or (lambda value: _admitted(schema, value))
    sources = [_flags(told), _numbers(told), _texts(told, name), _lists(schema, told, sample), _nothing(told)]
    found = {_key(sample): Edge(sample, "")}
    for edge in islice(_listed(told), MOST_LISTED):
        if _key(edge.value) not in found and taken(edge.value):
            found[_key(edge.value)] = edge
    most = len(found) + MOST_EDGES
    for edge in chain.from_iterable(sources):
        if len(found) < most and _key(edge.value) not in found and taken(edge.value):
            found[_key(edge.value)] = edge
    return list(found.values())[1:]


def facets(schema: Schema) -> Iterator[Mapping[str, Any]]:
    """Yield the plain schemas that a schema is made of, each with a type: itself, and its branches."""
    if isinstance(schema, Mapping):
        yield typed(schema)
        for key in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(key, ()):
                yield from facets(branch)
        for key in ("then", "else"):
            yield from facets(schema.get(key, True))


@dataclass(frozen=True, slots=True)
class Part:
    """A place inside a value.

    Attributes:
        way: The way to it; empty for the value itself.
        schema: What it has to be, as far as that stands there.
        sample: What it is; :data:`LEFT_OUT` where it is not there.
        optional: Whether it may be left out.
    """

    way: tuple[str | int, ...]
    schema: Schema
    sample: JSON
    optional: bool


class _LeftOut:
    def __repr__(self) -> str:
        return "LEFT_OUT"


LEFT_OUT: Final = _LeftOut()
"""No value: the member is not there."""


def parts(schema: Schema, sample: JSON, way: tuple[str | int, ...] = (), *, optional: bool = False) -> Iterator[Part]:
    """Yield the places inside a value, the value itself first, each before what is inside it; of a list, its first item."""
    yield Part(way, schema, sample, optional)
    if len(way) == _DEEPEST:
        return
    told = list(facets(schema))
    if isinstance(sample, Mapping):
        for name in dict.fromkeys(name for each in told for name in each.get("properties", ())):
            below = _all_of(each["properties"][name] for each in told if name in each.get("properties", ()))
            needed = any(name in each.get("required", ()) for each in told)
            if below is not False:
                yield from parts(below, sample.get(name, LEFT_OUT), (*way, name), optional=not needed)
    elif isinstance(sample, list) and sample:
        below = _all_of(_first_item(each) for each in told)
        if below is not True:
            yield from parts(below, sample[0], (*way, 0))


def changed(whole: JSON, way: Sequence[str | int], value: JSON) -> JSON:
    """Return a value with another one in a place; :data:`LEFT_OUT` takes out what is there.

    Raises:
        LookupError: If the place is not there.

    >>> changed({"a": [{"b": 1}]}, ["a", 0, "b"], LEFT_OUT)
    {'a': [{}]}
    """
    if not way:
        return value
    first, rest = way[0], way[1:]
    if isinstance(whole, list) and isinstance(first, int):
        return [*whole[:first], changed(whole[first], rest, value), *whole[first + 1 :]]
    if not isinstance(whole, Mapping):
        raise LookupError(first)
    if not rest and value is LEFT_OUT:
        return {name: below for name, below in whole.items() if name != first}
    return {**whole, first: changed(whole[first], rest, value) if rest else value}


def _key(value: JSON) -> str:
    return f"{type(value).__name__} {value!r}"


def _admitted(schema: Schema, value: JSON) -> bool:
    try:
        return admits(schema, value)
    except Undecidable:
        return False


def _all_of(schemas: Iterable[Schema]) -> Schema:
    told: list[Schema] = [schema for schema in schemas if schema is not True]
    return told[0] if len(told) == 1 else {"allOf": told} if told else True


def _first_item(schema: Mapping[str, Any]) -> Schema:
    prefix = schema.get("prefixItems") or [schema.get("items", True)]
    first: Schema = prefix[0]
    return first


def _listed(told: Sequence[Mapping[str, Any]]) -> Iterator[Edge]:
    for each in told:
        for value in each.get("enum", [each["const"]] if "const" in each else ()):
            yield Edge(value, f"another of its values, {shown(value)}", listed=True)


def _flags(told: Sequence[Mapping[str, Any]]) -> Iterator[Edge]:
    if _speak(told, "boolean"):
        yield from (Edge(value, f"{shown(value)}") for value in (True, False))


def _nothing(told: Sequence[Mapping[str, Any]]) -> Iterator[Edge]:
    if _speak(told, "null"):
        yield Edge(None, "null")


def _speak(told: Sequence[Mapping[str, Any]], *kinds: str) -> bool:
    """Tell whether any of these schemas names one of some types."""
    return any(kind in _types(each) for each in told for kind in kinds)


def _types(schema: Mapping[str, Any]) -> list[str]:
    written = schema.get("type", [])
    return written if isinstance(written, list) else [written]


# --- numbers ------------------------------------------------------------------------------------------------------------------


def _numbers(told: Sequence[Mapping[str, Any]]) -> Iterator[Edge]:
    if not _speak(told, "integer", "number"):
        return
    whole = not _speak(told, "number")
    spelled = [{**each, **formats.spelled_out(str(each.get("format", "")), frozenset({"integer"}))} for each in told]
    step = max((each["multipleOf"] for each in spelled if "multipleOf" in each), default=1)
    lows = [each[key] for key in ("minimum", "exclusiveMinimum") for each in spelled if _bound(each, key)]
    highs = [each[key] for key in ("maximum", "exclusiveMaximum") for each in spelled if _bound(each, key)]
    ends = [*((_on(low, step, ceil), "the least") for low in lows), *((_on(high, step, floor), "the most") for high in highs)]
    for value, word in ends:
        yield Edge(_plain(value), word)
    for value, word in ends:
        inwards = step if word == "the least" else -step
        yield Edge(_plain(value + inwards), f"next to {word}")
        if not whole and step == 1:
            yield Edge(value + inwards / 100, f"a fraction from {word}")
    if not lows or not highs:
        for number in (0, 1, -1, 2**31 - 1, 2**31, -(2**31), 2**53):
            yield Edge(_plain(_on(number, step, floor)), f"the number {number:,}")
    if not whole:
        yield from (Edge(number, "a number with a fraction") for number in (0.5, 0.1, 1.005, -0.5))


def _bound(schema: Mapping[str, Any], key: str) -> bool:
    value = schema.get(key)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _on(value: float, step: float, rounded: Callable[[float], int]) -> float:
    """Return the multiple of a step that is nearest on one side."""
    return value if step == 1 else rounded(value / step) * step


def _plain(value: float) -> JSON:
    return int(value) if value == int(value) else value


# --- texts --------------------------------------------------------------------------------------------------------------------


def _texts(told: Sequence[Mapping[str, Any]], name: str) -> Iterator[Edge]:
    if not _speak(told, "string"):
        return
    shortest = max(each.get("minLength", 0) for each in told)
    longest = min((each["maxLength"] for each in told if "maxLength" in each), default=None)
    kinds = [each["format"] for each in told if each.get("format") in formats.SAMPLES]
    meant = [formats.spelled_out(str(each.get("format", "")), frozenset({"string"})) for each in told]
    written = [each["pattern"] for each in (*told, *meant) if "pattern" in each]
    for kind in dict.fromkeys(kinds):
        if kind in ("email", "idn-email"):
            yield from _long_addresses(longest)
        for text in (*_FORMATS.get(kind, ()), *formats.SAMPLES[kind]):
            yield Edge(text, f"an unusual {kind}" if text in _FORMATS.get(kind, ()) else f"another {kind}")
    names = _hard_names() if _NAME.search(name.lower()) else ()
    if written:
        yield from (Edge(text, because) for text, because in _matching(tuple(dict.fromkeys(written)), shortest, longest))
        yield from names
    elif not kinds:
        sizes = list(_sized(shortest, longest))
        yield from [sizes[0], *names, *sizes[1:]] if names else [*sizes[:2], *_hard_names(), *sizes[2:]]


def _long_addresses(longest: int | None) -> Iterator[Edge]:
    """Yield the longest address that there may be: a mailbox has 64 letters at most, a part of a domain 63.

    Source: RFC 5321, sections 4.5.3.1.1 to 4.5.3.1.3; RFC 1035, section 2.3.4.
    """
    most = min(longest if longest is not None else _WIDE, 254)
    mailbox = min(64, most - len("@a.example"))
    domain = most - mailbox - len("@.example")
    if mailbox > 0:
        parts = [_LETTERS_OF_A_PART] * (domain // 64) + [_LETTERS_OF_A_PART[: domain % 64]] * (domain % 64 > 0)
        text = f"{_letters(mailbox).lower()}@{'.'.join(parts)}.example"
        yield Edge(text, f"an address of {len(text)} letters")


def _hard_names() -> list[Edge]:
    return [Edge(text, because) for text, because in NAMES.items()]


def _sized(shortest: int, longest: int | None) -> Iterator[Edge]:
    """Yield texts by their length alone."""
    most = _WIDE if longest is None else longest
    if most <= _LONGEST:
        yield Edge(_letters(most), f"{most} letters" + (", the most" if longest is not None else ""))
    yield Edge(_letters(max(shortest, 1)), f"{max(shortest, 1)} letters, the fewest" if shortest > 1 else "one letter")
    if longest is not None and longest <= _LONGEST:
        yield Edge(_letters(longest - 1), f"{longest - 1} letters, one fewer than the most")
        yield Edge("é" * longest, f"{longest} letters of two bytes each")
    if longest is not None and longest > _WIDE:
        yield Edge(_letters(_WIDE), f"{_WIDE} letters")
    yield Edge(_letters(shortest + 1), f"{shortest + 1} letters, one more than the fewest")
    yield Edge("", "an empty text")


def _letters(count: int) -> str:
    """Return a text of so many letters in which one sees where it was cut."""
    return "".join(islice(cycle(_LETTERS), max(count, 0))).capitalize()


@lru_cache(maxsize=256)
def _matching(written: tuple[str, ...], shortest: int, longest: int | None) -> list[tuple[str, str]]:
    """Return texts that match every pattern: the shortest, the longest, and some between."""
    languages = [patterns.language(pattern) for pattern in written]
    known = [language for language in languages if language is not None]
    if len(known) < len(languages):
        return []
    whole = reduce(Language.__and__, known)
    short = (whole & leaf(Length(shortest, longest))).texts(3)
    most = _most_letters(whole, shortest, longest)
    long = (whole & leaf(Length(most, most))).texts(2) if most > 0 else []
    found = [(text, "the most that its pattern allows") for text in long[:1]]
    found += [(text, "the least that its pattern allows") for text in short[:1]]
    return found + [(text, "another that its pattern allows") for text in (*long[1:], *short[1:])]


def _most_letters(whole: Language, shortest: int, longest: int | None) -> int:
    """Return how long the longest text is; :data:`_WIDE` where there is no end to it, 0 where nobody can tell."""
    low, high = shortest, min(longest, _WIDE) if longest is not None else _WIDE
    while low < high:
        middle = (low + high + 1) // 2
        if (whole & leaf(Length(middle, high))).texts(1):
            low = middle
        else:
            high = middle - 1
    return low


# --- lists --------------------------------------------------------------------------------------------------------------------


def _lists(schema: Schema, told: Sequence[Mapping[str, Any]], sample: JSON) -> Iterator[Edge]:
    if not _speak(told, "array"):
        return
    items = list(sample) if isinstance(sample, list) else []
    below = _all_of(_first_item(each) for each in told)
    longest = min((each["maxItems"] for each in told if "maxItems" in each), default=None)
    shortest = max(each.get("minItems", 0) for each in told)
    fill = _fillers(items, below, different=any(each.get("uniqueItems") for each in told))
    sizes = [2, *([longest, longest - 1] if longest is not None else []), 1, shortest, shortest + 1]
    for size in dict.fromkeys(sizes):
        most = ", the most" if size == longest else ", the fewest" if size == shortest and size > 0 else ""
        if 0 <= size <= _LONGEST and (size <= len(items) or fill):
            words = "an empty list" if size == 0 else f"{size} item{'s' * (size > 1)}{most}"
            yield Edge([*items, *(fill[index % len(fill)] for index in range(max(size - len(items), 0)))][:size], words)


def _fillers(items: list[JSON], below: Schema, *, different: bool) -> list[JSON]:
    """Return what a list is made longer with: what is in it, else what may be; items that are new where none may come twice."""
    answer = find([below])
    plainest = items[0] if items else answer.value if isinstance(answer, Found) else None
    if not different:
        return items or ([plainest] if isinstance(answer, Found) else [])
    return [edge.value for edge in edges(below, plainest, "") if edge.value not in items]
