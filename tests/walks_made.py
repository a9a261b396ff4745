"""Walks as if partners had been called, and what an observer says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cxcontracts.estate.model import Journey
from cxcontracts.exchanges import JSON, NO_BODY, Request, Response
from cxcontracts.findings import Finding
from cxcontracts.plugins import kinds
from cxcontracts.verdicts import Observer, Verdicts
from cxcontracts.walks import Purpose, Sighting, Trouble, Walk
from tests.estates_made import contract, one_step, opened, write

AT = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)

OPEN = contract(
    """
    /thing:
      get:
        parameters: [{name: q, in: query, schema: {type: string}}, {name: r, in: query, schema: {type: string}}]
        responses: {'200': {description: ok, content: {application/json: {schema: {}}}}, default: {description: no}}
      post:
        parameters:
          - {name: q, in: query, schema: {type: string}}
          - {name: r, in: query, schema: {type: string}}
          - {name: Idempotency-Key, in: header, schema: {type: string}}
        requestBody: {content: {application/json: {schema: {}}}}
        responses: {'200': {description: ok, content: {application/json: {schema: {}}}}, default: {description: no}}
    """
)
"""A contract that promises nothing of what it answers."""


def saw(body: JSON = NO_BODY, status: int = 200, step: str = "s", **keys: Any) -> Sighting:
    """Return what came of a call: an answer, by default the step's own; *headers* are those of the answer."""
    headers = {name.replace("_", "-"): value for name, value in keys.pop("headers", {}).items()}
    response = None if keys.get("trouble") in _ANSWERLESS else Response(status, headers, body)
    values: dict[str, Any] = {"trouble": None, "why": "", "at": AT, "seconds": 0.1} | keys
    return Sighting(step, Request("GET", "/thing", base="http://p.example"), response, **values)


_ANSWERLESS = (Trouble.SILENT, Trouble.UNREACHABLE, Trouble.WAITS, Trouble.SPENT)


def fuzzed(body: JSON = NO_BODY, status: int = 200, about: str = "it differs", **varied: JSON) -> Sighting:
    """Return what came of a call with other values."""
    return saw(body, status, purpose=Purpose.FUZZ, about=about, varied=varied)


def walk(journey: Journey, *sightings: Sighting, **keys: Any) -> Walk:
    """Return one way through a journey."""
    return Walk(journey, keys.pop("row", 0), keys.pop("attempt", 1), sightings, **keys)


def observe(
    folder: Path, journey: str, *walks: Sequence[Sighting], records: Mapping[str, str] | None = None, **keys: Any
) -> Verdicts:
    """Judge an estate with one journey on walks.

    Args:
        keys: What each walk has besides.
    """
    estate = opened(write(folder, journey, records or {"p": OPEN}))
    (read,) = estate.estate.journeys.values()
    observer = Observer(estate.judge, kinds(), {}, lambda sighting: f"curl {sighting.step}")
    return observer.verdicts([read], [walk(read, *each, **keys) for each in walks])


def findings(verdicts: Verdicts, parts: int = 1) -> dict[str, Finding]:
    """Return findings by their ids without the first parts."""
    return {each.id.split("/", parts)[-1]: each for each in verdicts.findings}


def at_step(
    folder: Path, step: str, *sightings: Sighting, call: str = "p GET /thing", given: str = "", **keys: Any
) -> dict[str, Finding]:
    """Judge a journey of one step, each sighting being a walk of its own; what is found is named ``kind:rest``."""
    journey = one_step(step, call.partition(" ")[2], given)
    return findings(observe(folder, journey, *([each] for each in sightings), **keys), 2)


def told(found: Mapping[str, Finding], name: str) -> tuple[str, str]:
    """Return the verdict on a requirement, and why."""
    return str(found[name].verdict), found[name].because
