"""One finding on the page: what it is about, how we know, and how to see it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from cxcontracts.exchanges import JSON, NO_BODY, Exchange
from cxcontracts.findings import Finding, Run, Verdict
from cxcontracts.reports.excerpt import spoken_of
from cxcontracts.reports.html.anchors import Anchors, anchor_of
from cxcontracts.reports.html.bodies import Line, body_lines
from cxcontracts.reports.sentences import again, concerning, count, release, seen, slipped, waiting, whose
from cxcontracts.reports.web_page import add
from cxcontracts.sanitise import harmless_line
from cxcontracts.wording import listed

MARKS: Final[Mapping[Verdict, str]] = {
    Verdict.BROKEN: "\u2717",
    Verdict.INCONCLUSIVE: "?",
    Verdict.UNPROVEN: "?",
    Verdict.TOLERATED: "\u2248",
    Verdict.WAIVED: "!",
    Verdict.UNPROMISED: "\u25cb",
    Verdict.INTACT: "\u2713",
}
"""What stands beside the word, for who looks before reading; the gravest first."""

_WIDEST: Final = 300
"""How many characters of one line of an exchange are shown."""

_LONGEST_LINE: Final = 8000
"""How long a line for a shell may be: one that is cut would do something else."""

_HEADERS: Final = 25
"""How many headers are shown."""

_REFUSED: Final = 400
"""From this status on, nobody took what was sent."""

_FOLLOWERS: Final = 50
"""How many of the needs that wait on a break are named."""


def mark(parent: Element, verdict: Verdict, tag: str = "p") -> Element:
    """Add a verdict, marked and in a word."""
    made = SubElement(parent, tag, {"class": f"mark {verdict}"})
    made.append(dot(verdict))
    add(made, "span", str(verdict), {"class": "word"})
    return made


def dot(verdict: Verdict) -> Element:
    """Return the sign of a verdict, which stands beside its word."""
    made = Element("span", {"class": "dot"})
    made.text, made.tail = MARKS[verdict], " "
    return made


def need(finding: Finding) -> str:
    """Return which requirement it is, without where it stands."""
    return finding.id.split("/", 2)[-1]


class Evidence:
    """Tells findings of a run.

    Args:
        run: The run.
        anchors: Those of the page that it is told on.
        followers: Returns the findings that follow from one.
    """

    def __init__(self, run: Run, anchors: Anchors, followers: Mapping[str, list[Finding]]) -> None:
        self._run = run
        self._anchors = anchors
        self._followers = followers
        self._releases = {partner.partner: release(partner) for partner in run.partners}

    def told(self, finding: Finding, heading: str) -> Element:
        """Return a finding without the exchange that proves it; *heading* is the element of its heading."""
        anchor = self._anchors.take(finding.id)
        article = Element("article", {"class": f"finding {finding.verdict}", "id": anchor})
        title = add(article, heading)
        mark(title, finding.verdict, "span").tail = " "
        add(title, "span", finding.because or finding.element or finding.id)
        facts = SubElement(article, "dl")
        for label, text in self._facts(finding):
            add(facts, "dt", label)
            add(facts, "dd", text)
        for label, text in (("element", finding.element), ("where", str(finding.where))):
            if text:
                add(facts, "dt", label)
                add(SubElement(facts, "dd"), "code", text)
        add(facts, "dt", "id")
        add(SubElement(facts, "dd"), "a", finding.id, {"href": f"#{anchor}"})
        self._waiting(article, self._followers.get(finding.id, []))
        return article

    def held(self, finding: Finding) -> Element:
        """Return a finding that holds, in a line."""
        item = Element("li", {"id": self._anchors.take(finding.id)})
        add(item, "code", finding.id)
        if finding.element:
            add(item, "span", finding.element, {"class": "soft"})
        return item

    def _facts(self, finding: Finding) -> Iterator[tuple[str, str]]:
        yield "need", need(finding)
        if finding.verdict not in (Verdict.BROKEN, Verdict.INTACT):
            yield "concerns", concerning(finding)
        yield "partner", self._releases.get(finding.partner, finding.partner)
        for label, text in (
            ("promise", slipped(finding)),
            ("shows at", listed(finding.for_steps)),
            ("whose", whose(finding)),
            ("seen", seen(finding) if finding.verdict is Verdict.BROKEN else ""),
            ("accepted by", finding.waived),
        ):
            if text:
                yield label, text
        if finding.promised is False:
            yield "promised", "no: the contract of record does not promise it"
        if finding.verdict is Verdict.BROKEN and finding.harm not in self._run.fail_on:
            yield "gate", f"only warns: fail-on does not name {finding.harm}"

    def _waiting(self, article: Element, followers: list[Finding]) -> None:
        if not followers:
            return
        details = SubElement(article, "details", {"class": "more"})
        add(details, "summary", waiting(len(followers)))
        listing = SubElement(details, "ul")
        for follower in followers[:_FOLLOWERS]:
            add(SubElement(listing, "li"), "code", follower.id, {"id": self._anchors.take(follower.id)})
        if len(followers) > _FOLLOWERS:
            add(listing, "li", f"and {len(followers) - _FOLLOWERS:,} more, which JSON lists")

    def proof(self, finding: Finding) -> Element | None:
        """Return the exchange that proves a finding, and how to see it again; None where there is none."""
        exchange, again = finding.witness, self._again(finding)
        if exchange is None and not again:
            return None
        proof = Element("div", {"class": "proof"})
        if exchange is not None:
            panels = SubElement(proof, "div", {"class": "exchange"})
            _panel(panels, "Delivery" if exchange.message else "Request", _asked(finding, exchange))
            if not exchange.message or exchange.response.status >= _REFUSED:
                _panel(panels, "Response", _answered(finding, exchange))
        for label, line in again:
            _panel(proof, label, [Line(line)], cut=None)
        return proof

    def _again(self, finding: Finding) -> list[tuple[str, str]]:
        """Return the lines for a shell that show it again."""
        lines = [("Send it again", again(finding, _LONGEST_LINE))] if finding.curl else []
        ours = self._run.command == "verify" and not self._run.told_to
        if ours and finding.verdict is not Verdict.INTACT and finding.observed:
            where = f" --env {shlex.quote(self._run.environment)}" if self._run.environment else ""
            lines.append(("Walk it again", f"cxcontracts verify{where} --replay {shlex.quote(finding.id)}"))
        return lines


def _panel(parent: Element, title: str, lines: Iterable[Line], cut: int | None = _WIDEST) -> None:
    panel = SubElement(parent, "figure")
    add(panel, "figcaption", title)
    code = SubElement(SubElement(panel, "pre"), "code")
    last: Element | None = None
    for line in lines:
        text = harmless_line(line.text, cut)
        if line.marked:
            last = SubElement(code, "mark")
            last.text, last.tail = text, "\n"
        elif last is None:
            code.text = (code.text or "") + text + "\n"
        else:
            last.tail = (last.tail or "") + text + "\n"


def _asked(finding: Finding, exchange: Exchange) -> Iterator[Line]:
    request = exchange.request
    if exchange.message:
        yield Line(exchange.message)
    query = "&".join(f"{name}={value}" for name, value in request.query)
    yield Line(f"{request.method} {request.path}" + (f"?{query}" if query else ""))
    if request.base:
        yield Line(f"to {request.base}")
    yield from _headers(request.headers)
    if exchange.message and exchange.response.status >= _REFUSED:
        yield Line("nobody delivers it any more", True)
    yield from _body(finding, exchange, "request", request.body)


def _answered(finding: Finding, exchange: Exchange) -> Iterator[Line]:
    response = exchange.response
    refused = response.status >= _REFUSED
    yield Line(str(response.status), refused)
    if response.assumed:
        what = "no contract declares this refusal" if refused else "the call is answered all the same"
        yield Line(f"assumed: {what}")
    yield from _headers(response.headers)
    yield from _body(finding, exchange, "response", response.body)


def _headers(headers: Mapping[str, JSON]) -> Iterator[Line]:
    for name, value in [*headers.items()][:_HEADERS]:
        yield Line(f"{name}: {value}")
    if len(headers) > _HEADERS:
        yield Line(f"… {count(len(headers) - _HEADERS, 'more header')}")


def _body(finding: Finding, exchange: Exchange, side: str, body: JSON) -> Iterator[Line]:
    if body is NO_BODY:
        return
    focus, proof = spoken_of(finding, exchange, side)
    there = not focus or focus[0] == "*" or (isinstance(body, Mapping) and focus[0] in body)
    yield Line("")
    yield from body_lines(body, focus if there or side == "response" else (), proof)


def link(parent: Element, finding: Finding, text: str) -> Element:
    """Add a link to a finding of the page; its text may go on in a new line after a dot or a colon."""
    first, *rest = re.split(r"(?<=[.:])(?=.)", harmless_line(text, _WIDEST))
    made = add(parent, "a", first, {"href": f"#{anchor_of(finding.id)}"})
    for part in rest:
        SubElement(made, "wbr").tail = part
    return made
