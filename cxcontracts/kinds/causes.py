"""Which other requirement of a step explains what is wrong at a place of an answer, so that it is not counted again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from cxcontracts.estate.model import Step
from cxcontracts.estate.sentences import parse_sentence
from cxcontracts.estate.values import parse_value
from cxcontracts.exchanges import Response
from cxcontracts.findings import Verdict
from cxcontracts.kinds.seen import needed
from cxcontracts.paths import MISSING, Path, found, parse_path
from cxcontracts.promises import Need
from cxcontracts.requirements import Requirement, id_of
from cxcontracts.truth import untruth
from cxcontracts.walks import Sighting

_NEEDS: Final = "needs"
_MUST: Final = "must"
_COUNTS: Final = ("has at least", "has exactly")
"""The operators of a sentence that is untrue where something is missing from a list or map."""


def explained(requirement: Requirement, step: Step, sighting: Sighting, response: Response, paths: Iterable[Path]) -> str:
    """Return the id of the requirement that explains why another one does not hold of an answer; empty where none does.

    A need of a field explains all that is wrong with the field; a need, or a count, of what should hold it, that it is missing.

    Args:
        requirement: The one that does not hold.
        step: Whose answer it is.
        sighting, response: The answer.
        paths: What the requirement looks at.
    """
    return next((cause for path in paths for cause in _causes(requirement, step, sighting, response, path)), "")


def _causes(requirement: Requirement, step: Step, sighting: Sighting, response: Response, path: Path) -> Iterator[str]:
    for name, written in step.asks.get(_NEEDS, {}).items():
        value = parse_value(written)
        holder = _holder(parse_path(name), path, sighting, response, of_itself=requirement.kind != _NEEDS)
        judgement = needed(Need(holder, value.schema), value, sighting, response) if holder is not None else None
        if judgement is not None and judgement.verdict is Verdict.BROKEN:
            yield id_of(requirement.journey, step, _NEEDS, name)
    came = sighting.at + timedelta(seconds=sighting.seconds)
    for written in step.asks.get(_MUST, ()):
        text = " ".join((written if isinstance(written, str) else written["that"]).split())
        sentence = parse_sentence(text)
        holder = _holder(sentence.path, path, sighting, response) if sentence.operator in _COUNTS else None
        if holder is not None and untruth(replace(sentence, path=holder), response, sighting.known, came):
            yield id_of(requirement.journey, step, _MUST, text)


def _holder(outer: Path, path: Path, sighting: Sighting, response: Response, *, of_itself: bool = False) -> Path | None:
    """Return the part of a path that another path reaches as well, where nothing is in what that holds; None where there is none.

    Args:
        of_itself: Whether the two may reach the same.
    """
    length = len(outer.segments)
    here = Path(path.root, path.segments[:length])
    if here.each() != outer.each():
        return None
    if length == len(path.segments):
        return here if of_itself else None
    return here if MISSING in found(Path(path.root, path.segments[: length + 1]), response, sighting.known) else None
