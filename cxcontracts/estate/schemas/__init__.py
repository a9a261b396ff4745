"""JSON Schemas of the estate's files, for editors and for whoever reads the files with other tools.

They lie beside this module as ``<file>.schema.json`` and are made from the forms in :mod:`cxcontracts.estate.written`; write them
anew with ``python -m cxcontracts.estate.schemas``. They know the keys of FORMAT alone: the key of a plugin's kind is unknown to
them. What depends on another key or another file is beyond them, and left to reading.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
"""Where the schemas lie."""

FILES: Final[Mapping[str, str]] = {
    "estate": "estate.yaml",
    "partner": "partners/<partner>/partner.yaml",
    "journey": "journeys/<journey>.yaml",
    "waivers": "waivers.yaml",
}
"""The schemas by name, and the files that each is for."""


def published(name: str) -> dict[str, Any]:
    """Return a schema as it ships."""
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema
