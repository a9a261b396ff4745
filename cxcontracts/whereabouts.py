"""Places as a reader can open them: seen from where he stands, while the estate's own files count from the estate's folder."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cxcontracts.findings import Finding, Run
from cxcontracts.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the estate lies, and where its reader stands.

    Attributes:
        root: The estate's folder, absolute. Places count from there, unless they are absolute.
        here: The folder from which places are shown, absolute.
    """

    root: Path
    here: Path

    def file(self, file: str) -> str:
        """Return a file as it is opened from here."""
        return _seen(str(self.root), file, str(self.here))

    def place(self, place: Place) -> Place:
        """Return a place as it is opened from here."""
        return dataclasses.replace(place, file=self.file(place.file))

    def problems(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Yield problems with their places seen from here."""
        return (dataclasses.replace(problem, place=self.place(problem.place)) for problem in problems)

    def finding(self, finding: Finding) -> Finding:
        """Return a finding with its place seen from here."""
        place = self.place(finding.where)
        return finding if place == finding.where else dataclasses.replace(finding, where=place)

    def warning(self, warning: str) -> str:
        """Return a warning with the place that it begins with, if any, seen from here."""
        file, colon, rest = warning.partition(":")
        known = bool(file) and os.path.exists(os.path.join(self.root, file))
        return f"{self.file(file)}{colon}{rest}" if colon and known else warning

    def run(self, run: Run) -> Run:
        """Return a run with the places of its findings, problems and warnings seen from here."""
        partners = (
            dataclasses.replace(
                partner, findings=tuple(map(self.finding, partner.findings)), warnings=tuple(map(self.warning, partner.warnings))
            )
            for partner in run.partners
        )
        return dataclasses.replace(run, partners=tuple(partners), problems=tuple(self.problems(run.problems)))


@cache
def _seen(root: str, file: str, here: str) -> str:
    """Return a file of an estate as it is opened from somewhere: thousands of findings stand in one file."""
    if not file:
        return file
    path = os.path.join(root, file)
    try:
        return os.path.relpath(path, here)
    except ValueError:  # another drive
        return path


def repository_of(folder: Path) -> Path | None:
    """Return the root of the git repository that a folder lies in; None where it lies in none."""
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
