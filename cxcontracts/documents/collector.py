"""The garbage collector, held while large documents are read and judged."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

_Item = TypeVar("_Item")


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


def one_by_one(items: Sequence[_Item]) -> Generator[_Item]:
    """Yield items, each :func:`uncollected`; what was made for one is gone before the next, where nobody keeps it.

    The files of a contract know the contract, and so it outlives its last user until the collector comes round.
    """
    if len(items) < 2:
        with uncollected():
            yield from items
        return
    gc.freeze()  # what was there before need not be walked each time
    try:
        for item in items:
            with uncollected():
                yield item
            gc.collect()
    finally:
        gc.unfreeze()
