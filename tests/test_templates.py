"""Templates: what a step sends, with references."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.estate.mistakes import Misread
from cxcontracts.estate.templates import (
    Reference,
    Repeat,
    Template,
    embed,
    files,
    is_whole_reference,
    parts,
    references,
    repeat_of,
    resolve,
    template_mistakes,
)
from cxcontracts.exchanges import JSON
from tests.test_values import JSON_VALUES

NOON = datetime.datetime(2027, 1, 31, 14, 0, 0, 250_000, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))


def sent(template: JSON, **values: JSON) -> JSON:
    return resolve(template, values, now=NOON, fresh_id="a1")


@pytest.mark.parametrize("value", [7, 1.5, True, None, "x", [1], {"a": 1}])
@pytest.mark.parametrize("template", ["$name", "${name}"])
def test_a_text_that_is_exactly_one_reference_keeps_the_type(template: str, value: JSON) -> None:
    assert sent(template, name=value) == value


@pytest.mark.parametrize(("value", "text"), [(7, "7"), (True, "true"), (None, "null"), ("x", "x"), ([1, "a"], '[1, "a"]')])
def test_within_a_text_a_value_is_written_out(value: JSON, text: str) -> None:
    assert sent("no. ${name}!", name=value) == f"no. {text}!"


def test_a_reference_takes_the_longest_name() -> None:
    assert parts("$a-b_1.c") == (Reference("a-b_1"), ".c")
    assert sent("${a}-b", a="x") == "x-b"


def test_references_work_at_any_depth_and_in_keys() -> None:
    template = {"a": [{"$key": ["${x}!"]}], "$$b": "$$x"}
    assert references(template) == {"key", "x"}
    assert sent(template, key="k", x=1) == {"a": [{"k": ["1!"]}], "$b": "$x"}


def test_two_dollars_are_one_and_begin_nothing() -> None:
    assert parts("$$name $${x}") == ("$name ${x}",)


@pytest.mark.parametrize(
    ("template", "meant"),
    [
        ("$now", "2027-01-31T12:00:00Z"),
        ("$now+90m", "2027-01-31T13:30:00Z"),
        ("${now+3d}", "2027-02-03T12:00:00Z"),
        ("$today", "2027-01-31"),
        ("$today+1d", "2027-02-01"),
        ("before $today+1d!", "before 2027-02-01!"),
        ("$fresh-id", "a1"),
        ("id-${fresh-id}", "id-a1"),
    ],
)
def test_what_is_built_in_is_known_everywhere(template: str, meant: str) -> None:
    assert sent(template) == meant
    assert references(template) == set()


def test_repeat_makes_copies_that_count_from_nought() -> None:
    template = {"$repeat": 2, "item": {"no": "$i", "seat": "${letter}${i}"}}
    assert repeat_of(template) == Repeat(2, {"no": "$i", "seat": "${letter}${i}"})
    assert references(template) == {"letter"}
    assert sent(template, letter="A") == [{"no": 0, "seat": "A0"}, {"no": 1, "seat": "A1"}]


def test_in_nested_copies_the_innermost_counts() -> None:
    assert sent({"$repeat": 2, "item": {"$repeat": 2, "item": "$i"}}) == [[0, 1], [0, 1]]


def test_outside_of_copies_i_is_a_name_like_any_other() -> None:
    assert references({"a": "$i"}) == {"i"}


def test_a_file_takes_its_place_and_nothing_in_it_is_a_reference() -> None:
    template = {"body": {"$file": "data/x.json"}}
    assert files(template) == {"data/x.json"}
    embedded = embed(template, {"data/x.json": {"$price": "$5 ${a}"}}.__getitem__)
    assert sent(embedded) == {"body": {"$price": "$5 ${a}"}}


def test_a_file_that_was_not_read_in_is_never_sent_as_it_is() -> None:
    with pytest.raises(ValueError, match=r"data/x\.json was not read in"):
        sent({"$file": "data/x.json"})


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        sent("$name")


def test_whether_a_text_is_one_reference() -> None:
    written = ["$name", "${name}", "$now+3d", "$name.", "x", "", "$$name"]
    assert [is_whole_reference(text) for text in written] == ["name", "name", "now", None, None, None, None]


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("$", "a dollar stands alone in '$'; write $$ for a dollar, $name for a value"),
        ("US$ 5", "a dollar stands alone in 'US$ 5'; write $$ for a dollar, $name for a value"),
        ("${a", "a brace is open in '${a'; write ${name}, or $${ for the characters themselves"),
        ("${}", "${} names nothing that could be known; write ${name}: letters, digits, _ and -"),
        ("${a b}", "${a b} names nothing that could be known; write ${name}: letters, digits, _ and -"),
    ],
)
def test_a_dollar_that_begins_no_reference_is_a_mistake(template: str, message: str) -> None:
    with pytest.raises(Misread) as raised:
        Template.parse(template)
    assert str(raised.value) == message


def test_all_mistakes_of_a_template_are_told_at_once_with_their_places() -> None:
    template = {
        "a": ["$"],
        "b$": 1,
        "c": {"$repeat": -1, "item": "${"},
        "d": {"$repeat": 2},
        "e": {"$file": 3},
        "f": {"$file": "x.json", "g": 1},
    }
    assert [(mistake.code, mistake.at, mistake.of_key) for mistake in template_mistakes(template)] == [
        ("lone-dollar", ("a", 0), False),
        ("lone-dollar", ("b$",), True),
        ("repeat-count", ("c", "$repeat"), False),
        ("unclosed-reference", ("c", "item"), False),
        ("repeat", ("d", "$repeat"), True),
        ("data-file", ("e", "$file"), False),
        ("data-file", ("f", "g"), True),
    ]


def test_a_template_knows_its_names_and_files() -> None:
    template = Template.parse({"a": "$x", "b": {"$file": "y.json"}})
    assert (template.names, template.files) == (frozenset({"x"}), frozenset({"y.json"}))
    assert Template.parse({"a": "$x"}).resolve({"x": 1}, now=NOON, fresh_id="") == {"a": 1}


@given(JSON_VALUES)
def test_data_from_a_file_comes_out_as_it_went_in(value: JSON) -> None:
    assert sent(embed({"$file": "x.json"}, lambda name: value)) == value


@given(st.text(alphabet="$a{}+1d -", max_size=12))
def test_any_text_is_read_or_refused_with_a_reason_and_nothing_else(text: str) -> None:
    try:
        split = parts(text)
    except Misread as misread:
        assert str(misread)
    else:
        rendered = "".join(part.replace("$", "$$") if isinstance(part, str) else f"${{{part.name}}}" for part in split)
        assert [getattr(part, "name", part) for part in parts(rendered)] == [getattr(part, "name", part) for part in split]


@given(JSON_VALUES)
def test_what_a_template_refers_to_is_all_that_it_takes_to_resolve_it(template: JSON) -> None:
    if not list(template_mistakes(template)) and not files(template):
        sent(template, **dict.fromkeys(references(template), 1))
