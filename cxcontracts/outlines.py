"""Journeys as reports show them: which steps there are, in the customer's words, and who answers each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from cxcontracts.estate.model import Estate, Journey, Step
from cxcontracts.findings import Outline, Run, Stage


def outline(journey: Journey) -> Outline:
    """Return a journey as reports show it."""
    steps = tuple(map(_stage, journey.steps))
    return Outline(journey.name, journey.goal, journey.customers, journey.exact, steps, journey.share)


def outlined(run: Run, estate: Estate) -> Run:
    """Return a run with the journeys that it found something of, or wanted to."""
    return dataclasses.replace(run, journeys=tuple(_outlines(run, estate)))


def _outlines(run: Run, estate: Estate) -> Iterator[Outline]:
    named = {finding.journey for finding in run.findings} | {id.partition("/")[0] for id in run.not_exercised}
    return (outline(estate.journeys[name]) for name in estate.journeys if name in named)


def _stage(step: Step) -> Stage:
    what = str(step.call) if step.call is not None else step.event.partition(" ")[2] or step.state
    return Stage(step.name, step.part, step.customer, step.channel, step.partner, step.by, what, step.visible, step.fallback)
