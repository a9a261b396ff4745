"""The texts of ``call`` and ``event``: ``operator GET /services/{serviceId}``, ``notify disruption.sent``."""

from __future__ import annotations

import re
from typing import Final

from cxcontracts.estate.mistakes import Misread
from cxcontracts.estate.model import Call
from cxcontracts.problems import nearest

METHODS: Final = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "QUERY")
"""The methods that OpenAPI knows, up to its version 3.2."""

_COLON_PARAMETER = re.compile(r"/:([A-Za-z_][A-Za-z0-9_]*)")
_BRACES = re.compile(r"[^{}]*(?:\{[^{}/]+\}[^{}]*)*")


def parse_call(text: str) -> Call:
    """Read a call: ``<partner> <METHOD> <path>`` or ``<partner> <operationId>``.

    Raises:
        Misread: If the text is no call.

    >>> parse_call("operator GET /services/{serviceId}")
    Call(partner='operator', method='GET', path='/services/{serviceId}', operation_id='')
    >>> parse_call("operator getService").operation_id
    'getService'
    """
    words = text.split()
    if words and (_is_method(words[0]) or _is_path(words[0])):
        raise Misread.of("call-without-partner", value=text.strip())
    if len(words) < 2:
        raise Misread.of("call-incomplete", value=text)
    partner, method, rest = words[0], words[1], words[2:]
    if _is_method(method):
        if not rest:
            raise Misread.of("call-incomplete", value=text)
        path = _path(" ".join(rest))
        if path.startswith("$") and method != "GET":
            raise Misread.of("call-kept-url", method=method, path=path)
        return Call(partner, method, path)
    if rest and (_is_path(rest[0]) or (method.upper() in METHODS and len(rest) == 1)):
        raise Misread.of("call-method", method=method, hint=_method_hint(method))
    if _is_path(method):
        raise Misread.of("call-without-method", partner=partner, path=method)
    return Call(partner, operation_id=" ".join(words[1:]))


def parse_event(text: str) -> tuple[str, str]:
    """Read an event, ``<partner> <message>``, as partner and message.

    Raises:
        Misread: If the text is no event.
    """
    partner, _, message = text.strip().partition(" ")
    if not message.strip():
        raise Misread.of("event-words", value=text)
    return partner, message.strip()


def _is_method(word: str) -> bool:
    return word in METHODS


def _is_path(word: str) -> bool:
    return word.startswith(("/", "$", "http://", "https://"))


def _method_hint(method: str) -> str:
    meant = nearest(method.upper(), METHODS)
    return f"did you mean {meant}?" if meant else f"one of: {', '.join(METHODS)}"


def _path(path: str) -> str:
    if path.startswith("$"):
        return path
    if path.startswith(("http://", "https://")):
        raise Misread.of("call-url", path=path, better="/" + path.partition("://")[2].partition("/")[2])
    if not path.startswith("/"):
        raise Misread.of("call-path", path=path)
    if "?" in path:
        raise Misread.of("call-query", path=path)
    colon = _COLON_PARAMETER.search(path)
    if colon:
        raise Misread.of("call-colon", segment=colon[0], name=colon[1])
    if not _BRACES.fullmatch(path):
        raise Misread.of("call-braces", path=path)
    return path
