"""What a change does to a journey, by trying: values are drawn from both versions, and each side says of each if it takes it.

The rules are those of DESIGN.md, section 1, written down once more. Nothing here reads a contract as the engine does, and nothing
knows which edit was made.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs

from benchmarks.single_changes.instances import ABSENT, Drawer, WrittenOut, replaced, values_at
from benchmarks.single_changes.journeys import Asked, Sent, Step, World
from benchmarks.single_changes.places import Contract, Operation, Pointer

_GUARANTEED, _POSSIBLE, _IMPOSSIBLE = 2, 1, 0
_MOST_CONDITIONS = 3


class Undecided(Exception):
    """What was drawn is not enough to tell."""


@dataclass
class Partner:
    """A partner that stands by its contract, and by nothing else."""

    contract: Contract
    _drawers: dict[tuple[Pointer, str], Drawer] = field(default_factory=dict)

    @cached_property
    def bases(self) -> frozenset[str]:
        """The paths of its servers."""
        urls = [server["url"] for server in self.contract.value.get("servers") or ()]
        return frozenset(urlsplit(re.sub(r"\{[^}]*\}", "x", url)).path.rstrip("/") for url in urls)

    def operation(self, record: Partner, wanted: Operation) -> Operation | None:
        """Return the operation that a call of the record's reaches here; None where it reaches none."""
        if self.bases and record.bases and not self.bases & record.bases:
            reached = {base + _shape(wanted.path) for base in record.bases}
            own = [(each, {base + _shape(each.path) for base in self.bases}) for each in self.contract.operations]
            return next((each for each, paths in own if paths & reached and each.method == wanted.method), None)
        same = (wanted.method, _shape(wanted.path))
        return next((each for each in self.contract.operations if (each.method, _shape(each.path)) == same), None)

    def successes(self, operation: Operation) -> list[str]:
        """Return the successes that it may answer with."""
        return self.contract.successes(operation) or (
            ["default"] if "default" in self.contract.at(operation.pointer)["responses"] else []
        )

    def drawer(self, schema: Pointer, way: str) -> Drawer:
        """Return what draws values of a schema of its contract."""
        if (schema, way) not in self._drawers:
            self._drawers[schema, way] = Drawer(WrittenOut(self.contract, way).schema(schema))
        return self._drawers[schema, way]

    def complaints(self, operation: Operation, step: Step, record: Partner) -> Iterator[str]:
        """Yield why a call as the step makes it does not come to a success, values left aside."""
        contract = self.contract
        successes = self.successes(operation)
        if step.statuses:
            if not {str(status) for status in step.statuses} & set(successes):
                yield "gone: the status"
            elif set(successes) - {str(status) for status in step.statuses}:
                yield "another success"
        elif not successes:
            yield "gone: the status"
        for status in successes:
            response = contract.below(operation.pointer, "responses", status)
            if response is not None and contract.at(response).get("content") and contract.media(response) is None:
                yield "gone: the media type"
        sent = {(each.place, self.place_of(operation, step, each)) for each in step.sends}
        for (place, name), pointer in contract.parameters(operation).items():
            if (place == "path" or contract.at(pointer).get("required") is True) and (place, name) not in sent:
                yield f"it asks for {place} {name}"
        yield from self._complaints_of_body(operation, {name for place, name in sent if place == "body"})
        asked, held = self.logins(operation), record.logins(step.operation)
        if asked and not any(one.items() <= own.items() for one in asked for own in held or [{}]):
            yield "it asks for a login"

    def _complaints_of_body(self, operation: Operation, names: set[str]) -> Iterator[str]:
        body = self.contract.below(operation.pointer, "requestBody")
        if body is None:
            return
        schema = self.contract.body(operation)
        if schema is None:
            yield "it takes no JSON"
        elif names:
            flats = self.drawer(schema, "request").flats()
            lacking = [{name for part in flat for name in part.get("required", ())} - names for flat in flats]
            if all(lacking):
                yield f"it asks for body {sorted(lacking[0])}"
        elif self.contract.at(body).get("required") is True:
            yield "it asks for a body"

    def place_of(self, operation: Operation, step: Step, sent: Sent) -> str:
        """Return the name that something sent has here: in a path it is bound by its position."""
        if sent.place != "path":
            return sent.name
        position = _names(step.operation.path).index(sent.name)
        return _names(operation.path)[position]

    def takes(self, operation: Operation, step: Step, sent: Sent, value: Any) -> bool:
        """Tell whether a value is taken, and not merely passed over."""
        name = self.place_of(operation, step, sent)
        if sent.place == "body":
            schema = self.contract.body(operation)
            return schema is None or self._takes_member(self.drawer(schema, "request"), name, value)
        pointer = self.contract.parameters(operation).get((sent.place, name))
        schema = self.contract.below(pointer, "schema") if pointer is not None else None
        if schema is None:
            return pointer is not None
        return any(self.drawer(schema, "request").allows(reading) for reading in _readings(_text(value)))

    @staticmethod
    def _takes_member(drawer: Drawer, name: str, value: Any) -> bool:
        for flat in drawer.flats():
            declared = [part["properties"][name] for part in flat if name in part.get("properties", {})]
            declared += [part["additionalProperties"] for part in flat if not declared and part.get("additionalProperties")]
            open_to_all = not any("properties" in part or "additionalProperties" in part for part in flat)
            if (declared or open_to_all) and all(drawer.allows_below(schema, value) for schema in declared):
                return True
        return False

    def logins(self, operation: Operation) -> list[dict[str, Any]]:
        """Return the alternatives of a login, each as what its schemes mean, with scopes."""
        written = self.contract.at(operation.pointer).get("security", self.contract.value.get("security"))
        schemes = self.contract.at(("components", "securitySchemes")) or {}
        return [
            {
                f"{json.dumps(schemes.get(name, name), sort_keys=True)} {scope}": True
                for name, scopes in each.items()
                for scope in [*scopes, ""]
            }
            for each in written or ()
        ]

    def answers(self, operation: Operation, asked: Asked, statuses: Sequence[int]) -> Iterator[tuple[Drawer | None, Any]]:
        """Yield answers that differ where a need looks, with what draws more like them; no body is :data:`ABSENT`."""
        accepted = [asked.status] if asked.status else self.successes(operation)
        for status in accepted:
            if not asked.status and statuses and int(status) not in statuses:
                continue
            if status not in self.contract.at(operation.pointer)["responses"]:
                continue
            schema = self.contract.answer(operation, status)
            if schema is None:
                if asked.condition is None:
                    yield None, ABSENT
                continue
            drawer = self.drawer(schema, "response")
            yield from ((drawer, body) for body in self._bodies(drawer, asked))

    @staticmethod
    def _bodies(drawer: Drawer, asked: Asked) -> Iterator[Any]:
        bodies = drawer.drawn(names(asked))
        if asked.condition is None:
            yield from bodies
            return
        leaf, members = asked.condition
        path = [hop.name for hop in leaf.hops]
        held = [body for body in drawer.drawn(path) if values_at(body, path)[0] in members]
        for body, condition in itertools.product(bodies, held[:_MOST_CONDITIONS]):
            both = _merged(body, {path[0]: condition[path[0]]})
            if drawer.allows(both):
                yield both


@dataclass
class Trial:
    """A journey, under its contracts of record and under candidates for some of them."""

    drawn: World
    records: Mapping[str, Partner]
    candidates: Mapping[str, Partner]

    def broken(self) -> set[str]:
        """Return the ids of all requirements that the candidates break.

        Raises:
            Undecided: If too little could be drawn to tell.
        """
        return {id for step in self.drawn.steps for id in self._broken_of(step)}

    def confirms(self, id: str, response: Mapping[str, Any]) -> bool:
        """Tell whether an answer that is said to break a need does: the candidate allows it, and the journey cannot live with it.

        Of what is no need on an answer, nothing is asked here.
        """
        for step in self.drawn.steps:
            for asked in step.asks:
                if asked.id == id:
                    return self._shows(step, asked, response)
        return True

    def _shows(self, step: Step, asked: Asked, response: Mapping[str, Any]) -> bool:
        record, candidate = self.records[step.partner], self._after(step.partner)
        there = candidate.operation(record, step.operation)
        status, body = str(response.get("status")), response.get("body", ABSENT)
        declared = candidate.contract.at(there.pointer)["responses"] if there is not None else {}
        if asked.kind == "keep" and not status.startswith("2"):
            return True  # it shows the later call, which is refused
        if there is None or status not in declared:
            return False
        schema = candidate.contract.answer(there, status)
        if schema is None:
            return body is ABSENT
        fits = self._fits(asked)
        missed = any(not _is_there(value) or fits is None or not fits(value) for value in _at(body, asked))
        return missed and candidate.drawer(schema, "response").allows(body)

    def _after(self, partner: str) -> Partner:
        return self.candidates.get(partner, self.records[partner])

    def _broken_of(self, step: Step) -> Iterator[str]:
        record, candidate = self.records[step.partner], self._after(step.partner)
        there = candidate.operation(record, step.operation)
        if there is None:
            yield step.id("answers")
            return
        complaints = set(candidate.complaints(there, step, record)) - set(record.complaints(step.operation, step, record))
        if complaints:
            yield step.id("answers")
        for sent in step.sends:
            if self._is_refused(step, there, sent):
                yield step.id(f"accepts:{sent.key}")
        yield from self._informs(step, there)
        if not any(each.startswith("gone") for each in complaints):
            for asked in step.asks:
                if asked.kind != "informs" and self._falls(step, there, asked):
                    yield asked.id

    def _is_refused(self, step: Step, there: Operation, sent: Sent) -> bool:
        record, candidate = self.records[step.partner], self._after(step.partner)
        values = list(self._handed_on(sent)) if sent.kept else list(_sent_values(sent))
        if sent.kept and not values:
            return False
        taken = [value for value in values if record.takes(step.operation, step, sent, value)]
        if not taken:
            raise Undecided(f"nothing that {step.id(sent.key)} sends is taken")
        return any(not candidate.takes(there, step, sent, value) for value in taken)

    def _handed_on(self, sent: Sent) -> Iterator[Any]:
        """Yield what an earlier step hands out."""
        for step in self.drawn.steps:
            for asked in step.asks:
                if asked.kind == "keep" and asked.id.endswith(f":{sent.kept}"):
                    giver = self._after(step.partner)
                    operation = giver.operation(self.records[step.partner], step.operation)
                    if operation is not None:
                        yield from _values(giver.answers(operation, asked, step.statuses), asked)

    def _informs(self, step: Step, there: Operation) -> Iterator[str]:
        if not step.informs:
            return
        declared = self._after(step.partner).contract.at(there.pointer)["responses"]
        if not {step.informs, f"{step.informs[0]}XX", "default"} & declared.keys():
            yield step.id("informs:it-fails")
        elif step.informs in declared:
            yield from (asked.id for asked in step.asks if asked.kind == "informs" and self._falls(step, there, asked))

    def _falls(self, step: Step, there: Operation, asked: Asked) -> bool:
        record, candidate = self.records[step.partner], self._after(step.partner)
        before = list(record.answers(step.operation, asked, step.statuses))
        after = list(candidate.answers(there, asked, step.statuses))
        if not before or (not after and asked.condition is None):
            raise Undecided(f"nothing was drawn for {asked.id}")
        fits = self._fits(asked)
        if asked.must_be_there and _degree(after, asked, _is_there) < _degree(before, asked, _is_there):
            return True
        if fits is None:
            return self._gets_stuck(step, asked, before, after)
        if _degree(after, asked, fits, only=_is_there) < _degree(before, asked, fits, only=_is_there):
            return True
        bad = [value for value in _values(after, asked) if not fits(value)]
        return any(not _could_be(before, asked, value) for value in bad)

    @staticmethod
    def _fits(asked: Asked) -> Any:
        if asked.kind == "keep":
            return None
        return jsonschema_rs.validator_for(dict(asked.value), validate_formats=True).is_valid

    def _gets_stuck(self, step: Step, asked: Asked, before: Sequence[_Answer], after: Sequence[_Answer]) -> bool:
        """Tell whether something new is handed on that a later partner refuses."""
        for later in self.drawn.steps:
            for sent in later.sends:
                if sent.kept and asked.id.endswith(f":{sent.kept}"):
                    taker = self._after(later.partner)
                    operation = taker.operation(self.records[later.partner], later.operation)
                    stuck = [v for v in _values(after, asked) if operation and not taker.takes(operation, later, sent, v)]
                    if any(not _could_be(before, asked, value) for value in stuck):
                        return True
        return False


_Answer = tuple[Drawer | None, Any]


def names(asked: Asked) -> list[str]:
    """Return the names on the way to what is asked for."""
    return [hop.name for hop in asked.leaf.hops]


def _degree(answers: Iterable[_Answer], asked: Asked, holds: Any, only: Any = lambda _: True) -> int:
    met = [holds(value) for _, body in answers for value in _at(body, asked) if only(value)]
    return _GUARANTEED if all(met) else _POSSIBLE if any(met) else _IMPOSSIBLE


def _at(body: Any, asked: Asked) -> list[Any]:
    return [ABSENT] if body is ABSENT else values_at(body, names(asked))


def _values(answers: Iterable[_Answer], asked: Asked) -> Iterator[Any]:
    return (value for _, body in answers for value in _at(body, asked) if _is_there(value))


def _is_there(value: Any) -> bool:
    return value is not ABSENT and value is not None


def _could_be(answers: Iterable[_Answer], asked: Asked, value: Any) -> bool:
    """Tell whether some answer could have had this value instead."""
    path = names(asked)
    return any(
        drawer.allows(replaced(body, path, value))
        for drawer, body in answers
        if drawer is not None and any(_is_there(found) for found in values_at(body, path))
    )


def _merged(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{name: _merged(one[name], value) if name in one else value for name, value in other.items()}}
    return other


def _sent_values(sent: Sent) -> Iterator[Any]:
    drawer = Drawer(sent.space)
    for chain in sent.chains:
        yield from drawer.drawn([hop.name for hop in chain[1:]])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _readings(text: str) -> Iterator[Any]:
    yield text
    if re.fullmatch(r"true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?", text):
        yield json.loads(text)


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _names(path: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", path)
