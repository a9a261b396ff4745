"""What pytest collects of an estate: a file for each journey, in it a collector for each step, in it a test for each requirement.

A Pact file is collected alike: in it a collector for its consumer, in it a test for each interaction.

Registered as a plugin of its own once the first journey is found, so that its hook runs for no other test suite.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from cxcontracts.errors import CxError, UnsoundError
from cxcontracts.findings import Finding, Verdict
from cxcontracts.problems import Place, Problem
from cxcontracts.pytest_plugin.estates import Estates, JudgedEstate, NotExercised
from cxcontracts.pytest_plugin.failures import CouldNotJudge, ExperienceBreaks, shown_failure
from cxcontracts.pytest_plugin.told import told
from cxcontracts.recalling import Listed
from cxcontracts.sanitise import harmless_line

if TYPE_CHECKING:
    from cxcontracts.pytest_plugin.reporting import Telling

_ESTATES: Final = pytest.StashKey[Estates]()


class EstateFile(pytest.File):
    """A journey, or a Pact file of a partner; what is wrong with its estate is an error of its collection."""

    def collect(self) -> Iterable[pytest.Collector | pytest.Item]:
        """Yield a collector for each step that contracts can be judged on, then a test for each requirement across steps.

        In a Pact file, the consumer stands in place of a step.
        """
        if _ESTATES not in self.session.stash:
            self.session.stash[_ESTATES] = Estates(self.config)
        estates = self.session.stash[_ESTATES]
        try:
            estate = estates.of(self.path)
            listed, mistakes = estate.listed(self.path)
        except CxError as error:
            raise self.CollectError(estates.complaint(error, self.path)) from None
        if mistakes:
            yield SoundnessTest.from_parent(self, name="sound", mistakes=mistakes, estate=estate)
        for step, of_step in groupby(listed, lambda each: each.id.split("/", 2)[1]):
            if step:
                yield JourneyStep.from_parent(self, name=harmless_line(step, None), listed=tuple(of_step), estate=estate)
            else:
                yield from tests_of(self, of_step, estate)


class _Test(pytest.Item):
    """A test of an estate.

    Attributes:
        lines: What reports say of it, where any are wanted.
    """

    def __init__(self, *, estate: JudgedEstate, **rest: Any) -> None:
        super().__init__(**rest)
        self.lines: list[str] = []
        self._estate = estate

    def _tell(self, lines: Callable[[Telling], list[str]]) -> None:
        if self.config.getoption("--cx-report"):
            self.lines = lines(self._estate.telling)


class SoundnessTest(_Test):
    """Whether a file is sound, with the others that no test stands for. There is none where all of them are."""

    def __init__(self, *, mistakes: Sequence[Problem], **rest: Any) -> None:
        super().__init__(**rest)
        self._mistakes = mistakes

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the line of the first mistake."""
        return self.path, self.where.line - 1, self.name

    @property
    def where(self) -> Place:
        """Where the first mistake stands, as seen from here."""
        return self._mistakes[0].place

    def setup(self) -> None:
        """Tell the mistakes.

        Raises:
            CouldNotJudge: With each of them.
        """
        self._tell(lambda telling: telling.problems(self._mistakes))
        raise CouldNotJudge([mistake.told for mistake in self._mistakes])

    def runtest(self) -> None:
        """Nothing is left to do."""


class JourneyStep(pytest.Collector):
    """A step of a journey."""

    def __init__(self, *, listed: Sequence[Listed], estate: JudgedEstate, **rest: Any) -> None:
        super().__init__(**rest)
        self._listed = listed
        self._estate = estate

    def collect(self) -> Iterator[pytest.Item]:
        """Yield a test for each requirement of the step."""
        return tests_of(self, self._listed, self._estate)


def tests_of(parent: pytest.Collector, listed: Iterable[Listed], estate: JudgedEstate) -> Iterator[RequirementTest]:
    """Yield a test for each requirement, named as its id is below the step."""
    for each in listed:
        name = harmless_line(each.id.split("/", 2)[2], None)
        yield RequirementTest.from_parent(parent, name=name, listed=each, estate=estate)


class RequirementTest(_Test):
    """A requirement: judged in its setup, so that what could not be judged is an error, and failed in its call.

    Attributes:
        finding: What came of it; None until it is judged.
    """

    def __init__(self, *, listed: Listed, **rest: Any) -> None:
        super().__init__(**rest)
        self.finding: Finding | None = None
        self._listed = listed
        self.extra_keyword_matches.update((*listed.partners, listed.kind))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the requirement's line in the journey file, and its id."""
        return self.path, self._listed.line - 1, harmless_line(self._listed.id, None)

    def setup(self) -> None:
        """Judge the requirement.

        Raises:
            CouldNotJudge: If a contract is unsound where it looks, or the answer is not certain.
        """
        where, partners = self.where, ", ".join(self._listed.partners)
        self.user_properties += [("file", harmless_line(where.file)), ("line", where.line), ("partner", partners)]
        try:
            finding = self.finding = self._estate.finding(self._estate.requirements(self.path)[self._listed.number])
        except NotExercised as reason:
            why = str(reason)
            self._tell(lambda telling: telling.not_exercised(self._listed.id, why))
            pytest.skip(harmless_line(f"not exercised: {why}"))
        except UnsoundError as error:
            problems = error.problems
            self._tell(lambda telling: telling.problems(problems))
            raise CouldNotJudge([problem.told for problem in self._estate.problems(error)]) from None
        self._tell(lambda telling: telling.finding(replace(finding, where=self._listed.where)))
        self.user_properties += [("verdict", str(finding.verdict)), ("harm", str(finding.harm))]
        strict = self.config.getoption("--cx-strict")
        unsure = finding.verdict is Verdict.INCONCLUSIVE and (finding.decides or strict)
        if unsure or (strict and finding.verdict is Verdict.UNPROVEN):
            raise CouldNotJudge([f"{finding.verdict}: {finding.because or finding.id}"])

    def runtest(self) -> None:
        """Fail where the experience breaks.

        Raises:
            ExperienceBreaks: If the harm of the break closes the gate.
        """
        finding = self.finding
        assert finding is not None
        closes = finding.harm in self._estate.fail_on
        if finding.verdict is Verdict.WAIVED and not self.config.getoption("runxfail"):
            pytest.xfail(harmless_line(f"waived by {finding.waived}; {finding.because}"))
        if closes and finding.verdict in (Verdict.BROKEN, Verdict.WAIVED):
            raise ExperienceBreaks(finding, self._estate.release(finding.partner), self._estate.cause(finding))

    @property
    def where(self) -> Place:
        """Where the requirement stands, as seen from here."""
        return self._estate.place(self._listed.where)

    def told(self) -> dict[str, Any] | None:
        """Return what the summary says of the requirement, in plain values; None where it could not be judged."""
        return None if self.finding is None else told(self.finding, self._estate)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let large estates remember what was learned while tests were collected, and hold nothing up any longer."""
    estates = session.stash.get(_ESTATES, None)
    if estates is not None:
        estates.collected({item.path for item in session.items if isinstance(item, _Test)})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report of a requirement say what the customer would see; a traceback is left to what is a fault of ours."""
    report = yield
    if not isinstance(item, RequirementTest | SoundnessTest):
        return report
    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, ExperienceBreaks | CouldNotJudge):
        report.longrepr = shown_failure(error, item.where, item.config.getoption("tbstyle"))
    if isinstance(item, RequirementTest) and (report.when == "call" or report.failed) and (words := item.told()) is not None:
        report.cx = words  # type: ignore[attr-defined]  # reports carry what plugins add
    if report.when == "call" or (report.when == "setup" and not report.passed):
        report.cx_lines = item.lines  # type: ignore[attr-defined]
    return report
