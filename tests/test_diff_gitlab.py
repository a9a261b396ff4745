"""The report of a diff for merge requests of GitLab."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.cli.options import Reporting
from cxcontracts.cli.publishing import publish_diff
from cxcontracts.findings import Diff, Level
from cxcontracts.reports.ci import gitlab
from cxcontracts.reports.diff.alerts import alerts_of
from cxcontracts.reports.diff.places import Inside
from tests.diffs import ADDED, DEFAULT, EVERY, GONE, IGNORED, NULLABLE, compared, diff, hurt, inside
from tests.readers import commands, unseen
from tests.workplace import Workplace

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^[.]/"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""What GitLab's page on the format asks for; it publishes no schema."""


def render(diff: Diff, inside: Inside) -> str:
    return gitlab.render(alerts_of(diff, inside))


def read(diff: Diff) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = orjson.loads(render(diff, inside))
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(findings)
    return findings


def test_each_finding_says_what_and_where_and_how_bad() -> None:
    assert [(finding["check_name"], finding["severity"]) for finding in read(diff(*EVERY))] == [
        ("operation-removed", "critical"),
        ("response-became-nullable", "critical"),
        ("request-length-changed", "critical"),
        ("sunset-brought-forward", "major"),
        ("response-enum-widened", "minor"),
        ("request-default-changed", "minor"),
        ("response-pattern-changed", "minor"),
    ]
    (finding,) = read(diff(NULLABLE))
    assert finding["description"] == (
        "cause may be null now: GET /services/{serviceId} 200 application/json cause (breaks whoever reads it)"
    )
    assert finding["location"] == {"path": "api/new.yaml", "lines": {"begin": 120}}


def test_one_of_several_contracts_is_named() -> None:
    described = [finding["description"] for finding in read(Diff((compared(GONE), compared(DEFAULT, name="b.yaml"))))]
    assert [text.partition(": ")[0] for text in described] == ["operator.yaml", "b.yaml"]


def test_what_lies_outside_the_repository_stands_at_the_name_of_the_contract() -> None:
    (finding,) = orjson.loads(render(diff(NULLABLE), lambda _: None))
    assert finding["location"] == {"path": "operator.yaml", "lines": {"begin": 1}}


def test_a_path_has_no_dot_before_it() -> None:
    (finding,) = orjson.loads(render(Diff((compared(NULLABLE, name="./a.yaml"),)), lambda _: None))
    assert finding["location"]["path"] == "a.yaml"


def test_a_finding_is_the_same_whatever_else_is_compared() -> None:
    one, other = compared(NULLABLE), compared(NULLABLE, name="b.yaml")
    assert read(Diff((one, other)))[1]["fingerprint"] == read(Diff((other,)))[0]["fingerprint"]


def test_fingerprints_are_unique_and_stay_when_lines_move() -> None:
    twice = compared(NULLABLE, NULLABLE)
    fingerprints = [finding["fingerprint"] for finding in read(Diff((twice, dataclasses.replace(twice, name="b.yaml"))))]
    assert len(set(fingerprints)) == 4
    moved = dataclasses.replace(NULLABLE, is_=None, because="said otherwise")
    assert [finding["fingerprint"] for finding in read(diff(moved))] == fingerprints[:1]


def test_what_closes_the_gate_is_a_finding_however_little_it_counts() -> None:
    assert [finding["severity"] for finding in read(diff(ADDED, IGNORED, fail_on=Level.INFO))] == ["info"]


def test_nothing_to_look_at_is_an_empty_list() -> None:
    assert read(diff(IGNORED)) == []


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (diff(complete=False), "incomplete"),
        (diff(NULLABLE, complete=False), "incomplete"),
        (Diff(()), "nothing-compared"),
        (Diff((compared(operations=0),)), "nothing-compared"),
    ],
)
def test_a_diff_that_did_not_look_is_never_an_empty_list(run: Diff, kind: str) -> None:
    first = read(run)[0]
    assert (first["check_name"], first["severity"]) == (kind, "blocker")


def test_text_made_to_hurt_is_inert(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        report = render(hurt(text), lambda file: file)
        assert report.isascii()
        for finding in read(hurt(text)):
            shown = f"{finding['description']}\n{finding['location']['path']}"
            assert (commands(shown), unseen(shown)) == ([], [])


@given(st.text())
def test_any_text_makes_a_report_that_gitlab_takes(text: str) -> None:
    assert len(read(hurt(text))) == 8


def test_the_same_diff_gives_the_same_bytes() -> None:
    assert render(diff(*EVERY), inside) == render(diff(*EVERY), inside)


# -- what is not the whole ------------------------------------------------------------------------------------

EMPTY = "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\npaths: {}\n"


@pytest.mark.parametrize("form", ["gitlab", "sarif"])
def test_a_file_that_is_taken_for_the_whole_is_not_written_where_nothing_was_compared(form: str, tmp_path: Path) -> None:
    here = Workplace(tmp_path)
    here.write("api.yaml", EMPTY)
    here.write("report", "what was found last time")

    ran = here.run("diff", "api.yaml", "api.yaml", "--format", form, "--output", "report")

    assert (ran.exit_code, here.read("report")) == (4, "what was found last time")
    assert f"report is not written: its readers take what a {form} report lacks for fixed" in ran.stderr


@pytest.mark.parametrize("form", ["gitlab", "sarif", "json", "text"])
def test_of_an_interrupted_diff_a_file_is_written_only_for_readers_who_hear_that_it_is_one(form: str, tmp_path: Path) -> None:
    publish_diff(diff(NULLABLE, complete=False), Reporting(form, tmp_path / "report", strict=False, verbose=False), "interrupted")

    assert (tmp_path / "report").exists() == (form in ("json", "text"))


def test_what_is_shown_says_that_it_is_not_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    publish_diff(diff(complete=False), Reporting("gitlab", None, strict=False, verbose=False), "interrupted")

    assert '"blocker"' in capsys.readouterr().out
