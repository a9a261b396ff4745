"""Writes what was exchanged into a recording that is whole after each exchange: whoever ends the run leaves evidence behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import cxcontracts
from cxcontracts.har import HAR_END, Recorded, har_entry, har_start


class HarWriter:
    """A HAR file that is being written; several threads may add to it. Nobody else may read it: people's data is in it.

    Args:
        path: The file; one that is there is replaced.
        redact: Takes secrets out of a text.

    Raises:
        OSError: If the file cannot be written.
    """

    def __init__(self, path: Path, redact: Callable[[str], str] = str) -> None:
        self._redact = redact
        self._lock = threading.Lock()
        self._file = open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "r+b", buffering=0)  # noqa: SIM115
        start = har_start("cxcontracts", cxcontracts.__version__)
        self._end = len(start)
        self._between = b""
        self._write(start + HAR_END, 0)

    def add(self, recorded: Recorded) -> None:
        """Add an entry, its secrets taken out.

        Raises:
            OSError: If it cannot be written; the file then is as it was before.
        """
        entry = har_entry(recorded, self._redact)
        with self._lock:
            added = self._between + entry
            try:
                self._write(added + HAR_END, self._end)
            except OSError:
                self._file.truncate(self._end)
                self._write(HAR_END, self._end)
                raise
            self._end += len(added)
            self._between = b",\n"

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> HarWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _write(self, data: bytes, at: int) -> None:
        """Write over what stands at an offset, all in one go where the system lets us."""
        self._file.seek(at)
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) or 0 :]
