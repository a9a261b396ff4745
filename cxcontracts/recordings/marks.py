"""The walks that we made, as entries of a recording and back: whoever judges them there sees what was seen here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cxcontracts.estate.model import Journey
from cxcontracts.exchanges import JSON, Request
from cxcontracts.har import Recorded
from cxcontracts.walks import Purpose, Sighting, Trouble, Walk

INTERACTION: Final = "interaction"
"""The mark of a call that was made for a Pact file: no step of a journey makes it, whatever it looks like."""


def recorded(walk: Walk, number: int) -> Iterator[Recorded]:
    """Yield a walk as entries of a recording, one a sighting.

    Args:
        number: Which walk of the recording it is; no two have the same.
    """
    steps = {step.name: step for step in walk.journey.steps}
    for sighting in walk.sightings:
        marks: dict[str, JSON] = {
            "walk": number,
            "journey": walk.journey.name,
            "row": walk.row,
            "attempt": walk.attempt,
            "caught": dict(walk.caught),
            "whole": walk.whole,
            "step": sighting.step,
            "partner": steps[sighting.step].partner if sighting.step in steps else "",
            "purpose": str(sighting.purpose),
            "about": sighting.about,
            "trouble": str(sighting.trouble or ""),
            "waits-for": sighting.waits_for,
            "known": dict(sighting.known),
            "varied": dict(sighting.varied),
            "sent": sighting.request is not None,
        }
        request = sighting.request or Request("", "")
        yield Recorded(request, sighting.response, sighting.at, sighting.seconds, sighting.why, marks=marks)


@dataclass
class Marked:
    """What a recording has of our own.

    Attributes:
        walks: As they were.
        others: The entries that are not ours, or of nothing that is in the estate any more.
        notes: Why some of ours count no more.
    """

    walks: list[Walk] = field(default_factory=list)
    others: list[Recorded] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def marked(entries: Sequence[Recorded], journeys: Mapping[str, Journey]) -> Marked:
    """Return the walks among the entries of a recording."""
    found = Marked()
    made: dict[tuple[str | int, ...], tuple[Journey, Mapping[str, JSON], list[Sighting]]] = {}
    for entry in entries:
        marks = entry.marks
        journey = journeys.get(_text(marks, "journey"))
        sighting = _sighting(entry, journey) if journey is not None else None
        if journey is None or sighting is None:
            if "journey" in marks:
                found.notes.append(_gone(marks, journey))
            if marks.get("sent") is not False:
                found.others.append(entry)
            continue
        row, attempt = _number(marks, "row", 0), _number(marks, "attempt", 1)
        key = (entry.where.file.rpartition(": ")[0], _number(marks, "walk", 0), journey.name, row, attempt)
        made.setdefault(key, (journey, marks, []))[2].append(sighting)
    for journey, marks, sightings in made.values():
        caught = {name: text for name, text in _mapping(marks, "caught").items() if isinstance(text, str)}
        row, attempt, whole = _number(marks, "row", 0), _number(marks, "attempt", 1), marks.get("whole") is not False
        found.walks.append(Walk(journey, row, attempt, tuple(sightings), caught, whole))
    return found


def _sighting(entry: Recorded, journey: Journey) -> Sighting | None:
    """Return what an entry of ours saw; None where its step is not in the journey, or where it is none of ours after all."""
    marks = entry.marks
    step, trouble = _text(marks, "step"), _text(marks, "trouble")
    if all(step != each.name for each in journey.steps):
        return None
    try:
        purpose = Purpose(_text(marks, "purpose"))
        why = Trouble(trouble) if trouble else None
    except ValueError:
        return None
    return Sighting(
        step=step,
        request=entry.request if marks.get("sent") is not False else None,
        response=entry.response,
        trouble=why,
        why=entry.why,
        at=entry.at,
        seconds=entry.seconds,
        known=_mapping(marks, "known"),
        purpose=purpose,
        about=_text(marks, "about"),
        varied=_mapping(marks, "varied"),
        waits_for=_text(marks, "waits-for"),
    )


def _gone(marks: Mapping[str, JSON], journey: Journey | None) -> str:
    name = f"{_text(marks, 'journey')}/{_text(marks, 'step')}"[:80]
    return f"{name} was recorded, and is not in the estate{' as it was' * (journey is not None)}; its calls are matched anew"


def _text(marks: Mapping[str, JSON], key: str) -> str:
    value = marks.get(key)
    return value if isinstance(value, str) else ""


def _mapping(marks: Mapping[str, JSON], key: str) -> Mapping[str, JSON]:
    value = marks.get(key)
    return value if isinstance(value, dict) else {}


def _number(marks: Mapping[str, JSON], key: str, otherwise: int) -> int:
    value = marks.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
