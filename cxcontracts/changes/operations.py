"""Operations of two versions: which of them are still there, what they take, what they answer, which login they ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cxcontracts.changes.events import Events
from cxcontracts.changes.moves import Moves
from cxcontracts.changes.notes import Difference, Met, Notes, both
from cxcontracts.changes.parts import (
    asked_for,
    bare,
    by_name,
    known_as,
    login_in_words,
    logins,
    moved_words,
    of_header,
    of_media,
    part,
    renamed,
    shown_as,
    success_by_default,
    writing_of,
)
from cxcontracts.changes.schemas import Schemas, below
from cxcontracts.containment.nodes import Node, Reader
from cxcontracts.contracts.operation import Answer, Encoding, Media, Operation, Parameter
from cxcontracts.errors import ContractError
from cxcontracts.lifecycle import is_tentative, removal
from cxcontracts.proofs import (
    ALL_HEADERS,
    BodyUnheard,
    Demanded,
    Gone,
    Missing,
    NoLongerAnswered,
    NoLongerSpoken,
    Rewritten,
    Sent,
    Spot,
    Told,
    TurnedAway,
    Unheard,
)  # fmt: skip
from cxcontracts.sameness import Sameness
from cxcontracts.scenes import Side


class Operations:
    """The operations that are compared.

    Args:
        record, candidate: Both versions.
        same: Tells what they say alike.
        notes: Where differences are noted.
        schemas: Compares the schemas that are met on the way.
        events: Compares what a partner sends of its own accord.
    """

    def __init__(self, record: Side, candidate: Side, same: Sameness, notes: Notes, schemas: Schemas, events: Events) -> None:
        self._record = record
        self._candidate = candidate
        self._same = same
        self._notes = notes
        self._schemas = schemas
        self._events = events
        self._met: dict[tuple[int, str], int] = {}
        self._moves = Moves(record.contract, candidate.contract, notes)
        self._bases: dict[tuple[str, str], Difference] = {}

    def compare(self, operation: Operation) -> None:
        """Compare one operation with its counterpart, once."""
        key = (operation.node.identity, str(operation))  # two paths may share one item
        if key in self._met:
            return
        self._met[key] = len(self._met)
        self._notes.turn_to(self._met[key], tentative=is_tentative(operation.node.value))
        renewed = None
        try:
            renewed = self._candidate.contract.counterpart(operation)
            if renewed is None:
                self._vanished(operation)
            elif not self._same.of_operations(operation, renewed):
                self._inside(operation, renewed)
        except ContractError as error:
            if renewed is None or operation.item.value != renewed.item.value:
                self._notes.not_compared(str(operation), (operation.node, renewed.node if renewed else None), error)

    def _vanished(self, operation: Operation) -> None:
        moved = self._candidate.contract.at(operation.method, operation.path)
        keys, element = (operation.node.identity, "operation"), str(operation)
        if moved is not None:
            self._moved(operation, moved)
            self._inside(operation, moved)
            return
        followed = self._moves.follow(operation)
        if followed is not None:
            renamed, same = followed
            words, at = f"at {renamed}", (operation.node, renamed.node)
            self._notes.add(
                element,
                f"moved to {renamed}",
                "operation-moved",
                keys,
                at=at,
                words=words,
                data=bare(renamed),
                claim=Gone(operation),
            )
            if same:  # else what is there may be another thing under the same name
                self._inside(operation, renamed)
            return
        rule, words = removal(operation.node.value, self._notes.today)
        self._notes.add(element, "operation removed", rule, keys, at=(operation.node, None), words=words, claim=Gone(operation))

    def _moved(self, one: Operation, other: Operation) -> None:
        """Note that an operation is answered under another server path: one change for all that moved alike."""
        bases = moved_words(one.bases, other.bases)
        key = (one.node.identity, "operation")
        noted = self._bases.get(bases)
        if noted is None:
            words = f"under the server path {bases[0]}, it was {bases[1]}"
            at, claim = (one.node, other.node), Gone(one)
            noted = self._bases[bases] = self._notes.add(
                str(one),
                "moved to another server path",
                "operation-moved",
                at=at,
                words=words,
                data=both(*reversed(bases)),
                claim=claim,
            )
            noted.met = Met()
        noted.met.again(self._notes.cause, referred=True)
        noted.keys.add(key)

    def added(self) -> None:
        """List the operations that only the candidate has."""
        for renewed in self._moves.arrived():
            self._notes.add(str(renewed), "operation added", "operation-added", at=(None, renewed.node))

    def _inside(self, one: Operation, other: Operation) -> None:
        element = str(other)
        self._notes.described(element, one.node, other.node)
        ends = (one.node.identity, "lifecycle")
        self._notes.announced(element, "operation", one.node.value, other.node.value, ends, at=(one.node, other.node))
        if not self._same.of_logins(one, other) and logins(one) != logins(other):
            self._login(f"{element} security", one, other)
        if not self._same.of_inputs(one, other):
            self._parameters(element, one, other)
        if not self._same.of(one.node, other.node, "requestBody"):
            self._bodies(element, one, other)
        successes = success_by_default(one, other)
        for key in dict.fromkeys((*one.answers, *other.answers)):
            if key == "default" and successes:
                self._answers(f"{element} {successes}", (key, successes), one, other)
            elif key != successes and not self._same.of(one.node, other.node, "responses", key):
                self._answers(f"{element} {key}", (key, key), one, other)
        for before, after in _told_elsewhere(one, other, successes):
            keys = [(one.node.identity, before.key), (other.node.identity, after.key)]
            self._told(f"{element} {after.status}", one, other, before, after, keys)

        self._events.callbacks(element, one, other)

    def _login(self, element: str, one: Operation, other: Operation) -> None:
        before, after = (login_in_words(each) for each in (one, other))
        alone = one.has_own_security or other.has_own_security
        at = (one.node, other.node) if alone else (part(one.contract.root, "security"), part(other.contract.root, "security"))
        self._notes.add(
            element,
            "login changed",
            "login-changed",
            (one.node.identity, "security"),
            at=at,
            words=f"{after}; it was {before}",
            data=both(*map(asked_for, (one, other))),
            claim=TurnedAway(one, other),
        )

    def _parameters(self, element: str, one: Operation, other: Operation) -> None:
        before = {parameter.key: parameter for parameter in one.parameters}
        after = {parameter.key: parameter for parameter in other.parameters}
        for key, parameter in before.items():
            if key not in after:
                rule, words = removal(parameter.node.value, self._notes.today, "request-parameter-removed")
                self._notes.add(
                    f"{element} {parameter.place} {parameter.name}",
                    "parameter removed",
                    rule,
                    (parameter.node.identity, None),
                    at=(parameter.node, other.node),
                    words=words,
                    data=known_as(parameter),
                    claim=Unheard(one, other, parameter),
                )
        for key, parameter in after.items():
            where = f"{element} {parameter.place} {parameter.name}"
            if key in before:
                self._parameter(where, one, other, before[key], parameter)
            else:
                self._new_parameter(where, one, other, parameter)

    def _new_parameter(self, element: str, one: Operation, other: Operation, parameter: Parameter) -> None:
        at, data = (one.node, parameter.node), known_as(parameter)
        if parameter.required:
            claim = Demanded(one, other, parameter)
            rule = "request-parameter-required-added"
            self._notes.add(
                element, "required parameter added", rule, (one.node.identity, "inputs"), claim=claim, at=at, data=data
            )
        else:
            self._notes.add(element, "optional parameter added", "request-parameter-added", at=at, data=data)

    def _parameter(self, element: str, one: Operation, other: Operation, before: Parameter, after: Parameter) -> None:
        keys = ((before.node.identity, None), (after.node.identity, None))
        at = (before.node, after.node)
        named = known_as(after)
        if after.required and not before.required:
            claim, rule = Demanded(one, other, after), "request-parameter-became-required"
            inputs = (one.node.identity, "inputs")
            self._notes.add(element, "parameter is now required", rule, *keys, inputs, claim=claim, data=named, at=at)
        elif before.required != after.required:
            self._notes.add(element, "parameter is now optional", "request-parameter-became-optional", *keys, data=named, at=at)
        if (before.style, before.explode, before.media) != (after.style, after.explode, after.media):
            claim_ = Rewritten(one, other, before, after, before.nodes)
            words = f"{shown_as(after)}, it was {shown_as(before)}"
            data = {"of": named, **both(writing_of(before), writing_of(after))}
            rule = "request-parameter-rewritten"
            self._notes.add(element, "parameter is written differently", rule, *keys, words=words, claim=claim_, data=data, at=at)
        self._notes.described(element, before.node, after.node)
        self._notes.announced(element, "parameter", before.node.value, after.node.value, *keys, at=at)
        self._schemas.meet(
            element, before.nodes, after.nodes, Spot(Sent(one, other, before.nodes, after.nodes, parameter=before))
        )

    def _bodies(self, element: str, one: Operation, other: Operation) -> None:
        before, after, where = one.body, other.body, f"{element} body"
        inputs, body = (one.node.identity, "inputs"), (one.node.identity, "body")
        at = (part(one.node, "requestBody"), part(other.node, "requestBody"))
        if before is None or after is None:
            if after is not None and after.required:
                claim = Demanded(one, other)
                self._notes.add(where, "required body added", "request-body-required-added", inputs, body, claim=claim, at=at)
            elif after is not None:
                self._notes.add(where, "optional body added", "request-body-added", inputs, body, at=at)
            elif before is not None:
                claims = [BodyUnheard(one, other, media) for media in before.media[:1]]
                self._notes.add(
                    where, "body removed", "request-body-removed", inputs, body, claim=next(iter(claims), None), at=at
                )
            return
        if after.required and not before.required:
            claim = Demanded(one, other)
            self._notes.add(where, "body is now required", "request-body-became-required", inputs, claim=claim, at=at)
        elif before.required != after.required:
            self._notes.add(where, "body is now optional", "request-body-became-optional", inputs, at=at)
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
        bodies = (part(one.node, "requestBody"), part(other.node, "requestBody"))
        for where, old, new in by_name(element, before, after):
            at = of_media(old, new, bodies)
            if new is None and old is not None:
                claim = BodyUnheard(one, other, old)
                self._notes.add(
                    where, "media type removed", "request-media-type-removed", *keys, data=old.name, claim=claim, at=at
                )
            elif old is None and new is not None:
                self._notes.add(where, "media type added", "request-media-type-added", data=new.name, at=at)
            elif old is not None and new is not None:
                renamed(self._notes, where, old, new, "request", at, keys)
                self._schemas.meet(where, old.nodes, new.nodes, Spot(Sent(one, other, old.nodes, new.nodes, media=old)))
                self._encodings(where, one, other, old, new)

    def _encodings(self, element: str, one: Operation, other: Operation, old: Media, new: Media) -> None:
        """Compare how the members of a form are written."""
        for member in dict.fromkeys((*old.encodings, *new.encodings)):
            before, after = (media.encodings.get(member, Encoding()) for media in (old, new))
            sides = (self._record.requests, old), (self._candidate.requests, new)
            nodes, now = (_member_of(reader, media, member) for reader, media in sides)
            if before != after and nodes and now:
                self._notes.add(
                    below(element, member),
                    "written differently",
                    "request-encoding-changed",
                    (one.node.identity, ("encoding", member)),
                    at=(part(one.node, "requestBody"), part(other.node, "requestBody")),
                    words=f"{shown_as(after, member)}, it was {shown_as(before, member)}",
                    data={"of": member, **both(writing_of(before), writing_of(after))},
                    claim=Rewritten(one, other, before, after, nodes, member, old),
                )

    def _answers(self, element: str, status: tuple[str, str], one: Operation, other: Operation) -> None:
        before, after = one.answers.get(status[0]), other.answers.get(status[1])
        keys = [(one.node.identity, status[0]), (other.node.identity, status[1])]
        at = (part(one.node, "responses", status[0]), part(other.node, "responses", status[1]))
        key = status[0] or status[1]
        if before is None:
            self._notes.add(element, "status added", "response-status-added", *keys, data=key, at=at)
        elif after is None:
            claim = NoLongerAnswered(one, other, before)
            self._notes.add(element, "status removed", "response-status-removed", *keys, data=key, claim=claim, at=at)
        else:
            self._told(element, one, other, before, after, keys)

    def _told(
        self, element: str, one: Operation, other: Operation, before: Answer, after: Answer, keys: Sequence[object]
    ) -> None:
        self._told_media(element, one, other, before, after, keys)
        owners = [self._record.headers(one, before).identity, self._candidate.headers(other, after).identity]
        for name in dict.fromkeys((*before.headers, *after.headers)):
            spelled = (before.headers.get(name) or after.headers[name]).name
            self._header(f"{element} header.{spelled}", name, one, other, (before, after), [(owner, name) for owner in owners])

    def _told_media(
        self, element: str, one: Operation, other: Operation, before: Answer, after: Answer, keys: Sequence[object]
    ) -> None:
        answers = (part(one.node, "responses", before.key), part(other.node, "responses", after.key))
        for where, old, new in by_name(element, before.media, after.media):
            at = of_media(old, new, answers)
            if new is None and old is not None:
                claim = NoLongerSpoken(one, other, after, old)
                self._notes.add(
                    where, "media type removed", "response-media-type-removed", *keys, data=old.name, claim=claim, at=at
                )
            elif old is None and new is not None:
                self._notes.add(where, "media type added", "response-media-type-added", data=new.name, at=at)
            elif old is not None and new is not None:
                renamed(self._notes, where, old, new, "response", at, keys)
                self._schemas.meet(where, old.nodes, new.nodes, Spot(Told(one, other, after, old.nodes, new.nodes, new)))

    def _header(
        self, element: str, name: str, one: Operation, other: Operation, answers: tuple[Answer, Answer], keys: Sequence[object]
    ) -> None:
        before, after = (answer.headers.get(name) for answer in answers)
        nodes = (self._record.headers(one, answers[0]), self._candidate.headers(other, answers[1]))
        wholes = [part(each.node, "responses", answer.key) for each, answer in zip((one, other), answers, strict=True)]
        at = (of_header(before, wholes[0]), of_header(after, wholes[1]))
        spot = Spot(Told(one, other, answers[1], nodes[:1], nodes[1:], None, ALL_HEADERS))
        (shape,) = self._candidate.responses.shapes(nodes[1:])
        if before is not None and after is None:
            rule, words = removal(before.node.value, self._notes.today, "response-header-removed")
            missing = Missing(spot, shape, name, gone=True)
            self._notes.add(element, "header removed", rule, *keys, words=words, claim=missing, at=at, data=name)
        elif before is None or after is None:
            self._notes.add(element, "header added", "response-header-added", *keys, at=at, data=name)
        else:
            if before.required and not after.required:
                missing = Missing(spot, shape, name, gone=False)
                self._notes.add(
                    element, "header is now optional", "response-header-became-optional", *keys, claim=missing, at=at, data=name
                )
            elif before.required != after.required:
                self._notes.add(element, "header is now required", "response-header-became-required", *keys, at=at, data=name)
            self._schemas.meet(
                element, before.nodes, after.nodes, Spot(Told(one, other, answers[1], before.nodes, after.nodes, None, name))
            )


def _member_of(reader: Reader, media: Media, name: str) -> tuple[Node, ...]:
    """Return the schemas of a member of a form; nothing where none is declared."""
    return next((shape.slot(name).nodes for shape in reader.shapes(media.nodes) if shape.slot(name).declared), ())


def _told_elsewhere(one: Operation, other: Operation, successes: str) -> Iterator[tuple[Answer, Answer]]:
    """Yield what is said of a success that stands under another key now: under ``2XX`` or ``default``, or under its own."""
    gone = [before for key, before in one.answers.items() if key.startswith("2") and key not in other.answers]
    exact = [key for key in other.answers if key.startswith("2") and key.isdigit() and key not in (*one.answers, successes)]
    for before in gone:
        after = other.success_of(before.status)
        if after is not None and after.key not in exact:
            yield before, after
    for key in exact:
        told = one.answer_to(int(key))
        if told is not None and told.key == "2XX":
            yield told, other.answers[key]
