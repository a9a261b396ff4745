"""Files as values: what is read, what is refused, and where everything stands."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.documents import MOST_BYTES, MOST_NESTING, Document, Malformed, parse, quoted, read, yaml_events, yaml_text
from cxcontracts.errors import ContractError, EstateError
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Place, Problem


def document(text: str | bytes, name: str = "f.yaml", **options: JSON) -> Document:
    return parse(text.encode() if isinstance(text, str) else text, name, **options)


def problem(text: str | bytes, name: str = "f.yaml") -> Problem:
    with pytest.raises(ContractError) as raised:
        document(text, name)
    (found,) = raised.value.problems
    return found


# What is read


@pytest.mark.parametrize(
    "text", ["No", "OFF", "yes", "on", "12:30", "12:30:45", "2024-01-01", "0123", "010", "0b11", "+0x1F", "1_0", "<"]
)
def test_what_yaml_1_2_does_not_call_a_number_or_a_constant_stays_text(text: str) -> None:
    assert document(f"a: {text}").value == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [("0o17", 15), ("0x1F", 31), ("-7", -7), ("1e3", 1000.0), (".5", 0.5), ("1.", 1.0), ("~", None), ("", None), ("TRUE", True)],
)
def test_numbers_and_constants_are_those_of_the_core_schema(text: str, value: JSON) -> None:
    assert repr(document(f"a: {text}").value) == repr({"a": value})


@pytest.mark.parametrize("key", ["200", ".0", "1.50", "null", "~", "true", "yes", "0x1F", "+7", "-0", "1e3", "2024-01-01", "<"])
def test_a_key_is_the_text_that_is_written(key: str) -> None:
    assert document(f"{key}: a").value == {key: "a"}


def test_keys_inside_lists_and_mappings_are_text_too() -> None:
    assert document("a: [{200: {404: x}}]\n500: b").value == {"a": [{"200": {"404": "x"}}], "500": "b"}


def test_keys_that_are_one_number_in_two_spellings_are_two_keys() -> None:
    assert document("0x10: a\n16: b").value == {"0x10": "a", "16": "b"}


def test_keys_keep_their_order() -> None:
    assert list(document("b: 1\n200: 2\na: 3").value) == ["b", "200", "a"]


@pytest.mark.parametrize("name", ["f.json", "f.yaml"])
def test_a_byte_order_mark_is_no_part_of_the_text(name: str) -> None:
    found = document(b'\xef\xbb\xbf{"a": 1}', name)
    assert found.value == {"a": 1}
    assert found.place(["a"]) == Place(name, 1, 7)


# An alias makes the exact reader of YAML read the text, a comment alone leaves it to the fast one.
NUMBERS = pytest.mark.parametrize("form", ["{}", "{} # YAML", "[&x 0, *x, {}]"])


@NUMBERS
def test_whole_numbers_are_exact_up_to_64_bits_and_floats_beyond(form: str) -> None:
    def value(text: str) -> str:
        return repr(document(form.format(f"[{text}]")).value).removeprefix("[0, 0, ").removesuffix("]")

    for whole in ("18446744073709551615", "-9223372036854775808"):
        assert whole in value(whole)
    assert "1.8446744073709552e+19" in value("18446744073709551616")
    assert "-9.223372036854776e+18" in value("-9223372036854775809")
    assert "1e+25" in value("10000000000000000000000000")


@pytest.mark.parametrize("form", ["{}", "[&x 0, *x, {}]"])
def test_a_number_that_no_float_can_hold_stays_text_in_yaml(form: str) -> None:
    large = ["1e400", "9" * 5000, "-" + "9" * 5000, "0x" + "f" * 40, "0x" + "f" * 17]
    value = document(form.format(f"[{', '.join(large)}]")).value
    assert (value if form == "{}" else value[-1]) == large


def test_an_alias_repeats_its_anchor() -> None:
    assert document("a: &x {b: 1}\nc: *x\nd: [*x]").value == {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}]}


def test_a_scalar_that_an_alias_repeats_as_a_key_is_spelled_as_its_anchor() -> None:
    assert document("a: &x 0x1F\n*x : c").value == {"a": 31, "0x1F": "c"}


def test_merged_keys_are_added_and_overrule_nothing() -> None:
    text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz: {<<: [*x, *y], a: 0}"
    assert document(text).value["z"] == {"a": 0, "b": 2, "c": 4}


def test_a_quoted_merge_key_is_a_name() -> None:
    assert document("'<<': 1").value == {"<<": 1}


def test_tags_of_json_types_have_their_meaning() -> None:
    assert (
        repr(document("[!!str 12, !!float 1, !!int '7', !!null '', !!map {}, !!seq []]").value) == "['12', 1.0, 7, None, {}, []]"
    )


def test_an_empty_file_is_null() -> None:
    assert document("# nothing\n").value is None


def test_a_yaml_file_may_be_json_and_a_json_file_may_not_be_yaml() -> None:
    assert document('{"a": [1]}', "f.yaml").written == "json"
    assert document("{a: [1,], }", "f.yaml").value == {"a": [1]}
    assert problem("{a: [1,], }", "f.json").code == "json-syntax"
    assert problem("openapi: 3.1.0", "F.JSON").code == "json-syntax"


def test_the_bytes_are_kept_as_they_were() -> None:
    assert document(b"\xef\xbb\xbfa: 1\r\n").data == b"\xef\xbb\xbfa: 1\r\n"


# What is refused

REFUSED: dict[str, tuple[str, str | bytes, str, int, int]] = {
    "open list": ("f.yaml", "a: 1\nb: [1,\n  2\n", "yaml-syntax", 4, 1),
    "two values in a line": ("f.yaml", "a: b: c", "yaml-syntax", 1, 5),
    "tab": ("f.yaml", "a:\n\t- b", "yaml-syntax", 2, 1),
    "key twice": ("f.yaml", "a: 1\nb:\n  c: 1\n  c: 2", "duplicate-key", 4, 3),
    "key twice, as number and text": ("f.yaml", "200: a\n'200': b", "duplicate-key", 2, 1),
    "key twice, aliases elsewhere": ("f.yaml", "a: &x 1\nb: *x\na: 2", "duplicate-key", 3, 1),
    "list as key": ("f.yaml", "a: 1\n? [b]\n: c", "yaml-key", 2, 3),
    "braces as key": ("f.yaml", "a: {{ b }}", "yaml-key", 1, 5),
    "second document": ("f.yaml", "a: 1\n---\nb: 2", "yaml-documents", 2, 1),
    "python tag": ("f.yaml", "a: !!python/object/apply:os.system [x]", "yaml-tag", 1, 4),
    "tag of one's own": ("f.yaml", "a: 1\nb: !secret x", "yaml-tag", 2, 4),
    "bare tag with a long name": ("f.yaml", "a: !<tag:x,2000:y> z", "yaml-tag", 1, 4),
    "redefined tag": ("f.yaml", "%TAG ! tag:x,2000:\n---\na: !y z", "yaml-tag", 3, 4),
    "set": ("f.yaml", "a: !!set {b}", "yaml-tag", 1, 4),
    "tag that does not fit": ("f.yaml", "a: !!int b", "yaml-tag", 1, 4),
    "unknown alias": ("f.yaml", "a: &x 1\nb: *y\nc: *x", "yaml-alias", 2, 4),
    "alias within itself": ("f.yaml", "a: &x\n  b: *x", "yaml-alias", 2, 6),
    "merge of text": ("f.yaml", "a:\n  <<: b", "yaml-merge", 2, 3),
    "infinity": ("f.yaml", "a: -.inf", "not-finite", 1, 4),
    "no number": ("f.yaml", "a: [.NaN]", "not-finite", 1, 5),
    "control character": ("f.yaml", "a: 1\nb: x\x01", "control-character", 2, 5),
    "two byte-order marks": ("f.yaml", b"\xef\xbb\xbf\xef\xbb\xbfa: 1", "control-character", 1, 1),
    "deep YAML": ("f.yaml", "- " * (MOST_NESTING + 1) + "a", "too-deep", 1, 2 * MOST_NESTING + 1),
    "deep through aliases": (
        "f.yaml",
        "- &a0 []\n" + "".join(f"- &a{n} [*a{n - 1}]\n" for n in range(1, 200)),
        "too-deep",
        MOST_NESTING,
        10,
    ),
    "not UTF-8": ("f.yaml", "a: é".encode() + b"\xff", "not-utf8", 1, 5),
    "UTF-16": ("f.yaml", "\ufeffa: 1".encode("utf-16-le"), "not-utf8", 1, 1),
    "UTF-16 without mark": ("f.json", "[1]".encode("utf-16-be"), "not-utf8", 1, 1),
    "trailing comma": ("f.json", '{"a": 1,\n "é": [1,]}', "json-syntax", 2, 9),
    "nothing": ("f.json", "", "json-syntax", 1, 1),
    "NaN": ("f.json", '{"a": NaN}', "json-syntax", 1, 7),
    "Infinity": ("f.json", "[-Infinity]", "json-syntax", 1, 3),
    "number too large": ("f.json", "[1e400]", "json-syntax", 1, 2),
    "lone surrogate": ("f.json", r'["\ud800"]', "json-syntax", 1, 3),
    "JSON that closes more than it opens": ("f.json", "1],[2", "json-syntax", 1, 2),
    "two JSON values": ("f.json", "1,2", "json-syntax", 1, 2),
    "key twice in JSON": ("f.json", '{"a": 1,\n "b": {"c": 1, "c": 2}}', "duplicate-key", 2, 16),
    "deep JSON": ("f.json", "[\n" * (MOST_NESTING + 1) + "]" * (MOST_NESTING + 1), "too-deep", MOST_NESTING + 1, 1),
    "very deep JSON": ("f.json", '{"[":' * 5000 + "0" + "}" * 5000, "too-deep", 1, 5 * MOST_NESTING + 1),
    "JSON not UTF-8": ("f.json", b'["\xff"]', "not-utf8", 1, 3),
    "too large": ("f.json", b" " * (MOST_BYTES + 1), "file-too-large", 1, 1),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_with_its_place_and_a_remedy(case: str) -> None:
    name, text, code, line, column = REFUSED[case]
    found = problem(text, name)
    assert (found.code, found.place) == (code, Place(name, line, column))
    assert found.what and found.remedy


@pytest.mark.parametrize("text", ["[" * MOST_NESTING + "]" * MOST_NESTING, "- " * MOST_NESTING + "a"])
def test_the_deepest_nesting_allowed_is_read(text: str) -> None:
    assert document(text).place([0] * MOST_NESTING).line == 1


def test_a_key_that_comes_twice_is_refused_with_both_lines() -> None:
    text = '{"a": 1,\n "b": 2,\n "a": 3}'
    for name in ("f.json", "f.yaml"):
        assert str(problem(text, name)) == f"{name}:3:2: the key 'a' is there already, in line 1; remove one of the two"


def test_the_line_where_an_unclosed_part_begins_is_told() -> None:
    assert "while parsing a flow sequence that begins in line 2" in problem("a: 1\nb: [1,\n  2\n").what


def test_an_alias_within_itself_and_one_that_is_unknown_are_told_apart() -> None:
    assert problem("a: &x [*x]").what == "alias *x stands inside what it repeats"
    assert problem("a: &x [*y]\nb: *x").what == "alias *y has no anchor before it"


def test_a_message_quotes_what_cannot_be_seen_and_cuts_what_is_long() -> None:
    assert problem("a\u202eb: 1\na\u202eb: 2").what == r"the key 'a\u202eb' is there already, in line 1"
    assert len(quoted("x" * 1000)) == 80


def test_the_error_is_of_the_class_asked_for() -> None:
    with pytest.raises(EstateError):
        parse(b"a: [", "estate.yaml", error=EstateError)


# Repeated keys of a partner's JSON


def test_in_a_partners_json_the_last_key_wins_and_both_places_can_be_had() -> None:
    found = document('{"a": {"b": 1,\n "b": 2,\n "b": 3}}', "f.json", duplicates="last-wins")
    assert found.value == {"a": {"b": 3}}
    assert [(twice.key, twice.first, twice.again) for twice in found.duplicates] == [
        ("b", Place("f.json", 1, 8), Place("f.json", 2, 2)),
        ("b", Place("f.json", 1, 8), Place("f.json", 3, 2)),
    ]
    assert found.place(["a", "b"]) == Place("f.json", 3, 7)


def test_repeated_keys_are_found_inside_lists_and_in_the_order_of_the_text() -> None:
    found = document('[{"x": 1, "x": [{"y": 0, "y": 0}]}, 7, {"z": 0, "z": 0}]', "f.json", duplicates="last-wins")
    assert [(twice.key, twice.again.column) for twice in found.duplicates] == [("x", 11), ("y", 26), ("z", 49)]


def test_at_most_a_hundred_repeated_keys_are_told() -> None:
    found = document("{" + ",".join(['"a": 0'] * 500) + "}", "f.json", duplicates="last-wins")
    assert len(found.duplicates) == 100


@pytest.mark.parametrize("text", ['{"a": {"b": 1}, "c": {"b": 1}}', "a: 1"])
def test_where_no_key_comes_twice_there_are_no_duplicates(text: str) -> None:
    assert document(text, duplicates="last-wins").duplicates == ()


# Places

YAML = """\
# comment
openapi: 3.1.0
paths:
  /a:
    get: {responses: {200: {description: ok}}}
  "/é~x": &shared
    - one
    - two:
        three: |
          text
  /alias: *shared
empty:
"""


@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("openapi",), (2, 10), (2, 1)),
        (("paths",), (4, 3), (3, 1)),
        (("paths", "/a", "get"), (5, 10), (5, 5)),
        (("paths", "/a", "get", "responses", "200", "description"), (5, 42), (5, 29)),
        (("paths", "/a", "get", "responses", 200), (5, 28), (5, 23)),
        (("paths", "/é~x"), (6, 11), (6, 3)),
        (("paths", "/é~x", 0), (7, 7), (7, 7)),
        (("paths", "/é~x", "1", "two", "three"), (9, 16), (9, 9)),
        (("paths", "/alias"), (11, 11), (11, 3)),
        (("paths", "/alias", 0), (7, 7), (7, 7)),
        (("empty",), (12, 7), (12, 1)),
    ],
)
def test_a_yaml_value_and_its_key_are_placed(
    pointer: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    found = document(YAML)
    assert found.place(pointer) == Place("f.yaml", *value)
    assert found.place(pointer, of_key=True) == Place("f.yaml", *key)


JSON_TEXT = '\n{\n  "a": [10, {"b": null}, []],\n  "\\u00e9\\"x" : {"200": "é", "c": 1}\n}\n'


@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("a",), (3, 8), (3, 3)),
        (("a", 0), (3, 9), (3, 9)),
        (("a", 1, "b"), (3, 19), (3, 14)),
        (("a", "2"), (3, 26), (3, 26)),
        (('é"x',), (4, 17), (4, 3)),
        (('é"x', 200), (4, 25), (4, 18)),
        (('é"x', "c"), (4, 35), (4, 30)),
    ],
)
def test_a_json_value_and_its_key_are_placed(
    pointer: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    found = document(JSON_TEXT, "f.json")
    assert found.place(pointer) == Place("f.json", *value)
    assert found.place(pointer, of_key=True) == Place("f.json", *key)


@pytest.mark.parametrize(
    ("pointer", "column"),
    [
        (("a", "x"), 7),
        (("a", 9), 7),
        (("a", -1), 7),
        (("a", "9" * 5000), 7),
        (("a", "\u0661"), 7),
        (("a", 1, "c"), 11),
        (("a", 0, 0), 8),
    ],
)
def test_a_pointer_that_leads_nowhere_has_the_place_of_the_nearest_parent(pointer: tuple[str | int, ...], column: int) -> None:
    text = '{"a": [7, {"b": 1}]}'
    assert document(text, "f.json").place(pointer) == Place("f.json", 1, column)
    assert document(text + " # YAML").place(pointer) == Place("f.yaml", 1, column)


def test_a_merged_key_stands_where_it_is_written() -> None:
    found = document("x: &x\n  a: 1\ny:\n  <<: [*x]\n  b: 2\n")
    assert found.place(["y", "a"]) == Place("f.yaml", 2, 6)
    assert found.place(["y", "b"], of_key=True) == Place("f.yaml", 5, 3)


def test_lines_that_end_in_carriage_returns_are_counted_once() -> None:
    assert document("a: 1\r\nb: 2\r\n").place(["b"]) == Place("f.yaml", 2, 4)
    assert document('{"a": 1,\r\n"b": 2}', "f.json").place(["b"]) == Place("f.json", 2, 6)


@pytest.mark.parametrize(("opening", "closing", "token"), [("[", "]", 0), ('{"":', "}", "")])
def test_a_json_text_made_to_be_passed_over_again_and_again_has_the_place_of_a_parent(
    opening: str, closing: str, token: str | int
) -> None:
    found = document(opening * 100 + '"' + "a" * 1_000_000 + '"' + closing * 100, "f.json")
    assert found.place([token] * 10) == Place("f.json", 1, 10 * len(opening) + 1)
    assert 10 < found.place([token] * 100).column / len(opening) < 50


# Laws

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def pointers(value: JSON, so_far: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(inner for key, member in members for inner in pointers(member, (*so_far, key)))]


@given(VALUES, st.sampled_from([None, 1]))
def test_what_is_written_as_json_is_read_back_and_each_value_stands_at_its_place(value: JSON, indent: int | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    found = document(text, "f.json")
    assert found.value == value
    lines = text.split("\n")
    for pointer in pointers(value):
        place = found.place(pointer)
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        expected = value
        for token in pointer:
            expected = expected[token]
        assert json.JSONDecoder().raw_decode(rest)[0] == expected


@given(VALUES)
def test_json_read_as_yaml_has_the_same_values_at_the_same_places(value: JSON) -> None:
    text = json.dumps({"": value}, ensure_ascii=False)
    as_json, as_yaml = document(text, "f.json"), document(text + "\n# YAML", "f.yaml")
    assert (as_json.written, as_yaml.written) == ("json", "yaml")
    for pointer in pointers({"": value}):
        for of_key in (False, True):
            assert replace(as_json.place(pointer, of_key=of_key), file="f.yaml") == as_yaml.place(pointer, of_key=of_key)


FRAGMENTS = (
    "a|b|200|0x1F|0o17|0b11|-0x1|+0x1|-0|+1|0123|1.5|1e3|1e400|.5|1.|null|~|true|yes|12:30|<<|*x|&x|&x a|*x |!!str|!t|! |!<x>|!="
    "|? |: |, |[|]|{|}|- |\n|\n  |\n- |'|\"|#| |:|\n--- |...|%TAG ! tag:x,2000:|18446744073709551616|.inf|-.NaN|\t|\u2028|\ufeff"
    "|é|😀|'200'|x: |y: |{a: b}|[1, 2]|0X1|1_0|- - |?|!|&|*"
)


def outcome(read_text: JSON) -> tuple[str, str]:
    try:
        return "read", repr(read_text())
    except Malformed as refused:
        return "refused", refused.code


@given(st.lists(st.sampled_from(FRAGMENTS.split("|")), max_size=12).map("".join))
def test_the_fast_reader_of_yaml_and_the_exact_one_agree(text: str) -> None:
    assert outcome(lambda: yaml_text.load(text.encode())) == outcome(lambda: yaml_events.compose(text).value)


# Files


def test_a_file_is_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1")
    (tmp_path / "link.yaml").symlink_to("a.yaml")
    assert read(tmp_path / "link.yaml", "link.yaml").value == {"a": 1}


@pytest.mark.parametrize("kind", ["missing", "irregular", "unreadable", "too-large"])
def test_what_is_no_file_to_read_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "f.yaml"
    if kind == "irregular":
        os.mkfifo(path)
    elif kind == "unreadable":
        path = tmp_path / ("x" * 300)
    elif kind == "too-large":
        path.touch()
        os.truncate(path, 10**11)
    with pytest.raises(ContractError) as raised:
        read(path, "f.yaml")
    (found,) = raised.value.problems
    assert (found.code, found.place) == (f"file-{kind}", Place("f.yaml", 1, 1))


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_a_device_or_a_folder_is_no_file(path: str) -> None:
    with pytest.raises(ContractError, match="not a regular file"):
        read(Path(path), "f.yaml")


# Contracts of others


def test_every_real_yaml_contract_reads_the_same_by_both_readers(corpus: Path) -> None:
    files = [path for pair in ("real-pairs", "oasdiff-pairs", "arazzo") for path in sorted((corpus / pair).rglob("*.y*ml"))]
    assert len(files) > 100
    for path in files:
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        assert yaml_text.load(data) == yaml_events.compose(data.decode()).value, path


def test_every_real_json_contract_reads_as_the_standard_library_reads_it(corpus: Path) -> None:
    files = sorted((corpus / "real-pairs").rglob("*.json"))
    assert len(files) > 50
    for path in files:
        found = read(path, path.name, duplicates="last-wins")
        assert found.value == json.loads(found.data.decode("utf-8-sig")), path


def test_the_last_schema_of_the_largest_contract_is_placed(corpus: Path) -> None:
    found = read(corpus / "real-pairs/github/api.github.com/new.json", "new.json", duplicates="last-wins")
    name = list(found.value["components"]["schemas"])[-1]
    place = found.place(["components", "schemas", name], of_key=True)
    line = found.data.decode().split("\n")[place.line - 1]
    assert line[place.column - 1 :].startswith(json.dumps(name))
    assert found.duplicates == ()
