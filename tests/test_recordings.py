"""Recorded traffic as walks: whose call each is, which step's, and which customer's."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.damage import Stroke, damaged
from cxcontracts.errors import RecordingError
from cxcontracts.estate.model import Journey
from cxcontracts.exchanges import JSON, NO_BODY, Raw, Request, Response
from cxcontracts.har import HAR_END, Recorded, har_entry, har_start, read_har
from cxcontracts.judging import Judge
from cxcontracts.opening import open_estate
from cxcontracts.recordings import Recordings, walks_of
from cxcontracts.recordings.marks import recorded
from cxcontracts.walks import Purpose, Sighting, Trouble, Walk
from tests.contracts_drawn import law
from tests.estates_made import TODAY, contract, opened, write
from tests.test_diff_mutations import STROKES
from tests.test_har import requests, responses, texts, values

AT = datetime(2027, 1, 15, 8, 30, tzinfo=UTC)

TICKETS = contract(
    """
    /bookings/{ref}:
      get:
        parameters:
          - {name: ref, in: path, required: true, schema: {type: string}}
          - {name: surname, in: query, schema: {type: string}}
          - {name: limit, in: query, schema: {type: integer}}
        responses: &any
          '200': {description: ok, content: {application/json: {schema: {type: object}}}}
    /refunds:
      post:
        requestBody: {content: {application/json: {schema: {properties: {ref: {}, amount: {type: integer}, kind: {}}}}}}
        responses: *any
    /status: {get: {responses: *any}}
    """,
    "servers: [{url: 'https://{env}.tickets.example/v1', variables: {env: {default: api}}}]",
)
TRAINS = contract(
    """
    /services/{id}:
      get:
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses: &any
          '200': {description: ok, content: {application/json: {schema: {type: object}}}}
    /services/{id}/late: {get: {parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: *any}}
    /services/next: {get: {responses: *any}}
    """
)
JOURNEY = """
given:
  ref: {from: customer, examples: [A1, B2]}
  surname: {from: customer, examples: [Ng, Okafor]}
  amount: {from: customer, type: integer, examples: [5]}
steps:
  - step: find
    call: tickets GET /bookings/{ref}
    with: {ref: $ref, surname: $surname, limit: 1}
    needs: {id: text}
    keep: {service: legs.0.service, link: links.self}
    informs:
      - {when: there is none, with: {ref: ZZ}, status: 404, tells: [what]}
      - {when: too many ask, status: 429, retry-after: 5s}
  - step: look
    call: trains GET /services/{id}
    with: {id: $service}
    needs: {status: text}
    informs:
      - {when: nobody knows it, with: {id: Z0}, status: 404}
    fallback: plan
  - step: refund
    call: tickets POST /refunds
    with: {body.ref: "ref-${ref}", body.amount: $amount, body.kind: full}
    needs: {id: text}
    repeat-safe: true
  - step: wait
    call: trains GET /services/{id}/late
    with: {id: $service}
    within: 1m
    needs: {late: boolean}
fallbacks:
  - step: plan
    call: tickets GET /status
    needs: {open: boolean}
"""
PARTNERS = {"trains": "environments: {live: {url: 'https://trains.example/api'}, test: {url: 'http://localhost:8080'}}"}
T, R = "https://api.tickets.example/v1", "https://trains.example/api"


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return made(tmp_path, JOURNEY)


def made(folder: Path, journey: str, **keys: Mapping[str, str]) -> Judge:
    root = write(folder, journey, {"tickets": TICKETS, "trains": TRAINS}, partners={**PARTNERS, **keys.get("partners", {})})
    return opened(root).judge


def call(
    url: str,
    body: JSON = NO_BODY,
    *,
    method: str = "GET",
    status: int = 200,
    sent: JSON = NO_BODY,
    why: str = "",
    headers: Mapping[str, str] | None = None,
) -> Recorded:
    """Return a call as it stands in anybody's recording."""
    base, _, rest = url.partition("://")[2].partition("/")
    path, _, query = rest.partition("?")
    pairs = tuple((name, text) for name, _, text in (pair.partition("=") for pair in query.split("&") if pair))
    response = Response(status, {"content-type": "application/json"}, body) if status else None
    origin = f"{url.partition('://')[0]}://{base}"
    return Recorded(Request(method, f"/{path}", pairs, headers or {}, sent, origin), response, AT, 0.1, why)


def find(ref: str, service: str, surname: str = "Ng", status: int = 200) -> Recorded:
    body = {"id": ref, "legs": [{"service": service}]}
    return call(f"{T}/bookings/{ref}?surname={surname}&limit=1", body, status=status)


def look(service: str, status: int = 200, why: str = "") -> Recorded:
    return call(f"{R}/services/{service}", {"status": "late"}, status=status, why=why)


def refund(ref: str, amount: int, key: str = "k") -> Recorded:
    sent = {"ref": f"ref-{ref}", "amount": amount, "kind": "full"}
    return call(f"{T}/refunds", {"id": "r"}, method="POST", sent=sent, headers={"idempotency-key": key})


def wait(service: str, late: bool = True) -> Recorded:
    return call(f"{R}/services/{service}/late", {"late": late})


def read(judge: Judge, *calls: Recorded, urls: Mapping[str, str] | None = None) -> Recordings:
    """Return what calls are, one a second, once they were written to a file and read from it."""
    timed = [replace(each, at=AT + timedelta(seconds=number)) for number, each in enumerate(calls)]
    entries = [json.loads(har_entry(each)) for each in timed]
    for entry, each in zip(entries, timed, strict=True):
        del entry["_cx"]
        if each.response is None:
            entry["response"]["_error"] = each.why
    data = har_start("browser", "1") + b",".join(json.dumps(entry).encode() for entry in entries) + HAR_END
    return walks_of(read_har(data), judge, urls)


def told(found: Recordings) -> list[str]:
    """Return each walk in a line: its steps, those that were made for another reason with that."""
    return [
        " ".join(f"{each.step}{'' if each.purpose is Purpose.STEP else f':{each.purpose}'}" for each in walk.sightings)
        for walk in found.walks
    ]


# --- whose step, and whose customer -------------------------------------------------------------------------------------------


def test_the_calls_of_one_customer_are_one_walk(judge: Judge) -> None:
    found = read(judge, find("A1", "S7"), look("S7"), refund("A1", 5), wait("S7"))

    (walk,) = found.walks
    assert told(found) == ["find look refund wait"]
    assert (walk.row, walk.attempt, found.unmatched, found.notes) == (0, 1, (), ())
    assert [dict(each.known) for each in walk.sightings] == [
        {"ref": "A1", "surname": "Ng"},
        {"ref": "A1", "surname": "Ng", "service": "S7"},
        {"ref": "A1", "surname": "Ng", "service": "S7", "amount": 5},
        {"ref": "A1", "surname": "Ng", "service": "S7", "amount": 5},
    ]
    assert walk.sightings[1].request == Request("GET", "/services/S7", base=R)
    assert [(each.trouble, each.why) for each in walk.sightings] == [(None, "")] * 4


def test_customers_at_the_same_time_are_told_apart_by_their_values(judge: Judge) -> None:
    first = [find("A1", "S1"), find("B2", "S2", "Okafor"), look("S2"), refund("A1", 5)]
    found = read(judge, *first, look("S1"), refund("B2", 7), wait("S2"), wait("S1"))

    assert told(found) == ["find refund look wait", "find look refund wait"]
    assert [(walk.row, walk.sightings[-1].known["service"]) for walk in found.walks] == [(0, "S1"), (1, "S2")]
    assert found.unmatched == ()


def test_a_value_that_nobody_handed_out_is_of_another_walk(judge: Judge) -> None:
    found = read(judge, find("A1", "S1"), look("S9"))

    assert told(found) == ["find", "look"]
    assert found.walks[1].sightings[0].known == {"service": "S9"}


def test_a_value_that_was_not_handed_out_here_is_of_another_walk(judge: Judge) -> None:
    assert told(read(judge, find("A1", "S1", status=500), look("S1"))) == ["find", "look"]


def test_the_same_customer_once_more_is_another_try_of_the_same_row(judge: Judge) -> None:
    found = read(judge, find("A1", "S1"), look("S1"), find("A1", "S1"), look("S1"), find("B2", "S2"))

    assert told(found) == ["find look", "find look", "find"]
    assert [(walk.row, walk.attempt) for walk in found.walks] == [(0, 1), (0, 2), (1, 1)]


def test_steps_that_are_made_side_by_side_are_of_one_walk(judge: Judge) -> None:
    assert told(read(judge, find("A1", "S1"), wait("S1"), look("S1"))) == ["find wait look"]


def test_a_step_that_is_asked_until_it_holds_is_judged_at_last(judge: Judge) -> None:
    found = read(judge, find("A1", "S1"), wait("S1", False), wait("S1", False), wait("S1"))

    assert told(found) == ["find wait:poll wait:poll wait"]


def test_a_second_look_goes_on_from_what_is_known_and_hides_nothing(judge: Judge) -> None:
    found = read(judge, find("A1", "S1"), look("S1"), look("S1"), wait("S1"))

    assert told(found) == ["find look", "look wait"]
    assert found.walks[1].sightings[0].known == {"ref": "A1", "surname": "Ng", "service": "S1"}


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        (refund("A1", 5, "k"), ["find refund refund:again"]),
        (refund("A1", 5, "other"), ["find refund", "refund"]),
        (refund("A1", 6, "k"), ["find refund", "refund"]),
    ],
)
def test_a_button_that_is_pressed_twice_is_one_wish(judge: Judge, again: Recorded, expected: list[str]) -> None:
    assert told(read(judge, find("A1", "S1"), refund("A1", 5, "k"), again)) == expected


# --- what a step sends --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made_call", "is_step"),
    [
        (call(f"{T}/bookings/A1?surname=Ng&limit=1"), True),
        (call(f"{T}/bookings/A1?surname=Ng&limit=20&more=1", headers={"accept": "x"}), True),
        (call(f"{T}/bookings/A1?surname=Ng"), True),
        (call(f"{T}/bookings/A1?limit=1"), False),
        (call(f"{T}/bookings/A1/?surname=O%27Brien"), True),
        (call(f"{T}/refunds", method="POST", sent={"ref": "ref-A", "amount": 1, "kind": "full", "note": "x"}), True),
        (call(f"{T}/refunds", method="POST", sent={"ref": "ref-A", "amount": 1, "kind": "part"}), False),
        (call(f"{T}/refunds", method="POST", sent={"ref": "A", "amount": 1, "kind": "full"}), False),
        (call(f"{T}/refunds", method="POST", sent={"ref": "ref-A", "kind": "full"}), False),
        (call(f"{T}/refunds", method="POST", sent=[1]), False),
        (call(f"{T}/refunds", method="POST"), False),
        (call(f"{R}/services/next"), False),
    ],
)
def test_a_call_is_a_steps_by_what_it_sends(judge: Judge, made_call: Recorded, is_step: bool) -> None:
    found = read(judge, made_call)

    assert (len(found.walks), len(found.unmatched)) == ((1, 0) if is_step else (0, 1))


def test_what_no_step_makes_says_whose_it_is(judge: Judge) -> None:
    found = read(judge, call(f"{R}/services/next"), call(f"{R}/nothing/here"), call("https://trains.example/other"))

    assert [(each.partner, str(each.operation)) for each in found.unmatched] == [
        ("trains", "GET /services/next"),
        ("trains", "None"),
        ("trains", "None"),
    ]


# --- whose call ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "urls", "partner"),
    [
        (f"{R}/services/S1", {}, "trains"),
        ("https://TRAINS.example:443/api/services/S1", {}, "trains"),
        ("http://localhost:8080/services/S1", {}, "trains"),
        ("http://localhost:9090/x/services/S1", {"trains": "http://localhost:9090/x"}, "trains"),
        ("https://api.tickets.example/v1/status", {}, "tickets"),
    ],
)
def test_a_call_is_a_partners_by_its_address(judge: Judge, url: str, urls: dict[str, str], partner: str) -> None:
    found = read(judge, call(url), urls=urls)

    assert [each.partner for each in found.unmatched] + [
        walk.journey.step(walk.sightings[0].step).partner for walk in found.walks
    ] == [partner]


def test_partners_at_one_host_are_told_apart_by_path_and_operation(judge: Judge) -> None:
    urls = {"trains": "http://gate", "tickets": "http://gate/t"}
    found = read(judge, call("http://gate/services/S1"), call("http://gate/t/status"), call("http://gate/t/nothing"), urls=urls)

    assert told(found) == ["look plan"]
    assert [each.partner for each in found.unmatched] == ["tickets"]


def test_calls_of_nobody_are_counted(judge: Judge) -> None:
    calls = [call("https://a.example/x"), call("https://a.example/y"), call("https://b.example/"), call(f"{R}/services/next")]
    found = read(judge, *calls)

    assert len(found.unmatched) == 1
    told_of = "3 calls went to https://a.example and https://b.example, which is no partner's address; "
    assert found.notes == (f"{told_of}name one with --url PARTNER=ADDRESS",)


def test_a_partner_without_an_address_is_told(tmp_path: Path) -> None:
    judge = made(tmp_path, JOURNEY, partners={"trains": ""})

    (note,) = read(judge).notes
    assert note == "nothing says where trains is called, so its calls are not known; name it with --url trains=ADDRESS"


def test_what_a_browser_asks_before_a_call_is_left_out(judge: Judge) -> None:
    asked = call(f"{R}/services/S1", method="OPTIONS", headers={"access-control-request-method": "GET"})

    assert read(judge, asked) == Recordings((), ())


# --- what came of it ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made_call", "purpose", "about", "trouble"),
    [
        (find("ZZ", "", status=404), Purpose.INFORMS, "there-is-none", None),
        (find("QQ", "", status=404), Purpose.INFORMS, "there-is-none", None),
        (find("A1", "", status=429), Purpose.INFORMS, "too-many-ask", None),
        (find("A1", "", status=500), Purpose.STEP, "", None),
        (find("A1", "", status=503), Purpose.STEP, "", Trouble.DOWN),
        (find("A1", "", status=401), Purpose.STEP, "", Trouble.LOGIN),
    ],
)
def test_an_error_that_the_journey_tells_of_is_what_it_informs_of(
    judge: Judge, made_call: Recorded, purpose: Purpose, about: str, trouble: Trouble | None
) -> None:
    (walk,) = read(judge, made_call).walks

    assert [(each.purpose, each.about, each.trouble) for each in walk.sightings] == [(purpose, about, trouble)]


def test_a_no_to_what_another_partner_handed_out_is_between_the_two(judge: Judge) -> None:
    found = read(judge, find("A1", "S1"), look("S1", 404))

    assert told(found) == ["find look"]
    assert found.walks[0].sightings[1].trouble is None


def test_an_error_that_was_brought_about_does_not_change_what_is_known(judge: Judge) -> None:
    found = read(judge, find("A1", "S1"), look("Z0", 404), look("S1"))

    assert told(found) == ["find look:informs look"]
    assert found.walks[0].sightings[2].known["service"] == "S1"


@pytest.mark.parametrize(
    ("why", "trouble"),
    [
        ("net::ERR_CONNECTION_REFUSED", Trouble.UNREACHABLE),
        ("net::ERR_CONNECTION_TIMED_OUT", Trouble.SILENT),
        ("", Trouble.UNREACHABLE),
    ],
)
def test_a_call_without_an_answer_says_nothing(judge: Judge, why: str, trouble: Trouble) -> None:
    (walk,) = read(judge, look("S1", 0, why=why)).walks

    (sighting,) = walk.sightings
    assert (sighting.trouble, sighting.response) == (trouble, None)
    assert sighting.why == "the recording holds no answer" + (f": {why}" if why else "")


@pytest.mark.parametrize("why", ["net::ERR_ABORTED", "NS_BINDING_ABORTED", "net::ERR_BLOCKED_BY_CLIENT", "Request canceled"])
def test_a_call_that_nobody_waited_for_is_none(judge: Judge, why: str) -> None:
    found = read(judge, look("S1", 0, why=why))

    assert (found.walks, len(found.unmatched)) == ((), 1)


def test_a_body_that_the_recording_lost_is_nobodys_fault(judge: Judge) -> None:
    entry = json.loads(har_entry(look("S1")))
    del entry["response"]["content"]["text"], entry["_cx"]
    found = walks_of(read_har(har_start("x", "1") + json.dumps(entry).encode() + HAR_END), judge)

    (sighting,) = found.walks[0].sightings
    assert (sighting.trouble, sighting.why) == (Trouble.GARBLED, "the recording does not hold the body")


def test_a_page_in_place_of_the_api_is_told(judge: Judge) -> None:
    page = Raw({"media": "text/html", "bytes": 15, "text": "<!doctype html>"})
    recorded = look("S1")
    assert recorded.response is not None
    seen = Recorded(recorded.request, Response(200, {"content-type": "text/html"}, page), AT, 0.1)

    assert read(judge, seen).walks[0].sightings[0].trouble is Trouble.NOT_THE_API


def test_a_fallback_is_taken_where_its_step_was_not_answered(judge: Judge) -> None:
    plan = call(f"{T}/status", {"open": True})

    failed, fine = read(judge, find("A1", "S1"), look("S1", 500), plan), read(judge, find("A1", "S1"), look("S1"), plan)
    assert (told(failed), failed.walks[0].caught) == (["find look plan"], {"look": "plan"})
    assert (told(fine), fine.walks[0].caught) == (["find look plan"], {})


# --- other ways to be called --------------------------------------------------------------------------------------------------


def test_a_call_among_partners_is_judged_too(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: find, call: "tickets GET /bookings/{ref}", with: {ref: A1}, needs: {id: text}, keep: {s: service}}
      - {step: theirs, by: tickets, call: "trains GET /services/{id}", with: {id: {pattern: "^S"}}, needs: {status: text}}
    """
    found = read(made(tmp_path, journey), call(f"{T}/bookings/A1", {"id": "x"}), look("X1"), look("S1"))

    assert told(found) == ["find theirs"]
    assert [each.recorded.request.path for each in found.unmatched] == ["/services/X1"]


@pytest.mark.parametrize("link", [f"{R}/services/S1", "/api/services/S1", "services/S1{?x}"])
def test_an_address_that_was_handed_out_is_followed(tmp_path: Path, link: str) -> None:
    journey = """
    steps:
      - {step: find, call: "tickets GET /bookings/{ref}", with: {ref: A1}, needs: {id: text}, keep: {link: links.self}}
      - {step: follow, call: trains GET $link, needs: {status: text}}
    """
    found = read(made(tmp_path, journey), call(f"{T}/bookings/A1", {"id": "x", "links": {"self": link}}), look("S2"), look("S1"))

    assert told(found) == ["find follow"]
    assert len(found.unmatched) == 1


def test_an_event_is_what_was_delivered_to_the_inbox(tmp_path: Path) -> None:
    document = TRAINS.replace(
        "paths:", "webhooks: {late: {post: {requestBody: {content: {application/json: {schema: {}}}}}}}\npaths:"
    )
    journey = """
    given: {id: {from: customer, examples: [S1, S2]}}
    steps:
      - {step: look, call: "trains GET /services/{id}", with: {id: $id}, needs: {status: text}}
      - {step: told, event: trains late, after: look, match: {train: $id}, within: 1m, needs: {text: text}}
    """
    partner = "environments: {live: {url: 'https://trains.example/api', inbox: 'https://hooks.example/trains'}}"
    judge = opened(write(tmp_path, journey, {"trains": document}, partners={"trains": partner})).judge
    sent = [
        call("https://hooks.example/trains", method="POST", sent={"train": name, "text": "late"}) for name in ("S2", "S1", "S9")
    ]
    found = read(judge, look("S1"), look("S2"), *sent)

    assert told(found) == ["look told", "look told"]
    (event,) = [each for each in found.walks[1].sightings if each.step == "told"]
    assert event.response is not None
    assert event.response.body == {"train": "S2", "text": "late"}
    assert (round(event.seconds, 6), event.trouble) == (0.9, None)
    assert [each.recorded.request.body["train"] for each in found.unmatched] == ["S9"]


def test_what_a_setup_hands_out_is_known(tmp_path: Path) -> None:
    journey = """
    setup:
      - {step: make, call: tickets POST /refunds, with: {body.kind: new}, keep: {service: id}}
    steps:
      - {step: look, call: "trains GET /services/{id}", with: {id: $service}, needs: {status: text}}
    """
    made_call = call(f"{T}/refunds", {"id": "S1"}, method="POST", sent={"kind": "new"})
    found = read(made(tmp_path, journey), made_call, look("S1"))

    assert told(found) == ["look"]
    assert found.walks[0].sightings[0].known == {"service": "S1"}
    assert found.unmatched == ()


def test_two_steps_that_look_alike_are_taken_in_their_order(tmp_path: Path) -> None:
    journey = """
    given: {id: {from: customer, examples: [S1]}}
    steps:
      - {step: before, call: "trains GET /services/{id}", with: {id: $id}, needs: {status: text}}
      - {step: change, call: tickets POST /refunds, with: {body.ref: $id, body.kind: new}, needs: {id: text}}
      - {step: after, call: "trains GET /services/{id}", with: {id: $id}, needs: {status: text}}
    """
    change = call(f"{T}/refunds", {"id": "r"}, method="POST", sent={"ref": "S1", "kind": "new"})

    assert told(read(made(tmp_path, journey), look("S1"), change, look("S1"))) == ["before change after"]


# --- our own ------------------------------------------------------------------------------------------------------------------

sightings = st.builds(
    Sighting,
    st.sampled_from(["find", "look", "refund"]),
    requests.filter(lambda request: request.method != "") | st.none(),
    st.none() | responses,
    st.none() | st.sampled_from(Trouble),
    texts,
    st.integers(0, 10**6).map(lambda seconds: AT + timedelta(seconds=seconds)),
    st.floats(0, 100),
    st.dictionaries(texts, values, max_size=2),
    st.sampled_from(Purpose),
    texts,
    st.dictionaries(texts, values, max_size=2),
    st.sampled_from(["", "find"]),
)
WALKS = st.tuples(st.integers(0, 3), st.integers(1, 3), st.lists(sightings, min_size=1, max_size=4), st.booleans())


@law(150)
@given(st.lists(WALKS, max_size=3))
def test_the_walks_that_we_recorded_come_back_as_they_were(drawn: list[tuple[int, int, list[Sighting], bool]]) -> None:
    judge = OWN[0]
    journey = judge.estate.journeys["j"]
    walks = [Walk(journey, row, again, tuple(seen), {"look": "plan"} if caught else {}) for row, again, seen, caught in drawn]
    entries = [har_entry(each) for number, walk in enumerate(walks) for each in recorded(walk, number)]
    found = walks_of(read_har(har_start("x", "1") + b",".join(entries) + HAR_END), judge)

    assert found == Recordings(tuple(walks), ())


OWN: list[Judge] = []


@pytest.fixture(autouse=True, scope="module")
def _own(tmp_path_factory: pytest.TempPathFactory) -> None:
    OWN.append(made(tmp_path_factory.mktemp("own"), JOURNEY))


@law(200)
@given(STROKES)
def test_a_damaged_recording_comes_to_something_or_is_refused(strokes: list[Stroke]) -> None:
    journey = OWN[0].estate.journeys["j"]
    calls = (find("A1", "S1"), look("S1"))
    seen = [Sighting("find", each.request, each.response, None, "", AT, 0.1, {"ref": "A1"}) for each in calls]
    ours = [json.loads(har_entry(each)) for each in recorded(Walk(journey, 0, 1, tuple(seen), {"look": "plan"}), 7)]
    theirs = [json.loads(har_entry(each)) for each in (find("A1", "S1"), look("S1"), refund("A1", 5), wait("S1"))]
    for entry in theirs:
        del entry["_cx"]
    with contextlib.suppress(RecordingError):
        found = walks_of(read_har(json.dumps(damaged({"log": {"entries": [*ours, *theirs]}}, strokes)).encode()), OWN[0])
        assert sum(len(walk.sightings) for walk in found.walks) + len(found.unmatched) <= 12


def test_what_is_no_more_in_the_estate_is_matched_anew(judge: Judge) -> None:
    journey = judge.estate.journeys["j"]
    seen = look("S1")
    sighting = Sighting("look", seen.request, seen.response, None, "", AT, 0.1)
    gone = Walk(Journey("gone", "", "", "", {}, False, {}, journey.steps), 0, 1, (sighting,))
    data = har_start("x", "1") + b",".join(har_entry(each) for each in recorded(gone, 0)) + HAR_END

    found = walks_of(read_har(data), judge)
    assert told(found) == ["look"]
    assert found.notes == ("gone/look was recorded, and is not in the estate; its calls are matched anew",)


# --- the reference estate -----------------------------------------------------------------------------------------------------

RAIL = Path(__file__).parent.parent / "contracts/rail"


def test_two_travellers_on_the_railway_are_two_walks() -> None:
    judge = open_estate(RAIL, today=TODAY).judge
    tickets, trains = "https://api.railretail.example/retail/v3", "https://api.northline.example/realtime/v2"
    calls: list[Recorded] = []
    for ref, surname, service, traveller in (("QX7T2M", "Okafor", "W41827", "C1"), ("4KD9PA", "O'Brien", "W50001", "C2")):
        leg = {"serviceId": service, "origin": {"name": "Leeds"}, "departs": "2027-01-15T10:00:00Z"}
        calls.append(call(f"{tickets}/bookings/{ref}?surname={surname}", {"customerId": traveller, "legs": [leg]}))
    for service in ("W50001", "W41827"):
        calls.append(call(f"{trains}/services/{service}", {"status": "delayed"}))
        calls.append(
            call(f"{trains}/services/{service}/alternatives?limit=5", {"alternatives": [{"serviceId": f"{service[:-1]}9"}]})
        )
    calls.append(call(f"{trains}/services/W41829/crowding", {"level": "low"}))
    found = read(judge, *calls)

    disruption = [walk for walk in found.walks if walk.journey.name == "rail-disruption"]
    assert [[each.step for each in walk.sightings] for walk in disruption] == [
        ["find-booking", "check-service", "see-alternatives", "how-full"],
        ["find-booking", "check-service", "see-alternatives"],
    ]
    assert disruption[0].sightings[-1].known == {
        "bookingRef": "QX7T2M", "surname": "Okafor", "service": "W41827", "traveller": "C1", "status": "delayed",
        "alternative": "W41829",
    }  # fmt: skip
    assert found.unmatched == ()
