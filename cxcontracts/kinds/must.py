"""``must``: it makes sense. Contracts show whether a sentence can be judged at all: its paths are there, and can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from cxcontracts.calls import names_of, request_of
from cxcontracts.containment.sets import Nothing, Undecidable, find
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.sentences import (
    AMONG,
    BOUNDED,
    COUNTED,
    EQUAL,
    TIMED,
    Literal,
    Named,
    Now,
    Operand,
    Sentence,
    parse_sentence,
)  # fmt: skip
from cxcontracts.estate.written import MustForm
from cxcontracts.exchanges import JSON, Request, Response
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.causes import explained
from cxcontracts.kinds.needs import breaking_need
from cxcontracts.kinds.seen import judged_each, unreadable
from cxcontracts.paths import Path
from cxcontracts.promises import Need, judge_need
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.truth import untruth
from cxcontracts.walks import Sighting, Walk
from cxcontracts.wording import described

_NUMBER: Final = {"type": "number"}
_TEXT: Final = {"type": "string"}
_TIME: Final = {"type": "string", "format": "date-time"}
_DAY_OR_TIME: Final = {"anyOf": [_TIME, {"type": "string", "format": "date"}]}
_NUMBER_OR_TIME: Final = {"anyOf": [_NUMBER, *_DAY_OR_TIME["anyOf"]]}
_COUNTABLE: Final = {"type": ["array", "object"]}
_TEXT_OR_TEXTS: Final = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_ANYTHING: Final[Mapping[str, Any]] = {}
_A_DAY: Final = timedelta(days=1)
_GRAVEST_FIRST: Final = (Verdict.BROKEN, Verdict.UNPROVEN, Verdict.UNPROMISED, Verdict.INTACT)

_TYPES: Final = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}


class Must:
    """The paths exist, and the comparison is possible."""

    name = "must"
    key = "must"
    form = MustForm
    harm = Harm.MISLED
    meaning = Meaning(
        customer="it makes sense: it is relevant, current and in order",
        kept="the paths are there, and can be compared as the sentence says",
        breaks="drops a path, or changes it so that the sentence can no longer be told, or never holds",
        example="must: [every alternatives.*.departs is after now]",
        remedy="Have the partner keep what the sentence looks at, or write the sentence for what comes now.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a sentence; its id has the sentence with its blanks collapsed."""
        for index, written in enumerate(step.asks.get(self.key, ())):
            entry = written if isinstance(written, Mapping) else {"that": written}
            text = " ".join(entry["that"].split())
            harm = Harm(entry["harm"]) if "harm" in entry else step.harm or self.harm
            groups = tuple(entry.get("for", ())) or step.groups
            yield Requirement(self.name, text, journey, step, harm, parse_sentence(text), step.locate(self.key, index), groups)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge whether the sentence can be judged."""
        return judge_sentence(scene, requirement.what, requirement.rest, scene.step.status, lambda: request_of(scene))

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether the sentence is true of every success."""
        sentence: Sentence = requirement.what
        looked_at = [path for path in (sentence.path, sentence.operand) if isinstance(path, Path)]

        def judged(_: Walk, sighting: Sighting, response: Response) -> Judgement:
            judgement = true_of(sentence, sighting, response)
            if judgement.verdict is not Verdict.BROKEN:
                return judgement
            cause = explained(requirement, requirement.step, sighting, response, looked_at)
            return replace(judgement, because=f"{judgement.because}; the journey needs: {requirement.rest}", cause=cause)

        return judged_each(requirement, walks, judged)


def true_of(sentence: Sentence, sighting: Sighting, response: Response) -> Judgement:
    """Judge whether a sentence is true of an answer that was seen."""
    came = sighting.at + timedelta(seconds=sighting.seconds)
    try:
        wrong = unreadable(sentence.path, response) or untruth(sentence, response, sighting.known, came)
    except Undecidable as reason:
        return Judgement(Verdict.INCONCLUSIVE, str(sentence.path), str(reason))
    return Judgement(Verdict.BROKEN if wrong else Verdict.INTACT, str(sentence.path), wrong)


def judge_sentence(
    scene: Scene, sentence: Sentence, text: str, statuses: tuple[int, ...], request: Callable[[], Request]
) -> Judgement:
    """Judge whether a sentence can be judged on every answer: what it looks at is there, and comparable.

    Args:
        text: The sentence as it was written.
        statuses: The codes of the answers that it is about; empty for any success.

    Raises:
        ContractError: If the contract is unsound where the sentence looks.
    """
    incomparable = _incomparable(scene, sentence)
    if incomparable:
        return Judgement(
            Verdict.UNPROMISED, f"{scene.operation} {sentence.path}", f"nobody can tell whether {text}: {incomparable}"
        )
    judgements = [judge_need(scene, replace(need, statuses=statuses), request) for need in _needs(sentence)]
    nevers = list(_never(scene, sentence, statuses, request))
    judgements += nevers
    worst = min(judgements, key=lambda judgement: _GRAVEST_FIRST.index(judgement.verdict))
    if worst.verdict is Verdict.INTACT:
        return worst
    if any(worst is never for never in nevers):
        doubt = "it can never be any more that" if worst.verdict is Verdict.BROKEN else "it can never be that"
    else:
        doubt = "nobody can tell any more whether" if worst.verdict is Verdict.BROKEN else "nobody may be able to tell whether"
    looked_at = [path for path in (sentence.path, sentence.operand) if isinstance(path, Path)]
    cause = breaking_need(scene, looked_at, statuses, request) if worst.verdict is Verdict.BROKEN else ""
    return replace(worst, because=f"{doubt} {text}: {worst.because}", cause=cause)


def _needs(sentence: Sentence) -> Iterator[Need]:
    """Yield what each path of a sentence has to be."""
    looked_at, held_against = _comparable(sentence)
    yield Need(sentence.path, looked_at)
    if isinstance(sentence.operand, Path):
        yield Need(sentence.operand, held_against)


def _comparable(sentence: Sentence) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what a sentence looks at and what it is held against, as schemas of all that can be compared."""
    operator, operand = sentence.operator, sentence.operand
    value = operand.value if isinstance(operand, Literal) else None
    if operator in TIMED:
        time = _TIME if sentence.operator == "is within" and sentence.within < _A_DAY else _DAY_OR_TIME
        return time, time
    if operator in BOUNDED:
        either = _NUMBER if _type_of(value) == "number" else _DAY_OR_TIME if isinstance(value, str) else _NUMBER_OR_TIME
        return (_DAY_OR_TIME, _ANYTHING) if isinstance(operand, Now) else (either, either)
    if operator in COUNTED:
        return _COUNTABLE, {"type": "integer"}
    if operator == "matches":
        return _TEXT, _TEXT
    if operator == "mentions":
        return _TEXT_OR_TEXTS, {"type": ["string", "number"]}
    if operator in AMONG:
        return _like(value if isinstance(value, list) else []), {"type": "array"}
    return (_like([value]) if isinstance(operand, Literal) else _ANYTHING), _ANYTHING


def _like(values: Iterable[JSON]) -> Mapping[str, Any]:
    """Return what is of the type of any of some values; anything where one is null, or none is given."""
    types = [_type_of(value) for value in values]
    return {"type": sorted(set(types))} if types and "null" not in types else _ANYTHING


def _type_of(value: JSON) -> str:
    return _TYPES.get(type(value), "null")


def _never(scene: Scene, sentence: Sentence, statuses: tuple[int, ...], request: Callable[[], Request]) -> Iterator[Judgement]:
    """Yield that a sentence can never hold, as far as one value shows it."""
    wanted = _wanted(scene, sentence.operator, sentence.operand) if sentence.quantifier != "no" else None
    if wanted is not None:
        judgement = judge_need(scene, Need(sentence.path, wanted, statuses=statuses), request)
        if (judgement.verdict is Verdict.BROKEN and judgement.is_ is Promise.IMPOSSIBLE) or (
            judgement.verdict is Verdict.UNPROMISED and judgement.was is Promise.IMPOSSIBLE
        ):
            yield judgement


def _wanted(scene: Scene, operator: str, operand: Operand) -> Mapping[str, Any] | None:
    """Return the values of which the path has to be one, as far as they are known."""
    if isinstance(operand, Literal):
        value = operand.value
        match operator:
            case "is":
                return {"const": value}
            case "is in":
                return {"enum": value}
            case "is at least" | "is at most" if _type_of(value) == "number":
                return {"type": "number", "minimum" if operator == "is at least" else "maximum": value}
            case "matches":
                return {"type": "string", "pattern": value}
            case "has at least" | "has at most" | "has exactly":
                return {"anyOf": [_of_length(operator, value, *each) for each in (("array", "Items"), ("object", "Properties"))]}
        return None
    if isinstance(operand, Named) and operator == "is":
        schemas = names_of(scene, f"${operand.name}")[operand.name]
        return {"anyOf": list(schemas)} if schemas else None
    return None


def _of_length(operator: str, number: JSON, kind: str, noun: str) -> Mapping[str, Any]:
    least = {} if operator == "has at most" else {f"min{noun}": number}
    return {"type": kind, **least, **({} if operator == "has at least" else {f"max{noun}": number})}


def _incomparable(scene: Scene, sentence: Sentence) -> str:
    """Say why a name can never be compared as a sentence asks; nothing where it can, or nobody knows."""
    if not isinstance(sentence.operand, Named) or sentence.operator in EQUAL:
        return ""
    name = sentence.operand.name
    schemas = names_of(scene, f"${name}").get(name, ())
    wanted = _comparable(sentence)[1]
    if not schemas or not wanted or not all(isinstance(find([schema, wanted]), Nothing) for schema in schemas):
        return ""
    return f"${name} is {described(schemas[0])}, and never {described(wanted)}"
