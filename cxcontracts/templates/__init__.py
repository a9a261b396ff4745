"""The estate that ``init`` writes: the files in ``estate/``, as they are, and the schemas by which editors help to write more."""

from __future__ import annotations

import importlib.resources
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Final

from cxcontracts.errors import CxError, UsageError
from cxcontracts.estate.schemas import FILES

PARTNER: Final = "courier"
"""The partner of the estate that has a candidate."""

CANDIDATE: Final = PurePosixPath("partners/courier/candidates/1.5.0.yaml")
"""That candidate, below the estate's folder. It would break an experience."""


SCHEMAS: Final = PurePosixPath(".schemas")
"""Where the schemas go that the first line of each file names, for editors with the YAML language server."""


def write_estate(folder: Path) -> None:
    """Write the estate into a folder, which is made where it is not there.

    Raises:
        UsageError: If one of its files is there already; nothing is written then.
        OSError: If a file cannot be written; those that were are taken away again.
    """
    files = {folder / name: data for name, data in estate_files()}
    there = [path for path in files if os.path.lexists(path)]
    if there:
        raise UsageError(
            f"{str(there[0])!r} is there already, and nothing is overwritten; name another folder: cxcontracts init DIR"
        )
    with written_anew(files):
        pass


@contextmanager
def written_anew(files: Mapping[Path, bytes]) -> Iterator[None]:
    """Write files that are not there; they are taken away again where one cannot be written, or what follows goes wrong.

    Raises:
        OSError: If a file cannot be written, or is there already.
    """
    made: list[Path] = []
    try:
        for path, data in files.items():
            _make_folder(path.parent, made)
            with path.open("xb") as file:
                made.append(path)
                file.write(data)
        yield
    except (OSError, CxError):
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent, made)
        folder.mkdir()
        made.append(folder)


def estate_files() -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield each file of the estate, its path below the estate's folder first."""
    yield from _files(importlib.resources.files(__package__).joinpath("estate"), PurePosixPath())
    schemas = importlib.resources.files("cxcontracts.estate.schemas")
    yield from ((SCHEMAS / f"{name}.schema.json", schemas.joinpath(f"{name}.schema.json").read_bytes()) for name in FILES)


def _files(folder: Traversable, below: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry, below / entry.name)
        else:
            yield below / entry.name, entry.read_bytes()
