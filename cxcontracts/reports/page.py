"""A page of text for a terminal: wrapped at its width, coloured or not, harmless whatever is written on it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import click

from cxcontracts.sanitise import harmless_line

_T = TypeVar("_T")
_NARROWEST: Final = 24
_LONGEST: Final = 1000

FIRST: Final = 10
"""How many entries of a list are shown where nobody asked for all."""


@dataclass(frozen=True, slots=True)
class Style:
    """A look, where there are colours. The words say all of it without."""

    colour: str | None = None
    bold: bool = False
    dim: bool = False

    def on(self, text: str) -> str:
        """Return the text with this look; blanks at its ends have none."""
        if self == PLAIN:
            return text
        inner = text.strip()
        start = text.index(inner)
        styled = click.style(inner, fg=self.colour, bold=self.bold or None, dim=self.dim or None)
        return text[:start] + styled + text[start + len(inner) :]


PLAIN: Final = Style()
BOLD: Final = Style(bold=True)
DIM: Final = Style(dim=True)


class Page:
    """Lines of text.

    Whatever is written is made harmless as it comes in, and again as the lines that came of it: a word in the middle of a
    sentence can be the first of a line.
    """

    def __init__(self, *, colour: bool, width: int) -> None:
        self._colour = colour
        self.width = width
        self._lines: list[str] = []

    def gap(self) -> None:
        """Leave one line free."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def write(self, text: str, *, indent: int = 0, lead: str = "", style: Style = PLAIN, lead_style: Style = PLAIN) -> None:
        """Write a paragraph: *lead*, then the text, each of its lines starting at the column *indent*."""
        start = lead.ljust(indent)
        for line in wrapped(harmless_line(text, _LONGEST), max(self.width - indent, _NARROWEST)):
            self._put(start, lead_style, line, style)
            start = " " * indent

    def write_whole(self, text: str, *, indent: int = 0, lead: str = "", lead_style: Style = PLAIN) -> None:
        """Write something to be copied: in one line, however long."""
        self._put(lead.ljust(indent), lead_style, harmless_line(text, _LONGEST), PLAIN)

    def row(self, label: str, text: str, *, column: int) -> None:
        """Write a fact after its label, and nothing where there is none."""
        if text:
            self.write(text, lead=f"    {label}", indent=column, lead_style=DIM)

    def copied(self, label: str, text: str, *, column: int) -> None:
        """Write something to be copied after its label."""
        self.write_whole(text, lead=f"    {label}", indent=column, lead_style=DIM)

    def section(self, title: str, items: Sequence[_T], write: Callable[[_T], None], *, most: int | None) -> None:
        """Write a list with its length, and nothing where it is empty; *most* of its items at first, None for all."""
        if not items:
            return
        self.gap()
        self.write(f"{title} ({len(items):,})")
        shown = items[:most]
        for item in shown:
            write(item)
        if len(shown) < len(items):
            self.write(f"… and {len(items) - len(shown):,} more; --verbose shows all", indent=4)

    def _put(self, start: str, start_style: Style, line: str, style: Style) -> None:
        plain = (start + line).rstrip()
        shown = harmless_line(plain, None)
        if self._colour and shown == plain:
            shown = (start_style.on(start) + style.on(line)).rstrip()
        self._lines.append(shown)

    def __str__(self) -> str:
        """All lines, each ended by a line feed."""
        return "\n".join(self._lines).rstrip("\n") + "\n"


def wrapped(text: str, columns: int) -> Iterator[str]:
    """Yield the lines of a paragraph; they break at blanks only, so that a word that is too long stands out.

    >>> list(wrapped("see https://partner.example/docs for more", 12))
    ['see', 'https://partner.example/docs', 'for more']
    """
    line = ""
    for word in re.split(" +", text.strip(" ")):
        if line and wide(line) + 1 + wide(word) > columns:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def wide(text: str) -> int:
    """Return how many columns a terminal gives to a text.

    >>> wide("東京"), wide("café"), wide("e\u0301")
    (4, 4, 1)

    Source: Unicode Standard Annex 11, East Asian Width.
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)
