"""The bytes of a file, and of nothing that only looks like one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cxcontracts.documents.refusals import MOST_BYTES, Refused, too_large

# A FIFO must not block, the last part of a path must not be swapped for a link after it was checked. Windows has neither flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def contents(path: Path, *, at_most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a regular file.

    Args:
        path: The file itself; resolve a symbolic link first.
        at_most: The largest size in bytes.

    Raises:
        Refused: ``file-missing``, ``file-irregular`` (a folder, device, FIFO, socket or link), ``file-too-large``
            or ``file-unreadable``.
    """
    try:
        _insist_on_a_regular_file(os.lstat(path))
        descriptor = os.open(path, _FLAGS)
        with open(descriptor, "rb") as file:
            _insist_on_a_regular_file(os.fstat(descriptor))  # it may have been swapped since
            data = file.read(at_most + 1)
    except FileNotFoundError:
        raise Refused("file-missing", "there is no such file", "check the name") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        raise Refused("file-unreadable", f"the file cannot be read: {reason}", "check its name and permissions") from None
    if len(data) > at_most:
        raise too_large(at_most)
    return data


def _insist_on_a_regular_file(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Refused("file-irregular", "this is not a regular file", "name a file, not a folder, link or device")
