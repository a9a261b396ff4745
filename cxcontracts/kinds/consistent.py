"""``consistent``: the same question has the same answer in every channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from cxcontracts.estate.model import Journey, Step
from cxcontracts.findings import Harm
from cxcontracts.kinds.saying import Saying, judge_sayings, partners_of, seen_sayings
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Stage
from cxcontracts.walks import Walk


class Consistent:
    """Everybody says it, ``reads`` covers every word that a partner may say, and all can say the same."""

    name = "consistent"
    key = ""
    form: Any = None
    harm = Harm.MISLED
    meaning = Meaning(
        customer="the same question has the same answer in every channel",
        kept=(
            "the field is promised at each place, `reads` has a word for all that a partner may say, and whatever the first may "
            "say the others may say too"
        ),
        breaks="says a word that `reads` does not have, or, at the first place, that the others never say",
        example=(
            "consistent: {service-status: {says: [{at: check-service, field: status}, {at: told, field: data.status, reads: "
            "{CANC: cancelled}}]}}"
        ),
        remedy="Give the new word a meaning in reads, or have the partner keep to the words that were agreed.",
    )

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
