"""Two versions of a contract, each difference judged, with no estate: for whoever depends on anything that was promised."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cxcontracts.changes import Difference, Keys, compared, moved_words
from cxcontracts.containment.nodes import Home, Node
from cxcontracts.contracts.operation import PLACES
from cxcontracts.findings import WORST_FIRST, Audience, Change, Compared, Level, Verdict, Version
from cxcontracts.fingerprints import fingerprints
from cxcontracts.problems import Place
from cxcontracts.proofs import HARMLESS, Outcome, Prover
from cxcontracts.rules import RULES, Rule
from cxcontracts.scenes import Side

_MOVED = "everything is served under {new} now, it was {old}: whoever calls the old path has to hear of it, if it is given up"


def _nobody(_: Keys) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Asked:
    """What is asked of a comparison.

    Attributes:
        today: The day on which announced ends count.
        sunset_notice: How many days an announced end has to be away; None where nothing was agreed.
        descriptions: Whether changed descriptions are listed.
        severities: The id of a rule to the level that it has instead of its own.
        felt: Returns the ids of the requirements that depend on any of some parts.
    """

    today: datetime.date = field(default_factory=lambda: datetime.datetime.now(tz=datetime.UTC).date())
    sunset_notice: int | None = None
    descriptions: bool = False
    severities: Mapping[str, Level] = field(default_factory=dict)
    felt: Callable[[Keys], tuple[str, ...]] = _nobody


def compare(record: Side, candidate: Side, name: str, asked: Asked | None = None) -> Compared:
    """Return every difference between two versions of a contract, each judged, worst first.

    Raises:
        ContractError: If a document as a whole cannot be used.
    """
    asked = asked or Asked()
    prover = Prover(record, candidate)
    found = compared(record, candidate, asked.today, notice=asked.sunset_notice, descriptions=asked.descriptions)
    moved = _moved(record, candidate)
    found = [each for each in found if each.rule != "operation-moved" or each.data != moved]
    _prepare(found)
    changes = [_judged(each, name_, prover, asked) for each, name_ in zip(found, fingerprints(found), strict=True)]
    return Compared(
        name=name,
        record=version(record),
        candidate=version(candidate),
        changes=tuple(sorted(changes, key=_rank)),
        warnings=(_MOVED.format(**moved),) if moved else (),
        operations=sum(map(_calls, (record, candidate))),
    )


def _calls(side: Side) -> int:
    """Return how many calls a contract is about, in whichever direction."""
    return sum(1 for _ in side.contract.operations()) + len(side.contract.events)


def _moved(record: Side, candidate: Side) -> dict[str, str]:
    """Return where the candidate as a whole is served, and where the record was; nothing where they share a path.

    Where a contract is served is for who deploys it to say: version 2 beside version 1, more often than in its place.
    """
    before, after = record.contract.bases, candidate.contract.bases
    if not before or not after or set(before) & set(after):
        return {}
    new, old = moved_words(before, after)
    return {"old": old, "new": new}


def version(side: Side) -> Version:
    """Return which version of a contract a side is."""
    contract = side.contract
    return Version(contract.version, contract.folder.digest(), contract.document.name, contract.title)


def _rank(change: Change) -> tuple[int, int]:
    verdicts = [*WORST_FIRST, Verdict.WAIVED]
    return (list(Level).index(change.level), verdicts.index(change.verdict))


def _judged(difference: Difference, fingerprint: str, prover: Prover, asked: Asked) -> Change:
    rule = RULES[difference.rule]
    outcome = _outcome(difference, prover)
    was, is_ = map(_place, difference.at)
    return Change(
        element=difference.element,
        change=difference.change,
        felt_by=asked.felt(frozenset(difference.keys)),
        places=difference.met.places,
        rule=rule.id,
        verdict=outcome.verdict,
        level=_level(rule, outcome, asked.severities, tentative=difference.tentative),
        because=_sentence(rule, difference, outcome),
        breaks=rule.breaks if outcome.verdict is Verdict.BROKEN or not rule.proved else Audience.NOBODY,
        was=was,
        is_=is_,
        fingerprint=fingerprint,
        witness=outcome.witness,
    )


def _outcome(difference: Difference, prover: Prover) -> Outcome:
    """Return the worst that any alternative shows: one that breaks is enough."""
    if not RULES[difference.rule].proved or difference.tentative:
        return Outcome(Verdict.UNPROVEN, doubt=difference.words) if difference.rule == "not-compared" else HARMLESS
    doubt = HARMLESS
    for claim in difference.claims:
        outcome = prover.outcome(claim)
        if outcome.verdict is Verdict.BROKEN:
            return outcome
        if outcome.verdict is Verdict.UNPROVEN:
            doubt = outcome
    return doubt


def _level(rule: Rule, outcome: Outcome, severities: Mapping[str, Level], *, tentative: bool) -> Level:
    if tentative:
        return Level.INFO
    if outcome.verdict is Verdict.UNPROVEN:
        return severities.get(rule.id, Level.WARNING)
    if rule.proved and outcome.verdict is not Verdict.BROKEN:
        return Level.INFO
    return severities.get(rule.id, rule.level)


def _sentence(rule: Rule, difference: Difference, outcome: Outcome) -> str:
    sentence = rule.harmless if rule.harmless and outcome.verdict is Verdict.INTACT else rule.sentence
    said = sentence.format(name=named(difference.element, rule.id), change=difference.words)
    if difference.tentative and not rule.id.endswith("-as-announced"):
        return f"{said}; the operation was draft or alpha only, which promises nothing"
    if outcome.doubt and outcome.doubt != difference.words:
        return f"{said}; nobody can tell whether that breaks anybody: {outcome.doubt}"
    return f"{said}: {outcome.effect}" if outcome.effect else said


def named(element: str, rule: str) -> str:
    """Return what an element is called in a sentence: the path in a body without what leads there."""
    return _name_in_answer(element, rule) + (_of_status(element) if rule.startswith("response-") else "")


def _of_status(element: str) -> str:
    """Return which answer a part is of, where that is no success."""
    _, _, status, *rest = [*element.split(" ", 3), ""]
    if not any(rest) or status.startswith("2"):
        return ""
    return " (in any other answer)" if status == "default" else f" (in {status})"


def _name_in_answer(element: str, rule: str) -> str:
    method, path, *rest = element.split(" ", 4)
    if method in ("webhook", "event") and not rest:
        return f"the {method} {path}"
    match rest:
        case [] | ["security"]:
            return f"{method} {path}"
        case ["body"]:
            return "the body"
        case ["body" | "default" as where, media] if "/" in media:
            return media if "media-type" in rule else f"the {'body' if where == 'body' else 'answer'}"
        case [place, name] if place in PLACES:
            return f"the {place} parameter {name}"
        case [place, name, more] if place in PLACES:
            return f"the {place} parameter {name} {more}"
        case [callback] if callback.startswith("callback."):
            return f"the {callback.replace('.', ' ', 1)}"
        case [status] if not status.startswith("header."):
            return "any other status" if status == "default" else status
        case [where, media] if "/" in media:
            said = "event" if where in ("event", "payload") or where.startswith("callback.") else "answer"
            return media if "media-type" in rule else f"the {said}"
    return f"the header {rest[-1].removeprefix('header.')}" if rest[-1].startswith("header.") else rest[-1]


def _prepare(found: Sequence[Difference]) -> None:
    """Look for all places at once."""
    by_home: dict[Home, list[Node]] = {}
    for node in (node for each in found for node in each.at if node is not None):
        by_home.setdefault(node.home, []).append(node)
    for home, nodes in by_home.items():
        home.prepare(nodes)


def _place(node: Node | None) -> Place | None:
    return None if node is None else node.home.place(node, of_key=True)
