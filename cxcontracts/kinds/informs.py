"""``informs``: when it fails I am told what happened, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from cxcontracts.calls import request_of
from cxcontracts.contracts.operation import Answer
from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.values import Value, parse_value
from cxcontracts.estate.written import InformsForm, informs_name
from cxcontracts.exchanges import Exchange, Response
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.answers import media_lost
from cxcontracts.kinds.needs import tolerated
from cxcontracts.kinds.seen import answer_id, inconclusive, needed
from cxcontracts.paths import found, parse_path
from cxcontracts.promises import Need, judge_need
from cxcontracts.requirements import Judgement, Meaning, Requirement, id_of
from cxcontracts.scenes import Scene, voices
from cxcontracts.walks import Purpose, Sighting, Walk, retry_after, succeeded
from cxcontracts.wording import listed, value_in_words

PROBLEM = {"what": "title", "next": "detail", "field": "errors.*.pointer", "reference": "instance"}
"""Where an RFC 9457 problem says what happened, what to do, which input is wrong and how to refer to it.

Source: RFC 9457, section 3.1.3 (title), 3.1.4 (detail, which "ought to focus on helping the client correct the problem"), 3.1.5
(instance), and the ``errors`` extension of section 3.
"""

_PROBLEM: Final = "application/problem+json"

_PLAIN = Value({"type": "string"})
_RETRY_AFTER: Mapping[str, Any] = {"type": ["string", "integer", "number"]}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that an error tells: its status, where *need* is None, or a need of its answer.

    Attributes:
        name: What follows ``informs:`` in the id of the entry.
        statuses: The codes that are right.
        value: What the author says of the need's value.
        sends: What brings the error about, over what the step sends.
        problem: Whether it is read of a problem as of RFC 9457, and not of a form of the partner's own.
        longest: How long the customer may be asked to wait, where that is what it tells.
    """

    name: str
    statuses: tuple[int, ...]
    need: Need | None
    value: Value
    sends: Mapping[str, Any]
    problem: bool = False
    longest: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    suffix: str
    need: Need | None
    value: Value
    below: tuple[str, ...] = ()
    problem: bool = False
    longest: timedelta | None = None


class Informs:
    """The status is promised, with what it tells and when to come back: a finding each."""

    name = "informs"
    key = "informs"
    form = InformsForm
    harm = Harm.UNINFORMED
    meaning = Meaning(
        customer="when it fails I am told what happened and what to do",
        kept="the status is promised, and carries what it has to tell",
        breaks="drops the status, the field or the header",
        example="informs: [{when: there is no such booking, status: 404, tells: [what, next]}]",
        remedy="Have the partner go on promising the error, as an RFC 9457 problem; or tell the customer in words of our own.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield, for each entry, its status, then one for each thing told, the header, and each need."""
        for index, entry in enumerate(step.asks.get(self.key, ())):
            name = informs_name(entry.get("when", ""), entry["status"])
            harm = Harm(entry["harm"]) if "harm" in entry else step.harm or self.harm
            groups = tuple(entry.get("for", ())) or step.groups
            for part in _parts(entry):
                statuses, sends = _statuses(entry["status"]), entry.get("with", {})
                told = Told(name, statuses, part.need, part.value, sends, part.problem, part.longest)
                yield Requirement(
                    self.name,
                    f"{name}{part.suffix}",
                    journey,
                    step,
                    part.value.harm or harm,
                    told,
                    step.locate(self.key, index, *part.below),
                    part.value.groups or groups,
                    part.value.because,
                )

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge the status, or one thing that comes with it."""
        told: Told = requirement.what
        status = self._status(told.statuses, scene, told.sends)
        if told.need is None:
            return status
        if status.verdict is not Verdict.INTACT:
            return replace(status, cause=id_of(requirement.journey, requirement.step, self.name, told.name))
        lost = self._lost(told, scene)
        if lost is not None:
            return lost
        judgement = tolerated(judge_need(scene, told.need, lambda: request_of(scene, told.sends)), told.need, told.value)
        if told.problem and judgement.verdict in (Verdict.INTACT, Verdict.UNPROMISED):
            return _problem_lost(told, scene) or judgement
        return judgement

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge the error that was brought about, and every other answer of the step that has its status."""
        told: Told = requirement.what
        for walk in walks:
            for sighting in walk.of(requirement.step.name, Purpose.INFORMS, about=told.name):
                yield replace(self._brought_about(requirement, told, sighting), sighting=sighting)
            for sighting in walk.of(requirement.step.name):
                if sighting.response is not None and sighting.response.status in told.statuses:
                    judgement = self._brought_about(requirement, told, sighting)
                    cause = _of_the_call(requirement, sighting, sighting.response) if judgement.verdict is Verdict.BROKEN else ""
                    yield replace(judgement, sighting=sighting, cause=judgement.cause or cause)

    def _brought_about(self, requirement: Requirement, told: Told, sighting: Sighting) -> Judgement:
        response = sighting.response
        right = response is not None and response.status in told.statuses
        if response is None or (not right and sighting.trouble is not None):
            return inconclusive(sighting)
        if told.need is None:
            if right:
                return Judgement(Verdict.INTACT)
            codes = listed([str(status) for status in told.statuses], "or")
            return Judgement(Verdict.BROKEN, because=f"it answers {response.status} instead of {codes}")
        if not right:
            name = told.name
            because = f"waits for the {listed([str(status) for status in told.statuses], 'or')} of {name}"
            cause = id_of(requirement.journey, requirement.step, self.name, name)
            return Judgement(Verdict.INCONCLUSIVE, because=because, cause=cause)
        judgement = needed(told.need, told.value, sighting, response) or Judgement(Verdict.INTACT)
        if judgement.verdict is Verdict.INTACT and ":tells:" in requirement.rest:
            said = next(found(told.need.path, response, sighting.known), "")
            if isinstance(said, str) and not said.strip():
                return Judgement(Verdict.BROKEN, because=f"{told.need.path} is empty, and tells the customer nothing")
        if told.longest is not None and judgement.verdict is Verdict.INTACT:
            return _waited(told.need, told.longest, sighting, response)
        return judgement

    def _lost(self, told: Told, scene: Scene) -> Judgement | None:
        assert told.need is not None
        if scene.renewed is None or told.need.path.root != "body":
            return None
        return media_lost(scene, scene.renewed, told.statuses, lambda: request_of(scene, told.sends))

    def _status(self, statuses: tuple[int, ...], scene: Scene, sends: Mapping[str, Any]) -> Judgement:
        for status in statuses:
            _touch(scene, status)
        promised = [status for status in statuses if scene.operation.answer_to(status) is not None]
        element = f"{scene.operation} {' '.join(map(str, statuses))}"
        if scene.candidate is not None and scene.renewed is not None:
            gone = [status for status in promised if scene.renewed.answer_to(status) is None]
            if gone:
                codes = listed([str(status) for status in gone])
                verb = "is" if len(gone) == 1 else "are"
                because = f"{codes} {verb} no longer promised, so nobody can tell the customer what happened"
                witness = Exchange(request_of(scene, sends), Response(500, assumed=True))
                element = f"{scene.renewed} {gone[0]}"
                return Judgement(Verdict.BROKEN, element, because, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness)
            promised = [status for status in statuses if scene.renewed.answer_to(status) is not None]
        absent = [str(status) for status in statuses if status not in promised]
        if absent:
            return Judgement(
                Verdict.UNPROMISED, element, f"the contract does not promise {listed(absent)}", was=Promise.IMPOSSIBLE
            )
        return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED)


def _of_the_call(requirement: Requirement, sighting: Sighting, response: Response) -> str:
    """Return the id of what breaks where a call of the step itself meets an error, which may be another than the one meant."""
    failed = sighting.trouble is None and not succeeded(response, requirement.step.status)
    return answer_id(requirement.journey, requirement.step) if failed else ""


def _waited(need: Need, longest: timedelta, sighting: Sighting, response: Response) -> Judgement:
    """Judge whether an answer asks to come back soon enough."""
    wait = retry_after(response, sighting.at + timedelta(seconds=sighting.seconds))
    if wait is not None and wait <= longest.total_seconds():
        return Judgement(Verdict.INTACT)
    if wait is None:
        said = f"is {value_in_words(response.headers['retry-after'])}, which is no time to wait"
    else:
        said = f"asks to wait {wait:,.15g} s; the journey waits {longest.total_seconds():g} s at most"
    return Judgement(Verdict.BROKEN, str(need.path), f"the header retry-after {said}")


def _problem_lost(told: Told, scene: Scene) -> Judgement | None:
    """Return that an error which came as a problem comes as other JSON now; None where it does not.

    Source: RFC 9457, section 3: a problem is told by its media type.
    """
    assert told.need is not None
    if scene.candidate is None or scene.renewed is None:
        return None
    for status in told.statuses:
        before, after = scene.operation.answer_to(status), scene.renewed.answer_to(status)
        if before is None or after is None or _PROBLEM not in _names(before) or _PROBLEM in _names(after):
            continue
        offered = listed(_names(after), "or")
        because = f"the error is no longer told as a problem ({_PROBLEM}): it now comes as {offered}"
        voice = next(voices(scene.renewed, (status,), scene.accept))
        said = scene.candidate.response(scene.renewed, voice)
        headers = {**said.headers, "content-type": after.media[0].name}
        witness = Exchange(request_of(scene, told.sends), replace(said, headers=headers))
        element = f"{scene.renewed} {after.key} {after.media[0].name}"
        return Judgement(Verdict.BROKEN, element, because, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness)
    return None


def _names(answer: Answer) -> list[str]:
    return [media.name for media in answer.media]


def _touch(scene: Scene, status: int) -> None:
    for operation in (scene.operation, scene.renewed):
        answer = operation.answer_to(status) if operation is not None else None
        if operation is not None and answer is not None:
            scene.touched.add((operation.node.identity, answer.key))


def _parts(entry: Mapping[str, Any]) -> Iterator[_Part]:
    statuses = _statuses(entry["status"])
    yield _Part("", None, _PLAIN)
    tells = entry.get("tells", ())
    for word, path in _told(tells).items():
        need = Need(parse_path(path), _PLAIN.schema, statuses=statuses)
        yield _Part(f":tells:{word}", need, _PLAIN, ("tells",), isinstance(tells, list))
    if "retry-after" in entry:
        need = Need(parse_path("header.retry-after"), _RETRY_AFTER, statuses=statuses)
        yield _Part(":retry-after", need, _PLAIN, ("retry-after",), longest=parse_duration(entry["retry-after"]))
    for path, written in entry.get("needs", {}).items():
        value = parse_value(written)
        yield _Part(f":needs:{path}", Need(parse_path(path), value.schema, statuses=statuses), value, ("needs", path))


def _statuses(written: int | list[int]) -> tuple[int, ...]:
    return tuple(written) if isinstance(written, list) else (written,)


def _told(written: object) -> dict[str, str]:
    if isinstance(written, Mapping):
        return {str(word): str(path) for word, path in written.items()}
    return {word: PROBLEM[word] for word in written} if isinstance(written, list) else {}
