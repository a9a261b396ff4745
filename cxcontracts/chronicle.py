"""A run as lines, in the order in which it happens: what ``run.jsonl`` and the format ``jsonl`` have, each a JSON object.

The first line, ``start``, says what is run and that it is incomplete. Then come the journeys, what was seen and found, the
partners; the last, ``end``, says that the run is over, and whether it is complete. Where it is missing, the run was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from cxcontracts.exchanges import JSON
from cxcontracts.findings import OBSERVING, Finding, Outline, PartnerRun, Run
from cxcontracts.problems import Problem

VERSION: Final = 1
"""Of the lines' shape. Events and keys may be added within it; none is removed or changes its meaning."""

EXCHANGE: Final = b'{"event":"exchange","entry":'
"""What the line of an exchange begins with; an entry follows as recordings have it, and a brace."""

Line = Mapping[str, JSON]
Told = Finding | Outline | PartnerRun | Problem
Tell = Callable[[Told], Line]
"""Returns a part of a run as its reports publish it."""


def started(run: Run, tell: Tell, about: Line) -> Iterator[Line]:
    """Yield the lines with which a run starts.

    Args:
        run: The run, before anything was found.
        about: What else is known of it, e.g. when it began.
    """
    environment: Line = {"environment": run.environment} if run.environment else {}
    only: Line = {"only": list(run.only)} if run.only else {}
    whom: Line = {"told_to": run.told_to} if run.told_to else {}
    start = {"event": "start", "version": VERSION, "complete": False, "command": run.command, "estate": run.estate}
    yield {**start, **environment, **only, **whom, "fail_on": sorted(run.fail_on), **about}
    yield from ({"event": "journey", **tell(journey)} for journey in run.journeys)


def found(findings: Iterable[Finding], not_exercised: Mapping[str, str], tell: Tell) -> Iterator[Line]:
    """Yield a line for each finding, and for each requirement that no exchange showed."""
    yield from ({"event": "finding", **tell(finding)} for finding in findings)
    yield from ({"event": "not-exercised", "id": id, "because": why} for id, why in not_exercised.items())


def ended(run: Run, tell: Tell, about: Line) -> Iterator[Line]:
    """Yield the lines with which a run ends: all of it that was not told as it came."""
    yield from ({"event": "partner", **tell(partner)} for partner in run.partners)
    yield from ({"event": "problem", **tell(problem)} for problem in run.problems)
    seen: Line = {"exchanges": run.exchanges, "unfelt": list(run.unfelt)} if run.command in OBSERVING else {}
    unjudged: Line = {"not_judged": dict(run.not_judged)} if run.not_judged else {}
    yield {"event": "end", "complete": run.complete and not run.mistakes, "verdict": run.verdict, **unjudged, **seen, **about}


__all__ = ["EXCHANGE", "VERSION", "Line", "Tell", "Told", "ended", "found", "started"]
