"""Progress of long work, on standard error: on a terminal one line, gone once the work is done; elsewhere a line now and then."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Final, TextIO

from cxcontracts.sanitise import harmless_line

if TYPE_CHECKING:
    from cxcontracts.walks import Walk

_PATIENCE: Final = 1.0

_REFRESH: Final = 0.1
_LINES: Final = 10.0
"""Seconds between two lines where each of them stays, as in the log of a CI system."""

_CLEAR: Final = "\r\x1b[K"
_MOST_PARTNERS: Final = 3


class Progress:
    """Says how far the work is: call it with how much is done, and of how much.

    Args:
        stream: Where to.
        clock: Tells the time, in seconds.
        words: What to say, with ``{done}`` and ``{total}``.
        patience: Seconds of silence before there is anything to see on a terminal.
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
        self._live = self._stream.isatty()
        self._next = clock() + (patience if self._live else _LINES)
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is, where it is time to."""
        now = self._clock()
        if now >= self._next:
            self._next = now + (_REFRESH if self._live else _LINES)
            self._say(self._told(done, total))

    def _told(self, done: int, total: int) -> str:
        return self._words.format(done=done, total=total)

    def _say(self, text: str) -> None:
        if self._live:
            self._shown = True
            shown = harmless_line(text, max(20, shutil.get_terminal_size().columns - 1))
            print(_CLEAR + shown, end="", file=self._stream, flush=True)
        else:
            print(harmless_line(text, None), file=self._stream, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._shown:
            print(_CLEAR, end="", file=self._stream, flush=True)


class Walking(Progress):
    """Says how far journeys are walked, which of them was walked last, and how often each partner was called.

    Several threads may tell it.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream, clock, "walked {done:,} of {total:,} journeys")
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._journey = ""
        self._last = (0, 0)

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is, where it is time to."""
        with self._lock:
            self._last = (done, total)
            super().__call__(done, total)

    def seen(self, walk: Walk) -> None:
        """Take note of a walk."""
        partners = {step.name: step.partner for step in walk.journey.steps}
        with self._lock:
            self._journey = walk.journey.name
            self._calls.update(partners.get(each.step, "") for each in walk.sightings if each.response is not None)
            if self._last[1]:
                super().__call__(*self._last)

    def _told(self, done: int, total: int) -> str:
        told = [super()._told(done, total)]
        if self._journey:
            told.append(f"now {self._journey}")
        if self._calls:
            most = self._calls.most_common(_MOST_PARTNERS)
            rest = self._calls.total() - sum(number for _, number in most)
            calls = [f"{partner} {number:,}" for partner, number in most] + ([f"others {rest:,}"] if rest else [])
            told.append(f"calls: {', '.join(calls)}")
        return "; ".join(told)
