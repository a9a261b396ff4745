"""Journeys drawn from real contracts by rule: the same ones at every run.

Some of what an operation says is asked for, and of each sort of field some is left alone: the change that hurts and the one that
does not can then be made side by side.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.estates import written
from benchmarks.single_changes.places import EACH, PLACES, SCALARS, Contract, Hop, Leaf, Operation, Pointer

JOURNEY = "drawn"
FORMATS = ("date", "date-time", "email", "uuid", "time", "uri")
_MOST_ASKED = 9
_READERS = 2
_WRITERS = 1
_LONGEST = 40
_ENDLESS = 10**9
_NO_PARAMETERS = ("accept", "content-type", "authorization")
"""Headers that OpenAPI takes for no parameters, however they are written down."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement on a field of an answer.

    Attributes:
        id: The finding's.
        kind: ``needs``, ``needs-when``, ``may-have``, ``informs`` or ``keep``.
        status: The response, as the contract writes it; empty for every success.
        value: What the journey understands, as JSON Schema.
        condition: The field that has to have one of some values, for the need to count.
    """

    id: str
    kind: str
    leaf: Leaf
    value: Mapping[str, Any]
    status: str = ""
    condition: tuple[Leaf, tuple[Any, ...]] | None = None

    @property
    def must_be_there(self) -> bool:
        """Whether a missing field is none of the answers that the journey can live with."""
        return self.kind != "may-have"


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that a step sends.

    Attributes:
        place: ``path``, ``query``, ``header`` or ``body``.
        chains: The ways through the contract's schemas to each value inside.
        space: All that it may be, as JSON Schema.
        kept: The seam that it comes from; empty for what the journey starts with.
    """

    place: str
    name: str
    chains: tuple[tuple[Hop, ...], ...]
    space: Mapping[str, Any]
    kept: str = ""

    @property
    def key(self) -> str:
        """The key of ``with``."""
        return f"{self.place}.{self.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a journey, with all that depends on it.

    Attributes:
        statuses: The successes that the step names; empty where any will do.
        informs: The error that it wants told, empty for none.
    """

    name: str
    partner: str
    operation: Operation
    sends: tuple[Sent, ...] = ()
    asks: tuple[Asked, ...] = ()
    statuses: tuple[int, ...] = ()
    informs: str = ""

    def id(self, rest: str) -> str:
        """Return the id of a finding of this step."""
        return f"{JOURNEY}/{self.name}/{rest}"


@dataclass(frozen=True)
class World:
    """Contracts of record and the journey over them."""

    name: str
    contracts: Mapping[str, Contract]
    steps: tuple[Step, ...] = field(default=())

    def of(self, partner: str) -> Iterator[Step]:
        """Yield the steps that call a partner."""
        return (step for step in self.steps if step.partner == partner)


def world(name: str, contracts: Mapping[str, Contract]) -> World:
    """Return a journey over some contracts: readers and a writer of each."""
    steps: list[Step] = []
    for partner, contract in contracts.items():
        readers = _readers(contract)
        for operation in readers + _writers(contract, _WRITERS if readers else _READERS):
            steps.append(_step(f"step-{len(steps) + 1}", partner, contract, operation, len(steps)))
    return World(name, contracts, tuple(_joined(steps, contracts)))


def _joined(steps: Sequence[Step], contracts: Mapping[str, Contract]) -> list[Step]:
    """Return steps of which some hand on to a later one what goes into its path; rather to one at another partner."""
    joined = list(steps)
    for later, step in enumerate(steps):
        taken = next((sent for sent in joined[later].sends if sent.place == "path" and _is_text(sent)), None)
        givers = sorted(range(later), key=lambda earlier: steps[earlier].partner == step.partner)
        for earlier in givers if taken is not None else ():
            said = contracts[step.partner].at(taken.chains[0][-1].schema) if taken else {}
            leaf = _handed_on(contracts[steps[earlier].partner], steps[earlier], said)
            if leaf is not None and taken is not None:
                name = f"kept-{later}"
                limits = {key: said[key] for key in ("pattern", "maxLength", "minLength", "format") if key in said}
                kept = Asked(steps[earlier].id(f"keep:{name}"), "keep", leaf, limits)
                joined[earlier] = replace(joined[earlier], asks=(*joined[earlier].asks, kept))
                given = contracts[steps[earlier].partner].at(leaf.schema)
                space = {"type": "string", **{key: given[key] for key in limits.keys() | {"maxLength"} if key in given}}
                sends = [replace(each, kept=name, space=space) if each is taken else each for each in joined[later].sends]
                joined[later] = replace(joined[later], sends=tuple(sends))
                break
    return joined


def _is_text(sent: Sent) -> bool:
    return sent.space["type"] == "string" and "enum" not in sent.space


def _handed_on(contract: Contract, step: Step, taker: Mapping[str, Any]) -> Leaf | None:
    """Return a text that a later parameter takes, whatever it is, and nobody asks for already; a sure one if there is one."""
    success = contract.successes(step.operation)
    schema = contract.answer(step.operation, success[0]) if success else None
    fitting = []
    for leaf in contract.leaves(schema, "response") if schema is not None else ():
        said = contract.at(leaf.schema)
        fits = all(said.get(key) == taker[key] for key in ("pattern", "format", "minLength", "enum") if key in taker)
        fits = fits and said.get("maxLength", _ENDLESS) <= taker.get("maxLength", _ENDLESS)
        if contract.kind(leaf.schema) == "string" and fits and "enum" not in said:
            fitting.append(leaf)
    asked = {each.leaf.path for each in step.asks}
    return next((leaf for leaf in sorted(fitting, key=lambda leaf: not leaf.sure) if leaf.path not in asked), None)


def _readers(contract: Contract) -> list[Operation]:
    known: dict[Pointer | None, tuple[int, Operation]] = {}
    for operation in contract.operations:
        if operation.method == "GET" and contract.successes(operation) and _sends(contract, operation) is not None:
            schema = contract.answer(operation, contract.successes(operation)[0])
            variety = len(_sorts(contract, contract.leaves(schema, "response"))) if schema else 0
            if variety > known.get(schema, (0, operation))[0]:
                known[schema] = variety, operation
    ranked = sorted(known.values(), key=lambda each: (-each[0], str(each[1])))
    return [operation for _, operation in ranked[:_READERS]]


def _writers(contract: Contract, most: int) -> list[Operation]:
    found = []
    for operation in contract.operations:
        sends = _sends(contract, operation)
        if operation.method in ("POST", "PUT", "PATCH") and contract.successes(operation) and sends:
            variety = len(_sorts(contract, [Leaf(chain) for sent in sends for chain in sent.chains if sent.place == "body"]))
            found.append((variety, operation))
    ranked = sorted((each for each in found if each[0]), key=lambda each: (-each[0], str(each[1])))
    return [operation for _, operation in ranked[:most]]


def _sorts(contract: Contract, leaves: Sequence[Leaf]) -> dict[tuple[Any, ...], list[Leaf]]:
    """Return leaves by what can happen to them."""
    sorts: dict[tuple[Any, ...], list[Leaf]] = {}
    for leaf in leaves:
        said = contract.at(leaf.schema)
        limits = tuple(key in said for key in ("enum", "pattern", "maxLength", "minimum"))
        composed = any("allOf" in map(str, hop.owner) for hop in leaf.hops)
        listed = any(hop.name == EACH for hop in leaf.hops)
        known = said.get("format") if said.get("format") in FORMATS else ""
        sort = (contract.kind(leaf.schema), known, limits, leaf.sure, listed, composed, contract.may_be_null(leaf.schema))
        sorts.setdefault(sort, []).append(leaf)
    return sorts


def _step(name: str, partner: str, contract: Contract, operation: Operation, number: int) -> Step:
    success = contract.successes(operation)[0]
    schema = contract.answer(operation, success)
    sends = _sends(contract, operation)
    assert sends is not None
    statuses = (int(success),) if number % 2 and success.isdigit() else ()
    step = Step(name, partner, operation, sends, (), statuses)
    asks = list(_asks(step, contract, contract.leaves(schema, "response"))) if schema is not None else []
    status, told = _informed(contract, operation)
    if told is not None:
        asks.append(Asked(step.id("informs:it-fails:tells:what"), "informs", told, {"type": "string"}, status))
    return replace(step, asks=tuple(asks), informs=status)


def _asks(step: Step, contract: Contract, leaves: Sequence[Leaf]) -> Iterator[Asked]:
    chosen = [leaf for sort in _sorts(contract, leaves).values() for leaf in sort[: 3 if len(sort) > 3 else 2][::2]]
    switch = next((leaf for leaf in leaves if "enum" in contract.at(leaf.schema) and _plain(leaf)), None)
    for number, leaf in enumerate(chosen[:_MOST_ASKED]):
        value = understood(contract.at(leaf.schema), contract.kind(leaf.schema), tight=number % 2 == 0)
        kind = "needs" if leaf.sure or number % 3 else "may-have"
        path = written_path(leaf)
        if kind == "needs" and switch is not None and number % 4 == 3 and leaf != switch:
            half = _members(contract.at(switch.schema))
            yield Asked(step.id(f"needs-when:{path}"), "needs-when", leaf, value, "", (switch, half))
        else:
            yield Asked(step.id(f"{kind}:{path}"), kind, leaf, value)


def _plain(leaf: Leaf) -> bool:
    return not any(hop.name == EACH for hop in leaf.hops)


def written_path(leaf: Leaf) -> str:
    """Return a path as a need has it; one into a list that is the whole body begins with ``body``."""
    return f"body.{leaf.path}" if leaf.hops[0].name == EACH else leaf.path


def understood(said: Mapping[str, Any], kind: str, *, tight: bool) -> Mapping[str, Any]:
    """Return what a journey understands of a value: all that the contract says of it, or no more than its type."""
    if not tight:
        return {"type": kind}
    if "enum" in said:
        return {"enum": [each for each in said["enum"] if each is not None]}
    words = ("pattern", "minLength", "maxLength") if kind == "string" else ("minimum", "maximum")
    value = {key: said[key] for key in words if key in said}
    if said.get("format") in FORMATS:
        value["format"] = said["format"]
    for bound in ("Minimum", "Maximum"):  # a strict bound of OpenAPI 3.0 is another word in 2020-12
        if said.get(f"exclusive{bound}") is True:
            value.pop(bound.lower(), None)
    return {"type": kind, **written(value)}


def _members(said: Mapping[str, Any]) -> tuple[Any, ...]:
    members = [each for each in said["enum"] if each is not None]
    return tuple(members[: (len(members) + 1) // 2])


def _informed(contract: Contract, operation: Operation) -> tuple[str, Leaf | None]:
    for status in contract.at(operation.pointer).get("responses", {}):
        schema = contract.answer(operation, status) if str(status).isdigit() and str(status) >= "400" else None
        if schema is not None:
            texts = [leaf for leaf in contract.leaves(schema, "response") if contract.kind(leaf.schema) == "string"]
            sure = [leaf for leaf in texts if leaf.sure] or texts
            if sure and "enum" not in contract.at(sure[0].schema):
                return status, sure[0]
    return "", None


def _sends(contract: Contract, operation: Operation) -> tuple[Sent, ...] | None:
    """Return what a call sends: what is required, and half of the rest; None where it cannot be made."""
    found = []
    optional = 0
    for (place, name), pointer in contract.parameters(operation).items():
        if place == "header" and name.lower() in _NO_PARAMETERS:
            continue
        said = contract.at(pointer)
        required = place == "path" or said.get("required") is True
        optional += not required
        schema = contract.below(pointer, "schema")
        space = scalar_space(contract, schema) if schema is not None and place in PLACES else None
        if space is None or schema is None:
            if required:
                return None
        elif required or optional % 2:
            hop = Hop(pointer, name, (*pointer, "schema"), schema, (), True)
            found.append(Sent(place, name, ((hop,),), space))
    body = contract.body(operation)
    if body is not None:
        members = _members_sent(contract, body, 0)
        if members is None:
            return None
        found += [Sent("body", hop.name, tuple((hop, *rest) for rest in chains), space) for hop, space, chains in members]
    elif contract.at(operation.pointer).get("requestBody"):
        return None
    return tuple(found)


_Chains = tuple[tuple[Hop, ...], ...]


def _members_sent(contract: Contract, schema: Pointer, depth: int) -> list[tuple[Hop, Mapping[str, Any], _Chains]] | None:
    hops = list(contract.hops(schema, "request"))
    if {hop.name for hop in hops if hop.required_by} < _required(contract, schema) or any(hop.name == EACH for hop in hops):
        return None
    if any(word in contract.at(part) for part, _ in contract.parts(schema) for word in ("oneOf", "anyOf", "discriminator")):
        return None
    found = []
    optional = 0
    for hop in hops:
        optional += not hop.required_by
        space = _space(contract, hop.schema, depth)
        if space is None:
            if hop.required_by:
                return None
        elif hop.required_by or optional % 2:
            found.append((hop, *space))
    return found


def _required(contract: Contract, schema: Pointer) -> set[str]:
    return {
        str(name)
        for part, _ in contract.parts(schema)
        for name in contract.at(part).get("required") or ()
        if not any(
            contract.says(contract.followed((*each, "properties", name)), "readOnly")
            for each, _ in contract.parts(schema)
            if name in (contract.at(each).get("properties") or {})
        )
    }


def _space(contract: Contract, schema: Pointer, depth: int) -> tuple[Mapping[str, Any], _Chains] | None:
    scalar = scalar_space(contract, schema)
    if scalar is not None:
        return scalar, ((),)
    value = contract.at(schema)
    if depth < 3 and isinstance(value.get("items"), dict) and contract.kind(schema) == "array":
        (hop,) = contract.hops(schema, "request")
        inside = _space(contract, hop.schema, depth + 1)
        if inside is None or value.get("minItems", 0) > 1:
            return None
        space, chains = inside
        return {"type": "array", "items": space, "minItems": 1, "maxItems": 1}, tuple((hop, *rest) for rest in chains)
    members = _members_sent(contract, schema, depth + 1) if depth < 3 else None
    if not members:
        return None
    spaces = {hop.name: space for hop, space, _ in members}
    whole = {"type": "object", "properties": spaces, "required": list(spaces), "additionalProperties": False}
    return whole, tuple((hop, *rest) for hop, _, chains in members for rest in chains)


def scalar_space(contract: Contract, schema: Pointer) -> Mapping[str, Any] | None:
    """Return all that a journey sends as a scalar of a contract; None where it is none."""
    kind, said = contract.kind(schema), contract.at(schema)
    if kind not in SCALARS:
        return None
    if "enum" in said:
        return {"type": kind, "enum": list(_members(said))}
    if kind == "boolean":
        return {"type": kind}
    if kind in ("integer", "number"):
        low = max(said.get("minimum", 1), 1) + (said.get("exclusiveMinimum") is True)
        return {"type": kind, "minimum": low, "maximum": max(low, min(said.get("maximum", 100), 100))}
    if said.get("format") in FORMATS:
        return {key: said[key] for key in ("type", "format", "minLength", "maxLength", "pattern") if key in said}
    low, high = max(said.get("minLength", 1), 1), said.get("maxLength", _LONGEST)
    lengths = {"minLength": low, "maxLength": high if "pattern" in said else min(high, max(low, _LONGEST))}
    if "pattern" in said and ("(?" in said["pattern"] or "pattern" not in written({"type": kind, "pattern": said["pattern"]})):
        return None  # what looks ahead cannot be compared, which the engine says, and nothing else could be asked of it
    return {"type": kind, **lengths, **({"pattern": said["pattern"]} if "pattern" in said else {})}


# --- as the files of an estate ------------------------------------------------------------------------------------------------


def journey(drawn: World) -> Mapping[str, Any]:
    """Return the journey as its file says it."""
    givens: dict[str, Any] = {}
    return {
        "journey": JOURNEY,
        "goal": "Measured",
        "owner": "b@example.com",
        "customers": ["everyone"],
        "steps": [_written_step(step, givens) for step in drawn.steps],
        "given": givens,
    }


def _written_step(step: Step, givens: dict[str, Any]) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "step": step.name,
        "customer": "I look at it",
        "call": f"{step.partner} {step.operation}",
        "with": {sent.key: f"${sent.kept}" if sent.kept else _given(sent.space, givens) for sent in step.sends},
    }
    if step.statuses:
        said["status"] = list(step.statuses)
    for kind in ("needs", "may-have"):
        asked = {written_path(each.leaf): each.value for each in step.asks if each.kind == kind}
        said |= {kind: asked} if asked else {}
    conditional = [each for each in step.asks if each.condition]
    if conditional:
        said["needs-when"] = [_conditional(each) for each in conditional]
    kept = {each.id.rpartition(":")[2]: written_path(each.leaf).replace(".*", ".0") for each in step.asks if each.kind == "keep"}
    said |= {"keep": kept} if kept else {}
    told = next((each for each in step.asks if each.kind == "informs"), None)
    if told is not None:
        said["informs"] = [{"when": "it fails", "status": int(told.status), "tells": {"what": written_path(told.leaf)}}]
    return said


def _conditional(asked: Asked) -> Mapping[str, Any]:
    assert asked.condition is not None
    leaf, members = asked.condition
    words = ", ".join(_literal(member) for member in members)
    return {"when": f"{written_path(leaf)} is in [{words}]", "needs": {written_path(asked.leaf): asked.value}}


def _literal(member: Any) -> str:
    return json.dumps(member)


def _given(space: Mapping[str, Any], givens: dict[str, Any]) -> Any:
    if space["type"] == "object":
        return {name: _given(inside, givens) for name, inside in space["properties"].items()}
    if space["type"] == "array":
        return [_given(space["items"], givens)]
    name = f"given-{len(givens) + 1}"
    givens[name] = {"from": "system", **space}
    return f"${name}"
