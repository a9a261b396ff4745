"""Where words go: the report to standard output or into a file, everything else to standard error. All of it harmless."""

from __future__ import annotations

import codecs
import io
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from cxcontracts.sanitise import harmless, harmless_line
from cxcontracts.writing import write_whole

_PIPED: Final = 80


_PLAIN: Final = {"\u2192": "->", "\u2026": "...", "\u00b7": "-", "\u203a": ">", "\u2019": "'", "\u201c": '"', "\u201d": '"'}
"""The signs that we write ourselves, where an encoding has none for them."""


def _spelled_out(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in lost), error.end


def set_up_streams() -> None:
    """Let no character be lost where a terminal's encoding has none for it: it is spelled out."""
    codecs.register_error("cxcontracts.spelled-out", _spelled_out)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="cxcontracts.spelled-out")


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
