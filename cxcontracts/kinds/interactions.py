"""``pact``: what a consumer wrote down in a Pact file still fits what the contract takes and says.

Its request is what is sent, its expected answer what is needed: each part is judged by the kind of requirement that it is like. A
consumer's example is no demand on the contract, as a need of a journey is: it fits where the contract allows it. A change breaks
an interaction that fitted, by the rules of every need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from cxcontracts.calls import request_of
from cxcontracts.estate.model import Call, Journey, Step
from cxcontracts.estate.templates import literal
from cxcontracts.exchanges import JSON, NO_BODY, Request
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.accepts import Accepts
from cxcontracts.kinds.answers import Answers
from cxcontracts.kinds.event import Event
from cxcontracts.pacts import Interaction
from cxcontracts.paths import Path
from cxcontracts.promises import Need, carried, judge_need
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene, Side
from cxcontracts.sending import content_type, sent_media
from cxcontracts.wording import described, listed

_GRAVEST_FIRST: Final = (Verdict.BROKEN, Verdict.UNPROVEN, Verdict.UNPROMISED, Verdict.INTACT)
_REFUSED: Final = 400
"""From this status on, an answer refuses what was asked."""

_OURS: Final = frozenset({"accept", "content-type", "content-length", "host", "user-agent", "accept-encoding", "connection"})
"""Headers that say how a call is made, not what is asked."""

_STANDARD: Final = frozenset(
    {
        "accept-ranges", "access-control-allow-headers", "access-control-allow-methods", "access-control-allow-origin",
        "access-control-expose-headers", "age", "allow", "cache-control", "content-encoding", "content-language",
        "content-location", "etag", "expires", "last-modified", "pragma", "set-cookie", "strict-transport-security", "vary",
        "via",
    }
)  # fmt: skip
"""Headers of HTTP itself (RFC 9110, 9111): an answer may have them though no contract says so."""


class Pact:
    """An interaction: its request is taken, and what is read of its answer may be said."""

    name = "pact"
    key = ""
    form: Any = None
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="what another consumer of the partner reads is still said",
        kept="an interaction of a Pact file: its request is taken, its answer may be said",
        breaks="refuses the request, or takes away what was read",
        example="pacts: [pacts/*.json]",
        remedy="Have the partner keep what the interaction reads, or the consumer publish a new Pact file first.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield nothing: no journey asks for interactions, see :func:`of_interaction`."""
        return iter(())

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge an interaction; the gravest of its parts speaks.

        Args:
            requirement: One that is :func:`routed`.
        """
        interaction: Interaction = requirement.what
        judgements = [*_asked(requirement, scene), *_told(scene, interaction)]
        if interaction.unread and not scene.vanished:
            judgements.append(Judgement(Verdict.UNPROVEN, str(scene.operation), interaction.unread))
        gravest = min(judgements, key=lambda judgement: _GRAVEST_FIRST.index(judgement.verdict))
        because = gravest.because.replace("the journey", interaction.consumer).replace("the step", interaction.consumer)
        if gravest.verdict is Verdict.BROKEN and interaction.pending:
            return replace(gravest, verdict=Verdict.TOLERATED, because=f"{because}; {interaction.consumer} has it pending")
        return replace(gravest, because=because)


def of_interaction(partner: str, interaction: Interaction, tied: Requirement | None) -> Requirement:
    """Return an interaction as a requirement.

    Args:
        partner: Whom it calls.
        tied: The requirement that it serves, whose journey, harm and customers are then its own; None where it names none.
    """
    because = ""
    if tied is not None:
        journey, harm, groups = tied.journey, tied.harm, tied.groups
        step = Step(tied.step.name, "pacts", None, customer=tied.step.customer, channel=tied.step.channel)
        because = f"as {interaction.consumer} expects for {interaction.description!r}"
    else:
        journey = Journey(Pact.name, interaction.where.file, "", "", {}, exact=False, givens={}, steps=())
        harm, groups = Pact.harm, ()
        step = Step(interaction.consumer, "pacts", None, customer=interaction.description)
    return Requirement(
        Pact.name, "", journey, step, harm, interaction, interaction.where, groups, because, (partner,), interaction.id
    )


def routed(requirement: Requirement, record: Side) -> tuple[Requirement, ...]:
    """Return the requirement of an interaction at each operation or event that it may be of; none where the contract has no such.

    A path may begin with that of a server or not: consumers write both.
    """
    interaction: Interaction = requirement.what
    partner = requirement.of[0]
    if interaction.message:
        sides = dict.fromkeys((record.events, record))
        called = (side.contract.events_called(name) for name in interaction.message for side in sides)
        return tuple(
            replace(requirement, step=replace(requirement.step, event=f"{partner} {event.path}"))
            for event in next(filter(None, called), ())
        )
    contract, method, path = record.contract, interaction.method, interaction.path
    found = contract.fitting(method, path) or contract.fitting(method, path, with_base=False)
    if found is None:
        return ()
    operation, values = found
    sends: dict[str, JSON] = {f"path.{name}": literal(unquote(value)) for name, value in values.items()}
    sends |= {f"query.{name}": literal(value) for name, value in interaction.query.items()}
    sends |= {f"header.{name}": literal(value) for name, value in interaction.headers.items()}
    if interaction.body is not NO_BODY:
        sends["body"] = literal(interaction.body)
    call = Call(partner, method, operation.path)
    return (replace(requirement, step=replace(requirement.step, call=call, sends=sends, status=(interaction.status,))),)


def nowhere(interaction: Interaction) -> Judgement:
    """Return what is said of an interaction that is of nothing in the contract of record."""
    if interaction.message:
        return Judgement(Verdict.UNPROMISED, interaction.message[0], "the contract has no such event", was=Promise.IMPOSSIBLE)
    element = f"{interaction.method} {interaction.path}"
    return Judgement(Verdict.UNPROMISED, element, "the contract has no such operation", was=Promise.IMPOSSIBLE)


def _asked(requirement: Requirement, scene: Scene) -> Iterator[Judgement]:
    """Yield how what is sent is taken: as a whole, then part by part. What is refused as it should be need not fit."""
    interaction: Interaction = requirement.what
    if interaction.message:
        yield Event().on_contract(replace(requirement, what={}), scene)
        return
    meant = interaction.status < _REFUSED
    whole = scene if meant else replace(scene, step=replace(scene.step, sends=_path_only(scene.step.sends)))
    judgement = Answers().on_contract(requirement, whole)
    yield judgement if meant else _answered(judgement, scene)
    if scene.vanished or not meant:
        return
    yield from _media(scene, interaction)
    accepts = Accepts()
    for part in accepts.requirements(scene.journey, scene.step):
        if part.rest.removeprefix("header.") not in _OURS:
            yield _taken(accepts.on_contract(part, _as_read(accepts, part, scene)))


def _path_only(sends: Mapping[str, JSON]) -> Mapping[str, JSON]:
    return {key: value for key, value in sends.items() if key.startswith("path.")}


def _answered(judgement: Judgement, scene: Scene) -> Judgement:
    """Return a judgement of a call that is refused, of which only counts that the refusal is still told."""
    promised = {answer.status for answer in scene.operation.successes(scene.step.status)}
    silent = judgement.verdict is Verdict.UNPROMISED and set(scene.step.status) <= promised
    lost = judgement.verdict is Verdict.BROKEN and judgement.is_ is Promise.IMPOSSIBLE
    return (
        judgement
        if lost or (judgement.verdict is Verdict.UNPROMISED and not silent)
        else Judgement(Verdict.INTACT, judgement.element)
    )


def _media(scene: Scene, interaction: Interaction) -> Iterator[Judgement]:
    """Yield what speaks against the media types of the request and of the answer, where the contract of record names any."""
    wanted = content_type(scene.step)
    body = scene.operation.body
    if wanted and body is not None and body.media and sent_media(body, wanted) is None:
        taken = listed([media.name for media in body.media], "or")
        because = f"the contract takes {taken}, not {wanted}"
        yield Judgement(Verdict.UNPROMISED, f"{scene.operation} body", because, was=Promise.IMPOSSIBLE)
    promised = [media.name for answer in scene.operation.successes(scene.step.status) for media in answer.media]
    for wanted in filter(None, (scene.accept, interaction.media)):
        if promised and not any(
            fnmatchcase(name, each) or fnmatchcase(each, name) for name in promised for each in _names(wanted)
        ):
            because = f"the contract promises {listed(promised, 'or')}, not {wanted}"
            yield Judgement(Verdict.UNPROMISED, f"{scene.operation} {scene.step.status[0]}", because, was=Promise.IMPOSSIBLE)


def _names(accept: str) -> list[str]:
    return [part.partition(";")[0].strip().lower() for part in accept.split(",")]


def _as_read(accepts: Accepts, part: Requirement, scene: Scene) -> Scene:
    """Return the scene with a text as the list or object that it writes, where the contract of record takes that and no text."""
    text = scene.step.sends[part.rest]
    if not isinstance(text, str) or "," not in text:
        return scene
    items: list[JSON] = list(text.split(","))
    pairs = [item.partition("=") for item in text.split(",")]
    readings: list[JSON] = [text, items]
    if all(equals for _, equals, _ in pairs):
        readings.append({name: value for name, _, value in pairs})
    record = replace(scene, candidate=None, renewed=None)
    for value in readings:
        sends = {**scene.step.sends, part.rest: value}
        if accepts.on_contract(part, replace(record, step=replace(scene.step, sends=sends))).verdict is Verdict.INTACT:
            return replace(scene, step=replace(scene.step, sends=sends))
    return scene


def _taken(judgement: Judgement) -> Judgement:
    """Pass over what is sent and declared nowhere: it was never promised to mean anything."""
    silent = (
        judgement.verdict is Verdict.UNPROMISED and judgement.was is Promise.IMPOSSIBLE and "refuses" not in judgement.because
    )
    return Judgement(Verdict.INTACT, judgement.element) if silent else judgement


def _told(scene: Scene, interaction: Interaction) -> Iterator[Judgement]:
    """Yield how far what is read is promised: it fits where it may be so, and breaks where it was and is no more."""
    if scene.vanished:
        return
    request, statuses = partial(request_of, scene), scene.step.status
    if interaction.media:
        scene = replace(scene, step=replace(scene.step, sends={**scene.step.sends, "header.accept": interaction.media}))
    for expected in interaction.expected:
        null = expected.kind.get("type") == "null"
        need = Need(expected.path, {} if null else expected.kind, statuses=statuses, optional=null)
        judgement = _unless_silent(_possible(scene, need, judge_need(scene, need, request)), scene, expected.path)
        yield judgement
        if expected.values is not None and judgement.was is not None and judgement.verdict is Verdict.INTACT:
            yield _sometimes(scene, Need(expected.path, {"enum": list(expected.values)}, True, statuses=statuses), request)
    if interaction.shape:
        yield _sometimes(scene, Need(Path("body", ()), interaction.shape, True, statuses=statuses), request)


def _sometimes(scene: Scene, need: Need, request: Callable[[], Request]) -> Judgement:
    """Judge a value of which no other will do: it fits while it may be said, however much else may."""
    judgement = judge_need(scene, need, request)
    if judgement.verdict is Verdict.BROKEN and judgement.is_ is not Promise.IMPOSSIBLE:
        return Judgement(Verdict.INTACT, judgement.element, was=judgement.was, is_=judgement.is_)
    return _possible(scene, need, judgement)


def _possible(scene: Scene, need: Need, judgement: Judgement) -> Judgement:
    """Return a judgement of what only has to be possible."""
    if judgement.verdict is not Verdict.UNPROMISED:
        return judgement
    if (judgement.is_ or judgement.was) is not Promise.IMPOSSIBLE:
        return Judgement(Verdict.INTACT, judgement.element, was=judgement.was, is_=judgement.is_)
    side, operation = scene.current()
    promised = carried(side, operation, need, scene.accept, set()).schemas
    if not promised:
        return judgement
    said = " or ".join(dict.fromkeys(map(described, promised)))
    return replace(judgement, because=f"{need.path} is {said}, never {described(need.schema)}")


def _unless_silent(judgement: Judgement, scene: Scene, path: Path) -> Judgement:
    """Pass over a header of which the contract says nothing: HTTP has some of its own, and whatever carries messages has, too."""
    if path.root != "header" or judgement.verdict is not Verdict.UNPROMISED:
        return judgement
    declared = any(path.segments[0] in answer.headers for answer in scene.operation.successes(scene.step.status))
    silent = not declared and (scene.step.call is None or path.segments[0] in _STANDARD)
    return Judgement(Verdict.INTACT, judgement.element) if silent else judgement
