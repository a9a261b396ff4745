"""A document of the web, fetched because its user said so: over TLS, from one host, within limits."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cxcontracts.documents import MOST_BYTES, quoted
from cxcontracts.errors import UsageError

if TYPE_CHECKING:
    import httpx

_PATIENCE: Final = 10.0
"""Seconds without a word from the host."""

_PATIENCE_IN_ALL: Final = 120.0
"""Seconds until all of the document has to be there."""

_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_DOWNLOAD: Final = "download it, and name the file"


def fetched(
    url: str, *, patience: float = _PATIENCE, in_all: float = _PATIENCE_IN_ALL, clock: Callable[[], float] = time.monotonic
) -> bytes:
    """Return the bytes of a document as its host keeps them, packed by gzip perhaps.

    Redirects are followed on the host itself. Nothing is sent but the request and what the URL has of a login.

    Args:
        url: ``https://…``; ``http://…`` of this machine alone.
        patience: Seconds without a word from the host.
        in_all: Seconds for all of it.
        clock: Tells the time, in seconds.

    Raises:
        UsageError: If it is no such URL, nobody answers in time, or what is answered is no document of at most 20 MB.
    """
    import httpx

    try:
        _ = urlsplit(url).port  # httpx reads some that are none
        address = httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise UsageError(f"{quoted(public(url))} is no URL: {error}") from None
    _insist_on_safe(address, public(url))
    until = clock() + in_all
    try:
        with httpx.Client(timeout=patience, headers=_HEADERS) as client:
            for _ in range(_MOST_REDIRECTS + 1):
                with client.stream("GET", address) as answer:
                    if answer.status_code not in _REDIRECTS:
                        return _body(answer, until, clock)
                    address = _onwards(address, answer)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise UsageError(f"{public(url)} cannot be fetched: {reason}; check it, or {_DOWNLOAD}") from None
    raise UsageError(f"{public(url)} redirects more than {_MOST_REDIRECTS} times; {_DOWNLOAD}")


_HEADERS: Final = {
    "Accept": "application/yaml, application/json, text/yaml, text/plain;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip",
}


def public(url: str) -> str:
    """Return a URL without what may be secret in it: a login, the query.

    >>> public("https://me:secret@partner.example/openapi.yaml?token=secret#/info")
    'https://partner.example/openapi.yaml'
    """
    scheme, _, rest = url.partition("://")
    rest = rest.partition("#")[0].partition("?")[0]
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _insist_on_safe(address: httpx.URL, shown: str) -> None:
    if not address.host:
        raise UsageError(f"{quoted(shown)} names no host")
    if address.scheme != "https" and not (address.scheme == "http" and _is_this_machine(address.host)):
        raise UsageError(f"{shown} is not fetched: anybody between could change it; name it as https://, or {_DOWNLOAD}")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _onwards(address: httpx.URL, answer: httpx.Response) -> httpx.URL:
    """Return where a redirect leads, if that is on the same host."""
    onwards = address.join(answer.headers.get("location", ""))
    if (onwards.scheme, onwards.host, onwards.port) != (address.scheme, address.host, address.port):
        where = public(str(onwards))
        raise UsageError(f"{public(str(address))} redirects to another host; name {where} if you trust it, or {_DOWNLOAD}")
    return onwards.copy_with(userinfo=address.userinfo)


def _body(answer: httpx.Response, until: float, clock: Callable[[], float]) -> bytes:
    """Return what was answered; httpx does not unpack it, as it would do so without a limit."""
    shown = public(str(answer.url))
    if answer.status_code != 200:
        login = " with a login" if answer.status_code in (401, 403) else ""
        raise UsageError(f"{shown} answers with {answer.status_code}, not with a document; check it, or{login} {_DOWNLOAD}")
    coding = answer.headers.get("content-encoding", "identity").lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise UsageError(f"{shown} is packed by {quoted(coding)}, which is not read; {_DOWNLOAD}")
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise UsageError(f"{shown} has more than {MOST_BYTES:,} bytes")
        if clock() > until:
            raise UsageError(f"{shown} takes too long; {_DOWNLOAD}")
    if body.lstrip()[:1] == b"<":
        raise UsageError(f"{shown} is a web page, or XML; name the document itself, on a page that shows it often called raw")
    return bytes(body)
