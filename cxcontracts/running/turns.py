"""Who may walk at the same time: no two walks that meet at one thing, of which one changes it.

Whoever shares the folder of a run takes turns with its other processes, too, where the system has ``flock``: a process that is
killed holds nothing any more.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from cxcontracts.calls import entries_of
from cxcontracts.errors import ContractError
from cxcontracts.estate.model import Journey
from cxcontracts.estate.templates import references
from cxcontracts.judging import Judge

if sys.platform != "win32":
    import fcntl


class Turns:
    """Lets walks go on at the same time unless they share a thing and one of them writes.

    Args:
        folder: The folder that the processes of the run share; None where there is one process.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._reading: dict[str, int] = defaultdict(int)
        self._writing: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, reads: Collection[str], writes: Collection[str]) -> Iterator[None]:
        """Wait until nobody changes any of some things, and nobody reads or changes what is changed; then hold them."""
        with self._changed:
            self._changed.wait_for(lambda: self._free(reads, writes))
            self._writing.update(writes)
            for thing in reads:
                self._reading[thing] += 1
        try:
            with self._among_processes(reads, writes):
                yield
        finally:
            with self._changed:
                self._writing.difference_update(writes)
                for thing in reads:
                    self._reading[thing] -= 1
                self._changed.notify_all()

    @contextmanager
    def _among_processes(self, reads: Collection[str], writes: Collection[str]) -> Iterator[None]:
        """Hold a lock for each thing, in one order for all, so that nobody waits for somebody who waits for him."""
        with ExitStack() as held:
            if self._folder is not None and sys.platform != "win32":
                for thing in sorted({*reads, *writes}):
                    name = hashlib.blake2b(thing.encode(errors="surrogatepass"), digest_size=16).hexdigest()
                    lock = held.enter_context((self._folder / f"turn-{name}").open("a"))
                    fcntl.flock(lock, fcntl.LOCK_EX if thing in writes else fcntl.LOCK_SH)
            yield

    def _free(self, reads: Collection[str], writes: Collection[str]) -> bool:
        return self._writing.isdisjoint((*reads, *writes)) and not any(self._reading[thing] for thing in writes)


_REPLACING: Final = frozenset({"PUT", "PATCH", "DELETE"})
"""The methods that change what their address names; what a POST makes has an address of its own."""


def standing(judge: Judge, journey: Journey, *, writes: bool) -> frozenset[str]:
    """Return what every walk of a journey meets, whatever its values: what an address names that is written out.

    Args:
        writes: Whether the journey changes anything: then what it changes itself, else what it reads.
    """
    found = set()
    for step in journey.steps:
        if step.call is None or step.by or step.call.path.startswith("$"):
            continue
        try:
            scene = judge.scene(journey, step)
        except ContractError:
            continue
        if scene is None or (writes and (step.safe or scene.operation.method not in _REPLACING)):
            continue
        entries = [entry for entry in entries_of(scene) if entry.place == "path"]
        if not any(references(entry.template) for entry in entries):
            named = sorted(f"{entry.name}={entry.template}" for entry in entries)
            found.add(" ".join((step.partner, scene.operation.path, *named)))
    return frozenset(found)


def identifying(judge: Judge, journey: Journey) -> frozenset[str]:
    """Return the givens by which a journey finds what is there already: what a path names, and what no customer types."""
    names = {name for name, given in journey.givens.items() if given.source != "customer"}
    for step in journey.steps:
        names |= references(dict(step.params))
        if step.call is None:
            continue
        try:
            scene = judge.scene(journey, step)
        except ContractError:
            continue
        for entry in entries_of(scene) if scene is not None else ():
            names |= references(entry.template) if entry.place == "path" else set()
    return frozenset(names & journey.givens.keys())
