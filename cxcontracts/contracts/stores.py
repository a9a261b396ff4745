"""Where the files of a contract are kept: the folder alone decides what may be read, a store only reads it."""

from __future__ import annotations

import os
from collections.abc import Collection
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Protocol

from cxcontracts.documents import Refused, contents

_MOST_NAMES = 5_000
"""How many files of a folder are looked through for the name that was meant."""


class Store(Protocol):
    """A folder of files, wherever it is kept. Paths are relative to it, and have neither ``.`` nor ``..`` in them."""

    def contents(self, path: PurePosixPath) -> bytes:
        """Return the bytes of a file; of one that gzip packed, what it unpacks to.

        Raises:
            Refused: As :func:`cxcontracts.documents.contents`; ``file-outside`` where a symbolic link leads out of the folder;
                ``file-elsewhere`` where there is a file, perhaps, and it is not asked for.
        """
        ...

    def beside(self, path: PurePosixPath) -> Collection[str]:
        """Return the names of the files in the folder of a path, as far as they are known, so that the nearest can be offered."""
        ...

    def shown(self, relative: str) -> str:
        """Return a file as messages name it."""
        ...


class Disk:
    """A folder on disk, whose symbolic links are followed as long as they stay in it.

    Args:
        root: The folder.
        shown: The folder as messages name it, ``partners/operator``; may be empty.
    """

    def __init__(self, root: Path, shown: str) -> None:
        self._root = os.path.realpath(root)
        self._shown = shown

    def contents(self, path: PurePosixPath) -> bytes:
        """Return the bytes of a file; refuses as :class:`Store` says."""
        real = self._real(path)
        if os.path.commonpath((real, self._root)) != self._root:
            raise outside()
        return contents(Path(real))

    def beside(self, path: PurePosixPath) -> Collection[str]:
        """Return the names of the files in the folder of a path."""
        try:
            with os.scandir(os.path.dirname(self._real(path))) as found:
                return [entry.name for entry in islice(found, _MOST_NAMES)]
        except OSError:
            return ()

    def shown(self, relative: str) -> str:
        """Return a file as messages name it."""
        return beneath(self._shown, relative)

    def _real(self, path: PurePosixPath) -> str:
        return os.path.realpath(os.path.join(self._root, path))


def outside() -> Refused:
    """Return the refusal of a symbolic link that leads out of the folder."""
    return Refused("file-outside", "a symbolic link leads out of the folder", "put the file itself there")


def beneath(folder: str, relative: str) -> str:
    """Return what lies in a folder as messages name it; *folder* may be empty, ``/``, or as git names one (``main:``).

    >>> beneath("api", "x.yaml"), beneath("", "x.yaml"), beneath("/", "x.yaml"), beneath("main:", "x.yaml")
    ('api/x.yaml', 'x.yaml', '/x.yaml', 'main:x.yaml')
    """
    return folder + ("" if not folder or folder.endswith(("/", ":")) else "/") + relative
