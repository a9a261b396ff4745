"""Which proxy leads to whom: ``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY`` of the environment, no more."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from cxcontracts.running.wire import PORTS, Failed, Origin
from cxcontracts.walks import Trouble


class Way(NamedTuple):
    """A proxy.

    Attributes:
        origin: Where it is.
        login: Name and password; None without.
    """

    origin: Origin
    login: tuple[str, str] | None = None


def proxy_for(origin: Origin, environment: Mapping[str, str]) -> Way | None:
    """Return the proxy that leads to a partner; None where there is none, and to this machine itself.

    Names in lower case come first, as everywhere. ``NO_PROXY`` has names, which stand for what ends in them too, addresses,
    networks (``10.0.0.0/8``), each with a port perhaps, or ``*``.

    Raises:
        Failed: If what is named is no proxy that we know how to use.

    >>> proxy_for(Origin("https", "api.example", 443), {"HTTPS_PROXY": "http://me:word@proxy.example:8080"})
    Way(origin=Origin(scheme='http', host='proxy.example', port=8080), login=('me', 'word'))
    """
    named = _variable(f"{origin.scheme}_proxy", environment) or _variable("all_proxy", environment)
    if not named or origin.is_this_machine or _is_exempt(origin, _variable("no_proxy", environment)):
        return None
    if named.lower().startswith("socks"):
        why = f"the proxy for {origin} speaks SOCKS, which is not supported; name one over http, or exempt the host with NO_PROXY"
        raise Failed(Trouble.UNPREPARED, why)
    try:
        parts = urlsplit(named if "://" in named else f"http://{named}")
        usual = PORTS[parts.scheme]
        port = parts.port or usual
    except (KeyError, ValueError):
        raise Failed(Trouble.UNPREPARED, f"the proxy for {origin} is none over http or https; check the environment") from None
    if not parts.hostname:
        raise Failed(Trouble.UNPREPARED, f"the proxy for {origin} has no host; check the environment")
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Way(Origin(parts.scheme, parts.hostname, port), login)


def _variable(name: str, environment: Mapping[str, str]) -> str:
    return (environment.get(name) or environment.get(name.upper()) or "").strip()


def _is_exempt(origin: Origin, exempt: str) -> bool:
    return any(_covers(entry.strip().lower(), origin) for entry in exempt.split(",") if entry.strip())


def _covers(entry: str, origin: Origin) -> bool:
    if entry == "*":
        return True
    address = _address(origin.host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            pass
    name, _, port = entry.partition(":")
    if port and port != str(origin.port):
        return False
    name = name.removeprefix("*").removeprefix(".")
    return origin.host == name or origin.host.endswith(f".{name}")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
