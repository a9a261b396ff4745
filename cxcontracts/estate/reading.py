"""Reads an estate from its folder: files in, values out, and everything that is wrong with any of them at once.

Three looks at each file, one after the other: can it be read (:mod:`cxcontracts.documents`), has it the form of its kind
(:mod:`~cxcontracts.estate.shapes`), does it go together with itself and with the other files (``sound_…``). A file that fails one
look is given the next all the same, as far as there is something to look at.
"""

from __future__ import annotations

import datetime
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxcontracts.documents import Document
from cxcontracts.errors import EstateError
from cxcontracts.estate import written
from cxcontracts.estate.building import built_estate
from cxcontracts.estate.folders import ESTATE_FILE, PARTNER_FILE, WAIVERS_FILE, EstateFolder, find_estate
from cxcontracts.estate.lock import LOCK_FILE, LockKeys, lock_problems
from cxcontracts.estate.model import Estate
from cxcontracts.estate.passages import Passage
from cxcontracts.estate.shapes import shape_problems
from cxcontracts.estate.sound_journeys import Surroundings, journey_problems, partners_named, partners_needed
from cxcontracts.estate.sound_partners import partner_problems
from cxcontracts.estate.sound_policy import policy_problems, waiver_problems
from cxcontracts.estate.templates import files as data_files
from cxcontracts.memory import FORGETFUL, Memory
from cxcontracts.problems import Place, Problem
from cxcontracts.requirements import Kind

__all__ = ["Sound", "find_estate", "read_estate", "read_sound"]


def read_estate(root: Path, kinds: Sequence[Kind], today: datetime.date | None = None) -> tuple[Estate, tuple[Problem, ...]]:
    """Read an estate.

    Args:
        root: Its folder, the one with estate.yaml.
        kinds: The kinds of requirement, which own keys of steps.
        today: The day, for what ends; by default the day it is.

    Returns:
        The estate, and what is odd about it and yet usable, sorted by place.

    Raises:
        EstateError: With every problem of every file that makes the estate unusable. Where estate.yaml is written in another
            format than 1, that alone is said: the other files may be right in that format.
    """
    read = read_sound(root, kinds, today)
    if read.mistakes:
        raise EstateError(read.mistakes)
    return read.estate, read.warnings


@dataclass(frozen=True)
class Sound:
    """What the sound files of an estate say, and what is wrong with the others.

    Attributes:
        estate: Without the partners, journeys and waivers that have mistakes.
        problems: Everything that is wrong or odd, sorted by place.
        partners: Each partner whose partner.yaml has mistakes, to these.
        journeys: The names of the journeys that have mistakes, or lie where they are not read.
        texts: The sound journeys that take no values from further files, to the bytes of theirs.
    """

    estate: Estate
    problems: tuple[Problem, ...] = ()
    partners: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    journeys: frozenset[str] = frozenset()
    texts: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def mistakes(self) -> tuple[Problem, ...]:
        """What makes a file unusable."""
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is odd and yet usable."""
        return tuple(problem for problem in self.problems if problem.warning)


def read_sound(root: Path, kinds: Sequence[Kind], today: datetime.date | None = None, memory: Memory = FORGETFUL) -> Sound:
    """Read what is sound of an estate.

    Args:
        root: Its folder, the one with estate.yaml.
        kinds: The kinds of requirement, which own keys of steps.
        today: The day, for what ends; by default the day it is.
        memory: Of files that were found sound before.

    Raises:
        EstateError: If estate.yaml itself cannot be used: nothing else can be told from it then. With every problem of every
            file, or that one alone where it is in another format than 1.
    """
    folder = EstateFolder(root)
    files = _read_files(folder, tuple((kind.key, kind.form) for kind in kinds if kind.key), memory)
    policy_is_sound = not any(found.place.file == ESTATE_FILE and not found.warning for found in folder.problems)
    if files is not None:
        folder.problems.extend([*_unsound(files, folder, today or datetime.date.today(), memory)])
    problems = tuple(sorted(set(folder.problems)))
    if files is None or files.estate is None or not policy_is_sound:
        raise EstateError([found for found in problems if not found.warning])
    return _sound(root, files, files.estate, problems, folder)


def _sound(root: Path, files: _Files, estate: Passage, problems: tuple[Problem, ...], folder: EstateFolder) -> Sound:
    of_files: dict[str, list[Problem]] = {}
    for found in problems:
        if not found.warning:
            of_files.setdefault(found.place.file, []).append(found)
    partners = {name: partner for name, partner in files.partners.items() if f"partners/{name}/{PARTNER_FILE}" not in of_files}
    journeys = {name: journey for name, journey in files.journeys.items() if f"journeys/{name}.yaml" not in of_files}
    lacking = {name for name, journey in journeys.items() if journey is not None and data_files(journey.value) & of_files.keys()}
    built = built_estate(
        root,
        estate,
        {name: partner for name, partner in partners.items() if partner is not None},
        {name: journey for name, journey in journeys.items() if journey is not None and name not in lacking},
        _sound_waivers(files.waivers, of_files.get(WAIVERS_FILE, ())),
        folder.data,
    )
    misplaced = {Path(name).stem for name in of_files if name.startswith("journeys/")}
    return Sound(
        built,
        problems,
        {name: of_files[file] for name in files.partners if (file := f"partners/{name}/{PARTNER_FILE}") in of_files},
        frozenset(lacking | misplaced),
        {
            name: journey.document.data
            for name, journey in journeys.items()
            if journey is not None and name in built.journeys and not data_files(journey.value)
        },
    )


def _sound_waivers(waivers: Passage | None, mistakes: Sequence[Problem]) -> tuple[Passage, ...]:
    """Return the waivers that have no mistake."""
    items = tuple(waivers.items()) if waivers is not None else ()
    if not mistakes:
        return items
    starts = [item.place() for item in items]
    unsound = {bisect_right(starts, mistake.place) - 1 for mistake in mistakes}
    return () if -1 in unsound else tuple(item for index, item in enumerate(items) if index not in unsound)


@dataclass(frozen=True)
class _Files:
    """The files of the estate, those that cannot be read as None: nobody is told that such a file does not exist.

    ``partners`` and ``journeys`` go by the names of folders and files.
    """

    estate: Passage | None
    partners: Mapping[str, Passage | None]
    journeys: Mapping[str, Passage | None]
    waivers: Passage | None
    lock: Passage | None


def _read_files(folder: EstateFolder, kinds: written.KindKeys, memory: Memory) -> _Files | None:
    """Read every file and note where one has not its form; None where nothing but estate.yaml is worth a look."""
    if not folder.has(ESTATE_FILE):
        if not folder.wrongly_ending(ESTATE_FILE):
            folder.note(ESTATE_FILE, "no-estate-file")
        return None
    estate = folder.document(ESTATE_FILE, "write format: 1 and estate: NAME")
    if estate is not None and _has_another_format(Passage.whole(estate), folder):
        return None
    folder.note_misnamed()
    form = written.journey_form(kinds)
    return _Files(
        estate=_formed(folder, estate, written.EstateKeys),
        partners={
            name: _known(
                folder,
                folder.document(f"partners/{name}/{PARTNER_FILE}", f"write partner: {name}"),
                written.PartnerKeys,
                memory,
                "partner",
            )
            for name in folder.partners()
        },
        journeys={
            Path(name).stem: _known(
                folder, folder.document(name, "write journey: NAME and its steps"), form, memory, f"journey {kinds!r}"
            )
            for name in folder.journeys()
        },
        waivers=_formed(folder, _waivers(folder), written.WaiversForm),
        lock=_formed(folder, folder.document(LOCK_FILE, "take it away") if folder.has(LOCK_FILE) else None, LockKeys),
    )


def _has_another_format(estate: Passage, folder: EstateFolder) -> bool:
    number = estate["format"].value
    if "format" not in estate or (number == 1 and not isinstance(number, bool)):
        return False
    folder.problems.append(estate["format"].problem("format", value=number))
    return True


def _waivers(folder: EstateFolder) -> Document | None:
    if folder.has(WAIVERS_FILE):
        return folder.document(WAIVERS_FILE, "write a list of waivers, or take the file away")
    folder.wrongly_ending(WAIVERS_FILE)
    return None


def _formed(folder: EstateFolder, document: Document | None, form: Any) -> Passage | None:
    if document is None:
        return None
    folder.problems.extend(shape_problems(document, form))
    return Passage.whole(document)


def _known(folder: EstateFolder, document: Document | None, form: Any, memory: Memory, name: str) -> Passage | None:
    """As :func:`_formed`, for one of many files: what had the form called *name* before is not looked at again."""
    if document is None:
        return None
    if not memory.recall("forms", name.encode(), document.data):
        noted = len(folder.problems)
        _formed(folder, document, form)
        if len(folder.problems) == noted:
            memory.keep("forms", name.encode(), document.data, value=True)
    return Passage.whole(document)


def _unsound(files: _Files, folder: EstateFolder, today: datetime.date, memory: Memory) -> Iterator[Problem]:
    journeys = [journey for journey in files.journeys.values() if journey is not None]
    groups = None
    if files.estate is not None:
        groups = frozenset(entry.key for entry in files.estate["customers"].entries())
        yield from policy_problems(files.estate, files.journeys)
    around = Surroundings(groups, files.partners, folder.data_mistake)
    beside = json.dumps([sorted(groups) if groups is not None else None, sorted(files.partners)]).encode()
    for journey in journeys:
        yield from _journey_problems(journey, around, memory, beside)
    users = {partner: journey["journey"].text for journey in journeys for partner in partners_needed(journey)}
    givens = {entry.key for journey in journeys for entry in journey["given"].entries()}
    for name, partner in files.partners.items():
        if partner is not None:
            known = frozenset(givens) if None not in files.journeys.values() else None
            yield from partner_problems(partner, folder.root / "partners" / name, users, known, today)
    if files.waivers is not None:
        yield from waiver_problems(files.waivers, files.journeys, files.partners, today)
    if files.lock is not None:
        yield from lock_problems(files.lock, folder.root)


def _journey_problems(journey: Passage, around: Surroundings, memory: Memory, beside: bytes) -> Iterable[Problem]:
    """Return what is wrong with a journey; one that was found sound before, in these surroundings, is not looked at again.

    Args:
        beside: What stands for the groups of customers, and for the names of the partners.
    """
    if data_files(journey.value):  # whose content counts, too
        return journey_problems(journey, around)
    file = journey.document.name
    partners = [_bytes_of(name, around.partners.get(name)) for name in sorted(partners_named(journey))]
    about = (file.encode(), journey.document.data, beside, *partners)
    odd = memory.recall("journeys", *about)
    if odd is not None:
        return [Problem(Place(file, line, column), what, remedy, code, True) for line, column, what, remedy, code in odd]
    found = list(journey_problems(journey, around))
    if all(problem.warning and problem.place.file == file for problem in found):
        rows = [[each.place.line, each.place.column, each.what, each.remedy, each.code] for each in found]
        memory.keep("journeys", *about, value=rows)
    return found


def _bytes_of(name: str, partner: Passage | None) -> bytes:
    return name.encode() + b"\n" + (partner.document.data if partner is not None else b"")
