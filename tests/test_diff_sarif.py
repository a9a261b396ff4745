"""The report of a diff for code scanning, held against both published schemas of SARIF 2.1.0."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.findings import Diff, Level
from cxcontracts.problems import Place
from cxcontracts.reports.ci import sarif
from cxcontracts.reports.diff.alerts import alerts_of
from cxcontracts.reports.diff.places import Inside
from cxcontracts.rules import RULES
from tests.diffs import ADDED, DEPRECATED, EVERY, GONE, IGNORED, NULLABLE, change, compared, diff, hurt, inside
from tests.readers import commands, unseen

DIFFS = {
    "every kind": diff(*EVERY),
    "several contracts": Diff((compared(GONE), compared(*EVERY, name="b.yaml"))),
    "nothing changed": diff(),
    "interrupted": diff(NULLABLE, complete=False),
    "no contract": Diff(()),
}


def render(diff: Diff, inside: Inside) -> str:
    return sarif.render(alerts_of(diff, inside))


def read(diff: Diff) -> dict[str, Any]:
    """Return the one run of a report."""
    report = orjson.loads(render(diff, inside))
    assert (report["version"], len(report["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = report["runs"][0]
    return run


def results(diff: Diff) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(diff)["results"]
    return found


@pytest.fixture(scope="module")
def schemas(corpus: Path) -> tuple[Any, ...]:
    oasis, store = (
        json.loads((corpus / "sarif" / name).read_bytes()) for name in ("sarif-schema-2.1.0.json", "schemastore-sarif-2.1.0.json")
    )
    return jsonschema_rs.Draft4Validator(oasis), jsonschema_rs.Draft7Validator(store)


@pytest.mark.parametrize("name", DIFFS)
def test_every_report_fits_the_published_schemas(name: str, schemas: tuple[Any, ...]) -> None:
    report = orjson.loads(render(DIFFS[name], inside))
    assert [error.message for schema in schemas for error in schema.iter_errors(report)] == []


def test_what_somebody_should_look_at_is_a_result_and_what_is_harmless_none() -> None:
    assert [(result["ruleId"], result["level"], "suppressions" in result) for result in results(diff(*EVERY))] == [
        ("operation-removed", "error", False),
        ("response-became-nullable", "error", False),
        ("request-length-changed", "error", False),
        ("sunset-brought-forward", "error", False),
        ("response-enum-widened", "warning", False),
        ("request-default-changed", "warning", False),
        ("response-pattern-changed", "warning", False),
        ("request-property-removed", "error", True),
    ]
    assert results(diff(ADDED, DEPRECATED)) == []


def test_what_closes_the_gate_is_a_result_however_little_it_counts() -> None:
    assert [result["level"] for result in results(diff(ADDED, IGNORED, fail_on=Level.INFO))] == ["note", "error"]


def test_a_result_says_what_where_and_what_it_was() -> None:
    (result,) = results(diff(NULLABLE))
    assert result["message"]["text"].startswith(
        "cause may be null now\nelement: GET /services/{serviceId} 200 application/json cause\nbreaks: whoever reads it\n"
    )
    located = [place["physicalLocation"] for place in (*result["locations"], *result["relatedLocations"])]
    assert [place["artifactLocation"]["uri"] for place in located] == ["api/new.yaml", "api/old.yaml"]
    assert located[0]["region"] == {"startLine": 120, "startColumn": 9, "endLine": 120}
    assert result["partialFingerprints"] == {
        "cxcontracts/v1": NULLABLE.fingerprint,
        "primaryLocationLineHash": f"{NULLABLE.fingerprint}:1",
    }


def test_what_is_gone_stands_in_the_old_version_alone() -> None:
    (result,) = results(diff(GONE))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "api/old.yaml"
    assert "relatedLocations" not in result


def test_what_lies_outside_the_repository_stands_at_the_name_of_the_contract() -> None:
    (result,) = orjson.loads(render(diff(NULLABLE), lambda _: None))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "operator.yaml"
    assert "relatedLocations" not in result


def test_a_uri_is_one_whatever_the_file_is_called() -> None:
    odd = dataclasses.replace(NULLABLE, is_=Place("api/ä b#1?.yaml"))
    (result,) = results(diff(odd))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "api/%C3%A4%20b%231%3F.yaml"


def test_what_is_ignored_is_suppressed_for_its_reason() -> None:
    (result,) = results(diff(IGNORED))
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "agreed with the operator, until March"}
    ]


def test_no_two_results_are_one_to_github() -> None:
    hashes = [result["partialFingerprints"]["primaryLocationLineHash"] for result in results(diff(NULLABLE, GONE, NULLABLE))]
    assert sorted(hashes) == sorted([f"{NULLABLE.fingerprint}:1", f"{NULLABLE.fingerprint}:2", f"{GONE.fingerprint}:1"])


# -- rules ---------------------------------------------------------------------------------------------------


def test_only_the_rules_that_are_used_are_told_and_each_result_points_to_its_own() -> None:
    run = read(diff(*EVERY))
    rules = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {result["ruleId"] for result in run["results"]}
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_every_rule_has_the_texts_that_readers_ask_for() -> None:
    rules = read(diff(*map(change, RULES)))["tool"]["driver"]["rules"]
    used = [rule["id"] for rule in rules]
    assert set(used) == {row.id for row in RULES.values() if row.proved or row.level != "info"}
    assert used == [name for name in RULES if name in used]
    for rule in rules:
        assert rule["help"]["text"].startswith(rule["fullDescription"]["text"])
        assert all(0 < len(rule[key]["text"]) <= 1024 for key in ("shortDescription", "fullDescription", "help"))


# -- what it does not hold -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (diff(complete=False), "interrupted; nothing was found in what was compared so far"),
        (diff(NULLABLE, complete=False), "interrupted; what is not listed was not compared"),
        (Diff(()), "there is no contract to compare"),
        (Diff((compared(operations=0),)), "there is no operation on either side"),
    ],
)
def test_a_diff_that_did_not_look_says_so_and_is_never_empty(run: Diff, why: str) -> None:
    report = read(run)
    assert report["results"][-1]["ruleId"] == "not-complete"
    assert report["results"][-1]["message"]["text"] == why
    (invocation,) = report["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"] == [{"level": "error", "message": {"text": why}}]


def test_a_diff_that_looked_at_everything_succeeded() -> None:
    assert read(diff(NULLABLE))["invocations"] == [{"executionSuccessful": True}]


def test_no_more_is_written_than_github_keeps_and_the_rest_is_counted() -> None:
    report = read(diff(*(dataclasses.replace(NULLABLE, element=str(number)) for number in range(5002)), GONE))
    assert len(report["results"]) == 5000
    (note,) = report["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "3 more results are left out; the JSON report has all"


@pytest.mark.parametrize(
    ("run", "category"),
    [(diff(), "cxcontracts/diff/operator.yaml/"), (Diff((compared(), compared())), "cxcontracts/diff/")],
)
def test_the_report_of_one_contract_does_not_replace_that_of_another(run: Diff, category: str) -> None:
    assert read(run)["automationDetails"] == {"id": category}


# -- what a contract can do to it ----------------------------------------------------------------------------


def texts(value: object) -> list[str]:
    """Return every text of a report, keys too."""
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in texts(part)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def test_text_made_to_hurt_is_inert(hurtful: tuple[str, ...], schemas: tuple[Any, ...]) -> None:
    for text in hurtful:
        report = render(hurt(text), lambda file: file)
        assert report.isascii()
        shown = "\n".join(texts(orjson.loads(report)))
        assert (commands(shown), unseen(shown)) == ([], [])
    assert [error.message for schema in schemas for error in schema.iter_errors(orjson.loads(report))] == []


@given(st.text())
def test_any_text_makes_a_report_with_every_result(text: str) -> None:
    assert len(results(hurt(text))) == 9


def test_a_contract_cannot_forge_a_line_of_a_message() -> None:
    (result,) = results(diff(dataclasses.replace(NULLABLE, because="x\nfingerprint: 0123456789abcdef")))
    lines = result["message"]["text"].split("\n")
    assert [line for line in lines if line.startswith("fingerprint: ")] == [f"fingerprint: {NULLABLE.fingerprint}"]


def test_a_link_that_a_contract_writes_is_none() -> None:
    link = "[all is well](https://partner.example/track.png)"
    (result,) = results(diff(dataclasses.replace(NULLABLE, because=link, element=link)))
    assert re.findall(r"\[[^\]]*\]\(", result["message"]["text"]) == []


def test_the_same_diff_gives_the_same_bytes() -> None:
    assert render(diff(*EVERY), inside) == render(diff(*EVERY), inside)
