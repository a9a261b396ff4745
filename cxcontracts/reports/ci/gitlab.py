"""The report for merge requests of GitLab: Code Quality, a list of findings.

GitLab shows what is new against the target branch's report, and takes for one finding what has the same fingerprint. It takes
what a list lacks for fixed, so what was interrupted, looked at nothing, or at a part alone has a finding that says so. What is
accepted is left out: the format knows no such thing.

Source: GitLab, "Code Quality", section "Code Quality report format".
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Final

from cxcontracts.ascii_json import written
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Level
from cxcontracts.reports.ci.alerts import OURS, Alert, Alerts
from cxcontracts.sanitise import harmless_line

MOST: Final = 10_000
"""How many findings are written, the worst first: GitLab reads a report as a whole, for each merge request, within its limits."""

_DESCRIPTION: Final = 500


def render(alerts: Alerts) -> str:
    """Return the report: ASCII, the same bytes for the same alerts, ending in a line feed.

    A finding in a file outside of the repository stands at the name of its contract or partner.
    """
    told = alerts.open[:MOST]
    findings = [_own(kind, why, "blocker") for kind, why in alerts.limits]
    findings += map(_finding, told)
    if alerts.part:
        findings.append(_own("of-a-part", alerts.part, "info"))
    if len(told) < len(alerts.open):
        findings.append(_own("left-out", f"{len(alerts.open) - len(told):,} more are left out; the JSON report has all", "info"))
    met: Counter[str] = Counter()
    for finding in findings:
        key = finding["fingerprint"]
        met[key] += 1
        finding["fingerprint"] = hashlib.sha256(f"{key} {met[key]}".encode()).hexdigest()[:32]
    return written(findings)


def _finding(alert: Alert) -> dict[str, JSON]:
    place, rule = alert.somewhere, harmless_line(alert.rule, _DESCRIPTION)
    return {
        "description": harmless_line(alert.summary, _DESCRIPTION) or rule,
        "check_name": rule,
        "fingerprint": harmless_line(f"{alert.fingerprint} {alert.subject}"),
        "severity": _severity(alert),
        "location": {"path": _path(place.file), "lines": {"begin": place.line}},
    }


def _severity(alert: Alert) -> str:
    if alert.level is Level.ERROR:
        return "critical" if alert.proved else "major"
    return "minor" if alert.level is Level.WARNING else "info"


def _own(kind: str, why: str, severity: str) -> dict[str, JSON]:
    return {
        "description": harmless_line(why, _DESCRIPTION),
        "check_name": kind,
        "fingerprint": kind,
        "severity": severity,
        "location": {"path": OURS, "lines": {"begin": 1}},
    }


def _path(file: str) -> str:
    """Return a path as GitLab takes it: it has no ``./`` before it, and is never empty."""
    return harmless_line(file, None).removeprefix("./") or OURS
