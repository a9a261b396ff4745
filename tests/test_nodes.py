"""The plain shapes that a schema stands for: references followed, ``allOf`` merged, one branch chosen."""

from __future__ import annotations

import pytest

from cxcontracts.containment.nodes import Direction, Node, Reader, Shape, TooManyShapes
from cxcontracts.errors import ContractError
from tests.estates_made import schema


def shapes(written: str, rest: str = "", *, version: str = "3.1.0") -> tuple[Shape, ...]:
    return Reader(Direction.RESPONSE).shapes([schema(written, rest, version=version)])


def types(written: str, *, version: str = "3.1.0") -> list[str]:
    """Return the types of each shape, in a line each."""
    return [" ".join(sorted(shape.types)) for shape in shapes(written, version=version)]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{type: string}", ["string"]),
        ("{type: number}", ["integer number"]),
        ("{type: [string, 'null']}", ["null string"]),
        ("{enum: [a, 1, null]}", ["integer null number string"]),
        ("{const: 1.5}", ["number"]),
        ("{properties: {a: {}}}", ["object"]),
        ("{items: {}}", ["array"]),
        ("{type: string, enum: [1]}", [""]),
        ("{oneOf: [{type: string}, {type: integer}]}", ["string", "integer"]),
        ("{allOf: [{type: [string, integer]}, {type: [integer, 'null']}]}", ["integer"]),
        ("{allOf: [{type: string}, {type: integer}]}", []),
        ("true", ["array boolean integer null number object string"]),
        ("false", []),
    ],
)
def test_a_shape_has_the_types_that_everything_in_it_allows(written: str, found: list[str]) -> None:
    assert types(written) == found


def test_nullable_is_a_type_of_3_0_and_no_word_of_3_1() -> None:
    assert types("{type: string, nullable: true}", version="3.0.3") == ["string", "null"]
    assert types("{type: string, nullable: true}") == ["string"]
    assert types("{allOf: [{type: string, nullable: true}, {type: string}]}", version="3.0.3") == ["string"]


def test_all_of_is_one_shape_in_which_everything_holds() -> None:
    (shape,) = shapes("{required: [a], allOf: [{properties: {a: {}}}, {required: [b], properties: {b: {}}}]}")

    assert shape.names == ("a", "b")
    assert shape.required == {"a", "b"}


def test_each_combination_of_branches_is_a_shape() -> None:
    pair = "{oneOf: [{properties: {%s1: {}}}, {properties: {%s2: {}}}]}"

    found = shapes(f"{{allOf: [{pair % ('a', 'a')}, {pair % ('b', 'b')}]}}")

    assert [shape.names for shape in found] == [("a1", "b1"), ("a1", "b2"), ("a2", "b1"), ("a2", "b2")]


def test_branches_that_exclude_each_other_are_no_shape() -> None:
    kinds = ", ".join(f"{{required: [k], properties: {{k: {{const: {kind}}}, {kind}: {{}}}}}}" for kind in "ab")

    found = shapes(f"{{allOf: [{{oneOf: [{kinds}]}}, {{oneOf: [{kinds}]}}]}}")

    assert [shape.names for shape in found] == [("k", "a"), ("k", "b")]


def test_too_many_alternatives_are_not_told_apart() -> None:
    branches = ", ".join(f"{{properties: {{p{number}: {{}}}}}}" for number in range(8))

    with pytest.raises(TooManyShapes):
        shapes(f"{{allOf: [{', '.join([f'{{oneOf: [{branches}]}}'] * 4)}]}}")


@pytest.mark.parametrize(
    ("written", "name", "declared", "required", "silent"),
    [
        ("{properties: {a: {}}}", "a", True, False, False),
        ("{required: [a], properties: {a: {}}}", "a", True, True, False),
        ("{properties: {b: {}}}", "a", False, False, False),
        ("{type: object}", "a", False, False, True),
        ("{type: object, additionalProperties: true}", "a", False, False, True),
        ("{type: object, additionalProperties: {description: x}}", "a", False, False, True),
        ("{type: object, additionalProperties: {type: string}}", "a", True, False, False),
        ("{type: object, patternProperties: {'^a': {type: string}}}", "a", True, False, False),
        ("{type: object, patternProperties: {'^b': {type: string}}}", "a", False, False, False),
        ("{properties: {b: {}}, required: [b], dependentRequired: {b: [a]}}", "a", False, True, False),
    ],
)
def test_a_shape_says_of_a_member_whether_it_is_declared_and_always_there(
    written: str, name: str, declared: bool, required: bool, silent: bool
) -> None:
    (shape,) = shapes(written)

    slot = shape.slot(name)

    assert (slot.declared, slot.required, slot.silent) == (declared, required, silent)


def test_the_names_of_a_map_are_such_that_its_pattern_or_its_names_allow() -> None:
    (patterned,) = shapes("{type: object, patternProperties: {'^x-[0-9]$': {type: string}}}")
    (listed,) = shapes("{type: object, propertyNames: {enum: [en, fr]}, additionalProperties: {type: string}}")

    assert [name for name, _ in patterned.map_slots()] == ["x-0"]
    assert [name for name, _ in listed.map_slots()] == ["en"]


def test_an_item_beyond_the_prefix_has_the_schema_of_the_rest() -> None:
    (shape,) = shapes("{prefixItems: [{type: string}, {type: integer}], items: {type: boolean}}")

    assert shape.prefix == 2
    assert [[node.value for node in shape.items(index)] for index in (0, 1, 2, None)] == [
        [{"type": "string"}],
        [{"type": "integer"}],
        [{"type": "boolean"}],
        [{"type": "boolean"}],
    ]


@pytest.mark.parametrize(
    ("negated", "required", "forbidden"),
    [
        ("{required: [a]}", [set()], [{"a"}]),
        ("{properties: {a: {const: 1}}}", [{"a"}], [set()]),
        ("{required: [a, b]}", [set(), set()], [{"a"}, {"b"}]),
    ],
)
def test_what_a_not_leaves_is_a_choice_of_shapes(negated: str, required: list[set[str]], forbidden: list[set[str]]) -> None:
    found = shapes(f"{{type: object, properties: {{a: {{}}, b: {{}}}}, not: {negated}}}")

    assert [set(shape.required) for shape in found] == required
    assert [set(shape.forbidden) for shape in found] == forbidden


def test_a_member_that_is_forbidden_and_required_is_no_shape() -> None:
    assert shapes("{allOf: [{required: [a]}, {not: {required: [a]}}]}") == ()


def test_a_conditional_is_two_branches() -> None:
    branches = "if: {properties: {k: {const: x}}}, then: {required: [a]}, else: {required: [b]}"

    then, other = shapes(f"{{type: object, properties: {{k: {{enum: [x, y]}}}}, {branches}}}")

    assert then.required == {"a"}
    assert other.required == {"k", "b"}


@pytest.mark.parametrize(
    ("direction", "word", "hidden"),
    [
        (Direction.RESPONSE, "writeOnly", True),
        (Direction.RESPONSE, "readOnly", False),
        (Direction.REQUEST, "readOnly", True),
        (Direction.REQUEST, "writeOnly", False),
    ],
)
def test_what_goes_one_way_only_is_hidden_on_the_other(direction: Direction, word: str, hidden: bool) -> None:
    marked = schema("{$ref: '#/components/schemas/S'}", f"components: {{schemas: {{S: {{allOf: [{{{word}: true}}]}}}}}}")

    assert Reader(direction).hides([marked]) is hidden


@pytest.mark.parametrize(
    ("written", "code", "what"),
    [
        ("{type: strnig}", "schema-type-unknown", "'strnig' is no type"),
        ("{properties: [a]}", "schema-form", "properties must be a mapping, not list"),
        ("{allOf: {}}", "schema-form", "allOf must be a list, not dict"),
        ("7", "schema-type", "a schema must be a mapping, not int"),
        ("{$ref: '#/components/schemas/Round'}", "ref-cycle", "this $ref leads back to itself"),
        ("{$ref: '#/components/schemas/Nowhere'}", "ref-nowhere", "points to nothing"),
    ],
)
def test_a_schema_of_the_wrong_form_is_refused_at_its_place(written: str, code: str, what: str) -> None:
    with pytest.raises(ContractError) as caught:
        shapes(written, "components: {schemas: {Round: {$ref: '#/components/schemas/Round'}}}")

    (problem,) = caught.value.problems
    assert problem.code == code
    assert what in problem.what
    assert problem.place.line in (6, 7)


def test_a_slip_of_an_older_draft_says_nothing() -> None:
    (shape,) = shapes("{type: object, properties: {a: {type: string, required: true}}}")

    (inner,) = Reader(Direction.RESPONSE).shapes(shape.slot("a").nodes)

    assert inner.required == frozenset()


def test_a_node_knows_its_place_in_the_document() -> None:
    node = schema("{type: object, properties: {a: {type: string}}}").child("properties", "a")

    assert node.pointer[-3:] == ("schema", "properties", "a")
    assert isinstance(node, Node)
    assert str(node.home.place(node)).startswith("openapi.yaml:6:")
