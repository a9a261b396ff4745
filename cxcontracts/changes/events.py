"""What a partner sends of its own accord, in two versions: webhooks and callbacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cxcontracts.changes.notes import At, Notes, both
from cxcontracts.changes.parts import by_name, mapping, of_media, part, renamed
from cxcontracts.changes.schemas import Schemas
from cxcontracts.contracts.operation import Answer, Event, Operation
from cxcontracts.proofs import ALL_HEADERS, Delivered, Spot
from cxcontracts.sameness import Sameness
from cxcontracts.scenes import Side
from cxcontracts.wording import shown

_MET = Answer("200", 200, (), {})
"""What an event is met with."""


class Events:
    """The events that are compared.

    Args:
        record, candidate: Both versions.
        same: Tells what they say alike.
        notes: Where differences are noted.
        schemas: Compares the schemas that are met on the way.
    """

    def __init__(self, record: Side, candidate: Side, same: Sameness, notes: Notes, schemas: Schemas) -> None:
        self._record = record
        self._candidate = candidate
        self._same = same
        self._notes = notes
        self._schemas = schemas

    def of_their_own_accord(self) -> None:
        """Compare what the partner sends of its own accord: webhooks, or messages over channels."""
        one, other = self._record.contract, self._candidate.contract
        word = "event" if one.asyncapi and other.asyncapi else "webhook"
        self._events(f"{word} ", one.events, other.events, (one.root, other.root))

    def callbacks(self, element: str, one: Operation, other: Operation) -> None:
        """Compare the callbacks of an operation."""
        if self._same.of(one.node, other.node, "callbacks"):
            return
        mine, theirs = (mapping(each.node.value.get("callbacks")) for each in (one, other))
        for name in dict.fromkeys((*mine, *theirs)):
            before, after = one.contract.callbacks(one, name), other.contract.callbacks(other, name)
            where = f"{element} callback.{name}"
            if len(before) == len(after) == 1 and before.keys() != after.keys():
                ((old, first),), ((new, second),) = before.items(), after.items()
                words = f"{shown(new, 80)}, it was {shown(old, 80)}"
                at = (first.node, second.node)
                self._notes.add(where, f"address is {words}", "event-address-changed", at=at, words=words, data=both(old, new))
                self._event(where, first, second)
            else:
                self._events(where, before, after, (one.node, other.node))

    def _events(self, element: str, before: Mapping[str, Event], after: Mapping[str, Event], owners: At) -> None:
        """Compare events; an element that ends in a blank has the name after it."""
        for name, one, other in _pairs(before, after):
            where = f"{element}{'_'.join(name.split())}" if element.endswith(" ") else element
            if other is None and one is not None:
                keys = (one.node.identity, "operation")
                self._notes.add(where, "event removed", "event-removed", keys, at=(one.node, owners[1]), data=name)
            elif one is None and other is not None:
                self._notes.add(where, "event added", "event-added", at=(owners[0], other.node), data=name)
            elif one is not None and other is not None:
                self._moved(where, one, other)
                if not self._same.of(one.node, other.node):
                    part_of = {"webhook ": " event", "event ": " payload"}.get(element, "")
                    self._event(f"{where}{part_of}", one, other)
                    self._headers(f"{where} header", one, other)

    def _moved(self, element: str, one: Event, other: Event) -> None:
        """Compare where a message is sent."""
        words = one.moved_to(other)
        if words:
            keys, data = (one.node.identity, "operation"), both(sorted(one.addresses), sorted(other.addresses))
            at = (one.node, other.node)
            self._notes.add(element, f"address is {words}", "event-address-changed", keys, at=at, words=words, data=data)

    def _event(self, element: str, one: Event, other: Event) -> None:
        """Compare what a partner says in an event; what it takes as an answer to that is ours to keep to."""
        self._notes.described(element, one.node, other.node)
        self._notes.announced(element, "event", one.node.value, other.node.value, at=(one.node, other.node))
        bodies = (part(one.node, "requestBody"), part(other.node, "requestBody"))
        media = [each.body.media if each.body else () for each in (one, other)]
        for where, old, new in by_name(element, *media):
            at = of_media(old, new, bodies)
            if new is None and old is not None:
                self._notes.add(where, "media type removed", "event-media-type-removed", at=at, data=old.name)
            elif old is None and new is not None:
                self._notes.add(where, "media type added", "event-media-type-added", at=at, data=new.name)
            elif old is not None and new is not None:
                renamed(self._notes, where, old, new, "event", at, ())
                self._schemas.meet(where, old.nodes, new.nodes, Spot(Delivered(one, other, _MET, old.nodes, new.nodes, new)))

    def _headers(self, element: str, one: Event, other: Event) -> None:
        """Compare the headers of an event, as the members of one object."""
        if one.delivery.headers or other.delivery.headers:
            before, after = self._record.headers(one, one.delivery), self._candidate.headers(other, other.delivery)
            self._schemas.meet(
                element, (before,), (after,), Spot(Delivered(one, other, _MET, (before,), (after,), None, ALL_HEADERS))
            )


def _pairs(before: Mapping[str, Event], after: Mapping[str, Event]) -> Iterator[tuple[str, Event | None, Event | None]]:
    """Yield each event with its counterpart: of its type, which is all that travels of its name, else of its name."""
    left = dict(after)
    for name, one in before.items():
        alike = [key for key, each in left.items() if one.type and each.type == one.type]
        same = name if name in left and (name in alike or not (one.type and left[name].type)) else next(iter(alike), "")
        other = left.pop(same, None)
        yield same or name, one, other
    yield from ((name, None, other) for name, other in left.items())
