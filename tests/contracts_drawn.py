"""Contracts, changes to them and needs of them, drawn by Hypothesis; and what the judge says of them."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from random import Random
from typing import Any, TypeVar

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder
from cxcontracts.documents import parse
from cxcontracts.estate.model import Call, Estate, Given, Journey, Partner, Step
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Finding, Harm
from cxcontracts.judging import Judge
from cxcontracts.kinds import cxcontracts_kinds
from cxcontracts.scenes import Side
from tests.contracts_made import (
    FORMATS,
    INT32,
    PATTERNS,
    Anything,
    Choice,
    Definitions,
    Either,
    Endless,
    Ends,
    Field,
    Flag,
    Layout,
    Listed,
    Made,
    Named,
    Number,
    Perhaps,
    Reading,
    Record,
    Table,
    Text,
    Type,
    Values,
    Writer,
    ends,
    reached,
    scalar,
    telling,
    valid,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]
_NAMES = ("id", "status", "price", "cause", "legs", "a.b")
_DEFINITIONS = ("Thing", "Leg", "Person")
_TODAY = datetime.date(2031, 5, 17)
_Test = TypeVar("_Test", bound=Callable[..., None])


def law(examples: int) -> Callable[[_Test], _Test]:
    """Try a law on so many examples, the same at every run; CX_LAWS=20 tries twenty times as many, others each time."""
    deeper = os.environ.get("CX_LAWS")
    return settings(
        max_examples=examples * int(deeper or 1),
        derandomize=deeper is None,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


# --- types --------------------------------------------------------------------------------------------------------------------

texts = st.one_of(
    st.builds(Text),
    st.builds(Text, shortest=st.integers(0, 3), longest=st.sampled_from((None, 3, 8, 40))),
    st.builds(Text, pattern=st.sampled_from(sorted(PATTERNS))),
    st.builds(Text, format=st.sampled_from(sorted(FORMATS))),
)
numbers = st.one_of(
    st.builds(Number, whole=st.booleans()),
    st.builds(
        Number, st.booleans(), st.sampled_from((None, 0, 1)), st.sampled_from((None, 10, 12)), st.booleans(), st.booleans()
    ),
    st.builds(Number, whole=st.booleans(), low=st.just(0), step=st.sampled_from((5, 0.5))),
    st.just(Number(True, *INT32)),
)
choices = st.lists(st.sampled_from(("on", "off", "late", "EUR")), min_size=1, max_size=4, unique=True).map(
    lambda values: Choice(tuple(values))
)
codes = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True).map(lambda values: Choice(tuple(values)))
scalars = st.one_of(texts, numbers, st.just(Flag()), choices, codes)


@dataclass(frozen=True)
class Known:
    """What a type that is drawn may refer to: *whole* anywhere, *later* where a value need not go on for ever."""

    whole: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    tagged: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.whole + self.later))


@st.composite
def types(draw: Draw, known: Known, depth: int = 2) -> Type:
    """Draw a type."""
    kinds = ["scalar"] * 3 + ["perhaps", "anything"]
    if depth > 0:
        kinds += ["record", "record", "listed", "table", "either"]
    if known.whole:
        kinds += ["named", "named"]
    if len(known.tagged) > 1:
        kinds += ["tagged"]
    kind = draw(st.sampled_from(kinds))
    return _DRAWN[kind](draw, known, depth)


def _of_scalar(draw: Draw, known: Known, depth: int) -> Type:
    found: Type = draw(scalars)
    return found


def _of_perhaps(draw: Draw, known: Known, depth: int) -> Type:
    if known.later and draw(st.booleans()):
        return Perhaps(Named(draw(st.sampled_from(known.all))))
    inner = draw(types(known, depth))
    return inner if isinstance(inner, Perhaps | Anything) else Perhaps(inner)


def _of_record(draw: Draw, known: Known, depth: int) -> Type:
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4, unique=True))
    return Record(tuple(_field(draw, name, known, depth) for name in names))


def _field(draw: Draw, name: str, known: Known, depth: int) -> Field:
    required = draw(st.sampled_from((True, True, False)))
    if not required:
        known = replace(known, whole=known.all)
    way = draw(st.sampled_from(("", "", "", "", "", "readOnly", "writeOnly")))
    return Field(name, draw(types(known, depth - 1)), required, way)


def _of_listed(draw: Draw, known: Known, depth: int) -> Type:
    least = draw(st.sampled_from((0, 0, 0, 1, 2)))
    known = known if least else replace(known, whole=known.all)
    most = draw(st.sampled_from((None, None, 2, 3)))
    return Listed(draw(types(known, depth - 1)), least, most)


def _of_table(draw: Draw, known: Known, depth: int) -> Type:
    names = draw(st.sampled_from(("", "", "^[A-Z]{3}$")))
    value = draw(types(replace(known, whole=known.all), depth - 1).filter(lambda found: not isinstance(found, Anything)))
    return Table(value, names)


def _of_either(draw: Draw, known: Known, depth: int) -> Type:
    branches = draw(st.lists(types(known, depth - 1), min_size=2, max_size=3, unique=True))
    return Either(tuple(branches))


def _of_tagged(draw: Draw, known: Known, depth: int) -> Type:
    names = draw(st.lists(st.sampled_from(known.tagged), min_size=2, max_size=3, unique=True))
    short = draw(st.booleans())
    values = tuple(names) if short else tuple(name.lower() for name in names)
    return Either(tuple(map(Named, names)), "kind", values)


_DRAWN: Mapping[str, Callable[[Draw, Known, int], Type]] = {
    "scalar": _of_scalar,
    "perhaps": _of_perhaps,
    "anything": lambda draw, known, depth: draw(st.sampled_from((Anything(), Record()))),
    "record": _of_record,
    "listed": _of_listed,
    "table": _of_table,
    "either": _of_either,
    "named": lambda draw, known, depth: Named(draw(st.sampled_from(known.whole))),
    "tagged": _of_tagged,
}


@st.composite
def definitions(draw: Draw) -> Definitions:
    """Draw what references point to: each may refer to those before it, and to any where that can end."""
    names = _DEFINITIONS[: draw(st.integers(0, 3))]
    found: dict[str, Type] = {}
    for name in names:
        known = Known(tuple(found), names)
        found[name] = draw(scalars) if draw(st.integers(0, 5)) == 0 else _of_record(draw, known, 2)
    return found


def _known(defined: Definitions) -> Known:
    return Known(tuple(defined), tuple(defined), tuple(name for name, each in defined.items() if isinstance(each, Record)))


@st.composite
def contracts(draw: Draw) -> Made:
    """Draw what one version of a contract means."""
    defined = draw(definitions())
    known = _known(defined)
    root = st.one_of(types(known, 3), st.builds(lambda drawn: drawn, _records(known)), _records(known))
    answers: dict[str, Type | None] = {"200": draw(root)}
    extra = draw(st.sampled_from((None, None, None, None, "201", "204", "2XX")))
    if extra:
        answers[extra] = None if extra == "204" else draw(root)
    header = draw(st.lists(st.sampled_from(("etag", "retry-after")), max_size=1))
    headers = Record(tuple(Field(name, draw(scalars), draw(st.booleans())) for name in header))
    return Made(defined, answers, headers, draw(_records(known)), _parameters(draw))


@st.composite
def _records(draw: Draw, known: Known) -> Type:
    return _of_record(draw, known, 3)


def _parameters(draw: Draw) -> tuple[tuple[str, Field], ...]:
    places = {"id": "path", "q": "query", "n": "query", "x-trace": "header", "session": "cookie"}
    names = draw(st.lists(st.sampled_from(sorted(places)), max_size=3, unique=True))
    return tuple((places[name], Field(name, draw(scalars), draw(st.booleans()))) for name in names)


# --- changes ------------------------------------------------------------------------------------------------------------------


@st.composite
def changed(draw: Draw, made: Made) -> Made:
    """Draw a contract that differs from another by a few edits, as partners make them."""
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 3)))):
        made = _edited(draw, made)
    return made


def _edited(draw: Draw, made: Made) -> Made:
    known = _known(made.definitions)
    places = ["answers"] * 6 + ["definitions"] * 2 * bool(made.definitions) + ["request", "request", "parameters", "headers"]
    place = draw(st.sampled_from(places))
    if place == "definitions":
        name = draw(st.sampled_from(sorted(made.definitions)))
        edited = _edit(draw, made.definitions[name], Known(tuple(each for each in made.definitions if each < name)))
        if name in _tagged(made) and not isinstance(edited, Record):
            return made  # what a discriminator tells apart has a member that says which it is
        return replace(made, definitions={**made.definitions, name: edited})
    if place == "answers":
        return replace(made, answers=_other_answers(draw, made, known))
    if place == "request":
        return replace(made, request=_edit(draw, made.request or Record(), known))
    if place == "headers":
        return replace(made, headers=Record(_edited_scalars(draw, made.headers.fields)))
    where = {each.name: place for place, each in made.parameters}
    parameters = _edited_scalars(draw, tuple(each for _, each in made.parameters))
    return replace(made, parameters=tuple((where[each.name], each) for each in parameters))


def _tagged(made: Made) -> set[str]:
    """Return the names of the definitions that some discriminator leads to."""
    left = [*made.definitions.values(), *(body for body in made.answers.values() if body), made.request or Record()]
    found: set[str] = set()
    while left:
        type_ = left.pop()
        if isinstance(type_, Either) and type_.tag:
            found |= {branch.name for branch in type_.branches if isinstance(branch, Named)}
        left += _below(type_)
    return found


def _edited_scalars(draw: Draw, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Edit one of some fields that hold scalars and keep their names."""
    if not fields:
        return ()
    index = draw(st.integers(0, len(fields) - 1))
    own, rest = fields[index], fields[:index] + fields[index + 1 :]
    match draw(st.sampled_from(("drop", "required", "retype", "retype"))):
        case "drop":
            return rest
        case "required":
            return (*rest, replace(own, required=not own.required))
    return (*rest, replace(own, type=draw(scalars)))


def _other_answers(draw: Draw, made: Made, known: Known) -> Mapping[str, Type | None]:
    key = draw(st.sampled_from(sorted(made.answers)))
    body = made.answers[key]
    if body is None or draw(st.integers(0, 9)) == 0:
        return {**made.answers, **draw(st.sampled_from(({"204": None}, {"default": Text()}, {"201": Record()})))}
    return {**made.answers, key: _edit(draw, body, known)}


def _edit(draw: Draw, type_: Type, known: Known) -> Type:
    """Edit a type at its top or somewhere below."""
    below = _below(type_)
    if not below or draw(st.integers(0, 3)) == 0:
        return _top(draw, type_, known)
    index = draw(st.integers(0, len(below) - 1))
    if isinstance(type_, Record) and draw(st.integers(0, 2)) == 0:
        return _edit_field(draw, type_, index)
    return _with(type_, index, _edit(draw, below[index], known))


def _below(type_: Type) -> tuple[Type, ...]:
    match type_:
        case Record(fields):
            return tuple(each.type for each in fields)
        case Listed(inner) | Table(inner) | Perhaps(inner):
            return (inner,)
        case Either(branches, ""):
            return branches
    return ()


def _with(type_: Type, index: int, below: Type) -> Type:
    match type_:
        case Record(fields):
            return Record((*fields[:index], replace(fields[index], type=below), *fields[index + 1 :]))
        case Listed():
            return replace(type_, item=below)
        case Table():
            return replace(type_, value=below)
        case Perhaps():
            return below if isinstance(below, Perhaps | Anything) else Perhaps(below)
        case Either(branches):
            return Either(tuple(dict.fromkeys((*branches[:index], below, *branches[index + 1 :]))))
    return below


def _edit_field(draw: Draw, record: Record, index: int) -> Record:
    own = record.fields[index]
    rest = record.fields[:index] + record.fields[index + 1 :]
    match draw(st.sampled_from(("drop", "required", "way", "rename"))):
        case "drop":
            return Record(rest)
        case "required":
            return Record((*rest, replace(own, required=not own.required)))
        case "way":
            return Record((*rest, replace(own, way=draw(st.sampled_from(("", "readOnly", "writeOnly"))))))
    name = draw(st.sampled_from([name for name in _NAMES if all(each.name != name for each in record.fields)]))
    return Record((*rest, replace(own, name=name)))


def _top(draw: Draw, type_: Type, known: Known) -> Type:
    tries: list[Callable[[], Type]] = [
        lambda: Perhaps(type_) if not isinstance(type_, Perhaps | Anything) else Text(),
        lambda: Listed(type_),
        lambda: draw(scalars),
        lambda: draw(types(known, 1)),
        lambda: Either((type_, _another(draw, type_))),
    ]
    match type_:
        case Record(fields) if len(fields) < len(_NAMES):
            free = [name for name in _NAMES if all(each.name != name for each in fields)]
            tries += [lambda: Record((*fields, _field(draw, draw(st.sampled_from(free)), known, 1)))] * 3
        case Perhaps(inner):
            tries += [lambda: inner] * 5
        case Listed(item, least, most):
            tries += [
                lambda: item,
                lambda: replace(type_, least=1 - min(least, 1)),
                lambda: replace(type_, most=None if most else 2),
            ]
        case Either(branches, tag) if len(branches) > 2 or not tag:
            tries += [lambda: branches[0]] * 2
        case Choice(values):
            tries += [
                lambda: Choice((*values, "new" if isinstance(values[0], str) else 7)),
                lambda: Choice(values[1:] or values),
                lambda: Choice((*(value for value in values if value is not None), None)),
                lambda: Text() if isinstance(values[0], str) else Number(),
            ] * 2
        case Text():
            tries += [lambda: draw(texts)] * 5
        case Number():
            tries += [lambda: draw(numbers)] * 5
    found: Type = draw(st.sampled_from(tries))()
    return found


def _another(draw: Draw, type_: Type) -> Type:
    found: Type = draw(scalars.filter(lambda drawn: drawn != type_))
    return found


@st.composite
def pairs(draw: Draw) -> tuple[Made, Made]:
    """Draw a contract of record and a candidate."""
    record = draw(contracts())
    return record, draw(changed(record))


def satisfiable(*versions: Made) -> bool:
    """Tell whether every part of some contracts has values: a contract that contradicts itself promises nothing."""
    try:
        for made in versions:
            for way in ("response", "request"):
                for type_ in (*made.definitions.values(), *made.answers.values(), made.request):
                    if type_ is not None:
                        values_of(Reading(made, way), type_, 3)
    except Endless:
        return False
    return True


sound_pairs = pairs().filter(lambda pair: satisfiable(*pair))
"""A contract of record and a candidate, neither of which contradicts itself."""

layouts = st.builds(
    Layout,
    version=st.sampled_from(("3.0.3", "3.1.0")),
    null=st.integers(0, 5),
    inline=st.booleans(),
    split=st.booleans(),
    shared=st.booleans(),
    turned=st.booleans(),
    word=st.sampled_from(("oneOf", "anyOf")),
    wrapped=st.booleans(),
    wordy=st.booleans(),
)


# --- needs --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """A need of an answer.

    Attributes:
        segments: The path into the body; a single name into the headers where *header*.
        schema: What the value must satisfy, as JSON Schema keys.
        optional: ``may-have``.
        when: A path beside the need's, and the values there for which it counts.
    """

    segments: tuple[str, ...]
    schema: Mapping[str, Any]
    optional: bool = False
    header: bool = False
    when: tuple[tuple[str, ...], tuple[JSON, ...]] | None = None

    @property
    def path(self) -> str:
        return f"header.{self.segments[0]}" if self.header else _path(self.segments)

    @property
    def allows_null(self) -> bool:
        return valid(self.schema, None)

    @property
    def kind(self) -> str:
        return "needs-when" if self.when else "may-have" if self.optional else "needs"

    @property
    def rest(self) -> str:
        """What follows the step in the id of its requirement."""
        return f"{self.kind}:{self.path}"

    def refuses(self, body: JSON, headers: Mapping[str, JSON]) -> bool:
        """Tell whether an answer fails the need."""
        if self.when and not any(value in self.when[1] for value in reached(body, self.when[0])):
            return False
        return any(self._misses(value) for value in reached(dict(headers) if self.header else body, self.segments))

    def _misses(self, value: JSON) -> bool:
        if value == "gone" or (value is None and not self.allows_null):
            return not self.optional
        return not valid(self.schema, value)


def _path(segments: Sequence[str]) -> str:
    return "body" if not segments else ".".join(["", *(segment.replace(".", r"\.") for segment in segments)])


def paths_of(reading: Reading, type_: Type, depth: int = 4) -> Iterator[tuple[str, ...]]:
    """Yield the paths that lead somewhere in a type."""
    yield ()
    if depth == 0:
        return
    match reading.made.plain(type_):
        case Perhaps(inner):
            yield from paths_of(reading, inner, depth)
        case Either() as either:
            for branch in reading.made.choices(either):
                yield from paths_of(reading, branch, depth)
        case Listed(item):
            for name in ("*", "0"):
                yield from ((name, *rest) for rest in paths_of(reading, item, depth - 1))
        case Table(value):
            for name in ("*", "EUR"):
                yield from ((name, *rest) for rest in paths_of(reading, value, depth - 1))
        case Record(fields):
            for each in fields:
                yield from ((each.name, *rest) for rest in paths_of(reading, each.type, depth - 1))
            yield ("ghost",)
            yield ("*",)


@st.composite
def asks(draw: Draw, record: Made, candidate: Made) -> tuple[Ask, ...]:
    """Draw needs of what either version has, each path once, an answer's body as a whole included."""
    random = Random(draw(st.integers(0, 999)))
    found: dict[tuple[bool, tuple[str, ...]], Ask] = {}
    for made in (record, candidate):
        reading = Reading(made)
        for body in made.answers.values():
            paths = sorted(set(paths_of(reading, body))) if body is not None else []
            for segments in random.sample(paths, min(len(paths), 12)):
                if body is not None:
                    found.setdefault((False, segments), _ask(random, ends(reading, body, segments), segments))
        for each in made.headers.fields:
            drawn = _ask(random, ends(reading, made.headers, (each.name,)), (each.name,))
            found.setdefault((True, (each.name,)), replace(drawn, header=True))
    return tuple(found.values())


def _ask(random: Random, end: Ends, segments: tuple[str, ...]) -> Ask:
    type_: Type = random.choice(end.types) if end.types else Text()
    schema = random.choice(list(_wanted(type_)))
    if random.random() < 0.2:
        schema = _or_null(schema)
    return Ask(segments, schema, optional=random.random() < 0.25)


def _wanted(type_: Type) -> Iterator[dict[str, Any]]:
    """Yield schemas that somebody may need of a type: as it is, its type alone, more and less."""
    match type_:
        case Choice(values):
            rest = [value for value in values if value is not None]
            yield {"enum": rest}
            yield {"enum": [*rest, "more"]}
            yield {"enum": rest[:1]}
            yield {"type": "string" if isinstance(rest[0], str) else "integer"}
        case Text() | Number():
            own = scalar(type_)
            yield own
            yield {"type": own["type"]}
            yield {"type": "number", "minimum": 0} if isinstance(type_, Number) else {"type": "string", "minLength": 1}
            yield {"type": "number"} if isinstance(type_, Number) else {"type": "string", "pattern": "^[A-Z]"}
            yield {"enum": [1, 2]} if isinstance(type_, Number) else {"enum": ["on", "off"]}
        case Flag():
            yield {"type": "boolean"}
            yield {"const": True}
        case Listed(item):
            yield {"type": "array"}
            yield {"type": "array", "minItems": 1}
            if isinstance(item, Text | Number | Flag | Choice):
                yield {"type": "array", "items": scalar(item)}
        case Record(fields):
            yield {"type": "object"}
            if fields:
                yield {"type": "object", "required": [fields[0].name]}
        case Table():
            yield {"type": "object"}
            yield {"type": "object", "additionalProperties": {"type": "string"}}
        case _:
            yield {"type": "string"}
            yield {}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {"anyOf": [dict(schema), {"type": "null"}]}


@st.composite
def looser(draw: Draw, ask: Ask) -> Ask:
    """Draw a need that is met whenever another is."""
    tries = [replace(ask, optional=True), replace(ask, schema=_or_null(ask.schema)), replace(ask, schema={})]
    for key in ask.schema:
        if key != "type":
            tries.append(replace(ask, schema={other: value for other, value in ask.schema.items() if other != key}))
    if "enum" in ask.schema:
        tries.append(replace(ask, schema={**ask.schema, "enum": [*ask.schema["enum"], "even more"]}))
    if ask.schema.get("type") == "integer":
        tries.append(replace(ask, schema={**ask.schema, "type": "number"}))
    tries.append(replace(ask, schema={"anyOf": [dict(ask.schema), {"type": "array"}]}))
    found: Ask = draw(st.sampled_from(tries))
    return found


# --- what we send -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """One value that a journey sends.

    Attributes:
        key: The key of ``with``.
        place: ``body``, or the place of a parameter.
        segments: Where in the body; the name of the parameter.
        space: The values that it may have.
        literal: Whether it is written in the journey as it is.
    """

    key: str
    place: str
    segments: tuple[str, ...]
    space: Mapping[str, Any]
    literal: bool = False


@st.composite
def sendings(draw: Draw, record: Made) -> tuple[Piece, ...]:
    """Draw what a journey sends: every member of the body and every parameter that the record declares."""
    random = Random(draw(st.integers(0, 999)))
    reading = Reading(record, "request")
    found: list[Piece] = []
    for place, each in record.parameters:
        found.append(Piece(f"{place}.{each.name}", place, (each.name,), random.choice(list(_spaces(each.type)))))
    members = record.request.fields if isinstance(record.request, Record) else ()
    for each in members:
        if each.way != reading.hidden:
            found += _pieces(random, reading, each)
    return tuple(found)


def _pieces(random: Random, reading: Reading, each: Field) -> Iterator[Piece]:
    key = f"body.{each.name}"
    plain = reading.made.plain(each.type)
    inner = plain.type if isinstance(plain, Perhaps) else plain
    if isinstance(inner, Text | Number | Flag | Choice) and random.random() < 0.7:
        yield Piece(key, "body", (each.name,), random.choice(list(_spaces(inner))))
    elif isinstance(inner, Listed) and isinstance(inner.item, Text | Number | Flag | Choice) and random.random() < 0.7:
        item = random.choice(list(_spaces(inner.item)))
        yield Piece(key, "body", (each.name,), {"type": "array", "items": item, "minItems": inner.least, "maxItems": 3})
    else:
        values = [value for value in values_of(reading, each.type, 6) if _plain(value)]
        yield from _literal(key, (each.name,), random.choice(values)) if values else ()


def _plain(value: JSON) -> bool:
    """Tell whether a value has no list of anything but scalars: each item of one would be a place of its own."""
    if isinstance(value, dict):
        return all(map(_plain, value.values()))
    return not isinstance(value, list) or not any(isinstance(item, dict | list) for item in value)


def _literal(key: str, segments: tuple[str, ...], value: JSON) -> Iterator[Piece]:
    """Yield the parts of a value that is written out, as deep as its mappings go."""
    if isinstance(value, dict) and value:
        for name, below in value.items():
            yield from _literal(key, (*segments, name), below)
    else:
        yield Piece(key, "body", segments, {"const": value}, literal=True)


def _spaces(type_: Type) -> Iterator[dict[str, Any]]:
    """Yield sets of values that a journey may send where a type is taken."""
    own = scalar(type_)
    yield own
    yield {"enum": [value for value in telling(type_) if not isinstance(value, float)][:3]}
    if isinstance(type_, Text):
        yield {"type": "string", "minLength": 1, "maxLength": 20}
        yield {"type": "string", "pattern": "^[A-Z0-9]{3}$"}
        yield {"type": "string", "pattern": "^[0-9]{1,4}$"}
    if isinstance(type_, Number):
        yield {"type": "integer", "minimum": 1, "maximum": 5}
        yield {"type": "integer"}


def sent_by(pieces: Sequence[Piece]) -> Sent:
    """Return the ``with`` and the givens of some pieces."""
    templates: dict[str, JSON] = {}
    spaces: dict[str, Mapping[str, Any]] = {}
    for number, piece in enumerate(pieces):
        if piece.literal:
            _put(templates, (piece.key, *piece.segments[1:]), piece.space["const"])
        else:
            templates[piece.key] = f"$given{number}"
            spaces[f"given{number}"] = piece.space
    return Sent(templates, spaces)


def _put(whole: dict[str, JSON], names: tuple[str, ...], value: JSON) -> None:
    for name in names[:-1]:
        whole = whole.setdefault(name, {})
    whole[names[-1]] = _escaped(value)


def _escaped(value: JSON) -> JSON:
    """A dollar in a text is written twice."""
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value.replace("$", "$$") if isinstance(value, str) else value


# --- judged -------------------------------------------------------------------------------------------------------------------


def side_of(document: Mapping[str, Any]) -> Side:
    """Return a contract, as it is read from a file."""
    return Side(Contract(Folder(Path("/nowhere"), "made"), parse(orjson.dumps(document), "openapi.json")))


def written(made: Made, layout: Layout = Layout()) -> Side:  # noqa: B008 - a frozen value
    """Return a contract in a layout, read again."""
    return side_of(Writer(made, layout).document())


@dataclass(frozen=True)
class Sent:
    """What a journey sends: key of ``with`` to template, and name of a given to its space."""

    templates: Mapping[str, JSON] = field(default_factory=dict)
    spaces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def findings(record: Side, candidate: Side | None, wanted: Sequence[Ask], sent: Sent = Sent()) -> dict[str, Finding]:
    """Return what the judge says, by what follows the step in a requirement's id."""
    givens = {name: Given(name, "customer", space) for name, space in sent.spaces.items()}
    needs = {ask.path: dict(ask.schema) for ask in wanted if ask.kind == "needs"}
    optional = {ask.path: dict(ask.schema) for ask in wanted if ask.kind == "may-have"}
    conditional = [
        {"when": f"{_path(ask.when[0])} is in {orjson.dumps(ask.when[1]).decode()}", "needs": {ask.path: dict(ask.schema)}}
        for ask in wanted
        if ask.when
    ]
    templates = {"path.id": "7", **sent.templates}
    call = Call("maker", "POST", "/things/{id}")
    step = Step("ask", "steps", call, sends=templates, asks={"needs": needs, "may-have": optional, "needs-when": conditional})
    journey = Journey("made", "journeys/made.yaml", "", "", {}, False, givens, (step,))
    partner = Partner("maker", "The maker", "partner", PurePosixPath("partners/maker"), "openapi.json")
    estate = Estate("", "made", {}, frozenset(Harm), {"maker": partner}, {"made": journey})
    released = {} if candidate is None else {"maker": candidate}
    judge = Judge(estate, cxcontracts_kinds(), {"maker": record}, released, _TODAY)
    found = [judge.finding(requirement) for requirement in judge.requirements]
    return {finding.id.split("/", 2)[2]: finding for finding in found}


@lru_cache(maxsize=4096)
def values_of(reading: Reading, type_: Type, count: int) -> tuple[JSON, ...]:
    """Return values of a type, each checked.

    Raises:
        Endless: If there are none.
    """
    made = Values(reading).some(type_, count)
    assert all(reading.admits(type_, value) for value in made)
    return tuple(made)
