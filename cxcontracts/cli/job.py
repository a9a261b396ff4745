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
from typing import TYPE_CHECKING, Final

import click

from cxcontracts.cli.output import say

if TYPE_CHECKING:
    from cxcontracts.cli.options import Reporting

_SUMMARY: Final = 1_000_000
"""How large the summary of a step may be, in bytes, all that others wrote into it included."""

_META: Final = "cxcontracts.job"


@dataclass
class Job:
    """What the job is told once the exit code is known.

    Attributes:
        outputs: Name to value; empty where nobody wants any.
        summary: Markdown.
    """

    outputs: dict[str, str] = field(default_factory=dict)
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
        if not self.outputs:
            return
        output, summary = os.environ.get("GITHUB_OUTPUT"), os.environ.get("GITHUB_STEP_SUMMARY")
        try:
            if output:
                _append(Path(output), _written(self.outputs | {"exit-code": str(code)}))
            if summary:
                self._summarise(Path(summary))
        except OSError as error:
            say(f"cxcontracts: the job cannot be told what was found: {error.filename}: {error.strerror}")

    def _summarise(self, file: Path) -> None:
        size = file.stat().st_size if file.exists() else 0
        if size + len(self.summary.encode()) > _SUMMARY:
            say("cxcontracts: the summary of the step has no room left for the report")
            return
        _append(file, self.summary)


def job_of(asked: Reporting) -> Job | None:
    """Return what the job is to be told, where a report for GitHub is asked for."""
    context = click.get_current_context(silent=True)
    if context is None or all(each.format != "github" for each in asked.all):
        return None
    job: Job | None = context.meta.get(_META)
    return job


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def _written(outputs: Mapping[str, str]) -> str:
    """Return outputs as the runner reads them: between delimiters that nobody can guess."""
    delimiter = f"ghadelimiter_{uuid.uuid4()}"
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in outputs.items())
