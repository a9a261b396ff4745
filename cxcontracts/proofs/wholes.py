"""What a schema is a part of, seen from outside: an answer, an event, a body, a parameter; and the way from there to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cxcontracts.containment.narrowing import Interest
from cxcontracts.containment.nodes import Node, Reader, Shape
from cxcontracts.containment.ways import Turn
from cxcontracts.contracts.operation import Answer, Event, Media, Operation, Parameter
from cxcontracts.exchanges import JSON, Exchange, Request, Response
from cxcontracts.paths import EACH
from cxcontracts.proofs.prover import Prover
from cxcontracts.scenes import Voice

DEEP = Interest(levels=2)
"""How deep alternatives are compared as wholes."""

ALL_HEADERS = "*"
"""The headers of an answer together, as one object."""


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
    answer: Answer
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


def delivered(event: Event, said: Response, media: Media | None = None) -> Exchange:
    """Return the call that delivers what an event says, and the answer that it is met with.

    Args:
        said: The event as if it were an answer.
        media: The media type that it comes in; None for the first that there is.
    """
    named = media or next(iter(event.delivery.media), None)
    path = event.path if event.path.startswith("/") else f"/{event.path}"
    headers = {name: value if isinstance(value, str) else json.dumps(value) for name, value in said.headers.items()}
    headers = {**headers, "content-type": named.name if named is not None else "application/json"}
    return Exchange(Request(event.method, path, (), headers, said.body), Response(200, assumed=True), event.message)


@dataclass(frozen=True)
class Delivered(Told):
    """What an event says that a partner sends of its own accord: a webhook, or a callback."""

    def exchange(self, prover: Prover, whole: JSON) -> Exchange:
        """Return the event, and the answer that it is met with."""
        assert isinstance(self.other, Event)
        media = self.media or next(iter(self.other.delivery.media), None)
        said = prover.candidate.response(self.other, Voice(self.other.delivery, media))
        headers, body = (whole, said.body) if self.header else (said.headers, whole)
        return delivered(self.other, replace(said, headers=headers, body=body), self.media)

    def spelled(self, header: str) -> str:
        """Return a header as the first document that has it spells it."""
        assert isinstance(self.one, Event) and isinstance(self.other, Event)
        known = {**self.other.delivery.headers, **self.one.delivery.headers}
        return known[header].name if header in known else header


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
    def always_sent(self) -> bool:
        """Whether every call of either version has it."""
        if self.parameter is None:
            return any(operation.body is not None and operation.body.required for operation in (self.one, self.other))
        key = self.parameter.key
        return any(each.key == key and each.required for operation in (self.one, self.other) for each in operation.parameters)

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
            return prover.call_with(self.one, {self.parameter.key: whole}, at=self.other)
        assert self.media is not None
        return prover.call_with(self.one, {}, whole, self.media.name, at=self.other)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where two schemas meet, seen from the whole that they are a part of.

    Attributes:
        whole: The whole.
        old, new: The way from there in record and candidate.
    """

    whole: Told | Sent
    old: tuple[Turn, ...] = ()
    new: tuple[Turn, ...] = ()

    def shown(self, name: str) -> str:
        """Return the name of a member as the documents spell it; in a schema of all headers, those are in lower case."""
        whole = self.whole
        return whole.spelled(name) if not self.old and isinstance(whole, Delivered) and whole.header == ALL_HEADERS else name

    @property
    def always_sent(self) -> bool:
        """Whether it is a part of a request that cannot be left out, so that a default says nothing."""
        if not isinstance(self.whole, Sent):
            return False
        if not self.old:
            return self.whole.always_sent
        turns = (self.old[-1], self.new[-1])
        return any(turn.list_ or turn.name in turn.shape.required for turn in turns)

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


def _unread(media: Media) -> str:
    """Return why nothing can be said of a body; empty where it is JSON, plain text, or a token whose claims are JSON."""
    plain = media.name.startswith("text/") and not media.name.endswith(("xml", "html"))
    return "" if media.json or plain or media.name == "application/jwt" else f"{media.name} is not JSON and nothing reads it"
