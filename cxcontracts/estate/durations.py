"""Lengths of time, as people write them: ``800ms``, ``3s``, ``2m``, ``26h``, ``28d``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from cxcontracts.estate.mistakes import Misread

DURATION: Final = r"[0-9]{1,9}(?:\.[0-9]{1,6})?(?:ms|s|m|h|d)"
"""How a length of time is written, as a pattern: a number and a unit, with nothing between."""

_PARTS = re.compile(r"([0-9.]+)([a-z]+)")
_UNITS: Final = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: str) -> timedelta:
    """Read a length of time.

    Raises:
        Misread: If *text* is none.

    >>> parse_duration("800ms")
    datetime.timedelta(microseconds=800000)
    >>> parse_duration("1.5h")
    datetime.timedelta(seconds=5400)
    """
    parts = _PARTS.fullmatch(text) if re.fullmatch(DURATION, text) else None
    if parts is None:
        raise Misread.of("duration", value=text)
    return timedelta(**{_UNITS[parts[2]]: float(parts[1])})
