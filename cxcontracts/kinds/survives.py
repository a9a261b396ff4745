"""``survives``: when a partner is down or odd you still help me. On contracts: a fallback that can stand in for the step."""

from __future__ import annotations

from collections.abc import Iterator

from cxcontracts.calls import keep_paths
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.written import SurvivesForm
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.wording import listed


class Survives:
    """A fallback exists, at another partner, and keeps the same names; and the partner that it asks does not break it."""

    name = "survives"
    key = "survives"
    form = SurvivesForm
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="when a partner is down or odd you still help me",
        kept="the step has a fallback, at another partner, that keeps the same names",
        breaks="breaks the fallback",
        example="{survives: [down, slow], fallback: planned-timetable}",
        remedy="Have the partner of the fallback keep what it promised, or give the step another fallback.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a fault; it is for the partner of the fallback to keep."""
        helper = journey.step(step.fallback).partner if step.fallback else ""
        faults = step.asks.get(self.key, ())
        for fault in dict.fromkeys(faults):
            of, where = (helper or step.partner,), step.locate(self.key, faults.index(fault))
            yield Requirement(self.name, fault, journey, step, step.harm or self.harm, fault, where, step.groups, of=of)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge whether the customer is still helped."""
        step, title = scene.step, scene.partner.title
        if not step.fallback:
            because = f"nothing helps the customer when {title} is {requirement.rest}: the step has no fallback"
            return Judgement(Verdict.UNPROMISED, str(scene.operation), because, was=Promise.IMPOSSIBLE)
        fallback = scene.journey.step(step.fallback)
        element = f"{scene.operation} → {fallback.name}"
        if fallback.partner == step.partner:
            because = f"{fallback.name} asks {title} as well, so it does not help when {title} is {requirement.rest}"
            return Judgement(Verdict.UNPROMISED, element, because, was=Promise.IMPOSSIBLE)
        lost = [name for name in keep_paths(step) if name not in keep_paths(fallback)]
        if lost:
            because = f"{fallback.name} does not keep {listed(lost)}, as {step.name} does"
            return Judgement(Verdict.UNPROMISED, element, because, was=Promise.POSSIBLE)
        broken = scene.broken_at(fallback.name)
        if broken is not None:
            because = f"{fallback.name}, which helps when {title} is {requirement.rest}, breaks: {broken.because}"
            return Judgement(
                Verdict.BROKEN,
                element,
                because,
                Promise.GUARANTEED,
                Promise.IMPOSSIBLE,
                broken.witness,
                broken.id,
                broken.partner,
            )
        return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED)
