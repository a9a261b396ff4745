"""``accepts``: what I type is taken. Each key of ``with`` implies it for the values that the journey sends there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cxcontracts.acceptance import Point, judge_taken, refusal
from cxcontracts.calls import entries_of, example_values, names_of, point_of, points, request_of
from cxcontracts.containment.sets import Schema, admits
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import is_whole_reference, references
from cxcontracts.estate.values import Value, parse_value, value_mistakes
from cxcontracts.estate.written import AcceptsForm
from cxcontracts.exchanges import JSON, Exchange
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.seen import success, waits
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.sending import content_type, filled, placed, sent_schema, space
from cxcontracts.walks import REFUSALS, Purpose, Sighting, Walk
from cxcontracts.wording import value_in_words

_Sending = tuple[Point, Schema, Sequence[JSON]]
"""Where something is sent, which values that may be, and some of them as the journey has them."""

_NOT_TAKEN = REFUSALS - {404, 409, 410}
"""The answers that refuse a value for what it is; not that nothing is there by a name, or that it comes too late."""

_IMPLIED = frozenset({"header.accept", "header.content-type"})


class Accepts:
    """What we send ⊆ what the partner accepts."""

    name = "accepts"
    key = "accepts"
    form = AcceptsForm
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="what I type is taken",
        kept="whatever we send is taken",
        breaks="refuses or ignores some of it",
        example="accepts: {surname: {type: string, minLength: 1, maxLength: 80}}",
        remedy=(
            "Have the partner go on taking all that it took; or promise customers less, by the givens of the journey, where "
            "that is fair."
        ),
    )

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
        now = list(_points(scene, name, value))
        judgement = self._worst(scene, name, now)
        if judgement.verdict in (Verdict.UNPROVEN, Verdict.UNPROMISED):
            before = list(_points(scene, name, value, before=True))
            untouched = self._worst(scene, name, before) if before != now else judgement
            if untouched.verdict is Verdict.INTACT:  # what another partner hands out changed, which is for `keep` to say
                return untouched
        return judgement

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether no value of the space is refused: the journey's own, and those of fuzzing."""
        name, _ = requirement.what
        step = requirement.step
        sent = {name, f"with.{name}", *references(step.sends.get(name))}
        for walk in walks:
            for sighting in walk.of(step.name, Purpose.STEP, Purpose.FUZZ):
                if sighting.purpose is Purpose.STEP:
                    if success(sighting, step):
                        yield Judgement(Verdict.INTACT, name, sighting=sighting)
                    else:
                        yield waits(requirement.journey, step, sighting)
                elif sent & sighting.varied.keys() and sighting.trouble is None and sighting.response is not None:
                    status = sighting.response.status
                    if status in _NOT_TAKEN and not _expected(requirement.journey, step, sighting, status):
                        value = value_in_words(next(sighting.varied[each] for each in sent if each in sighting.varied))
                        yield Judgement(Verdict.BROKEN, name, f"{name} may not be {value} ({status})", sighting=sighting)
                    elif success(sighting, step):
                        yield Judgement(Verdict.INTACT, name, sighting=sighting)

    def _worst(self, scene: Scene, name: str, sendings: Sequence[_Sending]) -> Judgement:
        judgements = [self._judged(scene, *sending) for sending in sendings]
        unknown = _unknown(scene, name)
        if unknown:
            judgements = [_doubtful(judgement, unknown) for judgement in judgements]
        ranked = (Verdict.BROKEN, Verdict.UNPROVEN, Verdict.UNPROMISED, Verdict.INTACT)
        if not judgements:
            return Judgement(Verdict.UNPROMISED, f"{scene.operation} {name}", f"the contract does not say that it takes {name}")
        return min(judgements, key=lambda judgement: ranked.index(judgement.verdict))

    def _judged(self, scene: Scene, point: Point, sent: Schema, examples: Sequence[JSON]) -> Judgement:
        def refused(value: JSON) -> Exchange:
            return _sent(scene, point, value)

        return judge_taken(scene, point, [sent], content_type(scene.step), refused, examples)


def _expected(journey: Journey, step: Step, sighting: Sighting, status: int) -> bool:
    """Tell whether a refusal is an error that the step names: of an input that was varied, or of whatever."""
    for entry in step.asks.get("informs", ()):
        inputs = {name for key, value in entry.get("with", {}).items() for name in _mistaken(journey, step, key, value)}
        if status in _codes(entry["status"]) and (not inputs or inputs & sighting.varied.keys()):
            return True
    return False


def _mistaken(journey: Journey, step: Step, key: str, value: JSON) -> set[str]:
    """Return the names for which ``informs`` sends what no customer is promised to be taken; else all that it replaces."""
    template = step.sends.get(key)
    wrong = {name for name, sent in _replaced(template, value) if not _promised(journey, name, sent)}
    return wrong or references(template) - references(value) or {key, f"with.{key}"}


def _replaced(template: JSON, value: JSON) -> Iterator[tuple[str, JSON]]:
    """Yield each name that a value has something else in place of, with what that is."""
    name = is_whole_reference(template) if isinstance(template, str) else None
    if name is not None and value != template:
        yield name, value
    elif isinstance(template, Mapping) and isinstance(value, Mapping):
        for key in template.keys() & value.keys():
            yield from _replaced(template[key], value[key])


def _promised(journey: Journey, name: str, value: JSON) -> bool:
    given = journey.givens.get(name)
    return given is not None and admits(space(given.schema), value)


def _codes(written: int | list[int]) -> list[int]:
    return written if isinstance(written, list) else [written]


def _unknown(scene: Scene, name: str) -> str:
    """Return a name of which nobody knows what values it may have; empty where the key refers to none."""
    templates = [entry.template for entry in entries_of(scene) if entry.key == name]
    return next((used for each in templates for used, schemas in names_of(scene, each).items() if not schemas), "")


def _doubtful(judgement: Judgement, unknown: str) -> Judgement:
    """A value is refused: whether it is ever sent is not known. What is ignored altogether is, whatever is sent."""
    if judgement.verdict is not Verdict.BROKEN or judgement.is_ is Promise.IMPOSSIBLE:
        return judgement
    because = f"{judgement.because}, and no contract says what ${unknown} may be"
    return Judgement(Verdict.UNPROVEN, judgement.element, because)


def _points(scene: Scene, name: str, value: Value | None, *, before: bool = False) -> Iterator[_Sending]:
    if value is not None:
        yield point_of(scene, name), space(value.schema), ()
    for entry in entries_of(scene):
        if entry.key == name:
            if scene.step.by and not any(value_mistakes(entry.template)):
                yield Point(entry), space(parse_value(entry.template).schema), ()  # a word, values or a schema: what they send
                continue
            for point, template in points(entry):
                sent = sent_schema(template, names_of(scene, template, before=before))
                yield point, sent, () if point.shell else _example(scene, template)


def _example(scene: Scene, template: JSON) -> Sequence[JSON]:
    """Return what the step sends with the first examples of what it is given; nothing where one has none."""
    value = filled(template, example_values(scene))
    return () if references(value) else (value,)


def _sent(scene: Scene, point: Point, value: JSON) -> Exchange:
    """Return the call with *value* at the point, and all else as the step sends it."""
    entries = entries_of(scene)
    own = next((entry for entry in entries if (entry.place, entry.name) == (point.entry.place, point.entry.name)), None)
    key = own.key if own else point.entry.key
    whole = filled(own.template, example_values(scene)) if own else None
    if not point.shell:
        whole = placed(whole, point.segments, value)
    return Exchange(request_of(scene, {} if own else {key: None}, **{key: whole}), refusal(scene.renewed))
