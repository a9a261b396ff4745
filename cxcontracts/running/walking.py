"""Walks journeys against partners that run, with the values that they really hand out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Event as Flag
from threading import Lock
from typing import Final, Protocol

from cxcontracts.calls import keep_paths
from cxcontracts.containment.sets import Found, find
from cxcontracts.contracts.operation import Operation
from cxcontracts.errors import ContractError
from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.model import Estate, Given, Journey, Step
from cxcontracts.estate.templates import references, resolve
from cxcontracts.estate.written import informs_name
from cxcontracts.exchanges import JSON, NO_BODY, Request, Response
from cxcontracts.findings import Verdict
from cxcontracts.fuzzing.space import Space
from cxcontracts.judging import Judge
from cxcontracts.kinds.asks_at_most import AsksAtMost, least
from cxcontracts.kinds.consistent import Consistent
from cxcontracts.paths import MISSING, found, parse_path
from cxcontracts.requirements import OnExchanges
from cxcontracts.running.calling import Came
from cxcontracts.running.inbox import Delivery, Inbox
from cxcontracts.running.links import Link, text
from cxcontracts.running.turns import Turns, identifying, standing
from cxcontracts.scenes import Scene, voices
from cxcontracts.sending import Unbound, bind, call, content_type, space
from cxcontracts.truth import same
from cxcontracts.walks import (
    BLAMELESS,
    REFUSALS,
    SAFE,
    Handed,
    Purpose,
    Sighting,
    Trouble,
    Walk,
    retry_after,
    succeeded,
    trouble_of,
)
from cxcontracts.wording import listed

POLL: Final = 1.0
"""Seconds between two times of asking whether it holds by now."""

_MOST_ROWS: Final = 5
_WORTH_WAITING: Final = 15.0
"""The longest time, in seconds, for which a ``Retry-After`` is waited."""

_MOST_WAITS: Final = 2
_OWN: Final = (Purpose.STEP, Purpose.FUZZ)
"""The purposes of the calls that a journey itself makes."""

_EVENT: Final = timedelta(seconds=60)
"""How long an event is waited for whose step does not say."""

_LATE: Final = 30.0
"""The longest time, in seconds, for which it is waited beyond ``within``, to tell what comes late from what never comes."""


class Sender(Protocol):
    """Sends what a journey sends; see :class:`cxcontracts.running.calling.Partners`."""

    def send(self, partner: str, request: Request, *, identity: str = "", safe: bool = False) -> Came:
        """Send a request to a partner."""
        ...

    def follow(self, partner: str, link: Request, *, beside: str = "", identity: str = "", safe: bool = False) -> Came:
        """Send a request to an address that the partner handed out."""
        ...

    def tell(self, partner: str, url: str, body: JSON) -> Came:
        """Post to a handler that the user named for the partner."""
        ...


class Unprepared(Exception):
    """What a journey starts from cannot be had; the message says what."""


@dataclass(frozen=True, slots=True)
class Varied:
    """Values that are not those of the working call.

    Attributes:
        spaces: Step to what its call varies in.
        values: Names of fields to what is sent.
        because: What is special about them.
        until: The last step that is walked; empty for all of them.
    """

    spaces: Mapping[str, Space]
    values: Mapping[str, JSON]
    because: str
    until: str = ""

    def of_givens(self) -> dict[str, JSON]:
        """Return the givens among them."""
        givens = {each.name for space in self.spaces.values() for each in space.fields if not each.key}
        return {name: value for name, value in self.values.items() if name in givens}

    def replaced(self, step: str, sent: Callable[[str], JSON]) -> dict[str, JSON]:
        """Return the keys of a step's ``with`` whose values are replaced, each with its value as a whole; see :class:`Space`."""
        space = self.spaces.get(step)
        if space is None:
            return {}
        names = {each.name for each in space.fields}
        return space.replaced({name: value for name, value in self.values.items() if name in names}, sent)


@dataclass
class _Way:
    """A walk while it is made."""

    journey: Journey
    row: int
    attempt: int
    known: dict[str, JSON]
    fresh_id: str
    sightings: list[Sighting] = field(default_factory=list)
    caught: dict[str, str] = field(default_factory=dict)
    played: set[str] = field(default_factory=set)
    stood_in: dict[str, str] = field(default_factory=dict)
    varied: Varied | None = None
    waited: dict[str, int] = field(default_factory=dict)
    stopped_at: str = ""
    left_something: bool = False
    only_played: list[str] = field(default_factory=list)
    sender: Sender | None = None

    def walk(self) -> Walk:
        seen, caught = tuple(self.sightings), dict(self.caught)
        return Walk(self.journey, self.row, self.attempt, seen, caught, only_played=tuple(self.only_played))


class Walker:
    """Walks journeys.

    Args:
        judge: Knows the estate and its contracts.
        sender: Sends requests.
        kinds: What has to hold before a step that may be asked again is done.
        environment: Where the partners run; empty for none that the estate names.
        givens: What replaces the examples of givens.
        handed: What stands for what steps keep at partners that do not run, in place of what their contracts show.
        states: Partner to the address of its provider-state handler.
        runs: The partners that run; the part of each other is played from its contract.
        inbox: Where events arrive.
        set_up: Brings about a provider state, and returns whether it did; None where it knows none of that name.
        turns: Who may walk at the same time.
        poll: Returns the seconds between two times of asking a partner whether it holds by now.
        stop: Set once nothing more is to be sent.
        cleaner: Gives what sends the cleanup of a walk that left something, whatever became of the run; by default *sender*.
        now: Tells the time.
    """

    def __init__(
        self,
        judge: Judge,
        sender: Sender,
        kinds: tuple[OnExchanges, ...],
        *,
        environment: str = "",
        givens: Mapping[str, JSON] | None = None,
        handed: Mapping[str, Handed] | None = None,
        states: Mapping[str, str] | None = None,
        runs: frozenset[str] = frozenset(),
        inbox: Inbox | None = None,
        set_up: Callable[[str, Mapping[str, JSON]], bool | None] = lambda name, params: None,
        turns: Turns | None = None,
        poll: Callable[[str], float] = lambda _: POLL,
        stop: Flag | None = None,
        cleaner: Callable[[], Sender] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._judge = judge
        self._sender = sender
        self._kinds = kinds
        self._environment = environment
        self._givens = dict(givens or {})
        self._handed = dict(handed or {})
        self._states = dict(states or {})
        self._runs = runs
        self._set_up_state = set_up
        self._poll = poll
        self._inbox = inbox or Inbox({})
        self._stop = stop or Flag()
        self._cleaner = cleaner or (lambda: sender)
        self._now = now
        self._used: dict[tuple[str, str], list[JSON]] = {}
        self._found_there: set[str] = set()
        self._taking = Lock()
        self._turns = turns or Turns()
        self._identifying: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        setting = filter(_sets_states, judge.estate.journeys.values())
        self._stateful = frozenset(step.partner for journey in setting for step in journey.steps if step.partner)

    def sending(self, sender: Sender) -> Walker:
        """Return one that sends by another, and knows what this one comes to know: which fresh values are used, too."""
        other = copy(self)
        other._sender = sender
        return other

    def rows(self, journey: Journey) -> int:
        """Return how many rows of givens a journey has: as many as examples, and not more than a few."""
        examples = (len(self._examples(journey, given)) for given in journey.givens.values())
        return min(max((1, *examples)), _MOST_ROWS)

    def walk(self, journey: Journey, row: int, attempt: int = 1, varied: Varied | None = None) -> Walk:
        """Walk a journey once, with other values perhaps. Cleanup is done whatever happened."""
        way = _Way(journey, row, attempt, {}, str(uuid.uuid4()), varied=varied)
        try:
            self._start(way)
        except Unprepared as reason:
            way.sightings += [self._unsent(way, step, Trouble.UNPREPARED, str(reason)) for step in _own(journey)]
            return way.walk()
        things, worlds = self._things(way), self._worlds(journey)
        held = (things if _writes(self._judge, journey) else set()) | (worlds if _sets_states(journey) else set())
        with self._turns.taken((things | worlds) - held, held):
            self._walk(way)
        return way.walk()

    def _walk(self, way: _Way) -> None:
        try:
            self._set_up(way)
            self._steps(way)
            self._until_all_agree(way)
        except Unprepared as reason:
            way.sightings += [self._unsent(way, step, Trouble.UNPREPARED, str(reason)) for step in _own(way.journey)]
        finally:
            if way.left_something:
                way.sender = self._cleaner()
            for step in (each for each in way.journey.steps if each.part == "cleanup"):
                self._silently(way, step)

    def _things(self, way: _Way) -> set[str]:
        """Return what a walk meets that others may meet as well."""
        name = way.journey.name
        if name not in self._identifying:
            fixed = standing(self._judge, way.journey, writes=_writes(self._judge, way.journey))
            self._identifying[name] = (identifying(self._judge, way.journey), fixed)
        names, fixed = self._identifying[name]
        return {str(way.known[each]) for each in names if each in way.known} | fixed

    def _worlds(self, journey: Journey) -> set[str]:
        """Return what stands for all that there is at the partners of a journey where a provider state may change any of it."""
        return {f"{step.partner}/" for step in journey.steps if step.partner in self._stateful}

    def fixed(self, journey: Journey) -> frozenset[str]:
        """Return the givens that go to partners which do not run: what is played for these would stay, whatever they were."""
        calls = (step for step in journey.steps if step.call is not None and not step.by and step.part != "fallbacks")
        played = (references(dict(step.sends)) for step in calls if step.partner not in self._runs and step.asks.get("keep"))
        return frozenset(name for names in played for name in names if name in journey.givens)

    def would_send(self, journey: Journey) -> Iterator[tuple[Step, Purpose, Request]]:
        """Yield the calls that a walk would make, each with values as contracts show them; nothing is sent.

        Raises:
            Unprepared: If what the journey starts from cannot be had.
        """
        way = _Way(journey, 0, 1, {}, str(uuid.uuid4()))
        self._start(way)
        for step in (each for each in journey.steps if each.call is not None and not each.by and each.part != "fallbacks"):
            besides = self._besides(journey, step) if step.part == "steps" else ()
            for asking, purpose, _, _ in ((step, Purpose.STEP, "", ()), *besides):
                if step.partner in self._runs and not references(dict(asking.sends)) - way.known.keys():
                    with suppress(ContractError, ValueError):
                        yield step, purpose, self._request(way, asking, self._judge.scene(journey, asking))
            self._play(way, step)

    def alone(self, base: Walk, step: Step, varied: Varied, attempt: int = 1) -> Walk:
        """Return what comes of one call of a walk, made again with other values and with all else that the walk knew."""
        seen = base.last(step.name)
        assert seen is not None
        way = _Way(base.journey, base.row, attempt, {**seen.known, **varied.of_givens()}, str(uuid.uuid4()), varied=varied)
        with self._turns.taken(self._things(way) | self._worlds(base.journey), ()):
            way.sightings.append(self._asked(way, step))
        return replace(way.walk(), whole=False, only_played=base.only_played)

    # --- what it starts from --------------------------------------------------------------------------------------------------

    def _start(self, way: _Way) -> None:
        with self._taking:
            for name, given in way.journey.givens.items():
                way.known[name] = self._value(way, given)
                self._used.setdefault((way.journey.name, name), []).append(way.known[name])
        way.known.update(way.varied.of_givens() if way.varied is not None else {})

    def _set_up(self, way: _Way) -> None:
        for step in (each for each in way.journey.steps if each.part == "setup"):
            failure = self._silently(way, step)
            if failure:
                raise Unprepared(f"the setup {step.name} failed: {failure}")

    def _value(self, way: _Way, given: Given) -> JSON:
        examples = self._examples(way.journey, given)
        if examples and not given.fresh:
            return examples[way.row % len(examples)]
        used = self._used.get((way.journey.name, given.name), [])
        another = find([space(given.schema)], [{"enum": used}] if used else [])
        if isinstance(another, Found):
            return another.value
        raise Unprepared(f"there is no {'fresh ' if given.fresh else ''}value for {given.name}; give it an example")

    def _examples(self, journey: Journey, given: Given) -> tuple[JSON, ...]:
        if given.name in self._givens:
            return (self._givens[given.name],)
        for partner in dict.fromkeys(step.partner for step in journey.steps if step.partner):
            environment = self._judge.estate.partners[partner].environments.get(self._environment)
            if environment is not None and given.name in environment.given:
                said = environment.given[given.name]
                return tuple(said) if isinstance(said, list) else (said,)
        return given.examples

    def _silently(self, way: _Way, step: Step) -> str:
        """Do a step that carries no requirements, and say why it failed; nothing where it did not."""
        if step.state:
            return self._state(way, step)
        sighting = self._asked(way, step)
        if sighting.trouble is not None or sighting.response is None:
            return sighting.why
        if not succeeded(sighting.response, step.status):
            return f"it answers {sighting.response.status}"
        return "" if self._keep(way, step, sighting.response) else "what it keeps is missing"

    def _state(self, way: _Way, step: Step) -> str:
        """Ask the handlers of the journey's partners for a provider state, until one takes it; say why none does."""
        params = self._filled(way, dict(step.params))
        done = self._set_up_state(step.state, params)
        if done is not None:
            way.left_something = True
            return "" if done else "it could not be brought about"
        partners = dict.fromkeys(each.partner for each in way.journey.steps if each.partner in self._states)
        if not partners:
            return "nobody says where provider states are set up; name it with --states PARTNER=URL"
        body = {"state": step.state, "params": params, "action": "setup", "consumer": "cxcontracts"}
        refusals: list[str] = []
        for name in partners:
            came = (way.sender or self._sender).tell(name, self._states[name], body)
            way.left_something |= came.gone
            if came.response is not None and 200 <= came.response.status < 300:
                return ""
            refusals.append(came.why or f"the state handler of {name} answers {came.response.status if came.response else ''}")
        return listed(refusals)

    # --- its steps ------------------------------------------------------------------------------------------------------------

    def _steps(self, way: _Way) -> None:
        for step in _own(way.journey):
            if way.stopped_at and way.varied is not None:
                return
            if way.stopped_at:
                way.sightings.append(self._waiting(way, step, way.stopped_at))
                continue
            if self._done(way, step):
                self._around(way, step)
            elif not self._fell_back(way, step):
                way.stopped_at = step.name
            if way.varied is not None and way.varied.until == step.name:
                return

    def _fell_back(self, way: _Way, step: Step) -> bool:
        if not step.fallback:
            return False
        way.caught[step.name] = step.fallback
        return self._done(way, way.journey.step(step.fallback))

    def _done(self, way: _Way, step: Step) -> bool:
        """Do a step, again until it holds where it may be asked again, and return whether it succeeded."""
        if step.partner not in self._runs:
            self._play(way, step)
            return True
        sighting = self._until_it_holds(way, step)
        if self._worth_a_second_look(way, step, sighting):
            sighting = self._asked(way, step)
            way.sightings.append(sighting)
        response = sighting.response
        if sighting.trouble is not None or response is None or not succeeded(response, step.status):
            return False
        self._keep(way, step, response)
        if sighting.request is not None:
            way.stood_in.update(dict.fromkeys(keep_paths(step), sighting.request.base + sighting.request.path))
        return True

    def _worth_a_second_look(self, way: _Way, step: Step, sighting: Sighting) -> bool:
        """Tell whether what fails is asked again at once, as the journey is not walked again, and goes on to change things."""
        if way.varied is not None or sighting.trouble is not None or "within" in step.asks or not self._may_ask_again(step):
            return False
        if may_repeat(self._judge, way.journey) or serves_once(way.journey):
            return False
        return not self._holds(way, step, sighting)

    def _play(self, way: _Way, step: Step) -> None:
        """Keep what a partner that does not run here would hand out, as its contract shows it."""
        names = keep_paths(step)
        way.played.update(names)
        if step.call is not None and not only_asks(self._judge, step):
            way.only_played.append(step.name)
        try:
            scene = self._judge.scene(way.journey, step)
        except ContractError:
            return
        if scene is None:
            return
        voice = next(voices(scene.operation, step.status), None)
        if voice is not None:
            self._keep(way, step, scene.record.response(scene.operation, voice))
        way.known.update({name: self._givens[name] for name in names if name in self._givens})
        way.played -= self._givens.keys()
        for name in names.keys() & self._handed.keys() - self._givens.keys():
            handed = self._handed[name]
            way.known[name] = handed.values[way.row % len(handed.values)]
            way.played -= {name} if handed.known else set()

    def _until_it_holds(self, way: _Way, step: Step) -> Sighting:
        """Ask until it holds, a while longer than its time, and return what the journey goes on with."""
        if step.event:
            return self._in_time(way, step, self._asked(way, step))
        until = parse_duration(step.asks["within"]).total_seconds() if step.call and "within" in step.asks else 0.0
        began = self._now()
        in_time: Sighting | None = None
        while True:
            sighting = self._asked(way, step)
            passed = (self._now() - began).total_seconds()
            wait = self._asked_to_wait(way, sighting) if self._may_ask_again(step) else None
            holds = wait is None and (sighting.trouble in BLAMELESS or not until or self._holds(way, step, sighting))
            if in_time is None and passed >= until and wait is None and not holds:
                in_time = sighting
                way.sightings.append(sighting)
            left = (until if in_time is None else until + min(until, _LATE)) - passed
            if wait is None and not holds and left > 0:
                wait = min(self._poll(step.partner), left)
            if wait is None or self._stop.is_set():
                break
            if sighting is not in_time:
                way.sightings.append(replace(sighting, purpose=Purpose.POLL))
            self._stop.wait(wait)
        if in_time is not None and not (holds and sighting.trouble is None):
            return in_time
        way.sightings.append(sighting if in_time is None else replace(sighting, purpose=Purpose.LATE))
        return sighting

    def _in_time(self, way: _Way, step: Step, sighting: Sighting) -> Sighting:
        """Add what was seen of an event; of one that came late, that it did not come in time as well."""
        within = _within(step)
        if sighting.trouble is None and sighting.seconds > within.total_seconds():
            its_time = sighting.at - timedelta(seconds=sighting.seconds) + within
            way.sightings.append(replace(self._silent(way, step), at=its_time))
            sighting = replace(sighting, purpose=Purpose.LATE)
        way.sightings.append(sighting)
        return sighting

    def _silent(self, way: _Way, step: Step) -> Sighting:
        odd = self._inbox.refused(step.partner)
        ignored = f"; {odd} with a wrong signature did not count" if odd else ""
        return self._unsent(way, step, Trouble.SILENT, f"it did not come within {_in_words(_within(step))}{ignored}")

    def _until_all_agree(self, way: _Way) -> None:
        """Ask again what has to be consistent within some time, until all of them say the same."""
        kind, journey = Consistent(), way.journey
        for requirement in kind.requirements(journey, journey.whole):
            written = journey.whole.asks[kind.name][requirement.rest].get("within", "0s")
            until = self._now() + parse_duration(written)
            steps = [journey.step(saying.step) for saying in requirement.what if saying.step]
            asking = [step for step in steps if step.partner in self._runs and self._may_ask_again(step)]
            while asking and any(each.verdict is Verdict.BROKEN for each in kind.on_exchanges(requirement, [way.walk()])):
                left = (until - self._now()).total_seconds()
                if left <= 0 or self._stop.wait(min(left, *(self._poll(step.partner) for step in asking))):
                    break
                way.sightings += [replace(self._asked(way, step), purpose=Purpose.POLL) for step in asking]

    def _asked_to_wait(self, way: _Way, sighting: Sighting) -> float | None:
        """Return how long the partner asks us to wait, where that is short enough to be worth it, and was not waited before."""
        if sighting.trouble not in (Trouble.THROTTLED, Trouble.DOWN) or sighting.response is None:
            return None
        wait = retry_after(sighting.response, self._now())
        again = way.waited.get(sighting.step, 0)
        if wait is None or wait > _WORTH_WAITING or again >= _MOST_WAITS:
            return None
        way.waited[sighting.step] = again + 1
        return wait

    def _may_ask_again(self, step: Step) -> bool:
        return only_asks(self._judge, step)

    def _holds(self, way: _Way, step: Step, sighting: Sighting) -> bool:
        walk = Walk(way.journey, way.row, way.attempt, (sighting,))
        for kind in self._kinds:
            for requirement in kind.requirements(way.journey, step):
                if any(each.verdict is not Verdict.INTACT for each in kind.on_exchanges(requirement, (walk,))):
                    return False
        return True

    def _around(self, way: _Way, step: Step) -> None:
        """Do what shows more of a step that worked."""
        if way.varied is None:
            for asking, purpose, about, expected in self._besides(way.journey, step):
                way.sightings.append(self._asked(way, asking, purpose, about, expected))

    def _besides(self, journey: Journey, step: Step) -> Iterator[tuple[Step, Purpose, str, tuple[int, ...]]]:
        """Yield what shows more of a step: press twice, ask for less, bring its errors about."""
        if step.call is None:
            return
        if step.asks.get("repeat-safe") is True:
            yield step, Purpose.AGAIN, "", ()
        if AsksAtMost.key in step.asks and self._may_ask_again(step):
            fewer = least(journey, step)
            if fewer != step.sends:
                yield replace(step, sends=fewer), Purpose.LEAST, "", ()
        for entry in step.asks.get("informs", ()):
            if entry.get("with"):
                erring = replace(step, sends={**step.sends, **entry["with"]})
                name = informs_name(entry.get("when", ""), entry["status"])
                yield erring, Purpose.INFORMS, name, _codes(entry["status"])

    def _keep(self, way: _Way, step: Step, response: Response) -> bool:
        complete = True
        for name, paths in keep_paths(step).items():
            values = (next(iter(found(path, response, way.known)), MISSING) for path in paths)
            value = next((each for each in values if each is not MISSING), MISSING)
            if value is MISSING:
                complete = False
            else:
                way.known[name] = value
        return complete

    # --- one call -------------------------------------------------------------------------------------------------------------

    def _asked(
        self, way: _Way, step: Step, purpose: Purpose = Purpose.STEP, about: str = "", expected: tuple[int, ...] = ()
    ) -> Sighting:
        """Make the call of a step, or say why it was not made."""
        if step.event:
            return self._awaited(way, step)
        missing = sorted(references(dict(step.sends)) - way.known.keys()) or _followed(step, way.known)
        if missing:
            return self._unsent(way, step, Trouble.UNPREPARED, f"{missing[0]} has no value")
        try:
            scene = self._judge.scene(way.journey, step)
            request = self._request(way, step, scene)
        except (ContractError, ValueError) as error:
            return self._unsent(way, step, Trouble.UNPREPARED, str(error))
        try:
            came = self._send(way, step, request)
            way.left_something |= came.gone and not self._may_ask_again(step)
        except KeyError:  # the sender knows no such identity
            return self._unsent(
                way, step, Trouble.UNPREPARED, f"nobody says how {step.identity!r} logs in at {step.partner} here"
            )
        statuses = (*expected, *(step.status if purpose is not Purpose.INFORMS else ()))
        told = None
        if came.response is not None and came.trouble is None:
            told = trouble_of(came.response, statuses, reads_pages=_reads_pages(scene))
            told = told or self._elsewhere(step.partner, came.request, came.response, scene)
        trouble, why = told or (came.trouble, came.why)
        made_up = sorted(references(dict(step.sends)) & way.played)
        refused = came.response is not None and came.response.status in REFUSALS - set(statuses)
        varied: Mapping[str, JSON] = {}
        if way.varied is not None and purpose is Purpose.STEP:
            purpose, about, varied = Purpose.FUZZ, way.varied.because, way.varied.values
        if trouble is None and refused and made_up:
            why = f"{made_up[0]} was made up from a contract; give one that is there: --given {made_up[0]}=…"
            trouble = Trouble.UNPREPARED
        return Sighting(
            step.name, came.request, came.response, trouble, why, came.at, came.seconds, dict(way.known), purpose, about, varied
        )

    def _elsewhere(self, partner: str, sent: Request, response: Response, scene: Scene | None) -> tuple[Trouble, str] | None:
        """Say that nothing is where we call, while that is not where the contract says, and nothing else was ever found there."""
        if response.status != HTTPStatus.NOT_FOUND:
            self._found_there.add(partner)
            return None
        operation = scene.operation if scene is not None else None
        bases = [base for base in operation.bases if base] if operation is not None else []
        if operation is None or partner in self._found_there or not bases or any(sent.base.endswith(base) for base in bases):
            return None
        if "{" in operation.path and operation.answer_to(response.status) is not None:
            return None  # it may be there, and know nothing by that name
        there = f"{sent.base}{bases[0]}"
        return Trouble.NOT_THE_API, f"nothing was found at {sent.base} (404), and its contract says {bases[0]}: {there}"

    def _awaited(self, way: _Way, step: Step) -> Sighting:
        """Wait for an event, from when its ``after`` was done; until its time is up."""
        if not self._inbox.listens_for(step.partner):
            return self._unsent(way, step, Trouble.UNPREPARED, f"nobody listens for what {step.partner} sends: give it an inbox")
        matches = {parse_path(path): self._filled(way, template) for path, template in step.asks.get("match", {}).items()}
        event = self._judge.event(step)
        before = next((each for each in reversed(way.sightings) if each.step == step.after and each.purpose in _OWN), None)
        began = before.at + timedelta(seconds=before.seconds) if before is not None else self._now()
        within = _within(step)
        left = (began + within - self._now()).total_seconds() + min(within.total_seconds(), _LATE)
        since = (before or way.sightings[0]).at if way.sightings else began

        def ours(delivery: Delivery) -> bool:
            body = delivery.message.body
            named = not event.type or not isinstance(body, Mapping) or body.get("type", event.type) == event.type
            fits = all(
                any(same(value, each) for each in found(path, delivery.message, way.known)) for path, value in matches.items()
            )
            return not delivery.unsigned and named and fits and delivery.at >= since

        came = self._inbox.awaited(step.partner, ours, time.monotonic() + left, self._stop)
        if came is None:
            if self._stop.is_set():
                return self._unsent(way, step, Trouble.SPENT, "the run was interrupted while it was awaited")
            return self._silent(way, step)
        late = (came.at - began).total_seconds()
        return Sighting(step.name, came.request, came.message, None, "", came.at, max(late, 0.0), dict(way.known))

    def _request(self, way: _Way, step: Step, scene: Scene | None) -> Request:
        assert step.call is not None
        if scene is None or step.call.path.startswith("$"):
            return self._followed_request(way, step, scene)
        replaced = self._replaced(way, step)
        entries, unbound = bind(
            step, scene.record, scene.operation, {**step.sends, **dict.fromkeys(replaced.keys() - step.sends.keys())}
        )
        if unbound:
            raise ValueError(f"{unbound[0].key} is nothing that {scene.operation} takes")
        request = call(
            scene.operation,
            entries,
            way.known,
            content_type(step),
            lambda template, _: self._filled(way, template),
            **replaced,
        )
        return replace(request, headers={"accept": "application/json", **request.headers})

    def _replaced(self, way: _Way, step: Step) -> dict[str, JSON]:
        """Return the keys of ``with`` that are sent with another value than the step's own."""
        if way.varied is None:
            return {}

        def sent(key: str) -> JSON:
            return self._filled(way, step.sends[key]) if key in step.sends else NO_BODY

        return way.varied.replaced(step.name, sent)

    def _followed_request(self, way: _Way, step: Step, scene: Scene | None) -> Request:
        """Return the call of an address that was handed out; its path is this address, with values in their places.

        Raises:
            ValueError: If a key of ``with`` has no place in it, or a place in it no value.
        """
        assert step.call is not None
        name = _followed_name(step)
        if name not in way.known:
            raise ValueError(f"{name} has no value")
        link = Link(str(way.known[name]))
        replaced = self._replaced(way, step)
        sends = {**step.sends, **dict.fromkeys(replaced.keys() - step.sends.keys())}
        inside = {key: _inside(key, link) for key in sends}

        def value(key: str) -> JSON:
            return replaced[key] if key in replaced else self._filled(way, sends[key])

        address = link.filled({place: value(key) for key, place in inside.items() if place})
        beside = {key: sends[key] for key, place in inside.items() if not place}
        if scene is None:
            request = _placed(step.call.method, {key: value(key) for key in beside})
        else:
            entries, unbound = bind(step, scene.record, scene.operation, beside)
            unbound += [Unbound(each.key, (), ()) for each in entries if each.place == "path"]
            if unbound:
                raise ValueError(f"the address that it follows has no place for {unbound[0].key}")
            request = call(scene.operation, entries, way.known, content_type(step), **{key: value(key) for key in beside})
        return replace(request, path=address, headers={"accept": "application/json", **request.headers})

    def _send(self, way: _Way, step: Step, request: Request) -> Came:
        assert step.call is not None
        sender = way.sender or self._sender
        if step.call.path.startswith("$"):
            beside = way.stood_in.get(_followed_name(step), "")
            return sender.follow(step.partner, request, beside=beside, identity=step.identity, safe=step.safe)
        return sender.send(step.partner, request, identity=step.identity, safe=step.safe)

    def _filled(self, way: _Way, template: JSON) -> JSON:
        return resolve(template, way.known, now=self._now(), fresh_id=way.fresh_id)

    def _unsent(self, way: _Way, step: Step, trouble: Trouble, why: str) -> Sighting:
        return Sighting(step.name, None, None, trouble, why, self._now(), 0.0, dict(way.known))

    def _waiting(self, way: _Way, step: Step, other: str) -> Sighting:
        return replace(self._unsent(way, step, Trouble.WAITS, f"waits for {other}"), waits_for=other)


def may_repeat(judge: Judge, journey: Journey) -> bool:
    """Tell whether a journey can be walked again without doing twice what was wanted once."""
    if serves_once(journey):
        return False
    if any(step.state for step in journey.steps if step.part == "setup"):
        return True
    calls = [step for step in journey.steps if step.call is not None and not step.by]
    return all(only_asks(judge, step) or step.asks.get("repeat-safe") is True for step in calls)


def serves_once(journey: Journey) -> bool:
    """Tell whether a journey starts with something that is used up by it."""
    return any(given.once for given in journey.givens.values())


def only_asks(judge: Judge, step: Step) -> bool:
    """Tell whether the call of a step changes nothing: by its method, or because the journey says so."""
    if step.safe or step.call is None:
        return step.safe
    try:
        return (judge.operation(step).method if step.call.operation_id else step.call.method) in SAFE
    except ContractError:
        return False


def _writes(judge: Judge, journey: Journey) -> bool:
    """Tell whether a journey changes anything."""
    return any(not only_asks(judge, step) for step in journey.steps if step.call is not None and not step.by)


def _sets_states(journey: Journey) -> bool:
    """Tell whether a journey asks for provider states, for which a handler may begin its partner's data anew."""
    return any(step.state for step in journey.steps)


def _own(journey: Journey) -> Iterator[Step]:
    """Yield the steps that we make or wait for ourselves, in order."""
    return (step for step in journey.steps if step.part == "steps" and step.asks_somebody and not step.by)


def _followed(step: Step, known: Mapping[str, JSON]) -> list[str]:
    """Return the name of the address that a step follows, where it has no value."""
    name = _followed_name(step)
    return [name] if name and not isinstance(known.get(name), str) else []


def _followed_name(step: Step) -> str:
    """Return the name of the address that a step follows; empty where it follows none."""
    path = step.call.path if step.call is not None else ""
    return path.removeprefix("$").strip("{}") if path.startswith("$") else ""


def _inside(key: str, link: Link) -> str:
    """Return the name in an address that a key of ``with`` fills; empty where it fills none."""
    if key in link.names:
        return key
    place, _, name = key.partition(".")
    return name if place in ("path", "query") and name in link.names else ""


def _placed(method: str, sends: Mapping[str, JSON]) -> Request:
    """Return a call of which no contract says what it takes: each key has to say where it goes."""
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    for key, value in sends.items():
        place, _, name = key.partition(".")
        if place == "query" and name:
            query += [(name, text(each)) for each in (value if isinstance(value, list) else [value])]
        elif place == "header" and name:
            headers[name.lower()] = text(value)
        else:
            places = f"query.{name or key} or header.{name or key}"
            raise ValueError(f"the address that it follows has no place for {key}; say where it goes: {places}")
    return Request(method, "", tuple(query), headers)


def _reads_pages(scene: Scene | None) -> bool:
    operation: Operation | None = scene.operation if scene is not None else None
    successes = operation.successes(()) if operation is not None else ()
    return any(media.name == "text/html" for answer in successes for media in answer.media)


def _within(step: Step) -> timedelta:
    """Return how long an event is waited for."""
    return parse_duration(step.asks["within"]) if "within" in step.asks else _EVENT


def _in_words(time: timedelta) -> str:
    seconds = time.total_seconds()
    return f"{seconds:g} s" if seconds < 120 else f"{seconds / 60:g} min"


def _codes(written: int | list[int]) -> tuple[int, ...]:
    return tuple(written) if isinstance(written, list) else (written,)


__all__ = ["Estate", "Sender", "Unprepared", "Walker", "only_asks", "serves_once"]
