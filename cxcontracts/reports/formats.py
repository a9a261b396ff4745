"""Every format of a report of a run, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cxcontracts.documents.collector import uncollected
from cxcontracts.findings import Run
from cxcontracts.whereabouts import Whereabouts, repository_of

TAKEN_FOR_THE_WHOLE: Final = frozenset({"sarif", "gitlab"})
"""The formats whose readers take what a report lacks for fixed: they are not written of what is not whole."""


Renderer = Callable[[Run, "Look"], str]


@dataclass(frozen=True, slots=True)
class Look:
    """How a report is wanted.

    Attributes:
        root: The estate's folder, from which the places of a run count.
        here: The folder that places are shown from to people.
        linked: The folder that CI systems link files from.
        strict: Whether what is not certain fails.
        verbose: Whether to list what is otherwise counted.
        colour: Whether a terminal shows colours.
        width: Columns of the terminal.
    """

    root: Path
    here: Path
    linked: Path
    strict: bool = False
    verbose: bool = False
    colour: bool = False
    width: int = 80


def linked_from(root: Path) -> Path:
    """Return the folder that CI systems link the files of an estate from: that of its repository, else the current one."""
    return repository_of(root) or Path.cwd()


def rendered(run: Run, format: str, look: Look) -> str:
    """Return the report of a run in a format."""
    with uncollected():
        return _RENDERERS[format](run, look)


def _text(run: Run, look: Look) -> str:
    from cxcontracts.reports import text

    shown = Whereabouts(look.root, look.here).run(run)
    return text.render(shown, colour=look.colour, width=look.width, verbose=look.verbose)


def _json(run: Run, look: Look) -> str:
    from cxcontracts.reports import json

    return json.render(_as_written(run, look))


def _lines(run: Run, look: Look) -> str:
    from cxcontracts.reports import lines

    return lines.render(_as_written(run, look))


def _html(run: Run, look: Look) -> str:
    from cxcontracts.reports.html.report import render

    return render(_linked(run, look))


def _markdown(run: Run, look: Look) -> str:
    from cxcontracts.reports import markdown

    return markdown.render(_linked(run, look))


def _junit(dialect: str) -> Renderer:
    def render(run: Run, look: Look) -> str:
        from cxcontracts.reports import junit
        from cxcontracts.reports.suites import Dialect

        return junit.render(_linked(run, look), strict=look.strict, dialect=Dialect(dialect), at=datetime.now(UTC))

    return render


def _alerts(name: str) -> Renderer:
    def render(run: Run, look: Look) -> str:
        from cxcontracts.reports.alerts import alerts_of
        from cxcontracts.reports.ci import RENDERERS

        return RENDERERS[name](alerts_of(_linked(run, look)))

    return render


def _as_written(run: Run, look: Look) -> Run:
    """Return a run with its places as they count from the estate: the same wherever one stands."""
    return Whereabouts(look.root, look.root).run(run)


def _linked(run: Run, look: Look) -> Run:
    return Whereabouts(look.root, look.linked).run(run)


_RENDERERS: Final[Mapping[str, Renderer]] = {
    "text": _text,
    "json": _json,
    "jsonl": _lines,
    "html": _html,
    "markdown": _markdown,
    **{dialect: _junit(dialect) for dialect in ("junit", "junit-gitlab", "junit-jenkins")},
    **{name: _alerts(name) for name in ("sarif", "github", "gitlab", "azure")},
}

FORMATS: Final = tuple(_RENDERERS)
"""The formats of a report of a run, the one for people first."""
