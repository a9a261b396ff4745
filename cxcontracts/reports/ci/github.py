"""The report for a job of GitHub Actions: annotations beside the lines of the files, as workflow commands.

Every line is a command of ours: whatever a partner says stands in its data, with ``%``, line ends and, in properties, ``:`` and
``,`` escaped.

Sources: GitHub, "Workflow commands"; actions/toolkit ``command.ts`` for the escapes, actions/runner ``ActionCommand.cs``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cxcontracts.findings import Level
from cxcontracts.reports.ci.alerts import Alerts
from cxcontracts.reports.ci.annotations import Annotation, shown
from cxcontracts.sanitise import harmless_line

_PROPERTY: Final = 1000
_LEVELS: Final[Mapping[Level, str]] = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def render(alerts: Alerts) -> str:
    """Return the report: workflow commands, one a line. What stands in no file of the repository is annotated without a line."""
    return "".join(f"{command(each)}\n" for each in shown(alerts))


def command(told: Annotation) -> str:
    r"""Return the workflow command of an annotation, whatever its texts hold.

    >>> from cxcontracts.problems import Place
    >>> command(Annotation(Level.INFO, "a:b", "50% of\nit", Place("api.yaml", 3, 7)))
    '::notice file=api.yaml,line=3,col=7,title=a%3Ab::50%25 of%0Ait'
    """
    place = told.place
    properties = {"file": place.file, "line": str(place.line), "col": str(place.column)} if place else {}
    properties["title"] = told.title
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_LEVELS[told.level]} {named}::{_data(told.text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(harmless_line(text, _PROPERTY)).replace(":", "%3A").replace(",", "%2C")
