"""A run as JSON Lines, and back: a line at a time for programs that read on, and what a killed run leaves behind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import cxcontracts
from cxcontracts.ascii_json import written_line
from cxcontracts.chronicle import VERSION, ended, found, started
from cxcontracts.findings import Run, Verdict
from cxcontracts.reports.json import VERSION as REPORT
from cxcontracts.reports.json import as_json
from cxcontracts.reports.read_back import run_of

_UNKNOWN: Final = {"record": {"version": "", "digest": "", "file": ""}}
"""The contract of a partner of which a killed run had not yet told."""


def render(run: Run) -> str:
    """Return a run as JSON Lines, ending in a line feed; ASCII, and the same run always gives the same bytes."""
    about = {"program": f"cxcontracts {cxcontracts.__version__}"}
    return "".join(
        written_line(line)
        for lines in (
            started(run, as_json, about),
            found(run.findings, run.not_exercised, as_json),
            ended(run, as_json, {}),
        )
        for line in lines
    )


def read_run(lines: Iterable[bytes]) -> Run:
    """Return the run that JSON Lines tell of, as far as they go: incomplete where it was killed, be it amid a line.

    Events that this release does not know are passed over.

    Raises:
        ValueError: If they tell of no run; the message says why.
    """
    return run_of_events(_events(lines))


def run_of_events(told: Iterable[Mapping[str, Any]]) -> Run:
    """Return the run that lines tell of, each read; otherwise as :func:`read_run`.

    Raises:
        ValueError: If they tell of no run; the message says why.
    """
    events: dict[str, list[dict[str, Any]]] = {}
    for event in told:
        events.setdefault(event["event"], []).append({key: value for key, value in event.items() if key != "event"})
    start = next(iter(events.get("start", ())), None)
    if start is None:
        raise ValueError("it has no line that says what is run")
    if start.get("version") != VERSION:
        raise ValueError(f"it is of version {str(start.get('version'))[:20]}; this release reads version {VERSION}")
    return run_of(_report(start, events))


def _events(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    unread = ""
    for number, line in enumerate(lines, 1):
        if unread:
            raise ValueError(unread)
        try:
            event = json.loads(line)
        except (ValueError, RecursionError) as error:
            unread = f"line {number} is no JSON: {error}"  # of a run that was killed, the last line may be cut off
            continue
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            raise ValueError(f"line {number} does not say what it is of")
        yield event
    if unread and number == 1:
        raise ValueError(unread)


def _report(start: Mapping[str, Any], events: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the lines of a run as its JSON report has them."""
    findings = events.get("finding", [])
    end = next(iter(events.get("end", ())), {"complete": False})
    unjudged = {name: end[name] for name in ("not_judged", "exchanges", "unfelt") if name in end}
    lacking = dict.fromkeys(str(finding.get("partner")) for finding in findings) if "end" not in events else {}
    unknown = [{"partner": partner, "contract": _UNKNOWN, "changes": []} for partner in lacking]
    report = {
        "version": REPORT,
        "command": start.get("command"),
        "estate": start.get("estate"),
        "partners": [_outcome(partner) for partner in events.get("partner") or unknown],
        **_outcome({}),
        "findings": findings,
        "fail_on": start.get("fail_on"),
        "complete": end.get("complete"),
        **unjudged,
        "not_exercised": {str(each.get("id")): each.get("because") for each in events.get("not-exercised", ())},
    }
    report |= {key: start[key] for key in ("environment", "only", "told_to") if key in start}
    report |= {"journeys": events["journey"]} if "journey" in events else {}
    return report | ({"problems": events["problem"]} if "problem" in events else {})


def _outcome(partner: Mapping[str, Any]) -> dict[str, Any]:
    """Return what reports count; whoever reads them back counts anew."""
    return {**partner, "verdict": Verdict.INTACT, "summary": dict.fromkeys(Verdict, 0)}


__all__ = ["read_run", "render", "run_of_events"]
