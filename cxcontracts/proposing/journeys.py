"""A chain of operations, or an event, as the text of a journey, in which each guess is marked for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from cxcontracts.contracts.operation import Event
from cxcontracts.documents.yaml_writing import written
from cxcontracts.errors import ContractError
from cxcontracts.estate.templates import BUILT_IN, COUNTER, literal
from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.proposing.chains import Chain, Link, Role, Stop, chains
from cxcontracts.proposing.fields import Proposed, fields_of, needs_of
from cxcontracts.proposing.inputs import Input
from cxcontracts.proposing.words import Words, singular, words
from cxcontracts.sanitise import harmless_line
from cxcontracts.scenes import Side
from cxcontracts.wording import listed

_CONFIRM: Final = "confirm"
_MOST_NAME: Final = 40
_MOST_TITLE: Final = 80
_MOST_EVENTS: Final = 50
_DOING: Final[Mapping[Role, str]] = {
    Role.FIND: "look for",
    Role.SEE: "look at",
    Role.MAKE: "add",
    Role.CHANGE: "change",
    Role.END: "delete",
}
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_FRESH: Final = frozenset({"idempotency", "correlation"})
"""Words in the name of what is to be another one at each call."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A journey that is proposed.

    Attributes:
        text: What its file says.
        path: What it calls or waits for, step by step, in words.
    """

    text: str
    path: tuple[str, ...]


def proposals(side: Side, partner: str, journey: str, source: str) -> Iterator[Proposal]:
    """Yield journeys for the likely main path of a contract, the likeliest first; none where there is nothing to propose.

    Args:
        partner: The id of the partner.
        journey: The id of the journey.
        source: What the contract was taken from, in words.
    """
    made = f"{_title(side)} ({harmless_line(source, _MOST_TITLE)})"
    for chain in chains(side):
        try:
            yield _of_chain(side, chain, partner, journey, made)
        except ContractError:
            continue
    for event in _events(side):
        try:
            yield _of_event(side, event, partner, journey, made)
        except ContractError:
            continue


def _title(side: Side) -> str:
    said = " ".join(part for part in (side.contract.title, side.contract.version) if part)
    return harmless_line(" ".join(said.split()), _MOST_TITLE) or "a contract"


# --- chains ---------------------------------------------------------------------------------------------------------------------


@dataclass
class _Names:
    """What the steps of a journey are called, and what they hand on.

    Attributes:
        given: Name to what it is, as a journey writes it, and why a person should look at it.
        kept: Step to name to the path in its answer.
    """

    given: dict[str, tuple[dict[str, JSON], str]] = field(default_factory=dict)
    kept: dict[int, dict[str, str]] = field(default_factory=dict)
    _of_input: dict[tuple[str, str], str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=lambda: {*BUILT_IN, COUNTER})

    def keep(self, link: Link, wanted: Input) -> str:
        """Return the name under which a value is handed on."""
        kept = self.kept.setdefault(link.step, {})
        known = next((name for name, path in kept.items() if path == link.field.once), None)
        if known is None:
            known = self._free(wanted.name)
            kept[known] = link.field.once
        return known

    def give(self, wanted: Input) -> str:
        """Return the name of what has to be supplied; the same for the same input of two steps."""
        key = (wanted.name, wanted.place if wanted.place == "body" else "")
        if key not in self._of_input:
            name = self._of_input[key] = self._free(wanted.name)
            self.given[name] = _given(wanted)
        return self._of_input[key]

    def _free(self, wished: str) -> str:
        plain = _NOT_A_NAME.sub("-", wished).strip("-")[:_MOST_NAME] or "value"
        plain = plain if plain[0].isalpha() or plain[0] == "_" else f"value-{plain}"
        name = _unused(plain, self._taken)
        self._taken.add(name)
        return name


def _given(wanted: Input) -> tuple[dict[str, JSON], str]:
    if wanted.example is not NO_BODY:
        return {"from": "customer", "examples": [wanted.example]}, "who supplies it? the example is the document's"
    return {"from": "customer", **wanted.space}, "who supplies it, and what may it be? the document has no example"


def _of_chain(side: Side, chain: Chain, partner: str, journey: str, made: str) -> Proposal:
    names = _Names()
    sends = [_sends(names, stop, links) for stop, links in zip(chain.stops, chain.links, strict=True)]
    called = _step_names(chain.stops)
    lines = [*_heading(journey, made, list(_reasons(chain)))]
    lines += _givens(names.given)
    lines.append("steps:")
    for number, stop in enumerate(chain.stops):
        needs = needs_of(side, stop.operation, stop.fields)
        purpose = f"{_DOING[stop.role]} {_article(stop)}"
        step: dict[str, JSON] = {"step": called[number], "customer": _customer(purpose), "call": f"{partner} {stop.call}"}
        lines += _step(step, sends[number], needs, names.kept.get(number, {}))
    return Proposal("\n".join(lines) + "\n", tuple(str(stop.operation) for stop in chain.stops))


def _article(stop: Stop) -> str:
    return " ".join(stop.thing) if stop.role is Role.FIND else f"one {' '.join(stop.thing)}"


def _sends(names: _Names, stop: Stop, links: Mapping[str, Link]) -> dict[str, tuple[JSON, str]]:
    """Return what a step sends, by key, each with why a person should look at it."""
    found: dict[str, tuple[JSON, str]] = {}
    for wanted in stop.inputs:
        if wanted.name in links and wanted.scalar:
            link = links[wanted.name]
            found[wanted.key] = (f"${names.keep(link, wanted)}", "")
        elif not wanted.scalar:
            found[wanted.key] = (literal(wanted.whole), "what is sent here?")
        elif _is_fresh(wanted):
            found[wanted.key] = ("$fresh-id", "")
        else:
            found[wanted.key] = (f"${names.give(wanted)}", "")
    return found


def _is_fresh(wanted: Input) -> bool:
    of_request = wanted.place == "header" and wanted.words[-2:] == ("request", "id")
    fits = wanted.types == {"string"} and not {"pattern", "enum", "maxLength"} & wanted.space.keys()
    return fits and (bool(_FRESH & set(wanted.words)) or of_request)


def _step_names(stops: Sequence[Stop]) -> list[str]:
    found: list[str] = []
    for stop in stops:
        wished = "-".join((stop.role, *stop.thing))
        plain = (_NOT_A_NAME.sub("-", wished).strip("-") or str(stop.role))[:_MOST_NAME].strip("-")
        found.append(_unused(plain, found))
    return found


def _unused(wished: str, taken: Container[str]) -> str:
    """Return a name that is not taken: the one wished for, else with a number."""
    if wished not in taken:
        return wished
    return next(name for number in count(2) if (name := f"{wished}-{number}") not in taken)


def _reasons(chain: Chain) -> Iterator[str]:
    yield "Its path is a guess by what the operations hand on to each other:"
    for number, stop in enumerate(chain.stops):
        taken = [(wanted.name, chain.links[number][wanted.name]) for wanted in stop.inputs if wanted.name in chain.links[number]]
        said = [f"{name} is {link.field.once} of {link.step + 1}" for name, link in taken]
        yield f"  {number + 1}. {harmless_line(str(stop.operation), 160)}" + (
            f"; {harmless_line(listed(said), 200)}" if said else ""
        )


# --- events ---------------------------------------------------------------------------------------------------------------------


def _events(side: Side) -> list[Event]:
    """Return the events of a contract, those that say most of what a person would look at first."""
    found: list[tuple[bool, int, int, Event]] = []
    for number, event in enumerate(list(side.contract.events.values())[:_MOST_EVENTS]):
        try:
            needs = needs_of(side, event, fields_of(side, event, _about(event)))
        except ContractError:
            continue
        found.append((event.deprecated, -len(needs), number, event))
    return [each[3] for each in sorted(found, key=lambda each: each[:3])]


def _about(event: Event) -> Words:
    return singular(words(event.name))


def _of_event(side: Side, event: Event, partner: str, journey: str, made: str) -> Proposal:
    needs = needs_of(side, event, fields_of(side, event, _about(event)))
    lines = [
        *_heading(journey, made, [f"It waits for {harmless_line(str(event), 160)}, of all that the partner sends."]),
        "steps:",
    ]
    wished = "-".join(("hear", *_about(event)))
    name = _NOT_A_NAME.sub("-", wished).strip("-")[:_MOST_NAME].strip("-")
    key = next(key for key, each in side.contract.events.items() if each is event)
    step: dict[str, JSON] = {
        "step": name,
        "customer": _customer(f"hear of {' '.join(_about(event)) or 'it'}"),
        "event": f"{partner} {key}",
    }
    lines += _step(step, {}, needs, {})
    return Proposal("\n".join(lines) + "\n", (str(event),))


# --- text -----------------------------------------------------------------------------------------------------------------------


def _customer(purpose: str) -> str:
    return f"I …: say in the customer's words what this step is for ({purpose})"


def _heading(journey: str, made: str, reasons: Sequence[str]) -> Iterator[str]:
    yield "# yaml-language-server: $schema=../.schemas/journey.schema.json"
    yield f"# A proposal, made from {made}. Nobody has confirmed it yet."
    yield from (f"# {reason}" for reason in reasons)
    yield f"# Look at each line that says {_CONFIRM}, write goal and customer in the customer's words, then drop the comments."
    yield from _lines({"journey": journey})
    yield from _lines(
        {"goal": "I …: say in the customer's words what this journey is for"}, note="what does the customer come for?"
    )


def _givens(given: Mapping[str, tuple[dict[str, JSON], str]]) -> Iterator[str]:
    if given:
        yield "given:"
        for name, (said, why) in given.items():
            yield f"  # {_CONFIRM}: {why}"
            yield from _lines({name: dict(said)}, 2)


def _step(
    step: Mapping[str, JSON], sends: Mapping[str, tuple[JSON, str]], needs: Sequence[Proposed], kept: Mapping[str, str]
) -> Iterator[str]:
    first, *rest = _lines(dict(step), 4)
    yield f"  - {first.lstrip()}"
    yield from rest
    if sends:
        yield "    with:"
        for key, (value, why) in sends.items():
            yield from ([f"      # {_CONFIRM}: {why}"] if why else [])
            yield from _lines({key: value}, 6)
    if needs:
        yield f"    needs: # {_CONFIRM}: what of the answer would the customer look at?"
        for need in needs:
            promised = "" if need.guaranteed else "not guaranteed: agree on it, or move it to may-have"
            if isinstance(need.value, list):
                yield from ([f"      # {_CONFIRM}: {promised}"] if promised else [])
                key, values = written({need.path: 0}).strip()[:-1], (written([each]).strip()[2:] for each in need.value)
                yield f"      {key}[{', '.join(values)}]"
            else:
                yield from _lines({need.path: need.value}, 6, promised)
    if kept:
        yield "    keep:"
        yield from _lines(dict(kept), 6)


def _lines(value: Mapping[str, JSON], indent: int = 0, note: str = "") -> Iterator[str]:
    lines = written(dict(value)).splitlines()
    for number, line in enumerate(lines, 1):
        yield " " * indent + line + (f" # {_CONFIRM}: {note}" if note and number == len(lines) else "")


__all__ = ["Proposal", "proposals"]
