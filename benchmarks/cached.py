"""Where programs that are only measured live: in the user's cache, outside of the repository."""

from __future__ import annotations

import os
from pathlib import Path


def home(name: str) -> Path:
    """Return the folder of a program, named with its version; it need not be there yet."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cxcontracts-bench" / name
