"""The calls of one customer among those of many: told apart by the values that go from step to step.

A call belongs to the thread in which every name that it sends has the value sent. A name that an earlier step handed out ties it
more firmly than one that the customer typed. Where no thread fits, another begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from cxcontracts.calls import keep_paths, keepers
from cxcontracts.containment.texts import as_text
from cxcontracts.contracts.operation import Event, Operation
from cxcontracts.errors import ContractError
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import references
from cxcontracts.estate.written import informs_name
from cxcontracts.exchanges import JSON, Request, Response
from cxcontracts.har import Recorded
from cxcontracts.judging import Judge
from cxcontracts.paths import MISSING, found, parse_path
from cxcontracts.recordings.likeness import Likeness, is_alike, leads_to, likeness, names_in, typed
from cxcontracts.recordings.routing import Routed
from cxcontracts.scenes import Scene
from cxcontracts.sending import Entry, bind
from cxcontracts.walks import Purpose, Sighting, Trouble, Walk, succeeded, trouble_of

_NEAR: Final = 50
"""How many of the latest threads are looked at for a call that sends no value of theirs."""

_FAR: Final = 1000
"""How many of them are looked at for what has no call of ours to be told by."""

_GIVEN_UP: Final = re.compile(r"abort|cancel|blocked", re.IGNORECASE)
"""How tools call it when nobody waited for an answer, or when nothing was sent at all."""

_TOO_LATE: Final = re.compile(r"time[d_ -]*out", re.IGNORECASE)


@dataclass(frozen=True)
class Woven:
    """What calls come to, for one journey.

    Attributes:
        walks: The ways through it, in the order in which they began.
        used: The calls that are part of any, by their number.
        notes: Which of its steps cannot be told.
    """

    walks: tuple[Walk, ...]
    used: frozenset[int]
    notes: tuple[str, ...]


def threads(journey: Journey, calls: Sequence[Routed], judge: Judge) -> Woven:
    """Return the ways through a journey that some calls are.

    Args:
        calls: In the order in which they were made.
    """
    loom = _Loom(journey, judge)
    used = frozenset(number for number, call in enumerate(calls) if loom.add(call))
    return Woven(tuple(loom.walks()), used, tuple(loom.notes))


@dataclass(frozen=True)
class _Known:
    """What has to be known of a step to find its calls.

    Attributes:
        place: Where it stands among the steps; a fallback stands where the step does that it catches.
        sends: What it sends, bound; empty for an event.
        brings: What each entry of ``informs`` sends that brings its error about, by name.
        told: Name of each entry of ``informs`` to its codes, and whether something special brings it about.
        kept: The names that earlier steps hand out, of those that it sends.
    """

    step: Step
    place: int
    operation: Operation | None
    scene: Scene | None
    sends: tuple[Entry, ...]
    brings: Mapping[str, tuple[Entry, ...]]
    told: Mapping[str, tuple[tuple[int, ...], bool]]
    kept: frozenset[str]

    @property
    def followed(self) -> str:
        """The name of the address that it follows; empty where it follows none."""
        path = self.step.call.path if self.step.call is not None else ""
        return path.removeprefix("$").strip("{}") if path.startswith("$") else ""


@dataclass(eq=False)
class _Thread:
    """A walk while it is found."""

    number: int
    known: dict[str, JSON] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    sightings: list[Sighting] = field(default_factory=list)
    caught: dict[str, str] = field(default_factory=dict)
    place: int = -1
    seen: set[str] = field(default_factory=set)
    last: str = ""
    session: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class _Fit:
    """A call taken as one of a step.

    Attributes:
        about: The entry of ``informs`` that it brings about; empty for the step itself.
        thread: Where it belongs; None where it begins a thread of its own.
        parent: With its own: the thread of the same customer, from which it goes on; None where there is none.
        rank: How much speaks for it.
    """

    known: _Known
    likeness: Likeness
    about: str
    thread: _Thread | None
    rank: tuple[int, ...]
    parent: _Thread | None = None


class _Loom:
    def __init__(self, journey: Journey, judge: Judge) -> None:
        self._journey = journey
        self._judge = judge
        self.notes: list[str] = []
        self._steps = list(self._read())
        self._threads: list[_Thread] = []
        self._of_value: dict[tuple[str, str], list[_Thread]] = {}

    def walks(self) -> Iterator[Walk]:
        """Yield the threads that saw anything as walks; those with the same givens are tries of one row."""
        rows: dict[str, int] = {}
        tries: dict[int, int] = {}
        for thread in self._threads:
            if thread.sightings:
                givens = repr([(name, thread.known.get(name)) for name in self._journey.givens])
                row = rows.setdefault(givens, len(rows))
                tries[row] = tries.get(row, 0) + 1
                yield Walk(self._journey, row, tries[row], tuple(thread.sightings), dict(thread.caught))

    def add(self, call: Routed) -> bool:
        """Take a call into the thread that it belongs to; False where no step makes it."""
        if call.recorded.response is None and _GIVEN_UP.search(call.recorded.why):
            return False
        fits = [fit for known in self._steps for fit in self._fits(known, call)]
        if not fits:
            return False
        self._take(max(fits, key=lambda fit: fit.rank), call)
        return True

    # --- its steps ------------------------------------------------------------------------------------------------------------

    def _read(self) -> Iterator[_Known]:
        places = {step.name: number for number, step in enumerate(self._journey.steps)}
        for step in self._journey.steps:
            caught = (places[each.name] for each in self._journey.steps if each.fallback == step.name)
            place = max(caught, default=places[step.name])
            if step.asks_somebody:
                try:
                    yield self._known(step, place)
                except ContractError as error:
                    self.notes.append(f"{self._journey.name}/{step.name}: {error.problems[0].what}; its calls are not known")

    def _known(self, step: Step, place: int) -> _Known:
        scene = self._judge.scene(self._journey, step)
        if step.event or scene is None or (step.call is not None and step.call.path.startswith("$")):
            operation = scene.operation if scene is not None else None
            return _Known(step, place, operation, scene, (), {}, _told(step), frozenset())
        sends = tuple(bind(step, scene.record, scene.operation)[0])
        brings = {}
        for entry in step.asks.get("informs", ()):
            if entry.get("with"):
                more = {**step.sends, **entry["with"]}
                brings[_name(entry)] = tuple(bind(step, scene.record, scene.operation, more)[0])
        sent = references(dict(step.sends))
        kept = frozenset(name for name in sent if keepers(self._journey, step, name))
        return _Known(step, place, scene.operation, scene, sends, brings, _told(step), kept)

    # --- where a call belongs -------------------------------------------------------------------------------------------------

    def _fits(self, known: _Known, call: Routed) -> Iterator[_Fit]:
        if known.step.partner != call.partner or call.inbox is not bool(known.step.event):
            return
        if known.step.event:
            yield from self._of_event(known, call)
        elif known.followed:
            yield from self._of_address(known, call)
        elif call.operation is known.operation and known.operation is not None:
            request = call.recorded.request
            like = likeness(known.operation, known.sends, request)
            if like is not None:
                yield self._best(known, like, "", call)
            for about, sends in known.brings.items():
                like = likeness(known.operation, sends, request)
                if like is not None:
                    yield self._best(known, like, about, call)

    def _of_event(self, known: _Known, call: Routed) -> Iterator[_Fit]:
        event, message = known.operation, _message(call)
        if not isinstance(event, Event) or not _is_of_type(event, message.body):
            return
        wanted = [(parse_path(path), template) for path, template in known.step.asks.get("match", {}).items()]
        for thread in reversed(self._threads[-_FAR:]):
            if known.step.name not in thread.seen and all(
                any(_is_filled(template, each, thread.known) for each in found(path, message, thread.known))
                for path, template in wanted
            ):
                yield _Fit(known, Likeness({}, 0, 0), "", thread, _rank(known, Likeness({}, 0, 0), thread, len(wanted), 0))
                return

    def _of_address(self, known: _Known, call: Routed) -> Iterator[_Fit]:
        method = known.step.call.method if known.step.call is not None else ""
        for thread in reversed(self._threads[-_FAR:]):
            url = thread.known.get(known.followed)
            if method == call.recorded.request.method and isinstance(url, str) and leads_to(url, call.recorded.request):
                like = Likeness({known.followed: url}, 0, 0)
                yield _Fit(known, like, "", thread, _rank(known, like, thread, 2, 0))
                return

    def _best(self, known: _Known, like: Likeness, about: str, call: Routed) -> _Fit:
        """Return the thread that a call of a step belongs to, or one of its own."""
        session = _session(call.recorded.request)
        fits: list[_Fit] = []
        tied: list[tuple[tuple[int, ...], _Thread]] = []
        for thread in self._candidates(like):
            shared = self._shared(known, like, thread)
            if shared is None:
                continue
            rank = _rank(known, like, thread, shared, int(thread.session == session))
            if self._in_order(known, thread, shared, call):
                fits.append(_Fit(known, like, about, thread, rank))
            elif shared:
                tied.append((rank, thread))
        if fits:
            return max(fits, key=lambda fit: fit.rank)
        parent = max(tied, key=lambda pair: pair[0])[1] if tied else None
        return _Fit(known, like, about, None, _rank(known, like, None, 0, 0), parent)

    def _candidates(self, like: Likeness) -> list[_Thread]:
        tied = [thread for name, value in like.names.items() for thread in self._of_value.get((name, _key(value)), ())[-_NEAR:]]
        return list(dict.fromkeys([*tied, *self._threads[-_NEAR:]]))

    def _shared(self, known: _Known, like: Likeness, thread: _Thread) -> int | None:
        """Return how firmly a call is tied to a thread; None where it is not of it."""
        shared = 0
        for name, value in like.names.items():
            if name in thread.known:
                if not is_alike(thread.known[name], value):
                    return None
                shared += 2 if name in thread.kept else 1
            elif name in known.kept:
                return None
        return shared

    def _in_order(self, known: _Known, thread: _Thread, shared: int, call: Routed) -> bool:
        """Tell whether a step may come next in a thread: one that was not made yet, or one that may be made again."""
        if known.step.name not in thread.seen:
            return shared > 0 or known.place >= thread.place
        if known.step.name != thread.last:
            return False
        return "within" in known.step.asks or _is_again(known.step, thread.sightings, call)

    # --- taken in -------------------------------------------------------------------------------------------------------------

    def _take(self, fit: _Fit, call: Routed) -> None:
        step = fit.known.step
        thread = fit.thread or self._begun(fit)
        thread.session = _session(call.recorded.request)
        if not fit.about:
            for name, value in fit.likeness.names.items():
                self._learn(thread, name, typed(self._journey.givens.get(name), value))
        sighting = self._sighting(fit, thread, call)
        if sighting.purpose is Purpose.STEP and step.name in thread.seen:
            if _is_again(step, thread.sightings, call):
                sighting = replace(sighting, purpose=Purpose.AGAIN)
            else:
                thread.sightings = [_polled(each) if each.step == step.name else each for each in thread.sightings]
        self._fell_back(thread, step)
        if step.part in ("steps", "fallbacks"):
            thread.sightings.append(sighting)
        thread.place = max(thread.place, fit.known.place)
        response = sighting.response
        if sighting.purpose is not Purpose.INFORMS:
            thread.seen.add(step.name)
            thread.last = step.name
            if response is not None and sighting.trouble is None and succeeded(response, step.status):
                self._keep(thread, step, response)

    def _begun(self, fit: _Fit) -> _Thread:
        """Return a new thread; one that goes on from another knows what that one knew before this step."""
        thread = _Thread(len(self._threads))
        self._threads.append(thread)
        if fit.parent is not None:
            earlier = {name for known in self._steps if known.place < fit.known.place for name in keep_paths(known.step)}
            for name, value in fit.parent.known.items():
                if name in self._journey.givens or name in earlier:
                    self._learn(thread, name, value)
            thread.kept = fit.parent.kept & earlier
        return thread

    def _learn(self, thread: _Thread, name: str, value: JSON) -> None:
        """Note a value of a name, unless it is known: what an earlier step handed out counts as it was handed out."""
        if name not in thread.known:
            thread.known[name] = value
            self._of_value.setdefault((name, _key(value)), []).append(thread)

    def _keep(self, thread: _Thread, step: Step, response: Response) -> None:
        for name, paths in keep_paths(step).items():
            values = (next(iter(found(path, response, thread.known)), MISSING) for path in paths)
            value = next((each for each in values if each is not MISSING), MISSING)
            if value is not MISSING:
                thread.known.pop(name, None)
                thread.kept.add(name)
                self._learn(thread, name, value)

    def _fell_back(self, thread: _Thread, step: Step) -> None:
        """Note that a fallback was taken, where a step that has it was not answered in this walk."""
        for each in self._journey.steps if step.part == "fallbacks" else ():
            if each.fallback == step.name:
                seen = [one for one in thread.sightings if one.step == each.name and one.purpose is Purpose.STEP]
                last = seen[-1] if seen else None
                if last is None or last.trouble is not None or last.response is None or not succeeded(last.response, each.status):
                    thread.caught[each.name] = step.name

    def _sighting(self, fit: _Fit, thread: _Thread, call: Routed) -> Sighting:
        recorded, step = call.recorded, fit.known.step
        seconds = _late(step, thread, recorded) if step.event else recorded.seconds
        response = _message(call) if step.event else recorded.response
        about = fit.about or self._informed(fit, thread, response)
        purpose = Purpose.INFORMS if about else Purpose.STEP
        expected = (*(fit.known.told[about][0] if about else ()), *step.status)
        trouble, why = _trouble(call, response, expected, fit.known.scene)
        return Sighting(
            step=step.name,
            request=recorded.request,
            response=response,
            trouble=trouble,
            why=why,
            at=recorded.at,
            seconds=seconds,
            known=dict(thread.known),
            purpose=purpose,
            about=about,
        )

    def _informed(self, fit: _Fit, thread: _Thread, response: Response | None) -> str:
        """Return the entry of ``informs`` that an answer is, where nobody brought it about.

        An answer that says no to a value that an earlier step handed out is none: that is between the two partners.
        """
        if response is None or succeeded(response, fit.known.step.status):
            return ""
        handed = any(name in thread.kept for name in fit.likeness.names)
        for name, (codes, special) in fit.known.told.items():
            if response.status in codes and not (special and handed):
                return name
        return ""


def _told(step: Step) -> dict[str, tuple[tuple[int, ...], bool]]:
    return {_name(entry): (_codes(entry["status"]), bool(entry.get("with"))) for entry in step.asks.get("informs", ())}


def _name(entry: Mapping[str, JSON]) -> str:
    return informs_name(entry.get("when", ""), entry["status"])


def _codes(written: int | list[int]) -> tuple[int, ...]:
    return tuple(written) if isinstance(written, list) else (written,)


def _trouble(call: Routed, response: Response | None, expected: Sequence[int], scene: Scene | None) -> tuple[Trouble | None, str]:
    """Return why a call says nothing, and in words."""
    why = call.recorded.why
    if response is None:
        return (Trouble.SILENT if _TOO_LATE.search(why) else Trouble.UNREACHABLE), why
    if call.inbox:
        return None, ""
    told = trouble_of(response, expected, reads_pages=_reads_pages(scene))
    if told is not None:
        return told
    return (Trouble.GARBLED, why) if why else (None, "")


def _reads_pages(scene: Scene | None) -> bool:
    answers = scene.operation.successes(()) if scene is not None else ()
    return any(media.name == "text/html" for answer in answers for media in answer.media)


def _message(call: Routed) -> Response:
    """Return what a delivery says, as the one answer that an event has."""
    request = call.recorded.request
    return Response(200, dict(request.headers), request.body)


def _is_of_type(event: Event, body: JSON) -> bool:
    return not event.type or not isinstance(body, Mapping) or body.get("type", event.type) == event.type


def _is_filled(template: JSON, value: JSON, known: Mapping[str, JSON]) -> bool:
    """Tell whether a value is what a template becomes in a walk."""
    if value is MISSING:
        return False
    names = names_in(template, value)
    return names is not None and all(name in known and is_alike(known[name], each) for name, each in names.items())


def _late(step: Step, thread: _Thread, recorded: Recorded) -> float:
    """Return how long an event took since the step that it follows."""
    before = next((each for each in reversed(thread.sightings) if each.step == step.after), None)
    since = 0.0 if before is None else (recorded.at - before.at).total_seconds() - before.seconds
    return max(since, 0.0)


def _session(request: Request) -> tuple[str, str]:
    return request.headers.get("authorization", ""), request.headers.get("cookie", "")


def _key(value: JSON) -> str:
    return as_text(value) if not isinstance(value, dict | list) else repr(value)


def _rank(known: _Known, like: Likeness, thread: _Thread | None, shared: int, session: int) -> tuple[int, ...]:
    """Return how much speaks for a call being of a step and of a thread: what it sends, what ties it, what came last."""
    tie = (0, 0, 0, -1) if thread is None else (1, shared, session, thread.number)
    return (like.equal, -like.different, *tie, -known.place)


def _is_again(step: Step, sightings: Sequence[Sighting], call: Routed) -> bool:
    """Tell whether a call is the one before it, pressed once more."""
    last = sightings[-1] if sightings else None
    if last is None or last.step != step.name or step.asks.get("repeat-safe") is not True or last.request is None:
        return False
    one, other = last.request, call.recorded.request
    before, after = (
        (each.path, each.query, each.body, each.headers.get("idempotency-key")) for each in (one, other)
    )  # fmt: skip
    return before == after


def _polled(sighting: Sighting) -> Sighting:
    return replace(sighting, purpose=Purpose.POLL) if sighting.purpose is Purpose.STEP else sighting
