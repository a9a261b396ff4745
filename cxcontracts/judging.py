"""Judges every requirement of an estate on its contracts: pure, one finding a requirement."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cached_property

from cxcontracts.calls import addresses, keepers, request_of
from cxcontracts.contracts.document import SENDING
from cxcontracts.contracts.operation import Event, Operation
from cxcontracts.errors import ContractError
from cxcontracts.estate.model import Estate, Journey, Step, Waiver
from cxcontracts.estate.templates import literal
from cxcontracts.exchanges import Response
from cxcontracts.findings import Finding, Harm, Verdict
from cxcontracts.kinds.interactions import nowhere, of_interaction, routed
from cxcontracts.pacts import Interaction
from cxcontracts.problems import Problem, did_you_mean
from cxcontracts.proofs import delivered
from cxcontracts.requirements import Judgement, Kind, OnContract, Requirement, id_of
from cxcontracts.scenes import Scene, Side, Stage
from cxcontracts.sending import Unbound, bind

CAUSES = ("answers", "event")
"""The kinds whose break at a step explains the breaks of the others there: the call is not answered, the event does not come."""


class Judge:
    """Judges requirements, each on its own, in any order.

    Args:
        estate: What the estate's files say.
        kinds: Every kind of requirement.
        records: Partner to its contract of record; those that have one. Looked up when a journey needs it, never before.
        candidates: Partner to its candidate.
        today: The day on which waivers count.
        pacts: Partner to the interactions of its Pact files.
        unsound: The names of journeys that are not among the estate's, for they have mistakes.
        asked: Each of the estate's journeys to the partners that it asks something; None where nobody has looked.
    """

    def __init__(
        self,
        estate: Estate,
        kinds: Sequence[Kind],
        records: Mapping[str, Side],
        candidates: Mapping[str, Side],
        today: datetime.date,
        pacts: Mapping[str, Sequence[Interaction]] | None = None,
        unsound: Collection[str] = (),
        asked: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.estate = estate
        self.kinds = tuple(kind for kind in kinds if isinstance(kind, OnContract))
        self.records = records
        self.candidates = candidates
        self.today = today
        self.pacts = pacts or {}
        self.unsound = unsound
        self._asked = asked
        self._requirements: dict[str, tuple[Requirement, ...]] = {}
        self._scenes: dict[tuple[str, str], Scene | Sequence[Problem] | None] = {}
        self._touched: dict[str, tuple[object, ...]] = {}
        self._parts: dict[object, object] = {}  # each part once: hundreds of thousands of requirements may share it
        self._answers: dict[tuple[str, str], Judgement] = {}
        self._asked_of: set[tuple[str, str]] = set()

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every requirement that contracts can be judged on: journey by journey, as its lines stand, then those of Pact files."""
        return (*(each for journey in self.estate.journeys.values() for each in self.of_journey(journey)), *self.of_pacts())

    def of_pacts(self, partners: Collection[str] | None = None) -> Iterator[Requirement]:
        """Yield the requirements of the Pact files of some partners; None for all."""
        for name, interactions in self.pacts.items():
            for each in interactions if partners is None or name in partners else ():
                yield of_interaction(name, each, self.known(each.requirement))

    def known(self, id: str) -> Requirement | None:
        """Return the requirement of a journey that has an id; None where none has."""
        journey = self.estate.journeys.get(id.partition("/")[0])
        return next((each for each in self.of_journey(journey) if each.id == id), None) if journey is not None else None

    def of_journey(self, journey: Journey) -> tuple[Requirement, ...]:
        """Return the requirements of one journey, step by step, kind by kind, then those across steps."""
        if journey.name not in self._requirements:
            self._requirements[journey.name] = tuple(self._of_journey(journey))
        return self._requirements[journey.name]

    @cached_property
    def asked(self) -> Mapping[str, Collection[str]]:
        """Each journey to the partners that it asks something."""
        journeys = self.estate.journeys
        if self._asked is not None:
            return {name: self._asked[name] for name in journeys}
        return {name: {step.partner for step in journey.steps} for name, journey in journeys.items()}

    def depending(self, partners: Set[str], settled: Collection[str] = ()) -> Iterator[Requirement]:
        """Yield the requirements that depend on any of some partners: only journeys that ask them something have such.

        Args:
            settled: The journeys whose requirements are left out.
        """
        for name, asked in self.asked.items():
            if name not in settled and not partners.isdisjoint(asked):
                journey = self.estate.journeys[name]
                yield from (each for each in self.of_journey(journey) if not partners.isdisjoint(each.partners))
        yield from self.of_pacts(partners)

    def _of_journey(self, journey: Journey) -> Iterator[Requirement]:
        asking = (step for step in journey.steps if step.part in ("steps", "fallbacks") and step.asks_somebody)
        for step in (*asking, journey.whole):
            for kind in self.kinds:
                yield from kind.requirements(journey, step)

    @cached_property
    def not_judged(self) -> dict[str, int]:
        """Key of a requirement to how often it is written, for those that contracts say nothing of."""
        judged = {kind.key for kind in self.kinds} | {"", "match"}
        names = {kind.name for kind in self.kinds}
        counts: dict[str, int] = {}
        for journey in self.estate.journeys.values():
            asked = [(key, value) for key, value in journey.asks.items() if key not in names]
            for step in journey.steps:
                asked += [(key, value) for key, value in step.asks.items() if not step.asks_somebody or key not in judged]
            for key, value in asked:
                counts[key] = counts.get(key, 0) + (len(value) if isinstance(value, list | dict) else 1)
        return dict(sorted(counts.items()))

    def finding(self, requirement: Requirement) -> Finding:
        """Judge one requirement.

        Raises:
            ContractError: If a contract is unsound where the requirement looks, or does not know the operation.
        """
        return self.waived(self.unwaived(requirement))

    def unwaived(self, requirement: Requirement) -> Finding:
        """Judge one requirement as if nobody accepted any break of it; raises as :meth:`finding`."""
        if requirement.named:
            return self._of_pact(requirement)
        if requirement.step.name:
            return self._at_step(requirement, self.scene(requirement.journey, requirement.step))
        stage = Stage(requirement.journey, lambda name: self.scene(requirement.journey, requirement.journey.step(name)))
        judgement = self.kind(requirement.kind).on_contract(requirement, stage)
        self._remember(requirement, judgement, stage.touched)
        return self._finding(requirement, judgement, "")

    def _of_pact(self, requirement: Requirement) -> Finding:
        record = self.records.get(requirement.of[0])
        meant = routed(requirement, record) if record is not None else ()
        if not meant:
            return self._finding(requirement, nowhere(requirement.what), "")
        scenes = [(each, self._scene(each.journey, each.step)) for each in meant]
        fitting = (pair for pair in scenes if len(scenes) > 1 and self._fits(*pair))
        return self._at_step(*next(fitting, scenes[0]))

    def _fits(self, requirement: Requirement, scene: Scene | None) -> bool:
        """Whether the contract of record, for itself, keeps a requirement."""
        if scene is None:
            return False
        before = replace(scene.before(), touched=set())
        return self.kind(requirement.kind).on_contract(requirement, before).verdict is Verdict.INTACT

    def _at_step(self, requirement: Requirement, scene: Scene | None) -> Finding:
        if scene is None:
            reason = "the call follows an address that only a running partner hands out, and no example shows where it leads"
            return self._finding(requirement, Judgement(Verdict.UNPROVEN, because=reason), "")
        fresh = replace(scene, touched={(scene.operation.node.identity, "operation")})
        judgement = self._judgement(requirement, fresh)
        self._remember(requirement, judgement, fresh.touched)
        finding = self._finding(requirement, _told(judgement, scene), str(scene.operation))
        stopped = requirement.journey.step(judgement.at) if judgement.at else requirement.step
        return self._caught(finding, requirement, stopped)

    def _remember(self, requirement: Requirement, judgement: Judgement, touched: Collection[object]) -> None:
        """Note what a judgement depended on; one that follows from another depends on what that one does."""
        parts = (*touched, *self._touched.get(judgement.cause, ()))
        self._touched[requirement.id] = tuple(self._parts.setdefault(part, part) for part in dict.fromkeys(parts))

    def touched(self, requirement: Requirement) -> frozenset[object]:
        """Return the parts of the contracts that a requirement depends on: known once it has been judged."""
        return frozenset(self._touched.get(requirement.id, ()))

    def _judgement(self, requirement: Requirement, scene: Scene) -> Judgement:
        kind = self.kind(requirement.kind)
        if requirement.kind in CAUSES:
            return kind.on_contract(requirement, scene)
        if requirement.of:
            return kind.on_contract(requirement, scene)
        if scene.vanished:
            return replace(self._cause(scene), cause=id_of(scene.journey, scene.step, CAUSES[scene.step.call is None]))
        judgement = kind.on_contract(requirement, scene)
        if judgement.verdict is Verdict.UNPROVEN and scene.candidate is not None and self._cause(scene).verdict is Verdict.BROKEN:
            return replace(self._cause(scene), cause=id_of(scene.journey, scene.step, CAUSES[scene.step.call is None]))
        return judgement

    def _cause(self, scene: Scene) -> Judgement:
        key = (scene.journey.name, scene.step.name)
        if key not in self._answers:
            kind = self.kind(CAUSES[scene.step.call is None])
            requirement = next(iter(kind.requirements(scene.journey, scene.step)))
            self._answers[key] = kind.on_contract(requirement, scene)
        return self._answers[key]

    def kind(self, name: str) -> OnContract:
        """Return the kind of a name."""
        return next(kind for kind in self.kinds if kind.name == name)

    def _finding(self, requirement: Requirement, judgement: Judgement, operation: str) -> Finding:
        journey, step = requirement.journey, requirement.step
        because = judgement.because + (f" ({requirement.because})" if requirement.because and judgement.because else "")
        return Finding(
            id=requirement.id,
            journey=journey.name,
            step=step.name,
            kind=requirement.kind,
            partner=self._told_of(requirement, judgement),
            operation=operation,
            verdict=judgement.verdict,
            harm=requirement.harm,
            customers=requirement.customers,
            exact=journey.exact and step.part != "fallbacks",
            share=journey.share,
            channel=step.channel,
            customer=step.customer,
            where=requirement.where,
            element=judgement.element,
            because=because,
            was=judgement.was,
            is_=judgement.is_,
            cause=judgement.cause or None,
            witness=judgement.witness,
            for_steps=step.for_steps,
        )

    def _told_of(self, requirement: Requirement, judgement: Judgement) -> str:
        """Return the partner that a finding is told of: the one that was judged, else the one that changes, else the first."""
        if judgement.partner and (not self.candidates or judgement.partner in self.candidates):
            return judgement.partner
        partners = requirement.partners
        return next((name for name in partners if name in self.candidates), partners[0] if partners else "")

    def _caught(self, finding: Finding, requirement: Requirement, stopped: Step) -> Finding:
        """Tolerate a break that the fallback of the step catches that stops; one that the same change breaks catches nothing."""
        name = stopped.fallback
        if finding.verdict is not Verdict.BROKEN or not name or not _of_its_step(requirement):
            return finding
        if self._broken_at(requirement.journey, requirement.journey.step(name)) is not None:
            return finding
        return replace(finding, verdict=Verdict.TOLERATED, because=f"{finding.because}; {name} catches it")

    def _broken_at(self, journey: Journey, step: Step) -> Finding | None:
        """Return the first finding at a step that is broken on its own account, of those that its own partner answers for."""
        key = (journey.name, step.name)
        if step.partner not in self.candidates or key in self._asked_of:
            return None
        self._asked_of.add(key)  # what a fallback hands out may be stuck at a step that it is the fallback of
        try:
            asked = (each for kind in self.kinds for each in kind.requirements(journey, step) if _of_its_step(each))
            findings = (self.finding(requirement) for requirement in asked)
            return next((each for each in findings if each.verdict is Verdict.BROKEN and each.cause is None), None)
        finally:
            self._asked_of.discard(key)

    def waived(self, finding: Finding) -> Finding:
        """Return a finding as it counts beside waivers.yaml."""
        waiver = self.waiver(finding) if finding.verdict in (Verdict.BROKEN, Verdict.TOLERATED) else None
        return finding if waiver is None else replace(finding, verdict=Verdict.WAIVED, waived=str(waiver))

    def waiver(self, finding: Finding) -> Waiver | None:
        """Return the waiver that accepts a finding and has not expired; None where there is none."""
        for waiver in self.estate.waivers:
            if waiver.in_force(self.today) and waiver.accepts(finding.id, (finding.partner,)):
                return waiver
        return None

    def scene(self, journey: Journey, step: Step) -> Scene | None:
        """Return what the requirements of a step are judged on; None where the call follows an address that nobody knows yet.

        Raises:
            ContractError: If the contract of record has no such operation, or it does not take what the step sends.
        """
        key = (journey.name, step.name)
        if key not in self._scenes:
            try:
                self._scenes[key] = _bound(self._scene(journey, step), step)
            except ContractError as error:
                self._scenes[key] = error.problems
        found = self._scenes[key]
        if found is None or isinstance(found, Scene):
            return found
        raise ContractError(found)

    def _scene(self, journey: Journey, step: Step) -> Scene | None:
        record = self._record(step)
        candidate = self.candidates.get(step.partner)
        operation: Operation
        renewed: Operation | None = None
        values: Mapping[str, str] = {}
        if step.call is None:
            operation = self.event(step)
            record = record.events if operation.contract is record.events.contract else record
            if candidate is not None:
                candidate = candidate.events if operation.contract.asyncapi else candidate
                renewed = candidate.contract.same_event(operation, step.event.partition(" ")[2])
        else:
            found = self._followed(journey, step) if step.call.path.startswith("$") else (self.operation(step), {})
            if found is None:
                return None
            operation, values = found
            renewed = candidate.contract.counterpart(operation) if candidate is not None else None
        partner = self.estate.partners[step.partner]

        def scene_of(name: str) -> Scene | None:
            other = journey.step(name)
            return self.scene(journey, other) if other.asks_somebody else None

        followed = {f"path.{name}": literal(text) for name, text in values.items()}

        def broken_at(name: str) -> Finding | None:
            return self._broken_at(journey, journey.step(name))

        return Scene(journey, step, partner, record, candidate, operation, renewed, scene_of, broken_at, self.today, followed)

    def _followed(self, journey: Journey, step: Step) -> tuple[Operation, Mapping[str, str]] | None:
        """Return the operation that a kept address leads to, as the examples of its partner's contract show it."""
        assert step.call is not None
        name = step.call.path.removeprefix("$").strip("{}")
        for keeper in keepers(journey, step, name):
            earlier = self.scene(journey, keeper) if keeper.call is not None else None
            for address in addresses(earlier, name) if earlier is not None else ():
                found = self._record(step).contract.fitting(step.call.method, address)
                if found is not None:
                    return found
        return None

    def _record(self, step: Step) -> Side:
        record = self.records.get(step.partner)
        if record is None:
            what = f"partner {step.partner!r} has no contract of record"
            raise ContractError(
                [
                    Problem(
                        step.locate("call" if step.call is not None else "event"),
                        what,
                        "name it in partner.yaml: contract: openapi.yaml",
                        "no-contract",
                    )
                ]
            )
        return record

    def operation(self, step: Step) -> Operation:
        """Return the operation that a step calls, by the contract of record.

        Raises:
            ContractError: If there is none.
        """
        assert step.call is not None
        contract = self._record(step).contract
        call = step.call
        found = contract.named(call.operation_id) if call.operation_id else contract.at(call.method, call.path)
        if found is not None:
            return found
        known = contract.operation_ids if call.operation_id else tuple(map(str, contract.operations()))
        what = f"operation {str(call)!r} is not in {step.partner}'s contract"
        raise ContractError([Problem(step.locate("call"), what, did_you_mean(str(call), known), "unknown-operation")])

    def event(self, step: Step) -> Event:
        """Return the event that a step waits for, by the contracts of record.

        Raises:
            ContractError: If there is none.
        """
        record, name = self._record(step), step.event.partition(" ")[2]
        for side in dict.fromkeys((record.events, record)):
            found = side.contract.event(name)
            if found is not None:
                return found
        known = tuple(each for side in dict.fromkeys((record.events, record)) for each in side.contract.event_names)
        what, hint = f"event {name!r} is not in {step.partner}'s contract", did_you_mean(name, known)
        if record.events.contract.at(SENDING, name) is not None:
            what, hint = f"{step.partner} takes {name!r}, and does not send it", "wait for what it sends in return, or send it"
        raise ContractError([Problem(step.locate("event"), what, hint, "unknown-event")])

    def problems(self, partners: Collection[str] | None = None, settled: Collection[str] = ()) -> Iterator[Problem]:
        """Yield every mistake that shows only when journeys and contracts are held against each other.

        Args:
            partners: Those whose steps are looked at; None for all. One of whom nothing is needed is told always.
            settled: The journeys that are known to have none.
        """
        yield from self.unneeded()
        called = self.estate.partners.keys() if partners is None else {*partners}
        for name, asked in self.asked.items():
            if name not in settled and not called.isdisjoint(asked):
                yield from self.problems_of(self.estate.journeys[name], partners)

    def unneeded(self) -> Iterator[Problem]:
        """Yield a mistake for each partner of whom nothing is needed."""
        asked = {partner for partners in self.asked.values() for partner in partners}
        for partner in self.estate.partners.values() if not self.unsound else ():  # those may ask it something
            exempt = partner.not_covered
            if (
                partner.name not in asked
                and not self.pacts.get(partner.name)
                and (exempt is None or (exempt.until is not None and exempt.until < self.today))
            ):
                what = f"no journey needs anything of partner {partner.name!r}"
                remedy = "write a need, or say not-covered: {because: …, until: …}"
                yield Problem(partner.locate("partner"), what, remedy, "no-needs")

    def problems_of(self, journey: Journey, partners: Collection[str] | None = None) -> Iterator[Problem]:
        """Yield what of a journey shows only beside the contracts; as :meth:`problems`."""
        called = self.estate.partners if partners is None else partners
        for step in journey.steps:
            if step.asks_somebody and step.partner in called:
                yield from self._of_step(journey, step)

    def _of_step(self, journey: Journey, step: Step) -> Iterator[Problem]:
        try:
            self.scene(journey, step)
        except ContractError as error:
            yield from error.problems


def _bound(scene: Scene | None, step: Step) -> Scene | None:
    """Return a scene whose operation takes all that the step sends.

    Raises:
        ContractError: If it does not.
    """
    if scene is not None and step.call is not None:
        unbound = bind(step, scene.record, scene.operation)[1]
        if unbound:
            raise ContractError([_unbound(step, each, scene.operation) for each in unbound])
    return scene


def _of_its_step(requirement: Requirement) -> bool:
    """Whether the partner of its step answers for a requirement, though others may have a part in it."""
    return not requirement.of or requirement.kind in CAUSES


def _told(judgement: Judgement, scene: Scene) -> Judgement:
    """Return a judgement whose witness is a delivery, where an event was judged; of one that is gone, with an assumed 404.

    What a later step sends on shows itself.
    """
    event = scene.renewed or scene.operation
    if judgement.witness is None or not isinstance(event, Event) or judgement.witness.request != request_of(scene):
        return judgement
    exchange = delivered(event, judgement.witness.response)
    gone = replace(exchange, response=Response(404, assumed=True))
    return replace(judgement, witness=gone if scene.vanished else exchange)


def _unbound(step: Step, unbound: Unbound, operation: Operation) -> Problem:
    place = step.locate("with", unbound.key)
    if unbound.places:
        what = f"{unbound.key!r} is found in {' and '.join(unbound.places)} of {operation}"
        return Problem(place, what, f"write {unbound.places[0]}.{unbound.key}", "ambiguous-input")
    what = f"{unbound.key!r} is nothing that {operation} takes"
    remedy = did_you_mean(unbound.key, unbound.known)
    sentence = remedy if remedy.endswith("?") else f"{remedy}."
    return Problem(place, what, f"{sentence} Or say where it goes: query.{unbound.key}", "unknown-input")


__all__ = ["CAUSES", "Harm", "Judge"]
