"""Varies journeys that work, within what customers are promised to be taken, and says what a failure is due to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from cxcontracts.errors import UsageError
from cxcontracts.estate.model import Journey, Step
from cxcontracts.exchanges import JSON, NO_BODY, Request
from cxcontracts.findings import Harm, Verdict
from cxcontracts.fuzzing.minimal import difference, minimised
from cxcontracts.fuzzing.plan import Variation, Waves, interleaved
from cxcontracts.fuzzing.schemathesis import coverage_cases, random_cases
from cxcontracts.fuzzing.space import Space, space_of
from cxcontracts.judging import Judge
from cxcontracts.kinds.answers import NOBODY
from cxcontracts.kinds.seen import success
from cxcontracts.running.calling import Came, Partners
from cxcontracts.running.walking import Sender, Varied, Walker, serves_once
from cxcontracts.verdicts import Observer
from cxcontracts.walks import SAFE, Trouble, Walk

_WEIGHTS: Final[Mapping[Harm, float]] = {
    Harm.BLOCKED: 4,
    Harm.MISLED: 3,
    Harm.UNRECOGNISED: 3,
    Harm.UNINFORMED: 2,
    Harm.DELAYED: 1,
    Harm.EXTRA_EFFORT: 1,
}
"""How often a step takes its turn, by the gravest harm of what is asked there."""


_BATCH: Final = 8
"""How many variations are tried before what failed of them is looked at: the same, however many work at them."""


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
    def spent(self) -> bool:
        """Whether none is left."""
        return self._left <= 0


class Counting:
    """Sends as another does, and takes each request from an allowance."""

    def __init__(self, sender: Sender, allowance: Allowance) -> None:
        self._sender = sender
        self._allowance = allowance

    def send(self, partner: str, request: Request, *, identity: str = "", safe: bool = False) -> Came:
        """Send a request to a partner."""
        if not self._allowance.take():
            return self._spent(request)
        return self._sender.send(partner, request, identity=identity, safe=safe)

    def follow(
        self,
        partner: str,
        method: str,
        url: str,
        *,
        beside: str = "",
        headers: Mapping[str, str] | None = None,
        query: Sequence[tuple[str, str]] = (),
        body: JSON = NO_BODY,
        identity: str = "",
        safe: bool = False,
    ) -> Came:
        """Send a request to an address that the partner handed out."""
        if not self._allowance.take():
            return self._spent(Request(method, url, tuple(query), headers or {}, body))
        return self._sender.follow(
            partner, method, url, beside=beside, headers=headers, query=query, body=body, identity=identity, safe=safe
        )

    def tell(self, partner: str, url: str, body: JSON) -> Came:
        """Post to a handler that the user named for the partner."""
        if not self._allowance.take():
            return self._spent(Request("POST", url, body=body))
        return self._sender.tell(partner, url, body)

    def _spent(self, request: Request) -> Came:
        why = f"the budget of {self._allowance.requests:,} requests is spent"
        return Came(request, None, Trouble.SPENT, why, datetime.now(UTC), 0.0, gone=False)


class LoggedIn:
    """Sends as the partners are called, with headers that the user's own code logs in with.

    Args:
        headers: Returns them for a partner, given the name of who asks.
    """

    def __init__(self, partners: Partners, headers: Callable[[str, str], Mapping[str, str]]) -> None:
        self._partners = partners
        self._headers = headers

    def send(self, partner: str, request: Request, *, identity: str = "", safe: bool = False) -> Came:
        """Send a request to a partner."""
        headers = {**self._added(partner, identity), **request.headers}
        return self._partners.send(partner, replace(request, headers=headers), identity=identity, safe=safe)

    def follow(
        self,
        partner: str,
        method: str,
        url: str,
        *,
        beside: str = "",
        headers: Mapping[str, str] | None = None,
        query: Sequence[tuple[str, str]] = (),
        body: JSON = NO_BODY,
        identity: str = "",
        safe: bool = False,
    ) -> Came:
        """Send a request to an address that the partner handed out."""
        added = self._added(partner, identity) if self._partners.is_own(partner, url, beside) else {}
        sent = {**added, **(headers or {})}
        return self._partners.follow(
            partner, method, url, beside=beside, headers=sent, query=query, body=body, identity=identity, safe=safe
        )

    def tell(self, partner: str, url: str, body: JSON) -> Came:
        """Post to a handler that the user named for the partner; the user's own code logs in at none."""
        return self._partners.tell(partner, url, body)

    def _added(self, partner: str, identity: str) -> Mapping[str, str]:
        """Return what logs in at a partner; nothing for nobody."""
        if identity == NOBODY:
            return {}
        added = {name.lower(): value for name, value in self._headers(partner, identity).items()}
        for value in added.values():
            self._partners.secrets.add(value)
        return added


class Fuzzer:
    """Varies the journeys of a run.

    Args:
        judge: Knows the contracts.
        walker: Walks.
        observer: Tells what does not hold.
        writes: The partners to which unsafe calls may be made with varied values.
        allowance: How much may be sent.
        pool: Makes several walks at the same time.
        seed: What chance begins with.
        stop: Set once nothing more is to be sent.
    """

    def __init__(
        self,
        judge: Judge,
        walker: Walker,
        observer: Observer,
        writes: frozenset[str],
        allowance: Allowance,
        pool: Executor,
        seed: int,
        stop: threading.Event,
    ) -> None:
        self._judge = judge
        self._walker = walker
        self._observer = observer
        self._writes = writes
        self._allowance = allowance
        self._pool = pool
        self._seed = seed
        self._stop = stop

    def walks(self, journey: Journey, base: Walk, rows: Sequence[Mapping[str, JSON]]) -> Iterator[Walk]:
        """Yield what was seen of a journey whose values were varied: what held, and of each failure its smallest difference.

        Args:
            base: A walk that works; of the steps that do not, nothing is varied.
            rows: The rows of givens that were walked.
        """
        streams = [(stream, stream.weight, stream.waves) for stream in self._streams(journey, base, rows)]
        known = set(self._broken(journey, base))
        turns = ((stream, variation) for stream, variation in interleaved(streams) if variation.varied)
        while not self._allowance.spent and not self._stop.is_set() and (batch := list(islice(turns, _BATCH))):
            for (stream, variation), walk in zip(batch, self._pool.map(_walked, batch), strict=True):
                failing = self._broken(journey, walk)
                if failing:
                    stream.waves.refused(variation)
                else:
                    yield walk
                if failing - known:
                    yield from self._shown(journey, stream, variation, walk, failing - known)
                    known |= failing

    def _broken(self, journey: Journey, walk: Walk) -> frozenset[str]:
        return self._observer.failing(journey, walk, Verdict.BROKEN)

    def _shown(
        self, journey: Journey, stream: _Stream, variation: Variation, walk: Walk, failing: frozenset[str]
    ) -> Iterator[Walk]:
        """Yield what a failure is due to, confirmed; where it does not repeat, the failure and what came of it again."""
        again = stream.walk(variation.varied, variation.because, attempt=2)
        if not _alike(failing, self._broken(journey, again)):
            yield from (walk, again)
            return
        last = {"walk": again}

        def fails(varied: Mapping[str, JSON]) -> bool:
            if self._allowance.spent or self._stop.is_set():
                return False
            tried = stream.walk(varied, difference(stream.space.sample, varied), attempt=2)
            failed = _alike(failing, self._broken(journey, tried))
            if failed:
                last["walk"] = tried
            return failed

        minimal = minimised(stream.space.sample, variation.varied, fails, admits=stream.space.admits)
        yield last["walk"].due_to(minimal, difference(stream.space.sample, minimal))

    def _streams(self, journey: Journey, base: Walk, rows: Sequence[Mapping[str, JSON]]) -> Iterator[_Stream]:
        for step in journey.steps:
            seen = base.last(step.name)
            if step.part != "steps" or step.call is None or step.by or seen is None or success(seen, step) is None:
                continue
            scene = self._judge.scene(journey, step)
            safe = step.safe or seen.request is None or seen.request.method in SAFE
            if scene is None or not (safe or (step.partner in self._writes and not serves_once(journey))):
                continue
            space = space_of(scene, seen.known, rows, fixed=self._walker.fixed(journey))
            if space.fields:
                yield _Stream(self._walker, journey, base, step, space, safe, self._weight(journey, step), self._seed)

    def _weight(self, journey: Journey, step: Step) -> float:
        harms = (each.harm for _, each in self._observer.requirements(journey) if each.step is step)
        return max((_WEIGHTS[harm] for harm in harms), default=1.0)


def _alike(failing: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether something fails in the same way: what is broken of an answer, or else that some input is refused."""
    answers, others = (frozenset(each for each in ids if "/accepts:" not in each) for ids in (failing, other))
    return bool(answers & others) if answers else bool(other)


def _further(space: Space, seed: int) -> Iterator[Variation]:
    """Yield what Schemathesis makes of a space beyond our own plan; nothing where it is not installed."""
    try:
        yield from coverage_cases(space)
        yield from random_cases(space, seed)
    except UsageError:
        return


def _walked(turn: tuple[_Stream, Variation]) -> Walk:
    stream, variation = turn
    return stream.walk(variation.varied, variation.because)


class _Stream:
    """The variations of one step.

    A call that only asks is made alone, with all that the working walk knows; of any other, the whole journey is walked again.
    """

    def __init__(
        self, walker: Walker, journey: Journey, base: Walk, step: Step, space: Space, safe: bool, weight: float, seed: int
    ) -> None:
        self._walker = walker
        self._journey = journey
        self._base = base
        self._step = step
        self._alone = safe
        self.space = space
        self.weight = weight
        self.waves = Waves(space, lambda: _further(space, seed))

    def walk(self, varied: Mapping[str, JSON], because: str, attempt: int = 1) -> Walk:
        """Return what came of a variation."""
        change = Varied(self._step, self.space, varied, because)
        if self._alone:
            return self._walker.alone(self._base, change, attempt)
        return self._walker.walk(self._journey, self._base.row, attempt, change)
