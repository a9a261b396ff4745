"""``announces``: changes are announced in time. On contracts: what comes to an end says when, and says it early enough."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from cxcontracts.calls import entries_of, request_of
from cxcontracts.contracts.operation import Operation
from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.written import AnnouncesForm
from cxcontracts.exchanges import JSON, Exchange, Response
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.seen import judged_each
from cxcontracts.lifecycle import announcements
from cxcontracts.paths import parse_path
from cxcontracts.promises import Need, carried
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene, Side, voices
from cxcontracts.walks import Sighting, Walk

_TOO_LATE: Final[Mapping[str, str]] = {
    "deprecated-without-sunset": "is deprecated, and nobody says until when it stays",
    "sunset-too-soon": "ends {change}",
    "sunset-removed": "no longer says when it ends: {change}",
    "sunset-brought-forward": "ends sooner than announced: {change}",
    "sunset-unreadable": "does not say when it ends: {change}",
}
"""What is announced too late or too vaguely, by the rules of :mod:`cxcontracts.rules`, and how that is said of a part."""

_A_DAY: Final = timedelta(days=1)


class Announces:
    """Lifecycle fields of the operation, of what we send to it and of what we need of it."""

    name = "announces"
    key = "announces"
    form = AnnouncesForm
    harm = Harm.UNINFORMED
    meaning = Meaning(
        customer="changes are announced in time",
        kept="whatever the step depends on and that is deprecated says until when, early enough",
        breaks="names no day, a day too near, or a nearer one than before",
        example="announces: 90d",
        remedy="Have the partner name a day, in x-sunset, that leaves the time that was asked for.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the one requirement of a step whose end has to be announced; *what* is how many days before."""
        written = step.asks.get(self.key, False)
        if written is not False:
            days = 0 if written is True else -(-parse_duration(written) // _A_DAY)
            yield Requirement(self.name, "", journey, step, step.harm or self.harm, days, step.locate(self.key), step.groups)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge what the contract says of the end of each part that the step depends on."""
        scene.touched.add((scene.operation.node.identity, "lifecycle"))
        record, late = dict(_parts(scene, scene.record, scene.operation)), ""
        if scene.candidate is not None and scene.renewed is not None:
            for name, part in _parts(scene, scene.candidate, scene.renewed):
                late = _late(name, record.get(name, {}), part, scene.today, requirement.what)
                voice = next(voices(scene.renewed, scene.step.status, scene.accept), None)
                if late and voice is not None:
                    witness = Exchange(request_of(scene), scene.candidate.response(scene.renewed, voice))
                    element = " ".join(dict.fromkeys((str(scene.renewed), name)))
                    return Judgement(Verdict.BROKEN, element, late, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness)
        for name, part in record.items():
            late = late or _late(name, {}, part, scene.today, requirement.what)
        verdict = Verdict.UNPROMISED if late else Verdict.INTACT
        return Judgement(verdict, str(scene.operation), late, was=None if late else Promise.GUARANTEED)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge what the headers of each success say of the end of the operation."""
        name, notice = requirement.step.name, requirement.what

        def told(_: Walk, sighting: Sighting, response: Response) -> Judgement:
            late = _late(name, {}, _told_in(response), sighting.at.date(), notice)
            return Judgement(Verdict.BROKEN if late else Verdict.INTACT, "header.sunset", late)

        return judged_each(requirement, walks, told)


def _told_in(response: Response) -> Mapping[str, JSON]:
    """Return what an answer says of the end of its operation: ``Sunset`` (RFC 8594), ``Deprecation`` (RFC 9745)."""
    sunset, deprecation = (str(response.headers.get(name, "")) for name in ("sunset", "deprecation"))
    said: dict[str, JSON] = {"deprecated": True} if sunset or deprecation else {}
    if sunset:
        try:
            said["x-sunset"] = parsedate_to_datetime(sunset).date().isoformat()
        except ValueError:
            said["x-sunset"] = sunset
    return said


def _late(name: str, old: Mapping[str, JSON], new: Mapping[str, JSON], today: datetime.date, notice: int) -> str:
    """Say what is announced too late of a part; nothing where nothing is."""
    for rule, change in announcements(old, new, today, notice):
        if rule in _TOO_LATE:
            return f"{name} {_TOO_LATE[rule].format(change=change)}"
    return ""


def _parts(scene: Scene, side: Side, operation: Operation) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    """Yield what the step depends on, each with what is written of it: the operation, what it sends, what it needs."""
    yield str(scene.operation), operation.node.value
    sent = {entry.binding for entry in entries_of(scene)}
    yield from ((f"{each.place} {each.name}", each.node.value) for each in operation.parameters if each.key in sent)
    for path in scene.step.asks.get("needs", {}):
        need = Need(parse_path(path), {}, statuses=scene.step.status)
        for branch, _ in carried(side, operation, need, scene.accept, scene.touched).present:
            if branch.way is not None and branch.way.end is not None:
                yield path, {key: value for atom in branch.way.end.atoms for key, value in atom.value.items()}
