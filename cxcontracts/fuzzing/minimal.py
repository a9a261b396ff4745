"""What of a call that fails matters: what is left of its differences from the working call when no one of them can go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from cxcontracts.exchanges import JSON
from cxcontracts.fuzzing.edges import changed
from cxcontracts.wording import listed, shown

MOST_CALLS: Final = 20
"""How many calls are worth knowing what matters."""

_PLAIN: Final = re.compile(r"[\w.@'-]{1,40}")

Item = TypeVar("Item")


def minimised(
    sample: Mapping[str, JSON],
    failing: Mapping[str, JSON],
    fails: Callable[[Mapping[str, JSON]], bool],
    most: int = MOST_CALLS,
    admits: Callable[[Mapping[str, JSON]], bool] = lambda varied: True,
) -> dict[str, JSON]:
    """Return the fewest differences from the working call that still fail, each as plain as it can be.

    First whole names go back to what they are in the sample, many at once before one at a time, then members and items inside of
    them, then lists and texts get shorter. With calls enough, no single difference that is left can go; with fewer, what was
    reached.

    Args:
        sample: The names of the working call to their values; a name that it does not send is not there.
        failing: The names that differ, to the values that were sent and failed; all others are as in the sample.
        fails: Sends a call with these differences and tells whether it fails in the same way. No two calls are alike, and the
            working call is none of them.
        most: The most calls.
        admits: Tells whether a call may be sent; one that may not counts as one that passes.
    """
    return _Search(sample, fails, most, admits).minimal({name: failing[name] for name in failing})


class _Search:
    def __init__(
        self,
        sample: Mapping[str, JSON],
        fails: Callable[[Mapping[str, JSON]], bool],
        most: int,
        admits: Callable[[Mapping[str, JSON]], bool],
    ) -> None:
        self._sample = sample
        self._fails = fails
        self._left = most
        self._admits = admits
        self._known: dict[str, bool] = {}

    def minimal(self, failing: dict[str, JSON]) -> dict[str, JSON]:
        found = self._differing(failing)
        self._known[_key(found)] = True
        names = _fewest(list(found), lambda kept: self._still({name: found[name] for name in kept}))
        found = {name: found[name] for name in names}
        for name in names:
            still = _putting(self._still, found, name)
            if name in self._sample:
                found = {**found, name: self._nearer(found[name], self._sample[name], still)}
            found = {**found, name: self._shorter(found[name], still)}
        return found

    def _differing(self, varied: Mapping[str, JSON]) -> dict[str, JSON]:
        return {name: value for name, value in varied.items() if name not in self._sample or not _same(self._sample[name], value)}

    def _still(self, varied: Mapping[str, JSON]) -> bool:
        """Tell whether a call with these differences fails; one that cannot be afforded is taken to pass."""
        differing = self._differing(varied)
        key = _key(differing)
        if key not in self._known:
            if not differing or not self._left or not self._admits(differing):
                return False
            self._left -= 1
            self._known[key] = self._fails(differing)
        return self._known[key]

    def _nearer(self, value: JSON, sample: JSON, still: Callable[[JSON], bool]) -> JSON:
        """Return a value in which as much as can be is as in the sample."""
        if isinstance(value, Mapping) and isinstance(sample, Mapping):
            return self._nearer_members(value, sample, still)
        if isinstance(value, list) and isinstance(sample, list) and value and sample:
            return self._nearer_items(value, sample, still)
        return value

    def _nearer_members(self, value: Mapping[str, JSON], sample: Mapping[str, JSON], still: Callable[[JSON], bool]) -> JSON:
        names = [name for name in dict.fromkeys((*value, *sample)) if not _same_member(value, sample, name)]
        kept = _fewest(names, lambda chosen: still(_mixed(value, sample, chosen)))
        whole = _mixed(value, sample, kept)
        for name in kept:
            if name in whole and name in sample:
                whole = {**whole, name: self._nearer(whole[name], sample[name], _putting(still, whole, name))}
        return whole

    def _nearer_items(self, value: list[JSON], sample: list[JSON], still: Callable[[JSON], bool]) -> JSON:
        whole = _fewest(value, still)
        for index in range(len(whole)):
            own = sample[min(index, len(sample) - 1)]
            if not _same(whole[index], own):
                put = _putting(still, whole, index)
                whole = changed(whole, [index], own if put(own) else self._nearer(whole[index], own, put))
        return whole

    def _shorter(self, value: JSON, still: Callable[[JSON], bool]) -> JSON:
        """Return a text as short as fails; one that fails no more without its last letter stays as it is."""
        if isinstance(value, str) and len(value) > 1 and still(value[:-1]):
            low, high = 0, len(value) - 1
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if still(value[:middle]) else (middle, high)
            return value[:high]
        return value


def _putting(still: Callable[[Any], bool], whole: JSON, place: str | int) -> Callable[[JSON], bool]:
    """Return what tells whether it still fails with another value in one place."""
    return lambda value: still(changed(whole, [place], value))


def _fewest(items: Sequence[Item], still: Callable[[list[Item]], bool]) -> list[Item]:
    """Return as few of some items as still fail, in their order: halves go first, then ever smaller parts, then single ones.

    Source: Zeller & Hildebrandt (2002), "Simplifying and Isolating Failure-Inducing Input", reducing to complements.
    """
    kept = list(items)
    size = max(len(kept) // 2, 1)
    while len(kept) > 1:
        at, before = 0, len(kept)
        while at < len(kept) and len(kept) > 1:
            fewer = kept[:at] + kept[at + size :]
            if fewer and still(fewer):
                kept = fewer
            else:
                at += size
        if size == 1 and len(kept) == before:
            break
        size = max(size // 2, 1)
    return kept


def _mixed(value: Mapping[str, JSON], sample: Mapping[str, JSON], kept: Sequence[str]) -> dict[str, JSON]:
    """Return the sample with some members as in *value*: those that are not there are left out."""
    whole = {name: value[name] if name in kept else below for name, below in sample.items() if name not in kept or name in value}
    return whole | {name: value[name] for name in kept if name in value and name not in sample}


def _same_member(value: Mapping[str, JSON], sample: Mapping[str, JSON], name: str) -> bool:
    return name in value and name in sample and _same(value[name], sample[name])


def _same(one: JSON, other: JSON) -> bool:
    return type(one) is type(other) and _key(one) == _key(other)


def _key(value: JSON) -> str:
    return json.dumps(value, sort_keys=True)


def difference(sample: Mapping[str, JSON], minimal: Mapping[str, JSON]) -> str:
    """Say how a call differs from the working one.

    >>> difference({"currency": "GBP", "gift": False}, {"currency": "EUR"})
    'differs from your working call only in currency (EUR instead of GBP)'
    """
    found = [
        place
        for name, value in minimal.items()
        for place in (_places(name, value, sample[name]) if name in sample else [f"{name} ({_word(value)}; it sends none)"])
    ]
    if not found:
        return "is your working call"
    return f"differs from your working call only in {listed(found)}"


def _places(label: str, value: JSON, sample: JSON) -> Iterator[str]:
    if isinstance(value, Mapping) and isinstance(sample, Mapping):
        for name in dict.fromkeys((*sample, *value)):
            below = f"{label}.{name}"
            if name not in value:
                yield f"{below} (left out)"
            elif name not in sample:
                yield f"{below} ({_word(value[name])}; it sends none)"
            elif not _same(value[name], sample[name]):
                yield from _places(below, value[name], sample[name])
    elif isinstance(value, list) and isinstance(sample, list) and value and sample:
        if len(value) != len(sample):
            yield f"{label} ({_items(value)} instead of {len(sample)})"
        for index, (one, other) in enumerate(zip(value, sample, strict=False)):
            if not _same(one, other):
                yield from _places(f"{label}.{index}", one, other)
    else:
        yield f"{label} ({_word(value)} instead of {_word(sample)})"


def _items(value: Sequence[JSON]) -> str:
    return f"{len(value)} item{'s' * (len(value) != 1)}"


def _word(value: JSON) -> str:
    if isinstance(value, str):
        if _PLAIN.fullmatch(value):
            return value
        return f"{shown(value, 30)}, {len(value)} letters," if len(value) > 30 else shown(value) if value else "an empty text"
    return "an empty list" if value == [] else shown(value)
