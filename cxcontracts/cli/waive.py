"""``waive``: accept a break, in writing: who, why, and until when."""

from __future__ import annotations

import datetime
import os
import subprocess
from pathlib import Path

import click

from cxcontracts.cli.options import ESTATE, estate_root
from cxcontracts.errors import UsageError


@click.command(short_help="Accept a break: who, why, until when.")
@click.argument("id", metavar="ID")
@click.option("--until", metavar="DATE", required=True, help="The last day on which it counts: YEAR-MONTH-DAY.")
@click.option("--why", metavar="TEXT", required=True, help="Why it is accepted; reports show it.")
@click.option("--who", metavar="NAME", help="Who accepts it; by default the name that git knows.")
@click.option("--issue", metavar="TEXT", help="Where it is being worked on.")
@click.option("--partner", metavar="PARTNER", help="Only what breaks at this partner.")
@click.option("--estate", **ESTATE)
@click.pass_obj
def waive(
    found: Path | None,
    /,
    id: str,
    until: str,
    why: str,
    who: str | None,
    issue: str | None,
    partner: str | None,
    estate: Path | None,
) -> int:
    """Write a waiver for ID into waivers.yaml, and leave everything else there as it is.

    ID is that of a requirement, as reports show it, with * for parts. A break that is waived is shown with every run, and closes
    no gate; once its day has passed, it counts again.

    \b
    Examples:
      cxcontracts waive parcel/see/needs:day --until 2027-03-31 --why "no day yet"
      cxcontracts waive 'parcel/*/*' --until 2027-03-31 --why closed --who Ada
      cxcontracts waive '*/*/*' --partner courier --until 2027-03-31 --why left
    """
    from cxcontracts.cli.judged import seen_from_here
    from cxcontracts.cli.output import say, show
    from cxcontracts.estate.folders import WAIVERS_FILE
    from cxcontracts.estate.model import Waiver
    from cxcontracts.opening import insist_on_matches, open_estate
    from cxcontracts.sanitise import harmless
    from cxcontracts.waiving import added

    root = estate_root(estate or found)
    by, reason = _one_line(who or name_of_git(), "--who"), _one_line(why, "--why")
    waiver = Waiver(id.strip(), by, reason, _day(until), issue or "", (partner or "").strip())
    insist_on_matches(open_estate(root).judge, waiver)
    file = root / WAIVERS_FILE
    before = file.read_bytes() if file.exists() else None
    after = file.with_name(f".{WAIVERS_FILE}.new")
    after.write_bytes(added(before, waiver))
    after.replace(file)
    warnings = [problem for problem in open_estate(root).warnings if problem.place.file == WAIVERS_FILE]
    for problem in seen_from_here(warnings, root):
        say(f"warning: {problem.told}")
    show(
        harmless(
            f"{os.path.relpath(file)}: {waiver.id}{f' at {waiver.partner}' if waiver.partner else ''} is accepted by {waiver}\n"
        )
    )
    return 0


def _day(written: str) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(written) if len(written) == 10 else None
    except ValueError:
        day = None
    if day is None:
        raise UsageError(f"--until {written!r} is no day; write YEAR-MONTH-DAY")
    if day < datetime.date.today():
        raise UsageError(f"--until {written} has passed; name a day to come")
    return day


def _one_line(text: str, option: str) -> str:
    line = " ".join(text.split())
    if not line:
        raise UsageError(f"{option} says nothing; write it in a few words")
    return line


def name_of_git() -> str:
    """Return the name that git knows.

    Raises:
        UsageError: If it knows none, or is not there.
    """
    try:
        ran = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
    except OSError:
        ran = None
    if ran is None or not ran.stdout.strip():
        raise UsageError("nobody knows who accepts it; write --who NAME")
    return ran.stdout.strip()
