"""Values that were seen, held against the schema that a contract has for them: many of them, at the cost of a few.

:func:`~cxcontracts.containment.building.translated` cuts a schema down to what one value meets. Values that are seen one after
another meet much the same, so what is cut for all of them together serves the next one too, whatever it leaves out.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cxcontracts.containment.building import translated
from cxcontracts.containment.nodes import Node, Reader, Shape, TooManyShapes, values_of
from cxcontracts.containment.sets import Refusal, Undecidable, Validator
from cxcontracts.exchanges import JSON

_MOST_NESTING: Final = 200
_MOST_KNOWN: Final = 4_000
"""The most parts that are kept of the values seen at one place: a map whose keys are ids grows with every value."""

_MOST_PARTS: Final = 100_000
_MOST_STRANGERS: Final = 100


class Why(enum.Enum):
    """Why a member is no part of what a contract says."""

    UNDECLARED = "is not in the contract"
    CLOSED = "is refused by the contract"
    HIDDEN = "does not go this way"


@dataclass(frozen=True, slots=True)
class Stranger:
    """A member of a value that its schema does not declare.

    Attributes:
        place: Where in the value.
        why: How far the contract is against it.
    """

    place: tuple[str | int, ...]
    why: Why


class Checker:
    """Holds values against schemas that hold at once, one value after another.

    Args:
        reader: Says which way the values go.
        nodes: The schemas, as written.
    """

    def __init__(self, reader: Reader, nodes: Sequence[Node]) -> None:
        self._reader = reader
        self._nodes = tuple(nodes)
        self._known: JSON = None
        self._validator: Validator | None = None
        self._exact = False
        self._strange: _Walk | None = None

    def refusals(self, value: JSON) -> list[Refusal]:
        """Return all that the schemas, as written, have against a value; closed objects count as open, as in ``allows``.

        Raises:
            Undecidable: If nobody can tell: a pattern gives up, the value is too large or too deep.
            ContractError: If a reference leads nowhere.
        """
        if not self._nodes:
            return []
        try:
            if self._learn(value) and self._validator is not None and self._validator.admits(value):
                return []
            return Validator(translated(self._reader, self._nodes, value)).refusals(value)
        except (ValueError, RecursionError, TooManyShapes) as error:
            raise Undecidable("the value is more than a validator can look at") from error

    def strangers(self, value: JSON) -> list[Stranger]:
        """Return the members of a value that the schemas do not declare, the outer before what is inside of it left out.

        An object is closed once, after ``allOf`` and the branch that it can be are merged; one of which nothing is said takes
        every name.

        Raises:
            Undecidable: If it cannot be told apart what the value is.
            ContractError: If a reference leads nowhere.
        """
        try:
            if self._learn(value):
                if self._strange is None:
                    self._strange = self._walked(self._known)
                if not self._strange.found and not self._strange.ambiguous:
                    return []
            return self._walked(value).found
        except (RecursionError, TooManyShapes) as error:
            raise Undecidable("the value is more than can be looked at") from error

    def _walked(self, value: JSON) -> _Walk:
        walk = _Walk(self._reader)
        walk.through([self._nodes], value, ())
        return walk

    def _learn(self, value: JSON) -> bool:
        """Let what is known cover a value as well; False where it cannot."""
        if self._exact:
            return False
        if self._validator is not None and _covers(self._known, value, 0):
            return True
        _limited(value)
        try:
            known = _both(self._known, value, 0)
            if _parts(known) > _MOST_KNOWN:
                known = _both(None, value, 0)
        except _Mixed:
            return self._give_up()
        if _parts(known) > _MOST_KNOWN:
            return False
        schema = translated(self._reader, self._nodes, known)
        if _by_position(schema):
            return self._give_up()
        self._known, self._validator, self._strange = known, Validator(schema), None
        return True

    def _give_up(self) -> bool:
        """Look at each value on its own from now on."""
        self._exact, self._known, self._validator, self._strange = True, None, None, None
        return False


class _Mixed(Exception):
    """An object here, a list there."""


def _covers(known: JSON, value: JSON, depth: int) -> bool:
    """Tell whether everything in a value is in what is known as well."""
    if isinstance(value, dict):
        if not isinstance(known, dict) or depth > _MOST_NESTING:
            return False
        for name, member in value.items():
            if name not in known or (isinstance(member, dict | list) and not _covers(known[name], member, depth + 1)):
                return False
    elif isinstance(value, list):
        if not isinstance(known, list) or depth > _MOST_NESTING or (value and not known):
            return False
        return all(not isinstance(item, dict | list) or _covers(known[0], item, depth + 1) for item in value)
    return True


def _both(known: JSON, value: JSON, depth: int) -> JSON:
    """Return what is known with a value in it: its members, and one item for all of a list. Scalars are all alike."""
    if not isinstance(value, dict | list):
        return known
    if isinstance(known, dict | list) and isinstance(known, dict) is not isinstance(value, dict):
        raise _Mixed
    if isinstance(value, dict):
        members = dict(known or {})
        for name, member in value.items():
            members[name] = _both(members.get(name), member, depth + 1)
        return members
    items = list(known or [])
    for item in value:
        items = [_both(items[0] if items else None, item, depth + 1)]
    return items


def _parts(value: JSON) -> int:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_parts, below))


def _limited(value: JSON) -> None:
    """Refuse a value that is too large or too deep to be looked at.

    Raises:
        Undecidable: It is.
    """
    count, level = 0, [value]
    for _ in range(_MOST_NESTING):
        count += len(level)
        if count > _MOST_PARTS:
            raise Undecidable("the value is too large")
        level = [
            below
            for each in level
            if isinstance(each, dict | list)
            for below in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise Undecidable("the value is nested too deep")


def _by_position(schema: object) -> bool:
    """Tell whether a schema says of items what they are by where they stand: one item then says nothing of the others."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if isinstance(part.get("prefixItems"), list):
                return True
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return False


class _Walk:
    """A walk through a value and the shapes that each part of it can be, in step."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.found: list[Stranger] = []
        self.ambiguous = False

    def through(self, choices: Sequence[tuple[Node, ...]], value: JSON, above: tuple[str | int, ...]) -> None:
        """Look at a value of which the schemas of any one of *choices* hold."""
        kind = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else ""
        if not kind or not value or len(self.found) >= _MOST_STRANGERS:
            return
        shapes = [shape for nodes in choices for shape in self._reader.shapes(nodes) if kind in shape.types]
        if isinstance(value, dict):
            fitting = [shape for shape in shapes if _can_be(shape, value)] or shapes
            self.ambiguous = self.ambiguous or len(shapes) > 1
            self._members(fitting, value, above)
        elif shapes:
            for index, item in enumerate(value):
                if isinstance(item, dict | list):
                    self.through(_unique([shape.items(index) for shape in shapes]), item, (*above, index))

    def _members(self, shapes: Sequence[Shape], value: Mapping[str, JSON], above: tuple[str | int, ...]) -> None:
        if not shapes or any(shape.silent for shape in shapes):
            return
        for name, member in value.items():
            slots = [(shape, shape.slot(name)) for shape in shapes]
            declared = [slot.nodes for _, slot in slots if slot.declared]
            shown = [nodes for nodes in declared if not self._reader.hides(nodes)]
            if shown:
                if isinstance(member, dict | list):
                    self.through(_unique(shown), member, (*above, name))
                continue
            closed = all(shape.closed or name in shape.forbidden for shape in shapes)
            why = Why.HIDDEN if declared else Why.CLOSED if closed else Why.UNDECLARED
            self.found.append(Stranger((*above, name), why))


def _can_be(shape: Shape, value: Mapping[str, JSON]) -> bool:
    """Tell whether an object can be of a shape, by what the shape requires and by the words that tell alternatives apart."""
    if not shape.required <= value.keys():
        return False
    return all(value[name] in values for name in value for values in values_of(shape, name))


def _unique(choices: Sequence[tuple[Node, ...]]) -> list[tuple[Node, ...]]:
    return list({tuple(node.identity for node in nodes): nodes for nodes in choices}.values())
