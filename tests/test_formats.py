"""Formats mean one thing, to the engine that compares schemas and to the validators that check what it finds."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest

from cxcontracts.exchanges import JSON
from cxcontracts.formats import ANNOTATIONS, ASSERTED, NAMES, OUTLINES, SAMPLES, rewritten, spelled_out

TEXT = frozenset({"string"})
WHOLE = frozenset({"integer"})
ANY = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})

WRONG = {
    "date": "2031-5-17",
    "time": "8:15",
    "date-time": "2031-05-17 at eight",
    "duration": "15 minutes",
    "email": "ada",
    "idn-email": "ada",
    "hostname": "not a host",
    "idn-hostname": "not a host",
    "ipv4": "192.0.2.256",
    "ipv6": "2001::db8::1",
    "uri": "/b",
    "uri-reference": "a b",
    "iri": "/é",
    "iri-reference": "a b",
    "uuid": "6f1c2a9e",
    "json-pointer": "a",
    "relative-json-pointer": "/a",
    "regex": "(",
    "uri-template": "/{a",
}
"""A text that does not have each format."""


def valid(schema: JSON, value: JSON) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_validators_know_each_asserted_format_and_let_its_samples_pass(name: str) -> None:
    schema = {"type": "string", "format": name}

    assert [sample for sample in SAMPLES[name] if not valid(schema, sample)] == []
    assert not valid(schema, WRONG[name])


def test_samples_of_a_format_differ_so_that_one_can_stand_for_another_value() -> None:
    assert [name for name, samples in SAMPLES.items() if len(set(samples)) < 2] == []
    assert set(WRONG) == set(SAMPLES)


@pytest.mark.parametrize("name", OUTLINES)
def test_every_sample_of_a_format_matches_its_outline(name: str) -> None:
    assert [sample for sample in SAMPLES[name] if re.fullmatch(OUTLINES[name], sample) is None] == []
    assert re.fullmatch(OUTLINES[name], "a b") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date-time", "1999-12-31T23:59:60Z"),
        ("date-time", "1999-12-31t23:59:59.123z"),
        ("time", "23:59:59.5-08:00"),
        ("uuid", "6F1C2A9E-3B54-4D07-9A61-0C8E5D2F7B13"),
        ("ipv4", "0.0.0.0"),
    ],
)
def test_whatever_the_validators_take_for_a_format_matches_its_outline(name: str, text: str) -> None:
    assert valid({"format": name}, text)
    assert re.fullmatch(OUTLINES[name], text) is not None


@pytest.mark.parametrize(
    ("name", "types", "keys"),
    [
        ("date", TEXT, {"format": "date"}),
        ("date", ANY, {"format": "date"}),
        ("date", WHOLE, {}),
        ("url", TEXT, {"format": "uri"}),
        ("int32", WHOLE, {"minimum": -(2**31), "maximum": 2**31 - 1}),
        ("int32", TEXT, {}),
        ("phone", TEXT, {"pattern": r"^\+[1-9][0-9]{6,14}$"}),
        ("phone", WHOLE, {}),
        ("int64", WHOLE, {}),
        ("password", TEXT, {}),
        ("partners-own", TEXT, {}),
    ],
)
def test_a_format_is_spelled_out_for_the_values_that_it_is_said_of(
    name: str, types: frozenset[str], keys: dict[str, Any]
) -> None:
    assert spelled_out(name, types) == keys


@pytest.mark.parametrize(("name", "right", "wrong"), [("phone", "+442079460000", "020"), ("url", "https://a.example/b", "b c")])
def test_a_format_of_text_leaves_other_values_alone(name: str, right: str, wrong: str) -> None:
    schema = dict(spelled_out(name, ANY))

    assert [valid(schema, value) for value in (right, wrong, 7, None, [wrong])] == [True, False, True, True, True]


def test_a_number_with_the_format_of_32_bits_is_bounded_whatever_else_it_may_be() -> None:
    schema = dict(spelled_out("int32", ANY))

    assert [valid(schema, value) for value in (2**31 - 1, 2**31, -(2**31) - 1, "x" * 40)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"type": "string", "format": "date"}, {"type": "string", "format": "date"}),
        ({"type": "string", "format": "url"}, {"type": "string", "allOf": [{"format": "uri"}]}),
        ({"type": "integer", "format": "url"}, {"type": "integer"}),
        ({"type": "string", "format": "password"}, {"type": "string"}),
        (
            {"type": "string", "format": "url", "allOf": [{"maxLength": 3}]},
            {"type": "string", "allOf": [{"maxLength": 3}, {"format": "uri"}]},
        ),
        ({"format": ["url"]}, {"format": ["url"]}),
        (True, True),
        (7, 7),
    ],
)
def test_a_format_that_is_not_asserted_as_such_is_rewritten(schema: JSON, found: JSON) -> None:
    assert rewritten(schema) == found


PLACES = [
    *({key: "HERE"} for key in ("items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else")),
    *({key: {"a": "HERE"}} for key in ("properties", "patternProperties")),
    *({key: ["HERE", {}]} for key in ("allOf", "anyOf", "oneOf", "prefixItems")),
    {"properties": {"format": "HERE"}},
    {"items": {"properties": {"a": {"anyOf": ["HERE"]}}}},
]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_format_is_rewritten_wherever_a_schema_can_stand(place: JSON) -> None:
    assert rewritten(filled(place, {"type": "string", "format": "url"})) == filled(
        place, {"type": "string", "allOf": [{"format": "uri"}]}
    )


@pytest.mark.parametrize("place", [{"const": "HERE"}, {"enum": ["HERE"]}, {"default": "HERE"}, {"x-note": "HERE"}], ids=str)
def test_a_value_that_looks_like_a_schema_is_left_as_it_is(place: JSON) -> None:
    written = filled(place, {"type": "string", "format": "url"})

    assert rewritten(written) == written


def filled(place: JSON, schema: JSON) -> JSON:
    """Return a schema with another one in place of ``HERE``."""
    if isinstance(place, dict):
        return {key: filled(below, schema) for key, below in place.items()}
    if isinstance(place, list):
        return [filled(below, schema) for below in place]
    return schema if place == "HERE" else place


def test_every_name_with_a_meaning_is_asserted_rewritten_or_refuses_nothing() -> None:
    odd = NAMES - SAMPLES.keys() - ANNOTATIONS

    assert {name.encode() for name in SAMPLES} == ASSERTED
    assert odd == {"int32", "phone", "url"}
    assert set(SAMPLES) | odd | ANNOTATIONS == NAMES
    assert [len(one & other) for one, other in ((set(SAMPLES), odd), (odd, ANNOTATIONS), (set(SAMPLES), ANNOTATIONS))] == [
        0,
        0,
        0,
    ]
    assert [name for name in ANNOTATIONS if spelled_out(name, ANY)] == []
