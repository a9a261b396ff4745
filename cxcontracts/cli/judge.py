"""``judge``: the same judgement as ``verify``, of recorded traffic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxcontracts.cli.options import Reporting, estate_root, reporting

if TYPE_CHECKING:
    from cxcontracts.findings import Run
    from cxcontracts.har import Recorded
    from cxcontracts.redaction import Redact


@click.command(short_help="Does recorded traffic show what the journeys need?")
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RECORDING...")
@click.option("-u", "--url", "urls", multiple=True, metavar="PARTNER=URL", help="Where a partner ran, if no file says it.")
@click.option("-p", "--partner", "partners", multiple=True, metavar="PARTNER", help="Judge this partner only; can be repeated.")
@click.option("-j", "--journey", "journeys", multiple=True, metavar="JOURNEY", help="Judge this journey only; can be repeated.")
@click.option("-k", "pattern", default="", metavar="ID", help="Judge only requirements with this in their id; * stands for any.")
@reporting
@click.pass_obj
def judge(
    found: Path | None,
    /,
    recordings: tuple[Path, ...],
    urls: tuple[str, ...],
    partners: tuple[str, ...],
    journeys: tuple[str, ...],
    pattern: str,
    estate: Path | None,
    **asked: object,
) -> int:
    """Judge HAR files, of a browser, a proxy or verify --record, by what the journeys need. Nothing is sent to anybody.

    The calls of many customers in one recording are told apart by the values that go from step to step. What the traffic shows
    and no contract promises is listed as well.

    \b
    Examples:
      cxcontracts judge recording.har
      cxcontracts judge monday.har tuesday.har --journey buy-ticket
      cxcontracts judge proxy.har --url operator=https://gateway.example.com/operator
    """
    from cxcontracts.asked import Asked, pairs
    from cxcontracts.cli.judged import seen_from_here, told, unsound
    from cxcontracts.cli.output import say
    from cxcontracts.cli.publishing import publish_run, publish_unjudged
    from cxcontracts.errors import UnsoundError
    from cxcontracts.observing import recording_judged
    from cxcontracts.opening import open_estate
    from cxcontracts.outlines import outlined
    from cxcontracts.reports.curl import again
    from cxcontracts.writing import insist_on_folder

    look = Reporting(**asked)  # type: ignore[arg-type]  # click made them
    root = estate_root(estate or found)
    insist_on_folder(*look.files)
    try:
        recorded = _read(recordings)
    except UnsoundError as error:
        publish_unjudged("judge", error.problems, look, Path.cwd())
        return unsound(error.problems)
    try:
        wanted = Asked("", pairs(urls, "--url"), frozenset(partners), frozenset(journeys), pattern)
        opened = open_estate(root)
        run, notes = recording_judged(opened, recorded, wanted, again)
    except UnsoundError as error:
        publish_unjudged("judge", error.problems, look, root)
        return unsound(seen_from_here(error.problems, root))
    for note in notes:
        say(f"judge: {note}")
    publish_run(outlined(run, opened.estate), look, root, redact=_redacting(run))
    return told(run, look.strict)


def _redacting(run: Run) -> Redact:
    """Return what takes the logins of the recorded customers out of all that is told of them."""
    from cxcontracts.redaction import credentials
    from cxcontracts.running.secrets import Secrets

    secrets = Secrets()
    for finding in run.findings:
        for each in credentials(finding.witness.request) if finding.witness is not None else ():
            secrets.add(each)
    return secrets.redact


def _read(recordings: tuple[Path, ...]) -> list[Recorded]:
    from cxcontracts.har import read_har

    return [entry for path in recordings for entry in read_har(path.read_bytes(), str(path))]
