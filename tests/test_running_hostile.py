"""Whatever a partner answers, what came of it is one of a few things, in words, and costs little."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from cxcontracts.exchanges import Raw
from cxcontracts.running.calling import Came
from cxcontracts.running.unpacking import MOST_BYTES
from cxcontracts.walks import Trouble
from tests.partners_running import GET, Answer, answer, calling, hanging_up, running

OUTCOMES: dict[str, tuple[Trouble | None, int | None]] = {
    "ansi-header": (None, 200),
    "cl-and-te": (None, 200),
    "ct-lie-html": (None, 200),
    "dup-keys": (None, 200),
    "echo-secret": (None, 401),
    "gzip-bomb-50MB": (Trouble.GARBLED, 200),
    "gzip-gzip-bomb": (Trouble.GARBLED, 200),
    "http09": (Trouble.GARBLED, None),
    "huge-int": (None, 200),
    "invalid-utf8": (None, 200),
    "lone-surrogate": (None, 200),
    "nan": (None, 200),
    "obs-fold": (None, 200),
    "redirect-downgrade": (None, 307),
    "redirect-file": (None, 302),
    "redirect-loop": (None, 302),
    "redirect-metadata": (None, 302),
    "retry-after-garbage": (None, 503),
    "retry-after-year": (None, 429),
    "short-body": (Trouble.UNREACHABLE, 200),
    "status-line-garbage": (Trouble.GARBLED, 999),
    "two-content-length": (Trouble.GARBLED, None),
}
"""File to what comes of it: the trouble, and the status where there is an answer all the same."""


def came_of(said: Answer) -> Came:
    with running(said) as shop, calling(shop.url) as partners:
        return partners.send("shop", GET)


def test_every_response_that_was_made_to_hurt_is_looked_at(corpus: Path) -> None:
    assert sorted(path.stem for path in (corpus / "hostile/own/http").glob("*.bin")) == sorted(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_response_that_was_made_to_hurt_is_an_outcome(name: str, corpus: Path) -> None:
    came = came_of(hanging_up((corpus / f"hostile/own/http/{name}.bin").read_bytes()))

    assert (came.trouble, came.response and came.response.status) == OUTCOMES[name]
    assert bool(came.why) == (came.trouble is not None)
    assert "\n" not in came.why


@pytest.mark.parametrize("name", ["huge-int", "invalid-utf8", "lone-surrogate", "nan", "ct-lie-html"])
def test_what_is_announced_as_json_and_is_none_says_why(name: str, corpus: Path) -> None:
    came = came_of(hanging_up((corpus / f"hostile/own/http/{name}.bin").read_bytes()))

    assert came.response is not None
    body = came.response.body
    assert not isinstance(body, Raw) or body.why.startswith("it is announced as ")


def test_every_text_that_parsers_of_json_stumble_over_is_an_outcome(corpus: Path) -> None:
    files = sorted((corpus / "hostile/JSONTestSuite/test_parsing").glob("*.json"))
    with running(*(answer(path.read_bytes()) for path in files)) as shop, calling(shop.url) as partners:
        came = [(path.name, partners.send("shop", GET)) for path in files]

    assert len(came) > 300
    assert [name for name, each in came if each.trouble is not None or each.response is None] == []
    assert [name for name, each in came if name[0] == "y" and each.response and isinstance(each.response.body, Raw)] == []


def packed(data: bytes, coding: str = "gzip") -> bytes:
    return answer(data, Content_Encoding=coding)


@pytest.mark.parametrize(
    "said",
    [
        packed(gzip.compress(b'{"a":1}')),
        packed(gzip.compress(b'{"a":1}'), "x-gzip"),
        packed(zlib.compress(b'{"a":1}'), "deflate"),
        packed(zlib.compress(b'{"a":1}')[2:-4], "DEFLATE"),
        packed(gzip.compress(b'{"a"') + gzip.compress(b":1}")),
        packed(gzip.compress(b'{"a":1}') + bytes(100)),
        packed(b'{"a":1}', "identity"),
        packed(gzip.compress(b'{"a":' + b" " * 900_000 + b"1}")),
    ],
    ids=["gzip", "x-gzip", "zlib", "deflate without a header", "two members", "padding", "identity", "much white space"],
)
def test_a_body_is_unpacked(said: bytes) -> None:
    came = came_of(said)

    assert came.response is not None
    assert (came.trouble, came.response.body) == (None, {"a": 1})


LARGE = gzip.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (packed(LARGE), "its body is larger than 5 MB, or unfolds beyond all measure"),
        (packed(gzip.compress(LARGE), "gzip, gzip"), "its body is packed more than once (gzip, gzip), which is not read"),
        (packed(zlib.compress(bytes(50_000_000)), "deflate"), "its body is larger than 5 MB, or unfolds beyond all measure"),
        (packed(b"\x0b\x02\x80{}\x03", "br"), "its body is packed by br, which we did not ask for"),
        (packed(b"no gzip at all"), "its body is announced as packed by gzip, and cannot be unpacked"),
        (packed(gzip.compress(b'{"a":1}')[:-3]), "its body, packed by gzip, breaks off"),
        (answer(bytes(MOST_BYTES + 1)), "its body is larger than 5 MB, or unfolds beyond all measure"),
    ],
    ids=["gzip", "twice", "deflate", "brotli", "none", "cut", "plain"],
)
def test_a_body_that_is_not_read_keeps_its_beginning_and_says_why(said: bytes, why: str) -> None:
    came = came_of(said)

    assert (came.trouble, came.why) == (Trouble.GARBLED, why)
    assert came.response is not None
    assert isinstance(came.response.body, Raw)
    assert (len(came.response.body.get("text", "")) <= 64_000, came.response.body.why) == (True, why)


def endless(head: bytes, chunk: bytes) -> Answer:
    """Say something, and then the same for ever."""

    def say(connection: object, _: object) -> None:
        connection.sendall(head)  # type: ignore[attr-defined]
        while True:
            connection.sendall(chunk)  # type: ignore[attr-defined]

    return say


@pytest.mark.parametrize(
    "said",
    [
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(65_536) + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65_536)),
        endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65_536),
        endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 10_000),
        endless(b"HTTP/1.1 200 ", b"x" * 65_536),
        endless(b"", b"x" * 65_536),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 65_536),
        endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 10_000),
    ],
    ids=["chunks", "body", "header", "headers", "reason", "status line", "chunk extension", "trailers"],
)
def test_what_never_ends_is_broken_off(said: Answer) -> None:
    assert came_of(said).trouble is Trouble.GARBLED


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX\x00Y: 1\r\n\r\n",
        b"HTTP/1.1 2e2 OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
)
def test_what_is_no_http_is_garbled(said: bytes) -> None:
    came = came_of(hanging_up(said))

    assert came.trouble in (Trouble.GARBLED, Trouble.UNREACHABLE)
    assert came.why


BOMBS = """
import resource, sys
from pathlib import Path
from tests.partners_running import GET, answer, calling, hanging_up, running
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in map(Path, sys.argv[1:]):
    with running(hanging_up(path.read_bytes())) as shop, calling(shop.url) as partners:
        assert partners.send("shop", GET).trouble is not None
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_bombs_take_little_memory(corpus: Path) -> None:
    bombs = [str(corpus / f"hostile/own/http/{name}.bin") for name in ("gzip-bomb-50MB", "gzip-gzip-bomb")]
    ran = subprocess.run([sys.executable, "-c", BOMBS, *bombs], capture_output=True, text=True, check=True)

    assert int(ran.stdout) < 40  # MB, of which imports and threads are about half
