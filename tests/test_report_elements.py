"""The names of elements, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.reports.elements import element_of


@pytest.mark.parametrize(
    ("text", "noun", "name", "phrase"),
    [
        ("GET /stations", "operation", "GET /stations", "GET /stations"),
        ("webhook delayed", "webhook", "delayed", "the webhook delayed"),
        ("GET /stations security", "", "", ""),
        ("POST /bookings body", "", "", ""),
        ("POST /bookings body application/json", "media type", "application/json", "application/json"),
        ("POST /bookings body application/json legs.*.fare", "field", "legs.*.fare", "legs.*.fare"),
        ("POST /bookings body application/json first name", "field", "first name", "first name"),
        ("GET /stations query limit", "query parameter", "limit", "the query parameter limit"),
        ("GET /stations query filter deep.er", "query parameter", "filter deep.er", "the query parameter filter deep.er"),
        ("GET /stations 200", "status", "200", "200"),
        ("GET /stations 4XX", "status", "4XX", "4XX"),
        ("GET /stations default", "status", "default", "any other status"),
        ("GET /stations 200 header.etag", "header", "etag", "the header etag"),
        ("POST /bookings callback.delayed", "callback", "delayed", "the callback delayed"),
        ("webhook delayed event application/json cause", "field", "cause", "cause"),
        ("GET /stations 200 application/json default", "field", "default", "default"),
        ("GET /stations query", "", "", ""),
        ("GET /stations all", "", "", ""),
        ("GET /stations 2000", "", "", ""),
        ("info version", "operation", "info version", "info version"),
    ],
)
def test_a_part_is_called_what_sentences_call_it(text: str, noun: str, name: str, phrase: str) -> None:
    element = element_of(text)

    assert (element.noun, element.name, element.phrase) == (noun, name, phrase)


@given(st.text(st.sampled_from("a /.{}*\n\x00é"), max_size=30))
def test_no_text_is_beyond_it(text: str) -> None:
    element_of(text)
