"""Whose it is that a journey failed, from the exchange that shows it and from what each contract says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from cxcontracts.calls import keepers
from cxcontracts.conforming import Departure, departures
from cxcontracts.contracts.operation import Operation
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import references
from cxcontracts.exchanges import Exchange
from cxcontracts.findings import Attribution, Fault
from cxcontracts.scenes import Side
from cxcontracts.walks import REFUSALS, Purpose, Sighting, succeeded
from cxcontracts.wording import listed, value_in_words

_INDEX = re.compile(r"(?<![^.])[0-9]+(?![^.])")
_NOTHING_THERE = (404, 410)
"""The answers that say that nothing is known by a name, declared or not."""
_OWN = (Purpose.STEP, Purpose.FUZZ, Purpose.POLL)


def attributed(
    journey: Journey,
    step: Step,
    sighting: Sighting,
    record: tuple[Side, Operation] | None,
    running: tuple[Side, Operation] | None,
    part: str = "",
    before: Sequence[Sighting] = (),
    only_played: Sequence[str] = (),
) -> Attribution:
    """Return whose a break is.

    Args:
        sighting: What shows it; it has an answer.
        record: The contract of record of the step's partner, and the operation; None where it is not known.
        running: The contract that the environment runs, where that is another one.
        part: The part of the answer that breaks, empty for all of it; what departs elsewhere has nothing to do with that.
        before: What was seen earlier in the same walk.
        only_played: The steps before it that would have changed something, and were not made, as their partners do not run.
    """
    exchange = sighting.exchange
    if exchange is None or record is None:
        return Attribution(Fault.NOBODY_KNOWS, (), sighting.why or "no contract says what to expect")
    departing = departures(*record, exchange)
    asked = [each for each in departing if each.part == "request"]
    answered = [each for each in departing if each.part == "response"]
    wanted = sighting.purpose is Purpose.INFORMS  # what is wrong in such a request is wrong on purpose
    refused = exchange.response.status in REFUSALS and exchange.response.status not in step.status and not wanted
    if refused:
        unknown = _unknown(journey, step, sighting, record[1], before) if not answered else ""
        return _refused(journey, step, sighting, asked, answered, unknown)
    there = [each for each in answered if _concerns(each, part)]
    if there:
        return _departed(step, exchange, there, running)
    because = f"{step.partner} answers as its contract allows; the contract does not promise what the journey needs"
    if only_played:
        absent = listed(sorted({journey.step(name).partner or "" for name in only_played}))
        played = f"{listed(only_played)} {'was' if len(only_played) == 1 else 'were'} only played, as {absent} did not run"
        because += f"; {played}: it may be waiting for what that would have changed"
    return Attribution(Fault.KEEPS_ITS_CONTRACT, (step.partner,), because)


def _concerns(departure: Departure, part: str) -> bool:
    """Tell whether a departure stands at a part of an answer, inside of it, or around it."""
    *_, path = departure.element.split(" ")
    whole = "/" in path or path.isdigit() or path.endswith("XX")
    one, other = (_comparable(each).split(".") for each in (path, part))
    return not part or whole or all(map(str.__eq__, one, other))


def _comparable(part: str) -> str:
    """Return the name of a part in the spelling in which parts are compared: any item for one, headers in small letters."""
    return part.lower() if part.startswith("header.") else _INDEX.sub("*", part)


def _unknown(journey: Journey, step: Step, sighting: Sighting, operation: Operation, before: Sequence[Sighting]) -> str:
    """Return the given by which nothing is there; empty where that was said of no given, or of one that the partner knew.

    Args:
        before: What was seen earlier in the same walk.
    """
    if sighting.response is None or sighting.response.status not in _NOTHING_THERE:
        return ""
    in_path = {name for key, sent in step.sends.items() if key.removeprefix("path.") in operation.path_names
               for name in references(sent)}  # fmt: skip
    if not in_path or in_path - journey.givens.keys():
        return ""
    doubtful = sorted(in_path & sighting.varied.keys() if sighting.varied else in_path)
    known = {name for each in before if each is not sighting for name in _taken_by(journey, step.partner, each)}
    return next((name for name in doubtful if name not in known), "")


def _taken_by(journey: Journey, partner: str, sighting: Sighting) -> Set[str]:
    """Return the names whose values a partner took in a call."""
    step = journey.step(sighting.step)
    taken = step.partner == partner and sighting.response is not None and succeeded(sighting.response, step.status)
    return references(dict(step.sends)) if taken and sighting.purpose in _OWN else frozenset()


def _refused(
    journey: Journey,
    step: Step,
    sighting: Sighting,
    asked: Sequence[Departure],
    answered: Sequence[Departure],
    unknown: str,
) -> Attribution:
    """Return whose it is that a request was refused: of who wrote it, who handed out a value in it, or who refused it.

    Args:
        unknown: The given by which nothing is there, if that is why.
    """
    own = {*step.sends, *step.asks.get("accepts", ()), *references(dict(step.sends))}
    handed = list(_handed_out(journey, step, sighting)) if own.isdisjoint(sighting.varied) else []
    unknown_there = sighting.response is not None and sighting.response.status in _NOTHING_THERE
    if handed and (asked or not answered or unknown_there):
        name, giver = handed[0]
        value = value_in_words(sighting.known.get(name))
        because = (
            f"{giver} hands out {name} {value}, and {step.partner} does not take it; "
            "each is green as far as it can see, and between the two the customer is stranded"
        )
        return Attribution(Fault.SEAM, (giver, step.partner), because)
    if asked:
        return Attribution(Fault.OURS, (), f"what we send is not what the contract asks for: {asked[0].because}")
    if answered:
        return Attribution(Fault.BREAKS_ITS_CONTRACT, (step.partner,), answered[0].because)
    if unknown:
        value = value_in_words(sighting.known.get(unknown))
        because = (
            f"{step.partner} says, as its contract allows, that nothing is there by {unknown} {value}, and what we start from "
            f"may not be there: give a value that is, with --given {unknown}=VALUE, or {unknown} in --examples for a pack"
        )
        return Attribution(Fault.NOBODY_KNOWS, (), because)
    because = f"{step.partner} refuses what its contract says that it takes"
    return Attribution(Fault.BREAKS_ITS_CONTRACT, (step.partner,), because)


def _handed_out(journey: Journey, step: Step, sighting: Sighting) -> Iterator[tuple[str, str]]:
    """Yield each name that the step sends on, with the other partner who handed its value out."""
    for name in sorted(references(dict(step.sends)) & sighting.known.keys() - sighting.varied.keys()):
        for keeper in keepers(journey, step, name):
            if keeper.partner != step.partner:
                yield name, keeper.partner


def _departed(
    step: Step, exchange: Exchange, answered: Sequence[Departure], running: tuple[Side, Operation] | None
) -> Attribution:
    if running is not None and not [each for each in departures(*running, exchange) if each.part == "response"]:
        version = running[0].contract.version
        because = f"{step.partner} answers as its version {version} allows, and not as the contract of record does"
        return Attribution(Fault.CONTRACT_CHANGED, (step.partner,), because)
    return Attribution(Fault.BREAKS_ITS_CONTRACT, (step.partner,), answered[0].because)
