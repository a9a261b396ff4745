"""Opens an estate from disk and hands its values to the judge: the only way in for the command line and for pytest."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path

from cxcontracts.changes import Keys, differences
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder
from cxcontracts.contracts.operation import Operation
from cxcontracts.documents.collector import uncollected
from cxcontracts.errors import ContractError, EstateError, UsageError
from cxcontracts.estate.model import Estate, Partner, Waiver
from cxcontracts.estate.reading import read_sound
from cxcontracts.estate.written import KIND_KEYS
from cxcontracts.findings import Change, Finding, PartnerRun, Run, Verdict, Version
from cxcontracts.judging import Judge
from cxcontracts.mapping import EstateMap, mapped
from cxcontracts.memory import FORGETFUL, Memory
from cxcontracts.pacts import Interaction, interactions
from cxcontracts.plugins import kinds, line_ids
from cxcontracts.problems import Problem, did_you_mean, nearest
from cxcontracts.recalling import Listed, Recollection, Recorded, listed
from cxcontracts.requirements import Requirement
from cxcontracts.scenes import Side
from cxcontracts.wildcards import matches

Felt = Callable[[Keys], tuple[str, ...]]
"""Returns the ids of the requirements that depend on any of some parts of a contract of record."""

Progress = Callable[[int, int], None]
"""Called with how many requirements are judged, and how many there are."""


class Records(Mapping[str, Side]):
    """Each partner's contract of record, read when it is first asked for.

    Args:
        root: The estate's folder.
        partners: By id.
        unsound: What is wrong with the others, by partner: whoever asks for their contracts is told.
        read: Those that are there already, in place of what the files say.
    """

    def __init__(
        self,
        root: Path,
        partners: Mapping[str, Partner],
        unsound: Mapping[str, Sequence[Problem]] | None = None,
        read: Mapping[str, Side] | None = None,
    ) -> None:
        self._root = root
        self._partners = partners
        self._unsound = dict(unsound or {})
        self._read = dict(read or {})

    def but(self, name: str, side: Side) -> Records:
        """Return the same contracts, but for that of one partner."""
        return Records(self._root, self._partners, self._unsound, {**self._read, name: side})

    @property
    def read(self) -> tuple[str, ...]:
        """The partners whose contracts have been read so far."""
        return tuple(self._read)

    def sound(self, name: str) -> Side | None:
        """Return the contract of a partner; None where there is none, or where it cannot be read."""
        try:
            return self.get(name)
        except ContractError:
            return None

    def __getitem__(self, name: str) -> Side:
        if name in self._unsound:
            raise ContractError(self._unsound[name])
        if name not in self._read:
            try:
                self._read[name] = self._side(name)
            except ContractError as error:
                self._unsound[name] = error.problems
                raise
        return self._read[name]

    def _side(self, name: str) -> Side:
        partner = self._partners[name]
        files = dict.fromkeys(file for file in (partner.contract, partner.events) if file)
        if not files:
            raise KeyError(name)
        sides = [read_contract(self._root / partner.folder / file, str(partner.folder)) for file in files]
        return sides[0] if len(sides) == 1 else Side(sides[0].contract, sides[1])

    def __iter__(self) -> Iterator[str]:
        return (name for name, partner in self._partners.items() if partner.contract or partner.events or name in self._read)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def read_contract(path: Path, shown: str) -> Side:
    """Read one version of a contract; its references may lead to files of its own folder only.

    Args:
        shown: The folder as messages name it.

    Raises:
        ContractError: If the document cannot be read.
    """
    folder = Folder(path.parent, shown)
    return Side(Contract(folder, folder.read(path.name)))


@dataclass
class Opened:
    """An estate with its contracts, ready to be judged.

    Attributes:
        estate: What the estate's files say.
        odd: What is odd in them, and yet usable, each on its own.
        judge: Judges each requirement.
        candidates: Partner to the files of its candidate.
        records: The contracts of record.
        recollection: What is remembered of journeys on these.
        mistakes: What is wrong in the estate's files, for which a part of it is left out; None where no mistake is to be borne.
    """

    estate: Estate
    odd: tuple[Problem, ...]
    judge: Judge
    candidates: Mapping[str, Sequence[Path]]
    records: Records
    recollection: Recollection
    mistakes: tuple[Problem, ...] | None = None

    @cached_property
    def today(self) -> datetime.date:
        """The day on which waivers and exceptions count."""
        return self.judge.today

    @cached_property
    def warnings(self) -> tuple[Problem, ...]:
        """What is odd in the estate's files, and yet usable: also what shows only when they are held against each other."""
        return (*self.odd, *untied(self.judge), *idle_waivers(self.judge))

    def check(self, progress: Progress | None = None) -> Run:
        """Judge every requirement on the contracts of record.

        Raises:
            EstateError: With every mistake that shows when journeys and contracts are held against each other, where none is to
                be borne; else the run tells them.
            ContractError: The same, for contracts that are unsound where a journey needs them.
        """
        run = self._run("check", tuple(self.estate.partners.values()), progress)
        return replace(run, problems=(*run.problems, *self.warnings))

    def impact(self, progress: Progress | None = None) -> Run:
        """Judge the requirements on the partners that have a candidate, all candidates taken as released together.

        Raises:
            EstateError: As in :meth:`check`, for the steps of those partners.
            ContractError: The same.
        """
        return self._run("impact", tuple(self.estate.partners[name] for name in self.candidates), progress)

    @uncollected()
    def _run(self, command: str, partners: tuple[Partner, ...], progress: Progress | None) -> Run:
        names = {partner.name for partner in partners}
        problems = tuple(self.judge.problems(names, self._recalled))
        if problems and self.mistakes is None:
            raise EstateError(problems)
        found, unsound, complete = self.found(names, progress)
        findings: dict[str, list[Finding]] = {name: [] for name in names}
        for finding in found:
            findings[finding.partner].append(finding)
        if unsound and self.mistakes is None:
            raise ContractError(unsound)
        mistakes = tuple(sorted({*problems, *unsound, *(self.mistakes or ())}))
        if mistakes:  # of the others nothing is known, which is no verdict
            partners = tuple(partner for partner in partners if findings[partner.name] or partner.not_covered)
        try:
            runs = tuple(self._partner(partner, tuple(findings[partner.name]), complete=complete) for partner in partners)
        except KeyboardInterrupt:
            complete = False
            runs = tuple(self._partner(partner, tuple(findings[partner.name]), complete=complete) for partner in partners)
        return Run(command, self.estate.name, runs, self.estate.fail_on, self.judge.not_judged, complete, mistakes)

    def finding(self, requirement: Requirement) -> Finding:
        """Judge one requirement, or recall what was found of it.

        Raises:
            ContractError: If a contract is unsound where the requirement looks, or does not know the operation.
        """
        known = self.known(requirement.journey.name) if not requirement.named else {}
        return self.judge.waived(known[requirement.id]) if requirement.id in known else self.judge.finding(requirement)

    def known(self, journey: str) -> Mapping[str, Finding]:
        """Return what is remembered of a journey, by id; nothing where somebody proposes a change."""
        if journey not in self._known:
            found = self.recollection.findings(journey) if not self.candidates else None
            self._known[journey] = {finding.id: finding for finding in found or ()}
        return self._known[journey]

    @cached_property
    def _known(self) -> dict[str, Mapping[str, Finding]]:
        return {}

    def listed(self, name: str) -> tuple[Sequence[Listed], Sequence[Problem]]:
        """Return the requirements of a journey, in the order of its lines, and what of it shows only beside the contracts."""
        unchanged = self.candidates.keys().isdisjoint(self.recollection.partners(name))
        known = self.recollection.listed(name) if unchanged else None
        if known is not None:
            return known, ()
        journey = self.estate.journeys[name]
        found = listed(self.judge.of_journey(journey))
        problems = list(self.judge.problems_of(journey))
        if unchanged and not problems:
            self.recollection.keep_listed(name, found, map(self.records.sound, self.recollection.partners(name)))
        return found, problems

    def problems(self) -> tuple[Problem, ...]:
        """Return every mistake in the estate's files, and those that show only beside the contracts."""
        return tuple(sorted({*(self.mistakes or ()), *self.judge.problems(settled=self._recalled)}))

    @uncollected()
    def found(self, partners: Set[str], progress: Progress | None = None) -> tuple[Sequence[Finding], Sequence[Problem], bool]:
        """Judge every requirement that depends on some partners.

        Returns:
            What was found, journey by journey, then of Pact files; why some were not judged; False where an interrupt came in
            between.
        """
        recalled = self._recalled
        fresh, problems, complete = self._judge(list(self.judge.depending(partners, recalled)), progress)
        if complete and not self.candidates:
            self._keep(fresh)
        found = {**recalled, **fresh}
        in_order = (finding for name in (*self.estate.journeys, "") for finding in found.get(name, ()))
        return [self.judge.waived(finding) for finding in in_order], problems, complete

    @cached_property
    def _recalled(self) -> Mapping[str, Sequence[Finding]]:
        """What is remembered of journeys, by name; nothing where somebody proposes a change."""
        found = {name: tuple(self.known(name).values()) for name in self.estate.journeys}
        return {name: findings for name, findings in found.items() if findings}

    def _keep(self, found: Mapping[str, Sequence[Finding]]) -> None:
        """Remember what was found of each journey that was judged in whole."""
        for name in (name for name in self.estate.journeys if found.get(name)):
            findings, journey = found[name], self.estate.journeys[name]
            if len(findings) == len(self.judge.of_journey(journey)) and not any(self.judge.problems_of(journey)):
                sides = [self.records.sound(partner) for partner in self.recollection.partners(name)]
                self.recollection.keep_findings(name, findings, sides)

    def _judge(
        self, asked: Sequence[Requirement], progress: Progress | None
    ) -> tuple[Mapping[str, Sequence[Finding]], Sequence[Problem], bool]:
        """Judge requirements, no waiver being counted.

        Returns:
            Journey to its findings, those of Pact files going by no name; why some were not judged; False where an interrupt
            came in between.
        """
        findings: dict[str, list[Finding]] = {}
        problems: list[Problem] = []
        try:
            for number, requirement in enumerate(asked, 1):
                of_it = findings.setdefault("" if requirement.named else requirement.journey.name, [])
                try:
                    of_it.append(self.judge.unwaived(requirement))
                except ContractError as error:
                    problems.extend(error.problems)
                if progress is not None:
                    progress(number, len(asked))
        except KeyboardInterrupt:
            return findings, problems, False
        return findings, problems, True

    def partner_run(self, name: str) -> PartnerRun:
        """Return which contract of a partner is judged, what changed in it and who feels that; nothing that was found.

        Raises:
            KeyboardInterrupt: If an interrupt came in between.
        """
        if name in self.candidates:
            *_, complete = self.found({name})  # what is judged tells on which parts it depends
            if not complete:
                raise KeyboardInterrupt
        return self._partner(self.estate.partners[name], (), complete=True)

    def _partner(self, partner: Partner, findings: tuple[Finding, ...], *, complete: bool) -> PartnerRun:
        exempt = partner.not_covered.because if partner.not_covered and not findings else ""
        candidate = self.judge.candidates.get(partner.name)
        if candidate is None:
            recorded = self.recorded(partner)
            warnings = recorded.warnings if complete else ()
            return PartnerRun(
                partner.name, partner.title, recorded.version, None, findings, warnings=warnings, not_covered=exempt
            )
        record = self.records[partner.name]
        is_ = _changed(candidate, record)
        was = record.events if is_ is not candidate else record
        return PartnerRun(
            partner=partner.name,
            name=partner.title,
            record=_version(was, was.contract.document.name.rpartition("/")[2]),
            candidate=_version(is_, self.released(partner.name)),
            findings=findings,
            changes=self.changes(partner.name) if complete else (),
            warnings=tuple(self._odd(partner, candidate)) if complete else (),
            not_covered=exempt,
        )

    @uncollected()
    def mapped(self) -> tuple[EstateMap, tuple[Problem, ...]]:
        """Return the map of what is sound, and the mistakes that keep the rest from being looked at."""
        mistakes = self.problems()
        findings, unsound, _ = self.found(self.estate.partners.keys())
        noted = sorted({*mistakes, *unsound})
        partners = self.estate.partners
        found = mapped(self.judge, findings, lambda name: self.recorded(partners[name]).operations, noted, self.recollection)
        return found, mistakes

    def recorded(self, partner: Partner) -> Recorded:
        """Return what the contract of record of a partner says of itself, as far as it can be read."""
        known = self.recollection.record(partner.name)
        if known is not None:
            return known
        side = self.records.sound(partner.name)
        if side is None:
            return Recorded(Version("", "", partner.contract), (), ())
        found = Recorded(
            _version(side, side.contract.document.name.rpartition("/")[2]),
            tuple(str(problem) for problem in side.contract.mistakes()),
            tuple(dict.fromkeys(map(str, offered(side)))),
        )
        self.recollection.keep_record(partner.name, found, side)
        return found

    def _odd(self, partner: Partner, candidate: Side) -> Iterator[str]:
        """Yield what is wrong with a candidate where no journey touches it, as far as that costs next to nothing to see."""
        lost = sorted(candidate.contract.dangling)
        if lost:
            yield f"{self.released(partner.name)}: where no journey looks, {len(lost)} $ref lead nowhere, {lost[0]!r} for one"

    def released(self, partner: str) -> str:
        """Return the names of the files of a partner's candidate."""
        return " and ".join(path.name for path in self.candidates[partner])

    def changes(self, partner: str) -> tuple[Change, ...]:
        """Return every difference between a partner's record and its candidate, and who depends on it."""
        asked = list(self.judge.depending({partner}))
        called: dict[int, Operation] = {}
        for requirement in (each for each in asked if each.step.partner == partner and each.step.call is not None):
            with suppress(ContractError):  # which the run tells
                scene = self.judge.scene(requirement.journey, requirement.step)
                if scene is not None:
                    called.setdefault(scene.operation.node.identity, scene.operation)
        record, candidate, felt = self.judge.records[partner], self.judge.candidates[partner], _felt(self.judge, asked)
        whole = (
            differences(record, candidate, called.values(), felt, self.today) if candidate.contract is not record.contract else ()
        )
        of_events = candidate.events is not candidate and candidate.events is not record.events
        return (*whole, *(differences(record.events, candidate.events, (), felt, self.today) if of_events else ()))

    def depending(self, partner: str, record: Side, candidate: Side) -> tuple[Felt, tuple[Problem, ...]]:
        """Return who depends on the parts of a contract, whatever the estate's files have for it.

        Args:
            partner: Whose contract it is.
            record: The version that counts as its contract of record.
            candidate: The version that it is held against.

        Returns:
            Who depends on parts of *record*, and why that is not known of some requirements.
        """
        records = self.records.but(partner, record)
        judge = Judge(
            self.estate, self.judge.kinds, records, {partner: candidate}, self.today, self.judge.pacts, asked=self.judge.asked
        )
        known: list[Requirement] = []
        problems: set[Problem] = set()
        for requirement in judge.depending({partner}):
            try:
                judge.finding(requirement)
                known.append(requirement)
            except ContractError as error:
                problems.update(error.problems)
        return _felt(judge, known), tuple(sorted(problems))


def offered(side: Side) -> Iterator[Operation]:
    """Yield the operations and events of a partner."""
    for contract in dict.fromkeys((side.contract, side.events.contract)):
        yield from (*contract.operations(), *contract.events.values())


def _felt(judge: Judge, judged: Iterable[Requirement]) -> Felt:
    """Return who depends on the parts of a contract, of requirements that have been judged."""
    depends: dict[object, list[str]] = {}
    for requirement in judged:
        for key in judge.touched(requirement):
            depends.setdefault(key, []).append(requirement.id)

    def felt(keys: Keys) -> tuple[str, ...]:
        return tuple(sorted({name for key in keys for name in depends.get(key, ())}))

    return felt


def _released(partner: str, paths: Sequence[Path], record: Side) -> Side:
    """Return a candidate with what it leaves as it is: it is of the calls of its partner, of the events, or of both."""
    sides = [read_contract(path.resolve(), str(path.parent)) for path in paths]
    calls, events = ([side for side in sides if bool(side.contract.asyncapi) is asyncapi] for asyncapi in (False, True))
    if len(calls) > 1 or len(events) > 1:
        raise UsageError(f"partner {partner!r} has two candidates for its {'calls' if len(calls) > 1 else 'events'}; keep one")
    if record.events is record and len(sides) > 1:
        raise UsageError(f"partner {partner!r} has one document, and two candidates; keep one")
    if record.events is record:
        return sides[0]
    return Side((calls or [record])[0].contract, (events or [record.events])[0])


def _changed(side: Side, record: Side | None) -> Side:
    """Return the part of a candidate that is not as it was in the record."""
    return side.events if record is not None and side.contract is record.contract else side


def _version(side: Side | None, file: str) -> Version:
    if side is None:
        return Version("", "", file)
    return Version(side.contract.version, side.contract.folder.digest(), file)


def open_estate(
    root: Path,
    candidates: Mapping[str, Path | Sequence[Path]] | None = None,
    today: datetime.date | None = None,
    *,
    running: bool = False,
) -> Opened:
    """Open an estate.

    Args:
        root: The folder that holds ``estate.yaml``.
        candidates: Partner to the file of a candidate; to both where its calls and its events change together.
        today: The day on which waivers count; None for the day it is.
        running: Whether it is held against running partners, which can be asked for what no contract promises.

    Raises:
        EstateError: With every mistake in the estate's files.
        ContractError: If a candidate cannot be read.
        UsageError: If a candidate is for a partner that the estate does not list, or two are for the same document.
    """
    opened = open_what_is_sound(root, candidates, today, running=running)
    if opened.mistakes:
        raise EstateError(opened.mistakes)
    return replace(opened, mistakes=None)


def open_what_is_sound(
    root: Path,
    candidates: Mapping[str, Path | Sequence[Path]] | None = None,
    today: datetime.date | None = None,
    memory: Memory = FORGETFUL,
    *,
    running: bool = False,
    records: Mapping[str, Side] | None = None,
) -> Opened:
    """Open an estate without what has mistakes; its runs tell them, and judge what does not depend on it.

    Args:
        root: As in :func:`open_estate`, like the others.
        memory: Of what was found before.
        records: What counts as the contract of record of partners that have a candidate, in place of what the files say.

    Raises:
        EstateError: If estate.yaml, or the contract of record of a partner that has a candidate, cannot be used: then there is
            nothing to judge.
        ContractError: If a candidate cannot be read.
        UsageError: As :func:`open_estate`.
    """
    with uncollected():
        files = {name: (given,) if isinstance(given, Path) else tuple(given) for name, given in (candidates or {}).items()}
        return _opened(root, files, today, memory, running, records)


def _opened(
    root: Path,
    candidates: Mapping[str, Sequence[Path]],
    today: datetime.date | None,
    memory: Memory,
    running: bool,
    recorded: Mapping[str, Side] | None,
) -> Opened:
    day = today or datetime.datetime.now(tz=datetime.UTC).date()
    read = read_sound(root, kinds(), day, memory, line_ids)
    estate = read.estate
    pacts, odd = read_pacts(root, estate.partners, running)
    mistakes = (*read.mistakes, *(problem for problem in odd if not problem.warning))
    records = Records(root, estate.partners, read.partners, recorded)
    released: dict[str, Side] = {}
    for name, paths in candidates.items():
        if name in read.partners:
            raise EstateError(mistakes)
        if name not in estate.partners:
            raise UsageError(f"partner {name!r} is not in the estate; {did_you_mean(name, estate.partners)}")
        if name not in records:
            raise UsageError(f"partner {name!r} has no contract of record to hold a candidate against")
        released[name] = _released(name, paths, records[name])
    asked = {name: outline.asked for name, outline in read.outlines.items()}
    judge = Judge(estate, kinds(), records, released, day, pacts, read.journeys, asked)
    warnings = (*read.warnings, *(problem for problem in odd if problem.warning))
    recollection = Recollection(memory, read, day)
    return Opened(estate, warnings, judge, dict(candidates), records, recollection, mistakes)


def read_pacts(
    root: Path, partners: Mapping[str, Partner], running: bool
) -> tuple[Mapping[str, tuple[Interaction, ...]], tuple[Problem, ...]]:
    """Read the Pact files of every partner; they lie below its folder.

    Args:
        running: As in :func:`~cxcontracts.pacts.interactions`.

    Returns:
        Partner to its interactions, of those that have any, and what is wrong or odd in these files.
    """
    found: dict[str, tuple[Interaction, ...]] = {}
    problems: list[Problem] = []
    for name, partner in ((name, partner) for name, partner in partners.items() if partner.pacts):
        home = root / partner.folder
        folder = Folder(home, str(partner.folder))
        files = {str(path.relative_to(home)) for pattern in partner.pacts for path in home.glob(pattern) if path.is_file()}
        by_id: dict[str, Interaction] = {}
        for file in sorted(files):
            try:
                read, wrong = interactions(folder.read(file), running=running)
            except ContractError as error:
                problems += error.problems
                continue
            problems += wrong
            for each in read:
                known, again = by_id.get(each.id), each
                numbers = count(2)
                while again.id in by_id:
                    again = replace(each, description=f"{each.description} ({next(numbers)})")
                by_id[again.id] = again
                if known is not None:
                    what = f"{each.id!r} stands at {known.where} already; this one is {again.id!r}"
                    problems.append(Problem(each.where, what, "describe it, or its state, otherwise", "pact-twice", warning=True))
        if by_id:
            found[name] = tuple(by_id.values())
    return found, tuple(problems)


def untied(judge: Judge) -> Iterator[Problem]:
    """Yield a warning for each interaction that names a requirement which is not there."""
    for each in (each for some in judge.pacts.values() for each in some if each.requirement):
        if judge.known(each.requirement) is None and each.requirement.partition("/")[0] not in judge.unsound:
            what = f"the interaction serves {each.requirement!r}, and nothing has this id"
            hint = did_you_mean(each.requirement, [requirement.id for requirement in judge.requirements])
            yield Problem(each.where, what, hint, "pact-requirement", warning=True)


def insist_on_matches(judge: Judge, waiver: Waiver) -> None:
    """Refuse a waiver that is of nothing that the journeys need.

    Raises:
        UsageError: If its id is that of no requirement of its partner, or the partner is not there; it offers the nearest.
    """
    if waiver.id.count("/") < 2:
        raise UsageError(
            f"{waiver.id!r} is no id of a requirement; copy it from a report: journey/step/kind:rest, with * for parts"
        )
    if waiver.partner and waiver.partner not in judge.estate.partners:
        raise UsageError(
            f"partner {waiver.partner!r} is not in the estate; {did_you_mean(waiver.partner, judge.estate.partners)}"
        )
    if not _matching(waiver, judge.requirements) and _is_judged(waiver, judge, certainly=True):
        of = f" at partner {waiver.partner!r}" if waiver.partner else ""
        ids = _matching(replace(waiver, id="*"), judge.requirements)
        raise UsageError(f"nothing has the id {waiver.id!r}{of}; {did_you_mean(waiver.id, ids)}")


def idle_waivers(judge: Judge) -> Iterator[Problem]:
    """Yield a warning for each waiver in force that matches no requirement, with the id that was most likely meant.

    One of a journey, a step or a partner that is not there is told by the estate's files, and one of a kind that contracts are
    not judged on may yet match what other evidence shows.
    """
    for waiver in judge.estate.waivers:
        if not waiver.in_force(judge.today) or _possible(waiver, judge.unsound):
            continue
        beside = _beside(waiver, judge)
        if not _matching(waiver, beside) and _is_judged(waiver, judge):
            journey, step, _ = waiver.id.split("/", 2)
            near = _matching(replace(waiver, id=f"{journey}/{step}/*"), beside)
            hint = did_you_mean(waiver.id, near) if nearest(waiver.id, near) else "copy the id from a report, or take it out"
            of = f" at partner {waiver.partner!r}" if waiver.partner else ""
            yield Problem(waiver.where, f"the waiver {waiver.id!r} matches nothing{of}", hint, "waiver-idle", warning=True)


def _matching(waiver: Waiver, requirements: Iterable[Requirement]) -> list[str]:
    """Return the ids of the requirements whose breaks a waiver accepts."""
    return [each.id for each in requirements if waiver.accepts(each.id, each.partners)]


def _beside(waiver: Waiver, judge: Judge) -> list[Requirement]:
    """Return every requirement that a waiver could be of."""
    meant = judge.estate.journeys
    journeys = [meant[name] for name in _possible(waiver, meant)]
    return [*(requirement for journey in journeys for requirement in judge.of_journey(journey)), *judge.of_pacts()]


def _possible(waiver: Waiver, journeys: Collection[str]) -> list[str]:
    """Return the journeys that a waiver could be of, going by how its id begins; a ``*`` may stand for slashes, too."""
    name = waiver.id.partition("/")[0]
    beginning, wildcard, _ = name.partition("*")
    if not wildcard:
        return [name] if name in journeys else []
    return [journey for journey in journeys if journey.startswith(beginning)]


def _is_judged(waiver: Waiver, judge: Judge, *, certainly: bool = False) -> bool:
    """Return whether a waiver is of a kind that contracts are judged on, at steps that are there.

    Args:
        certainly: What is returned of one that is of no step.
    """
    journey, step, rest = waiver.id.split("/", 2)
    steps = [each for name, known in judge.estate.journeys.items() if matches(name, journey) for each in known.steps]
    meant = [each for each in steps if not step or matches(each.name, step)]
    known = not waiver.partner or waiver.partner in judge.estate.partners
    silent = {"within", "succeeds", *KIND_KEYS} - {kind.key for kind in judge.kinds}
    kind = rest.partition(":")[0]
    return ((bool(meant) and known) or certainly) and not any(matches(name, kind) for name in silent)


__all__ = ["Opened", "Records", "Verdict", "open_estate", "read_contract"]
