"""Schemas and values in words: short, true, and natural in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from cxcontracts.exchanges import JSON
from cxcontracts.wording import condition_met, described, exceeded, kinds_in_words, refused_from_now_on

TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (True, "any value"),
        ({}, "any value"),
        (False, "no value"),
        ({"not": {"type": "null"}}, "a fitting value"),
        ({"type": "string"}, "text"),
        ({"type": ["null", "string"]}, "text or null"),
        ({"type": ["string", "boolean"]}, "text, yes or no"),
        ({"type": "integer"}, "a whole number"),
        ({"type": "integer", "minimum": 0}, "a whole number of at least 0"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "a whole number from 1 to 9"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 5}, "a number of at most 5 and above 0"),
        ({"type": "number", "multipleOf": 0.01}, "a number in steps of 0.01"),
        ({"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}, "a whole number of 32 bits"),
        ({"type": "integer", "minimum": -(2**31), "maximum": 9}, "a whole number of at most 9"),
        ({"type": "string", "minLength": 1}, "text that is not empty"),
        ({"type": "string", "minLength": 2}, "text of at least 2 characters"),
        ({"type": "string", "maxLength": 1}, "text of at most 1 character"),
        ({"type": "string", "minLength": 3, "maxLength": 3}, "text of 3 characters"),
        ({"type": "string", "minLength": 1, "maxLength": 35}, "text of 1 to 35 characters"),
        ({"type": "string", "format": "date"}, "a date"),
        ({"type": "string", "format": "uri", "pattern": "^https://"}, 'a URL that starts with "https://"'),
        ({"type": "string", "allOf": [{"maxLength": 9}, {"maxLength": 5}]}, "text of at most 5 characters"),
        ({"type": "array"}, "a list"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, 'a list, each item "a" or "b"'),
        ({"type": "array", "items": TEXT, "minItems": 1}, "a list of at least 1 item, each text"),
        ({"type": "object"}, "an object"),
        ({"type": "object", "required": ["a", "b"]}, "an object with a and b"),
        ({"type": "object", "required": list("abcde")}, "an object with a, b, c and 2 more"),
        ({"anyOf": [TEXT, {"type": "array"}, {"type": "null"}]}, "text, a list or null"),
        ({"enum": ["a"]}, '"a"'),
        ({"const": None}, "null"),
        ({"type": "string", "enum": ["a", None]}, '"a"'),
        ({"enum": list("abcdefg")}, '"a", "b", "c", "d", "e", "f" or "g"'),
        ({"enum": list("abcdefgh")}, '"a", "b", "c", "d", "e", "f" or one of 2 more'),
    ],
)
def test_a_schema_is_described_in_a_few_words(schema: Any, words: str) -> None:
    assert described(schema) == words


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("^[WPB][0-9]{5}$", "text like [WPB][0-9]{5}"),
        ("^(on|off)$", "text like (on|off)"),
        ("^a$|^b$", "text that matches ^a$|^b$"),
        (r"^a\$", r"text that matches ^a\$"),
        ("[0-9]", "text that matches [0-9]"),
        ("^sub_", 'text that starts with "sub_"'),
        (r"^https:\/\/", 'text that starts with "https://"'),
        ("^.*$", "text"),
        (r"[\w\W\s]*", "text"),
        (r"^\+[1-9][0-9]{6,14}$", "a phone number"),
        ("^" + "[a-z]" * 20 + "$", "text like " + "[a-z]" * 8 + "…"),
    ],
)
def test_a_pattern_is_shown_as_far_as_it_can_be_read_and_the_cut_shows(pattern: str, words: str) -> None:
    assert described({"type": "string", "pattern": pattern}) == words


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"const": "late"}, 'is "late"'),
        ({"enum": ["late", "cancelled"]}, 'is "late" or "cancelled"'),
        ({"not": {"const": None}}, "is not null"),
        ({"not": {"enum": ["late", "cancelled"]}}, 'is neither "late" nor "cancelled"'),
    ],
)
def test_a_condition_ends_a_sentence(schema: Any, words: str) -> None:
    assert condition_met(schema) == words


@pytest.mark.parametrize(
    ("schema", "value", "words"),
    [
        ({"maxLength": 4}, "abcde", "have 5 characters; the journey understands at most 4"),
        ({"minLength": 4}, "abc", "have 3 characters; the journey needs at least 4 characters"),
        ({"minLength": 4}, "", "be empty; the journey needs at least 4 characters"),
        ({"maximum": 4}, 5, "be 5; the journey understands at most 4"),
        ({"minimum": 0}, -1, "be -1; the journey needs at least 0"),
        ({"minimum": 0}, True, ""),
        (TEXT, "abc", ""),
        (True, "abc", ""),
    ],
)
def test_the_bound_that_a_value_is_beyond_is_named(schema: Any, value: JSON, words: str) -> None:
    assert exceeded(schema, value) == words


def test_what_is_refused_by_the_same_words_is_told_without_them() -> None:
    before, after = ({"type": "array", "minContains": number} for number in (1, 2))

    assert refused_from_now_on(before, after, False, []) == "be an empty list"


def test_too_many_kinds_say_nothing() -> None:
    assert kinds_in_words({"string", "number", "integer"}) == "a number or text"
    assert kinds_in_words({"string", "number", "boolean"}) == ""
