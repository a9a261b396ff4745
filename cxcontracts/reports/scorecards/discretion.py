"""What of a scorecard its partner may read: nothing of other partners, of how many customers there are, or of what is private."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from cxcontracts.estate.folders import PARTNER_FILE
from cxcontracts.estate.model import Estate, Partner
from cxcontracts.onboarding.scorecard import Evidence

ANOTHER: Final = "another system"
"""What stands in the place of another partner."""

PRIVATE: Final = "…"
"""What stands in the place of what is private."""

_AMONG: Final = "what goes between you and another system"


@dataclass(frozen=True)
class Discretion:
    """Keeps back what a partner may not read.

    Attributes:
        partner: Who reads.
        folder: Where its files lie in the estate.
        names: What is not to be named, to what stands in its place.
    """

    partner: str
    folder: str
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, estate: Estate, partner: str) -> Discretion:
        """Return what is kept back from a partner of an estate."""
        own = {name.casefold() for name in _names(estate.partners[partner])}
        others = {name for each in estate.partners.values() if each.name != partner for name in _names(each)}
        names = {name: ANOTHER for name in others if name.casefold() not in own} | dict.fromkeys(estate.private, PRIVATE)
        return cls(partner, str(estate.partners[partner].folder), names)

    def text(self, text: str) -> str:
        """Return a text without the names that are kept back."""
        for name, instead in sorted(self.names.items(), key=lambda pair: -len(pair[0])):
            text = re.sub(rf"(?<![\w/.{{-]){re.escape(name)}(?![\w/}}-]|\.\w)", instead, text, flags=re.IGNORECASE)
        return text

    def evidence(self, shown: Iterable[Evidence]) -> Iterator[Evidence]:
        """Yield what the partner may see of some evidence."""
        for each in shown:
            what = f"{_AMONG}: {each.what.partition(':')[0]}" if each.among else each.what
            place = each.place if each.place is not None and self._is_theirs(each.place.file) else None
            yield Evidence(self.text(what), place, None if each.among else each.exchange)

    def _is_theirs(self, file: str) -> bool:
        return file.startswith(f"{self.folder}/") and not file.endswith(f"/{PARTNER_FILE}")


def _names(partner: Partner) -> Iterator[str]:
    yield partner.name
    yield partner.title
    yield from partner.owner.values()
    for environment in partner.environments.values():
        host = urlsplit(environment.url).hostname if environment.url else None
        yield from (host,) if host else ()
