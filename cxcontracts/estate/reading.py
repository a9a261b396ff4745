"""Reads an estate from its folder: files in, values out, and everything that is wrong with any of them at once.

Three looks at each file, one after the other: can it be read (:mod:`cxcontracts.documents`), has it the form of its kind
(:mod:`~cxcontracts.estate.shapes`), does it go together with itself and with the other files (``sound_…``). A file that fails one
look is given the next all the same, as far as there is something to look at.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
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
from cxcontracts.estate.postponed import Postponed
from cxcontracts.estate.shapes import shape_problems
from cxcontracts.estate.sound_journeys import Outline, Surroundings, journey_problems, outlined
from cxcontracts.estate.sound_partners import partner_problems
from cxcontracts.estate.sound_policy import Lines, policy_problems, waiver_problems
from cxcontracts.memory import FORGETFUL, Memory
from cxcontracts.problems import Place, Problem
from cxcontracts.requirements import Kind

__all__ = ["Sound", "find_estate", "read_estate", "read_sound"]


def read_estate(
    root: Path, kinds: Sequence[Kind], today: datetime.date | None = None, lines: Lines | None = None
) -> tuple[Estate, tuple[Problem, ...]]:
    """Read an estate.

    Args:
        root: Its folder, the one with estate.yaml.
        kinds: The kinds of requirement, which own keys of steps.
        today: The day, for what ends; by default the day it is.
        lines: As in :func:`read_sound`.

    Returns:
        The estate, and what is odd about it and yet usable, sorted by place.

    Raises:
        EstateError: With every problem of every file that makes the estate unusable. Where estate.yaml is written in another
            format than 1, that alone is said: the other files may be right in that format.
    """
    read = read_sound(root, kinds, today, lines=lines)
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
        partner_texts: The sound partners to the bytes of their partner.yaml.
        outlines: The journeys that can be read, sound or not, to what the rest of the estate has to know of them.
    """

    estate: Estate
    problems: tuple[Problem, ...] = ()
    partners: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    journeys: frozenset[str] = frozenset()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    partner_texts: Mapping[str, bytes] = field(default_factory=dict)
    outlines: Mapping[str, Outline] = field(default_factory=dict)

    @property
    def mistakes(self) -> tuple[Problem, ...]:
        """What makes a file unusable."""
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is odd and yet usable."""
        return tuple(problem for problem in self.problems if problem.warning)


def read_sound(
    root: Path,
    kinds: Sequence[Kind],
    today: datetime.date | None = None,
    memory: Memory = FORGETFUL,
    lines: Lines | None = None,
) -> Sound:
    """Read what is sound of an estate.

    Args:
        root: Its folder, the one with estate.yaml.
        kinds: The kinds of requirement, which own keys of steps.
        today: The day, for what ends; by default the day it is.
        memory: Of files that were found sound before.
        lines: The lines of a scorecard; None where nobody knows them, so that any may be switched off.

    Raises:
        EstateError: If estate.yaml itself cannot be used: nothing else can be told from it then. With every problem of every
            file, or that one alone where it is in another format than 1.
    """
    folder = EstateFolder(root)
    files = _read_files(folder, tuple((kind.key, kind.form) for kind in kinds if kind.key), memory)
    policy_is_sound = not any(found.place.file == ESTATE_FILE and not found.warning for found in folder.problems)
    if files is not None:
        folder.problems.extend([*_unsound(files, folder, today or datetime.date.today(), memory, lines)])
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
    journeys = [name for name in files.outlines if f"journeys/{name}.yaml" not in of_files]
    lacking = {name for name in journeys if not of_files.keys().isdisjoint(files.outlines[name].files)}
    built = built_estate(
        root,
        estate,
        {name: partner for name, partner in partners.items() if partner is not None},
        Postponed([name for name in journeys if name not in lacking], files.journey),
        _sound_waivers(files.waivers, of_files.get(WAIVERS_FILE, ())),
        folder.data,
    )
    misplaced = {Path(name).stem for name in of_files if name.startswith("journeys/")}
    return Sound(
        built,
        problems,
        {name: of_files[file] for name in files.partners if (file := f"partners/{name}/{PARTNER_FILE}") in of_files},
        frozenset(lacking | misplaced),
        {name: files.texts[name] for name in built.journeys if not files.outlines[name].files},
        {name: partner.document.data for name, partner in partners.items() if partner is not None},
        files.outlines,
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

    ``partners`` and ``journeys`` go by the names of folders and files; ``texts`` and ``outlines`` are of the journeys that can be
    read.
    """

    estate: Passage | None
    partners: Mapping[str, Passage | None]
    journeys: Mapping[str, Passage | None]
    waivers: Passage | None
    lock: Passage | None
    texts: Mapping[str, bytes]
    outlines: Mapping[str, Outline]

    def journey(self, name: str) -> Passage:
        """Return one of the journeys that can be read."""
        journey = self.journeys[name]
        assert journey is not None
        return journey


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
    partners = {name: folder.document(f"partners/{name}/{PARTNER_FILE}", f"write partner: {name}") for name in folder.partners()}
    names = {Path(name).stem: name for name in folder.journeys()}
    texts = {name: folder.contents(file) for name, file in names.items()}
    keys = " ".join(key for key, _ in kinds).encode()
    outlines = {name: _known_outline(text, memory, keys) for name, text in texts.items() if text is not None}

    def journey(name: str) -> Passage | None:
        text = texts[name]
        document = folder.parsed(names[name], text, "write journey: NAME and its steps") if text is not None else None
        return Passage.whole(document) if document is not None else None

    journeys = Postponed(names, journey)
    form = written.journey_form(kinds)
    for name in [name for name, outline in outlines.items() if outline is None]:
        passage = journeys[name]
        outlines[name] = _outlined(folder, passage, form, memory, keys) if passage is not None else None
    return _Files(
        estate=_formed(folder, estate, written.EstateKeys),
        partners={name: _partner(folder, document, memory) for name, document in partners.items()},
        journeys=journeys,
        waivers=_formed(folder, _waivers(folder), written.WaiversForm),
        lock=_formed(folder, folder.document(LOCK_FILE, "take it away") if folder.has(LOCK_FILE) else None, LockKeys),
        texts={name: text for name, text in texts.items() if text is not None},
        outlines={name: outline for name, outline in outlines.items() if outline is not None},
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


def _partner(folder: EstateFolder, document: Document | None, memory: Memory) -> Passage | None:
    """As :func:`_formed`; what had the form of a partner before is not looked at again."""
    if document is None:
        return None
    if memory.recall("partners", document.data) is None:
        noted = len(folder.problems)
        _formed(folder, document, written.PartnerKeys)
        if len(folder.problems) == noted:
            memory.keep("partners", document.data, value=True)
    return Passage.whole(document)


def _known_outline(text: bytes, memory: Memory, keys: bytes) -> Outline | None:
    """Return the outline of a journey that had its form before; None where that is not known.

    Args:
        keys: The keys of steps that kinds of requirement own.
    """
    known = memory.recall("outlines", keys, text)
    if known is None:
        return None
    name, *parts = known
    return Outline(name, *map(tuple, parts))


def _outlined(folder: EstateFolder, journey: Passage, form: Any, memory: Memory, keys: bytes) -> Outline:
    """Return the outline of a journey; whether it has its form is noted."""
    noted = len(folder.problems)
    _formed(folder, journey.document, form)
    outline = outlined(journey)
    if len(folder.problems) == noted:
        memory.keep("outlines", keys, journey.document.data, value=list(astuple(outline)))
    return outline


def _unsound(files: _Files, folder: EstateFolder, today: datetime.date, memory: Memory, lines: Lines | None) -> Iterator[Problem]:
    groups = None
    if files.estate is not None:
        groups = frozenset(entry.key for entry in files.estate["customers"].entries())
        yield from policy_problems(files.estate, files.journeys, lines)
    around = Surroundings(groups, files.partners, folder.data_mistake)
    names = json.dumps([sorted(groups) if groups is not None else None, sorted(files.partners)])
    beside = hashlib.blake2b(names.encode(), digest_size=32).digest()
    users: dict[str, str] = {}
    for name, outline in files.outlines.items():
        yield from _journey_problems(name, files, around, memory, beside)
        users |= dict.fromkeys(outline.needed, outline.name)
    givens = frozenset(given for outline in files.outlines.values() for given in outline.givens)
    known = givens if len(files.outlines) == len(files.journeys) else None
    for name, partner in files.partners.items():
        if partner is not None:
            yield from partner_problems(partner, folder.root / "partners" / name, users, known, today, lines)
    if files.waivers is not None:
        yield from waiver_problems(files.waivers, files.journeys, files.partners, today)
    if files.lock is not None:
        yield from lock_problems(files.lock, folder.root)


def _journey_problems(name: str, files: _Files, around: Surroundings, memory: Memory, beside: bytes) -> Iterable[Problem]:
    """Return what is wrong with a journey; one that was found sound before, in these surroundings, is not looked at again.

    Args:
        beside: What stands for the groups of customers, and for the names of the partners.
    """
    outline = files.outlines[name]
    if outline.files:  # whose content counts, too
        return journey_problems(files.journey(name), around)
    file = f"journeys/{name}.yaml"
    partners = [_bytes_of(each, around.partners.get(each)) for each in outline.named]
    about = (file.encode(), files.texts[name], beside, *partners)
    odd = memory.recall("journeys", *about)
    if odd is not None:
        return [Problem(Place(file, line, column), what, remedy, code, True) for line, column, what, remedy, code in odd]
    found = list(journey_problems(files.journey(name), around))
    if all(problem.warning and problem.place.file == file for problem in found):
        rows = [[each.place.line, each.place.column, each.what, each.remedy, each.code] for each in found]
        memory.keep("journeys", *about, value=rows)
    return found


def _bytes_of(name: str, partner: Passage | None) -> bytes:
    return name.encode() + b"\n" + (partner.document.data if partner is not None else b"")
