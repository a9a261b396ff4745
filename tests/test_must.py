"""``must`` on contracts: whether a sentence can be judged, and whether a change takes that away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.estates_made import answers, change, check

TIME = "{type: string, format: date-time}"
DAY = "{type: string, format: date}"
TEXT = "{type: string}"


@pytest.mark.parametrize(
    ("properties", "sentence"),
    [
        (f"{{a: {TEXT}}}", 'a is "x"'),
        ("{a: {enum: [x, y]}}", 'a is not "x"'),
        ("{a: {enum: [x, y]}}", 'a is in ["x", "z"]'),
        ("{a: {type: boolean}}", "a is true"),
        ("{a: {type: integer}}", "a is at least 4"),
        (f"{{a: {DAY}}}", 'a is at most "2030-01-01"'),
        ("{a: {type: number}, b: {type: integer}}", "a is at most b"),
        (f"{{a: {TIME}}}", "a is after now"),
        (f"{{a: {DAY}}}", "a is before $today"),
        (f"{{a: {TIME}, b: {TIME}}}", "a is before b"),
        (f"{{a: {TIME}}}", "a is within 2m of now"),
        (f"{{a: {DAY}}}", "a is within 3d of now"),
        ("{a: {type: array}}", "a has at least 1"),
        ("{a: {type: object, additionalProperties: {}}}", "a has exactly $number"),
        (f"{{a: {TEXT}}}", 'a matches "^x"'),
        (f"{{a: {TEXT}}}", "a mentions $word"),
        (f"{{a: {{type: array, items: {TEXT}}}}}", 'a mentions "x"'),
        (f"{{a: {{type: array, items: {TIME}}}}}", "every a.* is after now"),
        ("{a: {}}", "a is not null"),
    ],
)
def test_what_can_be_told_on_every_answer_is_intact(properties: str, sentence: str, tmp_path: Path) -> None:
    names = [name for name in "ab" if f"{name}: " in properties]

    assert must(tmp_path, answers(properties, f"[{', '.join(names)}]"), sentence) == ("intact", "")


@pytest.mark.parametrize(
    ("properties", "required", "sentence", "because"),
    [
        (f"{{a: {TIME}}}", "[]", "a is after now", "a is not promised: it may be missing"),
        (f"{{a: {TEXT}}}", "[a]", "a is after now", "a is there, but not promised to be a date and time or a date"),
        (f"{{a: {DAY}}}", "[a]", "a is within 2m of now", "a is there, but not promised to be a date and time"),
        (f"{{a: {TEXT}}}", "[a]", "a is at least 4", "a is there, but not promised to be a number"),
        (f"{{a: {TIME}, b: {TIME}}}", "[a]", "a is before b", "b is not promised: it may be missing"),
        (f"{{b: {TEXT}}}", "[b]", 'a is "y"', "a is not in the contract; one of: b"),
    ],
)
def test_what_may_not_be_told_is_a_gap(properties: str, required: str, sentence: str, because: str, tmp_path: Path) -> None:
    assert must(tmp_path, answers(properties, required), sentence) == (
        "unpromised",
        f"nobody may be able to tell whether {sentence}: {because}",
    )


NEVER = [
    ("{a: {enum: [x, y]}}", "{a: {enum: [y, z]}}", 'a is "x"', 'a is now "y" or "z"; the journey understands "x"'),
    (
        "{a: {enum: [v, w, x, y]}}",
        "{a: {enum: [y, z]}}",
        'a is in ["v", "w", "x"]',
        'a is now "y" or "z"; the journey understands "v", "w" or "x"',
    ),
    ("{a: {type: integer}}", "{a: {type: integer, maximum: 0}}", "a is at least 1", ""),
    ("{a: {type: integer}}", "{a: {type: integer, minimum: 9}}", "a is at most 8", ""),
    ("{a: {type: string}}", "{a: {type: string, pattern: '^M'}}", 'a matches "^LPA"', ""),
    ("{a: {type: array, items: {}}}", "{a: {type: array, items: {}, maxItems: 1}}", "a has at least 2", ""),
    ("{a: {type: array, items: {}}}", "{a: {type: array, items: {}, minItems: 3}}", "a has exactly 2", ""),
]


@pytest.mark.parametrize(("before", "after", "sentence", "because"), NEVER)
def test_a_sentence_that_never_holds_any_more_is_broken(
    before: str, after: str, sentence: str, because: str, tmp_path: Path
) -> None:
    judged = change(tmp_path, answers(before, "[a]"), answers(after, "[a]"), f"must: ['{sentence}']")

    assert judged.broken == [f"must:{sentence}"]
    assert judged.because(f"must:{sentence}").startswith(f"it can never be any more that {sentence}: {because}")


@pytest.mark.parametrize(("contract", "sentence"), [(after, sentence) for _, after, sentence, _ in NEVER])
def test_a_sentence_that_never_holds_is_a_gap(contract: str, sentence: str, tmp_path: Path) -> None:
    verdict, because = must(tmp_path, answers(contract, "[a]"), sentence)

    assert verdict == "unpromised"
    assert because.startswith(f"it can never be that {sentence}: ")


def test_a_name_that_can_never_be_compared_is_told_in_the_words_of_what_it_is(tmp_path: Path) -> None:
    verdict, because = must(tmp_path, answers(f"{{a: {TIME}}}", "[a]"), "a is before $number")

    assert verdict == "unpromised"
    assert because == (
        "nobody can tell whether a is before $number: $number is a whole number, and never a date and time or a date"
    )


def must(folder: Path, contract: str, sentence: str) -> tuple[str, str]:
    """Return the verdict of a sentence on a contract of record, and why."""
    given = "{number: {from: system, type: integer, examples: [1]}, word: {from: system, type: string, examples: [x]}}"
    finding = check(folder, contract, f"must: ['{sentence}']", given=given)[f"must:{sentence}"]
    return str(finding.verdict), finding.because


@pytest.mark.parametrize(
    ("before", "after", "sentence", "because"),
    [
        (f"{{a: {TIME}}}", "{b: {}}", "a is after now", "a is gone; the journey needs it"),
        (
            f"{{a: {TIME}}}",
            "{a: {type: integer}}",
            "a is after now",
            "a is now a whole number; the journey understands a date and time or a date",
        ),
        (f"{{a: {TIME}, b: {TIME}}}", f"{{a: {TIME}}}", "a is before b", "b is gone; the journey needs it"),
    ],
)
def test_a_change_after_which_it_can_no_longer_be_told_breaks_it(
    before: str, after: str, sentence: str, because: str, tmp_path: Path
) -> None:
    judged = change(tmp_path, answers(before), answers(after), f"must: ['{sentence}']")

    assert judged.broken == [f"must:{sentence}"]
    assert judged.because(f"must:{sentence}") == f"nobody can tell any more whether {sentence}: {because}"
    assert str(judged[f"must:{sentence}"].harm) == "misled"
    assert judged[f"must:{sentence}"].witness is not None


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("{a: {enum: [x, y]}}", "{a: {enum: [x, z]}}", 'a is "x"'),  # what only this run's data fix is no demand on the contract
        ("{a: {enum: [x, y]}}", "{a: {enum: [y]}}", 'a is not "x"'),
        ("{a: {type: integer}}", "{a: {type: number}}", "a is at least 4"),
        ("{a: {type: array, items: {}}}", "{a: {type: array, items: {}, minItems: 2}}", "a has at least 1"),
    ],
)
def test_a_change_after_which_it_can_still_be_told_breaks_nothing(before: str, after: str, sentence: str, tmp_path: Path) -> None:
    assert change(tmp_path, answers(before), answers(after), f"must: ['{sentence}']").broken == []


def test_a_need_at_the_same_path_that_breaks_as_well_is_the_cause(tmp_path: Path) -> None:
    judged = change(tmp_path, answers(f"{{a: {TIME}}}", "[a]"), answers("{}"), "needs: {a: date-time}\nmust: [a is after now]")

    assert judged.broken == ["needs:a"]
    assert judged["must:a is after now"].cause == "j/s/needs:a"


def test_a_sentence_has_its_own_harm_and_groups_and_an_id_without_surplus_blanks(tmp_path: Path) -> None:
    step = "must: [{that: 'a  is   true', harm: blocked, for: [assisted]}]"
    found = change(tmp_path, answers("{a: {type: boolean}}", "[a]"), answers("{}"), step)["must:a is true"]

    assert (str(found.harm), dict(found.customers)) == ("blocked", {"assisted": 9000})
