"""``consistent``: the same question has the same answer in every channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from cxcontracts.estate.model import Journey, Step
from cxcontracts.findings import Harm
from cxcontracts.kinds.saying import Saying, judge_sayings, partners_of, seen_sayings
from cxcontracts.requirements import Judgement, Requirement
from cxcontracts.scenes import Stage
from cxcontracts.walks import Walk


class Consistent:
    """Everybody says it, ``reads`` covers every word that a partner may say, and all can say the same."""

    name = "consistent"
    key = ""
    form: Any = None
    harm = Harm.MISLED

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a name, across the steps of a journey."""
        if step.name:
            return
        for name, written in step.asks.get(self.name, {}).items():
            sayings = tuple(map(partial(Saying.of, alike=written.get("as", "")), written["says"]))
            of, where = partners_of(journey, sayings), step.locate(self.name, name)
            yield Requirement(self.name, name, journey, step, self.harm, sayings, where, of=of)

    def on_contract(self, requirement: Requirement, scene: Stage) -> Judgement:
        """Judge whether all can give the same answer, each in words that we read."""
        return judge_sayings(scene, requirement.what)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether all that was said of it in a walk is the same."""
        return seen_sayings(requirement, walks)
