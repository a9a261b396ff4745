"""The report for people: first who would be hit and by what, then why, then everything that did not break."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from cxcontracts.comparing import named
from cxcontracts.findings import OBSERVING, Change, Finding, PartnerRun, Run, Verdict
from cxcontracts.reports.page import BOLD, FIRST, Page, Style
from cxcontracts.reports.sentences import (
    Roots,
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
from cxcontracts.wording import listed

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
        self._broken = _by_experience(self._roots.of(Verdict.BROKEN), run)

    def headline(self) -> None:
        """Say the verdict in one sentence, and what limits it."""
        word, sentence = _verdict(self._run, len({(group[0].journey, group[0].step) for group in self._broken}))
        look = Style(_COLOURS.get(word, "yellow"), bold=True)
        self.page.write(sentence, lead=word, indent=len(word) + 2, style=BOLD, lead_style=look)
        if self._broken and not self._run.complete:
            self.page.write("interrupted: there may be more", indent=2)
        if self._broken and not self._run.gates:
            self.page.write("the gate stays open: no harm found here is in fail-on of estate.yaml", indent=2)
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
        for experience in self._broken:
            self.page.gap()
            self.page.write(suffering(experience[0]), indent=2, style=BOLD)
            for finding in experience:
                self.page.gap()
                self._break(finding)

    def _break(self, finding: Finding) -> None:
        if len(self._run.partners) > 1:
            releases = {partner.partner: release(partner) for partner in self._run.partners}
            self._row("partner", releases.get(finding.partner, finding.partner))
        for label, fact in facts(finding, room=3 * (self.page.width - _LABELS)).items():
            self._row(label, fact)
        if finding.harm not in self._run.fail_on:
            self._row("gate", f"only warns: fail-on does not name {finding.harm}")
        if finding.curl:
            self._copied("again", finding.curl)
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
        self.page.write(finding.because or finding.element or finding.id, lead="  - ", indent=4)
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


def _by_experience(findings: Iterable[Finding], run: Run) -> list[list[Finding]]:
    """Return what belongs together for the customer: one harm at one step to the same people; what closes the gate first."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        key = (finding.journey, finding.step, finding.harm, tuple(finding.customers.items()), finding.exact)
        groups.setdefault(key, []).append(finding)
    return sorted(groups.values(), key=lambda group: group[0].harm not in run.fail_on)


def _verdict(run: Run, broken: int) -> tuple[str, str]:
    """Return the word and the sentence that the report begins with. What was not looked at is never called intact."""
    if run.verdict is Verdict.BROKEN:
        return "BROKEN", f"{_subject(run)} {_breaks(run)} {count(broken, 'experience')}"
    if not run.complete:
        return "INCOMPLETE", _interrupted(run)
    if run.mistakes:
        files = len({mistake.place.file for mistake in run.mistakes})
        why = f"{count(files, 'file')} {'has' if files == 1 else 'have'} mistakes"
        return "INCOMPLETE", f"{run.estate}: {why}; nothing is broken in what does not depend on {'it' if files == 1 else 'them'}"
    if not run.partners:
        seen = run.command in OBSERVING
        return "NOTHING CHECKED", f"{run.estate}{': no partner was called' if seen else ' has no partner to judge'}"
    if unjudged := unchecked(run):
        return "NOTHING CHECKED", _unneeded(run, unjudged)
    if not run.findings:
        return (
            "NOT COVERED",
            f"{_releases(run.partners)}: {run.partners[0].not_covered if len(run.partners) == 1 else 'see why below'}",
        )
    return run.verdict.upper(), _promised(run) if run.command == "check" else _unbroken(run)


def _breaks(run: Run) -> str:
    if run.command in OBSERVING:
        return "breaks" if len(run.partners) == 1 else "break"
    return "breaks" if run.command == "check" else "would break"


def _interrupted(run: Run) -> str:
    if not run.findings:
        return f"{_subject(run) if run.partners else run.estate}: interrupted before anything was judged"
    return f"{_subject(run)}: interrupted; nothing is broken in what was judged so far"


def _unneeded(run: Run, unjudged: Sequence[PartnerRun]) -> str:
    """Say of which partners nothing was checked, by name: others may have been judged."""
    names = listed([release(partner) for partner in unjudged])
    if run.command in OBSERVING:
        return f"{names}: no exchange shows anything that is needed of {'it' if len(unjudged) == 1 else 'them'}"
    others = "; how the others fared is said below" if len(unjudged) < len(run.partners) else ""
    return f"{names}: nothing that contracts can show is needed of {'it' if len(unjudged) == 1 else 'them'}{others}"


def _subject(run: Run) -> str:
    if run.command in OBSERVING:
        return _running(run)
    return run.estate if run.command == "check" else _releases(run.partners)


def _releases(partners: Sequence[PartnerRun]) -> str:
    if len(partners) == 1:
        return release(partners[0])
    return f"{len(partners)} releases together" if partners[0].candidate else f"{len(partners)} contracts of record"


def _running(run: Run) -> str:
    """Return who was called, and where."""
    where = f" at {run.environment}" if run.environment else ""
    if len(run.partners) == 1:
        return f"{run.partners[0].partner}{where}"
    return f"the {count(len(run.partners), 'partner')} of {run.estate}{where}"


def _promised(run: Run) -> str:
    """Return how much of what the journeys need is promised by the contracts of record."""
    summary = run.summary
    total, promised = sum(summary.values()), summary[Verdict.INTACT]
    if promised == total:
        return (
            f"{run.estate}: all {count(total, 'need')} are promised" if total > 1 else f"{run.estate}: the one need is promised"
        )
    return f"{run.estate}: {promised:,} of {count(total, 'need')} {'is' if promised == 1 else 'are'} promised"


def _unbroken(run: Run) -> str:
    number = run.summary[run.verdict]
    limits = {
        Verdict.TOLERATED: f", as {count(number, 'break')} {'is' if number == 1 else 'are'} caught",
        Verdict.UNPROVEN: f" as far as it could be decided; {count(number, 'need')} could not",
        Verdict.INCONCLUSIVE: f" as far as it could be judged; {count(number, 'need')} could not",
    }
    return f"{_subject(run)} {'breaks' if len(run.partners) == 1 else 'break'} no experience{limits.get(run.verdict, '')}"


def _fared(run: Run, partner: PartnerRun) -> str:
    if partner.findings:
        return counts(alone(run, partner)) or "only what follows from other breaks"
    return f"not covered: {partner.not_covered}" if partner.not_covered else "nothing checked"
