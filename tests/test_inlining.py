"""A schema as it was written, with its references written out."""

from __future__ import annotations

import pytest

from cxcontracts.containment.inlining import inlined
from tests.estates_made import schema

SHARED = "components: {schemas: {Name: {type: string, maxLength: 9}, Loop: {items: {$ref: '#/components/schemas/Loop'}}}}"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{$ref: '#/components/schemas/Name'}", {"allOf": [{"type": "string", "maxLength": 9}]}),
        ("{contains: {const: 1}, minContains: 2}", {"contains": {"const": 1}, "minContains": 2}),
        ("{if: {required: [a]}, then: {required: [b]}}", {"if": {"required": ["a"]}, "then": {"required": ["b"]}}),
        ("{oneOf: [{type: string}], anyOf: [{maxLength: 2}]}",
         {"anyOf": [{"maxLength": 2}], "allOf": [{"anyOf": [{"type": "string"}]}]}),
        ("{properties: {a: {$ref: '#/components/schemas/Name'}}}",
         {"properties": {"a": {"allOf": [{"type": "string", "maxLength": 9}]}}}),
        ("{dependentRequired: {a: [b]}, propertyNames: {pattern: ^a}}",
         {"dependentRequired": {"a": ["b"]}, "propertyNames": {"pattern": "^a"}}),
        ("true", True),
        ("{additionalProperties: false}", {"additionalProperties": False}),
    ],
)  # fmt: skip
def test_a_schema_is_written_out(written: str, found: object) -> None:
    assert inlined(schema(written, SHARED)) == found


def test_what_nullable_means_is_written_out_too() -> None:
    written = schema("{type: string, nullable: true}", version="3.0.3")

    assert inlined(written) == {"anyOf": [{"type": "null"}, {"type": "string"}]}


def test_a_schema_that_refers_to_itself_ends_in_one_that_takes_everything() -> None:
    text = str(inlined(schema("{$ref: '#/components/schemas/Loop'}", SHARED)))

    assert text.count("items") < 6
    assert "True" in text
