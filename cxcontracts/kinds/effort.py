"""``effort``: you ask me for little, and never twice; across the steps of a journey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from cxcontracts.acceptance import Demand, demands, missing, refusal
from cxcontracts.calls import assumed, entries_of
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import references
from cxcontracts.exchanges import Exchange
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.requirements import Judgement, Meaning, Requirement, id_of
from cxcontracts.scenes import Scene, Stage
from cxcontracts.sending import content_type
from cxcontracts.wording import listed

LIMITS: Final = ("asks", "repeats", "calls", "handoffs")
"""What can be limited: things asked of the customer, those asked again, calls waited for, changes of channel."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """An input that a partner requires and that nobody sends: the customer would have to be asked for it.

    Attributes:
        again: Whether it goes by the name of something that the customer has given already.
    """

    scene: Scene
    demand: Demand
    again: bool


class Effort:
    """Required inputs counted, against those that the journey asks for; calls and changes of channel as they are written."""

    name = "effort"
    key = ""
    form: Any = None
    harm = Harm.EXTRA_EFFORT
    meaning = Meaning(
        customer="you ask me for little, and never twice",
        kept=(
            "what the customer gives, and inputs that nobody sends, are no more than `asks`; none of those is asked `repeats` "
            "times again; visible steps make no more `calls`; their channel changes no more often than `handoffs`"
        ),
        breaks="requires inputs that exceed it",
        example="effort: {asks: 2, repeats: 0}",
        remedy="Have the partner make the new input optional, or send it from what is known already.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a limit, across the steps of a journey."""
        if step.name:
            return
        of = tuple(each.partner for each in _calling(journey))
        limits = step.asks.get(self.name, {})
        for name in (name for name in LIMITS if name in limits):
            where = step.locate(self.name, name)
            yield Requirement(self.name, name, journey, step, self.harm, limits[name], where, of=of)

    def on_contract(self, requirement: Requirement, scene: Stage) -> Judgement:
        """Judge one limit."""
        journey, limit = requirement.journey, requirement.what
        if requirement.rest == "calls":
            waited_for = [step.name for step in _calling(journey) if step.visible and not step.by]
            return _counted(len(waited_for), limit, "the customer waits for", "call", waited_for)
        if requirement.rest == "handoffs":
            passed_on = list(_changes_of_channel(journey))
            return _counted(len(passed_on), limit, "the customer is passed on", "time", passed_on)
        return self._asked(requirement, scene, limit)

    def _asked(self, requirement: Requirement, stage: Stage, limit: int) -> Judgement:
        again = requirement.rest == "repeats"
        given = [] if again else _given(requirement.journey)
        before = [each for each in _unsent(stage, renewed=False) if each.again or not again]
        now = [each for each in _unsent(stage, renewed=True) if each.again or not again]
        known = {(each.scene.step.name, each.demand.binding) for each in before}
        new = [each for each in now if (each.scene.step.name, each.demand.binding) not in known]
        words = [*given, *(each.demand.name for each in now)]
        if new and len(words) > limit:
            first = new[0]
            names, more = listed([each.demand.name for each in new]), "again" if again else "also"
            most = "nothing may be asked twice" if again and not limit else f"at most {limit} may be asked for"
            because = f"the customer now {more} has to give {names} at {first.scene.step.name}; {most}"
            assert first.scene.renewed is not None
            element = f"{first.scene.renewed} {first.demand.place} {first.demand.name}"
            cause = id_of(stage.journey, first.scene.step, "answers")
            witness: Exchange = assumed(first.scene, refusal(first.scene.renewed))
            verdict = Verdict.TOLERATED if all(each.scene.caught for each in new) else Verdict.BROKEN
            return Judgement(verdict, element, because, witness=witness, cause=cause, partner=first.scene.step.partner)
        return _counted(
            len(words), limit, "the customer is asked again for" if again else "the customer is asked for", "thing", words
        )


def _counted(number: int, limit: int, what: str, noun: str, words: list[str]) -> Judgement:
    if number <= limit:
        return Judgement(Verdict.INTACT, was=Promise.GUARANTEED)
    return Judgement(Verdict.UNPROMISED, because=f"{what} {number} {noun}{'s' * (number != 1)}, {limit} at most: {listed(words)}")


def _calling(journey: Journey) -> list[Step]:
    """Return the steps of the main flow that call somebody."""
    return [step for step in journey.steps if step.part == "steps" and step.call is not None]


def _given(journey: Journey) -> list[str]:
    """Return what the customer gives, as far as any step sends it."""
    sent = {name for step in journey.steps if step.part == "steps" for name in references(dict(step.sends))}
    return [name for name, given in journey.givens.items() if given.source == "customer" and name in sent]


def _changes_of_channel(journey: Journey) -> Iterator[str]:
    seen = [step for step in journey.steps if step.part == "steps" and step.visible and step.channel]
    for one, other in pairwise(seen):
        if one.channel != other.channel:
            yield f"from {one.channel} to {other.channel} at {other.name}"


def _unsent(stage: Stage, *, renewed: bool) -> Iterator[_Asked]:
    """Yield the inputs that partners require and nobody sends, under the records or once the change is released."""
    told: set[str] = set()
    for step in _calling(stage.journey):
        scene = stage.scene_of(step.name) if not step.by else None
        if scene is None or scene.vanished:
            continue
        side, operation = scene.current() if renewed else (scene.record, scene.operation)
        entries = entries_of(scene)
        for demand in missing(demands(side, operation, entries, content_type(step), scene.touched), entries):
            yield _Asked(scene, demand, demand.name in told)
        customers = {name for name, given in stage.journey.givens.items() if given.source == "customer"}
        told |= {entry.name for entry in entries if customers & set(references(entry.template))}
