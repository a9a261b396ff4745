"""``needs``: the facts that I rely on are there, and mean what you show me."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from cxcontracts.calls import request_of
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.values import Value, parse_value
from cxcontracts.estate.written import NeedsForm
from cxcontracts.exchanges import Request, Response
from cxcontracts.findings import Harm, Verdict
from cxcontracts.kinds.causes import explained
from cxcontracts.kinds.seen import judged_each, needed
from cxcontracts.paths import Path, parse_path
from cxcontracts.problems import Place
from cxcontracts.promises import THERE, Need, judge_need
from cxcontracts.requirements import Judgement, Meaning, Requirement, id_of
from cxcontracts.scenes import Scene
from cxcontracts.walks import Sighting, Walk
from cxcontracts.wording import shown


class Needs:
    """Response ⊆ need, for every success that the step accepts."""

    name = "needs"
    key = "needs"
    form = NeedsForm
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="the facts that I rely on are there, and mean what you show me",
        kept="every allowed answer meets the need",
        breaks="lets the field go missing, or allows values that the need refuses",
        example="needs: {status: {values: [on-time, delayed], otherwise: delayed}, updatedAt: date-time}",
        remedy=(
            "Have the partner go on sending the field as it was promised; or, if the journey can live with the new values, "
            "name them, say what an unknown one is taken for with otherwise, or give the step a fallback."
        ),
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a path."""
        for path, written in step.asks.get(self.key, {}).items():
            value = parse_value(written)
            need = Need(parse_path(path), value.schema, statuses=step.status)
            yield asked(self.name, path, journey, step, need, value, step.locate(self.key, path), self.harm)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge one need."""
        return judged(requirement, scene)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge one need on every success."""
        return seen(requirement, walks)


def asked(kind: str, rest: str, journey: Journey, step: Step, need: Need, value: Value, where: Place, harm: Harm) -> Requirement:
    """Return the requirement of a need with the value that its author wrote.

    Whoever misses a fact of a message that comes unasked can go on, and does not know it.

    Args:
        harm: What its break does where the step calls somebody, unless the author says otherwise.
    """
    weighed = value.harm or step.harm or (Harm.UNINFORMED if step.event else harm)
    return Requirement(kind, rest, journey, step, weighed, (need, value), where, value.groups or step.groups, value.because)


def judged(requirement: Requirement, scene: Scene) -> Judgement:
    """Judge a need; what ``otherwise`` catches is tolerated."""
    need, value = requirement.what
    return tolerated(judge_need(scene, need, lambda: request_of(scene)), need, value)


def seen(requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
    """Judge a need on every success of its step that it is about."""
    need, value = requirement.what

    def judged(_: Walk, sighting: Sighting, response: Response) -> Judgement | None:
        judgement = needed(need, value, sighting, response)
        if judgement is None or judgement.verdict is not Verdict.BROKEN:
            return judgement
        return replace(judgement, cause=explained(requirement, requirement.step, sighting, response, [need.path]))

    return judged_each(requirement, walks, judged)


def breaking_need(scene: Scene, paths: Iterable[Path], statuses: tuple[int, ...], request: Callable[[], Request]) -> str:
    """Return the id of a need at one of some paths of the step that breaks, which explains other breaks there; empty for none."""
    looked_at = {path.each() for path in paths}
    for path, written in scene.step.asks.get(Needs.key, {}).items():
        if statuses == scene.step.status and parse_path(path).each() in looked_at:
            need = Need(parse_path(path), parse_value(written).schema, statuses=statuses)
            if judge_need(scene, need, request).verdict is Verdict.BROKEN:
                return id_of(scene.journey, scene.step, Needs.name, path)
    return ""


def tolerated(judgement: Judgement, need: Need, value: Value) -> Judgement:
    """Return a judgement with what its author says of an unknown value."""
    if judgement.verdict is Verdict.BROKEN and value.has_otherwise and _is_a_value(judgement, need):
        caught = f"{judgement.because}; it is taken for {shown(value.otherwise)}"
        return replace(judgement, verdict=Verdict.TOLERATED, because=caught)
    return judgement


def _is_a_value(judgement: Judgement, need: Need) -> bool:
    """``otherwise`` stands in for a value that is not known, not for one that is missing."""
    assert judgement.witness is not None
    return not Need(need.path, THERE, condition=need.condition).refuses(judgement.witness.response)
