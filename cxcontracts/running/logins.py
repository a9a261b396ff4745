"""How we log in: what each way under ``auth`` adds to a request."""

from __future__ import annotations

import ssl
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus, urlencode, urlsplit

import httpx

from cxcontracts.bodies import read_body
from cxcontracts.errors import PluginError
from cxcontracts.exchanges import JSON
from cxcontracts.plugins import signature
from cxcontracts.redaction import HIDDEN
from cxcontracts.running.secrets import insist_on_secret, read_secret
from cxcontracts.running.transport import Carrier
from cxcontracts.running.wire import Failed, Incoming, Outgoing, origin_of
from cxcontracts.walks import Trouble

Learn = Callable[[str, str], None]
"""Takes a secret, and what is shown in its place."""

_PAUSE: Final = 10.0
"""Seconds after which a login that failed is tried again: whoever calls meanwhile fails as it did."""


class Credential(NamedTuple):
    """What a login adds to a request.

    Attributes:
        place: ``header`` or ``query``.
        name: Of a header in lower case.
        value: As it goes out.
        shown: As it is shown; empty where it is left out.
    """

    place: str
    name: str
    value: str
    shown: str = ""


class Login:
    """Nobody's login, which adds nothing; the ways to log in do."""

    def credentials(self, outgoing: Outgoing, until: float) -> Sequence[Credential]:
        """Return what is added to a request.

        Args:
            outgoing: The request without it.
            until: The moment, by :func:`time.monotonic`, by which it has to be known.

        Raises:
            Failed: If it could not be had.
        """
        return ()

    def renewed(self, used: Sequence[Credential], status: int) -> bool:
        """Take in how a request was answered; tell whether others would be used now, so that it is worth another try."""
        return False

    def context(self) -> ssl.SSLContext:
        """Return the TLS settings of the connections.

        Raises:
            Failed: If they cannot be used.
        """
        try:
            return httpx.create_ssl_context()
        except OSError as error:
            why = f"SSL_CERT_FILE or SSL_CERT_DIR cannot be used: {(error.strerror or str(error)).lower()}"
            raise Failed(Trouble.UNPREPARED, why) from None


class Fixed(Login):
    """What is the same at every request; read from environment and files at the first one."""

    def __init__(self, read: Callable[[], Sequence[Credential]]) -> None:
        self._read = read
        self._known: Sequence[Credential] | None = None

    def credentials(self, outgoing: Outgoing, until: float) -> Sequence[Credential]:
        """Return what is added to a request."""
        if self._known is None:
            self._known = self._read()
        return self._known


class Certified(Login):
    """A certificate that the connection shows."""

    def __init__(self, certificate: str, key: str, folder: Path) -> None:
        self._certificate = certificate
        self._key = key
        self._folder = folder

    def context(self) -> ssl.SSLContext:
        """Return the TLS settings of the connections."""
        context = super().context()
        with tempfile.TemporaryDirectory(prefix="cxcontracts-") as folder:
            certificate, key = (self._file(reference, Path(folder)) for reference in (self._certificate, self._key))
            try:
                context.load_cert_chain(certificate, key, password=_refuse)
            except Failed:
                raise
            except (OSError, ValueError) as error:
                why = (error.strerror if isinstance(error, OSError) else "") or str(error)
                what = f"the client certificate {self._certificate} with {self._key} cannot be used"
                raise Failed(Trouble.UNPREPARED, f"{what}: {why.lower()}") from None
        return context

    def _file(self, reference: str, folder: Path) -> Path:
        if reference.startswith("$file."):
            return self._folder / reference.removeprefix("$file.")
        written = read_secret(reference, self._folder)
        if "-----BEGIN" not in written:
            return Path(written)
        path = folder / str(len(list(folder.iterdir())))
        path.touch(mode=0o600)
        path.write_text(written, encoding="utf-8")
        return path


def _refuse() -> str:
    raise Failed(Trouble.UNPREPARED, "the key of the client certificate asks for a passphrase; name one that does not")


@dataclass
class _Token:
    """An access token.

    Attributes:
        fresh_until: The moment from which it is renewed.
        proved: Whether a request with it was not refused.
    """

    value: str
    fresh_until: float
    proved: bool = False


class OAuth2(Login):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4).

    A token is renewed before it expires, and once where one that was good is refused. The client authenticates by Basic, as
    every server must take it (section 2.3.1), and in the body where one does not.

    Args:
        written: The value of ``oauth2``.
        folder: The partner's folder.
        learn: Takes the secrets.
        carrier: Leads to the server that hands out tokens.
        clock: Tells the time, in seconds.
    """

    def __init__(
        self,
        written: Mapping[str, JSON],
        folder: Path,
        learn: Learn,
        carrier: Carrier,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._written = written
        self._folder = folder
        self._learn = learn
        self._carrier = carrier
        self._clock = clock
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._failed: tuple[str, float] | None = None
        self._in_body = False

    def credentials(self, outgoing: Outgoing, until: float) -> Sequence[Credential]:
        """Return the token, a new one where there is none that will do."""
        with self._lock:
            now = self._clock()
            if self._token is None or self._token.fresh_until <= now:
                if self._failed is not None and now < self._failed[1]:
                    raise Failed(Trouble.LOGIN, self._failed[0])
                self._token, self._failed = None, None
                try:
                    self._token = self._fetched(until)
                except Failed as failed:
                    self._failed = failed.why, now + _PAUSE
                    raise
            return (Credential("header", "authorization", f"Bearer {self._token.value}"),)

    def renewed(self, used: Sequence[Credential], status: int) -> bool:
        """Give up a token that was good and is refused."""
        with self._lock:
            if self._token is None or all(each.value != f"Bearer {self._token.value}" for each in used):
                return status == 401
            if status != 401:
                self._token.proved = True
                return False
            proved = self._token.proved
            if proved:
                self._token = None
            return proved

    def _fetched(self, until: float) -> _Token:
        client, secret = (self._written[name] for name in ("client-id", "client-secret"))
        name = read_secret(client, self._folder)
        word = insist_on_secret(secret, read_secret(secret, self._folder))
        self._learn(word, secret)
        began = self._clock()
        incoming = self._asked(name, word, until)
        if _is_another_way(incoming):
            self._in_body = not self._in_body
            incoming = self._asked(name, word, until)
        return self._read(incoming, began)

    def _asked(self, name: str, word: str, until: float) -> Incoming:
        url = urlsplit(self._written["token-url"])
        form = {"grant_type": "client_credentials"}
        if self._written.get("scopes"):
            form["scope"] = " ".join(self._written["scopes"])
        headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")]
        if self._in_body:
            form |= {"client_id": name, "client_secret": word}
        else:
            headers.append(("authorization", _basic(quote_plus(name), quote_plus(word))))
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        outgoing = Outgoing("POST", origin_of(url.geturl()), target, tuple(headers), urlencode(form).encode())
        try:
            return self._carrier.exchange(outgoing, until)
        except Failed as failed:
            raise Failed(Trouble.LOGIN, f"no token from {outgoing.origin}: {failed.why}") from None

    def _read(self, incoming: Incoming, began: float) -> _Token:
        said = read_body(incoming.body, incoming.header("content-type"))
        told = said if isinstance(said, dict) else {}
        value, kind = told.get("access_token"), str(told.get("token_type") or "bearer")
        if incoming.status != 200 or not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
            error = f" {told['error']}" if isinstance(told.get("error"), str) else ""
            raise Failed(Trouble.LOGIN, f"no token from {self._written['token-url']}: it answers {incoming.status}{error}")
        if kind.lower() != "bearer":
            raise Failed(Trouble.LOGIN, f"the token from {self._written['token-url']} is of the type {kind}, not a bearer's")
        self._learn(value, HIDDEN)
        return _Token(value, began + _usable(told.get("expires_in")))


def _is_another_way(incoming: Incoming) -> bool:
    return incoming.status == 401 or (incoming.status == 400 and b"invalid_client" in incoming.body)


def _usable(expires_in: JSON) -> float:
    """Return for how many seconds a token is used: a tenth of its life less, half a minute at most."""
    with suppress(TypeError, ValueError, OverflowError):
        lasts = float(expires_in)
        if lasts > 0:
            return lasts - min(30.0, lasts / 10)
    return float("inf")


class Signed(Login):
    """A plugin signs each request."""

    def __init__(self, name: str) -> None:
        self._name = name

    def credentials(self, outgoing: Outgoing, until: float) -> Sequence[Credential]:
        """Return the headers that the plugin adds."""
        try:
            added = signature(self._name, outgoing.method, outgoing.url, dict(outgoing.headers), outgoing.body)
        except PluginError as error:
            raise Failed(Trouble.LOGIN, f"the request is not signed: {error}") from None
        return [Credential("header", name.lower(), value) for name, value in added.items()]


def secrets_of(written: Mapping[str, JSON] | None) -> Iterator[str]:
    """Yield the references to secrets that an ``auth`` of the estate logs in with, as written; names of users are none."""
    match written:
        case {"bearer": reference} | {"basic": {"password": reference}} | {"oauth2": {"client-secret": reference}}:
            yield reference
        case {"header": named} | {"query": named}:
            yield from named.values()


def login(written: Mapping[str, JSON] | None, folder: Path, learn: Learn, carrier: Callable[[str], Carrier]) -> Login:
    """Return the login that an ``auth`` of the estate describes.

    Args:
        written: As written, sound; None for nobody.
        folder: The partner's folder, from which ``$file.PATH`` counts.
        learn: Takes the secrets.
        carrier: Makes what leads to a URL that hands out tokens.
    """

    def secret(reference: str) -> str:
        value = insist_on_secret(reference, read_secret(reference, folder))
        learn(value, reference)
        return value

    match written:
        case {"bearer": reference}:
            return Fixed(lambda: [Credential("header", "authorization", f"Bearer {secret(reference)}", f"Bearer {reference}")])
        case {"basic": {"user": user, "password": password}}:
            shown = f"Basic {user}:{password}"
            return Fixed(
                lambda: [Credential("header", "authorization", _basic(read_secret(user, folder), secret(password)), shown)]
            )
        case {"header": named}:
            return Fixed(lambda: [Credential("header", name.lower(), secret(value), value) for name, value in named.items()])
        case {"query": named}:
            return Fixed(lambda: [Credential("query", name, secret(value), value) for name, value in named.items()])
        case {"oauth2": how}:
            return OAuth2(how, folder, learn, carrier(how["token-url"]))
        case {"client-certificate": {"cert": certificate, "key": key}}:
            return Certified(certificate, key, folder)
        case {"hook": name}:
            return Signed(name)
    return Login()


def with_credentials(outgoing: Outgoing, credentials: Sequence[Credential]) -> Outgoing:
    """Return a request with what a login adds to it."""
    headers = tuple((each.name, each.value) for each in credentials if each.place == "header")
    query = "&".join(f"{quote(each.name, safe='')}={quote(each.value, safe='')}" for each in credentials if each.place == "query")
    joint = "&" if "?" in outgoing.target else "?"
    target = f"{outgoing.target}{joint}{query}" if query else outgoing.target
    return replace(outgoing, target=target, headers=outgoing.headers + headers)


def _basic(name: str, word: str) -> str:
    return "Basic " + b64encode(f"{name}:{word}".encode()).decode()
