"""The bytes of a file, and of nothing that only looks like one."""

from __future__ import annotations

import os
import stat
import zlib
from io import FileIO
from pathlib import Path

from cxcontracts.documents.refusals import MOST_BYTES, Refused, too_large

# A FIFO must not block, the last part of a path must not be swapped for a link after it was checked. Windows has neither flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

_GZIP = b"\x1f\x8b"  # neither JSON nor YAML can begin so
_GZIP_FORMAT = 16 + zlib.MAX_WBITS  # what zlib calls it
_CHUNK = 65_536
_MOST_MEMBERS = 2_000  # bgzip makes one of every 64 KB; each costs a copy of the rest of a chunk


def contents(path: Path | str, *, at_most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a regular file; of one that gzip packed, whatever its name, what it unpacks to.

    Args:
        path: The file itself; resolve a symbolic link first.
        at_most: The largest size in bytes, packed and unpacked.

    Raises:
        Refused: ``file-missing``, ``file-irregular`` (a folder, device, FIFO, socket or link), ``file-too-large``,
            ``file-unreadable`` or ``gzip-syntax``.
    """
    try:
        _insist_on_a_regular_file(os.lstat(path))
        descriptor = os.open(path, _FLAGS)
        with open(descriptor, "rb", buffering=0) as file:
            status = os.fstat(descriptor)
            _insist_on_a_regular_file(status)  # it may have been swapped since
            data = _read(file, status.st_size, at_most + 1)
    except FileNotFoundError:
        raise Refused("file-missing", "there is no such file", "check the name") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        raise Refused("file-unreadable", f"the file cannot be read: {reason}", "check its name and permissions") from None
    return unpacked(data, at_most=at_most)


def _read(file: FileIO, size: int, at_most: int) -> bytes:
    """Return what a file of about some size has: room is made for that much, and not each time for as much as there may be."""
    data = b""
    while len(data) < at_most and (more := file.read(min(max(size - len(data), len(data), _CHUNK), at_most - len(data)))):
        data += more
    return data


def unpacked(data: bytes, *, at_most: int = MOST_BYTES) -> bytes:
    """Return what gzip packed, in one member or several (RFC 1952, section 2.2), and any other bytes as they are.

    No more than allowed is ever in memory.

    Raises:
        Refused: ``file-too-large``, packed or unpacked, or ``gzip-syntax``.
    """
    if len(data) > at_most:
        raise too_large(at_most)
    return _unpacked(data, at_most) if data.startswith(_GZIP) else data


def _unpacked(data: bytes, at_most: int) -> bytes:
    whole = bytearray()
    rest, start = b"", 0
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(_GZIP_FORMAT)
        while not member.eof:
            if not rest:
                rest, start = data[start : start + _CHUNK], start + _CHUNK
            if not rest:
                raise _not_gzip("it ends too early")
            whole += _inflated(member, rest, at_most + 1 - len(whole))
            if len(whole) > at_most:
                raise too_large(at_most)
            rest = member.unconsumed_tail
        rest = member.unused_data
        if not rest.strip(b"\0") and not data[start:].strip(b"\0"):  # tapes and blocks are filled up with zeros
            return bytes(whole)
    raise _not_gzip(f"it has more than {_MOST_MEMBERS:,} members")


def _inflated(member: zlib._Decompress, packed: bytes, at_most: int) -> bytes:
    try:
        return member.decompress(packed, at_most)
    except zlib.error:
        raise _not_gzip("it is damaged") from None


def _not_gzip(reason: str) -> Refused:
    return Refused("gzip-syntax", f"this is not what gzip packs: {reason}", "pack it again, or unpack it")


def _insist_on_a_regular_file(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Refused("file-irregular", "this is not a regular file", "name a file, not a folder, link or device")
