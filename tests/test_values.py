"""Values in needs: words, lists, and maps with JSON Schema keys."""

from __future__ import annotations

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.estate.mistakes import Misread
from cxcontracts.estate.values import UNSET, WORDS, Value, is_impossible, parse_value, value_mistakes
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYWORDS = st.sampled_from(
    [
        *(
            "type",
            "enum",
            "const",
            "minimum",
            "minLength",
            "pattern",
            "format",
            "required",
            "properties",
            "items",
            "anyOf",
            "not",
        ),
        *("uniqueItems", "multipleOf", "dependentRequired", "patternProperties", "if"),
        *("values", "otherwise", "harm", "for", "because"),
    ]
)
MAPS = st.dictionaries(
    KEYWORDS,
    JSON_VALUES | st.sampled_from(["string", ["string", None], {"type": "integer"}, [{"type": "null"}], ["a"]]),
    max_size=4,
)


def fits(value: Value, candidate: JSON) -> bool:
    validator = jsonschema_rs.Draft202012Validator(dict(value.schema), validate_formats=True)
    return validator.is_valid(candidate)


@pytest.mark.parametrize(
    ("word", "good", "bad"),
    [
        ("text", "", 5),
        ("number", 1.5, "1.5"),
        ("integer", 7, 7.5),
        ("boolean", False, 0),
        ("object", {}, []),
        ("list", [], {}),
        ("date", "2027-01-31", "31.1.2027"),
        ("date-time", "2027-01-31T08:15:00Z", "2027-01-31"),
        ("time", "08:15:00Z", "quarter past eight"),
        ("email", "ada@example.com", "ada"),
        ("uuid", "6f1c2a9e-3b54-4d07-9a61-0c8e5d2f7b13", "6f1c"),
        ("url", "https://example.com/a", "/a"),
        ("phone", "+447700900123", "07700 900123"),
    ],
)
def test_each_word_takes_what_it_says_and_refuses_the_rest(word: str, good: JSON, bad: JSON) -> None:
    value = parse_value(word)
    assert fits(value, good)
    assert not fits(value, bad)


def test_every_word_of_the_table_is_tried_above() -> None:
    tried = {mark.args[1][index][0] for mark in _marks() for index in range(len(mark.args[1]))}
    assert tried == set(WORDS)


def _marks() -> list[pytest.Mark]:
    marks: list[pytest.Mark] = getattr(test_each_word_takes_what_it_says_and_refuses_the_rest, "pytestmark")  # noqa: B009
    return marks


def test_a_list_is_the_only_values_that_are_understood() -> None:
    assert parse_value(["on-time", 4, None]).schema == {"enum": ["on-time", 4, None]}


def test_a_map_keeps_json_schema_and_hands_out_what_is_ours() -> None:
    written = {
        "values": ["on-time"],
        "otherwise": "late",
        "harm": "misled",
        "for": ["assisted"],
        "because": "we show it",
        "minLength": 1,
    }
    assert parse_value(written) == Value(
        {"minLength": 1, "enum": ["on-time"]}, otherwise="late", harm=Harm.MISLED, groups=("assisted",), because="we show it"
    )


def test_nothing_is_tolerated_unless_otherwise_is_written() -> None:
    assert parse_value("text").otherwise is UNSET
    assert not parse_value({"values": ["a"]}).has_otherwise
    assert parse_value({"values": ["a"], "otherwise": None}).has_otherwise


def test_null_without_quotes_is_the_type_of_that_name_at_any_depth() -> None:
    written = {"type": ["object", None], "properties": {"a": {"type": ["string", None]}}, "anyOf": [{"type": None}]}
    assert parse_value(written).schema == {
        "type": ["object", "null"],
        "properties": {"a": {"type": ["string", "null"]}},
        "anyOf": [{"type": "null"}],
    }


@pytest.mark.parametrize(
    ("written", "allows"),
    [
        ("text", False),
        ([None, "a"], True),
        (["a"], False),
        ({}, False),
        ({"minLength": 1}, False),
        ({"type": ["string", "null"]}, True),
        ({"type": "null"}, True),
        ({"const": None}, True),
        ({"type": "string", "values": ["a", None]}, False),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, True),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, False),
        ({"allOf": [{"type": ["string", "null"]}, {"type": "string"}]}, False),
        ({"type": ["string", "null"], "not": {"type": "null"}}, False),
    ],
)
def test_null_is_allowed_only_in_so_many_words(written: JSON, allows: bool) -> None:
    assert parse_value(written).allows_null is allows


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("txt", "'txt' is no word for a value; did you mean 'text'?"),
        ("string", "'string' is no word for a value; did you mean 'text'?"),
        ({"type": "date"}, "'date' is our word, not one of JSON Schema's types; write type: string, format: date"),
        ({"vaules": ["a"]}, "'vaules' is no key of a value; did you mean 'values'?"),
        (True, "true is one exact value, and no word for it; write [true] for exactly this value"),
        ({"required": True}, "'required' must be a list of names, not true or false; correct it, or take it out"),
        ({"harm": "misleading"}, "'misleading' is no harm; did you mean 'misled'?"),
    ],
)
def test_a_mistaken_value_is_told_with_the_remedy(written: JSON, message: str) -> None:
    with pytest.raises(Misread) as raised:
        parse_value(written)
    assert str(raised.value) == message


def test_all_mistakes_of_a_value_are_told_at_once_with_their_places() -> None:
    written = {"typ": "string", "properties": {"a": {"minimum": "0"}}, "pattern": "[", "enum": []}
    assert [(mistake.code, mistake.at, mistake.of_key) for mistake in value_mistakes(written)] == [
        ("value-key", ("typ",), True),
        ("value-form", ("properties", "a", "minimum"), False),
        ("value-pattern", ("pattern",), False),
        ("value-empty-list", ("enum",), False),
    ]


def test_a_value_that_nothing_fits_is_impossible() -> None:
    assert is_impossible(parse_value({"type": "string", "minLength": 3, "maxLength": 2}))
    assert not any(is_impossible(parse_value(word)) for word in WORDS)


@given(JSON_VALUES | MAPS)
def test_whatever_is_taken_is_a_json_schema_and_whatever_is_not_is_said_why(written: JSON) -> None:
    try:
        value = parse_value(written)
    except Misread as misread:
        assert str(misread)
    else:
        assert jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **value.schema})
        is_impossible(value)
