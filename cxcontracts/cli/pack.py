"""``pack``: what a partner gets to run against its own release."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cxcontracts.cli.options import ESTATE, estate_root
from cxcontracts.errors import UsageError

if TYPE_CHECKING:
    from cxcontracts.estate.model import Estate
    from cxcontracts.packs.packing import Content

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Make what a partner runs against its own release.")
@click.argument("partner", metavar="PARTNER")
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Where to; by default PARTNER.cxpack.")
@click.option("--dry-run", is_flag=True, help="Write nothing; print what would leave the house.")
@click.option("--until", metavar="DATE", help="The last day on which it can be used; by default as estate.yaml says.")
@click.option(
    "--examples", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="What other partners hand to PARTNER, as a map of names to values; their contracts' own examples otherwise.",
)  # fmt: skip
@click.option("--key", type=_FILE, metavar="FILE", help="The key to sign with, in place of your own.")
@click.option("-v", "--verbose", is_flag=True, help="With --dry-run: print the partner's own documents as well.")
@click.option("--estate", **ESTATE)
@click.pass_obj
def pack(
    found: Path | None,
    /,
    partner: str,
    output: Path | None,
    dry_run: bool,
    until: str | None,
    examples: Path | None,
    key: Path | None,
    verbose: bool,
    estate: Path | None,
) -> int:
    """Write the part of the estate that concerns PARTNER into one signed file, and print what to tell its receiver.

    It has the partner's contract, what our journeys need of it in the customers' words, and what crosses the seams to others as
    schemas. It has nothing about other partners, no addresses and no secrets, and nothing that estate.yaml lists under private.
    How many customers a break concerns is told as estate.yaml says: packs: {customers: nothing | share | numbers, for: 90d}.

    \b
    Examples:
      cxcontracts pack operator --dry-run
      cxcontracts pack operator
      cxcontracts pack operator --output operator.cxpack --until 2027-06-30
    """
    import cxcontracts
    from cxcontracts.cli.judged import seen_from_here, unsound
    from cxcontracts.cli.output import say, show
    from cxcontracts.errors import ContractError, EstateError
    from cxcontracts.opening import open_estate
    from cxcontracts.packs.envelopes import signer_of
    from cxcontracts.packs.handout import readme, shown
    from cxcontracts.packs.keys import read_key
    from cxcontracts.packs.pack import made, read_pack, unsigned
    from cxcontracts.packs.packing import packed
    from cxcontracts.packs.unpacking import read_examples
    from cxcontracts.problems import did_you_mean
    from cxcontracts.sanitise import harmless
    from cxcontracts.writing import insist_on_folder, write_whole

    root, file = estate_root(estate or found), output or Path(f"{partner}.cxpack")
    try:
        signer = signer_of(read_key(key))
    except UsageError:
        if not dry_run or key is not None:
            raise
        signer = ""  # what would leave can be seen before there is a key
    insist_on_folder(None if dry_run else file)
    try:
        opened = open_estate(root)
        if partner not in opened.estate.partners:
            raise UsageError(f"partner {partner!r} is not in the estate; {did_you_mean(partner, opened.estate.partners)}")
        content = packed(opened, partner, read_examples(examples) if examples else None)
    except (EstateError, ContractError) as error:
        return unsound(seen_from_here(error.problems, root), "nothing was packed")
    _insist_on_no_secret(opened.estate, content)
    today = datetime.date.today()
    last = _day(until, today) if until else today + opened.estate.packs.lasts
    if dry_run:
        would_be = unsigned(content, partner, today, last, signer)
        lines = shown(would_be, content, file.name, cxcontracts.__version__, whole=verbose)
        show(harmless("".join(f"{line}\n" for line in lines)))
        return 0
    write_whole(file, made(content, partner, today, last, read_key(key)).decode())
    written = read_pack(file, today)
    say(f"pack: {file} is for {partner}, until {written.expires}; its digest is {written.digest}")
    say(f"pack: signed by {written.signer}; tell {partner} that key by another way than the file. What goes with it:")
    show(harmless(readme(written, file.name, cxcontracts.__version__)))
    return 0


def _day(text: str, today: datetime.date) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until {text!r} is no day; write YEAR-MONTH-DAY") from None
    if day < today:
        raise UsageError(f"--until {text} is over; name a day to come")
    return day


def _insist_on_no_secret(estate: Estate, content: Content) -> None:
    """Refuse a pack in which a secret of ours stands, whichever way it came there and however it is written."""
    from cxcontracts.running.secrets import Secrets

    for name in dict.fromkeys(_variables(estate)):
        secrets = Secrets()
        secrets.add(os.environ.get(name, ""), f"$env.{name}")
        for path, text in content.files.items():
            if secrets.redact(text) != text:
                raise UsageError(f"the pack would hold the value of {name}, in {path}; nothing was packed")


def _variables(estate: Estate) -> Iterator[str]:
    """Yield the environment variables that an estate takes secrets from."""
    for partner in estate.partners.values():
        for environment in partner.environments.values():
            yield from _named([environment.auth, environment.identities, environment.inbox_secret])
        yield from _named([partner.auth, partner.identities])


def _named(value: object) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("$env."):
        yield value.removeprefix("$env.")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)
