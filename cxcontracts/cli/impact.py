"""``impact``: would this change, or these released together, break an experience?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cxcontracts.candidates import candidates, partners_of
from cxcontracts.cli.judged import judged_in
from cxcontracts.cli.options import Reporting, reporting
from cxcontracts.cli.packed import Packed, Used, packed, used
from cxcontracts.errors import UsageError


@click.command(short_help="Would this change break an experience, and whose?")
@click.argument("partners", nargs=-1, metavar="[PARTNER]...")
@click.option(
    "-c",
    "--candidate",
    "written",
    multiple=True,
    metavar="[PARTNER=]FILE",
    help="The contract that a partner proposes; once for each that is released together, its calls and its events too.",
)
@click.option("--since", metavar="REF", help="Judge what the estate's contracts became since a commit: main, HEAD^1.")
@packed
@reporting
@click.pass_obj
def impact(
    found: Path | None,
    /,
    partners: tuple[str, ...],
    written: tuple[str, ...],
    since: str | None,
    estate: Path | None,
    **asked: Any,
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
      cxcontracts impact --since origin/main
      cxcontracts impact --pack operator.cxpack --candidate openapi.yaml
    """
    pack = Packed.of(asked)
    if bool(written) == (since is not None):
        raise UsageError("name what is proposed, with --candidate FILE; or the commit to compare the estate with, by --since REF")
    if since is not None and (partners or pack.pack is not None):
        raise UsageError(f"--since is for a whole estate; leave out {partners[0] if partners else '--pack'}")
    with used(pack, estate or found) as estate_used:
        if since is not None:
            return _since(since, Reporting(**asked), estate_used)

        def released(root: Path) -> Mapping[str, Sequence[Path]]:
            return candidates(written, partners or estate_used.partners, partners_of(root), "--candidate", Path.cwd())

        return judged_in("impact", Reporting(**asked), estate_used, released)


def _since(reference: str, asked: Reporting, used: Used) -> int:
    from cxcontracts.sources.estates import since
    from cxcontracts.sources.git import Repository

    with Repository(used.root) as repository:
        found = since(reference, used.root, repository)
        return judged_in("impact", asked, used, lambda _: found.candidates, found.records)
