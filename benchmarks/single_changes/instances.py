"""Values that a contract allows, drawn and checked: the second way to the truth, which knows nothing of the engine.

A schema is written out as JSON Schema 2020-12 that needs no document: one way of travelling, closed once as DESIGN asks for, by
``unevaluatedProperties``. jsonschema-rs alone says which of the drawn values it allows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from benchmarks.single_changes.places import EACH, Contract, Pointer

ABSENT = object()
"""What stands at a path that leads nowhere."""

_PLAIN = (
    "type", "enum", "const", "pattern", "minLength", "maxLength", "multipleOf", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip
_ASSERTED = {
    "date": "2024-02-29", "time": "09:30:00Z", "date-time": "2024-02-29T09:30:00Z", "email": "a@example.com",
    "uuid": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "uri": "https://example.com/a", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
    "hostname": "example.com", "duration": "P1D",
}  # fmt: skip
"""Formats that count, each with a value that has it."""
_HIDDEN = {"request": "readOnly", "response": "writeOnly"}
_TEXTS = (
    "text",
    "",
    "x",
    "12",
    "0",
    "true",
    "7.5",
    "A",
    "Ünïcode 1",
    "a-b_c",
    "0" * 8,
    "w" * 120,
    "w" * 6000,
    *_ASSERTED.values(),
)
_NUMBERS = (0, 1, -1, 7, 12, 100, 2**31, 10**12, -(10**12))
_FRACTIONS = (0.5, -2.25, 99.99)
_MOST_ALTERNATIVES = 48
_DEEPEST = 8


class NotDrawn(Exception):
    """No value could be drawn that a schema allows."""


@dataclass
class WrittenOut:
    """A schema of a contract as JSON Schema that needs no document."""

    contract: Contract
    way: str
    _names: dict[tuple[Pointer, bool, frozenset[str]], str] = field(default_factory=dict)
    _defs: dict[str, Any] = field(default_factory=dict)

    def schema(self, pointer: Pointer) -> Mapping[str, Any]:
        """Return the schema at a place."""
        root = self._reference(pointer, closed=True)
        return {**root, "$defs": self._defs}

    def _reference(self, pointer: Pointer, *, closed: bool, hidden: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return a reference to a schema written out; *hidden* members travel the other way only, as one beside it says."""
        key = (pointer, closed, hidden)
        if key not in self._names:
            name = self._names[key] = f"s{len(self._names)}"
            self._defs[name] = self._translated(pointer, closed, hidden)
        return {"$ref": f"#/$defs/{self._names[key]}"}

    def _translated(self, pointer: Pointer, closed: bool, hidden: frozenset[str]) -> Any:
        value = self.contract.at(pointer)
        if not isinstance(value, dict):
            return True if value is None else value
        if isinstance(value.get("$ref"), str) and (self.contract.legacy or value.keys() <= {"$ref", "description", "summary"}):
            return self._reference(self.contract.followed(pointer), closed=closed, hidden=hidden)
        said: dict[str, Any] = self._own(value)
        hidden |= {name for name in self._members(pointer) if self._is_hidden(pointer, name)}
        if isinstance(value.get("$ref"), str):
            said["$ref"] = self._reference(self.contract.target(value["$ref"]), closed=False, hidden=hidden)["$ref"]
        if isinstance(value.get("properties"), dict):
            said["properties"] = {
                name: self._reference((*pointer, "properties", name), closed=True)
                for name in value["properties"]
                if name not in hidden
            }
        if value.get("required"):
            said["required"] = [name for name in value["required"] if name not in hidden]
        for key in ("items", "additionalProperties", "not"):
            if isinstance(value.get(key), dict) and (value[key] or key != "additionalProperties"):
                said[key] = self._reference((*pointer, key), closed=key != "not")
        if value.get("additionalProperties") is False:
            said["additionalProperties"] = False
        if value.get("allOf"):
            said["allOf"] = [
                self._reference((*pointer, "allOf", index), closed=False, hidden=hidden) for index in range(len(value["allOf"]))
            ]
        branches = [
            self._branch(pointer, word, index, hidden)
            for word in ("oneOf", "anyOf")
            for index in range(len(value.get(word) or ()))
        ]
        if branches:
            said["anyOf"] = branches
        if closed and self._members(pointer):
            said["unevaluatedProperties"] = False
        return {"anyOf": [{"type": "null"}, said]} if self.contract.legacy and value.get("nullable") is True else said

    def _own(self, value: Mapping[str, Any]) -> dict[str, Any]:
        said = {key: value[key] for key in _PLAIN if key in value}
        for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if isinstance(said.get(strict), bool) and said.pop(strict) and bound in said:
                said[strict] = said.pop(bound)
        if "type" not in said and "properties" in value:
            said["type"] = "object"
        if "type" not in said and "items" in value:
            said["type"] = "array"
        if value.get("format") in _ASSERTED:
            said["format"] = value["format"]
        if value.get("format") == "int32":
            said |= {"minimum": max(said.get("minimum", -(2**31)), -(2**31))}
            said |= {"maximum": min(said.get("maximum", 2**31 - 1), 2**31 - 1)}
        return said

    def _branch(self, pointer: Pointer, word: str, index: int, hidden: frozenset[str]) -> dict[str, Any]:
        said = self._reference((*pointer, word, index), closed=False, hidden=hidden)
        told = self.contract.at(pointer).get("discriminator")
        branch = self.contract.at((*pointer, word, index))
        if not told or "$ref" not in branch:
            return said
        own = branch["$ref"].rpartition("/")[2]
        names = [name for name, target in (told.get("mapping") or {}).items() if target.rpartition("/")[2] == own] or [own]
        tag = told["propertyName"]
        return {"allOf": [said, {"properties": {tag: {"enum": names}}, "required": [tag]}]}

    def _members(self, pointer: Pointer, above: frozenset[Pointer] = frozenset()) -> dict[str, list[Pointer]]:
        """Return what a schema, or one that it is made of, declares: name to where."""
        pointer = self.contract.followed(pointer)
        value = self.contract.at(pointer)
        found: dict[str, list[Pointer]] = {}
        if not isinstance(value, dict) or pointer in above:
            return found
        for name in value.get("properties") or ():
            found.setdefault(name, []).append((*pointer, "properties", name))
        for word in ("allOf", "oneOf", "anyOf"):
            for index in range(len(value.get(word) or ())):
                for name, places in self._members((*pointer, word, index), above | {pointer}).items():
                    found.setdefault(name, []).extend(places)
        return found

    def _is_hidden(self, pointer: Pointer, name: str) -> bool:
        """Tell whether a member travels the other way only."""
        return any(self._says_hidden(place) for place in self._members(pointer).get(name, ()))

    def _says_hidden(self, place: Pointer) -> bool:
        value = self.contract.at(place)
        if isinstance(value, dict) and value.get(_HIDDEN[self.way]) is True:
            return True
        followed = self.contract.followed(place)
        value = self.contract.at(followed)
        return isinstance(value, dict) and (
            value.get(_HIDDEN[self.way]) is True
            or any(self._says_hidden((*followed, "allOf", index)) for index in range(len(value.get("allOf") or ())))
        )


@dataclass
class Drawer:
    """Draws values of a schema of :class:`WrittenOut`, and asks jsonschema-rs about each."""

    root: Mapping[str, Any]
    _validators: dict[str, Any] = field(default_factory=dict)

    def allows(self, value: Any) -> bool:
        """Tell whether the schema allows a value."""
        return self.allows_below(self.root, value)

    def drawn(self, path: Sequence[str]) -> list[Any]:
        """Return allowed values that differ at a path, and on the way to it, and are as small as can be elsewhere."""
        return [value for value in _different(self._at(self.root, path, 0)) if self.allows(value)]

    def least(self, schema: Mapping[str, Any] | None = None, depth: int = 0) -> Any:
        """Return a small value that a schema allows.

        Raises:
            NotDrawn: If none is found.
        """
        schema = self.root if schema is None else schema
        for flat in self._flats(schema, depth):
            for value in self._least_of(flat, depth):
                if self.allows_below(schema, value):
                    return value
        raise NotDrawn(json.dumps(schema, default=str)[:200])

    def flats(self) -> list[list[Mapping[str, Any]]]:
        """Return the alternatives of the schema, each as the plain schemas that all have to be met."""
        return self._flats(self.root, 0)

    def allows_below(self, schema: Mapping[str, Any] | bool, value: Any) -> bool:
        """Tell whether a part of the schema allows a value."""
        if isinstance(schema, bool):
            return schema
        key = "" if schema is self.root else json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {**schema, "$defs": self.root.get("$defs", {})}
            self._validators[key] = jsonschema_rs.validator_for(whole, validate_formats=True)
        return bool(self._validators[key].is_valid(value))

    def _at(self, schema: Mapping[str, Any], path: Sequence[str], depth: int) -> Iterator[Any]:
        for flat in self._flats(schema, depth):
            kinds = _kinds(flat)
            if not path:
                yield from self._values(flat, kinds, depth)
                continue
            if "null" in kinds:
                yield None
            for kind in kinds & {"string", "integer", "boolean"}:
                yield {"string": "text", "integer": 7, "boolean": True}[kind]
            if path[0] == EACH and "array" in kinds:
                yield []
                for item in self._at(_all([part["items"] for part in flat if "items" in part]), path[1:], depth + 1):
                    yield [item]
            if path[0] != EACH and "object" in kinds:
                yield from self._objects(flat, path, depth)

    def _objects(self, flat: Sequence[Mapping[str, Any]], path: Sequence[str], depth: int) -> Iterator[Any]:
        name = path[0]
        declared = [part["properties"][name] for part in flat if name in part.get("properties", {})]
        declared += [part["additionalProperties"] for part in flat if not declared and "additionalProperties" in part]
        for place, others in enumerate(self._small_objects(flat, depth, without=name)):
            yield others
            if declared and False not in declared and place == 0:
                for value in self._at(_all(declared), path[1:], depth + 1):
                    yield {**others, name: value}

    def _object(self, flat: Sequence[Mapping[str, Any]], depth: int, without: str = "") -> dict[str, Any]:
        value = {}
        for name in dict.fromkeys(name for part in flat for name in part.get("required", ()) if name != without):
            said = [part["properties"][name] for part in flat if name in part.get("properties", {})]
            value[name] = self.least(_all(said), depth + 1)
        return value

    def _small_objects(self, flat: Sequence[Mapping[str, Any]], depth: int, without: str = "") -> Iterator[dict[str, Any]]:
        """Yield an object of what is required, and it again with one member more."""
        with suppress(NotDrawn):
            least = self._object(flat, depth, without)
            yield least
            for name in {name: None for part in flat for name in part.get("properties", {}) if name not in {*least, without}}:
                said = [part["properties"][name] for part in flat if name in part.get("properties", {})]
                with suppress(NotDrawn):
                    yield {**least, name: self.least(_all(said), depth + 1)}

    def _least_of(self, flat: Sequence[Mapping[str, Any]], depth: int) -> Iterator[Any]:
        kinds = _kinds(flat)
        if "object" in kinds:
            yield from self._small_objects(flat, depth)
        if "array" in kinds:
            yield []
            items = _all([part["items"] for part in flat if "items" in part])
            with suppress(NotDrawn):
                yield [self.least(items, depth + 1)] * max([part.get("minItems", 1) for part in flat])
        yield from self._values(flat, kinds - {"object", "array"}, depth)

    def _values(self, flat: Sequence[Mapping[str, Any]], kinds: set[str], depth: int) -> Iterator[Any]:
        for part in flat:
            yield from part.get("enum", ())
            if "const" in part:
                yield part["const"]
        if "string" in kinds:
            yield from _strings(flat)
        if kinds & {"number", "integer"}:
            bounds = [
                part[key]
                for part in flat
                for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
                if key in part
            ]
            yield from (number for bound in bounds for number in (bound, bound + 1, bound - 1))
            yield from _NUMBERS
        if "number" in kinds:
            yield from _FRACTIONS
        if "boolean" in kinds:
            yield from (True, False)
        if "null" in kinds:
            yield None
        if kinds & {"object", "array"}:
            yield from self._least_of([*flat, {"type": [kind for kind in ("object", "array") if kind in kinds]}], depth)

    def _flats(self, schema: Mapping[str, Any], depth: int) -> list[list[Mapping[str, Any]]]:
        if depth > _DEEPEST:
            return []
        if not isinstance(schema, dict):
            return [[{}]] if schema else []
        found: list[list[Mapping[str, Any]]] = [
            [{key: said for key, said in schema.items() if key not in ("$ref", "$defs", "allOf", "anyOf")}]
        ]
        together = [self.root["$defs"][schema["$ref"].rpartition("/")[2]]] if "$ref" in schema else []
        for each in (*together, *schema.get("allOf", ())):
            found = [one + other for one in found for other in self._flats(each, depth)][:_MOST_ALTERNATIVES]
        if schema.get("anyOf"):
            branches = [flat for each in schema["anyOf"] for flat in self._flats(each, depth)]
            found = [one + other for one in found for other in branches][:_MOST_ALTERNATIVES]
        return found


def values_at(body: Any, path: Sequence[str]) -> list[Any]:
    """Return what stands at a path of a value, :data:`ABSENT` where it leads nowhere; nothing for the items of an empty list."""
    if not path:
        return [body]
    if path[0] == EACH and isinstance(body, list):
        return [found for item in body for found in values_at(item, path[1:])]
    if path[0] != EACH and isinstance(body, dict) and path[0] in body:
        return values_at(body[path[0]], path[1:])
    return [ABSENT]


def replaced(body: Any, path: Sequence[str], value: Any) -> Any:
    """Return a body with another value wherever a path leads."""
    if not path:
        return value
    if path[0] == EACH and isinstance(body, list):
        return [replaced(item, path[1:], value) for item in body]
    if isinstance(body, dict) and (path[0] in body or len(path) == 1):
        return {**body, path[0]: replaced(body.get(path[0]), path[1:], value)}
    return body


def _all(schemas: Sequence[Any]) -> dict[str, Any]:
    return {"allOf": list(schemas)} if len(schemas) != 1 or not isinstance(schemas[0], dict) else schemas[0]


def _different(values: Iterator[Any]) -> Iterator[Any]:
    seen = set()
    for value in values:
        key = json.dumps(value, sort_keys=True, default=str)
        if key not in seen:
            seen.add(key)
            yield value


def _kinds(flat: Sequence[Mapping[str, Any]]) -> set[str]:
    kinds = {"object", "array", "string", "number", "integer", "boolean", "null"}
    for part in flat:
        if "type" in part:
            written = set(part["type"] if isinstance(part["type"], list) else [part["type"]])
            kinds &= written | ({"integer"} if "number" in written else set())
    return kinds


def _strings(flat: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    lengths = [part[key] for part in flat for key in ("minLength", "maxLength") if part.get(key, 10**6) < 10**5]
    yield from ("w" * length for length in lengths)
    for part in flat:
        if "pattern" in part:
            yield from _matching(part["pattern"])
        if part.get("format") in _ASSERTED:
            yield _ASSERTED[part["format"]]
    yield from _TEXTS
    yield from ("7" * length for length in lengths)


@lru_cache(maxsize=1 << 12)
def _matching(pattern: str) -> tuple[str, ...]:
    """Return strings that match a pattern, the same ones at every run."""
    found: list[str] = []

    @settings(
        derandomize=True,
        max_examples=60,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(st.one_of(st.from_regex(pattern, fullmatch=True), st.from_regex(pattern)))
    def draw(text: str) -> None:
        found.append(text)

    try:
        draw()
    except (HypothesisException, ValueError, RecursionError):
        pass
    except Exception as error:  # `re.error` has another name in each release
        if type(error).__name__ not in ("error", "PatternError"):
            raise
    return tuple(dict.fromkeys(found))
