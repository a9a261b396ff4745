"""``succeeds``: it works nearly always."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cxcontracts.estate.model import Journey, Step
from cxcontracts.findings import Harm, Verdict
from cxcontracts.kinds.answers import Answers
from cxcontracts.kinds.needs import Needs
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.shares import samples_needed, surely_above, surely_at_most
from cxcontracts.walks import Sighting, Walk


class Succeeds:
    """The share of walks in which every step was answered with what it needs; those that say nothing are not counted."""

    name = "succeeds"
    key = ""
    form: Any = None
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="it works nearly always",
        kept="",
        breaks="",
        example="succeeds: {target: 99.5%, over: 28d}",
        remedy="Look at what failed in the walks that did not work: each has a finding of its own.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the one requirement of a journey; *what* is the share of walks that has to work."""
        written = step.asks.get(self.name) if not step.name else None
        if written:
            share, of = float(written["target"].rstrip("%")) / 100, tuple(dict.fromkeys(each.partner for each in _asked(journey)))
            yield Requirement(self.name, "", journey, step, self.harm, share, step.locate(self.name), of=of)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge all walks together; where all that failed did so by one requirement, its break explains this one."""
        told = [(walk, _outcome(requirement.journey, walk)) for walk in walks if walk.whole]
        failed = [sighting for _, (works, sighting, _) in told if works is False]
        samples = sum(1 for _, (works, *_) in told if works is not None)
        share = 1 - requirement.what
        if not samples:
            return
        proof: Sighting | None = failed[0] if failed else next(iter(told[0][0].sightings), None)
        failures = f"{len(failed)} of {samples} walks failed"
        if surely_above(len(failed), samples, share):
            causes = {cause for _, (works, _, cause) in told if works is False}
            cause = causes.pop() if len(causes) == 1 else ""
            yield Judgement(Verdict.BROKEN, because=failures, sighting=proof, observed=samples, cause=cause)
        elif surely_at_most(len(failed), samples, share):
            yield Judgement(Verdict.INTACT, sighting=proof, observed=samples)
        else:
            because = f"{samples} of {samples_needed(len(failed), share)} samples for {requirement.what:.4g}; {failures}"
            yield Judgement(Verdict.INCONCLUSIVE, because=because, sighting=proof, observed=samples, decides=False)


def _asked(journey: Journey) -> Iterator[Step]:
    return (step for step in journey.steps if step.part == "steps" and step.asks_somebody and not step.by)


def _outcome(journey: Journey, walk: Walk) -> tuple[bool | None, Sighting | None, str]:
    """Return whether a walk worked, with what shows that it did not, and the id of what broke; None where it says nothing."""
    alone = (Walk(journey, walk.row, walk.attempt, walk.sightings, walk.caught),)
    for step in _asked(journey):
        for kind in (Answers(), Needs()):
            for requirement in kind.requirements(journey, step):
                for judgement in kind.on_exchanges(requirement, alone):
                    caught = step.name in walk.caught
                    if judgement.verdict is Verdict.BROKEN and not caught:
                        return False, judgement.sighting, judgement.cause or requirement.id
                    if judgement.verdict is Verdict.INCONCLUSIVE and not caught:
                        return None, judgement.sighting, ""
    return True, None, ""
