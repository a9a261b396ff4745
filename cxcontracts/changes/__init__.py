"""What differs between two versions of a contract, so that silence is never mistaken for not having looked.

One shared schema that changed is one change, shown at the first place where it is met. References are compared by what they point
to, never by how they are spelled; ``allOf`` by what it merges to; descriptions and examples not at all.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence

from cxcontracts.changes.events import Events
from cxcontracts.changes.notes import At, Difference, Keys, Notes
from cxcontracts.changes.operations import Operations
from cxcontracts.changes.parts import moved_words
from cxcontracts.changes.schemas import Schemas
from cxcontracts.contracts.operation import Operation
from cxcontracts.findings import Change
from cxcontracts.lifecycle import is_tentative
from cxcontracts.sameness import Sameness
from cxcontracts.scenes import Side

MOST_DETAILS = 300
"""How many pairs of schemas ``impact`` looks into, those of called operations first and the outer before the inner."""

MOST_PAIRS = 100_000
"""How many pairs of schemas are looked into where that is the question; the most known is 13,000."""


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
    edits: dict[object, list[Difference]] = {}
    for each in compared(record, candidate, today, called, most=MOST_DETAILS):
        edits.setdefault(each.edit or id(each), []).append(each)
    return tuple(_told(shown, felt) for shown in edits.values())


def _told(shown: Sequence[Difference], felt: Callable[[Keys], tuple[str, ...]]) -> Change:
    """Return one edit, told where it shows first: a response, or a part of a message, that many refer to is written once."""
    first, places = shown[0], sum(each.met.places for each in shown)
    return Change(first.element, first.change, felt(frozenset().union(*(each.keys for each in shown))), places, first.rule)


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
    notes = Notes(today, notice, descriptions=descriptions)
    same = Sameness(record.contract, candidate.contract, descriptions=descriptions)
    schemas = Schemas(record, candidate, same, notes, most)
    events = Events(record, candidate, same, notes, schemas)
    operations = Operations(record, candidate, same, notes, schemas, events)
    for operation in called:
        operations.compare(operation)
    schemas.look_into()
    others = tuple(record.contract.operations())
    for tentative in (False, True):  # what a stable operation shares with another is told of the stable one
        for operation in others:
            if is_tentative(operation.node.value) is tentative:
                operations.compare(operation)
        schemas.look_into()
    notes.turn_to(len(others))
    events.of_their_own_accord()
    schemas.look_into()
    notes.turn_to(len(others))
    operations.added()
    return sorted(notes.found, key=lambda each: each.operation)


__all__ = ["MOST_DETAILS", "MOST_PAIRS", "At", "Difference", "Keys", "compared", "differences", "moved_words"]
