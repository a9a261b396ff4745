"""The estates that journeys were collected from: each is opened once in a process, whatever comes of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from cxcontracts.candidates import candidates, partners_of
from cxcontracts.errors import CxError, EstateError, UnsoundError
from cxcontracts.findings import Finding, Harm
from cxcontracts.opening import Opened, open_estate
from cxcontracts.problems import Place, Problem
from cxcontracts.pytest_plugin import verifies
from cxcontracts.requirements import Requirement
from cxcontracts.sanitise import harmless
from cxcontracts.whereabouts import Whereabouts


class NotExercised(Exception):
    """No exchange shows a requirement; the message says why."""


@dataclass
class JudgedEstate:
    """An estate that is sound, as its tests ask it.

    Attributes:
        root: Its folder.
    """

    root: Path
    _opened: Opened
    _seen: Whereabouts

    @property
    def fail_on(self) -> frozenset[Harm]:
        """The harms that close the gate."""
        return self._opened.estate.fail_on

    def requirements(self, file: Path) -> Iterator[Requirement]:
        """Yield the requirements that stand in a file, a journey's or a consumer's, in their order."""
        name = file.relative_to(self.root).as_posix()
        return (requirement for requirement in self._opened.judge.requirements if requirement.where.file == name)

    def finding(self, requirement: Requirement) -> Finding:
        """Judge a requirement, on the candidate of its partner where there is one; its place is seen from here.

        Raises:
            UnsoundError: If a contract is unsound where the requirement looks.
        """
        return self._seen.finding(self._opened.judge.finding(requirement))

    def cause(self, finding: Finding) -> Finding | None:
        """Return the finding that this one follows from; None where it stands for itself."""
        requirement = self._by_id.get(finding.cause or "")
        return self.finding(requirement) if requirement is not None else None

    @cached_property
    def _by_id(self) -> dict[str, Requirement]:
        return {requirement.id: requirement for requirement in self._opened.judge.requirements}

    def has_candidate(self, partner: str) -> bool:
        """Return whether a candidate of a partner is judged."""
        return partner in self._opened.candidates

    def release(self, partner: str) -> str:
        """Return which contract of a partner is judged."""
        judge = self._opened.judge
        if self.has_candidate(partner):
            version, what = judge.candidates[partner].contract.version, f"the candidate {self._opened.released(partner)}"
        else:
            version, what = judge.records[partner].contract.version, "the contract of record"
        return f"{partner} {version}, {what}"

    def place(self, requirement: Requirement) -> Place:
        """Return where a requirement stands, as seen from here."""
        return self._seen.place(requirement.where)

    def problems(self, error: UnsoundError) -> Iterator[Problem]:
        """Yield what is wrong, as seen from here."""
        return self._seen.problems(error.problems)


def root_of(file: Path) -> Path:
    """Return the folder of the estate that a journey file, or a Pact file of a partner, is of."""
    return file.parents[1] if file.parent.name == "journeys" else file.parents[3]


class Estates:
    """The estates of a test run, each opened when its first journey is collected.

    Args:
        config: Says where the run stands, and which candidates it judges.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._closing = ExitStack()
        config.add_cleanup(self._closing.close)
        self._here = config.invocation_params.dir
        self._written: list[str] = config.getoption("--cx-candidate")
        self._opened: dict[Path, JudgedEstate | CxError] = {}
        self._complained: dict[int, Path] = {}

    def of(self, file: Path) -> JudgedEstate:
        """Return the estate of a journey or Pact file.

        Raises:
            CxError: If it, or a candidate, cannot be judged; the same one for each of its files.
        """
        root = root_of(file)
        if root not in self._opened:
            try:
                self._opened[root] = self._open(root)
            except CxError as error:
                self._opened[root] = error
        opened = self._opened[root]
        if isinstance(opened, CxError):
            raise opened
        return opened

    def _open(self, root: Path) -> JudgedEstate:
        released = candidates(self._written, (), partners_of(root), "--cx-candidate", self._here)
        opened = open_estate(root, released)
        problems = tuple(opened.judge.problems())
        if problems:
            raise EstateError(problems)
        seen = Whereabouts(root, self._here)
        if not verifies(self._config):
            return JudgedEstate(root, opened, seen)
        from cxcontracts.pytest_plugin.verified import VerifiedEstate

        return VerifiedEstate(root, opened, seen, self._config, self._closing)

    def complaint(self, error: CxError, file: Path) -> str:
        """Return what is wrong: all for the first file that suffers from it, for others what is wrong in themselves."""
        first = self._complained.setdefault(id(error), file)
        problems = error.problems if isinstance(error, UnsoundError) else ()
        seen = tuple(Whereabouts(root_of(file), self._here).problems(problems))
        if first == file:
            return harmless("\n".join(map(str, seen)) or str(error))
        own = [str(problem) for problem in seen if problem.place.file == os.path.relpath(file, self._here)]
        rest = f"the estate is unsound, so nothing was judged; see {os.path.relpath(first, self._here)}"
        return harmless("\n".join([*own, rest]))
