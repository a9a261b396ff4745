"""Recorded traffic as walks through the journeys of an estate.

Read the modules in this order:

``marks``    the recordings that we made ourselves: the same walks come back
``routing``  whose call it is, and which operation of the contract
``likeness`` whether a call is one that a step makes, and which values it sends for its names
``threads``  the calls of one customer among those of many, told apart by the values that go from step to step
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cxcontracts.har import Recorded
from cxcontracts.judging import Judge
from cxcontracts.recordings.marks import INTERACTION, marked
from cxcontracts.recordings.routing import Routed, Router
from cxcontracts.recordings.threads import threads
from cxcontracts.walks import Walk
from cxcontracts.wording import listed

_MOST_HOSTS = 3


@dataclass(frozen=True)
class Recordings:
    """What a recording holds for an estate.

    Attributes:
        walks: The ways through journeys, journey by journey, in the order in which they began.
        unmatched: The calls of partners that no step makes, in the order in which they were made.
        notes: What is to be known of what was left out.
    """

    walks: tuple[Walk, ...]
    unmatched: tuple[Routed, ...]
    notes: tuple[str, ...] = ()


def walks_of(recorded: Sequence[Recorded], judge: Judge, urls: Mapping[str, str] | None = None) -> Recordings:
    """Return what a recording holds for an estate.

    What we recorded ourselves comes back as the walks that it was. Of anything else, a call is its partner's by its address, an
    operation's by its method and path, and a step's by what it sends.

    Args:
        recorded: Its entries.
        judge: Knows the estate and its contracts.
        urls: Partner to a base address, beside those that the estate and the contracts know.
    """
    own = marked(recorded, judge.estate.journeys)
    router = Router(judge, urls or {})
    ordered = sorted(own.others, key=lambda each: each.at)
    routed = [each for each in map(router.route, ordered) if each is not None]
    called = [each for each in routed if each.partner and INTERACTION not in each.recorded.marks]
    of_interactions = [each for each in routed if each.partner and INTERACTION in each.recorded.marks]
    walks, notes = list(own.walks), [*own.notes, *router.notes]
    used: set[int] = set()
    for journey in judge.estate.journeys.values():
        woven = threads(journey, called, judge)
        walks += woven.walks
        used |= woven.used
        notes += woven.notes
    unmatched = [*(each for number, each in enumerate(called) if number not in used), *of_interactions]
    unmatched.sort(key=lambda each: each.recorded.at)
    return Recordings(tuple(walks), tuple(unmatched), (*dict.fromkeys(notes), *_elsewhere(routed)))


def _elsewhere(routed: Iterable[Routed]) -> list[str]:
    """Say how many calls went to nobody that the estate lists."""
    hosts = Counter(each.recorded.request.base for each in routed if not each.partner)
    if not hosts:
        return []
    named = [host for host, _ in hosts.most_common(_MOST_HOSTS)]
    more = [f"{len(hosts) - _MOST_HOSTS} more"] if len(hosts) > _MOST_HOSTS else []
    calls = "1 call" if hosts.total() == 1 else f"{hosts.total():,} calls"
    return [f"{calls} went to {listed([*named, *more])}, which is no partner's address; name one with --url PARTNER=ADDRESS"]


__all__ = ["Recordings", "Routed", "walks_of"]
