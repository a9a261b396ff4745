"""The ways in which an answer can look along a path: where it leads, and why it breaks off."""

from __future__ import annotations

import pytest

from cxcontracts.containment.nodes import Direction, Reader, TooManyShapes, Touched
from cxcontracts.containment.ways import Gap, ways
from cxcontracts.paths import parse_path
from tests.estates_made import schema

TREE = (
    "components: {schemas: {Tree: {required: [v], properties: {v: {type: string}, next: {$ref: '#/components/schemas/Tree'}}}}}"
)


def seen(written: str, path: str, rest: str = "", *, direction: Direction = Direction.RESPONSE) -> list[str]:
    """Return each way in a word: the types at its end, or the gap."""
    found = ways(Reader(direction), [schema(written, rest)], parse_path(path).segments)
    return [way.gap.name if way.gap else " ".join(sorted(way.end.types)) if way.end else "" for way in found]


@pytest.mark.parametrize(
    ("written", "path", "found"),
    [
        ("{type: object, required: [a], properties: {a: {type: string}}}", "a", ["string"]),
        ("{type: object, properties: {a: {type: string}}}", "a", ["OPTIONAL", "string"]),
        ("{type: object, properties: {b: {type: string}}}", "a", ["UNDECLARED"]),
        ("{type: [object, 'null'], required: [a], properties: {a: {type: string}}}", "a", ["NULL", "string"]),
        ("{type: [object, string], required: [a], properties: {a: {type: string}}}", "a", ["RETYPED", "string"]),
        ("{type: string}", "a", ["RETYPED"]),
        ("{type: object, properties: {a: {writeOnly: true}}}", "a", ["UNDECLARED"]),
        ("{type: object, properties: {a: false}}", "a", ["UNDECLARED"]),
        ("{type: array, items: {type: string}}", "0", ["string"]),
        ("{type: array, items: {type: string}}", ".*", ["string"]),
        ("{type: array, items: {type: string}}", "a", ["RETYPED"]),
        ("{type: array, items: false}", ".*", ["UNDECLARED"]),
        ("{type: array, prefixItems: [{type: string}, {type: boolean}], items: false}", ".*", ["string", "boolean"]),
        ("{type: array, prefixItems: [{type: string}, {type: boolean}], items: false}", "1", ["boolean"]),
        ("{type: array, prefixItems: [{type: string}, {type: boolean}], items: false}", "2", ["UNDECLARED"]),
        ("{type: object, additionalProperties: {type: string}}", ".*", ["string"]),
        ("{type: object, properties: {a: {type: string}, b: {type: boolean}}}", ".*", ["string", "boolean"]),
        ("{type: object, additionalProperties: {type: string}}", "0", ["OPTIONAL", "string"]),
        ("{type: array, items: {type: object, required: [id], properties: {id: {type: string}}}}", ".(id=$x).id", ["string"]),
        ("{type: string}", "body", ["string"]),
    ],
)
def test_each_way_ends_with_what_is_there_or_with_why_nothing_is(written: str, path: str, found: list[str]) -> None:
    assert seen(written, path) == found


def test_a_schema_that_says_nothing_leaves_every_way_open() -> None:
    assert seen("{type: object}", "a.b")[:1] == ["OPTIONAL"]
    assert seen("{type: object}", "a.b")[-1] == "array boolean integer null number object string"


def test_a_schema_that_recurs_is_followed_as_far_as_the_path_goes() -> None:
    assert seen("{$ref: '#/components/schemas/Tree'}", "next.next.v", TREE) == ["OPTIONAL", "OPTIONAL", "string"]


def test_more_ways_than_can_be_told_apart_are_not_told_apart() -> None:
    branches = ", ".join(f"{{required: [c], properties: {{c: {{}}, k{number}: {{}}}}}}" for number in range(50))
    nested = f"{{oneOf: [{branches}]}}".replace("c: {}", "c: {$ref: '#/components/schemas/Wide'}")

    with pytest.raises(TooManyShapes):
        seen("{$ref: '#/components/schemas/Wide'}", "c.c.c.c", f"components: {{schemas: {{Wide: {nested}}}}}")


def test_what_was_looked_at_is_known_by_schema_and_member() -> None:
    node = schema("{type: object, properties: {a: {type: string}, b: {type: string}}}")
    touched: Touched = set()

    ways(Reader(Direction.RESPONSE), [node], parse_path("a").segments, touched)

    assert (node.identity, "a") in touched
    assert (node.identity, "b") not in touched
    assert (node.child("properties", "a").identity, None) in touched


def test_the_gap_of_a_way_is_where_it_breaks_off() -> None:
    node = schema("{type: object, required: [a], properties: {a: {type: object, properties: {b: {type: string}}}}}")

    missing, there = ways(Reader(Direction.RESPONSE), [node], parse_path("a.b").segments)

    assert (missing.gap, [turn.name for turn in missing.turns]) == (Gap.OPTIONAL, ["a", "b"])
    assert (there.gap, [turn.name for turn in there.turns]) == (None, ["a", "b"])
