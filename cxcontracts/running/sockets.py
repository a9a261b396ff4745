"""Connections to whom the estate names and to nobody else, each step of which ends at a moment that was fixed before.

httpcore hands a timeout to every step of an exchange, anew each time: a partner that sends a byte now and then is never late.
Here what it hands on is a moment of :func:`time.monotonic`, so that all steps together end by then.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore

from cxcontracts.running.wire import Failed
from cxcontracts.walks import Trouble

_PIECE: Final = 65_536


class Stale(httpcore.ReadError):
    """A connection that was kept open, and that the partner closed as we sent: it saw nothing of the request, or all of it."""


class Unanswered(httpcore.ReadError):
    """The partner closed the connection without a word."""


class Backend(httpcore.NetworkBackend):
    """Opens connections.

    Args:
        admits: Tells whether a host and port may be connected to.
    """

    def __init__(self, admits: Callable[[str, int], bool]) -> None:
        self._admits = admits
        self._sockets = httpcore.SyncBackend()
        self._open: weakref.WeakSet[Line] = weakref.WeakSet()
        self._stopped = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection; *timeout* is the moment by which it has to stand.

        Raises:
            Failed: If that address is nobody whom the estate names.
        """
        if not self._admits(host, port):
            raise Failed(Trouble.FORBIDDEN, f"the estate names no {host}:{port}")
        addresses = _addresses(host, port, timeout)
        for index, address in enumerate(addresses, start=1):
            left = left_until(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._sockets.connect_tcp(address, port, left and left / (len(addresses) - index + 1))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if index == len(addresses):
                    raise
            else:
                line = Line(stream)
                self._open.add(line)
                return line
        raise AssertionError("a name has an address at least")

    def break_off(self) -> None:
        """Close every connection, also of who waits for an answer on one."""
        for line in list(self._open):
            line.break_off()


class Line(httpcore.NetworkStream):
    """A connection. Each *timeout* is a moment.

    Attributes:
        last: The last bytes that came.
        ended: Whether the partner closed it.
        sent: When it was last written to, by :func:`time.monotonic`.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._served = False
        self._heard = False
        self.last = b""
        self.ended = False
        self.sent = 0.0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what comes; empty at the end."""
        left = left_until(timeout, httpcore.ReadTimeout)
        try:
            data = self._stream.read(max_bytes, left)
        except httpcore.ReadError:
            if self._served and not self._heard:
                raise Stale from None
            raise
        if data:
            self._heard = True
        elif not self._heard:
            raise (Stale if self._served else Unanswered)
        self.last, self.ended = data, not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        if self._heard:
            self._served, self._heard = True, False
        for at in range(0, len(buffer), _PIECE):
            self._stream.write(buffer[at : at + _PIECE], left_until(timeout, httpcore.WriteTimeout))
        self.sent = time.monotonic()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the connection with TLS over it."""
        self._stream = self._stream.start_tls(ssl_context, server_hostname, left_until(timeout, httpcore.ConnectTimeout))
        self._served = self._heard = False
        return self

    def close(self) -> None:
        """Close it."""
        self._stream.close()

    def break_off(self) -> None:
        """Close it, also for who waits on it in another thread."""
        found = self._stream.get_extra_info("socket")
        if isinstance(found, socket.socket):
            try:
                found.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._stream.get_extra_info(info)


def left_until(moment: float | None, late: type[Exception]) -> float | None:
    """Return the seconds until a moment of :func:`time.monotonic`, more than none.

    Raises:
        late: If it has come.
    """
    if moment is None:
        return None
    left = moment - time.monotonic()
    if left <= 0:
        raise late
    return left


def _addresses(host: str, port: int, moment: float | None) -> list[str]:
    """Return the addresses of a name; looked up aside, for the system lets nobody say until when.

    Raises:
        Failed: If the name leads to where clouds keep the credentials of their machines.
        httpcore.ConnectError: If it has no address.
        httpcore.ConnectTimeout: If nobody said so in time.
    """
    if _is_address(host):
        return [host]
    found: list[list[str] | OSError] = []

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.append(list(dict.fromkeys(str(info[4][0]) for info in infos)))
        except (OSError, UnicodeError) as error:
            found.append(error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, str(error)))

    aside = threading.Thread(target=look_up, daemon=True)
    aside.start()
    aside.join(left_until(moment, httpcore.ConnectTimeout))
    if not found:
        raise httpcore.ConnectTimeout
    if isinstance(found[0], OSError):
        raise httpcore.ConnectError(str(found[0])) from found[0]
    linked = next((address for address in found[0] if ipaddress.ip_address(address.partition("%")[0]).is_link_local), None)
    if linked is not None:
        raise Failed(Trouble.FORBIDDEN, f"{host} leads to {linked}, which is no partner's but this machine's network itself")
    return found[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
