"""The estates that journeys were collected from: each is opened once in a process, whatever comes of it."""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cxcontracts.caching import Cache, cache_of, memory_of
from cxcontracts.candidates import candidates, partners_of
from cxcontracts.documents.collector import uncollected
from cxcontracts.errors import CxError, UnsoundError
from cxcontracts.findings import Finding, Harm, Run
from cxcontracts.opening import Opened, open_what_is_sound
from cxcontracts.problems import Place, Problem
from cxcontracts.pytest_plugin import is_journey, is_pact, verifies
from cxcontracts.recalling import Listed, listed
from cxcontracts.requirements import Requirement
from cxcontracts.sanitise import harmless
from cxcontracts.whereabouts import Whereabouts

if TYPE_CHECKING:
    from cxcontracts.pytest_plugin.reporting import Telling


class NotExercised(Exception):
    """No exchange shows a requirement; the message says why."""


@dataclass
class JudgedEstate:
    """What is sound of an estate, as its tests ask it.

    Attributes:
        root: Its folder.
        opened: What is sound of it.
        wanted: The files, as they count from its folder, of which any test runs; known once all are collected.
    """

    root: Path
    opened: Opened
    _seen: Whereabouts
    _first: str = ""
    wanted: frozenset[str] = frozenset()

    @property
    def fail_on(self) -> frozenset[Harm]:
        """The harms that close the gate."""
        return self.opened.estate.fail_on

    def listed(self, file: Path) -> tuple[Sequence[Listed], Sequence[Problem]]:
        """Return the requirements of a file, a journey's or a consumer's, and its mistakes, which are seen from here.

        The mistakes of files that no test stands for are told with the first file that is asked for.
        """
        name = self.name(file)
        self._first = self._first or name
        found, beside = self._listed(file)
        self._collected.add(file.stem)
        mistakes = {*self._mistakes.get(name, ()), *(self._mistakes.get("", ()) if name == self._first else ()), *beside}
        return found, list(self._seen.problems(sorted(mistakes)))

    def _listed(self, file: Path) -> tuple[Sequence[Listed], Sequence[Problem]]:
        """Return the requirements of a file, and which mistakes of it show only beside the contracts."""
        if _lies_with_journeys(file):
            return self.opened.listed(file.stem) if file.stem in self.opened.estate.journeys else ((), ())
        return listed(self.requirements(file)), ()

    def requirements(self, file: Path) -> Sequence[Requirement]:
        """Return the requirements of a file, in the order in which they are listed."""
        judge = self.opened.judge
        if _lies_with_journeys(file):
            return judge.of_journey(self.opened.estate.journeys[file.stem])
        if file not in self._of_pacts:
            name = self.name(file)
            self._of_pacts[file] = [each for each in judge.of_pacts({file.parents[1].name}) if each.where.file == name]
        return self._of_pacts[file]

    @property
    def whole(self) -> bool:
        """Whether each of its journeys was collected, on the contracts of record."""
        return not self.opened.candidates and self.opened.estate.journeys.keys() <= self._collected

    @cached_property
    def _collected(self) -> set[str]:
        return set()

    def name(self, file: Path) -> str:
        """Return the path of a file that is collected, as it counts from the estate's folder."""
        return f"journeys/{file.name}" if _lies_with_journeys(file) else file.relative_to(self.root).as_posix()

    @cached_property
    def _of_pacts(self) -> dict[Path, Sequence[Requirement]]:
        return {}

    @cached_property
    def _mistakes(self) -> dict[str, list[Problem]]:
        """File to its mistakes; those of files that are not collected go by no name."""
        found: dict[str, list[Problem]] = {}
        for mistake in (*(self.opened.mistakes or ()), *self.opened.judge.unneeded()):
            file = mistake.place.file
            found.setdefault(file if _is_collected(Path(self.root, file)) else "", []).append(mistake)
        return found

    def finding(self, requirement: Requirement) -> Finding:
        """Judge a requirement, on the candidate of its partner where there is one; its place is seen from here.

        Raises:
            UnsoundError: If a contract is unsound where the requirement looks.
        """
        return self._seen.finding(self.opened.finding(requirement))

    def cause(self, finding: Finding) -> Finding | None:
        """Return the finding that this one follows from; None where it stands for itself."""
        requirement = self._by_id.get(finding.cause or "")
        return self.finding(requirement) if requirement is not None else None

    @cached_property
    def _by_id(self) -> dict[str, Requirement]:
        return {requirement.id: requirement for requirement in self.opened.judge.requirements}

    def has_candidate(self, partner: str) -> bool:
        """Return whether a candidate of a partner is judged."""
        return partner in self.opened.candidates

    def release(self, partner: str) -> str:
        """Return which contract of a partner is judged."""
        if self.has_candidate(partner):
            version = self.opened.judge.candidates[partner].contract.version
            what = f"the candidate {self.opened.released(partner)}"
        else:
            version, what = self.opened.records[partner].contract.version, "the contract of record"
        return f"{partner} {version}, {what}"

    @cached_property
    def run(self) -> Run:
        """What is run, before anything is found."""
        command = "impact" if self.opened.candidates else "check"
        return Run(command, self.opened.estate.name, (), self.fail_on, self.opened.judge.not_judged)

    @cached_property
    def telling(self) -> Telling:
        """What its tests tell of the run."""
        from cxcontracts.pytest_plugin.reporting import Telling

        return Telling(self)

    def newly_seen(self) -> int:
        """Return how many exchanges were judged since it was asked last."""
        return 0

    def place(self, where: Place) -> Place:
        """Return a place as seen from here."""
        return self._seen.place(where)

    def problems(self, error: UnsoundError) -> Iterator[Problem]:
        """Yield what is wrong, as seen from here."""
        return self._seen.problems(error.problems)


def _is_collected(file: Path) -> bool:
    return is_journey(file) or is_pact(file)


def _lies_with_journeys(file: Path) -> bool:
    """Whether a file that is collected is a journey, and no Pact file."""
    return file.parent.name == "journeys"


def root_of(file: Path) -> Path:
    """Return the folder of the estate that a journey file, or a Pact file of a partner, is of."""
    return file.parents[1] if _lies_with_journeys(file) else file.parents[3]


class Estates:
    """The estates of a test run, each opened when its first journey is collected.

    From the first large one on, the garbage collector is held until all tests are collected: tens of thousands live on. Where
    that is all that the run is for, nor does Python walk them three times more at its exit.

    Args:
        config: Says where the run stands, and which candidates it judges.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._closing = ExitStack()
        self._collecting = ExitStack()
        config.add_cleanup(self._closing.close)
        config.add_cleanup(self._collecting.close)
        self._here = config.invocation_params.dir
        self._written: list[str] = config.getoption("--cx-candidate")
        self._opened: dict[Path, JudgedEstate | CxError] = {}
        self._complained: dict[int, Path] = {}
        self._caches: dict[Path, Cache] = {}
        self._remembers = not config.getoption("--cx-no-cache")
        self._writes = getattr(config, "workerinput", {}).get("workerid", "gw0") == "gw0"  # the others would write the same

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
        seen = Whereabouts(root, self._here)
        cache = cache_of(root) if self._remembers else None
        if cache is not None:
            self._collecting.enter_context(uncollected())
            if self._config.option.collectonly:  # no test runs that could leave anything to finalize
                atexit.register(gc.freeze)
        opened = open_what_is_sound(root, released, memory=memory_of(cache), running=verifies(self._config))
        if cache is not None and self._writes:
            self._caches[root] = cache
        if not verifies(self._config):
            return JudgedEstate(root, opened, seen)
        from cxcontracts.pytest_plugin.verified import VerifiedEstate

        return VerifiedEstate(root, opened, seen, self._config, self._closing)

    def collected(self, files: Collection[Path]) -> None:
        """Write down what was learned while tests were collected, and let the garbage collector go.

        Args:
            files: Those of which any test runs.
        """
        for root, opened in self._opened.items():
            if isinstance(opened, JudgedEstate):
                opened.wanted = frozenset(opened.name(file) for file in files if root_of(file) == root)
        for root, cache in self._caches.items():
            opened = self._opened[root]
            cache.save(whole=isinstance(opened, JudgedEstate) and opened.whole)
        self._caches.clear()
        self._collecting.close()

    def complaint(self, error: CxError, file: Path) -> str:
        """Return what is wrong: all for the first file that suffers from it, for others what is wrong in themselves."""
        first = self._complained.setdefault(id(error), file)
        problems = error.problems if isinstance(error, UnsoundError) else ()
        seen = tuple(Whereabouts(root_of(file), self._here).problems(problems))
        if first == file:
            return harmless("\n".join(problem.told for problem in seen) or str(error))
        own = [problem.told for problem in seen if problem.place.file == os.path.relpath(file, self._here)]
        rest = f"the estate is unsound, so nothing was judged; see {os.path.relpath(first, self._here)}"
        return harmless("\n".join([*own, rest]))
