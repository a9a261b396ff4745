"""Every case of the Pact specification for responses and messages, versions 1 to 4, judged as the specification says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.pacts import Interaction
from cxcontracts.running.matching import Answer, Engine, data_of
from tests.pacts_made import read

CASES = {"version-1": 35, "version-2": 85, "version-3": 97 + 31, "version-4": 97 + 31}


def cases(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the cases for responses and messages, by their names."""
    for kind in ("response", "message"):
        for file in sorted((folder / "testcases" / kind).rglob("*.json")):
            yield f"{kind}/{file.parent.name}/{file.stem}", json.loads(file.read_text(encoding="utf-8-sig"))


def interaction(name: str, expected: Mapping[str, Any], version: str) -> Interaction:
    """Return what is expected as the interaction of a Pact file."""
    if name.startswith("response/"):
        written: dict[str, Any] = {"request": {"method": "GET", "path": "/"}, "response": dict(expected)}
    else:
        written = dict(expected)
    kind = {"response": "Synchronous/HTTP", "message": "Asynchronous/Messages"}[name.partition("/")[0]]
    typed = {"type": kind} if version == "4" else {}
    key = "messages" if name.startswith("message/") and version != "4" else "interactions"
    return read({"description": name, **typed, **written}, version=f"{version}.0", key=key)[0]


def answer(actual: Mapping[str, Any]) -> Answer:
    """Return what came, as it comes over the wire."""
    headers = {name: value if isinstance(value, list) else [value] for name, value in actual.get("headers", {}).items()}
    metadata = actual.get("metadata", actual.get("metaData", {}))
    media = next((value[0] for name, value in headers.items() if name.lower() == "content-type"), metadata.get("contentType"))
    data, media = data_of(actual.get("body", actual.get("contents")), media or "")
    listed = [(name, value) for name, values in headers.items() for value in values]
    if media and all(name.lower() != "content-type" for name, _ in listed):
        listed.append(("Content-Type", media))
    return Answer(actual.get("status", 200), tuple(listed), data, metadata)


@pytest.mark.parametrize("version", CASES)
def test_every_case_is_judged_as_the_specification_says(version: str, corpus: Path) -> None:
    listed = list(cases(corpus / "pact-specification" / version))
    number = version.removeprefix("version-")

    with Engine() as engine:
        interactions = [interaction(name, case["expected"], number) for name, case in listed]
        matches = engine.matched(interactions, [answer(case["actual"]) for _, case in listed])

    otherwise = [name for (name, case), match in zip(listed, matches, strict=True) if match.ok is not case["match"]]
    assert otherwise == []
    assert [match for match in matches if match.unsupported] == []
    assert len(listed) == CASES[version]


def test_both_verdicts_are_among_the_cases(corpus: Path) -> None:
    said = Counter(case["match"] for version in CASES for _, case in cases(corpus / "pact-specification" / version))

    assert min(said[True], said[False]) > 150
