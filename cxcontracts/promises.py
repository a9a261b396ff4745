"""How far a contract carries a need, and whether a change makes it worse: DESIGN, "When a change breaks a need".

A need has two halves: *there* (the field is present) and *what* (its value, when present). Each is guaranteed, possible or
impossible under a contract. A change breaks the need when a half falls, or when it allows a value that the need refuses and that
the record did not allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from cxcontracts import breaches
from cxcontracts.containment.building import ABSENT, Unbuildable, allows
from cxcontracts.containment.narrowing import Interest, interest_of, narrowed
from cxcontracts.containment.nodes import Shape, TooManyShapes, Touched
from cxcontracts.containment.sets import Found, Nothing, Schema, Undecidable, Unknown, admits, find, satisfiable
from cxcontracts.containment.ways import Gap, Way, ways
from cxcontracts.contracts.operation import Operation
from cxcontracts.exchanges import JSON, NO_BODY, Exchange, Request, Response
from cxcontracts.findings import Promise, Verdict
from cxcontracts.paths import MISSING, Each, Matching, Path, Segment, found
from cxcontracts.problems import did_you_mean
from cxcontracts.requirements import Judgement
from cxcontracts.scenes import Scene, Side, Voice, voices
from cxcontracts.wording import condition_met, described

THERE: Final[Mapping[str, Any]] = {"not": {"type": "null"}}
"""What a value has to be that only has to be there: null is as good as none."""

_MOST_WITNESSES = 40
_GRAVEST_FIRST = (Gap.UNDECLARED, Gap.RETYPED, Gap.NULL, Gap.OPTIONAL)
"""Why a field is nowhere any more: what became of it says more than that it may be missing, which it often could before."""


@dataclass(frozen=True)
class Condition:
    """When a need applies: the value at *path* satisfies *schema*."""

    path: Path
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """A need of an answer.

    Attributes:
        path: The field.
        schema: What its value must satisfy.
        optional: True where absent or null is fine too.
        condition: When it applies; None for always.
        statuses: The codes that the answer may have; empty for any success.
        levels: Over how many levels the value is looked at, beyond what *schema* names: what is passed on is passed on whole.
    """

    path: Path
    schema: Mapping[str, Any]
    optional: bool = False
    condition: Condition | None = None
    statuses: tuple[int, ...] = ()
    levels: int = 0

    @property
    def interest(self) -> Interest:
        """How deep the need looks into the value."""
        return Interest(levels=self.levels) if self.levels else interest_of(self.schema)

    @property
    def allows_null(self) -> bool:
        """Whether null is a value like any other."""
        return admits(self.schema, None)

    def refuses(self, response: Response) -> bool:
        """Tell whether a response fails the need.

        Raises:
            Undecidable: If a pattern gives up on a value.
        """
        return self.applies(response) and any(self.fails(value) for value in found(self.path, response))

    def applies(self, response: Response) -> bool:
        """Tell whether a response is one of those that the need is about."""
        return self.condition is None or self._applies(self.condition, response)

    def fails(self, value: JSON) -> bool:
        """Tell whether a value at the path fails the need; :data:`~cxcontracts.paths.MISSING` for none."""
        if value is MISSING or (value is None and not self.allows_null):
            return not self.optional
        return not admits(self.schema, value)

    def _applies(self, condition: Condition, response: Response) -> bool:
        values = [value for value in found(condition.path, response) if value is not MISSING]
        return any(admits(condition.schema, value) for value in values)


@dataclass(frozen=True)
class Branch:
    """One way in which one success can look along the path of a need; *way* is None where there is no body to look at."""

    voice: Voice
    way: Way | None

    @property
    def gap(self) -> Gap | None:
        """Why the field is not there; None where it is, or where there is no body."""
        return self.way.gap if self.way else None


@dataclass
class Carried:
    """How one contract carries one need.

    Attributes:
        present: The branches in which the field is there, each with its value's schema, null taken out unless the need allows it.
        absent: The branches in which it is not.
        unread: Media types of bodies that cannot be read.
        unknown: Why something could not be decided.
        answered: Whether there is any success at all.
    """

    present: list[tuple[Branch, Schema]] = field(default_factory=list)
    absent: list[Branch] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    answered: bool = False

    @property
    def ways(self) -> list[Way]:
        """Every way in which a body, or the headers, can look along the path."""
        return [branch.way for branch in (*(branch for branch, _ in self.present), *self.absent) if branch.way]

    @property
    def there(self) -> Promise:
        """How far the field's presence is carried."""
        if self.present and not self.absent:
            return Promise.GUARANTEED
        return Promise.POSSIBLE if self.present else Promise.IMPOSSIBLE

    @property
    def schemas(self) -> list[Schema]:
        """The different schemas of the field's value."""
        unique: list[Schema] = []
        for _, schema in self.present:
            if schema not in unique:
                unique.append(schema)
        return unique

    def what(self, need: Need) -> Promise | Unknown:
        """Return how far the field's value is carried, where it is there."""
        bad = [find([schema], [need.schema]) for schema in self.schemas]
        if all(isinstance(answer, Nothing) for answer in bad):
            return Promise.GUARANTEED
        good = [find([schema, need.schema]) for schema in self.schemas]
        if all(isinstance(answer, Nothing) for answer in good):
            return Promise.IMPOSSIBLE
        if any(isinstance(answer, Found) for answer in bad) and any(isinstance(answer, Found) for answer in good):
            return Promise.POSSIBLE
        return next(answer for answer in (*bad, *good) if isinstance(answer, Unknown))

    @property
    def nothing(self) -> bool:
        """Whether the contract promises an answer, and allows none in which the need could be met or missed."""
        return self.answered and not self.present and not self.absent and not self.unread and not self.unknown


def carried(side: Side, operation: Operation, need: Need, accept: str, touched: Touched) -> Carried:
    """Return how a contract carries a need."""
    result = Carried()
    for voice in voices(operation, need.statuses, accept):
        result.answered = True
        touched.add((operation.node.identity, voice.answer.key))
        if voice.unread and need.path.root == "body":
            result.unread.append(voice.unread)
        elif voice.media is None and need.path.root == "body":
            if need.condition is None:
                result.absent.append(Branch(voice, None))
        else:
            _collect(side, operation, need, voice, touched, result)
    return result


def _collect(side: Side, operation: Operation, need: Need, voice: Voice, touched: Touched, result: Carried) -> None:
    header = need.path.root == "header"
    nodes = (side.headers(operation, voice.answer),) if header else voice.media.nodes if voice.media else ()
    try:
        for way in ways(side.responses, nodes, need.path.segments, touched):
            if _meets(side, way, need, touched):
                _sort(side, need, Branch(voice, way), result, touched)
    except TooManyShapes:
        result.unknown.append("more alternatives than can be told apart")


def _sort(side: Side, need: Need, branch: Branch, result: Carried, touched: Touched) -> None:
    way = branch.way
    assert way is not None
    if way.end is None:
        result.absent.append(branch)
        return
    types = way.end.types
    if "null" in types and not need.allows_null:
        stop = Shape(way.end.atoms, frozenset({"null"}))
        result.absent.append(Branch(branch.voice, Way(way.turns, None, Gap.NULL, stop)))
        types -= {"null"}
    if types:
        end = way.end if types == way.end.types else Shape(way.end.atoms, types)
        schema = narrowed(side.responses, end, need.interest, touched)
        if satisfiable(schema):
            result.present.append((Branch(branch.voice, Way(way.turns, end)), schema))


def _meets(side: Side, way: Way, need: Need, touched: Touched) -> bool:
    """Tell whether an answer that takes this way can meet the need's condition."""
    if need.condition is None or not way.turns:
        return True
    index, rest = _fork(need.path.segments, need.condition.path.segments, len(way.turns))
    wanted = _nested(rest, need.condition.schema)
    schema = narrowed(side.responses, way.turns[index].shape, interest_of(wanted), touched)
    return not isinstance(find([schema, wanted]), Nothing)


def _fork(path: tuple[Segment, ...], other: tuple[Segment, ...], most: int) -> tuple[int, tuple[Segment, ...]]:
    """Return how many segments two paths share, at most *most* - 1, and the rest of the other."""
    index = 0
    while index < min(len(other) - 1, most - 1) and path[index] == other[index]:
        index += 1
    return index, other[index:]


def _nested(segments: tuple[Segment, ...], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a value that has, along a path, a value of *schema*."""
    for segment in reversed(segments):
        if isinstance(segment, Each | Matching):
            schema = {"type": "array", "contains": schema, "items": {}}
        else:
            schema = {"type": "object", "required": [segment], "properties": {segment: schema}}
    return schema


def judge_need(scene: Scene, need: Need, request: Callable[[], Request]) -> Judgement:
    """Judge a need on the contract of record and, where there is one, on the candidate.

    Args:
        request: Makes the call of the step, for the witness.

    Raises:
        ContractError: If the contract is unsound where the need looks.
    """
    record = carried(scene.record, scene.operation, need, scene.accept, scene.touched)
    judged = _Judged(scene, need, request)
    if scene.candidate is None:
        return judged.on_record(record)
    assert scene.renewed is not None
    candidate = carried(scene.candidate, scene.renewed, need, scene.accept, scene.touched)
    return judged.on_change(record, candidate)


@dataclass
class _Judged:
    scene: Scene
    need: Need
    request: Callable[[], Request]

    @property
    def path(self) -> Path:
        """The path as it is told: a header as the contract spells it."""
        return _spelled(self.scene, self.need.path, self.need.statuses)

    def on_record(self, record: Carried) -> Judgement:
        """Say what the contract of record really promises."""
        level = self._level(record)
        element = self._element(scene_voice(self.scene, self.need))
        if isinstance(level, Unknown):
            return Judgement(Verdict.UNPROVEN, element, f"{level.reason}, so nobody can tell what is promised of {self.path}")
        if level is Promise.GUARANTEED:
            return Judgement(Verdict.INTACT, element, was=level)
        return Judgement(Verdict.UNPROMISED, element, self._shortfall(record, level), was=level)

    def on_change(self, record: Carried, candidate: Carried) -> Judgement:
        """Say whether the candidate makes it worse."""
        doubts: list[str] = [*candidate.unknown, *(unreadable(name) for name in candidate.unread)]
        if record.nothing:
            self._contradiction(self.scene.record, self.scene.operation)
        if candidate.nothing or (record.answered and not candidate.answered):
            return self._unproven(self._contradiction(self.scene.candidate, self.scene.renewed))
        for break_ in self._breaks(record, candidate):
            judgement = self._proved(break_, record, candidate)
            if judgement is not None:
                return judgement
            doubts.append("no answer was found that shows it")
        if doubts:
            return self._unproven(doubts[0])
        doubt = self._doubt(record, candidate)
        if doubt is not None:
            return self._unproven(doubt.reason)
        return self._no_worse(record, candidate)

    def _no_worse(self, record: Carried, candidate: Carried) -> Judgement:
        level = self._level(candidate)
        element = self._element(scene_voice(self.scene, self.need))
        if level is Promise.GUARANTEED:
            return Judgement(Verdict.INTACT, element, was=self._said(record), is_=level)
        if isinstance(level, Unknown):
            because = f"{level.reason}, so nobody can tell what is promised of {self.path}; this change makes it no worse"
            return Judgement(Verdict.UNPROMISED, element, because)
        return Judgement(Verdict.UNPROMISED, element, self._shortfall(candidate, level), was=self._said(record), is_=level)

    def _contradiction(self, side: Side | None, operation: Operation | None) -> str:
        """Say why no answer could meet or miss the need.

        Raises:
            ContractError: If the contract contradicts itself: a promise that allows nothing is kept by nobody.
        """
        assert side is not None and operation is not None
        voice = next((voice for voice in voices(operation, self.need.statuses, self.scene.accept) if voice.media), None)
        if self.need.condition is not None:
            return f"no answer can have {self.need.condition.path} as the condition of this need asks"
        if voice is None or voice.media is None or not voice.media.nodes:
            return "the contract promises no such answer"
        what = "this schema contradicts itself: no answer can satisfy it"
        raise voice.media.nodes[0].home.refuse(voice.media.nodes[0], what, "correct it", "contradiction")

    def _said(self, carried_: Carried) -> Promise | None:
        level = self._level(carried_)
        return level if isinstance(level, Promise) else None

    def _level(self, carried_: Carried) -> Promise | Unknown:
        """Return how far both halves together are carried."""
        if carried_.nothing:
            return Unknown(self._contradiction(*self.scene.current()))
        if carried_.unread:
            return Unknown(unreadable(carried_.unread[0]))
        if carried_.unknown:
            return Unknown(carried_.unknown[0])
        if not carried_.answered:
            return Promise.IMPOSSIBLE
        if self.need.optional and not carried_.present:
            return Promise.GUARANTEED
        there = Promise.GUARANTEED if self.need.optional else carried_.there
        if there is Promise.IMPOSSIBLE:
            return there
        what = carried_.what(self.need)
        if isinstance(what, Unknown):
            return what
        return max(there, what, key=list(Promise).index)

    def _breaks(self, record: Carried, candidate: Carried) -> Iterator[tuple[Branch, JSON]]:
        """Yield (branch, value) that may prove a break; the value is :data:`ABSENT` where the field is not there."""
        if (
            not self.need.optional
            and list(Promise).index(candidate.there) > list(Promise).index(record.there)
            and not record.nothing
        ):
            yield from ((branch, ABSENT) for branch in _gravest(candidate, record))
        if not candidate.present:
            return
        known = record.schemas
        for branch, schema in candidate.present[:_MOST_WITNESSES]:
            if schema not in known:
                answer = find([schema], [self.need.schema, *known])
                if isinstance(answer, Found):
                    yield branch, answer.value
        yield from self._fallen(record, candidate)

    def _fallen(self, record: Carried, candidate: Carried) -> Iterator[tuple[Branch, JSON]]:
        """Yield values that the need refuses, where the half fell though no refused value is new: the good ones are gone."""
        if candidate.schemas == record.schemas or not record.present:
            return
        was, is_ = record.what(self.need), candidate.what(self.need)
        if isinstance(was, Promise) and isinstance(is_, Promise) and list(Promise).index(is_) > list(Promise).index(was):
            for branch, schema in candidate.present[:_MOST_WITNESSES]:
                answer = find([schema], [self.need.schema])
                if isinstance(answer, Found):
                    yield branch, answer.value

    def _doubt(self, record: Carried, candidate: Carried) -> Unknown | None:
        """Return why it cannot be told whether the value got worse; None where it can."""
        known = record.schemas
        for schema in candidate.schemas:
            if schema not in known:
                answer = find([schema], [self.need.schema, *known])
                if isinstance(answer, Unknown):
                    return answer
        return None

    def _proved(self, break_: tuple[Branch, JSON], record: Carried, candidate: Carried) -> Judgement | None:
        """Return the judgement with its witness; None where none was found that both sides confirm."""
        branch, value = break_
        response = self._witness(branch, value, record.schemas)
        if response is None:
            return None
        return Judgement(
            Verdict.BROKEN,
            self._element(branch.voice, renewed=True),
            self._sentence(break_, response, record, candidate) + self._when(),
            was=self._said(record) or (record.there if value is ABSENT else None),
            is_=self._said(candidate) or (candidate.there if value is ABSENT else None),
            witness=Exchange(self.request(), response),
        )

    def _witness(self, branch: Branch, value: JSON, known: Sequence[Schema]) -> Response | None:
        side = self.scene.candidate
        assert side is not None
        for response in self._responses(side, branch, value, known):
            try:
                if self._allowed(side, branch.voice, response) and self.need.refuses(response):
                    return response
            except Undecidable:
                continue
        return None

    def _responses(self, side: Side, branch: Branch, value: JSON, known: Sequence[Schema]) -> Iterator[Response]:
        assert self.scene.renewed is not None
        if branch.way is None:
            yield side.response(self.scene.renewed, branch.voice)
            return
        for end in self._ends(side, branch.way, value, known):
            try:
                whole = side.builder.along(branch.way, end)
                if self.need.path.root == "header":
                    yield side.response(self.scene.renewed, branch.voice, headers=whole)
                else:
                    yield side.response(self.scene.renewed, branch.voice, self._conditioned(side, branch.way, whole))
            except Unbuildable:
                continue

    def _ends(self, side: Side, way: Way, value: JSON, known: Sequence[Schema]) -> Iterator[JSON]:
        """Yield a whole value in place of a sketched one, where it is as new to the record; then the sketch."""
        if isinstance(value, dict | list) and way.end is not None:
            with suppress(Unbuildable, Undecidable):
                whole = side.builder.of_shape(way.end)
                if all(admits(schema, whole) == admits(schema, value) for schema in known):
                    yield whole
        yield value

    def _conditioned(self, side: Side, way: Way, whole: JSON) -> JSON:
        """Give the answer a value that makes the need apply."""
        condition = self.need.condition
        if condition is None or not way.turns:
            return whole
        index, rest = _fork(self.need.path.segments, condition.path.segments, len(way.turns))
        shape = way.turns[index].shape
        wanted = _nested(rest, condition.schema)
        answer = find([narrowed(side.responses, shape, interest_of(wanted)), wanted])
        if isinstance(answer, Found) and isinstance(answer.value, dict):
            target = whole
            for turn in way.turns[:index]:
                target = target[0 if turn.list_ else str(turn.name)]
            if isinstance(target, dict):
                for name in wanted.get("properties", {}):
                    target[name] = _merged(target.get(name), answer.value.get(name))
        return whole

    def _allowed(self, side: Side, voice: Voice, response: Response) -> bool:
        if self.need.path.root == "header":
            assert self.scene.renewed is not None
            return allows(side.responses, (side.headers(self.scene.renewed, voice.answer),), dict(response.headers))
        if response.body is NO_BODY:
            return voice.media is None
        return voice.media is not None and allows(side.responses, voice.media.nodes, response.body)

    def _unproven(self, reason: str) -> Judgement:
        because = f"nobody can tell what becomes of {self.path}: {reason}"
        return Judgement(Verdict.UNPROVEN, self._element(scene_voice(self.scene, self.need)), because)

    def _element(self, voice: Voice | None, *, renewed: bool = False) -> str:
        operation = self.scene.renewed if renewed and self.scene.renewed is not None else self.scene.operation
        return " ".join(part for part in (str(operation), str(voice or ""), str(self.path)) if part)

    def _sentence(self, break_: tuple[Branch, JSON], response: Response, record: Carried, candidate: Carried) -> str:
        (branch, value), path, asked = break_, self.path, self.need.schema
        if branch.way is None:
            comes = "may now come" if candidate.ways else "now comes"
            return f"the answer {comes} without a body ({branch.voice.answer.status}); the journey needs {breaches.named(path)}"
        if value is ABSENT:
            return breaches.broken_off(path, branch.way, candidate.ways, record.ways, asked)
        failing = [each for each in found(self.need.path, response) if each is not MISSING and self.need.fails(each)]
        met = next(schema for each, schema in candidate.present if each is branch)
        if self._said(candidate) is Promise.IMPOSSIBLE:
            return breaches.replaced(path, asked, candidate.schemas)
        return breaches.refused(path, asked, next(iter(failing), None), met, record.schemas)

    def _when(self) -> str:
        """Say when the need holds; nothing where it always does."""
        condition = self.need.condition
        if condition is None:
            return ""
        path = _spelled(self.scene, condition.path, self.need.statuses)
        return f" when {breaches.named(path)} {condition_met(condition.schema)}"

    def _shortfall(self, carried_: Carried, level: Promise) -> str:
        path = breaches.named(self.path)
        if not carried_.answered:
            return f"the contract promises no such answer, so {path} is not promised"
        broken = [branch.way for branch in carried_.absent if branch.way]
        if carried_.absent and not self.need.optional:
            if level is Promise.IMPOSSIBLE and {way.gap for way in broken} == {Gap.UNDECLARED}:
                return f"{path} is not in the contract" + self._suggestion(carried_)
            if not broken:
                return f"an answer may have no body, so {path} is not promised"
            return breaches.unpromised(self.path, carried_.ways, broken)
        there = "" if self.need.optional else "is there, but "
        return f"{path} {there or 'is '}not promised to be {described(self.need.schema)}"

    def _suggestion(self, carried_: Carried) -> str:
        ways_ = [branch.way for branch in carried_.absent if branch.way and branch.way.turns]
        if not ways_:
            return ""
        turn = ways_[0].turns[-1]
        names = [name for name in turn.shape.names if name and name != turn.name]
        return f"; {did_you_mean(str(turn.name), names)}" if names else ""


def _spelled(scene: Scene, path: Path, statuses: tuple[int, ...]) -> Path:
    """Return a path with its header spelled as either version of the contract does."""
    if path.root != "header":
        return path
    operations = (operation for operation in (scene.operation, scene.renewed) if operation is not None)
    told = (answer.headers.get(str(path.segments[0])) for operation in operations for answer in operation.successes(statuses))
    header = next((each for each in told if each is not None), None)
    return path if header is None else Path("header", (header.name,))


def unreadable(media: str) -> str:
    """Say why a body of a media type is not looked at."""
    if media == "application/json" or media.endswith("+json"):
        return f"the answer comes as {media} only, which the step does not accept"
    return f"{media} is not JSON and nothing reads it"


def scene_voice(scene: Scene, need: Need) -> Voice | None:
    """Return the first success in which a need looks, for the element of a judgement."""
    _, operation = scene.current()
    return next(voices(operation, need.statuses, scene.accept), None)


def _gravest(candidate: Carried, record: Carried) -> list[Branch]:
    """Return branches in which a field is missing, those first that show best what changed.

    That is a reason, at its place, that is new; and where the field can no longer be there at all, the one that says it best.
    """
    known = {_reason_of(branch) for branch in record.absent}
    gone = candidate.there is Promise.IMPOSSIBLE

    def rank(branch: Branch) -> tuple[bool, int, int]:
        known_already = _reason_of(branch) in known
        if not gone or branch.gap is None or branch.way is None:
            return (known_already, 0, 0)
        return (known_already, _GRAVEST_FIRST.index(branch.gap), -len(branch.way.turns))

    return sorted(candidate.absent, key=rank)[:_MOST_WITNESSES]


def _reason_of(branch: Branch) -> tuple[object, ...]:
    return (branch.gap, branch.voice.answer.key, len(branch.way.turns) if branch.way else 0)


def _merged(one: JSON, other: JSON) -> JSON:
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{name: _merged(one.get(name), value) for name, value in other.items()}}
    return other
