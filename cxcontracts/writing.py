"""Files that are written whole or not at all: whoever reads one meanwhile, or after a crash, finds what was there before."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cxcontracts.errors import UsageError


def insist_on_folder(*files: Path | None) -> None:
    """Refuse, before anything is judged, files that could not be written once all is done.

    Raises:
        UsageError: If the folder of one is not there, or nothing can be written into it; if one is a folder, or named twice.
    """
    _insist_on_a_file_each(*filter(None, files))
    for file in files:
        folder = Path(os.path.realpath(file)).parent if file is not None else Path.cwd()
        if not folder.is_dir():
            raise UsageError(f"there is no folder {str(folder)!r} to write {file} into; make it, or name another file")
        if file is not None and not os.access(folder, os.W_OK):
            raise UsageError(f"nothing can be written into {str(folder)!r}; name another file")


def _insist_on_a_file_each(*files: Path) -> None:
    named: set[str] = set()
    for file in files:
        if file.is_dir():
            raise UsageError(f"{file} is a folder; name a file in it")
        target = os.path.realpath(file)
        if target in named and (file.is_file() or not file.exists()):
            raise UsageError(f"two reports would be written to {file}; name a file for each")
        named.add(target)


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all; to a device or a pipe, straight away.

    Raises:
        OSError: If it cannot be written; what was there before is then as it was.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    handle, name = tempfile.mkstemp(prefix=".cxcontracts-", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
