"""The corpus of real contracts in two versions that benchmarks run on."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a contract on disk.

    Attributes:
        folder: Holds every file that the contract may refer to.
        entry: The document itself, relative to *folder*.
        alone: True where the contract is a single file.
    """

    folder: Path
    entry: Path
    alone: bool

    @property
    def file(self) -> Path:
        """The document itself."""
        return self.folder / self.entry

    def copy_to(self, folder: Path) -> Path:
        """Copy the contract into *folder*, and return where its document is there."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.alone:
            shutil.copyfile(self.file, folder / self.entry)
        else:
            shutil.copytree(self.folder, folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
        return folder / self.entry


@dataclass(frozen=True, slots=True)
class Pair:
    """A contract in two real versions; *name* is its folder in the corpus."""

    name: str
    old: Version
    new: Version


def corpus() -> Path:
    """Return the folder of the corpus: ``CX_CORPUS``, else ``../shared/data`` beside the repository.

    Raises:
        SystemExit: If it is not there.
    """
    folder = Path(os.environ.get("CX_CORPUS", REPOSITORY.parent / "shared" / "data")).resolve()
    if not (folder / "real-pairs" / "index.json").is_file():
        raise SystemExit(f"{folder}: there is no real-pairs/index.json; set CX_CORPUS to the corpus")
    return folder


def pairs(unpacked: Path) -> Iterator[Pair]:
    """Yield every pair of the corpus, in the order of their names.

    Args:
        unpacked: An empty folder for those that come as archives.
    """
    root = corpus() / "real-pairs"
    index = json.loads((root / "index.json").read_bytes())
    for row in sorted(index["pairs"], key=lambda row: str(row["dir"])):
        yield _pair(root / row["dir"], row, unpacked)


def pair(name: str, unpacked: Path) -> Pair:
    """Return the pair of that name.

    Raises:
        SystemExit: If the corpus has none.
    """
    for found in pairs(unpacked):
        if found.name == name:
            return found
    raise SystemExit(f"the corpus has no pair {name!r}")


def _pair(folder: Path, row: dict[str, str], unpacked: Path) -> Pair:
    if (folder / "old.tar.gz").is_file():
        target = unpacked / row["dir"]
        if not target.exists():
            _unpack(folder, target)
        folder = target
    return Pair(row["dir"], _version(folder, row["old"]), _version(folder, row["new"]))


def _version(folder: Path, file: str) -> Version:
    entry = Path(file)
    if len(entry.parts) == 1:
        return Version(folder, entry, alone=True)
    return Version(folder / entry.parts[0], Path(*entry.parts[1:]), alone=False)


def _unpack(folder: Path, target: Path) -> None:
    for archive in sorted(folder.glob("*.tar.gz")):
        unpack(archive, target)


def unpack(archive: Path, target: Path) -> None:
    """Unpack a tar archive of the corpus; Python has no filters before 3.11.4."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(target, filter="data")
        else:
            tar.extractall(target)
