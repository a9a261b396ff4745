"""What the commands ask of their user alike: which estate, and how to report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from cxcontracts.cli.job import job_wanted
from cxcontracts.errors import UsageError

if TYPE_CHECKING:
    from cxcontracts.caching import Cache

FORMATS: Final = (
    *("text", "json", "jsonl", "html", "markdown"),
    *("junit", "junit-gitlab", "junit-jenkins"),
    *("sarif", "github", "gitlab", "azure"),
)
"""The formats of a report of a run."""

RECORDING: Final = "har"
"""The format of what was exchanged: a further report of the commands that saw it."""

_WITH_JOURNEYS: Final = frozenset({"json", "jsonl", "html"})

ESTATE: Final[dict[str, Any]] = {
    "type": click.Path(file_okay=False, path_type=Path),
    "metavar": "DIR",
    "help": "The estate's folder; by default contracts/ here or in a folder above.",
}

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reporting:
    """How to report.

    Attributes:
        format: One of those that the command takes.
        output: The file to write; None for standard output.
        strict: Whether what is not certain fails.
        verbose: Whether to list what is otherwise counted.
        reports: Further reports, each as its format and its file.
    """

    format: str
    output: Path | None
    strict: bool
    verbose: bool
    reports: tuple[tuple[str, Path | None], ...] = ()

    @property
    def all(self) -> Iterator[Reporting]:
        """Every report of what was found: the one for standard output, or in its place, first."""
        yield replace(self, reports=())
        further = (each for each in self.reports if each[0] != RECORDING)
        yield from (replace(self, format=format, output=file, reports=()) for format, file in further)

    @property
    def recordings(self) -> tuple[Path, ...]:
        """The files that what was exchanged is written into."""
        return tuple(file for format, file in self.reports if format == RECORDING and file is not None)

    @property
    def shows_journeys(self) -> bool:
        """Whether a report has journeys with all their steps."""
        return any(report.format in _WITH_JOURNEYS for report in self.all)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are written."""
        return tuple(file for file in (self.output, *(file for _, file in self.reports)) if file is not None)


def reporting(command: _Command) -> _Command:
    """Give a command ``--format``, ``--output``, ``--report``, ``--strict``, ``--verbose`` and ``--estate``."""
    return reporting_as(*FORMATS)(command)


def reporting_as(
    *formats: str, further: tuple[str, ...] = (), estate: str = "", judges: bool = True
) -> Callable[[_Command], _Command]:
    """Give a command the options of :func:`reporting`.

    Args:
        formats: Its own, the default first.
        further: What ``--report`` can write beside these.
        estate: What it wants an estate for, where it does not need one.
        judges: Whether it gives verdicts, which may not be certain.
    """

    def reported(command: _Command) -> _Command:
        beside = click.option(
            "--report",
            "reports",
            multiple=True,
            metavar="FORMAT=FILE",
            callback=lambda context, option, texts: _reports(context, texts, (*formats, *further)),
            help="Write a further report: any of the formats, as in html=report.html,junit=report.xml.",
        )
        strict = click.option("--strict", is_flag=True, help="Exit with 3 where the answer is not certain.")
        for option in (
            click.option("--estate", **(ESTATE | ({"help": estate} if estate else {}))),
            click.option("-v", "--verbose", is_flag=True, help="List in full what is otherwise counted or cut."),
            *([strict, beside] if judges else []),
            click.option(
                "-o",
                "--output",
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="FILE",
                help="Write the report to FILE.",
            ),
            click.option(
                "-f",
                "--format",
                type=click.Choice(formats),
                default=formats[0],
                show_default=True,
                metavar="FORMAT",
                callback=_format,
                help=f"For people, programs or CI systems: {', '.join(formats)}.",
            ),
        ):
            command = option(command)
        return command

    return reported


def _format(context: click.Context, _: click.Parameter, format: str) -> str:
    job_wanted(context, format)
    return format


def _reports(context: click.Context, texts: Sequence[str], formats: Sequence[str]) -> tuple[tuple[str, Path | None], ...]:
    if not texts:
        return ()
    from cxcontracts.asked import reports

    found = reports(texts, formats, "--report")
    for format, _ in found:
        job_wanted(context, format)
    return found


def estate_root(named: Path | None) -> Path:
    """Return the absolute folder of the estate that was named, else of the one found from here upwards.

    Raises:
        UsageError: If there is none.
    """
    from cxcontracts.estate.folders import ESTATE_FILE, find_estate

    if named is None:
        return find_estate(Path.cwd())
    root = Path(os.path.abspath(named))
    if not root.is_dir():
        raise UsageError(f"there is no folder {str(named)!r}")
    inside = [name for name in ("contracts", *_folders(root)) if (root / name / ESTATE_FILE).is_file()]
    if not (root / ESTATE_FILE).exists() and inside:
        raise UsageError(f"there is no {ESTATE_FILE} in {str(named)!r}; did you mean --estate {named / inside[0]}?")
    return root


def cache_asked(root: Path) -> Cache | None:
    """Return the cache of an estate; None where none is wanted, or there is nothing to gain."""
    from cxcontracts.caching import cache_of

    return None if click.get_current_context().find_root().params.get("no_cache") else cache_of(root)


def _folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.is_dir())
