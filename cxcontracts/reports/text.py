"""The report for people: first who would be hit and by what, then why, then everything that did not break."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from cxcontracts.comparing import named
from cxcontracts.findings import Change, Finding, PartnerRun, Run, Verdict
from cxcontracts.reports.headlines import experiences, headline, notes, whom
from cxcontracts.reports.page import BOLD, FIRST, Page, Style
from cxcontracts.reports.sentences import (
    Roots,
    again,
    alone,
    count,
    counts,
    facts,
    more_places,
    release,
    suffering,
    unchecked,
    waiting,
    who,
)
from cxcontracts.sanitise import harmless_line

_T = TypeVar("_T")
_COLOURS: Final = {"BROKEN": "red", "INTACT": "green"}
_LABELS: Final = 15

_VALUE: Final = "; it was "
"""What stands between two values of which the one has become the other."""


def render(run: Run, *, colour: bool, width: int = 80, verbose: bool = False) -> str:
    """Return the report of a ``check`` or an ``impact``, ending in a line feed.

    Args:
        run: What was found.
        colour: Whether to use colours; the words say everything without.
        width: Columns of the terminal. Ids, places and single words are never broken, and may stand out.
        verbose: Lists in full what is otherwise counted, or cut after the first ten.
    """
    report = _Report(Page(colour=colour, width=width), run, verbose)
    report.headline()
    if run.complete or run.findings:
        report.overview()
        report.experiences()
        report.rest()
    return str(report.page)


class _Report:
    """The parts of the report, in the order in which they are read."""

    def __init__(self, page: Page, run: Run, verbose: bool) -> None:
        self.page = page
        self._run = run
        self._verbose = verbose
        self._roots = Roots(run.findings)
        self._broken = experiences(run)

    def headline(self) -> None:
        """Say the verdict in one sentence, and what limits it."""
        word, sentence = headline(self._run)
        look = Style(_COLOURS.get(word, "yellow"), bold=True)
        self.page.write(sentence, lead=word, indent=len(word) + 2, style=BOLD, lead_style=look)
        if word == "INCONCLUSIVE":  # each break says whom it hits
            self.page.write(whom(self._run), indent=2, style=BOLD)
        for note in notes(self._run):
            self.page.write(note, indent=2)
        for partner in unchecked(self._run) if self._run.complete else ():
            name = partner.partner
            self.page.write(
                f"Write what a journey needs of {name}, or why none needs anything: not-covered in its partner.yaml.", indent=2
            )

    def overview(self) -> None:
        """Say of each partner how it fared, where there are several."""
        if len(self._run.partners) < 2:
            return
        self.page.gap()
        releases = [harmless_line(release(partner), 60) for partner in self._run.partners]
        column = max(map(len, releases)) + 4
        for partner, name in zip(self._run.partners, releases, strict=True):
            self.page.write(_fared(self._run, partner), lead=f"  {name}", indent=column)

    def experiences(self) -> None:
        """Tell each experience that breaks, and how we know."""
        if len(self._broken) > 1:
            self.page.gap()
            self.page.write(f"in all: {who(f for f in self._run.findings if f.verdict is Verdict.BROKEN)}", indent=2, style=BOLD)
        for experience in self._broken[: None if self._verbose else FIRST]:
            self.page.gap()
            self.page.write(suffering(experience[0]), indent=2, style=BOLD)
            for finding in experience:
                self.page.gap()
                self._break(finding)

        if not self._verbose:
            self.page.section("More that break", self._broken[FIRST:], self._in_brief, most=None)

    def _in_brief(self, experience: Sequence[Finding]) -> None:
        first = experience[0]
        more = f" and {count(len(experience) - 1, 'more need')}" if len(experience) > 1 else ""
        self.page.write(f"{suffering(first)}: {first.because or first.element}", lead="  - ", indent=4)
        self.page.write_whole(f"{first.id}{more}", indent=4)

    def _break(self, finding: Finding) -> None:
        if len(self._run.partners) > 1:
            releases = {partner.partner: release(partner) for partner in self._run.partners}
            self._row("partner", releases.get(finding.partner, finding.partner))
        for label, fact in facts(finding, room=3 * (self.page.width - _LABELS)).items():
            self._row(label, fact)
        if finding.harm not in self._run.fail_on:
            self._row("gate", f"only warns: fail-on does not name {finding.harm}")
        if finding.curl:
            self._copied("again", again(finding))
        self._copied("needed by", str(finding.where))
        self._copied("id", finding.id)
        self._row("then", waiting(self._roots.followers(finding)))

    def _row(self, label: str, text: str) -> None:
        self.page.row(label, text, column=_LABELS)

    def _copied(self, label: str, text: str) -> None:
        self.page.copied(label, text, column=_LABELS)

    def rest(self) -> None:
        """Say what did not break: counts first, then each group with its reasons."""
        if total := counts(self._run):
            self.page.gap()
            self.page.write(total)
        self._unpromised()
        self._reasons(Verdict.TOLERATED, "Tolerated: it would break, and something catches it")
        self._reasons(Verdict.INCONCLUSIVE, "Inconclusive: nobody could judge it")
        self._reasons(Verdict.UNPROVEN, "Unproven: it could not be decided")
        self._reasons(Verdict.WAIVED, "Waived in waivers.yaml")
        self._not_judged()
        self._not_exercised()
        self._changes()
        self._warnings()

    def _reasons(self, verdict: Verdict, title: str) -> None:
        self._section(title, self._roots.of(verdict), self._reason)

    def _reason(self, finding: Finding) -> None:
        of = f"{finding.partner}: " if len(self._run.partners) > 1 else ""
        self.page.write(f"{of}{finding.because or finding.element or finding.id}", lead="  - ", indent=4)
        if finding.waived:
            self.page.write(f"accepted by {finding.waived}", indent=4)
        self.page.write_whole(str(finding.where), indent=4)
        self.page.write_whole(finding.id, indent=4)
        if followers := self._roots.followers(finding):
            self.page.write(waiting(followers), indent=4)

    def _unpromised(self) -> None:
        unpromised = self._roots.of(Verdict.UNPROMISED)
        if self._verbose or self._run.command == "check":
            self._section("Unpromised: gaps to negotiate", unpromised, self._reason)
        elif unpromised:
            self.page.write("unpromised: already so under the record; --verbose lists them")

    def _not_judged(self) -> None:
        if self._run.not_judged:
            kinds = ", ".join(f"{number:,} {kind}" for kind, number in self._run.not_judged.items())
            self.page.gap()
            self.page.write("Not judged, as contracts cannot show it")
            self.page.write(kinds, lead="  - ", indent=4)

    def _not_exercised(self) -> None:
        idle = list(self._run.not_exercised.items())
        if self._verbose:
            self._section("Not exercised", idle, self._idle)
        elif idle:
            self.page.gap()
            self.page.write(f"Not exercised: {count(len(idle), 'requirement')}; --verbose lists them")
        self._section("Felt by nobody", self._run.unfelt, lambda text: self.page.write(text, lead="  - ", indent=4))

    def _idle(self, pair: tuple[str, str]) -> None:
        self.page.write_whole(pair[0], lead="  - ", indent=4)
        self.page.write(pair[1], indent=4)

    def _changes(self) -> None:
        changes = [(partner, change) for partner in self._run.partners for change in partner.changes]
        unfelt = [pair for pair in changes if not pair[1].felt_by]
        self._section("Felt by nobody", unfelt, self._change)
        if not unfelt and self._run.command == "impact" and self._run.complete:
            self.page.gap()
            self.page.write("Felt by nobody: no change")
        felt = [pair for pair in changes if pair[1].felt_by]
        if self._verbose:
            self._section("Felt by journeys", felt, self._change)
        elif felt:
            self.page.gap()
            self.page.write(f"Felt by journeys: {count(len(felt), 'change')}; --verbose lists them")

    def _change(self, pair: tuple[PartnerRun, Change]) -> None:
        partner, change = pair
        owner = f"{partner.partner} " if len(self._run.partners) > 1 else ""
        self.page.write(f"{_happened(change)}: {owner}{change.element}{more_places(change.places)}", lead="  - ", indent=4)
        for requirement in change.felt_by:
            self.page.write_whole(requirement, lead="      by ", indent=9)

    def _warnings(self) -> None:
        warnings = [(partner.partner, warning) for partner in self._run.partners for warning in partner.warnings]
        self._section("Warnings", warnings, lambda pair: self.page.write(": ".join(pair), lead="  - ", indent=4))

    def _section(self, title: str, items: Sequence[_T], write: Callable[[_T], None]) -> None:
        self.page.section(title, items, write, most=None if self._verbose else FIRST)


def _happened(change: Change) -> str:
    """Return what changed; a value with what has it, for it says nothing alone."""
    return f"{named(change.element, change.rule)} is {change.change}" if _VALUE in change.change else change.change


def _fared(run: Run, partner: PartnerRun) -> str:
    if partner.findings:
        return counts(alone(run, partner)) or "only what waits on others"
    return f"not covered: {partner.not_covered}" if partner.not_covered else "nothing checked"
