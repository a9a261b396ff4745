"""``recognises``: you know who I am, everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cxcontracts.estate.model import Journey, Step
from cxcontracts.findings import Harm
from cxcontracts.kinds.saying import Saying, judge_sayings, partners_of, seen_sayings
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Stage
from cxcontracts.walks import Walk


class Recognises:
    """The field is guaranteed wherever the customer has to be known, and its forms agree."""

    name = "recognises"
    key = ""
    form: Any = None
    harm = Harm.UNRECOGNISED
    meaning = Meaning(
        customer="you know who I am, everywhere",
        kept="the field is promised at each step, and whatever the first may say, the others may say too",
        breaks="drops a field, or says what the others never say",
        example="recognises: {traveller: [{at: find-booking, field: customerId}, {at: told, field: data.customerRef}]}",
        remedy="Have the partners agree on one form, and change to it together.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a name, across the steps of a journey."""
        if step.name:
            return
        for name, written in step.asks.get(self.name, {}).items():
            sayings = tuple(map(Saying.of, written))
            of, where = partners_of(journey, sayings), step.locate(self.name, name)
            yield Requirement(self.name, name, journey, step, self.harm, sayings, where, of=of)

    def on_contract(self, requirement: Requirement, scene: Stage) -> Judgement:
        """Judge whether everybody who deals with the customer can know that it is the same one."""
        return judge_sayings(scene, requirement.what)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge whether all that was said of it in a walk is the same."""
        return seen_sayings(requirement, walks)
