"""Partners that run within this process: an ASGI or WSGI app, named as ``module:app``."""

from __future__ import annotations

import asyncio
import concurrent.futures
import importlib
import importlib.util
import inspect
import io
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from cxcontracts.errors import UsageError
from cxcontracts.running.transport import Permit
from cxcontracts.running.unpacking import MOST_BYTES, unpack
from cxcontracts.running.wire import Failed, Incoming, Outgoing
from cxcontracts.walks import Trouble

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_Asgi = Callable[[_Message, _Receive, _Send], Awaitable[None]]
_Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_STARTING: Final = 30.0
"""Seconds that an app may take to start, and to stop."""


class App:
    """Carries requests to an app; see :class:`~cxcontracts.running.transport.Carrier`.

    The working folder can be imported from, as uvicorn has it. An app that raises answers 500, with what it raised; an ASGI app
    lives in an event loop of its own, and its ``lifespan`` goes from the first request to the end.

    Args:
        name: The app, as ``module:app``.
        permit: What is allowed.
    """

    def __init__(self, name: str, permit: Permit) -> None:
        self._name = name
        self._permit = permit
        self._lock = threading.Lock()
        self._served: _AsgiServer | _WsgiServer | None = None
        self._missing = ""

    def exchange(self, outgoing: Outgoing, until: float, *, safe: bool = False) -> Incoming:
        """Return what comes of a request."""
        self._permit.insist(outgoing, safe)
        answer = self._server(until).answer(outgoing, until)
        body = bytearray()
        if outgoing.method != "HEAD":
            unpack([answer.body] if answer.body else [], answer.header("content-encoding"), body)
        return Incoming(answer.status, answer.headers, bytes(body))

    def break_off(self) -> None:
        """End every exchange that is under way."""
        if self._served is not None:
            self._served.break_off()

    def close(self) -> None:
        """Stop the app."""
        if self._served is not None:
            self._served.close()

    def _server(self, until: float) -> _AsgiServer | _WsgiServer:
        with self._lock:
            if self._served is None:
                if self._missing:
                    raise Failed(Trouble.UNPREPARED, self._missing)
                try:
                    app = _imported(self._name)
                    self._served = _AsgiServer(app) if _is_asgi(app) else _WsgiServer(app)
                except Failed as failed:
                    self._missing = failed.why
                    raise
            return self._served


def insist_on_module(name: str) -> None:
    """Refuse an app whose module nobody finds; nothing of it is run but the packages around it.

    Args:
        name: The app, as ``module:app``.

    Raises:
        UsageError: If there is no such module.
    """
    module = name.partition(":")[0]
    _look_here()
    try:
        there = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        there = False
    except (Exception, SystemExit):  # a package around it does not work, as is said when it is called
        return
    if not there:
        raise UsageError(f"there is no module {module!r} to take the app {name} from; it is looked for in {os.getcwd()} first")


def _look_here() -> None:
    if os.getcwd() not in sys.path and "" not in sys.path:
        sys.path.insert(0, os.getcwd())


def _imported(name: str) -> Any:
    module, _, attributes = name.partition(":")
    _look_here()
    try:
        app: Any = importlib.import_module(module)
        for attribute in attributes.split("."):
            app = getattr(app, attribute)
    except (Exception, SystemExit) as error:
        raise Failed(Trouble.UNPREPARED, f"the app {name} cannot be imported: {type(error).__name__}: {error}") from None
    if not callable(app):
        raise Failed(Trouble.UNPREPARED, f"the app {name} is none: it cannot be called")
    return app


def _is_asgi(app: Any) -> bool:
    return inspect.iscoroutinefunction(inspect.unwrap(app)) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004


def _raised(error: BaseException) -> Incoming:
    """Return how a server answers for an app that raised."""
    said = f"{type(error).__name__}: {error}".encode(errors="replace")
    return Incoming(500, (("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(said)))), said)


def _late() -> Failed:
    return Failed(Trouble.SILENT, "no answer in time")


class _Answer:
    """An answer as an app gives it, piece by piece."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: tuple[tuple[str, str], ...] = ()
        self.body = bytearray()
        self.complete = False

    def add(self, data: bytes) -> None:
        self.body += data
        if len(self.body) > MOST_BYTES:
            raise Failed(Trouble.GARBLED, f"its body is larger than {MOST_BYTES // 1_000_000} MB", self.incoming())

    def incoming(self) -> Incoming:
        return Incoming(self.status, self.headers, bytes(self.body))

    def after(self, error: BaseException) -> Incoming:
        """Return what a server would send where the app raised by now.

        Raises:
            Failed: If the answer breaks off.
        """
        if isinstance(error, Failed):
            raise error
        if self.complete:
            return self.incoming()
        if self.status:
            raise Failed(Trouble.UNREACHABLE, f"its answer breaks off: it raises {type(error).__name__}", self.incoming())
        return _raised(error)


class _AsgiServer:
    """Runs an ASGI app; source: the ASGI specification 3.0, HTTP and lifespan."""

    def __init__(self, app: _Asgi) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._state: dict[str, Any] = {}
        self._running: set[concurrent.futures.Future[Incoming]] = set()
        self._lifespan = asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result()
        try:
            asyncio.run_coroutine_threadsafe(self._lifespan.started(), self._loop).result(_STARTING)
        except Failed:
            self.close()
            raise
        except concurrent.futures.TimeoutError:
            raise Failed(Trouble.UNPREPARED, f"the app does not start within {_STARTING:g} s") from None

    async def _begin(self) -> _Lifespan:
        return _Lifespan(self._app, self._state)

    def answer(self, outgoing: Outgoing, until: float) -> Incoming:
        future = asyncio.run_coroutine_threadsafe(self._answered(outgoing), self._loop)
        self._running.add(future)
        try:
            return future.result(until - time.monotonic())
        except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
            future.cancel()
            raise _late() from None
        finally:
            self._running.discard(future)

    def break_off(self) -> None:
        for future in list(self._running):
            future.cancel()

    def close(self) -> None:
        with suppress(concurrent.futures.TimeoutError):
            asyncio.run_coroutine_threadsafe(self._lifespan.ended(), self._loop).result(_STARTING)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STARTING)
        if not self._thread.is_alive():
            self._loop.close()

    async def _answered(self, outgoing: Outgoing) -> Incoming:
        answer, done, asked = _Answer(), asyncio.Event(), [outgoing.body]

        async def receive() -> _Message:
            if asked:
                return {"type": "http.request", "body": asked.pop(), "more_body": False}
            await done.wait()
            return {"type": "http.disconnect"}

        async def send(message: _Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = int(message["status"])
                answer.headers = tuple(
                    (bytes(name).decode("latin-1").lower(), bytes(value).decode("latin-1"))
                    for name, value in message.get("headers", ())
                )
            elif message["type"] == "http.response.body":
                answer.add(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    answer.complete = True
                    done.set()

        try:
            await self._app({**_scope(outgoing), "state": dict(self._state)}, receive, send)
        except Exception as error:
            return answer.after(error)
        if not answer.complete:
            return answer.after(RuntimeError("the app returns, and has not answered"))
        return answer.incoming()


class _Lifespan:
    """The time from an app's start to its stop. An app that knows no lifespan raises, which is no harm."""

    def __init__(self, app: _Asgi, state: dict[str, Any]) -> None:
        self._wanted: asyncio.Queue[_Message] = asyncio.Queue()
        self._said: asyncio.Queue[_Message] = asyncio.Queue()
        scope: _Message = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": state}
        self._task = asyncio.ensure_future(app(scope, self._wanted.get, self._say))

    async def _say(self, message: _Message) -> None:
        if not str(message["type"]).startswith("lifespan."):
            raise RuntimeError(f"{message['type']} is no message of a lifespan")
        await self._said.put(message)

    async def started(self) -> None:
        said = await self._asked("lifespan.startup")
        if said.get("type") == "lifespan.startup.failed":
            raise Failed(Trouble.UNPREPARED, f"the app does not start: {said.get('message') or 'it does not say why'}")

    async def ended(self) -> None:
        await self._asked("lifespan.shutdown")
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _asked(self, what: str) -> _Message:
        await self._wanted.put({"type": what})
        saying = asyncio.ensure_future(self._said.get())
        await asyncio.wait((self._task, saying), return_when=asyncio.FIRST_COMPLETED)
        if saying.done():
            return saying.result()
        saying.cancel()
        return {}


def _scope(outgoing: Outgoing) -> _Message:
    path, _, query = outgoing.target.partition("?")
    headers = [("host", outgoing.origin.authority), *outgoing.headers, ("content-length", str(len(outgoing.body)))]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": outgoing.method,
        "scheme": outgoing.origin.scheme,
        "path": unquote_to_bytes(path).decode(errors="replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": ("127.0.0.1", 123),
        "server": (outgoing.origin.host, outgoing.origin.port),
    }


class _WsgiServer:
    """Runs a WSGI app; source: PEP 3333. Each call has a thread of its own: nobody can end one that hangs."""

    def __init__(self, app: _Wsgi) -> None:
        self._app = app
        self._running: set[concurrent.futures.Future[Incoming]] = set()

    def answer(self, outgoing: Outgoing, until: float) -> Incoming:
        future: concurrent.futures.Future[Incoming] = concurrent.futures.Future()
        self._running.add(future)
        threading.Thread(target=self._answer, args=(outgoing, future), daemon=True).start()
        try:
            return future.result(until - time.monotonic())
        except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
            raise _late() from None
        finally:
            self._running.discard(future)

    def break_off(self) -> None:
        for future in list(self._running):
            future.cancel()

    def close(self) -> None:
        """Nothing is left to close."""

    def _answer(self, outgoing: Outgoing, future: concurrent.futures.Future[Incoming]) -> None:
        answer = _Answer()
        try:
            self._call(outgoing, answer)
            incoming = answer.incoming()
        except (Exception, SystemExit) as error:
            try:
                incoming = answer.after(error)
            except Failed as failed:
                with suppress(concurrent.futures.InvalidStateError):
                    future.set_exception(failed)
                return
        with suppress(concurrent.futures.InvalidStateError):
            future.set_result(incoming)

    def _call(self, outgoing: Outgoing, answer: _Answer) -> None:
        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
            answer.status = int(status.split(" ", 1)[0])
            answer.headers = tuple((name.lower(), value) for name, value in headers)
            return answer.add

        pieces = self._app(_environ(outgoing), start_response)
        try:
            for piece in pieces:
                answer.add(piece)
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        if not answer.status:
            raise RuntimeError("the app returns, and has not answered")


def _environ(outgoing: Outgoing) -> dict[str, Any]:
    path, _, query = outgoing.target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": outgoing.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(outgoing.body)),
        "SERVER_NAME": outgoing.origin.host,
        "SERVER_PORT": str(outgoing.origin.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": outgoing.origin.authority,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": outgoing.origin.scheme,
        "wsgi.input": io.BytesIO(outgoing.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in outgoing.headers:
        key = name.upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ
