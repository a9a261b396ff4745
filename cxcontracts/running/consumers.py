"""The interactions of Pact files, held against partners that run: what the engine says of each, as findings are made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from urllib.parse import urlencode, urljoin, urlsplit

from cxcontracts.exchanges import Request
from cxcontracts.findings import Verdict
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.running.calling import Came
from cxcontracts.running.matching import Engine
from cxcontracts.running.pacts import Desk, Verification, judgement_of
from cxcontracts.running.targets import Target
from cxcontracts.running.walking import Sender

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
    sender: Sender,
    targets: Mapping[str, Target],
    states: Mapping[str, str],
    messages: Mapping[str, str],
    most_tries: int = 4,
) -> Iterator[tuple[Requirement, Sequence[Judgement]]]:
    """Yield each interaction with what its partner's answers make of it: one, or more to see whether a break repeats.

    Args:
        states: Partner to the address of its provider-state handler.
        messages: Partner to the address that hands out its messages.
        most_tries: How often one is asked for at most, where that does nothing twice that was wanted once.
    """

    def at(partner: str, address: str) -> str:
        return urljoin(targets[partner].url + "/", address) if address else ""

    desks = {name: Desk(at(name, states.get(name, "")), at(name, messages.get(name, ""))) for name in targets}

    def send(partner: str, request: Request, *, safe: bool = False) -> Came:
        if not request.base:
            return sender.send(partner, replace(request, path=below(targets[partner].url, request.path)), safe=safe)
        query = f"?{urlencode(request.query)}" if request.query else ""
        return sender.tell(partner, f"{request.base}{request.path}{query}", request.body)

    with Engine() as engine:
        verification = Verification(send, engine, desks)

        def seen(some: Sequence[Requirement]) -> Iterator[tuple[Requirement, Judgement]]:
            for requirement, sighting, match in verification.seen(some):
                yield requirement, replace(judgement_of(requirement, sighting, match), sighting=sighting)

        for requirement, judgement in seen(requirements):
            tries = [judgement]
            while _may_be_chance(tries) and len(tries) < most_tries and verification.may_repeat(requirement):
                tries += [again for _, again in seen([requirement])]
            yield requirement, tries


def _may_be_chance(tries: Sequence[Judgement]) -> bool:
    """Tell whether a break was seen once so far."""
    return sum(each.verdict in (Verdict.BROKEN, Verdict.TOLERATED) for each in tries) == 1
