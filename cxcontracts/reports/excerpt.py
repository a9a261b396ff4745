"""An exchange in a few lines: whole where it is short, else cut around the part that the finding speaks of."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cxcontracts.exchanges import JSON, NO_BODY, Exchange
from cxcontracts.findings import Change, Finding
from cxcontracts.paths import parse_path
from cxcontracts.reports.elements import element_of

Told = Finding | Change
"""What an exchange proves."""

Focus = tuple[str, ...]
"""Names and indices from the body inwards; ``*`` is any item."""


class Proof(enum.Enum):
    """What an exchange shows at its focus: a value, that something is missing, or how long or how many it is."""

    VALUE = "value"
    ABSENCE = "absence"
    SIZE = "size"


@dataclass(frozen=True, slots=True)
class _Sight:
    """Where to look, and for what."""

    focus: Focus
    proof: Proof = Proof.VALUE


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is shown beside the focus: members a container, levels, characters a text."""

    members: int
    levels: int
    characters: int


_FARTHEST: Final = 20
_FINEST_FIRST: Final = (_Detail(50, 12, 400), _Detail(8, 3, 60), _Detail(4, 2, 40), _Detail(2, 1, 30), _Detail(0, 0, 20))
_IN_LINE: Final = 60
"""How many characters of a part of the path, or of the query, are shown."""

_COUNTED: Final = (30, 3)
"""From how many characters, and items, on it is said how many there are, where that is the point."""

_MISSING: Final = ("-removed", "-before-sunset", "-optional", "-required", "-required-added")
"""How the rules end that something is missing by, in one of two versions."""

_REFUSED: Final = 400
"""From this status on, nobody takes what was sent."""

_NOWHERE: Final = _Sight(())


def request_line(told: Told, exchange: Exchange, room: int) -> str:
    """Return what was sent: method, path and query, the headers that are spoken of, and the body within *room* characters.

    What delivers a message begins with the name of that instead.
    """
    request = exchange.request
    path = "/".join(_short(part) for part in request.path.split("/"))
    query = "&".join(f"{_short(name)}={_short(value)}" for name, value in request.query)
    line = exchange.message or f"{request.method} {path}" + (f"?{query}" if query else "")
    missing = _missing(told, {**dict(request.query), **request.headers}, "parameter") + _no_body(
        told, request.body, "request-body"
    )
    sight = _sight(told, request.body, ("request-", "event-"))
    gone = ["(nobody delivers it any more)"] if exchange.message and exchange.response.status >= _REFUSED else []
    return " ".join([line, *missing, *_headers(told, request.headers), *_body(request.body, sight, room), *gone])


def response_line(told: Told, exchange: Exchange, room: int) -> str:
    """Return what came back: status, the headers that are spoken of, and the body within *room* characters."""
    response = exchange.response
    bare = response.body if "content-type" not in response.headers else None
    missing = _missing(told, response.headers, "header") + _no_body(told, bare, "response-media-type")
    sight = _sight(told, response.body, ("response-",))
    parts = [str(response.status), *missing, *_headers(told, response.headers), *_body(response.body, sight, room)]
    if response.assumed:
        what = "no contract declares this refusal" if response.status >= _REFUSED else "the call is answered all the same"
        parts.append(f"(assumed: {what})")
    return " ".join(parts)


def lines(told: Told, exchange: Exchange, room: int) -> Mapping[str, str]:
    """Return an exchange by its labels: a call and its answer, or the delivery of a message.

    Args:
        room: How many characters each body may have.
    """
    if exchange.message:
        return {"delivery": request_line(told, exchange, room)}
    return {"request": request_line(told, exchange, room), "response": response_line(told, exchange, room)}


LABELS: Final = ("request", "response", "delivery")
"""What an exchange consists of."""


def spoken_of(told: Told, exchange: Exchange, side: str) -> tuple[Focus, Proof]:
    """Return where in a body of an exchange to look, and for what; nowhere where it is not the point.

    Args:
        side: ``request`` or ``response``.
    """
    body = exchange.request.body if side == "request" else exchange.response.body
    sight = _sight(told, body, (f"{side}-", *(("event-",) if side == "request" else ())))
    return sight.focus, sight.proof


def _short(text: str) -> str:
    return text if len(text) <= _IN_LINE + 1 else text[:_IN_LINE] + "…"


def excerpt(value: JSON, focus: Focus, room: int, proof: Proof = Proof.VALUE) -> str:
    """Return a JSON value in at most about *room* characters, ``…`` for what is left out; what *focus* leads to is kept longest.

    >>> excerpt({"a": [{"c": 1}]}, ("a", "*", "b"), 60, Proof.ABSENCE)
    '{"a": [{"c": 1, no "b"}]}'
    >>> excerpt({"a": 1, "b": [1, 2, 3], "c": {"d": None, "e": {"f": "x" * 99}}}, ("c", "d"), 60)
    '{"a": 1, "b": […], "c": {"d": null, "e": {…}}}'
    """
    sight = _Sight(focus, proof)
    texts = (_written(value, sight, detail, detail.levels) for detail in _FINEST_FIRST)
    shortest = ""
    for text in texts:
        if len(text) <= room:
            return text
        shortest = text
    return shortest[: room - 1] + "…"


def _headers(told: Told, headers: Mapping[str, JSON]) -> list[str]:
    """Return the headers that are spoken of, spelled as they are there."""
    named = f"{told.element} {_also(told)}"
    spoken_of = ((re.search(re.escape(name), named, re.IGNORECASE), value) for name, value in headers.items())
    return [f"{spelled[0]}: {value}" for spelled, value in spoken_of if spelled is not None]


def _also(told: Told) -> str:
    """Return what else names a header: a requirement, or a media type that is not the old one."""
    if isinstance(told, Finding):
        return told.id
    return "accept content-type" if "media-type" in told.rule else ""


def _body(body: JSON, sight: _Sight, room: int) -> list[str]:
    return [] if body is NO_BODY else [excerpt(body, sight.focus, room, sight.proof)]


def _missing(told: Told, there: Mapping[str, JSON], noun: str) -> list[str]:
    """Return that a parameter or a header is missing, where that is the point."""
    if isinstance(told, Finding) or not told.rule.endswith(_MISSING):
        return []
    element = element_of(told.element)
    if not element.noun.endswith(noun) or element.place in ("path", "cookie"):
        return []
    name = element.name.partition(".")[0]
    return [] if name.casefold() in {key.casefold() for key in there} else [f"no {json.dumps(name, ensure_ascii=False)}"]


def _no_body(told: Told, body: JSON, rule: str) -> list[str]:
    """Return that there is no body, where that is the point."""
    return ["no body"] if body is NO_BODY and isinstance(told, Change) and told.rule.startswith(rule) else []


def _sight(told: Told, body: JSON, sides: tuple[str, ...]) -> _Sight:
    """Return what of a body is spoken of: of a change, nothing on the other side of the call.

    A requirement is at its path, or at the end of the element, whichever leads deeper.
    """
    if isinstance(told, Change):
        element = element_of(told.element)
        here = element.is_in_body and told.rule.startswith(sides)
        return _Sight(_parsed(element.name), _proof(told.rule)) if here else _NOWHERE
    requirement = _parsed(told.id.split("/", 2)[-1].partition(":")[2])
    paths = (requirement, _parsed(told.element.rpartition(" ")[2]))
    return _Sight(max(paths, key=lambda focus: _reach(body, focus)))


def _proof(rule: str) -> Proof:
    if rule.endswith(_MISSING):
        return Proof.ABSENCE
    return Proof.SIZE if rule.endswith(("-length-changed", "-size-changed")) else Proof.VALUE


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


def _written(value: JSON, sight: _Sight, detail: _Detail, levels: int) -> str:
    counted = sight.proof is Proof.SIZE and not sight.focus
    if isinstance(value, Mapping):
        return "{" + ", ".join(_parts(value, sight, detail, levels)) + "}"
    if isinstance(value, list):
        if counted and len(value) > _COUNTED[1]:
            return f"[{', '.join(_parts(value[:1], _NOWHERE, detail, levels))}, …] ({len(value):,} items)"
        return "[" + ", ".join(_parts(value, sight, detail, levels)) + "]"
    if isinstance(value, str):
        if counted and len(value) > _COUNTED[0]:
            return f"{json.dumps(value[:10] + '…', ensure_ascii=False)} ({len(value):,} characters)"
        return _quoted(value, detail)
    return json.dumps(value)


def _parts(value: Mapping[str, JSON] | list[JSON], sight: _Sight, detail: _Detail, levels: int) -> list[str]:
    """Return the first few members and the one in focus, in order, with ``…`` in each gap."""
    wanted = _key(value, sight.focus[0]) if sight.focus else None
    first = detail.members if levels > 0 else 0
    parts: list[str] = []
    there = False
    for position, (key, member) in enumerate(_members(value)):
        label = f"{_quoted(key, detail)}: " if isinstance(value, Mapping) else ""
        if key == wanted:
            there = True
            parts.append(label + _written(member, _Sight(sight.focus[1:], sight.proof), detail, levels))
        elif position < first:
            parts.append(label + _written(member, _NOWHERE, detail, levels - 1))
        elif parts[-1:] != ["…"]:
            parts.append("…")
    if wanted is not None and not there and ("…" in parts or sight.proof is Proof.ABSENCE):
        parts.append(f"no {_quoted(wanted, detail)}")
    return parts


def _quoted(text: str, detail: _Detail) -> str:
    shown = text if len(text) <= detail.characters else text[: detail.characters] + "…"
    return json.dumps(shown, ensure_ascii=False)
