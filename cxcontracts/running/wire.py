"""What goes to a partner and comes back as bytes, and how one address differs from another."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from cxcontracts.walks import Trouble

READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing (RFC 9110, section 9.2.1), and that somebody who may read may use."""

PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Who is spoken to: RFC 6454. The host is in lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_this_machine(self) -> bool:
        """Whether it is this machine, by its name alone."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def origin_of(url: str) -> Origin:
    """Return the origin of an absolute URL of HTTP.

    Raises:
        ValueError: If it is none, or carries a login.

    >>> origin_of("https://API.operator.example/v2"), str(origin_of("http://[::1]:8080"))
    (Origin(scheme='https', host='api.operator.example', port=443), 'http://[::1]:8080')
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("it is no http:// or https:// address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it carries a login")
    host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
    return Origin(parts.scheme, host, parts.port or PORTS[parts.scheme])


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes out.

    Attributes:
        target: Path and query, percent-encoded.
        headers: Name, in lower case, and value; those that frame the message are the transport's to add.
    """

    method: str
    origin: Origin
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.origin}{self.target}"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A response as it came in.

    Attributes:
        headers: Name, in lower case, and value, in order.
        body: Unpacked; what there is of it, where it did not come whole.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return the value of a header; several are joined as RFC 9110, section 5.3, does."""
        return ", ".join(value for key, value in self.headers if key == name)


class Failed(Exception):
    """A call that says nothing of what its partner promises.

    Attributes:
        trouble, why: As in a :class:`~cxcontracts.walks.Sighting`.
        incoming: What came before, where an answer had begun; else None.
    """

    def __init__(self, trouble: Trouble, why: str, incoming: Incoming | None = None) -> None:
        super().__init__(why)
        self.trouble = trouble
        self.why = why
        self.incoming = incoming


_PATH_SAFE: Final = "/%:@!$&'()*+,;=~"
_QUERY_SAFE: Final = "/?:@!$'()*,;~"
_ENCODED: Final = re.compile(r"[A-Za-z0-9._~/%:@!$&'()*+,;=-]*")
_DOTS: Final = re.compile(r"/(?:\.|%2[eE]){1,2}(?=/|$)")


def target_of(path: str, query: tuple[tuple[str, str], ...]) -> str:
    """Return a path and a query as they go out. What is percent-encoded in the path stays.

    Raises:
        Failed: If the path has a dot segment, which would lead out of it (RFC 3986, section 5.2.4).

    >>> target_of("/stations/Köln", (("q", "a&b"), ("q", "")))
    '/stations/K%C3%B6ln?q=a%26b&q='
    """
    encoded = path if _ENCODED.fullmatch(path) else quote(path, safe=_PATH_SAFE)
    if _DOTS.search(encoded):
        raise Failed(Trouble.FORBIDDEN, "the path has a segment of dots, which leads elsewhere")
    if not query:
        return encoded
    return f"{encoded}?" + "&".join(f"{quote(name, safe=_QUERY_SAFE)}={quote(value, safe=_QUERY_SAFE)}" for name, value in query)
