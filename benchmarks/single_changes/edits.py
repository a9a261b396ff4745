"""Single edits of a contract, each by a rule that says what they do to a journey: the first way to the truth.

A rule is tried wherever it applies. What it breaks is read off the places that the journey's needs go through.
"""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.single_changes.journeys import FORMATS, Asked, Sent, Step, World
from benchmarks.single_changes.places import EACH, SCALARS, Contract, Hop, Operation, Pointer

NEW = "brandNew"
_GONE = object()


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one contract.

    Attributes:
        rule: What was done.
        where: To what.
        value: The whole document after it.
        breaks: The ids of the findings that the rule expects to be broken on their own account.
    """

    rule: str
    where: str
    partner: str
    value: Mapping[str, Any]
    breaks: frozenset[str]


def edits(drawn: World, partner: str) -> Iterator[Edit]:
    """Yield everything that the rules can do to the contract of a partner."""
    scene = _Scene(drawn, partner, drawn.contracts[partner], tuple(drawn.of(partner)))
    for rule in RULES:
        for where, value, breaks in rule.made(scene):
            yield Edit(rule.name, where, partner, value, frozenset(breaks))


_Made = Iterator[tuple[str, Mapping[str, Any], set[str]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One sort of edit; *made* yields where, the document after it, and what it breaks."""

    name: str
    made: Callable[[_Scene], _Made]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the journey has to do with one partner."""

    drawn: World
    partner: str
    contract: Contract
    steps: tuple[Step, ...]

    def asks(self) -> Iterator[Asked]:
        return (asked for step in self.steps for asked in step.asks)

    def sends(self) -> Iterator[tuple[Step, Sent]]:
        return ((step, sent) for step in self.steps for sent in step.sends)

    def fields(self) -> Iterator[Hop]:
        """Yield every member that the called operations answer or take, asked for or not, each once."""
        seen = set()
        for hop in self._hops():
            if hop.key not in seen:
                seen.add(hop.key)
                yield hop

    def _hops(self) -> Iterator[Hop]:
        for step in self.steps:
            contract = self.contract
            for pointer in contract.parameters(step.operation).values():
                schema = contract.below(pointer, "schema")
                if schema is not None:
                    yield Hop(pointer, contract.at(pointer)["name"], (*pointer, "schema"), schema, (), True)
            body = contract.body(step.operation)
            for leaf in contract.leaves(body, "request") if body is not None else ():
                yield from leaf.hops
            for status in {*contract.successes(step.operation), *([step.informs] if step.informs else [])}:
                schema = contract.answer(step.operation, status)
                for leaf in contract.leaves(schema, "response") if schema is not None else ():
                    yield from leaf.hops

    def is_condition(self, hop: Hop) -> bool:
        """Tell whether a need depends on what a field says: then it is another question."""
        return any(
            hop.key == each.key or hop.schema == each.schema
            for asked in self.asks()
            if asked.condition
            for each in asked.condition[0].hops
        )

    def unused(self) -> list[Operation]:
        """Return the operations that the journey does not call."""
        called = {step.operation for step in self.steps}
        return [each for each in self.contract.operations if each not in called]


# --- fields -------------------------------------------------------------------------------------------------------------------

_Answer = Callable[[Asked], bool]
_Request = Callable[[Sent], bool]


def _never(_: Any) -> bool:
    return False


def _needed(asked: Asked) -> bool:
    return asked.must_be_there


def _sure(asked: Asked) -> bool:
    return asked.must_be_there and asked.leaf.sure


def _always(_: Any) -> bool:
    return True


def _not_kept(asked: Asked) -> bool:
    return asked.kind != "keep"


def _understands_less(*words: str) -> _Answer:
    """Return whether a journey depends on some of what a schema said."""
    return lambda asked: any(word in asked.value for word in words)


def _member_rule(name: str, change: Callable[[_Scene, Hop], Any], answer: _Answer, request: _Request) -> Rule:
    """Return a rule for a member of one schema."""

    def made(scene: _Scene) -> _Made:
        for hop in scene.fields():
            value = None if _is_parameter(scene, hop) or hop.name == EACH or scene.is_condition(hop) else change(scene, hop)
            if value is not None:
                breaks = {each.id for each in scene.asks() if answer(each) and any(one.key == hop.key for one in each.leaf.hops)}
                breaks |= {
                    step.id(f"accepts:{sent.key}")
                    for step, sent in scene.sends()
                    if request(sent) and any(one.key == hop.key for chain in sent.chains for one in chain)
                }
                yield _named(hop), value, breaks

    return Rule(name, made)


def _schema_rule(
    name: str, change: Callable[[_Scene, Hop, Mapping[str, Any]], Any], answer: _Answer, request: Callable[[Sent, Any], bool]
) -> Rule:
    """Return a rule for what a schema says of a scalar; *change* returns what it says afterwards, None where that is nothing."""

    def made(scene: _Scene) -> _Made:
        for hop in scene.fields():
            said = scene.contract.at(hop.schema)
            if scene.contract.kind(hop.schema) not in SCALARS or scene.is_condition(hop):
                continue
            after = change(scene, hop, said)
            if after is not None:
                breaks = {each.id for each in scene.asks() if answer(each) and each.leaf.schema == hop.schema}
                breaks |= {
                    step.id(f"accepts:{sent.key}")
                    for step, sent in scene.sends()
                    for chain in sent.chains
                    if chain[-1].schema == hop.schema and request(_inner(sent, chain), after)
                }
                yield _named(hop), _put(scene.contract.value, hop.schema, after), breaks

    return Rule(name, made)


def _inner(sent: Sent, chain: Sequence[Hop]) -> Sent:
    """Return one value of what is sent, in its own space."""
    space = sent.space
    for hop in chain[1:]:
        space = space["items"] if hop.name == EACH else space["properties"][hop.name]
    return Sent(sent.place, sent.name, (tuple(chain),), space, sent.kept)


def _is_parameter(scene: _Scene, hop: Hop) -> bool:
    return "in" in scene.contract.at(hop.owner)


def _named(hop: Hop) -> str:
    return f"{'/'.join(map(str, hop.owner))} {hop.name}"


def _removed(scene: _Scene, hop: Hop, instead: str = "") -> Any:
    owner = scene.contract.at(hop.owner)
    if len(owner["properties"]) < 2 or len(hop.required_by) > 1 or "discriminator" in owner:
        return None
    properties = {}
    for name, said in owner["properties"].items():
        if name != hop.name:
            properties[name] = said
        elif instead:
            properties[instead] = said
    value = _put(scene.contract.value, (*hop.owner, "properties"), properties)
    for place in hop.required_by:
        names = [
            instead if name == hop.name else name for name in scene.contract.at(place)["required"] if name != hop.name or instead
        ]
        value = _put(value, (*place, "required"), names or _GONE)
    return value


def _optional(scene: _Scene, hop: Hop) -> Any:
    if len(hop.required_by) != 1:
        return None
    place = (*hop.required_by[0], "required")
    return _put(scene.contract.value, place, [name for name in scene.contract.at(place) if name != hop.name] or _GONE)


def _nullable(scene: _Scene, hop: Hop) -> Any:
    """Allow null where a member's schema is written in place: a shared one may stand where null means nothing."""
    said = scene.contract.at(hop.schema)
    if hop.written != hop.schema or not isinstance(said.get("type"), str) or scene.contract.may_be_null(hop.schema):
        return None
    after = {**said, "nullable": True} if scene.contract.legacy else {**said, "type": [said["type"], "null"]}
    if "enum" in said:
        after["enum"] = [*said["enum"], None]
    return _put(scene.contract.value, hop.schema, after)


def _with_words(**words: Any) -> Callable[[_Scene, Hop], Any]:
    """Return what says more of a member, where it is written in place."""

    def change(scene: _Scene, hop: Hop) -> Any:
        if hop.written != hop.schema or words.keys() & scene.contract.at(hop.schema).keys():
            return None
        return _put(scene.contract.value, hop.schema, {**scene.contract.at(hop.schema), **words})

    return change


def _read_only(scene: _Scene, hop: Hop) -> Any:
    """Say ``readOnly``: on a member that is not required, or a request could not be told from a poorer one."""
    return None if "writeOnly" in scene.contract.at(hop.schema) else _with_words(readOnly=True)(scene, hop)


def _write_only(scene: _Scene, hop: Hop) -> Any:
    return None if "readOnly" in scene.contract.at(hop.schema) else _with_words(writeOnly=True)(scene, hop)


def _wrapped(word: str) -> Callable[[_Scene, Hop], Any]:
    """Return what writes a member's schema as the only alternative, or part, of another."""

    def change(scene: _Scene, hop: Hop) -> Any:
        written = scene.contract.at(hop.written)
        return _put(scene.contract.value, hop.written, {word: [written]}) if not _marked(scene, hop) else None

    return change


def _marked(scene: _Scene, hop: Hop) -> bool:
    return bool({"readOnly", "writeOnly", "nullable"} & scene.contract.at(hop.schema).keys())


def _inlined(scene: _Scene, hop: Hop) -> Any:
    written = scene.contract.at(hop.written)
    if hop.written == hop.schema or _marked(scene, hop) or len(written) > 1:
        return None
    return _put(scene.contract.value, hop.written, copy.deepcopy(scene.contract.at(hop.schema)))


def _is_kept(scene: _Scene, hop: Hop) -> bool:
    """Tell whether a field is handed on: then what it is as text counts."""
    return any(each.kind == "keep" and each.leaf.schema == hop.schema for each in scene.asks())


def _in_a_list(scene: _Scene, hop: Hop) -> Any:
    if scene.contract.kind(hop.schema) not in SCALARS or _marked(scene, hop) or _is_kept(scene, hop):
        return None
    return _put(scene.contract.value, hop.written, {"type": "array", "items": scene.contract.at(hop.written)})


def _beside(scene: _Scene, hop: Hop) -> Any:
    """Add an optional member beside one."""
    properties = scene.contract.at((*hop.owner, "properties"))
    return _put(scene.contract.value, (*hop.owner, "properties"), {**properties, NEW: {"type": "string"}})


def _closed(scene: _Scene, hop: Hop) -> Any:
    """Close an object that stands alone: in an ``allOf`` it would refuse what its neighbours declare."""
    owner = scene.contract.at(hop.owner)
    alone = not any(word in map(str, hop.owner) for word in ("allOf", "oneOf", "anyOf")) and "schemas" not in hop.owner
    if not alone or any(word in owner for word in ("allOf", "oneOf", "anyOf", "additionalProperties")):
        return None
    return _put(scene.contract.value, hop.owner, {**owner, "additionalProperties": False})


def _reordered(scene: _Scene, hop: Hop) -> Any:
    owner = scene.contract.at(hop.owner)
    turned = {**owner, "properties": dict(reversed(owner["properties"].items()))}
    if "required" in owner:
        turned["required"] = owner["required"][::-1]
    return _put(scene.contract.value, hop.owner, dict(reversed(turned.items()))) if len(owner["properties"]) > 1 else None


def _plain_text(said: Mapping[str, Any]) -> bool:
    return _kind(said) == "string" and not {"enum", "pattern", "format"} & said.keys()


def _kind(said: Mapping[str, Any]) -> str:
    kinds = [each for each in (said["type"] if isinstance(said["type"], list) else [said["type"]]) if each != "null"]
    return str(kinds[0])


def _of_kind(said: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return a schema of another type, null allowed as it was."""
    kept = {key: said[key] for key in ("description", "title", "nullable") if key in said}
    return {**kept, "type": [kind, "null"] if isinstance(said["type"], list) else kind}


def _retyped(old: str, new: str) -> Callable[[_Scene, Hop, Mapping[str, Any]], Any]:
    def change(scene: _Scene, hop: Hop, said: Mapping[str, Any]) -> Any:
        limited = any(each.kind == "keep" and each.value and each.leaf.schema == hop.schema for each in scene.asks())
        return _of_kind(said, new) if _kind(said) == old and "enum" not in said and not limited else None

    return change


def _without(*words: str, only: Callable[[Mapping[str, Any]], bool] = _always) -> Callable[[_Scene, Hop, Mapping[str, Any]], Any]:
    def change(_: _Scene, hop: Hop, said: Mapping[str, Any]) -> Any:
        if not set(words) & said.keys() or not only(said):
            return None
        return {key: value for key, value in said.items() if key not in words}

    return change


def _one_more(_: _Scene, hop: Hop, said: Mapping[str, Any]) -> Any:
    if "enum" not in said:
        return None
    return {**said, "enum": [*said["enum"], NEW if _kind(said) == "string" else 987654]}


def _without_member(position: int) -> Callable[[_Scene, Hop, Mapping[str, Any]], Any]:
    def change(_: _Scene, hop: Hop, said: Mapping[str, Any]) -> Any:
        members = [each for each in said.get("enum", ()) if each is not None]
        if len(members) < 2 or len(set(map(str, members))) < len(members) or said.get("default") == members[position]:
            return None
        return {**said, "enum": [each for each in said["enum"] if each != members[position]]}

    return change


def _longer(_: _Scene, hop: Hop, said: Mapping[str, Any]) -> Any:
    return {**said, "maxLength": said["maxLength"] + 5} if "maxLength" in said and _plain_text(said) else None


def _lower(_: _Scene, hop: Hop, said: Mapping[str, Any]) -> Any:
    return {**said, "minimum": said["minimum"] - 5} if "minimum" in said and "exclusiveMinimum" not in said else None


def _other_format(old: str, new: str) -> Callable[[_Scene, Hop, Mapping[str, Any]], Any]:
    return lambda _, hop, said: {**said, "format": new} if said.get("format") == old and "pattern" not in said else None


def _or_else(scene: _Scene, hop: Hop, said: Mapping[str, Any]) -> Any:
    """Allow a list as well as a scalar."""
    if {"nullable", "readOnly", "writeOnly"} & said.keys() or _is_kept(scene, hop):
        return None
    return {"anyOf": [dict(said), {"type": "array", "items": {"type": "string"}}]}


def _limited(word: str, beyond: int) -> Callable[[_Scene, Hop, Mapping[str, Any]], Any]:
    """Return what tightens a limit to just what the journey sends, or by so much beyond."""

    def change(scene: _Scene, hop: Hop, said: Mapping[str, Any]) -> Any:
        spaces = [
            _inner(sent, chain).space for _, sent in scene.sends() for chain in sent.chains if chain[-1].schema == hop.schema
        ]
        if not (_plain_text(said) if word.endswith("Length") else _kind(said) in ("integer", "number") and "enum" not in said):
            return None
        if any(f"exclusive{end}" in said for end in ("Minimum", "Maximum")):
            return None
        lowest = word.startswith("min")
        limits = [space.get(word, 0 if lowest else math.inf) for space in spaces] or [
            {"minLength": 1, "maxLength": 30}.get(word, 5)
        ]
        limit = (min(limits) if lowest else max(limits)) + beyond
        old = said.get(word, -math.inf if lowest else math.inf)
        opposite = said.get({"max": "min", "min": "max"}[word[:3]] + word[3:], math.inf if lowest else -math.inf)
        if math.isinf(limit) or not (old < limit <= opposite if lowest else opposite <= limit < old):
            return None
        return {**said, word: limit}

    return change


def _is_beyond(word: str) -> Callable[[Sent, Any], bool]:
    def beyond(sent: Sent, after: Any) -> bool:
        if word.startswith("min"):
            return bool(sent.space.get(word, 0) < after[word])
        return bool(sent.space.get(word, math.inf) > after[word])

    return beyond


def _patterned(pattern: str) -> Callable[[_Scene, Hop, Mapping[str, Any]], Any]:
    return lambda _, hop, said: {**said, "pattern": pattern} if _plain_text(said) and said.get("maxLength", 9) > 8 else None


def _sends_first(sent: Sent, after: Any) -> bool:
    return any(member not in after["enum"] for member in sent.space["enum"])


def _in_a_body(sent: Sent, _: Any) -> bool:
    return sent.place == "body"


def _refuses(_: Sent, __: Any) -> bool:
    return True


def _takes(_: Sent, __: Any) -> bool:
    return False


def _added_required(scene: _Scene) -> _Made:
    """A member that is there, and not required, is required now."""
    for hop in scene.fields():
        owner = scene.contract.at(hop.owner)
        if _is_parameter(scene, hop) or hop.name == EACH or hop.required_by or "readOnly" in scene.contract.at(hop.schema):
            continue
        if any(word in map(str, hop.owner) for word in ("oneOf", "anyOf")):
            continue
        value = _put(scene.contract.value, hop.owner, {**owner, "required": [*owner.get("required", ()), hop.name]})
        yield _named(hop), value, set(_lacking(scene, hop))


def _lacking(scene: _Scene, hop: Hop) -> Iterator[str]:
    """Yield what no longer suffices where a member is required that the journey does not send."""
    for step in scene.steps:
        body = scene.contract.body(step.operation)
        if body is None:
            continue
        tops = {each.owner for each in scene.contract.hops(body, "request")}
        named = {one.key for sent in step.sends for chain in sent.chains for one in chain}
        if hop.key in named:
            continue
        if hop.owner in tops:
            yield step.id("answers")
        for sent in step.sends:
            owners = {one.owner for chain in sent.chains for one in chain[1:]} if sent.place == "body" else set()
            if hop.owner in owners:
                yield step.id(f"accepts:{sent.key}")


# --- parameters ---------------------------------------------------------------------------------------------------------------


def _new_parameter(required: bool, place: str) -> Callable[[_Scene], _Made]:
    def made(scene: _Scene) -> _Made:
        for operation, step in _with_steps(scene):
            said = scene.contract.at(operation.pointer)
            parameter = {"name": NEW, "in": place, **({"required": True} if required else {}), "schema": {"type": "string"}}
            value = _put(
                scene.contract.value, operation.pointer, {**said, "parameters": [*said.get("parameters", ()), parameter]}
            )
            yield str(operation), value, {step.id("answers")} if step and required else set()

    return made


def _parameter_removed(scene: _Scene) -> _Made:
    for operation, step in _with_steps(scene):
        for index in range(len(scene.contract.at(operation.pointer).get("parameters") or ())):
            said = scene.contract.at(scene.contract.followed((*operation.pointer, "parameters", index)))
            if said["in"] != "path":
                breaks = {step.id(f"accepts:{said['in']}.{said['name']}")} if step and _sent_there(step, said) else set()
                yield (
                    f"{operation} {said['name']}",
                    _put(scene.contract.value, (*operation.pointer, "parameters", index), _GONE),
                    breaks,
                )


def _parameter_required(scene: _Scene) -> _Made:
    for operation, step in _with_steps(scene):
        for index in range(len(scene.contract.at(operation.pointer).get("parameters") or ())):
            said = scene.contract.at(scene.contract.followed((*operation.pointer, "parameters", index)))
            if said["in"] in ("query", "header") and not said.get("required"):
                value = _put(scene.contract.value, (*operation.pointer, "parameters", index), {**said, "required": True})
                breaks = {step.id("answers")} if step and not _sent_there(step, said) else set()
                yield f"{operation} {said['name']}", value, breaks


def _parameter_moved(scene: _Scene) -> _Made:
    for operation, step in _with_steps(scene):
        for index in range(len(scene.contract.at(operation.pointer).get("parameters") or ())):
            said = scene.contract.at(scene.contract.followed((*operation.pointer, "parameters", index)))
            if said["in"] == "query" and not said.get("required") and "style" not in said and "explode" not in said:
                value = _put(scene.contract.value, (*operation.pointer, "parameters", index), {**said, "in": "header"})
                breaks = {step.id(f"accepts:query.{said['name']}")} if step and _sent_there(step, said) else set()
                yield f"{operation} {said['name']}", value, breaks


def _sent_there(step: Step, said: Mapping[str, Any]) -> bool:
    return any((sent.place, sent.name) == (said["in"], said["name"]) for sent in step.sends)


def _with_steps(scene: _Scene) -> Iterator[tuple[Operation, Step | None]]:
    """Yield every called operation with its step, and some that are not called."""
    for step in scene.steps:
        yield step.operation, step
    for operation in scene.unused()[:3]:
        yield operation, None


# --- operations, statuses, media types, logins --------------------------------------------------------------------------------


def _operation_removed(scene: _Scene) -> _Made:
    for operation, step in _with_steps(scene):
        item = scene.contract.at(operation.pointer[:-1])
        place = operation.pointer if len(item) > 1 + ("parameters" in item) else operation.pointer[:-1]
        yield str(operation), _put(scene.contract.value, place, _GONE), _answers(step)


def _path_changed(change: Callable[[str], str], breaks: bool) -> Callable[[_Scene], _Made]:
    def made(scene: _Scene) -> _Made:
        for operation, _ in _with_steps(scene):
            path = change(operation.path)
            if path == operation.path or path in scene.contract.value["paths"]:
                continue
            paths = {path if each == operation.path else each: item for each, item in scene.contract.value["paths"].items()}
            value: Mapping[str, Any] = {**scene.contract.value, "paths": paths}
            if not breaks:
                value = _parameters_renamed(value, path)
            hit = {step.id("answers") for step in scene.steps if breaks and step.operation.path == operation.path}
            yield str(operation), value, hit

    return made


def _parameters_renamed(value: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """Rename the parameters of a path as its template now does."""
    contract = Contract(value)
    for operation in contract.operations:
        if operation.path != path:
            continue
        for owner in (operation.pointer[:-1], operation.pointer):
            for index in range(len(contract.at(owner).get("parameters") or ())):
                place = (*owner, "parameters", index)
                said = contract.at(contract.followed(place))
                if said["in"] == "path" and not str(said["name"]).endswith("Renamed"):
                    value = _put(value, place, {**said, "name": f"{said['name']}Renamed"})
        contract = Contract(value)
    return value


def _method_changed(scene: _Scene) -> _Made:
    for operation, step in _with_steps(scene):
        item = scene.contract.at(operation.pointer[:-1])
        other = {"GET": "post", "POST": "put", "PUT": "patch", "PATCH": "put", "DELETE": "post"}.get(operation.method, "")
        if other and other not in item:
            turned = {other if key == operation.method.lower() else key: said for key, said in item.items()}
            yield str(operation), _put(scene.contract.value, operation.pointer[:-1], turned), _answers(step)


def _answers(step: Step | None) -> set[str]:
    return {step.id("answers")} if step else set()


def _renamed_operation(scene: _Scene) -> _Made:
    for operation, _ in _with_steps(scene):
        said = {**scene.contract.at(operation.pointer), "operationId": f"{NEW}Operation"}
        yield str(operation), _put(scene.contract.value, operation.pointer, said), set()


def _new_operation(scene: _Scene) -> _Made:
    item = {"get": {"responses": {"200": {"description": "new"}}}}
    yield "paths", {**scene.contract.value, "paths": {**scene.contract.value["paths"], "/brand-new": item}}, set()


def _on_another_host(url: str) -> str:
    return re.sub(r"^https?://[^/]+", "https://elsewhere.example", url)


def _servers(change: Callable[[str], str], breaks: bool) -> Callable[[_Scene], _Made]:
    def made(scene: _Scene) -> _Made:
        servers = scene.contract.value.get("servers") or ()
        if servers and all(re.match(r"https?://|/", server["url"]) for server in servers):
            moved = [{**server, "url": change(server["url"].rstrip("/"))} for server in servers]
            hit = {step.id("answers") for step in scene.steps} if breaks else set()
            yield "servers", {**scene.contract.value, "servers": moved}, hit

    return made


def _success_removed(scene: _Scene) -> _Made:
    for operation, step in _with_steps(scene):
        responses = scene.contract.at((*operation.pointer, "responses"))
        successes = scene.contract.successes(operation)
        if len(successes) == 1 and len(responses) > 1 and "default" not in responses:
            value = _put(scene.contract.value, (*operation.pointer, "responses", successes[0]), _GONE)
            yield f"{operation} {successes[0]}", value, _answers(step)


def _another_success(scene: _Scene) -> _Made:
    """A success has another code: it matters to a step that names the code only."""
    for operation, step in _with_steps(scene):
        responses = scene.contract.at((*operation.pointer, "responses"))
        successes = scene.contract.successes(operation)
        if successes and "203" not in responses:
            turned = {"203" if status == successes[0] else status: said for status, said in responses.items()}
            value = _put(scene.contract.value, (*operation.pointer, "responses"), turned)
            yield f"{operation} {successes[0]}", value, _answers(step) if step and step.statuses else set()


def _empty_success(scene: _Scene) -> _Made:
    """A further success, without a body."""
    for operation, step in _with_steps(scene):
        responses = scene.contract.at((*operation.pointer, "responses"))
        if "202" in responses or "204" in responses or not scene.contract.successes(operation):
            continue
        value = _put(scene.contract.value, (*operation.pointer, "responses"), {**responses, "202": {"description": "later"}})
        breaks = set()
        if step is not None and step.statuses:
            breaks = {step.id("answers")}
        elif step is not None:
            breaks = {each.id for each in step.asks if each.kind in ("needs", "keep") and each.leaf.sure}
        yield str(operation), value, breaks


def _error_removed(scene: _Scene) -> _Made:
    for operation, step in _with_steps(scene):
        responses = scene.contract.at((*operation.pointer, "responses"))
        for status in responses:
            if str(status) >= "400" and str(status).isdigit() and "default" not in responses:
                told = step is not None and step.informs == status
                value = _put(scene.contract.value, (*operation.pointer, "responses", status), _GONE)
                yield f"{operation} {status}", value, {step.id("informs:it-fails")} if step and told else set()


def _media_renamed(name: str, breaks: bool) -> Callable[[_Scene], _Made]:
    """A success goes by another media type."""

    def made(scene: _Scene) -> _Made:
        for operation, step in _with_steps(scene):
            for status in scene.contract.successes(operation)[:1]:
                place = (*operation.pointer, "responses", status)
                response = scene.contract.at(scene.contract.followed(place))
                content = response.get("content") or {}
                if list(content) == ["application/json"]:
                    turned = {**response, "content": {name: content["application/json"]}}
                    yield f"{operation} {status}", _put(scene.contract.value, place, turned), _answers(step) if breaks else set()

    return made


def _media_added(scene: _Scene) -> _Made:
    for operation, _ in _with_steps(scene):
        for status in scene.contract.successes(operation)[:1]:
            place = (*operation.pointer, "responses", status)
            response = scene.contract.at(scene.contract.followed(place))
            if "content" in response and "text/csv" not in response["content"]:
                turned = {**response, "content": {"text/csv": {"schema": {"type": "string"}}, **response["content"]}}
                yield f"{operation} {status}", _put(scene.contract.value, place, turned), set()


def _body_required(scene: _Scene) -> _Made:
    for operation, _ in _with_steps(scene):
        body = scene.contract.below(operation.pointer, "requestBody")
        if body is not None and not scene.contract.at(body).get("required"):
            place = (*operation.pointer, "requestBody")
            yield str(operation), _put(scene.contract.value, place, {**scene.contract.at(body), "required": True}), set()


def _body_media(scene: _Scene) -> _Made:
    """A body is no longer taken as JSON."""
    for operation, step in _with_steps(scene):
        body = scene.contract.below(operation.pointer, "requestBody")
        content = scene.contract.at(body).get("content", {}) if body is not None else {}
        if body is not None and list(content) == ["application/json"]:
            turned = {**scene.contract.at(body), "content": {"application/xml": content["application/json"]}}
            yield str(operation), _put(scene.contract.value, (*operation.pointer, "requestBody"), turned), _answers(step)


def _new_member_of_body(required: bool) -> Callable[[_Scene], _Made]:
    def made(scene: _Scene) -> _Made:
        for step in scene.steps:
            body = scene.contract.body(step.operation)
            owner = scene.contract.at(body) if body is not None else {}
            if body is None or "properties" not in owner or NEW in owner["properties"]:
                continue
            turned = {**owner, "properties": {**owner["properties"], NEW: {"type": "string"}}}
            if required:
                turned["required"] = [*owner.get("required", ()), NEW]
            sharing = [each for each in scene.steps if scene.contract.body(each.operation) == body]
            nested = {
                each.id(f"accepts:{sent.key}")
                for each in scene.steps
                for sent in each.sends
                if any(hop.owner == body for chain in sent.chains for hop in chain[1:])
            }
            breaks = {each.id("answers") for each in sharing} | nested if required else set()
            yield str(step.operation), _put(scene.contract.value, body, turned), breaks

    return made


def _login(alternatives: Sequence[Mapping[str, Any]], breaks: bool, everywhere: bool) -> Callable[[_Scene], _Made]:
    """A login of another sort is asked for."""

    def made(scene: _Scene) -> _Made:
        scheme = {"type": "apiKey", "in": "header", "name": "X-New"}
        value = _put(scene.contract.value, ("components", "securitySchemes", NEW), scheme)
        if everywhere:
            hit = {step.id("answers") for step in scene.steps if "security" not in scene.contract.at(step.operation.pointer)}
            yield "security", {**value, "security": list(alternatives)}, hit if breaks else set()
            return
        for operation, step in _with_steps(scene):
            said = {**scene.contract.at(operation.pointer), "security": list(alternatives)}
            yield str(operation), _put(value, operation.pointer, said), _answers(step) if breaks else set()

    return made


def _scope_added(scene: _Scene) -> _Made:
    for operation, step in _with_steps(scene):
        said = scene.contract.at(operation.pointer)
        schemes = scene.contract.at(("components", "securitySchemes")) or {}
        asked: Sequence[Mapping[str, Any]] = said.get("security", scene.contract.value.get("security")) or []
        if len(asked) == 1 and all(schemes.get(name, {}).get("type") == "oauth2" for name in asked[0]) and asked[0]:
            more = [{name: [*scopes, f"{NEW}:scope"] for name, scopes in asked[0].items()}]
            yield str(operation), _put(scene.contract.value, operation.pointer, {**said, "security": more}), _answers(step)


def _deprecated(scene: _Scene) -> _Made:
    for operation, _ in _with_steps(scene):
        yield str(operation), _put(scene.contract.value, (*operation.pointer, "deprecated"), True), set()


def _reworded(scene: _Scene) -> _Made:
    for operation, _ in _with_steps(scene):
        said = {
            **scene.contract.at(operation.pointer),
            "summary": "Other words",
            "description": "Quite other words",
            "tags": ["new"],
        }
        yield str(operation), _put(scene.contract.value, operation.pointer, said), set()


def _component_renamed(scene: _Scene) -> _Made:
    """A shared schema has another name, and every reference to it follows."""
    schemas = scene.contract.at(("components", "schemas")) or {}
    for name in list(schemas)[:40]:
        old = f"#/components/schemas/{name}"
        if any("discriminator" in str(each) for each in schemas.values()):
            return
        renamed = {f"{NEW}{name}" if each == name else each: said for each, said in schemas.items()}
        value = {**scene.contract.value, "components": {**scene.contract.value["components"], "schemas": renamed}}
        yield name, _respelled(value, old, f"#/components/schemas/{NEW}{name}"), set()


def _respelled(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: new if key == "$ref" and said == old else _respelled(said, old, new) for key, said in value.items()}
    return [_respelled(each, old, new) for each in value] if isinstance(value, list) else value


def _put(value: Any, pointer: Pointer, new: Any) -> Any:
    """Return a document with another value at a place, or without it; the rest is shared with the old one."""
    if not pointer:
        return new
    key, rest = pointer[0], pointer[1:]
    if isinstance(value, list):
        assert isinstance(key, int)
        changed = _put(value[key], rest, new)
        return [*value[:key], *([] if changed is _GONE else [changed]), *value[key + 1 :]]
    changed = _put(value.get(key, {}), rest, new)
    if changed is _GONE:
        return {each: said for each, said in value.items() if each != key}
    return {**value, key: changed}


RULES = (
    _member_rule("a field is removed", _removed, _needed, _always),
    _member_rule("a field becomes optional", _optional, _sure, _never),
    _member_rule("a field may be null", _nullable, _sure, _never),
    _member_rule("a field is for requests only", _write_only, _needed, _never),
    _member_rule("a field is for answers only", _read_only, _never, _always),
    _member_rule("a field is a list of what it was", _in_a_list, _always, _always),
    _member_rule("a field is added beside", _beside, _never, _never),
    _member_rule("an object is closed", _closed, _never, _never),
    _member_rule("fields stand in another order", _reordered, _never, _never),
    _member_rule("a field is written in place of its reference", _inlined, _never, _never),
    _member_rule("a field is written as the only part of allOf", _wrapped("allOf"), _never, _never),
    _member_rule("a field is written as the only branch of oneOf", _wrapped("oneOf"), _never, _never),
    _member_rule("a field is deprecated", _with_words(deprecated=True), _never, _never),
    _member_rule("a field has an example", _with_words(example="one"), _never, _never),
    Rule("a field becomes required", _added_required),
    _schema_rule("text becomes an integer", _retyped("string", "integer"), _not_kept, _refuses),
    _schema_rule("text becomes a truth value", _retyped("string", "boolean"), _not_kept, _refuses),
    _schema_rule("an integer becomes text", _retyped("integer", "string"), _always, _in_a_body),
    _schema_rule("a number becomes text", _retyped("number", "string"), _always, _in_a_body),
    _schema_rule("a truth value becomes text", _retyped("boolean", "string"), _always, _in_a_body),
    _schema_rule("a scalar may be a list", _or_else, _always, _takes),
    _schema_rule("one more word", _one_more, _understands_less("enum"), _takes),
    _schema_rule("any word", _without("enum", "default"), _understands_less("enum"), _takes),
    _schema_rule("the first word is gone", _without_member(0), _never, _sends_first),
    _schema_rule("the last word is gone", _without_member(-1), _never, _sends_first),
    _schema_rule("any format", _without("format", only=lambda said: said["format"] in FORMATS and "pattern" not in said),
                 _understands_less("format"), _takes),
    _schema_rule("a time is a day", _other_format("date-time", "date"), _understands_less("format"), _refuses),
    _schema_rule("a day is a time", _other_format("date", "date-time"), _understands_less("format"), _refuses),
    _schema_rule("any pattern", _without("pattern", only=lambda said: "enum" not in said and _kind(said) == "string"),
                 _understands_less("pattern"), _takes),
    _schema_rule("longer text", _longer, _understands_less("maxLength"), _takes),
    _schema_rule("any length", _without("maxLength", only=_plain_text), _understands_less("maxLength"), _takes),
    _schema_rule("a lower minimum", _lower, _understands_less("minimum"), _takes),
    _schema_rule("text shorter than what is sent", _limited("maxLength", -1), _never, _is_beyond("maxLength")),
    _schema_rule("text as long as what is sent", _limited("maxLength", 0), _never, _is_beyond("maxLength")),
    _schema_rule("text longer than what is sent", _limited("minLength", 1), _never, _is_beyond("minLength")),
    _schema_rule("a number above what is sent", _limited("minimum", 1), _never, _is_beyond("minimum")),
    _schema_rule("a number as high as what is sent", _limited("maximum", 0), _never, _is_beyond("maximum")),
    _schema_rule("a number below what is sent", _limited("maximum", -1), _never, _is_beyond("maximum")),
    _schema_rule("a pattern that refuses", _patterned("^[A-Z]{2,8}$"), _never, _refuses),
    _schema_rule("a pattern that takes everything", _patterned(r"^[\s\S]*$"), _never, _takes),
    Rule("a query parameter is new and required", _new_parameter(True, "query")),
    Rule("a header is new and required", _new_parameter(True, "header")),
    Rule("a query parameter is new", _new_parameter(False, "query")),
    Rule("a parameter is removed", _parameter_removed),
    Rule("a parameter becomes required", _parameter_required),
    Rule("a parameter travels in a header", _parameter_moved),
    Rule("an operation is removed", _operation_removed),
    Rule("an operation moves", _path_changed(lambda path: f"/moved{path}", breaks=True)),
    Rule("path parameters are renamed", _path_changed(lambda path: re.sub(r"\}", "Renamed}", path), breaks=False)),
    Rule("an operation has another method", _method_changed),
    Rule("an operation has another id", _renamed_operation),
    Rule("an operation is new", _new_operation),
    Rule("the servers have another path", _servers(lambda url: f"{url}/v99", breaks=True)),
    Rule("the servers have another host", _servers(_on_another_host, breaks=False)),
    Rule("the success is gone", _success_removed),
    Rule("the success has another code", _another_success),
    Rule("one more success, without a body", _empty_success),
    Rule("an error is gone", _error_removed),
    Rule("an answer is XML", _media_renamed("application/xml", breaks=True)),
    Rule("an answer is another JSON", _media_renamed("application/hal+json", breaks=False)),
    Rule("an answer names its charset", _media_renamed("application/json; charset=utf-8", breaks=False)),
    Rule("an answer may be text as well", _media_added),
    Rule("a body must be sent", _body_required),
    Rule("a body is XML", _body_media),
    Rule("a body has a new field, which is required", _new_member_of_body(True)),
    Rule("a body has a new field", _new_member_of_body(False)),
    Rule("a login is asked for", _login([{NEW: []}], breaks=True, everywhere=False)),
    Rule("a login is asked for, everywhere", _login([{NEW: []}], breaks=True, everywhere=True)),
    Rule("a login may be used", _login([{}, {NEW: []}], breaks=False, everywhere=False)),
    Rule("a login asks for one more scope", _scope_added),
    Rule("an operation is deprecated", _deprecated),
    Rule("an operation is described in other words", _reworded),
    Rule("a shared schema has another name", _component_renamed),
)  # fmt: skip
"""Every rule."""
