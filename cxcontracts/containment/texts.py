"""Values that travel as text, in a path, a query, a header, a cookie or a form: compared as the text that they become."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

from cxcontracts.containment.sets import Answer, Found, Nothing, Schema, Undecidable, Unknown, admits, find
from cxcontracts.exchanges import JSON

_DIGITS = r"^-?[0-9]+$"
_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
_WRITTEN_INTEGER = r"^(0|-?[1-9][0-9]*)$"
_WRITTEN_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
_MOST_SPELLED = 200
_TEXTS: dict[str, Schema] = {"boolean": {"enum": ["true", "false"]}, "null": {"const": ""}}
_NUMBERS = frozenset({"integer", "number"})
_COMPOUND = frozenset({"array", "object"})
_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "allOf", "not"})


def as_text(value: JSON) -> str:
    """Return a scalar as it stands in a URL or a header.

    >>> as_text(True), as_text(12), as_text("a b")
    ('true', '12', 'a b')
    """
    if value is True or value is False:
        return "true" if value else "false"
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def find_text(allowed: Sequence[Schema], refused: Schema) -> Answer:
    """Find a value of *allowed* whose text *refused* does not take: an integer fits a text, a digits-only text fits an integer.

    Lists are compared item by item, and a text is a list of one; how they are joined is the caller's to compare.
    """
    kinds = [_kinds(schema) for schema in allowed]
    theirs = _kinds(refused)
    ours = frozenset.intersection(*kinds) if kinds else frozenset()
    if _COMPOUND & (ours | theirs):
        return _compound(allowed, refused, ours, theirs)
    answer = find(allowed, [refused])
    if isinstance(answer, Nothing) or _shown(answer, allowed, refused) or not theirs or not ours:
        return answer
    if theirs <= _NUMBERS and not ours <= _NUMBERS:
        answer = _numeric([spelled(schema) for schema in allowed], refused)
    else:
        answer = find([spelled(schema) for schema in allowed], [_in_texts(refused, lenient=True)])
    if isinstance(answer, Found) and not _shown(answer, allowed, refused):
        return Unknown("digits against a range")
    return answer


def _shown(answer: Answer, allowed: Sequence[Schema], refused: Schema) -> bool:
    """Tell whether a text that was found is sent by who allows it, and taken in no reading."""
    if not isinstance(answer, Found):
        return False
    readings = _readings(_value_in_texts(answer.value))
    sent = all(any(_takes(schema, reading) for reading in readings) for schema in allowed)
    return sent and not any(_takes(refused, reading) for reading in readings)


def _compound(allowed: Sequence[Schema], refused: Schema, ours: frozenset[str], theirs: frozenset[str]) -> Answer:
    answer = find(allowed, [refused])
    if not isinstance(answer, Found):
        return answer
    alone = "array" in theirs and not ours & _COMPOUND and bool(ours)
    if alone:
        allowed = [_list_of_one(schema) for schema in allowed]
    if "array" in ours and theirs and "array" not in theirs:
        refused = _list_of_one(refused)
    answer = find([_in_texts(schema, lenient=False) for schema in allowed], [_in_texts(refused, lenient=True)])
    if isinstance(answer, Found):
        if not _shown(answer, allowed, refused):
            return Unknown("digits against a range")
        return Found(answer.value[0]) if alone else answer
    return answer


def find_shared_text(one: Schema, other: Schema) -> Answer:
    """Find a text that values of both become; of numbers without an upper bound, one that may lie below the lower.

    >>> find_shared_text({"type": "integer", "minimum": 7, "maximum": 9}, {"type": "string", "maxLength": 1})
    Found(value='7')
    """
    if ("array" in _kinds(one)) != ("array" in _kinds(other)):
        return Unknown("a list against a single value")
    return find([_in_texts(schema, lenient=False) for schema in (one, other)])


def _list_of_one(schema: Schema) -> Schema:
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": 1}


def _in_texts(schema: Schema, *, lenient: bool) -> Schema:
    """Return a schema whose scalars are the texts that they become.

    Args:
        lenient: True for who reads the texts, and takes leading zeros; what cannot be said exactly then takes nothing. For who
            writes them, it may be anything.
    """
    if isinstance(schema, bool):
        return schema
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return {"enum": [_value_in_texts(value) for value in values if _takes({**schema, "enum": values}, value)]}
    if "type" not in schema:
        for word in ("anyOf", "allOf"):
            if word in schema:
                return {word: [_in_texts(branch, lenient=lenient) for branch in schema[word]]}
        return schema
    kinds = _kinds(schema)
    texts = [
        _kind_in_texts(kind, schema, lenient=lenient) for kind in sorted(kinds) if kind != "integer" or "number" not in kinds
    ]
    return texts[0] if len(texts) == 1 else {"anyOf": texts}


def _kind_in_texts(kind: str, schema: Mapping[str, Any], *, lenient: bool) -> Schema:
    if kind in _COMPOUND:
        whole: dict[str, Any] = {**schema, "type": kind}
        for key in ("items", "additionalProperties"):
            if key in whole:
                whole[key] = _in_texts(whole[key], lenient=lenient)
        if "prefixItems" in whole:
            whole["prefixItems"] = [_in_texts(item, lenient=lenient) for item in whole["prefixItems"]]
        if "properties" in whole:
            whole["properties"] = {name: _in_texts(below, lenient=lenient) for name, below in whole["properties"].items()}
        return whole
    if lenient and kind in _NUMBERS:
        pattern = _DECIMAL if kind == "number" else _DIGITS
        return False if _BOUNDS & schema.keys() else {"type": "string", "pattern": pattern}
    return _spelled_kind(kind, schema)


def _value_in_texts(value: JSON) -> JSON:
    if isinstance(value, list):
        return [_value_in_texts(item) for item in value]
    return {name: _value_in_texts(below) for name, below in value.items()} if isinstance(value, dict) else as_text(value)


def _readings(value: JSON) -> list[JSON]:
    """Return a value of texts as itself, and with each text that is a number or a boolean read as one."""
    return [value, _read(value)]


def _read(value: JSON) -> JSON:
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        return {name: _read(below) for name, below in value.items()}
    if re.fullmatch(_DECIMAL, str(value)):
        return _number(str(value))
    return {"true": True, "false": False}.get(str(value), value)


def _takes(schema: Schema, value: JSON) -> bool:
    try:
        return admits(schema, value)
    except Undecidable:
        return False


def _numeric(allowed: Sequence[Schema], refused: Schema) -> Answer:
    answer = find(allowed, [{"type": "string", "pattern": _DECIMAL if "number" in _kinds(refused) else _DIGITS}])
    if not isinstance(answer, Nothing):
        return answer
    for text in _numerals(allowed):
        try:
            if all(admits(schema, text) for schema in allowed) and not admits(refused, _number(text)):
                return Found(text)
        except Undecidable as reason:
            return Unknown(str(reason))
    bounded = isinstance(refused, Mapping) and any(
        key in refused for key in ("minimum", "maximum", "enum", "const", "allOf", "anyOf", "multipleOf")
    )
    return Unknown("digits against a range") if bounded and not _within(allowed, refused) else Nothing()


def _numerals(allowed: Sequence[Schema]) -> list[str]:
    found = find(allowed)
    first = [found.value] if isinstance(found, Found) and isinstance(found.value, str) else []
    return first + [digit * length for length in range(1, 25) for digit in "901"]


def _within(allowed: Sequence[Schema], refused: Schema) -> bool:
    """Tell whether every text of so few digits lies in the range."""
    for length in range(1, 25):
        if isinstance(find([*allowed, {"type": "string", "minLength": length + 1}]), Nothing):
            return isinstance(
                find([{"type": "integer", "minimum": 0, "maximum": 10**length - 1}] if length < 19 else [], [refused]), Nothing
            )
    return False


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def spelled(schema: Schema) -> Schema:
    """Return the texts of a schema's scalar values as a schema.

    >>> spelled({"type": "integer", "minimum": 1, "maximum": 3})
    {'enum': ['1', '2', '3']}
    >>> spelled({"enum": [1, "a"]})
    {'enum': ['1', 'a']}
    """
    if isinstance(schema, bool):
        return schema
    if "const" in schema:
        return {"enum": [as_text(schema["const"])]}
    if "enum" in schema:
        values = [value for value in schema["enum"] if not isinstance(value, dict | list)]
        return {"enum": list(dict.fromkeys(as_text(value) for value in values if admits({**schema, "enum": [value]}, value)))}
    for word in ("anyOf", "allOf"):
        if word in schema and "type" not in schema:
            return {word: [spelled(branch) for branch in schema[word]]}
    kinds = _kinds(schema)
    texts = [_spelled_kind(kind, schema) for kind in sorted(kinds) if not (kind == "integer" and "number" in kinds)]
    return texts[0] if len(texts) == 1 else {"anyOf": texts}


def _spelled_kind(kind: str, schema: Mapping[str, Any]) -> Schema:
    if kind == "string":
        return {**schema, "type": "string"}
    if kind in _TEXTS:
        return _TEXTS[kind]
    if kind == "number":
        return {"type": "string", "pattern": _WRITTEN_NUMBER}
    low, high = _whole_bounds(schema)
    if low is not None and high is not None and 0 <= high - low <= _MOST_SPELLED:
        return {"enum": [str(number) for number in range(int(low), int(high) + 1)]}
    if low is not None and low >= 0:
        more = "*" if high is None else f"{{0,{len(str(int(high))) - 1}}}"
        nothing = "" if low >= 1 else "0|"
        return {"type": "string", "pattern": f"^({nothing}[1-9][0-9]{more})$"}
    if low is not None and high is not None:
        most = max(len(str(abs(low))), len(str(abs(high))))
        return {"type": "string", "pattern": f"^(0|-?[1-9][0-9]{{0,{most - 1}}})$"}
    return {"type": "string", "pattern": _WRITTEN_INTEGER}


def _whole_bounds(schema: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return the least and the greatest integer that a schema admits, as far as it says."""
    lows = [ceil(schema["minimum"])] if "minimum" in schema else []
    lows += [floor(schema["exclusiveMinimum"]) + 1] if "exclusiveMinimum" in schema else []
    highs = [floor(schema["maximum"])] if "maximum" in schema else []
    highs += [ceil(schema["exclusiveMaximum"]) - 1] if "exclusiveMaximum" in schema else []
    return max(lows, default=None), min(highs, default=None)


def _kinds(schema: Schema) -> frozenset[str]:
    """Return the types that a schema speaks of; empty for one that speaks of none."""
    if isinstance(schema, bool):
        return frozenset()
    if "type" in schema:
        written = schema["type"]
        return frozenset([written] if isinstance(written, str) else written)
    if "enum" in schema or "const" in schema:
        return frozenset(_kind(value) for value in schema.get("enum", [schema.get("const")]))
    if "anyOf" in schema:
        return frozenset().union(*(_kinds(branch) for branch in schema["anyOf"]))
    if "allOf" in schema:
        spoken = [kinds for branch in schema["allOf"] if (kinds := _kinds(branch))]
        return frozenset.intersection(*spoken) if spoken else frozenset()
    return frozenset({"string"}) if {"pattern", "minLength", "maxLength", "format"} & schema.keys() else frozenset()


def _kind(value: JSON) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if isinstance(value, int) or value.is_integer() else "number"
    if value is None:
        return "null"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
