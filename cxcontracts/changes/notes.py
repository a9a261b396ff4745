"""What is noted while two versions of a contract are compared: each difference once, where it was met first."""

from __future__ import annotations

import datetime
from copy import copy
from dataclasses import dataclass, field

from cxcontracts.containment.nodes import Node
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON
from cxcontracts.lifecycle import announcements
from cxcontracts.proofs import Claim
from cxcontracts.sameness import DESCRIBING
from cxcontracts.wording import shown

_ANNOUNCING = ("deprecated", "x-sunset", "x-stability-level")
_TOO_MANY = "a schema allows more alternatives than can be told apart"

Keys = frozenset[object]
At = tuple[Node | None, Node | None]
"""Where something is written in the record, and where in the candidate."""


class Met:
    """An operation, or a pair of schemas, in which something may be found."""

    def __init__(self, around: Met | None = None) -> None:
        self._around = [] if around is None else [around]
        self._places = 0

    def again(self, around: Met, *, referred: bool) -> None:
        """Note that it was met once more; what is written in one place is met there once, however often that is looked at."""
        if referred or around not in self._around:
            self._around.append(around)

    @property
    def places(self) -> int:
        """How many elements show it: as many as show what leads to it, each time; what leads back to itself adds nothing."""
        if not self._places:
            self._places = 1
            self._places = sum(around.places for around in self._around) or 1
        return self._places


@dataclass
class Difference:
    """One difference, not judged yet.

    Attributes:
        operation: Which operation it was found in, counted in the order in which they were looked at.
        element, change: As in :class:`~cxcontracts.findings.Change`.
        rule: The id of its row in the catalogue.
        words: How it changed, for the sentence of the rule.
        at: Where it is written in the record, and where in the candidate; None where it is not.
        data: What tells it from others of its rule in the same place, whatever words are found for it.
        claims: What would break somebody, one for each alternative that shows it; none where nothing has to be proved.
        keys: The parts of the contracts that it is about.
        met: How many elements show it.
        tentative: Whether it is in an operation that was published as draft or alpha only.
    """

    operation: int
    element: str
    change: str
    rule: str
    words: str
    at: At
    data: JSON
    met: Met
    tentative: bool = False
    claims: list[Claim] = field(default_factory=list)
    keys: set[object] = field(default_factory=set)

    @property
    def edit(self) -> object:
        """What tells the edit that was made from others, wherever it shows: None where it stands nowhere."""
        written = tuple(_where(node) for node in self.at)
        return (self.rule, self.change, str(self.data), self.tentative, written) if any(written) else None


class Notes:
    """Every difference, in the order in which they were met.

    Args:
        today: The day on which announced ends count.
        notice: How many days an announced end has to be away; None where nothing was agreed.
        descriptions: Whether changed descriptions are differences.

    Attributes:
        operation: Which operation is looked at, counted in the order in which they are.
        cause: The operation, or the pair of schemas, that is looked at.
        tentative: Whether the operation was published as draft or alpha only.
    """

    def __init__(self, today: datetime.date, notice: int | None, *, descriptions: bool) -> None:
        self.today = today
        self.operation = 0
        self.cause = Met()
        self.tentative = False
        self._notice = notice
        self._descriptions = descriptions
        self._noted: dict[tuple[int, str, str], Difference] = {}

    @property
    def found(self) -> list[Difference]:
        """Every difference so far."""
        return list(self._noted.values())

    def turn_to(self, operation: int, *, tentative: bool = False) -> None:
        """Go on with another operation."""
        self.operation, self.cause, self.tentative = operation, Met(), tentative

    def fresh(self) -> Notes:
        """Return notes with nothing in them, for a look that is not told of."""
        other = copy(self)
        other._noted = {}
        return other

    def add(
        self,
        element: str,
        change: str,
        rule: str,
        *keys: object,
        at: At = (None, None),
        words: str | None = None,
        data: JSON = None,
        claim: Claim | None = None,
    ) -> Difference:
        """Note a change; what several alternatives of a schema share is one."""
        noted = self._noted.get((self.operation, element, change))
        if noted is None:
            said = change if words is None else words
            noted = Difference(self.operation, element, change, rule, said, at, data, self.cause, self.tentative)
            self._noted[self.operation, element, change] = noted
        noted.keys |= set(keys)
        if claim is not None:
            noted.claims.append(claim)
        return noted

    def announced(self, element: str, part: str, one: JSON, other: JSON, *keys: object, at: At) -> None:
        """Note what two versions of a part announce differently about its end and its stability."""
        if isinstance(one, dict) and isinstance(other, dict):
            for rule, words in announcements(one, other, self.today, self._notice):
                said = (
                    words.removeprefix("is ") if rule == "deprecated" else f"{rule.replace('-', ' ')}: {words}".removesuffix(": ")
                )
                change = f"{part} {said}"
                written_ = [{key: each[key] for key in _ANNOUNCING if key in each} for each in (one, other)]
                self.add(element, change, rule, *keys, at=at, words=words, data=both(*written_))

    def described(self, element: str, was: Node, is_: Node) -> None:
        """Note that two versions of a part are described differently, where that was asked for."""
        old, new = ({key: node.value[key] for key in DESCRIBING if key in node.value} for node in (was, is_))
        if self._descriptions and old != new:
            key = next(key for key in sorted(DESCRIBING) if old.get(key) != new.get(key))
            words = f"{_text(new.get(key))}; it was {_text(old.get(key))}"
            self.add(element, f"{key} changed", "description-changed", at=(was, is_), words=words, data=both(old, new))

    def not_compared(self, element: str, at: At, error: Exception | None = None) -> None:
        """Note that a part cannot be compared, and why."""
        unsound = isinstance(error, ContractError)
        if unsound and at[0] is not None and at[1] is not None and at[0].value == at[1].value:
            return  # as unsound as it was
        why = error.problems[0].what if isinstance(error, ContractError) else _TOO_MANY
        self.add(element, f"cannot be compared: {why}", "not-compared", at=at, words=why)


def _where(node: Node | None) -> object:
    """Return what tells a part of a document from others: true and false are the same wherever they stand."""
    if node is None:
        return None
    return (node.identity, node.key, node.above.identity if node.above is not None else None)


def both(old: JSON, new: JSON) -> dict[str, JSON]:
    """Return what tells a change: what was, and what is."""
    return {"old": old, "new": new}


def _text(written: JSON) -> str:
    return "not described" if written is None else shown(written, 200)
