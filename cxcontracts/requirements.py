"""A requirement: one thing that the customer depends on, and the small interface behind which each kind of it lives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from cxcontracts.exchanges import Exchange
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.problems import Place

if TYPE_CHECKING:
    from cxcontracts.estate.model import Journey, Step
    from cxcontracts.walks import Sighting, Walk


def id_of(journey: Journey, step: Step, kind: str, rest: str = "") -> str:
    """Return the id of the requirement of a kind at a step."""
    return f"{journey.name}/{step.name}/{kind}:{rest}" if rest else f"{journey.name}/{step.name}/{kind}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that the customer depends on at a step.

    Attributes:
        kind: The kind's name: ``needs``, ``keep``, …
        rest: What follows ``kind`` in the id, with its colon left out; empty where the kind is all there is.
        journey, step: Where it is asked: :attr:`Journey.whole` where it is asked across steps.
        harm: What its break does, once the requirement's, step's and kind's own word are weighed.
        groups: ``for``: the customers concerned; empty for all of the journey.
        what: The kind's own part, in the kind's own shape.
        where: Its line in the journey file.
        because: The author's own reason, shown with a break; may be empty.
        of: The partners on whose contracts it depends; empty for that of its step.
        named: Its id, where no step of a journey asks for it; else empty.
    """

    kind: str
    rest: str
    journey: Journey
    step: Step
    harm: Harm
    what: Any
    where: Place
    groups: tuple[str, ...] = ()
    because: str = ""
    of: tuple[str, ...] = ()
    named: str = ""

    @property
    def partners(self) -> tuple[str, ...]:
        """The partners on whose contracts it depends, each once."""
        return tuple(dict.fromkeys(self.of)) or (self.step.partner,)

    @property
    def id(self) -> str:
        """``journey/step/kind:rest``, split at the first two slashes; ``journey//kind:rest`` across steps."""
        return self.named or id_of(self.journey, self.step, self.kind, self.rest)

    @property
    def customers(self) -> Mapping[str, int]:
        """Group to people a month, of those whom this requirement concerns."""
        if not self.groups:
            return self.journey.customers
        return {group: monthly for group, monthly in self.journey.customers.items() if group in self.groups}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a kind says of one requirement on one piece of evidence. Who and where are the judge's to add.

    Attributes:
        verdict: Waived and tolerated-by-fallback are the judge's; everything else is said here.
        element: The exact element, for the engineer.
        because: One sentence, for the product owner.
        was, is_: How far record and candidate carry it, where one word says it.
        witness: Required where the verdict is broken or tolerated.
        operation: ``METHOD /path`` of the contract of record.
        cause: The id of the requirement whose break explains this one; else empty.
        partner: Whose contract was judged; empty for that of the requirement's step.
        sighting: What it was judged on, where that was an exchange; its witness is then this exchange.
        observed: How many exchanges it was judged on.
        decides: False where it is inconclusive for want of samples alone: nothing is wrong with this run.
        late: Whether it holds after all, once its time was over.
        at: The step that cannot be made any more; empty for the requirement's own. Its fallback is the one that catches it.
    """

    verdict: Verdict
    element: str = ""
    because: str = ""
    was: Promise | None = None
    is_: Promise | None = None
    witness: Exchange | None = None
    cause: str = ""
    partner: str = ""
    sighting: Sighting | None = None
    observed: int = 1
    decides: bool = True
    late: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind of requirement is about: ``explain`` prints it, and so does its page in the documentation.

    Each but the last is a clause, without a full stop.

    Attributes:
        customer: The customer's side of it: ``it works at all``.
        kept: Where a contract keeps it: ``every allowed answer meets the need``.
        breaks: What a candidate does that breaks it: ``lets the field go missing``.
        example: How a file asks for it, in one line of YAML.
        remedy: What to do about a break, in a sentence.
    """

    customer: str
    kept: str
    breaks: str
    example: str
    remedy: str


class Kind(Protocol):
    """A kind of requirement: one module, registered through the ``cxcontracts_kinds`` hook.

    It is judged on contracts, on exchanges, or on both: see :class:`OnContract` and :class:`OnExchanges`.
    It may have a :class:`Meaning` as its *meaning*. Of one that has none, ``explain`` says what its docstring says.

    Attributes:
        name: As it stands in ids: ``needs``.
        key: The step key that it owns: ``needs``; empty where a call alone implies it.
        form: The type that the value of *key* must have, as pydantic reads it.
        harm: What a break does unless somebody says otherwise.
    """

    name: str
    key: str
    form: Any
    harm: Harm

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the requirements of this kind at a step, in the order written.

        Each journey is asked once more for what holds across its steps, with :attr:`Journey.whole` in place of a step.
        """
        ...


@runtime_checkable
class OnContract(Kind, Protocol):
    """A kind that contracts can be judged on."""

    def on_contract(self, requirement: Requirement, scene: Any) -> Judgement:
        """Judge a requirement on contracts: the record, and the candidate where there is one.

        Args:
            scene: A :class:`~cxcontracts.scenes.Scene`; across steps a :class:`~cxcontracts.scenes.Stage`.
        """
        ...


@runtime_checkable
class OnExchanges(Kind, Protocol):
    """A kind that can be judged on what was seen of running partners."""

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Yield what each exchange says of a requirement: intact, broken, tolerated or inconclusive; nothing where none shows it.

        Args:
            walks: The walks through the requirement's journey, in the order in which they were made.
        """
        ...
