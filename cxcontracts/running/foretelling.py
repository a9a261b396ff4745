"""What a run would send, told before anything is sent: a line for each call as it is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import urlencode

from cxcontracts.estate.model import Journey
from cxcontracts.exchanges import NO_BODY, Request
from cxcontracts.pacts import CALL, Interaction
from cxcontracts.requirements import Requirement
from cxcontracts.running.consumers import below
from cxcontracts.running.targets import Target
from cxcontracts.running.walking import Unprepared, Walker
from cxcontracts.walks import SAFE, Purpose

_BESIDES: Final[Mapping[Purpose, str]] = {
    Purpose.AGAIN: ", pressed twice",
    Purpose.LEAST: ", with the least that it needs",
    Purpose.INFORMS: ", to bring an error about",
}
"""What a call is made for beside its step."""


def of_journeys(journeys: Iterable[Journey], walker: Walker, targets: Mapping[str, Target]) -> Iterator[str]:
    """Yield a line for each call that journeys make."""
    for journey in journeys:
        rows = walker.rows(journey)
        yield f"{journey.name}: {f'the first of {rows} rows of values' if rows > 1 else 'with these values'}"
        for step in (each for each in journey.steps if each.state):
            yield f"  {step.name}: the provider state {step.state!r} is set up, where anybody does that"
        try:
            for step, purpose, request in walker.would_send(journey):
                told = _told(targets[step.partner], request, safe=step.safe)
                yield f"  {step.name}{_BESIDES.get(purpose, '')}: {told}"
        except Unprepared as reason:
            yield f"  nothing: {reason}"


def of_interactions(interactions: Iterable[Requirement], targets: Mapping[str, Target]) -> Iterator[str]:
    """Yield a line for each call that the interactions of Pact files make."""
    calls = [each for each in interactions if each.what.type == CALL]
    if calls:
        yield "Pact files:"
    for each in calls:
        target = targets[each.of[0]]
        yield f"  {each.id}: {_told(target, _as_written(each.what, target.url))}"


def _told(target: Target, request: Request, *, safe: bool = False) -> str:
    sent = f" {json.dumps(request.body)}" if request.body is not NO_BODY else ""
    query = f"?{urlencode(request.query)}" if request.query else ""
    address = request.path if "://" in request.path else target.url + request.path
    allowed = safe or request.method in SAFE or "write" in target.may
    return f"{request.method} {address}{query}{sent}{'' if allowed else ' (not sent: only reading is allowed there)'}"


def _as_written(interaction: Interaction, url: str) -> Request:
    """Return the request of an interaction as its file has it, at an address."""
    named = ((name, value if isinstance(value, list) else [value]) for name, value in interaction.query.items())
    query = tuple((name, str(value)) for name, values in named for value in values)
    return Request(interaction.method, below(url, interaction.path), query, {}, interaction.body)
