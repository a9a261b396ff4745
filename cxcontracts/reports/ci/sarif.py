"""The report for code scanning: SARIF 2.1.0, as GitHub and others take it.

It holds what somebody should look at, and what is accepted, as suppressed; what is harmless is no alert. A result keeps its
fingerprint when lines move. What was interrupted, or looked at nothing, has a result that says so: readers take an empty report
for "all is fixed". Every result has a location: of one that stands outside of the repository it is the name of whose it is, since
GitHub refuses a whole report for one result without. Text is cut and made harmless; a link that a partner writes is none.

Sources: SARIF 2.1.0 (OASIS, 2020-03-27); GitHub, "SARIF support for code scanning", for what it reads and how much of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import cxcontracts
from cxcontracts.ascii_json import written
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Level
from cxcontracts.problems import Place
from cxcontracts.reports.ci.alerts import OURS, Alert, Alerts, Help
from cxcontracts.sanitise import harmless_line

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
MOST: Final = 5000
"""How many results are written, the worst first: GitHub keeps no more of them."""

_LARGEST: Final = 10_000_000
"""The most characters: GitHub takes 10 MB, compressed, so that what is no larger as it stands is surely taken."""

_MESSAGES: Final = (4000, 1500, 500)
"""How long a message may be, in characters: the first with which the report is no larger than that."""

_MEANING: Final = 1024
_NAME: Final = 255
_BODY: Final = 600
_LEVELS: Final[Mapping[Level, str]] = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_LIMITED: Final = "not-complete"


@dataclass(frozen=True, slots=True)
class _Limited:
    """What the result means that says why there may be more."""

    meaning: str
    id: str = _LIMITED
    level: Level = Level.ERROR
    remedy: str = "Run it again, and keep the alerts of the last report until then."


def render(alerts: Alerts) -> str:
    """Return the report: ASCII, the same bytes for the same alerts, ending in a line feed."""
    most, longest = MOST, _MESSAGES[-1]
    for longest in _MESSAGES:
        report = _written(alerts, most, longest)
        if len(report) <= _LARGEST:
            return report
    while len(report) > _LARGEST and most > 1:
        most //= 2
        report = _written(alerts, most, longest)
    return report


def _written(alerts: Alerts, most: int, longest: int) -> str:
    return written({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(alerts, most, longest)]})


def _run(alerts: Alerts, most: int, longest: int) -> dict[str, JSON]:
    told = (*alerts.open, *alerts.accepted)[:most]
    left_out = len(alerts.open) + len(alerts.accepted) - len(told)
    rules = [*alerts.explain({alert.rule for alert in told}), *([_limited(alerts)] if alerts.limits else [])]
    places = {rule.id: index for index, rule in enumerate(rules)}
    run: dict[str, JSON] = {
        "tool": {"driver": {"name": "cxcontracts", "version": cxcontracts.__version__, "rules": [*map(_rule, rules)]}},
        "automationDetails": {"id": "".join(f"{_line(part)}/" for part in ("cxcontracts", *alerts.category))},
        "invocations": [_invocation(alerts, left_out)],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(alert, longest) | {"ruleIndex": places[alert.rule], "partialFingerprints": fingerprints}
            for alert, fingerprints in zip(told, _fingerprints(told), strict=True)
        ],
    }
    run["results"] += [_limit(why, alerts.start or Place(OURS)) | {"ruleIndex": places[_LIMITED]} for _, why in alerts.limits]
    return run


def _limited(alerts: Alerts) -> Help:
    return _Limited(f"{alerts.whole} did not look at everything, so what is not listed may break all the same.")


def _invocation(alerts: Alerts, left_out: int) -> dict[str, JSON]:
    notes = [("error", why) for _, why in alerts.limits]
    if left_out:
        notes.append(("warning", f"{left_out:,} more results are left out; the JSON report has all"))
    notes += [("note", remark) for remark in alerts.remarks]
    invocation: dict[str, JSON] = {"executionSuccessful": not alerts.limits}
    if notes:
        said = [{"level": level, "message": {"text": _text([text])}} for level, text in notes]
        invocation["toolExecutionNotifications"] = said
    return invocation


def _rule(rule: Help) -> dict[str, JSON]:
    meaning = _text([rule.meaning], _MEANING)
    return {
        "id": _line(rule.id, _NAME),
        "shortDescription": {"text": _line(rule.id, _NAME).replace("-", " ").capitalize()},
        "fullDescription": {"text": meaning},
        "help": {"text": _text([f"{meaning} {rule.remedy}"], _MEANING)},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {"precision": "very-high", "problem.severity": _severity(rule.level), "tags": ["api", "contract"]},
    }


def _severity(level: Level) -> str:
    return "recommendation" if level is Level.INFO else str(level)


def _result(alert: Alert, longest: int) -> dict[str, JSON]:
    result: dict[str, JSON] = {
        "ruleId": _line(alert.rule, _NAME),
        "level": _LEVELS[alert.level],
        "message": {"text": _text(alert.account(_BODY), longest)},
        "locations": [_location(alert.somewhere)],
    }
    if alert.before is not None:
        result["relatedLocations"] = [{"id": 1, **_location(alert.before), "message": {"text": "what it was before"}}]
    if alert.accepted:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _text([alert.accepted])}]
    return result


def _fingerprints(alerts: Sequence[Alert]) -> Iterator[dict[str, JSON]]:
    """Yield what tells each result from others, whatever line it stands in. GitHub reads the second only, and wants it unique."""
    met: Counter[str] = Counter()
    for alert in alerts:
        fingerprint = alert.fingerprint
        met[fingerprint] += 1
        yield {"cxcontracts/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint}:{met[fingerprint]}"}


def _limit(why: str, place: Place) -> dict[str, JSON]:
    return {"ruleId": _LIMITED, "level": "error", "message": {"text": _text([why])}, "locations": [_location(place)]}


def _location(place: Place) -> dict[str, JSON]:
    region = {"startLine": place.line, "startColumn": place.column, "endLine": place.line}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(harmless_line(place.file, None))}, "region": region}}


def _text(lines: Sequence[str], longest: int = _MESSAGES[0]) -> str:
    """Return lines as the text of a message, never empty."""
    text = "\n".join(_line(line, longest) for line in lines)
    return (text if len(text) <= longest else text[: longest - 1] + "…") or "-"


def _line(text: str, longest: int = _MESSAGES[0]) -> str:
    """Return a text within one line of a message, in which ``[text](target)`` would be a link (SARIF 2.1.0, 3.11.6)."""
    return harmless_line(text, longest).replace("](", "]\\(")
