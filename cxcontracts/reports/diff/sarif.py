"""The report for code scanning: SARIF 2.1.0, as GitHub and others take it.

It holds what somebody should look at, and what is ignored, as suppressed; what is harmless is no alert. A result keeps its
fingerprint when lines move. A diff that was interrupted, or compared nothing, has a result that says so: readers take an empty
report for "all is fixed". Text is cut and made harmless; a link that a contract writes is none.

Sources: SARIF 2.1.0 (OASIS, 2020-03-27); GitHub, "SARIF support for code scanning", for what it reads and how much of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

import cxcontracts
from cxcontracts.ascii_json import written
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Audience, Diff, Level
from cxcontracts.problems import Place
from cxcontracts.reports.diff.places import Inside, before, standing
from cxcontracts.reports.diff.sorting import Entry, sorted_out
from cxcontracts.reports.diff.words import account, limits, sentence
from cxcontracts.rules import RULES, Rule
from cxcontracts.sanitise import harmless, harmless_line

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST: Final = 5000
"""How many results are written, the worst first: GitHub keeps no more of them."""

_MESSAGE: Final = 4000
_BODY: Final = 600
_LEVELS: Final[Mapping[Level, str]] = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_LIMITED: Final = Rule(
    "not-complete",
    Level.ERROR,
    Audience.NOBODY,
    "",
    "The diff did not look at everything, so what is not listed may break all the same.",
    "Run it again, and keep the alerts of the last report until then.",
)


def render(diff: Diff, inside: Inside) -> str:
    """Return the report of a ``diff``: ASCII, the same bytes for the same diff, ending in a line feed.

    Args:
        diff: What was found.
        inside: Where files lie below the root of the repository. A result in a file elsewhere has no location.
    """
    return written({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(diff, inside)]})


def _run(diff: Diff, inside: Inside) -> dict[str, JSON]:
    found = sorted_out(diff)
    entries = (*found.to_act_on, *found.ignored)
    told = entries[:_MOST]
    limited = list(limits(diff))
    rules = _rules(told, limited)
    places = {rule.id: index for index, rule in enumerate(rules)}
    run: dict[str, JSON] = {
        "tool": {"driver": {"name": "cxcontracts", "version": cxcontracts.__version__, "rules": [*map(_rule, rules)]}},
        "automationDetails": {"id": _category(diff)},
        "invocations": [_invocation(diff, len(entries) - len(told))],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(diff, entry, inside) | {"ruleIndex": places[entry.change.rule], "partialFingerprints": fingerprints}
            for entry, fingerprints in zip(told, _fingerprints(told), strict=True)
        ],
    }
    run["results"] += [_limit(why, _start(diff, inside)) | {"ruleIndex": places[_LIMITED.id]} for _, why in limited]
    return run


def _category(diff: Diff) -> str:
    """Return what tells this report from others of the same commit: up to the last slash, readers compare it."""
    names = [f"{_line(contract.name)}/" for contract in diff.contracts]
    return f"cxcontracts/diff/{names[0] if len(names) == 1 else ''}"


def _invocation(diff: Diff, left_out: int) -> dict[str, JSON]:
    notes = [("error", why) for _, why in limits(diff)]
    if left_out:
        notes.append(("warning", f"{left_out:,} more results are left out; the JSON report has all"))
    invocation: dict[str, JSON] = {"executionSuccessful": not any(limits(diff))}
    if notes:
        said = [{"level": level, "message": {"text": _text([text])}} for level, text in notes]
        invocation["toolExecutionNotifications"] = said
    return invocation


def _rules(entries: Sequence[Entry], limited: Sequence[object]) -> list[Rule]:
    """Return the rules that are used, in the order of the catalogue."""
    used = {entry.change.rule for entry in entries}
    return [rule for rule in RULES.values() if rule.id in used] + ([_LIMITED] if limited else [])


def _rule(rule: Rule) -> dict[str, JSON]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.id.replace("-", " ").capitalize()},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": f"{rule.meaning} {rule.remedy}"},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {"precision": "very-high", "problem.severity": _severity(rule.level), "tags": ["api", "contract"]},
    }


def _severity(level: Level) -> str:
    return "recommendation" if level is Level.INFO else str(level)


def _result(diff: Diff, entry: Entry, inside: Inside) -> dict[str, JSON]:
    change = entry.change
    place, old = standing(entry, inside), before(change, inside)
    lines = [sentence(change), *account(diff, entry, _BODY, without=("new", "rule") if place else ("rule",))]
    result: dict[str, JSON] = {
        "ruleId": change.rule,
        "level": _LEVELS[change.level],
        "message": {"text": _text(lines)},
    }
    if place is not None:
        result["locations"] = [_location(place)]
    if old is not None:
        result["relatedLocations"] = [{"id": 1, **_location(old), "message": {"text": "what it was before"}}]
    if change.waived:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _text([change.waived])}]
    return result


def _fingerprints(entries: Sequence[Entry]) -> Iterator[dict[str, JSON]]:
    """Yield what tells each result from others, whatever line it stands in. GitHub reads the second only, and wants it unique."""
    met: Counter[str] = Counter()
    for entry in entries:
        fingerprint = entry.change.fingerprint
        met[fingerprint] += 1
        yield {"cxcontracts/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint}:{met[fingerprint]}"}


def _limit(why: str, place: Place | None) -> dict[str, JSON]:
    result: dict[str, JSON] = {"ruleId": _LIMITED.id, "level": "error", "message": {"text": _text([why])}}
    return result | ({"locations": [_location(place)]} if place else {})


def _start(diff: Diff, inside: Inside) -> Place | None:
    """Return the start of the first file that lies in the repository."""
    for contract in diff.contracts:
        for version in (contract.candidate, contract.record):
            file = inside(version.file) if version else None
            if file:
                return Place(file)
    return None


def _location(place: Place) -> dict[str, JSON]:
    region = {"startLine": place.line, "startColumn": place.column, "endLine": place.line}
    return {"physicalLocation": {"artifactLocation": {"uri": quote(harmless_line(place.file, None))}, "region": region}}


def _text(lines: Sequence[str]) -> str:
    """Return lines as the text of a message, never empty."""
    text = harmless("\n".join(map(_line, lines)))
    return (text if len(text) <= _MESSAGE else text[: _MESSAGE - 1] + "…") or "-"


def _line(text: str) -> str:
    """Return a text within one line of a message, in which ``[text](target)`` would be a link (SARIF 2.1.0, 3.11.6)."""
    return harmless_line(text, _MESSAGE).replace("](", "]\\(")
