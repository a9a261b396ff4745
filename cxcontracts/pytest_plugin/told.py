"""What a test report carries of a finding from one process to another: plain values, harmless text."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from cxcontracts.findings import Finding, Harm, Verdict
from cxcontracts.problems import Place
from cxcontracts.sanitise import harmless_line

if TYPE_CHECKING:
    from cxcontracts.pytest_plugin.estates import JudgedEstate

_TEXTS = ("id", "journey", "step", "kind", "partner", "operation", "channel", "customer", "element", "because")


def told(finding: Finding, estate: JudgedEstate) -> dict[str, Any]:
    """Return a finding in plain values, without its witness, with what the summary must know beside."""
    return {
        **{name: harmless_line(getattr(finding, name), None) for name in _TEXTS},
        "verdict": str(finding.verdict),
        "harm": str(finding.harm),
        "customers": {harmless_line(group): monthly for group, monthly in finding.customers.items()},
        "exact": finding.exact,
        "share": finding.share,
        "observed": finding.observed,
        "where": [harmless_line(finding.where.file), finding.where.line, finding.where.column],
        "cause": None if finding.cause is None else harmless_line(finding.cause, None),
        "beside": {"fails": finding.harm in estate.fail_on, "candidate": estate.has_candidate(finding.partner)},
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A finding as it was told.

    Attributes:
        finding: Without its witness.
        fails: Whether its harm closes the gate.
        candidate: Whether a candidate was judged.
    """

    finding: Finding
    fails: bool
    candidate: bool


def heard(values: dict[str, Any]) -> Told:
    """Return what :func:`told` was given."""
    fields = {name: values[name] for name in (*_TEXTS, "customers", "exact", "share", "observed", "cause")}
    finding = Finding(**fields, verdict=Verdict(values["verdict"]), harm=Harm(values["harm"]), where=Place(*values["where"]))
    return Told(finding, **values["beside"])
