"""``--cx-report``: what the tests of a run found, as one report, in any format that the command line has.

Each test tells its part in the lines of a run, as plain values, so that it may run in a process of its own.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.ascii_json import written_line
from cxcontracts.asked import reports
from cxcontracts.chronicle import Line, found, started
from cxcontracts.errors import UsageError
from cxcontracts.findings import OBSERVING, Finding, Run
from cxcontracts.outlines import outline
from cxcontracts.problems import Problem
from cxcontracts.pytest_plugin import PACKED
from cxcontracts.pytest_plugin.estates import JudgedEstate
from cxcontracts.reports.formats import FORMATS, TAKEN_FOR_THE_WHOLE, Look, linked_from, rendered
from cxcontracts.reports.json import as_json
from cxcontracts.reports.lines import run_of_events
from cxcontracts.reports.sentences import limits
from cxcontracts.sanitise import harmless_line
from cxcontracts.writing import insist_on_folder, write_whole

_OPTION = "--cx-report"
_EXCHANGES = "exchanged"
"""The event that says how many exchanges were judged since the last one."""


class Telling:
    """What tests of one estate tell: in each process, what several of them share is told by the first.

    Args:
        estate: The estate.
    """

    def __init__(self, estate: JudgedEstate) -> None:
        self._estate = estate
        self._told: set[str] = set()

    def finding(self, finding: Finding) -> list[str]:
        """Return the lines of a finding; where candidates are judged, of one on a candidate."""
        candidates = self._estate.opened.candidates
        if candidates and finding.partner not in candidates:
            return list(self._around("", ""))
        return [*self._around(finding.journey, finding.partner), *_written(found([finding], {}, as_json))]

    def not_exercised(self, id: str, because: str) -> list[str]:
        """Return the lines of a requirement that no exchange shows."""
        return [*self._around(id.partition("/")[0], ""), *_written(found([], {id: because}, as_json))]

    def problems(self, problems: Sequence[Problem]) -> list[str]:
        """Return the lines of mistakes, for which something was not judged."""
        return [*self._around("", ""), *_written({"event": "problem", **as_json(problem)} for problem in problems)]

    def _around(self, journey: str, partner: str) -> Iterator[str]:
        run, estate = self._estate.run, self._estate.opened.estate
        if self._first("start"):
            about = {"root": str(self._estate.root), "not_judged": dict(run.not_judged)}
            yield from _written(started(run, as_json, about))
        if journey in estate.journeys and self._first(f"journey {journey}"):
            yield from _written([{"event": "journey", **as_json(outline(estate.journeys[journey]))}])
        if partner and self._first(f"partner {partner}"):
            yield from _written([{"event": "partner", **as_json(self._estate.opened.partner_run(partner))}])
        if seen := self._estate.newly_seen():
            yield from _written([{"event": _EXCHANGES, "number": seen}])

    def _first(self, what: str) -> bool:
        first = what not in self._told
        self._told.add(what)
        return first


def _written(lines: Iterator[Line] | Sequence[Line]) -> list[str]:
    return [written_line(line) for line in lines]


class Reporter:
    """Writes the reports once the run is over.

    Args:
        config: Says which, and where from.

    Raises:
        pytest.UsageError: If there is no such format, or nothing can be written there.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._here = Path(config.invocation_params.dir)
        self._lines: dict[str, None] = {}
        self._strict = bool(config.getoption("--cx-strict"))
        self._said: list[str] = []
        try:
            self._wanted = reports(config.getoption(_OPTION), FORMATS, _OPTION)
            insist_on_folder(*(self._here / file for _, file in self._wanted if file is not None))
        except UsageError as error:
            raise pytest.UsageError(harmless_line(str(error), None)) from None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Let SIGTERM end the run as Ctrl-C does, so that what was found until then is written: pytest would just be gone."""
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            config.add_cleanup(_as_before)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test tells."""
        self._lines.update(dict.fromkeys(getattr(report, "cx_lines", ())))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write each report; of several estates, none."""
        events = [json.loads(line) for line in self._lines]
        roots = sorted({event["root"] for event in events if event["event"] == "start"})
        if len(roots) != 1:
            names = ", ".join(roots) or "none"
            what = f"{_OPTION} writes the report of one estate, and tests ran of {names}; nothing is written"
            self._said.append(harmless_line(what, None))
            return
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not session.shouldfail
        run = _run(events, complete=ended and not session.shouldstop, only=_only(session.config, Path(roots[0])))
        for format, file in self._wanted:
            self._write(run, format, file, Path(roots[0]))

    def _write(self, run: Run, format: str, file: Path | None, root: Path) -> None:
        text = rendered(run, format, Look(root, self._here, linked_from(root), strict=self._strict))
        partly = next((why for _, why in limits(run)), "")
        if file is None:
            self._said.append(text)
        elif partly and format in TAKEN_FOR_THE_WHOLE:
            what = f"{partly}; {file} is not written: its readers take what a {format} report lacks for fixed"
            self._said.append(harmless_line(what, None))
        else:
            write_whole(self._here / file, text)
            self._said.append(harmless_line(f"the report is in {file}", None))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the reports are; what a CI system reads in its log is written into it."""
        for text in self._said:
            terminalreporter.ensure_newline()
            terminalreporter.write(text.rstrip("\n") + "\n")


def _only(config: pytest.Config, root: Path) -> tuple[str, ...]:
    """Return what was asked for, where that is a part of the estate: by ``-k`` and the like, or by what is named."""
    option = config.option
    chosen = [f"{name} {value}" for name, value in (("-k", option.keyword), ("-m", option.markexpr)) if value]
    left_out = (("--lf", "lf"), ("--sw", "stepwise"), ("--deselect", "deselect"), ("--ignore", "ignore"))
    chosen += [name for name, attribute in left_out if getattr(option, attribute, None)]
    named = [Path(config.invocation_params.dir, argument) for argument in config.args]
    if PACKED not in config.stash and not any(root.is_relative_to(os.path.abspath(place)) for place in named):
        chosen += [os.path.relpath(place, root) for place in named]
    return tuple(chosen)


def _as_before() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _run(events: Sequence[Mapping[str, Any]], *, complete: bool, only: Sequence[str]) -> Run:
    """Return the run that tests have told of: what processes told alike counts once, of a test that ran again the last time."""
    keyed: dict[tuple[str, str], Mapping[str, Any]] = {}
    for number, event in enumerate(events):
        named = event.get("id") or event.get("journey") or event.get("partner") or ""
        keyed[event["event"], str(number) if event["event"] in (_EXCHANGES, "problem") else str(named)] = event
    start = keyed["start", ""] = {**keyed["start", ""], **({"only": list(only)} if only else {})}
    told = [event for event in keyed.values() if event["event"] != _EXCHANGES]
    told.sort(key=lambda each: (str(each.get("partner")), _place(each), str(each.get("id"))))
    end: dict[str, Any] = {"event": "end", "complete": complete}
    if start["not_judged"]:
        end["not_judged"] = start["not_judged"]
    if start["command"] in OBSERVING:
        end |= {"exchanges": sum(each["number"] for each in events if each["event"] == _EXCHANGES), "unfelt": []}
    return run_of_events([*told, end])


def _place(event: Mapping[str, Any]) -> tuple[str, int, int]:
    where = event.get("where", {})
    return where.get("file", ""), where.get("line", 0), where.get("column", 0)
