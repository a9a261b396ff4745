"""How every two of many choices meet in few rows: a covering array of strength two.

Source: Cohen, Dalal, Fredman & Patton (1997), "The AETG System: An Approach to Testing Based on Combinatorial Design", with
dice that always fall alike: a row begins with two choices that have most to meet, and each further one is that which meets most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from random import Random

Row = tuple[int | None, ...]
"""What is chosen in each place; None for nothing."""


def covering(sizes: Sequence[int], possible: Callable[[Row], bool] = lambda row: True) -> Iterator[Row]:
    """Yield rows in which every two choices of different places meet, as far as they can; the first places meet first.

    Args:
        sizes: How many choices each place has.
        possible: Tells whether there can be such a row; it holds for what is left of a row with one choice less.

    >>> list(covering([2, 1, 1]))
    [(0, 0, 0), (1, 0, 0)]
    """
    apart = {pair: None for pair in _pairs(sizes) if possible(_row(len(sizes), pair))}
    dice = Random(0)
    while apart:
        row = _row(len(sizes), _next(apart))
        _take(apart, row)
        while (fuller := _fuller(row, sizes, apart, possible, dice)) is not None:
            row = fuller
            _take(apart, row)
        yield row


_Choice = tuple[int, int]
_Pair = tuple[_Choice, _Choice]


def _pairs(sizes: Sequence[int]) -> Iterator[_Pair]:
    """Yield every two choices of different places: all among the first places before any of a later one."""
    places = sorted(combinations(range(len(sizes)), 2), key=lambda two: (two[1], two[0]))
    return (((one, a), (two, b)) for one, two in places for a in range(sizes[one]) for b in range(sizes[two]))


def _row(length: int, chosen: Sequence[_Choice]) -> Row:
    row: list[int | None] = [None] * length
    for place, choice in chosen:
        row[place] = choice
    return tuple(row)


def _next(apart: dict[_Pair, None]) -> _Pair:
    """Return the pair to begin a row with: among the first places, the choices that have most to meet."""
    left = Counter(choice for pair in apart for choice in pair)
    last = min(two for _, (two, _) in apart)
    return max((pair for pair in apart if pair[1][0] == last), key=lambda pair: left[pair[0]] + left[pair[1]])


def _fuller(
    row: Row, sizes: Sequence[int], apart: dict[_Pair, None], possible: Callable[[Row], bool], dice: Random
) -> Row | None:
    """Return a row with one choice more, that which meets most; None where no choice meets anything new."""
    counted = [
        (_met(row, place, choice, apart), dice.random(), place, choice)
        for place, size in enumerate(sizes)
        if row[place] is None
        for choice in range(size)
    ]
    for met, _, place, choice in sorted(counted, reverse=True):
        fuller = (*row[:place], choice, *row[place + 1 :])
        if met and possible(fuller):
            return fuller
    return None


def _met(row: Row, place: int, choice: int, apart: dict[_Pair, None]) -> int:
    return sum(_pair((place, choice), (other, one)) in apart for other, one in enumerate(row) if one is not None)


def _take(apart: dict[_Pair, None], row: Row) -> None:
    chosen = [(place, choice) for place, choice in enumerate(row) if choice is not None]
    for pair in combinations(chosen, 2):
        apart.pop(pair, None)


def _pair(one: _Choice, other: _Choice) -> _Pair:
    return (one, other) if one < other else (other, one)
