"""Requirements as lines see them: which of them a line is about, and what their findings come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from cxcontracts.findings import Fault, Finding, Promise, Verdict, people
from cxcontracts.onboarding.dossier import Dossier
from cxcontracts.onboarding.scorecard import Evidence, Outcome, Turn, failed, not_evidenced, passed
from cxcontracts.wording import listed

Chosen = Callable[[Finding], bool]
"""Tells whether a finding is one that a line is about."""

_FIRST: Final = 3
"""How many ids a sentence names."""

_ACROSS: Final = frozenset({"accepts", "recognises", "consistent"})
"""The kinds that may be about what one partner hands to another."""

_APART: Final = frozenset({"announces", "asks-at-most", "effort", "informs", "repeat-safe", "responds-within"})
"""The kinds that have lines of their own."""


def own(dossier: Dossier) -> Chosen:
    """Choose the needs that the partner alone answers for, and that have no line of their own."""
    return lambda each: each.partner == dossier.partner.name and each.kind not in _APART and not _is_seam(dossier, each)


def own_calls(dossier: Dossier) -> Chosen:
    """Choose as :func:`own` does, but for whether events come."""
    chosen = own(dossier)
    return lambda each: chosen(each) and each.kind != "event"


def seams(dossier: Dossier) -> Chosen:
    """Choose what the partner hands to others, and what they have to recognise in it."""
    return lambda each: each.partner == dossier.partner.name and _is_seam(dossier, each)


def of_kinds(dossier: Dossier, *kinds: str) -> Chosen:
    """Choose the needs of some kinds that the partner answers for."""
    return lambda each: each.kind in kinds and each.partner == dossier.partner.name


def _is_seam(dossier: Dossier, finding: Finding) -> bool:
    if finding.kind == "keep":
        return finding.id in dossier.handed
    return finding.kind in _ACROSS and bool(dossier.among.get(finding.id))


def is_impossible(finding: Finding) -> bool:
    """Tell whether no answer that the contract allows could ever keep a need."""
    return finding.was is Promise.IMPOSSIBLE or finding.is_ is Promise.IMPOSSIBLE


def on_contract(dossier: Dossier, chosen: Chosen, *, bad: Chosen = lambda _: True) -> Outcome | None:
    """Return what contracts say of some needs; None where there are none.

    Args:
        dossier: What is known of the partner.
        chosen: Which.
        bad: Which of those that are not promised count here.
    """
    findings = [each for each in dossier.findings if chosen(each)]
    broken = [each for each in findings if each.verdict in (Verdict.UNPROMISED, Verdict.BROKEN) and bad(each)]
    unclear = [each for each in findings if each.verdict in (Verdict.UNPROVEN, Verdict.INCONCLUSIVE) and bad(each)]
    if not findings:
        return None
    return _outcome(dossier, findings, broken, unclear, "is not promised", "is promised")


def on_answers(dossier: Dossier, chosen: Chosen) -> Outcome | None:
    """Return what the partner's answers say of some needs; None where there are none."""
    assert dossier.live is not None
    findings = [each for each in dossier.live.findings if chosen(each)]
    broken = [each for each in findings if each.verdict is Verdict.BROKEN]
    unclear = [each for each in findings if each.verdict is Verdict.INCONCLUSIVE]
    if not findings:
        return None
    return _outcome(dossier, findings, broken, unclear, "is not kept", "is kept")


def _outcome(
    dossier: Dossier, findings: Sequence[Finding], broken: Sequence[Finding], unclear: Sequence[Finding], no: str, yes: str
) -> Outcome:
    roots = [each for each in broken if each.cause is None] or list(broken)
    total = f"{len(findings):,}"
    if roots:
        ours = all(each.attribution is not None and each.attribution.fault is Fault.OURS for each in roots)
        because = f"{len(roots):,} of {total} {no if len(roots) == 1 else no.replace('is', 'are', 1)}: {_named(roots)}"
        return failed(because, dossier.shown(roots), Turn.OURS if ours else None, people(tuple(roots)))
    if unclear:
        causes = [each for each in unclear if each.cause is None and "waits for" not in each.because] or list(unclear)
        why = causes[0].because or "nobody can tell"
        verb = "is" if len(unclear) == 1 else "are"
        return not_evidenced(f"{len(unclear):,} of {total} {verb} not certain: {why}", dossier.shown(causes))
    waived = sum(1 for each in findings if each.verdict is Verdict.WAIVED)
    if len(findings) == 1:
        return passed(f"the one that is asked for {yes}" + (", as it is waived" if waived else ""))
    return passed(f"all {total} {yes.replace('is', 'are', 1)}" + (f", {waived:,} of them waived" if waived else ""))


def idle(dossier: Dossier, *kinds: str) -> Outcome | None:
    """Return why no exchange shows some kinds of need of the partner; None where every one is shown, or there are none."""
    assert dossier.live is not None
    steps = {f"{scene.journey.name}/{scene.step.name}" for scene in dossier.scenes}
    split = {id: id.split("/", 2) for id in dossier.live.idle}
    ids = {id for id, (journey, step, rest) in split.items() if f"{journey}/{step}" in steps and rest.partition(":")[0] in kinds}
    why = [Evidence(f"{id}: {dossier.live.idle[id]}") for id in sorted(ids)]
    return not_evidenced(f"no exchange shows it: {dossier.live.idle[min(ids)]}", why) if ids else None


def _named(findings: Sequence[Finding]) -> str:
    names = [each.id.split("/", 1)[1] for each in findings[:_FIRST]]
    more = len(findings) - len(names)
    return listed([*names, *([f"{more:,} more"] if more else [])])
