"""What a run has seen and found, written line by line as it comes: who kills the run leaves it behind.

``run.jsonl`` has the lines of :mod:`cxcontracts.chronicle`, and among them one for each exchange: exchanges come as their walk is
done, findings as their journey is judged.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import cxcontracts
from cxcontracts.ascii_json import written_line
from cxcontracts.chronicle import EXCHANGE, Line, Tell, ended, found, started
from cxcontracts.findings import Run
from cxcontracts.har import Recorded, har_entry
from cxcontracts.own_folders import of_runs
from cxcontracts.redaction import redacted, redacted_json
from cxcontracts.verdicts import Verdicts

FOLDER_VARIABLE: Final = "CXCONTRACTS_RUNS_DIR"
"""The environment variable that names the folder of runs; empty, no run is kept."""

FILE: Final = "run.jsonl"
"""The file of a run, in a folder of its own."""

MOST_KEPT: Final = 20
"""How many runs are kept; older ones are removed."""

_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{6}(?:\.[0-9]{6})?Z-[0-9a-f]{8}")


def runs_folder() -> Path | None:
    """Return where runs are kept, never in the estate; None where none are."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named is not None:
        return Path(named) if named else None
    try:
        return of_runs()
    except RuntimeError:  # nobody has a home here
        return None


class Evidence:
    """The file of a run; several threads may add to it. Nobody else may read it: people's data is in it.

    A disk that is full ends the evidence, never the run.

    Args:
        folder: Where runs are kept; None to keep none.
        run_id: Under what the partners find the calls of the run.
        tell: Returns a part of a run as reports publish it.
        redact: Takes secrets out of a text.

    Attributes:
        failed: Why there is no evidence, or not all of it; empty where there is.
    """

    def __init__(self, folder: Path | None, run_id: str, tell: Tell, redact: Callable[[str], str] = str) -> None:
        self._run_id = run_id
        self._tell: Tell = lambda part: tell(redacted(part, redact))
        self._redact = redact
        self._lock = threading.Lock()
        self._file: int | None = None
        self.failed = ""
        if folder is None:
            return
        try:
            _make_room(folder)
            own = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{run_id[:8]}"
            own.mkdir(mode=0o700, parents=True)
            self._file = os.open(own / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            self._fail(error)

    def start(self, run: Run) -> None:
        """Say what is run, as far as that is known before anything was seen."""
        about = {"run": self._run_id, "program": f"cxcontracts {cxcontracts.__version__}", "at": _now()}
        self._add(started(run, self._tell, about))

    def exchanged(self, recorded: Recorded) -> None:
        """Add an exchange: an entry as recordings have it."""
        if self._file is not None:
            self._write(EXCHANGE + har_entry(recorded, self._redact) + b"}\n")

    def judged(self, verdicts: Verdicts, names: Callable[[str], bool]) -> None:
        """Add what was found.

        Args:
            names: Tells whether a requirement is asked for.
        """
        findings = (finding for finding in verdicts.findings if names(finding.id))
        idle = {id: why for id, why in verdicts.not_exercised.items() if names(id)}
        self._add(found(findings, idle, self._tell))

    def close(self, run: Run) -> None:
        """Say that the run is over, and what was not told of it as it came."""
        self._add(ended(run, self._tell, {"at": _now()}))
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _add(self, lines: Iterable[Line]) -> None:
        if self._file is not None:
            for line in lines:
                self._write(self._redact(written_line(redacted_json(line, self._redact))).encode())

    def _write(self, line: bytes) -> None:
        with self._lock:
            left = memoryview(line)
            try:
                while left and self._file is not None:
                    left = left[os.write(self._file, left) :]
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failed = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def kept_runs(folder: Path) -> list[Path]:
    """Return the folders of the runs that are kept, the oldest first."""
    return sorted(path for path in folder.glob("*-*") if _NAME.fullmatch(path.name))


def _make_room(folder: Path) -> None:
    """Remove the oldest runs, so that there is room for another."""
    kept = kept_runs(folder)
    for path in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
        shutil.rmtree(path, ignore_errors=True)


__all__ = ["FILE", "FOLDER_VARIABLE", "MOST_KEPT", "Evidence", "kept_runs", "runs_folder"]
