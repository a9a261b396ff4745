"""The words of a scorecard: lines, how each is judged, and what all of them come to."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cxcontracts.exchanges import Exchange
from cxcontracts.findings import GRAVEST_FIRST, Harm, Version
from cxcontracts.problems import Place

if TYPE_CHECKING:
    from cxcontracts.onboarding.dossier import Dossier


class Pillar(enum.StrEnum):
    """What a line is about."""

    DATA = "data"
    TECHNOLOGY = "technology"
    OPERATIONS = "operations"


class Standing(enum.StrEnum):
    """How a partner stands on one line."""

    FAILED = "failed"
    NOT_EVIDENCED = "not-evidenced"
    PASSED = "passed"
    NOT_APPLICABLE = "not-applicable"


class Turn(enum.StrEnum):
    """Who can do something about a line."""

    OURS = "ours"
    PARTNERS = "partner's"


class Basis(enum.StrEnum):
    """What a line is judged on: who has none of it has no evidence."""

    ESTATE = "estate"
    """What our own files say."""
    CONTRACT = "contract"
    """The contract of record; what was seen adds to it, where anything was."""
    ADDRESS = "address"
    """Whatever came of calling the partner, where somebody said where it runs."""
    ANSWERS = "answers"
    """What the partner answered."""

    @property
    def live(self) -> bool:
        """Whether the partner has to be called for it."""
        return self in (Basis.ADDRESS, Basis.ANSWERS)


NEXT: Final = 3
"""How many things to do next are named."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows how a partner stands.

    Attributes:
        what: In words: an element of the contract, the id of a finding, a fact.
        place: Where it is written; None where that is no file.
        exchange: What was sent, and what came back; None where it is no exchange.
        among: The other partners that it speaks of: nobody else is to read it.
    """

    what: str
    place: Place | None = None
    exchange: Exchange | None = None
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of a partner on one line.

    Attributes:
        standing: How it stands.
        because: One sentence, without a full stop.
        evidence: What shows it; worst first.
        turn: Whose turn it is, where that is not as the line says.
        customers: Group to people a month, of those concerned; empty where nobody is named.
    """

    standing: Standing
    because: str
    evidence: tuple[Evidence, ...] = ()
    turn: Turn | None = None
    customers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the catalogue.

    Attributes:
        id: In kebab case; stable.
        pillar: What it is about.
        title: What is so where it passed: ``Lists can be read page by page``.
        why: Why that matters to the customer, in a sentence.
        remedy: How to mend it, in a sentence.
        turn: Whose turn it is where it failed.
        basis: What it is judged on.
        harm: What customers suffer where it failed.
        how: How it is judged, in a sentence or two.
        judge: Judges a partner. It is pure; a contract that is unsound where it looks may be raised, and leaves no evidence.
        excuse: Returns why the line does not apply to a partner, as far as that shows before it is called; empty where it does.
    """

    id: str
    pillar: Pillar
    title: str
    why: str
    remedy: str
    turn: Turn
    basis: Basis
    harm: Harm
    how: str
    judge: Callable[[Dossier], Outcome]
    excuse: Callable[[Dossier], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a scorecard.

    Attributes:
        line: The row of the catalogue.
        outcome: What is known of the partner.
        before: How it stood on the earlier scorecard; None where that is not known.
    """

    line: Line
    outcome: Outcome
    before: Standing | None = None

    @property
    def standing(self) -> Standing:
        """How the partner stands."""
        return self.outcome.standing

    @property
    def turn(self) -> Turn:
        """Whose turn it is."""
        return self.outcome.turn or self.line.turn

    @property
    def open(self) -> bool:
        """Whether there is something to do."""
        return self.standing in (Standing.FAILED, Standing.NOT_EVIDENCED)

    @property
    def people(self) -> int:
        """How many people a month are concerned at most."""
        return max(self.outcome.customers.values(), default=0)


_RANKS: Final = {Standing.PASSED: 2, Standing.NOT_EVIDENCED: 1, Standing.FAILED: 0}


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How a partner stands on every line.

    Attributes:
        estate: The estate's name.
        partner, title: The partner's id, and what it is called.
        version: Its contract of record.
        where: The address that was called; empty where nobody said any.
        environment: What that is called; empty where nobody said.
        day: When it was judged.
        entries: Pillar by pillar, in the order of the catalogue.
        since: The day of the earlier scorecard; None where there is none.
        gone: The lines of the earlier scorecard that are not there any more.
    """

    estate: str
    partner: str
    title: str
    version: Version
    where: str
    environment: str
    day: datetime.date
    entries: tuple[Entry, ...]
    since: datetime.date | None = None
    gone: tuple[str, ...] = ()

    def of(self, standing: Standing) -> tuple[Entry, ...]:
        """Return the lines on which the partner stands so."""
        return tuple(entry for entry in self.entries if entry.standing is standing)

    def of_pillar(self, pillar: Pillar) -> tuple[Entry, ...]:
        """Return the lines of a pillar."""
        return tuple(entry for entry in self.entries if entry.line.pillar is pillar)

    @property
    def next(self) -> tuple[Entry, ...]:
        """What to do next: what failed before what nobody knows, by harm to customers, then by how many there are.

        Of lines that have no evidence for one and the same reason, the first stands for all.
        """
        reasons: dict[str, Entry] = {}
        for entry in sorted((entry for entry in self.entries if entry.open), key=_urgency):
            reasons.setdefault(entry.line.id if entry.standing is Standing.FAILED else f" {entry.outcome.because}", entry)
        return tuple(reasons.values())[:NEXT]

    @property
    def verdict(self) -> str:
        """What all lines come to: ``not-ready``, ``not-judged``, ``not-evidenced`` or ``ready``."""
        if self.of(Standing.FAILED):
            return "not-ready"
        if not self.of(Standing.PASSED):
            return "not-judged"
        return "not-evidenced" if self.of(Standing.NOT_EVIDENCED) else "ready"

    @property
    def better(self) -> tuple[Entry, ...]:
        """The lines on which the partner stands better than before."""
        return tuple(entry for entry in self.entries if _step(entry) > 0)

    @property
    def worse(self) -> tuple[Entry, ...]:
        """The lines on which the partner stands worse than before."""
        return tuple(entry for entry in self.entries if _step(entry) < 0)


def _urgency(entry: Entry) -> tuple[int, int, int]:
    failed = entry.standing is Standing.FAILED
    return (0 if failed else 1, GRAVEST_FIRST.index(entry.line.harm), -entry.people)


def _step(entry: Entry) -> int:
    """Return how many ranks a line went up; none where it does not apply, now or before."""
    if entry.before not in _RANKS or entry.standing not in _RANKS:
        return 0
    return _RANKS[entry.standing] - _RANKS[entry.before]


def passed(because: str, evidence: Sequence[Evidence] = ()) -> Outcome:
    """Return that a line passed."""
    return Outcome(Standing.PASSED, because, tuple(evidence))


def failed(
    because: str, evidence: Sequence[Evidence] = (), turn: Turn | None = None, customers: Mapping[str, int] | None = None
) -> Outcome:
    """Return that a line failed."""
    return Outcome(Standing.FAILED, because, tuple(evidence), turn, customers or {})


def not_evidenced(because: str, evidence: Sequence[Evidence] = (), turn: Turn | None = None) -> Outcome:
    """Return that nobody knows."""
    return Outcome(Standing.NOT_EVIDENCED, because, tuple(evidence), turn)


def not_applicable(because: str) -> Outcome:
    """Return that a line does not apply; the reason follows on *not applicable because*."""
    return Outcome(Standing.NOT_APPLICABLE, because)
