"""Laws of judging: what holds for any contract, any change to it, any need of it and anything sent to it.

What is true is known from how the contracts were made (:mod:`tests.contracts_made`), never from the engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.changes import differences
from cxcontracts.exchanges import JSON, NO_BODY, Request, Response
from cxcontracts.findings import Finding, Verdict
from cxcontracts.scenes import Side
from tests.contracts_drawn import (
    Ask,
    Piece,
    Sent,
    asks,
    contracts,
    findings,
    law,
    layouts,
    looser,
    satisfiable,
    sendings,
    sent_by,
    sound_pairs,
    values_of,
    written,
)
from tests.contracts_made import (
    GONE,
    Either,
    Ends,
    Field,
    Flag,
    Layout,
    Listed,
    Made,
    Number,
    Perhaps,
    Reading,
    Record,
    Text,
    Type,
    Writer,
    ends,
    reached,
    scalar,
    spoken,
    telling,
    valid,
)
from tests.estates_made import TODAY

WORSE = (Verdict.BROKEN, Verdict.TOLERATED)


# --- answers ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """What one version of a contract means for one need."""

    made: Made
    ask: Ask

    @property
    def reading(self) -> Reading:
        return Reading(self.made)

    @property
    def bodies(self) -> dict[str, Type | None]:
        """The answers that count as success."""
        good = {key: body for key, body in self.made.answers.items() if key.startswith("2")}
        return good or {key: body for key, body in self.made.answers.items() if key == "default"}

    @property
    def ends(self) -> Ends:
        if self.ask.header:
            known = any(each.name == self.ask.segments[0] for each in self.made.headers.fields)
            return ends(self.reading, self.made.headers, self.ask.segments) if known else Ends(gone=True)
        whole = Ends()
        for body in self.bodies.values():
            whole |= Ends(gone=True) if body is None else ends(self.reading, body, self.ask.segments)
        return whole

    @property
    def there(self) -> int:
        """0 where the field is guaranteed, 1 where it is possible, 2 where it is impossible."""
        gone = self.ends.gone or (self.ends.null and not self.ask.allows_null)
        present = self.ends.types or (self.ends.null and self.ask.allows_null)
        return 2 if not present else 1 if gone else 0

    def allows(self, value: JSON) -> bool:
        """Tell whether a value can be at the end of the path; where the field can be absent, null is no new value."""
        if value is None:
            return self.ends.null or self.ends.gone
        return any(self.reading.admits(type_, value) for type_ in self.ends.types)

    def values(self) -> Iterator[JSON]:
        """Yield values that can be at the end of the path, null left out."""
        for type_ in self.ends.types:
            yield from values_of(self.reading, type_, 12)

    def says(self, response: Response) -> bool:
        """Tell whether this version allows an answer."""
        if self.ask.header:
            return self.reading.admits(self.made.headers, dict(response.headers))
        keys = (str(response.status), f"{response.status // 100}XX", "default")
        body = next(self.made.answers[key] for key in keys if key in self.made.answers)
        if body is None or response.body is NO_BODY:
            return body is None and response.body is NO_BODY
        return self.reading.admits(body, response.body)

    def answers(self) -> Iterator[JSON]:
        """Yield bodies that this version allows; of a need of a header, all headers together."""
        if self.ask.header:
            yield from values_of(self.reading, self.made.headers, 30) if self.made.headers.fields else [{}]
            return
        for body in self.bodies.values():
            yield from [GONE] if body is None else values_of(self.reading, body, 40)

    def refuses(self, answer: JSON) -> bool:
        return self.ask.refuses(None, answer) if self.ask.header else self.ask.refuses(answer, {})

    def answer(self, response: Response) -> JSON:
        """Return what the need looks at in a response."""
        return dict(response.headers) if self.ask.header else GONE if response.body is NO_BODY else response.body

    def new(self, value: JSON) -> bool:
        """Tell whether a value is refused by the need, and not allowed by this version."""
        if value == GONE or (value is None and not self.ask.allows_null):
            return False
        return Ask((), self.ask.schema, self.ask.optional).refuses(value, {}) and not self.allows(value)


@dataclass(frozen=True)
class Case:
    """A need, what both versions mean for it, and what is said of it."""

    record: Truth
    candidate: Truth
    finding: Finding

    def __str__(self) -> str:
        said = f"{self.finding.id} {self.record.ask.schema}: {self.finding.verdict}, {self.finding.because}"
        documents = [Writer(truth.made, Layout()).document() for truth in (self.record, self.candidate)]
        shown = [
            {"200": each["paths"]["/things/{id}"]["post"]["responses"], **each["components"]["schemas"]} for each in documents
        ]
        return f"{said}\n{self.finding.witness}\n{shown[0]}\n{shown[1]}"


def judged(data: st.DataObject) -> Iterator[Case]:
    """Yield each need of a change that is drawn."""
    record, candidate = data.draw(sound_pairs)
    wanted = data.draw(asks(record, candidate))
    found = findings(written(record, data.draw(layouts)), written(candidate, data.draw(layouts)), wanted)
    for ask in wanted:
        finding = found[ask.rest]
        if finding.cause is None:
            yield Case(Truth(record, ask), Truth(candidate, ask), finding)


@law(200)
@given(st.data())
def test_what_is_called_broken_has_an_answer_that_the_candidate_allows_and_the_need_refuses(data: st.DataObject) -> None:
    for case in judged(data):
        if case.finding.verdict in WORSE:
            assert case.finding.witness is not None
            response = case.finding.witness.response
            assert case.candidate.says(response), str(case)
            assert case.candidate.refuses(case.candidate.answer(response)), str(case)


@law(200)
@given(st.data())
def test_what_is_called_intact_has_no_counter_example(data: st.DataObject) -> None:
    for case in judged(data):
        if case.finding.verdict is Verdict.INTACT:
            for answer in case.candidate.answers():
                assert not case.candidate.refuses(answer), f"{answer} {case}"


@law(200)
@given(st.data())
def test_what_is_called_broken_is_the_doing_of_the_change(data: st.DataObject) -> None:
    for case in judged(data):
        ask = case.record.ask
        if case.finding.verdict in WORSE and ask.when is None:
            assert case.finding.witness is not None
            answer = case.candidate.answer(case.finding.witness.response)
            fell = case.candidate.there > case.record.there and not ask.optional
            new = any(case.record.new(value) for value in reached(answer, ask.segments))
            lost = all(not valid(ask.schema, value) for value in case.candidate.values())
            assert fell or new or lost, str(case)


@law(200)
@given(st.data())
def test_what_a_change_makes_worse_is_called_broken(data: st.DataObject) -> None:
    for case in judged(data):
        record, candidate, ask = case.record, case.candidate, case.record.ask
        if case.finding.verdict in (*WORSE, Verdict.UNPROVEN) or ask.when is not None:
            continue
        if not ask.optional and record.ends != Ends():
            assert candidate.there <= record.there, str(case)
        for value in candidate.values():
            if not isinstance(value, dict | list):
                assert not record.new(value), f"{value} {case}"


@law(60)
@given(st.data())
def test_what_a_contract_promises_is_said_as_it_is(data: st.DataObject) -> None:
    made = data.draw(contracts().filter(satisfiable))
    wanted = data.draw(asks(made, made))
    found = findings(written(made, data.draw(layouts)), None, wanted)
    for ask in wanted:
        truth = Truth(made, ask)
        case = Case(truth, truth, found[ask.rest])
        if case.finding.verdict is Verdict.INTACT:
            assert not any(truth.refuses(answer) for answer in truth.answers()), str(case)
        elif not ask.optional and ask.when is None and truth.there == 2 and truth.ends != Ends():
            assert case.finding.was == "impossible", str(case)


# --- another layout -----------------------------------------------------------------------------------------------------------


def differing(one: Side, other: Side) -> tuple[object, ...]:
    return differences(one, other, one.contract.operations(), lambda keys: (), TODAY)


@law(150)
@given(st.data())
def test_a_contract_in_another_layout_has_no_changes(data: st.DataObject) -> None:
    made = data.draw(contracts())
    one, other = data.draw(layouts), data.draw(layouts)

    found = differing(written(made, one), written(made, other))

    assert found == (), f"{found}\n{Writer(made, one).document()}\n{Writer(made, other).document()}"


@law(100)
@given(st.data())
def test_a_contract_in_another_layout_breaks_nothing_and_promises_the_same(data: st.DataObject) -> None:
    made = data.draw(contracts().filter(satisfiable))
    wanted, sent = data.draw(asks(made, made)), sent_by(data.draw(sendings(made)))
    one, other = data.draw(layouts), data.draw(layouts)

    before = findings(written(made, one), None, wanted, sent)
    after = findings(written(made, one), written(made, other), wanted, sent)

    told = {Verdict.UNPROVEN: Verdict.UNPROMISED}  # what nobody can tell of a promise, no change has made worse
    verdicts = {name: (told.get(before[name].verdict, before[name].verdict), each.verdict) for name, each in after.items()}
    otherwise = {name: pair for name, pair in verdicts.items() if pair[0] is not pair[1]}
    assert otherwise == {}, f"{otherwise}\n{Writer(made, one).document()}\n{Writer(made, other).document()}"


@law(100)
@given(st.data())
def test_no_verdict_hangs_on_the_layout(data: st.DataObject) -> None:
    record, candidate = data.draw(sound_pairs)
    wanted = data.draw(asks(record, candidate))

    found = [findings(written(record, data.draw(layouts)), written(candidate, data.draw(layouts)), wanted) for _ in range(2)]

    for ask in wanted:
        one, other = (each[ask.rest] for each in found)
        case = Case(Truth(record, ask), Truth(candidate, ask), one)
        assert one.verdict is other.verdict, f"{other.verdict}, {other.because}: {case}"


# --- looser needs -------------------------------------------------------------------------------------------------------------


@law(200)
@given(st.data())
def test_a_looser_need_never_turns_intact_into_broken(data: st.DataObject) -> None:
    record, candidate = data.draw(sound_pairs)
    strict = data.draw(asks(record, candidate))
    loose = tuple(data.draw(looser(ask)) for ask in strict)
    one, other = written(record, data.draw(layouts)), written(candidate, data.draw(layouts))

    before, after = findings(one, other, strict), findings(one, other, loose)

    for ask, less in zip(strict, loose, strict=True):
        finding = after[less.rest]
        if before[ask.rest].verdict is Verdict.INTACT:
            assert finding.verdict is Verdict.INTACT or "tell" in finding.because, (
                f"{ask.schema} {Case(Truth(record, less), Truth(candidate, less), finding)}"
            )


# --- optional fields ----------------------------------------------------------------------------------------------------------

OTHER: Mapping[type, Type] = {Text: Number(), Number: Text(), Flag: Text()}
needed = st.sampled_from((Text(), Text(format="date"), Text(pattern="^[A-Z]{3}$"), Number(), Number(False, 0, 10), Flag()))
wrappings = st.lists(st.sampled_from(("field", "list", "null", "either")), max_size=3)


def wrapped(type_: Type, wrapping: list[str]) -> tuple[Type, tuple[str, ...]]:
    """Return an answer with a type somewhere inside, and the path that leads there."""
    path: tuple[str, ...] = ()
    for word in wrapping:
        match word:
            case "field":
                type_, path = Record((Field("part", type_), Field("id", Text()))), ("part", *path)
            case "list":
                type_, path = Listed(type_), ("*", *path)
            case "null":
                type_ = Perhaps(type_)
            case "either":
                type_ = Either((type_, Flag()))
    return type_, path


def answering(fields: tuple[Field, ...], wrapping: list[str]) -> tuple[Made, tuple[str, ...]]:
    whole, path = wrapped(Record(fields), wrapping)
    return Made({}, {"200": whole}), path


@law(60)
@given(needed, wrappings, st.booleans(), layouts, layouts)
def test_an_optional_field_that_is_needed_and_removed_is_broken_and_breaks_nothing_when_it_comes_back(
    type_: Type, wrapping: list[str], silent: bool, one: Layout, other: Layout
) -> None:
    other_fields = (Field("id", Text()),)
    with_it, path = answering((*other_fields, Field("wanted", type_, False)), wrapping)
    without, _ = answering(other_fields, wrapping)
    ask = Ask((*path, "wanted"), {} if silent else scalar(type_))

    removed = findings(written(with_it, one), written(without, other), [ask])[ask.rest]
    back = findings(written(without, one), written(with_it, other), [ask])[ask.rest]

    assert (removed.verdict, back.verdict) == (Verdict.BROKEN, Verdict.UNPROMISED)


@law(60)
@given(needed, wrappings, st.booleans(), layouts, layouts)
def test_an_optional_field_that_is_needed_and_retyped_is_broken_both_ways(
    type_: Type, wrapping: list[str], required: bool, one: Layout, other: Layout
) -> None:
    retyped = OTHER[type(type_)]
    before, path = answering((Field("wanted", type_, required),), wrapping)
    after, _ = answering((Field("wanted", retyped, required),), wrapping)
    segments = (*path, "wanted")

    forth = findings(written(before, one), written(after, other), [Ask(segments, scalar(type_))])
    back = findings(written(after, other), written(before, one), [Ask(segments, scalar(retyped))])

    assert [finding.verdict for finding in (*forth.values(), *back.values()) if finding.kind == "needs"] == [Verdict.BROKEN] * 2


@law(60)
@given(needed, st.booleans(), layouts, layouts)
def test_an_optional_field_that_is_sent_and_no_longer_declared_is_broken_and_breaks_nothing_when_it_comes_back(
    type_: Type, nested: bool, one: Layout, other: Layout
) -> None:
    rest = (Field("id", Text()),)
    full, less = Record((*rest, Field("wanted", type_, False))), Record(rest)
    bodies = [Record((Field("part", body), *rest)) if nested else body for body in (full, less)]
    with_it, without = (Made({}, {"200": Text()}, request=body) for body in bodies)
    sent = Sent({"body.part": {"wanted": "$wanted"}} if nested else {"body.wanted": "$wanted"}, {"wanted": scalar(type_)})
    key = "accepts:body.part" if nested else "accepts:body.wanted"

    removed = findings(written(with_it, one), written(without, other), [], sent)[key]
    back = findings(written(without, one), written(with_it, other), [], sent)[key]

    assert (removed.verdict, back.verdict) == (Verdict.BROKEN, Verdict.UNPROMISED)


# --- what is sent -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Takes:
    """What one version of a contract takes at a place."""

    made: Made
    piece: Piece

    @property
    def reading(self) -> Reading:
        return Reading(self.made, "request")

    @property
    def ends(self) -> Ends:
        if self.piece.place == "body":
            return ends(self.reading, self.made.request, self.piece.segments) if self.made.request else Ends(gone=True)
        types = [
            each.type for place, each in self.made.parameters if (place, each.name) == (self.piece.place, self.piece.segments[0])
        ]
        return Ends(tuple(types) or ((Text(),) if self.piece.place == "path" else ()))

    @property
    def declared(self) -> bool:
        return bool(self.ends.types) or self.ends.null

    def takes(self, value: JSON) -> bool:
        """Tell whether a value is taken; outside of a body, any reading of the text that it becomes."""
        readings = [value] if self.piece.place == "body" else list(spoken(as_text(value)))
        return any(self._admits(reading) for reading in readings)

    def _admits(self, value: JSON) -> bool:
        return (value is None and self.ends.null) or any(self.reading.admits(type_, value) for type_ in self.ends.types)

    def values(self) -> Iterator[JSON]:
        for type_ in self.ends.types:
            yield from values_of(self.reading, type_, 12)


def as_text(value: JSON) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


@dataclass(frozen=True)
class Sending:
    """Something that is sent, what both versions take there, and what is said of it."""

    record: Takes
    candidate: Takes
    finding: Finding

    @property
    def piece(self) -> Piece:
        return self.record.piece

    def values(self) -> Iterator[JSON]:
        """Yield values that the journey sends, with those among them that either version tells apart."""
        if self.piece.literal:
            yield self.piece.space["const"]
            return
        tries = [*self.record.values(), *self.candidate.values(), *telling(Text()), *telling(Number(False)), *telling(Flag())]
        tries += self.piece.space.get("enum", []) + [each for value in tries if isinstance(value, str) for each in spoken(value)]
        yield from (value for value in tries if valid(self.piece.space, value))

    def lost(self, value: JSON) -> bool:
        """Tell whether a value was taken and no longer is."""
        return self.record.takes(value) and (not self.candidate.declared or not self.candidate.takes(value))

    def __str__(self) -> str:
        said = f"{self.finding.id} {self.piece}: {self.finding.verdict}, {self.finding.because}"
        documents = [Writer(takes.made, Layout()).document() for takes in (self.record, self.candidate)]
        operations = [document["paths"]["/things/{id}"]["post"] for document in documents]
        shown = [{key: each.get(key) for key in ("parameters", "requestBody")} for each in operations]
        named = [document["components"]["schemas"] for document in documents]
        return f"{said}\n{self.finding.witness}\n{shown[0]} {named[0]}\n{shown[1]} {named[1]}"


def sending(data: st.DataObject) -> Iterator[list[Sending]]:
    """Yield each key of ``with`` as the places that it reaches."""
    record, candidate = data.draw(sound_pairs)
    pieces = data.draw(sendings(record))
    found = findings(written(record, data.draw(layouts)), written(candidate, data.draw(layouts)), [], sent_by(pieces))
    for key in dict.fromkeys(piece.key for piece in pieces):
        own = [
            Sending(Takes(record, piece), Takes(candidate, piece), found[f"accepts:{key}"])
            for piece in pieces
            if piece.key == key
        ]
        if own[0].finding.cause is None and all(each.record.declared for each in own):
            yield own


def sent_in(request: Request, piece: Piece) -> Iterator[JSON]:
    """Yield what a call has at a place."""
    name = piece.segments[0]
    match piece.place:
        case "body":
            yield from (value for value in reached(request.body, piece.segments) if value != GONE)
        case "query":
            yield from (value for key, value in request.query if key == name)
        case "header":
            yield request.headers[name]
        case "cookie":
            yield from re.findall(rf"(?:^|; ){name}=([^;]*)", request.headers["cookie"])


@law(200)
@given(st.data())
def test_what_is_sent_and_called_broken_was_taken_and_is_refused(data: st.DataObject) -> None:
    for each in sending(data):
        finding = each[0].finding
        if finding.verdict in WORSE and each[0].piece.place != "path":
            assert finding.witness is not None
            parts = [part for one in each for part in (one, *shells(one))]
            values = [(part, value) for part in parts for value in sent_in(finding.witness.request, part.piece)]
            assert any(part.lost(value) and is_sent(part.piece, value) for part, value in values), str(each[0])


def shells(one: Sending) -> Iterator[Sending]:
    """Yield what a part of a value that is written out stands in: that can be refused as a whole."""
    for end in range(1, len(one.piece.segments)) if one.piece.literal else ():
        piece = replace(one.piece, segments=one.piece.segments[:end], space={})
        yield Sending(Takes(one.record.made, piece), Takes(one.candidate.made, piece), one.finding)


def is_sent(piece: Piece, value: JSON) -> bool:
    readings = [value] if piece.place == "body" else list(spoken(value))
    return any(valid(piece.space, reading) for reading in readings)


@law(200)
@given(st.data())
def test_what_is_sent_and_called_intact_is_always_taken(data: st.DataObject) -> None:
    for each in sending(data):
        for one in each:
            if one.finding.verdict is Verdict.INTACT:
                for value in one.values():
                    assert one.candidate.takes(value), f"{value!r} {one}"


@law(200)
@given(st.data())
def test_what_is_sent_and_no_longer_taken_is_called_broken(data: st.DataObject) -> None:
    for each in sending(data):
        for one in each:
            if one.finding.verdict not in (*WORSE, Verdict.UNPROVEN):
                for value in one.values():
                    assert not one.lost(value), f"{value!r} {one}"
