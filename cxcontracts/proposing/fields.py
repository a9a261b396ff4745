"""What an answer says: what it hands out to later steps, and what a person would look at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cxcontracts.containment.nodes import Node, Shape, TooManyShapes
from cxcontracts.contracts.operation import Operation
from cxcontracts.estate.values import WORDS, parse_value
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Promise
from cxcontracts.paths import EACH, Each, Path, Segment
from cxcontracts.promises import Need, carried
from cxcontracts.proposing.words import IDENTIFIERS, Words, singular, words
from cxcontracts.scenes import Side, voices

MOST_NEEDS: Final = 5
"""How many fields of one answer are proposed."""

_MOST_UNPROMISED: Final = 3
"""How many of them may be such that the contract does not guarantee them."""

_MOST_TRIED: Final = 15
_MOST_FIELDS: Final = 150
_MOST_PARTS: Final = 300
_MOST_LEVELS: Final = 4
_MOST_VALUES: Final = 12
_FIRST_OF_LIST: Final = "0"
_WRAPPERS: Final = frozenset(
    {
        "data",
        "result",
        "results",
        "items",
        "content",
        "contents",
        "value",
        "values",
        "records",
        "entries",
        "response",
        "body",
        "payload",
        "list",
        "embedded",
        "elements",
        "objects",
        "page",
    }
)
"""Names of members that hold what an answer is about, and say nothing of it."""

_TELLING: Final[Sequence[tuple[int, frozenset[str]]]] = (
    (6, frozenset({"status", "state", "outcome", "phase", "stage", "result", "availability", "available"})),
    (5, frozenset({"name", "title", "label", "amount", "total", "price", "balance", "currency", "cost", "fee", "fare", "sum"})),
    (
        4,
        frozenset(
            {
                "date",
                "time",
                "at",
                "on",
                "from",
                "until",
                "to",
                "expires",
                "expiry",
                "due",
                "departure",
                "arrival",
                "created",
                "updated",
                "start",
                "end",
                "valid",
                "day",
                "departs",
                "arrives",
                "scheduled",
                "expected",
            }
        ),
    ),
    (
        3,
        frozenset(
            {
                "number",
                "reference",
                "ref",
                "code",
                "description",
                "text",
                "summary",
                "message",
                "subject",
                "reason",
                "email",
                "phone",
                "address",
                "quantity",
                "count",
                "type",
                "kind",
                "category",
            }
        ),
    ),
)
"""Words in the name of a field that a person would look at, and how much they speak for it."""

_ABOUT_PAGES: Final = frozenset(
    {
        "page",
        "pages",
        "limit",
        "offset",
        "cursor",
        "next",
        "previous",
        "prev",
        "etag",
        "self",
        "links",
        "meta",
        "pagination",
        "object",
        "request",
        "trace",
        "timestamp",
        "version",
        "href",
        "first",
        "last",
        "has",
        "livemode",
    }
)
"""Words in the name of a field that is about the answer, not about what it says."""

_PLAIN: Final = frozenset({"string", "integer", "number", "boolean"})


@dataclass(frozen=True, slots=True)
class Field:
    """A scalar in an answer.

    Attributes:
        segments: The way to it; each list is entered by an :class:`~cxcontracts.paths.Each`.
        thing: What it belongs to, one of it.
        types: What it may be, null left out.
        nodes: Its schema.
    """

    segments: tuple[Segment, ...]
    thing: Words
    types: frozenset[str]
    nodes: tuple[Node, ...]

    @property
    def name(self) -> str:
        """Its own name."""
        return str(self.segments[-1])

    @property
    def words(self) -> Words:
        """The parts of its name."""
        return words(self.name)

    @property
    def everywhere(self) -> str:
        """The path to it in every item of the lists that it is in."""
        return str(Path("body", self.segments))

    @property
    def once(self) -> str:
        """The path to it in the first item of each list that it is in."""
        return str(Path("body", tuple(_FIRST_OF_LIST if isinstance(each, Each) else each for each in self.segments)))

    @property
    def about_pages(self) -> bool:
        """Whether it is about the answer, as links and counts are, and not about what the answer says."""
        way = {word for segment in self.segments if isinstance(segment, str) for word in words(segment)}
        return bool(way & _ABOUT_PAGES)

    @property
    def listed(self) -> bool:
        """Whether it is in a list."""
        return any(isinstance(each, Each) for each in self.segments)


def fields_of(side: Side, operation: Operation, thing: Words) -> tuple[Field, ...]:
    """Return the scalars in what an operation answers when it succeeds, those at the top first.

    Args:
        thing: What the operation is about, one of it.

    Raises:
        ContractError: If the contract is unsound there.
    """
    media = next((voice.media for voice in voices(operation, ()) if voice.media is not None), None)
    if media is None or not media.nodes:
        return ()
    found: dict[tuple[Segment, ...], Field] = {}
    for field in _fields(side, media.nodes, thing):
        found.setdefault(field.segments, field)
        if len(found) == _MOST_FIELDS:
            break
    return tuple(found.values())


def _fields(side: Side, nodes: tuple[Node, ...], thing: Words) -> Iterator[Field]:
    left: deque[tuple[tuple[Segment, ...], tuple[Node, ...], Words]] = deque([((), nodes, thing)])
    for _ in range(_MOST_PARTS):
        if not left:
            return
        segments, nodes, thing = left.popleft()
        last = segments[-1] if segments else None
        below = singular(words(last)) if isinstance(last, str) and not _is_wrapper(last) else thing
        for shape in _shapes(side, nodes):
            if isinstance(last, str) and shape.types & _PLAIN and not shape.types & {"object", "array"}:
                yield Field(segments, thing, shape.types - {"null"}, nodes)
            if len(segments) == _MOST_LEVELS:
                continue
            if "array" in shape.types and shape.items(None):
                left.append(((*segments, EACH), shape.items(None), below))
            left.extend(((*segments, name), slot, below) for name, slot in _members(side, shape))


def _members(side: Side, shape: Shape) -> Iterator[tuple[str, tuple[Node, ...]]]:
    for name in shape.names if "object" in shape.types else ():
        nodes = shape.slot(name).nodes
        if name and not side.responses.hides(nodes):
            yield name, nodes


def _is_wrapper(name: str) -> bool:
    return all(word in _WRAPPERS for word in words(name))


def _shapes(side: Side, nodes: tuple[Node, ...]) -> tuple[Shape, ...]:
    try:
        return side.responses.shapes(nodes) if nodes else ()
    except TooManyShapes:
        return ()


# --- what a person would look at ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposed:
    """A need that is proposed: where, what it is, as a journey writes it, and whether the contract guarantees it."""

    path: str
    value: JSON
    guaranteed: bool


def needs_of(side: Side, operation: Operation, fields: Sequence[Field]) -> tuple[Proposed, ...]:
    """Return what a person would look at in an answer, what is guaranteed first.

    Raises:
        ContractError: If the contract is unsound there.
    """
    order = {field.segments: number for number, field in enumerate(fields)}
    telling = sorted((field for field in fields if _worth(field) > 0), key=lambda field: (-_worth(field), order[field.segments]))
    found = [need for field in telling[:_MOST_TRIED] if (need := _need(side, operation, field)) is not None]
    sure = [need for need in found if need.guaranteed][:MOST_NEEDS]
    unsure = [need for need in found if not need.guaranteed][
        : min(_MOST_UNPROMISED, MOST_NEEDS) if not sure else max(0, 3 - len(sure))
    ]
    return (*sure, *unsure)


def _worth(field: Field) -> int:
    """Return how much speaks for a person looking at a field."""
    name = field.words
    if not name or field.about_pages:
        return 0
    if name[-1] in IDENTIFIERS and name[-1] not in ("number", "reference", "ref", "code"):
        return 0
    last = next((worth for worth, telling in _TELLING if name[-1] in telling), 0)
    any_ = next((worth for worth, telling in _TELLING if set(name) & telling), 0)
    named = max(last, any_ - 1, 2)
    lists = sum(isinstance(each, Each) for each in field.segments)
    return named * 2 - (len(field.segments) - lists - 1) * 3 - max(0, lists - 1) * 4


def _need(side: Side, operation: Operation, field: Field) -> Proposed | None:
    """Return the need of a field, in the narrowest words that the contract guarantees; None where it rules them out."""
    possible = None
    for value in _values(side, field):
        need = Need(Path("body", field.segments), parse_value(value).schema)
        result = carried(side, operation, need, "", set())
        what = result.what(need) if result.present else Promise.IMPOSSIBLE
        if result.there is Promise.GUARANTEED and what is Promise.GUARANTEED:
            return Proposed(field.everywhere, value, True)
        if possible is None and result.there is not Promise.IMPOSSIBLE and what is not Promise.IMPOSSIBLE:
            possible = Proposed(field.everywhere, value, False)
    return possible


def _values(side: Side, field: Field) -> Iterator[JSON]:
    """Yield what a need could say of a field's value, the narrowest first."""
    atoms = [atom.value for shape in _shapes(side, field.nodes) for atom in shape.atoms]
    if field.types == {"string"}:
        listed: list[JSON] = next((atom["enum"] for atom in atoms if isinstance(atom.get("enum"), list)), [])
        texts = [value for value in dict.fromkeys(map(str, listed))]
        if texts and len(texts) <= _MOST_VALUES and all(isinstance(value, str) for value in listed if value is not None):
            yield list(texts if None not in listed else [text for text in texts if text != "None"])
        said = next((atom["format"] for atom in atoms if isinstance(atom.get("format"), str)), "")
        if said in WORDS:
            yield said
        yield "text"
    elif field.types <= {"integer", "number"}:
        yield "integer" if field.types == {"integer"} else "number"
    elif field.types == {"boolean"}:
        yield "boolean"
