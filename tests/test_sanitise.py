"""The sanitiser, held against the parsers of those who read our output: runners, terminals and report readers."""

from __future__ import annotations

import tracemalloc
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cxcontracts.sanitise import harmless, harmless_line
from tests.readers import commands, unseen

PIECES = [
    *(
        "::",
        ":",
        "set-output name=v",
        "##",
        "#",
        "[",
        "vso[",
        "VSO[",
        "teamcity[",
        "error]",
        "section_start:1:x",
        "section_end:1:x",
    ),
    *(
        "---",
        "+++",
        "~~~",
        "^^^ +++",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\x1b[0K",
        "\x1b]8;;http://evil\x07",
        "\x85",
        "\u2028",
        "\u00a0",
    ),
    *(
        "[[ATTACHMENT|",
        "[[PROPERTY|",
        "]]",
        "\\",
        "\u200b",
        "\ufe0f",
        "\u034f",
        "\ud800",
        "\ufffe",
        "\U000e0041",
        "\u202e",
        "PASS",
    ),
]
EVERYTHING = "".join(map(chr, range(0x110000)))
hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join) | st.text()


@given(hostile)
@example("\ufe0f::error::x")
@example("x\r\n::error::x")
@example("####vso[task.complete]")
def test_no_runner_finds_a_command_in_harmless_text(text: str) -> None:
    assert commands(harmless(text)) == []


@given(hostile)
def test_no_runner_finds_a_command_in_a_harmless_line(text: str) -> None:
    assert commands(harmless_line(text)) == []


@given(hostile)
def test_nothing_in_harmless_text_is_unseen(text: str) -> None:
    assert unseen(harmless(text)) == []


@given(hostile, st.integers(min_value=1, max_value=40))
def test_a_harmless_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = harmless_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert "\t" not in line
    assert unseen(line) == []


@given(hostile)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    once = harmless(text)
    assert harmless(once) == once


@given(hostile, st.integers(min_value=1, max_value=40))
def test_a_harmless_line_stays_as_it_is(text: str, limit: int) -> None:
    once = harmless_line(text, limit)
    assert harmless_line(once, limit) == once


@given(hostile)
def test_a_harmless_line_is_harmless_text(text: str) -> None:
    line = harmless_line(text, None)
    assert harmless(line) == line


@given(st.text(st.characters(categories=["L", "N", "P", "S"], max_codepoint=0x10FF, exclude_characters="\u034f:#[-+~^")))
def test_plain_words_in_any_script_are_left_alone(text: str) -> None:
    seen = "".join(character for character in text if not unseen(character))
    assert harmless(seen) == seen
    assert harmless_line(seen, None) == seen


def test_every_character_that_moves_or_hides_text_is_spelled_out() -> None:
    assert unseen(harmless(EVERYTHING)) == []


def test_only_characters_that_nobody_sees_are_spelled_out() -> None:
    spelled = set(EVERYTHING) - set(harmless(EVERYTHING))
    seen = {ord(c) for c in spelled if unicodedata.category(c) not in ("Cc", "Cf", "Cn", "Cs", "Zl", "Zp")}
    fillers = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, *range(0xFE00, 0xFE10), 0xFFA0}
    variations = set(range(0xE0100, 0xE01F0))
    assert seen - fillers - variations == {0xFFFC, 0xFFFD}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\rPASS", r"a\rPASS"),
        ("a\r\nb", "a\nb"),
        ("a\tb", "a\tb"),
        ("\u202etxt", r"\u202etxt"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
        ("::set-output name=verdict::pass", r":\:set-output name=verdict::pass"),
        ("x\n\u00a0::error::x", "x\n\u00a0:\\:error::x"),
        ("foo ##[error]bar", r"foo #\#[error]bar"),
        ("##VSO[task.complete]", r"#\#VSO[task.complete]"),
        ("##teamcity[x]", r"#\#teamcity[x]"),
        ("--- :tada: passed", r"\--- :tada: passed"),
        ("[[ATTACHMENT|/etc/passwd]]", r"[\[ATTACHMENT|/etc/passwd]]"),
    ],
)
def test_what_is_done_to_a_text_can_be_seen(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize("text", ["std::vector", "a -- b", "C# [1]", "# Title", "12:30::x", "a --- b", "café ☃ 東京"])
def test_text_that_only_resembles_a_command_is_left_alone(text: str) -> None:
    assert harmless(text) == text


def test_a_huge_text_is_cut_before_any_work_is_done_on_it() -> None:
    huge = "\x1b" * 10_000_000
    tracemalloc.start()
    try:
        assert harmless_line(huge, limit=10) == r"\x1b\x1b\…"
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_every_string_made_to_hurt_is_harmless(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        for shown in (harmless(text), harmless(f"x\n{text}"), harmless_line(text), harmless_line(f"x\n{text}")):
            assert commands(shown) == []
            assert unseen(shown) == []
