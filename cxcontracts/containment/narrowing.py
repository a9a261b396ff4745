"""A shape as a self-contained JSON Schema, as deep as somebody is interested, and no deeper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cxcontracts import formats
from cxcontracts.containment.nodes import TYPES, Direction, Node, Reader, Shape, Touched
from cxcontracts.containment.sets import Schema

_KEPT = (
    "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
)  # fmt: skip

_NAMING = ("propertyNames", "maxProperties")
"""Keys of a need that ask which members there are."""


@dataclass(frozen=True, slots=True)
class Interest:
    """How deep somebody looks into a value.

    Attributes:
        names: The members looked at, with how deep; None for one that is only there or not.
        items: How deep the items are looked at; None for not at all.
        values: How deep the values of a map are looked at, whatever their names; None for not at all.
        levels: Over how many levels everything that the contract declares is looked at, whatever it is called.
    """

    names: Mapping[str, Interest] = field(default_factory=dict)
    items: Interest | None = None
    values: Interest | None = None
    levels: int = 0

    def within(self, shape: Shape) -> Interest:
        """Return the interest in a value of *shape*, its members named."""
        if self.levels == 0:
            return self
        below = Interest(levels=self.levels - 1)
        names = {name: wider(self.names.get(name, NO_DEEPER), below) for name in (*shape.names, *self.names)}
        values = below if shape.map_nodes else None
        return Interest(names, _either(self.items, below), _either(self.values, values), self.levels)


NO_DEEPER = Interest()


def interest_of(schema: Schema) -> Interest:
    """Return how deep a schema looks into the values that it judges."""
    if isinstance(schema, bool):
        return NO_DEEPER
    names: dict[str, Interest] = {}
    items: Interest | None = None
    values: Interest | None = None
    for name in schema.get("required", ()):
        names[name] = NO_DEEPER
    for name, below in schema.get("properties", {}).items():
        names[name] = interest_of(below)
    for below in (*(schema[key] for key in ("items", "contains") if key in schema), *schema.get("prefixItems", ())):
        items = _either(items, interest_of(below))
    further = [schema[key] for key in ("additionalProperties", "unevaluatedProperties") if schema.get(key, True) is not True]
    for below in (*further, *schema.get("patternProperties", {}).values(), *(False for key in _NAMING if key in schema)):
        values = _either(values, interest_of(below))
    whole = Interest(names, items, values)
    for word in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(word, ()):
            whole = wider(whole, interest_of(branch))
    for word in ("not", "if", "then", "else"):
        if word in schema:
            whole = wider(whole, interest_of(schema[word]))
    return whole


def wider(one: Interest, other: Interest) -> Interest:
    """Return the interest of somebody who looks wherever one of two looks."""
    names = {
        name: wider(one.names.get(name, NO_DEEPER), other.names.get(name, NO_DEEPER)) for name in {**one.names, **other.names}
    }
    return Interest(names, _either(one.items, other.items), _either(one.values, other.values), max(one.levels, other.levels))


def _either(one: Interest | None, other: Interest | None) -> Interest | None:
    return wider(one, other) if one and other else one or other


def narrowed(reader: Reader, shape: Shape, interest: Interest = NO_DEEPER, touched: Touched | None = None) -> dict[str, Any]:
    """Return *shape* as a JSON Schema 2020-12 without references, down to what *interest* names.

    It admits at least what the shape admits: what is deeper, and what cannot be said without references, is left open.

    Args:
        touched: Filled with the parts that were looked at.
    """
    touched = set() if touched is None else touched
    interest = interest.within(shape)
    touched.update((atom.identity, None) for atom in shape.atoms)
    parts = [part for atom in shape.atoms if (part := plain_keys(atom.value, shape.types, legacy=atom.home.legacy))]
    if not shape.types:
        return {"not": {}}
    whole: dict[str, Any] = {} if shape.types == TYPES else {"type": _type_names(shape.types)}
    if "object" in shape.types:
        whole.update(_members(reader, shape, interest, touched))
    if "array" in shape.types and interest.items is not None:
        below = [_items(reader, shape, index, interest.items, touched) for index in range(shape.prefix)]
        if below:
            whole["prefixItems"] = below
        if shape.items(None):
            whole["items"] = _items(reader, shape, None, interest.items, touched)
    if parts and len(parts) == 1 and not parts[0].keys() & whole.keys():
        return {**whole, **parts[0]}
    return {**whole, "allOf": parts} if parts else whole


def _items(reader: Reader, shape: Shape, index: int | None, interest: Interest, touched: Touched) -> Schema:
    nodes = shape.items(index)
    return _union(reader, nodes, interest, touched) if nodes else True


def any_of(schemas: list[dict[str, Any]]) -> Schema:
    """Return the union of schemas; ``false`` where there are none."""
    unique = [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]
    if not unique:
        return False
    return unique[0] if len(unique) == 1 else {"anyOf": unique}


def plain_keys(value: Mapping[str, Any], types: frozenset[str], *, legacy: bool) -> dict[str, Any]:
    """Return the keys of one schema that need no other schema, spelled as JSON Schema 2020-12.

    Args:
        types: What the value may be; keys that say nothing of those are left out where a partner's document misuses them.
        legacy: True for OpenAPI 3.0, where ``exclusiveMinimum`` is a boolean.
    """
    kept = {key: value[key] for key in _KEPT if key in value and _sound(key, value[key])}
    if legacy:
        _exclusive(value, kept, "minimum", "exclusiveMinimum")
        _exclusive(value, kept, "maximum", "exclusiveMaximum")
    if isinstance(value.get("not"), dict | bool) and not _refers(value["not"]):
        kept["not"] = value["not"]
    if isinstance(value.get("format"), str):
        _add_format(kept, formats.spelled_out(value["format"], types))
    return kept


def _add_format(kept: dict[str, Any], meant: Mapping[str, Any]) -> None:
    for key, bound in meant.items():
        if key == "minimum":
            kept[key] = max(bound, kept.get(key, bound))
        elif key == "maximum":
            kept[key] = min(bound, kept.get(key, bound))
        elif key == "pattern" and key in kept:
            kept["allOf"] = [{"pattern": bound}]
        else:
            kept[key] = bound


def _exclusive(value: Mapping[str, Any], kept: dict[str, Any], bound: str, flag: str) -> None:
    if isinstance(value.get(flag), bool):
        kept.pop(flag, None)
        if value[flag] and bound in kept:
            kept[flag] = kept.pop(bound)


def _sound(key: str, value: Any) -> bool:
    """Tell whether a key has a value of its kind; a partner's slip elsewhere must not cost the rest of the schema."""
    if key == "enum":
        return isinstance(value, list) and bool(value)
    if key == "const":
        return True
    if key == "pattern":
        return isinstance(value, str)
    if key == "uniqueItems":
        return isinstance(value, bool)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if key == "multipleOf":
        return number and value > 0
    return number and (
        key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum") or (value >= 0 and value == int(value))
    )


def _refers(schema: Any) -> bool:
    if isinstance(schema, dict):
        return "$ref" in schema or "nullable" in schema or any(_refers(value) for value in schema.values())
    return isinstance(schema, list) and any(_refers(value) for value in schema)


def _type_names(types: frozenset[str]) -> str | list[str]:
    names = sorted(types - {"integer"} if "number" in types else types)
    return names[0] if len(names) == 1 else names


def _members(reader: Reader, shape: Shape, interest: Interest, touched: Touched) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    closed = reader.direction is Direction.RESPONSE and not shape.silent
    for name, below in _looked_at(shape, interest).items():
        touched.update((atom.identity, name) for atom in shape.atoms)
        slot = shape.slot(name)
        if reader.hides(slot.nodes) or (closed and not slot.declared):
            properties[name] = False
        elif slot.declared:
            properties[name] = _union(reader, slot.nodes, below, touched)
    required = [name for name in sorted(shape.required) if _asked(reader, shape, name, interest)]
    touched.update((atom.identity, name) for atom in shape.atoms for name in required)
    whole: dict[str, Any] = {}
    if properties:
        whole["properties"] = properties
    if required:
        whole["required"] = required
    if not shape.silent and (interest.values is not None or (interest.levels and closed)):
        whole.update(_further(reader, shape, interest.values or NO_DEEPER, touched, closed=closed))
    return whole


def _looked_at(shape: Shape, interest: Interest) -> Mapping[str, Interest]:
    """Return the members looked at: where every value is, all that are declared."""
    if interest.values is None or shape.silent:
        return interest.names
    names = (*shape.names, *interest.names)
    return {name: wider(interest.names.get(name, NO_DEEPER), interest.values) for name in names}


def _further(reader: Reader, shape: Shape, below: Interest, touched: Touched, *, closed: bool) -> dict[str, Any]:
    """Return what is said of the members that are not declared by name."""
    patterned: dict[str, list[Node]] = {}
    for atom in shape.atoms:
        for pattern in atom.value.get("patternProperties") or {}:
            patterned.setdefault(pattern, []).append(atom.child("patternProperties", pattern))
    whole: dict[str, Any] = {}
    if shape.map_nodes:
        whole["additionalProperties"] = _union(reader, shape.map_nodes, below, touched)
    elif closed:
        whole["additionalProperties"] = False
    if patterned:
        whole["patternProperties"] = {pattern: _union(reader, nodes, below, touched) for pattern, nodes in patterned.items()}
    return whole


def _union(reader: Reader, nodes: Sequence[Node], below: Interest, touched: Touched) -> Schema:
    return any_of([narrowed(reader, value, below, touched) for value in reader.shapes(nodes)])


def _asked(reader: Reader, shape: Shape, name: str, interest: Interest) -> bool:
    if reader.direction is Direction.RESPONSE and name not in interest.names:
        return False
    return not reader.hides(shape.slot(name).nodes)
