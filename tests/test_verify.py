"""The command ``verify`` as a user meets it: exit codes, what is said and written, and what is sent."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import Result

from cxcontracts.exchanges import JSON
from cxcontracts.reports.json import schema
from cxcontracts.verifying import is_production
from tests.pacts_made import call, document
from tests.partners_running import Answer, Asked, Partner, answer, closed_port, running
from tests.readers import commands
from tests.verified import replying
from tests.workplace import COMMAND, HURTFUL, JOURNEY, ORDERS, Workplace, workplace

ORDER = {"orderNumber": "20417733", "state": "sent", "items": [{"name": "Lamp", "quantity": 1}], "parcelNumber": "SP123456789"}
PARCEL = {"parcelNumber": "SP123456789", "state": "in-transit", "expectedOn": "2027-01-18", "depot": "LIS"}
OPEN = "track-parcel/open-order"
SEE = "track-parcel/see-parcel"


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


@contextmanager
def shop(order: Answer | None = None, parcel: Answer | None = None) -> Iterator[tuple[Partner, Partner]]:
    """Run both partners, healthy unless something else is said."""
    with running(order or answer(ORDER)) as orders, running(parcel or answer(PARCEL)) as courier:
        yield orders, courier


def urls(orders: Partner, courier: Partner) -> list[str]:
    return ["--url", f"orders={orders.url}", "--url", f"courier={courier.url}"]


def report(ran: Result | subprocess.CompletedProcess[str]) -> Any:
    read = json.loads(ran.stdout)
    jsonschema_rs.validator_for(schema()).validate(read)
    return read


def verdicts(read: JSON) -> dict[str, str]:
    """Return every verdict that is not intact."""
    return {each["id"]: each["verdict"] for each in read["findings"] if each["verdict"] != "intact"}


def finding(read: JSON, id: str) -> Any:
    (found,) = (each for each in read["findings"] if each["id"] == id)
    return found


# How it ends


def test_where_all_holds_it_is_intact_and_0(here: Workplace) -> None:
    with shop() as partners:
        ran = here.run("verify", *urls(*partners), "--format", "json")

    read = report(ran)
    assert (ran.exit_code, read["command"], read["verdict"], verdicts(read)) == (0, "verify", "intact", {})
    assert read.get("complete", True)
    assert finding(read, f"{OPEN}/answers")["observed"] >= 3
    assert f"{SEE}/informs:the-courier-does-not-know-the-parcel" in read["not_exercised"]


def test_a_break_is_1_and_told_with_its_exchange_a_line_that_sends_it_again_and_whose_it_is(here: Workplace) -> None:
    with shop(parcel=answer(PARCEL | {"expectedOn": None})) as (orders, courier):
        ran = here.run("verify", *urls(orders, courier), "--format", "json", "--no-fuzz")
        read = report(ran)
        found = finding(read, f"{SEE}/needs:expectedOn")
        assert ran.exit_code == 1
        assert verdicts(read) == {f"{SEE}/needs:expectedOn": "broken"}
        assert found["because"] == "expectedOn is null; the journey needs a date"
        assert (found["witness"]["response"]["status"], found["witness"]["response"]["body"]["expectedOn"]) == (200, None)
        assert found["attribution"]["fault"] == "breaks-its-contract"
        assert (found["attribution"]["partners"], found["promised"], found["observed"]) == (["courier"], True, 2)
        assert found["curl"].endswith(f"{courier.url}/parcels/SP123456789")

        told = here.run("verify", *urls(orders, courier), "--no-fuzz")
        words = " ".join(told.output.split())
        assert told.exit_code == 1
        for part in (
            "BROKEN", "are blocked at see-parcel", "expectedOn is null", "courier: breaks its contract", "again on a second try",
            f"{courier.url}/parcels/SP123456789", f"{SEE}/needs:expectedOn",
        ):  # fmt: skip
            assert part in words, part


@pytest.mark.parametrize(("status", "cause"), [(503, "it says that it is down (503)"), (429, "throttles"), (401, "login")])
def test_what_nobody_can_judge_is_3_and_says_why(here: Workplace, status: int, cause: str) -> None:
    with shop(parcel=answer({}, status)) as partners:
        ran = here.run("verify", *urls(*partners), "--format", "json")

    read = report(ran)
    assert (ran.exit_code, read["verdict"]) == (3, "inconclusive")
    found = finding(read, f"{SEE}/answers")
    assert cause in found["because"]
    assert (found["attribution"]["fault"], "witness" in found) == ("nobody-knows", False)
    assert finding(read, f"{SEE}/needs:state")["because"] == "waits for see-parcel"


def test_what_was_never_answered_is_not_green(here: Workplace) -> None:
    port = closed_port()
    ran = here.run("verify", "--url", f"orders=http://127.0.0.1:{port}", "--url", f"courier=http://127.0.0.1:{port}")
    assert ran.exit_code == 3
    assert "INTACT" not in ran.output


@pytest.mark.parametrize("words", [("-k", "nothing-of-that-name"), ("-k", "j/*")])
def test_where_nothing_was_checked_it_is_4(here: Workplace, words: tuple[str, ...]) -> None:
    with shop() as (orders, courier):
        assert here.run("verify", *urls(orders, courier), *words).exit_code == 4
        assert orders.asked == []


def test_a_partner_that_runs_nowhere_and_is_asked_for_is_4(here: Workplace) -> None:
    with shop() as (orders, _):
        assert here.run("verify", "--url", f"orders={orders.url}", "--partner", "courier").exit_code == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "nobody says where partners run; name an environment with --env, or an address with --url PARTNER=URL"),
        (("--env", "sandbox"), "no partner has an environment 'sandbox'"),
        (("--url", "orders"), "--url 'orders' is no NAME=VALUE"),
        (("--url", "order=http://localhost"), "did you mean 'orders'?"),
        (("--url", "orders=localhost:80:x"), "is no address of orders"),
        (("--url", "orders=http://localhost", "--url", "orders=http://localhost"), "names 'orders' twice"),
        (("--url", "orders=http://localhost", "--journey", "track"), "journey 'track' is not in the estate"),
        (("--url", "orders=http://localhost", "--partner", "couriers"), "did you mean 'courier'?"),
        (("--url", "orders=http://localhost", "--budget", "many"), "--budget 'many'"),
        (("--url", "orders=http://localhost", "--timeout", "soon"), "--timeout 'soon'"),
        (("--url", "orders=http://localhost", "--timeout", "0s"), "--timeout '0s': nothing can be done in no time"),
        (("--url", "orders=http://localhost", "--given", "orderNumer=1"), "did you mean 'orderNumber'?"),
        (("--url", "orders=http://localhost", "--replay", f"{OPEN}/need:state"), f"did you mean '{OPEN}/needs:state'?"),
        (("--url", "orders=http://localhost", "--given", "order"), "--given 'order' is no NAME=VALUE"),
        (("--url", "orders=http://localhost", "--states", "orders"), "--states 'orders' is no NAME=VALUE"),
        (("--url", "orders=http://localhost", "--workers", "0"), "--workers"),
    ],
)
def test_wrong_usage_is_2_and_says_what_to_do(here: Workplace, words: tuple[str, ...], said: str) -> None:
    ran = here.run("verify", *words)
    assert ran.exit_code == 2
    assert said in " ".join(ran.output.split())


def test_an_unsound_estate_is_2_and_nothing_is_sent(here: Workplace) -> None:
    here.edit(JOURNEY, "state: [packed, sent, delivered]", "stat e: [packed")
    with shop() as (orders, courier):
        assert here.run("verify", *urls(orders, courier)).exit_code == 2
        assert orders.asked == []


def test_a_harm_that_is_not_in_fail_on_warns(here: Workplace) -> None:
    here.edit("contracts/estate.yaml", "fail-on: [blocked, ", "fail-on: [")
    with shop(parcel=answer(PARCEL | {"expectedOn": None})) as partners:
        ran = here.run("verify", *urls(*partners), "--no-fuzz")
    assert ran.exit_code == 0
    assert "BROKEN" in ran.output


def test_a_waiver_accepts_a_break(here: Workplace) -> None:
    waiver = f"- {{id: '{SEE}/needs:expectedOn', who: me, why: known, until: 2099-01-01}}"
    here.write("contracts/waivers.yaml", waiver)
    with shop(parcel=answer(PARCEL | {"expectedOn": None})) as partners:
        ran = here.run("verify", *urls(*partners), "--no-fuzz", "--format", "json")
    assert (ran.exit_code, verdicts(report(ran))) == (0, {f"{SEE}/needs:expectedOn": "waived"})


# What is asked for


def test_a_part_of_an_id_picks_what_is_judged(here: Workplace) -> None:
    with shop(order=answer(ORDER | {"state": 7})) as partners:
        read = report(here.run("verify", *urls(*partners), "-k", "see-parcel", "--format", "json", "--no-fuzz"))
        assert {each["step"] for each in read["findings"]} == {"see-parcel"}
        ran = here.run("verify", *urls(*partners), "-k", "*/needs:*", "--format", "json", "--no-fuzz")
        assert {each["kind"] for each in report(ran)["findings"]} == {"needs"}
        assert ran.exit_code == 1


def test_a_finding_that_waits_for_what_is_not_asked_for_says_why_and_stands_for_itself(here: Workplace) -> None:
    with shop(parcel=answer({}, 503)) as partners:
        ran = here.run("verify", *urls(*partners), "-k", "needs:expectedOn", "--no-fuzz")
    assert ran.exit_code == 3
    words = " ".join(ran.output.split())
    assert "1 need could not" in words
    assert "waits for see-parcel: it says that it is down (503)" in words


def test_one_finding_is_replayed_alone(here: Workplace) -> None:
    here.edit(JOURNEY, "expectedOn: date", "expectedOn: date\n      expectedOnDay: text")
    with shop(parcel=answer(PARCEL | {"expectedOn": None})) as partners:
        read = report(
            here.run("verify", *urls(*partners), "--replay", f"{SEE}/needs:expectedOn", "--no-fuzz", "--format", "json")
        )
    assert [(each["id"], each["verdict"]) for each in read["findings"]] == [(f"{SEE}/needs:expectedOn", "broken")]


def test_what_is_no_recording_is_told_where_it_is(here: Workplace) -> None:
    here.write("seen.har", "[]")
    ran = here.run("judge", "seen.har")
    assert ran.exit_code == 2
    assert "seen.har:1:1: this is no HAR file" in ran.output
    assert "contracts/seen.har" not in ran.output


def test_one_partner_and_one_journey_are_judged_alone(here: Workplace) -> None:
    here.write(JOURNEY.replace("track-parcel", "again"), here.read(JOURNEY).replace("journey: track-parcel", "journey: again"))
    with shop() as partners:
        words = (*urls(*partners), "--partner", "courier", "--journey", "again", "--format", "json", "--no-fuzz")
        read = report(here.run("verify", *words))
        assert {(each["journey"], each["partner"]) for each in read["findings"]} == {("again", "courier")}


def test_a_given_replaces_the_examples(here: Workplace) -> None:
    with shop() as (orders, courier):
        here.run("verify", *urls(orders, courier), "--given", "orderNumber='11111111'", "--no-fuzz")
        here.run("verify", *urls(orders, courier), "--given", 'orderNumber="22222222"', "--no-fuzz")
    assert {each.target for each in orders.asked} >= {"/orders/22222222"}
    assert "/orders/20417733" not in {each.target for each in orders.asked}


def test_a_partner_that_does_not_run_is_played_and_not_reported(here: Workplace) -> None:
    with shop() as (_, courier):
        words = ("--url", f"courier={courier.url}", "--given", "parcel=SP123456789", "--format", "json", "--no-fuzz")
        read = report(here.run("verify", *words))
    assert {each["partner"] for each in read["findings"]} == {"courier"}
    assert {each.target for each in courier.asked} == {"/parcels/SP123456789"}


def test_a_dry_run_sends_nothing_and_says_what_it_would_send(here: Workplace) -> None:
    with shop() as (orders, courier):
        ran = here.run("verify", *urls(orders, courier), "--dry-run")
        assert (orders.connected, courier.connected) == (0, 0)
    assert ran.exit_code == 0
    assert f"open-order: GET {orders.url}/orders/20417733" in ran.output
    assert f"see-parcel: GET {courier.url}/parcels/SP" in ran.output
    assert ran.output.endswith("with other values: 600 requests at most\n")


def test_a_dry_run_says_what_else_is_sent_and_what_may_not_be(here: Workplace) -> None:
    here.edit(JOURNEY, "status: 404,", "with: {parcelNumber: SP000000000}, status: 404,")
    here.edit(JOURNEY, "\nsteps:\n", "\nsetup: [{step: opened, state: the shop is open}]\nsteps:\n")
    here.edit(ORDERS, "    get:\n", "    put:\n")
    here.edit(JOURNEY, "orders GET", "orders PUT")
    here.edit(JOURNEY, "    keep: {parcel: parcelNumber}", "    repeat-safe: true\n    keep: {parcel: parcelNumber}")
    written = call(request={"method": "DELETE", "path": "/orders/1", "query": {"a": ["1", "2"]}})
    here.write("contracts/partners/orders/pacts/web.json", document(written).decode())
    at = "environments: {sandbox: {url: https://orders.example/v4}}"
    here.edit(
        "contracts/partners/orders/partner.yaml", "contract: openapi.yaml", f"contract: openapi.yaml\npacts: [pacts/*.json]\n{at}"
    )

    ran = here.run("verify", "--env", "sandbox", "--url", "courier=http://127.0.0.1:9", "--dry-run", "--no-fuzz")

    refused = " (not sent: only reading is allowed there)"
    put = f"PUT https://orders.example/v4/orders/20417733{refused}"
    assert [re.sub("SP[1-9][0-9]+", "SP…", line) for line in ran.output.splitlines()] == [
        "track-parcel: with these values",
        "  opened: the provider state 'the shop is open' is set up, where anybody does that",
        f"  open-order: {put}",
        f"  open-order, pressed twice: {put}",
        "  see-parcel: GET http://127.0.0.1:9/parcels/SP000000000",
        "  see-parcel, to bring an error about: GET http://127.0.0.1:9/parcels/SP000000000",
        "Pact files:",
        f"  pact/web/d1: DELETE https://orders.example/v4/orders/1?a=1&a=2{refused}",
    ]


# What is sent


def test_other_values_are_sent_and_a_break_says_what_it_differs_in(here: Workplace) -> None:
    def picky(asked: Asked) -> bytes:
        number = asked.target.rpartition("/")[2]
        return answer(ORDER | {"items": [] if number == "20417733" else [{"quantity": 1}]})

    with shop(order=replying(picky)) as (orders, courier):
        ran = here.run("verify", *urls(orders, courier), "--format", "json")
    found = finding(report(ran), f"{OPEN}/needs:items.*.name")
    assert ran.exit_code == 1
    assert found["because"].startswith("items.*.name is missing (differs from your working call only in orderNumber")
    assert {len(each.target) for each in orders.asked} == {len("/orders/20417733")}


def test_without_fuzz_only_what_is_written_is_sent(here: Workplace) -> None:
    with shop() as (orders, courier):
        here.run("verify", *urls(orders, courier), "--no-fuzz")
    assert {each.target for each in orders.asked} == {"/orders/20417733"}


@pytest.mark.parametrize(("environment", "varied"), [("production", False), ("live-eu", False), ("sandbox", True)])
def test_nothing_made_up_goes_to_where_customers_live(here: Workplace, environment: str, varied: bool) -> None:
    with shop() as (orders, courier):
        for name, partner in (("orders", orders), ("courier", courier)):
            file = f"contracts/partners/{name}/partner.yaml"
            here.write(file, f"{here.read(file)}\nenvironments: {{{environment}: {{url: '{partner.url}'}}}}\n")
        assert here.run("verify", "--env", environment).exit_code == 0
    assert (len({each.target for each in orders.asked}) > 1) == varied


@pytest.mark.parametrize(
    ("name", "customers_live_there"),
    [
        ("production", True),
        ("PROD", True),
        ("eu_live", True),
        ("pre-prod", True),
        ("preprod", False),
        ("delivery", False),
        ("", False),
    ],
)
def test_where_customers_live_is_told_by_its_name(name: str, customers_live_there: bool) -> None:
    assert is_production(name) == customers_live_there


def test_a_budget_limits_all_requests_and_is_never_green_where_it_was_too_small(here: Workplace) -> None:
    with shop() as (orders, courier):
        ran = here.run("verify", *urls(orders, courier), "--budget", "1", "--format", "json")
        assert len(orders.asked) + len(courier.asked) == 1
    read = report(ran)
    assert (ran.exit_code, read["verdict"]) == (3, "inconclusive")
    assert finding(read, f"{SEE}/answers")["because"] == "the budget of 1 requests is spent"

    with shop() as (orders, courier):
        assert here.run("verify", *urls(orders, courier), "--budget", "9,5m").exit_code == 0
        assert len(orders.asked) + len(courier.asked) == 7  # two are kept for what fails, and nothing did


def test_every_request_can_be_found_by_the_partner(here: Workplace) -> None:
    with shop() as (orders, courier):
        here.run("verify", *urls(orders, courier), "--no-fuzz")
    asked = [*orders.asked, *courier.asked]
    assert {each.headers["user-agent"].partition("/")[0] for each in asked} == {"cxcontracts"}
    assert len({each.headers["cxcontracts-run"] for each in asked}) == 1
    assert len({each.headers["traceparent"] for each in asked}) == len(asked)


def test_secrets_are_in_no_report_whatever_a_partner_echoes(here: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret-t0ken-42")
    with shop(order=answer(ORDER | {"state": "s3cret-t0ken-42"})) as (orders, _):
        file = "contracts/partners/orders/partner.yaml"
        more = f"environments: {{sandbox: {{url: '{orders.url}', auth: {{bearer: $env.SHOP_TOKEN}}}}}}"
        here.write(file, f"{here.read(file)}\n{more}\n")
        for format_ in ("text", "json", "junit"):
            ran = here.run("verify", "--env", "sandbox", "--no-fuzz", "--format", format_)
            assert ran.exit_code == 1
            assert "s3cret" not in ran.output
            assert "SHOP_TOKEN" in ran.output
    assert {each.headers["authorization"] for each in orders.asked} == {"Bearer s3cret-t0ken-42"}


# Nobody knows better


@pytest.mark.parametrize("path", ["", "/V4", "/v4/beta"])
def test_an_address_without_the_path_that_its_contract_has_is_nobodys_break(here: Workplace, path: str) -> None:
    with shop(answer({"title": "nothing here"}, 404)) as (orders, courier):
        there = ("--url", f"orders={orders.url}{path}", "--url", f"courier={courier.url}")
        ran = here.run("verify", *there, "--no-fuzz", "--format", "json")

    told = finding(report(ran), "track-parcel/open-order/answers")
    assert ran.exit_code == 3
    assert (told["verdict"], told["attribution"]["fault"]) == ("inconclusive", "nobody-knows")
    assert told["because"].endswith(f"its contract says /v4: {orders.url}{path}/v4")


def test_where_the_path_is_right_or_something_else_was_found_nothing_there_is_a_break(here: Workplace) -> None:
    with shop(answer({"title": "nothing here"}, 404)) as (orders, courier):
        there = ("--url", f"orders={orders.url}/gateway/v4", "--url", f"courier={courier.url}")
        assert here.run("verify", *there, "--no-fuzz").exit_code == 1
    found = iter([answer(ORDER), *[answer({"title": "nothing here"}, 404)] * 100])
    with shop(lambda connection, _: connection.sendall(next(found))) as partners:
        assert here.run("verify", *urls(*partners), "--no-fuzz").exit_code == 1


def test_two_that_are_each_green_and_the_customer_stranded_is_told_as_exactly_that(here: Workplace) -> None:
    here.edit(ORDERS, 'parcelNumber: {type: string, pattern: "^SP[0-9]{9}$"}', "parcelNumber: {type: string}")
    order = answer(ORDER | {"parcelNumber": "SP-123456789"})
    problem = answer({"title": "no", "detail": "ask again"}, 404)
    with shop(order, problem) as partners:
        read = report(here.run("verify", *urls(*partners), "--no-fuzz", "--format", "json"))
    told = finding(read, f"{SEE}/answers")["attribution"]
    assert (told["fault"], told["partners"]) == ("seam", ["orders", "courier"])
    assert "each is green as far as it can see" in told["because"]


def test_what_fails_once_is_told_as_flaky(here: Workplace) -> None:
    turns = [answer(PARCEL | {"expectedOn": None}), answer(PARCEL)]
    with running(answer(ORDER)) as orders, running(*turns) as courier:
        ran = here.run("verify", *urls(orders, courier), "--no-fuzz")
    assert ran.exit_code == 1
    assert "flaky: 1 of 4 tries failed" in " ".join(ran.output.split())


# Whatever comes


@pytest.mark.parametrize("format_", ["text", "junit"])
def test_nothing_that_a_partner_says_is_obeyed(here: Workplace, format_: str) -> None:
    order = ORDER | {"state": HURTFUL, HURTFUL: HURTFUL}
    with shop(answer(order), answer({"title": HURTFUL}, 418)) as partners:
        ran = here.run("verify", *urls(*partners), "--no-fuzz", "--format", format_, "--verbose")
    assert ran.exit_code == 1
    assert commands(ran.output) == []
    assert "\x1b" not in ran.output


def test_an_interrupt_writes_what_was_found_and_says_that_it_is_not_all(here: Workplace) -> None:
    waiting = threading.Event()

    def hang(connection: socket.socket, _: Asked) -> None:
        waiting.set()
        connection.recv(1)

    for stop, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        waiting.clear()
        with shop(answer(ORDER | {"state": 7}), hang) as partners:
            words = [*COMMAND, "verify", *urls(*partners), "--timeout", "1h", "--format", "json", "--no-fuzz"]
            process = subprocess.Popen(
                words, cwd=here.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
            )
            assert waiting.wait(120)
            process.send_signal(stop)
            said, errors = process.communicate(timeout=120)
        read = json.loads(said)
        assert (process.returncode, read["complete"]) == (code, False), errors
        assert finding(read, f"{OPEN}/needs:state")["verdict"] == "broken"
        assert finding(read, f"{SEE}/answers")["verdict"] == "inconclusive"
        assert finding(read, f"{SEE}/answers")["because"] == "the run was interrupted"
        assert "Traceback" not in errors


def test_a_break_that_was_found_before_an_interrupt_is_told_in_text_as_well(here: Workplace) -> None:
    waiting = threading.Event()

    def hang(connection: socket.socket, _: Asked) -> None:
        waiting.set()
        connection.recv(1)

    with shop(answer(ORDER | {"state": 7}), hang) as partners:
        words = [*COMMAND, "verify", *urls(*partners), "--timeout", "1h", "--no-fuzz"]
        process = subprocess.Popen(words, cwd=here.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert waiting.wait(120)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted: there may be more" in said
    assert "state is 7" in said


# Messages of Pact files


def test_a_message_that_is_answered_by_a_message_is_asked_for_where_it_is_handed_out(here: Workplace) -> None:
    contents = {"contentType": "application/json", "encoded": False, "content": {"q": 1}}
    written = {"type": "Synchronous/Messages", "request": {"contents": contents}, "response": [{"contents": contents}]}
    here.write("contracts/partners/orders/pacts/web.json", document(written, version="4.0").decode())
    here.edit("contracts/partners/orders/partner.yaml", "contract: openapi.yaml", "contract: openapi.yaml\npacts: [pacts/*.json]")

    for said, verdict, times in (({"q": 1}, "intact", 1), ({"q": 2}, "broken", 2)):
        with shop() as partners, running(answer(said)) as desk:
            words = ["verify", *urls(*partners), "--no-fuzz", "--format", "json", "--messages", f"orders={desk.url}/messages"]
            read = report(here.run(*words))
        assert finding(read, "pact/web/d1")["verdict"] == verdict
        assert [(each.method, each.target) for each in desk.asked] == [("POST", "/messages")] * times

    with shop() as partners:
        read = report(here.run("verify", *urls(*partners), "--no-fuzz", "--format", "json"))
    assert read["not_exercised"]["pact/web/d1"] == "nobody is named who answers its message"


def test_who_is_named_for_a_partner_that_is_not_there_is_a_mistake(here: Workplace) -> None:
    with shop() as partners:
        for option in ("--states", "--messages"):
            ran = here.run("verify", *urls(*partners), option, "couriers=http://localhost/x")
            assert ran.exit_code == 2
            assert "partner 'couriers' is not in the estate; did you mean 'courier'?" in ran.output
