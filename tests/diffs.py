"""Diffs to report on, built by hand: the rail operator's contract, 2.3.0 against 2.4.0."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Any

from cxcontracts.exchanges import Exchange, Request, Response
from cxcontracts.findings import Audience, Change, Compared, Diff, Level, Verdict, Version
from cxcontracts.problems import Place
from cxcontracts.reports.elements import element_of
from cxcontracts.rules import RULES
from tests.runs import CAUSE_NULL, REFUSED

NAMES = {"old": "api/old.yaml", "new": "api/new.yaml"}


def change(rule: str = "response-became-nullable", verdict: Verdict | None = None, **fields: Any) -> Change:
    """Return a change of a rule as ``diff`` would judge it; *fields* replace what stands here."""
    row = RULES[rule]
    proved = Verdict.BROKEN if row.proved else Verdict.INTACT
    judged = verdict or proved
    values: dict[str, Any] = {
        "element": "GET /services/{serviceId} 200 application/json cause",
        "change": "may be null",
        "rule": rule,
        "verdict": judged,
        "level": {Verdict.UNPROVEN: Level.WARNING, proved: row.level}.get(judged, Level.INFO),
        "because": row.sentence.format(name="cause", change="may be null"),
        "breaks": row.breaks,
        "was": Place(NAMES["old"], 118, 9),
        "is_": Place(NAMES["new"], 120, 9),
    }
    if judged is Verdict.BROKEN:
        values["witness"] = CAUSE_NULL
    if judged is Verdict.WAIVED:
        values |= {"waived": "agreed with the operator, until March", "level": row.level}
    values |= fields
    values["fingerprint"] = hashlib.sha256(f"{rule} {values['element']}".encode()).hexdigest()[:16]
    return Change(**values)


def of_rule(rule: str, *elements: str, change: str = "", **fields: Any) -> tuple[Change, ...]:
    """Return a change of a rule for each element, its sentence as the rule has it."""
    return tuple(_worded(rule, element, change, fields) for element in elements)


def _worded(rule: str, element: str, how: str, fields: dict[str, Any]) -> Change:
    because = RULES[rule].sentence.format(name=element_of(element).phrase, change=how)
    return change(rule, element=element, change=how, because=because, **fields)


NULLABLE = change()
REFUSES = change(
    "request-length-changed",
    element="POST /bookings body application/json surname",
    change="at least 3 characters, was 1",
    because="surname is at least 3 characters, was 1",
    witness=REFUSED,
    places=27,
)
GONE = change(
    "operation-removed",
    element="DELETE /bookings/{bookingRef}",
    change="operation removed",
    because="DELETE /bookings/{bookingRef} is gone: every call of it fails",
    witness=Exchange(Request("DELETE", "/bookings/QX7T2M"), Response(404, assumed=True)),
    is_=None,
)
WIDENED = change(
    "response-enum-widened",
    element="GET /services/{serviceId} 200 application/json status",
    change='"diverted" added',
    because='status may have more values: "diverted" added',
)
SOONER = change(
    "sunset-brought-forward",
    element="GET /timetables",
    change="2027-06-30, was 2027-12-31",
    because="GET /timetables ends sooner than announced: 2027-06-30, was 2027-12-31",
)
DEFAULT = change(
    "request-default-changed",
    element="GET /services query limit",
    change="50, was 20",
    because="limit, left out, means something else: 50, was 20",
)
DOUBTED = change(
    "response-pattern-changed",
    Verdict.UNPROVEN,
    element="GET /stations 200 application/json code",
    because="code has another pattern; nobody can tell whether that breaks anybody: it has more states than can be compared",
)
DEPRECATED = change("deprecated", element="GET /fares", because="GET /fares is deprecated until 2027-12-31", change="", places=2)
ADDED = change("response-property-added", element="GET /stations 200 application/json zone", because="zone may be answered now")
IGNORED = change("request-property-removed", Verdict.WAIVED, element="POST /bookings body application/json nickname")

EVERY = (GONE, NULLABLE, REFUSES, SOONER, WIDENED, DEFAULT, DOUBTED, DEPRECATED, ADDED, IGNORED)


def version(number: str, which: str = "new") -> Version:
    """Return a version of the contract, its digest made from the number."""
    return Version(number, f"sha256:{number.encode().hex():0<64}", NAMES[which])


def compared(*changes: Change, **fields: Any) -> Compared:
    """Return the operator's contract in two versions."""
    values: dict[str, Any] = {
        "name": "operator.yaml",
        "record": version("2.3.0", "old"),
        "candidate": version("2.4.0"),
        "changes": changes,
        "operations": 12,
    }
    return Compared(**(values | fields))


def diff(*changes: Change, **fields: Any) -> Diff:
    """Return the diff of one contract."""
    return Diff((compared(*changes),), **fields)


def inside(file: str) -> str | None:
    """Return where a file lies in the repository: everything in ``api/`` does."""
    return file if file.startswith("api/") else None


def hurt(text: str) -> Diff:
    """Return a diff that has *text* wherever whoever writes a contract, an estate or an ignore file can put one."""
    place = Place(text, 3, 4)
    exchange = Exchange(
        Request("POST", text, query=((text, text),), headers={text: text}, body={text: [text, {"cause": text}]}),
        Response(200, headers={text: text}, body={text: text, "cause": {text: [text]}}),
    )
    changes = tuple(
        dataclasses.replace(
            each,
            element=text,
            change=text,
            because=text,
            felt_by=(text, text),
            was=place,
            is_=place,
            waived=text if each.waived else "",
            witness=exchange if each.witness else None,
        )
        for each in EVERY
    )
    one = Compared(text, Version(text, text, text), Version(text + "2", text + "2", text), changes, (text,), 3)
    other = dataclasses.replace(one, name=text + "2", candidate=None, changes=(), operations=0)
    return Diff((one, other), estate=text, complete=False)


def everybody(*audiences: Audience) -> tuple[Change, ...]:
    """Return a break for each audience."""
    return tuple(dataclasses.replace(NULLABLE, breaks=audience) for audience in audiences)
