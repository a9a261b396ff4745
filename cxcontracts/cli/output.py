"""Where words go: the report to standard output or into a file, everything else to standard error. All of it harmless."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from cxcontracts.errors import UsageError
from cxcontracts.sanitise import harmless, harmless_line

if TYPE_CHECKING:
    from cxcontracts.cli.options import Reporting
    from cxcontracts.findings import Diff, Run

_PIPED: Final = 80

_TAKEN_FOR_THE_WHOLE: Final = frozenset({"sarif", "gitlab"})
"""The formats whose readers take what a report lacks for fixed."""


def set_up_streams() -> None:
    """Let no character be lost where a terminal's encoding has none for it: it is spelled out."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Say something beside the report, in lines of its own; nobody being there to read it is no error."""
    for line in harmless(text).rstrip("\n").split("\n"):
        try:
            print(harmless_line(line, 2000), file=sys.stderr, flush=True)
        except OSError:
            silence()
            return


def silence() -> None:
    """Give standard output and error up: what still waits to be written would fail again when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            try:
                os.dup2(nowhere, stream.fileno())
            except (OSError, ValueError):  # not a real stream
                continue
    os.close(nowhere)


def publish(command: str, report: str, outcome: str, output: Path | None) -> None:
    """Write a report to where it was asked for; where that is a file, say so with the outcome in a word or two.

    Raises:
        OSError: If it cannot be written. The file that was there before is then still whole.
    """
    if output is None:
        with _named("standard output"):
            show(report)
    else:
        with _named(str(output)):
            write_whole(output, report)
        say(f"{command}: {outcome}; the report is in {output}")


def publish_diff(diff: Diff, asked: Reporting, outcome: str) -> None:
    """Write the report of a diff to where it was asked for.

    A file that would be taken for the whole is not written where the diff is not whole: whoever uploads it would close every
    alert that was not looked at. The file that was there before stays as it is.

    Raises:
        OSError: If it cannot be written.
    """
    from cxcontracts.reports.diff.words import limits

    partial_for = next((why for _, why in limits(diff)), "") if asked.format in _TAKEN_FOR_THE_WHOLE else ""
    if asked.output is not None and partial_for:
        say(f"diff: {partial_for}; {asked.output} is not written: its readers take what a {asked.format} report lacks for fixed")
    else:
        publish("diff", rendered_diff(diff, asked), outcome, asked.output)


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


@contextmanager
def _named(target: str) -> Iterator[None]:
    """Let an error say what could not be written."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, f"the report could not be written: {error.strerror}", target) from error


def rendered(run: Run, asked: Reporting, estate: Path, here: Path | None = None) -> str:
    """Return the report of a run in the format asked for.

    Args:
        estate: The folder that places count from.
        here: The folder that they are shown from; the current one where it is None.
    """
    from cxcontracts.documents.collector import uncollected

    with uncollected():
        return _rendered(run, asked, estate, here)


def _rendered(run: Run, asked: Reporting, estate: Path, here: Path | None) -> str:
    from cxcontracts.reports import json, junit, text
    from cxcontracts.whereabouts import Whereabouts, repository_of

    if asked.format == "json":
        return json.render(Whereabouts(estate, estate).run(run))  # the same wherever one stands
    if asked.format == "junit":
        shown_from = here or repository_of(estate) or Path.cwd()
        return junit.render(Whereabouts(estate, shown_from).run(run), strict=asked.strict)
    look, seen = look_of(asked.output), Whereabouts(estate, here or Path.cwd())
    return text.render(seen.run(run), colour=look.colour, width=look.width, verbose=asked.verbose)


def rendered_diff(diff: Diff, asked: Reporting) -> str:
    """Return the report of a diff in the format asked for."""
    from cxcontracts.reports.diff import github, gitlab, json, junit, markdown, sarif, text
    from cxcontracts.whereabouts import repository_of

    here = Path.cwd()
    inside = partial(_inside, here, repository_of(here) or here)
    look = look_of(asked.output)
    written: dict[str, Callable[[], str]] = {
        "text": lambda: text.render(diff, colour=look.colour, width=look.width, verbose=asked.verbose),
        "json": lambda: json.render(diff),
        "markdown": lambda: markdown.render(diff),
        "junit": lambda: junit.render(diff, inside, strict=asked.strict),
        "sarif": lambda: sarif.render(diff, inside),
        "github": lambda: github.render(diff, inside),
        "gitlab": lambda: gitlab.render(diff, inside),
    }
    return written[asked.format]()


def _inside(here: Path, root: Path, file: str) -> str | None:
    """Return where a file lies below a root; None for one that lies elsewhere, or is none: of a commit, of the web."""
    real = Path(os.path.realpath(here / file))
    return real.relative_to(root).as_posix() if real.is_file() and real.is_relative_to(root) else None


class Look(NamedTuple):
    """How a text looks where it is shown; *width* in columns."""

    colour: bool
    width: int


def look_of(output: Path | None) -> Look:
    """Return how a text looks in a file, or on the terminal that standard output may be."""
    on_terminal = output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((_PIPED, 24)).columns if on_terminal else _PIPED
    return Look(on_terminal and colours(), width)


def colours() -> bool:
    """Return whether a terminal may be given colours.

    Source: https://no-color.org: NO_COLOR counts when it is there and not empty.
    """
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(text: str) -> None:
    """Write to standard output; whoever closed it has read enough.

    Raises:
        OSError: If it cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        silence()


def insist_on_folder(output: Path | None) -> None:
    """Refuse, before anything is judged, a file that could not be written once all is done.

    Raises:
        UsageError: If the folder of *output* is not there, or nothing can be written into it.
    """
    folder = Path(os.path.realpath(output)).parent if output is not None else Path.cwd()
    if not folder.is_dir():
        raise UsageError(f"there is no folder {str(folder)!r} to write {output} into; make it, or name another --output")
    if output is not None and not os.access(folder, os.W_OK):
        raise UsageError(f"nothing can be written into {str(folder)!r}; name another --output")


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all; to a device or a pipe, straight away.

    Raises:
        OSError: If it cannot be written; what was there before is then as it was.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    handle, name = tempfile.mkstemp(prefix=".cxcontracts-", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
