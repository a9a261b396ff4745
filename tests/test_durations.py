"""Lengths of time, as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.mistakes import Misread


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("800ms", timedelta(milliseconds=800)),
        ("3s", timedelta(seconds=3)),
        ("2m", timedelta(minutes=2)),
        ("26h", timedelta(hours=26)),
        ("28d", timedelta(days=28)),
        ("0.5s", timedelta(milliseconds=500)),
    ],
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "3", "s", "3 s", "-3s", "3S", "1h30m", "3s ", "٣s", "1e3s"])
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(Misread, match="is no length of time"):
        parse_duration(text)


@given(st.integers(0, 999_999_999), st.sampled_from(["ms", "s", "m", "h", "d"]))
def test_no_length_that_can_be_written_is_too_long_to_be_read(number: int, unit: str) -> None:
    assert parse_duration(f"{number}{unit}") >= timedelta()
