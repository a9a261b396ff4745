"""The experience map: each journey as a line of steps in the customer's words, each marked with what is known of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from cxcontracts.findings import Finding, Outline, Run, Stage, Verdict
from cxcontracts.kinds.interactions import Pact
from cxcontracts.reports.html.anchors import journey_anchor
from cxcontracts.reports.html.evidence import MARKS, link, mark, need
from cxcontracts.reports.sentences import count, in_words
from cxcontracts.reports.web_page import add

_GRAVEST_FIRST: Final = (*MARKS,)
_LINKS: Final = 3
"""How many findings a step names."""

_ASIDE: Final = {
    "setup": "Before it starts",
    "fallbacks": "Where something fails",
    "cleanup": "Afterwards",
    "across": "Across the journey",
}
"""The parts of a journey beside its steps, by what they are called."""

_INTERACTIONS: Final = Outline(Pact.name, "What Pact files say that consumers expect", {}, True, ())


@dataclass(frozen=True)
class Route:
    """A journey with what was found of each of its steps.

    Attributes:
        outline: The journey, with every step that anything was found of.
        found: Step to its findings; the empty step to those across steps.
    """

    outline: Outline
    found: dict[str, list[Finding]]

    @property
    def verdict(self) -> Verdict | None:
        """The gravest of all its findings; None where there is none."""
        return gravest(finding for findings in self.found.values() for finding in findings)


def gravest(findings: Iterable[Finding]) -> Verdict | None:
    """Return the gravest verdict; None where nothing was looked at."""
    found = {finding.verdict for finding in findings}
    return next((verdict for verdict in _GRAVEST_FIRST if verdict in found), None)


def routes(run: Run) -> list[Route]:
    """Return the journeys of a run, what breaks first, and among equals the one that most customers take."""
    found: dict[str, dict[str, list[Finding]]] = {outline.name: {} for outline in run.journeys}
    for finding in run.findings:
        for step in dict.fromkeys((finding.step, *finding.for_steps)):
            found.setdefault(finding.journey, {}).setdefault(step, []).append(finding)
    known = {outline.name: outline for outline in run.journeys}
    made = [Route(_whole(known.get(name), name, steps), steps) for name, steps in found.items()]
    return sorted(made, key=_rank)


def _rank(route: Route) -> tuple[int, int]:
    verdict = route.verdict
    grave = len(_GRAVEST_FIRST) if verdict is None else _GRAVEST_FIRST.index(verdict)
    return grave, -sum(route.outline.customers.values())


def _whole(outline: Outline | None, name: str, found: dict[str, list[Finding]]) -> Outline:
    """Return a journey with every step that something was found of: runs of before did not tell of their journeys."""
    if outline is None:
        outline = _INTERACTIONS if name == Pact.name else Outline(name, "", _customers(found), _exact(found), ())
    known = {stage.name for stage in outline.steps}
    more = [_stage(step, findings[0]) for step, findings in found.items() if step and step not in known]
    return dataclasses.replace(outline, steps=(*outline.steps, *more)) if more else outline


def _customers(found: dict[str, list[Finding]]) -> dict[str, int]:
    every = (finding for findings in found.values() for finding in findings)
    return max((dict(finding.customers) for finding in every), key=len, default={})


def _exact(found: dict[str, list[Finding]]) -> bool:
    return all(finding.exact for findings in found.values() for finding in findings)


def _stage(step: str, finding: Finding) -> Stage:
    return Stage(step, "steps", finding.customer, finding.channel, finding.partner, "", finding.operation)


def drawn(route: Route) -> Element:
    """Return the line of a journey."""
    outline, verdict = route.outline, route.verdict
    article = Element("article", {"class": f"journey {verdict or 'unseen'}", "id": journey_anchor(outline.name)})
    head = SubElement(article, "header")
    add(head, "h3", "Pact files" if outline.name == Pact.name else outline.name).tail = " "
    _mark(head, verdict)
    if outline.goal:
        add(article, "p", outline.goal, {"class": "goal"})
    if customers := in_words(outline.customers, exact=outline.exact, share=outline.share):
        add(article, "p", customers, {"class": "soft"})
    if steps := [stage for stage in outline.steps if stage.part not in _ASIDE]:
        _line(article, "line", steps, route)
    asides = [(name, stages) for part, name in _ASIDE.items() if (stages := _beside(route, part))]
    if asides:
        beside = SubElement(article, "div", {"class": "asides"})
        for name, stages in asides:
            aside = SubElement(beside, "div")
            add(aside, "p", name, {"class": "part"})
            _line(aside, "line aside", stages, route)
    return article


def _beside(route: Route, part: str) -> list[Stage]:
    """Return the steps of a part of a journey; of those that set it up, or clean up, the ones that something was found of."""
    if part == "across":
        return [Stage("", part, "", "", "", "", "")] if "" in route.found else []
    stages = [stage for stage in route.outline.steps if stage.part == part]
    return stages if part == "fallbacks" else [stage for stage in stages if route.found.get(stage.name)]


def _line(parent: Element, kind: str, stages: Sequence[Stage], route: Route) -> None:
    line = SubElement(parent, "ol", {"class": kind})
    for stage in stages:
        _stop(line, stage, route)


def _stop(line: Element, stage: Stage, route: Route) -> None:
    findings = route.found.get(stage.name, [])
    verdict = gravest(findings)
    hidden = "" if stage.visible else " backstage"
    stop = SubElement(line, "li", {"class": f"stop {verdict or 'unseen'}{hidden}"})
    _mark(stop, verdict)
    if stage.part == "across":
        _findings(stop, findings, verdict)
        return
    add(stop, "p", stage.customer or stage.name, {"class": "says"})
    about = " · ".join(filter(None, (stage.partner, stage.channel, "" if stage.visible else "behind the scenes")))
    if about:
        add(stop, "p", about, {"class": "soft"})
    if stage.by:
        add(stop, "p", f"{stage.by} makes this call", {"class": "soft"})
    _findings(stop, findings, verdict)
    if stage.fallback:
        add(stop, "p", f"if it fails \u2192 {stage.fallback}", {"class": "soft"})
    if caught := [each.name for each in route.outline.steps if each.fallback and each.fallback == stage.name]:
        add(stop, "p", f"stands in for {', '.join(caught)}", {"class": "soft"})


def _mark(parent: Element, verdict: Verdict | None) -> None:
    if verdict is not None:
        mark(parent, verdict)
        return
    made = SubElement(parent, "p", {"class": "mark unseen"})
    add(made, "span", "\u2013", {"class": "dot"}).tail = " "
    add(made, "span", "not looked at", {"class": "word"})


def _findings(stop: Element, findings: Sequence[Finding], verdict: Verdict | None) -> None:
    """Add links to what is not intact, the gravest first; of what is, how many needs hold."""
    told = sorted(
        (finding for finding in findings if finding.verdict is not Verdict.INTACT),
        key=lambda finding: (_GRAVEST_FIRST.index(finding.verdict), finding.cause is not None),
    )
    if told:
        named = [finding for finding in told if finding.cause is None] or told
        listing = SubElement(stop, "ul", {"class": "points"})
        for finding in named[:_LINKS]:
            item = SubElement(listing, "li", {"class": str(finding.verdict)})
            tail = "" if finding.verdict is verdict else f" {finding.verdict}"
            link(item, finding, need(finding)).tail = tail
        if more := len(told) - len(named[:_LINKS]):
            add(listing, "li", f"and {more:,} more")
    elif findings:
        add(stop, "p", f"{count(len(findings), 'need')} {'holds' if len(findings) == 1 else 'hold'}", {"class": "soft"})
