"""What can be wrong with a journey beyond the form of each value: names that lead nowhere, keys that do not go together.

Each function looks for one thing, in whatever was written, and passes over what others find.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from cxcontracts.estate.calls import parse_call, parse_event
from cxcontracts.estate.mistakes import Misread, Mistake, suggestion
from cxcontracts.estate.names import PARTS, Names, Unknown, WrittenStep, hint_for
from cxcontracts.estate.passages import Passage
from cxcontracts.estate.templates import BUILT_IN, file_occurrences, files, is_whole_reference, occurrences, template_mistakes
from cxcontracts.paths import Matching, parse_path
from cxcontracts.problems import Problem


@dataclass(frozen=True)
class Surroundings:
    """What a journey is judged sound or not against.

    Attributes:
        groups: The groups of customers of estate.yaml; None where it cannot be read.
        partners: Folder name to partner.yaml; None where that cannot be read, and so nothing is known of the partner.
        file_mistake: Says what is wrong with the file that a ``$file`` names; None where it is there and can be read.
    """

    groups: frozenset[str] | None
    partners: Mapping[str, Passage | None]
    file_mistake: Callable[[str], Mistake | None]


def journey_problems(journey: Passage, around: Surroundings) -> Iterator[Problem]:
    """Yield what is wrong with a journey."""
    names = Names(journey)
    yield from _heading_problems(journey)
    yield from _customer_problems(journey, around.groups)
    yield from _step_name_problems(names)
    for step in names.steps:
        yield from _step_problems(step, journey, names, around)
    yield from _reference_problems(names)
    yield from _kept_given_problems(names)
    yield from _unused_problems(journey, names)
    yield from _across_problems(journey, names)


@dataclass(frozen=True, slots=True)
class Outline:
    """What the rest of an estate has to know of a journey, sorted.

    Attributes:
        name: What it calls itself.
        named: The partners that it names anywhere.
        asked: Those that it asks something, in any part of it.
        needed: Those of whom it needs something: contracts show nothing of setup and cleanup.
        givens: What it is given.
        files: The files that it takes values from.
    """

    name: str
    named: tuple[str, ...]
    asked: tuple[str, ...]
    needed: tuple[str, ...]
    givens: tuple[str, ...]
    files: tuple[str, ...]


def outlined(journey: Passage) -> Outline:
    """Return the outline of a journey, sound or not."""
    names = Names(journey)
    asked = [(step.part, _partner_of(step.passage)) for step in names.steps if "call" in step.passage or "event" in step.passage]
    called = {partner for _, partner in asked} - {""}
    named = called | {step.passage["by"].text for step in names.steps} - {""}
    needed = {partner for part, partner in asked if part in ("steps", "fallbacks")} - {""}
    parts = (named, called, needed, set(names.givens), files(journey.value))
    return Outline(journey["journey"].text, *(tuple(sorted(part)) for part in parts))


# --- the journey as a whole ---------------------------------------------------------------------------------------------------


def _heading_problems(journey: Passage) -> Iterator[Problem]:
    name, file = journey["journey"], PurePosixPath(journey.document.name)
    if name.text and name.text != file.stem:
        yield name.problem("journey-id", file=file.name, name=name.text)
    for key in ("goal", "owner", "customers"):
        if key not in journey:
            yield journey.problem(f"no-{key}")
    if journey["steps"].value == []:
        yield journey["steps"].problem("no-steps", of_key=True)
    if journey["flow"].text:
        yield journey["flow"].problem("flow", of_key=True)


def _customer_problems(journey: Passage, groups: frozenset[str] | None) -> Iterator[Problem]:
    customers = journey["customers"]
    for passage, name, of_key in [(item, item.text, False) for item in customers.texts()] + [
        (e, e.key, True) for e in customers.entries()
    ]:
        if groups is not None and name not in groups:
            hint = suggestion(name, groups, "list it under customers in estate.yaml")
            yield passage.problem("group", of_key=of_key, name=name, hint=hint)
    here = [item.text for item in customers.texts()] + [entry.key for entry in customers.entries()]
    for concerned in _concerned(journey):
        if concerned.text not in here:
            hint = suggestion(concerned.text, here, "list it under the journey's customers")
            yield concerned.problem("group-not-here", name=concerned.text, hint=hint)


def _concerned(journey: Passage) -> Iterator[Passage]:
    """Yield each group named under a ``for``: of steps, values, sentences and errors."""
    for part in ("steps", "fallbacks"):
        for step in journey[part].items():
            yield from step["for"].items()
            for key in ("needs", "may-have", "accepts"):
                for value in step[key].entries():
                    yield from value["for"].items()
            for key in ("needs-when", "informs"):
                for entry in step[key].items():
                    for value in entry["needs"].entries():
                        yield from value["for"].items()
            for key in ("must", "informs"):
                for entry in step[key].items():
                    yield from entry["for"].items()


def _across_problems(journey: Passage, names: Names) -> Iterator[Problem]:
    compared = [*journey["recognises"].entries(), *(entry["says"] for entry in journey["consistent"].entries())]
    for says in compared:
        if isinstance(says.value, list) and len(says.value) < 2:
            yield says.problem("says-alone", of_key=True, name=says.pointer[1])
        for entry in says.items():
            yield from _step_named(entry["at"], names)
            name = _whole(entry["is"].text)
            if name is not None and name not in names.everywhere():
                yield entry["is"].problem("unknown-reference", name=name, hint=hint_for(name, [*names.everywhere()]))


# --- steps --------------------------------------------------------------------------------------------------------------------

_EVENT_KEYS: Final = ("after", "match")
_CALL_KEYS: Final = (
    "with", "status", "safe", "as", "by", "accepts", "asks-at-most", "informs", "responds-within", "repeat-safe",
)  # fmt: skip
_ALTERNATIVES: Final = ("call", "event", "state")


def _step_name_problems(names: Names) -> Iterator[Problem]:
    seen: set[str] = set()
    for step in names.steps:
        if step.name and step.name in seen:
            yield step.passage["step"].problem("step-twice", name=step.name)
        seen.add(step.name)


def _step_problems(step: WrittenStep, journey: Passage, names: Names, around: Surroundings) -> Iterator[Problem]:
    passage = step.passage
    if not isinstance(passage.value, Mapping):
        return
    if "flow" not in journey:
        yield from _purpose_problems(step)
    yield from _partner_problems(passage, around.partners)
    yield from _identity_problems(passage, around.partners)
    yield from _event_problems(step, names)
    yield from _fallback_problems(step, names)
    yield from _for_steps_problems(passage, names)
    yield from _asked_problems(passage)
    yield from _path_problems(passage)
    for template in _templates(passage):
        yield from _template_problems(template, around)
        yield from _braced_problems(template, names)


def _purpose_problems(step: WrittenStep) -> Iterator[Problem]:
    passage, name = step.passage, step.name
    purposes = [key for key in _ALTERNATIVES if key in passage]
    if "state" in passage and step.part in ("steps", "fallbacks"):
        return
    if not purposes:
        yield passage.problem("no-call", name=name)
    elif len(purposes) > 1:
        yield passage[purposes[-1]].problem("call-and-event", of_key=True, name=name)
    elif purposes != ["state"] and "params" in passage:
        yield passage["params"].problem("params-without-state", of_key=True)
    misplaced = {"call": ("event-key", _EVENT_KEYS), "event": ("call-key", _CALL_KEYS)}
    code, keys = misplaced.get("".join(purposes), ("", ()))
    yield from (passage[key].problem(code, of_key=True, key=key, name=name) for key in keys if key in passage)


def _partner_problems(passage: Passage, partners: Mapping[str, Passage | None]) -> Iterator[Problem]:
    by = passage["by"]
    if by.text and by.text not in partners:
        yield by.problem("unknown-partner", name=by.text, hint=_partner_hint(by.text, partners))
    name = _partner_of(passage)
    if not name:
        return
    key, needed = ("call", ("contract",)) if "call" in passage else ("event", ("events", "contract"))
    if name not in partners:
        yield passage[key].problem("unknown-partner", name=name, hint=_partner_hint(name, partners))
        return
    partner = partners[name]
    if partner is not None and not any(each in partner for each in needed):
        yield passage[key].problem("no-contract" if key == "call" else "no-events", name=name, file=partner.document.name)


def _partner_hint(name: str, partners: Mapping[str, Passage | None]) -> str:
    return suggestion(name, partners, "partners are named as their folders are")


def _partner_of(passage: Passage) -> str:
    try:
        return parse_call(passage["call"].text).partner if "call" in passage else parse_event(passage["event"].text)[0]
    except Misread:
        return ""


def _identity_problems(passage: Passage, partners: Mapping[str, Passage | None]) -> Iterator[Problem]:
    identity, name = passage["as"], _partner_of(passage)
    partner = partners.get(name)
    if not identity.text or identity.text == "nobody" or partner is None:
        return
    known = {entry.key for entry in partner["identities"].entries()}
    known |= {entry.key for environment in partner["environments"].entries() for entry in environment["identities"].entries()}
    if identity.text not in known:
        hint = suggestion(identity.text, [*known, "nobody"], "list it under identities of an environment")
        yield identity.problem("identity", partner=name, name=identity.text, hint=hint)


def _event_problems(step: WrittenStep, names: Names) -> Iterator[Problem]:
    passage, after = step.passage, step.passage["after"]
    if "event" in passage and "within" in passage and "after" not in passage:
        yield passage["within"].problem("after-nothing", of_key=True)
    yield from _step_named(after, names)
    order = [other.name for other in names.steps]
    if after.text in order and order.index(after.text) >= names.steps.index(step):
        yield after.problem("after-later", name=after.text)


def _step_named(passage: Passage, names: Names) -> Iterator[Problem]:
    known = [step.name for step in names.steps]
    if passage.text and passage.text not in known:
        yield passage.problem(
            "unknown-step", name=passage.text, hint=suggestion(passage.text, known, "steps are named under step")
        )


def _fallback_problems(step: WrittenStep, names: Names) -> Iterator[Problem]:
    fallback, fallbacks = step.passage["fallback"], [other.name for other in names.of("fallbacks")]
    if fallback.text and fallback.text not in fallbacks:
        if fallback.text in [other.name for other in names.steps]:
            yield fallback.problem("fallback-step", name=fallback.text)
        else:
            hint = suggestion(fallback.text, fallbacks, "write the step under fallbacks")
            yield fallback.problem("unknown-fallback", name=fallback.text, hint=hint)
    if step.part == "fallbacks" and step.name:
        users = [other for other in names.steps if other.passage["fallback"].text == step.name]
        if not users:
            yield step.passage["step"].problem("fallback-unused", name=step.name)


def _for_steps_problems(passage: Passage, names: Names) -> Iterator[Problem]:
    if "for-steps" in passage and "by" not in passage:
        yield passage["for-steps"].problem("for-steps-alone", of_key=True)
    for item in passage["for-steps"].items():
        yield from _step_named(item, names)


def _asked_problems(passage: Passage) -> Iterator[Problem]:
    sent = {name for entry in passage["with"].entries() for name in (entry.key, entry.key.partition(".")[2]) if name}
    sent |= {entry.key for entry in passage["with"]["body"].entries()}
    for asked in passage["asks-at-most"].texts():
        if asked.text not in sent:
            yield asked.problem(
                "asks-unsent", name=asked.text, hint=suggestion(asked.text, sent, "send it in with, or take it out")
            )


def _path_problems(passage: Passage) -> Iterator[Problem]:
    if "may-have" not in passage:
        return
    needed = {_canonical(entry.key) for entry in passage["needs"].entries()}
    for entry in passage["may-have"].entries():
        if _canonical(entry.key) in needed:
            yield entry.problem("path-in-two-kinds", of_key=True, path=entry.key)


def _canonical(path: str) -> str:
    try:
        return str(parse_path(path))
    except ValueError:
        return path


# --- references ---------------------------------------------------------------------------------------------------------------

_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_DOLLAR_NAME: Final = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_-]*)")


@dataclass(frozen=True, slots=True)
class _Use:
    """A place that refers to a name.

    Attributes:
        name: The name.
        passage: Where.
        of_key: True where it stands in the key.
        answered: True where it is looked up once the step has its answer.
    """

    name: str
    passage: Passage
    of_key: bool = False
    answered: bool = False


def _reference_problems(names: Names) -> Iterator[Problem]:
    for step in names.steps:
        for use in (*_sent_uses(step.passage), *_judged_uses(step.passage)):
            unknown = names.unknown(use.name, step, use.answered)
            if unknown is not None:
                yield _not_known(use, unknown)


def _not_known(use: _Use, unknown: Unknown) -> Problem:
    text = use.passage.key if use.of_key else use.passage.text
    if unknown.code == "unknown-reference" and use.name in ("env", "file") and f"${use.name}." in text:
        return use.passage.problem("environment-in-with", use.of_key, name=use.name)
    return use.passage.problem(unknown.code, use.of_key, **unknown.facts)


def _templates(passage: Passage) -> Iterator[Passage]:
    """Yield what a step sends. A call by a partner may say so in words and schemas, which are no templates."""
    if "by" not in passage:
        yield passage["with"]
    yield passage["params"]
    yield passage["match"]
    yield from (entry["with"] for entry in passage["informs"].items())


def _sent_uses(passage: Passage) -> Iterator[_Use]:
    name = _whole(_kept_url(passage))
    if name is not None:
        yield _Use(name, passage["call"])
    if "by" in passage:
        yield from _uses_by_partner(passage["with"])
    for template in _templates(passage):
        for name, at, of_key in occurrences(template.value):
            yield _Use(name, template.inside(at), of_key)


def _kept_url(passage: Passage) -> str:
    try:
        return parse_call(passage["call"].text).path if "call" in passage else ""
    except Misread:
        return ""


def _uses_by_partner(passage: Passage) -> Iterator[_Use]:
    for inner in (*passage.entries(), *passage.items()):
        name = _whole(inner.text)
        if name is not None:
            yield _Use(name, inner)
        yield from _uses_by_partner(inner)


def _whole(text: str) -> str | None:
    """Return the name that a text refers to, if it is a reference and not built in."""
    try:
        name = is_whole_reference(text)
    except Misread:
        return None
    return None if name in BUILT_IN else name


def _judged_uses(passage: Passage) -> Iterator[_Use]:
    sentences = [passage["must"], *(entry["must"] for entry in passage["informs"].items())]
    for sentence in (item for sentences_here in sentences for item in sentences_here.items()):
        text = sentence if sentence.text else sentence["that"]
        yield from (_Use(name, text, answered=True) for name in _names_in(text.text))
    for key in ("needs", "may-have"):
        yield from (
            _Use(name, entry, of_key=True, answered=True) for entry in passage[key].entries() for name in _filters(entry.key)
        )
    for kept in passage["keep"].entries():
        yield from (_Use(name, path) for path in kept.texts() for name in _filters(path.text))


def _names_in(sentence: str) -> list[str]:
    return [name for name in _DOLLAR_NAME.findall(_QUOTED.sub("", sentence)) if name not in BUILT_IN]


def _filters(path: str) -> list[str]:
    if "(" not in path:
        return []
    try:
        segments = parse_path(path).segments
    except ValueError:
        return []
    operands = [segment.operand for segment in segments if isinstance(segment, Matching)]
    return [name for name in map(_whole, operands) if name is not None]


def _template_problems(template: Passage, around: Surroundings) -> Iterator[Problem]:
    yield from map(template.mistaken, template_mistakes(template.value))
    for at, file in file_occurrences(template.value):
        mistake = around.file_mistake(file)
        if mistake is not None:
            yield template.inside(at).mistaken(mistake)


def _braced_problems(template: Passage, names: Names) -> Iterator[Problem]:
    """Tell what was meant as a reference in the way of other tools: ``{name}``, which YAML reads as ``{name: null}``."""
    for inner in (*template.entries(), *template.items()):
        braced = list(inner.value) if isinstance(inner.value, Mapping) else []
        if len(braced) == 1 and inner.value[braced[0]] is None and braced[0] in names.everywhere():
            yield inner.problem("brace-reference", name=braced[0])
        yield from _braced_problems(inner, names)


def _kept_given_problems(names: Names) -> Iterator[Problem]:
    for step in names.steps:
        for kept in step.passage["keep"].entries():
            if kept.key in names.givens:
                yield kept.problem("keep-given", of_key=True, name=kept.key)


def _unused_problems(journey: Passage, names: Names) -> Iterator[Problem]:
    used = Counter(name for part in (*PARTS, "recognises", "consistent") for name in _texts_refer_to(journey[part].value))
    for given in journey["given"].entries():
        if given.key not in used:
            yield given.problem("given-unused", of_key=True, name=given.key)


def _texts_refer_to(written: object) -> Iterator[str]:
    if isinstance(written, str):
        yield from _DOLLAR_NAME.findall(written)
    elif isinstance(written, Mapping):
        for key, value in written.items():
            yield from _texts_refer_to(key)
            yield from _texts_refer_to(value)
    elif isinstance(written, list):
        for item in written:
            yield from _texts_refer_to(item)
