"""The report for programs, held against its published schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.exchanges import Exchange, Request, Response
from cxcontracts.findings import Run, Verdict
from cxcontracts.problems import Place, Problem
from cxcontracts.reports.json import render, render_problems, schema
from tests.runs import REFUSED, change, check, finding, hurt, impact, intact, partner_run

ONE = impact(partner_run(finding(), *intact(2), changes=(change(), change(felt_by=("a/b/c",), places=3)), warnings=("odd",)))
SEVERAL = impact(
    partner_run(finding(witness=REFUSED, cause="x/y/z")),
    partner_run(*intact(1), partner="ticketing"),
    partner_run(partner="notify", not_covered="pilot"),
    not_judged={"must": 3},
    complete=False,
)
RUNS = {
    "one partner": ONE,
    "several partners": SEVERAL,
    "check of one": check(partner_run(*intact(1), finding(verdict=Verdict.UNPROMISED))),
    "check of several": check(partner_run(*intact(1)), partner_run(*intact(1), partner="ticketing")),
    "every verdict": impact(partner_run(*(finding(f"a/b/needs:{verdict}", verdict) for verdict in Verdict))),
    "no partner": check(),
}


def read(run: Run) -> dict[str, Any]:
    """Read a report as strictly as JSON can be read."""
    report: dict[str, Any] = orjson.loads(render(run))
    return report


OBSERVED = ("exchanges", "not_exercised", "environment", "unfelt")
"""The keys that only reports on exchanges have."""


def errors(report: object) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(schema())
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(report)]


PROBLEMS = (
    Problem(Place("journeys/a.yaml", 3, 7), "there is no partner 'oders'", "did you mean 'orders'?", "unknown-partner"),
    Problem(Place("waivers.yaml", 1, 3), "the waiver never ends", "", "waiver-open", warning=True),
)


def test_what_is_wrong_in_an_estate_is_reported_with_its_places_and_without_a_verdict() -> None:
    report = orjson.loads(render_problems("check", PROBLEMS))

    assert list(report) == ["version", "command", "problems"]
    assert report["problems"][0] == {
        "where": {"file": "journeys/a.yaml", "line": 3, "column": 7},
        "what": "there is no partner 'oders'",
        "remedy": "did you mean 'orders'?",
        "code": "unknown-partner",
        "warning": False,
    }
    assert jsonschema_rs.Draft202012Validator(schema("problems")).is_valid(report)
    assert errors(report) != []


def test_what_is_odd_in_an_estate_stands_beside_what_was_judged() -> None:
    report = read(replace(check(partner_run(*intact(1))), problems=PROBLEMS[1:]))

    assert [problem["code"] for problem in report["problems"]] == ["waiver-open"]
    assert errors(report) == []


@pytest.mark.parametrize("name", RUNS)
def test_every_report_fits_the_published_schema(name: str) -> None:
    assert errors(read(RUNS[name])) == []


def test_the_published_schema_is_sound() -> None:
    assert jsonschema_rs.meta.is_valid(schema())


def test_a_run_of_one_partner_has_the_shape_that_was_promised() -> None:
    report = read(ONE)
    promised = ["version", "command", "estate", "partner", "contract", "verdict", "summary", "findings", "changes"]
    assert [key for key in report if key in promised] == promised
    assert report["contract"].keys() == {"record", "candidate"}
    assert report["summary"] == {
        **{"intact": 2, "broken": 1, "tolerated": 0, "unpromised": 0, "unproven": 0, "inconclusive": 0, "waived": 0}
    }
    assert list(report["findings"][0]) == [
        *(
            "id",
            "journey",
            "step",
            "kind",
            "partner",
            "operation",
            "verdict",
            "harm",
            "customers",
            "exact",
            "channel",
            "customer",
        ),
        *("where", "element", "because", "was", "is", "witness"),
    ]
    assert report["changes"] == [
        {"element": "GET /stations 200 application/json zone", "change": "property removed", "felt_by": [], "places": 1},
        {"element": "GET /stations 200 application/json zone", "change": "property removed", "felt_by": ["a/b/c"], "places": 3},
    ]


def test_a_run_of_several_partners_has_their_own_parts_in_a_list() -> None:
    report = read(SEVERAL)
    assert report.keys() & {"partner", "contract", "changes"} == set()
    assert [(partner["partner"], partner["verdict"], partner["summary"]["intact"]) for partner in report["partners"]] == [
        ("operator", "broken", 0),
        ("ticketing", "intact", 1),
        ("notify", "intact", 0),
    ]
    assert report["verdict"] == "broken"
    assert [entry["partner"] for entry in report["findings"]] == ["operator", "ticketing"]


def test_a_check_has_no_candidate() -> None:
    assert read(RUNS["check of one"])["contract"].keys() == {"record"}


def test_what_limits_the_verdict_is_said() -> None:
    report = read(SEVERAL)
    assert report["complete"] is False
    assert report["not_judged"] == {"must": 3}
    assert report["partners"][2]["not_covered"] == "pilot"
    assert report["fail_on"] == ["blocked", "extra-effort", "misled", "uninformed", "unrecognised"]


def test_a_finding_without_a_cause_levels_or_witness_has_no_such_keys() -> None:
    (entry,) = read(impact(partner_run(*intact(1))))["findings"]
    assert entry.keys() & {"cause", "was", "is", "witness"} == set()


@pytest.mark.parametrize(
    "key",
    [
        key
        for key in ONE.__dataclass_fields__
        if key not in ("journeys", "not_judged", "only", "partners", "problems", "told_to", *OBSERVED)
    ],
)
def test_a_report_that_lacks_a_promised_key_does_not_fit_the_schema(key: str) -> None:
    report = read(ONE)
    del report[key]
    assert errors(report) != []


def test_a_break_without_a_witness_does_not_fit_the_schema() -> None:
    report = read(ONE)
    del report["findings"][0]["witness"]
    assert errors(report) != []


def test_a_key_that_nobody_published_does_not_fit_the_schema() -> None:
    assert errors(read(ONE) | {"surprise": 1}) != []


# -- what a partner can do to it -----------------------------------------------------------------------------


def test_text_made_to_hurt_is_raw_in_json_and_harms_nobody(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        report = render(hurt(text))
        assert report.isascii()
        assert all(character.isprintable() or character == "\n" for character in report)
        read = orjson.loads(report)
        assert errors(read) == []
        if not any("\ud800" <= character <= "\udfff" for character in text):
            assert read["findings"][0]["because"] == text
            assert read["findings"][0]["witness"]["request"]["body"] == {text: [text, {"cause": text}]}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back_as_it_was(text: str) -> None:
    assert read(hurt(text))["findings"][0]["because"] == text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (-float("inf"), "-Infinity"),
        ("\ud800", "\\ud800"),
        ("\ud83d\ude00", "\\ud83d\\ude00"),
        ({"\udfff": ("a", 1)}, {"\\udfff": ["a", 1]}),
        (12345678901234567890123, 1.2345678901234568e22),
        (None, None),
    ],
)
def test_what_json_cannot_say_is_said_otherwise(body: object, said: object) -> None:
    witness = Exchange(Request("GET", "/"), Response(200, body=body))
    assert read(impact(partner_run(finding(witness=witness))))["findings"][0]["witness"]["response"]["body"] == said


def test_a_body_nested_without_end_is_cut() -> None:
    body: Any = None
    for _ in range(100_000):
        body = [body]
    report = render(impact(partner_run(finding(witness=Exchange(Request("GET", "/"), Response(200, body=body))))))
    assert errors(json.loads(report)) == []
    assert "\\u2026" in report


def test_the_same_run_gives_the_same_bytes() -> None:
    assert render(ONE) == render(ONE)
    assert render(ONE).endswith("}\n")
