"""The sentences of ``must``."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cxcontracts.estate.mistakes import Misread
from cxcontracts.estate.sentences import OPERATORS, Literal, Named, Now, Operand, Sentence, parse_sentence
from cxcontracts.paths import parse_path


@pytest.mark.parametrize(
    ("text", "quantifier", "path", "operator", "operand"),
    [
        ('status is "late"', "", "status", "is", Literal("late")),
        ("every legs.*.departs is after now", "every", "legs.*.departs", "is after", Now()),
        ("some  legs.*.id is  in   $accepted", "some", "legs.*.id", "is in", Named("accepted")),
        ("no fees.*.amount is at least 4.5", "no", "fees.*.amount", "is at least", Literal(4.5)),
        ("total.amount is at most paid.amount", "", "total.amount", "is at most", parse_path("paid.amount")),
        ('state is not in ["a b", "c"]', "", "state", "is not in", Literal(["a b", "c"])),
        ("gone is not null", "", "gone", "is not", Literal(None)),
        ("day is before $today", "", "day", "is before", Now(day=True)),
        ("until is before ${end}", "", "until", "is before", Named("end")),
        ("legs has exactly 2", "", "legs", "has exactly", Literal(2)),
        ('text mentions "is in [it]"', "", "text", "mentions", Literal("is in [it]")),
        (r'ref matches "^[A-Z]{2}\\d"', "", "ref", "matches", Literal(r"^[A-Z]{2}\d")),
        ("legs.(id=$leg).seat is not null", "", "legs.(id=$leg).seat", "is not", Literal(None)),
        ("header.X-Kind is 'x'.y", "", "header.X-Kind", "is", parse_path("'x'.y")),
        ("no is true", "", "no", "is", Literal(True)),
        ("every is is.in", "", "every", "is", parse_path("is.in")),
    ],
)
def test_a_sentence_is_a_path_an_operator_and_an_operand(
    text: str, quantifier: str, path: str, operator: str, operand: Operand
) -> None:
    assert parse_sentence(f" {text} ") == Sentence(quantifier, parse_path(path), operator, operand)


def test_within_says_how_far_apart() -> None:
    read = parse_sentence("updatedAt is within 2m of now")

    assert (read.operator, read.within, read.operand) == ("is within", timedelta(minutes=2), Now())


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_is_read(operator: str) -> None:
    words = f"{operator} 1h of" if operator == "is within" else operator

    assert parse_sentence(f"a {words} $b").operator == operator


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("status", "sentence"),
        ("status equals 4", "sentence"),
        ("is 4", "sentence"),
        ("status is greater than 4", "sentence-words"),
        ("legs has 2", "sentence-operator"),
        ("legs has more than 2", "sentence-operator"),
        ("status is", "sentence-operand-missing"),
        ("legs has at least", "sentence-operand-missing"),
        ("updatedAt is within now", "sentence-within"),
        ("updatedAt is within 2 minutes of now", "sentence-within"),
        ('status is "late', "sentence-json"),
        ("status is [1,", "sentence-json"),
        ("status is 01", "sentence-json"),
        ("status is ${a}${b}", "sentence-reference"),
        ("status is on time", "sentence-words"),
        ("status is in 4", "sentence-list"),
        ("status is in []", "sentence-list"),
        ("status is in now", "sentence-list"),
        ("amount is at least true", "sentence-bound"),
        ("amount is at least [1]", "sentence-bound"),
        ("day is before 4", "sentence-time"),
        ("legs has exactly -1", "sentence-count"),
        ("legs has at most 1.5", "sentence-count"),
        ("legs has at most true", "sentence-count"),
        ("text mentions 4", "sentence-text"),
        ('text matches ["a"]', "sentence-text"),
        ('text matches "("', "value-pattern"),
        ("a..b is 4", "path"),
        ("a is b..c", "path"),
        ("a[0] is 4", "path-brackets"),
    ],
)
def test_anything_else_is_refused_with_its_cause(text: str, code: str) -> None:
    with pytest.raises(Misread) as raised:
        parse_sentence(text)
    assert [mistake.code for mistake in raised.value.mistakes] == [code]
