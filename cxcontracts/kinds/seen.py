"""What the kinds share when they look at exchanges: which of them speak for a step, and what is said of one that does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from cxcontracts.containment.sets import Undecidable
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.values import Value
from cxcontracts.exchanges import JSON, Raw, Response
from cxcontracts.findings import Verdict
from cxcontracts.paths import MISSING, Path, found
from cxcontracts.promises import Need
from cxcontracts.requirements import Judgement, Requirement, id_of
from cxcontracts.walks import Purpose, Sighting, Walk, succeeded
from cxcontracts.wording import described, exceeded, shown, value_in_words

One = Callable[[Walk, Sighting, Response], Judgement | None]
"""Judges one success of a step; None where it says nothing of the requirement."""


def judged_each(requirement: Requirement, walks: Sequence[Walk], one: One) -> Iterator[Judgement]:
    """Judge every success of the requirement's step, those of fuzzing too; a step that was not answered is waited for."""
    step = requirement.step
    for walk in walks:
        for sighting in walk.of(step.name, Purpose.STEP, Purpose.FUZZ):
            response = success(sighting, step)
            if response is not None:
                judgement = one(walk, sighting, response)
                if judgement is not None:
                    yield replace(judgement, sighting=sighting)
            elif sighting.purpose is Purpose.STEP:
                yield waits(requirement.journey, step, sighting)


def success(sighting: Sighting, step: Step) -> Response | None:
    """Return the answer of a sighting where it is a success of its step; else None."""
    response = sighting.response
    return response if sighting.trouble is None and response is not None and succeeded(response, step.status) else None


def waits(journey: Journey, step: Step, sighting: Sighting) -> Judgement:
    """Say that a requirement waits for the answer of a step: its own, or an earlier one."""
    other = sighting.waits_for or step.name
    return Judgement(
        Verdict.INCONCLUSIVE, because=f"waits for {other}", cause=answer_id(journey, journey.step(other)), sighting=sighting
    )


def answer_id(journey: Journey, step: Step) -> str:
    """Return the id of the requirement that a step is answered at all."""
    return id_of(journey, step, "event" if step.event else "answers")


def inconclusive(sighting: Sighting) -> Judgement:
    """Say that a sighting says nothing, and why."""
    return Judgement(Verdict.INCONCLUSIVE, because=sighting.why, sighting=sighting)


def needed(need: Need, value: Value, sighting: Sighting, response: Response) -> Judgement | None:
    """Judge a need of an answer that was seen; None where the need is not about such an answer."""
    unread = unreadable(need.path, response)
    if unread:
        return Judgement(Verdict.BROKEN, str(need.path), unread)
    try:
        if not need.applies(response):
            return None
        wrong = [each for each in found(need.path, response, sighting.known) if need.fails(each)]
    except Undecidable as reason:
        return Judgement(Verdict.INCONCLUSIVE, str(need.path), str(reason))
    if not wrong:
        return Judgement(Verdict.INTACT, str(need.path))
    because = shortfall(need.path, need, wrong[0])
    if value.has_otherwise and not any(each is MISSING or each is None for each in wrong):
        return Judgement(Verdict.TOLERATED, str(need.path), f"{because}; it is taken for {shown(value.otherwise)}")
    return Judgement(Verdict.BROKEN, str(need.path), because)


def unreadable(path: Path, response: Response) -> str:
    """Say why nothing can be read at a path of an answer; nothing where something can."""
    if path.root == "body" and isinstance(response.body, Raw) and response.body.why:
        return f"the answer cannot be read: {response.body.why}"
    return ""


def shortfall(path: Path, need: Need, value: JSON) -> str:
    """Say how a value that was seen falls short of a need."""
    name = f"the header {path.segments[0]}" if path.root == "header" else str(path) if path.segments else "the answer"
    if value is MISSING:
        return f"{name} is missing"
    wanted = described(need.schema)
    if value is None:
        return f"{name} is null; the journey needs {wanted}"
    verb, _, beyond = exceeded(need.schema, value).partition(" ")
    if beyond:
        return f"{name} {'has' if verb == 'have' else 'is'} {beyond}"
    return f"{name} is {value_in_words(value)}; the journey understands {wanted}"
