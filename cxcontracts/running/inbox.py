"""Receives what partners deliver of their own accord: a small server at the address that the estate names as inbox."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

from cxcontracts.bodies import media_of, read_body
from cxcontracts.errors import UsageError
from cxcontracts.exchanges import JSON, Request, Response

_MOST_BYTES: Final = 5_000_000
_MOST_KEPT: Final = 10_000
_PATIENCE: Final = 10.0
_AGE: Final = 300.0
"""Seconds that a signature is good for, as Standard Webhooks recommends."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a partner delivers to.

    Attributes:
        url: ``http://HOST:PORT/PATH`` of this machine.
        secret: What deliveries are signed with, as of Standard Webhooks; empty where they are not.
    """

    url: str
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message that came.

    Attributes:
        partner: Whose inbox it came to.
        request: As it came.
        message: What it says, as the one answer that an event has. A CloudEvent in binary mode is read as its envelope.
        at, moment: When it came; *moment* in seconds of the monotonic clock.
        unsigned: Why its signature does not hold; empty where it does, or none is asked for.
    """

    partner: str
    request: Request
    message: Response
    at: datetime
    moment: float
    unsigned: str = ""


class Inbox:
    """The inboxes of a run, open while it is entered.

    Args:
        addresses: Partner to where it delivers to.
    """

    def __init__(self, addresses: Mapping[str, Address]) -> None:
        self._addresses = dict(addresses)
        self._servers: list[ThreadingHTTPServer] = []
        self._came: list[Delivery] = []
        self._news = threading.Condition()

    def listens_for(self, partner: str) -> bool:
        """Tell whether a partner has somewhere to deliver to."""
        return partner in self._addresses

    def awaited(self, partner: str, wanted: Callable[[Delivery], bool], until: float, stop: threading.Event) -> Delivery | None:
        """Return the first message of a partner that is wanted, from now or earlier; None where none came in time.

        Args:
            until: In seconds of the monotonic clock.
        """
        seen = 0
        with self._news:
            while True:
                for delivery in self._came[seen:]:
                    if delivery.partner == partner and wanted(delivery):
                        return delivery
                seen = len(self._came)
                left = until - time.monotonic()
                if left <= 0 or stop.is_set():
                    return None
                self._news.wait(min(left, 0.5))

    def refused(self, partner: str) -> int:
        """Return how many deliveries of a partner were not signed as they should be."""
        with self._news:
            return sum(1 for each in self._came if each.partner == partner and each.unsigned)

    def take(self, partner: str, request: Request, data: bytes) -> None:
        """Keep what was delivered."""
        unsigned = _unsigned(request.headers, data, self._addresses[partner].secret)
        message = Response(200, dict(request.headers), _envelope(request))
        with self._news:
            if len(self._came) < _MOST_KEPT:
                self._came.append(Delivery(partner, request, message, datetime.now(UTC), time.monotonic(), unsigned))
            self._news.notify_all()

    def __enter__(self) -> Inbox:
        served: dict[tuple[str, int], dict[str, str]] = {}
        for partner, address in self._addresses.items():
            parts = urlsplit(address.url)
            served.setdefault((parts.hostname or "127.0.0.1", parts.port or 80), {})[parts.path.rstrip("/")] = partner
        for (host, port), paths in served.items():
            try:
                server = ThreadingHTTPServer((host, port), _handler(self, paths))
            except OSError as error:
                self.__exit__(None, None, None)
                raise UsageError(f"the inbox http://{host}:{port} cannot be opened: {error.strerror or error}") from None
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
            self._servers.append(server)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _handler(inbox: Inbox, paths: Mapping[str, str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE

        def do_POST(self) -> None:
            path, _, _ = self.path.partition("?")
            partner = next(
                (paths[each] for each in sorted(paths, key=len, reverse=True) if f"{path}/".startswith(f"{each}/")), None
            )
            length = self.headers.get("content-length", "")
            if partner is None or not _is_number(length) or int(length) > _MOST_BYTES:
                self._answer(404 if partner is None else 411 if not length else 413)
                return
            data = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = read_body(data, headers.get("content-type", ""))
            inbox.take(partner, Request("POST", path, (), headers, body), data)
            self._answer(202)

        do_PUT = do_POST

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: what came is in the report."""

    return Handler


def _envelope(request: Request) -> JSON:
    """Return the message: of a CloudEvent in binary mode, its attributes with its data.

    Source: CloudEvents 1.0.2, HTTP protocol binding, section 3.1.
    """
    attributes = {name.removeprefix("ce-"): value for name, value in request.headers.items() if name.startswith("ce-")}
    if "specversion" not in attributes:
        return request.body
    media = media_of(request.headers.get("content-type", ""))
    return {**attributes, **({"datacontenttype": media} if media else {}), "data": request.body}


def _unsigned(headers: Mapping[str, str], data: bytes, secret: str) -> str:
    """Say why a delivery is not signed as of Standard Webhooks 1.0; nothing where it is, or needs not be."""
    if not secret:
        return ""
    id, moment, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (id and moment and signatures):
        return "it has no signature"
    if not _is_number(moment) or abs(time.time() - int(moment)) > _AGE:
        return "its signature is too old"
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True) if secret.startswith("whsec_") else secret.encode()
    except ValueError:
        return "the secret of the inbox is no base64"
    wanted = base64.b64encode(hmac.digest(key, f"{id}.{moment}.".encode() + data, hashlib.sha256)).decode()
    given = [each.partition(",")[2] for each in signatures.split() if each.startswith("v1,")]
    return "" if any(hmac.compare_digest(wanted.encode(), each.encode()) for each in given) else "its signature is wrong"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


__all__ = ["Address", "Delivery", "Inbox"]
