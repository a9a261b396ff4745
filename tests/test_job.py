"""What a job of GitHub Actions is told beside its log, read as its runner reads it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.workplace import BREAKING, COMMAND, COURIER, Workplace, workplace

IMPACT = ("impact", "courier", "--candidate", BREAKING)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return workplace(tmp_path)


def outputs(here: Workplace) -> Mapping[str, str]:
    """actions/runner, SetOutputFileCommand: ``name=value``, or ``name<<DELIMITER``, lines, ``DELIMITER``."""
    found: dict[str, str] = {}
    lines = iter(here.read("GITHUB_OUTPUT").splitlines())
    for line in lines:
        name, multiline, delimiter = line.partition("<<")
        assert multiline and re.fullmatch("ghadelimiter_[0-9a-f-]{36}", delimiter)
        found[name] = "\n".join(iter(lambda: next(lines), delimiter))
    return found


@pytest.mark.parametrize(
    ("words", "verdict", "broken", "code"),
    [
        ((*IMPACT,), "broken", "1", 1),
        (("impact", "courier", "--candidate", COURIER), "intact", "0", 0),
        (("check",), "intact", "0", 0),
        (("diff", COURIER, BREAKING), "breaking", "1", 1),
        (("diff", COURIER, COURIER), "intact", "0", 0),
    ],
)
@pytest.mark.parametrize("how", [("--format", "github"), ("--report", "github"), ("--report", "github=annotations.txt")])
def test_outputs_say_verdict_and_exit_code(
    here: Workplace, words: tuple[str, ...], verdict: str, broken: str, code: int, how: tuple[str, ...]
) -> None:
    ran = here.run(*words, *how)
    told = outputs(here)
    assert (ran.exit_code, told["verdict"], told["exit-code"]) == (code, verdict, str(code))
    assert (told["broken"] == "0") is (broken == "0")


@pytest.mark.parametrize(
    "words",
    [("impact", "nobody", "--candidate", BREAKING), ("impact", "courier", "--candidate", "nowhere.yaml"), ("diff", "a", "b")],
)
def test_where_nothing_could_be_judged_the_job_is_told_so(here: Workplace, words: tuple[str, ...]) -> None:
    ran = here.run(*words, "--report", "github")
    assert (ran.exit_code, outputs(here)) == (2, {"verdict": "not-judged", "broken": "0", "exit-code": "2"})


def test_the_summary_is_the_comment_that_a_pull_request_would_have(here: Workplace) -> None:
    for words in ((*IMPACT,), ("diff", COURIER, BREAKING)):
        here.run(*words, "--report", "github,markdown=comment.md")
        assert here.read("GITHUB_STEP_SUMMARY").endswith(here.read("comment.md"))


def test_what_other_steps_wrote_stays(here: Workplace) -> None:
    here.write("GITHUB_STEP_SUMMARY", "# Build\n")
    here.run(*IMPACT, "--report", "github")
    assert here.read("GITHUB_STEP_SUMMARY").startswith("# Build\n<!-- cxcontracts:impact:")


def test_nothing_is_told_where_no_report_for_github_is_asked_for(here: Workplace) -> None:
    here.run(*IMPACT, "--report", "markdown=comment.md")
    assert not (here.folder / "GITHUB_OUTPUT").exists()
    assert not (here.folder / "GITHUB_STEP_SUMMARY").exists()


def test_nothing_is_told_outside_of_a_job(here: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name)
    assert here.run(*IMPACT, "--report", "github").exit_code == 1


def test_an_estate_of_which_nothing_was_judged_is_told_too(here: Workplace) -> None:
    here.write("contracts/estate.yaml", "estate: parcels\nfail-no: [blocked]\n")
    assert here.run("check", "--report", "github").exit_code == 2
    assert {**outputs(here)} == {"verdict": "incomplete", "broken": "0", "exit-code": "2"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_exit_code_of_a_run_that_a_signal_ends_is_the_true_one(here: Workplace, number: signal.Signals, code: int) -> None:
    environment = here.plug("print('waits', file=sys.stderr, flush=True); threading.Event().wait()")
    with subprocess.Popen(
        [*COMMAND, "check", "--report", "github"], cwd=here.folder, env=environment, stdout=-1, stderr=-1, text=True
    ) as ran:
        assert ran.stderr is not None
        assert ran.stderr.readline() == "waits\n"
        ran.send_signal(number)
        ran.communicate()
    assert (ran.returncode, outputs(here)["exit-code"], outputs(here)["verdict"]) == (code, str(code), "incomplete")


def test_a_summary_for_which_there_is_no_room_is_left_out_for_a_larger_one_is_not_shown_at_all(here: Workplace) -> None:
    here.write("GITHUB_STEP_SUMMARY", "x" * 999_000)
    ran = here.run(*IMPACT, "--report", "github")
    assert len(here.read("GITHUB_STEP_SUMMARY")) == 999_000
    assert ran.stderr.endswith("cxcontracts: the summary of the step has no room left for the report\n")
    assert (ran.exit_code, outputs(here)["exit-code"]) == (1, "1")


def test_a_file_of_the_job_that_cannot_be_written_changes_no_exit_code(here: Workplace) -> None:
    os.mkdir(here.folder / "GITHUB_OUTPUT")
    ran = here.run(*IMPACT, "--report", "github")
    assert ran.exit_code == 1
    assert "the job cannot be told what was found" in ran.stderr
