"""``explain``: what the ids that reports name mean, and what to do about what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cxcontracts.cli.options import ESTATE
from cxcontracts.cli.packed import Packed, used
from cxcontracts.errors import UnsoundError, UsageError

if TYPE_CHECKING:
    from cxcontracts.reports.explained import Entry

FORMATS: Final = ("text", "json", "markdown")


@click.command(short_help="What an id in a report means, and what to do about it.")
@click.argument("wanted", metavar="[ID]", required=False)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="For people, programs or a page.",
)
@click.option(
    "--pages", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write a page for each code there."
)
@click.option("--pack", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="ID is of a requirement in a pack.")
@click.option("--estate", **ESTATE)
@click.pass_obj
def explain(
    found: Path | None, /, wanted: str | None, form: str, pages: Path | None, pack: Path | None, estate: Path | None
) -> int:
    """Say what an id means, what follows from it, and what to do.

    ID is a kind of change, a kind of requirement, the code at the end of a line about a mistake, or the requirement of a journey
    or a Pact file: of that it is said what the customer would suffer, where it is written, and what the contract of record
    promises of it. ``changes``, ``kinds`` and ``mistakes`` list all of each; without ID, all of them are listed.

    \b
    Examples:
      cxcontracts explain
      cxcontracts explain response-enum-widened
      cxcontracts explain needs
      cxcontracts explain unknown-key
      cxcontracts explain track-parcel/see-parcel/needs:expectedOn
    """
    from cxcontracts.cli.judged import seen_from_here, unsound
    from cxcontracts.cli.output import show
    from cxcontracts.reports.explained import RENDERED

    if pages is not None:
        if wanted is not None:
            raise UsageError(f"--pages writes a page for every code; leave {wanted[:80]!r} out")
        _write_pages(pages)
        return 0
    catalogues = {"changes": _changes, "kinds": _kinds, "mistakes": _mistakes}
    if wanted is None or wanted in catalogues:
        listed = [entry for name, of in catalogues.items() if wanted in (None, name) for entry in of().values()]
        show(RENDERED[form](listed, False))
        return 0
    entry = _known(wanted, catalogues.values()) if wanted.count("/") < _SLASHES else None
    if entry is None:
        with used(Packed(pack), estate or found) as asked:
            root = asked.root
            try:
                entry = _requirement(wanted, root, asked.here or (Path.cwd() if form != "json" else root))
            except UnsoundError as error:
                return unsound(seen_from_here(error.problems, root, asked.here))
    show(RENDERED[form]([entry], True))
    return 0


_SLASHES: Final = 2
"""From so many slashes on, an id is that of a requirement."""


def _changes() -> Mapping[str, Entry]:
    from cxcontracts.reports.explained import of_rule
    from cxcontracts.rules import RULES

    return {name: of_rule(rule) for name, rule in RULES.items()}


def _kinds() -> Mapping[str, Entry]:
    from cxcontracts.plugins import kinds
    from cxcontracts.reports.explained import of_kind

    judged = {kind.name: of_kind(kind) for kind in kinds()}
    return judged


def _mistakes() -> Mapping[str, Entry]:
    from cxcontracts.mistakes import mistakes
    from cxcontracts.reports.explained import of_mistake

    return {code: of_mistake(mistake) for code, mistake in mistakes().items()}


def _write_pages(folder: Path) -> None:
    """Write a page for each kind of requirement and each mistake, and their index.

    Raises:
        OSError: If one cannot be written.
    """
    from cxcontracts.reports.explained import pages

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages([*_kinds().values(), *_mistakes().values()]).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _known(wanted: str, catalogues: Iterable[Callable[[], Mapping[str, Entry]]]) -> Entry:
    """Return the entry of an id, each catalogue loaded once it is needed.

    Raises:
        UsageError: If there is none.
    """
    from cxcontracts.problems import nearest

    known: dict[str, Entry] = {}
    for catalogue in catalogues:
        known |= catalogue()
        if wanted in known:
            return known[wanted]
    near = nearest(wanted, known)
    raise UsageError(
        f"nothing has the id {wanted!r}; {f'did you mean {near!r}?' if near else 'cxcontracts explain lists every id'}"
    )


def _requirement(wanted: str, root: Path, here: Path) -> Entry:
    """Return what is known of the requirement with an id.

    Raises:
        UsageError: If the estate has none.
        UnsoundError: If the estate, or a contract where the requirement looks, is unsound.
    """
    from cxcontracts.opening import open_estate
    from cxcontracts.problems import did_you_mean
    from cxcontracts.reports.explained import of_finding
    from cxcontracts.whereabouts import Whereabouts

    opened = open_estate(root)
    judge = opened.judge
    by_id = {requirement.id: requirement for requirement in judge.requirements}
    if wanted not in by_id:
        raise UsageError(f"nothing in {opened.estate.name} has the id {wanted!r}; {did_you_mean(wanted, by_id)}")
    requirement = by_id[wanted]
    finding = judge.finding(requirement)
    record = judge.records.get(finding.partner)
    version = record.contract.version if record is not None else ""
    return of_finding(Whereabouts(root, here).finding(finding), judge.kind(requirement.kind), requirement.journey.goal, version)
