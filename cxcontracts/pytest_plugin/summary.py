"""The section at the end of a test run: who would be hit by what, then everything else that a green dot would hide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from cxcontracts.candidates import candidates, partners_of
from cxcontracts.estate.reading import read_sound
from cxcontracts.findings import Finding, Verdict
from cxcontracts.plugins import kinds
from cxcontracts.pytest_plugin import estates_of
from cxcontracts.pytest_plugin.told import Told, heard
from cxcontracts.reports.page import BOLD, Page
from cxcontracts.reports.sentences import Roots, suffering, waiting, who

_TITLES = {
    Verdict.TOLERATED: "tolerated: it would break, and something catches it",
    Verdict.UNPROVEN: "unproven: it could not be decided",
    Verdict.UNPROMISED: "unpromised: gaps to negotiate",
    Verdict.WAIVED: "waived in waivers.yaml",
}
_FIRST = 10


def write(reporter: pytest.TerminalReporter) -> None:
    """Write the section, where there is something to say."""
    page = Page(colour=reporter.hasmarkup, width=reporter._tw.fullwidth)
    found = findings_of(reporter)
    _Section(page, found, reporter.verbosity).write()
    if not reporter.stats.get("error"):
        for candidate in unjudged(reporter.config):
            page.gap()
            page.write(f"nothing was judged on the candidate {candidate}: no test that ran needs anything of it")
    if str(page).strip():
        reporter.section("what customers would see")
        reporter.write(str(page))


def findings_of(reporter: pytest.TerminalReporter) -> list[Told]:
    """Return what every test of the run told, in the order of the journeys' lines: workers finish in any order."""
    told = [heard(report.cx) for reports in reporter.stats.values() for report in reports if hasattr(report, "cx")]
    return sorted(told, key=lambda each: (each.finding.where, each.finding.id))


def unjudged(config: pytest.Config) -> list[str]:
    """Return the candidates that no test was judged on, but for those of partners that the estate says are not covered."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.option.collectonly:
        return []
    judged = {told.finding.partner for told in findings_of(reporter) if told.candidate}
    released = {name for root in estates_of(config) for name in _released(config, root)}
    exempt = {name for root in estates_of(config) for name in _not_covered(root)} if released - judged else set()
    return sorted(released - judged - exempt) or ([] if released or judged else config.getoption("--cx-candidate"))


def _released(config: pytest.Config, root: Path) -> Collection[str]:
    return candidates(config.getoption("--cx-candidate"), (), partners_of(root), "--cx-candidate", config.invocation_params.dir)


def _not_covered(root: Path) -> list[str]:
    estate = read_sound(root, kinds()).estate
    return [name for name, partner in estate.partners.items() if partner.not_covered is not None]


class _Section:
    """What is said of findings."""

    def __init__(self, page: Page, found: Sequence[Told], verbosity: int) -> None:
        self.page = page
        self._roots = Roots([told.finding for told in found])
        self._gates = {told.finding.id for told in found if told.fails}
        self._verbosity = verbosity

    def write(self) -> None:
        """Write the breaks that fail a test, then what passes and is not simply intact."""
        broken = self._roots.of(Verdict.BROKEN)
        self._write_broken([finding for finding in broken if finding.id in self._gates])
        self._write_list(
            "broken, and only warns: fail-on does not name its harm",
            [finding for finding in broken if finding.id not in self._gates],
        )
        for verdict, title in _TITLES.items():
            self._write_list(title, self._roots.of(verdict))

    def _write_broken(self, broken: Sequence[Finding]) -> None:
        if len(broken) > 1:
            self.page.write(f"in all: {who(broken)}", style=BOLD)
            self.page.gap()
        for sentence in dict.fromkeys(map(suffering, broken)):
            self.page.write(sentence, style=BOLD)
            for finding in broken:
                if suffering(finding) == sentence:
                    self.page.write(finding.because, lead="  - ", indent=4)
                    if followers := self._roots.followers(finding):
                        self.page.write(waiting(followers), indent=4)

    def _write_list(self, title: str, findings: Sequence[Finding]) -> None:
        if not findings:
            return
        self.page.gap()
        self.page.write(f"{title} ({len(findings):,})")
        if self._verbosity < 0:
            return
        shown = findings if self._verbosity else findings[:_FIRST]
        for finding in shown:
            self.page.write(finding.because or finding.element, lead="  - ", indent=4)
            self.page.write_whole(f"{finding.where.file}:{finding.where.line}: {finding.id.split('/', 2)[2]}", indent=4)
        if len(shown) < len(findings):
            self.page.write(f"… and {len(findings) - len(shown):,} more; -v shows all", indent=4)
