"""The report for CI systems: JUnit XML.

One test suite a contract. A change that closes the gate is a failure: there are as many as ``Diff.gates`` has. What is unproven
is an error when strict, what is ignored a skip; what breaks without closing the gate passes, and says so in ``system-out``. Each
contract has one case more, which passes once it was compared, and the run has ``complete``: nothing is green by being empty.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import cxcontracts
from cxcontracts.findings import Compared, Diff, Verdict
from cxcontracts.reports.diff.places import Inside, standing
from cxcontracts.reports.diff.sorting import Entry, sorted_out
from cxcontracts.reports.diff.words import account, limits, release, sentence, weight
from cxcontracts.reports.suites import EPOCH, MESSAGE, NAME, OF, Case, Dialect, Outcome, Suite, Wording, rendered
from cxcontracts.sanitise import harmless_line

_BODY: Final = 1500


def render(diff: Diff, inside: Inside, *, strict: bool = False, dialect: Dialect = Dialect.RICH, at: datetime = EPOCH) -> str:
    """Return the report of a ``diff``: ASCII, with its XML declaration, ending in a line feed.

    Args:
        diff: What was found.
        inside: Where files lie below the root of the repository: CI systems link them from there.
        strict: Makes what is unproven an error.
        dialect: For whom the XML is.
        at: When it was found, in UTC.

    Raises:
        UnfaithfulReportError: If the XML does not hold every result, once read again.
    """
    return rendered(lambda wording: _Writer(diff, inside, strict, wording).suites(), dialect, at)


class _Writer:
    """Turns changes into test cases."""

    def __init__(self, diff: Diff, inside: Inside, strict: bool, wording: Wording) -> None:
        self._diff = diff
        self._inside = inside
        self._strict = strict
        self._wording = wording
        self._gates = set(map(id, diff.gates))

    def suites(self) -> tuple[Suite, ...]:
        """Return a suite for each contract, then the one of the run itself."""
        return (*map(self._suite, self._diff.contracts), self._wording.complete(limits(self._diff)))

    def _suite(self, contract: Compared) -> Suite:
        found = sorted_out(Diff((contract,)))
        entries = (*found.to_act_on, *found.ignored, *found.announced, *found.others)
        told = [entry for entry in entries if self._is_told(entry)]
        cases = (*map(self._case, told), self._compared(contract))
        return Suite(harmless_line(release(contract), NAME), self._properties(contract), cases)

    def _properties(self, contract: Compared) -> dict[str, str]:
        properties = {"cxcontracts": cxcontracts.__version__, "command": "diff", "estate": self._diff.estate}
        for name, version in (("record", contract.record), ("candidate", contract.candidate)):
            if version is not None:
                properties[name] = f"{version.version} {version.digest}"
        return {name: harmless_line(value) for name, value in properties.items()}

    def _is_told(self, entry: Entry) -> bool:
        return entry.change.verdict is not Verdict.INTACT or id(entry.change) in self._gates

    def _case(self, entry: Entry) -> Case:
        change = entry.change
        place = standing(entry, self._inside)
        lines = [f"{weight(change)}: {sentence(change)}", *account(self._diff, entry, _BODY)]
        return Case(
            classname=harmless_line(f"cxcontracts.{entry.contract.name}", NAME),
            name=self._wording.name(f"{entry.contract.name}{OF}{change.rule} {change.element}"),
            outcome=self._outcome(entry),
            type=harmless_line(f"cxcontracts.{weight(change)}.{change.rule}", NAME),
            message=harmless_line(sentence(change) or change.fingerprint, MESSAGE),
            text=self._wording.text(lines),
            file=harmless_line(place.file, MESSAGE) if place else "",
            line=place.line if place else 0,
        )

    def _outcome(self, entry: Entry) -> Outcome:
        if id(entry.change) in self._gates:
            return "failure"
        if entry.change.verdict is Verdict.UNPROVEN and self._strict:
            return "error"
        return "skipped" if entry.change.verdict is Verdict.WAIVED else "passed"

    def _compared(self, contract: Compared) -> Case:
        classname, name = f"cxcontracts.{contract.name}", f"{contract.name}{OF}compared"
        if not contract.operations:
            return self._wording.own(classname, name, "skipped", "nothing-compared", "there is no operation on either side")
        return Case(harmless_line(classname, NAME), self._wording.name(name), "passed")
