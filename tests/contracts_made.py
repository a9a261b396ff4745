"""Contracts whose meaning is known because they are made from it, and read again by nothing of the package.

A *type* says what an answer or a request may be. It is written as OpenAPI 3.0 or 3.1 in any of several layouts, and, apart from
that, as the JSON Schema that an honest reader would hold a value against: an object closed once, after everything is merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random
from typing import Any

import jsonschema_rs
import orjson

from cxcontracts.exchanges import JSON

PATTERNS: Mapping[str, tuple[str, ...]] = {
    "^[A-Z]{3}$": ("EUR", "GBP", "ZZZ"),
    "^[A-Z0-9]{3}$": ("EUR", "A1B", "007"),
    "^[A-Z]+$": ("A", "EUR", "ABCDEFGH"),
    "^[0-9]+$": ("0", "12", "9007199254740993"),
    "[0-9]{2}": ("12", "a345b", "2031"),
    "^(on|off)$": ("on", "off"),
    "^on": ("on", "on-time", "one"),
    r"^[a-z]+(-[a-z]+)*$": ("on", "on-time", "a-b-c"),
    r"^\d{4}-\d{2}$": ("2031-05", "0000-99"),
    r"^\+[1-9][0-9]{6,14}$": ("+442079460000", "+1234567"),
}
"""Patterns as contracts have them, some inside others, each with texts that it matches."""

FORMATS: Mapping[str, tuple[str, ...]] = {
    "date": ("2031-05-17", "1999-12-31"),
    "date-time": ("2031-05-17T08:15:00Z", "1999-12-31T23:59:59.5+01:00"),
    "uuid": ("6f1c2a9e-3b54-4d07-9a61-0c8e5d2f7b13",),
    "email": ("ada@example.com",),
    "uri": ("https://example.com/a?b=c", "urn:isbn:0451450523"),
}
_WORDS = ("", "a", "on", "off", "EUR", "12", "text", "on-time", "2031-05-17", "x" * 40, "é", "A1B", "true")
INT32 = (-(2**31), 2**31 - 1)


class Endless(Exception):
    """A type that only ever leads to more of itself: nothing satisfies it."""


@dataclass(frozen=True)
class Text:
    shortest: int = 0
    longest: int | None = None
    pattern: str = ""
    format: str = ""


@dataclass(frozen=True)
class Number:
    whole: bool = True
    low: int | None = None
    high: int | None = None
    low_open: bool = False
    high_open: bool = False
    step: float | None = None


@dataclass(frozen=True)
class Flag:
    pass


@dataclass(frozen=True)
class Choice:
    """Exactly these scalars; null may be one of them."""

    values: tuple[JSON, ...]


@dataclass(frozen=True)
class Listed:
    item: Type
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Field:
    name: str
    type: Type
    required: bool = True
    way: str = ""
    """``readOnly`` or ``writeOnly``; empty for a field that goes both ways."""


@dataclass(frozen=True)
class Record:
    """An object with fields; one without any says nothing."""

    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Table:
    """An object whose names are data; *names* is a pattern that they match, empty for any name."""

    value: Type
    names: str = ""


@dataclass(frozen=True)
class Either:
    """One of several; with *tag*, the branches are named records and this member says which, by *values*."""

    branches: tuple[Type, ...]
    tag: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Named:
    """A ``$ref`` to a definition."""

    name: str


@dataclass(frozen=True)
class Perhaps:
    """That, or null."""

    type: Type


@dataclass(frozen=True)
class Anything:
    pass


Type = Text | Number | Flag | Choice | Listed | Record | Table | Either | Named | Perhaps | Anything
Definitions = Mapping[str, Type]


@dataclass(frozen=True, eq=False)
class Made:
    """What one version of a contract means; two are equal only if they are the same object.

    Attributes:
        definitions: What :class:`Named` names.
        answers: Status key to the body; None for none.
        headers: The response headers, names in lower case.
        request: The body that ``POST /things`` takes.
        parameters: (place, parameter); a path parameter is always required.
    """

    definitions: Definitions
    answers: Mapping[str, Type | None]
    headers: Record = Record()
    request: Type | None = None
    parameters: tuple[tuple[str, Field], ...] = ()

    def plain(self, type_: Type) -> Type:
        """Return a type with the references at its top followed."""
        while isinstance(type_, Named):
            type_ = self.definitions[type_.name]
        return type_

    def choices(self, either: Either) -> Iterator[Type]:
        """Yield the branches; where a member tells which, it has that branch's value."""
        for index, branch in enumerate(either.branches):
            record = self.plain(branch)
            if either.tag and isinstance(record, Record):
                rest = tuple(each for each in record.fields if each.name != either.tag)
                yield Record((Field(either.tag, Choice((either.values[index],))), *rest))
            else:
                yield branch


# --- the honest reader -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A contract as an honest reader takes it: ``response``, a closed world without what is written only; or ``request``."""

    made: Made
    way: str = "response"

    @property
    def hidden(self) -> str:
        return "writeOnly" if self.way == "response" else "readOnly"

    def schema(self, type_: Type) -> dict[str, Any]:
        """Return the JSON Schema 2020-12 that decides whether a value is of a type."""
        definitions = {name: self._schema(definition) for name, definition in self.made.definitions.items()}
        return {"$defs": definitions, **self._schema(type_)}

    def admits(self, type_: Type, value: JSON) -> bool:
        """Tell whether a value is of a type."""
        return _reader(self, type_).is_valid(value)

    def _schema(self, type_: Type) -> dict[str, Any]:
        match type_:
            case Named(name):
                return {"$ref": f"#/$defs/{name}"}
            case Perhaps(inner):
                return {"anyOf": [{"type": "null"}, self._schema(inner)]}
            case Either():
                return {"anyOf": [self._schema(branch) for branch in self.made.choices(type_)]}
            case Listed(item):
                return {"type": "array", "items": self._schema(item), **_bounds(type_)}
            case Table(value, ""):
                return {"type": "object", "additionalProperties": self._schema(value)}
            case Table(value, names):
                closed: dict[str, Any] = {"additionalProperties": False} if self.way == "response" else {}
                return {"type": "object", "patternProperties": {names: self._schema(value)}, **closed}
            case Record():
                return self._record(type_)
        return scalar(type_)

    def _record(self, record: Record) -> dict[str, Any]:
        if not record.fields:
            return {"type": "object"}
        seen = [each for each in record.fields if each.way != self.hidden]
        whole: dict[str, Any] = {
            "type": "object",
            "properties": {each.name: self._schema(each.type) for each in seen},
            "required": [each.name for each in seen if each.required],
        }
        if self.way == "response":
            whole["additionalProperties"] = False
        return whole


def scalar(type_: Type) -> dict[str, Any]:
    """Return the JSON Schema of a type without parts."""
    match type_:
        case Anything():
            return {}
        case Flag():
            return {"type": "boolean"}
        case Choice(values):
            return {"enum": list(values)}
        case Text(_, _, pattern, format_):
            known = {"pattern": pattern, "format": format_}
            return {"type": "string", **_bounds(type_), **{key: text for key, text in known.items() if text}}
        case Number(whole, _, _, _, _, step):
            steps = {"multipleOf": step} if step else {}
            return {"type": "integer" if whole else "number", **_bounds(type_), **steps}
    raise TypeError(type_)


def _bounds(type_: Text | Number | Listed) -> dict[str, Any]:
    match type_:
        case Text(shortest, longest):
            found = {"minLength": shortest or None, "maxLength": longest}
        case Listed(_, least, most):
            found = {"minItems": least or None, "maxItems": most}
        case Number(_, low, high, low_open, high_open):
            found = {
                "exclusiveMinimum" if low_open else "minimum": low,
                "exclusiveMaximum" if high_open else "maximum": high,
            }
    return {key: bound for key, bound in found.items() if bound is not None}


def valid(schema: Mapping[str, Any] | bool, value: JSON) -> bool:
    """Tell whether jsonschema-rs lets a value pass, formats included."""
    return _validator(orjson.dumps(schema)).is_valid(value)


@lru_cache(maxsize=4096)
def _reader(reading: Reading, type_: Type) -> jsonschema_rs.Draft202012Validator:
    return _validator(orjson.dumps(reading.schema(type_)))


@lru_cache(maxsize=4096)
def _validator(schema: bytes) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(orjson.loads(schema), validate_formats=True, offline=True)


# --- what a path finds, by meaning -------------------------------------------------------------------------------------------

GONE = "gone"
"""Nothing is at the end of a path."""


@dataclass(frozen=True)
class Ends:
    """What can be at the end of a path: these types, and null or nothing at all where it says so."""

    types: tuple[Type, ...] = ()
    gone: bool = False
    null: bool = False

    def __or__(self, other: Ends) -> Ends:
        return Ends(self.types + other.types, self.gone or other.gone, self.null or other.null)


def ends(reading: Reading, type_: Type, segments: Sequence[str]) -> Ends:
    """Return what can be at the end of a path; ``*`` is every item, member or value."""
    made = reading.made
    match made.plain(type_):
        case Either() as either:
            return _all(ends(reading, branch, segments) for branch in made.choices(either))
        case Perhaps(inner):
            return ends(reading, inner, segments) | (Ends(gone=True) if segments else Ends(null=True))
        case plain if not segments:
            return _end(plain)
        case Listed(item) if segments[0] == "*" or segments[0].isdigit():
            return ends(reading, item, segments[1:])
        case Record(()):
            return ends(reading, Anything(), segments[1:]) | Ends(gone=segments[0] != "*")
        case Record(fields):
            return _member(reading, [each for each in fields if each.way != reading.hidden], segments)
        case Table(value, names):
            return _of_table(reading, value, names, segments)
        case Anything():
            return ends(reading, Anything(), segments[1:]) | Ends(gone=True)
    return Ends(gone=True)


def _all(found: Iterator[Ends]) -> Ends:
    whole = Ends()
    for each in found:
        whole |= each
    return whole


def _end(type_: Type) -> Ends:
    match type_:
        case Anything():
            return Ends((type_,), null=True)
        case Choice(values) if None in values:
            rest = tuple(value for value in values if value is not None)
            return Ends((Choice(rest),) if rest else (), null=True)
    return Ends((type_,))


def _member(reading: Reading, fields: Sequence[Field], segments: Sequence[str]) -> Ends:
    if segments[0] == "*":
        return _all(ends(reading, each.type, segments[1:]) for each in fields) if fields else Ends(gone=True)
    own = next((each for each in fields if each.name == segments[0]), None)
    if own is None:
        return Ends(gone=True)
    return ends(reading, own.type, segments[1:]) | Ends(gone=not own.required)


def _of_table(reading: Reading, value: Type, names: str, segments: Sequence[str]) -> Ends:
    if segments[0] == "*":
        return ends(reading, value, segments[1:])
    if names and not valid({"pattern": names}, segments[0]):
        return Ends(gone=True)
    return ends(reading, value, segments[1:]) | Ends(gone=True)


def reached(value: JSON, segments: Sequence[str]) -> Iterator[JSON]:
    """Yield what is at the end of a path in a value; :data:`GONE` (a text that no made value is) where nothing is.

    An index asks about an item of the list, and not whether there are so many.
    """
    if not segments:
        yield value
        return
    first, rest = segments[0], segments[1:]
    if first == "*" and isinstance(value, list | dict):
        for item in value if isinstance(value, list) else value.values():
            yield from reached(item, rest)
    elif isinstance(value, dict) and first in value:
        yield from reached(value[first], rest)
    elif isinstance(value, list) and first.isdigit():
        yield from (found for item in value[int(first) : int(first) + 1] for found in reached(item, rest))
    else:
        yield GONE


# --- values of a type ---------------------------------------------------------------------------------------------------------


@dataclass
class Values:
    """Makes values of a type: ends of ranges, each branch, members that are there and that are not."""

    reading: Reading
    random: Random = field(default_factory=lambda: Random(1))

    def some(self, type_: Type, count: int) -> list[JSON]:
        """Return *count* values.

        Raises:
            Endless: If there is none.
        """
        return [self.one(type_, 4) for _ in range(count)]

    def one(self, type_: Type, depth: int) -> JSON:
        if depth < -20:
            raise Endless
        match type_:
            case Named(name):
                return self.one(self.reading.made.definitions[name], depth - 1)
            case Perhaps(inner):
                return None if depth < 0 or self.random.random() < 0.3 else self.one(inner, depth - 1)
            case Either():
                return self._branch(type_, depth)
            case Listed(item, least, most):
                count = least if depth < 0 else self.random.choice((least, least + 1, least + 2))
                return [self.one(item, depth - 1) for _ in range(count if most is None else min(count, most))]
            case Table(value, names):
                known = PATTERNS[names] if names else ("a", "b", "EUR")
                return {} if depth < 0 else {name: self.one(value, depth - 1) for name in known[: self.random.randrange(3)]}
            case Record(fields):
                return self._members(fields, depth)
        return self.random.choice(telling(type_))

    def _branch(self, either: Either, depth: int) -> JSON:
        branches = list(self.reading.made.choices(either))
        self.random.shuffle(branches)
        for branch in branches:
            try:
                return self.one(branch, depth - 1)
            except Endless:
                continue
        raise Endless

    def _members(self, fields: Sequence[Field], depth: int) -> dict[str, JSON]:
        if not fields:
            return self.random.choice(({}, {"a": 1}, {"id": "text"}, {"status": None}))
        return {
            each.name: self.one(each.type, depth - 1)
            for each in fields
            if each.way != self.reading.hidden and (each.required or (depth >= 0 and self.random.random() < 0.6))
        }


@lru_cache(maxsize=4096)
def telling(type_: Type) -> list[JSON]:
    """Return the telling values of a type without parts."""
    tries: list[JSON] = []
    match type_:
        case Anything():
            return ["text", 1, 0.5, True, None, [], {}, [1], {"a": "b"}]
        case Choice(values):
            return list(values)
        case Flag():
            return [True, False]
        case Text(shortest, longest, pattern, format_):
            tries = [*PATTERNS.get(pattern, ()), *FORMATS.get(format_, ()), *_WORDS, "x" * shortest, "7" * (shortest or 1)]
            tries += ["x" * longest, "A" * longest] if longest is not None else []
            tries += [text for texts in (*PATTERNS.values(), *FORMATS.values()) for text in texts]
        case Number(_, low, high):
            near = [end + more for end in (low, high) if end is not None for more in (-1, -0.5, 0, 0.5, 1)]
            tries = [0, 1, 2, -1, 0.5, 5, 10, -7.5, 100, 2**31, -(2**31) - 1, 10**12, 1.0, *near]
    schema = scalar(type_)
    return [value for value in tries if valid(schema, value)]


# --- written as OpenAPI -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """How a contract is written; none of it changes what it means.

    Attributes:
        version: ``3.0.3`` or ``3.1.0``.
        null: Which spelling of null.
        inline: References written out, where they end.
        split: Objects written as an ``allOf``.
        shared: What all branches of a ``oneOf`` share is written beside it.
        turned: Keys and branches in the other order.
        word: ``oneOf`` or ``anyOf``.
        wrapped: References in an ``allOf`` of one.
        wordy: ``format: int32`` for its range, one value as ``const``, descriptions.
    """

    version: str = "3.1.0"
    null: int = 0
    inline: bool = False
    split: bool = False
    shared: bool = False
    turned: bool = False
    word: str = "oneOf"
    wrapped: bool = False
    wordy: bool = False

    @property
    def legacy(self) -> bool:
        return self.version.startswith("3.0")


@dataclass(frozen=True)
class Writer:
    """Writes a contract in a layout."""

    made: Made
    layout: Layout

    def document(self) -> dict[str, Any]:
        """Return the OpenAPI document, with its one operation ``POST /things/{id}``."""
        operation: dict[str, Any] = {"responses": {key: self._answer(body) for key, body in self.made.answers.items()}}
        if self.made.request is not None:
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": self.of(self.made.request)}}}
        operation["parameters"] = [self._parameter(place, each) for place, each in self.made.parameters]
        if not any(place == "path" for place, _ in self.made.parameters):
            operation["parameters"].append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
        document = {
            "openapi": self.layout.version,
            "info": {"title": "made", "version": "1"},
            "paths": {"/things/{id}": {"post": operation}},
            "components": {"schemas": {name: self.of(each) for name, each in self.made.definitions.items()}},
        }
        return _turned(document) if self.layout.turned else document

    def _answer(self, body: Type | None) -> dict[str, Any]:
        answer: dict[str, Any] = {"description": "an answer"}
        if body is not None:
            answer["content"] = {"application/json": {"schema": self.of(body)}}
        if self.made.headers.fields:
            answer["headers"] = {
                each.name.title(): {"required": each.required, "schema": self.of(each.type)} for each in self.made.headers.fields
            }
        return answer

    def _parameter(self, place: str, each: Field) -> dict[str, Any]:
        return {"name": each.name, "in": place, "required": place == "path" or each.required, "schema": self.of(each.type)}

    def of(self, type_: Type, above: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return the schema of a type as a partner would write it."""
        match type_:
            case Named(name):
                if self.layout.inline and not self._recurs(name):
                    return self.of(self.made.definitions[name])
                reference = {"$ref": f"#/components/schemas/{name}"}
                return {"allOf": [reference]} if self.layout.wrapped else reference
            case Perhaps(inner):
                return self._perhaps(inner)
            case Either():
                return self._either(type_)
            case Listed(item):
                return {"type": "array", "items": self.of(item), **_bounds(type_)}
            case Table(value, ""):
                return {"type": "object", "additionalProperties": self.of(value)}
            case Table(value, names):
                return {"type": "object", "patternProperties": {names: self.of(value)}}
            case Record(fields):
                return self._record(fields)
        return self._scalar(type_)

    def _recurs(self, name: str) -> bool:
        seen: set[str] = set()
        waiting = [self.made.definitions[name]]
        while waiting:
            for part in parts(waiting.pop()):
                if isinstance(part, Named) and part.name not in seen:
                    seen.add(part.name)
                    waiting.append(self.made.definitions[part.name])
        return name in seen

    def _scalar(self, type_: Type) -> dict[str, Any]:
        if isinstance(type_, Choice):
            return self._choice(type_.values)
        schema = scalar(type_)
        if isinstance(type_, Number) and self.layout.wordy and (schema.get("minimum"), schema.get("maximum")) == INT32:
            schema = {"type": schema["type"], "format": "int32"} if type_.whole else schema
        if self.layout.legacy:
            for bound, flag in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
                if flag in schema:
                    schema |= {bound: schema[flag], flag: True}
        return {**schema, "description": "a fact"} if self.layout.wordy else schema

    def _choice(self, values: tuple[JSON, ...]) -> dict[str, Any]:
        kinds = {"string" if isinstance(value, str) else "null" if value is None else "integer" for value in values}
        if self.layout.turned:
            values = values[::-1]
        if len(values) == 1 and self.layout.wordy and not self.layout.legacy:
            return {"const": values[0]}
        if self.layout.legacy and "null" in kinds:
            kinds = kinds - {"null"}
            return {**({"type": min(kinds)} if len(kinds) == 1 else {}), "nullable": True, "enum": list(values)}
        return {"type": min(kinds) if len(kinds) == 1 else sorted(kinds), "enum": list(values)}

    def _perhaps(self, inner: Type) -> dict[str, Any]:
        written = self.of(inner)
        if self.layout.legacy:
            return (
                {"nullable": True, "allOf": [written]}
                if "$ref" in written or self.layout.null % 2
                else {**written, "nullable": True}
            )
        if self.layout.null % 3 == 0 and isinstance(written.get("type"), str) and "enum" not in written:
            return {**written, "type": [written["type"], "null"]}
        nothing = {"type": "null"}
        return {"oneOf" if self.layout.null % 2 else "anyOf": [nothing, written] if self.layout.turned else [written, nothing]}

    def _either(self, either: Either) -> dict[str, Any]:
        if either.tag:
            return self._tagged(either)
        beside = self._shared(either) if self.layout.shared else ()
        branches = [self.of(_without(branch, beside)) for branch in either.branches]
        whole = {self.layout.word: branches[::-1] if self.layout.turned else branches}
        return {**self._record(beside), **whole} if beside else whole

    def _shared(self, either: Either) -> tuple[Field, ...]:
        """Return the fields that all branches have alike; a branch that would have none of its own left shares nothing."""
        if not all(isinstance(branch, Record) for branch in either.branches):
            return ()
        members = [set(branch.fields) for branch in either.branches if isinstance(branch, Record)]
        same = set.intersection(*members)
        return tuple(sorted(same, key=lambda each: each.name)) if all(same < each for each in members) else ()

    def _tagged(self, either: Either) -> dict[str, Any]:
        names = [branch.name for branch in either.branches if isinstance(branch, Named)]
        discriminator: dict[str, Any] = {"propertyName": either.tag}
        if list(either.values) != names:
            pairs = zip(either.values, names, strict=True)
            discriminator["mapping"] = {value: f"#/components/schemas/{name}" for value, name in pairs}
        references = [{"$ref": f"#/components/schemas/{name}"} for name in names]
        return {self.layout.word: references[::-1] if self.layout.turned else references, "discriminator": discriminator}

    def _record(self, fields: Sequence[Field]) -> dict[str, Any]:
        if not self.layout.split or len(fields) < 2:
            return self._object(fields, [each.name for each in fields if each.required])
        half = len(fields) // 2
        front = self._object(fields[:half], [each.name for each in fields[half:] if each.required])
        back = self._object(fields[half:], [each.name for each in fields[:half] if each.required])
        return {"allOf": [back, front] if self.layout.turned else [front, back]}

    def _object(self, fields: Sequence[Field], required: list[str]) -> dict[str, Any]:
        whole: dict[str, Any] = {"type": "object"}
        if fields:
            whole["properties"] = {each.name: self._field(each) for each in fields}
        if required:
            whole["required"] = required
        return whole

    def _field(self, each: Field) -> dict[str, Any]:
        written = self.of(each.type)
        if not each.way:
            return written
        if self.layout.legacy and "$ref" in written:
            return {"allOf": [written], each.way: True}
        return {**written, each.way: True}


def _without(branch: Type, fields: Sequence[Field]) -> Type:
    if not fields or not isinstance(branch, Record):
        return branch
    return replace(branch, fields=tuple(each for each in branch.fields if each not in fields))


def _turned(value: JSON) -> JSON:
    """Return the same value, the keys of every mapping in the other order."""
    if isinstance(value, dict):
        return {key: _turned(item) for key, item in reversed(value.items())}
    return [_turned(item) for item in value] if isinstance(value, list) else value


def parts(type_: Type) -> tuple[Type, ...]:
    """Return the types right below a type, itself where it is a reference."""
    match type_:
        case Listed(inner) | Table(inner) | Perhaps(inner):
            return (inner, *parts(inner))
        case Record(fields):
            return tuple(part for each in fields for part in (each.type, *parts(each.type)))
        case Either(branches):
            return tuple(part for branch in branches for part in (branch, *parts(branch)))
        case Named():
            return (type_,)
    return ()


def spoken(text: str) -> Iterator[JSON]:
    """Yield what a text in a URL or a header can be taken for."""
    yield text
    if text in ("true", "false"):
        yield text == "true"
    if re.fullmatch(r"-?[0-9]+", text):
        yield int(text)
    elif re.fullmatch(r"-?[0-9]+\.[0-9]+", text):
        yield float(text)
