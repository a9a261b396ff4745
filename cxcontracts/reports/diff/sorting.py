"""The changes of a diff, sorted by what they mean: what breaks, what counts though nothing shows it, what is harmless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from cxcontracts.findings import Change, Compared, Diff, Level, Verdict

CLOSED_SET: Final = frozenset(f"{where}-enum-{how}" for where in ("response", "event") for how in ("widened", "changed"))
"""The rules for what breaks only those who take a value that was not listed for an error."""

_ANNOUNCED: Final = ("deprecated", "no-longer-deprecated", "sunset-", "stability-")
_TO_ACT_ON: Final = ("broken", "closers", "errors", "warnings", "unproven")
_LEVELS: Final = tuple(Level)


class Entry(NamedTuple):
    """A change, with the contract that it is one of."""

    contract: Compared
    change: Change


@dataclass(frozen=True)
class Sorted:
    """The changes of a diff by what they mean, each in one place, worst first, and first what is felt.

    Attributes:
        broken: Those that a witness proves.
        closers: Those that break only whoever closed a set of values.
        errors: Those that count as errors though no exchange can show them.
        warnings: Those that count as warnings, likewise.
        unproven: Those of which nobody can tell.
        ignored: Those that the ignore file accepts.
        announced: What is told of the end of a part, or of how stable it is.
        others: The harmless rest.
        to_act_on: Those that somebody should look at: all that break, count, are in doubt, or close the gate.
    """

    broken: tuple[Entry, ...]
    closers: tuple[Entry, ...]
    errors: tuple[Entry, ...]
    warnings: tuple[Entry, ...]
    unproven: tuple[Entry, ...]
    ignored: tuple[Entry, ...]
    announced: tuple[Entry, ...]
    others: tuple[Entry, ...]
    to_act_on: tuple[Entry, ...]


def sorted_out(diff: Diff) -> Sorted:
    """Sort the changes of a diff."""
    groups: dict[str, list[Entry]] = {name: [] for name in Sorted.__dataclass_fields__}
    for contract in diff.contracts:
        for change in contract.changes:
            group = _group(change)
            groups[group].append(Entry(contract, change))
            if group in _TO_ACT_ON or (diff.fail_on is Level.INFO and group != "ignored"):
                groups["to_act_on"].append(Entry(contract, change))
    return Sorted(**{name: tuple(sorted(entries, key=weight)) for name, entries in groups.items()})


def _group(change: Change) -> str:
    if change.verdict is Verdict.WAIVED:
        return "ignored"
    if change.verdict in (Verdict.BROKEN, Verdict.UNPROVEN):
        return str(change.verdict)
    if change.level is not Level.INFO:
        return "closers" if change.rule in CLOSED_SET else f"{change.level}s"
    return "announced" if change.rule.startswith(_ANNOUNCED) else "others"


def weight(entry: Entry) -> tuple[int, bool, bool]:
    """Return what changes are sorted by: how much they count, whether they break, whether they are felt."""
    return _LEVELS.index(entry.change.level), not entry.change.breaking, not entry.change.felt_by
