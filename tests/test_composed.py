"""Parts of a contract that are written in several places: read as one, and each told where it stands."""

from __future__ import annotations

import pytest

from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.composed import Composed, parts_of
from tests.estates_made import contract, read

ROOT = read(contract("/a: {}", "x: {one: {deep: [1, 2]}, two: text}\ny: [a, b]")).root
ONE, TWO = ROOT.child("x", "one"), ROOT.child("y", 1)


def composed(*parts: Node, **named: Node) -> Composed:
    return Composed(named or parts, ROOT.home, ROOT, "here")


def test_a_composed_part_has_the_values_of_its_parts() -> None:
    assert composed(first=ONE, second=TWO).value == {"first": {"deep": [1, 2]}, "second": "b"}
    assert composed(TWO, ONE).value == ["b", {"deep": [1, 2]}]


def test_what_is_below_stays_where_it_is_written() -> None:
    found = composed(first=composed(TWO, ONE))

    assert found.child("first", 1, "deep", 0).pointer == ("x", "one", "deep", 0)
    assert found.child("first", 0).identity == TWO.identity
    assert (found.pointer, found.child() is found) == (("here",), True)


@pytest.mark.parametrize("key", ["third", 0])
def test_a_part_that_is_not_there_is_a_key_error(key: str | int) -> None:
    with pytest.raises(KeyError):
        composed(first=ONE).child(key)


def test_the_parts_of_a_mapping_go_by_its_keys() -> None:
    assert {key: part.value for key, part in parts_of(ROOT.child("x")).items()} == {"one": {"deep": [1, 2]}, "two": "text"}
