"""What two versions of a contract say alike: found by comparing values as they were parsed, each shared part once.

Wording is left out: descriptions, titles, examples, extensions. A part that refers to another is the same only if that is too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.operation import Operation
from cxcontracts.exchanges import JSON

_WORDING = frozenset({"description", "summary", "title", "example", "examples", "externalDocs", "operationId", "tags"})
DESCRIBING = frozenset({"description", "summary", "title"})
"""The wording that may change what a part means."""

_TELLING = frozenset({"x-sunset", "x-stability-level", "x-extensible-enum"})
"""Extensions that announce something, or say which values there are."""

_NAMING = frozenset(
    {
        "properties", "patternProperties", "dependentSchemas", "dependentRequired", "$defs", "mapping",
        "responses", "content", "headers", "encoding", "links", "callbacks", "scopes", "variables",
    }
)  # fmt: skip
"""Keys whose members have names of the partner's own, ``description`` for one."""
_LITERAL = frozenset({"const", "enum", "default", "security", "x-extensible-enum"})
_LOGIN = ("type", "in", "name", "scheme")
_FLAGS = frozenset({"exclusiveMinimum", "exclusiveMaximum"})
"""Keys that are booleans in OpenAPI 3.0, and numbers from 3.1 on."""

_ABSENT = object()


class Sameness:
    """Tells which parts of two versions of a contract say the same.

    False means that it takes a closer look, not that something changed.

    Args:
        descriptions: Whether what a part is called and how it is described counts too.
    """

    def __init__(self, record: Contract, candidate: Contract, *, descriptions: bool = False) -> None:
        self._silent = _WORDING - DESCRIBING if descriptions else _WORDING
        self._record = record
        self._candidate = candidate
        self._items: dict[tuple[int, int], bool] = {}
        self._lost: dict[str, bool] = {}
        self._other_dialect = record.root.home.legacy != candidate.root.home.legacy

    def of(self, one: Node, other: Node, *keys: str) -> bool:
        """Tell whether two nodes say the same, or their parts below some keys; what neither has is the same."""
        mine, theirs = (_below(node.value, keys) for node in (one, other))
        return same(mine, theirs, self._silent) and self.settled(one, other, theirs)

    def of_operations(self, one: Operation, other: Operation) -> bool:
        """Tell whether two operations say the same, with what their paths and their documents say of them."""
        if one.path != other.path or not self.of_logins(one, other):
            return False
        return self._of_items(one.item, other.item) or (self.of(one.node, other.node) and self.of_inputs(one, other))

    def of_logins(self, one: Operation, other: Operation) -> bool:
        """Tell whether two operations ask for the same login."""
        return self._same_schemes and bool(one.node.value.get("security") == other.node.value.get("security"))

    def of_inputs(self, one: Operation, other: Operation) -> bool:
        """Tell whether two operations have the same parameters, those of their paths among them."""
        return (
            one.path == other.path and self.of(one.node, other.node, "parameters") and self.of(one.item, other.item, "parameters")
        )

    def settled(self, one: Node, other: Node, part: JSON) -> bool:
        """Tell whether a part that two nodes share refers to nothing but what is the same as well."""
        if not isinstance(part, dict | list):
            return True
        if self._other_dialect and _means_otherwise(part):
            return False
        references = self._candidate.references_of(part)
        at_home = one.home is self._record.root.home and other.home is self._candidate.root.home
        return not references or (at_home and all(map(self._lost_in_both, references - self._components)))

    def _lost_in_both(self, reference: str) -> bool:
        """Tell whether a reference leads nowhere in either version: then nothing changed by it."""
        if reference not in self._lost:
            self._lost[reference] = not any(each.leads_somewhere(reference) for each in (self._record, self._candidate))
        return self._lost[reference]

    def _of_items(self, one: Node, other: Node) -> bool:
        pair = (one.identity, other.identity)
        if pair not in self._items:
            self._items[pair] = self.of(one, other)
        return self._items[pair]

    @cached_property
    def _same_schemes(self) -> bool:
        """Whether the documents as a whole say the same of logging in."""
        if self._record.openapi.startswith("3.2"):  # where an address may stand in place of the name of a scheme
            return False
        one, other = self._record.root.value, self._candidate.root.value
        return bool(one.get("security") == other.get("security") and _logins(one) == _logins(other))

    @cached_property
    def _components(self) -> frozenset[str]:
        """The references to components that are the same, whatever these refer to in turn included."""
        one, other = (_mapping(contract.root.value.get("components")) for contract in (self._record, self._candidate))
        alike = {_reference("examples", name): frozenset[str]() for name in _mapping(other.get("examples"))}
        for section in one.keys() - {"examples"}:
            alike.update(self._of_section(section, _mapping(one[section]), _mapping(other.get(section))))
        return _closed(alike)

    def _of_section(
        self, section: str, one: Mapping[str, JSON], other: Mapping[str, JSON]
    ) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield the reference to each component that reads the same in both versions, with what it refers to."""
        for name, member in one.items():
            if (
                name in other
                and same(member, other[name], self._silent)
                and not (self._other_dialect and _means_otherwise(member))
            ):
                yield _reference(section, name), self._candidate.references_of(other[name])


def same(one: JSON, other: JSON, silent: frozenset[str] = _WORDING) -> bool:
    """Tell whether two parts of contracts read the same but for wording: for *silent* keys and extensions.

    >>> same({"type": "string", "description": "A name"}, {"type": "string"})
    True
    >>> same({"properties": {"description": {}}}, {"properties": {}})
    False
    """
    if one == other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        values = ((key, one.get(key, _ABSENT), other.get(key, _ABSENT)) for key in one.keys() | other.keys())
        return all(
            mine == theirs or is_wording(key, silent) or _same_at(key, mine, theirs, silent) for key, mine, theirs in values
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(mine, theirs, silent) for mine, theirs in zip(one, other, strict=True))
    return False


def _same_at(key: str, one: JSON, other: JSON, silent: frozenset[str]) -> bool:
    """Tell whether two values of a key, which are not equal, say the same."""
    if key in _NAMING and isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(member, other[name], silent) for name, member in one.items())
    return key not in _LITERAL and same(one, other, silent)


def _means_otherwise(part: JSON) -> bool:
    """Tell whether a part may mean one thing in OpenAPI 3.0 and another from 3.1 on."""
    if isinstance(part, list):
        return any(map(_means_otherwise, part))
    if not isinstance(part, dict):
        return False
    if "$ref" in part and any(key != "$ref" and not is_wording(key) for key in part):  # counts from 3.1 on
        return True
    return any(
        key == "nullable" or (key in _FLAGS and isinstance(value, bool)) or _means_otherwise(value) for key, value in part.items()
    )


def is_wording(key: str, silent: frozenset[str] = _WORDING) -> bool:
    """Tell whether a key says nothing that counts."""
    return key in silent or (key.startswith("x-") and key not in _TELLING)


def _logins(document: Mapping[str, JSON]) -> Mapping[str, object]:
    """Return name to what tells one way to log in from another; a reference is like no other."""
    schemes = _mapping(_mapping(document.get("components")).get("securitySchemes"))
    return {
        name: object() if "$ref" in _mapping(scheme) else [_mapping(scheme).get(key) for key in _LOGIN]
        for name, scheme in schemes.items()
    }


def _closed(alike: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Drop what refers, over any number of steps, to something that is not the same."""
    users: dict[str, list[str]] = {}
    lost = []
    for name, references in alike.items():
        for reference in references:
            users.setdefault(reference, []).append(name)
            if reference not in alike:
                lost.append(reference)
    gone: set[str] = set()
    while lost:
        for name in users.get(lost.pop(), ()):
            if name not in gone:
                gone.add(name)
                lost.append(name)
    return frozenset(alike.keys() - gone)


def _reference(section: str, name: str) -> str:
    escaped = name.replace("~", "~0").replace("/", "~1")
    return f"#/components/{section}/{escaped}"


def _below(value: JSON, keys: tuple[str, ...]) -> JSON:
    for key in keys:
        value = value.get(key, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value


def _mapping(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}
