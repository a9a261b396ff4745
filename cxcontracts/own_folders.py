"""Where a user's programs keep their own files: what is configured, what can be made again, what was done.

Source: XDG Base Directory Specification; Apple, File System Programming Guide; Microsoft, Known Folders.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def of_configuration() -> Path:
    """Return where what a user configures lies.

    Raises:
        RuntimeError: If nobody has a home here.
    """
    return _own("APPDATA", "Roaming", "Application Support", "XDG_CONFIG_HOME", ".config") / "cxcontracts"


def of_cache() -> Path:
    """Return where what can be made again lies.

    Raises:
        RuntimeError: If nobody has a home here.
    """
    folder = _own("LOCALAPPDATA", "Local", "Caches", "XDG_CACHE_HOME", ".cache") / "cxcontracts"
    return folder / "Cache" if sys.platform == "win32" else folder


def of_runs() -> Path:
    """Return where what was done lies.

    Raises:
        RuntimeError: If nobody has a home here.
    """
    folder = _own("LOCALAPPDATA", "Local", "Application Support", "XDG_STATE_HOME", ".local/state") / "cxcontracts"
    return folder / ("Runs" if sys.platform == "win32" else "runs")


def _own(windows: str, below: str, apple: str, variable: str, otherwise: str) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get(windows) or Path.home() / "AppData" / below)
    if sys.platform == "darwin":
        return Path.home() / "Library" / apple
    return Path(os.environ.get(variable) or Path.home() / otherwise)
