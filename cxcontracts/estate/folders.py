"""The folder of an estate: which files it has, which of them are read, and what lies where nobody would look."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cxcontracts import documents
from cxcontracts.documents import Document
from cxcontracts.errors import EstateError, UsageError
from cxcontracts.estate.mistakes import Mistake, problem, suggestion
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Place, Problem

ESTATE_FILE = "estate.yaml"
PARTNER_FILE = "partner.yaml"
WAIVERS_FILE = "waivers.yaml"
_OTHER_ENDINGS = (".yml", ".json")
_DATA_ENDINGS = (".json", ".yaml", ".yml")
_READ = (ESTATE_FILE, WAIVERS_FILE, "partners", "journeys")
_ALIKE = 0.8
"""How much a name must be like the one that is read, as :mod:`difflib` counts it: other files may lie in an estate, too."""


def find_estate(start: Path) -> Path:
    """Return the folder of the estate: ``contracts/`` or the folder itself, looked for from *start* upwards as git does.

    Raises:
        UsageError: If there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        for candidate in (folder, folder / "contracts"):
            if (candidate / ESTATE_FILE).is_file():
                return candidate
    raise UsageError(
        f"there is no estate here: neither {ESTATE_FILE} nor contracts/{ESTATE_FILE} in {start} or above; "
        "run: cxcontracts init, or name its folder with --estate"
    )


@dataclass
class EstateFolder:
    """The folder of an estate.

    Attributes:
        root: The folder.
        problems: What is wrong with its files so far.
    """

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def document(self, relative: str, when_empty: str) -> Document | None:
        """Return a file that was read; None where it cannot be, with the problem noted.

        Args:
            relative: Its path below the folder, which is also its name in messages.
            when_empty: What to do about a file with nothing in it.
        """
        data = self.contents(relative)
        return self.parsed(relative, data, when_empty) if data is not None else None

    def contents(self, relative: str) -> bytes | None:
        """Return the bytes of a file; None where it cannot be read, with the problem noted."""
        try:
            return documents.read_bytes(os.path.join(self.root, relative), relative, error=EstateError)
        except EstateError as error:
            self.problems.extend(error.problems)
            return None

    def parsed(self, relative: str, data: bytes, when_empty: str) -> Document | None:
        """Return the bytes of a file as the document that they are; as :meth:`document`."""
        try:
            document = documents.parse(data, relative, error=EstateError)
        except EstateError as error:
            self.problems.extend(error.problems)
            return None
        if document.value is None:
            self.note(relative, "empty-file", remedy=when_empty)
            return None
        return document

    def has(self, relative: str) -> bool:
        """Return whether there is such a file."""
        return (self.root / relative).is_file()

    def partners(self) -> list[str]:
        """Return the names of the partners' folders that have a partner.yaml, sorted; what lies beside them is noted."""
        found = []
        for entry in _entries(self.root / "partners"):
            name = f"partners/{entry.name}"
            if not entry.is_dir():
                if entry.name.endswith((".yaml", *_OTHER_ENDINGS)):
                    self.note(name, "partner-without-folder", name=name, partner=Path(name).stem)
            elif os.path.isfile(os.path.join(entry.path, PARTNER_FILE)):
                found.append(entry.name)
            elif not self.wrongly_ending(f"{name}/{PARTNER_FILE}"):
                self.note(f"{name}/{PARTNER_FILE}", "no-partner-file", partner=entry.name)
        return found

    def journeys(self) -> list[str]:
        """Return the paths of the journey files below the folder, sorted; what would be passed over silently is noted."""
        found: list[str] = []
        noted = len(self.problems)
        for entry in _entries(self.root / "journeys"):
            name = f"journeys/{entry.name}"
            if entry.is_dir():
                self._note_nested(Path(entry.path))
            elif entry.name.endswith(".yaml"):
                found.append(name)
            elif entry.name.endswith(_OTHER_ENDINGS):
                self._note_ending(name)
        elsewhere = not (self.root / "journeys").is_dir() and self._misnamed("journeys")
        if not found and len(self.problems) == noted and not elsewhere:
            self.note(ESTATE_FILE, "no-journeys")
        return found

    def note_misnamed(self) -> None:
        """Note what lies beside estate.yaml under nearly the name that is read."""
        for folder in ("partners", "journeys"):
            code = "misnamed" if (self.root / folder).is_dir() else "misnamed-folder"
            for name in self._misnamed(folder):
                self.note(name, code, name=f"{name}/", better=f"{folder}/")
        for name in self._misnamed(WAIVERS_FILE):
            self.note(name, "misnamed", name=name, better=WAIVERS_FILE)

    def _misnamed(self, name: str) -> list[str]:
        """Return the names of what was most likely meant to have a name, and is a file or a folder as that is."""
        kind, ending = Path(name).stem, Path(name).suffix
        there = [path for path in _visible(self.root) if path.is_dir() == (not ending) and path.name not in _READ]
        alike = [path for path in there if not ending or path.suffix in _DATA_ENDINGS]
        stems = {path.stem.casefold(): path.name for path in alike if path.stem != kind}
        return [stems[stem] for stem in difflib.get_close_matches(kind, stems, cutoff=_ALIKE)]

    def wrongly_ending(self, relative: str) -> bool:
        """Return whether a file is there under another ending, and note it if so."""
        for ending in _OTHER_ENDINGS:
            other = str(Path(relative).with_suffix(ending))
            if self.has(other):
                self._note_ending(other)
                return True
        return False

    def data(self, relative: str) -> JSON:
        """Return what a ``$file`` takes its value from.

        Raises:
            EstateError: If it cannot be read.
        """
        return documents.read(self.root / relative, relative, error=EstateError).value

    def data_mistake(self, relative: str) -> Mistake | None:
        """Say what is wrong with the file that a ``$file`` names; None where it can be read."""
        path = self.root / relative
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.root)):
            return Mistake("data-file-outside", {"value": relative, "better": Path(relative).name})
        if path.suffix not in _DATA_ENDINGS:
            return Mistake("data-file-type", {"value": relative})
        if not path.is_file():
            there = [other.relative_to(self.root).as_posix() for other in _visible(path.parent) if other.is_file()]
            return Mistake(
                "data-file-missing",
                {"value": relative, "hint": suggestion(relative, there, "paths start at the estate's folder")},
            )
        try:
            self.data(relative)
        except EstateError as error:
            self.problems.extend(found for found in error.problems if found not in self.problems)
        return None

    def note(self, file: str, code: str, **facts: str) -> None:
        """Note a mistake that concerns a file as a whole."""
        self.problems.append(problem(code, Place(file), **facts))

    def _note_ending(self, name: str) -> None:
        self.note(name, "wrong-extension", name=name, better=str(Path(name).with_suffix(".yaml").as_posix()))

    def _note_nested(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*.yaml")):
            name = path.relative_to(self.root).as_posix()
            self.note(name, "nested-journey", name=name, better=path.name)


def _visible(folder: Path) -> Iterator[Path]:
    return (Path(entry.path) for entry in _entries(folder))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what lies in a folder and is not hidden, sorted by name."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
