"""Shapes as they are compared: what they say themselves, and where that is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from cxcontracts.containment.narrowing import NO_DEEPER, Interest, any_of, narrowed
from cxcontracts.containment.nodes import Node, Reader, Shape
from cxcontracts.containment.sets import Schema
from cxcontracts.exchanges import JSON
from cxcontracts.proofs import Sent, Spot
from cxcontracts.sameness import same

_COMPOUND = frozenset({"object", "array"})
_OPEN = "x-extensible-enum"
"""An open list of values: https://opensource.zalando.com/restful-api-guidelines/#112."""


def sorted_out(shapes: Iterable[Shape]) -> tuple[list[Shape], list[Shape]]:
    """Return what some alternatives say of plain values, and of objects and of lists, each apart: however that is laid out."""
    plain, further = [], []
    for shape in shapes:
        if shape.types - _COMPOUND:
            plain.append(Shape(shape.atoms, shape.types - _COMPOUND))
        further += [Shape(shape.atoms, frozenset({kind})) for kind in sorted(shape.types & _COMPOUND)]
    return plain, further


def without_null(shapes: Sequence[Shape]) -> list[Shape]:
    """Merge a shape that is only null into its only neighbour: the forms of null are one."""
    nulls = [shape for shape in shapes if shape.types == {"null"}]
    others = [shape for shape in shapes if shape.types != {"null"}]
    if nulls and len(others) == 1:
        return [Shape(others[0].atoms, others[0].types | {"null"})]
    return list(shapes)


def shallow(reader: Reader, shape: Shape) -> Schema:
    """Return what a shape says of plain values, and of how many members or items there are."""
    whole = narrowed(reader, shape, NO_DEEPER)
    kept = {key: value for key, value in whole.items() if key not in ("required", "properties")}
    return _or_null(kept) if "null" in shape.types else kept


def passed(reader: Reader, shape: Shape, spot: Spot) -> Schema:
    """Return what a shape says where it is passed on; as text, where a single value is a list of one, with the items."""
    if isinstance(spot.whole, Sent) and spot.whole.text and "array" in shape.types:
        return narrowed(reader, shape, Interest(items=NO_DEEPER))
    return shallow(reader, shape)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that lists its values with null among them: where an alternative says null, the list need not."""
    whole = dict(schema)
    if "const" in whole and whole["const"] is not None:
        whole["enum"] = [whole.pop("const")]
    if "enum" in whole and None not in whole["enum"]:
        whole["enum"] = [*whole["enum"], None]
    if "allOf" in whole:
        whole["allOf"] = [_or_null(part) for part in whole["allOf"]]
    return whole


def union(reader: Reader, shapes: Iterable[Shape]) -> Schema:
    """Return what any of some alternatives admits, in an order that does not hang on the layout."""
    parts = sorted((narrowed(reader, shape, NO_DEEPER) for shape in shapes), key=repr)
    if all({"enum", "const"} & part.keys() and part.keys() <= {"enum", "const", "type"} for part in parts):
        return {"enum": [value for part in parts for value in part.get("enum", [part.get("const")])]}
    return any_of(parts)


def said(shape: Shape, key: str) -> list[Any]:
    """Return what the parts of a shape say under a key."""
    return [atom.value[key] for atom in shape.atoms if key in atom.value]


def keys_of(shapes: Sequence[Shape]) -> Iterator[object]:
    """Yield the keys of what some shapes consist of, as :data:`~cxcontracts.containment.nodes.Touched` has them."""
    for shape in shapes:
        yield from ((atom.identity, None) for atom in shape.atoms)


def first(shapes: Sequence[Shape]) -> Node | None:
    """Return where one of some alternatives is written: the same one in whatever order they are."""
    atoms = [atom for shape in shapes for atom in shape.atoms]
    return min(atoms, key=lambda atom: [str(key) for key in atom.pointer if isinstance(key, str)], default=None)


def origin_of(one: Sequence[Shape], other: Sequence[Shape]) -> tuple[Node, Node] | None:
    """Return the two schemas between which an edit was made, whatever others hold beside them; None where that is several."""
    if len(one) != 1 or len(other) != 1 or len(one[0].atoms) != len(other[0].atoms):
        return None
    pairs = list(zip(one[0].atoms, other[0].atoms, strict=True))
    edited = [pair for pair in pairs if not same(pair[0].value, pair[1].value)]
    return edited[0] if len(edited) == 1 else None


def patterns(shape: Shape) -> dict[str, list[Node]]:
    """Return each pattern of names to the schemas of the values."""
    found: dict[str, list[Node]] = {}
    for atom in shape.atoms:
        for pattern in atom.value.get("patternProperties") or ():
            found.setdefault(pattern, []).append(atom.child("patternProperties", pattern))
    return found


def required_at(shape: Shape, name: str) -> Node | None:
    """Return where it is written that a member is required, or would be; None where that is in no place, or in several.

    Of several lists it is the one that has the member, else that of the schema which declares it.
    """
    atoms = [atom for atom in shape.atoms if "required" in atom.value]
    naming = [atom for atom in atoms if name in _listed(atom.value["required"])]
    declaring = [atom for atom in atoms if name in _listed(atom.value.get("properties"))]
    only = next((some[0] for some in (naming, declaring, atoms) if len(some) == 1), None)
    return None if only is None else only.child("required")


def _listed(written: JSON) -> Collection[JSON]:
    return written if isinstance(written, list | dict) else ()


def has(shape: Shape, name: str, reader: Reader) -> bool:
    """Tell whether a shape can have a member."""
    slot = shape.slot(name)
    return slot.silent or (slot.declared and not reader.hides(slot.nodes))


def extensible(shape: Shape) -> list[JSON] | None:
    """Return the values that a shape lists as some of many; None where it lists none so."""
    return next((atom.value[_OPEN] for atom in shape.atoms if isinstance(atom.value.get(_OPEN), list)), None)
