"""A part of a contract that is written in several places, or under another name than it is read by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxcontracts.containment.nodes import Home, Node


class Composed(Node):
    """A mapping or a list of parts, each of which stays where it is written.

    Args:
        parts: What is below it.
        home: Where it counts as written itself.
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: Mapping[str, Node] | Sequence[Node], home: Home, above: Node | None, key: str | int) -> None:
        named = parts.items() if isinstance(parts, Mapping) else enumerate(parts)
        self._parts: dict[str | int, Node] = {name: part for name, part in named}
        values = {name: part.value for name, part in self._parts.items()}
        super().__init__(values if isinstance(parts, Mapping) else list(values.values()), home, above, key)

    def child(self, *keys: str | int) -> Node:
        """Return the part below some keys.

        Raises:
            KeyError, IndexError, TypeError: If it is not there.
        """
        return self._parts[keys[0]].child(*keys[1:]) if keys else self


def parts_of(node: Node) -> dict[str, Node]:
    """Return what is below a mapping, by its keys."""
    return {key: node.child(key) for key in node.value}
