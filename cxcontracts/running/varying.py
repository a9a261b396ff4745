"""Varies journeys that work, within what customers are promised to be taken, and says what a failure is due to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from typing import Final

from cxcontracts.errors import UsageError
from cxcontracts.estate.model import Journey, Step
from cxcontracts.exchanges import JSON, Request
from cxcontracts.findings import Harm, Verdict
from cxcontracts.fuzzing.minimal import difference, minimised
from cxcontracts.fuzzing.plan import Variation, Waves, interleaved
from cxcontracts.fuzzing.schemathesis import coverage_cases, random_cases
from cxcontracts.fuzzing.space import Space, joined, space_of
from cxcontracts.judging import Judge
from cxcontracts.kinds.answers import NOBODY
from cxcontracts.kinds.seen import success
from cxcontracts.running.calling import Came, Partners
from cxcontracts.running.sharing import Allowance, Share
from cxcontracts.running.walking import Sender, Varied, Walker, serves_once
from cxcontracts.sending import given_names
from cxcontracts.verdicts import Observer
from cxcontracts.walks import REFUSALS, SAFE, Purpose, Trouble, Walk

_WEIGHTS: Final[Mapping[Harm, float]] = {
    Harm.BLOCKED: 4,
    Harm.MISLED: 3,
    Harm.UNRECOGNISED: 3,
    Harm.UNINFORMED: 2,
    Harm.DELAYED: 1,
    Harm.EXTRA_EFFORT: 1,
}
"""How often a step takes its turn, by the gravest harm of what is asked there."""

ROUNDS: Final = (1, 1, 2, 3)
"""Of how many kinds of variations those of each round are: first one of each value, then values that meet, then all others."""

_BATCH: Final = 8
"""How many variations are tried before what failed of them is looked at: the same, however many work at them."""

_KEPT: Final = 4
"""One in so many of the requests of a round is kept for what fails: it is tried again, and made smaller."""


class Counting:
    """Sends as another does, and takes each request from an allowance."""

    def __init__(self, sender: Sender, allowance: Allowance | Share) -> None:
        self._sender = sender
        self._allowance = allowance

    def send(self, partner: str, request: Request, *, identity: str = "", safe: bool = False) -> Came:
        """Send a request to a partner."""
        if not self._allowance.take():
            return self._spent(request)
        return self._sender.send(partner, request, identity=identity, safe=safe)

    def follow(self, partner: str, link: Request, *, beside: str = "", identity: str = "", safe: bool = False) -> Came:
        """Send a request to an address that the partner handed out."""
        if not self._allowance.take():
            return self._spent(link)
        return self._sender.follow(partner, link, beside=beside, identity=identity, safe=safe)

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
        return self._partners.send(partner, self._logged_in(request, partner, identity), identity=identity, safe=safe)

    def follow(self, partner: str, link: Request, *, beside: str = "", identity: str = "", safe: bool = False) -> Came:
        """Send a request to an address that the partner handed out."""
        if self._partners.is_own(partner, link.path, beside):
            link = self._logged_in(link, partner, identity)
        return self._partners.follow(partner, link, beside=beside, identity=identity, safe=safe)

    def tell(self, partner: str, url: str, body: JSON) -> Came:
        """Post to a handler that the user named for the partner; the user's own code logs in at none."""
        return self._partners.tell(partner, url, body)

    def _logged_in(self, request: Request, partner: str, identity: str) -> Request:
        """Return a request with what logs in at a partner; with nothing more for nobody."""
        if identity == NOBODY:
            return request
        added = {name.lower(): value for name, value in self._headers(partner, identity).items()}
        for value in added.values():
            self._partners.secrets.add(value)
        return replace(request, headers={**added, **request.headers})


class Fuzzer:
    """Varies the journeys of a run.

    Args:
        judge: Knows the contracts.
        walker: Walks.
        sender: Sends requests.
        observer: Tells what does not hold.
        writes: The partners to which unsafe calls may be made with varied values.
        pool: Makes several walks at the same time.
        seed: What chance begins with.
        stop: Set once nothing more is to be sent.
    """

    def __init__(
        self,
        judge: Judge,
        walker: Walker,
        sender: Sender,
        observer: Observer,
        writes: frozenset[str],
        pool: Executor,
        seed: int,
        stop: threading.Event,
    ) -> None:
        self._judge = judge
        self._walker = walker
        self._sender = sender
        self._observer = observer
        self._writes = writes
        self._pool = pool
        self._seed = seed
        self._stop = stop

    def rounds(self, journey: Journey, base: Walk, rows: Sequence[Mapping[str, JSON]], share: Share) -> Iterator[Iterator[Walk]]:
        """Yield rounds, each of what was seen: what held, and of each failure its smallest difference.

        What is sent depends on what is answered to this journey, and on nothing that others do meanwhile.

        Args:
            base: A walk that works; of the steps that do not, nothing is varied.
            rows: The rows of givens that were walked.
            share: What the journey may send in a round, granted before its first walk is asked for.
        """
        walker = self._walker.sending(Counting(self._sender, share))
        streams = list(self._streams(walker, journey, base, rows))
        varying = _Varying(journey, streams, share, set(self._broken(journey, base)))
        for most in ROUNDS if streams else ():
            yield chain(self._of_left(varying), self._of_new(varying, most))
        if varying.left:  # with what others have left, as they have come to their ends
            yield self._of_left(varying)
        varying.is_last = True
        if varying.left:
            yield self._of_left(varying)

    def _of_left(self, varying: _Varying) -> Iterator[Walk]:
        left, varying.left = varying.left, []
        for failure in left:
            yield from self._of_failure(varying, failure)

    def _of_new(self, varying: _Varying, most: int) -> Iterator[Walk]:
        batches = _Batches(varying.streams, most)
        share = varying.share
        kept = share.left // _KEPT
        while share.left > kept and not self._stop.is_set() and (batch := batches.next(share.left - kept)):
            yield from self._of_batch(varying, batch)

    def _of_batch(self, varying: _Varying, batch: Sequence[tuple[_Stream, Variation]]) -> Iterator[Walk]:
        """Yield what is worth keeping of some variations."""
        made = [self._pool.submit(_walked, turn) for turn in batch]
        wait(made)  # so that what is sent next is the same, however many work
        for (stream, variation), done in zip(batch, made, strict=True):
            if done.cancelled():
                return
            walk = done.result()
            tried = _Made(stream, variation, walk, self._broken(varying.journey, walk))
            if tried.failing:
                stream.waves.refused(variation)
                yield from self._of_failure(varying, tried)
            else:
                yield walk
                self._send_what_hides(varying, tried)

    def _of_failure(self, varying: _Varying, failure: _Made) -> Iterator[Walk]:
        """Yield what is worth keeping of a failure; where nothing may be sent any more in this round, it is left for the next."""
        for shown in self._shown(varying, failure):
            due = next((each.varied for each in shown.sightings if each.varied), {})
            varying.blamed |= due.keys() if len(due) == 1 else set()
            yield shown
        self._send_what_hides(varying, failure)

    def _send_what_hides(self, varying: _Varying, made: _Made) -> None:
        """Plan again, without what is to blame, what a walk that came to its end too early did not send."""
        stream, variation = made.stream, made.variation
        if not varying.share.spent and not stream.whole(made.walk):
            for name in varying.blamed & variation.varied.keys():
                stream.waves.refused(replace(variation, varied={name: variation.varied[name]}))
            stream.waves.again(variation, varying.blamed)

    def _broken(self, journey: Journey, walk: Walk) -> frozenset[str]:
        return self._observer.failing(journey, walk, Verdict.BROKEN)

    def _shown(self, varying: _Varying, failure: _Made) -> Iterator[Walk]:
        """Yield what a failure is due to, confirmed; where it does not repeat, the failure and what came of it again."""
        journey, known = varying.journey, varying.known
        variation, walk, failing = failure.variation, failure.walk, failure.failing
        while wanted := failing - known:
            until = self._until(journey, wanted)
            again = self._again(varying, failure.stream, variation.varied, variation.because, until)
            if again is not None and not self._alike(journey, wanted, again):
                known |= wanted
                yield from (walk, again)
                return
            shown = self._minimal(varying, failure, wanted, until, again) if again is not None else None
            if shown is None and not varying.is_last and not self._stop.is_set():
                varying.left.append(failure)
                return
            if shown is None:
                seen = [walk] if again is None else [walk, again]
                yield from self._as_seen(journey, seen, wanted) if len(variation.varied) > 1 else seen
                known |= wanted
                return
            told = frozenset[str]().union(*(self._broken(journey, each) for each in shown))
            known |= told
            yield from shown
            failing = _of_answers(failing - told)

    def _as_seen(self, journey: Journey, seen: Sequence[Walk], wanted: frozenset[str]) -> Iterator[Walk]:
        """Yield walks up to the first answer that is wrong: nobody could look into what it is due to, or what follows from it."""
        known = [each.name for each in journey.steps if each.part == "steps"]
        wrong = {self._until(journey, frozenset({each})) for each in _of_answers(wanted)} & set(known)
        if wrong:
            yield from (each.until(min(wrong, key=known.index)) for each in seen)

    def _again(self, varying: _Varying, stream: _Stream, varied: Mapping[str, JSON], because: str, until: str) -> Walk | None:
        """Return what comes of a variation on another try; None where less may be sent than that takes."""
        if varying.share.spent:
            return None
        try:
            walk = self._pool.submit(stream.walk, varied, because, 2, until).result()
            return None if any(each.trouble is Trouble.SPENT for each in walk.sightings) else walk
        except (CancelledError, RuntimeError):  # the pool takes nothing more once the run is stopped
            if self._stop.is_set():
                return None
            raise

    def _minimal(self, varying: _Varying, failure: _Made, wanted: frozenset[str], until: str, again: Walk) -> list[Walk] | None:
        """Return walks that fail in the same way with the fewest differences: the same twice, to be sure of it.

        Args:
            wanted: What fails.
            until: The last step that has to be walked to see it.
            again: The second walk in which it did.

        Returns:
            None where less may be sent than it takes.
        """
        stream = failure.stream
        least: list[Walk | None] = [failure.walk.until(until), again]  # what comes after it may follow from it
        enough = True

        def fails(varied: Mapping[str, JSON]) -> bool:
            nonlocal enough
            tried = self._again(varying, stream, varied, difference(stream.space.sample, varied), until)
            enough = enough and tried is not None
            if tried is None or not self._alike(varying.journey, wanted, tried):
                return False
            least[:] = [tried]
            return True

        minimal = minimised(stream.space.sample, failure.variation.varied, fails, admits=stream.space.admits)
        if not enough:
            return None
        because = difference(stream.space.sample, minimal)
        if len(least) == 1:
            least.append(self._again(varying, stream, minimal, because, until))
        return [each.due_to(minimal, because) for each in least if each is not None]

    def _alike(self, journey: Journey, wanted: frozenset[str], walk: Walk) -> bool:
        """Tell whether a walk fails in the same way: what is broken of an answer, or else that the same step refuses an input.

        It may refuse what it is sent for what an earlier step was sent.
        """
        answers = _of_answers(wanted)
        if answers:
            return not answers.isdisjoint(self._broken(journey, walk))
        steps = {requirement.step.name for _, requirement in self._observer.requirements(journey) if requirement.id in wanted}
        seen = (each for step in journey.steps if step.name in steps for each in walk.of(step.name, Purpose.FUZZ))
        return any(each.trouble is None and each.response is not None and each.response.status in REFUSALS for each in seen)

    def _until(self, journey: Journey, failing: frozenset[str]) -> str:
        """Return the last step that has to be walked to see what fails; empty where all of them have to be."""
        steps = [requirement.step.name for _, requirement in self._observer.requirements(journey) if requirement.id in failing]
        known = [each.name for each in journey.steps if each.part == "steps"]
        return max(steps, key=known.index, default="") if all(each in known for each in steps) else ""

    def _streams(self, walker: Walker, journey: Journey, base: Walk, rows: Sequence[Mapping[str, JSON]]) -> Iterator[_Stream]:
        """Yield what is varied: each call that only asks alone, all others together, in whole walks.

        Steps that send different things under one name are not varied in the same walks.
        """
        groups: list[dict[str, Space]] = []
        asking: dict[str, Space] = {}
        weight = 1.0
        for step in journey.steps:
            seen = base.last(step.name)
            if step.part != "steps" or step.call is None or step.by or seen is None or success(seen, step) is None:
                continue
            scene = self._judge.scene(journey, step)
            safe = step.safe or seen.request is None or seen.request.method in SAFE
            if scene is None or not (safe or (step.partner in self._writes and not serves_once(journey))):
                continue
            space = space_of(scene, seen.known, rows, fixed=walker.fixed(journey))
            if not space.fields:
                continue
            if safe:
                asking[step.name] = _givens_of(space, journey)
                waves = Waves(space, partial(_further, space, self._seed))
                yield _Stream(walker, journey, base, {step.name: space}, waves, self._weight(journey, step), step)
            else:
                weight = max(weight, self._weight(journey, step))
                group = next((each for each in groups if not _own_names(space) & _all_names(each)), None)
                if group is None:
                    groups.append(group := {})
                group[step.name] = space
        for group in groups:
            spaces = {**asking, **group}
            space = joined(spaces.values())
            unnamed = replace(space, fields=tuple(each for each in space.fields if "path" not in each.places))
            waves = Waves(space, partial(_drawn, unnamed, self._seed), together=True)
            yield _Stream(walker, journey, base, spaces, waves, weight)

    def _weight(self, journey: Journey, step: Step) -> float:
        harms = (each.harm for _, each in self._observer.requirements(journey) if each.step is step)
        return max((_WEIGHTS[harm] for harm in harms), default=1.0)


@dataclass
class _Varying:
    """A journey while it is varied.

    Attributes:
        share: What it may send in the round.
        known: What is known to fail.
        blamed: The names that alone made something fail.
        left: What failed and could not be looked into any more in its round.
        is_last: Whether no round comes after this one.
    """

    journey: Journey
    streams: Sequence[_Stream]
    share: Share
    known: set[str]
    blamed: set[str] = field(default_factory=set)
    left: list[_Made] = field(default_factory=list)
    is_last: bool = False


@dataclass(frozen=True)
class _Made:
    """A walk with other values.

    Attributes:
        failing: What is broken in it.
    """

    stream: _Stream
    variation: Variation
    walk: Walk
    failing: frozenset[str]


def _own_names(space: Space) -> set[str]:
    """Return the names of what only this step sends under them."""
    return {each.name for each in space.fields if each.key}


def _all_names(spaces: Mapping[str, Space]) -> set[str]:
    return set[str]().union(*map(_own_names, spaces.values()))


def _givens_of(space: Space, journey: Journey) -> Space:
    """Return a space of a call that only asks, as far as the journey promises all of it to customers, and no path names it."""
    promised = given_names(journey.givens)
    kept = [each for each in space.fields if not each.key and "path" not in each.places and promised[each.name] == (each.schema,)]
    return replace(space, fields=tuple(kept))


def _of_answers(ids: Iterable[str]) -> frozenset[str]:
    """Return those that say what is wrong with an answer, and not only that some input is refused."""
    return frozenset(each for each in ids if "/accepts:" not in each)


def _further(space: Space, seed: int) -> Iterator[Variation]:
    """Yield what Schemathesis makes of a space beyond our own plan; nothing where it is not installed."""
    with suppress(UsageError):
        yield from coverage_cases(space)
    yield from _drawn(space, seed)


def _drawn(space: Space, seed: int) -> Iterator[Variation]:
    """Yield calls in which everything varies by chance; none where Schemathesis is not installed."""
    with suppress(UsageError):
        yield from random_cases(space, seed)


class _Batches:
    """The variations of some streams, a few at a time.

    Args:
        most: Of how many kinds they are: one of each value, values that meet, all others.
    """

    def __init__(self, streams: Sequence[_Stream], most: int) -> None:
        self._streams = streams
        kinds: tuple[Callable[[Waves], Iterator[Variation]], ...] = (Waves.first, Waves.meeting, Waves.__iter__)
        self._kinds = kinds[:most]
        self._cost = max((stream.cost for stream in streams), default=1)
        self._turns = self._all()

    def next(self, requests: int) -> list[tuple[_Stream, Variation]]:
        """Return as many as so many requests are enough for; none once all were given."""
        size = max(1, min(_BATCH, requests // self._cost))
        found = list(islice(self._turns, size))
        if not found:  # what was sent last may have left something to send again
            self._turns = self._all()
            found = list(islice(self._turns, size))
        return found

    def _all(self) -> Iterator[tuple[_Stream, Variation]]:
        for kind in self._kinds:
            by_cost = 0 if kind is Waves.first else 1
            told = [(each, each.weight / each.cost**by_cost, kind(each.waves)) for each in self._streams]
            yield from (turn for turn in interleaved(told) if turn[1].varied)


def _walked(turn: tuple[_Stream, Variation]) -> Walk:
    stream, variation = turn
    return stream.walk(variation.varied, variation.because)


class _Stream:
    """The variations of one step that only asks, made alone with all that the working walk knows; or of whole walks.

    A whole walk goes as far as the working one did.
    """

    def __init__(
        self,
        walker: Walker,
        journey: Journey,
        base: Walk,
        spaces: Mapping[str, Space],
        waves: Waves,
        weight: float,
        alone: Step | None = None,
    ) -> None:
        self._walker = walker
        self._journey = journey
        self._base = base
        self._spaces = spaces
        self._alone = alone
        self.waves = waves
        self.space = waves.space
        self.weight = weight
        working = [each for each in journey.steps if each.part == "steps" and _worked(base, each)]
        self._last = working[-1]
        self.cost = 1 if alone else len(working)

    def walk(self, varied: Mapping[str, JSON], because: str, attempt: int = 1, until: str = "") -> Walk:
        """Return what came of a variation.

        Args:
            until: The last step to walk; by default that at which the working walk ended.
        """
        change = Varied(self._spaces, varied, because, until or self._last.name)
        if self._alone:
            return self._walker.alone(self._base, self._alone, change, attempt)
        return self._walker.walk(self._journey, self._base.row, attempt, change)

    def whole(self, walk: Walk) -> bool:
        """Tell whether a walk went as far as the working one did."""
        return self._alone is not None or _worked(walk, self._last)


def _worked(walk: Walk, step: Step) -> bool:
    seen = walk.of(step.name, Purpose.STEP, Purpose.POLL, Purpose.LATE, Purpose.FUZZ)
    return any(success(each, step) is not None for each in seen)
