"""Where each partner runs: what the estate says of an environment, and what the command line puts in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cxcontracts.errors import UsageError
from cxcontracts.estate.model import Environment, Estate, Partner
from cxcontracts.exchanges import JSON
from cxcontracts.problems import did_you_mean
from cxcontracts.running.wire import origin_of

APP: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
"""How an app is named, as for uvicorn: the module, a colon, what holds the app in it."""

_OWN: Final = ("read", "write")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a partner runs.

    Attributes:
        partner: Its id.
        url: What replaces the servers of its contract, without a slash at the end; of an app, as the app sees itself.
        app: The import string of an ASGI or WSGI app that is run within this process; empty for a partner with an address.
        environment: The environment's name; empty where none is named.
        may: ``read``, ``write``.
        hosts: Further hosts that links may lead to, as patterns.
        auth, identities: As written: they refer to secrets.
        given: What replaces the examples of givens.
        inbox: Where its events arrive; may be empty.
        folder: The partner's folder, from which ``$file.PATH`` counts.
    """

    partner: str
    url: str
    app: str = ""
    environment: str = ""
    may: tuple[str, ...] = ("read",)
    hosts: tuple[str, ...] = ()
    auth: Mapping[str, JSON] | None = None
    identities: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)
    given: Mapping[str, JSON] = field(default_factory=dict)
    inbox: str = ""
    folder: Path = Path()


def is_here(address: str) -> bool:
    """Tell whether an address, or an app in Python, is on this machine; what is no address is not."""
    try:
        return bool(APP.fullmatch(address)) or origin_of(address).is_this_machine
    except ValueError:
        return False


def targets(estate: Estate, environment: str, urls: Mapping[str, str]) -> Mapping[str, Target]:
    """Return where each partner runs, by its id; who runs nowhere is left out.

    A URL replaces the address alone: logins, hosts and what we may do stay those of the environment. Without an environment what
    runs on this machine is the user's own, and may be read and written; anything else may be read, as by default.

    Args:
        estate: The estate.
        environment: The environment's name; empty where URLs alone say it.
        urls: Partner to its base URL, or to an app as ``module:app``.

    Raises:
        UsageError: If nobody has such an environment, no such partner is there, or an address is none.
    """
    for name in urls:
        if name not in estate.partners:
            raise UsageError(f"partner {name!r} is not in the estate; {did_you_mean(name, estate.partners)}")
    known = {name for partner in estate.partners.values() for name in partner.environments}
    if environment and environment not in known:
        raise UsageError(f"no partner has an environment {environment!r}; {did_you_mean(environment, known)}")
    found = {
        name: _target(partner, environment, urls.get(name, ""), Path(estate.root)) for name, partner in estate.partners.items()
    }
    return {name: target for name, target in found.items() if target is not None}


def _target(partner: Partner, environment: str, written: str, root: Path) -> Target | None:
    there = partner.environments.get(environment)
    address = written or (there.url if there is not None else "")
    if not address:
        return None
    app = address if APP.fullmatch(address) and written else ""
    url = "http://localhost" if app else _checked(partner.name, address)
    if there is None:
        may = _OWN if is_here(address) else ("read",)
        there = Environment("", auth=partner.auth, identities=partner.identities, may=may)
    return Target(
        partner=partner.name,
        url=url,
        app=app,
        environment=there.name,
        may=there.may,
        hosts=there.hosts,
        auth=there.auth,
        identities=there.identities,
        given=there.given,
        inbox=there.inbox,
        folder=root / partner.folder,
    )


def _checked(partner: str, address: str) -> str:
    if "://" not in address:
        raise UsageError(f"{address!r} is no address of {partner}; write a URL as http://localhost:8080, or an app as module:app")
    try:
        origin_of(address)
    except ValueError as error:
        shown = re.sub(r"//[^/@]*@", "//…@", address)
        raise UsageError(
            f"{shown!r} is no address of {partner}: {error}; write https://HOST/PATH, and log in under auth"
        ) from None
    if re.search(r"[?#\s]", address):
        raise UsageError(f"{address!r} is no base address of {partner}; leave out what comes from its ? or # on")
    return address.rstrip("/")
