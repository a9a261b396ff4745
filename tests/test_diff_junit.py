"""The report of a diff for CI systems, held against those who read it and against an official XSD."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from cxcontracts.findings import Compared, Diff, Level
from cxcontracts.reports.diff.junit import render
from tests.diffs import ADDED, DOUBTED, EVERY, GONE, IGNORED, NULLABLE, SOONER, WIDENED, compared, diff, hurt, inside
from tests.readers import commands, unseen

ALL = diff(*EVERY)


def read(diff: Diff, *, strict: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(render(diff, inside, strict=strict))


def outcomes(root: ElementTree.Element) -> dict[str, str]:
    """Return the rule of each case, or its name, to what a reader takes it for."""
    return {name(case): outcome(case) for case in root.iter("testcase")}


def name(case: ElementTree.Element) -> str:
    return case.get("name", "").partition(" \u203a ")[2].partition(" ")[0]


def outcome(case: ElementTree.Element) -> str:
    return next((child.tag for child in case if child.tag != "system-out"), "passed")


def test_each_change_becomes_what_ci_should_do_about_it() -> None:
    assert outcomes(read(ALL)) == {
        "operation-removed": "failure",
        "response-became-nullable": "failure",
        "request-length-changed": "failure",
        "sunset-brought-forward": "failure",
        "response-pattern-changed": "passed",
        "request-property-removed": "skipped",
        "compared": "passed",
        "complete": "passed",
    }


def test_what_could_not_be_decided_is_an_error_when_strict() -> None:
    ordinary, strict = outcomes(read(ALL)), outcomes(read(ALL, strict=True))
    assert {name for name in ordinary if ordinary[name] != strict[name]} == {"response-pattern-changed"}
    assert strict["response-pattern-changed"] == "error"


@pytest.mark.parametrize("fail_on", [None, *Level])
def test_there_are_as_many_failures_as_changes_that_close_the_gate(fail_on: Level | None) -> None:
    run = Diff((compared(*EVERY), compared(*EVERY, name="b.yaml")), fail_on=fail_on)
    assert len(list(read(run).iter("failure"))) == len(run.gates)


def test_a_break_that_closes_no_gate_passes_and_says_so() -> None:
    root = read(diff(NULLABLE, fail_on=None))
    assert outcomes(root)["response-became-nullable"] == "passed"
    assert "broken: cause may be null now" in (root.findtext(".//system-out") or "")


def test_a_failure_tells_what_whom_and_where_and_shows_the_exchange() -> None:
    failure = read(diff(GONE)).find(".//failure")
    assert failure is not None
    assert failure.attrib == {
        "type": "cxcontracts.broken.operation-removed",
        "message": "DELETE /bookings/{bookingRef} is gone: every call of it fails",
    }
    assert failure.text == (
        "broken: DELETE /bookings/{bookingRef} is gone: every call of it fails\n"
        "element: DELETE /bookings/{bookingRef}\n"
        "breaks: whoever calls it\n"
        "request: DELETE /bookings/QX7T2M\n"
        "response: 404 (assumed: no contract declares this refusal)\n"
        "old: api/old.yaml:118:9\n"
        "rule: operation-removed\n"
        f"fingerprint: {GONE.fingerprint}"
    )


def test_what_no_exchange_shows_fails_as_what_it_counts_as() -> None:
    failure = read(diff(SOONER)).find(".//failure")
    assert failure is not None
    assert failure.get("type") == "cxcontracts.error.sunset-brought-forward"


def test_a_case_is_named_by_contract_rule_and_element_and_stands_in_the_new_version() -> None:
    assert next(read(diff(NULLABLE)).iter("testcase")).attrib == {
        "name": "operator.yaml \u203a response-became-nullable GET /services/{serviceId} 200 application/json cause",
        "classname": "cxcontracts.operator.yaml",
        "file": "api/new.yaml",
        "line": "120",
        "time": "0.000",
    }


def test_a_change_outside_the_repository_names_no_file() -> None:
    (case, *_) = ElementTree.fromstring(render(diff(NULLABLE), lambda _: None)).iter("testcase")
    assert case.attrib.keys() & {"file", "line"} == set()


# -- what proves nothing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [(), (ADDED,), (WIDENED,)])
def test_a_contract_in_which_nothing_fails_has_a_case_that_passes(changes: tuple[()]) -> None:
    assert outcomes(read(diff(*changes))) == {"compared": "passed", "complete": "passed"}


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (diff(complete=False), "interrupted; nothing was found in what was compared so far"),
        (diff(NULLABLE, complete=False), "interrupted; what is not listed was not compared"),
        (Diff((), complete=False), "interrupted before anything was compared"),
        (Diff(()), "there is no contract to compare"),
        (Diff((compared(operations=0),)), "there is no operation on either side"),
    ],
)
def test_a_diff_that_did_not_look_is_an_error(run: Diff, message: str) -> None:
    root = read(run)
    error = root.find(".//error")
    assert error is not None
    assert (error.get("message"), error.text) == (message, message)
    assert outcomes(root)["complete"] == "error"


def test_a_contract_without_operations_is_a_skip() -> None:
    root = read(Diff((compared(), compared(name="b.yaml", operations=0))))
    assert [outcome(case) for case in root.iter("testcase")] == ["passed", "skipped", "passed"]


# -- what readers ask for ------------------------------------------------------------------------------------


def test_the_report_fits_the_xsd_of_jenkins_but_for_the_place_of_a_case(corpus: Path) -> None:
    root = read(ALL, strict=True)
    for case in root.iter("testcase"):
        for attribute in ("file", "line"):
            case.attrib.pop(attribute, None)
    xmlschema.XMLSchema(corpus / "junit-xsd/jenkins-junit-10.xsd").validate(root)


def test_a_suite_is_one_contract_with_its_digests() -> None:
    suites = read(Diff((compared(GONE), compared(name="b.yaml", record=None)))).findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["operator.yaml 2.3.0 → 2.4.0", "b.yaml 2.4.0 is new", "cxcontracts.run"]
    properties = [{entry.get("name", "") for entry in suite.iter("property")} for suite in suites]
    assert ["record" in names for names in properties] == [True, False, False]


def test_names_are_unique() -> None:
    twice = compared(NULLABLE, dataclasses.replace(NULLABLE, fingerprint="0" * 16))
    names = [case.get("name") for case in read(Diff((twice, twice))).iter("testcase")]
    assert len(set(names)) == len(names) == 7


def test_text_made_to_hurt_is_inert(hurtful: tuple[str, ...]) -> None:
    contracts = tuple(contract for text in hurtful for contract in hurt(text).contracts)
    report = render(Diff(contracts, estate="x"), lambda file: file)
    assert commands(report) == []
    assert report.isascii()
    root = ElementTree.fromstring(report)
    attributes = {value for element in root.iter() for value in element.attrib.values()}
    shown = attributes | {element.text for element in root.iter() if element.text}
    assert [text for text in shown if commands(text) or unseen(text)] == []
    types = {element.get("type", "") for element in root.iter() if element.tag in ("failure", "error", "skipped")}
    assert [type_ for type_ in types if not type_.startswith("cxcontracts.")] == []


@given(st.text())
@settings(max_examples=50)
def test_any_text_makes_a_faithful_report(text: str) -> None:
    assert len(list(ElementTree.fromstring(render(hurt(text), lambda file: file)).iter("failure"))) == len(hurt(text).gates)


def test_a_contract_cannot_forge_a_line_of_the_account() -> None:
    forged = dataclasses.replace(NULLABLE, because="x\nfingerprint: 0123456789abcdef")
    text = read(diff(forged)).findtext(".//failure") or ""
    assert [line for line in text.split("\n") if line.startswith("fingerprint: ")] == [f"fingerprint: {NULLABLE.fingerprint}"]


def huge(number: int) -> Compared:
    return compared(*(dataclasses.replace(NULLABLE, because="\u00e9" * 10_000, element=f"GET /{n}") for n in range(number)))


def test_a_huge_report_is_cut_before_a_reader_refuses_it_and_keeps_every_result() -> None:
    report = render(Diff((huge(700),)), inside)
    assert len(report) < 25_000_000
    assert report.count("<failure ") == 700


def test_the_same_diff_gives_the_same_bytes() -> None:
    assert render(ALL, inside) == render(dataclasses.replace(ALL), inside)
    assert render(diff(IGNORED, DOUBTED), inside).endswith("</testsuites>\n")
