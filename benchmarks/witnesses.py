"""Whether the witness of a change shows what it is said to show: judged on both documents as they are written.

Written apart from the package on purpose, as :mod:`benchmarks.leaves` is: values are followed through schemas here, and
jsonschema-rs decides on every keyword that looks into nothing. Only what a format stands for is taken from the package, and the
same readings: ``oneOf`` asks for one branch at least, an object is closed by no one, what goes one way only is required on that
way only, and what tells alternatives apart has to be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import orjson

from benchmarks.corpus import Version
from benchmarks.leaves import METHODS, parse
from cxcontracts.exchanges import NO_BODY, Exchange
from cxcontracts.findings import Change
from cxcontracts.formats import spelled_out

NOT_LOOKED_AT = "not looked at: "
"""How an answer begins that neither confirms nor refutes."""

_ASSERTIONS = frozenset(
    {
        "type", "enum", "const", "format", "pattern", "minLength", "maxLength", "multipleOf", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    }
)  # fmt: skip
_TYPES = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})
_UNREAD = ("unevaluatedItems", "unevaluatedProperties", "contentSchema")
_PLACES = ("path", "query", "header", "cookie")
_ONE_WAY = {"request": "readOnly", "response": "writeOnly"}
_MOST_READINGS = 64


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a document: its value and the file that it stands in."""

    file: Path
    value: Any


@dataclass
class Document:
    """One version of a contract, with whatever files it refers to."""

    version: Version
    _parsed: dict[Path, Any] = field(default_factory=dict)

    @property
    def root(self) -> Node:
        """The document itself."""
        file = self.version.file.resolve()
        return Node(file, self._load(file))

    @property
    def legacy(self) -> bool:
        """Whether it is older than OpenAPI 3.1."""
        return not str(self.root.value.get("openapi", "")).startswith(("3.1", "3.2"))

    def operation(self, method: str, template: str) -> tuple[Node, Node, str] | None:
        """Return a path item, its operation and the path as it is written; None where there is none."""
        paths = self.followed(self.below(self.root, "paths"))
        shape = _shape(template)
        for written in sorted(paths.value, key=lambda path: path != template):
            if _shape(written) == shape:
                item = self.followed(self.below(paths, written))
                if method.lower() in item.value:
                    return item, self.followed(self.below(item, method.lower())), written
        return None

    def operation_named(self, name: object) -> tuple[Node, Node, str] | None:
        """Return the operation with an ``operationId``; None where no operation has it."""
        for path, item in _mapping(self.followed(self.below(self.root, "paths")).value).items():
            for method, written in _mapping(item).items():
                if isinstance(written, dict) and isinstance(name, str) and written.get("operationId") == name:
                    return self.operation(method, path)
        return None

    def operation_ending(self, method: str, template: str) -> tuple[Node, Node, str] | None:
        """Return the operation whose path is the end of another; None where there is none."""
        for path in _mapping(self.followed(self.below(self.root, "paths")).value):
            if len(path) > 1 and _shape(template).endswith(_shape(path)):
                return self.operation(method, path)
        return None

    def below(self, node: Node, *keys: Any) -> Node:
        """Return a part of a part, references on the way followed; a part that is not there is None."""
        for key in keys:
            node = self.followed(node)
            value = node.value
            if isinstance(value, dict):
                node = Node(node.file, value.get(key))
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                node = Node(node.file, value[key])
            else:
                node = Node(node.file, None)
        return node

    def followed(self, node: Node) -> Node:
        """Return what a part refers to, over any number of steps; itself where it refers to nothing."""
        for _ in range(32):
            if not (isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str)):
                break
            node = self.target(node)
        return node

    def target(self, node: Node) -> Node:
        """Return what the ``$ref`` of a part leads to."""
        name, _, pointer = node.value["$ref"].partition("#")
        file = (node.file.parent / unquote(name)).resolve() if name else node.file
        found = Node(file, self._load(file))
        for token in filter(None, unquote(pointer).split("/")):
            token = token.replace("~1", "/").replace("~0", "~")
            found = self.below(found, int(token) if isinstance(self.followed(found).value, list) else token)
        return found

    def _load(self, file: Path) -> Any:
        if file not in self._parsed:
            self._parsed[file] = parse(file.read_bytes())
        return self._parsed[file]


@dataclass
class Validator:
    """Tells whether a schema allows a value, following the value and no more of the schema than it meets."""

    document: Document
    way: str
    _open: set[tuple[int, int]] = field(default_factory=set)

    def refusal(self, node: Node, value: Any) -> str:
        """Return the keyword by which a schema refuses a value; empty where it allows it."""
        schema = node.value
        if not isinstance(schema, dict):
            return "false" if schema is False else ""
        key = (id(schema), id(value))
        if key in self._open:
            return ""
        self._open.add(key)
        try:
            return next(self._refusals(node, value), "")
        finally:
            self._open.discard(key)

    def _refusals(self, node: Node, value: Any) -> Iterator[str]:
        schema, document = node.value, self.document
        if any(key in schema for key in _UNREAD):
            raise NotImplementedError(f"{' or '.join(_UNREAD)} somewhere on the way")
        if isinstance(schema.get("$ref"), str):
            yield from self._words("$ref", [document.target(node)], value)
            if document.legacy:
                return
        if value is None and schema.get("nullable") is True and document.legacy:
            return
        if not _asserted(_own(schema, document.legacy), value):
            yield ", ".join(sorted(_ASSERTIONS & schema.keys()))
        yield from self._words("allOf", self._listed(node, "allOf"), value)
        for word in ("anyOf", "oneOf"):
            branches = self._tagged(node, self._listed(node, word), value)
            if node.value.get(word) and all(self.refusal(branch, value) for branch in branches):
                yield word
        yield from self._conditions(node, value)
        if isinstance(value, dict):
            yield from self._of_object(node, value)
        elif isinstance(value, list):
            yield from self._of_list(node, value)

    def _words(self, word: str, nodes: Sequence[Node], value: Any) -> Iterator[str]:
        for node in nodes:
            reason = self.refusal(node, value)
            if reason:
                yield reason if word == "allOf" else f"{word} {reason}"

    def _listed(self, node: Node, word: str) -> list[Node]:
        written = node.value.get(word)
        return [Node(node.file, each) for each in written] if isinstance(written, list) else []

    def _tagged(self, node: Node, branches: list[Node], value: Any) -> list[Node]:
        """Return the alternatives that a value names, where one of its members tells them apart; else all of them."""
        said = _mapping(node.value.get("discriminator"))
        tag = value.get(said.get("propertyName")) if isinstance(value, dict) else None
        if not isinstance(tag, str):
            return branches
        meant = {tag, str(_mapping(said.get("mapping")).get(tag, tag)).rpartition("/")[2]}
        named = [(str(_mapping(each.value).get("$ref", "")).rpartition("/")[2], each) for each in branches]
        return [each for name, each in named if name in meant or not name]

    def _conditions(self, node: Node, value: Any) -> Iterator[str]:
        schema = node.value
        if "not" in schema and not self.refusal(Node(node.file, schema["not"]), value):
            yield "not"
        if "if" in schema:
            word = "else" if self.refusal(Node(node.file, schema["if"]), value) else "then"
            yield from self._words(word, [Node(node.file, schema.get(word, True))], value)

    def _of_object(self, node: Node, value: Mapping[str, Any]) -> Iterator[str]:
        schema = node.value
        tag = _mapping(schema.get("discriminator")).get("propertyName")
        for name in [*_sequence(schema.get("required")), *([tag] if isinstance(tag, str) else [])]:
            if name not in value and not self._goes_the_other_way(node, name):
                yield f"required {name}"
        for name, member in value.items():
            for below in self._members(node, name):
                yield from self._words(str(name), [below], member)
            if "propertyNames" in schema:
                yield from self._words("propertyNames", [Node(node.file, schema["propertyNames"])], name)
        for name, below in _mapping(schema.get("dependentSchemas")).items():
            if name in value:
                yield from self._words("dependentSchemas", [Node(node.file, below)], value)
        for name, names in _mapping(schema.get("dependentRequired")).items():
            if name in value and any(each not in value for each in names):
                yield "dependentRequired"

    def _members(self, node: Node, name: str) -> Iterator[Node]:
        schema = node.value
        properties, patterns = _mapping(schema.get("properties")), _mapping(schema.get("patternProperties"))
        found = [properties[name]] if name in properties else []
        found += [below for pattern, below in patterns.items() if _asserted({"pattern": pattern}, name)]
        if not found and isinstance(schema.get("additionalProperties"), dict):
            found = [schema["additionalProperties"]]
        return (Node(node.file, each) for each in found)

    def _goes_the_other_way(self, node: Node, name: str) -> bool:
        """Tell whether a member is required of those only who send it the other way."""
        return any(_says(self.document, below, _ONE_WAY[self.way]) for below in self._members(node, name))

    def _of_list(self, node: Node, value: Sequence[Any]) -> Iterator[str]:
        schema = node.value
        first = _sequence(schema.get("prefixItems"))
        for index, item in enumerate(value):
            below = first[index] if index < len(first) else schema.get("items", True)
            yield from self._words(str(index), [Node(node.file, below)], item)
        if "contains" in schema:
            count = sum(not self.refusal(Node(node.file, schema["contains"]), item) for item in value)
            if not schema.get("minContains", 1) <= count <= schema.get("maxContains", count):
                yield "contains"


def doubt(change: Change, record: Document, candidate: Document) -> str:
    """Return why the witness of a breaking change does not show what it should; empty where it does.

    An answer has to be allowed by the candidate; refused by the record, or without a part that the record names and the candidate
    does not. A request has to be taken by the record; refused by the candidate, or with such a part. What is no question of
    schemas (an operation, a status, a login) is looked up where that can be, and else the answer begins with
    :data:`NOT_LOOKED_AT`.
    """
    if change.witness is None:
        return "there is no witness"
    method, template, *rest = change.element.split(" ")
    one, other = record.operation(method, template), candidate.operation(method, template)
    if one is None and other is not None:
        one = record.operation_named(other[1].value.get("operationId")) or record.operation_ending(method, template)
    try:
        if change.rule.startswith("event-"):
            return _of_event(change, record, candidate)
        if change.rule.startswith("operation-"):
            return "" if other is None else f"{NOT_LOOKED_AT}where the servers are"
        if one is None or other is None:
            return f"one side has no {method} {template}"
        if not rest:
            return f"{NOT_LOOKED_AT}{change.rule}"
        if rest[0] == "security":
            return _of_login(_logins(record, one[1]), _logins(candidate, other[1]))
        if rest[0] in _PLACES:
            return _of_parameter(change, rest, _Sides(record, candidate, one, other))
        if rest[0] == "body":
            return _of_body(change, rest[1:], _Sides(record, candidate, one, other))
        return _of_answer(change, rest, _Sides(record, candidate, one, other))
    except NotImplementedError as reason:
        return f"{NOT_LOOKED_AT}{reason}"


def told_apart(record: Document, candidate: Document, operation: str, where: str, value: Any) -> str:
    """Return how two versions differ on one value; empty where both take it, or neither does.

    Args:
        operation: ``METHOD /path``.
        where: ``body``; ``query NAME`` or another place of a parameter; or a status. The first media type is meant.
        value: The value.
    """
    words = where.split(" ")
    reasons = []
    for document in (record, candidate):
        found = document.operation(*operation.split(" "))
        if found is None:
            return f"one side has no {operation}"
        if words[0] in _PLACES:
            sides = _Sides(record, candidate, found, found)
            owner = _parameter(document, found, words[0], words[1], sides)
        else:
            owner = document.below(found[1], *(["requestBody"] if where == "body" else ["responses", where]))
            names = list(_mapping(document.below(owner, "content").value))
            owner = document.below(owner, "content", names[0]) if names else None
        if owner is None:
            return f"one side has no {where}"
        way = "response" if words[0].isdigit() else "request"
        reasons.append(Validator(document, way).refusal(document.below(owner, "schema"), value))
    if bool(reasons[0]) == bool(reasons[1]):
        return ""
    return f"only one refuses it: {reasons}"


_Login = dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Sides:
    record: Document
    candidate: Document
    one: tuple[Node, Node, str]
    other: tuple[Node, Node, str]

    def each(self) -> tuple[tuple[Document, tuple[Node, Node, str]], ...]:
        return (self.record, self.one), (self.candidate, self.other)


def _of_login(held: Sequence[_Login], asked: Sequence[_Login]) -> str:
    """Tell whether some login of the record is enough for no alternative of the candidate."""
    for own in held or [{}]:
        if asked and not any(all(name in own and scopes <= own[name] for name, scopes in each.items()) for each in asked):
            return ""
    return "every login of the record is enough for the candidate"


def _logins(document: Document, operation: Node) -> list[_Login]:
    """Return the alternatives of a login, each as what its schemes mean, to the scopes that it asks for."""
    written = operation.value.get("security", document.root.value.get("security"))
    found = []
    for alternative in _sequence(written):
        schemes = {}
        for name, scopes in alternative.items():
            said = document.below(document.root, "components", "securitySchemes", name).value or {}
            meant = {key: str(said.get(key, "")).lower() for key in ("type", "scheme", "in", "name", "openIdConnectUrl")}
            schemes[str(meant if said else name)] = frozenset(scopes or ())
        found.append(schemes)
    return found


def _of_answer(change: Change, rest: Sequence[str], sides: _Sides) -> str:
    status, *further = rest
    answers = [document.below(place[1], "responses", _as_written(document, place[1], status)) for document, place in sides.each()]
    if change.rule == "response-status-removed":
        own = [str(key).lower() for key in _mapping(sides.candidate.below(sides.other[1], "responses").value)]
        return "the candidate has this status" if status.lower() in own else ""
    exchange = change.witness
    assert exchange is not None
    if further and further[0].startswith("header."):
        return _of_header(change, further, answers, sides)
    if change.rule == "response-media-type-removed":
        media = _media(sides.candidate, answers[1], further[0])
        return "" if media is None else "the candidate has this media type"
    schemas = [_schema(document, answer, further) for (document, _), answer in zip(sides.each(), answers, strict=True)]
    body = exchange.response.body
    if schemas[1] is not None and body is not NO_BODY:
        reason = Validator(sides.candidate, "response").refusal(schemas[1], body)
        if reason:
            return f"the candidate does not allow the answer: {reason}"
    if schemas[0] is not None and Validator(sides.record, "response").refusal(schemas[0], body):
        return ""
    path = " ".join(further[1:])
    if not all(_gone(sides, schemas, each, "response") for each in _lost_paths(change, path)):
        return "the record does not declare it, or the candidate still does"
    return _lost(change, path, body)


def _of_event(change: Change, record: Document, candidate: Document) -> str:
    """Check what a partner sends of its own accord: as an answer is, for the other side reads it."""
    words = change.element.split(" ")
    if change.rule in ("event-removed", "event-media-type-removed", "event-address-changed"):
        raise NotImplementedError(change.rule)
    named = next((word.removeprefix("header.") for word in words if word.startswith("header.")), "")
    schemas, headers = [], []
    for document in (record, candidate):
        if words[0] == "webhook":
            key = "webhooks" if "webhooks" in document.root.value else "x-webhooks"
            event, further = document.below(document.root, key, words[1]), words[3:]
        else:
            operation = document.operation(words[0], words[1])
            called = document.below(operation[1], "callbacks", words[2].removeprefix("callback.")) if operation else None
            if called is None or not _mapping(called.value):
                return "one side has no such callback"
            event, further = document.below(called, next(iter(called.value))), words[3:]
        sent = next((method for method in _mapping(event.value) if method in METHODS), "post")
        schemas.append(None if named else _schema(document, document.below(event, sent, "requestBody"), further))
        headers.append(_header_parameter(document, (event, document.below(event, sent)), named))
    if named:
        return _of_event_header(change, named, headers, record, candidate)
    body = change.witness.request.body if change.witness else NO_BODY
    one, other = schemas
    reason = Validator(candidate, "response").refusal(other, body) if other is not None else ""
    if reason:
        return f"the candidate does not allow the event: {reason}"
    if one is not None and Validator(record, "response").refusal(one, body):
        return ""
    path, name = " ".join(further[1:]).rpartition(".")[::2]
    if change.rule.startswith("event-property-removed"):
        gone = any(isinstance(each, dict) and name not in each for each in _at(body, path))
        return "" if gone else "what is gone is in the event"
    return "the record allows the event too"


def _header_parameter(document: Document, owners: Sequence[Node], name: str) -> Node | None:
    """Return the schema of a header that an event comes with; None where it has none."""
    for owner in owners:
        for written in _sequence(_mapping(owner.value).get("parameters")):
            node = document.followed(Node(owner.file, written))
            said = _mapping(node.value)
            if said.get("in") == "header" and str(said.get("name")).lower() == name:
                return document.below(node, "schema")
    return None


def _of_event_header(change: Change, name: str, schemas: Sequence[Node | None], record: Document, candidate: Document) -> str:
    told = change.witness.request.headers if change.witness else {}
    if name not in told:
        return "" if schemas[0] is not None else "the record has no such header"
    values = [told[name], *_spoken(told[name])]
    one, other = schemas
    if other is not None and all(Validator(candidate, "response").refusal(other, value) for value in values):
        return "the candidate does not allow the header"
    refused = one is not None and all(Validator(record, "response").refusal(one, value) for value in values)
    return "" if refused else "the record allows the header too"


def _of_header(change: Change, further: Sequence[str], answers: Sequence[Node], sides: _Sides) -> str:
    name = further[0].removeprefix("header.").partition(".")[0].lower()
    headers = [
        _member(document.below(answer, "headers"), name) for (document, _), answer in zip(sides.each(), answers, strict=True)
    ]
    told = change.witness.response.headers if change.witness else {}
    if name not in told:
        return "" if headers[0] is not None else "the record has no such header"
    if headers[0] is None or headers[1] is None:
        return "one side has no such header"
    schemas = [
        document.below(Node(answer.file, header), "schema")
        for (document, _), answer, header in zip(sides.each(), answers, headers, strict=True)
    ]
    reason = Validator(sides.candidate, "response").refusal(schemas[1], told[name])
    if reason:
        return f"the candidate does not allow the header: {reason}"
    return "" if Validator(sides.record, "response").refusal(schemas[0], told[name]) else "the record allows the header too"


def _of_body(change: Change, further: Sequence[str], sides: _Sides) -> str:
    bodies = [document.below(place[1], "requestBody") for document, place in sides.each()]
    body = change.witness.request.body if change.witness else NO_BODY
    if change.rule in ("request-body-required-added", "request-body-became-required"):
        required = sides.candidate.followed(bodies[1]).value.get("required") is True
        return "" if required and body is NO_BODY else "the candidate asks for no body, or one is sent"
    if change.rule == "request-body-removed":
        return "" if bodies[1].value is None else "the candidate has a body"
    if change.rule == "request-media-type-removed":
        return "" if _media(sides.candidate, bodies[1], further[0]) is None else "the candidate has this media type"
    if change.rule == "request-encoding-changed" or not further or not _is_json(further[0]):
        raise NotImplementedError("what travels as text in a form")
    schemas = [_schema(document, each, further) for (document, _), each in zip(sides.each(), bodies, strict=True)]
    if schemas[0] is not None:
        reason = Validator(sides.record, "request").refusal(schemas[0], body)
        if reason:
            return f"the record does not take the body: {reason}"
    if schemas[1] is not None and Validator(sides.candidate, "request").refusal(schemas[1], body):
        return ""
    path = " ".join(further[1:])
    if not all(_gone(sides, schemas, each, "request") for each in _lost_paths(change, path)):
        return "the record does not declare it, or the candidate still does"
    return _unheard(change, path, body)


def _of_parameter(change: Change, rest: Sequence[str], sides: _Sides) -> str:
    place, name = rest[0], rest[1].partition(".")[0]
    exchange = change.witness
    assert exchange is not None
    found = [_parameter(document, side, place, name, sides) for document, side in sides.each()]
    texts = _texts(exchange, sides, place, name)
    if change.rule in ("request-parameter-required-added", "request-parameter-became-required"):
        required = found[1] is not None and (place == "path" or found[1].value.get("required") is True)
        return "" if required and not texts else "the candidate does not ask for it, or it is sent"
    if change.rule.startswith("request-parameter-removed"):
        return "" if found[1] is None and texts else "the candidate has it, or it is not sent"
    if found[0] is None or found[1] is None:
        return "one side has no such parameter"
    if change.rule == "request-parameter-rewritten" or any("schema" not in each.value for each in found if each):
        raise NotImplementedError("how a parameter is written")
    schemas = [document.below(each, "schema") for (document, _), each in zip(sides.each(), found, strict=True) if each]
    readings = [list(_readings(document, schema, texts)) for (document, _), schema in zip(sides.each(), schemas, strict=True)]
    taken = [
        any(not Validator(document, "request").refusal(schema, value) for value in values)
        for (document, _), schema, values in zip(sides.each(), schemas, readings, strict=True)
    ]
    if not taken[0]:
        return f"the record does not take {texts}"
    return f"the candidate takes {texts} too" if taken[1] else ""


def _gone(sides: _Sides, schemas: Sequence[Node | None], path: str, way: str) -> bool:
    """Tell whether the record declares a member that the candidate does not, as far as what goes this way is concerned."""
    one, other = schemas
    names = tuple(path.split("."))
    return (
        one is not None
        and _declares(sides.record, one, names, way)
        and not (other and _declares(sides.candidate, other, names, way))
    )


def _declares(document: Document, node: Node, names: tuple[str, ...], way: str, above: frozenset[int] = frozenset()) -> bool:
    """Tell whether a schema, in any of its alternatives, declares what a path leads to."""
    node = document.followed(node)
    schema = node.value
    if not isinstance(schema, dict) or id(schema) in above:
        return False
    if not names:
        return not _says(document, node, _ONE_WAY[way])
    inside = above | {id(schema)}
    beside = [each for word in ("allOf", "anyOf", "oneOf") for each in _sequence(schema.get(word))]
    if any(_declares(document, Node(node.file, each), names, way, inside) for each in beside):
        return True
    for length in range(1, len(names) + 1):  # a name may have dots in it
        name = ".".join(names[:length])
        below = [_mapping(schema.get("properties")).get(name)]
        if name == "*" or name.isdigit():
            below += [schema.get("items"), *_sequence(schema.get("prefixItems")), schema.get("additionalProperties")]
            below += _mapping(schema.get("patternProperties")).values()
        found = [Node(node.file, each) for each in below if each is not None]
        if any(_declares(document, each, names[length:], way) for each in found if isinstance(each.value, dict)):
            return True
        if length == len(names) and any(each.value is True or each.value == {} for each in found):
            return True
    return len(names) == 1 and names[0] in _sequence(schema.get("required"))


def _lost_paths(change: Change, path: str) -> list[str]:
    """Return the paths of the members that are gone, by what a change says of itself."""
    if "-property-removed" in change.rule:
        return [path]
    told = re.search(r": ([^:]*) (?:is|are) no longer (?:answered|taken)$", change.because)
    names = re.split(", | and ", told[1]) if told and change.rule.endswith("-alternatives-changed") else []
    return [f"{path}.{name}".removeprefix(".") for name in names]


def _lost(change: Change, path: str, body: Any) -> str:
    """Tell of an answer that both allow whether it lacks what is gone."""
    lost = _lost_paths(change, path)
    for owner, _, name in (each.rpartition(".") for each in lost):
        if not any(isinstance(each, dict) and name not in each for each in _at(body, owner)):
            return "what is gone is in the answer"
    if lost or (change.rule == "response-members-changed" and {} in _at(body, path.removesuffix("*").removesuffix("."))):
        return ""
    return "the record allows the answer too"


def _unheard(change: Change, path: str, body: Any) -> str:
    """Tell of a request that both take whether it sends what is not listened to."""
    for lost in _lost_paths(change, path)[:1]:
        names = lost.split(".")
        for length in range(len(names)):  # a name may have dots in it
            owners, name = _at(body, ".".join(names[:length])), ".".join(names[length:])
            if any(isinstance(each, dict) and name in each for each in owners):
                return ""
        return "what is gone is not sent"
    if change.rule == "request-members-changed" and any(_at(body, path.removesuffix("*").removesuffix("."))):
        return ""
    return "the candidate takes the body too"


def _at(value: Any, path: str) -> Iterator[Any]:
    """Yield every value at a path; ``*`` and numbers lead to all items, for one schema may be met in any of them."""
    if not path:
        yield value
        return
    name, _, rest = path.partition(".")
    if isinstance(value, list):
        for item in value:
            yield from _at(item, rest if name == "*" or name.isdigit() else path)
    elif isinstance(value, dict):
        for each in value.values() if name == "*" else [value[name]] if name in value else []:
            yield from _at(each, rest)


def _parameter(document: Document, side: tuple[Node, Node, str], place: str, name: str, sides: _Sides) -> Node | None:
    """Return a parameter by its place and name; one of the path by its position, for there a name binds nothing."""
    item, operation, path = side
    wanted = name
    if place == "path":
        names = next((_names(each[2]) for _, each in sides.each() if name in _names(each[2])), [])
        position = names.index(name) if name in names else -1  # one that no template has is bound by its name
        wanted = _names(path)[position] if 0 <= position < len(_names(path)) else name
    for owner in (operation, item):
        for index in range(len(_sequence(owner.value.get("parameters")))):
            found = document.followed(document.below(owner, "parameters", index))
            if found.value.get("in") == place and _same_name(place, found.value.get("name"), wanted):
                return found
    return None


def _texts(exchange: Exchange, sides: _Sides, place: str, name: str) -> list[str]:
    """Return what a request sends as a parameter, piece by piece."""
    request = exchange.request
    if place == "query":
        return [text for key, text in request.query if key == name or key.startswith(f"{name}[")]
    if place == "header":
        return [text for key, text in request.headers.items() if key.lower() == name.lower()]
    if place == "cookie":
        raise NotImplementedError("what travels in a cookie")
    path = sides.one[2]
    names = next((_names(each[2]) for _, each in sides.each() if name in _names(each[2])), [])
    if name not in names:
        return []
    pattern = re.sub(r"\\\{[^}]*\\\}", "([^/]*)", re.escape(path)) + "$"
    matched = re.search(pattern, request.path)
    return [unquote(matched[names.index(name) + 1])] if matched else []


def _readings(document: Document, schema: Node, texts: Sequence[str]) -> Iterator[Any]:
    """Yield what a parameter's texts can be taken for."""
    kinds = _kinds(document, schema)
    if "object" in kinds:
        raise NotImplementedError("an object in a parameter")
    if "array" in kinds:
        for pieces in (list(texts), [piece for text in texts for piece in text.split(",")]):
            yield from (list(each) for each in islice(product(*(list(_spoken(piece)) for piece in pieces)), _MOST_READINGS))
    for text in texts[:1]:
        yield from _spoken(text)


def _kinds(document: Document, schema: Node) -> set[str]:
    written = document.followed(schema).value
    if not isinstance(written, dict):
        return set()
    kinds = {"object"} if "properties" in written else {"array"} if "items" in written else set()
    kinds |= {written["type"]} if isinstance(written.get("type"), str) else set(_sequence(written.get("type")))
    for word in ("allOf", "anyOf", "oneOf"):
        for branch in _sequence(written.get(word)):
            kinds |= _kinds(document, Node(schema.file, branch))
    return kinds


def _spoken(text: str) -> Iterator[Any]:
    yield text
    if text in ("true", "false"):
        yield text == "true"
    if re.fullmatch(r"-?[0-9]+", text, re.ASCII):
        yield int(text)
    elif re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text, re.ASCII):
        yield float(text)
    if not text:
        yield None


def _schema(document: Document, owner: Node, further: Sequence[str]) -> Node | None:
    media = _media(document, owner, further[0]) if further else None
    if media is None and further and _is_json(further[0]):  # the one version may call its JSON by another name
        names = [str(name) for name in _mapping(document.below(owner, "content").value) if _is_json(str(name))]
        media = document.below(owner, "content", names[0]) if names else None
    if media is None:
        return None
    found = document.below(media, "schema")
    return found if found.value is not None else None


def _media(document: Document, owner: Node, name: str) -> Node | None:
    content = document.followed(document.below(owner, "content"))
    for written in _mapping(content.value):
        if str(written).partition(";")[0].strip().lower() == name:
            return document.below(content, written)
    return None


def _as_written(document: Document, operation: Node, status: str) -> Any:
    """Return the key of what is said of a status: its own, that of all like it, or ``default``."""
    written = {str(key).lower(): key for key in _mapping(document.followed(document.below(operation, "responses")).value)}
    return next((written[key] for key in (status.lower(), f"{status[0]}xx", "default") if key in written), status)


def _member(headers: Node, name: str) -> Any:
    return next((value for key, value in _mapping(headers.value).items() if key.lower() == name.lower()), None)


def _says(document: Document, node: Node, word: str) -> bool:
    """Tell whether a schema, or one that it is made of, says a word."""
    if not isinstance(node.value, dict):
        return False
    if node.value.get(word) is True:
        return True
    if isinstance(node.value.get("$ref"), str) and _says(document, document.followed(node), word):
        return True
    return any(_says(document, Node(node.file, each), word) for each in _sequence(node.value.get("allOf")))


def _own(schema: Mapping[str, Any], legacy: bool) -> dict[str, Any]:
    """Return the keywords of a schema that look into nothing, as JSON Schema 2020-12."""
    own = {key: schema[key] for key in _ASSERTIONS & schema.keys()}
    if legacy:
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if own.get(exclusive) is True and bound in own:
                own[exclusive] = own.pop(bound)
            elif isinstance(own.get(exclusive), bool):
                del own[exclusive]
    written = own.get("type", list(_TYPES))
    types = frozenset([written] if isinstance(written, str) else written)
    name = own.pop("format", None)
    if isinstance(name, str):
        meant = dict(spelled_out(name, types | {"integer"} if "number" in types else types))
        own["allOf"] = [meant]
    return own


def _asserted(schema: Mapping[str, Any], value: Any) -> bool:
    if not schema:
        return True
    try:
        return bool(_validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).is_valid(value))
    except ValueError as error:
        raise NotImplementedError(f"a keyword that jsonschema-rs cannot read: {error}") from error


@lru_cache(maxsize=1 << 15)
def _validator(schema: bytes) -> Any:
    return jsonschema_rs.validator_for(orjson.loads(schema), validate_formats=True)


def _shape(template: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", template).rstrip("/")


def _names(template: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", template)


def _same_name(place: str, written: Any, name: str) -> bool:
    return str(written).lower() == name.lower() if place == "header" else written == name


def _is_json(media: str) -> bool:
    return media == "application/json" or media.endswith("+json") or media in ("*/*", "application/*")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
