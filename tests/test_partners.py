"""The partners that verify is held against: they are healthy, publish what the estate has, and each switch does what it says."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import jsonschema_rs
import pytest

from cxcontracts.findings import Verdict
from cxcontracts.opening import open_estate
from tests.partners import rooms
from tests.partners.asking import Asking
from tests.partners.behaviours import BEHAVIOURS, Behaviour, Needed, Whose
from tests.partners.running import ESTATE, FOLDER, NAMES, Partner, missing, running
from tests.partners.samples import PACTS, Sample, samples, written_pacts

SOURCES = {"rooms": "rooms.py", "till": "till.py", "guests": "guests.mjs"}
KINDS = (
    "accepts",
    "answers",
    "asks-at-most",
    "consistent",
    "effort",
    "informs",
    "keep",
    "may-have",
    "must",
    "needs",
    "needs-when",
    "recognises",
    "repeat-safe",
    "survives",
)
HURTING = [behaviour for behaviour in BEHAVIOURS if behaviour.hurts]


@pytest.fixture(scope="module")
def partners() -> Iterator[Mapping[str, Partner]]:
    absent = missing()
    if absent and os.environ.get("CX_REQUIRE_ALL") == "1":
        pytest.fail(absent)
    names = [name for name in NAMES if not missing([name])]
    with running(*names) as started:
        yield started


def of(partners: Mapping[str, Partner], name: str) -> Partner:
    if name not in partners:
        pytest.skip(missing([name]))
    return partners[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_partner_publishes_the_contract_of_record(partners: Mapping[str, Partner], name: str) -> None:
    assert of(partners, name).document().json() == json.loads((ESTATE / f"partners/{name}/openapi.json").read_bytes())


def test_the_document_that_fastapi_makes_is_the_contract_of_record() -> None:
    assert rooms.document() == json.loads((ESTATE / "partners/rooms/openapi.json").read_bytes())


def test_the_estate_is_sound_and_every_gap_is_one_that_no_contract_promised() -> None:
    opened = open_estate(ESTATE)

    assert [str(warning) for warning in opened.warnings] == []
    assert {finding.verdict for finding in opened.check().findings} == {Verdict.INTACT, Verdict.UNPROMISED}


def test_the_estate_has_every_kind_that_an_exchange_can_judge() -> None:
    opened = open_estate(ESTATE)
    run = opened.check()
    kinds = {finding.kind for finding in run.findings} | set(run.not_judged)
    in_effect = {key for journey in opened.estate.journeys.values() for step in journey.steps for key in step.asks}

    assert kinds == {*KINDS, "responds-within", "succeeds", "within"}
    assert in_effect >= {"survives", "responds-within"}


def test_healthy_partners_answer_every_step_and_error_as_the_journeys_expect_and_the_contracts_say(
    partners: Mapping[str, Partner],
) -> None:
    taken = walked(partners)

    assert len({sample.name for sample in taken}) == len(taken)
    assert [sample.name for sample in taken if not is_expected(sample)] == []
    assert [(sample.name, mistakes) for sample in taken if (mistakes := mistakes_of(sample))] == []


def walked(partners: Mapping[str, Partner]) -> list[Sample]:
    for name in NAMES:
        of(partners, name).switch()
    return list(samples(partners))


def is_expected(sample: Sample) -> bool:
    status = sample.response.status_code
    return status in sample.expected if sample.expected else sample.response.is_success


def mistakes_of(sample: Sample) -> list[str]:
    """Return in what an answer is not what its operation's document says."""
    document = json.loads((ESTATE / f"partners/{sample.partner}/openapi.json").read_bytes())
    path = sample.request.url.path.removeprefix(urlsplit(document["servers"][0]["url"]).path)
    fits = [template for template in document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)]
    answer = document["paths"][fits[0]][sample.request.method.lower()]["responses"][str(sample.response.status_code)]
    content = answer["content"][sample.response.headers["Content-Type"]]
    schema = {**content["schema"], "components": document["components"]}
    missing = [name for name in answer.get("headers", {}) if name not in sample.response.headers]
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return missing + [error.message for error in validator.iter_errors(sample.response.json())]


def test_the_pact_files_are_those_that_follow_from_the_journeys(partners: Mapping[str, Partner]) -> None:
    walked(partners)
    assert {path: path.read_text(encoding="utf-8") for path in sorted(PACTS.iterdir())} == dict(
        sorted(written_pacts(partners).items())
    )


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.name)
def test_a_switch_changes_what_it_says(partners: Mapping[str, Partner], behaviour: Behaviour) -> None:
    partner = of(partners, behaviour.partner)
    with partner.client() as client:
        partner.switch()
        assert behaviour.shows(Asking(client)) == behaviour.was

        partner.switch(behaviour.name)
        assert behaviour.shows(Asking(client)) == behaviour.now


@pytest.mark.parametrize("name", NAMES)
def test_a_switch_leaves_the_document_as_it_is(partners: Mapping[str, Partner], name: str) -> None:
    partner = of(partners, name)
    partner.switch()
    before = partner.document().json()
    for behaviour in BEHAVIOURS:
        if behaviour.partner == name:
            partner.switch(behaviour.name)
            assert partner.document().json() == before


@pytest.mark.parametrize("name", NAMES)
def test_a_partner_counts_what_its_api_was_asked_and_nothing_else(partners: Mapping[str, Partner], name: str) -> None:
    partner = of(partners, name)
    partner.switch()
    with partner.client() as client:
        client.get("/nowhere")
        client.get("/nowhere")
    partner.document()

    assert partner.count() == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_partner_refuses_who_is_not_logged_in(partners: Mapping[str, Partner], name: str) -> None:
    partner = of(partners, name)
    with partner.client() as client:
        client.headers.update({"Authorization": "Bearer wrong", "X-Api-Key": "wrong"})
        assert client.get("/nowhere").status_code == 401


@pytest.mark.parametrize("name", NAMES)
def test_a_partner_ends_when_whoever_started_it_is_gone(partners: Mapping[str, Partner], name: str) -> None:
    of(partners, name)
    with running(name) as started:
        process = started[name].process
        assert process.stdin is not None
        process.stdin.close()

        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_switch_of_a_partner_is_in_the_table_and_the_other_way_round(name: str) -> None:
    source = (FOLDER / SOURCES[name]).read_text(encoding="utf-8")
    switches = re.findall(r'switched\("([^"]+)"\)|\bon [=!]== "([^"]+)"', source)
    assert {python or node for python, node in switches} == {each.name for each in BEHAVIOURS if each.partner == name}


def test_names_of_behaviours_are_unique_and_each_says_what_it_does_and_costs() -> None:
    assert len({behaviour.name for behaviour in BEHAVIOURS}) == len(BEHAVIOURS) >= 60
    assert len({behaviour.does for behaviour in BEHAVIOURS}) == len(BEHAVIOURS)
    assert [each.name for each in BEHAVIOURS if not each.costs] == []


def test_about_half_of_the_behaviours_hurt_and_half_of_those_need_an_input_of_their_own() -> None:
    particular = [behaviour for behaviour in HURTING if behaviour.needed is not Needed.ANY]
    assert 0.4 <= len(HURTING) / len(BEHAVIOURS) <= 0.6
    assert 0.4 <= len(particular) / len(HURTING) <= 0.6
    assert sum(behaviour.needed is Needed.TWO for behaviour in HURTING) >= 4


def test_what_hurts_names_requirements_of_the_estate_and_whose_it_is() -> None:
    opened = open_estate(ESTATE)
    known = {finding.id for finding in opened.check().findings}
    known |= {
        f"{journey.name}/{step.name}/responds-within"
        for journey in opened.estate.journeys.values()
        for step in journey.steps
        if "responds-within" in step.asks
    }

    assert [(each.name, name) for each in HURTING for name in each.findings if name not in known] == []
    assert [
        (each.name, glob) for each in HURTING for glob in each.also if not any(fnmatchcase(name, glob) for name in known)
    ] == []
    assert [each.name for each in BEHAVIOURS if each.hurts != (each.whose is not None)] == []
    assert {each.whose for each in HURTING} == set(Whose)
