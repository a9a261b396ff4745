"""Values of a schema, the plainest first; suggestions, which a validator has to confirm."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts import formats
from cxcontracts.containment.samples import samples
from cxcontracts.exchanges import JSON
from tests import contracts_drawn as drawn
from tests.contracts_drawn import Known, law
from tests.contracts_made import Listed, Made, Reading, Record, Type, valid


def sampled(schema: Any, count: int = 12) -> list[JSON]:
    return samples(jsonschema_rs.canonicalize(schema, draft=jsonschema_rs.Draft202012, validate_formats=True), count)


honest = Reading(Made({}, {}))


@law(300)
@given(drawn.types(Known(), 2), st.integers(1, 15))
def test_samples_are_as_many_as_asked_for_at_most_all_different_and_the_same_again(type_: Type, count: int) -> None:
    schema = honest.schema(type_)

    found = sampled(schema, count)

    assert len(found) <= count
    assert not [1 for index, value in enumerate(found) if repr(value) in map(repr, found[:index])]
    assert found == sampled(schema, count)


@law(300)
@given(drawn.scalars)
def test_a_scalar_has_a_sample_that_it_admits(type_: Type) -> None:
    schema = honest.schema(type_)

    assert [value for value in sampled(schema) if valid(schema, value)]


@law(150)
@given(
    st.one_of(
        st.builds(Listed, drawn.scalars, st.integers(0, 3)), drawn.types(Known(), 1).filter(lambda t: isinstance(t, Record))
    )
)
def test_a_list_and_a_record_have_a_sample_that_they_admit(type_: Type) -> None:
    schema = honest.schema(type_)

    assert [value for value in sampled(schema) if valid(schema, value)]


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"const": {"a": 1}}, [{"a": 1}]),
        ({"type": "null"}, [None]),
        ({"type": "object"}, [{}, {"text": "text"}]),
        ({"type": "string", "pattern": "^[ab]$"}, ["a", "b"]),
        ({"type": "string", "pattern": "^(bbb|a)$"}, ["a", "bbb"]),
        ({"type": "string", "format": "date"}, ["2031-05-17", "2031-05-18"]),
        ({"type": "string"}, ["text", "other"]),
        ({"type": "string", "minLength": 7}, ["textxxx", "otherxx"]),
        ({"type": "string", "maxLength": 2}, ["te", "ot"]),
        ({"type": "integer"}, [1, 0]),
        ({"type": "integer", "minimum": 3}, [3, 4]),
        ({"type": "integer", "maximum": -3}, [-3, -4]),
        ({"type": "integer", "multipleOf": 7}, [7, 14]),
        ({"type": "number"}, [1, 0]),
        ({"type": "number", "minimum": 0.1, "maximum": 0.3}, [0.2, 0.1]),
        ({"type": "number", "multipleOf": 0.3}, [0.3, 0.6]),
        ({"type": ["string", "null"]}, ["text", None]),
        ({"anyOf": [{"const": "a"}, {"type": "integer"}]}, [1, "a"]),
        ({"type": "array", "items": {"type": "integer"}}, [[], [1]]),
        ({"type": "array", "items": {"enum": ["x", "y"]}, "minItems": 2, "maxItems": 2}, [["x", "y"], ["y", "x"]]),
        ({"type": "array", "prefixItems": [{"const": 1}], "items": {"const": 2}, "minItems": 2}, [[1, 2]]),
        ({"type": "array", "contains": {"const": "c"}}, [["c"]]),
        ({"type": "object", "required": ["a"], "properties": {"a": {"enum": [1, 2]}}}, [{"a": 1}, {"a": 2}]),
        ({"type": "object", "required": ["a"], "additionalProperties": {"const": 5}}, [{"a": 5}]),
        ({"type": "object", "required": ["a"]}, [{"a": "text"}]),
        ({"type": "object", "minProperties": 1, "properties": {"a": {"const": 1}, "b": {}}}, [{"a": 1}]),
        ({"type": "object", "minProperties": 1}, [{"key0": "text"}]),
        ({"type": "object", "required": ["a"], "properties": {"a": False}}, []),
        (False, []),
    ],
)
def test_the_first_samples_are_the_plainest_values(schema: Any, found: list[JSON]) -> None:
    assert sampled(schema)[: len(found) or None] == found


def test_a_schema_that_says_nothing_has_a_value_of_each_type() -> None:
    assert {type(value) for value in sampled({}, 12)} == {str, int, bool, dict, list, type(None)}


def test_true_and_one_are_different_values() -> None:
    assert [repr(value) for value in sampled({"enum": [1, True, 0, False]})].count("True") == 1
    assert len(sampled({"enum": [1, True, 0, False]})) == 4


@pytest.mark.parametrize(("low", "high"), [(2**62, None), (None, -(2**62)), (5, 5), (-(2**31) - 1, -(2**31) - 1)])
def test_an_integer_is_found_wherever_its_range_lies(low: int | None, high: int | None) -> None:
    bounds = {key: bound for key, bound in (("minimum", low), ("maximum", high)) if bound is not None}

    assert [value for value in sampled({"type": "integer", **bounds}) if valid({"type": "integer", **bounds}, value)]


@pytest.mark.parametrize("name", sorted(formats.SAMPLES))
def test_each_format_shows_values_that_have_it(name: str) -> None:
    shown = formats.SAMPLES[name]

    assert sampled({"type": "string", "format": name})[: len(shown)] == list(shown)
    assert [text for text in shown if not valid({"type": "string", "format": name}, text)] == []


def test_a_list_of_lists_of_lists_ends() -> None:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(20):
        schema = {"type": "array", "items": schema, "minItems": 1}

    assert len(sampled(schema)) <= 12


@pytest.mark.parametrize("name", sorted(formats.LONGER))
def test_a_format_has_texts_longer_than_its_examples(name: str) -> None:
    schema = {"type": "string", "format": name, "minLength": 100}

    assert any(valid(schema, value) for value in sampled(schema))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 10**9},
        {"type": "object", "minProperties": 10**9},
        {"type": "array", "items": {"type": "string", "minLength": 10**9}, "minItems": 10**9},
        {"type": "array", "contains": {"const": 1}, "minContains": 10**9},
    ],
)
def test_what_would_fill_the_memory_is_not_suggested(schema: Any) -> None:
    assert all(len(str(value)) < 100_000 for value in sampled(schema))
