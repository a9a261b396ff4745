from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.containment.sets import admits
from cxcontracts.exchanges import JSON
from cxcontracts.fuzzing.edges import LEFT_OUT, MOST_EDGES, NAMES, Part, changed, edges, facets, parts


def values(schema: dict[str, JSON], sample: JSON, name: str = "thing") -> list[JSON]:
    return [edge.value for edge in edges(schema, sample, name)]


@pytest.mark.parametrize(
    ("schema", "sample", "expected"),
    [
        ({"enum": ["USD", "EUR", "GBP"]}, "USD", ["EUR", "GBP"]),
        ({"type": "boolean"}, False, [True]),
        ({"type": ["boolean", "null"]}, False, [True, None]),
        ({"type": "integer", "minimum": 1, "maximum": 100}, 2, [1, 100, 99]),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 100, "multipleOf": 10}, 50, [10, 90]),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 4}, [7], [[7, 7], [7, 7, 7, 7], [7, 7, 7], []]),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 1, "uniqueItems": True}, ["a"], [["a", "b"]]),
        ({"type": "string", "pattern": "^[A-Z]{2}[0-9]{1,3}$"}, "QX1", ["AA000", "AA0", "AA001", "AA1", "AB0"]),
        ({"anyOf": [{"type": "integer", "minimum": 3, "maximum": 4}, {"const": "any"}]}, 3, ["any", 4]),
    ],
)
def test_the_values_at_the_edge_are_exactly_these(schema: dict[str, JSON], sample: JSON, expected: list[JSON]) -> None:
    assert values(schema, sample) == expected


def test_a_text_is_tried_as_long_and_as_short_as_may_be_and_next_to_that() -> None:
    lengths = {len(value) for value in values({"type": "string", "minLength": 2, "maxLength": 120}, "text")}
    assert {2, 3, 80, 119, 120} <= lengths


def test_names_of_people_are_hard_in_all_the_ways_that_the_space_allows() -> None:
    tried = values({"type": "string", "minLength": 1, "maxLength": 80}, "Okafor", "surname")
    assert tried[1 : len(NAMES) + 1] == list(NAMES)
    assert len(tried[0]) == 80
    short = values({"type": "string", "maxLength": 3}, "Li", "surname")
    assert [value for value in short if value in NAMES] == ["Ng", "O", "李", "𠮷田"]


def test_a_name_with_a_pattern_is_as_hard_as_the_pattern_allows() -> None:
    tried = values({"type": "string", "pattern": "^[A-Za-z' -]+$"}, "Okafor", "surname")
    assert [value for value in tried if value in NAMES] == ["O'Brien", "Ng", "O", "Smith-Jones", "van der Berg", "Null"]


def test_every_listed_value_is_tried_however_many_there_are() -> None:
    assert len(values({"enum": list(range(150))}, 0)) == 149


def test_there_are_only_so_many_others() -> None:
    kinds = [{"type": "string", "maxLength": 200}, {"type": "number"}, {"type": "integer", "minimum": 5, "maximum": 99}]
    assert len(values({"anyOf": kinds}, 7)) == MOST_EDGES


def test_the_longest_text_of_a_pattern_is_found() -> None:
    lengths = [len(value) for value in values({"type": "string", "pattern": "^[a-z]{3,37}$"}, "abc")]
    assert (lengths[0], min(lengths)) == (37, 3)


def test_the_two_ends_of_what_is_odd_about_a_date_are_tried() -> None:
    assert values({"type": "string", "format": "date"}, "2031-05-17")[:2] == ["2028-02-29", "1900-01-01"]


def compound(one: JSON, other: JSON, both: bool, least: int) -> JSON:
    if both:
        return {"anyOf": [one, other]}
    return {"type": "array", "items": one, "minItems": least, "maxItems": least + 2}


schemas = st.one_of(
    st.builds(
        lambda low, span, step: {"type": "integer", "minimum": low, "maximum": low + span, "multipleOf": step},
        st.integers(-1000, 1000),
        st.integers(0, 1000),
        st.integers(1, 7),
    ),
    st.builds(
        lambda low, span: {"type": "string", "minLength": low, "maxLength": low + span}, st.integers(0, 30), st.integers(0, 200)
    ),
    st.sampled_from(["date", "date-time", "time", "email", "uuid", "uri", "ipv6", "hostname", "duration", "phone", "int32"]).map(
        lambda name: {"type": "integer" if name == "int32" else "string", "format": name}
    ),
    st.sampled_from(["^[A-Z0-9]{6}$", "[0-9]+", "^(on|off)$", r"^\S+@\S+$", "^a*$", "(?=.*[0-9])^.{2,5}$"]).map(
        lambda pattern: {"type": "string", "pattern": pattern}
    ),
    st.lists(st.one_of(st.text(max_size=3), st.integers(), st.none()), min_size=1, max_size=5).map(
        lambda listed: {"enum": listed}
    ),
)


@given(st.recursive(schemas, lambda inner: st.builds(compound, inner, inner, st.booleans(), st.integers(0, 3)), max_leaves=5))
def test_no_edge_leaves_the_set_comes_twice_or_is_the_sample(schema: dict[str, JSON]) -> None:
    found = edges(schema, "the sample", "name")
    assert [edge for edge in found if not admits(schema, edge.value)] == []
    assert len({f"{type(edge.value)}{edge.value!r}" for edge in found}) == len(found) <= 200 + MOST_EDGES
    assert found == edges(schema, "the sample", "name")


def test_every_place_inside_of_a_value_is_told_before_what_is_inside_it() -> None:
    schema = {
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {"type": "array", "items": {"properties": {"qty": {"type": "integer"}}}},
            "note": {"type": "string"},
        },
    }
    found = list(parts(schema, {"items": [{"qty": 2}]}))
    assert [part.way for part in found] == [(), ("items",), ("items", 0), ("items", 0, "qty"), ("note",)]
    assert found[-1] == Part(("note",), {"type": "string"}, LEFT_OUT, True)


def test_what_several_branches_say_of_a_member_all_holds() -> None:
    schema = {"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"a": {"minimum": 3}}, "required": ["a"]}]}
    (_, part) = parts(schema, {"a": 5})
    assert part == Part(("a",), {"allOf": [{"type": "integer"}, {"minimum": 3}]}, 5, False)
    assert [each["type"] for each in facets(part.schema) if "type" in each] == ["integer", "number"]


def test_a_member_is_changed_added_and_taken_out_and_nothing_else() -> None:
    whole = {"a": {"b": 1, "c": [1, 2]}}
    assert changed(whole, ["a", "c", 1], 3) == {"a": {"b": 1, "c": [1, 3]}}
    assert changed(whole, ["a", "new"], 3) == {"a": {"b": 1, "c": [1, 2], "new": 3}}
    assert changed(whole, ["a", "b"], LEFT_OUT) == {"a": {"c": [1, 2]}}
    assert whole == {"a": {"b": 1, "c": [1, 2]}}


@pytest.mark.parametrize("way", [["x", "b"], ["a", "b", "c"], ["a", "c", 2]])
def test_what_is_in_no_place_is_not_changed(way: list[str | int]) -> None:
    with pytest.raises(LookupError):
        changed({"a": {"b": 1, "c": [1, 2]}}, way, 3)


@pytest.mark.parametrize(("longest", "letters"), [(20, 20), (64, 64), (120, 120), (254, 254), (400, 254), (None, 80)])
def test_an_address_is_tried_that_is_as_long_as_may_be(longest: int | None, letters: int) -> None:
    schema = {"type": "string", "format": "email"} | ({"maxLength": longest} if longest else {})
    tried = edges(schema, "ada@example.com", "email")
    assert len(tried[0].value) == letters
    assert all(len(part) <= 63 for part in tried[0].value.partition("@")[2].split("."))
