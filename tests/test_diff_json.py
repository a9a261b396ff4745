"""The report of a diff for programs, held against its published schema."""

from __future__ import annotations

import dataclasses
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.findings import Diff, Level, Verdict
from cxcontracts.reports.diff.json import render, schema
from tests.diffs import ADDED, DOUBTED, EVERY, GONE, IGNORED, NULLABLE, compared, diff, hurt
from tests.test_docs import properties, prose, unnamed

ONE = diff(*EVERY)
SEVERAL = Diff(
    (
        compared(NULLABLE, warnings=("odd",)),
        compared(ADDED, name="new.yaml", record=None),
        compared(name="gone.yaml", candidate=None),
    ),
    fail_on=None,
    complete=False,
)
DIFFS = {
    "one contract": ONE,
    "several contracts": SEVERAL,
    "no contract": Diff(()),
    "nothing changed": diff(),
    "ignored for no reason": diff(dataclasses.replace(IGNORED, waived="")),
    "with an estate": diff(dataclasses.replace(NULLABLE, felt_by=("a/b/c",)), estate="rail-retail"),
}


def read(diff: Diff) -> dict[str, Any]:
    """Read a report as strictly as JSON can be read."""
    report: dict[str, Any] = orjson.loads(render(diff))
    return report


def errors(report: object) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(schema())
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(report)]


@pytest.mark.parametrize("name", DIFFS)
def test_every_report_fits_the_published_schema(name: str) -> None:
    assert errors(read(DIFFS[name])) == []


def test_the_published_schema_is_sound() -> None:
    assert jsonschema_rs.meta.is_valid(schema())


def test_every_key_of_the_schema_is_on_the_page_about_reports() -> None:
    assert unnamed(properties(schema()), prose("reports.md")) == []


def test_a_diff_of_one_contract_has_the_shape_that_was_promised() -> None:
    report = read(ONE)
    assert list(report) == [
        *("version", "command", "estate", "partner", "contract", "operations", "verdict", "summary", "findings", "changes"),
        *("fail_on", "complete"),
    ]
    assert (report["command"], report["estate"], report["partner"], report["findings"]) == ("diff", "", "operator.yaml", [])
    assert [report["contract"][which]["version"] for which in ("record", "candidate")] == ["2.3.0", "2.4.0"]
    assert report["verdict"] == "broken"
    assert report["summary"] == dict.fromkeys(Verdict, 0) | {"broken": 3, "unproven": 1, "waived": 1, "intact": 5}


def test_a_change_says_all_that_is_known_of_it() -> None:
    (entry,) = read(diff(NULLABLE))["changes"]
    assert NULLABLE.witness is not None
    assert entry.pop("witness") == NULLABLE.witness.as_json()
    assert entry == {
        "element": "GET /services/{serviceId} 200 application/json cause",
        "change": "may be null",
        "felt_by": [],
        "places": 1,
        "rule": "response-became-nullable",
        "verdict": "broken",
        "breaking": True,
        "level": "error",
        "because": "cause may be null now",
        "breaks": "readers",
        "old": {"file": "api/old.yaml", "line": 118, "column": 9},
        "new": {"file": "api/new.yaml", "line": 120, "column": 9},
        "fingerprint": NULLABLE.fingerprint,
    }


def test_what_is_not_there_is_null_or_left_out() -> None:
    gone, doubted, ignored = read(diff(GONE, DOUBTED, IGNORED))["changes"]
    assert (gone["new"], doubted["breaking"], ignored["breaking"]) == (None, False, False)
    assert [entry.get("waived") for entry in (gone, doubted, ignored)] == [None, None, "agreed with the operator, until March"]
    assert "witness" not in doubted


def test_several_contracts_have_their_own_parts_in_a_list() -> None:
    report = read(SEVERAL)
    assert report.keys() & {"partner", "contract", "changes", "operations"} == set()
    assert [(entry["partner"], list(entry["contract"]), entry["verdict"]) for entry in report["partners"]] == [
        ("operator.yaml", ["record", "candidate"], "broken"),
        ("new.yaml", ["candidate"], "intact"),
        ("gone.yaml", ["record"], "intact"),
    ]
    assert report["partners"][0]["warnings"] == ["odd"]
    assert report["summary"]["broken"] == 1
    assert report["complete"] is False


@pytest.mark.parametrize(
    ("fail_on", "closing"),
    [
        (None, []),
        (Level.ERROR, ["error"]),
        (Level.WARNING, ["error", "warning"]),
        (Level.INFO, ["error", "warning", "info"]),
    ],
)
def test_the_levels_that_close_the_gate_are_listed(fail_on: Level | None, closing: list[str]) -> None:
    assert read(diff(fail_on=fail_on))["fail_on"] == closing


@pytest.mark.parametrize("key", [key for key in read(ONE) if key != "warnings"])
def test_a_report_that_lacks_a_promised_key_does_not_fit_the_schema(key: str) -> None:
    report = read(ONE)
    del report[key]
    assert errors(report) != []


@pytest.mark.parametrize("key", list(read(diff(NULLABLE))["changes"][0]))
def test_a_break_that_lacks_a_promised_key_does_not_fit_the_schema(key: str) -> None:
    report = read(diff(NULLABLE))
    del report["changes"][0][key]
    assert errors(report) != []


@pytest.mark.parametrize(
    "lie", [{"breaking": False}, {"verdict": "intact"}, {"waived": "why"}, {"fingerprint": "x"}, {"new": {}}]
)
def test_a_change_that_contradicts_itself_does_not_fit_the_schema(lie: dict[str, Any]) -> None:
    report = read(diff(NULLABLE))
    report["changes"][0] |= lie
    assert errors(report) != []


def test_text_made_to_hurt_is_raw_in_json_and_harms_nobody(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        report = render(hurt(text))
        assert all(character.isascii() and (character.isprintable() or character == "\n") for character in report)
        read = orjson.loads(report)
        assert errors(read) == []
        if not any("\ud800" <= character <= "\udfff" for character in text):
            assert {entry["because"] for entry in read["partners"][0]["changes"]} == {text}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back_as_it_was(text: str) -> None:
    change = read(hurt(text))["partners"][0]["changes"][0]
    assert (change["because"], change["element"], change["new"]["file"]) == (text, text, text)


def test_the_same_diff_gives_the_same_bytes() -> None:
    assert render(ONE) == render(ONE)
    assert render(ONE).endswith("}\n")
