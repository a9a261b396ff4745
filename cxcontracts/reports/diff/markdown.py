r"""The report for a pull request: a comment that a person reads in a minute, with each proof folded away.

Whoever writes a contract writes into this comment. A sentence of plain words stays one; anything else goes into a code span, in
which GitHub and GitLab know no mention, link, issue, image or HTML. A backslash would not do: mentions are looked for in the page
that Markdown has become, where ``\@name`` is ``@name`` again.

Sources: GitHub Flavored Markdown 0.29, sections 6.3 (code spans) and 4.5 (fences); GitHub takes comments of 65,536 characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Final

from cxcontracts.findings import Compared, Diff, Level
from cxcontracts.reports.diff.grouping import Group, foremost, grouped
from cxcontracts.reports.diff.sorting import sorted_out
from cxcontracts.reports.diff.words import CLOSED, breaks, counts, cut_names, facts, headline, ignored_for, notes
from cxcontracts.reports.excerpt import LABELS
from cxcontracts.reports.page import FIRST
from cxcontracts.reports.sentences import count
from cxcontracts.sanitise import harmless_line

_MOST: Final = 60_000
"""How long a comment may be, in characters; the rest of what GitHub takes is left to whoever posts it."""

_RESERVE: Final = 1000
"""What is kept free for the titles and counts of the sections that come later, in characters."""

_LATER: Final = 8000
"""What the breaks that are told in a line leave for all that is told after them, in characters."""

_KNOWN: Final = 20
"""How many fingerprints of a group are listed; the text that asks for all, and JSON, have every one."""

_BODY: Final = 600
_PLAIN: Final = re.compile(r"(?!\d+[.)])[^\W_](?:[^\W_]|[ ,;()'\"→…-]|[.:](?= |$))*")
_REFERENCE: Final = re.compile(r"[a-z]-\d|\b[0-9a-f]{7,}\b", re.IGNORECASE)
"""What GitHub takes for an issue of some tracker, or for a commit."""

_FACTS: Final = ("contract", "new", "old", "felt by", "rule", "fingerprint")


def render(diff: Diff) -> str:
    """Return the report of a ``diff`` as GitHub Flavored Markdown of at most 60,000 characters, ending in a line feed."""
    first = headline(diff)
    title = f"### {first.word}" + (f": {inert(first.subject)}" if first.subject else "")
    told = ". ".join(_capital(text) for text in (first.sentence, *map(inert, notes(diff))))
    comment = _Comment("\n\n".join([title, f"{told}.", *_in_all(diff)]))
    found = sorted_out(diff)
    broken = foremost(grouped(found.broken), FIRST)
    comment.groups("", broken[:FIRST], lambda group: _proved(diff, group))
    others = (
        (CLOSED, found.closers),
        ("Errors by rule", found.errors),
        ("Worth a look", found.warnings),
        ("Unproven", found.unproven),
        ("Announced", found.announced),
        ("Harmless", found.others if diff.fail_on is Level.INFO else ()),
    )
    with comment.sparing(_LATER if any(entries for _, entries in others) else 0):
        comment.groups("More that break", broken[FIRST:], lambda group: _line(diff, group))
    for title, entries in others:
        comment.groups(title, foremost(grouped(entries), FIRST), lambda group: _line(diff, group), FIRST)
    reasons = ignored_for(found.ignored)
    comment.section("Ignored", [f"- {number:,}: {inert(why)}" for why, number in reasons.items()])
    warned = [_warning(contract, warning) for contract in diff.contracts for warning in contract.warnings]
    comment.section("Warnings", warned, FIRST)
    return str(comment)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _in_all(diff: Diff) -> list[str]:
    return [f"{count(len(diff.changes), 'change')} in all: {counts(diff)}"] if diff.changes else []


class _Comment:
    """Blocks of Markdown, as many as fit."""

    def __init__(self, head: str) -> None:
        self._blocks = [head]
        self._left = _MOST - len(head)

    @contextmanager
    def sparing(self, characters: int) -> Iterator[None]:
        """Keep some characters free for what comes later."""
        self._left -= characters
        yield
        self._left += characters

    def groups(self, title: str, groups: Sequence[Group], write: Callable[[Group], str], most: int | None = None) -> None:
        """Add groups of changes under their title, *most* of them, and say how many changes are left out."""
        self._list(title, [(len(group.entries), partial(write, group)) for group in groups], most)

    def section(self, title: str, blocks: Sequence[str], most: int | None = None) -> None:
        """Add a list under its title, *most* of its entries, and say how many are left out."""
        self._list(title, [(1, partial(str, block)) for block in blocks], most)

    def _list(self, title: str, blocks: Sequence[tuple[int, Callable[[], str]]], most: int | None) -> None:
        left = sum(number for number, _ in blocks)
        if not left:
            return
        self._add(f"**{title} ({left:,})**" if title else "")
        for number, write in blocks[:most]:
            block = write()
            if not self._fits(block):
                break
            self._add(block)
            left -= number
        if left:
            self._add(f"… and {left:,} more")

    def _fits(self, block: str) -> bool:
        return len(block) + _RESERVE <= self._left

    def _add(self, block: str) -> None:
        self._left -= len(block) + 2
        self._blocks.append(block)

    def __str__(self) -> str:
        text = self._blocks[0]
        for previous, block in pairwise(filter(None, self._blocks)):
            text += ("\n" if previous.startswith("- ") and block.startswith("- ") else "\n\n") + block
        return text + "\n"


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


def inert(text: str) -> str:
    """Return a text as Markdown that shows it and does nothing else: as it is where it is plain words, else as code.

    >>> inert("cause may be null now"), inert("@all: see #1")
    ('cause may be null now', '`@all: see #1`')
    """
    line = _shown(text)
    return line if _PLAIN.fullmatch(line) and not _REFERENCE.search(line) else code(line)


def code(text: str) -> str:
    """Return a text as a code span.

    >>> code("a`b"), code("`")
    ('``a`b``', '`` ` ``')
    """
    line = _shown(text)
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _shown(text: str) -> str:
    return harmless_line(text).strip() or "(empty)"


def fenced(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines as a block of code, and nothing for none."""
    shown = [harmless_line(line, None) for line in lines]
    if shown:
        fence = "`" * max(3, *(_longest_run(line) + 1 for line in shown))
        yield from (f"{fence}text", *shown, fence)


def _longest_run(line: str) -> int:
    return max((len(run) for run in re.findall("`+", line)), default=0)
