"""The estate as values: what the files say, once they are sound. FORMAT keys in Python's words."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm
from cxcontracts.problems import Place
from cxcontracts.wildcards import matches

Locate = Callable[..., Place]
"""``locate("needs", "cause.text")``: the place of a key of the written mapping; of the value where it is an item."""


@dataclass(frozen=True, slots=True)
class Call:
    """``call: <partner> <METHOD> <path>`` or ``<partner> <operationId>``.

    Attributes:
        partner: The partner's id.
        method: Upper case; empty where the call names an operationId.
        path: The template as written, e.g. ``/services/{serviceId}``, or ``$name`` for a kept URL; empty with an operationId.
        operation_id: Empty where method and path are given.
    """

    partner: str
    method: str = ""
    path: str = ""
    operation_id: str = ""

    def __str__(self) -> str:
        return self.operation_id or f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Given:
    """What a journey starts with.

    Attributes:
        name: Its name, ``$name`` in ``with``.
        source: ``customer``, ``system`` or ``staff``.
        space: The JSON Schema keys as written; empty where examples alone say it.
        examples: In order; may be empty.
        fresh, once: As FORMAT says.
        locate: Its position.
    """

    name: str
    source: str
    space: Mapping[str, JSON]
    examples: tuple[JSON, ...] = ()
    fresh: bool = False
    once: bool = False
    locate: Locate = field(default=lambda *_: Place("", 1, 1), compare=False, repr=False)

    @property
    def where(self) -> Place:
        """Where its name stands."""
        return self.locate()

    @property
    def schema(self) -> Mapping[str, JSON]:
        """The space as a JSON Schema: its schema keys, else its examples, else any text."""
        if self.space:
            return self.space
        if self.examples:
            return {"enum": list(self.examples)}
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a journey.

    Attributes:
        name: Unique in the journey.
        part: ``steps``, ``fallbacks``, ``setup`` or ``cleanup``.
        call: None for an event or a provider state.
        event: ``<partner> <message>``; empty for a call.
        customer, channel: As written; may be empty.
        visible: False below the line of visibility.
        identity: ``as``: empty for the environment's own login, ``nobody`` for none.
        by: The partner that makes this call; empty where we make it.
        sends: ``with``: all that we send, key to value template, as written.
        status: The exact codes that count as success; empty for any 2xx.
        harm: Overrides each kind's own harm at this step; None where it does not.
        groups: ``for``: the customers concerned; empty for all of the journey.
        fallback: The step that catches a break of this one; empty where none does.
        after: The step that an event follows.
        state, params: The provider state that a step of setup or cleanup asks for instead of a call, and what goes with it.
        safe: True where a call with an unsafe method only asks.
        for_steps: With *by*: the visible steps at which a break of the call shows.
        asks: Kind key (``needs``, ``accepts``, …) to what is written there, already checked by the kind's own form.
        locate: Position of a key below this step.
    """

    name: str
    part: str
    call: Call | None
    event: str = ""
    customer: str = ""
    channel: str = ""
    visible: bool = True
    identity: str = ""
    by: str = ""
    sends: Mapping[str, JSON] = field(default_factory=dict)
    status: tuple[int, ...] = ()
    harm: Harm | None = None
    groups: tuple[str, ...] = ()
    fallback: str = ""
    after: str = ""
    state: str = ""
    params: Mapping[str, JSON] = field(default_factory=dict)
    safe: bool = False
    for_steps: tuple[str, ...] = ()
    asks: Mapping[str, Any] = field(default_factory=dict)
    locate: Locate = field(default=lambda *_: Place("", 1, 1), compare=False, repr=False)

    @property
    def asks_somebody(self) -> bool:
        """Whether it calls a partner or waits for what one sends; a provider state does neither."""
        return self.call is not None or bool(self.event)

    @property
    def partner(self) -> str:
        """The id of the partner that answers this step; empty for a provider state."""
        if self.call is not None:
            return self.call.partner
        return self.event.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Journey:
    """One journey with its steps, in order.

    Attributes:
        name: Its id.
        file: Path relative to the estate's folder, e.g. ``journeys/rail-disruption.yaml``.
        customers: Group to people a month.
        exact: True where the journey says how many take it; False where only groups are named ("up to").
        share: True where customers are counted of every hundred, as in a pack.
        givens: By name.
        asks: Journey-level keys with requirements (``effort``, ``recognises``, ``consistent``, ``succeeds``), as written.
    """

    name: str
    file: str
    goal: str
    owner: str
    customers: Mapping[str, int]
    exact: bool
    givens: Mapping[str, Given]
    steps: tuple[Step, ...]
    asks: Mapping[str, Any] = field(default_factory=dict)
    share: bool = False
    locate: Locate = field(default=lambda *_: Place("", 1, 1), compare=False, repr=False)

    @property
    def whole(self) -> Step:
        """The journey in place of a step, for what is asked across steps: it has no name, no call and no event."""
        return Step("", "", None, asks=self.asks, locate=self.locate)

    def step(self, name: str) -> Step:
        """Return the step of that name.

        Raises:
            KeyError: If there is none.
        """
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Environment:
    """Where a partner runs. What logs in or signs is as written: references to secrets, never secrets."""

    name: str
    url: str = ""
    contract: str = ""
    auth: Mapping[str, JSON] | None = None
    identities: Mapping[str, JSON] = field(default_factory=dict)
    given: Mapping[str, JSON] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    may: tuple[str, ...] = ("read",)
    inbox: str = ""
    inbox_secret: str = ""


@dataclass(frozen=True, slots=True)
class NotCovered:
    """Why zero needs on a partner are no error, until a day (inclusive; None for open end)."""

    because: str
    until: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A provider that the estate lists.

    Attributes:
        name: Its id, which is also its folder's name.
        title: Its display name.
        kind: ``partner``, ``vendor`` or ``internal``.
        folder: Relative to the estate's folder: ``partners/<name>``.
        contract: File name of the contract of record below the folder; empty where there is none.
        lines_off: Lines of a scorecard that do not count for it, each with the reason.
    """

    name: str
    title: str
    kind: str
    folder: PurePosixPath
    contract: str
    owner: Mapping[str, str] = field(default_factory=dict)
    events: str = ""
    pacts: tuple[str, ...] = ()
    environments: Mapping[str, Environment] = field(default_factory=dict)
    auth: Mapping[str, JSON] | None = None
    identities: Mapping[str, JSON] = field(default_factory=dict)
    limits: Mapping[str, JSON] = field(default_factory=dict)
    not_covered: NotCovered | None = None
    lines_off: Mapping[str, str] = field(default_factory=dict)
    locate: Locate = field(default=lambda *_: Place("", 1, 1), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted break.

    Attributes:
        id: That of a requirement, or several with ``*``.
        until: The last day that counts; None for open end.
        partner: Only what breaks at this partner; empty for whoever's fault it is.
    """

    id: str
    who: str
    why: str
    until: datetime.date | None
    issue: str = ""
    partner: str = ""
    where: Place = field(default=Place("", 1, 1), compare=False)

    def __str__(self) -> str:
        """Return who accepts it, until when, why, and where it is being worked on."""
        until = f" until {self.until}" if self.until else ""
        return f"{self.who}{until}: {self.why}" + (f" ({self.issue})" if self.issue else "")

    def accepts(self, id: str, partners: Collection[str]) -> bool:
        """Tell whether a finding of that id, at any of some partners, is meant."""
        return (not self.partner or self.partner in partners) and matches(id, self.id)

    def in_force(self, today: datetime.date) -> bool:
        """Tell whether it counts on a day."""
        return self.until is None or self.until >= today


class Disclosure(enum.StrEnum):
    """What a pack says of how many customers a break concerns."""

    NOTHING = "nothing"
    SHARE = "share"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class Packs:
    """What partners get to see of us, and for how long.

    Attributes:
        customers: What is told of how many they are.
        lasts: For how long a pack can be used.
        may_say: Names of partners that are everyday words, and no secret.
    """

    customers: Disclosure = Disclosure.NOTHING
    lasts: datetime.timedelta = datetime.timedelta(days=90)
    may_say: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything that the estate's folder says.

    Attributes:
        root: The folder, absolute, as text.
        name: The estate's name.
        customers: Group to people a month.
        fail_on: The harms that close the gate.
        partners, journeys: By id, in the order of their ids.
        private: Names that never leave the house in a pack.
        packs: What a pack says, and for how long it can be used.
        lines_off: Lines of a scorecard that do not count for any partner, each with the reason.
    """

    root: str
    name: str
    customers: Mapping[str, int]
    fail_on: frozenset[Harm]
    partners: Mapping[str, Partner]
    journeys: Mapping[str, Journey]
    waivers: tuple[Waiver, ...] = ()
    apps: Mapping[str, JSON] = field(default_factory=dict)
    freshness: Mapping[str, JSON] = field(default_factory=dict)
    private: tuple[str, ...] = ()
    packs: Packs = Packs()
    lines_off: Mapping[str, str] = field(default_factory=dict)
