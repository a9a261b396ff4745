"""What every test can ask for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples at every run: a law that fails, fails for everybody.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

REPOSITORY = Path(__file__).parent.parent

os.environ["CXCONTRACTS_RUNS_DIR"] = ""  # no run of a test is kept among those of who tests

collect_ignore = ["partners/contracts", "partners/faces"]  # estates to be held against running partners, no tests by themselves


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The data made by others that the project is held against: the folder that CX_CORPUS names."""
    folder = Path(os.environ.get("CX_CORPUS") or REPOSITORY / "../shared/data").resolve()
    if not folder.is_dir():
        absent = f"no corpus at {folder}; set CX_CORPUS"
        if os.environ.get("CX_REQUIRE_ALL") == "1":
            pytest.fail(absent)
        pytest.skip(absent)
    return folder


@pytest.fixture(scope="session")
def hurtful(corpus: Path) -> tuple[str, ...]:
    """Strings made to hurt whoever prints them; none is empty."""
    files = ("hostile/own/strings/injection.json", "hostile/blns/blns.json")
    return tuple(text for file in files for text in _texts(json.loads((corpus / file).read_bytes())) if text)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value if isinstance(value, list) else value.values():
            yield from _texts(item)
