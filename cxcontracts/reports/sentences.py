"""The words that the reports for people share: who is hit, by what, and which release did it. Nothing is made harmless here."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from cxcontracts.findings import (
    WORST_FIRST,
    Fault,
    Finding,
    Harm,
    PartnerRun,
    Promise,
    Run,
    Verdict,
    Version,
    people,
)
from cxcontracts.reports.excerpt import lines
from cxcontracts.wording import listed

SUFFERING: Final[Mapping[Harm, str]] = {
    Harm.BLOCKED: "would be blocked",
    Harm.EXTRA_EFFORT: "would have extra effort",
    Harm.DELAYED: "would be delayed",
    Harm.UNINFORMED: "would not be informed",
    Harm.MISLED: "would be misled",
    Harm.UNRECOGNISED: "would not be recognised",
}
"""What each harm does, said of customers."""

_SUFFER = {
    Harm.BLOCKED: "are blocked",
    Harm.EXTRA_EFFORT: "have extra effort",
    Harm.DELAYED: "are delayed",
    Harm.UNINFORMED: "are not informed",
    Harm.MISLED: "are misled",
    Harm.UNRECOGNISED: "are not recognised",
}
"""What they suffer where it was seen to break."""

_STATES = {
    Harm.BLOCKED: "blocked",
    Harm.MISLED: "misled",
    Harm.DELAYED: "delayed",
    Harm.UNRECOGNISED: "not recognised",
    Harm.UNINFORMED: "not informed",
}
"""What they are, where it breaks in several ways; what they are not comes last, so that the not is of nothing else."""

_FAULTS = {
    Fault.BREAKS_ITS_CONTRACT: "breaks its contract",
    Fault.KEEPS_ITS_CONTRACT: "keeps its contract, and yet breaks the need",
    Fault.CONTRACT_CHANGED: "runs another version of its contract",
    Fault.SEAM: "the seam between the two",
    Fault.OURS: "ours",
    Fault.NOBODY_KNOWS: "nobody knows",
}
_LONGEST: Final = 1000
"""How long a line for a shell may be where a report has no more room for it."""

_COUNTED: Final = 1000
"""How many places are counted."""

_NOUNS = ("er", "or", "ar", "ant", "ent", "ist", "ian", "ee", "lord", "guest")
_SEVERAL = {"child": "children", "person": "people", "family": "families", "party": "parties", "company": "companies"}


def count(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "experience"), count(1200, "need")
    ('1 experience', '1,200 needs')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def in_places(places: int, noun: str = "place") -> str:
    """Return how many elements show a change: as a number, as far as anybody would look at them all.

    >>> in_places(1), in_places(1000), in_places(4_788_186_447)
    ('1 place', '1,000 places', 'more than 1,000 places')
    """
    return count(places, noun) if places <= _COUNTED else f"more than {count(_COUNTED, noun)}"


def more_places(places: int, upto: str = "") -> str:
    """Return how many elements show a change beside the first; one schema may be reached in more ways than anybody can follow.

    >>> more_places(1), more_places(2), more_places(4_788_186_447)
    ('', ' and 1 more place', ' and more than 1,000 more places')
    """
    if places == 1:
        return ""
    return f" and {upto if places - 1 <= _COUNTED else ''}{in_places(places - 1, 'more place')}"


def who(findings: Iterable[Finding]) -> str:
    """Return the customers whom *findings* concern, the largest group first: a union over groups, never a sum.

    A number is "up to" where a journey names only its groups, and "at least" where journeys that know how many take them share a
    group: nobody knows how many take both.
    """
    concerned = tuple(findings)
    words: list[str] = []
    said = ""
    for group, monthly in sorted(people(concerned).items(), key=lambda item: -item[1]):
        bound = _bound([finding for finding in concerned if group in finding.customers])
        words.append((bound if bound != said else "") + _group(group, monthly))
        said = bound or said
    return f"{listed(words)} {_counted(any(finding.share for finding in concerned))}" if words else "customers"


def in_words(customers: Mapping[str, int], *, exact: bool, share: bool = False) -> str:
    """Return groups with how many they are, the largest first; nothing where nobody is named.

    Args:
        share: Whether they are counted of every hundred, not a month.

    >>> in_words({"commuter": 2, "leisure": 45000}, exact=False)
    'up to 45,000 leisure and 2 commuters a month'
    """
    words = [_group(group, monthly) for group, monthly in sorted(customers.items(), key=lambda item: -item[1])]
    return f"{'' if exact else 'up to '}{listed(words)} {_counted(share)}" if words else ""


def _bound(concerned: Sequence[Finding]) -> str:
    if not all(finding.exact for finding in concerned):
        return "up to "
    return "at least " if len({finding.journey for finding in concerned}) > 1 else ""


def _counted(share: bool) -> str:
    return "of every 100 customers" if share else "a month"


def _group(name: str, monthly: int) -> str:
    return f"{monthly:,} {name if monthly == 1 else _plural(name)}"


def _plural(name: str) -> str:
    """Return the name of a group for several people: a name is the author's, so only what is surely a noun for people changes."""
    for one, several in _SEVERAL.items():
        if name == one or name.endswith((f"-{one}", f"_{one}")):
            return name.removesuffix(one) + several
    return f"{name}s" if name.endswith(_NOUNS) and not name.endswith("free") else name


def suffering(finding: Finding) -> str:
    """Return who would suffer what, where, in one sentence that ends in the customer's own."""
    return f"{hit(finding)} {scene(finding)}"


def concerning(finding: Finding) -> str:
    """Return whom a finding concerns, where: what they suffer, where it breaks."""
    return suffering(finding) if finding.verdict is Verdict.BROKEN else f"{who([finding])} {scene(finding)}"


def hit(finding: Finding) -> str:
    """Return who would suffer what."""
    return f"{who([finding])} {(_SUFFER if finding.observed else SUFFERING)[finding.harm]}"


def suffered(findings: Sequence[Finding]) -> str:
    """Return whom some breaks hit, and how, in one sentence.

    >>> suffered(())
    'customers'
    """
    found = {finding.harm for finding in findings}
    seen = any(finding.observed for finding in findings)
    states = [state for harm, state in _STATES.items() if harm in found]
    ways = [(_SUFFER if seen else SUFFERING)[harm] for harm in (*_STATES, Harm.EXTRA_EFFORT) if harm in found]
    if len(states) > 1:
        ways = [f"{'are' if seen else 'would be'} {listed(states, 'or')}", *ways[len(states) :]]
    return " ".join(filter(None, (who(findings), " or ".join(ways))))


def scene(finding: Finding) -> str:
    """Return where in which journey, and what the customer says there."""
    place = f"at {finding.step} ({finding.journey})" if finding.step else f"across {finding.journey}"
    return f"{place}: {finding.customer}" if finding.customer else place


def slipped(finding: Finding) -> str:
    """Return how the promise got worse; empty where its two levels do not say.

    Both halves of a need can stay where they are, and yet a value be new that the need refuses.
    """
    if finding.was is None or finding.is_ is None or finding.was is finding.is_:
        return ""
    return f"was {finding.was}, is {'only ' if finding.is_ is Promise.POSSIBLE else ''}{finding.is_}"


def facts(finding: Finding, room: int) -> Mapping[str, str]:
    """Return how we know of a break, each fact by its label; the empty label goes on with the one before it.

    Args:
        room: How many characters the request and the response may have each.
    """
    witness = finding.witness
    whole = {"because": finding.because, "element": finding.element, "": slipped(finding), "shows at": listed(finding.for_steps)}
    whole |= lines(finding, witness, room) if witness is not None else {}
    whole |= {"whose": whose(finding), "seen": seen(finding), "promised": _UNPROMISED if finding.promised is False else ""}
    return {label: fact for label, fact in whole.items() if fact}


def account(finding: Finding, room: int) -> Iterator[str]:
    """Yield what is known of a finding, a line each: first who suffers what.

    Args:
        room: How many characters the request and the response may have each.
    """
    yield f"{finding.verdict}: {concerning(finding)}"
    known = {"because": "", "partner": finding.partner, **facts(finding, room)}
    if "" in known:
        known["element"] = f"{known.get('element', '')} {known.pop('')}".strip()
    known |= {"again": again(finding), "needed by": str(finding.where), "id": finding.id, "follows from": finding.cause or ""}
    yield from (f"{name}: {fact}" for name, fact in known.items() if fact)


def again(finding: Finding, longest: int = _LONGEST) -> str:
    """Return the line for a shell that sends it again, as long as it is no longer: one that is cut would do something else."""
    line = finding.curl
    return line if len(line) <= longest else f"(a line of {len(line):,} characters, which JSON has)"


_UNPROMISED = "no: the contract of record does not promise it"


def whose(finding: Finding) -> str:
    """Return whose a break is, and why; empty where nobody was asked."""
    told = finding.attribution
    if told is None:
        return ""
    return f"{' and '.join(told.partners)}{': ' if told.partners else ''}{_FAULTS[told.fault]}; {told.because}"


def seen(finding: Finding) -> str:
    """Return how often a break was seen; empty of one that no exchange was needed for."""
    if not finding.observed:
        return ""
    if finding.flaky:
        failed, _, tries = finding.flaky.partition("/")
        return f"flaky: {failed} of {tries} tries failed"
    return "again on a second try" if finding.confirmed else "once; it was not asked for again"


def waiting(followers: int) -> str:
    """Return how many needs wait on a finding; empty for none.

    >>> waiting(1), waiting(2)
    ('1 more need waits on it', '2 more needs wait on it')
    """
    return f"{count(followers, 'more need')} {'waits' if followers == 1 else 'wait'} on it" if followers else ""


def release(partner: PartnerRun) -> str:
    """Return which contract was judged: ``operator 2.3.0 → 2.4.0``, or ``operator 2.3.0`` without a candidate.

    Of which contract a run was that was killed before it told so, nobody knows: then it is the partner alone.
    """
    if not partner.record.digest:
        return partner.partner
    if partner.candidate is None:
        return f"{partner.partner} {numbered(partner.record)}"
    return f"{partner.partner} {step(partner.record, partner.candidate, 'the candidate is the record')}"


def step(old: Version, new: Version, same: str) -> str:
    """Return from which version to which a contract went; *same* is said where nothing changed in its files."""
    if new.digest == old.digest:
        return f"{numbered(old)} ({same})"
    return f"{numbered(old)} (changed, same version)" if new.version == old.version else f"{numbered(old)} → {numbered(new)}"


def numbered(version: Version) -> str:
    """Return the number of a version."""
    return version.version or "(no version)"


def alone(run: Run, partner: PartnerRun) -> Run:
    """Return the run as if it had judged one partner only."""
    return dataclasses.replace(run, partners=(partner,))


def unchecked(run: Run) -> tuple[PartnerRun, ...]:
    """Return the partners of whom nothing was judged, and of whom nobody said that this is right."""
    return tuple(partner for partner in run.partners if not partner.findings and not partner.not_covered)


def limits(run: Run) -> Iterator[tuple[str, str]]:
    """Yield why a run is not green even where nothing broke: a kind in kebab case, and a sentence."""
    if not run.complete:
        yield "incomplete", "interrupted: what is not listed was not judged"
    if mistakes := run.mistakes:
        more = f" (and {len(mistakes) - 1:,} more mistakes)" if len(mistakes) > 1 else ""
        yield "unsound", f"{mistakes[0]}{more}; what depends on it was not judged"
    if missed := unchecked(run):
        releases = ", ".join(release(partner) for partner in missed)
        yield "nothing-checked", f"nothing that contracts can show is needed of {releases}"
    if not run.partners:
        yield "nothing-checked", "no partner was judged"


def counts(run: Run) -> str:
    """Return how many findings have each verdict, worst first: ``1 broken, 11 intact, 2 unpromised``."""
    summary = run.summary
    order = (*WORST_FIRST, Verdict.UNPROMISED, Verdict.WAIVED)
    return ", ".join(f"{summary[verdict]:,} {verdict}" for verdict in order if summary[verdict])


class Roots:
    """Findings sorted into those that stand for themselves and those that only follow from one of these.

    A finding follows from its cause while the cause is as visible: a break that follows from a waived one is shown itself.

    Attributes:
        roots: Those that stand for themselves, in order.
        following: Id of one of these to those that follow from it.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._by_id = {finding.id: finding for finding in reversed(findings)}
        self.following: dict[str, list[Finding]] = {}
        self.roots: tuple[Finding, ...] = tuple(finding for finding in findings if not self._follows(finding))

    def _follows(self, finding: Finding) -> bool:
        root, seen = finding, {finding.id}
        while root.cause is not None and root.cause in self._by_id and root.cause not in seen:
            seen.add(root.cause)
            root = self._by_id[root.cause]
        if root.id == finding.id or root.cause is not None or root.verdict not in (Verdict.BROKEN, finding.verdict):
            return False
        self.following.setdefault(root.id, []).append(finding)
        return True

    def followers(self, finding: Finding) -> int:
        """Return how many findings follow from one."""
        return len(self.following.get(finding.id, ()))

    def of(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Return the findings of a verdict that stand for themselves, in order."""
        return tuple(finding for finding in self.roots if finding.verdict is verdict)
