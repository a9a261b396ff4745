r"""Text that others wrote as Markdown that shows it and does nothing else.

A sentence of plain words stays one; anything else goes into a code span, in which GitHub and GitLab know no mention, link, issue,
image or HTML. A backslash would not do: mentions are looked for in the page that Markdown has become, where ``\@name`` is
``@name`` again.

Source: GitHub Flavored Markdown 0.29, sections 6.3 (code spans) and 4.5 (fences).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from cxcontracts.sanitise import harmless_line

_PLAIN: Final = re.compile(r"(?!\d+[.)])[^\W_](?:[^\W_]|[ ,;()'\"→…-]|[.:](?= |$)|(?<=\d)\.(?=\d))*")
_REFERENCE: Final = re.compile(r"[a-z]-\d|\b[0-9a-f]{7,}\b", re.IGNORECASE)
"""What GitHub takes for an issue of some tracker, or for a commit."""


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
