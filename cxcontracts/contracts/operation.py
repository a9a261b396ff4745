"""One operation of a contract: what it takes, what it answers, and which login it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cxcontracts.containment.nodes import Direction, Node, Reader, TooManyShapes
from cxcontracts.contracts.composed import Composed, parts_of
from cxcontracts.errors import ContractError
from cxcontracts.wording import listed, shown

if TYPE_CHECKING:
    from cxcontracts.contracts.document import Contract

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"})
PLACES = ("path", "query", "header", "cookie")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_MOST_BASES = 50
_MOST_HOPS = 32
_BODILESS = frozenset({204, 205})
_EXPLODED = ("form", "cookie")
_STATUS = re.compile(r"[1-5](\d\d|XX)|default", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as the contract declares it.

    Attributes:
        name: As written; headers compare in lower case.
        place: ``path``, ``query``, ``header`` or ``cookie``; ``querystring`` for a whole query that is no list of fields.
        position: For a path parameter, which one of the template's it is, from 0; else -1.
        nodes: Its schema; empty where nothing is said.
        style, explode: How its value becomes text; by default as OpenAPI says for its place.
        media: The media type of its ``content``; empty where it has a schema.
    """

    name: str
    place: str
    position: int
    required: bool
    nodes: tuple[Node, ...]
    style: str
    explode: bool
    media: str
    node: Node

    @property
    def key(self) -> tuple[str, object]:
        """What it is bound by: a path parameter by its position, a header by its name in lower case."""
        if self.place == "path":
            return ("path", self.position)
        return (self.place, self.name.lower() if self.place == "header" else self.name)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a member of a form becomes text: by its style; *media* is empty, for what ``contentType`` says is not looked at."""

    style: str = "form"
    explode: bool = True
    media: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """One media type of a body.

    Attributes:
        name: Without parameters, in lower case.
        node: Where it is written.
        nodes: Its schema; empty where nothing is said.
        encodings: Member of a form to how it is written, as far as that is said.
    """

    name: str
    node: Node
    nodes: tuple[Node, ...]
    encodings: Mapping[str, Encoding] = field(default_factory=dict)

    @property
    def json(self) -> bool:
        """Whether the body is JSON: ``application/json``, any ``+json``, or a range that takes it."""
        return self.name == "application/json" or self.name.endswith("+json") or self.name in ("*/*", "application/*")

    @property
    def form(self) -> bool:
        """Whether the body is a form, whose values travel as text."""
        return self.name in FORMS


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: whether it must be there, and what it may be."""

    required: bool
    media: tuple[Media, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """A response header: its name as it is spelled, whether it is always there, its schema, and where it is written."""

    name: str
    required: bool
    nodes: tuple[Node, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Answer:
    """What the contract says of one status.

    Attributes:
        key: ``200``, ``2XX`` or ``default``, whatever case it is written in.
        status: A status that it stands for.
        media: Every media type; empty where there is no body.
        headers: By name in lower case.
    """

    key: str
    status: int
    media: tuple[Media, ...]
    headers: Mapping[str, Header]

    @property
    def bodiless(self) -> bool:
        """Whether there is no body at all."""
        return not self.media or self.status in _BODILESS


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to log in, by what it means rather than by what it is called.

    Attributes:
        meaning: E.g. ``("http", "bearer")`` or ``("apiKey", "header", "x-api-key")``.
        scopes: The scopes asked for.
        name: How the header that carries it is spelled; empty for any other way.
    """

    meaning: tuple[str, ...]
    scopes: frozenset[str]
    name: str = field(default="", compare=False)

    def covers(self, asked: Scheme) -> bool:
        """Tell whether who logs in like this has what is asked for."""
        return self.meaning == asked.meaning and self.scopes >= asked.scopes

    def __str__(self) -> str:
        match self.meaning:
            case ("http", "bearer"):
                return "a bearer token"
            case ("http", "basic"):
                return "a user name and a password"
            case ("http", other):
                return f"HTTP {other}"
            case ("apiKey", place, name):
                return f"an API key in the {place} {self.name or name}"
            case ("oauth2", *_):
                return "OAuth 2.0"
            case ("openIdConnect", *_):
                return "OpenID Connect"
            case ("mutualTLS", *_):
                return "a client certificate"
        return " ".join(self.meaning)


class Answers(Mapping[str, Answer]):
    """What an operation answers, each status read when it is asked for: nobody pays for those that no journey looks at.

    Args:
        keys: The statuses, as written.
        read: Reads one.
    """

    def __init__(self, keys: Sequence[str], read: Callable[[str], Answer]) -> None:
        self._keys = dict.fromkeys(keys)
        self._read = read
        self._known: dict[str, Answer] = {}

    def __getitem__(self, key: str) -> Answer:
        if key not in self._keys:
            raise KeyError(key)
        if key not in self._known:
            self._known[key] = self._read(key)
        return self._known[key]

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class Operation:
    """An operation; each part is read when it is asked for.

    Attributes:
        contract: Where it is declared.
        method: Upper case.
        path: The template as written there.
        node, item: Where it and its path are written.
    """

    def __init__(self, contract: Contract, method: str, path: str, node: Node, item: Node) -> None:
        self.contract = contract
        self.method = method
        self.path = path
        self.node = _with_plain_statuses(node)
        self.item = item

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """The paths of its servers; its own go before those of the path, and those before those of the document."""
        for owner in (self.node.value, self.item.value):
            if isinstance(owner.get("servers"), list) and owner["servers"]:
                return bases_of(owner["servers"])
        return self.contract.bases

    @cached_property
    def path_names(self) -> tuple[str, ...]:
        """The names in the template, in their order; one may stand twice."""
        return tuple(re.findall(r"\{([^{}]*)\}", self.path))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds the path in an address, each of its parameters a group; a slash at the end is nothing to it."""
        literal = re.escape(self.path).replace(r"\{", "{").replace(r"\}", "}")
        return re.compile(re.sub(r"\{[^{}]*\}", "([^/]+)", literal).removesuffix("/") + "/?$")

    @property
    def deprecated(self) -> bool:
        """Whether the partner has announced its end."""
        return self.node.value.get("deprecated") is True

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter, those of the operation before and instead of those of the path.

        Raises:
            ContractError: If one is no parameter, or its reference leads nowhere.
        """
        found: dict[tuple[str, object], Parameter] = {}
        for owner in (self.node, self.item):
            for index in range(len(_listed(owner, "parameters"))):
                for parameter in self._parameters_of(self.contract.resolved(owner.child("parameters", index))):
                    found.setdefault(parameter.key, parameter)
        return tuple(found.values())

    def _parameters_of(self, node: Node) -> Iterator[Parameter]:
        """Yield what a parameter is to a caller: several where one stands for the fields of a whole query (OpenAPI 3.2)."""
        if isinstance(node.value, dict) and node.value.get("in") == "querystring":
            yield from _fields_of_query(node)
        elif (parameter := self._parameter(node)) is not None:
            yield parameter

    def _parameter(self, node: Node) -> Parameter | None:
        value = node.value
        if not isinstance(value, dict) or not isinstance(value.get("name"), str) or value.get("in") not in PLACES:
            raise node.home.refuse(node, "a parameter needs name and in", "in: path, query, header or cookie", "parameter-form")
        name, place = value["name"], value["in"]
        names = self.path_names
        if place == "path" and name not in names:
            return None
        style, explode = _style(value, "form" if place in ("query", "cookie") else "simple")
        media, nodes = _written_schema(node)
        position = names.index(name) if place == "path" else -1
        required = place == "path" or value.get("required") is True
        return Parameter(name, place, position, required, nodes, style, explode, media, node)

    @cached_property
    def body(self) -> Body | None:
        """The request body; None where the operation takes none."""
        if "requestBody" not in self.node.value:
            return None
        node = self.contract.resolved(self.node.child("requestBody"))
        if not isinstance(node.value, dict):
            raise node.home.refuse(node, "a requestBody must be a mapping", "give it content", "body-form")
        return Body(node.value.get("required") is True, tuple(_media(node)))

    @cached_property
    def answers(self) -> Mapping[str, Answer]:
        """Status key to what the contract says of it, each read when it is asked for.

        Raises:
            ContractError: If the responses are no mapping; when one is read, if it is none, or its reference leads nowhere.
        """
        written = _mapped(self.node, "responses")
        keys = [key for key in written if _STATUS.fullmatch(key)]
        return Answers(keys, lambda key: self._answer(key, keys))

    def _answer(self, key: str, keys: Sequence[str]) -> Answer:
        node = self.contract.resolved(self.node.child("responses", key))
        if not isinstance(node.value, dict):
            raise node.home.refuse(node, f"response {key} must be a mapping", "give it a description", "response-form")
        status = int(key) if key.isdigit() else _stand_in(key, keys)
        media = () if self.method == "HEAD" else tuple(_media(node))
        return Answer(key, status, media, dict(self._headers(node)))

    def _headers(self, node: Node) -> Iterator[tuple[str, Header]]:
        for name in _mapped(node, "headers"):
            header = self.contract.resolved(node.child("headers", name))
            if isinstance(header.value, dict):
                always, nodes = header.value.get("required") is True, _written_schema(header)[1]
                yield str(name).lower(), Header(str(name), always, nodes, header)

    def successes(self, statuses: tuple[int, ...]) -> tuple[Answer, ...]:
        """Return the answers that count as success.

        Args:
            statuses: The exact codes that the step accepts; empty for any 2xx.
        """
        if statuses:
            found = [self.answer_to(status) for status in statuses]
            declared = any(key.startswith("2") for key in self.answers)
            return tuple(
                answer
                for answer in found
                if answer is not None and not (declared and answer.key == "default" and 200 <= answer.status < 300)
            )
        good = tuple(self.answers[key] for key in self.answers if key.startswith("2"))
        return good or tuple(self.answers[key] for key in self.answers if key == "default")

    def answer_to(self, status: int) -> Answer | None:
        """Return what the contract says of a status: exact beats ``4XX`` beats ``default``; None where it says nothing."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.answers:
                answer = self.answers[key]
                return Answer(answer.key, status, answer.media, answer.headers)
        return None

    def success_of(self, status: int) -> Answer | None:
        """Return what the contract says of a success, as :meth:`answer_to`; ``default`` tells of errors where any is declared."""
        answer = self.answer_to(status)
        declared = any(key.startswith("2") for key in self.answers)
        return None if answer is not None and answer.key == "default" and declared else answer

    @property
    def has_own_security(self) -> bool:
        """Whether it says itself which login it asks for; else the contract says so for all of its operations."""
        return self.node.value.get("security") is not None

    @cached_property
    def security(self) -> tuple[tuple[Scheme, ...], ...]:
        """The alternatives of login, each a set of schemes that all hold; empty where none is asked for.

        Raises:
            ContractError: If it is no list of mappings.
        """
        owner = self.node if self.has_own_security else self.contract.root
        asked = _listed(owner, "security")
        odd = next((index for index, alternative in enumerate(asked) if not isinstance(alternative, dict)), None)
        if odd is not None:
            what = "a login that is asked for must be a mapping"
            raise owner.home.refuse(owner.child("security", odd), what, "write NAME: [scopes]", "security-form")
        return tuple(tuple(self._schemes(owner.child("security", index))) for index in range(len(asked)))

    def _schemes(self, alternative: Node) -> Iterator[Scheme]:
        for name, asked in alternative.value.items():
            scopes = frozenset(scope for scope in _list(asked) if isinstance(scope, str))
            try:
                node = self.contract.resolved(self.contract.root.child("components", "securitySchemes", name))
            except (KeyError, TypeError):
                by_address = self._scheme_at(name, alternative)
                if by_address is None:
                    yield Scheme(("undeclared", name), scopes)
                    continue
                node = by_address
            yield _scheme(node.value if isinstance(node.value, dict) else {}, scopes)

    def _scheme_at(self, address: str, alternative: Node) -> Node | None:
        """Return the scheme that is named by its address instead, which OpenAPI 3.2 allows; None where there is none."""
        if not self.contract.openapi.startswith("3.2") or not re.search(r"[#/.]", address):
            return None
        try:
            return self.contract.resolved(Node({"$ref": address}, alternative.home, alternative, address))
        except ContractError:
            return None


def _scheme(written: Mapping[str, Any], scopes: frozenset[str]) -> Scheme:
    kind, name = str(written.get("type", "")), str(written.get("name", ""))
    if kind == "apiKey":
        return Scheme((kind, str(written.get("in", "")), name.lower()), scopes, name)
    if kind == "http":
        return Scheme((kind, str(written.get("scheme", "")).lower()), scopes)
    return Scheme((kind,), scopes)


class Event(Operation):
    """What a partner sends of its own accord: a webhook, a callback, or a message over a channel.

    The body and the headers of the call that delivers it are what the partner says.

    Attributes:
        word: What it is called before its name: ``webhook``, ``callback`` or ``event``.
        aliases: Whatever else it goes by.
        name: What people call it: a callback by its key, for many share one address.
        addresses: The topics and queues that it is sent to; none where the document does not say.
        channel: The key of the channel of an AsyncAPI document that it goes over; else empty.
        said: The schemas of its headers, by name in lower case, each with whether it is always there.
        type: The type that travels with it, of a CloudEvent; empty where it has none.
    """

    def __init__(
        self,
        contract: Contract,
        method: str,
        path: str,
        node: Node,
        item: Node,
        *,
        word: str,
        aliases: frozenset[str] = frozenset(),
        said: Mapping[str, tuple[Node, bool]] | None = None,
        type: str = "",
        name: str = "",
        addresses: frozenset[str] = frozenset(),
        channel: str = "",
    ) -> None:
        super().__init__(contract, method, path, node, item)
        self.word = word
        self.aliases = aliases
        self.type = type
        self.name = name or path
        self.addresses = addresses
        self.channel = channel
        self._said = said

    def __str__(self) -> str:
        return f"{self.word} {'_'.join(self.name.split())}"

    @property
    def message(self) -> str:
        """What it delivers: by its name, and by its type where that is another."""
        name = "_".join(self.name.split())
        return f"{name} of type {self.type}" if self.type not in ("", self.name) else name

    def moved_to(self, other: Event) -> str:
        """Say where the event is sent now and was before, if nobody who listened hears it there; empty where that is not known.

        Names of parameters in an address mean nothing.
        """
        before, after = ({re.sub(r"\{[^{}]*\}", "{}", address) for address in event.addresses} for event in (self, other))
        if not before or not after or before & after:
            return ""
        return f"{listed(sorted(map(shown, other.addresses)))}, it was {listed(sorted(map(shown, self.addresses)))}"

    @cached_property
    def delivery(self) -> Answer:
        """What is said of an event, as if it were an answer: its media types, and its headers."""
        return Answer("", 200, self.body.media if self.body is not None else (), dict(self._delivered_headers()))

    def _delivered_headers(self) -> Iterator[tuple[str, Header]]:
        if self._said is not None:
            yield from ((name, Header(str(node.key), always, (node,), node)) for name, (node, always) in self._said.items())
            return
        for parameter in self.parameters:
            if parameter.place == "header":
                yield parameter.name.lower(), Header(parameter.name, parameter.required, parameter.nodes, parameter.node)

    def successes(self, statuses: tuple[int, ...]) -> tuple[Answer, ...]:
        """Return what is said: an event has no status."""
        return (self.delivery,)


def bases_of(servers: Any) -> tuple[str, ...]:
    """Return the paths of servers, without a slash at the end, in the order written; of a variable, the default first.

    >>> bases_of([{"url": "https://a.example/{v}/", "variables": {"v": {"default": "v2", "enum": ["v1", "v2"]}}}])
    ('/v2', '/v1')
    """
    return tuple(dict.fromkeys(base for url in addresses_of(servers) for base in _bases(url)))


def addresses_of(servers: Any) -> tuple[str, ...]:
    """Return the addresses of servers as written, in that order, their variables filled in as :func:`bases_of` does."""
    return tuple(dict.fromkeys(url for server in _list(servers) if isinstance(server, dict) for url in _addresses(server)))


def _addresses(server: Mapping[str, Any]) -> Iterator[str]:
    urls = [str(server.get("url", ""))]
    variables = server.get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if isinstance(variable, dict):
            values = dict.fromkeys(map(str, (variable.get("default", ""), *_list(variable.get("enum")))))
            urls = [url.replace(f"{{{name}}}", value) for url in urls for value in values][:_MOST_BASES]
    yield from urls


def _bases(url: str) -> Iterator[str]:
    try:
        yield urlsplit(url).path.rstrip("/")
    except ValueError:
        yield ""


def _stand_in(key: str, keys: Sequence[str]) -> int:
    """Return a status that ``2XX`` or ``default`` stands for and that no exact key takes."""
    first = 200 if key == "default" else int(key[0]) * 100
    return next((status for status in range(first, first + 100) if str(status) not in keys and status not in _BODILESS), first)


def _with_plain_statuses(node: Node) -> Node:
    """Return an operation in which one status has one spelling: ``2xx`` and ``Default`` are ``2XX`` and ``default``."""
    written = node.value.get("responses")
    if not isinstance(written, dict) or all(_plain(key) == key for key in written):
        return node
    responses = node.child("responses")
    plain = {_plain(key): responses.child(key) for key in sorted(written, key=lambda key: _plain(key) == key)}
    ordered = {key: plain[key] for key in dict.fromkeys(map(_plain, written))}
    parts = {**parts_of(node), "responses": Composed(ordered, node.home, node, "responses")}
    return Composed(parts, node.home, node.above, node.key)


def _plain(status: str) -> str:
    lowered = status.lower()
    if lowered == "default":
        return lowered
    return status.upper() if lowered.endswith("xx") and _STATUS.fullmatch(status) else status


def _media(node: Node) -> Iterator[Media]:
    for name in _mapped(node, "content"):
        entry = _entry(node, name)
        plain = str(name).partition(";")[0].strip().lower()
        yield Media(plain, entry, _schema_of(entry), _encodings(entry) if plain in FORMS else {})


def _encodings(entry: Node) -> dict[str, Encoding]:
    """Return how the members of a form are written, as far as that is said."""
    said = entry.value.get("encoding") if isinstance(entry.value, dict) else None
    each = said.items() if isinstance(said, dict) else ()
    return {name: Encoding(*_style(written, "form")) for name, written in each if isinstance(written, dict)}


def _entry(node: Node, media: str) -> Node:
    """Return what is said of a media type; in OpenAPI 3.2 that may stand elsewhere."""
    entry = node.child("content", media)
    for _ in range(_MOST_HOPS):
        if not isinstance(entry.value, dict) or not isinstance(entry.value.get("$ref"), str):
            return entry
        entry = entry.home.follow(entry, entry.value["$ref"])
    raise entry.home.refuse(entry, "this $ref leads back to itself", "let it point to a media type", "ref-cycle")


def _written_schema(node: Node) -> tuple[str, tuple[Node, ...]]:
    """Return the media type in which a parameter or header is written, empty where it has a plain schema; and the schema."""
    media = next(iter(_mapped(node, "content")), "")
    return media, _schema_of(_entry(node, media)) if media else _schema_of(node)


def _fields_of_query(node: Node) -> Iterator[Parameter]:
    """Yield the fields of a form that is the whole query; the query itself where it is another text, or has alternatives."""
    media, nodes = _written_schema(node)
    required = node.value.get("required") is True
    try:
        shapes = Reader(Direction.REQUEST).shapes(nodes) if media == FORMS[0] else ()
    except TooManyShapes:
        shapes = ()
    if len(shapes) != 1 or not shapes[0].names:
        name = node.value.get("name")
        yield Parameter(name if isinstance(name, str) else "", "querystring", -1, required, nodes, "", False, media, node)
        return
    encodings = _encodings(_entry(node, media))
    for name in shapes[0].names:
        encoding = encodings.get(name, Encoding())
        slot = shapes[0].slot(name)
        required_too = required and slot.required
        yield Parameter(name, "query", -1, required_too, slot.nodes, encoding.style, encoding.explode, "", node)


def _style(said: Mapping[str, Any], usual: str) -> tuple[str, bool]:
    """Return ``style`` and ``explode``; what is none is as good as not said."""
    style = said["style"] if isinstance(said.get("style"), str) and said["style"] else usual
    return style, said["explode"] if isinstance(said.get("explode"), bool) else style in _EXPLODED


def _schema_of(node: Node) -> tuple[Node, ...]:
    value = node.value
    if not isinstance(value, dict):
        return ()
    if "schema" not in value and "itemSchema" in value:  # of a stream, OpenAPI 3.2: "as if the values were in an array"
        return (Node({"type": "array", "items": value["itemSchema"]}, node.home, node, "itemSchema"),)
    return (node.child("schema"),) if "schema" in value else ()


_CODES = {
    "content": "content-form",
    "headers": "headers-form",
    "parameters": "parameters-form",
    "responses": "responses-form",
    "security": "security-form",
}


def _mapped(node: Node, key: str) -> Mapping[str, Any]:
    value = node.value.get(key)
    if value is not None and not isinstance(value, dict):
        raise _misformed(node, key, "a mapping")
    return value or {}


def _listed(node: Node, key: str) -> list[Any]:
    value = node.value.get(key)
    if value is not None and not isinstance(value, list):
        raise _misformed(node, key, "a list")
    return value or []


def _misformed(node: Node, key: str, words: str) -> Exception:
    what = f"{key} must be {words}, not {type(node.value[key]).__name__}"
    found = node.child(key)
    return found.home.refuse(found, what, f"write {words}", _CODES[key])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
