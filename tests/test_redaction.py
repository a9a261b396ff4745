"""What nobody may read is taken out of values, whatever they are part of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from cxcontracts.exchanges import NO_BODY, Exchange, Raw, Request, Response
from cxcontracts.findings import Harm, Run, Verdict
from cxcontracts.redaction import credentials, redacted, redacted_json, without_credentials
from tests.runs import hurt

CANARY = "canary-0815-4711"


def hidden(text: str) -> str:
    return text.replace(CANARY, "***")


def texts(value: Any) -> Iterator[str]:
    """Every text of a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for part in pair for text in texts(part))
        yield from texts(getattr(value, "why", ""))
    elif isinstance(value, tuple | list | frozenset):
        yield from (text for item in value for text in texts(item))
    elif dataclasses.is_dataclass(value):
        yield from (text for field in dataclasses.fields(value) for text in texts(getattr(value, field.name)))


def test_no_text_of_a_run_has_it_any_more_and_all_else_stays() -> None:
    run = hurt(f"a {CANARY} b", "verify")
    found = redacted(run, hidden)
    assert [text for text in texts(found) if CANARY in text] == []
    assert found == hurt("a *** b", "verify")


def test_words_of_ours_stay_what_they_are() -> None:
    found = redacted(hurt("x"), lambda text: "?")
    assert {type(finding.verdict) for finding in found.findings} == {Verdict}
    assert {finding.verdict for finding in found.findings} == set(Verdict)
    assert found.fail_on == frozenset(Harm) - {Harm.DELAYED}
    assert found.findings[0].customers == {"?": 12}


def test_where_nothing_is_taken_out_nothing_is_copied() -> None:
    run = Run("check", "parcels", (), frozenset())
    assert redacted(run, str) is run


def test_a_body_stays_what_it_was_and_loses_numbers_too() -> None:
    def no_pin(text: str) -> str:
        return text.replace("123456", "***")

    exchange = Exchange(
        Request("GET", "/a", body=NO_BODY),
        Response(200, {"x": ["123456"]}, Raw({"text": "pin 123456", "bytes": 123456}, "123456?")),
    )
    found = redacted(exchange, no_pin)
    assert found.request.body is NO_BODY
    assert isinstance(found.response.body, Raw)
    assert (found.response.headers, found.response.body, found.response.body.why) == (
        {"x": ["***"]},
        {"text": "pin ***", "bytes": "***"},
        "***?",
    )
    assert redacted_json({"a": (123456, True, 1.5)}, no_pin) == {"a": ["***", True, 1.5]}
    assert redacted_json([123456], no_pin, numbers=False) == [123456]


OF_SOMEBODY = Request(
    "GET",
    "/a",
    (("api_key", "k3y-in-query"), ("page", "2")),
    {
        "authorization": "Bearer t0ken",
        "cookie": "sid=c00kie; lang=en",
        "x-api-key": "k3y",
        "proxy-authorization": "$env.PROXY",
        "x-keys": "1",
    },
)


def test_what_is_a_credential_by_its_name_is_taken_out_of_requests_and_what_has_a_name_keeps_it() -> None:
    found = redacted(OF_SOMEBODY, lambda text: text)
    assert found == without_credentials(OF_SOMEBODY)
    assert found.query == (("api_key", "$hidden"), ("page", "2"))
    assert found.headers == {
        "authorization": "Bearer $hidden",
        "cookie": "sid=$hidden; lang=$hidden",
        "x-api-key": "$hidden",
        "proxy-authorization": "$env.PROXY",
        "x-keys": "1",
    }
    assert [*credentials(OF_SOMEBODY)] == ["t0ken", "c00kie", "en", "k3y", "$env.PROXY", "k3y-in-query"]


def test_no_cookie_that_is_handed_out_is_left() -> None:
    response = Response(
        200, {"set-cookie": "sid=a; Path=/; Expires=Sat, 16 Jan 2027 08:30:00 GMT, id=$env.b; Secure", "x": "a=b"}
    )
    assert redacted(response, lambda text: text).headers == {
        "set-cookie": "sid=$hidden; Path=/; Expires=Sat, 16 Jan 2027 08:30:00 GMT, id=$hidden; Secure",
        "x": "a=b",
    }
