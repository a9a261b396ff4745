"""Judges every requirement of an estate on what was seen: pure, one finding a requirement, however many walks there were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cxcontracts.attribution import attributed
from cxcontracts.conforming import departures
from cxcontracts.contracts.operation import Operation
from cxcontracts.errors import ContractError
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.written import informs_name
from cxcontracts.findings import Attribution, Fault, Finding, Harm, Verdict
from cxcontracts.judging import Judge
from cxcontracts.kinds.seen import answer_id, success
from cxcontracts.requirements import Judgement, OnExchanges, Requirement, id_of
from cxcontracts.scenes import Side
from cxcontracts.walks import SAFE, Purpose, Sighting, Walk, succeeded

Curl = Callable[[Sighting], str]
"""Returns a line that sends a request again, without its secrets."""

_GRAVEST_FIRST = (Verdict.BROKEN, Verdict.TOLERATED, Verdict.INTACT, Verdict.INCONCLUSIVE)
"""What many exchanges come to: one that was answered outweighs one that says nothing."""

_FAILED = (Verdict.BROKEN, Verdict.TOLERATED)


@dataclass(frozen=True)
class Verdicts:
    """What was found.

    Attributes:
        findings: One a requirement that any exchange shows, in the order of the files.
        not_exercised: Id of each other requirement, to why no exchange shows it.
    """

    findings: tuple[Finding, ...]
    not_exercised: Mapping[str, str]

    def beside(self, others: Verdicts) -> Verdicts:
        """Return these, and others after them."""
        return Verdicts((*self.findings, *others.findings), {**self.not_exercised, **others.not_exercised})


class Observer:
    """Judges walks.

    Args:
        judge: Knows the estate, its contracts, and what they promise.
        kinds: Every kind of requirement that can be judged on exchanges.
        running: Partner to the contract that its environment runs, where that is not the one of record.
        curl: Makes the line that sends a request again.
    """

    def __init__(self, judge: Judge, kinds: Iterable[object], running: Mapping[str, Side], curl: Curl) -> None:
        self._judge = judge
        self._kinds = [kind for kind in kinds if isinstance(kind, OnExchanges)]
        self._running = running
        self._curl = curl
        self._asked: dict[str, tuple[tuple[OnExchanges, Requirement], ...]] = {}

    def verdicts(self, journeys: Iterable[Journey], walks: Iterable[Walk]) -> Verdicts:
        """Judge the requirements of some journeys on the walks through them."""
        walked: dict[str, list[Walk]] = defaultdict(list)
        for walk in walks:
            walked[walk.journey.name].append(walk)
        findings: list[Finding] = []
        idle: dict[str, str] = {}
        for journey in journeys:
            waited = [walk for walk in walked[journey.name] if any(each.purpose is Purpose.LATE for each in walk.sightings)]
            for kind, requirement in self.requirements(journey):
                judged = [
                    _because_of_a_success(journey, _or_late(kind, requirement, each, waited), walked[journey.name])
                    for each in kind.on_exchanges(requirement, walked[journey.name])
                ]
                if judged:
                    findings.append(self._finding(requirement, merged(judged), judged, walked[journey.name]))
                else:
                    idle[requirement.id] = _why_idle(requirement, walked[journey.name])
        return Verdicts(tuple(findings), idle)

    def requirements(self, journey: Journey) -> Sequence[tuple[OnExchanges, Requirement]]:
        """Return the requirements of a journey that exchanges can be judged on, each with its kind."""
        found = self._asked.get(journey.name)
        if found is None:
            found = self._asked[journey.name] = tuple(self._requirements(journey))
        return found

    def _requirements(self, journey: Journey) -> Iterator[tuple[OnExchanges, Requirement]]:
        asking = (step for step in journey.steps if step.part in ("steps", "fallbacks") and step.asks_somebody)
        for step in (*asking, journey.whole):
            for kind in self._kinds:
                yield from ((kind, requirement) for requirement in kind.requirements(journey, step))

    def of_interaction(self, requirement: Requirement, tries: Sequence[Judgement]) -> Finding:
        """Return what an interaction of a Pact file comes to, by what its partner answered.

        Args:
            tries: What it came to each time; at least one.
        """
        judgement = min(tries, key=lambda each: _GRAVEST_FIRST.index(each.verdict))
        partner, sighting = requirement.of[0], judgement.sighting
        broken = judgement.verdict in _FAILED and sighting is not None
        failed = sum(each.verdict in _FAILED for each in tries)
        answered = sum(each.verdict is not Verdict.INCONCLUSIVE for each in tries)
        finding = Finding(
            id=requirement.id,
            journey=requirement.journey.name,
            step=requirement.step.name,
            kind=requirement.kind,
            partner=partner,
            operation=judgement.element,
            verdict=judgement.verdict,
            harm=requirement.harm,
            customers=requirement.customers,
            exact=requirement.journey.exact,
            channel=requirement.step.channel,
            customer=requirement.step.customer,
            where=requirement.where,
            element=judgement.element,
            because=_because(requirement, judgement),
            witness=sighting.exchange if broken and sighting is not None else None,
            observed=len(tries),
            flaky=f"{failed}/{answered}" if 0 < failed < answered else "",
            confirmed=not broken or failed > 1,
            attribution=self._of_consumer(partner, judgement) if judgement.verdict is not Verdict.INTACT else None,
            curl=self._curl(sighting) if broken and sighting is not None else "",
        )
        return self._waived(finding)

    def _of_consumer(self, partner: str, judgement: Judgement) -> Attribution:
        exchange = judgement.sighting.exchange if judgement.sighting is not None else None
        side = self._judge.records.get(partner)
        if judgement.verdict not in _FAILED or exchange is None:
            return Attribution(Fault.NOBODY_KNOWS, (), judgement.because)
        request = exchange.request
        found = side.contract.fitting(request.method, request.path, with_base=False) if side is not None else None
        departing = departures(side, found[0], exchange) if side is not None and found is not None else []
        answered = [each for each in departing if each.part == "response"]
        if answered:
            return Attribution(Fault.BREAKS_ITS_CONTRACT, (partner,), answered[0].because)
        because = f"{partner} answers as its contract allows, and not as its consumer wrote down"
        return Attribution(Fault.KEEPS_ITS_CONTRACT, (partner,), because)

    def failing(self, journey: Journey, walk: Walk, *verdicts: Verdict) -> frozenset[str]:
        """Return the ids of what makes a walk worth another try; what follows from another of them goes without saying.

        Args:
            verdicts: What does; by default whatever does not hold, or cannot be told.
        """
        wanted = verdicts or (Verdict.BROKEN, Verdict.INCONCLUSIVE)
        return frozenset(
            requirement.id
            for kind, requirement in self.requirements(journey)
            for judgement in kind.on_exchanges(requirement, (walk,))
            if judgement.decides and judgement.verdict in wanted and not judgement.cause
        )

    def _finding(
        self, requirement: Requirement, judgement: Judgement, judged: Sequence[Judgement], walks: Sequence[Walk]
    ) -> Finding:
        journey, sighting = requirement.journey, judgement.sighting
        step = self._step(requirement, sighting)
        known = self._known(journey, step)
        operation = str(known[1]) if known is not None else ""
        finding = Finding(
            id=requirement.id,
            journey=journey.name,
            step=requirement.step.name,
            kind=requirement.kind,
            partner=judgement.partner or step.partner or requirement.partners[0],
            operation=operation,
            verdict=judgement.verdict,
            harm=Harm.DELAYED if judgement.late else requirement.harm,
            customers=requirement.customers,
            exact=journey.exact and requirement.step.part != "fallbacks",
            share=journey.share,
            channel=step.channel,
            customer=step.customer,
            where=requirement.where,
            element=_element(operation, judgement),
            because=_because(requirement, judgement),
            cause=judgement.cause or None,
            witness=sighting.exchange if sighting is not None else None,
            for_steps=step.for_steps,
            observed=sum(each.observed for each in judged),
            decides=judgement.decides,
        )
        if judgement.verdict is Verdict.INTACT:
            return replace(finding, witness=None)
        if judgement.verdict is Verdict.INCONCLUSIVE or sighting is None:
            unknown = Attribution(Fault.NOBODY_KNOWS, (), judgement.because)
            return replace(finding, witness=None, attribution=unknown, curl=self._curl(sighting) if sighting else "")
        proved = self._proved(finding, requirement, judged, sighting, step, walks)
        return self._waived(self._caught(proved, requirement, judged, walks))

    def _proved(
        self,
        finding: Finding,
        requirement: Requirement,
        judged: Sequence[Judgement],
        sighting: Sighting,
        step: Step,
        walks: Sequence[Walk],
    ) -> Finding:
        """Return a break with all that its exchange shows: whose it is, how often it was seen, how to see it again."""
        failed = [each for each in judged if each.verdict is finding.verdict]
        rows = {id(each): walk.row for walk in walks for each in walk.sightings}
        row = rows.get(id(sighting))  # of what came late, none is known
        tried = [each for each in judged if each.sighting is not None and _same_try(each.sighting, sighting)]
        alike = [each for each in tried if row in (None, rows.get(id(each.sighting), row))]
        passed = [each for each in alike if each.verdict is Verdict.INTACT]
        tries = [each for each in alike if each.verdict is not Verdict.INCONCLUSIVE]
        known, running = self._known(requirement.journey, step), self._running_at(step)
        before, only_played = _before(sighting, walks)
        return replace(
            finding,
            flaky=f"{len(tries) - len(passed)}/{len(tries)}" if passed else "",
            confirmed=len(failed) > 1 or failed[0].observed > 1,
            promised=self._promised(requirement),
            attribution=attributed(requirement.journey, step, sighting, known, running, failed[0].element, before, only_played),
            curl=self._curl(sighting),
        )

    def _step(self, requirement: Requirement, sighting: Sighting | None) -> Step:
        """Return the step that was judged: of a requirement across steps, the one that the proof is of."""
        if requirement.step.name or sighting is None:
            return requirement.step
        return requirement.journey.step(sighting.step)

    def _known(self, journey: Journey, step: Step) -> tuple[Side, Operation] | None:
        try:
            scene = self._judge.scene(journey, step) if step.asks_somebody else None
        except ContractError:
            return None
        return (scene.record, scene.operation) if scene is not None else None

    def _running_at(self, step: Step) -> tuple[Side, Operation] | None:
        side = self._running.get(step.partner)
        if side is None or step.call is None:
            return None
        call = step.call
        found = side.contract.named(call.operation_id) if call.operation_id else side.contract.at(call.method, call.path)
        return (side, found) if found is not None else None

    def _promised(self, requirement: Requirement) -> bool | None:
        if all(kind.name != requirement.kind for kind in self._judge.kinds):
            return None
        try:
            verdict = self._judge.finding(requirement).verdict
        except ContractError:
            return None
        return {Verdict.INTACT: True, Verdict.UNPROMISED: False}.get(verdict)

    def _caught(self, finding: Finding, requirement: Requirement, judged: Sequence[Judgement], walks: Sequence[Walk]) -> Finding:
        """Tolerate a break whose step's fallback was taken, and helped, in every walk that shows it."""
        name = requirement.step.fallback
        if finding.verdict is not Verdict.BROKEN or not name:
            return finding
        fallback = requirement.journey.step(name)
        proofs = {id(each.sighting) for each in judged if each.verdict is Verdict.BROKEN}

        def helped(walk: Walk) -> bool:
            seen = walk.last(name)
            return walk.caught.get(requirement.step.name) == name and seen is not None and success(seen, fallback) is not None

        hurt = [walk for walk in walks if any(id(each) in proofs for each in walk.sightings)]
        if not hurt or not all(map(helped, hurt)):
            return finding
        return replace(finding, verdict=Verdict.TOLERATED, because=f"{finding.because}; {name} catches it")

    def _waived(self, finding: Finding) -> Finding:
        waiver = self._judge.waiver(finding) if finding.verdict in (Verdict.BROKEN, Verdict.TOLERATED) else None
        return finding if waiver is None else replace(finding, verdict=Verdict.WAIVED, waived=str(waiver))


def merged(judged: Sequence[Judgement]) -> Judgement:
    """Return what many judgements of one requirement come to: the gravest, of those the first of a step's own call.

    One that stands for itself is graver than one that another requirement explains, what never comes than what comes late.
    """

    def rank(judgement: Judgement) -> tuple[int, bool, bool, bool]:
        fuzzed = judgement.sighting is not None and judgement.sighting.purpose is Purpose.FUZZ
        return _GRAVEST_FIRST.index(judgement.verdict), bool(judgement.cause), judgement.late, fuzzed

    return min(judged, key=rank)


def _or_late(kind: OnExchanges, requirement: Requirement, judgement: Judgement, walks: Sequence[Walk]) -> Judgement:
    """Return a judgement; that of a break says so where it holds after all once its time was over.

    Args:
        walks: Those in which anything came late.
    """
    seen = judgement.sighting
    if judgement.verdict is not Verdict.BROKEN or seen is None:
        return judgement
    walk = next((walk for walk in walks if any(each is seen for each in walk.sightings)), None)
    later = walk.later(seen) if walk is not None else None
    if later is None or any(each.verdict is not Verdict.INTACT for each in kind.on_exchanges(requirement, [later[0]])):
        return judgement
    waited = (later[1].at - seen.at).total_seconds()
    return replace(judgement, because=f"{judgement.because}; {waited:.3g} s later it holds", late=True)


def _before(sighting: Sighting, walks: Iterable[Walk]) -> tuple[Sequence[Sighting], Sequence[str]]:
    """Return what was seen in a walk before one of its sightings, and the steps that were only played before it."""
    for walk in walks:
        for index, each in enumerate(walk.sightings):
            if each is sighting:
                names = [step.name for step in walk.journey.steps]
                return walk.sightings[:index], [name for name in walk.only_played if name in names[: names.index(sighting.step)]]
    return (), ()


def _because_of_a_success(journey: Journey, judgement: Judgement, walks: Sequence[Walk]) -> Judgement:
    """Return a judgement; that of a break says so where it follows an error that was to be brought about, and was a success.

    What was changed by such a call is what later steps see.
    """
    seen = judgement.sighting
    if judgement.verdict is not Verdict.BROKEN or judgement.cause or seen is None or seen.purpose is Purpose.INFORMS:
        return judgement
    for each in reversed(_before(seen, walks)[0]):
        step = journey.step(each.step)
        if each.purpose is Purpose.INFORMS and _wrote_in_place_of_failing(step, each):
            return replace(judgement, cause=id_of(journey, step, "informs", each.about))
    return judgement


def _wrote_in_place_of_failing(step: Step, seen: Sighting) -> bool:
    """Tell whether a call that was to bring an error about was done as if nothing were wrong with it."""
    if seen.request is None or seen.response is None or seen.request.method in SAFE or step.safe:
        return False
    entries = [each for each in step.asks["informs"] if informs_name(each.get("when", ""), each["status"]) == seen.about]
    return succeeded(seen.response, ()) and all(seen.response.status != each["status"] for each in entries)


def _same_try(one: Sighting, other: Sighting) -> bool:
    """Tell whether two sightings asked the same thing: the same step, for the same reason, with the same values."""
    return (one.step, one.purpose, one.about, one.varied) == (other.step, other.purpose, other.about, other.varied)


def _element(operation: str, judgement: Judgement) -> str:
    sighting = judgement.sighting
    response = sighting.response if sighting is not None else None
    media = str(response.headers.get("content-type", "")).partition(";")[0] if response is not None else ""
    status = str(response.status) if response is not None else ""
    return " ".join(part for part in (operation, status, media, judgement.element) if part)


def _because(requirement: Requirement, judgement: Judgement) -> str:
    because = judgement.because
    sighting = judgement.sighting
    if sighting is not None and sighting.about and judgement.verdict is Verdict.BROKEN and sighting.purpose is Purpose.FUZZ:
        because = f"{because} ({sighting.about})"
    return f"{because} ({requirement.because})" if requirement.because and because else because


def _why_idle(requirement: Requirement, walks: Sequence[Walk]) -> str:
    if requirement.step.by:
        return f"{requirement.step.by} makes this call; a recording of it shows whether it holds"
    if not walks:
        return "no walk went this way"
    return "no exchange shows it"


__all__ = ["Observer", "Verdicts", "answer_id", "merged"]
