"""What to verify, and how to report, as both faces read it from the texts of their options."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cxcontracts.errors import UsageError
from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.mistakes import Misread
from cxcontracts.exchanges import JSON
from cxcontracts.problems import did_you_mean
from cxcontracts.walks import Handed
from cxcontracts.wildcards import matches


@dataclass(frozen=True)
class Asked:
    """What to verify, and what it may cost.

    Attributes:
        environment: Where the partners run; empty where addresses alone say it.
        urls: Partner to its address, or to an app in Python as ``module:name``.
        partners, journeys: Their ids; empty for all.
        pattern: Of the ids of requirements, with ``*``, or a part of one; empty for all.
        replay: The id of the only requirement that is asked for; empty for all.
        givens: What replaces the examples of givens, and what steps keep at partners that do not run here.
        states: Partner to the address of its provider-state handler.
        messages: Partner to the address that hands out the messages of Pact files.
        workers: How many walks are made at the same time.
        requests: How many requests may be sent in all; None for no limit but that on varied values.
        seconds: How long the run may take; None for no limit.
        deadline: How many seconds one answer may take.
        varies: Whether values are varied at all.
        seed: What chance begins with where values are drawn.
        deep: Whether Schemathesis' whole engine is let loose on the partners as well.
        handed: What stands for what steps keep at partners that do not run here.
    """

    environment: str = ""
    urls: Mapping[str, str] = field(default_factory=dict)
    partners: frozenset[str] = frozenset()
    journeys: frozenset[str] = frozenset()
    pattern: str = ""
    givens: Mapping[str, JSON] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    workers: int = 4
    requests: int | None = None
    seconds: float | None = None
    deadline: float = 10.0
    varies: bool = True
    seed: int = 0
    deep: bool = False
    handed: Mapping[str, Handed] = field(default_factory=dict)
    replay: str = ""

    @property
    def only(self) -> tuple[str, ...]:
        """What is asked for, in words; nothing where all is.

        >>> Asked(journeys=frozenset({"rebook"}), pattern="needs").only
        ('journey rebook', 'requirements with needs in their id')
        """
        replayed = [self.replay] if self.replay else []
        asked = (("partner", sorted(self.partners)), ("journey", sorted(self.journeys)), ("requirement", replayed))
        named = [f"{what} {name}" for what, names in asked for name in names]
        return (*named, *([f"requirements with {self.pattern} in their id"] if self.pattern else []))

    def names(self, id: str) -> bool:
        """Tell whether a requirement is asked for."""
        if self.replay and id != self.replay:
            return False
        return not self.pattern or self.pattern in id or matches(id, self.pattern)


def pairs(written: Sequence[str], option: str) -> dict[str, str]:
    """Read options of the form NAME=VALUE.

    Raises:
        UsageError: If one is none, or names what another one names.
    """
    found: dict[str, str] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not name or not equals or not value:
            raise UsageError(f"{option} {text!r} is no NAME=VALUE")
        if name in found:
            raise UsageError(f"{option} names {name!r} twice; keep one")
        found[name] = value
    return found


def reports(written: Iterable[str], formats: Sequence[str], option: str) -> tuple[tuple[str, Path | None], ...]:
    """Read which reports are wanted, ``FORMAT=FILE[,FORMAT=FILE…]`` each: format and file, None for standard output.

    Raises:
        UsageError: If there is no such format, or it needs a file.

    >>> reports(["junit=a.xml,github", "text=b,c.txt"], ["text", "junit", "github"], "--report")
    (('junit', PosixPath('a.xml')), ('github', None), ('text', PosixPath('b,c.txt')))
    """
    found: list[tuple[str, Path | None]] = []
    next_one = re.compile(rf",(?=(?:{'|'.join(formats)})(?:=|,|$))")
    for part in (part for text in written for part in next_one.split(text)):
        format, equals, file = part.partition("=")
        if format not in formats:
            raise UsageError(f"{option} {part!r}: there is no format {format!r}; {did_you_mean(format, formats)}")
        if not file and (equals or format not in LOG_COMMANDS):
            raise UsageError(f"{option} {part!r} does not say where to; write {format}=FILE")
        found.append((format, Path(file) if file else None))
    return tuple(found)


LOG_COMMANDS: Final = frozenset({"github", "azure"})
"""The formats that a CI system reads in its log: they need no file."""


def values(written: Sequence[str], option: str) -> dict[str, JSON]:
    """Read options of the form NAME=VALUE, where a value is JSON if it can be read as such, else text.

    >>> values(["nights=2", "city=LIS", 'code="007"'], "--given")
    {'nights': 2, 'city': 'LIS', 'code': '007'}
    """
    return {name: _value(text) for name, text in pairs(written, option).items()}


def _value(text: str) -> JSON:
    try:
        return json.loads(text)
    except ValueError:
        return text


def budget(text: str, option: str) -> tuple[int | None, float | None]:
    """Read how many requests and how many seconds a run may take, None for no limit.

    Raises:
        UsageError: If it is no budget.

    >>> budget("500,2m", "--budget"), budget("", "--budget")
    ((500, 120.0), (None, None))
    """
    requests: int | None = None
    time: float | None = None
    for part in filter(None, (each.strip() for each in text.split(","))):
        if re.fullmatch(r"[1-9][0-9]{0,8}", part):
            requests = int(part)
        else:
            time = seconds(part, option)
    return requests, time


def seconds(text: str, option: str) -> float:
    """Read a length of time.

    Raises:
        UsageError: If it is none.
    """
    try:
        found = parse_duration(text).total_seconds()
    except Misread as error:
        raise UsageError(f"{option} {text!r}: {error}") from None
    if not found:
        raise UsageError(f"{option} {text!r}: nothing can be done in no time; write one, as 800ms, 3s or 2m")
    return found
