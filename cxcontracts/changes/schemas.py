"""Schemas of two versions, met at an element: each pair is compared once, and what it consists of after it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from operator import is_

from cxcontracts.changes.notes import At, Difference, Met, Notes, both
from cxcontracts.changes.pairing import called, paired, recognised
from cxcontracts.changes.shapes import (
    extensible,
    first,
    has,
    keys_of,
    origin_of,
    passed,
    patterns,
    required_at,
    said,
    shallow,
    sorted_out,
    union,
    without_null,
)
from cxcontracts.containment.nodes import Node, Reader, Shape, TooManyShapes, lone_reference
from cxcontracts.containment.sets import Nothing, Schema, find
from cxcontracts.edits import edit, null_apart
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON
from cxcontracts.lifecycle import removal
from cxcontracts.proofs import (
    Claim,
    Delivered,
    MemberUnheard,
    Missing,
    Needed,
    OtherRules,
    OtherValues,
    Sent,
    Spot,
    Told,
    alternatives,
)  # fmt: skip
from cxcontracts.sameness import Sameness, is_wording, same
from cxcontracts.scenes import Side
from cxcontracts.wording import listed, shown

_MOST_TRIALS = 12
"""How many alternatives are compared to find out which is which, where their names do not tell."""

_SHORT_LOOK = 20
"""How many pairs of schemas are looked into to find out which two alternatives belong together."""

_MOST_TRIES = 2
"""How deep such looks nest."""

_MOST_HOPS = 32
"""How many references are followed that lead to nothing but another."""

_MOST_CLAIMS = 12
_FURTHER = (
    "dependentRequired", "dependentSchemas", "contains", "minContains", "maxContains", "propertyNames", "unevaluatedItems",
    "if", "then", "else",
)  # fmt: skip
"""Keys that narrow a value by more than its members or its items."""

_TEXTS = ("contentEncoding", "contentMediaType", "contentSchema")
"""Keys that say what a text is made of, which no validator looks at."""

All = tuple[Sequence[Shape], Sequence[Shape]]
"""Every alternative of the record, and every one of the candidate."""


@dataclass
class _Pair:
    """Two schemas that are still to be compared."""

    operation: int
    element: str
    one: Sequence[Node]
    other: Sequence[Node]
    spot: Spot
    met: Met
    tentative: bool


class Schemas:
    """The pairs of schemas that are met.

    Args:
        record, candidate: Both versions.
        same: Tells what they say alike.
        notes: Where differences are noted.
        most: How many pairs are looked into.
    """

    def __init__(self, record: Side, candidate: Side, same: Sameness, notes: Notes, most: int) -> None:
        self._record = record
        self._candidate = candidate
        self._same = same
        self._notes = notes
        self._left = most
        self._tried = 0
        self._trials = [None] * _MOST_TRIALS  # shared with the trials within trials
        self._queue: deque[_Pair] = deque()
        self._pairs: dict[tuple[object, ...], Met] = {}
        self._origins: dict[tuple[str, int, int], Difference] = {}
        self._left_out: dict[int, str] = {}
        self._unsaid: dict[int, Callable[[str], None]] = {}
        self._here: At = (None, None)  # the two schemas that are compared, as they are written

    def meet(self, element: str, one: Sequence[Node], other: Sequence[Node], spot: Spot) -> None:
        """Note two schemas that meet at an element; :meth:`look_into` compares them, each pair once."""
        if not one and not other:
            return
        targets = tuple(map(_target, one)), tuple(map(_target, other))
        referred = not all(map(is_, targets[0], one))
        pair = (type(spot.whole), *map(_known_by, targets[0]), "|", *map(_known_by, targets[1]))
        met = self._pairs.get(pair)
        if met is not None:
            met.again(self._notes.cause, referred=referred)
            self._may_be_left_out(met, element, spot)
            return
        met = self._pairs[pair] = Met(self._notes.cause)
        self._may_be_left_out(met, element, spot)
        if len(one) != len(other) or not all(map(self._same.of, one, other)):
            self._queue.append(_Pair(self._notes.operation, element, *targets, spot, met, self._notes.tentative))

    def _may_be_left_out(self, met: Met, element: str, spot: Spot) -> None:
        """Note the first place where what was met need not be sent: what is always sent has no default."""
        if id(met) not in self._left_out and not spot.always_sent:
            self._left_out[id(met)] = element
            if id(met) in self._unsaid:
                self._unsaid.pop(id(met))(element)

    def look_into(self) -> None:
        """Compare the schemas that were met on the way, and say of each operation where that ends early."""
        unseen = set()
        while self._queue and not (self._tried and self._notes.found):  # a trial ends at the first difference
            pair = self._queue.popleft()
            self._notes.operation, self._notes.cause, self._notes.tentative = pair.operation, pair.met, pair.tentative
            self._left -= 1
            if self._left >= 0:
                self._compare(pair)
            elif pair.operation not in unseen:
                unseen.add(pair.operation)
                self._notes.add(
                    pair.element,
                    "changed further inside, which is not looked into",
                    "not-compared",
                    at=(pair.one[0] if pair.one else None, pair.other[0] if pair.other else None),
                    words="it is more than is looked into",
                )

    def _compare(self, pair: _Pair) -> None:
        self._here = (next(iter(pair.one), None), next(iter(pair.other), None))
        try:
            before, after = self._readers(pair.spot)
            for one, other in zip(pair.one, pair.other, strict=False):
                if isinstance(one.value, dict) and isinstance(other.value, dict):
                    self._notes.described(pair.element, one, other)
            self._shapes(pair.element, before.shapes(pair.one), after.shapes(pair.other), pair.spot)
        except (ContractError, TooManyShapes) as error:
            self._notes.not_compared(pair.element, (next(iter(pair.one), None), next(iter(pair.other), None)), error)

    def _readers(self, spot: Spot) -> tuple[Reader, Reader]:
        if isinstance(spot.whole, Told):
            return self._record.responses, self._candidate.responses
        return self._record.requests, self._candidate.requests

    def _shapes(self, element: str, one: Sequence[Shape], other: Sequence[Shape], spot: Spot) -> None:
        one, other = without_null(one), without_null(other)
        if len(one) == len(other) == 1:
            self._shape(element, one[0], other[0], spot, (one, other))
            return
        before, after = self._readers(spot)
        (old, mine), (new, theirs) = sorted_out(one), sorted_out(other)
        if old and new:
            keys = (*keys_of(old), *keys_of(new))
            self._values(element, union(before, old), union(after, new), keys, spot, old, new)
            old, new = [], []
        if len(mine) == len(theirs):
            alike = partial(self._says_the_same, spot)
            pairs = list(paired(mine, theirs, (before, after), alike))
        else:
            pairs = list(recognised(mine, theirs, (before, after)))
            mine, theirs = ([shape for shape in shapes if all(shape not in pair for pair in pairs)] for shapes in (mine, theirs))
            old, new = [*old, *mine], [*new, *theirs]
        if nulls := [shape for shape in (*old, *new) if shape.types == {"null"}]:  # never in both: these are compared as values
            self._null(element, keys_of(nulls), spot, one, other)
            old, new = ([shape for shape in shapes if shape not in nulls] for shapes in (old, new))
        if old or new:
            self._choices(element, (old, new), (one, other), spot)
        for a, b in pairs:
            self._shape(element, a, b, spot, (one, other))

    def _choices(
        self,
        element: str,
        left: All,
        all_: All,
        spot: Spot,
    ) -> None:
        """Note that one of several alternatives is gone, or that there is one more."""
        before, after = self._readers(spot)
        claim = alternatives(spot, left, all_, before, after)
        change = f"alternatives: {len(all_[1])}, there were {len(all_[0])}"
        parts = [f"without {called(left[0], all_[0])}"] * bool(left[0]) + [f"with {called(left[1], all_[1])}"] * bool(left[1])
        at = (first(left[0]) or self._here[0], first(left[1]) or self._here[1])
        self._notes.add(
            element,
            change,
            f"{side_of(spot)}-alternatives-changed",
            *keys_of(all_[0]),
            *keys_of(all_[1]),
            at=at,
            words=", ".join(parts),
            data=both([shallow(before, shape) for shape in left[0]], [shallow(after, shape) for shape in left[1]]),
            claim=claim,
        )

    def _values(
        self,
        element: str,
        old: Schema,
        new: Schema,
        keys: Iterable[object],
        spot: Spot,
        one: Sequence[Shape],
        other: Sequence[Shape],
    ) -> None:
        """Compare what two schemas that look into nothing say."""
        if old == new or (isinstance(find([old], [new]), Nothing) and isinstance(find([new], [old]), Nothing)):
            return
        if (apart := null_apart(old, new)) is not None:
            self._null(element, keys, spot, one, other)
            old, new = apart
            one, other = ([Shape(each.atoms, each.types - {"null"}) for each in shapes] for shapes in (one, other))
        made = edit(old, new)
        before, after = self._readers(spot)
        claim = OtherValues(
            spot,
            tuple(one),
            tuple(other),
            tuple(passed(before, shape, spot) for shape in one),
            tuple(passed(after, shape, spot) for shape in other),
        )
        rule = f"{side_of(spot)}-{made.kind}"
        origin = origin_of(one, other)
        if origin is None:
            at = (first(one), first(other))
            self._notes.add(element, made.change, rule, *keys, words=made.words, data=made.data, claim=claim, at=at)
            return
        known = self._origins.get((rule, origin[0].identity, origin[1].identity))
        if known is None:
            known = self._notes.add(element, made.change, rule, words=made.words, data=made.data, at=origin)
            known.met = Met()
            self._origins[rule, origin[0].identity, origin[1].identity] = known
        known.met.again(self._notes.cause, referred=False)
        known.keys |= set(keys)
        if len(known.claims) < _MOST_CLAIMS:
            known.claims.append(claim)

    def _null(self, element: str, keys: Iterable[object], spot: Spot, one: Sequence[Shape], other: Sequence[Shape]) -> None:
        """Note that null has come or gone, beside whatever else has changed."""
        comes = any("null" in shape.types for shape in other)
        null: Schema = {"type": "null"}
        before, after = self._readers(spot)
        claim: Claim | None = None
        if comes and isinstance(spot.whole, Told):
            more = tuple(Shape(shape.atoms, frozenset({"null"})) for shape in other if "null" in shape.types)
            old = tuple(passed(before, shape, spot) for shape in one)
            claim = OtherValues(spot, tuple(one), more, old, (null,) * len(more))
        elif not comes and isinstance(spot.whole, Sent):
            lost = tuple(Shape(shape.atoms, frozenset({"null"})) for shape in one if "null" in shape.types)
            new = tuple(passed(after, shape, spot) for shape in other)
            claim = OtherValues(spot, lost, tuple(other), (null,) * len(lost), new)
        rule = f"{side_of(spot)}-{'became' if comes else 'no-longer'}-nullable"
        words = "may be null now" if comes else "may no longer be null"
        at = (self._here[0] or first(one), self._here[1] or first(other))
        self._notes.add(element, words, rule, *keys, at=at, data={"null": comes}, claim=claim)

    def _shape(self, element: str, one: Shape, other: Shape, spot: Spot, all_: All) -> None:
        before, after = self._readers(spot)
        keys = (*keys_of([one]), *keys_of([other]))
        self._values(element, shallow(before, one), shallow(after, other), keys, spot, [one], [other])
        at = (first([one]), first([other]))
        further = [key for key in _FURTHER if not same(said(one, key), said(other, key))]
        if further:
            data = {key: both(said(one, key), said(other, key)) for key in further}
            claim, rule = OtherRules(spot, one, other), f"{side_of(spot)}-rule-changed"
            words = listed(further)
            self._notes.add(element, f"{words} changed", rule, *keys, words=words, data=data, claim=claim, at=at)
        self._meant(element, one, other, spot, keys)
        if "object" in one.types & other.types:
            self._members(element, one, other, spot, all_)
        if "array" in one.types & other.types:
            for index in (*range(max(one.prefix, other.prefix)), None):
                where = below(element, "*" if index is None else str(index))
                self.meet(where, one.items(index), other.items(index), spot.item(one, other, index))

    def _meant(self, element: str, one: Shape, other: Shape, spot: Spot, keys: Sequence[object]) -> None:
        """Compare what no value shows: defaults, open lists of values, what a text is made of."""
        at = (first([one]), first([other]))
        side = side_of(spot)
        old, new = ([atom.value["default"] for atom in shape.atoms if "default" in atom.value][:1] for shape in (one, other))
        if old != new:
            words = f"{_default(new)}, it was {_default(old)}"
            rule, data = f"{side}-default-changed", both(old, new)

            def say(where: str) -> None:
                self._notes.add(where, f"default: {words}", rule, *keys, words=words, data=data, at=at)

            where = self._left_out.get(id(self._notes.cause))
            if where is None:
                self._unsaid[id(self._notes.cause)] = say
            else:
                say(where)
        for key in _TEXTS:
            if (mine := said(one, key)) != (theirs := said(other, key)):
                words = f"{key} is {_shown(theirs)}, it was {_shown(mine)}"
                self._notes.add(element, words, f"{side}-content-changed", *keys, data={"of": key, **both(mine, theirs)}, at=at)
        listed_before, listed_after = (extensible(shape) for shape in (one, other))
        if listed_before is not None and listed_after is not None:
            lost = [value for value in listed_before if value not in listed_after]
            more = [value for value in listed_after if value not in listed_before]
            if lost and side == "request":
                words = listed([shown(value, 30) for value in lost])
                rule = "request-extensible-enum-narrowed"
                self._notes.add(element, f"x-extensible-enum without {words}", rule, *keys, words=words, data=lost, at=at)
            if more and side != "request":
                words = listed([shown(value, 30) for value in more])
                rule = f"{side}-extensible-enum-widened"
                self._notes.add(element, f"x-extensible-enum with {words}", rule, *keys, words=words, data=more, at=at)

    def _members(self, element: str, one: Shape, other: Shape, spot: Spot, all_: All) -> None:
        for name in dict.fromkeys((*one.names, *other.names, *sorted(one.required ^ other.required))):
            if not self._untouched(one, other, name):
                where = below(element, spot.shown(name))
                try:
                    self._member(where, one, other, name, spot, all_)
                except ContractError as error:
                    self._notes.not_compared(where, (first([one]), first([other])), error)
        if one.map_nodes and other.map_nodes:
            name = next(iter(one.map_slots()))[0]
            self.meet(below(element, "*"), one.map_nodes, other.map_nodes, spot.member(one, other, name))
        self._open_ends(element, one, other, spot, all_)

    def _member(
        self, where: str, one: Shape, other: Shape, name: str, spot: Spot, all_: tuple[Sequence[Shape], Sequence[Shape]]
    ) -> None:
        before, after = self._readers(spot)
        old, new = one.slot(name), other.slot(name)
        keys = [(atom.identity, name) for shape in (one, other) for atom in shape.atoms]
        hidden = (before.hides(old.nodes), after.hides(new.nodes))
        absent = (hidden[0] or not old.declared, hidden[1] or not new.declared)
        told = isinstance(spot.whole, Told)
        side = side_of(spot)
        without = [
            first([shape]) if len(shapes) > 1 else here
            for shape, shapes, here in zip((one, other), all_, self._here, strict=True)
        ]
        at = (old.nodes[0] if old.nodes else without[0], new.nodes[0] if new.nodes else without[1])
        elsewhere = any(has(shape, name, after) for shape in all_[1] if shape is not other)
        if absent[1] and not absent[0]:
            rule, words = removal(_announced_of(old.nodes), self._notes.today, f"{side}-property-removed")
            gone: Claim = Missing(spot, other, name, gone=True, elsewhere=elsewhere)
            if not told:
                gone = MemberUnheard(spot, one, other, name, elsewhere)
            self._notes.add(where, "property removed", rule, *keys, words=words, claim=gone, at=at, data=name)
        elif absent[0] and not absent[1]:
            if new.required and not told:
                rule = "request-property-required-added"
                self._notes.add(where, "required property added", rule, *keys, claim=Needed(spot, one, name), at=at, data=name)
            else:
                word = "required" if new.required else "optional"
                self._notes.add(where, f"{word} property added", f"{side}-property-added", *keys, at=at, data=name)
        elif not any(hidden) and old.required != new.required:
            self._asked(where, one, other, name, spot, keys, at)
        if not any(absent):
            said = (_announced_of(old.nodes), _announced_of(new.nodes))
            self._notes.announced(where, "property", *said, *keys, at=at)
            self.meet(where, old.nodes, new.nodes, spot.member(one, other, name))

    def _asked(self, where: str, one: Shape, other: Shape, name: str, spot: Spot, keys: Sequence[object], at: At) -> None:
        """Note that a member may be left out, or may be left out no more."""
        required = name in other.required
        word = "required" if required else "optional"
        claim: Claim | None = None
        if isinstance(spot.whole, Sent) and required:
            claim = Needed(spot, one, name)
        elif isinstance(spot.whole, Told) and not required:
            claim = Missing(spot, other, name, gone=False)
        rule = f"{side_of(spot)}-property-became-{word}"
        at = (required_at(one, name) or at[0], required_at(other, name) or at[1])
        self._notes.add(where, f"property is now {word}", rule, *keys, claim=claim, at=at, data=name)

    def _open_ends(
        self, element: str, one: Shape, other: Shape, spot: Spot, all_: tuple[Sequence[Shape], Sequence[Shape]]
    ) -> None:
        """Compare what is said of the members whose names are not written out."""
        keys = (*keys_of([one]), *keys_of([other]))
        rule = f"{side_of(spot)}-members-changed"
        at = (first([one]), first([other]))
        if one.silent != other.silent and (one.map_nodes or other.map_nodes):  # any name was taken, and any is
            name = next(iter((one if one.map_nodes else other).map_slots()))[0]
            self.meet(below(element, "*"), one.map_nodes, other.map_nodes, spot.member(one, other, name))
        elif one.silent != other.silent and not one.closed and not other.closed:
            words = "any member may be there" if other.silent else "its members are named now"
            self._notes.add(element, words, rule, *keys, data={"silent": other.silent}, at=at)
        elif bool(one.map_nodes) != bool(other.map_nodes):
            self._map(element, one, other, spot, keys, all_)
        if isinstance(spot.whole, Sent) and one.closed != other.closed:
            words = "other members are now refused" if other.closed else "other members are no longer refused"
            self._notes.add(element, words, rule, *keys, data={"closed": other.closed}, at=at)
        old, new = patterns(one), patterns(other)
        if old.keys() != new.keys():
            data = both(sorted(old), sorted(new))
            claim = OtherRules(spot, one, other)
            self._notes.add(element, "members by pattern changed", rule, *keys, data=data, claim=claim, at=at)
        for pattern in (pattern for pattern in old if pattern in new):
            name = next((name for name, nodes in one.map_slots() if old[pattern][0].value in [node.value for node in nodes]), "")
            self.meet(below(element, "*"), old[pattern], new[pattern], spot.member(one, other, name))

    def _map(
        self,
        element: str,
        one: Shape,
        other: Shape,
        spot: Spot,
        keys: Sequence[object],
        all_: All,
    ) -> None:
        """Note that members of any name are described now, or no longer."""
        where, rule = below(element, "*"), f"{side_of(spot)}-members-changed"
        at = (first([one]), first([other]))
        if other.map_nodes:
            claim = OtherRules(spot, one, other) if isinstance(spot.whole, Sent) and not one.closed else None
            self._notes.add(where, "members of any name have a schema now", rule, *keys, data="added", claim=claim, at=at)
            return
        name = next(iter(one.map_slots()))[0]
        elsewhere = any(shape.map_nodes for shape in all_[1])
        gone: Claim = Missing(spot, other, name, gone=True, elsewhere=elsewhere)
        if isinstance(spot.whole, Sent):
            gone = MemberUnheard(spot, one, other, name, elsewhere)
        self._notes.add(where, "members of any name are no longer declared", rule, *keys, data="removed", claim=gone, at=at)

    def _says_the_same(self, spot: Spot, one: Shape, other: Shape) -> bool:
        """Tell whether two alternatives differ in nothing, as far as a short look tells."""
        if self._tried == _MOST_TRIES or not self._trials or one.types != other.types or one.required != other.required:
            return False
        self._trials.pop()
        trial = copy(self)
        trial._notes = self._notes.fresh()
        trial._queue, trial._pairs, trial._origins = deque(), {}, {}
        trial._left_out, trial._unsaid = {}, {}  # by the ids of what is met, which live as long as the trial
        trial._left, trial._tried = _SHORT_LOOK, self._tried + 1
        trial._shape("", one, other, spot, ([one], [other]))
        trial.look_into()
        return not trial._notes.found

    def _untouched(self, one: Shape, other: Shape, name: str) -> bool:
        """Tell whether a member is the same word for word: at once, for most members of most schemas are."""
        if len(one.atoms) != 1 or len(other.atoms) != 1 or (name in one.required) != (name in other.required):
            return False
        before, after = ((shape.atoms[0].value.get("properties") or {}).get(name) for shape in (one, other))
        return before is not None and before == after and self._same.settled(one.atoms[0], other.atoms[0], after)


def _target(node: Node) -> Node:
    """Return what a schema that says nothing itself refers to, alone or in an ``allOf`` of one; itself where that is nowhere."""
    for _ in range(_MOST_HOPS):
        reference = lone_reference(node)
        said = [key for key in node.value if not is_wording(key)] if isinstance(node.value, dict) else []
        try:
            if reference is not None or (said == ["$ref"] and isinstance(node.value["$ref"], str)):
                node = node.home.follow(node, node.value["$ref"])
            elif said == ["allOf"] and isinstance(node.value["allOf"], list) and len(node.value["allOf"]) == 1:
                node = node.child("allOf", 0)
            else:
                break
        except ContractError:
            break
    return node


def _known_by(node: Node) -> object:
    """Return what tells a schema from any other; there is one ``true`` and one ``false`` for all documents."""
    if isinstance(node.value, dict) or node.above is None:
        return node.identity
    return (node.above.identity, node.key)


def side_of(spot: Spot) -> str:
    """Return how the ids of the rules begin that are about a spot."""
    if isinstance(spot.whole, Delivered):
        return "event"
    return "response" if isinstance(spot.whole, Told) else "request"


def below(element: str, name: str) -> str:
    """Return the element of a member: a path that starts after a blank, and goes on with dots."""
    last = element.rpartition(" ")[2]
    whole = "/" in last or last.isdigit() or last in ("body", "default")
    return f"{element} {name}" if whole else f"{element}.{name}"


def _announced_of(nodes: Sequence[Node]) -> dict[str, JSON]:
    """Return what a member announces, itself and what it refers to."""
    whole: dict[str, JSON] = {}
    for node in nodes:
        for each in (_target(node), node):
            whole |= each.value if isinstance(each.value, dict) else {}
    return whole


def _default(values: Sequence[JSON]) -> str:
    return shown(values[0], 40) if values else "none"


def _shown(values: Sequence[JSON]) -> str:
    return listed([shown(value, 60) for value in values]) or "not said"
