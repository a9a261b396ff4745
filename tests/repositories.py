"""Git repositories in which versions of a contract are kept."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@shop.example",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@shop.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *words: str) -> str:
    """Run git in a folder and return what it says."""
    ran = subprocess.run(["git", *words], cwd=folder, env=os.environ | IDENTITY, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def repository(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Return a new repository whose branch is ``main``, with one commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    committed(folder, files)
    return folder


def committed(folder: Path, files: dict[str, str | bytes]) -> str:
    """Write files, commit all that is there, and return the hash of the commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "as it is now")
    return git(folder, "rev-parse", "HEAD")
