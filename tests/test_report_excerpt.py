"""Exchanges in a few lines."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.exchanges import Exchange, Request, Response
from cxcontracts.findings import Change
from cxcontracts.reports.excerpt import excerpt, request_line, response_line
from tests.runs import CAUSE_NULL, REFUSED, finding

LONG: Any = {
    "serviceId": "SVC-1",
    "calls": [{"station": f"S{n}", "note": "x" * 80} for n in range(200)],
    "cause": {"code": None, "text": {"en": "y" * 300}},
    "updatedAt": "2026-11-22T07:30:00Z",
}
trees: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.sampled_from("abcde*0"), inner, max_size=6),
    max_leaves=30,
)
paths = st.lists(st.sampled_from("abcde*01"), max_size=6).map(tuple)


@given(trees, paths)
def test_a_value_that_fits_is_shown_whole(value: Any, focus: tuple[str, ...]) -> None:
    assert json.loads(excerpt(value, focus, 100_000)) == value


@given(trees, paths, st.integers(10, 200))
def test_an_excerpt_keeps_to_its_room(value: Any, focus: tuple[str, ...], room: int) -> None:
    assert len(excerpt(value, focus, room)) <= room


@pytest.mark.parametrize(
    ("focus", "room", "shown"),
    [
        (("cause", "code"), 60, '{…, "cause": {"code": null, …}, …}'),
        (("cause", "code"), 100, '{"serviceId": "SVC-1", "calls": […], "cause": {"code": null, "text": {…}}, …}'),
        (("updatedAt",), 60, '{…, "updatedAt": "2026-11-22T07:30:00Z"}'),
        (("calls", "*", "station"), 60, '{…, "calls": [{"station": "S0", …}, …], …}'),
        (("calls", "7", "station"), 60, '{…, "calls": […, {"station": "S7", …}, …], …}'),
        (("calls", "0", "platform"), 60, '{…, "calls": [{…, no "platform"}, …], …}'),
        (("cause", "code", "deeper"), 60, '{…, "cause": {"code": null, …}, …}'),
        (("delay",), 60, '{"serviceId": "SVC-1", "calls": […], …, no "delay"}'),
        ((), 60, '{"serviceId": "SVC-1", "calls": […], …}'),
    ],
)
def test_what_the_finding_speaks_of_is_kept_longest(focus: tuple[str, ...], room: int, shown: str) -> None:
    assert excerpt(LONG, focus, room) == shown


@pytest.mark.parametrize(("value", "shown"), [({}, "{}"), ([], "[]"), (None, "null"), ("é\n", '"é\\n"'), (float("nan"), "NaN")])
def test_a_body_need_not_be_an_object(value: Any, shown: str) -> None:
    assert excerpt(value, ("a",), 20) == shown


def test_a_body_nested_without_end_is_cut() -> None:
    body: Any = []
    for _ in range(100_000):
        body = [body]
    assert excerpt(body, ("0",) * 9, 60) == "[" * 22 + "…" + "]" * 22


def test_a_path_without_end_is_followed_for_a_while() -> None:
    body: Any = None
    for _ in range(100_000):
        body = {"a": body}
    one = finding(f"j/s/needs:{'a.' * 99_999}a", witness=Exchange(Request("GET", "/x"), Response(200, body=body)))
    assert one.witness is not None
    assert len(response_line(one, one.witness, 100)) == 104


def test_the_need_says_where_to_look_before_the_element_does() -> None:
    by_need = finding(
        "j/s/needs:cause.code",
        element="GET /x 200 application/json",
        witness=Exchange(Request("GET", "/x"), Response(200, body=LONG)),
    )
    by_element = finding("j/s/keep:code", element="GET /x 200 application/json cause.code", witness=by_need.witness)
    for one in (by_need, by_element):
        assert one.witness is not None
        assert response_line(one, one.witness, 60) == '200 {…, "cause": {"code": null, …}, …}'


def test_a_path_that_leads_nowhere_gives_way_to_the_element() -> None:
    one = finding("j/s/keep:a.b.c.d.e", element="GET /x 200 application/json cause.code")
    assert (
        response_line(one, Exchange(Request("GET", "/x"), Response(200, body=LONG)), 60)
        == '200 {…, "cause": {"code": null, …}, …}'
    )


def test_a_request_shows_method_path_query_and_body() -> None:
    assert request_line(finding(), REFUSED, 100) == 'POST /bookings?dry=true {"bookingRef": "QX7T2M", "surname": "Ng"}'
    assert request_line(finding(), CAUSE_NULL, 100) == "GET /services/SVC-1"


def test_an_assumed_refusal_says_that_it_is_assumed() -> None:
    assert response_line(finding(), REFUSED, 100) == "400 (assumed: no contract declares this refusal)"


def test_a_call_that_is_answered_though_a_part_of_it_is_ignored_is_no_refusal() -> None:
    ignored = dataclasses.replace(REFUSED, response=dataclasses.replace(REFUSED.response, status=200))

    assert response_line(finding(), ignored, 100) == "200 (assumed: the call is answered all the same)"


def test_only_the_headers_that_the_finding_names_are_shown() -> None:
    exchange = Exchange(
        Request("GET", "/x", headers={"authorization": "Bearer CANARY", "x-channel": "app"}),
        Response(200, headers={"etag": 7, "server": "nginx"}, body=None),
    )
    one = finding("j/s/needs:header.ETag", element="GET /x header X-Channel", witness=exchange)
    assert request_line(one, exchange, 100) == "GET /x X-Channel: app"
    assert response_line(one, exchange, 100) == "200 ETag: 7 null"


# -- of a change ---------------------------------------------------------------------------------------------


def shown(rule: str, element: str, exchange: Exchange) -> tuple[str, str]:
    told = Change(element=element, change="", rule=rule)
    return request_line(told, exchange, 200), response_line(told, exchange, 200)


@pytest.mark.parametrize(
    ("rule", "element", "request_", "response"),
    [
        (
            "response-property-removed",
            "POST /x 200 application/json a.*.b",
            'POST /x?limit=5 {"a": [{}]}',
            '200 {"a": [{"c": 1, no "b"}]}',
        ),
        ("response-property-became-optional", "POST /x 200 application/json z", None, '200 {"a": [{"c": 1}], no "z"}'),
        ("response-property-removed-before-sunset", "POST /x 200 application/json z", None, '200 {"a": [{"c": 1}], no "z"}'),
        ("request-property-became-required", "POST /x body application/json a.*.b", 'POST /x?limit=5 {"a": [{no "b"}]}', None),
        ("event-property-removed", "webhook x event application/json b", 'POST /x?limit=5 {"a": [{}], no "b"}', None),
        ("request-parameter-required-added", "POST /x query page", 'POST /x?limit=5 no "page" {"a": [{}]}', None),
        ("request-parameter-became-required", "POST /x header X-Id", 'POST /x?limit=5 no "X-Id" {"a": [{}]}', None),
        ("request-parameter-removed", "POST /x query limit", None, None),
        ("request-type-changed", "POST /x query page", None, None),
        ("request-parameter-removed", "POST /x path id", None, None),
        ("response-header-removed", "POST /x 200 header.etag", None, '200 no "etag" {"a": [{"c": 1}]}'),
        ("response-type-changed", "POST /x 200 application/json z", None, None),
    ],
)
def test_what_is_missing_is_told_where_that_is_the_point_and_nowhere_else(
    rule: str, element: str, request_: str | None, response: str | None
) -> None:
    exchange = Exchange(Request("POST", "/x", query=(("limit", "5"),), body={"a": [{}]}), Response(200, body={"a": [{"c": 1}]}))

    lines = shown(rule, element, exchange)

    assert lines == (request_ or 'POST /x?limit=5 {"a": [{}]}', response or '200 {"a": [{"c": 1}]}')


def test_a_finding_is_no_change_and_has_nothing_missing() -> None:
    assert request_line(finding(element="GET /x query limit"), Exchange(Request("GET", "/x"), Response(200)), 99) == "GET /x"


def test_a_body_that_is_missing_is_told_to_be() -> None:
    exchange = Exchange(Request("POST", "/x"), Response(204))

    assert shown("request-body-became-required", "POST /x body", exchange) == ("POST /x no body", "204")
    assert shown("response-media-type-removed", "POST /x 204 text/csv", exchange) == ("POST /x", "204 no body")


def test_of_a_size_the_number_is_the_proof() -> None:
    exchange = Exchange(Request("POST", "/x", body={"a": "x" * 2001}), Response(200, body={"a": [1] * 251, "b": "y" * 40}))

    sent, _ = shown("request-length-changed", "POST /x body application/json a", exchange)
    _, came = shown("response-size-changed", "POST /x 200 application/json a", exchange)

    assert sent == 'POST /x {"a": "xxxxxxxxxx…" (2,001 characters)}'
    assert came == f'200 {{"a": [1, …] (251 items), "b": "{"y" * 40}"}}'


def test_what_only_leads_to_a_size_is_not_counted() -> None:
    exchange = Exchange(Request("GET", "/x"), Response(200, body={"a": [{"b": "x" * 31}, {}, {}, {}]}))

    _, came = shown("response-length-changed", "GET /x 200 application/json a.*.b", exchange)

    assert came == '200 {"a": [{"b": "xxxxxxxxxx…" (31 characters)}, {}, {}, {}]}'


def test_what_stands_in_the_url_is_cut_too() -> None:
    exchange = Exchange(Request("GET", f"/x/{'y' * 99}/z", query=(("q", "z" * 99),)), Response(200))

    assert request_line(finding(), exchange, 100) == f"GET /x/{'y' * 60}…/z?q={'z' * 60}…"
