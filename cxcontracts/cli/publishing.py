"""What was found, in every format that was asked for, each where it was asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cxcontracts.cli.job import job_of
from cxcontracts.cli.output import look_of, publish, say
from cxcontracts.findings import Verdict

if TYPE_CHECKING:
    from cxcontracts.cli.options import Reporting
    from cxcontracts.findings import Diff, Run
    from cxcontracts.problems import Problem
    from cxcontracts.redaction import Redact
    from cxcontracts.reports.ci.alerts import Alerts
    from cxcontracts.reports.formats import Look

_NO_REPORT: Final = frozenset({"text"})
"""The formats that say nothing where nothing was judged: standard error says it all."""


def publish_run(
    run: Run, asked: Reporting, root: Path, here: Path | None = None, redact: Redact = str, command: str = ""
) -> None:
    """Write each report of a run that was asked for.

    Args:
        root: The estate's folder, from which the places of the run count.
        here: The folder that places are shown from; the current one where it is None.
        redact: Takes secrets out of a text.
        command: What published it; that of the run where it is empty.

    Raises:
        OSError: If one cannot be written. The file that was there before is then still whole.
    """
    from cxcontracts.redaction import redacted
    from cxcontracts.reports.formats import rendered
    from cxcontracts.reports.headlines import headline
    from cxcontracts.reports.sentences import limits

    run = redacted(run, redact)
    partly = next((why for _, why in limits(run)), "")
    for report in asked.all:
        text = redact(rendered(run, report.format, _look(report, root, here)))
        _publish(command or run.command, report, text, outcome_of(run), partly)
    job = job_of(click.get_current_context(silent=True))
    if job is not None:
        summary = redact(rendered(run, "markdown", _look(asked, root, here)))
        job.tell(headline(run).word, run.summary[Verdict.BROKEN], summary)


def publish_unjudged(command: str, problems: Sequence[Problem], asked: Reporting, root: Path, here: Path | None = None) -> None:
    """Write each report that was asked for of an estate of which nothing could be judged.

    Raises:
        OSError: If one cannot be written.
    """
    from cxcontracts.findings import Harm, Run
    from cxcontracts.reports import json

    for report in asked.all:
        if report.format == "json":
            publish(command, json.render_problems(command, problems), "unsound", report.output)
    others = tuple(each for each in asked.all if each.format not in {"json", *_NO_REPORT})
    run = Run(command, root.name, (), frozenset(Harm), problems=tuple(problems))
    for report in others:
        publish_run(run, report, root, here)


def publish_diff(diff: Diff, asked: Reporting, outcome: str) -> None:
    """Write each report of a diff that was asked for.

    Raises:
        OSError: If one cannot be written.
    """
    from cxcontracts.reports.diff import markdown
    from cxcontracts.reports.diff.words import headline, limits

    partly = next((why for _, why in limits(diff)), "")
    for report in asked.all:
        _publish("diff", report, of_diff(report)[report.format](diff), outcome, partly)
    job = job_of(click.get_current_context(silent=True))
    if job is not None:
        job.tell(headline(diff).word, sum(change.breaking for change in diff.changes), markdown.render(diff))


def _publish(command: str, asked: Reporting, report: str, outcome: str, partly: str) -> None:
    """Write one report.

    A file that would be taken for the whole is not written where it is not whole: whoever uploads it would close every alert
    that was not looked at. The file that was there before stays as it is.

    Args:
        partly: Why it is not whole; empty where it is.
    """
    from cxcontracts.reports.formats import TAKEN_FOR_THE_WHOLE

    if asked.output is not None and partly and asked.format in TAKEN_FOR_THE_WHOLE:
        readers = f"its readers take what a {asked.format} report lacks for fixed"
        say(f"{command}: {partly}; {asked.output} is not written: {readers}")
    else:
        publish(command, report, outcome, asked.output)


def outcome_of(run: Run) -> str:
    """Return the verdict in a word or two: what was not looked at is never called intact."""
    from cxcontracts.reports.sentences import unchecked

    if not run.complete:
        return "interrupted" + ("" if run.findings else " before anything was judged")
    if run.mistakes:
        return f"{'broken, and ' if run.verdict == 'broken' else ''}unsound in parts"
    if not run.gates and (not run.partners or unchecked(run)):
        return "nothing checked"
    return str(run.verdict)


def _look(asked: Reporting, root: Path, here: Path | None) -> Look:
    from cxcontracts.reports.formats import Look, linked_from

    seen = look_of(asked.output)
    return Look(
        root,
        here or Path.cwd(),
        here or linked_from(root),
        strict=asked.strict,
        verbose=asked.verbose,
        colour=seen.colour,
        width=seen.width,
    )


def of_diff(asked: Reporting) -> Mapping[str, Callable[[Diff], str]]:
    """Return what makes each format of a report of a diff."""
    from cxcontracts.reports.ci import RENDERERS
    from cxcontracts.reports.diff import json, junit, markdown, text
    from cxcontracts.reports.diff.alerts import alerts_of
    from cxcontracts.reports.suites import Dialect
    from cxcontracts.whereabouts import repository_of

    here, now = Path.cwd(), datetime.now(UTC)
    inside = partial(_inside, here, repository_of(here) or here)
    look = look_of(asked.output)

    def alerting(render: Callable[[Alerts], str]) -> Callable[[Diff], str]:
        return lambda diff: render(alerts_of(diff, inside))

    def spoken(dialect: Dialect) -> Callable[[Diff], str]:
        return lambda diff: junit.render(diff, inside, strict=asked.strict, dialect=dialect, at=now)

    return {
        "text": lambda diff: text.render(diff, colour=look.colour, width=look.width, verbose=asked.verbose),
        "json": json.render,
        "markdown": markdown.render,
        **{dialect.value: spoken(dialect) for dialect in Dialect},
        **{name: alerting(render) for name, render in RENDERERS.items()},
    }


def _inside(here: Path, root: Path, file: str) -> str | None:
    """Return where a file lies below a root; None for one that lies elsewhere, or is none: of a commit, of the web."""
    try:
        real = Path(os.path.realpath(here / file))
        there = real.is_file() and real.is_relative_to(root)
    except (OSError, ValueError):  # no file can have that name
        return None
    return real.relative_to(root).as_posix() if there else None
