"""The rim: an estate with its contracts, read from disk when they are asked for, checked and judged."""

from __future__ import annotations

import datetime
import gc
import hashlib
from pathlib import Path

import pytest

from cxcontracts.errors import ContractError, CxError, EstateError, UsageError
from cxcontracts.findings import Run, Verdict
from cxcontracts.opening import Opened, Records, open_estate, read_contract
from tests.estates_made import TODAY, answers, contract, one_step, opened, operation, saying, write

OK = "responses: {'200': {description: ok}}"
TWO = answers("{a: {type: string}, b: {type: string}}", "[a, b]")
BROKEN = answers("{a: {type: integer}, b: {type: string}}", "[a, b]")
STEP = one_step("needs: {a: text, b: text}", "GET /thing")
THREE = """
steps:
  - {step: one, call: p GET /thing, needs: {a: text}}
  - {step: two, call: q GET /thing, needs: {b: text}}
"""


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """An estate with the partners p and q, of each of whom one thing is needed."""
    return write(tmp_path, THREE, {"p": TWO, "q": TWO})


def ids(run: Run) -> list[str]:
    return [finding.id for finding in run.findings]


def estate(folder: Path, record: str = TWO, step: str = STEP, **keys: str) -> Path:
    """Return the folder of an estate with the partner p; *keys* are those of its partner.yaml."""
    return write(folder, step, {"p": record}, partners={"p": keys.get("partner", "")})


# --- records and candidates --------------------------------------------------------------------------------------------------


def test_a_contract_of_record_is_read_when_it_is_first_asked_for_and_once(both: Path) -> None:
    (both / "partners/q/openapi.yaml").write_text("[")
    found = opened(both)
    records = Records(both, found.estate.partners)

    assert (list(records), len(records), "q" in found.estate.partners) == (["p", "q"], 2, True)
    assert records["p"] is records["p"]
    with pytest.raises(ContractError, match=r"partners/q/openapi\.yaml:1:"):
        records["q"]


def test_a_partner_without_a_contract_has_no_record(tmp_path: Path) -> None:
    root = estate(tmp_path)
    (root / "partners/silent").mkdir()
    (root / "partners/silent/partner.yaml").write_text("partner: silent\nkind: vendor\nnot-covered: {because: it is new}\n")
    records = Records(root, opened(root).estate.partners)

    assert (list(records), len(records), records.get("silent")) == (["p"], 1, None)
    with pytest.raises(UsageError, match="'silent' has no contract of record"):
        opened(root, {"silent": TWO})


def test_a_candidate_of_a_partner_that_is_not_in_the_estate_is_refused_with_the_nearest(both: Path) -> None:
    with pytest.raises(UsageError, match=r"'pp' is not in the estate; did you mean 'p'\?"):
        opened(both, {"pp": TWO})


def test_a_candidate_refers_to_files_of_its_own_folder_and_to_no_other(tmp_path: Path) -> None:
    root = estate(tmp_path)
    folder = root / "released/p"
    folder.mkdir(parents=True)
    (folder / "more.yaml").write_text("Thing: {required: [a, b], properties: {a: {type: integer}, b: {type: string}}}")
    (folder / "openapi.yaml").write_text(saying("{$ref: 'more.yaml#/Thing'}"))

    run = open_estate(root, {"p": folder / "openapi.yaml"}, TODAY).impact()

    assert [finding.id for finding in run.findings if finding.verdict is Verdict.BROKEN] == ["j/s/needs:a"]
    (folder / "openapi.yaml").write_text(contract("/thing: {$ref: ../../partners/p/openapi.yaml}"))
    with pytest.raises(EstateError, match="leads out of the partner's folder"):
        open_estate(root, {"p": folder / "openapi.yaml"}, TODAY).impact()


def test_a_contract_is_named_in_messages_as_its_user_has_it(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text("openapi: 2.0.0")

    with pytest.raises(ContractError, match=r"^somewhere/p/openapi\.yaml:1:"):
        read_contract(tmp_path / "openapi.yaml", "somewhere/p")


# --- check and impact --------------------------------------------------------------------------------------------------------


def test_check_judges_every_partner_and_impact_those_with_a_candidate(both: Path) -> None:
    checked, judged = opened(both).check(), opened(both, {"q": TWO}).impact()

    assert (checked.command, ids(checked)) == ("check", ["j/one/answers", "j/one/needs:a", "j/two/answers", "j/two/needs:b"])
    assert (judged.command, ids(judged)) == ("impact", ["j/two/answers", "j/two/needs:b"])
    assert [partner.candidate for partner in checked.partners] == [None, None]


def test_a_run_says_which_versions_it_judged(tmp_path: Path) -> None:
    after = TWO.replace("version: 1.0.0", "version: 2.0.0")

    (partner,) = opened(estate(tmp_path, partner="name: The Partner"), {"p": after}).impact().partners

    assert (partner.partner, partner.name) == ("p", "The Partner")
    assert (partner.record.version, partner.record.file) == ("1.0.0", "openapi.yaml")
    assert partner.record.digest == f"sha256:{hashlib.sha256(TWO.encode()).hexdigest()}"
    assert partner.candidate is not None
    assert (partner.candidate.version, partner.candidate.digest) == (
        "2.0.0",
        f"sha256:{hashlib.sha256(after.encode()).hexdigest()}",
    )


def test_a_run_is_as_bad_as_its_worst_finding_and_fails_on_the_harms_of_the_estate(tmp_path: Path) -> None:
    root = write(tmp_path, STEP, {"p": TWO}, estate="fail-on: [delayed]")

    run = opened(root, {"p": BROKEN}).impact()

    assert (run.verdict, [str(harm) for harm in run.fail_on], run.gates) == (Verdict.BROKEN, ["delayed"], ())
    assert (run.estate, run.complete) == ("made", True)


def test_only_a_partner_of_whom_nothing_is_needed_says_why(tmp_path: Path) -> None:
    exempt = "not-covered: {because: it is new}"
    root = write(tmp_path, STEP, {"p": TWO, "q": TWO}, partners={"p": exempt, "q": exempt})

    assert {partner.partner: partner.not_covered for partner in opened(root).check().partners} == {"p": "", "q": "it is new"}


@pytest.mark.parametrize("command", ["check", "impact"])
def test_whatever_shows_only_when_journeys_meet_contracts_is_told_before_anything_is_judged(command: str, tmp_path: Path) -> None:
    found = opened(estate(tmp_path, step=one_step("", "GET /nothing")), {"p": TWO})

    with pytest.raises(EstateError, match="'GET /nothing' is not in p's contract"):
        found.check() if command == "check" else found.impact()


ELSEWHERE = {
    "an operation that is not there": (THREE.replace("q GET /thing", "q GET /nowhere"), TWO),
    "an input that nobody knows": (THREE.replace("q GET /thing", "q GET /thing, with: {zzz: 1}"), TWO),
    "no contract": (THREE, "7"),
}


@pytest.mark.parametrize("mistake", ELSEWHERE)
def test_a_mistake_at_another_partner_stops_check_and_no_impact(mistake: str, tmp_path: Path) -> None:
    journey, other = ELSEWHERE[mistake]
    root = write(tmp_path, journey, {"p": TWO, "q": other})
    run = opened(root, {"p": BROKEN}).impact()

    assert [(finding.id, finding.verdict) for finding in run.findings] == [
        ("j/one/answers", Verdict.INTACT),
        ("j/one/needs:a", Verdict.BROKEN),
    ]
    with pytest.raises(CxError):
        opened(root).check()


def test_a_mistake_at_another_partner_is_told_where_a_requirement_looks_there(tmp_path: Path) -> None:
    seam = """
    steps:
      - {step: one, call: p GET /thing, keep: {k: a}}
      - {step: two, call: q GET /nowhere, with: {id: $k}}
    """
    root = write(tmp_path, seam, {"p": TWO, "q": TWO})

    with pytest.raises(ContractError, match="'GET /nowhere' is not in q's contract"):
        opened(root, {"p": BROKEN}).impact()


def test_every_unsound_place_that_a_requirement_looks_at_is_told_at_once(tmp_path: Path) -> None:
    unsound = answers("{a: {$ref: '#/no'}, b: {$ref: '#/never'}}", "[a, b]")

    with pytest.raises(ContractError) as raised:
        opened(estate(tmp_path, unsound)).check()

    assert [problem.what.partition(" points")[0] for problem in raised.value.problems] == ["$ref '#/no'", "$ref '#/never'"]


def test_mistakes_where_no_journey_looks_are_warnings(tmp_path: Path) -> None:
    odd = f"{TWO}\ncomponents: {{schemas: {{A: {{$ref: '#/no'}}, B: {{$ref: '#/never'}}}}}}"

    (checked,) = opened(estate(tmp_path, odd)).check().partners
    (judged,) = opened(estate(tmp_path), {"p": odd}).impact().partners

    assert [warning.partition(" points")[0] for warning in checked.warnings] == [
        "partners/p/openapi.yaml:8:34: $ref '#/no'",
        "partners/p/openapi.yaml:8:53: $ref '#/never'",
    ]
    assert judged.warnings == ("openapi.yaml: where no journey looks, 2 $ref lead nowhere, '#/never' for one",)


def test_candidates_given_together_are_judged_as_released_together(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: one, call: p GET /thing, keep: {k: a}}
      - {step: two, call: 'q GET /things/{id}', with: {id: $k}}
    """
    takes = operation(
        f"parameters: [{{name: id, in: path, required: true, schema: {{enum: [x]}}}}]\n{OK}", call="GET /things/{id}"
    )
    gives = answers("{a: {enum: [x]}}", "[a]")

    def broken(name: str, **candidates: str) -> list[str]:
        copy = write(tmp_path / name, journey, {"p": gives, "q": takes})
        return [finding.id for finding in opened(copy, candidates).impact().findings if finding.verdict is Verdict.BROKEN]

    wider, other = gives.replace("[x]", "[x, y]"), takes.replace("[x]", "[x, y]")
    assert broken("one", p=wider) == ["j/one/keep:k"]
    assert broken("two", p=wider, q=other) == []


# --- how a run goes ----------------------------------------------------------------------------------------------------------


def test_progress_is_told_after_each_requirement(both: Path) -> None:
    told: list[tuple[int, int]] = []

    opened(both).check(lambda done, all_: told.append((done, all_)))

    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_interrupted_run_has_what_was_found_so_far_and_says_that_it_is_incomplete(after: int, both: Path) -> None:
    def interrupt(done: int, all_: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    run = opened(both, {"p": BROKEN, "q": BROKEN}).impact(interrupt)

    assert ids(run) == ["j/one/answers", "j/one/needs:a", "j/two/answers"][:after]
    assert (run.complete, [partner.changes for partner in run.partners]) == (False, [(), ()])


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was_even_after_an_error(enabled: bool, tmp_path: Path) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        opened(estate(tmp_path)).check()
        assert gc.isenabled() is enabled
        with pytest.raises(ContractError):
            opened(estate(tmp_path, answers("{a: {$ref: '#/no'}, b: {}}"))).check()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_the_garbage_collector_is_held_while_requirements_are_judged(both: Path) -> None:
    held: list[bool] = []

    opened(both).check(lambda done, all_: held.append(gc.isenabled()))

    assert held == [False] * 4


def test_a_run_counts_what_contracts_say_nothing_of(tmp_path: Path) -> None:
    step = one_step("responds-within: {p95: 1s, max: 2s}", "GET /thing")

    assert opened(estate(tmp_path, step=step)).check().not_judged == {"responds-within": 2}


def test_waivers_count_on_the_day_that_is_given_or_on_the_day_it_is(tmp_path: Path) -> None:
    root = estate(tmp_path)

    assert open_estate(root, today=datetime.date(2031, 5, 17)).today == datetime.date(2031, 5, 17)
    assert abs(open_estate(root).today - datetime.datetime.now(tz=datetime.UTC).date()) <= datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("id", "hint"),
    [
        ("j/s/need:a", "did you mean 'j/s/needs:a'?"),
        ("j/s/needs:bb", "did you mean 'j/s/needs:b'?"),
        ("*/s/neds:b", "did you mean 'j/s/needs:b'?"),
        ("j/s/?eeds:a", "did you mean 'j/s/needs:a'?"),
        ("j/s/repeats-daily:everything", "copy the id from a report, or take it out"),
        ("j//effort:asks", "copy the id from a report, or take it out"),
    ],
)
def test_a_waiver_that_matches_no_requirement_is_told_with_the_nearest_id(id: str, hint: str, tmp_path: Path) -> None:
    root = write(tmp_path, STEP, {"p": TWO}, waivers=f"- {{id: '{id}', who: Ada, why: known, until: 2027-01-15}}\n")

    (warning,) = opened(root).warnings

    assert str(warning) == f"waivers.yaml:1:3: the waiver {id!r} matches nothing; {hint}"
    assert (warning.code, warning.warning) == ("waiver-idle", True)


@pytest.mark.parametrize("id", ["j/s/needs:a", "j/s/needs*", "j/*/*:b", "j/s/responds-within", "j/s/*within*", "j//succeeds"])
def test_a_waiver_of_what_is_there_or_of_what_contracts_do_not_show_is_not_odd(id: str, tmp_path: Path) -> None:
    root = write(tmp_path, STEP, {"p": TWO}, waivers=f"- {{id: '{id}', who: Ada, why: known, until: 2027-01-15}}\n")

    assert opened(root).warnings == ()


def test_a_waiver_of_a_partner_at_whom_nothing_has_its_id_is_told(tmp_path: Path) -> None:
    entry = "- {id: 'j/s/needs:a', partner: q, who: Ada, why: known, until: 2027-01-15}\n"
    root = write(tmp_path, STEP, {"p": TWO, "q": TWO}, partners={"q": "not-covered: {because: new}"}, waivers=entry)

    (warning,) = opened(root).warnings

    assert str(warning).startswith("waivers.yaml:1:3: the waiver 'j/s/needs:a' matches nothing at partner 'q'; ")


def test_a_waiver_that_ended_is_told_once(tmp_path: Path) -> None:
    root = write(tmp_path, STEP, {"p": TWO}, waivers="- {id: 'j/s/need:a', who: Ada, why: known, until: 2027-01-14}\n")

    assert [warning.code for warning in opened(root).warnings] == ["waiver-expired"]


def test_an_estate_with_mistakes_in_its_files_is_not_opened(tmp_path: Path) -> None:
    root = estate(tmp_path)
    (root / "estate.yaml").write_text("format: 1\nestate: made\ncustomer: {}\n")

    with pytest.raises(EstateError, match="did you mean"):
        open_estate(root)


def test_what_is_odd_and_usable_in_the_files_is_told_beside_the_estate(tmp_path: Path) -> None:
    root = estate(tmp_path)
    journey = root / "journeys/j.yaml"
    journey.write_text(journey.read_text().replace("goal: It works.\n", ""))

    found = open_estate(root)

    assert isinstance(found, Opened)
    assert [(problem.place.file, problem.warning) for problem in found.warnings] == [("journeys/j.yaml", True)]
