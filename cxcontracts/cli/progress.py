"""Progress of long work: one line on standard error, where that is a terminal, gone once the work is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, TextIO

_PATIENCE: Final = 1.0

_REFRESH: Final = 0.1
_CLEAR: Final = "\r\x1b[K"


class Progress:
    """Says how far the work is: call it with how much is done, and of how much.

    Args:
        stream: Where to; nothing is said where it is no terminal.
        clock: Tells the time, in seconds.
        words: What to say, with ``{done}`` and ``{total}``.
        patience: Seconds of silence before there is anything to see.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        words: str = "judged {done:,} of {total:,} requirements",
        patience: float = _PATIENCE,
    ) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._words = words
        self._next = clock() + patience if self._stream.isatty() else float("inf")
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is, where it is time to."""
        now = self._clock()
        if now >= self._next:
            self._next = now + _REFRESH
            self._shown = True
            print(_CLEAR + self._words.format(done=done, total=total), end="", file=self._stream, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._shown:
            print(_CLEAR, end="", file=self._stream, flush=True)
