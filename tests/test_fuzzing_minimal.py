from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.exchanges import JSON
from cxcontracts.fuzzing.minimal import MOST_CALLS, difference, minimised

NAMES = [f"n{number}" for number in range(8)]
SAMPLE: dict[str, JSON] = dict.fromkeys(NAMES, 0)

Fails = Callable[[Mapping[str, JSON]], bool]


class Counted:
    """A predicate that counts how often it is asked, and insists that no question comes twice."""

    def __init__(self, fails: Fails) -> None:
        self._fails = fails
        self.asked: list[Mapping[str, JSON]] = []

    def __call__(self, varied: Mapping[str, JSON]) -> bool:
        assert varied not in self.asked
        assert varied
        self.asked.append(varied)
        return self._fails(varied)


causes = st.sets(st.sampled_from(NAMES), min_size=1, max_size=3)


@given(causes, st.sets(st.sampled_from(NAMES)))
def test_exactly_what_matters_is_left(cause: set[str], more: set[str]) -> None:
    fails = Counted(lambda varied: cause <= set(varied))
    assert set(minimised(SAMPLE, dict.fromkeys(cause | more, 1), fails, most=1000)) == cause


@given(causes, st.sets(st.sampled_from(NAMES)), st.integers(0, 12))
def test_it_never_asks_more_often_than_it_may_and_what_is_left_fails(cause: set[str], more: set[str], most: int) -> None:
    fails = Counted(lambda varied: cause <= set(varied))
    assert cause <= set(minimised(SAMPLE, dict.fromkeys(cause | more, 1), fails, most))
    assert len(fails.asked) <= most


@given(causes.filter(lambda cause: len(cause) < 3), st.sets(st.sampled_from(NAMES)))
def test_twenty_calls_are_enough_for_two_causes_among_eight(cause: set[str], more: set[str]) -> None:
    fails = Counted(lambda varied: cause <= set(varied))
    assert set(minimised(SAMPLE, dict.fromkeys(cause | more, 1), fails)) == cause
    assert len(fails.asked) <= MOST_CALLS


def test_a_difference_that_can_go_only_after_another_goes_too() -> None:
    fails = Counted(lambda varied: set(varied) in ({"n0", "n1"}, {"n1"}))
    assert set(minimised(SAMPLE, dict.fromkeys(("n0", "n1", "n2"), 1), fails)) == {"n1"}


def test_one_cause_among_sixty_four_is_found_by_halves() -> None:
    names = [f"n{number}" for number in range(64)]
    fails = Counted(lambda varied: "n37" in varied)
    assert set(minimised(dict.fromkeys(names, 0), dict.fromkeys(names, 1), fails)) == {"n37"}


@given(st.sets(st.sampled_from(NAMES), min_size=1), st.data())
def test_whatever_the_failure_is_no_single_difference_that_is_left_can_go(differing: set[str], data: st.DataObject) -> None:
    failing = dict.fromkeys(sorted(differing), 1)
    family = data.draw(st.lists(st.sets(st.sampled_from(sorted(differing))), max_size=12))

    def fails(varied: Mapping[str, JSON]) -> bool:
        return set(varied) == differing or set(varied) in family

    left = minimised(SAMPLE, failing, fails, most=1000)
    assert fails(left)
    for name in left:
        fewer = {other: value for other, value in left.items() if other != name}
        assert not fewer or not fails(fewer)


ORDER: dict[str, Any] = {"currency": "USD", "items": [{"sku": "ABC-1", "qty": 2}], "to": {"name": "Ann", "city": "Ely"}}


@pytest.mark.parametrize(
    ("failing", "fails", "expected"),
    [
        (
            {"items": [{"sku": "X", "qty": 100}, {"sku": "Y", "qty": 1}, {"sku": "Z", "qty": 7}], "currency": "EUR"},
            lambda v: any(item["qty"] == 100 for item in v.get("items", ())),
            {"items": [{"sku": "ABC-1", "qty": 100}]},
        ),
        (
            {"items": [{"sku": "X", "qty": 1}] * 9, "currency": "EUR", "to": {"name": "x" * 80, "city": "Y"}},
            lambda v: v.get("currency") == "EUR" and len(v.get("items", ())) > 1,
            {"currency": "EUR", "items": [{"sku": "ABC-1", "qty": 2}] * 2},
        ),
        ({"to": {"city": "Rye"}}, lambda v: "name" not in v["to"], {"to": {"city": "Ely"}}),
        (
            {"to": {"name": "Ann", "city": "Rye", "more": 1}},
            lambda v: "more" in v["to"],
            {"to": {"name": "Ann", "city": "Ely", "more": 1}},
        ),
        ({"note": "x" * 200}, lambda v: len(v["note"]) >= 5, {"note": "x" * 5}),
        ({"note": "x" * 200}, lambda v: len(v["note"]) >= 200, {"note": "x" * 200}),
        ({"currency": None, "to": {"name": "Bo", "city": "Ely"}}, lambda v: v.get("currency", "") is None, {"currency": None}),
    ],
)
def test_what_is_inside_goes_back_to_the_sample_too(failing: dict[str, Any], fails: Fails, expected: dict[str, Any]) -> None:
    asked = Counted(fails)
    assert minimised(ORDER, failing, asked) == expected
    assert len(asked.asked) <= MOST_CALLS


def test_a_call_that_may_not_be_sent_is_not_sent() -> None:
    def fails(varied: Mapping[str, JSON]) -> bool:
        assert len(varied["note"]) >= 10
        return True

    assert minimised({}, {"note": "x" * 64}, fails, admits=lambda varied: len(varied["note"]) >= 10) == {"note": "x" * 10}


@pytest.mark.parametrize(
    ("minimal", "words"),
    [
        ({}, "is your working call"),
        ({"currency": "EUR"}, "differs from your working call only in currency (EUR instead of USD)"),
        ({"items": ORDER["items"] * 2}, "differs from your working call only in items (2 items instead of 1)"),
        ({"items": [{"sku": "ABC-1", "qty": 100}]}, "differs from your working call only in items.0.qty (100 instead of 2)"),
        ({"to": {"city": "Ely"}}, "differs from your working call only in to.name (left out)"),
        ({"gift": True}, "differs from your working call only in gift (true; it sends none)"),
        (
            {"currency": "", "to": {"name": "Ann", "city": "x" * 80}},
            "differs from your working call only in currency (an empty text instead of USD) and "
            'to.city ("xxxxxxxxxxxxxxxxxxxxxxxxxxx…", 80 letters, instead of Ely)',
        ),
    ],
)
def test_the_difference_is_told_in_words(minimal: dict[str, JSON], words: str) -> None:
    assert difference(ORDER, minimal) == words
