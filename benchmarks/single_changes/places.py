"""A contract as places: every part is known by the keys that lead to it, so that an edit of it is known everywhere it is met.

Written apart from the package on purpose, as :mod:`benchmarks.leaves` is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from benchmarks.leaves import METHODS

Pointer = tuple[str | int, ...]
EACH = "*"
PLACES = ("path", "query", "header")
_DEEPEST = 5
_MOST_LEAVES = 400
_COMPOSED = ("allOf", "oneOf", "anyOf")
_ONE_WAY = {"request": "readOnly", "response": "writeOnly"}
SCALARS = ("string", "integer", "number", "boolean")


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path through schemas.

    Attributes:
        owner: The schema that declares the member, or the list.
        name: The member; :data:`EACH` for the items of a list.
        written: Where the member's schema is written, a reference perhaps.
        schema: The member's schema, references followed.
        required_by: The schemas whose ``required`` names the member.
        sure: Whether the member is there, and not null, wherever its owner is.
    """

    owner: Pointer
    name: str
    written: Pointer
    schema: Pointer
    required_by: tuple[Pointer, ...]
    sure: bool

    @property
    def key(self) -> tuple[Pointer, str]:
        """What two paths share that go through the same member of the same schema."""
        return self.owner, self.name


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar value that travels."""

    hops: tuple[Hop, ...]

    @property
    def path(self) -> str:
        """The path as needs write it."""
        return ".".join(hop.name.replace(".", "\\.") for hop in self.hops)

    @property
    def sure(self) -> bool:
        """Whether the value is always there."""
        return all(hop.sure for hop in self.hops)

    @property
    def schema(self) -> Pointer:
        """The schema of the value."""
        return self.hops[-1].schema


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: *pointer* leads to it."""

    method: str
    path: str
    pointer: Pointer

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Contract:
    """One OpenAPI 3 document in a single file."""

    value: Mapping[str, Any]

    @property
    def legacy(self) -> bool:
        """Whether it is older than OpenAPI 3.1."""
        return not str(self.value["openapi"]).startswith("3.1")

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, in the order of the document."""
        return tuple(
            Operation(method.upper(), path, ("paths", path, method))
            for path, item in self.value["paths"].items()
            for method in METHODS
            if isinstance(item, dict) and isinstance(item.get(method), dict)
        )

    def at(self, pointer: Pointer) -> Any:
        """Return what is written at a place; None where nothing is."""
        found: Any = self.value
        for key in pointer:
            if isinstance(found, list) and isinstance(key, int) and key < len(found):
                found = found[key]
            elif isinstance(found, dict):
                found = found.get(key)
            else:
                return None
        return found

    def followed(self, pointer: Pointer) -> Pointer:
        """Return where a place refers to, over any number of steps; itself where it refers to nothing."""
        for _ in range(32):
            found = self.at(pointer)
            if not (isinstance(found, dict) and isinstance(found.get("$ref"), str)):
                return pointer
            pointer = self.target(found["$ref"])
        raise ValueError(f"a reference in a circle at {pointer}")

    def target(self, reference: str) -> Pointer:
        """Return the place that a reference within the document leads to."""
        pointer: Pointer = ()
        for token in unquote(reference.partition("#")[2]).split("/")[1:]:
            token = token.replace("~1", "/").replace("~0", "~")
            pointer = (*pointer, int(token) if isinstance(self.at(pointer), list) else token)
        return pointer

    def below(self, pointer: Pointer, *keys: str | int) -> Pointer | None:
        """Return a part of a place, references on the way followed; None where there is none."""
        for key in keys:
            pointer = (*self.followed(pointer), key)
            if self.at(pointer) is None:
                return None
        return self.followed(pointer)

    def parameters(self, operation: Operation) -> dict[tuple[str, str], Pointer]:
        """Return the parameters of an operation by place and name, those of its path included."""
        found: dict[tuple[str, str], Pointer] = {}
        for owner in (operation.pointer[:-1], operation.pointer):
            for index in range(len(self.at(owner).get("parameters") or ())):
                pointer = self.followed((*owner, "parameters", index))
                written = self.at(pointer)
                found[written["in"], written["name"]] = pointer
        return found

    def media(self, owner: Pointer | None) -> Pointer | None:
        """Return the JSON of a body or of a response; None where it has none."""
        content = self.below(owner, "content") if owner is not None else None
        for name in self.at(content) if content is not None else ():
            plain = name.partition(";")[0].strip().lower()
            if content is not None and (plain == "application/json" or plain.endswith("+json")):
                return (*content, name)
        return None

    def body(self, operation: Operation) -> Pointer | None:
        """Return the schema of the JSON that an operation takes; None where it takes none."""
        media = self.media(self.below(operation.pointer, "requestBody"))
        return self.below(media, "schema") if media is not None else None

    def answer(self, operation: Operation, status: str) -> Pointer | None:
        """Return the schema of the JSON that an operation answers with; None where that is none."""
        media = self.media(self.below(operation.pointer, "responses", status))
        return self.below(media, "schema") if media is not None else None

    def successes(self, operation: Operation) -> list[str]:
        """Return the successes of an operation as they are written."""
        return [status for status in self.at(operation.pointer).get("responses", {}) if str(status).startswith("2")]

    def leaves(self, schema: Pointer, way: str) -> list[Leaf]:
        """Return the scalar values below a schema that travel one way, the shallow ones first, and not all of a large one."""
        found: list[Leaf] = []
        queue: list[tuple[Pointer, tuple[Hop, ...]]] = [(schema, ())]
        while queue and len(found) < _MOST_LEAVES:
            pointer, hops = queue.pop(0)
            below = list(self.hops(pointer, way))
            if not below and hops and self.kind(pointer) in SCALARS:
                found.append(Leaf(hops))
            met = {hop.schema for hop in hops}
            if len(hops) < _DEEPEST:
                queue.extend((hop.schema, (*hops, hop)) for hop in below if hop.schema not in met)
        return found

    def hops(self, schema: Pointer, way: str) -> Iterator[Hop]:
        """Yield the members of a schema that travel one way and that one place alone declares."""
        parts = list(self.parts(schema))
        names = [str(name) for part, _ in parts for name in self.at(part).get("properties") or ()]
        tags = {(self.at(part).get("discriminator") or {}).get("propertyName") for part, _ in parts}
        for part, certain in parts:
            value = self.at(part)
            for name, written in (value.get("properties") or {}).items():
                if names.count(name) == 1 and name not in tags and isinstance(written, dict):
                    required_by = tuple(each for each, _ in parts if name in (self.at(each).get("required") or ()))
                    place = (*part, "properties", name)
                    found = self.followed(place)
                    sure = certain and bool(required_by) and not self.may_be_null(found)
                    if not self.says(found, _ONE_WAY[way]):
                        yield Hop(part, str(name), place, found, required_by, sure)
            if isinstance(value.get("items"), dict) and len(parts) == 1:
                place = (*part, "items")
                found = self.followed(place)
                yield Hop(part, EACH, place, found, (), certain and not self.may_be_null(found))

    def parts(self, schema: Pointer, certain: bool = True) -> Iterator[tuple[Pointer, bool]]:
        """Yield the schemas that one is made of, and whether a value always has to meet them."""
        schema = self.followed(schema)
        yield schema, certain
        for word in _COMPOSED:
            for index in range(len(self.at(schema).get(word) or ())):
                yield from self.parts((*schema, word, index), certain and word == "allOf")

    def kind(self, schema: Pointer) -> str:
        """Return the only type that a plain schema has; empty for any other."""
        value = self.at(schema)
        if any(word in value for word in (*_COMPOSED, "not", "if", "const")):
            return ""
        written = value.get("type")
        kinds = [each for each in (written if isinstance(written, list) else [written]) if each != "null"]
        return kinds[0] if len(kinds) == 1 and isinstance(kinds[0], str) else ""

    def may_be_null(self, schema: Pointer) -> bool:
        """Tell whether a schema says that it may be null."""
        value = self.at(schema)
        return value.get("nullable") is True or "null" in (value.get("type") or ()) or self._has_null_branch(value)

    def _has_null_branch(self, value: Mapping[str, Any]) -> bool:
        return any(each == {"type": "null"} for word in ("oneOf", "anyOf") for each in value.get(word) or ())

    def says(self, schema: Pointer, word: str) -> bool:
        """Tell whether a schema, or one that it is made of, says that a word is true."""
        return any(self.at(part).get(word) is True for part, certain in self.parts(schema) if certain)
