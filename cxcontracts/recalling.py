"""What is remembered of an estate that nobody proposes a change to: what each journey was found to be promised, and by what.

Each entry is of one journey or of one contract, and follows from the bytes of all that was read for it. Where that cannot be told
for sure, nothing is kept: of contracts in several files, of folders with links, of journeys that take values from further files.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from cxcontracts.estate.reading import Sound
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Finding, Harm, Promise, Verdict, Version
from cxcontracts.memory import FORGETFUL, Memory
from cxcontracts.problems import Place
from cxcontracts.requirements import Requirement
from cxcontracts.scenes import Side

_VERDICTS: Final[Mapping[str, Verdict]] = {str(each): each for each in Verdict}
_HARMS: Final[Mapping[str, Harm]] = {str(each): each for each in Harm}
_PROMISES: Final[Mapping[str | None, Promise | None]] = {None: None, **{str(each): each for each in Promise}}
_TEXTS: Final = ("id", "journey", "step", "kind", "partner", "operation", "channel", "customer", "element", "because")

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a contract of record says of itself.

    Attributes:
        version: Which one it is.
        warnings: What is odd about it, and yet usable.
        operations: Its operations and events, by their names.
    """

    version: Version
    warnings: tuple[str, ...]
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """What a requirement is known by before it is judged.

    Attributes:
        number: Which of its file it is, counted from 0.
        id: Its id.
        kind: The name of its kind.
        partners: Those on whose contracts it depends.
        file, line, column: Where it stands.
    """

    number: int
    id: str
    kind: str
    partners: tuple[str, ...]
    file: str
    line: int
    column: int

    @property
    def where(self) -> Place:
        """Where it stands."""
        return Place(self.file, self.line, self.column)


def listed(requirements: Iterable[Requirement]) -> tuple[Listed, ...]:
    """Return what the requirements of a file are known by."""
    return tuple(
        Listed(number, each.id, each.kind, each.partners, each.where.file, each.where.line, each.where.column)
        for number, each in enumerate(requirements)
    )


class Recollection:
    """What is remembered of one estate; journeys go by their names.

    Args:
        read: What its files say.
        today: The day on which announced ends count.
    """

    def __init__(self, memory: Memory, read: Sound, today: datetime.date) -> None:
        self._memory = memory
        self._estate = estate = read.estate
        self._texts = read.texts
        self._partner_texts = read.partner_texts
        self._outlines = read.outlines
        self._today = today
        self._customers = json.dumps(estate.customers).encode()
        self._folders: dict[str, _Folder | None] = {}
        self._abouts: dict[str, tuple[bytes, ...] | None] = {}

    def partners(self, journey: str) -> tuple[str, ...]:
        """Return the partners that a sound journey names, sorted."""
        return self._outlines[journey].named

    def findings(self, journey: str) -> tuple[Finding, ...] | None:
        """Return what was found of a journey, no waiver being counted; None where that is not known."""
        rows = self._recall("findings", journey)
        return None if rows is None else tuple(_finding(row, _file_of(journey)) for row in rows)

    def keep_findings(self, journey: str, findings: Sequence[Finding], sides: Iterable[Side | None]) -> None:
        """Remember what was found of a journey that is sound, no waiver being counted.

        Args:
            sides: The contracts of the partners that it asks something.
        """
        plain = all(finding.witness is None and finding.where.file == _file_of(journey) for finding in findings)
        if plain and all(map(_is_alone, sides)):
            self._keep("findings", journey, [_row(finding) for finding in findings])

    def listed(self, journey: str) -> tuple[Listed, ...] | None:
        """Return the requirements of a journey that has no mistake beside its contracts; None where that is not known."""
        rows, file = self._recall("listed", journey), _file_of(journey)
        if rows is None:
            return None
        return tuple(
            [Listed(number, id, kind, tuple(of), file, line, column) for number, (id, kind, of, line, column) in enumerate(rows)]
        )

    def keep_listed(self, journey: str, listed: Sequence[Listed], sides: Iterable[Side | None]) -> None:
        """Remember the requirements of a journey that has no mistake beside its contracts."""
        if all(map(_is_alone, sides)) and all(each.file == _file_of(journey) for each in listed):
            self._keep("listed", journey, [[each.id, each.kind, list(each.partners), each.line, each.column] for each in listed])

    def part(self, topic: str, journey: str) -> JSON:
        """Return another thing that follows from a journey and its contracts, as JSON; None where it is not known."""
        return self._recall(topic, journey)

    def keep_part(self, topic: str, journey: str, value: JSON, sides: Iterable[Side | None]) -> None:
        """Remember another thing that follows from a sound journey and its contracts."""
        if all(map(_is_alone, sides)):
            self._keep(topic, journey, value)

    def record(self, partner: str) -> Recorded | None:
        """Return what the contract of record of a partner says of itself; None where that is not known."""
        about = self._about_partners([partner])
        found = self._memory.recall("records", *about) if about is not None else None
        if found is None:
            return None
        version, warnings, operations = found
        return Recorded(Version(*version), tuple(warnings), tuple(operations))

    def keep_record(self, partner: str, recorded: Recorded, side: Side) -> None:
        """Remember what the contract of record of a partner says of itself."""
        about = self._about_partners([partner])
        if about is not None and _is_alone(side) and self._unchanged([partner]):
            version = recorded.version
            value = [[version.version, version.digest, version.file], list(recorded.warnings), list(recorded.operations)]
            self._memory.keep("records", *about, value=value)

    def _recall(self, topic: str, journey: str) -> JSON:
        about = self._about(journey)
        return self._memory.recall(topic, *about) if about is not None else None

    def _keep(self, topic: str, journey: str, value: JSON) -> None:
        about = self._about(journey)
        if about is not None and self._unchanged(self.partners(journey)):
            self._memory.keep(topic, *about, value=value)

    def _about(self, journey: str) -> tuple[bytes, ...] | None:
        """Return all that follows into what is found of a journey; None where that cannot be told."""
        if journey not in self._abouts:
            text, partners = self._texts.get(journey), self._about_partners(self.partners(journey))
            beside = (str(self._today).encode(), journey.encode(), self._customers)
            self._abouts[journey] = None if text is None or partners is None else (*beside, text, *partners)
        return self._abouts[journey]

    def _about_partners(self, names: Iterable[str]) -> tuple[bytes, ...] | None:
        found: list[bytes] = []
        for name in names:
            folder, text = self._folder(name), self._partner_texts.get(name)
            if folder is None or text is None:
                return None
            found += [name.encode(), text, folder.digest]
        return tuple(found)

    def _folder(self, partner: str) -> _Folder | None:
        if partner not in self._folders:
            known = self._estate.partners.get(partner)
            asked = known is not None and self._memory is not FORGETFUL
            self._folders[partner] = (
                _digested(os.path.join(self._estate.root, known.folder)) if known is not None and asked else None
            )
        return self._folders[partner]

    def _unchanged(self, partners: Iterable[str]) -> bool:
        """Return whether the folders are still as they were when their digests were taken, before they were read."""
        folders = [self._folder(partner) for partner in partners]
        return all(folder is not None and _stamped(folder.path) == folder.stamps for folder in folders)


def _file_of(journey: str) -> str:
    return f"journeys/{journey}.yaml"


# --- folders ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    digest: bytes
    stamps: Mapping[str, tuple[int, int]]


def _digested(path: str) -> _Folder | None:
    """Return the digest of everything in a folder; None where that is more than plain files in plain folders."""
    digest = hashlib.blake2b(digest_size=32)
    try:
        stamps = _stamped(path)
        for name in sorted(stamps or ()):
            with open(os.path.join(path, name), "rb", buffering=0) as file:
                content = file.read()
            digest.update(f"{len(name.encode())} {len(content)} {name}".encode())
            digest.update(content)
    except (OSError, ValueError, RuntimeError):
        return None
    return None if stamps is None else _Folder(path, digest.digest(), stamps)


def _stamped(folder: str) -> Mapping[str, tuple[int, int]] | None:
    """Return each file below a folder with its size and when it was last written; None where not all are plain files."""
    found: dict[str, tuple[int, int]] = {}
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(os.path.join(folder, below)) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                name = os.path.join(below, entry.name)
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(name)
                elif stat.S_ISREG(status.st_mode):
                    found[name] = (status.st_size, status.st_mtime_ns)
                else:
                    return None
    return found


def _is_alone(side: Side | None) -> bool:
    """Whether a contract is one file: of several, those are read that somebody asks for."""
    return side is not None and side.contract.alone and side.events.contract.alone


# --- findings as JSON ---------------------------------------------------------------------------------------------------------


def _row(finding: Finding) -> list[JSON]:
    return [
        [getattr(finding, name) for name in _TEXTS],
        finding.verdict,
        finding.harm,
        dict(finding.customers),
        finding.exact,
        [finding.where.line, finding.where.column],
        finding.was,
        finding.is_,
        finding.cause,
        list(finding.for_steps),
        finding.share,
    ]


def _finding(row: Sequence[Any], file: str) -> Finding:
    texts, verdict, harm, customers, exact, (line, column), was, is_, cause, for_steps, share = row
    id, name, step, kind, partner, operation, channel, customer, element, because = texts
    return Finding(
        id,
        name,
        step,
        kind,
        partner,
        operation,
        _VERDICTS[verdict],
        _HARMS[harm],
        customers,
        exact,
        channel,
        customer,
        Place(file, line, column),
        element,
        because,
        _PROMISES[was],
        _PROMISES[is_],
        cause,
        None,
        "",
        tuple(for_steps),
        share=share,
    )
