"""Workflows of Arazzo read as journeys: the sequence, what is sent, what is kept, and the simplest of what has to hold.

Whatever is not understood is a note, never a guess: conditions are read by a grammar of a few lines, and nothing of a document
runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from cxcontracts.arazzo import OURS
from cxcontracts.arazzo.expressions import Unsaid, from_pointer, from_query, from_value, name_of
from cxcontracts.contracts.operation import METHODS
from cxcontracts.documents import Document
from cxcontracts.errors import ContractError
from cxcontracts.estate.names import PARTS
from cxcontracts.exchanges import JSON

GIVEN_KEYS: Final = ("from", "fresh", "once")
"""The keys of a given that are not JSON Schema's."""

SUCCESS: Final = "$statusCode >= 200 && $statusCode < 300"
"""The condition of a step that takes any success."""

_STATUS: Final = re.compile(r"\s*\$statusCode\s*==\s*['\"]?([1-5][0-9][0-9])['\"]?\s*")
_COMPARED: Final = re.compile(r"\s*(\$(?:response|message)\.\S+)\s*(==|!=)\s*(.+?)\s*")
_SOURCE: Final = re.compile(r"\$sourceDescriptions\.(?P<source>[A-Za-z0-9_-]+)\.(?P<rest>.+)")
_POINTED: Final = re.compile(
    r"\{?(?:\$sourceDescriptions\.)?(?P<source>[A-Za-z0-9_-]+)(?:\.url)?\}?#/"
    r"(?P<kind>paths|channels)/(?P<path>[^/]+)(?:/(?P<method>[a-z]+))?"
)
"""An operation or a channel by its place; the braces and ``.url`` are what the specification asks for, and many leave out."""

_SCHEMA_KEYS: Final = frozenset(
    {"type", "enum", "const", "pattern", "format", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
     "exclusiveMaximum", "multipleOf", "items", "minItems", "maxItems", "uniqueItems", "properties", "required", "examples"}
)  # fmt: skip


class _Named(Protocol):
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Sources:
    """The contracts that a document refers to.

    Attributes:
        partners: Name of a source to the partner whose contract it is.
    """

    partners: Mapping[str, str]

    @classmethod
    def of(cls, sources: Iterable[_Named]) -> Sources:
        """Return the sources of a document of ours: a partner's events go by its own name."""
        return cls({source.name: source.name.removesuffix("-events") for source in sources})

    def partner(self, source: str) -> str:
        """Return the partner of a source; the only one where none is named.

        Raises:
            Unsaid: If it cannot be told.
        """
        if not source and len(set(self.partners.values())) == 1:
            return next(iter(self.partners.values()))
        if source not in self.partners:
            raise Unsaid(f"source {source!r}" if source else "an operation of one of several sources")
        return self.partners[source]


@dataclass(frozen=True)
class Read:
    """What was read.

    Attributes:
        written: A journey, or a step, as its file would say it.
        notes: What is not in it, and why.
    """

    written: Mapping[str, JSON]
    notes: tuple[str, ...] = ()


@dataclass
class _Step:
    """A step that is being read."""

    step: Mapping[str, Any]
    sources: Sources
    made: dict[str, JSON] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.notes.append(what)


def workflows(document: Document) -> Mapping[str, Mapping[str, Any]]:
    """Return the workflows of an Arazzo document by their ids.

    Raises:
        ContractError: If it is none, or of a version that is not read.
    """
    value = document.value
    version = value.get("arazzo") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(version, str):
        raise ContractError.at(
            document.place(()), "this is no Arazzo document", "it must start with arazzo: 1.x.y", "arazzo-form"
        )
    if not re.match(r"1\.[01]\.", version):
        raise ContractError.at(
            document.place(("arazzo",)),
            f"arazzo {version:.20} is no version that is read",
            "it must be 1.0 or 1.1",
            "arazzo-version",
        )
    listed = value.get("workflows")
    found: dict[str, Mapping[str, Any]] = {}
    for index, each in enumerate(listed if isinstance(listed, list) else ()):
        name = each.get("workflowId") if isinstance(each, dict) else None
        if not isinstance(name, str) or not name or not isinstance(each.get("steps"), list):
            place = document.place(("workflows", index))
            raise ContractError.at(place, "a workflow needs a workflowId and steps", "write them", "arazzo-workflow")
        found.setdefault(name, each)
    if not found:
        raise ContractError.at(document.place(()), "the document has no workflows", "write one", "arazzo-workflow")
    return found


def sources_of(document: Document, named: Mapping[str, str]) -> Sources:
    """Return the sources of a document.

    Args:
        named: Name of a source to a partner, for those that go by another name here.
    """
    listed = document.value.get("sourceDescriptions") if isinstance(document.value, dict) else None
    contracts = (
        [each for each in listed if isinstance(each, dict) and each.get("type") != "arazzo"] if isinstance(listed, list) else []
    )
    names = [each.get("name") for each in contracts]
    known = {name: name for name in names if isinstance(name, str)}
    return Sources({**{name: name_of(name.removesuffix("-events")).lower() for name in known}, **named})


def imported(document: Document, name: str, named: Mapping[str, str]) -> Read:
    """Return a workflow of a document as a journey.

    Args:
        name: One of :func:`workflows`.
        named: As for :func:`sources_of`.
    """
    value = _mapping(document.value)
    return journey_of(workflows(document)[name], _mapping(value.get("components")), sources_of(document, named))


def journey_of(workflow: Mapping[str, Any], components: Mapping[str, Any], sources: Sources) -> Read:
    """Return a workflow as a journey.

    Args:
        components: Those of its document, which parameters and inputs may refer to.
    """
    name = str(workflow["workflowId"])
    written: dict[str, JSON] = {"journey": name_of(name)}
    if isinstance(workflow.get("summary"), str) and workflow["summary"].strip():
        written["goal"] = workflow["summary"]
    given, notes = _given(workflow.get("inputs"), components)
    if given:
        written["given"] = given
    steps: dict[str, Mapping[str, JSON]] = {}
    own = _mapping(workflow.get(OURS))
    for step in workflow["steps"]:
        if isinstance(step, dict) and isinstance(step.get("stepId"), str):
            read = _restored(step_of(_resolved(step, components), sources), _mapping(step.get(OURS)))
            notes += [f"step {step['stepId']}: {note}" for note in read.notes]
            if "call" in read.written or "event" in read.written:
                steps[step["stepId"]] = read.written
    if not own:
        notes += [f"workflow: {key}" for key in ("dependsOn", "successActions", "failureActions", "outputs") if workflow.get(key)]
    whole = _restored(Read(written), own).written
    return Read({**whole, **_in_order(steps, own)}, tuple(notes))


def _in_order(steps: Mapping[str, Mapping[str, JSON]], own: Mapping[str, Any]) -> dict[str, JSON]:
    """Return the steps by the parts of a journey that they are in."""
    known = {**_mapping(own.get("steps")), **steps}
    order = {part: names for part, names in _mapping(own.get("order")).items() if part in PARTS and isinstance(names, list)}
    placed = [name for names in order.values() for name in names]
    found: dict[str, JSON] = {part: [known[name] for name in names if name in known] for part, names in order.items()}
    rest = [step for name, step in steps.items() if name not in placed]
    if rest or not found:
        found["steps"] = [*found.get("steps", []), *rest]
    return {part: found[part] for part in PARTS if found.get(part)}


def _restored(read: Read, own: Mapping[str, Any]) -> Read:
    """Return what was read with what stands under ``x-cx``, which has the last word; in the order of its own keys."""
    keys, without = _mapping(own.get("keys")), own.get("without")
    kept = {key: value for key, value in read.written.items() if key not in (without if isinstance(without, list) else ())}
    return Read({**kept, **keys}, tuple(note for note in read.notes if not own))


# --- a step -------------------------------------------------------------------------------------------------------------------


def step_of(step: Mapping[str, Any], sources: Sources) -> Read:
    """Return one step; it has neither ``call`` nor ``event`` where what it calls cannot be told."""
    reading = _Step(step, sources, {"step": name_of(str(step["stepId"]))})
    if isinstance(step.get("description"), str) and step["description"].strip():
        reading.made["customer"] = " ".join(step["description"].split())
    try:
        _called(reading)
    except Unsaid as error:
        reading.note(f"not imported, for {error} is not known here")
        return Read(reading.made, tuple(reading.notes))
    _sent(reading)
    _status(reading)
    _needed(reading)
    _kept(reading)
    _gone_on(reading)
    return Read(reading.made, tuple(reading.notes))


def _called(reading: _Step) -> None:
    step, made = reading.step, reading.made
    if step.get("action") == "receive":
        pointed = _POINTED.fullmatch(str(step.get("channelPath", "")))
        named = _SOURCE.fullmatch(str(step.get("operationId", "")))
        found = pointed or named
        if found is None:
            raise Unsaid(f"event {step.get('channelPath', step.get('operationId'))!s:.80}")
        name = _unescaped(pointed["path"]) if pointed else found["rest"]
        made["event"] = f"{reading.sources.partner(found['source'])} {name}"
        if isinstance(step.get("timeout"), int):
            made["within"] = _duration(step["timeout"])
        after = step.get("dependsOn")
        if isinstance(after, list) and len(after) == 1 and isinstance(after[0], str) and "$" not in after[0]:
            made["after"] = name_of(after[0])
        return
    if isinstance(step.get("operationId"), str):
        named = _SOURCE.fullmatch(step["operationId"])
        operation = named["rest"] if named else step["operationId"]
        made["call"] = f"{reading.sources.partner(named['source'] if named else '')} {operation}"
    elif isinstance(step.get("operationPath"), str):
        pointed = _POINTED.fullmatch(step["operationPath"])
        if pointed is None or pointed["kind"] != "paths" or pointed["method"] not in METHODS:
            raise Unsaid(f"operation {step['operationPath']:.80}")
        made["call"] = f"{reading.sources.partner(pointed['source'])} {pointed['method'].upper()} {_unescaped(pointed['path'])}"
    elif "workflowId" in step:
        raise Unsaid(f"workflow {step['workflowId']!s:.80}")
    else:
        raise Unsaid("what it calls")


def _sent(reading: _Step) -> None:
    sends: dict[str, JSON] = {}
    written = reading.step.get("parameters")
    listed = written if isinstance(written, list) else []
    for parameter in listed:
        if not isinstance(parameter, dict) or not isinstance(parameter.get("name"), str):
            reading.note("a parameter without a name")
            continue
        name, place = parameter["name"], parameter.get("in", "query")
        alone = [each.get("name") for each in listed if isinstance(each, dict)].count(name) == 1 and "." not in name
        key = (name if alone else f"{place}.{name}") if place in ("path", "query", "header", "cookie") else ""
        with _noting(reading, f"parameter {name}"):
            if not key:
                raise Unsaid(f"in: {place!s:.20}")
            sends[key] = from_value(parameter.get("value"))
    body = reading.step.get("requestBody")
    if isinstance(body, dict):
        media = body.get("contentType")
        if isinstance(media, str) and media.partition(";")[0].strip().lower() != "application/json":
            sends["header.content-type"] = media
        if "payload" in body:
            with _noting(reading, "the body"):
                sends["body"] = from_value(body["payload"])
        if body.get("replacements"):
            reading.note("replacements in the body")
    if sends:
        reading.made["with"] = sends


def _status(reading: _Step) -> None:
    codes: list[int] = []
    for criterion in _criteria(reading):
        choices = [_STATUS.fullmatch(part) for part in str(criterion.get("condition", "")).split("||")]
        if all(choices) and criterion.get("type", "simple") == "simple":
            codes += [int(choice[1]) for choice in choices if choice is not None]
    if codes:
        reading.made["status"] = codes[0] if len(codes) == 1 else codes


def _needed(reading: _Step) -> None:
    needs: dict[str, JSON] = {}
    must: list[JSON] = []
    for criterion in _criteria(reading):
        condition, kind = str(criterion.get("condition", "")), criterion.get("type", "simple")
        if kind == "simple" and (condition == SUCCESS or all(_STATUS.fullmatch(part) for part in condition.split("||"))):
            continue
        try:
            if kind == "jsonpath" and criterion.get("context") in ("$response.body", "$message.payload"):
                needs[str(from_query(condition))] = {}
                continue
            compared = _COMPARED.fullmatch(condition) if kind == "simple" else None
            if compared is None:
                raise Unsaid(condition)
            path, operand = str(from_pointer(compared[1])), compared[3]
            if (compared[2], operand) == ("!=", "null"):
                needs[path] = {}
            else:
                must.append(f"{path} {'is' if compared[2] == '==' else 'is not'} {_operand(operand)}")
        except Unsaid:
            reading.note(f"criterion {condition:.120}")
    if needs:
        reading.made["needs"] = needs
    if must:
        reading.made["must"] = must


def _operand(text: str) -> str:
    """Return a literal of a condition as sentences write it.

    Raises:
        Unsaid: If it is none.
    """
    if re.fullmatch(r"'[^']*'", text):
        return json.dumps(text[1:-1], ensure_ascii=False)
    if re.fullmatch(r'"[^"]*"|true|false|-?[0-9]+(\.[0-9]+)?', text):
        return text
    raise Unsaid(text)


def _kept(reading: _Step) -> None:
    keeps: dict[str, JSON] = {}
    for name, written in _mapping(reading.step.get("outputs")).items():
        with _noting(reading, f"output {name}"):
            if isinstance(written, dict) and written.get("context") in ("$response.body", "$message.payload"):
                keeps[name_of(name)] = str(from_query(str(written.get("selector", ""))))
            else:
                keeps[name_of(name)] = str(from_pointer(str(written)))
    if keeps:
        reading.made["keep"] = keeps


def _gone_on(reading: _Step) -> None:
    failure = reading.step.get("onFailure")
    for action in failure if isinstance(failure, list) else ():
        reading.note(f"onFailure {_words(action)}")
    success = reading.step.get("onSuccess")
    for action in success if isinstance(success, list) else ():
        reading.note(f"onSuccess {_words(action)}")


def _words(action: object) -> str:
    found = _mapping(action)
    return (
        " ".join(str(found[key])[:60] for key in ("type", "stepId", "workflowId", "name", "reference") if key in found)
        or "action"
    )


class _noting(suppress):
    """Notes what is not said, and goes on."""

    def __init__(self, reading: _Step, what: str) -> None:
        super().__init__(Unsaid)
        self._reading = reading
        self._what = what

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if isinstance(error, Unsaid):
            self._reading.note(f"{self._what}: {error!s:.120}")
        return bool(super().__exit__(kind, error, trace))


# --- what is given, and what is referred to -----------------------------------------------------------------------------------


def _given(inputs: object, components: Mapping[str, Any]) -> tuple[dict[str, JSON], list[str]]:
    schema, notes = _mapping(inputs), list[str]()
    reference = schema.get("$ref")
    if isinstance(reference, str):
        schema = _mapping(_mapping(components.get("inputs")).get(reference.removeprefix("#/components/inputs/")))
        if not schema:
            notes.append(f"inputs {reference:.80}")
    given: dict[str, JSON] = {}
    for name, property_ in _mapping(schema.get("properties")).items():
        known = {key: value for key, value in _mapping(property_).items() if key in _SCHEMA_KEYS}
        if isinstance(_mapping(property_).get("default"), str | int | float) and "examples" not in known:
            known["examples"] = [property_["default"]]
        given[name_of(name)] = {"from": "customer", **known}
    return given, notes


def _resolved(step: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a step with the parameters that it shares written out."""
    listed = step.get("parameters")
    if not isinstance(listed, list):
        return step
    known = _mapping(components.get("parameters"))
    whole: list[object] = []
    for each in listed:
        reference = each.get("reference") if isinstance(each, dict) else None
        shared = _mapping(known.get(str(reference).removeprefix("$components.parameters."))) if reference else {}
        whole.append({**shared, **({"value": each["value"]} if "value" in each else {})} if shared else each)
    return {**step, "parameters": whole}


def _criteria(reading: _Step) -> Iterator[Mapping[str, Any]]:
    listed: object = reading.step.get("successCriteria")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict):
            yield {**each, "type": each["type"].get("type")} if isinstance(each.get("type"), dict) else each


def _duration(milliseconds: int) -> str:
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")):
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


__all__ = ["GIVEN_KEYS", "SUCCESS", "Read", "Sources", "imported", "journey_of", "sources_of", "step_of", "workflows"]
