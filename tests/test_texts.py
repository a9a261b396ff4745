"""Values that travel as text are compared as the text that they become, by whoever may read it as a number or a boolean."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.containment.sets import Found, Nothing, Schema, Unknown
from cxcontracts.containment.texts import as_text, find_text, spelled
from cxcontracts.exchanges import JSON
from tests.contracts_drawn import law, scalars, values_of
from tests.contracts_made import Either, Listed, Made, Reading, Type, spoken, valid

# --- drawn --------------------------------------------------------------------------------------------------------------------


def readings(value: JSON) -> Iterator[JSON]:
    """Yield what may become of a scalar, or of a list of them, on the way; a list of one may be its item."""
    if not isinstance(value, list):
        for each in spoken(as_text(value)):
            yield each
            yield [each]
        return
    for each in product(*(list(spoken(as_text(item))) for item in value)):
        yield list(each)
        if len(each) == 1:
            yield each[0]


def takes(schema: Schema, value: JSON) -> bool:
    return any(valid(schema, reading) for reading in readings(value))


honest = Reading(Made({}, {}))
lists = st.builds(Listed, scalars, st.sampled_from((0, 1)), st.sampled_from((None, 1, 2)))
unions = st.lists(scalars, min_size=2, max_size=2).map(lambda branches: Either(tuple(branches)))
sent = st.one_of(scalars, scalars, unions, lists)


@law(400)
@given(sent, sent)
def test_what_is_found_becomes_a_text_that_is_not_taken(ours: Type, theirs: Type) -> None:
    answer = find_text([honest.schema(ours)], honest.schema(theirs))

    assert not isinstance(answer, Found) or not takes(honest.schema(theirs), answer.value)


@law(400)
@given(sent, sent)
def test_what_is_found_is_a_text_of_what_we_send(ours: Type, theirs: Type) -> None:
    answer = find_text([honest.schema(ours)], honest.schema(theirs))

    assert not isinstance(answer, Found) or takes(honest.schema(ours), answer.value)


@law(400)
@given(sent, sent)
def test_where_nothing_is_found_every_text_that_we_send_is_taken(ours: Type, theirs: Type) -> None:
    if find_text([honest.schema(ours)], honest.schema(theirs)) == Nothing():
        assert [value for value in values_of(honest, ours, 20) if not takes(honest.schema(theirs), value)] == []


@law(200)
@given(scalars)
def test_the_texts_of_a_schema_are_spelled_as_they_are_sent(type_: Type) -> None:
    schema = spelled(honest.schema(type_))

    assert [value for value in values_of(honest, type_, 20) if not valid(schema, as_text(value))] == []


@law(100)
@given(scalars)
def test_what_is_sent_is_taken_by_who_says_the_same(type_: Type) -> None:
    assert find_text([honest.schema(type_)], honest.schema(type_)) == Nothing()


# --- told apart ---------------------------------------------------------------------------------------------------------------

INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}


def items(schema: Schema, **keys: JSON) -> dict[str, Any]:
    return {"type": "array", "items": schema, **keys}


def pattern(written: str) -> dict[str, Any]:
    return {"type": "string", "pattern": written}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (INTEGER, TEXT),
        (INTEGER, NUMBER),
        (INTEGER, {"anyOf": [{"type": "integer", "maximum": 12}, TEXT]}),
        ({"type": "integer", "minimum": 1}, pattern("^[1-9][0-9]*$")),
        (pattern("^[0-9]{3}$"), {"anyOf": [INTEGER, {"type": "null"}]}),
        ({"allOf": [INTEGER, {"type": "integer", "minimum": 0}]}, TEXT),
        (NUMBER, TEXT),
        (FLAG, TEXT),
        (FLAG, {"enum": ["true", "false"]}),
        ({"enum": ["true"]}, FLAG),
        ({"enum": [1, 2]}, {"enum": ["1", "2", "3"]}),
        ({"const": "7"}, INTEGER),
        (pattern("^[0-9]{8}$"), INTEGER),
        (pattern("^[0-9]{8}$"), {"type": "integer", "minimum": 0}),
        (pattern("^[0-9]{3}$"), {"type": "integer", "minimum": 0, "maximum": 999}),
        (pattern(r"^[0-9]+\.[0-9]{2}$"), NUMBER),
        (INTEGER, pattern("^-?[0-9]+$")),
        ({"type": "integer", "minimum": 0}, pattern("^[0-9]+$")),
        ({"type": "integer", "minimum": 1, "maximum": 12}, pattern("^[0-9]{1,2}$")),
        ({"type": "integer", "minimum": 1, "maximum": 12}, pattern("^[1-9]")),
        (items(INTEGER), items(TEXT)),
        (items({"enum": ["1", "2"]}), items(INTEGER)),
        (items(FLAG), items({"enum": ["true", "false"]})),
        (TEXT, items(TEXT)),
        (INTEGER, items(TEXT)),
        (items(TEXT, minItems=1, maxItems=1), TEXT),
        ({"type": "object", "properties": {"a": INTEGER}}, {"type": "object", "properties": {"a": TEXT}}),
        (TEXT, {}),
        (TEXT, True),
    ],
)
def test_all_that_is_sent_is_taken(ours: Schema, theirs: Schema) -> None:
    assert find_text([ours], theirs) == Nothing()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (TEXT, INTEGER),
        (FLAG, INTEGER),
        (INTEGER, FLAG),
        (TEXT, FLAG),
        ({"enum": ["1", "a"]}, INTEGER),
        ({"enum": ["1.5"]}, INTEGER),
        ({"enum": [1, 2]}, {"enum": ["1"]}),
        ({"enum": ["true", "yes"]}, FLAG),
        (pattern("^[0-9]{3}$"), {"type": "integer", "maximum": 500}),
        (pattern(r"^[0-9]+(\.[1-9])?$"), INTEGER),
        ({"enum": ["5", "50"]}, {"type": "integer", "minimum": 10}),
        ({"enum": ["1", "2"]}, {"enum": [2]}),
        ({"type": "integer", "minimum": 9, "maximum": 10}, pattern("^[0-9]$")),
        ({"type": "integer", "minimum": 0}, pattern("^[0-9]{1,9}$")),
        (INTEGER, {"type": "integer", "minimum": 0}),
        (INTEGER, pattern("^[0-9]+$")),
        (NUMBER, INTEGER),
        ({"enum": [1, 2]}, {"anyOf": [{"type": "number", "minimum": 5}, {"enum": ["auto"]}]}),
        ({"type": "integer", "minimum": 1}, {"anyOf": [{"type": "number", "minimum": 5}, {"type": "null"}]}),
        ({"type": "integer", "minimum": 1}, FLAG),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}),
        (items({"enum": ["1", "a"]}), items(INTEGER)),
        (items(INTEGER, minItems=2, maxItems=2), INTEGER),
        (items(INTEGER), items(INTEGER, minItems=1)),
        (TEXT, items(INTEGER)),
        ({"enum": ["a", "b"]}, items({"enum": ["a"]})),
        (TEXT, False),
    ],
)
def test_a_text_that_is_sent_is_found_not_to_be_taken(ours: Schema, theirs: Schema) -> None:
    answer = find_text([ours], theirs)

    assert isinstance(answer, Found)
    assert takes(ours, answer.value)
    assert not takes(theirs, answer.value)


def test_the_value_alone_is_found_where_lists_are_taken() -> None:
    assert find_text([{"enum": ["a", "b"]}], items({"enum": ["a"]})) == Found("b")


def test_what_two_versions_of_what_we_send_have_in_common_is_compared() -> None:
    assert find_text([{"enum": [1, 2]}, {"enum": [2, 3]}], {"enum": ["2"]}) == Nothing()
    assert find_text([pattern("^[0-9]+$"), INTEGER], TEXT) == Nothing()


@pytest.mark.parametrize(
    ("ours", "theirs", "reason"),
    [
        (pattern("^[0-9]+$"), {"type": "number", "multipleOf": 1}, "digits against a range"),
        (pattern("^0[0-9]{25}$"), {"type": "integer", "minimum": 0}, "digits against a range"),
        (TEXT, pattern("("), "a pattern cannot be read"),
    ],
)
def test_what_nobody_can_tell_is_no_answer(ours: Schema, theirs: Schema, reason: str) -> None:
    assert find_text([ours], theirs) == Unknown(reason)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (None, ""),
        (0, "0"),
        (-12, "-12"),
        (1.0, "1"),
        (0.5, "0.5"),
        (2**70, str(2**70)),
        ("a b", "a b"),
    ],
)
def test_a_scalar_is_written_as_json_writes_it_and_a_text_as_it_is(value: JSON, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("schema", "texts"),
    [
        ({"const": True}, ["true"]),
        ({"enum": [1, "1", None, [1], {"a": 1}]}, ["1", ""]),
        ({"enum": [1, "a"], "type": "string"}, ["a"]),
        (FLAG, ["true", "false"]),
        ({"type": "integer", "minimum": -1, "maximum": 1}, ["-1", "0", "1"]),
        ({"type": ["integer", "number"], "enum": [1, 1.5]}, ["1", "1.5"]),
    ],
)
def test_few_values_are_spelled_as_the_list_of_their_texts(schema: Schema, texts: list[str]) -> None:
    assert spelled(schema) == {"enum": texts}


@pytest.mark.parametrize(
    ("schema", "within", "without"),
    [
        (INTEGER, ["0", "-7", "120"], ["07", "-0", "1.5", "a", ""]),
        ({"type": "integer", "minimum": 0}, ["0", "7", "10000"], ["-1", "07"]),
        ({"type": "integer", "minimum": 0, "maximum": 999}, ["0", "999"], ["1000", "-1"]),
        (NUMBER, ["0", "-7.5", "120"], ["07", ".5", "1.", "a"]),
        ({"type": "null"}, [""], ["null", "0"]),
        (FLAG, ["true", "false"], ["TRUE", "1"]),
        ({"type": ["string", "boolean"], "maxLength": 3}, ["on", "true"], ["long"]),
        ({"anyOf": [{"const": 1}, FLAG]}, ["1", "true"], ["2"]),
        ({"allOf": [INTEGER, {"enum": [1, "a"]}]}, ["1"], ["a", "2"]),
        (True, ["", "a"], []),
        (False, [], ["", "a"]),
    ],
)
def test_a_schema_is_spelled_as_the_texts_of_its_values_without_leading_zeros(
    schema: Schema, within: list[str], without: list[str]
) -> None:
    assert [text for text in (*within, *without) if valid(spelled(schema), text)] == within
