"""The call of a step: what it sends, which values that may be, and where what it hands out is used later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin

from cxcontracts.acceptance import Point, common, refused, taken
from cxcontracts.containment.building import Unbuildable, examples_of
from cxcontracts.containment.nodes import Shape
from cxcontracts.containment.sets import Found, Nothing, Schema
from cxcontracts.contracts.operation import Operation
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.templates import COUNTER, is_whole_reference, references
from cxcontracts.exchanges import JSON, Exchange, Request, Response
from cxcontracts.paths import Path, parse_path
from cxcontracts.promises import THERE, Need, carried
from cxcontracts.scenes import Scene, Side
from cxcontracts.sending import Entry, Shell, bind, call, content_type, example_of, given_names, leaves

_COUNTED: Sequence[Schema] = ({"type": "integer", "minimum": 0},)
_WHOLE = 4
"""How many levels of a value are compared where it is passed on."""


def entries_of(scene: Scene, sends: Mapping[str, JSON] | None = None) -> list[Entry]:
    """Return what the step sends, bound to the contract of record; keys that are not bound are ``check``'s to report."""
    asked = scene.step.sends if sends is None else sends
    return bind(scene.step, scene.record, scene.operation, {**asked, **scene.followed})[0]


def request_of(scene: Scene, sends: Mapping[str, JSON] | None = None, **replaced: JSON) -> Request:
    """Return the call of the step, with the first example of each given.

    Args:
        sends: What is sent over and above, or instead of, the step's own ``with``.
        replaced: Key of ``with`` to a value that is sent in its place.
    """
    whole = {**scene.step.sends, **(sends or {})}
    return call(scene.operation, entries_of(scene, whole), example_values(scene, whole), content_type(scene.step), **replaced)


def example_values(scene: Scene, sends: Mapping[str, JSON] | None = None) -> dict[str, JSON]:
    """Return a value for each name that the step refers to, or that *sends* does instead."""
    values: dict[str, JSON] = {}
    for name in references(dict(scene.step.sends if sends is None else sends)):
        given = scene.journey.givens.get(name)
        if given is not None:
            values[name] = example_of(given)
            continue
        kept = _kept_example(scene, name)
        if kept is not None:
            values[name] = _fitting(scene, name, kept)
    return values


def _fitting(scene: Scene, name: str, value: JSON) -> JSON:
    """Return a kept value that the step's own contract takes, where there is one: *value* itself, if it does."""
    for entry in entries_of(scene):
        for point, template in points(entry):
            if not isinstance(template, str) or is_whole_reference(template) != name:
                continue
            target = taken(scene.record, scene.operation, point, {}, content_type(scene.step), set())
            if target.declared and not isinstance(refused(target, {"const": value}), Nothing):
                shared = (common(target, schema) for schema in kept_schemas(scene, name))
                return next((answer.value for answer in shared if isinstance(answer, Found)), value)
    return value


def _kept_example(scene: Scene, name: str) -> JSON:
    """Return a value that an earlier step hands out under a name, the partner's own example where it fits; None for none."""
    for earlier, path in _kept_at(scene, name):
        side, operation = earlier.current()
        for end in _ends(earlier, path, side, operation):
            with suppress(Unbuildable):
                return side.builder.of_shape(end)
    return None


def _kept_at(scene: Scene, name: str) -> Iterator[tuple[Scene, Path]]:
    """Yield where a name is kept for this step: the earlier step, as far as it can be judged, and the path."""
    for step in keepers(scene.journey, scene.step, name):
        earlier = scene.scene_of(step.name)
        if earlier is not None:
            yield from ((earlier, path) for path in keep_paths(step)[name])


def _ends(scene: Scene, path: Path, side: Side, operation: Operation) -> Iterator[Shape]:
    for branch, _ in carried(side, operation, Need(path, {}, statuses=scene.step.status), scene.accept, scene.touched).present:
        if branch.way is not None and branch.way.end is not None:
            yield branch.way.end


def point_of(scene: Scene, name: str) -> Point:
    """Return where a name of ``accepts`` leads: a key as in ``with``, or a path into the body."""
    bound, _ = bind(scene.step, scene.record, scene.operation, {name: None})
    if bound and (bound[0].place != "body" or "." not in bound[0].name):
        return Point(bound[0])
    path = parse_path(name)
    member = str(path.segments[0]) if path.segments else ""
    return Point(Entry(f"body.{member}" if member else "body", "body", member, None, None), path.segments[1:])


def addresses(earlier: Scene, name: str) -> Iterator[str]:
    """Yield the addresses that the contract of record shows as examples of what a step keeps under a name."""
    for path in keep_paths(earlier.step).get(name, ()):
        for end in _ends(earlier, path, earlier.record, earlier.operation):
            shown = (value for atom in end.atoms for value in examples_of(atom.value))
            yield from (urljoin(_address(earlier), text) for text in shown if isinstance(text, str))


def _address(scene: Scene) -> str:
    base = next(iter(scene.operation.bases), "")
    return f"https://partner.example{base}{scene.operation.path}"


def keep_paths(step: Step) -> dict[str, tuple[Path, ...]]:
    """Return each name that a step keeps to the paths that it is looked for at, the first present first."""
    written: Mapping[str, str | Sequence[str]] = step.asks.get("keep", {})
    return {
        name: tuple(parse_path(path) for path in ([paths] if isinstance(paths, str) else paths))
        for name, paths in written.items()
    }


def keepers(journey: Journey, user: Step, name: str) -> list[Step]:
    """Return the steps that keep *name* for a later step: the last one before it, and its fallback where that keeps it too."""
    last = None
    for step in journey.steps:
        if step.name == user.name or (user.part == "fallbacks" and step.part == "fallbacks"):
            break
        if name in step.asks.get("keep", {}):
            last = step
    if last is None:
        return []
    other = journey.step(last.fallback) if last.fallback else None
    return [last, other] if other is not None and other is not user and name in other.asks.get("keep", {}) else [last]


def kept_schemas(scene: Scene, name: str, *, before: bool = False) -> list[Schema]:
    """Return the sets of values that an earlier step hands out under a name, after the change or before it."""
    schemas: list[Schema] = []
    for earlier, path in _kept_at(scene, name):
        schemas += handed_out(earlier, path, *((earlier.record, earlier.operation) if before else earlier.current()))
    return schemas


def handed_out(scene: Scene, path: Path, side: Side, operation: Operation) -> list[Schema]:
    """Return the sets of values that a step hands out at a path, under one version of its partner's contract."""
    need = Need(path, THERE, statuses=scene.step.status, levels=_WHOLE)
    return carried(side, operation, need, scene.accept, scene.touched).schemas


def names_of(scene: Scene, template: JSON, *, before: bool = False) -> dict[str, Sequence[Schema]]:
    """Return each name in a template to the sets of values that it may have; to none where nobody knows.

    Args:
        before: Whether what other partners hand out is as it was before they change it.
    """
    names = given_names(scene.journey.givens)
    for name in references(template):
        if name not in names:
            names[name] = kept_schemas(scene, name, before=before) or (_COUNTED if name == COUNTER else ())
    return names


def points(entry: Entry) -> Iterator[tuple[Point, JSON]]:
    """Yield each place that an entry reaches, with the template of what is sent there."""
    if entry.place != "body":
        yield Point(entry), entry.template
    for way, template in leaves(entry.template):
        if way or entry.place == "body":
            yield Point(entry, way, isinstance(template, Shell)), template


@dataclass(frozen=True)
class Use:
    """A later step that sends what an earlier one handed out."""

    step: Step
    scene: Scene
    point: Point
    template: JSON


def uses(scene: Scene, name: str) -> Iterator[Use]:
    """Yield the places where later steps send what this step keeps under *name*."""
    for step in scene.journey.steps:
        if step.call is None or name not in references(dict(step.sends)):
            continue
        if all(source.name != scene.step.name for source in keepers(scene.journey, step, name)):
            continue
        later = scene.scene_of(step.name)
        for entry in entries_of(later) if later is not None else ():
            assert later is not None
            for point, template in points(entry):
                if name in references(template):
                    yield Use(step, later, point, template)


def assumed(scene: Scene, response: Response, **replaced: JSON) -> Exchange:
    """Return the call of the step with an answer."""
    return Exchange(request_of(scene, None, **replaced), response)
