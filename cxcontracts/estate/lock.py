"""estate.lock: where each contract came from, and what was taken in, file by file, by its digest."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from cxcontracts.estate.forms import LEFT_OUT, Checked, Form, fitting, word
from cxcontracts.estate.mistakes import Misread
from cxcontracts.estate.passages import Passage
from cxcontracts.estate.written import Date, Id, Text
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Problem

LOCK_FILE: Final = "estate.lock"
ROLES: Final = ("contract", "events")
"""The keys of partner.yaml that a file can be pinned for."""

_HEAD: Final = "# Written by cxcontracts partner add and partner refresh: where contracts came from, and what was taken in.\n"
_SHA256: Final = r"sha256:[0-9a-f]{64}"


def _check_format(written: JSON) -> None:
    if written != 1 or isinstance(written, bool):
        raise Misread.of("format", value=written)


def _check_file(written: str) -> None:
    if not _is_inside(written):
        raise Misread.of("contract-outside", value=written)


def _is_inside(name: str) -> bool:
    """Tell whether a name leads to a file below the folder that it is seen from."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and not {"\\", "\0"} & {*name}


FileName = Annotated[str, Checked(_check_file)]


class PinKeys(Form):
    """One document that was taken in."""

    level: ClassVar[str] = "a pin"
    example: ClassVar[str] = "{source: …, file: openapi.yaml, version: 1.0.0, taken: 2027-01-31, files: {openapi.yaml: sha256:…}}"
    source: Text = Field(description="where it came from: a file, a URL, or REF:PATH in git")
    file: FileName = Field(description="the document, below the partner's folder")
    version: Any = Field("", description="its info.version")
    taken: Date = Field(description="the day on which it was taken in")
    who: Text = Field(LEFT_OUT, description="who accepted it")
    why: Text = Field(LEFT_OUT, description="why, where it breaks an experience")
    files: dict[FileName, Annotated[Any, fitting(_SHA256, "digest")]] = Field(description="each file, and its digest")


class LockKeys(Form):
    """estate.lock."""

    level: ClassVar[str] = "estate.lock"
    format: Annotated[Any, Checked(_check_format, (("const", 1),))] = Field(description="of the file: 1")
    contracts: dict[Id, dict[Annotated[str, word("lock-role", *ROLES)], PinKeys]] = Field(description="partner to what is pinned")


@dataclass(frozen=True, slots=True)
class Pin:
    """One document that was taken in.

    Attributes:
        partner, role: Whose it is, and what it is to the partner: ``contract`` or ``events``.
        source: Where it came from: a file (from the estate's folder), a URL, or ``REF:PATH`` in git.
        file: The document, below the partner's folder.
        version: Its ``info.version``; may be empty.
        taken: The day on which it was taken in.
        files: Each file that it consists of, below the partner's folder, to its digest, ``sha256:…``.
        who, why: Who accepted it, and why; may be empty.
    """

    partner: str
    role: str
    source: str
    file: str
    version: str
    taken: datetime.date
    files: Mapping[str, str]
    who: str = ""
    why: str = ""


def digest(data: bytes) -> str:
    """Return the digest of a file as a lock has it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def pins(lock: Passage) -> Iterator[Pin]:
    """Yield what a sound lock pins."""
    for partner in lock["contracts"].entries():
        for role in partner.entries():
            yield Pin(
                partner=partner.key,
                role=role.key,
                source=role["source"].text,
                file=role["file"].text,
                version=str(role["version"].value or ""),
                taken=datetime.date.fromisoformat(role["taken"].text),
                files={entry.key: entry.text for entry in role["files"].entries()},
                who=role["who"].text,
                why=role["why"].text,
            )


def lock_problems(lock: Passage, root: Path) -> Iterator[Problem]:
    """Yield which files are not what was taken in any more. What a name or a link leads to outside is not looked at."""
    for partner in lock["contracts"].entries():
        if not _is_inside(partner.key):
            continue
        folder = root / "partners" / partner.key
        if not folder.is_dir():
            yield partner.problem("lock-partner", of_key=True, name=partner.key)
            continue
        for role in partner.entries():
            for file in role["files"].entries():
                path = folder / file.key
                name = f"partners/{partner.key}/{file.key}"
                if not _is_inside(file.key):
                    continue
                if not path.resolve().is_relative_to(folder.resolve()):
                    yield file.problem("lock-outside", of_key=True, name=name)
                elif not path.is_file():
                    yield file.problem("lock-missing", of_key=True, name=name, partner=partner.key)
                elif digest(path.read_bytes()) != file.text:
                    yield file.problem("lock-edited", of_key=True, name=name, partner=partner.key)


def rendered(pinned: Mapping[tuple[str, str], Pin]) -> str:
    """Return estate.lock: sorted, the same text for the same pins."""
    lines = ["format: 1", "contracts:"]
    partner = ""
    for _, pin in sorted(pinned.items()):
        if pin.partner != partner:
            partner = pin.partner
            lines.append(f"  {partner}:")
        facts = {
            "source": pin.source,
            "file": pin.file,
            "version": pin.version,
            "taken": str(pin.taken),
            "who": pin.who,
            "why": pin.why,
        }
        lines.append(f"    {pin.role}:")
        lines += [f"      {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items() if value]
        lines.append("      files:")
        lines += [f"        {json.dumps(name, ensure_ascii=False)}: {value}" for name, value in sorted(pin.files.items())]
    return _HEAD + "\n".join(lines) + "\n"
