"""Everything that a contract says, leaf by leaf: what journeys that need all of it would ask for.

Written apart from the package on purpose: a benchmark that read contracts with the engine's own eyes would miss what it misses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import ryaml
import yaml

from cxcontracts import paths

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ASSERTED = frozenset(
    {
        "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "multipleOf",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    }
)  # fmt: skip
_SPOKEN = _ASSERTED | {"properties", "items", "additionalProperties", "allOf", "oneOf", "anyOf", "$ref", "nullable"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value that a response holds or a request takes.

    Attributes:
        path: Where it is, as a path of needs; a request's is below its body.
        schema: What the contract says of the value itself, as JSON Schema; empty where it says nothing, or several things.
    """

    path: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: *place* is ``path``, ``query``, ``header`` or ``cookie``."""

    place: str
    name: str
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, with every leaf of it.

    Attributes:
        method: Upper case.
        path: The template.
        success: The 2xx codes declared, without ranges.
        parameters: Path-level ones included.
        takes: Leaves of the JSON or form body; the shortest way to each.
        body_required: Whether the body must be sent.
        answers: Leaves of every 2xx JSON body.
    """

    method: str
    path: str
    success: tuple[int, ...]
    parameters: tuple[Parameter, ...]
    takes: tuple[Leaf, ...]
    body_required: bool
    answers: tuple[Leaf, ...]


@dataclass(slots=True)
class Contract:
    """The files of one contract, each parsed when it is first asked for."""

    file: Path
    _parsed: dict[Path, Any] = field(default_factory=dict)

    def operations(self) -> Iterator[Operation]:
        """Yield every operation, in the order of the document."""
        root = _Node(self.file, self._load(self.file))
        for template, written in _mapping(root.value.get("paths")).items():
            item = self._resolved(_Node(root.file, written))
            for method in METHODS:
                operation = item and self._resolved(_Node(item.file, item.value.get(method)))
                if item and operation:
                    yield self._operation(method, str(template), item, operation)

    def _operation(self, method: str, template: str, item: _Node, node: _Node) -> Operation:
        responses = {str(code): written for code, written in _mapping(node.value.get("responses")).items()}
        accepted = [code for code in responses if code.startswith("2")] or [code for code in responses if code == "default"]
        body = self._resolved(_Node(node.file, node.value.get("requestBody")))
        return Operation(
            method=method.upper(),
            path=template,
            success=tuple(int(code) for code in accepted if code.isdigit()),
            parameters=tuple(self._parameters(item, node)),
            takes=tuple(self._leaves(self._content(body, forms=True), "readOnly")),
            body_required=body is not None and body.value.get("required") is True,
            answers=tuple(
                self._leaves(
                    [
                        schema
                        for code in accepted
                        for schema in self._content(self._resolved(_Node(node.file, responses[code])), forms=False)
                    ],
                    "writeOnly",
                )
            ),
        )

    def _parameters(self, item: _Node, operation: _Node) -> Iterator[Parameter]:
        known: dict[tuple[str, str], Parameter] = {}
        for holder in (item, operation):
            for written in holder.value.get("parameters") or ():
                node = self._resolved(_Node(holder.file, written))
                if node is not None and {"in", "name"} <= node.value.keys():
                    place, name = str(node.value["in"]), str(node.value["name"])
                    known[place, name] = Parameter(place, name, node.value.get("required") is True, self._alone(node))
        yield from known.values()

    def _alone(self, parameter: _Node) -> Mapping[str, Any]:
        """Return what a parameter's schema says of the value itself."""
        schema = self._resolved(_Node(parameter.file, parameter.value.get("schema")))
        return {} if schema is None else _asserted(schema.value)

    def _content(self, node: _Node | None, *, forms: bool) -> list[_Node]:
        if node is None:
            return []
        content = {
            str(name).partition(";")[0].strip().lower(): media for name, media in _mapping(node.value.get("content")).items()
        }
        kinds = [name for name in content if name == "application/json" or name.endswith("+json") or name == "*/*"]
        if forms and not kinds:
            kinds = [name for name in content if name in ("application/x-www-form-urlencoded", "multipart/form-data")]
        return [
            _Node(node.file, content[name]["schema"])
            for name in kinds[:1]
            if isinstance(content[name], dict) and "schema" in content[name]
        ]

    def _leaves(self, schemas: list[_Node], hidden: str) -> Iterator[Leaf]:
        """Yield the leaves below some schemas, the shortest way to each, every schema once.

        Once: a contract with dense cycles has more ways to its leaves than there are atoms.
        """
        found: dict[tuple[paths.Segment, ...], list[Mapping[str, Any]]] = {}
        for schema in schemas:
            for at, said in self._walk(schema, hidden):
                found.setdefault(at, []).append(said)
        inner = {at[:depth] for at in found for depth in range(len(at))}
        for at, schemas_there in found.items():
            if at not in inner:
                yield Leaf(str(paths.Path("body", at)), _either(schemas_there))

    def _walk(self, schema: _Node, hidden: str) -> Iterator[tuple[tuple[paths.Segment, ...], Mapping[str, Any]]]:
        seen: set[int] = set()
        queue: deque[tuple[tuple[paths.Segment, ...], _Node]] = deque([((), schema)])
        while queue:
            at, written = queue.popleft()
            node = self._resolved(written)
            if node is None or node.value.get(hidden) is True or (id(node.value) in seen and "$ref" in written.value):
                continue
            seen.add(id(node.value))
            below = [(at + step, _Node(node.file, child)) for step, child in _children(node.value)]
            queue.extend(below)
            if not below and _SPOKEN & node.value.keys():
                yield at, _asserted(node.value)

    def _resolved(self, node: _Node) -> _Node | None:
        for _ in range(32):
            if not isinstance(node.value, dict):
                return None
            reference = node.value.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self._follow(node.file, reference)
        return None

    def _follow(self, file: Path, reference: str) -> _Node:
        name, _, pointer = reference.partition("#")
        target = (file.parent / unquote(name)).resolve() if name else file
        value = self._load(target)
        for token in pointer.split("/")[1:]:
            token = unquote(token).replace("~1", "/").replace("~0", "~")
            if isinstance(value, list):
                value = value[int(token)] if token.isdigit() and int(token) < len(value) else None
            else:
                value = _mapping(value).get(token)
        return _Node(target, value)

    def _load(self, file: Path) -> Any:
        if file not in self._parsed:
            self._parsed[file] = parse(file.read_bytes()) if file.is_file() else None
        return self._parsed[file]


@dataclass(frozen=True, slots=True)
class _Node:
    file: Path
    value: Any


def parse(data: bytes) -> Any:
    """Return a document as the fastest parser for it reads it: orjson for JSON, ryaml for YAML."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
    try:
        return ryaml.loads(data.decode())
    except ryaml.InvalidYamlError:  # an integer beyond 64 bits, which YAML allows
        return yaml.load(data, yaml.CSafeLoader)


def _mapping(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _children(schema: dict[str, Any]) -> Iterator[tuple[tuple[paths.Segment, ...], Any]]:
    for name, child in _mapping(schema.get("properties")).items():
        yield (str(name),), child
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict) and schema[key]:
            yield (paths.EACH,), schema[key]
    for key in ("allOf", "oneOf", "anyOf"):
        for child in schema.get(key) or ():
            if child != {"type": "null"}:
                yield (), child


def _asserted(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a schema says of a value itself, as JSON Schema 2020-12."""
    said = {key: value for key, value in schema.items() if key in _ASSERTED}
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(said.get(strict), bool) and said.pop(strict) and bound in said:
            said[strict] = said.pop(bound)
    if schema.get("nullable") is True and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
        if "enum" in said and None not in said["enum"]:
            said["enum"] = [*said["enum"], None]
    return said


def _either(said: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    different = [schema for place, schema in enumerate(said) if schema not in said[:place]]
    return different[0] if len(different) == 1 else {}
