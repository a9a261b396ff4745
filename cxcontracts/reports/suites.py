"""Test suites as JUnit XML, in the dialects that CI systems read.

junit-xml makes the model. It loses a failure that has no text, and the whole report to one odd character, so nothing reaches it
but harmless text that is never empty, and what it made is read again and counted before it is handed out.

Sources: jenkinsci/xunit-plugin ``junit-10.xsd``; windyroad/JUnit-Schema ``JUnit.xsd``; GitLab, "Unit test reports", and its
``Gitlab::Ci::Parsers::Test::Junit``, which drops a message where there is a text, and refuses what has too many parts.
"""

from __future__ import annotations

import enum
import hashlib
import itertools
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

import junit_xml

from cxcontracts.sanitise import harmless_line

OF: Final = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
NAME: Final = 250
"""How long a name may be, in characters."""

MESSAGE: Final = 1000
REPORT: Final = 25_000_000
"""How large a report may be, in characters, all of them ASCII. GitLab refuses 30 MB."""

_TEXTS: Final = (8_000, 1_500, 300)
"""How long a text may be: the first with which the report is no larger than it may be."""

GITLAB_CASES: Final = 20_000
"""How many cases GitLab is given: it refuses a report of 250,000 parts, and a case has up to ten."""


TOLD_TOGETHER: Final = 100_000
"""How many characters the passing cases of a suite say together, where a case may say nothing: Jenkins keeps no more, and many
readers of XML refuse a text of 10 MB."""


class UnfaithfulReportError(Exception):
    """The XML does not say what the run found. A fault of cxcontracts or of junit-xml, never of the user."""


class Dialect(enum.Enum):
    """For whom the XML is.

    RICH has ``file`` and ``line`` at each case, and properties at each suite: what most readers take, or pass over. GITLAB has
    what GitLab shows and nothing else. STRICT fits both schemas that there are, of Jenkins and of Ant.
    """

    RICH = "junit"
    GITLAB = "junit-gitlab"
    STRICT = "junit-jenkins"


EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When nobody says when."""

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


_RANKS: Final = ("failure", "error", "skipped", "passed with a reservation", "passed")


def _rank(case: Case) -> int:
    """Return how soon a case is left out, the last first."""
    return _RANKS.index("passed with a reservation" if case.outcome == "passed" and case.text else case.outcome)


class Wording:
    """Puts words into the cases of one report, within their budgets."""

    def __init__(self) -> None:
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
        return _shortened("\n".join(harmless_line(line, _TEXTS[0]) for line in lines), _TEXTS[0])

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


def rendered(suites: Callable[[Wording], Sequence[Suite]], dialect: Dialect, at: datetime) -> str:
    """Return suites as XML: ASCII, with its declaration, ending in a line feed, and short enough for whoever reads it.

    Texts are cut first; then cases are left out, those that passed before all others, and ``complete`` says how many.

    Args:
        suites: Makes the suites, that of the run itself last.
        dialect: For whom.
        at: When, in UTC; told where the dialect wants it.

    Raises:
        UnfaithfulReportError: If the XML does not hold every result, once read again.
    """
    whole = suites(Wording())
    number = sum(len(suite.cases) for suite in whole)
    most = min(number, GITLAB_CASES) if dialect is Dialect.GITLAB else number
    longest = next((each for each in _TEXTS if _size(whole, each) <= REPORT), _TEXTS[-1])
    shorter = [each for each in _TEXTS if each <= longest]
    for longest in shorter:
        report = _faithful(_foremost(_cut(whole, longest), most), dialect, at)
        if len(report) <= REPORT:
            return report
    while len(report) > REPORT:
        most //= 2
        report = _faithful(_foremost(_cut(whole, longest), most), dialect, at)
    return report


def _size(suites: Sequence[Suite], longest: int) -> int:
    """Return how many characters the texts of suites have at least, none longer than *longest*."""
    return sum(min(len(case.text), longest) for suite in suites for case in suite.cases)


def _cut(suites: Sequence[Suite], longest: int) -> Sequence[Suite]:
    if longest == _TEXTS[0]:
        return suites
    return [
        replace(suite, cases=tuple(replace(case, text=_shortened(case.text, longest)) for case in suite.cases))
        for suite in suites
    ]


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _foremost(suites: Sequence[Suite], most: int) -> Sequence[Suite]:
    """Return suites with so many cases at most; and with one, in the last suite, that says how many are left out."""
    *others, own = suites
    cases = [case for suite in others for case in suite.cases]
    if len(cases) <= most:
        return suites
    told = set(map(id, sorted(cases, key=_rank)[:most]))
    kept = [replace(suite, cases=tuple(case for case in suite.cases if id(case) in told)) for suite in others]
    why = f"{len(cases) - most:,} more cases are left out, first those that passed: readers refuse a report of that size"
    note = Case(own.name, f"{own.name}{OF}left out", "skipped", "cxcontracts.left-out", why, why)
    return (*(suite for suite in kept if suite.cases), replace(own, cases=(*own.cases, note)))


def _faithful(suites: Sequence[Suite], dialect: Dialect, at: datetime) -> str:
    return faithful(_xml(suites, dialect, at), [case.outcome for suite in suites for case in suite.cases])


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
        counted = {name: element.get(name) for name in held if name in element.attrib or element.tag == "testsuite"}
        if any(counted[name] != str(held[name]) for name in counted):
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


def _xml(suites: Iterable[Suite], dialect: Dialect, at: datetime) -> str:
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
    _SPOKEN[dialect](root, at)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, "us-ascii").decode("ascii")}\n'


def _for_most(root: ElementTree.Element, at: datetime) -> None:
    """Leave all that there is."""


def _for_gitlab(root: ElementTree.Element, at: datetime) -> None:
    """Leave out what GitLab does not show, and counts nonetheless."""
    for suite in root:
        for properties in suite.findall("properties"):
            suite.remove(properties)
        for case in suite:
            case.attrib.pop("line", None)
            for output in case.findall("system-out"):
                case.remove(output)


def _strictly(root: ElementTree.Element, at: datetime) -> None:
    """Leave out what either schema does not know, and add what Ant's asks for; what passing cases say goes to their suite.

    There it is cut: it becomes one text.
    """
    root.attrib.clear()
    for number, suite in enumerate(root):
        suite.attrib |= {"id": str(number), "package": "cxcontracts", "hostname": "localhost"}
        suite.set("timestamp", f"{at:%Y-%m-%dT%H:%M:%S}")
        if suite.find("properties") is None:
            suite.insert(0, ElementTree.Element("properties"))
        said = []
        for case in suite.findall("testcase"):
            for name in ("file", "line"):
                case.attrib.pop(name, None)
            for output in case.findall("system-out"):
                said.append(f"{case.get('name')}\n{output.text}")
                case.remove(output)
            for skipped in case.findall("skipped"):
                skipped.attrib.pop("type")
        ElementTree.SubElement(suite, "system-out").text = _together(said)
        ElementTree.SubElement(suite, "system-err")


def _together(said: Sequence[str]) -> str:
    """Return as many texts in one as there is room for, and how many more there are."""
    lengths = itertools.accumulate(len(each) + 2 for each in said)
    told = sum(1 for length in lengths if length <= TOLD_TOGETHER)
    more = [f"… and {len(said) - told:,} more; the JSON report has all"] if told < len(said) else []
    return "\n\n".join((*said[:told], *more))


_SPOKEN: Final = {Dialect.RICH: _for_most, Dialect.GITLAB: _for_gitlab, Dialect.STRICT: _strictly}


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
