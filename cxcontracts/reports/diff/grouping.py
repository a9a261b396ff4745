"""Changes that say the same, told once: the fields of one object that are gone, the operations that ask for another login.

Three things make changes one: they are of one rule and stand below one parent; they have the same sentence; or the same happened
to each of them, as to every field that was text and is a number. A change goes with the most others. The reports for programs
know no groups: there each change stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final, NamedTuple

from cxcontracts.reports.diff.sorting import Entry, weight
from cxcontracts.reports.elements import Element, element_of
from cxcontracts.reports.sentences import count, in_places, more_places
from cxcontracts.rules import RULES

_NAMED_FOR_ALL: Final = frozenset({"status", "media type", "header"})
"""What goes by the same name in many operations: which one it is says more than how many there are."""

_OFTEN: Final = 1000
"""From how many places on a change does not show more often, for whoever sorts by that."""

_TOP: Final = frozenset({"operation", "webhook"})
"""What is part of nothing but the contract."""

_PLURALS: Final = {
    "is": "are",
    "was": "were",
    "has": "have",
    "takes": "take",
    "means": "mean",
    "ends": "end",
    "stays": "stay",
    "lists": "list",
}
_ABOVE: Final = re.compile(r"(.*)(?<!\\)\.", re.DOTALL)
"""What stands before the last dot of a path that is none of a name's own."""

_VERB: Final = re.compile(r"^((?: \([^()]*\))?(?:, left out,)?(?: no longer)?) (is|has|takes|means|ends|stays|lists)\b")
_IT: Final = re.compile(r"(?<!, )\bit (was|is|has|stays)\b|, and (is|ends)\b|\b(of|sends) it\b|\bits\b")


@dataclass(frozen=True)
class Group:
    """Changes that are told together; mostly one.

    Attributes:
        entries: The changes, in their order. What is said of one of them is said of the first: its proof stands for all.
        sentence: What happened to all of them.
        element: The part that all are below; the whole element of a single one. Empty where they share none.
        noun: What the names are: ``fields``, ``operations``, ``places``.
        names: What each of the changes is called; empty for a single one.
    """

    entries: tuple[Entry, ...]
    sentence: str
    element: str
    noun: str = ""
    names: tuple[str, ...] = ()

    @property
    def first(self) -> Entry:
        """The change whose proof is shown."""
        return self.entries[0]

    @cached_property
    def felt_by(self) -> tuple[str, ...]:
        """The ids of the requirements that depend on any of it."""
        return tuple(dict.fromkeys(id for entry in self.entries for id in entry.change.felt_by))

    @property
    def told_names(self) -> tuple[str, ...]:
        """The names, each once, in order."""
        return tuple(dict.fromkeys(self.names))

    @property
    def is_worded(self) -> bool:
        """Whether the names are whole elements, or have words of their own: more than fits into a line."""
        return any(" " in name for name in self.names)

    @property
    def shows(self) -> str:
        """Return where it shows: the element, and how many more there are; empty where they share none."""
        places = {entry.change.places for entry in self.entries}
        upto = "up to " if len(places) > 1 else ""
        return self.element + more_places(max(places), upto) if self.element else ""


def grouped(entries: Sequence[Entry], *, coarse: bool = False) -> tuple[Group, ...]:
    """Return the groups of some changes, each change in one, in the order of the first of each.

    Args:
        entries: The changes; they are of one weight.
        coarse: Whether to tell together all of a rule, wherever they stand, as is enough for what is harmless.
    """
    told = [_Told.of(entry) for entry in entries]
    kin: dict[object, list[int]] = {}
    for index, each in enumerate(told):
        for key in _keys(each, coarse=coarse):
            kin.setdefault(key, []).append(index)
    groups: list[list[int]] = []
    left = set(range(len(told)))
    for indices in sorted(kin.values(), key=len, reverse=True):
        members = [index for index in indices if index in left]
        if len(members) > 1:
            groups.append(members)
            left.difference_update(members)
    groups += [[index] for index in left]
    return tuple(_group([told[index] for index in members]) for members in sorted(groups))


def foremost(groups: Sequence[Group], most: int) -> Sequence[Group]:
    """Return groups as they are, or the ones that show most often first, where they are more than *most*: the rest may be cut."""
    if len(groups) <= most:
        return groups
    return sorted(groups, key=lambda group: (weight(group.first), -sum(min(e.change.places, _OFTEN) for e in group.entries)))


class _Told(NamedTuple):
    """A change with its sentence taken apart: what stands before the part that changed, and what is said of it."""

    entry: Entry
    sentence: str
    element: Element
    before: str = ""
    after: str = ""
    detail: str = ""
    named: bool = False

    @classmethod
    def of(cls, entry: Entry) -> _Told:
        change = entry.change
        sentence = change.because or change.change or change.rule
        element = element_of(change.element)
        for before, detailed in _templates(change.rule):
            named = before + element.phrase
            if element.phrase and sentence.startswith(named):
                after, colon, detail = sentence[len(named) :].partition(": ") if detailed else (sentence[len(named) :], "", "")
                return cls(entry, sentence, element, before, after, colon + detail, named=True)
        return cls(entry, sentence, element)


@cache
def _templates(rule: str) -> tuple[tuple[str, bool], ...]:
    """Return how the sentences of a rule begin, before the name, and whether they end in a change of its own after a colon."""
    row = RULES.get(rule)
    sentences = (row.sentence, row.harmless) if row else ()
    split = (sentence.partition("{name}") for sentence in sentences if "{name}" in sentence)
    return tuple((before, after.endswith(": {change}") and after != ": {change}") for before, _, after in split)


def _keys(told: _Told, *, coarse: bool) -> Iterator[tuple[object, ...]]:
    """Yield what a change may be told together by; of two that are as many, the first counts."""
    change = told.entry.change
    alike = (told.entry.contract.name, change.rule, change.verdict, change.level, change.breaks, bool(change.felt_by))
    same, siblings = (*alike, "said", told.sentence), (*alike, "below", _parent(told.element), told.before, told.after)
    if not told.named:
        yield same
        return
    everywhere = told.element.noun in _NAMED_FOR_ALL
    yield from (same, siblings) if everywhere else (siblings, same)
    wide = coarse and not everywhere
    if wide or _says_how(change.rule):
        yield (*alike, "happened", told.element.noun, told.before, told.after, "" if wide else told.detail)


def _says_how(rule: str) -> bool:
    row = RULES.get(rule)
    return row is not None and "{change}" in row.sentence


def _parent(element: Element) -> tuple[str, ...]:
    if element.noun in _TOP:
        return (element.noun,)
    media = "" if element.noun == "media type" else element.media
    place = "" if element.noun == "status" else element.place
    return (element.operation, place, media, element.noun, _above(element))


def _above(element: Element) -> str:
    """Return the path of what a field is part of; empty for the body itself, and for what is no field."""
    found = _ABOVE.match(element.name) if element.is_in_body else None
    return found[1] if found else ""


def _group(members: Sequence[_Told]) -> Group:
    first = members[0]
    entries = tuple(each.entry for each in members)
    if len(members) == 1:
        return Group(entries, first.sentence, first.entry.change.element)
    if len({each.sentence for each in members}) == 1:
        return _said_alike(members, entries)
    return _siblings(members, entries) if len({_parent(each.element) for each in members}) == 1 else _scattered(members, entries)


def _said_alike(members: Sequence[_Told], entries: tuple[Entry, ...]) -> Group:
    """Return changes with one sentence, in many operations or in several parts of one."""
    operations = tuple(each.element.operation for each in members)
    places = sum(entry.change.places for entry in entries)
    if len(set(operations)) == places:
        return Group(entries, f"{members[0].sentence}, in {count(places, 'operation')}", "", "operations", operations)
    names = tuple(
        f"{each.element.operation} {each.element.place}".strip() + more_places(each.entry.change.places) for each in members
    )
    return Group(entries, f"{members[0].sentence}, in {in_places(places)}", "", "places", names)


def _siblings(members: Sequence[_Told], entries: tuple[Entry, ...]) -> Group:
    """Return changes below one parent."""
    first = members[0].element
    above = _above(first)
    names = tuple(f"{each.element.name[len(above) :].removeprefix('.')}{_own(each, members)}" for each in members)
    parts = (first.operation, "" if first.noun == "status" else first.place, first.media if first.is_in_body else "", above)
    element = "" if first.noun in _TOP else " ".join(filter(None, parts))
    noun = _plural(first.noun)
    whole = "each item" if above == "*" else above
    return Group(entries, _sentence(members, f"{noun} of {whole}" if whole else noun), element, noun.split()[-1], names)


def _scattered(members: Sequence[_Told], entries: tuple[Entry, ...]) -> Group:
    """Return changes of one kind, wherever they stand."""
    noun = _plural(members[0].element.noun)
    names = tuple(f"{_short(each.element)}{more_places(each.entry.change.places)}{_own(each, members)}" for each in members)
    return Group(entries, _sentence(members, noun), "", noun.split()[-1], names)


def _own(told: _Told, members: Sequence[_Told]) -> str:
    """Return what is said of one change alone, where all have something of their own."""
    return told.detail if _differ(members) else ""


def _differ(members: Sequence[_Told]) -> bool:
    return any(each.detail != members[0].detail for each in members)


def _short(element: Element) -> str:
    """Return an element without its media type.

    >>> _short(element_of("GET /stations 200 application/json zones.*.name"))
    'GET /stations 200 zones.*.name'
    """
    name = () if element.noun == "callback" else (element.name,)
    return " ".join((element.operation, element.place, *name))


def _sentence(members: Sequence[_Told], nouns: str) -> str:
    first = members[0]
    said = first.after + ("" if _differ(members) else first.detail)
    return f"{first.before}{len(members):,} {nouns}{said if first.before else several(said)}"


def several(said: str) -> str:
    """Return what is said of one thing as it is said of several; what stands in quotes stays.

    >>> several(' is gone: every call of it fails')
    ' are gone: every call of them fails'
    >>> several(' takes fewer values: no longer "it was"')
    ' take fewer values: no longer "it was"'
    """
    verb = _VERB.sub(lambda found: f"{found[1]} {_PLURALS[found[2]]}", said)
    return '"'.join(text if at % 2 else _IT.sub(_them, text) for at, text in enumerate(verb.split('"')))


def _them(found: re.Match[str]) -> str:
    verb, other, by = found.groups()
    if verb:
        return f"they {_PLURALS[verb]}"
    if other:
        return f", and {_PLURALS[other]}"
    return f"{by} them" if by else "their"


def _plural(noun: str) -> str:
    return "statuses" if noun == "status" else f"{noun}s"


def changes_in(groups: Iterable[Group]) -> int:
    """Return how many changes some groups have."""
    return sum(len(group.entries) for group in groups)
