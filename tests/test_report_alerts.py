"""What a run tells CI systems: alerts as SARIF, Code Quality and annotations, held against who reads them."""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from cxcontracts.findings import Harm, Run, Verdict
from cxcontracts.plugins import kinds
from cxcontracts.problems import Place, Problem
from cxcontracts.reports.alerts import alerts_of
from cxcontracts.reports.ci import azure, github, gitlab, sarif
from cxcontracts.reports.ci.annotations import MOST
from tests.readers import is_ours
from tests.runs import check, finding, impact, intact, partner_run
from tests.test_diff_github import obeyed
from tests.test_diff_gitlab import SCHEMA

STEP = "rail-disruption/check-service"
EVERY = (
    *(finding(f"{STEP}/needs:{verdict}", verdict) for verdict in Verdict),
    finding(f"{STEP}/needs:late", harm=Harm.DELAYED),
    finding(f"{STEP}/needs:follows", cause=f"{STEP}/needs:broken"),
    finding(f"{STEP}/succeeds", Verdict.INCONCLUSIVE, decides=False),
)
MISTAKE = Problem(Place("contracts/estate.yaml", 3, 1), "there is no key 'fail-no'", "did you mean 'fail-on'?", "unknown-key")
RUNS = {
    "every verdict": impact(partner_run(*EVERY)),
    "a check": check(partner_run(*EVERY)),
    "several partners": impact(partner_run(finding()), partner_run(*EVERY, partner="notify")),
    "intact": impact(partner_run(*intact(3))),
    "no partner": impact(),
    "interrupted": impact(partner_run(finding()), complete=False),
    "mistakes": impact(partner_run(finding()), problems=(MISTAKE,)),
    "verified": impact(partner_run(*EVERY), command="verify", environment="sandbox", not_exercised={"a/b/c": "idle"}),
    "of a part": impact(
        partner_run(*intact(3)), command="verify", only=("journey rebook", "requirements with needs in their id")
    ),
    "a kind that is not installed": impact(partner_run(finding(f"{STEP}/telepathy:x"))),
}


def names(run: Run) -> list[tuple[str, str]]:
    """Return the alerts of a run: how much each counts, and what it is of."""
    return [
        (str(alert.level), (re.findall("^id: .*[:/](.*)$", "\n".join(alert.account(99)), re.M) or [alert.title])[0])
        for alert in alerts_of(run).open
    ]


# -- which findings are alerts ---------------------------------------------------------------------------------------------------


def test_what_breaks_comes_first_then_what_is_in_doubt_then_what_is_caught() -> None:
    assert names(RUNS["every verdict"]) == [
        ("error", "broken"),
        ("error", "follows"),
        ("warning", "late"),
        ("warning", "unproven"),
        ("warning", "inconclusive"),
        ("info", "tolerated"),
    ]


def test_gaps_are_news_to_check_alone() -> None:
    assert ("info", "unpromised") in names(RUNS["a check"])
    assert "unpromised" not in dict(map(reversed, names(RUNS["every verdict"])))  # type: ignore[arg-type]


def test_among_equals_the_break_that_hits_most_comes_first() -> None:
    few, many = finding("a/b/needs:few", customers={"leisure": 9}), finding("a/b/needs:many", customers={"leisure": 10})
    assert names(impact(partner_run(few, many))) == [("error", "many"), ("error", "few")]


def test_every_break_that_closes_the_gate_is_an_error() -> None:
    for run in RUNS.values():
        errors = [alert for alert in alerts_of(run).open if alert.level == "error" and alert.proved]
        assert len(errors) == len(run.gates)


def test_a_mistake_of_a_file_stands_where_it_is() -> None:
    first, *_ = alerts_of(RUNS["mistakes"]).open
    assert (first.title, first.place, first.account(0)) == (
        "unknown-key",
        MISTAKE.place,
        ["there is no key 'fail-no'", "did you mean 'fail-on'?"],
    )


def test_what_stands_outside_of_the_repository_has_no_place_and_says_where() -> None:
    for file in ("../elsewhere/journeys/a.yaml", "/tmp/a.yaml"):
        mistaken = dataclasses.replace(MISTAKE, place=Place(file, 3, 4))
        mistake, alert = alerts_of(impact(partner_run(finding(where=Place(file, 3, 4))), problems=(mistaken,))).open
        assert (mistake.place, alert.place) == (None, None)
        assert f"at: {file}:3:4" in mistake.account(99)
        assert f"needed by: {file}:3:4" in alert.account(99)


# -- SARIF -----------------------------------------------------------------------------------------------------------------------


def read(run: Run) -> dict[str, Any]:
    report = orjson.loads(sarif.render(alerts_of(run)))
    found: dict[str, Any] = report["runs"][0]
    return found


@pytest.fixture(scope="module")
def schemas(corpus: Path) -> tuple[Any, ...]:
    oasis, store = (
        json.loads((corpus / "sarif" / name).read_bytes()) for name in ("sarif-schema-2.1.0.json", "schemastore-sarif-2.1.0.json")
    )
    return jsonschema_rs.Draft4Validator(oasis), jsonschema_rs.Draft7Validator(store)


@pytest.mark.parametrize("name", RUNS)
def test_every_report_fits_both_schemas_of_sarif(name: str, schemas: tuple[Any, ...]) -> None:
    report = orjson.loads(sarif.render(alerts_of(RUNS[name])))
    assert [error.message for schema in schemas for error in schema.iter_errors(report)] == []


def test_every_result_has_a_location_within_the_repository_for_else_github_refuses_the_whole_report() -> None:
    for file in ("../../a.yaml", "/tmp/a.yaml", "journeys/a.yaml", ""):
        elsewhere = dataclasses.replace(MISTAKE, place=Place(file, 3, 4))
        for partners in ((), (partner_run(finding(where=Place(file, 3, 4))),)):
            results = read(impact(*partners, problems=(elsewhere,), complete=False))["results"]
            uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
            assert len(uris) > 1
            assert [uri for uri in uris if not re.fullmatch(r"(?!\.\./)\w[\w./-]*", uri)] == []


def test_a_result_leads_with_the_customers_and_stands_at_the_line_of_the_requirement() -> None:
    (result,) = read(impact(partner_run(finding())))["results"]
    text = result["message"]["text"].split("\n")
    assert text[0].startswith("broken: up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be blocked at ")
    assert text[1] == "because: cause may now be null; the journey needs its text"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "journeys/rail-disruption.yaml"},
        "region": {"startLine": 34, "startColumn": 7, "endLine": 34},
    }


def test_a_result_keeps_its_fingerprint_when_its_line_or_its_verdict_changes() -> None:
    moved = dataclasses.replace(finding(), where=Place("journeys/other.yaml", 1, 1))
    doubted = finding(verdict=Verdict.UNPROVEN)
    prints = {
        read(impact(partner_run(each)))["results"][0]["partialFingerprints"]["primaryLocationLineHash"]
        for each in (finding(), moved, doubted)
    }
    assert len(prints) == 1
    assert prints != {
        read(impact(partner_run(finding(), partner="b")))["results"][0]["partialFingerprints"]["primaryLocationLineHash"]
    }


def test_what_is_waived_is_suppressed_for_its_reason() -> None:
    (result,) = read(impact(partner_run(finding(verdict=Verdict.WAIVED, waived="Ada until March: known"))))["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "Ada until March: known"}]


def test_every_kind_of_requirement_has_help_and_leads_to_its_page() -> None:
    run = impact(partner_run(*(finding(f"a/b/{kind.name}:{n}") for n, kind in enumerate(kinds()))))
    rules = {rule["id"]: rule["help"]["text"] for rule in read(run)["tool"]["driver"]["rules"]}
    assert list(rules) == [kind.name for kind in kinds()]
    assert all(f"cxcontracts explain {name}; docs/kinds.md" in text for name, text in rules.items())
    assert all(len(text) <= 1024 for text in rules.values())


def test_a_run_of_one_partner_does_not_replace_the_report_of_another() -> None:
    assert [read(RUNS[name])["automationDetails"]["id"] for name in ("every verdict", "several partners", "verified")] == [
        "cxcontracts/impact/rail-retail/operator/",
        "cxcontracts/impact/rail-retail/",
        "cxcontracts/verify/rail-retail/sandbox/operator/",
    ]


def test_a_run_of_a_part_closes_no_alert_of_the_rest() -> None:
    part, whole = RUNS["of a part"], dataclasses.replace(RUNS["of a part"], only=())
    told, (first,) = json.loads(sarif.render(alerts_of(part))), json.loads(gitlab.render(alerts_of(part)))

    assert told["runs"][0]["automationDetails"] != json.loads(sarif.render(alerts_of(whole)))["runs"][0]["automationDetails"]
    assert "rebook" in told["runs"][0]["automationDetails"]["id"]
    assert told["runs"][0]["invocations"][0]["executionSuccessful"]
    assert (first["severity"], first["description"]) == (
        "info",
        "asked for no more than journey rebook and requirements with needs in their id: the rest was not looked at",
    )
    assert json.loads(gitlab.render(alerts_of(whole))) == []


def test_a_run_that_did_not_look_at_everything_says_so_and_is_never_empty() -> None:
    for name in ("no partner", "interrupted", "mistakes"):
        report = read(RUNS[name])
        assert report["results"][-1]["ruleId"] == "not-complete"
        assert report["invocations"][0]["executionSuccessful"] is False


def test_what_no_exchange_showed_is_said() -> None:
    (note,) = read(RUNS["verified"])["invocations"][0]["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == ("note", "1 requirement was not exercised: no exchange shows more of them")


def test_a_report_of_code_scanning_is_never_larger_than_it_takes() -> None:
    chance = random.Random(1)
    noise = ["".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(600)) for _ in range(20)]
    many = [finding(f"a/b/needs:{n}", because=noise[n % 20] + str(n), element=noise[-n % 20]) for n in range(5200)]
    report = sarif.render(alerts_of(impact(partner_run(*many))))
    assert len(gzip.compress(report.encode())) < len(report) <= 10_000_000
    run = orjson.loads(report)["runs"][0]
    told = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert told == f"{5200 - len(run['results']):,} more results are left out; the JSON report has all"


# -- Code Quality ----------------------------------------------------------------------------------------------------------------


def quality(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(gitlab.render(alerts_of(run)))
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(found)
    return found


@pytest.mark.parametrize("name", RUNS)
def test_every_code_quality_report_has_what_gitlab_asks_for_and_no_two_findings_are_one(name: str) -> None:
    found = quality(RUNS[name])
    assert len({entry["fingerprint"] for entry in found}) == len(found)


def test_how_bad_a_finding_is() -> None:
    assert {entry["check_name"]: entry["severity"] for entry in quality(RUNS["mistakes"])} == {
        "unsound": "blocker",
        "mistake-in-a-file": "major",
        "needs-when": "critical",
    }
    severities = [entry["severity"] for entry in quality(RUNS["every verdict"])]
    assert severities == ["critical"] * 2 + ["minor"] * 3 + ["info"]


def test_code_quality_is_cut_where_nobody_would_read_on_and_says_so() -> None:
    found = quality(impact(partner_run(*(finding(f"a/b/needs:{n}") for n in range(gitlab.MOST + 2)))))
    assert (len(found), found[-1]["description"]) == (gitlab.MOST + 1, "2 more are left out; the JSON report has all")


# -- annotations -----------------------------------------------------------------------------------------------------------------


def test_each_alert_is_annotated_and_the_last_line_is_the_verdict() -> None:
    said = obeyed(github.render(alerts_of(RUNS["every verdict"])))
    assert [each.name for each in said] == ["error"] * 2 + ["warning"] * 3 + ["notice"] * 2
    assert said[0].properties == {"file": "journeys/rail-disruption.yaml", "line": "34", "col": "7", "title": "operator: needs"}
    assert said[-1].message.splitlines() == [
        "BROKEN  up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be blocked or delayed",
        "operator 2.3.0 → 2.4.0 would break 1 experience",
    ]


def test_no_more_is_annotated_than_a_step_shows_and_the_rest_is_counted() -> None:
    run = impact(partner_run(*(finding(f"a/b/needs:{n}") for n in range(25))), complete=False)
    said = obeyed(github.render(alerts_of(run)))
    assert [each.name for each in said] == ["error"] * MOST + ["notice"]
    assert said[-1].message.split("\n")[-1] == "16 more findings are not shown here"


def test_azure_is_told_the_same_as_issues_and_notices_as_lines_of_the_log() -> None:
    lines = azure.render(alerts_of(RUNS["every verdict"])).splitlines()
    issues = [line for line in lines if line.startswith("##vso[task.logissue ")]
    assert [
        re.findall(r"type=(\w+);sourcepath=journeys/rail-disruption.yaml;linenumber=34;columnnumber=7;", each) for each in issues
    ] == [[kind] for kind in ("error", "error", "warning", "warning", "warning")]
    assert lines[len(issues)] == "##[group]notices"
    assert lines[len(issues) + 1].startswith(
        "operator: needs: journeys/rail-disruption.yaml:34:7: tolerated: up to 126,000 commuters, "
    )
    assert lines[-3:] == [
        "##[endgroup]",
        "cxcontracts impact: BROKEN  up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month "
        "would be blocked or delayed",
        "  operator 2.3.0 → 2.4.0 would break 1 experience",
    ]


def test_azure_is_never_told_how_the_step_ended() -> None:
    assert "task.complete" not in "".join(azure.render(alerts_of(run)) for run in RUNS.values())


def test_a_partner_ends_no_property_of_a_command_of_azure() -> None:
    ends = "x]##vso[task.complete result=Succeeded;]done;type=warning\n##vso[task.setvariable variable=a]b"
    hurt = finding(because=ends, where=Place(f"journeys/{ends}.yaml", 3, 4), operation=ends)
    for line in azure.render(alerts_of(impact(partner_run(hurt, partner=ends)))).splitlines()[:-2]:
        assert is_ours("azure", line)
        properties, _, _ = line.partition("]")
        assert re.findall("type=[a-z]+", properties)[0] == "type=error"
        assert properties.count(";") == 4
