"""Recordings as HAR 1.2: whatever a tool writes is read, and what we write is read back as it was."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.damage import Stroke, damaged
from cxcontracts.bodies import read_body
from cxcontracts.errors import RecordingError
from cxcontracts.exchanges import JSON, NO_BODY, Raw, Request, Response
from cxcontracts.har import HAR_END, Recorded, har_entry, har_start, read_har
from tests.contracts_drawn import law
from tests.test_diff_mutations import STROKES

AT = datetime(2027, 1, 15, 8, 30, 0, 123456, UTC)


def entry(**changed: JSON) -> dict[str, Any]:
    """Return an entry as Chrome writes it, with some parts changed: ``request_url`` is ``request.url``."""
    made: dict[str, Any] = {
        "_initiator": {"type": "script", "stack": {"callFrames": []}},
        "_priority": "High",
        "_resourceType": "fetch",
        "cache": {},
        "connection": "443",
        "pageref": "page_1",
        "request": {
            "method": "GET",
            "url": "https://api.example/v2/things/7?limit=5&q=a+b%20c",
            "httpVersion": "http/2.0",
            "headers": [
                {"name": ":authority", "value": "api.example"},
                {"name": "Accept", "value": "application/json"},
                {"name": "x-tag", "value": "a"},
                {"name": "X-Tag", "value": "b"},
            ],
            "queryString": [{"name": "limit", "value": "5"}, {"name": "q", "value": "a+b%20c"}],
            "cookies": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": 200,
            "statusText": "",
            "httpVersion": "http/2.0",
            "headers": [{"name": "content-type", "value": "application/json; charset=utf-8"}],
            "cookies": [],
            "content": {"size": 7, "mimeType": "application/json", "text": '{"a":1}'},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
            "_transferSize": 123,
            "_error": None,
        },
        "serverIPAddress": "192.0.2.1",
        "startedDateTime": "2027-01-15T08:30:00.123Z",
        "time": 41.5,
        "timings": {
            "blocked": 1,
            "dns": -1,
            "ssl": -1,
            "connect": -1,
            "send": 0.5,
            "wait": 38,
            "receive": 2,
            "_blocked_queueing": 1,
        },
    }
    for key, value in changed.items():
        part, _, name = key.partition("_")
        whole = made if not name else made[part]
        if value is ...:
            whole.pop(name or part)
        else:
            whole[name or part] = value
    return made


def har(*entries: JSON, **log: JSON) -> bytes:
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": list(entries), **log}}
    ).encode()


def only(**changed: JSON) -> Recorded:
    (recorded,) = read_har(har(entry(**changed)))
    return recorded


def answered(**content: JSON) -> Recorded:
    return only(response_content={"size": 7, "mimeType": "application/json", **content})


# --- what others write --------------------------------------------------------------------------------------------------------


def test_an_entry_is_read_as_what_was_sent_and_what_came_back() -> None:
    assert only() == Recorded(
        Request(
            "GET",
            "/v2/things/7",
            (("limit", "5"), ("q", "a b c")),
            {"accept": "application/json", "x-tag": "a, b"},
            NO_BODY,
            "https://api.example",
        ),
        Response(200, {"content-type": "application/json; charset=utf-8"}, {"a": 1}),
        datetime(2027, 1, 15, 8, 30, 0, 123000, UTC),
        0.0415,
        page="page_1",
    )


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"text": base64.b64encode(b'{"a":2}').decode(), "encoding": "base64"}, {"a": 2}),
        ({"text": "\n".join(("eyJh", "Ijoz", "fQ==")), "encoding": "base64"}, {"a": 3}),
        ({"text": "[1]", "size": 2000, "compression": 1997}, [1]),
        ({"text": '\ufeff{"a":4}'}, {"a": 4}),
        ({"size": 0}, NO_BODY),
        ({"size": -1}, NO_BODY),
        ({"size": 0, "text": ""}, NO_BODY),
    ],
)
def test_a_body_is_read_however_it_is_written(content: Mapping[str, JSON], body: JSON) -> None:
    recorded = answered(**content)

    assert recorded.response is not None
    assert (recorded.response.body, recorded.why) == (body, "")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({}, "the recording does not hold the body"),
        ({"text": None}, "the recording does not hold the body"),
        ({"text": "", "size": 9}, "the recording does not hold the body"),
        ({"text": '{"a":', "size": 9}, "the recording holds only the beginning of the body"),
        ({"text": "a", "encoding": "base64"}, "the recording does not hold the body as it came"),
    ],
)
def test_a_body_that_the_recording_lost_is_nobodys_fault(content: Mapping[str, JSON], why: str) -> None:
    assert answered(**content).why == why


def test_a_body_that_is_broken_as_it_came_is_no_loss_of_the_recording() -> None:
    recorded = answered(text='{"a":', size=5)

    assert recorded.why == ""
    assert recorded.response is not None
    assert isinstance(recorded.response.body, Raw)
    assert recorded.response.body.why.startswith("it is announced as application/json, and is none")


def test_a_body_that_is_still_compressed_is_unpacked() -> None:
    text = base64.b64encode(gzip.compress(b'{"a":5}')).decode()
    headers = [{"name": "Content-Encoding", "value": "gzip"}]

    recorded = only(
        response_content={"size": 7, "mimeType": "application/json", "text": text, "encoding": "base64"}, response_headers=headers
    )

    assert recorded.response is not None
    assert recorded.response.body == {"a": 5}


@pytest.mark.parametrize("status", [204, 304])
def test_what_has_no_body_has_none(status: int) -> None:
    recorded = only(response_status=status)

    assert recorded.response is not None
    assert recorded.response.body is NO_BODY


def test_an_image_is_what_is_known_of_it() -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 8 + (16).to_bytes(4, "big") + (9).to_bytes(4, "big")
    content = {"size": len(png), "mimeType": "image/png", "text": base64.b64encode(png).decode(), "encoding": "base64"}

    recorded = only(response_content=content, response_headers=[])

    assert recorded.response is not None
    assert recorded.response.body == {"media": "image/png", "bytes": 24, "image": {"width": 16, "height": 9}}


@pytest.mark.parametrize("status", [0, -1, None, "", "abc", 999, True])
def test_a_call_without_an_answer_says_so(status: JSON) -> None:
    recorded = only(response_status=status, response__error="net::ERR_CONNECTION_REFUSED")

    assert (recorded.response, recorded.why) == (None, "the recording holds no answer: net::ERR_CONNECTION_REFUSED")


@pytest.mark.parametrize("response", [None, {}, ..., []])
def test_an_entry_without_an_answer_is_a_call_without_one(response: Any) -> None:
    assert only(response=response).response is None


@pytest.mark.parametrize(
    "changed",
    [
        {"request_url": "wss://api.example/live"},
        {"request_url": "data:text/plain,a"},
        {"request_url": "blob:https://api.example/1"},
        {"request_url": "chrome-extension://abc/x.js"},
        {"response_status": 101},
    ],
)
def test_what_is_no_call_over_http_is_left_out(changed: dict[str, JSON]) -> None:
    assert read_har(har(entry(**changed))) == []


@pytest.mark.parametrize(
    ("posted", "body"),
    [
        ({"mimeType": "application/json", "text": '{"a":1}'}, {"a": 1}),
        ({"mimeType": "application/json", "text": "eyJhIjoxfQ==", "encoding": "base64"}, {"a": 1}),
        (
            {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "a", "value": "b c"}, {"name": "d"}]},
            {"media": "application/x-www-form-urlencoded", "bytes": 8, "text": "a=b+c&d="},
        ),
        (
            {"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "f", "fileName": "a.png"}]},
            {"media": "multipart/form-data"},
        ),
        ({"mimeType": "", "text": ""}, NO_BODY),
    ],
)
def test_what_was_posted_is_read(posted: JSON, body: JSON) -> None:
    recorded = only(request_postData=posted)

    assert (recorded.request.body, recorded.why) == (body, "")


def test_a_body_that_was_sent_and_not_recorded_is_told() -> None:
    assert only(request_bodySize=12).why == "the recording does not hold the body that was sent"


def test_a_password_in_an_address_is_not_kept() -> None:
    assert only(request_url="https://me:secret@API.example:8443/x").request.base == "https://api.example:8443"


def test_cookies_that_stand_apart_are_sent() -> None:
    cookies = [{"name": "sid", "value": "1"}, {"name": "b", "value": "2"}]

    assert only(request_cookies=cookies).request.headers["cookie"] == "sid=1; b=2"


@pytest.mark.parametrize(
    ("started", "at"),
    [
        ("2027-01-15T09:30:00.5+01:00", datetime(2027, 1, 15, 8, 30, 0, 500000, UTC)),
        ("2027-01-15T08:30:00", datetime(2027, 1, 15, 8, 30, tzinfo=UTC)),
        ("2027-01-15T08:30:00.1234567Z", AT),
        ("2027-01-15T08:30:00+0000", datetime(2027, 1, 15, 8, 30, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_every_form(started: str, at: datetime) -> None:
    assert only(startedDateTime=started).at == at


@pytest.mark.parametrize(("time", "seconds"), [(0, 0.0), (-1, 0.0), (None, 0.0415), ("5", 0.0415), (2500, 2.5)])
def test_how_long_it_took_is_the_time_or_the_sum_of_its_parts(time: JSON, seconds: float) -> None:
    assert only(time=time).seconds == seconds


# --- what is refused ----------------------------------------------------------------------------------------------------------


def refusal(data: bytes) -> str:
    with pytest.raises(RecordingError) as caught:
        read_har(data, "a.har")
    (problem,) = caught.value.problems
    return f"{problem.place}: {problem.what} ({problem.code})"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "a.har:1:1: not valid JSON: "),
        (b'{"log": {"entries": [', "a.har:1:"),
        (b"[]", "a.har:1:1: this is no HAR file: it has no log with a list of entries (har-form)"),
        (b'{"log":\n {"entries": 7}}', "a.har:2:14: this is no HAR file: it has no log with a list of entries (har-form)"),
        (b'{"log": {"entries": [\n7]}}', "a.har:2:1: entry 1: it must be a mapping (har-form)"),
        (
            b'{"log": {"entries": [\n{"request": {"url": "http://a"}}]}}',
            "a.har:2:13: entry 1: it needs a request with a method and a url",
        ),
        (b'{"log": {"entries": []}}\xff', "a.har:1:25: the byte 0xff is not UTF-8 (not-utf8)"),
        (b"[" * 200 + b"]" * 200, "a.har:1:129: nested more than 128 deep (too-deep)"),
        (b"[" + b"1," * 8_000_001 + b"1]", "a.har:1:1: more than 8,000,000 values"),
    ],
)
def test_what_is_no_recording_is_refused_with_its_place(data: bytes, told: str) -> None:
    assert refusal(data).startswith(told)


@pytest.mark.parametrize("started", [..., None, "yesterday", 7, "2027-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_an_entry_without_a_time_is_refused(started: Any) -> None:
    assert "entry 1: it needs a startedDateTime" in refusal(har(entry(startedDateTime=started)))


def test_an_address_that_is_none_is_refused() -> None:
    assert "entry 1: its url is none: 'http://[::1'" in refusal(har(entry(request_url="http://[::1")))


def test_a_recording_that_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cxcontracts.har.MOST_BYTES", 10)

    assert refusal(har()) == "a.har:1:1: the recording has more than 10 bytes (file-too-large)"


@law(300)
@given(STROKES)
def test_a_damaged_recording_is_read_or_refused(strokes: list[Stroke]) -> None:
    marked = json.loads(har_entry(RECORDED[0]))
    document = damaged(json.loads(har(entry(), marked, entry(request_postData={"mimeType": "a/b", "params": []}))), strokes)
    try:
        for recorded in read_har(json.dumps(document).encode()):
            assert recorded.at.tzinfo is not None
            assert recorded.response is not None or recorded.why
    except RecordingError as error:
        assert all(problem.code for problem in error.problems)


@law(100)
@given(st.data())
def test_a_recording_that_was_cut_off_is_read_or_refused(data: st.DataObject) -> None:
    whole = har(entry(), entry())
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]

    assert "json-syntax" in refusal(cut)


# --- what we write ------------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(texts, below, max_size=3),
    max_leaves=6,
)
types = st.sampled_from(
    ["application/json", "application/problem+json", "text/html", "image/png", "", "text/plain; charset=latin-1"]
)
bodies = st.one_of(
    st.just(NO_BODY),
    values,
    st.builds(read_body, st.binary(max_size=20), types),
    st.builds(Raw, st.dictionaries(texts, values, max_size=2), texts),
)
headers = st.dictionaries(st.sampled_from(["content-type", "x-a", "location"]), texts | types, max_size=3)
requests = st.builds(
    Request,
    st.sampled_from(["GET", "POST", "QUERY", ""]),
    st.one_of(st.sampled_from(["/a/b", "/a%20b", "", "/a?b#c", "//x"]), texts),
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    headers,
    bodies,
    st.sampled_from(["https://api.example", "https://api.example/v2", "", "http://[::1]:80"]),
)
responses = st.builds(Response, st.integers(100, 599), headers, bodies, st.booleans())
recordings = st.builds(
    Recorded,
    requests,
    st.none() | responses,
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),
    st.floats(0, 1e6),
    texts,
    texts,
    texts,
    st.fixed_dictionaries({"journey": texts}, optional={"known": st.dictionaries(texts, values, max_size=2)}),
)
RECORDED = [
    Recorded(Request("GET", "/a", base="https://api.example"), Response(200, {}, {"a": 1}), AT, 0.1, marks={"journey": "j"}),
    Recorded(Request("", ""), None, AT, 0.0, "waits for a", marks={"journey": "j"}),
    Recorded(Request("GET", "/a"), Response(101), AT, 0.0, marks={"journey": "j"}),
]


def written(*recorded: Recorded) -> bytes:
    return har_start("x", "1") + b",\n".join(har_entry(each) for each in recorded) + HAR_END


@law(400)
@given(st.lists(recordings, max_size=3))
def test_what_we_write_is_read_back_as_it_was(recorded: list[Recorded]) -> None:
    read = read_har(written(*recorded))

    assert read == recorded
    for one, other in zip(read, recorded, strict=True):
        assert type(one.request.body) is type(other.request.body)
        for mine, theirs in ((one.request.body, other.request.body), (body_of(one), body_of(other))):
            assert json.dumps(mine, default=repr) == json.dumps(theirs, default=repr)
            assert getattr(mine, "why", "") == getattr(theirs, "why", "")


def body_of(recorded: Recorded) -> JSON:
    return None if recorded.response is None else recorded.response.body


def test_every_text_is_handed_to_whoever_takes_secrets_out() -> None:
    request = Request(
        "POST", "/a/TOKEN", (("k", "TOKEN"),), {"authorization": "TOKEN"}, {"TOKEN": ["TOKEN"]}, "https://a.example"
    )
    marks = {"known": {"t": "TOKEN"}}
    recorded = Recorded(request, Response(200, {"x": "TOKEN"}, Raw({"text": "TOKEN"}, "TOKEN")), AT, 0.1, "TOKEN", marks=marks)

    assert b"TOKEN" not in har_entry(recorded, lambda text: text.replace("TOKEN", "$env.T"))


NUMBER, TEXT = {"type": "number"}, {"type": "string"}
PAIRS = {"type": "array", "items": {"type": "object", "required": ["name", "value"], "properties": {"name": TEXT, "value": TEXT}}}
POSTED = {"type": "object", "required": ["mimeType", "text"], "properties": {"mimeType": TEXT, "text": TEXT}}
MESSAGE = ["httpVersion", "cookies", "headers", "headersSize", "bodySize"]
SCHEMA = {
    "type": "object",
    "required": ["log"],
    "properties": {"log": {
        "type": "object",
        "required": ["version", "creator", "entries"],
        "properties": {
            "version": TEXT,
            "creator": {"type": "object", "required": ["name", "version"], "properties": {"name": TEXT, "version": TEXT}},
            "entries": {"type": "array", "items": {
                "type": "object",
                "required": ["startedDateTime", "time", "request", "response", "cache", "timings"],
                "patternProperties": {"^(pageref|comment)$": TEXT, "^(cache)$": {"type": "object"}},
                "properties": {
                    "startedDateTime": {"type": "string", "format": "date-time"},
                    "time": {"type": "number", "minimum": 0},
                    "request": {
                        "type": "object",
                        "required": ["method", "url", "queryString", *MESSAGE],
                        "properties": {
                            "method": {"type": "string", "minLength": 1},
                            "url": {"type": "string", "format": "uri"},
                            "httpVersion": TEXT, "headers": PAIRS, "queryString": PAIRS, "cookies": PAIRS,
                            "postData": POSTED,
                            "headersSize": {"type": "integer"}, "bodySize": {"type": "integer"},
                        },
                    },
                    "response": {
                        "type": "object",
                        "required": ["status", "statusText", "content", "redirectURL", *MESSAGE],
                        "properties": {
                            "status": {"type": "integer"}, "statusText": TEXT, "redirectURL": TEXT,
                            "headers": PAIRS, "cookies": PAIRS,
                            "content": {
                                "type": "object",
                                "required": ["size", "mimeType"],
                                "properties": {"size": {"type": "integer"}, "mimeType": TEXT, "text": TEXT},
                            },
                            "headersSize": {"type": "integer"}, "bodySize": {"type": "integer"},
                        },
                    },
                    "timings": {"type": "object", "required": ["send", "wait", "receive"], "additionalProperties": NUMBER},
                },
            }},
        },
    }},
}  # fmt: skip
"""What HAR 1.2 asks for, and what Chrome's import cannot do without."""


@law(200)
@given(st.lists(recordings, max_size=2))
def test_what_we_write_is_har_1_2(recorded: list[Recorded]) -> None:
    jsonschema_rs.validate(SCHEMA, json.loads(written(*recorded)), validate_formats=True)


def test_entries_keep_their_order_and_say_where_they_are() -> None:
    recorded = [replace(each, marks={"n": number}) for number, each in enumerate(RECORDED)]

    assert [(each.marks["n"], str(each.where)) for each in read_har(written(*recorded), "b.har")] == [
        (0, "b.har: entry 1:1:1"),
        (1, "b.har: entry 2:1:1"),
        (2, "b.har: entry 3:1:1"),
    ]
