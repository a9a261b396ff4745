"""Patterns that people write in files and options, with one wildcard: ``*`` for any text."""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(text: str, pattern: str) -> bool:
    """Return whether a pattern is of a text: ``*`` stands for any part of it, also for none, and all else for itself.

    >>> matches("late-train/look/needs:a", "late-train/*")
    True
    >>> matches("late-train", "late?train")
    False
    """
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))
