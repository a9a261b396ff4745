"""Which names a step may refer to: what the journey is given, and what was kept before the step is taken.

The order is setup, steps, cleanup. A fallback is taken in place of a step, and so knows what that step knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cxcontracts.estate.passages import Passage
from cxcontracts.problems import nearest

PARTS = ("setup", "steps", "fallbacks", "cleanup")
"""The parts of a journey that hold steps, in the order in which the model lists them."""


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A step as written, with where in the journey it is.

    Attributes:
        part: One of :data:`PARTS`.
        index: Its position in the part.
        passage: What is written.
    """

    part: str
    index: int
    passage: Passage

    @property
    def name(self) -> str:
        """Its name; empty where it has none."""
        return self.passage["step"].text

    @property
    def keeps(self) -> tuple[str, ...]:
        """The names that it keeps."""
        return tuple(entry.key for entry in self.passage["keep"].entries())


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a name is not known: a mistake's code, and its facts."""

    code: str
    facts: Mapping[str, str]


class Names:
    """The names of one journey.

    Args:
        journey: The journey's file, sound or not.
    """

    def __init__(self, journey: Passage) -> None:
        self.givens = tuple(entry.key for entry in journey["given"].entries())
        self.steps = tuple(
            WrittenStep(part, index, item)
            for part in PARTS
            for index, item in enumerate(journey[part].items())
            if item.value is not None
        )

    def unknown(self, name: str, step: WrittenStep, answered: bool = False) -> Unknown | None:
        """Say why a step cannot refer to a name; None where it can.

        Args:
            name: The name, without its dollar.
            step: The step that refers to it.
            answered: True where the name is looked up once the step has its answer, with what it keeps from it.
        """
        known = [*self.givens, *(kept for other in self._before(step) for kept in other.keeps), *(step.keeps if answered else ())]
        if name in known:
            return None
        if name in step.keeps:
            return Unknown("kept-here", {"name": name})
        keeper = self._keeper(name)
        if keeper is None:
            return Unknown("unknown-reference", {"name": name, "hint": hint_for(name, known)})
        code = "kept-in-fallback" if keeper.part == "fallbacks" else "kept-later"
        return Unknown(code, {"name": name, "step": keeper.name})

    def everywhere(self) -> tuple[str, ...]:
        """Return every given and every keep."""
        return (*self.givens, *(kept for step in self.steps for kept in step.keeps))

    def of(self, part: str) -> tuple[WrittenStep, ...]:
        """Return the steps of a part."""
        return tuple(step for step in self.steps if step.part == part)

    def _keeper(self, name: str) -> WrittenStep | None:
        keepers = [step for step in self.steps if name in step.keeps]
        return next((step for step in keepers if step.part != "fallbacks"), keepers[0] if keepers else None)

    def _before(self, step: WrittenStep) -> Iterator[WrittenStep]:
        if step.part == "cleanup":
            yield from (other for other in self.steps if other.part != "cleanup" or other.index < step.index)
        else:
            yield from (other for other in self.of("setup") if step.part != "setup" or other.index < step.index)
            yield from (other for other in self.of("steps") if step.part != "setup" and other.index < self._turn(step))

    def _turn(self, step: WrittenStep) -> int:
        """Return the position in ``steps`` at which a step is taken; a fallback's is that of the first step it stands in for."""
        return step.index if step.part == "steps" else self._turns.get(step.name, len(self.of("steps")))

    @cached_property
    def _turns(self) -> Mapping[str, int]:
        turns: dict[str, int] = {}
        for step in self.of("steps"):
            turns.setdefault(step.passage["fallback"].text, step.index)
        for step in self.of("fallbacks"):
            if step.name in turns:
                turns.setdefault(step.passage["fallback"].text, turns[step.name])
        return turns


def hint_for(name: str, known: list[str]) -> str:
    """Return the remedy for a reference to a name that nothing has."""
    near = nearest(name, known)
    if near is not None:
        return f"did you mean ${near}?"
    if known:
        return f"known are: {', '.join(f'${other}' for other in sorted(set(known)))}, or write $$ for a dollar"
    return "list it under given, or write $$ for a dollar"
