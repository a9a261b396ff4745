"""Takes a contract in: its document with all that it refers to, from wherever it is, pinned by digest in estate.lock."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from cxcontracts import documents
from cxcontracts.errors import EstateError, UsageError
from cxcontracts.estate.folders import PARTNER_FILE
from cxcontracts.estate.lock import LOCK_FILE, LockKeys, Pin, digest, pins, rendered
from cxcontracts.estate.passages import Passage
from cxcontracts.estate.shapes import shape_problems
from cxcontracts.scenes import Side
from cxcontracts.sources import Found, Source

_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SECRET: Final = re.compile(r"://[^/]*@|://.*\?")
_COVERED_FOR: Final = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Taken:
    """A contract that was read, and is nowhere in the estate yet.

    Attributes:
        source: Where it came from, as estate.lock names it.
        side: The contract.
        file: The document, below the partner's folder.
        files: Every file that it consists of, below the partner's folder, to its bytes.
    """

    source: str
    side: Side
    file: str
    files: Mapping[str, bytes]

    @property
    def role(self) -> str:
        """What it is to its partner."""
        return "events" if self.side.contract.asyncapi else "contract"

    def pinned(self, partner: str, today: datetime.date, who: str = "", why: str = "") -> Pin:
        """Return it as estate.lock pins it."""
        digests = {name: digest(data) for name, data in self.files.items()}
        return Pin(partner, self.role, self.source, self.file, self.side.contract.version, today, digests, who, why)


def taken(source: Source, root: Path) -> Taken:
    """Read the one contract of a source, with all that it refers to.

    Args:
        source: What was named.
        root: The estate's folder: files are named as seen from there.

    Raises:
        UsageError: If the source has several contracts, or none.
        ContractError: If the contract cannot be read.
    """
    if len(source.contracts) != 1:
        names = ", ".join(list(source.contracts)[:5]) or "none"
        raise UsageError(f"{source.text!r} is a folder of {len(source.contracts)} contracts ({names}); name one of them")
    (found,) = source.contracts.values()
    if _SECRET.search(source.text):
        raise UsageError(
            "the URL has a login or a query, and estate.lock would keep it; download the document, and name the file"
        )
    side = found.read()
    if not any(True for _ in side.contract.operations()) and not side.contract.events:
        raise UsageError(f"{found.shown} has no operations and no events; name the document that has them")
    files = {_unpacked(path): data for path, data in side.contract.files().items()}
    if PARTNER_FILE in files:
        raise UsageError(f"a part of the contract is named {PARTNER_FILE}, as the estate's own file is; bundle the contract")
    return Taken(_named(source, found, root), side, *_ending(_unpacked(found.file), files, side))


def _ending(file: str, files: dict[str, bytes], side: Side) -> tuple[str, dict[str, bytes]]:
    """Return the document's name and the files, with an ending where the document came without one."""
    if re.search(r"\.(json|ya?ml)$", file, re.IGNORECASE):
        return file, files
    ending = "json" if side.contract.document.written == "json" else "yaml"
    name = f"{'asyncapi' if side.contract.asyncapi else 'openapi'}.{ending}"
    return name, {name if path == file else path: data for path, data in files.items()}


def _unpacked(name: str) -> str:
    return name.removesuffix(".gz")


def _named(source: Source, found: Found, root: Path) -> str:
    """Return a source as estate.lock names it: what lies on disk as seen from the estate."""
    if _URL.match(source.text) or not os.path.exists(source.text):
        return source.text
    path = found.path or Path(source.text)
    return PurePosixPath(os.path.relpath(path, root)).as_posix()


# --- the lock -----------------------------------------------------------------------------------------------------------------


def read_pins(root: Path) -> dict[tuple[str, str], Pin]:
    """Return what an estate's lock pins, by partner and role; nothing where there is none.

    Raises:
        EstateError: If it has mistakes.
    """
    if not (root / LOCK_FILE).exists():
        return {}
    document = documents.read(root / LOCK_FILE, LOCK_FILE, error=EstateError)
    problems = tuple(shape_problems(document, LockKeys))
    if problems:
        raise EstateError(problems)
    return {(pin.partner, pin.role): pin for pin in pins(Passage.whole(document))}


def store(root: Path, partner: str, new: Taken, pin: Pin) -> None:
    """Write a contract into its partner's folder, and the lock; what the pin before had and this one has not goes.

    Raises:
        UsageError: If a file of that name is there that nobody took in.
        OSError: If something cannot be written.
    """
    known, folder = read_pins(root), root / "partners" / partner
    before = known.get((partner, new.role))
    ours = set(before.files) if before is not None else set()
    strangers = [name for name in new.files if (folder / name).exists() and name not in ours]
    if strangers:
        raise UsageError(
            f"{os.path.relpath(folder / strangers[0])} is there already, and was not taken in; move it out of the way"
        )
    for name, data in new.files.items():
        _write(folder / name, data)
    for name in ours - set(new.files):
        with suppress(OSError):  # whoever took it away was first; and a folder with something in it stays
            (folder / name).unlink()
            (folder / name).parent.rmdir()
    _write(root / LOCK_FILE, rendered({**known, (partner, new.role): pin}).encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)


# --- partners -----------------------------------------------------------------------------------------------------------------


def insist_on_name(partner: str) -> None:
    """Raise a UsageError for what is no name of a partner."""
    if not _ID.fullmatch(partner):
        raise UsageError(f"{partner!r} is no name of a partner; write letters, digits, - and _")


def add(root: Path, partner: str, new: Taken, kind: str, today: datetime.date) -> Path:
    """Take a contract in for a partner that has none of its kind yet; return its partner.yaml.

    Raises:
        UsageError: If the name is none, or the partner has such a contract.
    """
    insist_on_name(partner)
    file = root / "partners" / partner / PARTNER_FILE
    written = file.read_text(encoding="utf-8") if file.exists() else ""
    if re.search(rf"^{new.role}\s*:", written, re.MULTILINE):
        raise UsageError(
            f"partner {partner!r} has its {new.role} already; cxcontracts partner refresh {partner} takes in a newer version"
        )
    store(root, partner, new, new.pinned(partner, today))
    if not written:
        until = today + _COVERED_FOR
        written = (
            f"partner: {partner}\nname: {_scalar(new.side.contract.title or partner)}\nkind: {kind}\n"
            f"not-covered: {{because: just taken in and no journey needs it yet, until: {until}}}\n"
        )
    _write(file, f"{written.rstrip()}\n{new.role}: {new.file}\n".encode())
    return file


def _scalar(text: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9 ]*", text) and text.lower() not in (
        "true",
        "false",
        "null",
        "yes",
        "no",
        "on",
        "off",
    )
    return text if plain else '"' + re.sub(r'(["\\])', r"\\\1", " ".join(text.split())) + '"'


@contextmanager
def laid_out(new: Taken) -> Iterator[Path]:
    """Lay a contract out in a folder of its own, and yield the path of the document."""
    folder = Path(tempfile.mkdtemp(prefix="cxcontracts-"))
    try:
        for name, data in new.files.items():
            _write(folder / name, data)
        yield folder / new.file
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def accept(root: Path, pin: Pin, new: Taken, today: datetime.date, who: str, why: str) -> None:
    """Let a newer version be the contract of record.

    Raises:
        UsageError: If it is of another kind than the one before.
    """
    if new.role != pin.role:
        raise UsageError(f"{pin.source} was the {pin.role} of {pin.partner}, and is its {new.role} now; take it in by hand")
    if new.file != pin.file:
        new = replace(
            new,
            files={**{name: data for name, data in new.files.items() if name != new.file}, pin.file: new.files[new.file]},
            file=pin.file,
        )
    store(root, pin.partner, new, new.pinned(pin.partner, today, who, why))
