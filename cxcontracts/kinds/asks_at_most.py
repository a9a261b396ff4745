"""``asks-at-most``: you ask me for little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cxcontracts.acceptance import Demand, demands, refusal
from cxcontracts.calls import assumed, entries_of
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import references
from cxcontracts.estate.written import AsksAtMostForm
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.seen import inconclusive, success, waits
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene, Side
from cxcontracts.sending import Entry, content_type
from cxcontracts.walks import REFUSALS, Purpose, Walk
from cxcontracts.wording import listed


class AsksAtMost:
    """Required inputs counted, against those that the customer is asked for and those that we supply ourselves."""

    name = "asks-at-most"
    key = "asks-at-most"
    form = AsksAtMostForm
    harm = Harm.EXTRA_EFFORT
    meaning = Meaning(
        customer="you ask me for little",
        kept="nothing else is required of the customer",
        breaks="requires something else",
        example="asks-at-most: [bookingRef, surname]",
        remedy="Have the partner make the new input optional, or send it from what is known of the customer already.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the one requirement of a step that limits what is asked."""
        if step.call is not None and self.key in step.asks:
            names = tuple(step.asks[self.key])
            yield Requirement(self.name, "", journey, step, step.harm or self.harm, names, step.locate(self.key), step.groups)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge whether the partner now requires something that the customer would have to be asked for."""
        record = self._asked(requirement, scene, scene.record, renewed=False)
        element = str(scene.operation)
        if scene.candidate is None or scene.renewed is None:
            if not record:
                return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED)
            return Judgement(Verdict.UNPROMISED, element, _also(record))
        found = self._asked(requirement, scene, scene.candidate, renewed=True)
        new = [demand for demand in found if demand.binding not in {known.binding for known in record}]
        if new:
            names = listed([demand.name for demand in new])
            allowed = f"only {listed(list(requirement.what))}" if requirement.what else "nothing"
            because = f"the customer now also has to give {names}; {allowed} may be asked for"
            element = f"{scene.renewed} {new[0].place} {new[0].name}"
            return Judgement(Verdict.BROKEN, element, because, witness=assumed(scene, refusal(scene.renewed)))
        if found:
            return Judgement(Verdict.UNPROMISED, element, _also(found))
        return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED, is_=Promise.GUARANTEED)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether the least request is enough."""
        step = requirement.step
        purpose = Purpose.LEAST if least(requirement.journey, step) != step.sends else Purpose.STEP
        for walk in walks:
            for sighting in walk.of(step.name, purpose):
                if sighting.trouble is not None or sighting.response is None:
                    waited = purpose is Purpose.STEP
                    yield waits(requirement.journey, step, sighting) if waited else inconclusive(sighting)
                    continue
                enough = success(sighting, step) is not None or sighting.response.status not in REFUSALS
                if not enough and purpose is Purpose.STEP:  # it may be refused for what it says, and for what it leaves out
                    yield waits(requirement.journey, step, sighting)
                    continue
                because = "" if enough else f"the least request is refused ({sighting.response.status}): it asks for more"
                yield Judgement(Verdict.INTACT if enough else Verdict.BROKEN, because=because, sighting=sighting)

    def _asked(self, requirement: Requirement, scene: Scene, side: Side, *, renewed: bool) -> list[Demand]:
        """Return what is required and neither allowed to be asked nor supplied by ourselves."""
        operation = scene.renewed if renewed else scene.operation
        assert operation is not None
        entries = entries_of(scene)
        ours = {binding for entry in entries if self._ours(entry, scene) for binding in _bindings(entry)}
        allowed = set(requirement.what) | {name.rpartition(".")[2] for name in requirement.what}
        kept = {binding for entry in entries if entry.name in allowed or entry.key in allowed for binding in _bindings(entry)}
        required = demands(side, operation, entries, content_type(scene.step), scene.touched)
        return [demand for demand in required if demand.name not in allowed and demand.binding not in ours | kept]

    def _ours(self, entry: Entry, scene: Scene) -> bool:
        """Tell whether we supply the value: the customer is asked for none of it."""
        givens = [scene.journey.givens[name] for name in references(entry.template) if name in scene.journey.givens]
        return all(given.source != "customer" for given in givens)


def least(journey: Journey, step: Step) -> Mapping[str, JSON]:
    """Return what a step sends at least: what the customer may be asked for, and what we supply ourselves."""
    names = set(step.asks.get(AsksAtMost.key, ()))
    asked = {name for name, given in journey.givens.items() if given.source == "customer"}
    return {key: value for key, value in step.sends.items() if key in names or not references(value) & asked}


def _also(demanded: Sequence[Demand]) -> str:
    return f"the contract also requires {listed([str(demand) for demand in demanded])} of the customer"


def _bindings(entry: Entry) -> set[tuple[str, object]]:
    if entry.binding is not None:
        return {entry.binding}
    if entry.place == "body" and not entry.name and isinstance(entry.template, dict):
        return {("body", name) for name in entry.template}
    return {(entry.place, entry.name)}
