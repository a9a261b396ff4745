"""``partner add`` and ``partner refresh``: contracts taken in, pinned, and judged before they count."""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cxcontracts.cli.exits import BROKEN, INTACT, exit_code
from cxcontracts.cli.options import ESTATE, estate_root
from cxcontracts.cli.waive import name_of_git
from cxcontracts.errors import UsageError

if TYPE_CHECKING:
    from cxcontracts.estate.lock import Pin
    from cxcontracts.findings import Run
    from cxcontracts.taking import Taken

_NETWORK: dict[str, Any] = {"is_flag": True, "help": "Fetch a SOURCE that is a URL: https only, from one host, within limits."}


@click.group(short_help="Take a partner's contract in, and keep it up to date.")
def partner() -> None:
    """Take contracts in: from a file, a commit of git, or a URL, pinned by digest in estate.lock.

    \b
    Examples:
      cxcontracts partner add courier ~/Downloads/courier-1.4.yaml --kind vendor
      cxcontracts partner refresh
    """


@partner.command(short_help="Take a contract in.")
@click.argument("name", metavar="NAME")
@click.argument("source", metavar="SOURCE")
@click.option("--kind", type=click.Choice(("partner", "vendor", "internal")), default="partner", show_default=True)
@click.option("--allow-network", **_NETWORK)
@click.option("--estate", **ESTATE)
@click.pass_obj
def add(found: Path | None, /, name: str, source: str, kind: str, allow_network: bool, estate: Path | None) -> int:
    """Copy the contract that SOURCE names into partners/NAME, with all that it refers to, and pin it in estate.lock.

    SOURCE is an OpenAPI or AsyncAPI document: a file, REF:PATH in a git repository, or a URL with --allow-network. An AsyncAPI
    document of a partner that has a contract becomes its events.

    \b
    Examples:
      cxcontracts partner add courier ~/Downloads/courier-1.4.yaml --kind vendor
      cxcontracts partner add operator https://api.operator.example/openapi.json --allow-network
    """
    from cxcontracts.cli.output import show
    from cxcontracts.opening import open_estate
    from cxcontracts.sanitise import harmless
    from cxcontracts.taking import add as take

    root = estate_root(estate or found)
    new = _read(source, root, Path.cwd(), allow_network)
    file = take(root, name, new, kind, datetime.date.today())
    open_estate(root)
    contract = new.side.contract
    number = sum(1 for _ in contract.operations()) + len(contract.events)
    show(
        harmless(
            f"{os.path.relpath(file)}: {contract.title or new.file} {contract.version} is taken in, with {number} "
            f"operations and events in {len(new.files)} {'file' if len(new.files) == 1 else 'files'}.\n"
            "Write what a journey needs of it, and take not-covered out of its partner.yaml.\n"
        )
    )
    return INTACT


@partner.command(short_help="Judge newer versions, and accept them.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--accept", is_flag=True, help="Let the newer version be the contract of record.")
@click.option("--why", metavar="TEXT", help="Why it is accepted, where it breaks an experience.")
@click.option("--who", metavar="NAME", help="Who accepts it; by default the name that git knows.")
@click.option("--allow-network", **_NETWORK)
@click.option("--estate", **ESTATE)
@click.pass_obj
def refresh(
    found: Path | None,
    /,
    names: tuple[str, ...],
    accept: bool,
    why: str | None,
    who: str | None,
    allow_network: bool,
    estate: Path | None,
) -> int:
    """Look where contracts were taken in from, and judge what is newer there, as impact does, before it counts.

    Nothing is written without --accept; estate.lock then says who accepted it, and why. Exits with 1 where a newer version that
    is not accepted would break an experience.

    \b
    Examples:
      cxcontracts partner refresh
      cxcontracts partner refresh courier --accept
      cxcontracts partner refresh courier --accept --why "the app is ready for it"
    """
    from cxcontracts.problems import did_you_mean
    from cxcontracts.taking import read_pins

    root = estate_root(estate or found)
    known = read_pins(root)
    if not known:
        raise UsageError("estate.lock pins no contract; cxcontracts partner add NAME SOURCE takes one in")
    partners = {name for name, _ in known}
    for name in names:
        if name not in partners:
            raise UsageError(f"no contract of {name!r} is pinned in estate.lock; {did_you_mean(name, partners)}")
    asked = [pin for (name, _), pin in sorted(known.items()) if not names or name in names]
    codes = [_refreshed(root, pin, accept, who, why, allow_network) for pin in asked]
    return max(codes, key=lambda code: (code == BROKEN, code))


def _read(text: str, root: Path, here: Path, network: bool) -> Taken:
    from cxcontracts.sources import Repository, source
    from cxcontracts.taking import taken

    with Repository(here) as repository:
        return taken(source(text, here, repository, network=network, stdin=lambda: sys.stdin.buffer), root)


def _refreshed(root: Path, pin: Pin, accepted: bool, who: str | None, why: str | None, network: bool) -> int:
    """Judge what is newer of one contract, accept it where that was asked for, and return the exit code."""
    from cxcontracts.cli.output import look_of, show
    from cxcontracts.findings import Verdict
    from cxcontracts.opening import open_estate
    from cxcontracts.reports import text
    from cxcontracts.sanitise import harmless
    from cxcontracts.taking import accept, laid_out
    from cxcontracts.whereabouts import Whereabouts

    here = Path.cwd()
    new = _read(pin.source, root, root, network)
    if new.pinned(pin.partner, pin.taken).files == pin.files:
        show(harmless(f"{pin.partner}: {pin.file} is as {pin.source} has it, taken in on {pin.taken}\n"))
        return INTACT
    with laid_out(new) as document:
        run: Run = open_estate(root, {pin.partner: document}).impact()
    look = look_of(None)
    show(text.render(Whereabouts(root, here).run(run), colour=look.colour, width=look.width, verbose=False))
    if not accepted:
        show(harmless(f"\nNot accepted: cxcontracts partner refresh {pin.partner} --accept lets it be the contract of record\n"))
        return exit_code(run, False)
    if run.verdict is Verdict.BROKEN and not why:
        raise UsageError(
            f"it breaks an experience; say why it is accepted all the same: partner refresh {pin.partner} --accept --why …"
        )
    accept(root, pin, new, datetime.date.today(), who or name_of_git(), why or "")
    show(harmless(f"\n{pin.partner}: {new.side.contract.version} is the contract of record now\n"))
    return INTACT
