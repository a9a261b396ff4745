"""A run as its JSON report tells it: the reverse of :mod:`cxcontracts.reports.json`, for reports that others send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema_rs

from cxcontracts.exchanges import NO_BODY, Exchange, Request, Response
from cxcontracts.findings import (
    Attribution,
    Change,
    Fault,
    Finding,
    Harm,
    Outline,
    PartnerRun,
    Promise,
    Run,
    Stage,
    Verdict,
    Version,
)
from cxcontracts.problems import Place, Problem
from cxcontracts.reports.json import schema


def run_of(report: Mapping[str, Any]) -> Run:
    """Return the run that a report tells of, as ``json.render`` gives it for one partner or several.

    Raises:
        ValueError: If it does not fit the published schema; the message says where.
    """
    error = next(iter(jsonschema_rs.Draft202012Validator(schema(), offline=True).iter_errors(report)), None)
    if error is not None:
        path, why = _misfit(error)
        raise ValueError(f"at {'.'.join(map(str, path)) or 'its start'}: {why[:200]}")
    findings = [_finding(each) for each in report["findings"]]
    partners = [report] if "partner" in report else report["partners"]
    problems = tuple(_problem(each) for each in report.get("problems", ()))
    return Run(
        command=report["command"],
        estate=report["estate"],
        partners=tuple(_partner(each, findings) for each in partners),
        fail_on=frozenset(map(Harm, report["fail_on"])),
        not_judged=report.get("not_judged", {}),
        complete=report["complete"] or any(not problem.warning for problem in problems),  # then it is not for want of time
        problems=problems,
        not_exercised=report.get("not_exercised", {}),
        exchanges=report.get("exchanges", 0),
        environment=report.get("environment", ""),
        unfelt=tuple(report.get("unfelt", ())),
        journeys=tuple(_outline(each) for each in report.get("journeys", ())),
        only=tuple(report.get("only", ())),
        told_to=report.get("told_to", ""),
    )


def _misfit(error: jsonschema_rs.ValidationError) -> tuple[Sequence[str | int], str]:
    """Return where a report does not fit, and why: of the shapes that it may have, in the one that it is nearest to."""
    if not isinstance(error.kind, jsonschema_rs.ValidationErrorKind.OneOfNotValid):
        return error.instance_path, error.message
    nearest = min(error.kind.context, key=len)
    return nearest[0].instance_path, nearest[0].message


def _partner(told: Mapping[str, Any], findings: list[Finding]) -> PartnerRun:
    contract = told["contract"]
    return PartnerRun(
        partner=told["partner"],
        name=told["partner"],
        record=_version(contract["record"]),
        candidate=_version(contract["candidate"]) if "candidate" in contract else None,
        findings=tuple(finding for finding in findings if finding.partner == told["partner"]),
        changes=tuple(
            Change(each["element"], each["change"], tuple(each["felt_by"]), each.get("places", 1)) for each in told["changes"]
        ),
        warnings=tuple(told.get("warnings", ())),
        not_covered=told.get("not_covered", ""),
    )


def _outline(told: Mapping[str, Any]) -> Outline:
    steps = tuple(_stage(each) for each in told["steps"])
    return Outline(told["journey"], told["goal"], told["customers"], told["exact"], steps, told.get("share", False))


def _stage(told: Mapping[str, Any]) -> Stage:
    return Stage(
        told["step"],
        told["part"],
        told["customer"],
        told["channel"],
        told["partner"],
        told.get("by", ""),
        told["what"],
        told["visible"],
        told.get("fallback", ""),
    )


def _version(told: Mapping[str, str]) -> Version:
    return Version(told["version"], told["digest"], told["file"])


def _problem(told: Mapping[str, Any]) -> Problem:
    return Problem(_place(told["where"]), told["what"], told["remedy"], told["code"], told["warning"])


def _place(told: Mapping[str, Any]) -> Place:
    return Place(told["file"], told["line"], told["column"])


def _finding(told: Mapping[str, Any]) -> Finding:
    said = told.get("attribution")
    return Finding(
        id=told["id"],
        journey=told["journey"],
        step=told["step"],
        kind=told["kind"],
        partner=told["partner"],
        operation=told["operation"],
        verdict=Verdict(told["verdict"]),
        harm=Harm(told["harm"]),
        customers=told["customers"],
        exact=told["exact"],
        channel=told["channel"],
        customer=told["customer"],
        where=_place(told["where"]),
        element=told["element"],
        because=told["because"],
        was=Promise(told["was"]) if "was" in told else None,
        is_=Promise(told["is"]) if "is" in told else None,
        cause=told.get("cause"),
        witness=_exchange(told["witness"]) if "witness" in told else None,
        waived=told.get("waived", ""),
        for_steps=tuple(told.get("for_steps", ())),
        observed=told.get("observed", 0),
        flaky=told.get("flaky", ""),
        confirmed=told.get("confirmed", True),
        promised=told.get("promised"),
        attribution=Attribution(Fault(said["fault"]), tuple(said["partners"]), said["because"]) if said else None,
        curl=told.get("curl", ""),
        share=told.get("share", False),
        decides=told.get("decides", True),
    )


def _exchange(told: Mapping[str, Any]) -> Exchange:
    request, response = told["request"], told["response"]
    return Exchange(
        Request(
            request["method"],
            request["path"],
            tuple((name, value) for name, value in request.get("query", ())),
            request.get("headers", {}),
            request.get("body", NO_BODY),
            base=request.get("base", ""),
        ),
        Response(
            response["status"],
            response.get("headers", {}),
            response.get("body", NO_BODY),
            assumed=response.get("assumed", False),
        ),
    )
