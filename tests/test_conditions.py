"""The conditions of ``needs-when``."""

from __future__ import annotations

import jsonschema_rs
import pytest

from cxcontracts.estate.conditions import Condition, parse_condition
from cxcontracts.estate.mistakes import Misread
from cxcontracts.exchanges import JSON
from cxcontracts.paths import parse_path


@pytest.mark.parametrize(
    ("text", "path", "operator", "operand"),
    [
        ('status is "late"', "status", "is", "late"),
        ("delay is not null", "delay", "is not", None),
        ('status is in ["late", "gone"]', "status", "is in", ["late", "gone"]),
        ("legs.0.seats is  not   in [1, 2]", "legs.0.seats", "is not in", [1, 2]),
        (" paid is true ", "paid", "is", True),
        ('name is "this is in [it]"', "name", "is", "this is in [it]"),
    ],
)
def test_a_condition_is_a_path_a_comparison_and_json(text: str, path: str, operator: str, operand: JSON) -> None:
    assert parse_condition(text) == Condition(parse_path(path), operator, operand)


@pytest.mark.parametrize(
    ("text", "holds", "fails"),
    [("a is 1", 1, 2), ("a is not 1", 2, 1), ('a is in ["x"]', "x", "y"), ('a is not in ["x"]', "y", "x")],
)
def test_a_condition_is_a_schema_of_the_value(text: str, holds: JSON, fails: JSON) -> None:
    validator = jsonschema_rs.Draft202012Validator(parse_condition(text).schema)
    assert validator.is_valid(holds)
    assert not validator.is_valid(fails)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("status", "condition"),
        ("status late", "condition"),
        ("is 4", "condition"),
        ("status is", "condition"),
        ("status is late", "condition-operand"),
        ("status is NaN", "condition-operand"),
        ("status is 'late'", "condition-operand"),
        ("status is in 4", "condition-list"),
        ("status is in []", "condition-list"),
        ("a..b is 4", "path"),
    ],
)
def test_anything_else_is_refused_with_its_cause(text: str, code: str) -> None:
    with pytest.raises(Misread) as raised:
        parse_condition(text)
    assert [mistake.code for mistake in raised.value.mistakes] == [code]
