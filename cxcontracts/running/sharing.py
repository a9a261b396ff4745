"""How the journeys of a run share what may be sent, so that none of them has more for being quick."""

from __future__ import annotations

import threading
from collections.abc import Collection

_MOMENT = 0.1
"""Seconds after which who waits looks whether the run was stopped."""


class Allowance:
    """How many requests are left; shared by all who send."""

    def __init__(self, requests: int) -> None:
        self.requests = requests
        self._left = requests
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take one, and return whether there was one."""
        with self._lock:
            self._left -= 1
            return self._left >= 0

    @property
    def left(self) -> int:
        """How many are left."""
        return max(self._left, 0)

    @property
    def spent(self) -> bool:
        """Whether none is left."""
        return self._left <= 0


class Shares:
    """What each of some journeys may send in a round: of what is left when all have come to it, as much as any other.

    Args:
        allowance: What is left.
        names: Who shares it.
        stop: Set once nobody waits for anybody any more.
    """

    def __init__(self, allowance: Allowance, names: Collection[str], stop: threading.Event) -> None:
        self._allowance = allowance
        self._stop = stop
        self._all = set(names)
        self._here: set[str] = set()
        self._round = 0
        self._share = 0
        self._changed = threading.Condition()

    def next(self, name: str) -> int:
        """Wait until everybody has come to the next round, and return how much each may send in it."""
        with self._changed:
            now = self._round
            self._here.add(name)
            self._go_on()
            while self._round == now and not self._stop.is_set():
                self._changed.wait(_MOMENT)
            return self._share

    def leave(self, name: str) -> None:
        """Take note that nobody has to wait for one of them any more."""
        with self._changed:
            self._all.discard(name)
            self._here.discard(name)
            self._go_on()

    def _go_on(self) -> None:
        if self._all and self._here >= self._all:
            self._share = self._allowance.left // len(self._all)
            self._round += 1
            self._here.clear()
            self._changed.notify_all()
