"""Interactions of Pact files held against running partners: what is asked, what is judged, and what says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings

from benchmarks.damage import Stroke, damaged
from cxcontracts.documents import parse
from cxcontracts.exchanges import JSON, Raw, Request, Response
from cxcontracts.findings import Verdict
from cxcontracts.kinds.interactions import of_interaction
from cxcontracts.pacts import interactions
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.running.matching import Engine
from cxcontracts.running.pacts import Desk, Heard, Verification, judgement_of
from cxcontracts.walks import Sighting, Trouble
from tests.pact_partner import Answers, Line, Reply, message_reply, partner
from tests.pacts_made import call, document, message, read
from tests.test_diff_mutations import STROKES, TIMES

STATES = Desk(states="/_states")
MESSAGES = Desk(messages="/_messages")
PAGE = b"<!doctype html><title>Back soon</title>"


def requirements(*written: Mapping[str, Any], version: str = "3.0.0", key: str = "interactions") -> list[Requirement]:
    """Return interactions as requirements on the partner *p*."""
    return [of_interaction("p", each, None) for each in read(*written, version=version, key=key)]


def judged(line: Line, *asked: Requirement, desk: Desk | None = None, heard: Heard = lambda requirement: None) -> list[Judgement]:
    """Hold interactions against the partner at the other end of a line."""
    with Engine() as engine:
        verification = Verification(line, engine, {"p": desk} if desk else {}, heard)
        return [judgement_of(*seen) for seen in verification.seen(asked)]


def only(
    written: Mapping[str, Any], answers: Answers, desk: Desk | None = None, version: str = "3.0.0", **more: Any
) -> Judgement:
    """Hold one interaction against a partner."""
    with partner(answers) as line:
        (judgement,) = judged(line, *requirements(written, version=version), desk=desk, **more)
    return judgement


def always(status: int, body: JSON = None, **headers: str) -> Answers:
    """Return a partner that answers the same to everything."""
    return lambda method, target, sent: (status, headers, body)


# --- verdicts -----------------------------------------------------------------------------------------------------------------


def test_what_the_consumer_reads_is_intact() -> None:
    assert only(call({"a": 1}), always(200, {"a": 1, "b": 2})) == Judgement(Verdict.INTACT, "GET /thing")


def test_what_the_consumer_reads_otherwise_is_broken_and_the_exchange_shows_it() -> None:
    judgement = only(call({"a": 1, "b": 1, "c": 1, "d": 1}), always(200, dict.fromkeys("abcd", 2)))

    assert judgement.verdict is Verdict.BROKEN
    assert judgement.because == "$.a is 2, not 1; $.b is 2, not 1; $.c is 2, not 1; and 1 more"
    assert judgement.witness is not None
    assert judgement.witness.response.body == {"a": 2, "b": 2, "c": 2, "d": 2}


def test_what_its_consumer_has_pending_is_tolerated_and_said() -> None:
    written = {"type": "Synchronous/HTTP", **call({"a": 1}), "pending": True}

    assert only(written, always(200, {"a": 1}), version="4.0").verdict is Verdict.INTACT
    judgement = only(written, always(200, {"a": 2}), version="4.0")
    assert (judgement.verdict, judgement.because) == (Verdict.TOLERATED, "$.a is 2, not 1; web has it pending")


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (503, {}, "it says that it is down (503)"),
        (429, {}, "it throttles us (429)"),
        (401, {}, "it refuses our login (401)"),
        (200, PAGE, "a web page came in place of the API (200)"),
    ],
)
def test_a_partner_that_cannot_be_judged_is_not_blamed(status: int, body: JSON, why: str) -> None:
    for written in (call({"a": 1}), call()):
        assert only(written, always(status, body)) == Judgement(Verdict.INCONCLUSIVE, "GET /thing", why)


def test_a_partner_that_nobody_reaches_is_not_blamed() -> None:
    with partner(always(200)) as gone:
        pass
    (judgement,) = judged(Line(gone.base), *requirements(call({"a": 1})))

    assert judgement == Judgement(Verdict.INCONCLUSIVE, "GET /thing", "connection refused")


@pytest.mark.parametrize("rules", [{}, {"status": {"": {"matchers": [{"match": "statusCode", "status": "clientError"}]}}}])
def test_a_refusal_that_is_expected_is_judged(rules: JSON) -> None:
    written = {"type": "Synchronous/HTTP", **call(status=401, rules=rules)}

    assert only(written, always(401), version="4.0").verdict is Verdict.INTACT
    assert only(written, always(200, {}), version="4.0").verdict is Verdict.BROKEN


def test_a_page_that_is_expected_is_judged() -> None:
    written = call("<p>x</p>", headers={"Content-Type": "text/html"})

    assert only(written, always(200, b"<p>x</p>", **{"Content-Type": "text/html"})).verdict is Verdict.INTACT


def test_many_interactions_are_judged_in_their_order() -> None:
    asked = requirements(*(call({"n": number % 7}, request={"path": f"/{number}"}) for number in range(60)))

    with partner(lambda method, target, sent: (200, {}, {"n": int(target[1:]) % 5})) as line:
        found = judged(line, *asked)

    assert [each.verdict is Verdict.INTACT for each in found] == [number % 7 == number % 5 for number in range(60)]
    assert line.targets == [f"GET /{number}" for number in range(60)]


@pytest.mark.parametrize(
    ("rules", "example"),
    [
        ({"$.a": {"matchers": [{"match": "regex", "regex": "^B"}]}}, {"a": "Bill"}),
        ({"$.a": {"matchers": [{"match": "nope"}]}}, {"a": "Bill"}),
        ({"$.a": {"matchers": [{"match": "regex", "regex": "("}]}}, {"a": "Bill"}),
    ],
)
def test_a_file_that_refuses_its_own_example_is_not_held_against_the_partner(rules: JSON, example: JSON) -> None:
    judgement = only(call(example, rules={"body": rules}), always(200, example))

    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert judgement.because.startswith("the Pact file refuses its own example: $.a: ")


def test_beside_what_the_file_itself_refuses_a_break_is_a_break() -> None:
    written = call({"a": "Bill", "b": 1}, rules={"body": {"$.a": {"matchers": [{"match": "regex", "regex": "^B"}]}}})

    assert only(written, always(200, {"a": "Bill", "b": 2})).because == "$.b is 2, not 1"


@pytest.mark.parametrize(
    "example",
    [
        {"contentType": "application/xml", "encoded": False, "content": "<a><b>1</b></a>"},
        {"contentType": "application/json", "encoded": False, "content": "text"},
        {"contentType": "text/plain", "encoded": "base64", "content": "YWJj"},
        {"contentType": "application/json", "encoded": False, "content": None},
    ],
)
def test_an_example_of_any_form_is_kept_by_itself(example: JSON) -> None:
    judgement = only({"type": "Synchronous/HTTP", **call(example)}, always(200, {"other": 1}), version="4.0")

    assert judgement.verdict is Verdict.BROKEN


# --- provider states ----------------------------------------------------------------------------------------------------------


def test_states_are_set_up_before_and_taken_down_after_each_interaction() -> None:
    state = {"providerStates": [{"name": "a"}, {"name": "b"}]}
    with partner(always(200, {"a": 1})) as line:
        found = judged(line, *requirements({**call({"a": 1}), **state}, {**call({"a": 2}), **state}), desk=STATES)

    around = [
        "POST /_states setup a",
        "POST /_states setup b",
        "GET /thing",
        "POST /_states teardown b",
        "POST /_states teardown a",
    ]
    assert line.targets == around * 2
    assert [each.verdict for each in found] == [Verdict.INTACT, Verdict.BROKEN]


def by_id(method: str, target: str, sent: JSON) -> Reply:
    """Answer a state with an id, a thing by that id alone, and everything else not at all."""
    if target == "/_states":
        return 200, {}, {"id": 77}
    return (200, {}, {"id": 77}) if target == "/things/77" else (404, {}, {})


TAKING: Mapping[str, Any] = {
    **call({"id": 77}, request={"generators": {"path": {"type": "ProviderState", "expression": "/things/${id}"}}}),
    "providerStates": [{"name": "a thing"}],
}


def test_what_a_state_returns_goes_into_the_request() -> None:
    assert only(TAKING, by_id, STATES).verdict is Verdict.INTACT


def test_what_a_state_should_return_and_does_not_is_said() -> None:
    judgement = only(TAKING, always(200, {"other": 1}), STATES)

    assert judgement.because == "the handler of its states returns no 'id', which the request needs"


def test_the_parameters_of_a_state_will_do_as_well() -> None:
    written = {**TAKING, "providerStates": [{"name": "a thing", "params": {"id": 77}}]}

    def answers(method: str, target: str, sent: JSON) -> Reply:
        return (204, {}, b"") if target == "/_states" else by_id(method, target, sent)

    assert only(written, answers, STATES).verdict is Verdict.INTACT


def test_a_state_that_no_handler_takes_says_nothing_and_nothing_is_asked() -> None:
    with partner(lambda method, target, sent: (404, {}, {}) if target == "/_states" else (200, {}, {"a": 1})) as line:
        (judgement,) = judged(line, *requirements({**call({"a": 1}), "providerState": "a"}), desk=STATES)

    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert judgement.because == "the state 'a' could not be set up: no handler takes it (404)"
    assert line.targets == ["POST /_states setup a"]


def test_without_a_handler_a_right_answer_is_right_and_a_wrong_one_says_nothing() -> None:
    written = {**call({"a": 1}), "providerState": "a"}
    why = "no handler is named that sets up the state 'a', and without it $.a is 2, not 1"

    assert only(written, always(200, {"a": 1})).verdict is Verdict.INTACT
    assert only(written, always(200, {"a": 2})) == Judgement(Verdict.INCONCLUSIVE, "GET /thing", why)


def test_without_a_handler_nothing_is_written() -> None:
    written = {**call(request={"method": "DELETE"}), "providerState": "a"}
    with partner(always(200)) as line:
        (judgement,) = judged(line, *requirements(written))

    assert judgement.because == "no handler is named that sets up the state 'a'"
    assert line.asked == []


def test_a_state_that_is_left_is_said_and_changes_no_verdict() -> None:
    def answers(method: str, target: str, sent: JSON) -> Reply:
        left = target == "/_states" and sent["action"] == "teardown"
        return (500, {}, {}) if left else (200, {}, {"a": 1})

    judgement = only({**call({"a": 1}), "providerState": "a"}, answers, STATES)

    assert judgement.verdict is Verdict.INTACT
    assert judgement.because == "the state 'a' was not taken down: the handler answers 500"


# --- messages -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["3.0.0", "4.0"])
def test_a_message_is_fetched_by_its_description_and_states(version: str) -> None:
    asked: list[JSON] = []

    def answers(method: str, target: str, sent: JSON) -> Reply:
        asked.append(sent)
        return message_reply({"a": 1}, topic="x")

    state = {"description": "told", "providerStates": [{"name": "s", "params": {"k": 1}}]}
    plain = {"contents": {"a": 1}, "metaData": {"topic": "x"}}
    written = message({"a": 1}, {"topic": "x"}) if version == "4.0" else plain
    with partner(answers) as line:
        listed = requirements({**written, **state}, version=version, key="interactions" if version == "4.0" else "messages")
        (judgement,) = judged(line, *listed, desk=MESSAGES)

    assert judgement.verdict is Verdict.INTACT
    assert asked == [state]


def test_a_message_is_fetched_in_its_states_where_somebody_sets_them_up() -> None:
    with partner(lambda *_: message_reply({"a": 1})) as line:
        (judgement,) = judged(
            line, *requirements({**message({"a": 1}), "providerState": "s"}, version="4.0"), desk=Desk("/_states", "/_messages")
        )

    assert judgement.verdict is Verdict.INTACT
    assert line.targets == ["POST /_states setup s", "POST /_messages", "POST /_states teardown s"]


def test_a_message_that_is_not_as_it_is_read_is_broken() -> None:
    judgement = only(message({"a": 1}, {"topic": "x"}), lambda *_: message_reply({"a": 2}, topic="y"), MESSAGES, "4.0")

    assert judgement.verdict is Verdict.BROKEN
    assert judgement.because == '$.a is 2, not 1; metadata topic is "y", not "x"'


def test_a_message_that_answers_a_message_is_judged() -> None:
    contents = {"contentType": "application/json", "encoded": False, "content": {"q": 1}}
    written = {"type": "Synchronous/Messages", "request": {"contents": contents}, "response": [{"contents": contents}]}

    def answers(method: str, target: str, sent: JSON) -> Reply:
        return message_reply({"q": sent["request"]["contents"]["content"]["q"]})

    assert only(written, answers, MESSAGES, "4.0").verdict is Verdict.INTACT
    assert only(written, lambda *_: message_reply({"q": 2}), MESSAGES, "4.0").because == "$.q is 2, not 1"
    assert only(written, answers, None, "4.0").because == "nobody is named who answers its message"


@pytest.mark.parametrize("metadata", ["bm9uZQ==", "%", "WzFd"])
def test_metadata_that_is_none_is_no_metadata(metadata: str) -> None:
    judgement = only(message({}, {"topic": "x"}), always(200, {}, **{"Pact-Message-Metadata": metadata}), MESSAGES, "4.0")

    assert judgement.because.startswith("metadata topic: ")


def test_a_message_that_nobody_hands_out_says_nothing() -> None:
    written = message({"a": 1})

    assert only(written, always(404), MESSAGES, "4.0").because == "the message endpoint does not hand it out (404)"
    assert only(written, always(404), None, "4.0").because == "nobody hands out its message, and no such event was heard"


def test_a_message_of_which_nothing_is_read_proves_nothing() -> None:
    written = {"type": "Asynchronous/Messages"}

    judgement = only(written, lambda *_: message_reply({"a": 1}), MESSAGES, "4.0")

    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert judgement.because == "it expects neither contents nor metadata, so that every message would do"


def heard(body: JSON, **headers: str) -> Heard:
    """Return an inbox that heard one event."""
    named = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request("POST", "/inbox")
    return lambda requirement: Sighting("s", request, Response(200, named, body), None, "", datetime.now(UTC), 1.0)


@pytest.mark.parametrize(
    ("metadata", "inbox", "verdict", "because"),
    [
        ({}, heard({"a": 1}), "intact", ""),
        ({"ce_type": "told", "contentType": "application/json"}, heard({"a": 1}, ce_type="told"), "intact", ""),
        ({"ce-type": "told"}, heard({"a": 1}, ce_type="other"), "broken", 'metadata ce-type is "other", not "told"'),
        ({"cloudEvents:type": "told"}, heard({"a": 1}, ce_type="told"), "intact", ""),
        ({"topic": "x"}, heard({"a": 1}), "inconclusive", "the metadata 'topic' does not come with an event at an inbox"),
        ({"topic": "x"}, heard({"a": 2}), "broken", "$.a is 2, not 1"),
        ({}, heard(Raw({"media": "image/png", "bytes": 9})), "inconclusive", "its body is not known as it came"),
    ],
)  # fmt: skip
def test_an_event_at_an_inbox_is_its_message(metadata: JSON, inbox: Heard, verdict: str, because: str) -> None:
    judgement = only(message({"a": 1}, metadata), always(500), None, "4.0", heard=inbox)

    assert (str(judgement.verdict), judgement.because) == (verdict, because)


def test_an_event_that_did_not_come_says_why() -> None:
    late = Sighting("s", None, None, Trouble.SILENT, "no event within 2 m", datetime.now(UTC), 120.0)

    assert only(message({"a": 1}), always(500), None, "4.0", heard=lambda requirement: late).because == "no event within 2 m"


# --- what is not sent ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "version", "why"),
    [
        (call({"a": 1}), "5.0", "version 5.0 of the Pact specification is not known"),
        ({**call({"a": 1}), "transport": "grpc"}, "4.0", "it needs a plugin of Pact (grpc), and none is run"),
        (
            call({"a": 1}, request={"body": {"contentType": "image/png", "encoded": "base64", "content": "iVBORw0KGgo="}}),
            "4.0",
            "its request has a body that is no text, and such are not sent",
        ),
    ],
)
def test_what_cannot_be_judged_is_not_asked(written: Mapping[str, Any], version: str, why: str) -> None:
    with partner(always(200, {"a": 1})) as line:
        (judgement,) = judged(line, *requirements(written, version=version))

    assert judgement == Judgement(Verdict.INCONCLUSIVE, "GET /thing", why)
    assert line.asked == []


def test_the_partner_sees_each_call_once_and_only_ours() -> None:
    with partner(always(200, {"a": 2})) as line:
        judged(line, *requirements(call({"a": 1}), call({"a": 2}), call({"a": "x"})))

    assert line.targets == ["GET /thing"] * 3


def test_the_sighting_and_the_match_name_their_requirement() -> None:
    (requirement,) = requirements({**TAKING, "description": "d"})
    with partner(by_id) as line, Engine() as engine:
        ((asked, sighting, match),) = Verification(line, engine, {"p": STATES}).seen([requirement])

    assert asked is requirement
    assert (sighting.step, sighting.known, match.interaction) == ("web", {"id": 77}, "pact/web/d/a thing")
    assert judgement_of(asked, replace(sighting, trouble=Trouble.DOWN, why="down"), match).because == "down"


# --- whatever is wrong --------------------------------------------------------------------------------------------------------

LETTER: JSON = {"contentType": "text/plain", "encoded": "base64", "content": "YQ=="}
RULES: JSON = {
    "body": {"$.list": {"matchers": [{"match": "type"}]}},
    "status": {"": {"matchers": [{"match": "statusCode", "status": "success"}]}},
}
SOUND: JSON = [
    {**TAKING, "type": "Synchronous/HTTP"},
    {
        "type": "Synchronous/HTTP",
        **call(
            {"contentType": "application/json", "encoded": False, "content": {"a": "x", "list": [{"a": 1}]}},
            rules=RULES,
            request={"query": {"a": ["1"]}, "headers": {"X-A": ["1"]}, "body": LETTER},
            headers={"X-A": ["1"]},
        ),
    },
    message({"minutes": 7}, {"topic": "x"}),
    {
        "type": "Synchronous/Messages",
        "request": {"contents": LETTER},
        "response": [{"contents": LETTER, "metadata": {"t": "x"}}],
    },
]


@pytest.fixture(scope="module")
def verification() -> Iterator[Verification]:
    with Engine() as engine, partner(lambda method, target, sent: message_reply({"id": 77}, topic="x")) as line:
        yield Verification(line, engine, {"p": Desk("/_states", "/_messages")})


@settings(max_examples=100 * TIMES, deadline=None)
@given(strokes=STROKES)
def test_whatever_is_wrong_with_an_interaction_it_is_judged_or_said(verification: Verification, strokes: list[Stroke]) -> None:
    text = document(version="4.0", interactions=damaged(SOUND, strokes))
    found, _ = interactions(parse(text, "pact.json"), running=True)

    seen = list(verification.seen(of_interaction("p", each, None) for each in found))

    assert [requirement.what for requirement, _, _ in seen] == list(found)
    assert all(judgement_of(*each).because for each in seen if not each[2].ok)
