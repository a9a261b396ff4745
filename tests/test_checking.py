"""Values held against one schema, one after another: as if each were the first."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.containment.building import allows
from cxcontracts.containment.checking import Checker, Why
from cxcontracts.containment.nodes import Direction, Reader
from cxcontracts.containment.sets import Undecidable
from cxcontracts.exchanges import JSON
from tests.contracts_drawn import law, layouts, values_of
from tests.contracts_made import Layout, Made
from tests.estates_made import schema
from tests.test_building import drawn, said


def checker(text: str, way: Direction = Direction.RESPONSE, *, version: str = "3.1.0") -> Checker:
    return Checker(Reader(way), [schema(text, version=version)])


def places(text: str, value: JSON, way: Direction = Direction.RESPONSE) -> list[tuple[tuple[str | int, ...], Why]]:
    return [(each.place, each.why) for each in checker(text, way).strangers(value)]


@law(60)
@given(drawn, drawn, layouts, st.randoms(use_true_random=False))
def test_what_was_seen_before_changes_nothing(made: Made, other: Made, layout: Layout, random: Random) -> None:
    for each in said(made, layout):
        reader = each.reader
        values = [*values_of(each.reading, each.type, 8), None, {}, [], "text", 1]
        values += [value for one in said(other, layout) for value in values_of(one.reading, one.type, 4)]
        random.shuffle(values)
        seen = Checker(reader, each.nodes)
        for value in values:
            assert (not seen.refusals(value)) == allows(reader, each.nodes, value), value
            assert seen.strangers(value) == Checker(reader, each.nodes).strangers(value), value


@law(60)
@given(drawn, layouts)
def test_a_value_of_a_type_has_nothing_that_its_schema_does_not_declare(made: Made, layout: Layout) -> None:
    for each in said(made, layout):
        seen = Checker(each.reader, each.nodes)
        assert [seen.strangers(value) for value in values_of(each.reading, each.type, 12) if seen.strangers(value)] == []


LEG = "{type: object, required: [from], properties: {from: {type: string}, at: {type: string, format: date-time}}}"


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("{type: string, enum: [a, b]}", "c", [((), "enum", {"enum": ["a", "b"]}, "")]),
        ("{const: 1}", 2, [((), "const", {"const": 1}, "")]),
        ("{type: integer, minimum: 3}", 1, [((), "minimum", {"minimum": 3}, "")]),
        ("{type: [string, 'null']}", 1, [((), "type", {"type": ["null", "string"]}, "")]),
        (LEG, {"at": "late"}, [((), "required", {}, "from"), (("at",), "format", {"format": "date-time"}, "")]),
        (f"{{type: array, items: {LEG}}}", [{"from": "a"}, {"from": 1}], [((1, "from"), "type", {"type": ["string"]}, "")]),
        (f"{{anyOf: [{{type: 'null'}}, {LEG}]}}", {}, [((), "required", {}, "from")]),
        (f"{{anyOf: [{{type: string}}, {LEG}]}}", 1, [((), "type", {"type": ["string", "object"]}, "")]),
        (f"{{oneOf: [{LEG}, {{type: object, required: [to]}}]}}", {}, [((), "anyOf", {}, "")]),
        (
            "{oneOf: [{type: object, required: [n], properties: {kind: {const: a}}}, {type: object, required: [m], properties: "
            "{kind: {const: b}}}]}",
            {"kind": "b"},
            [((), "required", {}, "m")],
        ),
        ("{not: {type: string}}", "a", [((), "not", {}, "")]),
        ("{type: array, uniqueItems: true}", [1, 1], [((), "uniqueItems", {}, "")]),
    ],
)
def test_all_that_a_schema_has_against_a_value_is_told(text: str, value: JSON, found: list[tuple[object, ...]]) -> None:
    refusals = checker(text).refusals(value)

    assert sorted(((each.place, each.key, dict(each.asked), each.lacks) for each in refusals), key=repr) == sorted(
        found, key=repr
    )


def test_a_schema_without_words_refuses_nothing() -> None:
    assert Checker(Reader(Direction.RESPONSE), []).refusals({"a": 1}) == []


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_items_that_stand_for_something_by_their_place_are_looked_at_there(version: str) -> None:
    seen = checker("{type: array, prefixItems: [{type: string}, {type: integer}], items: {type: boolean}}", version=version)

    assert [bool(seen.refusals(value)) for value in (["a"], ["a", 1], [1], ["a", "b"], ["a", 1, True], ["a", 1, 2])] == [
        False, False, True, True, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        (LEG, {"from": "a", "to": "b"}, [(("to",), Why.UNDECLARED)]),
        (f"{{type: array, items: {LEG}}}", [{"from": "a"}, {"to": "b"}], [((1, "to"), Why.UNDECLARED)]),
        ("{type: object}", {"a": 1}, []),
        ("{}", {"a": {"b": 1}}, []),
        ("{type: object, additionalProperties: {type: string}}", {"a": "b"}, []),
        ("{type: object, additionalProperties: true, properties: {a: {}}}", {"b": 1}, [(("b",), Why.UNDECLARED)]),
        ("{type: object, additionalProperties: false, properties: {a: {}}}", {"b": 1}, [(("b",), Why.CLOSED)]),
        ("{allOf: [{properties: {a: {}}}, {properties: {b: {}}}]}", {"a": 1, "b": 1, "c": 1}, [(("c",), Why.UNDECLARED)]),
        ("{oneOf: [{required: [a], properties: {a: {}}}, {required: [b], properties: {b: {}}}]}", {"b": 1, "a": 1}, []),
        (
            "{oneOf: [{properties: {k: {const: a}, a: {}}}, {properties: {k: {const: b}, b: {}}}]}",
            {"k": "a", "b": 1},
            [(("b",), Why.UNDECLARED)],
        ),
        ("{type: object, properties: {a: {writeOnly: true}}}", {"a": 1}, [(("a",), Why.HIDDEN)]),
        (
            "{properties: {a: {type: [object, 'null'], properties: {b: {}}}}}",
            {"a": {"c": {"d": 1}}},
            [(("a", "c"), Why.UNDECLARED)],
        ),
    ],
)
def test_a_member_that_no_alternative_declares_is_a_stranger(
    text: str, value: JSON, found: list[tuple[tuple[str | int, ...], Why]]
) -> None:
    assert places(text, value) == found


def test_what_a_request_may_have_is_what_is_not_only_read() -> None:
    text = "{type: object, properties: {a: {readOnly: true}, b: {writeOnly: true}}}"

    assert places(text, {"a": 1, "b": 1}, Direction.REQUEST) == [(("a",), Why.HIDDEN)]


def test_what_is_too_deep_or_too_large_is_for_nobody_to_tell() -> None:
    text = "{type: array, items: {type: array}}"
    deep: JSON = []
    for _ in range(100_000):
        deep = [deep]

    wide: JSON = [[]] * 200_000
    for value in (deep, wide):
        with pytest.raises(Undecidable):
            checker(text).refusals(value)


def test_a_map_whose_keys_are_ids_does_not_grow_without_end() -> None:
    seen = checker("{type: object, additionalProperties: {type: integer}}")

    for start in range(0, 20_000, 1_000):
        assert seen.refusals({str(number): number for number in range(start, start + 1_000)}) == []
    assert [each.place for each in seen.refusals({"a": 1, "b": "x"})] == [("b",)]
