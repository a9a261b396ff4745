"""The texts of ``call`` and ``event``."""

from __future__ import annotations

import pytest

from cxcontracts.estate.calls import parse_call, parse_event
from cxcontracts.estate.mistakes import Misread
from cxcontracts.estate.model import Call


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("operator GET /services/{serviceId}", Call("operator", "GET", "/services/{serviceId}")),
        ("operator  POST  /a/{b}.{c}/d:act", Call("operator", "POST", "/a/{b}.{c}/d:act")),
        ("operator QUERY /search", Call("operator", "QUERY", "/search")),
        ("operator GET /", Call("operator", "GET", "/")),
        ("operator GET /a b", Call("operator", "GET", "/a b")),
        ("operator GET $next", Call("operator", "GET", "$next")),
        ("operator getService", Call("operator", operation_id="getService")),
        ("operator services/{id}#get", Call("operator", operation_id="services/{id}#get")),
        ("operator get", Call("operator", operation_id="get")),
        ("operator Get a service", Call("operator", operation_id="Get a service")),
    ],
)
def test_a_call_names_a_partner_and_an_operation(text: str, call: Call) -> None:
    assert parse_call(text) == call


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' names no operation; write PARTNER METHOD /path, or PARTNER OPERATION-ID"),
        ("operator GET", "'operator GET' names no operation; write PARTNER METHOD /path, or PARTNER OPERATION-ID"),
        ("/services", "'/services' does not say whose operation it is; put the partner first: PARTNER /services"),
        ("operator GTE /services", "'GTE' is no HTTP method; did you mean GET?"),
        ("operator get services", "'get' is no HTTP method; did you mean GET?"),
        ("operator FETCH /services", "'FETCH' is no HTTP method; did you mean PATCH?"),
        (
            "operator /services",
            "no HTTP method stands before '/services'; write operator GET /services, or whichever method it is",
        ),
        ("operator GET /{a", "the braces of '/{a' do not pair up; write each parameter as {name}"),
        ("operator GET /{}", "the braces of '/{}' do not pair up; write each parameter as {name}"),
    ],
)
def test_a_call_that_names_none_is_told_how_to_write_it(text: str, message: str) -> None:
    with pytest.raises(Misread) as raised:
        parse_call(text)
    assert str(raised.value) == message


def test_an_event_names_a_partner_and_a_message() -> None:
    assert parse_event("notify  disruption.sent ") == ("notify", "disruption.sent")


@pytest.mark.parametrize("text", ["", "disruption.sent", "notify "])
def test_an_event_needs_both(text: str) -> None:
    with pytest.raises(Misread, match="names no message"):
        parse_event(text)
