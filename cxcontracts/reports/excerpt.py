"""An exchange in a few lines: whole where it is short, else cut around the part that the finding speaks of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cxcontracts.exchanges import JSON, NO_BODY, Exchange
from cxcontracts.findings import Change, Finding
from cxcontracts.paths import parse_path

Told = Finding | Change
"""What an exchange proves."""

Focus = tuple[str, ...]
"""Names and indices from the body inwards; ``*`` is any item."""


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is shown beside the focus: members a container, levels, characters a text."""

    members: int
    levels: int
    characters: int


_FARTHEST: Final = 20
_FINEST_FIRST: Final = (_Detail(50, 12, 400), _Detail(8, 3, 60), _Detail(4, 2, 40), _Detail(2, 1, 30), _Detail(0, 0, 20))


def request_line(told: Told, exchange: Exchange, room: int) -> str:
    """Return what was sent: method, path and query, the headers that are spoken of, and the body within *room* characters."""
    request = exchange.request
    query = "&".join(f"{name}={value}" for name, value in request.query)
    line = f"{request.method} {request.path}" + (f"?{query}" if query else "")
    return " ".join([line, *_headers(told, request.headers), *_body(told, request.body, room)])


def response_line(told: Told, exchange: Exchange, room: int) -> str:
    """Return what came back: status, the headers that are spoken of, and the body within *room* characters."""
    response = exchange.response
    parts = [str(response.status), *_headers(told, response.headers), *_body(told, response.body, room)]
    if response.assumed:
        what = "no contract declares this refusal" if response.status >= 400 else "the call is answered all the same"
        parts.append(f"(assumed: {what})")
    return " ".join(parts)


def excerpt(value: JSON, focus: Focus, room: int) -> str:
    """Return a JSON value in at most about *room* characters, ``…`` for what is left out; what *focus* leads to is kept longest.

    >>> excerpt({"a": 1, "b": [1, 2, 3], "c": {"d": None, "e": {"f": "x" * 99}}}, ("c", "d"), 60)
    '{"a": 1, "b": […], "c": {"d": null, "e": {…}}}'
    """
    texts = (_written(value, focus, detail, detail.levels) for detail in _FINEST_FIRST)
    shortest = ""
    for text in texts:
        if len(text) <= room:
            return text
        shortest = text
    return shortest[: room - 1] + "…"


def _headers(told: Told, headers: Mapping[str, JSON]) -> list[str]:
    named = f"{told.element} {_also(told)}".casefold()
    return [f"{name}: {value}" for name, value in headers.items() if name.casefold() in named]


def _also(told: Told) -> str:
    """Return what else names a header: a requirement, or a media type that is not the old one."""
    if isinstance(told, Finding):
        return told.id
    return "accept content-type" if "media-type" in told.rule else ""


def _body(told: Told, body: JSON, room: int) -> list[str]:
    return [] if body is NO_BODY else [excerpt(body, _focus(told, body), room)]


def _focus(told: Told, body: JSON) -> Focus:
    """Return what of the body is spoken of: the requirement's path, or the end of the element, whichever leads deeper."""
    last_of_element = _parsed(told.element.rpartition(" ")[2])
    if not isinstance(told, Finding):
        return last_of_element
    requirement = _parsed(told.id.split("/", 2)[-1].partition(":")[2])
    return max((requirement, last_of_element), key=lambda focus: _reach(body, focus))


def _parsed(text: str) -> Focus:
    try:
        path = parse_path(text)
    except ValueError:
        return ()
    if path.root != "body":
        return ()
    return tuple(segment if isinstance(segment, str) else "*" for segment in path.segments[:_FARTHEST])


def _reach(value: JSON, focus: Focus) -> int:
    for depth, name in enumerate(focus):
        led = [member for key, member in _members(value) if key == _key(value, name)]
        if not led:
            return depth
        value = led[0]
    return len(focus)


def _members(value: JSON) -> list[tuple[str, JSON]]:
    """Return the members of an object, or the items of a list by their index; nothing of what has none."""
    if isinstance(value, Mapping):
        return list(value.items())
    return [(str(index), item) for index, item in enumerate(value)] if isinstance(value, list) else []


def _key(value: JSON, name: str) -> str | None:
    """Return the key at which *value* has what a path calls *name*: for ``*`` its first; None where it has nothing."""
    if name != "*":
        return name
    return next((key for key, _ in _members(value)), None)


def _written(value: JSON, focus: Focus, detail: _Detail, levels: int) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(_parts(value, focus, detail, levels)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_parts(value, focus, detail, levels)) + "]"
    return _quoted(value, detail) if isinstance(value, str) else json.dumps(value)


def _parts(value: Mapping[str, JSON] | list[JSON], focus: Focus, detail: _Detail, levels: int) -> list[str]:
    """Return the first few members and the one in focus, in order, with ``…`` in each gap."""
    wanted = _key(value, focus[0]) if focus else None
    first = detail.members if levels > 0 else 0
    parts: list[str] = []
    there = False
    for position, (key, member) in enumerate(_members(value)):
        label = f"{_quoted(key, detail)}: " if isinstance(value, Mapping) else ""
        if key == wanted:
            there = True
            parts.append(label + _written(member, focus[1:], detail, levels))
        elif position < first:
            parts.append(label + _written(member, (), detail, levels - 1))
        elif parts[-1:] != ["…"]:
            parts.append("…")
    if wanted is not None and not there and "…" in parts:
        parts.append(f"no {_quoted(wanted, detail)}")
    return parts


def _quoted(text: str, detail: _Detail) -> str:
    shown = text if len(text) <= detail.characters else text[: detail.characters] + "…"
    return json.dumps(shown, ensure_ascii=False)
