"""Annotations in the log of a CI system: which of the alerts one step shows, and how each is told, whatever commands it takes.

A step shows so many errors, so many warnings and so many notices, and drops the rest without a word. So the worst come first, and
the last annotation has the verdict and how many are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cxcontracts.findings import Level
from cxcontracts.problems import Place
from cxcontracts.reports.ci.alerts import Alert, Alerts
from cxcontracts.reports.sentences import count
from cxcontracts.sanitise import harmless_line

MOST: Final = 10
"""How many annotations of a level one step shows: GitHub and Azure Pipelines alike."""

_BODY: Final = 400
_MESSAGE: Final = 4000


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation, its text harmless and never too long.

    Attributes:
        level: How much it counts.
        title: What it is called; made harmless by whoever writes it.
        text: Its lines.
        place: Where it stands; None where it stands nowhere.
    """

    level: Level
    title: str
    text: str
    place: Place | None = None


def annotation(level: Level, title: str, *lines: str, place: Place | None = None) -> Annotation:
    """Return an annotation whose lines are made harmless, and cut."""
    text = "\n".join(harmless_line(line, _MESSAGE) for line in lines)
    return Annotation(level, title, text[:_MESSAGE], place)


def shown(alerts: Alerts) -> Iterator[Annotation]:
    """Yield what one step shows of alerts: limits, then errors, warnings and notices; the verdict is the last of these."""
    limited = [annotation(Level.ERROR, alerts.title, why) for _, why in alerts.limits[:MOST]]
    number = len(limited)
    yield from limited
    for level, room in ((Level.ERROR, MOST - len(limited)), (Level.WARNING, MOST), (Level.INFO, MOST - 1)):
        told = [alert for alert in alerts.open if alert.level is level][:room]
        number += len(told)
        yield from map(_of_alert, told)
    hidden = len(alerts.open) + len(alerts.limits) - number
    more = [f"{count(hidden, 'more finding')} {'is' if hidden == 1 else 'are'} not shown here"] if hidden else []
    yield annotation(Level.INFO, alerts.title, *alerts.headline, *more)


def _of_alert(alert: Alert) -> Annotation:
    return annotation(alert.level, alert.title, *alert.account(_BODY), place=alert.place)
