"""What a command costs: CPU seconds and peak memory of the process, as the kernel counted them."""

from __future__ import annotations

import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
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
        complaints: What it wrote to standard error.
    """

    cpu: float
    peak: float
    wall: float
    exit: int
    finished: bool
    output: str
    complaints: str


def measured(command: Sequence[str | Path], workspace: Path, *, limit: float = 600.0) -> Cost:
    """Run a command to its end, or to its limit, and return what it took.

    A small process of its own starts the command: a child's peak begins with the memory of the process that it was forked from.

    Args:
        command: The program and its arguments.
        workspace: A folder for what it prints.
        limit: Seconds on the clock after which it is killed.
    """
    output, complaints = workspace / "output", workspace / "complaints"
    launcher = [sys.executable, "-S", __file__, str(limit), output, complaints, *command]
    counted = json.loads(subprocess.run(launcher, stdout=subprocess.PIPE, check=True).stdout)
    return Cost(output=_text(output), complaints=_text(complaints), **counted)


def peak() -> float:
    """Return the megabytes that this process has held at most: of its own memory, without what it was forked from."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:")) / 1024


def processor() -> str:
    """Return what the processor calls itself."""
    try:
        information = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in information.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _compiled(folder: Path) -> dict[str, str]:
    """Return an environment in which Python keeps what it compiled, as it does wherever a package is installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return environment | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _launched(limit: float, output: Path, complaints: Path, command: Sequence[str]) -> dict[str, float]:
    started = time.monotonic()
    with output.open("wb") as out, complaints.open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=_compiled(output.parent))
        while True:
            waited, status, usage = os.wait4(process.pid, os.WNOHANG)
            if waited or time.monotonic() > started + limit:
                break
            time.sleep(0.005)
        if not waited:
            os.kill(process.pid, signal.SIGKILL)
            _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)  # else Popen would wait for what wait4 has collected
    return {
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
        "wall": time.monotonic() - started,
        "exit": process.returncode,
        "finished": bool(waited),
    }


if __name__ == "__main__":
    print(json.dumps(_launched(float(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])))
