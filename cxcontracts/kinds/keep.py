"""``keep``: you pass me on without losing me. A seam, where another partner's step sends on what this one handed out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cxcontracts.acceptance import Taken, refusal, refused, taken
from cxcontracts.calls import Use, assumed, example_values, handed_out, keep_paths, keepers, request_of, uses
from cxcontracts.containment.sets import Answer, Found, Nothing, Schema, Unknown, find
from cxcontracts.containment.texts import find_text
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import references
from cxcontracts.estate.written import KeepForm
from cxcontracts.exchanges import JSON, Response
from cxcontracts.findings import Harm, Verdict
from cxcontracts.kinds.causes import explained
from cxcontracts.kinds.needs import breaking_need
from cxcontracts.kinds.seen import answer_id, judged_each, unreadable
from cxcontracts.paths import MISSING, Path, found
from cxcontracts.promises import THERE, Need, judge_need
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.sending import content_type, filled, placed, sent_schema
from cxcontracts.walks import REFUSALS, Sighting, Walk
from cxcontracts.wording import listed, value_in_words


class Keep:
    """What A hands out is there, and ⊆ what B takes in."""

    name = "keep"
    key = "keep"
    form = KeepForm
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="you pass me on without losing me",
        kept="the field is there and not null, and every later step's partner takes what it may be",
        breaks="lets it go missing or be null, or hands out what a later partner refuses",
        example="keep: {service: legs.0.serviceId}",
        remedy=(
            "Have the partner go on handing out what the next one takes, or have the next one take more before this is released."
        ),
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a name."""
        if not step.asks_somebody:
            return
        for name, paths in keep_paths(step).items():
            where = step.locate(self.key, name)
            yield Requirement(self.name, name, journey, step, step.harm or self.harm, (name, paths), where, step.groups)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge whether the value is still there, then whether each later step's partner takes it."""
        name, paths = requirement.what
        presence = self._present(scene, paths)
        if presence.verdict in (Verdict.BROKEN, Verdict.UNPROVEN) or scene.candidate is None:
            return presence
        seams: dict[str, tuple[Judgement, Scene]] = {}
        for use in uses(scene, name):
            judgement = self._seam(scene, name, paths, use)
            known = seams.get(use.step.name)
            if judgement is not None and (known is None or known[0].verdict is not Verdict.BROKEN):
                seams[use.step.name] = (replace(judgement, at=use.step.name), use.scene)
        return _gravest(seams) or presence

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether the value is there, and whether the steps that it is handed to take it."""
        name, paths = requirement.what

        def kept(walk: Walk, sighting: Sighting, response: Response) -> Judgement:
            if unread := unreadable(paths[0], response):
                return Judgement(Verdict.BROKEN, str(paths[0]), unread)
            if all(MISSING in (values := list(found(path, response, sighting.known))) or not values for path in paths):
                cause = explained(requirement, requirement.step, sighting, response, paths)
                because = f"{listed(list(map(str, paths)), 'and')} is missing"
                return Judgement(Verdict.BROKEN, str(paths[0]), because, cause=cause)
            return _refused_later(requirement, name, walk) or Judgement(Verdict.INTACT, str(paths[0]))

        return judged_each(requirement, walks, kept)

    def _present(self, scene: Scene, paths: tuple[Path, ...]) -> Judgement:
        """Judge the presence at the best of the paths: the first present counts."""
        ranked = (Verdict.INTACT, Verdict.UNPROMISED, Verdict.UNPROVEN, Verdict.BROKEN)
        judgements = [
            judge_need(scene, Need(path, THERE, statuses=scene.step.status), lambda: request_of(scene)) for path in paths
        ]
        broken = next((judgement for judgement in judgements if judgement.verdict is Verdict.BROKEN), None)
        best = min(judgements, key=lambda judgement: ranked.index(judgement.verdict))
        if broken is None or best.verdict is Verdict.INTACT:
            return best
        return replace(broken, cause=breaking_need(scene, paths, scene.step.status, lambda: request_of(scene)))

    def _seam(self, scene: Scene, name: str, paths: tuple[Path, ...], use: Use) -> Judgement | None:
        """Return what is wrong with one seam; None where nothing is."""
        assert scene.candidate is not None and scene.renewed is not None
        known = [schema for path in paths for schema in _values(scene, path, renewed=False)]
        for path in paths:
            for schema in _values(scene, path, renewed=True):
                if schema in known:
                    continue
                judgement = self._new_values(scene, name, path, schema, known, use)
                if judgement is not None:
                    return judgement
        return None

    def _new_values(self, scene: Scene, name: str, path: Path, schema: Schema, known: list[Schema], use: Use) -> Judgement | None:
        side, operation = use.scene.current()
        if use.scene.vanished:
            return None
        sent = sent_schema(use.template, {name: (schema,)})
        target = taken(side, operation, use.point, sent, content_type(use.step), scene.touched)
        if not target.declared:
            return None
        answer = refused(target, sent)
        if isinstance(answer, Found) and sent == schema and known:
            answer = find([schema], [*known, target.schema]) if not target.text else _new(answer, known, sent, target)
        if isinstance(answer, Found):
            return self._lost(scene, path, use, answer)
        if isinstance(answer, Unknown):
            element = f"{scene.renewed} {path} → {use.scene.operation} {use.point.entry.place} {use.point.label}"
            because = f"nobody can tell whether {_taker(use)} still takes every {path} as {use.point.label}: {answer.reason}"
            return Judgement(Verdict.UNPROVEN, element, because)
        return None

    def _lost(self, scene: Scene, path: Path, use: Use, answer: Found) -> Judgement:
        element = f"{scene.renewed} {path} → {use.scene.operation} {use.point.entry.place} {use.point.label}"
        value = value_in_words(answer.value)
        because = f"{path} may now be {value}, which {_taker(use)} does not take as {use.point.label} at {use.step.name}"
        replaced = {use.point.entry.key: _within(use, answer.value)}
        return Judgement(Verdict.BROKEN, element, because, witness=assumed(use.scene, refusal(use.scene.operation), **replaced))


def _refused_later(requirement: Requirement, name: str, walk: Walk) -> Judgement | None:
    """Return that a later step's partner does not take the value that it was handed; None where each does."""
    journey, keeper = requirement.journey, requirement.step
    for step in journey.steps:
        taken_over = name in references(dict(step.sends)) and step.partner != keeper.partner
        if not taken_over or all(each is not keeper for each in keepers(journey, step, name)):
            continue
        later = walk.last(step.name)
        if later is not None and later.trouble is None and later.response is not None and later.response.status in REFUSALS:
            value = value_in_words(later.known.get(name))
            because = f"{name} is {value}, which {step.partner} does not take at {step.name} ({later.response.status})"
            return Judgement(Verdict.BROKEN, because=because, cause=answer_id(journey, step))
    return None


def _gravest(seams: Mapping[str, tuple[Judgement, Scene]]) -> Judgement | None:
    """Return what speaks for seams, by the step that sends on; None for none.

    Where the value gets stuck at a step and at its fallback as well, the fallback catches nothing, and speaks.
    """
    left = [seam for seam in seams.values() if seam[1].step.fallback not in seams] or [*seams.values()]
    ranked = sorted(left, key=lambda seam: (seam[0].verdict is not Verdict.BROKEN, seam[1].caught))
    return next((judgement for judgement, _ in ranked), None)


def _taker(use: Use) -> str:
    return use.scene.partner.title or use.scene.partner.name


def _within(use: Use, value: JSON) -> JSON:
    """Return what the later step sends when *value* stands where it sends what was kept."""
    whole = filled(use.point.entry.template, example_values(use.scene)) if use.point.segments else None
    return placed(whole, use.point.segments, value)


def _values(scene: Scene, path: Path, *, renewed: bool) -> list[Schema]:
    side, operation = (scene.candidate, scene.renewed) if renewed else (scene.record, scene.operation)
    assert side is not None and operation is not None
    return handed_out(scene, path, side, operation)


def _new(answer: Found, known: list[Schema], sent: Schema, target: Taken) -> Answer:
    """Return a refused value that the record could not hand out already."""
    before = [find_text([schema], target.schema) for schema in known]
    if not any(isinstance(earlier, Found) for earlier in before):
        return answer
    found = find([sent], [*known])
    return (
        answer
        if isinstance(found, Found) and isinstance(find_text([{"const": found.value}], target.schema), Found)
        else Nothing()
    )
