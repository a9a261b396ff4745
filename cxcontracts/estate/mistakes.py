"""Every mistake that a person can make in an estate's files: one row each, with what is said of it.

A row is found by its code. No two rows have the same cause; where two mistakes are made alike but mended differently, they are
two rows. The tests hold an example of each row, with the exact message.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cxcontracts.problems import Place, Problem, did_you_mean, nearest


@dataclass(frozen=True, slots=True)
class Row:
    """One cause, in words.

    Attributes:
        what: What is wrong; a template of :meth:`str.format`, filled with the facts of the case.
        remedy: What to do about it, filled likewise; empty where *what* says it all.
        warning: True where the estate is usable all the same.
    """

    what: str
    remedy: str = ""
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a text or value that does not know which file it stands in.

    Attributes:
        code: The row of :data:`ROWS`.
        facts: What fills the row's words.
        at: Where it is, inside of what was read: keys and indices, from the outside inwards.
        of_key: True where the last key of *at* itself is wrong, not what stands under it.
    """

    code: str
    facts: Mapping[str, Any]
    at: tuple[str | int, ...] = ()
    of_key: bool = False

    def __str__(self) -> str:
        what, remedy = _filled(self.code, self.facts)
        return f"{what}; {remedy}" if remedy else what

    def problem(self, place: Place) -> Problem:
        """Return the mistake as it is shown, once its place in a file is known."""
        return problem(self.code, place, **self.facts)

    def inside(self, *keys: str | int) -> Mistake:
        """Return the same mistake as seen from further outside."""
        return Mistake(self.code, self.facts, (*keys, *self.at), self.of_key)


class Misread(ValueError):
    """A text or value of a file is not what it has to be.

    Attributes:
        mistakes: All that is wrong with it, at least one.
    """

    def __init__(self, *mistakes: Mistake) -> None:
        self.mistakes = mistakes
        super().__init__(*mistakes)

    def __str__(self) -> str:
        return "; and ".join(map(str, self.mistakes))

    @classmethod
    def of(cls, code: str, at: tuple[str | int, ...] = (), of_key: bool = False, **facts: Any) -> Misread:
        """Return the error for a single mistake."""
        return cls(Mistake(code, facts, at, of_key))

    @classmethod
    def path(cls, error: ValueError) -> Misread:
        """Return the error for a text that is no path, in the words of :mod:`cxcontracts.paths`."""
        what, _, remedy = str(error).partition("; ")
        return cls.of("path", what=what, remedy=remedy)


class _Words(string.Formatter):
    """Fills a row's words: ``{value!r}`` as :func:`shown`."""

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return shown(value) if conversion == "r" else super().convert_field(value, conversion)


def _filled(code: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    words = _Words()
    # Only whoever knows the file knows what the key is called.
    known = {"key": "this", **facts}
    return words.vformat(ROWS[code].what, (), known), words.vformat(ROWS[code].remedy, (), known)


def problem(code: str, place: Place, **facts: Any) -> Problem:
    """Return the problem of a row, at its place and filled with the facts."""
    what, remedy = _filled(code, facts)
    return Problem(place, what, remedy, code, ROWS[code].warning)


def suggestion(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return the nearest known name as a question; *otherwise* what to do where none is near and there are too many to list."""
    names = list(known)
    return did_you_mean(name, names) if nearest(name, names) is not None or 0 < len(names) <= 8 else otherwise


def shown(value: Any) -> str:
    """Return a value of a file as a message quotes it, shortened where it is long.

    >>> shown("on time"), shown(True), shown([1, 2])
    ("'on time'", 'true', '[1, 2]')
    """
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def kind_of(value: Any) -> str:
    """Return what a value is, in the words of somebody who writes YAML.

    >>> [kind_of(value) for value in (None, True, 3, "x", [], {})]
    ['nothing', 'true or false', 'a number', 'text', 'a list', 'a map']
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a map"


_FILES: Final = {
    "no-estate-file": Row(
        "there is no estate.yaml in this folder",
        "write one (format: 1, estate: NAME), run: cxcontracts init, or name another folder with --estate",
    ),
    "wrong-extension": Row("{name!r} is not read: files of an estate end in .yaml", "rename it to {better!r}"),
    "empty-file": Row("the file is empty", "{remedy}"),
    "no-journeys": Row(
        "the estate has no journeys, so nothing would be checked", "write journeys/NAME.yaml with what your customers need"
    ),
    "nested-journey": Row("{name!r} is not read: journeys lie directly in journeys/", "move it to journeys/{better}"),
    "no-partner-file": Row("the folder of partner {partner!r} has no partner.yaml", "write one with: partner: {partner}"),
    "misnamed": Row("{name!r} is not read", "did you mean {better!r}?", warning=True),
    "misnamed-folder": Row("{name!r} is not read, and there is no {better!r}", "rename it to {better!r}"),
    "partner-without-folder": Row(
        "{name!r} is not read: each partner has a folder of its own", "move it to partners/{partner}/partner.yaml"
    ),
}

_SHAPES: Final = {
    "unknown-key": Row("{key!r} is no key of {level}", "{hint}"),
    "misplaced-key": Row("{key!r} is no key of {level}", "{hint}it belongs to {home}"),
    "number-with-comma": Row(
        "the number was cut at its comma: {key!r} was read as a key of its own", "write digits only, as 126000"
    ),
    "missing-key": Row("{level} needs {key!r}", "write {key}: …"),
    "no-value": Row("{key} has no value", "write one, or leave the key out"),
    "not-text": Row("{key} must be text, not {kind}", "{hint}"),
    "not-a-list": Row("{key} must be a list, not {kind}", "{hint}"),
    "not-a-map": Row("{key} must be a map, not {kind}", "{hint}"),
    "not-a-number": Row("{key} must be a number, not {kind}", "write digits only, with neither quotes nor commas"),
    "not-a-whole-number": Row("{key} must be a whole number", "leave the fraction out"),
    "not-true-or-false": Row("{key} must be true or false, not {kind}", "write true or false, without quotes"),
    "too-small": Row("{key} must be at least {least}", "write {least} or more"),
    "empty": Row("{key} says nothing", "write at least one entry, or leave the key out"),
    "blank": Row("{key} is blank", "write something, or leave the key out"),
    "malformed": Row("{key} is not as it has to be: {why}", "correct it, or leave the key out"),
}

_WORDS: Final = {
    "name": Row("{value!r} is no name", "start with a letter or _, go on with letters, digits, _ and -"),
    "id": Row(
        "{value!r} cannot be an id",
        "use letters, digits, ., _ and - only (an id is part of file names and of the ids in reports)",
    ),
    "reserved-name": Row("{value!r} cannot be a name: ${value} means {meaning}", "pick another name"),
    "duration": Row("{value!r} is no length of time", "write a number and a unit, as 800ms, 3s, 2m, 26h or 28d"),
    "date": Row("{value!r} is no date", "write year-month-day, as 2027-01-31"),
    "percent": Row("{value!r} is no percentage", "write a number from 0 to 100 with its sign, as 99.5%"),
    "harm": Row("{value!r} is no harm", "{hint}"),
    "status": Row("{value!r} is no HTTP status", "write a number from 100 to 599, without quotes"),
    "status-class": Row(
        "{value!r} names a class of statuses, and here stand exact codes",
        "write the codes, as [200, 201], or leave status out for any 2xx",
    ),
    "path": Row("{what}", "{remedy}"),
    "path-jsonpath": Row("{path!r} is written as in JSONPath", "write {better}"),
    "path-pointer": Row("{path!r} is written as a JSON Pointer", "write {better}"),
    "path-brackets": Row("{path!r} has brackets in it", "write {better}"),
    "address": Row("{value!r} is no absolute URL", "write it in full, as https://api.example.com/v2"),
}

_ESTATE: Final = {
    "no-format": Row("estate.yaml does not say which format it is written in", "write format: 1"),
    "format": Row(
        "this release reads format 1, not {value}", "write format: 1, or use a release of cxcontracts that reads {value}"
    ),
    "onboarding-line": Row("no scorecard has a line {name!r}", "{hint}"),
    "app-journey": Row("app {app!r} names a journey that is not there: {journey!r}", "{hint}"),
}

_PARTNERS: Final = {
    "partner-id": Row(
        "the folder is {folder!r} and the partner calls itself {name!r}", "give both one name (calls use the folder's)"
    ),
    "partner-kind": Row("{value!r} is no kind of partner", "one of: partner, vendor, internal"),
    "contract-file": Row("there is no file {value!r} in the partner's folder", "{hint}"),
    "contract-outside": Row("{value!r} leads out of the partner's folder", "copy the contract into the folder and name the copy"),
    "contract-url": Row(
        "the contract is a URL, and files are read only", "let cxcontracts partner add take it in, and name the file"
    ),
    "pact-pattern": Row("no Pact file fits {value!r}", "correct the pattern, or take it out", warning=True),
    "may": Row("{value!r} is nothing that we may do in an environment", "write may: [read] or may: [read, write]"),
    "may-write-only": Row("an environment in which we may write but not read is of no use", "write may: [read, write]"),
    "host": Row("{value!r} is no host name", "write the host alone, as files.example.com"),
    "rate": Row("{value!r} is no rate", "write how many in which time, as 10/s or 300/m"),
    "secret": Row(
        "a credential stands here in the clear",
        "put it in the environment and write $env.NAME, or in a file and write $file.PATH",
    ),
    "auth-none": Row("no way to log in is named", "one of: {ways}"),
    "auth-several": Row("several ways to log in are named: {names}", "keep one, and list further ones under identities"),
    "environment-given": Row("no journey is given {name!r}", "{hint}"),
    "not-covered-ended": Row(
        "the exception ended on {until}, and nothing that contracts can show is needed of {partner!r}",
        "write a need, or renew it with a later until",
    ),
    "not-covered-needed": Row(
        "the exception is no longer needed: {journey} uses {partner!r}", "take not-covered out", warning=True
    ),
}

_JOURNEYS: Final = {
    "journey-id": Row("the file is {file!r} and the journey calls itself {name!r}", "give both one name"),
    "no-goal": Row(
        "the journey does not say what the customer wants to achieve", "write goal: … in the customer's own words", warning=True
    ),
    "no-owner": Row("nobody answers for the journey", "write owner: … with a team or an address", warning=True),
    "no-customers": Row("nobody takes the journey, so reports can say no number of people", "write customers: […]", warning=True),
    "no-steps": Row("the journey has no steps, so nothing would be checked", "write at least one step"),
    "flow": Row("this release does not read the sequence from an Arazzo workflow", "write a call at each step and take flow out"),
    "group": Row("{name!r} is no group of customers in estate.yaml", "{hint}"),
    "group-not-here": Row("{name!r} does not take this journey", "{hint}"),
    "group-counted": Row("a group is counted in one way", "write how many they are a month: {{monthly: 126000}}"),
    "packs-customers": Row("{value!r} is nothing that a pack says of customers", "one of: nothing, share, numbers"),
    "given-from": Row("{value!r} supplies nothing", "one of: customer, system, staff"),
    "given-example": Row(
        "the example {value!r} is outside of what the given itself allows ({why})",
        "correct the example, or widen the schema",
    ),
    "given-unused": Row("nothing uses {name!r}", "send it with ${name} at a step, or take it out", warning=True),
    "step-twice": Row(
        "two steps are called {name!r}", "rename one: step names are unique over setup, steps, fallbacks and cleanup"
    ),
    "no-call": Row(
        "step {name!r} neither calls an operation nor waits for an event",
        "write call: PARTNER METHOD /path, or event: PARTNER MESSAGE",
    ),
    "call-and-event": Row("step {name!r} both calls an operation and waits for an event", "make it two steps"),
    "event-key": Row(
        "{key!r} belongs to an event, and {name!r} is a call", "take it out, or make a step of its own for the event"
    ),
    "call-key": Row("{key!r} belongs to a call, and {name!r} waits for an event", "take it out, as we send nothing for an event"),
    "requirement-in-setup": Row(
        "{key!r} is a requirement, and {part} carries none", "move it to a step under steps (keep, within and must may stay)"
    ),
    "params-without-state": Row(
        "'params' goes with a provider state, and this step calls an operation", "use with for what a call sends"
    ),
    "after-nothing": Row("'within' counts from the step that the event follows, and none is named", "write after: STEP"),
    "unknown-step": Row("there is no step {name!r} in this journey", "{hint}"),
    "after-later": Row(
        "{name!r} does not come before this step, and an event follows an earlier one", "name an earlier step, or move this one"
    ),
    "fallback-step": Row("{name!r} is an ordinary step, which is taken in any case", "move it under fallbacks"),
    "unknown-fallback": Row("there is no fallback {name!r}", "{hint}"),
    "fallback-unused": Row(
        "no step falls back on {name!r}", "write fallback: {name} at the step that it catches, or take it out", warning=True
    ),
    "for-steps-alone": Row(
        "'for-steps' says where a break between partners shows, and we make this call ourselves",
        "write by: PARTNER, or take it out",
    ),
    "identity": Row("partner {partner!r} has no identity {name!r}", "{hint}"),
}

_CALLS: Final = {
    "unknown-partner": Row("there is no partner {name!r}", "{hint}"),
    "no-contract": Row(
        "partner {name!r} has no contract, so nothing says what it promises",
        "name its OpenAPI file in {file}: contract: openapi.yaml",
    ),
    "no-events": Row(
        "partner {name!r} has no description of its events", "name its AsyncAPI file in {file}: events: asyncapi.yaml"
    ),
    "call-incomplete": Row("{value!r} names no operation", "write PARTNER METHOD /path, or PARTNER OPERATION-ID"),
    "call-without-partner": Row("{value!r} does not say whose operation it is", "put the partner first: PARTNER {value}"),
    "call-method": Row("{method!r} is no HTTP method", "{hint}"),
    "call-without-method": Row("no HTTP method stands before {path!r}", "write {partner} GET {path}, or whichever method it is"),
    "call-path": Row("the path {path!r} does not begin with a slash", "write /{path}"),
    "call-url": Row(
        "{path!r} is a URL, of which a call names the path alone", "write {better}, and leave the rest to partner.yaml"
    ),
    "call-query": Row("{path!r} has a query in it", "put its parts under with, as query.NAME: VALUE"),
    "call-colon": Row("{segment!r} is written as other tools write a parameter", "write /{{{name}}}"),
    "call-kept-url": Row("a kept URL is followed with GET, and {method} stands here", "write PARTNER GET {path}"),
    "call-braces": Row("the braces of {path!r} do not pair up", "write each parameter as {{name}}"),
    "event-words": Row("{value!r} names no message", "write PARTNER MESSAGE, as notify disruption.sent"),
}

_REFERENCES: Final = {
    "unknown-reference": Row("nothing is called ${name} here", "{hint}"),
    "kept-later": Row("${name} is not known yet: step {step!r} keeps it, and comes later", "move that step before this one"),
    "kept-here": Row(
        "${name} is not known yet: it is kept from the answer to this very call", "name something that an earlier step keeps"
    ),
    "kept-in-fallback": Row(
        "${name} is kept by the fallback {step!r} alone, which hardly ever runs",
        "keep it at the step that it stands in for as well",
    ),
    "keep-given": Row("{name!r} is given already, so ${name} would mean two things", "keep it under another name"),
    "environment-in-with": Row(
        "$env is known under auth alone, and what stands here is sent as it is",
        "log in under auth, or give the value under given",
    ),
    "brace-reference": Row("{{{name}}} is a map in YAML, and no reference", "write ${name}"),
    "lone-dollar": Row("a dollar stands alone in {text!r}", "write $$ for a dollar, $name for a value"),
    "unclosed-reference": Row("a brace is open in {text!r}", "write ${{name}}, or $${{ for the characters themselves"),
    "reference-name": Row("${{{name}}} names nothing that could be known", "write ${{name}}: letters, digits, _ and -"),
    "repeat": Row("'$repeat' makes a list of copies, and is written {{$repeat: 3, item: …}}, nothing beside", "{hint}"),
    "repeat-count": Row("{value!r} is no number of copies", "write a whole number from 0 to {most}"),
    "data-file": Row("'$file' takes a value from a file, and is written {{$file: data/name.json}}, nothing beside", "{hint}"),
    "data-file-missing": Row("there is no file {value!r} in the estate", "{hint}"),
    "data-file-outside": Row("{value!r} leads out of the estate's folder", "copy the file into the estate, as data/{better}"),
    "data-file-type": Row("{value!r} is neither JSON nor YAML", "name a file that ends in .json or .yaml"),
}

_VALUES: Final = {
    "value-word": Row("{value!r} is no word for a value", "{hint}"),
    "value-literal": Row("{value!r} is one exact value, and no word for it", "write [{value!r}] for exactly this value"),
    "value-nothing": Row("nothing is said about the value", "write a word, as text, or a list of the values that are understood"),
    "value-empty-list": Row("an empty list lets no value through", "list the values that this experience understands"),
    "value-key": Row("{key!r} is no key of a value", "{hint}"),
    "value-type": Row("{value!r} is our word, not one of JSON Schema's types", "write {better}"),
    "value-unknown-type": Row("{value!r} is no type", "one of: array, boolean, integer, null, number, object, string"),
    "value-form": Row("{key!r} must be {form}, not {kind}", "correct it, or take it out"),
    "value-negative": Row("{key!r} cannot be below zero", "write 0 or more"),
    "value-pattern": Row("{value!r} is no pattern", "write a regular expression as JavaScript reads it (ECMA-262)"),
    "value-format": Row("{value!r} is no format that is known", "{hint}"),
    "value-twice": Row("'values' and {key!r} say the same thing twice", "keep values"),
    "value-reference": Row("{key!r} would lead elsewhere, and a value stands on its own", "write out what it refers to"),
    "value-impossible": Row("no value at all can fit this", "correct what contradicts itself"),
    "value-otherwise": Row("'otherwise' says what an answer is read as, and here stands what we send", "take it out"),
    "path-twice": Row("{path!r} is the same place as {other!r} above", "keep one of them"),
    "path-in-two-kinds": Row("{path!r} stands under needs already, where it has to be there", "keep it under one of the two"),
    "condition": Row(
        "{value!r} is no condition", 'write PATH (is | is not | is in | is not in) JSON, as status is in ["delayed"]'
    ),
    "condition-operand": Row("{operand!r} is no JSON", "texts stand in double quotes: {quoted}"),
    "condition-list": Row("'{operator}' compares with a list, and {operand!r} is none", 'write one, as ["delayed", "cancelled"]'),
}

_REQUIREMENTS: Final = {
    "asks-unsent": Row("{name!r} is asked of the customer and never sent", "{hint}"),
    "tells-word": Row("{value!r} is nothing that an error can tell", "{hint}"),
    "informs-twice": Row("two entries of 'informs' have the id {slug!r}", "word one of them differently, as ids are unique"),
    "sentence": Row(
        "{value!r} is no sentence that can be judged",
        'write PATH OPERATOR OPERAND, as status is "late" or departs is after now',
    ),
    "sentence-twice": Row("{value!r} is said twice", "keep one of them, as ids are unique"),
    "sentence-operator": Row("'{operator}' compares nothing", "{hint}"),
    "sentence-operand-missing": Row("nothing stands after '{operator}'", "say what it is held against"),
    "sentence-within": Row("{value!r} does not say how far apart", "write is within 2m of now"),
    "sentence-json": Row("{operand!r} reads as no JSON", "texts stand in double quotes, lists in brackets"),
    "sentence-reference": Row("{operand!r} is more than one reference", "write $name alone"),
    "sentence-words": Row("{operand!r} is neither a value nor a path", "texts stand in double quotes: {quoted}"),
    "sentence-list": Row("'{operator}' looks into a list, and {operand!r} is none", 'write one, as ["delayed", "cancelled"]'),
    "sentence-bound": Row("'{operator}' compares numbers or times, and {operand!r} is neither", "write one, or a path"),
    "sentence-time": Row("'{operator}' compares times, and {operand!r} is none", "write now, $name, a path or a time in quotes"),
    "sentence-count": Row("'{operator}' counts, and {operand!r} is no count", "write 0 or more, $name or a path"),
    "sentence-text": Row("'{operator}' looks into text, and {operand!r} is none", "write text in double quotes, $name or a path"),
    "quantile": Row("{value!r} is no response time", "write max, or a quantile as p50, p95 or p99"),
    "quantiles-order": Row("{lower} takes longer than {higher}", "max is the longest time, and a higher quantile is no shorter"),
    "announces-when": Row(
        "{value!r} says neither whether nor when a change is announced", "write true, or how long before, as 30d"
    ),
    "is-reference": Row("{value!r} is no reference", "write $name, a given or a keep"),
    "same-as": Row("{value!r} is no way to compare", "one of: exact, email, phone, date, text"),
    "says-one-of": Row("an entry here has either at and field, or is", "write {{at: STEP, field: PATH}} or {{is: $name}}"),
    "says-alone": Row("{name!r} compares one thing with nothing", "write at least two entries"),
}

_WAIVERS: Final = {
    "waiver-id": Row("{value!r} is no id of a requirement", "copy it from a report: journey/step/kind:rest, with * for parts"),
    "waiver-expired": Row(
        "the waiver ended on {until} and no longer counts", "take it out, or agree on a new date", warning=True
    ),
    "waiver-open": Row("the waiver never ends", "write until: YEAR-MONTH-DAY", warning=True),
    "waiver-twice": Row("{value!r} is waived twice", "keep one of them", warning=True),
    "waiver-journey": Row("the waiver matches nothing: there is no journey {name!r}", "{hint}", warning=True),
    "waiver-partner": Row("the waiver matches nothing: there is no partner {name!r}", "{hint}", warning=True),
    "waiver-step": Row("the waiver matches nothing: journey {journey!r} has no step {name!r}", "{hint}", warning=True),
}

_LOCK: Final = {
    "digest": Row("{value!r} is no digest", "it is sha256: and 64 hex digits, which cxcontracts partner refresh writes"),
    "lock-role": Row("{value!r} is nothing that a partner is pinned for", "one of: contract, events"),
    "lock-outside": Row("{name} leads out of the partner's folder", "put the file itself there, not a link to it"),
    "lock-partner": Row("there is no partner {name!r} any more", "take it out of estate.lock", warning=True),
    "lock-missing": Row(
        "{name!r} was taken in and is not there", "cxcontracts partner refresh {partner} --accept takes it in anew", True
    ),
    "lock-edited": Row(
        "{name!r} is not as it was taken in", "restore it, or take in what counts: cxcontracts partner refresh {partner}", True
    ),
}

ROWS: Final[Mapping[str, Row]] = {
    **_FILES,
    **_SHAPES,
    **_WORDS,
    **_ESTATE,
    **_PARTNERS,
    **_JOURNEYS,
    **_CALLS,
    **_REFERENCES,
    **_VALUES,
    **_REQUIREMENTS,
    **_WAIVERS,
    **_LOCK,
}
"""Code to row. Mistakes of YAML itself (tabs, duplicate keys, …) are the document reader's to name."""
