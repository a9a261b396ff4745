"""The ways in which an answer can look along a path: where the path leads, and where it breaks off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from cxcontracts.containment.nodes import ANYTHING, MOST_SHAPES, TYPES, Node, Reader, Shape, TooManyShapes, Touched
from cxcontracts.paths import Each, Matching, Segment, as_index

MOST_WAYS = MOST_SHAPES * 5


class Gap(Enum):
    """Why a path breaks off."""

    OPTIONAL = "may be missing"
    UNDECLARED = "is not declared"
    NULL = "may be null"
    RETYPED = "has another form"


@dataclass(frozen=True, slots=True)
class Turn:
    """One step along a path.

    Attributes:
        shape: The alternative that was chosen.
        segment: What the path asks of it.
        name: The member or index that was taken: a name, an index, or None for any item.
        list_: True where the value is a list.
    """

    shape: Shape
    segment: Segment
    name: str | int | None
    list_: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which an answer can look along a path.

    Attributes:
        turns: From the root to the end, or to where it breaks off.
        end: What is there; None where the path breaks off.
        gap: Why it breaks off; None where it does not.
        stop: Where it breaks off with a value that stands there instead (null, or another type): that value's shape.
    """

    turns: tuple[Turn, ...]
    end: Shape | None
    gap: Gap | None = None
    stop: Shape | None = None


def ways(reader: Reader, nodes: Sequence[Node], segments: Sequence[Segment], touched: Touched | None = None) -> list[Way]:
    """Return every way in which the values that *nodes* allow can look along a path.

    Raises:
        ContractError: If a reference on the way leads nowhere.
        TooManyShapes: If there are too many to tell apart.
    """
    found: list[Way] = []
    for way in _ways(reader, reader.shapes(nodes), tuple(segments), (), touched if touched is not None else set()):
        found.append(way)
        if len(found) > MOST_WAYS:
            raise TooManyShapes
    return found


def _ways(
    reader: Reader, shapes: Iterable[Shape], segments: tuple[Segment, ...], turns: tuple[Turn, ...], touched: Touched
) -> Iterator[Way]:
    for shape in shapes:
        if not segments:
            touched.update((atom.identity, None) for atom in shape.atoms)
            yield Way(turns, shape)
            continue
        touched.update((atom.identity, None) for atom in shape.atoms)
        yield from _wrong_types(shape, segments[0], turns)
        if "array" in shape.types and _enters_lists(segments[0]):
            yield from _through_items(reader, shape, segments, turns, touched)
        if "object" in shape.types and not isinstance(segments[0], Matching):
            yield from _through_members(reader, shape, segments, turns, touched)


def _enters_lists(segment: Segment) -> bool:
    return not isinstance(segment, str) or as_index(segment) is not None


def _wrong_types(shape: Shape, segment: Segment, turns: tuple[Turn, ...]) -> Iterator[Way]:
    wanted = {"array"} if isinstance(segment, Matching) else {"object", "array"} if _enters_lists(segment) else {"object"}
    if "null" in shape.types:
        yield Way(turns, None, Gap.NULL, Shape(shape.atoms, frozenset({"null"})))
    others = shape.types - wanted - {"null"}
    if others:
        yield Way(turns, None, Gap.OPTIONAL if shape.types == TYPES else Gap.RETYPED, Shape(shape.atoms, others))


def _through_items(
    reader: Reader, shape: Shape, segments: tuple[Segment, ...], turns: tuple[Turn, ...], touched: Touched
) -> Iterator[Way]:
    index = as_index(segments[0])
    touched.update((atom.identity, "items") for atom in shape.atoms)
    items = False
    for position in [*range(shape.prefix), None] if index is None else [index]:
        turn = Turn(shape, segments[0], position, list_=True)
        shapes = reader.shapes(shape.items(position))
        items = items or bool(shapes)
        yield from _ways(reader, shapes, segments[1:], (*turns, turn), touched)
    if not items:
        yield Way((*turns, Turn(shape, segments[0], index, list_=True)), None, Gap.UNDECLARED)


def _through_members(
    reader: Reader, shape: Shape, segments: tuple[Segment, ...], turns: tuple[Turn, ...], touched: Touched
) -> Iterator[Way]:
    first = segments[0]
    if isinstance(first, Each):
        yield from _through_each(reader, shape, segments, turns, touched)
        return
    assert isinstance(first, str)
    touched.update((atom.identity, first) for atom in shape.atoms)
    slot = shape.slot(first)
    turn = Turn(shape, first, first, list_=False)
    if (not slot.declared and not slot.silent) or reader.hides(slot.nodes):
        yield Way((*turns, turn), None, Gap.UNDECLARED)
        return
    values = reader.shapes(slot.nodes)
    if not slot.required:
        yield Way((*turns, turn), None, Gap.OPTIONAL if values else Gap.UNDECLARED)
    yield from _ways(reader, values, segments[1:], (*turns, turn), touched)


def _through_each(
    reader: Reader, shape: Shape, segments: tuple[Segment, ...], turns: tuple[Turn, ...], touched: Touched
) -> Iterator[Way]:
    if shape.silent:
        yield from _ways(reader, [ANYTHING], segments[1:], (*turns, Turn(shape, segments[0], "key", list_=False)), touched)
        return
    touched.update((atom.identity, "*") for atom in shape.atoms)
    named = [(name, shape.slot(name).nodes) for name in shape.names]
    members = [*((name, nodes) for name, nodes in named if not reader.hides(nodes)), *shape.map_slots()]
    for name, nodes in members:
        turn = Turn(shape, segments[0], name, list_=False)
        yield from _ways(reader, reader.shapes(nodes), segments[1:], (*turns, turn), touched)
    if not members:
        yield Way((*turns, Turn(shape, segments[0], "", list_=False)), None, Gap.UNDECLARED)
