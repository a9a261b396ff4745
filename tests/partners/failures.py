"""The ways in which a server can fail, each with what has to be said of it. Written before there was anything that says it.

:func:`failing` serves one of them on a socket of its own; ``faces/`` is the estate that asks it one thing.

Who is asked, and does not answer as itself (it is down, throttles, refuses our login, cannot be reached, is silent, breaks off,
is no HTTP, shows a web page in place of the API), has not said anything of what it promises: ``inconclusive``, exit code 3.
Whoever answers, says it again when asked again, and is wrong, is ``broken``: exit code 1. What does not repeat is broken as well,
and flaky.
"""

from __future__ import annotations

import contextlib
import datetime
import gzip
import json
import select
import socket
import ssl
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cxcontracts.findings import Verdict
from tests.partners.running import FOLDER, free_port

ESTATE = FOLDER / "faces"
CREDENTIALS = {"DESK_TOKEN": "desk-47b0e19ac65d2f83"}
"""The environment variable that the estate names."""

ANSWERS, NEEDS, MUST = "ask/look/answers", "ask/look/needs:state", "ask/look/must:updatedAt is within 2m of now"

Answer = Callable[[socket.socket, int], None]
"""Answers one request on a connection that was accepted: the connection, and how many requests came before, over all."""

INTACT, BROKEN, UNSURE = Verdict.INTACT, Verdict.BROKEN, Verdict.INCONCLUSIVE


@dataclass(frozen=True)
class Failure:
    """One way to fail.

    Attributes:
        name: A short name.
        exit: The exit code of ``verify``.
        answers: What is said of the requirement that the operation answers.
        cause: A regular expression that the report has to have, ignoring case; how it names the cause.
        answer: What the server does with a request; None where nothing listens.
        why: Why this is right, where it can be argued about.
        broken: The other requirements that are broken by it.
        scheme: Of the address: ``http`` or ``https``.
        certificate: What the server shows: none, or one that is ``self-signed``, ``expired`` or ``for-another-host``.
        host: The host of the address.
        listens: Where the server listens.
    """

    name: str
    exit: int
    answers: Verdict
    cause: str
    answer: Answer | None
    why: str = ""
    broken: tuple[str, ...] = ()
    scheme: str = "http"
    certificate: str = ""
    host: str = "127.0.0.1"
    listens: str = "127.0.0.1"

    @property
    def trusted(self) -> bool:
        """Whether the client has to trust the certificate, so that only what else is wrong with it shows."""
        return self.certificate in ("expired", "for-another-host")


# --- what a server does -------------------------------------------------------------------------------------------------------


def room(state: str = "free", ago: float = 0) -> bytes:
    """Return what the desk rightly says."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=ago)
    return json.dumps({"number": "204", "state": state, "updatedAt": moment.isoformat(timespec="seconds")}).encode()


def http(status: str, body: bytes = b"", *headers: str, media: str = "application/json", length: int | None = None) -> bytes:
    """Return an answer as it goes over the wire; each header is ``Name: value``."""
    named = [f"Content-Type: {media}"] if media else []
    lines = [f"HTTP/1.1 {status}", *named, f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def says(*answers: bytes | Callable[[], bytes]) -> Answer:
    """Answer with these in turn, over and over."""

    def answer(connection: socket.socket, number: int) -> None:
        given = answers[number % len(answers)]
        connection.sendall(given() if callable(given) else given)

    return answer


def right() -> bytes:
    """Return the right answer, as of now."""
    return http("200 OK", room())


def _problem(status: str, *headers: str) -> bytes:
    body = json.dumps({"title": status.partition(" ")[2], "status": int(status[:3])}).encode()
    return http(status, body, *headers, media="application/problem+json")


def _once_wrong(connection: socket.socket, number: int) -> None:
    connection.sendall(right() if number else _problem("500 Internal Server Error"))


def _hangs(connection: socket.socket, number: int) -> None:
    _until_hung_up(connection)


def _hangs_in_body(connection: socket.socket, number: int) -> None:
    connection.sendall(http("200 OK", room()[:20], length=500))
    _until_hung_up(connection)


def _drips(connection: socket.socket, number: int) -> None:
    connection.sendall(http("200 OK", length=100_000))
    while not _hung_up(connection, 0.2):
        connection.sendall(b" ")


def _continues(connection: socket.socket, number: int) -> None:
    while not _hung_up(connection, 0.2):
        connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")


def _closes(connection: socket.socket, number: int) -> None:
    """Say nothing."""


def _resets_in_body(connection: socket.socket, number: int) -> None:
    connection.sendall(http("200 OK", room()[:20], length=500))
    time.sleep(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _hung_up(connection: socket.socket, patience: float) -> bool:
    readable, _, _ = select.select([connection], [], [], patience)
    return bool(readable) and not connection.recv(65536)


def _until_hung_up(connection: socket.socket) -> None:
    while not _hung_up(connection, 1.0):
        pass


def _bomb() -> bytes:
    """Return 200 MB of blanks, packed into some hundred kilobytes."""
    blanks = b" " * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    part = packer.compress(blanks) + packer.flush(zlib.Z_FULL_FLUSH)
    return http("200 OK", b"\x1f\x8b\x08" + bytes(7) + part * 200 + b"\x03" + bytes(9), "Content-Encoding: gzip")


def _an_hour_ago() -> bytes:
    date = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return http("200 OK", room(ago=3600), f"Date: {date}")


_TLS_HANDSHAKE = b"\x16\x03"
_SHELL = "<!doctype html><html><head><title>{}</title></head><body>{}</body></html>"
_MAINTENANCE = _SHELL.format("Back soon", "<h1>We are working on it</h1>").encode()
_LOGIN = _SHELL.format("Log in", '<form><input name="u"><input type="password" name="p"></form>').encode()
_HTML = "text/html; charset=utf-8"
_DOWN, _LOGS_IN, _AWAY = "down.*503|503.*down", "refuses our login|login", "reach|refused"

FAILURES: tuple[Failure, ...] = (
    Failure("right", 0, INTACT, "intact", says(right)),
    Failure(
        "right-over-http-1.0",
        0,
        INTACT,
        "intact",
        says(lambda: right().replace(b"HTTP/1.1", b"HTTP/1.0", 1)),
        "an older protocol hurts nobody",
    ),
    Failure(
        "right-after-early-hints",
        0,
        INTACT,
        "intact",
        says(lambda: b"HTTP/1.1 103 Early Hints\r\n\r\n" + right()),
        "answers of 1xx come before the answer, RFC 9110, section 15.2",
    ),
    Failure(
        "right-with-byte-order-mark",
        0,
        INTACT,
        "intact",
        says(lambda: http("200 OK", b"\xef\xbb\xbf" + room())),
        "whoever reads JSON may pass it over, RFC 8259, section 8.1",
    ),
    Failure("right-on-ipv6", 0, INTACT, "intact", says(right), "an address may be one of IPv6", host="[::1]", listens="::1"),
    Failure("deaf-on-ipv6", 3, UNSURE, "connection refused", None, "nobody listens there", host="[::1]"),
    Failure(
        "right-and-zipped-though-unasked",
        0,
        INTACT,
        "intact",
        says(lambda: http("200 OK", gzip.compress(room()), "Content-Encoding: gzip")),
        "everybody reads gzip",
    ),
    Failure("truly-broken", 1, BROKEN, r"\b500\b", says(_problem("500 Internal Server Error"))),
    Failure(
        "not-implemented",
        1,
        BROKEN,
        r"\b501\b",
        says(_problem("501 Not Implemented")),
        "it answers, and says that it cannot do what it promised",
    ),
    Failure("down", 3, UNSURE, _DOWN, says(_problem("503 Service Unavailable"))),
    Failure(
        "down-for-a-second",
        3,
        UNSURE,
        _DOWN,
        says(_problem("503 Service Unavailable", "Retry-After: 1")),
        "it may be asked again after a second, and is still down",
    ),
    Failure(
        "down-with-a-page",
        3,
        UNSURE,
        _DOWN,
        says(http("503 Service Unavailable", _MAINTENANCE, media=_HTML)),
        "the status counts, whatever is written below it",
    ),
    Failure("bad-gateway", 3, UNSURE, r"\b502\b", says(http("502 Bad Gateway", b"upstream", media="text/plain"))),
    Failure("gateway-timeout", 3, UNSURE, r"\b504\b", says(http("504 Gateway Timeout", b"upstream", media="text/plain"))),
    Failure("throttled", 3, UNSURE, r"throttle.*\b429\b", says(_problem("429 Too Many Requests"))),
    Failure(
        "throttled-for-a-year",
        3,
        UNSURE,
        r"throttle.*\b429\b",
        says(_problem("429 Too Many Requests", "Retry-After: 31536000")),
        "nobody waits for it",
    ),
    Failure(
        "throttled-in-nonsense",
        3,
        UNSURE,
        r"throttle.*\b429\b",
        says(_problem("429 Too Many Requests", "Retry-After: soon, -1")),
        "what cannot be read is as if it were not there",
    ),
    Failure(
        "login-refused", 3, UNSURE, rf"({_LOGS_IN}).*\b401\b", says(_problem("401 Unauthorized", "WWW-Authenticate: Bearer"))
    ),
    Failure("login-not-enough", 3, UNSURE, rf"({_LOGS_IN}).*\b403\b", says(_problem("403 Forbidden"))),
    Failure("proxy-wants-a-login", 3, UNSURE, rf"({_LOGS_IN}).*\b407\b", says(_problem("407 Proxy Authentication Required"))),
    Failure("login-page", 3, UNSURE, "login page", says(http("200 OK", _LOGIN, media=_HTML))),
    Failure(
        "sent-to-login-page", 3, UNSURE, r"login page.*\b302\b", says(http("302 Found", b"", "Location: /login?next=/rooms/204"))
    ),
    Failure("maintenance-page", 3, UNSURE, "web page", says(http("200 OK", _MAINTENANCE, media=_HTML))),
    Failure(
        "maintenance-page-called-json",
        3,
        UNSURE,
        "web page",
        says(http("200 OK", _MAINTENANCE)),
        "a page is a page, whatever it is called",
    ),
    Failure(
        "maintenance-in-json",
        1,
        INTACT,
        "state",
        says(http("200 OK", b'{"message": "We are working on it"}')),
        "a success with something else in it is what the app shows; that it is down, a partner says with 503",
        (NEEDS, MUST),
    ),
    Failure(
        "moved",
        1,
        BROKEN,
        r"\b301\b",
        says(http("301 Moved Permanently", b"", "Location: /v2/rooms/204")),
        "redirects are not followed, for they may lead out of the estate; the contract promises the answer itself here",
    ),
    Failure(
        "redirect-loop",
        1,
        BROKEN,
        r"\b302\b",
        says(http("302 Found", b"", "Location: /rooms/204")),
        "it is not followed, so that nothing goes round; it is no login page",
    ),
    Failure("hangs", 3, UNSURE, "no answer (with)?in", _hangs),
    Failure("hangs-in-body", 3, UNSURE, "no answer (with)?in|time", _hangs_in_body),
    Failure("drips", 3, UNSURE, "no answer (with)?in|time", _drips, "the deadline is for all of an answer, not for each byte"),
    Failure("goes-on-processing", 3, UNSURE, "no answer (with)?in|time|no HTTP", _continues, "102 for ever is no answer"),
    Failure("refuses", 3, UNSURE, "connection refused", None),
    Failure("closes", 3, UNSURE, "clos|without an answer|disconnect", _closes),
    Failure("resets-in-body", 3, UNSURE, "reset|breaks off|broke off", _resets_in_body),
    Failure("truncated", 3, UNSURE, "breaks off|broke off|incomplete|shorter", says(http("200 OK", room()[:20], length=500))),
    Failure(
        "text-in-place-of-json",
        1,
        INTACT,
        "text/plain|no JSON|not JSON|state",
        says(lambda: http("200 OK", room(), media="text/plain")),
        "an app that goes by the type, as the contract says, reads nothing; the status is the expected one",
        (NEEDS, MUST),
    ),
    Failure(
        "empty", 1, INTACT, "empty|no body|missing|state", says(http("200 OK")), "the status is the expected one", (NEEDS, MUST)
    ),
    Failure(
        "nothing-to-say",
        1,
        INTACT,
        "no body|empty|missing|204|state",
        says(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
        "the step takes any 2xx, and its needs fail on one without a body",
        (NEEDS, MUST),
    ),
    Failure(
        "invalid-json",
        1,
        INTACT,
        "JSON",
        says(http("200 OK", b"{'state': 'free'}")),
        "it is the partner's own answer, and nobody can read it",
        (NEEDS, MUST),
    ),
    Failure(
        "nan-in-json",
        1,
        INTACT,
        "JSON",
        says(lambda: http("200 OK", room()[:-1] + b', "rate": NaN}')),
        "JSON has no NaN (RFC 8259, section 6): most apps refuse all of it",
        (NEEDS, MUST),
    ),
    Failure(
        "json-in-utf-16",
        1,
        INTACT,
        "UTF-8|JSON",
        says(lambda: http("200 OK", room().decode().encode("utf-16"))),
        "JSON that is exchanged is UTF-8, RFC 8259, section 8.1",
        (NEEDS, MUST),
    ),
    Failure(
        "json-without-end",
        1,
        INTACT,
        "JSON|deep|nest",
        says(http("200 OK", b"[" * 100_000 + b"]" * 100_000)),
        "it is JSON that nobody reads, and none that has a state",
        (NEEDS, MUST),
    ),
    Failure(
        "half-new",
        1,
        INTACT,
        "flaky",
        says(right, lambda: http("200 OK", room("available"))),
        "every other instance runs the next version: half of the customers are hurt, so it stays broken",
        (NEEDS,),
    ),
    Failure(
        "half-broken", 1, BROKEN, "flaky", says(right, _problem("500 Internal Server Error")), "half of the customers are hurt"
    ),
    Failure("broken-once", 1, BROKEN, "flaky", _once_wrong, "what does not repeat stays broken, and says so: flaky 1/4"),
    Failure(
        "unfolds-beyond-measure",
        3,
        UNSURE,
        "large|more than|beyond",
        says(_bomb),
        "what we do not read to its end we do not judge",
    ),
    Failure(
        "packed-by-nobody-knows-what",
        3,
        UNSURE,
        "snap|packed|encoding|encoded|unknown",
        says(lambda: http("200 OK", room(), "Content-Encoding: snap")),
        "we did not ask for it, and cannot tell what it says",
    ),
    Failure(
        "packed-and-is-not",
        3,
        UNSURE,
        "gzip|packed|decod|unpack",
        says(lambda: http("200 OK", room(), "Content-Encoding: gzip")),
        "a proxy has mixed up headers and body: what the partner said is not known",
    ),
    Failure("garbage", 3, UNSURE, "no HTTP|not HTTP|protocol", says(b"\x00\xff\x13\x37 hello\r\n\r\n")),
    Failure("http-0.9", 3, UNSURE, "no HTTP|not HTTP|protocol", says(room)),
    Failure(
        "huge-headers",
        3,
        UNSURE,
        "header|large|no HTTP|more than",
        says(lambda: http("200 OK", room(), *(f"X-{number}: {'x' * 8000}" for number in range(200)))),
    ),
    Failure(
        "two-lengths",
        3,
        UNSURE,
        "no HTTP|length|protocol",
        says(lambda: http("200 OK", room(), "Content-Length: 3")),
        "two lengths that differ are an attack or a defect, RFC 9112, section 6.3",
    ),
    Failure(
        "chunks-of-nonsense",
        3,
        UNSURE,
        "no HTTP|chunk|breaks off|protocol",
        says(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n"),
    ),
    Failure(
        "status-nobody-knows",
        3,
        UNSURE,
        "999|no HTTP|not know",
        says(http("999 Request denied", b"")),
        "999 is no status (RFC 9110, section 15): a wall before the API sends it",
    ),
    Failure("tls-where-none-is-expected", 3, UNSURE, "no HTTP|TLS|clos|reset|breaks off", says(right), certificate="self-signed"),
    Failure("none-where-tls-is-expected", 3, UNSURE, "TLS|SSL", says(right), scheme="https"),
    Failure(
        "certificate-self-signed",
        3,
        UNSURE,
        "certificate.*(self.signed|trust)",
        says(right),
        scheme="https",
        certificate="self-signed",
    ),
    Failure("certificate-expired", 3, UNSURE, "certificate.*expired", says(right), scheme="https", certificate="expired"),
    Failure(
        "certificate-of-another-host",
        3,
        UNSURE,
        "certificate.*(host|IP address|mismatch|not valid for)",
        says(right),
        scheme="https",
        certificate="for-another-host",
    ),
    Failure("no-such-host", 3, UNSURE, "resol|name or service|no address|not known|DNS", None, host="desk.invalid"),
    Failure(
        "another-api",
        1,
        INTACT,
        "state",
        says(http("200 OK", b'{"service": "billing", "version": "9.1"}')),
        "from outside this is a partner that answers something else",
        (NEEDS, MUST),
    ),
    Failure(
        "nothing-is-found",
        1,
        BROKEN,
        r"\b404\b",
        says(http("404 Not Found", b"404 page not found", media="text/plain")),
        "the operation that was promised is not there",
    ),
    Failure("gone", 1, BROKEN, r"\b410\b", says(_problem("410 Gone")), "and it will not come back"),
    Failure("everything-is-bad", 1, BROKEN, r"\b400\b", says(_problem("400 Bad Request"))),
    Failure("not-understood", 1, BROKEN, r"\b422\b", says(_problem("422 Unprocessable Content"))),
    Failure("no-such-method", 1, BROKEN, r"\b405\b", says(_problem("405 Method Not Allowed", "Allow: POST"))),
    Failure("not-acceptable", 1, BROKEN, r"\b406\b", says(_problem("406 Not Acceptable")), "we ask for JSON, which it promises"),
    Failure("in-the-way-of-itself", 1, BROKEN, r"\b409\b", says(_problem("409 Conflict"))),
    Failure("too-large", 1, BROKEN, r"\b413\b", says(_problem("413 Content Too Large"))),
    Failure(
        "upgrade-required",
        1,
        BROKEN,
        r"\b426\b",
        says(_problem("426 Upgrade Required", "Upgrade: HTTP/3.0")),
        "another protocol is asked for than the one that was promised",
    ),
    Failure(
        "forbidden-by-law",
        1,
        BROKEN,
        r"\b451\b",
        says(_problem("451 Unavailable For Legal Reasons")),
        "it is no login that is refused",
    ),
    Failure(
        "clock-an-hour-off",
        1,
        INTACT,
        "updatedAt|clock",
        says(_an_hour_ago),
        "its Date is off as well, so its clock is; the customer sees a time that is wrong all the same",
        (MUST,),
    ),
    Failure(
        "stale",
        1,
        INTACT,
        "updatedAt",
        says(lambda: http("200 OK", room(ago=3600))),
        "its clock, if it shows one, is right: what it says is old",
        (MUST,),
    ),
    Failure(
        "another-word",
        1,
        INTACT,
        "state",
        says(lambda: http("200 OK", room("available"))),
        "all instances run the next version",
        (NEEDS,),
    ),
)


# --- serving it ---------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def failing(failure: Failure, certificates: Path) -> Iterator[str]:
    """Serve a failure until the block ends, and yield its address.

    Args:
        failure: What to serve.
        certificates: A folder for :func:`certificate`.
    """
    if failure.answer is None:
        yield f"{failure.scheme}://{failure.host}:{free_port()}"
        return
    context = _tls(certificate(failure.certificate, certificates)) if failure.certificate else None
    family = socket.AF_INET6 if ":" in failure.listens else socket.AF_INET
    listener = socket.create_server((failure.listens, 0), family=family)
    server = threading.Thread(target=_serve, args=(listener, failure.answer, context), daemon=True)
    server.start()
    try:
        yield f"{failure.scheme}://{failure.host}:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        server.join()


def certificate(kind: str, folder: Path) -> Path:
    """Return a file with a key and its certificate, made by ``openssl``: ``self-signed``, ``expired`` or ``for-another-host``."""
    both = folder / f"{kind}.pem"
    if not both.exists():
        name = "DNS:other.example" if kind == "for-another-host" else "IP:127.0.0.1,DNS:localhost"
        key, request, more = folder / "key.pem", folder / "request.pem", folder / "more.txt"
        more.write_text(f"subjectAltName={name}\nbasicConstraints=critical,CA:TRUE\n", encoding="utf-8")
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=desk")
        days = "-1" if kind == "expired" else "2"
        made = _openssl("x509", "-req", "-in", request, "-signkey", key, "-days", days, "-extfile", more)
        both.write_bytes(key.read_bytes() + made)
    return both


def _openssl(*words: str | Path) -> bytes:
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True).stdout


def _tls(both: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


def _serve(listener: socket.socket, answer: Answer, context: ssl.SSLContext | None) -> None:
    number = 0
    while True:
        try:
            accepted, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_attend, args=(accepted, answer, context, number), daemon=True).start()
        number += 1


def _attend(accepted: socket.socket, answer: Answer, context: ssl.SSLContext | None, number: int) -> None:
    """Answer the one request that comes over a connection; whoever hangs up has had enough."""
    with contextlib.suppress(OSError), accepted:
        connection = context.wrap_socket(accepted, server_side=True) if context else accepted
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(65536)
                if not part:
                    return
                head += part
                if head.startswith(_TLS_HANDSHAKE):
                    connection.sendall(_problem("400 Bad Request"))
                    return
            answer(connection, number)
