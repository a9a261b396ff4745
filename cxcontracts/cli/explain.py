"""``explain``: what the ids that reports name mean, and what to do about what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from cxcontracts.exchanges import JSON
    from cxcontracts.rules import Rule

FORMATS: Final = ("text", "json", "markdown")
_VERSION: Final = 1
_WIDTH: Final = 80
_COLUMN: Final = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be said of one id.

    Attributes:
        id: The id.
        group: The part of its catalogue that it belongs to.
        headline: What an overview says of it.
        facts: Label to text, in the order in which they are read.
        data: The same for programs.
    """

    id: str
    group: str
    headline: str
    facts: Mapping[str, str]
    data: Mapping[str, JSON]


@click.command(short_help="What an id in a report means, and what to do about it.")
@click.argument("wanted", metavar="[ID]", required=False)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="For people, programs or a page.",
)
def explain(wanted: str | None, form: str) -> int:
    """Say what a kind of change means: how much it counts, whom it breaks, how that is proved, and what to do instead.

    Without ID, every id is listed.

    \b
    Examples:
      cxcontracts explain
      cxcontracts explain response-enum-widened
      cxcontracts explain --format json
    """
    from cxcontracts.cli.output import show

    show(_FORMATS[form](_entries(wanted), wanted is not None))
    return 0


def _rules() -> Mapping[str, Entry]:
    from cxcontracts.rules import RULES

    return {name: _of_rule(rule) for name, rule in RULES.items()}


_CATALOGUES: Final[tuple[Callable[[], Mapping[str, Entry]], ...]] = (_rules,)
"""Where ids are looked up, each loaded once it is needed."""


def _entries(wanted: str | None) -> tuple[Entry, ...]:
    """Return the entry that is wanted, or all.

    Raises:
        UsageError: If there is none of that id.
    """
    from cxcontracts.errors import UsageError
    from cxcontracts.problems import nearest

    known = {name: entry for catalogue in _CATALOGUES for name, entry in catalogue().items()}
    if wanted is None:
        return tuple(known.values())
    if wanted not in known:
        near = nearest(wanted, known)
        raise UsageError(
            f"nothing has the id {wanted!r}; {f'did you mean {near!r}?' if near else 'cxcontracts explain lists every id'}"
        )
    return (known[wanted],)


def _of_rule(rule: Rule) -> Entry:
    from cxcontracts.rules import example, group_of

    return Entry(
        rule.id,
        group_of(rule),
        f"{rule.level:<9}{rule.id}",
        {
            "for example": example(rule),
            "means": rule.meaning,
            "breaks": _AUDIENCES[rule.breaks],
            "counts as": _count(rule),
            "instead": rule.remedy,
        },
        {
            "id": rule.id,
            "level": str(rule.level),
            "breaks": str(rule.breaks),
            "proved_by": "witness" if rule.proved else "policy",
            "sentence": rule.sentence,
            "example": example(rule),
            "meaning": rule.meaning,
            "remedy": rule.remedy,
        },
    )


_AUDIENCES: Final[Mapping[str, str]] = {
    "callers": "whoever calls the operation",
    "senders": "whoever sends this part of a request",
    "readers": "whoever reads this part of an answer",
    "nobody": "nobody",
}


def _count(rule: Rule) -> str:
    if rule.proved:
        return f"{rule.level}, where an exchange proves that it breaks somebody; warning, where nobody can tell; else info"
    return f"{rule.level}, by policy: what the contract says is the finding, and no exchange could show more"


# --- formats ------------------------------------------------------------------------------------------------------------------


def _text(entries: Iterable[Entry], in_full: bool) -> str:
    from cxcontracts.reports.page import BOLD, Page

    page = Page(colour=False, width=_WIDTH)
    for title, listed in _by_group(entries).items():
        if not in_full:
            page.gap()
            page.write(f"{title} ({len(listed)})", style=BOLD)
        for entry in listed:
            page.write_whole(entry.id if in_full else f"    {entry.headline}")
            for label, fact in entry.facts.items() if in_full else ():
                page.row(label, fact, column=_COLUMN + 4)
    if not in_full:
        page.gap()
        page.write("What one means: cxcontracts explain ID")
    return str(page)


def _json(entries: Iterable[Entry], in_full: bool) -> str:
    from cxcontracts.reports.ascii_json import written

    return written({"version": _VERSION, "entries": [dict(entry.data) for entry in entries]})


def _markdown(entries: Iterable[Entry], in_full: bool) -> str:
    blocks = [] if in_full else [_PREFACE]
    for title, listed in _by_group(entries).items():
        blocks += [] if in_full else [f"## {title}"]
        blocks += [block for entry in listed for block in _section(entry)]
    return "\n\n".join(blocks) + "\n"


def _section(entry: Entry) -> Iterable[str]:
    facts = dict(entry.facts)
    yield f"### {entry.id}"
    yield f"> {facts.pop('for example')}"
    yield facts.pop("means")
    yield "\n".join(f"- {label}: {fact}" for label, fact in facts.items())


_PREFACE: Final = """\
# Kinds of change

What `diff` tells apart, each with an example; `cxcontracts explain ID` says the same of one. Ids stay: some may be added, none is
renamed. How to give one a level of your own, and how to accept a change: [diff](diff.md)."""

_FORMATS: Final[Mapping[str, Callable[[Iterable[Entry], bool], str]]] = {"text": _text, "json": _json, "markdown": _markdown}


def _by_group(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry)
    return groups
