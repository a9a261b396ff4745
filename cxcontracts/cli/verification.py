"""What ``verify`` does once it runs: reads its options, opens the estate, walks, reports."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cxcontracts.cli.exits import INTERRUPTED, NOTHING_CHECKED, UNCERTAIN, exit_code
from cxcontracts.cli.judged import say_uncertain, seen_from_here, unsound
from cxcontracts.cli.options import Reporting, estate_root
from cxcontracts.cli.output import insist_on_folder, outcome_of, publish, rendered, say
from cxcontracts.cli.progress import Progress
from cxcontracts.errors import EstateError, UnsoundError, UsageError
from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.mistakes import Misread

if TYPE_CHECKING:
    from cxcontracts.exchanges import JSON
    from cxcontracts.findings import Run
    from cxcontracts.verifying import Asked
    from cxcontracts.walks import Sighting

_WORDS = "walked {done:,} of {total:,} journeys"


@dataclass(frozen=True, slots=True)
class Options:
    """The options of ``verify``, as typed."""

    environment: str
    urls: tuple[str, ...]
    partners: tuple[str, ...]
    journeys: tuple[str, ...]
    pattern: str
    replay: str | None
    givens: tuple[str, ...]
    states: tuple[str, ...]
    budget: str
    timeout: str
    no_fuzz: bool
    workers: int
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may cost; None for no limit.

    Attributes:
        requests: How many requests.
        seconds: How long.
    """

    requests: int | None = None
    seconds: float | None = None


def budget_of(text: str) -> Budget:
    """Read a budget.

    Raises:
        UsageError: If it is none.

    >>> budget_of("500,2m")
    Budget(requests=500, seconds=120.0)
    """
    requests: int | None = None
    seconds: float | None = None
    for part in filter(None, (each.strip() for each in text.split(","))):
        if re.fullmatch(r"[1-9][0-9]{0,8}", part):
            requests = int(part)
        else:
            seconds = _seconds(part, "--budget")
    return Budget(requests, seconds)


def verified(options: Options, asked: Reporting, estate: Path | None) -> int:
    """Verify, publish the report, and return the exit code.

    Raises:
        UsageError: If an option names what is not there.
        OSError: If the report cannot be written.
    """
    root = estate_root(estate)
    insist_on_folder(asked.output)
    urls, states = (_pairs(given, option) for given, option in ((options.urls, "--url"), (options.states, "--states")))
    if not options.environment and not urls:
        raise UsageError("nobody says where partners run; name an environment with --env, or an address with --url PARTNER=URL")
    try:
        run = _run(options, root, urls, states)
    except UnsoundError as error:
        if asked.format == "json":
            from cxcontracts.reports import json as json_report

            publish("verify", json_report.render_problems("verify", error.problems), "unsound", asked.output)
        return unsound(seen_from_here(error.problems, root))
    if run is None:
        return 0
    publish("verify", rendered(run, asked, root), outcome_of(run), asked.output)
    code = exit_code(run, asked.strict) if run.complete else INTERRUPTED
    if run.complete and not run.exchanges and code not in (1, NOTHING_CHECKED):
        code = UNCERTAIN if any(each.findings for each in run.partners) else NOTHING_CHECKED
    if code == UNCERTAIN:
        say_uncertain(run, asked.strict)
    return code


def _run(options: Options, root: Path, urls: Mapping[str, str], states: Mapping[str, str]) -> Run | None:
    """Return what was found; None where nothing was to be sent."""
    from cxcontracts.opening import open_estate
    from cxcontracts.running.calling import Partners
    from cxcontracts.running.inbox import Inbox
    from cxcontracts.running.secrets import read_secret
    from cxcontracts.running.targets import targets
    from cxcontracts.verifying import Verification, inboxes

    opened = open_estate(root)
    problems = tuple(opened.judge.problems())
    if problems:
        raise EstateError(problems)
    estate, budget = opened.estate, budget_of(options.budget)
    found = targets(estate, options.environment, urls)
    addresses = inboxes(estate, options.environment, lambda partner, named: read_secret(named, root / partner.folder))
    with (
        Partners(
            found,
            limits={name: partner.limits for name, partner in estate.partners.items()},
            deadline=_seconds(options.timeout, "--timeout"),
            until=None if budget.seconds is None else time.monotonic() + budget.seconds,
            run_id=str(uuid.uuid4()),
        ) as partners,
        Inbox({name: address for name, address in addresses.items() if name in found}) as inbox,
        Progress(words=_WORDS) as progress,
    ):
        return Verification(opened, _asked(options, states), found, partners, inbox, _again).run(progress)


def _again(sighting: Sighting) -> str:
    from cxcontracts.reports.curl import curl

    return curl(sighting.request) if sighting.request is not None else ""


def _asked(options: Options, states: Mapping[str, str]) -> Asked:
    from cxcontracts.verifying import Asked

    return Asked(
        frozenset(options.partners),
        frozenset(options.journeys),
        options.replay or options.pattern,
        options.environment,
        {name: _value(text) for name, text in _pairs(options.givens, "--given").items()},
        states,
        options.workers,
        budget_of(options.budget).requests,
        not options.no_fuzz,
    )


def _pairs(written: Sequence[str], option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not name or not equals or not value:
            raise UsageError(f"{option} {text!r} is no NAME=VALUE")
        pairs[name] = value
    return pairs


def _value(text: str) -> JSON:
    """Return a value as it was typed: JSON where it is some, else text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _seconds(text: str, option: str) -> float:
    try:
        return parse_duration(text).total_seconds()
    except Misread as error:
        raise UsageError(f"{option} {text!r}: {error}; write 10s, 800ms or 2m") from None


__all__ = ["Budget", "Options", "budget_of", "say", "verified"]
