"""A whole value that takes one given way, and jsonschema-rs's word on it, by the schema as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given

from cxcontracts.containment.building import ABSENT, Builder, Unbuildable, allows, examples_of
from cxcontracts.containment.nodes import Direction, Node, Reader
from cxcontracts.containment.sets import Undecidable
from cxcontracts.containment.ways import Way, ways
from cxcontracts.exchanges import JSON
from cxcontracts.paths import parse_path
from tests.contracts_drawn import Ask, contracts, law, layouts, paths_of, values_of, written
from tests.contracts_made import GONE, Endless, Layout, Made, Reading, Type, reached
from tests.estates_made import schema

# --- drawn --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One direction of a drawn contract: what it means, and the schemas that say so in the document."""

    reading: Reading
    type: Type
    nodes: tuple[Node, ...]

    @property
    def reader(self) -> Reader:
        return Reader(Direction(self.reading.way))

    def ways(self, reader: Reader) -> Iterator[tuple[tuple[str, ...], Way]]:
        """Yield each way along each path that leads somewhere."""
        for segments in sorted(set(paths_of(self.reading, self.type)))[:12]:
            for way in ways(reader, self.nodes, parse_path(Ask(segments, {}).path).segments):
                yield segments, way


def said(made: Made, layout: Layout) -> Iterator[Said]:
    (operation,) = written(made, layout).contract.operations()
    body = made.answers["200"]
    assert body is not None
    yield Said(Reading(made), body, tuple(operation.answers["200"].media[0].nodes))
    if made.request is not None and operation.body is not None:
        yield Said(Reading(made, "request"), made.request, tuple(operation.body.media[0].nodes))


def satisfiable(made: Made) -> bool:
    try:
        return all(values_of(each.reading, each.type, 3) for each in said(made, Layout()))
    except Endless:
        return False


drawn = contracts().filter(satisfiable)


@law(60)
@given(drawn, layouts)
def test_a_value_that_is_built_is_of_the_type(made: Made, layout: Layout) -> None:
    for each in said(made, layout):
        for value in built(Builder(each.reader), each.nodes):
            assert each.reading.admits(each.type, value)


def built(builder: Builder, nodes: tuple[Node, ...]) -> Iterator[JSON]:
    try:
        yield builder.value(nodes)
    except Unbuildable:
        return


@law(60)
@given(drawn, layouts)
def test_a_value_along_a_way_is_of_the_type_and_leads_where_the_way_leads(made: Made, layout: Layout) -> None:
    for each in said(made, layout):
        reader = each.reader
        for segments, way in each.ways(reader):
            for end, value in taking(Builder(reader), way):
                assert each.reading.admits(each.type, value), (segments, value)
                assert allows(reader, each.nodes, value), (segments, value)
                found = list(reached(value, segments))
                assert (end in found) if way.end else (not found or GONE in found or None in found), (segments, value)


def taking(builder: Builder, way: Way) -> Iterator[tuple[JSON, JSON]]:
    """Yield what is put at the end of a way, and the whole value that takes it."""
    try:
        end = builder.of_shape(way.end) if way.end else ABSENT
        yield end, builder.along(way, end)
    except Unbuildable:
        return


@law(50)
@given(drawn, layouts)
def test_every_value_of_a_type_is_allowed_by_its_schema(made: Made, layout: Layout) -> None:
    for each in said(made, layout):
        refused = [value for value in values_of(each.reading, each.type, 12) if not allows(each.reader, each.nodes, value)]
        assert refused == []


@law(40)
@given(drawn, drawn, layouts)
def test_a_value_that_a_request_does_not_take_is_not_allowed_by_its_schema(made: Made, other: Made, layout: Layout) -> None:
    for each in said(made, layout):
        if each.reading.way == "request":
            foreign = [value for one in said(other, layout) for value in values_of(one.reading, one.type, 6)]
            for value in (*foreign, None, {}, [], "text", 1):
                assert each.reading.admits(each.type, value) or not allows(each.reader, each.nodes, value), value


# --- built --------------------------------------------------------------------------------------------------------------------

TREE = (
    "components: {schemas: {Tree: {type: object, required: [v, n], properties: {v: {type: string}, "
    "n: {anyOf: [{$ref: '#/components/schemas/Tree'}, {type: 'null'}]}}}, "
    "Endless: {type: object, required: [n], properties: {n: {$ref: '#/components/schemas/Endless'}}}}}"
)


def value(text: str, *, way: Direction = Direction.RESPONSE, version: str = "3.1.0") -> JSON:
    return Builder(Reader(way)).value([schema(text, TREE, version=version)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{type: string}", "text"),
        ("{type: string, example: Leeds}", "Leeds"),
        ("{type: string, example: 7}", "text"),
        ("{type: string, minLength: 6, example: Leeds}", "textxx"),
        ("{type: string, enum: [b, a]}", "b"),
        ("{type: string, default: x, examples: [y]}", "x"),
        ("{type: integer, minimum: 7}", 7),
        ("{type: [string, 'null']}", "text"),
        ("{type: [array, 'null'], items: {type: string}}", None),
        ("{type: [array, string]}", "text"),
        ("{}", "text"),
        ("{type: object}", {}),
        ("{type: object, properties: {a: {type: string}}}", {}),
        ("{type: object, required: [a], properties: {a: {type: string}, b: {}}}", {"a": "text"}),
        ("{type: object, required: [z], properties: {a: {}}}", {"z": "text"}),
        ("{type: object, required: [a, b], properties: {a: {writeOnly: true}, b: {const: 1}}}", {"b": 1}),
        ("{type: object, minProperties: 1, properties: {a: {const: 1}, b: {const: 2}}}", {"a": 1}),
        ("{type: object, minProperties: 2, additionalProperties: {const: 1}}", {"key": 1, "key1": 1}),
        ("{type: object, minProperties: 1, patternProperties: {'^x-[0-9]$': {const: 1}}}", {"x-0": 1}),
        ("{type: object, minProperties: 2}", {"key0": "text", "key1": "text"}),
        ("{type: array, items: {type: string}}", []),
        ("{type: array, items: {const: 1}, minItems: 2}", [1, 1]),
        ("{type: array, prefixItems: [{const: 1}], items: {const: 2}, minItems: 2}", [1, 2]),
        ("{type: array, items: {enum: [a, b]}, minItems: 2, uniqueItems: true}", ["a", "b"]),
        ("{oneOf: [false, {const: 1}]}", 1),
        ("{oneOf: [{$ref: '#/components/schemas/Endless'}, {const: 1}]}", 1),
        ("{$ref: '#/components/schemas/Tree'}", {"v": "text", "n": {"v": "text", "n": None}}),
        ("{allOf: [{required: [a]}, {properties: {a: {const: 1}}}]}", {"a": 1}),
    ],
)
def test_a_value_has_nothing_that_need_not_be_there(text: str, found: JSON) -> None:
    assert value(text) == found


def test_a_request_has_what_is_only_written_and_not_what_is_only_read() -> None:
    text = "{type: object, required: [a, b], properties: {a: {writeOnly: true, const: 1}, b: {readOnly: true}}}"

    assert value(text, way=Direction.REQUEST) == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        "false",
        "{type: object, required: [a], properties: {a: false}}",
        "{$ref: '#/components/schemas/Endless'}",
        "{type: array, items: {$ref: '#/components/schemas/Endless'}, minItems: 1}",
        "{type: array, minItems: 1000000}",
        "{type: object, minProperties: 1000000}",
        "{type: string, pattern: '^a$', minLength: 2}",
    ],
)
def test_what_nothing_satisfies_is_not_built(text: str) -> None:
    with pytest.raises(Unbuildable):
        value(text)


PERHAPS = "{type: [object, 'null'], properties: {b: {type: string}}}"
NEEDED = "{type: object, required: [a, z], properties: {a: %s, z: {const: 0}}}"


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        (NEEDED % "{const: 1}", "a", [{"z": 0, "a": 9}]),
        (NEEDED % "{type: [string, 'null']}", "a.b", [{"z": 0, "a": None}, {"z": 0, "a": "text"}]),
        (NEEDED % PERHAPS, "a.b", [{"z": 0, "a": None}, {"z": 0, "a": {}}, {"z": 0, "a": {"b": 9}}]),
        ("{type: object, properties: {a: {const: 1}}}", "a", [{}, {"a": 9}]),
        ("{type: object, properties: {b: {const: 1}}}", "a", [{}]),
        ("{type: object, minProperties: 1, properties: {a: {}, b: {const: 1}}}", "a", [{"b": 1}, {"a": 9}]),
        ("{type: array, items: {const: 1}}", "0", [[9]]),
        ("{type: array, items: {const: 1}, minItems: 3}", ".*", [[9, 9, 9]]),
        ("{type: array, prefixItems: [{const: 1}, {const: 2}], items: false}", "1", [[1, 9]]),
        ("{type: array, prefixItems: [{const: 1}], items: {const: 2}}", "2", [[1, 9, 9]]),
        ("{type: array, items: false}", "0", [[]]),
        ("{type: object, additionalProperties: {const: 1}}", ".*", [{"key": 9}]),
        ("{type: object, additionalProperties: {const: 1}}", "EUR", [{}, {"EUR": 9}]),
        ("{type: string}", "a", ["text"]),
        ("{type: integer}", "body", [9]),
        (
            "{type: array, items: {type: object, required: [id, v], properties: {id: {const: 1}, v: {}}}}",
            ".(id=$x).v",
            [[{"id": 1, "v": 9}]],
        ),
    ],
)
def test_each_way_has_a_value_with_its_end_in_place(text: str, path: str, found: list[JSON]) -> None:
    reader = Reader(Direction.RESPONSE)
    taken = ways(reader, [schema(text)], parse_path(path).segments)

    assert [Builder(reader).along(way, 9 if way.end else ABSENT) for way in taken] == found


@pytest.mark.parametrize(
    ("shown", "values"),
    [
        ({"example": 1, "default": 2, "examples": [3, 4, 5, 6], "enum": [7, 8]}, [1, 2, 3, 4, 5, 7]),
        ({"enum": []}, []),
        ({"examples": {"a": {"value": 1}}, "enum": "x"}, []),
        ({"example": None}, [None]),
    ],
)
def test_the_partners_own_examples_come_first(shown: dict[str, JSON], values: list[JSON]) -> None:
    assert examples_of(shown) == values


# --- checked ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "allowed", "refused"),
    [
        ("{type: string}", ["a"], [1, None]),
        ("true", [1, None], []),
        ("false", [], [1, None]),
        ("{type: string, format: date}", ["2031-05-17"], ["today"]),
        ("{type: integer, format: int32}", [7], [2**31]),
        ("{type: object, required: [a], properties: {a: {type: string}}}", [{"a": "x"}, {"a": "x", "b": 1}], [{}, {"a": 1}]),
        ("{type: object, properties: {a: {}}, additionalProperties: false}", [{"a": 1}, {"b": 1}], [[]]),
        ("{type: object, additionalProperties: {type: string}}", [{"a": "x"}], [{"a": 1}]),
        ("{type: object, patternProperties: {'^x': {type: string}}}", [{"x": "x", "y": 1}], [{"x": 1}]),
        ("{properties: {a: {}, b: {}}, dependentRequired: {a: [b]}}", [{"a": 1, "b": 1}, {"b": 1}], [{"a": 1}]),
        ("{type: array, items: {type: string}, maxItems: 2}", [[], ["a"]], [[1], ["a", "b", "c"]]),
        ("{type: array, prefixItems: [{const: 1}], items: {const: 2}}", [[], [1, 2, 2]], [[2], [1, 1]]),
        ("{type: array, uniqueItems: true}", [[1, 2]], [[1, 1]]),
        ("{allOf: [{type: string}, {minLength: 2}]}", ["ab"], ["a"]),
        ("{anyOf: [{const: 1}, {const: 2}]}", [1, 2], [3]),
        ("{oneOf: [{type: string}, {minLength: 0}]}", ["both"], []),
        ("{oneOf: [{const: 1}, {const: 2}]}", [1, 2], [3]),
        ("{type: string, not: {const: a}}", ["b"], ["a"]),
        ("{type: object, not: {required: [a]}}", [{"b": 1}], [{"a": 1}]),
        ("{if: {type: string}, then: {minLength: 2}, else: {const: 1}}", ["ab", 1], ["a", 2]),
        ("{$ref: '#/components/schemas/Tree'}", [{"v": "a", "n": {"v": "b", "n": None}}], [{"v": "a", "n": {"v": 1, "n": None}}]),
        ("{$ref: '#/components/schemas/Tree', maxProperties: 1}", [], [{"v": "a", "n": None}]),
        ("{type: object, required: [a], properties: {a: {writeOnly: true}}}", [{}], []),
        ("{type: string, nullable: true}", ["a"], [None]),
    ],
)
def test_a_schema_as_written_allows_a_value_or_refuses_it(text: str, allowed: list[JSON], refused: list[JSON]) -> None:
    nodes = [schema(text, TREE)]

    assert [each for each in (*allowed, *refused) if allows(Reader(Direction.RESPONSE), nodes, each)] == allowed


@pytest.mark.parametrize(
    ("text", "allowed", "refused"),
    [
        ("{type: string, nullable: true}", ["a", None], [1]),
        ("{nullable: true, allOf: [{type: string}]}", ["a", None], [1]),
        ("{type: integer, minimum: 1, exclusiveMinimum: true}", [2], [1]),
        ("{$ref: '#/components/schemas/Tree', maxProperties: 1}", [{"v": "a", "n": {"v": "b", "n": None}}], []),
    ],
)
def test_a_schema_of_openapi_3_0_is_read_as_such(text: str, allowed: list[JSON], refused: list[JSON]) -> None:
    nodes = [schema(text, TREE.replace("{type: 'null'}", "{enum: [null]}"), version="3.0.3")]

    assert [each for each in (*allowed, *refused) if allows(Reader(Direction.RESPONSE), nodes, each)] == allowed


def test_several_schemas_that_hold_at_once_all_have_their_say() -> None:
    nodes = [schema("{type: string}"), schema("{minLength: 2}")]
    reader = Reader(Direction.RESPONSE)

    assert [each for each in ("ab", "a", 1) if allows(reader, nodes, each)] == ["ab"]
    assert allows(reader, [], 1)


def test_a_schema_whose_pattern_cannot_be_read_allows_and_refuses_nothing() -> None:
    with pytest.raises(Undecidable):
        allows(Reader(Direction.RESPONSE), [schema("{type: string, pattern: '('}")], "a")


def test_a_schema_is_handed_on_only_as_far_as_the_value_goes() -> None:
    unread = "{type: object, properties: {a: {type: string}, b: {type: strnig, pattern: '('}, c: {$ref: '#/nowhere'}}}"

    assert allows(Reader(Direction.RESPONSE), [schema(unread)], {"a": "x"})


def test_a_schema_that_says_the_same_thing_again_and_again_is_too_large_to_check() -> None:
    doubled = ", ".join(
        f"S{n}: {{allOf: [{{$ref: '#/components/schemas/S{n + 1}'}}, {{anyOf: [{{$ref: '#/components/schemas/S{n + 1}'}}]}}]}}"
        for n in range(30)
    )
    nodes = [schema("{$ref: '#/components/schemas/S0'}", f"components: {{schemas: {{{doubled}, S30: {{type: string}}}}}}")]

    with pytest.raises(Undecidable, match="too large"):
        allows(Reader(Direction.RESPONSE), nodes, "a")
