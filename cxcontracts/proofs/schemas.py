"""Claims about schemas: values, members, alternatives and rules that one version has and the other has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from cxcontracts.acceptance import Taken, newly_refused, refusal
from cxcontracts.acceptance import refused as not_taken
from cxcontracts.containment.building import Builder, Unbuildable, allows
from cxcontracts.containment.inlining import inlined
from cxcontracts.containment.narrowing import Interest, narrowed
from cxcontracts.containment.nodes import TYPES, Reader, Shape
from cxcontracts.containment.sets import Answer, Found, Nothing, Schema, Unknown, admits, covers, find
from cxcontracts.containment.texts import find_text
from cxcontracts.containment.ways import Turn, Way
from cxcontracts.contracts.styles import written
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Verdict
from cxcontracts.proofs.prover import HARMLESS, IGNORED, NOT_SHOWN, REFUSED, Outcome, Prover, broken, unheard, unproven
from cxcontracts.proofs.showing import agreeable, built, flat, refused, refused_whole, shown, shown_whole
from cxcontracts.proofs.wholes import DEEP, Sent, Spot, Told
from cxcontracts.wording import listed, value_in_words

_COMPOUND = frozenset({"array", "object"})
_STRUCTURED = frozenset({"type", "properties", "items", "additionalProperties"})
_FEW = 3
"""Against how many alternatives a value is looked for."""

_MOST_TAKEN = 20
"""How many listed values are tried that another alternative turns out to take."""

_MOST_LOST = 6
"""How many members are told of that an alternative takes along."""

Shapes = Sequence[Shape]


@dataclass(frozen=True, slots=True)
class OtherValues:
    """A value may be another than before: what is answered, or what is taken.

    Attributes:
        spot: Where.
        one, other: The alternatives of record and candidate that differ.
        old, new: The schemas of what they say.
    """

    spot: Spot
    one: tuple[Shape, ...]
    other: tuple[Shape, ...]
    old: tuple[Schema, ...]
    new: tuple[Schema, ...]

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a value that one version has and the other has not."""
        if isinstance(self.spot.whole, Told):
            return self._answered(self.spot.whole, prover)
        return self._taken(self.spot.whole, prover)

    def _impossible(self, reader: Reader, shape: Shape, others: Sequence[Schema]) -> bool:
        """Tell whether what an object needs besides leaves no value that would show it."""
        return isinstance(find([narrowed(reader, shape, Interest(levels=1))], others), Nothing)

    @property
    def _listed(self) -> bool:
        """Whether the candidate takes a list."""
        return any("array" in shape.types for shape in self.other)

    def _answered(self, whole: Told, prover: Prover) -> Outcome:
        doubts = []
        for shape, schema in zip(self.other, self.new, strict=True):
            answer = (
                find_text([schema], _any_of(self.old))
                if whole.header
                else _find(prover.candidate.builder, shape, schema, self.old)
            )
            if isinstance(answer, Unknown):
                doubts.append(answer.reason)
            if isinstance(answer, Found):
                outcome = shown(prover, self.spot, whole, Way(self.spot.new, shape), answer.value, schema, self.old)
                if outcome.verdict is Verdict.BROKEN:
                    return outcome
                if outcome.doubt and not self._impossible(prover.candidate.responses, shape, self.old):
                    doubts.append(outcome.doubt)
        return unproven(doubts[0]) if doubts else HARMLESS

    def _taken(self, whole: Sent, prover: Prover) -> Outcome:
        doubts = []
        candidate = Taken(True, self.new, text=True)
        for shape, schema in zip(self.one, self.old, strict=True):
            if whole.text and shape.types <= _COMPOUND and not any(_STRUCTURED & atom.value.keys() for atom in shape.atoms):
                continue  # nothing says what is sent, so it is any text, and compared as that
            if not whole.text:
                outcome = self._refused(whole, prover, shape, schema)
                if outcome.verdict is Verdict.BROKEN:
                    return outcome
                doubts += [outcome.doubt] if outcome.doubt else []
                continue
            schema = _leaving_a_trace(whole, schema, shape)
            answer = _newly_refused(whole, _as_text(schema, shape), shape, candidate)
            if isinstance(answer, Found) and not self._listed and _fits_in_one(whole, answer.value, candidate):
                continue
            if isinstance(answer, Unknown):
                doubts.append(answer.reason)
            if isinstance(answer, Found):
                outcome = refused(prover, self.spot, whole, Way(self.spot.old, shape), answer.value, schema, self.new)
                if outcome.verdict is Verdict.BROKEN:
                    return outcome
                if outcome.doubt and not self._impossible(prover.record.requests, shape, self.new):
                    doubts.append(outcome.doubt)
        return unproven(doubts[0]) if doubts else HARMLESS

    def _refused(self, whole: Sent, prover: Prover, shape: Shape, schema: Schema) -> Outcome:
        """Return what becomes of the values of one alternative; where they are listed, each is tried until one is refused."""
        plain = {} if isinstance(schema, bool) else schema
        left = list(plain.get("enum", ()))
        for tried in range(_MOST_TAKEN):
            answer = _find(prover.sender, shape, {**plain, "enum": left} if tried else schema, self.new)
            if isinstance(answer, Unknown):
                return unproven(answer.reason)
            if not isinstance(answer, Found):
                return HARMLESS
            outcome = refused(prover, self.spot, whole, Way(self.spot.old, shape), answer.value, schema, self.new)
            if outcome.verdict is Verdict.BROKEN:
                return replace(outcome, effect=f"{value_in_words(answer.value)} is refused") if tried else outcome
            if outcome.doubt:
                return HARMLESS if self._impossible(prover.record.requests, shape, self.new) else outcome
            left = [value for value in left if value != answer.value]  # which another alternative takes
            if not left:
                break
        return HARMLESS


@dataclass(frozen=True, slots=True)
class Missing:
    """A member, or a header, that was always there may be missing; or one that could be there is gone.

    Attributes:
        spot: Where the object is.
        other: The object in the candidate.
        name: The member.
        elsewhere: Whether another alternative of the candidate still has it.
        gone: Whether it is declared no more.
    """

    spot: Spot
    other: Shape
    name: str
    gone: bool
    elsewhere: bool = False

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by an answer without it."""
        assert isinstance(self.spot.whole, Told)
        if self.gone and self.name in self.other.required:
            return unproven("it is still required, and declared nowhere")
        turn = Turn(self.other, self.name, self.name, list_=False)
        way = Way((*self.spot.new, turn), None)
        lost = self.gone and not self.elsewhere and not self.other.silent
        answers = agreeable(prover, self.spot, built(prover.candidate.builder, way), self.name)
        return shown_whole(prover, self.spot.whole, answers, new_to_record=not lost)


@dataclass(frozen=True, slots=True)
class Needed:
    """A member of a body cannot be left out any more.

    Attributes:
        spot: Where the object is.
        one: The object in the record.
        name: The member.
    """

    spot: Spot
    one: Shape
    name: str

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a request without it."""
        whole = self.spot.whole
        assert isinstance(whole, Sent)
        if whole.parameter is not None and whole.text and not self.spot.old:
            return self._beside_others(prover, whole)
        way = Way((*self.spot.old, Turn(self.one, self.name, self.name, list_=False)), None)
        return refused_whole(prover, whole, agreeable(prover, self.spot, built(prover.sender, way), self.name))

    def _beside_others(self, prover: Prover, whole: Sent) -> Outcome:
        """Prove it by a parameter with another member: one without any is not sent at all."""
        way = Way((Turn(self.one, self.name, self.name, list_=False),), None)
        others = [name for name in self.one.names if name != self.name]
        for least in built(prover.sender, way):
            filled = [{**least, name: prover.sender.value(self.one.slot(name).nodes)} for name in others]
            return refused_whole(prover, whole, agreeable(prover, self.spot, filled, self.name)) if filled else HARMLESS
        return HARMLESS


@dataclass(frozen=True, slots=True)
class MemberUnheard:
    """A member that could be sent is not listened to any more.

    Attributes:
        spot: Where the object is.
        one, other: The object in record and candidate.
        name: The member.
        elsewhere: Whether another alternative of the candidate still has it.
    """

    spot: Spot
    one: Shape
    other: Shape
    name: str
    elsewhere: bool

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a request that sends it."""
        whole = self.spot.whole
        assert isinstance(whole, Sent)
        slot = self.other.slot(self.name)
        if self.elsewhere or self.other.silent or slot.required or (slot.declared and not self._hidden(prover)):
            return HARMLESS
        if whole.unread:
            return unproven(whole.unread)
        turn = Turn(self.one, self.name, self.name, list_=False)
        for shape in prover.record.requests.shapes(self.one.slot(self.name).nodes):
            with suppress(Unbuildable):
                way = Way((*self.spot.old, turn), shape)
                built = [prover.sender.along(way, prover.sender.of_shape(shape))]
                outcomes = [self._sent(prover, whole, sent) for sent in flat(agreeable(prover, self.spot, built, self.name))]
                kept = [outcome for outcome in outcomes if outcome is not None]
                if kept:  # better one that goes through
                    return next((outcome for outcome in kept if outcome.effect == IGNORED), kept[0])
        return unproven(NOT_SHOWN)

    def _sent(self, prover: Prover, whole: Sent, sent: JSON) -> Outcome | None:
        """Return what becomes of a request; None for one that the record did not take."""
        before, after = whole.readers(prover)
        if not whole.text and not allows(before, whole.before, sent):
            return None
        if self.other.closed:
            return broken(whole.request(prover, sent), refusal(whole.other), REFUSED)
        if not (whole.text or allows(after, whole.after, sent)):  # for another reason
            return broken(whole.request(prover, sent), refusal(whole.other))
        return unheard(whole.request(prover, sent), whole.one, whole.other)

    def _hidden(self, prover: Prover) -> bool:
        return prover.candidate.requests.hides(self.other.slot(self.name).nodes)


@dataclass(frozen=True, slots=True)
class OtherRules:
    """What is asked beyond members, items and plain values has changed: conditions, dependencies, what lists contain."""

    spot: Spot
    one: Shape
    other: Shape

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a value that keeps the rules of one version only."""
        old, new = ({"allOf": [inlined(atom) for atom in shape.atoms]} for shape in (self.one, self.other))
        answer = find([new], [old]) if isinstance(self.spot.whole, Told) else find([old], [new])
        if isinstance(answer, Nothing):
            return HARMLESS
        if isinstance(answer, Unknown):
            return unproven(answer.reason)
        if isinstance(self.spot.whole, Told):
            return shown(prover, self.spot, self.spot.whole, Way(self.spot.new, self.other), answer.value, new, (old,))
        return refused(prover, self.spot, self.spot.whole, Way(self.spot.old, self.one), answer.value, old, (new,))


@dataclass(frozen=True, slots=True)
class FewerWays:
    """A choice between several alternatives has become another: each is compared as a whole.

    Attributes:
        values: What may be said, or is taken.
        lost: The alternatives of the record in whose place others stand now.
        kept: Every alternative of the candidate.
    """

    values: OtherValues
    lost: tuple[Shape, ...]
    kept: tuple[Shape, ...]

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a value that no alternative of the other version has, or by a member that none has or listens to."""
        outcome = self._without_their_likes().proof(prover)
        if outcome.verdict is Verdict.BROKEN or not self.kept:
            return outcome
        lost = {}
        for claim in islice(self._members(), _MOST_LOST):
            member = claim.proof(prover)
            if member.verdict is Verdict.BROKEN:
                lost[claim.name] = member
        if not lost:
            return outcome
        is_ = "is" if len(lost) == 1 else "are"
        what = "answered" if isinstance(self.values.spot.whole, Told) else "taken"
        return replace(next(iter(lost.values())), effect=f"{listed([*lost])} {is_} no longer {what}")

    def _members(self) -> Iterator[Missing | MemberUnheard]:
        """Yield that each member is lost which only the alternatives had that are gone."""
        spot, other = self.values.spot, self.kept[0]
        has = {name: shape for shape in self.lost for name in shape.names}
        for name, shape in has.items():
            if not any(each.slot(name).declared or each.silent for each in self.kept):
                if isinstance(spot.whole, Told):
                    yield Missing(spot, other, name, gone=True)
                else:
                    yield MemberUnheard(spot, shape, other, name, elsewhere=False)

    def _without_their_likes(self) -> OtherValues:
        """Return the claim without the alternatives that one of the other version covers alone: most are still there."""
        values = self.values
        if isinstance(values.spot.whole, Told):
            left = [pair for pair in zip(values.other, values.new, strict=True) if not _covered(pair[1], values.old)]
            return replace(values, other=tuple(shape for shape, _ in left), new=tuple(schema for _, schema in left))
        left = [pair for pair in zip(values.one, values.old, strict=True) if not _covered(pair[1], values.new)]
        return replace(values, one=tuple(shape for shape, _ in left), old=tuple(schema for _, schema in left))


def _covered(schema: Schema, others: Sequence[Schema]) -> bool:
    return schema in others or any(covers(other, schema) for other in others)


def alternatives(
    spot: Spot, left: tuple[Shapes, Shapes], all_: tuple[Shapes, Shapes], before: Reader, after: Reader
) -> FewerWays:
    """Return the claim that a choice between several alternatives has become another.

    Args:
        left: The alternatives that only the record has, and those that only the candidate has.
        all_: Every alternative of both.
    """
    told = isinstance(spot.whole, Told)
    one, other = (all_[0], left[1]) if told else (left[0], all_[1])
    old = tuple(narrowed(before, shape, DEEP) for shape in one)
    new = tuple(narrowed(after, shape, DEEP) for shape in other)
    values = OtherValues(spot, tuple(one), tuple(other), tuple(map(_opened if told else _declared, old)), new)
    replaced = left[0] if left[1] or not told else ()  # an answer may say less than before
    return FewerWays(values, tuple(replaced), tuple(all_[1]))


def _newly_refused(whole: Sent, sent: Schema, shape: Shape, candidate: Taken) -> Answer:
    """Find a text that was sent and is refused now: one that is not empty, where there is one; in a path none is."""
    if shape.types <= _COMPOUND:
        return newly_refused(Taken(True, (sent,), text=True), candidate, sent)
    longer: Schema = {"allOf": [sent, {"minLength": 1}]}
    answer = newly_refused(Taken(True, (longer,), text=True), candidate, longer)
    if isinstance(answer, Found) or (whole.parameter is not None and whole.parameter.place == "path"):
        return answer
    return newly_refused(Taken(True, (sent,), text=True), candidate, sent)


def _fits_in_one(whole: Sent, value: JSON, candidate: Taken) -> bool:
    """Tell whether a list is written as one text, and that is taken as it stands."""
    if not isinstance(value, list) or len(value) < 2 or whole.parameter is None:
        return False
    pairs = written("", value, whole.parameter.style, whole.parameter.explode)
    return len(pairs) == 1 and isinstance(not_taken(candidate, {"const": pairs[0][1]}), Nothing)


def _leaving_a_trace(whole: Sent, schema: Schema, shape: Shape) -> Schema:
    """Return what is sent where a call shows it: an empty list sends nothing, and as a parameter an object without members."""
    if not shape.types <= _COMPOUND or (whole.media is not None and not whole.media.form):
        return schema
    least = {"minItems": 1} if whole.media is not None else {"minItems": 1, "minProperties": 1}
    return {"allOf": [schema, least]}


def _as_text(schema: Schema, shape: Shape) -> Schema:
    """Return what is sent as text where nothing says what it is: any text."""
    return {"allOf": [schema, {"type": "string"}]} if shape.types == TYPES else schema


def _find(builder: Builder, shape: Shape, schema: Schema, others: Sequence[Schema]) -> Answer:
    """Find a value of an alternative that no other admits: the least one, where that tells, for many others cost much."""
    near = list(others)
    if len(others) > 1:
        with suppress(Unbuildable):
            least = builder.of_shape(shape)
            near = [other for other in others if admits(other, least)]
            if not near and admits(schema, least):
                return Found(least)
    while len(near) <= _FEW:
        answer = find([schema], near)
        if not isinstance(answer, Found):
            return answer
        further = [other for other in others if admits(other, answer.value)]
        if not further:
            return answer
        near += further
    return Unknown("more alternatives than can be told apart")


def _any_of(schemas: Sequence[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def _declared(schema: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return what is sent by those who say nothing of which nothing is declared."""
    whole = {key: _declared_below(key, value) for key, value in schema.items()}
    if "properties" in whole:
        whole.setdefault("additionalProperties", False)
    return whole


def _declared_below(key: str, value: JSON) -> JSON:
    if key in ("properties", "patternProperties") and isinstance(value, Mapping):
        return {name: _declared_below("items", below) for name, below in value.items()}
    if key in ("anyOf", "prefixItems") and isinstance(value, list):
        return [_declared_below("items", below) for below in value]
    return _declared(value) if key in ("items", "additionalProperties") and isinstance(value, Mapping) else value


def _opened(schema: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return what a reader takes who passes over members that it does not know."""
    return {
        key: [_opened_below(each) for each in value] if isinstance(value, list) else _opened_members(key, value)
        for key, value in schema.items()
        if not (key == "additionalProperties" and value is False)
    }


def _opened_below(value: JSON) -> JSON:
    return _opened(value) if isinstance(value, Mapping) else value


def _opened_members(key: str, value: JSON) -> JSON:
    if key in ("properties", "patternProperties") and isinstance(value, Mapping):
        return {name: _opened_below(below) for name, below in value.items() if below is not False}
    return _opened_below(value) if key in ("items", "additionalProperties") else value
