"""Addresses that partners hand out: as they are, or URI templates (RFC 6570), of all four levels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property

from uritemplate import URITemplate
from uritemplate.variable import Operator

from cxcontracts.exchanges import JSON

_BARE = (Operator.default, Operator.reserved)
"""The operators of expressions that leave a hole in the address where nothing fills them: ``{x}``, ``{+x}``."""


class Link:
    """An address with places for values perhaps.

    Args:
        written: As it was handed out.

    Raises:
        ValueError: If it is no template.

    >>> Link("/rooms/{room}{?nights,guests*}").names == {"room", "nights", "guests"}
    True
    """

    def __init__(self, written: str) -> None:
        try:
            self._template = URITemplate(written)
        except ValueError:
            raise ValueError(f"the address that it follows is no URI template (RFC 6570): {written}") from None

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that it has a place for."""
        return frozenset(name for each in self._template.variables for name in each.variable_names)

    def filled(self, values: Mapping[str, JSON]) -> str:
        """Return the address with values in their places.

        Raises:
            ValueError: If it cannot do without a value that is not there.

        >>> Link("/rooms/{room}{?nights,view}").filled({"room": "K/7", "nights": 3})
        '/rooms/K%2F7?nights=3'
        """
        for each in self._template.variables:
            missing = [name for name in each.variable_names if values.get(name) is None]
            if each.operator in _BARE and missing:
                raise ValueError(f"the address that it follows has a place for {missing[0]}, which nothing fills")
        return self._template.expand({name: _plain(value) for name, value in values.items() if name in self.names})


def _plain(value: JSON) -> JSON:
    """Return a value with texts for what is no text: RFC 6570 knows texts, lists of them and maps to them."""
    if isinstance(value, list):
        return [text(item) for item in value if item is not None]
    if isinstance(value, Mapping):
        return {name: text(item) for name, item in value.items() if item is not None}
    return None if value is None else text(value)


def text(value: JSON) -> str:
    """Return a value as a text, JSON where it is none."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
