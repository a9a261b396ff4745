"""Runs that were written down, as files: JSON Lines, however they ended, or the JSON report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import orjson

import cxcontracts
from cxcontracts.chronicle import EXCHANGE
from cxcontracts.errors import UsageError
from cxcontracts.findings import Run
from cxcontracts.har import HAR_END, MOST_BYTES, har_start
from cxcontracts.reports.lines import read_run
from cxcontracts.reports.read_back import run_of

_MOST_LINES: Final = 4_000_000_000
"""The largest file of lines that is read, in bytes: what was exchanged is in it, and passed over."""


def read(file: Path) -> Run:
    """Return the run that a file tells of.

    Raises:
        UsageError: If it tells of none, with the reason.
        OSError: If it cannot be read.
    """
    with file.open("rb") as stream:
        try:
            if not stream.read(1):
                raise ValueError("it is empty")
            stream.seek(0)
            return read_run(_lines(stream, file)) if _has_lines(stream) else run_of(_report(stream, file))
        except ValueError as error:
            what = "name a run.jsonl, or what --format json or jsonl has written"
            raise UsageError(f"{file} is no run: {error}; {what}") from None


def recording(file: Path) -> str:
    """Return what was exchanged in a run as HAR 1.2, of lines that are whole.

    Raises:
        UsageError: If the file has none of it.
        OSError: If it cannot be read.
    """
    with file.open("rb") as stream:
        entries = list(_entries(stream)) if _has_lines(stream) else []
    if not entries:
        raise UsageError(f"{file} has no exchanges to write as HAR; name the run.jsonl of a verify")
    return (har_start("cxcontracts", cxcontracts.__version__) + b",\n".join(entries) + HAR_END).decode()


def _entries(lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line.startswith(EXCHANGE):
            try:
                yield orjson.dumps(orjson.loads(line)["entry"])
            except orjson.JSONDecodeError:  # the last one of a run that was killed
                return


def _has_lines(stream: IO[bytes]) -> bool:
    """Tell whether a file has a JSON object in its first line, and return to its start."""
    first = stream.readline(1_000_000)
    stream.seek(0)
    return first.startswith(b'{"event"')


def _lines(stream: IO[bytes], file: Path) -> Iterator[bytes]:
    _insist_on_size(stream, file, _MOST_LINES)
    return (line for line in stream if not line.startswith(EXCHANGE))


def _report(stream: IO[bytes], file: Path) -> dict[str, Any]:
    _insist_on_size(stream, file, MOST_BYTES)
    try:
        report = json.load(stream)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:  # no UTF-8 either
        raise ValueError("it is no JSON") from None
    if not isinstance(report, dict):
        raise ValueError("it is no JSON object")
    if "payloadType" in report:
        raise UsageError(f"{file} is a signed result; say with --pack which pack it is of")
    if report.keys() <= {"version", "command", "problems"}:
        raise ValueError("nothing was judged in it")
    return report


def _insist_on_size(stream: IO[bytes], file: Path, most: int) -> None:
    if stream.seek(0, 2) > most:
        raise UsageError(f"{file} is larger than {most // 10**6:,} MB; name a smaller one")
    stream.seek(0)
