"""What a step sends: each key of ``with`` bound to its place in the contract, the values that it may have, and one call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from cxcontracts.containment.nodes import TooManyShapes
from cxcontracts.containment.sets import Found, Schema, find
from cxcontracts.containment.texts import as_text, spelled
from cxcontracts.contracts.operation import FORMS, PLACES, Body, Media, Operation, Parameter
from cxcontracts.contracts.styles import written
from cxcontracts.estate.mistakes import Misread
from cxcontracts.estate.model import Given, Step
from cxcontracts.estate.templates import Reference, file_of, is_whole_reference, literal, parts, references, repeat_of, resolve
from cxcontracts.estate.values import WORDS, parse_value
from cxcontracts.exchanges import JSON, NO_BODY, Request
from cxcontracts.paths import Segment, as_index
from cxcontracts.scenes import Side

MOMENT = datetime(2031, 5, 17, 8, 15, tzinfo=UTC)
"""What ``$now`` means in a witness, so that the same contracts give the same report on any day."""

FRESH_ID = "6f1c2a9e-3b54-4d07-9a61-0c8e5d2f7b13"
_MOST_ITEMS = 20
_SPEAKING = {
    "string": {"pattern", "minLength", "maxLength", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
    "object": {"properties", "required"},
}


Fill = Callable[[JSON, Mapping[str, JSON]], JSON]
"""Makes a value of a template and of the names that have a value."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of ``with``, bound to where it goes.

    Attributes:
        key: As written.
        place: ``path``, ``query``, ``header``, ``cookie`` or ``body``.
        name: The parameter's or the top-level member's name; empty for the whole body.
        binding: What finds the parameter in another version of the contract; None in a body, or where the record declares none.
        template: What is sent, as written; a set of values where a partner makes the call and its author described it so.
    """

    key: str
    place: str
    name: str
    binding: tuple[str, object] | None
    template: JSON


@dataclass(frozen=True, slots=True)
class Unbound:
    """A key of ``with`` that the contract knows nowhere, or in several places."""

    key: str
    places: tuple[str, ...]
    known: tuple[str, ...]


def bind(
    step: Step, side: Side, operation: Operation, sends: Mapping[str, JSON] | None = None
) -> tuple[list[Entry], list[Unbound]]:
    """Bind each key of ``with`` to its place.

    Args:
        sends: What to bind instead of the step's own ``with``.

    Raises:
        ContractError: If the contract is unsound where the operation takes its input.
    """
    entries: list[Entry] = []
    unbound: list[Unbound] = []
    for key, template in (step.sends if sends is None else sends).items():
        found = _bound(key, _described(template) if step.by else template, side, operation)
        if isinstance(found, Entry):
            entries.append(found)
        else:
            unbound.append(found)
    return entries, unbound


def _bound(key: str, template: JSON, side: Side, operation: Operation) -> Entry | Unbound:
    prefix, _, rest = key.partition(".")
    if key == "body":
        return Entry(key, "body", "", None, template)
    if rest and prefix == "body":
        return Entry(key, "body", rest, None, template)
    if rest and prefix in PLACES:
        parameter = _declared(operation, prefix, rest)
        return Entry(key, prefix, rest, parameter.key if parameter else None, template)
    places = [parameter for parameter in operation.parameters if _called(parameter, key)]
    members = body_members(side, operation)
    found = [(parameter.place, parameter.key) for parameter in places] + [("body", None)] * (key in members)
    found += [(place, None) for place in _login_places(operation, key) if not any(place == known for known, _ in found)]
    if len(found) == 1:
        return Entry(key, found[0][0], key, found[0][1], template)
    known = [parameter.name for parameter in operation.parameters] + list(members)
    return Unbound(key, tuple(place for place, _ in found), tuple(known))


def _declared(operation: Operation, place: str, name: str) -> Parameter | None:
    return next((parameter for parameter in operation.parameters if parameter.place == place and _called(parameter, name)), None)


def _called(parameter: Parameter, name: str) -> bool:
    return parameter.name.lower() == name.lower() if parameter.place == "header" else parameter.name == name


def _login_places(operation: Operation, name: str) -> Iterator[str]:
    for alternative in operation.security:
        for scheme in alternative:
            if scheme.meaning[0] == "apiKey" and scheme.meaning[2] == name.lower():
                yield scheme.meaning[1]


def content_type(step: Step) -> str:
    """Return the media type that a step sends its body as; empty where the contract chooses."""
    for key, value in step.sends.items():
        if key.lower() == "header.content-type" and isinstance(value, str):
            return value.partition(";")[0].strip().lower()
    return ""


def sent_media(body: Body | None, wanted: str) -> Media | None:
    """Return the media type that a body goes out as: the contract's JSON, else form, else multipart, unless *wanted* says."""
    if body is None:
        return None
    if wanted:
        return next((media for media in body.media if media.name == wanted), None)
    readable = [media for media in body.media if media.json]
    forms = [media for name in FORMS for media in body.media if media.name == name]
    return next(iter([*readable, *forms, *body.media]), None)


def body_members(side: Side, operation: Operation) -> tuple[str, ...]:
    """Return the top-level members that the request body declares, in any of its shapes."""
    media = sent_media(operation.body, "")
    if media is None:
        return ()
    try:
        shapes = side.requests.shapes(media.nodes)
    except TooManyShapes:
        return ()
    names = dict.fromkeys(name for shape in shapes for name in shape.names)
    return tuple(
        name for name in names if any(not side.requests.hides(shape.slot(name).nodes) for shape in shapes if name in shape.names)
    )


@dataclass(frozen=True, slots=True)
class Described:
    """A value of a partner's call, which its author gave as a word or a schema."""

    schema: Schema


def _described(template: JSON) -> JSON:
    """Return what a partner sends with its words and schemas read; all else in it is what it says."""
    if isinstance(template, str):
        if template in WORDS:
            return Described(WORDS[template])
        return template if _refers(template) else Described({"const": template})
    if isinstance(template, Mapping):
        try:
            return Described(space(parse_value(template).schema))
        except Misread:
            return {key: _described(value) for key, value in template.items()}
    return [_described(item) for item in template] if isinstance(template, list) else template


def _refers(text: str) -> bool:
    try:
        return is_whole_reference(text) is not None
    except Misread:
        return False


def _exampled(template: JSON) -> JSON:
    """Return a template in which each described value is one of its kind."""
    if isinstance(template, Described):
        answer = find([template.schema])
        return literal(answer.value) if isinstance(answer, Found) else "text"
    if isinstance(template, Mapping):
        return {key: _exampled(value) for key, value in template.items()}
    return [_exampled(item) for item in template] if isinstance(template, list) else template


@dataclass(frozen=True, slots=True)
class Shell:
    """A mapping or a list as a whole, whose parts are looked at each on its own.

    Attributes:
        names: The names that the mapping has; None for a list.
        count: How many items the list has.
    """

    names: tuple[str, ...] | None = None
    count: int = 0


def leaves(template: JSON, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], JSON]]:
    """Yield (way, part) for each part of a template: its scalars and lists of those as written, what holds them as shells.

    The way is of names, and of indices as text.
    """
    repeat = repeat_of(template)
    items = [repeat.item] if repeat else template if isinstance(template, list) else []
    if any(isinstance(item, Mapping | list) for item in items):
        yield above, Shell(count=repeat.count if repeat else len(items))
        for index, item in enumerate(items[:_MOST_ITEMS]):
            yield from leaves(item, (*above, str(index)))
    elif isinstance(template, Mapping) and repeat is None and file_of(template) is None and not _named_late(template):
        yield above, Shell(tuple(template))
        for key, value in template.items():
            yield from leaves(value, (*above, key))
    else:
        yield above, template


def sent_schema(template: JSON, names: Mapping[str, Sequence[Schema]]) -> Schema:
    """Return the set of values that a template may become.

    Args:
        names: Each given and keep to the schemas of its values: any of them.
    """
    if isinstance(template, Shell):
        if template.names is None:
            return {"type": "array", "minItems": template.count, "maxItems": template.count, "uniqueItems": True}
        return {"type": "object", "required": sorted(template.names), "maxProperties": len(template.names)}
    if isinstance(template, Described):
        return template.schema
    if isinstance(template, str):
        return _sent_text(template, names)
    if isinstance(template, list):
        items = [sent_schema(item, names) for item in template]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)} if items else {"const": []}
    if isinstance(template, Mapping):
        return _sent_mapping(template, names)
    return {"const": template}


def _named_late(template: Mapping[str, JSON]) -> bool:
    return any("$" in key for key in template)


def placed(whole: JSON, way: Sequence[Segment], value: JSON) -> JSON:
    """Return *whole* with *value* at the end of a way into it, which is made where it is not there.

    >>> placed({"a": [{"b": 1, "c": 2}]}, ["a", "0", "b"], 3)
    {'a': [{'b': 3, 'c': 2}]}
    """
    if not way:
        return value
    first, rest = way[0], way[1:]
    if isinstance(whole, list) or not isinstance(first, str):
        items = list(whole) if isinstance(whole, list) else []
        index = as_index(first) or 0
        items += [None] * (index + 1 - len(items))
        items[index] = placed(items[index], rest, value)
        return items
    members = dict(whole) if isinstance(whole, Mapping) else {}
    return {**members, first: placed(members.get(first), rest, value)}


def _sent_mapping(template: Mapping[str, JSON], names: Mapping[str, Sequence[Schema]]) -> Schema:
    repeat = repeat_of(template)
    if repeat is not None:
        item = sent_schema(repeat.item, {**names, "i": ({"type": "integer", "minimum": 0},)})
        return {"type": "array", "items": item, "minItems": repeat.count, "maxItems": repeat.count}
    if file_of(template) is not None:
        return True
    if _named_late(template):
        return {"type": "object"}
    properties = {key: sent_schema(value, names) for key, value in template.items()}
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


def _sent_text(text: str, names: Mapping[str, Sequence[Schema]]) -> Schema:
    split = parts(text)
    if len(split) == 1 and isinstance(split[0], Reference):
        return _either(_named(split[0], names))
    if all(isinstance(part, str) for part in split):
        return {"const": "".join(str(part) for part in split)}
    choices = [""]
    for part in split:
        values = [part] if isinstance(part, str) else _listed(_either(_named(part, names)))
        if values is None or len(choices) * len(values) > 200:
            return {"type": "string", "pattern": _pattern(split, names)}
        choices = [f"{choice}{value}" for choice in choices for value in values]
    return {"enum": choices}


def _named(reference: Reference, names: Mapping[str, Sequence[Schema]]) -> Sequence[Schema]:
    if reference.name == "now":
        return ({"type": "string", "format": "date-time"},)
    if reference.name == "today":
        return ({"type": "string", "format": "date"},)
    if reference.name == "fresh-id":
        return ({"type": "string", "format": "uuid"},)
    return names.get(reference.name, (True,))


def _either(schemas: Sequence[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)} if schemas else True


def _listed(schema: Schema) -> list[str] | None:
    if isinstance(schema, Mapping) and "enum" in schema:
        return [as_text(value) for value in schema["enum"]]
    return None


def _pattern(split: Sequence[str | Reference], names: Mapping[str, Sequence[Schema]]) -> str:
    whole = ""
    for part in split:
        if isinstance(part, str):
            whole += re.sub(r"([.*+?^${}()|\[\]\\])", r"\\\1", part)
            continue
        schema = spelled(_either(_named(part, names)))
        inner = schema.get("pattern", "") if isinstance(schema, Mapping) else ""
        closed = inner.startswith("^") and inner.endswith("$") and "|" not in re.sub(r"\([^()]*\)", "", inner)
        whole += f"({inner[1:-1]})" if closed else r"(.|\n)*"
    return f"^{whole}$"


def space(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a set of values with the type that its keys speak of, where its author left that out.

    >>> space({"minLength": 1})
    {'type': 'string', 'minLength': 1}
    """
    if "type" in schema:
        return schema
    for kind, keys in _SPEAKING.items():
        if keys & schema.keys():
            return {"type": kind, **schema}
    return schema


def given_names(givens: Mapping[str, Given]) -> dict[str, Sequence[Schema]]:
    """Return each given to the set of values that customers are promised to be taken."""
    return {name: (space(given.schema),) for name, given in givens.items()}


def example_of(given: Given) -> JSON:
    """Return a value of a given: its first example, else a plain one of its space."""
    if given.examples:
        return given.examples[0]
    answer = find([space(given.schema)])
    return answer.value if isinstance(answer, Found) else "text"


def call(
    operation: Operation,
    entries: Sequence[Entry],
    values: Mapping[str, JSON],
    wanted: str = "",
    fill: Fill | None = None,
    **replaced: JSON,
) -> Request:
    """Return one call as the step makes it.

    Args:
        entries: What the step sends.
        values: Every given and keep to the value that it has in this call; what is missing is written as it stands.
        wanted: The media type of the body; empty where the contract chooses.
        fill: Makes a value of a template; by default as a witness has it.
        replaced: Key of an entry to a value that takes the place of what its template says.
    """
    path = operation.path
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    body: Any = NO_BODY
    for entry in entries:
        value = replaced[entry.key] if entry.key in replaced else (fill or filled)(entry.template, values)
        if entry.place == "path":
            text = _text(_of_parameter(operation, entry, value))
            path = path.replace("{" + _template_name(operation, entry) + "}", quote(text, safe=",;=."))
        elif entry.place == "query":
            query.extend(_of_parameter(operation, entry, value))
        elif entry.place == "header":
            headers[entry.name.lower()] = _text(_of_parameter(operation, entry, value))
        elif entry.place == "cookie":
            more = [f"{name}={text}" for name, text in _of_parameter(operation, entry, value)]
            headers["cookie"] = "; ".join(filter(None, [headers.get("cookie", ""), *more]))
        else:
            body = value if not entry.name else {**(body if isinstance(body, dict) else {}), entry.name: value}
    if body is not NO_BODY:
        media = sent_media(operation.body, wanted)
        headers.setdefault("content-type", media.name if media else wanted or "application/json")
    return Request(operation.method, path, tuple(query), headers, body)


def filled(template: JSON, values: Mapping[str, JSON]) -> JSON:
    """Return a template with its references replaced; a reference that has no value stays as it is written."""
    if isinstance(template, Mapping) and file_of(template) is not None:
        return dict(template)
    template = _exampled(template)
    known = {name: values.get(name, f"${name}") for name in references(template)}
    return resolve(template, known, now=MOMENT, fresh_id=FRESH_ID)


def _template_name(operation: Operation, entry: Entry) -> str:
    names = operation.path_names
    position = entry.binding[1] if entry.binding else -1
    return names[position] if isinstance(position, int) and 0 <= position < len(names) else entry.name


def _of_parameter(operation: Operation, entry: Entry, value: JSON) -> list[tuple[str, str]]:
    parameter = _declared(operation, entry.place, entry.name)
    if parameter is None:
        in_query = entry.place in ("query", "cookie")
        return written(entry.name, value, "form" if in_query else "simple", in_query)
    return written(entry.name, value, parameter.style, parameter.explode, parameter.media)


def _text(pairs: Sequence[tuple[str, str]]) -> str:
    return ",".join(text for _, text in pairs)


__all__ = ["FRESH_ID", "MOMENT", "Entry", "Unbound", "bind", "body_members", "call", "content_type", "example_of", "filled",
           "given_names", "is_whole_reference", "leaves", "sent_media", "sent_schema"]  # fmt: skip
