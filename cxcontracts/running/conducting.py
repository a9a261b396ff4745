"""Walks journeys in rounds, several at the same time: as they are written, and with other values as far as they work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Final

from cxcontracts.estate.model import Journey
from cxcontracts.judging import Judge
from cxcontracts.running.sharing import Allowance, Share
from cxcontracts.running.varying import ROUNDS, Fuzzer
from cxcontracts.running.walking import Walker, may_repeat
from cxcontracts.verdicts import Observer
from cxcontracts.walks import Walk

MOST_TRIES: Final = 4
"""How often a row is walked at most, where it fails: once, and three more times to see whether it repeats."""

_LEAST_WALKS: Final = 3
"""How often a journey that may be walked again is walked at least, over all its rows."""

_RESERVED: Final = 4
"""One in so many requests is not given out before the last rounds, which look into what failed and could not be looked into."""

_GRACE: Final = 3.0
"""Seconds that calls on their way have to come back once the run is interrupted."""


@dataclass
class Going:
    """A journey while it is walked.

    Attributes:
        share: What it may send with varied values in the round ahead.
        rounds: The rounds after the one ahead.
        ahead: The walks of the next round; None once it is walked to its end.
        walks: What was seen.
    """

    journey: Journey
    share: Share
    rounds: Iterator[Iterator[Walk]]
    ahead: Iterator[Walk] | None
    walks: list[Walk] = field(default_factory=list)


class Conductor:
    """Walks the journeys of a run.

    Args:
        judge: Knows what calls do.
        walker: Walks.
        fuzzer: Varies what works; None where nothing is varied.
        observer: Tells what does not hold.
        allowance: How much may be sent with varied values.
        pool: Makes walks, as many at the same time as it has workers.
        workers: How many journeys are walked at the same time.
        record: Keeps a walk.
        stop: Set once nothing more is to be sent.
    """

    def __init__(
        self,
        judge: Judge,
        walker: Walker,
        fuzzer: Fuzzer | None,
        observer: Observer,
        allowance: Allowance,
        pool: ThreadPoolExecutor,
        workers: int,
        record: Callable[[Walk], None],
        stop: threading.Event,
    ) -> None:
        self._judge = judge
        self._walker = walker
        self._fuzzer = fuzzer
        self._observer = observer
        self._allowance = allowance
        self._pool = pool
        self._journeys = ThreadPoolExecutor(workers, "cxcontracts-journey")
        self._record = record
        self._stop = stop
        self._under_way: Sequence[Future[None]] = ()

    def begin(self, journey: Journey) -> Going:
        """Return a journey before its first round; nothing is sent yet."""
        share = Share(self._allowance)
        rounds = self._rounds(journey, share)
        return Going(journey, share, rounds, next(rounds))

    def to_the_end(self, journeys: Sequence[Going], kept: Callable[[int], int], done: Callable[[Going], None]) -> None:
        """Walk journeys to their ends; in each round all of them may send as much as any other.

        Args:
            kept: Given how many are left, returns how much of what may be sent is for none of them.
            done: Called with each journey once it is walked to its end.
        """
        left = list(journeys)
        reserved = (self._allowance.left - kept(len(left))) // _RESERVED
        for aside in chain(repeat(reserved, 1 + len(ROUNDS)), repeat(0)):
            if not left:
                return
            share = max(self._allowance.left - kept(len(left)) - aside, 0) // len(left)
            for each in left:
                each.share.grant(share)
            rounds = {self._journeys.submit(self._go, each): each for each in left}
            self._under_way = list(rounds)
            for future in as_completed(rounds):
                future.result()
                if rounds[future].ahead is None:
                    left.remove(rounds[future])
                    done(rounds[future])

    def beside(self, work: Callable[[], None]) -> Future[None]:
        """Do something that sends, where no journey is walked any more."""
        future = self._journeys.submit(work)
        self._under_way = [future]
        return future

    def halt(self, hang_up: Callable[[], None]) -> None:
        """Begin nothing more, and wait a moment for what is under way.

        Args:
            hang_up: Ends the calls that are under way.
        """
        self._stop.set()
        for pool in (self._pool, self._journeys):
            pool.shutdown(wait=False, cancel_futures=True)
        hang_up()
        wait(self._under_way, _GRACE)

    def close(self) -> None:
        """End all that is under way."""
        self._stop.set()
        for pool in (self._pool, self._journeys):
            pool.shutdown(wait=True, cancel_futures=True)

    def _go(self, going: Going) -> None:
        """Make the walks of a round."""
        for walk in going.ahead or ():
            going.walks.append(walk)
            self._record(walk)
        going.ahead = next(going.rounds, None)

    def _rounds(self, journey: Journey, share: Share) -> Iterator[Iterator[Walk]]:
        """Yield rounds of walks: first the journey as it is written; where it works, then with other values too."""
        walked: list[Walk] = []
        yield self._tried(journey, walked)
        rows = [{name: value for name, value in walk.sightings[0].known.items()} for walk in walked if walk.sightings]
        if walked and self._fuzzer is not None and not self._allowance.spent:
            yield from self._fuzzer.rounds(journey, walked[-1], rows, share)

    def _tried(self, journey: Journey, walked: list[Walk]) -> Iterator[Walk]:
        """Walk each row of a journey: again where it does not hold, until that repeats or proves to be chance.

        What may be walked again is walked a few times even where it holds: of several instances, one may be new.

        Args:
            walked: Grows by each walk.
        """
        rows = self._walker.rows(journey)
        least = -(-_LEAST_WALKS // rows)
        for row in range(rows):
            failures: list[frozenset[str]] = []
            for attempt in range(1, MOST_TRIES + least):
                walk = self._pool.submit(self._walker.walk, journey, row, attempt).result()
                walked.append(walk)
                yield walk
                failures.append(self._observer.failing(journey, walk))
                if self._stop.is_set() or not may_repeat(self._judge, journey) or _settled(failures, least):
                    break


def _settled(failures: Sequence[frozenset[str]], least: int) -> bool:
    """Tell whether tries of one row, each with what failed in it, show whether that repeats."""
    first = next((index for index, failing in enumerate(failures) if failing), None)
    if first is None:
        return len(failures) >= least
    later = failures[first + 1 :]
    return failures[first] in later or len(later) >= MOST_TRIES - 1
