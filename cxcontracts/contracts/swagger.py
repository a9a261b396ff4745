"""Swagger 2.0, read as the OpenAPI 3.0 that says the same.

The document itself is converted at once, in one walk that copies only what changes. What its references lead to in other files is
converted when somebody asks, as what it is asked for: a file of parts does not say whether they are schemas or parameters.
Whatever stands elsewhere than it was written is noted, so that messages speak of the text in the file.

Sources: Swagger 2.0 and OpenAPI 3.0.4, https://spec.openapis.org/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxcontracts.contracts.folder import RefusedReference, index_of
from cxcontracts.contracts.operation import FORMS, METHODS
from cxcontracts.documents import MOST_VALUES, Document
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Place, Problem

Pointer = tuple[str | int, ...]
Follow = Callable[[Document, str], tuple[Document, tuple[str, ...]]]
"""Returns what a ``$ref`` in a document names, as :meth:`Folder.follow` does."""

_MOST_HOPS = 32
_MOST_TYPES = 100  # in one list
_MOST_CONTENTS = 200_000  # bodies and responses, each in each of its media types; the largest known documents have a tenth of it
_UNDECLARED = ("application/json",)
_UNDECLARED_FILE = ("application/octet-stream",)
_DEFINITIONS = "#/definitions/"
_BOUNDS = frozenset({"maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "multipleOf", "enum", "default"})
_LENGTHS = frozenset({"maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems"})
_VALUE_KEYS = frozenset({"type", "format", "items", "x-nullable"}) | _BOUNDS | _LENGTHS
_KEPT = frozenset({"info", "security", "tags", "externalDocs"})
_OF_SWAGGER = frozenset({"parameters", "consumes", "produces", "schemes", "responses"})
_SEVERAL = frozenset({"properties", "patternProperties", "allOf", "oneOf", "anyOf"})
_ONE = frozenset({"additionalProperties", "not"})
# OpenAPI has no word for tabs; a style of our own keeps them apart from commas.
_STYLES = {"ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited"}
_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}


def is_swagger(value: JSON) -> bool:
    """Tell whether a document says that it is Swagger 2.0; YAML without quotes makes a number of it."""
    return isinstance(value, dict) and "openapi" not in value and value.get("swagger") in ("2.0", 2.0)


@dataclass(frozen=True, slots=True)
class Role:
    """What a reference is to: its text does not tell, and what it leads to need not either.

    Attributes:
        kind: ``schema``, ``parameter``, ``body``, ``response``, ``headers``, ``header``, ``item`` (of paths) or ``operation``.
        media: The media types that a body or response travels in; Swagger names them at the operation.
    """

    kind: str
    media: tuple[str, ...] = ()


_SCHEMA = Role("schema")
_PARAMETER = Role("parameter")
_HEADER = Role("header")
_HEADERS = Role("headers")
_ITEM = Role("item")
_OPERATION = Role("operation")


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where something is written."""

    document: Document
    pointer: Pointer

    def below(self, *keys: str | int) -> _Spot:
        return _Spot(self.document, (*self.pointer, *keys))


@dataclass(frozen=True, slots=True)
class _Input:
    """A parameter: as it stands in its list, and as it reads once references are followed."""

    entry: JSON
    spot: _Spot
    target: JSON
    there: _Spot

    @property
    def place(self) -> str:
        """Its ``in``; empty where that cannot be told."""
        place = self.target.get("in") if isinstance(self.target, dict) else ""
        return place if isinstance(place, str) else ""

    @property
    def name(self) -> str:
        """Its ``name``; empty where there is none."""
        name = self.target.get("name") if isinstance(self.target, dict) else ""
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A Swagger 2.0 document or a part of one.

    Attributes:
        value: As OpenAPI 3.0 writes it.
    """

    value: JSON
    _swagger: Swagger
    _spot: _Spot

    def place(self, pointer: Sequence[str | int], *, of_key: bool = False) -> Place:
        """Return where that is written which stands at *pointer* in :attr:`value`, or its key if *of_key*."""
        spot = self._swagger._origin(self.value, self._spot, tuple(pointer))
        return spot.document.place(spot.pointer, of_key=of_key)


class Swagger:
    """A Swagger 2.0 document, converted.

    Args:
        document: The document as written.
        follow: Follows references, to other files too; refuses by :class:`RefusedReference` or :class:`ContractError`.

    Attributes:
        whole: The document as OpenAPI 3.0. Shared parameters and responses are written out where they are used; what cannot be
            converted stays as written, for whoever reads it to refuse.

    Raises:
        ContractError: If it says too much in too many media types.
    """

    def __init__(self, document: Document, follow: Follow) -> None:
        self._document = document
        self._follow = follow
        self._root: Mapping[str, Any] = document.value
        definitions = self._root.get("definitions")
        self._definitions: Mapping[str, JSON] = definitions if isinstance(definitions, dict) else {}
        self._known: dict[tuple[int, Role], JSON] = {}
        self._changed: dict[int, JSON] = {}
        self._references: dict[str, str] = {}
        self._targets: dict[tuple[int, str], tuple[JSON, _Spot]] = {}
        self._moved: dict[int, _Spot] = {}
        self._roles: dict[int, Role] = {}
        self._odd: list[tuple[_Spot, str]] = []
        self._contents = 0
        self._sizes: dict[int, int] = {}
        self._repeated = 0
        self._consumes = self._media_types(self._root, "consumes", _Spot(document, ()), ())
        self._produces = self._media_types(self._root, "produces", _Spot(document, ()), ())
        self.whole = Part(self._whole(), self, _Spot(document, ()))

    def part(self, document: Document, pointer: tuple[str | int, ...], value: JSON, reference: JSON) -> Part:
        """Return a part of a file, read as what it is referred to as.

        Args:
            document, pointer, value: The file, the place in it, and what is written there.
            reference: The mapping that has the ``$ref``, as it stands in :attr:`Part.value`; any other stands for a schema.
        """
        spot = _Spot(document, pointer)
        return Part(self._read(value, spot, self.role(reference)), self, spot)

    def role(self, reference: JSON) -> Role:
        """Return what the mapping with a ``$ref`` refers to."""
        return self._roles.get(id(reference), _SCHEMA)

    def mistakes(self) -> Iterator[Problem]:
        """Yield what is passed over wherever a document is converted."""
        for spot, what in self._odd:
            yield Problem(spot.document.place(spot.pointer), what, "write a list of media types", "media-types-form", True)

    def _origin(self, value: JSON, spot: _Spot, pointer: tuple[str | int, ...]) -> _Spot:
        spot = self._moved.get(id(value), spot)
        for key in pointer:
            value = _child(value, key)
            moved = self._moved.get(id(value)) if isinstance(value, dict | list) else None
            spot = moved or spot.below(key)
        return spot

    def _note(self, value: Any, spot: _Spot) -> Any:
        """Note where *value*, which is new, was written."""
        self._moved[id(value)] = spot
        return value

    # The document

    def _whole(self) -> JSON:
        spot = _Spot(self._document, ())
        kept = {key: value for key, value in self._root.items() if key in _KEPT or key.startswith("x-")}
        whole: dict[str, JSON] = {"openapi": "3.0.4", **kept, **self._servers()}
        paths = self._root.get("paths")
        if isinstance(paths, dict):
            whole["paths"] = {path: self._read(item, spot.below("paths", path), _ITEM) for path, item in paths.items()}
        elif "paths" in self._root:
            whole["paths"] = paths
        whole["components"] = {"schemas": self._schemas(), "securitySchemes": self._schemes()}
        return whole

    def _schemas(self) -> JSON:
        schemas = {name: self._schema(schema, self._document) for name, schema in self._definitions.items()}
        return self._note(schemas, _Spot(self._document, ("definitions",)))

    def _servers(self) -> Mapping[str, JSON]:
        host, base = (self._root.get(key) for key in ("host", "basePath"))
        if not isinstance(host, str) and not isinstance(base, str):
            return {}
        path = base.lstrip("/") if isinstance(base, str) else ""
        named = self._root.get("schemes")
        schemes = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
        origins = [f"{scheme}://{host.rpartition('//')[2]}" for scheme in schemes or ["https"]] if isinstance(host, str) else [""]
        servers = [{"url": f"{origin}/{path}"} for origin in origins]
        return {"servers": self._note(servers, _Spot(self._document, ("basePath" if isinstance(base, str) else "host",)))}

    def _schemes(self) -> JSON:
        written = self._root.get("securityDefinitions")
        spot = _Spot(self._document, ("securityDefinitions",))
        schemes = {
            name: self._note(_scheme(each), spot.below(name)) if isinstance(each, dict) else each
            for name, each in (written.items() if isinstance(written, dict) else ())
        }
        return self._note(schemes, spot)

    def _media_types(self, owner: Mapping[str, Any], key: str, spot: _Spot, otherwise: tuple[str, ...]) -> tuple[str, ...]:
        written = owner.get(key)
        if key not in owner:
            return otherwise
        listed = written if isinstance(written, list) else [written]
        names = tuple(dict.fromkeys(each for each in listed[:_MOST_TYPES] if isinstance(each, str)))
        if len(listed) > _MOST_TYPES:
            self._odd.append((spot.below(key), f"{key} has more than {_MOST_TYPES} media types; the others are passed over"))
        elif not isinstance(written, list) or not all(isinstance(each, str) for each in written):
            self._odd.append((spot.below(key), f"{key} must be a list of media types"))
        return names if names or written == [] else otherwise

    # What a reference can lead to

    def _read(self, value: JSON, spot: _Spot, role: Role) -> JSON:
        """Return a part read as *role*, each part once; what is no mapping stays as it is."""
        if role is _SCHEMA:
            return self._schema(value, spot.document)
        if not isinstance(value, dict):
            return value
        known = self._known.get((id(value), role))
        if known is None:
            known = self._known[id(value), role] = self._converted(value, spot, role)
        return known

    def _converted(self, value: Mapping[str, Any], spot: _Spot, role: Role) -> JSON:
        if isinstance(value.get("$ref"), str):
            if role is _ITEM and len(value) > 1:
                beside = self._item({key: each for key, each in value.items() if key != "$ref"}, spot)
                return self._reference(value, spot, role, beside)
            target, there = self._followed(value, spot)
            if target is value or there.document is not spot.document or not self._may_repeat(target):
                return self._reference(value, spot, role)
            return self._read(target, there, role)
        match role.kind:
            case "item":
                found = self._item(value, spot)
            case "operation":
                found = self._operation(value, spot, [])
            case "parameter" | "header":
                found = self._parameter(value, spot)
            case "headers":
                found = {name: self._read(each, spot.below(name), _HEADER) for name, each in value.items()}
            case "body":
                found = self._body(value, spot, role.media)
            case _:
                found = self._response(value, spot, role.media)
        return self._note(found, spot)

    def _may_repeat(self, shared: JSON) -> bool:
        """Tell whether a shared part may be written out once more; no document may get large without end by that."""
        if not isinstance(shared, dict):
            return False
        if id(shared) not in self._sizes:
            self._sizes[id(shared)] = _size(shared)
        self._repeated += self._sizes[id(shared)]
        return self._repeated <= MOST_VALUES

    def _reference(self, value: Mapping[str, Any], spot: _Spot, role: Role, beside: Mapping[str, JSON] | None = None) -> JSON:
        """Return a reference that stays one, to be followed when somebody asks; *beside* it stands what a path has of its own."""
        reference = {"$ref": value["$ref"], **(beside or {})}
        self._roles[id(reference)] = role
        return self._note(reference, spot)

    def _followed(self, value: JSON, spot: _Spot) -> tuple[JSON, _Spot]:
        """Return what a reference leads to and where that is written; itself where it leads nowhere, or in a circle."""
        target, there = value, spot
        try:
            for _ in range(_MOST_HOPS):
                if not isinstance(target, dict) or not isinstance(target.get("$ref"), str):
                    return target, there
                target, there = self._next(there.document, target["$ref"])
        except (RefusedReference, ContractError, LookupError, TypeError, ValueError):
            pass  # whoever reads the reference says why
        return value, spot

    def _next(self, document: Document, reference: str) -> tuple[JSON, _Spot]:
        key = (id(document), reference)
        if key not in self._targets:
            document, pointer = self._follow(document, reference)
            target = document.value
            for token in pointer:
                target = target[index_of(token) if isinstance(target, list) else token]
            self._targets[key] = target, _Spot(document, pointer)
        return self._targets[key]

    # Paths and operations

    def _item(self, written: Mapping[str, Any], spot: _Spot) -> dict[str, JSON]:
        shared = list(self._inputs(written, spot))
        item: dict[str, JSON] = {}
        for key, value in written.items():
            if key.lower() not in METHODS or not isinstance(value, dict):
                item[key] = value
            elif isinstance(value.get("$ref"), str):
                item[key] = self._read(value, spot.below(key), _OPERATION)
            else:
                item[key] = self._operation(value, spot.below(key), shared)
        return item | self._parameters(written, shared)

    def _operation(self, written: Mapping[str, Any], spot: _Spot, shared: list[_Input]) -> dict[str, JSON]:
        own = list(self._inputs(written, spot))
        operation = {key: value for key, value in written.items() if key not in _OF_SWAGGER}
        operation |= self._parameters(written, own)
        body = self._request_body([*own, *shared], spot, self._media_types(written, "consumes", spot, self._consumes))
        if body is not None:
            operation["requestBody"] = body
        if "responses" in written:
            role = Role("response", self._media_types(written, "produces", spot, self._produces))
            operation["responses"] = self._responses(written["responses"], spot.below("responses"), role)
        return operation

    def _responses(self, written: JSON, spot: _Spot, role: Role) -> JSON:
        if not isinstance(written, dict):
            return written
        return {key: each if key.startswith("x-") else self._read(each, spot.below(key), role) for key, each in written.items()}

    def _inputs(self, owner: Mapping[str, Any], spot: _Spot) -> Iterator[_Input]:
        listed = owner.get("parameters")
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            here = spot.below("parameters", index)
            yield _Input(entry, here, *self._followed(entry, here))

    def _parameters(self, owner: Mapping[str, Any], inputs: list[_Input]) -> dict[str, JSON]:
        """Return the parameters that are still some in OpenAPI; what is no list of them stays as it is."""
        if "parameters" not in owner:
            return {}
        if not isinstance(owner["parameters"], list):
            return {"parameters": owner["parameters"]}
        return {"parameters": [self._read(each.entry, each.spot, _PARAMETER) for each in inputs if not _in_body(each)]}

    def _request_body(self, inputs: list[_Input], spot: _Spot, consumes: tuple[str, ...]) -> JSON:
        """Return the body of an operation, whose own parameters come before those of its path; None where there is none."""
        bodies = [each for each in inputs if each.place == "body"]
        if bodies:
            return self._read(bodies[0].entry, bodies[0].spot, Role("body", consumes))
        form = {each.name: each for each in reversed(inputs) if _in_body(each)}
        return self._form(list(reversed(form.values())), spot.below("parameters"), consumes) if form else None

    def _body(self, written: Mapping[str, Any], spot: _Spot, consumes: tuple[str, ...]) -> dict[str, JSON]:
        content = self._content(consumes or _UNDECLARED, self._value_of(written, spot), spot)
        return {**_described(written), "required": written.get("required") is True, "content": content}

    def _form(self, inputs: list[_Input], spot: _Spot, consumes: tuple[str, ...]) -> JSON:
        properties, encoding, required = {}, {}, []
        for each in inputs:
            if each.target is not each.entry and not self._may_repeat(each.target):
                raise self._too_much(each.spot)
            properties[each.name] = self._value_of(each.target, each.there).get("schema", {})
            if style := _style(each.target):
                encoding[each.name] = style
            if each.target.get("required") is True:
                required.append(each.name)
        has_file = any(each.target.get("type") == "file" for each in inputs)
        media = [name for name in consumes if name.partition(";")[0].strip().lower() in FORMS] or [FORMS[has_file]]
        schema = {"type": "object", "properties": self._note(properties, spot), **({"required": required} if required else {})}
        said = {"schema": self._note(schema, spot), **({"encoding": encoding} if encoding else {})}
        return self._note({"required": bool(required), "content": self._content(tuple(media), said, spot)}, spot)

    def _content(self, media: tuple[str, ...], said: Mapping[str, JSON], spot: _Spot) -> JSON:
        self._contents += len(media)
        if self._contents > _MOST_CONTENTS:
            raise self._too_much(spot)
        return self._note({name: self._note(dict(said), spot) for name in media}, spot)

    def _too_much(self, spot: _Spot) -> ContractError:
        what = f"more than {_MOST_CONTENTS:,} bodies and responses, each in each of its media types, or forms without end"
        remedy = "let operations name the media types and fields that they need"
        return ContractError.at(spot.document.place(spot.pointer), what, remedy, "too-many-contents")

    def _response(self, written: Mapping[str, Any], spot: _Spot, produces: tuple[str, ...]) -> dict[str, JSON]:
        response = _described(written)
        if "headers" in written:
            response["headers"] = self._read(written["headers"], spot.below("headers"), _HEADERS)
        examples = _mapping(written.get("examples"))
        media = self._media_of(written, examples, produces)
        if media:
            response["content"] = content = self._content(media, self._value_of(written, spot), spot)
            for name in (name for name in media if name in examples):
                content[name]["example"] = examples[name]
        return response

    def _media_of(self, written: Mapping[str, Any], examples: Mapping[str, Any], produces: tuple[str, ...]) -> tuple[str, ...]:
        """Return the media types of a response: none without a schema, but for those that it has examples of."""
        if "schema" not in written:
            return tuple(examples)
        return produces or (_UNDECLARED_FILE if _mapping(written["schema"]).get("type") == "file" else _UNDECLARED)

    # Parameters and schemas

    def _parameter(self, written: Mapping[str, Any], spot: _Spot) -> dict[str, JSON]:
        rest = {
            key: value for key, value in written.items() if key not in _VALUE_KEYS and key not in ("schema", "collectionFormat")
        }
        return {**rest, **_style(written), **self._value_of(written, spot)}

    def _value_of(self, written: Mapping[str, Any], spot: _Spot) -> dict[str, JSON]:
        """Return ``{"schema": …}``, from the keys of a parameter itself where it has no ``schema``; nothing of neither."""
        if "schema" in written:
            return {"schema": self._schema(written["schema"], spot.document)}
        own = {key: value for key, value in written.items() if key in _VALUE_KEYS}
        return {"schema": self._note(self._inside(own, spot.document), spot)} if own else {}

    def _schema(self, written: JSON, document: Document) -> JSON:
        """Return a schema; the very same where nothing in it changes."""
        if not isinstance(written, dict):
            return written
        known = self._changed.get(id(written))
        if known is None:
            known = self._inside(written, document)
            if known is not written:
                self._changed[id(written)] = known
        return known

    def _inside(self, written: dict[str, Any], document: Document) -> dict[str, Any]:
        reference = written.get("$ref")
        if isinstance(reference, str):
            renamed = self._renamed(reference) if document is self._document else reference
            return written if renamed == reference else {"$ref": renamed}
        changed: dict[str, JSON] = {}
        for key, value in written.items():
            if key in _SEVERAL or (key == "items" and isinstance(value, list)):
                new = self._several(value, document)
            else:
                new = self._schema(value, document) if key in _ONE or key == "items" else value
            if new is not value:
                changed[key] = new
        changed |= _said_otherwise(written)
        return {**written, **changed} if changed else written

    def _several(self, written: JSON, document: Document) -> JSON:
        if isinstance(written, dict):
            members = {name: self._schema(value, document) for name, value in written.items()}
            return members if any(members[name] is not value for name, value in written.items()) else written
        if isinstance(written, list):
            items = [self._schema(value, document) for value in written]
            return items if any(new is not old for new, old in zip(items, written, strict=True)) else written
        return written

    def _renamed(self, reference: str) -> str:
        """Return a reference to a definition as OpenAPI 3.0 writes it; any other, also to one that is not there, as it is."""
        if not reference.startswith(_DEFINITIONS):
            return reference
        known = self._references.get(reference)
        if known is None:
            known = self._references[reference] = self._new_name(reference)
        return known

    def _new_name(self, reference: str) -> str:
        try:
            _, pointer = self._follow(self._document, reference)
        except RefusedReference:
            return reference
        if len(pointer) != 2 or pointer[1] not in self._definitions:
            return reference
        return "#/components/schemas/" + pointer[1].replace("~", "~0").replace("/", "~1")


def _size(value: JSON) -> int:
    """Return how many mappings, lists and members there are."""
    size, stack = 0, [value]
    while stack:
        part = stack.pop()
        members = part.values() if isinstance(part, dict) else part
        size += 1 + len(part)
        stack.extend(each for each in members if isinstance(each, dict | list))
    return size


def _described(written: Mapping[str, Any]) -> dict[str, JSON]:
    """Return the description of a part, and no more: a shared one is written for each list of media types that it travels in."""
    return {"description": written["description"]} if "description" in written else {}


def _in_body(each: _Input) -> bool:
    return each.place == "body" or (each.place == "formData" and bool(each.name))


def _said_otherwise(written: Mapping[str, Any]) -> dict[str, JSON]:
    """Return the keys of a schema that OpenAPI 3.0 words otherwise."""
    said: dict[str, JSON] = {}
    if isinstance(written.get("discriminator"), str):
        said["discriminator"] = {"propertyName": written["discriminator"]}
    if "x-nullable" in written:
        said["nullable"] = written["x-nullable"]
    if written.get("type") == "file":
        said |= {"type": "string", "format": "binary"}
    return said


def _style(parameter: Mapping[str, Any]) -> dict[str, JSON]:
    """Return how a list is written; nothing for what is none, or where it is what OpenAPI means anyhow."""
    if parameter.get("type") != "array":
        return {}
    form, place = parameter.get("collectionFormat"), parameter.get("in", "header")
    if form == "multi" and place in ("query", "formData"):
        return {"style": "form", "explode": True}
    style = _STYLES.get(form, "form") if isinstance(form, str) else "form"
    return {} if style == "form" and place in ("path", "header") else {"style": style, "explode": False}


def _scheme(written: Mapping[str, Any]) -> dict[str, JSON]:
    """Return a way to log in as OpenAPI 3.0 writes it."""
    kind = written.get("type")
    if kind == "basic":
        return {**written, "type": "http", "scheme": "basic"}
    if kind != "oauth2":
        return dict(written)
    of_flow = ("authorizationUrl", "tokenUrl", "scopes")
    rest = {key: value for key, value in written.items() if key not in (*of_flow, "flow")}
    flow = {"scopes": {}, **{key: written[key] for key in of_flow if key in written}}
    return {**rest, "flows": {_FLOWS.get(str(written.get("flow")), "implicit"): flow}}


def _mapping(value: JSON) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _child(value: JSON, key: str | int) -> JSON:
    try:
        return value[key]
    except (LookupError, TypeError):
        return None
