"""How much a page has room for. What matters most is put on it first; once something does not fit, nothing after it does."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from cxcontracts.reports.web_page import size


class Room:
    """The bytes that are left on a page."""

    def __init__(self, left: int) -> None:
        self._left = left

    def put(self, parent: Element, part: Element) -> bool:
        """Put a part where it belongs, and return True; False where there is no room for it any more."""
        needed = size(part)
        self._left = self._left - needed if needed <= self._left else 0
        if self._left == 0:
            return False
        parent.append(part)
        return True
