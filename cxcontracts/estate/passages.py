"""Passages: parts of the estate's files that still know where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cxcontracts.documents import Document
from cxcontracts.estate.mistakes import Mistake, problem
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Passage:
    """A value of a file with its position.

    It forgives: what is not there, or has another shape than expected, reads as nothing. So every mistake of a file can be found
    in one go, each by whoever looks for it.

    Attributes:
        document: The file.
        pointer: Keys and indices, from the outside inwards.
        value: What stands there; None where nothing does.
    """

    document: Document
    pointer: tuple[str | int, ...]
    value: JSON

    @classmethod
    def whole(cls, document: Document) -> Passage:
        """Return all of a file."""
        return cls(document, (), document.value)

    def __getitem__(self, key: str) -> Passage:
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Passage(self.document, (*self.pointer, key), value)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    @property
    def key(self) -> str:
        """The last key on the way here."""
        return str(self.pointer[-1])

    @property
    def text(self) -> str:
        """The text that stands here; empty where there is none."""
        return self.value if isinstance(self.value, str) else ""

    def entries(self) -> Iterator[Passage]:
        """Yield what stands under each key of a map."""
        if isinstance(self.value, dict):
            yield from (Passage(self.document, (*self.pointer, key), value) for key, value in self.value.items())

    def items(self) -> Iterator[Passage]:
        """Yield the items of a list."""
        if isinstance(self.value, list):
            yield from (Passage(self.document, (*self.pointer, index), item) for index, item in enumerate(self.value))

    def texts(self) -> Iterator[Passage]:
        """Yield the text that stands here, or those of a list."""
        if isinstance(self.value, str):
            yield self
        yield from (item for item in self.items() if isinstance(item.value, str))

    def inside(self, at: tuple[str | int, ...]) -> Passage:
        """Return what stands further inside."""
        passage = self
        for key in at:
            value = passage.value[key] if isinstance(passage.value, list) and isinstance(key, int) else passage[str(key)].value
            passage = Passage(self.document, (*passage.pointer, key), value)
        return passage

    def place(self, of_key: bool = False) -> Place:
        """Return where this stands in its file; with *of_key* where its key does."""
        return self.document.place(self.pointer, of_key=of_key)

    def problem(self, code: str, of_key: bool = False, **facts: Any) -> Problem:
        """Return a problem that stands here."""
        return problem(code, self.place(of_key), **facts)

    def mistaken(self, mistake: Mistake) -> Problem:
        """Return a mistake that was found in this value as a problem in its place."""
        return mistake.problem(self.document.place((*self.pointer, *mistake.at), of_key=mistake.of_key))
