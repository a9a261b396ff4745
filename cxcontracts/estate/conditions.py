"""The conditions of ``needs-when``: ``status is in ["delayed", "cancelled"]``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from cxcontracts.estate.field_paths import read_path
from cxcontracts.estate.mistakes import Misread
from cxcontracts.exchanges import JSON
from cxcontracts.paths import Path

OPERATORS: Final = ("is", "is not", "is in", "is not in")
"""The comparisons."""

_SENTENCE = re.compile(r"(?P<path>\S.*?)\s+(?P<operator>is(?:\s+not)?(?:\s+in)?)\s+(?P<operand>\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """When a conditional need holds.

    Attributes:
        path: What is looked at.
        operator: One of :data:`OPERATORS`.
        operand: A JSON value; a list for ``is in`` and ``is not in``.
    """

    path: Path
    operator: str
    operand: JSON

    @property
    def schema(self) -> dict[str, JSON]:
        """What the value at *path* has to fit for the condition to hold, as a JSON Schema."""
        positive: dict[str, JSON] = {"enum": list(self.operand)} if self.operator.endswith("in") else {"const": self.operand}
        return {"not": positive} if " not" in self.operator else positive


def parse_condition(text: str) -> Condition:
    """Read a condition: ``PATH (is|is not|is in|is not in) OPERAND``, with an operand in JSON.

    Raises:
        Misread: If the sentence, its path or its operand is none.

    >>> parse_condition('status is in ["delayed", "cancelled"]').schema
    {'enum': ['delayed', 'cancelled']}
    >>> parse_condition("cause is not null").schema
    {'not': {'const': None}}
    """
    sentence = _SENTENCE.fullmatch(text.strip())
    if sentence is None:
        raise Misread.of("condition", value=text)
    operator = re.sub(r"\s+", " ", sentence["operator"])
    operand = _operand(sentence["operand"])
    if operator.endswith("in") and not (isinstance(operand, list) and operand):
        raise Misread.of("condition-list", operator=operator, operand=sentence["operand"])
    return Condition(read_path(sentence["path"]), operator, operand)


def _operand(text: str) -> JSON:
    try:
        return json.loads(text, parse_constant=_no_json)
    except ValueError:
        raise Misread.of("condition-operand", operand=text, quoted=json.dumps(text.strip("'"), ensure_ascii=False)) from None


def _no_json(word: str) -> JSON:
    raise ValueError(word)
