"""``onboard``: is this partner ready?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from cxcontracts.cli.exits import BROKEN, INTACT, NOTHING_CHECKED, UNCERTAIN
from cxcontracts.cli.options import Reporting, estate_root, reporting_as
from cxcontracts.errors import UsageError

if TYPE_CHECKING:
    from cxcontracts.asked import Asked
    from cxcontracts.estate.model import Estate
    from cxcontracts.onboarding.earlier import Earlier
    from cxcontracts.onboarding.scorecard import Scorecard
    from cxcontracts.problems import Problem

_FORMATS = ("text", "json", "markdown", "html")
_WORDS = "walked {done:,} of {total:,} journeys"
_NAMED = re.compile(r"[A-Za-z0-9_.-]+=")
_EXITS: Final = {"ready": INTACT, "not-ready": BROKEN, "not-evidenced": UNCERTAIN, "not-judged": NOTHING_CHECKED}


class Judged(NamedTuple):
    """A scorecard, the estate that it is of, what takes the secrets out of it, and the mistakes that left something out."""

    card: Scorecard
    estate: Estate
    redact: Callable[[str], str]
    mistakes: tuple[Problem, ...]


@click.command(short_help="Is this partner ready?")
@click.argument("partner")
@click.option("-e", "--env", "environment", default="", metavar="NAME", help="The environment of partner.yaml to call.")
@click.option(
    "-u", "--url", "urls", multiple=True, metavar="[PARTNER=]URL",
    help="Where it runs: a base URL, or an app in Python as module:name. Others that its journeys need: PARTNER=URL.",
)  # fmt: skip
@click.option(
    "--given", "givens", multiple=True, metavar="NAME=VALUE", help="What journeys start with, or others would hand out."
)
@click.option("--since", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="An earlier scorecard, as JSON.")
@click.option("--budget", default="", metavar="LIMIT", help="No more than so many requests, or so long: 500, 2m, or 500,2m.")
@click.option("--no-fuzz", is_flag=True, help="Walk the journeys as they are written, with no other values.")
@click.option("--timeout", default="10s", show_default=True, metavar="TIME", help="The longest that one answer may take.")
@reporting_as(*_FORMATS, judges=False)
@click.pass_obj
def onboard(
    found: Path | None,
    /,
    partner: str,
    environment: str,
    urls: tuple[str, ...],
    givens: tuple[str, ...],
    since: Path | None,
    budget: str,
    no_fuzz: bool,
    timeout: str,
    estate: Path | None,
    **asked: object,
) -> int:
    """Judge a partner line by line, as a careful integration lead would: data, technology, operations.

    With --env or --url the journeys are walked there, and a wrong login is tried once; nothing unsafe is sent unless the
    environment says may: [read, write]. Without, the contract and our own files are judged, and nothing is sent.

    \b
    Exit codes:
      0  every line that applies passed
      1  a line failed
      3  nothing failed, and some line has no evidence
      4  no line passed or failed

    \b
    Examples:
      cxcontracts onboard operator
      cxcontracts onboard operator --env sandbox
      cxcontracts onboard operator --env sandbox --format markdown --output for-the-operator.md
      cxcontracts onboard operator --env sandbox --since last-month.json
    """
    from cxcontracts.cli.judged import seen_from_here, unsound
    from cxcontracts.cli.output import publish
    from cxcontracts.errors import EstateError, UnsoundError
    from cxcontracts.writing import insist_on_folder

    look = Reporting(strict=False, **asked)  # type: ignore[arg-type]  # click made them
    root = estate_root(estate or found)
    insist_on_folder(look.output)
    wanted = _asked(partner, environment, urls, givens, budget, timeout, varies=not no_fuzz)
    try:
        earlier = _earlier(since, partner)
        judged = _judged(root, partner, wanted, earlier)
    except EstateError as error:
        return unsound(seen_from_here(error.problems, root))
    except UnsoundError as error:
        return unsound(error.problems)
    verdict = judged.card.verdict
    publish("onboard", judged.redact(_rendered(judged, look)), verdict.replace("-", " "), look.output)
    if judged.mistakes:
        return unsound(seen_from_here(judged.mistakes, root), "what depends on that was not judged")
    return _EXITS[verdict]


def _asked(
    partner: str, environment: str, urls: tuple[str, ...], givens: tuple[str, ...], budget: str, timeout: str, *, varies: bool
) -> Asked | None:
    """Return what to ask of partners that run; None where nobody said where any does."""
    from cxcontracts.asked import Asked, pairs, seconds, values
    from cxcontracts.asked import budget as budget_of

    if not environment and not urls:
        return None
    requests, time = budget_of(budget, "--budget")
    named = [url if _NAMED.match(url) else f"{partner}={url}" for url in urls]
    return Asked(
        environment,
        pairs(named, "--url"),
        frozenset({partner}),
        givens=values(givens, "--given"),
        requests=requests,
        seconds=time,
        deadline=seconds(timeout, "--timeout"),
        varies=varies,
    )


def _earlier(file: Path | None, partner: str) -> Earlier | None:
    from cxcontracts.documents import read
    from cxcontracts.errors import ContractError
    from cxcontracts.onboarding.earlier import read_earlier

    if file is None:
        return None
    try:
        return read_earlier(read(file, str(file)).value, str(file), partner)
    except ContractError as error:
        raise UsageError(str(error.problems[0])) from None


def _judged(root: Path, partner: str, wanted: Asked | None, earlier: Earlier | None) -> Judged:
    from cxcontracts.cli.progress import Progress
    from cxcontracts.errors import EstateError
    from cxcontracts.gathering import gathered, told_by_the_scorecard
    from cxcontracts.onboarding.judging import scorecard
    from cxcontracts.opening import open_what_is_sound
    from cxcontracts.plugins import lines
    from cxcontracts.problems import did_you_mean
    from cxcontracts.reports.curl import again

    opened = open_what_is_sound(root)
    mistakes = tuple(each for each in opened.mistakes or () if not told_by_the_scorecard(each, partner))
    if mistakes and partner not in opened.estate.partners:
        raise EstateError(mistakes)
    if partner not in opened.estate.partners:
        raise UsageError(f"there is no partner {partner!r} in the estate; {did_you_mean(partner, opened.estate.partners)}")
    with Progress(words=_WORDS) as progress:
        found = gathered(opened, partner, wanted, again, progress)
    if wanted is not None and found.dossier.live is None:
        where = f"environment {wanted.environment!r}" if wanted.environment else "address"
        known = ", ".join(opened.estate.partners[partner].environments)
        hint = f"it has {known}; name one of them" if wanted.environment and known else "name one"
        raise UsageError(f"partner {partner!r} has no {where}; {hint}, or an address with --url")
    return Judged(scorecard(found.dossier, lines(), earlier), opened.estate, found.redact, mistakes)


def _rendered(judged: Judged, asked: Reporting) -> str:
    from cxcontracts.cli.output import look_of
    from cxcontracts.reports.scorecards import html, json, markdown, text
    from cxcontracts.reports.scorecards.discretion import Discretion

    card = judged.card
    if asked.format == "markdown":
        return markdown.render(card, Discretion.of(judged.estate, card.partner))
    if asked.format == "text":
        look = look_of(asked.output)
        return text.render(card, colour=look.colour, width=look.width, verbose=asked.verbose)
    return {"json": json.render, "html": html.render}[asked.format](card)
