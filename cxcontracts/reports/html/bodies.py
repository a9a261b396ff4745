"""What was sent or answered, a line for each member, cut around the part that a finding speaks of; what is cut is said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from cxcontracts.exchanges import JSON
from cxcontracts.reports.excerpt import Focus, Proof
from cxcontracts.reports.sentences import count

LONGEST: Final = 40
"""How many lines of a body are shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and whether it is the point."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is shown beside the focus: members of a container, levels, characters of a text."""

    members: int
    levels: int
    characters: int


_FINEST_FIRST: Final = (_Detail(LONGEST, 12, 500), _Detail(12, 3, 200), _Detail(6, 2, 120), _Detail(3, 1, 60), _Detail(1, 0, 60))


def body_lines(body: JSON, focus: Focus, proof: Proof) -> list[Line]:
    """Return a body in at most about forty lines; what *focus* leads to is kept longest, and marked.

    >>> for line in body_lines({"a": [{"b": 1}], "c": "d"}, ("a", "*", "x"), Proof.ABSENCE):
    ...     print("->" if line.marked else "  ", line.text)
       {
         "a": [
           {
             "b": 1
    ->       no "x"
           }
         ],
         "c": "d"
       }
    """
    whole = not focus and proof is not Proof.VALUE
    for detail in _FINEST_FIRST:
        lines = _lines(body, focus, proof, detail, detail.levels, 0, "", "", whole)
        found = [*islice(lines, LONGEST + 1)]
        if len(found) <= LONGEST:
            return found
    return [*found[:LONGEST], Line("\u2026")]


def _lines(
    value: JSON, focus: Focus, proof: Proof, detail: _Detail, levels: int, depth: int, label: str, end: str, marked: bool
) -> Iterator[Line]:
    """Yield the lines of a value.

    Args:
        focus: What of it is the point; empty where all or nothing of it is.
        levels: How many levels below it are shown.
        label: Its name, with a colon.
        end: The comma after it.
        marked: Whether it is the point.
    """
    pad = "  " * depth
    if not isinstance(value, Mapping | list):
        yield Line(f"{pad}{label}{_written(value, detail)}{end}", marked)
        return
    opening, closing = ("{", "}") if isinstance(value, Mapping) else ("[", "]")
    names: list[str] | range = [*value] if isinstance(value, Mapping) else range(len(value))
    wanted = _wanted(names, focus)
    missing = focus[0] if focus and wanted is None and isinstance(value, Mapping) and focus[0] != "*" else ""
    if not names and (marked or not missing):
        yield Line(f"{pad}{label}{opening}{closing}{end}", marked)
        return
    noun = "member" if isinstance(value, Mapping) else "item"
    if levels <= 0 and not focus:
        yield Line(f"{pad}{label}{opening} … {count(len(names), noun)} {closing}{end}", marked)
        return
    yield Line(f"{pad}{label}{opening}", marked)
    shown = [*range(min(len(names), detail.members))]
    shown += [wanted] if wanted is not None and wanted >= detail.members else []
    previous, last = -1, len(names) - 1
    for index in shown:
        if index > previous + 1:
            yield Line(f"{pad}  \u2026 {count(index - previous - 1, f'more {noun}')}")
        previous = index
        member = value[names[index]]
        inner = focus[1:] if index == wanted else ()
        point = marked or (index == wanted and (not inner or not isinstance(member, Mapping | list) or not member))
        named = f"{_quoted(str(names[index]), detail)}: " if isinstance(value, Mapping) else ""
        yield from _lines(member, inner, proof, detail, levels - 1, depth + 1, named, "," if index < last else "", point)
    if previous < last:
        yield Line(f"{pad}  \u2026 {count(last - previous, f'more {noun}')}")
    if missing:
        yield Line(f"{pad}  no {_quoted(missing, detail)}", True)
    yield Line(f"{pad}{closing}{end}", marked)


def _wanted(names: list[str] | range, focus: Focus) -> int | None:
    """Return which member a focus leads to; of a list, and where it leads to any, the first."""
    if not focus or not names:
        return None
    if focus[0] == "*":
        return 0
    if isinstance(names, range):
        return int(focus[0]) if focus[0].isdecimal() and int(focus[0][:9]) in names else None
    return next((index for index, name in enumerate(names) if name == focus[0]), None)


def _written(value: JSON, detail: _Detail) -> str:
    if isinstance(value, str):
        return _quoted(value, detail) + (f" … {len(value):,} characters" if len(value) > detail.characters else "")
    text = json.dumps(value)
    return text if len(text) <= detail.characters else f"{text[: detail.characters]}… {len(text):,} digits"


def _quoted(text: str, detail: _Detail) -> str:
    shown = text if len(text) <= detail.characters else text[: detail.characters] + "…"
    return json.dumps(shown, ensure_ascii=False)
