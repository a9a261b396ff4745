"""What a run tells CI systems: each need that breaks or is in doubt, at its line in the journey, its customers first."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Final

from cxcontracts.exchanges import JSON
from cxcontracts.findings import Finding, Level, Run, Verdict
from cxcontracts.plugins import kinds
from cxcontracts.problems import Place, Problem
from cxcontracts.reports.ci.alerts import Alert, Alerts, Help
from cxcontracts.reports.explained import of_kind
from cxcontracts.reports.headlines import headline, notes, of_a_part, whom
from cxcontracts.reports.sentences import account, concerning, count, limits

MISTAKE: Final = "mistake-in-a-file"
"""The rule of what is wrong, or odd, in a file of the estate."""

_LEVELS: Final = {
    Verdict.BROKEN: Level.ERROR,
    Verdict.INCONCLUSIVE: Level.WARNING,
    Verdict.UNPROVEN: Level.WARNING,
    Verdict.TOLERATED: Level.INFO,
    Verdict.UNPROMISED: Level.INFO,
}
"""How much a verdict counts, where it is an alert at all."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a kind of requirement means, as its alerts tell it."""

    id: str
    meaning: str
    remedy: str
    level: Level = Level.ERROR


def alerts_of(run: Run) -> Alerts:
    """Return what CI systems are told of a run.

    Args:
        run: What was found, its places from the root of the repository.
    """
    first, concerned = headline(run), whom(run)
    found = [
        *map(_mistake, run.problems),
        *(_alert(run, finding) for finding in sorted(run.findings, key=_weight) if _told(run, finding)),
    ]
    open_ = sorted((alert for alert in found if not alert.accepted), key=lambda alert: list(Level).index(alert.level))
    return Alerts(
        title=f"cxcontracts {run.command}",
        category=_category(run),
        whole=f"The {run.command}",
        open=tuple(open_),
        accepted=tuple(alert for alert in found if alert.accepted),
        limits=tuple(limits(run)),
        headline=(f"{first.word}  {concerned or first.sentence}", *([first.sentence] if concerned else []), *notes(run)),
        remarks=tuple(_remarks(run)),
        explain=_explained,
        part="".join(of_a_part(run)),
        start=next((place for finding in run.findings if (place := _inside(Place(finding.where.file)))), None),
    )


def _category(run: Run) -> tuple[str, ...]:
    """Return what tells the alerts of this run from others: readers take what a report of the same category lacks for fixed."""
    where = (run.environment,) if run.environment else ()
    single = (partner.partner for partner in run.partners if len(run.partners) == 1)
    return (run.command, run.estate, *where, *single, *(["; ".join(run.only)] if run.only else []))


def _remarks(run: Run) -> Iterator[str]:
    yield from of_a_part(run)
    if run.not_exercised:
        number = len(run.not_exercised)
        yield f"{count(number, 'requirement')} {'was' if number == 1 else 'were'} not exercised: no exchange shows more of them"


def _told(run: Run, finding: Finding) -> bool:
    """Whether somebody should look at a finding; what contracts never promised is news to ``check`` alone."""
    if finding.verdict is Verdict.UNPROMISED:
        return run.command == "check"
    return finding.verdict is not Verdict.INTACT and finding.decides


def _weight(finding: Finding) -> tuple[bool, bool, int]:
    """Return what findings are sorted by: what breaks, what stands for itself, and how many it hits."""
    return finding.verdict is not Verdict.BROKEN, finding.cause is not None, -max(finding.customers.values(), default=0)


def _alert(run: Run, finding: Finding) -> Alert:
    broken = finding.verdict is Verdict.BROKEN
    place = _inside(finding.where)
    told = f"{'' if broken else f'{finding.verdict}: '}{concerning(finding)}"
    return Alert(
        rule=finding.kind,
        title=f"{finding.partner}: {finding.kind}",
        level=Level.WARNING if broken and finding.harm not in run.fail_on else _LEVELS.get(finding.verdict, Level.ERROR),
        proved=broken,
        summary=": ".join(filter(None, (told, finding.because))),
        account=partial(_account, finding, place),
        subject=finding.partner,
        place=place,
        before=None,
        fingerprint=_digest(finding.partner, finding.id),
        accepted=(finding.waived or "it is waived") if finding.verdict is Verdict.WAIVED else "",
    )


def _account(finding: Finding, place: Place | None, room: int) -> list[str]:
    lines = account(finding, room)
    return [line for line in lines if place is None or not line.startswith("needed by: ")]


def _mistake(problem: Problem) -> Alert:
    place = _inside(problem.place)
    at = "" if place else f"at: {problem.place}"
    return Alert(
        rule=MISTAKE,
        title=problem.code or MISTAKE,
        level=Level.WARNING if problem.warning else Level.ERROR,
        proved=False,
        summary="; ".join(filter(None, (problem.what, problem.remedy))),
        account=lambda _: list(filter(None, (problem.what, problem.remedy, at))),
        subject=problem.place.file,
        place=place,
        before=None,
        fingerprint=_digest(problem.place.file, problem.code, problem.what),
    )


def _inside(place: Place) -> Place | None:
    """Return a place that lies in the repository; None for one that lies elsewhere."""
    path = PurePath(place.file)
    return None if path.is_absolute() or ".." in path.parts[:1] or not place.file else place


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:16]


def _explained(ids: Collection[str]) -> Sequence[Help]:
    """Return what kinds mean; of one that is not installed, that nobody knows."""
    known = {kind.name: of_kind(kind).data for kind in kinds() if kind.name in ids}
    others = [
        _FILES if id == MISTAKE else _Kind(id, f"A requirement of the kind {id}, which is not installed here.", _MORE.format(id))
        for id in sorted(set(ids) - set(known))
    ]
    return [*(_Kind(name, _meaning(data), _remedy(name, data)) for name, data in known.items()), *others]


_MORE: Final = "What it means: cxcontracts explain {}"
_FILES: Final = _Kind(
    MISTAKE,
    "A file of the estate has a mistake, so that nothing of what depends on it was judged; or something odd is in it.",
    "Correct it: cxcontracts check says every mistake with its place and what to do.",
)


def _meaning(data: JSON) -> str:
    broken = f" It breaks where the candidate {data['broken'].removeprefix('the candidate ')}." if data.get("broken") else ""
    return f"{data['meaning']}{broken}"


def _remedy(name: str, data: JSON) -> str:
    return " ".join(filter(None, (data.get("remedy", ""), f"{_MORE.format(name)}; docs/kinds.md has all kinds.")))
