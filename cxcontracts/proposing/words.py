"""What names are made of, and which two names mean one thing: ``petId`` and the ``id`` of a pet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

Words = tuple[str, ...]
"""A name in its parts, in lower case: ``petId`` is ``("pet", "id")``."""

IDENTIFIERS: Final = frozenset(
    {"id", "ids", "ref", "reference", "identifier", "uuid", "guid", "uid", "sid", "key", "number", "no", "code", "slug", "token"}
)
"""The words by which one thing is told from another."""

SEARCHING: Final = frozenset({"search", "searches", "find", "query", "queries", "lookup", "list", "filter", "browse"})
"""The words of a path, or the first of one of its segments, that say that somebody looks for something."""

_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_ENDINGS: Final = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", ""))
_ALREADY_ONE: Final = ("ss", "us", "is", "news", "series")


def words(name: str) -> Words:
    """Return the parts of a name in lower case.

    >>> words("petId"), words("car-parks"), words("IBANNumber")
    (('pet', 'id'), ('car', 'parks'), ('iban', 'number'))
    """
    return tuple(part.lower() for part in _PARTS.findall(name))


def singular(name: Sequence[str]) -> Words:
    """Return a name for one of several.

    >>> singular(("car", "parks")), singular(("deliveries",)), singular(("status",))
    (('car', 'park'), ('delivery',), ('status',))
    """
    if not name or name[-1].endswith(_ALREADY_ONE):
        return tuple(name)
    last = name[-1]
    ending, one = next(
        ((ending, one) for ending, one in _ENDINGS if last.endswith(ending) and len(last) > len(ending) + 1), ("", "")
    )
    return (*name[:-1], last.removesuffix(ending) + one)


def is_identifier(name: Words) -> bool:
    """Tell whether a name is that of an identifier, of whatever thing."""
    return bool(name) and name[-1] in IDENTIFIERS


def likeness(handed_out: Words, of: Words, asked_for: Words, at: Words) -> int:
    """Return how surely a field is what is asked for: 3 by its whole name, 2 or 1 by the thing that it belongs to, 0 not at all.

    Args:
        handed_out: The name of the field.
        of: What the field belongs to, one of it.
        asked_for: The name of what is asked for.
        at: What the path says before a parameter, one of it; empty elsewhere.

    >>> likeness(("id",), ("pet",), ("pet", "id"), ("pet",)), likeness(("name",), ("pet",), ("pet", "id"), ("pet",))
    (3, 0)
    """
    if not handed_out or not asked_for:
        return 0
    general = all(word in IDENTIFIERS or word == "name" for word in asked_for)
    if handed_out == asked_for and not general:
        return 3
    names_it = handed_out[-1] in IDENTIFIERS
    thing = handed_out[:-1] or of
    if names_it and thing and asked_for[-1] in IDENTIFIERS and asked_for[:-1] == thing:
        return 3 if asked_for[-1] == handed_out[-1] else 2
    if general and at and at == (thing if names_it else of):
        return 2 if handed_out == asked_for or names_it else 0
    if asked_for == of and len(handed_out) == 1 and (names_it or handed_out == ("name",)):
        return 1
    return 0
