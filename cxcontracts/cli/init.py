"""``init``: a small working estate to start from, or one that begins with a contract that is there."""

from __future__ import annotations

import datetime
import os
import shlex
import sys
from pathlib import Path

import click

from cxcontracts.errors import UsageError


@click.command(short_help="Write a small working estate to start from.")
@click.argument("folder", metavar="[DIR]", default="contracts", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--from-openapi",
    "contract",
    metavar="FILE",
    help="Begin with this contract: propose its partner, and a first journey. OpenAPI, Swagger or AsyncAPI; a file, or REF:PATH.",
)
@click.option("--partner", metavar="NAME", help="With --from-openapi: what the partner is called; by default as its contract is.")
def init(folder: Path, contract: str | None, partner: str | None) -> int:
    """Write a small working estate into DIR (by default contracts/), with comments that say what each line is for.

    It has one journey over two partners, and a candidate that would break it. Nothing is overwritten.

    With --from-openapi it begins with a contract of your own: its partner, and a first journey along its likely main path, both
    marked as a proposal, with a comment at each guess. Where DIR is an estate already, they are added to it.

    \b
    Examples:
      cxcontracts init
      cxcontracts init contracts/web
      cxcontracts init --from-openapi ~/Downloads/courier-1.4.yaml
      cxcontracts init contracts/web --from-openapi courier.yaml --partner courier
    """
    if contract is not None:
        return _proposed(folder, contract, partner)
    if partner is not None:
        raise UsageError("--partner names the partner of a contract; give that, too: --from-openapi FILE")
    from cxcontracts.cli.output import show
    from cxcontracts.sanitise import harmless
    from cxcontracts.templates import CANDIDATE, PARTNER, write_estate

    write_estate(folder)
    where, candidate = shlex.quote(str(folder)), shlex.quote(str(folder / CANDIDATE))
    estate = "" if folder == Path("contracts") else f"--estate {where} "
    show(
        harmless(
            f"Wrote an estate to {folder}.\n"
            "It has one journey, two partners, and a candidate that would break it. Now try:\n"
            "\n"
            f"  cxcontracts {estate}check\n"
            f"  cxcontracts {estate}impact {PARTNER} --candidate {candidate}\n"
            f"  pytest {where}\n"
            f"  pytest {where} --cx-candidate {PARTNER}={candidate}\n"
        )
    )
    return 0


def _proposed(folder: Path, contract: str, partner: str | None) -> int:
    """Write an estate that begins with a contract, or add that to the one that is there."""
    from cxcontracts.cli.output import show
    from cxcontracts.sanitise import harmless
    from cxcontracts.sources import Repository, source
    from cxcontracts.starting import name_of, start
    from cxcontracts.taking import insist_on_name, taken

    if partner is not None:
        insist_on_name(partner)
    here = Path.cwd()
    root = Path(os.path.abspath(folder))
    with Repository(here) as repository:
        new = taken(source(contract, here, repository, network=False, stdin=lambda: sys.stdin.buffer), root)
    name = partner or name_of(new.side.contract.title, new.file)
    started = start(root, name, new, datetime.date.today())
    where = shlex.quote(str(folder))
    steps = "".join(f"  {number}. {step}\n" for number, step in enumerate(started.path, 1))
    estate = "" if folder == Path("contracts") else f"--estate {where} "
    show(
        harmless(
            f"{'Wrote an estate to' if started.new else 'Added to'} {folder}: partner {name}, and a first journey.\n"
            f"Its path is a proposal:\n{steps}"
            f"Confirm it, line by line, in {os.path.relpath(started.journey)}. Then:\n"
            "\n"
            f"  cxcontracts {estate}check --verbose\n"
        )
    )
    return 0
