"""``check``: is the estate sound, and does each contract of record promise what the journeys need?"""

from __future__ import annotations

from pathlib import Path

import click

from cxcontracts.cli.judged import judged
from cxcontracts.cli.options import Reporting, reporting


@click.command(short_help="Is the estate sound, and is what it needs promised?")
@reporting
@click.pass_obj
def check(found: Path | None, /, estate: Path | None, **asked: object) -> int:
    """Read every file of the estate, and say what each contract of record promises of each need.

    What is not promised is listed as a gap to negotiate, and fails only with --strict.

    \b
    Examples:
      cxcontracts check
      cxcontracts check --strict --verbose
      cxcontracts --estate contracts/rail check --format json --output check.json
    """
    return judged("check", Reporting(**asked), estate or found, lambda root: {})  # type: ignore[arg-type]  # click made them
