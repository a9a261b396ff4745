"""Journeys walked against partners that run: what is sent, in which order, with which values."""

from __future__ import annotations

import email
import email.policy
import json
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm, Verdict
from cxcontracts.verifying import Hooks
from tests.estates_made import answers, contract, write
from tests.partners_running import Asked, answer, closed_port, running
from tests.verified import body, counting, query, replying, verify
from tests.walks_made import OPEN
from tests.workplace import COMMAND

NAMED = contract(
    """
    /things/{id}:
      get:
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses: {'200': {description: ok, content: {application/json: {schema: {}}}}, default: {description: no}}
    """
)


THINGS = contract(
    """
    /things/{id}:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      get: {operationId: getThing, responses: {'200': {description: ok, content: {application/json: {schema: {}}}}}}
      put: &changing
        operationId: replaceThing
        requestBody: {content: {application/json: {schema: {type: object}}}}
        responses: {'200': {description: ok, content: {application/json: {schema: {}}}}}
      post: {<<: *changing, operationId: addThing}
    """
)


def given(**examples: str) -> str:
    """Return givens of a system, each with its examples."""
    return "given:\n" + "".join(f"  {name}: {{from: system, examples: {values}}}\n" for name, values in examples.items())


# Values go from step to step


def test_what_one_partner_hands_out_is_what_the_next_is_asked_for(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: one, call: p GET /thing, keep: {it: [gone, deep.id], tag: header.etag}}
      - {step: two, call: o GET /thing, with: {q: $it, r: "tag ${tag}"}}
    """
    with running(answer({"deep": {"id": "R-7"}}, ETag='"5"')) as p, running(answer({})) as o:
        found = verify(write(tmp_path, journey, {"p": OPEN, "o": OPEN}), {"p": p, "o": o})

    assert found.verdicts == {}
    assert [query(each) for each in o.asked] == [{"q": "R-7", "r": 'tag "5"'}] * 3


def test_the_type_of_a_value_is_kept(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: one, call: p GET /thing, keep: {it: a, tag: b}}
      - step: two
        call: p POST /thing
        with: {body.it: $it, body.text: "x ${tag}", body.now: $now, body.id: $fresh-id}
        repeat-safe: true
    """
    with running(answer({"a": {"b": [1, None, True]}, "b": 7})) as p:
        verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    posted = [body(each) for each in p.asked if each.method == "POST"]
    assert posted[0]["it"] == {"b": [1, None, True]}
    assert posted[0]["text"] == "x 7"
    assert datetime.fromisoformat(posted[0]["now"]).utcoffset() == timedelta()
    assert posted[0]["id"] == posted[1]["id"]


def test_a_step_that_fails_stops_its_walk_and_what_comes_after_waits_for_it(tmp_path: Path) -> None:
    journey = "steps:\n  - {step: one, call: p GET /thing}\n  - {step: two, call: o GET /thing, needs: {a: text}}"
    with running(answer({}, 500)) as p, running(answer({})) as o:
        found = verify(write(tmp_path, journey, {"p": OPEN, "o": OPEN}), {"p": p, "o": o})

    assert found.verdicts == {"one/answers": "broken", "two/answers": "inconclusive", "two/needs:a": "inconclusive"}
    assert found.because("two/needs:a") == "waits for one"
    assert found["two/needs:a"].cause == "j/one/answers"
    assert o.asked == []


def test_each_row_of_givens_is_a_walk_and_five_are_the_most(tmp_path: Path) -> None:
    journey = (
        given(name="[a, b, c, d, e, f]", other="[1, 2]") + "steps: [{step: s, call: p GET /thing, with: {q: $name, r: $other}}]"
    )
    with running(answer({})) as p:
        verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert [(query(each)["q"], query(each)["r"]) for each in p.asked] == [
        ("a", "1"),
        ("b", "2"),
        ("c", "1"),
        ("d", "2"),
        ("e", "1"),
    ]


def test_a_journey_that_only_reads_is_walked_three_times_and_one_that_writes_once(tmp_path: Path) -> None:
    for call, times in (("GET", 3), ("POST", 1)):
        with running(answer({})) as p:
            verify(write(tmp_path, f"steps: [{{step: s, call: p {call} /thing}}]", {"p": OPEN}), {"p": p})
        assert len(p.asked) == times


def test_an_environment_and_an_option_replace_the_examples(tmp_path: Path) -> None:
    journey = given(name="[a, b]", other="[x]") + "steps: [{step: s, call: p GET /thing, with: {q: $name, r: $other}}]"
    with running(answer({})) as p:
        keys = f"environments: {{sandbox: {{url: '{p.url}', given: {{name: [c, d], other: y}}}}}}"
        root = write(tmp_path, journey, {"p": OPEN}, partners={"p": keys})
        verify(root, environment="sandbox", givens={"other": "z"})

    assert {(query(each)["q"], query(each)["r"]) for each in p.asked} == {("c", "z"), ("d", "z")}


def test_a_fresh_given_is_another_one_in_each_walk(tmp_path: Path) -> None:
    journey = "given: {name: {from: customer, pattern: '^[A-Z]{6}$'}}\nsteps: [{step: s, call: p GET /thing, with: {q: $name}}]"
    with running(answer({})) as p:
        verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert len({query(each)["q"] for each in p.asked}) == len(p.asked) == 3


def test_a_row_that_serves_one_run_only_is_walked_once(tmp_path: Path) -> None:
    journey = (
        "given: {card: {from: system, once: true, examples: [A, B]}}\nsteps: [{step: s, call: p GET /thing, with: {q: $card}}]"
    )
    with running(answer({}, 500)) as p:
        verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert [query(each)["q"] for each in p.asked] == ["A", "B"]


# Asked again until it holds


WITHIN = "steps: [{step: s, call: p GET /thing, within: TIME, needs: {state: [done]}, must: [n is at least 2]}]"


def test_a_call_is_asked_again_until_all_that_it_needs_holds(tmp_path: Path) -> None:
    turns = [
        answer({"state": "new", "n": 2}),
        answer({"state": "done", "n": 1}),
        answer(None, 404),
        answer({"state": "done", "n": 2}),
    ]
    with running(*turns) as p:
        found = verify(write(tmp_path, WITHIN.replace("TIME", "60s"), {"p": OPEN}), {"p": p})

    assert found.verdicts == {}
    assert len(p.asked) == len(turns) + 2


def test_a_call_that_does_not_hold_in_its_time_is_judged_by_its_last_answer(tmp_path: Path) -> None:
    with running(answer({"state": "new", "n": 2})) as p:
        found = verify(write(tmp_path, WITHIN.replace("TIME", "150ms"), {"p": OPEN}), {"p": p})

    assert found.verdicts == {"s/needs:state": "broken"}
    assert found.because("s/needs:state") == 'state is "new"; the journey understands "done"'
    assert len(p.asked) > 2


def test_a_call_that_holds_once_its_time_is_over_delays_and_the_journey_goes_on_with_it(tmp_path: Path) -> None:
    began = time.monotonic()
    journey = """
    steps:
      - {step: s, call: p GET /thing, within: 1s, needs: {state: [done]}, keep: {it: n}}
      - {step: next, call: p POST /thing, with: {body.n: $it}}
    """

    def reply(asked: Asked) -> bytes:
        return answer({"state": "done", "n": 2} if time.monotonic() - began > 1.4 else {"state": "new", "n": 1})

    with running(replying(reply)) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert found.verdicts == {"s/needs:state": "broken"}
    assert found["s/needs:state"].harm is Harm.DELAYED
    assert re.search(r'state is "new"; the journey understands "done"; 0\.\d+ s later it holds', found.because("s/needs:state"))
    assert p.asked[-1].body == b'{"n":2}'


def test_a_call_that_may_not_be_sent_is_not_asked_again(tmp_path: Path) -> None:
    with running(answer({"state": "new"})) as p:
        journey = "steps: [{step: s, call: p POST /thing, within: 10h}]"
        root = write(tmp_path, journey, {"p": OPEN}, partners={"p": f"environments: {{sandbox: {{url: '{p.url}'}}}}"})
        found = verify(root, environment="sandbox")

    assert "may: [read]" in found.because("s/answers")
    assert found.verdict("s/answers") == "inconclusive"
    assert p.asked == []


def test_a_partner_that_says_when_to_come_back_is_asked_then(tmp_path: Path) -> None:
    throttled = answer(None, 429, Retry_After="0")
    with running(throttled, throttled, answer({})) as p:
        found = verify(write(tmp_path, "steps: [{step: s, call: p GET /thing}]", {"p": OPEN}), {"p": p})
    assert found.verdicts == {}

    with running(answer(None, 429, Retry_After="3600")) as p:
        found = verify(write(tmp_path, "steps: [{step: s, call: p GET /thing}]", {"p": OPEN}), {"p": p})
    assert found.verdicts == {"s/answers": "inconclusive"}
    assert found.because("s/answers") == "it throttles us (429)"


# Fallbacks


FALLBACK = """
steps:
  - {step: live, call: p GET /thing, keep: {state: a}, fallback: planned}
  - {step: next, call: o GET /thing, with: {q: $state}}
fallbacks:
  - {step: planned, call: o POST /thing, safe: true, keep: {state: b}, needs: {b: text}}
"""


def test_a_fallback_is_taken_and_the_break_is_tolerated_and_said(tmp_path: Path) -> None:
    with running(answer({}, 500)) as p, running(answer({"b": "plan"})) as o:
        found = verify(write(tmp_path, FALLBACK, {"p": OPEN, "o": OPEN}), {"p": p, "o": o})

    assert found.verdict("live/answers") == "tolerated"
    assert found.because("live/answers") == "it answers 500 instead of a success; planned catches it"
    assert found.verdict("planned/needs:b") == "intact"
    assert {query(each)["q"] for each in o.asked if each.method == "GET"} == {"plan"}
    assert found.run.verdict is not Verdict.BROKEN


def test_a_fallback_that_is_not_needed_is_not_called(tmp_path: Path) -> None:
    with running(answer({"a": "live"})) as p, running(answer({"b": "plan"})) as o:
        found = verify(write(tmp_path, FALLBACK, {"p": OPEN, "o": OPEN}), {"p": p, "o": o})

    assert {each.method for each in o.asked} == {"GET"}
    assert "planned/needs:b" not in found.findings
    assert found.run.not_exercised["j/planned/needs:b"] == "no exchange shows it"


@pytest.mark.parametrize("status", [500, 404, 503])
def test_a_fallback_that_fails_as_well_tolerates_nothing(status: int, tmp_path: Path) -> None:
    with running(answer({}, 500)) as p, running(answer({}, status)) as o:
        found = verify(write(tmp_path, FALLBACK, {"p": OPEN, "o": OPEN}), {"p": p, "o": o})

    assert found.verdict("live/answers") == "broken"
    assert found.because("next/answers") == "waits for live"


def test_a_fallback_tolerates_only_what_broke_where_it_was_taken(tmp_path: Path) -> None:
    journey = FALLBACK.replace("keep: {state: a}", "needs: {a: text}, keep: {state: a}")
    turns = counting(answer({"a": 1}), answer({}, 500), answer({"a": 1}), answer({}, 500))
    with running(replying(lambda _: turns())) as p, running(answer({"b": "plan"})) as o:
        found = verify(write(tmp_path, journey, {"p": OPEN, "o": OPEN}), {"p": p, "o": o})

    assert (found.verdict("live/answers"), found.verdict("live/needs:a")) == ("tolerated", "broken")


# Around a step that works


def test_a_second_press_is_the_same_request_and_judged_by_what_comes_of_it(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: s, call: p POST /thing, with: {header.idempotency-key: $fresh-id, body.a: $now}, repeat-safe: true, keep: {it: id}}
    """
    known: dict[str, int] = {}

    def once(asked: Asked) -> bytes:
        return answer({"id": known.setdefault(asked.headers["idempotency-key"], len(known))})

    with running(replying(once)) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})
    assert found.verdicts == {}
    keys = [each.headers["idempotency-key"] for each in p.asked]
    assert keys[::2] == keys[1::2]
    assert len(set(keys)) == len(keys) // 2

    number = iter(range(100))
    with running(replying(lambda _: answer({"id": next(number)}))) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})
    assert found.verdicts == {"s/repeat-safe": "broken"}
    assert found.because("s/repeat-safe").startswith("the second press is answered with another id: 1; it was 0")


ASKS = """
given: {name: {from: customer, examples: [Ada]}, more: {from: customer, examples: [x]}, ours: {from: system, examples: [y]}}
steps: [{step: s, call: p METHOD /thing, with: {q: $name, r: $more, body.o: $ours}, asks-at-most: [q], safe: SAFE}]
"""


def test_the_least_request_has_what_may_be_asked_and_what_we_supply(tmp_path: Path) -> None:
    journey = ASKS.replace("METHOD", "GET").replace(", body.o: $ours", "").replace(", safe: SAFE", "")
    with running(replying(lambda asked: answer({}, 200 if "r" in query(asked) else 422))) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert {json.dumps(query(each)) for each in p.asked} == {'{"q": "Ada", "r": "x"}', '{"q": "Ada"}'}
    assert found.verdicts == {"s/asks-at-most": "broken"}
    assert found.because("s/asks-at-most") == "the least request is refused (422): it asks for more"


def test_the_least_request_is_sent_where_the_call_only_asks(tmp_path: Path) -> None:
    for safe, bodies in (("true", 2), ("false", 1)):
        with running(answer({})) as p:
            journey = ASKS.replace("METHOD", "POST").replace("SAFE", safe)
            found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})
        assert len({each.target for each in p.asked}) == bodies
        assert {each.body for each in p.asked} == {b'{"o":"y"}'}
        assert ("s/asks-at-most" in found.findings) == (safe == "true")


def test_an_error_is_brought_about_by_what_it_is_sent_with(tmp_path: Path) -> None:
    journey = (
        given(name="[Ada]")
        + """
steps:
  - step: s
    call: p GET /thing
    with: {q: $name, r: x}
    informs:
      - {when: nobody is there, with: {q: ZZZ}, status: 404, tells: {what: error.message}}
      - {when: it is full, status: 503}
"""
    )
    missing = answer({"error": {"message": "none"}}, 404)
    with running(replying(lambda asked: missing if query(asked)["q"] == "ZZZ" else answer({}))) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert found.verdicts == {}
    assert [query(each) for each in p.asked[:2]] == [{"q": "Ada", "r": "x"}, {"q": "ZZZ", "r": "x"}]
    assert found.run.not_exercised == {"j/s/informs:it-is-full": "no exchange shows it"}


# Setup and cleanup


PREPARED = """
given: {ref: {from: system, examples: [R1]}}
setup:
  - {step: there, state: a thing is there, params: {ref: $ref}}
  - {step: made, call: p POST /thing, with: {body.ref: $ref}, keep: {it: id}}
steps:
  - {step: s, call: p GET /thing, with: {q: $it}}
cleanup:
  - {step: gone, call: p POST /thing, with: {body.gone: $ref}}
"""


def test_states_are_set_up_by_a_hook_and_steps_in_order_with_cleanup_at_the_end(tmp_path: Path) -> None:
    states: list[tuple[str, object]] = []

    def set_up(name: str, params: Mapping[str, JSON]) -> bool:
        states.append((name, dict(params)))
        return True

    with running(answer({"id": "T1"})) as p:
        found = verify(write(tmp_path, PREPARED, {"p": OPEN}), {"p": p}, Hooks(set_up))

    assert found.verdicts == {}
    assert states[0] == ("a thing is there", {"ref": "R1"})
    assert len(states) == 3
    assert [(each.method, each.body or query(each)) for each in p.asked[:3]] == [
        ("POST", b'{"ref":"R1"}'),
        ("GET", {"q": "T1"}),
        ("POST", b'{"gone":"R1"}'),
    ]


def test_states_are_set_up_by_a_handler_as_pact_has_them_wherever_it_runs(tmp_path: Path) -> None:
    with running(answer({"id": "T1"})) as p, running(answer({})) as handler:
        states = {"p": f"{handler.url}/_states"}
        found = verify(write(tmp_path, PREPARED, {"p": OPEN}), {"p": p}, states=states)

    assert found.verdicts == {}, found.because("s/answers")
    assert body(handler.asked[0]) == {
        "state": "a thing is there", "params": {"ref": "R1"}, "action": "setup", "consumer": "cxcontracts",
    }  # fmt: skip
    assert {each.target for each in handler.asked} == {"/_states"}


def test_a_link_to_the_host_of_a_state_handler_is_followed_no_more_than_to_any_other(tmp_path: Path) -> None:
    journey = """
    setup: [{step: there, state: a thing is there}]
    steps:
      - {step: one, call: p GET /thing, keep: {next: url}}
      - {step: two, call: p GET $next}
    """
    with running(answer({})) as handler, running(answer({"url": f"{handler.url}/things/7"})) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p}, states={"p": f"{handler.url}/_states?of=p"})

    assert found.verdict("two/answers") == "inconclusive"
    assert "the estate names no" in found.because("two/answers")
    assert {(each.method, each.target) for each in handler.asked} == {("POST", "/_states?of=p")}


@pytest.mark.parametrize(
    ("hooks", "why"),
    [
        (Hooks(lambda name, params: False), "it could not be brought about"),
        (Hooks(), "nobody says where provider states are set up; name it with --states PARTNER=URL"),
    ],
)
def test_where_a_state_cannot_be_had_nothing_is_judged_and_all_is_cleaned_up(hooks: Hooks, why: str, tmp_path: Path) -> None:
    with running(answer({"id": "T1"})) as p:
        found = verify(write(tmp_path, PREPARED, {"p": OPEN}), {"p": p}, hooks)

    assert found.verdict("s/answers") == "inconclusive"
    assert found.because("s/answers") == f"the setup there failed: {why}"
    assert {each.body for each in p.asked} == {b'{"gone":"R1"}'}


BOOKED = """
given: {ref: {from: system, examples: [R1, R2]}}
steps:
  - {step: made, call: p POST /thing, with: {body.ref: $ref}, keep: {it: id}}
  - {step: seen, call: p GET /thing, with: {q: $it}}
cleanup:
  - {step: gone, call: p POST /thing, with: {body.gone: $it}}
"""


def test_what_a_walk_left_is_cleaned_up_beyond_the_budget_and_where_nothing_was_left_nothing_is_sent(tmp_path: Path) -> None:
    with running(answer({"id": "T1"})) as p:
        found = verify(write(tmp_path, BOOKED, {"p": OPEN}), {"p": p}, requests=1, workers=1)

    assert found.because("seen/answers") == "the budget of 1 requests is spent"
    assert [each.body for each in p.asked] == [b'{"ref":"R1"}', b'{"gone":"T1"}']


def test_what_a_walk_left_is_cleaned_up_after_the_runs_time(tmp_path: Path) -> None:
    with running(replying(lambda asked: answer({"id": "T1"}) if asked.method == "POST" else b"")) as p:
        found = verify(write(tmp_path, BOOKED, {"p": OPEN}), {"p": p}, seconds=1.0, workers=1)

    assert found.because("seen/answers") == "the run's time is up before the answer"
    assert [each.body for each in p.asked] == [b'{"ref":"R1"}', b"", b'{"gone":"T1"}']


def test_a_cleanup_keeps_to_the_limits_of_the_partner(tmp_path: Path) -> None:
    with running(answer({"id": "T1"})) as p:
        root = write(tmp_path, BOOKED, {"p": OPEN}, partners={"p": "limits: {requests: 2}"})
        verify(root, {"p": p}, requests=100, workers=1)

    assert [each.method for each in p.asked] == ["POST", "GET"]


def test_what_was_begun_is_cleaned_up_after_an_interrupt(tmp_path: Path) -> None:
    waiting = threading.Event()

    def reply(connection: socket.socket, asked: Asked) -> None:
        if asked.method == "POST":
            connection.sendall(answer({"id": "T1"}))
        else:
            waiting.set()
            connection.recv(1)

    with running(reply) as p:
        words = ["--estate", str(write(tmp_path, BOOKED, {"p": OPEN})), "verify", "--url", f"p={p.url}", "--timeout", "1h"]
        process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert waiting.wait(120)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)

    assert process.returncode == 143, errors
    assert [each.body for each in p.asked] == [b'{"ref":"R1"}', b"", b'{"gone":"T1"}']


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (answer({}, 500), "it answers 500"),
        (answer({}), "what it keeps is missing"),
        (answer({}, 503), "it says that it is down (503)"),
    ],
)
def test_a_setup_that_fails_makes_its_journey_inconclusive(made: bytes, why: str, tmp_path: Path) -> None:
    with running(replying(lambda asked: made if b"ref" in asked.body else answer({}))) as p:
        found = verify(write(tmp_path, PREPARED, {"p": OPEN}), {"p": p}, Hooks(lambda *_: True))

    assert found.verdicts == {"s/accepts:q": "inconclusive", "s/answers": "inconclusive"}
    assert found.because("s/answers") == f"the setup made failed: {why}"


def test_what_fails_is_cleaned_up_after(tmp_path: Path) -> None:
    with running(replying(lambda asked: answer({"id": "T1"}, 500 if asked.method == "GET" else 200))) as p:
        found = verify(write(tmp_path, PREPARED, {"p": OPEN}), {"p": p}, Hooks(lambda *_: True))

    assert found.verdict("s/answers") == "broken"
    assert sum(b"gone" in each.body for each in p.asked) == sum(each.method == "GET" for each in p.asked)


# Who asks


AUTH = "{url: 'URL', auth: {header: {X-Key: $env.P_KEY}}, identities: {member: {header: {X-Key: $env.M_KEY}}}}"


def test_a_step_asks_as_the_environment_as_somebody_or_as_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P_KEY", "shop-secret-1")
    monkeypatch.setenv("M_KEY", "member-secret-2")
    journey = """
    steps:
      - {step: one, call: p GET /thing, with: {q: one}}
      - {step: two, call: p GET /thing, with: {q: two}, as: member}
      - {step: three, call: p GET /thing, with: {q: three}, as: nobody}
    """
    with running(answer({})) as p:
        keys = f"environments: {{sandbox: {AUTH.replace('URL', p.url)}}}"
        found = verify(write(tmp_path, journey, {"p": OPEN}, partners={"p": keys}), environment="sandbox")

    assert found.verdicts == {}
    asked = {query(each)["q"]: each.headers.get("x-key") for each in p.asked}
    assert asked == {"one": "shop-secret-1", "two": "member-secret-2", "three": None}


def test_headers_of_a_hook_log_in_and_nobody_is_nobody(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: one, call: p GET /thing, keep: {next: url}}
      - {step: two, call: p GET $next}
      - {step: three, call: p GET /thing, as: nobody, with: {q: three}}
    """
    hooks = Hooks(headers=lambda partner, identity: {"X-Key": f"{partner}-secret-1"})
    with running(answer({"url": "/things/1"})) as p:
        verify(write(tmp_path, journey, {"p": OPEN}), {"p": p}, hooks)

    keys = {each.target: each.headers.get("x-key") for each in p.asked}
    assert keys == {"/thing": "p-secret-1", "/things/1": "p-secret-1", "/thing?q=three": None}


def test_an_identity_that_is_not_there_is_said_and_nothing_is_sent(tmp_path: Path) -> None:
    keys = "environments: {sandbox: {url: 'https://p.example', identities: {member: {bearer: $env.M_KEY}}}}"
    with running(answer({})) as p:
        root = write(tmp_path, "steps: [{step: s, call: p GET /thing, as: member}]", {"p": OPEN}, partners={"p": keys})
        found = verify(root, {"p": p})

    assert found.verdict("s/answers") == "inconclusive"
    assert "member" in found.because("s/answers")
    assert p.asked == []


# Links


LINKS = "steps:\n  - {step: one, call: p GET /thing, keep: {next: url}}\n  - {step: two, call: p GET $next, with: {query.r: x}}"
LINKED = contract(OPEN.partition("paths:\n")[2] + NAMED.partition("paths:\n")[2])


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("/things/7?a=b", "/things/7?a=b&r=x"),
        ("things/7", "/things/7?r=x"),
        ("URL/things/7", "/things/7?r=x"),
        ("//HOST/things/K%C3%B6ln", "/things/K%C3%B6ln?r=x"),
    ],
)
def test_a_kept_address_is_followed_within_the_origin(link: str, target: str, tmp_path: Path) -> None:
    with running(replying(lambda _: answer({"url": kept}))) as p:
        kept = link.replace("URL", p.url).replace("HOST", p.url.removeprefix("http://"))
        found = verify(write(tmp_path, LINKS, {"p": LINKED}), {"p": p})

    assert found.verdicts == {}
    assert {each.target for each in p.asked} == {"/thing", target}


FOLLOWED = "steps:\n  - {step: one, call: p GET /thing, keep: {next: url}}\n  - {step: two, call: p GET $next, with: {SENDS}}"


@pytest.mark.parametrize(
    ("link", "sends", "target"),
    [
        ("/things/{id}", "id: K/7", "/things/K%2F7"),
        ("/things/{id}", "path.id: Köln", "/things/K%C3%B6ln"),
        ("/things/7{?q,r}", "q: x", "/things/7?q=x"),
        ("/things/7{?q,r}", "query.q: x, query.r: true", "/things/7?q=x&r=true"),
        ("/things/7?a=b{&q}", "q: x", "/things/7?a=b&q=x"),
        ("/things/7{?tags*}", "tags: [a, b]", "/things/7?tags=a&tags=b"),
        ("/things/{part:3}", "part: abcdef", "/things/abc"),
        ("/things/7{?page}", "page: 2, query.r: x", "/things/7?page=2&r=x"),
        ("/things{/more,last}", "more: a", "/things/a"),
        ("{+where}/7", "where: /things", "/things/7"),
    ],
)
def test_a_kept_address_has_places_for_what_is_sent(link: str, sends: str, target: str, tmp_path: Path) -> None:
    journey = FOLLOWED.replace("SENDS", sends)
    with running(answer({"url": link})) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert found.verdicts == {}
    assert {each.target for each in p.asked} == {"/thing", target}


@pytest.mark.parametrize(
    ("link", "sends", "because"),
    [
        ("/things/7", "q: x", "the address that it follows has no place for q; say where it goes: query.q or header.q"),
        (
            "/things/7",
            "path.id: x",
            "the address that it follows has no place for path.id; say where it goes: query.id or header.id",
        ),
        ("/things/{id}", "query.q: x", "the address that it follows has a place for id, which nothing fills"),
        ("/things/{id:x}", "id: x", "the address that it follows is no URI template (RFC 6570): /things/{id:x}"),
    ],
)
def test_what_has_no_place_in_a_kept_address_is_said_and_not_left_out(
    link: str, sends: str, because: str, tmp_path: Path
) -> None:
    journey = FOLLOWED.replace("SENDS", sends)
    with running(answer({"url": link})) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert (found.verdict("two/answers"), found.because("two/answers")) == ("inconclusive", because)
    assert {each.target for each in p.asked} == {"/thing"}


def test_what_a_followed_call_sends_goes_where_the_contract_says(tmp_path: Path) -> None:
    record = contract(
        """
        /thing:
          get:
            responses:
              '200':
                description: ok
                content:
                  application/json:
                    schema: {type: object, properties: {url: {type: string, example: "/things/7{?q}"}}}
        /things/{id}:
          parameters: [{name: id, in: path, required: true, schema: {type: string}}]
          get:
            parameters:
              - {name: tags, in: query, schema: {type: array, items: {type: string}}, explode: false}
              - {name: x-note, in: header, schema: {type: string}}
            responses: {'200': {description: ok}}
        """
    )
    journey = FOLLOWED.replace("SENDS", "tags: [a, b], x-note: hello, query.q: x")
    with running(answer({"url": "/things/8{?q}"})) as p:
        found = verify(write(tmp_path, journey, {"p": record}), {"p": p})

    assert found.verdicts == {}
    (asked,) = {(each.target, each.headers["x-note"]) for each in p.asked if each.target != "/thing"}
    assert asked == ("/things/8?q=x&tags=a,b", "hello")


def test_values_in_a_kept_address_lead_to_nobody_else(tmp_path: Path) -> None:
    with running(answer({})) as other, running(answer({"url": "{+where}/things/7"})) as p:
        journey = FOLLOWED.replace("SENDS", f"where: '{other.url}'")
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert found.verdict("two/answers") == "inconclusive"
    assert "the estate names no" in found.because("two/answers")
    assert other.asked == []


def test_a_kept_address_of_somebody_else_is_not_followed(tmp_path: Path) -> None:
    with running(answer({})) as other, running(replying(lambda _: answer({"url": f"{other.url}/things/7"}))) as p:
        found = verify(write(tmp_path, LINKS, {"p": LINKED}), {"p": p})

    assert found.verdict("two/answers") == "inconclusive"
    assert "the estate names no" in found.because("two/answers")
    assert other.asked == []


# Partners that do not run here


PLAYED = """
steps:
  - {step: one, call: o GET /thing, keep: {it: a}}
  - {step: two, call: p GET /thing, with: {q: $it}}
"""
PLAYER = answers("{a: {type: string, enum: [FROM-CONTRACT]}}", "[a]")


def test_a_partner_that_does_not_run_is_played_from_its_contract(tmp_path: Path) -> None:
    with running(answer({})) as p:
        found = verify(write(tmp_path, PLAYED, {"p": OPEN, "o": PLAYER}), {"p": p})

    assert {query(each)["q"] for each in p.asked} == {"FROM-CONTRACT"}
    assert found.verdicts == {}
    assert "one/answers" not in found.findings


def test_a_value_that_was_made_up_and_is_refused_is_nobodys_fault_and_one_is_asked_for(tmp_path: Path) -> None:
    with running(replying(lambda asked: answer({}, 200 if query(asked)["q"] == "REAL" else 404))) as p:
        root = write(tmp_path, PLAYED, {"p": OPEN, "o": PLAYER})
        found = verify(root, {"p": p})
        assert found.verdict("two/answers") == "inconclusive"
        assert found.because("two/answers") == "it was made up from a contract; give one that is there: --given it=…"

        assert verify(root, {"p": p}, givens={"it": "REAL"}).verdicts == {}
        assert verify(root, {"p": p}, givens={"it": "UNREAL"}).verdict("two/answers") == "broken"


def test_a_call_that_another_partner_makes_is_not_made_by_us(tmp_path: Path) -> None:
    journey = "steps:\n  - {step: one, call: p GET /thing}\n  - {step: two, call: p GET /thing, by: o, with: {q: text}}"
    journey += "\n  - {step: three, call: o GET /thing}"
    with running(answer({})) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN, "o": OPEN}), {"p": p})

    assert {each.target for each in p.asked} == {"/thing"}
    assert found.run.not_exercised["j/two/answers"] == "o makes this call; a recording of it shows whether it holds"


def test_a_break_after_a_change_that_was_only_played_says_so(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: pay, call: o POST /thing}
      - {step: read, call: o GET /thing}
      - {step: see, call: p GET /thing, needs: {state: [paid]}}
    """
    promised = "p answers as its contract allows; the contract does not promise what the journey needs"
    with running(answer({"state": "open"})) as p, running(answer({})) as o:
        root = write(tmp_path, journey, {"p": OPEN, "o": OPEN})
        alone, together = verify(root, {"p": p}), verify(root, {"p": p, "o": o})

    told = [each["see/needs:state"].attribution for each in (alone, together)]
    assert [each and each.because for each in told] == [
        f"{promised}; pay was only played, as o did not run: it may be waiting for what that would have changed",
        promised,
    ]


# Chance, and what happens at the same time


def test_what_fails_once_and_then_holds_is_flaky_and_broken(tmp_path: Path) -> None:
    with running(answer({"a": 1}), answer({"a": "x"})) as p:
        found = verify(write(tmp_path, "steps: [{step: s, call: p GET /thing, needs: {a: text}}]", {"p": OPEN}), {"p": p})

    assert (found.verdict("s/needs:a"), found["s/needs:a"].flaky) == ("broken", "1/4")
    assert len(p.asked) == 4


def test_what_fails_in_a_later_walk_is_found_as_well(tmp_path: Path) -> None:
    turns = [answer({"a": "x"}), answer({"a": "x"}), answer({"a": 1}), answer({"a": "x"})]
    with running(*turns) as p:
        found = verify(write(tmp_path, "steps: [{step: s, call: p GET /thing, needs: {a: text}}]", {"p": OPEN}), {"p": p})

    assert (found.verdict("s/needs:a"), found["s/needs:a"].flaky) == ("broken", "1/6")


def test_what_fails_twice_is_confirmed_and_not_asked_for_any_more(tmp_path: Path) -> None:
    with running(answer({"a": 1})) as p:
        found = verify(write(tmp_path, "steps: [{step: s, call: p GET /thing, needs: {a: text}}]", {"p": OPEN}), {"p": p})

    assert (found["s/needs:a"].flaky, found["s/needs:a"].confirmed) == ("", True)
    assert len(p.asked) == 2


@pytest.mark.parametrize(("step", "times"), [("", 1), (", repeat-safe: true", 2)])
def test_what_changes_something_is_tried_again_under_repeat_safe_alone(step: str, times: int, tmp_path: Path) -> None:
    with running(answer({"a": 1}, 500)) as p:
        found = verify(write(tmp_path, f"steps: [{{step: s, call: p POST /thing{step}}}]", {"p": OPEN}), {"p": p})

    assert len(p.asked) == times
    assert found["s/answers"].confirmed == (times > 1)


def test_what_one_row_shows_is_not_called_chance_for_another_row_that_holds(tmp_path: Path) -> None:
    journey = given(name="[A, B]") + "\nsteps: [{step: s, call: p GET /thing, with: {q: $name}, needs: {a: text}}]"
    with running(replying(lambda asked: answer({"a": "x" if query(asked)["q"] == "A" else 1}))) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert (found.verdict("s/needs:a"), found["s/needs:a"].flaky, found["s/needs:a"].confirmed) == ("broken", "", True)


@pytest.mark.parametrize(("second", "flaky", "confirmed"), [({"a": 1}, "", True), ({"a": "x"}, "1/2", False)])
def test_where_a_journey_changes_something_what_only_asks_is_asked_again_before_that(
    second: JSON, flaky: str, confirmed: bool, tmp_path: Path
) -> None:
    journey = "steps: [{step: s, call: p GET /thing, needs: {a: text}}, {step: t, call: p POST /thing}]"
    with running(answer({"a": 1}), answer(second)) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})

    assert [each.method for each in p.asked] == ["GET", "GET", "POST"]
    assert (found.verdict("s/needs:a"), found["s/needs:a"].flaky, found["s/needs:a"].confirmed) == ("broken", flaky, confirmed)


def test_customers_are_recognised_in_each_row(tmp_path: Path) -> None:
    journey = (
        given(name="[A, B]")
        + """
steps:
  - {step: one, call: p GET /thing, with: {q: $name}}
recognises: {me: [{at: one, field: who}, {is: $name}]}
"""
    )
    with running(answer({"who": "A"})) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})
    assert found.because("/recognises:me") == 'as $name it is "B"; at one it is "A"'

    with running(replying(lambda asked: answer({"who": query(asked)["q"]}))) as p:
        found = verify(write(tmp_path, journey, {"p": OPEN}), {"p": p})
    assert found.verdicts == {}


CONSISTENT = """
steps:
  - {step: one, call: p GET /thing}
  - {step: two, call: o GET /thing}
consistent: {state: {within: WITHIN, says: [{at: one, field: a}, {at: two, field: a}]}}
"""


def test_the_same_answer_everywhere_is_waited_for_until_its_time_is_up(tmp_path: Path) -> None:
    turns = counting(answer({"a": "old"}), answer({"a": "old"}), answer({"a": "new"}))
    with running(answer({"a": "new"})) as p, running(replying(lambda _: turns())) as o:
        found = verify(write(tmp_path, CONSISTENT.replace("WITHIN", "60s"), {"p": OPEN, "o": OPEN}), {"p": p, "o": o})
    assert found.verdicts == {}

    with running(answer({"a": "new"})) as p, running(answer({"a": "old"})) as o:
        found = verify(write(tmp_path, CONSISTENT.replace("WITHIN", "100ms"), {"p": OPEN, "o": OPEN}), {"p": p, "o": o})
    assert found.verdicts == {"/consistent:state": "broken"}
    assert found.because("/consistent:state") == 'at two it is "old"; at one it is "new"'


def test_a_call_by_its_operation_id_is_asked_again_as_one_by_its_path_is(tmp_path: Path) -> None:
    journey = "steps: [{step: s, call: p getThing, with: {id: x}, within: 30s, needs: {a: text}}]"
    said = counting(answer({"a": 1}), answer({"a": "x"}))
    with running(replying(lambda _: said())) as p:
        found = verify(write(tmp_path, journey, {"p": THINGS}), {"p": p})

    assert found.verdicts == {}
    assert len(p.asked) == 1 + 3


@pytest.mark.parametrize(
    ("call", "alone"),
    [
        ("p POST /thing, with: {body.ref: $ref}", True),
        ("'p PUT /things/{id}', with: {id: mine, body.a: b}", True),
        ("p replaceThing, with: {id: mine, body.a: b}", True),
        ("'p POST /things/{id}', with: {id: mine, body.a: b}", False),
        ("'p GET /things/{id}', with: {id: mine}", False),
    ],
)
def test_walks_that_meet_at_one_thing_take_turns_where_one_writes(call: str, alone: bool, tmp_path: Path) -> None:
    givens = given(ref="[R1]") if "$ref" in call else ""
    root = write(tmp_path, f"{givens}steps: [{{step: s, call: {call}}}]", {"p": OPEN if "$ref" in call else THINGS})
    text = (root / "journeys/j.yaml").read_text()
    for name in "kl":
        (root / f"journeys/{name}.yaml").write_text(text.replace("journey: j", f"journey: {name}"))
    counted, under_way, most = threading.Condition(), 0, 0

    def meeting(asked: Asked) -> bytes:
        nonlocal under_way, most
        with counted:
            under_way, most = under_way + 1, max(most, under_way + 1)
            counted.notify_all()
            counted.wait_for(lambda: most == 3, timeout=0.05 if alone else 30)
            under_way -= 1
        return answer({})

    with running(replying(meeting)) as p:
        verify(root, {"p": p})
    assert most == (1 if alone else 3)


# Nobody is blamed for what is not theirs


@pytest.mark.parametrize(("status", "why"), [(503, "it says that it is down (503)"), (401, "it refuses our login (401)")])
def test_a_partner_that_cannot_be_judged_is_not(status: int, why: str, tmp_path: Path) -> None:
    with running(answer({}, status)) as p:
        found = verify(write(tmp_path, "steps: [{step: s, call: p GET /thing, needs: {a: text}}]", {"p": OPEN}), {"p": p})

    assert found.verdicts == {"s/answers": "inconclusive", "s/needs:a": "inconclusive"}
    assert found.because("s/answers") == why


def test_a_partner_that_is_not_there_is_not_blamed(tmp_path: Path) -> None:
    urls = {"p": f"http://127.0.0.1:{closed_port()}"}
    found = verify(write(tmp_path, "steps: [{step: s, call: p GET /thing}]", {"p": OPEN}), urls=urls)
    assert found.verdicts == {"s/answers": "inconclusive"}
    assert found.run.exchanges == 0


def test_a_form_goes_out_in_parts_where_the_contract_asks_for_them(tmp_path: Path) -> None:
    record = OPEN.replace("requestBody: {content: {application/json:", "requestBody: {content: {multipart/form-data:")
    journey = "steps: [{step: s, call: p POST /thing, with: {body: {name: Núñez, tags: [a, b], 'o\"dd': {n: 1}, fine: true}}}]"
    with running(answer({})) as p:
        found = verify(write(tmp_path, journey, {"p": record}), {"p": p})

    assert found.verdicts == {}
    sent = p.asked[0]
    data = f"Content-Type: {sent.headers['content-type']}\r\n\r\n".encode() + sent.body
    parts = list(email.message_from_bytes(data, policy=email.policy.HTTP).iter_parts())
    names = [each.get_param("name", header="content-disposition") for each in parts]
    said = [(each.get_content_type(), each.get_payload(decode=True)) for each in parts]
    assert [(name, *each) for name, each in zip(names, said, strict=True)] == [
        ("name", "text/plain", "Núñez".encode()),
        ("tags", "text/plain", b"a"),
        ("tags", "text/plain", b"b"),
        ("o%22dd", "application/json", b'{"n":1}'),
        ("fine", "text/plain", b"true"),
    ]


@pytest.mark.parametrize(
    ("media", "body"), [("text/plain", "{a: 1}"), ("multipart/form-data", "[1]"), ("application/xml", "{a: 1}")]
)
def test_a_body_that_cannot_be_sent_is_said(media: str, body: str, tmp_path: Path) -> None:
    record = OPEN.replace("requestBody: {content: {application/json:", f"requestBody: {{content: {{{media}:")
    with running(answer({})) as p:
        journey = f"steps: [{{step: s, call: p POST /thing, with: {{body: {body}}}}}]"
        found = verify(write(tmp_path, journey, {"p": record}), {"p": p})

    assert found.verdict("s/answers") == "inconclusive"
    assert f"cannot be sent as {media}; write the body as a text" in found.because("s/answers")
    assert p.asked == []


def test_a_body_of_any_kind_is_sent_as_the_text_that_it_is(tmp_path: Path) -> None:
    record = OPEN.replace("requestBody: {content: {application/json:", "requestBody: {content: {application/xml:")
    with running(answer({})) as p:
        found = verify(write(tmp_path, "steps: [{step: s, call: p POST /thing, with: {body: <a/>}}]", {"p": record}), {"p": p})

    assert found.verdicts == {}
    assert {(each.headers["content-type"], each.body) for each in p.asked} == {("application/xml", b"<a/>")}


# A budget


def test_where_the_budget_is_spent_nothing_more_is_sent_and_nothing_is_green_by_it(tmp_path: Path) -> None:
    journey = "steps:\n  - {step: one, call: p GET /thing}\n  - {step: two, call: o GET /thing, within: 1h}"
    with running(answer({})) as p, running(answer({})) as o:
        found = verify(write(tmp_path, journey, {"p": OPEN, "o": OPEN}), {"p": p, "o": o}, requests=1)

    assert (len(p.asked), len(o.asked)) == (1, 0)
    assert found.verdict("two/answers") == "inconclusive"
    assert found.because("two/answers") == "the budget of 1 requests is spent"
    assert found.run.verdict is Verdict.INCONCLUSIVE


def test_where_the_time_is_spent_nothing_more_is_sent(tmp_path: Path) -> None:
    with running(answer({})) as p:
        found = verify(write(tmp_path, "steps: [{step: s, call: p GET /thing}]", {"p": OPEN}), {"p": p}, seconds=0.0)

    assert p.asked == []
    assert found.verdicts == {"s/answers": "inconclusive"}
