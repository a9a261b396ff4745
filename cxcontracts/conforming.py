"""One observed exchange held against one version of a contract: did each side keep to it, and what is seen that it never said?

Bodies, headers and parameters are held against the schemas as written, through jsonschema-rs; where that cannot decide, nothing
is said. What is known of a version, its compiled schemas above all, stays with its side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote
from weakref import WeakKeyDictionary

from cxcontracts.acceptance import IGNORED_HEADERS
from cxcontracts.bodies import MOST_TEXT, is_json, media_of
from cxcontracts.breaches import named
from cxcontracts.containment.checking import Checker, Stranger, Why
from cxcontracts.containment.nodes import Node, Reader, TooManyShapes
from cxcontracts.containment.sets import Refusal, Undecidable
from cxcontracts.containment.texts import as_text
from cxcontracts.contracts.operation import FORMS, Answer, Encoding, Event, Header, Media, Operation, Parameter
from cxcontracts.contracts.styles import readings
from cxcontracts.exchanges import JSON, NO_BODY, Exchange, Raw
from cxcontracts.paths import Path
from cxcontracts.scenes import Side
from cxcontracts.wording import described, kind_of, listed, value_in_words

Part = Literal["request", "response"]

_MOST: Final = 50
"""The most departures of one body that are told."""

_BODILESS: Final = frozenset({204, 205, 304})
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?")
_KINDS: Final = {str: "string", list: "array", dict: "object", int: "integer", float: "number"}
_STANDARD: Final = re.compile(
    r"""accept(-.*)?|access-control-.*|age|allow|alt-svc|alt-used|authentication-info|authorization|cache-control|cdn-.*|cf-.*|connection
    |content-.*|cookie|cross-origin-.*|date|dnt|etag|expect.*|expires|forwarded|from|host|if-.*|keep-alive|last-modified|link
    |location|max-forwards|nel|origin|origin-agent-cluster|p3p|permissions-policy|pragma|priority|proxy-.*|range|referer|referrer-policy
    |report-to|reporting-endpoints|retry-after|sec-.*|server|server-timing|set-cookie|strict-transport-security|te|timing-allow-origin
    |traceparent|tracestate|baggage|trailer|transfer-encoding|upgrade.*|user-agent|vary|via|warning|www-authenticate
    |x-amz-cf-.*|x-amzn-.*|x-cache.*|x-content-type-options|x-dns-prefetch-control|x-envoy-.*|x-forwarded-.*|x-frame-options
    |x-powered-by|x-real-ip|x-request-id|x-correlation-id|x-requested-with|x-served-by|x-timer|x-xss-protection|:.*""",
    re.VERBOSE,
)
"""Headers that say nothing of an API: those of HTTP itself, of browsers, and of what stands between.

Source: IANA, "Hypertext Transfer Protocol (HTTP) Field Name Registry"; the rest as common servers and gateways send them.
"""


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing in an exchange that is not as the contract has it.

    Attributes:
        part: Whose it is: ``request`` is what we sent, ``response`` what the partner answered.
        element: The exact element, as in other findings: ``GET /things/{id} 200 application/json items.*.name``.
        because: One plain sentence.
    """

    part: Part
    element: str
    because: str


def departures(side: Side, operation: Operation, exchange: Exchange) -> list[Departure]:
    """Return where an exchange is not what the contract allows, what we sent before what came back; of an event, what came.

    Each element is told once.

    Raises:
        ContractError: If the contract is unsound where it is looked at.
    """
    found = [] if isinstance(operation, Event) else list(_request(side, operation, exchange))
    return _once([*found, *_response(side, operation, exchange)])


def undeclared(side: Side, operation: Operation, exchange: Exchange) -> list[Departure]:
    """Return what an exchange has and the contract does not say: a status, media type, field, word of a list, header, parameter.

    A response is a closed world: a field that is not declared is not promised, whether or not it is refused. Headers of HTTP
    itself are left out.

    Raises:
        ContractError: If the contract is unsound where it is looked at.
    """
    found = [] if isinstance(operation, Event) else list(_undeclared_request(side, operation, exchange))
    return _once([*found, *_undeclared_response(side, operation, exchange)])


def _once(found: Sequence[Departure]) -> list[Departure]:
    return list({(each.part, each.element): each for each in reversed(found)}.values())[::-1]


# --- what came back -----------------------------------------------------------------------------------------------------------


def _answer(operation: Operation, status: int) -> Answer | None:
    if isinstance(operation, Event):
        return operation.delivery
    return operation.success_of(status) if 200 <= status < 300 else operation.answer_to(status)


def _response(side: Side, operation: Operation, exchange: Exchange) -> Iterator[Departure]:
    response = exchange.response
    answer = _answer(operation, response.status)
    if answer is None:
        yield Departure("response", f"{operation} {response.status}", _no_such_status(operation, response.status))
        return
    where = f"{operation} {answer.key}".rstrip()
    yield from _headers(side, answer, exchange, where)
    if response.body is NO_BODY:
        if not answer.bodiless and response.status not in _BODILESS and operation.method != "HEAD":
            because = f"there is no body, and the contract promises one as {_names(answer.media)}"
            yield Departure("response", where, because)
        return
    if not answer.media:
        return
    kind, readable = _kind(response.headers.get("content-type"), response.body)
    media = _declared_media(answer.media, kind)
    if media is None:
        because = f"it comes as {kind}, and the contract promises {_names(answer.media)}"
        yield Departure("response", f"{where} {kind}", because)
    elif is_json(kind) and not readable:
        yield Departure("response", f"{where} {media.name}", f"the body cannot be read: {_unread(response.body)}")
    elif media.json and readable:
        checker = _checker(side, side.responses, media.nodes)
        yield from _body("response", f"{where} {media.name}", checker, response.body, (Why.CLOSED,))


def _headers(side: Side, answer: Answer, exchange: Exchange, where: str) -> Iterator[Departure]:
    for name, header in answer.headers.items():
        if name in IGNORED_HEADERS:
            continue
        element, told = f"{where} header.{header.name}", f"the header {header.name}"
        value = exchange.response.headers.get(name)
        if value is None:
            if header.required:
                yield Departure("response", element, f"{told} is missing, and the contract promises it")
            continue
        candidates = [value] if not isinstance(value, str) else _of_header(header, name, value)
        refusal = _refusal(side, side.responses, header.nodes, candidates)
        if refusal is not None:
            yield Departure("response", element, _sentence(told, *refusal))


def _of_header(header: Header, name: str, text: str) -> list[JSON]:
    return readings(name, [(name, text)], "simple", header.node.value.get("explode") is True)


def _undeclared_response(side: Side, operation: Operation, exchange: Exchange) -> Iterator[Departure]:
    response = exchange.response
    answer = _answer(operation, response.status)
    if answer is None:
        yield Departure("response", f"{operation} {response.status}", _no_such_status(operation, response.status))
        return
    where = f"{operation} {answer.key}".rstrip()
    for name in response.headers:
        if name not in answer.headers and not _STANDARD.fullmatch(name):
            yield Departure("response", f"{where} header.{name}", f"the header {name} is not in the contract")
    if response.body is NO_BODY:
        return
    kind, readable = _kind(response.headers.get("content-type"), response.body)
    media = _declared_media(answer.media, kind)
    if media is None or (media.name != kind and not _is_range(media.name)):
        because = f"it comes as {kind}, and the contract promises {_names(answer.media) or 'no body'}"
        yield Departure("response", f"{where} {kind}", because)
    if media is not None and media.json and readable:
        checker = _checker(side, side.responses, media.nodes)
        yield from _unpromised("response", f"{where} {media.name}", checker, response.body)


def _no_such_status(operation: Operation, status: int) -> str:
    known = listed(tuple(operation.answers), "or")
    return f"it answers {status}, and the contract promises {known or 'no answer at all'}"


# --- what was sent ------------------------------------------------------------------------------------------------------------


def _request(side: Side, operation: Operation, exchange: Exchange) -> Iterator[Departure]:
    sent = _Sent(operation, exchange)
    for parameter in operation.parameters:
        if _unsaid(operation, parameter) or parameter.place == "querystring":
            continue
        candidates = sent.candidates(side, parameter)
        element = f"{operation} {parameter.place} {parameter.name}"
        if candidates:
            empty = parameter.node.value.get("allowEmptyValue") is True and candidates[0] == ""
            refusal = None if empty else _refusal(side, side.requests, parameter.nodes, candidates)
            if refusal is not None:
                yield Departure("request", element, _sentence(parameter.name, *refusal))
        elif parameter.required and parameter.place in ("query", "header"):
            yield Departure("request", element, f"{parameter.name} was not sent, and the contract asks for it")
    yield from _request_body(side, operation, exchange)


def _request_body(side: Side, operation: Operation, exchange: Exchange) -> Iterator[Departure]:
    request, body = exchange.request, operation.body
    if request.body is NO_BODY:
        if body is not None and body.required:
            yield Departure("request", f"{operation} body", "no body was sent, and the contract asks for one")
        return
    if body is None:
        yield Departure("request", f"{operation} body", "a body was sent, and the contract takes none")
        return
    if not body.media:
        return
    kind, readable = _kind(request.headers.get("content-type"), request.body)
    media = _declared_media(body.media, kind)
    if media is None:
        because = f"the body was sent as {kind}, and the contract takes {_names(body.media)}"
        yield Departure("request", f"{operation} body {kind}", because)
    elif is_json(kind) and not readable:
        yield Departure("request", f"{operation} body", f"the body that was sent cannot be read: {_unread(request.body)}")
    elif media.json and readable:
        checker = _checker(side, side.requests, media.nodes)
        yield from _body("request", f"{operation} body", checker, request.body, tuple(Why))
    elif media.form:
        form = _form(side, media, request.body)
        if form is not None:
            checker = _checker(side, side.requests, media.nodes)
            yield from _body("request", f"{operation} body", checker, form, tuple(Why))


def _undeclared_request(side: Side, operation: Operation, exchange: Exchange) -> Iterator[Departure]:
    sent, known = _Sent(operation, exchange), operation.parameters
    if not any(_takes_every_name(side, each) for each in known):
        for name, _ in exchange.request.query:
            if not any(name in _query_names(side, each) or name.startswith(f"{each.name}[") for each in known):
                yield from sent.stranger("query", name)
    declared = {each.name.lower() for each in known if each.place == "header"}
    for name in exchange.request.headers:
        if name not in declared and not _STANDARD.fullmatch(name):
            yield from sent.stranger("header", name)
    if exchange.request.body is NO_BODY or operation.body is None:
        return
    kind, readable = _kind(exchange.request.headers.get("content-type"), exchange.request.body)
    media = _declared_media(operation.body.media, kind)
    if media is None or (media.name != kind and not _is_range(media.name)):
        because = f"the body was sent as {kind}, and the contract takes {_names(operation.body.media) or 'no media type'}"
        yield Departure("request", f"{operation} body {kind}", because)
    value = exchange.request.body if readable else _form(side, media, exchange.request.body) if media and media.form else None
    if media is not None and (media.json or media.form) and value is not None:
        checker = _checker(side, side.requests, media.nodes)
        yield from _unpromised("request", f"{operation} body", checker, value)


class _Sent:
    """What a request has for each parameter."""

    def __init__(self, operation: Operation, exchange: Exchange) -> None:
        self._operation = operation
        self._request = exchange.request
        cookies = (pair.strip().partition("=") for pair in exchange.request.headers.get("cookie", "").split(";"))
        self._cookies = [(name, value) for name, sign, value in cookies if sign]
        found = operation.pattern.search(exchange.request.path)
        self._path = [unquote(text) for text in found.groups()] if found else []

    def candidates(self, side: Side, parameter: Parameter) -> list[JSON]:
        """Return what was sent for a parameter, as whatever it can be read; nothing where nothing was sent."""
        if parameter.place == "path":
            names = self._operation.path_names
            at = names.index(parameter.name)
            pairs = [(parameter.name, self._path[at])] if len(self._path) == len(names) else []
        elif parameter.place == "header":
            text = self._request.headers.get(parameter.name.lower())
            pairs = [(parameter.name, text)] if text is not None else []
        else:
            pairs = list(self._request.query) if parameter.place == "query" else self._cookies
        members = _members(side, parameter) if parameter.place in ("query", "cookie") else ()
        return readings(parameter.name, pairs, parameter.style, parameter.explode, parameter.media, members)

    def stranger(self, place: str, name: str) -> Iterator[Departure]:
        """Yield that a parameter is not declared, unless it is a login's."""
        if not _is_login(self._operation, place, name):
            because = f"{'the header ' * (place == 'header')}{name} was sent, and is not in the contract"
            yield Departure("request", f"{self._operation} {place} {name}", because)


def _unsaid(operation: Operation, parameter: Parameter) -> bool:
    """Tell whether nothing is said of a parameter: it is the login's, or OpenAPI says to pass over it."""
    ignored = parameter.place == "header" and parameter.name.lower() in IGNORED_HEADERS
    return ignored or _is_login(operation, parameter.place, parameter.name)


def _is_login(operation: Operation, place: str, name: str) -> bool:
    meaning = ("apiKey", place, name.lower())
    return any(scheme.meaning == meaning for alternative in operation.security for scheme in alternative)


def _members(side: Side, parameter: Parameter) -> tuple[str, ...]:
    """Return the names of an object that a parameter may be."""
    try:
        shapes = side.requests.shapes(parameter.nodes)
    except TooManyShapes:
        return ()
    return tuple(name for shape in shapes if "object" in shape.types for name in shape.names)


def _query_names(side: Side, parameter: Parameter) -> tuple[str, ...]:
    if parameter.place != "query":
        return ()
    return (parameter.name, *(_members(side, parameter) if parameter.explode and parameter.style == "form" else ()))


def _takes_every_name(side: Side, parameter: Parameter) -> bool:
    """Tell whether a parameter stands for query fields of any name."""
    if parameter.place == "querystring":
        return True
    if parameter.place != "query" or parameter.style != "form" or not parameter.explode or parameter.media or not parameter.nodes:
        return False
    try:
        shapes = side.requests.shapes(parameter.nodes)
    except TooManyShapes:
        return True
    return any(shape.types == {"object"} and (shape.silent or shape.map_nodes) for shape in shapes)


# --- bodies and values --------------------------------------------------------------------------------------------------------


def _kind(content_type: JSON, body: JSON) -> tuple[str, bool]:
    """Return the media type of a body, and whether it was read as JSON; a body that is, and names none, counts as such."""
    readable = not isinstance(body, Raw)
    media = media_of(content_type) if isinstance(content_type, str) else ""
    if media:
        return media, readable and not media.startswith(FORMS)
    return ("application/json", True) if readable else (str(body.get("media", "")) or "application/octet-stream", False)


def _declared_media(declared: Sequence[Media], kind: str) -> Media | None:
    """Return what the contract says of a media type: by its name, else any JSON where it is one, else the range that it is in."""
    exact = next((media for media in declared if media.name == kind), None)
    alike = [media for media in declared if is_json(kind) and media.json]
    whole = (f"{kind.partition('/')[0]}/*", "*/*")
    return exact or next(iter(alike), None) or next((media for media in declared if media.name in whole), None)


def _is_range(name: str) -> bool:
    return name.endswith("/*")


def _names(declared: Sequence[Media]) -> str:
    return listed([media.name for media in declared], "or")


def _unread(body: JSON) -> str:
    return body.why if isinstance(body, Raw) and body.why else "it is no JSON"


def _form(side: Side, media: Media, body: JSON) -> dict[str, JSON] | None:
    """Return a form with each member read as the contract has it; None where it cannot be read."""
    if isinstance(body, Raw):
        if media.name != FORMS[0] or not isinstance(body.get("text"), str) or len(body["text"]) >= MOST_TEXT:
            return None
        pairs = parse_qsl(body["text"], keep_blank_values=True)
    elif isinstance(body, dict):
        several = {name: value if isinstance(value, list) else [value] for name, value in body.items()}
        pairs = [
            (name, as_text(each)) for name, values in several.items() for each in values if not isinstance(each, dict | list)
        ]
    else:
        return None
    whole: dict[str, JSON] = dict(body) if not isinstance(body, Raw) else {}
    try:
        slots = [shape.slot for shape in side.requests.shapes(media.nodes)]
        for name in dict.fromkeys(name for name, _ in pairs):
            nodes = next((slot(name).nodes for slot in slots if slot(name).declared), ())
            writing = media.encodings.get(name, Encoding())
            candidates = readings(name, pairs, writing.style, writing.explode, writing.media)
            if candidates:
                whole[name] = next(_taken(side, side.requests, nodes, candidates), candidates[0])
    except (Undecidable, TooManyShapes):
        return None
    return whole


def _taken(side: Side, reader: Reader, nodes: tuple[Node, ...], candidates: Sequence[JSON]) -> Iterator[JSON]:
    """Yield the readings of texts that the schemas take."""
    checker = _checker(side, reader, nodes)
    return (value for candidate in candidates for value in _meant(side, reader, nodes, candidate) if not checker.refusals(value))


def _meant(side: Side, reader: Reader, nodes: tuple[Node, ...], value: JSON) -> Iterator[JSON]:
    """Yield a value of texts with each text as what its schema may mean: itself, a number, a boolean, nothing."""
    if isinstance(value, str):
        yield value
        if value in ("true", "false"):
            yield value == "true"
        elif value in ("", "null"):
            yield None
        elif _NUMBER.fullmatch(value):
            yield int(value) if value.lstrip("-").isdigit() else float(value)
        return
    for shape in reader.shapes(nodes) if isinstance(value, dict | list) else ():
        if isinstance(value, dict):
            below = ((name, shape.slot(name).nodes, member) for name, member in value.items())
            yield {name: next(_taken(side, reader, said, [member]), member) for name, said, member in below}
        else:
            said_of = ((shape.items(index), item) for index, item in enumerate(value))
            yield [next(_taken(side, reader, said, [item]), item) for said, item in said_of]


def _refusal(side: Side, reader: Reader, nodes: tuple[Node, ...], candidates: Sequence[JSON]) -> tuple[Refusal, JSON] | None:
    """Return what the schemas have against a value in every reading, and one; None where any is taken, or nobody can tell."""
    if not nodes:
        return None
    try:
        for _ in _taken(side, reader, nodes, candidates):
            return None
        kinds = {kind for shape in reader.shapes(nodes) for kind in shape.types}
        values = [value for candidate in candidates for value in _meant(side, reader, nodes, candidate)]
        likely = [value for value in values if _KINDS.get(type(value)) in kinds] or values[:1]
        checker = _checker(side, reader, nodes)
        return next((refusals[0], value) for value in likely if (refusals := checker.refusals(value)))
    except (Undecidable, TooManyShapes, StopIteration):
        return None


def _body(part: Part, where: str, checker: Checker, value: JSON, against: Sequence[Why]) -> Iterator[Departure]:
    """Yield what a schema has against a body, then the members that are not declared, as far as that is against the contract."""
    try:
        for refusal in checker.refusals(value)[:_MOST]:
            place = (*refusal.place, refusal.lacks) if refusal.lacks else refusal.place
            yield Departure(part, _element(where, place), _sentence(_called(part, refusal.place), refusal, value))
        for stranger in checker.strangers(value)[:_MOST]:
            if stranger.why in against:
                yield _of_stranger(part, where, stranger)
    except Undecidable:
        return


def _unpromised(part: Part, where: str, checker: Checker, value: JSON) -> Iterator[Departure]:
    """Yield the members of a body that are not declared, and the words in it that are not in the contract's list."""
    try:
        for stranger in checker.strangers(value)[:_MOST]:
            yield _of_stranger(part, where, stranger)
        for refusal in checker.refusals(value)[:_MOST]:
            if refusal.key in ("enum", "const"):
                sentence = _sentence(_called(part, refusal.place), refusal, value)
                yield Departure(part, _element(where, refusal.place), sentence)
    except Undecidable:
        return


def _of_stranger(part: Part, where: str, stranger: Stranger) -> Departure:
    name = _called(part, stranger.place)
    if stranger.why is Why.HIDDEN:
        way = "only written, never answered" if part == "response" else "only answered, never taken"
        return Departure(part, _element(where, stranger.place), f"{name} is there, and the contract says that it is {way}")
    return Departure(part, _element(where, stranger.place), f"{name} {stranger.why.value}")


def _element(where: str, place: tuple[str | int, ...]) -> str:
    """Return the element of a part of a body: items are ``*``, as in a need."""
    return f"{where} {_path(place).each()}" if place else where


def _path(place: tuple[str | int, ...]) -> Path:
    return Path("body", tuple(map(str, place)))


def _called(part: Part, place: tuple[str | int, ...]) -> str:
    return named(_path(place)) if place or part == "response" else "the body"


def _sentence(name: str, refusal: Refusal, whole: JSON) -> str:
    """Say what is wrong with a value.

    Args:
        name: What the whole, or the part at the place of the refusal, is called.
        whole: What was looked at.
    """
    if refusal.lacks:
        missing = refusal.lacks if name in ("the answer", "the body") else f"{name}.{refusal.lacks}"
        return f"{missing} is missing, and the contract requires it"
    value = _at(whole, refusal.place)
    asked = described(_with_kind(refusal, value))
    kind = kind_of(value) if refusal.key == "type" and not isinstance(value, str | bool) else value_in_words(value)
    if asked in ("any value", "a fitting value", "no value", kind):
        return f"{name} is {kind}, which the contract does not allow"
    return f"{name} is {kind}; the contract says {asked}"


def _with_kind(refusal: Refusal, value: JSON) -> dict[str, JSON]:
    """Return what is asked for, of the kind of value that is there: a minimum alone says nothing of what it is the minimum of."""
    kind = None if {"type", "enum", "const"} & refusal.asked.keys() else _KINDS.get(type(value))
    return {**({"type": kind} if kind and refusal.asked else {}), **refusal.asked}


def _at(value: JSON, place: tuple[str | int, ...]) -> JSON:
    for key in place:
        value = value[key]
    return value


# --- what is known of a version -----------------------------------------------------------------------------------------------

_CHECKERS: WeakKeyDictionary[Side, dict[tuple[object, ...], Checker]] = WeakKeyDictionary()


def _checker(side: Side, reader: Reader, nodes: tuple[Node, ...]) -> Checker:
    """Return what holds values against schemas, the same for the same schemas of a side."""
    known = _CHECKERS.setdefault(side, {})
    key = (reader.direction, *(node.identity for node in nodes))
    checker = known.get(key)
    if checker is None:
        checker = known[key] = Checker(reader, nodes)
    return checker


__all__ = ["Departure", "departures", "undeclared"]
