"""``event``: I am told without asking. Every step that waits for an event implies it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from cxcontracts.calls import keepers, names_of, request_of
from cxcontracts.containment.sets import Nothing, find
from cxcontracts.contracts.operation import Event as Message
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import references
from cxcontracts.exchanges import Exchange
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.needs import breaking_need
from cxcontracts.kinds.seen import inconclusive, waits
from cxcontracts.paths import parse_path
from cxcontracts.promises import THERE, Need, carried, judge_need
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene, voices
from cxcontracts.sending import sent_schema
from cxcontracts.walks import Trouble, Walk
from cxcontracts.wording import described, shown

_GRAVEST_FIRST: Final = (Verdict.BROKEN, Verdict.UNPROVEN, Verdict.UNPROMISED, Verdict.INTACT)


class Event:
    """The message is promised, and carries all by which we know that it is ours."""

    name = "event"
    key = ""
    form: Any = None
    harm = Harm.UNINFORMED
    meaning = Meaning(
        customer="I am told without asking",
        kept="the message is promised, and carries every field of `match` with values that the journey can have",
        breaks=(
            "drops the message, sends it to another address, gives it another type, or drops a field by which we know that "
            "it is ours; or anybody hands out what that field can never be"
        ),
        example="{event: notify disruption.sent, match: {data.customerRef: $traveller}}",
        remedy="Have the partner send the old message beside the new one, or have the step wait for the new one first.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the one requirement of a step that waits for an event; *what* is path to the template that it has to match."""
        if step.event:
            matches, where = step.asks.get("match", {}), step.locate("event")
            of = tuple(dict.fromkeys((step.partner, *_handing_out(journey, step, matches))))
            harm = step.harm or self.harm
            yield Requirement(self.name, "", journey, step, harm, matches, where, step.groups, of=of if len(of) > 1 else ())

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge whether the event still comes, and whether we would know it as ours."""
        if scene.vanished:
            because = f"{_gone(scene)}, so nobody tells the customer any more"
            voice = next(voices(scene.operation, ()))
            missed = Exchange(request_of(scene), scene.record.response(scene.operation, voice))
            return Judgement(Verdict.BROKEN, str(scene.operation), because, Promise.GUARANTEED, Promise.IMPOSSIBLE, missed)
        moved = _moved(scene)
        if moved is not None:
            return moved
        scene = _with_those_before(scene)
        matched = [judgement for path, template in requirement.what.items() for judgement in self._matched(scene, path, template)]
        intact = Judgement(Verdict.INTACT, str(scene.operation), was=Promise.GUARANTEED)
        return min((*matched, intact), key=lambda judgement: _GRAVEST_FIRST.index(judgement.verdict))

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether the event came, and in time."""
        step = requirement.step
        for walk in walks:
            for sighting in walk.of(step.name):
                if sighting.trouble is Trouble.WAITS:
                    yield waits(requirement.journey, step, sighting)
                elif sighting.trouble is Trouble.SILENT:
                    yield Judgement(Verdict.BROKEN, because=sighting.why, sighting=sighting)
                elif sighting.trouble is not None:
                    yield inconclusive(sighting)
                else:
                    yield Judgement(Verdict.INTACT, sighting=sighting)

    def _matched(self, scene: Scene, path: str, template: Any) -> Iterator[Judgement]:
        """Yield whether what the event is known by is there, and can be what the journey has."""
        there = judge_need(scene, Need(parse_path(path), THERE), lambda: request_of(scene))
        if there.verdict is Verdict.BROKEN:
            cause = breaking_need(scene, [parse_path(path)], (), lambda: request_of(scene))
            because = f"nobody can tell any more for whom the {scene.operation} is: {there.because}"
            there = replace(there, because=because, cause=cause)
        yield there
        if self._never(scene, path, template):
            yield self._missed(scene, path, template)

    def _never(self, scene: Scene, path: str, template: Any, *, before: bool = False) -> bool:
        """Return whether what the event is known by can never be what the journey has."""
        names = names_of(scene, template, before=before)
        ours = sent_schema(template, names) if all(names.values()) else {}
        side, operation = (scene.record, scene.operation) if before else scene.current()
        theirs = carried(side, operation, Need(parse_path(path), THERE, levels=4), scene.accept, scene.touched).schemas
        return bool(ours and theirs) and all(isinstance(find([ours, each]), Nothing) for each in theirs)

    def _missed(self, scene: Scene, path: str, template: Any) -> Judgement:
        """Say that nobody would know the event as ours: since this change, or all along."""
        ours = sent_schema(template, names_of(scene, template))
        because = f"{path} can never be what the journey waits for, {described(ours)}"
        element = f"{scene.operation} {path}"
        if self._never(scene, path, template, before=True):
            return Judgement(Verdict.UNPROMISED, element, because, was=Promise.IMPOSSIBLE)
        side, operation = scene.current()
        witness = Exchange(request_of(scene), side.response(operation, next(voices(operation, ()))))
        return Judgement(Verdict.BROKEN, element, f"{because}, any more", Promise.POSSIBLE, Promise.IMPOSSIBLE, witness)


def _handing_out(journey: Journey, step: Step, template: Any) -> Iterator[str]:
    """Yield the partners who hand out what an event is known by."""
    for name in references(template):
        yield from (keeper.partner for keeper in keepers(journey, step, name))


def _gone(scene: Scene) -> str:
    """Say what became of an event that nobody knows by what it was known by."""
    assert scene.candidate is not None
    event = scene.operation
    other = scene.candidate.contract.event(event.path)
    if isinstance(event, Message) and other is not None and other.type:
        return f"{event} now has the type {shown(other.type)} instead of {shown(event.type)}"
    return f"{event} is gone"


def _with_those_before(scene: Scene) -> Scene:
    """Return a scene that notes what it depends on of earlier steps as well: who hands out what the event is known by."""

    def scene_of(name: str) -> Scene | None:
        other = scene.scene_of(name)
        return None if other is None else replace(other, touched=scene.touched)

    return replace(scene, scene_of=scene_of)


def _moved(scene: Scene) -> Judgement | None:
    """Return that an event is sent where nobody listens; None where it is not."""
    before, after = scene.operation, scene.renewed
    words = before.moved_to(after) if isinstance(before, Message) and isinstance(after, Message) else ""
    if not words:
        return None
    because = f"{before} is now sent to {words}; who listens there hears nothing, so nobody tells the customer any more"
    missed = Exchange(request_of(scene), scene.record.response(before, next(voices(before, ()))))
    return Judgement(Verdict.BROKEN, str(before), because, Promise.GUARANTEED, Promise.IMPOSSIBLE, missed)
