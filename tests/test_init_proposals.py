"""``init --from-openapi``: a partner and a first journey, proposed for a contract that is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.long import proposals
from tests.workplace import HURTFUL, Workplace, harmful

CONTRACTS = Path(__file__).parent.parent / "contracts"

THING = {"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def contract(paths: Mapping[str, Any], title: str = "Shop API") -> str:
    return json.dumps({"openapi": "3.0.3", "info": {"title": title, "version": "1"}, "paths": dict(paths)})


def answering(schema: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}, **more}


WHICH = {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 9}}
ONE = {"/things/{thingId}": {"get": answering(THING, parameters=[WHICH])}}
BOTH = {"/things": {"get": answering({"type": "array", "items": THING})}, **ONE}


def journey_of(here: Workplace, partner: str, estate: str = "contracts") -> dict[str, Any]:
    return dict(yaml.safe_load(here.read(f"{estate}/journeys/{partner}-main-path.yaml")))


def calls_of(journey: Mapping[str, Any]) -> list[str]:
    return [step["call"].partition(" ")[2] for step in journey["steps"]]


def propose(here: Workplace, text: str, *more: str) -> None:
    here.write("shop.json", text)
    ran = here.run("init", "--from-openapi", "shop.json", *more)
    assert ran.exit_code == 0, ran.output


def test_what_a_list_hands_out_is_what_the_next_step_takes(here: Workplace) -> None:
    propose(here, contract(BOTH))
    first, second = journey_of(here, "shop")["steps"]
    assert first["keep"] == {"thingId": "0.id"}
    assert (second["call"], second["with"]) == ("shop GET /things/{thingId}", {"thingId": "$thingId"})


def test_a_list_is_known_as_one_whatever_it_says_of_its_pages(here: Workplace) -> None:
    links = {"type": "object", "properties": {name: {"type": "string"} for name in ("self", "first", "prev", "next", "last")}}
    page = {"type": "object", "properties": {"links": links, "data": {"type": "array", "items": THING}}}
    propose(here, contract({"/things": {"get": answering(page)}, **ONE}))
    journey = journey_of(here, "shop")
    assert [step["step"] for step in journey["steps"]] == ["find-thing", "see-thing"]
    assert journey["steps"][0]["keep"] == {"thingId": "data.0.id"}


def test_what_is_mentioned_by_the_way_leads_no_further(here: Workplace) -> None:
    order = {
        "type": "object",
        "properties": {"total": {"type": "integer"}, "agent": {"type": "object", "properties": THING["properties"]}},
    }
    which = {**WHICH, "name": "agentId"}
    paths = {
        "/orders": {"get": answering({"type": "array", "items": order})},
        "/agents/{agentId}": {"get": answering(THING, parameters=[which])},
    }
    propose(here, contract(paths))
    assert calls_of(journey_of(here, "shop")) == ["GET /orders"]


def test_check_accepts_what_is_proposed(here: Workplace) -> None:
    propose(here, contract(BOTH))
    ran = here.run("check")
    assert (ran.exit_code, "needs are promised" in ran.stdout) == (0, True)


def test_it_says_that_it_is_a_proposal_and_marks_what_a_person_has_to_confirm(here: Workplace) -> None:
    propose(here, contract(ONE))
    text = here.read("contracts/journeys/shop-main-path.yaml")
    assert "# A proposal, made from Shop API 1 (../shop.json). Nobody has confirmed it yet." in text
    assert text.count("# confirm: ") == 3  # the goal, what is given, what is looked at
    assert "# A proposal" in here.read("contracts/partners/shop/partner.yaml")


def test_one_operation_is_a_journey_of_one_step_and_its_input_is_given(here: Workplace) -> None:
    propose(here, contract(ONE))
    journey = journey_of(here, "shop")
    assert calls_of(journey) == ["GET /things/{thingId}"]
    assert journey["given"] == {"thingId": {"from": "customer", "type": "string", "maxLength": 9}}


def test_an_example_of_the_document_is_what_the_customer_supplies(here: Workplace) -> None:
    propose(here, contract({"/things/{thingId}": {"get": answering(THING, parameters=[{**WHICH, "example": "T-1"}])}}))
    assert journey_of(here, "shop")["given"] == {"thingId": {"from": "customer", "examples": ["T-1"]}}


def test_what_is_not_guaranteed_is_proposed_as_something_to_agree_on(here: Workplace) -> None:
    loose = {**THING, "required": ["id"]}
    propose(here, contract({"/things/{thingId}": {"get": answering(loose)}}))
    assert "name: text # confirm: not guaranteed" in here.read("contracts/journeys/shop-main-path.yaml")
    assert here.run("check").exit_code == 0


def test_no_operation_is_refused_and_nothing_is_written(here: Workplace) -> None:
    here.write("shop.json", contract({}))
    ran = here.run("init", "--from-openapi", "shop.json")
    assert (ran.exit_code, "no operations and no events" in ran.stderr) == (2, True)
    assert not (here.folder / "contracts").exists()


def test_operations_that_promise_no_success_are_refused_with_what_to_do(here: Workplace) -> None:
    here.write("shop.json", contract({"/things": {"get": {"responses": {"404": {"description": ""}}}}}))
    ran = here.run("init", "--from-openapi", "shop.json")
    assert (ran.exit_code, "cxcontracts partner add shop FILE" in ran.stderr) == (2, True)
    assert not (here.folder / "contracts").exists()


def test_an_estate_that_is_there_gets_one_more_partner_and_keeps_all_else(here: Workplace) -> None:
    here.run("init")
    before = {path: path.read_bytes() for path in (here.folder / "contracts").rglob("*") if path.is_file()}
    propose(here, contract(BOTH))
    assert {path: path.read_bytes() for path in before} == before
    assert here.run("check").exit_code == 0


def test_a_partner_that_is_there_is_not_overwritten(here: Workplace) -> None:
    propose(here, contract(BOTH))
    before = here.read("contracts/journeys/shop-main-path.yaml")
    ran = here.run("init", "--from-openapi", "shop.json")
    assert (ran.exit_code, "cxcontracts partner refresh shop" in ran.stderr) == (2, True)
    assert here.read("contracts/journeys/shop-main-path.yaml") == before


def test_a_journey_that_is_there_is_not_overwritten(here: Workplace) -> None:
    here.write("contracts/journeys/shop-main-path.yaml", "mine")
    here.write("shop.json", contract(BOTH))
    assert here.run("init", "--from-openapi", "shop.json").exit_code == 2
    assert here.read("contracts/journeys/shop-main-path.yaml") == "mine"
    assert not (here.folder / "contracts/partners").exists()


def test_an_estate_that_cannot_take_it_is_left_as_it_was(here: Workplace) -> None:
    here.run("init")
    here.write("contracts/estate.lock", "no lock at all")
    here.write("shop.json", contract(BOTH))
    before = sorted((here.folder / "contracts").rglob("*"))
    assert here.run("init", "--from-openapi", "shop.json").exit_code == 2
    assert sorted((here.folder / "contracts").rglob("*")) == before


@pytest.mark.parametrize("name", ["", "../up", "a b", ".hidden", "x/y"])
def test_a_name_that_is_none_is_refused(here: Workplace, name: str) -> None:
    here.write("shop.json", contract(BOTH))
    ran = here.run("init", "--from-openapi", "shop.json", "--partner", name)
    assert (ran.exit_code, "is no name of a partner" in ran.stderr) == (2, True)
    assert not (here.folder / "contracts").exists()


def test_a_partner_without_a_contract_is_wrong_usage(here: Workplace) -> None:
    ran = here.run("init", "--partner", "shop")
    assert (ran.exit_code, "--from-openapi FILE" in ran.stderr) == (2, True)


def test_names_with_odd_characters_become_names_that_a_journey_knows(here: Workplace) -> None:
    odd = {"type": "object", "required": ["näme.of it"], "properties": {"näme.of it": {"type": "string"}}}
    parameters = [
        {"name": name, "in": "query", "required": True, "schema": {"type": "string"}} for name in ("$filter", "a.b[c]", "é")
    ]
    propose(here, contract({"/th-ings": {"get": answering(odd, parameters=parameters)}}, title="Ünsere «Läden»\n# x"))
    (partner,) = (path.name for path in (here.folder / "contracts/partners").iterdir())
    assert journey_of(here, partner)["steps"][0]["with"].keys() == {"query.$$filter", "query.a.b[c]", "é"}
    assert here.run("check").exit_code == 0


def test_a_title_made_to_hurt_hurts_nobody(here: Workplace) -> None:
    propose(here, contract(BOTH, title=HURTFUL), "--partner", "shop")
    assert harmful(here.read("contracts/journeys/shop-main-path.yaml")) == []
    assert here.run("check").exit_code == 0


def messages(direction: str) -> str:
    payload = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
    channels = {"things": {direction: {"message": {"name": "thingChanged", "payload": payload}}}}
    return json.dumps({"asyncapi": "2.6.0", "info": {"title": "Shop", "version": "1"}, "channels": channels})


def test_an_asyncapi_document_becomes_a_step_that_waits(here: Workplace) -> None:
    propose(here, messages("subscribe"))
    (step,) = journey_of(here, "shop")["steps"]
    assert (step["event"], step["needs"]) == ("shop thingChanged", {"status": "text"})
    assert here.run("check").exit_code == 0


def test_a_document_of_messages_that_the_partner_only_takes_is_refused(here: Workplace) -> None:
    here.write("shop.json", messages("publish"))
    ran = here.run("init", "--from-openapi", "shop.json")
    assert (ran.exit_code, "it only says which messages the partner takes" in ran.stderr) == (2, True)


REFERENCE = {
    "rail/partners/ticketing": [
        "GET /bookings",
        "GET /bookings/{bookingRef}",
        "POST /bookings/{bookingRef}/exchange-quotes",
        "POST /bookings/{bookingRef}/exchanges",
    ],
    "bank/partners/core": ["GET /customers", "GET /customers/{customerId}", "PATCH /customers/{customerId}/contact"],
    "telecom/partners/esim": ["GET /profiles", "GET /profiles/{iccid}", "POST /profiles/{iccid}/activation"],
}
"""What a person who knows them would call a main path of these contracts."""


@pytest.mark.parametrize("name", REFERENCE)
def test_the_path_through_a_reference_contract_is_one_that_customers_take(here: Workplace, name: str) -> None:
    ran = here.run("init", "--from-openapi", str(CONTRACTS / name / "openapi.yaml"), "--partner", "it")
    assert ran.exit_code == 0, ran.output
    assert calls_of(journey_of(here, "it")) == REFERENCE[name]


PUBLIC = {
    "petstore/v3-1.0.5-1.0.26/new.yaml": ["GET /pet/findByStatus", "GET /pet/{petId}", "POST /pet/{petId}"],
    "govuk-pay/publicapi/new.json": ["GET /v1/payments", "GET /v1/payments/{paymentId}", "POST /v1/payments/{paymentId}/capture"],
    "adyen/TransferService-v3-v4/new.yaml": ["GET /transfers", "GET /transfers/{id}", "POST /transfers/{transferId}/returns"],
}


@pytest.mark.parametrize("name", PUBLIC)
def test_the_path_through_a_public_contract_is_one_that_customers_take(here: Workplace, corpus: Path, name: str) -> None:
    ran = here.run(
        "init", "--from-openapi", str(next((corpus / "real-pairs").glob(name.rpartition(".")[0] + ".*"))), "--partner", "it"
    )
    assert ran.exit_code == 0, ran.output
    assert calls_of(journey_of(here, "it")) == PUBLIC[name]
    assert here.run("check").exit_code == 0


def test_check_accepts_what_is_proposed_for_one_in_a_hundred_of_the_corpus(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CX_CORPUS", str(corpus))
    assert proposals.main(["--share", "0.01", "--jobs", "2"]) == 0
