"""Test suites as JUnit XML, in the dialect that most CI systems read.

junit-xml makes the model. It loses a failure that has no text, and the whole report to one odd character, so nothing reaches it
but harmless text that is never empty, and what it made is read again and counted before it is handed out.
"""

from __future__ import annotations

import hashlib
import itertools
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import junit_xml

from cxcontracts.sanitise import harmless, harmless_line

OF: Final = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
NAME: Final = 250
"""How long a name may be, in characters."""

MESSAGE: Final = 1000
_REPORT: Final = 25_000_000
_TEXTS: Final = (8_000, 1_500, 300)
"""How long a text may be: the first with which the report stays within _REPORT. GitLab refuses 30 MB."""


class UnfaithfulReportError(Exception):
    """The XML does not say what the run found. A fault of cxcontracts or of junit-xml, never of the user."""


Outcome = Literal["passed", "failure", "error", "skipped"]


@dataclass(frozen=True, slots=True)
class Case:
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
class Suite:
    """The test cases of one contract."""

    name: str
    properties: dict[str, str]
    cases: tuple[Case, ...]


class Wording:
    """Puts words into the cases of one report, within their budgets.

    Args:
        longest: How long a text may be, in characters.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._names: set[str] = set()

    def name(self, name: str) -> str:
        """Return a name that is harmless, short and the only one of its kind, and the same in every run."""
        short = harmless_line(name, None)
        if len(short) > NAME:
            short = f"{short[: NAME - 20]}… {hashlib.sha256(short.encode()).hexdigest()[:8]}"
        unique = next(candidate for candidate in _numbered(short) if candidate not in self._names)
        self._names.add(unique)
        return unique

    def text(self, lines: Iterable[str]) -> str:
        """Return lines as one harmless text."""
        text = harmless("\n".join(harmless_line(line, self._longest) for line in lines))
        return text if len(text) <= self._longest else text[: self._longest - 1] + "…"

    def own(self, classname: str, name: str, outcome: Outcome, kind: str, why: str) -> Case:
        """Return a case that no finding stands behind, with its reason."""
        message = harmless_line(why, MESSAGE)
        return Case(harmless_line(classname, NAME), self.name(name), outcome, f"cxcontracts.{kind}", message, self.text([why]))

    def complete(self, limits: Iterable[tuple[str, str]]) -> Suite:
        """Return the suite of the run itself: its one case fails by the first of *limits*, each a kind and the reason."""
        classname, name = "cxcontracts.run", f"cxcontracts.run{OF}complete"
        first = next(iter(limits), None)
        case = self.own(classname, name, "error", *first) if first else Case(classname, name, "passed")
        return Suite(classname, {}, (case,))


def rendered(suites: Callable[[Wording], Sequence[Suite]]) -> str:
    """Return suites as XML: ASCII, with its declaration, ending in a line feed, and short enough for whoever reads it.

    Raises:
        UnfaithfulReportError: If the XML does not hold every result, once read again.
    """
    for longest in _TEXTS:
        made = suites(Wording(longest))
        report = faithful(_xml(made), [case.outcome for suite in made for case in suite.cases])
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


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in itertools.count(2))


def _xml(suites: Iterable[Suite]) -> str:
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


def _modelled(case: Case) -> junit_xml.TestCase:
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
