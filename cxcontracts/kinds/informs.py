"""``informs``: when it fails I am told what happened, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cxcontracts.calls import request_of
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.values import parse_value
from cxcontracts.estate.written import InformsForm
from cxcontracts.exchanges import Exchange, Response
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.paths import parse_path
from cxcontracts.promises import Need, judge_need
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.wording import listed

PROBLEM = {"what": "title", "next": "detail", "field": "errors.*.pointer", "reference": "instance"}
"""Where an RFC 9457 problem says what happened, what to do, which input is wrong and how to refer to it.

Source: RFC 9457, section 3.1.3 (title), 3.1.4 (detail, which "ought to focus on helping the client correct the problem"), 3.1.5
(instance), and the ``errors`` extension of section 3.
"""

_RETRY_AFTER: Mapping[str, Any] = {"type": ["string", "integer", "number"]}


class Informs:
    """The status is promised, with what it tells and when to come back: a finding each."""

    name = "informs"
    key = "informs"
    form = InformsForm
    harm = Harm.UNINFORMED

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield, for each entry, its status, then one for each thing told, the header, and each need."""
        for index, entry in enumerate(step.asks.get(self.key, ())):
            statuses = _statuses(entry.get("status"))
            name = slug(entry.get("when", "")) or "-".join(map(str, statuses))
            sends = entry.get("with", {})

            def ask(
                rest: str,
                need: Need | None,
                *below: str,
                index: int = index,
                name: str = name,
                statuses: tuple[int, ...] = statuses,
                sends: Any = sends,
            ) -> Requirement:
                where = step.locate(self.key, index, *below)
                return Requirement(
                    self.name, rest, journey, step, step.harm or self.harm, (name, statuses, need, sends), where, step.groups
                )

            yield ask(name, None)
            for word, path in _told(entry.get("tells", ())).items():
                yield ask(f"{name}:tells:{word}", Need(parse_path(path), {"type": "string"}, statuses=statuses), "tells")
            if "retry-after" in entry:
                yield ask(
                    f"{name}:retry-after", Need(parse_path("header.retry-after"), _RETRY_AFTER, statuses=statuses), "retry-after"
                )
            for path, written in entry.get("needs", {}).items():
                need = Need(parse_path(path), parse_value(written).schema, statuses=statuses)
                yield ask(f"{name}:needs:{path}", need, "needs", path)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge the status, or one thing that comes with it."""
        name, statuses, need, sends = requirement.what
        status = self._status(statuses, scene, sends)
        if need is None:
            return status
        if status.verdict is not Verdict.INTACT:
            return replace(status, waits_for=f"{self.name}:{name}")
        return judge_need(scene, need, lambda: request_of(scene, sends))

    def _status(self, statuses: tuple[int, ...], scene: Scene, sends: Mapping[str, Any]) -> Judgement:
        for status in statuses:
            _touch(scene, status)
        promised = [status for status in statuses if scene.operation.answer_to(status) is not None]
        element = f"{scene.operation} {' '.join(map(str, statuses))}"
        if scene.candidate is not None and scene.renewed is not None:
            gone = [status for status in promised if scene.renewed.answer_to(status) is None]
            if gone:
                codes = listed([str(status) for status in gone])
                because = f"{codes} is no longer promised, so nobody can tell the customer what happened"
                witness = Exchange(request_of(scene, sends), Response(500, assumed=True))
                element = f"{scene.renewed} {gone[0]}"
                return Judgement(Verdict.BROKEN, element, because, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness)
            promised = [status for status in statuses if scene.renewed.answer_to(status) is not None]
        absent = [str(status) for status in statuses if status not in promised]
        if absent:
            return Judgement(
                Verdict.UNPROMISED, element, f"the contract does not promise {listed(absent)}", was=Promise.IMPOSSIBLE
            )
        return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED)


def _touch(scene: Scene, status: int) -> None:
    for operation in (scene.operation, scene.renewed):
        answer = operation.answer_to(status) if operation is not None else None
        if operation is not None and answer is not None:
            scene.touched.add((operation.node.identity, answer.key))


def slug(words: str) -> str:
    """Return words as they stand in an id.

    >>> slug("there is no such booking")
    'there-is-no-such-booking'
    """
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _statuses(written: object) -> tuple[int, ...]:
    if isinstance(written, list):
        return tuple(int(status) for status in written)
    return (int(str(written)),) if written is not None else ()


def _told(written: object) -> dict[str, str]:
    if isinstance(written, Mapping):
        return {str(word): str(path) for word, path in written.items()}
    return {word: PROBLEM[word] for word in written} if isinstance(written, list) else {}
