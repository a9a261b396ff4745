"""The command line: what it is asked, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import cxcontracts
from cxcontracts.cli.exits import exit_code
from cxcontracts.findings import Run, Verdict
from tests.runs import finding, impact, intact, partner_run
from tests.workplace import BREAKING, COMMAND, COURIER, JOURNEY, ORDERS, Workplace, workplace


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


# 0 and 1: what is judged


def test_an_estate_whose_needs_are_all_promised_passes_the_strictest_check(here: Workplace) -> None:
    ran = here.run("check", "--strict")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "all 13 needs are promised" in ran.stdout


def test_a_contract_against_itself_breaks_nothing(here: Workplace) -> None:
    ran = here.run("impact", "courier", "--candidate", COURIER)
    assert ran.exit_code == 0
    assert "Felt by nobody: no change" in ran.stdout


def test_a_candidate_that_breaks_an_experience_exits_with_1(here: Workplace) -> None:
    ran = here.run("impact", "courier", "--candidate", BREAKING)
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert "up to 40,000 shoppers and 6,000 gift-givers a month would be blocked at see-parcel" in " ".join(ran.stdout.split())


def test_a_break_whose_harm_is_not_in_fail_on_warns_and_exits_with_0(here: Workplace) -> None:
    here.edit("contracts/estate.yaml", "fail-on: [blocked, ", "fail-on: [")
    ran = here.run("impact", "courier", "--candidate", BREAKING)
    assert ran.exit_code == 0
    assert ran.stdout.startswith("BROKEN")


def test_candidates_of_several_partners_are_judged_as_released_together(here: Workplace) -> None:
    here.edit(ORDERS, "required: [orderNumber, state,", "required: [orderNumber,", to="orders.yaml")
    ran = here.run("impact", "--candidate", f"courier={BREAKING}", "--candidate", "orders=orders.yaml", "--format", "json")
    assert ran.exit_code == 1
    broken = {finding["id"] for finding in json.loads(ran.stdout)["findings"] if finding["verdict"] == "broken"}
    assert broken == {"track-parcel/open-order/needs:state", "track-parcel/see-parcel/needs:expectedOn"}


def test_only_the_partners_with_a_candidate_are_judged(here: Workplace) -> None:
    ran = here.run("impact", "--candidate", f"orders={ORDERS}", "--format", "json")
    assert {finding["partner"] for finding in json.loads(ran.stdout)["findings"]} == {"orders"}


def test_a_bare_candidate_belongs_to_the_only_partner_of_the_estate(here: Workplace) -> None:
    here.write("one/estate.yaml", "format: 1\nestate: one\n")
    here.write("one/partners/orders/partner.yaml", here.read("contracts/partners/orders/partner.yaml"))
    here.write("one/partners/orders/openapi.yaml", here.read(ORDERS))
    steps = "  - step: open\n    call: orders GET /orders/{orderNumber}\n    with: {orderNumber: '20417733'}\n"
    here.write("one/journeys/j.yaml", f"journey: j\nsteps:\n{steps}")
    assert here.run("--estate", "one", "impact", "--candidate", ORDERS).exit_code == 0


def test_the_estate_is_found_from_a_folder_inside_of_it(here: Workplace) -> None:
    inside = Workplace(here.folder / "contracts" / "partners" / "courier")
    ran = inside.run("impact", "courier", "--candidate", "candidates/1.5.0.yaml")
    assert ran.exit_code == 1
    assert "../../journeys/track-parcel.yaml:32:7" in ran.stdout


def test_the_estate_can_be_named_before_the_command_and_after_it(here: Workplace) -> None:
    elsewhere = Workplace(here.folder / "contracts" / "journeys")
    assert elsewhere.run("--estate", "..", "check").exit_code == 0
    assert elsewhere.run("check", "--estate", "..").exit_code == 0


# 2: wrong usage, an unsound estate


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["impact", "courir", "--candidate", COURIER], "partner 'courir' is not in the estate; did you mean 'courier'?"),
        (["impact", "--candidate", f"courir={COURIER}"], "partner 'courir' is not in the estate; did you mean 'courier'?"),
        (["impact", "courier", "--candidate", "new.yaml"], "there is no file 'new.yaml'"),
        (["impact", "courier", "--candidate", "contracts/partners"], "'contracts/partners' is a folder"),
        (["impact", "--candidate", COURIER], f"write --candidate PARTNER={COURIER}, with one of: courier, orders"),
        (["impact", "courier", "orders", "--candidate", f"courier={COURIER}"], "partner 'orders' has no candidate"),
        (["impact", "courier", "--candidate", f"orders={ORDERS}"], "is for 'orders', and courier was asked about"),
        (["impact", "courier", "--candidate", COURIER, "--candidate", COURIER], "partner 'courier' has two candidates"),
        (
            ["impact", "-c", f"courier={COURIER}", "-c", f"courier={ORDERS}"],
            "partner 'courier' has two candidates for its calls; keep one",
        ),
        (["impact", "courier"], "name what is proposed, with --candidate FILE"),
        (["impct"], "No such command 'impct'"),
        (["check", "--stict"], "--strict"),
        (["check", "--format", "xml"], "'xml' is not one of 'text', 'json', 'jsonl'"),
        (["--estate", "nowhere", "check"], "there is no folder 'nowhere'"),
        (["--estate", ".", "check"], "did you mean --estate contracts?"),
        (["check", "--output", "nowhere/report.json"], "make it, or name another file"),
        (["check", "--output", "contracts"], "is a directory"),
        ([], "Usage: cxcontracts"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_to_write(here: Workplace, words: list[str], said: str) -> None:
    ran = here.run(*words)
    assert ran.exit_code == 2
    assert said in ran.output


def test_where_there_is_no_estate_init_is_offered(tmp_path: Path) -> None:
    ran = Workplace(tmp_path).run("check")
    assert ran.exit_code == 2
    assert "cxcontracts init" in ran.stderr


def test_every_problem_of_an_unsound_estate_is_listed_at_once_where_an_editor_finds_it(here: Workplace) -> None:
    here.edit(JOURNEY, "    channel: app\n    call: orders", "    chanel: app\n    call: orders")
    here.edit(JOURNEY, "expectedOn: date", "expectedOn: dat")
    ran = here.run("check")
    assert (ran.exit_code, ran.stdout) == (2, "")
    lines = ran.stderr.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"{JOURNEY}:16:5", f"{JOURNEY}:32:19", "cxcontracts"]
    assert lines[-1] == "cxcontracts: 2 problems; nothing was judged"


def test_a_candidate_that_is_no_contract_is_shown_where_the_user_has_it(here: Workplace) -> None:
    ran = here.run("impact", "courier", "--candidate", "contracts/estate.yaml")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("contracts/estate.yaml:1:1: this is no OpenAPI document")


def test_warnings_of_the_estate_are_said_beside_the_report(here: Workplace) -> None:
    here.edit(JOURNEY, "owner: parcels@shop.example\n", "")
    checked = here.run("check", "--format", "json")
    assert checked.exit_code == 0
    said = "nobody answers for the journey; write owner: … with a team or an address [no-owner]"
    assert checked.stderr == f"warning: {JOURNEY}:4:1: {said}\n"
    assert "warning: 1" in here.run("impact", "courier", "--candidate", COURIER).stderr


# 3 and 4: not certain, nothing checked


def test_what_is_not_promised_fails_a_strict_check_only(here: Workplace) -> None:
    here.edit(COURIER, "required: [parcelNumber, state, expectedOn, depot]", "required: [parcelNumber, state, depot]")
    assert (here.run("check").exit_code, here.run("check").stderr) == (0, "")
    ran = here.run("check", "--strict")
    assert (ran.exit_code, ran.stderr) == (3, "check: exit code 3, as --strict asks for certainty: 1 unpromised\n")


def test_what_was_never_promised_is_not_held_against_a_candidate(here: Workplace) -> None:
    here.edit(COURIER, "required: [parcelNumber, state, expectedOn, depot]", "required: [parcelNumber, state, depot]")
    assert here.run("impact", "courier", "--candidate", COURIER, "--strict").exit_code == 0


def test_what_cannot_be_decided_fails_only_where_strictness_is_asked_for(here: Workplace) -> None:
    here.write(ORDERS, here.read(ORDERS).replace("application/json:", "text/csv:"))
    assert here.run("check").exit_code == 0
    assert here.run("check", "--strict").exit_code == 3


def test_a_partner_of_whom_nobody_needs_anything_is_a_mistake_in_the_estate(here: Workplace) -> None:
    here.add_partner("printer")
    for words in (("check",), ("impact", "printer", "--candidate", ORDERS), ("impact", "courier", "--candidate", COURIER)):
        ran = here.run(*words)
        assert ran.exit_code == 2
        assert ran.stderr.startswith(
            "contracts/partners/printer/partner.yaml:1:1: no journey needs anything of partner 'printer'"
        )


def test_a_partner_that_is_not_covered_on_purpose_is_no_error(here: Workplace) -> None:
    here.add_partner("printer", "not-covered: {because: labels are printed by hand}\n")
    assert here.run("check").exit_code == 0
    ran = here.run("impact", "printer", "--candidate", ORDERS)
    assert (ran.exit_code, ran.stdout.partition(" ")[0]) == (0, "NOT")


def test_a_partner_who_is_called_in_setup_alone_is_not_called_green_until_somebody_says_why(here: Workplace) -> None:
    here.add_partner("printer")
    ready = "setup:\n  - step: ready\n    call: printer GET /orders/{orderNumber}\n    with: {orderNumber: '1'}"
    here.write(JOURNEY, f"{ready}\n{here.read(JOURNEY)}")
    ran = here.run("check", "--output", "report.txt")
    assert (ran.exit_code, ran.stderr) == (4, "check: nothing checked; the report is in report.txt\n")
    assert "nothing that contracts can show is needed of it" in " ".join(here.read("report.txt").split())

    here.add_partner("printer", "not-covered: {because: labels are printed by hand}\n")
    ran = here.run("check")
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_an_exception_that_ended_is_told_once_with_its_day_and_the_others_are_judged(here: Workplace) -> None:
    here.add_partner("printer", "not-covered: {because: labels are printed by hand, until: 2020-02-29}\n")
    for words in (("check",), ("impact", "courier", "--candidate", COURIER)):
        ran = here.run(*words)
        assert ran.exit_code == 2
        assert ran.stdout.startswith("INCOMPLETE  parcels: 1 file has mistakes; nothing is broken in what does not")
        assert ran.stderr.splitlines() == [
            "contracts/partners/printer/partner.yaml:4:59: the exception ended on 2020-02-29, and nothing that contracts can "
            "show is needed of 'printer'; write a need, or renew it with a later until [not-covered-ended]",
            "cxcontracts: 1 problem; what depends on that was not judged",
        ]


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (impact(), 4),
        (impact(partner_run()), 4),
        (impact(partner_run(not_covered="labels are printed by hand")), 0),
        (impact(partner_run(*intact(1)), partner_run(partner="ticketing")), 4),
        (impact(partner_run(finding()), partner_run(partner="ticketing")), 1),
        (impact(partner_run(finding(verdict=Verdict.INCONCLUSIVE)), partner_run(partner="ticketing")), 4),
        (impact(partner_run(finding(verdict=Verdict.INCONCLUSIVE))), 3),
        (impact(partner_run(finding(), finding(verdict=Verdict.INCONCLUSIVE))), 1),
        (impact(partner_run(finding(verdict=Verdict.TOLERATED), finding(verdict=Verdict.WAIVED))), 0),
    ],
)
def test_nothing_checked_is_never_green_and_a_break_outweighs_everything(run: Run, code: int) -> None:
    assert exit_code(run, strict=False) == code


# 5: our own fault


def test_a_bug_is_one_line_that_asks_for_a_report(here: Workplace) -> None:
    environment = here.plug("raise LookupError('nothing in it')")
    ran = here.process("check", env=environment)
    assert (ran.returncode, ran.stdout) == (5, "")
    assert "a bug in cxcontracts" in ran.stderr
    assert "LookupError: nothing in it (odd.py:" in ran.stderr
    assert "CX_DEBUG=1" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_debugging_shows_the_traceback_of_a_bug(here: Workplace) -> None:
    environment = here.plug("raise LookupError('nothing in it')")
    ran = here.process("check", env=environment | {"CX_DEBUG": "1"})
    assert ran.returncode == 5
    assert "Traceback (most recent call last):" in ran.stderr


def test_a_plugin_that_ends_python_does_not_end_green(here: Workplace) -> None:
    environment = here.plug("sys.exit(0)")
    assert here.process("check", env=environment).returncode == 5


# The program itself


def test_the_version_needs_nothing_but_the_command_line(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], "--version"], capture_output=True, text=True, check=True
    )
    assert ran.stdout == f"cxcontracts {cxcontracts.__version__}\n"
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert not imported & {
        "pydantic",
        "schemathesis",
        "jsonschema_rs",
        "ryaml",
        "yaml",
        "orjson",
        "interegular",
        "pytest",
        "junit_xml",
    }
    assert not {
        name for name in imported if name.startswith(("cxcontracts.opening", "cxcontracts.estate", "cxcontracts.judging"))
    }


@pytest.mark.parametrize("command", ["check", "diff", "explain", "export", "impact", "import", "init", "map", "partner", "waive"])
def test_every_command_shows_examples_in_80_columns(tmp_path: Path, command: str) -> None:
    ran = Workplace(tmp_path).run(command, "--help")
    assert ran.exit_code == 0
    examples = ran.stdout.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert len(examples) >= 2
    assert all(line.strip().startswith("cxcontracts ") for line in examples)
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_what_does_not_work_yet_is_not_listed(tmp_path: Path) -> None:
    listed = Workplace(tmp_path).run("--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines()] == [
        "check",
        "diff",
        "explain",
        "export",
        "impact",
        "import",
        "init",
        "judge",
        "key",
        "map",
        "onboard",
        "pack",
        "partner",
        "report",
        "verify",
        "waive",
    ]


def test_a_mistake_of_an_estate_is_there_for_programs_as_well(here: Workplace) -> None:
    here.edit(JOURNEY, "call: orders", "call: oders")

    ran = here.run("check", "--format", "json")

    (problem,) = json.loads(ran.stdout)["problems"]
    assert (ran.exit_code, problem["where"]["file"], problem["code"]) == (2, "journeys/track-parcel.yaml", "unknown-partner")
    assert ran.stderr.endswith("cxcontracts: 1 problem; nothing was judged\n")


def test_a_process_that_ends_does_not_walk_over_what_it_leaves(here: Workplace) -> None:
    program = "import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count() > 0)); "
    program += "from cxcontracts.cli import main; main(['check'])"
    ended = subprocess.run([sys.executable, "-c", program], cwd=here.folder, capture_output=True, encoding="utf-8", check=False)
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "True")
