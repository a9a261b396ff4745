"""The report for CI systems: JUnit XML, in the dialect that most of them read.

junit-xml makes the model. It loses a failure that has no text, and the whole report to one odd character, so nothing reaches it
but harmless text that is never empty, and what it made is read again and counted before it is handed out.

One test suite a contract, one test case a requirement, and ``complete`` of ``cxcontracts.run``, which fails a run that was
interrupted or checked nothing. A break whose harm closes the gate is a failure: there are as many as ``Run.gates`` has. What
could not be judged is an error, never a skip. A waiver is a skip. Everything else passes, and says the rest in ``system-out``.
"""

from __future__ import annotations

import hashlib
import itertools
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import junit_xml

import cxcontracts
from cxcontracts.findings import Finding, PartnerRun, Run, Verdict
from cxcontracts.reports.sentences import facts, release, scene, suffering, unchecked
from cxcontracts.sanitise import harmless, harmless_line

_OF: Final = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
_NAME: Final = 250
_MESSAGE: Final = 1000
_BODY: Final = 1500
_REPORT: Final = 25_000_000
_TEXTS: Final = (8_000, 1_500, 300)
"""How long a text may be: the first with which the report stays within _REPORT. GitLab refuses 30 MB."""


class UnfaithfulReportError(Exception):
    """The XML does not say what the run found. A fault of cxcontracts or of junit-xml, never of the user."""


Outcome = Literal["passed", "failure", "error", "skipped"]


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case, harmless and within the budgets. *message* and *text* are never empty unless it passed."""

    classname: str
    name: str
    outcome: Outcome
    type: str = ""
    message: str = ""
    text: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class _Suite:
    name: str
    properties: dict[str, str]
    cases: tuple[_Case, ...]


def render(run: Run, *, strict: bool = False, folder: str = "") -> str:
    """Return the report of a ``check`` or an ``impact``: ASCII, with its XML declaration, ending in a line feed.

    Args:
        run: What was found.
        strict: Makes what could not be decided an error.
        folder: Where the estate lies below the repository's root, ``/`` between its parts: CI systems link files from there.

    Raises:
        UnfaithfulReportError: If the XML does not hold every result, once read again.
    """
    for longest in _TEXTS:
        suites = _Writer(run, strict, folder.strip("/"), longest).suites()
        report = faithful(_xml(suites), [case.outcome for suite in suites for case in suite.cases])
        if len(report) <= _REPORT:
            break
    return report


def faithful(report: str, outcomes: Sequence[Outcome]) -> str:
    """Return a report that holds exactly these outcomes, in this order, with text where there must be some.

    Raises:
        UnfaithfulReportError: If it does not, or is no XML.
    """
    try:
        root = ElementTree.fromstring(report)
    except ElementTree.ParseError as error:
        raise UnfaithfulReportError(f"the JUnit report is not well-formed: {error}") from error
    found = [_read(case) for case in root.iter("testcase")]
    if found != list(outcomes):
        raise UnfaithfulReportError(f"the JUnit report holds {_tally(found)}; the run found {_tally(outcomes)}")
    for element in (root, *root.iter("testsuite")):
        cases = [_read(case) for case in element.iter("testcase")]
        held = {"tests": len(cases)} | {f"{kind}s": cases.count(kind) for kind in ("failure", "error")}
        if any(element.get(name) != str(number) for name, number in held.items()):
            raise UnfaithfulReportError(f"a {element.tag} of the JUnit report counts {element.attrib}, and holds {held}")
    return report


def _read(case: ElementTree.Element) -> Outcome | None:
    results = [child for child in case if child.tag in ("failure", "error", "skipped")]
    if not results:
        return "passed"
    if len(results) > 1 or not (results[0].text or "").strip() or not results[0].get("message"):
        return None
    return results[0].tag  # type: ignore[return-value]  # it is one of the three


def _tally(outcomes: Sequence[Outcome | None]) -> str:
    names = sorted({str(outcome) for outcome in outcomes})
    return ", ".join(f"{sum(str(outcome) == name for outcome in outcomes)} {name}" for name in names) or "nothing"


class _Writer:
    """Turns findings into test cases."""

    def __init__(self, run: Run, strict: bool, folder: str, longest: int) -> None:
        self._run = run
        self._strict = strict
        self._folder = folder
        self._longest = longest
        self._names: set[str] = set()

    def suites(self) -> tuple[_Suite, ...]:
        """Return a suite for each partner of whom there is something to say, then the one of the run itself."""
        suites = [self._suite(partner) for partner in self._run.partners if partner.findings or partner.not_covered]
        return (*suites, _Suite("cxcontracts.run", {}, (self._complete(),)))

    def _suite(self, partner: PartnerRun) -> _Suite:
        contract = partner.candidate or partner.record
        name = f"{partner.partner}/{contract.file.rpartition('/')[2]}@{contract.version}"
        cases = [self._case(finding) for finding in partner.findings] or [self._not_covered(partner)]
        return _Suite(harmless_line(name, _NAME), self._properties(partner), tuple(cases))

    def _properties(self, partner: PartnerRun) -> dict[str, str]:
        properties = {
            "cxcontracts": cxcontracts.__version__,
            "command": self._run.command,
            "estate": self._run.estate,
            "record": f"{partner.record.version} {partner.record.digest}",
        }
        if partner.candidate is not None:
            properties["candidate"] = f"{partner.candidate.version} {partner.candidate.digest}"
        return {name: harmless_line(value) for name, value in properties.items()}

    def _case(self, finding: Finding) -> _Case:
        outcome = self._outcome(finding)
        lines = () if finding.verdict is Verdict.INTACT else tuple(_account(finding))
        file = f"{self._folder}/{finding.where.file}" if self._folder else finding.where.file
        return _Case(
            classname=harmless_line(f"cxcontracts.{finding.partner}.{finding.journey}", _NAME),
            name=self._name(f"{finding.partner}{_OF}{finding.id}"),
            outcome=outcome,
            type=harmless_line(f"cxcontracts.{finding.verdict}.{finding.kind}", _NAME),
            message=harmless_line(finding.because or finding.element or f"{finding.verdict}: {finding.id}", _MESSAGE),
            text=self._text(lines),
            file=harmless_line(file, _MESSAGE),
            line=finding.where.line,
        )

    def _outcome(self, finding: Finding) -> Outcome:
        if finding.verdict is Verdict.BROKEN and finding.harm in self._run.fail_on:
            return "failure"
        if finding.verdict is Verdict.INCONCLUSIVE or (finding.verdict is Verdict.UNPROVEN and self._strict):
            return "error"
        return "skipped" if finding.verdict is Verdict.WAIVED else "passed"

    def _not_covered(self, partner: PartnerRun) -> _Case:
        name, why = f"{partner.partner}{_OF}covered", f"not covered: {partner.not_covered}"
        return self._own(f"cxcontracts.{partner.partner}", name, "skipped", "not-covered", why)

    def _complete(self) -> _Case:
        classname, name = "cxcontracts.run", f"cxcontracts.run{_OF}complete"
        if not self._run.complete:
            return self._own(classname, name, "error", "incomplete", "interrupted: what is not listed was not judged")
        if missed := unchecked(self._run):
            releases = ", ".join(release(partner) for partner in missed)
            return self._own(
                classname, name, "error", "nothing-checked", f"nothing that contracts can show is needed of {releases}"
            )
        if not self._run.partners:
            return self._own(classname, name, "error", "nothing-checked", "no partner was judged")
        return _Case(classname, name, "passed")

    def _own(self, classname: str, name: str, outcome: Outcome, kind: str, why: str) -> _Case:
        message = harmless_line(why, _MESSAGE)
        return _Case(
            harmless_line(classname, _NAME), self._name(name), outcome, f"cxcontracts.{kind}", message, self._text([why])
        )

    def _name(self, name: str) -> str:
        """Return a name that is harmless, short and the only one of its kind, and the same in every run."""
        short = harmless_line(name, None)
        if len(short) > _NAME:
            short = f"{short[: _NAME - 20]}… {hashlib.sha256(short.encode()).hexdigest()[:8]}"
        unique = next(candidate for candidate in _numbered(short) if candidate not in self._names)
        self._names.add(unique)
        return unique

    def _text(self, lines: Iterable[str]) -> str:
        text = harmless("\n".join(harmless_line(line, self._longest) for line in lines))
        return text if len(text) <= self._longest else text[: self._longest - 1] + "…"


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in itertools.count(2))


def _account(finding: Finding) -> Iterator[str]:
    """Yield what is known of a finding, a line each."""
    yield f"{finding.verdict}: {suffering(finding) if finding.verdict is Verdict.BROKEN else scene(finding)}"
    known = dict(facts(finding, _BODY))
    if "" in known:
        known["element"] = f"{known.get('element', '')} {known.pop('')}".strip()
    known |= {"needed by": str(finding.where), "id": finding.id, "follows from": finding.cause or ""}
    yield from (f"{name}: {fact}" for name, fact in known.items() if fact)


def _xml(suites: Iterable[_Suite]) -> str:
    model = [
        junit_xml.TestSuite(suite.name, [_modelled(case) for case in suite.cases], properties=suite.properties)
        for suite in suites
    ]
    try:
        # Pretty printing would build the whole report a third time, with minidom, which loses line feeds in attributes.
        root = ElementTree.fromstring(junit_xml.to_xml_report_string(model, prettyprint=False))
    except ElementTree.ParseError as error:
        raise UnfaithfulReportError(f"junit-xml made a report that is not well-formed: {error}") from error
    for element in root.iter():
        element.attrib.pop("disabled", None)  # in no schema, and GitHub's readers take it for a status
        if element.tag in ("testsuites", "testsuite", "testcase"):
            element.set("time", "0.000")  # contracts are judged in no time; junit-xml writes 0, 0.0 or nothing
        if element.tag == "skipped":
            element.set("type", "cxcontracts.skipped")  # some types make GitLab drop the report; ours never do
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "us-ascii").decode("ascii")}\n'


def _modelled(case: _Case) -> junit_xml.TestCase:
    modelled = junit_xml.TestCase(case.name, case.classname, file=case.file, line=case.line)
    if case.outcome == "failure":
        modelled.add_failure_info(case.message, case.text, case.type)
    elif case.outcome == "error":
        modelled.add_error_info(case.message, case.text, case.type)
    elif case.outcome == "skipped":
        modelled.add_skipped_info(case.message, case.text)
    else:
        modelled.stdout = case.text
    return modelled
