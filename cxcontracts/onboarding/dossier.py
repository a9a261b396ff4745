"""All that is known of one partner: what its lines are judged on."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cxcontracts.contracts.operation import Event, Operation
from cxcontracts.estate.model import Estate, Partner
from cxcontracts.estate.templates import references
from cxcontracts.findings import Finding, Version
from cxcontracts.mapping import EstateMap
from cxcontracts.onboarding.scorecard import Evidence
from cxcontracts.problems import Problem
from cxcontracts.requirements import id_of
from cxcontracts.scenes import Scene, Side
from cxcontracts.walks import Sighting


@dataclass(frozen=True)
class Live:
    """What came of calling a partner.

    Attributes:
        url: Where it runs.
        environment: What that is called; empty where nobody said.
        here: Whether it runs on this machine.
        writes: Whether we may send there what changes something.
        login: How we log in there: a key of ``auth``; empty where we do not.
        findings: The requirements that depend on the partner, judged on what was seen.
        idle: Id of a requirement to why no exchange showed it.
        unwalked: Why no journey was walked; empty where they were.
        seen: Every call of the partner that the journeys made.
        greeting: A call of its base address, made where the journeys had no answer of it.
        wrong_login: A call that works, made again with a login that nobody has; None where there was none to make again.
        unasked: Why there was none.
    """

    url: str
    environment: str = ""
    here: bool = False
    writes: bool = False
    login: str = ""
    findings: tuple[Finding, ...] = ()
    idle: Mapping[str, str] = field(default_factory=dict)
    unwalked: str = ""
    seen: tuple[Sighting, ...] = ()
    greeting: Sighting | None = None
    wrong_login: Sighting | None = None
    unasked: str = ""

    @property
    def calls(self) -> tuple[Sighting, ...]:
        """Everything that was sent to the partner."""
        return (*self.seen, *(each for each in (self.greeting, self.wrong_login) if each is not None))

    @property
    def answered(self) -> tuple[Sighting, ...]:
        """What was answered at all, whatever it says."""
        return tuple(each for each in self.calls if each.response is not None)

    @property
    def silence(self) -> str:
        """Why there is no answer; empty where there is one."""
        if self.answered:
            return ""
        why = next((each.why for each in reversed(self.calls) if each.why), "")
        return f"{self.url} does not answer: {why}" if why else f"nothing was sent to {self.url}"


@dataclass(frozen=True)
class Dossier:
    """What is known of a partner.

    Attributes:
        estate, partner: As the files say it.
        today: The day it is.
        record: Its contract of record; None where there is none, or nobody can read it.
        version: Which one that is.
        unread: Why the contract cannot be read.
        mistakes: What is wrong in the contract, and yet leaves it readable.
        unknown: What journeys ask of the partner that its contract does not know.
        scenes: Each step that it answers, with the operation or event.
        findings: The requirements that depend on it, judged on contracts.
        among: Id of a requirement to the other partners that it depends on, where there are any.
        map: Who depends on it for what.
        live: What came of calling it; None where nobody said where it runs.
    """

    estate: Estate
    partner: Partner
    today: datetime.date
    record: Side | None
    version: Version
    unread: tuple[Problem, ...]
    mistakes: tuple[Problem, ...]
    unknown: tuple[Problem, ...]
    scenes: tuple[Scene, ...]
    findings: tuple[Finding, ...]
    among: Mapping[str, tuple[str, ...]]
    map: EstateMap
    live: Live | None = None

    @cached_property
    def calls(self) -> tuple[Scene, ...]:
        """The steps that call it."""
        return tuple(scene for scene in self.scenes if scene.step.call is not None)

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """The events that journeys wait for, by name."""
        return {str(scene.operation): scene.operation for scene in self.scenes if isinstance(scene.operation, Event)}

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The operations that journeys call, by name."""
        return {str(scene.operation): scene.operation for scene in self.calls}

    @cached_property
    def handed(self) -> frozenset[str]:
        """The ids of what steps of the partner keep, and steps of another one send or wait for."""
        return frozenset(
            id_of(scene.journey, scene.step, "keep", name)
            for scene in self.scenes
            for name in scene.step.asks.get("keep", {})
            for later in scene.journey.steps
            if later.partner not in ("", self.partner.name)
            and name in references([dict(later.sends), dict(later.asks.get("match", {}))])
        )

    @property
    def uncalled(self) -> str:
        """Why nothing can be said of its operations: no journey calls any; empty where one does, or nobody can tell."""
        return "" if self.calls or self.record is None or self.unknown else "no journey calls it yet"

    @property
    def unneeded(self) -> str:
        """Why nothing can be said of what it does for journeys: they ask nothing of it; empty where they do."""
        return "" if self.scenes or self.record is None or self.unknown else "no journey asks anything of it yet"

    @property
    def eventless(self) -> str:
        """Why nothing can be said of its events: no journey waits for one; empty where one does."""
        return "" if self.events or self.record is None or self.unknown else "no journey waits for an event of it"

    def unasked(self, key: str, reason: str) -> str:
        """Return a reason, where no step that the partner answers has a key."""
        return "" if any(key in scene.step.asks for scene in self.scenes) or self.record is None else reason

    def at(self, operation: Operation, what: str = "") -> Evidence:
        """Return an operation as evidence, with its place in the contract."""
        return Evidence(f"{operation} {what}".strip(), operation.node.home.place(operation.node))

    def customers(self, operations: Iterable[str]) -> dict[str, int]:
        """Return whom some operations serve: group to people a month, a union and never a sum."""
        wanted = set(operations)
        groups: dict[str, int] = {}
        for scene in self.scenes:
            for group, monthly in scene.journey.customers.items() if str(scene.operation) in wanted else ():
                groups[group] = max(groups.get(group, 0), monthly)
        return groups

    def shown(self, findings: Sequence[Finding]) -> tuple[Evidence, ...]:
        """Return findings as evidence, each with what was said of it."""
        return tuple(self._shown(findings))

    def _shown(self, findings: Sequence[Finding]) -> Iterator[Evidence]:
        for each in findings:
            said = f"{each.id}: {each.because}" if each.because else each.id
            yield Evidence(said, each.where, each.witness, self.among.get(each.id, ()))
