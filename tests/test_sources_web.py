"""Documents of the web: fetched over TLS, from the one host that was named, within limits; every failure is a sentence."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cxcontracts.documents import MOST_BYTES
from cxcontracts.errors import ContractError, UsageError
from cxcontracts.sources import Repository, Source, source
from cxcontracts.sources.web import fetched, public
from tests.test_sources import CONTRACT, WHOLE, only

Answer = Callable[[BaseHTTPRequestHandler], None]


class Host(ThreadingHTTPServer):
    """A host on this machine.

    Attributes:
        answers: Path to how it is answered; what is not there is 404.
        asked: The path and headers of each request.
    """

    daemon_threads = True

    def __init__(self, answers: dict[str, Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: who asked may hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.server.answers.get(self.path, status(404))(self)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(host: Host) -> Iterator[Host]:
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        host.shutdown()
        host.server_close()
        thread.join()


def document(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def status(code: int) -> Answer:
    return document(b"no", code)


def onwards(url: str, code: int = 302) -> Answer:
    return document(b"", code, Location=url)


def raw(*parts: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        for part in parts:
            handler.wfile.write(part)
        handler.close_connection = True

    return answer


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        handler.wfile.write(b" " * 65_536)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def host() -> Iterator[Host]:
    with serving(Host({})) as host:
        yield host


def named(url: str) -> Source:
    with Repository(Path()) as repository:
        return source(url, Path(), repository, network=True, stdin=io.BytesIO)


def refused(url: str) -> str:
    with pytest.raises(UsageError) as raised:
        fetched(url, patience=2)
    return str(raised.value)


# What is fetched


@pytest.mark.parametrize("path", ["/openapi.yaml", "/", "/v1:spec", "/a/b.yaml?token=secret", "/%2e%2e/x", "/openapi.json.yaml"])
def test_a_document_is_fetched_and_named_without_what_may_be_secret(host: Host, path: str) -> None:
    host.answers[path] = document(WHOLE.encode())
    contract = only(named(host.url + path)).read().contract
    assert contract.document.name == host.url + path.partition("?")[0]
    assert contract.at("GET", "/a") is not None


def test_a_document_that_the_host_packs_is_unpacked(host: Host) -> None:
    packed = gzip.compress(WHOLE.encode())
    host.answers = {"/a": document(packed, Content_Encoding="gzip"), "/a.gz": document(packed)}
    for path in host.answers:
        assert only(named(host.url + path)).read().contract.at("GET", "/a") is not None


def test_nothing_is_sent_but_the_request_and_the_login_of_its_url(host: Host) -> None:
    host.answers["/a"] = document(WHOLE.encode())
    fetched(host.url + "/a")
    fetched(host.url.replace("//", "//me:secret@") + "/a")
    (_, without), (_, with_login) = host.asked
    assert set(without) == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert with_login.pop("authorization").startswith("Basic ")
    assert without == with_login


def test_a_redirect_is_followed_on_the_same_host_with_its_login(host: Host) -> None:
    host.answers = {"/old": onwards("/new", 301), "/new": onwards(f"{host.url}/newest"), "/newest": document(WHOLE.encode())}
    assert fetched(host.url.replace("//", "//me:secret@") + "/old") == WHOLE.encode()
    assert [(path, "authorization" in headers) for path, headers in host.asked] == [
        ("/old", True),
        ("/new", True),
        ("/newest", True),
    ]


def test_references_of_a_fetched_document_lead_into_itself_alone(host: Host) -> None:
    host.answers = {"/a.yaml": document(CONTRACT.replace("REF", "b.yaml").encode()), "/b.yaml": document(WHOLE.encode())}
    with pytest.raises(ContractError, match="names another file, and the document came alone"):
        only(named(f"{host.url}/a.yaml")).read()
    assert [path for path, _ in host.asked] == ["/a.yaml"]


# What is not


def test_another_host_is_not_followed_to(host: Host) -> None:
    with serving(Host({"/a": document(WHOLE.encode())})) as other:
        for code in (301, 302, 303, 307, 308):
            host.answers["/a"] = onwards(f"{other.url}/a?token=secret", code)
            said = (
                f"{host.url}/a redirects to another host; name {other.url}/a if you trust it, or download it, and name the file"
            )
            assert refused(f"{host.url}/a") == said
    assert other.asked == []


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("/a", "redirects more than 5 times"),
        ("file:///etc/passwd", "redirects to another host"),
        ("//evil.example/a", "redirects to another host; name http://evil.example/a"),
        ("https://127.0.0.1/a", "redirects to another host"),
        ("http://127.0.0.1:99999999/a", "redirects to another host"),
        ("http://[", "redirects to another host"),
        ("", "redirects more than 5 times"),
    ],
)
def test_a_redirect_that_leads_anywhere_else_is_refused(host: Host, location: str, said: str) -> None:
    host.answers["/a"] = onwards(location)
    assert said in refused(f"{host.url}/a")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (status(404), "answers with 404, not with a document; check it, or download it, and name the file"),
        (status(401), "answers with 401, not with a document; check it, or with a login download it, and name the file"),
        (status(204), "answers with 204"),
        (status(500), "answers with 500"),
        (document(b"x", Content_Encoding="br"), "is packed by 'br', which is not read"),
        (document(b"x", Content_Encoding="gzip, gzip"), "is packed by 'gzip, gzip'"),
        (document(b" \n<!DOCTYPE html>"), "is a web page, or XML; name the document itself"),
        (document(b"x", Content_Length="30000000"), "cannot be fetched"),
        (endless, "has more than 20,000,000 bytes"),
        (raw(b"no HTTP at all\r\n\r\n"), "cannot be fetched"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), "cannot be fetched"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500_000 + b"\r\n\r\n"), "cannot be fetched"),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "cannot be fetched"),
        (raw(), "cannot be fetched"),
    ],
)
def test_whatever_else_a_host_answers_is_refused_in_a_sentence(host: Host, answer: Answer, said: str) -> None:
    host.answers["/a"] = answer
    assert said in refused(f"{host.url}/a")


def test_a_bomb_of_gzip_goes_off_nowhere(host: Host) -> None:
    host.answers["/a"] = document(gzip.compress(b" " * (MOST_BYTES + 1)), Content_Encoding="gzip")
    with pytest.raises(ContractError, match="more than 20,000,000 bytes"):
        only(named(f"{host.url}/a")).read()


def test_a_host_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(UsageError, match="cannot be fetched: timed out"):
        fetched(f"http://127.0.0.1:{silent.getsockname()[1]}/a", patience=0.05)


def test_a_host_that_says_little_at_a_time_is_not_listened_to_for_ever(host: Host) -> None:
    host.answers["/a"] = endless
    seconds = iter(range(1000))
    with pytest.raises(UsageError, match="takes too long"):
        fetched(f"{host.url}/a", in_all=3, clock=lambda: next(seconds))


def test_a_host_that_nobody_serves_is_refused_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/a").startswith(f"http://127.0.0.1:{port}/a cannot be fetched: ")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "http://partner.example/a",
            "http://partner.example/a is not fetched: anybody between could change it; name it as https://",
        ),
        ("http://127.0.0.1.partner.example/a", "is not fetched: anybody between could change it"),
        ("http://me:secret@partner.example/a?token=secret", "http://partner.example/a is not fetched"),
        ("ftp://127.0.0.1/a", "ftp://127.0.0.1/a is not fetched"),
        ("file:///etc/passwd", "'file:///etc/passwd' names no host"),
        ("https:///a", "'https:///a' names no host"),
        ("https://[/a", "is no URL"),
        ("https://a\x00b/", "is no URL"),
        ("https://partner.example:99999999/", "is no URL"),
        ("https://\udcff/", "is no URL"),
    ],
)
def test_what_is_no_safe_url_is_refused_before_anything_is_sent(url: str, said: str) -> None:
    assert said in refused(url)
    assert "secret" not in refused(url)


def test_nothing_is_fetched_unless_the_network_is_allowed(host: Host) -> None:
    with Repository(Path()) as repository, pytest.raises(UsageError, match="--allow-network"):
        source(f"{host.url}/a", Path(), repository, network=False, stdin=io.BytesIO)
    assert host.asked == []


def test_a_public_url_has_neither_login_nor_query() -> None:
    assert public("https://a:b@c:d@partner.example:8443/x@y?token=1#/z") == "https://partner.example:8443/x@y"


# TLS


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine that nobody trusts, with its key."""
    if shutil.which("openssl") is None:
        if os.environ.get("CX_REQUIRE_ALL") == "1":
            pytest.fail("there is no openssl to make a certificate with")
        pytest.skip("there is no openssl to make a certificate with")
    path = tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(tmp_path / "public.pem")),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + (tmp_path / "public.pem").read_bytes())
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Host]:
    host = Host({"/a": document(WHOLE.encode())})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    host.socket = context.wrap_socket(host.socket, server_side=True)
    with serving(host):
        yield host


def test_a_host_that_is_trusted_is_fetched_from_over_tls(
    secure: Host, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetched(secure.url.replace("http:", "https:") + "/a") == WHOLE.encode()


def test_a_host_that_nobody_trusts_is_not(secure: Host) -> None:
    assert "certificate verify failed" in refused(secure.url.replace("http:", "https:") + "/a")
    assert secure.asked == []


def test_a_redirect_from_tls_to_none_is_refused(secure: Host, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    secure.answers["/a"] = onwards(f"{secure.url}/a")
    assert "redirects to another host" in refused(secure.url.replace("http:", "https:") + "/a")
