"""The cache: what large estates remember from one run to the next, in files that can be deleted at any time.

An entry is found by the digest of all that it follows from, the program itself among it, so that there is nothing to invalidate.
It is a line of text: that digest, a checksum, the value as JSON. What is damaged, cut off or foreign is not there. Lines are only
ever added, in one write; a run that looked at the whole estate rewrites a file that has come to hold mostly what nobody asks for.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

import orjson

import cxcontracts
from cxcontracts.exchanges import JSON
from cxcontracts.memory import Forgetful, Memory
from cxcontracts.own_folders import of_cache
from cxcontracts.plugins import kinds

FOLDER_VARIABLE: Final = "CXCONTRACTS_CACHE_DIR"
WORTH_IT: Final = 100
"""How many files an estate's journeys and partners must be for a cache to gain anything."""

_MOST_BYTES: Final = 256 * 1024 * 1024
_SPARED: Final = 1024 * 1024
_SURPLUS: Final = 3
"""A file may hold so many times what a run of the whole estate asks for, and what is spared beside, before it is rewritten."""

_DIGEST: Final = 32
_CHECKSUM: Final = 16
_HEAD: Final = _DIGEST + _CHECKSUM


class Cache:
    """Remembers in the files of a folder, one a topic, each read when it is first asked for.

    Nothing that is wrong with them is an error: what cannot be read is not there, what cannot be written is not kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[bytes, bytes]] = {}
        self._sizes: dict[str, int] = {}
        self._used: dict[str, dict[bytes, bytes]] = {}
        self._new: dict[str, dict[bytes, bytes]] = {}

    def recall(self, topic: str, *about: bytes) -> JSON:
        """Return the value that was kept; None where none was."""
        if topic not in self._known:
            self._known[topic] = dict(self._read(topic))
        key = _key(topic, about)
        line = self._known[topic].get(key)
        if line is None or line[_DIGEST:_HEAD] != _checksum(key, line[_HEAD:]):
            return None
        try:
            value = orjson.loads(line[_HEAD:])
        except orjson.JSONDecodeError:
            return None
        self._used.setdefault(topic, {})[key] = line
        return value

    def keep(self, topic: str, *about: bytes, value: JSON) -> None:
        """Remember a value, once :meth:`save` is called; one that JSON cannot say is not kept."""
        try:
            text = orjson.dumps(value)
        except (orjson.JSONEncodeError, RecursionError):
            return
        key = _key(topic, about)
        self._new.setdefault(topic, {})[key] = key + _checksum(key, text) + text

    def save(self, *, whole: bool) -> None:
        """Write down what is new.

        Args:
            whole: Whether all of the estate was asked about, so that what was not asked for may be forgotten.
        """
        with contextlib.suppress(OSError):
            for topic in {*self._new, *(self._used if whole else ())}:
                self._save(topic, whole)

    def _save(self, topic: str, whole: bool) -> None:
        new, used = self._new.get(topic, {}), self._used.get(topic, {})
        added = b"".join(b"\n" + line for line in new.values())
        size = self._sizes.get(topic, 0) + len(added)
        if size > _MOST_BYTES or (whole and size > _SPARED + _SURPLUS * sum(map(len, (*new.values(), *used.values())))):
            self._rewrite(topic, b"\n".join({**used, **new}.values()))
        elif new:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file(topic), os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            with open(descriptor, "wb", buffering=0) as file:
                file.write(added)

    def _rewrite(self, topic: str, lines: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        try:
            with open(descriptor, "wb") as file:
                file.write(lines)
            os.replace(name, self._file(topic))
        except BaseException:
            os.unlink(name)
            raise

    def _read(self, topic: str) -> Iterator[tuple[bytes, bytes]]:
        try:
            data = self._file(topic).read_bytes()
        except OSError:
            return
        self._sizes[topic] = len(data)
        yield from ((line[:_DIGEST], line) for line in data.split(b"\n") if len(line) > _HEAD)

    def _file(self, topic: str) -> Path:
        return self._folder / f"{topic}.log"


def cache_of(root: Path) -> Cache | None:
    """Return the cache of an estate; None where it is so small that there is nothing to gain.

    It lies in the folder that ``CXCONTRACTS_CACHE_DIR`` names, else where the user's programs keep theirs: never in the estate,
    whose files others write.
    """
    try:
        number = sum(len(os.listdir(root / folder)) for folder in ("journeys", "partners"))
    except OSError:
        return None
    named = os.environ.get(FOLDER_VARIABLE)
    if number < WORTH_IT:
        return None
    name = hashlib.blake2b(os.path.realpath(root).encode(errors="surrogateescape"), digest_size=8).hexdigest()
    with contextlib.suppress(RuntimeError):  # nobody has a home here
        return Cache((Path(named) if named else of_cache()) / name)
    return None


def memory_of(cache: Cache | None) -> Memory:
    """Return a cache as what remembers; where there is none, what remembers nothing."""
    return cache if cache is not None else Forgetful()


def _key(topic: str, about: tuple[bytes, ...]) -> bytes:
    parts = [piece for part in (topic.encode(), *about) for piece in (len(part).to_bytes(8, "big"), part)]
    return hashlib.blake2b(b"".join((_program(), *parts)), digest_size=_DIGEST // 2).hexdigest().encode()


def _checksum(key: bytes, text: bytes) -> bytes:
    return hashlib.blake2b(text, key=key, digest_size=_CHECKSUM // 2).hexdigest().encode()


@cache
def _program() -> bytes:
    """Return a digest of all that judges: this package as it is installed, its kinds, Python, every other distribution."""
    digest = hashlib.blake2b(f"{cxcontracts.__version__} {sys.version}".encode(), digest_size=32)
    for path in (Path(cxcontracts.__file__).parent, *_plugins()):
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            status = file.stat()
            digest.update(f"{file} {status.st_mtime_ns} {status.st_size}\n".encode(errors="surrogateescape"))
    digest.update("\n".join(sorted(_installed())).encode(errors="surrogateescape"))
    return digest.digest()


def _plugins() -> Iterator[Path]:
    """Yield the modules of the kinds that are not our own."""
    for kind in kinds():
        file = getattr(sys.modules.get(type(kind).__module__), "__file__", None)
        if file and Path(file).exists():
            yield Path(file)


def _installed() -> Iterator[str]:
    """Yield each folder of an installed distribution, which has its version in its name."""
    yield from (str(getattr(found, "_path", found)) for found in distributions())
