"""Schemas and values in the words of a product owner."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cxcontracts.exchanges import JSON

_WORDS = {
    "string": "text",
    "array": "a list",
    "object": "an object",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "yes or no",
    "null": "null",
}
_FORMATS = {
    "date": "a date",
    "date-time": "a date and time",
    "time": "a time",
    "duration": "a duration",
    "email": "an e-mail address",
    "idn-email": "an e-mail address",
    "hostname": "a host name",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "uuid": "a UUID",
    "uri": "a URL",
    "iri": "a URL",
}
_PATTERNS = {r"^\+[1-9][0-9]{6,14}$": "a phone number"}
_PLAIN_START = re.compile(r"\^((?:[\w ,;:@/=#&%~-]|\\[./-])+)")
_ANY_TEXT = re.compile(r"\^?(?:\.|\[(?:\\w\\W|\\W\\w|\\s\\S|\\S\\s|\\d\\D|\\D\\d)(?:\\[wWsSdD])*\])\*\$?")
_NARROWING = ("enum", "const", "pattern", "format", "minLength", "maxLength")
_LOWER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems"})
_UPPER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems"})
_NOT_NULL = {"not": {"type": "null"}}
_ALL_BUT_NULL = frozenset({"string", "array", "object", "number", "boolean"})
_INT32 = (-(2**31), 2**31 - 1)
_MOST_VALUES = 6
_MOST_NAMES = 3
_MOST_KINDS = 2
_LONGEST_PATTERN = 40


def shown(value: JSON, limit: int = 60) -> str:
    """Return a JSON value on one line, cut to *limit* characters.

    >>> shown({"a": "x" * 100}, 20)
    '{"a": "xxxxxxxxxxxx…'
    """
    text = json.dumps(value, ensure_ascii=False)
    if len(text) <= limit:
        return text
    return f'{text[: limit - 2]}…"' if isinstance(value, str) else f"{text[: limit - 1]}…"


def value_in_words(value: JSON, limit: int = 60) -> str:
    """Return a value as the end of "may be …".

    >>> [value_in_words(value) for value in ("", [], "late")]
    ['empty', 'an empty list', '"late"']
    """
    if value in ("", []):
        return "an empty list" if value == [] else "empty"
    return shown(value, limit)


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
    >>> described({"enum": ["on-time", "late", None]})
    '"on-time", "late" or null'
    >>> described({"type": ["null", "boolean"]})
    'yes, no or null'
    >>> described({"not": {"type": "null"}})
    'a value'
    """
    if schema is False:
        return "no value"
    if schema == _NOT_NULL:
        return "a value"
    words = list(dict.fromkeys(_alternatives(_merged(schema)))) if schema is not True else []
    more = len(words) - _MOST_VALUES
    if more > 1:
        words = [*words[:_MOST_VALUES], f"one of {more} more"]
    return listed(words, "or") or ("any value" if schema is True or not schema else "a fitting value")


def condition_met(schema: Mapping[str, Any]) -> str:
    """Return what holds of a value that a condition asks for, as the end of a sentence.

    >>> condition_met({"not": {"enum": ["late", "cancelled"]}}), condition_met({"const": 1})
    ('is neither "late" nor "cancelled"', 'is 1')
    """
    if "not" not in schema:
        return f"is {described(schema)}"
    values = list(_alternatives(schema["not"]))
    return f"is not {values[0]}" if len(values) == 1 else f"is neither {listed(values, 'nor')}"


def is_any_text(schema: Mapping[str, Any] | bool) -> bool:
    """Tell whether a schema asks no more of a text than to be one."""
    if isinstance(schema, bool):
        return schema
    whole = _merged(schema)
    return "string" in _kinds(whole) and whole.keys().isdisjoint(_NARROWING)


def names_values(schema: Mapping[str, Any] | bool) -> bool:
    """Tell whether a schema has its texts in a list, or tells them by their pattern: one of them says more than its kind."""
    whole = {} if isinstance(schema, bool) else _merged(schema)
    return not whole.keys().isdisjoint(("enum", "const", "pattern", "anyOf", "oneOf"))


def kinds_asked(schema: Mapping[str, Any] | bool) -> frozenset[str]:
    """Return the kinds of value that a schema takes, each in a word; empty where it does not say.

    >>> sorted(kinds_asked({"enum": ["a", 1]}))
    ['a whole number', 'text']
    """
    if isinstance(schema, bool):
        return frozenset()
    whole = _merged(schema)
    if "enum" in whole or "const" in whole:
        return frozenset(map(kind_of, _values(whole)))
    words = {_WORDS[kind] for kind in _kinds(whole)}
    return frozenset(words | {_WORDS["integer"]} if _WORDS["number"] in words else words)


def _alternatives(schema: Mapping[str, Any] | bool) -> Iterator[str]:
    """Yield what a value may be, a few words each."""
    if isinstance(schema, bool) or not schema or (schema.keys() == {"type"} and {*_kinds(schema)} >= _ALL_BUT_NULL):
        yield "any value"
    elif "enum" in schema or "const" in schema:
        yield from (shown(value, 30) for value in _values(schema))
    elif "type" in schema:
        for kind in _kinds(schema):
            yield from ("yes", "no") if kind == "boolean" else (_described_kind(kind, schema),)
    else:
        for branch in schema.get("anyOf", schema.get("oneOf", ())):
            yield from _alternatives(_merged(branch) if isinstance(branch, Mapping) else branch)


def _values(schema: Mapping[str, Any]) -> list[JSON]:
    values = list(schema["enum"]) if "enum" in schema else [schema["const"]]
    return [value for value in values if value is not None or "type" not in schema or "null" in _kinds(schema)]


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    """Return the JSON types of a schema, null last."""
    kinds = schema.get("type", [])
    return sorted([kinds] if isinstance(kinds, str) else map(str, kinds), key=lambda kind: kind == "null")


def _merged(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with its ``allOf`` merged into it, as far as words go."""
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf", ()):
        for key, value in _merged(part).items() if isinstance(part, Mapping) else ():
            whole[key] = _both(key, whole[key], value) if key in whole else value
    return whole


def _both(key: str, one: Any, other: Any) -> Any:
    """Return what two values of one keyword ask together; of two patterns nobody can say."""
    if key in _LOWER or key in _UPPER:
        return max(one, other) if key in _LOWER else min(one, other)
    if key == "enum":
        return [value for value in one if value in other]
    if key == "type":
        both = [kind for kind in _kinds({"type": one}) if kind in _kinds({"type": other})]
        return both or one
    if key == "required":
        return list(dict.fromkeys((*one, *other)))
    return "" if key == "pattern" and one != other else one


def _described_kind(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "string":
        return _described_text(schema)
    if kind in ("integer", "number"):
        return _described_number(_WORDS[kind], schema)
    if kind == "array":
        return _described_list(schema)
    names = list(schema.get("required", ())) if kind == "object" else []
    more = [f"{len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
    return _WORDS.get(kind, kind) + (f" with {listed([*names[:_MOST_NAMES], *more])}" if names else "")


def _described_number(word: str, schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if (low, high) == _INT32:
        return f"{word} of 32 bits"
    low, high = (None if bound == least else bound for bound, least in zip((low, high), _INT32, strict=True))
    if low is not None and high is not None:
        bounds = [f"from {low} to {high}"]
    else:
        bounds = [f"of at least {low}"] * (low is not None) + [f"of at most {high}"] * (high is not None)
    bounds += [
        f"{word} {schema[key]}" for key, word in (("exclusiveMinimum", "above"), ("exclusiveMaximum", "below")) if key in schema
    ]
    bounds += [f"in steps of {schema['multipleOf']}"] if "multipleOf" in schema else []
    return " ".join([word, listed(bounds)]).strip()


def _described_list(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minItems", 0), schema.get("maxItems")
    size = _size(low, high, "item")
    items = schema.get("items", True)
    each = described(items) if isinstance(items, Mapping) and items else ""
    named = f", each {each}" if size else f", each item {each}"
    return "a list" + size + (named if each and each != "a fitting value" else "")


def _described_text(schema: Mapping[str, Any]) -> str:
    word = _FORMATS.get(schema.get("format", ""), "text")
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" in schema and not _ANY_TEXT.fullmatch(schema["pattern"]):
        return _PATTERNS.get(schema["pattern"]) or f"{word} {_like(schema['pattern'])}{_size(low, high, 'character')}"
    if word != "text":
        return word
    return "text that is not empty" if (low, high) == (1, None) else f"text{_size(low, high, 'character')}"


def _size(low: int, high: int | None, noun: str) -> str:
    """Return how many there are, as it follows a noun; empty where any number will do."""
    if high is not None:
        words = f"at most {high}" if not low else f"{low} to {high}" if low != high else f"{high}"
        return f" of {words} {noun}{'s' * (high != 1)}"
    return f" of at least {low} {noun}{'s' * (low != 1)}" if low else ""


def _like(pattern: str) -> str:
    r"""Return what a pattern asks of a text; what is too long to be read is cut, and the cut is shown.

    >>> _like("^[WPB][0-9]{5}$"), _like("^https:"), _like(r"^(\w{3}){1}$|^NA$")
    ('like [WPB][0-9]{5}', 'that starts with "https:"', 'that matches ^(\\w{3}){1}$|^NA$')
    """
    start = _PLAIN_START.fullmatch(pattern)
    if start:
        return f'that starts with "{start[1].replace(chr(92), "")}"'
    if not pattern:
        return "of a certain form"
    whole = pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$") and not _has_branches(pattern)
    text = pattern[1:-1] if whole else pattern
    cut = f"{text[:_LONGEST_PATTERN]}…" if len(text) > _LONGEST_PATTERN else text
    return f"{'like' if whole else 'that matches'} {cut}"


def _has_branches(pattern: str) -> bool:
    """Tell whether a pattern consists of several, so that ``^`` and ``$`` do not hold for all of it."""
    outside, groups = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "", pattern), 1
    while groups:
        outside, groups = re.subn(r"\([^()]*\)", "", outside)
    return "|" in outside


def exceeded(schema: Mapping[str, Any] | bool, value: JSON) -> str:
    """Return which bound of a schema a value is beyond, as the rest of a sentence; empty for none.

    >>> exceeded({"type": "string", "maxLength": 35}, "x" * 36)
    'have 36 characters; the journey understands at most 35'
    """
    if isinstance(schema, bool):
        return ""
    whole = _merged(schema)
    if isinstance(value, str):
        low, high = whole.get("minLength", 0), whole.get("maxLength")
        if high is not None and len(value) > high:
            return f"have {len(value):,} characters; the journey understands at most {high:,}"
        if len(value) < low:
            return f"{_too_short(value)}; the journey needs {described(schema) if low == 1 else f'at least {low:,} characters'}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = whole.get("minimum"), whole.get("maximum")
        if high is not None and value > high:
            return f"be {value}; the journey understands at most {high}"
        return f"be {value}; the journey needs at least {low}" if low is not None and value < low else ""
    return ""


def _too_short(text: str) -> str:
    return f"have {len(text)} character{'s' * (len(text) != 1)}" if text else "be empty"


def refused_from_now_on(before: Mapping[str, Any] | bool, after: Mapping[str, Any] | bool, any_text: bool, value: JSON) -> str:
    """Return what a value may no longer be, as the rest of a sentence.

    Args:
        before, after: What was taken, and what is.
        any_text: Whether any text at all is sent there.
        value: One that was taken and is not any more.

    >>> refused_from_now_on({"type": "string"}, {"type": "string", "maxLength": 32}, True, "x" * 33)
    'have more than 32 characters'
    >>> refused_from_now_on({"type": "integer"}, {"type": "integer", "maximum": 4}, False, 5)
    'be 5; it now has to be a whole number of at most 4'
    """
    whole = {} if isinstance(after, bool) else _merged(after)
    if isinstance(value, str) and "string" in _kinds(whole):
        low, high = whole.get("minLength", 0), whole.get("maxLength")
        if high is not None and len(value) > high:
            return f"have more than {high:,} character{'s' * (high != 1)}"
        if len(value) < low:
            return "be empty" if low == 1 else f"have fewer than {low:,} characters"
    asked = described(after)
    what = "any text" if any_text and isinstance(value, str) and is_any_text(before) else value_in_words(value)
    return f"be {what}" if asked in (described(before), "a fitting value") else f"be {what}; it now has to be {asked}"


def not_taken(schema: Mapping[str, Any] | bool, any_text: bool, value: JSON, label: str) -> str:
    """Return what is sent and not taken, as the rest of a sentence.

    Args:
        schema: What is taken.
        any_text: Whether any text at all is sent.
        value: One that is sent and not taken.
        label: What it is sent as.

    >>> not_taken({"type": "string", "format": "uuid"}, True, "text", "id")
    'any text as id, only a UUID'
    >>> not_taken({"maxLength": 9}, True, "x" * 10, "id")
    'more than 9 characters as id'
    """
    whole = {} if isinstance(schema, bool) else _merged(schema)
    if isinstance(value, str):
        low, high = whole.get("minLength", 0), whole.get("maxLength")
        if high is not None and len(value) > high:
            return f"more than {high:,} character{'s' * (high != 1)} as {label}"
        if len(value) < low:
            return f"{'an empty text' if low == 1 else f'fewer than {low:,} characters'} as {label}"
    what, asked = "any text" if any_text and isinstance(value, str) else shown(value), described(schema)
    return f"{what} as {label}" + ("" if asked in ("text", "any value", "a fitting value") else f", only {asked}")


def kind_of(value: JSON) -> str:
    """Return what a value is, in a word.

    >>> kind_of([]), kind_of(0.5), kind_of(None)
    ('a list', 'a number', 'null')
    """
    if value is None or isinstance(value, bool):
        return "null" if value is None else "yes or no"
    for kind, word in ((str, "text"), (list, "a list"), (dict, "an object"), (int, "a whole number")):
        if isinstance(value, kind):
            return word
    return "a number"


def kinds_in_words(types: Iterable[str]) -> str:
    """Return JSON types in words; empty where they are too many to say anything."""
    kinds = frozenset(types)
    names = sorted(kinds - {"integer"} if "number" in kinds else kinds, key=lambda name: (name == "null", name))
    words = [word for name in names for word in (("yes", "no") if name == "boolean" else (_WORDS[name],))]
    return listed(words, "or") if len(names) <= _MOST_KINDS else ""
