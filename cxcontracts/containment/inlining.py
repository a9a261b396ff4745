"""A schema as it was written, as JSON Schema 2020-12 with its references written out, a few levels deep."""

from __future__ import annotations

from typing import Any

from cxcontracts.containment.narrowing import plain_keys
from cxcontracts.containment.nodes import TYPES, Node
from cxcontracts.containment.sets import Schema

_LEVELS = 5
_ONE = ("items", "contains", "propertyNames", "not", "if", "then", "else", "additionalProperties", "unevaluatedItems",
        "unevaluatedProperties")  # fmt: skip
_SEVERAL = {"allOf": "allOf", "anyOf": "anyOf", "oneOf": "anyOf", "prefixItems": "prefixItems"}
"""Keys with a list of schemas, each with how it is read: ``oneOf`` as ``anyOf``, as everywhere."""
_NAMED = ("properties", "patternProperties", "dependentSchemas")
_AS_WRITTEN = ("type", "required", "dependentRequired", "minContains", "maxContains")


def inlined(node: Node, levels: int = _LEVELS) -> Schema:
    """Return a schema with its references written out; what is deeper than *levels* takes everything.

    Raises:
        ContractError: If a reference leads nowhere.
    """
    value = node.value
    if not isinstance(value, dict) or levels == 0:
        return value is not False
    whole: dict[str, Any] = plain_keys({key: kept for key, kept in value.items() if key != "not"}, TYPES, legacy=node.home.legacy)
    whole.update({key: value[key] for key in _AS_WRITTEN if key in value})
    for key in _ONE:
        if isinstance(value.get(key), dict | bool):
            whole[key] = inlined(node.child(key), levels - 1)
    for key in _NAMED:
        if isinstance(value.get(key), dict):
            whole[key] = {name: inlined(node.child(key, name), levels - 1) for name in value[key]}
    for key, read in _SEVERAL.items():
        if isinstance(value.get(key), list) and value[key]:
            parts = [inlined(node.child(key, index), levels - 1) for index in range(len(value[key]))]
            whole = _with(whole, read, parts)
    if isinstance(value.get("$ref"), str):
        whole = _with(whole, "allOf", [inlined(node.home.follow(node, value["$ref"]), levels - 1)])
    if value.get("nullable") is True and node.home.legacy:
        return {"anyOf": [{"type": "null"}, whole]}
    return whole


def _with(whole: dict[str, Any], key: str, parts: list[Schema]) -> dict[str, Any]:
    """Return a schema that asks for one more thing, whatever it says under that key already."""
    if key == "allOf":
        return {**whole, key: [*whole.get(key, []), *parts]}
    if key in whole:
        return {**whole, "allOf": [*whole.get("allOf", []), {key: parts}]}
    return {**whole, key: parts}
