"""Each mistake that people can make in an estate's files is told in its place, once, with what to do: tests/mistakes.yaml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cxcontracts.errors import EstateError
from cxcontracts.estate.mistakes import ROWS
from cxcontracts.problems import Problem
from tests.estates import Made, mistakes, read, sound_files

# Told by the document reader, whose table has more of them.
OF_DOCUMENTS = {"yaml-syntax", "duplicate-key", "json-syntax", "not-utf8"}

# Shown by what is no file: tests/test_hostile_policy.py.
OF_LINKS = {"lock-outside"}


def told(made: Made, folder: Path) -> list[Problem]:
    try:
        return list(read(made.files(), folder)[1])
    except EstateError as error:
        return list(error.problems)


@pytest.mark.parametrize("made", mistakes(), ids=lambda made: made.code)
def test_a_mistake_is_told_in_its_place_and_nothing_else_is(made: Made, tmp_path: Path) -> None:
    problems = told(made, tmp_path)
    assert [str(problem) for problem in problems] == [made.message]
    assert [(problem.code, problem.warning) for problem in problems] == [(made.code, made.warning)]


def test_nothing_is_told_of_the_sound_estate(tmp_path: Path) -> None:
    assert read(sound_files(), tmp_path)[1] == ()


def test_each_cause_has_one_row_in_the_table_of_the_tests() -> None:
    codes = [made.code for made in mistakes()]
    assert sorted(codes) == sorted({*ROWS, *OF_DOCUMENTS} - OF_LINKS)


def test_there_are_far_more_than_fifty_causes() -> None:
    assert len(ROWS) > 130


def test_each_row_says_what_to_do() -> None:
    assert [code for code, row in ROWS.items() if not row.remedy] == []


def test_no_two_rows_say_the_same() -> None:
    sentences = [row.what for row in ROWS.values() if row.what not in ("{what}",)]
    assert len(set(sentences)) == len(sentences) - 1  # 'unknown-key' and 'misplaced-key' differ in what to do


@pytest.mark.parametrize("code", ROWS)
def test_a_row_is_two_half_sentences_without_a_full_stop(code: str) -> None:
    for half in (ROWS[code].what, ROWS[code].remedy):
        assert ";" not in half
        assert not half.endswith(".")
        assert not re.match(r"[A-Z]", half)


def test_a_secret_in_the_clear_is_not_repeated(tmp_path: Path) -> None:
    forms = [
        "bearer: hunter2",
        "basic: {user: me, password: hunter2}",
        "basic: hunter2",
        "header: {X-Key: [hunter2]}",
        "oauth2: hunter2",
    ]
    for index, form in enumerate(forms):
        files = sound_files()
        name = "partners/operator/partner.yaml"
        files[name] = files[name].replace(b"bearer: $env.OPERATOR_TOKEN", form.encode())
        with pytest.raises(EstateError) as raised:
            read(files, tmp_path / str(index))
        assert "hunter2" not in str(raised.value)
