"""Paths as people write them: ours are read, and those of other notations are told how to be written here."""

from __future__ import annotations

import re

from cxcontracts.estate.mistakes import Misread
from cxcontracts.paths import Path, parse_path

_BRACKETS = re.compile(r"\[(\d+|\*)\]")


def read_path(text: str) -> Path:
    """Read a path as it stands in a file of the estate.

    Raises:
        Misread: If the text is no path, or one of JSONPath or JSON Pointer.

    >>> str(read_path("legs.*.serviceId"))
    'legs.*.serviceId'
    >>> read_path("legs[0].serviceId")
    Traceback (most recent call last):
    cxcontracts.estate.mistakes.Misread: 'legs[0].serviceId' has brackets in it; write legs.0.serviceId
    """
    if text.startswith("$"):
        raise Misread.of("path-jsonpath", path=text, better=_without_brackets(text.lstrip("$").removeprefix(".")) or "body")
    if text.startswith("/"):
        raise Misread.of("path-pointer", path=text, better=text.removeprefix("/").replace("/", ".") or "body")
    if _BRACKETS.search(text):
        raise Misread.of("path-brackets", path=text, better=_without_brackets(text))
    try:
        return parse_path(text)
    except ValueError as error:
        raise Misread.path(error) from None


def _without_brackets(text: str) -> str:
    return _BRACKETS.sub(r".\1", text)
