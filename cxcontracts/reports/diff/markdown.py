"""The report for a pull request: a comment that a person reads in a minute, with each proof folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from cxcontracts.findings import Compared, Diff, Level
from cxcontracts.reports.comment import LATER, Comment
from cxcontracts.reports.diff.grouping import Group, foremost, grouped
from cxcontracts.reports.diff.sorting import sorted_out
from cxcontracts.reports.diff.words import CLOSED, breaks, counts, cut_names, facts, headline, ignored_for, notes
from cxcontracts.reports.excerpt import LABELS
from cxcontracts.reports.inert import code, fenced, inert
from cxcontracts.reports.page import FIRST
from cxcontracts.reports.sentences import count

_KNOWN: Final = 20
"""How many fingerprints of a group are listed; the text that asks for all, and JSON, have every one."""

_BODY: Final = 600
_FACTS: Final = ("contract", "new", "old", "felt by", "rule", "fingerprint")


def render(diff: Diff) -> str:
    """Return the report of a ``diff`` as GitHub Flavored Markdown of at most 60,000 characters, ending in a line feed."""
    first = headline(diff)
    title = f"### {first.word}" + (f": {inert(first.subject)}" if first.subject else "")
    told = ". ".join(_capital(text) for text in (first.sentence, *map(inert, notes(diff))))
    marker = ("diff", diff.estate, *(contract.name for contract in diff.contracts))
    comment = Comment(marker, "\n\n".join([title, f"{told}.", *_in_all(diff)]))
    found = sorted_out(diff)
    broken = foremost(grouped(found.broken), FIRST)
    comment.blocks("", _blocks(broken[:FIRST], partial(_proved, diff)))
    others = (
        (CLOSED, found.closers),
        ("Errors by rule", found.errors),
        ("Worth a look", found.warnings),
        ("Unproven", found.unproven),
        ("Announced", found.announced),
        ("Harmless", found.others if diff.fail_on is Level.INFO else ()),
    )
    with comment.sparing(LATER if any(entries for _, entries in others) else 0):
        comment.blocks("More that break", _blocks(broken[FIRST:], partial(_line, diff)))
    for title, entries in others:
        comment.blocks(title, _blocks(foremost(grouped(entries), FIRST), partial(_line, diff)), FIRST)
    reasons = ignored_for(found.ignored)
    comment.section("Ignored", [f"- {number:,}: {inert(why)}" for why, number in reasons.items()])
    warned = [_warning(contract, warning) for contract in diff.contracts for warning in contract.warnings]
    comment.section("Warnings", warned, FIRST)
    return str(comment)


def _blocks(groups: Sequence[Group], write: Callable[[Group], str]) -> list[tuple[int, Callable[[], str]]]:
    """Return what writes each group, with how many changes it has."""
    return [(len(group.entries), partial(write, group)) for group in groups]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_all(diff: Diff) -> list[str]:
    return [f"{count(len(diff.changes), 'change')} in all: {counts(diff)}"] if diff.changes else []


def _proved(diff: Diff, group: Group) -> str:
    """Return a break: what it is, whom it breaks and where; the proof folded away."""
    known = facts(diff, group.first, _BODY)
    exchange = [f"{label}: {known[label]}" for label in LABELS if label in known]
    told_below = {"fingerprint"} if group.names else set()
    others = [f"{label} {code(known[label])}" for label in _FACTS if label in known and label not in told_below]
    whom = breaks(group.first.change)
    where = _where(group)
    return "\n".join(
        [
            f"**{inert(group.sentence)}**\\",
            f"{f'breaks {whom}: ' if whom and where else f'breaks {whom}' if whom else ''}{where}",
            "<details><summary>what proves it, and where it stands</summary>",
            "",
            *fenced(exchange),
            "",
            ", ".join(others),
            *_each(group),
            "</details>",
        ]
    )


def _line(diff: Diff, group: Group) -> str:
    change = group.first.change
    owner = f"{code(group.first.contract.name)} " if len(diff.contracts) > 1 else ""
    place = change.is_ or change.was
    stands = f", {code(str(place))}" if place else ""
    where = f"{owner}{_where(group)}"
    more = f" and {len(group.entries) - 1:,} more" if group.names else ""
    return (
        f"- {inert(group.sentence)}{f': {where}' if where else ''}{stands}, {code(change.rule)} {code(change.fingerprint)}{more}"
    )


def _where(group: Group) -> str:
    """Return where changes show, and what they are called."""
    element = code(group.shows) if group.element else ""
    return ": ".join(filter(None, (element, ", ".join(map(_name, cut_names(group))))))


def _name(name: str) -> str:
    return name if name.startswith("… and ") else code(name)


def _each(group: Group) -> Iterator[str]:
    """Yield what each of several changes is known by."""
    if group.names:
        known = [f"{code(entry.change.fingerprint)} {code(name)}" for entry, name in zip(group.entries, group.names, strict=True)]
        more = len(known) - _KNOWN
        yield ""
        yield "\n".join(f"- {each}" for each in known[:_KNOWN])
        if more > 0:
            yield f"- and {more:,} more, which --verbose and JSON list"
        yield ""


def _warning(contract: Compared, warning: str) -> str:
    return f"- {code(contract.name)} {code(warning)}"
