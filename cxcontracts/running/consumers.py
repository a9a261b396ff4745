"""The interactions of Pact files, held against partners that run: what the engine says of each, as findings are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from urllib.parse import urlencode, urljoin, urlsplit

from cxcontracts.exchanges import Request
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.running.calling import Came, Partners
from cxcontracts.running.matching import Engine
from cxcontracts.running.pacts import Desk, Verification, judgement_of
from cxcontracts.running.targets import Target

INSTALL = "pip install 'cxcontracts[pact]'"
"""What brings Pact's engine."""


def installed() -> bool:
    """Tell whether Pact's engine is there."""
    return find_spec("pact") is not None


def below(url: str, path: str) -> str:
    """Return a path as it goes on below an address: consumers write it with the path of the server, or without.

    >>> below("https://till.example/v1", "/v1/payments"), below("https://till.example/v1", "/payments")
    ('/payments', '/payments')
    """
    base = urlsplit(url).path.rstrip("/")
    return path.removeprefix(base) if base and path.startswith(f"{base}/") else path


def judged(
    requirements: Sequence[Requirement],
    partners: Partners,
    targets: Mapping[str, Target],
    states: Mapping[str, str],
    messages: Mapping[str, str],
) -> Iterator[tuple[Requirement, Judgement]]:
    """Yield each interaction with what its partner's answer makes of it.

    Args:
        states: Partner to the address of its provider-state handler.
        messages: Partner to the address that hands out its messages.
    """

    def at(partner: str, address: str) -> str:
        return urljoin(targets[partner].url + "/", address) if address else ""

    desks = {name: Desk(at(name, states.get(name, "")), at(name, messages.get(name, ""))) for name in targets}

    def send(partner: str, request: Request, *, safe: bool = False) -> Came:
        if not request.base:
            return partners.send(partner, replace(request, path=below(targets[partner].url, request.path)), safe=safe)
        query = f"?{urlencode(request.query)}" if request.query else ""
        return partners.tell(partner, f"{request.base}{request.path}{query}", request.body)

    with Engine() as engine:
        for requirement, sighting, match in Verification(send, engine, desks).seen(requirements):
            judgement = judgement_of(requirement, sighting, match)
            yield requirement, replace(judgement, sighting=sighting)
