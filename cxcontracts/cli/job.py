"""What a job of GitHub Actions is told beside its log: the summary of the step, and outputs that other steps read.

Source: GitHub, "Workflow commands", sections "Setting an output parameter" and "Adding a job summary": one that
is larger than 1 MiB is not shown at all.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from cxcontracts.cli.output import say

_SUMMARY: Final = 1_000_000
"""How large the summary of a step may be, in bytes, all that others wrote into it included."""

_META: Final = "cxcontracts.job"


@dataclass
class Job:
    """What the job is told once the exit code is known.

    Attributes:
        wanted: Whether it is told anything.
        outputs: Name to value.
        summary: Markdown.
    """

    wanted: bool = False
    outputs: dict[str, str] = field(default_factory=lambda: {"verdict": "not-judged", "broken": "0"})
    summary: str = ""

    def of(self, context: click.Context) -> None:
        """Let the commands below a context find it."""
        context.meta[_META] = self

    def tell(self, verdict: str, broken: int, summary: str) -> None:
        """Keep what was found.

        Args:
            verdict: The word that reports begin with.
            broken: How many breaks there are.
            summary: The report as Markdown.
        """
        self.outputs = {"verdict": verdict.lower().replace(" ", "-"), "broken": str(broken)}
        self.summary = summary

    def finish(self, code: int) -> None:
        """Hand on what was kept, with the exit code, to the files that the job names. It never changes how the step ends."""
        if not self.wanted:
            return
        output, summary = os.environ.get("GITHUB_OUTPUT"), os.environ.get("GITHUB_STEP_SUMMARY")
        try:
            if output:
                _append(Path(output), _written(self.outputs | {"exit-code": str(code)}))
            if summary and self.summary:
                self._summarise(Path(summary))
        except OSError as error:
            say(f"cxcontracts: the job cannot be told what was found: {error.filename}: {error.strerror}")

    def _summarise(self, file: Path) -> None:
        size = file.stat().st_size if file.exists() else 0
        if size + len(self.summary.encode()) > _SUMMARY:
            say("cxcontracts: the summary of the step has no room left for the report")
            return
        _append(file, self.summary)


def job_wanted(context: click.Context, format: str) -> None:
    """Take note that a report in a format is asked for: of one for GitHub, the job is told how it went, whatever became of it."""
    job: Job | None = context.meta.get(_META)
    if job is not None and format == "github":
        job.wanted = True


def job_of(context: click.Context | None) -> Job | None:
    """Return what the job is to be told, where a report for GitHub is asked for."""
    job: Job | None = context.meta.get(_META) if context is not None else None
    return job if job is not None and job.wanted else None


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def _written(outputs: Mapping[str, str]) -> str:
    """Return outputs as the runner reads them: between delimiters that nobody can guess."""
    delimiter = f"ghadelimiter_{uuid.uuid4()}"
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in outputs.items())
