"""Interactions of Pact files, held against running partners.

The partner is asked by us, within all that the estate allows: provider states, the request as Pact's engine makes it, what a
message endpoint hands out. What it answered is then held against the interaction (:mod:`cxcontracts.running.matching`).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from cxcontracts.exchanges import JSON, Request, Response
from cxcontracts.findings import Verdict
from cxcontracts.pacts import ASYNCHRONOUS, CALL, SYNCHRONOUS, Interaction
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.running.matching import Answer, Engine, Match, Unsupported, answer_of, data_of, unsupported
from cxcontracts.running.states import Came, Handler, Prepared, Send, State, posted, states_of
from cxcontracts.walks import Sighting, Trouble, trouble_of

_BATCH: Final = 25
_MOST_TOLD: Final = 3
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_STATUSES: Final[Mapping[str, range]] = {
    "success": range(200, 300),
    "redirect": range(300, 400),
    "clientError": range(400, 500),
    "serverError": range(500, 600),
    "nonError": range(100, 400),
    "error": range(400, 600),
}
"""What the matcher ``statusCode`` of version 4 names."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Whom a partner has for Pact: URLs, or paths below its own; empty where there is none.

    Attributes:
        states: Sets up provider states.
        messages: Hands out the message of a description.
    """

    states: str = ""
    messages: str = ""


Heard = Callable[[Requirement], Sighting | None]
"""What was heard at an inbox of the event that an interaction expects; None where nothing was."""

Seen = tuple[Requirement, Sighting, Match]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a partner was asked for an interaction, and what it said: to be matched where there is an answer."""

    requirement: Requirement
    sighting: Sighting
    answer: Answer | None = None
    remark: str = ""
    unprepared: str = ""
    unseen: str = ""

    @property
    def interaction(self) -> Interaction:
        interaction: Interaction = self.requirement.what
        return interaction


class Verification:
    """Holds interactions against running partners, one after the other.

    Args:
        send: Sends a request to a partner.
        engine: Judges the answers.
        desks: Partner to whom it has for Pact; those that have anybody.
        heard: What came of an event, where no desk hands out messages.
    """

    def __init__(
        self, send: Send, engine: Engine, desks: Mapping[str, Desk] | None = None, heard: Heard = lambda requirement: None
    ) -> None:
        self._send = send
        self._engine = engine
        self._desks = desks or {}
        self._heard = heard

    def seen(self, requirements: Iterable[Requirement]) -> Iterator[Seen]:
        """Yield what was seen of each interaction, in their order and as soon as it is matched; before an interrupt goes on, too.

        Where a sighting has a trouble, or a match is unsupported, nothing is known of the partner: see :func:`judgement_of`.

        Raises:
            UsageError: If pact-python is not installed, or does not work here.
        """
        rest = iter(requirements)
        while some := list(islice(rest, _BATCH)):
            asked: list[_Asked] = []
            try:
                for each, request in self._requests(some):
                    asked.append(self._asked(each, request))
            except KeyboardInterrupt:
                yield from self._matched(asked)
                raise
            yield from self._matched(asked)

    def may_repeat(self, requirement: Requirement) -> bool:
        """Tell whether an interaction can be asked for again: it changes nothing, or its states are brought about anew."""
        interaction: Interaction = requirement.what
        prepared = bool(states_of(interaction) and self._desk(requirement).states)
        return interaction.type != CALL or interaction.method in _SAFE or prepared

    # --- asked ----------------------------------------------------------------------------------------------------------------

    def _requests(self, requirements: Sequence[Requirement]) -> Iterator[tuple[Requirement, Request | Unsupported | None]]:
        """Yield each with its request; None where that needs what the handler of its states returns, and for messages."""
        ready = [each for each in requirements if _made_before(each.what)]
        made = dict(zip(map(id, ready), self._engine.requests([each.what for each in ready]), strict=True))
        return ((each, made.get(id(each))) for each in requirements)

    def _asked(self, requirement: Requirement, request: Request | Unsupported | None) -> _Asked:
        interaction: Interaction = requirement.what
        if isinstance(request, Unsupported):
            return _not_asked(requirement, None, Trouble.UNPREPARED, request)
        why = unsupported(interaction) or _idle(interaction)
        if why:
            return _not_asked(requirement, None, Trouble.UNPREPARED, why)
        if interaction.type == ASYNCHRONOUS and not self._desk(requirement).messages:
            return self._listened(requirement)
        if interaction.type == SYNCHRONOUS and not self._desk(requirement).messages:
            return _not_asked(requirement, None, Trouble.UNPREPARED, "nobody is named who answers its message")
        return self._in_state(requirement, request)

    def _in_state(self, requirement: Requirement, request: Request | None) -> _Asked:
        """Ask in the provider states of an interaction, and take them down whatever comes."""
        interaction, desk = requirement.what, self._desk(requirement)
        states = states_of(interaction)
        if states and not desk.states:
            if interaction.type == CALL:
                return self._stateless(requirement, states, request)
            states = ()  # a message endpoint is told them
        handler = Handler(self._send, requirement.of[0], desk.states)
        prepared = handler.set_up(interaction.consumer, states)
        if prepared.trouble is not None:
            return _not_asked(requirement, request, prepared.trouble, prepared.why)
        try:
            asked = self._called(requirement, request, prepared) if interaction.type == CALL else self._fetched(requirement)
        finally:
            left = handler.take_down(interaction.consumer, states)
        return replace(asked, remark=left)

    def _stateless(self, requirement: Requirement, states: Sequence[State], request: Request | None) -> _Asked:
        """Ask though nobody sets up the states, where that changes nothing: an answer that is right needs no more."""
        why = f"no handler is named that sets up the state {states[0].name!r}"
        if request is None or request.method not in _SAFE:
            return _not_asked(requirement, request, Trouble.UNPREPARED, why)
        return replace(self._called(requirement, request, Prepared()), unprepared=why)

    def _called(self, requirement: Requirement, request: Request | None, prepared: Prepared) -> _Asked:
        interaction: Interaction = requirement.what
        made = request or self._request(interaction, prepared.values)
        if isinstance(made, Unsupported):
            return _not_asked(requirement, None, Trouble.UNPREPARED, made)
        came = self._send(requirement.of[0], made)
        sighting = _sighting(requirement, came, prepared.values)
        if came.response is None or came.trouble is not None:
            return _Asked(requirement, sighting)
        trouble = trouble_of(came.response, _expected(interaction), reads_pages=interaction.media.endswith("html"))
        if trouble is not None:
            return _Asked(requirement, replace(sighting, trouble=trouble[0], why=trouble[1]))
        return _Asked(requirement, sighting, answer_of(came.response, came.data))

    def _request(self, interaction: Interaction, returned: Mapping[str, JSON]) -> Request | Unsupported:
        """Return the request that takes values of the provider states; the engine would send the example where it lacks one."""
        values = {name: value for state in states_of(interaction) for name, value in state.params.items()} | dict(returned)
        lacking = next((name for name in _takes(_generators(interaction)) if name not in values), None)
        if lacking is not None:
            return Unsupported(f"the handler of its states returns no {lacking!r}, which the request needs")
        return self._engine.requests([interaction], values)[0]

    def _fetched(self, requirement: Requirement) -> _Asked:
        """Ask the message endpoint, which is told the states as well."""
        request = posted(self._desk(requirement).messages, _message_asked(requirement.what))
        came = self._send(requirement.of[0], request, safe=True)
        sighting = _sighting(requirement, came, {})
        if came.response is None or came.trouble is not None:
            return _Asked(requirement, sighting)
        trouble, why = trouble_of(came.response, ()) or (None, "")
        if trouble is None and not 200 <= came.response.status < 300:
            trouble, why = Trouble.UNPREPARED, f"the message endpoint does not hand it out ({came.response.status})"
        if trouble is not None:
            return _Asked(requirement, replace(sighting, trouble=trouble, why=why))
        return _Asked(requirement, sighting, answer_of(came.response, came.data, _carried(came.response)))

    def _listened(self, requirement: Requirement) -> _Asked:
        heard = self._heard(requirement)
        if heard is None:
            return _not_asked(requirement, None, Trouble.UNPREPARED, "nobody hands out its message, and no such event was heard")
        if heard.response is None or heard.trouble is not None:
            return _Asked(requirement, heard)
        metadata, unseen = _delivered(requirement.what, heard.response)
        return _Asked(requirement, heard, answer_of(heard.response, metadata=metadata), unseen=unseen)

    def _desk(self, requirement: Requirement) -> Desk:
        return self._desks.get(requirement.of[0], Desk())

    # --- matched --------------------------------------------------------------------------------------------------------------

    def _matched(self, asked: Sequence[_Asked]) -> Iterator[Seen]:
        answered = [(number, each.answer) for number, each in enumerate(asked) if each.answer is not None]
        found = self._engine.matched([_seeable(asked[number]) for number, _ in answered], [answer for _, answer in answered])
        matches = self._believed({number: match for (number, _), match in zip(answered, found, strict=True)}, asked)
        for number, each in enumerate(asked):
            match = matches.get(number, Match(each.interaction.id, unsupported=each.sighting.why))
            yield _seen(each, match)

    def _believed(self, matches: Mapping[int, Match], asked: Sequence[_Asked]) -> Mapping[int, Match]:
        """Take out of every match what the consumer's own example does not keep either: no partner can be right there."""
        doubted = {number: asked[number].interaction for number, match in matches.items() if match.mismatches}
        examples = self._engine.matched(list(doubted.values()), [_example(each) for each in doubted.values()])
        corrected = dict(matches)
        for number, example in zip(doubted, examples, strict=True):
            if example.mismatches:
                corrected[number] = _without(matches[number], example)
        return corrected


def judgement_of(requirement: Requirement, sighting: Sighting, match: Match) -> Judgement:
    """Judge an interaction by what was seen of it."""
    interaction: Interaction = requirement.what
    element = (
        f"{interaction.method} {interaction.path}"
        if interaction.type == CALL
        else next(iter(interaction.message), interaction.id)
    )
    why = sighting.why if sighting.trouble is not None else match.unsupported
    if sighting.trouble is not None or match.unsupported:
        return Judgement(Verdict.INCONCLUSIVE, element, _joined(why, match.remark))
    if match.ok:
        return Judgement(Verdict.INTACT, element, match.remark)
    more = len(match.mismatches) - _MOST_TOLD
    told = [*match.mismatches[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
    if interaction.pending:
        told.append(f"{interaction.consumer} has it pending")
    verdict = Verdict.TOLERATED if interaction.pending else Verdict.BROKEN
    return Judgement(verdict, element, _joined(*told, match.remark), witness=sighting.exchange)


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


# --- what is asked ------------------------------------------------------------------------------------------------------------


def _made_before(interaction: Interaction) -> bool:
    """Tell whether a request can be made before the states are set up."""
    return interaction.type == CALL and not unsupported(interaction) and not any(_takes(_generators(interaction)))


def _idle(interaction: Interaction) -> str:
    """Return why an interaction proves nothing, whatever came; empty where it does."""
    if interaction.type == ASYNCHRONOUS and "contents" not in interaction.written and not _metadata(interaction):
        return "it expects neither contents nor metadata, so that every message would do"
    if interaction.type == SYNCHRONOUS and not interaction.written.get("response"):
        return "it expects no response, so that every message would do"
    return ""


def _generators(interaction: Interaction) -> JSON:
    return interaction.written["request"].get("generators")


def _takes(generators: JSON) -> Iterator[str]:
    """Yield the names of the values that generators take from the provider states: in an expression, or alone."""
    if isinstance(generators, dict):
        if generators.get("type") == "ProviderState":
            expression = str(generators.get("expression", ""))
            yield from re.findall(r"\$\{([^}]+)\}", expression) or [expression]
        else:
            for each in generators.values():
                yield from _takes(each)


def _message_asked(interaction: Interaction) -> Mapping[str, JSON]:
    """Return what a message endpoint is asked, as Pact's own verifier asks it."""
    listed = [{"name": state.name, "params": dict(state.params)} for state in states_of(interaction)]
    request = {"request": interaction.written["request"]} if interaction.written.get("request") else {}
    return {"description": interaction.written.get("description", ""), "providerStates": listed, **request}


def _expected(interaction: Interaction) -> Sequence[int]:
    """Return the codes that are right and usually mean a trouble. A success can still be a web page in place of the API."""
    rules = interaction.written["response"].get("matchingRules")
    rule = rules.get("status") if isinstance(rules, dict) else None
    found = {interaction.status}
    for matcher in _matchers(rule):
        named = matcher.get("status") if matcher.get("match") == "statusCode" else None
        codes = _STATUSES.get(named, ()) if isinstance(named, str) else named
        found |= {code for code in (codes if isinstance(codes, list | range) else ()) if isinstance(code, int)}
    return sorted(status for status in found if not 200 <= status < 300)


def _matchers(rule: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the matchers of a rule, of the whole part or below paths."""
    if isinstance(rule, dict):
        if isinstance(rule.get("matchers"), list):
            yield from (each for each in rule["matchers"] if isinstance(each, dict))
        else:
            for each in rule.values():
                yield from _matchers(each)


# --- what came ----------------------------------------------------------------------------------------------------------------


def _sighting(requirement: Requirement, came: Came, values: Mapping[str, JSON]) -> Sighting:
    return Sighting(
        requirement.step.name, came.request, came.response, came.trouble, came.why, came.at, came.seconds, dict(values)
    )


def _not_asked(requirement: Requirement, request: Request | None, trouble: Trouble, why: str) -> _Asked:
    return _Asked(requirement, Sighting(requirement.step.name, request, None, trouble, why, datetime.now(UTC), 0.0))


def _carried(response: Response) -> Mapping[str, JSON]:
    """Return the metadata of a message, as an endpoint hands it out; empty where that is nothing of the kind."""
    written = str(response.headers.get("pact-message-metadata", ""))
    try:
        found = json.loads(base64.b64decode(written)) if written else {}
    except (ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def _metadata(interaction: Interaction) -> Mapping[str, JSON]:
    found = interaction.written.get("metadata", interaction.written.get("metaData"))
    return found if isinstance(found, dict) else {}


def _delivered(interaction: Interaction, response: Response) -> tuple[Mapping[str, JSON], str]:
    """Return the metadata that came with an event, as headers, and a name of what is expected and does not come that way."""
    headers = {_as_header(name): value for name, value in response.headers.items()}
    wanted = {name: _as_header(name) for name in _metadata(interaction)}
    found = {name: headers[key] for name, key in wanted.items() if key in headers}
    return found, next((name for name in wanted if name not in found), "")


def _as_header(name: str) -> str:
    """Return a name as headers and metadata have it in common: ``contentType``, ``ce_type``, ``cloudEvents:type``."""
    return re.sub(r"[-_]", "", name.lower().replace("cloudevents:", "ce"))


def _seeable(asked: _Asked) -> Interaction:
    """Return an interaction without the metadata that no event at an inbox has."""
    if not asked.unseen or asked.answer is None:
        return asked.interaction
    key = "metadata" if "metadata" in asked.interaction.written else "metaData"
    kept = {name: value for name, value in _metadata(asked.interaction).items() if name in asked.answer.metadata}
    return replace(asked.interaction, written={**asked.interaction.written, key: kept})


# --- what is said -------------------------------------------------------------------------------------------------------------


def _seen(asked: _Asked, match: Match) -> Seen:
    sighting = asked.sighting
    if match.mismatches and asked.unprepared:
        why = f"{asked.unprepared}, and without it {match.mismatches[0]}"
        sighting = replace(sighting, trouble=Trouble.UNPREPARED, why=why)
    elif match.ok and asked.unseen:
        why = f"the metadata {asked.unseen!r} does not come with an event at an inbox"
        match = replace(match, unsupported=why)
    return asked.requirement, sighting, replace(match, remark=asked.remark)


def _without(match: Match, example: Match) -> Match:
    told = [pair for pair in zip(match.mismatches, match.places, strict=True) if pair[1] not in example.places]
    if told:
        return replace(match, mismatches=tuple(words for words, _ in told), places=tuple(place for _, place in told))
    why = f"the Pact file refuses its own example: {example.mismatches[0]}"
    return replace(match, mismatches=(), places=(), unsupported=why)


def _example(interaction: Interaction) -> Answer:
    """Return the answer that an interaction itself gives as an example."""
    if interaction.type == CALL:
        response = interaction.written["response"]
        headers = response.get("headers")
        listed = headers if isinstance(headers, dict) else {}
        named = [(name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)) for name, value in listed.items()]
        data, media = data_of(response.get("body"), next((value for name, value in named if name.lower() == "content-type"), ""))
        return Answer(interaction.status, (*named, *_typed(named, media)), data)
    part = interaction.written
    if interaction.type == SYNCHRONOUS:
        responses = part["response"]
        part = _mapping(responses[0] if isinstance(responses, list) else responses)
    metadata = _mapping(part.get("metadata", part.get("metaData")))
    data, media = data_of(part.get("contents"), str(metadata.get("contentType", "application/json")))
    return Answer(200, (("Content-Type", media),), data, metadata)


def _typed(headers: Sequence[tuple[str, str]], media: str) -> Iterator[tuple[str, str]]:
    if media and all(name.lower() != "content-type" for name, _ in headers):
        yield "Content-Type", media


def _mapping(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}
