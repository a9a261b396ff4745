"""Whether what we send is taken, and whether a change makes that worse.

A request is safe when *what we send ⊆ what the partner accepts*. A change breaks it when some value that we send was accepted
under the record and is refused under the candidate, or when a field that we send is no longer declared: it would be ignored, and
the customer's wish lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cxcontracts.containment.narrowing import NO_DEEPER, Interest, interest_of, narrowed, wider
from cxcontracts.containment.nodes import Node, Shape, TooManyShapes, Touched, values_of
from cxcontracts.containment.sets import Answer, Found, Nothing, Schema, Unknown, find
from cxcontracts.containment.texts import find_shared_text, find_text
from cxcontracts.containment.ways import ways
from cxcontracts.contracts.operation import Encoding, Media, Operation, Parameter
from cxcontracts.contracts.styles import written
from cxcontracts.estate.templates import file_of, references
from cxcontracts.exchanges import JSON, Exchange, Response
from cxcontracts.findings import Promise, Verdict
from cxcontracts.paths import Segment
from cxcontracts.requirements import Judgement, id_of
from cxcontracts.scenes import Scene, Side
from cxcontracts.sending import Entry, sent_media
from cxcontracts.wording import is_any_text, listed, not_taken, refused_from_now_on

_LEVELS = 2
"""How many levels of what a contract takes are looked at, beyond those that we send: a list of codes is no list of anything."""

_REFUSALS = (400, 422)
_FORMS_OF_VALUES: Sequence[Schema] = (
    {"type": ["string", "number", "boolean"]},
    {"type": "array", "minItems": 2},
    {"type": "object", "minProperties": 1},
    {"type": "array", "minItems": 1},
)
IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI says to leave out of the parameters: those that are declared all the same mean nothing."""


@dataclass(frozen=True)
class Taken:
    """What one contract takes in one place.

    Attributes:
        declared: Whether it takes anything there.
        schemas: Any of them takes a value.
        text: Whether values travel as text.
        writing: What says how a value is written; None in a body that is no form, and below the value itself.
        unknown: Why it cannot be told; empty where it can.
    """

    declared: bool
    schemas: tuple[Schema, ...] = ()
    text: bool = False
    writing: Parameter | Encoding | None = None
    unknown: str = ""

    @property
    def schema(self) -> Schema:
        """All that is taken, as one schema."""
        if len(self.schemas) == 1:
            return self.schemas[0]
        return {"anyOf": list(self.schemas)} if self.schemas else False


@dataclass(frozen=True)
class Point:
    """One place that a value is sent to: an entry of ``with``, or a part of it below *segments*.

    Attributes:
        shell: True for a mapping or list whose parts are points of their own.
    """

    entry: Entry
    segments: tuple[Segment, ...] = ()
    shell: bool = False

    @property
    def label(self) -> str:
        """Its name, as a customer's form would call it."""
        return ".".join(self.names) or "body"

    @property
    def names(self) -> tuple[str, ...]:
        """The way to it from the whole parameter or body."""
        return tuple(part for part in (self.entry.name, *(str(segment) for segment in self.segments)) if part)


def taken(side: Side, operation: Operation, point: Point, sent: Schema, wanted: str, touched: Touched) -> Taken:
    """Return what a contract takes at a point, as deep as *sent* goes.

    Raises:
        ContractError: If the contract is unsound there.
    """
    interest = NO_DEEPER if point.shell else wider(interest_of(sent), Interest(levels=_LEVELS))
    try:
        if point.entry.place == "body":
            return _taken_in_body(side, operation, point, interest, wanted, touched)
        parameter = parameter_of(operation, point.entry)
        if parameter is None:
            touched.add((operation.node.identity, "security"))
            return Taken(declared=_login(operation, point.entry), schemas=(True,), text=True)
        touched.add((parameter.node.identity, None))
        ends = _ends(side, parameter.nodes, point.segments, touched)
        schemas = tuple(narrowed(side.requests, end, interest, touched) for end in ends)
        return Taken(bool(ends), schemas, text=not parameter.media, writing=None if point.segments else parameter)
    except TooManyShapes:
        return Taken(declared=True, unknown="more alternatives than can be told apart")


def _taken_in_body(side: Side, operation: Operation, point: Point, interest: Interest, wanted: str, touched: Touched) -> Taken:
    touched.add((operation.node.identity, "body"))
    media = sent_media(operation.body, wanted)
    if media is None:
        return Taken(declared=False)
    if not media.json and not media.form:
        return Taken(declared=True, unknown=f"{media.name} is not JSON and nothing reads it")
    names = (point.entry.name,) if point.entry.name else ()
    ends = _ends(side, media.nodes, (*names, *point.segments), touched)
    schemas = tuple(narrowed(side.requests, end, interest, touched) for end in ends)
    if not names and not point.segments:  # what a body requires is for `answers` to say
        schemas = tuple({key: value for key, value in schema.items() if key != "required"} for schema in schemas)
    return Taken(bool(ends), schemas, text=media.form, writing=_member_writing(operation, media, point, touched))


def _member_writing(operation: Operation, media: Media, point: Point, touched: Touched) -> Encoding | None:
    """Return how a member of a form is written; None for the form as a whole, and for what is inside a member."""
    if not media.form or len(point.names) != 1:
        return None
    touched.add((operation.node.identity, ("encoding", point.names[0])))
    return media.encodings.get(point.names[0], Encoding())


def _ends(side: Side, nodes: Sequence[Node], segments: tuple[Segment, ...], touched: Touched) -> list[Shape]:
    return [way.end for way in ways(side.requests, nodes, segments, touched) if way.end is not None]


def parameter_of(operation: Operation, entry: Entry) -> Parameter | None:
    """Return the parameter that an entry fills in some version of the contract; None where it declares none."""
    if entry.binding is None:
        return None
    place, bound = entry.binding
    if place == "path":  # one name may stand twice in a template: its parameter fills both
        names = operation.path_names
        name = names[bound] if isinstance(bound, int) and 0 <= bound < len(names) else ""
        return next(
            (parameter for parameter in operation.parameters if parameter.place == "path" and parameter.name == name), None
        )
    return next((parameter for parameter in operation.parameters if parameter.key == entry.binding), None)


def _login(operation: Operation, entry: Entry) -> bool:
    """A security scheme's header, query or cookie counts as declared."""
    meaning = ("apiKey", entry.place, entry.name.lower())
    return any(scheme.meaning == meaning for alternative in operation.security for scheme in alternative)


def judge_taken(
    scene: Scene,
    point: Point,
    sent: Sequence[Schema],
    wanted: str,
    witness: Callable[[JSON], Exchange],
    examples: Sequence[JSON] = (),
) -> Judgement:
    """Judge whether what we send to a point is taken.

    Args:
        sent: The sets of values that we send; any of them.
        wanted: The media type that the body goes out as; empty where the contract chooses.
        witness: Makes the exchange in which a value is sent there and refused.
        examples: Values that are sent, which show a refusal better than any other that is refused.

    Raises:
        ContractError: If the contract is unsound there.
    """
    whole: Schema = sent[0] if len(sent) == 1 else {"anyOf": list(sent)}
    record = taken(scene.record, scene.operation, point, whole, wanted, scene.touched)
    element = f"{scene.operation} {point.entry.place} {point.label}"
    if not record.declared:
        return _undeclared(scene, point, wanted, element)
    if scene.candidate is None or scene.renewed is None:
        return _on_record(element, point, record, whole)
    candidate = taken(scene.candidate, scene.renewed, point, whole, wanted, scene.touched)
    element = f"{scene.renewed} {point.entry.place} {point.label}"
    if not candidate.declared:
        known = common(record, whole)
        if isinstance(known, Nothing):
            return _on_record(element, point, record, whole)
        refused_ = witness(known.value if isinstance(known, Found) else _some(whole))
        shut = _refuses(scene.candidate, scene.renewed, point, wanted, scene.touched)
        was = Promise.GUARANTEED if isinstance(refused(record, whole), Nothing) else Promise.POSSIBLE
        return _dropped(scene, scene.renewed, point, wanted, element, was, refused_, shut=shut)
    if record.unknown or candidate.unknown:
        reason = record.unknown or candidate.unknown
        return Judgement(Verdict.UNPROVEN, element, f"nobody can tell whether every {point.label} is still taken: {reason}")
    if candidate.schemas == record.schemas and _style(candidate) == _style(record):
        return _on_record(element, point, record, whole, renewed=True)
    return _on_change(element, point, record, candidate, whole, witness, examples)


def _undeclared(scene: Scene, point: Point, wanted: str, element: str) -> Judgement:
    """Say what becomes of what is sent to a place that the record never declared: no promise, so no break."""
    because = f"the contract does not say that it takes {point.label}"
    if _refuses(scene.record, scene.operation, point, wanted, scene.touched):
        because = f"the contract refuses {point.label}"
    elif scene.candidate and scene.renewed and _refuses(scene.candidate, scene.renewed, point, wanted, scene.touched):
        because = f"{because}; a call that sends it is now refused"
    return Judgement(Verdict.UNPROMISED, element, because, was=Promise.IMPOSSIBLE)


def _refuses(side: Side, operation: Operation, point: Point, wanted: str, touched: Touched) -> bool:
    """Tell whether a call that sends anything to a place is refused: the object there takes no such member, in so many words."""
    media = sent_media(operation.body, wanted) if point.entry.place == "body" else None
    way = (*((point.entry.name,) if point.entry.name else ()), *point.segments)
    if media is None or not way or not isinstance(way[-1], str):
        return False
    try:
        outer = _ends(side, media.nodes, way[:-1], touched)
    except TooManyShapes:
        return False
    touched.update((atom.identity, None) for shape in outer for atom in shape.atoms)
    return bool(outer) and all(
        way[-1] in shape.forbidden or (shape.closed and not shape.slot(way[-1]).declared) for shape in outer
    )


def _dropped(
    scene: Scene, renewed: Operation, point: Point, wanted: str, element: str, was: Promise, refused: Exchange, *, shut: bool
) -> Judgement:
    """Judge what is sent to a place that is gone: the call goes through and the wish is lost, or, *shut*, it is refused."""
    lost = "a call that sends it is refused" if shut else "what is sent there would be ignored"
    because = f"{point.label} is no longer taken; {lost}"
    bodiless = point.entry.place == "body" and sent_media(renewed.body, wanted) is None
    cause = id_of(scene.journey, scene.step, "answers") if bodiless else ""
    answered = refused if shut else replace(refused, response=ignored(renewed))
    return Judgement(Verdict.BROKEN, element, because, was, Promise.IMPOSSIBLE, answered, cause)


def _on_record(element: str, point: Point, record: Taken, whole: Schema, *, renewed: bool = False) -> Judgement:
    answer = refused(record, whole)
    if isinstance(answer, Nothing):
        return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED, is_=Promise.GUARANTEED if renewed else None)
    if isinstance(answer, Found):
        what = not_taken(record.schema, is_any_text(whole), answer.value, point.label)
        return Judgement(Verdict.UNPROMISED, element, f"the contract does not promise to take {what}")
    return Judgement(Verdict.UNPROVEN, element, f"{answer.reason}, so nobody can tell whether every {point.label} is taken")


def _on_change(
    element: str,
    point: Point,
    record: Taken,
    candidate: Taken,
    whole: Schema,
    witness: Callable[[JSON], Exchange],
    examples: Sequence[JSON],
) -> Judgement:
    rewritten = written_otherwise(record, candidate, whole)
    if rewritten is not None:
        before, after = (_spelled(point, each, rewritten.value) for each in (record, candidate))
        because = f"{point.label} has to be written differently now: {after}, it was {before}"
        return Judgement(Verdict.BROKEN, element, because, witness=witness(rewritten.value))
    answer = newly_refused(record, candidate, whole)
    if isinstance(answer, Found):
        sent = ({"const": value} for value in examples if isinstance(find([whole, {"const": value}]), Found))
        shown = (newly_refused(record, candidate, value) for value in sent)
        answer = next((each for each in shown if isinstance(each, Found)), answer)
        because = _refused_words(point, record, candidate, whole, answer.value)
        return Judgement(Verdict.BROKEN, element, because, witness=witness(answer.value))
    if isinstance(answer, Unknown):
        because = f"nobody can tell whether every {point.label} is still taken: {answer.reason}"
        return Judgement(Verdict.UNPROVEN, element, because)
    return _on_record(element, point, candidate, whole, renewed=True)


def _refused_words(point: Point, record: Taken, candidate: Taken, sent: Schema, value: JSON) -> str:
    if not point.shell:
        return f"{point.label} may no longer {refused_from_now_on(record.schema, candidate.schema, is_any_text(sent), value)}"
    before, after = (
        {name for schema in each.schemas if isinstance(schema, Mapping) for name in schema.get("required", ())}
        for each in (record, candidate)
    )
    missing_names = sorted(after - before - set(value if isinstance(value, Mapping) else ()))
    return f"{point.label} is no longer taken as it is sent" + (f": it now needs {listed(missing_names)}" * bool(missing_names))


def _style(target: Taken) -> tuple[object, ...]:
    writing = target.writing
    if writing is None:
        return ()
    return (writing.media,) if writing.media else (writing.style, "one by one" if writing.explode else "together")


def _spelled(point: Point, target: Taken, value: JSON) -> str:
    """Return how a value is written where it goes."""
    assert target.writing is not None
    pairs = written(point.label, value, target.writing.style, target.writing.explode, target.writing.media)
    in_pairs = point.entry.place in ("query", "cookie", "body")
    return "&".join(f"{name}={text}" if in_pairs else text for name, text in pairs)


def written_otherwise(record: Taken, candidate: Taken, sent: Schema) -> Found | None:
    """Return a value that was taken and whose text is another one now; None where every text stays."""
    before, after = record.writing, candidate.writing
    if before is None or after is None or _style(record) == _style(candidate):
        return None
    for form in _FORMS_OF_VALUES:
        answer = find([sent, form])
        if isinstance(answer, Found):
            texts = [written("name", answer.value, each.style, each.explode, each.media) for each in (before, after)]
            if texts[0] != texts[1]:
                return answer
    return None


def refused(target: Taken, sent: Schema) -> Answer:
    """Find a value that is sent and not taken."""
    if target.unknown:
        return Unknown(target.unknown)
    return find_text([sent], target.schema) if target.text else find([sent], [target.schema])


def newly_refused(record: Taken, candidate: Taken, sent: Schema) -> Answer:
    """Find a value that is sent, was taken under the record and is refused under the candidate."""
    answer = refused(candidate, sent)
    if not isinstance(answer, Found):
        return answer
    if not candidate.text:
        return find([sent, record.schema], [candidate.schema])
    if isinstance(refused(record, sent), Nothing) or isinstance(refused(record, {"const": answer.value}), Nothing):
        return answer
    return find_text([sent, record.schema], candidate.schema)


def common(target: Taken, sent: Schema) -> Answer:
    """Find a value that is sent and taken."""
    if target.unknown:
        return Unknown(target.unknown)
    answer = find([sent, target.schema])
    return answer if isinstance(answer, Found) or not target.text else find_shared_text(sent, target.schema)


def _some(schema: Schema) -> JSON:
    answer = find([schema])
    return answer.value if isinstance(answer, Found) else "text"


@dataclass(frozen=True)
class Demand:
    """An input that a call cannot do without.

    Attributes:
        place: ``path``, ``query``, ``header``, ``cookie`` or ``body``.
        name: The parameter's or member's name; ``body`` for the body itself.
        binding: What finds it in the entries of a call.
    """

    place: str
    name: str
    binding: tuple[str, object] = field(compare=True)

    def __str__(self) -> str:
        return self.name


def demands(side: Side, operation: Operation, sent: Sequence[Entry], wanted: str, touched: Touched) -> list[Demand]:
    """Return the inputs that an operation requires, in the order written.

    Where the body has several shapes, it is the one that what we send comes nearest to.

    Raises:
        ContractError: If the contract is unsound there.
    """
    touched.add((operation.node.identity, "inputs"))
    found = [
        Demand(parameter.place, parameter.name, parameter.key)
        for parameter in operation.parameters
        if parameter.required and not (parameter.place == "header" and parameter.name.lower() in IGNORED_HEADERS)
    ]
    body = operation.body
    in_body = [entry for entry in sent if entry.place == "body"]
    if body is None or not (body.required or in_body):
        return found
    whole = next((entry for entry in in_body if not entry.name), None)
    if whole is not None and (not isinstance(whole.template, dict) or file_of(whole.template) is not None):
        return found
    return found + list(_body_demands(side, operation, _constants(in_body), wanted, touched, whole=whole is not None))


def _constants(entries: Sequence[Entry]) -> dict[str, JSON]:
    """Return each member that is sent to its value, where that is a constant; to None where it is not."""
    sent = {entry.name: entry.template for entry in entries if entry.name}
    for entry in entries:
        if not entry.name and isinstance(entry.template, dict):
            sent |= entry.template
    return {
        name: value if isinstance(value, str | int | float) and not references(value) else None for name, value in sent.items()
    }


def _members_of(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        if not entry.name and isinstance(entry.template, dict):
            yield from entry.template


def _body_demands(
    side: Side, operation: Operation, sent: Mapping[str, JSON], wanted: str, touched: Touched, *, whole: bool
) -> Iterator[Demand]:
    media = sent_media(operation.body, wanted)
    if media is None:
        return
    try:
        shapes = [shape for shape in side.requests.shapes(media.nodes) if "object" in shape.types]
        shapes = [shape for shape in shapes if _chosen(shape, sent)] or shapes
    except TooManyShapes:
        return
    asked = [
        [name for name in _ordered(shape) if not side.requests.hides(shape.slot(name).nodes)] for shape in shapes
    ]  # fmt: skip
    touched.update(
        (atom.identity, name) for shape, names_ in zip(shapes, asked, strict=True) for atom in shape.atoms for name in names_
    )
    if not asked:
        return
    least = min(asked, key=lambda required: sum(name not in sent for name in required))
    if not least and not sent and not whole:
        yield Demand("body", "body", ("body", ""))
    for name in least:
        yield Demand("body", name, ("body", name))


def _chosen(shape: Shape, sent: Mapping[str, JSON]) -> bool:
    """Tell whether what is sent can be of this shape: a constant may say that it is another."""
    return all(value is None or all(value in values for values in values_of(shape, name)) for name, value in sent.items())


def _ordered(shape: Shape) -> list[str]:
    return [name for name in shape.names if name in shape.required] + sorted(shape.required - set(shape.names))


def missing(found: Sequence[Demand], sent: Sequence[Entry]) -> list[Demand]:
    """Return the demands that a call does not meet."""
    bindings = {entry.binding for entry in sent if entry.binding} | {
        ("body", entry.name) for entry in sent if entry.place == "body"
    }
    bindings |= {("body", name) for name in _members_of([entry for entry in sent if entry.place == "body"])}
    bindings |= {("header", entry.name.lower()) for entry in sent if entry.place == "header"}
    bindings |= {(entry.place, entry.name) for entry in sent if entry.place in ("query", "cookie")}
    return [demand for demand in found if demand.binding not in bindings]


def ignored(operation: Operation) -> Response:
    """Return the answer of a partner that takes the call and not the wish."""
    successes = operation.successes(())
    return Response(successes[0].status if successes else 200, assumed=True)


def refusal(operation: Operation | None) -> Response:
    """Return the answer that a refused request meets: one that the contract declares, else one that is assumed."""
    for status in _REFUSALS if operation is not None else ():
        assert operation is not None
        answer = operation.answer_to(status)
        if answer is not None and answer.key != "default":
            return Response(status)
    return Response(400, assumed=True)
