"""The steps of other partners, as far as one partner's edges go: what they hand to it and what they take of it, and nothing else.

Each becomes a step of one partner, :data:`~cxcontracts.hiding.ELSEWHERE`, whose contract says in schemas which values cross
the seam. A journey can then be judged and walked as it was, with the others played from that contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from cxcontracts.acceptance import taken
from cxcontracts.calls import example_values, handed_out, keep_paths, keepers, names_of, uses
from cxcontracts.containment.narrowing import any_of
from cxcontracts.containment.sets import Schema, admits
from cxcontracts.errors import ContractError
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import is_whole_reference, references
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Promise
from cxcontracts.judging import Judge
from cxcontracts.paths import Path, parse_path
from cxcontracts.promises import THERE, Need, carried
from cxcontracts.scenes import Scene
from cxcontracts.sending import content_type, sent_schema

ACROSS: Final = ("recognises", "consistent")
"""What is asked across steps and has places at them; the rest counts what only the whole journey shows."""

_NAMED: Final = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_-]*)")


@dataclass(frozen=True)
class Take:
    """One value that another partner takes.

    Attributes:
        place: ``path``, ``query`` or ``body``.
        label: What it goes by there.
        template: What is sent, as in ``with``.
        schema: What is taken.
    """

    place: str
    label: str
    template: JSON
    schema: Schema


@dataclass
class Neighbour:
    """A step of another partner.

    Attributes:
        step: The step.
        gives: Each name that it keeps, to the schema of what it may be.
        shows: Each field that something across steps looks at, to the schema of what it may be and whether it is promised.
        takes: What it takes of the partner.
    """

    step: Step
    gives: dict[str, Schema] = field(default_factory=dict)
    shows: dict[str, tuple[Schema, bool]] = field(default_factory=dict)
    takes: list[Take] = field(default_factory=list)


class Excerpt:
    """One journey, as far as one partner has a part in it.

    Args:
        judge: Knows the contracts of all partners.
        journey: The journey.
        partner: The partner's id.

    Attributes:
        own: The names of the partner's steps.
        neighbours: Name of a step of another partner, to what is left of it.
        givens: The names of the givens that these refer to.
        across: What is left of what is asked across steps.
    """

    def __init__(self, judge: Judge, journey: Journey, partner: str) -> None:
        self.journey = journey
        self.own = frozenset(step.name for step in journey.steps if step.partner == partner or step.state)
        self.neighbours: dict[str, Neighbour] = {}
        self.givens: set[str] = set()
        self.across: dict[str, Any] = {}
        self._judge = judge
        if self.concerned:
            self._fill()

    @property
    def concerned(self) -> bool:
        """Whether the partner has a part in it that somebody needs."""
        return any(self.journey.step(name).asks_somebody for name in self.own)

    def has(self, name: str) -> bool:
        """Tell whether a step is left in it."""
        return name in self.own or name in self.neighbours

    def feeds(self, step: Step) -> bool:
        """Tell whether something is matched with what the partner's steps keep."""
        kept = {name for each in self._steps() for name in keep_paths(each)}
        return not kept.isdisjoint(_names_in(step.asks.get("match", {})))

    def _fill(self) -> None:
        for step in self._steps():
            for name in (step.fallback, step.after, *step.for_steps[:1]):
                if name and name not in self.own:
                    self._neighbour(self.journey.step(name))
            self._refer(step, {**step.asks, "with": step.sends, "params": step.params})
            self._taken_of(step)
        for step in self.journey.steps:
            if step.fallback in self.own and step.name not in self.own:
                self._neighbour(step)
        self._fill_across()
        for neighbour in [*self.neighbours.values()]:
            if neighbour.step.fallback and neighbour.step.fallback not in self.own:
                self._keeps_the_same(neighbour.gives, self._neighbour(self.journey.step(neighbour.step.fallback)))
        for step in self._steps():
            if step.fallback in self.neighbours:
                self._keeps_the_same(keep_paths(step), self.neighbours[step.fallback])
        for neighbour in self.neighbours.values():
            self._told(neighbour)

    def _steps(self) -> Iterator[Step]:
        return (step for step in self.journey.steps if step.name in self.own)

    def _neighbour(self, step: Step) -> Neighbour:
        return self.neighbours.setdefault(step.name, Neighbour(step))

    def _refer(self, step: Step, written: JSON) -> None:
        """Take in what a step of the partner refers to: givens, and what other partners keep for it."""
        scene = self._scene(step)
        for name in dict.fromkeys(_names_in(written)):
            self._know(name, keepers(self.journey, step, name), scene)

    def _know(self, name: str, kept_by: Sequence[Step], user: Scene | None = None) -> None:
        """Take in what a name stands for: a given, or what other partners keep under it."""
        if name in self.journey.givens:
            self.givens.add(name)
            return
        for keeper in kept_by:
            if keeper.name not in self.own:
                self._gives(keeper, name, user)

    def _gives(self, keeper: Step, name: str, user: Scene | None = None) -> None:
        """Have a step of another partner hand out what it keeps under a name."""
        example = example_values(user).get(name) if user is not None and name in references(dict(user.step.sends)) else None
        schemas: list[Schema] = []
        for path in keep_paths(keeper)[name]:
            schemas += self._handed_out(keeper, path)[0]
        self._neighbour(keeper).gives[name] = _exemplified(_either(schemas), example)

    def _handed_out(self, step: Step, path: Path) -> tuple[list[Schema], bool]:
        """Return the sets of values that a step hands out at a path, and whether it surely hands out one."""
        scene = self._scene(step)
        if scene is None:
            return [], False
        found = carried(scene.record, scene.operation, Need(path, THERE, statuses=step.status), scene.accept, set())
        return handed_out(scene, path, scene.record, scene.operation), found.there is Promise.GUARANTEED

    def _scene(self, step: Step) -> Scene | None:
        """Return what a step is judged on; None where contracts do not tell."""
        if not step.asks_somebody:
            return None
        with suppress(ContractError):
            return self._judge.scene(self.journey, step)
        return None

    def _taken_of(self, step: Step) -> None:
        """Have the other partners take what they take of a step of the partner."""
        scene = self._scene(step)
        for name in keep_paths(step) if scene is not None else ():
            assert scene is not None
            for use in uses(scene, name):
                if use.step.name in self.own or use.point.shell:
                    continue
                sent = sent_schema(use.template, names_of(use.scene, use.template))
                found = taken(use.scene.record, use.scene.operation, use.point, sent, content_type(use.step), set())
                if not found.declared or found.unknown:
                    continue
                neighbour = self._neighbour(use.step)
                place = use.point.entry.place if use.point.entry.place == "path" else "query" if found.text else "body"
                label = name if is_whole_reference(use.template) else f"{name}-within"
                if any((take.place, take.label) == (place, label) for take in neighbour.takes):
                    label = f"{label}-{len(neighbour.takes)}"
                neighbour.takes.append(Take(place, label, use.template, found.schema))
                for other in references(use.template):
                    self._know(other, keepers(self.journey, use.step, other))

    def _told(self, neighbour: Neighbour) -> None:
        """Let a step of another partner depend on the givens that it is sent: what it hands out goes with them."""
        sent = references(dict(neighbour.step.sends)) if neighbour.gives else ()
        known = {take.label for take in neighbour.takes}
        for name in sorted(name for name in sent if name in self.givens and name not in known):
            neighbour.takes.append(Take("query", name, f"${name}", {}))

    def _keeps_the_same(self, names: Iterable[str], fallback: Neighbour) -> None:
        """Have a fallback at another partner keep what the step keeps that it stands in for."""
        for name in names:
            if name in keep_paths(fallback.step) and name not in fallback.gives:
                self._gives(fallback.step, name)

    def _fill_across(self) -> None:
        """Keep what is asked across steps of which the partner has one, with the others' places as schemas."""
        for kind in ACROSS:
            kept: dict[str, Any] = {}
            for name, written in self.journey.asks.get(kind, {}).items():
                entries = written["says"] if kind == "consistent" else written
                if any(entry.get("at") in self.own for entry in entries):
                    kept[name] = written
                    for entry in entries:
                        self._shown(entry)
            if kept:
                self.across[kind] = kept
        if "succeeds" in self.journey.asks:
            self.across["succeeds"] = self.journey.asks["succeeds"]

    def _shown(self, entry: Mapping[str, Any]) -> None:
        if "is" in entry:
            name = is_whole_reference(entry["is"]) or ""
            self._know(name, [step for step in self.journey.steps if name in keep_paths(step)][-1:])
        elif entry["at"] not in self.own:
            step = self.journey.step(entry["at"])
            schemas, surely = self._handed_out(step, parse_path(entry["field"]))
            self._neighbour(step).shows[entry["field"]] = (_either(schemas), surely)


def _names_in(written: JSON) -> Iterator[str]:
    """Yield every ``$name`` in any text of a value."""
    if isinstance(written, str):
        yield from _NAMED.findall(written)
    elif isinstance(written, Mapping):
        for key, value in written.items():
            yield from _NAMED.findall(key)
            yield from _names_in(value)
    elif isinstance(written, list | tuple):
        for value in written:
            yield from _names_in(value)


def _either(schemas: Iterable[Schema]) -> Schema:
    """Return the schema of what any of some admits; of anything where nobody says."""
    known = [schema for schema in schemas]
    if not known or any(isinstance(schema, bool) for schema in known):
        return {}
    return any_of([dict(schema) for schema in known if not isinstance(schema, bool)])


def _exemplified(schema: Schema, example: JSON) -> Schema:
    if example is None or isinstance(schema, bool) or not admits(schema, example):
        return schema
    return {**schema, "examples": [example]}
