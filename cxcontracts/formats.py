"""Formats, each defined once, for the engine that compares schemas and for the validators that check witnesses.

A format is *asserted* (the engine knows it), *rewritten* as other JSON Schema keys, or an annotation that accepts anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

SAMPLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "date": ("2031-05-17", "2031-05-18"),
        "time": ("08:15:00Z", "09:15:00Z"),
        "date-time": ("2031-05-17T08:15:00Z", "2031-05-18T09:15:00+01:00"),
        "duration": ("PT15M", "P1D"),
        "email": ("ada@example.com", "grace@example.org"),
        "idn-email": ("ada@example.com", "grace@example.org"),
        "hostname": ("example.com", "www.example.org"),
        "idn-hostname": ("example.com", "www.example.org"),
        "ipv4": ("192.0.2.1", "198.51.100.7"),
        "ipv6": ("2001:db8::1", "2001:db8::7"),
        "uri": ("https://example.com/a", "urn:example:b"),
        "uri-reference": ("https://example.com/a", "/b"),
        "iri": ("https://example.com/a", "https://example.org/é"),
        "iri-reference": ("https://example.com/a", "/é"),
        "uuid": ("6f1c2a9e-3b54-4d07-9a61-0c8e5d2f7b13", "0b9d7c1e-52aa-4f3e-8d06-9e4b1c7a2f58"),
        "json-pointer": ("/a", ""),
        "relative-json-pointer": ("1/a", "0"),
        "regex": ("^a$", "b"),
        "uri-template": ("https://example.com/{a}", "/b"),
    }
)
"""The formats that are asserted, with values that have them: RFC 3339, 5321, 9562, 3986 and their kin."""

LONGER: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "email": ("a@", "x.", "example.com"),
        "hostname": ("", "x.", "example.com"),
        "uri": ("https://example.com/", "a", ""),
        "uri-reference": ("/", "a", ""),
    }
)
"""How a text of a format gets long: a head, what is repeated, a tail."""

_REWRITTEN: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = MappingProxyType(
    {
        "int32": ("integer", {"minimum": -(2**31), "maximum": 2**31 - 1}),
        "phone": ("string", {"pattern": r"^\+[1-9][0-9]{6,14}$"}),
        "url": ("string", {"format": "uri"}),
    }
)

ASSERTED: Final = frozenset(name.encode() for name in SAMPLES)
"""The names of the formats that the engine knows as they are; any other is rewritten, or says nothing."""

ANNOTATIONS: Final = frozenset({"float", "double", "int64", "byte", "binary", "password"})
"""The formats of OpenAPI that refuse no value that anybody sends: no client counts beyond 64 bits."""

NAMES: Final = frozenset({*SAMPLES, *_REWRITTEN, *ANNOTATIONS})
"""Every format that has a meaning here. Any other annotates only."""

OUTLINES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "uuid": r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "ipv4": r"[0-9]{1,3}(\.[0-9]{1,3}){3}",
        "ipv6": r"[0-9a-fA-F.]*:[0-9a-fA-F:.]+",
        "email": r"[\s\S]+@[\s\S]+",
        "hostname": r"[A-Za-z0-9._-]+",
        "uri": r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]*",
        "iri": r"[A-Za-z][A-Za-z0-9+.-]*:[\s\S]*",
        "duration": r"P[0-9YMWDTHS.,]+",
        "date-time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})",
        "time": r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    }
)
"""A regular expression that every text of the format matches; it may match others as well. Anchored at both ends."""


_SCHEMAS = frozenset({"items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"})
_NAMED = frozenset({"properties", "patternProperties"})
_LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_TYPES = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})


def rewritten(schema: Any) -> Any:
    """Return a schema in which each format that is not asserted as such is what it stands for, or left out.

    >>> rewritten({"type": "array", "items": {"type": "string", "format": "url"}})
    {'type': 'array', 'items': {'type': 'string', 'allOf': [{'format': 'uri'}]}}
    """
    if not isinstance(schema, Mapping):
        return schema
    whole = {key: _rewritten(key, value) for key, value in schema.items()}
    name = whole.get("format")
    if isinstance(name, str) and name not in SAMPLES:
        written = whole.get("type", list(_TYPES))
        types = frozenset([written] if isinstance(written, str) else written if isinstance(written, list) else _TYPES)
        meant = spelled_out(name, types | {"integer"} if "number" in types else types)
        del whole["format"]
        if meant:
            whole["allOf"] = [*whole.get("allOf", []), dict(meant)]
    return whole


def _rewritten(key: str, value: Any) -> Any:
    if key in _SCHEMAS:
        return rewritten(value)
    if key in _NAMED and isinstance(value, Mapping):
        return {name: rewritten(below) for name, below in value.items()}
    return [rewritten(below) for below in value] if key in _LISTED and isinstance(value, list) else value


def spelled_out(name: str, types: frozenset[str]) -> Mapping[str, Any]:
    """Return the JSON Schema keys that a ``format`` stands for among values of *types*; none where it only annotates.

    >>> spelled_out("int32", frozenset({"integer"}))["maximum"]
    2147483647
    >>> spelled_out("date", frozenset({"string"}))
    {'format': 'date'}
    >>> spelled_out("password", frozenset({"string"}))
    {}
    """
    if name in SAMPLES:
        return {"format": name} if "string" in types else {}
    kind, keys = _REWRITTEN.get(name, ("", {}))
    if kind not in types:
        return {}
    return keys if kind == "integer" or types == {kind} else {"allOf": [{"if": {"type": kind}, "then": dict(keys)}]}
