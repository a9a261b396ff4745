"""Partners within this process: ASGI and WSGI apps answer as they would behind a server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.errors import UsageError
from cxcontracts.exchanges import NO_BODY, Request
from cxcontracts.running.apps import insist_on_module
from cxcontracts.running.calling import Partners
from cxcontracts.walks import Trouble
from tests.partners_running import GET, POST, calling

APPS = """
import asyncio, gzip, json, time

said = []

async def answer(send, status=200, body=b"", headers=()):
    await send({"type": "http.response.start", "status": status, "headers": [(b"Content-Type", b"application/json"), *headers]})
    await send({"type": "http.response.body", "body": body[:3], "more_body": True})
    await send({"type": "http.response.body", "body": body[3:]})

async def body_of(receive):
    return (await receive())["body"].decode()

async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        said.append((await receive())["type"])
        scope["state"]["began"] = True
        await send({"type": "lifespan.startup.complete"})
        said.append((await receive())["type"])
        await send({"type": "lifespan.shutdown.complete"})
        return
    told = {
        "method": scope["method"], "path": scope["path"], "query": scope["query_string"].decode(), "state": scope["state"],
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]}, "body": await body_of(receive),
    }
    await answer(send, body=json.dumps(told).encode())

async def raises(scope, receive, send):
    raise KeyError("no parcel")

async def raises_amid(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
    raise KeyError("no parcel")

async def raises_after(scope, receive, send):
    if scope["type"] == "http":
        await answer(send, 503, b"down")
    raise KeyError("no parcel")

async def returns(scope, receive, send):
    pass

async def hangs(scope, receive, send):
    if scope["type"] == "http":
        await asyncio.sleep(1000)

async def blocks(scope, receive, send):
    if scope["type"] == "http":
        time.sleep(1)

async def waits_for_us(scope, receive, send):
    await receive()
    await answer(send, body=b"[1,2]")
    said.append((await receive())["type"])

async def drips(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await asyncio.sleep(0.01)

async def large(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": bytes(1_000_000), "more_body": True})

async def packs(scope, receive, send):
    await answer(send, body=gzip.compress(b"[1,2]"), headers=[(b"content-encoding", b"gzip")])

async def bomb(scope, receive, send):
    await answer(send, body=gzip.compress(bytes(50_000_000)), headers=[(b"content-encoding", b"gzip")])

async def fails_to_start(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})

class Holder:
    class inner:
        app = asgi

class Instance:
    async def __call__(self, scope, receive, send):
        await asgi(scope, receive, send)

instance = Instance()

def wsgi(environ, start_response):
    told = {
        "method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"].encode("latin-1").decode(),
        "query": environ["QUERY_STRING"], "body": environ["wsgi.input"].read().decode(),
        "headers": {name: value for name, value in environ.items() if name.startswith(("HTTP_", "CONTENT_"))},
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]

def wsgi_raises(environ, start_response):
    raise KeyError("no parcel")

def wsgi_raises_amid(environ, start_response):
    start_response("200 OK", [])
    yield b"half"
    raise KeyError("no parcel")

def wsgi_returns(environ, start_response):
    return []

def wsgi_hangs(environ, start_response):
    time.sleep(2)
    return []

def wsgi_writes(environ, start_response):
    write = start_response("200 OK", [("Content-Type", "application/json")])
    write(b"[1,")
    return Closing()

class Closing:
    def __iter__(self):
        return iter([b"2]"])
    def close(self):
        said.append("closed")

def wsgi_large(environ, start_response):
    start_response("200 OK", [])
    while True:
        yield bytes(1_000_000)

no_app = 7
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A working folder with apps in it."""
    import sys

    (tmp_path / "shop_apps.py").write_text(APPS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    sys.modules.pop("shop_apps", None)


def app(name: str, **more: Any) -> Partners:
    return calling("http://localhost", app=f"shop_apps:{name}", may=("read", "write"), **more)


def said() -> list[str]:
    import shop_apps  # type: ignore[import-not-found]

    return list(shop_apps.said)


@pytest.mark.parametrize("name", ["asgi", "instance", "Holder.inner.app"])
def test_an_asgi_app_is_asked_as_behind_a_server_and_lives_from_the_first_request_to_the_end(name: str) -> None:
    with app(name) as partners:
        came = partners.send("shop", Request("POST", "/parcels/K%C3%B6ln", (("q", "a b"),), {"x-a": "1"}, {"to": "me"}))
        assert said() == ["lifespan.startup"]

    assert came.response is not None
    body = came.response.body
    assert (body["method"], body["path"], body["query"], body["body"]) == ("POST", "/parcels/Köln", "q=a%20b", '{"to":"me"}')
    assert (body["headers"]["host"], body["headers"]["x-a"], body["headers"]["content-length"]) == ("localhost", "1", "11")
    assert (body["state"], said()) == ({"began": True}, ["lifespan.startup", "lifespan.shutdown"])


def test_a_wsgi_app_is_asked_as_behind_a_server() -> None:
    with app("wsgi") as partners:
        came = partners.send("shop", Request("POST", "/parcels/K%C3%B6ln", (("q", "a b"),), {"x-a": "1"}, {"to": "me"}))

    assert came.response is not None
    body = came.response.body
    assert (body["method"], body["path"], body["query"], body["body"]) == ("POST", "/parcels/Köln", "q=a%20b", '{"to":"me"}')
    headers = body["headers"]
    assert (headers["HTTP_X_A"], headers["CONTENT_TYPE"], headers["CONTENT_LENGTH"]) == ("1", "application/json", "11")


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("raises", 500, "KeyError: 'no parcel'"),
        ("wsgi_raises", 500, "KeyError: 'no parcel'"),
        ("returns", 500, "RuntimeError: the app returns, and has not answered"),
        ("wsgi_returns", 500, "RuntimeError: the app returns, and has not answered"),
    ],
)
def test_an_app_that_raises_answers_with_what_it_raised(name: str, status: int, body: str) -> None:
    with app(name) as partners:
        came = partners.send("shop", GET)

    assert came.response is not None
    assert (came.trouble, came.response.status, came.response.body["text"]) == (None, status, body)


def test_an_app_that_raises_once_it_has_answered_has_answered() -> None:
    with app("raises_after") as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.response and came.response.status) == (None, 503)


@pytest.mark.parametrize("name", ["raises_amid", "wsgi_raises_amid"])
def test_an_answer_that_an_app_does_not_finish_breaks_off(name: str) -> None:
    with app(name) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (Trouble.UNREACHABLE, "its answer breaks off: it raises KeyError")
    assert came.response is not None
    assert came.response.body["text"] == "half"


@pytest.mark.parametrize("name", ["hangs", "blocks", "drips", "wsgi_hangs"])
def test_an_app_has_to_answer_by_the_deadline(name: str) -> None:
    with app(name, deadline=0.2) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (Trouble.SILENT, "no answer within 0.2 s")


@pytest.mark.parametrize("name", ["large", "wsgi_large", "bomb"])
def test_an_app_does_not_fill_the_machine(name: str) -> None:
    with app(name) as partners:
        assert partners.send("shop", GET).trouble is Trouble.GARBLED


def test_a_packed_body_of_an_app_is_unpacked() -> None:
    with app("packs") as partners:
        came, head = partners.send("shop", GET), partners.send("shop", Request("HEAD", "/"))

    assert came.response is not None
    assert head.response is not None
    assert (came.response.body, head.response.body) == ([1, 2], NO_BODY)


def test_an_app_hears_that_its_answer_was_taken() -> None:
    with app("waits_for_us") as partners:
        came = partners.send("shop", GET)

    assert (came.response and came.response.body, said()) == ([1, 2], ["http.disconnect"])


def test_what_a_wsgi_app_gives_back_is_closed() -> None:
    with app("wsgi_writes") as partners:
        came = partners.send("shop", GET)

    assert (came.response and came.response.body, said()) == ([1, 2], ["closed"])


@pytest.mark.parametrize("name", ["asgi", "wsgi"])
def test_an_app_is_asked_by_several_threads(name: str) -> None:
    trouble = []
    with app(name) as partners:
        threads = [threading.Thread(target=lambda: trouble.append(partners.send("shop", GET).trouble)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert trouble == [None] * 8


def test_an_app_that_may_only_be_read_is_only_read() -> None:
    with calling("http://localhost", app="shop_apps:asgi", may=("read",)) as partners:
        came = partners.send("shop", POST)

    assert (came.trouble, came.why) == (Trouble.FORBIDDEN, "the estate allows no POST here (may: [read])")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("shop_apps:absent", "the app shop_apps:absent cannot be imported: AttributeError: module 'shop_apps' has no attribute"),
        ("no_such_module:app", "the app no_such_module:app cannot be imported: ModuleNotFoundError: No module named"),
        ("shop_apps:no_app", "the app shop_apps:no_app is none: it cannot be called"),
        ("shop_apps:fails_to_start", "the app does not start: no database"),
    ],
)
def test_an_app_that_is_not_there_is_said_each_time(name: str, why: str) -> None:
    with calling("http://localhost", app=name) as partners:
        came = [partners.send("shop", GET) for _ in range(2)]

    assert [(each.trouble, each.why[: len(why)]) for each in came] == [(Trouble.UNPREPARED, why)] * 2


@pytest.mark.parametrize("name", ["no_such_module:app", "no_such_package.app:app", "shop_apps.none:app"])
def test_an_app_of_a_module_that_nobody_finds_is_a_mistake(name: str) -> None:
    insist_on_module("shop_apps:absent")
    with pytest.raises(UsageError, match=rf"there is no module '{name.partition(':')[0]}' to take the app {name} from"):
        insist_on_module(name)


def test_who_stops_ends_what_an_app_is_asked() -> None:
    came = []
    with app("hangs") as partners:
        thread = threading.Thread(target=lambda: came.append(partners.send("shop", GET)))
        thread.start()
        while thread.is_alive():
            partners.stop()
            thread.join(0.05)

    assert [each.trouble for each in came] == [Trouble.SPENT]
