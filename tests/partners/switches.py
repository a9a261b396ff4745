"""What makes a partner behave otherwise: one switch that is on at a time, beside what the partner remembers."""

from __future__ import annotations

import itertools
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

HELD = "held"
"""The word that a partner's command has where its life hangs on whoever started it."""


def end_with_starter() -> None:
    """End this process when its standard input ends: whoever holds the other end is gone, however that came about."""

    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    if HELD in sys.argv:
        threading.Thread(target=wait, daemon=True).start()


class Switches:
    """The state of one partner.

    Attributes:
        on: The name of the behaviour that is switched on; empty where the partner is healthy.
        count: How many requests came, without those to paths that begin with ``/_`` and for the document.
        kept: What the partner remembers.
    """

    def __init__(self, seeded: Callable[[], dict[str, Any]]) -> None:
        self._seeded = seeded
        self._lock = threading.Lock()
        self.turn("")

    def turn(self, name: str) -> None:
        """Switch one behaviour on, or none, and forget everything else."""
        self.on, self.count, self.kept = name, 0, self._seeded()
        self._numbers: Iterator[int] = itertools.count(1)

    def number(self) -> int:
        """Return a number that was not given out since the last turn."""
        with self._lock:
            return next(self._numbers)

    def counts(self, path: str) -> None:
        """Count a request to the API itself."""
        if not path.startswith("/_") and path != "/openapi.json":
            with self._lock:
                self.count += 1

    def __call__(self, name: str) -> bool:
        """Tell whether a behaviour is switched on."""
        return self.on == name
