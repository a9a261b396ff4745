from __future__ import annotations

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.fuzzing.pairs import Row, covering

sizes = st.lists(st.integers(0, 5), max_size=8)


def met(rows: list[Row]) -> set[frozenset[tuple[int, int | None]]]:
    return {
        frozenset(two) for row in rows for two in combinations([(at, one) for at, one in enumerate(row) if one is not None], 2)
    }


def all_pairs(sizes: list[int]) -> set[frozenset[tuple[int, int | None]]]:
    return {
        frozenset({(one, a), (two, b)})
        for one, two in combinations(range(len(sizes)), 2)
        for a, b in product(range(sizes[one]), range(sizes[two]))
    }


@given(sizes)
def test_every_two_choices_meet(sizes: list[int]) -> None:
    assert met(list(covering(sizes))) == all_pairs(sizes)


@given(sizes)
def test_no_choice_is_there_for_nothing(sizes: list[int]) -> None:
    seen: set[frozenset[tuple[int, int | None]]] = set()
    for row in covering(sizes):
        new = met([row]) - seen
        assert {at for at, one in enumerate(row) if one is not None} == {at for pair in new for at, _ in pair}
        seen |= new


@given(sizes, st.sets(st.tuples(st.integers(0, 7), st.integers(0, 4), st.integers(0, 7), st.integers(0, 4))))
def test_every_two_choices_meet_that_can_and_no_row_is_impossible(
    sizes: list[int], apart: set[tuple[int, int, int, int]]
) -> None:
    def possible(row: Row) -> bool:
        return not any(met([row]) & {frozenset({(one, a), (two, b)})} for one, a, two, b in apart)

    rows = list(covering(sizes, possible))
    assert all(map(possible, rows))
    assert met(rows) == {pair for pair in all_pairs(sizes) if pair not in {frozenset({(a, b), (c, d)}) for a, b, c, d in apart}}


def test_the_first_places_meet_first() -> None:
    rows = list(covering([2, 2, 5, 5, 5]))
    assert met(rows[:4]) >= all_pairs([2, 2])


def test_ten_places_of_four_choices_need_few_rows() -> None:
    assert len(list(covering([4] * 10))) <= 40
