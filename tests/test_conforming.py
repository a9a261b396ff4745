"""One observed exchange held against one version of a contract."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from cxcontracts.bodies import read_body
from cxcontracts.conforming import departures, undeclared
from cxcontracts.contracts.operation import Operation
from cxcontracts.exchanges import JSON, NO_BODY, Exchange, Raw, Request, Response
from cxcontracts.opening import read_contract
from cxcontracts.scenes import Side
from tests.estates_made import read

CONTRACT = """
openapi: 3.1.0
info: {title: made, version: 1.0.0}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}
paths:
  /things/{id}:
    get:
      security: [{key: []}]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: limit, in: query, required: true, schema: {type: integer, maximum: 50}}
        - {name: tags, in: query, explode: false, schema: {type: array, items: {enum: [a, b]}}}
        - {name: at, in: query, style: deepObject, schema: {type: object, properties: {from: {type: integer}}}}
        - {name: X-Trace, in: header, required: true, schema: {type: string, format: uuid}}
        - {name: Authorization, in: header, required: true, schema: {const: never}}
      responses:
        '200':
          description: ok
          headers:
            ETag: {required: true, schema: {type: string}}
            X-Left: {schema: {type: integer, minimum: 0}}
          content:
            application/json: {schema: {$ref: '#/components/schemas/Thing'}}
            image/png: {}
        '204': {description: nothing}
        '4XX': {description: no, content: {application/problem+json: {schema: {type: object, required: [title]}}}}
        default: {description: an error, content: {application/json: {schema: {type: object, required: [code]}}}}
    put:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/Thing'}}
          application/x-www-form-urlencoded:
            schema: {type: object, required: [n], properties: {n: {type: integer}, flags: {type: array, items: {type: boolean}}}}
      responses: {'200': {description: ok}}
"""
THING = """
    Thing:
      type: object
      required: [name, legs]
      properties:
        name: {type: string}
        status: {enum: [on, off]}
        secret: {type: string, writeOnly: true}
        made: {type: string, readOnly: true}
        legs: {type: array, items: {type: object, additionalProperties: false, properties: {from: {type: string}}}}
"""
CONTRACT = CONTRACT.replace("paths:\n", f"  schemas:{THING}paths:\n", 1)
GOOD = {"name": "a", "legs": [{"from": "b"}]}
JSON_TYPE = {"content-type": "application/json; charset=utf-8"}
SENT = Request("GET", "/v1/things/7", (("limit", "5"),), {"x-trace": "6f1c2a9e-3b54-4d07-9a61-0c8e5d2f7b13"})


@pytest.fixture
def side() -> Side:
    return Side(read(CONTRACT))


def operation(side: Side, method: str = "GET") -> Operation:
    found = side.contract.at(method, "/things/{}")
    assert found is not None
    return found


def answered(body: JSON = GOOD, status: int = 200, headers: Mapping[str, JSON] | None = None) -> Exchange:
    return Exchange(SENT, Response(status, {"etag": "x", **JSON_TYPE, **(headers or {})}, body))


def told(side: Side, exchange: Exchange) -> list[str]:
    """Return what departs, each without its operation."""
    found = departures(side, operation(side, exchange.request.method), exchange)
    return [f"{each.part}: {each.element.partition('} ')[2]}: {each.because}" for each in found]


def drift(side: Side, exchange: Exchange) -> list[str]:
    found = undeclared(side, operation(side, exchange.request.method), exchange)
    return [f"{each.part}: {each.element.partition('} ')[2]}: {each.because}" for each in found]


def put(body: JSON, media: str = "application/json") -> Exchange:
    return Exchange(Request("PUT", "/things/7", (), {"content-type": media}, body), Response(200))


def test_an_exchange_that_keeps_to_the_contract_has_no_departures(side: Side) -> None:
    assert told(side, answered()) == drift(side, answered()) == []


# --- what came back -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (204, NO_BODY, []),
        (200, {**GOOD, "name": None}, ["response: 200 application/json name: name is null; the contract says text"]),
        (200, {"name": "a"}, ["response: 200 application/json legs: legs is missing, and the contract requires it"]),
        (
            200,
            {**GOOD, "status": "late"},
            ['response: 200 application/json status: status is "late"; the contract says "on" or "off"'],
        ),
        (
            200,
            {"name": "a", "legs": [{"from": "b"}, {"to": "c"}, {"to": "d"}]},
            ["response: 200 application/json legs.*.to: legs.1.to is refused by the contract"],
        ),
        (200, [], ["response: 200 application/json: the answer is a list; the contract says an object"]),
        (200, NO_BODY, ["response: 200: there is no body, and the contract promises one as application/json or image/png"]),
        (202, GOOD, ["response: 202: it answers 202, and the contract promises 200, 204, 4XX or default"]),
        (409, {"title": "no"}, []),
        (409, {}, ["response: 4XX application/problem+json title: title is missing, and the contract requires it"]),
        (503, {}, ["response: default application/json code: code is missing, and the contract requires it"]),
    ],
)
def test_an_answer_is_held_against_what_the_contract_says_of_its_status(
    side: Side, status: int, body: JSON, found: list[str]
) -> None:
    assert told(side, answered(body, status)) == found


def test_an_answer_comes_in_a_media_type_of_the_contract(side: Side) -> None:
    page = Raw({"media": "text/html", "bytes": 6, "text": "<html>"})
    expected = "response: 200 text/html: it comes as text/html, and the contract promises application/json or image/png"

    assert told(side, answered(page, 200, {"content-type": "text/html"})) == [expected]
    assert told(side, answered(Raw({}), 200, {"content-type": "image/png"})) == []


def test_json_is_json_under_another_name_which_is_drift(side: Side) -> None:
    exchange = answered(GOOD, 200, {"content-type": "application/hal+json"})

    assert told(side, exchange) == []
    assert drift(side, exchange) == [
        "response: 200 application/hal+json: it comes as application/hal+json, and the contract promises application/json or "
        "image/png"
    ]


def test_an_answer_that_cannot_be_read_says_why(side: Side) -> None:
    body = read_body(b"{", "application/json")

    (only,) = told(side, answered(body))
    assert only.startswith("response: 200 application/json: the body cannot be read: it is announced as application/json, and is")


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"x-left": "3"}, []),
        ({"x-left": "-3"}, ["header.X-Left: the header X-Left is -3; the contract says a whole number of at least 0"]),
        ({"x-left": "few"}, ['header.X-Left: the header X-Left is "few"; the contract says a whole number']),
        ({"x-left": 3}, []),
    ],
)
def test_headers_are_read_as_the_contract_types_them(side: Side, headers: dict[str, JSON], found: list[str]) -> None:
    assert told(side, answered(GOOD, 200, headers)) == [f"response: 200 {each}" for each in found]


def test_a_header_that_is_promised_is_there(side: Side) -> None:
    exchange = Exchange(SENT, Response(200, JSON_TYPE, GOOD))

    assert told(side, exchange) == ["response: 200 header.ETag: the header ETag is missing, and the contract promises it"]


# --- what was sent ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ((("limit", "5"), ("tags", "a,b"), ("at[from]", "7")), []),
        ((), ["query limit: limit was not sent, and the contract asks for it"]),
        ((("limit", "51"),), ["query limit: limit is 51; the contract says a whole number of at most 50"]),
        ((("limit", "x"),), ['query limit: limit is "x"; the contract says a whole number']),
        ((("limit", "5"), ("tags", "a,c")), ['query tags: tags is "c"; the contract says "a" or "b"']),
        ((("limit", "5"), ("at[from]", "x")), ['query at: at is "x"; the contract says a whole number']),
    ],
)
def test_parameters_are_held_against_their_schemas_as_texts(
    side: Side, query: tuple[tuple[str, str], ...], found: list[str]
) -> None:
    exchange = Exchange(Request("GET", "/v1/things/7", query, SENT.headers), answered().response)

    assert told(side, exchange) == [f"request: {each}" for each in found]


def test_path_and_headers_are_held_against_their_schemas(side: Side) -> None:
    exchange = Exchange(Request("GET", "/v1/things/a%20b", (("limit", "5"),)), answered().response)

    assert told(side, exchange) == [
        'request: path id: id is "a b"; the contract says a whole number',
        "request: header X-Trace: X-Trace was not sent, and the contract asks for it",
    ]


@pytest.mark.parametrize(
    ("body", "media", "found"),
    [
        (GOOD, "application/json", []),
        ({**GOOD, "secret": "x"}, "application/json", []),
        (NO_BODY, "application/json", ["body: no body was sent, and the contract asks for one"]),
        ({**GOOD, "name": 1}, "application/json", ["body name: name is a whole number; the contract says text"]),
        ({**GOOD, "nick": "x"}, "application/json", ["body nick: nick is not in the contract"]),
        (
            {**GOOD, "made": "x"},
            "application/json",
            ["body made: made is there, and the contract says that it is only answered, never taken"],
        ),
        (
            Raw({"text": "a"}),
            "text/csv",
            ["body text/csv: the body was sent as text/csv, and the contract takes application/json or "
             "application/x-www-form-urlencoded"],
        ),
        ({"n": 7, "flags": [True, False]}, "application/x-www-form-urlencoded", []),
        (Raw({"text": "n=7&flags=true"}), "application/x-www-form-urlencoded", []),
        (Raw({"text": "n=x"}), "application/x-www-form-urlencoded", ['body n: n is "x"; the contract says a whole number']),
        (Raw({"text": "m=1"}), "application/x-www-form-urlencoded", [
            "body n: n is missing, and the contract requires it", "body m: m is not in the contract",
        ]),
    ],
)  # fmt: skip
def test_a_body_that_is_sent_is_held_against_its_schema(side: Side, body: JSON, media: str, found: list[str]) -> None:
    assert told(side, put(body, media)) == [f"request: {each}" for each in found]


# --- drift --------------------------------------------------------------------------------------------------------------------


def test_what_the_traffic_has_and_the_contract_does_not_say_is_listed(side: Side) -> None:
    headers = {**SENT.headers, "x-debug": "1", "x-api-key": "k", "user-agent": "me", "authorization": "t"}
    request = Request("GET", "/v1/things/7", (("limit", "5"), ("page", "2"), ("at[to]", "1")), headers)
    body = {**GOOD, "extra": {"deep": 1}, "status": "late", "secret": "x"}
    response = Response(200, {**JSON_TYPE, "etag": "x", "x-shard": "7", "date": "today"}, body)

    assert drift(side, Exchange(request, response)) == [
        "request: query page: page was sent, and is not in the contract",
        "request: header x-debug: the header x-debug was sent, and is not in the contract",
        "response: 200 header.x-shard: the header x-shard is not in the contract",
        "response: 200 application/json extra: extra is not in the contract",
        "response: 200 application/json secret: secret is there, and the contract says that it is only written, never answered",
        'response: 200 application/json status: status is "late"; the contract says "on" or "off"',
    ]


@pytest.mark.parametrize(("status", "element"), [(200, "200 text/html"), (301, "default text/html"), (206, "206")])
def test_a_status_or_media_type_that_is_not_in_the_contract_is_drift(side: Side, status: int, element: str) -> None:
    page = Raw({"media": "text/html", "bytes": 6, "text": "<html>"})

    (only,) = drift(side, answered(page, status, {"content-type": "text/html"}))
    assert only.startswith(f"response: {element}: it ")


# --- events -------------------------------------------------------------------------------------------------------------------


def test_an_event_is_held_against_its_message() -> None:
    document = """
    openapi: 3.1.0
    info: {title: made, version: 1.0.0}
    webhooks:
      moved:
        post:
          parameters: [{name: X-Id, in: header, required: true, schema: {type: string}}]
          requestBody: {content: {application/json: {schema: {type: object, required: [at], properties: {at: {type: integer}}}}}}
          responses: {'204': {description: ok}}
    """
    side = Side(read(textwrap.dedent(document)))
    event = side.contract.event("moved")
    assert event is not None
    exchange = Exchange(Request("POST", "/inbox"), Response(200, JSON_TYPE, {"at": "x", "by": 1}))

    assert [(each.element, each.because) for each in departures(side, event, exchange)] == [
        ("webhook moved header.X-Id", "the header X-Id is missing, and the contract promises it"),
        ("webhook moved application/json at", 'at is "x"; the contract says a whole number'),
    ]
    assert [each.element for each in undeclared(side, event, exchange)] == ["webhook moved application/json by"]


# --- whatever comes -----------------------------------------------------------------------------------------------------------


def deep(levels: int) -> JSON:
    value: JSON = "end"
    for _ in range(levels):
        value = {"legs": [value]}
    return value


ODD: list[JSON] = [
    None, True, 0, 10**400, float("nan"), float("inf"), "", "\ud800", "\x00", [], {}, {"": ""}, [[]] * 1000, deep(50),
    deep(100_000), {"legs": None}, {"legs": {"a": 1}}, {"name": deep(1000), "legs": 7}, Raw({}), Raw({"text": None}),
    Raw({"media": 7}), NO_BODY, {str(number): number for number in range(10_000)}, {"legs": [{"from": "x"}] * 150_000},
]  # fmt: skip


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("media", ["application/json", "application/x-www-form-urlencoded", "", "text/html", "\x00;;"])
def test_whatever_the_body_is_there_is_an_outcome(side: Side, body: JSON, media: str) -> None:
    exchanges = [answered(body, 200, {"content-type": media}), put(body, media)]
    for exchange in exchanges:
        for found in (departures, undeclared):
            elements = [each.element for each in found(side, operation(side, exchange.request.method), exchange)]
            assert len(elements) == len(set(elements))


def test_every_text_of_the_json_test_suite_is_a_body_with_an_outcome(corpus: Path, side: Side) -> None:
    files = sorted((corpus / "hostile/JSONTestSuite/test_parsing").glob("*.json"))
    outcomes: dict[str, set[bool]] = {"y": set(), "n": set(), "i": set()}
    for path in files:
        body = read_body(path.read_bytes(), "application/json")
        found = told(side, answered(body))
        outcomes[path.name[0]].add(any("cannot be read" in each or "there is no body" in each for each in found))
        assert found != [], path.name

    assert len(files) > 300
    assert outcomes == {"y": {False}, "n": {True}, "i": {False, True}}


def test_the_versions_of_a_contract_have_each_their_own_word() -> None:
    record, candidate = Side(read(CONTRACT)), Side(read(CONTRACT.replace("enum: [on, off]", "enum: [on, off, late]")))
    exchange = answered({**GOOD, "status": "late"})

    assert [len(told(side, exchange)) for side in (record, candidate, record)] == [1, 0, 1]


RAIL = Path(__file__).parent.parent / "contracts/rail/partners"


@pytest.mark.parametrize("partner", ["operator", "ticketing", "notify"])
def test_what_a_contract_shows_as_its_answer_keeps_to_it(partner: str) -> None:
    side = read_contract(RAIL / partner / "openapi.yaml", partner)
    looked_at = 0
    for each in side.contract.operations():
        for key, answer in each.answers.items():
            for media in answer.media:
                for example in shown(media.node.value):
                    response = Response(answer.status, {"content-type": media.name}, example)
                    found = departures(side, each, Exchange(Request(each.method, each.path), response))
                    wrong = [one for one in found if one.part == "response" and "header." not in one.element]
                    assert wrong == [], (str(each), key, wrong)
                    assert undeclared(side, each, Exchange(Request(each.method, each.path), response)) == []
                    looked_at += 1
    assert looked_at > 0


def shown(media: Mapping[str, JSON]) -> list[JSON]:
    """Return the examples of a media type."""
    several = [each["value"] for each in media.get("examples", {}).values() if "value" in each]
    return [*several, *([media["example"]] if "example" in media else [])]
