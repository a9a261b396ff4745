"""What the name of an element consists of: ``GET /stations 200 application/json zones.*.name``."""

from __future__ import annotations

from typing import Final, NamedTuple

from cxcontracts.contracts.operation import PLACES


class Element(NamedTuple):
    """A part of a contract, taken apart.

    Attributes:
        operation: The operation, or the webhook: ``GET /stations``.
        place: Where in it the part stands: ``query``, ``body``, ``200``, ``event``; empty for the operation itself.
        media: The media type; empty where there is none.
        noun: What the part is: ``operation``, ``field``, ``query parameter``; empty where it has no name of its own.
        name: What it is called; the path of a field, from its body inwards.
    """

    operation: str
    place: str = ""
    media: str = ""
    noun: str = ""
    name: str = ""

    @property
    def phrase(self) -> str:
        """What a sentence calls it; empty where it has no name of its own."""
        if self.name == "default" and self.noun == "status":
            return "any other status"
        return self.name if self.noun in _BARE else f"the {self.noun} {self.name}" if self.noun else ""

    @property
    def is_in_body(self) -> bool:
        """Whether its name leads into a body."""
        return self.noun == "field"


_BARE: Final = frozenset({"operation", "field", "status", "media type"})
"""What is called by its name alone."""


def element_of(text: str) -> Element:
    """Take the name of an element apart; what is none of them is taken for an operation.

    >>> element_of("GET /stations 200 application/json zones.*.name").name
    'zones.*.name'
    >>> element_of("GET /stations query limit").phrase
    'the query parameter limit'
    """
    method, path, *rest = text.split(" ", 4) if " " in text else (text, "")
    operation = f"{method} {path}".strip()
    match rest:
        case [] if method == "webhook":
            return Element(operation, noun="webhook", name=path)
        case []:
            return Element(operation, noun="operation", name=operation)
        case [place, *name] if place in PLACES and name:
            return Element(operation, place, noun=f"{place} parameter", name=" ".join(name))
        case [place, name] if name.startswith("header."):
            return Element(operation, place, noun="header", name=name.removeprefix("header."))
        case [place, media]:
            return Element(operation, place, media, "media type", media)
        case [place, media, name]:
            return Element(operation, place, media, "field", name)
        case [place] if place.startswith("callback."):
            return Element(operation, place, noun="callback", name=place.removeprefix("callback."))
        case ["default" as place]:
            return Element(operation, place, noun="status", name=place)
        case [place] if len(place) == 3 and place[0].isdigit():
            return Element(operation, place, noun="status", name=place)
    return Element(operation, rest[0])
