"""A schema in its document, and the plain shapes that it stands for.

A *node* is a schema as a partner wrote it. A *shape* is one of the alternatives that a node allows once references are followed,
``allOf`` is merged and one branch of each ``oneOf`` and ``anyOf`` is chosen. In a shape everything holds at once, so that each
question (is it an object? what may ``price`` be there?) has one plain answer.

The reading rules are those of DESIGN, "How to read a contract when judging it".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Protocol

from cxcontracts.containment import patterns
from cxcontracts.containment.sets import Undecidable, admits
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Place, did_you_mean

MOST_SHAPES = 400
"""More alternatives than this in one place are not told apart; real contracts stay under a hundred."""

TYPES = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})
_OBJECT_KEYS = ("properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties")
_MAPPINGS = ("properties", "patternProperties")
_LISTS = ("allOf", "oneOf", "anyOf")
_NEGATED = frozenset({"properties", "required", "type"})
_ARRAY_KEYS = ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains")


Touched = set[object]
"""Keys of the parts of a contract that a question depended on: ``(identity of a schema, member name or None)``."""


_FURTHER = ("additionalProperties", "unevaluatedProperties")
"""Keys that speak of members whose names are not written out."""


class Direction(Enum):
    """Who says it: ``readOnly`` does not go in requests, ``writeOnly`` not in responses, only responses are a closed world."""

    RESPONSE = "response"
    REQUEST = "request"


_DEEPEST = 100
"""Through how many others a schema may lead to what it says, by references and alternatives."""


class TooManyShapes(Exception):
    """One place of a contract allows more alternatives than can be told apart."""


class Home(Protocol):
    """The document that a node stands in."""

    @property
    def legacy(self) -> bool:
        """Whether its schemas are those of OpenAPI 3.0, which are not JSON Schema 2020-12."""
        ...

    @property
    def name(self) -> str:
        """Its path, seen from the document that the contract begins with; empty for that one."""
        ...

    def place(self, node: Node, *, of_key: bool = False) -> Place:
        """Return where a node is written, or its key if *of_key*."""
        ...

    def follow(self, node: Node, reference: str) -> Node:
        """Return what a ``$ref`` points to.

        Raises:
            ContractError: If it points nowhere, or out of the partner's folder.
        """
        ...

    def prepare(self, nodes: Sequence[Node]) -> None:
        """Look for the places of several nodes at once: what is asked for later costs less."""
        ...

    def refuse(self, node: Node, what: str, remedy: str, code: str) -> Exception:
        """Return the error for a mistake at *node*, with its file and line."""
        ...


class Node:
    """A schema as it was written: a mapping or a boolean, the document it stands in and its place there."""

    __slots__ = ("above", "home", "key", "value")

    def __init__(self, value: Any, home: Home, above: Node | None = None, key: str | int = "") -> None:
        self.value = value
        self.home = home
        self.above = above
        self.key = key

    def child(self, *keys: str | int) -> Node:
        """Return the part below some keys.

        Raises:
            KeyError, IndexError, TypeError: If it is not there.
        """
        node = self
        for key in keys:
            node = Node(node.value[key], node.home, node, key)
        return node

    @property
    def pointer(self) -> tuple[str | int, ...]:
        """The place in the document, from its root."""
        keys: list[str | int] = []
        node: Node | None = self
        while node is not None and node.above is not None:
            keys.append(node.key)
            node = node.above
        return tuple(reversed(keys))

    @property
    def identity(self) -> int:
        """The same for two nodes that are the same part of the same document."""
        return id(self.value)

    def __repr__(self) -> str:
        return f"Node({self.value!r})"


@dataclass(frozen=True, slots=True)
class Slot:
    """What a shape says of one member.

    Attributes:
        nodes: All of them hold for the member's value; empty where nothing is said of it.
        required: Whether it is always there.
        declared: Whether the contract names it, or admits its name with a schema of its own (a map).
        silent: True where the shape says nothing of any member, so that anything may be there.
    """

    nodes: tuple[Node, ...]
    required: bool
    declared: bool
    silent: bool = False


class Shape:
    """One alternative: schemas without references and branches, all of which hold."""

    def __init__(self, atoms: tuple[Node, ...], types: frozenset[str]) -> None:
        self.atoms = atoms
        self.types = types

    def __repr__(self) -> str:
        return f"Shape({[atom.value for atom in self.atoms]})"

    @cached_property
    def required(self) -> frozenset[str]:
        """The names that an object of this shape always has, as written."""
        names = {name for atom in self.atoms for name in _strings(atom.value.get("required"))}
        dependent = [_mapping(atom.value.get("dependentRequired")) for atom in self.atoms if "dependentRequired" in atom.value]
        for _ in range(sum(map(len, dependent))):
            names |= {other for each in dependent for name in names & each.keys() for other in _strings(each[name])}
        return frozenset(names)

    @cached_property
    def forbidden(self) -> frozenset[str]:
        """The names that an object of this shape never has."""
        return frozenset(
            name for atom in self.atoms for name, member in _mapping(atom.value.get("properties")).items() if member is False
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names that are declared, in the order written."""
        return tuple(dict.fromkeys(name for atom in self.atoms for name in _mapping(atom.value.get("properties"))))

    @cached_property
    def map_nodes(self) -> tuple[Node, ...]:
        """The schemas of the values whose names are not declared, where the shape is a map."""
        return tuple(atom.child(key) for atom in self.atoms for key in _FURTHER if _says_something(atom.value.get(key)))

    @cached_property
    def closed(self) -> bool:
        """Whether members that are not declared are refused in so many words."""
        return any(atom.value.get(key) is False for atom in self.atoms for key in _FURTHER)

    @cached_property
    def silent(self) -> bool:
        """Whether nothing is said of any member."""
        return (
            not self.names
            and not self.closed
            and not self.map_nodes
            and not any(_mapping(atom.value.get("patternProperties")) for atom in self.atoms)
        )

    def slot(self, name: str) -> Slot:
        """Return what the shape says of a member."""
        nodes = []
        for atom in self.atoms:
            said = [atom.child("properties", name)] if name in _mapping(atom.value.get("properties")) else []
            patterned = _mapping(atom.value.get("patternProperties"))
            said += [atom.child("patternProperties", pattern) for pattern in patterned if _matches(pattern, name)]
            nodes += said or [atom.child(key) for key in _FURTHER if _says_something(atom.value.get(key))]
        required = name in self.required
        return Slot(tuple(nodes), required, bool(nodes), not nodes and self.silent)

    def map_slots(self) -> Iterator[tuple[str, tuple[Node, ...]]]:
        """Yield (a name that fits, schemas of its value) for the values whose names are not declared."""
        if self.map_nodes:
            yield self._free_name(), self.map_nodes
        for atom in self.atoms:
            for pattern in _mapping(atom.value.get("patternProperties")):
                name = next((text for text in patterns.sample(pattern) if text not in self.names), None)
                if name is not None:
                    yield name, self.slot(name).nodes

    def _free_name(self) -> str:
        names = (
            name
            for atom in self.atoms
            if isinstance(atom.value.get("propertyNames"), dict)
            for name in _names_of(atom.value["propertyNames"])
        )
        return next(names, "key")

    @cached_property
    def prefix(self) -> int:
        """How many of the first items have schemas of their own."""
        return max((len(_list(atom.value.get("prefixItems"))) for atom in self.atoms), default=0)

    def items(self, index: int | None) -> tuple[Node, ...]:
        """Return the schemas of the item at *index*, or of any after the prefix where it is None; empty where nothing is said."""
        nodes = []
        for atom in self.atoms:
            prefix = atom.value.get("prefixItems")
            if index is not None and isinstance(prefix, list) and index < len(prefix):
                nodes.append(atom.child("prefixItems", index))
            elif isinstance(atom.value.get("items"), dict) or atom.value.get("items") is False:
                nodes.append(atom.child("items"))
        return tuple(nodes)


class Reader:
    """Expands nodes into shapes, each place once.

    Args:
        direction: Who says it.
    """

    def __init__(self, direction: Direction) -> None:
        self.direction = direction
        self._seen: dict[int, tuple[Shape, ...]] = {}
        self._kept: list[Node] = []
        self._open: set[int] = set()

    def shapes(self, nodes: Sequence[Node]) -> tuple[Shape, ...]:
        """Return the alternatives of several schemas that hold at once; none where nothing satisfies them.

        Raises:
            ContractError: If a reference leads nowhere, or round in a circle without a step.
            TooManyShapes: If there are more than :data:`MOST_SHAPES`, or a schema leads to them through too many others.
        """
        whole: tuple[Shape, ...] = (ANYTHING,)
        for node in nodes:
            whole = _both(whole, self._expanded(node))
        return whole

    def hides(self, nodes: Sequence[Node]) -> bool:
        """Tell whether a member is left out on this way: ``writeOnly`` in a response, ``readOnly`` in a request."""
        word = "writeOnly" if self.direction is Direction.RESPONSE else "readOnly"
        return any(self._marked(node, word, 8) for node in nodes)

    def _marked(self, node: Node, word: str, depth: int) -> bool:
        value = node.value
        if not isinstance(value, dict) or depth == 0:
            return False
        if value.get(word) is True:
            return True
        if isinstance(value.get("$ref"), str):
            return self._marked(node.home.follow(node, value["$ref"]), word, depth - 1)
        parts = _list(value.get("allOf"))
        return bool(parts) and any(self._marked(node.child("allOf", i), word, depth - 1) for i in range(len(parts)))

    def _expanded(self, node: Node) -> tuple[Shape, ...]:
        value = node.value
        if value is True or value is None:
            return (ANYTHING,)
        if not isinstance(value, dict):
            if value is False:
                return ()
            raise node.home.refuse(
                node, f"a schema must be a mapping, not {type(value).__name__}", "write a schema here", "schema-type"
            )
        known = self._seen.get(id(value))
        if known is not None:
            return known
        if id(value) in self._open:
            raise node.home.refuse(node, "this $ref leads back to itself", "let it point to a schema", "ref-cycle")
        if len(self._open) > _DEEPEST:
            raise TooManyShapes
        self._open.add(id(value))
        try:
            shapes = tuple(self._expand(node, value))
        finally:
            self._open.discard(id(value))
        self._seen[id(value)] = shapes
        self._kept.append(node)
        return shapes

    def _expand(self, node: Node, value: Mapping[str, Any]) -> Sequence[Shape]:
        _insist_on_form(node, value)
        alone = lone_reference(node)
        if alone is not None:
            return self._expanded(node.home.follow(node, alone))
        whole: tuple[Shape, ...] = (_atom(node),)
        if isinstance(value.get("$ref"), str):
            whole = _both(self._expanded(node.home.follow(node, value["$ref"])), whole)
        for index in range(len(_list(value.get("allOf")))):
            whole = _both(whole, self._expanded(node.child("allOf", index)))
        for word in ("oneOf", "anyOf"):
            if _list(value.get(word)):
                whole = _both(whole, self._branches(node, word))
        if "if" in value:
            whole = _both(whole, self._conditional(node))
        if isinstance(value.get("not"), dict) and _negatable(value["not"]):
            whole = _both(whole, _without(node.child("not")))
        if node.home.legacy and value.get("nullable") is True and not any("null" in shape.types for shape in whole):
            whole = (*whole, _NULL)
        return whole

    def _branches(self, node: Node, word: str) -> tuple[Shape, ...]:
        branches: list[Shape] = []
        tags = tags_of(node, word)
        for index in range(len(node.value[word])):
            shapes = self._expanded(node.child(word, index))
            tag = tags.get(index)
            branches.extend(shapes if tag is None else _tagged(shapes, tag))
        return tuple(dict.fromkeys(branches))

    def _conditional(self, node: Node) -> tuple[Shape, ...]:
        when = self._expanded(node.child("if"))
        then = self._expanded(node.child("then")) if "then" in node.value else (ANYTHING,)
        other = self._expanded(node.child("else")) if "else" in node.value else (ANYTHING,)
        return (*_both(when, then), *_both(_without(node.child("if")), other))


def lone_reference(node: Node) -> str | None:
    """Return the ``$ref`` of a schema that says nothing beside it that counts; None of any other."""
    value = node.value
    reference = value.get("$ref") if isinstance(value, dict) else None
    return reference if isinstance(reference, str) and (node.home.legacy or len(value) == 1) else None


def _insist_on_form(node: Node, value: Mapping[str, Any]) -> None:
    """Refuse what would otherwise be read as if it said nothing."""
    for keys, form, words in ((_MAPPINGS, dict, "a mapping"), (_LISTS, list, "a list")):
        for key in keys:
            if value.get(key) is not None and not isinstance(value[key], form):
                what = f"{key} must be {words}, not {type(value[key]).__name__}"
                raise node.home.refuse(node.child(key), what, f"write {words} of schemas", "schema-form")
    written = value.get("type")
    for name in [written] if isinstance(written, str) else _list(written):
        if isinstance(name, str) and name not in TYPES:
            what = f"{name[:40]!r} is no type"
            raise node.home.refuse(node.child("type"), what, did_you_mean(name, TYPES), "schema-type-unknown")


def _without(node: Node) -> tuple[Shape, ...]:
    """Return the alternatives that a schema of an ``if`` or a ``not`` leaves."""
    value = node.value
    if isinstance(value, bool):
        return () if value else (ANYTHING,)
    if not isinstance(value, dict) or not _negatable(value):
        return (_atom(Node({"not": value}, node.home, node.above, node.key)),)
    shapes = [] if "type" not in value else [Shape((), TYPES - {"object"})]
    for name, member in _mapping(value.get("properties")).items():
        refused = {"type": "object", "required": [name], "properties": {name: {"not": member}}}
        shapes.append(_atom(Node(refused, node.home, node.above, node.key)))
    for name in _strings(value.get("required")):
        absent = {"type": "object", "properties": {name: False}}
        shapes.append(_atom(Node(absent, node.home, node.above, node.key)))
    return tuple(shapes)


def _negatable(value: Mapping[str, Any]) -> bool:
    """Tell whether a schema speaks of the members of an object only, so that its negation is a choice of few plain shapes."""
    said = {key for key in value if key not in ("description", "title")}
    return bool(said) and said <= _NEGATED and value.get("type", "object") == "object"


def _both(one: tuple[Shape, ...], other: tuple[Shape, ...]) -> tuple[Shape, ...]:
    if one == (ANYTHING,):
        return other
    if other == (ANYTHING,):
        return one
    if len(one) * len(other) > MOST_SHAPES * 25:
        raise TooManyShapes
    merged = tuple(shape for a in one for b in other if (shape := _merged(a, b)) is not None)
    if len(merged) > MOST_SHAPES:
        raise TooManyShapes
    return merged


def _merged(one: Shape, other: Shape) -> Shape | None:
    types = one.types & other.types
    if not types or one.forbidden & other.required or one.required & other.forbidden or _exclude(one, other):
        return None
    return Shape(
        one.atoms + tuple(atom for atom in other.atoms if all(atom.value is not mine.value for mine in one.atoms)), types
    )


def _exclude(one: Shape, other: Shape) -> bool:
    """Tell whether a member that both require has no value in common: the branch of a discriminator that was not chosen."""
    return any(
        not _overlap(mine, theirs)
        for name in one.required | other.required
        for mine in values_of(one, name)
        for theirs in values_of(other, name)
    )


def values_of(shape: Shape, name: str) -> Iterator[list[JSON]]:
    """Yield the values that a member is confined to by an ``enum`` or ``const`` of its own."""
    for atom in shape.atoms:
        member = _mapping(atom.value.get("properties")).get(name)
        if isinstance(member, dict):
            if "const" in member:
                yield [member["const"]]
            elif isinstance(member.get("enum"), list):
                yield member["enum"]


def _overlap(one: list[JSON], other: list[JSON]) -> bool:
    return any(a == b for a in one for b in other)


def _atom(node: Node) -> Shape:
    return Shape((node,), _types(node.value))


def _types(value: Mapping[str, Any]) -> frozenset[str]:
    written = value.get("type")
    if isinstance(written, str):
        types = _named(written)
    elif isinstance(written, list):
        types = frozenset().union(*(_named(name) for name in written if isinstance(name, str)))
    elif any(key in value for key in _OBJECT_KEYS):
        types = frozenset({"object"})
    elif any(key in value for key in _ARRAY_KEYS):
        types = frozenset({"array"})
    else:
        types = TYPES
    if "const" in value:
        return types & frozenset(_type_of(value["const"]))
    if isinstance(value.get("enum"), list):
        return types & frozenset(name for member in value["enum"] for name in _type_of(member))
    return types


def _named(name: str) -> frozenset[str]:
    if name == "number":
        return frozenset({"number", "integer"})
    return frozenset({name}) & TYPES


def _type_of(value: JSON) -> tuple[str, ...]:
    if value is None:
        return ("null",)
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, str):
        return ("string",)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return ("integer", "number")
    if isinstance(value, float):
        return ("number",)
    return ("array",) if isinstance(value, list) else ("object",)


def tags_of(node: Node, word: str) -> dict[int, tuple[str, list[str]]]:
    """Return branch index to (property, values) by the ``discriminator`` of OpenAPI."""
    discriminator = _mapping(node.value.get("discriminator"))
    name = discriminator.get("propertyName")
    if not isinstance(name, str) or not isinstance(node.value.get(word), list):
        return {}
    mapping = {str(value): str(target) for value, target in _mapping(discriminator.get("mapping")).items()}
    tags = {}
    for index, branch in enumerate(node.value[word]):
        reference = branch.get("$ref") if isinstance(branch, dict) else None
        if isinstance(reference, str):
            short = reference.rpartition("/")[2]
            if discriminator.get("defaultMapping") in (reference, short):
                continue  # OpenAPI 3.2: what names no branch, or none that is known, is of this one
            values = [value for value, target in mapping.items() if target in (reference, short)] or [short]
            tags[index] = (name, values)
    return tags


def contradicts(shape: Shape, tag: tuple[str, list[str]]) -> bool:
    """Tell whether an alternative has a list of its own for a tag, without any value that the discriminator has for it."""
    name, values = tag
    return any(not _overlap(own, values) for own in values_of(shape, name))


def _tagged(shapes: tuple[Shape, ...], tag: tuple[str, list[str]]) -> list[Shape]:
    name, values = tag
    tagged = []
    for shape in shapes:
        settled = name in shape.required and any(all(each in values for each in own) for own in values_of(shape, name))
        if "object" not in shape.types or settled or contradicts(shape, tag):
            tagged.append(shape)
            continue
        home = shape.atoms[0].home if shape.atoms else None
        if home is None:
            tagged.append(shape)
            continue
        extra = Node(
            {"type": "object", "required": [name], "properties": {name: {"enum": values}}}, home, shape.atoms[0], "discriminator"
        )
        tagged.append(Shape((*shape.atoms, extra), shape.types & {"object"}))
    return tagged


def _names_of(schema: Mapping[str, Any]) -> list[str]:
    if isinstance(schema.get("enum"), list):
        return list(_strings(schema["enum"]))
    return patterns.sample(schema["pattern"], 1) if isinstance(schema.get("pattern"), str) else []


def _says_something(schema: Any) -> bool:
    """Tell whether a schema for further members declares them: ``true`` and ``{}`` do not, ``false`` forbids them."""
    return isinstance(schema, dict) and any(not key.startswith("x-") and key not in ("description", "title") for key in schema)


def _matches(pattern: str, name: str) -> bool:
    try:
        return admits({"type": "string", "pattern": pattern}, name)
    except Undecidable:
        return False


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _strings(value: Any) -> Iterator[str]:
    return (name for name in _list(value) if isinstance(name, str))


ANYTHING = Shape((), TYPES)
_NULL = Shape((), frozenset({"null"}))
