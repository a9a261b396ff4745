"""``report``: what a vendor's signed result says, once it is checked."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from cxcontracts.cli.exits import INTACT, UNCERTAIN, uncertain
from cxcontracts.cli.options import Reporting, reporting_as


@click.command(short_help="Check and show the signed result that a vendor sent back.")
@click.argument("result", type=click.Path(dir_okay=False, path_type=Path), metavar="RESULT")
@click.option(
    "--pack", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", required=True, help="The pack that it is of."
)
@click.option("--signed-by", default="", metavar="KEY", help="The key that has to have signed it: the vendor's.")
@click.option("--max-age", default="7d", show_default=True, metavar="TIME", help="How old it may be.")
@reporting_as("text", "json", "junit")
@click.pass_obj
def report(
    _found: Path | None, /, result: Path, pack: Path, signed_by: str, max_age: str, estate: Path | None, **asked: object
) -> int:
    """Check that RESULT is of the pack, unchanged and not too old, then show it as if the run had been yours.

    A break that a waiver of the pack expects, and that did not happen, is said: such a waiver can go. The exit code is that of
    the run.

    \b
    Examples:
      cxcontracts report result.cxresult --pack operator.cxpack
      cxcontracts report result.cxresult --pack operator.cxpack --signed-by ed25519:… --max-age 1d
    """
    from cxcontracts.asked import seconds
    from cxcontracts.cli.output import say
    from cxcontracts.cli.publishing import publish_run
    from cxcontracts.packs.pack import read_pack
    from cxcontracts.packs.results import read_result

    now = datetime.datetime.now(datetime.UTC)
    oldest = datetime.timedelta(seconds=seconds(max_age, "--max-age"))
    sent = read_pack(pack, None)
    found = read_result(result, sent, now, oldest, signed_by)
    how = Reporting(**asked)  # type: ignore[arg-type]  # click made them
    say(f"report: {result} is of {pack.name}, made {found.made:%Y-%m-%d %H:%M} UTC by {found.program}, signed by {found.signer}")
    if not signed_by:
        say("report: nobody said whose key that is; --signed-by insists on one")
    publish_run(found.run, how, Path.cwd(), Path.cwd(), command="report")
    for id, why in found.unhappened.items():
        say(f"report: {id} did not break, though a waiver expects it ({why}); take the waiver out")
    return UNCERTAIN if found.code == INTACT and uncertain(found.run, how.strict) and how.strict else found.code
