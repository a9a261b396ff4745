"""Schemas that certainly admit nothing: texts compare as languages, parts one by one."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from jsonschema_rs import CanonicalSchema
from jsonschema_rs.canonical import Satisfiability

from cxcontracts.containment.emptiness import both, empty
from cxcontracts.containment.samples import samples
from tests import contracts_drawn as drawn
from tests.contracts_drawn import Known, law, values_of
from tests.contracts_made import Made, Reading, Type, valid

NEVER = {"type": "string", "pattern": "^a$", "minLength": 2}
"""A schema that nothing satisfies, which only a comparison of languages shows."""


def canonical(schema: Any) -> CanonicalSchema:
    return jsonschema_rs.canonicalize(schema, draft=jsonschema_rs.Draft202012, validate_formats=True)


def less(one: Any, other: Any) -> CanonicalSchema:
    """Return what one schema has over another."""
    return canonical(one).subtract(canonical(other))


honest = Reading(Made({}, {}))
types = drawn.types(Known(), 2)


@law(300)
@given(types, types)
def test_no_value_is_in_what_is_empty(one: Type, other: Type) -> None:
    first, second = honest.schema(one), honest.schema(other)
    made = values_of(honest, one, 12)

    assert not empty(canonical(first))
    if empty(both(canonical(first), canonical(second))):
        assert [value for value in made if valid(second, value)] == []


def test_the_engine_leaves_open_what_languages_decide() -> None:
    assert canonical(NEVER).satisfiability() is Satisfiability.UNKNOWN
    assert empty(canonical(NEVER))


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "integer", "minimum": 1, "maximum": 0},
        {"enum": ["a"], "type": "integer"},
        {"type": "string", "allOf": [{"pattern": "^a"}, {"pattern": "^b"}]},
        {"type": "string", "allOf": [{"pattern": "^[0-9]+$"}, {"not": {"pattern": "[0-9]"}}]},
        {"type": "string", "pattern": "^[ab]$", "not": {"enum": ["a", "b"]}},
        {"type": "string", "format": "date", "maxLength": 9},
        {"type": "string", "format": "uuid", "pattern": "^[^-]*$"},
        {"anyOf": [NEVER, {"type": "string", "pattern": "^b$", "maxLength": 0}]},
        {"type": "array", "items": NEVER, "minItems": 1},
        {"type": "array", "prefixItems": [{"type": "string"}, NEVER], "minItems": 2},
        {"type": "array", "prefixItems": [{"type": "string"}], "items": NEVER, "minItems": 2},
        {"type": "array", "contains": NEVER},
        {"type": "array", "items": {"type": "string", "pattern": "^a"}, "contains": {"type": "string", "pattern": "^b"}},
        {"type": "object", "properties": {"a": NEVER}, "required": ["a"]},
        {"type": "object", "additionalProperties": NEVER, "required": ["a"]},
        {"type": "object", "properties": {"a": {"type": "array", "items": NEVER, "minItems": 1}}, "required": ["a"]},
    ],
)
def test_what_nothing_satisfies_is_empty(schema: Any) -> None:
    assert empty(canonical(schema))


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {"type": "string", "pattern": "^a$", "minLength": 1},
        {"type": "string", "pattern": r"(a)\1"},
        {"type": "string", "pattern": r"(a)\1", "maxLength": 1},
        {"type": "string", "pattern": "^a", "format": "email"},
        {"anyOf": [NEVER, {"type": "null"}]},
        {"type": ["string", "null"], "pattern": "^a$", "minLength": 2},
        {"type": "array", "items": NEVER},
        {"type": "array", "prefixItems": [{"type": "string"}, NEVER], "minItems": 1},
        {"type": "array", "contains": NEVER, "minContains": 0},
        {"type": "array", "items": {"type": "string", "pattern": "^a"}, "contains": {"type": "string", "pattern": "a$"}},
        {"type": "object", "properties": {"a": NEVER}},
        {"type": "object", "additionalProperties": NEVER, "properties": {"a": True}, "required": ["a"]},
        {"type": "object", "additionalProperties": NEVER, "patternProperties": {"^a": True}, "required": ["a"]},
        {"type": "object", "additionalProperties": NEVER},
    ],
)
def test_what_something_may_satisfy_is_not_empty(schema: Any) -> None:
    assert not empty(canonical(schema))


def values_in(schema: Any, **names: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": schema, **({"properties": names} if names else {})}


TEXT_OF_THREE = {"type": "string", "pattern": "^[A-Z]{3}$"}
TEXT_OF_SOME = {"type": "string", "pattern": "^[A-Z]+$"}


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        (TEXT_OF_THREE, TEXT_OF_SOME),
        ({"type": "array", "items": TEXT_OF_THREE}, {"type": "array", "items": TEXT_OF_SOME}),
        (values_in(TEXT_OF_THREE), values_in(TEXT_OF_SOME)),
        (values_in(TEXT_OF_THREE, a=TEXT_OF_THREE), values_in(TEXT_OF_SOME)),
        ({"anyOf": [TEXT_OF_THREE, {"type": "null"}]}, {"anyOf": [TEXT_OF_SOME, {"type": "null"}]}),
    ],
)
def test_what_a_schema_has_over_one_that_holds_it_is_empty(inner: Any, outer: Any) -> None:
    assert empty(less(inner, outer))
    assert not empty(less(outer, inner))


def test_how_deep_a_schema_is_looked_into_is_limited() -> None:
    schema: Any = NEVER
    for _ in range(5):
        schema = {"type": "array", "items": schema, "minItems": 1}

    assert empty(canonical(schema))
    assert not empty(canonical(schema), depth=3)


def test_both_is_what_two_schemas_share() -> None:
    assert samples(both(None, canonical({"const": 1}))) == [1]
    assert samples(both(canonical({"enum": [1, 2]}), canonical({"enum": [2, 3]}))) == [2]
