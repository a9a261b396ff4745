"""What the tests of a run found, as one report, in any format that the command line has."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from tests.partners_running import answer
from tests.test_verify import PARCEL, report, shop, urls
from tests.workplace import BREAKING, JOURNEY, Workplace, workplace

pytest_plugins = ["pytester"]

CANDIDATE = f"--cx-candidate=courier={BREAKING}"


@pytest.fixture
def here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    return workplace(pytester.path)


def read(here: Workplace, name: str) -> Any:
    """Return a report, its findings in the order of their ids: tests run in another order than the command line judges."""
    found = json.loads(here.read(name))
    found["findings"].sort(key=lambda each: each["id"])
    return found


@pytest.mark.parametrize("more", [[], ["-n", "2"]], ids=["alone", "xdist"])
@pytest.mark.parametrize(
    ("options", "words"),
    [([], ["check"]), ([CANDIDATE], ["impact", "courier", "--candidate", BREAKING])],
    ids=["check", "impact"],
)
def test_tests_report_what_the_command_line_reports(
    pytester: pytest.Pytester, here: Workplace, options: list[str], words: list[str], more: list[str]
) -> None:
    ran = pytester.runpytest_subprocess("contracts", *options, *more, "--cx-report", "json=tests.json,junit=tests.xml")
    here.run(*words, "--report", "json=command.json")

    assert read(here, "tests.json") == read(here, "command.json")
    assert "<testsuites" in here.read("tests.xml")
    ran.stdout.fnmatch_lines(["the report is in tests.json", "the report is in tests.xml"])


def test_what_running_partners_show_is_reported_alike(pytester: pytest.Pytester, here: Workplace) -> None:
    with shop(parcel=answer(PARCEL | {"expectedOn": None})) as partners:
        of_command = report(here.run("verify", *urls(*partners), "--no-fuzz", "--format", "json"))
        addresses = [f"--cx-url={each}" for each in urls(*partners)[1::2]]
        pytester.runpytest_subprocess("contracts", *addresses, "--cx-no-fuzz", "--cx-report", "json=tests.json")

    of_tests = json.loads(here.read("tests.json"))
    verdicts = [{each["id"]: each["verdict"] for each in found["findings"]} for found in (of_command, of_tests)]
    assert verdicts[0] == verdicts[1]
    assert "broken" in verdicts[0].values()
    assert (of_tests["exchanges"], of_tests["not_exercised"]) == (of_command["exchanges"], of_command["not_exercised"])
    assert of_tests["verdict"] == "broken"


def test_a_run_that_was_cut_short_says_so_and_is_not_taken_for_the_whole(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess(
        "contracts", CANDIDATE, "-x", "--cx-report", "json=tests.json,sarif=tests.sarif,text=tests.txt"
    )

    assert json.loads(here.read("tests.json"))["complete"] is False
    assert "interrupted" in here.read("tests.txt")
    assert not (here.folder / "tests.sarif").exists()
    ran.stdout.fnmatch_lines(["*tests.sarif is not written*"])


@pytest.mark.parametrize(
    ("words", "only"),
    [
        (["contracts"], None),
        ([], None),
        (["contracts", "-k", "see_parcel or needs"], ["-k see_parcel or needs"]),
        (["contracts/journeys/track-parcel.yaml"], ["journeys/track-parcel.yaml"]),
    ],
)
def test_a_run_of_some_tests_says_which(
    pytester: pytest.Pytester, here: Workplace, words: list[str], only: list[str] | None
) -> None:
    pytester.runpytest_subprocess(*words, "--cx-report", "json=tests.json,sarif=tests.sarif")

    assert json.loads(here.read("tests.json")).get("only") == only
    category = json.loads(here.read("tests.sarif"))["runs"][0]["automationDetails"]["id"]
    assert category.endswith(f"{only[0]}/" if only else "parcels/")


@pytest.mark.parametrize(
    ("number", "more"), [(signal.SIGTERM, []), (signal.SIGINT, []), (signal.SIGTERM, ["-n", "2"])], ids=["TERM", "INT", "xdist"]
)
def test_a_run_that_a_signal_ends_says_so_and_is_not_taken_for_the_whole(
    here: Workplace, number: signal.Signals, more: list[str]
) -> None:
    environment = here.plug("open('waits', 'w').close(); threading.Event().wait()")
    os.mkfifo(here.folder / "waits")
    here.write("tests.sarif", "what was found last time")
    wanted = "json=tests.json,junit=tests.xml,sarif=tests.sarif"
    words = [sys.executable, "-m", "pytest", "contracts", CANDIDATE, *more, "--cx-report", wanted]
    with subprocess.Popen(words, cwd=here.folder, env=environment, stdout=subprocess.PIPE, text=True) as ran:
        here.read("waits")
        ran.send_signal(number)
        said, _ = ran.communicate()

    assert ran.returncode == pytest.ExitCode.INTERRUPTED
    assert json.loads(here.read("tests.json"))["complete"] is False
    assert ElementTree.fromstring(here.read("tests.xml")).find(".//error") is not None
    assert here.read("tests.sarif") == "what was found last time"
    assert "tests.sarif is not written" in said


def test_mistakes_are_reported(pytester: pytest.Pytester, here: Workplace) -> None:
    here.edit(JOURNEY, "    with: {parcelNumber: $parcel} ", "    wiht: {parcelNumber: $parcel} ")
    here.write("contracts/journeys/second.yaml", here.read(JOURNEY).replace("wiht", "with").replace("track-parcel", "second"))
    pytester.runpytest_subprocess("contracts", "--cx-report", "json=tests.json")

    found = json.loads(here.read("tests.json"))
    assert found["complete"] is False
    assert "wiht" in found["problems"][0]["what"]
    assert {each["journey"] for each in found["findings"]} == {"second"}


def test_what_a_ci_system_reads_in_its_log_is_written_into_it(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE, "--cx-report", "github")
    ran.stdout.fnmatch_lines(["::error file=contracts/journeys/track-parcel.yaml,line=*"])


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("xml=x", "there is no format 'xml'"), ("json", "write json=FILE"), ("json=nowhere/x", "there is no folder")],
)
def test_wrong_usage_ends_before_anything_runs(pytester: pytest.Pytester, here: Workplace, wanted: str, said: str) -> None:
    ran = pytester.runpytest_subprocess("contracts", "--cx-report", wanted)

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert said in str(ran.stderr)


def test_of_several_estates_nothing_is_written(pytester: pytest.Pytester, here: Workplace) -> None:
    workplace(here.folder / "other")
    ran = pytester.runpytest_subprocess("contracts", "other/contracts", "--cx-report", "json=tests.json")

    assert not (here.folder / "tests.json").exists()
    ran.stdout.fnmatch_lines(["*writes the report of one estate*"])
