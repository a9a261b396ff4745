"""``export`` and ``import``: journeys as Arazzo workflows, and workflows as journeys."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cxcontracts.cli.options import ESTATE, estate_root
from cxcontracts.errors import UsageError

if TYPE_CHECKING:
    from cxcontracts.arazzo.workflows import Source
    from cxcontracts.opening import Opened

_OUTPUT: dict[str, Any] = {
    "type": click.Path(dir_okay=False, path_type=Path),
    "metavar": "FILE",
    "help": "Where to write it; by default it is printed.",
}


@click.group("export", short_help="Journeys in the words of other tools.")
def export() -> None:
    """Write journeys in a form that other tools read.

    \b
    Examples:
      cxcontracts export arazzo
      cxcontracts export arazzo rail-disruption --output rail.arazzo.yaml
    """


@export.command("arazzo", short_help="Journeys as workflows of Arazzo 1.0 or 1.1.")
@click.argument("journeys", nargs=-1, metavar="[JOURNEY]...")
@click.option("--output", **_OUTPUT)
@click.option("--estate", **ESTATE)
@click.pass_obj
def export_arazzo(found: Path | None, /, journeys: tuple[str, ...], output: Path | None, estate: Path | None) -> int:
    """Write journeys as one Arazzo document: 1.1 where they wait for events, else 1.0.

    What Arazzo cannot say is kept under x-cx and listed, so that import brings the journeys back as they are.

    \b
    Examples:
      cxcontracts export arazzo
      cxcontracts export arazzo rail-disruption --output rail.arazzo.yaml
    """
    from cxcontracts.arazzo.expressions import Unsaid
    from cxcontracts.arazzo.workflows import exported
    from cxcontracts.cli.judged import seen_from_here, unsound
    from cxcontracts.cli.output import publish, say
    from cxcontracts.documents.yaml_writing import written
    from cxcontracts.errors import UnsoundError
    from cxcontracts.opening import open_estate
    from cxcontracts.problems import did_you_mean
    from cxcontracts.writing import insist_on_folder

    root = estate_root(estate or found)
    insist_on_folder(output)
    try:
        opened = open_estate(root)
        if problems := tuple(opened.judge.problems()):
            return unsound(seen_from_here(problems, root))
        known = opened.estate.journeys
        for name in journeys:
            if name not in known:
                raise UsageError(f"there is no journey {name!r} in the estate; {did_you_mean(name, known)}")
        asked = [known[name] for name in journeys or known]
        made = exported(
            opened.estate.name,
            asked,
            {journey.name: _as_written(root, journey.file) for journey in asked},
            opened.judge.scene,
            _sources(opened, root, output),
        )
    except Unsaid as error:
        raise UsageError(str(error)) from None
    except UnsoundError as error:
        return unsound(seen_from_here(error.problems, root))
    publish("export", written(dict(made.document)), "written", output)
    if made.kept:
        parts = f"{len(made.kept)} parts say more than Arazzo has words for"
        say(f"export: {parts}; it is kept under x-cx, and listed in info.description")
    return 0


def _as_written(root: Path, file: str) -> Mapping[str, Any]:
    from cxcontracts.documents import read
    from cxcontracts.errors import EstateError

    value: Mapping[str, Any] = read(root / file, file, error=EstateError).value
    return value


def _sources(opened: Opened, root: Path, output: Path | None) -> Sequence[Source]:
    """Return the contracts of all partners, seen from where the document will be."""
    from cxcontracts.arazzo.workflows import Source

    here = os.path.abspath(output.parent) if output is not None else os.getcwd()
    found: list[Source] = []
    for name, partner in opened.estate.partners.items():
        for file, events in ((partner.contract, False), (partner.events, True)):
            if file:
                url = Path(os.path.relpath(root / partner.folder / file, here)).as_posix()
                asyncapi = events or bool(opened.records[name].contract.asyncapi)
                called = f"{name}-events" if events and partner.contract else name
                found.append(Source(called, url if url.startswith(".") else f"./{url}", "asyncapi" if asyncapi else "openapi"))
    return found


@click.group("import", short_help="Journeys from the words of other tools.")
def import_() -> None:
    """Read what other tools have written as journeys.

    \b
    Examples:
      cxcontracts import arazzo booking.arazzo.yaml
      cxcontracts import arazzo booking.arazzo.yaml#rebook --output rebook.yaml
    """


@import_.command("arazzo", short_help="A workflow of Arazzo as a journey.")
@click.argument("file", metavar="FILE[#WORKFLOW]")
@click.option("--partner", "named", multiple=True, metavar="SOURCE=PARTNER", help="Whose contract a source description is.")
@click.option("--output", **_OUTPUT)
def import_arazzo(file: str, named: tuple[str, ...], output: Path | None) -> int:
    """Write a workflow of an Arazzo document, 1.0 or 1.1, as a journey.

    It is a beginning: the sequence, what is sent and kept, and the simplest of its criteria. What it has beside is listed at the
    top as comments. Say then, for each step, what the customer depends on.

    \b
    Examples:
      cxcontracts import arazzo booking.arazzo.yaml
      cxcontracts import arazzo booking.yaml#rebook --partner rail-api=operator
    """
    from cxcontracts.arazzo.journeys import imported, workflows
    from cxcontracts.cli.judged import unsound
    from cxcontracts.cli.output import publish
    from cxcontracts.documents import read
    from cxcontracts.documents.yaml_writing import written
    from cxcontracts.errors import ContractError
    from cxcontracts.problems import did_you_mean
    from cxcontracts.sanitise import harmless_line
    from cxcontracts.writing import insist_on_folder

    insist_on_folder(output)
    name, _, wanted = file.partition("#")
    if not Path(name).is_file():
        raise UsageError(f"there is no file {name!r}")
    try:
        document = read(Path(name), name)
        known = workflows(document)
    except ContractError as error:
        return unsound(error.problems)
    if wanted and wanted not in known:
        raise UsageError(f"there is no workflow {wanted!r} in {name}; {did_you_mean(wanted, known)}")
    if not wanted and len(known) > 1:
        raise UsageError(f"{name} has {len(known)} workflows; name one: {name}#{next(iter(known))}")
    read_ = imported(document, wanted or next(iter(known)), dict(map(_pair, named)))
    if not read_.written.get("steps"):
        raise UsageError(f"nothing of {file} can be imported: {harmless_line(next(iter(read_.notes), 'it has no steps'), 300)}")
    notes = [f"# not imported: {harmless_line(note, 200)}\n" for note in read_.notes]
    publish(
        "import", "".join(notes) + written(dict(read_.written)), f"{len(notes)} parts not imported" if notes else "whole", output
    )
    return 0


def _pair(text: str) -> tuple[str, str]:
    source, equals, partner = text.partition("=")
    if not (source and equals and partner):
        raise UsageError(f"--partner {text!r} is no pair; write --partner SOURCE=PARTNER")
    return source, partner
