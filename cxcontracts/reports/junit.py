"""The report for CI systems: JUnit XML.

One test suite a contract, one test case a requirement, and ``complete`` of ``cxcontracts.run``, which fails a run that was
interrupted or checked nothing. A break whose harm closes the gate is a failure: there are as many as ``Run.gates`` has. What
could not be judged is an error, never a skip. A waiver is a skip. Everything else passes, and says the rest in ``system-out``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import cxcontracts
from cxcontracts.findings import Finding, PartnerRun, Run, Verdict
from cxcontracts.reports.sentences import account, limits, suffering
from cxcontracts.reports.suites import EPOCH, MESSAGE, NAME, OF, Case, Dialect, Outcome, Suite, Wording, rendered
from cxcontracts.sanitise import harmless_line

_BODY: Final = 1500


def render(run: Run, *, strict: bool = False, folder: str = "", dialect: Dialect = Dialect.RICH, at: datetime = EPOCH) -> str:
    """Return the report of a ``check`` or an ``impact``: ASCII, with its XML declaration, ending in a line feed.

    Args:
        run: What was found.
        strict: Makes what could not be decided an error.
        folder: Where the estate lies below the repository's root, ``/`` between its parts: CI systems link files from there.
        dialect: For whom the XML is.
        at: When it was found, in UTC.

    Raises:
        UnfaithfulReportError: If the XML does not hold every result, once read again.
    """
    return rendered(lambda wording: _Writer(run, strict, folder.strip("/"), wording).suites(), dialect, at)


class _Writer:
    """Turns findings into test cases."""

    def __init__(self, run: Run, strict: bool, folder: str, wording: Wording) -> None:
        self._run = run
        self._strict = strict
        self._folder = folder
        self._wording = wording

    def suites(self) -> tuple[Suite, ...]:
        """Return a suite for each partner of whom there is something to say, then the one of the run itself."""
        suites = [self._suite(partner) for partner in self._run.partners if partner.findings or partner.not_covered]
        return (*suites, self._wording.complete(limits(self._run)))

    def _suite(self, partner: PartnerRun) -> Suite:
        contract = partner.candidate or partner.record
        which = f"/{contract.file.rpartition('/')[2]}@{contract.version}" if contract.digest else ""
        name = f"{partner.partner}{which}"
        cases = [self._case(finding) for finding in partner.findings] or [self._not_covered(partner)]
        return Suite(harmless_line(name, NAME), self._properties(partner), tuple(cases))

    def _properties(self, partner: PartnerRun) -> dict[str, str]:
        properties = {
            "cxcontracts": cxcontracts.__version__,
            "command": self._run.command,
            "estate": self._run.estate,
        }
        if partner.record.digest:
            properties["record"] = f"{partner.record.version} {partner.record.digest}"
        if partner.candidate is not None:
            properties["candidate"] = f"{partner.candidate.version} {partner.candidate.digest}"
        return {name: harmless_line(value) for name, value in properties.items()}

    def _case(self, finding: Finding) -> Case:
        outcome = self._outcome(finding)
        lines = () if finding.verdict is Verdict.INTACT else tuple(account(finding, _BODY))
        file = f"{self._folder}/{finding.where.file}" if self._folder else finding.where.file
        return Case(
            classname=harmless_line(f"cxcontracts.{finding.partner}.{finding.journey}", NAME),
            name=self._wording.name(f"{finding.partner}{OF}{finding.id}"),
            outcome=outcome,
            type=harmless_line(f"cxcontracts.{finding.verdict}.{finding.kind}", NAME),
            message=harmless_line(_message(finding), MESSAGE),
            text=self._wording.text(lines),
            file=harmless_line(file, MESSAGE),
            line=finding.where.line,
        )

    def _outcome(self, finding: Finding) -> Outcome:
        if finding.verdict is Verdict.BROKEN and finding.harm in self._run.fail_on:
            return "failure"
        if finding.verdict is Verdict.INCONCLUSIVE or (finding.verdict is Verdict.UNPROVEN and self._strict):
            return "error"
        return "skipped" if finding.verdict is Verdict.WAIVED else "passed"

    def _not_covered(self, partner: PartnerRun) -> Case:
        name, why = f"{partner.partner}{OF}covered", f"not covered: {partner.not_covered}"
        return self._wording.own(f"cxcontracts.{partner.partner}", name, "skipped", "not-covered", why)


def _message(finding: Finding) -> str:
    """Return the line that readers show first."""
    why = finding.because or finding.element or f"{finding.verdict}: {finding.id}"
    return f"{suffering(finding)}: {why}" if finding.verdict is Verdict.BROKEN else why
