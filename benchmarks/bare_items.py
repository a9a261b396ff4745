"""A pytest plugin that collects as many bare items as an estate has requirements: what pytest itself takes for them.

``BARE_ITEMS=10000 pytest -p benchmarks.bare_items -p no:cxcontracts --collect-only contracts`` spreads so many items over the
journey files, below a collector in each file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

VARIABLE: Final = "BARE_ITEMS"


class BareItem(pytest.Item):
    """A test with nothing in it."""

    def runtest(self) -> None:
        """Do nothing."""


class BareStep(pytest.Collector):
    """What stands between a file and its items."""

    def __init__(self, *, numbers: range, **rest: Any) -> None:
        super().__init__(**rest)
        self._numbers = numbers

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the items."""
        return (BareItem.from_parent(self, name=f"needs:field{number}") for number in self._numbers)


class BareFile(pytest.File):
    """A file that nobody reads."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield what its items stand in."""
        number = int(self.path.stem.rpartition("-")[2])
        whole, files = int(os.environ[VARIABLE]), _files(self.path.parent)
        yield BareStep.from_parent(self, name="look", numbers=range(number * whole // files, (number + 1) * whole // files))


@cache
def _files(folder: Path) -> int:
    return len(os.listdir(folder))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect journey files."""
    return BareFile.from_parent(parent, path=file_path) if file_path.parent.name == "journeys" else None
