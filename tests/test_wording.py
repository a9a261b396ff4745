"""Schemas and values in words that a product owner reads without asking."""

from __future__ import annotations

from typing import Any

import pytest

from cxcontracts.exchanges import JSON
from cxcontracts.wording import (
    condition_met,
    described,
    exceeded,
    is_any_text,
    kind_of,
    kinds_asked,
    kinds_in_words,
    listed,
    names_values,
    not_taken,
    refused_from_now_on,
    shown,
    value_in_words,
)


@pytest.mark.parametrize(
    ("value", "limit", "words"),
    [
        ("late", 60, '"late"'),
        ("a" * 20, 10, '"aaaaaaa…"'),
        ("a" * 8, 10, '"aaaaaaaa"'),
        ({"a": [1, None]}, 60, '{"a": [1, null]}'),
        ([1, 2, 3, 4, 5], 10, "[1, 2, 3,…"),
        ("Núñez", 60, '"Núñez"'),
        (2**64, 60, "18446744073709551616"),
    ],
)
def test_a_value_is_shown_on_one_line_and_cut_where_it_is_long(value: JSON, limit: int, words: str) -> None:
    assert shown(value, limit) == words
    assert len(shown(value, limit)) <= max(limit, len(words))


@pytest.mark.parametrize(
    ("words", "last", "sentence"),
    [
        ([], "and", ""),
        (["a"], "and", "a"),
        (["a", "b"], "and", "a and b"),
        (["a", "b", "c"], "or", "a, b or c"),
    ],
)
def test_words_are_listed_as_in_a_sentence(words: list[str], last: str, sentence: str) -> None:
    assert listed(words, last) == sentence


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (True, "any value"),
        ({}, "any value"),
        ({"type": "string"}, "text"),
        ({"type": "array"}, "a list"),
        ({"type": "object"}, "an object"),
        ({"type": "number"}, "a number"),
        ({"type": "null"}, "null"),
        ({"type": ["string", "null"]}, "text or null"),
        ({"type": ["array", "object", "null"]}, "a list, an object or null"),
        ({"type": "string", "format": "date"}, "a date"),
        ({"type": "string", "format": "date-time"}, "a date and time"),
        ({"type": "string", "format": "email"}, "an e-mail address"),
        ({"type": "string", "format": "uuid"}, "a UUID"),
        ({"type": "string", "format": "uri"}, "a URL"),
        ({"type": "string", "format": "partners-own"}, "text"),
        ({"type": "string", "minLength": 1}, "text that is not empty"),
        ({"type": "string", "minLength": 3}, "text of at least 3 characters"),
        ({"type": "string", "maxLength": 80}, "text of at most 80 characters"),
        ({"type": "string", "minLength": 1, "maxLength": 80}, "text of 1 to 80 characters"),
        ({"type": "string", "minLength": 6, "maxLength": 6}, "text of 6 characters"),
        ({"type": "number", "minimum": 0}, "a number of at least 0"),
        ({"type": "number", "maximum": 9.5}, "a number of at most 9.5"),
        ({"type": "number", "minimum": 1, "maximum": 4}, "a number from 1 to 4"),
        ({"const": "late"}, '"late"'),
        ({"const": None}, "null"),
        ({"enum": ["on-time", "late"]}, '"on-time" or "late"'),
        ({"enum": [1, True, None]}, "1, true or null"),
        ({"type": "string", "enum": ["a", "b", "c"]}, '"a", "b" or "c"'),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or null"),
        ({"anyOf": [{"type": "string"}, {"type": "string"}]}, "text"),
        ({"anyOf": [{"enum": ["a"]}, {"type": "number", "minimum": 2}]}, '"a" or a number of at least 2'),
        ({"not": {"type": "string"}}, "a fitting value"),
        (False, "no value"),
        ({"type": "boolean"}, "yes or no"),
        ({"type": ["null", "boolean"]}, "yes, no or null"),
        ({"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}, "a whole number of 32 bits"),
        ({"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "a whole number of at least 1"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 5}, "a number of at most 5 and above 0"),
        ({"type": "number", "multipleOf": 0.5}, "a number in steps of 0.5"),
        ({"type": "array", "minItems": 1}, "a list of at least 1 item"),
        ({"type": "array", "items": {"type": "string"}}, "a list, each item text"),
        ({"type": "array", "maxItems": 3, "items": {"enum": ["a"]}}, 'a list of at most 3 items, each "a"'),
        ({"type": "object", "required": ["a", "b"]}, "an object with a and b"),
        ({"type": "object", "required": ["a", "b", "c", "d", "e"]}, "an object with a, b, c and 2 more"),
        ({"type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$"}, "a phone number"),
        ({"type": "string", "pattern": "^[A-Z]{3}$"}, "text like [A-Z]{3}"),
        ({"type": "string", "pattern": "^[A-Z]+$", "maxLength": 3}, "text like [A-Z]+ of at most 3 characters"),
        ({"type": "string", "pattern": "^https:"}, 'text that starts with "https:"'),
        ({"type": "string", "pattern": "[0-9]"}, "text that matches [0-9]"),
        ({"type": "string", "pattern": "^a$|^b$"}, "text that matches ^a$|^b$"),
        ({"type": "string", "pattern": ".*"}, "text"),
        ({"allOf": [{"type": "string"}, {"maxLength": 5}, {"maxLength": 9}]}, "text of at most 5 characters"),
        ({"allOf": [{"type": "string", "minLength": 2}, {"minLength": 5}]}, "text of at least 5 characters"),
        ({"type": ["string", "null"], "allOf": [{"type": "string"}]}, "text"),
        ({"enum": ["a", "b"], "allOf": [{"enum": ["b", "c"]}]}, '"b"'),
        ({"enum": ["a", None], "type": "string"}, '"a"'),
    ],
)
def test_a_schema_is_described_in_a_few_words(schema: Any, words: str) -> None:
    assert described(schema) == words


@pytest.mark.parametrize(("count", "named", "more"), [(6, 6, 0), (7, 7, 0), (8, 6, 2), (30, 6, 24)])
def test_of_many_values_the_first_are_named_and_the_others_counted(count: int, named: int, more: int) -> None:
    words = described({"enum": list(range(100, 100 + count))})

    assert sum(str(100 + index) in words for index in range(count)) == named
    assert (f"{more} more" in words) is bool(more)


def test_a_long_value_of_a_list_is_cut() -> None:
    assert described({"enum": ["x" * 100, "y"]}) == f'"{"x" * 27}…" or "y"'


@pytest.mark.parametrize("pattern", ["^[A-Z0-9]{6}$", "[0-9]{2}", "^(a|b)$", "^x{3}"])
def test_a_short_pattern_is_shown(pattern: str) -> None:
    assert pattern.strip("^$") in described({"type": "string", "pattern": pattern})


def test_a_long_pattern_is_not_shown_to_its_end() -> None:
    assert len(described({"type": "string", "pattern": f"^{'[a-z]' * 50}$"})) < 100


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        ({"maxLength": 3}, "abcd", "the journey understands at most 3"),
        ({"maxLength": 3}, "abc", None),
        ({"minLength": 2}, "a", "the journey needs at least 2"),
        ({"minLength": 2}, "ab", None),
        ({"maximum": 3}, 4, "be 4; the journey understands at most 3"),
        ({"maximum": 3}, 3, None),
        ({"minimum": 3}, 2.5, "be 2.5; the journey needs at least 3"),
        ({"minimum": 3}, 3, None),
        ({"minimum": 3}, False, None),
        ({"maximum": 3}, "abcd", None),
        ({"maxLength": 3}, 1234, None),
        ({"maxLength": 3}, ["a", "b", "c", "d"], None),
        (True, "abcd", None),
    ],
)
def test_the_bound_that_a_value_is_beyond_is_told(schema: Any, value: JSON, words: str | None) -> None:
    said = exceeded(schema, value)

    assert said == "" if words is None else words in said


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (None, "null"),
        (True, "yes or no"),
        (False, "yes or no"),
        ("", "text"),
        ([], "a list"),
        ({}, "an object"),
        (0, "a whole number"),
        (2**70, "a whole number"),
        (0.5, "a number"),
    ],
)
def test_a_value_is_of_a_kind(value: JSON, word: str) -> None:
    assert kind_of(value) == word


@pytest.mark.parametrize(
    ("types", "words"),
    [
        ({"string"}, "text"),
        ({"integer"}, "a whole number"),
        ({"integer", "number"}, "a number"),
        ({"string", "null"}, "text or null"),
        ({"null", "array"}, "a list or null"),
        ({"string", "null", "array"}, ""),
        (set(), ""),
    ],
)
def test_kinds_are_named_where_they_are_few(types: set[str], words: str) -> None:
    assert kinds_in_words(frozenset(types)) == words


@pytest.mark.parametrize(
    ("value", "words"), [("", "empty"), ([], "an empty list"), ("a", '"a"'), (None, "null"), ({}, "{}"), (0, "0")]
)
def test_a_value_ends_a_sentence(value: JSON, words: str) -> None:
    assert value_in_words(value) == words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"const": "late"}, 'is "late"'),
        ({"enum": ["late", "off"]}, 'is "late" or "off"'),
        ({"not": {"const": "late"}}, 'is not "late"'),
        ({"not": {"enum": ["late", "off"]}}, 'is neither "late" nor "off"'),
        ({"type": "number", "minimum": 3}, "is a number of at least 3"),
    ],
)
def test_a_condition_that_is_met_is_told(schema: Any, words: str) -> None:
    assert condition_met(schema) == words


@pytest.mark.parametrize(
    ("schema", "any_text", "values"),
    [
        (True, True, False),
        (False, False, False),
        ({"type": "string"}, True, False),
        ({"type": ["string", "null"]}, True, False),
        ({"type": "integer"}, False, False),
        ({"type": "string", "maxLength": 4}, False, False),
        ({"type": "string", "format": "date"}, False, False),
        ({"type": "string", "pattern": "a"}, False, True),
        ({"type": "string", "enum": ["a"]}, False, True),
        ({"const": "a"}, False, True),
        ({"anyOf": [{"type": "string"}]}, False, True),
        ({"allOf": [{"type": "string"}, {"pattern": "a"}]}, False, True),
    ],
)
def test_a_schema_takes_any_text_or_names_its_values_or_neither(schema: Any, any_text: bool, values: bool) -> None:
    assert (is_any_text(schema), names_values(schema)) == (any_text, values)


@pytest.mark.parametrize(
    ("schema", "kinds"),
    [
        (True, set()),
        ({}, set()),
        ({"type": "string"}, {"text"}),
        ({"type": "number"}, {"a number", "a whole number"}),
        ({"type": ["integer", "null"]}, {"a whole number", "null"}),
        ({"enum": ["a", 1, 0.5]}, {"text", "a whole number", "a number"}),
        ({"const": []}, {"a list"}),
        ({"allOf": [{"type": "object"}]}, {"an object"}),
    ],
)
def test_the_kinds_that_a_schema_takes_are_named(schema: Any, kinds: set[str]) -> None:
    assert kinds_asked(schema) == kinds


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("before", "after", "any_text", "value", "words"),
    [
        (TEXT, {**TEXT, "maxLength": 1}, True, "ab", "have more than 1 character"),
        (TEXT, {**TEXT, "maxLength": 1000}, True, "a" * 1001, "have more than 1,000 characters"),
        (TEXT, {**TEXT, "minLength": 1}, True, "", "be empty"),
        (TEXT, {**TEXT, "minLength": 2}, True, "", "have fewer than 2 characters"),
        (TEXT, {**TEXT, "format": "date"}, True, "a", "be any text; it now has to be a date"),
        (TEXT, {**TEXT, "format": "date"}, False, "a", 'be "a"; it now has to be a date'),
        ({"enum": ["a", "b"]}, {"enum": ["b"]}, False, "a", 'be "a"; it now has to be "b"'),
        (TEXT, {"type": "integer"}, False, "", "be empty; it now has to be a whole number"),
        (TEXT, {"not": {"const": "a"}}, False, "a", 'be "a"'),
    ],
)
def test_what_a_value_may_no_longer_be_is_told(before: Any, after: Any, any_text: bool, value: JSON, words: str) -> None:
    assert refused_from_now_on(before, after, any_text, value) == words


@pytest.mark.parametrize(
    ("schema", "any_text", "value", "words"),
    [
        ({**TEXT, "maxLength": 1}, True, "ab", "more than 1 character as id"),
        ({**TEXT, "minLength": 1}, True, "", "an empty text as id"),
        ({**TEXT, "minLength": 3}, True, "a", "fewer than 3 characters as id"),
        ({"enum": ["a"]}, True, "b", 'any text as id, only "a"'),
        ({"enum": ["a"]}, False, "b", '"b" as id, only "a"'),
        ({"type": "integer"}, False, None, "null as id, only a whole number"),
        (TEXT, False, 7, "7 as id"),
        ({"not": {"const": 7}}, False, 7, "7 as id"),
    ],
)
def test_what_is_sent_and_not_taken_is_told(schema: Any, any_text: bool, value: JSON, words: str) -> None:
    assert not_taken(schema, any_text, value, "id") == words
