"""A small estate that is sound, and what becomes of it when somebody makes a mistake."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cxcontracts.documents import parse
from cxcontracts.estate.model import Estate
from cxcontracts.estate.reading import read_estate
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm
from cxcontracts.plugins import line_ids
from cxcontracts.problems import Problem
from cxcontracts.requirements import Kind

TODAY = datetime.date(2027, 1, 15)

Files = dict[str, bytes]
"""Path below the estate's folder to content."""


class Speaks:
    """The form and key of a kind that a plugin might bring."""

    name: str = "speaks"
    key: str = "speaks"
    form: Any = Literal["English", "Frisian"]
    harm: Harm = Harm.MISLED

    def requirements(self, journey: Any, step: Any) -> Any:
        return iter(())

    def on_contract(self, requirement: Any, scene: Any) -> Any:
        raise NotImplementedError


KINDS: tuple[Kind, ...] = (Speaks(),)


@dataclass(frozen=True)
class Made:
    """A row of the table of mistakes, by its keys."""

    code: str
    row: Mapping[str, JSON]

    @property
    def message(self) -> str:
        return str(self.row["message"])

    @property
    def warning(self) -> bool:
        return bool(self.row.get("warning"))

    def files(self) -> Files:
        """Return the files of the estate, with the mistake in them."""
        files = sound_files()
        for old, new in self.row.get("move", {}).items():
            files[new] = files.pop(old)
        for name in self.row.get("gone", []):
            del files[name]
        for name, text in self.row.get("put", {}).items():
            files[name] = text.encode()
        for old, new in self.row.get("swap", []):
            swap(files, self.row["in"], old, new, self.row.get("encoding", "utf-8"))
        return files


def swap(files: Files, file: str, old: str, new: str, encoding: str = "utf-8") -> None:
    """Replace a text that stands in a file once."""
    assert files[file].count(old.encode()) == 1, f"{old!r} stands {files[file].count(old.encode())} times in {file}"
    files[file] = files[file].replace(old.encode(), new.encode(encoding))


@cache
def _table() -> JSON:
    path = Path(__file__).parent / "mistakes.yaml"
    return parse(path.read_bytes(), path.name).value


def sound_files() -> Files:
    """Return the files of an estate with every key in it and nothing wrong."""
    return {name: text.encode() for name, text in _table()["sound"].items()}


def mistakes() -> list[Made]:
    """Return the table of mistakes."""
    return [Made(row["code"], row) for row in _table()["mistakes"]]


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write an estate to a folder, and return the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def read(files: Mapping[str, bytes], folder: Path) -> tuple[Estate, tuple[Problem, ...]]:
    """Write an estate to a folder and read it, on 15 January 2027."""
    return read_estate(write(files, folder), KINDS, today=TODAY, lines=line_ids)
