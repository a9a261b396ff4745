"""Schemas that certainly admit nothing, where jsonschema-rs leaves that open: texts compare as languages, parts one by one."""

from __future__ import annotations

from collections.abc import Iterator

from jsonschema_rs import CanonicalSchema, canonicalize
from jsonschema_rs import canonical as views
from jsonschema_rs.canonical import Satisfiability, UnsupportedOperand, UnsupportedResult

from cxcontracts.containment import patterns

_DEPTH = 12


def empty(schema: CanonicalSchema, depth: int = _DEPTH) -> bool:
    """Tell whether a schema is proved to admit nothing."""
    if schema.satisfiability() is Satisfiability.NO:
        return True
    if depth == 0:
        return False
    match schema.view():
        case views.StringView() as text:
            language = patterns.spoken(text)
            return language is not None and language.empty
        case views.TypedGroupView(body=body):
            return empty(body, depth - 1)
        case views.AnyOfView(branches=branches) | views.OneOfView(branches=branches):
            return all(empty(branch, depth - 1) for branch in branches)
        case views.AllOfView(branches=branches):
            return any(empty(branch, depth - 1) for branch in branches)
        case views.ArrayView() as array:
            return any(empty(item, depth - 1) for item in _demanded(array))
        case views.ObjectView() as thing:
            return any(empty(member, depth - 1) for member in _required(thing)) or _never_fails(thing, depth - 1)
    return False


def _demanded(array: views.ArrayView) -> Iterator[CanonicalSchema]:
    """Yield schemas that some item of any such list satisfies."""
    least = array.min_items or 0
    yield from array.prefix_items[:least]
    if array.items is not None and least > len(array.prefix_items):
        yield array.items
    for contains in array.contains:
        if contains.min_contains != 0 and not array.prefix_items:
            yield both(array.items, contains.schema)


def _required(thing: views.ObjectView) -> Iterator[CanonicalSchema]:
    """Yield schemas that some member of any such object satisfies."""
    for name in thing.required:
        own = thing.properties.get(name)
        if own is not None:
            yield own
        elif thing.additional_properties is not None and not thing.pattern_properties:
            yield thing.additional_properties


def _never_fails(thing: views.ObjectView, depth: int) -> bool:
    """Tell whether some member would have to fail a schema that none can."""
    for violation in thing.violations:
        if isinstance(violation, views.UndeclaredValueFailsView) and not thing.pattern_properties:
            declared = [schema for name, schema in thing.properties.items() if name not in violation.names]
            failing = negated(violation.additional)
            if all(empty(both(schema, failing), depth) for schema in (thing.additional_properties, *declared)):
                return True
    return False


def both(one: CanonicalSchema | None, other: CanonicalSchema) -> CanonicalSchema:
    """Return what both admit; the second alone where the engine has no form for that."""
    try:
        return other if one is None else one.intersect(other)
    except (UnsupportedOperand, UnsupportedResult):
        return other


def negated(schema: CanonicalSchema) -> CanonicalSchema:
    """Return what a schema refuses; everything where the engine has no form for that."""
    try:
        return schema.negate()
    except (UnsupportedOperand, UnsupportedResult):
        return canonicalize(True)
