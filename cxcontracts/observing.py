"""Makes a run of what was seen of partners: of walks that were just made, and of recordings. A way in, at the rim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cxcontracts.asked import Asked
from cxcontracts.conforming import undeclared
from cxcontracts.contracts.operation import Operation
from cxcontracts.errors import ContractError, EstateError
from cxcontracts.estate.model import Partner
from cxcontracts.exchanges import Exchange
from cxcontracts.findings import Finding, PartnerRun, Run, Version
from cxcontracts.har import Recorded
from cxcontracts.judging import Judge
from cxcontracts.kinds.interactions import Pact
from cxcontracts.opening import Opened
from cxcontracts.plugins import kinds
from cxcontracts.recordings import Routed, walks_of
from cxcontracts.scenes import Side
from cxcontracts.verdicts import Curl, Observer, Verdicts
from cxcontracts.walks import Walk


def recording_judged(opened: Opened, recorded: Sequence[Recorded], asked: Asked, curl: Curl) -> tuple[Run, tuple[str, ...]]:
    """Judge recorded traffic, and return with the run what is to be known of what was left out.

    Args:
        asked: Its journeys, partners, pattern and addresses count.
        curl: Makes the line that sends a request again.

    Raises:
        EstateError: With every mistake that shows when journeys and contracts are held against each other.
    """
    problems = tuple(opened.judge.problems())
    if problems:
        raise EstateError(problems)
    held = walks_of(recorded, opened.judge, asked.urls)
    walks = [walk for walk in held.walks if not asked.journeys or walk.journey.name in asked.journeys]
    names = {walk.journey.name for walk in walks}
    journeys = [journey for name, journey in opened.estate.journeys.items() if name in names]
    verdicts = Observer(opened.judge, kinds(), {}, curl).verdicts(journeys, walks)
    seen = {step.partner for journey in journeys for step in journey.steps if step.partner}
    run = run_of(opened, "judge", verdicts, answered(walks), asked, asked.partners or seen)
    return _with_drift(run, drift(opened.judge, walks, held.unmatched)), held.notes


def answered(walks: Iterable[Walk]) -> int:
    """Return how many calls were answered, and events came, in some walks."""
    return sum(1 for walk in walks for sighting in walk.sightings if sighting.response is not None)


def run_of(
    opened: Opened,
    command: str,
    verdicts: Verdicts,
    exchanges: int,
    asked: Asked,
    partners: Collection[str],
    *,
    complete: bool = True,
) -> Run:
    """Return the outcome of a command.

    Args:
        exchanges: How many were seen.
        partners: Those that are told of.
        complete: False where it was interrupted.
    """
    named = list(_named(verdicts.findings, asked))
    told = [_partner(opened, opened.estate.partners[name], [each for each in named if each.partner == name]) for name in partners]
    return Run(
        command,
        opened.estate.name,
        tuple(sorted((each for each in told if each.findings or asked.partners), key=lambda each: each.partner)),
        opened.estate.fail_on,
        complete=complete,
        not_exercised={id: why for id, why in verdicts.not_exercised.items() if asked.names(id)},
        exchanges=exchanges + sum(1 for finding in named if finding.kind == Pact.name),
        environment=asked.environment,
        only=asked.only,
    )


def _named(findings: Sequence[Finding], asked: Asked) -> Iterator[Finding]:
    """Yield the findings that are asked for; one whose cause is not says what that is, and stands for itself."""
    by_id = {finding.id: finding for finding in findings}
    for finding in (each for each in findings if asked.names(each.id)):
        cause = by_id.get(finding.cause or "")
        if cause is None or asked.names(cause.id):
            yield finding
        else:
            yield replace(finding, cause=None, because=f"{finding.because}: {cause.because}")


def _partner(opened: Opened, partner: Partner, findings: Sequence[Finding]) -> PartnerRun:
    side = opened.records.get(partner.name)
    version = Version(side.contract.version, side.contract.folder.digest(), partner.contract) if side else Version("", "", "")
    exempt = partner.not_covered.because if partner.not_covered and not findings else ""
    return PartnerRun(partner.name, partner.title, version, None, tuple(findings), not_covered=exempt)


def drift(judge: Judge, walks: Iterable[Walk], others: Iterable[Routed]) -> Mapping[str, int]:
    """Return what the traffic shows that no contract of record promises, each with how often.

    Args:
        others: Calls of partners that no step makes.
    """
    found: Counter[str] = Counter()
    for partner, side, operation, exchange in (*_of_walks(judge, walks), *_of_others(judge, others)):
        for stray in undeclared(side, operation, exchange):
            found[f"{partner} {stray.element}: {stray.because}"] += 1
    for each in others:
        if each.operation is None and each.partner and not each.inbox:
            request = each.recorded.request
            found[f"{each.partner} {request.method} {request.path}: the contract has no such operation"] += 1
    return dict(sorted(found.items()))


def _of_walks(judge: Judge, walks: Iterable[Walk]) -> Iterator[tuple[str, Side, Operation, Exchange]]:
    for walk in walks:
        for sighting in walk.sightings:
            step = walk.journey.step(sighting.step)
            if sighting.exchange is None or sighting.trouble is not None or not step.asks_somebody:
                continue
            try:
                scene = judge.scene(walk.journey, step)
            except ContractError:
                continue
            if scene is not None:
                yield step.partner, scene.record, scene.operation, sighting.exchange


def _of_others(judge: Judge, others: Iterable[Routed]) -> Iterator[tuple[str, Side, Operation, Exchange]]:
    for each in others:
        response = each.recorded.response
        if each.operation is not None and response is not None:
            yield each.partner, judge.records[each.partner], each.operation, Exchange(each.recorded.request, response)


def _with_drift(run: Run, found: Mapping[str, int]) -> Run:
    return replace(run, unfelt=tuple(f"{what} ({number:,} times)" if number > 1 else what for what, number in found.items()))
