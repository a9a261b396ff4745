"""A partner's OpenAPI or AsyncAPI document: its operations and events, found without resolving anything that nobody asks for."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.asyncapi import AsyncApi, Message, is_asyncapi, version_of
from cxcontracts.contracts.composed import Composed, parts_of
from cxcontracts.contracts.folder import Folder, RefusedReference, index_of
from cxcontracts.contracts.operation import METHODS, Event, Operation, bases_of
from cxcontracts.contracts.swagger import Part, Swagger, is_swagger
from cxcontracts.documents import Document
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Place, Problem

_PARAMETER = re.compile(r"\{[^{}]*\}")
_REFERENCE = re.compile(rb'"\$ref": ?("(?:[^"\\]++|\\.)*+")')
_MOST_HOPS = 32
_COMPONENTS = "#/components/"
_WEBHOOKS = ("webhooks", "x-webhooks")
"""Where a document has its webhooks; the second is what documents before OpenAPI 3.1 call it."""

SENDING = "SEND"
"""The method of a call that sends a message over a channel, which no contract of calls over HTTP has."""


def shape_of(path: str) -> str:
    """Return a path template without the names of its parameters: two templates of one shape are the same path.

    >>> shape_of("/services/{serviceId}/calls/{n}")
    '/services/{}/calls/{}'
    """
    return _PARAMETER.sub("{}", path)


class File:
    """One file of a contract, as the home of the schemas that are written there.

    Args:
        part: The file, or a part of it, read as OpenAPI 3.0 where it is Swagger 2.0; None where it is read as it stands.
    """

    def __init__(self, contract: Contract, document: Document, part: Part | None = None) -> None:
        self.contract = contract
        self.document = document
        self.root = Node(part.value if part else document.value, self)
        self._place = part.place if part else document.place
        self._as_written = part is None

    @property
    def legacy(self) -> bool:
        """Whether schemas here are those of OpenAPI 3.0."""
        return self.contract.legacy

    def follow(self, node: Node, reference: str) -> Node:
        """Return what a ``$ref`` at *node* points to.

        Raises:
            ContractError: If it points nowhere, or out of the partner's folder.
        """
        return self.contract.follow(self, node, reference)

    @property
    def name(self) -> str:
        """The file's path, seen from the folder of the one that the contract begins with; empty for that one."""
        first = self.contract.document
        return "" if self.document is first else posixpath.relpath(self.document.name, posixpath.dirname(first.name) or ".")

    def place(self, node: Node, *, of_key: bool = False) -> Place:
        """Return where a node of this file is written, or its key if *of_key*."""
        return self._place(node.pointer, of_key=of_key)

    def prepare(self, nodes: Sequence[Node]) -> None:
        """Look for the places of several nodes of this file at once."""
        if self._as_written:
            self.document.prepare([node.pointer for node in nodes])

    def refuse(self, node: Node, what: str, remedy: str, code: str) -> ContractError:
        """Return the error for a mistake at *node*."""
        return ContractError.at(self.place(node), what, remedy, code)


class _Written(NamedTuple):
    """An operation as a path has it; *method* is upper case."""

    method: str
    node: Node
    item: Node


class Contract:
    """One version of what a partner promises.

    Args:
        folder: The only place that its references may lead to.
        document: The OpenAPI or AsyncAPI document itself.

    Raises:
        ContractError: If the document is neither OpenAPI 3.0, 3.1 or 3.2 nor Swagger 2.0 nor AsyncAPI 2 or 3.
    """

    def __init__(self, folder: Folder, document: Document) -> None:
        self.folder = folder
        self.document = document
        self._files: dict[int, File] = {}
        self._targets: dict[tuple[object, ...], Node] = {}
        self._of_paths: dict[str, Sequence[_Written]] = {}
        self._found: dict[tuple[str, str], Operation | None] = {}
        self._references: dict[int, tuple[JSON, frozenset[str]]] = {}
        self._swagger = Swagger(document, folder.follow) if is_swagger(document.value) else None
        self.asyncapi = _asyncapi_version(document) if is_asyncapi(document.value) else ""
        self.openapi = "3.0" if self._swagger else "3.1" if self.asyncapi else _openapi_version(document)
        self.legacy = self.openapi.startswith("3.0")
        self.root = (File(self, document, self._swagger.whole) if self._swagger else self._file(document)).root
        self._asyncapi = AsyncApi(self.root, self.resolved) if self.asyncapi else None
        paths = self.root.value.get("paths", {})
        if not isinstance(paths, dict):
            raise ContractError.at(
                document.place(("paths",)), "paths must be a mapping of paths", "write paths: {}", "paths-type"
            )

    def files(self) -> dict[str, bytes]:
        """Return each file that it consists of, whatever of it anybody needs: path below its folder to its bytes.

        A reference that leads nowhere is passed over.
        """
        seen: set[str] = set()
        while left := [path for path in self.folder.files_read if path not in seen]:
            for path in left:
                seen.add(path)
                document = self.folder.read(path)
                for reference in references_in(document.value):
                    with suppress(RefusedReference, ContractError):
                        self.folder.follow(document, reference)
        return {path: self.folder.read(path).data for path in self.folder.files_read}

    @property
    def version(self) -> str:
        """``info.version`` as text; empty where there is none."""
        return self._information("version")

    @property
    def title(self) -> str:
        """``info.title`` as text; empty where there is none."""
        return self._information("title")

    def _information(self, key: str) -> str:
        info = self.root.value.get("info")
        return str(info.get(key, "")) if isinstance(info, dict) else ""

    def follow(self, file: File, node: Node, reference: str) -> Node:
        """Return what a ``$ref`` in *file* points to.

        Raises:
            ContractError: If it points nowhere, or out of the partner's folder.
        """
        key = (id(file.document), reference, self._swagger.role(node.value) if self._swagger else None)
        found = self._targets.get(key)
        if found is None:
            found = self._targets[key] = (
                self._converted(self._swagger, file, node, reference) if self._swagger else self._follow(file, node, reference)
            )
        return found

    def _converted(self, swagger: Swagger, file: File, node: Node, reference: str) -> Node:
        """Return what a ``$ref`` leads to in a contract that is Swagger 2.0."""
        if file.document is self.document and reference.startswith(_COMPONENTS):  # which only the conversion writes
            return self._follow(file, node, reference, self.root)
        target = self._follow(file, node, reference)
        document = self.folder.follow(file.document, reference)[0]
        return File(self, document, swagger.part(document, target.pointer, target.value, node.value)).root

    def _follow(self, file: File, node: Node, reference: str, root: Node | None = None) -> Node:
        try:
            document, pointer = self.folder.follow(file.document, reference)
        except RefusedReference as refused:
            raise ContractError.at(_of_reference(node), refused.what, refused.remedy, refused.code) from None
        target = root or self._file(document).root
        try:
            for token in pointer:
                target = target.child(index_of(token) if isinstance(target.value, list) else token)
        except (KeyError, IndexError, TypeError, ValueError):
            place = _of_reference(node)
            what = f"$ref {reference[:80]!r} points to nothing: there is no {token[:80]!r}"
            raise ContractError.at(place, what, "correct it, or add what is missing", "ref-nowhere") from None
        return target

    def _file(self, document: Document) -> File:
        return self._files.setdefault(id(document), File(self, document))

    def resolved(self, node: Node) -> Node:
        """Follow the ``$ref`` of a parameter, response, header, body or path item to where it is written.

        Raises:
            ContractError: If it points nowhere, or round in a circle.
        """
        for _ in range(_MOST_HOPS):
            value = node.value
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return node
            node = node.home.follow(node, value["$ref"])
        raise node.home.refuse(
            node, "this $ref leads back to itself, or through too many others", "let it point to something", "ref-cycle"
        )

    @cached_property
    def _paths(self) -> dict[str, list[str]]:
        """Shape to the templates of that shape, as written."""
        shapes: dict[str, list[str]] = {}
        for path in (self.root.value.get("paths") or {}) if not self.asyncapi else ():
            if path.startswith("/"):
                shapes.setdefault(shape_of(path), []).append(path)
        return shapes

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """The paths of the servers, without a slash at the end, in the order written; empty where no server is named."""
        return bases_of(self.root.value.get("servers"))

    def operations(self) -> Iterator[Operation]:
        """Yield every operation, in the order written; a path that cannot be read has none."""
        yield from self._received.values()
        for paths in self._paths.values():
            for path in paths:
                with suppress(ContractError):
                    yield from tuple(self._of_path(path))

    def _of_path(self, path: str) -> Iterator[Operation]:
        return (self._operation(path, *written) for written in self._written(path))

    def _written(self, path: str) -> Sequence[_Written]:
        """Return what is written of each operation of a path, not looked into yet."""
        if path not in self._of_paths:
            item = self._item(self.root.child("paths", path))
            self._of_paths[path] = tuple(self._methods(item)) if isinstance(item.value, dict) else ()
        return self._of_paths[path]

    def _item(self, written: Node) -> Node:
        """Return what a path has: with what its ``$ref`` leads to, all that stands beside that."""
        target = self.resolved(written)
        around = []
        while written is not target:
            around.append(written)
            written = written.home.follow(written, written.value["$ref"])
        for outer in reversed(around):
            target = self._with(outer, target)
        return target

    def _with(self, outer: Node, target: Node) -> Node:
        """Return a path item with what stands beside the ``$ref`` to it: that goes before, and the parameters of both count."""
        if len(outer.value) == 1 or not isinstance(target.value, dict):
            return target
        home = target.home if target.home is not self.root.home else outer.home
        parts = {**parts_of(target), **parts_of(outer)}
        del parts["$ref"]
        both = [each.child("parameters") for each in (outer, target) if isinstance(each.value.get("parameters"), list)]
        if len(both) == 2:
            inputs = [each.child(index) for each in both for index in range(len(each.value))]
            parts["parameters"] = Composed(inputs, home, outer, "parameters")
        return Composed(parts, home, outer.above, outer.key)

    def _methods(self, item: Node) -> Iterator[_Written]:
        for key, operation in item.value.items():
            if key.lower() in METHODS and isinstance(operation, dict):
                yield _Written(key.upper(), item.child(key), item)
        others = item.value.get("additionalOperations") if self.openapi.startswith("3.2") else None
        for method, operation in others.items() if isinstance(others, dict) else ():
            # One that has a key of its own may not stand here, and is passed over.
            if method.lower() not in METHODS and isinstance(operation, dict):
                yield _Written(method.upper(), item.child("additionalOperations", method), item)

    @cached_property
    def events(self) -> Mapping[str, Event]:
        """What the partner sends of its own accord, by name: its webhooks, or the messages of an AsyncAPI document."""
        if self._asyncapi is not None:
            return {name: self._delivered(message) for name, message in self._asyncapi.sent.items()}
        found: dict[str, Event] = {}
        for key in _WEBHOOKS:
            if isinstance(self.root.value.get(key), dict):
                found = {**self._called(self.root.child(key), "webhook"), **found}
        return found

    def _delivered(self, message: Message) -> Event:
        node = message.node
        return Event(
            self,
            "POST",
            message.name,
            node,
            node,
            word="event",
            aliases=message.aliases,
            said=message.headers,
            type=message.type,
            addresses=message.addresses,
            channel=message.channel,
        )

    def callbacks(self, operation: Operation, name: str) -> Mapping[str, Event]:
        """Return the events of a callback of an operation, by the address that each is sent to."""
        try:
            return self._called(self.resolved(operation.node.child("callbacks", name)), "callback", name)
        except (KeyError, TypeError):
            return {}

    def _called(self, written: Node, word: str, name: str = "") -> Mapping[str, Event]:
        found: dict[str, Event] = {}
        for key in written.value if isinstance(written.value, dict) else ():
            with suppress(ContractError):
                item = self._item(written.child(key))
                for method, node, whole in self._methods(item) if isinstance(item.value, dict) else ():
                    call = self.resolved(node)
                    if isinstance(call.value, dict):
                        aliases = frozenset({name, str(call.value.get("operationId", ""))} - {""})
                        found.setdefault(key, Event(self, method, key, call, whole, word=word, aliases=aliases, name=name))
        return found

    def event(self, name: str) -> Event | None:
        """Return the event of a name, or the only one that goes by it otherwise; None where there is none."""
        called = self.events_called(name)
        return called[0] if len(called) == 1 else None

    def events_called(self, name: str) -> tuple[Event, ...]:
        """Return the event of a name, or all that go by it otherwise."""
        if name in self.events:
            return (self.events[name],)
        return tuple(event for event in (*self.events.values(), *self._of_callbacks) if name in event.aliases)

    def same_event(self, event: Event, name: str) -> Event | None:
        """Return what an event of another version is here; None where it is gone.

        It is the one of the same type, for nothing else travels of its name; the one of the same name where it has no type.

        Args:
            name: The name that it goes by.
        """
        alike = [each for each in self.events.values() if event.type and each.type == event.type]
        if alike:
            return next((each for each in alike if each.path == event.path), alike[0])
        found = self.event(name)
        return None if found is not None and event.type and found.type else found

    @cached_property
    def _of_callbacks(self) -> tuple[Event, ...]:
        """Every event of a callback, whatever operation it belongs to."""
        found: list[Event] = []
        for operation in self.operations():
            written = operation.node.value.get("callbacks")
            for name in written if isinstance(written, dict) else ():
                with suppress(ContractError):
                    found += self.callbacks(operation, name).values()
        return tuple(found)

    @property
    def event_names(self) -> tuple[str, ...]:
        """What events are called, in the order written; callbacks by their keys."""
        called = (alias for event in self._of_callbacks for alias in sorted(event.aliases))
        return tuple(dict.fromkeys((*self.events, *called)))

    @cached_property
    def _received(self) -> Mapping[str, Operation]:
        """The messages that the partner takes, as calls of a method of our own."""
        messages = self._asyncapi.received if self._asyncapi is not None else {}
        return {name: Operation(self, SENDING, name, each.node, each.node) for name, each in messages.items()}

    def _operation(self, path: str, method: str, written: Node, item: Node) -> Operation:
        key = (written.identity, path, method)  # one operation may be written for several methods: by an alias, by references
        if key not in self._known:
            node = self.resolved(written)
            if not isinstance(node.value, dict):
                raise node.home.refuse(node, "an operation must be a mapping", "give it responses", "operation-form")
            self._known[key] = Operation(self, method, path, node, item)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[tuple[int, str, str], Operation]:
        return {}

    def at(self, method: str, path: str) -> Operation | None:
        """Return the operation of a method and a path of that shape; None where there is none."""
        if method == SENDING:
            return self._received.get(path)
        key = (method, path)
        if key not in self._found:
            same_shape = (
                (template, each) for template in self._paths.get(shape_of(path), ()) for each in self._written(template)
            )
            self._found[key] = next(
                (self._operation(template, *each) for template, each in same_shape if each.method == method), None
            )
        return self._found[key]

    def fitting(self, method: str, address: str, *, with_base: bool = True) -> tuple[Operation, Mapping[str, str]] | None:
        """Return the operation that an address leads to, the most specific one, with its path parameters; None where none fits.

        Args:
            address: A URL, or a URI template (RFC 6570), of whatever host.
            with_base: Whether it begins with the path of a server.
        """
        path = urlsplit(re.sub(r"\{[?&#][^{}]*\}", "", address)).path
        best: tuple[int, Operation, Mapping[str, str]] | None = None
        for operation in self.operations():
            for base in (operation.bases if with_base else ()) or ("",):
                values = _matched(base + operation.path, path) if operation.method == method else None
                literal = len(_PARAMETER.sub("", operation.path))
                if values is not None and (best is None or literal > best[0]):
                    best = (literal, operation, values)
        return best[1:] if best else None

    def at_any_method(self, path: str) -> list[str]:
        """Return the operations of a path of that shape, in words."""
        return [str(operation) for template in self._paths.get(shape_of(path), ()) for operation in self._of_path(template)]

    def named(self, operation_id: str) -> Operation | None:
        """Return the operation of that operationId; None where there is none."""
        return self._by_id.get(operation_id)

    @cached_property
    def _by_id(self) -> dict[str, Operation]:
        by_id: dict[str, Operation] = {}
        for operation in self.operations():
            name = operation.node.value.get("operationId")
            if isinstance(name, str):
                by_id.setdefault(name, operation)
        return by_id

    @property
    def operation_ids(self) -> tuple[str, ...]:
        """Every operationId, in the order written."""
        return tuple(self._by_id)

    def mistakes(self) -> Iterator[Problem]:
        """Yield what is wrong anywhere in the document itself, so that a mistake that no journey touches is said all the same.

        Every operation is read, every reference of the document followed; schemas are not looked into, nor are further files.
        """
        seen: set[Problem] = set(self._dangling(self._file(self.document).root)) if self.dangling else set()
        seen.update(self._swagger.mistakes() if self._swagger else ())
        for path in (path for paths in self._paths.values() for path in paths):
            try:
                tuple(self._of_path(path))
            except ContractError as error:
                seen.update(error.problems)
        for operation in self.operations():
            for read in (lambda each: each.parameters, lambda each: each.body, lambda each: tuple(each.answers.values())):
                try:
                    read(operation)
                except ContractError as error:
                    seen.update(error.problems)
        for duplicate in self.document.duplicates:
            what = f"{duplicate.key!r} is written twice, first at line {duplicate.first.line}"
            seen.add(Problem(duplicate.again, what, "the last one counts", "duplicate-key", True))
        yield from sorted(seen)

    @cached_property
    def dangling(self) -> frozenset[str]:
        """The references within the document that lead nowhere."""
        return frozenset(each for each in self._all_references if each.startswith("#") and not self.leads_somewhere(each))

    @property
    def alone(self) -> bool:
        """Whether no reference of the document leads to another file."""
        return all(each.startswith("#") for each in self._all_references)

    @cached_property
    def _all_references(self) -> frozenset[str]:
        return frozenset[str]().union(*map(self.references_of, _parts(self.document.value)))

    def references_of(self, part: JSON) -> frozenset[str]:
        """Return every ``$ref`` in a part of this contract, as :func:`references_in` does, found once."""
        known = self._references.get(id(part))
        if known is None:
            known = self._references[id(part)] = (part, references_in(part))  # the part stays, and so its id stays its own
        return known[1]

    def leads_somewhere(self, reference: str) -> bool:
        """Tell whether a ``$ref`` in the document that the contract begins with, as written or converted, can be followed."""
        try:
            document, pointer = self.folder.follow(self.document, reference)
        except (RefusedReference, ContractError):
            return False
        wholes = (self.document.value, self.root.value) if document is self.document else (document.value,)
        return any(_is_there(whole, pointer) for whole in wholes)

    def _dangling(self, node: Node) -> Iterator[Problem]:
        stack = [node]
        while stack:
            node = stack.pop()
            value = node.value
            if isinstance(value, dict) and isinstance(value.get("$ref"), str) and value["$ref"] in self.dangling:
                try:
                    self._follow(self._file(self.document), node, value["$ref"])
                except ContractError as error:
                    yield from error.problems
            keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
            stack.extend(node.child(key) for key in keys if isinstance(value[key], dict | list))

    def counterpart(self, operation: Operation) -> Operation | None:
        """Return the operation that answers the same call in this version of the contract; None where none does.

        The path of ``servers`` is part of the path. Where either version names no server, or both share a base, the templates are
        compared alone.
        """
        same = self.at(operation.method, operation.path)
        if same is not None and (not operation.bases or not same.bases or set(operation.bases) & set(same.bases)):
            return same
        whole = (operation.bases or ("",))[0] + operation.path
        for base in self.bases or ("",):
            found = self.at(operation.method, whole[len(base) :]) if whole.startswith(f"{base}/") else None
            if found is not None and (base in found.bases or not found.bases):
                return found
        return None


def _of_reference(node: Node) -> Place:
    return node.home.place(node.child("$ref"))


def _matched(template: str, path: str) -> Mapping[str, str] | None:
    """Return what stands in place of each parameter of a template; None where the path is not of its shape."""
    pattern = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    found = re.fullmatch(_PARAMETER.sub("([^/]+)", pattern), path)
    return dict(zip(re.findall(r"\{([^{}]*)\}", template), found.groups(), strict=True)) if found else None


def _asyncapi_version(document: Document) -> str:
    version = version_of(document.value)
    if not version:
        what = f"asyncapi {document.value['asyncapi']!s:.20} is no version that is read"
        raise ContractError.at(document.place(("asyncapi",)), what, "it must be 2.0 to 2.6, 3.0 or 3.1", "asyncapi-version")
    return version


def _openapi_version(document: Document) -> str:
    value = document.value
    if not isinstance(value, dict):
        raise ContractError.at(
            Place(document.name), "this is no OpenAPI document", "it must start with openapi: 3.x.y", "openapi-missing"
        )
    version = value.get("openapi")
    if version is None and "swagger" in value:
        what = f"Swagger {value['swagger']!s:.20} is not read"
        raise ContractError.at(document.place(("swagger",)), what, "it must be 2.0, or OpenAPI 3", "openapi-version")
    if version is None:
        raise ContractError.at(
            Place(document.name), "this is no OpenAPI document", "it must say openapi: 3.x.y", "openapi-missing"
        )
    if not isinstance(version, str) or not re.match(r"3\.[012]\b", version):
        what = f"openapi {version!s:.20} is no version that is read"
        short = str(version) in ("3.0", "3.1", "3.2")
        remedy = f"write {version}.0" if short else "it must be 3.0.x, 3.1.x or 3.2.x"
        raise ContractError.at(document.place(("openapi",)), what, remedy, "openapi-version")
    return version


def _parts(document: Mapping[str, JSON]) -> Iterator[JSON]:
    """Yield what a document consists of: each path, each component, and whatever else it has."""
    for key, section in document.items():
        if key == "paths" and isinstance(section, dict):
            yield from section.values()
        elif key == "components" and isinstance(section, dict):
            for members in section.values():
                yield from members.values() if isinstance(members, dict) else (members,)
        else:
            yield section


def _is_there(value: JSON, pointer: Iterable[str]) -> bool:
    try:
        for token in pointer:
            value = value[index_of(token) if isinstance(value, list) else token]
    except (LookupError, TypeError, ValueError):
        return False
    return True


def references_in(value: JSON) -> frozenset[str]:
    """Return every ``$ref`` in a part of a document, at the cost of writing it as bytes."""
    try:
        written = orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, or half a surrogate pair
        written = json.dumps(value).encode()
    return frozenset(orjson.loads(found) for found in set(_REFERENCE.findall(written)))
