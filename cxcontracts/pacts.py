"""Pact files, versions 1 to 4: what a consumer wrote down of what it sends and of what it reads.

Examples and matching rules are read, to be held against a contract. Generators are for whoever plays the consumer, who finds them
in what stands written. Whatever has not the form of a Pact file is a problem with its place: they come from other teams.

Source: https://github.com/pact-foundation/pact-specification, versions 1 to 4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl

from cxcontracts.documents import Document
from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.paths import EACH, Path, Segment, as_index
from cxcontracts.problems import Place, Problem

_TOKEN: Final = re.compile(r"\.(?P<name>[^.\[\]*]+|\*)|\[(?P<index>\d+|\*)\]|\[(?P<quote>['\"])(?P<quoted>.*?)(?P=quote)\]")
_TYPED: Final = frozenset(
    {"type", "min", "max", "minType", "maxType", "values", "eachKey", "eachValue", "arrayContains", "notEmpty"}
)
"""The matchers under which every value of a type will do, below them too."""

_KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "null": {"type": "null"},
    "include": {"type": "string"},
    "regex": {"type": "string"},
    "date": {"type": "string"},
    "time": {"type": "string"},
    "datetime": {"type": "string"},
    "timestamp": {"type": "string"},
    "semver": {"type": "string"},
}
CALL: Final = "Synchronous/HTTP"
ASYNCHRONOUS: Final = "Asynchronous/Messages"
SYNCHRONOUS: Final = "Synchronous/Messages"
"""The types of interaction, as version 4 names them."""

_MOST_LEAVES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Expected:
    """One value that a consumer reads.

    Attributes:
        path: Where in the answer or message.
        kind: What every value there has to be.
        values: The only value that will do, in a list; None where any of its kind does.
    """

    path: Path
    kind: Mapping[str, Any]
    values: tuple[JSON, ...] | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction of a Pact file.

    Attributes:
        consumer: Who reads.
        description, state: What it is called, and the provider states that it needs, ``a; b``; may be empty.
        method, path: Of the request; empty for a message.
        query, headers: Name to what is sent there, a list where it comes several times; headers in lower case.
        body: What is sent, a form as a mapping; :data:`~cxcontracts.exchanges.NO_BODY` where nothing is, or nothing that is read.
        status: Of the response; 0 for a message.
        media: The media type of the answer, without parameters; empty where it is not said.
        expected: What is read, value by value.
        shape: What the whole body has to satisfy, in which those values stand together; empty where none is read.
        unread: Why a body cannot be looked at, the answer's before the request's; empty where both can.
        message: Names by which a message may be known, the best first; empty for a call.
        requirement: The id of the requirement that it serves, as its comments say; empty where they do not.
        where: Its place.
        type: :data:`CALL`, :data:`ASYNCHRONOUS` or :data:`SYNCHRONOUS`.
        written: The interaction as it stands in the file.
        version: Of the specification, as the file says; empty where it does not.
        plugins: The plugins of Pact that the file names.
    """

    consumer: str
    description: str
    state: str
    method: str
    path: str
    query: Mapping[str, JSON]
    headers: Mapping[str, str]
    body: JSON
    status: int
    media: str
    expected: tuple[Expected, ...]
    shape: Mapping[str, Any]
    unread: str
    message: tuple[str, ...]
    requirement: str
    where: Place
    type: str = CALL
    written: Mapping[str, JSON] = field(default_factory=dict, repr=False)
    version: str = ""
    plugins: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether the consumer does not rely on it yet: since version 4, what fails of it is told and breaks nobody."""
        return self.written.get("pending") is True

    @property
    def id(self) -> str:
        """``pact/CONSUMER/DESCRIPTION[/STATE]``."""
        return f"pact/{self.consumer}/{self.description}" + (f"/{self.state}" if self.state else "")


def interactions(document: Document, *, running: bool = False) -> tuple[tuple[Interaction, ...], tuple[Problem, ...]]:
    """Return the interactions of a Pact file, and what is wrong in it; an interaction with a mistake is left out.

    Args:
        running: Whether they are held against a running partner, which can also be asked for what no contract promises: a message
            that is answered by a message.
    """
    value = document.value
    consumer = _text(_mapping(value).get("consumer"), "name")
    if not isinstance(value, dict) or not consumer:
        what = "this is no Pact file"
        return (), (Problem(document.place(()), what, "it has consumer, provider and interactions", "pact-form"),)
    found: list[Interaction] = []
    problems: list[Problem] = []
    plugins = _plugins(value)
    for key in ("interactions", "messages"):
        listed = value.get(key)
        for index, written in enumerate(listed if isinstance(listed, list) else ()):
            place = document.place((key, index))
            read = _interaction(consumer, written, place, message=key == "messages", running=running)
            if isinstance(read, Interaction):
                found.append(replace(read, written=written, version=_version(value, written), plugins=plugins))
            else:
                problems.append(read)
    if not found and not problems:
        what = "this Pact file has no interactions, so nothing is judged of it"
        remedy = "let the consumer's tests write it anew, or take it out of pacts in partner.yaml"
        problems.append(Problem(document.place(()), what, remedy, "pact-empty", warning=True))
    return tuple(found), tuple(problems)


def _plugins(value: Mapping[str, JSON]) -> tuple[str, ...]:
    listed = _mapping(value.get("metadata")).get("plugins")
    return tuple(filter(None, (_text(each, "name") for each in (listed if isinstance(listed, list) else ()))))


def _version(value: Mapping[str, JSON], written: Mapping[str, JSON]) -> str:
    """Return the version of the specification; only version 4 gives interactions a type."""
    metadata = _mapping(value.get("metadata"))
    named = [_mapping(metadata.get(key)).get("version") for key in ("pactSpecification", "pact-specification")]
    said = next(filter(None, (*named, metadata.get("pactSpecificationVersion"))), "4.0" if "type" in written else "")
    return str(said)


def _interaction(consumer: str, written: JSON, place: Place, *, message: bool, running: bool) -> Interaction | Problem:
    """Return an interaction; what is wrong with it where it is none, and a warning where it is of a kind that is not read."""
    if not isinstance(written, dict):
        return _wrong(place, "an interaction must be a mapping")
    kind = written.get("type", ASYNCHRONOUS if message else CALL)
    if kind == ASYNCHRONOUS or (kind == SYNCHRONOUS and running):
        return replace(_of_message(consumer, written, place), type=kind)
    if kind == CALL:
        return _of_call(consumer, written, place)
    return Problem(place, f"an interaction of type {kind!s:.40} is not judged", "", "pact-type", warning=True)


def _wrong(place: Place, what: str) -> Problem:
    return Problem(place, what, "correct it, or let the consumer write it anew", "pact-interaction")


def _of_call(consumer: str, written: Mapping[str, JSON], place: Place) -> Interaction | Problem:
    request, response = written.get("request"), written.get("response")
    if not isinstance(request, dict) or not isinstance(response, dict):
        return _wrong(place, "an interaction needs a request and a response")
    status = response.get("status", 200)
    if not isinstance(request.get("path"), str) or not isinstance(status, int) or not 100 <= status <= 599:
        return _wrong(place, "a request needs a path, and a response a status")
    headers, answered = _headers(request), _headers(response)
    body, refused = _body(request, headers)
    expected, shape, unread = _read(response, answered)
    return Interaction(
        consumer=consumer,
        description=_text(written, "description"),
        state=_states(written),
        method=str(request.get("method", "GET")).upper(),
        path="/" + request["path"].lstrip("/"),
        query=_query(request.get("query")),
        headers=headers,
        body=body,
        status=status,
        media=_media(answered),
        expected=expected,
        shape=shape,
        unread=unread or refused,
        message=(),
        requirement=_requirement(written),
        where=place,
    )


def _of_message(consumer: str, written: Mapping[str, JSON], place: Place) -> Interaction:
    metadata = {name.lower(): value for name, value in _mapping(written.get("metadata", written.get("metaData"))).items()}
    contents = {**written, "body": written["contents"]} if "contents" in written else dict(written)
    headers = {"content-type": str(metadata.get("contenttype", metadata.get("content-type", "application/json")))}
    carried = {name: str(value) for name, value in metadata.items() if isinstance(value, str | int | float)}
    expected, shape, unread = _read(contents, {**carried, **headers})
    body, _ = _body(contents, headers)
    named = [_mapping(_mapping(_mapping(written.get("comments")).get("references")).get("AsyncAPI")).get("operationId")]
    named += [metadata.get(name) for name in ("ce_type", "ce-type", "cloudevents:type", "type", "messagetype")]
    named += [_mapping(body).get("type"), written.get("description")]
    return Interaction(
        consumer=consumer,
        description=_text(written, "description"),
        state=_states(written),
        method="",
        path="",
        query={},
        headers={},
        body=NO_BODY,
        status=0,
        media="",
        expected=expected,
        shape=shape,
        unread=unread,
        message=tuple(dict.fromkeys(name for name in named if isinstance(name, str) and name)),
        requirement=_requirement(written),
        where=place,
    )


def _states(written: Mapping[str, JSON]) -> str:
    single = written.get("providerState", written.get("provider_state"))
    if isinstance(single, str):
        return single
    listed = written.get("providerStates")
    return "; ".join(filter(None, (_text(state, "name") for state in listed))) if isinstance(listed, list) else ""


def _requirement(written: Mapping[str, JSON]) -> str:
    """Return the requirement that comments name: under ``cxcontracts``, or in a line of text, ``requirement: ID``."""
    comments = _mapping(written.get("comments"))
    named = comments.get("cxcontracts", _mapping(comments.get("references")).get("cxcontracts"))
    named = _mapping(named).get("requirement", named)
    if isinstance(named, str):
        return named.strip()
    lines = comments.get("text")
    for line in lines if isinstance(lines, list) else ():
        match = re.fullmatch(r"\s*requirement:\s*(\S.*?)\s*", line) if isinstance(line, str) else None
        if match:
            return match[1]
    return ""


def _query(written: JSON) -> dict[str, JSON]:
    """Return a query by its names: a text in version 1 and 2, a mapping to lists since version 3."""
    pairs: list[tuple[str, JSON]] = []
    if isinstance(written, str):
        pairs = list(parse_qsl(written, keep_blank_values=True))
    elif isinstance(written, dict):
        pairs = [(name, each) for name, value in written.items() for each in (value if isinstance(value, list) else [value])]
    found: dict[str, JSON] = {}
    for name, value in pairs:
        text = value if isinstance(value, str) else json.dumps(value)
        known = found.get(name)
        found[name] = text if known is None else [*(known if isinstance(known, list) else [known]), text]
    return found


def _headers(part: Mapping[str, JSON]) -> dict[str, str]:
    written = _mapping(part.get("headers"))
    return {
        name.lower(): ", ".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in written.items()
    }


def _media(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _body(part: Mapping[str, JSON], headers: Mapping[str, str]) -> tuple[JSON, str]:
    """Return a body, and why it cannot be looked at; version 4 wraps it in ``content`` and ``contentType``."""
    body, media = part.get("body"), _media(headers)
    if body is None and ("body" not in part or not media):
        return NO_BODY, ""
    if isinstance(body, dict) and "content" in body and body.keys() <= {"content", "contentType", "encoded", "contentTypeHint"}:
        media, encoded = str(body.get("contentType", media)).partition(";")[0].strip().lower(), body.get("encoded")
        body = body["content"]
        if encoded not in (False, None):
            return NO_BODY, f"{media} is not JSON and nothing reads it"
    if media == "application/x-www-form-urlencoded" and isinstance(body, str):
        return _query(body), ""
    if media and media != "application/json" and not media.endswith("+json"):
        return NO_BODY, f"{media} is not JSON and nothing reads it"
    return body, ""


# --- what is read -------------------------------------------------------------------------------------------------------------

_Rules = Sequence[tuple[tuple[Segment, ...], Mapping[str, JSON]]]
"""Path to its matcher."""


def _read(part: Mapping[str, JSON], headers: Mapping[str, str]) -> tuple[tuple[Expected, ...], Mapping[str, Any], str]:
    """Return what is read of an answer or message, what its whole body has to satisfy, and why it cannot be looked at."""
    body, unread = _body(part, headers)
    written = _mapping(part.get("matchingRules"))
    rules = list(_rules(written, "body", "content"))
    expected = [
        _header(name, value, typed=_has_rule(written, name))
        for name, value in headers.items()
        if name not in ("content-type", "content-length", "date", "server", "connection", "transfer-encoding")
    ]
    if body is NO_BODY:
        return tuple(expected), {}, unread
    expected += islice(_leaves(body, (), rules), _MOST_LEAVES)
    return tuple(expected), _shape(body, (), rules), unread


def _header(name: str, value: str, *, typed: bool) -> Expected:
    """Return what is read of a header: a text on the wire, which may be a number or a boolean to the contract."""
    path = Path("header", (name,))
    if typed or "," in value:
        return Expected(path, {})
    values: list[JSON] = [value]
    if re.fullmatch(r"true|false|-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?", value):
        values.append(json.loads(value))
    return Expected(path, {}, tuple(values))


def _has_rule(written: Mapping[str, JSON], header: str) -> bool:
    """Return whether a header is matched by more than its value."""
    named = {name.lower() for section in ("header", "headers") for name in _mapping(written.get(section))}
    flat = {path.lower() for path in written if path.lower().startswith(("$.header", "$['header"))}
    return header in named or any(header in path for path in flat)


def _rules(written: Mapping[str, JSON], *sections: str) -> Iterator[tuple[tuple[Segment, ...], Mapping[str, JSON]]]:
    """Yield the matchers of a body: ``$.body.a`` of version 2, ``body: {$.a: {matchers: […]}}`` since version 3."""
    for path, rule in written.items():
        if path.startswith("$.body") and isinstance(rule, dict):
            yield _segments("$" + path.removeprefix("$.body")), rule
    for section in sections:
        for path, rule in _mapping(written.get(section)).items():
            matchers = _mapping(rule).get("matchers")
            for matcher in matchers if isinstance(matchers, list) else ():
                if isinstance(matcher, dict):
                    yield _segments(path), matcher


def _segments(path: str) -> tuple[Segment, ...]:
    found: list[Segment] = []
    for token in _TOKEN.finditer(path.removeprefix("$")):
        name = token["quoted"] or token["name"] or token["index"]
        found.append(EACH if name == "*" and token["quoted"] is None else str(name))
    return tuple(found)


def _leaves(value: JSON, above: tuple[Segment, ...], rules: _Rules) -> Iterator[Expected]:
    """Yield what is read at a value and below it; of a list that is matched by type, its first item stands for all."""
    matcher = _matcher(above, rules)
    if isinstance(value, dict):
        yield Expected(Path("body", above), {"type": "object"})
        for name, member in value.items():
            yield from _leaves(member, (*above, name), rules)
    elif isinstance(value, list):
        yield Expected(Path("body", above), {"type": "array"})
        typed = matcher is not None and _match(matcher) in _TYPED
        for index, item in enumerate(value[:1] if typed else value[:5]):
            yield from _leaves(item, (*above, EACH if typed else str(index)), rules)
    else:
        yield _leaf(value, above, matcher)


def _shape(value: JSON, above: tuple[Segment, ...], rules: _Rules) -> Mapping[str, Any]:
    """Return a value as a schema: every member is there, and each leaf is as it is matched."""
    matcher = _matcher(above, rules)
    if isinstance(value, dict):
        members = {name: _shape(member, (*above, name), rules) for name, member in value.items()}
        return {"type": "object", "properties": members, "required": list(members)}
    if isinstance(value, list):
        typed = matcher is not None and _match(matcher) in _TYPED
        return {"type": "array", "items": _shape(value[0], (*above, EACH), rules)} if typed and value else {"type": "array"}
    leaf = _leaf(value, above, matcher)
    return leaf.kind if leaf.values is None else {"enum": list(leaf.values)}


def _leaf(value: JSON, path: tuple[Segment, ...], matcher: Mapping[str, JSON] | None) -> Expected:
    match = _match(matcher) if matcher is not None else "equality"
    where = Path("body", path)
    if match in _KINDS:
        return Expected(where, _KINDS[match])
    kind = _kind_of(value)
    return Expected(where, kind) if match in _TYPED else Expected(where, kind, (value,))


def _match(matcher: Mapping[str, JSON]) -> str:
    """Return how a matcher matches: by type where it does not say."""
    return str(matcher.get("match", "type"))


def _kind_of(value: JSON) -> Mapping[str, Any]:
    if value is None:
        return {"type": "null"}
    if isinstance(value, bool):
        return {"type": "boolean"}
    return {"type": "number"} if isinstance(value, int | float) else {"type": "string"}


def _matcher(path: tuple[Segment, ...], rules: _Rules) -> Mapping[str, JSON] | None:
    """Return the matcher that holds at a path: its own, else the nearest above that holds below it, too; None where none does."""
    best: tuple[int, int, Mapping[str, JSON]] | None = None
    for pattern, rule in rules:
        exact = len(pattern) == len(path)
        if len(pattern) > len(path) or not all(_is(one, other) for one, other in zip(pattern, path, strict=False)):
            continue
        if not exact and _match(rule) not in _TYPED:
            continue
        literal = sum(1 for segment in pattern if segment is not EACH)
        if best is None or (len(pattern), literal) > best[:2]:
            best = (len(pattern), literal, rule)
    return best[2] if best else None


def _is(pattern: Segment, segment: Segment) -> bool:
    if segment is EACH and isinstance(pattern, str):
        return as_index(pattern) is not None
    return pattern in (EACH, segment)


def _mapping(value: JSON) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: JSON, key: str) -> str:
    found = _mapping(value).get(key)
    return found if isinstance(found, str) else ""
