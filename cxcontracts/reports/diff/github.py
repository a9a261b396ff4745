"""The report for a job of GitHub Actions: annotations beside the lines of the contract, as workflow commands.

A step shows ten errors, ten warnings and ten notices, and drops the rest without a word. So the worst come first, and the last
line is a notice with the verdict and how many are not shown. Every line is a command of ours: whatever a contract says stands in
its data, with ``%``, line ends and, in properties, ``:`` and ``,`` escaped.

Sources: GitHub, "Workflow commands"; actions/toolkit ``command.ts`` for the escapes, actions/runner ``ActionCommand.cs``.
"""

from __future__ import annotations

from typing import Final

from cxcontracts.findings import Diff, Level
from cxcontracts.problems import Place
from cxcontracts.reports.diff.places import Inside, standing
from cxcontracts.reports.diff.sorting import Entry, sorted_out
from cxcontracts.reports.diff.words import account, headline, limits, notes, sentence
from cxcontracts.reports.sentences import count
from cxcontracts.sanitise import harmless, harmless_line

MOST: Final = 10
"""How many annotations of a level one step shows."""

_BODY: Final = 400
_MESSAGE: Final = 4000
_PROPERTY: Final = 1000


def render(diff: Diff, inside: Inside) -> str:
    """Return the report of a ``diff``: workflow commands, one a line.

    Args:
        diff: What was found.
        inside: Where files lie below the root of the repository. A change in a file elsewhere has an annotation without a line.
    """
    found = sorted_out(diff)
    limited = [command("error", "cxcontracts diff", why) for _, why in limits(diff)]
    errors = [entry for entry in found.to_act_on if entry.change.level is Level.ERROR]
    warnings = [entry for entry in found.to_act_on if entry.change.level is Level.WARNING]
    notices = [entry for entry in found.to_act_on if entry.change.level is Level.INFO]
    lines = [*limited, *(_annotation(diff, "error", entry, inside) for entry in errors[: MOST - len(limited)])]
    lines += [_annotation(diff, "warning", entry, inside) for entry in warnings[:MOST]]
    lines += [_annotation(diff, "notice", entry, inside) for entry in notices[: MOST - 1]]
    hidden = len(found.to_act_on) + len(limited) - len(lines)
    return "\n".join([*lines, _last(diff, hidden)]) + "\n"


def _last(diff: Diff, hidden: int) -> str:
    first = headline(diff)
    told = [f"{first.word}  {first}", *notes(diff)]
    if hidden:
        told.append(f"{count(hidden, 'more finding')} {'is' if hidden == 1 else 'are'} not shown here")
    return command("notice", "cxcontracts diff", *told)


def _annotation(diff: Diff, level: str, entry: Entry, inside: Inside) -> str:
    place = standing(entry, inside)
    told = account(diff, entry, _BODY, without=("new", "rule") if place else ("rule",))
    return command(level, entry.change.rule, sentence(entry.change), *told, place=place)


def command(level: str, title: str, *lines: str, place: Place | None = None) -> str:
    """Return a workflow command that annotates, whatever its texts hold.

    >>> command("notice", "a:b", "50% of", "it", place=Place("api.yaml", 3, 7))
    '::notice file=api.yaml,line=3,col=7,title=a%3Ab::50%25 of%0Ait'
    """
    properties = {"file": place.file, "line": str(place.line), "col": str(place.column)} if place else {}
    properties["title"] = title
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = harmless("\n".join(harmless_line(line, _MESSAGE) for line in lines))
    return f"::{level} {named}::{_data(text[:_MESSAGE])}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(harmless_line(text, _PROPERTY)).replace(":", "%3A").replace(",", "%2C")
