"""Whether a change breaks somebody who needs everything that was promised, or sends everything that was accepted: with a witness.

An answer proves a break when the candidate allows it and the record does not, or when what was answered can be answered no more;
a request does, when the record took it and the candidate refuses it, or no longer listens to it. Validators confirm both sides on
the schemas as they are written before anybody sees it. Where nothing shows a break and nothing rules it out, it is unproven.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from cxcontracts.acceptance import IGNORED_HEADERS, Taken, ignored, newly_refused, refusal, refused, written_otherwise
from cxcontracts.containment.building import Builder, Unbuildable, allows
from cxcontracts.containment.inlining import inlined
from cxcontracts.containment.narrowing import Interest, narrowed
from cxcontracts.containment.nodes import TYPES, Node, Reader, Shape, TooManyShapes
from cxcontracts.containment.sets import Answer, Found, Nothing, Schema, Undecidable, Unknown, admits, covers, find
from cxcontracts.containment.texts import find_text
from cxcontracts.containment.ways import Turn, Way
from cxcontracts.contracts.operation import Answer as Promised
from cxcontracts.contracts.operation import Encoding, Media, Operation, Parameter
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON, NO_BODY, Exchange, Request, Response
from cxcontracts.findings import Verdict
from cxcontracts.paths import EACH
from cxcontracts.scenes import Side, Voice
from cxcontracts.sending import Entry, call, sent_media

_DEEP = Interest(levels=2)
"""How deep alternatives are compared as wholes."""

_IGNORED, _REFUSED = "what is sent there is ignored", "a call that sends it is refused"
ALL_HEADERS = "*"
"""The headers of an answer together, as one object."""

_FEW = 3
"""Against how many alternatives a value is looked for."""

_NOT_SHOWN = "no exchange was found that shows it"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claim.

    Attributes:
        verdict: Broken, with a witness; intact, where it is harmless; unproven.
        witness: The exchange that proves it; None unless broken.
        doubt: Why it is unproven; empty otherwise.
        effect: What becomes of the call, where the rule leaves that open; empty otherwise.
    """

    verdict: Verdict
    witness: Exchange | None = None
    doubt: str = ""
    effect: str = ""


HARMLESS = Outcome(Verdict.INTACT)


class Claim(Protocol):
    """That a change breaks somebody."""

    def proof(self, prover: Prover) -> Outcome:
        """Prove it, or rule it out.

        Raises:
            ContractError: If a contract is unsound there.
            TooManyShapes, Undecidable: If nobody can tell.
        """


class Prover:
    """Proves claims about two versions of one contract."""

    def __init__(self, record: Side, candidate: Side) -> None:
        self.record = record
        self.candidate = candidate
        self._calls: dict[int, Request] = {}

    def outcome(self, claim: Claim) -> Outcome:
        """Return what becomes of a claim."""
        try:
            return claim.proof(self)
        except TooManyShapes:
            return _unproven("more alternatives than can be told apart")
        except Undecidable as reason:
            return _unproven(str(reason))
        except ContractError as error:
            return _unproven(error.problems[0].what)

    def call(self, operation: Operation) -> Request:
        """Return the least call that the record takes."""
        key = operation.node.identity
        if key not in self._calls:
            self._calls[key] = self.call_with(operation, {})
        return self._calls[key]

    def call_with(
        self, operation: Operation, values: Mapping[tuple[str, object], JSON], body: JSON = NO_BODY, media: str = ""
    ) -> Request:
        """Return a call that the record takes, with what it needs and some values of our own.

        Args:
            values: Parameter, by its key, to its value.
            body: The body; by default one that the record needs, if it needs one.
            media: The media type of the body; empty where the contract chooses.
        """
        entries: list[Entry] = []
        given: dict[str, JSON] = {}
        for parameter in operation.parameters:
            if parameter.key in values or (parameter.required and not _is_ignored(parameter)):
                entry = Entry(f"{parameter.place}.{parameter.name}", parameter.place, parameter.name, parameter.key, None)
                entries.append(entry)
                given[entry.key] = values[parameter.key] if parameter.key in values else self.sample(parameter.nodes)
        if body is NO_BODY and operation.body is not None and operation.body.required:
            sent = sent_media(operation.body, media)
            body = self.sample(sent.nodes) if sent is not None else NO_BODY
        if body is not NO_BODY:
            entries.append(Entry("body", "body", "", None, None))
            given["body"] = body
        return call(operation, entries, {}, media, **given)

    def sample(self, nodes: Sequence[Node]) -> JSON:
        """Return a value that the record takes; any text where none was found."""
        try:
            return self.sender.value(nodes)
        except (Unbuildable, TooManyShapes, ContractError):
            return "text"

    @cached_property
    def sender(self) -> Builder:
        """Builds what the record takes."""
        return Builder(self.record.requests)

    def answered(self, one: Operation, other: Operation, voice: Voice, **said: JSON) -> Exchange:
        """Return the least call of the record with an answer of the candidate."""
        return Exchange(self.call(one), self.candidate.response(other, voice, **said))


def _unproven(reason: str) -> Outcome:
    return Outcome(Verdict.UNPROVEN, None, reason)


def _broken(request: Request, response: Response, effect: str = "") -> Outcome:
    return Outcome(Verdict.BROKEN, Exchange(request, response), effect=effect)


def _is_ignored(parameter: Parameter) -> bool:
    return parameter.place == "header" and parameter.name.lower() in IGNORED_HEADERS


# --- operations, logins, inputs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gone:
    """An operation is not there any more, or not at its address."""

    one: Operation

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by the call and the answer that it meets."""
        contract = prover.candidate.contract
        others = contract.at_any_method(self.one.path) and contract.at(self.one.method, self.one.path) is None
        return _broken(prover.call(self.one), Response(405 if others else 404, assumed=True))


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A login that was enough is not enough any more."""

    one: Operation
    other: Operation

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a login of the record that satisfies no alternative of the candidate."""
        asked = self.other.security
        for held in self.one.security or ((),):
            if asked and not any(all(any(own.covers(each) for own in held) for each in some) for some in asked):
                answer = self.other.answer_to(401)
                assumed = answer is None or answer.key == "default"
                return _broken(prover.call(self.one), Response(401, assumed=assumed))
        return HARMLESS


@dataclass(frozen=True, slots=True)
class Demanded:
    """A parameter, or the body, cannot be left out any more."""

    one: Operation
    other: Operation
    parameter: Parameter | None = None

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by the least call that the record takes."""
        if self.parameter is not None and (_is_ignored(self.parameter) or self.parameter.place == "path"):
            return HARMLESS  # what stands in the path was always sent
        return _broken(prover.call(self.one), refusal(self.other))


@dataclass(frozen=True, slots=True)
class Unheard:
    """A parameter that could be sent is not listened to any more."""

    one: Operation
    other: Operation
    parameter: Parameter

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a call that sends it."""
        if _is_ignored(self.parameter) or _is_login(self.other, self.parameter) or self.parameter.place == "path":
            return HARMLESS  # what stands in the path is still sent
        value = self._telling(prover)
        return _broken(prover.call_with(self.one, {self.parameter.key: value}), ignored(self.other), _IGNORED)

    def _telling(self, prover: Prover) -> JSON:
        """Return a value that leaves a trace in the call: not an empty list, nor an object without members."""
        value = prover.sample(self.parameter.nodes)
        shapes = prover.record.requests.shapes(self.parameter.nodes)
        if value == [] and shapes:
            return [prover.sample(shapes[0].items(0))]
        if value == {} and shapes:
            return {name: prover.sample(shapes[0].slot(name).nodes) for name in shapes[0].names[:1]} or {"key": "text"}
        return "text" if value in (None, "") else value


def _is_login(operation: Operation, parameter: Parameter) -> bool:
    """A security scheme's header, query or cookie counts as declared."""
    meaning = ("apiKey", parameter.place, parameter.name.lower())
    return any(scheme.meaning == meaning for alternative in operation.security for scheme in alternative)


@dataclass(frozen=True, slots=True)
class BodyUnheard:
    """A body that could be sent, in this media type, is refused or not listened to any more."""

    one: Operation
    other: Operation
    media: Media

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a call that sends it."""
        offered = self.other.body.media if self.other.body else ()
        if any(_takes_all(media.name, self.media.name) for media in offered):
            return HARMLESS
        request = prover.call_with(self.one, {}, prover.sample(self.media.nodes), self.media.name)
        if offered:
            return _broken(request, Response(415, assumed=True))
        return _broken(request, ignored(self.other), _IGNORED)


def _takes_all(wide: str, name: str) -> bool:
    return wide in ("*/*", name.partition("/")[0] + "/*")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A value has to be written differently in a URL, a header, a cookie or a form."""

    one: Operation
    other: Operation
    before: Parameter | Encoding
    after: Parameter | Encoding
    nodes: tuple[Node, ...]
    member: str = ""
    media: Media | None = None

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a value whose text is another one now."""
        sent = [narrowed(prover.record.requests, shape, _DEEP) for shape in prover.record.requests.shapes(self.nodes)]
        record, candidate = (Taken(True, tuple(sent), text=True, writing=each) for each in (self.before, self.after))
        for schema in sent:
            answer = written_otherwise(record, candidate, schema)
            if answer is not None and isinstance(self.before, Parameter):
                return _broken(prover.call_with(self.one, {self.before.key: answer.value}), refusal(self.other))
            if answer is not None and self.media is not None:
                least = prover.sample(self.media.nodes)
                sent_ = {**(least if isinstance(least, dict) else {}), self.member: answer.value}
                return _broken(prover.call_with(self.one, {}, sent_, self.media.name), refusal(self.other))
        return HARMLESS


# --- statuses and media types of answers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoLongerAnswered:
    """A status is not promised any more."""

    one: Operation
    other: Operation
    answer: Promised

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by another answer, where a success is lost: that a call fails otherwise breaks nobody."""
        alone = self.answer.key == "default" and len(self.one.answers) == 1 and bool(self.other.answers)
        if not (self.answer.key.startswith("2") or alone):
            return HARMLESS
        if self.answer.key.isdigit() and self.other.answer_to(self.answer.status) is not None:
            return HARMLESS
        answers = [answer for key, answer in self.other.answers.items() if key not in self.one.answers]
        answers = answers or list(self.other.answers.values())
        status = answers[0].status if answers else 500
        return _broken(prover.call(self.one), Response(status, assumed=not answers))


@dataclass(frozen=True, slots=True)
class NoLongerSpoken:
    """An answer does not come in this media type any more."""

    one: Operation
    other: Operation
    after: Promised
    media: Media

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by the answer in what is left."""
        if any(_takes_all(media.name, self.media.name) for media in self.after.media):
            return HARMLESS
        left = {"content-type": self.after.media[0].name} if self.after.media else {}
        return _broken(prover.call(self.one), Response(self.after.status, left, assumed=not self.after.media))


# --- schemas -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What an answer says as a whole: its body in one media type, or one of its headers.

    Attributes:
        one, other: The operation in both versions.
        answer: What the candidate says of the status.
        before, after: The schemas of the whole.
        media: The media type; None for a header.
        header: The header's name, or :data:`ALL_HEADERS`; empty for a body.
    """

    one: Operation
    other: Operation
    answer: Promised
    before: Sequence[Node]
    after: Sequence[Node]
    media: Media | None = None
    header: str = ""

    @property
    def unread(self) -> str:
        """Why nothing can be said of a body; empty where it can be read."""
        return "" if self.media is None else _unread(self.media)

    def readers(self, prover: Prover) -> tuple[Reader, Reader]:
        """Return what expands the schemas of record and candidate."""
        return prover.record.responses, prover.candidate.responses

    def exchange(self, prover: Prover, whole: JSON) -> Exchange:
        """Return an answer that holds the whole."""
        if self.header == ALL_HEADERS:
            voice = Voice(self.answer, next((media for media in self.answer.media if media.json), None))
            return prover.answered(self.one, self.other, voice, headers=whole)
        if self.header:
            voice = Voice(self.answer, next((media for media in self.answer.media if media.json), None))
            filled = prover.candidate.response(self.other, voice).headers
            return prover.answered(self.one, self.other, voice, headers={**filled, self.header: whole})
        return prover.answered(self.one, self.other, Voice(self.answer, self.media), body=whole)


@dataclass(frozen=True)
class Delivered(Told):
    """What an event says that a partner sends of its own accord: a webhook, or a callback."""

    def exchange(self, prover: Prover, whole: JSON) -> Exchange:
        """Return the event, and the answer that it is met with."""
        media = self.media.name if self.media is not None else "application/json"
        path = self.other.path if self.other.path.startswith("/") else f"/{self.other.path}"
        return Exchange(Request(self.other.method, path, (), {"content-type": media}, whole), Response(200, assumed=True))


def _unread(media: Media) -> str:
    """Return why nothing can be said of a body; empty where it is JSON, plain text, or a token whose claims are JSON."""
    plain = media.name.startswith("text/") and not media.name.endswith(("xml", "html"))
    return "" if media.json or plain or media.name == "application/jwt" else f"{media.name} is not JSON and nothing reads it"


@dataclass(frozen=True)
class Sent:
    """What a request takes as a whole: its body in one media type, or one of its parameters.

    Attributes:
        one, other: The operation in both versions.
        before, after: The schemas of the whole.
        media: The media type of the record; None for a parameter.
        parameter: The parameter of the record; None for a body.
    """

    one: Operation
    other: Operation
    before: Sequence[Node]
    after: Sequence[Node]
    media: Media | None = None
    parameter: Parameter | None = None

    @property
    def text(self) -> bool:
        """Whether its scalars travel as text."""
        if self.media is not None:
            return self.media.form or self.media.name.startswith("text/")
        return not (self.parameter and self.parameter.media)

    @property
    def unread(self) -> str:
        """Why nothing can be said of a body; empty where it can be read."""
        return "" if self.media is None or self.media.form else _unread(self.media)

    def readers(self, prover: Prover) -> tuple[Reader, Reader]:
        """Return what expands the schemas of record and candidate."""
        return prover.record.requests, prover.candidate.requests

    def request(self, prover: Prover, whole: JSON) -> Request:
        """Return a call that sends the whole."""
        if self.parameter is not None:
            return prover.call_with(self.one, {self.parameter.key: whole})
        assert self.media is not None
        return prover.call_with(self.one, {}, whole, self.media.name)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where two schemas meet, seen from the whole that they are a part of.

    Attributes:
        whole: The whole.
        old, new: The way from there in record and candidate.
        shapes: The two alternatives that meet there, where that is settled.
    """

    whole: Told | Sent
    old: tuple[Turn, ...] = ()
    new: tuple[Turn, ...] = ()
    shapes: tuple[Shape, Shape] | None = None

    def at(self, one: Shape, other: Shape) -> Spot:
        """Return the spot with the two alternatives that meet there."""
        return replace(self, shapes=(one, other))

    def member(self, one: Shape, other: Shape, name: str) -> Spot:
        """Return the spot of a member."""
        return Spot(
            self.whole, (*self.old, Turn(one, name, name, list_=False)), (*self.new, Turn(other, name, name, list_=False))
        )

    def item(self, one: Shape, other: Shape, index: int | None) -> Spot:
        """Return the spot of an item, or of any after the first ones where *index* is None."""
        return Spot(
            self.whole, (*self.old, Turn(one, EACH, index, list_=True)), (*self.new, Turn(other, EACH, index, list_=True))
        )


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
                outcome = _shown(prover, self.spot, whole, Way(self.spot.new, shape), answer.value, schema, self.old)
                if outcome.verdict is Verdict.BROKEN:
                    return outcome
                if outcome.doubt and not self._impossible(prover.candidate.responses, shape, self.old):
                    doubts.append(outcome.doubt)
        return _unproven(doubts[0]) if doubts else HARMLESS

    def _taken(self, whole: Sent, prover: Prover) -> Outcome:
        doubts = []
        candidate = Taken(True, self.new, text=True)
        for shape, schema in zip(self.one, self.old, strict=True):
            if whole.text:
                answer = _newly_refused(whole, _as_text(schema, shape), candidate)
            else:
                answer = _find(prover.sender, shape, schema, self.new)
            if isinstance(answer, Unknown):
                doubts.append(answer.reason)
            if isinstance(answer, Found):
                outcome = _refused(prover, self.spot, whole, Way(self.spot.old, shape), answer.value, schema, self.new)
                if outcome.verdict is Verdict.BROKEN:
                    return outcome
                if outcome.doubt and not self._impossible(prover.record.requests, shape, self.new):
                    doubts.append(outcome.doubt)
        return _unproven(doubts[0]) if doubts else HARMLESS


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
            return _unproven("it is still required, and declared nowhere")
        turn = Turn(self.other, self.name, self.name, list_=False)
        way = Way((*self.spot.new, turn), None)
        lost = self.gone and not self.elsewhere and not self.other.silent
        answers = _agreeable(prover, self.spot, _built(prover.candidate.builder, way), self.name)
        return _shown_whole(prover, self.spot.whole, answers, new_to_record=not lost)


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
        assert isinstance(self.spot.whole, Sent)
        way = Way((*self.spot.old, Turn(self.one, self.name, self.name, list_=False)), None)
        return _refused_whole(prover, self.spot.whole, _agreeable(prover, self.spot, _built(prover.sender, way), self.name))


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
            return _unproven(whole.unread)
        turn = Turn(self.one, self.name, self.name, list_=False)
        for shape in prover.record.requests.shapes(self.one.slot(self.name).nodes):
            with suppress(Unbuildable):
                way = Way((*self.spot.old, turn), shape)
                built = [prover.sender.along(way, prover.sender.of_shape(shape))]
                outcomes = [self._sent(prover, whole, sent) for sent in _agreeable(prover, self.spot, built, self.name)]
                kept = [outcome for outcome in outcomes if outcome is not None]
                if kept:  # better one that goes through
                    return next((outcome for outcome in kept if outcome.effect == _IGNORED), kept[0])
        return _unproven(_NOT_SHOWN)

    def _sent(self, prover: Prover, whole: Sent, sent: JSON) -> Outcome | None:
        """Return what becomes of a request; None for one that the record did not take."""
        before, after = whole.readers(prover)
        if not whole.text and not allows(before, whole.before, sent):
            return None
        if self.other.closed or not (whole.text or allows(after, whole.after, sent)):
            return _broken(whole.request(prover, sent), refusal(whole.other), _REFUSED)
        return _broken(whole.request(prover, sent), ignored(whole.other), _IGNORED)

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
            return _unproven(answer.reason)
        if isinstance(self.spot.whole, Told):
            return _shown(prover, self.spot, self.spot.whole, Way(self.spot.new, self.other), answer.value, new, (old,))
        return _refused(prover, self.spot, self.spot.whole, Way(self.spot.old, self.one), answer.value, old, (new,))


@dataclass(frozen=True, slots=True)
class FewerWays:
    """A choice between several alternatives has become another: each is compared as a whole."""

    values: OtherValues

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a value that no alternative of the other version has, or by a member that none listens to."""
        outcome = self._without_their_likes().proof(prover)
        if outcome.verdict is Verdict.BROKEN or not isinstance(self.values.spot.whole, Sent):
            return outcome
        for shape in self.values.one if self.values.other else ():
            for name in shape.names:
                if not any(other.slot(name).declared or other.silent for other in self.values.other):
                    return MemberUnheard(self.values.spot, shape, self.values.other[0], name, elsewhere=False).proof(prover)
        return outcome

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


Shapes = Sequence[Shape]


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
    old = tuple(narrowed(before, shape, _DEEP) for shape in one)
    new = tuple(narrowed(after, shape, _DEEP) for shape in other)
    return FewerWays(OtherValues(spot, tuple(one), tuple(other), tuple(map(_opened, old)) if told else old, new))


def _newly_refused(whole: Sent, sent: Schema, candidate: Taken) -> Answer:
    """Find a text that was sent and is refused now: one that is not empty, where there is one; in a path none is."""
    longer: Schema = {"allOf": [sent, {"minLength": 1}]}
    answer = newly_refused(Taken(True, (longer,), text=True), candidate, longer)
    if isinstance(answer, Found) or (whole.parameter is not None and whole.parameter.place == "path"):
        return answer
    return newly_refused(Taken(True, (sent,), text=True), candidate, sent)


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


def _agreeable(prover: Prover, spot: Spot, wholes: Iterable[JSON], without: str = "") -> Iterator[JSON]:
    """Yield each whole with what the other side needs on the way to the spot, then as it is.

    An exchange proves one change best when nothing else in it would break anybody.
    """
    told = isinstance(spot.whole, Told)
    builder = prover.candidate.builder if told else prover.sender
    for whole in wholes:
        filled = copy.deepcopy(whole)
        part = filled
        for old, new in zip(spot.old, spot.new, strict=True):
            ours, theirs = (new, old) if told else (old, new)
            _fill(builder, part, ours.shape, theirs.shape.required, "")
            part = _below(part, ours.name)
        if spot.old or spot.new or without:
            last = spot.shapes
            if last is not None:
                ours_, theirs_ = (last[1], last[0]) if told else last
                _fill(builder, part, ours_, theirs_.required, without)
        if filled != whole:
            yield filled
        yield whole


def _fill(builder: Builder, part: JSON, shape: Shape, names: Iterable[str], without: str) -> None:
    """Give an object the members that are asked for, as far as its shape has them."""
    if not isinstance(part, dict):
        return
    for name in sorted(names):
        nodes = shape.slot(name).nodes
        if name not in part and name != without and nodes and not builder.reader.hides(nodes):
            with suppress(Unbuildable, TooManyShapes):
                part[name] = builder.value(nodes)


def _below(part: JSON, name: str | int | None) -> JSON:
    """Return what is one step further inside; None where nothing is."""
    if isinstance(part, dict):
        return part.get(str(name))
    if isinstance(part, list) and part:
        return part[name] if isinstance(name, int) and name < len(part) else part[-1]
    return None


def _built(builder: Builder, way: Way) -> Iterator[JSON]:
    with suppress(Unbuildable):
        yield builder.along(way)


def _ends(builder: Builder, shape: Shape, value: JSON, schema: Schema, refusing: Sequence[Schema]) -> Iterator[JSON]:
    """Yield whole values in place of a sketched one, where they are as telling; then the sketch."""
    if isinstance(value, dict | list):
        for whole in _fleshed(builder, shape, value):
            if admits(schema, whole) and not any(admits(each, whole) for each in refusing):
                yield whole
    if not (shape.closed and isinstance(value, dict) and any(not shape.slot(name).declared for name in value)):
        yield value


def _fleshed(builder: Builder, shape: Shape, sketch: JSON) -> Iterator[JSON]:
    with suppress(Unbuildable):
        if isinstance(sketch, list):
            yield [builder.value(shape.items(index)) for index in range(len(sketch))]
        else:
            least = builder.of_shape(Shape(shape.atoms, frozenset({"object"})))
            if isinstance(least, dict):
                more = {name: builder.value(shape.slot(name).nodes) for name in sketch if name not in least}
                yield {**least, **more}
                yield {**least, **sketch}
    with suppress(Unbuildable):
        yield builder.of_shape(shape)


def _along(builder: Builder, way: Way, value: JSON, schema: Schema, refusing: Sequence[Schema]) -> Iterator[JSON]:
    assert way.end is not None
    for end in _ends(builder, way.end, value, schema, refusing):
        with suppress(Unbuildable):
            yield builder.along(way, end)


def _shown(prover: Prover, spot: Spot, whole: Told, way: Way, value: JSON, schema: Schema, known: Sequence[Schema]) -> Outcome:
    """Prove that an answer may hold a value at the end of a way that it could not hold before."""
    answers = _along(prover.candidate.builder, way, value, schema, known)
    return _shown_whole(prover, whole, _agreeable(prover, spot, answers))


def _shown_whole(prover: Prover, whole: Told, answers: Iterator[JSON], *, new_to_record: bool = True) -> Outcome:
    """Return the first answer that the candidate allows, and the record does not where it has to be new.

    An answer that both allow shows that another alternative of the record covers the change.
    """
    before, after = whole.readers(prover)
    known = False
    if whole.unread:
        return _unproven(whole.unread)
    for answer in answers:
        if whole.header and whole.header != ALL_HEADERS:  # it travels as text, and was compared as text
            return Outcome(Verdict.BROKEN, whole.exchange(prover, answer))
        if allows(after, whole.after, answer):
            if not new_to_record or not allows(before, whole.before, answer):
                return Outcome(Verdict.BROKEN, whole.exchange(prover, answer))
            known = True
    return HARMLESS if known else _unproven(_NOT_SHOWN)


def _refused(
    prover: Prover, spot: Spot, whole: Sent, way: Way, value: JSON, schema: Schema, refusing: Sequence[Schema]
) -> Outcome:
    """Prove that a value that could be sent at the end of a way is refused now."""
    if whole.unread:
        return _unproven(whole.unread)
    if whole.text:
        sides = (prover.record.requests, whole.before), (prover.candidate.requests, whole.after)
        taken = [
            Taken(True, tuple(narrowed(reader, each, _DEEP) for each in reader.shapes(nodes)), text=True)
            for reader, nodes in sides
        ]
        known = False
        for sent in _agreeable(prover, spot, _along(prover.sender, way, value, schema, ())):
            before, after = (refused(each, {"const": sent}) for each in taken)
            if sent is not None and isinstance(before, Nothing) and isinstance(after, Found):
                return _broken(whole.request(prover, sent), refusal(whole.other))
            known = known or isinstance(after, Nothing)
        return HARMLESS if known else _unproven(_NOT_SHOWN)
    requests = _along(prover.sender, way, value, schema, refusing)
    return _refused_whole(prover, whole, _agreeable(prover, spot, requests))


def _refused_whole(prover: Prover, whole: Sent, requests: Iterator[JSON]) -> Outcome:
    """Return the first request that the record took and the candidate refuses.

    One that both take shows that another alternative of the candidate covers the change.
    """
    before, after = whole.readers(prover)
    known = False
    if whole.unread:
        return _unproven(whole.unread)
    for sent in requests:
        if allows(before, whole.before, sent):
            if not allows(after, whole.after, sent):
                return _broken(whole.request(prover, sent), refusal(whole.other))
            known = True
    return HARMLESS if known else _unproven(_NOT_SHOWN)
