"""What leaves the house for one partner: a small estate of its own, made of what our journeys need of it.

It is an estate like any other, so that everything that judges estates judges packs. What is not the partner's to know is left out
(its neighbours' contracts and sentences, where partners run, who we are), turned into schemas (the values that cross a seam) or
said in other words (:mod:`~cxcontracts.hiding`). Whatever would be named all the same refuses the pack, with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cxcontracts.containment.sets import Schema
from cxcontracts.documents.yaml_writing import written
from cxcontracts.errors import EstateError, UsageError
from cxcontracts.estate.model import Disclosure, Estate, Given, Journey, Partner, Step
from cxcontracts.estate.written import KIND_KEYS
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Version
from cxcontracts.hiding import ANOTHER, ELSEWHERE, Hiding, disclosed, hiding, share
from cxcontracts.opening import Opened
from cxcontracts.packs.neighbours import Excerpt, Neighbour
from cxcontracts.packs.variables import login
from cxcontracts.problems import Place, Problem, did_you_mean

_REFERENCE: Final = re.compile(r"\$(\{?)([A-Za-z_][A-Za-z0-9_-]*)")
_ASKED: Final = frozenset({*KIND_KEYS, "keep", "must", "within", "match"} - {"survives"})
"""What a step asks of its partner, of the kinds that every installation has; what our own application has to survive is not."""
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Content:
    """What a pack has in it.

    Attributes:
        estate: Whose journeys they are.
        files: Path in the pack to text; an estate.
        version: The contract of record.
        writes: The calls that may change something, as ``POST /orders``.
        variables: The environment variables that a login is read from.
        theirs: The paths of the files that are the partner's own.
        left_out: What of the estate concerns the partner and stays at home, each with its reason.
    """

    estate: str
    files: Mapping[str, str]
    version: Version
    writes: tuple[str, ...]
    variables: tuple[str, ...]
    theirs: frozenset[str]
    left_out: tuple[str, ...]


def packed(opened: Opened, name: str, examples: Mapping[str, Sequence[JSON]] | None = None) -> Content:
    """Return what leaves the house for a partner.

    Args:
        opened: The estate, sound.
        name: The partner's id.
        examples: What other partners hand out: name of a keep to values, in place of those that their contracts show.

    Raises:
        UsageError: If nothing is needed of the partner, or an example is of nothing that crosses a seam.
        EstateError: If something would be named that may not be, with its line in the pack.
        ContractError: If a contract cannot be read.
    """
    return _Packing(opened, opened.estate.partners[name], examples or {}).content()


class _Packing:
    def __init__(self, opened: Opened, partner: Partner, examples: Mapping[str, Sequence[JSON]]) -> None:
        self._opened = opened
        self._estate: Estate = opened.estate
        self._partner = partner
        self._hide: Hiding = hiding(opened.estate, partner)
        self._examples = dict(examples)
        self._handed_over: set[str] = set()
        self._paths: dict[str, JSON] = {}
        self._groups: dict[str, JSON] = {}
        self._left_out: list[str] = []

    def content(self) -> Content:
        excerpts = [*self._excerpts()]
        theirs = self._documents()
        if not excerpts and self._partner.name not in self._opened.judge.pacts:
            raise UsageError(f"nothing is needed of {self._partner.name}; write a journey that calls it, then pack it")
        ours: dict[str, JSON] = {}
        for excerpt in excerpts:
            name = self._hide.name(excerpt.journey.name)
            ours[f"journeys/{name}.yaml"] = _Journey(excerpt, self._hide, self).written()
        for name in self._examples.keys() - self._handed_over:
            hint = did_you_mean(name, self._handed_over)
            raise UsageError(f"no other partner hands {name!r} to {self._partner.name}; {hint}")
        logins, variables = self._logins(excerpts)
        ours["estate.yaml"] = self._policy()
        ours[f"partners/{self._partner.name}/partner.yaml"] = self._partner_file(logins)
        if self._paths:
            ours[f"partners/{ELSEWHERE}/partner.yaml"] = {
                "partner": ELSEWHERE,
                "name": ANOTHER,
                "contract": "openapi.yaml",
            }
            ours[f"partners/{ELSEWHERE}/openapi.yaml"] = {
                "openapi": "3.1.0",
                "info": {"title": "What crosses the seams to and from other partners", "version": "1"},
                "paths": self._paths,
            }
        if waivers := [*self._waivers(excerpts)]:
            ours["waivers.yaml"] = waivers
        texts = {path: written(value) for path, value in ours.items()}
        self._insist_on_silence(texts, theirs)
        recorded = self._opened.recorded(self._partner)
        writes = sorted({*self._writes(excerpts)})
        return Content(
            self._hide.name(self._estate.name),
            {**texts, **theirs},
            recorded.version,
            tuple(writes),
            tuple(variables),
            frozenset(theirs),
            tuple([*self._left_out, *self._kept_back(excerpts)]),
        )

    def handed_over(self, name: str, schema: Schema) -> Schema:
        """Return the schema of what another partner hands over under a name, with the examples that were named for it."""
        self._handed_over.add(name)
        if name not in self._examples or isinstance(schema, bool):
            return schema
        return {**schema, "examples": list(self._examples[name])}

    def path(self, operation: Mapping[str, JSON], names: Sequence[str]) -> str:
        """Add an operation of the other partners, and return its call."""
        path = "".join((f"/{len(self._paths) + 1}", *(f"/{{{name}}}" for name in names)))
        method = "post" if "requestBody" in operation else "get"
        self._paths[path] = {method: operation}
        return f"{ELSEWHERE} {method.upper()} {path}"

    def customers(self, journey: Journey) -> JSON:
        """Return the customers of a journey, as far as the estate lets partners know; None where it does not."""
        policy = self._estate.packs.customers
        if policy is Disclosure.NOTHING or not journey.customers:
            return None
        for group in journey.customers:
            number = self._estate.customers[group]
            counted = {"share": share(self._estate, number)} if policy is Disclosure.SHARE else {"monthly": number}
            self._groups[self._hide.name(group)] = counted
        numbers = disclosed(self._estate, self._hide, journey.customers)
        return numbers if journey.exact else list(numbers)

    def groups(self, names: Sequence[str]) -> list[str]:
        """Return groups of customers by the names that they have in the pack; none where partners are not to know them."""
        told = self._estate.packs.customers is not Disclosure.NOTHING
        return [self._hide.name(name) for name in names] if told else []

    def _excerpts(self) -> Iterator[Excerpt]:
        for journey in self._estate.journeys.values():
            if not any(step.partner == self._partner.name for step in journey.steps):
                continue
            if journey.name in self._estate.private:
                self._left_out.append(f"journey {journey.name}: it is private")
                continue
            excerpt = Excerpt(self._opened.judge, journey, self._partner.name)
            if excerpt.concerned:
                yield excerpt

    def _kept_back(self, excerpts: Sequence[Excerpt]) -> Iterator[str]:
        """Yield what of the journeys concerns the partner and is not in the pack."""
        effort = [excerpt.journey.name for excerpt in excerpts if "effort" in excerpt.journey.asks]
        if effort:
            yield f"effort ({', '.join(effort)}): it counts what only a whole journey shows"
        for excerpt in excerpts:
            for step in excerpt.journey.steps:
                where = f"{excerpt.journey.name}/{step.name}"
                if step.name in excerpt.own and "survives" in step.asks:
                    yield f"{where}/survives: it is for our own application to keep"
                for key in step.asks.keys() - {*_ASKED, "survives", "capability"} if step.name in excerpt.own else ():
                    yield f"{where}/{key}: a plugin's kind, which its receiver need not have"
                if step.event and step.name not in excerpt.own and excerpt.feeds(step):
                    yield f"{where}/event: another partner's message is known by what this one hands out"

    def _documents(self) -> dict[str, str]:
        """Return the partner's own documents: its contract of record, its events, the Pact files."""
        home = self._partner.folder
        files: dict[str, str] = {}
        side = self._opened.records.get(self._partner.name)
        for each in dict.fromkeys((side, side.events)) if side is not None else ():
            files |= {f"{home}/{path}": _text(f"{home}/{path}", data) for path, data in each.contract.files().items()}
        for interaction in self._opened.judge.pacts.get(self._partner.name, ()):
            file = interaction.where.file
            if file not in files:
                with open(f"{self._estate.root}/{file}", "rb") as pact:
                    files[file] = _text(file, pact.read())
        return files

    def _logins(self, excerpts: Sequence[Excerpt]) -> tuple[dict[str, JSON], list[str]]:
        """Return how the vendor's release is logged in to, and the variables that it is read from."""
        partner = self._partner
        there = next((each for each in partner.environments.values() if each.auth or each.identities), None)
        auth = partner.auth or (there.auth if there else None)
        known = {**(there.identities if there else {}), **partner.identities}
        used = {step.identity for excerpt in excerpts for step in _own(excerpt)} - {"", "nobody"}
        found: dict[str, JSON] = {}
        variables: list[str] = []
        if auth and (way := login(auth, "")):
            found["auth"] = way[0]
            variables += way[1]
        identities: dict[str, JSON] = {}
        for name in sorted(used & known.keys()):
            way = login(known[name], name)
            if way is not None:
                identities[self._hide.name(name)] = way[0]
                variables += way[1]
        return found | ({"identities": identities} if identities else {}), variables

    def _policy(self) -> JSON:
        estate = self._estate
        policy: dict[str, JSON] = {"format": 1, "estate": self._hide.name(estate.name)}
        if self._groups:
            policy["customers"] = self._groups
        return policy | {"fail-on": sorted(map(str, estate.fail_on))}

    def _partner_file(self, logins: Mapping[str, JSON]) -> JSON:
        partner = self._partner
        found: dict[str, JSON] = {"partner": partner.name, "name": partner.title, "kind": partner.kind}
        for key, value in (("contract", partner.contract), ("events", partner.events), ("pacts", list(partner.pacts))):
            if value:
                found[key] = value
        return {**found, **logins}

    def _waivers(self, excerpts: Sequence[Excerpt]) -> Iterator[JSON]:
        """Yield the waivers in force, one for each requirement in the pack that they accept."""
        ids = [
            requirement.id
            for excerpt in excerpts
            for requirement in self._opened.judge.of_journey(excerpt.journey)
            if requirement.step.name in excerpt.own or (not requirement.step.name and requirement.kind in excerpt.across)
        ]
        ids += [requirement.id for requirement in self._opened.judge.of_pacts({self._partner.name})]
        for waiver in self._estate.waivers:
            for id in ids if waiver.in_force(self._opened.today) else ():
                if waiver.accepts(id, (self._partner.name,)):
                    until = {"until": waiver.until.isoformat()} if waiver.until else {}
                    yield {"id": self._id(id), "who": "the consumer", "why": self._hide.text(waiver.why), **until}

    def _id(self, id: str) -> str:
        journey, step, rest = id.split("/", 2)
        return id if journey == "pact" else f"{self._hide.name(journey)}/{self._hide.name(step) if step else ''}/{rest}"

    def _writes(self, excerpts: Sequence[Excerpt]) -> Iterator[str]:
        for excerpt in excerpts:
            for step in _own(excerpt):
                if step.call is not None and not step.by and not step.safe:
                    scene = self._opened.judge.scene(excerpt.journey, step)
                    method = scene.operation.method.upper() if scene is not None else step.call.method
                    if method not in _READS:
                        yield str(scene.operation) if scene is not None else str(step.call)

    def _insist_on_silence(self, texts: Mapping[str, str], theirs: Mapping[str, str]) -> None:
        """Refuse whatever is named all the same, unless the partner's own documents say it."""
        said = {name for text in theirs.values() for name, _, _ in self._hide.found(text)}
        problems = [
            Problem(
                Place(path, number, first + 1),
                f"the pack would say {line[first:last]!r}: {line.strip()[:120]}",
                "write it without that name, or say in estate.yaml that packs may: packs: {may-say: [NAME]}",
                "pack-names",
            )
            for path, text in texts.items()
            for number, line in enumerate(text.splitlines(), 1)
            for name, first, last in self._hide.found(line)
            if name not in said and name != (ELSEWHERE,)
        ]
        if problems:
            raise EstateError(problems)


def _own(excerpt: Excerpt) -> Iterator[Step]:
    return (step for step in excerpt.journey.steps if step.name in excerpt.own)


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise EstateError(
            [Problem(Place(path, 1, 1), f"it is not UTF-8 ({error.reason})", "save it as UTF-8", "pack-encoding")]
        ) from None


class _Journey:
    """Writes one journey as far as the partner has a part in it."""

    def __init__(self, excerpt: Excerpt, hide: Hiding, packing: _Packing) -> None:
        self._excerpt = excerpt
        self._journey = excerpt.journey
        self._hide = hide
        self._packing = packing
        known = {*self._journey.givens, *(name for step in self._journey.steps for name in step.asks.get("keep", {}))}
        self._known = frozenset(known)
        self._names = {step.name: hide.name(step.name) for step in _own(excerpt)}
        for number, name in enumerate((step.name for step in self._journey.steps if step.name in excerpt.neighbours), 1):
            self._names[name] = hide.name(f"{ELSEWHERE}-{number}")

    def written(self) -> JSON:
        """Return the journey as its file says it."""
        journey = self._journey
        found: dict[str, JSON] = {"journey": self._hide.name(journey.name)}
        if journey.goal:
            found["goal"] = self._hide.text(journey.goal)
        if customers := self._packing.customers(journey):
            found["customers"] = customers
        givens = {self._hide.name(name): _given(given) for name, given in journey.givens.items() if name in self._excerpt.givens}
        if givens:
            found["given"] = givens
        for part in ("setup", "steps", "fallbacks", "cleanup"):
            if steps := [*self._steps(part)]:
                found[part] = steps
        for kind, asked in self._excerpt.across.items():
            found[kind] = self._across(asked) if kind != "succeeds" else asked
        return found

    def _steps(self, part: str) -> Iterator[JSON]:
        for step in self._journey.steps:
            if step.part == part and step.name in self._excerpt.own:
                if not step.state or not any(True for _ in self._hide.found(step.state)):
                    yield self._own(step)
            elif step.part == part and step.name in self._excerpt.neighbours:
                yield self._elsewhere(self._excerpt.neighbours[step.name])

    def _own(self, step: Step) -> JSON:
        found: dict[str, JSON] = {"step": self._names[step.name]}
        if step.customer:
            found["customer"] = self._hide.text(step.customer)
        if step.channel:
            found["channel"] = self._hide.text(step.channel)
        if not step.visible:
            found["visible"] = False
        if step.call is not None:
            found["call"] = f"{step.call.partner} {self._told(str(step.call))}"
        elif step.event:
            found["event"] = step.event
        else:
            found |= {"state": step.state, **({"params": self._told(step.params)} if step.params else {})}
        if step.identity:
            found["as"] = self._hide.name(step.identity) if step.identity != "nobody" else step.identity
        if step.by:
            found["by"] = ELSEWHERE
        if step.sends:
            found["with"] = self._told(step.sends)
        if step.status:
            found["status"] = list(step.status)
        if step.safe:
            found["safe"] = True
        found |= self._roles(step)
        for key, asked in step.asks.items():
            if key in _ASKED:
                found[key] = self._asked(key, asked)
        return found

    def _roles(self, step: Step) -> dict[str, JSON]:
        """Return what ties a step to others, and to customers."""
        found: dict[str, JSON] = {}
        if step.harm is not None:
            found["harm"] = str(step.harm)
        if groups := self._packing.groups(step.groups):
            found["for"] = groups
        if step.fallback in self._names:
            found["fallback"] = self._names[step.fallback]
        if step.after in self._names:
            found["after"] = self._names[step.after]
        if shown := [self._names[name] for name in step.for_steps if name in self._names]:
            found["for-steps"] = shown
        return found

    def _asked(self, key: str, asked: JSON) -> JSON:
        if key == "keep":
            return {self._hide.name(name): paths for name, paths in asked.items()}
        if key == "informs":
            return [self._informs(entry) for entry in asked]
        return self._phrased(asked)

    def _informs(self, entry: Mapping[str, JSON]) -> JSON:
        found = {key: value if key == "with" else self._phrased(value) for key, value in entry.items() if key != "for"}
        if "with" in found:
            found["with"] = self._told(found["with"])
        if "when" in found:
            found["when"] = self._hide.text(found["when"])
        if groups := self._packing.groups(entry.get("for", ())):
            found["for"] = groups
        return found

    def _phrased(self, value: JSON) -> JSON:
        """Return what is asked, with references and words that customers read as the pack says them."""
        if isinstance(value, Mapping):
            found: dict[str, JSON] = {}
            for key, inner in value.items():
                if key == "because" and isinstance(inner, str):
                    found[key] = self._hide.text(inner)
                elif key == "for" and isinstance(inner, list):
                    if groups := self._packing.groups(inner):
                        found[key] = groups
                else:
                    found[key] = self._phrased(inner)
            return found
        return [self._phrased(inner) for inner in value] if isinstance(value, list) else self._told(value)

    def _told(self, value: JSON) -> JSON:
        """Return a value with the names that it refers to as the pack has them."""
        if isinstance(value, Mapping):
            return {self._told(key): self._told(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._told(inner) for inner in value]
        return _REFERENCE.sub(self._reference, value) if isinstance(value, str) else value

    def _reference(self, match: re.Match[str]) -> str:
        name = match[2]
        return f"${match[1]}{self._hide.name(name) if name in self._known else name}"

    def _elsewhere(self, neighbour: Neighbour) -> JSON:
        """Return a step of another partner: what crosses its seams."""
        step = neighbour.step
        kept = {self._hide.name(name): self._packing.handed_over(name, schema) for name, schema in neighbour.gives.items()}
        shown = {f"field-{number}": shows for number, shows in enumerate(neighbour.shows.values(), 1)}
        answers = {**kept, **{name: schema for name, (schema, _) in shown.items()}}
        surely = [*kept, *(name for name, (_, promised) in shown.items() if promised)]
        operation = _operation(neighbour, answers, surely)
        call = self._packing.path(operation, [each.label for each in neighbour.takes if each.place == "path"])
        found: dict[str, JSON] = {"step": self._names[step.name]}
        if step.visible is False:
            found["visible"] = False
        found["call"] = call
        if neighbour.takes:
            found["with"] = {f"{each.place}.{each.label}": self._told(each.template) for each in neighbour.takes}
        if step.fallback in self._names:
            found["fallback"] = self._names[step.fallback]
        if neighbour.gives:
            found["keep"] = {self._hide.name(name): self._hide.name(name) for name in neighbour.gives}
        return found

    def _across(self, asked: Mapping[str, Any]) -> JSON:
        return {
            self._hide.name(name): (
                {**written, "says": [self._place(entry) for entry in written["says"]]}
                if isinstance(written, Mapping)
                else [self._place(entry) for entry in written]
            )
            for name, written in asked.items()
        }

    def _place(self, entry: Mapping[str, Any]) -> JSON:
        if "is" in entry:
            return {**entry, "is": self._told(entry["is"])}
        if entry["at"] in self._excerpt.own:
            return {**entry, "at": self._names[entry["at"]]}
        fields = list(self._excerpt.neighbours[entry["at"]].shows)
        return {**entry, "at": self._names[entry["at"]], "field": f"field-{fields.index(entry['field']) + 1}"}


def _given(given: Given) -> JSON:
    found: dict[str, JSON] = {"from": given.source, **given.space}
    if given.examples:
        found["examples"] = list(given.examples)
    if given.fresh:
        found["fresh"] = True
    if given.once:
        found["once"] = True
    return found


def _operation(neighbour: Neighbour, answers: Mapping[str, JSON], surely: Sequence[str]) -> dict[str, JSON]:
    """Return the operation of another partner that takes and hands out what crosses the seam."""
    operation: dict[str, JSON] = {}
    parameters = [
        {"name": each.label, "in": each.place, **({"required": True} if each.place == "path" else {}), "schema": each.schema}
        for each in neighbour.takes
        if each.place != "body"
    ]
    if parameters:
        operation["parameters"] = parameters
    if members := {each.label: each.schema for each in neighbour.takes if each.place == "body"}:
        operation["requestBody"] = {"content": {"application/json": {"schema": {"type": "object", "properties": members}}}}
    body = {"type": "object", "required": list(surely), "properties": dict(answers)}
    content = {"content": {"application/json": {"schema": body}}} if answers else {}
    operation["responses"] = {"200" if answers else "204": {"description": "it goes on", **content}}
    return operation
