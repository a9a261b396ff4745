"""Where a change is shown to those who link files: from the root of the repository."""

from __future__ import annotations

from collections.abc import Callable

from cxcontracts.findings import Change
from cxcontracts.problems import Place
from cxcontracts.reports.diff.sorting import Entry

Inside = Callable[[str], str | None]
"""Returns where a file that a diff names lies below the root, ``/`` between its parts; None where it does not lie there."""


def standing(entry: Entry, inside: Inside) -> Place | None:
    """Return where a change is shown: where it stands in the new version, else in the old one, else the start of a file.

    Its file is told from the root of the repository. None where neither version is kept in there.
    """
    change, contract = entry.change, entry.contract
    files = (version.file for version in (contract.candidate, contract.record) if version)
    for place in (change.is_, change.was, *map(Place, files)):
        file = inside(place.file) if place else None
        if place and file:
            return Place(file, place.line, place.column)
    return None


def before(change: Change, inside: Inside) -> Place | None:
    """Return where a change stands in the old version, if it stands in the new one too and both are kept in the repository."""
    if change.is_ is None or change.was is None or not inside(change.is_.file):
        return None
    file = inside(change.was.file)
    return Place(file, change.was.line, change.was.column) if file else None
