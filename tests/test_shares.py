"""The bounds of shares, beside an independent sum of exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.shares import samples_needed, surely_above, surely_at_most

SHARES = [Fraction(1, 100), Fraction(1, 20), Fraction(1, 10), Fraction(1, 2), Fraction(1, 200)]
FIVE = Fraction(5, 100)


def at_most(misses: int, samples: int, share: Fraction) -> Fraction:
    """Return the probability of at most so many misses, without rounding."""
    return sum(
        (math.comb(samples, each) * share**each * (1 - share) ** (samples - each) for each in range(misses + 1)), Fraction()
    )


@given(st.integers(1, 150).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most))), st.sampled_from(SHARES))
def test_both_bounds_are_those_of_the_binomial_distribution(seen: tuple[int, int], share: Fraction) -> None:
    misses, samples = seen
    assert surely_at_most(misses, samples, float(share)) == (at_most(misses, samples, share) <= FIVE)
    assert surely_above(misses, samples, float(share)) == (misses > 0 and 1 - at_most(misses - 1, samples, share) <= FIVE)
    assert not (surely_above(misses, samples, float(share)) and surely_at_most(misses, samples, float(share)))


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("misses", [0, 1, 5])
def test_the_samples_needed_are_the_fewest_that_are_enough(misses: int, share: Fraction) -> None:
    needed = samples_needed(misses, float(share))
    assert at_most(misses, needed, share) <= FIVE < at_most(misses, needed - 1, share)


def test_59_samples_without_a_miss_are_the_fewest_for_95_of_100() -> None:
    assert next(samples for samples in count(1) if surely_at_most(0, samples, 0.05)) == samples_needed(0, 0.05) == 59


def test_a_share_of_100_of_100_is_never_shown_and_breaks_at_the_first_miss() -> None:
    assert not surely_at_most(0, 1_000_000, 0.0)
    assert samples_needed(0, 0.0) == 1_000_000
    assert surely_above(1, 1_000_000, 0.0)
    assert not surely_above(0, 1_000_000, 0.0)


def test_a_million_samples_are_no_more_than_a_moment() -> None:
    assert surely_at_most(1_000, 1_000_000, 0.01)
    assert surely_above(20_000, 1_000_000, 0.01)
