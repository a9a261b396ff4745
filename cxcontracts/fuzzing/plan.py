"""In which order the call of a step is varied, and the calls of several steps take turns.

Wave 0 is the working call and the other rows of givens, wave 1 one thing at a time at each of its edges, wave 2 every two of
them. What comes after that (waves 3 and 4) is others' to make. The same space gives the same waves.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest
from typing import Final, TypeVar

from cxcontracts.containment.sets import Found, Schema, find
from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.fuzzing.edges import LEFT_OUT, Edge, Part, changed, edges, parts
from cxcontracts.fuzzing.pairs import Row, covering
from cxcontracts.fuzzing.space import Field, Space, plain
from cxcontracts.wording import listed

MOST_PLACES: Final = 40
"""The most places inside of what a step sends that are varied; the first ones are."""
MOST_PAIRED: Final = 6
"""The most values of one place that meet those of another; of texts that are not listed, :data:`MOST_TEXTS`."""
MOST_TEXTS: Final = 3
MOST_MEETING: Final = 24
"""The most places whose values meet."""


@dataclass(frozen=True, slots=True)
class Variation:
    """What one call sends in other than the working way.

    Attributes:
        varied: The names of fields to the values that are sent in their place; empty for the working call.
        wave: 0 to 4.
        because: What is special about it, in words.
    """

    varied: Mapping[str, JSON]
    wave: int
    because: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A place inside of a field, with the values that are tried there."""

    field: Field
    part: Part
    tried: tuple[Edge, ...]
    read: bool

    @property
    def label(self) -> str:
        return ".".join((self.field.name, *map(str, self.part.way)))

    @property
    def paired(self) -> tuple[Edge, ...]:
        """The values that meet others."""
        open_texts = [edge for edge in self.tried if isinstance(edge.value, str) and not edge.listed]
        return tuple(edge for edge in self.tried if edge not in open_texts[MOST_TEXTS:])[:MOST_PAIRED]


class Waves(Iterator[Variation]):
    """The variations of one space, in the order in which they are worth sending; none comes twice, none leaves the space.

    Waves 0 to 2 have at most one variation for the working call and each row of givens, for each of :data:`MOST_PLACES` places
    :data:`~cxcontracts.fuzzing.edges.MOST_EDGES` and its listed values, and fewer than 300 in which values meet. For a step of
    three or four givens that is some 50 to 150.

    Args:
        further: What comes after wave 2, asked for no sooner.
        together: Whether wave 1 tries a value of each place in every call, in place of one thing at a time: then it has about as
            many calls as the place with the most values has. It is for calls that cost much, and whoever sends them takes a
            failure apart: see :meth:`again`.
    """

    def __init__(self, space: Space, further: Callable[[], Iterable[Variation]] = tuple, *, together: bool = False) -> None:
        self.space = space
        self._together = together
        self._refused: set[tuple[str, str]] = set()
        self._seen: set[str] = set()
        self._waiting: deque[Variation] = deque()
        self._first = self._fresh(self._one_by_one())
        self._second = self._fresh(self._two_by_two())
        self._last = self._fresh(_made(further))

    def __next__(self) -> Variation:
        found = next(self.meeting(), None)
        return next(self._last) if found is None else found

    def first(self) -> Iterator[Variation]:
        """Yield what is left of waves 0 and 1."""
        while (found := self._waiting.popleft() if self._waiting else next(self._first, None)) is not None:
            yield found

    def meeting(self) -> Iterator[Variation]:
        """Yield what is left of waves 0 to 2."""
        while (found := next(self.first(), None) or next(self._second, None)) is not None:
            yield found

    def refused(self, variation: Variation) -> None:
        """Take note that a call failed: what was varied in it alone meets nothing later, where it would only fail again."""
        if len(variation.varied) == 1:
            ((name, value),) = variation.varied.items()
            self._refused.add((name, _written(value)))

    def again(self, variation: Variation, without: Collection[str]) -> None:
        """Have a call that failed sent once more before all else, without what it failed for; where that is unknown, in halves.

        Args:
            without: The names that it failed for.
        """
        names = [name for name in variation.varied if name not in without]
        if len(names) == len(variation.varied):
            middle = len(names) // 2
            parts = [names[:middle], names[middle:]] if middle else []
        else:
            parts = [names] if names else []
        of_parts = [replace(variation, varied={name: variation.varied[name] for name in part}) for part in parts]
        self._waiting.extend(self._fresh(of_parts))

    def _fresh(self, variations: Iterable[Variation]) -> Iterator[Variation]:
        for variation in variations:
            left = self._left(variation) if self._together else variation
            key = _written(left.varied)
            if key not in self._seen and self.space.admits(left.varied):
                self._seen.add(key)
                yield left

    def _left(self, variation: Variation) -> Variation:
        """Return a variation without what is known to fail."""
        kept = {name: value for name, value in variation.varied.items() if (name, _written(value)) not in self._refused}
        return variation if len(kept) == len(variation.varied) else replace(variation, varied=kept)

    def _one_by_one(self) -> Iterator[Variation]:
        yield Variation({}, 0, "your working call")
        yield from (Variation(row, 0, "another row of what it starts with") for row in self.space.rows)
        places = _places(self.space)
        if self._together:
            named = [place for place in places if "path" in place.field.places]
            yield from _many_at_a_time([place for place in places if place not in named])
            yield from _one_at_a_time(named)
        else:
            yield from _one_at_a_time(places)

    def _two_by_two(self) -> Iterator[Variation]:
        yield from _two_at_a_time([self._unrefused(place) for place in _places(self.space)])

    def _unrefused(self, place: _Place) -> _Place:
        tried = tuple(
            edge
            for edge in place.tried
            if (place.field.name, _written(_varied(place.field, [(place, edge)]))) not in self._refused
        )
        return replace(place, tried=tried)


def _made(further: Callable[[], Iterable[Variation]]) -> Iterator[Variation]:
    """Yield what is made no sooner than it is asked for."""
    yield from further()


def _written(value: JSON) -> str:
    return json.dumps(value, sort_keys=True)


def _places(space: Space) -> list[_Place]:
    """Return the places that vary: those whose names the step reads first, those that a path names last."""
    found = []
    for each in space.fields:
        for part in parts(each.schema, LEFT_OUT if each.sample is NO_BODY else each.sample):
            tried = tuple(_tried(each, part))
            if tried:
                names = {plain(name) for name in part.way if isinstance(name, str)}
                found.append(_Place(each, part, tried, each.read or not names.isdisjoint(space.names)))
    found.sort(key=_rank)
    return found[:MOST_PLACES]


def _rank(place: _Place) -> tuple[bool, bool]:
    return "path" in place.field.places, not place.read


def _tried(field: Field, part: Part) -> Iterator[Edge]:
    def fits(value: JSON) -> bool:
        whole = _changed(field, part.way, value)
        return whole is not NO_BODY and field.admits(whole)

    name = next((each for each in reversed(part.way) if isinstance(each, str)), field.name)
    accepted = [each for each in (field.accepted, *field.others) if each is not True] if not part.way else []
    known: list[Schema] = [{"allOf": [part.schema, each]} for each in accepted] or [part.schema]
    found = list(_distinct([edges(each, part.sample, name, fits) for each in known]))
    if part.sample is LEFT_OUT and not found:
        answer = find([part.schema])
        found = [Edge(answer.value, "sent")] if isinstance(answer, Found) and fits(answer.value) else []
    yield from found
    if part.optional and part.sample is not LEFT_OUT and fits(LEFT_OUT):
        yield Edge(LEFT_OUT, "left out")


def _distinct(told: Sequence[Sequence[Edge]]) -> Iterator[Edge]:
    """Yield the first of each, then the second, and none twice."""
    seen = set()
    for turn in zip_longest(*told):
        for edge in turn:
            if edge is not None and (key := _written(edge.value)) not in seen:
                seen.add(key)
                yield edge


def _changed(field: Field, way: Sequence[str | int], value: JSON, whole: JSON = NO_BODY) -> JSON:
    """Return the value of a field with another one at the end of a way; NO_BODY where the way leads nowhere."""
    try:
        return changed(field.sample if whole is NO_BODY else whole, way, value)
    except LookupError:
        return NO_BODY


def _varied(field: Field, chosen: Iterable[tuple[_Place, Edge]]) -> JSON:
    """Return the value of a field with several of its places changed, outer ones first; NO_BODY where one undoes another."""
    whole = field.sample
    for place, edge in sorted(chosen, key=lambda each: len(each[0].part.way)):
        whole = _changed(field, place.part.way, edge.value, whole)
        if whole is NO_BODY:
            return whole
    return whole


def _one_at_a_time(places: Sequence[_Place]) -> Iterator[Variation]:
    """Yield each value of each place: the first of every place, then the second; places that are read come before others."""
    for _, group in groupby(places, _rank):
        together = list(group)
        for turn in zip_longest(*(place.tried for place in together)):
            for place, edge in zip(together, turn, strict=True):
                if edge is not None:
                    yield _variation([(place, edge)], 1)


def _many_at_a_time(places: Sequence[_Place]) -> Iterator[Variation]:
    """Yield calls in which every place has one of its values, until each was sent: then it begins anew, or is left as it is.

    What cannot stand beside what is there already waits for the next call.
    """
    left = [deque(place.tried) for place in places]
    turn = 0
    while any(left):
        chosen: list[tuple[_Place, Edge]] = []
        for index in sorted(range(len(places)), key=lambda each: -len(left[each])):
            place, again = places[index], (turn + index) % (len(places[index].tried) + 1)
            edge = left[index][0] if left[index] else next(iter(place.tried[again : again + 1]), None)
            if edge is not None and _stand_together(place.field, [*chosen, (place, edge)]):
                chosen.append((place, edge))
                if left[index]:
                    left[index].popleft()
        turn += 1
        yield _variation(chosen, 1)


def _stand_together(field: Field, chosen: Sequence[tuple[_Place, Edge]]) -> bool:
    """Tell whether the values that are chosen for places of a field can be sent together."""
    value = _varied(field, [(place, edge) for place, edge in chosen if place.field is field])
    return value is not NO_BODY and field.admits(value)


def _two_at_a_time(places: Sequence[_Place]) -> Iterator[Variation]:
    """Yield calls in which every two values of different places meet, those of places with few values first.

    What a path names stays as it is: of what a partner looks up, only the customer's own is there.
    """
    meeting = [place for place in places if place.paired and "path" not in place.field.places]
    meeting = sorted(meeting, key=lambda place: len(place.paired))[:MOST_MEETING]
    sizes = [len(place.paired) for place in meeting]

    def chosen(row: Row) -> list[tuple[_Place, Edge]]:
        return [(place, place.paired[choice]) for place, choice in zip(meeting, row, strict=True) if choice is not None]

    def possible(row: Row) -> bool:
        return all(
            (value := _varied(field, group)) is not NO_BODY and field.admits(value) for field, group in _by_field(chosen(row))
        )

    for row in covering(sizes, possible):
        yield _variation(chosen(row), 2)


def _by_field(chosen: Iterable[tuple[_Place, Edge]]) -> list[tuple[Field, list[tuple[_Place, Edge]]]]:
    groups: dict[str, list[tuple[_Place, Edge]]] = {}
    for place, edge in chosen:
        groups.setdefault(place.field.name, []).append((place, edge))
    return [(group[0][0].field, group) for group in groups.values()]


def _variation(chosen: Sequence[tuple[_Place, Edge]], wave: int) -> Variation:
    varied = {field.name: _varied(field, group) for field, group in _by_field(chosen)}
    return Variation(varied, wave, listed([f"{place.label}: {edge.because}" for place, edge in chosen]))


Stream = TypeVar("Stream")


def interleaved(streams: Sequence[tuple[Stream, float, Iterable[Variation]]]) -> Iterator[tuple[Stream, Variation]]:
    """Yield the variations of several streams in turn: one of each, the weightiest first, then by weight.

    A stream of twice the weight of another has two turns for its one; none is left out for good. How many are sent is whoever
    sends them to say: what is not asked for is not made.

    Args:
        streams: What each is known by, its weight (above 0), and its variations.
    """
    running = {index: iter(variations) for index, (_, _, variations) in enumerate(streams)}
    turns = dict.fromkeys(running, 0)
    while running:
        index = min(running, key=lambda each: (turns[each] / streams[each][1], -streams[each][1]))
        turns[index] += 1
        try:
            yield streams[index][0], next(running[index])
        except StopIteration:
            del running[index]
