"""What ``check`` and ``impact`` share: open the estate, judge, report, and end with the exit code of what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cxcontracts.cli.exits import UNCERTAIN, UNUSABLE, exit_code, uncertain
from cxcontracts.cli.options import Reporting, cache_asked, estate_root
from cxcontracts.cli.output import say
from cxcontracts.cli.packed import Used
from cxcontracts.cli.progress import Progress
from cxcontracts.cli.publishing import publish_run, publish_unjudged
from cxcontracts.errors import UnsoundError
from cxcontracts.problems import Problem
from cxcontracts.writing import insist_on_folder

if TYPE_CHECKING:
    from cxcontracts.caching import Cache
    from cxcontracts.findings import Run
    from cxcontracts.opening import Opened
    from cxcontracts.scenes import Side

Released = Callable[[Path], Mapping[str, Sequence[Path]]]
"""Returns partner to the file of its candidate, given the estate's folder."""


def judged(command: Literal["check", "impact"], asked: Reporting, estate: Path | None, released: Released) -> int:
    """Judge an estate, publish the report, and return the exit code.

    Raises:
        UsageError: If an option names what is not there.
        OSError: If the report cannot be written.
    """
    return judged_in(command, asked, Used(estate_root(estate)), released)


def judged_in(
    command: Literal["check", "impact"],
    asked: Reporting,
    used: Used,
    released: Released,
    records: Mapping[str, Side] | None = None,
) -> int:
    """Judge an estate, or what a pack has of one; as :func:`judged`.

    Args:
        records: What counts as the contract of record of partners that have a candidate, in place of what the files say.
    """
    insist_on_folder(*asked.files)
    candidates = released(used.root)
    cache = cache_asked(used.root)
    try:
        run = _run(command, asked, used, candidates, cache, records or {})
    except UnsoundError as error:
        return _unjudged(command, error.problems, asked, used)
    if run.mistakes and run.complete and not run.findings:
        return _unjudged(command, run.problems, asked, used)
    publish_run(run, asked, used.root, used.here)
    if cache is not None:
        cache.save(whole=run.complete)
    if run.mistakes:
        return unsound(seen_from_here(run.mistakes, used.root, used.here), "what depends on that was not judged")
    code = told(run, asked.strict)
    used.export(run, code)
    return code


def _unjudged(command: str, problems: Sequence[Problem], asked: Reporting, used: Used) -> int:
    """Say why nothing was judged at all, in the format that was asked for, too."""
    publish_unjudged(command, problems, asked, used.root, used.here)
    return unsound(seen_from_here((problem for problem in problems if not problem.warning), used.root, used.here))


def told(run: Run, strict: bool) -> int:
    """Return the exit code of a run that is published.

    Where nothing is broken and it is yet not 0, say why: the report alone may read as green.
    """
    code = exit_code(run, strict)
    if code == UNCERTAIN:
        _say_uncertain(run, strict)
    return code


def _say_uncertain(run: Run, strict: bool) -> None:
    counted = ", ".join(f"{run.summary[verdict] or 'some'} {verdict}" for verdict in uncertain(run, strict))
    say(
        f"{run.command}: exit code {UNCERTAIN}, as {'--strict asks for certainty' if strict else 'not all is certain'}: {counted}"
    )


def _run(
    command: Literal["check", "impact"],
    asked: Reporting,
    used: Used,
    candidates: Mapping[str, Sequence[Path]],
    cache: Cache | None,
    records: Mapping[str, Side],
) -> Run:
    """Return what was found, marked incomplete where a signal came in between."""
    from cxcontracts.caching import memory_of
    from cxcontracts.findings import Harm, Run
    from cxcontracts.opening import open_what_is_sound
    from cxcontracts.outlines import outlined

    try:
        opened = open_what_is_sound(used.root, candidates, memory=memory_of(cache), records=records)
        if used.here is None:  # what is odd in a pack is for its maker to mend
            _warn(command, opened, used.root)
        with Progress() as progress:
            run = opened.check(progress) if command == "check" else used.only(opened.impact(progress))
        return outlined(run, opened.estate) if asked.shows_journeys else run
    except KeyboardInterrupt:
        return Run(command, used.root.name, (), frozenset(Harm), complete=False)


def _warn(command: str, opened: Opened, root: Path) -> None:
    if command == "check":
        for problem in seen_from_here(opened.warnings, root):
            say(f"warning: {problem.told}")
    elif opened.warnings:
        say(f"warning: {len(opened.warnings)} in the estate's files; cxcontracts check lists them")


def seen_from_here(problems: Iterable[Problem], root: Path, here: Path | None = None) -> list[Problem]:
    """Return problems of an estate's files with their places as they are opened from here."""
    from cxcontracts.whereabouts import Whereabouts

    return list(Whereabouts(root, here or Path.cwd()).problems(problems))


def unsound(problems: Sequence[Problem], therefore: str = "nothing was judged") -> int:
    """Say every problem, each in a line that an editor can follow, and what comes of that; return the exit code."""
    for problem in problems:
        say(problem.told)
    number = len(problems)
    say(f"cxcontracts: {number} {'problem' if number == 1 else 'problems'}; {therefore}")
    return UNUSABLE
