"""Contracts with something wrong in them: parts dropped, doubled, moved, renamed, or replaced by what no one expects there."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cxcontracts.exchanges import JSON

Spot = tuple[Any, Any]
"""A list or a mapping, and the index or the key of a part of it."""

STRANGE: tuple[JSON, ...] = (
    None, True, False, 0, -1, 0.5, 1e308, 10**30, -(10**30), "", "x", "object", "\x00\u202e", "^(a+)+$", "(", "2020-13-45",
    [], {}, [None], [[]], {"": ""}, {"type": "object"}, {"type": "file"}, {"type": ["null", "string", 3]}, {"enum": []},
    {"enum": [{}, None, 1]}, {"const": 10**30}, {"minimum": 10**30, "maximum": -1}, {"pattern": "("}, {"multipleOf": 0},
    {"minItems": 10**9}, {"allOf": [False]}, {"oneOf": [{}, {}, {}]}, {"anyOf": []}, {"not": {}}, {"if": {}, "then": False},
    {"additionalProperties": False}, {"required": ["a", 1]}, {"items": []}, {"$ref": "#"}, {"$ref": "#/paths"},
    {"$ref": "#/nowhere"}, {"$ref": "other.yaml"}, {"$ref": 5}, {"$dynamicRef": "#a"}, {"nullable": True},
    {"discriminator": {"propertyName": "a", "mapping": {"b": 1}}},
)  # fmt: skip
"""What is put where something else is expected."""

WORDS = (
    "openapi", "swagger", "info", "servers", "paths", "components", "schemas", "parameters", "requestBody", "responses",
    "content", "headers", "security", "securitySchemes", "schema", "get", "post", "200", "2XX", "default", "application/json",
    "*/*", "$ref", "allOf", "oneOf", "anyOf", "not", "type", "properties", "items", "required", "enum", "const", "format",
    "pattern", "minimum", "exclusiveMinimum", "additionalProperties", "patternProperties", "propertyNames", "prefixItems",
    "dependentRequired", "dependentSchemas", "contains", "unevaluatedProperties", "if", "then", "else", "nullable", "readOnly",
    "writeOnly", "deprecated", "x-sunset", "x-stability-level", "x-extensible-enum", "discriminator", "style", "explode",
    "encoding", "name", "in", "$defs",
)  # fmt: skip
"""What a key is renamed to, and what is put beside others."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One thing that is done to a document; numbers choose among what there is, and any number does.

    Attributes:
        kind: Which of :data:`KINDS`.
        at: Which part of the document.
        other: Which other part, where a second one is needed.
        what: Which value, or which word.
    """

    kind: int
    at: int
    other: int
    what: int


def damaged(document: JSON, strokes: Sequence[Stroke]) -> JSON:
    """Return a copy of a document after some strokes."""
    whole = {"": copy.deepcopy(document)}
    for stroke in strokes:
        found = list(spots(whole))
        if not found:
            return None
        first, second = found[stroke.at % len(found)], found[stroke.other % len(found)]
        KINDS[stroke.kind % len(KINDS)](first, second, stroke, whole)
    return whole.get("")


def spots(value: JSON) -> Iterator[Spot]:
    """Yield every part of a document, the outer before the inner."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        for key in range(len(part)) if isinstance(part, list) else list(part):
            yield part, key
            if isinstance(part[key], list | dict):
                waiting.append(part[key])


def _drop(at: Spot, _: Spot, __: Stroke, ___: JSON) -> None:
    del at[0][at[1]]


def _double(at: Spot, other: Spot, stroke: Stroke, _: JSON) -> None:
    _put_beside(at, copy.deepcopy(other[0][other[1]]), stroke)


def _swap(at: Spot, other: Spot, _: Stroke, __: JSON) -> None:
    first, second = copy.deepcopy(at[0][at[1]]), copy.deepcopy(other[0][other[1]])
    at[0][at[1]], other[0][other[1]] = second, first


def _replace(at: Spot, _: Spot, stroke: Stroke, __: JSON) -> None:
    at[0][at[1]] = copy.deepcopy(STRANGE[stroke.what % len(STRANGE)])


def _add(at: Spot, _: Spot, stroke: Stroke, __: JSON) -> None:
    _put_beside(at, copy.deepcopy(STRANGE[stroke.other % len(STRANGE)]), stroke)


def _rename(at: Spot, _: Spot, stroke: Stroke, __: JSON) -> None:
    if isinstance(at[0], dict):
        at[0][WORDS[stroke.what % len(WORDS)]] = at[0].pop(at[1])


def _refer(at: Spot, other: Spot, _: Stroke, whole: JSON) -> None:
    at[0][at[1]] = {"$ref": "#" + (_pointer(whole[""], other) if "" in whole else "")}


def _put_beside(at: Spot, value: JSON, stroke: Stroke) -> None:
    if isinstance(at[0], list):
        at[0].append(value)
    else:
        at[0][WORDS[stroke.what % len(WORDS)]] = value


def _pointer(whole: JSON, spot: Spot) -> str:
    """Return the JSON Pointer of a part; of the whole where it is not below it any more."""
    waiting = [("", whole)]
    while waiting:
        pointer, part = waiting.pop()
        for key in range(len(part)) if isinstance(part, list) else part if isinstance(part, dict) else ():
            below = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            if part is spot[0] and key == spot[1]:
                return below
            if isinstance(part[key], list | dict):
                waiting.append((below, part[key]))
    return ""


KINDS: tuple[Callable[[Spot, Spot, Stroke, JSON], None], ...] = (_drop, _double, _swap, _replace, _add, _rename, _refer)
"""What a stroke can do."""
