"""The report for merge requests of GitLab: Code Quality, a list of findings.

GitLab shows what is new against the target branch's report, and takes for one finding what has the same fingerprint. An empty
list means "all is fixed", so a diff that was interrupted or compared nothing has a finding that says so. What is ignored is left
out: the format knows no such thing.

Source: GitLab, "Code Quality", section "Code Quality report format".
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Final

from cxcontracts.ascii_json import written
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Diff, Level
from cxcontracts.problems import Place
from cxcontracts.reports.diff.places import Inside, standing
from cxcontracts.reports.diff.sorting import Entry, sorted_out
from cxcontracts.reports.diff.words import breaks, limits, line
from cxcontracts.sanitise import harmless_line

_DESCRIPTION: Final = 500


def render(diff: Diff, inside: Inside) -> str:
    """Return the report of a ``diff``: ASCII, the same bytes for the same diff, ending in a line feed.

    Args:
        diff: What was found.
        inside: Where files lie below the root of the repository. A finding in a file elsewhere stands at the contract's name.
    """
    entries = sorted_out(diff).to_act_on
    several = len(diff.contracts) > 1
    findings = [_limit(kind, why) for kind, why in limits(diff)]
    findings += [_finding(entry, standing(entry, inside) or Place(entry.contract.name), several) for entry in entries]
    met: Counter[str] = Counter()
    for finding in findings:
        key = finding["fingerprint"]
        met[key] += 1
        finding["fingerprint"] = hashlib.sha256(f"{key} {met[key]}".encode()).hexdigest()[:32]
    return written(findings)


def _finding(entry: Entry, place: Place, several: bool) -> dict[str, JSON]:
    whom = breaks(entry.change)
    told = line(entry, owner=several) + (f" (breaks {whom})" if whom else "")
    return {
        "description": harmless_line(told, _DESCRIPTION) or entry.change.rule,
        "check_name": entry.change.rule,
        "fingerprint": harmless_line(f"{entry.change.fingerprint} {entry.contract.name}"),
        "severity": _severity(entry),
        "location": {"path": _path(place.file), "lines": {"begin": place.line}},
    }


def _severity(entry: Entry) -> str:
    if entry.change.level is Level.ERROR:
        return "critical" if entry.change.breaking else "major"
    return "minor" if entry.change.level is Level.WARNING else "info"


def _limit(kind: str, why: str) -> dict[str, JSON]:
    return {
        "description": why,
        "check_name": kind,
        "fingerprint": kind,
        "severity": "blocker",
        "location": {"path": "cxcontracts", "lines": {"begin": 1}},
    }


def _path(file: str) -> str:
    """Return a path as GitLab takes it: it has no ``./`` before it, and is never empty."""
    return harmless_line(file, None).removeprefix("./") or "cxcontracts"
