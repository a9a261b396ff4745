"""``explain``: what an id means, told to people, to programs and as a page."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest

from cxcontracts import documents
from cxcontracts.estate.written import JourneyKeys, PartnerKeys, journey_form, step_form
from cxcontracts.kinds import cxcontracts_kinds
from cxcontracts.mistakes import mistakes
from cxcontracts.opening import open_estate
from cxcontracts.requirements import OnContract
from cxcontracts.rules import RULES
from cxcontracts.sanitise import harmless_line
from cxcontracts.templates import write_estate
from tests.packs_made import pack_file
from tests.workplace import COURIER, HURTFUL_IN_YAML, JOURNEY, Workplace

EVERY: tuple[Any, ...] = tuple(cxcontracts_kinds())
KINDS = [kind.name for kind in EVERY]
UNSHOWN = [kind.name for kind in EVERY if not isinstance(kind, OnContract)]


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def test_an_id_is_explained_within_80_columns(here: Workplace) -> None:
    ran = here.run("explain", "response-property-became-optional")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == (
        "response-property-became-optional\n"
        "    for example     note may be missing from an answer now\n"
        "    means           Whoever relies on the field meets answers without it.\n"
        "    breaks          whoever reads this part of an answer\n"
        "    counts as       error, where an exchange proves that it breaks somebody;\n"
        "                    warning, where nobody can tell; else info\n"
        "    instead         Go on sending it always.\n"
    )


def test_a_rule_that_no_exchange_proves_says_so(here: Workplace) -> None:
    assert "warning, by policy" in here.run("explain", "response-enum-widened").stdout
    assert "by policy" not in here.run("explain", "response-became-nullable").stdout


def test_without_an_id_every_id_is_listed_once(here: Workplace) -> None:
    ran = here.run("explain")
    listed = [line.split()[-1] for line in ran.stdout.splitlines() if line.startswith("    ")]
    assert sorted(listed) == sorted([*RULES, *KINDS, *mistakes()])
    assert ran.stdout.startswith("Operations (6)\n    error    operation-removed\n")
    assert ran.stdout.endswith("\n\nWhat one means: cxcontracts explain ID\n")
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_an_id_that_does_not_exist_is_wrong_usage_and_the_nearest_is_offered(here: Workplace) -> None:
    ran = here.run("explain", "response-enum-widend")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "cxcontracts: nothing has the id 'response-enum-widend'; did you mean 'response-enum-widened'?\n"
    assert here.run("explain", "zzz").stderr == "cxcontracts: nothing has the id 'zzz'; cxcontracts explain lists every id\n"


def test_programs_get_the_same_facts(here: Workplace) -> None:
    said = json.loads(here.run("explain", "sunset-removed", "--format", "json").stdout)
    assert said == {
        "version": 1,
        "entries": [
            {
                "about": "change",
                "id": "sunset-removed",
                "level": "error",
                "breaks": "callers",
                "proved_by": "policy",
                "sentence": "the sunset of {name} is gone: {change}",
                "example": "the sunset of GET /orders/{orderId} is gone: it was 2031-03-31",
                "meaning": "It stays deprecated, and nobody knows any more until when it stays.",
                "remedy": "Name the day again, or take deprecated back.",
            }
        ],
    }


def test_programs_get_every_id_in_the_order_of_the_catalogue(here: Workplace) -> None:
    said = json.loads(here.run("explain", "--format", "json").stdout)
    assert [entry["id"] for entry in said["entries"]] == [*RULES, *KINDS, *mistakes()]
    assert [entry["id"] for entry in said["entries"] if entry["about"] == "change"] == list(RULES)


def test_no_two_catalogues_have_one_id() -> None:
    assert len({*RULES, *KINDS, *mistakes()}) == len(RULES) + len(KINDS) + len(mistakes())


def test_each_catalogue_is_listed_alone(here: Workplace) -> None:
    for word, known in (("changes", list(RULES)), ("kinds", KINDS), ("mistakes", list(mistakes()))):
        said = json.loads(here.run("explain", word, "--format", "json").stdout)
        assert [entry["id"] for entry in said["entries"]] == known
        page = here.run("explain", word, "--format", "markdown").stdout
        assert [line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")] == known


# --- kinds of requirement -----------------------------------------------------------------------------------------------------


def test_a_kind_of_requirement_is_explained_within_80_columns(here: Workplace) -> None:
    ran = here.run("explain", "keep")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == (
        "keep\n"
        "    for example     keep: {service: legs.0.serviceId}\n"
        "    means           You pass me on without losing me.\n"
        "    kept where      the field is there and not null, and every later step's\n"
        "                    partner takes what it may be\n"
        "    broken where    the candidate lets it go missing or be null, or hands out\n"
        "                    what a later partner refuses\n"
        "    harm            blocked: customers would be blocked; unless the requirement\n"
        "                    or its step says otherwise\n"
        "    to do           Have the partner go on handing out what the next one takes,\n"
        "                    or have the next one take more before this is released.\n"
    )


def test_programs_get_a_kind_of_requirement_by_its_parts(here: Workplace) -> None:
    (entry,) = json.loads(here.run("explain", "must", "--format", "json").stdout)["entries"]
    assert (entry["about"], entry["id"], entry["harm"]) == ("kind", "must", "misled")
    assert set(entry) == {"about", "id", "harm", "example", "meaning", "kept", "broken", "remedy"}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_the_example_of_a_kind_is_one_that_the_files_take(kind: Any) -> None:
    written = documents.parse(kind.meaning.example.encode(), "example.yaml").value
    call = {} if {"call", "event"} & set(written) else {"call": "shop GET /orders"}
    if kind.name == "pact":
        PartnerKeys.model_validate({"partner": "shop", "contract": "openapi.yaml", **written})
    elif kind.name in JourneyKeys.model_fields:
        journey_form().model_validate({"journey": "buy", "steps": [{"step": "look", "call": "shop GET /orders"}], **written})
    else:
        assert kind.key in written or not kind.key
        step_form().model_validate({"step": "look", **call, **written})


@pytest.mark.parametrize("name", UNSHOWN)
def test_what_no_contract_shows_is_explained_as_such(name: str, here: Workplace) -> None:
    assert "no contract shows it" in " ".join(here.run("explain", name).stdout.split())


def test_the_table_of_the_page_says_of_each_kind_what_explain_says() -> None:
    page = (Path(__file__).parent.parent / "docs" / "kinds.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    said = [(each.name, each.meaning.customer, each.meaning.kept, each.meaning.breaks) for each in EVERY if each.meaning.kept]
    assert [re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", row) for row in rows] == [
        f"| `{name}` | {customer} | {kept} | {breaks} |" for name, customer, kept, breaks in said
    ]


# --- mistakes -----------------------------------------------------------------------------------------------------------------


def test_a_mistake_is_explained_within_80_columns(here: Workplace) -> None:
    ran = here.run("explain", "call-colon")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == (
        "call-colon\n"
        "    means           A parameter of a path is written with a colon, as other\n"
        "                    tools do.\n"
        "    wrong           in journeys/late-train.yaml:\n"
        "        call: operator GET /bookings/:ref\n"
        "    right           in journeys/late-train.yaml:\n"
        "        call: operator GET /bookings/{ref}\n"
        "    to do           Write it with braces, as in the contract.\n"
    )


def test_programs_get_a_mistake_by_its_parts(here: Workplace) -> None:
    (entry,) = json.loads(here.run("explain", "no-goal", "--format", "json").stdout)["entries"]
    assert entry == {
        "about": "mistake",
        "id": "no-goal",
        "group": "Journeys and steps",
        "meaning": "Reports lead with what a customer wants to achieve, and this journey does not say it.",
        "remedy": "Write goal, in the customer's own words.",
        "file": "journeys/late-train.yaml",
        "wrong": "journey: late-train",
        "right": "journey: late-train\ngoal: My train is late. Tell me what I can do.",
    }


def test_the_code_at_the_end_of_a_line_about_a_mistake_is_the_one_to_ask_for(here: Workplace) -> None:
    write_estate(here.folder / "contracts")
    here.edit(JOURNEY, "goal:", "gaol:")
    codes = re.findall(r"\[(\S+)\]$", here.run("check").stderr, re.MULTILINE)
    told = [here.run("explain", code).stdout.splitlines()[:2] for code in codes]
    assert ["unknown-key", "    means           Nothing reads a key of this name here. What it says would be"] in told


def test_the_nearest_code_is_offered(here: Workplace) -> None:
    assert here.run("explain", "lone-dolar").stderr.endswith("did you mean 'lone-dollar'?\n")


def test_pages_are_written_of_all_codes_and_of_one_none(here: Workplace) -> None:
    assert here.run("explain", "--pages", "pages").exit_code == 0
    page = here.read("pages/no-goal.md")
    assert page.startswith("# no-goal\n\nReports lead with")
    assert "```yaml\njourney: late-train\n```" in page
    ran = here.run("explain", "no-goal", "--pages", "pages")
    assert (ran.exit_code, ran.stderr) == (2, "cxcontracts: --pages writes a page for every code; leave 'no-goal' out\n")


@pytest.mark.parametrize("code", mistakes())
def test_no_line_of_a_mistake_is_broken_in_an_example(code: str, here: Workplace) -> None:
    shown = here.run("explain", code).stdout.splitlines()
    assert [line for line in shown if len(line) > 80 and not line.startswith("        ")] == []
    for text in (mistakes()[code].wrong, mistakes()[code].right):
        assert {harmless_line(f"        {line}", None) for line in text.splitlines()} <= set(shown)


# --- requirements of an estate ------------------------------------------------------------------------------------------------

NEED = "track-parcel/see-parcel/needs:expectedOn"


@pytest.fixture
def estate(here: Workplace) -> Workplace:
    write_estate(here.folder / "contracts")
    return here


def test_the_id_of_a_finding_is_explained_by_the_requirement_that_it_judges(estate: Workplace) -> None:
    ran = estate.run("explain", NEED)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == (
        "track-parcel/see-parcel/needs:expectedOn\n"
        "    goal            I have bought something. Let me see when it comes, without\n"
        "                    ringing anybody.\n"
        "    means           needs: The facts that I rely on are there, and mean what you\n"
        "                    show me.\n"
        "    a break         up to 40,000 shoppers and 6,000 gift-givers a month would be\n"
        "                    blocked at see-parcel (track-parcel): I see where my parcel\n"
        "                    is, and which day it comes\n"
        "    harm            blocked\n"
        "    partner         courier 1.4.0\n"
        "    element         GET /parcels/{parcelNumber} 200 application/json expectedOn\n"
        "    verdict         intact on the contract of record\n"
        "    needed by       contracts/journeys/track-parcel.yaml:32:7\n"
    )


def test_the_id_of_a_finding_is_explained_by_the_pack_that_has_its_requirement(estate: Workplace, tmp_path: Path) -> None:
    estate.edit(COURIER, "required: [parcelNumber, state, expectedOn, depot]", "required: [parcelNumber]")
    pack = pack_file(tmp_path, estate.folder / "contracts", "courier", today=datetime.date.today())
    (estate.folder / "contracts").rename(estate.folder / "elsewhere")
    checked = json.loads(
        estate.run("impact", "--pack", str(pack), "-c", "elsewhere/partners/courier/openapi.yaml", "-f", "json").stdout
    )
    for finding in checked["findings"]:
        told = estate.run("explain", finding["id"], "--pack", str(pack))
        assert (told.exit_code, told.stderr) == (0, "")
        assert told.stdout.startswith(f"{finding['id']}\n")
    assert "ask courier to promise it" in " ".join(estate.run("explain", NEED, "--pack", str(pack)).stdout.split())


def test_what_the_record_does_not_promise_is_said_with_what_to_do(estate: Workplace) -> None:
    estate.edit(COURIER, "required: [parcelNumber, state, expectedOn, depot]", "required: [parcelNumber]")
    told = " ".join(estate.run("explain", NEED).stdout.split())
    assert "unpromised on the contract of record: expectedOn is not promised" in told
    assert "ask courier to promise it" in told


def test_programs_get_the_finding_as_check_publishes_it(estate: Workplace) -> None:
    (entry,) = json.loads(estate.run("explain", NEED, "--format", "json").stdout)["entries"]
    checked = json.loads(estate.run("check", "--format", "json").stdout)["findings"]
    (finding,) = [each for each in checked if each["id"] == NEED]
    assert {key: entry[key] for key in finding} == finding
    assert (entry["about"], entry["version"]) == ("requirement", "1.4.0")


@pytest.mark.parametrize("estate_of", ["bank", "rail", "telecom"])
def test_every_requirement_of_an_estate_is_explained(estate_of: str, here: Workplace) -> None:
    root = Path(__file__).parent.parent / "contracts" / estate_of
    by_kind = {each.kind: each.id for each in open_estate(root).judge.requirements}
    for name in by_kind.values():
        ran = here.run("--estate", str(root), "explain", name)
        assert (ran.exit_code, ran.stdout.splitlines()[0]) == (0, name)


def test_an_id_that_the_estate_does_not_have_is_wrong_usage_and_the_nearest_is_offered(estate: Workplace) -> None:
    ran = estate.run("explain", NEED.replace("expectedOn", "expectedon"))
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.endswith(f"has the id 'track-parcel/see-parcel/needs:expectedon'; did you mean {NEED!r}?\n")


def test_the_id_of_a_finding_needs_an_estate(here: Workplace) -> None:
    ran = here.run("explain", NEED)
    assert (ran.exit_code, ran.stdout) == (2, "")


def test_what_the_authors_of_an_estate_wrote_is_made_harmless(estate: Workplace) -> None:
    estate.edit(JOURNEY, "goal: I have bought something.", f"goal: {HURTFUL_IN_YAML} #")
    for form in ("text", "markdown"):
        said = estate.run("explain", NEED, "--format", form).stdout
        assert "\x1b" not in said
        assert "##vso[" not in said
        assert "\n::error" not in said


def test_an_unsound_estate_is_told_with_its_places(estate: Workplace) -> None:
    estate.edit(JOURNEY, "goal:", "gaol:")
    ran = estate.run("explain", NEED)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "contracts/journeys/track-parcel.yaml:" in ran.stderr


# --- pages --------------------------------------------------------------------------------------------------------------------


def test_one_id_as_markdown_is_a_section_of_the_page(here: Workplace) -> None:
    section = here.run("explain", "operation-added", "-f", "markdown").stdout
    assert section.startswith("### operation-added\n\n> GET /orders/{orderId} is new\n")
    assert section in here.run("explain", "-f", "markdown").stdout
