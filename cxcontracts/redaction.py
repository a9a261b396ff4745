"""Takes something out of every text of a value: of JSON, of an exchange, of a whole run.

What is written of a run escapes its texts, each format in its own way, and a secret that was escaped twice is found by nobody.
So secrets are taken out of the run itself, before anything is written of it.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from cxcontracts.exchanges import JSON, Raw, Request, Response

Redact = Callable[[str], str]
"""Returns a text without what nobody may read."""

_T = TypeVar("_T")


def redacted_json(value: JSON, redact: Redact, *, numbers: bool = True) -> JSON:
    """Return a JSON value without what *redact* takes out of its names and texts.

    A body that is no JSON stays one.

    Args:
        numbers: Whether numbers are looked at, too: one that is taken out of becomes a text.
    """
    match value:
        case str():
            return redact(value)
        case Raw():
            return Raw({name: redacted_json(item, redact, numbers=numbers) for name, item in value.items()}, redact(value.why))
        case Mapping():
            return {redact(name): redacted_json(item, redact, numbers=numbers) for name, item in value.items()}
        case list() | tuple():
            return [redacted_json(item, redact, numbers=numbers) for item in value]
        case int() | float() if numbers and not isinstance(value, bool):
            text = str(value)
            found = redact(text)
            return value if found == text else found
    return value


def redacted(told: _T, redact: Redact) -> _T:
    """Return a run, or any part of one, without what *redact* takes out of its texts.

    Words of ours (verdicts, harms), and numbers outside of headers and bodies, stay.
    """
    return told if redact is str else cast("_T", _redacted(told, functools.cache(redact)))


def _redacted(told: Any, redact: Redact) -> Any:
    match told:
        case enum.Enum():
            return told
        case str():
            return redact(told)
        case Request() | Response():
            whole = {name: redacted_json(getattr(told, name), redact) for name in ("headers", "body")}
            others = {name: _redacted(getattr(told, name), redact) for name in _names(told) if name not in whole}
            return dataclasses.replace(told, **others, **whole)
        case Mapping():
            return {_redacted(name, redact): _redacted(item, redact) for name, item in told.items()}
        case tuple():
            return tuple(_redacted(item, redact) for item in told)
    if not dataclasses.is_dataclass(told) or isinstance(told, type):
        return told
    return dataclasses.replace(told, **{name: _redacted(getattr(told, name), redact) for name in _names(told)})


def _names(told: Any) -> list[str]:
    return [each.name for each in dataclasses.fields(told)]
