"""The one question of containment: is there a value that these schemas admit and those refuse?

>>> find([{"enum": ["on-time", "diverted"]}], [{"enum": ["on-time", "late"]}])
Found(value='diverted')
>>> find([{"type": "integer"}], [{"type": "number"}])
Nothing()

*A ⊆ B* when ``find([A], [B])`` is :class:`Nothing`; *A ∩ B* is not empty when ``find([A, B], [])`` is :class:`Found`.
Schemas are JSON Schema 2020-12 without references. jsonschema-rs compares them; where it leaves the answer open, values are tried
and regular expressions are compared as languages. What nobody can decide is :class:`Unknown`, with its reason: never an answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import jsonschema_rs
import orjson
from jsonschema_rs import CanonicalSchema, Draft202012, Draft202012Validator
from jsonschema_rs.canonical import (
    CanonicalizationError,
    Satisfiability,
    UnsupportedOperand,
    UnsupportedResult,
)

from cxcontracts import formats
from cxcontracts.containment.emptiness import empty
from cxcontracts.containment.samples import samples
from cxcontracts.exchanges import JSON

Schema = Mapping[str, Any] | bool
"""A JSON Schema 2020-12 without references."""


@dataclass(frozen=True, slots=True)
class Found:
    """Such a value; a validator has checked it against every schema."""

    value: JSON


@dataclass(frozen=True, slots=True)
class Nothing:
    """Proved: there is no such value."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell; *reason* is one of few words, fit for counting."""

    reason: str


_FORMAT = re.compile(rb'"format":"([^"]*)"')

Answer = Found | Nothing | Unknown


class Undecidable(Exception):
    """A schema that neither engine nor validator can read; its text is the reason."""


def find(allowed: Sequence[Schema], refused: Sequence[Schema] = ()) -> Answer:
    """Find a value that every schema of *allowed* admits and every one of *refused* refuses."""
    try:
        return _find(tuple(map(_key, allowed)), tuple(map(_key, refused)))
    except Undecidable as reason:
        return Unknown(str(reason))


def covers(outer: Schema, inner: Schema) -> bool:
    """Tell whether one schema admits all that another does, as far as that is told at a glance: False may mean anything."""
    try:
        return _certainly_covers(_key(outer), _canonical(_key(inner)))
    except Undecidable:
        return False


def admits(schema: Schema, value: JSON) -> bool:
    """Tell whether a schema admits a value, formats included.

    Raises:
        Undecidable: If a pattern cannot be read, or gave up on the value.
    """
    return _admits(_key(schema), value)


def refusing_key(schema: Schema, value: JSON) -> str:
    """Return the key by which a schema refuses a value: ``required``, ``maximum`` …; empty where it admits it.

    Raises:
        Undecidable: As :func:`admits` does.
    """
    if admits(schema, value):
        return ""
    (first, *_) = _validator(_key(schema)).iter_errors(value)
    return first.kind.name


def missing_members(schema: Schema, value: JSON) -> list[tuple[tuple[str | int, ...], str]]:
    """Return where in a value an object lacks a member that a schema asks for, and which; alternatives are not looked into.

    Raises:
        Undecidable: As :func:`admits` does.
    """
    found = []
    for error in _validator(_key(schema)).iter_errors(value):
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
            found.append((tuple(error.instance_path), error.kind.property))
    return found


@dataclass(frozen=True)
class Refusal:
    """One thing that a schema has against a value.

    Attributes:
        place: Where in the value.
        key: The key of the schema that is not met: ``required``, ``maximum`` …; ``anyOf`` where no alternative is.
        asked: What it asks there, as a schema of that key alone; empty where that cannot be said in one.
        lacks: The member that is missing; empty but for ``required``.
    """

    place: tuple[str | int, ...]
    key: str
    asked: Mapping[str, Any]
    lacks: str = ""


class Validator:
    """A schema read once, for as many values as its owner likes.

    Raises:
        Undecidable: If the schema cannot be read.
    """

    def __init__(self, schema: Schema) -> None:
        self._key = _key(schema)
        self._compiled = _compiled(self._key)

    def admits(self, value: JSON) -> bool:
        """Tell whether the schema admits a value, as :func:`admits` does."""
        return _passes(self._compiled, self._key, value)

    def refusals(self, value: JSON) -> list[Refusal]:
        """Return all that the schema has against a value; of several alternatives, what the one that it comes nearest to has.

        Raises:
            Undecidable: As :func:`admits` does.
        """
        return [] if self.admits(value) else list(_refusals(self._compiled.iter_errors(value)))


def satisfiable(schema: Schema) -> bool:
    """Tell whether a schema admits anything; where nobody can tell, it is taken to."""
    try:
        return _canonical(_key(schema)).satisfiability() is not Satisfiability.NO
    except Undecidable:
        return True


def _key(schema: Schema) -> bytes:
    try:
        key = orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits, or half a surrogate pair
        key = _slow_key(schema)
    if not formats.ASSERTED.issuperset(_FORMAT.findall(key)):
        return _slow_key(formats.rewritten(json.loads(key)))
    return key


def _slow_key(schema: JSON) -> bytes:
    try:
        return json.dumps(schema, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise Undecidable("a schema holds a value that JSON cannot carry") from error


@lru_cache(maxsize=16384)
def _find(allowed: tuple[bytes, ...], refused: tuple[bytes, ...]) -> Answer:
    if any(key in allowed for key in refused):
        return Nothing()
    try:
        whole = _together(allowed)
        if whole.satisfiability() is Satisfiability.NO:
            return Nothing()
        rest = _without(whole, refused)
        if rest is not None and rest.satisfiability() is Satisfiability.NO:
            return Nothing()
        for value in _tries(rest, whole, allowed, refused):
            if all(_admits(key, value) for key in allowed) and not any(_admits(key, value) for key in refused):
                return Found(value)
        if empty(whole) or (rest is not None and empty(rest)) or any(_covers(key, whole) for key in refused):
            return Nothing()
        return Unknown(_reason(whole, refused))
    except Undecidable as reason:
        return Unknown(str(reason))


def _together(allowed: tuple[bytes, ...]) -> CanonicalSchema:
    """Return what several schemas admit alike, spelled out where the engine has no form for it."""
    try:
        return reduce(CanonicalSchema.intersect, map(_canonical, allowed), _canonical(b"true"))
    except (UnsupportedOperand, UnsupportedResult):
        return _canonical(b'{"allOf":[' + b",".join(allowed) + b"]}")


def _without(whole: CanonicalSchema, refused: tuple[bytes, ...]) -> CanonicalSchema | None:
    """Return what is left of *whole*; None where the engine has no form for it."""
    try:
        return reduce(CanonicalSchema.subtract, (_canonical(key) for key in refused), whole)
    except (UnsupportedOperand, UnsupportedResult):
        return _canonical(b"false") if any(_certainly_covers(key, whole) for key in refused) else None


def _certainly_covers(key: bytes, whole: CanonicalSchema) -> bool:
    try:
        return str(_canonical(key).covers(whole)) == "yes"
    except (UnsupportedOperand, UnsupportedResult):
        return False


def _tries(
    rest: CanonicalSchema | None, whole: CanonicalSchema, allowed: tuple[bytes, ...], refused: tuple[bytes, ...]
) -> Iterator[JSON]:
    if rest is not None:
        yield from samples(rest)
    yield from samples(whole, 24)
    for key in allowed:
        yield from samples(_canonical(key), 24)


def _covers(key: bytes, whole: CanonicalSchema) -> bool:
    """Tell whether what a schema leaves of *whole* is nothing, where the engine has a form for that."""
    rest = _without(whole, (key,))
    return rest is not None and empty(rest)


def _reason(whole: CanonicalSchema, refused: tuple[bytes, ...]) -> str:
    texts = [_slow_key(whole.to_json_schema()), *refused]
    for word, reason in (
        (b'"pattern"', "pattern"),
        (b'"format"', "format"),
        (b'"not"', "negation"),
        (b'"multipleOf"', "multipleOf"),
    ):
        if any(word in text for text in texts):
            return f"{reason} cannot be compared"
    return "schemas cannot be compared"


@lru_cache(maxsize=16384)
def _canonical(key: bytes) -> CanonicalSchema:
    try:
        return jsonschema_rs.canonicalize(json.loads(key), draft=Draft202012, validate_formats=True, offline=True)
    except CanonicalizationError as error:
        raise Undecidable(
            "a pattern cannot be read" if "regular expression" in str(error) else "a schema cannot be read"
        ) from error
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise Undecidable("a schema cannot be read") from error


@lru_cache(maxsize=8192)
def _validator(key: bytes) -> Draft202012Validator:
    return _compiled(key)


def _compiled(key: bytes) -> Draft202012Validator:
    try:
        return Draft202012Validator(json.loads(key), validate_formats=True, offline=True)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise Undecidable("a pattern cannot be read" if "pattern" in str(error).lower() else "a schema cannot be read") from error


def _admits(key: bytes, value: JSON) -> bool:
    return _passes(_validator(key), key, value)


def _passes(validator: Draft202012Validator, key: bytes, value: JSON) -> bool:
    if validator.is_valid(value):
        return True
    if b'"pattern' in key and any(_gave_up(error) for error in validator.iter_errors(value)):
        raise Undecidable("a pattern gives up on long texts")
    return False


def _gave_up(error: jsonschema_rs.ValidationError) -> bool:
    """jsonschema-rs says "does not match" where its backtracking hits the limit; the class of the kind tells, not its name."""
    return isinstance(
        error.kind,
        jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded | jsonschema_rs.ValidationErrorKind.RegexEngineFailure,
    )


_ASKING = {
    "enum": "options", "const": "expected_value", "type": "types", "format": "format", "pattern": "pattern",
    "multipleOf": "multiple_of", **dict.fromkeys((
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
        "minProperties", "maxProperties",
    ), "limit"),
}  # fmt: skip
"""Key of a schema to what an error calls that which it asks."""


def _refusals(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterator[Refusal]:
    for error in errors:
        place, kind = tuple(error.instance_path), error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
            yield from _of_alternatives(place, [list(_refusals(branch)) for branch in kind.context])
        elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
            yield Refusal(place, kind.name, {}, str(kind.property))
        else:
            said = _ASKING.get(kind.name)
            yield Refusal(place, kind.name, {kind.name: getattr(kind, said)} if said else {})


def _of_alternatives(place: tuple[str | int, ...], branches: Sequence[Sequence[Refusal]]) -> Iterator[Refusal]:
    """Yield what the alternative that comes nearest has against a value: of its kind, and with the right words in it."""
    alike = [branch for branch in branches if not any(each.place == place and each.key == "type" for each in branch)]
    if not alike:
        kinds = [each.asked["type"] for branch in branches for each in branch if each.place == place and each.key == "type"]
        yield Refusal(place, "type", {"type": list(dict.fromkeys(name for names in kinds for name in names))})
        return
    told = [branch for branch in alike if not any(each.key in ("enum", "const") for each in branch)]
    nearest = told if len(told) == 1 else alike
    if len(nearest) == 1:
        yield from nearest[0]
    else:
        yield Refusal(place, "anyOf", {})
