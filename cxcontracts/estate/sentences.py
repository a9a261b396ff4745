"""The sentences of ``must``, and the conditions of ``needs-when``: a fixed grammar, and no code.

::

    [every | some | no] PATH OPERATOR OPERAND

An operand is a value in JSON, ``$name``, ``now``, or else another path.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cxcontracts.estate.durations import DURATION, parse_duration
from cxcontracts.estate.field_paths import read_path
from cxcontracts.estate.mistakes import Misread, suggestion
from cxcontracts.estate.templates import is_whole_reference
from cxcontracts.estate.values import is_pattern
from cxcontracts.exchanges import JSON
from cxcontracts.paths import Path

QUANTIFIERS: Final = ("every", "some", "no")

EQUAL: Final = ("is", "is not")
AMONG: Final = ("is in", "is not in")
BOUNDED: Final = ("is at least", "is at most")
TIMED: Final = ("is before", "is after", "is within")
COUNTED: Final = ("has exactly", "has at least", "has at most")
WORDED: Final = ("matches", "mentions")
OPERATORS: Final = (*EQUAL, *AMONG, *BOUNDED, *TIMED, *COUNTED, *WORDED)
"""Every operator; ``is within`` is followed by a length of time and ``of``."""

_VERBS: Final = "|".join(operator.replace(" ", r"\s+") for operator in sorted(OPERATORS, key=len, reverse=True))
_SENTENCE = re.compile(
    rf"""\s*(?:(?P<quantifier>{"|".join(QUANTIFIERS)})\s+)?
    (?P<path>(?:\([^()]*\)|[^\s(])+)\s+
    (?P<operator>{_VERBS})
    (?:\s+(?P<operand>\S.*?))?\s*""",
    re.VERBOSE | re.DOTALL,
)
_WITHIN = re.compile(rf"(?P<within>{DURATION})\s+of\s+(?P<operand>\S.*)", re.DOTALL)
_JSON_START = re.compile(r'["\[{]|-?\d|(?:true|false|null)\Z')


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written down."""

    value: JSON


@dataclass(frozen=True, slots=True)
class Named:
    """``$name``: a given, or what a step keeps."""

    name: str


@dataclass(frozen=True, slots=True)
class Now:
    """The time of the answer; with *day*, the day alone: ``$today``."""

    day: bool = False


Operand = Literal | Named | Now | Path


@dataclass(frozen=True, slots=True)
class Sentence:
    """What has to be true of an answer.

    Attributes:
        quantifier: ``every``, ``some``, ``no``; empty where none is written, which is ``every``.
        path: What is looked at.
        operator: One of :data:`OPERATORS`.
        operand: What it is held against.
        within: For ``is within``: how far apart the two may be.
    """

    quantifier: str
    path: Path
    operator: str
    operand: Operand
    within: timedelta = timedelta()


def parse_sentence(text: str) -> Sentence:
    """Read a sentence.

    Raises:
        Misread: If it is none, or compares what cannot be compared.

    >>> parse_sentence("every legs.*.departs is after now").operand
    Now(day=False)
    >>> parse_sentence('status is in ["delayed", "cancelled"]').operand
    Literal(value=['delayed', 'cancelled'])
    >>> parse_sentence("updatedAt is within 2m of now").within
    datetime.timedelta(seconds=120)
    """
    read = _SENTENCE.fullmatch(text)
    if read is None:
        raise _no_sentence(text)
    operator, written, within = re.sub(r"\s+", " ", read["operator"]), read["operand"] or "", timedelta()
    if operator == "is within":
        apart = _WITHIN.fullmatch(written)
        if apart is None:
            raise Misread.of("sentence-within", value=text)
        within, written = parse_duration(apart["within"]), apart["operand"]
    if not written:
        raise Misread.of("sentence-operand-missing", operator=operator)
    operand = _operand(written)
    _check(operand, operator, written)
    return Sentence(read["quantifier"] or "", read_path(read["path"]), operator, operand, within)


def _no_sentence(text: str) -> Misread:
    words = text.split()
    if len(words) > 2 and words[1] in ("is", "has"):
        said = " ".join(words[1:3])
        return Misread.of("sentence-operator", operator=said, hint=suggestion(said, OPERATORS, f"one of: {', '.join(OPERATORS)}"))
    return Misread.of("sentence", value=text)


def _operand(text: str) -> Operand:
    if _JSON_START.match(text):
        try:
            return Literal(json.loads(text, parse_constant=_no_json))
        except ValueError:
            raise Misread.of("sentence-json", operand=text) from None
    if text == "now":
        return Now()
    if text.startswith("$"):
        name = is_whole_reference(text)
        if name is None:
            raise Misread.of("sentence-reference", operand=text)
        return Now(day=name == "today") if name in ("now", "today") else Named(name)
    if re.search(r"\s", text):
        raise Misread.of("sentence-words", operand=text, quoted=json.dumps(text, ensure_ascii=False))
    return read_path(text)


def _check(operand: Operand, operator: str, written: str) -> None:
    """Refuse what an operator cannot be held against, as far as that can be seen."""
    value = operand.value if isinstance(operand, Literal) else None
    given, now = isinstance(operand, Literal), isinstance(operand, Now)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if operator in AMONG and (now or (given and not (isinstance(value, list) and value))):
        raise Misread.of("sentence-list", operator=operator, operand=written)
    if operator in BOUNDED and given and not (number or isinstance(value, str)):
        raise Misread.of("sentence-bound", operator=operator, operand=written)
    if operator in TIMED and given and not isinstance(value, str):
        raise Misread.of("sentence-time", operator=operator, operand=written)
    if operator in COUNTED and (now or (given and not (number and isinstance(value, int) and value >= 0))):
        raise Misread.of("sentence-count", operator=operator, operand=written)
    if operator in WORDED and (now or (given and not isinstance(value, str))):
        raise Misread.of("sentence-text", operator=operator, operand=written)
    if operator == "matches" and isinstance(value, str) and not is_pattern(value):
        raise Misread.of("value-pattern", value=value)


def _no_json(word: str) -> JSON:
    raise ValueError(word)
