"""Patterns as languages: what they hold is what jsonschema-rs lets pass, and following them stays within a budget."""

from __future__ import annotations

import resource
import subprocess
import sys
from functools import partial

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts import formats
from cxcontracts.containment import patterns
from cxcontracts.containment.automata import Language, Length, leaf
from tests.contracts_drawn import law
from tests.contracts_made import valid

# --- drawn --------------------------------------------------------------------------------------------------------------------

LETTERS = "abcABC012-_. é\n\u00a0\u2028/$^|٣\\{}[]"
PLAIN = [*"abAB01_ é-/", r"\.", r"\/", r"\-", r"\$", r"\^", r"\|", r"\\", r"\{", r"\}", r"\(", r"\[", r"\]", r"\_", r"\ ", r"\n"]
CODED = [r"\u0061", r"\x61", r"[\u00e9]", "[à-ü]"]
CLASSES = [
    *(".", "[a-c]", "[^a]", "[A-Z0-9_-]", "[a-]", "[-a]", "[[a]", "[a&&b]", "[^^]", "[.$|]"),
    *(r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", r"[\d.]", r"[\w-]", r"[^\s]", r"[\s\S]", r"[\S.]", r"[\]a]", r"[\^b]", r"[^\d]"),
]
QUANTIFIERS = ["?", "*", "+", "{2}", "{1,}", "{0,2}", "{1,3}", "*?", "+?", "??", "{1,2}?"]
atoms = st.sampled_from([*PLAIN, *CODED, *CLASSES])


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    grouped = inner.map("({})".format)
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join).map("({})".format),
        inner.map("(?:{})".format),
        inner.map("(^{}$)".format),
        st.tuples(st.one_of(atoms, grouped), st.sampled_from(QUANTIFIERS)).map("".join),
    )


bodies = st.recursive(atoms, larger, max_leaves=6)
branches = st.tuples(st.sampled_from(["", "^"]), bodies, st.sampled_from(["", "$"])).map("".join)
ahead = st.tuples(st.sampled_from(["(?={})", "(?!{})"]), bodies).map(lambda pair: pair[0].format(pair[1]))
looking_ahead = st.tuples(st.just("^"), ahead, bodies, st.sampled_from(["", "$"])).map("".join)
drawn = st.lists(branches, min_size=1, max_size=2).map("|".join)
texts = st.lists(st.text(LETTERS, max_size=6), min_size=10, max_size=10)


def read(pattern: str) -> Language | None:
    """Return the language of a pattern that jsonschema-rs reads; None where either does not."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except ValueError:
        return None
    return patterns.language(pattern)


def matched(pattern: str, tries: list[str]) -> list[bool]:
    """Return which texts match a pattern, as jsonschema-rs has it."""
    return [valid({"pattern": pattern}, text) for text in tries]


@law(300)
@given(drawn, texts)
def test_a_language_holds_the_texts_that_the_validator_lets_pass(pattern: str, tries: list[str]) -> None:
    language = read(pattern)
    assert language is None or [language.holds(text) for text in tries] == matched(pattern, tries)


@law(150)
@given(looking_ahead, st.lists(st.text("abcABC012-_. /$^|", max_size=6), min_size=10, max_size=10))
def test_a_language_that_looks_ahead_at_its_start_holds_the_same_texts(pattern: str, tries: list[str]) -> None:
    language = read(pattern)
    assert language is None or [language.holds(text) for text in tries] == matched(pattern, tries)


@law(150)
@given(drawn)
def test_every_text_of_a_language_matches_its_pattern(pattern: str) -> None:
    language = read(pattern)
    found = [] if language is None else language.texts(8)

    assert len(set(found)) == len(found)
    assert all(valid({"pattern": pattern}, text) for text in found)


@law(150)
@given(drawn, drawn, texts)
def test_languages_meet_join_and_differ_as_sets_do(one: str, other: str, tries: list[str]) -> None:
    first, second = patterns.language(one), patterns.language(other)
    if first is None or second is None:
        return
    for text in tries:
        a, b = first.holds(text), second.holds(text)
        found = [(first & second).holds(text), (first | second).holds(text), (first - second).holds(text), (~first).holds(text)]
        assert found == [a and b, a or b, a and not b, not a], text


@law(150)
@given(drawn, drawn, texts)
def test_what_one_language_has_over_another_is_empty_only_where_no_text_tells_them_apart(
    one: str, other: str, tries: list[str]
) -> None:
    first, second = patterns.language(one), patterns.language(other)
    if first is None or second is None:
        return
    rest = first - second
    if rest.empty:
        assert not [text for text in (*tries, *first.texts(20)) if first.holds(text) and not second.holds(text)]
    else:
        assert rest.texts(1)


SLACK = {"date", "time", "date-time"}
"""Formats in which jsonschema-rs lets more pass than RFC 3339: ``20/1-05-18`` is a date to it."""


@law(300)
@given(st.sampled_from(sorted(formats.OUTLINES.keys() - SLACK)), st.data())
def test_the_outline_of_a_format_holds_every_text_of_the_format(name: str, data: st.DataObject) -> None:
    letters = list(data.draw(st.sampled_from(formats.SAMPLES[name])))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(letters)))
        letters[at : at + data.draw(st.integers(0, 2))] = data.draw(st.text("aZ09@.:-_/+%[]#PTYMD,() \né*~!", max_size=2))
    text, outline = "".join(letters), patterns.outline(name)

    assert outline is not None
    assert outline.holds(text) or not valid({"type": "string", "format": name}, text)


# --- told apart ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [
        ("^[A-Z]{3}$", "^[A-Z]{2,4}$", True),
        ("^[A-Z]{3}$", "[A-Z]", True),
        ("[A-Z]", "^[A-Z]{3}$", False),
        ("^(on|off)$", "^o", True),
        ("^on|off$", "^(on|off)$", False),
        (r"^\d+$", "^[0-9]*$", True),
        (r"^\w+$", "^[A-Za-z0-9_]+$", True),
        (r"^\s$", r"^[ \t\r\n]$", False),
        (r"^\S+@\S+$", "@", True),
        (r"^\$[0-9]+$", r"\$", True),
        (r"^a\\$", r"\\$", True),
        (r"^\u0041$", "^A$", True),
        ("^(?=.*[0-9])[a-z0-9]{2}$", "[0-9]", True),
        ("^(?!x)[a-z]$", "^[^x]$", True),
        ("^(^a$|^b$)$", "^[ab]$", True),
        ("^.$", r"^[\s\S]$", True),
        (r"^[\s\S]$", "^.$", False),
        ("", "^", True),
    ],
)
def test_one_pattern_is_inside_of_another_or_is_not(inner: str, outer: str, inside: bool) -> None:
    one, other = patterns.language(inner), patterns.language(outer)

    assert one is not None
    assert other is not None
    assert (one - other).empty is inside


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a)\1",
        r"\bfoo\b",
        "(?<=a)b",
        "a(?=b)",
        "(?i)abc",
        r"\p{L}",
        "a**",
        "a{3,1}",
        "(",
        "a)",
        "[",
        "[]",
        "[b-a]",
        r"[\w-z]",
        "{",
        "\\",
        "((a{0,50}){0,50}){0,50}",
        "(" * 100 + ")" * 100,
        "a" * 5000,
    ],
)
def test_what_is_no_small_regular_language_is_given_up_on(pattern: str) -> None:
    assert patterns.language(pattern) is None
    assert patterns.sample(pattern) == []


def test_the_texts_of_a_language_come_shortest_first() -> None:
    assert patterns.sample("^(bbb|a|cc)$") == ["a", "cc", "bbb"]


def test_the_texts_of_a_language_are_plain_where_they_can_be() -> None:
    assert patterns.sample("^[^a-z]{2}$", 1) == ["00"]
    assert patterns.sample("^[\\u0080-\\u00ff]$", 1) == ["ß"]  # a letter, not a control character


def test_a_language_without_texts_is_empty() -> None:
    language = patterns.language("^a$")

    assert language is not None
    assert (language & leaf(Length(2, None))).empty
    assert (language & leaf(Length(2, None))).texts(3) == []


@pytest.mark.parametrize(("least", "most"), [(0, 0), (0, 3), (2, 2), (2, None), (0, 10**9), (10**9, None)])
def test_a_length_is_counted_in_letters(least: int, most: int | None) -> None:
    language = leaf(Length(least, most))

    for text in ("", "a", "éé", "字字字", "x" * 40):
        assert language.holds(text) == (len(text) >= least and (most is None or len(text) <= most))


@pytest.mark.parametrize("name", sorted(formats.OUTLINES))
def test_the_outline_of_a_format_holds_every_text_that_has_it(name: str) -> None:
    outline = patterns.outline(name)
    tries = {text for samples in (*formats.SAMPLES.values(), *ODD.values()) for text in samples}

    assert outline is not None
    assert [text for text in sorted(tries) if valid({"format": name}, text) and not outline.holds(text)] == []


ODD = {
    "date-time": ("1990-12-31T23:59:60Z", "1985-04-12t23:20:50.52z", "1996-12-19T16:39:57-08:00", "2031-05-17 08:15:00Z"),
    "time": ("23:59:60Z", "08:15:00.123456789+05:30", "08:15:00", "08:15:00z"),
    "email": ('"joe bloggs"@example.com', "joe@[127.0.0.1]", "joe@[IPv6:::1]", "te.s+t@example", "é@example.com", "a@b"),
    "uri": ("urn:oasis:names:x", "http://[2001::1]:8080/", "mailto:a@b", "x:", "HTTP://EXAMPLE.COM", "a+b.c-d:e"),
    "uuid": ("6F1C2A9E-3B54-4D07-9A61-0C8E5D2F7B13", "00000000-0000-0000-0000-000000000000"),
    "ipv4": ("0.0.0.0", "255.255.255.255"),
    "ipv6": ("::", "::1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"),
    "hostname": ("a", "xn--nxasmq6b", "a-b.c", "1.2", "a" * 63),
    "duration": ("P1Y", "P1Y2M3DT4H5M6S", "P4W", "PT0S"),
}

# --- hostile ------------------------------------------------------------------------------------------------------------------

HOSTILE = (
    "^(a+)+$",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    "(.*a){20}",
    "^[a-z]{1,1000}$",
    "^(a?){30}a{30}$",
    "^.*a.{12}$",
    "^.*a.{30}$",
    "(a|b)*a(a|b){14}",
    "x*x*x*x*x*x*x*y",
    "[a-z]{0,2000}",
    "^(.{1,64})@(.{1,255})$",
    r"^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$",
    "((a{0,50}){0,50}){0,50}",
    "(){999999}",
    "((){999999}){999999}",
    "(" * 30 + "a" + ")*" * 30,
    "[" + "".join(chr(0x4E00 + 2 * n) for n in range(900)) + "]*a",
    "|".join(chr(0x4E00 + n) + f"{{{n % 9}}}" for n in range(300)),
)
"""Patterns made to take for ever, or all the memory there is."""

MEMORY = 512 * 1024**2
HANG_GUARD = 120
"""CPU seconds; ten times what the slowest takes."""


@pytest.mark.parametrize("pattern", HOSTILE)
def test_following_a_hostile_pattern_stays_within_512_megabytes_and_comes_back(pattern: str) -> None:
    program = (
        "import sys\n"
        "from cxcontracts.containment.patterns import language\n"
        "one, other = language(sys.argv[1]), language('^.*b.{9}$')\n"
        "each = [one, one & other, one - other, other - one] if one else []\n"
        "print([(language.empty, language.texts(3)) for language in each])\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", program, pattern], capture_output=True, text=True, preexec_fn=partial(limited), check=False
    )

    assert run.returncode == 0, run.stderr[-400:]


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (HANG_GUARD, HANG_GUARD))


def test_an_exploration_that_would_not_end_is_cut_off_and_proves_nothing() -> None:
    language = patterns.language("^.*a.{30}$")

    assert language is not None
    assert not language.explored.whole
    assert not language.empty


@pytest.mark.parametrize(
    ("inner", "outer", "inside"),
    [
        (Length(0, 50_000_000), Length(0, 90_000_000), True),
        (Length(0, 90_000_000), Length(0, 50_000_000), False),
        (Length(7, None), Length(0, 6), False),
    ],
)
def test_a_long_range_of_lengths_costs_no_more_than_a_short_one(inner: Length, outer: Length, inside: bool) -> None:
    assert (leaf(inner) - leaf(outer)).empty is inside


def test_an_anchored_pattern_ends_where_it_ends_however_long_texts_may_be() -> None:
    day = patterns.language("^Told the day of the move, [0-9]{4}-[0-9]{2}-[0-9]{2}$")

    assert day is not None
    assert (day - leaf(Length(0, 1_000_000))).empty
    assert (day & leaf(Length(1_000_000, None))).empty
