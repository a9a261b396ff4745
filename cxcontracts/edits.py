"""What kind of edit lies between two schemas that look into nothing: its words, and the second half of its rule's id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cxcontracts.containment.sets import Schema
from cxcontracts.exchanges import JSON
from cxcontracts.wording import described, listed, shown

_FAMILIES: Final = {
    "type": ("type",),
    "enum": ("enum",),
    "const": ("const",),
    "range": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "length": ("minLength", "maxLength"),
    "pattern": ("pattern",),
    "format": ("format",),
    "size": ("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
}
_MOST_VALUES: Final = 12
_FAMILY: Final = {key: family for family, keys in _FAMILIES.items() for key in keys}
_LEAVING_TYPES_AS_THEY_ARE: Final = frozenset({"enum", "const"})


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit.

    Attributes:
        kind: The rule's id without ``request-`` or ``response-``: ``type-changed``, ``became-nullable``, ``enum-widened`` …
        change: What changed, in a few words: ``values added: "y"``.
        words: The same as the end of a sentence: of a value that "is …".
        data: What tells this edit from others at the same place.
    """

    kind: str
    change: str
    words: str
    data: JSON


def edit(old: Schema, new: Schema) -> Edit:
    """Return the edit that makes one schema of the other.

    >>> edit({"enum": ["a"]}, {"enum": ["a", "b"]}).kind, edit({"type": "string"}, {"type": ["null", "string"]}).kind
    ('enum-widened', 'became-nullable')
    """
    kind = _kind(old, new)
    words = _values(old, new) if kind.startswith("enum-") else _predicate(old, new)
    return Edit(kind, _words(old, new), words, {"old": old, "new": new})


def null_apart(old: Schema, new: Schema) -> tuple[Schema, Schema] | None:
    """Return both schemas without null, where null has come or gone beside another edit; else None.

    >>> null_apart({"type": "string", "minLength": 1}, {"type": ["null", "string"]})
    ({'type': 'string', 'minLength': 1}, {'type': 'string'})
    """
    before, after = _flat(old), _flat(new)
    if before is None or after is None or "type" not in before or "type" not in after:
        return None
    types = [_types(before), _types(after)]
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} - {"type"}
    nulls = ["null" in each for each in types]
    if nulls[0] == nulls[1] or types[0] - {"null"} != types[1] - {"null"} or not _beyond_null(before, after, differing):
        return None
    return _without_null(before), _without_null(after)


def _without_null(schema: Mapping[str, Any]) -> Schema:
    types = sorted(_types(schema) - {"null"})
    whole = {**schema, "type": types[0] if len(types) == 1 else types}
    if "enum" in whole:
        whole["enum"] = [value for value in whole["enum"] if value is not None]
    return whole


def _predicate(old: Schema, new: Schema) -> str:
    before, after = _flat(old), _flat(new)
    if before is not None and after is not None:
        keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        told = described({key: value for key, value in after.items() if key != "pattern"}) == described(
            {key: value for key, value in before.items() if key != "pattern"}
        )
        if keys and told:
            return f"bound otherwise: {listed([f'{key} {_bound(after, key)}, it was {_bound(before, key)}' for key in keys])}"
    return f"{described(new)}; it was {described(old)}"


def _bound(schema: Mapping[str, Any], key: str) -> str:
    return shown(schema[key], 120) if key in schema else "free"


def _values(old: Schema, new: Schema) -> str:
    before, after = ((_flat(each) or {}).get("enum") for each in (old, new))
    if before is None or after is None:
        return f"{described(new)}; it was {described(old)}"
    more = _few([shown(value, 80) for value in after if value not in before])
    less = _few([shown(value, 80) for value in before if value not in after])
    if more and less:
        return f"with {listed(more)}, without {listed(less)}"
    return listed(more) if more else f"no longer {listed(less, 'or')}"


def _few(words: list[str]) -> list[str]:
    return words if len(words) <= _MOST_VALUES else [*words[: _MOST_VALUES - 1], f"{len(words) - _MOST_VALUES + 1} more"]


def _kind(old: Schema, new: Schema) -> str:
    before, after = _flat(old), _flat(new)
    if before is None or after is None:
        return "values-changed"
    types = [_types(before), _types(after)]
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} - {"type"}
    families = {_FAMILY.get(key, "rule") for key in differing}
    if types[0] - {"null"} != types[1] - {"null"} and not (families & _LEAVING_TYPES_AS_THEY_ARE and _closed(before, after)):
        return "type-changed"
    nulls = ["null" in each for each in types]
    if nulls[0] != nulls[1] and not _beyond_null(before, after, differing):
        return "became-nullable" if nulls[1] else "no-longer-nullable"
    if families == {"enum"}:
        return _enum(before.get("enum"), after.get("enum"))
    return f"{families.pop()}-changed" if len(families) == 1 else "values-changed"


def _closed(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether both list their values, so that types only follow from those; or one list was added or lifted."""
    return any(key in each for each in (before, after) for key in _LEAVING_TYPES_AS_THEY_ARE) and all(
        "enum" in each or "const" in each for each in (before, after)
    )


def _beyond_null(before: Mapping[str, Any], after: Mapping[str, Any], differing: set[str]) -> bool:
    """Tell whether more has changed than that null is one of the values."""
    if differing != {"enum"}:
        return bool(differing)
    kept = [[value for value in each.get("enum", []) if value is not None] for each in (before, after)]
    return kept[0] != kept[1]


def _enum(old: list[JSON] | None, new: list[JSON] | None) -> str:
    if old is None or new is None:
        return "enum-widened" if new is None else "enum-narrowed"
    more = any(value not in old for value in new)
    less = any(value not in new for value in old)
    if not any(value in new for value in old if value is not None):
        return "values-changed"
    return "enum-changed" if more and less else "enum-widened" if more else "enum-narrowed"


def _flat(schema: Schema) -> dict[str, Any] | None:
    """Return the keys of a schema with those of its ``allOf``; None where it is a choice, or says one thing twice."""
    if isinstance(schema, bool):
        return {} if schema else None
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf", ()):
        below = _flat(part)
        if below is None or any(key in whole and whole[key] != value for key, value in below.items()):
            return None
        whole |= below
    return None if "anyOf" in whole else whole


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    written = schema.get("type", ["null", "boolean", "object", "array", "number", "string"])
    return frozenset([written] if isinstance(written, str) else written)


def _words(old: Schema, new: Schema) -> str:
    if isinstance(old, bool) or isinstance(new, bool):
        return f"{described(new)}; it was {described(old)}"
    if old.get("enum") != new.get("enum") and isinstance(old.get("enum"), list) and isinstance(new.get("enum"), list):
        more = [shown(value, 30) for value in new["enum"] if value not in old["enum"]]
        less = [shown(value, 30) for value in old["enum"] if value not in new["enum"]]
        parts = [f"values added: {listed(more)}"] * bool(more) + [f"values removed: {listed(less)}"] * bool(less)
        return "; ".join(parts) or "values changed"
    was, is_ = described(old), described(new)
    if was != is_:
        return f"{is_}; it was {was}"
    keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
    return f"{listed(keys)} changed"
