"""A pack as a folder that estates are read from, for as long as somebody looks: the rim of :mod:`cxcontracts.packs.pack`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cxcontracts import documents
from cxcontracts.documents.yaml_writing import written
from cxcontracts.errors import ContractError, UsageError
from cxcontracts.estate.folders import PARTNER_FILE
from cxcontracts.exchanges import JSON
from cxcontracts.packs.needed import Needed, needed
from cxcontracts.packs.pack import Pack
from cxcontracts.problems import did_you_mean
from cxcontracts.running.secrets import SHORTEST
from cxcontracts.running.targets import is_here
from cxcontracts.walks import Handed

RELEASE: Final = "release"
"""The environment of a pack: the vendor's own release, wherever the vendor says that it runs."""


@dataclass(frozen=True)
class Release:
    """Where a vendor's release runs, and what the vendor allows there.

    Attributes:
        address: Its base URL, or an app in Python as ``module:name``.
        may: ``read``, ``write``.
        examples: Given to the values that the release knows, in rows.
    """

    address: str
    may: tuple[str, ...] = ("read",)
    examples: Mapping[str, Sequence[JSON]] = field(default_factory=dict)


def release_of(address: str, *, writes: bool, examples: Path | None) -> Release:
    """Return a release as its user says where it runs, and what it may be asked: on this machine, everything.

    Args:
        address: Its base URL, or an app in Python as ``module:name``.
        writes: Whether calls that change something are allowed wherever it runs.
        examples: The file with the values that it knows; None for those of the pack.

    Raises:
        UsageError: If the file says something else.
        ContractError: If it cannot be read.
        OSError: The same.
    """
    may = ("read", "write") if writes or is_here(address) else ("read",)
    return Release(address, may, read_examples(examples) if examples is not None else {})


def insist_on_allowed(pack: Pack, shown: str, release: Release) -> None:
    """Refuse a pack that wants more than its user allows.

    Args:
        shown: What the pack's file is called.

    Raises:
        UsageError: If it makes calls that may change something elsewhere, or reads variables that are not set.
    """
    if pack.calls and "write" not in release.may:
        calls = ", ".join(pack.calls[:4]) + (f" and {len(pack.calls) - 4} more" if len(pack.calls) > 4 else "")
        raise UsageError(
            f"{shown} makes calls that may change something ({calls}), and {release.address} is not this machine; "
            "say --allow write, or run the release here"
        )
    logins = {name: os.environ.get(name, "") for name in pack.variables}
    missing = [name for name, value in logins.items() if not value]
    if missing:
        raise UsageError(f"{shown} logs in with {', '.join(missing)}, which is not set; set it to a login of your release")
    for name, value in logins.items():
        if len(value) < SHORTEST:
            raise UsageError(f"{name} is too short to be kept out of what is written; set it to a login of your release")


def unpack(pack: Pack, folder: Path, release: Release | None = None) -> None:
    """Write a pack into an empty folder, where it is an estate with the release as its environment."""
    for path, text in pack.files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    if release is not None:
        file = folder / "partners" / pack.partner / PARTNER_FILE
        there: dict[str, JSON] = {"may": list(release.may)}
        if "://" in release.address:
            there["url"] = release.address
        givens = needed(pack.files).givens
        if given := {name: list(values) for name, values in release.examples.items() if name in givens}:
            there["given"] = given
        partner = documents.parse(file.read_bytes(), PARTNER_FILE).value
        file.write_text(written({**partner, "environments": {RELEASE: there}}), encoding="utf-8")


def insist_on_values(pack: Pack, names: Collection[str]) -> Needed:
    """Refuse names of values that a pack does not have, and return those that it has.

    Raises:
        UsageError: With the nearest one.
    """
    known = needed(pack.files)
    for name in names:
        if name not in known.givens and name not in known.kept:
            raise UsageError(f"{name!r} is no value of the pack; {did_you_mean(name, (*known.givens, *known.kept))}")
    return known


def handed_in(pack: Pack, release: Release) -> Mapping[str, Handed]:
    """Return what stands for what other partners would hand to the release: what its user names, else what the pack shows.

    Raises:
        UsageError: If its user names something that the pack does not have.
    """
    known = insist_on_values(pack, release.examples)
    shown = {name: Handed(values, known=False) for name, values in known.kept.items() if values}
    return shown | {name: Handed(values) for name, values in release.examples.items() if name in known.kept}


@contextmanager
def unpacked(pack: Pack, release: Release | None = None) -> Iterator[Path]:
    """Yield a folder with a pack, which is gone afterwards."""
    with TemporaryDirectory(prefix="cxcontracts-", ignore_cleanup_errors=True) as folder:
        unpack(pack, Path(folder), release)
        yield Path(folder)


def read_examples(file: Path) -> Mapping[str, Sequence[JSON]]:
    """Return what a vendor's file says that its release knows: given to a list of values, the n-th of all belonging together.

    Raises:
        UsageError: If it says something else.
        ContractError: If it cannot be read.
        OSError: The same.
    """
    value = documents.parse(file.read_bytes(), file.name, error=ContractError).value
    if not isinstance(value, Mapping) or not all(isinstance(each, list) and each for each in value.values()):
        raise UsageError(f"{file} is no map of names to lists of values; write one as bookingRef: [QX7T2M, ZZ3P9K]")
    return dict(value)
