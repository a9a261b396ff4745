"""The report for programs. Its shape is a promise, published in ``schema/run.schema.json``; keys may be added, none changes.

A run of one partner has ``partner``, ``contract`` and ``changes`` at the top; one of several (or of none) has ``partners``, with
these three for each. ``verdict``, ``summary`` and ``findings`` are at the top in both.
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Sequence
from typing import Any, Final

from cxcontracts.ascii_json import written
from cxcontracts.chronicle import Told
from cxcontracts.exchanges import JSON
from cxcontracts.findings import OBSERVING, Change, Finding, Outline, PartnerRun, Run, Stage, Version
from cxcontracts.problems import Problem
from cxcontracts.reports.sentences import alone

VERSION: Final = 1


def render(run: Run) -> str:
    r"""Return the report of a ``check`` or an ``impact``, ending in a line feed.

    It is ASCII, and the same run always gives the same bytes. Text is as the partner wrote it, but for what JSON cannot say: a
    lone surrogate is spelled out (``\ud800``), and a number that is none is text (``"NaN"``).
    """
    report: dict[str, JSON] = {"version": VERSION, "command": run.command, "estate": run.estate}
    if len(run.partners) == 1:
        report |= _partner(run.partners[0])
    else:
        report["partners"] = [_partner(partner) | _outcome(alone(run, partner)) for partner in run.partners]
    report |= _outcome(run)
    report["findings"] = [finding_as_json(finding) for finding in run.findings]
    if "changes" in report:
        report["changes"] = report.pop("changes")  # last, as it is the longest
    report |= {"fail_on": sorted(run.fail_on), "complete": run.complete and not run.mistakes}
    if run.not_judged:
        report["not_judged"] = dict(run.not_judged)
    if run.command in OBSERVING:
        report |= {"exchanges": run.exchanges, "not_exercised": dict(run.not_exercised), "unfelt": list(run.unfelt)}
        report |= {"environment": run.environment} if run.environment else {}
    if run.only:
        report["only"] = list(run.only)
    if run.told_to:
        report["told_to"] = run.told_to
    if run.journeys:
        report["journeys"] = [outline_as_json(outline) for outline in run.journeys]
    if run.problems:
        report["problems"] = [_problem(problem) for problem in run.problems]
    return written(report)


def render_problems(command: str, problems: Sequence[Problem]) -> str:
    """Return the report of a run that judged nothing, as the estate is unsound: what is wrong, where, and what to do.

    It has none of the keys of :func:`render` but ``version`` and ``command``, so that nobody takes it for a verdict.
    """
    return written({"version": VERSION, "command": command, "problems": [_problem(problem) for problem in problems]})


def _problem(problem: Problem) -> dict[str, JSON]:
    place = problem.place
    return {
        "where": {"file": place.file, "line": place.line, "column": place.column},
        "what": problem.what,
        "remedy": problem.remedy,
        "code": problem.code,
        "warning": problem.warning,
    }


def schema(name: str = "run") -> dict[str, Any]:
    """Return a published JSON Schema, draft 2020-12: ``run``, which these reports fit, ``problems``, ``diff`` or ``map``."""
    text = importlib.resources.files("cxcontracts.reports").joinpath(f"schema/{name}.schema.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def as_json(told: Told) -> dict[str, JSON]:
    """Return a part of a run as the reports publish it."""
    match told:
        case Finding():
            return finding_as_json(told)
        case Outline():
            return outline_as_json(told)
        case PartnerRun():
            return _partner(told)
        case Problem():
            return _problem(told)


def _partner(partner: PartnerRun) -> dict[str, JSON]:
    contract = {"record": version_as_json(partner.record)}
    if partner.candidate is not None:
        contract["candidate"] = version_as_json(partner.candidate)
    report: dict[str, JSON] = {"partner": partner.partner, "contract": contract}
    if partner.not_covered:
        report["not_covered"] = partner.not_covered
    if partner.warnings:
        report["warnings"] = list(partner.warnings)
    return report | {"changes": [_change(change) for change in partner.changes]}


def version_as_json(version: Version) -> dict[str, JSON]:
    """Return a version of a contract as the reports publish it."""
    return {"version": version.version, "digest": version.digest, "file": version.file}


def _outcome(run: Run) -> dict[str, JSON]:
    return {"verdict": run.verdict, "summary": {str(verdict): number for verdict, number in run.summary.items()}}


def outline_as_json(outline: Outline) -> dict[str, JSON]:
    """Return a journey as the reports publish it."""
    return {
        "journey": outline.name,
        "goal": outline.goal,
        "customers": dict(outline.customers),
        "exact": outline.exact,
        **({"share": True} if outline.share else {}),
        "steps": [_stage(stage) for stage in outline.steps],
    }


def _stage(stage: Stage) -> dict[str, JSON]:
    report: dict[str, JSON] = {
        "step": stage.name,
        "part": stage.part,
        "customer": stage.customer,
        "channel": stage.channel,
        "partner": stage.partner,
        "what": stage.what,
        "visible": stage.visible,
    }
    report |= {"by": stage.by} if stage.by else {}
    return report | ({"fallback": stage.fallback} if stage.fallback else {})


def finding_as_json(finding: Finding) -> dict[str, JSON]:
    """Return a finding as the reports publish it."""
    report: dict[str, JSON] = {
        "id": finding.id,
        "journey": finding.journey,
        "step": finding.step,
        "kind": finding.kind,
        "partner": finding.partner,
        "operation": finding.operation,
        "verdict": finding.verdict,
        "harm": finding.harm,
        "customers": dict(finding.customers),
        "exact": finding.exact,
        **({"share": True} if finding.share else {}),
        "channel": finding.channel,
        "customer": finding.customer,
        "where": {"file": finding.where.file, "line": finding.where.line, "column": finding.where.column},
        "element": finding.element,
        "because": finding.because,
    }
    if finding.was is not None:
        report["was"] = finding.was
    if finding.is_ is not None:
        report["is"] = finding.is_
    if finding.cause is not None:
        report["cause"] = finding.cause
    if finding.waived:
        report["waived"] = finding.waived
    if finding.for_steps:
        report["for_steps"] = list(finding.for_steps)
    report |= _observed(finding)
    if finding.witness is not None:
        report["witness"] = finding.witness.as_json()
    return report


def _observed(finding: Finding) -> dict[str, JSON]:
    """Return what is said of a finding on exchanges alone."""
    if not finding.observed:
        return {}
    report: dict[str, JSON] = {"observed": finding.observed}
    if finding.flaky:
        report["flaky"] = finding.flaky
    if not finding.confirmed:
        report["confirmed"] = False
    if finding.promised is not None:
        report["promised"] = finding.promised
    if not finding.decides:
        report["decides"] = False
    if finding.attribution is not None:
        told = finding.attribution
        report["attribution"] = {"fault": told.fault, "partners": list(told.partners), "because": told.because}
    if finding.curl:
        report["curl"] = finding.curl
    return report


def _change(change: Change) -> dict[str, JSON]:
    return {"element": change.element, "change": change.change, "felt_by": list(change.felt_by), "places": change.places}
