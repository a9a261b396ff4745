"""The report of a diff for a job of GitHub Actions, read as its runner reads it."""

from __future__ import annotations

import dataclasses
import re
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cxcontracts.findings import Diff, Level
from cxcontracts.problems import Place
from cxcontracts.reports.ci import github as report
from cxcontracts.reports.ci.annotations import MOST, annotation
from cxcontracts.reports.diff.alerts import alerts_of
from cxcontracts.reports.diff.places import Inside
from tests.diffs import ADDED, DEFAULT, DOUBTED, EVERY, GONE, IGNORED, NULLABLE, WIDENED, compared, diff, hurt, inside, version
from tests.readers import RUNNERS, github, unseen


def render(diff: Diff, inside: Inside) -> str:
    return report.render(alerts_of(diff, inside))


def command(title: str, *lines: str, place: Place | None = None) -> str:
    return report.command(annotation(Level.ERROR, title, *lines, place=place))


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def obeyed(report: str) -> list[Command]:
    """Return what the runner does, line by line; a line that is no command would be one that a contract wrote."""
    assert report.endswith("\n")
    return [parsed(line) for line in report.removesuffix("\n").split("\n")]


def parsed(line: str) -> Command:
    """actions/runner, ActionCommand.cs, version 2: ``::name key=value,key=value::data``, escapes undone with ``%`` last."""
    found = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert found is not None, line
    properties = dict(part.split("=", 1) for part in found[2].split(","))
    return Command(
        found[1],
        {key: unescaped(value, (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","))) for key, value in properties.items()},
        unescaped(found[3], (("%0D", "\r"), ("%0A", "\n"))),
    )


def unescaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for escape, character in escapes:
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def test_each_finding_is_an_annotation_and_the_last_line_is_the_verdict() -> None:
    commands = obeyed(render(diff(*EVERY), inside))
    assert [(each.name, each.properties["title"]) for each in commands] == [
        ("error", "operation-removed"),
        ("error", "response-became-nullable"),
        ("error", "request-length-changed"),
        ("error", "sunset-brought-forward"),
        ("warning", "response-enum-widened"),
        ("warning", "request-default-changed"),
        ("warning", "response-pattern-changed"),
        ("notice", "cxcontracts diff"),
    ]
    assert commands[-1].message == "BREAKING  operator.yaml 2.3.0 → 2.4.0: 3 changes break its callers, senders and readers"


def test_an_annotation_stands_at_the_line_and_says_all_that_is_known() -> None:
    annotation, _ = obeyed(render(diff(NULLABLE), inside))
    assert annotation.properties == {"file": "api/new.yaml", "line": "120", "col": "9", "title": "response-became-nullable"}
    assert annotation.message == (
        "cause may be null now\n"
        "element: GET /services/{serviceId} 200 application/json cause\n"
        "breaks: whoever reads it\n"
        "request: GET /services/SVC-1\n"
        'response: 200 {"serviceId": "SVC-1", "status": "cancelled", "cause": null, "updatedAt": "2026-11-22T07:30:00Z", '
        '"alternatives": [{"serviceId": "SVC-2", "departs": "2026-11-22T08:00:00Z", "platform": "4"}]}\n'
        "old: api/old.yaml:118:9\n"
        f"fingerprint: {NULLABLE.fingerprint}"
    )


# -- where it stands -----------------------------------------------------------------------------------------


def places(*diffs: Diff) -> list[tuple[str, str]]:
    first = [obeyed(render(each, inside))[0].properties for each in diffs]
    return [(properties.get("file", ""), properties.get("line", "")) for properties in first]


def test_what_is_gone_stands_in_the_old_version() -> None:
    assert places(diff(GONE)) == [("api/old.yaml", "118")]


def test_what_is_gone_from_a_version_kept_elsewhere_stands_at_the_start_of_the_new_one() -> None:
    gone = dataclasses.replace(GONE, was=Place("main:api/new.yaml", 118, 9))
    assert places(Diff((compared(gone, record=dataclasses.replace(version("2"), file="main:api/new.yaml")),))) == [
        ("api/new.yaml", "1")
    ]


def test_a_change_of_which_nothing_is_in_the_repository_has_no_line_and_tells_its_place() -> None:
    annotation, _ = obeyed(render(diff(NULLABLE), lambda _: None))
    assert annotation.properties == {"title": "response-became-nullable"}
    assert "\nnew: api/new.yaml:120:9\n" in annotation.message


# -- what a step shows ---------------------------------------------------------------------------------------


def test_no_more_is_annotated_than_a_step_shows_and_the_rest_is_counted() -> None:
    warnings = (DEFAULT,) * 12
    commands = obeyed(render(diff(*warnings, *(NULLABLE,) * 25), inside))
    assert [each.name for each in commands] == ["error"] * MOST + ["warning"] * MOST + ["notice"]
    assert commands[-1].message.endswith("\n17 more findings are not shown here")


def test_errors_come_before_warnings_and_what_breaks_before_what_only_counts() -> None:
    weak = dataclasses.replace(NULLABLE, level=Level.WARNING)
    titles = [each.properties["title"] for each in obeyed(render(diff(DEFAULT, WIDENED, weak, GONE), inside))]
    assert titles[:2] == ["operation-removed", "response-became-nullable"]
    assert set(titles[2:4]) == {"request-default-changed", "response-enum-widened"}


def test_whom_it_breaks_is_said_of_what_breaks_somebody_alone() -> None:
    messages = [each.message for each in obeyed(render(diff(GONE, WIDENED, DEFAULT), inside))]
    assert [re.findall("^breaks: (.*)$", message, re.MULTILINE) for message in messages] == [
        ["whoever calls it"],
        ["whoever closed the set of values"],
        [],
        [],
    ]


def test_what_is_harmless_or_ignored_is_no_annotation() -> None:
    (notice,) = obeyed(render(diff(IGNORED), inside))
    assert notice.message == "INTACT  operator.yaml 2.3.0 → 2.4.0: nothing breaks in 1 change, apart from 1 that is ignored"


def test_what_closes_the_gate_is_annotated_however_little_it_counts() -> None:
    commands = obeyed(render(diff(*(ADDED,) * 12, fail_on=Level.INFO), inside))
    assert [each.name for each in commands] == ["notice"] * MOST
    assert commands[-1].message.startswith("GATE CLOSED ")
    assert commands[-1].message.endswith("\n3 more findings are not shown here")


def test_what_nobody_can_tell_is_a_warning_with_its_reason() -> None:
    warning, _ = obeyed(render(diff(DOUBTED), inside))
    assert warning.name == "warning"
    assert warning.message.startswith("code has another pattern; nobody can tell whether that breaks anybody: ")


@pytest.mark.parametrize("run", [diff(complete=False), Diff(()), Diff((compared(operations=0),)), diff(NULLABLE, complete=False)])
def test_a_diff_that_did_not_look_is_an_error(run: Diff) -> None:
    first = obeyed(render(run, inside))[0]
    assert (first.name, first.properties) == ("error", {"title": "cxcontracts diff"})


def test_an_interrupted_diff_shows_no_more_errors_than_a_step_does() -> None:
    names = [each.name for each in obeyed(render(diff(*(NULLABLE,) * 25, complete=False), inside))]
    assert names == ["error"] * MOST + ["notice"]


# -- what a contract can do to it ----------------------------------------------------------------------------


def test_a_contract_gives_no_command_to_any_runner(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        report = render(hurt(text), lambda file: file)
        commands = obeyed(report)
        assert {each.name for each in commands} <= {"error", "warning", "notice"}
        assert all(each.properties.keys() <= {"file", "line", "col", "title"} for each in commands)
        assert [runner for runner in RUNNERS for line in report.split("\n") if runner is not github and runner(line)] == []
        assert unseen(report) == []
        for line in "\n".join(each.message for each in commands).split("\n"):
            assert not any(runner(line) for runner in RUNNERS)


@given(st.text())
def test_whatever_is_written_a_line_is_one_command(text: str) -> None:
    annotation = parsed(command(text, text, text, place=Place(text, 3, 4)))
    assert annotation.name == "error"
    assert list(annotation.properties) == ["file", "line", "col", "title"]
    assert annotation.properties["line"] == "3"


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=50))
@example("50%0A%25%3A%2C")
def test_what_is_escaped_reads_as_it_was_made_harmless(text: str) -> None:
    annotation = parsed(command(text, f"said {text}"))
    assert annotation.message.replace("\\", "") == f"said {text}".replace("\\", "")
    assert annotation.properties["title"].replace("\\", "") == text.replace("\\", "")


def test_a_contract_cannot_forge_a_line_of_an_annotation() -> None:
    forged = dataclasses.replace(NULLABLE, because="x\nfingerprint: 0123456789abcdef")
    lines = obeyed(render(diff(forged), inside))[0].message.split("\n")
    assert [line for line in lines if line.startswith("fingerprint: ")] == [f"fingerprint: {NULLABLE.fingerprint}"]


def test_a_long_text_is_cut() -> None:
    assert len(command("x" * 10_000, "%" * 10_000)) < 20_000


def test_the_same_diff_gives_the_same_bytes() -> None:
    assert render(diff(*EVERY), inside) == render(diff(*EVERY), inside)
