"""A folder with the estate that ``init`` writes, and a terminal in it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cxcontracts.cli import main
from cxcontracts.templates import CANDIDATE, write_estate
from tests import readers

BREAKING = f"contracts/{CANDIDATE}"
"""The candidate that the estate comes with: ``expectedOn`` may be null, and a state is new."""

JOURNEY = "contracts/journeys/track-parcel.yaml"
COURIER = "contracts/partners/courier/openapi.yaml"
ORDERS = "contracts/partners/orders/openapi.yaml"

COMMAND = (sys.executable, "-m", "cxcontracts")

HURTFUL = "\x1b[2J\u202e ##vso[task.complete result=Succeeded]done\n::error::gone\x07"
"""Clears a terminal, turns text round, ends an Azure job, raises a GitHub error and rings a bell."""

HURTFUL_IN_YAML = r'"\e[2J\u202e ##vso[task.complete result=Succeeded]done\n::error::gone\a"'


@dataclass(frozen=True)
class Workplace:
    """A folder in which a user works."""

    folder: Path

    def run(self, *words: str) -> Result:
        """Run the program in this process."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            return CliRunner().invoke(main, words)
        finally:
            os.chdir(before)

    def process(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run the program in a process of its own, as a user does."""
        return subprocess.run([*COMMAND, *words], cwd=self.folder, capture_output=True, encoding="utf-8", check=False, **options)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        """Return what a file says."""
        return (self.folder / name).read_text(encoding="utf-8")

    def edit(self, name: str, old: str, new: str, *, to: str = "") -> None:
        """Replace a text that a file has exactly once; *to* leaves the file as it is, and writes another."""
        text = self.read(name)
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        self.write(to or name, text.replace(old, new))

    def add_partner(self, name: str, more: str = "") -> None:
        """Add a partner of whom no journey needs anything."""
        self.write(f"contracts/partners/{name}/partner.yaml", f"partner: {name}\nkind: vendor\ncontract: openapi.yaml\n{more}")
        self.write(f"contracts/partners/{name}/openapi.yaml", self.read(ORDERS))

    def plug(self, kind: str) -> dict[str, str]:
        """Install a plugin with a kind of requirement, and return the environment in which it is found.

        Args:
            kind: The body of its ``on_contract``.
        """
        self.write("plugged/odd.py", _PLUGIN.replace("BODY", kind))
        self.write("plugged/odd-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: odd\nVersion: 1\n")
        self.write("plugged/odd-1.dist-info/entry_points.txt", "[cxcontracts]\nodd = odd\n")
        self.edit(JOURNEY, "    with: {parcelNumber: $parcel} ", "    odd: true\n    with: {parcelNumber: $parcel} ")
        before = os.environ.get("PYTHONPATH", "")
        return {**os.environ, "PYTHONPATH": os.pathsep.join([str(self.folder / "plugged"), *([before] if before else [])])}


def workplace(folder: Path) -> Workplace:
    """Return a folder with the estate in ``contracts/``."""
    write_estate(folder / "contracts")
    return Workplace(folder)


def harmful(text: str) -> list[object]:
    """Return what in an output a terminal or a CI runner would obey."""
    return [*readers.commands(text), *readers.unseen(text)]


_PLUGIN = """
import os, signal, sys, threading

from cxcontracts.findings import Harm, Verdict
from cxcontracts.plugins import hookimpl
from cxcontracts.requirements import Judgement, Requirement


class Odd:
    name = key = "odd"
    form = bool
    harm = Harm.BLOCKED

    def requirements(self, journey, step):
        if "odd" in step.asks:
            yield Requirement("odd", "", journey, step, self.harm, True, step.locate("odd"))

    def on_contract(self, requirement, scene):
        BODY


@hookimpl
def cxcontracts_kinds():
    return (Odd(),)
"""
