"""``init``: a small working estate to start from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.command(short_help="Write a small working estate to start from.")
@click.argument("folder", metavar="[DIR]", default="contracts", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> int:
    """Write a small working estate into DIR (by default contracts/), with comments that say what each line is for.

    It has one journey over two partners, and a candidate that would break it. Nothing is overwritten.

    \b
    Examples:
      cxcontracts init
      cxcontracts init contracts/web
    """
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
