"""Exchanges that show something: built along the way to it, with nothing else in them, and confirmed on both sides."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from cxcontracts.acceptance import Taken, refusal
from cxcontracts.acceptance import refused as not_taken
from cxcontracts.containment.building import Builder, Unbuildable, allows, lacking
from cxcontracts.containment.narrowing import narrowed
from cxcontracts.containment.nodes import Node, Reader, Shape, TooManyShapes
from cxcontracts.containment.sets import Found, Nothing, Schema, Undecidable, admits
from cxcontracts.containment.ways import Turn, Way, ways
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Verdict
from cxcontracts.proofs.prover import HARMLESS, NOT_SHOWN, Outcome, Prover, broken, unproven
from cxcontracts.proofs.wholes import ALL_HEADERS, DEEP, Sent, Spot, Told

_MOST_ROUNDS = 4
_MOST_LACKED = 30

NOTHING: Final[JSON] = object()
"""There is no such value; None is one."""


def shown(prover: Prover, spot: Spot, whole: Told, way: Way, value: JSON, schema: Schema, known: Sequence[Schema]) -> Outcome:
    """Prove that an answer may hold a value at the end of a way that it could not hold before."""
    answers = _along(prover.candidate.builder, way, value, schema, known)
    return shown_whole(prover, whole, agreeable(prover, spot, answers))


def shown_whole(prover: Prover, whole: Told, answers: Iterator[Family], *, new_to_record: bool = True) -> Outcome:
    """Return the first answer that the candidate allows, and the record does not where it has to be new.

    An answer that both allow shows that another alternative of the record covers the change.
    """
    before, after = whole.readers(prover)
    if whole.unread:
        return unproven(whole.unread)
    if whole.header and whole.header != ALL_HEADERS:  # it travels as text, and was compared as text
        return next((Outcome(Verdict.BROKEN, whole.exchange(prover, family.whole)) for family in answers), unproven(NOT_SHOWN))
    answer, known = _first_telling(
        answers,
        lambda each: allows(after, whole.after, each),
        lambda each: new_to_record and allows(before, whole.before, each),
    )
    if answer is not NOTHING:
        return Outcome(Verdict.BROKEN, whole.exchange(prover, answer))
    return HARMLESS if known else unproven(NOT_SHOWN)


def refused(
    prover: Prover, spot: Spot, whole: Sent, way: Way, value: JSON, schema: Schema, refusing: Sequence[Schema]
) -> Outcome:
    """Prove that a value that could be sent at the end of a way is refused now."""
    if whole.unread:
        return unproven(whole.unread)
    if whole.text:
        sides = (prover.record.requests, whole.before), (prover.candidate.requests, whole.after)
        taken = [
            Taken(True, tuple(narrowed(reader, each, DEEP) for each in reader.shapes(nodes)), text=True)
            for reader, nodes in sides
        ]
        known = False
        for sent in flat(agreeable(prover, spot, _along(prover.sender, way, value, schema, ()))):
            before, after = (not_taken(each, {"const": sent}) for each in taken)
            if sent is not None and isinstance(before, Nothing) and isinstance(after, Found):
                return broken(whole.request(prover, sent), refusal(whole.other))
            known = known or isinstance(after, Nothing)
        return HARMLESS if known else unproven(NOT_SHOWN)
    requests = _along(prover.sender, way, value, schema, refusing)
    return refused_whole(prover, whole, agreeable(prover, spot, requests))


def refused_whole(prover: Prover, whole: Sent, requests: Iterator[Family]) -> Outcome:
    """Return the first request that the record took and the candidate refuses.

    One that both take shows that another alternative of the candidate covers the change.
    """
    before, after = whole.readers(prover)
    if whole.unread:
        return unproven(whole.unread)
    sent, known = _first_telling(
        requests, lambda each: allows(before, whole.before, each), lambda each: allows(after, whole.after, each)
    )
    if sent is not NOTHING:
        return broken(whole.request(prover, sent), refusal(whole.other))
    return HARMLESS if known else unproven(NOT_SHOWN)


def _first_telling(families: Iterator[Family], ours: Callable[[JSON], bool], theirs: Callable[[JSON], bool]) -> tuple[JSON, bool]:
    """Return the first whole that our side allows and theirs does not, and whether any was met that both allow.

    Where both allow one that agrees with theirs in all but what proves the change, nothing that lacks more proves it.
    """
    known = False
    for family in families:
        if family.agreeing is not NOTHING and ours(family.agreeing) and theirs(family.agreeing):
            known = True
            continue
        for whole in family.best_first():
            if ours(whole):
                if not theirs(whole):
                    return whole, known
                known = True
    return NOTHING, known


@dataclass(frozen=True, slots=True)
class Family:
    """A whole that may prove a change, in three versions. One proves it best when nothing else in it would break anybody.

    Attributes:
        whole: As it was built.
        agreeing: With what the other side needs besides, elsewhere than at the spot; :data:`NOTHING` where that is nothing.
        filled: With whatever the other side needs besides; :data:`NOTHING` where that is nothing more.
    """

    whole: JSON
    agreeing: JSON = NOTHING
    filled: JSON = NOTHING

    def best_first(self) -> Iterator[JSON]:
        """Yield the versions that there are, the one that lacks least first."""
        yield from (each for each in (self.filled, self.agreeing) if each is not NOTHING)
        yield self.whole


def flat(families: Iterable[Family]) -> Iterator[JSON]:
    """Yield each version of each family."""
    return (whole for family in families for whole in family.best_first())


def agreeable(prover: Prover, spot: Spot, wholes: Iterable[JSON], without: str = "") -> Iterator[Family]:
    """Yield each whole with what the other side needs besides.

    Args:
        without: The member of the object at the spot that has to stay away; empty where the value at the spot itself proves it.
    """
    for whole in wholes:
        agreeing = filled = NOTHING
        with suppress(Undecidable, TooManyShapes):
            elsewhere = _completed(prover, spot, whole, without, inside=False)
            agreeing = elsewhere if elsewhere != whole else NOTHING
            everywhere = _completed(prover, spot, elsewhere, without)
            filled = everywhere if everywhere != elsewhere else NOTHING
        yield Family(whole, agreeing, filled)


def _completed(prover: Prover, spot: Spot, whole: JSON, without: str, *, inside: bool = True) -> JSON:
    """Return a whole with the members that the other side asks for and ours has, but for what proves the change.

    Args:
        inside: Whether the value at the spot gets some, too.
    """
    told = isinstance(spot.whole, Told)
    before, after = spot.whole.readers(prover)
    (ours, nodes), (theirs, their_nodes) = (after, spot.whole.after), (before, spot.whole.before)
    builder = prover.candidate.builder
    if not told:
        (ours, nodes), (theirs, their_nodes) = (theirs, their_nodes), (ours, nodes)
        builder = prover.sender
    turns = spot.new if told else spot.old
    filled = copy.deepcopy(whole)
    for _ in range(_MOST_ROUNDS):
        lacked = [
            (path, name)
            for path, name in lacking(theirs, their_nodes, filled)
            if (name != without or not _leads_to(turns, path)) and (inside or not _leads_to(turns, path[: len(turns)]))
        ]
        made = [_made(builder, ours, nodes, filled, path, name) for path, name in lacked[:_MOST_LACKED]]
        if not any(made):
            break
    return filled


def _leads_to(turns: Sequence[Turn], path: Sequence[str | int]) -> bool:
    """Tell whether a path in a value takes given turns."""
    return len(turns) == len(path) and all(
        isinstance(step, int) if turn.list_ else str(turn.name) == step for turn, step in zip(turns, path, strict=True)
    )


def _made(builder: Builder, reader: Reader, nodes: Sequence[Node], whole: JSON, path: Sequence[str | int], name: str) -> bool:
    """Give the object at the end of a path a member; return False where none is declared, or none was found."""
    for way in ways(reader, nodes, (*map(str, path), name)):
        if way.end is not None:
            with suppress(Unbuildable):
                part = whole
                for step in path:
                    part = part[step]
                part[name] = builder.of_shape(way.end)
                return True
    return False


def built(builder: Builder, way: Way) -> Iterator[JSON]:
    """Yield a value that takes a way, if there is one."""
    with suppress(Unbuildable):
        yield builder.along(way)


def _along(builder: Builder, way: Way, value: JSON, schema: Schema, refusing: Sequence[Schema]) -> Iterator[JSON]:
    assert way.end is not None
    for end in _ends(builder, way.end, value, schema, refusing):
        with suppress(Unbuildable):
            yield builder.along(way, end)


def _ends(builder: Builder, shape: Shape, value: JSON, schema: Schema, refusing: Sequence[Schema]) -> Iterator[JSON]:
    """Yield whole values in place of a sketched one, where they are as telling; then the sketch."""
    if isinstance(value, dict | list):
        for whole in _fleshed(builder, shape, value):
            if admits(schema, whole) and not any(admits(each, whole) for each in refusing):
                yield whole
    if not (shape.closed and isinstance(value, dict) and any(not shape.slot(name).declared for name in value)):
        yield value


def _fleshed(builder: Builder, shape: Shape, sketch: JSON) -> Iterator[JSON]:
    with suppress(Unbuildable):
        if isinstance(sketch, list):
            yield [builder.value(shape.items(index)) for index in range(len(sketch))]
        else:
            least = builder.of_shape(Shape(shape.atoms, frozenset({"object"})))
            if isinstance(least, dict):
                more = {name: builder.value(shape.slot(name).nodes) for name in sketch if name not in least}
                yield {**least, **more}
                yield {**least, **sketch}
    with suppress(Unbuildable):
        yield builder.of_shape(shape)
