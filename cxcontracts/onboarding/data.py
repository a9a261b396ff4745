"""The lines about data: what the partner tells customers and us, and what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import orjson

from cxcontracts.containment.nodes import Shape
from cxcontracts.exchanges import JSON, NO_BODY, Raw
from cxcontracts.findings import Harm
from cxcontracts.onboarding.dossier import Dossier
from cxcontracts.onboarding.needs import is_impossible, of_kinds, on_answers, on_contract, own, own_calls, seams
from cxcontracts.onboarding.scorecard import (
    Basis,
    Evidence,
    Line,
    Outcome,
    Pillar,
    Turn,
    failed,
    not_applicable,
    not_evidenced,
    passed,
)
from cxcontracts.onboarding.seams import stuck
from cxcontracts.scenes import Scene, voices
from cxcontracts.walks import Sighting
from cxcontracts.wording import listed

MOST_BYTES: Final = 1_000_000
"""The size of an answer from which on it keeps a customer with a telephone waiting: two seconds at 4 Mbit/s."""

_MOVES: Final = re.compile(
    r"[_$]?(?:page|offset|skip|start|after|before|since|cursor|marker|(?:starting|ending)[-_]?(?:after|before)"
    r"|page[-_.\[]?(?:number|no|token|key|index|offset|cursor|above|below|after|before)\]?"
    r"|(?:next|continuation)[-_]?(?:token|page|key|cursor)|(?:since|from)[-_]?id)|_token",
    re.IGNORECASE,
)
"""What a parameter is called that moves on in a list; one that only cuts it, as ``limit``, leads nowhere."""

_LEADS_ON: Final = re.compile(
    r"_?links|next(?:[-_]?(?:page|cursor|token|link|url|key))?(?:token)?|cursor|paging|pagination", re.I
)
"""What a member of an answer is called that leads on to the next page."""

_ITEMS: Final = frozenset(
    {"items", "data", "results", "content", "records", "entries", "value", "values", "hits", "elements", "list", "rows"}
)
"""What the list in an answer is called, where it is not called as its path ends."""


def _needs_promised(dossier: Dossier) -> Outcome:
    found = on_contract(dossier, own(dossier), bad=lambda each: not is_impossible(each))
    return found or not_applicable("no journey needs a fact of it")


def _needs_kept(dossier: Dossier) -> Outcome:
    assert dossier.live is not None
    if dossier.live.unwalked:
        return not_evidenced(dossier.live.unwalked, turn=Turn.OURS)
    found = on_answers(dossier, own_calls(dossier))
    return found or not_evidenced("no journey came as far as its answers")


def _identifiers(dossier: Dossier) -> Outcome:
    promised = on_contract(dossier, seams(dossier))
    if promised is None:
        return not_applicable("nothing of it goes to another partner")
    if promised.standing == "passed" and (wide := tuple(stuck(dossier))):
        return failed(f"another partner does not take all of it: {wide[0].what}", wide)
    seen = on_answers(dossier, seams(dossier)) if dossier.live is not None else None
    return seen if seen is not None and seen.standing == "failed" else promised


def _asks_no_more(dossier: Dossier) -> Outcome:
    found = on_contract(dossier, of_kinds(dossier, "asks-at-most", "effort"))
    if found is None or found.standing == "failed" or dossier.live is None:
        return found or not_applicable("no journey says what customers may be asked: asks-at-most, effort")
    seen = on_answers(dossier, of_kinds(dossier, "asks-at-most"))
    return seen if seen is not None and seen.standing == "failed" else found


def _personal_data(dossier: Dossier) -> Outcome:
    surplus = dossier.map.surplus
    if not surplus:
        return passed("no field that looks personal comes where nothing asks for it")
    by_operation: dict[str, dict[str, None]] = {}
    for each in surplus:
        by_operation.setdefault(each.use.operation, {}).update(dict.fromkeys(each.fields))
    evidence = []
    for name, fields in by_operation.items():
        operation = next((scene.operation for scene in dossier.scenes if str(scene.operation) == name), None)
        said = f"hands out {listed(list(fields))}"
        evidence.append(dossier.at(operation, said) if operation is not None else Evidence(f"{name} {said}"))
    fields = dict.fromkeys(field for found in by_operation.values() for field in found)
    shown = listed([*list(fields)[:3], *([f"{len(fields) - 3} more"] if len(fields) > 3 else [])])
    return failed(f"it hands out what nothing asks for: {shown}", evidence, customers=dossier.customers(by_operation))


# --- lists ----------------------------------------------------------------------------------------------------------------------


def _lists_paged(dossier: Dossier) -> Outcome:
    lists = {str(scene.operation): scene for scene in dossier.calls if _is_list(scene)}
    unpaged = {name: scene.operation for name, scene in lists.items() if not _is_paged(scene)}
    if unpaged:
        evidence = [dossier.at(operation, "has no way to its next page") for operation in unpaged.values()]
        return failed(f"no way to the next page at {listed(list(unpaged))}", evidence, customers=dossier.customers(unpaged))
    return passed(f"{listed(list(lists))} can be paged") if lists else not_applicable("no journey reads a list that can grow")


def _is_list(scene: Scene) -> bool:
    """Tell whether a step reads a list that can grow: the whole answer is one, or it holds one that it is about."""
    if scene.operation.path.endswith("}") or not (scene.operation.method in ("GET", "QUERY") or scene.step.safe):
        return False
    return any(_grows(scene, shape) for shape in _shapes(scene))


def _shapes(scene: Scene) -> Iterator[Shape]:
    for voice in voices(scene.operation, scene.step.status, scene.accept):
        if voice.media is not None:
            yield from scene.record.responses.shapes(voice.media.nodes)


def _grows(scene: Scene, shape: Shape) -> bool:
    if "array" in shape.types and "object" not in shape.types:
        return not _ends(shape)
    about = _letters(scene.operation.path.rstrip("/").rpartition("/")[2])
    for name in shape.names if "object" in shape.types else ():
        if name.lower() in _ITEMS or _letters(name) == about:
            below = scene.record.responses.shapes(shape.slot(name).nodes)
            if any("array" in each.types and "object" not in each.types and not _ends(each) for each in below):
                return True
    return False


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _ends(shape: Shape) -> bool:
    return any("maxItems" in atom.value for atom in shape.atoms if isinstance(atom.value, dict))


def _is_paged(scene: Scene) -> bool:
    operation = scene.operation
    if any(_MOVES.fullmatch(each.name) for each in operation.parameters if each.place in ("query", "header")):
        return True
    if any("link" in answer.headers for answer in operation.successes(scene.step.status)):
        return True
    if any(_LEADS_ON.fullmatch(name) for shape in _shapes(scene) for name in shape.names):
        return True
    return any(_MOVES.fullmatch(name) for name in _sent(scene))


def _sent(scene: Scene) -> Iterator[str]:
    """Yield the names at the top of the body that a call takes: searches have their pages there."""
    body = scene.operation.body
    for media in body.media if body is not None else ():
        for shape in scene.record.requests.shapes(media.nodes):
            yield from shape.names


def _big_answers(dossier: Dossier) -> Outcome:
    assert dossier.live is not None
    sized = [(size_of(each), each) for each in dossier.live.seen if each.response is not None]
    if not sized:
        return not_evidenced("no journey had an answer")
    size, biggest = max(sized, key=lambda pair: pair[0])
    request = biggest.request
    what = f"{request.method} {request.path}" if request is not None else biggest.step
    because = f"the biggest answer seen has {size:,} bytes, of {what}"
    if size > MOST_BYTES:
        return failed(f"{because}; {MOST_BYTES:,} are much for a telephone", [Evidence(what)])
    return passed(because)


def size_of(sighting: Sighting) -> int:
    """Return how many bytes the body of an answer has, as far as it was read: of JSON, without its white space."""
    body: JSON = sighting.response.body if sighting.response is not None else NO_BODY
    if body is NO_BODY:
        return 0
    if isinstance(body, Raw):
        return int(body.get("bytes", 0))
    try:
        return len(orjson.dumps(body))
    except orjson.JSONEncodeError:
        return len(str(body))


LINES: Final = (
    Line(
        "needs-promised",
        Pillar.DATA,
        "Everything that journeys need is guaranteed",
        "What is only sometimes there is missing on the day when a customer looks for it.",
        "Let the contract require the field, in the form that is needed; or tell us what to show without it, and we may-have it.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.BLOCKED,
        "Every need is judged on the contract of record as `check` does. One that some allowed answer does not meet fails; "
        "one that none can meet is the matter of `contract-complete`.",
        _needs_promised,
        lambda dossier: dossier.unneeded,
    ),
    Line(
        "needs-kept",
        Pillar.DATA,
        "Every need is kept where it runs",
        "A contract is a promise; customers meet the thing itself.",
        "Mend what the answers lack; each finding has the exchange that shows it.",
        Turn.PARTNERS,
        Basis.ANSWERS,
        Harm.BLOCKED,
        "The journeys are walked as `verify` does, values varied. A need that is broken fails; what nobody could judge leaves "
        "the line not evidenced.",
        _needs_kept,
        lambda dossier: dossier.unneeded,
    ),
    Line(
        "identifiers-accepted",
        Pillar.DATA,
        "Neighbours take what it hands out",
        "A customer who is passed on and not known there begins again, or is stuck.",
        "Agree on one form of the identifier: narrow what is handed out, or widen what is taken.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.UNRECOGNISED,
        "Every `keep` that a step of another partner takes, and what is asked under `recognises` and `consistent`, "
        "judged on the contracts of both; where it runs, on what was handed out.",
        _identifiers,
        lambda dossier: dossier.unneeded,
    ),
    Line(
        "asks-no-more",
        Pillar.DATA,
        "It asks customers for no more than it must",
        "Each thing more that is asked for is one more at which a customer gives up.",
        "Make the further inputs optional, or take what is known already.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.EXTRA_EFFORT,
        "`asks-at-most` and `effort` are judged on the contract; where it runs, a call with the least is made.",
        _asks_no_more,
        lambda dossier: dossier.unneeded,
    ),
    Line(
        "personal-data",
        Pillar.DATA,
        "No personal data flows that nothing needs",
        "What was never sent is never lost, and needs no consent of the customer.",
        "Leave the fields out for us, by a scope or a view; or let the journey say under may-have what it needs them for.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.MISLED,
        "Fields of the answers that journeys read whose name or format looks personal, and that no need, `keep`, sentence or "
        "comparison looks at, as `map` lists them: a guess, for a person to look at.",
        _personal_data,
        lambda dossier: dossier.unneeded,
    ),
    Line(
        "lists-paged",
        Pillar.DATA,
        "Lists can be read page by page",
        "The customer with the longest history is the one who waits longest, or sees only the beginning.",
        "Declare a parameter that moves on (page, offset, cursor), a Link header or a link to the next page; or say maxItems.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.DELAYED,
        "Of the operations that journeys call, those whose answer is a list without `maxItems`, or holds one that it is "
        "about. A parameter of the query that moves on, a `Link` header or a link to the next page in the answer passes; a "
        "limit alone does not.",
        _lists_paged,
        lambda dossier: dossier.uncalled,
    ),
    Line(
        "answers-bounded",
        Pillar.DATA,
        "Answers are small enough for a telephone",
        "A big answer over a bad connection is no answer.",
        "Page the list, or leave out what nobody asked for.",
        Turn.PARTNERS,
        Basis.ANSWERS,
        Harm.DELAYED,
        f"The biggest answer that journeys had has at most {MOST_BYTES:,} bytes, without white space.",
        _big_answers,
        lambda dossier: dossier.uncalled,
    ),
)
"""The lines about data."""

__all__ = ["LINES", "MOST_BYTES", "size_of"]
