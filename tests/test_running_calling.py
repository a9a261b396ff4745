"""Calls of running partners: what is sent, what came of it, and what is never sent."""

from __future__ import annotations

import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import pytest

from cxcontracts import __version__
from cxcontracts.exchanges import NO_BODY, Raw, Request
from cxcontracts.walks import Trouble
from tests.partners_running import GET, POST, Asked, answer, calling, closed_port, dripping, hanging_up, running, silent


def test_a_call_goes_to_the_address_of_the_target_and_comes_back_as_values() -> None:
    with running(answer({"state": "sold"}, 201, X_Ref="7")) as shop, calling(f"{shop.url}/v2/") as partners:
        came = partners.send("shop", Request("GET", "/parcels/K%2F7", (("q", "a&b"), ("q", "ü"))))

    assert [(each.method, each.target) for each in shop.asked] == [("GET", "/v2/parcels/K%2F7?q=a%26b&q=%C3%BC")]
    assert came.response is not None
    assert (came.trouble, came.why, came.response.status, came.response.body) == (None, "", 201, {"state": "sold"})
    assert came.response.headers["x-ref"] == "7"
    assert (came.request.base, came.request.path, came.at.tzinfo) == (f"{shop.url}/v2", "/parcels/K%2F7", UTC)


def test_a_body_goes_out_as_its_media_type_has_it() -> None:
    form = Request("POST", "/f", headers={"content-type": "application/x-www-form-urlencoded"}, body={"a": "b c"})
    with running(answer()) as shop, calling(shop.url, may=("read", "write")) as partners:
        json, forms = partners.send("shop", POST), partners.send("shop", form)

    assert [each.body for each in shop.asked] == [b'{"to":"me"}', b"a=b+c"]
    assert [each.headers["content-type"] for each in shop.asked] == ["application/json", "application/x-www-form-urlencoded"]
    assert json.request.headers == {"content-type": "application/json"}
    assert (json.trouble, forms.trouble) == (None, None)


def test_every_request_says_who_calls_in_which_run_and_no_two_are_the_same_call() -> None:
    with running(answer()) as shop, calling(shop.url) as partners:
        came = [partners.send("shop", GET) for _ in range(2)]

    one, other = (each.headers for each in shop.asked)
    assert (one["user-agent"], one["cxcontracts-run"]) == (f"cxcontracts/{__version__}", "run-1")
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", one["traceparent"])
    assert one["traceparent"][:35] == other["traceparent"][:35]
    assert one["traceparent"] != other["traceparent"]
    assert [each.request.headers for each in came] == [{}, {}]


def test_a_connection_is_kept_for_the_next_request() -> None:
    with running(answer()) as shop, calling(shop.url) as partners:
        for _ in range(5):
            assert partners.send("shop", GET).trouble is None

    assert (shop.connected, len(shop.asked)) == (1, 5)


# --- what is never sent -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_where_we_may_only_read_nothing_unsafe_is_sent_and_nobody_connected_to(method: str) -> None:
    with running(answer()) as shop, calling(shop.url) as partners:
        came = partners.send("shop", Request(method, "/parcels"))

    assert (came.trouble, came.response) == (Trouble.FORBIDDEN, None)
    assert came.why == f"the estate allows no {method} here (may: [read])"
    assert shop.connected == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_always_allowed(method: str) -> None:
    with running(answer(b"")) as shop, calling(shop.url) as partners:
        assert partners.send("shop", Request(method, "/parcels")).trouble is None


def test_a_post_that_only_asks_is_sent_where_we_may_only_read() -> None:
    with running(answer()) as shop, calling(shop.url) as partners:
        assert partners.send("shop", POST, safe=True).trouble is None

    assert len(shop.asked) == 1


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with running(answer()) as other, running(answer(b"", 302, Location=other.url)) as shop, calling(shop.url) as partners:
        came = partners.send("shop", GET)

    assert came.response is not None
    assert (came.response.status, came.response.headers["location"], came.trouble) == (302, other.url, None)
    assert other.connected == 0


@pytest.mark.parametrize("path", ["/parcels/../admin", "/parcels/..", "/./parcels", "/parcels/%2e%2E/x", "/parcels/.%2e"])
def test_a_path_that_leads_out_of_itself_is_not_sent(path: str) -> None:
    with running(answer()) as shop, calling(shop.url) as partners:
        assert partners.send("shop", Request("GET", path)).trouble is Trouble.FORBIDDEN

    assert shop.connected == 0


@pytest.mark.parametrize("name", ["host", "content-length", "transfer-encoding", "connection"])
def test_a_journey_does_not_say_where_a_request_goes_or_ends(name: str) -> None:
    with running(answer()) as shop, calling(shop.url) as partners:
        assert partners.send("shop", Request("GET", "/", headers={name: "evil.example"})).trouble is Trouble.FORBIDDEN

    assert shop.connected == 0


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/\ud800"),
        Request("GET", "/", (("q", "\ud800"),)),
        Request("GET", "/", headers={"x-name": "\ud800"}),
        Request("GET", "/", headers={"authorization": "Bearer \ud800\ud800\ud800"}),
        Request("POST", "/", body="\ud800"),
        Request("POST", "/", headers={"content-type": "image/png"}, body={"a": 1}),
        Request("G T", "/"),
    ],
)
def test_what_no_request_can_say_is_not_sent(request_: Request) -> None:
    with running(answer()) as shop, calling(shop.url, may=("read", "write")) as partners:
        came = partners.send("shop", request_)

    assert (came.trouble, came.response, shop.asked) == (Trouble.UNPREPARED, None, [])
    assert came.why


@pytest.mark.parametrize("value", ["a\r\nx-evil: 1", "a\nb", "a\x00b"])
def test_a_header_that_would_end_early_is_not_sent(value: str) -> None:
    with running(answer()) as shop, calling(shop.url) as partners:
        assert partners.send("shop", Request("GET", "/", headers={"x-name": value})).trouble is Trouble.UNPREPARED

    assert shop.asked == []


# --- what can go wrong --------------------------------------------------------------------------------------------------------


def test_nobody_at_the_address_is_said_as_the_system_says_it() -> None:
    with calling(f"http://127.0.0.1:{closed_port()}") as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why, came.response) == (Trouble.UNREACHABLE, "connection refused", None)


def test_a_name_that_nobody_has_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with calling("http://no-such-partner.invalid") as partners:
        came = partners.send("shop", GET)

    assert came.trouble is Trouble.UNREACHABLE


def test_who_says_nothing_is_silent_once_the_deadline_is_over() -> None:
    with running(silent) as shop, calling(shop.url, deadline=0.2) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why, came.response) == (Trouble.SILENT, "no answer within 0.2 s", None)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
    ],
    ids=["status line", "header", "body", "chunk"],
)
def test_a_byte_now_and_then_does_not_prolong_the_deadline(head: bytes) -> None:
    with running(dripping(head)) as shop, calling(shop.url, deadline=0.3) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (Trouble.SILENT, "no answer within 0.3 s")


def test_interim_answers_without_end_do_not_prolong_the_deadline() -> None:
    with running(dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")) as shop, calling(shop.url, deadline=0.3) as partners:
        assert partners.send("shop", GET).trouble is Trouble.SILENT


def test_who_does_not_listen_to_a_large_request_is_silent() -> None:
    def deaf(connection: socket.socket) -> socket.socket:
        time.sleep(1.5)
        return connection

    large = Request("POST", "/", headers={"content-type": "text/plain"}, body="x" * 50_000_000)
    with (
        running(silent, wrap=deaf) as shop,
        calling(shop.url.replace("s:", ":"), deadline=0.3, may=("read", "write")) as partners,
    ):
        assert partners.send("shop", large).trouble is Trouble.SILENT


def test_the_end_of_the_run_ends_an_exchange_and_nothing_is_sent_after_it() -> None:
    with running(silent) as shop, calling(shop.url, until=time.monotonic() + 0.3) as partners:
        came = [partners.send("shop", GET) for _ in range(2)]

    assert [each.trouble for each in came] == [Trouble.SPENT, Trouble.SPENT]
    assert [each.why for each in came] == ["the run's time is up before the answer", "the run's time is up"]
    assert len(shop.asked) == 1


def test_who_hangs_up_without_a_word_is_unreachable() -> None:
    with running(hanging_up()) as shop, calling(shop.url) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (Trouble.UNREACHABLE, "it closes the connection without an answer")


def test_an_answer_that_breaks_off_is_kept_as_far_as_it_came() -> None:
    cut = hanging_up(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[1,2")
    with running(cut) as shop, calling(shop.url) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (Trouble.UNREACHABLE, "its answer breaks off")
    assert came.response is not None
    assert (came.response.status, came.response.body["text"]) == (200, "[1,2")
    assert isinstance(came.response.body, Raw)


def test_an_answer_without_a_length_ends_with_the_connection() -> None:
    whole = hanging_up(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[1,2]")
    with running(whole) as shop, calling(shop.url) as partners:
        came = partners.send("shop", GET)

    assert came.response is not None
    assert (came.trouble, came.response.body) == (None, [1, 2])


def test_a_kept_connection_that_was_closed_meanwhile_costs_a_reader_nothing() -> None:
    def last(connection: socket.socket, _: object) -> None:
        connection.sendall(answer())
        connection.recv(1)
        connection.shutdown(socket.SHUT_RDWR)  # as the next request arrives

    with running(last, answer(1), answer(2)) as shop, calling(shop.url) as partners:
        came = [partners.send("shop", GET) for _ in range(2)]

    assert [each.trouble for each in came] == [None, None]
    assert shop.connected == 2


def test_a_kept_connection_that_was_closed_meanwhile_lets_nothing_unsafe_be_sent_twice() -> None:
    def last(connection: socket.socket, _: object) -> None:
        connection.sendall(answer())
        connection.recv(1)
        connection.shutdown(socket.SHUT_RDWR)

    with running(last, answer(1)) as shop, calling(shop.url, may=("read", "write")) as partners:
        came = [partners.send("shop", POST) for _ in range(2)]

    assert [each.trouble for each in came] == [None, Trouble.UNREACHABLE]
    assert shop.connected == 1


@pytest.mark.parametrize(
    "said",
    [
        answer({"ours": True}) + answer({"ours": False}),
        b"HTTP/1.1 204 No Content\r\n\r\n" + answer({"ours": False}),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\nHTTP/1.1 200 OK",
    ],
    ids=["two answers", "a body where none can be", "half of another"],
)
def test_what_a_partner_says_too_much_is_not_taken_for_its_next_answer(said: bytes) -> None:
    with running(said, answer({"ours": "next"})) as shop, calling(shop.url) as partners:
        came = [partners.send("shop", GET) for _ in range(2)]

    assert [each.trouble for each in came] == [None, None]
    assert came[1].response is not None
    assert came[1].response.body == {"ours": "next"}


def test_no_body_is_no_body_however_it_is_announced() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1000\r\n\r\n"
    with running(head, answer(b"", 204)) as shop, calling(shop.url) as partners:
        came = partners.send("shop", Request("HEAD", "/"))

    assert came.response is not None
    assert (came.trouble, came.response.body) == (None, NO_BODY)


def test_what_is_sent_afterwards_has_a_time_of_its_own_and_keeps_to_the_limits() -> None:
    with running(answer({})) as shop, calling(shop.url, limits={"requests": 2, "rate": "100/s"}, may=("read",)) as partners:
        partners.stop()
        assert partners.send("shop", GET).trouble is Trouble.SPENT
        afterwards = partners.afterwards(60)
        assert afterwards.send("shop", GET).trouble is None
        assert afterwards.send("shop", POST).trouble is Trouble.FORBIDDEN
        assert "are used up" in afterwards.send("shop", GET).why
        assert partners.afterwards(0).send("shop", GET).trouble is Trouble.SPENT


@pytest.mark.parametrize(("method", "times"), [("DELETE", 2), ("POST", 1)])
def test_what_is_sent_afterwards_and_broken_off_by_the_end_is_sent_again_where_that_does_no_harm(method: str, times: int) -> None:
    waiting = threading.Event()

    def hang(connection: socket.socket, _: Asked) -> None:
        waiting.set()
        connection.recv(1)

    with running(hang, answer({})) as shop, calling(shop.url, may=("read", "write")) as partners:
        afterwards = partners.afterwards(60)
        with ThreadPoolExecutor() as pool:
            sent = pool.submit(afterwards.send, "shop", Request(method, "/parcels/7"))
            assert waiting.wait(60)
            partners.stop()
            came = sent.result()

    assert (came.trouble is None, len(shop.asked)) == (times == 2, times)


def test_a_handler_is_told_wherever_it_is_and_learns_our_login_only_at_the_partners_own_origin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret-shop-token")
    auth = {"bearer": "$env.SHOP_TOKEN"}
    with running(answer({})) as other, running(answer({})) as shop, calling(f"{shop.url}/v2", auth=auth) as partners:
        came = [partners.tell("shop", url, {"state": "x"}) for url in ("_states", "/_states", f"{other.url}/_states?a=b")]
        refused = partners.follow("shop", Request("GET", f"{other.url}/_states"))

    assert [each.trouble for each in (*came, refused)] == [None, None, None, Trouble.FORBIDDEN]
    assert [each.target for each in shop.asked] == ["/v2/_states", "/_states"]
    assert {each.headers["authorization"] for each in shop.asked} == {"Bearer s3cret-shop-token"}
    (asked,) = other.asked
    assert (asked.method, asked.target, asked.body) == ("POST", "/_states?a=b", b'{"state":"x"}')
    assert "authorization" not in asked.headers


def test_a_handler_that_has_no_address_is_not_told() -> None:
    with running(answer({})) as shop, calling(shop.url) as partners:
        came = partners.tell("shop", "http://[", {})

    assert (came.trouble, came.gone, shop.asked) == (Trouble.FORBIDDEN, False, [])
