"""``may-have``: a fact that may be missing, and fits when it is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.values import parse_value
from cxcontracts.estate.written import NeedsForm
from cxcontracts.findings import Harm
from cxcontracts.kinds.needs import asked, judged, seen
from cxcontracts.paths import parse_path
from cxcontracts.promises import Need
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.walks import Walk


class MayHave:
    """Response ⊆ need, where the field is there and not null."""

    name = "may-have"
    key = "may-have"
    form = NeedsForm
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="what may be missing fits where it is there",
        kept="every allowed answer that has the field meets the need",
        breaks="allows values that the need refuses",
        example="may-have: {delayMinutes: {type: integer, minimum: 0}}",
        remedy="Have the partner keep the values as they were promised, or say what an unknown one is taken for with otherwise.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a path."""
        for path, written in step.asks.get(self.key, {}).items():
            value = parse_value(written)
            need = Need(parse_path(path), value.schema, optional=True, statuses=step.status)
            yield asked(self.name, path, journey, step, need, value, step.locate(self.key, path), self.harm)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge one need of an optional field."""
        return judged(requirement, scene)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge one need of an optional field on every success."""
        return seen(requirement, walks)
