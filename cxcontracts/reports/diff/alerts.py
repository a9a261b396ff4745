"""What a diff tells CI systems: each change that somebody should look at, at its line, with what proves it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cxcontracts.findings import Diff
from cxcontracts.problems import Place
from cxcontracts.reports.ci.alerts import Alert, Alerts, Help
from cxcontracts.reports.diff.places import Inside, before, standing
from cxcontracts.reports.diff.sorting import Entry, sorted_out
from cxcontracts.reports.diff.words import account, breaks, headline, limits, line, notes, sentence
from cxcontracts.rules import RULES


def alerts_of(diff: Diff, inside: Inside) -> Alerts:
    """Return what CI systems are told of a diff.

    Args:
        diff: What was found.
        inside: Where files lie below the root of the repository.
    """
    found, first = sorted_out(diff), headline(diff)
    return Alerts(
        title="cxcontracts diff",
        category=("diff", *(contract.name for contract in diff.contracts if len(diff.contracts) == 1)),
        whole="The diff",
        open=tuple(_alert(diff, entry, inside) for entry in found.to_act_on),
        accepted=tuple(_alert(diff, entry, inside) for entry in found.ignored),
        limits=tuple(limits(diff)),
        headline=(f"{first.word}  {first}", *notes(diff)),
        remarks=(),
        part="",
        explain=_explained,
        start=_start(diff, inside),
    )


def _alert(diff: Diff, entry: Entry, inside: Inside) -> Alert:
    change, whom = entry.change, breaks(entry.change)
    place = standing(entry, inside)
    return Alert(
        rule=change.rule,
        title=change.rule,
        level=change.level,
        proved=change.breaking,
        summary=line(entry, owner=len(diff.contracts) > 1) + (f" (breaks {whom})" if whom else ""),
        account=lambda room: [sentence(change), *account(diff, entry, room, without=("new", "rule") if place else ("rule",))],
        subject=entry.contract.name,
        place=place,
        before=before(change, inside),
        fingerprint=change.fingerprint,
        accepted=change.waived,
    )


def _explained(ids: Collection[str]) -> Sequence[Help]:
    return [rule for rule in RULES.values() if rule.id in ids]


def _start(diff: Diff, inside: Inside) -> Place | None:
    """Return the start of the first file that lies in the repository."""
    for contract in diff.contracts:
        for version in (contract.candidate, contract.record):
            file = inside(version.file) if version else None
            if file:
                return Place(file)
    return None
