"""Values of a schema, deterministic and the plainest first.

The values are suggestions: whoever needs one that certainly fits has a validator decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, count, islice
from typing import Any

from jsonschema_rs import CanonicalSchema
from jsonschema_rs import canonical as views

from cxcontracts import formats
from cxcontracts.containment import patterns
from cxcontracts.containment.emptiness import both, negated
from cxcontracts.exchanges import JSON

_DEPTH = 6
_MOST_LETTERS = 200
"""How long a text may be to be held against a language before it is suggested."""
_MOST_PADDED = 10_000
_LONGEST = 100_000
"""How many letters, or members, a suggestion may have."""
_WORDS = ("text", "other", "A", "a1", "0", "1", "-", "é", "")
_NUMBERS = (1, 0, 2, 3, 10, -1, 100, 999999999999, 0.5, 1.5, -0.5)
_MOST_ALIKE = 100
_PLAIN: dict[str, tuple[JSON, ...]] = {
    "null": (None,),
    "boolean": (True, False),
    "string": _WORDS,
    "integer": (1, 0, 2, -1, 2**40),
    "number": _NUMBERS,
    "array": ([], ["text"], [1], [1, 1]),
    "object": ({}, {"text": "text"}),
}


def samples(schema: CanonicalSchema, count: int = 12) -> list[JSON]:
    """Return up to *count* different values that *schema* probably admits."""
    values: list[JSON] = []
    for value in islice(_values(schema, _DEPTH), count * 8):
        if not any(_same(value, seen) for seen in values):
            values.append(value)
        if len(values) == count:
            break
    return values


def _same(one: JSON, other: JSON) -> bool:
    return type(one) is type(other) and bool(one == other)


def _values(schema: CanonicalSchema, depth: int) -> Iterator[JSON]:
    if depth == 0:
        return iter(())
    match schema.view():
        case views.TrueView():
            return chain.from_iterable(_PLAIN[kind][:2] for kind in ("string", "integer", "boolean", "object", "array", "null"))
        case views.MultiTypeView(types=types):
            return _interleaved([iter(_PLAIN[kind]) for kind in sorted(types, key=list(_PLAIN).index, reverse=True)])
        case views.TypedGroupView(type_name=kind, body=body):
            return (value for value in _values(body, depth) if _is(kind, value))
        case views.ConstView(value=value):
            return iter([value])
        case views.EnumView(values=values):
            return iter(values)
        case views.StringView() as text:
            return _texts(text)
        case views.IntegerView() as number:
            return _integers(number)
        case views.NumberView() as number:
            return _numbers(number)
        case views.ArrayView() as array:
            return _lists(array, depth)
        case views.ObjectView() as thing:
            return _objects(thing, depth)
        case views.AnyOfView(branches=branches) | views.OneOfView(branches=branches) | views.AllOfView(branches=branches):
            return _interleaved([_values(branch, depth - 1) for branch in branches])
        case views.NotView():
            return chain.from_iterable(_PLAIN.values())
    return iter(())


def _is(kind: str, value: JSON) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _interleaved(sources: list[Iterator[JSON]]) -> Iterator[JSON]:
    while sources:
        for source in list(sources):
            try:
                yield next(source)
            except StopIteration:
                sources.remove(source)


def _texts(view: views.StringView) -> Iterator[str]:
    shortest = view.min_length or 0
    if shortest > _LONGEST:
        return
    for name in view.formats:
        yield from formats.SAMPLES.get(name, ())
        if name in formats.LONGER and shortest <= _MOST_PADDED:
            head, more, tail = formats.LONGER[name]
            yield head + more * -(-max(shortest - len(head) - len(tail), 0) // len(more)) + tail
    language = patterns.spoken(view)
    if language is not None and (view.patterns or view.excluded_patterns):
        yield from language.texts(24)
    for word in chain(_WORDS, *formats.SAMPLES.values()):
        fitted = word.ljust(shortest, "x")[: view.max_length] if shortest or view.max_length is not None else word
        if language is None or len(fitted) > _MOST_LETTERS or language.holds(fitted):
            yield fitted
    if view.max_length is not None and view.max_length <= _LONGEST:
        yield "x" * view.max_length
    yield "x" * max(shortest, 64)


def _integers(view: views.IntegerView) -> Iterator[int]:
    steps = [int(step) for step in view.multiple_of if step == int(step) and step] or [1]
    low, high = view.minimum, view.maximum
    for start in (1, 0, low, high, 2, 3, 10, 2**31, -(2**31) - 1, 2**40):
        if start is None:
            continue
        for step in steps:
            value = -(-int(start) // step) * step
            for moved in (value, value + step, value - step):
                if (
                    (low is None or moved >= low)
                    and (high is None or moved <= high)
                    and not _steps_on(moved, view.not_multiple_of)
                ):
                    yield moved


def _numbers(view: views.NumberView) -> Iterator[JSON]:
    low, high = view.minimum, view.maximum
    ends = [float(end) for end in (low, high) if end is not None]
    near = [value for end in ends for value in (end, end + 1, end - 1, end + 0.5, end - 0.5)]
    middle = [sum(ends) / 2] if len(ends) == 2 else []
    steps = [float(step) * factor for step in view.multiple_of for factor in (1, 2, 3)]
    for value in chain(steps, _NUMBERS, middle, near):
        if (view.excludes_integers and float(value).is_integer()) or _steps_on(value, view.not_multiple_of):
            continue
        if (low is None or value > low or (value == low and not view.exclusive_minimum)) and (
            high is None or value < high or (value == high and not view.exclusive_maximum)
        ):
            yield int(value) if float(value).is_integer() else value


def _steps_on(value: float, steps: Sequence[Any]) -> bool:
    return any(Fraction(str(value)) % Fraction(str(step)) == 0 for step in steps)


def _lists(view: views.ArrayView, depth: int) -> Iterator[JSON]:
    prefix: list[JSON] = []
    for schema in view.prefix_items:
        first = next(_values(schema, depth - 1), None)
        prefix.append(first)
    wanted = [
        value
        for contains in view.contains
        for value in islice(_values(both(view.items, contains.schema), depth - 1), contains.min_contains or 1)
    ]
    fillers: list[JSON] = list(islice(_values(view.items, depth - 1), 12)) if view.items is not None else list(_WORDS)
    shortest = view.min_items or 0
    for start in range(max(1, min(3, len(fillers)))):
        yield _filled([*prefix, *wanted], fillers, start, shortest)
    if view.max_items is None or view.max_items > shortest:
        yield _filled([*prefix, *wanted], fillers, 0, max(shortest, len(prefix) + len(wanted)) + 1)
    for contains in view.contains:  # as many as there may be
        for value in islice(_values(both(view.items, contains.schema), depth - 1), 1):
            yield [*prefix, *[value] * min(contains.max_contains or 0, _MOST_ALIKE)]
    yield _filled([*prefix, *wanted], fillers[:1], 0, max(shortest, len(prefix) + len(wanted)) + 2)  # one item twice
    for index, schema in enumerate(view.prefix_items):
        for contains in view.contains:
            for value in islice(_values(both(schema, contains.schema), depth - 1), 1):
                yield [*prefix[:index], value, *prefix[index + 1 :]]


def _filled(items: list[JSON], fillers: Sequence[JSON], start: int, length: int) -> list[JSON]:
    """Return a list that is filled up to a length, as far as that can be."""
    missing = min(length, 1000) - len(items) if fillers else 0
    return [*items, *(fillers[turn % len(fillers)] for turn in range(start, start + missing))]


def _objects(view: views.ObjectView, depth: int) -> Iterator[JSON]:
    if (view.min_properties or 0) > _LONGEST:
        return
    choices = {
        name: list(islice(_values(schema, depth - 1), 4)) for name, schema in view.properties.items() if name in view.required
    }
    least: dict[str, Any] = {}
    for name in view.required:
        options = choices.get(name) or _undeclared(view, depth)
        if not options:
            return
        least[name] = options[0]
    for name in view.properties:
        if len(least) >= (view.min_properties or 0):
            break
        least.setdefault(name, next(_values(view.properties[name], depth - 1), None))
    for name in islice(_free_names(view, least), max(0, (view.min_properties or 0) - len(least))):
        least[name] = next(iter(_undeclared(view, depth)), "text")
    for violation in view.violations:
        least.update(_violating(violation, view, depth))
    yield least
    members = [(name, options[1:]) for name, options in choices.items()]
    if view.max_properties is None or len(least) < view.max_properties:
        members += _further(view, least, depth)
    yield from _interleaved([iter([{**least, name: value} for value in values]) for name, values in members])


def _further(view: views.ObjectView, least: Mapping[str, JSON], depth: int) -> Iterator[tuple[str, list[JSON]]]:
    """Yield members that need not be there, each with some values."""
    for name, schema in view.properties.items():
        if name not in least:
            yield name, list(islice(_values(schema, depth - 1), 3))
    for pattern, schema in view.pattern_properties.items():
        for name in patterns.sample(pattern, 1):
            yield name, list(islice(_values(schema, depth - 1), 3))
    for name in islice(_free_names(view, {**least, **view.properties}), 1):
        yield name, _undeclared(view, depth)


def _free_names(view: views.ObjectView, taken: Mapping[str, Any]) -> Iterator[str]:
    names = (f"key{number}" for number in count()) if view.property_names is None else _values(view.property_names, _DEPTH)
    return (name for name in names if isinstance(name, str) and name not in taken)


def _undeclared(view: views.ObjectView, depth: int) -> list[JSON]:
    if view.additional_properties is None:
        return ["text", 1]
    return list(islice(_values(view.additional_properties, depth - 1), 2))


def _violating(violation: Any, view: views.ObjectView, depth: int) -> dict[str, JSON]:
    """Return a member that fails as one of them has to."""
    match violation:
        case views.UndeclaredValueFailsView(additional=schema):
            failing = both(view.additional_properties, negated(schema))
            return {
                name: value
                for name in islice(_free_names(view, view.properties), 1)
                for value in islice(_values(failing, depth - 1), 1)
            }
        case views.PatternValueFailsView(pattern=pattern, schema=schema):
            failing = both(view.pattern_properties.get(pattern), negated(schema))
            return {name: value for name in patterns.sample(pattern, 1) for value in islice(_values(failing, depth - 1), 1)}
        case views.NameFailsView(schema=schema):
            names = (name for name in _values(both(view.property_names, negated(schema)), depth - 1) if isinstance(name, str))
            return {name: _member(view, name, depth) for name in islice(names, 1)}
    return {}


def _member(view: views.ObjectView, name: str, depth: int) -> JSON:
    own = view.properties.get(name)
    options = _undeclared(view, depth) if own is None else list(islice(_values(own, depth - 1), 1))
    return next(iter(options), None)
