"""What differs between two versions of a contract, so that silence is never mistaken for not having looked.

One shared schema that changed is one change, shown at the first place where it is met. References are compared by what they point
to, never by how they are spelled; ``allOf`` by what it merges to; descriptions and examples not at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from operator import is_
from typing import Any

from cxcontracts.containment.narrowing import NO_DEEPER, any_of, narrowed
from cxcontracts.containment.nodes import Direction, Node, Reader, Shape, TooManyShapes, lone_reference, values_of
from cxcontracts.containment.sets import Nothing, Schema, find
from cxcontracts.contracts.operation import Encoding, Header, Media, Operation, Parameter, Scheme
from cxcontracts.errors import ContractError
from cxcontracts.findings import Change
from cxcontracts.sameness import Sameness, same
from cxcontracts.scenes import Side
from cxcontracts.wording import described, listed, shown

MOST_DETAILS = 300
"""How many pairs of schemas are looked into, those of called operations first and the outer before the inner."""

_MOST_TRIALS = 12
"""How many alternatives are compared to find out which is which, where their names do not tell."""
_SHORT_LOOK = 20
"""How many pairs of schemas are looked into to find out which two alternatives belong together."""

_MOST_TRIES = 2
"""How deep such looks nest."""

_MOST_HOPS = 32
"""How many references are followed that lead to nothing but another."""

_COMPOUND = frozenset({"object", "array"})
_FURTHER = (
    "dependentRequired", "dependentSchemas", "contains", "minContains", "maxContains", "propertyNames", "unevaluatedItems",
    "if", "then", "else",
)  # fmt: skip
"""Keys that narrow a value by more than its members or its items."""

_UNSOUND = "cannot be compared: a schema is unsound, or allows too many alternatives"

Keys = frozenset[object]


class _Met:
    """An operation, or a pair of schemas, in which something may be found."""

    def __init__(self, around: _Met | None = None) -> None:
        self._around = [] if around is None else [around]
        self._places = 0

    def again(self, around: _Met, *, referred: bool) -> None:
        """Note that it was met once more; what is written in one place is met there once, however often that is looked at."""
        if referred or around not in self._around:
            self._around.append(around)

    @property
    def places(self) -> int:
        """How many elements show it: as many as show what leads to it, each time; what leads back to itself adds nothing."""
        if not self._places:
            self._places = 1
            self._places = sum(around.places for around in self._around) or 1
        return self._places


@dataclass
class _Found:
    operation: int
    element: str
    change: str
    met: _Met
    keys: set[object] = field(default_factory=set)


@dataclass
class _Pair:
    """Two schemas that are still to be compared."""

    operation: int
    element: str
    one: Sequence[Node]
    other: Sequence[Node]
    before: Reader
    after: Reader
    met: _Met


def differences(
    record: Side, candidate: Side, called: Iterable[Operation], felt: Callable[[Keys], tuple[str, ...]]
) -> tuple[Change, ...]:
    """Return every difference between two versions of a contract, those in called operations first.

    Args:
        called: The operations of the record that journeys call.
        felt: Returns the ids of the requirements that depend on any of these parts.
    """
    comparison = _Comparison(record, candidate)
    for operation in called:
        comparison.operation(operation)
    comparison.look_into()
    for operation in record.contract.operations():
        comparison.operation(operation)
    comparison.look_into()
    comparison.added()
    found = sorted(comparison.found, key=lambda each: each.operation)
    return tuple(Change(each.element, each.change, felt(frozenset(each.keys)), each.met.places) for each in found)


class _Comparison:
    def __init__(self, record: Side, candidate: Side) -> None:
        self.record = record
        self.candidate = candidate
        self._noted: dict[tuple[int, str, str], _Found] = {}
        self._left = MOST_DETAILS
        self._tried = 0
        self._trials = [None] * _MOST_TRIALS  # shared with the trials within trials
        self._queue: deque[_Pair] = deque()
        self._pairs: dict[tuple[object, ...], _Met] = {}
        self._met: dict[tuple[int, str], int] = {}
        self._operation = 0
        self._cause = _Met()
        self._same = Sameness(record.contract, candidate.contract)

    @property
    def found(self) -> list[_Found]:
        """Every change, in the order in which they were met."""
        return list(self._noted.values())

    def add(self, element: str, change: str, *keys: object) -> None:
        """Note a change; what several alternatives of a schema share is one."""
        noted = self._noted.setdefault((self._operation, element, change), _Found(self._operation, element, change, self._cause))
        noted.keys |= set(keys)

    def operation(self, operation: Operation) -> None:
        """Compare one operation with its counterpart, once."""
        key = (operation.node.identity, str(operation))  # two paths may share one item
        if key in self._met:
            return
        self._operation = self._met[key] = len(self._met)
        self._cause = _Met()
        try:
            renewed = self.candidate.contract.counterpart(operation)
            if renewed is None:
                moved = self.candidate.contract.at(operation.method, operation.path) is not None
                word = "moved to another server path" if moved else "operation removed"
                self.add(str(operation), word, (operation.node.identity, "operation"))
            elif not self._same.of_operations(operation, renewed):
                self._inside(operation, renewed)
        except ContractError:
            self.add(str(operation), _UNSOUND)

    def look_into(self) -> None:
        """Compare the schemas that were met on the way, and say of each operation where that ends early."""
        unseen = set()
        while self._queue and not (self._tried and self._noted):  # a trial ends at the first difference
            pair = self._queue.popleft()
            self._operation, self._cause = pair.operation, pair.met
            self._left -= 1
            if self._left >= 0:
                self._compare(pair)
            elif pair.operation not in unseen:
                unseen.add(pair.operation)
                self.add(pair.element, "changed further inside, which is not looked into")

    def _compare(self, pair: _Pair) -> None:
        try:
            self._shapes(pair.element, pair.before.shapes(pair.one), pair.after.shapes(pair.other), pair.before, pair.after)
        except (ContractError, TooManyShapes):
            self.add(pair.element, _UNSOUND)

    def added(self) -> None:
        """List the operations that only the candidate has."""
        self._operation = len(self._met)
        self._cause = _Met()
        for renewed in self.candidate.contract.operations():
            if (
                self.record.contract.at(renewed.method, renewed.path) is None
                and self.record.contract.counterpart(renewed) is None
            ):
                self.add(str(renewed), "operation added")

    def _inside(self, one: Operation, other: Operation) -> None:
        element = str(other)
        if other.deprecated and not one.deprecated:
            self.add(element, "operation deprecated")
        if not self._same.of_logins(one, other) and _logins(one) != _logins(other):
            self.add(f"{element} security", "login changed", (one.node.identity, "security"))
        if not self._same.of_inputs(one, other):
            self._parameters(element, one, other)
        if not self._same.of(one.node, other.node, "requestBody"):
            self._bodies(element, one, other)
        for key in dict.fromkeys((*one.answers, *other.answers)):
            if not self._same.of(one.node, other.node, "responses", key):
                self._answers(f"{element} {key}", key, one, other)

    def _parameters(self, element: str, one: Operation, other: Operation) -> None:
        before = {parameter.key: parameter for parameter in one.parameters}
        after = {parameter.key: parameter for parameter in other.parameters}
        for key, parameter in before.items():
            if key not in after:
                self.add(f"{element} {parameter.place} {parameter.name}", "parameter removed", (parameter.node.identity, None))
        for key, parameter in after.items():
            where = f"{element} {parameter.place} {parameter.name}"
            if key not in before:
                word = "required" if parameter.required else "optional"
                self.add(where, f"{word} parameter added", *([(one.node.identity, "inputs")] if parameter.required else []))
            else:
                self._parameter(where, before[key], parameter, (one.node.identity, "inputs"))

    def _parameter(self, element: str, one: Parameter, other: Parameter, inputs: object) -> None:
        keys = ((one.node.identity, None), (other.node.identity, None))
        if other.required and not one.required:
            self.add(element, "parameter is now required", *keys, inputs)
        elif one.required != other.required:
            self.add(element, "parameter is now optional", *keys)
        if (one.style, one.explode, one.media) != (other.style, other.explode, other.media):
            self.add(element, "parameter is written differently", *keys)
        self._schemas(element, one.nodes, other.nodes, self.record.requests, self.candidate.requests)

    def _bodies(self, element: str, one: Operation, other: Operation) -> None:
        before, after, where = one.body, other.body, f"{element} body"
        keys = [(one.node.identity, "inputs"), (one.node.identity, "body")]
        if before is None or after is None:
            if after is not None:
                self.add(where, ("required" if after.required else "optional") + " body added", *keys)
            elif before is not None:
                self.add(where, "body removed", *keys)
            return
        if before.required != after.required:
            self.add(where, "body is now " + ("required" if after.required else "optional"), keys[0])
        self._media(where, before.media, after.media, keys, request=True)
        renewed = {media.name: media for media in after.media}
        for media in before.media:
            if media.name in renewed:
                self._encodings(f"{where} {media.name}", media.encodings, renewed[media.name].encodings, one.node.identity)

    def _encodings(self, element: str, one: Mapping[str, Encoding], other: Mapping[str, Encoding], owner: int) -> None:
        """Compare how the members of a form are written."""
        for member in dict.fromkeys((*one, *other)):
            if one.get(member, Encoding()) != other.get(member, Encoding()):
                self.add(_below(element, member), "written differently", (owner, ("encoding", member)))

    def _answers(self, element: str, key: str, one: Operation, other: Operation) -> None:
        before, after = one.answers.get(key), other.answers.get(key)
        keys = [(one.node.identity, key), (other.node.identity, key)]
        if before is None or after is None:
            self.add(element, "status added" if before is None else "status removed", *keys)
            return
        self._media(element, before.media, after.media, keys, request=False)
        owners = [self.record.headers(one, before).identity, self.candidate.headers(other, after).identity]
        for name in dict.fromkeys((*before.headers, *after.headers)):
            self._header(
                f"{element} header.{name}", before.headers.get(name), after.headers.get(name), [(owner, name) for owner in owners]
            )

    def _header(self, element: str, before: Header | None, after: Header | None, keys: Sequence[object]) -> None:
        if before is None or after is None:
            self.add(element, "header added" if before is None else "header removed", *keys)
            return
        if before.required != after.required:
            self.add(element, "header is now " + ("required" if after.required else "optional"), *keys)
        self._schemas(element, before.nodes, after.nodes, self.record.responses, self.candidate.responses)

    def _media(
        self, element: str, one: Sequence[Media], other: Sequence[Media], keys: Sequence[object], *, request: bool
    ) -> None:
        before, after = {media.name: media for media in one}, {media.name: media for media in other}
        readers = (
            (self.record.requests, self.candidate.requests) if request else (self.record.responses, self.candidate.responses)
        )
        for name in dict.fromkeys((*before, *after)):
            where = f"{element} {name}"
            if name not in before or name not in after:
                added = name not in before
                self.add(where, "media type added" if added else "media type removed", *(() if added else keys))
            else:
                self._schemas(where, before[name].nodes, after[name].nodes, *readers)

    def _schemas(self, element: str, one: Sequence[Node], other: Sequence[Node], before: Reader, after: Reader) -> None:
        if not one and not other:
            return
        targets = tuple(map(_target, one)), tuple(map(_target, other))
        referred = not all(map(is_, targets[0], one))
        pair = (id(before), *map(_known_by, targets[0]), "|", *map(_known_by, targets[1]))
        met = self._pairs.get(pair)
        if met is not None:
            met.again(self._cause, referred=referred)
            return
        met = self._pairs[pair] = _Met(self._cause)
        if len(one) != len(other) or not all(map(self._same.of, one, other)):
            self._queue.append(_Pair(self._operation, element, *targets, before, after, met))

    def _shapes(self, element: str, one: Sequence[Shape], other: Sequence[Shape], before: Reader, after: Reader) -> None:
        one, other = _without_null(one), _without_null(other)
        if len(one) == len(other) == 1:
            self._shape(element, one[0], other[0], before, after)
            return
        (old, mine), (new, theirs) = _sorted_out(one), _sorted_out(other)
        if len(mine) != len(theirs) or bool(old) != bool(new):
            self.add(element, f"alternatives: {len(other)}, there were {len(one)}", *_whole(one), *_whole(other))
            return
        keys = (*_whole(old), *_whole(new))
        self._values(element, _union(before, old), _union(after, new), keys)
        for a, b in self._paired(mine, theirs, before, after):
            self._shape(element, a, b, before, after)

    def _values(self, element: str, old: Schema, new: Schema, keys: Iterable[object]) -> None:
        """Compare what two schemas that look into nothing say."""
        if old != new and not (isinstance(find([old], [new]), Nothing) and isinstance(find([new], [old]), Nothing)):
            self.add(element, _scalar_change(old, new), *keys)

    def _shape(self, element: str, one: Shape, other: Shape, before: Reader, after: Reader) -> None:
        keys = (*_whole([one]), *_whole([other]))
        self._values(element, _shallow(before, one), _shallow(after, other), keys)
        further = [key for key in _FURTHER if not same(_said(one, key), _said(other, key))]
        if further:
            self.add(element, f"{listed(further)} changed", *keys)
        if "object" in one.types & other.types:
            self._members(element, one, other, before, after)
        if "array" in one.types & other.types:
            for index in (*range(max(one.prefix, other.prefix)), None):
                where = _below(element, "*" if index is None else str(index))
                self._schemas(where, one.items(index), other.items(index), before, after)

    def _members(self, element: str, one: Shape, other: Shape, before: Reader, after: Reader) -> None:
        for name in dict.fromkeys((*one.names, *other.names, *sorted(one.required ^ other.required))):
            if not self._untouched(one, other, name):
                try:
                    self._member(_below(element, name), one, other, name, before, after)
                except ContractError:
                    self.add(_below(element, name), _UNSOUND)
        self._schemas(_below(element, "*"), one.map_nodes, other.map_nodes, before, after)
        self._open_ends(element, one, other, before, after)

    def _member(self, where: str, one: Shape, other: Shape, name: str, before: Reader, after: Reader) -> None:
        old, new = one.slot(name), other.slot(name)
        keys = [(atom.identity, name) for shape in (one, other) for atom in shape.atoms]
        hidden = (before.hides(old.nodes), after.hides(new.nodes))
        absent = (hidden[0] or not old.declared, hidden[1] or not new.declared)
        word = "required" if new.required else "optional"
        if absent[0] != absent[1]:
            self.add(where, f"{word} property added" if absent[0] else "property removed", *keys)
        elif not any(hidden) and old.required != new.required:
            self.add(where, f"property is now {word}", *keys)
        if not any(absent):
            self._schemas(where, old.nodes, new.nodes, before, after)

    def _open_ends(self, element: str, one: Shape, other: Shape, before: Reader, after: Reader) -> None:
        """Compare what is said of the members whose names are not written out."""
        keys = (*_whole([one]), *_whole([other]))
        if one.silent != other.silent and not one.closed and not other.closed:
            self.add(element, "any member may be there" if other.silent else "its members are named now", *keys)
        if before.direction is Direction.REQUEST and one.closed != other.closed:
            self.add(element, "other members are now refused" if other.closed else "other members are no longer refused", *keys)
        old, new = _patterns(one), _patterns(other)
        if old.keys() != new.keys():
            self.add(element, "members by pattern changed", *keys)
        for pattern in (pattern for pattern in old if pattern in new):
            self._schemas(_below(element, "*"), old[pattern], new[pattern], before, after)

    def _paired(
        self, one: Sequence[Shape], other: Sequence[Shape], before: Reader, after: Reader
    ) -> Iterator[tuple[Shape, Shape]]:
        """Pair alternatives that say the same, in whatever order they are written, then the others in their order."""
        told_apart = _told_apart(one, other)
        if told_apart is not None:
            yield from told_apart
            return
        left = [(shape, _signature(after, shape)) for shape in other]
        unpaired = []
        for shape in one:
            signature = _signature(before, shape)
            near = [index for index, (_, theirs) in enumerate(left) if theirs == signature]
            if len(near) != 1:
                alike = (
                    index for index in (near or range(len(left))) if self._says_the_same(shape, left[index][0], before, after)
                )
                near = list(islice(alike, 1)) or near
            if near:
                yield shape, left.pop(near[0])[0]
            else:
                unpaired.append(shape)
        yield from zip(unpaired, (shape for shape, _ in left), strict=True)

    def _says_the_same(self, one: Shape, other: Shape, before: Reader, after: Reader) -> bool:
        """Tell whether two alternatives differ in nothing, as far as a short look tells."""
        if self._tried == _MOST_TRIES or not self._trials or one.types != other.types or one.required != other.required:
            return False
        self._trials.pop()
        trial = copy(self)
        trial._noted, trial._queue, trial._pairs = {}, deque(), {}
        trial._left, trial._tried = _SHORT_LOOK, self._tried + 1
        trial._shape("", one, other, before, after)
        trial.look_into()
        return not trial._noted

    def _untouched(self, one: Shape, other: Shape, name: str) -> bool:
        """Tell whether a member is the same word for word: at once, for most members of most schemas are."""
        if len(one.atoms) != 1 or len(other.atoms) != 1 or (name in one.required) != (name in other.required):
            return False
        before, after = ((shape.atoms[0].value.get("properties") or {}).get(name) for shape in (one, other))
        return before is not None and before == after and self._same.settled(one.atoms[0], other.atoms[0], after)


def _target(node: Node) -> Node:
    """Return what a schema that is nothing but a reference refers to; itself where that is nowhere."""
    for _ in range(_MOST_HOPS):
        reference = lone_reference(node)
        if reference is None:
            break
        try:
            node = node.home.follow(node, reference)
        except ContractError:
            break
    return node


def _known_by(node: Node) -> object:
    """Return what tells a schema from any other; there is one ``true`` and one ``false`` for all documents."""
    if isinstance(node.value, dict) or node.above is None:
        return node.identity
    return (node.above.identity, node.key)


def _patterns(shape: Shape) -> dict[str, list[Node]]:
    """Return each pattern of names to the schemas of the values."""
    found: dict[str, list[Node]] = {}
    for atom in shape.atoms:
        for pattern in atom.value.get("patternProperties") or ():
            found.setdefault(pattern, []).append(atom.child("patternProperties", pattern))
    return found


def _logins(operation: Operation) -> set[frozenset[Scheme]]:
    return {frozenset(alternative) for alternative in operation.security}


def _sorted_out(shapes: Iterable[Shape]) -> tuple[list[Shape], list[Shape]]:
    """Return what some alternatives say of plain values, and of objects and of lists, each apart: however that is laid out."""
    plain, further = [], []
    for shape in shapes:
        if shape.types - _COMPOUND:
            plain.append(Shape(shape.atoms, shape.types - _COMPOUND))
        further += [Shape(shape.atoms, frozenset({kind})) for kind in sorted(shape.types & _COMPOUND)]
    return plain, further


def _shallow(reader: Reader, shape: Shape) -> Schema:
    whole = narrowed(reader, shape, NO_DEEPER)
    return {key: value for key, value in whole.items() if key not in ("required", "properties")}


def _union(reader: Reader, shapes: Iterable[Shape]) -> Schema:
    """Return what any of some alternatives admits, in an order that does not hang on the layout."""
    parts = sorted((narrowed(reader, shape, NO_DEEPER) for shape in shapes), key=repr)
    if all({"enum", "const"} & part.keys() and part.keys() <= {"enum", "const", "type"} for part in parts):
        return {"enum": [value for part in parts for value in part.get("enum", [part.get("const")])]}
    return any_of(parts)


def _said(shape: Shape, key: str) -> list[Any]:
    return [atom.value[key] for atom in shape.atoms if key in atom.value]


def _told_apart(one: Sequence[Shape], other: Sequence[Shape]) -> list[tuple[Shape, Shape]] | None:
    """Pair alternatives by their types, or by a member that says which is which; None where neither tells."""
    tags: list[Callable[[Shape], object]] = [lambda shape: shape.types]
    tags += [partial(_only_value, name=name) for shape in one[:1] for name in shape.names]
    for tag in tags:
        mine, theirs = ({tag(shape): shape for shape in shapes} for shapes in (one, other))
        if len(mine) == len(one) and mine.keys() == theirs.keys() and None not in mine:
            return [(shape, theirs[value]) for value, shape in mine.items()]
    return None


def _only_value(shape: Shape, name: str) -> str | None:
    return next((repr(values[0]) for values in values_of(shape, name) if len(values) == 1), None)


def _whole(shapes: Sequence[Shape]) -> Iterator[object]:
    for shape in shapes:
        yield from ((atom.identity, None) for atom in shape.atoms)


def _without_null(shapes: Sequence[Shape]) -> list[Shape]:
    """Merge a shape that is only null into its only neighbour: the forms of null are one."""
    nulls = [shape for shape in shapes if shape.types == {"null"}]
    others = [shape for shape in shapes if shape.types != {"null"}]
    if nulls and len(others) == 1:
        return [Shape(others[0].atoms, others[0].types | {"null"})]
    return list(shapes)


def _below(element: str, name: str) -> str:
    """Return the element of a member: a path that starts after a blank, and goes on with dots."""
    last = element.rpartition(" ")[2]
    whole = "/" in last or last.isdigit() or last in ("body", "default")
    return f"{element} {name}" if whole else f"{element}.{name}"


def _signature(reader: Reader, shape: Shape) -> tuple[object, ...]:
    """Return what tells alternatives apart: what they say themselves, and the names and values of their members."""
    members = {name: list(values_of(shape, name)) for name in shape.names}
    return (shape.types, shape.required, members, _shallow(reader, shape))


def _scalar_change(old: Schema, new: Schema) -> str:
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
