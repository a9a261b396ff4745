"""A mistake anywhere in an estate is told with its place, and what does not depend on it is judged as if it were not there."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from benchmarks import large_estates
from benchmarks.large_estates import CANDIDATE, Size
from cxcontracts.reports import json as report
from tests.workplace import Workplace

SIZE = Size(partners=12, journeys=24, requirements=90)
PACT = json.dumps({"consumer": {"name": "app"}, "provider": {"name": "p"}, "interactions": []})


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    large_estates.write(tmp_path / "contracts", SIZE)
    return Workplace(tmp_path)


def checked(here: Workplace, *words: str) -> tuple[int, Mapping[str, Any]]:
    ran = here.run(*(words or ("check",)), "--format", "json")
    found: Mapping[str, Any] = json.loads(ran.stdout)
    return ran.exit_code, found


def verdicts(found: Mapping[str, Any], *, without: str = "") -> dict[str, str]:
    """Return id to verdict, but for what is of a journey or a partner."""
    return {each["id"]: each["verdict"] for each in found["findings"] if without not in (each["journey"], each["partner"])}


def places(found: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(each["where"]["file"], each["where"]["line"]) for each in found["problems"] if not each["warning"]]


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("journeys/journey-3.yaml", "    channel: app", "    chanel: app", 13),
        ("journeys/journey-3.yaml", "goal: ", "goal: [", 3),
        ("journeys/journey-3.yaml", "\nowner: ", "\nowner: a\nowner: ", 4),
    ],
)
def test_a_journey_with_a_mistake_is_told_and_the_others_are_judged(
    here: Workplace, file: str, old: str, new: str, line: int
) -> None:
    _, before = checked(here)
    text = here.read(f"contracts/{file}")
    here.write(f"contracts/{file}", text.replace(old, new, 1))

    code, found = checked(here)

    assert code == 2
    assert (file, line) in places(found)
    assert {file for file, _ in places(found)} == {file}
    assert verdicts(found) == verdicts(before, without="journey-3")
    assert found["complete"] is False
    jsonschema_rs.validator_for(report.schema()).validate(found)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("partners/partner-5/partner.yaml", "kind: ", "kind: un"),
        ("partners/partner-5/partner.yaml", "contract: openapi.yaml", "contract: opnapi.yaml"),
        ("partners/partner-5/openapi.yaml", "openapi: 3.1.0", "openapi: [3.1.0"),
        ("partners/partner-5/openapi.yaml", "openapi: 3.1.0", "openapi: 9.1.0"),
    ],
)
def test_of_a_partner_with_a_mistake_nothing_is_judged_and_of_the_others_everything(
    here: Workplace, file: str, old: str, new: str
) -> None:
    _, before = checked(here)
    here.edit(f"contracts/{file}", old, new)

    code, found = checked(here)

    assert (code, {file for file, _ in places(found)}) == (2, {file})
    assert len(places(found)) == len(set(places(found))) == 1
    whole, rest = verdicts(before, without="partner-5"), verdicts(found)
    assert rest.items() <= whole.items()
    lost = {name.split("/")[0] for name in whole.keys() - rest.keys()}
    assert lost <= {each["journey"] for each in before["findings"] if each["partner"] == "partner-5"}
    assert "partner-5" not in {each["partner"] for each in found["partners"]}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("partners/partner-5/pacts/app.json", "{"),
        ("estate.lock", "format: 2\ncontracts: {}\n"),
        ("waivers.yaml", "- {id: journey-1/look/*, who: x, why: y, untl: 2030-01-01}\n"),
        ("journeys/odd.yml", "journey: odd\n"),
        ("partners/odd.yaml", "partner: odd\n"),
    ],
)
def test_a_mistake_in_any_other_file_keeps_nothing_from_being_judged(here: Workplace, file: str, text: str) -> None:
    here.edit("contracts/partners/partner-5/partner.yaml", "contract: ", "pacts: [pacts/*.json]\ncontract: ")
    here.write("contracts/partners/partner-5/pacts/app.json", PACT)
    _, before = checked(here)
    here.write(f"contracts/{file}", text)

    code, found = checked(here)

    assert (code, {file for file, _ in places(found)}) == (2, {file})
    assert verdicts(found) == verdicts(before)


def test_every_mistake_of_many_files_is_told_at_once(here: Workplace) -> None:
    damaged = [f"journeys/journey-{number}.yaml" for number in range(0, SIZE.journeys, 2)]
    damaged += [f"partners/partner-{number}/openapi.yaml" for number in range(1, SIZE.partners, 3)]
    for file in damaged:
        here.write(f"contracts/{file}", f"{here.read(f'contracts/{file}')}\n]")

    code, found = checked(here)

    assert (code, sorted(file for file, _ in places(found))) == (2, sorted(damaged))
    assert verdicts(found)


def test_a_sound_waiver_counts_beside_one_with_a_mistake(here: Workplace) -> None:
    impact = ("impact", "-c", f"partner-0=contracts/{CANDIDATE}")
    _, before = checked(here, *impact)
    broken = next(each["id"] for each in before["findings"] if each["verdict"] == "broken")
    waiver = "- {{id: '{}', who: x, why: y, until: 2999-01-01}}\n"
    here.write("contracts/waivers.yaml", waiver.format(broken) + "- {id: a/b/c, who: x, why: [], until: 2999-01-01}\n")

    code, found = checked(here, *impact)

    assert (code, places(found)) == (2, [("waivers.yaml", 2)])
    assert verdicts(found) == verdicts(before) | {broken: "waived"}


def test_a_break_is_reported_in_every_format_beside_what_is_unsound(here: Workplace) -> None:
    here.edit("contracts/journeys/journey-3.yaml", "goal: ", "gaol: ")
    impact = ("impact", "-c", f"partner-0=contracts/{CANDIDATE}")

    text, junit = here.run(*impact), here.run(*impact, "--format", "junit")

    assert (text.exit_code, junit.exit_code) == (2, 2)
    assert text.stdout.startswith("BROKEN  partner-0 1.4.0 → 2.0.0 would break 2 experiences")
    assert text.stderr.splitlines()[1:] == [
        "contracts/journeys/journey-3.yaml:2:1: 'gaol' is no key of a journey; did you mean 'goal'? [unknown-key]",
        "cxcontracts: 1 problem; what depends on that was not judged",
    ]
    failed = ElementTree.fromstring(junit.stdout)
    assert (failed.get("failures"), failed.get("errors")) == ("2", "1")


def test_what_is_wrong_in_the_policy_stops_everything_and_all_mistakes_are_told(here: Workplace) -> None:
    here.edit("contracts/estate.yaml", "fail-on: [", "fail-on: [blockd, ")
    here.edit("contracts/journeys/journey-3.yaml", "goal: ", "gaol: ")

    code, found = checked(here)

    assert (code, found.get("findings")) == (2, None)
    assert places(found) == [("estate.yaml", 7), ("journeys/journey-3.yaml", 2)]


def test_a_mistake_of_the_partner_whose_candidate_is_judged_is_told_and_nothing_judged(here: Workplace) -> None:
    here.edit("contracts/partners/partner-0/openapi.yaml", "openapi: 3.1.0", "openapi: 9.1.0")

    code, found = checked(here, "impact", "-c", f"partner-0=contracts/{CANDIDATE}")

    assert (code, found.get("findings")) == (2, None)
    assert places(found) == [("partners/partner-0/openapi.yaml", 1)]
