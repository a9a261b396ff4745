"""The report for people: first whether anybody breaks, then each break with its proof, then everything else in few lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from cxcontracts.findings import Diff, Level
from cxcontracts.reports.diff.grouping import Group, changes_in, foremost, grouped
from cxcontracts.reports.diff.sorting import sorted_out
from cxcontracts.reports.diff.words import (
    CLOSED,
    a_level,
    breaks,
    counts,
    cut_names,
    exchange,
    felt,
    headline,
    ignored_for,
    names,
    notes,
    release,
)
from cxcontracts.reports.page import BOLD, FIRST, Page, Style
from cxcontracts.reports.sentences import count
from cxcontracts.sanitise import harmless_line

_COLOURS: Final = {"BREAKING": "red", "GATE CLOSED": "red", "INTACT": "green"}
_LABELS: Final = 17
_FELT: Final = 3
_RULES: Final = 3
_SENTENCE: Final = 300
"""How many characters of a sentence are shown where nobody asked for all; some list what changed."""


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
        self._verbose = verbose
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
        broken = foremost(grouped(self._found.broken), FIRST)
        for group in broken[: self._most]:
            self.page.gap()
            self._break(group)
        if self._most is not None:
            self._list("More that break", broken[self._most :], self._pointed, most=None)

    def _break(self, group: Group) -> None:
        change = group.first.change
        self.page.write(self._cut(group.sentence), indent=2, style=BOLD)
        self.page.gap()
        self._row("contract", release(group.first.contract) if self._several else "")
        self._row("element", group.shows if group.shows != group.element or group.element not in group.sentence else "")
        self._names(group)
        self._row("breaks", breaks(change))
        for label, fact in exchange(change, room=3 * (self.page.width - _LABELS)).items():
            self._row(label, fact)
        self._row("felt by", felt(group.felt_by, self._most and _FELT) if self._diff.estate else "")
        if self._gates and change not in self._gates:
            self._row("gate", f"stays open for this one, which counts as {a_level(change.level)}")
        if self._verbose and group.names:
            self.page.copied("rule", change.rule, column=_LABELS)
            self._each(group)
            return
        for label, place in (("new", change.is_), ("old", change.was)):
            if place is not None:
                self.page.copied(label, str(place), column=_LABELS)
        self.page.copied("rule", change.rule, column=_LABELS)
        self.page.copied("fingerprint", _fingerprint(group), column=_LABELS)

    def _row(self, label: str, text: str) -> None:
        self.page.row(label, text, column=_LABELS)

    def _names(self, group: Group) -> None:
        """Write what the changes of a group are called, where they are not listed one by one."""
        if self._verbose or not group.names:
            return
        if not group.is_worded:
            self._row(group.noun, names(group))
            return
        label = group.noun
        for name in cut_names(group):
            self.page.row(label, name, column=_LABELS)
            label = ""

    def _each(self, group: Group) -> None:
        """Write the changes of a group, each in one line: what it is known by, where it stands, what it is called."""
        for entry, name in zip(group.entries, group.names, strict=True):
            place = entry.change.is_ or entry.change.was
            facts = (entry.change.fingerprint, str(place or ""), name)
            self.page.write_whole(" ".join(filter(None, facts)), indent=6)

    def rest(self) -> None:
        """Say what is not proved to break: first what counts, then what nobody can tell, then what is harmless."""
        found = self._found
        counts_all = self._diff.fail_on is Level.INFO
        for title, entries in (
            (CLOSED, found.closers),
            ("Errors by rule: no exchange can show them", found.errors),
            ("Worth a look", found.warnings),
            ("Unproven", found.unproven),
        ):
            self._list(title, foremost(grouped(entries), FIRST), self._pointed, most=self._most)
        write = self._pointed if counts_all else self._brief
        self._list("Announced", foremost(grouped(found.announced, coarse=True), FIRST), write, most=self._most)
        self._list("Harmless", foremost(grouped(found.others, coarse=True), FIRST), write, most=self._most)
        self._ignored()
        warned = [(contract.name, warning) for contract in self._diff.contracts for warning in contract.warnings]
        self.page.section("Warnings", warned, self._warning, most=self._most)

    def _list(self, title: str, groups: Sequence[Group], write: Callable[[Group], None], *, most: int | None) -> None:
        """Write groups with the number of their changes, *most* of them at first, None for all."""
        if not groups:
            return
        self.page.gap()
        self.page.write(f"{title} ({changes_in(groups):,})")
        for group in groups[:most]:
            write(group)
        if most is not None and len(groups) > most:
            self.page.write(f"… and {changes_in(groups[most:]):,} more; --verbose shows all", indent=4)

    def _pointed(self, group: Group) -> None:
        """Write changes with what it takes to find them, and to ignore them."""
        change = group.first.change
        worded = group.is_worded and not self._verbose
        self._line(group, listing=not worded and not self._verbose)
        for name in cut_names(group) if worded else ():
            self.page.write(name, indent=8, lead="      ")
        if self._verbose and group.names:
            self.page.write_whole(change.rule, indent=4)
            self._each(group)
            return
        place = change.is_ or change.was
        if place is not None:
            self.page.write_whole(str(place), indent=4)
        self.page.write_whole(f"{change.rule} {_fingerprint(group)}", indent=4)

    def _brief(self, group: Group) -> None:
        """Write changes that nobody has to look at."""
        self._line(group, listing=not self._verbose)
        for name in group.told_names if self._verbose else ():
            self.page.write_whole(name, indent=6)

    def _line(self, group: Group, *, listing: bool) -> None:
        owner = f"{group.first.contract.name}: " if self._several else ""
        told = self._cut(group.sentence)
        where = group.shows
        if group.element and group.element in told:
            told, where = f"{told}{group.shows.removeprefix(group.element)}", ""
        line = ": ".join(filter(None, (f"{owner}{told}", where, names(group) if listing else "")))
        self.page.write(line, lead="  - ", indent=4)
        if group.felt_by:
            self.page.write(felt(group.felt_by, self._most and _FELT), lead="    felt by ", indent=12)

    def _cut(self, sentence: str) -> str:
        return sentence if self._verbose or len(sentence) <= _SENTENCE else sentence[:_SENTENCE] + "…"

    def _ignored(self) -> None:
        self.page.section("Ignored", self._found.ignored, lambda _: None, most=None)
        for reason, number in ignored_for(self._found.ignored).items():
            self.page.write(f"{number:,}: {reason}", lead="  - ", indent=4)

    def _warning(self, warned: tuple[str, str]) -> None:
        self.page.write(": ".join(warned) if self._several else warned[1], lead="  - ", indent=4)

    def advice(self) -> None:
        """Say what to do next, where there is something to do."""
        rules = list(dict.fromkeys(entry.change.rule for entry in self._found.to_act_on))
        if not rules:
            return
        self.page.gap()
        lead = "What it means, and what to do instead: "
        if len(rules) == 1:
            self.page.write_whole(f"cxcontracts explain {rules[0]}", lead=lead)
            return
        self.page.write("What each rule means, and what to do instead:")
        for rule in rules[:_RULES]:
            self.page.write_whole(f"cxcontracts explain {rule}", indent=2)
        if len(rules) > _RULES:
            self.page.write(f"… and {len(rules) - _RULES:,} more", indent=2)


def _fingerprint(group: Group) -> str:
    more = len(group.entries) - 1
    return group.first.change.fingerprint + (f" and {more:,} more (--verbose)" if more else "")
