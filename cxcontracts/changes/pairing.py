"""Which alternatives of two choices belong together, in whatever order they are written, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from cxcontracts.changes.shapes import shallow
from cxcontracts.containment.nodes import Reader, Shape, values_of
from cxcontracts.exchanges import JSON
from cxcontracts.wording import described, listed

_MOST_NAMED = 6

Pairs = Iterator[tuple[Shape, Shape]]
Alike = Callable[[Shape, Shape], bool]
"""Tells whether two alternatives differ in nothing, as far as a short look tells."""


def paired(one: Sequence[Shape], other: Sequence[Shape], readers: tuple[Reader, Reader], alike: Alike) -> Pairs:
    """Pair alternatives that say the same, in whatever order they are written, then the others in their order."""
    told_apart = _told_apart(one, other)
    if told_apart is not None:
        yield from told_apart
        return
    before, after = readers
    left = [(shape, _signature(after, shape)) for shape in other]
    unpaired = []
    for shape in one:
        signature = _signature(before, shape)
        near = [index for index, (_, theirs) in enumerate(left) if theirs == signature]
        if len(near) != 1:
            near_ones = (index for index in (near or range(len(left))) if alike(shape, left[index][0]))
            near = list(islice(near_ones, 1)) or near
        if near:
            yield shape, left.pop(near[0])[0]
        else:
            unpaired.append(shape)
    yield from zip(unpaired, (shape for shape, _ in left), strict=True)


def recognised(one: Sequence[Shape], other: Sequence[Shape], readers: tuple[Reader, Reader]) -> Pairs:
    """Pair the alternatives that can be told to be the same: by their name, a member that says so, or what they say."""
    before, after = readers
    names = [name for shape in one for name in shape.names if _only_value(shape, name) is not None]
    marks: list[tuple[Callable[[Shape], object], Callable[[Shape], object]]] = [(_name_of, _name_of)]
    marks += [(tag, tag) for name in dict.fromkeys(names) for tag in [partial(_only_value, name=name)]]
    marks.append((lambda shape: repr(_signature(before, shape)), lambda shape: repr(_signature(after, shape))))
    mine, theirs = list(one), list(other)
    for mark, their_mark in marks:
        marked = [their_mark(shape) for shape in theirs]
        for shape in list(mine):
            said = mark(shape)
            if said is not None and [mark(each) for each in mine].count(said) == 1 == marked.count(said):
                found = theirs.pop(marked.index(said))
                marked.remove(said)
                mine.remove(shape)
                yield shape, found


def called(shapes: Sequence[Shape], all_: Sequence[Shape]) -> str:
    """Return what some alternatives are called, in a few words each; what all have in common tells nothing."""
    shared = {_component(all_[0])} if len({_component(shape) for shape in all_}) == 1 < len(all_) else set()
    names = [_component(shape) for shape in shapes]
    words = list(
        dict.fromkeys(
            name if name and name not in shared else _by_members(shape) for name, shape in zip(names, shapes, strict=True)
        )
    )
    more = [f"{len(words) - _MOST_NAMED} more"] if len(words) > _MOST_NAMED else []
    return listed([*words[:_MOST_NAMED], *more])


def _told_apart(one: Sequence[Shape], other: Sequence[Shape]) -> list[tuple[Shape, Shape]] | None:
    """Pair alternatives by their types, or by a member that says which is which; None where neither tells."""
    tags: list[Callable[[Shape], object]] = [lambda shape: shape.types]
    tags += [partial(_only_value, name=name) for shape in one[:1] for name in shape.names]
    for tag in tags:
        mine, theirs = ({tag(shape): shape for shape in shapes} for shapes in (one, other))
        if len(mine) == len(one) and mine.keys() == theirs.keys() and None not in mine:
            return [(shape, theirs[value]) for value, shape in mine.items()]
    return None


def _name_of(shape: Shape) -> tuple[str, ...] | None:
    """Return the name that an alternative was given, with what it may be; None where it has none."""
    name = _component(shape)
    return (name, *sorted(shape.types)) if name else None


def _component(shape: Shape) -> str:
    """Return the component that an alternative is: the last of several, which was chosen, but for those that it is made of."""
    made_of = {str(part.get("$ref")) for atom in shape.atoms for part in _parts(atom.value.get("allOf"))}
    names = (_named(_of_all(atom.pointer)) for atom in reversed(shape.atoms))
    components = [name for name in names if name]
    return next((name for name in components if f"#/components/schemas/{name}" not in made_of), next(iter(components), ""))


def _named(pointer: Sequence[str | int]) -> str:
    return str(pointer[2]) if len(pointer) == 3 and pointer[0] == "components" else ""


def _parts(value: JSON) -> list[Mapping[str, JSON]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _of_all(pointer: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return where the schema is of which one under a pointer is a part that always holds."""
    while len(pointer) > 3 and pointer[-2] == "allOf":
        pointer = pointer[:-2]
    return pointer


def _by_members(shape: Shape) -> str:
    """Return what an alternative without a name is, with the first of its members."""
    names = [*list(shape.names)[:3], *(["more"] if len(shape.names) > 3 else [])]
    what = listed([described({"type": kind}) for kind in sorted(shape.types)], "or")
    return f"{what} of {listed(names)}" if names else what


def _only_value(shape: Shape, name: str) -> str | None:
    return next((repr(values[0]) for values in values_of(shape, name) if len(values) == 1), None)


def _signature(reader: Reader, shape: Shape) -> tuple[object, ...]:
    """Return what tells alternatives apart: what they say themselves, and the names and values of their members."""
    members = {name: list(values_of(shape, name)) for name in shape.names}
    return (shape.types, shape.required, members, shallow(reader, shape))
