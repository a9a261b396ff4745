"""``key``: the local key that packs and results are signed with."""

from __future__ import annotations

from pathlib import Path

import click

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(short_help="The key that packs and results are signed with.")
def key() -> None:
    """Make the key that your packs and results are signed with, or say its public half, which others tell you by."""


@key.command(short_help="Make a key, once.")
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Where to; by default your own configuration folder.")
def new(output: Path | None) -> int:
    """Make an Ed25519 key that only you can read, and print its public half: tell it to those who get what you sign.

    \b
    Examples:
      cxcontracts key new
      cxcontracts key new --output ci.pem   # its content goes into the secret CX_SIGNING_KEY of a pipeline
    """
    from cxcontracts.cli.output import say, show
    from cxcontracts.packs.keys import default_file, new_key

    file = output or default_file()
    signer = new_key(file)
    say(f"key new: {file} is yours alone; this is its public half:")
    show(f"{signer}\n")
    return 0


@key.command("show", short_help="Say the public half of a key.")
@click.option("--key", "named", type=_FILE, metavar="FILE", help="The key; by default your own, or that of CX_SIGNING_KEY.")
def show_(named: Path | None) -> int:
    """Print the public half of your key.

    \b
    Examples:
      cxcontracts key show
    """
    from cxcontracts.cli.output import show
    from cxcontracts.packs.envelopes import signer_of
    from cxcontracts.packs.keys import read_key

    show(f"{signer_of(read_key(named))}\n")
    return 0
