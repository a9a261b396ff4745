"""Steps that wait for an event: the message is promised, we know it as ours, and it says what the journey needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.errors import ContractError, EstateError, UsageError
from cxcontracts.opening import open_estate
from cxcontracts.reports.sentences import facts
from cxcontracts.reports.text import render
from tests.estates_made import Judged, answers, impact, judged, opened, write

JOURNEY = """
steps:
  - {step: ask, call: p GET /thing, keep: {me: id}}
  - step: told
    event: n train.late
    after: ask
    within: 5m
    match: {data.who: $me}
    needs: {data.status: [L, G], data.text: text}
    may-have: {data.delay: integer}
    must: [data.text mentions $me]
"""
P = answers("{id: {type: string, pattern: '^C[0-9]{4}$'}}", "[id]")
DATA = "who: {type: string}, status: {enum: [L, G]}, text: {type: string}, delay: {type: integer}"
REQUIRED = "who, status, text"


def data(members: str = DATA, required: str = REQUIRED) -> str:
    """Return the schema of an event's envelope."""
    inside = f"{{type: object, required: [{required}], properties: {{{members}}}}}"
    return f"{{type: object, required: [data], properties: {{type: {{const: train.late}}, data: {inside}}}}}"


def three(payload: str, name: str = "train.late") -> str:
    return f"""
asyncapi: 3.0.0
info: {{title: n, version: 1.0.0}}
channels: {{trains: {{address: trains, messages: {{{name}: {{payload: {payload}}}}}}}}}
operations: {{tell: {{action: send, channel: {{$ref: '#/channels/trains'}}}}}}
"""


def two(payload: str, name: str = "train.late") -> str:
    return f"""
asyncapi: 2.6.0
info: {{title: n, version: 1.0.0}}
channels: {{trains: {{subscribe: {{message: {{name: {name}, payload: {payload}}}}}}}}}
"""


def webhook(payload: str, name: str = "train.late") -> str:
    body = f"requestBody: {{content: {{application/json: {{schema: {payload}}}}}}}"
    return f"openapi: 3.1.0\ninfo: {{title: n, version: 1.0.0}}\nwebhooks: {{{name}: {{post: {{{body}}}}}}}\n"


FORMS = [three, two, webhook]


def estate(folder: Path, events: str) -> Path:
    if events.startswith("openapi"):
        return write(folder, JOURNEY, {"p": P, "n": events})
    return write(folder, JOURNEY, {"p": P}, events={"n": events})


def checked(folder: Path, events: str) -> Judged:
    return judged(opened(estate(folder, events)).check())


@pytest.mark.parametrize("form", FORMS)
def test_an_event_is_judged_as_an_answer_is_wherever_it_is_written(form: type, tmp_path: Path) -> None:
    found = checked(tmp_path, form(data()))

    asked = ["event", "needs:data.status", "needs:data.text", "may-have:data.delay", "must:data.text mentions $me"]
    assert [name for name in found.findings if name.startswith("told/")] == [f"told/{name}" for name in asked]
    assert set(found.verdicts.values()) == set()
    assert (found["told/event"].partner, str(found["told/event"].harm)) == ("n", "uninformed")
    assert found["told/event"].operation in ("event train.late", "webhook train.late")


def test_a_message_that_comes_short_leaves_customers_uninformed_unless_its_author_says_otherwise(tmp_path: Path) -> None:
    journey = JOURNEY.replace("data.text: text", "data.text: {type: string, harm: misled}").replace(
        "me: id}}", "me: id}, needs: {id: text}}"
    )
    path = write(tmp_path, f"{journey}    keep: {{when: data.delay}}\n", {"p": P}, events={"n": three(data())})

    harms = {name: str(each.harm) for name, each in judged(opened(path).check()).findings.items() if each.kind != "answers"}

    assert harms == {
        "ask/needs:id": "blocked",
        "ask/keep:me": "blocked",
        "told/event": "uninformed",
        "told/needs:data.status": "uninformed",
        "told/needs:data.text": "misled",
        "told/may-have:data.delay": "uninformed",
        "told/must:data.text mentions $me": "misled",
        "told/keep:when": "blocked",
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("members", "required", "broken", "because"),
    [
        (
            DATA.replace("[L, G]", "[L, G, R]"),
            REQUIRED,
            "needs:data.status",
            'data.status may now be "R"; the journey understands "L" or "G"',
        ),
        (DATA, "who, status", "needs:data.text", "data.text may now be missing; the journey needs it"),
        (
            DATA,
            "status, text",
            "event",
            "nobody can tell any more for whom the {} train.late is: data.who may now be missing; the journey needs it",
        ),
        (
            DATA.replace("who: {type: string}", "who: {type: [string, 'null']}"),
            REQUIRED,
            "event",
            "nobody can tell any more for whom the {} train.late is: data.who may now be null; the journey needs a value",
        ),
        (
            DATA.replace("who: {type: string}", "who: {type: integer}"),
            REQUIRED,
            "event",
            "data.who can never be what the journey waits for, text like C[0-9]{{4}}, any more",
        ),
    ],
)
def test_what_an_event_no_longer_says_breaks_the_step_and_a_delivery_shows_it(
    form: type, members: str, required: str, broken: str, because: str, tmp_path: Path
) -> None:
    found = impact(estate(tmp_path, form(data())), n=form(data(members, required)))

    assert found.broken == [f"told/{broken}"]
    assert found.because(f"told/{broken}") == because.format("webhook" if form is webhook else "event")
    witness = found[f"told/{broken}"].witness
    assert witness is not None
    assert (witness.request.method, witness.request.path, witness.response.status) == ("POST", "/train.late", 200)
    assert set(witness.request.body) >= {"data"}


@pytest.mark.parametrize("form", FORMS)
def test_an_event_that_is_gone_is_one_finding_and_what_needed_it_names_it_as_cause(form: type, tmp_path: Path) -> None:
    found = impact(estate(tmp_path, form(data())), n=form(data().replace("train.late", "train.early"), "train.early"))

    assert found.broken == ["told/event"]
    assert {found[f"told/{name}"].cause for name in ("needs:data.status", "must:data.text mentions $me")} == {"j/told/event"}
    assert found.because("told/event").endswith("train.late is gone, so nobody tells the customer any more")
    witness = found["told/event"].witness
    assert witness is not None
    assert (witness.request.path, witness.response.status, witness.response.assumed) == ("/train.late", 404, True)


def test_what_differs_in_an_event_is_listed_with_whom_it_hits(tmp_path: Path) -> None:
    found = impact(estate(tmp_path, three(data())), n=three(data(DATA.replace("[L, G]", "[L, G, R]") + ", more: {}")))

    changes = {change.element: change.felt_by for change in found.run.partners[0].changes}
    assert changes["event train.late payload application/json data.status"] == ("j/told/needs:data.status",)
    assert changes["event train.late payload application/json data.more"] == ()


@pytest.mark.parametrize("name", ["late", "TrainLate", "rail.late.v1", "sayLate"])
def test_an_event_goes_by_its_keys_its_operation_and_the_type_of_its_envelope(name: str, tmp_path: Path) -> None:
    events = """
asyncapi: 3.1.0
info: {title: n, version: 1.0.0}
channels: {trains: {address: trains, messages: {late: {$ref: '#/components/messages/TrainLate'}}}}
operations: {sayLate: {action: send, channel: {$ref: '#/channels/trains'}, messages: [{$ref: '#/channels/trains/messages/late'}]}}
components:
  messages:
    TrainLate: {payload: {type: object, required: [type], properties: {type: {const: rail.late.v1}}}}
"""
    journey = f"steps: [{{step: told, event: n {name}}}]"

    assert judged(opened(write(tmp_path, journey, {}, events={"n": events})).check()).verdict("told/event") == "intact"


def test_an_event_whose_attributes_travel_as_headers_is_read_as_its_envelope(tmp_path: Path) -> None:
    named = "ce_id: {type: string}, ce_type: {const: train.late}, ce_time: {type: string, format: date-time}"
    headers = f"{{type: object, required: [ce_id, ce_type], properties: {{{named}}}}}"
    inside = f"{{type: object, required: [{REQUIRED}], properties: {{{DATA}}}}}"
    events = three(f"{inside}, headers: {headers}")

    assert checked(tmp_path, events).verdicts == {}


def test_headers_of_an_event_are_needed_and_compared(tmp_path: Path) -> None:
    journey = "steps: [{step: told, event: n train.late, needs: {header.X-Trace: text}}]"
    events = three(data()).replace(
        "{payload: ", "{headers: {type: object, required: [X-Trace], properties: {X-Trace: {type: string}}}, payload: "
    )

    found = impact(write(tmp_path, journey, {}, events={"n": events}), n=events.replace("required: [X-Trace], ", ""))

    assert found.broken == ["told/needs:header.X-Trace"]
    assert [change.element for change in found.run.partners[0].changes] == ["event train.late header.X-Trace"]


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ("X-Trace: {type: string}", "X-TRACE: {type: integer}", "header.X-Trace"),
        ("X-Trace: {type: string}", "X-Trace: {type: string}, Sent-At: {type: string}", "header.Sent-At"),
        ("Via: {properties: {X-Hop: {type: string}}}", "Via: {properties: {X-Hop: {type: integer}}}", "header.Via.X-Hop"),
    ],
)
def test_an_element_has_a_header_as_the_document_spells_it(tmp_path: Path, old: str, new: str, element: str) -> None:
    headers = "{type: object, properties: {X-Trace: {type: string}, Via: {properties: {X-Hop: {type: string}}}}}"
    events = three(data()).replace("{payload: ", f"{{headers: {headers}, payload: ")

    found = impact(estate(tmp_path, events), n=events.replace(old, new))

    assert {change.element for change in found.run.partners[0].changes} == {f"event train.late {element}"}


@pytest.mark.parametrize("form", FORMS)
def test_the_witness_of_an_event_is_told_as_the_delivery_of_a_message(form: type, tmp_path: Path) -> None:
    found = impact(estate(tmp_path, form(data())), n=form(data(DATA, "who, status")))

    (broken,) = [each for each in found.run.findings if each.id == "j/told/needs:data.text"]
    told = facts(broken, 200)
    assert told["delivery"].startswith('train.late {"data": {"who": "text", ')
    assert {"request", "response"} & set(told) == set()
    assert broken.witness is not None
    assert set(broken.witness.as_json()) == {"request", "response"}
    assert broken.witness.as_json()["request"]["path"] == "/train.late"
    assert "POST" not in render(found.run, colour=False)


def test_an_event_of_another_type_than_its_name_is_told_with_both(tmp_path: Path) -> None:
    journey = JOURNEY.replace("train.late", "late")
    before, after = (three(data(DATA, required), "late") for required in (REQUIRED, "who, status"))

    found = impact(write(tmp_path, journey, {"p": P}, events={"n": before}), n=after)

    (broken,) = [each for each in found.run.findings if each.id == "j/told/needs:data.text"]
    assert facts(broken, 200)["delivery"].startswith("late of type train.late {")


def test_an_event_that_is_gone_is_told_as_one_that_nobody_delivers(tmp_path: Path) -> None:
    found = impact(estate(tmp_path, three(data())), n=three(data(), "other").replace("train.late", "other"))

    assert facts(found["told/event"], 200)["delivery"].endswith("(nobody delivers it any more)")


def test_what_a_later_call_sends_of_an_event_is_told_as_a_call(tmp_path: Path) -> None:
    later = "  - {step: tell, call: p GET /thing, with: {header.X-Note: $note}}\n"
    taken = P.replace("get:", "get:\n      parameters: [{name: X-Note, in: header, schema: {type: string, maxLength: 9}}]")
    before, after = (
        three(data(DATA.replace("text: {type: string}", f"text: {{type: string, maxLength: {most}}}"))) for most in (9, 10)
    )
    root = write(tmp_path, f"{JOURNEY}    keep: {{note: data.text}}\n{later}", {"p": taken}, events={"n": before})

    found = impact(root, n=after)

    assert found.broken == ["told/keep:note"]
    assert facts(found["told/keep:note"], 200)["request"].startswith("GET /thing X-Note: ")


def test_what_cannot_be_read_is_unproven(tmp_path: Path) -> None:
    events = three("{schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {type: record}}")

    found = checked(tmp_path, events)

    assert found.verdict("told/needs:data.text") == "unproven"
    assert "application/vnd.apache.avro is not JSON and nothing reads it" in found.because("told/needs:data.text")


def test_a_candidate_of_the_events_leaves_the_calls_as_they_are(tmp_path: Path) -> None:
    ask, told = "step: ask, call: n GET /thing, needs: {id: text}", "step: told, event: n train.late, needs: {data.text: text}"
    journey = f"steps:\n  - {{{ask}}}\n  - {{{told}}}\n"
    root = write(tmp_path, journey, {"n": P}, events={"n": three(data())})

    by_events = impact(root, n=three(data(DATA, "who, status")))
    assert (by_events.broken, by_events.verdict("ask/needs:id")) == (["told/needs:data.text"], "intact")
    assert by_events.run.partners[0].record.file == "asyncapi.yaml"

    root = write(tmp_path, journey, {"n": P}, events={"n": three(data())})
    by_calls = impact(root, n=answers("{id: {type: string}}"))
    assert (by_calls.broken, by_calls.verdict("told/needs:data.text")) == (["ask/needs:id"], "intact")
    assert by_calls.run.partners[0].record.file == "openapi.yaml"


def test_calls_and_events_may_be_released_together(tmp_path: Path) -> None:
    ask, told = (
        "step: ask, call: n GET /thing, keep: {me: id}",
        "step: told, event: n train.late, after: ask, match: {data.who: $me}",
    )
    record = three(data(DATA.replace("who: {type: string}", "who: {type: string, maxLength: 5}")))
    root = write(tmp_path, f"steps:\n  - {{{ask}}}\n  - {{{told}}}\n", {"n": P}, events={"n": record})
    released = {"openapi-2.yaml": P.replace("{4}", "{5}"), "events-2.yaml": record.replace("maxLength: 5", "maxLength: 6")}
    for name, text in released.items():
        (root / name).write_text(text, encoding="utf-8")

    def found(*names: str) -> Judged:
        return judged(open_estate(root, {"n": [root / name for name in names]}).impact())

    assert found("openapi-2.yaml").broken == ["told/event"]
    assert found("openapi-2.yaml", "events-2.yaml").verdicts == {}
    version = found("events-2.yaml", "openapi-2.yaml").run.partners[0].candidate
    assert version is not None
    assert version.file == "events-2.yaml and openapi-2.yaml"
    with pytest.raises(UsageError, match="partner 'n' has two candidates for its events; keep one"):
        found("events-2.yaml", "partners/n/asyncapi.yaml")


@pytest.mark.parametrize(
    ("name", "events", "message"),
    [
        ("train.lte", three(data()), "event 'train.lte' is not in n's contract; did you mean 'train.late'?"),
        ("train.late", three(data()).replace("action: send", "action: receive"), "n takes 'train.late', and does not send it"),
    ],
)
def test_an_event_that_the_partner_does_not_send_is_told_with_the_nearest(
    name: str, events: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(EstateError) as raised:
        opened(write(tmp_path, f"steps: [{{step: told, event: n {name}}}]", {}, events={"n": events})).check()

    assert message in str(raised.value)


def test_what_an_event_hands_on_is_sent_on(tmp_path: Path) -> None:
    journey = """
steps:
  - {step: told, event: n train.late, keep: {who: data.who}}
  - {step: ask, call: p GET /thing, with: {header.X-Who: $who}}
"""
    taking = P.replace(
        "responses:", "parameters: [{name: X-Who, in: header, schema: {type: string, maxLength: 8}}]\n    responses:"
    )
    eight = DATA.replace("who: {type: string}", "who: {type: string, maxLength: 8}")
    root = write(tmp_path, journey, {"p": taking}, events={"n": three(data(eight))})

    found = impact(root, n=three(data(DATA)))

    assert found.broken == ["told/keep:who"]
    assert "which p does not take as X-Who at ask" in found.because("told/keep:who")
    witness = found["told/keep:who"].witness
    assert witness is not None
    assert (witness.request.method, witness.request.path, len(witness.request.headers["x-who"])) == ("GET", "/thing", 9)
    assert witness.response.status == 400


CALLBACK = """
openapi: 3.1.0
info: {title: n, version: 1.0.0}
paths:
  /watch:
    post:
      callbacks:
        train.late:
          '{$request.body#/url}': {post: {requestBody: {content: {application/json: {schema: PAYLOAD}}}}}
        train.early:
          '{$request.body#/url}': {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
      responses: {'200': {description: ok}}
"""


def test_a_callback_is_found_again_by_its_key_though_others_share_its_address(tmp_path: Path) -> None:
    record = CALLBACK.replace("PAYLOAD", data())

    assert impact(estate(tmp_path, record), n=record.replace("1.0.0", "1.0.1")).verdicts == {}

    gone = impact(estate(tmp_path, record), n=record.replace("train.late:", "train.delayed:"))
    assert gone.broken == ["told/event"]
    assert gone.because("told/event") == "callback train.late is gone, so nobody tells the customer any more"


def of_type(name: str, kind: str) -> str:
    return three(data().replace("const: train.late", f"const: {kind}"), name)


def test_an_event_of_another_type_is_gone_whatever_it_is_called(tmp_path: Path) -> None:
    found = impact(estate(tmp_path, of_type("train.late", "late.v1")), n=of_type("train.late", "late.v2"))

    assert found.broken == ["told/event"]
    because = 'event train.late now has the type "late.v2" instead of "late.v1", so nobody tells the customer any more'
    assert found.because("told/event") == because
    assert [change.rule for change in found.run.partners[0].changes] == ["event-removed", "event-added"]


def test_an_event_of_the_same_type_is_the_same_whatever_it_is_called(tmp_path: Path) -> None:
    found = impact(estate(tmp_path, of_type("train.late", "late.v1")), n=of_type("TrainIsLate", "late.v1"))

    assert (found.verdicts, found.run.partners[0].changes) == ({}, ())


@pytest.mark.parametrize("form", [three, two])
def test_an_event_that_is_sent_elsewhere_is_not_heard(form: type, tmp_path: Path) -> None:
    moved = form(data()).replace("address: trains", "address: delays").replace("{trains: {subscribe", "{delays: {subscribe")

    found = impact(estate(tmp_path, form(data())), n=moved)

    assert found.broken == ["told/event"]
    assert found.because("told/event") == (
        'event train.late is now sent to "delays", it was "trains"; who listens there hears nothing, '
        "so nobody tells the customer any more"
    )
    assert [change.rule for change in found.run.partners[0].changes] == ["event-address-changed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("lines/{line}", "lines/{id}"), ("trains", None), (None, "trains")],
    ids=["parameter", "left out", "said"],
)
def test_an_address_of_other_names_or_that_is_not_said_is_no_other_address(
    before: str | None, after: str | None, tmp_path: Path
) -> None:
    events = [
        three(data()).replace("address: trains, ", f"address: '{address}', " if address else "") for address in (before, after)
    ]

    found = impact(estate(tmp_path, events[0]), n=events[1])

    assert (found.broken, found.run.partners[0].changes) == ([], ())


def test_an_event_that_never_has_what_another_partner_hands_out_now_is_missed(tmp_path: Path) -> None:
    root = estate(tmp_path, three(data(DATA.replace("who: {type: string}", "who: {type: string, maxLength: 5}"))))

    found = impact(root, p=P.replace("{4}", "{5}"))

    assert found.broken == ["told/event"]
    assert found["told/event"].partner == "p"
    assert found.because("told/event") == ("data.who can never be what the journey waits for, text like C[0-9]{5}, any more")
    witness = found["told/event"].witness
    assert witness is not None
    assert (witness.request.method, witness.request.path) == ("POST", "/train.late")


def test_an_event_that_never_had_it_is_a_gap_and_nobodys_break(tmp_path: Path) -> None:
    root = estate(tmp_path, three(data(DATA.replace("who: {type: string}", "who: {type: string, maxLength: 4}"))))

    assert impact(root, p=P.replace("{4}", "{5}")).verdict("told/event") == "unpromised"


def test_a_document_of_a_version_that_is_not_read_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises((ContractError, EstateError)) as raised:
        checked(tmp_path, three(data()).replace("3.0.0", "4.0.0"))

    assert "asyncapi 4.0.0 is no version that is read; it must be 2.0 to 2.6, 3.0 or 3.1" in str(raised.value)
