"""What was sent or answered, a line for each member, cut around the part that a finding speaks of; what is cut is said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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

    >>> for line in body_lines({"a": [{"b": 1}], "c": list(range(99))}, ("a", "*", "d"), Proof.ABSENCE):
    ...     print(line.text, "<--" if line.marked else "")
    {
      "a": [
        {
          "b": 1
          no "d" <--
        }
      ],
      "c": [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        … 87 more items
      ]
    }
    """
    found: list[Line] = []
    for detail in _FINEST_FIRST:
        found = [*_lines(body, focus, proof, detail, detail.levels, 0, "", "", bool(not focus and proof is not Proof.VALUE))]
        if len(found) <= LONGEST:
            return found
    return [*found[:LONGEST], Line(f"… {count(len(found) - LONGEST, 'more line')}")]


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
    members = [*value.items()] if isinstance(value, Mapping) else [(str(index), item) for index, item in enumerate(value)]
    missing = _missing(value, members, focus, proof)
    if not members and (marked or not missing):
        yield Line(f"{pad}{label}{opening}{closing}{end}", marked)
        return
    noun = "member" if isinstance(value, Mapping) else "item"
    if levels <= 0 and not focus:
        yield Line(f"{pad}{label}{opening} … {count(len(members), noun)} {closing}{end}", marked)
        return
    yield Line(f"{pad}{label}{opening}", marked)
    wanted = _wanted(members, focus)
    shown = [index for index in range(len(members)) if index < detail.members or index == wanted]
    last, previous = len(members) - 1, -1
    for index in shown:
        if index > previous + 1:
            yield Line(f"{pad}  … {count(index - previous - 1, f'more {noun}')}")
        previous = index
        name, member = members[index]
        inner = focus[1:] if index == wanted else ()
        point = marked or (index == wanted and (not inner or not isinstance(member, Mapping | list) or not member))
        named = f"{_quoted(name, detail)}: " if isinstance(value, Mapping) else ""
        yield from _lines(member, inner, proof, detail, levels - 1, depth + 1, named, "," if index < last else "", point)
    if previous < last:
        yield Line(f"{pad}  … {count(last - previous, f'more {noun}')}")
    if missing:
        yield Line(f"{pad}  no {_quoted(missing, detail)}", True)
    yield Line(f"{pad}{closing}{end}", marked)


def _wanted(members: list[tuple[str, JSON]], focus: Focus) -> int | None:
    if not focus:
        return None
    if focus[0] == "*":
        return 0 if members else None
    return next((index for index, (name, _) in enumerate(members) if name == focus[0]), None)


def _missing(value: JSON, members: list[tuple[str, JSON]], focus: Focus, proof: Proof) -> str:
    """Return the name of what should be here and is not; empty where nothing is missing."""
    if not focus or focus[0] == "*" or not isinstance(value, Mapping) or _wanted(members, focus) is not None:
        return ""
    return focus[0]


def _written(value: JSON, detail: _Detail) -> str:
    if isinstance(value, str):
        return _quoted(value, detail) + (f" … {len(value):,} characters" if len(value) > detail.characters else "")
    text = json.dumps(value)
    return text if len(text) <= detail.characters else f"{text[: detail.characters]}… {len(text):,} digits"


def _quoted(text: str, detail: _Detail) -> str:
    shown = text if len(text) <= detail.characters else text[: detail.characters] + "…"
    return json.dumps(shown, ensure_ascii=False)
