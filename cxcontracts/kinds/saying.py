"""What several steps say of one thing: shared by ``recognises`` and ``consistent``.

Each entry names where it is said, ``{at: STEP, field: PATH}``, or is a name, ``{is: $name}``. The others are held against the
first: whatever it may say, they have to be able to say as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from cxcontracts.calls import handed_out, keep_paths, request_of
from cxcontracts.containment.sets import Nothing, Schema, admits, find
from cxcontracts.estate.model import Journey
from cxcontracts.estate.values import Value, parse_value
from cxcontracts.exchanges import JSON, Response
from cxcontracts.findings import Promise, Verdict
from cxcontracts.kinds.answers import Answers
from cxcontracts.kinds.causes import explained
from cxcontracts.kinds.event import Event
from cxcontracts.kinds.needs import breaking_need, tolerated
from cxcontracts.kinds.seen import success, waits
from cxcontracts.paths import MISSING, Path, found, parse_path
from cxcontracts.promises import Need, judge_need
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.scenes import Scene, Stage
from cxcontracts.sending import given_names
from cxcontracts.truth import same
from cxcontracts.walks import Purpose, Sighting, Walk
from cxcontracts.wording import described, value_in_words

_GRAVEST_FIRST: Final = (Verdict.BROKEN, Verdict.TOLERATED, Verdict.UNPROVEN, Verdict.UNPROMISED, Verdict.INTACT)

_ALIKE: Final[Mapping[str, Mapping[str, Any]]] = {
    "email": {"type": "string"},
    "phone": {"type": ["string", "integer"]},
    "text": {"type": ["string", "number"]},
    "date": {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]},
}
"""What can be compared where spelling does not matter; ``exact`` compares values."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One place where something is said.

    Attributes:
        step: The step; empty for a name.
        path: Where in its answer; None for a name.
        name: A given or a keep; empty for a step.
        alike: How it is compared: ``exact``, ``email``, …
        reads: Their word to ours; empty where words are taken as they are.
    """

    step: str
    path: Path | None
    name: str
    alike: str
    reads: Mapping[str, JSON]

    @classmethod
    def of(cls, written: Mapping[str, Any], alike: str = "") -> Saying:
        """Read an entry."""
        path = parse_path(written["field"]) if "field" in written else None
        name = str(written.get("is", "")).strip("${}")
        return cls(written.get("at", ""), path, name, written.get("as") or alike or "exact", written.get("reads", {}))


def partners_of(journey: Journey, sayings: Sequence[Saying]) -> tuple[str, ...]:
    """Return the partners who say it."""
    return tuple(journey.step(saying.step).partner for saying in sayings if saying.step)


def judge_sayings(stage: Stage, sayings: Sequence[Saying]) -> Judgement:
    """Judge whether all say it, and can say the same; the gravest of what is found speaks.

    Raises:
        ContractError: If a contract is unsound where it is said.
    """
    scenes = [stage.scene_of(saying.step) if saying.step else None for saying in sayings]
    judgements: list[Judgement] = []
    for saying, scene in zip(sayings, scenes, strict=True):
        if scene is not None:
            judgements.append(_there(scene, saying))
        elif saying.step:
            because = f"nobody can tell what {saying.step} answers: it follows an address that only a running partner hands out"
            judgements.append(Judgement(Verdict.UNPROVEN, because=because))
    said = [_said(stage, saying, scene) for saying, scene in zip(sayings, scenes, strict=True)]
    for index in range(1, len(sayings)):
        for one, other in ((0, index), (index, 0)):
            scene = scenes[one]
            if scene is not None and said[other]:
                judgements.append(_agreeing(scene, sayings[one], sayings[other], said[other], whole=one == 0))
    intact = Judgement(Verdict.INTACT, was=Promise.GUARANTEED)
    return min(judgements, key=lambda judgement: _GRAVEST_FIRST.index(judgement.verdict), default=intact)


def seen_sayings(requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
    """Judge, walk by walk, whether all that was said of one thing is the same as what is said first."""
    for walk in (each for each in walks if each.whole):
        judgement = _heard(requirement, walk)
        if judgement is not None:
            yield judgement


def _heard(requirement: Requirement, walk: Walk) -> Judgement | None:
    """Judge one walk; None where not one step has been asked."""
    journey, sayings = requirement.journey, requirement.what
    first: tuple[Saying, JSON] | None = None
    judgement: Judgement | None = None
    heard: list[tuple[Saying, Sighting, Response]] = []
    for saying in sayings:
        sighting = walk.latest(saying.step) if saying.step else next(reversed(walk.sightings), None)
        if sighting is None:
            continue
        response = success(sighting, journey.step(saying.step)) if saying.step else None
        if saying.step and response is None and sighting.purpose is Purpose.FUZZ:
            return judgement
        if saying.step and response is None:
            return waits(journey, journey.step(saying.step), sighting)
        if response is not None:
            heard.append((saying, sighting, response))
        said = _heard_values(saying, sighting, response)
        partner = journey.step(saying.step).partner if saying.step else ""
        judgement = Judgement(Verdict.INTACT, partner=partner, sighting=sighting)
        for value in said:
            wrong = _not_said(saying, value) or (_differs(saying, value, *first) if first is not None else "")
            if wrong:
                cause = next(filter(None, (_cause(requirement, *each) for each in reversed(heard))), "")
                element = str(saying.path or saying.name)
                return replace(judgement, verdict=Verdict.BROKEN, element=element, because=wrong, cause=cause)
        if first is None and said:
            first = saying, _read(saying, said[0])
    return judgement


def _cause(requirement: Requirement, saying: Saying, sighting: Sighting, response: Response) -> str:
    """Return the id of what is broken of what a step says; empty where nothing is."""
    if saying.path is None:
        return ""
    return explained(requirement, requirement.journey.step(saying.step), sighting, response, [saying.path])


def _heard_values(saying: Saying, sighting: Sighting, response: Response | None) -> list[JSON]:
    if saying.path is None:
        return [sighting.known[saying.name]] if saying.name in sighting.known else []
    assert response is not None
    return list(found(saying.path, response, sighting.known))


def _not_said(saying: Saying, value: JSON) -> str:
    if value is MISSING:
        return f"at {saying.step}, {saying.path} is missing"
    if saying.reads and not any(same(value, theirs) for theirs in saying.reads):
        return f"at {saying.step}, {saying.path} is {value_in_words(value)}, which nobody reads"
    return ""


def _differs(saying: Saying, value: JSON, first: Saying, wanted: JSON) -> str:
    alike = saying.alike if saying.alike != "exact" else first.alike
    read = _read(saying, value)
    if same(_plain(read, alike), _plain(wanted, alike)):
        return ""
    here, there = (f"at {each.step}" if each.step else f"as ${each.name}" for each in (saying, first))
    return f"{here} it is {value_in_words(read)}; {there} it is {value_in_words(wanted)}"


def _read(saying: Saying, value: JSON) -> JSON:
    """Return a value in our words."""
    return next((ours for theirs, ours in saying.reads.items() if same(value, theirs)), value)


def _plain(value: JSON, alike: str) -> JSON:
    """Return what counts of a value where spelling does not matter."""
    text = value if isinstance(value, str) else str(value)
    match alike:
        case "email":
            return text.strip().casefold()
        case "phone":
            return re.sub(r"[^0-9+]", "", text).replace("+", "00", 1).removeprefix("00")
        case "date":
            return text[:10]
        case "text":
            return " ".join(text.split()).casefold()
    return value


def _there(scene: Scene, saying: Saying) -> Judgement:
    """Judge whether a step says it at all, in words that can be read."""
    assert saying.path is not None
    words: Mapping[str, Any] = {"enum": list(saying.reads)} if saying.reads else _ALIKE.get(saying.alike, {})
    return _judged(scene, saying, words)


def _agreeing(scene: Scene, saying: Saying, other: Saying, values: Sequence[Schema], *, whole: bool) -> Judgement:
    """Judge whether what a step says can be what another says.

    Args:
        values: What the other may say, in our words.
        whole: Whether all that the step may say has to be sayable there; else it is enough that something is.
    """
    if saying.alike != "exact":
        return Judgement(Verdict.INTACT, was=Promise.GUARANTEED)
    wanted: Mapping[str, Any] = {"anyOf": list(values)}
    if saying.reads:
        wanted = {"enum": [theirs for theirs, ours in saying.reads.items() if admits(wanted, ours)]}
    judgement = _judged(scene, saying, wanted)
    impossible = judgement.is_ is Promise.IMPOSSIBLE or (scene.renewed is None and judgement.was is Promise.IMPOSSIBLE)
    if judgement.verdict is Verdict.TOLERATED and whole:
        return judgement
    if judgement.verdict is Verdict.BROKEN and (whole or impossible):
        return replace(judgement, because=f"{judgement.because}, as {other.step or f'${other.name}'} may say it")
    if judgement.verdict is Verdict.UNPROMISED and impossible:
        never = f"what {saying.step} says can never be the same as what {other.step or f'${other.name}'} says"
        return replace(judgement, because=f"{never}: {described(wanted)}")
    return Judgement(Verdict.INTACT, judgement.element, was=Promise.GUARANTEED)


def _judged(scene: Scene, saying: Saying, schema: Mapping[str, Any]) -> Judgement:
    """Judge a need at the place where something is said; what the step reads otherwise is tolerated here, too."""
    assert saying.path is not None
    if scene.vanished:
        return _unanswered(scene) or Judgement(Verdict.UNPROVEN, because=f"nobody can tell what {saying.step} answers")
    need = Need(saying.path, schema, statuses=scene.step.status)
    request = partial(request_of, scene)
    value = _value_at(scene, saying.path)
    judgement = judge_need(scene, need, request)
    judgement = tolerated(judgement, need, value) if value is not None else judgement
    if judgement.verdict is Verdict.UNPROVEN:
        judgement = _unanswered(scene) or judgement
    because = judgement.because and f"at {saying.step}, {judgement.because}"
    judgement = replace(judgement, because=because, partner=scene.step.partner)
    if judgement.cause or judgement.verdict is not Verdict.BROKEN:
        return judgement
    return replace(judgement, cause=breaking_need(scene, [saying.path], scene.step.status, request))


def _unanswered(scene: Scene) -> Judgement | None:
    """Return that the step says nothing any more, as its call is not answered; None where it is."""
    kind = Event() if scene.step.call is None else Answers()
    requirement = next(kind.requirements(scene.journey, scene.step))
    judgement = kind.on_contract(requirement, scene)
    if judgement.verdict is not Verdict.BROKEN:
        return None
    verdict = Verdict.TOLERATED if scene.caught else Verdict.BROKEN
    return replace(judgement, verdict=verdict, cause=requirement.id, partner=scene.step.partner)


def _value_at(scene: Scene, path: Path) -> Value | None:
    """Return what the step itself needs at a path; None where it needs nothing there."""
    written = scene.step.asks.get("needs", {})
    return next((parse_value(value) for each, value in written.items() if str(parse_path(each)) == str(path)), None)


def _said(stage: Stage, saying: Saying, scene: Scene | None) -> list[Schema]:
    """Return the sets of values that may be said, in our words, once the change is released; none where nobody knows."""
    if saying.reads:
        return [{"enum": list(saying.reads.values())}]
    if saying.name:
        return _of_name(stage, saying.name)
    if scene is None or saying.path is None:
        return []
    schemas = handed_out(scene, saying.path, *scene.current())
    value = _value_at(scene, saying.path)
    if value is None or not value.has_otherwise:
        return schemas
    understood = [schema for schema in schemas if not isinstance(find([schema, value.schema]), Nothing)]
    return [{"allOf": [schema, value.schema]} for schema in understood]


def _of_name(stage: Stage, name: str) -> list[Schema]:
    givens = given_names(stage.journey.givens)
    if name in givens:
        return list(givens[name])
    return [schema for scene, path in _keeping(stage, name) for schema in handed_out(scene, path, *scene.current())]


def _keeping(stage: Stage, name: str) -> Iterator[tuple[Scene, Path]]:
    for step in stage.journey.steps:
        scene = stage.scene_of(step.name) if name in keep_paths(step) and step.asks_somebody else None
        if scene is not None:
            yield from ((scene, path) for path in keep_paths(step)[name])
