"""Claims about calls: operations, logins, parameters, bodies, statuses and media types."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cxcontracts.acceptance import Taken, refusal, written_otherwise
from cxcontracts.containment.narrowing import narrowed
from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.operation import Answer, Encoding, Media, Operation, Parameter
from cxcontracts.exchanges import JSON, Response
from cxcontracts.proofs.prover import HARMLESS, Outcome, Prover, broken, is_ignored, unheard
from cxcontracts.proofs.wholes import DEEP
from cxcontracts.scenes import Voice


@dataclass(frozen=True, slots=True)
class Gone:
    """An operation is not there any more, or not at its address."""

    one: Operation

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by the call and the answer that it meets."""
        contract = prover.candidate.contract
        others = contract.at_any_method(self.one.path) and contract.at(self.one.method, self.one.path) is None
        return broken(prover.call(self.one), Response(405 if others else 404, assumed=True))


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
                return broken(prover.call(self.one, self.other), Response(401, assumed=assumed))
        return HARMLESS


@dataclass(frozen=True, slots=True)
class Demanded:
    """A parameter, or the body, cannot be left out any more."""

    one: Operation
    other: Operation
    parameter: Parameter | None = None

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by the least call that the record takes."""
        if self.parameter is not None and (is_ignored(self.parameter) or self.parameter.place == "path"):
            return HARMLESS  # what stands in the path was always sent
        return broken(prover.call(self.one, self.other), refusal(self.other))


@dataclass(frozen=True, slots=True)
class Unheard:
    """A parameter that could be sent is not listened to any more."""

    one: Operation
    other: Operation
    parameter: Parameter

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by a call that sends it."""
        if is_ignored(self.parameter) or _is_login(self.other, self.parameter) or self.parameter.place == "path":
            return HARMLESS  # what stands in the path is still sent
        value = self._telling(prover)
        return unheard(prover.call_with(self.one, {self.parameter.key: value}, at=self.other), self.one, self.other)

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
        request = prover.call_with(self.one, {}, prover.sample(self.media.nodes), self.media.name, at=self.other)
        if offered:
            return broken(request, Response(415, assumed=True))
        return unheard(request, self.one, self.other)


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
        sent = [narrowed(prover.record.requests, shape, DEEP) for shape in prover.record.requests.shapes(self.nodes)]
        record, candidate = (Taken(True, tuple(sent), text=True, writing=each) for each in (self.before, self.after))
        for schema in sent:
            answer = written_otherwise(record, candidate, schema)
            if answer is not None and isinstance(self.before, Parameter):
                return broken(prover.call_with(self.one, {self.before.key: answer.value}, at=self.other), refusal(self.other))
            if answer is not None and self.media is not None:
                least = prover.sample(self.media.nodes)
                sent_ = {**(least if isinstance(least, dict) else {}), self.member: answer.value}
                return broken(prover.call_with(self.one, {}, sent_, self.media.name, at=self.other), refusal(self.other))
        return HARMLESS


@dataclass(frozen=True, slots=True)
class NoLongerAnswered:
    """A status is not promised any more."""

    one: Operation
    other: Operation
    answer: Answer

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by another answer, where a success is lost: that a call fails otherwise breaks nobody."""
        alone = self.answer.key == "default" and len(self.one.answers) == 1 and bool(self.other.answers)
        if not (self.answer.key.startswith("2") or alone):
            return HARMLESS
        answers = [answer for key, answer in self.other.answers.items() if key not in self.one.answers]
        narrower = self.answer.key == "2XX" and any(answer.key.startswith("2") for answer in answers)
        if narrower or (self.answer.key.startswith("2") and self.other.success_of(self.answer.status) is not None):
            return HARMLESS
        answers = answers or list(self.other.answers.values())
        status = answers[0].status if answers else 500
        return broken(prover.answerable(self.one, self.other), Response(status, assumed=not answers))


@dataclass(frozen=True, slots=True)
class NoLongerSpoken:
    """An answer does not come in this media type any more."""

    one: Operation
    other: Operation
    after: Answer
    media: Media

    def proof(self, prover: Prover) -> Outcome:
        """Prove it by the answer in what is left."""
        if any(_takes_all(media.name, self.media.name) for media in self.after.media):
            return HARMLESS
        if not self.after.media:
            return broken(prover.answerable(self.one, self.other), Response(self.after.status, assumed=True))
        left = self.after.media[0]
        answer = prover.candidate.response(self.other, Voice(self.after, left))
        named = replace(answer, headers={**answer.headers, "content-type": left.name})
        return broken(prover.answerable(self.one, self.other), named)
