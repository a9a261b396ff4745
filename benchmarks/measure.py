"""What a command costs: CPU seconds and peak memory of the process, as the kernel counted them."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took.

    Attributes:
        cpu: User and system seconds.
        peak: Megabytes that it held at most.
        wall: Seconds on the clock; other work on the machine shows here, so compare *cpu*.
        exit: Its exit code; negative where a signal ended it.
        finished: False where the time limit ended it.
        output: What it wrote to standard output.
    """

    cpu: float
    peak: float
    wall: float
    exit: int
    finished: bool
    output: str


def measured(
    command: Sequence[str | Path], workspace: Path, *, limit: float = 600.0, environment: Mapping[str, str] | None = None
) -> Cost:
    """Run a command to its end, or to its limit, and return what it took.

    Args:
        command: The program and its arguments.
        workspace: A folder for what it prints.
        limit: Seconds on the clock after which it is killed.
        environment: On top of ours.
    """
    printed = workspace / "printed"
    complaints = workspace / "complaints"
    started = time.monotonic()
    with printed.open("wb") as out, complaints.open("wb") as err:
        process = subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=err, env={**os.environ, **(environment or {})}
        )
        finished, status, usage = _waited(process.pid, started + limit)
        process.returncode = os.waitstatus_to_exitcode(status)  # Popen must not wait for what wait4 has collected
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss / 1024,
        wall=time.monotonic() - started,
        exit=process.returncode,
        finished=finished,
        output=printed.read_text(encoding="utf-8", errors="replace"),
    )


def complaints(workspace: Path) -> str:
    """Return what the last command of this workspace wrote to standard error."""
    return (workspace / "complaints").read_text(encoding="utf-8", errors="replace")


def _waited(pid: int, deadline: float) -> tuple[bool, int, resource.struct_rusage]:
    while True:
        waited, status, usage = os.wait4(pid, os.WNOHANG)
        if waited:
            return True, status, usage
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            return False, status, usage
        time.sleep(0.005)
