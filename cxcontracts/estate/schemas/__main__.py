"""Writes the JSON Schemas of the estate's files anew: ``python -m cxcontracts.estate.schemas``."""

from __future__ import annotations

from cxcontracts.estate.schemas import FILES, FOLDER
from cxcontracts.estate.schemas.making import made, rendered


def main() -> None:
    """Write each schema beside this module."""
    for name in FILES:
        (FOLDER / f"{name}.schema.json").write_text(rendered(made(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
