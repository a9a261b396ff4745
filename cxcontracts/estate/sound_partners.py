"""What can be wrong with a partner beyond the form of each value: its files, its name, exceptions that ended."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from cxcontracts.estate.mistakes import suggestion
from cxcontracts.estate.passages import Passage
from cxcontracts.estate.sound_policy import Lines, date_of, line_problems
from cxcontracts.problems import Problem


def partner_problems(
    partner: Passage,
    folder: Path,
    users: Mapping[str, str],
    givens: frozenset[str] | None,
    today: datetime.date,
    lines: Lines | None = None,
) -> Iterator[Problem]:
    """Yield what is wrong with a partner.

    Args:
        partner: Its partner.yaml.
        folder: Where it lies.
        users: Partner to a journey that needs something of its operations, for those of whom any journey does.
        givens: What any journey is given; None where not all can be read.
        today: The day.
        lines: The lines of a scorecard; None where nobody knows them.
    """
    yield from line_problems(partner, lines)
    name = partner["partner"]
    if name.text and name.text != folder.name:
        yield name.problem("partner-id", folder=folder.name, name=name.text)
    for key in ("contract", "events"):
        yield from _file_problems(partner[key], folder)
    yield from _pact_problems(partner["pacts"], folder)
    for environment in partner["environments"].entries():
        yield from _file_problems(environment["contract"], folder)
        for given in environment["given"].entries():
            if givens is not None and given.key not in givens:
                hint = suggestion(given.key, givens, "givens are named in journeys")
                yield given.problem("environment-given", of_key=True, name=given.key, hint=hint)
    yield from _exception_problems(partner["not-covered"], folder.name, users, today if givens is not None else None)


def _file_problems(passage: Passage, folder: Path) -> Iterator[Problem]:
    written = passage.text.strip()
    if not written:
        return
    if written.startswith(("http://", "https://")):
        yield passage.problem("contract-url")
    elif _leads_out(written, folder):
        yield passage.problem("contract-outside", value=written)
    elif not (folder / written).is_file():
        there = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != "partner.yaml")
        yield passage.problem(
            "contract-file", value=written, hint=suggestion(written, there, "copy the contract there, or correct the name")
        )


def _leads_out(written: str, folder: Path) -> bool:
    if PurePosixPath(written).is_absolute() or "\\" in written or written.startswith("file:"):
        return True
    if written not in (".", "..") and "/" not in written and not os.path.islink(folder / written):
        return False
    return not Path(os.path.realpath(folder / written)).is_relative_to(os.path.realpath(folder))


def _pact_problems(patterns: Passage, folder: Path) -> Iterator[Problem]:
    for pattern in patterns.texts():
        if PurePosixPath(pattern.text).is_absolute() or ".." in PurePosixPath(pattern.text).parts:
            yield pattern.problem("contract-outside", value=pattern.text)
        elif next(folder.glob(pattern.text), None) is None:
            yield pattern.problem("pact-pattern", value=pattern.text)


def _exception_problems(
    exception: Passage, partner: str, users: Mapping[str, str], today: datetime.date | None
) -> Iterator[Problem]:
    """Yield what is wrong with an exception; without a day, not whether it ended: a journey that cannot be read may need it."""
    end = date_of(exception["until"])
    if partner in users and exception.value is not None:
        yield exception.problem("not-covered-needed", of_key=True, journey=users[partner], partner=partner)
    elif end is not None and today is not None and end < today:
        yield exception["until"].problem("not-covered-ended", until=end, partner=partner)
