"""How many requests may be sent, and how journeys share them, so that none of them has more for being quick."""

from __future__ import annotations

import threading


class Allowance:
    """How many requests are left; shared by all who send."""

    def __init__(self, requests: int) -> None:
        self.requests = requests
        self._left = requests
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take one, and return whether there was one."""
        with self._lock:
            self._left -= 1
            return self._left >= 0

    @property
    def left(self) -> int:
        """How many are left."""
        return max(self._left, 0)

    @property
    def spent(self) -> bool:
        """Whether none is left."""
        return self._left <= 0


class Share:
    """What one journey may take of an allowance: as much as it is granted for a round, however much others take meanwhile.

    Args:
        whole: What it is a share of.
    """

    def __init__(self, whole: Allowance) -> None:
        self._whole = whole
        self._granted = Allowance(0)

    def grant(self, requests: int) -> None:
        """Let so many be taken; what was left of the last round is not."""
        self._granted = Allowance(requests)

    def take(self) -> bool:
        """Take one, and return whether there was one."""
        return self._granted.take() and self._whole.take()

    @property
    def requests(self) -> int:
        """How many there were to be shared."""
        return self._whole.requests

    @property
    def left(self) -> int:
        """How many are left of the round."""
        return self._granted.left

    @property
    def spent(self) -> bool:
        """Whether none is left of the round."""
        return self._granted.spent
