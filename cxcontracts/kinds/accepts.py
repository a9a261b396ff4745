"""``accepts``: what I type is taken. Each key of ``with`` implies it for the values that the journey sends there."""

from __future__ import annotations

from collections.abc import Iterator

from cxcontracts.acceptance import Point, judge_taken, refusal
from cxcontracts.calls import assumed, entries_of, names_of, points
from cxcontracts.containment.sets import Schema
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.values import Value, parse_value
from cxcontracts.estate.written import AcceptsForm
from cxcontracts.exchanges import JSON, Exchange
from cxcontracts.findings import Harm, Verdict
from cxcontracts.paths import parse_path
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.sending import Entry, bind, content_type, sent_schema, space

_IMPLIED = frozenset({"header.accept", "header.content-type"})


class Accepts:
    """What we send ⊆ what the partner accepts."""

    name = "accepts"
    key = "accepts"
    form = AcceptsForm
    harm = Harm.BLOCKED

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement for each key of ``with`` and of ``accepts``; one that stands in both is one requirement."""
        if step.call is None:
            return
        written = step.asks.get(self.key, {})
        for name in dict.fromkeys((*step.sends, *written)):
            if name.lower() in _IMPLIED:
                continue
            value = parse_value(written[name]) if name in written else None
            where = step.locate(self.key, name) if value else step.locate("with", name)
            harm = (value.harm if value else None) or step.harm or self.harm
            groups = (value.groups if value else ()) or step.groups
            yield Requirement(self.name, name, journey, step, harm, (name, value), where, groups, value.because if value else "")

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge every place that the key reaches; the first that is worse than intact speaks for all."""
        name, value = requirement.what
        judgements = [self._judged(scene, point, sent) for point, sent in _points(scene, name, value)]
        ranked = (Verdict.BROKEN, Verdict.UNPROVEN, Verdict.UNPROMISED, Verdict.INTACT)
        if not judgements:
            return Judgement(Verdict.UNPROMISED, f"{scene.operation} {name}", f"the contract does not say that it takes {name}")
        return min(judgements, key=lambda judgement: ranked.index(judgement.verdict))

    def _judged(self, scene: Scene, point: Point, sent: Schema) -> Judgement:
        def refused(value: JSON) -> Exchange:
            return assumed(scene, refusal(scene.renewed), **{point.entry.key: _within(point, value, scene)})

        return judge_taken(scene, point, [sent], content_type(scene.step), refused)


def _points(scene: Scene, name: str, value: Value | None) -> Iterator[tuple[Point, Schema]]:
    if value is not None:
        point = _point(scene, name)
        if point is not None:
            yield point, space(value.schema)
    for entry in entries_of(scene):
        if entry.key == name:
            for point, template in points(entry):
                yield point, sent_schema(template, names_of(scene, template))


def _point(scene: Scene, name: str) -> Point | None:
    """Return where the name of an ``accepts`` leads: a key as in ``with``, or a path into the body."""
    bound, _ = bind(scene.step, scene.record, scene.operation, {name: None})
    if bound and (bound[0].place != "body" or "." not in bound[0].name):
        return Point(bound[0])
    path = parse_path(name)
    if not path.segments:
        return Point(Entry(name, "body", "", None, None))
    return Point(Entry(name, "body", str(path.segments[0]), None, None), path.segments[1:])


def _within(point: Point, value: JSON, scene: Scene) -> JSON:
    """Return what the entry sends when *value* stands at the point."""
    for segment in reversed(point.segments):
        value = {segment: value} if isinstance(segment, str) else [value]
    return value
