"""Journeys written as workflows of one Arazzo document.

What :mod:`cxcontracts.arazzo.journeys` makes of the workflow is held against the journey: each key that comes out otherwise
stands whole under ``x-cx``. So a journey comes back as it was, by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from cxcontracts.arazzo import OURS
from cxcontracts.arazzo.expressions import Unsaid, to_pointer, to_query, to_value
from cxcontracts.arazzo.journeys import GIVEN_KEYS, SUCCESS, Sources, journey_of, step_of
from cxcontracts.contracts.operation import Event, Operation
from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.names import PARTS
from cxcontracts.exchanges import JSON
from cxcontracts.paths import Path, parse_path
from cxcontracts.scenes import Scene
from cxcontracts.sending import bind, content_type

_PLACES: Final = ("path", "query", "header", "cookie")


@dataclass(frozen=True)
class Source:
    """A contract that the document refers to.

    Attributes:
        name: As expressions call it.
        url: Where it is, from where the document is.
        kind: ``openapi`` or ``asyncapi``.
    """

    name: str
    url: str
    kind: str


@dataclass(frozen=True)
class Exported:
    """An Arazzo document.

    Attributes:
        document: It, as a JSON value.
        kept: ``journey/step: key, key``: what Arazzo has no words for, and stands under ``x-cx``.
    """

    document: Mapping[str, JSON]
    kept: tuple[str, ...]


def exported(
    title: str,
    journeys: Sequence[Journey],
    written: Mapping[str, Mapping[str, Any]],
    scene_of: Callable[[Journey, Step], Scene | None],
    sources: Sequence[Source],
) -> Exported:
    """Return journeys as one document.

    Args:
        title: What it is called.
        written: Journey to what its file says.
        scene_of: Returns what a step is judged on; None for one that follows an address.
        sources: The contracts of all partners; those that no step needs are left out.

    Raises:
        Unsaid: If Arazzo can say nothing of any step of a journey.
        ContractError: If a contract is unsound where a journey calls.
    """
    workflows = [_Workflow(journey, written[journey.name], scene_of, sources) for journey in journeys]
    used = [source for source in sources if any(source.name in workflow.used for workflow in workflows)]
    kept = tuple(line for workflow in workflows for line in workflow.kept())
    events = any(source.kind == "asyncapi" for source in used)
    document = {
        "arazzo": "1.1.0" if events else "1.0.1",
        "info": {
            "title": title,
            "summary": "Journeys of customers, exported by cxcontracts",
            "description": "\n".join(["What Arazzo cannot say stands under x-cx:", *(f"- {line}" for line in kept)])
            if kept
            else "",
            "version": "1",
        },
        "sourceDescriptions": [{"name": each.name, "url": each.url, "type": each.kind} for each in used],
        "workflows": [workflow.document for workflow in workflows],
    }
    return Exported(document, kept)


class _Workflow:
    """One journey as a workflow."""

    def __init__(
        self,
        journey: Journey,
        written: Mapping[str, Any],
        scene_of: Callable[[Journey, Step], Scene | None],
        sources: Sequence[Source],
    ) -> None:
        self.used: set[str] = set()
        self._journey = journey
        self._written = written
        self._scene_of = scene_of
        self._sources = sources
        self._names = {name: f"$inputs.{name}" for name in journey.givens}
        self._left: dict[str, JSON] = {}
        self.document = self._made()

    def _made(self) -> dict[str, JSON]:
        steps: list[dict[str, JSON]] = []
        order: dict[str, JSON] = {}
        for part in PARTS:
            listed = self._written.get(part, [])
            order |= {part: [each["step"] for each in listed]} if listed else {}
            for each in listed:
                step = self._step(self._journey.step(each["step"]), each)
                if step is None:
                    self._left[each["step"]] = each
                else:
                    steps.append(step)
        if not steps:
            raise Unsaid(f"journey {self._journey.name!r}: Arazzo has no words for any of its steps")
        self._end_before_fallbacks(steps)
        workflow: dict[str, JSON] = {"workflowId": self._journey.name}
        if self._journey.goal:
            workflow["summary"] = self._journey.goal
        if self._journey.givens:
            workflow["inputs"] = self._inputs()
        workflow["steps"] = steps
        for each in steps:
            own = self._of(str(each["stepId"]))
            self._note(each, own, step_of(each, Sources.of(self._sources)).written)
        said = journey_of(workflow, {}, Sources.of(self._sources)).written
        own = {key: value for key, value in self._written.items() if key not in PARTS}
        self._note(workflow, own, {key: value for key, value in said.items() if key not in PARTS})
        if list(order) != ["steps"] or self._left:
            self._under(workflow)["order"] = order
        if self._left:
            self._under(workflow)["steps"] = dict(self._left)
        return workflow

    def _of(self, name: str) -> Mapping[str, Any]:
        return next(each for part in PARTS for each in self._written.get(part, []) if each["step"] == name)

    @staticmethod
    def _under(part: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = part.setdefault(OURS, {})
        return found

    def _note(self, part: dict[str, Any], own: Mapping[str, Any], said: Mapping[str, Any]) -> None:
        """Note under ``x-cx`` each key that comes out otherwise than it was written."""
        other = {
            key: value
            for key, value in own.items()
            if key not in said or said[key] != value or type(said[key]) is not type(value)
        }
        without = [key for key in said if key not in own]
        if other:
            self._under(part)["keys"] = other
        if without:
            self._under(part)["without"] = without

    def kept(self) -> Iterator[str]:
        """Yield what stands under ``x-cx``, a line for each step."""
        name = self._journey.name
        for part, where in ((self.document, name), *((step, f"{name}/{step['stepId']}") for step in self.document["steps"])):
            keys = part.get(OURS, {}).get("keys", {})
            if keys:
                yield f"{where}: {', '.join(keys)}"
        yield from (f"{name}/{step}: the whole step" for step in self._left)

    # --- inputs, steps ----------------------------------------------------------------------------------------------------

    def _inputs(self) -> dict[str, JSON]:
        properties = {
            name: {key: value for key, value in given.items() if key not in GIVEN_KEYS}
            for name, given in self._written["given"].items()
        }
        return {"type": "object", "properties": properties}

    def _step(self, step: Step, written: Mapping[str, Any]) -> dict[str, JSON] | None:
        """Return a step; None where Arazzo has no words for what it calls."""
        scene = self._scene_of(self._journey, step) if step.asks_somebody and not step.by else None
        if scene is None:
            return None
        made: dict[str, JSON] = {"stepId": step.name}
        if step.customer:
            made["description"] = step.customer
        source = self._source(step, scene.operation)
        if source is None:
            return None
        if isinstance(scene.operation, Event):
            made |= self._received(step, scene.operation, source)
        else:
            made |= _operation(scene.operation, source) | self._sent(step, scene)
        made |= self._criteria(step)
        if step.fallback:
            made["onFailure"] = [{"name": step.fallback, "type": "goto", "stepId": step.fallback}]
        outputs = self._outputs(step)
        if outputs:
            made["outputs"] = outputs
        self.used.add(source.name)
        self._names |= {name: f"$steps.{step.name}.outputs.{name}" for name in outputs}
        return made

    def _source(self, step: Step, operation: Operation) -> Source | None:
        kind = "asyncapi" if operation.contract.asyncapi else "openapi"
        if isinstance(operation, Event) and kind == "openapi":
            return None
        return next(
            (each for each in self._sources if each.kind == kind and each.name in (step.partner, f"{step.partner}-events")), None
        )

    def _received(self, step: Step, event: Event, source: Source) -> dict[str, JSON]:
        channel = event.channel.replace("~", "~0").replace("/", "~1")
        made: dict[str, JSON] = {
            "channelPath": f"{{$sourceDescriptions.{source.name}.url}}#/channels/{channel}",
            "action": "receive",
        }
        if step.after and step.after not in self._left:
            made["dependsOn"] = [step.after]
        if isinstance(step.asks.get("within"), str):
            made["timeout"] = int(parse_duration(step.asks["within"]).total_seconds() * 1000)
        for template in step.asks.get("match", {}).values():
            with suppress(Unsaid):
                return made | {"correlationId": to_value(template, self._names)}
        return made

    def _sent(self, step: Step, scene: Scene) -> dict[str, JSON]:
        parameters: list[JSON] = []
        body: dict[str, JSON] = {}
        whole: JSON = None
        for entry in bind(step, scene.record, scene.operation)[0]:
            with suppress(Unsaid):
                value = to_value(entry.template, self._names)
                if entry.place in _PLACES and entry.key.lower() != "header.content-type" and not isinstance(value, Mapping):
                    parameters.append({"name": entry.name, "in": entry.place, "value": value})
                elif entry.place == "body" and entry.name:
                    body[entry.name] = value
                elif entry.place == "body":
                    whole = value
        made: dict[str, JSON] = {"parameters": parameters} if parameters else {}
        if body or whole is not None:
            media = content_type(step)
            made["requestBody"] = {**({"contentType": media} if media else {}), "payload": body or whole}
        return made

    def _criteria(self, step: Step) -> dict[str, JSON]:
        event = bool(step.event)
        status = " || ".join(f"$statusCode == {code}" for code in step.status) or SUCCESS
        criteria: list[JSON] = [] if event else [{"condition": status}]
        criteria += [each for path in step.asks.get("needs", {}) for each in _there(parse_path(path), event=event)]
        return {"successCriteria": criteria} if criteria else {}

    def _outputs(self, step: Step) -> dict[str, JSON]:
        found: dict[str, JSON] = {}
        for name, paths in step.asks.get("keep", {}).items():
            with suppress(Unsaid):
                found[name] = to_pointer(parse_path(paths if isinstance(paths, str) else paths[0]), event=bool(step.event))
        return found

    def _end_before_fallbacks(self, steps: list[dict[str, JSON]]) -> None:
        """End the workflow where its steps end, and go on after a fallback where its step would have gone on."""
        main = [each for each in steps if self._journey.step(str(each["stepId"])).part != "fallbacks"]
        if len(main) == len(steps):
            return
        main[-1]["onSuccess"] = [{"name": "end", "type": "end"}]
        for each in steps:
            if self._journey.step(str(each["stepId"])).part == "fallbacks":
                helped = [
                    index for index, step in enumerate(main) if self._journey.step(str(step["stepId"])).fallback == each["stepId"]
                ]
                after = main[helped[0] + 1] if len(helped) == 1 and helped[0] + 1 < len(main) else None
                end: JSON = {"name": "end", "type": "end"}
                each["onSuccess"] = [{"name": "on", "type": "goto", "stepId": after["stepId"]} if after else end]


def _operation(operation: Operation, source: Source) -> dict[str, JSON]:
    named = operation.node.value.get("operationId")
    if isinstance(named, str) and named and not any(letter.isspace() for letter in named):
        return {"operationId": f"$sourceDescriptions.{source.name}.{named}"}
    pointer = operation.path.replace("~", "~0").replace("/", "~1")
    return {"operationPath": f"{{$sourceDescriptions.{source.name}.url}}#/paths/{pointer}/{operation.method.lower()}"}


def _there(path: Path, *, event: bool) -> Iterator[dict[str, JSON]]:
    """Yield the criterion that a need implies: the field is there."""
    with suppress(Unsaid):
        yield {"condition": f"{to_pointer(path, event=event)} != null"}
        return
    with suppress(Unsaid):
        yield {"context": "$message.payload" if event else "$response.body", "condition": to_query(path), "type": "jsonpath"}
