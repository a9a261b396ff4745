"""The command line: ``cxcontracts [--estate DIR] COMMAND``. One module a command; what they share is beside them.

Importing it is cheap: the engine is imported by the command that needs it, once it runs.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

import cxcontracts
from cxcontracts.cli.check import check
from cxcontracts.cli.diff import diff
from cxcontracts.cli.exchange import export, import_
from cxcontracts.cli.exits import UNUSABLE, guarded
from cxcontracts.cli.explain import explain
from cxcontracts.cli.impact import impact
from cxcontracts.cli.init import init
from cxcontracts.cli.job import Job
from cxcontracts.cli.judge import judge
from cxcontracts.cli.key import key
from cxcontracts.cli.map import map_
from cxcontracts.cli.onboard import onboard
from cxcontracts.cli.options import ESTATE
from cxcontracts.cli.pack import pack
from cxcontracts.cli.partner import partner
from cxcontracts.cli.report import report
from cxcontracts.cli.verify import verify
from cxcontracts.cli.waive import waive

_COMPLETION: Final = "_CXCONTRACTS_COMPLETE"
"""What shells that complete a word set, as click names it."""


class Program(click.Group):
    """The program: whatever a command does or suffers ends in one of its exit codes."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the program and exit; not *standalone_mode*, and to complete a word for a shell, as click does."""
        if not standalone_mode or _COMPLETION in os.environ:
            return super().main(args, prog_name, complete_var, standalone_mode, **extra)
        atexit.register(gc.freeze)  # else Python walks three times over all that a large estate was, and then lets go of it
        job = Job()
        code = guarded(lambda: self._run(list(sys.argv[1:] if args is None else args), job))
        job.finish(code)
        sys.exit(code)

    def _run(self, args: list[str], job: Job) -> int:
        try:
            with self.make_context("cxcontracts", args) as context:
                job.of(context)
                return int(self.invoke(context) or 0)
        except click.exceptions.Exit as end:
            return end.exit_code


@click.command(
    cls=Program,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with: cxcontracts init",
)
@click.option("--estate", **ESTATE)
@click.option("--no-cache", is_flag=True, help="Remember nothing of a large estate, and recall nothing.")
@click.version_option(cxcontracts.__version__, prog_name="cxcontracts", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, estate: Path | None, no_cache: bool) -> None:
    """Say whose change would break which experience, for whom, and what exactly the customer would see.

    An estate is a folder that keeps side by side what each partner promises (its contract) and what each customer needs
    (journeys, in the customer's words).

    \b
    Exit codes:
      0  nothing breaks
      1  an experience would break
      2  wrong usage, or an unsound estate
      3  nothing is broken, but the answer is not certain
      4  nothing was checked
      5  cxcontracts itself failed
    """
    context.obj = estate
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(UNUSABLE)


main.add_command(init)
main.add_command(check)
main.add_command(impact)
main.add_command(verify)
main.add_command(judge)
main.add_command(map_)
main.add_command(onboard)
main.add_command(partner)
main.add_command(pack)
main.add_command(key)
main.add_command(report)
main.add_command(diff)
main.add_command(explain)
main.add_command(waive)
main.add_command(export)
main.add_command(import_)
