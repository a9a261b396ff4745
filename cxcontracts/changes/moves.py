"""Operations that are no longer where they were: which of the new ones each of them has become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property

from cxcontracts.changes.notes import Notes
from cxcontracts.changes.parts import bare
from cxcontracts.contracts.document import Contract, shape_of
from cxcontracts.contracts.operation import Operation
from cxcontracts.errors import ContractError

Lead = tuple[tuple[str, ...], tuple[str, ...]]
"""How two paths begin that end alike: the segments of the record's, and those of the candidate's."""

_MOVED_TOGETHER = 2
"""How many operations of the same names begin alike when that is how all paths have changed."""


class Moves:
    """Where operations of the record are in the candidate, if their calls are no longer answered.

    Args:
        notes: Where it is noted that the path of an operation cannot be read.
    """

    def __init__(self, record: Contract, candidate: Contract, notes: Notes) -> None:
        self._record = record
        self._candidate = candidate
        self._notes = notes
        self._followed: set[str] = set()

    def follow(self, operation: Operation) -> tuple[Operation, bool] | None:
        """Return the new operation that one has become, and whether it is the same thing under another path.

        That is the one whose path differs by a slash at the end; the one of the same operationId, whose path may by now mean
        another thing; or the one whose path begins as those of others do that moved.
        """
        for found, same in (self._by_path(operation), True), (self._by_name(operation), False), (self._by_lead(operation), True):
            if found is not None and str(found) not in self._followed:
                self._followed.add(str(found))
                return found, same or _lead(operation, found) in self._leads
        return None

    def arrived(self) -> tuple[Operation, ...]:
        """Return the operations that only the candidate has, but for those that others have become."""
        return tuple(each for each in self._new if str(each) not in self._followed)

    def _by_path(self, operation: Operation) -> Operation | None:
        return _only(self._paths.get(bare(operation), []))

    def _by_name(self, operation: Operation) -> Operation | None:
        name = operation.node.value.get("operationId")
        return _only(self._names.get(name, [])) if name and isinstance(name, str) else None

    def _by_lead(self, operation: Operation) -> Operation | None:
        segments = _segments(operation)
        found = []
        for before, now in self._leads:
            if segments[: len(before)] == before:
                path = "/".join(("", *now, *segments[len(before) :]))
                found += self._paths.get(f"{operation.method} {path}".rstrip("/"), [])
        return _only(found)

    @cached_property
    def _paths(self) -> dict[str, list[Operation]]:
        return _grouped(self._new, bare)

    @cached_property
    def _names(self) -> dict[str, list[Operation]]:
        return _grouped(self._new, lambda each: str(each.node.value.get("operationId", "")))

    @cached_property
    def _new(self) -> tuple[Operation, ...]:
        """The operations that only the candidate has, as far as the record can be read."""
        found = []
        for each in self._candidate.operations():
            try:
                if self._record.at(each.method, each.path) is None and self._record.counterpart(each) is None:
                    found.append(each)
            except ContractError as error:
                self._notes.not_compared(str(each), (None, each.node), error)
        return tuple(found)

    @cached_property
    def _leads(self) -> frozenset[Lead]:
        """How paths begin in the record and in the candidate, where several operations show it by their names."""
        leads: Counter[Lead] = Counter()
        for each in self._new:
            name = each.node.value.get("operationId")
            before = self._record.named(name) if isinstance(name, str) else None
            if before is not None and before.method == each.method and self._candidate.at(before.method, before.path) is None:
                leads[_lead(before, each)] += 1
        return frozenset(lead for lead, times in leads.items() if times >= _MOVED_TOGETHER and lead[0] != lead[1])


def _lead(one: Operation, other: Operation) -> Lead:
    """Return how the paths of two operations begin before they end alike; both whole where they end in no name that is alike."""
    whole = _segments(one), _segments(other)
    mine, theirs = map(list, whole)
    alike = set()
    while mine and theirs and mine[-1] == theirs[-1]:
        alike.add(mine.pop())
        theirs.pop()
    return (tuple(mine), tuple(theirs)) if alike - {"{}", ""} else whole


def _segments(operation: Operation) -> tuple[str, ...]:
    return tuple(shape_of(operation.path).split("/")[1:])


def _grouped(operations: Iterable[Operation], key: Callable[[Operation], str]) -> dict[str, list[Operation]]:
    groups: dict[str, list[Operation]] = {}
    for each in operations:
        groups.setdefault(key(each), []).append(each)
    return groups


def _only(found: list[Operation]) -> Operation | None:
    return found[0] if len(found) == 1 else None
