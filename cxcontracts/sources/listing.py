"""Which files of a folder are contracts: by what is in them, not by their names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from cxcontracts.contracts.stores import Store
from cxcontracts.documents import Refused, parse
from cxcontracts.errors import ContractError, UsageError
from cxcontracts.exchanges import JSON
from cxcontracts.sources.git import MOST_ENTRIES, Repository

_DOCUMENTS: Final = re.compile(r"\.(ya?ml|json)(\.gz)?$", re.IGNORECASE)
_NOT_ENTERED: Final = "node_modules"

_SAYS_SO: Final = re.compile(rb"""["']?\b(?:openapi|swagger|asyncapi)["']?[ \t]*:\s*["']?[0-9]""")
_BLOCK: Final = re.compile(rb"""^(?:\xef\xbb\xbf)?(["']?)(?:openapi|swagger|asyncapi)\1[ \t]*:[ \t]+["']?[0-9]""", re.MULTILINE)
_CALLABLE: Final = re.compile(rb"""^(["']?)(?:paths|webhooks|channels)\1[ \t]*:""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a folder whose names are those of documents.

    Attributes:
        files: Their paths below the folder, sorted.
        links: Those of symbolic links; what they lead to is listed where it lies.
    """

    files: tuple[str, ...]
    links: tuple[str, ...]

    def contracts(self, store: Store) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the paths of the contracts, and sentences that say what was passed over.

        A file without ``paths``, ``webhooks`` and ``channels`` is a part of other contracts, not one itself. One that cannot be
        read as JSON or YAML and looks like a contract is one.
        """
        found: list[str] = []
        passed_over = [f"{store.shown(path)} is a symbolic link, and not compared" for path in self.links]
        for path in self.files:
            try:
                if is_contract(store.contents(PurePosixPath(path)), path):
                    found.append(path)
            except Refused as refused:
                passed_over.append(f"{store.shown(path)} is not compared: {refused.what}")
        return tuple(found), tuple(passed_over)


def listed_on_disk(root: Path) -> Listing:
    """List a folder; what begins with a dot and ``node_modules`` are not entered, nor are links.

    Raises:
        UsageError: If it has too many files.
    """
    return _listing(_walked(root), str(root))


def listed_in_commit(repository: Repository, tree: str) -> Listing:
    """List a tree of a commit as :func:`listed_on_disk` lists a folder."""
    return _listing(((entry.path, entry.link) for entry in repository.entries(tree, deep=True)), tree)


def _walked(root: Path) -> Iterator[tuple[str, bool]]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_entered(name))
        for name in sorted(names):
            path = Path(folder, name)
            yield path.relative_to(root).as_posix(), path.is_symlink()


def _listing(entries: Iterable[tuple[str, bool]], folder: str) -> Listing:
    files: list[str] = []
    links: list[str] = []
    for number, (path, link) in enumerate(entries, 1):
        if number >= MOST_ENTRIES:
            raise UsageError(f"{folder!r} has more than {MOST_ENTRIES:,} files; name a folder with fewer")
        *folders, name = path.split("/")
        if _DOCUMENTS.search(name) and not name.startswith(".") and all(map(_is_entered, folders)):
            (links if link else files).append(path)
    return Listing(tuple(sorted(files)), tuple(sorted(links)))


def _is_entered(folder: str) -> bool:
    return not folder.startswith(".") and folder != _NOT_ENTERED


def is_contract(data: bytes, name: str) -> bool:
    r"""Return whether a file is an OpenAPI, Swagger or AsyncAPI document with calls, or is too damaged for one to know.

    >>> is_contract(b"openapi: 3.1.0\npaths: {}", "a.yaml"), is_contract(b'{"openapi": "3.1.0"}', "a.json")
    (True, False)
    """
    if not _SAYS_SO.search(data):
        return False
    if _BLOCK.search(data):
        return bool(_CALLABLE.search(data))
    try:
        return _has_calls(parse(data, name, duplicates="last-wins").value)
    except ContractError:
        return True


def _has_calls(value: JSON) -> bool:
    if not isinstance(value, dict) or not {"paths", "webhooks", "channels"} & value.keys():
        return False
    version = value.get("openapi", value.get("swagger", value.get("asyncapi")))
    return not isinstance(version, bool) and str(version)[:1].isdecimal()
