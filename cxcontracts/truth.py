"""Whether a sentence of ``must`` is true of an answer that was seen: what contracts cannot show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from cxcontracts.containment.sets import admits
from cxcontracts.estate.sentences import AMONG, BOUNDED, COUNTED, EQUAL, TIMED, Literal, Named, Now, Sentence
from cxcontracts.exchanges import JSON, Response
from cxcontracts.paths import MISSING, Path, found
from cxcontracts.wording import value_in_words

_SAME_WAY: Final[Mapping[str, Callable[[float], bool]]] = {
    "is at least": lambda apart: apart >= 0,
    "is at most": lambda apart: apart <= 0,
    "is after": lambda apart: apart > 0,
    "is before": lambda apart: apart < 0,
    "has exactly": lambda apart: apart == 0,
    "has at least": lambda apart: apart >= 0,
    "has at most": lambda apart: apart <= 0,
}
"""What has to be true of how far a value is above its operand."""


class Incomparable(Exception):
    """A value is not of the kind that an operator compares; the message says what it is not."""


def untruth(sentence: Sentence, response: Response, known: Mapping[str, JSON], now: datetime) -> str:
    """Say why a sentence is not true of an answer; nothing where it is.

    Args:
        known: Every given and keep that has a value.
        now: When the answer came; aware.
    """
    values = list(found(sentence.path, response, known))
    operands = list(_operands(sentence, response, known, now))
    name = str(sentence.path)
    if any(operand is MISSING for operand in operands):
        operand = sentence.operand
        return f"{f'${operand.name}' if isinstance(operand, Named) else operand} is missing"
    if sentence.quantifier != "some" and sentence.quantifier != "no" and any(value is MISSING for value in values):
        return f"{name} is missing"
    told = [(value, _against(sentence, index, len(values), operands)) for index, value in enumerate(values)]
    verdicts = [(value, against, _holds(sentence, value, against)) for value, against in told]
    if sentence.quantifier == "some":
        return "" if any(why == "" for *_, why in verdicts) else f"no {name} is so{_of_many(values)}"
    if sentence.quantifier == "no":
        wrong = next((value for value, _, why in verdicts if why == ""), MISSING)
        return "" if wrong is MISSING else f"{name} is {value_in_words(wrong)}"
    return next((f"{name} {why}" for *_, why in verdicts if why), "")


def _of_many(values: Sequence[JSON]) -> str:
    return "" if values else ": there is none"


def _operands(sentence: Sentence, response: Response, known: Mapping[str, JSON], now: datetime) -> Iterator[JSON]:
    match sentence.operand:
        case Literal(value=value):
            yield value
        case Named(name=name):
            yield known.get(name, MISSING)
        case Now(day=day):
            yield now.astimezone(UTC).date().isoformat() if day else now.isoformat()
        case Path() as path:
            yield from found(path, response, known)


def _against(sentence: Sentence, index: int, many: int, operands: Sequence[JSON]) -> Sequence[JSON]:
    """Return what a value is held against: of as many operands as values, its own; else all."""
    return [operands[index]] if isinstance(sentence.operand, Path) and len(operands) == many > 1 else operands


def _holds(sentence: Sentence, value: JSON, operands: Sequence[JSON]) -> str:
    """Say why a value fails a sentence; nothing where it does not."""
    if value is MISSING:
        return "is missing"
    try:
        wrong = next((operand for operand in operands if not _true(sentence, value, operand)), MISSING)
    except Incomparable as reason:
        return f"is {value_in_words(value)}, and {reason}"
    if wrong is MISSING:
        return ""
    beside = f", beside {value_in_words(wrong)}" if isinstance(sentence.operand, Path | Named) else ""
    if sentence.operator in COUNTED:
        return f"has {len(value)}{beside}"
    return f"is {value_in_words(value)}{beside}"


def _true(sentence: Sentence, value: JSON, operand: JSON) -> bool:
    operator = sentence.operator
    if operator in EQUAL:
        return same(value, operand) == (operator == "is")
    if operator in AMONG:
        among = operand if isinstance(operand, list) else [operand]
        return any(same(value, each) for each in among) == (operator == "is in")
    if operator in COUNTED:
        return _SAME_WAY[operator](_above(_count(value), operand))
    if operator in BOUNDED and _is_number(value):
        return _SAME_WAY[operator](_above(value, operand))
    if operator in BOUNDED or operator in TIMED:
        apart = _apart(value, operand)
        return abs(apart) <= sentence.within if operator == "is within" else _SAME_WAY[operator](apart.total_seconds())
    if not isinstance(value, str | list):
        raise Incomparable("not text")
    if operator == "matches":
        return isinstance(value, str) and admits({"type": "string", "pattern": operand}, value)
    wanted = operand if isinstance(operand, str) else str(operand)
    texts = [value] if isinstance(value, str) else [each for each in value if isinstance(each, str)]
    return any(wanted.casefold() in text.casefold() for text in texts)


def same(one: JSON, other: JSON) -> bool:
    """Tell whether two JSON values are the same: 1 is 1.0, and true is not 1.

    >>> same(1, 1.0), same(True, 1), same({"a": [1]}, {"a": [1.0]})
    (True, False, True)
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return (type(one) is type(other) and one == other) or (_is_number(one) and _is_number(other) and one == other)


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _above(value: float, operand: JSON) -> int:
    """Return 1 where a number is above the other, -1 where it is below; their difference would be rounded."""
    if not _is_number(operand):
        raise Incomparable(f"{value_in_words(operand)} is no number")
    return int(value > operand) - int(value < operand)


def _count(value: JSON) -> int:
    if not isinstance(value, list | Mapping):
        raise Incomparable("no list")
    return len(value)


def _apart(value: JSON, operand: JSON) -> timedelta:
    one, other = _time(value), _time(operand)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one - other
    return _day(one) - _day(other)


def _day(time: date) -> date:
    if not isinstance(time, datetime):
        return time
    try:
        return time.astimezone(UTC).date()
    except OverflowError:  # at the ends of the calendar UTC has no such day
        return time.date()


def _time(value: JSON) -> date:
    """Return a time, or a day, of RFC 3339.

    Raises:
        Incomparable: If it is none; a time without its zone is none.
    """
    parts = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
    try:
        if parts is not None:
            day = date.fromisoformat(parts["day"])
            if parts["clock"] is None:
                return day
            if parts["zone"] is None:
                raise Incomparable("it has no time zone")
            leaps = parts["clock"].endswith("59:60")
            clock = f"{parts['clock'].removesuffix('60')}59" if leaps else parts["clock"]
            return datetime.fromisoformat(f"{day}T{clock}{'' if leaps else parts['fraction'] or ''}{parts['zone'].upper()}")
    except ValueError:
        pass
    raise Incomparable(f"{value_in_words(value)} is no time")


_RFC_3339 = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})(?P<fraction>\.[0-9]+)?(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})?)?"
)
