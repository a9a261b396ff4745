"""What a partner sends of its own accord, in two versions: webhooks and callbacks."""

from __future__ import annotations

from collections.abc import Mapping

from cxcontracts.changes.notes import At, Notes, both
from cxcontracts.changes.parts import by_name, mapping, of_media, part, renamed
from cxcontracts.changes.schemas import Schemas
from cxcontracts.contracts.operation import Answer, Operation
from cxcontracts.proofs import Delivered, Spot
from cxcontracts.sameness import Sameness
from cxcontracts.scenes import Side
from cxcontracts.wording import shown

WEBHOOKS = ("webhooks", "x-webhooks")
"""Where a document has its webhooks; the second is what documents before OpenAPI 3.1 call it."""

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

    def webhooks(self) -> None:
        """Compare what the partner sends of its own accord."""
        one, other = self._record.contract, self._candidate.contract
        for key in WEBHOOKS:
            self._events("webhook", one.events(one.root, key), other.events(other.root, key), (one.root, other.root))

    def callbacks(self, element: str, one: Operation, other: Operation) -> None:
        """Compare the callbacks of an operation."""
        if self._same.of(one.node, other.node, "callbacks"):
            return
        mine, theirs = (mapping(each.node.value.get("callbacks")) for each in (one, other))
        for name in dict.fromkeys((*mine, *theirs)):
            before = one.contract.events(one.node, "callbacks", name)
            after = other.contract.events(other.node, "callbacks", name)
            where = f"{element} callback.{name}"
            if len(before) == len(after) == 1 and before.keys() != after.keys():
                ((old, first),), ((new, second),) = before.items(), after.items()
                words = f"{shown(new, 80)}, it was {shown(old, 80)}"
                at = (first.node, second.node)
                self._notes.add(where, f"address is {words}", "event-address-changed", at=at, words=words, data=both(old, new))
                self._event(where, first, second)
            else:
                self._events(where, before, after, (one.node, other.node))

    def _events(self, element: str, before: Mapping[str, Operation], after: Mapping[str, Operation], owners: At) -> None:
        for name in dict.fromkeys((*before, *after)):
            where = f"{element} {name}" if element == "webhook" else element
            one, other = before.get(name), after.get(name)
            if other is None and one is not None:
                self._notes.add(where, "event removed", "event-removed", at=(one.node, owners[1]), data=name)
            elif one is None and other is not None:
                self._notes.add(where, "event added", "event-added", at=(owners[0], other.node), data=name)
            elif one is not None and other is not None and not self._same.of(one.node, other.node):
                self._event(f"{where} event" if element == "webhook" else where, one, other)

    def _event(self, element: str, one: Operation, other: Operation) -> None:
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
