"""A whole value that takes one given way, and the check that its schema allows it.

Building goes by shapes and may be wrong; checking goes by the schema as it was written, through jsonschema-rs, and has the last
word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from cxcontracts.containment.narrowing import NO_DEEPER, narrowed, plain_keys
from cxcontracts.containment.nodes import TYPES, Node, Reader, Shape, TooManyShapes, contradicts, lone_reference, tags_of
from cxcontracts.containment.sets import Found, Schema, Undecidable, admits, find, missing_members, refusing_key
from cxcontracts.containment.ways import Turn, Way
from cxcontracts.exchanges import JSON

_MOST_PARTS = 4000
_MOST_SUBSCHEMAS = 60_000
_MOST_HOPS = 100
_MOST_STEPS = 2_000_000


class Unbuildable(Exception):
    """No value was found: a schema that nothing satisfies, that only ever recurs, or that is too large."""


class _Absent:
    """The type of :data:`ABSENT`."""


ABSENT = _Absent()
"""The end of a way that breaks off: nothing is there."""


class Builder:
    """Builds values of schemas, with nothing in them that need not be there.

    Args:
        reader: Expands the schemas, for one direction.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._parts = 0

    def value(self, nodes: Sequence[Node]) -> JSON:
        """Return a small value that *nodes* allow.

        Raises:
            Unbuildable: If none was found.
        """
        self._parts = 0
        return self._value(nodes, frozenset())

    def along(self, way: Way, end: JSON = ABSENT) -> JSON:
        """Return a value that takes *way* and has *end* at its end.

        Args:
            end: What to put there; :data:`ABSENT` for a way that breaks off.

        Raises:
            Unbuildable: If none was found.
        """
        self._parts = 0
        return self._along(way, way.turns, end)

    def _along(self, way: Way, turns: tuple[Turn, ...], end: JSON) -> JSON:
        if not turns:
            if way.end is None and way.stop is not None:
                return self._of_shape(way.stop, frozenset())
            return end
        turn, rest = turns[0], turns[1:]
        last = not rest and way.end is None and way.stop is None
        if turn.list_:
            return self._list(turn.shape, frozenset()) if last else self._items(turn, self._along(way, rest, end))
        name = str(turn.name)
        whole = self._object(turn.shape, frozenset(), without=name)
        if not last:
            whole[name] = self._along(way, rest, end)
        return self._padded(turn.shape, whole, name, frozenset())

    def _items(self, turn: Turn, item: JSON) -> list[JSON]:
        """Return a list that has *item* where the turn leads, and again wherever its schema holds."""
        prefix = turn.shape.prefix
        first = turn.name if isinstance(turn.name, int) else prefix
        length = max(first + 1, self._least(turn.shape, "minItems"))
        if length > _MOST_PARTS:
            raise Unbuildable
        return [
            item if index == first or min(index, first) >= prefix else self._value(turn.shape.items(index), frozenset())
            for index in range(length)
        ]

    def _value(self, nodes: Sequence[Node], above: frozenset[int]) -> JSON:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Unbuildable
        for shape in self.reader.shapes(nodes):
            inside = above | {atom.identity for atom in shape.atoms}
            if shape.atoms and len(inside) == len(above):
                continue
            try:
                return self._of_shape(shape, inside)
            except Unbuildable:
                continue
        raise Unbuildable

    def of_shape(self, shape: Shape) -> JSON:
        """Return a small value of a shape.

        Raises:
            Unbuildable: If none was found.
        """
        self._parts = 0
        return self._of_shape(shape, frozenset())

    def _of_shape(self, shape: Shape, above: frozenset[int]) -> JSON:
        schema = narrowed(self.reader, shape, NO_DEEPER)
        shown = self._example(shape, schema)
        if shown is not ABSENT:
            return shown
        if shape.types == {"object"}:
            return self._padded(shape, self._object(shape, above), "", above)
        if shape.types == {"array"}:
            return self._list(shape, above)
        answer = find([{**schema, "required": []}])
        if isinstance(answer, Found) and not (isinstance(answer.value, dict | list) and shape.atoms):
            return answer.value
        if "object" in shape.types:
            with suppress(Unbuildable):
                return self._padded(shape, self._object(shape, above), "", above)
        return self._plain(shape)

    def _plain(self, shape: Shape) -> JSON:
        """Return a value of a shape that is neither an object nor a list, where those were found first."""
        types = shape.types - {"object", "array"}
        answer = find([narrowed(self.reader, Shape(shape.atoms, types), NO_DEEPER)]) if types else None
        if isinstance(answer, Found):
            return answer.value
        raise Unbuildable

    def _example(self, shape: Shape, schema: Mapping[str, Any]) -> JSON:
        """Return the partner's own scalar example where it fits: a witness should look like their world."""
        for atom in shape.atoms:
            for shown in examples_of(atom.value):
                if not isinstance(shown, dict | list) and _fits(schema, shown):
                    return shown
        return ABSENT

    def _object(self, shape: Shape, above: frozenset[int], without: str | None = None) -> dict[str, JSON]:
        whole: dict[str, JSON] = {}
        for name in (*(name for name in shape.names if name in shape.required), *sorted(shape.required - set(shape.names))):
            nodes = shape.slot(name).nodes
            if name != without and not self.reader.hides(nodes):
                whole[name] = self._value(nodes, above)
        return whole

    def _padded(self, shape: Shape, whole: dict[str, JSON], without: str, above: frozenset[int]) -> dict[str, JSON]:
        """Add members until ``minProperties`` is met."""
        least = self._least(shape, "minProperties")
        if least > _MOST_PARTS:
            raise Unbuildable
        for name in shape.names:
            if len(whole) >= least:
                return whole
            nodes = shape.slot(name).nodes
            if name not in whole and name != without and not self.reader.hides(nodes):
                whole[name] = self._value(nodes, above)
        for name, nodes in shape.map_slots():
            for number in range(least - len(whole)):
                whole[f"{name}{number}" if number else name] = self._value(nodes, above)
        if shape.silent:
            for number in range(least - len(whole)):
                whole[f"key{number}"] = "text"
        return whole

    def _list(self, shape: Shape, above: frozenset[int]) -> list[JSON]:
        least = self._least(shape, "minItems")
        if least > _MOST_PARTS:
            raise Unbuildable
        if least > 1 and any(atom.value.get("uniqueItems") is True for atom in shape.atoms):
            answer = find([narrowed(self.reader, shape, _ITEMS)])
            if isinstance(answer, Found):
                return list(answer.value)
        return [self._value(shape.items(index), above) for index in range(least)]

    def _least(self, shape: Shape, key: str) -> int:
        bounds = [atom.value.get(key) for atom in shape.atoms]
        return max((int(bound) for bound in bounds if isinstance(bound, int | float) and not isinstance(bound, bool)), default=0)


_ITEMS = type(NO_DEEPER)(items=NO_DEEPER)


def examples_of(value: Mapping[str, Any]) -> list[JSON]:
    """Return what a schema, as written, shows as its values, the partner's own examples first."""
    examples = value.get("examples")
    many = examples if isinstance(examples, list) else []
    values = value.get("enum")
    first = values[:1] if isinstance(values, list) else []
    return [value[key] for key in ("example", "default") if key in value] + many[:3] + first


def _fits(schema: Mapping[str, Any], value: JSON) -> bool:
    try:
        return admits(schema, value)
    except Undecidable:
        return False


def allows(reader: Reader, nodes: Sequence[Node], value: JSON) -> bool:
    """Tell whether the schemas, as written, allow a value.

    jsonschema-rs decides. It is handed only what this very value meets: references are followed as far as the value goes and no
    further, so that a schema that recurs, or that drags in a whole contract, stays small.

    ``oneOf`` is read as ``anyOf``: partners write it for "one of these shapes", and with the shapes as open as most are, a strict
    reading would refuse their own answers. ``additionalProperties: false`` is left out: an object is closed once, after merging.

    Raises:
        Undecidable: If a pattern cannot be read, or the schemas are too large for this value.
    """
    return admits(translated(reader, nodes, value), value)


def rule_against(reader: Reader, nodes: Sequence[Node], value: JSON) -> str:
    """Return the key of a schema by which a value is refused, as :func:`allows` has it; empty where it is allowed.

    Raises:
        Undecidable: As :func:`allows` does.
    """
    return refusing_key(translated(reader, nodes, value), value)


def lacking(reader: Reader, nodes: Sequence[Node], value: JSON) -> list[tuple[tuple[str | int, ...], str]]:
    """Return where in a value an object lacks a member that the schemas ask for, and which, as :func:`allows` reads them.

    Raises:
        Undecidable: As :func:`allows` does.
    """
    return missing_members(translated(reader, nodes, value), value)


def translated(reader: Reader, nodes: Sequence[Node], value: JSON) -> Schema:
    """Return what the schemas, as written, say of a value, as :func:`allows` has it checked.

    Raises:
        Undecidable: If the schemas are too large for this value.
    """
    translation = _Translation(reader)
    schemas = [translation.of(node, value, tuple(nodes)) for node in nodes]
    if translation.steps(schemas) > _MOST_STEPS:
        raise Undecidable("a schema is too large to check a witness against")
    return {"allOf": schemas, "$defs": translation.definitions} if schemas else True


class _Translation:
    """Schemas as JSON Schema 2020-12, cut down to what one value meets."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.definitions: dict[str, Any] = {}
        self._names: dict[tuple[int, ...], str] = {}
        self._kept: list[object] = []
        self._size = 0

    def of(self, node: Node, value: JSON, beside: tuple[Node, ...] = ()) -> Any:
        """Return what a schema says of a value; *beside* are schemas that it has to meet as well."""
        for _ in range(_MOST_HOPS):
            alone = lone_reference(node)
            if alone is None:
                break
            node = node.home.follow(node, alone)
        else:
            raise Undecidable("a $ref leads back to itself, or through too many others")
        written = node.value
        if not isinstance(written, dict):
            return written is not False
        key = (id(written), id(value), *(each.identity for each in beside))
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"s{len(self._names)}"
            self._kept.append(value)
            self.definitions[name] = self._schema(node, value, beside)
        return {"$ref": f"#/$defs/{name}"}

    def steps(self, schemas: list[Any]) -> int:
        """Return how many schemas a validator visits at most: it does not remember what it has been through."""
        counts: dict[str, int] = {}
        for name, definition in self.definitions.items():  # what a definition refers to stands before it
            counts[name] = 1 + sum(counts.get(below, 1) for below in _referred(definition))
        return sum(counts[name] for name in _referred(schemas))

    def _schema(self, node: Node, value: JSON, beside: tuple[Node, ...]) -> dict[str, Any]:
        written: Mapping[str, Any] = node.value
        self._size += 1
        if self._size > _MOST_SUBSCHEMAS:
            raise Undecidable("a schema is too large to check a witness against")
        schemas: list[Any] = []
        together = self._all_of(node, beside) if isinstance(value, dict) else ()
        if isinstance(written.get("$ref"), str):
            schemas.append(self.of(node.home.follow(node, written["$ref"]), value, together))
        own = plain_keys({key: kept for key, kept in written.items() if key != "not"}, TYPES, legacy=node.home.legacy)
        if "type" in written:
            own["type"] = written["type"]
        if isinstance(value, dict):
            own.update(self._members(node, value, together))
        if isinstance(value, list):
            own.update(self._items(node, value))
        schemas += self._combined(node, value, together)
        if schemas:
            own["allOf"] = [*own.get("allOf", []), *_unique(schemas)]
        if written.get("nullable") is True and node.home.legacy:
            return {"anyOf": [{"type": "null"}, own]}
        return own

    def _all_of(self, node: Node, beside: tuple[Node, ...]) -> tuple[Node, ...]:
        """Return the schemas that a value of *node* has to meet, those *beside* it included."""
        found: dict[int, Node] = {}
        left = [node, *beside]
        while left:
            each = left.pop()
            if each.identity in found or not isinstance(each.value, dict):
                continue
            found[each.identity] = each
            left += [each.child("allOf", index) for index in range(_length(each.value.get("allOf")))]
            if isinstance(each.value.get("$ref"), str):
                left.append(each.home.follow(each, each.value["$ref"]))
        return tuple(found.values())

    def _combined(self, node: Node, value: JSON, together: tuple[Node, ...]) -> list[Any]:
        written = node.value
        schemas = [self.of(node.child("allOf", index), value, together) for index in range(_length(written.get("allOf")))]
        for word in ("oneOf", "anyOf"):
            branches = [self.of(node.child(word, index), value, together) for index in range(_length(written.get(word)))]
            for index, tag in tags_of(node, word).items() if isinstance(value, dict) else ():
                if not any(contradicts(shape, tag) for shape in self.reader.shapes([node.child(word, index)])):
                    name, values = tag
                    asked = {"required": [name], "properties": {name: {"enum": values}}}
                    branches[index] = {"allOf": [branches[index], asked]}
            if branches:
                schemas.append({"anyOf": _unique(branches)})
        if isinstance(written.get("not"), dict | bool):
            schemas.append({"not": self.of(node.child("not"), value)})
        dependent = written.get("dependentSchemas")
        if isinstance(dependent, dict) and isinstance(value, dict):
            schemas += [self.of(node.child("dependentSchemas", name), value, together) for name in dependent if name in value]
        if "if" in written:
            schemas.append({word: self.of(node.child(word), value) for word in ("if", "then", "else") if word in written})
        return schemas

    def _members(self, node: Node, value: Mapping[str, JSON], together: tuple[Node, ...]) -> dict[str, Any]:
        written = node.value
        shape = Shape((node,), TYPES)
        whole: dict[str, Any] = {}
        properties = {}
        for name, member in value.items():
            nodes = shape.slot(name).nodes
            schemas = [self.of(below, member, tuple(nodes)) for below in nodes]
            if schemas:
                properties[name] = {"allOf": schemas}
        if properties:
            whole["properties"] = properties
        required = written.get("required")
        if isinstance(required, list):
            names = [name for name in required if isinstance(name, str)]
            merged = Shape(together, TYPES)  # one part may require what another says never goes this way
            whole["required"] = [name for name in names if name in value or not self.reader.hides(merged.slot(name).nodes)]
        dependent = written.get("dependentRequired")
        if isinstance(dependent, dict):
            whole["dependentRequired"] = dependent
        if isinstance(written.get("propertyNames"), dict | bool):
            whole["propertyNames"] = {"allOf": [self.of(node.child("propertyNames"), name) for name in value]} if value else {}
        return whole

    def _items(self, node: Node, value: list[JSON]) -> dict[str, Any]:
        shape = Shape((node,), TYPES)
        items = [
            [self.of(below, item, tuple(nodes)) for below in nodes]
            for nodes, item in ((shape.items(index), item) for index, item in enumerate(value))
        ]
        whole: dict[str, Any] = {}
        if items and items[0] and not shape.prefix and all(schemas == items[0] for schemas in items):
            whole["items"] = {"allOf": items[0]}
        elif any(items):
            whole["prefixItems"] = [{"allOf": schemas} if schemas else True for schemas in items]
        if isinstance(node.value.get("contains"), dict | bool):
            whole["contains"] = {"anyOf": _unique([self.of(node.child("contains"), item) for item in value])} if value else True
            whole |= {key: node.value[key] for key in ("minContains", "maxContains") if key in node.value}
        return whole


def _referred(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):  # a member may be called so
            yield schema["$ref"].rpartition("/")[2]
        for value in schema.values():
            yield from _referred(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _referred(value)


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def _unique(schemas: list[Any]) -> list[Any]:
    """Drop repeats: a hostile document says the same thing two to the power of thirty times."""
    return [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]


__all__ = ["ABSENT", "Builder", "TooManyShapes", "Unbuildable", "allows", "translated"]
