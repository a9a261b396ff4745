"""Values in needs: a word, a list of the values that are understood, or a map with JSON Schema keys.

>>> parse_value("text").schema
{'type': 'string'}
>>> parse_value(["on-time", "late"]).schema
{'enum': ['on-time', 'late']}
>>> parse_value({"values": ["on-time", "late"], "otherwise": "late", "harm": "misled"}).otherwise
'late'
>>> parse_value("txt")
Traceback (most recent call last):
cxcontracts.estate.mistakes.Misread: 'txt' is no word for a value; did you mean 'text'?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import jsonschema_rs
from jsonschema_rs.canonical import Satisfiability

from cxcontracts import formats
from cxcontracts.estate.mistakes import Misread, Mistake, kind_of, suggestion
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm
from cxcontracts.problems import nearest

WORDS: Final[Mapping[str, Mapping[str, JSON]]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "object": {"type": "object"},
    "list": {"type": "array"},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "time": {"type": "string", "format": "time"},
    "email": {"type": "string", "format": "email"},
    "uuid": {"type": "string", "format": "uuid"},
    "url": {"type": "string", **formats.spelled_out("url", frozenset({"string"}))},
    "phone": {"type": "string", **formats.spelled_out("phone", frozenset({"string"}))},
}
"""What each word of FORMAT means, as a JSON Schema."""

OURS: Final = ("values", "otherwise", "harm", "for", "because")
"""The keys of a value's map that are not JSON Schema's."""

_HARMS: Final = tuple(map(str, Harm))
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = _Unset()
"""No value was written, which is not the same as ``null``."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a value has to be, and what the author says about it.

    Attributes:
        schema: A JSON Schema 2020-12 that needs nothing else to be read: no references, no base.
        otherwise: What the experience takes an unknown value for; :data:`UNSET` where it tolerates none.
        harm: What a break does, where the author says so.
        groups: ``for``: the customers concerned; empty for all of the journey.
        because: The author's reason; may be empty.
    """

    schema: Mapping[str, JSON]
    otherwise: JSON = UNSET
    harm: Harm | None = None
    groups: tuple[str, ...] = ()
    because: str = ""

    @property
    def has_otherwise(self) -> bool:
        """Whether an unknown value is tolerated."""
        return self.otherwise is not UNSET

    @property
    def allows_null(self) -> bool:
        """Whether the author allows null in so many words; a schema that is silent about types does not.

        >>> [parse_value(value).allows_null for value in ("text", {"type": ["integer", "null"]}, [None, "x"], {"minLength": 1})]
        [False, True, True, False]
        """
        return _names_null(self.schema) and not _forbids_null(self.schema)


def parse_value(written: JSON) -> Value:
    """Read a value as it stands in a need.

    Raises:
        Misread: If it is none; a :class:`ValueError` with all that is wrong. Whether anything at all can fit is another
            question: :func:`is_impossible`.

    >>> parse_value({"type": ["integer", None], "minimum": 0}).schema
    {'type': ['integer', 'null'], 'minimum': 0}
    """
    mistakes = tuple(value_mistakes(written))
    if mistakes:
        raise Misread(*mistakes)
    if isinstance(written, str):
        return Value(WORDS[written])
    if isinstance(written, list):
        return Value({"enum": written})
    harm = written.get("harm")
    return Value(
        _schema(written),
        otherwise=written.get("otherwise", UNSET),
        harm=None if harm is None else Harm(harm),
        groups=tuple(written.get("for", ())),
        because=written.get("because", ""),
    )


def is_impossible(value: Value) -> bool:
    """Return whether no JSON value at all can fit. False where that cannot be decided."""
    try:
        canonical = jsonschema_rs.canonicalize(
            dict(value.schema), draft=jsonschema_rs.Draft202012, validate_formats=True, offline=True
        )
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return canonical.satisfiability() is Satisfiability.NO


def schema_of(written: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return JSON Schema keys as a JSON Schema: an unquoted ``null`` among the types becomes the type of that name.

    The keys have to be sound: :func:`schema_mistakes` finds none.
    """
    return {key: _keyword(key, value) for key, value in written.items()}


def _schema(written: Mapping[str, JSON]) -> dict[str, JSON]:
    schema = schema_of({key: value for key, value in written.items() if key not in OURS})
    if "values" in written:
        schema["enum"] = written["values"]
    return schema


def _keyword(key: str, value: JSON) -> JSON:
    if key == "type":
        return ["null" if item is None else item for item in value] if isinstance(value, list) else value or "null"
    if isinstance(value, Mapping) and key in _OF_SCHEMAS:
        return {name: _subschema(item) for name, item in value.items()}
    if isinstance(value, list) and key in _LISTS_OF_SCHEMAS:
        return [_subschema(item) for item in value]
    return _subschema(value) if key in _SCHEMAS else value


def _subschema(value: JSON) -> JSON:
    return schema_of(value) if isinstance(value, Mapping) else value


def _names_null(schema: JSON) -> bool:
    if not isinstance(schema, Mapping):
        return False
    if "const" in schema or "enum" in schema:
        return None in schema.get("enum", [schema.get("const")])
    if "type" in schema:
        return "null" in _types(schema)
    branches = [branch for key in ("anyOf", "oneOf", "allOf") for branch in schema.get(key, ())]
    return any(_names_null(branch) for branch in branches)


def _forbids_null(schema: JSON) -> bool:
    if not isinstance(schema, Mapping):
        return schema is False
    return (
        ("type" in schema and "null" not in _types(schema))
        or ("const" in schema and schema["const"] is not None)
        or ("enum" in schema and None not in schema["enum"])
        or any(_forbids_null(branch) for branch in schema.get("allOf", ()))
        or any(all(map(_forbids_null, schema[key])) for key in ("anyOf", "oneOf") if key in schema)
        or ("not" in schema and _names_null(schema["not"]))
    )


def _types(schema: Mapping[str, JSON]) -> list[str]:
    written = schema["type"]
    return written if isinstance(written, list) else [written]


# --- what can be wrong with a value -------------------------------------------------------------------------------------------


def value_mistakes(written: JSON) -> Iterator[Mistake]:
    """Yield all that is wrong with a value, each with its place inside of *written*."""
    if written is None:
        yield Mistake("value-nothing", {})
    elif isinstance(written, str):
        if written not in WORDS:
            yield _unknown_word(written)
    elif isinstance(written, list):
        yield from _list_mistakes(written)
    elif isinstance(written, Mapping):
        yield from _map_mistakes(written)
    else:
        yield Mistake("value-literal", {"value": written})


def schema_mistakes(written: Mapping[str, JSON], offered: tuple[str, ...] = ()) -> Iterator[Mistake]:
    """Yield all that is wrong with JSON Schema keys.

    Args:
        written: The keys, with what stands under each.
        offered: What else may stand in the same map; offered as well where a key is unknown.
    """
    for key, value in written.items():
        if key in _REFERENCES:
            yield Mistake("value-reference", {"key": key}, (key,), True)
        elif key not in _FORMS:
            yield _unknown_key(key, offered)
        else:
            yield from (mistake.inside(key) for mistake in _FORMS[key](key, value))


def _unknown_word(word: str) -> Mistake:
    hint = {"string": "did you mean 'text'?", "array": "did you mean 'list'?", "uri": "did you mean 'url'?"}.get(word)
    return Mistake("value-word", {"value": word, "hint": hint or suggestion(word, WORDS, _ALL_WORDS)})


_ALL_WORDS: Final = "one of: " + ", ".join(WORDS) + ", or a list of exact values"


def _unknown_key(key: str, offered: tuple[str, ...]) -> Mistake:
    near = nearest(key, (*offered, *_FORMS))
    known = f"{', '.join(offered)}, and those of JSON Schema 2020-12" if offered else "those of JSON Schema 2020-12"
    hint = "did you mean 'enum'?" if key == "values" else f"did you mean {near!r}?" if near else f"known are {known}"
    return Mistake("value-key", {"key": key, "hint": hint}, (key,), True)


def _list_mistakes(values: list[JSON]) -> Iterator[Mistake]:
    if not values:
        yield Mistake("value-empty-list", {})


def _map_mistakes(written: Mapping[str, JSON]) -> Iterator[Mistake]:
    yield from schema_mistakes({key: value for key, value in written.items() if key not in OURS}, offered=OURS)
    yield from (
        Mistake("value-twice", {"key": key}, (key,), True) for key in ("enum", "const") if key in written and "values" in written
    )
    for key, form in _OUR_FORMS.items():
        if key in written:
            yield from (mistake.inside(key) for mistake in form(key, written[key]))


_Check = Callable[[str, JSON], Iterator[Mistake]]


def _form(words: str, fits: Callable[[JSON], bool]) -> _Check:
    def check(key: str, value: JSON) -> Iterator[Mistake]:
        if not fits(value):
            yield Mistake("value-form", {"key": key, "form": words, "kind": kind_of(value)})

    return check


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_names(value: JSON) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_anything: Final = _form("anything", lambda value: True)
_text: Final = _form("text", lambda value: isinstance(value, str))
_flag: Final = _form("true or false", lambda value: isinstance(value, bool))
_number: Final = _form("a number", _is_number)
_whole: Final = _form("a whole number", lambda value: _is_number(value) and value == int(value))
_names: Final = _form("a list of names", _is_names)
_groups: Final = _form("a list of groups", lambda value: _is_names(value) and bool(value))
_a_list: Final = _form("a list", lambda value: isinstance(value, list))
_names_by_name: Final = _form(
    "a map to lists of names", lambda value: isinstance(value, Mapping) and all(_is_names(names) for names in value.values())
)
_a_map: Final = _form("a map", lambda value: isinstance(value, Mapping))


def _count(key: str, value: JSON) -> Iterator[Mistake]:
    yield from _whole(key, value)
    if _is_number(value) and value < 0:
        yield Mistake("value-negative", {"key": key})


def _values(key: str, value: JSON) -> Iterator[Mistake]:
    yield from _a_list(key, value)
    if isinstance(value, list):
        yield from _list_mistakes(value)


def _harm(key: str, value: JSON) -> Iterator[Mistake]:
    if value not in _HARMS:
        yield Mistake("harm", {"value": value, "hint": suggestion(str(value), _HARMS, "")})


def _type(key: str, value: JSON) -> Iterator[Mistake]:
    if not isinstance(value, list):
        yield from _type_word(value)
    elif not value:
        yield Mistake("value-empty-list", {})
    else:
        yield from (mistake.inside(index) for index, word in enumerate(value) for mistake in _type_word(word))


def _type_word(word: JSON) -> Iterator[Mistake]:
    if word is None or word in _TYPES:
        return
    if isinstance(word, str) and word in WORDS:
        meant = ", ".join(f"{key}: {value}" for key, value in WORDS[word].items())
        yield Mistake("value-type", {"value": word, "better": meant})
    else:
        yield Mistake("value-unknown-type", {"value": word})


def _pattern(key: str, value: JSON) -> Iterator[Mistake]:
    yield from _text(key, value)
    if isinstance(value, str) and not is_pattern(value):
        yield Mistake("value-pattern", {"value": value})


def is_pattern(text: str) -> bool:
    """Tell whether a text is a regular expression as ECMA-262 has it."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


def _format(key: str, value: JSON) -> Iterator[Mistake]:
    yield from _text(key, value)
    if isinstance(value, str) and value not in formats.NAMES:
        yield Mistake("value-format", {"value": value, "hint": suggestion(value, formats.NAMES, "write pattern instead")})


def _schema_form(key: str, value: JSON) -> Iterator[Mistake]:
    if isinstance(value, Mapping):
        yield from schema_mistakes(value)
    elif not isinstance(value, bool):
        yield Mistake("value-form", {"key": key, "form": "a map of JSON Schema keys", "kind": kind_of(value)})


def _schemas_by_name(key: str, value: JSON) -> Iterator[Mistake]:
    yield from _a_map(key, value)
    if isinstance(value, Mapping):
        yield from (mistake.inside(name) for name, item in value.items() for mistake in _schema_form(name, item))


def _schemas_listed(key: str, value: JSON) -> Iterator[Mistake]:
    yield from _a_list(key, value)
    if value == []:
        yield Mistake("value-form", {"key": key, "form": "a list of at least one schema", "kind": "an empty list"})
    if isinstance(value, list):
        yield from (mistake.inside(index) for index, item in enumerate(value) for mistake in _schema_form(key, item))


def _patterns(key: str, value: JSON) -> Iterator[Mistake]:
    yield from _schemas_by_name(key, value)
    if isinstance(value, Mapping):
        yield from (Mistake("value-pattern", {"value": name}, (name,), True) for name in value if not is_pattern(name))


_OF_SCHEMAS: Final = ("properties", "patternProperties", "dependentSchemas")
_LISTS_OF_SCHEMAS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS: Final = (
    "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "not", "if",
    "then", "else", "contentSchema",
)  # fmt: skip
_REFERENCES: Final = ("$ref", "$dynamicRef", "$id", "$anchor", "$dynamicAnchor", "$schema", "$defs", "$vocabulary")

_OUR_FORMS: Final[Mapping[str, _Check]] = {"values": _values, "harm": _harm, "for": _groups, "because": _text}
_FORMS: Final[Mapping[str, _Check]] = {
    "type": _type,
    "const": _anything,
    "enum": _values,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    "multipleOf": _form("a number above zero", lambda value: _is_number(value) and value > 0),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties", "maxProperties"), _count
    ),
    "pattern": _pattern,
    "format": _format,
    "required": _names,
    "dependentRequired": _names_by_name,
    "uniqueItems": _flag,
    **dict.fromkeys(_SCHEMAS, _schema_form),
    **dict.fromkeys(_LISTS_OF_SCHEMAS, _schemas_listed),
    **dict.fromkeys(_OF_SCHEMAS, _schemas_by_name),
    "patternProperties": _patterns,
    **dict.fromkeys(("title", "description", "$comment", "contentEncoding", "contentMediaType"), _text),
    **dict.fromkeys(("default", "examples"), _anything),
    **dict.fromkeys(("deprecated", "readOnly", "writeOnly"), _flag),
}
