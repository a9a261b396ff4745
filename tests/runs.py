"""Runs to report on, built by hand: the rail estate's operator, ticketing and notification vendor."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from cxcontracts.exchanges import Exchange, Request, Response
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

EVERYBODY: Mapping[str, int] = {"commuter": 126_000, "leisure": 45_000, "assisted": 9_000}
CHECK_SERVICE = "I see what is happening to my train, and why"

CAUSE_NULL = Exchange(
    Request("GET", "/services/SVC-1"),
    Response(
        200,
        body={
            "serviceId": "SVC-1",
            "status": "cancelled",
            "cause": None,
            "updatedAt": "2026-11-22T07:30:00Z",
            "alternatives": [{"serviceId": "SVC-2", "departs": "2026-11-22T08:00:00Z", "platform": "4"}],
        },
    ),
)
REFUSED = Exchange(
    Request("POST", "/bookings", query=(("dry", "true"),), body={"bookingRef": "QX7T2M", "surname": "Ng"}),
    Response(400, assumed=True),
)


def finding(
    requirement: str = "rail-disruption/check-service/needs-when:cause.text", verdict: Verdict = Verdict.BROKEN, **fields: Any
) -> Finding:
    """Return a finding on the operator; *fields* replace what stands here."""
    journey, step, tail = requirement.split("/", 2)
    values: dict[str, Any] = {
        "id": requirement,
        "journey": journey,
        "step": step,
        "kind": tail.partition(":")[0],
        "partner": "operator",
        "operation": "GET /services/{serviceId}",
        "verdict": verdict,
        "harm": Harm.BLOCKED,
        "customers": EVERYBODY,
        "exact": False,
        "channel": "app",
        "customer": CHECK_SERVICE,
        "where": Place(f"journeys/{journey}.yaml", 34, 7),
    }
    if verdict is not Verdict.INTACT:
        values["element"] = "GET /services/{serviceId} 200 application/json cause.text"
        values["because"] = "cause may now be null; the journey needs its text"
    if verdict in (Verdict.BROKEN, Verdict.TOLERATED):
        values |= {"was": Promise.GUARANTEED, "is_": Promise.POSSIBLE, "witness": CAUSE_NULL}
    return Finding(**(values | fields))


def intact(count: int, step: str = "find-booking", **fields: Any) -> tuple[Finding, ...]:
    """Return findings of needs that hold."""
    return tuple(finding(f"rail-disruption/{step}/needs:field{n}", Verdict.INTACT, **fields) for n in range(count))


def change(element: str = "GET /stations 200 application/json zone", what: str = "property removed", **fields: Any) -> Change:
    """Return a change, felt by nobody unless *fields* say so."""
    return Change(element, what, **fields)


def version(number: str, partner: str = "operator") -> Version:
    """Return a version of a partner's contract, its digest made from the number."""
    return Version(number, f"sha256:{number.encode().hex():0<64}", f"partners/{partner}/openapi.yaml")


def partner_run(*findings: Finding, partner: str = "operator", **fields: Any) -> PartnerRun:
    """Return the run of one partner, 2.3.0 against the candidate 2.4.0."""
    values: dict[str, Any] = {
        "partner": partner,
        "name": f"Rail {partner} API",
        "record": version("2.3.0", partner),
        "candidate": version("2.4.0", partner),
        "findings": tuple(dataclasses.replace(finding, partner=partner) for finding in findings),
    }
    return PartnerRun(**(values | fields))


def impact(*partners: PartnerRun, **fields: Any) -> Run:
    """Return an ``impact`` in an estate that fails on every harm but delay."""
    values: dict[str, Any] = {"command": "impact", "estate": "rail-retail", "fail_on": frozenset(Harm) - {Harm.DELAYED}}
    return Run(partners=partners, **(values | fields))


def check(*partners: PartnerRun, **fields: Any) -> Run:
    """Return a ``check``: the same without candidates."""
    judged = tuple(dataclasses.replace(partner, candidate=None, changes=()) for partner in partners)
    return impact(*judged, command="check", **fields)


def hurt(text: str, command: str = "impact") -> Run:
    """Return a run that has *text* wherever a partner, or anyone who writes a file, can put one."""
    place = Place(text, 3, 4)
    exchange = Exchange(
        Request("POST", text, query=((text, text),), headers={text: text}, body={text: [text, {"cause": text}]}),
        Response(200, headers={text: text}, body={text: text, "cause": {text: [text]}}),
    )
    findings = tuple(
        finding(
            f"j{number}/{text}/needs:{text}",
            verdict,
            **dict.fromkeys(("journey", "step", "kind", "operation", "channel", "customer", "element", "because"), text),
            customers={text: 12},
            where=place,
            witness=exchange,
            waived=text if verdict is Verdict.WAIVED else "",
        )
        for number, verdict in enumerate(Verdict)
    )
    one = PartnerRun(
        text,
        text,
        Version(text, text, text),
        Version(text, text, text),
        (*findings, dataclasses.replace(findings[1], id=text, cause=findings[1].id)),
        (Change(text, text), Change(text, text, (text,), 3)),
        (text,),
    )
    seen = dataclasses.replace(
        findings[1],
        id=f"seen/{text}/needs:{text}",
        for_steps=(text, text),
        observed=3,
        promised=False,
        attribution=Attribution(Fault.SEAM, (text, text), text),
        curl=text,
    )
    one = dataclasses.replace(one, findings=(*one.findings, seen))
    other = dataclasses.replace(one, partner=text + "2", findings=(), not_covered=text)
    step = Stage(text, "steps", text, text, text, text, text, fallback=text)
    return impact(
        *(one, other),
        command=command,
        estate=text,
        not_judged={text: 2},
        complete=False,
        problems=(Problem(place, text, text, text), Problem(place, text, text, text, warning=True)),
        not_exercised={text: text},
        exchanges=2,
        environment=text,
        unfelt=(text,),
        journeys=(Outline(text, text, {text: 12}, False, (step,)),),
    )
