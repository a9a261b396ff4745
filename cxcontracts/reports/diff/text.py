"""The report for people: first whether anybody breaks, then each break with its proof, then everything else in few lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cxcontracts.findings import Diff
from cxcontracts.reports.diff.sorting import Entry, sorted_out
from cxcontracts.reports.diff.words import (
    a_level,
    breaks,
    counts,
    exchange,
    felt,
    headline,
    ignored_for,
    line,
    notes,
    release,
    sentence,
    shows,
)
from cxcontracts.reports.page import BOLD, FIRST, Page, Style
from cxcontracts.reports.sentences import count
from cxcontracts.sanitise import harmless_line

_COLOURS: Final = {"BREAKING": "red", "GATE CLOSED": "red", "INTACT": "green"}
_LABELS: Final = 17
_FELT: Final = 3


def render(diff: Diff, *, colour: bool, width: int = 80, verbose: bool = False) -> str:
    """Return the report of a ``diff``, ending in a line feed.

    Args:
        diff: What was found.
        colour: Whether to use colours; the words say everything without.
        width: Columns of the terminal. Places, fingerprints and single words are never broken, and may stand out.
        verbose: Lists in full what is otherwise cut after the first ten.
    """
    report = _Report(Page(colour=colour, width=width), diff, verbose)
    report.headline()
    report.contracts()
    report.breaks()
    report.rest()
    report.advice()
    return str(report.page)


class _Report:
    """The parts of the report, in the order in which they are read."""

    def __init__(self, page: Page, diff: Diff, verbose: bool) -> None:
        self.page = page
        self._diff = diff
        self._most = None if verbose else FIRST
        self._found = sorted_out(diff)
        self._gates = diff.gates
        self._several = len(diff.contracts) > 1

    def headline(self) -> None:
        """Say the verdict in one sentence, and what belongs beside it."""
        first = headline(self._diff)
        look = Style(_COLOURS.get(first.word, "yellow"), bold=True)
        self.page.write(str(first), lead=first.word, indent=len(first.word) + 2, style=BOLD, lead_style=look)
        for note in notes(self._diff):
            self.page.write(note, indent=2)

    def contracts(self) -> None:
        """Say of each contract how it fared, where there are several."""
        if not self._several:
            return
        eventful = [contract for contract in self._diff.contracts if contract.changes or not contract.operations]
        self.page.gap()
        column = max((len(harmless_line(release(contract), 60)) for contract in eventful), default=0) + 4
        for contract in eventful:
            fared = counts(Diff((contract,))) or "nothing to compare: it has no operation"
            self.page.write(fared, lead=f"  {harmless_line(release(contract), 60)}", indent=column)
        if quiet := len(self._diff.contracts) - len(eventful):
            self.page.write(f"{count(quiet, 'contract')} without a change", indent=2)

    def breaks(self) -> None:
        """Tell each break with its proof; past the first ones, each in a few lines."""
        broken = self._found.broken
        for entry in broken[: self._most]:
            self.page.gap()
            self._break(entry)
        if self._most is not None:
            self.page.section("More that break", broken[self._most :], self._pointed, most=None)

    def _break(self, entry: Entry) -> None:
        change = entry.change
        self.page.write(sentence(change), indent=2, style=BOLD)
        self.page.gap()
        self._row("contract", release(entry.contract) if self._several else "")
        self._row("element", shows(entry) if change.places > 1 or change.element not in sentence(change) else "")
        self._row("breaks", breaks(change))
        for label, fact in exchange(change, room=3 * (self.page.width - _LABELS)).items():
            self._row(label, fact)
        self._row("felt by", felt(change, self._most and _FELT) if self._diff.estate else "")
        if self._gates and change not in self._gates:
            self._row("gate", f"stays open for this one, which counts as {a_level(change.level)}")
        for label, place in (("new", change.is_), ("old", change.was)):
            if place is not None:
                self.page.copied(label, str(place), column=_LABELS)
        self.page.copied("rule", change.rule, column=_LABELS)
        self.page.copied("fingerprint", change.fingerprint, column=_LABELS)

    def _row(self, label: str, text: str) -> None:
        self.page.row(label, text, column=_LABELS)

    def rest(self) -> None:
        """Say what is not proved to break: first what counts, then what nobody can tell, then what is harmless."""
        found = self._found
        self._section("Breaks those who closed the set: an unlisted value is an error to them", found.closers)
        self._section("Errors by rule: no exchange can show them", found.errors)
        self._section("Worth a look", found.warnings)
        self._section("Unproven", found.unproven)
        self.page.section("Announced", found.announced, self._line, most=self._most)
        self.page.section("Harmless", found.others, self._line, most=self._most)
        self._ignored()
        warned = [(contract.name, warning) for contract in self._diff.contracts for warning in contract.warnings]
        self.page.section("Warnings", warned, self._warning, most=self._most)

    def _section(self, title: str, entries: Sequence[Entry]) -> None:
        self.page.section(title, entries, self._pointed, most=self._most)

    def _pointed(self, entry: Entry) -> None:
        """Write a change with what it takes to find it, and to ignore it."""
        self._line(entry)
        change = entry.change
        place = change.is_ or change.was
        if place is not None:
            self.page.write_whole(str(place), indent=4)
        self.page.write_whole(f"{change.rule} {change.fingerprint}", indent=4)

    def _line(self, entry: Entry) -> None:
        self.page.write(line(entry, owner=self._several), lead="  - ", indent=4)
        if entry.change.felt_by:
            self.page.write(felt(entry.change, self._most and _FELT), lead="    felt by ", indent=12)

    def _ignored(self) -> None:
        self.page.section("Ignored", self._found.ignored, lambda _: None, most=None)
        for reason, number in ignored_for(self._found.ignored).items():
            self.page.write(f"{number:,}: {reason}", lead="  - ", indent=4)

    def _warning(self, warned: tuple[str, str]) -> None:
        self.page.write(": ".join(warned) if self._several else warned[1], lead="  - ", indent=4)

    def advice(self) -> None:
        """Say what to do next, where there is something to do."""
        for entry in self._found.to_act_on[:1]:
            self.page.gap()
            self.page.write_whole(f"cxcontracts explain {entry.change.rule}", lead="What it means, and what to do instead: ")
