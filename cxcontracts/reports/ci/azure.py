"""The report for a job of Azure Pipelines: issues beside the lines of the files, as logging commands.

Every line is a command of ours: whatever a partner says stands in its data, with ``%``, line ends and, in properties, ``;`` and
``]`` escaped. There is no command for a notice: those are told in plain lines, in a group of the log. How the step ends is for
the exit code to say; ``task.complete`` would speak against it.

Sources: Microsoft, "Logging commands"; azure-pipelines-task-lib ``taskcommand.ts`` for the escapes, azure-pipelines-agent
``ExecutionContext.cs`` for how many a step shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cxcontracts.findings import Level
from cxcontracts.reports.ci.alerts import Alerts
from cxcontracts.reports.ci.annotations import Annotation, shown
from cxcontracts.sanitise import harmless_line

_PROPERTY: Final = 1000


def render(alerts: Alerts) -> str:
    """Return the report: logging commands, one a line. What stands in no file of the repository is told without a line."""
    *told, verdict = shown(alerts)
    issues = [command(each) for each in told if each.level is not Level.INFO]
    notices = [line for each in told if each.level is Level.INFO for line in _plain(each)]
    group = ["##[group]notices", *notices, "##[endgroup]"] if notices else []
    return "".join(f"{line}\n" for line in (*issues, *group, *_plain(verdict)))


def command(told: Annotation) -> str:
    r"""Return the logging command of an error or a warning, whatever its texts hold.

    >>> from cxcontracts.problems import Place
    >>> command(Annotation(Level.ERROR, "a;b", "50% of\nit", Place("api.yaml", 3, 7)))
    '##vso[task.logissue type=error;sourcepath=api.yaml;linenumber=3;columnnumber=7;code=a%3Bb]50%AZP25 of%0Ait'
    """
    place = told.place
    properties = {"type": str(told.level)}
    properties |= {"sourcepath": place.file, "linenumber": str(place.line), "columnnumber": str(place.column)} if place else {}
    properties["code"] = told.title
    named = ";".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"##vso[task.logissue {named}]{_data(told.text)}"


def _plain(told: Annotation) -> Iterator[str]:
    """Yield the lines of an annotation as the log shows them."""
    place = f"{harmless_line(str(told.place), _PROPERTY)}: " if told.place else ""
    first, *others = told.text.split("\n")
    yield f"{harmless_line(told.title, _PROPERTY)}: {place}{first}"
    yield from (f"  {line}" for line in others)


def _data(text: str) -> str:
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(harmless_line(text, _PROPERTY)).replace("]", "%5D").replace(";", "%3B")
