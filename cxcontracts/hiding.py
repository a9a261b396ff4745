"""What may not leave the house: the names of other partners, and what estate.yaml lists under ``private``.

A name is found by its words, however they are joined: that of the Loyalty Club is in ``loyaltyClubId`` and in ``loyalty-club``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from cxcontracts.estate.model import Disclosure, Estate, Partner

ELSEWHERE: Final = "elsewhere"
"""What stands for every other partner, as a partner's id and within names."""

PRIVATE: Final = "private"
"""What stands for a private name within names."""

ANOTHER: Final = "another partner"
"""What stands for every other partner in sentences."""

_SPOKEN: Final[Mapping[str, str]] = {ELSEWHERE: ANOTHER, PRIVATE: "…"}
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")

Words = tuple[str, ...]


def words(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text in small letters, each with where it begins and ends.

    >>> [word for word, _, _ in words("loyaltyClubID, the Loyalty-Club's 2nd")]
    ['loyalty', 'club', 'id', 'the', 'loyalty', 'club', 's', '2', 'nd']
    """
    return [(match[0].lower(), match.start(), match.end()) for match in _WORD.finditer(text)]


class Hiding:
    """What may not leave the house in a pack for one partner, and what stands in its place.

    Args:
        others: The names of the other partners, as written.
        private: Further names that nobody is to see.
        own: The partner's own names: what is part of one of these is not hidden there.
    """

    def __init__(self, others: Iterable[str], private: Iterable[str], own: Iterable[str] = ()) -> None:
        self._hidden: dict[Words, str] = {}
        for text, word in (*((each, ELSEWHERE) for each in others), *((each, PRIVATE) for each in private)):
            if found := _of(text):
                self._hidden[found] = word
        self._own = {found for each in own if (found := _of(each))}
        self._names: dict[str, str] = {}

    @cached_property
    def _longest(self) -> int:
        return max(map(len, (*self._hidden, *self._own)), default=0)

    def found(self, text: str) -> Iterator[tuple[Words, int, int]]:
        """Yield what of a text is hidden, with where it begins and ends; the longest names first, none within another."""
        known = words(text)
        index = 0
        while index < len(known):
            for length in range(min(self._longest, len(known) - index), 0, -1):
                part = known[index : index + length]
                name = tuple(word for word, _, _ in part)
                if name in self._own or name in self._hidden:
                    if name not in self._own:
                        yield name, part[0][1], part[-1][2]
                    index += length
                    break
            else:
                index += 1

    def text(self, written: str) -> str:
        """Return a text that people read, with what is hidden said in other words."""
        return self._replaced(written, _SPOKEN)

    def name(self, written: str) -> str:
        """Return a name that others refer to, the same each time: with what is hidden in it replaced, and no other's."""
        if written not in self._names:
            plain = self._replaced(written, {ELSEWHERE: ELSEWHERE, PRIVATE: PRIVATE})
            number, found = 1, plain
            while found in self._names.values():
                number += 1
                found = f"{plain}-{number}"
            self._names[written] = found
        return self._names[written]

    def _replaced(self, written: str, by: Mapping[str, str]) -> str:
        end, pieces = 0, []
        for name, first, last in self.found(written):
            pieces += [written[end:first], by[self._hidden[name]]]
            end = last
        return "".join((*pieces, written[end:]))


def _of(text: str) -> Words:
    return tuple(word for word, _, _ in words(text))


def hiding(estate: Estate, partner: Partner) -> Hiding:
    """Return what a pack for a partner has to hide."""
    others = [
        name
        for other in estate.partners.values()
        if other.name != partner.name
        for name in (other.name, other.title, *other.owner.values(), *_hosts(other))
    ]
    return Hiding(others, estate.private, (partner.name, partner.title, *estate.packs.may_say))


def disclosed(estate: Estate, hide: Hiding, customers: Mapping[str, int]) -> dict[str, int]:
    """Return groups of customers with as much of how many they are as partners may know; none where they may know nothing."""
    policy = estate.packs.customers
    if policy is Disclosure.NOTHING:
        return {}
    counted = (lambda number: share(estate, number)) if policy is Disclosure.SHARE else int
    return {hide.name(group): counted(number) for group, number in customers.items()}


def share(estate: Estate, number: int) -> int:
    """Return how many of every hundred customers some are; whoever is there is one at least."""
    found = round(100 * number / (sum(estate.customers.values()) or 1))
    return min(100, found or bool(number))


def _hosts(partner: Partner) -> Iterator[str]:
    return (urlsplit(environment.url).hostname or "" for environment in partner.environments.values())
