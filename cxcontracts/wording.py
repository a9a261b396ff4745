"""Schemas and values in the words of a product owner."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cxcontracts.exchanges import JSON

_WORDS = {
    "string": "text",
    "array": "a list",
    "object": "an object",
    "integer": "an integer",
    "number": "a number",
    "boolean": "yes or no",
    "null": "null",
}
_FORMATS = {
    "date": "a date",
    "date-time": "a date and time",
    "time": "a time",
    "email": "an e-mail address",
    "uuid": "a UUID",
    "uri": "a URL",
}
_MOST_VALUES = 6
_MOST_KINDS = 2
_LONGEST_PATTERN = 30


def shown(value: JSON, limit: int = 60) -> str:
    """Return a JSON value on one line, cut to *limit* characters.

    >>> shown({"a": "x" * 100}, 20)
    '{"a": "xxxxxxxxxxxx…'
    """
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= limit:
        return text
    return f'{text[: limit - 2]}…"' if isinstance(value, str) else f"{text[: limit - 1]}…"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a list in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def described(schema: Mapping[str, Any] | bool) -> str:
    """Return what a schema asks of a value, in a few words.

    >>> described({"type": "string", "format": "date-time"})
    'a date and time'
    >>> described({"enum": ["on-time", "late"]})
    '"on-time" or "late"'
    """
    if isinstance(schema, bool) or not schema:
        return "any value"
    if "enum" in schema or "const" in schema:
        values = [shown(value, 30) for value in schema.get("enum", [schema.get("const")])]
        more = len(values) - _MOST_VALUES
        return listed([*values[:_MOST_VALUES], *([f"{more} more"] if more > 0 else [])], "or")
    if "anyOf" in schema and "type" not in schema:
        return listed(list(dict.fromkeys(described(branch) for branch in schema["anyOf"])), "or")
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    return listed([_described_kind(str(kind), schema) for kind in kinds], "or") or "a fitting value"


def _described_kind(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "string":
        return _described_text(schema)
    word = _WORDS.get(kind, kind)
    if kind not in ("integer", "number"):
        return word
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{word} from {low} to {high}"
    return word + (f" of at least {low}" if low is not None else "") + (f" of at most {high}" if high is not None else "")


def _described_text(schema: Mapping[str, Any]) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if "pattern" in schema:
        return f"text like {schema['pattern']}" if len(schema["pattern"]) <= _LONGEST_PATTERN else "text of a certain form"
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if low and high is not None:
        return f"text of {low} to {high} characters" if low != high else f"text of {low} characters"
    if high is not None:
        return f"text of at most {high} characters"
    return {0: "text", 1: "text that is not empty"}.get(low, f"text of at least {low} characters")


def exceeded(schema: Mapping[str, Any] | bool, value: JSON) -> str:
    """Return which bound of a schema a value is beyond, as the rest of a sentence; empty for none.

    >>> exceeded({"type": "string", "maxLength": 35}, "x" * 36)
    'have more than 35 characters; the journey understands at most 35'
    """
    if isinstance(schema, bool):
        return ""
    if isinstance(value, str):
        low, high = schema.get("minLength", 0), schema.get("maxLength")
        if high is not None and len(value) > high:
            return f"have more than {high} characters; the journey understands at most {high}"
        return f"have fewer than {low} characters; the journey needs at least {low}" if len(value) < low else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum"), schema.get("maximum")
        if high is not None and value > high:
            return f"be more than {high}; the journey understands at most {high}"
        return f"be less than {low}; the journey needs at least {low}" if low is not None and value < low else ""
    return ""


def kind_of(value: JSON) -> str:
    """Return what a value is, in a word.

    >>> kind_of([]), kind_of(0.5), kind_of(None)
    ('a list', 'a number', 'null')
    """
    if value is None or isinstance(value, bool):
        return "null" if value is None else "yes or no"
    for kind, word in ((str, "text"), (list, "a list"), (dict, "an object"), (int, "an integer")):
        if isinstance(value, kind):
            return word
    return "a number"


def kinds_in_words(types: frozenset[str]) -> str:
    """Return JSON types in words; empty where they are too many to say anything."""
    names = sorted(types - {"integer"} if "number" in types else types)
    return listed([_WORDS[name] for name in names], "or") if len(names) <= _MOST_KINDS else ""
