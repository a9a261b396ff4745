"""oasdiff, the breaking-change detector that most teams know, built from source for comparison.

Run it to build: ``python -m benchmarks.oasdiff``. It needs Go and a module proxy; what it builds stays outside the repository.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.cached import home

VERSION = os.environ.get("CX_OASDIFF", "v1.33.0")
"""The newest whose modules the public proxy hands out in full: from v1.34 on, one of them is refused there."""


def binary() -> Path:
    """Return the program, built first where it is not there yet.

    Raises:
        SystemExit: If there is no Go, or it cannot be built.
    """
    folder = home(f"oasdiff-{VERSION}")
    program = folder / "oasdiff"
    if not program.is_file():
        _build(folder)
    return program


def _build(folder: Path) -> None:
    go = shutil.which("go") or "/usr/local/go/bin/go"
    if not Path(go).is_file():
        raise SystemExit("oasdiff needs Go to be built; install it, or leave oasdiff out with --without-oasdiff")
    folder.mkdir(parents=True, exist_ok=True)
    print(f"building oasdiff {VERSION} …", file=sys.stderr)
    built = subprocess.run(
        [go, "install", f"github.com/oasdiff/oasdiff@{VERSION}"],
        env={**os.environ, "GOBIN": str(folder)},
        cwd=folder,  # away from any go.mod
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise SystemExit(f"oasdiff {VERSION} cannot be built:\n{built.stderr}")


if __name__ == "__main__":
    print(binary())
