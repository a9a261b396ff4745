"""The report for a pull request: a comment that begins with who is hit, and how; each proof is folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from cxcontracts.findings import Change, Finding, PartnerRun, Run, Verdict
from cxcontracts.reports.comment import LATER, Comment
from cxcontracts.reports.headlines import experiences, headline, notes, whom
from cxcontracts.reports.inert import code, fenced, inert
from cxcontracts.reports.page import FIRST
from cxcontracts.reports.sentences import (
    Roots,
    again,
    alone,
    count,
    counts,
    facts,
    hit,
    limits,
    more_places,
    release,
    scene,
    waiting,
)

_BODY: Final = 600
_NEEDS: Final = 3
"""How many needs of one experience are told with their proof."""

_FOLDED: Final = ("request", "response", "delivery", "shows at", "whose", "seen", "promised", "again")
"""The facts of a break that are folded away."""

_GROUPS: Final[Mapping[Verdict, str]] = {
    Verdict.INCONCLUSIVE: "Inconclusive: nobody could judge it",
    Verdict.UNPROVEN: "Unproven: it could not be decided",
    Verdict.TOLERATED: "Tolerated: it would break, and something catches it",
    Verdict.WAIVED: "Waived",
}
"""The title of what did not break, by its verdict."""


def render(run: Run) -> str:
    """Return the report of a run as GitHub Flavored Markdown of at most 60,000 characters, ending in a line feed."""
    marker = (run.command, run.estate, run.environment, *(partner.partner for partner in run.partners), *run.only)
    comment = Comment(marker, "\n\n".join(_head(run)))
    broken, roots = experiences(run), Roots(run.findings)
    comment.blocks("", _blocks(broken[:FIRST], partial(_experience, run, roots)))
    with comment.sparing(LATER):
        comment.blocks("More that break", _blocks(broken[FIRST:], _in_a_line))
    if len(run.partners) > 1:
        comment.section("Partners", [f"- {code(release(each))}: {_fared(run, each)}" for each in run.partners], FIRST)
    comment.section("Mistakes", [f"- {code(str(mistake))}" for mistake in run.mistakes], FIRST)
    for verdict, title in (*_GROUPS.items(), *_gaps(run)):
        comment.blocks(title, [(1, partial(_reason, run, roots, finding)) for finding in roots.of(verdict)], FIRST)
    _others(run, comment)
    return str(comment)


def _head(run: Run) -> Iterator[str]:
    """Yield what the comment begins with: who is hit, then by whom, then how certain that is."""
    first = headline(run)
    concerned = whom(run)
    yield f"### {first.word}{f': {inert(concerned)}' if concerned else ''}"
    yield inert(first.sentence)
    certain = [why for _, why in limits(run)] if run.verdict is Verdict.BROKEN else []
    yield from (f"**{inert(note)}**" for note in (*notes(run), *certain))
    if total := counts(run):
        yield f"{total}."


def _blocks(
    groups: Sequence[Sequence[Finding]], write: Callable[[Sequence[Finding]], str]
) -> list[tuple[int, Callable[[], str]]]:
    """Return what writes each experience, with how many needs it has."""
    return [(len(group), partial(write, group)) for group in groups]


def _experience(run: Run, roots: Roots, group: Sequence[Finding]) -> str:
    """Return who suffers what, and why, as far as a comment has room for it."""
    lines = [f"**{inert(hit(group[0]))}** {inert(scene(group[0]))}", ""]
    for finding in group[:_NEEDS]:
        lines += [*_need(run, roots, finding), ""]
    if more := len(group) - _NEEDS:
        lines += [f"… and {count(more, 'more need')} of it"] if more > 0 else []
    return "\n".join(lines).rstrip()


def _need(run: Run, roots: Roots, finding: Finding) -> Iterator[str]:
    known = dict(facts(finding, _BODY))
    slipped = known.pop("", "")
    yield f"{inert(known.get('because') or finding.id)}\\"
    whose = next((release(partner) for partner in run.partners if partner.partner == finding.partner), finding.partner)
    where = [code(whose), code(finding.element or finding.operation), slipped]
    gate = "" if finding.harm in run.fail_on else f"only warns: fail-on does not name {finding.harm}"
    yield ", ".join(filter(None, (*where, gate, waiting(roots.followers(finding)))))
    yield "<details><summary>how we know, and where it stands</summary>"
    yield ""
    known |= {"again": again(finding)} if finding.curl else {}
    folded = [f"{label}: {fact}" for label, fact in known.items() if label in _FOLDED]
    yield from fenced(folded)
    yield ""
    yield f"needed by {code(str(finding.where))}, id {code(finding.id)}"
    yield "</details>"


def _in_a_line(group: Sequence[Finding]) -> str:
    first = group[0]
    more = f" and {count(len(group) - 1, 'more need')}" if len(group) > 1 else ""
    return f"- {inert(hit(first))} {inert(scene(first))}: {inert(first.because or first.id)}, {code(first.id)}{more}"


def _fared(run: Run, partner: PartnerRun) -> str:
    if partner.findings:
        return counts(alone(run, partner)) or "only what waits on others"
    return f"not covered: {inert(partner.not_covered)}" if partner.not_covered else "nothing checked"


def _gaps(run: Run) -> Iterator[tuple[Verdict, str]]:
    if run.command == "check":
        yield Verdict.UNPROMISED, "Unpromised: gaps to negotiate"


def _reason(run: Run, roots: Roots, finding: Finding) -> str:
    accepted = f", accepted by {inert(finding.waived)}" if finding.waived else ""
    waits = waiting(roots.followers(finding))
    told = inert(finding.because or finding.element or finding.id)
    of = f"{code(finding.partner)}: " if len(run.partners) > 1 else ""
    return f"- {of}{told}: {code(str(finding.where))}, {code(finding.id)}{accepted}{f', {waits}' if waits else ''}"


def _others(run: Run, comment: Comment) -> None:
    """Add what nobody feels, what nobody looked at, and what is odd."""
    if run.not_exercised:
        comment.section("Not exercised", [f"- {code(id)}: {inert(why)}" for id, why in run.not_exercised.items()], FIRST)
    comment.section("Seen, and felt by nobody", [f"- {inert(line)}" for line in run.unfelt], FIRST)
    unfelt = [(partner, change) for partner in run.partners for change in partner.changes if not change.felt_by]
    comment.blocks("Changed, and felt by nobody", [(1, partial(_change, *pair)) for pair in unfelt], FIRST)
    warned = [(partner, warning) for partner in run.partners for warning in partner.warnings]
    comment.section("Warnings", [f"- {code(partner.partner)} {code(warning)}" for partner, warning in warned], FIRST)


def _change(partner: PartnerRun, change: Change) -> str:
    return f"- {code(partner.partner)} {inert(change.change)}: {code(change.element)}{more_places(change.places)}"
