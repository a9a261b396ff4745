"""``report``: a run that is over, in any format; what a vendor's signed result says, once it is checked."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxcontracts.cli.exits import INTACT, UNCERTAIN, uncertain
from cxcontracts.cli.options import FORMATS, RECORDING, Reporting, estate_root, reporting_as
from cxcontracts.errors import UsageError

if TYPE_CHECKING:
    from cxcontracts.findings import Run

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Show a run again, in any format; check the result of a vendor.")
@click.argument("run", type=click.Path(path_type=Path), metavar="[RUN]", required=False)
@click.option("--pack", type=_FILE, metavar="FILE", help="RUN is the signed result of a vendor, of this pack.")
@click.option("--signed-by", default="", metavar="KEY", help="With --pack: the key that has to have signed it.")
@click.option("--max-age", default="7d", show_default=True, metavar="TIME", help="With --pack: how old it may be.")
@click.option("--for", "partner", metavar="PARTNER", help="Only what PARTNER may see, to be sent to it.")
@reporting_as(*FORMATS, further=(RECORDING,))
@click.pass_obj
def report(
    found: Path | None,
    /,
    run: Path | None,
    pack: Path | None,
    signed_by: str,
    max_age: str,
    partner: str | None,
    estate: Path | None,
    **asked: object,
) -> int:
    """Show RUN again: the run.jsonl that verify keeps, or what --format json or jsonl wrote; without RUN, the last verify.

    A run that was killed shows as far as it came, and is never green. With --pack, RUN is the signed result of a vendor: it is
    checked that it is of the pack, unchanged and not too old, and shown as if the run had been yours. A break that a waiver of
    the pack expects, and that did not happen, is said: such a waiver can go. The exit code is that of the run.

    \b
    Examples:
      cxcontracts report
      cxcontracts report run.jsonl --report html=report.html,junit=report.xml
      cxcontracts report run.jsonl --report har=seen.har
      cxcontracts report run.jsonl --for operator --report html=operator.html
      cxcontracts report result.cxresult --pack operator.cxpack
      cxcontracts report result.cxresult --pack operator.cxpack --signed-by ed25519:… --max-age 1d
    """
    from cxcontracts.writing import insist_on_folder

    look = Reporting(**asked)  # type: ignore[arg-type]  # click made them
    insist_on_folder(*look.files)
    if pack is not None:
        if run is None:
            raise UsageError("--pack says of which pack a result is; name the result, too")
        if partner is not None:
            raise UsageError("a result tells of its vendor alone; leave --for out")
        return _checked(run, pack, signed_by, max_age, look)
    if signed_by:
        raise UsageError("--signed-by is for the results of vendors; say with --pack of which pack it is")
    if partner is not None and look.recordings:
        raise UsageError("a recording has what all partners said, and is for none of them; leave --for or har out")
    return _again(run or _newest(), estate or found, partner, look)


def _again(file: Path, estate: Path | None, partner: str | None, asked: Reporting) -> int:
    """Show a run that was written down; of it what a partner may see, where one is named."""
    from cxcontracts.cli.judged import told
    from cxcontracts.cli.output import publish, say
    from cxcontracts.cli.publishing import publish_run
    from cxcontracts.reports.kept import read, recording
    from cxcontracts.running.evidence import FILE

    file = file / FILE if file.is_dir() else file
    if not file.exists():
        raise UsageError(
            f"there is no run in {file}; name a run.jsonl, or the folder of one, or leave it out for the last verify"
        )
    run = read(file)
    seen = recording(file) if asked.recordings else ""
    root = _root(run, estate)
    if partner is not None:
        run = _for_partner(run, partner, estate_root(estate))
    say(f"report: {file}")
    publish_run(run, asked, root, root if partner is not None else None, command="report")
    for har in asked.recordings:
        publish("report", seen, "written", har)
    return told(run, asked.strict)


def _for_partner(run: Run, partner: str, root: Path) -> Run:
    from cxcontracts.estate.reading import read_sound
    from cxcontracts.plugins import kinds
    from cxcontracts.reports.for_partner import for_partner

    estate = read_sound(root, kinds()).estate
    if estate.name != run.estate:
        raise UsageError(f"the run is of {run.estate!r}, and --estate of {estate.name!r}: name the estate that it is of")
    return for_partner(run, partner, estate)


def _newest() -> Path:
    """Return the file of the last run that was kept.

    Raises:
        UsageError: If none was.
    """
    from cxcontracts.running.evidence import FILE, kept_runs, runs_folder

    folder = runs_folder()
    kept = kept_runs(folder) if folder is not None else []
    if not kept:
        raise UsageError(f"no run is kept{f' in {folder}' if folder else ''}; name the file of one, or run cxcontracts verify")
    return kept[-1] / FILE


def _root(run: Run, estate: Path | None) -> Path:
    """Return the folder that the places of a run count from: the estate's, where it is at hand."""
    try:
        root = estate_root(estate)
    except UsageError:
        if estate is not None:
            raise
        return Path.cwd()
    return root if all((root / finding.where.file).is_file() for finding in run.findings[:1]) else Path.cwd()


def _checked(result: Path, pack: Path, signed_by: str, max_age: str, asked: Reporting) -> int:
    """Check a vendor's result, and show it."""
    from cxcontracts.asked import seconds
    from cxcontracts.cli.output import say
    from cxcontracts.cli.publishing import publish_run
    from cxcontracts.packs.pack import read_pack
    from cxcontracts.packs.results import read_result

    now = datetime.datetime.now(datetime.UTC)
    oldest = datetime.timedelta(seconds=seconds(max_age, "--max-age"))
    sent = read_pack(pack, None)
    found = read_result(result, sent, now, oldest, signed_by)
    say(f"report: {result} is of {pack.name}, made {found.made:%Y-%m-%d %H:%M} UTC by {found.program}, signed by {found.signer}")
    if not signed_by:
        say("report: nobody said whose key that is; --signed-by insists on one")
    publish_run(found.run, asked, Path.cwd(), Path.cwd(), command="report")
    for id, why in found.unhappened.items():
        say(f"report: {id} did not break, though a waiver expects it ({why}); take the waiver out")
    return UNCERTAIN if found.code == INTACT and uncertain(found.run, asked.strict) and asked.strict else found.code
