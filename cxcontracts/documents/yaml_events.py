"""YAML 1.2, core schema, event by event: the exact reader, which knows where everything stands.

Beyond the core schema: ``0123`` stays text, as everybody means it; ``<<`` merges, as OpenAPI tools have it; tags of one's own,
``.inf`` and ``.nan`` are refused; whole numbers beyond 64 bits become floats, as in JSON, and text where no float can hold them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

import yaml

from cxcontracts.documents.positions import Members, Spot
from cxcontracts.documents.refusals import MOST_NESTING, MOST_VALUES, Malformed, quoted, repeated_key, too_deep, too_many_values
from cxcontracts.exchanges import JSON

_CONSTANTS: dict[str, JSON] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_INFINITE_OR_NAN = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LONGEST_64_BITS = len("-18446744073709551615")
_BEYOND = 2**64
_BEGINS_A_CONSTANT = frozenset("~nNtTfF-+.0123456789")

_CORE = "tag:yaml.org,2002:"
_KINDS_OF_TAGS: dict[str, tuple[type, ...]] = {
    f"{_CORE}null": (type(None),),
    f"{_CORE}bool": (bool,),
    f"{_CORE}int": (int,),
    f"{_CORE}float": (int, float),
}
_NOWHERE = Spot(0, 0)
_REFUSED_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_REMEDIES = {
    "found character that cannot start any token": "indent with spaces, and quote a value that begins with @, ` or %",
    "mapping values are not allowed in this context": "quote a value that contains ': ', or check the indentation",
    "did not find expected key": "check the indentation and the quotes of this line",
}


@dataclass(frozen=True, slots=True)
class Composed:
    """A value with its spots; ``root.inside`` is empty where places were not asked for."""

    value: JSON
    root: Spot

    def members(self, spot: Spot) -> Members:
        """Return the spots directly inside *spot*."""
        return spot.inside


def compose(text: str, *, places: bool = False) -> Composed:
    """Return the value of a YAML text, built event by event, and where everything stands if *places*.

    What an alias repeats is one object wherever it comes.

    Raises:
        Malformed: As :func:`load`.
    """
    composer = _Composer(text, places)
    for event in _events(text):
        composer.take(event)
    return Composed(composer.value, composer.root)


Wanted = dict[str, "Wanted"]
"""Pointers, token by token."""


def spots(text: str, wanted: Wanted) -> Composed | None:
    """Return where some parts of a YAML text stand, at the cost of no more than these; None where it repeats or merges others.

    Args:
        wanted: The pointers of the parts. What leads to them is known as well.
    """
    finder = _Finder(wanted)
    for event in _events(text):
        if isinstance(event, yaml.AliasEvent) or not finder.take(event):
            return None
    return Composed(None, finder.root)


@dataclass(slots=True)
class _Level:
    """A list or mapping that is open; *wanted* is None where nothing inside it is."""

    wanted: Wanted | None
    inside: dict[str, Spot]
    mapping: bool
    key: str | None = None
    key_at: int = 0
    index: int = 0


class _Finder:
    """Takes the events of a text and keeps the spots that are wanted."""

    def __init__(self, wanted: Wanted) -> None:
        self.root = _NOWHERE
        self._levels = [_Level({"": wanted}, {}, mapping=False)]

    def take(self, event: yaml.Event) -> bool:
        """Take an event; return False where it makes this way of looking impossible."""
        if isinstance(event, yaml.CollectionEndEvent):
            self._levels.pop()
        elif isinstance(event, yaml.ScalarEvent):
            level = self._levels[-1]
            if level.mapping and level.key is None:
                level.key, level.key_at = event.value, _at(event)
                return event.value != "<<"
            self._value(_at(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            wanted, inside = self._value(_at(event))
            self._levels.append(_Level(wanted, inside, mapping=isinstance(event, yaml.MappingStartEvent)))
        return True

    def _value(self, at: int) -> tuple[Wanted | None, dict[str, Spot]]:
        """Note a value that begins; return what is wanted inside it, and where to put that."""
        level = self._levels[-1]
        token = level.key if level.key is not None else str(level.index) if len(self._levels) > 1 else ""
        key_at = level.key_at if level.key is not None else at
        level.key = None
        level.index += 1
        inside: dict[str, Spot] = {}
        wanted = level.wanted.get(token) if level.wanted is not None else None
        if wanted is not None:
            spot = level.inside[token] = Spot(key_at, at, inside)
            if len(self._levels) == 1:
                self.root = spot
        return wanted, inside


def _at(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _events(text: str) -> Iterator[yaml.Event]:
    if text.startswith("\ufeff"):
        raise Malformed(0, "control-character", "a second byte-order mark is not allowed", "remove it")
    try:
        yield from yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.reader.ReaderError:
        found = _REFUSED_CHARACTER.search(text)
        what = f"the character {quoted(found.group())} is not allowed" if found else "a character is not allowed"
        raise Malformed(found.start() if found else 0, "control-character", what, "remove it") from None
    except yaml.MarkedYAMLError as error:
        raise _syntax(error) from None


def _syntax(error: yaml.MarkedYAMLError) -> Malformed:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "cannot be parsed"
    what = f"not valid YAML: {problem}"
    if error.context and error.context_mark and mark and error.context_mark.line < mark.line:
        what += f", {error.context} that begins in line {error.context_mark.line + 1}"
    remedy = _REMEDIES.get(problem, "check indentation, brackets and quotes")
    return Malformed(mark.index if mark else 0, "yaml-syntax", what, remedy)


@dataclass(slots=True)
class _Node:
    """A node that is complete, as an alias repeats it.

    Attributes:
        spelling: A scalar's text, which is what it is as a key; None for a list or mapping.
        weight: The values in it, as :data:`MOST_VALUES` counts them.
        height: How deep it is nested; 0 for a scalar.
    """

    value: JSON
    spelling: str | None = None
    weight: int = 1
    height: int = 0
    inside: Members = ()


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet.

    Attributes:
        key, key_at: The key whose value comes next; None where a key comes next.
        key_places: Where each key stands.
        merging: Whether that key is ``<<``.
        merged: What ``<<`` adds once the mapping is complete.
    """

    at: int
    anchor: str | None
    value: JSON
    inside: JSON
    weight: int = 2
    height: int = 1
    key: str | None = None
    key_at: int = 0
    key_places: dict[str, int] = field(default_factory=dict)
    merging: bool = False
    merged: list[_Node] = field(default_factory=list)


class _Composer:
    """Takes the events of a text and builds its value."""

    def __init__(self, text: str, places: bool) -> None:
        self.value: JSON = None
        self.root = Spot(0, 0)
        self._text = text
        self._places = places
        self._open: list[_Open] = []
        self._anchors: dict[str, _Node] = {}
        self._weight = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        at = _at(event)
        if isinstance(event, yaml.ScalarEvent):
            node = _Node(_scalar(event, at), event.value)
            self._weigh(1, at)
            self._add(node, at, merges=event.value == "<<" and event.implicit[0])
            self._remember(event.anchor, node)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event, at)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end(self._open.pop())
        elif isinstance(event, yaml.AliasEvent):
            node = self._repeated(event.anchor, at)
            self._weigh(node.weight, at)
            self._add(node, at)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Malformed(at, "yaml-documents", "a second document begins here", "keep one document in a file")

    def _begin(self, event: yaml.CollectionStartEvent, at: int) -> None:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", _CORE + ("map" if is_mapping else "seq")):
            raise _refused_tag(event.tag, at)
        if len(self._open) >= MOST_NESTING:
            raise too_deep(at)
        self._weigh(2, at)
        self._open.append(_Open(at, event.anchor, {}, {}) if is_mapping else _Open(at, event.anchor, [], []))

    def _end(self, done: _Open) -> None:
        for source in done.merged:
            _merge(done, source)
        node = _Node(done.value, None, done.weight, done.height, done.inside)
        self._add(node, done.at)
        self._remember(done.anchor, node)

    def _remember(self, anchor: str | None, node: _Node) -> None:
        if anchor is not None:
            self._anchors[anchor] = node

    def _repeated(self, anchor: str | None, at: int) -> _Node:
        node = self._anchors.get(anchor or "")
        if node is None:
            within = any(collection.anchor == anchor for collection in self._open)
            what = f"alias *{anchor} stands inside what it repeats" if within else f"alias *{anchor} has no anchor before it"
            raise Malformed(at, "yaml-alias", what, "write out what is meant")
        if len(self._open) + node.height > MOST_NESTING:
            raise too_deep(at)
        return node

    def _weigh(self, weight: int, at: int) -> None:
        self._weight += weight
        if self._weight > MOST_VALUES:
            raise too_many_values(at)

    def _add(self, node: _Node, at: int, *, merges: bool = False) -> None:
        """Put a complete node where it belongs: it is the root, an item, a key, or the value of the key before it."""
        if not self._open:
            self.value, self.root = node.value, Spot(at, at, node.inside)
            return
        parent = self._open[-1]
        if parent.key is None and isinstance(parent.value, dict):
            self._add_key(parent, node, at, merges)
            return
        parent.weight += node.weight
        parent.height = max(parent.height, node.height + 1)
        if parent.key is None:
            parent.value.append(node.value)
            if self._places:
                parent.inside.append(Spot(at, at, node.inside))
        elif parent.merging:
            parent.merged.extend(_mappings(node, parent.key_at))
        else:
            parent.value[parent.key] = node.value
            if self._places:
                parent.inside[parent.key] = Spot(parent.key_at, at, node.inside)
        parent.key = None

    def _add_key(self, parent: _Open, node: _Node, at: int, merges: bool) -> None:
        if node.spelling is None:
            raise Malformed(at, "yaml-key", "a list or mapping cannot be a key", "quote it if it is meant as text")
        first = parent.key_places.setdefault(node.spelling, at)
        if first != at:
            raise repeated_key(self._text, node.spelling, first, at)
        parent.key, parent.key_at, parent.merging = node.spelling, at, merges


def _mappings(node: _Node, at: int) -> list[_Node]:
    """Return the mappings that ``<<`` merges: its value, or the items of its value."""
    if isinstance(node.value, dict):
        return [node]
    if isinstance(node.value, list) and all(isinstance(item, dict) for item in node.value):
        spots = node.inside if isinstance(node.inside, list) else []
        return [_Node(item, inside=spot.inside) for item, spot in zip_longest(node.value, spots, fillvalue=_NOWHERE)]
    raise Malformed(at, "yaml-merge", "<< merges mappings only", "give it an alias of a mapping, or quote it if it is a name")


def _merge(into: _Open, source: _Node) -> None:
    for key, member in source.value.items():
        if key not in into.value:
            into.value[key] = member
            if source.inside:
                into.inside[key] = source.inside[key]


def _scalar(event: yaml.ScalarEvent, at: int) -> JSON:
    if event.tag is None:
        return _resolved(event.value, at) if event.implicit[0] else event.value
    if event.tag in ("!", f"{_CORE}str"):
        return event.value
    kinds = _KINDS_OF_TAGS.get(event.tag)
    if kinds is None:
        raise _refused_tag(event.tag, at)
    value = _resolved(event.value, at)
    if type(value) not in kinds:
        raise Malformed(at, "yaml-tag", f"{quoted(event.value)} does not fit its tag {_short(event.tag)}", "remove the tag")
    return float(value) if kinds == (int, float) else value


def _resolved(text: str, at: int) -> JSON:
    """Return what a plain scalar means. Source: YAML 1.2.2, section 10.3.2, but for numbers with leading zeros."""
    if text and text[0] not in _BEGINS_A_CONSTANT:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INFINITE_OR_NAN.fullmatch(text):
        raise Malformed(at, "not-finite", f"{quoted(text)} is no number that JSON can carry", "quote it if it is meant as text")
    if _WHOLE.fullmatch(text):
        return _whole(text)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    return text


def _whole(text: str) -> JSON:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    if base == 10:
        number = int(text) if len(text) <= _LONGEST_64_BITS else _BEYOND
        return number if -(2**63) <= number < 2**64 else _finite(text)
    digits = text[2:].lstrip("0") or "0"
    number = int(digits, base) if len(digits) <= _LONGEST_64_BITS + 2 else _BEYOND
    return number if number < 2**64 else text


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _refused_tag(tag: str, at: int) -> Malformed:
    return Malformed(at, "yaml-tag", f"the tag {_short(tag)} is not read", "remove it; only the tags of JSON's types are")


def _short(tag: str) -> str:
    return quoted(f"!!{tag.removeprefix(_CORE)}" if tag.startswith(_CORE) else tag)
