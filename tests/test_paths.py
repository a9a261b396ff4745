"""Paths of needs: how each is read, written again, and followed through an answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.exchanges import JSON, NO_BODY, Response
from cxcontracts.paths import EACH, MISSING, Matching, Path, as_index, found, parse_path

BODY = {
    "a": {"b": [{"c": 1}, {"c": None}, {}]},
    "": {"x": 0},
    "a.b": 2,
    "0": "zero",
    "empty": [],
    "map": {"en": "hi", "fr": "salut"},
}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", Path("body", ("a",))),
        ("a.b.0.c", Path("body", ("a", "b", "0", "c"))),
        ("a.*.c", Path("body", ("a", EACH, "c"))),
        (".*.c", Path("body", (EACH, "c"))),
        (".0", Path("body", ("0",))),
        ("body", Path("body", ())),
        ("body.header", Path("body", ("header",))),
        ("body.body", Path("body", ("body",))),
        (".header.x", Path("body", ("header", "x"))),
        ("header.ETag", Path("header", ("etag",))),
        (r"a\.b", Path("body", ("a.b",))),
        (r"\*", Path("body", ("*",))),
        (r"a\(b\)", Path("body", ("a(b)",))),
        ("legs.(id=$leg).departs", Path("body", ("legs", Matching("id", "$leg"), "departs"))),
        ("cause text.größe", Path("body", ("cause text", "größe"))),
    ],
)
def test_a_path_is_read_as_it_is_written(text: str, path: Path) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a path is empty"),
        ("a..b", "nothing is named at character 3"),
        ("a.", "nothing is named at character 3"),
        ("header", "names no response header"),
        ("header.a.b", "names no response header"),
        ("header.*", "names no response header"),
        ("a.(b)", "is no path"),
        ("a.(b c=1)", "is no filter"),
    ],
)
def test_what_is_no_path_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_path(text)


@given(st.lists(st.one_of(st.text(min_size=1), st.just(EACH)), max_size=4))
def test_a_path_reads_again_as_it_writes_itself(segments: list[str]) -> None:
    path = Path("body", tuple(segments))

    assert parse_path(str(path)) == path


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("a.b.0.c", [1]),
        ("a.b.1.c", [None]),
        ("a.b.2.c", [MISSING]),
        ("a.b.3.c", [MISSING]),
        ("a.b.*.c", [1, None, MISSING]),
        ("a.b.(c=$x).c", [1, None, MISSING]),
        ("a.c.d", [MISSING]),
        (r"a\.b", [2]),
        (".0", ["zero"]),
        ("map.*", ["hi", "salut"]),
        ("map.en.x", [MISSING]),
        ("empty.*", []),
        ("empty.0", [MISSING]),
        ("header.etag", ["v1"]),
        ("header.Etag", ["v1"]),
        ("header.other", [MISSING]),
    ],
)
def test_a_path_reaches_a_value_or_says_that_it_is_missing(path: str, values: list[JSON]) -> None:
    response = Response(200, {"etag": "v1"}, BODY)

    assert list(found(parse_path(path), response)) == values


def test_the_whole_body_is_reached_and_missing_where_there_is_none() -> None:
    assert list(found(parse_path("body"), Response(200, body=[1]))) == [[1]]
    assert list(found(parse_path("body"), Response(200, body=None))) == [None]
    assert list(found(parse_path("body"), Response(204))) == [MISSING]
    assert list(found(parse_path(".*.a"), Response(200, body=NO_BODY))) == [MISSING]


@pytest.mark.parametrize(("segment", "index"), [("0", 0), ("12", 12), ("01", None), ("-1", None), ("a", None), (EACH, None)])
def test_a_number_is_an_index(segment: str, index: int | None) -> None:
    assert as_index(segment) == index
