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


def shown(value: JSON, limit: int = 60) -> str:
    """Return a JSON value on one line, cut to *limit* characters.

    >>> shown({"a": "x" * 100}, 20)
    '{"a": "xxxxxxxxxxxx…'
    """
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[: limit - 1] + "…"


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
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if kinds == ["string"] and schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if kinds == ["string"] and "pattern" in schema:
        return f"text like {schema['pattern'][:40]}"
    return listed([_WORDS.get(str(kind), str(kind)) for kind in kinds], "or") or "a fitting value"
