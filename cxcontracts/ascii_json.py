"""JSON as the reports write it: ASCII, the same bytes each time, whatever text or number a partner put into it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Final

import orjson

from cxcontracts.exchanges import JSON

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7e]+")
_DEEPEST: Final = 150


def written(value: JSON) -> str:
    r"""Return a value as JSON, ending in a line feed.

    Text stays as it is, but for what JSON cannot say: a lone surrogate is spelled out (``\ud800``), and a number that is none is
    text (``"NaN"``). What is nested without end is cut.
    """
    return _written(_sayable(value), orjson.OPT_INDENT_2, 2)


def written_line(value: JSON) -> str:
    """Return a value as JSON in one line, ending in a line feed; otherwise as :func:`written`."""
    return _written(_sayable(value), 0, None)


def _written(sayable: JSON, option: int, indent: int | None) -> str:
    try:
        text = orjson.dumps(sayable, option=option).decode()
    except orjson.JSONEncodeError:  # a whole number beyond 64 bits
        separators = (",", ": " if indent else ":")
        return json.dumps(sayable, indent=indent, separators=separators, allow_nan=False) + "\n"
    return _BEYOND_ASCII.sub(lambda found: json.dumps(found.group())[1:-1], text) + "\n"  # which stands in strings only


def _sayable(value: JSON, depth: int = 0) -> JSON:
    """Return what JSON can say of a value."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict | list | tuple | Mapping) and depth > _DEEPEST:
        return "…"
    if isinstance(value, dict | Mapping):
        return {
            (key if _is_plain(key) else _sayable(str(key))): (item if _is_plain(item) else _sayable(item, depth + 1))
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [item if _is_plain(item) else _sayable(item, depth + 1) for item in value]
    return value


def _is_plain(value: JSON) -> bool:
    """Whether a value is as nearly all of a report is, and stays as it is."""
    return type(value) is str and value.isascii()
