"""Is there a value that these schemas admit and those refuse? What is found is checked, what is not there is proved."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.containment.sets import Found, Nothing, Schema, Undecidable, Unknown, admits, find, satisfiable
from cxcontracts.exchanges import JSON
from tests.contracts_drawn import Known, changed, law, types, values_of
from tests.contracts_made import FORMATS, PATTERNS, Made, Reading, Type, valid

# --- drawn --------------------------------------------------------------------------------------------------------------------

TEXTS = sorted({text for texts in (*PATTERNS.values(), *FORMATS.values()) for text in texts} | {"", "a", "late", "x" * 40, "é"})
NAMES = st.sampled_from(["a", "b", "id", "EUR"])
scalars = st.one_of(st.none(), st.booleans(), st.sampled_from([0, 1, 2, 5, -1, 0.5, 1.5, 2**31, 1.0]), st.sampled_from(TEXTS))
values = st.recursive(
    scalars, lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(NAMES, below, max_size=3)), max_leaves=6
)


def keys(type_: str | list[str], **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a schema of a type, with some of the other keys."""
    return st.fixed_dictionaries({"type": st.just(type_)}, optional=optional)


plain = st.one_of(
    keys(
        "string",
        minLength=st.integers(0, 3),
        maxLength=st.sampled_from((2, 3, 8)),
        pattern=st.sampled_from(sorted(PATTERNS)),
        format=st.sampled_from(sorted(FORMATS)),
    ),
    *(
        keys(type_, minimum=st.integers(-1, 1), exclusiveMaximum=st.integers(1, 5), multipleOf=st.sampled_from((2, 3, 0.5)))
        for type_ in ("integer", "number")
    ),
    st.lists(scalars, min_size=1, max_size=4).map(lambda values: {"enum": values}),
    st.sampled_from((["string", "null"], ["integer", "null"], "boolean")).map(lambda type_: {"type": type_}),
    st.sampled_from(({}, True, False)),
)


def larger(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(below, min_size=1, max_size=3)
    named = st.dictionaries(NAMES, below, max_size=3)
    return st.one_of(
        keys("array", items=below, minItems=st.integers(0, 2), prefixItems=several, uniqueItems=st.just(True), contains=below),
        keys(
            "object",
            properties=named,
            required=st.lists(NAMES, max_size=2, unique=True),
            additionalProperties=below,
            patternProperties=below.map(lambda schema: {"^[A-Z]{3}$": schema}),
            propertyNames=st.just({"maxLength": 1}),
            minProperties=st.integers(0, 2),
        ),
        several.map(lambda branches: {"anyOf": branches}),
        st.builds(lambda word, branches: {word: branches}, st.sampled_from(("allOf", "oneOf")), st.lists(plain, min_size=1)),
        plain.map(lambda schema: {"not": schema}),
        st.tuples(plain, below, below).map(lambda three: dict(zip(("if", "then", "else"), three, strict=True))),
    )


schemas = st.recursive(plain, larger, max_leaves=4)
sides = (st.lists(schemas, min_size=1, max_size=2), st.lists(schemas, max_size=2))


def apart(value: JSON, allowed: list[Schema], refused: list[Schema]) -> bool:
    """Tell whether a value is admitted by all of one side and refused by all of the other."""
    return all(valid(schema, value) for schema in allowed) and not any(valid(schema, value) for schema in refused)


@law(400)
@given(*sides)
def test_what_is_found_is_admitted_by_the_one_side_and_refused_by_the_other(allowed: list[Schema], refused: list[Schema]) -> None:
    answer = find(allowed, refused)

    assert not isinstance(answer, Found) or apart(answer.value, allowed, refused)


@law(300)
@given(*sides, st.lists(values, min_size=10, max_size=10))
def test_nothing_is_said_only_where_no_value_tells_the_sides_apart(
    allowed: list[Schema], refused: list[Schema], tries: list[JSON]
) -> None:
    if find(allowed, refused) == Nothing():
        assert [value for value in tries if apart(value, allowed, refused)] == []


@law(150)
@given(schemas, schemas)
def test_nothing_is_in_a_schema_and_outside_of_it(one: Schema, other: Schema) -> None:
    assert find([one], [one]) == Nothing()
    assert find([one, other], [one]) == Nothing()
    assert not isinstance(find([one], [{"anyOf": [one, other]}]), Found)


def body(made: Made) -> Type:
    found = made.answers["200"]
    assert found is not None
    return found


honest = Reading(Made({}, {}))
edited = types(Known(), 2).flatmap(
    lambda drawn: st.tuples(st.just(drawn), changed(Made({}, {"200": drawn})).map(body), types(Known(), 1))
)
"""A type, what a partner may make of it, and any other."""


@law(250)
@given(edited)
def test_nothing_is_said_only_where_every_value_that_was_made_agrees(drawn: tuple[Type, Type, Type]) -> None:
    was, is_, other = map(honest.schema, drawn)
    made = values_of(honest, drawn[1], 20)

    if find([is_], [was]) == Nothing():
        assert [value for value in made if not valid(was, value)] == []
    if find([is_], [was, other]) == Nothing():
        assert [value for value in made if not valid(was, value) and not valid(other, value)] == []
    if find([is_, was]) == Nothing():
        assert [value for value in made if valid(was, value)] == []


# --- told apart ---------------------------------------------------------------------------------------------------------------


def text(pattern: str, **keys: JSON) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern, **keys}


def items(schema: Schema, **keys: JSON) -> dict[str, Any]:
    return {"type": "array", "items": schema, **keys}


def member(schema: Schema, **keys: JSON) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}, **keys}


def values_in(schema: Schema) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": schema}


def named(schema: Schema) -> dict[str, Any]:
    return {"type": "object", "patternProperties": {"^[A-Z]{3}$": schema}, "additionalProperties": False}


def or_null(*schemas: Schema) -> dict[str, Any]:
    return {"anyOf": [*schemas, {"type": "null"}]}


DATE = {"type": "string", "format": "date"}


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ({"enum": ["a", "b"]}, {"enum": ["c", "b", "a"]}),
        ({"enum": ["a", 1]}, {"type": ["string", "integer"]}),
        ({"const": None}, {"type": ["string", "null"]}),
        ({"type": "integer"}, {"type": "number"}),
        ({"type": "integer", "minimum": 1, "maximum": 5}, {"type": "integer", "exclusiveMinimum": 0}),
        ({"type": "integer", "multipleOf": 6}, {"type": "integer", "multipleOf": 3}),
        ({"type": "number", "multipleOf": 0.1}, {"type": "number", "multipleOf": 0.01}),
        ({"type": "integer"}, {"type": "number", "multipleOf": 0.5}),
        ({"type": "integer", "minimum": 2**70}, {"type": "integer", "minimum": 2**69}),
        ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int64"}),
        ({"type": "string"}, {}),
        (member({"type": "string"}), member({})),
        (items({"type": "string"}), items({})),
        ({"type": "string", "minLength": 2, "maxLength": 3}, {"type": "string", "minLength": 1}),
        (text("^[A-Z]{3}$"), text("^[A-Z]{2,4}$")),
        (text("^[A-Z]{3}$"), {"type": "string", "minLength": 3, "maxLength": 3}),
        ({"enum": ["GB", "FR"]}, text("^[A-Z]{2}$")),
        (text("^(on|off)$"), {"enum": ["on", "off", "late"]}),
        (text("^[0-9]+$", minLength=2), text("[0-9]{2}")),
        (text("^a"), {"type": "string", "not": {"const": "b"}}),
        (DATE, text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
        (DATE, {"type": "string", "maxLength": 10}),
        ({"type": "string", "format": "uuid"}, {"type": "string", "minLength": 36, "maxLength": 36}),
        ({"type": "string", "format": "url"}, {"type": "string", "minLength": 1}),
        (or_null(text("^[A-Z]{3}$")), or_null(text("^[A-Z]{2,4}$"))),
        (or_null(text("^[A-Z]{3}$"), text("^[0-9]+$")), or_null(text("^[A-Z0-9]+$"))),
        ({"type": ["string", "null"], "pattern": "^[A-Z]{3}$"}, or_null(text("^[A-Z]{2,4}$"))),
        (or_null(text("^[A-Z]{3}$")), {"type": ["string", "null"], "pattern": "^[A-Z]"}),
        (text("^[A-Z]{3}$"), or_null(text("^[A-Z]{3}$"))),
        (items(or_null(text("^[A-Z]{3}$"))), items(or_null(text("^[A-Z]{2,4}$")))),
        (items({"enum": ["a", "b"]}), items({"enum": ["a", "b", "c"]})),
        (items({"type": "string", "enum": ["a"]}, minItems=2), items({"type": "string", "enum": ["a", "b"]}, minItems=2)),
        (or_null(items({"enum": ["a"]})), or_null(items({"enum": ["a", "b"]}))),
        (items({"type": "integer"}), items({"type": "number"})),
        (items({"type": "string"}), items({"type": ["string", "null"]})),
        (items(items({"enum": ["a"]})), items(items({"enum": ["a", "b"]}))),
        (items({"enum": ["a"]}, minItems=1), items({"enum": ["a"]})),
        (items({"enum": ["a", "b"]}, uniqueItems=True), items({"enum": ["a", "b"]})),
        (items({"type": "integer"}, maxItems=2), items({"type": "integer"}, maxItems=3)),
        (member({"enum": ["a"]}, required=["a"]), member({"enum": ["a"]})),
        (member({"type": "string"}, required=["a"]), member({"type": ["string", "boolean"]}, required=["a"])),
        (member(text("^[A-Z]{3}$"), required=["a"]), member(or_null(text("^[A-Z]{2,4}$")), required=["a"])),
        (member({"type": "integer"}), member({"type": "number"})),
        (values_in({"type": "integer"}), values_in({"type": "number"})),
        (named({"type": "integer"}), named({"type": "number"})),
        (values_in({"enum": ["a"]}), values_in({"enum": ["a", "b"]})),
        (values_in(items({"enum": ["a"]})), values_in(items({"enum": ["a", "b"]}))),
        ({"allOf": [{"type": "integer"}, {"minimum": 0}]}, {"type": "integer"}),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, {"type": ["string", "number"]}),
        ({"type": "integer", "if": {"minimum": 0}, "then": {"maximum": 5}, "else": False}, {"type": "integer", "maximum": 5}),
    ],
)
def test_one_schema_is_inside_of_another_and_not_the_other_way_round(inner: Schema, outer: Schema) -> None:
    assert find([inner], [outer]) == Nothing()
    assert isinstance(find([outer], [inner]), Found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"const": "a"}, {"enum": ["a"]}),
        ({"type": ["string", "null"]}, or_null({"type": "string"})),
        ({"type": "boolean"}, {"enum": [True, False]}),
        ({"type": "integer"}, {"type": "number", "multipleOf": 1}),
        ({"enum": [1, 2]}, {"enum": [2.0, 1.0]}),
        ({"type": "integer", "format": "int32"}, {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}),
        ({"type": "string", "format": "url"}, {"type": "string", "format": "uri"}),
        ({"type": "integer", "if": {"minimum": 0}, "then": {"maximum": 5}}, {"type": "integer", "maximum": 5}),
        ({"type": "string", "pattern": "^a$"}, {"const": "a"}),
        ({"type": "string", "pattern": "^[0-9]$"}, {"type": "string", "pattern": r"^\d$"}),
        (items({"enum": ["a", "b"]}), items({"enum": ["b", "a"]})),
        (member(True, required=["a"]), {"type": "object", "required": ["a"]}),
        ({"properties": {"a": {}}, "type": "object"}, {"type": "object"}),
        ({"not": {"not": {"type": "string"}}}, {"type": "string"}),
    ],
)
def test_two_spellings_of_one_schema_admit_the_same(one: Schema, other: Schema) -> None:
    assert find([one], [other]) == Nothing()
    assert find([other], [one]) == Nothing()


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ({"enum": ["a", "b"]}, [{"const": "a"}, {"const": "b"}]),
        (text("^[ab]$"), [text("^a$"), text("^b$")]),
        ({"type": ["string", "null"], "pattern": "^[ab]$"}, [or_null(text("^a$")), text("^b$")]),
        ({"type": "integer"}, [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": -1}]),
        ({}, [{"type": type_} for type_ in ("string", "number", "boolean", "null", "array", "object")]),
        (items(True), [items(True, minItems=1), {"const": []}]),
    ],
)
def test_what_several_refuse_together_may_be_all_that_there_is(whole: Schema, parts: list[Schema]) -> None:
    assert find([whole], parts) == Nothing()
    assert isinstance(find([whole], parts[1:]), Found)


@pytest.mark.parametrize(
    "together",
    [
        [{"type": "string"}, {"type": "integer"}],
        [{"enum": ["a"]}, {"enum": ["b"]}],
        [{"type": "integer", "minimum": 1}, {"maximum": 0}],
        [text("^a"), text("^b")],
        [text("^[A-Z]+$"), {"type": "string", "minLength": 1, "maxLength": 3}, text("[0-9]")],
        [DATE, {"type": "string", "maxLength": 9}],
        [items({"enum": ["a"]}, minItems=1), items({"enum": ["b"]})],
        [member({"type": "string"}, required=["a"]), member({"type": "null"})],
        [{"type": "object", "required": ["x"]}, {"type": "object", "additionalProperties": text("^a$", minLength=2)}],
        [False],
    ],
)
def test_schemas_that_exclude_each_other_admit_nothing_together(together: list[Schema]) -> None:
    assert find(together) == Nothing()


@pytest.mark.parametrize(
    ("allowed", "refused", "value"),
    [
        ([{"enum": ["on", "off"]}], [{"enum": ["on"]}], "off"),
        ([{"type": ["string", "null"]}], [{"type": "string"}], None),
        ([items({"enum": ["a", "b", None]})], [items({"enum": ["a", "b"]})], [None]),
        ([items({"enum": ["a"]})], [items({"enum": ["a"]}, minItems=1)], []),
        ([items({"enum": ["a", "b", "c"]}, maxItems=1)], [items({"enum": ["a", "b"]}), items({"enum": ["a"]})], ["c"]),
        ([text("^[ab]$"), {"minLength": 1}], [text("^a$")], "b"),
        ([{"type": "integer", "minimum": 5, "maximum": 6}], [{"const": 5}], 6),
        ([member({"type": "integer"})], [member({"type": "integer"}, required=["a"])], {}),
        ([{"const": {"a": [1]}}], [{"type": "array"}], {"a": [1]}),
        ([], [{"not": {"const": 7}}], 7),
    ],
)
def test_the_value_that_is_found_is_the_only_one(allowed: list[Schema], refused: list[Schema], value: JSON) -> None:
    assert find(allowed, refused) == Found(value)


def test_without_schemas_everything_is_admitted_and_nothing_is_refused() -> None:
    assert isinstance(find([]), Found)
    assert find([], [True]) == Nothing()
    assert find([], [{}]) == Nothing()


def test_the_same_question_in_another_order_of_keys_has_the_same_answer() -> None:
    one = find([{"type": "string", "minLength": 3}], [{"type": "string", "minLength": 4}])
    other = find([{"minLength": 3, "type": "string"}], [{"minLength": 4, "type": "string"}])

    assert one == other


# --- what nobody can tell -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "outer", "reason"),
    [
        (text(r"\bfoo\b"), text("foo"), "pattern cannot be compared"),
        ({"type": "string", "format": "email"}, {"type": "string", "maxLength": 4000}, "format cannot be compared"),
        ({"type": "string"}, {"type": "string", "pattern": "("}, "a pattern cannot be read"),
        ({"type": "strnig"}, {}, "a schema cannot be read"),
        ({"enum": ["\ud800"]}, {"type": "string"}, "a schema holds a value that JSON cannot carry"),
        ({"$ref": "#/nowhere"}, {"type": "string"}, "a schema cannot be read"),
    ],
)
def test_what_cannot_be_decided_is_unknown_with_a_reason_that_can_be_counted(inner: Schema, outer: Schema, reason: str) -> None:
    assert find([inner], [outer]) == Unknown(reason)


def test_where_the_engine_has_no_form_for_what_is_left_values_are_tried_and_nothing_is_guessed() -> None:
    begun = items({"type": "string"}, prefixItems=[{"type": "integer"}])
    once = {"type": "array", "contains": {"const": 1}, "maxContains": 1}

    assert find([{"type": "array"}], [begun]) == Found(["text"])
    assert isinstance(find([{"type": "array"}, {"not": {"const": ["a"]}}]), Found)
    assert not isinstance(find([{"type": "string"}], [{"not": begun}]), Found)
    assert find([begun], [once]) != Nothing()
    assert find([once], [begun]) != Nothing()


def test_a_pattern_that_is_no_language_still_refuses_what_a_value_shows() -> None:
    assert isinstance(find([{"type": "string"}], [text(r"\bfoo\b")]), Found)
    assert find([text(r"(a)\1")], [text(r"(a)\1")]) == Nothing()


# --- one value ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "value", "admitted"),
    [
        (DATE, "2031-05-17", True),
        (DATE, "2031-02-30", False),
        ({"format": "date"}, 7, True),
        ({"type": "string", "format": "url"}, "no url", False),
        ({"type": "integer", "format": "int32"}, 2**31, False),
        ({"type": "number", "format": "int32"}, 0.5, True),
        ({"type": "integer", "format": "int64"}, 2**63, True),
        ({"type": "string", "format": "phone"}, "+442079460000", True),
        ({"type": "string", "format": "phone"}, "0207946", False),
        ({"type": "integer"}, 1.0, True),
        ({"type": "integer"}, True, False),
        (text("b"), "abc", True),
        (True, None, True),
        (False, None, False),
        ({"const": 2**80}, 2**80, True),
        ({"const": 2**80}, 2**80 + 1, False),
    ],
)
def test_a_value_is_admitted_with_its_format(schema: Schema, value: JSON, admitted: bool) -> None:
    assert admits(schema, value) is admitted


@pytest.mark.parametrize("schema", [{"pattern": "("}, {"type": "strnig"}, {"enum": ["\ud800"]}, {"$ref": "#/nowhere"}])
def test_a_schema_that_cannot_be_read_admits_and_refuses_nothing(schema: Schema) -> None:
    with pytest.raises(Undecidable):
        admits(schema, "a")


CATASTROPHE = r"^(?:(a+)+(a+)+(a+)+\1\2\3b|a+)$"
"""What a long text of ``a`` fits, and takes the engine too many tries to find out."""


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (text(CATASTROPHE), "a" * 300),
        ({"not": {"pattern": CATASTROPHE}}, "a" * 300),
        ({"anyOf": [text(CATASTROPHE), {"type": "integer"}]}, "a" * 300),
        ({"patternProperties": {CATASTROPHE: {"type": "integer"}}, "additionalProperties": False}, {"a" * 300: 1}),
        ({"propertyNames": {"pattern": CATASTROPHE}}, {"a" * 300: 1}),
    ],
)
def test_where_a_pattern_gives_up_nobody_says_that_it_does_not_match(schema: Schema, value: JSON) -> None:
    with pytest.raises(Undecidable, match="gives up"):
        admits(schema, value)
    assert admits(text(CATASTROPHE), "a" * 50)


@pytest.mark.parametrize(
    ("schema", "anything"),
    [
        ({}, True),
        (False, False),
        ({"type": "integer", "minimum": 2, "maximum": 1}, False),
        ({"enum": [1], "type": "string"}, False),
        ({"type": "string", "pattern": "("}, True),
        ({"type": "string", "pattern": r"(a)\1"}, True),
    ],
)
def test_a_schema_is_taken_to_admit_something_unless_it_certainly_does_not(schema: Schema, anything: bool) -> None:
    assert satisfiable(schema) is anything
