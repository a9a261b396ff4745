"""The report for programs, in the shape of the one of ``impact``: published in ``schema/diff.schema.json``; keys may be added.

A diff of one contract has ``partner``, ``contract`` and ``changes`` at the top; one of several (or of none) has ``partners``,
with these three for each. Text is raw in it.
"""

from __future__ import annotations

from typing import Any

from cxcontracts.ascii_json import written
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Change, Compared, Diff, Level, Verdict
from cxcontracts.problems import Place
from cxcontracts.reports import json as json_of_runs


def render(diff: Diff) -> str:
    """Return the report of a ``diff``: ASCII, the same bytes for the same diff, ending in a line feed."""
    report: dict[str, JSON] = {"version": json_of_runs.VERSION, "command": "diff", "estate": diff.estate}
    if len(diff.contracts) == 1:
        report |= _contract(diff.contracts[0])
    else:
        report["partners"] = [_contract(contract) | _outcome(Diff((contract,))) for contract in diff.contracts]
    report |= _outcome(diff)
    report["findings"] = []
    if "changes" in report:
        report["changes"] = report.pop("changes")  # last, as it is the longest
    levels = list(Level)
    closing = levels[: levels.index(diff.fail_on) + 1] if diff.fail_on else []
    return written(report | {"fail_on": closing, "complete": diff.complete})


def schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12, that every report fits."""
    return json_of_runs.schema("diff")


def _contract(contract: Compared) -> dict[str, JSON]:
    versions = {"record": contract.record, "candidate": contract.candidate}
    report: dict[str, JSON] = {
        "partner": contract.name,
        "contract": {name: json_of_runs.version_as_json(version) for name, version in versions.items() if version},
        "operations": contract.operations,
    }
    if contract.warnings:
        report["warnings"] = list(contract.warnings)
    return report | {"changes": [_change(change) for change in contract.changes]}


def _outcome(diff: Diff) -> dict[str, JSON]:
    verdicts = [change.verdict for change in diff.changes]
    return {"verdict": diff.verdict, "summary": {str(verdict): verdicts.count(verdict) for verdict in Verdict}}


def _change(change: Change) -> dict[str, JSON]:
    report: dict[str, JSON] = {
        "element": change.element,
        "change": change.change,
        "felt_by": list(change.felt_by),
        "places": change.places,
        "rule": change.rule,
        "verdict": change.verdict,
        "breaking": change.breaking,
        "level": change.level,
        "because": change.because,
        "breaks": change.breaks,
        "old": _place(change.was),
        "new": _place(change.is_),
        "fingerprint": change.fingerprint,
    }
    if change.verdict is Verdict.WAIVED:
        report["waived"] = change.waived
    if change.witness is not None:
        report["witness"] = change.witness.as_json()
    return report


def _place(place: Place | None) -> JSON:
    return {"file": place.file, "line": place.line, "column": place.column} if place else None
