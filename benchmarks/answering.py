"""A small partner in a process of its own: it answers every GET with an order, or with many, and tells how it was asked."""

from __future__ import annotations

import json
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from typing import Final
from urllib.request import ProxyHandler, build_opener

ORDER: Final = {"id": 7, "total": 12.5, "lines": [{"sku": "x", "qty": 1}], "state": "open"}
"""What it answers, whatever the path, but for :data:`MANY`."""

MANY: Final = "/orders"
"""The path at which it answers a thousand orders, 100 KB."""

_ORDERS: Final = json.dumps(
    [{**ORDER, "id": number, "customer": "Núñez"} for number in range(1_000)], ensure_ascii=False
).encode()

_TELLING: Final = "/_told"


@dataclass(frozen=True, slots=True)
class Told:
    """How a partner was asked.

    Attributes:
        requests: How often.
        at_once: How many it had before it at the same time, at most.
        in_a_second: How many arrived within one second, whenever that begins, at most.
    """

    requests: int
    at_once: int
    in_a_second: int


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner that runs."""

    url: str

    def told(self) -> Told:
        """Return how it was asked since it was asked this for the last time."""
        with build_opener(ProxyHandler({})).open(self.url + _TELLING) as answer:
            return Told(**json.load(answer))


@contextmanager
def answering(seconds: float = 0.0) -> Iterator[Partner]:
    """Yield a partner that takes some seconds for each answer."""
    context = get_context("spawn")
    urls: SimpleQueue[str] = context.SimpleQueue()
    process = context.Process(target=_serve, args=(seconds, urls), daemon=True)
    process.start()
    try:
        yield Partner(urls.get())
    finally:
        process.terminate()
        process.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seconds = seconds
        self.lock = threading.Lock()
        self.arrived: list[float] = []
        self.inside = self.most = 0

    def told(self) -> Told:
        with self.lock:
            arrived, most = self.arrived, self.most
            self.arrived, self.most = [], 0
        windows = (index + 1 - bisect_left(arrived, at - 1.0) for index, at in enumerate(arrived))
        return Told(len(arrived), most, max(windows, default=0))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == _TELLING:
            told = self.server.told()
            return self._say(json.dumps({name: getattr(told, name) for name in Told.__slots__}).encode())
        with self.server.lock:
            self.server.arrived.append(time.monotonic())
            self.server.inside += 1
            self.server.most = max(self.server.most, self.server.inside)
        time.sleep(self.server.seconds)
        with self.server.lock:
            self.server.inside -= 1
        return self._say(_ORDERS if self.path == MANY else json.dumps(ORDER).encode())

    def _say(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _serve(seconds: float, urls: SimpleQueue[str]) -> None:
    with _Server(seconds) as server:
        urls.put(f"http://127.0.0.1:{server.server_port}")
        server.serve_forever()
