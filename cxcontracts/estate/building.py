"""Builds the estate's values from what is written, once all of it is sound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from cxcontracts.estate.calls import parse_call
from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.model import (
    Disclosure,
    Environment,
    Estate,
    Given,
    Journey,
    Locate,
    NotCovered,
    Packs,
    Partner,
    Step,
    Waiver,
)
from cxcontracts.estate.names import PARTS
from cxcontracts.estate.passages import Passage
from cxcontracts.estate.postponed import Postponed
from cxcontracts.estate.sound_policy import date_of
from cxcontracts.estate.templates import embed
from cxcontracts.estate.written import given_space
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm
from cxcontracts.problems import Place

FRESHNESS: Final[Mapping[str, str]] = {"contract": "1d", "fuzz": "7d", "live": "1d", "emulated": "14d"}
"""How long evidence counts where estate.yaml does not say."""

_STEP_FIELDS: Final = frozenset(
    {
        "step", "call", "event", "customer", "channel", "visible", "as", "by", "with", "status", "harm", "for", "fallback",
        "after", "state", "params", "safe", "for-steps",
    }
)  # fmt: skip
"""The keys that a step's own fields hold; the others are asked of the partner."""

_ACROSS_STEPS: Final = ("effort", "recognises", "consistent", "succeeds")

ReadData = Callable[[str], JSON]
"""Returns what a ``$file`` takes its value from."""


def built_estate(
    root: Path,
    estate: Passage,
    partners: Mapping[str, Passage],
    journeys: Mapping[str, Passage],
    waivers: Iterable[Passage],
    read_data: ReadData,
) -> Estate:
    """Return the estate that sound files say; a journey is looked at once somebody asks for it."""
    customers = {
        entry.key: int(entry["share" if "share" in entry else "monthly"].value) for entry in estate["customers"].entries()
    }
    share = any("share" in entry for entry in estate["customers"].entries())
    return Estate(
        root=str(root.resolve()),
        name=estate["estate"].text,
        customers=customers,
        fail_on=frozenset(map(Harm, _list(estate["fail-on"]))) if "fail-on" in estate else frozenset(Harm),
        partners={name: _partner(name, partners[name]) for name in sorted(partners)},
        journeys=Postponed(sorted(journeys), lambda name: _journey(journeys[name], customers, share, read_data)),
        waivers=tuple(map(_waiver, waivers)),
        apps=_map(estate["apps"]),
        freshness={**FRESHNESS, **_map(estate["freshness"])},
        private=tuple(_list(estate["private"])),
        packs=_packs(estate["packs"]),
        lines_off=_map(estate["onboarding"]["off"]),
    )


def _packs(policy: Passage) -> Packs:
    told = Disclosure(policy["customers"].text) if "customers" in policy else Disclosure.NOTHING
    lasts = parse_duration(policy["for"].text) if "for" in policy else Packs().lasts
    return Packs(told, lasts, tuple(_list(policy["may-say"])))


def _map(passage: Passage) -> Mapping[str, Any]:
    return passage.value if isinstance(passage.value, Mapping) else {}


def _list(passage: Passage) -> list[Any]:
    return passage.value if isinstance(passage.value, list) else []


def _locate(passage: Passage) -> Locate:
    """Return the function that finds the place of what stands below: of the key, where the last one is a key."""

    def place(*keys: str | int) -> Place:
        return passage.document.place((*passage.pointer, *keys), of_key=bool(keys) and isinstance(keys[-1], str))

    return place


# --- journeys -----------------------------------------------------------------------------------------------------------------


def _journey(journey: Passage, customers: Mapping[str, int], share: bool, read_data: ReadData) -> Journey:
    exact = isinstance(journey["customers"].value, Mapping)
    named = {item.text: customers[item.text] for item in journey["customers"].items()}
    return Journey(
        name=journey["journey"].text,
        file=journey.document.name,
        goal=journey["goal"].text,
        owner=journey["owner"].text,
        customers=dict(journey["customers"].value) if exact else named,
        exact=exact,
        givens={entry.key: _given(entry) for entry in journey["given"].entries()},
        steps=tuple(_step(part, item, read_data) for part in PARTS for item in journey[part].items()),
        asks={key: journey[key].value for key in _ACROSS_STEPS if key in journey},
        share=share,
        locate=_locate(journey),
    )


def _given(given: Passage) -> Given:
    space = given_space(given.value)
    return Given(
        name=given.key,
        source=given["from"].text,
        space=space,
        examples=tuple(_list(given["examples"])),
        fresh=bool(given["fresh"].value) if "fresh" in given else "pattern" in space and "examples" not in given,
        once=bool(given["once"].value),
        locate=lambda: given.place(of_key=True),
    )


def _step(part: str, step: Passage, read_data: ReadData) -> Step:
    return Step(
        name=step["step"].text,
        part=part,
        call=parse_call(step["call"].text) if "call" in step else None,
        event=" ".join(step["event"].text.split()),
        customer=step["customer"].text,
        channel=step["channel"].text,
        visible=step["visible"].value is not False,
        identity=step["as"].text,
        by=step["by"].text,
        sends=_sends(step, read_data),
        status=_statuses(step["status"]),
        harm=Harm(step["harm"].text) if "harm" in step else None,
        groups=tuple(_list(step["for"])),
        fallback=step["fallback"].text,
        after=step["after"].text,
        state=step["state"].text,
        params=embed(_map(step["params"]), read_data),
        safe=step["safe"].value is True,
        for_steps=tuple(_list(step["for-steps"])),
        asks=dict(_asks(step, read_data)),
        locate=_locate(step),
    )


def _sends(step: Passage, read_data: ReadData) -> Mapping[str, JSON]:
    """Return what a step sends, files read in. What a partner sends may be words and schemas, which are left alone."""
    return _map(step["with"]) if "by" in step else embed(_map(step["with"]), read_data)


def _asks(step: Passage, read_data: ReadData) -> Iterator[tuple[str, JSON]]:
    for entry in step.entries():
        if entry.key == "informs":
            yield entry.key, [_informs(item, read_data) for item in entry.items()]
        elif entry.key not in _STEP_FIELDS:
            yield entry.key, entry.value


def _informs(entry: Passage, read_data: ReadData) -> JSON:
    return {**entry.value, "with": embed(entry["with"].value, read_data)} if "with" in entry else entry.value


def _statuses(status: Passage) -> tuple[int, ...]:
    return (status.value,) if isinstance(status.value, int) else tuple(_list(status))


# --- partners, waivers --------------------------------------------------------------------------------------------------------


def _partner(name: str, partner: Passage) -> Partner:
    auth = partner["auth"].value
    return Partner(
        name=name,
        title=partner["name"].text or name,
        kind=partner["kind"].text or "partner",
        folder=PurePosixPath("partners", name),
        contract=partner["contract"].text,
        owner=_map(partner["owner"]),
        events=partner["events"].text,
        pacts=tuple(_list(partner["pacts"])),
        environments={entry.key: _environment(entry, partner) for entry in partner["environments"].entries()},
        auth=auth,
        identities=_map(partner["identities"]),
        limits=_map(partner["limits"]),
        not_covered=_not_covered(partner["not-covered"]),
        lines_off=_map(partner["onboarding"]["off"]),
        locate=_locate(partner),
    )


def _environment(environment: Passage, partner: Passage) -> Environment:
    return Environment(
        name=environment.key,
        url=environment["url"].text,
        contract=environment["contract"].text,
        auth=environment["auth"].value or partner["auth"].value,
        identities={**_map(partner["identities"]), **_map(environment["identities"])},
        given=_map(environment["given"]),
        hosts=tuple(_list(environment["hosts"])),
        may=tuple(_list(environment["may"])) or ("read",),
        inbox=environment["inbox"].text or environment["inbox"]["at"].text,
        inbox_secret=environment["inbox"]["secret"].text,
    )


def _not_covered(exception: Passage) -> NotCovered | None:
    if exception.value is None:
        return None
    return NotCovered(because=exception["because"].text, until=date_of(exception["until"]))


def _waiver(waiver: Passage) -> Waiver:
    return Waiver(
        id=waiver["id"].text,
        who=waiver["who"].text,
        why=waiver["why"].text,
        until=date_of(waiver["until"]),
        issue=waiver["issue"].text,
        partner=waiver["partner"].text,
        where=waiver.place(),
    )
