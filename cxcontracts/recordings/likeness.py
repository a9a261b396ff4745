"""Whether a call is one that a step makes, and which values it then sends for the names that the step refers to.

``with`` says what a step sends; who sends more sends it all the same. What differs and only says how much (a number in a query)
or how (a header) makes no other call of it. A text that differs does: it asks for something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from cxcontracts.acceptance import parameter_of
from cxcontracts.containment.sets import Undecidable, admits
from cxcontracts.containment.texts import as_text
from cxcontracts.contracts.operation import Operation
from cxcontracts.contracts.styles import readings
from cxcontracts.estate.mistakes import Misread
from cxcontracts.estate.model import Given
from cxcontracts.estate.templates import BUILT_IN, COUNTER, Reference, file_of, parts, references, repeat_of
from cxcontracts.exchanges import JSON, NO_BODY, Raw, Request
from cxcontracts.sending import Described, Entry, space
from cxcontracts.truth import same

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")
_WORDS: Final = {"true": True, "false": False}
_TEMPLATED: Final = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far a call is one that a step makes.

    Attributes:
        names: Each name that the step refers to, to the value that was sent for it.
        equal: How many of the step's constants were sent as they are.
        different: How many were not, that make no other call of it.
    """

    names: Mapping[str, JSON]
    equal: int
    different: int


class _Unlike(Exception):
    """What was sent is not what the step sends."""


def likeness(operation: Operation, entries: Sequence[Entry], request: Request) -> Likeness | None:
    """Return how far a call is one that a step makes; None where it is none.

    Args:
        entries: What the step sends, bound to the contract of record.
        request: A call of that operation.
    """
    names: dict[str, JSON] = {}
    equal = different = 0
    for entry in entries:
        sent = list(_sent(operation, entry, request))
        constant = not references(entry.template)
        try:
            found = _first_alike(entry, sent)
        except _Unlike:
            if not constant or not _is_aside(entry):
                return None
            different += 1
            continue
        equal += constant
        for name, value in found:
            if not is_alike(names.setdefault(name, value), value):
                return None
    return Likeness(names, equal, different)


def names_in(template: JSON, sent: JSON) -> Mapping[str, JSON] | None:
    """Return each name in a template with the value that stands in its place; None where the template never becomes *sent*."""
    try:
        return dict(_names(template, sent))
    except _Unlike:
        return None


def leads_to(url: str, request: Request) -> bool:
    """Tell whether an address that a partner handed out is the one that was called; it may be relative, or have a template."""
    plain = _TEMPLATED.sub("", url)
    called = urlsplit(request.base + request.path)
    try:
        for start in (request.base + request.path, f"{request.base}/"):
            meant = urlsplit(urljoin(start, plain))
            pairs = parse_qsl(meant.query, keep_blank_values=True)
            if meant[:3] == called[:3] and all(pair in request.query for pair in pairs):
                return True
    except ValueError:
        return False
    return False


def is_alike(one: JSON, other: JSON) -> bool:
    """Tell whether two values are the same, also where one of them went as text.

    >>> is_alike(7, "7"), is_alike(True, "true"), is_alike(True, 1), is_alike(["a", 1], "a,1")
    (True, True, False, True)
    """
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_alike, one, other))
    for value, text in ((one, other), (other, one)):
        if isinstance(text, str) and not isinstance(value, str | dict):
            return ",".join(map(as_text, value if isinstance(value, list) else [value])) == text
    return same(one, other)


def typed(given: Given | None, value: JSON) -> JSON:
    """Return what was sent as text as the value of its given that it is the text of."""
    if given is None or not isinstance(value, str):
        return value
    schema = space(given.schema)
    readings_ = [value, *([_WORDS[value]] if value in _WORDS else [])]
    if _NUMBER.fullmatch(value):
        readings_.append(float(value) if "." in value else int(value))
    try:
        return next((reading for reading in readings_ if admits(schema, reading)), value)
    except Undecidable:
        return value


def _is_aside(entry: Entry) -> bool:
    """Tell whether a constant says how, or how much, rather than what."""
    if entry.place == "header":
        return True
    value = entry.template
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return entry.place == "query" and (number or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None))


def _first_alike(entry: Entry, sent: Sequence[JSON]) -> list[tuple[str, JSON]]:
    for value in sent:
        try:
            return list(_names(entry.template, value))
        except _Unlike:
            continue
    raise _Unlike


def _sent(operation: Operation, entry: Entry, request: Request) -> Iterator[JSON]:
    """Yield what was sent where an entry goes, as whatever it can be read."""
    if entry.place == "body":
        yield from _sent_in_body(entry, request.body)
        return
    parameter = parameter_of(operation, entry)
    name = parameter.name if parameter is not None else entry.name
    if entry.place == "path":
        found = operation.pattern.search(request.path)
        texts = [unquote(text) for text in found.groups()] if found is not None else []
        position = entry.binding[1] if entry.binding is not None else None
        pairs = [(name, texts[position])] if isinstance(position, int) and 0 <= position < len(texts) else []
    elif entry.place == "header":
        text = request.headers.get(entry.name.lower())
        pairs = [(name, text)] if text is not None else []
    elif entry.place == "query":
        pairs = list(request.query)
    else:
        cookies = (pair.strip().partition("=") for pair in request.headers.get("cookie", "").split(";"))
        pairs = [(key, value) for key, sign, value in cookies if sign]
    if parameter is not None:
        members = tuple(entry.template) if isinstance(entry.template, dict) else ()
        yield from readings(name, pairs, parameter.style, parameter.explode, parameter.media, members)
    else:
        yield from readings(name, pairs, "form" if entry.place in ("query", "cookie") else "simple", entry.place == "query")


def _sent_in_body(entry: Entry, body: JSON) -> Iterator[JSON]:
    if isinstance(body, Raw) and body.get("media") == "application/x-www-form-urlencoded":
        pairs = parse_qsl(str(body.get("text", "")), keep_blank_values=True)
        body = {name: value if len(value) > 1 else value[0] for name, value in _several(pairs).items()}
    if body is NO_BODY:
        return
    if not entry.name:
        yield body
    elif isinstance(body, Mapping) and entry.name in body:
        yield body[entry.name]


def _several(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(text)
    return found


def _names(template: JSON, sent: JSON) -> Iterator[tuple[str, JSON]]:
    """Yield each name in a template with the value that stands in its place.

    Raises:
        _Unlike: If the template never becomes what was sent.
    """
    if isinstance(template, Described):
        _insist(_is_of(template, sent))
    elif isinstance(template, str):
        yield from _in_text(template, sent)
    elif isinstance(template, Mapping):
        yield from _in_mapping(template, sent)
    elif isinstance(template, list):
        _insist(isinstance(sent, list) and len(sent) == len(template))
        for part, value in zip(template, sent, strict=True):
            yield from _names(part, value)
    else:
        _insist(is_alike(template, sent))


def _in_mapping(template: Mapping[str, JSON], sent: JSON) -> Iterator[tuple[str, JSON]]:
    repeat = repeat_of(template)
    if repeat is not None:
        _insist(isinstance(sent, list))
        for item in sent:
            yield from _names(repeat.item, item)
    elif file_of(template) is None:
        _insist(isinstance(sent, Mapping))
        for key, below in template.items():
            if "$" not in key:
                _insist(key in sent)
                yield from _names(below, sent[key])


def _in_text(template: str, sent: JSON) -> Iterator[tuple[str, JSON]]:
    try:
        split = parts(template)
    except Misread:
        split = (template,)
    if len(split) == 1 and isinstance(split[0], Reference):
        yield from _of_walk([(split[0].name, sent)])
        return
    pattern = "".join(re.escape(part) if isinstance(part, str) else "(.+?)" for part in split)
    found = re.fullmatch(pattern, as_text(sent), re.DOTALL) if not isinstance(sent, dict | list) else None
    if found is None:
        raise _Unlike
    yield from _of_walk(zip((part.name for part in split if isinstance(part, Reference)), found.groups(), strict=True))


def _of_walk(names: Iterator[tuple[str, JSON]] | Sequence[tuple[str, JSON]]) -> Iterator[tuple[str, JSON]]:
    """Yield the names that belong to the walk: what is built in is another at every call."""
    return ((name, value) for name, value in names if name not in BUILT_IN and name != COUNTER)


def _is_of(described: Described, sent: JSON) -> bool:
    """Tell whether a value, or what a text may stand for, is one that its author described."""
    candidates = [sent]
    if isinstance(sent, str) and _NUMBER.fullmatch(sent):
        candidates.append(float(sent) if "." in sent else int(sent))
    candidates += [_WORDS[sent]] if isinstance(sent, str) and sent in _WORDS else []
    try:
        return any(admits(described.schema, candidate) for candidate in candidates)
    except Undecidable:
        return True


def _insist(holds: bool) -> None:
    if not holds:
        raise _Unlike
