"""What the journeys of the estate send and get when everybody is well, and the Pact files that follow from it.

``python -m tests.partners.samples`` starts the partners, walks the journeys and writes ``pacts/``: one interaction for each step
and each error that a step brings about, for both rows of givens. What is expected of an answer are the fields that the step needs
or keeps, with a matching rule for the kind of value. That is what a team that uses Pact would write down.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from cxcontracts.documents import read
from cxcontracts.exchanges import JSON
from tests.partners.running import ESTATE, FOLDER, NAMES, Partner, running

PACTS = FOLDER / "pacts"
ROWS = (0, 1)
STATES = ("a room is held", "a booking that may be changed")
"""The provider states that every partner knows."""

_SET_UP = (
    {"hold": "HLD-00000000", "payment": "PAY-00000001", "booking": "HRB7QX2MA", "member": "M100001"},
    {"hold": "HLD-00000000", "payment": "PAY-00000002", "booking": "HRB4TT9KP", "member": "M100002"},
)
"""For each row: what is kept, as the provider states set it up, so that a step stands by itself."""

_BOOKINGS = ("HRB7QX2MA", "HRB4TT9KP")


@dataclass(frozen=True)
class Sample:
    """One call that was made, and what came back.

    Attributes:
        journey, step: Where it is from.
        error: Which of the step's errors it brings about; empty for the step itself.
        row: Which row of givens it sends.
        partner: Whom it was sent to.
        written: The step as the journey has it, or the error's entry.
        request: What was sent.
        response: What came.
    """

    journey: str
    step: str
    error: str
    row: int
    partner: str
    written: Mapping[str, JSON]
    request: httpx.Request
    response: httpx.Response

    @property
    def name(self) -> str:
        """What it is called, unique among all."""
        return f"{self.journey} {self.step}{f', {self.error}' if self.error else ''}, row {self.row + 1}"

    @property
    def expected(self) -> tuple[int, ...]:
        """The codes that are right; none for any success."""
        status = self.written.get("status", ())
        return (status,) if isinstance(status, int) else tuple(status)


def samples(partners: Mapping[str, Partner], *, alone: bool = False) -> Iterator[Sample]:
    """Walk every journey with both rows of givens.

    Args:
        partners: The partners, running.
        alone: Whether each step sends what provider states set up, in place of what an earlier step got.
    """
    for file in sorted((ESTATE / "journeys").glob("*.yaml")):
        journey = read(file, file.name).value
        for row in ROWS:
            for partner in partners.values():
                _prepare(partner, row)
            yield from _walk(journey, row, partners, alone)


def _prepare(partner: Partner, row: int) -> None:
    for state in STATES:
        asked = {"action": "setup", "state": state, "params": {"bookingRef": _BOOKINGS[row]}}
        httpx.post(f"{partner.root}/_pact/state", json=asked, trust_env=False).raise_for_status()


def _walk(journey: JSON, row: int, partners: Mapping[str, Partner], alone: bool) -> Iterator[Sample]:
    known = {name: given["examples"][row] for name, given in journey["given"].items()}
    for step in [*journey["steps"], *journey.get("fallbacks", [])]:
        partner, _, operation = step["call"].partition(" ")
        with partners[partner].client() as client:
            for entry in [step, *(each for each in step.get("informs", []) if "with" in each)]:
                error = entry["when"] if entry is not step else ""
                key = re.sub(r"\W+", "-", f"{journey['journey']}-{step['step']}-{error}-{row}")
                sent = {**step["with"], **(entry["with"] if error else {})}
                request = _request(
                    client, operation, {name: _filled(each, {**known, "fresh-id": key}) for name, each in sent.items()}
                )
                response = client.send(request)
                yield Sample(journey["journey"], step["step"], error, row, partner, entry, request, response)
                if not error:
                    known |= {name: found(response, path) for name, path in step.get("keep", {}).items()}
                    known |= {name: value for name, value in _SET_UP[row].items() if alone and name in known}


def _filled(template: JSON, known: Mapping[str, JSON]) -> JSON:
    if isinstance(template, dict):
        return {name: _filled(each, known) for name, each in template.items()}
    if isinstance(template, list):
        return [_filled(each, known) for each in template]
    return known[template[1:]] if isinstance(template, str) and template.startswith("$") else template


def _request(client: httpx.Client, operation: str, sent: Mapping[str, JSON]) -> httpx.Request:
    method, _, path = operation.partition(" ")
    headers = {name.removeprefix("header."): str(value) for name, value in sent.items() if name.startswith("header.")}
    inside = {name: str(value) for name, value in sent.items() if f"{{{name}}}" in path}
    rest = {name: value for name, value in sent.items() if name not in inside and not name.startswith("header.")}
    url = path.format_map(inside)
    if method == "GET":
        return client.build_request(method, url, params=rest, headers=headers)
    return client.build_request(method, url, json=rest, headers=headers)


def found(response: httpx.Response, path: str) -> JSON:
    """Return what a path of names and numbers leads to in an answer.

    Raises:
        LookupError: If it leads nowhere.
    """
    if path.startswith("header."):
        return response.headers[path.removeprefix("header.")]
    value = response.json()
    for part in path.split("."):
        value = value[int(part)] if part.isdigit() else value[part]
    return value


# --- Pact ---------------------------------------------------------------------------------------------------------------------

_FORMS = {
    "date": (r"\d{4}-\d{2}-\d{2}", "2031-03-01"),
    "date-time": (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", "2031-03-01T12:00:00Z"),
    "phone": (r"\+[1-9][0-9]{6,14}", "+441315550101"),
    "url": (r"https?://\S+", "https://docs.rooms.example/x"),
}
"""What a word of a need is as a regular expression, with an example."""


def pact_of(partner: str, taken: list[Sample]) -> JSON:
    """Return the Pact file, version 3, of what the journeys ask of one partner."""
    return {
        "consumer": {"name": "harbour-app"},
        "provider": {"name": partner},
        "interactions": [_interaction(sample) for sample in taken if sample.partner == partner],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }


def _interaction(sample: Sample) -> JSON:
    request, response = sample.request, sample.response
    said: dict[str, JSON] = {"method": request.method, "path": request.url.path}
    if request.url.params:
        said["query"] = {name: request.url.params.get_list(name) for name in request.url.params}
    headers = {"Idempotency-Key": request.headers["Idempotency-Key"]} if "Idempotency-Key" in request.headers else {}
    if request.content:
        said["body"] = json.loads(request.content)
        headers["Content-Type"] = "application/json"
    if headers:
        said["headers"] = headers
    states = [{"name": state, "params": {"bookingRef": _BOOKINGS[sample.row]}} for state in STATES]
    expected: dict[str, JSON] = {"status": response.status_code}
    _expect(expected, sample)
    return {"description": sample.name, "providerStates": states, "request": said, "response": expected}


def _expect(expected: dict[str, JSON], sample: Sample) -> None:
    """Add what the step reads of its answer, with a rule each."""
    rules: dict[str, JSON] = {}
    for path, need in _read_by(sample):
        if path.startswith("header."):
            name = path.removeprefix("header.")
            expected.setdefault("headers", {})[name] = sample.response.headers[name]
            expected.setdefault("matchingRules", {})["header"] = {name: _rule({"match": "regex", "regex": ".+"})}
        elif (value := _value(sample.response, path)) is not None:
            rule, example = _kind(need, value)
            expected["body"] = _placed(expected.get("body", {}), path.split("."), example)
            rules[_json_path(path)] = _rule(rule)
            at = path.find(".*")
            if at >= 0:
                rules[_json_path(path[:at])] = _rule({"match": "type", "min": 1})
    if rules:
        expected.setdefault("matchingRules", {})["body"] = dict(sorted(rules.items()))


def _read_by(sample: Sample) -> Iterator[tuple[str, JSON]]:
    """Yield the paths that are needed or kept, with the need."""
    written = sample.written
    if sample.error:
        words = {"what": "title", "next": "detail", "field": "errors.*.pointer"}
        yield from ((words[word], "text") for word in written.get("tells", []))
        if "retry-after" in written:
            yield "header.Retry-After", "text"
        return
    yield from written.get("needs", {}).items()
    for each in written.get("needs-when", []):
        yield from each["needs"].items()
    needed = written.get("needs", {})
    yield from ((path.replace(".0.", ".*."), "kept") for path in written.get("keep", {}).values() if path not in needed)


def _value(response: httpx.Response, path: str) -> JSON:
    try:
        return found(response, path.replace(".*", ".0"))
    except LookupError:
        return None


def _kind(need: JSON, value: JSON) -> tuple[JSON, JSON]:
    """Return the matching rule of a need, and an example that is the same every day."""
    need = need.get("values", need.get("format", need.get("type"))) if isinstance(need, dict) else need
    if isinstance(need, list):
        return {"match": "regex", "regex": "|".join(need)}, value
    if need in _FORMS:
        pattern, example = _FORMS[need]
        return {"match": "regex", "regex": pattern}, example
    if need in ("integer", "number"):
        return {"match": need}, value
    return {"match": "type"}, value


def _placed(whole: JSON, parts: list[str], value: JSON) -> JSON:
    if not parts:
        return value
    if parts[0] == "*":
        inner = whole[0] if isinstance(whole, list) and whole else {}
        return [_placed(inner, parts[1:], value)]
    known = whole if isinstance(whole, dict) else {}
    return {**known, parts[0]: _placed(known.get(parts[0], {}), parts[1:], value)}


def _json_path(path: str) -> str:
    return "$" + "".join("[*]" if part == "*" else f".{part}" for part in path.split("."))


def _rule(matcher: JSON) -> JSON:
    return {"combine": "AND", "matchers": [matcher]}


def written_pacts(partners: Mapping[str, Partner]) -> Mapping[Path, str]:
    """Return the Pact files, as text."""
    for partner in partners.values():
        partner.switch()
    taken = list(samples(partners, alone=True))
    return {PACTS / f"{name}.json": json.dumps(pact_of(name, taken), indent=2, ensure_ascii=False) + "\n" for name in NAMES}


def main() -> None:
    """Write the Pact files."""
    with running() as partners:
        for path, text in written_pacts(partners).items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
