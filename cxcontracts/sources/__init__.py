"""Where the versions to compare come from: a file, a folder of contracts, a commit of git, standard input, a URL."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from cxcontracts.candidates import existing_file
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder, RefusedReference
from cxcontracts.contracts.stores import Disk, Store
from cxcontracts.documents import MOST_BYTES, Refused, parse, quoted, unpacked
from cxcontracts.errors import ContractError, UsageError
from cxcontracts.problems import Place
from cxcontracts.scenes import Side
from cxcontracts.sources.git import Repository, is_reference, look_up
from cxcontracts.sources.listing import Listing, listed_in_commit, listed_on_disk

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_STDIN: Final = "standard input"
_ENDING: Final = re.compile(r"(\.(ya?ml|json))?(\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A contract that is there, and not read yet.

    Attributes:
        store: The folder that its references may lead into.
        file: Its path there.
        folder: Where that folder lies on disk, or would lie, were the commit checked out; None where it lies nowhere.
    """

    store: Store
    file: str
    folder: Path | None = None

    @property
    def shown(self) -> str:
        """The contract as messages name it."""
        return self.store.shown(self.file)

    @property
    def path(self) -> Path | None:
        """Where the contract lies on disk, or would lie; None where it lies nowhere."""
        return None if self.folder is None else self.folder / self.file

    def read(self) -> Side:
        """Return the contract.

        Raises:
            ContractError: If it cannot be read.
        """
        folder = Folder(self.store)
        contract = Contract(folder, folder.read(self.file))
        if isinstance(self.store, Alone):
            _insist_on_whole(contract)
        return Side(contract)


@dataclass(frozen=True, slots=True)
class Source:
    """What was named as one side of a comparison.

    Attributes:
        text: As it was named.
        contracts: Path below the folder that was named, or the name of the file, to the contract.
        folder: Whether a folder was named.
        passed_over: What in the folder was not looked at, and why, in sentences.
    """

    text: str
    contracts: Mapping[str, Found]
    folder: bool = False
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """One contract in both versions; None where it is not there."""

    name: str
    old: Found | None
    new: Found | None


class Alone:
    """A store of one document that came without its folder.

    Args:
        file: What its own references call it.
        name: The document as messages name it.
        data: Its bytes, packed by gzip perhaps.
    """

    def __init__(self, file: str, name: str, data: bytes) -> None:
        self._file = file
        self._name = name
        self._data = data

    def contents(self, path: PurePosixPath) -> bytes:
        """Return the bytes of the document; refuses any other as :class:`~cxcontracts.contracts.stores.Store` says."""
        if str(path) != self._file:
            raise Refused("file-elsewhere", "the document came without its folder", "bundle the contract into one file")
        return unpacked(self._data)

    def beside(self, path: PurePosixPath) -> Collection[str]:
        """Return nothing: what lies beside it is not known."""
        return ()

    def shown(self, relative: str) -> str:
        """Return the document as messages name it."""
        return self._name if relative == self._file else relative


def _insist_on_whole(contract: Contract) -> None:
    """Refuse a document that came alone and refers to other files: most of it may be in there."""
    for reference in sorted(contract.references_of(contract.document.value)):
        try:
            contract.folder.follow(contract.document, reference)
        except RefusedReference as refused:
            if refused.code == "ref-elsewhere":
                raise ContractError.at(Place(contract.document.name), refused.what, refused.remedy, refused.code) from None


def source(text: str, here: Path, repository: Repository, *, network: bool, stdin: Callable[[], BinaryIO]) -> Source:
    """Return what a user named: what is there under that name, else ``-``, a URL, or ``REF:PATH``.

    Args:
        text: As it was written.
        here: The folder that relative paths count from.
        repository: The git repository that *here* lies in.
        network: Whether URLs may be fetched.
        stdin: Returns standard input.

    Raises:
        UsageError: If there is no such thing.
    """
    if not text.strip():
        raise UsageError("one of the two versions is an empty text; name a file, a folder, REF:PATH or a URL")
    path = here / text
    if text == "-":
        return _alone("stdin", _STDIN, stdin().read(MOST_BYTES + 1))
    if os.path.exists(path):
        return _on_disk(text, path)
    if _URL.match(text):
        return _fetched(text, network=network)
    if is_reference(text):
        return _in_commit(text, repository)
    try:
        existing_file(text, here)
    except UsageError as error:
        raise UsageError(str(error) if str(error).endswith("?") else f"{error}; a file of a commit is named REF:PATH") from None
    raise UsageError(f"{quoted(text)} leads nowhere: it is a link to what is not there")


def paired(old: Source, new: Source) -> tuple[Pair, ...]:
    """Return the contracts to compare, by name: files with each other, contracts of two folders by their paths.

    A contract whose path differs by its ending alone (``.json``, ``.yaml``) is the same; so is the only one of either folder.

    Raises:
        UsageError: If a file is held against a folder of several contracts.
    """
    if old.folder and new.folder and not len(old.contracts) == len(new.contracts) == 1:
        return _by_path(old.contracts, new.contracts)
    for one in (old, new):
        if len(one.contracts) != 1:
            names = ", ".join(list(one.contracts)[:5]) or "none"
            raise UsageError(
                f"{quoted(one.text)} is a folder of {len(one.contracts)} contracts ({names}); name one, or two folders"
            )
    (first,), ((name, second),) = old.contracts.values(), new.contracts.items()
    return (Pair(name, first, second),)


def _by_path(old: Mapping[str, Found], new: Mapping[str, Found]) -> tuple[Pair, ...]:
    renamed = _renamed([path for path in old if path not in new], [path for path in new if path not in old])
    before = {renamed.get(path, path): found for path, found in old.items()}
    return tuple(Pair(name, before.get(name), new.get(name)) for name in sorted({*before, *new}))


def _renamed(gone: Sequence[str], come: Sequence[str]) -> dict[str, str]:
    """Return old to new path of the contracts that have another ending now."""

    def by_stem(paths: Sequence[str]) -> dict[str, list[str]]:
        stems: dict[str, list[str]] = {}
        for path in paths:
            stems.setdefault(_ENDING.sub("", path), []).append(path)
        return stems

    before, after = by_stem(gone), by_stem(come)
    return {before[stem][0]: after[stem][0] for stem in before if len(before[stem]) == len(after.get(stem, ())) == 1}


def nothing(beside: Side) -> Side:
    """Return a contract without any operation, to hold one against that is on one side only."""
    document = parse(f"openapi: '{beside.contract.openapi}'\npaths: {{}}\n".encode(), "nothing.yaml")
    return Side(Contract(Folder(Alone("", document.name, b"")), document))


def _on_disk(text: str, path: Path) -> Source:
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        shown = "" if Path(text) == Path() else str(Path(text))
        return _folder(text, Disk(path, shown), Path(os.path.realpath(path)), listed_on_disk(path))
    if stat.S_ISFIFO(mode):  # what a shell makes of <(command)
        with open(path, "rb") as stream:
            return _alone(path.name, text, stream.read(MOST_BYTES + 1))
    real = Path(os.path.realpath(path))
    beside = os.path.realpath(path.parent) == str(real.parent)
    shown = str(Path(text).parent if beside else real.parent)
    return Source(text, {real.name: Found(Disk(real.parent, "" if shown == "." else shown), real.name, real.parent)})


def _in_commit(text: str, repository: Repository) -> Source:
    spot = look_up(text, repository)
    if spot.file:
        return Source(text, {spot.file: Found(spot.store, spot.file, spot.folder)})
    return _folder(text, spot.store, spot.folder, listed_in_commit(repository, spot.tree))


def _folder(text: str, store: Store, folder: Path, listing: Listing) -> Source:
    contracts, passed_over = listing.contracts(store)
    return Source(text, {path: Found(store, path, folder) for path in contracts}, True, passed_over)


def _fetched(url: str, *, network: bool) -> Source:
    from cxcontracts.sources.web import fetched, public

    if not network:
        raise UsageError(f"{public(url)} is fetched with --allow-network only; give it, or download the document")
    name = public(url)
    last = name.rpartition("/")[2]
    return _alone(last if _PLAIN.fullmatch(last) else "document", name, fetched(url))


def _alone(file: str, name: str, data: bytes) -> Source:
    return Source(name, {file: Found(Alone(file, name, data), file)})


__all__ = ["Found", "Pair", "Repository", "Source", "nothing", "paired", "source"]
