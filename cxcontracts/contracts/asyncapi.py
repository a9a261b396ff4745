"""AsyncAPI 2.x and 3.x, read as the calls that deliver its messages: what a partner sends is like a webhook of OpenAPI.

Nothing is copied: a message is composed of the parts that are written, so that each part stays in its place. Whose document it is
decides who sends: an operation with ``action: send`` (3.x) or ``subscribe`` (2.x) is the partner's own sending.

Sources: AsyncAPI 2.6.0 and 3.1.0, https://www.asyncapi.com/docs/reference/specification/; CloudEvents 1.0.2 with its bindings for
HTTP, Kafka and AMQP, https://github.com/cloudevents/spec.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.composed import Composed, parts_of
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON

Resolve = Callable[[Node], Node]
"""Follows the ``$ref`` of a part to where it is written."""

_VERSION: Final = re.compile(r"(2\.[0-6]|3\.[01])\.\d+")
_MOST_HOPS: Final = 32
_JSON_SCHEMA: Final = re.compile(
    r"application/(vnd\.aai\.asyncapi|vnd\.oai\.openapi|schema)(\+(json|yaml))?\s*(;.*)?", re.IGNORECASE
)
_CLOUD_EVENT: Final = re.compile(r"(?:ce[-_]|cloudEvents[:_])(?P<attribute>[a-z0-9]+)", re.IGNORECASE)
"""How a transport names an attribute of a CloudEvent that travels beside its data."""

_ATTRIBUTES: Final = frozenset({"id", "source", "specversion", "type"})
"""The attributes that every CloudEvent has; a message that carries two of them as headers is one in binary mode."""


_KEPT: Final = frozenset({"summary", "description", "title", "deprecated", "headers"})
"""What a message says of itself that its delivery keeps."""


def is_asyncapi(value: JSON) -> bool:
    """Tell whether a document says that it is AsyncAPI."""
    return isinstance(value, dict) and "asyncapi" in value


def version_of(value: Mapping[str, JSON]) -> str:
    """Return which version of AsyncAPI a document is written in; empty where that is none that is read."""
    version = value.get("asyncapi")
    found = _VERSION.fullmatch(version) if isinstance(version, str) else None
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that goes over a channel.

    Attributes:
        name: What it is called; unique among those that go the same way.
        aliases: Whatever else it goes by: its keys, its operation, its address, the ``type`` of its CloudEvent.
        node: The call that delivers it, as OpenAPI would write it: ``requestBody``, and what is announced of its end.
        headers: The schemas of its headers, by name in lower case, each with whether it is always there.
        type: The ``type`` of its CloudEvent, which is all that travels of its name; empty where it says none, or several.
        addresses: Where it is sent: topics, queues, paths; none where the document does not say.
        channel: The key of the first channel that it goes over.
    """

    name: str
    aliases: frozenset[str]
    node: Node
    headers: Mapping[str, tuple[Node, bool]]
    type: str
    addresses: frozenset[str]
    channel: str


@dataclass(frozen=True, slots=True)
class _Met:
    """A message where an operation or a channel names it."""

    node: Node
    names: tuple[str, ...]
    channel: str
    address: str


class AsyncApi:
    """The messages of an AsyncAPI document.

    Args:
        root: The document.
        resolve: Follows references.
    """

    def __init__(self, root: Node, resolve: Resolve) -> None:
        self._root = root
        self._resolve = resolve
        self._three = version_of(root.value).startswith("3")

    @cached_property
    def sent(self) -> Mapping[str, Message]:
        """What the partner sends, by name, in the order written.

        Raises:
            ContractError: If a part is none, or its reference leads nowhere.
        """
        return self._named(self._met(sent=True))

    @cached_property
    def received(self) -> Mapping[str, Message]:
        """What the partner takes, as :attr:`sent`."""
        return self._named(self._met(sent=False))

    def _met(self, *, sent: bool) -> Iterator[_Met]:
        yield from self._of_operations(sent) if self._three else self._of_channels("subscribe" if sent else "publish")

    def _of_channels(self, word: str) -> Iterator[_Met]:
        """Yield the messages of AsyncAPI 2.x, where operations stand below channels."""
        for address, channel in self._members(self._root, "channels"):
            operation = self._below(channel, word)
            for message in self._either(self._below(operation, "message")) if operation is not None else ():
                named = operation.value.get("operationId") if operation is not None else None
                called = (*_keys(message), *([named] if isinstance(named, str) else []), address)
                yield _Met(message, called, address, address)

    def _either(self, message: Node | None) -> Iterator[Node]:
        """Yield a message as it is referred to, or each of a choice of them."""
        if message is None:
            return
        choice = self._resolve(message)
        if isinstance(choice.value, dict) and isinstance(choice.value.get("oneOf"), list):
            yield from (choice.child("oneOf", index) for index in range(len(choice.value["oneOf"])))
        else:
            yield message

    def _of_operations(self, sent: bool) -> Iterator[_Met]:
        """Yield the messages of AsyncAPI 3.x; where no operation says who sends, all are the partner's."""
        operations = list(self._members(self._root, "operations"))
        for name, operation in operations:
            if (operation.value.get("action") == "send") is sent:
                yield from self._on_channel(operation, name)
            reply = self._below(operation, "reply")
            if reply is not None and (operation.value.get("action") == "receive") is sent:
                yield from self._on_channel(reply, name)
        if not operations and sent:
            for key, channel in self._members(self._root, "channels"):
                yield from self._of_channel(channel, key, ())

    def _on_channel(self, operation: Node, name: str) -> Iterator[_Met]:
        """Yield the messages of an operation or of its reply: those that it lists, else all of its channel."""
        written = operation.value.get("channel")
        if not isinstance(written, dict):
            return
        where = operation.child("channel")
        key = next(iter(_keys(where)), name)
        listed = operation.value.get("messages")
        if isinstance(listed, list) and listed:
            for index in range(len(listed)):
                message = operation.child("messages", index)
                yield _Met(message, (*_keys(message), name), key, _address(self._resolve(where)))
        else:
            yield from self._of_channel(self._resolve(where), key, (name,))

    def _of_channel(self, channel: Node, key: str, names: tuple[str, ...]) -> Iterator[_Met]:
        for name in _mapping(channel, "messages"):
            message = channel.child("messages", name)
            yield _Met(message, (name, *_keys(message), *names), key, _address(channel))

    def _members(self, node: Node, key: str) -> Iterator[tuple[str, Node]]:
        """Yield what a map of the document has, references followed; what cannot be followed is passed over."""
        for name in _mapping(node, key):
            with suppress(ContractError):
                member = self._resolve(node.child(key, name))
                if isinstance(member.value, dict):
                    yield name, member

    def _below(self, node: Node, key: str) -> Node | None:
        if not isinstance(node.value, dict) or not isinstance(node.value.get(key), dict):
            return None
        below = node.child(key)
        return below if key == "message" else self._resolve(below)

    # Messages

    def _named(self, met: Iterator[_Met]) -> Mapping[str, Message]:
        names: dict[int, dict[str, None]] = {}
        nodes: dict[int, tuple[Node, str]] = {}
        addresses: dict[int, set[str]] = {}
        for each in met:
            node = self._whole(each.node)
            own = node.value.get("name", node.value.get("messageId"))
            given = [own] if isinstance(own, str) and own else []
            called = [*given, *each.names[:1], *self._path_of(each.node), *each.names[1:]]
            names.setdefault(node.identity, {}).update(dict.fromkeys(called))
            nodes.setdefault(node.identity, (node, each.channel))
            addresses.setdefault(node.identity, set()).update({each.address} - {""})
        found: dict[str, Message] = {}
        for identity, (node, channel) in nodes.items():
            first = next(iter(names[identity]))
            others = (f"{channel}/{first}", *(f"{channel}/{first}#{number}" for number in range(2, len(nodes) + 2)))
            name = first if first not in found else next(other for other in others if other not in found)
            found[name] = self._message(name, frozenset(names[identity]), node, frozenset(addresses[identity]), channel)
        return found

    def _path_of(self, node: Node) -> tuple[str, ...]:
        """Return the keys that references lead through, from the first to where the message is written."""
        keys: list[str] = []
        for _ in range(_MOST_HOPS):
            keys += _keys(node)
            if not isinstance(node.value, dict) or not isinstance(node.value.get("$ref"), str):
                break
            node = node.home.follow(node, node.value["$ref"])
        return tuple(keys)

    def _whole(self, written: Node) -> Node:
        """Return a message with what its traits say: what it says itself goes before."""
        message = self._resolve(written)
        if not isinstance(message.value, dict):
            raise message.home.refuse(message, "a message must be a mapping", "give it a payload", "message-form")
        known = self._wholes.get(message.identity)
        if known is None:
            known = self._wholes[message.identity] = self._with_traits(message)
        return known

    @cached_property
    def _wholes(self) -> dict[int, Node]:
        return {}

    def _with_traits(self, message: Node) -> Node:
        traits = message.value.get("traits")
        parts: dict[str, Node] = {}
        for index in range(len(traits) if isinstance(traits, list) else 0):
            trait = self._resolve(message.child("traits", index))
            parts |= self._merged(parts, parts_of(trait) if isinstance(trait.value, dict) else {}, message)
        if not parts:
            return message
        return Composed({**parts, **self._merged(parts, parts_of(message), message)}, message.home, message.above, message.key)

    def _merged(self, before: Mapping[str, Node], after: Mapping[str, Node], message: Node) -> dict[str, Node]:
        """Return parts that go before others; headers that both have hold together."""
        merged = dict(after)
        if "headers" in before and "headers" in after:
            both = Composed([before["headers"], after["headers"]], message.home, message, "headers")
            merged["headers"] = Composed({"allOf": both}, message.home, message, "headers")
        return merged

    def _message(self, name: str, names: frozenset[str], node: Node, addresses: frozenset[str], channel: str) -> Message:
        headers = dict(self._headers(node))
        payload, media = self._payload(node)
        envelope = _envelope(headers, payload, node)
        schema = envelope or payload
        entry = Composed({"schema": schema} if schema is not None else {}, node.home, node, "payload")
        content = Composed({media: entry}, node.home, node, "payload")
        body = Composed({"content": content}, node.home, node, "payload")
        kept = {key: part for key, part in parts_of(node).items() if key in _KEPT or key.startswith("x-")}
        call = Composed({**kept, "requestBody": body}, node.home, node.above, node.key)
        kind = self._type_of(schema)
        return Message(name, names | ({kind} if kind else frozenset()), call, headers, kind, addresses, channel)

    def _payload(self, node: Node) -> tuple[Node | None, str]:
        """Return the schema of a payload, and its media type; that of the schema where it is none that is read."""
        media = node.value.get("contentType", self._root.value.get("defaultContentType"))
        media = media if isinstance(media, str) and media.strip() else "application/json"
        if "payload" not in node.value:
            return None, media
        payload, written = node.child("payload"), node.value.get("schemaFormat")
        target = self._resolve(payload)
        if self._three and isinstance(target.value, dict) and "schemaFormat" in target.value:
            written, payload = target.value["schemaFormat"], target.child("schema") if "schema" in target.value else target
        if isinstance(written, str) and not _JSON_SCHEMA.fullmatch(written.strip()):
            return None, written.partition(";")[0].strip().lower()
        return payload, media

    def _headers(self, node: Node) -> Iterator[tuple[str, tuple[Node, bool]]]:
        if "headers" not in node.value:
            return
        required: set[str] = set()
        found: dict[str, Node] = {}
        for part in self._parts(node.child("headers")):
            asked = part.value.get("required")
            required |= {name for name in (asked if isinstance(asked, list) else ()) if isinstance(name, str)}
            found |= {name: part.child("properties", name) for name in _mapping(part, "properties")}
        for name, member in found.items():
            yield name.lower(), (member, name in required)

    def _parts(self, schema: Node, depth: int = 0) -> Iterator[Node]:
        """Yield the objects that a schema is made of by ``allOf``, references followed."""
        with suppress(ContractError):
            target = self._resolve(schema)
            if isinstance(target.value, dict) and depth < _MOST_HOPS:
                if self._three and "schemaFormat" in target.value and "schema" in target.value:
                    target = self._resolve(target.child("schema"))
                if isinstance(target.value, dict):
                    yield target
                    several = target.value.get("allOf")
                    for index in range(len(several) if isinstance(several, list) else 0):
                        yield from self._parts(target.child("allOf", index), depth + 1)

    def _type_of(self, schema: Node | None) -> str:
        """Return the ``type`` of the CloudEvent that a message is; empty where it is none, or may be several."""
        for part in self._parts(schema) if schema is not None else ():
            if "type" in _mapping(part, "properties"):
                with suppress(ContractError):
                    said = self._resolve(part.child("properties", "type")).value
                    values = said.get("enum", [said.get("const")]) if isinstance(said, dict) else []
                    if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str):
                        return values[0]
        return ""


def _envelope(headers: Mapping[str, tuple[Node, bool]], payload: Node | None, node: Node) -> Node | None:
    """Return the envelope of a CloudEvent whose attributes travel as headers, as it is written whole elsewhere; else None."""
    attributes: dict[str, tuple[Node, bool]] = {}
    for name, header in headers.items():
        named = _CLOUD_EVENT.fullmatch(name)
        if named:
            attributes[named["attribute"].lower()] = header
    if len(_ATTRIBUTES & attributes.keys()) < 2:
        return None
    members = {name: member for name, (member, _) in attributes.items()}
    required = [name for name, (_, always) in attributes.items() if always or name in _ATTRIBUTES]
    if payload is not None:
        members["data"] = payload
        required.append("data")
    parts = {
        "type": Node("object", node.home, node, "payload"),
        "required": Node(required, node.home, node, "payload"),
        "properties": Composed(members, node.home, node, "payload"),
    }
    return Composed(parts, node.home, node, "payload")


def _keys(node: Node) -> tuple[str, ...]:
    """Return the key that a reference ends with; nothing where there is none."""
    reference = node.value.get("$ref") if isinstance(node.value, dict) else None
    last = reference.rpartition("/")[2] if isinstance(reference, str) else ""
    return (last.replace("~1", "/").replace("~0", "~"),) if last else ()


def _mapping(node: Node, key: str) -> Sequence[str]:
    value: Any = node.value.get(key) if isinstance(node.value, dict) else None
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, dict) else ()


def _address(channel: Node) -> str:
    """Return where a channel of AsyncAPI 3.x is; empty where that is known only at run time."""
    written = channel.value.get("address") if isinstance(channel.value, dict) else None
    return written if isinstance(written, str) else ""
