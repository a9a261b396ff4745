"""``diff`` beside oasdiff on the pairs of its own tests: where the two differ is listed, with who is right and how that shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.agreement import LEAST, Case, Difference, cases, count, differences, mistakes, remaining


@pytest.fixture(scope="module")
def compared(corpus: Path) -> Sequence[Case]:
    return list(cases())


@pytest.fixture(scope="module")
def found(compared: Sequence[Case]) -> Sequence[Difference]:
    return [difference for case in compared for difference in differences(case)]


def test_every_pair_is_compared(compared: Sequence[Case]) -> None:
    assert len(compared) == 326


def test_every_difference_is_listed_and_shown_and_every_entry_occurs(found: Sequence[Difference]) -> None:
    assert list(mistakes(found, remaining())) == []


def test_the_two_agree_on_95_of_100_lines_that_no_value_shows_to_be_wrong(
    compared: Sequence[Case], found: Sequence[Difference]
) -> None:
    assert count(compared, found, remaining()).share >= LEAST


def test_what_breaks_has_a_witness_and_nothing_else_has(compared: Sequence[Case]) -> None:
    assert [case.name for case in compared for change in case.changes if change.breaking != (change.witness is not None)] == []
