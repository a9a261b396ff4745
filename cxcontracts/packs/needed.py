"""What a pack's journeys start from: the values and provider states that a release has to have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxcontracts import documents
from cxcontracts.exchanges import JSON
from cxcontracts.hiding import ELSEWHERE


@dataclass(frozen=True)
class Needed:
    """What a release has to have, for the journeys of a pack to be walked.

    Attributes:
        givens: What customers and systems supply: name to examples, which may be none.
        kept: What other partners hand to the release: name to values as their contracts show them, which may be none.
        states: The provider states that are asked for.
    """

    givens: Mapping[str, Sequence[JSON]]
    kept: Mapping[str, Sequence[JSON]]
    states: tuple[str, ...]


def needed(files: Mapping[str, str]) -> Needed:
    """Return what the journeys of a pack start from.

    Args:
        files: Of the pack: path to text.
    """
    givens: dict[str, Sequence[JSON]] = {}
    kept: dict[str, Sequence[JSON]] = {}
    states: dict[str, None] = {}
    seams = files.get(f"partners/{ELSEWHERE}/openapi.yaml")
    paths: Mapping[str, Any] = documents.parse(seams.encode(), "openapi.yaml").value["paths"] if seams else {}
    for path, text in files.items():
        if path.startswith("journeys/"):
            journey: Any = documents.parse(text.encode(), path).value
            for name, given in journey.get("given", {}).items():
                givens.setdefault(name, given.get("examples", ()))
            for step in _steps(journey):
                if "state" in step:
                    states[step["state"]] = None
                if step.get("call", "").startswith(f"{ELSEWHERE} "):
                    kept |= {name: _examples(paths, step["call"], name) for name in step.get("keep", {}) if name not in kept}
    return Needed(givens, kept, tuple(states))


def _steps(journey: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in ("setup", "steps", "fallbacks", "cleanup"):
        yield from journey.get(part, ())


def _examples(paths: Mapping[str, Any], call: str, name: str) -> Sequence[JSON]:
    """Return the values that a seam's schema shows."""
    operation = next(iter(paths[call.split()[2]].values()))
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {}).get("properties", {}).get(name, {})
    return schema.get("examples", ()) if isinstance(schema, Mapping) else ()
