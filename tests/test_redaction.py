"""What nobody may read is taken out of values, whatever they are part of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from cxcontracts.exchanges import NO_BODY, Exchange, Raw, Request, Response
from cxcontracts.findings import Harm, Run, Verdict
from cxcontracts.redaction import redacted, redacted_json
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
