"""The scorecard for programs, as published in ``schema/scorecard.schema.json``; keys may be added, none changes."""

from __future__ import annotations

from typing import Any

from cxcontracts.ascii_json import written
from cxcontracts.exchanges import JSON
from cxcontracts.onboarding.scorecard import Entry, Evidence, Scorecard, Standing
from cxcontracts.reports import json as json_of_runs


def render(card: Scorecard) -> str:
    """Return the scorecard: ASCII, the same bytes for the same card, ending in a line feed. Text is raw in it."""
    return written(
        {
            "version": json_of_runs.VERSION,
            "command": "onboard",
            "estate": card.estate,
            "partner": card.partner,
            "name": card.title,
            "contract": json_of_runs.version_as_json(card.version),
            "where": card.where,
            "environment": card.environment,
            "day": card.day.isoformat(),
            "verdict": card.verdict,
            "summary": {str(each): len(card.of(each)) for each in Standing},
            "next": [entry.line.id for entry in card.next],
            "lines": [_line(entry) for entry in card.entries],
            **({"since": _since(card)} if card.since is not None else {}),
        }
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12, that every scorecard fits."""
    return json_of_runs.schema("scorecard")


def _line(entry: Entry) -> dict[str, JSON]:
    line = entry.line
    return {
        "id": line.id,
        "pillar": str(line.pillar),
        "title": line.title,
        "standing": str(entry.standing),
        "because": entry.outcome.because,
        "why": line.why,
        "remedy": line.remedy,
        "turn": str(entry.turn.name.lower()),
        "live": line.basis.live,
        "harm": str(line.harm),
        "customers": dict(entry.outcome.customers),
        "evidence": [_evidence(each) for each in entry.outcome.evidence],
        **({"before": str(entry.before)} if entry.before is not None else {}),
    }


def _evidence(evidence: Evidence) -> dict[str, JSON]:
    place = evidence.place
    return {
        "what": evidence.what,
        **({"where": {"file": place.file, "line": place.line, "column": place.column}} if place is not None else {}),
        **({"exchange": evidence.exchange.as_json()} if evidence.exchange is not None else {}),
        **({"among": list(evidence.among)} if evidence.among else {}),
    }


def _since(card: Scorecard) -> dict[str, JSON]:
    return {
        "day": f"{card.since}",
        "better": [entry.line.id for entry in card.better],
        "worse": [entry.line.id for entry in card.worse],
        "gone": list(card.gone),
    }
