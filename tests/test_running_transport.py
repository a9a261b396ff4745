"""To whom a request may go, and which way: the estate's hosts, links, proxies."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpcore
import pytest

from cxcontracts.exchanges import Request
from cxcontracts.running.proxies import Way, proxy_for
from cxcontracts.running.sockets import Backend
from cxcontracts.running.transport import Permit
from cxcontracts.running.wire import Failed, Origin, origin_of
from cxcontracts.walks import Trouble
from tests.certificates import Certificates, certificates
from tests.partners_running import GET, Answer, Asked, Partner, answer, calling, closed_port, running

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


# --- hosts --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("https://api.shop.example/x", True),
        ("https://API.shop.example:443", True),
        ("https://api.shop.example:8443", False),
        ("http://api.shop.example", False),
        ("https://files.shop.example", True),
        ("https://a.b.cdn.example", True),
        ("https://cdn.example", False),
        ("https://evilcdn.example", False),
        ("https://a.cdn.example:8443", False),
        ("https://plus.example:8443", True),
        ("https://plus.example", False),
        ("http://files.shop.example", False),
        ("https://shop.example", False),
        ("https://169.254.169.254", False),
    ],
)
def test_the_estate_s_hosts_are_reached_and_nobody_else(url: str, reached: bool) -> None:
    permit = Permit(origin_of("https://api.shop.example/v2"), ("files.shop.example", "*.cdn.example", "plus.example:8443"))

    assert permit.reaches(origin_of(url)) == reached


def test_a_partner_without_tls_has_hosts_without_tls() -> None:
    permit = Permit(origin_of("http://localhost:8080"), ("127.0.0.1:9000",))

    assert permit.reaches(origin_of("http://127.0.0.1:9000"))
    assert permit.reaches(origin_of("https://127.0.0.1:9000"))


def test_a_connection_is_made_to_nobody_else_whoever_asks_for_it() -> None:
    with running(answer(1)) as shop, running(answer(2)) as other:
        backend = Backend(lambda host, port: (host, port) == ("127.0.0.1", shop.port))
        with httpcore.ConnectionPool(network_backend=backend) as pool, pytest.raises(Failed) as raised:
            pool.request("GET", other.url, extensions={"timeout": {"connect": time.monotonic() + 30}})

    assert (raised.value.trouble, other.connected) == (Trouble.FORBIDDEN, 0)


# --- links --------------------------------------------------------------------------------------------------------------------

LOGIN = {"header": {"X-Key": "$env.SHOP_KEY"}}


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("/v2/parcels/8", "/v2/parcels/8"),
        ("9", "/v2/parcels/9"),
        ("../orders?page=2&q=a%26b", "/v2/orders?page=2&q=a%26b"),
        ("?page=3", "/v2/parcels/7?page=3"),
        ("{url}/v3/x#part", "/v3/x"),
    ],
)
def test_a_link_is_followed_from_where_it_stood(link: str, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "CANARY")
    with running(answer(1)) as shop, calling(f"{shop.url}/v2", auth=LOGIN) as partners:
        came = partners.follow("shop", Request("GET", link.replace("{url}", shop.url)), beside=f"{shop.url}/v2/parcels/7")

    assert (came.trouble, came.request.base) == (None, shop.url)
    assert [(each.target, each.headers["x-key"]) for each in shop.asked] == [(asked, "CANARY")]


def test_a_link_to_a_host_of_the_estate_is_followed_and_nobody_logs_in_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "CANARY")
    with (
        running(answer(1)) as files,
        running(answer(2)) as shop,
        calling(shop.url, auth=LOGIN, hosts=(f"127.0.0.1:{files.port}",)) as partners,
    ):
        came = partners.follow("shop", Request("GET", f"{files.url}/label.pdf"))

    assert (came.trouble, shop.connected) == (None, 0)
    assert [(each.target, "x-key" in each.headers) for each in files.asked] == [("/label.pdf", False)]


@pytest.mark.parametrize(
    "link",
    [
        "http://169.254.169.254/latest/meta-data",
        "//elsewhere.example/x",
        "file:///etc/passwd",
        "ftp://shop.test/x",
        "https://me:word@127.0.0.1/x",
        "http://[::1",
        "http://127.0.0.1:99999/",
        "javascript:alert(1)",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(link: str) -> None:
    with running(answer(1)) as shop, calling(shop.url) as partners:
        came = partners.follow("shop", Request("GET", link))

    assert (came.trouble, came.response, shop.connected) == (Trouble.FORBIDDEN, None, 0)


def test_a_link_is_followed_as_far_as_we_may() -> None:
    with running(answer(1)) as shop, calling(shop.url) as partners:
        came = (
            partners.follow("shop", Request("DELETE", "/parcels/7")),
            partners.follow("shop", Request("POST", "/parcels", body=[]), safe=True),
        )

    assert [each.trouble for each in came] == [Trouble.FORBIDDEN, None]


def test_a_name_that_leads_to_the_machine_s_own_network_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with calling("http://rebound.shop.example") as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (
        Trouble.FORBIDDEN,
        "rebound.shop.example leads to 169.254.169.254, which is no partner's but this machine's network itself",
    )


def test_a_name_that_nobody_looks_up_in_time_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def never(*_: Any, **__: Any) -> list[Any]:
        done.wait(30)
        raise OSError("late")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with calling("http://slow.shop.example", deadline=0.1) as partners:
        came = partners.send("shop", GET)
    done.set()

    assert (came.trouble, came.why) == (Trouble.SILENT, "no answer within 0.1 s")


def test_a_name_with_several_addresses_is_tried_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo

    def found(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        if host != "shop.example":
            return look_up(host, port, *more, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

    with running(answer(1)) as shop, calling(f"http://shop.example:{shop.port}") as partners:
        monkeypatch.setattr(socket, "getaddrinfo", found)
        came = partners.send("shop", GET)

    assert (came.trouble, shop.asked[0].headers["host"]) == (None, f"shop.example:{shop.port}")


# --- proxies ------------------------------------------------------------------------------------------------------------------

PARTNER = Origin("https", "api.shop.example", 443)
PROXY = Way(Origin("http", "proxy.example", 3128))


@pytest.mark.parametrize(
    ("environment", "way"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, PROXY),
        ({"https_proxy": "http://proxy.example:3128", "HTTPS_PROXY": "http://other.example"}, PROXY),
        ({"HTTPS_PROXY": "proxy.example:3128"}, PROXY),
        ({"ALL_PROXY": "http://proxy.example:3128"}, PROXY),
        ({"HTTP_PROXY": "http://proxy.example:3128"}, None),
        ({"HTTPS_PROXY": "https://me:w%40rd@proxy.example"}, Way(Origin("https", "proxy.example", 443), ("me", "w@rd"))),
        *[
            ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": exempt}, None)
            for exempt in ("*", "api.shop.example", ".shop.example", "shop.example", "a, *.shop.example", "Shop.Example:443")
        ],
        *[
            ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": exempt}, PROXY)
            for exempt in ("", "op.example", "api.shop.example:8443", "10.0.0.0/8", "i.shop.example")
        ],
    ],
)
def test_the_proxy_is_the_one_that_the_environment_names(environment: dict[str, str], way: Way | None) -> None:
    assert proxy_for(PARTNER, environment) == way


@pytest.mark.parametrize(
    ("host", "exempt", "direct"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "192.168.0.0/16", False),
        ("fd00::1", "[fd00::1]", True),
        ("fd00::1", "fd00::/8", True),
        ("localhost", "", True),
        ("127.0.0.1", "", True),
        ("::1", "", True),
    ],
)
def test_networks_are_exempt_and_this_machine_always(host: str, exempt: str, direct: bool) -> None:
    environment = {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": exempt}

    assert (proxy_for(Origin("https", host, 443), environment) is None) == direct


@pytest.mark.parametrize("named", ["socks5://proxy.example:1080", "http://proxy.example:port", "http://", "ftp://proxy.example"])
def test_a_proxy_that_we_cannot_use_is_said(named: str) -> None:
    with pytest.raises(Failed) as raised:
        proxy_for(PARTNER, {"HTTPS_PROXY": named})

    assert raised.value.trouble is Trouble.UNPREPARED
    assert ("speaks SOCKS, which is not supported; name one over http" in raised.value.why) == named.startswith("socks")


def tunnel(shop: Partner) -> Answer:
    """Lead to a partner, whatever name is asked for."""

    def pass_on(connection: socket.socket, asked: Asked) -> None:
        with socket.create_connection(("127.0.0.1", shop.port)) as there:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_copy, args=(there, connection), daemon=True)
            back.start()
            _copy(connection, there)

    return pass_on


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def test_a_partner_without_tls_is_asked_for_by_its_name_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(answer(1)) as proxy, calling("http://partner.test/v2") as partners:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:password@127.0.0.1:{proxy.port}")
        came = partners.send("shop", GET)

    assert came.trouble is None
    assert [(each.target, each.headers["host"]) for each in proxy.asked] == [("http://partner.test/v2/parcels/7", "partner.test")]
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic bWU6cGFzc3dvcmQ="


def test_a_partner_with_tls_is_spoken_to_through_a_tunnel(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    monkeypatch.setenv("SHOP_KEY", "CANARY")
    with running(answer(1), wrap=made.wrapping()) as shop, running(tunnel(shop)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with calling("https://partner.test", auth=LOGIN) as partners:
            came = [partners.send("shop", GET) for _ in range(3)]

    assert [each.trouble for each in came] == [None] * 3
    assert [(each.method, each.target) for each in proxy.asked] == [("CONNECT", "partner.test:443")]
    assert (shop.connected, shop.asked[0].headers["x-key"]) == (1, "CANARY")
    assert "CANARY" not in str(proxy.asked)


def test_a_proxy_that_speaks_tls_itself_leads_on(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    with running(answer(1)) as proxy_behind, running(answer(1), wrap=made.wrapping()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"https://127.0.0.1:{proxy.port}")
        with calling("http://partner.test") as partners:
            came = partners.send("shop", GET)

    assert (came.trouble, proxy.asked[0].target, proxy_behind.connected) == (None, "http://partner.test/parcels/7", 0)


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (answer(b"", 407), Trouble.UNREACHABLE),
        (answer(b"", 502), Trouble.UNREACHABLE),
        (b"no http\r\n\r\n", Trouble.GARBLED),
    ],
)
def test_a_proxy_that_refuses_is_no_fault_of_the_partner(said: bytes, trouble: Trouble, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(said) as proxy, calling("https://partner.test") as partners:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        came = partners.send("shop", GET)

    assert (came.trouble, came.response) == (trouble, None)


def test_a_proxy_that_is_not_there_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    with calling("https://partner.test") as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (Trouble.UNREACHABLE, "the proxy does not answer: connection refused")


def test_what_leads_elsewhere_does_not_get_to_the_proxy_either(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(answer(1)) as proxy, calling("http://partner.test") as partners:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        came = partners.follow("shop", Request("GET", "http://elsewhere.example/"))

    assert (came.trouble, came.why, proxy.connected) == (Trouble.FORBIDDEN, "the estate names no http://elsewhere.example", 0)


def test_nothing_else_of_the_environment_logs_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password CANARY\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with running(answer(1)) as shop, calling(shop.url) as partners:
        partners.send("shop", Request("GET", "/"))

    assert "authorization" not in shop.asked[0].headers
