"""The names by which links find a part of a page: those of requirements, so that a link holds from run to run."""

from __future__ import annotations

import hashlib
import re
from typing import Final

_SAFE: Final = re.compile(r"[A-Za-z0-9._:/*@=-]{1,200}")
"""What a link can have in it as it is, whoever wrote it."""


def anchor_of(id: str) -> str:
    """Return what a requirement is called on a page: its id, or what stands for one that no link can hold.

    >>> anchor_of("rail-disruption/check-service/needs:cause.text")
    'rail-disruption/check-service/needs:cause.text'
    >>> anchor_of("a b/c/needs")
    'finding/3e8da96645c4'
    """
    return _named("finding", id) if "/" not in id else id if _SAFE.fullmatch(id) else _named("finding", id)


def journey_anchor(name: str) -> str:
    """Return what a journey is called on a page."""
    return _named("journey", name) if not _SAFE.fullmatch(name) or "/" in name else f"journey-{name}"


def _named(what: str, id: str) -> str:
    return f"{what}/{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


class Anchors:
    """The anchors that are taken on one page: no two parts have the same."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def take(self, id: str) -> str:
        """Return the anchor of a requirement; of one that is told twice, the second time another."""
        anchor = anchor_of(id)
        number = self._taken[anchor] = self._taken.get(anchor, 0) + 1
        return anchor if number == 1 else f"{anchor}--{number}"
