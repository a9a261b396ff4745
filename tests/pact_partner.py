"""A small partner on a real socket, with desks for provider states and messages, and a plain way to ask it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from cxcontracts.bodies import read_body, written_body
from cxcontracts.exchanges import JSON, Request, Response
from cxcontracts.walks import Trouble

Reply = tuple[int, Mapping[str, str], JSON]
"""Status, headers, and a body: a JSON value, or bytes as they are."""

Answers = Callable[[str, str, JSON], Reply]
"""What a partner answers to a method, a target and a body as needs read it."""


@dataclass(frozen=True)
class Came:
    """What came of one request."""

    request: Request
    response: Response | None
    data: bytes | None = None
    trouble: Trouble | None = None
    why: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.01


class Line:
    """The line to a partner: asks it, and keeps what was asked.

    Args:
        base: Where it runs.
        allows: Whether a request may be sent.
    """

    def __init__(self, base: str, allows: Callable[[Request], bool] = lambda request: True) -> None:
        self.base = base
        self.asked: list[Request] = []
        self._allows = allows
        self._client = httpx.Client(trust_env=False)

    def __call__(self, partner: str, request: Request, *, safe: bool = False) -> Came:
        """Ask the partner."""
        if not self._allows(request):
            return Came(request, None, None, Trouble.FORBIDDEN, "the environment does not allow writing")
        self.asked.append(request)
        body = written_body(request.body, request.headers.get("content-type", ""))
        url = (request.base or self.base) + request.path
        try:
            got = self._client.request(
                request.method, url, params=list(request.query), headers=dict(request.headers), content=body
            )
        except httpx.TransportError:
            return Came(request, None, None, Trouble.UNREACHABLE, "connection refused")
        headers = {name.lower(): value for name, value in got.headers.items()}
        return Came(
            request, Response(got.status_code, headers, read_body(got.content, headers.get("content-type", ""))), got.content
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    @property
    def targets(self) -> list[str]:
        """What was asked, as ``METHOD /path``, with the state and action of a provider state."""
        return [_target(request) for request in self.asked]


def _target(request: Request) -> str:
    body = request.body if isinstance(request.body, dict) else {}
    state = f" {body['action']} {body['state']}" if "action" in body else ""
    return f"{request.method} {request.path}{state}"


def message_reply(contents: JSON, **metadata: JSON) -> Reply:
    """Return a message as a partner's desk hands it out."""
    return 200, {"Pact-Message-Metadata": base64.b64encode(json.dumps(metadata).encode()).decode()}, contents


@contextmanager
def partner(answers: Answers, allows: Callable[[Request], bool] = lambda request: True) -> Iterator[Line]:
    """Run a partner for as long as it is asked."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, headers, body = answers(self.command, self.path, read_body(sent, self.headers.get("content-type", "")))
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | dict(headers)).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _answer

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        line = Line(f"http://127.0.0.1:{server.server_port}", allows)
        try:
            yield line
        finally:
            line.close()
            server.shutdown()
            thread.join()
