"""HTTP to a partner, within what the estate allows: to whom, by which methods, until when, how much of an answer."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, NamedTuple, Protocol

import httpcore
import httpx

from cxcontracts.running.proxies import Way, proxy_for
from cxcontracts.running.sockets import Backend, Line, Stale, Unanswered
from cxcontracts.running.unpacking import unpack
from cxcontracts.running.wire import PORTS, READS, Failed, Incoming, Origin, Outgoing
from cxcontracts.walks import UNTRUSTED, Trouble

_IDLE: Final = 1.0
"""Seconds that a connection is kept for the next request: less than any server that is known to close idle ones."""

_FRAMING: Final = frozenset({"host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "trailer", "expect"})
"""The headers that say where a request goes and where it ends, which are nobody's to set."""


@dataclass(frozen=True, slots=True)
class Permit:
    """What the estate allows at a partner.

    Attributes:
        origin: Where the partner is.
        hosts: Patterns of further hosts, each with a port perhaps; spoken to as the partner is, or over TLS.
        may: ``read``, ``write``.
    """

    origin: Origin
    hosts: tuple[str, ...] = ()
    may: tuple[str, ...] = ("read",)

    def insist(self, outgoing: Outgoing, safe: bool) -> None:
        """Refuse what is not allowed.

        Args:
            outgoing: What would be sent.
            safe: Whether it only asks, whatever its method.

        Raises:
            Failed: If it may not be sent.
        """
        if not self.reaches(outgoing.origin):
            raise Failed(Trouble.FORBIDDEN, f"the estate names no {outgoing.origin}")
        if outgoing.method not in READS and not safe and "write" not in self.may:
            raise Failed(Trouble.FORBIDDEN, f"the estate allows no {outgoing.method} here (may: [{', '.join(self.may)}])")
        framing = next((name for name, _ in outgoing.headers if name in _FRAMING), None)
        if framing is not None:
            raise Failed(Trouble.FORBIDDEN, f"the header {framing!r} is not a journey's to set")

    def reaches(self, origin: Origin) -> bool:
        """Tell whether the estate names an origin."""
        if origin == self.origin:
            return True
        if origin.scheme not in ("https", self.origin.scheme):
            return False
        return any(_fits(origin, pattern) for pattern in self.hosts)


def _fits(origin: Origin, pattern: str) -> bool:
    host, _, port = pattern.lower().partition(":")
    return fnmatchcase(origin.host, host) and origin.port == (int(port) if port else PORTS[origin.scheme])


class Carrier(Protocol):
    """Takes requests to a partner, over a network or within this process."""

    def exchange(self, outgoing: Outgoing, until: float, *, safe: bool = False) -> Incoming:
        """Return what comes of a request by a moment of :func:`time.monotonic`.

        Raises:
            Failed: If nothing comes that could be judged.
        """

    def break_off(self) -> None:
        """End every exchange that is under way."""

    def close(self) -> None:
        """Hang up."""


class _Pool(NamedTuple):
    """The connections to an origin."""

    pool: httpcore.ConnectionPool
    backend: Backend
    proxied: bool


class Transport:
    """Carries requests over the network. Safe to use from several threads; connections are kept for the next request.

    Args:
        permit: What is allowed.
        context: Makes the TLS context, with the certificate that the client shows, if any.
    """

    def __init__(
        self,
        permit: Permit,
        context: Callable[[], ssl.SSLContext] = httpx.create_ssl_context,
    ) -> None:
        self._permit = permit
        self._context = context
        self._lock = threading.Lock()
        self._pools: dict[Origin, _Pool] = {}
        self._times_broken_off = 0

    def exchange(self, outgoing: Outgoing, until: float, *, safe: bool = False) -> Incoming:
        """Return what comes of a request; see :class:`Carrier`."""
        self._permit.insist(outgoing, safe)
        pool, proxied = self._pool(outgoing.origin)
        before = self._times_broken_off
        try:
            request = _request(outgoing, until)
            try:
                response = pool.handle_request(request)
            except Stale:  # RFC 9112, section 9.3.1: what changes nothing may be sent again, over another connection
                if outgoing.method not in READS or self._times_broken_off != before:
                    raise
                response = pool.handle_request(request)
        except Failed:
            raise
        except Exception as problem:
            raise _failed(problem, proxied=proxied) from None
        return _read(response)

    def break_off(self) -> None:
        """End every exchange that is under way."""
        self._times_broken_off += 1
        for each in list(self._pools.values()):
            each.backend.break_off()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for each in self._pools.values():
                each.pool.close()
            self._pools.clear()

    def _pool(self, origin: Origin) -> tuple[httpcore.ConnectionPool, bool]:
        """Return what has the connections to an origin, and whether they lead through a proxy."""
        with self._lock:
            found = self._pools.get(origin)
            if found is None:
                found = self._pools[origin] = self._new_pool(origin)
            return found.pool, found.proxied

    def _new_pool(self, origin: Origin) -> _Pool:
        way = proxy_for(origin, os.environ)
        nearest = origin if way is None else way.origin
        backend = Backend(lambda host, port: (host, port) == (nearest.host, nearest.port))
        context = self._context() if "https" in (origin.scheme, nearest.scheme) else None
        pool = httpcore.ConnectionPool(
            ssl_context=context,
            proxy=None if way is None else _proxy(way, context),
            max_connections=None,
            keepalive_expiry=_IDLE,
            network_backend=backend,
        )
        return _Pool(pool, backend, way is not None)


def _proxy(way: Way, context: ssl.SSLContext | None) -> httpcore.Proxy:
    url = httpcore.URL(scheme=way.origin.scheme, host=way.origin.host, port=way.origin.port, target="/")
    return httpcore.Proxy(url, auth=way.login, ssl_context=context if way.origin.scheme == "https" else None)


def _request(outgoing: Outgoing, until: float) -> httpcore.Request:
    headers = [(b"Host", outgoing.origin.authority.encode())]
    headers += [(name.encode(), value.encode()) for name, value in outgoing.headers]
    if outgoing.body or outgoing.method not in READS:
        headers.append((b"Content-Length", str(len(outgoing.body)).encode()))
    origin = outgoing.origin
    port = None if origin.port == PORTS[origin.scheme] else origin.port
    return httpcore.Request(
        outgoing.method,
        httpcore.URL(scheme=origin.scheme, host=origin.host, port=port, target=outgoing.target),
        headers=headers,
        content=outgoing.body,
        extensions={"timeout": {"connect": until, "read": until, "write": until}},  # moments: see sockets
    )


def _read(response: httpcore.Response) -> Incoming:
    """Return a response with its body.

    Raises:
        Failed: If it is none that HTTP knows, or its body does not come whole.
    """
    body = bytearray()
    headers = tuple((name.decode("latin-1").lower(), _text(value)) for name, value in response.headers)
    head = Incoming(response.status, headers, b"")
    line = response.extensions["network_stream"]
    try:
        version = response.extensions["http_version"]
        if not 100 <= response.status <= 599 or version not in (b"HTTP/1.0", b"HTTP/1.1"):
            raise Failed(Trouble.GARBLED, f"it answers {version.decode('latin-1')} {response.status}, which HTTP does not know")
        chunks = _Chunks(response.iter_stream())
        unpack(chunks, head.header("content-encoding"), body)
        if isinstance(line, Line) and not _is_all(line.last, chunks.last, "chunked" in head.header("transfer-encoding").lower()):
            line.close()
    except Failed as failed:
        raise Failed(failed.trouble, failed.why, Incoming(head.status, headers, bytes(body))) from None
    except Exception as problem:
        found = _failed(problem, ended=isinstance(line, Line) and line.ended)
        raise Failed(found.trouble, found.why, Incoming(head.status, headers, bytes(body))) from None
    finally:
        response.close()
    return Incoming(head.status, headers, bytes(body))


class _Chunks:
    """The chunks of a body, and which was the last of them."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.last = b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.last = chunk
            yield chunk


def _is_all(came: bytes, body: bytes, chunked: bool) -> bool:
    """Tell whether what came last is the end of a response: the next request would take what is left over for its answer."""
    return came.endswith(b"\r\n" if chunked else body or b"\n")


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _failed(problem: Exception, *, ended: bool = False, proxied: bool = False) -> Failed:
    """Return what went wrong, in our terms.

    Args:
        problem: What was raised.
        ended: Whether the partner closed the connection amid its answer.
        proxied: Whether the connection leads through a proxy.
    """
    match problem:
        case httpcore.TimeoutException():
            return Failed(Trouble.SILENT, "no answer in time")
        case httpcore.LocalProtocolError() | UnicodeError():
            return Failed(Trouble.UNPREPARED, f"the request cannot be sent: {problem}")
        case Stale() | Unanswered():
            return Failed(Trouble.UNREACHABLE, "it closes the connection without an answer")
        case httpcore.RemoteProtocolError() if ended:
            return Failed(Trouble.UNREACHABLE, "its answer breaks off")
        case httpcore.RemoteProtocolError():
            said = str(problem).partition(": bytearray")[0]  # without the bytes, which could be anything
            return Failed(Trouble.GARBLED, f"what comes back is no HTTP: {said}")
        case httpcore.ProxyError():
            return Failed(Trouble.UNREACHABLE, f"the proxy refuses: {problem}")
    found = _unreachable(problem)
    if proxied and isinstance(problem, httpcore.ConnectError) and not isinstance(problem.__cause__, ssl.SSLError):
        return Failed(found.trouble, f"the proxy does not answer: {found.why}")
    return found


def _unreachable(problem: Exception) -> Failed:
    cause = problem.__cause__ or problem.__context__ or problem
    match cause:
        case ssl.SSLCertVerificationError():
            return Failed(Trouble.UNREACHABLE, f"{UNTRUSTED}: {cause.verify_message}")
        case ssl.SSLError():
            reason = (cause.reason or str(cause)).replace("_", " ").lower()
            refused = "alert" in reason and any(word in reason for word in ("certificate", "unknown ca", "access denied"))
            return Failed(Trouble.LOGIN if refused else Trouble.UNREACHABLE, f"TLS fails: {reason}")
        case OSError():
            return Failed(Trouble.UNREACHABLE, (cause.strerror or str(cause) or type(cause).__name__).lower())
    return Failed(Trouble.UNREACHABLE, str(problem) or type(problem).__name__)
