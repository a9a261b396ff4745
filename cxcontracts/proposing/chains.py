"""Operations in a row, each taking what one before it handed out, and the score by which the likely main path is chosen.

The score is a sum that a person can follow; :data:`WEIGHTS` has what is added for what.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final

from cxcontracts.contracts.operation import Operation
from cxcontracts.errors import ContractError
from cxcontracts.estate.calls import parse_call
from cxcontracts.estate.mistakes import Misread
from cxcontracts.proposing.fields import Field, fields_of
from cxcontracts.proposing.inputs import Input, Unsendable, inputs_of
from cxcontracts.proposing.words import IDENTIFIERS, SEARCHING, Words, likeness, singular, words
from cxcontracts.scenes import Side

MOST_STEPS: Final = 4
MOST_PROPOSED: Final = 20
"""How many chains are offered, the best first: a better one may be unsound where it looks."""

_MOST_LOOKED_AT: Final = 250
"""How many operations are looked at: those of the things that most operations are about."""

_MOST_NAMES: Final = 2
"""How deep a field may be that is handed out by the way."""

_WIDTH: Final = 60
"""How many beginnings are pursued at each length."""

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "about": 1.0,  # times log2 of the number of operations about what the chain leads to, most of all
        "further": 0.5,  # the same for what else it leads to
        "handed-on": 4.0,  # a path takes what the step before handed out, or what both are about; 3 the second time, 2 the third
        "in-body": 0.75,  # of that, where it goes elsewhere than into the path
        "from-afar": 0.25,  # of that, where a step further back handed it out
        "step": -1.5,  # each step
        "finds": 3.0,  # it begins with a list or a search
        "sees": 2.0,  # one of something is looked at
        "does": 4.0,  # something is created or changed; 1 the second time, where that takes what the first handed out
        "again": -2.5,  # a second list or search, look, or change beside the first
        "unasked": -2.0,  # a parameter of a path that no earlier step hands out
        "typed": -0.4,  # anything else that has to be supplied
        "ends": -6.0,  # something is deleted
        "undoes": -3.0,  # something is cancelled, merged, suspended, refunded
        "mute": -1.5,  # the answer says nothing that is read
        "machinery": -8.0,  # it is about logging in, health, keys or webhooks, not about what customers want
        "deprecated": -10.0,
        "deep": -0.15,  # each segment of a path
        "several": -2.0,  # many at once: batches, bulk
    }
)
"""What speaks for a chain, and against it."""

_MACHINERY: Final = frozenset(
    {
        "health",
        "healthz",
        "healthcheck",
        "ping",
        "metrics",
        "openapi",
        "swagger",
        "webhook",
        "webhooks",
        "oauth",
        "oauth2",
        "token",
        "tokens",
        "login",
        "logout",
        "auth",
        "authorize",
        "authentication",
        "admin",
        "config",
        "configuration",
        "debug",
        "test",
        "hooks",
        "meta",
        "jwks",
        "well",
        "session",
        "sessions",
        "heartbeat",
        "rate",
        "api-keys",
        "apikeys",
        "credentials",
    }
)
_UNDOING: Final = frozenset(
    {
        "cancel",
        "cancels",
        "cancellation",
        "cancellations",
        "merge",
        "void",
        "voids",
        "revoke",
        "reject",
        "refund",
        "refunds",
        "close",
        "archive",
        "delete",
        "deactivate",
        "deactivation",
        "suspend",
        "suspension",
        "freeze",
        "disable",
        "terminate",
        "remove",
        "abort",
        "reversal",
        "reversals",
        "unlink",
        "expire",
    }
)
_SEVERAL: Final = frozenset({"batch", "bulk", "batches", "createwithlist", "createwitharray"})
_NO_THING: Final = re.compile(r"v[0-9]+([._-].*)?|api|rest|[0-9]+(\.[0-9]+)*|[0-9]{4}-[0-9]{2}(-[0-9]{2})?", re.IGNORECASE)
"""Segments of a path that say which interface it is, and of what version."""


class Role(StrEnum):
    """What a step does for a customer."""

    FIND = "find"
    SEE = "see"
    MAKE = "create"
    CHANGE = "change"
    END = "delete"


_DOES: Final = (Role.MAKE, Role.CHANGE)


@dataclass(frozen=True)
class Stop:
    """An operation as a step of a chain.

    Attributes:
        number: Which one of the contract it is.
        thing: What it is about, one of it.
        root: What its path begins with, one of it; what operations are counted by.
        call: How a journey writes it, without the partner.
    """

    number: int
    operation: Operation
    role: Role
    thing: Words
    root: Words
    call: str
    inputs: tuple[Input, ...]
    fields: tuple[Field, ...]

    @property
    def segments(self) -> list[str]:
        """The segments of its path."""
        return [part for part in self.operation.path.split("/") if part]

    def before(self, name: str) -> Words:
        """Return what stands before a parameter in the path, one of it."""
        literal: Words = ()
        for part in self.segments:
            if f"{{{name}}}" in part:
                return literal
            if "{" not in part:
                literal = singular(words(part))
        return literal

    @cached_property
    def asks(self) -> frozenset[str]:
        """The names of what it takes."""
        return frozenset(each.name for each in self.inputs)


@dataclass(frozen=True)
class Link:
    """Where a value that a step takes comes from: which earlier step, and which field of its answer."""

    step: int
    field: Field


@dataclass(frozen=True)
class Chain:
    """Operations in a row.

    Attributes:
        links: For each step, the names of its inputs to where their values come from.
        score: How much speaks for it.
    """

    stops: tuple[Stop, ...]
    links: tuple[Mapping[str, Link], ...]
    score: float


def chains(side: Side) -> list[Chain]:
    """Return the likely main paths through a contract, the likeliest first; none where it has no operation to begin with."""
    known = list(_stops(side))
    about = Counter(stop.root for stop in known)
    index = _Index()
    found: list[Chain] = []
    beginnings = [_scored((stop,), ({},), about) for stop in known]
    for _ in range(MOST_STEPS):
        beginnings = sorted(beginnings, key=_order)[:_WIDTH]
        found.extend(beginnings)
        beginnings = [longer for chain in beginnings for longer in _longer(chain, known, about, index)]
    best = sorted(found, key=_order)
    return best[:MOST_PROPOSED] + [chain for chain in best[MOST_PROPOSED:] if len(chain.stops) == 1][:MOST_PROPOSED]


def _order(chain: Chain) -> tuple[float, int, bool, tuple[int, ...]]:
    """Return what chains are sorted by: of those for which as much speaks, one that looks first and acts then."""
    roles = [stop.role for stop in chain.stops]
    hasty = any(one in _DOES and other is Role.SEE for one, other in itertools.pairwise(roles))
    return (-round(chain.score, 6), len(chain.stops), hasty, tuple(stop.number for stop in chain.stops))


def _longer(chain: Chain, known: Sequence[Stop], about: Mapping[Words, int], index: _Index) -> Iterator[Chain]:
    for stop in known:
        if stop not in chain.stops and not _is_begun_again(chain.stops, stop):
            links = dict(_links(chain.stops, stop, index))
            own = [link.field for link in links.values() if _is_own(chain.stops[link.step], link.field)]
            if any(field.words not in about or field.words == field.thing for field in own):
                yield _scored((*chain.stops, stop), (*chain.links, links), about)


def _is_begun_again(earlier: Sequence[Stop], stop: Stop) -> bool:
    """Tell whether a step creates another one of what an earlier step was about."""
    return stop.role is Role.MAKE and not stop.operation.path_names and any(each.thing == stop.thing for each in earlier)


def _links(earlier: Sequence[Stop], stop: Stop, index: _Index) -> Iterator[tuple[str, Link]]:
    """Yield each input of a step that an earlier one hands out; what that one was asked for itself it does not hand out."""
    for wanted in stop.inputs:
        if wanted.scalar and wanted.identifies:
            found = [
                (rank, -step, Link(step, field))
                for step, source in enumerate(earlier)
                if wanted.name not in source.asks
                for rank, field in index.handed_out(source, stop, wanted)[:1]
            ]
            if found:
                yield wanted.name, min(found, key=lambda each: each[:2])[2]


def _is_own(source: Stop, field: Field) -> bool:
    """Tell whether a field names what its step is about, and no other thing that is mentioned by the way."""
    named = (field.words[:-1] if field.words[-1] in IDENTIFIERS else ()) or field.thing
    about = (source.thing, source.root)
    return field.thing in about and (len(field.words) == 1 or any(thing[-len(named) :] == named for thing in about))


class _Index:
    """Which step hands out what another takes, looked for once."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int, str], list[tuple[tuple[int, int, int], Field]]] = {}
        self._by_name: dict[int, dict[Words, list[tuple[int, Field]]]] = {}

    def handed_out(self, source: Stop, stop: Stop, wanted: Input) -> list[tuple[tuple[int, int, int], Field]]:
        """Return the fields of one step that may be what another takes, the surest first."""
        key = (source.number, stop.number, wanted.name)
        if key not in self._found:
            self._found[key] = sorted(self._ranked(source, stop, wanted), key=lambda each: each[0])
        return self._found[key]

    def _ranked(self, source: Stop, stop: Stop, wanted: Input) -> Iterator[tuple[tuple[int, int, int], Field]]:
        at = stop.before(wanted.name) if wanted.place == "path" else ()
        named = self._named(source)
        for number, field in (*named.get(wanted.words, ()), *named.get((), ())):
            like = likeness(field.words, field.thing, wanted.words, at)
            names = sum(isinstance(each, str) for each in field.segments)
            if like and _fits(field, wanted, like) and (names <= _MOST_NAMES or _is_own(source, field)):
                yield (-like, names, number), field

    def _named(self, source: Stop) -> Mapping[Words, list[tuple[int, Field]]]:
        """Return the fields of a step by their names; those that may be identifiers of a thing under no name at all, too."""
        if source.number not in self._by_name:
            found = self._by_name[source.number] = {}
            for number, field in enumerate(source.fields):
                found.setdefault(field.words, []).append((number, field))
                if field.words and (field.words[-1] in IDENTIFIERS or field.words == ("name",)):
                    found.setdefault((), []).append((number, field))
        return self._by_name[source.number]


def _fits(field: Field, wanted: Input, like: int) -> bool:
    if wanted.types <= {"integer", "number"}:
        return bool(field.types & {"integer", "number"})
    as_text = wanted.place != "body" and like > 1
    return bool(field.types & ({"string", "integer"} if as_text else wanted.types))


# --- the score ------------------------------------------------------------------------------------------------------------------


def _scored(stops: tuple[Stop, ...], links: tuple[Mapping[str, Link], ...], about: Mapping[Words, int]) -> Chain:
    return Chain(stops, links, sum(_points(stops, links, about)))


def _points(stops: Sequence[Stop], links: Sequence[Mapping[str, Link]], about: Mapping[Words, int]) -> Iterator[float]:
    for number, count in enumerate(sorted((about[root] for root in {stop.root for stop in stops}), reverse=True)):
        yield WEIGHTS["further" if number else "about"] * math.log2(count)
    for number, (stop, taken) in enumerate(zip(stops[1:], links[1:], strict=True)):
        near = _near(stops, number, taken, links)
        in_path = any(each.place == "path" and each.name in near for each in stop.inputs)
        yield (WEIGHTS["handed-on"] - number) * (1 if in_path else WEIGHTS["in-body"] if near else WEIGHTS["from-afar"])
    yield WEIGHTS["step"] * len(stops)
    yield from _points_of_roles(stops, links)
    known: set[str] = set()
    for stop, taken in zip(stops, links, strict=True):
        for wanted in stop.inputs:
            if wanted.name not in taken and wanted.name not in known:
                yield WEIGHTS["unasked" if wanted.place == "path" else "typed"]
        known |= stop.asks
        yield from _points_against(stop)


def _near(stops: Sequence[Stop], before: int, taken: Mapping[str, Link], links: Sequence[Mapping[str, Link]]) -> set[str]:
    """Return which of the values that a step takes the step before it handed out, or took as well: both are about one thing.

    What a step mentions by the way, of other things than it is about, does not count.
    """
    shared = list(links[before].values())
    return {
        name for name, link in taken.items() if (link.step == before or link in shared) and _is_own(stops[link.step], link.field)
    }


def _points_of_roles(stops: Sequence[Stop], links: Sequence[Mapping[str, Link]]) -> Iterator[float]:
    if stops[0].role is Role.FIND:
        yield WEIGHTS["finds"]
    roles = Counter(stop.role for stop in stops)
    yield WEIGHTS["again"] * max(0, roles[Role.FIND] - 1)
    yield WEIGHTS["sees"] * bool(roles[Role.SEE]) + WEIGHTS["again"] * max(0, roles[Role.SEE] - 1)
    doing = [number for number, stop in enumerate(stops) if stop.role in _DOES]
    yield WEIGHTS["does"] * bool(doing)
    for one, other in itertools.pairwise(doing):
        yield 1.0 if any(link.step == one for link in links[other].values()) else WEIGHTS["again"]


def _points_against(stop: Stop) -> Iterator[float]:
    yield WEIGHTS["deep"] * len(stop.segments)
    said = {word for part in stop.segments if "{" not in part for word in (part.lower(), *words(part))}
    if said & _MACHINERY:
        yield WEIGHTS["machinery"]
    if said & _UNDOING:
        yield WEIGHTS["undoes"]
    if said & _SEVERAL:
        yield WEIGHTS["several"]
    if stop.operation.deprecated:
        yield WEIGHTS["deprecated"]
    if stop.role is Role.END:
        yield WEIGHTS["ends"]
    if not stop.fields:
        yield WEIGHTS["mute"]


# --- operations as steps --------------------------------------------------------------------------------------------------------


def _stops(side: Side) -> Iterator[Stop]:
    operations = [each for each in enumerate(side.contract.operations()) if each[1].method in _METHODS]
    roots = {number: _root(operation) for number, operation in operations}
    about = Counter(roots.values())
    ranked = sorted(operations, key=lambda each: (-about[roots[each[0]]], len(each[1].path_names), each[0]))
    for number, operation in sorted(ranked[:_MOST_LOOKED_AT], key=lambda each: each[0]):
        stop = _stop(side, number, operation, roots[number])
        if stop is not None:
            yield stop


_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"})


def _stop(side: Side, number: int, operation: Operation, root: Words) -> Stop | None:
    """Return an operation as a step; None where no journey can take it, or the contract is unsound there."""
    thing = _thing(operation)
    try:
        call = _call(side, operation)
        if not operation.successes(()) or not call:
            return None
        fields = fields_of(side, operation, thing)
        return Stop(number, operation, _role(operation, fields), thing, root, call, inputs_of(side, operation), fields)
    except (ContractError, Unsendable):
        return None


def _call(side: Side, operation: Operation) -> str:
    """Return how a journey writes an operation; empty where it has no words for it."""
    named = operation.node.value.get("operationId")
    found = side.contract.at(operation.method, operation.path)
    tries = (
        [f"{operation.method} {operation.path}"] if found is not None and found.node.identity == operation.node.identity else []
    )
    if isinstance(named, str) and side.contract.named(named) is not None:
        tries.append(named)
    for text in tries:
        try:
            call = parse_call(f"partner {text}")
        except Misread:
            continue
        if (call.method, call.path) == (operation.method, operation.path) or call.operation_id == named:
            return text
    return ""


def _literals(operation: Operation) -> list[str]:
    parts = [part for part in operation.path.split("/") if part]
    return [part for part in parts if "{" not in part and not _NO_THING.fullmatch(part)]


def _root(operation: Operation) -> Words:
    """Return what a path begins with: the last word before its first parameter that is the name of a thing."""
    first = operation.path.partition("{")[0]
    literal = [part for part in first.split("/") if part and not _NO_THING.fullmatch(part)]
    return _name_of(literal) or _name_of(_literals(operation))


def _thing(operation: Operation) -> Words:
    """Return what a path is about: the last word of it that is the name of a thing."""
    return _name_of(_literals(operation))


def _name_of(literal: Sequence[str]) -> Words:
    named = [part for part in literal if not _searches(part)]
    return singular(words((named or list(literal) or [""])[-1]))


def _searches(segment: str) -> bool:
    said = words(segment)
    return bool(said) and (said[0] in SEARCHING or said[-1] in ("search", "searches", "lookup"))


def _role(operation: Operation, fields: Sequence[Field]) -> Role:
    method = operation.method
    if method == "DELETE":
        return Role.END
    if method in ("PUT", "PATCH"):
        return Role.CHANGE
    last = operation.path.rstrip("/").rpartition("/")[2]
    if method == "POST":
        if _searches(last):
            return Role.FIND
        return Role.CHANGE if "{" in last else Role.MAKE
    one = last.endswith("}") and not _searches(last)
    return Role.FIND if not one and _is_list(fields) else Role.SEE


def _is_list(fields: Sequence[Field]) -> bool:
    """Tell whether an answer is about several: most of what it says is in a list."""
    top = [field for field in fields if not field.about_pages]
    return sum(field.listed for field in top) * 2 > len(top)
