"""What the call of a step varies in: the values that customers are promised to be taken, and nothing beyond them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cxcontracts.acceptance import Point, taken
from cxcontracts.calls import entries_of, point_of, points
from cxcontracts.containment.sets import Found, Schema, Undecidable, admits, find
from cxcontracts.containment.texts import as_text
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.sentences import parse_sentence
from cxcontracts.estate.templates import is_whole_reference, references
from cxcontracts.estate.values import parse_value
from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.paths import Segment, as_index, parse_path
from cxcontracts.scenes import Scene
from cxcontracts.sending import Entry, content_type, example_of, filled, given_names, placed
from cxcontracts.sending import space as typed

_IMPLIED: Final = frozenset({"header.accept", "header.content-type"})
_UNSENDABLE_IN_PATH: Final = frozenset({"", ".", ".."})
_BITS: Final = range(-(2**63), 2**64)
"""The integers that a JSON body can carry: those that the writer of bodies writes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a step sends, with the values that it may have.

    Attributes:
        name: The given, or the key of ``with`` or of ``accepts``; before one that is called as a given stands ``with.``.
        schema: Every value that customers are promised to be taken.
        sample: Its value in the working call; :data:`~cxcontracts.exchanges.NO_BODY` where that does not send it.
        places: Where it goes: ``path``, ``query``, ``header``, ``cookie``, ``body``.
        key: The key of ``with`` whose value it replaces, or a part of it; empty for a given.
        way: The way to that part.
        accepted: What the contract takes there, as far as that is told and meets *schema*; else anything.
        read: Whether the step reads something of that name from the answer.
        others: What the contracts of other steps take that send it as well, as far as that is told.
    """

    name: str
    schema: Schema
    sample: JSON
    places: tuple[str, ...] = ()
    key: str = ""
    way: tuple[Segment, ...] = ()
    accepted: Schema = True
    read: bool = False
    others: tuple[Schema, ...] = ()

    def admits(self, value: JSON) -> bool:
        """Tell whether a value is promised to be taken, and can be sent where it goes."""
        try:
            return all(_carried(place, value) for place in self.places) and admits(self.schema, value)
        except Undecidable:
            return False


@dataclass(frozen=True)
class Space:
    """What the call of one step varies in.

    Attributes:
        fields: In the order in which they are worth varying: what the step reads from the answer first, what a path names last,
            for there a partner looks up what it knows.
        rows: Other rows of givens, as far as they are fields here.
        left_out: What the step sends and that is not varied, to why.
        names: The names that the step reads from the answer, in plain spelling; see :func:`plain`.
    """

    fields: tuple[Field, ...]
    rows: tuple[Mapping[str, JSON], ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    @property
    def sample(self) -> dict[str, JSON]:
        """The values of the working call; what that does not send is not among them."""
        return {each.name: each.sample for each in self.fields if each.sample is not NO_BODY}

    def admits(self, varied: Mapping[str, JSON]) -> bool:
        """Tell whether customers are promised that all of these values are taken."""
        known = {each.name: each for each in self.fields}
        return all(name in known and known[name].admits(value) for name, value in varied.items())

    def replaced(self, varied: Mapping[str, JSON], sent: Callable[[str], JSON]) -> dict[str, JSON]:
        """Return the keys of ``with`` whose values are replaced, each with its value as a whole; givens are not among them.

        Args:
            sent: Returns what is sent under a key otherwise; :data:`~cxcontracts.exchanges.NO_BODY` for nothing.
        """
        whole: dict[str, JSON] = {}
        for each in self.fields:
            if each.key and each.name in varied:
                before = whole[each.key] if each.key in whole else sent(each.key)
                whole[each.key] = placed(None if before is NO_BODY else before, each.way, varied[each.name])
        return whole


def space_of(
    scene: Scene,
    values: Mapping[str, JSON],
    rows: Sequence[Mapping[str, JSON]] = (),
    *,
    inputs: bool = False,
    fixed: Collection[str] = (),
) -> Space:
    """Return what the call of a step varies in.

    Args:
        values: Every given and keep to its value in the working call; a given that is missing there has its example.
        rows: The rows of givens that a run takes; the one of the working call may be among them.
        inputs: Whether what the step sends as a constant varies too, in whatever the contract takes there. Nobody promised that
            to customers.
        fixed: The givens that are not varied, since other values of the journey go with those that they have.

    Raises:
        ContractError: If the contract is unsound where the operation takes its input.
    """
    names = names_read(scene.step)
    fields = {each.name: each for each in _givens(scene, values) if each.name not in fixed}
    for each in _accepted(scene, values):
        given = fields.get(_whole_given(scene, each))
        if given is not None:
            fields[given.name] = _either(given, each)
        else:
            name = f"with.{each.name}" if each.name in scene.journey.givens else each.name
            fields[name] = replace(each, name=name)
    if inputs:
        for each in _constants(scene):
            fields.setdefault(each.name, each)
    whole = [replace(each, read=plain(each.name) in names) for each in fields.values()]
    whole.sort(key=lambda each: ("path" in each.places, not each.read))
    kept = {each.name: each.sample for each in whole}
    further = [{name: value for name, value in row.items() if name in kept and kept[name] != value} for row in rows]
    return Space(tuple(whole), tuple(row for row in further if row), _left_out(scene), names)


def joined(spaces: Iterable[Space]) -> Space:
    """Return the space in which a walk varies: what any of its steps may vary, a given that several send only in what all may."""
    whole: dict[str, Field] = {}
    for each in (each for space in spaces for each in space.fields):
        known = whole.get(each.name)
        whole[each.name] = each if known is None else _both(known, each)
    names = frozenset(name for space in spaces for name in space.names)
    return Space(tuple(sorted(whole.values(), key=lambda each: ("path" in each.places, not each.read))), names=names)


def _both(one: Field, other: Field) -> Field:
    schema: Schema = one.schema if one.schema == other.schema else {"allOf": [one.schema, other.schema]}
    others = tuple(each for each in (*one.others, other.accepted) if each not in (True, one.accepted))
    places = tuple(dict.fromkeys((*one.places, *other.places)))
    return replace(one, schema=schema, places=places, read=one.read or other.read, others=others)


def names_read(step: Step) -> frozenset[str]:
    """Return the names of what a step reads from its answer, in plain spelling."""
    asked = [*step.asks.get("needs", ()), *step.asks.get("may-have", ())]
    for each in step.asks.get("needs-when", ()):
        asked += each.get("needs", ())
    for path in step.asks.get("keep", {}).values():
        asked += [path] if isinstance(path, str) else path
    paths = [parse_path(text) for text in asked]
    for each in step.asks.get("must", ()):
        paths.append(parse_sentence(each if isinstance(each, str) else each["that"]).path)
    return frozenset(plain(path.segments[-1]) for path in paths if path.segments and isinstance(path.segments[-1], str))


def plain(name: str) -> str:
    """Return a name in the spelling in which names are compared.

    >>> plain("given_name") == plain("givenName")
    True
    """
    return name.rpartition(".")[2].replace("_", "").replace("-", "").lower()


def _givens(scene: Scene, values: Mapping[str, JSON]) -> Iterator[Field]:
    spaces = given_names(scene.journey.givens)
    entries = entries_of(scene)
    for name, given in scene.journey.givens.items():
        sending = [entry for entry in entries if name in references(entry.template)]
        if sending and not _spent(scene.journey, name):
            sample = values[name] if name in values else example_of(given)
            places = tuple(dict.fromkeys(entry.place for entry in sending))
            (schema,) = spaces[name]
            found = [(point, template) for entry in sending for point, template in points(entry)]
            alone = [point for point, template in found if isinstance(template, str) and is_whole_reference(template) == name]
            yield Field(name, schema, sample, places, accepted=_taken(scene, alone, schema))


def _accepted(scene: Scene, values: Mapping[str, JSON]) -> Iterator[Field]:
    """Yield what ``accepts`` promises to be taken, by its name there."""
    entries = entries_of(scene)
    for name, written in scene.step.asks.get("accepts", {}).items():
        if name.lower() in _IMPLIED:
            continue
        point = point_of(scene, name)
        own, way = _sent_at(entries, point)
        schema = typed(parse_value(written).schema)
        sample = _at(filled(own.template, values), way) if own else NO_BODY
        key = own.key if own else point.entry.key
        yield Field(name, schema, sample, (point.entry.place,), key, way, _taken(scene, [point], schema))


def _sent_at(entries: Sequence[Entry], point: Point) -> tuple[Entry | None, tuple[Segment, ...]]:
    """Return the entry that sends what is at a point, and the way to it from there; None where none does."""
    for entry in entries:
        if (entry.place, entry.name) == (point.entry.place, point.entry.name):
            return entry, point.segments
    whole = next((entry for entry in entries if entry.place == point.entry.place == "body" and not entry.name), None)
    return whole, (point.entry.name, *point.segments) if whole else point.segments


def _constants(scene: Scene) -> Iterator[Field]:
    """Yield what the step sends as a constant, with all that the contract takes there."""
    for entry in entries_of(scene):
        for point, template in points(entry) if entry.key.lower() not in _IMPLIED else ():
            if point.shell or isinstance(template, dict | list) or references(template):
                continue
            target = taken(scene.record, scene.operation, point, {}, content_type(scene.step), set())
            if target.declared and not target.unknown and target.schema is not True:
                name = ".".join((entry.key, *map(str, point.segments)))
                yield Field(name, target.schema, template, (entry.place,), entry.key, point.segments, target.schema)


def _at(whole: JSON, way: Sequence[Segment]) -> JSON:
    """Return what stands at the end of a way into a value; :data:`~cxcontracts.exchanges.NO_BODY` for nothing."""
    for segment in way:
        index = as_index(segment) if isinstance(segment, str) else None
        if isinstance(whole, Mapping) and segment in whole:
            whole = whole[segment]
        elif isinstance(whole, list) and index is not None and index < len(whole):
            whole = whole[index]
        else:
            return NO_BODY
    return whole


def _whole_given(scene: Scene, accepted: Field) -> str:
    """Return the given that alone is sent where a field goes, and nowhere else; empty where there is none."""
    sent = entries_of(scene)
    own = next((entry for entry in sent if entry.key == accepted.key), None)
    if own is None or accepted.way or not isinstance(own.template, str):
        return ""
    name = is_whole_reference(own.template) or ""
    return "" if any(name in references(entry.template) for entry in sent if entry is not own) else name


def _either(given: Field, accepted: Field) -> Field:
    schema: Schema = given.schema if given.schema == accepted.schema else {"anyOf": [given.schema, accepted.schema]}
    return replace(given, schema=schema)


def _taken(scene: Scene, sent: Sequence[Point], schema: Schema) -> Schema:
    """Return what the contract takes at some places, where some value of *schema* is that."""
    targets = [taken(scene.record, scene.operation, point, schema, content_type(scene.step), set()) for point in sent]
    told: list[Schema] = [target.schema for target in targets if target.declared and not target.unknown]
    return {"allOf": told} if told and isinstance(find([schema, *told]), Found) else True


def _spent(journey: Journey, name: str) -> bool:
    return journey.givens[name].once or journey.givens[name].fresh


def _left_out(scene: Scene) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in sorted(references(dict(scene.step.sends))):
        given = scene.journey.givens.get(name)
        if given is None:
            found[name] = "an earlier step hands it out"
        elif _spent(scene.journey, name):
            found[name] = "each row of it is used once" if given.once else "each run takes one that nobody used"
    return found


def _carried(place: str, value: JSON) -> bool:
    """Tell whether a value can be sent in a place at all, whatever the partner makes of it."""
    if isinstance(value, Mapping):
        return all(_carried(place, each) for each in (*value, *value.values()))
    if isinstance(value, list):
        return all(_carried(place, each) for each in value)
    if isinstance(value, int) and value not in _BITS:
        return False
    text = as_text(value)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return False
    if place == "path":
        return text not in _UNSENDABLE_IN_PATH
    if place in ("header", "cookie"):
        return (
            text == text.strip() and text.isascii() and text.isprintable() and not (place == "cookie" and set(text) & set(';," '))
        )
    return True
