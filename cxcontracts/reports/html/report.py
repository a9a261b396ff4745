"""The report of a run as one page: who is hit, the experience map, then each finding with what proves it, and all that held.

What matters most is put on the page first, so that a run too large for it loses what matters least: what holds, then the
exchanges that prove the least harmful breaks; but each experience that is told at once has one with it. How much is left out is
said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar
from xml.etree.ElementTree import Element, SubElement

import cxcontracts
from cxcontracts.findings import GRAVEST_FIRST, OBSERVING, Change, Finding, PartnerRun, Run, Verdict
from cxcontracts.reports.headlines import experiences, headline, notes, whom
from cxcontracts.reports.html.anchors import Anchors, anchor_of
from cxcontracts.reports.html.evidence import MARKS, Evidence, dot, mark
from cxcontracts.reports.html.journeys import Route, drawn, routes
from cxcontracts.reports.html.room import Room
from cxcontracts.reports.html.style import STYLE
from cxcontracts.reports.sentences import (
    Roots,
    alone,
    count,
    counts,
    limits,
    more_places,
    release,
    suffering,
    who,
)
from cxcontracts.reports.web_page import add, web_page, written

_T = TypeVar("_T")

LIMIT: Final = 5_000_000
"""How many bytes a page has at most."""

_KEPT_FREE: Final = 100_000
"""What is kept for the frame of the page, and for saying what is left out."""

_MOST_NAMED: Final = 20
"""How many requirements are named that feel one change."""

_PARTS: Final = ("map", "breaks", "partners", "rest", "changes", "holds")
"""The parts of the page, in the order in which they are read."""

_OPEN: Final = 20
"""How many journeys, and how many experiences that break, are told at once; further ones are folded."""

_OPEN_WHERE_ALL_HOLD: Final = 3
"""How many journeys are drawn at once where all of them hold."""

_TITLES: Final = {
    Verdict.INCONCLUSIVE: ("Nobody could judge", "Nothing is said against anybody: there was no answer to judge."),
    Verdict.UNPROVEN: ("Could not be decided", ""),
    Verdict.TOLERATED: ("Tolerated", "It would break, and something catches it."),
    Verdict.WAIVED: ("Waived", "It breaks, and waivers.yaml accepts that."),
    Verdict.UNPROMISED: ("Never promised", "Already so under the contract of record: gaps to negotiate, no change\u2019s fault."),
}
"""What is neither broken nor intact: a title each, and what it means."""


def render(run: Run, limit: int = LIMIT) -> str:
    """Return the page.

    Args:
        limit: How many bytes it has at most.
    """
    return _Report(run, limit).page()


class _Report:
    """The parts of the page. They stand in the order in which they are read, and are filled in that of what matters most."""

    def __init__(self, run: Run, limit: int) -> None:
        self._run = run
        self._room = Room(limit - _KEPT_FREE)
        self._roots = Roots(run.findings)
        self._broken = experiences(run)
        self._word, said = headline(run)
        self._sentence = _sentence(said) if said.startswith("the ") else said  # else it begins with a name
        self._evidence = Evidence(run, Anchors(), self._roots.following)
        self._proofs: list[tuple[Finding, Element]] = []
        self._unproved = 0
        self._missing: list[str] = []

    def page(self) -> str:
        page, body = web_page(f"{self._word}: {self._sentence}", STYLE)
        add(body, "a", "To the experience map", {"class": "skip", "href": "#map"})
        self._headline(SubElement(body, "header", {"class": f"top {self._tone}"}))
        main = SubElement(body, "main")
        parts = [SubElement(main, "section", {"class": name}) for name in _PARTS]
        self._filled(*parts)
        for part in parts:
            if not len(part):
                main.remove(part)
        self._left_out(main)
        footer = SubElement(body, "footer")
        add(footer, "p", f"Made by cxcontracts {cxcontracts.__version__}. This page loads nothing, and runs no script.")
        _unlinked(page)
        return written(page)

    @property
    def _tone(self) -> str:
        if self._word == "BROKEN":
            return "broken"
        return "intact" if self._word == "INTACT" else "open"

    # --- what it comes to

    def _headline(self, header: Element) -> None:
        run = self._run
        about = " · ".join(filter(None, (run.estate, run.command, run.environment)))
        add(header, "p", about, {"class": "about"})
        add(header, "p", self._word, {"class": "verdict"})
        title = self._title()
        add(header, "h1", title)
        if title != self._sentence:
            add(header, "p", self._sentence, {"class": "sentence"})
        for kind, why in (*limits(run), *(("", note) for note in notes(run))):
            add(header, "p", why if kind == "unsound" else _sentence(why), {"class": "notice"})
        self._counted(header)
        releases = ", ".join(release(partner) for partner in run.partners[:5])
        more = f" and {count(len(run.partners) - 5, 'more partner')}" if len(run.partners) > 5 else ""
        seen = (
            f"; {count(run.exchanges, 'exchange')} judged" if run.command in OBSERVING and (run.complete or run.exchanges) else ""
        )
        if releases and (seen or len(run.partners) > 1):
            add(header, "p", f"{releases}{more}{seen}", {"class": "soft"})

    def _title(self) -> str:
        """Return the first sentence: customers first, wherever some are concerned."""
        run = self._run
        if concerned := whom(run):
            return _sentence(concerned)
        if self._word == "INTACT" and run.command == "impact":
            return "No customer would feel it"
        if self._word == "INTACT" and run.command in OBSERVING:
            return f"Nothing breaks for {who(run.findings)}"
        return self._sentence

    def _counted(self, header: Element) -> None:
        summary = self._run.summary
        if not any(summary.values()):
            return
        listing = SubElement(header, "ul", {"class": "counts"})
        for verdict in MARKS:
            if summary[verdict]:
                item = SubElement(listing, "li", {"class": str(verdict)})
                add(item, "strong", f"{summary[verdict]:,}").tail = " "
                target = {Verdict.BROKEN: "breaks", Verdict.INTACT: "holds"}.get(verdict, str(verdict))
                add(item, "a", str(verdict), {"href": f"#{target}"})

    # --- in the order of what matters most

    def _filled(self, map: Element, breaks: Element, partners: Element, rest: Element, changes: Element, holds: Element) -> None:
        every = routes(self._run)
        self._problems(breaks)
        self._partners(partners)
        self._breaks(breaks)
        self._map(map, [route for route in every if route.verdict is not Verdict.INTACT])
        self._rest(rest)
        self._changes(changes)
        self._limits_of_evidence(changes)
        self._prove()
        whole = [route for route in every if route.verdict is Verdict.INTACT]
        self._whole(map, whole)
        self._holds(holds, whole)

    def _problems(self, section: Element) -> None:
        self._listed(section, "Mistakes: what depends on them was not judged", "mistakes", self._run.mistakes, _plain)

    def _breaks(self, section: Element) -> None:
        if not self._broken:
            return
        _title(section, "What breaks", "breaks")
        missing = 0
        for position, experience in enumerate(self._broken):
            at_once = position < _OPEN
            group = Element("section", {"class": "experience"}) if at_once else Element("details", {"class": "fold broken"})
            add(group, "h3" if at_once else "summary", _sentence(suffering(experience[0])))
            if not self._room.put(section, group):
                missing += len(experience)
                continue
            before = len(self._proofs)
            missing += self._told(group, experience, "h4" if at_once else "h3")
            if at_once and len(self._proofs) > before:
                self._proved(*self._proofs.pop(before))
        self._miss(missing, "finding that breaks", "findings that break")

    def _told(self, parent: Element, findings: Iterable[Finding], heading: str) -> int:
        """Tell findings, and return how many there was no room for."""
        missing = 0
        for finding in findings:
            told = self._evidence.told(finding, heading)
            if self._room.put(parent, told):
                self._proofs.append((finding, told))
            else:
                missing += 1
        return missing

    def _map(self, section: Element, changed: Sequence[Route]) -> None:
        section.set("id", "map")
        if not self._run.findings and not self._run.journeys:
            return
        _title(section, "Experience map", "experience-map")
        meaning = "Each journey as its customers live through it, step by step; what breaks comes first."
        add(section, "p", meaning, {"class": "soft"})
        missing = 0
        for position, route in enumerate(changed):
            missing += not self._room.put(section, drawn(route) if position < _OPEN else _folded_route(route))
        self._miss(missing, "journey on the map", "journeys on the map")

    def _rest(self, section: Element) -> None:
        for verdict, (title, meaning) in _TITLES.items():
            findings = self._roots.of(verdict)
            if not findings:
                continue
            part = SubElement(section, "section")
            _title(part, f"{title} ({len(findings):,})", str(verdict))
            if meaning:
                add(part, "p", meaning, {"class": "soft"})
            missing = self._folded(part, findings)
            self._miss(missing, f"{verdict} finding", f"{verdict} findings")

    def _folded(self, parent: Element, findings: Iterable[Finding]) -> int:
        """Tell findings, each folded under its first line, and return how many there was no room for."""
        missing = 0
        for position, finding in enumerate(findings):
            decides = finding.verdict is self._run.verdict and position < _OPEN_WHERE_ALL_HOLD
            details = Element("details", {"class": f"fold {finding.verdict}"} | ({"open": ""} if decides else {}))
            summary = SubElement(details, "summary")
            mark(summary, finding.verdict, "span").tail = " "
            of = f"{finding.partner}: " if len(self._run.partners) > 1 else ""
            add(summary, "span", f"{of}{finding.because or finding.element or finding.id}")
            told = self._evidence.told(finding, "h3")
            details.append(told)
            if self._room.put(parent, details):
                self._proofs.append((finding, told))
            else:
                missing += 1
        return missing

    def _prove(self) -> None:
        """Add what proves each finding that is told, that of the gravest harm first."""
        gravest = [*MARKS]
        for finding, told in sorted(
            self._proofs, key=lambda pair: (gravest.index(pair[0].verdict), GRAVEST_FIRST.index(pair[0].harm))
        ):
            self._proved(finding, told)
        self._miss(self._unproved, "exchange that proves a finding", "exchanges that prove a finding")

    def _proved(self, finding: Finding, told: Element) -> None:
        proof = self._evidence.proof(finding)
        if proof is not None and not self._room.put(told, proof):
            self._unproved += 1

    def _partners(self, section: Element) -> None:
        if len(self._run.partners) < 2:
            return
        _title(section, "How each partner fared", "partners")
        listing = SubElement(section, "dl", {"class": "fared"})
        missing = 0
        for partner in self._run.partners:
            row = Element("div")
            add(row, "dt", release(partner))
            fact = SubElement(row, "dd")
            if partner.findings:
                verdict = alone(self._run, partner).verdict
                SubElement(fact, "span", {"class": f"mark {verdict}"}).append(dot(verdict))
            add(fact, "span", _fared(self._run, partner))
            missing += not self._room.put(listing, row)
        self._miss(missing, "partner", "partners")

    # --- what else there is to know

    def _changes(self, section: Element) -> None:
        if self._run.command != "impact":
            return
        changes = [(partner, change) for partner in self._run.partners for change in partner.changes]
        _title(section, "What changed", "changes")
        if not changes:
            add(section, "p", "No change in any contract.", {"class": "soft"})
        felt = [pair for pair in changes if pair[1].felt_by]
        self._listed(section, "Felt by journeys", "felt", felt, self._change, "h3")
        self._listed(section, "Felt by nobody", "unfelt", [pair for pair in changes if not pair[1].felt_by], self._change, "h3")

    def _change(self, item: Element, pair: tuple[PartnerRun, Change]) -> None:
        partner, change = pair
        add(item, "span", change.change).tail = ": "
        owner = f"{partner.partner} " if len(self._run.partners) > 1 else ""
        add(item, "code", f"{owner}{change.element}").tail = more_places(change.places)
        if change.felt_by:
            by = add(item, "p", "felt by ", {"class": "soft"})
            for position, id in enumerate(change.felt_by[:_MOST_NAMED]):
                add(by, "a", id, {"href": f"#{anchor_of(id)}"}).tail = ", " if position + 1 < len(change.felt_by) else ""
            if len(change.felt_by) > _MOST_NAMED:
                add(by, "span", f"and {len(change.felt_by) - _MOST_NAMED:,} more")

    def _limits_of_evidence(self, section: Element) -> None:
        run = self._run
        idle = [*run.not_exercised.items()]
        self._listed(section, "Felt by nobody: what the traffic showed beside", "traffic", run.unfelt, _plain)
        self._listed(section, "Not exercised: no exchange showed it", "not-exercised", idle, _idle)
        judged = [f"{number:,} {kind}" for kind, number in run.not_judged.items()]
        self._listed(section, "Not judged: contracts cannot show it", "not-judged", judged, _plain)
        warnings = [f"{partner.partner}: {warning}" for partner in run.partners for warning in partner.warnings]
        warnings += [str(problem) for problem in run.problems if problem.warning]
        self._listed(section, "Warnings", "warnings", warnings, _plain)

    def _listed(
        self,
        section: Element,
        title: str,
        name: str,
        items: Sequence[_T],
        write: Callable[[Element, _T], None],
        heading: str = "h2",
    ) -> None:
        if not items:
            return
        part = SubElement(section, "section")
        _title(part, f"{title} ({len(items):,})", name, heading)
        listing = SubElement(part, "ul", {"class": "plain"})
        missing = 0
        for each in items:
            item = Element("li")
            write(item, each)
            missing += not self._room.put(listing, item)
        if missing:
            self._missing.append(f"{missing:,} of {len(items):,} under \u201c{title}\u201d")

    def _whole(self, section: Element, whole: Sequence[Route]) -> None:
        """Draw the journeys that hold: at once where there is little else, folded where there is."""
        missing = 0
        all_hold = self._run.verdict is Verdict.INTACT and not self._broken
        for position, route in enumerate(whole):
            at_once = all_hold and position < _OPEN_WHERE_ALL_HOLD
            missing += not self._room.put(section, drawn(route) if at_once else _folded_route(route))
        self._miss(missing, "journey that holds", "journeys that hold")

    def _holds(self, section: Element, whole: Sequence[Route]) -> None:
        holding = self._roots.of(Verdict.INTACT)
        if not holding:
            return
        _title(section, f"What holds ({len(holding):,})", "holds")
        missing = 0
        journeys: dict[str, list[Finding]] = {}
        for finding in holding:
            journeys.setdefault(finding.journey, []).append(finding)
        for journey, findings in journeys.items():
            details = Element("details", {"class": "fold intact"})
            add(details, "summary", f"{journey}: {count(len(findings), 'need')}")
            listing = SubElement(details, "ul", {"class": "plain"})
            if not self._room.put(section, details):
                missing += len(findings)
                continue
            for finding in findings:
                missing += not self._room.put(listing, self._evidence.held(finding))
        self._miss(missing, "need that holds", "needs that hold")

    # --- what there was no room for

    def _miss(self, number: int, one: str, several: str) -> None:
        if number:
            self._missing.append(f"{number:,} {one if number == 1 else several}")

    def _left_out(self, main: Element) -> None:
        if not self._missing:
            return
        note = Element("section", {"class": "notice"})
        _title(note, "Not on this page", "left-out")
        add(note, "p", "The run is too large for one page. JSON has all of it; what matters least is left out here:")
        listing = SubElement(note, "ul")
        for each in self._missing:
            add(listing, "li", each)
        main.insert(0, note)


def _title(section: Element, text: str, name: str, heading: str = "h2") -> None:
    add(section, heading, text, {"id": name})


def _folded_route(route: Route) -> Element:
    """Return a journey folded under its name."""
    details = Element("details", {"class": f"fold {route.verdict or 'unseen'}"})
    summary = SubElement(details, "summary")
    if route.verdict is not None:
        mark(summary, route.verdict, "span").tail = " "
    add(summary, "span", f"{route.outline.name}: {route.outline.goal}" if route.outline.goal else route.outline.name)
    details.append(drawn(route))
    return details


def _plain(item: Element, said: object) -> None:
    add(item, "span", str(said))


def _idle(item: Element, pair: tuple[str, str]) -> None:
    add(item, "code", pair[0], {"id": anchor_of(pair[0])}).tail = ": "
    add(item, "span", pair[1])


def _sentence(text: str) -> str:
    """Return a text as a sentence begins."""
    return text[:1].upper() + text[1:]


def _fared(run: Run, partner: PartnerRun) -> str:
    if partner.findings:
        return counts(alone(run, partner)) or "only what waits on others"
    return f"not covered: {partner.not_covered}" if partner.not_covered else "nothing checked"


def _unlinked(page: Element) -> None:
    """Turn links to what is not on the page into text."""
    there = {element.get("id") for element in page.iter()}
    for link in [*page.iter("a")]:
        if link.attrib["href"].removeprefix("#") not in there:
            link.tag = "span"
            del link.attrib["href"]
