"""How an answer falls short of a need, in one sentence that a product owner understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxcontracts.containment.sets import Schema
from cxcontracts.containment.ways import Gap, Way
from cxcontracts.exchanges import JSON
from cxcontracts.paths import Path, as_index
from cxcontracts.wording import (
    described,
    exceeded,
    is_any_text,
    kind_of,
    kinds_asked,
    kinds_in_words,
    listed,
    names_values,
    value_in_words,
)

_MOST_PLACES = 3
_MOST_KINDS = 2


def broken_off(path: Path, way: Way, others: Sequence[Way], before: Sequence[Way], asked: Mapping[str, Any]) -> str:
    """Say where a way breaks off that did not before, and what of it is needed.

    Args:
        path: What is looked for.
        way: The way that breaks off.
        others: Every way in which the answer can look along the path, that one included.
        before: Every way in which it could.
        asked: What the value has to be, were it there.
    """
    turned = _turned(way, before)
    if turned is not None:
        form = "a list" if way.turns[turned].list_ else "an object"
        alone = all(len(other.turns) > turned and other.turns[turned].list_ == way.turns[turned].list_ for other in others)
        becomes = "is now" if alone else "may now be"
        return f"{_place(path, turned)} {becomes} {form}; the journey needs {named(path)}"
    depth = len(way.turns)
    return f"{_place(path, depth)} {_change(way, others)}; the journey needs {_rest(path, way, asked)}"


def replaced(path: Path, asked: Mapping[str, Any], after: Sequence[Schema]) -> str:
    """Say what a value is now that none is understood any more.

    Args:
        path: Where it is.
        asked: What the journey understands.
        after: What the contract says of it now, in every case.
    """
    name, wanted = named(path), described(_beside_null(asked))
    whole = list(dict.fromkeys(map(described, after)))
    if len(whole) > _MOST_KINDS or {"any value", "a fitting value", wanted} & {*whole}:
        return f"{name} can no longer be what the journey understands: {wanted}"
    return f"{name} is now {listed(whole, 'or')}; the journey understands {wanted}"


def refused(path: Path, asked: Mapping[str, Any], value: JSON, met: Schema, before: Sequence[Schema]) -> str:
    """Say which value is new that is not understood.

    Args:
        path: Where it is.
        asked: What the journey understands.
        value: The value.
        met: What the contract says of it where the value was found.
        before: What it said of it, in every case.
    """
    name, wanted = named(path), described(_beside_null(asked) if value is not None else asked)
    beyond = exceeded(asked, value)
    if beyond:
        return f"{name} may now {beyond}"
    known = frozenset(kind for schema in before for kind in kinds_asked(schema))
    new = _new_value(asked, value, met, known)
    if wanted in (new, "any value", "a fitting value"):
        return f"{name} may now be {new} that the journey does not understand"
    return f"{name} may now be {new}; the journey understands {wanted}"


def unpromised(path: Path, ways: Sequence[Way], broken: Sequence[Way]) -> str:
    """Say why a field is not promised: which part of its path may be missing, null or something else.

    Args:
        ways: Every way in which the answer can look along the path.
        broken: Those that break off.
    """
    places: dict[str, dict[str, None]] = {}
    for way in sorted(broken, key=lambda way: len(way.turns)):
        places.setdefault(_state(way, ways), {})[_part(path, len(way.turns))] = None
    return f"{named(path)} is not promised: {', and '.join(_may(list(names), state) for state, names in places.items())}"


def named(path: Path) -> str:
    """Return what a path leads to, as a sentence names it.

    >>> named(Path("header", ("retry-after",))), named(Path("body", ()))
    ('the header retry-after', 'the answer')
    """
    if path.root == "header":
        return f"the header {path.segments[0]}"
    return str(path) if path.segments else "the answer"


def _place(path: Path, depth: int) -> str:
    return named(Path(path.root, path.segments[:depth])) if depth else "the answer"


def _part(path: Path, depth: int) -> str:
    """Return what a part of a path is called beside the whole path: by its last name."""
    if depth in (0, len(path.segments)):
        return "it" if depth else "the answer"
    start = depth - 1
    while start > 0 and (not isinstance(path.segments[start], str) or as_index(path.segments[start]) is not None):
        start -= 1
    return ".".join(map(str, path.segments[start:depth]))


def _rest(path: Path, way: Way, asked: Mapping[str, Any]) -> str:
    """Return what is needed of the part where a way breaks off."""
    below = path.segments[len(way.turns) :]
    if not below:
        return (described(asked) if asked else "a value") if way.gap is Gap.NULL else "it"
    rest = str(Path("body", below))
    if not way.turns or not isinstance(below[0], str) or as_index(below[0]) is not None or below[0] in ("body", "header"):
        return named(path)
    return f"its {rest}"


def _turned(way: Way, before: Sequence[Way]) -> int | None:
    """Return at which depth a way goes on through a list that was an object, or the other way round; None for nowhere."""
    for depth, turn in enumerate(way.turns):
        known = {other.turns[depth].list_ for other in before if len(other.turns) > depth}
        if known and turn.list_ not in known:
            return depth
    return None


def _change(way: Way, others: Sequence[Way]) -> str:
    """Say what became of the part where a way breaks off: what it may be now, or is, where no other way is left."""
    only = _leaves_no_other(way, others)
    if way.gap is Gap.UNDECLARED:
        return "is gone" if only else "may now be missing"
    if way.gap is Gap.OPTIONAL and way.stop is None:
        return "may now be missing"
    if any(other.gap is Gap.OPTIONAL and other.stop is not None and len(other.turns) == len(way.turns) for other in others):
        return "may now be anything"
    if way.gap is Gap.NULL:
        return "can now only be null" if only else "may now be null"
    words = _forms(way, others if only else (way,))
    if only:
        return f"is now {words}" if words else "now has another form"
    return f"may now be {words}" if words else "may now have another form"


def _forms(way: Way, ways: Sequence[Way]) -> str:
    """Return the forms that the part where *way* breaks off has in *ways*."""
    stops = [each.stop for each in ways if each.gap is Gap.RETYPED and len(each.turns) == len(way.turns)]
    return kinds_in_words({kind for stop in stops if stop is not None for kind in stop.types})


def _leaves_no_other(way: Way, others: Sequence[Way]) -> bool:
    """Tell whether the part is the same, or not there, in every way."""
    depth = len(way.turns)
    missing = {Gap.UNDECLARED, Gap.OPTIONAL} - ({Gap.OPTIONAL} if way.gap is Gap.UNDECLARED else set())
    for other in others:
        same = other.gap is way.gap or (other.gap in missing and other.stop is None)
        if len(other.turns) > depth or (len(other.turns) == depth and not same):
            return False
    return True


def _state(way: Way, ways: Sequence[Way]) -> str:
    """Return how a part is, where a way breaks off."""
    if way.gap is Gap.UNDECLARED and _leaves_no_other(way, ways):
        return "is not in the contract"
    if way.gap in (Gap.UNDECLARED, Gap.OPTIONAL):
        return "may be missing" if way.stop is None else "may be anything"
    return f"may be {_forms(way, ways) or 'of another form'}" if way.gap is Gap.RETYPED else "may be null"


def _may(names: list[str], state: str) -> str:
    if len(names) > 1 and names[-1] == "it":
        names[-1] = "the field itself"
    more = len(names) - _MOST_PLACES
    shown_names = [*names[:_MOST_PLACES], f"{more} more"] if more > 1 else names
    return f"{listed(shown_names, 'or')} {state}"


def _beside_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema without the null that it takes as well, where something else is the matter."""
    types, values = schema.get("type"), schema.get("enum")
    whole = dict(schema)
    if isinstance(types, list) and set(types) - {"null"}:
        whole["type"] = [kind for kind in types if kind != "null"]
    if isinstance(values, list) and any(value is not None for value in values):
        whole["enum"] = [value for value in values if value is not None]
    return whole


def _new_value(asked: Mapping[str, Any], value: JSON, met: Schema, known: frozenset[str]) -> str:
    """Return what a value is called: by its kind, where that alone is new and not understood; else by what it is."""
    if described(met) == "any value":
        return "anything"
    kind, understood = kind_of(value), kinds_asked(asked)
    fraction = kind == kind_of(0.5) and kind_of(0) in understood
    if kind not in known and (isinstance(value, dict | list) or (understood and kind not in understood and not fraction)):
        return kind
    if not isinstance(value, str) or names_values(met):
        return value_in_words(value)
    texts = {**met, "type": "string"} if isinstance(met, Mapping) else met
    words = "any text" if is_any_text(texts) else described(texts)
    return value_in_words(value) if words == described(asked) else words
