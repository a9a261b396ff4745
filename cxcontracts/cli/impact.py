"""``impact``: would this change, or these released together, break an experience?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cxcontracts.candidates import candidates, partners_of
from cxcontracts.cli.judged import judged
from cxcontracts.cli.options import Reporting, reporting


@click.command(short_help="Would this change break an experience, and whose?")
@click.argument("partners", nargs=-1, metavar="[PARTNER]...")
@click.option(
    "-c",
    "--candidate",
    "written",
    multiple=True,
    required=True,
    metavar="[PARTNER=]FILE",
    help="The contract that a partner proposes; once for each that is released together, its calls and its events too.",
)
@reporting
@click.pass_obj
def impact(
    found: Path | None, /, partners: tuple[str, ...], written: tuple[str, ...], estate: Path | None, **asked: object
) -> int:
    """Judge every need on a partner's candidate contract, and say first who would be hit, and by what.

    Exits with 1 where an experience would break with a harm that estate.yaml lists under fail-on; other breaks warn. What
    changed and is felt by nobody is listed, too.

    \b
    Examples:
      cxcontracts impact operator --candidate new.yaml
      cxcontracts impact -c operator=new.yaml -c ticketing=4.0.yaml
      cxcontracts impact notifier -c openapi-2.0.yaml -c asyncapi-2.0.yaml
      cxcontracts impact operator -c new.yaml --format junit --output impact.xml
    """

    def released(root: Path) -> Mapping[str, Sequence[Path]]:
        return candidates(written, partners, partners_of(root), "--candidate", Path.cwd())

    return judged("impact", Reporting(**asked), estate or found, released)  # type: ignore[arg-type]  # click made them
