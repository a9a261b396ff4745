"""Gathers what there is to know of one partner: its contract, what journeys need, what comes of calling it. At the rim."""

from __future__ import annotations

import threading
import time
import uuid
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from cxcontracts.asked import Asked
from cxcontracts.errors import ContractError, EstateError
from cxcontracts.estate.model import Partner
from cxcontracts.exchanges import JSON, Request
from cxcontracts.findings import Run, Version
from cxcontracts.kinds.answers import NOBODY
from cxcontracts.onboarding.dossier import Dossier, Live
from cxcontracts.opening import Opened
from cxcontracts.plugins import kinds
from cxcontracts.problems import Problem
from cxcontracts.redaction import HIDDEN
from cxcontracts.requirements import OnExchanges
from cxcontracts.running.calling import Came, Partners
from cxcontracts.running.targets import Target, targets
from cxcontracts.running.wire import origin_of
from cxcontracts.scenes import Scene
from cxcontracts.verdicts import Curl
from cxcontracts.verifying import Progress, verification
from cxcontracts.walks import Purpose, Sighting, Walk, trouble_of

WRONG: Final = "cxcontracts-a-login-that-nobody-has"
"""What is sent in the place of a credential, to see it refused."""

_SAFE: Final = ("GET", "HEAD")
_OWN: Final = (Purpose.STEP, Purpose.POLL, Purpose.AGAIN, Purpose.INFORMS, Purpose.LEAST)
"""The calls whose answers are the partner's word; varied ones are judged by their findings."""


@dataclass(frozen=True)
class Gathered:
    """A dossier, and what takes the secrets out of all that is written of it."""

    dossier: Dossier
    redact: Callable[[str], str]


def gathered(opened: Opened, partner: str, asked: Asked | None, curl: Curl, progress: Progress | None = None) -> Gathered:
    """Gather what there is to know of a partner.

    Args:
        opened: The estate; what has mistakes in its files is left out.
        partner: Its id.
        asked: Where it runs, and what calling it may cost; None where nothing is to be sent.
        curl: Makes the line that sends a request again.
        progress: Told how many journeys are walked.

    Raises:
        UsageError: If the environment, or a partner with an address, is not there.
    """
    on_paper = _on_paper(opened, opened.estate.partners[partner])
    target = targets(opened.estate, asked.environment, asked.urls).get(partner) if asked is not None else None
    if asked is None or target is None:
        return Gathered(on_paper, lambda text: text)
    live, redact = _live(opened, target, asked, curl, progress)
    among = {**_among(opened, partner, live), **on_paper.among}
    return Gathered(replace(on_paper, live=live, among=among), redact)


def told_by_the_scorecard(problem: Problem, partner: str) -> bool:
    """Tell whether a mistake in the estate's files is only that a partner has no contract: its scorecard says so."""
    return problem.code in ("no-contract", "no-events") and problem.what.startswith(f"partner {partner!r} ")


# --- on paper -------------------------------------------------------------------------------------------------------------------


def _on_paper(opened: Opened, partner: Partner) -> Dossier:
    judge = opened.judge
    unread: tuple[Problem, ...] = ()
    try:
        record = opened.records.get(partner.name)
    except ContractError as error:
        record, unread = None, error.problems
    mistakes = tuple(record.contract.mistakes()) if record is not None else ()
    unknown: dict[Problem, None] = {}
    scenes: list[Scene] = []
    for journey in opened.estate.journeys.values():
        for step in journey.steps:
            if not step.asks_somebody or step.partner != partner.name or unread:
                continue
            try:
                scene = judge.scene(journey, step)
            except ContractError as error:
                unknown.update(dict.fromkeys(error.problems))
                continue
            if scene is not None and step.part in ("steps", "fallbacks"):
                scenes.append(scene)
    found, unsound, _ = opened.found({partner.name})
    unknown.update(dict.fromkeys(each for each in unsound if not unread))
    among = _others(opened, partner.name)
    concerned = tuple(each for each in found if each.partner == partner.name or each.id in among)
    of_all, _ = opened.mapped()
    return Dossier(
        estate=opened.estate,
        partner=partner,
        today=opened.today,
        record=record,
        version=opened.recorded(partner).version if record is not None else Version("", "", partner.contract or partner.events),
        unread=unread,
        mistakes=mistakes,
        unknown=tuple(unknown),
        scenes=tuple(scenes),
        findings=concerned,
        among=among,
        map=of_all.of_partner(partner.name),
    )


def _others(opened: Opened, name: str) -> dict[str, tuple[str, ...]]:
    """Return the requirements on a partner that depend on others as well, each with these."""
    asked = opened.judge.depending({name})
    return {each.id: tuple(p for p in each.partners if p != name) for each in asked if set(each.partners) - {name}}


# --- live -----------------------------------------------------------------------------------------------------------------------


def _live(
    opened: Opened, target: Target, asked: Asked, curl: Curl, progress: Progress | None
) -> tuple[Live, Callable[[str], str]]:
    """Call a partner, as far as its environment allows, and return what came of it."""
    lock = threading.Lock()
    walks: list[Walk] = []

    def watch(walk: Walk) -> None:
        with lock:
            walks.append(walk)

    try:
        with verification(opened, replace(asked, partners=frozenset({target.partner})), curl, watch=watch) as made:
            run = made.run(progress)
            if not run.complete:
                raise KeyboardInterrupt
            seen = _seen(walks, target.partner)
            return _with_probes(_of_run(target, run, seen), made.partners, target), made.secrets.redact
    except EstateError as error:
        unwalked = f"no journey was walked, as contracts do not know what they ask: {error.problems[0].what}"
    limits = {target.partner: opened.estate.partners[target.partner].limits}
    until = None if asked.seconds is None else time.monotonic() + asked.seconds
    with Partners(
        {target.partner: target}, limits=limits, deadline=asked.deadline, until=until, run_id=str(uuid.uuid4())
    ) as alone:
        return _with_probes(replace(_at(target), unwalked=unwalked), alone, target), alone.secrets.redact


def _at(target: Target) -> Live:
    here = bool(target.app) or origin_of(target.url).is_this_machine
    login = next(iter(target.auth), "") if target.auth else ""
    return Live(target.app or target.url, target.environment, here, "write" in target.may, login)


def _of_run(target: Target, run: Run, seen: tuple[Sighting, ...]) -> Live:
    idle = "" if seen else "no journey asks anything of it"
    return replace(_at(target), findings=run.findings, idle=run.not_exercised, seen=seen, unwalked=idle)


def _seen(walks: list[Walk], partner: str) -> tuple[Sighting, ...]:
    """Return the calls of a partner, journey by journey."""
    in_order = sorted(walks, key=lambda walk: (walk.journey.name, walk.row, walk.attempt))
    return tuple(
        sighting
        for walk in in_order
        for sighting in walk.sightings
        if sighting.purpose in _OWN
        and (step := walk.journey.step(sighting.step)).partner == partner
        and step.call is not None
        and sighting.request is not None
    )


def _among(opened: Opened, name: str, live: Live) -> dict[str, tuple[str, ...]]:
    """Return which of the findings on exchanges depend on others as well."""
    judged = {each.id for each in live.findings}
    found: dict[str, tuple[str, ...]] = {}
    for journey in opened.estate.journeys.values():
        for kind in (kind for kind in kinds() if isinstance(kind, OnExchanges)):
            for step in (*journey.steps, journey.whole):
                for each in kind.requirements(journey, step) if step.asks_somebody or not step.name else ():
                    others = tuple(p for p in each.partners if p not in (name, ""))
                    if each.id in judged and others:
                        found[each.id] = others
    return found


# --- probes ---------------------------------------------------------------------------------------------------------------------


def _with_probes(live: Live, partners: Partners, target: Target) -> Live:
    """Ask what no journey asks: whether anybody is there, and what a wrong login is answered."""
    if not live.answered:
        came = partners.send(target.partner, Request("GET", "/"), identity=NOBODY, safe=True)
        live = replace(live, greeting=_sighting(came))
    wrong = _wrong(target.auth)
    model = next((each for each in live.seen if _works(each)), None)
    if not target.auth or wrong is None or model is None or model.request is None:
        return replace(live, unasked=_why_unasked(target, wrong is None))
    headers, query = wrong
    asked = Request(
        model.request.method,
        model.request.path,
        (*((name, value) for name, value in model.request.query if name not in query), *query.items()),
        {**{name: value for name, value in model.request.headers.items() if name not in headers}, **headers},
    )
    came = partners.send(target.partner, asked, identity=NOBODY, safe=True)
    return replace(live, wrong_login=_sighting(came))


def _why_unasked(target: Target, impossible: bool) -> str:
    if target.auth and impossible:
        return f"nobody can make a wrong {next(iter(target.auth))}"
    return "no call that only reads worked, to try a wrong login with"


def _works(sighting: Sighting) -> bool:
    """Tell whether a call only reads, worked, and can be made again as it is shown."""
    request, response = sighting.request, sighting.response
    if request is None or response is None or sighting.trouble is not None or not 200 <= response.status < 300:
        return False
    return request.method in _SAFE and sighting.purpose is Purpose.STEP and HIDDEN not in request.path


def _wrong(auth: Mapping[str, JSON] | None) -> tuple[dict[str, str], dict[str, str]] | None:
    """Return headers and a query that log in as nobody; None where a login is not made of these."""
    match auth:
        case {"bearer": _} | {"oauth2": _}:
            return {"authorization": f"Bearer {WRONG}"}, {}
        case {"basic": _}:
            return {"authorization": "Basic " + b64encode(f"{WRONG}:{WRONG}".encode()).decode()}, {}
        case {"header": dict() as named}:
            return {str(name).lower(): WRONG for name in named}, {}
        case {"query": dict() as named}:
            return {}, {str(name): WRONG for name in named}
    return None


def _sighting(came: Came) -> Sighting:
    trouble, why = came.trouble, came.why
    if trouble is None and came.response is not None:
        trouble, why = trouble_of(came.response, ()) or (None, "")
    return Sighting("", came.request, came.response, trouble, why, came.at, came.seconds)


__all__ = ["WRONG", "Gathered", "gathered", "told_by_the_scorecard"]
