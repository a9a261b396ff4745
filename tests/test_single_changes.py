"""``impact`` on single changes of real contracts: what the benchmark of that name holds it against is what it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.single_changes.__main__ import complaints, judged, main
from benchmarks.single_changes.cases import Case, cases, tried
from benchmarks.single_changes.edits import RULES
from benchmarks.single_changes.instances import ABSENT, Drawer, WrittenOut, values_at
from benchmarks.single_changes.places import Contract


@pytest.fixture(scope="module")
def every(corpus: Path) -> Sequence[Case]:
    return cases()


@pytest.fixture(scope="module")
def harmful(corpus: Path) -> Case:
    return next(case for case in cases("petstore") if case.edit.rule == "a field becomes optional" and case.harmful)


def test_there_are_hundreds_of_changes_by_every_rule_and_half_of_them_do_harm(every: Sequence[Case]) -> None:
    counted = Counter(case.harmful for case in every)

    assert counted.total() > 400
    assert abs(counted[True] - counted[False]) < counted.total() / 20
    assert {case.edit.rule for case in every} == {rule.name for rule in RULES}


def test_they_are_the_same_at_every_call(corpus: Path) -> None:
    assert [str(case) for case in cases("petstore")] == [str(case) for case in cases("petstore")]


def test_one_in_a_hundred_is_named_right(corpus: Path) -> None:
    assert main(["--share", "0.01", "--jobs", "1"]) == 0


def test_a_break_that_is_not_named_and_one_that_is_none_are_complained_of(harmful: Case, tmp_path: Path) -> None:
    mistaken = replace(harmful, edit=replace(harmful.edit, breaks=frozenset({"drawn/step-1/answers"})))

    outcome = judged(mistaken, tried(mistaken), tmp_path)

    assert list(complaints(judged(harmful, tried(harmful), tmp_path / "right"))) == []
    assert [line.partition(" 1 ")[0] for line in complaints(outcome)] == ["THE TWO WAYS DIFFER", "NAMED WRONG"]


def contract(schema: dict[str, Any], **shared: Any) -> Contract:
    return Contract({"openapi": "3.0.3", "paths": {}, "components": {"schemas": {"A": schema, **shared}}})


def drawer(schema: dict[str, Any], way: str = "response", **shared: Any) -> Drawer:
    return Drawer(WrittenOut(contract(schema, **shared), way).schema(("components", "schemas", "A")))


def test_an_object_is_closed_once_after_all_of_its_parts() -> None:
    part = {"properties": {"b": {"type": "string"}}}
    drawn = drawer({"allOf": [{"properties": {"a": {"type": "string"}}}, {"$ref": "#/components/schemas/B"}]}, B=part)

    assert [drawn.allows(value) for value in ({"a": "x", "b": "x"}, {"c": "x"}, {"a": 1})] == [True, False, False]


def test_what_travels_the_other_way_is_neither_required_nor_allowed() -> None:
    schema = {"required": ["a"], "properties": {"a": {"type": "string", "readOnly": True}, "b": {"type": "string"}}}

    assert [drawer(schema, way).allows({}) for way in ("request", "response")] == [True, False]
    assert [drawer(schema, way).allows({"a": "x"}) for way in ("request", "response")] == [False, True]


def test_values_are_drawn_that_differ_where_one_looks_and_all_of_them_are_allowed() -> None:
    item = {"type": "object", "properties": {"kind": {"type": "string", "enum": ["x", "y"], "nullable": True}}}
    drawn = drawer({"type": "array", "items": {"$ref": "#/components/schemas/B"}}, B=item)

    bodies = drawn.drawn(["*", "kind"])

    found = [value for body in bodies for value in values_at(body, ["*", "kind"])]
    assert all(value in found for value in ("x", "y", ABSENT))
    assert all(drawn.allows(body) for body in bodies)


def test_at_both_ends_of_a_range_and_of_a_pattern_values_are_drawn() -> None:
    drawn = drawer({"type": "string", "pattern": "^[A-Z]{2,3}$"})

    assert {len(value) for value in drawn.drawn([])} == {2, 3}
    assert {1, 9} <= set(drawer({"type": "integer", "minimum": 1, "maximum": 9}).drawn([]))
