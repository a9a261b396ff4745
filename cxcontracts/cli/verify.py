"""``verify``: does the running thing do what journeys need?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cxcontracts.cli.options import FORMATS, RECORDING, Reporting, reporting_as
from cxcontracts.cli.packed import Packed, packed


@click.command(short_help="Do running partners do what the journeys need?")
@click.option("-e", "--env", "environment", default="", metavar="NAME", help="The environment of partner.yaml to call.")
@click.option(
    "-u", "--url", "urls", multiple=True, metavar="PARTNER=URL",
    help="Where a partner runs: a base URL, or an app in Python as module:name; once for each.",
)  # fmt: skip
@click.option("-p", "--partner", "partners", multiple=True, metavar="PARTNER", help="Judge this partner only; can be repeated.")
@click.option("-j", "--journey", "journeys", multiple=True, metavar="JOURNEY", help="Walk this journey only; can be repeated.")
@click.option("-k", "pattern", default="", metavar="ID", help="Judge only requirements with this in their id; * stands for any.")
@click.option("--replay", metavar="ID", help="Walk one finding's journey again, and judge that alone.")
@click.option(
    "--given", "givens", multiple=True, metavar="NAME=VALUE", help="What journeys start with, in place of their examples."
)
@click.option("--states", multiple=True, metavar="PARTNER=URL", help="Where a partner's provider states are set up.")
@click.option("--messages", multiple=True, metavar="PARTNER=URL", help="Where a partner hands out the messages of Pact files.")
@click.option(
    "--budget",
    default="",
    metavar="LIMIT",
    help="No more than so many requests, or so long: 500, 2m, or 500,2m.",
)
@click.option("--no-fuzz", is_flag=True, help="Walk the journeys as they are written, with no other values.")
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="What chance begins with: the same seed sends the same, and with one worker in the same order.",
)
@click.option("--deep", is_flag=True, help="Let Schemathesis' whole engine loose as well; what it finds is felt by nobody.")
@click.option("--timeout", default="10s", show_default=True, metavar="TIME", help="The longest that one answer may take.")
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="How many walks to make at once.")
@click.option(
    "--record", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write all that is seen into a HAR file, for cxcontracts judge and other tools.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Send nothing; say what each journey would send, as far as contracts tell.")
@click.option(
    "--allow", multiple=True, metavar="write", help="With --pack: let it call what changes something, elsewhere than here."
)
@click.option(
    "--examples", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="With --pack: the values that your release knows, a map of names to lists.",
)  # fmt: skip
@packed
@reporting_as(*FORMATS, further=(RECORDING,))
@click.pass_obj
def verify(found: Path | None, /, estate: Path | None, **asked: Any) -> int:
    """Walk the journeys against partners that run, with the values that they really hand out, and judge what comes back.

    Nothing unsafe is sent unless the environment says may: [read, write]; a partner on this machine that --url names may be
    written to. What nobody can judge, as a partner is down, throttles or refuses our login, is inconclusive: exit code 3.

    \b
    Examples:
      cxcontracts verify --env sandbox
      cxcontracts verify --url operator=http://localhost:8080 --partner operator
      cxcontracts verify --url shop=shop.app:app --journey buy-ticket
      cxcontracts verify --env sandbox --budget 300,2m
      cxcontracts verify --env sandbox --dry-run
      cxcontracts verify --pack operator.cxpack --url http://localhost:8080
    """
    from cxcontracts.cli.verification import Options, verified

    pack = Packed.of(asked)
    reporting_ = Reporting(**{name: asked.pop(name) for name in ("format", "output", "reports", "strict", "verbose")})
    return verified(Options(**asked, pack=pack), reporting_, estate or found)
