"""The contracts of record that an estate had at a commit of git, and which of them are others now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cxcontracts.candidates import partners_of
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder
from cxcontracts.contracts.stores import Disk, Store
from cxcontracts.documents import Malformed, Refused, parse
from cxcontracts.errors import UsageError
from cxcontracts.estate.folders import PARTNER_FILE
from cxcontracts.scenes import Side
from cxcontracts.sources.git import Commit, Repository, look_up

_PARTNERS = "partners"


@dataclass(frozen=True, slots=True)
class Since:
    """What became of the contracts of an estate since a commit.

    Attributes:
        records: Partner to its contract of record at the commit, read as long as the repository can be asked.
        candidates: Partner to the absolute paths of what is its contract of record now.
    """

    records: Mapping[str, Side]
    candidates: Mapping[str, Sequence[Path]]


def since(reference: str, root: Path, repository: Repository) -> Since:
    """Return the contracts of the partners in whose folders a file changed, or of all where none did.

    A partner that has no contract at the commit, or none now, is left out: there is nothing to hold against each other.

    Args:
        reference: The commit as git names it.
        root: The estate's folder.
        repository: The git repository that the folder lies in.

    Raises:
        UsageError: If there is no such commit or no estate in it, or no partner has a contract both then and now.
        ContractError: If a contract cannot be read as it was.
    """
    if not reference.strip():
        raise UsageError("the commit to compare the estate with is an empty text; name one, main for example")
    spot = look_up(f"{reference}:./", repository)
    then = {path.path for path in repository.entries(spot.tree, deep=True)}
    both: dict[str, tuple[Commit, Sequence[str], Sequence[str]]] = {}
    for name in partners_of(root):
        if f"{_PARTNERS}/{name}/{PARTNER_FILE}" in then:
            store = look_up(f"{reference}:{repository.prefix}{_PARTNERS}/{name}", repository).store
            was, is_ = _documents(store), _documents(Disk(root / _PARTNERS / name, ""))[: len(_documents(store))]
            if was and is_:
                both[name] = store, was, is_
    if not both:
        raise UsageError(f"no partner of the estate has a contract both now and at {reference!r}; name a candidate instead")
    touched = {PurePosixPath(path).parts[1] for path in repository.changed(reference, _PARTNERS)}
    names = [name for name in both if name in touched] or list(both)
    return Since(
        {name: _side(store, was) for name, (store, was, _) in both.items() if name in names},
        {name: [root / _PARTNERS / name / file for file in both[name][2]] for name in names},
    )


def _documents(store: Store) -> tuple[str, ...]:
    """Return the files that are a partner's contract of record; none where its own file does not say, for others to tell why."""
    try:
        keys = parse(store.contents(PurePosixPath(PARTNER_FILE)), PARTNER_FILE).value
    except (Malformed, Refused):
        return ()
    named = (keys.get("contract"), keys.get("events")) if isinstance(keys, dict) else ()
    return tuple(dict.fromkeys(file for file in named if isinstance(file, str) and file))


def _side(store: Store, files: Sequence[str]) -> Side:
    sides = []
    for file in files:
        folder = Folder(store)
        sides.append(Side(Contract(folder, folder.read(file))))
    return sides[0] if len(sides) == 1 else Side(sides[0].contract, sides[1])
