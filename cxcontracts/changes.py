"""What differs between two versions of a contract, so that silence is never mistaken for not having looked.

One shared schema that changed is one change, shown at the first place where it is met. References are compared by what they point
to, never by how they are spelled; ``allOf`` by what it merges to; descriptions and examples not at all.
"""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import islice
from operator import is_
from typing import Any

from cxcontracts.containment.narrowing import NO_DEEPER, Interest, any_of, narrowed
from cxcontracts.containment.nodes import Node, Reader, Shape, TooManyShapes, lone_reference, values_of
from cxcontracts.containment.sets import Nothing, Schema, find
from cxcontracts.contracts.document import shape_of
from cxcontracts.contracts.operation import Answer, Encoding, Header, Media, Operation, Parameter, Scheme
from cxcontracts.contracts.styles import written
from cxcontracts.edits import edit, null_apart
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Change
from cxcontracts.lifecycle import announcements, is_tentative, removal
from cxcontracts.proofs import (
    ALL_HEADERS,
    BodyUnheard,
    Claim,
    Delivered,
    Demanded,
    Gone,
    MemberUnheard,
    Missing,
    Needed,
    NoLongerAnswered,
    NoLongerSpoken,
    OtherRules,
    OtherValues,
    Rewritten,
    Sent,
    Spot,
    Told,
    TurnedAway,
    Unheard,
    alternatives,
)
from cxcontracts.sameness import DESCRIBING, Sameness, is_wording, same
from cxcontracts.scenes import Side
from cxcontracts.wording import described, listed, shown

MOST_DETAILS = 300
"""How many pairs of schemas ``impact`` looks into, those of called operations first and the outer before the inner."""

MOST_PAIRS = 100_000
"""How many pairs of schemas are looked into where that is the question; the most known is 13,000."""

_MOST_TRIALS = 12
"""How many alternatives are compared to find out which is which, where their names do not tell."""
_SHORT_LOOK = 20
"""How many pairs of schemas are looked into to find out which two alternatives belong together."""

_MOST_TRIES = 2
"""How deep such looks nest."""

_MOST_HOPS = 32
"""How many references are followed that lead to nothing but another."""

WEBHOOKS = ("webhooks", "x-webhooks")
"""Where a document has its webhooks; the second is what documents before OpenAPI 3.1 call it."""

_MOST_NAMED = 6
_MOST_CLAIMS = 12
_COMPOUND = frozenset({"object", "array"})
_FURTHER = (
    "dependentRequired", "dependentSchemas", "contains", "minContains", "maxContains", "propertyNames", "unevaluatedItems",
    "if", "then", "else",
)  # fmt: skip
"""Keys that narrow a value by more than its members or its items."""

_TEXTS = ("contentEncoding", "contentMediaType", "contentSchema")
"""Keys that say what a text is made of, which no validator looks at."""

_ANNOUNCING = ("deprecated", "x-sunset", "x-stability-level")
_OPEN = "x-extensible-enum"
"""An open list of values: https://opensource.zalando.com/restful-api-guidelines/#112."""

_TOO_MANY = "a schema allows more alternatives than can be told apart"

Keys = frozenset[object]
At = tuple[Node | None, Node | None]
"""Where something is written in the record, and where in the candidate."""


class _Met:
    """An operation, or a pair of schemas, in which something may be found."""

    def __init__(self, around: _Met | None = None) -> None:
        self._around = [] if around is None else [around]
        self._places = 0

    def again(self, around: _Met, *, referred: bool) -> None:
        """Note that it was met once more; what is written in one place is met there once, however often that is looked at."""
        if referred or around not in self._around:
            self._around.append(around)

    @property
    def places(self) -> int:
        """How many elements show it: as many as show what leads to it, each time; what leads back to itself adds nothing."""
        if not self._places:
            self._places = 1
            self._places = sum(around.places for around in self._around) or 1
        return self._places


@dataclass
class Difference:
    """One difference, not judged yet.

    Attributes:
        operation: Which operation it was found in, counted in the order in which they were looked at.
        element, change: As in :class:`~cxcontracts.findings.Change`.
        rule: The id of its row in the catalogue.
        words: How it changed, for the sentence of the rule.
        at: Where it is written in the record, and where in the candidate; None where it is not.
        data: What tells it from others of its rule in the same place, whatever words are found for it.
        claims: What would break somebody, one for each alternative that shows it; none where nothing has to be proved.
        keys: The parts of the contracts that it is about.
        met: How many elements show it.
        tentative: Whether it is in an operation that was published as draft or alpha only.
    """

    operation: int
    element: str
    change: str
    rule: str
    words: str
    at: At
    data: JSON
    met: _Met
    tentative: bool = False
    claims: list[Claim] = field(default_factory=list)
    keys: set[object] = field(default_factory=set)


@dataclass
class _Pair:
    """Two schemas that are still to be compared."""

    operation: int
    element: str
    one: Sequence[Node]
    other: Sequence[Node]
    spot: Spot
    met: _Met
    tentative: bool


def differences(
    record: Side,
    candidate: Side,
    called: Iterable[Operation],
    felt: Callable[[Keys], tuple[str, ...]],
    today: datetime.date,
) -> tuple[Change, ...]:
    """Return every difference between two versions of a contract, those in called operations first.

    Args:
        called: The operations of the record that journeys call.
        felt: Returns the ids of the requirements that depend on any of these parts.
        today: The day on which announced ends count.
    """
    found = compared(record, candidate, today, called, most=MOST_DETAILS)
    return tuple(Change(each.element, each.change, felt(frozenset(each.keys)), each.met.places, each.rule) for each in found)


def compared(
    record: Side,
    candidate: Side,
    today: datetime.date,
    called: Iterable[Operation] = (),
    *,
    most: int = MOST_PAIRS,
    notice: int | None = None,
    descriptions: bool = False,
) -> list[Difference]:
    """Return every difference between two versions of a contract, those in *called* operations first.

    Args:
        most: How many pairs of schemas are looked into.
        notice: How many days an announced end has to be away; None where nothing was agreed.
        descriptions: Whether changed descriptions are differences.
    """
    comparison = _Comparison(record, candidate, today, most, notice, descriptions=descriptions)
    for operation in called:
        comparison.operation(operation)
    comparison.look_into()
    others = tuple(record.contract.operations())
    for tentative in (False, True):  # what a stable operation shares with another is told of the stable one
        for operation in others:
            if is_tentative(operation.node.value) is tentative:
                comparison.operation(operation)
        comparison.look_into()
    comparison.webhooks()
    comparison.look_into()
    comparison.added()
    return sorted(comparison.found, key=lambda each: each.operation)


class _Comparison:
    def __init__(
        self, record: Side, candidate: Side, today: datetime.date, most: int, notice: int | None, *, descriptions: bool
    ) -> None:
        self.record = record
        self.candidate = candidate
        self._today = today
        self._notice = notice
        self._noted: dict[tuple[int, str, str], Difference] = {}
        self._left = most
        self._tried = 0
        self._trials = [None] * _MOST_TRIALS  # shared with the trials within trials
        self._queue: deque[_Pair] = deque()
        self._pairs: dict[tuple[object, ...], _Met] = {}
        self._met: dict[tuple[int, str], int] = {}
        self._operation = 0
        self._cause = _Met()
        self._tentative = False
        self._followed: set[str] = set()
        self._origins: dict[tuple[str, int, int], Difference] = {}
        self._moves: dict[tuple[str, str], Difference] = {}
        self._descriptions = descriptions
        self._same = Sameness(record.contract, candidate.contract, descriptions=descriptions)

    @property
    def found(self) -> list[Difference]:
        """Every change, in the order in which they were met."""
        return list(self._noted.values())

    def add(
        self,
        element: str,
        change: str,
        rule: str,
        *keys: object,
        at: At = (None, None),
        words: str | None = None,
        data: JSON = None,
        claim: Claim | None = None,
    ) -> Difference:
        """Note a change; what several alternatives of a schema share is one."""
        noted = self._noted.get((self._operation, element, change))
        if noted is None:
            said = change if words is None else words
            noted = Difference(self._operation, element, change, rule, said, at, data, self._cause, self._tentative)
            self._noted[self._operation, element, change] = noted
        noted.keys |= set(keys)
        if claim is not None:
            noted.claims.append(claim)
        return noted

    def announced(self, element: str, part: str, one: JSON, other: JSON, *keys: object, at: At) -> None:
        """Note what two versions of a part announce differently about its end and its stability."""
        if isinstance(one, dict) and isinstance(other, dict):
            for rule, words in announcements(one, other, self._today, self._notice):
                said = (
                    words.removeprefix("is ") if rule == "deprecated" else f"{rule.replace('-', ' ')}: {words}".removesuffix(": ")
                )
                change = f"{part} {said}"
                written_ = [{key: each[key] for key in _ANNOUNCING if key in each} for each in (one, other)]
                self.add(element, change, rule, *keys, at=at, words=words, data=_both(*written_))

    def described(self, element: str, was: Node, is_: Node) -> None:
        """Note that two versions of a part are described differently, where that was asked for."""
        old, new = ({key: node.value[key] for key in DESCRIBING if key in node.value} for node in (was, is_))
        if self._descriptions and old != new:
            key = next(key for key in sorted(DESCRIBING) if old.get(key) != new.get(key))
            words = f"{_text(new.get(key))}; it was {_text(old.get(key))}"
            self.add(element, f"{key} changed", "description-changed", at=(was, is_), words=words, data=_both(old, new))

    def operation(self, operation: Operation) -> None:
        """Compare one operation with its counterpart, once."""
        key = (operation.node.identity, str(operation))  # two paths may share one item
        if key in self._met:
            return
        self._operation = self._met[key] = len(self._met)
        self._cause = _Met()
        self._tentative = is_tentative(operation.node.value)
        renewed = None
        try:
            renewed = self.candidate.contract.counterpart(operation)
            if renewed is None:
                self._vanished(operation)
            elif not self._same.of_operations(operation, renewed):
                self._inside(operation, renewed)
        except ContractError as error:
            if renewed is None or operation.item.value != renewed.item.value:
                self._not_compared(str(operation), (operation.node, renewed.node if renewed else None), error)

    def _vanished(self, operation: Operation) -> None:
        moved = self.candidate.contract.at(operation.method, operation.path)
        keys, element = (operation.node.identity, "operation"), str(operation)
        if moved is not None:
            self._moved(operation, moved)
            self._inside(operation, moved)
            return
        renamed = self._elsewhere(operation)
        if renamed is not None:
            self._followed.add(str(renamed))
            words, at = f"at {renamed}", (operation.node, renamed.node)
            self.add(
                element,
                f"moved to {renamed}",
                "operation-moved",
                keys,
                at=at,
                words=words,
                data=_bare(renamed),
                claim=Gone(operation),
            )
            if _bare(operation) == _bare(renamed):  # else what is there may be another thing under the same name
                self._inside(operation, renamed)
            return
        rule, words = removal(operation.node.value, self._today)
        self.add(element, "operation removed", rule, keys, at=(operation.node, None), words=words, claim=Gone(operation))

    def _elsewhere(self, operation: Operation) -> Operation | None:
        """Return the one new operation that has the name of one that is gone, or its path but for a slash at the end."""
        name = operation.node.value.get("operationId")
        by_name = [each for each in self._new if isinstance(name, str) and each.node.value.get("operationId") == name]
        by_path = [each for each in self._new if _bare(each) == _bare(operation)]
        found = next((each for each in (by_path, by_name) if len(each) == 1), [None])[0]
        return found if found is not None and str(found) not in self._followed else None

    @cached_property
    def _new(self) -> tuple[Operation, ...]:
        """The operations that only the candidate has, as far as the record can be read."""
        record = self.record.contract
        found = []
        for each in self.candidate.contract.operations():
            try:
                if record.at(each.method, each.path) is None and record.counterpart(each) is None:
                    found.append(each)
            except ContractError as error:
                self._not_compared(str(each), (None, each.node), error)
        return tuple(found)

    def _moved(self, one: Operation, other: Operation) -> None:
        """Note that an operation is answered under another server path: one change for all that moved alike."""
        bases = moved_words(one.bases, other.bases)
        key = (one.node.identity, "operation")
        noted = self._moves.get(bases)
        if noted is None:
            words = f"under the server path {bases[0]}, it was {bases[1]}"
            at, claim = (one.node, other.node), Gone(one)
            noted = self._moves[bases] = self.add(
                str(one),
                "moved to another server path",
                "operation-moved",
                at=at,
                words=words,
                data=_both(*reversed(bases)),
                claim=claim,
            )
            noted.met = _Met()
        noted.met.again(self._cause, referred=True)
        noted.keys.add(key)

    def _not_compared(self, element: str, at: At, error: Exception | None = None) -> None:
        if at[0] is not None and at[1] is not None and at[0].value == at[1].value:
            return  # as unsound as it was
        why = error.problems[0].what if isinstance(error, ContractError) else _TOO_MANY
        self.add(element, f"cannot be compared: {why}", "not-compared", at=at, words=why)

    def look_into(self) -> None:
        """Compare the schemas that were met on the way, and say of each operation where that ends early."""
        unseen = set()
        while self._queue and not (self._tried and self._noted):  # a trial ends at the first difference
            pair = self._queue.popleft()
            self._operation, self._cause, self._tentative = pair.operation, pair.met, pair.tentative
            self._left -= 1
            if self._left >= 0:
                self._compare(pair)
            elif pair.operation not in unseen:
                unseen.add(pair.operation)
                self.add(
                    pair.element,
                    "changed further inside, which is not looked into",
                    "not-compared",
                    at=(pair.one[0] if pair.one else None, pair.other[0] if pair.other else None),
                    words="it is more than is looked into",
                )

    def _compare(self, pair: _Pair) -> None:
        try:
            before, after = self._readers(pair.spot)
            for one, other in zip(pair.one, pair.other, strict=False):
                if isinstance(one.value, dict) and isinstance(other.value, dict):
                    self.described(pair.element, one, other)
            self._shapes(pair.element, before.shapes(pair.one), after.shapes(pair.other), pair.spot)
        except (ContractError, TooManyShapes) as error:
            self._not_compared(pair.element, (next(iter(pair.one), None), next(iter(pair.other), None)), error)

    def _readers(self, spot: Spot) -> tuple[Reader, Reader]:
        if isinstance(spot.whole, Told):
            return self.record.responses, self.candidate.responses
        return self.record.requests, self.candidate.requests

    def added(self) -> None:
        """List the operations that only the candidate has."""
        self._operation = len(self._met)
        self._cause = _Met()
        self._tentative = False
        for renewed in self._new:
            if str(renewed) not in self._followed:
                self.add(str(renewed), "operation added", "operation-added", at=(None, renewed.node))

    def _inside(self, one: Operation, other: Operation) -> None:
        element = str(other)
        self.described(element, one.node, other.node)
        self.announced(element, "operation", one.node.value, other.node.value, at=(one.node, other.node))
        if not self._same.of_logins(one, other) and _logins(one) != _logins(other):
            self._login(f"{element} security", one, other)
        if not self._same.of_inputs(one, other):
            self._parameters(element, one, other)
        if not self._same.of(one.node, other.node, "requestBody"):
            self._bodies(element, one, other)
        successes = _success_by_default(one, other)
        for key in dict.fromkeys((*one.answers, *other.answers)):
            if key == "default" and successes:
                self._answers(f"{element} {successes}", (key, successes), one, other)
                if key in other.answers:
                    self._answers(f"{element} {key}", ("", key), one, other)
            elif key != successes and not self._same.of(one.node, other.node, "responses", key):
                self._answers(f"{element} {key}", (key, key), one, other)

        self._callbacks(element, one, other)

    def webhooks(self) -> None:
        """Compare what the partner sends of its own accord."""
        self._operation = len(self._met)
        self._cause, self._tentative = _Met(), False
        one, other = self.record.contract, self.candidate.contract
        for key in WEBHOOKS:
            self._events("webhook", one.events(one.root, key), other.events(other.root, key), (one.root, other.root))

    def _callbacks(self, element: str, one: Operation, other: Operation) -> None:
        if self._same.of(one.node, other.node, "callbacks"):
            return
        mine, theirs = (_mapping(each.node.value.get("callbacks")) for each in (one, other))
        for name in dict.fromkeys((*mine, *theirs)):
            before = one.contract.events(one.node, "callbacks", name)
            after = other.contract.events(other.node, "callbacks", name)
            where = f"{element} callback.{name}"
            if len(before) == len(after) == 1 and before.keys() != after.keys():
                ((old, first),), ((new, second),) = before.items(), after.items()
                words = f"{shown(new, 80)}, it was {shown(old, 80)}"
                at = (first.node, second.node)
                self.add(where, f"address is {words}", "event-address-changed", at=at, words=words, data=_both(old, new))
                self._event(where, first, second)
            else:
                self._events(where, before, after, (one.node, other.node))

    def _events(self, element: str, before: Mapping[str, Operation], after: Mapping[str, Operation], owners: At) -> None:
        for name in dict.fromkeys((*before, *after)):
            where = f"{element} {name}" if element == "webhook" else element
            one, other = before.get(name), after.get(name)
            if other is None and one is not None:
                self.add(where, "event removed", "event-removed", at=(one.node, owners[1]), data=name)
            elif one is None and other is not None:
                self.add(where, "event added", "event-added", at=(owners[0], other.node), data=name)
            elif one is not None and other is not None and not self._same.of(one.node, other.node):
                self._event(f"{where} event" if element == "webhook" else where, one, other)

    def _event(self, element: str, one: Operation, other: Operation) -> None:
        """Compare what a partner says in an event; what it takes as an answer to that is ours to keep to."""
        self.described(element, one.node, other.node)
        self.announced(element, "event", one.node.value, other.node.value, at=(one.node, other.node))
        at = (_part(one.node, "requestBody"), _part(other.node, "requestBody"))
        media = [each.body.media if each.body else () for each in (one, other)]
        met = Answer("200", 200, (), {})
        for where, old, new in _by_name(element, *media):
            if new is None and old is not None:
                self.add(where, "media type removed", "event-media-type-removed", at=at, data=old.name)
            elif old is None and new is not None:
                self.add(where, "media type added", "event-media-type-added", at=at, data=new.name)
            elif old is not None and new is not None:
                self._renamed(where, old, new, "event", at, ())
                self._schemas(where, old.nodes, new.nodes, Spot(Delivered(one, other, met, old.nodes, new.nodes, new)))

    def _login(self, element: str, one: Operation, other: Operation) -> None:
        before, after = (_login_in_words(each) for each in (one, other))
        self.add(
            element,
            "login changed",
            "login-changed",
            (one.node.identity, "security"),
            at=(one.node, other.node),
            words=f"{after}; it was {before}",
            data=_both(*map(_asked_for, (one, other))),
            claim=TurnedAway(one, other),
        )

    def _parameters(self, element: str, one: Operation, other: Operation) -> None:
        before = {parameter.key: parameter for parameter in one.parameters}
        after = {parameter.key: parameter for parameter in other.parameters}
        for key, parameter in before.items():
            if key not in after:
                rule, words = removal(parameter.node.value, self._today, "request-parameter-removed")
                self.add(
                    f"{element} {parameter.place} {parameter.name}",
                    "parameter removed",
                    rule,
                    (parameter.node.identity, None),
                    at=(parameter.node, other.node),
                    words=words,
                    data=_named(parameter),
                    claim=Unheard(one, other, parameter),
                )
        for key, parameter in after.items():
            where = f"{element} {parameter.place} {parameter.name}"
            if key in before:
                self._parameter(where, one, other, before[key], parameter)
            else:
                self._new_parameter(where, one, other, parameter)

    def _new_parameter(self, element: str, one: Operation, other: Operation, parameter: Parameter) -> None:
        at, data = (one.node, parameter.node), _named(parameter)
        if parameter.required:
            claim = Demanded(one, other, parameter)
            rule = "request-parameter-required-added"
            self.add(element, "required parameter added", rule, (one.node.identity, "inputs"), claim=claim, at=at, data=data)
        else:
            self.add(element, "optional parameter added", "request-parameter-added", at=at, data=data)

    def _parameter(self, element: str, one: Operation, other: Operation, before: Parameter, after: Parameter) -> None:
        keys = ((before.node.identity, None), (after.node.identity, None))
        at = (before.node, after.node)
        named = _named(after)
        if after.required and not before.required:
            claim, rule = Demanded(one, other, after), "request-parameter-became-required"
            inputs = (one.node.identity, "inputs")
            self.add(element, "parameter is now required", rule, *keys, inputs, claim=claim, data=named, at=at)
        elif before.required != after.required:
            self.add(element, "parameter is now optional", "request-parameter-became-optional", *keys, data=named, at=at)
        if (before.style, before.explode, before.media) != (after.style, after.explode, after.media):
            claim_ = Rewritten(one, other, before, after, before.nodes)
            words = f"{_shown_as(after)}, it was {_shown_as(before)}"
            data = {"of": named, **_both(_written(before), _written(after))}
            rule = "request-parameter-rewritten"
            self.add(element, "parameter is written differently", rule, *keys, words=words, claim=claim_, data=data, at=at)
        self.described(element, before.node, after.node)
        self.announced(element, "parameter", before.node.value, after.node.value, *keys, at=at)
        self._schemas(element, before.nodes, after.nodes, Spot(Sent(one, other, before.nodes, after.nodes, parameter=before)))

    def _bodies(self, element: str, one: Operation, other: Operation) -> None:
        before, after, where = one.body, other.body, f"{element} body"
        inputs, body = (one.node.identity, "inputs"), (one.node.identity, "body")
        at = (_part(one.node, "requestBody"), _part(other.node, "requestBody"))
        if before is None or after is None:
            if after is not None and after.required:
                claim = Demanded(one, other)
                self.add(where, "required body added", "request-body-required-added", inputs, body, claim=claim, at=at)
            elif after is not None:
                self.add(where, "optional body added", "request-body-added", inputs, body, at=at)
            elif before is not None:
                claims = [BodyUnheard(one, other, media) for media in before.media[:1]]
                self.add(where, "body removed", "request-body-removed", inputs, body, claim=next(iter(claims), None), at=at)
            return
        if after.required and not before.required:
            claim = Demanded(one, other)
            self.add(where, "body is now required", "request-body-became-required", inputs, claim=claim, at=at)
        elif before.required != after.required:
            self.add(where, "body is now optional", "request-body-became-optional", inputs, at=at)
        self._sent_media(where, one, other, before.media, after.media, (inputs, body))

    def _sent_media(
        self,
        element: str,
        one: Operation,
        other: Operation,
        before: Sequence[Media],
        after: Sequence[Media],
        keys: Sequence[object],
    ) -> None:
        for where, old, new in _by_name(element, before, after):
            at = (_part(one.node, "requestBody"), _part(other.node, "requestBody"))
            if new is None and old is not None:
                claim = BodyUnheard(one, other, old)
                self.add(where, "media type removed", "request-media-type-removed", *keys, data=old.name, claim=claim, at=at)
            elif old is None and new is not None:
                self.add(where, "media type added", "request-media-type-added", data=new.name, at=at)
            elif old is not None and new is not None:
                self._renamed(where, old, new, "request", at, keys)
                self._schemas(where, old.nodes, new.nodes, Spot(Sent(one, other, old.nodes, new.nodes, media=old)))
                self._encodings(where, one, other, old, new)

    def _encodings(self, element: str, one: Operation, other: Operation, old: Media, new: Media) -> None:
        """Compare how the members of a form are written."""
        for member in dict.fromkeys((*old.encodings, *new.encodings)):
            before, after = (media.encodings.get(member, Encoding()) for media in (old, new))
            if before != after:
                shapes = self.record.requests.shapes(old.nodes)
                nodes = next((shape.slot(member).nodes for shape in shapes if shape.slot(member).declared), ())
                self.add(
                    _below(element, member),
                    "written differently",
                    "request-encoding-changed",
                    (one.node.identity, ("encoding", member)),
                    at=(_part(one.node, "requestBody"), _part(other.node, "requestBody")),
                    words=f"{_shown_as(after, member)}, it was {_shown_as(before, member)}",
                    data={"of": member, **_both(_written(before), _written(after))},
                    claim=Rewritten(one, other, before, after, nodes, member, old),
                )

    def _answers(self, element: str, status: tuple[str, str], one: Operation, other: Operation) -> None:
        before, after = one.answers.get(status[0]), other.answers.get(status[1])
        keys = [(one.node.identity, status[0]), (other.node.identity, status[1])]
        at = (_part(one.node, "responses", status[0]), _part(other.node, "responses", status[1]))
        key = status[0] or status[1]
        if before is None:
            self.add(element, "status added", "response-status-added", *keys, data=key, at=at)
        elif after is None:
            claim = NoLongerAnswered(one, other, before)
            self.add(element, "status removed", "response-status-removed", *keys, data=key, claim=claim, at=at)
        else:
            self._told_media(element, one, other, before, after, keys)
            owners = [self.record.headers(one, before).identity, self.candidate.headers(other, after).identity]
            for name in dict.fromkeys((*before.headers, *after.headers)):
                self._header(f"{element} header.{name}", name, one, other, (before, after), [(owner, name) for owner in owners])

    def _told_media(
        self, element: str, one: Operation, other: Operation, before: Answer, after: Answer, keys: Sequence[object]
    ) -> None:
        at = (_part(one.node, "responses", before.key), _part(other.node, "responses", after.key))
        for where, old, new in _by_name(element, before.media, after.media):
            if new is None and old is not None:
                claim = NoLongerSpoken(one, other, after, old)
                self.add(where, "media type removed", "response-media-type-removed", *keys, data=old.name, claim=claim, at=at)
            elif old is None and new is not None:
                self.add(where, "media type added", "response-media-type-added", data=new.name, at=at)
            elif old is not None and new is not None:
                self._renamed(where, old, new, "response", at, keys)
                self._schemas(where, old.nodes, new.nodes, Spot(Told(one, other, after, old.nodes, new.nodes, new)))

    def _renamed(self, element: str, old: Media, new: Media, side: str, at: At, keys: Sequence[object]) -> None:
        """Note that JSON goes by another name."""
        if old.name != new.name:
            words = f"{new.name}, it was {old.name}"
            change = f"media type is {words}"
            self.add(element, change, f"{side}-media-type-renamed", *keys, at=at, words=words, data=_both(old.name, new.name))

    def _header(
        self, element: str, name: str, one: Operation, other: Operation, answers: tuple[Answer, Answer], keys: Sequence[object]
    ) -> None:
        before, after = (answer.headers.get(name) for answer in answers)
        nodes = (self.record.headers(one, answers[0]), self.candidate.headers(other, answers[1]))
        at = (_of_header(before, one.node), _of_header(after, other.node))
        spot = Spot(Told(one, other, answers[1], nodes[:1], nodes[1:], None, ALL_HEADERS))
        (shape,) = self.candidate.responses.shapes(nodes[1:])
        if before is not None and after is None:
            rule, words = removal(before.node.value, self._today, "response-header-removed")
            missing = Missing(spot, shape, name, gone=True)
            self.add(element, "header removed", rule, *keys, words=words, claim=missing, at=at, data=name)
        elif before is None or after is None:
            self.add(element, "header added", "response-header-added", *keys, at=at, data=name)
        else:
            if before.required and not after.required:
                missing = Missing(spot, shape, name, gone=False)
                self.add(
                    element, "header is now optional", "response-header-became-optional", *keys, claim=missing, at=at, data=name
                )
            elif before.required != after.required:
                self.add(element, "header is now required", "response-header-became-required", *keys, at=at, data=name)
            self._schemas(
                element, before.nodes, after.nodes, Spot(Told(one, other, answers[1], before.nodes, after.nodes, None, name))
            )

    def _schemas(self, element: str, one: Sequence[Node], other: Sequence[Node], spot: Spot) -> None:
        if not one and not other:
            return
        targets = tuple(map(_target, one)), tuple(map(_target, other))
        referred = not all(map(is_, targets[0], one))
        pair = (type(spot.whole), *map(_known_by, targets[0]), "|", *map(_known_by, targets[1]))
        met = self._pairs.get(pair)
        if met is not None:
            met.again(self._cause, referred=referred)
            return
        met = self._pairs[pair] = _Met(self._cause)
        if len(one) != len(other) or not all(map(self._same.of, one, other)):
            self._queue.append(_Pair(self._operation, element, *targets, spot, met, self._tentative))

    def _shapes(self, element: str, one: Sequence[Shape], other: Sequence[Shape], spot: Spot) -> None:
        one, other = _without_null(one), _without_null(other)
        if len(one) == len(other) == 1:
            self._shape(element, one[0], other[0], spot, (one, other))
            return
        before, after = self._readers(spot)
        (old, mine), (new, theirs) = _sorted_out(one), _sorted_out(other)
        if old and new:
            keys = (*_whole(old), *_whole(new))
            self._values(element, _union(before, old), _union(after, new), keys, spot, old, new)
            old, new = [], []
        if len(mine) == len(theirs):
            pairs = list(self._paired(mine, theirs, spot))
        else:
            pairs = list(self._recognised(mine, theirs, spot))
            mine, theirs = ([shape for shape in shapes if all(shape not in pair for pair in pairs)] for shapes in (mine, theirs))
            old, new = [*old, *mine], [*new, *theirs]
        if old or new:
            self._choices(element, (old, new), (one, other), spot)
        for a, b in pairs:
            self._shape(element, a, b, spot, (one, other))

    def _choices(
        self,
        element: str,
        left: tuple[Sequence[Shape], Sequence[Shape]],
        all_: tuple[Sequence[Shape], Sequence[Shape]],
        spot: Spot,
    ) -> None:
        """Note that one of several alternatives is gone, or that there is one more."""
        before, after = self._readers(spot)
        claim = alternatives(spot, left, all_, before, after)
        change = f"alternatives: {len(all_[1])}, there were {len(all_[0])}"
        parts = [f"without {_called(left[0], all_[0])}"] * bool(left[0]) + [f"with {_called(left[1], all_[1])}"] * bool(left[1])
        at = (_first(left[0]) or _first(all_[0]), _first(left[1]) or _first(all_[1]))
        self.add(
            element,
            change,
            f"{_side(spot)}-alternatives-changed",
            *_whole(all_[0]),
            *_whole(all_[1]),
            at=at,
            words=", ".join(parts),
            data=_both([_shallow(before, shape) for shape in left[0]], [_shallow(after, shape) for shape in left[1]]),
            claim=claim,
        )

    def _recognised(self, one: Sequence[Shape], other: Sequence[Shape], spot: Spot) -> Iterator[tuple[Shape, Shape]]:
        """Pair the alternatives that can be told to be the same: by their name, a member that says so, or what they say."""
        before, after = self._readers(spot)
        names = [name for shape in one for name in shape.names if _only_value(shape, name) is not None]
        marks: list[tuple[Callable[[Shape], object], Callable[[Shape], object]]] = [(_name_of, _name_of)]
        marks += [(tag, tag) for name in dict.fromkeys(names) for tag in [partial(_only_value, name=name)]]
        marks.append((lambda shape: repr(_signature(before, shape)), lambda shape: repr(_signature(after, shape))))
        mine, theirs = list(one), list(other)
        for mark, their_mark in marks:
            marked = [their_mark(shape) for shape in theirs]
            for shape in list(mine):
                said = mark(shape)
                if said is not None and [mark(each) for each in mine].count(said) == 1 == marked.count(said):
                    found = theirs.pop(marked.index(said))
                    marked.remove(said)
                    mine.remove(shape)
                    yield shape, found

    def _values(
        self,
        element: str,
        old: Schema,
        new: Schema,
        keys: Iterable[object],
        spot: Spot,
        one: Sequence[Shape],
        other: Sequence[Shape],
    ) -> None:
        """Compare what two schemas that look into nothing say."""
        if old == new or (isinstance(find([old], [new]), Nothing) and isinstance(find([new], [old]), Nothing)):
            return
        if (apart := null_apart(old, new)) is not None:
            self._null(element, keys, spot, one, other)
            old = apart
        made = edit(old, new)
        before, after = self._readers(spot)
        claim = OtherValues(
            spot,
            tuple(one),
            tuple(other),
            tuple(_passed(before, shape, spot) for shape in one),
            tuple(_passed(after, shape, spot) for shape in other),
        )
        rule = f"{_side(spot)}-{made.kind}"
        origin = _origin(one, other)
        if origin is None:
            at = (_first(one), _first(other))
            self.add(element, made.change, rule, *keys, words=made.words, data=made.data, claim=claim, at=at)
            return
        known = self._origins.get((rule, origin[0].identity, origin[1].identity))
        if known is None:
            known = self.add(element, made.change, rule, words=made.words, data=made.data, at=origin)
            known.met = _Met()
            self._origins[rule, origin[0].identity, origin[1].identity] = known
        known.met.again(self._cause, referred=False)
        known.keys |= set(keys)
        if len(known.claims) < _MOST_CLAIMS:
            known.claims.append(claim)

    def _null(self, element: str, keys: Iterable[object], spot: Spot, one: Sequence[Shape], other: Sequence[Shape]) -> None:
        """Note that null has come or gone, beside whatever else has changed."""
        comes = any("null" in shape.types for shape in other)
        null: Schema = {"type": "null"}
        lost, more = (
            [Shape(shape.atoms, frozenset({"null"})) for shape in shapes if "null" in shape.types] for shapes in (one, other)
        )
        before, after = self._readers(spot)
        old = tuple(null for _ in lost) if lost else tuple(_passed(before, shape, spot) for shape in one)
        new = tuple(null for _ in more) if more else tuple(_passed(after, shape, spot) for shape in other)
        claim = OtherValues(spot, tuple(lost or one), tuple(more or other), old, new)
        rule = f"{_side(spot)}-{'became' if comes else 'no-longer'}-nullable"
        words = "may be null now" if comes else "may no longer be null"
        self.add(element, words, rule, *keys, at=(_first(one), _first(other)), data={"null": comes}, claim=claim)

    def _shape(self, element: str, one: Shape, other: Shape, spot: Spot, all_: tuple[Sequence[Shape], Sequence[Shape]]) -> None:
        before, after = self._readers(spot)
        spot = spot.at(one, other)
        keys = (*_whole([one]), *_whole([other]))
        self._values(element, _shallow(before, one), _shallow(after, other), keys, spot, [one], [other])
        at = (_first([one]), _first([other]))
        further = [key for key in _FURTHER if not same(_said(one, key), _said(other, key))]
        if further:
            data = {key: _both(_said(one, key), _said(other, key)) for key in further}
            claim, rule = OtherRules(spot, one, other), f"{_side(spot)}-rule-changed"
            words = listed(further)
            self.add(element, f"{words} changed", rule, *keys, words=words, data=data, claim=claim, at=at)
        self._meant(element, one, other, spot, keys)
        if "object" in one.types & other.types:
            self._members(element, one, other, spot, all_)
        if "array" in one.types & other.types:
            for index in (*range(max(one.prefix, other.prefix)), None):
                where = _below(element, "*" if index is None else str(index))
                self._schemas(where, one.items(index), other.items(index), spot.item(one, other, index))

    def _meant(self, element: str, one: Shape, other: Shape, spot: Spot, keys: Sequence[object]) -> None:
        """Compare what no value shows: defaults, open lists of values, what a text is made of."""
        at = (_first([one]), _first([other]))
        side = _side(spot)
        old, new = ([atom.value["default"] for atom in shape.atoms if "default" in atom.value][:1] for shape in (one, other))
        if old != new:
            words = f"{_default(new)}, it was {_default(old)}"
            self.add(element, f"default: {words}", f"{side}-default-changed", *keys, words=words, data=_both(old, new), at=at)
        for key in _TEXTS:
            if (mine := _said(one, key)) != (theirs := _said(other, key)):
                words = f"{key} is {_shown(theirs)}, it was {_shown(mine)}"
                self.add(element, words, f"{side}-content-changed", *keys, data={"of": key, **_both(mine, theirs)}, at=at)
        listed_before, listed_after = (_extensible(shape) for shape in (one, other))
        if listed_before is not None and listed_after is not None:
            lost = [value for value in listed_before if value not in listed_after]
            more = [value for value in listed_after if value not in listed_before]
            if lost and side == "request":
                words = listed([shown(value, 30) for value in lost])
                rule = "request-extensible-enum-narrowed"
                self.add(element, f"x-extensible-enum without {words}", rule, *keys, words=words, data=lost, at=at)
            if more and side != "request":
                words = listed([shown(value, 30) for value in more])
                rule = f"{side}-extensible-enum-widened"
                self.add(element, f"x-extensible-enum with {words}", rule, *keys, words=words, data=more, at=at)

    def _members(self, element: str, one: Shape, other: Shape, spot: Spot, all_: tuple[Sequence[Shape], Sequence[Shape]]) -> None:
        for name in dict.fromkeys((*one.names, *other.names, *sorted(one.required ^ other.required))):
            if not self._untouched(one, other, name):
                try:
                    self._member(_below(element, name), one, other, name, spot, all_)
                except ContractError as error:
                    self._not_compared(_below(element, name), (_first([one]), _first([other])), error)
        if one.map_nodes and other.map_nodes:
            name = next(iter(one.map_slots()))[0]
            self._schemas(_below(element, "*"), one.map_nodes, other.map_nodes, spot.member(one, other, name))
        self._open_ends(element, one, other, spot, all_)

    def _member(
        self, where: str, one: Shape, other: Shape, name: str, spot: Spot, all_: tuple[Sequence[Shape], Sequence[Shape]]
    ) -> None:
        before, after = self._readers(spot)
        old, new = one.slot(name), other.slot(name)
        keys = [(atom.identity, name) for shape in (one, other) for atom in shape.atoms]
        hidden = (before.hides(old.nodes), after.hides(new.nodes))
        absent = (hidden[0] or not old.declared, hidden[1] or not new.declared)
        told = isinstance(spot.whole, Told)
        side = _side(spot)
        at = (old.nodes[0] if old.nodes else _first([one]), new.nodes[0] if new.nodes else _first([other]))
        elsewhere = any(_has(shape, name, after) for shape in all_[1] if shape is not other)
        if absent[1] and not absent[0]:
            rule, words = removal(_announced_of(old.nodes), self._today, f"{side}-property-removed")
            gone: Claim = Missing(spot, other, name, gone=True, elsewhere=elsewhere)
            if not told:
                gone = MemberUnheard(spot, one, other, name, elsewhere)
            self.add(where, "property removed", rule, *keys, words=words, claim=gone, at=at, data=name)
        elif absent[0] and not absent[1]:
            if new.required and not told:
                rule = "request-property-required-added"
                self.add(where, "required property added", rule, *keys, claim=Needed(spot, one, name), at=at, data=name)
            else:
                word = "required" if new.required else "optional"
                self.add(where, f"{word} property added", f"{side}-property-added", *keys, at=at, data=name)
        elif not any(hidden) and old.required != new.required:
            self._asked(where, one, other, name, spot, keys, at)
        if not any(absent):
            said = (_announced_of(old.nodes), _announced_of(new.nodes))
            self.announced(where, "property", *said, *keys, at=at)
            self._schemas(where, old.nodes, new.nodes, spot.member(one, other, name))

    def _asked(self, where: str, one: Shape, other: Shape, name: str, spot: Spot, keys: Sequence[object], at: At) -> None:
        """Note that a member may be left out, or may be left out no more."""
        required = name in other.required
        word = "required" if required else "optional"
        claim: Claim | None = None
        if isinstance(spot.whole, Sent) and required:
            claim = Needed(spot, one, name)
        elif isinstance(spot.whole, Told) and not required:
            claim = Missing(spot, other, name, gone=False)
        rule = f"{_side(spot)}-property-became-{word}"
        at = (_required_at(one) or at[0], _required_at(other) or at[1])
        self.add(where, f"property is now {word}", rule, *keys, claim=claim, at=at, data=name)

    def _open_ends(
        self, element: str, one: Shape, other: Shape, spot: Spot, all_: tuple[Sequence[Shape], Sequence[Shape]]
    ) -> None:
        """Compare what is said of the members whose names are not written out."""
        keys = (*_whole([one]), *_whole([other]))
        rule = f"{_side(spot)}-members-changed"
        at = (_first([one]), _first([other]))
        if one.silent != other.silent and (one.map_nodes or other.map_nodes):  # any name was taken, and any is
            name = next(iter((one if one.map_nodes else other).map_slots()))[0]
            self._schemas(_below(element, "*"), one.map_nodes, other.map_nodes, spot.member(one, other, name))
        elif one.silent != other.silent and not one.closed and not other.closed:
            words = "any member may be there" if other.silent else "its members are named now"
            self.add(element, words, rule, *keys, data={"silent": other.silent}, at=at)
        elif bool(one.map_nodes) != bool(other.map_nodes):
            self._map(element, one, other, spot, keys, all_)
        if isinstance(spot.whole, Sent) and one.closed != other.closed:
            words = "other members are now refused" if other.closed else "other members are no longer refused"
            self.add(element, words, rule, *keys, data={"closed": other.closed}, at=at)
        old, new = _patterns(one), _patterns(other)
        if old.keys() != new.keys():
            data = _both(sorted(old), sorted(new))
            claim = OtherRules(spot, one, other)
            self.add(element, "members by pattern changed", rule, *keys, data=data, claim=claim, at=at)
        for pattern in (pattern for pattern in old if pattern in new):
            name = next((name for name, nodes in one.map_slots() if old[pattern][0].value in [node.value for node in nodes]), "")
            self._schemas(_below(element, "*"), old[pattern], new[pattern], spot.member(one, other, name))

    def _map(
        self,
        element: str,
        one: Shape,
        other: Shape,
        spot: Spot,
        keys: Sequence[object],
        all_: tuple[Sequence[Shape], Sequence[Shape]],
    ) -> None:
        """Note that members of any name are described now, or no longer."""
        where, rule = _below(element, "*"), f"{_side(spot)}-members-changed"
        at = (_first([one]), _first([other]))
        if other.map_nodes:
            claim = OtherRules(spot, one, other) if isinstance(spot.whole, Sent) and not one.closed else None
            self.add(where, "members of any name have a schema now", rule, *keys, data="added", claim=claim, at=at)
            return
        name = next(iter(one.map_slots()))[0]
        elsewhere = any(shape.map_nodes for shape in all_[1])
        gone: Claim = Missing(spot, other, name, gone=True, elsewhere=elsewhere)
        if isinstance(spot.whole, Sent):
            gone = MemberUnheard(spot, one, other, name, elsewhere)
        self.add(where, "members of any name are no longer declared", rule, *keys, data="removed", claim=gone, at=at)

    def _paired(self, one: Sequence[Shape], other: Sequence[Shape], spot: Spot) -> Iterator[tuple[Shape, Shape]]:
        """Pair alternatives that say the same, in whatever order they are written, then the others in their order."""
        told_apart = _told_apart(one, other)
        if told_apart is not None:
            yield from told_apart
            return
        before, after = self._readers(spot)
        left = [(shape, _signature(after, shape)) for shape in other]
        unpaired = []
        for shape in one:
            signature = _signature(before, shape)
            near = [index for index, (_, theirs) in enumerate(left) if theirs == signature]
            if len(near) != 1:
                alike = (index for index in (near or range(len(left))) if self._says_the_same(shape, left[index][0], spot))
                near = list(islice(alike, 1)) or near
            if near:
                yield shape, left.pop(near[0])[0]
            else:
                unpaired.append(shape)
        yield from zip(unpaired, (shape for shape, _ in left), strict=True)

    def _says_the_same(self, one: Shape, other: Shape, spot: Spot) -> bool:
        """Tell whether two alternatives differ in nothing, as far as a short look tells."""
        if self._tried == _MOST_TRIES or not self._trials or one.types != other.types or one.required != other.required:
            return False
        self._trials.pop()
        trial = copy(self)
        trial._noted, trial._queue, trial._pairs, trial._origins = {}, deque(), {}, {}
        trial._left, trial._tried = _SHORT_LOOK, self._tried + 1
        trial._shape("", one, other, spot, ([one], [other]))
        trial.look_into()
        return not trial._noted

    def _untouched(self, one: Shape, other: Shape, name: str) -> bool:
        """Tell whether a member is the same word for word: at once, for most members of most schemas are."""
        if len(one.atoms) != 1 or len(other.atoms) != 1 or (name in one.required) != (name in other.required):
            return False
        before, after = ((shape.atoms[0].value.get("properties") or {}).get(name) for shape in (one, other))
        return before is not None and before == after and self._same.settled(one.atoms[0], other.atoms[0], after)


def _target(node: Node) -> Node:
    """Return what a schema that says nothing itself refers to, alone or in an ``allOf`` of one; itself where that is nowhere."""
    for _ in range(_MOST_HOPS):
        reference = lone_reference(node)
        said = [key for key in node.value if not is_wording(key)] if isinstance(node.value, dict) else []
        try:
            if reference is not None or (said == ["$ref"] and isinstance(node.value["$ref"], str)):
                node = node.home.follow(node, node.value["$ref"])
            elif said == ["allOf"] and isinstance(node.value["allOf"], list) and len(node.value["allOf"]) == 1:
                node = node.child("allOf", 0)
            else:
                break
        except ContractError:
            break
    return node


def _known_by(node: Node) -> object:
    """Return what tells a schema from any other; there is one ``true`` and one ``false`` for all documents."""
    if isinstance(node.value, dict) or node.above is None:
        return node.identity
    return (node.above.identity, node.key)


def _patterns(shape: Shape) -> dict[str, list[Node]]:
    """Return each pattern of names to the schemas of the values."""
    found: dict[str, list[Node]] = {}
    for atom in shape.atoms:
        for pattern in atom.value.get("patternProperties") or ():
            found.setdefault(pattern, []).append(atom.child("patternProperties", pattern))
    return found


def _asked_for(operation: Operation) -> JSON:
    return [[[*scheme.meaning, *sorted(scheme.scopes)] for scheme in alternative] for alternative in operation.security]


def _login_in_words(operation: Operation) -> str:
    """Return how one may log in: the alternatives, each with the scopes that it has to have."""
    ways = []
    for alternative in operation.security:
        words = listed([str(scheme) for scheme in alternative]) or "nothing"
        scopes = sorted(scope for scheme in alternative for scope in scheme.scopes)
        ways.append(words + (f" with {listed(scopes)}" if scopes else ""))
    return listed(list(dict.fromkeys(ways)), "or") or "nothing"


def _logins(operation: Operation) -> set[frozenset[Scheme]]:
    return {frozenset(alternative) for alternative in operation.security}


def _sorted_out(shapes: Iterable[Shape]) -> tuple[list[Shape], list[Shape]]:
    """Return what some alternatives say of plain values, and of objects and of lists, each apart: however that is laid out."""
    plain, further = [], []
    for shape in shapes:
        if shape.types - _COMPOUND:
            plain.append(Shape(shape.atoms, shape.types - _COMPOUND))
        further += [Shape(shape.atoms, frozenset({kind})) for kind in sorted(shape.types & _COMPOUND)]
    return plain, further


def _shallow(reader: Reader, shape: Shape) -> Schema:
    whole = narrowed(reader, shape, NO_DEEPER)
    kept = {key: value for key, value in whole.items() if key not in ("required", "properties")}
    return _or_null(kept) if "null" in shape.types else kept


def _passed(reader: Reader, shape: Shape, spot: Spot) -> Schema:
    """Return what a shape says where it is passed on; as text, where a single value is a list of one, with the items."""
    if isinstance(spot.whole, Sent) and spot.whole.text and "array" in shape.types:
        return narrowed(reader, shape, Interest(items=NO_DEEPER))
    return _shallow(reader, shape)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that lists its values with null among them: where an alternative says null, the list need not."""
    whole = dict(schema)
    if "const" in whole and whole["const"] is not None:
        whole["enum"] = [whole.pop("const")]
    if "enum" in whole and None not in whole["enum"]:
        whole["enum"] = [*whole["enum"], None]
    if "allOf" in whole:
        whole["allOf"] = [_or_null(part) for part in whole["allOf"]]
    return whole


def _union(reader: Reader, shapes: Iterable[Shape]) -> Schema:
    """Return what any of some alternatives admits, in an order that does not hang on the layout."""
    parts = sorted((narrowed(reader, shape, NO_DEEPER) for shape in shapes), key=repr)
    if all({"enum", "const"} & part.keys() and part.keys() <= {"enum", "const", "type"} for part in parts):
        return {"enum": [value for part in parts for value in part.get("enum", [part.get("const")])]}
    return any_of(parts)


def _said(shape: Shape, key: str) -> list[Any]:
    return [atom.value[key] for atom in shape.atoms if key in atom.value]


def _told_apart(one: Sequence[Shape], other: Sequence[Shape]) -> list[tuple[Shape, Shape]] | None:
    """Pair alternatives by their types, or by a member that says which is which; None where neither tells."""
    tags: list[Callable[[Shape], object]] = [lambda shape: shape.types]
    tags += [partial(_only_value, name=name) for shape in one[:1] for name in shape.names]
    for tag in tags:
        mine, theirs = ({tag(shape): shape for shape in shapes} for shapes in (one, other))
        if len(mine) == len(one) and mine.keys() == theirs.keys() and None not in mine:
            return [(shape, theirs[value]) for value, shape in mine.items()]
    return None


def _name_of(shape: Shape) -> tuple[str, ...] | None:
    """Return the name that an alternative was given, with what it may be; None where it has none."""
    name = _component(shape)
    return (name, *sorted(shape.types)) if name else None


def _component(shape: Shape) -> str:
    """Return the component that an alternative is; the last of several, which is the one that was chosen."""
    pointers = (atom.pointer for atom in reversed(shape.atoms))
    return next((str(pointer[2]) for pointer in pointers if len(pointer) == 3 and pointer[0] == "components"), "")


def _called(shapes: Sequence[Shape], all_: Sequence[Shape]) -> str:
    """Return what some alternatives are called, in a few words each; what all have in common tells nothing."""
    shared = {_component(all_[0])} if len({_component(shape) for shape in all_}) == 1 < len(all_) else set()
    names = [_component(shape) for shape in shapes]
    words = list(
        dict.fromkeys(
            name if name and name not in shared else _by_members(shape) for name, shape in zip(names, shapes, strict=True)
        )
    )
    more = [f"{len(words) - _MOST_NAMED} more"] if len(words) > _MOST_NAMED else []
    return listed([*words[:_MOST_NAMED], *more])


def _by_members(shape: Shape) -> str:
    """Return what an alternative without a name is, with the first of its members."""
    names = [*list(shape.names)[:3], *(["more"] if len(shape.names) > 3 else [])]
    what = listed([described({"type": kind}) for kind in sorted(shape.types)], "or")
    return f"{what} of {listed(names)}" if names else what


def _only_value(shape: Shape, name: str) -> str | None:
    return next((repr(values[0]) for values in values_of(shape, name) if len(values) == 1), None)


def _whole(shapes: Sequence[Shape]) -> Iterator[object]:
    for shape in shapes:
        yield from ((atom.identity, None) for atom in shape.atoms)


def _without_null(shapes: Sequence[Shape]) -> list[Shape]:
    """Merge a shape that is only null into its only neighbour: the forms of null are one."""
    nulls = [shape for shape in shapes if shape.types == {"null"}]
    others = [shape for shape in shapes if shape.types != {"null"}]
    if nulls and len(others) == 1:
        return [Shape(others[0].atoms, others[0].types | {"null"})]
    return list(shapes)


def _below(element: str, name: str) -> str:
    """Return the element of a member: a path that starts after a blank, and goes on with dots."""
    last = element.rpartition(" ")[2]
    whole = "/" in last or last.isdigit() or last in ("body", "default")
    return f"{element} {name}" if whole else f"{element}.{name}"


def _signature(reader: Reader, shape: Shape) -> tuple[object, ...]:
    """Return what tells alternatives apart: what they say themselves, and the names and values of their members."""
    members = {name: list(values_of(shape, name)) for name in shape.names}
    return (shape.types, shape.required, members, _shallow(reader, shape))


def moved_words(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    """Return the server paths of the candidate and of the record in words."""
    new, old = (listed([base or "/" for base in each], "or") for each in (after, before))
    return new, old


def _bare(operation: Operation) -> str:
    """Return a call but for the names of its path parameters and a slash at the end."""
    return f"{operation.method} {shape_of(operation.path).rstrip('/')}"


def _origin(one: Sequence[Shape], other: Sequence[Shape]) -> tuple[Node, Node] | None:
    """Return the two schemas between which an edit was made, whatever others hold beside them; None where that is several."""
    if len(one) != 1 or len(other) != 1 or len(one[0].atoms) != len(other[0].atoms):
        return None
    pairs = list(zip(one[0].atoms, other[0].atoms, strict=True))
    edited = [pair for pair in pairs if not same(pair[0].value, pair[1].value)]
    return edited[0] if len(edited) == 1 else None


def _both(old: JSON, new: JSON) -> dict[str, JSON]:
    return {"old": old, "new": new}


def _side(spot: Spot) -> str:
    if isinstance(spot.whole, Delivered):
        return "event"
    return "response" if isinstance(spot.whole, Told) else "request"


def _mapping(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}


def _first(shapes: Sequence[Shape]) -> Node | None:
    """Return where one of some alternatives is written: the same one in whatever order they are."""
    atoms = [atom for shape in shapes for atom in shape.atoms]
    return min(atoms, key=lambda atom: [str(key) for key in atom.pointer if isinstance(key, str)], default=None)


def _success_by_default(one: Operation, other: Operation) -> str:
    """Return the status that says now what ``default`` said as the only success; empty where there is none."""
    before, after = ([key for key in each.answers if key.startswith("2")] for each in (one, other))
    return after[0] if "default" in one.answers and not before and after else ""


def _part(node: Node, *keys: str) -> Node:
    """Return a part of a node; the nearest one that is there."""
    for key in keys:
        if not isinstance(node.value, dict) or key not in node.value:
            break
        node = node.child(key)
    return node


def _of_header(header: Header | None, operation: Node) -> Node:
    return header.node if header is not None else operation


def _named(parameter: Parameter) -> list[JSON]:
    return list(parameter.key) if parameter.place == "path" else [parameter.place, parameter.name]


def _written(writing: Parameter | Encoding) -> list[JSON]:
    return [writing.style, writing.explode, writing.media]


def _shown_as(writing: Parameter | Encoding, name: str = "") -> str:
    """Return how a list of two, or an object, looks where it goes."""
    called = name or getattr(writing, "name", "")
    nodes = writing.nodes if isinstance(writing, Parameter) else ()
    whole = any(isinstance(node.value, dict) and node.value.get("type") == "object" for node in nodes)
    value: JSON = {"x": "a", "y": "b"} if whole or writing.style == "deepObject" else ["a", "b"]
    pairs = written(called, value, writing.style, writing.explode, writing.media)
    in_pairs = not isinstance(writing, Parameter) or writing.place in ("query", "cookie")
    return "&".join(f"{key}={text}" if in_pairs else text for key, text in pairs)


def _by_name(element: str, before: Sequence[Media], after: Sequence[Media]) -> Iterator[tuple[str, Media | None, Media | None]]:
    """Yield each media type of two versions with the element that it is; one JSON type that took another's place is the same."""
    old, new = ({media.name: media for media in each} for each in (before, after))
    lost, found = ([media.name for media in each.values() if media.json and media.name not in other] for each, other in
                   ((old, new), (new, old)))  # fmt: skip
    renamed = dict(zip(lost, found, strict=True)) if len(lost) == len(found) == 1 else {}
    for name in old:
        now = renamed.get(name, name)
        yield f"{element} {now}", old[name], new.get(now)
    for name in new:
        if name not in old and name not in renamed.values():
            yield f"{element} {name}", None, new[name]


def _required_at(shape: Shape) -> Node | None:
    """Return where it is written which members are required; None where that is in no place, or in several."""
    lists = [atom.child("required") for atom in shape.atoms if "required" in atom.value]
    return lists[0] if len(lists) == 1 else None


def _announced_of(nodes: Sequence[Node]) -> dict[str, JSON]:
    """Return what a member announces, itself and what it refers to."""
    whole: dict[str, JSON] = {}
    for node in nodes:
        for each in (_target(node), node):
            whole |= each.value if isinstance(each.value, dict) else {}
    return whole


def _has(shape: Shape, name: str, reader: Reader) -> bool:
    slot = shape.slot(name)
    return slot.silent or (slot.declared and not reader.hides(slot.nodes))


def _text(written: JSON) -> str:
    return "not described" if written is None else shown(written, 200)


def _default(values: Sequence[JSON]) -> str:
    return shown(values[0], 40) if values else "none"


def _shown(values: Sequence[JSON]) -> str:
    return listed([shown(value, 60) for value in values]) or "not said"


def _extensible(shape: Shape) -> list[JSON] | None:
    return next((atom.value[_OPEN] for atom in shape.atoms if isinstance(atom.value.get(_OPEN), list)), None)
