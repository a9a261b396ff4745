"""What ``verify`` does beside walking journeys: interactions of Pact files, and Schemathesis' whole engine."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.pacts_made import call, document
from tests.partners_running import Answer, Asked, answer
from tests.test_verify import OPEN, ORDER, finding, report, shop, urls, verdicts
from tests.verified import counting, replying
from tests.workplace import COMMAND, Workplace, workplace

PACT = "contracts/partners/orders/pacts/web.json"
ANOTHER = {"method": "GET", "path": "/orders/99999999"}
"""A call that no walk makes."""


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    made = workplace(tmp_path)
    made.edit("contracts/partners/orders/partner.yaml", "contract: openapi.yaml", "contract: openapi.yaml\npacts: [pacts/*.json]")
    return made


def reads(state: str, **more: Any) -> Mapping[str, Any]:
    """Return an interaction that reads a state of another order."""
    return {**call({"state": state}, request=ANOTHER), **more}


def paced(another: Answer | bytes) -> Answer:
    """Answer each order but the other one as ever."""

    def say(connection: socket.socket, asked: Asked) -> None:
        if not asked.target.endswith("/99999999"):
            connection.sendall(answer(ORDER))
        elif isinstance(another, bytes):
            connection.sendall(another)
        else:
            another(connection, asked)

    return say


def targets(asked: list[Asked]) -> list[str]:
    return [each.target for each in asked if each.target.endswith("/99999999")]


# Pact files


def test_an_interaction_that_is_broken_is_asked_for_a_second_time(here: Workplace) -> None:
    here.write(PACT, document(reads("sent"), reads("packed")).decode())

    with shop(paced(answer(ORDER))) as (orders, courier):
        read = report(here.run("verify", *urls(orders, courier), "--no-fuzz", "--format", "json"))

    assert verdicts(read) == {"pact/web/d2": "broken"}
    assert "confirmed" not in finding(read, "pact/web/d2")
    assert (finding(read, "pact/web/d1")["observed"], finding(read, "pact/web/d2")["observed"]) == (1, 2)
    assert len(targets(orders.asked)) == 3


def test_an_interaction_that_is_broken_once_is_flaky(here: Workplace) -> None:
    here.write(PACT, document(reads("sent")).decode())
    turns = counting(answer(ORDER | {"state": "packed"}), answer(ORDER))

    with shop(paced(replying(lambda _: turns()))) as (orders, courier):
        read = report(here.run("verify", *urls(orders, courier), "--no-fuzz", "--format", "json"))

    assert (finding(read, "pact/web/d1")["verdict"], finding(read, "pact/web/d1")["flaky"]) == ("broken", "1/4")


def test_what_a_consumer_has_pending_is_tolerated_with_its_exchange(here: Workplace) -> None:
    here.write(PACT, document({"type": "Synchronous/HTTP", **reads("packed"), "pending": True}, version="4.0").decode())

    with shop(paced(answer(ORDER))) as (orders, courier):
        ran = here.run("verify", *urls(orders, courier), "--no-fuzz", "--format", "json")

    found = finding(report(ran), "pact/web/d1")
    assert (ran.exit_code, found["verdict"], found["observed"]) == (0, "tolerated", 2)
    assert found["because"] == '$.state is "sent", not "packed"; web has it pending'
    assert found["witness"]["response"]["body"]["state"] == "sent"


@pytest.mark.parametrize(("states", "times"), [((), 1), (("--states", "orders=/states"), 2)])
def test_an_interaction_that_changes_something_is_asked_for_again_in_a_fresh_state_alone(
    here: Workplace, states: tuple[str, ...], times: int
) -> None:
    writing = {"request": {"method": "DELETE", "path": "/orders/99999999"}, "response": {"status": 204}}
    here.write(PACT, document(writing | ({"providerState": "an order"} if states else {})).decode())

    with shop(paced(answer(ORDER))) as (orders, courier):
        read = report(here.run("verify", *urls(orders, courier), *states, "--no-fuzz", "--format", "json"))

    assert finding(read, "pact/web/d1/an order" if states else "pact/web/d1")["observed"] == times
    assert len(targets(orders.asked)) == times


def test_a_budget_limits_interactions_and_leaves_as_much_to_them_as_to_a_journey(here: Workplace) -> None:
    here.write(PACT, document(*[reads("sent")] * 30).decode())

    with shop(paced(answer(ORDER))) as (orders, courier):
        ran = here.run("verify", *urls(orders, courier), "--budget", "40", "--format", "json")
        assert len(orders.asked) + len(courier.asked) == 40

    read = report(ran)
    interactions = [each for each in read["findings"] if each["kind"] == "pact"]
    asked = len(targets(orders.asked))
    assert (ran.exit_code, len(interactions)) == (3, 30)
    assert 15 <= asked < 30
    assert [each["verdict"] for each in interactions] == ["intact"] * asked + ["inconclusive"] * (30 - asked)
    assert interactions[-1]["because"] == "the budget of 40 requests is spent"


def test_what_interactions_show_is_recorded_and_counts_for_no_step(here: Workplace) -> None:
    here.write(PACT, document({**call({"state": "sent"}, request={"method": "GET", "path": "/orders/20417733"})}).decode())

    with shop(answer(ORDER | {"colour": "red"})) as (orders, courier):
        seen = report(here.run("verify", *urls(orders, courier), "--no-fuzz", "--record", "seen.har", "--format", "json"))
        again = here.run("judge", "seen.har", *urls(orders, courier), "--format", "json")

    read = report(again)
    assert len(orders.asked) == 4
    assert len(json.loads(here.read("seen.har"))["log"]["entries"]) == len(orders.asked) + len(courier.asked)
    assert finding(read, f"{OPEN}/answers")["observed"] == finding(seen, f"{OPEN}/answers")["observed"] == 3
    assert [each for each in read["unfelt"] if "colour" in each and each.endswith("(4 times)")]
    assert (again.exit_code, again.stderr) == (0, "")


def interrupted(here: Workplace, answers: Answer, waiting: threading.Event, *words: str) -> tuple[int, Any]:
    """Interrupt a run once somebody waits for an answer, and return its exit code and report."""
    with shop(paced(answers)) as partners:
        process = subprocess.Popen(
            [*COMMAND, "verify", *urls(*partners), "--timeout", "1h", "--format", "json", *words],
            cwd=here.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ,
        )  # fmt: skip
        assert waiting.wait(120)
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=120)
    assert "Traceback" not in errors
    return process.returncode, json.loads(said)


def test_an_interrupt_amid_interactions_leaves_all_that_was_found(here: Workplace) -> None:
    here.write(PACT, document(*(reads(state) for state in ("sent", "packed", "sent", "sent"))).decode())
    waiting, turns = threading.Event(), iter(range(100))

    def slower_and_slower(connection: socket.socket, _: Asked) -> None:
        if next(turns) == 2:
            waiting.set()
            connection.recv(1)
        connection.sendall(answer(ORDER))

    code, read = interrupted(here, slower_and_slower, waiting, "--no-fuzz")

    assert (code, read["complete"], finding(read, f"{OPEN}/answers")["verdict"]) == (130, False, "intact")
    assert verdicts(read) == {"pact/web/d2": "broken"}
    assert {id: why for id, why in read["not_exercised"].items() if id.startswith("pact/")} == {
        f"pact/web/d{number}": "the run was interrupted before it was asked for" for number in (3, 4)
    }


# Schemathesis' whole engine

NOBODY_YET = "not-covered: {because: nobody is told yet, until: 2030-01-01}\n"
LOUD = "orders GET /orders/{orderNumber}: Server error"


@pytest.fixture
def schemathesis() -> None:
    pytest.importorskip("schemathesis")


def picky(asked: Asked) -> bytes:
    return answer(ORDER if asked.target.endswith("/20417733") else {}, 200 if asked.target.endswith("/20417733") else 500)


@pytest.mark.usefixtures("schemathesis")
def test_what_the_whole_engine_has_against_a_partner_is_felt_by_nobody_and_keeps_to_the_budget(here: Workplace) -> None:
    with shop(replying(picky)) as (orders, courier):
        ran = here.run(
            "verify", *urls(orders, courier), "-k", f"{OPEN}/needs:state", "--deep", "--budget", "60", "--format", "json"
        )
        assert 20 < len(orders.asked) + len(courier.asked) <= 60

    assert any(each.startswith(LOUD) for each in report(ran)["unfelt"])


@pytest.mark.usefixtures("schemathesis")
def test_a_partner_that_only_sends_events_costs_nobody_else_the_verdict(here: Workplace) -> None:
    here.write("contracts/partners/notify/partner.yaml", "partner: notify\nkind: vendor\nevents: asyncapi.yaml\n" + NOBODY_YET)
    here.write("contracts/partners/notify/asyncapi.yaml", "asyncapi: 3.0.0\ninfo: {title: N, version: '1'}\nchannels: {}\n")

    with shop() as (orders, courier):
        words = [
            "verify",
            *urls(orders, courier),
            "--url",
            f"notify={courier.url}",
            "--deep",
            "--budget",
            "60",
            "--format",
            "json",
        ]
        ran = here.run(*words)

    read = report(ran)
    assert finding(read, f"{OPEN}/answers")["verdict"] == "intact"
    assert [each for each in read["unfelt"] if not each.startswith(("orders", "courier"))] == []


@pytest.mark.usefixtures("schemathesis")
def test_an_interrupt_of_the_whole_engine_leaves_all_that_was_found(here: Workplace) -> None:
    waiting = threading.Event()

    def hang(connection: socket.socket, _: Asked) -> None:
        waiting.set()
        connection.recv(1)

    here.edit(
        "contracts/partners/orders/openapi.yaml", "paths:\n", f"paths:\n  {ANOTHER['path']}: {{get: {{responses: {{}}}}}}\n"
    )
    code, read = interrupted(here, hang, waiting, "--deep", "-k", f"{OPEN}/needs")

    assert (code, read["complete"], finding(read, f"{OPEN}/needs:state")["verdict"]) == (130, False, "intact")
    assert [each for each in read["unfelt"] if each.startswith("orders")] == []


def test_the_whole_engine_and_no_values_but_our_own_are_not_asked_for_together(here: Workplace) -> None:
    with shop() as partners:
        ran = here.run("verify", *urls(*partners), "--deep", "--no-fuzz")

    assert (ran.exit_code, [*partners[0].asked, *partners[1].asked]) == (2, [])
    assert "--deep sends values of its own, and --no-fuzz none; leave one of them out" in ran.output


def test_where_the_whole_engine_is_missing_it_is_said_before_anything_is_sent(
    here: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxcontracts.fuzzing.schemathesis.find_spec", lambda name: None)
    with shop() as (orders, courier):
        ran = here.run("verify", *urls(orders, courier), "--deep")

    assert (ran.exit_code, orders.asked) == (2, [])
    assert "schemathesis is not installed; run: pip install 'cxcontracts[fuzz]'" in ran.output
