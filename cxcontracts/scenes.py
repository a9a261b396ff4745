"""What a requirement is judged on: a step of a journey, and both versions of the contract that answers it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from cxcontracts.containment.building import Builder, Unbuildable
from cxcontracts.containment.nodes import Direction, Node, Reader, TooManyShapes, Touched
from cxcontracts.contracts.composed import Composed
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.operation import Answer, Media, Operation
from cxcontracts.exchanges import JSON, NO_BODY, Response
from cxcontracts.findings import Finding

if TYPE_CHECKING:
    from cxcontracts.estate.model import Journey, Partner, Step


class Side:
    """One version of one partner's contract, with what is needed to read it in either direction.

    Attributes:
        contract: The contract.
        events: The side of the document that has the partner's events, where that is another one; else this side itself.
        responses, requests: Expand its schemas as what it says, and as what it takes.
    """

    def __init__(self, contract: Contract, events: Side | None = None) -> None:
        self.contract = contract
        self.events = events or self
        self.responses = Reader(Direction.RESPONSE)
        self.requests = Reader(Direction.REQUEST)
        self._headers: dict[tuple[int, str], Node] = {}

    @cached_property
    def builder(self) -> Builder:
        """Builds answers."""
        return Builder(self.responses)

    def headers(self, operation: Operation, answer: Answer) -> Node:
        """Return the headers of an answer as one schema: an object whose members are the headers, names in lower case."""
        key = (operation.node.identity, answer.key)
        node = self._headers.get(key)
        if node is None:
            home = next((header.nodes[0].home for header in answer.headers.values() if header.nodes), operation.node.home)

            def plain(value: JSON, name: str) -> Node:
                return Node(value, home, operation.node, name)

            named = {name: header.nodes[0] if header.nodes else plain({}, name) for name, header in answer.headers.items()} or {
                "": plain(False, "headers")
            }
            required = [name for name, header in answer.headers.items() if header.required]
            parts = {
                "type": plain("object", "type"),
                "properties": Composed(named, home, operation.node, "headers"),
                "required": plain(required, "required"),
            }
            node = Composed(parts, home, operation.node, "headers")
            self._headers[key] = node
        return node

    def response(
        self, operation: Operation, voice: Voice, body: JSON = NO_BODY, headers: Mapping[str, JSON] | None = None
    ) -> Response:
        """Return an answer as the contract allows it, what is not given filled in as far as anything fits."""
        if headers is None:
            filled = self._filled((self.headers(operation, voice.answer),))
            headers = filled if isinstance(filled, dict) else {}
        if body is NO_BODY and voice.media is not None and voice.media.json:
            body = self._filled(voice.media.nodes)
        return Response(voice.answer.status, headers, body)

    def _filled(self, nodes: Sequence[Node]) -> JSON:
        try:
            return self.builder.value(nodes)
        except (Unbuildable, TooManyShapes):
            return NO_BODY


@dataclass(frozen=True, slots=True)
class Voice:
    """One success that a step may meet: a status in one media type.

    Attributes:
        answer: What the contract says of the status.
        media: The media type; None where there is no body.
        unread: The media type of a body that is not JSON; empty otherwise.
    """

    answer: Answer
    media: Media | None
    unread: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.answer.key, self.media.name if self.media else self.unread) if part)


def voices(operation: Operation, statuses: tuple[int, ...], accept: str = "") -> Iterator[Voice]:
    """Yield each success that our call may meet, in each media type that our ``Accept`` selects.

    Args:
        statuses: The codes that the step accepts; empty for any 2xx.
        accept: What we send as ``Accept``; empty for ``application/json``.
    """
    for answer in operation.successes(statuses):
        if answer.bodiless:
            yield Voice(answer, None)
            continue
        chosen = selected(answer, accept)
        for media in chosen:
            yield Voice(answer, media) if media.json else Voice(answer, None, media.name)
        if not chosen:
            yield Voice(answer, None, answer.media[0].name)


def selected(answer: Answer, accept: str = "") -> tuple[Media, ...]:
    """Return the media types of an answer that ``Accept`` selects; by default the JSON ones, plain before ``+json``."""
    wanted = [part.partition(";")[0].strip().lower() for part in accept.split(",") if part.strip()] or ["application/json"]
    for name in wanted:
        exact = tuple(media for media in answer.media if media.name == name or name == "*/*")
        if exact:
            return exact
    if "application/json" in wanted:
        return tuple(media for media in answer.media if media.json)
    return ()


@dataclass(frozen=True)
class Scene:
    """What one requirement is judged on.

    Attributes:
        journey, step, partner: Where it is asked, and of whom.
        record: The contract of record.
        candidate: The candidate; None where there is none, or where another partner's is judged.
        operation: The operation of the record that the step calls.
        renewed: The candidate's counterpart; None where it has none, or where there is no candidate.
        scene_of: Returns the scene of another step of the journey; None for one that cannot be judged on contracts.
        followed: What the address that the step follows fills in, key as in ``with`` to template.
        broken_at: Returns the first finding that is broken at another step; None where none is.
        today: The day on which announced ends count.
        touched: Filled with the parts of the contracts that the judgement depends on.
    """

    journey: Journey
    step: Step
    partner: Partner
    record: Side
    candidate: Side | None
    operation: Operation
    renewed: Operation | None
    scene_of: Callable[[str], Scene | None]
    broken_at: Callable[[str], Finding | None]
    today: datetime.date
    followed: Mapping[str, JSON] = field(default_factory=dict)
    touched: Touched = field(default_factory=set)

    @property
    def vanished(self) -> bool:
        """Whether the candidate has no counterpart of the operation."""
        return self.candidate is not None and self.renewed is None

    @property
    def caught(self) -> bool:
        """Whether a fallback catches a break of the step."""
        return bool(self.step.fallback) and self.broken_at(self.step.fallback) is None

    @property
    def caller(self) -> str:
        """Who makes the call, as a sentence names it: the partner that does, or the step, which is ours."""
        return self.step.by or "the step"

    @property
    def accept(self) -> str:
        """What the step sends as ``Accept``; empty where it says nothing of it."""
        sent = {key.lower(): value for key, value in self.step.sends.items()}
        value = sent.get("header.accept", sent.get("accept", ""))
        return value if isinstance(value, str) else ""

    def before(self) -> Scene:
        """Return the scene as it was before any change: nobody has a candidate."""

        def scene_of(name: str) -> Scene | None:
            other = self.scene_of(name)
            return None if other is None else other.before()

        return replace(self, candidate=None, renewed=None, scene_of=scene_of)

    def current(self) -> tuple[Side, Operation]:
        """Return the side that counts once the change is released: the candidate's where there is one."""
        if self.candidate is not None and self.renewed is not None:
            return self.candidate, self.renewed
        return self.record, self.operation


@dataclass(frozen=True)
class Stage:
    """What one requirement across the steps of a journey is judged on.

    Attributes:
        journey: Where it is asked.
        touched: Filled with the parts of the contracts that the judgement depends on.
    """

    journey: Journey
    _scene_of: Callable[[str], Scene | None]
    touched: Touched = field(default_factory=set)

    def scene_of(self, name: str) -> Scene | None:
        """Return the scene of a step; None for one that cannot be judged on contracts.

        Raises:
            ContractError: If its contract does not know what it calls.
        """
        scene = self._scene_of(name)
        if scene is None:
            return None
        self.touched.add((scene.operation.node.identity, "operation"))
        return replace(scene, touched=self.touched)
