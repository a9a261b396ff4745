"""Partners that run on this machine, for the tests: what they answer is written down, and what they were asked is kept."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from cxcontracts.exchanges import JSON, Request
from cxcontracts.running.calling import Partners
from cxcontracts.running.targets import Target


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Answer = bytes | Callable[[socket.socket, Asked], None]
"""What a partner says: the bytes of a whole response, or what is done with the connection."""


@dataclass
class Partner:
    """A partner with a socket of its own.

    Attributes:
        answers: Path to the answers that are given in turn, the last one ever after; ``*`` for any other path.
        asked: What arrived, in order.
        connected: How many connections were made.
    """

    answers: Mapping[str, list[Answer]]
    wrap: Callable[[socket.socket], socket.socket] | None = None
    asked: list[Asked] = field(default_factory=list)
    connected: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http{'s' if self.wrap else ''}://127.0.0.1:{self.port}"

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with self._lock:
                    self.connected += 1
                    self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self.wrap is not None:
                connection = self.wrap(connection)
                self._open.append(connection)
            with connection, connection.makefile("rb") as reader:
                while (asked := _read(reader)) is not None:
                    self._answer(connection, asked)

    def _answer(self, connection: socket.socket, asked: Asked) -> None:
        path = asked.target.partition("?")[0]
        with self._lock:
            self.asked.append(asked)
            turns = self.answers.get(path) or self.answers["*"]
            answer = turns.pop(0) if len(turns) > 1 else turns[0]
        if callable(answer):
            answer(connection, asked)
        else:
            connection.sendall(answer)


def _read(reader: Any) -> Asked | None:
    line = reader.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers: dict[str, str] = {}
    while (header := reader.readline().decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    return Asked(line[0], line[1], headers, reader.read(int(headers.get("content-length", 0))))


def answer(body: JSON = None, status: int = 200, **headers: str) -> bytes:
    """A whole response; a body of bytes as it is, any other as JSON."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"Content-Type": "application/json", "Content-Length": str(len(data)), **given}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + data


def dripping(head: bytes, drop: bytes = b"x") -> Answer:
    """Say something, and then a byte at a time without end."""

    def drip(connection: socket.socket, _: Asked) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(drop)
            threading.Event().wait(0.02)

    return drip


def silent(connection: socket.socket, _: Asked) -> None:
    """Say nothing until the other side hangs up."""
    with suppress(OSError):
        connection.recv(1)


def hanging_up(said: bytes = b"") -> Answer:
    """Say something, and hang up."""

    def hang_up(connection: socket.socket, _: Asked) -> None:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_RDWR)

    return hang_up


@contextmanager
def running(*answers: Answer, wrap: Callable[[socket.socket], socket.socket] | None = None, **paths: Answer) -> Iterator[Partner]:
    """Run a partner that gives some answers, whatever it is asked."""
    partner = Partner({"*": list(answers), **{f"/{name}": [said] for name, said in paths.items()}}, wrap)
    thread = threading.Thread(target=partner.accept, daemon=True)
    thread.start()
    try:
        yield partner
    finally:
        partner.stop()
        thread.join()


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def calling(url: str, *, deadline: float = 30.0, until: float | None = None, limits: JSON = None, **target: Any) -> Partners:
    """Partners with one that runs, of the name ``shop``."""
    where = Target("shop", url, **target)
    return Partners({"shop": where}, limits={"shop": limits or {}}, deadline=deadline, until=until, run_id="run-1")


GET = Request("GET", "/parcels/7")
POST = Request("POST", "/parcels", body={"to": "me"})
