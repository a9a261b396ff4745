"""Who depends on whom for what: journeys, steps, partners, operations and fields, both ways; and what nobody looks at.

Pure: it reads an estate with its contracts of record, and judges nothing but what each need is promised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cxcontracts.containment.nodes import Shape, TooManyShapes
from cxcontracts.errors import ContractError
from cxcontracts.estate.conditions import parse_condition
from cxcontracts.estate.model import Estate, Journey, Step
from cxcontracts.estate.sentences import parse_sentence
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Finding, Verdict
from cxcontracts.judging import Judge
from cxcontracts.paths import Path, as_index, parse_path
from cxcontracts.problems import Problem
from cxcontracts.recalling import Recollection
from cxcontracts.scenes import Scene, voices

_DEPTH: Final = 6
_MOST_FIELDS: Final = 2_000
"""How deep, and how many fields, of one answer are looked at for personal data."""

_PERSONAL: Final = re.compile(
    r"e?mail(?!box)|phone|mobile|msisdn|\bfax|birth|\bdob\b"
    r"|(first|last|sur|given|family|middle|full|maiden|holder|passenger|customer|account)name"
    r"|street|postcode|postalcode|zipcode|addressline|iban|sortcode|accountnumber|cardnumber|\bpan\b"
    r"|passport|nationalid|\bssn\b|taxid|insurancenumber|gender|nationality|religion|disabilit|latitude|longitude|ipaddress"
)
"""What personal data is called, letters only; a guess, and said to be one."""

_PERSONAL_FORMATS: Final = frozenset({"email", "idn-email", "ipv4", "ipv6"})


@dataclass(frozen=True, slots=True)
class Use:
    """One step that depends on an operation or event.

    Attributes:
        journey, step: Their names.
        customer, channel: As the step says them; may be empty.
        visible: False below the line of visibility.
        partner: Whom it asks.
        operation: ``METHOD /path``, or ``event NAME``.
        fields: The paths of the answer that it looks at, as they are written.
        sends: The keys of what it sends.
        fallback: The step that catches a break of this one, at another partner; empty where none does.
        helps: Whether it is such a step itself.
        by: The partner that makes the call; empty where we make it.
    """

    journey: str
    step: str
    customer: str
    channel: str
    visible: bool
    partner: str
    operation: str
    fields: tuple[str, ...]
    sends: tuple[str, ...]
    fallback: str
    helps: bool
    by: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """What it would do if a partner were down.

    Attributes:
        stops: The journeys that cannot go on: a step of theirs has no fallback at another partner.
        caught: The journeys that go on by a fallback.
        customers: Group to people a month, of the journeys that stop; a union, never a sum.
        exact: False where some journey names its groups only, so that each number is an upper bound.
    """

    stops: tuple[str, ...]
    caught: tuple[str, ...]
    customers: Mapping[str, int]
    exact: bool


@dataclass(frozen=True, slots=True)
class PartnerView:
    """One partner, seen from the journeys.

    Attributes:
        name, title: Its id, and what it is called.
        uses: The steps that depend on it, journey by journey.
        unused: Its operations and events that no journey and no Pact file uses.
        outage: What it would do if it were down.
    """

    name: str
    title: str
    uses: tuple[Use, ...]
    unused: tuple[str, ...]
    outage: Outage


@dataclass(frozen=True, slots=True)
class Surplus:
    """Personal data that a partner hands out at a step, and that nothing asks for.

    Attributes:
        use: The step.
        fields: Their paths in the answer.
    """

    use: Use
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EstateMap:
    """Who depends on whom for what.

    Attributes:
        estate: The estate's name.
        uses: Every step that depends on a partner, journey by journey.
        partners: Every partner.
        unpromised: What journeys need and no contract of record promises.
        surplus: Personal data that flows where no need asks for it.
        unread: Why something could not be looked at, each in a sentence.
    """

    estate: str
    uses: tuple[Use, ...]
    partners: tuple[PartnerView, ...]
    unpromised: tuple[Finding, ...]
    surplus: tuple[Surplus, ...]
    unread: tuple[str, ...] = ()

    @property
    def alone(self) -> tuple[PartnerView, ...]:
        """The partners without whom some journey cannot go on."""
        return tuple(partner for partner in self.partners if partner.outage.stops)

    def of_partner(self, name: str) -> EstateMap:
        """Return the part of the map that concerns one partner."""
        return EstateMap(
            self.estate,
            tuple(use for use in self.uses if use.partner == name),
            tuple(partner for partner in self.partners if partner.name == name),
            tuple(finding for finding in self.unpromised if finding.partner == name),
            tuple(surplus for surplus in self.surplus if surplus.use.partner == name),
            self.unread,
        )

    def of_journey(self, name: str) -> EstateMap:
        """Return the part of the map that concerns one journey."""
        uses = tuple(use for use in self.uses if use.journey == name)
        asked = {use.partner for use in uses}
        return EstateMap(
            self.estate,
            uses,
            tuple(partner for partner in self.partners if partner.name in asked),
            tuple(finding for finding in self.unpromised if finding.journey == name),
            tuple(surplus for surplus in self.surplus if surplus.use.journey == name),
            self.unread,
        )


def mapped(
    judge: Judge,
    findings: Iterable[Finding],
    offered: Callable[[str], Sequence[str]],
    mistakes: Iterable[Problem] = (),
    recollection: Recollection | None = None,
) -> EstateMap:
    """Return the map of what is sound in an estate.

    Args:
        findings: What is promised of each requirement.
        offered: Returns the operations and events of a partner, by their names.
        mistakes: Why something could not be looked at, which is noted.
        recollection: What is remembered of journeys.
    """
    unread: dict[str, None] = dict.fromkeys(map(str, mistakes))
    parts = [_known_part(judge, journey, unread, recollection) for journey in judge.estate.journeys.values()]
    uses = [use for part in parts for use in part.uses]
    called: dict[str, set[str]] = {}
    for partner, operation in (pair for part in parts for pair in part.called):
        called.setdefault(partner, set()).add(operation)
    unpromised = []
    for finding in findings:
        if finding.id.startswith("pact/"):
            called.setdefault(finding.partner, set()).add(finding.operation)
        if finding.verdict is Verdict.UNPROMISED and finding.cause is None:
            unpromised.append(finding)
    by_partner: dict[str, list[Use]] = {}
    for use in uses:
        by_partner.setdefault(use.partner, []).append(use)
    partners = tuple(
        _partner(judge, name, by_partner.get(name, ()), [each for each in offered(name) if each not in called.get(name, ())])
        for name in judge.estate.partners
    )
    surplus = tuple(each for part in parts for each in part.surplus)
    return EstateMap(judge.estate.name, tuple(uses), partners, tuple(unpromised), surplus, tuple(unread))


# --- journeys -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a map that a journey and its contracts of record give.

    Attributes:
        called: Each partner with an operation that a step calls.
    """

    uses: tuple[Use, ...]
    surplus: tuple[Surplus, ...]
    called: tuple[tuple[str, str], ...]


def _known_part(judge: Judge, journey: Journey, unread: dict[str, None], recollection: Recollection | None) -> _Part:
    known = recollection.part("maps", journey.name) if recollection is not None else None
    if known is not None:
        return _read_part(known, journey)
    noted: dict[str, None] = {}
    part = _part(judge, journey, noted)
    unread.update(noted)
    if recollection is not None and not noted:
        sides = map(judge.records.get, recollection.partners(journey.name))
        recollection.keep_part("maps", journey.name, _written_part(part), sides)
    return part


def _part(judge: Judge, journey: Journey, unread: dict[str, None]) -> _Part:
    uses: list[Use] = []
    surplus: list[Surplus] = []
    called: list[tuple[str, str]] = []
    for step in journey.steps:
        try:
            scene = judge.scene(journey, step) if step.asks_somebody else None
        except ContractError as error:
            unread.update(dict.fromkeys(map(str, error.problems)))
            continue
        if not step.asks_somebody:
            continue
        operation = str(scene.operation) if scene is not None else f"{step.call}"
        called.append((step.partner, operation))
        if step.part in ("steps", "fallbacks"):
            use = _use(journey, step, operation)
            uses.append(use)
            surplus += _surplus(scene, use, unread) if scene is not None else ()
    return _Part(tuple(uses), tuple(surplus), tuple(called))


def _written_part(part: _Part) -> JSON:
    personal = {each.use.step: list(each.fields) for each in part.surplus}
    uses = [[use.step, use.operation, personal.get(use.step, [])] for use in part.uses]
    return [uses, [list(pair) for pair in part.called]]


def _read_part(known: JSON, journey: Journey) -> _Part:
    uses = [_use(journey, journey.step(step), operation) for step, operation, _ in known[0]]
    surplus = (Surplus(use, tuple(fields)) for use, (_, _, fields) in zip(uses, known[0], strict=True) if fields)
    return _Part(tuple(uses), tuple(surplus), tuple((partner, operation) for partner, operation in known[1]))


def _use(journey: Journey, step: Step, operation: str) -> Use:
    helper = journey.step(step.fallback) if step.fallback else None
    return Use(
        journey=journey.name,
        step=step.name,
        customer=step.customer,
        channel=step.channel,
        visible=step.visible,
        partner=step.partner,
        operation=operation,
        fields=tuple(dict.fromkeys(map(str, _looked_at(journey, step)))),
        sends=tuple(step.sends),
        fallback=helper.name if helper is not None and helper.partner != step.partner else "",
        helps=step.part == "fallbacks",
        by=step.by,
    )


def _looked_at(journey: Journey, step: Step) -> Iterator[Path]:
    """Yield the paths of an answer that a step looks at, whatever for."""
    asks = step.asks
    for key in ("needs", "may-have", "match"):
        yield from (parse_path(path) for path in asks.get(key, {}))
    for entry in asks.get("needs-when", ()):
        yield parse_condition(entry["when"]).path
        yield from (parse_path(path) for path in entry["needs"])
    for written in asks.get("keep", {}).values():
        yield from (parse_path(path) for path in ([written] if isinstance(written, str) else written))
    for sentence in asks.get("must", ()):
        read = parse_sentence(sentence if isinstance(sentence, str) else sentence["that"])
        yield from (part for part in (read.path, read.operand) if isinstance(part, Path))
    across = [
        *journey.asks.get("recognises", {}).values(),
        *(each["says"] for each in journey.asks.get("consistent", {}).values()),
    ]
    for says in across:
        yield from (parse_path(each["field"]) for each in says if each.get("at") == step.name)


# --- partners -----------------------------------------------------------------------------------------------------------------


def _partner(judge: Judge, name: str, uses: Sequence[Use], unused: Sequence[str]) -> PartnerView:
    title = judge.estate.partners[name].title
    return PartnerView(name, title, tuple(uses), tuple(unused), _outage(judge.estate, uses))


def _outage(estate: Estate, uses: Sequence[Use]) -> Outage:
    asked = [use for use in uses if not use.helps]
    stops = tuple(dict.fromkeys(use.journey for use in asked if not use.fallback))
    caught = tuple(name for name in dict.fromkeys(use.journey for use in asked) if name not in stops)
    journeys = [estate.journeys[name] for name in stops]
    customers: dict[str, int] = {}
    for journey in journeys:
        for group, monthly in journey.customers.items():
            customers[group] = max(customers.get(group, 0), monthly)
    return Outage(stops, caught, customers, all(journey.exact for journey in journeys) and len(journeys) == 1)


# --- personal data ------------------------------------------------------------------------------------------------------------


def _surplus(scene: Scene, use: Use, unread: dict[str, None]) -> Iterator[Surplus]:
    asked = {_every(path) for path in use.fields}
    try:
        personal = [path for path in dict.fromkeys(_personal(scene)) if not _is_asked(path, asked)]
    except (ContractError, TooManyShapes) as error:
        unread[f"{use.operation}: {str(error) or 'more alternatives than can be told apart'}"] = None
        return
    if personal:
        yield Surplus(use, tuple(personal))


def _is_asked(path: str, asked: Collection[str]) -> bool:
    parts = path.split(".")
    return any(".".join(parts[:length]) in asked for length in range(1, len(parts) + 1)) or "body" in asked


def _every(path: str) -> str:
    """Return a path with every index as ``*``: contracts know no other items."""
    return ".".join("*" if as_index(part) is not None or part.startswith("(") else part for part in path.split("."))


def _personal(scene: Scene) -> Iterator[str]:
    """Yield the paths of a success at which personal data may stand."""
    left = [_MOST_FIELDS]
    for voice in voices(scene.operation, scene.step.status, scene.accept):
        for shape in scene.record.responses.shapes(voice.media.nodes) if voice.media is not None else ():
            yield from _fields(scene, shape, (), left)


def _fields(scene: Scene, shape: Shape, above: tuple[str, ...], left: list[int]) -> Iterator[str]:
    if len(above) >= _DEPTH:
        return
    if "array" in shape.types and any("items" in atom.value for atom in shape.atoms if isinstance(atom.value, dict)):
        for below in scene.record.responses.shapes(shape.items(0)):
            yield from _fields(scene, below, (*above, "*"), left)
    for name in shape.names if "object" in shape.types else ():
        left[0] -= 1
        if left[0] < 0:
            return
        for below in scene.record.responses.shapes(shape.slot(name).nodes):
            if not below.types & {"object", "array"} or below.types & {"string", "number"}:
                if _is_personal(name, below):
                    yield ".".join((*above, name))
            else:
                yield from _fields(scene, below, (*above, name), left)


def _is_personal(name: str, shape: Shape) -> bool:
    letters = re.sub(r"[^a-z]", "", name.lower())
    formats: list[JSON] = [atom.value.get("format") for atom in shape.atoms if isinstance(atom.value, dict)]
    return bool(_PERSONAL.search(letters)) or any(each in _PERSONAL_FORMATS for each in formats if isinstance(each, str))
