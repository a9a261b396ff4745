"""How a parameter's value becomes text: the table "Style Values" of OpenAPI 3.1.1."""

from __future__ import annotations

import pytest

from cxcontracts.contracts.styles import readings, written
from cxcontracts.exchanges import JSON

LIST = ["blue", "black", "brown"]
MAP = {"R": 100, "G": 200}


@pytest.mark.parametrize(
    ("style", "explode", "value", "pairs"),
    [
        ("matrix", False, "blue", [("color", ";color=blue")]),
        ("matrix", False, LIST, [("color", ";color=blue,black,brown")]),
        ("matrix", True, LIST, [("color", ";color=blue;color=black;color=brown")]),
        ("matrix", False, MAP, [("color", ";color=R,100,G,200")]),
        ("matrix", True, MAP, [("color", ";R=100;G=200")]),
        ("label", False, "blue", [("color", ".blue")]),
        ("label", False, LIST, [("color", ".blue,black,brown")]),
        ("label", True, LIST, [("color", ".blue.black.brown")]),
        ("label", True, MAP, [("color", ".R=100.G=200")]),
        ("simple", False, "blue", [("color", "blue")]),
        ("simple", False, LIST, [("color", "blue,black,brown")]),
        ("simple", False, MAP, [("color", "R,100,G,200")]),
        ("simple", True, MAP, [("color", "R=100,G=200")]),
        ("form", True, "blue", [("color", "blue")]),
        ("form", False, LIST, [("color", "blue,black,brown")]),
        ("form", True, LIST, [("color", "blue"), ("color", "black"), ("color", "brown")]),
        ("form", False, MAP, [("color", "R,100,G,200")]),
        ("form", True, MAP, [("R", "100"), ("G", "200")]),
        ("spaceDelimited", False, LIST, [("color", "blue black brown")]),
        ("pipeDelimited", False, LIST, [("color", "blue|black|brown")]),
        ("deepObject", True, MAP, [("color[R]", "100"), ("color[G]", "200")]),
        ("deepObject", True, {"a": {"b": True}}, [("color[a][b]", "true")]),
    ],
)
def test_a_value_is_written_in_its_style(style: str, explode: bool, value: JSON, pairs: list[tuple[str, str]]) -> None:
    assert written("color", value, style, explode) == pairs


def test_a_parameter_with_content_is_written_in_its_media_type() -> None:
    assert written("q", {"a": [1, "é"]}, "form", True, "application/json") == [("q", '{"a":[1,"é"]}')]
    assert written("q", "x", "form", True, "text/plain") == [("q", "x")]


STYLES = [
    *((style, explode) for style in ("matrix", "label", "simple", "form") for explode in (False, True)),
    ("spaceDelimited", False),
    ("pipeDelimited", False),
]


@pytest.mark.parametrize(("style", "explode"), STYLES)
@pytest.mark.parametrize("value", ["blue", LIST, ["blue"], {"R": "100", "G": "200"}])
def test_what_is_written_in_a_style_can_be_read_from_it(style: str, explode: bool, value: JSON) -> None:
    assert value in readings("color", written("color", value, style, explode), style, explode, members=("R", "G"))


def test_an_object_in_brackets_is_read_from_them() -> None:
    value = {"a": {"b": "true"}, "c": "1"}

    assert readings("at", [*written("at", value, "deepObject", True), ("att[a]", "x")], "deepObject", True) == [value]


def test_a_parameter_with_content_is_read_in_its_media_type() -> None:
    assert readings("q", [("q", '{"a":[1]}')], "form", True, "application/json") == [{"a": [1]}]
    assert readings("q", [("q", "{")], "form", True, "application/json") == ["{"]


@pytest.mark.parametrize(("style", "explode"), [*STYLES, ("deepObject", True)])
def test_a_parameter_that_is_not_there_is_not_read(style: str, explode: bool) -> None:
    assert readings("color", [("colour", "x"), ("q[a]", "1")], style, explode) == []
