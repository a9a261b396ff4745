"""What kind of edit lies between two schemas: the half of a rule's id, and the words."""

from __future__ import annotations

from typing import Any

import pytest

from cxcontracts.edits import edit, null_apart

TEXT: dict[str, Any] = {"type": "string"}


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"),
    [
        (TEXT, {"type": "integer"}, "type-changed", "a whole number; it was text"),
        (TEXT, {"type": ["null", "string"]}, "became-nullable", "text or null; it was text"),
        ({"type": ["null", "string"]}, TEXT, "no-longer-nullable", "text; it was text or null"),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, "enum-widened", '"b"'),
        ({"enum": ["a", "b"]}, {"enum": ["b"]}, "enum-narrowed", 'no longer "a"'),
        ({"enum": ["a", "b"]}, {"enum": ["c", "b"]}, "enum-changed", 'with "c", without "a"'),
        ({"enum": ["a", "b"]}, {"enum": ["c"]}, "values-changed", '"c"; it was "a" or "b"'),
        ({**TEXT, "enum": ["a"]}, TEXT, "enum-widened", 'text; it was "a"'),
        (TEXT, {**TEXT, "enum": ["a"]}, "enum-narrowed", '"a"; it was text'),
        ({"const": "a"}, {"const": "b"}, "const-changed", '"b"; it was "a"'),
        ({"type": "number"}, {"type": "number", "maximum": 9}, "range-changed", "a number of at most 9; it was a number"),
        ({"type": "number"}, {"type": "number", "multipleOf": 3}, "range-changed", "a number in steps of 3; it was a number"),
        (TEXT, {**TEXT, "maxLength": 9}, "length-changed", "text of at most 9 characters; it was text"),
        ({**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b$"}, "pattern-changed", 'bound otherwise: pattern "^b$", it was "^a"'),
        (TEXT, {**TEXT, "format": "date"}, "format-changed", "a date; it was text"),
        ({"type": "array"}, {"type": "array", "minItems": 2}, "size-changed", "a list of at least 2 items; it was a list"),
        (TEXT, {**TEXT, "format": "date", "maxLength": 9}, "values-changed", "a date; it was text"),
        (TEXT, {**TEXT, "not": {"const": "a"}}, "rule-changed", 'bound otherwise: not {"const": "a"}, it was free'),
        (TEXT, {"anyOf": [TEXT, {"type": "integer"}]}, "values-changed", "text or a whole number; it was text"),
        (TEXT, True, "type-changed", "any value; it was text"),
        (False, TEXT, "values-changed", "text; it was no value"),
    ],
)
def test_an_edit_has_a_kind_and_words_that_end_a_sentence(old: Any, new: Any, kind: str, words: str) -> None:
    made = edit(old, new)

    assert (made.kind, made.words) == (kind, words)


def test_what_all_parts_of_a_schema_say_is_taken_together() -> None:
    assert edit({"allOf": [TEXT, {"maxLength": 3}]}, {"allOf": [TEXT, {"maxLength": 5}]}).kind == "length-changed"


def test_values_are_told_whole() -> None:
    long = "AUTHORISATION_API_NOT_ALLOWED_FOR_THIS_MERCHANT"

    assert edit({"enum": ["a"]}, {"enum": ["a", long]}).words == f'"{long}"'


@pytest.mark.parametrize(
    ("old", "new", "apart"),
    [
        ({**TEXT, "minLength": 1}, {"type": ["null", "string"]}, ({**TEXT, "minLength": 1}, TEXT)),
        ({"type": ["null", "string"]}, {**TEXT, "minLength": 1}, (TEXT, {**TEXT, "minLength": 1})),
        (
            {"type": ["string"], "enum": ["a"]},
            {"type": ["null", "string"], "enum": ["a", "b", None]},
            ({**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a", "b"]}),
        ),
        (TEXT, {"type": ["null", "string"]}, None),
        (TEXT, {"type": ["null", "integer"]}, None),
        ({**TEXT, "minLength": 1}, {**TEXT, "minLength": 2}, None),
    ],
)
def test_null_that_comes_or_goes_beside_another_edit_is_told_apart(old: Any, new: Any, apart: Any) -> None:
    assert null_apart(old, new) == apart


def test_of_many_values_the_first_are_told_and_how_many_there_are_more() -> None:
    words = edit({"enum": ["a"]}, {"enum": ["a", *(f"v{number}" for number in range(30))]}).words

    assert words.startswith('"v0", "v1"')
    assert words.endswith("and 19 more")
