"""What of a scorecard its partner may read: nothing of other partners, of how many customers there are, or of what is private."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from cxcontracts.estate.folders import PARTNER_FILE
from cxcontracts.estate.model import Estate
from cxcontracts.hiding import Hiding, hiding
from cxcontracts.onboarding.scorecard import Evidence

_AMONG: Final = "what goes between you and another partner"


@dataclass(frozen=True)
class Discretion:
    """Keeps back what a partner may not read.

    Attributes:
        folder: Where its files lie in the estate.
        hiding: What is not to be named, and what stands in its place.
    """

    folder: str
    hiding: Hiding

    @classmethod
    def of(cls, estate: Estate, partner: str) -> Discretion:
        """Return what is kept back from a partner of an estate."""
        reader = estate.partners[partner]
        return cls(str(reader.folder), hiding(estate, reader))

    def text(self, text: str) -> str:
        """Return a text without the names that are kept back."""
        return self.hiding.text(text)

    def evidence(self, shown: Iterable[Evidence]) -> Iterator[Evidence]:
        """Yield what the partner may see of some evidence."""
        for each in shown:
            what = f"{_AMONG}: {each.what.partition(':')[0]}" if each.among else each.what
            place = each.place if each.place is not None and self._is_theirs(each.place.file) else None
            yield Evidence(self.text(what), place, None if each.among else each.exchange)

    def _is_theirs(self, file: str) -> bool:
        return file.startswith(f"{self.folder}/") and not file.endswith(f"/{PARTNER_FILE}")
