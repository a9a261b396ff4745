"""What may be remembered from one run to the next, so that what did not change need not be looked at again."""

from __future__ import annotations

from typing import Final, Protocol

from cxcontracts.exchanges import JSON


class Memory(Protocol):
    """Remembers values by what they follow from, and by nothing else: whoever asks again about the same gets the same."""

    def recall(self, topic: str, *about: bytes) -> JSON:
        """Return the value that was kept; None where none was."""
        ...

    def keep(self, topic: str, *about: bytes, value: JSON) -> None:
        """Remember a value.

        Args:
            topic: What kind of value it is: a word.
            about: All that the value follows from, but for the program and the topic.
            value: Plain JSON, not None.
        """
        ...


class Forgetful:
    """Remembers nothing."""

    def recall(self, topic: str, *about: bytes) -> JSON:
        """Return None."""
        return None

    def keep(self, topic: str, *about: bytes, value: JSON) -> None:
        """Do nothing."""


FORGETFUL: Final = Forgetful()
"""For whoever has no memory."""
