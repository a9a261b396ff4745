"""Where programs that are only measured live: in the user's cache, outside of the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def home(name: str) -> Path:
    """Return the folder of a program, named with its version; it need not be there yet."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cxcontracts-bench" / name


def python_package(name: str, version: str, *beside: str) -> Path:
    """Install a package into a virtual environment of its own, unless it is there, and return the folder of its programs.

    Args:
        beside: What else is installed there, each as pip takes it.

    Raises:
        SystemExit: If it cannot be installed.
    """
    folder = home(f"{name}-{version}")
    wanted = [f"{name}=={version}", *beside]
    installed = folder / "installed"
    if not installed.is_file() or installed.read_text(encoding="utf-8").split() != wanted:
        print(f"installing {name} {version} …", file=sys.stderr)
        folder.parent.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "venv", "--clear", folder])
        _run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", *wanted])
        installed.write_text("\n".join(wanted), encoding="utf-8")
    return folder / "bin"


def _run(command: Sequence[str | Path]) -> None:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {ended.returncode}:\n{ended.stderr}")
