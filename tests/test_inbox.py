"""What partners deliver of their own accord: what counts, what does not, and that nothing hurts the inbox."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from cxcontracts.errors import UsageError
from cxcontracts.exchanges import JSON, Raw
from cxcontracts.findings import Harm
from cxcontracts.running.inbox import Address, Delivery, Inbox
from tests.estates_made import Judged, write
from tests.partners_running import Asked, answer, closed_port, running
from tests.verified import body, replying, verify
from tests.walks_made import OPEN

SECRET = "whsec_" + base64.b64encode(b"a key of twenty four by").decode()


def signed(data: bytes, secret: str = SECRET, at: float | None = None, id: str = "msg-1") -> dict[str, str]:
    """Return the headers of a delivery, as Standard Webhooks 1.0 has them."""
    moment = str(int(time.time() if at is None else at))
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    digest = hmac.new(key, f"{id}.{moment}.".encode() + data, hashlib.sha256).digest()
    return {"webhook-id": id, "webhook-timestamp": moment, "webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


class Opened:
    """An inbox of the partner ``p``, with what is delivered to it."""

    def __init__(self, secret: str = "", path: str = "/events") -> None:
        self.url = f"http://127.0.0.1:{closed_port()}"
        self.inbox = Inbox({"p": Address(self.url + path, secret), "o": Address(self.url + path + "/other", "")})

    def post(self, data: bytes, headers: Mapping[str, str] | None = None, path: str = "/events") -> int:
        with httpx.Client(trust_env=False) as client:
            return client.post(self.url + path, content=data, headers=headers or {"content-type": "application/json"}).status_code

    def came(self, partner: str = "p") -> list[Delivery]:
        seen: list[Delivery] = []

        def note(delivery: Delivery) -> bool:
            seen.append(delivery)
            return False

        self.inbox.awaited(partner, note, time.monotonic(), threading.Event())
        return seen


@pytest.fixture
def open_() -> Iterator[Opened]:
    opened = Opened()
    with opened.inbox:
        yield opened


@pytest.fixture
def sealed() -> Iterator[Opened]:
    opened = Opened(SECRET)
    with opened.inbox:
        yield opened


def test_what_is_delivered_is_kept_for_its_partner(open_: Opened) -> None:
    assert open_.post(b'{"a": 1}') == 202
    assert open_.post(b'{"b": 1}', path="/events/other?x=1") == 202

    ((first,), (other,)) = (open_.came(), open_.came("o"))
    assert (first.message.body, first.unsigned, first.request.method) == ({"a": 1}, "", "POST")
    assert other.message.body == {"b": 1}


@pytest.mark.parametrize("path", ["/", "/else", "/eventsX", "/event"])
def test_what_comes_elsewhere_is_nobodys(open_: Opened, path: str) -> None:
    assert open_.post(b"{}", path=path) == 404
    assert open_.came() == []


def test_a_cloud_event_in_binary_mode_is_read_as_its_envelope(open_: Opened) -> None:
    headers = {"ce-specversion": "1.0", "ce-type": "parcel.sent", "ce-id": "7", "ce-source": "/p"}
    open_.post(b'{"ref": "R1"}', {"content-type": "application/json; charset=utf-8", **headers})

    assert open_.came()[0].message.body == {
        "specversion": "1.0", "type": "parcel.sent", "id": "7", "source": "/p",
        "datacontenttype": "application/json", "data": {"ref": "R1"},
    }  # fmt: skip


def test_what_is_no_json_is_kept_as_what_it_is(open_: Opened) -> None:
    assert open_.post(b"{") == 202
    body_ = open_.came()[0].message.body
    assert isinstance(body_, Raw)
    assert "is none" in body_.why


@pytest.mark.parametrize("secret", [SECRET, "a plain word"])
def test_a_right_signature_counts(secret: str) -> None:
    opened = Opened(secret)
    with opened.inbox:
        opened.post(b'{"a": 1}', signed(b'{"a": 1}', secret))
        opened.post(
            b"{}", {**signed(b"{}", secret), "webhook-signature": f"v1,AAAA v2,x {signed(b'{}', secret)['webhook-signature']}"}
        )
        assert [each.unsigned for each in opened.came()] == ["", ""]
        assert opened.inbox.refused("p") == 0


@pytest.mark.parametrize(
    ("headers", "why"),  # made when they are sent: a signature is good for some minutes
    [
        (lambda: {}, "it has no signature"),
        (lambda: signed(b"{}") | {"webhook-id": ""}, "it has no signature"),
        (lambda: signed(b"{ }"), "its signature is wrong"),
        (lambda: signed(b"{}", "whsec_AAAA"), "its signature is wrong"),
        (lambda: signed(b"{}") | {"webhook-id": "msg-2"}, "its signature is wrong"),
        (lambda: signed(b"{}") | {"webhook-signature": "v1a,AAAA"}, "its signature is wrong"),
        (lambda: signed(b"{}") | {"webhook-signature": "v1,é"}, "its signature is wrong"),
        (lambda: signed(b"{}", at=1_000_000), "its signature is too old"),
        (lambda: signed(b"{}", at=4_000_000_000), "its signature is too old"),
        (lambda: signed(b"{}") | {"webhook-timestamp": "²"}, "its signature is too old"),
        (lambda: signed(b"{}") | {"webhook-timestamp": "-1"}, "its signature is too old"),
    ],
)
def test_a_wrong_signature_does_not_count(sealed: Opened, headers: Callable[[], dict[str, str]], why: str) -> None:
    with httpx.Client(trust_env=False) as client:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers().items()]
        assert client.post(f"{sealed.url}/events", content=b"{}", headers=raw).status_code == 202
    assert [each.unsigned for each in sealed.came()] == [why]
    assert sealed.inbox.refused("p") == 1


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST /events HTTP/1.1\r\n\r\n", b" 411 "),
        (b"POST /events HTTP/1.1\r\ncontent-length: 5000001\r\n\r\n", b" 413 "),
        (b"POST /events HTTP/1.1\r\ncontent-length: \xb2\r\n\r\n", b" 413 "),
        (b"POST /events HTTP/1.1\r\ncontent-length: -1\r\n\r\n", b" 413 "),
        (b"GET /events HTTP/1.1\r\n\r\n", b" 501 "),
        (b"\x00\xff\r\n\r\n", b" 400 "),
    ],
)
def test_what_is_no_delivery_is_refused_without_a_word_here(
    open_: Opened, request_: bytes, status: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    host, _, port = open_.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request_)
        said = connection.recv(1000)
    assert status in said.split(b"\r\n")[0] + b" " or (status == b" 400 " and b"400" in said)
    assert open_.post(b"{}") == 202
    assert len(open_.came()) == 1
    assert capfd.readouterr().err == ""


def test_an_address_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/events"
        with pytest.raises(UsageError, match=r"the inbox http://127.0.0.1:[0-9]+ cannot be opened"), Inbox({"p": Address(url)}):
            pass


# Within a journey


EVENTS = """
asyncapi: 3.0.0
info: {title: made, version: 1.0.0}
channels:
  parcels: {address: parcels, messages: {sent: {$ref: '#/components/messages/sent'}}}
operations: {send: {action: send, channel: {$ref: '#/channels/parcels'}}}
components:
  messages:
    sent:
      name: parcel.sent
      payload: {type: object, required: [ref, text], properties: {ref: {type: string}, text: {type: string}}}
"""
JOURNEY = """
given: {ref: {from: customer, pattern: '^R[0-9]{6}$'}}
steps:
  - {step: order, call: p POST /thing, with: {body.ref: $ref}, safe: true}
  - {step: told, event: p parcel.sent, after: order, match: {ref: $ref}, within: WITHIN, needs: {text: text}}
"""


Deliveries = list[tuple[JSON, Callable[[bytes], dict[str, str]]]]


def told(
    folder: Path,
    deliver: Callable[[Asked], Deliveries],
    within: str = "60s",
    secret: str = "",
    journey: str = JOURNEY,
    delay: float = 0.0,
) -> Judged:
    """Verify a journey whose partner delivers events.

    Args:
        deliver: Given a request, returns messages, each with what makes its headers.
        delay: How many seconds after the answer they come.
    """
    address = f"http://127.0.0.1:{closed_port()}/events"

    def send(messages: Deliveries) -> None:
        with suppress(httpx.TransportError), httpx.Client(trust_env=False) as client:
            for message, headers in messages:
                data = json.dumps(message).encode()
                client.post(address, content=data, headers=headers(data))

    def order(asked: Asked) -> bytes:
        if delay:
            threading.Timer(delay, send, [deliver(asked)]).start()
        else:
            send(deliver(asked))
        return answer({})

    with running(replying(order)) as p:
        inbox = f"{{at: '{address}', secret: $env.HOOK_SECRET}}" if secret else f"'{address}'"
        keys = f"environments: {{sandbox: {{url: '{p.url}', inbox: {inbox}, may: [read, write]}}}}"
        root = write(folder, journey.replace("WITHIN", within), {"p": OPEN}, events={"p": EVENTS}, partners={"p": keys})
        return verify(root, environment="sandbox")


def plain(_: bytes) -> dict[str, str]:
    return {"content-type": "application/json"}


def ref(asked: Asked) -> JSON:
    return body(asked)["ref"]


def test_the_event_of_this_customer_is_awaited_and_judged(tmp_path: Path) -> None:
    found = told(tmp_path, lambda asked: [({"ref": "R0", "text": 1}, plain), ({"ref": ref(asked), "text": "on its way"}, plain)])
    assert found.verdicts == {}
    assert found["told/event"].observed == 3

    found = told(tmp_path, lambda asked: [({"ref": ref(asked), "text": None}, plain)])
    assert found.verdicts == {"told/needs:text": "broken"}


def test_an_event_that_does_not_come_is_broken(tmp_path: Path) -> None:
    found = told(tmp_path, lambda asked: [({"ref": "R0", "text": "x"}, plain)], "200ms")
    assert (found.verdict("told/event"), found.because("told/event")) == ("broken", "it did not come within 0.2 s")
    assert found.verdict("told/needs:text") == "inconclusive"


def test_an_event_that_comes_once_its_time_is_over_delays(tmp_path: Path) -> None:
    found = told(tmp_path, lambda asked: [({"ref": ref(asked), "text": "x"}, plain)], "1s", delay=1.4)

    assert found["told/event"].harm is Harm.DELAYED
    assert re.fullmatch(r"it did not come within 1 s; 0\.\d+ s later it holds", found.because("told/event"))
    assert found.verdicts["told/event"] == "broken"


def test_an_event_of_an_earlier_walk_is_not_this_ones(tmp_path: Path) -> None:
    seen: list[Asked] = []

    def first_only(asked: Asked) -> Deliveries:
        seen.append(asked)
        return [({"ref": "R000001", "text": "x"}, plain)] if len(seen) == 1 else []

    journey = JOURNEY.replace("pattern: '^R[0-9]{6}$'", "examples: [R000001]")
    found = told(tmp_path, first_only, "200ms", journey=journey)
    assert found.verdict("told/event") == "broken"


def test_signed_events_count_and_others_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    good = lambda asked: [({"ref": ref(asked), "text": "x"}, lambda data: {**plain(data), **signed(data)})]  # noqa: E731
    assert told(tmp_path, good, secret=SECRET).verdicts == {}

    found = told(tmp_path, lambda asked: [({"ref": ref(asked), "text": "x"}, plain)], "200ms", SECRET)
    assert found.verdict("told/event") == "broken"
    assert "with a wrong signature did not count" in found.because("told/event")


def test_an_event_that_comes_before_the_second_press_counts(tmp_path: Path) -> None:
    known: set[str] = set()

    def first_press(asked: Asked) -> Deliveries:
        if ref(asked) in known:
            return []
        known.add(ref(asked))
        return [({"ref": ref(asked), "text": "x"}, plain)]

    journey = JOURNEY.replace("safe: true}", "repeat-safe: true}")
    assert told(tmp_path, first_press, "5s", journey=journey).verdicts == {}


def test_where_nobody_listens_an_event_is_inconclusive(tmp_path: Path) -> None:
    with running(answer({})) as p:
        root = write(tmp_path, JOURNEY.replace("WITHIN", "1s"), {"p": OPEN}, events={"p": EVENTS})
        found = verify(root, {"p": p})
    assert found.verdict("told/event") == "inconclusive"
    assert found.because("told/event") == "nobody listens for what p sends: give it an inbox"
