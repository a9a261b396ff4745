"""What reports of a run begin with: its verdict, in one sentence, and the experiences that break. Nothing is made harmless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cxcontracts.findings import GRAVEST_FIRST, OBSERVING, Finding, PartnerRun, Run, Verdict
from cxcontracts.reports.sentences import Roots, count, release, suffered, unchecked, who
from cxcontracts.wording import listed

_MOST_NAMES: Final = 3
"""How many partners are named in a sentence."""


class Headline(NamedTuple):
    """What a report begins with.

    Attributes:
        word: The verdict, in capitals.
        sentence: What became of whom.
    """

    word: str
    sentence: str


def experiences(run: Run) -> list[list[Finding]]:
    """Return the breaks that stand for themselves: what closes the gate first, of it what hits most people.

    What belongs together for the customer is one experience: one harm at one step to the same people.
    """
    groups: dict[object, list[Finding]] = {}
    for finding in Roots(run.findings).of(Verdict.BROKEN):
        key = (finding.journey, finding.step, finding.harm, tuple(finding.customers.items()), finding.exact)
        groups.setdefault(key, []).append(finding)
    return sorted(groups.values(), key=lambda group: _weight(run, group[0]))


def _weight(run: Run, finding: Finding) -> tuple[bool, int, int]:
    return finding.harm not in run.fail_on, -sum(finding.customers.values()), GRAVEST_FIRST.index(finding.harm)


def headline(run: Run) -> Headline:
    """Return the verdict. What was not looked at is never called intact."""
    return Headline(*_verdict(run))


def whom(run: Run) -> str:
    """Return whom a run hits, and how, or of whom nobody knows, in a sentence; empty where it is neither."""
    if run.verdict is Verdict.BROKEN:
        return suffered([finding for finding in run.findings if finding.verdict is Verdict.BROKEN])
    if headline(run).word == "INCONCLUSIVE":
        return f"nobody knows how {who(finding for finding in run.findings if finding.verdict is Verdict.INCONCLUSIVE)} fare"
    return ""


def notes(run: Run) -> Iterator[str]:
    """Yield what belongs beside the verdict, a sentence each."""
    broken = any(finding.verdict is Verdict.BROKEN for finding in run.findings)
    if broken and not run.complete:
        yield "interrupted: there may be more"
    if broken and not run.gates:
        yield "the gate stays open: no harm found here is in fail-on of estate.yaml"
    yield from of_a_part(run)


def of_a_part(run: Run) -> Iterator[str]:
    """Yield what of the estate was asked for; nothing where all of it was."""
    if run.only:
        yield f"asked for no more than {listed(run.only)}: the rest was not looked at"


def _verdict(run: Run) -> tuple[str, str]:
    if run.verdict is Verdict.BROKEN:
        broken = len({(group[0].journey, group[0].step) for group in experiences(run)})
        return "BROKEN", f"{_breaks(run)} {count(broken, 'experience')}"
    if not run.complete:
        return "INCOMPLETE", _interrupted(run)
    if run.mistakes:
        files = len({mistake.place.file for mistake in run.mistakes})
        why = f"{count(files, 'file')} {'has' if files == 1 else 'have'} mistakes"
        rest = (
            f"nothing is broken in what does not depend on {'it' if files == 1 else 'them'}"
            if run.findings
            else "nothing was judged"
        )
        return "INCOMPLETE", f"{run.estate}: {why}; {rest}"
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
    """Say who breaks something: of what was seen, by name, where that is known of all of it."""
    if run.command not in OBSERVING:
        return f"{_subject(run)} {'breaks' if run.command == 'check' else 'would break'}"
    broken = [finding for group in experiences(run) for finding in group]
    whose = [finding.attribution.partners if finding.attribution else () for finding in broken]
    names = sorted({name for partners in whose for name in partners})
    if names and all(whose) and len(names) <= _MOST_NAMES:
        return f"{listed(names)}{_where(run)} {'breaks' if len(names) == 1 else 'break'}"
    return f"{_running(run)} {'breaks' if len(run.partners) == 1 else 'break'}"


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
    if len(run.partners) == 1:
        return f"{run.partners[0].partner}{_where(run)}"
    return f"the {count(len(run.partners), 'partner')} of {run.estate}{_where(run)}"


def _where(run: Run) -> str:
    return f" at {run.environment}" if run.environment else ""


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
