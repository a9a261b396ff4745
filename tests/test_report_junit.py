"""The report for CI systems, held against those who read it and against an official XSD."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from cxcontracts.findings import Finding, Harm, Run, Verdict, Version
from cxcontracts.problems import Place
from cxcontracts.reports.junit import render
from cxcontracts.reports.suites import GITLAB_CASES, TOLD_TOGETHER, Dialect, UnfaithfulReportError, faithful
from tests.readers import commands, unseen
from tests.runs import check, finding, hurt, impact, intact, partner_run, version

EVERY = impact(
    partner_run(
        *(finding(f"rail-disruption/check-service/needs:{verdict}", verdict) for verdict in Verdict),
        finding("rail-disruption/check-service/needs:late", harm=Harm.DELAYED),
    ),
    partner_run(partner="notify", not_covered="pilot until spring"),
)
RESERVED = {
    *("symbol", "yaml", "date", "datetime", "duration", "integer", "float", "decimal", "boolean", "string"),
    *("base64Binary", "hexBinary", "file", "array"),
}  # by ActiveSupport's Hash.from_xml, which is how GitLab reads JUnit: such a type changes or loses what the element says


def read(run: Run, **options: Any) -> ElementTree.Element:
    return ElementTree.fromstring(render(run, **options))


def outcomes(root: ElementTree.Element) -> dict[str, str]:
    """Return the last word of each case's name to what a reader takes it for."""
    return {case.get("name", "").rpartition(" ")[2].rpartition(":")[2]: outcome(case) for case in root.iter("testcase")}


def outcome(case: ElementTree.Element) -> str:
    return next((child.tag for child in case if child.tag != "system-out"), "passed")


def case(root: ElementTree.Element, ending: str) -> ElementTree.Element:
    return next(case for case in root.iter("testcase") if case.get("name", "").endswith(ending))


# -- what each verdict becomes -------------------------------------------------------------------------------


def test_each_verdict_becomes_what_ci_should_do_about_it() -> None:
    assert outcomes(read(EVERY)) == {
        "broken": "failure",
        "late": "passed",
        "inconclusive": "error",
        "waived": "skipped",
        **dict.fromkeys(("intact", "tolerated", "unpromised", "unproven"), "passed"),
        "covered": "skipped",
        "complete": "passed",
    }


def test_what_could_not_be_decided_is_an_error_when_strict() -> None:
    ordinary, strict = outcomes(read(EVERY)), outcomes(read(EVERY, strict=True))
    assert {name for name in ordinary if ordinary[name] != strict[name]} == {"unproven"}
    assert strict["unproven"] == "error"


def test_there_are_as_many_failures_as_findings_that_close_the_gate() -> None:
    follows = finding("rail-disruption/check-service/needs:z", cause=finding().id)
    run = impact(partner_run(finding(), follows, finding("a/b/needs:c", harm=Harm.DELAYED)), partner_run(finding(), partner="b"))
    assert len(list(read(run).iter("failure"))) == len(run.gates) == 3


def test_what_passes_with_a_reservation_says_so() -> None:
    said = {
        name: case(read(EVERY), f":{name}").findtext("system-out") for name in ("late", "tolerated", "unpromised", "unproven")
    }
    assert all("because: cause may now be null" in (text or "") for text in said.values())
    assert all(("would be " in (text or "")) == (name == "late") for name, text in said.items())
    assert case(read(EVERY), ":intact").find("system-out") is None


def test_a_failure_tells_who_why_where_and_shows_the_exchange() -> None:
    failure = case(read(EVERY), ":broken").find("failure")
    assert failure is not None
    assert failure.attrib == {
        "type": "cxcontracts.broken.needs",
        "message": "up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be blocked at check-service "
        "(rail-disruption): I see what is happening to my train, and why: cause may now be null; the journey needs its text",
    }
    assert failure.text == (
        "broken: up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be blocked at check-service "
        "(rail-disruption): I see what is happening to my train, and why\n"
        "because: cause may now be null; the journey needs its text\n"
        "partner: operator\n"
        "element: GET /services/{serviceId} 200 application/json cause.text was guaranteed, is only possible\n"
        "request: GET /services/SVC-1\n"
        'response: 200 {"serviceId": "SVC-1", "status": "cancelled", "cause": null, "updatedAt": "2026-11-22T07:30:00Z", '
        '"alternatives": [{"serviceId": "SVC-2", "departs": "2026-11-22T08:00:00Z", "platform": "4"}]}\n'
        "needed by: journeys/rail-disruption.yaml:34:7\n"
        "id: rail-disruption/check-service/needs:broken"
    )


@pytest.mark.parametrize(("curl", "shown"), [("curl x", "curl x"), ("c" * 1001, "(a line of 1,001 characters, which JSON has)")])
def test_how_to_send_it_again_is_told_whole_or_not_at_all(curl: str, shown: str) -> None:
    text = read(impact(partner_run(finding(curl=curl, observed=1)))).findtext(".//failure") or ""
    assert f"\nagain: {shown}\n" in text


def test_a_finding_that_follows_from_another_names_it() -> None:
    run = impact(partner_run(finding(cause="rail-disruption/check-service/answers")))
    assert "\nfollows from: rail-disruption/check-service/answers" in (read(run).findtext(".//failure") or "")


def test_a_break_that_nobody_explained_is_still_a_failure() -> None:
    bare = finding(because="", element="", customer="", witness=None, was=None, customers={})
    failure = read(impact(partner_run(bare))).find(".//failure")
    assert failure is not None
    assert failure.get("message") == f"customers would be blocked at check-service (rail-disruption): broken: {bare.id}"
    assert (failure.text or "").startswith("broken: customers would be blocked")


# -- a run that proves nothing -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "type_", "message"),
    [
        (impact(partner_run(*intact(3)), complete=False), "incomplete", "interrupted: what is not listed was not judged"),
        (impact(partner_run()), "nothing-checked", "nothing that contracts can show is needed of operator 2.3.0 → 2.4.0"),
        (
            check(partner_run(), partner_run(*intact(1))),
            "nothing-checked",
            "nothing that contracts can show is needed of operator 2.3.0",
        ),
        (check(), "nothing-checked", "no partner was judged"),
    ],
)
def test_a_run_that_did_not_look_is_an_error(run: Run, type_: str, message: str) -> None:
    error = case(read(run), " complete").find("error")
    assert error is not None
    assert error.attrib == {"type": f"cxcontracts.{type_}", "message": message}
    assert error.text == message


def test_a_partner_that_need_not_be_covered_is_a_skip_with_its_reason() -> None:
    run = check(partner_run(partner="notify", not_covered="  "))
    assert outcomes(read(run)) == {"covered": "skipped", "complete": "passed"}


# -- names, places and numbers -------------------------------------------------------------------------------


def test_a_case_is_named_by_partner_and_requirement() -> None:
    attributes = case(read(EVERY, folder="contracts/"), ":broken").attrib
    assert attributes == {
        "name": "operator \u203a rail-disruption/check-service/needs:broken",
        "classname": "cxcontracts.operator.rail-disruption",
        "file": "contracts/journeys/rail-disruption.yaml",
        "line": "34",
        "time": "0.000",
    }


def test_a_suite_is_one_contract_with_its_digests() -> None:
    suites = {suite.get("name"): suite for suite in read(EVERY).iter("testsuite")}
    assert list(suites) == ["operator/openapi.yaml@2.4.0", "notify/openapi.yaml@2.4.0", "cxcontracts.run"]
    properties = {entry.get("name"): entry.get("value") for entry in suites["operator/openapi.yaml@2.4.0"].iter("property")}
    assert properties["record"] == f"2.3.0 {version('2.3.0').digest}"
    assert properties["candidate"] == f"2.4.0 {version('2.4.0').digest}"


@given(st.lists(st.sampled_from(["a", "a\u200b", "a\\u200b", "b" * 300, "b" * 299 + "c"]), max_size=9))
def test_names_are_unique_short_and_stable(rests: list[str]) -> None:
    run = impact(partner_run(*(finding(f"j/s/needs:{rest}") for rest in rests)), partner_run(finding("j/s/needs:a"), partner="b"))
    names = [case.get("name", "") for case in read(run).iter("testcase")]
    assert len(set(names)) == len(names) == len(rests) + 2
    assert max(map(len, names)) <= 260
    assert names == [case.get("name") for case in read(run).iter("testcase")]


def test_a_long_name_is_the_same_whatever_else_the_run_holds() -> None:
    one, other = finding("j/s/needs:" + "b" * 300), finding("j/s/needs:" + "b" * 299 + "c")
    alone = case(read(impact(partner_run(other))), "").get("name")
    assert [case.get("name") for case in read(impact(partner_run(one, other))).iter("testcase")][1] == alone


def test_counts_are_those_of_the_cases() -> None:
    root = read(EVERY, strict=True)
    for element in (root, *root.iter("testsuite")):
        cases = [outcome(case) for case in element.iter("testcase")]
        assert element.get("tests") == str(len(cases))
        assert element.get("failures") == str(cases.count("failure"))
        assert element.get("errors") == str(cases.count("error"))
        assert "disabled" not in element.attrib


def test_the_report_fits_the_xsd_of_jenkins_but_for_the_place_of_a_case(corpus: Path) -> None:
    root = read(EVERY)
    for element in root.iter("testcase"):
        del_place(element)
    xmlschema.XMLSchema(corpus / "junit-xsd/jenkins-junit-10.xsd").validate(root)


def del_place(element: ElementTree.Element) -> None:
    """The dialect's one liberty: GitLab, CircleCI and GitHub's readers link what ``file`` and ``line`` name."""
    for name in ("file", "line"):
        element.attrib.pop(name, None)


# -- dialects ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", [EVERY, hurt("]]><![CDATA["), check(), impact(complete=False)])
def test_the_strict_dialect_fits_both_schemas(run: Run, corpus: Path) -> None:
    report = render(run, dialect=Dialect.STRICT, at=datetime(2026, 11, 22, 7, 30, tzinfo=UTC))
    for name in ("jenkins-junit-10", "windyroad-JUnit"):
        xmlschema.XMLSchema(corpus / f"junit-xsd/{name}.xsd").validate(report)


def test_every_dialect_has_every_result() -> None:
    told = [outcomes(read(EVERY, dialect=dialect)) for dialect in Dialect]
    assert told[0] == told[1] == told[2]


def test_what_passing_cases_say_stands_in_their_suite_where_a_case_may_not_say_it() -> None:
    root = read(EVERY, dialect=Dialect.STRICT)
    assert list(root.iterfind(".//testcase/system-out")) == []
    said = root.findtext("testsuite/system-out") or ""
    assert (
        "needs:tolerated\ntolerated: up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month at check-service" in said
    )
    assert said.count("because: ") == 4


def test_what_many_passing_cases_say_in_their_suite_is_no_longer_than_jenkins_keeps_and_the_rest_is_counted() -> None:
    many = [finding(f"a/b/needs:{n}", Verdict.TOLERATED, because="because " * 100) for n in range(1000)]
    root = read(impact(partner_run(*many)), dialect=Dialect.STRICT)
    said = root.findtext("testsuite/system-out") or ""
    told = said.count("because: ")
    assert 50 < told < 1000
    assert len(said) < TOLD_TOGETHER + 100
    assert said.endswith(f"\n\n… and {1000 - told} more; the JSON report has all")


def test_gitlab_gets_no_part_that_it_does_not_show() -> None:
    root = read(EVERY, dialect=Dialect.GITLAB)
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure", "error", "skipped"}
    assert case(root, ":broken").get("file") == "journeys/rail-disruption.yaml"
    assert "line" not in case(root, ":broken").attrib


def test_gitlab_gets_no_more_cases_than_it_takes_those_that_failed_first() -> None:
    run = impact(partner_run(*intact(GITLAB_CASES), finding(), finding("a/b/needs:c", Verdict.UNPROVEN)))
    root = read(run, dialect=Dialect.GITLAB)
    cases = list(root.iter("testcase"))
    assert len(list(root.iter())) < 250_000
    assert (len(cases), len(list(root.iter("failure")))) == (GITLAB_CASES + 2, 1)
    assert case(root, ":c") is not None
    (skipped,) = root.iter("skipped")
    assert skipped.text == "2 more cases are left out, first those that passed: readers refuse a report of that size"


def test_a_report_that_would_be_too_large_with_the_shortest_texts_leaves_out_what_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cxcontracts.reports.suites.REPORT", 200_000)
    root = read(impact(partner_run(*intact(2000), *map(huge, range(20)))))
    assert len(list(root.iter("failure"))) == 20
    assert 20 < len(list(root.iter("testcase"))) < 2000
    assert "more cases are left out" in (case(root, " left out").findtext("skipped") or "")


# -- a report that lost something is never handed out --------------------------------------------------------

GOOD = render(
    impact(partner_run(finding(), finding("a/b/needs:c", Verdict.INCONCLUSIVE), finding("a/b/needs:d", Verdict.WAIVED)))
)


def test_a_report_that_holds_everything_is_faithful() -> None:
    assert faithful(GOOD, ["failure", "error", "skipped", "passed"]) == GOOD


@pytest.mark.parametrize(
    ("lost", "instead"),
    [
        (r"<failure.*?</failure>", ""),
        (r"<error.*?</error>", ""),
        (r"<skipped.*?</skipped>", ""),
        (r"(<failure[^>]*>).*?</failure>", r"\1 </failure>"),
        (r' message="[^"]*"', ""),
        (r"(<failure.*?</failure>)", r"\1<skipped message='x'>x</skipped>"),
        (r"<testcase [^>]*needs:d.*?</testcase>", ""),
        (r'failures="1"', 'failures="0"'),
        (r'tests="4"', 'tests="3"'),
        (r"</testsuites>", ""),
        (r"cause may", "\x00"),
    ],
)
def test_a_report_that_lost_a_result_is_refused(lost: str, instead: str) -> None:
    damaged = re.sub(lost, instead, GOOD, count=1, flags=re.DOTALL)
    assert damaged != GOOD
    with pytest.raises(UnfaithfulReportError, match="JUnit report"):
        faithful(damaged, ["failure", "error", "skipped", "passed"])


# -- what a partner can do to it -----------------------------------------------------------------------------


def everything(root: ElementTree.Element) -> set[str]:
    """Return every text that a reader shows."""
    attributes = {value for element in root.iter() for value in element.attrib.values()}
    return attributes | {element.text for element in root.iter() if element.text}


def test_text_made_to_hurt_is_inert(hurtful: tuple[str, ...]) -> None:
    report = render(hurt_by_all(hurtful), folder="::error::x")
    assert commands(report) == []
    assert report.isascii()
    root = ElementTree.fromstring(report)
    tame = read(hurt_by_all([f"tame{number}" for number in range(len(hurtful))]))
    assert [element.tag for element in root.iter()] == [element.tag for element in tame.iter()]
    assert [shown for shown in everything(root) if commands(shown) or unseen(shown)] == []
    types = {element.get("type") for element in root.iter() if element.tag in ("failure", "error", "skipped")}
    assert types & RESERVED == set()
    assert all((name or "").startswith("cxcontracts.") for name in types)


def hurt_by_all(texts: Iterable[str]) -> Run:
    """Return one run with the partners that each text makes."""
    return dataclasses.replace(hurt("x"), partners=tuple(partner for text in texts for partner in hurt(text).partners))


@given(st.text())
@settings(max_examples=50)
def test_any_text_makes_a_faithful_report(text: str) -> None:
    assert len(read(hurt(text)).findall(".//failure")) == len(hurt(text).gates)


def test_a_partner_cannot_forge_a_line_of_the_account() -> None:
    failure = read(impact(partner_run(finding(because="x\nid: another/step/needs:y")))).findtext(".//failure") or ""
    assert [line for line in failure.split("\n") if line.startswith("id: ")] == [f"id: {finding().id}"]


def huge(number: int) -> Finding:
    return finding(f"j/s/needs:{number}", because="\u00e9" * 10_000, element="e" * 10_000, where=Place("f", number + 1))


def test_long_texts_are_cut_to_what_readers_take() -> None:
    failure = read(impact(partner_run(huge(1)))).find(".//failure")
    assert failure is not None
    assert len(failure.get("message", "")) == 1000
    assert len(failure.text or "") == 8000


def test_a_huge_report_is_cut_before_a_reader_refuses_it_and_keeps_every_result() -> None:
    run = impact(partner_run(*map(huge, range(500))))
    report = render(run)
    assert len(report) < 25_000_000
    assert report.count("<failure ") == 500


def test_the_same_run_gives_the_same_bytes() -> None:
    assert render(EVERY) == render(dataclasses.replace(EVERY))


def test_of_which_contract_a_killed_run_was_nobody_says() -> None:
    unknown = partner_run(*intact(1), record=Version("", "", ""))
    suite = read(check(unknown)).find("testsuite")
    assert suite is not None
    assert suite.get("name") == "operator"
    assert [each.get("name") for each in suite.iter("property")] == ["cxcontracts", "command", "estate"]
