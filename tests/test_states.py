"""Provider states: set up before an interaction, taken down after it, by the partner's own handler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cxcontracts.exchanges import JSON, Request
from cxcontracts.running.states import Handler, Prepared, State, posted, states_of
from cxcontracts.walks import Trouble
from tests.pact_partner import Line, Reply, partner
from tests.pacts_made import call, read

A, B = State("a", {"id": 1}), State("b")


def handler(line: Line) -> Handler:
    return Handler(line, "p", "/_pact/states")


@pytest.mark.parametrize(
    ("written", "states"),
    [
        ({"providerState": "a b"}, (State("a b"),)),
        ({"provider_state": "a"}, (State("a"),)),
        ({"providerStates": [{"name": "a", "params": {"id": 1}}, {"name": "b"}]}, (A, B)),
        ({"providerState": None}, ()),
        ({"providerStates": "odd"}, ()),
        ({}, ()),
    ],
)
def test_states_are_read_in_every_version(written: Mapping[str, Any], states: tuple[State, ...]) -> None:
    (interaction,) = read({**call(), **written})

    assert states_of(interaction) == states


def test_each_state_is_one_call_and_what_they_return_comes_together() -> None:
    said: list[JSON] = []

    def answers(method: str, target: str, body: JSON) -> Reply:
        said.append(body)
        return 200, {}, {body["state"]: 7}

    with partner(answers) as line:
        prepared = handler(line).set_up("web", [A, B])
        left = handler(line).take_down("web", [A, B])

    assert prepared == Prepared({"a": 7, "b": 7})
    assert left == ""
    assert said[0] == {"consumer": "web", "state": "a", "params": {"id": 1}, "action": "setup"}
    assert [(each["action"], each["state"]) for each in said] == [
        ("setup", "a"),
        ("setup", "b"),
        ("teardown", "b"),
        ("teardown", "a"),
    ]


@pytest.mark.parametrize(
    ("status", "body", "refused"),
    [
        (404, {}, "no handler takes it (404)"),
        (400, {}, "no handler takes it (400)"),
        (500, {}, "the handler answers 500"),
        (503, {}, "it says that it is down (503)"),
        (429, {}, "it throttles us (429)"),
        (401, {}, "it refuses our login (401)"),
        (200, b"<html><body>soon</body></html>", "a web page came in place of the API (200)"),
    ],
)
def test_a_handler_that_does_not_take_a_state_is_asked_once_and_the_states_before_are_taken_down(
    status: int, body: JSON, refused: str
) -> None:
    with partner(lambda method, target, sent: (status, {}, body) if sent["state"] == "b" else (200, {}, {})) as line:
        prepared = handler(line).set_up("web", [A, B, State("c")])

    assert prepared == Prepared({}, Trouble.UNPREPARED, f"the state 'b' could not be set up: {refused}")
    assert [target.removeprefix("POST /_pact/states ") for target in line.targets] == ["setup a", "setup b", "teardown a"]


def test_a_handler_that_may_not_be_asked_is_forbidden() -> None:
    with partner(lambda *_: (200, {}, {}), allows=lambda request: False) as line:
        prepared = handler(line).set_up("web", [A])

    assert prepared.trouble is Trouble.FORBIDDEN
    assert prepared.why == "the state 'a' could not be set up: the environment does not allow writing"


def test_what_is_left_of_states_is_said() -> None:
    with partner(lambda method, target, sent: (500, {}, {})) as line:
        left = handler(line).take_down("web", [A, B])

    assert left == (
        "the state 'b' was not taken down: the handler answers 500; the state 'a' was not taken down: the handler answers 500"
    )


def test_no_states_are_no_calls() -> None:
    with partner(lambda *_: (500, {}, {})) as line:
        assert handler(line).set_up("web", []) == Prepared()

    assert line.asked == []


@pytest.mark.parametrize("body", [b"ready", b"", [1], "ready"])
def test_a_handler_need_not_return_values(body: JSON) -> None:
    headers = {"Content-Type": "text/plain"} if isinstance(body, bytes) else {}
    with partner(lambda *_: (200, headers, body)) as line:
        assert handler(line).set_up("web", [A]) == Prepared()


@pytest.mark.parametrize(
    ("address", "request_"),
    [
        ("/_pact/states", Request("POST", "/_pact/states", (), {"content-type": "application/json"}, {})),
        ("states?k=v", Request("POST", "/states", (("k", "v"),), {"content-type": "application/json"}, {})),
        (
            "http://localhost:9000/s",
            Request("POST", "/s", (), {"content-type": "application/json"}, {}, "http://localhost:9000"),
        ),
    ],
)
def test_a_handler_is_a_url_or_a_path_of_the_partner(address: str, request_: Request) -> None:
    assert posted(address, {}) == request_
