"""Journeys as tests: what is collected, how each test ends, and that nobody else's tests notice."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from benchmarks import large_estates
from benchmarks.large_estates import Size
from cxcontracts.caching import FOLDER_VARIABLE, WORTH_IT
from tests.workplace import BREAKING, COURIER, HURTFUL_IN_YAML, JOURNEY, ORDERS, Workplace, harmful, workplace

pytest_plugins = ["pytester"]

CANDIDATE = f"--cx-candidate=courier={BREAKING}"
BROKEN = f"{JOURNEY}::see-parcel::needs:expectedOn"
IDS = [
    f"{JOURNEY}::{rest}"
    for rest in (
        "open-order::answers",
        "open-order::needs:state",
        "open-order::needs:items.*.name",
        "open-order::accepts:orderNumber",
        "open-order::keep:parcel",
        "see-parcel::answers",
        "see-parcel::needs:state",
        "see-parcel::needs:expectedOn",
        "see-parcel::may-have:lastSeen.place",
        "see-parcel::accepts:parcelNumber",
        "see-parcel::informs:the-courier-does-not-know-the-parcel",
        "see-parcel::informs:the-courier-does-not-know-the-parcel:tells:what",
        "see-parcel::informs:the-courier-does-not-know-the-parcel:tells:next",
    )
]

PACT = """
{"consumer": {"name": "shop"}, "provider": {"name": "courier"}, "interactions": [{
  "description": "a parcel",
  "request": {"method": "GET", "path": "/parcels/SP123456789"},
  "response": {"status": 200, "body": {"expectedOn": "2027-01-15"}, "matchingRules": {"$.body": {"match": "type"}}}
}]}
"""


@pytest.fixture
def here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")  # half of the time that a run takes
    return workplace(pytester.path)


def shown(ran: pytest.RunResult) -> str:
    """Return all that a run shows, its lines joined: where they break is the terminal's matter."""
    return " ".join(str(ran.stdout).split())


# What is collected


def test_each_requirement_is_one_test_with_the_id_of_its_step(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess("--collect-only", "-q", "contracts")
    assert ran.outlines[: len(IDS)] == IDS
    assert ran.ret == 0


def test_a_requirement_is_run_alone_by_its_id(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess(BROKEN, CANDIDATE)
    ran.assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("expression", "number"), [("expectedOn", 1), ("orders", 5), ("informs", 3), ("see-parcel and not needs", 6)]
)
def test_requirements_are_picked_by_words_of_their_ids_their_partner_and_their_kind(
    pytester: pytest.Pytester, here: Workplace, expression: str, number: int
) -> None:
    ran = pytester.runpytest_subprocess("contracts", "-k", expression)
    ran.assert_outcomes(passed=number, deselected=13 - number)


def test_only_journeys_of_an_estate_are_collected(pytester: pytest.Pytester, here: Workplace) -> None:
    here.write("journeys/notes.yaml", "neither: [estate")
    here.write("config.yaml", "neither: [estate")
    here.write("contracts/partners/courier/journeys/trip.yaml", "neither: [estate")
    ran = pytester.runpytest_subprocess()
    ran.assert_outcomes(passed=13)


def test_a_pact_file_is_collected_with_a_test_for_each_interaction(pytester: pytest.Pytester, here: Workplace) -> None:
    partner = "contracts/partners/courier/partner.yaml"
    here.write(partner, f"{here.read(partner)}\npacts: [pacts/*.json]\n")
    here.write("contracts/partners/courier/notes.json", "neither {")
    here.write("contracts/partners/courier/pacts/shop.json", PACT)
    file = "contracts/partners/courier/pacts/shop.json"

    ran = pytester.runpytest_subprocess("--collect-only", "-q", file)
    assert ran.outlines[:1] == [f"{file}::shop::a parcel"]

    pytester.runpytest_subprocess("contracts").assert_outcomes(passed=14)
    pytester.runpytest_subprocess(f"{file}::shop::a parcel", CANDIDATE).assert_outcomes(failed=1)


def test_the_header_says_which_estate_is_judged_on_what(pytester: pytest.Pytester, here: Workplace) -> None:
    assert "cxcontracts: contracts, contracts of record" in pytester.runpytest_subprocess("contracts/journeys").outlines
    assert f"cxcontracts: contracts, candidate courier={BREAKING}" in pytester.runpytest_subprocess(CANDIDATE).outlines


# How a test ends


def test_the_contracts_of_record_are_judged_where_no_candidate_is_named(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess("contracts")
    ran.assert_outcomes(passed=13)
    ran.stdout.no_fnmatch_line("*what customers would see*")


def test_a_candidate_fails_exactly_the_requirement_that_it_breaks(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE)
    ran.assert_outcomes(passed=12, failed=1)
    ran.stdout.fnmatch_lines([f"FAILED {BROKEN} - e*"])


def test_a_failure_says_who_would_suffer_what_and_how_we_know_without_a_traceback(
    pytester: pytest.Pytester, here: Workplace
) -> None:
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE)
    text = str(ran.stdout)
    failure = text.partition("FAILURES")[2].partition("what customers would see")[0]
    assert failure.splitlines()[1:-1] == [
        "___________________ track-parcel/see-parcel/needs:expectedOn ___________________",
        "up to 40,000 shoppers and 6,000 gift-givers a month would be blocked at",
        "see-parcel (track-parcel): I see where my parcel is, and which day it comes",
        "",
        "  because    expectedOn may now be null; the journey needs a date",
        "  contract   courier 1.5.0, the candidate 1.5.0.yaml",
        "  element    GET /parcels/{parcelNumber} 200 application/json expectedOn",
        "             was guaranteed, is only possible",
        "  request    GET /parcels/SP000000000",
        '  response   200 {"parcelNumber": "text", "state": "collected", "expectedOn":',
        "             null}",
        f"  needed by  {JOURNEY}:32:7",
    ]
    assert "Traceback" not in text
    assert ".py" not in text.partition("collected")[2]


def test_the_summary_leads_with_people_and_says_what_passed_and_is_not_intact(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE)
    ran.stdout.fnmatch_lines(
        [
            "*= what customers would see =*",
            "up to 40,000 shoppers and 6,000 gift-givers a month would be blocked at",
            "see-parcel (track-parcel): I see where my parcel is, and which day it comes",
            "  - expectedOn may now be null; the journey needs a date",
            "",
            "tolerated: it would break, and something catches it (1)",
            '  - state may now be "held-by-customs"; *',
            f"    {JOURNEY}:31: needs:state",
            "*= short test summary info =*",
        ]
    )


@pytest.mark.parametrize("style", ["short", "long", "native", "auto"])
def test_a_failure_looks_the_same_in_every_style_of_traceback(pytester: pytest.Pytester, here: Workplace, style: str) -> None:
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE, f"--tb={style}")
    ran.stdout.fnmatch_lines(["  because    expectedOn may now be null; *", "  needed by *"])


def test_one_line_a_failure_is_the_journey_files_line_and_the_reason(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE, "--tb=line", "-q")
    ran.stdout.fnmatch_lines([f"{JOURNEY}:32: expectedOn may now be null; the journey needs a date"])
    ran.stdout.no_fnmatch_line("  needed by *")


def test_without_tracebacks_the_summary_is_left(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE, "--tb=no")
    ran.stdout.no_fnmatch_line("  needed by *")
    ran.stdout.fnmatch_lines(["*what customers would see*", f"FAILED {BROKEN}*"])


def test_requirements_of_partners_without_a_candidate_are_judged_on_the_record(
    pytester: pytest.Pytester, here: Workplace
) -> None:
    here.edit(ORDERS, "required: [orderNumber, state,", "required: [orderNumber,")
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE)
    ran.assert_outcomes(passed=12, failed=1)
    assert "unpromised: gaps to negotiate (1)" in str(ran.stdout)


def test_several_candidates_are_judged_as_released_together(pytester: pytest.Pytester, here: Workplace) -> None:
    here.edit(ORDERS, "required: [orderNumber, state,", "required: [orderNumber,", to="orders.yaml")
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE, "--cx-candidate=orders=orders.yaml")
    ran.assert_outcomes(passed=11, failed=2)
    assert "in all: up to 40,000 shoppers and 6,000 gift-givers a month" in str(ran.stdout)


def test_a_break_whose_harm_is_not_in_fail_on_passes_and_is_said(pytester: pytest.Pytester, here: Workplace) -> None:
    here.edit("contracts/estate.yaml", "fail-on: [blocked, ", "fail-on: [")
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE)
    ran.assert_outcomes(passed=13)
    assert "broken, and only warns: fail-on does not name its harm (1)" in str(ran.stdout)


def test_a_break_that_follows_from_another_fails_and_only_names_it(pytester: pytest.Pytester, here: Workplace) -> None:
    here.edit(COURIER, "/parcels/{parcelNumber}", "/parcel/{parcelNumber}", to="gone.yaml")
    ran = pytester.runpytest_subprocess("contracts", "--cx-candidate=courier=gone.yaml")
    ran.assert_outcomes(passed=5, failed=8)
    text = str(ran.stdout)
    assert text.count("waits for answers, which is broken: GET /parcels/{parcelNumber} is gone") == 7
    assert text.partition("what customers would see")[2].count("is gone") == 1 + text.partition("short test summary")[2].count(
        "is gone"
    )
    assert "7 more needs wait on it" in text


def test_a_waived_break_is_an_expected_failure(pytester: pytest.Pytester, here: Workplace) -> None:
    here.write("contracts/waivers.yaml", "- {id: track-parcel/see-parcel/needs:*, who: Kim, why: customs, until: 2999-01-01}\n")
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE, "-rx")
    ran.assert_outcomes(passed=11, xfailed=2)
    assert "waived by Kim until 2999-01-01: customs; expectedOn may now be null" in shown(ran)
    pytester.runpytest_subprocess("contracts", CANDIDATE, "--runxfail").assert_outcomes(passed=11, failed=2)


def test_what_cannot_be_decided_passes_and_is_an_error_where_strictness_is_asked_for(
    pytester: pytest.Pytester, here: Workplace
) -> None:
    here.edit(ORDERS, "application/json:", "text/csv:")
    lax = pytester.runpytest_subprocess("contracts")
    strict = pytester.runpytest_subprocess("contracts", "--cx-strict")
    assert (lax.ret, strict.ret) == (0, 1)
    assert "unproven: it could not be decided" in str(lax.stdout)
    assert lax.parseoutcomes()["passed"] == 13
    assert set(strict.parseoutcomes()) == {"passed", "errors"}
    assert "could not be judged, so nobody can tell whether the experience breaks: unproven: text/csv is not JSON" in shown(
        strict
    )


def test_a_contract_that_is_unsound_where_a_journey_looks_is_an_error_with_its_place(
    pytester: pytest.Pytester, here: Workplace
) -> None:
    here.edit(COURIER, "expectedOn: {type: string, format: date}", 'expectedOn: {$ref: "other.yaml#/x"}', to="odd.yaml")
    ran = pytester.runpytest_subprocess("contracts", "--cx-candidate=courier=odd.yaml", "-k", "expectedOn")
    assert ran.ret != 0
    assert set(ran.parseoutcomes()) <= {"error", "errors", "deselected"}
    ran.stdout.fnmatch_lines(["*odd.yaml:*: *other.yaml*"])
    assert "Traceback" not in str(ran.stdout)


def test_a_fault_of_our_own_is_an_error_with_its_traceback(
    pytester: pytest.Pytester, here: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", here.plug("raise LookupError('nothing in it')")["PYTHONPATH"])
    ran = pytester.runpytest_subprocess("contracts")
    ran.assert_outcomes(passed=13, errors=1)
    ran.stdout.fnmatch_lines(["*odd.py:*: LookupError"])


def test_an_interrupt_ends_the_run_as_pytest_ends_it(
    pytester: pytest.Pytester, here: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", here.plug("raise KeyboardInterrupt")["PYTHONPATH"])
    assert pytester.runpytest_subprocess("contracts").ret == pytest.ExitCode.INTERRUPTED


# What cannot be judged at all


def test_every_problem_of_an_estate_whose_policy_is_unsound_is_an_error_of_collection_with_its_place(
    pytester: pytest.Pytester, here: Workplace
) -> None:
    here.edit(JOURNEY, "expectedOn: date", "expectedOn: dat")
    here.write("contracts/journeys/zebra.yaml", "journey: zebra\nsteps: []\nowner: x\n")
    here.edit("contracts/estate.yaml", "format: 1", "format: 1\nfrmat: 1")
    ran = pytester.runpytest_subprocess("contracts")
    ran.assert_outcomes(errors=2)
    first, _, second = str(ran.stdout).partition("ERROR collecting contracts/journeys/zebra.yaml")
    assert "contracts/estate.yaml:4:1: 'frmat' is no key" in first
    assert f"{JOURNEY}:32:19: 'dat' is no word for a value" in first
    assert "contracts/journeys/zebra.yaml:2:" in first
    assert "contracts/journeys/zebra.yaml:2:" in second
    assert f"the estate is unsound, so nothing was judged; see {JOURNEY}" in second
    assert "Traceback" not in str(ran.stdout)


def test_a_mistake_at_one_step_is_an_error_of_its_tests_and_the_others_are_judged(
    pytester: pytest.Pytester, here: Workplace
) -> None:
    here.edit(JOURNEY, "courier GET /parcels/{parcelNumber}", "courier GET /parcel/{parcelNumber}")
    ran = pytester.runpytest_subprocess("contracts")
    assert ran.parseoutcomes() == {"passed": 5, "errors": 9}
    ran.stdout.fnmatch_lines([f"*{JOURNEY}:*: operation 'GET /parcel/{{parcelNumber}}' is not in courier's contract*"])
    assert pytester.runpytest_subprocess("contracts", "-k", "sound").parseoutcomes() == {"errors": 1, "deselected": 13}


def test_a_journey_with_mistakes_is_an_error_and_the_others_are_judged(pytester: pytest.Pytester, here: Workplace) -> None:
    here.write("contracts/journeys/zebra.yaml", "journey: zebra\nsteps: []\nowner: x\nstep: 1\n")
    for words, errors in ((["contracts"], 1), (["contracts", "-n2"], 1), ([JOURNEY], 0)):
        ran = pytester.runpytest_subprocess(*words)
        ran.assert_outcomes(passed=13, errors=errors)
        assert ("contracts/journeys/zebra.yaml:4:1: 'step' is no key" in str(ran.stdout)) is bool(errors)
        assert "Traceback" not in str(ran.stdout)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("contracts/waivers.yaml", "- {id: a/b/c, who: x, why: y, untl: 2030-01-01}\n", "waivers.yaml:1:31: 'untl' is no key"),
        ("contracts/estate.lock", "format: 2\ncontracts: {}\n", "estate.lock:1:9: "),
        ("contracts/partners/odd/partner.yaml", "partner: odd\nkind: vendr\n", "contracts/partners/odd/partner.yaml:2:7: "),
    ],
)
def test_mistakes_in_files_that_no_test_stands_for_are_an_error_beside_the_first_journey(
    pytester: pytest.Pytester, here: Workplace, file: str, text: str, said: str
) -> None:
    here.write(file, text)
    ran = pytester.runpytest_subprocess("contracts")
    ran.assert_outcomes(passed=13, errors=1)
    assert said in str(ran.stdout)


def test_a_journey_that_ends_in_yml_is_an_error_and_not_passed_over(pytester: pytest.Pytester, here: Workplace) -> None:
    (here.folder / JOURNEY).rename(here.folder / JOURNEY.replace(".yaml", ".yml"))
    ran = pytester.runpytest_subprocess("contracts")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["*contracts/journeys/track-parcel.yml:1:1: *is not read*"])


@pytest.mark.parametrize(
    ("candidate", "said"),
    [
        (f"courir={BREAKING}", "partner 'courir' is not in the estate; did you mean 'courier'?"),
        ("courier=new.yaml", "there is no file 'new.yaml'"),
        (BREAKING, "with one of: courier, orders"),
        ("courier=contracts", "'contracts' is a folder"),
        ("", "--cx-candidate is empty"),
        ("courier=", "--cx-candidate 'courier=' names no file; write --cx-candidate courier=FILE"),
        ("=new.yaml", "--cx-candidate '=new.yaml' names no partner"),
    ],
)
def test_a_candidate_that_is_nobodys_or_not_there_is_wrong_usage(
    pytester: pytest.Pytester, here: Workplace, candidate: str, said: str
) -> None:
    ran = pytester.runpytest_subprocess("contracts", "--cx-candidate", candidate)
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    assert said in str(ran.stderr)


def test_a_candidate_that_cannot_be_read_is_an_error_of_collection(pytester: pytest.Pytester, here: Workplace) -> None:
    ran = pytester.runpytest_subprocess("contracts", "--cx-candidate=courier=contracts/estate.yaml")
    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(["contracts/estate.yaml:1:1: this is no OpenAPI document*"])


def test_a_run_that_judged_nothing_on_a_candidate_is_not_green(pytester: pytest.Pytester, here: Workplace) -> None:
    here.write("tests/test_own.py", "def test_own(): pass")
    for words in (["tests"], ["contracts", "-k", "orders"], [f"{JOURNEY}::open-order"]):
        ran = pytester.runpytest_subprocess(*words, CANDIDATE)
        assert ran.ret == pytest.ExitCode.NO_TESTS_COLLECTED
        assert "nothing was judged on the candidate" in str(ran.stdout)


def test_a_candidate_of_a_partner_that_is_not_covered_on_purpose_is_green(pytester: pytest.Pytester, here: Workplace) -> None:
    here.add_partner("printer", "not-covered: {because: labels are printed by hand}\n")
    ran = pytester.runpytest_subprocess("contracts", f"--cx-candidate=printer={ORDERS}")
    assert ran.ret == 0


def test_looking_at_what_would_be_judged_needs_no_verdict(pytester: pytest.Pytester, here: Workplace) -> None:
    assert pytester.runpytest_subprocess("contracts", CANDIDATE, "--collect-only").ret == 0


# Beside other plugins


def test_several_processes_find_what_one_does(pytester: pytest.Pytester, here: Workplace) -> None:
    alone = pytester.runpytest_subprocess("contracts", CANDIDATE, "-rA")
    several = pytester.runpytest_subprocess("contracts", CANDIDATE, "-rA", "-n", "2")
    several.assert_outcomes(passed=12, failed=1)

    def outcomes(ran: pytest.RunResult) -> list[str]:
        return sorted(line for line in ran.outlines if line.startswith(("PASSED", "FAILED")))

    def summary(ran: pytest.RunResult) -> str:
        return str(ran.stdout).partition("what customers would see")[2].partition("short test summary")[0]

    assert outcomes(several) == outcomes(alone)
    assert summary(several) == summary(alone)


def test_several_processes_say_once_what_is_wrong_with_the_estate(pytester: pytest.Pytester, here: Workplace) -> None:
    here.edit(JOURNEY, "expectedOn: date", "expectedOn: dat")
    ran = pytester.runpytest_subprocess("contracts", "-n", "2")
    assert ran.ret != 0
    told, _, _ = str(ran.stdout).partition("short test summary info")  # pytest repeats it there, whole where CI is set
    assert told.count("'dat' is no word for a value") == 1


def test_the_last_failures_are_run_again_alone(pytester: pytest.Pytester, here: Workplace) -> None:
    pytester.runpytest_subprocess("contracts", CANDIDATE)
    ran = pytester.runpytest_subprocess("contracts", CANDIDATE, "--lf")
    ran.assert_outcomes(failed=1, deselected=12)


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
@pytest.mark.parametrize("processes", [[], ["-n", "2"]])
def test_pytests_own_junit_report_has_the_line_and_the_reason(
    pytester: pytest.Pytester, here: Workplace, family: str, processes: list[str]
) -> None:
    pytester.runpytest_subprocess("contracts", CANDIDATE, "--junitxml=report.xml", f"-ojunit_family={family}", *processes)
    cases = list(ElementTree.parse(here.folder / "report.xml").getroot().iter("testcase"))
    (failed,) = [case for case in cases if case.find("failure") is not None]
    assert (len(cases), failed.get("name")) == (13, "needs:expectedOn")
    failure = failed.find("failure")
    assert failure is not None
    assert failure.get("message") == "expectedOn may now be null; the journey needs a date"
    assert (failure.text or "").startswith("up to 40,000 shoppers and 6,000 gift-givers a month would be blocked")
    assert {entry.get("name"): entry.get("value") for entry in failed.iter("property")} == {
        "file": JOURNEY,
        "line": "32",
        "partner": "courier",
        "verdict": "broken",
        "harm": "blocked",
    }


def test_what_others_wrote_is_harmless_in_every_output(pytester: pytest.Pytester, here: Workplace) -> None:
    here.edit(ORDERS, "enum: [packed, sent, delivered]", f"enum: [packed, sent, delivered, {HURTFUL_IN_YAML}]", to="new.yaml")
    here.edit("new.yaml", "version: 4.2.0", f"version: {HURTFUL_IN_YAML}")
    here.edit(JOURNEY, "customer: I open my order\n", f"customer: {HURTFUL_IN_YAML}\n")
    (here.folder / "new.yaml").rename(here.folder / "::error::\u202e##vso[task.complete].yaml")
    words = ["contracts", "--cx-candidate=orders=::error::\u202e##vso[task.complete].yaml", "--junitxml=report.xml", "-vv"]
    for processes in ([], ["-n", "2"]):
        ran = pytester.runpytest_subprocess(*words, *processes)
        ran.assert_outcomes(passed=12, failed=1)
        assert r"\x1b[2J\u202e" in str(ran.stdout)
        assert harmful(str(ran.stdout)) == []
        assert harmful(here.read("report.xml")) == []


# Other people's tests


@pytest.fixture
def plain(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite that has nothing to do with any estate."""
    pytester.makepyfile(
        test_plain="""
        import sys

        def test_nothing_of_ours_is_imported():
            ours = sorted(name for name in sys.modules if name.startswith("cxcontracts"))
            assert ours == ["cxcontracts", "cxcontracts.pytest_plugin", "cxcontracts.pytest_plugin.hooks"]
            assert not {"pydantic", "jsonschema_rs", "ryaml", "orjson", "click", "junit_xml", "interegular"} & set(sys.modules)

        def test_nothing_of_ours_is_registered(pytestconfig):
            names = [name for name, _ in pytestconfig.pluginmanager.list_name_plugin() if "cxcontracts" in name]
            assert names == ["cxcontracts"]
            assert "cx" not in " ".join(pytestconfig.getini("markers") + pytestconfig.getini("addopts"))
        """
    )
    (pytester.path / "data.yaml").write_text("broken: [")
    (pytester.path / "journeys").mkdir()
    (pytester.path / "journeys" / "data.yaml").write_text("broken: [")
    return pytester


def test_a_suite_without_an_estate_notices_nothing(plain: pytest.Pytester) -> None:
    others = [word for name in ("hypothesispytest", "schemathesis", "pact") for word in ("-p", f"no:{name}")]
    ran = plain.runpytest_subprocess("-W", "error", *others, "--strict-markers", "--strict-config")
    ran.assert_outcomes(passed=2)
    assert "cxcontracts:" not in str(ran.stdout)


def test_a_suite_without_an_estate_shows_the_same_with_the_plugin_and_without(plain: pytest.Pytester) -> None:
    (plain.path / "test_plain.py").write_text("def test_one(): pass\ndef test_two(): assert 0\n")
    ours = plain.runpytest_subprocess("-ra", "-p", "no:cacheprovider")
    without = plain.runpytest_subprocess("-ra", "-p", "no:cacheprovider", "-p", "no:cxcontracts")

    def lines(ran: pytest.RunResult) -> list[str]:
        return [line.partition(" in ")[0] for line in ran.outlines if not line.startswith("plugins:")]

    assert lines(ours) == lines(without)
    assert ours.ret == without.ret == 1


def test_our_option_does_not_shorten_to_anyone_elses(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess("--help")
    ours = ran.outlines[ran.outlines.index("cxcontracts: the journeys of an estate as tests:") + 1 :]
    assert [line.split()[0] for line in ours[: ours.index("")] if line.startswith("  --")] == [
        "--cx-candidate=[PARTNER=]FILE",
        "--cx-no-cache",
        "--cx-strict",
        "--cx-env=NAME",
        "--cx-url=PARTNER=URL",
        "--cx-given=NAME=VALUE",
        "--cx-states=PARTNER=URL",
        "--cx-messages=PARTNER=URL",
        "--cx-budget=LIMIT",
        "--cx-timeout=TIME",
        "--cx-report=FORMAT=FILE",
        "--cx-pack=FILE",
        "--cx-signed-by=KEY",
        "--cx-allow=write",
        "--cx-examples=FILE",
        "--cx-no-fuzz",
    ]


def test_the_help_shows_how_a_candidate_is_written(pytester: pytest.Pytester) -> None:
    assert "--cx-candidate courier=new.yaml" in " ".join(str(pytester.runpytest_subprocess("--help").stdout).split())


def test_the_estate_is_opened_once_for_all_of_its_journeys(
    pytester: pytest.Pytester, here: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write("contracts/journeys/second.yaml", here.read(JOURNEY).replace("journey: track-parcel", "journey: second"))
    monkeypatch.setenv("PYTHONPATH", here.plug("return Judgement(Verdict.INTACT)")["PYTHONPATH"])
    asks = 'if "odd" in step.asks:'
    here.edit("plugged/odd.py", asks, f'print(journey.name, step.name, file=open("asked", "a"))\n        {asks}')
    ran = pytester.runpytest_subprocess("contracts")
    ran.assert_outcomes(passed=27)
    assert sorted(here.read("asked").splitlines()) == [
        f"{name} {step}" for name in ("second", "track-parcel") for step in ("", "open-order", "see-parcel")
    ]


def test_the_reference_estate_breaks_as_its_partners_expectation_says(pytester: pytest.Pytester) -> None:
    rail = Path(__file__).parent.parent / "contracts" / "rail"
    candidate = rail / "partners/operator/candidates/2.4.0.yaml"
    ran = pytester.runpytest_subprocess(str(rail), f"--cx-candidate=operator={candidate}", "-k", "operator")
    (failed,) = [line for line in ran.outlines if line.startswith("FAILED")]
    assert failed.partition(" - ")[0].endswith("journeys/rail-disruption.yaml::check-service::needs-when:cause.text")
    assert "up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be blocked at check-service" in shown(ran)


def test_what_is_remembered_of_a_large_estate_is_judged_alike(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = pytester.path / "kept"
    monkeypatch.setenv(FOLDER_VARIABLE, str(kept))
    large_estates.write(pytester.path / "contracts", Size(WORTH_IT // 4, WORTH_IT, 2 * WORTH_IT))
    unknown = pytester.runpytest_subprocess("contracts", "-q", "--cx-no-cache").parseoutcomes()
    assert not kept.exists()
    for words in (["-n2"], []):
        assert pytester.runpytest_subprocess("contracts", "-q", *words).parseoutcomes() == unknown
        assert {path.name for path in kept.rglob("*.log")} == {"outlines.log", "partners.log", "journeys.log", "listed.log"}
    Workplace(pytester.path).run("check")
    assert pytester.runpytest_subprocess("contracts", "-q").parseoutcomes() == unknown


WATCHING = """
import atexit, gc
import pytest

def note(moment, *seen):
    with open("noted", "a") as file:
        print(moment, *seen, file=file)

{how_it_was}
atexit.register(lambda: note("at exit", gc.get_freeze_count() > 0))

def pytest_itemcollected(item):
    if item.name in ("test_later", "answers"):
        note("collecting", gc.isenabled())

@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    note("collected", gc.isenabled(), gc.get_freeze_count())
"""


def noted(pytester: pytest.Pytester, large: bool, *words: str, how_it_was: str = "") -> list[str]:
    """Return what is seen of the garbage collector while tests are collected, those of an estate and one of somebody else."""
    large_estates.write(pytester.path / "contracts", Size(2, WORTH_IT if large else 2, 2 * WORTH_IT))
    pytester.makeconftest(WATCHING.format(how_it_was=how_it_was))
    pytester.makepyfile(test_later="def test_later(): pass")
    assert pytester.runpytest_subprocess("contracts", "test_later.py", "-q", *words).ret == 0
    return list(dict.fromkeys((pytester.path / "noted").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(("words", "spared"), [(["-k", "test_later"], False), (["--collect-only"], True)])
def test_while_a_large_estate_is_collected_the_garbage_collector_is_held_and_then_let_go(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, words: list[str], spared: bool
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(pytester.path / "kept"))
    assert noted(pytester, True, *words) == ["collecting False", "collected True 0", f"at exit {spared}"]


def test_a_small_estate_does_nothing_to_the_garbage_collector(pytester: pytest.Pytester) -> None:
    assert noted(pytester, False, "--collect-only") == ["collecting True", "collected True 0", "at exit False"]


def test_a_garbage_collector_that_was_off_stays_off(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(pytester.path / "kept"))
    seen = noted(pytester, True, "-k", "test_later", how_it_was="gc.disable()")
    assert seen == ["collecting False", "collected False 0", "at exit False"]


def test_what_is_remembered_of_a_large_estate_is_collected_alike(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(pytester.path / "kept"))
    large_estates.write(pytester.path / "contracts", Size(WORTH_IT // 4, WORTH_IT, 4 * WORTH_IT))
    journey = "contracts/journeys/journey-1.yaml"

    def collected(*words: str) -> list[str]:
        ran = pytester.runpytest_subprocess("--collect-only", "-q", *words)
        assert ran.ret == 0
        return ran.outlines[:-1]

    def the_same(*words: str) -> list[str]:
        found = collected(*words)
        assert found == collected("--cx-no-cache", *words) != []
        return found

    all_of_them = collected("contracts")
    assert the_same("contracts") == all_of_them
    file = pytester.path / journey
    file.write_text(file.read_text(encoding="utf-8").replace("    keep:", "    may-have: {parts: list}\n    keep:", 1), "utf-8")
    assert {*the_same("contracts")} ^ {*all_of_them} == {f"{journey}::look::may-have:parts"}
    assert the_same("contracts", "-k", "partner-1 and needs")
    assert the_same(f"{journey}::look::answers") == [f"{journey}::look::answers", ""]
    assert the_same(f"{journey}::look")[0] == f"{journey}::look::answers"

    first = pytester.runpytest_subprocess("contracts", f"--cx-candidate=partner-0=contracts/{large_estates.CANDIDATE}", "-n2")
    failed = first.parseoutcomes()["failed"]
    again = pytester.runpytest_subprocess("contracts", f"--cx-candidate=partner-0=contracts/{large_estates.CANDIDATE}", "--lf")
    assert failed > 0
    assert again.parseoutcomes()["failed"] == failed
    assert "passed" not in again.parseoutcomes()
