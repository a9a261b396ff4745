"""The one who proves: what became of a claim, and the least call that the record takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from cxcontracts.acceptance import IGNORED_HEADERS, ignored, refusal
from cxcontracts.containment.building import Builder, Unbuildable
from cxcontracts.containment.nodes import Node, TooManyShapes
from cxcontracts.containment.sets import Undecidable
from cxcontracts.contracts.document import shape_of
from cxcontracts.contracts.operation import Operation, Parameter
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON, NO_BODY, Exchange, Request, Response
from cxcontracts.findings import Verdict
from cxcontracts.scenes import Side, Voice
from cxcontracts.sending import Entry, call, sent_media

NOT_SHOWN = "no exchange was found that shows it"
IGNORED, REFUSED = "what is sent there is ignored", "a call that sends it is refused"
"""What becomes of a call that sends what is no longer declared."""


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
        self._calls: dict[tuple[int, int], Request] = {}
        self._answerable: dict[tuple[int, int], Request] = {}

    def outcome(self, claim: Claim) -> Outcome:
        """Return what becomes of a claim."""
        try:
            return claim.proof(self)
        except TooManyShapes:
            return unproven("more alternatives than can be told apart")
        except Undecidable as reason:
            return unproven(str(reason))
        except ContractError as error:
            return unproven(error.problems[0].what)

    def call(self, operation: Operation, at: Operation | None = None) -> Request:
        """Return the least call that the record takes; *at* is where it is answered now."""
        key = (operation.node.identity, id(at))
        if key not in self._calls:
            self._calls[key] = self.call_with(operation, {}, at=at)
        return self._calls[key]

    def call_with(
        self,
        operation: Operation,
        values: Mapping[tuple[str, object], JSON],
        body: JSON = NO_BODY,
        media: str = "",
        *,
        at: Operation | None = None,
    ) -> Request:
        """Return a call that the record takes, with what it needs and some values of our own.

        Args:
            values: Parameter, by its key, to its value.
            body: The body; by default one that the record needs, if it needs one.
            media: The media type of the body; empty where the contract chooses.
            at: Where the candidate answers it; None for where the record does.
        """
        entries: list[Entry] = []
        given: dict[str, JSON] = {}
        for parameter in operation.parameters:
            if parameter.key in values or (parameter.required and not is_ignored(parameter)):
                entry = Entry(f"{parameter.place}.{parameter.name}", parameter.place, parameter.name, parameter.key, None)
                entries.append(entry)
                given[entry.key] = values[parameter.key] if parameter.key in values else self.sample(parameter.nodes)
        if body is NO_BODY and operation.body is not None and operation.body.required:
            sent = sent_media(operation.body, media)
            body = self.sample(sent.nodes) if sent is not None else NO_BODY
        if body is not NO_BODY:
            entries.append(Entry("body", "body", "", None, None))
            given["body"] = body
        made = call(operation, entries, {}, media, **given)
        if at is None or shape_of(at.path) == shape_of(operation.path):
            return made
        return replace(made, path=call(at, [entry for entry in entries if entry.place == "path"], {}, **given).path)

    def sample(self, nodes: Sequence[Node]) -> JSON:
        """Return a value that the record takes; any text where none was found."""
        return _sample(self.sender, nodes)

    @cached_property
    def sender(self) -> Builder:
        """Builds what the record takes."""
        return Builder(self.record.requests)

    def answerable(self, one: Operation, other: Operation) -> Request:
        """Return the least call that the candidate takes, for an answer of its own: one that the record takes as well, if any."""
        key = (one.node.identity, other.node.identity)
        if key not in self._answerable:
            theirs = Prover(self.candidate, self.candidate)
            known = {parameter.key: parameter.nodes for parameter in one.parameters}
            needed = [each for each in other.parameters if each.required and each.key in known]
            values = {each.key: theirs._common(each.nodes, known[each.key]) for each in needed}
            sent, before = (sent_media(each.body, "") for each in (other, one))
            body = NO_BODY
            if other.body is not None and other.body.required and sent is not None and before is not None:
                body = theirs._common(sent.nodes, before.nodes)
            self._answerable[key] = theirs.call_with(other, values, body)
        return self._answerable[key]

    def _common(self, nodes: Sequence[Node], others: Sequence[Node]) -> JSON:
        """Return a value that both take; where none was found, one that the first takes."""
        if nodes and others:
            with suppress(Unbuildable, TooManyShapes, ContractError, Undecidable):
                return self.sender.value((*nodes, *others))
        return self.sample(nodes)

    def answered(self, one: Operation, other: Operation, voice: Voice, **said: JSON) -> Exchange:
        """Return an answer of the candidate, with the least call that it takes."""
        return Exchange(self.answerable(one, other), self.candidate.response(other, voice, **said))


def _sample(builder: Builder, nodes: Sequence[Node]) -> JSON:
    try:
        return builder.value(nodes)
    except (Unbuildable, TooManyShapes, ContractError):
        return "text"


def unproven(reason: str) -> Outcome:
    """Return that nobody can tell, and why."""
    return Outcome(Verdict.UNPROVEN, None, reason)


def broken(request: Request, response: Response, effect: str = "") -> Outcome:
    """Return that it breaks somebody, with the exchange that shows it."""
    return Outcome(Verdict.BROKEN, Exchange(request, response), effect=effect)


def unheard(request: Request, one: Operation, other: Operation) -> Outcome:
    """Return that what a request says is lost: it is answered all the same, unless it lacks a parameter that is needed now."""
    sent, needed = (
        {each.key for each in operation.parameters if each.required and each.place != "path" and not is_ignored(each)}
        for operation in (one, other)
    )
    return broken(request, refusal(other)) if needed - sent else broken(request, ignored(other), IGNORED)


def is_ignored(parameter: Parameter) -> bool:
    """Tell whether a parameter means nothing, as OpenAPI has it."""
    return parameter.place == "header" and parameter.name.lower() in IGNORED_HEADERS
