"""What a run has seen and found, written line by line as it comes: who kills the run leaves it behind.

``run.jsonl`` has a JSON object a line. The first says what is run, and that it is incomplete; then comes a line for each exchange
as its walk is done, for each finding as its journey is judged, for each requirement that no exchange showed. The last one says
that the run is over, and whether it is complete: where it is missing, the run was killed, and what stands before is all there is.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson

import cxcontracts
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Finding
from cxcontracts.har import Recorded, har_entry
from cxcontracts.own_folders import of_runs
from cxcontracts.verdicts import Verdicts

FOLDER_VARIABLE: Final = "CXCONTRACTS_RUNS_DIR"
"""The environment variable that names the folder of runs; empty, no run is kept."""

FILE: Final = "run.jsonl"
"""The file of a run, in a folder of its own."""

MOST_KEPT: Final = 20
"""How many runs are kept; older ones are removed."""

_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")


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
        about: What is run.
        finding: Returns a finding as reports have it in JSON.
        redact: Takes secrets out of a text.

    Attributes:
        failed: Why there is no evidence, or not all of it; empty where there is.
    """

    def __init__(
        self,
        folder: Path | None,
        run_id: str,
        about: Mapping[str, JSON],
        finding: Callable[[Finding], Mapping[str, JSON]],
        redact: Callable[[str], str] = str,
    ) -> None:
        self._finding = finding
        self._redact = redact
        self._lock = threading.Lock()
        self._file: int | None = None
        self.failed = ""
        if folder is None:
            return
        now = datetime.now(UTC)
        try:
            _make_room(folder)
            own = folder / f"{now:%Y%m%dT%H%M%SZ}-{run_id[:8]}"
            own.mkdir(mode=0o700, parents=True)
            self._file = os.open(own / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            self._fail(error)
        start = {"version": 1, "complete": False, "run": run_id, "at": now.isoformat(timespec="seconds")}
        self._add("start", {**start, "program": f"cxcontracts {cxcontracts.__version__}", **about})

    def exchanged(self, recorded: Recorded) -> None:
        """Add an exchange: an entry as recordings have it."""
        if self._file is not None:
            self._write(b'{"event":"exchange","entry":' + har_entry(recorded, self._redact) + b"}\n")

    def judged(self, verdicts: Verdicts, names: Callable[[str], bool]) -> None:
        """Add what was found.

        Args:
            names: Tells whether a requirement is asked for.
        """
        for finding in verdicts.findings:
            if names(finding.id):
                self._add("finding", self._finding(finding))
        for id, why in verdicts.not_exercised.items():
            if names(id):
                self._add("not-exercised", {"id": id, "because": why})

    def close(self, complete: bool) -> None:
        """Say that the run is over."""
        self._add("end", {"complete": complete, "at": datetime.now(UTC).isoformat(timespec="seconds")})
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _add(self, event: str, what: Mapping[str, JSON]) -> None:
        if self._file is not None:
            text = orjson.dumps({"event": event, **what}, option=orjson.OPT_NON_STR_KEYS).decode()
            self._write(self._redact(text).encode() + b"\n")

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


def _make_room(folder: Path) -> None:
    """Remove the oldest runs, so that there is room for another."""
    kept = sorted(path for path in folder.glob("*-*") if _NAME.fullmatch(path.name))
    for path in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
        shutil.rmtree(path, ignore_errors=True)


__all__ = ["FILE", "FOLDER_VARIABLE", "MOST_KEPT", "Evidence", "runs_folder"]
