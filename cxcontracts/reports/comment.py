"""A comment on a pull or merge request: what fits of it, the rest counted.

Source: GitHub takes comments of 65,536 characters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Final

MOST: Final = 60_000
"""How long a comment may be, in characters; the rest of what GitHub takes is left to whoever posts it."""

_RESERVE: Final = 1000
"""What is kept free for the titles and counts of the sections that come later, in characters."""


LATER: Final = 8000
"""What the breaks that are told in a line leave for all that is told after them, in characters."""


class Comment:
    """Blocks of Markdown, as many as fit.

    Args:
        marker: What tells this comment from others of ours, the same each time; it is not shown.
        head: What it begins with.
    """

    def __init__(self, marker: tuple[str, ...], head: str) -> None:
        self._blocks = [f"{_hidden(marker)}\n{head}"]
        self._left = MOST - len(self._blocks[0])

    @contextmanager
    def sparing(self, characters: int) -> Iterator[None]:
        """Keep some characters free for what comes later."""
        self._left -= characters
        yield
        self._left += characters

    def section(self, title: str, blocks: Sequence[str], most: int | None = None) -> None:
        """Add a list under its title, *most* of its entries, and say how many are left out."""
        self.blocks(title, [(1, partial(str, block)) for block in blocks], most)

    def blocks(self, title: str, blocks: Sequence[tuple[int, Callable[[], str]]], most: int | None = None) -> None:
        """Add blocks under their title, *most* of them, and say how much is left out.

        Args:
            blocks: Of how many things each tells, and what writes it.
        """
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


def _hidden(marker: tuple[str, ...]) -> str:
    """Return a marker that Markdown does not show, and that nobody's text can end.

    >>> _hidden(("impact", "parcels"))
    '<!-- cxcontracts:impact:42bf9b62813e -->'
    """
    known_by = hashlib.sha256("\0".join(marker).encode(errors="surrogatepass")).hexdigest()[:12]
    return f"<!-- cxcontracts:{marker[0]}:{known_by} -->"
