"""How a test fails: with what the customer would see, who, why and how we know, and no traceback."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from _pytest._code.code import ExceptionChainRepr, ReprEntryNative, ReprFileLocation, ReprTraceback

from cxcontracts.findings import Finding, Verdict
from cxcontracts.problems import Place
from cxcontracts.reports.page import Page
from cxcontracts.reports.sentences import facts, suffering
from cxcontracts.sanitise import harmless_line

_LABELS: Final = 13


class ExperienceBreaks(Exception):
    """An experience breaks, with a harm that closes the gate.

    Attributes:
        finding: The break.
        release: Which contract broke it.
        cause: The break that it only follows from; None where it stands for itself.
    """

    def __init__(self, finding: Finding, release: str, cause: Finding | None) -> None:
        super().__init__(finding.because)
        self.finding = finding
        self.release = release
        self.cause = cause if cause is not None and cause.verdict is Verdict.BROKEN else None


class CouldNotJudge(Exception):
    """Nobody can tell whether the experience breaks.

    Attributes:
        lines: Why.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = tuple(lines)


def shown_failure(error: ExperienceBreaks | CouldNotJudge, place: Place, style: str) -> ExceptionChainRepr:
    """Return how pytest shows a failure: the shape of an exception, so that it survives the way between processes.

    Args:
        error: What happened.
        place: Where the requirement stands.
        style: ``--tb``: ``line`` leaves all but one line out.
    """
    page = Page(colour=False, width=_width())
    if isinstance(error, CouldNotJudge):
        message = f"could not be judged: {error.lines[0]}"
        _write_unjudged(page, error)
    else:
        message = _in_short(error)
        _write_break(page, error, place)
    where = ReprFileLocation(harmless_line(place.file), place.line, harmless_line(message))
    entries = [] if style == "line" else [ReprEntryNative([str(page)])]
    return ExceptionChainRepr([(ReprTraceback(entries, None, "native"), where, None)])


def _width() -> int:
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() else 80


def _in_short(error: ExperienceBreaks) -> str:
    return f"waits for {error.cause.kind}" if error.cause is not None else error.finding.because


def _write_unjudged(page: Page, error: CouldNotJudge) -> None:
    page.write("could not be judged, so nobody can tell whether the experience breaks:")
    for line in error.lines:
        page.write_whole(line, indent=2)


def _write_break(page: Page, error: ExperienceBreaks, place: Place) -> None:
    finding = error.finding
    if error.cause is not None:
        page.write(f"waits for {error.cause.kind}, which is broken: {error.cause.because}")
        page.write_whole(str(place), lead="  needed by", indent=_LABELS)
        return
    page.write(suffering(finding))
    page.gap()
    known = facts(finding, room=3 * (page.width - _LABELS))
    for label, text in {"because": finding.because, "contract": error.release, **known}.items():
        page.write(text, lead=f"  {label}", indent=_LABELS)
    if finding.curl:
        page.write_whole(finding.curl, lead="  again", indent=_LABELS)
    page.write_whole(str(place), lead="  needed by", indent=_LABELS)
