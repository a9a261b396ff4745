"""What an operation cannot do without, and examples of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cxcontracts.acceptance import IGNORED_HEADERS
from cxcontracts.containment.building import Builder, Unbuildable, allows, examples_of
from cxcontracts.containment.narrowing import narrowed
from cxcontracts.containment.nodes import TYPES, Node, Shape, TooManyShapes
from cxcontracts.containment.sets import Undecidable
from cxcontracts.contracts.operation import Media, Operation, Parameter
from cxcontracts.estate.model import Step
from cxcontracts.estate.values import Value, is_impossible, schema_mistakes
from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.proposing.words import Words, is_identifier, words
from cxcontracts.scenes import Side
from cxcontracts.sending import bind, sent_media

_MOST_CHOSEN: Final = 2
"""How many members of a body are sent where it requires none."""

_SPACE: Final = ("type", "format", "pattern", "enum", "minLength", "maxLength", "minimum", "maximum")
"""The keys of a schema that say, of a scalar, which values it has."""

_OURS: Final = frozenset({"external", "client", "idempotency", "correlation", "trace", "tenant"})
"""Words in the name of an identifier that is not the partner's to hand out."""

_SCALARS: Final = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class Input:
    """Something that has to be sent.

    Attributes:
        key: What it goes by in ``with``.
        name: Its name; empty for a whole body that is no object.
        place: ``path``, ``query``, ``header``, ``cookie`` or ``body``.
        types: What its value may be, null left out.
        example: A scalar that the document shows and allows; :data:`NO_BODY` where it shows none.
        space: JSON Schema keys that say which values it has, for a scalar.
        whole: A value of it, for what is no scalar; :data:`NO_BODY` where there is none.
    """

    key: str
    name: str
    place: str
    types: frozenset[str]
    example: JSON
    space: Mapping[str, JSON]
    whole: JSON = NO_BODY

    @property
    def words(self) -> Words:
        """The parts of its name."""
        return words(self.name)

    @property
    def scalar(self) -> bool:
        """Whether a customer could say it in a word."""
        return bool(self.name) and self.types <= _SCALARS

    @property
    def identifies(self) -> bool:
        """Whether it says which one is meant."""
        return self.place == "path" or (is_identifier(self.words) and not _OURS & set(self.words))


class Unsendable(Exception):
    """An operation takes something that no journey can send as it stands."""


def inputs_of(side: Side, operation: Operation) -> tuple[Input, ...]:
    """Return what an operation cannot do without, in the order of the contract.

    Raises:
        ContractError: If the contract is unsound there.
        Unsendable: If it takes a body that is neither JSON nor a form.
    """
    by_name = {parameter.name: parameter for parameter in operation.parameters if parameter.place == "path"}
    found = [_of_path(side, operation, name, by_name.get(name)) for name in dict.fromkeys(operation.path_names)]
    logins = {scheme.meaning[2] for alternative in operation.security for scheme in alternative if scheme.meaning[0] == "apiKey"}
    for parameter in operation.parameters:
        named = parameter.name.lower()
        ignored = parameter.place == "header" and named in IGNORED_HEADERS
        if parameter.required and parameter.place != "path" and not ignored and named not in logins:
            found.append(_of_parameter(side, operation, parameter))
    return (*found, *_of_body(side, operation))


def _of_path(side: Side, operation: Operation, name: str, parameter: Parameter | None) -> Input:
    if parameter is not None:
        return _of_parameter(side, operation, parameter)
    return Input(f"path.{name}", name, "path", frozenset({"string"}), NO_BODY, {"type": "string", "minLength": 1})


def _of_parameter(side: Side, operation: Operation, parameter: Parameter) -> Input:
    if parameter.place == "querystring":
        raise Unsendable
    shown = _shown_at(parameter.node)
    return _input(side, operation, parameter.name, parameter.place, parameter.nodes, shown)


def _input(side: Side, operation: Operation, name: str, place: str, nodes: Sequence[Node], shown: Sequence[JSON]) -> Input:
    key = _key(side, operation, name, place)
    try:
        shapes = side.requests.shapes(nodes)
    except TooManyShapes:
        shapes = ()
    shape = next((each for each in shapes if each.types & _SCALARS or each.types & {"object", "array"}), None)
    if shape is None:
        return Input(key, name, place, frozenset({"string"}), NO_BODY, {"type": "string", "minLength": 1})
    types = shape.types - {"null"}
    if types == TYPES - {"null"}:
        types = frozenset({"string"})
    candidates = [*shown, *(each for atom in shape.atoms for each in examples_of(atom.value))]
    if place in ("path", "query") and types == {"array"} and not all(isinstance(each, list) for each in candidates):
        candidates = [each if isinstance(each, list) else [each] for each in candidates]
    example = next((each for each in candidates if _allowed(side, nodes, each)), NO_BODY)
    if types <= _SCALARS:
        return Input(key, name, place, types, example, _space(side, shape, types))
    return Input(key, name, place, types, NO_BODY, {}, _built(side, nodes) if example is NO_BODY else example)


def _key(side: Side, operation: Operation, name: str, place: str) -> str:
    """Return a name as ``with`` knows it: bare where it is found in one place only."""
    key = name.replace("$", "$$")
    if "." in name or name == "body" or key != name or place == "cookie":
        return f"{place}.{key}"
    entries, _ = bind(Step("", "", None, sends={key: ""}), side, operation)
    return key if entries and entries[0].place == place else f"{place}.{key}"


def _space(side: Side, shape: Shape, types: frozenset[str]) -> dict[str, JSON]:
    narrow = narrowed(side.requests, Shape(shape.atoms, types))
    kind: Any = sorted(types)[0] if len(types) == 1 else "string" if "string" in types else "number"
    parts = [narrow, *(part for part in narrow.get("allOf", ()) if isinstance(part, dict))]
    said = {key: part[key] for part in reversed(parts) for key in _SPACE if key in part}
    formats = [atom.value["format"] for atom in shape.atoms if isinstance(atom.value.get("format"), str)]
    if kind == "string" and formats and formats[0] in ("date", "date-time", "email", "uuid", "time", "uri"):
        said = {**{key: value for key, value in said.items() if key != "pattern"}, "format": formats[0]}
    space: dict[str, JSON] = {"type": kind, **{key: said[key] for key in _SPACE if key in said and key != "type"}}
    if kind == "string" and len(space) == 1:
        space["minLength"] = 1
    return {"type": kind} if any(schema_mistakes(space)) or is_impossible(Value(space)) else space


def _allowed(side: Side, nodes: Sequence[Node], value: JSON) -> bool:
    try:
        return value is not None and allows(side.requests, nodes, value)
    except Undecidable:
        return False


def _built(side: Side, nodes: Sequence[Node]) -> JSON:
    try:
        return Builder(side.requests).value(nodes)
    except (Unbuildable, TooManyShapes):
        return NO_BODY


def _shown_at(node: Node) -> list[JSON]:
    """Return the examples of a parameter or of a media type, beside those of its schema."""
    value = node.value if isinstance(node.value, dict) else {}
    many = value.get("examples")
    several: list[JSON] = []
    for name in many if isinstance(many, dict) else ():
        entry = node.child("examples", name)
        if isinstance(entry.value, dict) and isinstance(entry.value.get("$ref"), str):
            entry = entry.home.follow(entry, entry.value["$ref"])
        if isinstance(entry.value, dict) and "value" in entry.value:
            several.append(entry.value["value"])
    return [*([value["example"]] if "example" in value else []), *several]


# --- bodies -------------------------------------------------------------------------------------------------------------------


def _of_body(side: Side, operation: Operation) -> Iterator[Input]:
    body, media = operation.body, sent_media(operation.body, "")
    if body is None or media is None:
        return
    if not media.json and not media.form:
        if body.required:
            raise Unsendable
        return
    try:
        shapes = side.requests.shapes(media.nodes)
    except TooManyShapes:
        shapes = ()
    shown = [value for value in _shown_at(media.node) if _allowed(side, media.nodes, value)]
    shape = _object_of(side, shapes, shown)
    if shape is None:
        if body.required:
            whole = shown[0] if shown else _built(side, media.nodes)
            if whole is NO_BODY:
                raise Unsendable
            yield Input("body", "", "body", frozenset({"object"}), NO_BODY, {}, whole)
        return
    yield from _members(side, operation, media, shape, shown)


def _object_of(side: Side, shapes: Sequence[Shape], shown: Sequence[JSON]) -> Shape | None:
    objects = [shape for shape in shapes if "object" in shape.types and shape.names]
    if len(objects) != len([shape for shape in shapes if shape.types != {"null"}]):
        return None
    first = next((value for value in shown if isinstance(value, dict)), None)
    fitting = (
        each for each in objects if first is not None and first.keys() <= set(each.names) and each.required <= first.keys()
    )
    return next(fitting, objects[0] if objects else None)


def _members(side: Side, operation: Operation, media: Media, shape: Shape, shown: Sequence[JSON]) -> Iterator[Input]:
    names = [
        name
        for name in (*shape.names, *sorted(shape.required - set(shape.names)))
        if not side.requests.hides(shape.slot(name).nodes)
    ]
    asked = [name for name in names if name in shape.required]
    examples = [value for value in shown if isinstance(value, dict)]
    if not asked:
        in_example = [name for name in names if examples and name in examples[0]]
        asked = (in_example or names)[:_MOST_CHOSEN]
    for name in asked:
        values = [example[name] for example in examples if name in example]
        found = _input(side, operation, name, "body", shape.slot(name).nodes, values)
        if not found.scalar and found.whole is NO_BODY:
            raise Unsendable
        yield found
