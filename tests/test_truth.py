"""Whether a sentence of ``must`` is true of an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cxcontracts.estate.sentences import parse_sentence
from cxcontracts.exchanges import JSON, NO_BODY, Response
from cxcontracts.truth import same, untruth

NOW = datetime(2027, 1, 15, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
KNOWN = {"name": "Ada", "number": 3, "list": [1, "x"], "flag": True}


def why(sentence: str, body: JSON, **known: JSON) -> str:
    """Say why a sentence is not true of a body."""
    return untruth(parse_sentence(sentence), Response(200, {"etag": "7"}, body), {**KNOWN, **known}, NOW)


@pytest.mark.parametrize(
    ("sentence", "body"),
    [
        ('a is "x"', {"a": "x"}),
        ("a is 1", {"a": 1.0}),
        ("a is null", {"a": None}),
        ("a is true", {"a": True}),
        ('a is ["x", {"y": 1}]', {"a": ["x", {"y": 1.0}]}),
        ("a is $name", {"a": "Ada"}),
        ("a is b", {"a": {"z": 1}, "b": {"z": 1}}),
        ('a is not "x"', {"a": "y"}),
        ("a is not true", {"a": 1}),
        ('a is in ["x", 1]', {"a": 1}),
        ("a is in $list", {"a": "x"}),
        ('a is not in ["x", 1]', {"a": True}),
        ("a is at least 4", {"a": 4}),
        ("a is at most 4", {"a": 4.0}),
        ("a is at least b", {"a": 2, "b": 1.5}),
        ('a is at least "2027-01-15"', {"a": "2027-01-15"}),
        ('a is before "2027-01-15T10:00:00Z"', {"a": "2027-01-15T11:00:00+02:00"}),
        ("a is after now", {"a": "2027-01-16T01:30:01Z"}),
        ("a is before now", {"a": "2027-01-16T01:29:59.5Z"}),
        ("a is within 2m of now", {"a": "2027-01-16T01:28:00Z"}),
        ("a is within 2m of now", {"a": "2027-01-16T01:32:00Z"}),
        ("a is within 3d of now", {"a": "2027-01-19"}),
        ("a is $today", {"a": "2027-01-16"}),
        ("a has exactly 2", {"a": [1, 2]}),
        ("a has at least 1", {"a": {"x": 1}}),
        ("a has at most 0", {"a": []}),
        ("a has exactly $number", {"a": [1, 2, 3]}),
        ('a matches "^LPA[0-9]+"', {"a": "LPA1 and more"}),
        ('a matches "b"', {"a": "abc"}),
        ("a mentions $name", {"a": "for ADA, at once"}),
        ("a mentions $number", {"a": "3 nights"}),
        ('a mentions "STRASSE"', {"a": ["x", "Hauptstraße"]}),
        ('header.ETag is "7"', NO_BODY),
        ("list.(id=$name).x is 1", {"list": [{"id": "Bob", "x": 2}, {"id": "Ada", "x": 1}]}),
        ("every a.* is at least 1", {"a": [1, 2]}),
        ("every a.* is at least 1", {"a": []}),
        ("a.* is at least 1", {"a": []}),
        ("some a.* is at least 2", {"a": [1, 2]}),
        ("some a.*.b is 2", {"a": [{}, {"b": 2}]}),
        ("no a.* is at least 3", {"a": [1, 2]}),
        ("no a.*.b is 2", {"a": [{}, {"b": 1}]}),
        ("no a is true", {}),
        ("every a.*.to is after a.*.from", {"a": [{"from": "2027-01-01", "to": "2027-01-02"}] * 2}),
        ("every a.* is at least b.*", {"a": [3, 4], "b": [3, 4]}),
        ("every a.* is at least b.*", {"a": [3, 4], "b": [1, 2, 3]}),
    ],
)
def test_a_sentence_that_is_true(sentence: str, body: JSON) -> None:
    assert why(sentence, body) == ""


@pytest.mark.parametrize(
    ("sentence", "body", "because"),
    [
        ('a is "x"', {"a": "y"}, 'a is "y"'),
        ("a is 1", {"a": True}, "a is true"),
        ("a is true", {"a": 1}, "a is 1"),
        ("a is true", {}, "a is missing"),
        ("a is not true", {}, "a is missing"),
        ("a is $name", {"a": "ada"}, 'a is "ada", beside "Ada"'),
        ("a is $nobody", {"a": "ada"}, "$nobody is missing"),
        ("a is b", {"a": 1}, "b is missing"),
        ('a is in ["x"]', {"a": "y"}, 'a is "y"'),
        ('a is not in ["x"]', {"a": "x"}, 'a is "x"'),
        ("a is at least 4", {"a": 3.9}, "a is 3.9"),
        ("a is at least 4", {"a": "5"}, 'a is "5", and "5" is no time'),
        ("a is at least 4", {"a": True}, "a is true, and true is no time"),
        ("a is at least 4", {"a": None}, "a is null, and null is no time"),
        ("a is after now", {"a": "2027-01-16T01:30:00Z"}, 'a is "2027-01-16T01:30:00Z"'),
        ("a is after now", {"a": "2027-01-16T01:30:01"}, 'a is "2027-01-16T01:30:01", and it has no time zone'),
        ("a is after now", {"a": "tomorrow"}, 'a is "tomorrow", and "tomorrow" is no time'),
        ("a is after now", {"a": 1}, "a is 1, and 1 is no time"),
        ("a is within 2m of now", {"a": "2027-01-16T01:27:59Z"}, 'a is "2027-01-16T01:27:59Z"'),
        ("a is within 2m of now", {"a": "2027-01-16T01:32:01Z"}, 'a is "2027-01-16T01:32:01Z"'),
        ("a is $today", {"a": "2027-01-15"}, 'a is "2027-01-15"'),
        ("a has exactly 2", {"a": [1]}, "a has 1"),
        ("a has exactly 2", {"a": "xy"}, 'a is "xy", and no list'),
        ("a has exactly $name", {"a": [1]}, 'a is [1], and "Ada" is no number'),
        ('a matches "^b"', {"a": "abc"}, 'a is "abc"'),
        ('a matches "^b"', {"a": 1}, "a is 1, and not text"),
        ("a mentions $name", {"a": "Bob"}, 'a is "Bob", beside "Ada"'),
        ("list.(id=$name).x is 1", {"list": [{"id": "Bob", "x": 1}]}, "list.(id=$name).x is missing"),
        ("every a.* is at least 2", {"a": [2, 1]}, "a.* is 1"),
        ("every a.*.b is 1", {"a": [{"b": 1}, {}]}, "a.*.b is missing"),
        ("some a.* is at least 3", {"a": [1, 2]}, "no a.* is so"),
        ("some a.* is at least 3", {"a": []}, "no a.* is so: there is none"),
        ("no a.* is at least 2", {"a": [1, 2]}, "a.* is 2"),
        (
            "every a.*.to is after a.*.from",
            {"a": [{"from": "2027-01-02", "to": "2027-01-02"}]},
            'a.*.to is "2027-01-02", beside "2027-01-02"',
        ),
        ("every a.* is at least b.*", {"a": [3, 4], "b": [4, 3]}, "a.* is 3, beside 4"),
        ("every a.* is at least b.*", {"a": [3, 4], "b": [1, 2, 4]}, "a.* is 3, beside 4"),
    ],
)
def test_a_sentence_that_is_not_true_says_what_is_so(sentence: str, body: JSON, because: str) -> None:
    assert why(sentence, body) == because


@pytest.mark.parametrize("operator", ["is at least", "is at most", "is before", "is after", "is within 1d of"])
@pytest.mark.parametrize("first", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("second", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31"])
def test_times_at_the_ends_of_the_calendar_are_compared(operator: str, first: str, second: str) -> None:
    said = why(f"a {operator} b", {"a": first, "b": second})
    assert said in ("", f'a is "{first}", beside "{second}"')
    if operator == "is before":
        assert (said == "") == (first[0] < second[0])


@pytest.mark.parametrize(
    "time", ["2027-01-16T01:30:01Z", "2027-01-16t01:30:01z", "2027-01-16 01:30:01Z", "2027-01-16T01:30:01.123456789Z"]
)
def test_a_time_is_read_in_each_way_that_rfc_3339_allows(time: str) -> None:
    assert why("a is after now", {"a": time}) == ""


def test_a_leap_second_is_a_time() -> None:
    assert why("a is before now", {"a": "2016-12-31T23:59:60Z"}) == ""


@pytest.mark.parametrize(
    "time", ["2027-W02-6", "20270116T013001Z", "2027-01-16T01:30Z", "2027-02-30", "2027-01-16T25:00:00Z", "", "²"]
)
def test_what_rfc_3339_does_not_allow_is_no_time(time: str) -> None:
    assert why("a is after now", {"a": time}).endswith("is no time")


@pytest.mark.parametrize(("value", "true"), [(2**53 + 1, False), (2**53, True), (2**53 - 1, True)])
def test_whole_numbers_are_compared_exactly(value: int, true: bool) -> None:
    assert (why(f"a is at most {2**53}", {"a": value}) == "") == true


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)
OPERATORS = ("is", "is not", "is in", "is not in", "is at least", "is at most", "is before", "is after", "is within 1d of",
             "has exactly", "has at least", "has at most", "mentions")  # fmt: skip
WITHOUT_NOW = ("is in", "is not in", "has exactly", "has at least", "has at most", "mentions")
"""What `now` is no operand of, as the grammar says."""

OPERANDS = ("b", "b.*", "$name", "$number", "$list", "$flag", "$any", "now")


@given(
    st.sampled_from(["", "every ", "some ", "no "]), st.sampled_from(["a", "a.*", "a.*.b", "body", "header.etag"]),
    st.sampled_from(OPERATORS), st.sampled_from(OPERANDS), st.fixed_dictionaries({}, optional={"a": VALUES, "b": VALUES}), VALUES,
)  # fmt: skip
def test_every_sentence_is_true_of_any_answer_or_not(
    quantifier: str, path: str, operator: str, operand: str, body: JSON, known: JSON
) -> None:
    assume(operand != "now" or operator not in WITHOUT_NOW)
    assert isinstance(why(f"{quantifier}{path} {operator} {operand}", body, any=known), str)


@given(VALUES)
def test_every_value_is_the_same_as_itself_and_negation_turns_it(value: JSON) -> None:
    assert same(value, value)
    assert why("a is b", {"a": value, "b": value}) == ""
    assert why("a is not b", {"a": value, "b": value})


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_times_are_in_order_whatever_their_zone(one: datetime, other: datetime) -> None:
    texts = {"a": one.replace(microsecond=0), "b": other.replace(microsecond=0)}
    later = texts["a"] > texts["b"] if one.tzinfo is not other.tzinfo else texts["a"].astimezone(UTC) > texts["b"].astimezone(UTC)
    body = {name: each.astimezone(UTC).isoformat() for name, each in texts.items() if 1 < each.year < 9999}
    if len(body) == 2:
        assert (why("a is after b", body) == "") == later
