"""What a run or a diff tells a CI system: alerts, each at its line, and what limits them all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Protocol

from cxcontracts.findings import Level
from cxcontracts.problems import Place

OURS: Final = "cxcontracts"
"""Where that is shown which stands in nobody's file."""


class Help(Protocol):
    """What the alerts of one rule mean."""

    @property
    def id(self) -> str:
        """What alerts name it by."""

    @property
    def level(self) -> Level:
        """How much an alert of it counts, unless the alert says otherwise."""

    @property
    def meaning(self) -> str:
        """What it says, in a sentence or two."""

    @property
    def remedy(self) -> str:
        """What to do."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that somebody should look at. Nothing in it is made harmless yet.

    Attributes:
        rule: What it is one of.
        title: What it is called where there is room for a few words.
        level: How much it counts.
        proved: Whether an exchange proves that it breaks somebody.
        summary: All of it in one line.
        account: Returns all that is known of it, a line each, the most important first, given how many characters a body may
            have.
        subject: Whose it is: a partner or a contract.
        place: Where it stands, from the root of the repository; None where it stands elsewhere.
        before: Where it stood in the version before; None where it did not, or that is not in the repository.
        fingerprint: What it is known by, whatever line it stands in.
        accepted: Why somebody accepts it; empty where nobody does.
    """

    rule: str
    title: str
    level: Level
    proved: bool
    summary: str
    account: Callable[[int], Sequence[str]]
    subject: str
    place: Place | None
    before: Place | None
    fingerprint: str
    accepted: str = ""

    @property
    def somewhere(self) -> Place:
        """Where it is shown by readers who refuse what stands nowhere: its place, or its subject as if that were a file."""
        parts = (part for part in PurePosixPath(self.subject).parts if part not in ("/", "//", ".", ".."))
        return self.place or Place("/".join(parts) or OURS)


@dataclass(frozen=True, slots=True)
class Alerts:
    """All that a CI system is told.

    Attributes:
        title: What found it, e.g. ``cxcontracts diff``.
        category: What tells these alerts from others of the same commit, its parts from the most general to the most special.
        whole: What was looked at, as in "the diff did not look at everything".
        open: The alerts that nobody accepts, worst first.
        accepted: Those that somebody does.
        limits: Why no alert would not mean that all is well: a kind in kebab case, and a sentence.
        headline: The verdict and what else belongs beside it, a sentence each.
        remarks: What else is worth knowing for programs, a sentence each.
        part: What was looked at, where that is a part alone; empty where it is all.
        explain: Returns what rules mean, in the order of their catalogue.
        start: The start of a file that a limit may stand at; None where there is none in the repository.
    """

    title: str
    category: tuple[str, ...]
    whole: str
    open: tuple[Alert, ...]
    accepted: tuple[Alert, ...]
    limits: tuple[tuple[str, str], ...]
    headline: tuple[str, ...]
    remarks: tuple[str, ...]
    part: str
    explain: Callable[[Collection[str]], Sequence[Help]]
    start: Place | None
