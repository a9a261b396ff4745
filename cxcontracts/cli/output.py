"""Where words go: the report to standard output or into a file, everything else to standard error. All of it harmless."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from cxcontracts.errors import UsageError
from cxcontracts.sanitise import harmless, harmless_line

_PIPED: Final = 80


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


@contextmanager
def _named(target: str) -> Iterator[None]:
    """Let an error say what could not be written."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, f"the report could not be written: {error.strerror}", target) from error


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


def insist_on_folder(*files: Path | None) -> None:
    """Refuse, before anything is judged, files that could not be written once all is done.

    Raises:
        UsageError: If the folder of one is not there, or nothing can be written into it.
    """
    for file in files:
        folder = Path(os.path.realpath(file)).parent if file is not None else Path.cwd()
        if not folder.is_dir():
            raise UsageError(f"there is no folder {str(folder)!r} to write {file} into; make it, or name another file")
        if file is not None and not os.access(folder, os.W_OK):
            raise UsageError(f"nothing can be written into {str(folder)!r}; name another file")


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
