"""An estate whose journeys are walked against partners that run: each journey once in a process, when its first test asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cxcontracts.asked import Asked, budget, pairs, seconds, values
from cxcontracts.findings import Finding, Run
from cxcontracts.opening import Opened
from cxcontracts.pytest_plugin.estates import JudgedEstate, NotExercised
from cxcontracts.pytest_plugin.packed import handed_of
from cxcontracts.recalling import Listed, listed
from cxcontracts.redaction import redacted
from cxcontracts.reports.curl import again
from cxcontracts.verifying import Hooks, verification
from cxcontracts.whereabouts import Whereabouts

if TYPE_CHECKING:
    from cxcontracts.estate.model import Journey
    from cxcontracts.problems import Problem
    from cxcontracts.requirements import Requirement
    from cxcontracts.verdicts import Verdicts
    from cxcontracts.walks import Walk


class VerifiedEstate(JudgedEstate):
    """A sound estate, judged on what its partners answer.

    Args:
        config: Says what to call; its hooks log in and bring about states.
        close: Closes connections once the test run ends.
    """

    def __init__(self, root: Path, opened: Opened, seen: Whereabouts, config: pytest.Config, close: ExitStack) -> None:
        super().__init__(root, opened, seen)
        made = verification(opened, asked_of(config), again, hooks_of(config), watch=self._watch)
        self._made = close.enter_context(made)
        self._newly_seen = 0
        self._environment = config.getoption("--cx-env")
        self._verdicts: dict[str, Verdicts] = {}
        self._requirements: dict[str, Sequence[Requirement]] = {}

    def requirements(self, file: Path) -> Sequence[Requirement]:
        """Return what can be judged of a journey where its partners run; nothing of one that asks nothing of them."""
        name = self.name(file)
        if name not in self._requirements:
            of_journey = self._made.requirements(self._journeys[name]) if name in self._journeys else ()
            self._requirements[name] = [*of_journey, *(each for each in self._interactions if each.where.file == name)]
        return self._requirements[name]

    @cached_property
    def _interactions(self) -> Sequence[Requirement]:
        return self._made.interactions()

    @cached_property
    def _journeys(self) -> Mapping[str, Journey]:
        return {journey.file: journey for journey in self._made.journeys()}

    def _listed(self, file: Path) -> tuple[Sequence[Listed], Sequence[Problem]]:
        _, mistakes = super()._listed(file)
        return listed(self.requirements(file)), mistakes

    def finding(self, requirement: Requirement) -> Finding:
        """Return what the exchanges of a requirement's journey show of it.

        Raises:
            NotExercised: If none does.
        """
        name = requirement.where.file
        if name not in self._verdicts:
            self._verdicts[name] = self._judged(requirement)
        verdicts = self._verdicts[name]
        for finding in verdicts.findings:
            if finding.id == requirement.id:
                return self._without_secrets(self._seen.finding(finding))
        raise NotExercised(verdicts.not_exercised.get(requirement.id, "no exchange shows it"))

    def _judged(self, requirement: Requirement) -> Verdicts:
        """Return all that stands in the file of a requirement, judged."""
        if not requirement.named:
            return self._made.of_journey(requirement.journey, of=len(self.wanted & self._journeys.keys()) or 1)
        file = requirement.where.file
        return self._made.of_interactions([each for each in self._interactions if each.where.file == file])

    def cause(self, finding: Finding) -> Finding | None:
        """Return the finding that this one follows from; None where it stands for itself."""
        found = [each for verdicts in self._verdicts.values() for each in verdicts.findings]
        return next((self._without_secrets(self._seen.finding(each)) for each in found if each.id == finding.cause), None)

    def _without_secrets(self, finding: Finding) -> Finding:
        """Return a finding without what the run came to know as secret: what a hook logs in with, too."""
        return redacted(finding, self._made.secrets.redact)

    @cached_property
    def run(self) -> Run:
        """What is run, before anything is found."""
        return Run("verify", self.opened.estate.name, (), self.fail_on, environment=self._environment)

    def newly_seen(self) -> int:
        """Return how many exchanges were judged since it was asked last."""
        seen, self._newly_seen = self._newly_seen, 0
        return seen

    def _watch(self, walk: Walk) -> None:
        self._newly_seen += sum(1 for sighting in walk.sightings if sighting.response is not None)

    def has_candidate(self, partner: str) -> bool:
        """Return that no candidate of a partner is judged here."""
        return False

    def release(self, partner: str) -> str:
        """Return what was called."""
        return f"{partner}{f' at {self._environment}' if self._environment else ''}"


def asked_of(config: pytest.Config) -> Asked:
    """Return what a test run asks to verify.

    Raises:
        UsageError: If an option cannot be read.
    """
    told: dict[str, str] = {}
    for urls in config.hook.pytest_cxcontracts_urls(config=config):
        told.update(urls or {})
    requests, time = budget(config.getoption("--cx-budget"), "--cx-budget")
    return Asked(
        environment=config.getoption("--cx-env"),
        urls={**told, **pairs(config.getoption("--cx-url"), "--cx-url")},
        givens=values(config.getoption("--cx-given"), "--cx-given"),
        states=pairs(config.getoption("--cx-states"), "--cx-states"),
        messages=pairs(config.getoption("--cx-messages"), "--cx-messages"),
        requests=requests,
        seconds=time,
        deadline=seconds(config.getoption("--cx-timeout"), "--cx-timeout"),
        varies=not config.getoption("--cx-no-fuzz"),
        handed=handed_of(config),
    )


def hooks_of(config: pytest.Config) -> Hooks:
    """Return what conftest.py does for a run."""

    def state(name: str, params: Mapping[str, Any]) -> bool | None:
        done: bool | None = config.hook.pytest_cxcontracts_state(config=config, state=name, params=params)
        return done

    def headers(partner: str, identity: str) -> Mapping[str, str]:
        return config.hook.pytest_cxcontracts_headers(config=config, partner=partner, identity=identity) or {}

    return Hooks(state, headers)
