"""The garbage collector, held while large documents are read and judged."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold the cyclic garbage collector, and take what was made meanwhile for long-lived, as it is.

    A large contract is a million containers that live on, and the collector would walk them again and again: half of the time
    that 13 MB take. What is made here holds no cycles of any size.
    """
    held = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if held:
            if not gc.get_freeze_count():  # else whoever froze something wants it to stay so
                gc.freeze()
                gc.unfreeze()  # into the oldest generation, without a walk
            gc.enable()
