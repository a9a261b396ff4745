"""``event``: I am told without asking. Every step that waits for an event implies it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from cxcontracts.calls import names_of, request_of
from cxcontracts.containment.sets import Nothing, find
from cxcontracts.estate.model import Journey, Step
from cxcontracts.exchanges import Exchange
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.needs import breaking_need
from cxcontracts.paths import parse_path
from cxcontracts.promises import Need, carried, judge_need
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.scenes import Scene, voices
from cxcontracts.sending import sent_schema
from cxcontracts.wording import described

_GRAVEST_FIRST: Final = (Verdict.BROKEN, Verdict.UNPROVEN, Verdict.UNPROMISED, Verdict.INTACT)


class Event:
    """The message is promised, and carries all by which we know that it is ours."""

    name = "event"
    key = ""
    form: Any = None
    harm = Harm.UNINFORMED

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the one requirement of a step that waits for an event; *what* is path to the template that it has to match."""
        if step.event:
            matches = step.asks.get("match", {})
            yield Requirement(self.name, "", journey, step, step.harm or self.harm, matches, step.locate("event"), step.groups)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge whether the event still comes, and whether we would know it as ours."""
        if scene.vanished:
            because = f"{scene.operation} is gone, so nobody tells the customer any more"
            voice = next(voices(scene.operation, ()))
            missed = Exchange(request_of(scene), scene.record.response(scene.operation, voice))
            return Judgement(Verdict.BROKEN, str(scene.operation), because, Promise.GUARANTEED, Promise.IMPOSSIBLE, missed)
        matched = [judgement for path, template in requirement.what.items() for judgement in self._matched(scene, path, template)]
        intact = Judgement(Verdict.INTACT, str(scene.operation), was=Promise.GUARANTEED)
        return min((*matched, intact), key=lambda judgement: _GRAVEST_FIRST.index(judgement.verdict))

    def _matched(self, scene: Scene, path: str, template: Any) -> Iterator[Judgement]:
        """Yield whether what the event is known by is there, and can be what the journey has."""
        there = judge_need(scene, Need(parse_path(path), {}), lambda: request_of(scene))
        if there.verdict is Verdict.BROKEN:
            cause = breaking_need(scene, {str(parse_path(path))}, (), lambda: request_of(scene))
            because = f"nobody can tell any more for whom the {scene.operation} is: {there.because}"
            there = replace(there, because=because, cause=cause)
        yield there
        names = names_of(scene, template)
        ours = sent_schema(template, names) if all(names.values()) else {}
        side, operation = scene.current()
        theirs = carried(side, operation, Need(parse_path(path), {}, levels=4), scene.accept, scene.touched).schemas
        if ours and theirs and all(isinstance(find([ours, each]), Nothing) for each in theirs):
            yield self._never(scene, path, ours)

    def _never(self, scene: Scene, path: str, ours: Any) -> Judgement:
        """Say that what the event is known by can never be what the journey has: since this change, or all along."""
        because = f"{path} can never be what the journey waits for, {described(ours)}"
        judgement = judge_need(scene, Need(parse_path(path), ours), lambda: request_of(scene))
        if judgement.verdict is Verdict.BROKEN:
            return replace(judgement, because=f"{because}, any more")
        return Judgement(Verdict.UNPROMISED, f"{scene.operation} {path}", because, was=Promise.IMPOSSIBLE)
