"""What is made of a name once somebody asks for it: an estate has thousands of files, and most questions are about a few."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Postponed(Mapping[str, _Value], Generic[_Value]):
    """A mapping that makes each value when it is first asked for.

    Args:
        names: Its keys, in their order.
        make: Returns the value of a key.
    """

    def __init__(self, names: Iterable[str], make: Callable[[str], _Value]) -> None:
        self._names = dict.fromkeys(names)
        self._make = make
        self._made: dict[str, _Value] = {}

    def __getitem__(self, name: str) -> _Value:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
