"""How much we may ask of a partner: so many in a time, in a run, at once; over every thread and process of the run.

What was asked is kept in a small database in a folder that all processes of a run share: :data:`RUN_FOLDER` in the environment
names it, so that who starts workers sets it for them with :func:`run_folder`.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cxcontracts.exchanges import JSON
from cxcontracts.running.wire import Failed
from cxcontracts.walks import Trouble

RUN_FOLDER: Final = "CX_RUN_FOLDER"
"""The environment variable that names the folder that the processes of a run share."""

_LOOK_AGAIN: Final = 0.005
"""Seconds until it is looked again whether another process is done."""

_GRACE: Final = 1.0
"""Seconds after its deadline from which a call counts as ended: its process was killed."""

_SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS spent (partner TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
    partner TEXT NOT NULL, number INTEGER NOT NULL, ended REAL, lost REAL NOT NULL, PRIMARY KEY (partner, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS under_way ON calls (partner, lost) WHERE ended IS NULL;
"""


@contextmanager
def run_folder() -> Iterator[Path]:
    """Give the folder that the processes of this run share; who makes it, and tells the others, removes it in the end."""
    named = os.environ.get(RUN_FOLDER)
    if named:
        yield Path(named)
        return
    with tempfile.TemporaryDirectory(prefix="cxcontracts-", ignore_cleanup_errors=True) as folder:
        os.environ[RUN_FOLDER] = folder
        try:
            yield Path(folder)
        finally:
            del os.environ[RUN_FOLDER]


def shared_folder() -> Path | None:
    """Return the folder that the processes of this run share; None outside of a run."""
    named = os.environ.get(RUN_FOLDER)
    return Path(named) if named else None


@dataclass(frozen=True, slots=True)
class Limit:
    """The limits of a partner; None for none.

    Attributes:
        number, seconds: At most so many in so many seconds, whenever those begin.
        requests: At most so many in the run.
        at_once: At most so many at the same time.
    """

    number: int | None = None
    seconds: float = 0.0
    requests: int | None = None
    at_once: int | None = None

    @classmethod
    def of(cls, written: Mapping[str, JSON]) -> Limit:
        """Return the limits that an estate has written.

        >>> Limit.of({"rate": "10/s", "at-once": 2})
        Limit(number=10, seconds=1.0, requests=None, at_once=2)
        """
        rate = re.fullmatch(r"([0-9]+)/([smh])", str(written.get("rate", "")))
        number, seconds = (int(rate[1]), _SECONDS[rate[2]]) if rate else (None, 0.0)
        return cls(number, seconds, written.get("requests"), written.get("at-once"))

    @property
    def remembers(self) -> bool:
        """Whether each call matters, and not their number alone."""
        return not self.number is self.at_once is None

    def __bool__(self) -> bool:
        return not self.number is self.requests is self.at_once is None


class Quotas:
    """Keeps to the limits of some partners. Safe to use from several threads.

    A call counts in the rate from when it is sent until its answer is that old: however long it was on the way, the partner never
    sees more than it allows.

    Args:
        limits: Partner to its limits.
        folder: The folder that the processes of the run share.
        lease: The most seconds that a call takes: who is not back after them was killed.
        clock: Tells the time, in seconds, alike in all processes.
        wait: Waits some seconds.
    """

    def __init__(
        self,
        limits: Mapping[str, Limit],
        folder: Path,
        lease: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._limits = limits
        self._lease = lease + _GRACE
        self._clock = clock
        self._stopped = threading.Event()
        self._wait = wait or self._stopped.wait
        self._sleep = wait or time.sleep
        self._lock = threading.Lock()
        self._turns = {name: threading.Semaphore(limit.at_once) for name, limit in limits.items() if limit.at_once}
        self._database = sqlite3.connect(folder / "quotas.db", timeout=60, isolation_level=None, check_same_thread=False)
        # Not WAL: while one process changes a new database to it, the next is told at once that it is locked.
        self._database.execute("PRAGMA journal_mode = PERSIST")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.executescript(_TABLES)

    @contextmanager
    def turn(self, partner: str, until: float | None, *, stopped: bool = False) -> Iterator[None]:
        """Wait until a partner may be asked; it counts as being asked inside.

        Args:
            partner: The partner.
            until: By when, in the time of the clock; None to wait as long as it takes.
            stopped: Whether it may be asked although nobody else may any more.

        Raises:
            Failed: If it may not be asked any more, or not in time.
        """
        limit = self._limits.get(partner)
        if not limit:
            yield
            return
        turns = self._turns.get(partner)
        if turns is not None and not self._own_turn(turns, until, stopped):
            raise _too_late()
        try:
            number = self._granted(partner, limit, until, stopped)
            try:
                yield
            finally:
                if limit.remembers:
                    self._end(partner, number, limit)
        finally:
            if turns is not None:
                turns.release()

    def stop(self) -> None:
        """Let nobody wait any longer, and nobody ask."""
        self._stopped.set()

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def _own_turn(self, turns: threading.Semaphore, until: float | None, stopped: bool) -> bool:
        while stopped or not self._stopped.is_set():
            left = 0.2 if until is None else min(0.2, until - self._clock())
            if turns.acquire(timeout=max(left, 0)):
                return True
            if left <= 0:
                break
        return False

    def _granted(self, partner: str, limit: Limit, until: float | None, stopped: bool) -> int:
        """Return the number of the call, once it may be made."""
        wait = self._sleep if stopped else self._wait
        while stopped or not self._stopped.is_set():
            now = self._clock()
            with self._transaction():
                number, ready = self._asked(partner, limit, now)
                if ready <= now:
                    self._database.execute("INSERT OR REPLACE INTO spent VALUES (?, ?)", (partner, number))
                    if limit.remembers:
                        self._database.execute("INSERT INTO calls VALUES (?, ?, NULL, ?)", (partner, number, now + self._lease))
                    return number
            if until is not None and ready > until:
                break
            wait(ready - now)
        raise _too_late()

    def _asked(self, partner: str, limit: Limit, now: float) -> tuple[int, float]:
        """Return the number of the next call, and from when it may be made, as far as one can tell by now."""
        ask = self._database.execute
        number = (ask("SELECT number FROM spent WHERE partner = ?", (partner,)).fetchone() or (0,))[0] + 1
        if limit.requests is not None and number > limit.requests:
            raise Failed(Trouble.SPENT, f"the {limit.requests} requests that the estate allows in a run are used up")
        ready = now
        if limit.number is not None:
            query = "SELECT ended, lost FROM calls WHERE partner = ? AND number = ?"
            row = ask(query, (partner, number - limit.number)).fetchone()
            if row is not None:
                under_way = row[0] is None and row[1] > now
                ready = now + _LOOK_AGAIN if under_way else (row[1] if row[0] is None else row[0]) + limit.seconds
        if limit.at_once is not None and ready <= now:
            query = "SELECT COUNT(*) FROM calls WHERE partner = ? AND ended IS NULL AND lost > ?"
            if ask(query, (partner, now)).fetchone()[0] >= limit.at_once:
                ready = now + _LOOK_AGAIN
        return number, ready

    def _end(self, partner: str, number: int, limit: Limit) -> None:
        with self._transaction():
            if limit.number is None:
                self._database.execute("DELETE FROM calls WHERE partner = ? AND number = ?", (partner, number))
                return
            self._database.execute(
                "UPDATE calls SET ended = ? WHERE partner = ? AND number = ?", (self._clock(), partner, number)
            )
            self._database.execute("DELETE FROM calls WHERE partner = ? AND number <= ?", (partner, number - 2 * limit.number))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Let nobody else read or write meanwhile.

        Raises:
            Failed: If the database is gone: nothing is sent that cannot be counted.
        """
        try:
            with self._lock:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield
                finally:
                    self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise Failed(Trouble.SPENT, f"nobody can tell how much was asked in this run: {error}") from None


def _too_late() -> Failed:
    return Failed(Trouble.SPENT, "the run's time is up before the limits let us ask")
