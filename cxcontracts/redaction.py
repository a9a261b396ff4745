"""Takes something out of every text of a value: of JSON, of an exchange, of a whole run.

What is written of a run escapes its texts, each format in its own way, and a secret that was escaped twice is found by nobody.
So secrets are taken out of the run itself, before anything is written of it. Most are known by their value. What is a credential
by the name of its header or parameter is taken out as well: recordings hold those of others, and partners hand out cookies.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar, cast

from cxcontracts.exchanges import JSON, Raw, Request, Response

Redact = Callable[[str], str]
"""Returns a text without what nobody may read."""

HIDDEN: Final = "$hidden"
"""What stands in the place of a secret that has no name."""

_CREDENTIAL: Final = re.compile(
    r"^(?:proxy-)?authorization$|^cookie$|(?:^|[-_])(?<!page.)(?<!next.)(?<!continuation.)"
    r"(?:api-?_?key|token|secret|password|signature|sig)s?$",
    re.IGNORECASE,
)
"""The names of headers and parameters that are credentials; what leads to the next page is none."""

_OF_COOKIE: Final = re.compile(r"(?<==)[^;]+")
"""The values in a ``Cookie``."""

_OF_SET_COOKIE: Final = re.compile(r"((?:^|,\s*)[^=;,\s]+=)([^;,]+)")
"""The name and the value of each cookie in a ``Set-Cookie``, or in several that were joined: attributes stand behind a ``;``."""

_NAMED: Final = re.compile(r"\$(?:env\.|file\.|hidden)")
"""What stands in the place of a secret already."""

_T = TypeVar("_T")


def hidden(name: str, value: str) -> tuple[str, tuple[str, ...]]:
    """Return the value of a header or parameter without the credential that it is by its name, and what was taken out.

    >>> hidden("Authorization", "Bearer abcdef"), hidden("cookie", "sid=abcdef"), hidden("accept", "*/*")
    (('Bearer $hidden', ('abcdef',)), ('sid=$hidden', ('abcdef',)), ('*/*', ()))
    >>> hidden("csrf_token", "abcdef")[0], hidden("page_token", "abcdef")[0]
    ('$hidden', 'abcdef')
    >>> hidden("Set-Cookie", "sid=abcdef; Path=/; Expires=Sat, 16 Jan 2027 08:30:00 GMT")[0]
    'sid=$hidden; Path=/; Expires=Sat, 16 Jan 2027 08:30:00 GMT'
    """
    lowered = name.lower()
    if lowered == "set-cookie":
        return _OF_SET_COOKIE.sub(rf"\1{HIDDEN}", value), tuple(found for _, found in _OF_SET_COOKIE.findall(value))
    if not _CREDENTIAL.search(name):
        return value, ()
    if lowered == "cookie":
        return _OF_COOKIE.sub(HIDDEN, value), tuple(_OF_COOKIE.findall(value))
    kept, mark, secret = value.partition(" ") if "authorization" in lowered else ("", "", value)
    return (f"{kept}{mark}{HIDDEN}" if secret else HIDDEN), (secret or kept,)


def credentials(request: Request) -> Iterator[str]:
    """Yield what headers and parameters of a request are credentials by their names."""
    for name, value in (*request.headers.items(), *request.query):
        yield from hidden(name, value)[1]


def without_credentials(request: Request) -> Request:
    """Return a request without what is a credential by its name; what has a name in the place of a secret keeps it."""
    headers = {name: _unnamed(name, value) for name, value in request.headers.items()}
    return dataclasses.replace(
        request, headers=headers, query=tuple((name, _unnamed(name, value)) for name, value in request.query)
    )


def _unnamed(name: str, value: str) -> str:
    return value if _NAMED.search(value) else hidden(name, value)[0]


def _without_cookies(response: Response) -> Response:
    """Return a response without the cookies that it hands out."""
    cookies = {name: hidden(name, str(value))[0] for name, value in response.headers.items() if name.lower() == "set-cookie"}
    return dataclasses.replace(response, headers={**response.headers, **cookies}) if cookies else response


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
            told = without_credentials(told) if isinstance(told, Request) else _without_cookies(told)
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
