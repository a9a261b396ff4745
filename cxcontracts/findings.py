"""The words in which cxcontracts answers: verdicts, harms, findings, changes and runs."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from cxcontracts.exchanges import Exchange
from cxcontracts.problems import Place, Problem


class Verdict(enum.StrEnum):
    """What is known of one requirement; of a run, the worst of those that decide."""

    INTACT = "intact"
    BROKEN = "broken"
    TOLERATED = "tolerated"
    UNPROMISED = "unpromised"
    UNPROVEN = "unproven"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"


WORST_FIRST = (Verdict.BROKEN, Verdict.INCONCLUSIVE, Verdict.UNPROVEN, Verdict.TOLERATED, Verdict.INTACT)
"""The verdicts that decide a run's verdict. Unpromised and waived never do."""


class Harm(enum.StrEnum):
    """What a break does to the customer."""

    BLOCKED = "blocked"
    EXTRA_EFFORT = "extra-effort"
    DELAYED = "delayed"
    UNINFORMED = "uninformed"
    MISLED = "misled"
    UNRECOGNISED = "unrecognised"


GRAVEST_FIRST = (Harm.BLOCKED, Harm.UNRECOGNISED, Harm.MISLED, Harm.UNINFORMED, Harm.DELAYED, Harm.EXTRA_EFFORT)
"""Harms, what is worse for a customer first."""


class Promise(enum.StrEnum):
    """How far a contract carries one half of a need."""

    GUARANTEED = "guaranteed"
    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"


class Fault(enum.StrEnum):
    """Whose it is that an experience broke, as the exchanges and contracts show it."""

    BREAKS_ITS_CONTRACT = "breaks-its-contract"
    KEEPS_ITS_CONTRACT = "keeps-its-contract"
    CONTRACT_CHANGED = "contract-changed"
    SEAM = "seam"
    OURS = "ours"
    NOBODY_KNOWS = "nobody-knows"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose a break is.

    Attributes:
        fault: How it came about.
        partners: Whose it is; the two of a seam, the one that hands out first; empty where it is ours or nobody knows.
        because: One sentence.
    """

    fault: Fault
    partners: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One requirement judged on one piece of evidence.

    Attributes:
        id: The requirement's id, ``journey/step/kind:rest``.
        journey, step, kind: The parts of the id; *step* is empty for requirements across steps.
        partner: Whose contract or answer was judged.
        operation: ``METHOD /path`` as the journey's call resolves; empty where there is none.
        verdict, harm: The judgement, and what a break would do.
        customers: Group to people a month; empty where the journey names none.
        exact: True where the journey itself says how many take it, and all of them come to the step, as nobody knows of a
            fallback; else reports say "up to".
        channel, customer: The step's channel and the customer's sentence; may be empty.
        where: The requirement's line in the journey file.
        element: The exact element of the contract, e.g. ``GET /services/{serviceId} 200 application/json cause.text``.
        because: One sentence that a product owner understands; empty when intact.
        was, is_: How far record and candidate carry it; None where neither half says it all. In JSON: ``was`` and ``is``.
        cause: The id of the finding that this one follows from; it is then not counted again. None for its own cause.
        witness: The exchange that proves it; always there when broken or tolerated by a contract change.
        waived: Who accepts it, until when and why, as waivers.yaml says it; empty where nobody does.
        for_steps: The visible steps at which a break of a call among partners shows.
        observed: On exchanges: how many it was judged on.
        flaky: On exchanges: how many tries of how many showed it, ``1/4``, where not all did; else empty.
        confirmed: On exchanges: False where a break was seen once, and could not be asked for again.
        promised: On exchanges: whether the contract of record promises it; None where nobody can tell.
        attribution: On exchanges: whose a break is.
        curl: On exchanges: a line that sends the witness' request again, without its secrets.
        share: True where customers are counted of every hundred, as in a pack, not a month.
        decides: False where it is inconclusive for want of samples alone; it is then nothing against the run.
    """

    id: str
    journey: str
    step: str
    kind: str
    partner: str
    operation: str
    verdict: Verdict
    harm: Harm
    customers: Mapping[str, int]
    exact: bool
    channel: str
    customer: str
    where: Place
    element: str = ""
    because: str = ""
    was: Promise | None = None
    is_: Promise | None = None
    cause: str | None = None
    witness: Exchange | None = None
    waived: str = ""
    for_steps: tuple[str, ...] = ()
    observed: int = 0
    flaky: str = ""
    confirmed: bool = True
    promised: bool | None = None
    attribution: Attribution | None = None
    curl: str = ""
    share: bool = False
    decides: bool = True


class Level(enum.StrEnum):
    """How much a change counts."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Audience(enum.StrEnum):
    """Whom a change breaks: whoever calls the operation, sends the part that changed, or reads it."""

    CALLERS = "callers"
    SENDERS = "senders"
    READERS = "readers"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a contract.

    Attributes:
        element: The first place where it shows, e.g. ``GET /stations 200 application/json zone``.
        change: What changed, in a few words: ``property removed``.
        felt_by: Ids of the requirements that depend on the element; empty when nobody feels it.
        places: How many elements show it, one shared schema being one change.
        rule: The id of its row in :mod:`cxcontracts.rules`.
        verdict: Broken with a witness; unproven where nobody can tell; waived where it is ignored; else intact.
        level: How much it counts: that of the rule, or of whoever overrides it.
        because: What it means, in one sentence; of one that is unproven, why; empty unless it was judged, as ``diff`` does.
        breaks: Whom it breaks, where it breaks anybody.
        was, is_: Where it stands in the record and in the candidate; None where it does not. In JSON: ``old`` and ``new``.
        fingerprint: 16 hex digits that stay when parts are reordered, and when other words are found for it.
        waived: Why it is ignored, as the ignore file says it; empty otherwise.
        witness: The exchange that proves it; always there when broken.
    """

    element: str
    change: str
    felt_by: tuple[str, ...] = ()
    places: int = 1
    rule: str = ""
    verdict: Verdict = Verdict.INTACT
    level: Level = Level.INFO
    because: str = ""
    breaks: Audience = Audience.NOBODY
    was: Place | None = None
    is_: Place | None = None
    fingerprint: str = ""
    waived: str = ""
    witness: Exchange | None = None

    @property
    def breaking(self) -> bool:
        """Whether it breaks somebody, and nobody said that this is fine."""
        return self.verdict is Verdict.BROKEN


@dataclass(frozen=True, slots=True)
class Version:
    """Which contract was judged: ``info.version``, the digest of its files, ``sha256:…``; ``info.title`` where it is known."""

    version: str
    digest: str
    file: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class PartnerRun:
    """What one run found about one partner.

    Attributes:
        partner: The partner's id.
        name: The partner's display name.
        record: The contract of record.
        candidate: The candidate; None in ``check``.
        findings: Sorted by journey file, line and id.
        changes: Every difference between record and candidate, felt or not.
        warnings: What is odd about the contract and yet usable, e.g. mistakes in places that no journey touches.
        not_covered: Why zero needs on this partner are no error; empty where there are needs.
    """

    partner: str
    name: str
    record: Version
    candidate: Version | None
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    not_covered: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """One contract in two versions.

    Attributes:
        name: What it is called: the partner's id, or the path of its file below the folders that were compared.
        record, candidate: Both versions; None for one that is not there.
        changes: Every change, worst first.
        warnings: What is odd about either version, and yet usable.
        operations: How many operations either version has.
    """

    name: str
    record: Version | None
    candidate: Version | None
    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()
    operations: int = 0


@dataclass(frozen=True, slots=True)
class Diff:
    """The outcome of ``diff``.

    Attributes:
        contracts: One entry a contract.
        fail_on: The level from which on a change closes the gate; None for none.
        estate: The estate that was asked who feels it; empty where none was.
        complete: False where the comparison was interrupted.
    """

    contracts: tuple[Compared, ...]
    fail_on: Level | None = Level.ERROR
    estate: str = ""
    complete: bool = True

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, contract by contract."""
        return tuple(change for contract in self.contracts for change in contract.changes)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of any change; intact where there is none."""
        found = {change.verdict for change in self.changes}
        return next((verdict for verdict in WORST_FIRST if verdict in found), Verdict.INTACT)

    @property
    def gates(self) -> tuple[Change, ...]:
        """The changes that close the gate: as bad as *fail_on* or worse, and not ignored."""
        if self.fail_on is None:
            return ()
        closing = list(Level)[: list(Level).index(self.fail_on) + 1]
        return tuple(change for change in self.changes if change.level in closing and change.verdict is not Verdict.WAIVED)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a journey, as reports show where in it something breaks.

    Attributes:
        name: Unique in the journey.
        part: ``steps``, ``fallbacks``, ``setup`` or ``cleanup``.
        customer, channel: The customer's sentence, and where it happens; may be empty.
        partner: The id of the partner that answers; empty for a provider state.
        by: The partner that makes the call; empty where we make it.
        what: The call, ``METHOD /path`` or an ``operationId``, the event, or the provider state, as it is written.
        visible: False below the line of visibility.
        fallback: The step that catches a break of this one; empty where none does.
    """

    name: str
    part: str
    customer: str
    channel: str
    partner: str
    by: str
    what: str
    visible: bool = True
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A journey as its customers live through it: what reports need of it beside findings.

    Attributes:
        name: Its id.
        goal: What the customer wants; may be empty.
        customers, exact, share: As in :class:`Finding`, of the whole journey.
        steps: In order.
    """

    name: str
    goal: str
    customers: Mapping[str, int]
    exact: bool
    steps: tuple[Stage, ...]
    share: bool = False


OBSERVING = frozenset({"verify", "judge"})
"""The commands that judge exchanges, not contracts."""


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of ``check``, ``impact``, ``verify`` or ``judge``.

    Attributes:
        command: Its name.
        estate: The estate's name.
        partners: One entry a partner that was judged.
        fail_on: The harms that close the gate.
        not_judged: Kind to how many requirements of it this evidence cannot judge.
        complete: False where the run was interrupted.
        problems: What is odd in the estate's files, and yet usable, of ``check``; and mistakes, for which a part was not judged.
        not_exercised: Id of a requirement to why no exchange showed it; of ``verify`` and ``judge``.
        exchanges: How many exchanges were judged; of ``verify`` and ``judge``.
        environment: Where they were had, e.g. ``sandbox``; empty where no environment was named.
        unfelt: What the traffic showed that no journey feels.
        journeys: The journeys that findings are of; empty where no report asks for them.
        only: What was asked for, where that is a part of the estate, e.g. ``journey rebook``; empty for all of it.
        told_to: The partner that this is told to, which has no estate to run anything in; empty where it is told to ourselves.
    """

    command: str
    estate: str
    partners: tuple[PartnerRun, ...]
    fail_on: frozenset[Harm]
    not_judged: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True
    problems: tuple[Problem, ...] = ()
    not_exercised: Mapping[str, str] = field(default_factory=dict)
    exchanges: int = 0
    environment: str = ""
    unfelt: tuple[str, ...] = ()
    journeys: tuple[Outline, ...] = ()
    only: tuple[str, ...] = ()
    told_to: str = ""

    @property
    def mistakes(self) -> tuple[Problem, ...]:
        """What is wrong in files, so that what depends on them was not judged."""
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, partner by partner."""
        return tuple(finding for partner in self.partners for finding in partner.findings)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict that decides; intact where none does."""
        found = {finding.verdict for finding in self.findings if finding.decides}
        return next((verdict for verdict in WORST_FIRST if verdict in found), Verdict.INTACT)

    @property
    def summary(self) -> dict[Verdict, int]:
        """How many findings have each verdict; those that follow from another finding are not counted again."""
        counts = dict.fromkeys(Verdict, 0)
        for finding in self.findings:
            if finding.cause is None:
                counts[finding.verdict] += 1
        return counts

    @property
    def gates(self) -> tuple[Finding, ...]:
        """The broken findings whose harm closes the gate."""
        return tuple(f for f in self.findings if f.verdict is Verdict.BROKEN and f.harm in self.fail_on)


def people(findings: tuple[Finding, ...]) -> dict[str, int]:
    """Return group to people a month over *findings*: a union over groups, never a sum over findings."""
    groups: dict[str, int] = {}
    for finding in findings:
        for group, monthly in finding.customers.items():
            groups[group] = max(groups.get(group, 0), monthly)
    return groups
