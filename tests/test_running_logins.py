"""How we log in to partners that run: what goes out, what is kept of it, and what a partner gives back of it."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import pytest

from cxcontracts.bodies import MOST_TEXT
from cxcontracts.exchanges import JSON, Request
from cxcontracts.plugins import hookimpl, manager
from cxcontracts.running.calling import Came
from cxcontracts.running.logins import OAuth2
from cxcontracts.running.transport import Permit, Transport
from cxcontracts.running.wire import Outgoing, origin_of
from cxcontracts.walks import Trouble
from tests.certificates import Certificates, certificates
from tests.partners_running import GET, Asked, Partner, answer, calling, closed_port, running

TOKEN = "CANARY/token+1"
PASSWORD = 'CANARY "word" ü'


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TOKEN": TOKEN, "USER": "me", "WORD": PASSWORD, "SHORT": "12345"}.items():
        monkeypatch.setenv(f"SHOP_{name}", value)
    monkeypatch.delenv("SHOP_ABSENT", raising=False)


BEARER = {"bearer": "$env.SHOP_TOKEN"}
BASIC = {"basic": {"user": "$env.SHOP_USER", "password": "$env.SHOP_WORD"}}


@pytest.mark.parametrize(
    ("auth", "sent", "shown"),
    [
        (BEARER, {"authorization": f"Bearer {TOKEN}"}, {"authorization": "Bearer $env.SHOP_TOKEN"}),
        (
            BASIC,
            {"authorization": "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()},
            {"authorization": "Basic $env.SHOP_USER:$env.SHOP_WORD"},
        ),
        (
            {"header": {"X-Api-Key": "$env.SHOP_TOKEN"}},
            {"x-api-key": TOKEN},
            {"x-api-key": "$env.SHOP_TOKEN"},
        ),
    ],
    ids=["bearer", "basic", "header"],
)
def test_a_login_goes_out_in_a_header_and_is_shown_by_its_name(auth: JSON, sent: JSON, shown: JSON) -> None:
    with running(answer()) as shop, calling(shop.url, auth=auth) as partners:
        came = partners.send("shop", GET)

    assert {name: shop.asked[0].headers[name] for name in sent} == sent
    assert came.request.headers == shown


def test_a_login_goes_out_in_the_query_and_is_shown_by_its_name() -> None:
    auth = {"query": {"key": "$env.SHOP_TOKEN"}}
    with running(answer()) as shop, calling(shop.url, auth=auth) as partners:
        came = partners.send("shop", Request("GET", "/parcels", (("q", "1"),)))

    assert shop.asked[0].target == f"/parcels?q=1&key={quote(TOKEN, safe='')}"
    assert came.request.query == (("q", "1"), ("key", "$env.SHOP_TOKEN"))


def test_a_step_can_ask_as_somebody_else_or_as_nobody() -> None:
    identities = {"clerk": {"header": {"X-Clerk": "$env.SHOP_TOKEN"}}}
    with running(answer()) as shop, calling(shop.url, auth=BEARER, identities=identities) as partners:
        partners.send("shop", GET, identity="clerk")
        partners.send("shop", GET, identity="nobody")

    clerk, nobody = (each.headers for each in shop.asked)
    assert ("authorization" in clerk, clerk["x-clerk"]) == (False, TOKEN)
    assert {"authorization", "x-clerk"} & set(nobody) == set()


def test_a_credential_of_the_request_itself_takes_the_place_of_the_login() -> None:
    own = Request("GET", "/", (("key", "own-query-key"),), {"authorization": "Bearer own-token", "cookie": "session=own-session"})
    with running(answer()) as shop, calling(shop.url, auth=BEARER) as partners:
        came = partners.send("shop", own)

    assert shop.asked[0].headers["authorization"] == "Bearer own-token"
    assert came.request.headers == {"authorization": "Bearer $hidden", "cookie": "session=$hidden"}
    assert partners.secrets.redact("own-token own-session") == "$hidden $hidden"


def test_a_journey_that_logs_in_reads_the_token_that_it_is_given_and_reports_do_not() -> None:
    own = Request("GET", "/", headers={"authorization": "Bearer own-token"})
    with running(answer({"token": "own-token"})) as shop, calling(shop.url) as partners:
        came = [partners.send("shop", request) for request in (GET, own, GET)]

    assert [each.response and each.response.body for each in came] == [{"token": "own-token"}] * 3
    assert partners.secrets.redacted({"token": "own-token"}) == {"token": "$hidden"}


@pytest.mark.parametrize(
    ("auth", "why"),
    [
        ({"bearer": "$env.SHOP_ABSENT"}, "$env.SHOP_ABSENT is not set; set the environment variable SHOP_ABSENT"),
        ({"bearer": "$env.SHOP_SHORT"}, "$env.SHOP_SHORT has under 6 characters: too few to be kept out of what we write"),
        ({"bearer": "$file.absent"}, "$file.absent cannot be read: no such file or directory"),
        (
            {"client-certificate": {"cert": "$file.absent", "key": "$file.absent"}},
            "the client certificate $file.absent with $file.absent cannot be used: no such file or directory",
        ),
    ],
)
def test_what_is_not_prepared_is_said_and_nobody_is_asked(auth: JSON, why: str, tmp_path: Path) -> None:
    with running(answer()) as shop, calling(shop.url.replace("http", "https"), auth=auth, folder=tmp_path) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why, shop.connected) == (Trouble.UNPREPARED, why, 0)


# --- what comes back ----------------------------------------------------------------------------------------------------------


def everything(came: Came) -> str:
    """All that is kept of a call."""
    return json.dumps(dataclasses.asdict(came), default=str, ensure_ascii=False) + repr(came)


def echoes(secret: str) -> Mapping[str, bytes]:
    data = secret.encode()
    encoded = {
        "raw": secret,
        "percent": quote(secret, safe=""),
        "lower": re.sub("%..", lambda found: found[0].lower(), quote(secret, safe="")),
        "base64": base64.b64encode(data).decode(),
        "url": base64.urlsafe_b64encode(data).decode(),
        "basic": base64.b64encode(f"me:{secret}".encode()).decode(),
        "hex": data.hex(),
    }
    return {
        "json": answer({**encoded, secret: [secret]}),
        "escaped json": answer("".join(f"\\u{ord(each):04x}" for each in secret).join(['["', '"]']).encode()),
        "text": answer("\n".join(encoded.values()).encode(), Content_Type="text/html"),
        "utf-16": answer(secret.encode("utf-16"), Content_Type="text/plain; charset=utf-16"),
        "header": answer(b"", X_Echo=encoded["percent"], Location=f"https://elsewhere.example/?key={encoded['percent']}"),
        "401": answer({"error": f"bad token {secret}"}, 401),
        "cut": answer(f"bad token {secret}".encode(), Content_Length="500"),
        "where text is cut": answer(f"{'x' * (MOST_TEXT - 7)}{secret}".encode(), Content_Type="text/plain"),
        "where what breaks off is cut": answer(f"{'x' * (MOST_TEXT - 7)}{secret}".encode(), Content_Length="70000"),
        "status line": f"HTTP/9.9 999 {secret}\r\n\r\n".encode(),
        "no http": f"bad token {secret}\r\n\r\n".encode(),
    }


@pytest.mark.parametrize("echo", echoes(PASSWORD))
@pytest.mark.parametrize("place", ["basic", "header", "query", "bearer"])
def test_whatever_a_partner_gives_back_of_a_secret_is_not_kept(echo: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", PASSWORD)
    auth = {"basic": BASIC, "bearer": BEARER}.get(place, {place: {"X-Key": "$env.SHOP_TOKEN"}})

    def echoing(connection: Any, asked: Asked) -> None:
        connection.sendall(echoes(PASSWORD)[echo])
        connection.shutdown(socket.SHUT_WR)

    with running(echoing) as shop, calling(shop.url, auth=auth) as partners:
        came = partners.send("shop", GET)

    assert len(shop.asked) == 1
    kept = everything(came)
    forms = ["CANARY", quote(PASSWORD, safe="")[-8:], base64.b64encode(PASSWORD.encode()).decode()[3:12], PASSWORD.encode().hex()]
    assert [form for form in forms if form.lower() in kept.lower()] == []


# --- OAuth 2.0 ----------------------------------------------------------------------------------------------------------------


def oauth2(server: Partner, **more: JSON) -> JSON:
    return {
        "oauth2": {
            "token-url": f"{server.url}/token",
            "client-id": "$env.SHOP_USER",
            "client-secret": "$env.SHOP_WORD",
            **more,
        }
    }


def token(value: str, **more: JSON) -> bytes:
    return answer({"access_token": value, "token_type": "Bearer", **more})


def bearers(shop: Partner) -> list[str]:
    return [each.headers["authorization"].removeprefix("Bearer ") for each in shop.asked]


def test_a_token_is_asked_for_once_and_goes_out_with_every_request() -> None:
    with (
        running(token("CANARY-a", expires_in=3600)) as login,
        running(answer({"echo": "CANARY-a"})) as shop,
        calling(shop.url, auth=oauth2(login, scopes=["read", "write"])) as partners,
    ):
        came = [partners.send("shop", GET) for _ in range(3)]

    assert bearers(shop) == ["CANARY-a"] * 3
    (asked,) = login.asked
    assert parse_qs(asked.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["read write"]}
    name, word = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode().split(":")
    assert (name, word) == ("me", "CANARY+%22word%22+%C3%BC")
    assert [each.request.headers for each in came] == [{}, {}, {}]
    assert "CANARY" not in everything(came[0])


def test_a_client_that_may_only_read_gets_a_token_all_the_same() -> None:
    with (
        running(token("CANARY-a")) as login,
        running(answer()) as shop,
        calling(shop.url, auth=oauth2(login), may=("read",)) as partners,
    ):
        assert partners.send("shop", GET).trouble is None


def test_threads_that_ask_together_ask_for_one_token() -> None:
    with running(token("CANARY-a")) as login, running(answer()) as shop, calling(shop.url, auth=oauth2(login)) as partners:
        threads = [threading.Thread(target=partners.send, args=("shop", GET)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (len(login.asked), len(shop.asked)) == (1, 8)


def test_a_server_that_takes_the_client_in_the_body_only_gets_it_there() -> None:
    with (
        running(answer({"error": "invalid_client"}, 401), token("CANARY-a")) as login,
        running(answer()) as shop,
        calling(shop.url, auth=oauth2(login)) as partners,
    ):
        assert partners.send("shop", GET).trouble is None

    body = parse_qs(login.asked[1].body.decode())
    assert (body["client_id"], body["client_secret"], "authorization" in login.asked[1].headers) == (["me"], [PASSWORD], False)


def test_a_token_that_was_good_and_is_refused_is_renewed_once() -> None:
    refused = answer({"error": "expired"}, 401)
    with (
        running(token("CANARY-a"), token("CANARY-b"), token("CANARY-c")) as login,
        running(answer(), refused, answer(), refused) as shop,
        calling(shop.url, auth=oauth2(login)) as partners,
    ):
        came = [partners.send("shop", GET) for _ in range(4)]

    statuses = [each.response.status for each in came if each.response]
    assert statuses == [200, 200, 401, 401]
    assert bearers(shop) == ["CANARY-a", "CANARY-a", "CANARY-b", "CANARY-b", "CANARY-c", "CANARY-c"]
    assert len(login.asked) == 3


def test_a_token_that_was_never_good_is_not_renewed() -> None:
    with (
        running(token("CANARY-a")) as login,
        running(answer({}, 401)) as shop,
        calling(shop.url, auth=oauth2(login)) as partners,
    ):
        for _ in range(3):
            partners.send("shop", GET)

    assert (len(login.asked), len(shop.asked)) == (1, 3)


@pytest.mark.parametrize(
    ("expires_in", "kept"),
    [(3600, 3569.0), (100, 89.0), ("100", 89.0), (None, 1e9), ("soon", 1e9), (-1, 1e9), (0, 1e9)],
)
def test_a_token_is_renewed_before_it_expires(expires_in: JSON, kept: float, tmp_path: Path) -> None:
    now = [1000.0]
    with running(token("CANARY-a", expires_in=expires_in), token("CANARY-b", expires_in=expires_in)) as server:
        carrier = Transport(Permit(origin_of(server.url), may=("write",)))
        login = OAuth2(oauth2(server)["oauth2"], tmp_path, lambda *_: None, carrier, lambda: now[0])
        request = Outgoing("GET", origin_of(server.url), "/")

        def value() -> str:
            return login.credentials(request, time.monotonic() + 30)[0].value

        assert value() == "Bearer CANARY-a"
        now[0] += kept
        assert value() == "Bearer CANARY-a"
        now[0] += 2.0
        assert value() == ("Bearer CANARY-a" if kept == 1e9 else "Bearer CANARY-b")
        carrier.close()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (answer({"error": "invalid_scope"}, 400), "no token from URL/token: it answers 400 invalid_scope"),
        (answer({"error": PASSWORD}, 403), "no token from URL/token: it answers 403 $env.SHOP_WORD"),
        (answer(b"<html>log in</html>", Content_Type="text/html"), "no token from URL/token: it answers 200"),
        (answer({"access_token": 7}), "no token from URL/token: it answers 200"),
        (answer({"access_token": "a\r\nx-evil: 1"}), "no token from URL/token: it answers 200"),
        (answer({"access_token": "CANARY", "token_type": "mac"}), "the token from URL/token is of the type mac, not a bearer's"),
    ],
)
def test_a_token_that_cannot_be_had_is_our_login_s_trouble_and_the_partner_is_not_asked(said: bytes, why: str) -> None:
    with running(said) as login, running(answer()) as shop, calling(shop.url, auth=oauth2(login)) as partners:
        came = [partners.send("shop", GET) for _ in range(2)]

    assert [(each.trouble, each.why.replace(login.url, "URL")) for each in came] == [(Trouble.LOGIN, why)] * 2
    assert (shop.connected, len(login.asked)) == (0, 1)


def test_a_server_of_tokens_that_does_not_answer_is_our_login_s_trouble() -> None:
    gone = Partner({})
    gone.stop()
    with running(answer()) as shop, calling(shop.url, auth=oauth2(gone)) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (Trouble.LOGIN, f"no token from {gone.url}: connection refused")


# --- plugins that sign --------------------------------------------------------------------------------------------------------


class Signer:
    """A plugin that signs as ``acme``."""

    @hookimpl
    def cxcontracts_sign(self, name: str, method: str, url: str, body: bytes) -> Mapping[str, str] | None:
        if name == "acme":
            return {"X-Signature": f"CANARY {method} {url.partition('//')[2].partition('/')[2]} {len(body)}"}
        if name == "raises":
            raise ValueError("no CANARY")
        return {"X": 7} if name == "odd" else None  # type: ignore[dict-item]


@contextmanager
def installed(plugin: object) -> Iterator[None]:
    """Have a plugin, and forget it in the end."""
    manager().register(plugin, "acme/acme")
    try:
        yield
    finally:
        manager().unregister(plugin)


def test_a_plugin_signs_what_goes_out_and_the_signature_is_not_kept() -> None:
    def echo(connection: Any, asked: Asked) -> None:
        connection.sendall(answer({"signed": asked.headers["x-signature"]}))

    with (
        installed(Signer()),
        running(echo) as shop,
        calling(shop.url, auth={"hook": "acme"}, may=("read", "write")) as partners,
    ):
        came = partners.send("shop", Request("PUT", "/parcels", (("a", "b c"),), body=[1]))

    assert shop.asked[0].headers["x-signature"] == "CANARY PUT parcels?a=b%20c 3"
    assert came.response is not None
    assert (came.response.body, came.request.headers) == ({"signed": "$hidden"}, {"content-type": "application/json"})


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("other", "the request is not signed: no plugin signs as 'other'; install one with def cxcontracts_sign("),
        ("raises", "the request is not signed: plugin acme/acme: cxcontracts_sign("),
        ("odd", "the request is not signed: plugin acme/acme: cxcontracts_sign("),
    ],
)
def test_what_is_not_signed_is_not_sent(name: str, why: str) -> None:
    with installed(Signer()), running(answer()) as shop, calling(shop.url, auth={"hook": name}) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, came.why[: len(why)], shop.connected) == (Trouble.LOGIN, why, 0)


# --- TLS ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with running(answer(), wrap=made.wrapping()) as shop, calling(shop.url, auth=BEARER) as partners:
        came = partners.send("shop", GET)

    assert (came.trouble, shop.asked) == (Trouble.UNREACHABLE, [])
    assert came.why.startswith("its certificate is not trusted: ")


def test_an_authority_of_our_own_is_trusted_where_ssl_cert_file_names_it(
    made: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    with running(answer(7), wrap=made.wrapping()) as shop, calling(shop.url) as partners:
        came = [partners.send("shop", GET) for _ in range(3)]

    assert [each.trouble for each in came] == [None] * 3
    assert shop.connected == 1


def test_an_authority_that_is_not_there_is_said() -> None:
    with pytest.MonkeyPatch.context() as patch, calling(f"https://127.0.0.1:{closed_port()}") as partners:
        patch.setenv("SSL_CERT_FILE", "/nowhere.pem")
        came = partners.send("shop", GET)

    assert (came.trouble, came.why) == (
        Trouble.UNPREPARED,
        "SSL_CERT_FILE or SSL_CERT_DIR cannot be used: no such file or directory",
    )


@pytest.mark.parametrize("how", ["file", "environment"])
def test_a_client_certificate_is_shown(made: Certificates, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    monkeypatch.setenv("SHOP_CERT", made.client.read_text())
    reference = f"$file.{made.client.name}" if how == "file" else "$env.SHOP_CERT"
    auth = {"client-certificate": {"cert": reference, "key": reference}}
    with (
        running(answer(), wrap=made.wrapping(asks_clients=True)) as shop,
        calling(shop.url, auth=auth, folder=made.client.parent) as partners,
    ):
        came = partners.send("shop", GET), partners.send("shop", GET, identity="nobody")

    assert [each.trouble for each in came] == [None, Trouble.LOGIN]
    assert len(shop.asked) == 1


def test_a_client_certificate_of_a_stranger_is_our_login_s_trouble(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    auth = {"client-certificate": {"cert": f"$file.{made.stranger.name}", "key": f"$file.{made.stranger.name}"}}
    with (
        running(answer(), wrap=made.wrapping(asks_clients=True)) as shop,
        calling(shop.url, auth=auth, folder=made.client.parent) as partners,
    ):
        came = partners.send("shop", GET)

    assert (came.trouble, shop.asked) == (Trouble.LOGIN, [])
    assert came.why.startswith("TLS fails: ")
