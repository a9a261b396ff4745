"""``repeat-safe``: pressing twice changes it once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from cxcontracts.acceptance import ignored
from cxcontracts.calls import assumed, entries_of, keep_paths
from cxcontracts.contracts.operation import Operation, Parameter
from cxcontracts.estate.model import Journey, Step
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds.seen import inconclusive, success
from cxcontracts.paths import Path, found
from cxcontracts.requirements import Judgement, Meaning, Requirement, id_of
from cxcontracts.scenes import Scene
from cxcontracts.sending import Entry
from cxcontracts.truth import same
from cxcontracts.walks import Purpose, Sighting, Walk, succeeded
from cxcontracts.wording import shown

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PUT", "DELETE"})
"""The methods that may be repeated as they are: RFC 9110, section 9.2.2, and the draft of QUERY."""

_KEY: Final = re.compile(r"idempoten", re.IGNORECASE)
"""What the header is called: ``Idempotency-Key`` in the draft of the IETF, with a prefix of the vendor's in many contracts."""


class RepeatSafe:
    """``Idempotency-Key`` is taken, or the method may be repeated."""

    name = "repeat-safe"
    key = "repeat-safe"
    form = bool
    harm = Harm.MISLED
    meaning = Meaning(
        customer="pressing twice changes it once",
        kept=(
            "the method may be repeated (RFC 9110, 9.2.2), the step is `safe`, or the operation takes an `Idempotency-Key` and "
            "the step sends it"
        ),
        breaks="no longer takes the key",
        example="repeat-safe: true",
        remedy="Have the partner take an Idempotency-Key, and send one: header.Idempotency-Key: $fresh-id.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the one requirement of a call that may be repeated."""
        if step.call is not None and step.asks.get(self.key) is True:
            yield Requirement(self.name, "", journey, step, step.harm or self.harm, None, step.locate(self.key), step.groups)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge whether the partner can tell a second press from a second wish."""
        operation, element = scene.operation, str(scene.operation)
        if scene.step.safe or operation.method in IDEMPOTENT:
            return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED)
        sent = next((entry for entry in entries_of(scene) if entry.place == "header" and _KEY.search(entry.name)), None)
        before, after = _key_of(operation), _key_of(scene.renewed) if scene.renewed is not None else None
        for parameter in (before, after):
            scene.touched.update([(parameter.node.identity, None)] if parameter is not None else ())
        if before is None:
            because = f"the contract takes no Idempotency-Key, so a second press of {scene.step.name} may change it twice"
            return Judgement(Verdict.UNPROMISED, element, because, was=Promise.IMPOSSIBLE)
        element = f"{element} header {before.name}"
        if scene.renewed is not None and after is None:
            return self._dropped(scene, scene.renewed, before, sent)
        if sent is None:
            because = f"the contract takes {before.name}, and {scene.caller} does not send it"
            return Judgement(Verdict.UNPROMISED, element, because, was=Promise.POSSIBLE)
        return Judgement(Verdict.INTACT, element, was=Promise.GUARANTEED)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether the second press has the answer of the first."""
        step = requirement.step
        for walk in walks:
            first = next((each for each in walk.of(step.name) if success(each, step)), None)
            for again in walk.of(step.name, Purpose.AGAIN):
                yield replace(_repeated(step, first, again), sighting=again)

    def _dropped(self, scene: Scene, renewed: Operation, before: Parameter, sent: Entry | None) -> Judgement:
        because = f"{before.name} is no longer taken, so a second press may change it twice"
        cause = id_of(scene.journey, scene.step, "accepts", sent.key) if sent is not None else ""
        witness = assumed(scene, ignored(renewed))
        if sent is None:
            key = Entry(f"header.{before.name}", "header", before.name, before.key, "text")
            witness = replace(
                witness, request=replace(witness.request, headers={**witness.request.headers, key.name.lower(): "text"})
            )
        element = f"{renewed} header {before.name}"
        return Judgement(Verdict.BROKEN, element, because, Promise.GUARANTEED, Promise.IMPOSSIBLE, witness, cause)


def _repeated(step: Step, first: Sighting | None, again: Sighting) -> Judgement:
    if again.trouble is not None or again.response is None or first is None or first.response is None:
        return inconclusive(again)
    if not succeeded(again.response, step.status):
        if 200 <= again.response.status < 300 or again.response.status == 409:
            return Judgement(Verdict.INTACT)  # a second press is told that it was one
        return Judgement(Verdict.BROKEN, because=f"the second press is answered {again.response.status}")
    paths = [path for paths in keep_paths(step).values() for path in paths] or [Path("body", ())]
    for path in paths:
        one, other = ([*found(path, each.response)] for each in (first, again))  # type: ignore[arg-type]  # both are there
        if not all(map(same, one, other)) or len(one) != len(other):
            name = str(path) if path.segments else "the answer"
            now, before = (shown(values[0] if len(values) == 1 else values) for values in (other, one))
            because = f"the second press is answered with another {name}: {now}; it was {before}"
            return Judgement(Verdict.BROKEN, str(path), because)
    return Judgement(Verdict.INTACT)


def _key_of(operation: Operation) -> Parameter | None:
    return next((each for each in operation.parameters if each.place == "header" and _KEY.search(each.name)), None)
