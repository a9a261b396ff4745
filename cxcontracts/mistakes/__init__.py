"""Every mistake that is told apart in a file: what it means, how it looks, and what to do.

One catalogue, in the files beside this one: a row for each code that a :class:`~cxcontracts.problems.Problem` can have.
``explain`` and the documentation print it. Codes are a promise: rows may be added, none is renamed.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from cxcontracts import documents

_FILES: Final = ("documents.yaml", "estate.yaml", "contracts.yaml", "packs.yaml")

GAP: Final = "…"
"""Stands in an example for lines in between, on a line of its own."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One cause, and what to do about it.

    Attributes:
        code: E.g. ``unknown-key``.
        group: The part of the catalogue that it belongs to.
        means: What is wrong, and why it matters, in sentences.
        remedy: What to do about it, in sentences.
        wrong: The lines with the mistake, or what else shows it: names of files, a command.
        right: The same without it.
        file: The file that the lines stand in; empty where they are no lines of a file.
    """

    code: str
    group: str
    means: str
    remedy: str
    wrong: str
    right: str
    file: str = ""


@cache
def mistakes() -> Mapping[str, Mistake]:
    """Return every mistake by its code, in the order in which they are explained."""
    return {mistake.code: mistake for name in _FILES for mistake in _read(name)}


def _read(name: str) -> Iterator[Mistake]:
    data = importlib.resources.files(__name__).joinpath(name).read_bytes()
    for group in documents.parse(data, name).value:
        for code, row in group["mistakes"].items():
            yield Mistake(code=code, group=group["title"], **row)
