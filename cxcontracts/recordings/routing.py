"""Whose call it is, by its address, and which operation of the contract, by method and path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from cxcontracts.contracts.operation import Operation, addresses_of
from cxcontracts.errors import ContractError
from cxcontracts.har import Recorded
from cxcontracts.judging import Judge

_PORTS: Final = {"http": 80, "https": 443}
_PARAMETER: Final = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Routed:
    """A call that was recorded, with where it belongs.

    Attributes:
        recorded: The entry; what comes before the path of the operation is the base of its request.
        partner: Whose it is; empty where it is nobody's that the estate lists.
        operation: What it calls; None where the contract of record has no such operation.
        inbox: Whether the partner delivers it to us.
    """

    recorded: Recorded
    partner: str = ""
    operation: Operation | None = None
    inbox: bool = False


@dataclass(frozen=True)
class _Base:
    """An address of a partner: where it is called, or where it delivers to."""

    partner: str
    origin: str
    path: str
    inbox: bool = False


class Router:
    """Tells whose calls are.

    Args:
        judge: Knows the estate and its contracts.
        urls: Partner to a base address, before all others.

    Attributes:
        notes: Which partners have no address.
    """

    def __init__(self, judge: Judge, urls: Mapping[str, str]) -> None:
        self._judge = judge
        self._operations: dict[str, dict[str, list[Operation]]] = {}
        self._bases: dict[str, list[_Base]] = {}
        self.notes: list[str] = []
        for partner in judge.estate.partners.values():
            given = [urls[partner.name]] if partner.name in urls else []
            named = [each.url for each in partner.environments.values() if each.url]
            found = list(_bases(partner.name, [*given, *named, *self._servers(partner.name)]))
            if not found:
                self.notes.append(
                    f"nothing says where {partner.name} is called, so its calls are not known; "
                    f"name it with --url {partner.name}=ADDRESS"
                )
            inboxes = [each.inbox for each in partner.environments.values() if each.inbox]
            for base in (*found, *_bases(partner.name, inboxes, inbox=True)):
                self._bases.setdefault(base.origin, []).append(base)
        for bases in self._bases.values():
            bases.sort(key=lambda base: len(base.path), reverse=True)

    def _servers(self, partner: str) -> Iterator[str]:
        """Yield the servers of a partner's contract, as far as they have a host."""
        try:
            record = self._judge.records.get(partner)
        except ContractError:
            return
        if record is not None:
            yield from addresses_of(record.contract.root.value.get("servers"))

    def route(self, recorded: Recorded) -> Routed | None:
        """Return a call with where it belongs; None for what a browser asks of its own accord, before the call itself."""
        request = recorded.request
        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            return None
        split = urlsplit(request.base)
        path = split.path + request.path
        known = self._bases.get(_origin(request.base), ())
        under = [base for base in known if path == base.path or path.startswith(f"{base.path}/")]
        first: Routed | None = None
        for base in under:
            rest = path[len(base.path) :]
            origin = f"{split.scheme}://{split.netloc}{base.path}"
            moved = replace(recorded, request=replace(request, base=origin, path=rest))
            if base.inbox:
                return Routed(moved, base.partner, inbox=True)
            routed = Routed(moved, base.partner, self._operation(base.partner, request.method, rest))
            if routed.operation is not None:
                return routed
            first = first or routed
        return first or Routed(recorded, next((base.partner for base in known if not base.inbox), ""))

    def _operation(self, partner: str, method: str, path: str) -> Operation | None:
        """Return the most specific operation that a path leads to."""
        fitting = (each for each in self._of(partner).get(method, ()) if each.pattern.match(path))
        return max(fitting, key=lambda each: len(_PARAMETER.sub("", each.path)), default=None)

    def _of(self, partner: str) -> Mapping[str, list[Operation]]:
        """Return the operations of a partner's contract of record, by method."""
        if partner not in self._operations:
            found: dict[str, list[Operation]] = {}
            try:
                record = self._judge.records.get(partner)
                for operation in record.contract.operations() if record is not None else ():
                    found.setdefault(operation.method, []).append(operation)
            except ContractError as error:
                self.notes.append(f"the contract of {partner} cannot be read: {error.problems[0]}")
            self._operations[partner] = found
        return self._operations[partner]


def _bases(partner: str, addresses: list[str], *, inbox: bool = False) -> Iterator[_Base]:
    for address in addresses:
        origin = _origin(address)
        if origin:
            yield _Base(partner, origin, urlsplit(address).path.rstrip("/"), inbox)


def _origin(address: str) -> str:
    """Return scheme, host and port of an address, the same for the same; empty where it has none.

    >>> _origin("HTTPS://API.example/v2"), _origin("http://a:8080"), _origin("/v2")
    ('https://api.example:443', 'http://a:8080', '')
    """
    try:
        split = urlsplit(address)
        port = split.port or _PORTS.get(split.scheme)
    except ValueError:
        return ""
    return f"{split.scheme}://{split.hostname}:{port}" if split.hostname and port else ""


__all__ = ["Routed", "Router"]
