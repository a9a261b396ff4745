"""``needs-when``: the facts that I rely on in some cases are there when the case is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cxcontracts.estate.conditions import parse_condition
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.values import parse_value
from cxcontracts.estate.written import NeedsWhenForm
from cxcontracts.findings import Harm
from cxcontracts.kinds.needs import asked, judged, seen
from cxcontracts.paths import parse_path
from cxcontracts.promises import Condition, Need
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.walks import Walk


class NeedsWhen:
    """Response ⊆ need, among the answers that satisfy a condition."""

    name = "needs-when"
    key = "needs-when"
    form = NeedsWhenForm
    harm = Harm.BLOCKED
    meaning = Meaning(
        customer="the facts that I rely on in some cases are there when the case is",
        kept="every allowed answer of the case meets the need",
        breaks="lets the field go missing in the case, or allows values there that the need refuses",
        example='needs-when: [{when: status is "delayed", needs: {cause.text: text}}]',
        remedy="Have the partner promise the field in this case, by a schema of its own for it, or give the step a fallback.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a path, whatever its condition; a path under a second condition gets the number of it."""
        seen: dict[str, int] = {}
        for index, entry in enumerate(step.asks.get(self.key, ())):
            read = parse_condition(entry["when"])
            condition = Condition(read.path, read.schema)
            for path, written in entry["needs"].items():
                value = parse_value(written)
                seen[path] = seen.get(path, 0) + 1
                rest = path if seen[path] == 1 else f"{path}#{seen[path]}"
                need = Need(parse_path(path), value.schema, condition=condition, statuses=step.status)
                where = step.locate(self.key, index, "needs", path)
                yield asked(self.name, rest, journey, step, need, value, where, self.harm)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge one need under its condition."""
        return judged(requirement, scene)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge one need on every success that satisfies its condition."""
        return seen(requirement, walks)
