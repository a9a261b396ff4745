"""What breaks somebody, and what does not: each with the exchange that proves it, in both directions."""

from __future__ import annotations

import pytest

from cxcontracts.comparing import Asked, compare
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Change, Verdict
from cxcontracts.scenes import Side
from tests.estates_made import TODAY, read, saying, taking

OK = "responses: {'200': {description: ok}}"


def judged(before: str, after: str) -> tuple[Change, ...]:
    return compare(Side(read(before)), Side(read(after)), "made", Asked(TODAY)).changes


def verdicts(before: str, after: str) -> dict[str, str]:
    """Return the rule of each change to its verdict."""
    return {change.rule: str(change.verdict) for change in judged(before, after)}


def only(before: str, after: str) -> Change:
    (change,) = judged(before, after)
    return change


def body(change: Change) -> JSON:
    """Return the body that the witness answers with."""
    assert change.witness is not None
    return change.witness.response.body


def sent(change: Change) -> JSON:
    """Return the body that the witness sends."""
    assert change.witness is not None
    return change.witness.request.body


# --- one pair of schemas, said and taken --------------------------------------------------------------------------------------

WIDER = [  # what the second says more: it breaks readers, and nobody who sends
    ("{type: integer}", "{type: number}", "type-changed"),
    ("{type: string}", "{type: [string, integer]}", "type-changed"),
    ("{type: string}", "{type: [string, 'null']}", "became-nullable"),
    ("{type: string, enum: [x]}", "{oneOf: [{type: 'null'}, {type: string, enum: [x]}]}", "became-nullable"),
    ("{const: x}", "{enum: [x, y]}", "values-changed"),
    ("{type: number, maximum: 5}", "{type: number, maximum: 9}", "range-changed"),
    ("{type: number, exclusiveMinimum: 0}", "{type: number, minimum: 0}", "range-changed"),
    ("{type: string, maxLength: 5}", "{type: string}", "length-changed"),
    ("{type: string, minLength: 5}", "{type: string, minLength: 1}", "length-changed"),
    ("{type: string, pattern: '^[a-z]+$'}", "{type: string, pattern: '^[a-z0-9]+$'}", "pattern-changed"),
    ("{type: string, format: date}", "{type: string}", "format-changed"),
    ("{type: string, format: uuid}", "{type: string, maxLength: 40}", "values-changed"),
    ("{type: array, items: {}, minItems: 2}", "{type: array, items: {}, minItems: 1}", "size-changed"),
    ("{type: array, items: {}, maxItems: 2}", "{type: array, items: {}, maxItems: 3}", "size-changed"),
    ("{type: array, items: {type: string}, uniqueItems: true}", "{type: array, items: {type: string}}", "size-changed"),
    ("{type: array, items: {type: integer}}", "{type: array, items: {type: number}}", "type-changed"),
    ("{type: object, additionalProperties: {type: integer}}", "{type: object, additionalProperties: {}}", "type-changed"),
    ("{type: object, additionalProperties: {type: integer}}", "{type: object, additionalProperties: {type: number}}",
     "type-changed"),
    ("{type: array, items: {}, contains: {const: 1}}", "{type: array, items: {}}", "rule-changed"),
    ("{type: object, properties: {a: {}, b: {}}, dependentRequired: {a: [b]}}", "{type: object, properties: {a: {}, b: {}}}",
     "rule-changed"),
    ("{type: object, propertyNames: {pattern: '^x'}}", "{type: object}", "rule-changed"),
    ("{type: object, properties: {a: {}, b: {}}, if: {required: [a]}, then: {required: [b]}}",
     "{type: object, properties: {a: {}, b: {}}, if: {required: [a]}, then: {}}", "rule-changed"),
    ("{oneOf: [{type: object, required: [k, a], properties: {k: {const: a}, a: {}}}]}",
     "{oneOf: [{type: object, required: [k, a], properties: {k: {const: a}, a: {}}},"
     " {type: object, required: [k, b], properties: {k: {const: b}, b: {}}}]}", "alternatives-changed"),
    ("{type: string}", "{anyOf: [{type: string}, {type: object, properties: {a: {}}}]}", "alternatives-changed"),
]  # fmt: skip


@pytest.mark.parametrize(("narrow", "wide", "rule"), WIDER)
def test_an_answer_that_may_be_more_than_before_breaks_who_reads_it(narrow: str, wide: str, rule: str) -> None:
    found = verdicts(saying(narrow), saying(wide))

    assert found.get(f"response-{rule}") == Verdict.BROKEN, found


@pytest.mark.parametrize(("narrow", "wide", "rule"), WIDER)
def test_an_answer_that_is_less_than_before_breaks_nobody(narrow: str, wide: str, rule: str) -> None:
    assert set(verdicts(saying(wide), saying(narrow)).values()) <= {"intact"}


@pytest.mark.parametrize(("narrow", "wide", "rule"), WIDER)
def test_a_body_that_has_to_be_less_than_before_breaks_who_sends_it(narrow: str, wide: str, rule: str) -> None:
    assert Verdict.BROKEN in verdicts(taking(wide), taking(narrow)).values()


@pytest.mark.parametrize(("narrow", "wide", "rule"), WIDER)
def test_a_body_that_may_be_more_than_before_breaks_nobody(narrow: str, wide: str, rule: str) -> None:
    assert set(verdicts(taking(narrow), taking(wide)).values()) <= {"intact"}
