"""A run that is over, shown again: from JSON Lines, from the JSON report, from what a killed run has left."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import Result

from cxcontracts.cli import options
from cxcontracts.har import read_har
from cxcontracts.reports import formats
from cxcontracts.reports.json import schema
from cxcontracts.running.evidence import FILE, FOLDER_VARIABLE
from tests.partners_running import answer
from tests.test_evidence import kill_a_run
from tests.test_verify import PARCEL, shop, urls
from tests.workplace import BREAKING, Workplace, workplace

IMPACT = ("impact", "courier", "--candidate", BREAKING)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "runs"))
    return workplace(tmp_path)


def verified(here: Workplace, *words: str, parcel: Mapping[str, Any] = PARCEL) -> Result:
    with shop(parcel=answer(parcel)) as partners:
        return here.run("verify", *urls(*partners), "--no-fuzz", *words)


@pytest.mark.parametrize("format", ["json", "jsonl"])
@pytest.mark.parametrize("words", [IMPACT, ("check",)], ids=["impact", "check"])
def test_a_run_that_was_written_down_reads_as_it_did(here: Workplace, words: tuple[str, ...], format: str) -> None:
    told = here.run(*words, "--report", f"{format}=run.x,json=run.json,junit=run.xml")
    again = here.run("report", "run.x", "--report", "json=again.json,junit=again.xml")

    assert (again.stdout, again.exit_code) == (told.stdout, told.exit_code)
    assert here.read("again.json") == here.read("run.json")
    assert here.read("again.xml") == here.read("run.xml")


def test_json_has_each_journey_with_all_its_steps(here: Workplace) -> None:
    here.run(*IMPACT, "--output", "run.txt", "--report", "json=run.json")

    (journey,) = json.loads(here.read("run.json"))["journeys"]
    assert (journey["journey"], journey["exact"]) == ("track-parcel", False)
    assert [(step["step"], step["partner"], step["what"]) for step in journey["steps"]] == [
        ("open-order", "orders", "GET /orders/{orderNumber}"),
        ("see-parcel", "courier", "GET /parcels/{parcelNumber}"),
    ]


def test_the_last_verify_is_shown_where_no_run_is_named_and_by_its_folder(here: Workplace) -> None:
    verified(here)
    told = verified(here, "--report", "json=run.json", parcel=PARCEL | {"expectedOn": None})
    again = here.run("report", "--report", "json=again.json")
    (*_, newest) = sorted((here.folder / "runs").iterdir())

    assert told.exit_code == 1
    assert (again.stdout, again.exit_code) == (told.stdout, told.exit_code)
    assert here.read("again.json") == here.read("run.json")
    assert here.run("report", str(newest)).stdout == told.stdout


def test_what_was_exchanged_is_written_as_har_with_the_run_and_from_it(here: Workplace) -> None:
    verified(here, "--report", "har=seen.har", "--record", "too.har")
    here.run("report", "--report", "har=again.har")

    seen, too, again = (read_har((here.folder / name).read_bytes()) for name in ("seen.har", "too.har", "again.har"))
    assert len(seen) > 2
    assert seen == too
    assert [(each.request, each.response) for each in again] == [(each.request, each.response) for each in seen]


def test_without_exchanges_there_is_no_har(here: Workplace) -> None:
    here.run(*IMPACT, "--report", "jsonl=run.jsonl")
    ran = here.run("report", "run.jsonl", "--report", "har=seen.har")

    assert ran.exit_code == 2
    assert "run.jsonl has no exchanges" in ran.stderr
    assert not (here.folder / "seen.har").exists()


def test_a_run_that_was_killed_shows_as_far_as_it_came_and_is_not_green(here: Workplace) -> None:
    kill_a_run(here)
    ran = here.run("report", "--report", "har=seen.har")

    assert ran.exit_code == 130
    assert "no version" not in ran.stdout
    assert ran.stdout.startswith("INCOMPLETE") or "interrupted" in ran.stdout
    assert "INTACT" not in ran.stdout
    assert len(read_har((here.folder / "seen.har").read_bytes())) == 4


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_wherever_a_run_is_cut_off_what_is_left_is_shown_as_incomplete(here: Workplace, share: float) -> None:
    verified(here, parcel=PARCEL | {"expectedOn": None})
    (file,) = (here.folder / "runs").glob(f"*/{FILE}")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    ran = here.run("report", "--format", "json")
    report = json.loads(ran.stdout)

    assert ran.exit_code == 130
    assert report["complete"] is False
    assert jsonschema_rs.Draft202012Validator(schema()).is_valid(report)


def test_an_unknown_event_is_passed_over(here: Workplace) -> None:
    told = here.run(*IMPACT, "--report", "jsonl=run.jsonl")
    here.write("run.jsonl", here.read("run.jsonl").replace('{"event":"end"', '{"event":"weather","of":"later"}\n{"event":"end"'))

    assert here.run("report", "run.jsonl").stdout == told.stdout


def test_mistakes_are_told_again_as_such_and_not_as_an_interrupt(here: Workplace) -> None:
    here.write("contracts/journeys/broken.yaml", "journey: broken\nstep: []\n")
    told = here.run("check", "--report", "jsonl=run.jsonl")
    again = here.run("report", "run.jsonl")

    assert (told.exit_code, again.exit_code) == (2, 2)
    assert again.stdout == told.stdout


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "odd.jsonl is no run: it is empty; name a run.jsonl"),
        ("hello", "it is no JSON; name a run.jsonl"),
        ("[]", "no JSON object"),
        ('{"version": 1, "command": "check", "problems": []}', "nothing was judged"),
        ('{"version": 1}', "is no run"),
        ("[" * 100_000, "nested too deeply"),
        ('{"payload": "", "payloadType": "x", "signatures": []}', "say with --pack which pack it is of"),
        ('{"event":"finding"}', "no line that says what is run"),
        ('{"event":"start","version":2}', "it is of version 2"),
        ('{"event":"start","version":1}', "is no run"),
        ('{"event":"start","version":1}\n{"event":7}\n', "line 2 does not say what it is of"),
        ('{"event":"start","version":1}\nnonsense\n{"event":"end","complete":true}\n', "line 2 is no JSON"),
        ('{"event":"start","version":1}\n' + "[" * 100_000 + "\n{}", "line 2 is no JSON"),
        ('{"event":"start","version":1}\n{"event":"end"}', "is no run"),
        ('{"event":"start","version":1}\n{"event":"not-exercised"}', "is no run"),
    ],
)
def test_what_is_no_run_is_refused_with_the_reason(here: Workplace, text: str, why: str) -> None:
    here.write("odd.jsonl", text)
    ran = here.run("report", "odd.jsonl")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert why in ran.stderr


def test_a_run_with_a_word_that_nobody_knows_is_refused_with_its_place(here: Workplace) -> None:
    here.run(*IMPACT, "--report", "json=run.json")
    here.write("run.json", here.read("run.json").replace('"verdict": "broken"', '"verdict": "broke"'))
    ran = here.run("report", "run.json")

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert 'is no run: at verdict: "broke" is not one of "broken", ' in ran.stderr


def test_devices_may_get_several_reports(here: Workplace) -> None:
    assert here.run("check", "--report", f"json={os.devnull},html={os.devnull}").exit_code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("report",), "no run is kept in"),
        (("report", "nowhere.jsonl"), "there is no run in nowhere.jsonl; name a run.jsonl, or the folder of one"),
        (("report", "contracts"), "there is no run in contracts/run.jsonl; name"),
        (("report", "--pack", "x.cxpack"), "name the result, too"),
        (("report", "run.jsonl", "--signed-by", "ed25519:0"), "say with --pack"),
        (("check", "--report", "htm=x"), "there is no format 'htm'"),
        (("check", "--report", "junit"), "write junit=FILE"),
        (("check", "--report", "junit="), "write junit=FILE"),
        (("check", "--report", "har=x"), "there is no format 'har'"),
        (("check", "--report", "html=contracts"), "contracts is a folder; name a file in it"),
        (("check", "--report", "html=a.html,sarif=./a.html"), "two reports would be written to a.html; name a file for each"),
        (("check", "--output", "a.txt", "--report", "json=a.txt"), "two reports would be written to a.txt"),
        (("check", "--report", "junit=nowhere/x.xml"), "make it, or name another file"),
    ],
)
def test_wrong_usage_is_2_and_says_what_to_do(here: Workplace, words: tuple[str, ...], why: str) -> None:
    ran = here.run(*words)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert why in ran.stderr


def test_each_format_that_is_offered_can_be_written() -> None:
    assert options.FORMATS == formats.FORMATS


def test_for_a_partner_there_is_nothing_of_the_others_in_any_report(here: Workplace) -> None:
    verified(here, parcel=PARCEL | {"expectedOn": None})
    files = {format: f"for.{format}" for format in options.FORMATS}
    ran = here.run("report", "--for", "courier", "--report", ",".join(f"{format}={file}" for format, file in files.items()))

    assert ran.exit_code == 1
    for format, file in files.items():
        text = here.read(file)
        assert "expectedOn" in text, format
        assert not re.search(r"orders|order number|20417733", text, re.IGNORECASE), format


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--for", "curier"), "did you mean 'courier'?"),
        (("--for", ""), "the run judged nothing of ''; one of: courier"),
        (("--for", "courier", "--report", "har=seen.har"), "leave --for or har out"),
        (("--for", "courier", "--pack", "x.cxpack"), "leave --for out"),
        (("--for", "courier", "--estate", "other/contracts"), "the run is of 'parcels', and --estate of 'others'"),
    ],
)
def test_who_is_named_wrongly_gets_nothing(here: Workplace, words: tuple[str, ...], why: str) -> None:
    workplace(here.folder / "other")
    here.edit("other/contracts/estate.yaml", "estate: parcels", "estate: others")
    here.run(*IMPACT, "--report", "jsonl=run.jsonl")
    ran = here.run("report", "run.jsonl", *words)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert why in ran.stderr


def test_a_file_name_may_have_commas_and_equals_signs(here: Workplace) -> None:
    here.run("check", "--report", "json=a,b=c.json,junit=d.xml", "--report", "text=e.txt")

    assert json.loads(here.read("a,b=c.json"))["command"] == "check"
    assert here.read("d.xml").startswith("<?xml")
    assert here.read("e.txt").startswith("INTACT")
