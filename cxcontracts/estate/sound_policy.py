"""What can be wrong in estate.yaml and waivers.yaml beyond the form of each value."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping

from cxcontracts.estate.mistakes import suggestion
from cxcontracts.estate.names import Names
from cxcontracts.estate.passages import Passage
from cxcontracts.problems import Problem

Lines = Callable[[], Collection[str]]
"""Returns the ids of the lines of a scorecard: asked only where somebody switches one off."""


def policy_problems(estate: Passage, journeys: Mapping[str, Passage | None], lines: Lines | None) -> Iterator[Problem]:
    """Yield what is wrong in estate.yaml.

    Args:
        estate: The file.
        journeys: By the name of their files; None for one that cannot be read.
        lines: The lines of a scorecard; None where nobody knows them.
    """
    yield from line_problems(estate, lines)
    for app in estate["apps"].entries():
        for journey in app["journeys"].texts():
            if journey.text not in journeys:
                hint = suggestion(journey.text, journeys, "journeys are named as their files are")
                yield journey.problem("app-journey", app=app.key, journey=journey.text, hint=hint)


def line_problems(file: Passage, lines: Lines | None) -> Iterator[Problem]:
    """Yield the lines of a scorecard that a file switches off, and that are not there."""
    off = list(file["onboarding"]["off"].entries())
    known = lines() if off and lines is not None else ()
    for line in off if lines is not None else ():
        if line.key not in known:
            yield line.problem(
                "onboarding-line", of_key=True, name=line.key, hint=suggestion(line.key, known, "docs/onboard.md lists them")
            )


def waiver_problems(
    waivers: Passage, journeys: Mapping[str, Passage | None], partners: Collection[str], today: datetime.date
) -> Iterator[Problem]:
    """Yield what is wrong in waivers.yaml."""
    seen: set[tuple[str, str]] = set()
    for waiver in waivers.items():
        requirement, partner = waiver["id"], waiver["partner"]
        if (requirement.text, partner.text) in seen:
            yield requirement.problem("waiver-twice", value=requirement.text)
        seen.add((requirement.text, partner.text))
        if partner.text and partner.text not in partners:
            yield partner.problem("waiver-partner", name=partner.text, hint=suggestion(partner.text, partners, "take it out"))
        if requirement.text.count("/") > 1:
            yield from _matching_nothing(requirement, journeys)
        yield from _end_problems(waiver, today)


def _end_problems(waiver: Passage, today: datetime.date) -> Iterator[Problem]:
    end = date_of(waiver["until"])
    if end is not None and end < today:
        yield waiver["until"].problem("waiver-expired", until=end)
    if "id" in waiver and "until" not in waiver:
        yield waiver["id"].problem("waiver-open", of_key=True)


def _matching_nothing(requirement: Passage, journeys: Mapping[str, Passage | None]) -> Iterator[Problem]:
    journey, step, _ = requirement.text.split("/", 2)
    if "*" in journey or journey == "pact":
        return
    if journey not in journeys:
        yield requirement.problem("waiver-journey", name=journey, hint=suggestion(journey, journeys, "take it out"))
        return
    written = journeys[journey]
    steps = [known.name for known in Names(written).steps] if written is not None else [step]
    if step and "*" not in step and step not in steps:
        yield requirement.problem("waiver-step", journey=journey, name=step, hint=suggestion(step, steps, "take it out"))


def date_of(passage: Passage) -> datetime.date | None:
    """Return the day that stands in a file; None where there is none."""
    try:
        return datetime.date.fromisoformat(passage.text)
    except ValueError:
        return None
