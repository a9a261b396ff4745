"""``diff``: what changed between two versions of a contract, what breaks anybody, and the exchange that proves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cxcontracts.cli.exits import INTERRUPTED, NOTHING_CHECKED, UNCERTAIN, diff_exit_code
from cxcontracts.cli.judged import unsound
from cxcontracts.cli.options import Reporting, estate_root, reporting_as
from cxcontracts.cli.output import say
from cxcontracts.cli.publishing import publish_diff
from cxcontracts.errors import UnsoundError, UsageError
from cxcontracts.findings import Diff, Level, Verdict
from cxcontracts.writing import insist_on_folder

if TYPE_CHECKING:
    from cxcontracts.cli.comparison import Question

FORMATS: Final = (
    *("text", "json", "markdown"),
    *("junit", "junit-gitlab", "junit-jenkins"),
    *("sarif", "github", "gitlab", "azure"),
)
_NONE: Final = "none"
_LEVELS: Final = tuple(map(str, Level))


@click.command(short_help="What changed between two versions, and what breaks whom?")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--fail-on",
    type=click.Choice((*_LEVELS, _NONE)),
    default=str(Level.ERROR),
    show_default=True,
    help="Exit with 1 where a change counts as much as this, or more.",
)
@click.option(
    "--ignore",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The changes that are accepted, each with a reason and a last day.",
)
@click.option(
    "--severity",
    "severities",
    multiple=True,
    metavar="ID=LEVEL",
    help="Let a kind of change count as error, warning or info; once for each.",
)
@click.option("--check-version", is_flag=True, help="Say whether the step of info.version fits what changed.")
@click.option("--descriptions", is_flag=True, help="List changed descriptions, too.")
@click.option(
    "--sunset-notice",
    type=click.IntRange(min=0),
    metavar="DAYS",
    help="How far away an announced end has to be.",
)
@click.option("--allow-network", is_flag=True, help="Fetch OLD or NEW where it is a URL.")
@click.option("--partner", metavar="NAME", help="Whose contract it is in the estate.")
@reporting_as(*FORMATS, estate="The folder of the estate that is asked who would feel it; none by default.")
@click.pass_obj
def diff(
    found: Path | None,
    /,
    old: str,
    new: str,
    fail_on: str,
    ignore: Path | None,
    severities: tuple[str, ...],
    check_version: bool,
    descriptions: bool,
    sunset_notice: int | None,
    allow_network: bool,
    partner: str | None,
    estate: Path | None,
    **asked: object,
) -> int:
    """Compare two versions of a contract: each change that breaks somebody comes with an exchange that proves it.

    OLD and NEW are OpenAPI documents, or folders of them. Each may be a file, REF:PATH in a git repository as git show takes
    it, - for standard input, or a URL. No estate is needed; one that is named says who would feel each change.

    \b
    Examples:
      cxcontracts diff old.yaml new.yaml
      cxcontracts diff main:api/openapi.yaml api/openapi.yaml
      cxcontracts diff v1.2.0:contracts contracts --fail-on warning
      cxcontracts diff old.yaml new.yaml --format sarif --output diff.sarif
      cxcontracts diff old.yaml new.yaml --estate contracts --partner operator

    \b
    Exit codes:
      0  nothing that counts changed
      1  a change counts as much as --fail-on says
      2  wrong usage, or an unsound document
      3  with --strict: nobody can tell of some change
      4  nothing was compared
    """
    reporting = Reporting(**asked)  # type: ignore[arg-type]  # click made them
    insist_on_folder(*reporting.files)
    return _reported(
        _question(
            old=old,
            new=new,
            fail_on=None if fail_on == _NONE else Level(fail_on),
            ignore=ignore,
            severities=_severities(severities),
            check_version=check_version,
            descriptions=descriptions,
            sunset_notice=sunset_notice,
            network=allow_network,
            estate=estate_root(estate or found) if estate or found or partner else None,
            partner=partner,
        ),
        reporting,
    )


def _question(**asked: object) -> Question:
    from cxcontracts.cli.comparison import Question

    return Question(**asked)  # type: ignore[arg-type]  # by name, as they were made


def _reported(question: Question, asked: Reporting) -> int:
    from cxcontracts.cli.comparison import compared

    try:
        found = compared(question)
    except UnsoundError as error:
        return unsound(error.problems)
    publish_diff(found, asked, _outcome(found))
    code = diff_exit_code(found, asked.strict) if found.complete else INTERRUPTED
    if code == UNCERTAIN:
        number = sum(change.verdict is Verdict.UNPROVEN for change in found.changes)
        say(f"diff: exit code {UNCERTAIN}, as --strict asks for certainty: {number:,} unproven")
    return code


def _outcome(found: Diff) -> str:
    """Return what was found in a word or two: what was not compared is never called intact."""
    if not found.complete:
        return "interrupted" + ("" if found.contracts else " before anything was compared")
    if found.gates:
        return "broken" if found.verdict is Verdict.BROKEN else "the gate is closed"
    return "nothing compared" if diff_exit_code(found, False) == NOTHING_CHECKED else str(found.verdict)


def _severities(written: Iterable[str]) -> Mapping[str, Level]:
    """Return the level of each rule that was given one.

    Raises:
        UsageError: If there is no such rule, or no such level.
    """
    from cxcontracts.problems import did_you_mean, nearest
    from cxcontracts.rules import RULES

    found: dict[str, Level] = {}
    for text in written:
        id, _, level = text.partition("=")
        if id not in RULES:
            hint = did_you_mean(id, RULES) if nearest(id, RULES) else "cxcontracts explain lists all"
            raise UsageError(f"--severity {text!r}: there is no kind of change {id!r}; {hint}")
        if level == _NONE:
            raise UsageError(f"--severity {text!r}: nothing is left out; let it count as info, or accept it with --ignore FILE")
        if level not in _LEVELS:
            raise UsageError(f"--severity {text!r}: write {id}=LEVEL, with one of: {', '.join(_LEVELS)}")
        found[id] = Level(level)
    return found
