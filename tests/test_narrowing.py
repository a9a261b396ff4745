"""A shape as a schema without references: it says what the contract says, as deep as somebody looks, and is open below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.containment.narrowing import NO_DEEPER, Interest, any_of, interest_of, narrowed, plain_keys, wider
from cxcontracts.containment.nodes import TYPES, Direction, Node, Reader
from cxcontracts.containment.sets import Schema
from cxcontracts.exchanges import JSON
from tests.contracts_drawn import Known, contracts, law, layouts, side_of, types, values_of
from tests.contracts_made import Endless, Layout, Made, Reading, Type, Writer, valid
from tests.estates_made import schema

# --- drawn --------------------------------------------------------------------------------------------------------------------


def written(made: Made, layout: Layout, direction: Direction) -> tuple[Node, ...]:
    """Return the schemas of the 200 of a contract, or of its request, as they stand in the document."""
    (operation,) = side_of(Writer(made, layout).document()).contract.operations()
    if direction is Direction.RESPONSE:
        return tuple(operation.answers["200"].media[0].nodes)
    assert operation.body is not None
    return tuple(operation.body.media[0].nodes)


def union(nodes: tuple[Node, ...], interest: Interest, direction: Direction) -> Schema:
    reader = Reader(direction)
    return any_of([narrowed(reader, shape, interest) for shape in reader.shapes(nodes)])


def meant(made: Made, direction: Direction) -> Type:
    found = made.answers["200"] if direction is Direction.RESPONSE else made.request
    assert found is not None
    return found


def tries(made: Made, direction: Direction, other: Type) -> Iterator[JSON]:
    """Yield values of the contract and of another, some with a member too many or too few."""
    own = values_of(Reading(made, direction.value), meant(made, direction), 12)
    for value in (*own, *values_of(Reading(Made({}, {})), other, 6)):
        yield value
        if isinstance(value, dict):
            yield {**value, "ghost": 1}
            yield from ({key: value[key] for key in value if key != name} for name in value)


def satisfiable(made: Made) -> bool:
    try:
        return all(values_of(Reading(made, way.value), meant(made, way), 2) for way in Direction)
    except Endless:
        return False


drawn = contracts().filter(satisfiable)


@law(60)
@given(drawn, layouts, types(Known(), 2))
def test_an_answer_looked_at_all_the_way_down_is_what_an_honest_reader_takes_it_for(
    made: Made, layout: Layout, other: Type
) -> None:
    whole = union(written(made, layout, Direction.RESPONSE), Interest(levels=9), Direction.RESPONSE)
    reading, body = Reading(made), meant(made, Direction.RESPONSE)

    for value in tries(made, Direction.RESPONSE, other):
        assert valid(whole, value) == reading.admits(body, value), value


@law(50)
@given(drawn, layouts, st.integers(0, 9))
def test_however_deep_somebody_looks_all_that_is_allowed_is_admitted(made: Made, layout: Layout, levels: int) -> None:
    for direction in Direction:
        whole = union(written(made, layout, direction), Interest(levels=levels), direction)
        values = values_of(Reading(made, direction.value), meant(made, direction), 20)

        assert [value for value in values if not valid(whole, value)] == []


@law(40)
@given(drawn, layouts, types(Known(), 2))
def test_who_looks_deeper_admits_no_more(made: Made, layout: Layout, other: Type) -> None:
    for direction in Direction:
        nodes = written(made, layout, direction)
        levels = [union(nodes, Interest(levels=level), direction) for level in (0, 1, 2, 9)]
        for value in tries(made, direction, other):
            admitted = [valid(level, value) for level in levels]
            assert admitted == sorted(admitted, reverse=True), value


# --- a shape ------------------------------------------------------------------------------------------------------------------


def narrow(
    text: str, interest: Interest = NO_DEEPER, rest: str = "", *, version: str = "3.1.0", way: Direction = Direction.RESPONSE
) -> Schema:
    return union((schema(text, rest, version=version),), interest, way)


A = Interest({"a": NO_DEEPER})
ITEMS = Interest(items=NO_DEEPER)
VALUES = Interest(values=NO_DEEPER)
PAIR = "{type: object, required: [a], properties: {a: {type: string}, b: {type: integer}}}"


@pytest.mark.parametrize(
    ("text", "interest", "found"),
    [
        ("{}", A, {}),
        ("{type: string, minLength: 2, description: x, example: y}", NO_DEEPER, {"type": "string", "minLength": 2}),
        ("{type: number}", NO_DEEPER, {"type": "number"}),
        ("{type: [string, 'null']}", NO_DEEPER, {"type": ["null", "string"]}),
        (PAIR, NO_DEEPER, {"type": "object"}),
        (PAIR, A, {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        (PAIR, Interest({"b": NO_DEEPER}), {"type": "object", "properties": {"b": {"type": "integer"}}}),
        (PAIR, Interest({"c": NO_DEEPER}), {"type": "object", "properties": {"c": False}}),
        ("{type: object}", A, {"type": "object"}),
        ("{type: object, required: [a]}", A, {"type": "object", "required": ["a"]}),
        ("{type: object, properties: {a: {writeOnly: true}}, required: [a]}", A, {"type": "object", "properties": {"a": False}}),
        ("{type: object, additionalProperties: {type: string}}", NO_DEEPER, {"type": "object"}),
        (
            "{type: object, additionalProperties: {type: string}}",
            A,
            {"type": "object", "properties": {"a": {"type": "string"}}},
        ),
        (
            "{type: object, additionalProperties: {type: string}}",
            VALUES,
            {"type": "object", "additionalProperties": {"type": "string"}},
        ),
        (
            "{type: object, patternProperties: {'^x': {type: string}}}",
            VALUES,
            {"type": "object", "additionalProperties": False, "patternProperties": {"^x": {"type": "string"}}},
        ),
        (
            "{type: object, properties: {a: {type: string}}}",
            VALUES,
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False},
        ),
        ("{type: array, items: {type: string}, minItems: 1}", NO_DEEPER, {"type": "array", "minItems": 1}),
        (
            "{type: array, items: {type: string}, minItems: 1}",
            ITEMS,
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ),
        ("{type: array}", ITEMS, {"type": "array"}),
        (
            "{type: array, prefixItems: [{type: string}], items: false}",
            ITEMS,
            {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
        ),
        (
            "{type: array, items: {oneOf: [{const: 1}, {const: 1}]}}",
            ITEMS,
            {"type": "array", "items": {"type": "number", "const": 1}},
        ),
        (
            "{allOf: [{type: string, minLength: 1}, {maxLength: 5}]}",
            NO_DEEPER,
            {"type": "string", "allOf": [{"minLength": 1}, {"maxLength": 5}]},
        ),
        ("{oneOf: [{type: string}, {type: boolean}]}", NO_DEEPER, {"anyOf": [{"type": "string"}, {"type": "boolean"}]}),
        ("{type: string, not: {enum: [a]}}", NO_DEEPER, {"type": "string", "not": {"enum": ["a"]}}),
        ("{type: string, not: {$ref: '#/components/schemas/Tree'}}", NO_DEEPER, {"type": "string"}),
        ("false", NO_DEEPER, False),
    ],
)
def test_an_answer_is_said_down_to_what_somebody_looks_at(text: str, interest: Interest, found: Any) -> None:
    assert narrow(text, interest) == found


@pytest.mark.parametrize(
    ("text", "interest", "found"),
    [
        (PAIR, NO_DEEPER, {"type": "object", "required": ["a"]}),
        (PAIR, Interest({"c": NO_DEEPER}), {"type": "object", "required": ["a"]}),
        ("{properties: {a: {readOnly: true}}, required: [a]}", A, {"type": "object", "properties": {"a": False}}),
        (
            "{properties: {a: {writeOnly: true}}, required: [a]}",
            A,
            {"type": "object", "properties": {"a": {}}, "required": ["a"]},
        ),
        ("{properties: {a: {type: string}}}", VALUES, {"type": "object", "properties": {"a": {"type": "string"}}}),
        ("{properties: {a: {type: string}}}", Interest(levels=1), {"type": "object", "properties": {"a": {"type": "string"}}}),
    ],
)
def test_a_request_needs_all_that_it_has_to_have_and_is_not_closed(text: str, interest: Interest, found: Schema) -> None:
    assert narrow(text, interest, way=Direction.REQUEST) == found


TREE = (
    "components: {schemas: {Tree: {required: [v], properties: {v: {type: string}, next: {$ref: '#/components/schemas/Tree'}}}}}"
)


def test_a_schema_that_recurs_is_said_as_often_as_somebody_looks() -> None:
    leaf = {"type": "object", "additionalProperties": False, "required": ["v"]}
    text = {"type": "string"}

    found = narrow("{$ref: '#/components/schemas/Tree'}", Interest(levels=2), TREE)

    below = {**leaf, "properties": {"v": text, "next": {"type": "object"}}}
    assert found == {**leaf, "properties": {"v": text, "next": below}}


def test_the_keys_of_openapi_3_0_are_said_in_those_of_json_schema() -> None:
    bounds = "{type: integer, minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false}"

    assert narrow(bounds, version="3.0.3") == {"type": "integer", "exclusiveMinimum": 1, "maximum": 9}
    assert narrow("{type: string, nullable: true}", version="3.0.3") == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def test_what_was_looked_at_is_known() -> None:
    node = schema("{type: object, properties: {a: {type: string}, b: {type: string}}}")
    reader, touched = Reader(Direction.RESPONSE), set[object]()
    (shape,) = reader.shapes([node])

    narrowed(reader, shape, A, touched)

    inner = {name: node.child("properties", name).identity for name in "ab"}
    assert touched == {(node.identity, None), (node.identity, "a"), (inner["a"], None)}


# --- keys ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"minLength": 2, "title": "x", "x-y": 1}, {"minLength": 2}),
        ({"minLength": "2", "maxLength": -1, "pattern": 3, "enum": [], "multipleOf": 0, "uniqueItems": "yes"}, {}),
        ({"minLength": 2.0, "minimum": -1, "minItems": True}, {"minLength": 2.0, "minimum": -1}),
        ({"minItems": 1.5, "enum": {"a": 1}, "const": None}, {"const": None}),
        ({"not": {"const": 1}}, {"not": {"const": 1}}),
        ({"not": {"anyOf": [{"$ref": "#/x"}]}}, {}),
        ({"not": {"type": "string", "nullable": True}}, {}),
        ({"format": "date"}, {"format": "date"}),
        ({"format": "password"}, {}),
        ({"format": 7}, {}),
        ({"exclusiveMinimum": 3, "minimum": 1}, {"exclusiveMinimum": 3, "minimum": 1}),
        ({"exclusiveMinimum": True, "minimum": 1}, {"minimum": 1}),
    ],
)
def test_keys_that_need_no_other_schema_are_kept_where_they_are_sound(value: dict[str, Any], kept: dict[str, Any]) -> None:
    assert plain_keys(value, TYPES, legacy=False) == kept


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": True}, {"exclusiveMaximum": 1}),
        ({"exclusiveMaximum": True}, {}),
    ],
)
def test_a_bound_of_openapi_3_0_is_open_by_a_flag(value: dict[str, Any], kept: dict[str, Any]) -> None:
    assert plain_keys(value, TYPES, legacy=True) == kept


@pytest.mark.parametrize(
    ("value", "type_", "kept"),
    [
        ({"format": "int32"}, "integer", {"minimum": -(2**31), "maximum": 2**31 - 1}),
        ({"format": "int32", "minimum": 0, "maximum": 2**40}, "integer", {"minimum": 0, "maximum": 2**31 - 1}),
        ({"format": "int32", "maximum": 5}, "integer", {"minimum": -(2**31), "maximum": 5}),
        ({"format": "int32"}, "string", {}),
        ({"format": "date"}, "integer", {}),
        ({"format": "url"}, "string", {"format": "uri"}),
        ({"format": "phone", "pattern": "4$"}, "string", {"pattern": "4$", "allOf": [{"pattern": r"^\+[1-9][0-9]{6,14}$"}]}),
    ],
)
def test_a_format_is_spelled_out_among_the_values_that_it_speaks_of(value: dict[str, Any], type_: str, kept: Any) -> None:
    assert plain_keys(value, frozenset({type_}), legacy=False) == kept


@pytest.mark.parametrize(
    ("schemas", "whole"),
    [
        ([], False),
        ([{"const": 1}], {"const": 1}),
        ([{"const": 1}, {"const": 1}], {"const": 1}),
        ([{"const": 1}, {"const": 2}, {"const": 1}], {"anyOf": [{"const": 1}, {"const": 2}]}),
    ],
)
def test_a_union_says_nothing_twice(schemas: list[dict[str, Any]], whole: Schema) -> None:
    assert any_of(schemas) == whole


# --- interest -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("needed", "interest"),
    [
        (True, NO_DEEPER),
        ({"type": "string"}, NO_DEEPER),
        ({"required": ["a"]}, A),
        ({"properties": {"a": {"type": "string"}}}, A),
        ({"properties": {"a": {"required": ["b"]}}, "required": ["a"]}, Interest({"a": Interest({"b": NO_DEEPER})})),
        ({"items": {"required": ["a"]}}, Interest(items=A)),
        ({"contains": {"type": "string"}}, ITEMS),
        ({"prefixItems": [{"required": ["a"]}, {"type": "string"}]}, Interest(items=A)),
        ({"additionalProperties": {"required": ["a"]}}, Interest(values=A)),
        ({"additionalProperties": False}, VALUES),
        ({"additionalProperties": True}, NO_DEEPER),
        ({"patternProperties": {"^x": {"required": ["a"]}}}, Interest(values=A)),
        ({"propertyNames": {"maxLength": 1}}, VALUES),
        ({"maxProperties": 1}, VALUES),
        ({"allOf": [{"required": ["a"]}, {"items": {}}]}, Interest({"a": NO_DEEPER}, NO_DEEPER)),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, Interest({"a": NO_DEEPER, "b": NO_DEEPER})),
        ({"oneOf": [{"properties": {"a": {"items": {}}}}, {"required": ["a"]}]}, Interest({"a": ITEMS})),
        ({"not": {"required": ["a"]}}, A),
        (
            {"if": {"required": ["a"]}, "then": {"items": {}}, "else": {"maxProperties": 1}},
            Interest(A.names, NO_DEEPER, NO_DEEPER),
        ),
    ],
)
def test_a_schema_looks_where_it_names_something(needed: Schema, interest: Interest) -> None:
    assert interest_of(needed) == interest


interests = st.recursive(
    st.builds(Interest, levels=st.integers(0, 2)),
    lambda below: st.builds(
        Interest,
        st.dictionaries(st.sampled_from("ab"), below, max_size=2),
        st.none() | below,
        st.none() | below,
        st.integers(0, 2),
    ),
    max_leaves=6,
)


@law(200)
@given(interests, interests)
def test_who_looks_wherever_one_of_two_looks_misses_neither(one: Interest, other: Interest) -> None:
    both = wider(one, other)

    assert both == wider(other, one)
    assert wider(both, one) == wider(both, other) == both
    assert covers(both, one)
    assert covers(both, other)


def covers(one: Interest | None, other: Interest | None) -> bool:
    """Tell whether somebody looks wherever another does."""
    if one is None or other is None:
        return other is None
    parts = [
        (one.items, other.items),
        (one.values, other.values),
        *((one.names.get(n), below) for n, below in other.names.items()),
    ]
    return one.levels >= other.levels and all(covers(mine, theirs) for mine, theirs in parts)


def test_a_look_over_some_levels_names_the_members_of_each() -> None:
    reader = Reader(Direction.RESPONSE)
    (record,) = reader.shapes([schema("{type: object, properties: {a: {}}}")])
    (table,) = reader.shapes([schema("{type: object, additionalProperties: {type: string}}")])
    below = Interest(levels=1)

    assert Interest(levels=2).within(record) == Interest({"a": below}, below, None, 2)
    assert Interest(levels=2).within(table) == Interest({}, below, below, 2)
    assert A.within(record) == A
