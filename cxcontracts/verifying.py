"""Verifies partners that run: walks the journeys of an estate against them, and judges what was seen. A way in, at the rim."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

from cxcontracts.asked import Asked
from cxcontracts.calls import keep_paths
from cxcontracts.chronicle import Tell
from cxcontracts.errors import EstateError, UsageError
from cxcontracts.estate.model import Estate, Journey, Partner
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Run, Verdict
from cxcontracts.fuzzing.schemathesis import deep, insist_on_library
from cxcontracts.har import Recorded
from cxcontracts.observing import answered, run_of
from cxcontracts.opening import Opened, read_contract
from cxcontracts.outlines import outline
from cxcontracts.plugins import kinds
from cxcontracts.problems import did_you_mean
from cxcontracts.recordings.marks import INTERACTION, recorded
from cxcontracts.requirements import OnExchanges, Requirement
from cxcontracts.running import consumers, foretelling
from cxcontracts.running.apps import insist_on_module
from cxcontracts.running.calling import Partners
from cxcontracts.running.conducting import MOST_TRIES, Conductor, Going
from cxcontracts.running.evidence import Evidence, runs_folder
from cxcontracts.running.inbox import Address, Inbox
from cxcontracts.running.quotas import shared_folder
from cxcontracts.running.recording import HarWriter
from cxcontracts.running.secrets import Secrets, read_secret
from cxcontracts.running.sharing import Allowance, Share
from cxcontracts.running.targets import Target, targets
from cxcontracts.running.turns import Turns
from cxcontracts.running.varying import Counting, Fuzzer, LoggedIn
from cxcontracts.running.walking import POLL, Walker
from cxcontracts.running.wire import origin_of
from cxcontracts.scenes import Side
from cxcontracts.verdicts import Curl, Observer, Verdicts
from cxcontracts.walks import BLAMELESS, SAFE, Sighting, Trouble, Walk

MOST_VARIED: Final = 600
"""How many requests are sent with varied values, where nobody says."""

MOST_DEEP: Final = 2000
"""How many requests Schemathesis' whole engine may send to one partner."""

_MOST_OF_INTERACTION: Final = 3
"""How many requests an interaction of a Pact file takes that repeats what it comes to, its state set up and taken down."""

POLL_HERE: Final = 0.1
"""Seconds between two times of asking a partner on this machine whether it holds by now."""

CLEANUP: Final = 5.0
"""Seconds that the cleanup of a walk may take beyond the budget, and after an interrupt."""


@dataclass(frozen=True)
class Hooks:
    """What the user's own code does for a run.

    Attributes:
        state: Brings about a provider state, and returns whether it did; None where it knows none of that name.
        headers: Returns the headers that log in at a partner, given the name of who asks.
    """

    state: Callable[[str, Mapping[str, JSON]], bool | None] = lambda name, params: None
    headers: Callable[[str, str], Mapping[str, str]] = lambda partner, identity: {}


Progress = Callable[[int, int], None]
"""Called with how many journeys are done, and how many there are."""


@contextmanager
def verification(
    opened: Opened,
    asked: Asked,
    curl: Curl,
    hooks: Hooks | None = None,
    recordings: Sequence[Path] = (),
    tell: Tell | None = None,
    watch: Callable[[Walk], None] = lambda _: None,
) -> Iterator[Verification]:
    """Yield a verification of an estate; in the end every connection and inbox is closed.

    Args:
        curl: Makes the line that sends a request again.
        hooks: What the user's own code does for the run.
        recordings: The files to record all that is seen in.
        tell: Returns a part of the run as the evidence of it has that; None where none is kept.
        watch: Called with each walk once it is made, from several threads.

    Raises:
        EstateError: With every mistake that shows when journeys and contracts are held against each other.
        UsageError: If something was asked for that is not there.
    """
    problems = tuple(opened.judge.problems())
    if problems:
        raise EstateError(problems)
    if asked.deep:
        insist_on_library()
    estate, root = opened.estate, Path(opened.estate.root)
    _insist_on({*asked.states, *asked.messages}, estate.partners, "partner")
    _insist_on(asked.givens, {*_named_values(estate), *asked.handed}, "value")
    running = targets(estate, asked.environment, asked.urls)
    for target in running.values():
        if target.app:
            insist_on_module(target.app)
    run_id = str(uuid.uuid4())
    addresses = inboxes(estate, asked.environment, lambda partner, named: read_secret(named, root / partner.folder))
    with (
        Partners(
            running,
            limits={name: partner.limits for name, partner in estate.partners.items()},
            deadline=asked.deadline,
            until=None if asked.seconds is None else time.monotonic() + asked.seconds,
            run_id=run_id,
        ) as partners,
        Inbox({name: address for name, address in addresses.items() if name in running}) as inbox,
        ExitStack() as closing,
    ):
        redact = partners.secrets.redact
        kept = Evidence(runs_folder() if tell else None, run_id, tell or (lambda _: {}), redact)
        written = [closing.enter_context(HarWriter(file, redact)).add for file in recordings]
        add = partial(_added, (kept.exchanged, *written))
        writes = _recorder(add)

        def record(walk: Walk) -> None:
            writes(walk)
            watch(walk)

        yield closing.enter_context(Verification(opened, asked, running, partners, inbox, curl, hooks, record, add, kept))


def _added(to: Sequence[Callable[[Recorded], None]], entry: Recorded) -> None:
    for each in to:
        each(entry)


def _recorder(add: Callable[[Recorded], None]) -> Callable[[Walk], None]:
    """Return what records a walk; several threads may."""
    numbers = count(1)

    def record(walk: Walk) -> None:
        for entry in recorded(walk, next(numbers)):
            add(entry)

    return record


class Verification:
    """One run of ``verify``.

    Args:
        opened: The estate.
        asked: What to verify.
        targets: Where each partner runs.
        partners: Calls them.
        inbox: Where their events arrive.
        curl: Makes the line that sends a request again.
        hooks: What the user's own code does for the run.
        record: Keeps a walk.
        add: Keeps an exchange that is of no walk.
        evidence: Keeps what was found.
    """

    def __init__(
        self,
        opened: Opened,
        asked: Asked,
        targets: Mapping[str, Target],
        partners: Partners,
        inbox: Inbox,
        curl: Curl,
        hooks: Hooks | None,
        record: Callable[[Walk], None],
        add: Callable[[Recorded], None],
        evidence: Evidence,
    ) -> None:
        hooks = hooks or Hooks()
        sender = LoggedIn(partners, hooks.headers)
        self._add = add
        self._evidence = evidence
        self._found: dict[str, Verdicts] = {}
        self._answered = 0
        self._begun = 0
        self._opened = opened
        self._asked = asked
        self._targets = targets
        self._running = _running(opened, asked.environment, targets)
        self._observer = Observer(opened.judge, kinds(), self._running, curl)
        self._partners = partners
        self._varies = asked.varies and not is_production(asked.environment)
        self._allowance = Allowance(MOST_VARIED if asked.requests is None else asked.requests)
        stop, pool = threading.Event(), ThreadPoolExecutor(asked.workers, "cxcontracts")
        options: dict[str, Any] = {
            "environment": asked.environment,
            "givens": asked.givens,
            "handed": asked.handed,
            "states": {name: url for name, url in asked.states.items() if name in targets},
            "runs": frozenset(targets),
            "inbox": inbox,
            "turns": Turns(shared_folder()),
            "poll": lambda name: POLL_HERE if targets[name].app or origin_of(targets[name].url).is_this_machine else POLL,
            "set_up": hooks.state,
            "stop": stop,
            "cleaner": lambda: LoggedIn(partners.afterwards(CLEANUP), hooks.headers),
        }
        holding = tuple(kind for kind in kinds() if isinstance(kind, OnExchanges) and kind.name in _HOLDING)
        self._sender = sender
        self._counted = sender if asked.requests is None else Counting(sender, self._allowance)
        self._walker = Walker(opened.judge, self._counted, holding, **options)
        writes = frozenset(name for name, target in targets.items() if "write" in target.may)
        fuzzer = Fuzzer(opened.judge, self._walker, sender, self._observer, writes, pool, asked.seed, stop)
        self._conductor = Conductor(
            opened.judge,
            self._walker,
            fuzzer if self._varies else None,
            self._observer,
            self._allowance,
            pool,
            asked.workers,
            record,
            stop,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._conductor.close()

    @property
    def partners(self) -> Partners:
        """What calls the partners, within what the estate allows."""
        return self._partners

    @property
    def not_kept(self) -> str:
        """Why there is no evidence of the run, or not all of it; empty where there is."""
        return self._evidence.failed

    @property
    def secrets(self) -> Secrets:
        """What nobody may read, as far as the run came to know it."""
        return self._partners.secrets

    def of_journey(self, journey: Journey, of: int) -> Verdicts:
        """Walk one journey, and judge what was seen.

        Args:
            of: How many are walked one after the other in this process: what may be sent is left to all of them alike.
        """
        left = max(of - self._begun, 1)
        self._begun += 1
        kept = self._allowance.requests * (left - 1) // of + self._kept(left)
        going = self._conductor.begin(journey)
        self._conductor.to_the_end([going], lambda _: kept, lambda _: None)
        return self._observer.verdicts([journey], going.walks)

    def interactions(self) -> list[Requirement]:
        """Return the interactions of Pact files with partners that run here, as far as they were asked for."""
        wanted = self._asked.partners or self._targets.keys()
        named = (each for each in self._opened.judge.requirements if each.named)
        return [
            each
            for each in named
            if each.of[0] in wanted
            and each.of[0] in self._targets
            and self._asked.names(each.id)
            and (not self._asked.journeys or each.journey.name in self._asked.journeys)
        ]

    def of_interactions(self, requirements: Sequence[Requirement]) -> Verdicts:
        """Ask the partners for some interactions, and judge what they answer by Pact's engine."""
        verdicts = Verdicts((), {})
        for each in self._of_interactions(requirements):
            verdicts = verdicts.beside(each)
        return verdicts

    def _of_interactions(self, requirements: Sequence[Requirement]) -> Iterator[Verdicts]:
        """Yield what each of some interactions comes to, one after the other."""
        if not requirements or not consumers.installed():
            why = f"Pact's engine is not installed: {consumers.INSTALL}"
            yield Verdicts((), {each.id: why for each in requirements})
            return
        states, messages = self._asked.states, self._asked.messages
        for requirement, tries in consumers.judged(requirements, self._counted, self._targets, states, messages, MOST_TRIES):
            seen = [each.sighting for each in tries if each.sighting is not None]
            for sighting in seen:
                self._keep(requirement, sighting)
            if seen and seen[0].trouble in BLAMELESS - {Trouble.SPENT}:
                yield Verdicts((), {requirement.id: seen[0].why})
            else:
                yield Verdicts((self._observer.of_interaction(requirement, tries),), {})

    def _keep(self, requirement: Requirement, sighting: Sighting) -> None:
        """Keep what was seen of an interaction, as far as anybody was asked."""
        if sighting.request is not None and sighting.trouble not in BLAMELESS:
            marks = {INTERACTION: requirement.id, "trouble": str(sighting.trouble or "")}
            self._add(Recorded(sighting.request, sighting.response, sighting.at, sighting.seconds, sighting.why, marks=marks))

    def would_send(self) -> Iterator[str]:
        """Yield a line for each call that would be made as it is written, and how many with other values; nothing is sent."""
        yield from foretelling.of_journeys(self.journeys(), self._walker, self._targets)
        yield from foretelling.of_interactions(self.interactions(), self._targets)
        if self._varies:
            yield f"with other values: {self._allowance.requests:,} requests at most"

    def requirements(self, journey: Journey) -> Iterator[Requirement]:
        """Yield what can be judged of a journey where its partners run."""
        return (requirement for _, requirement in self._observer.requirements(journey))

    def runs(self, partner: str) -> bool:
        """Tell whether a partner runs here."""
        return partner in self._targets

    def journeys(self) -> list[Journey]:
        """Return the journeys to walk: those that ask something of a partner that runs, and that were asked for.

        Raises:
            UsageError: If a journey or partner was asked for that is not there.
        """
        estate = self._opened.estate
        for named, known, what in (
            (self._asked.partners, estate.partners, "partner"),
            (self._asked.journeys, estate.journeys, "journey"),
        ):
            for name in sorted(named - known.keys()):
                raise UsageError(f"{what} {name!r} is not in the estate; {did_you_mean(name, known)}")
        self._insist_on_replay()
        wanted = self._asked.partners or self._targets.keys()
        picks = bool(self._asked.pattern or self._asked.replay)
        return [
            journey
            for journey in estate.journeys.values()
            if (not self._asked.journeys or journey.name in self._asked.journeys)
            and any(step.partner in wanted and step.partner in self._targets for step in journey.steps)
            and (not picks or any(self._asked.names(each.id) for _, each in self._observer.requirements(journey)))
        ]

    def _insist_on_replay(self) -> None:
        """Refuse to replay what is no requirement here."""
        if self._asked.replay:
            judge = self._opened.judge
            known = {each.id for journey in judge.estate.journeys.values() for _, each in self._observer.requirements(journey)}
            _insist_on([self._asked.replay], known | {each.id for each in judge.requirements if each.named}, "requirement")

    def run(self, progress: Progress | None = None) -> Run:
        """Walk, and judge what was seen; an interrupt ends the walking, and what was seen until then is judged."""
        journeys = self.journeys()
        run = Run("verify", self._opened.estate.name, (), self._opened.estate.fail_on, environment=self._asked.environment)
        self._evidence.start(replace(run, journeys=tuple(map(outline, journeys)), only=self._asked.only))
        going = [self._conductor.begin(journey) for journey in journeys]
        complete = self._walked(going, progress or (lambda done, total: None))
        verdicts = Verdicts((), {})
        for each in going:
            verdicts = verdicts.beside(self._found.get(each.journey.name) or self._judged(each))
        unfelt: list[str] = []
        if complete:
            complete, of_interactions = self._followed(unfelt)
            verdicts = verdicts.beside(of_interactions)
        partners = self._asked.partners & self._targets.keys() or self._targets
        exchanges = self._answered + answered(walk for each in going for walk in each.walks)
        run = run_of(self._opened, "verify", verdicts, exchanges, self._asked, partners, complete=complete)
        run = replace(run, unfelt=tuple(unfelt))
        self._evidence.close(run)
        return run

    def _followed(self, unfelt: list[str]) -> tuple[bool, Verdicts]:
        """Ask for all that is of no journey; return whether that came to its end, and what was found.

        Args:
            unfelt: Grows by what no journey feels.
        """
        interactions = self.interactions()
        verdicts = Verdicts((), {})
        try:
            for each in self._of_interactions(interactions):
                self._evidence.judged(each, self._asked.names)
                verdicts = verdicts.beside(each)
            for line in self._probed() if self._asked.deep else ():
                unfelt.append(line)
        except KeyboardInterrupt:
            self._conductor.halt(self._partners.stop)
            told = {finding.id for finding in verdicts.findings} | verdicts.not_exercised.keys()
            left = {each.id: "the run was interrupted before it was asked for" for each in interactions if each.id not in told}
            return False, verdicts.beside(Verdicts((), left))
        return True, verdicts

    def _walked(self, journeys: Sequence[Going], progress: Progress) -> bool:
        """Walk journeys, judge each at its end, and hold its walks no longer; return whether all came to their ends."""

        def done(going: Going) -> None:
            self._found[going.journey.name] = self._judged(going)
            self._answered += answered(going.walks)
            going.walks.clear()
            progress(len(self._found), len(journeys))

        progress(0, len(journeys))
        try:
            self._conductor.to_the_end(journeys, self._kept, done)
        except KeyboardInterrupt:
            self._conductor.halt(self._partners.stop)
            return False
        return True

    def _judged(self, going: Going) -> Verdicts:
        """Judge a journey, and keep what was found."""
        verdicts = self._observer.verdicts([going.journey], going.walks)
        self._evidence.judged(verdicts, self._asked.names)
        return verdicts

    def _probed(self) -> Iterator[str]:
        """Let Schemathesis' whole engine loose on the partners, and yield what it has against them: no journey feels that."""
        names = [name for name in self._targets if self._varies and (not self._asked.partners or name in self._asked.partners)]
        for number, name in enumerate(names):
            record = self._opened.records.get(name)
            writes = "write" in self._targets[name].may
            called = record.contract.operations() if record is not None else ()
            operations = {(each.method, each.path): "" for each in called if writes or each.method in SAFE}
            if record is not None and operations:
                share = Share(self._allowance)
                share.grant(self._allowance.left // (len(names) - number))
                limited = Counting(self._sender, Allowance(MOST_DEEP) if self._asked.requests is None else share)
                yield from self._complaints(name, record.contract.document.value, operations, limited)

    def _complaints(
        self, name: str, document: Mapping[str, JSON], operations: Mapping[tuple[str, str], str], sender: Counting
    ) -> Iterator[str]:
        """Yield what Schemathesis has against one partner; when it is interrupted, what it had until then."""
        said: Counter[str] = Counter()

        def probe() -> None:
            for probed in deep(document, partial(sender.send, name), operations, seed=self._asked.seed):
                said.update({f"{name} {probed.operation}: {complaint.title}" for complaint in probed.complaints})

        interrupted = False
        try:
            self._conductor.beside(probe).result()  # where it is interrupted itself, it waits for what is under way
        except UsageError as error:
            yield f"{name}: not looked at; {error}"
        except KeyboardInterrupt:
            interrupted = True
            self._conductor.halt(self._partners.stop)
        yield from (f"{what} ({number:,} times)" if number > 1 else what for what, number in sorted(said.items()))
        if interrupted:
            raise KeyboardInterrupt

    def _kept(self, journeys: int) -> int:
        """Return how much of a budget is kept for what is of no journey: as much as for a journey, where that much is needed."""
        if self._asked.requests is None:
            return 0
        needed = [_MOST_OF_INTERACTION * len(self.interactions()), MOST_DEEP if self._asked.deep else 0]
        share = self._allowance.left // (journeys + sum(map(bool, needed)))
        return sum(min(each, share) for each in needed)


_HOLDING: Final = frozenset({"answers", "needs", "needs-when", "may-have", "must"})
"""The kinds that have to hold for a step not to be asked again ``within`` its time."""


def inboxes(estate: Estate, environment: str, secret: Callable[[Partner, str], str]) -> dict[str, Address]:
    """Return where the events of each partner arrive in an environment.

    Args:
        secret: Returns what a reference to a secret of a partner stands for.
    """
    found: dict[str, Address] = {}
    for partner in estate.partners.values():
        where = partner.environments.get(environment)
        if where is not None and where.inbox:
            found[partner.name] = Address(where.inbox, secret(partner, where.inbox_secret) if where.inbox_secret else "")
    return found


def is_production(environment: str) -> bool:
    """Tell whether an environment is one in which customers live: nothing made up is ever sent there."""
    return re.search(r"(?:^|[^a-z])(?:prod|production|live)(?:$|[^a-z])", environment.lower()) is not None


def _named_values(estate: Estate) -> Iterator[str]:
    """Yield the names of what journeys start with, and of what their steps keep."""
    for journey in estate.journeys.values():
        yield from journey.givens
        yield from (name for step in journey.steps for name in keep_paths(step))


def _insist_on(named: Collection[str], known: Collection[str], what: str) -> None:
    for name in sorted(set(named) - set(known)):
        raise UsageError(f"{what} {name!r} is not in the estate; {did_you_mean(name, known)}")


def _running(opened: Opened, environment: str, targets: Mapping[str, Target]) -> dict[str, Side]:
    """Return the contract that each partner runs in the environment, where that is not the one of record."""
    found: dict[str, Side] = {}
    for name in targets:
        partner = opened.estate.partners[name]
        where = partner.environments.get(environment)
        if where is not None and where.contract:
            folder = Path(opened.estate.root) / partner.folder
            found[name] = read_contract(folder / where.contract, str(partner.folder))
    return found


__all__ = ["Asked", "Hooks", "Sighting", "Verdict", "Verification", "inboxes", "is_production", "verification"]
