"""Estates made for measuring: some needs, spread evenly over the operations of a real contract. The same ones at every run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.corpus import Version
from benchmarks.leaves import Contract, Leaf, Operation, Parameter
from cxcontracts.estate.values import Value, is_impossible, value_mistakes

_Item = TypeVar("_Item")

PARTNER = "api"
_STEPS = 10
"""Steps a journey."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One operation that a journey calls, and the leaves of its answer that it needs."""

    operation: Operation
    leaves: tuple[Leaf, ...]


def spread(contract: Contract, needs: int) -> tuple[Ask, ...]:
    """Return *needs* leaves, one each from as many reading operations where the contract has them, else some from each."""
    reading = [operation for operation in contract.operations() if operation.method == "GET" and _typed(operation)]
    chosen = _evenly(reading, min(needs, len(reading)))
    shares = [needs // len(chosen) + (place < needs % len(chosen)) for place in range(len(chosen))]
    return tuple(Ask(each, tuple(_evenly(_typed(each), share))) for each, share in zip(chosen, shares, strict=True))


def write(folder: Path, contract: Version, asks: Sequence[Ask]) -> None:
    """Write an estate with one partner, whose contract of record is *contract*, and journeys that ask for *asks*."""
    partner = folder / "partners" / PARTNER
    contract.copy_to(partner)
    _write(folder / "estate.yaml", {"format": 1, "estate": "benchmark", "customers": {"everyone": {"monthly": 1000}}})
    _write(
        partner / "partner.yaml",
        {"partner": PARTNER, "name": "The API", "kind": "partner", "owner": {"team": "t"}, "contract": str(contract.entry)},
    )
    for number, start in enumerate(range(0, len(asks), _STEPS), 1):
        _write(folder / "journeys" / f"journey-{number}.yaml", _journey(f"journey-{number}", asks[start : start + _STEPS]))


def written(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a contract says of a value as a journey may say it: formats and patterns that mean nothing are left out."""
    kept = dict(schema)
    for mistake in list(value_mistakes(kept)):
        kept.pop(str(mistake.at[0]) if mistake.at else "", None)
    return {} if any(value_mistakes(kept)) or is_impossible(Value(kept)) else kept


def _journey(name: str, asks: Sequence[Ask]) -> Mapping[str, Any]:
    givens: dict[str, Any] = {}
    steps = []
    for number, ask in enumerate(asks, 1):
        sent = {}
        for place, parameter in enumerate(_sent(ask.operation), 1):
            given = f"given-{number}-{place}"
            givens[given] = {"from": "system", **(written(parameter.schema) or {"type": "string"})}
            sent[f"{parameter.place}.{parameter.name}"] = f"${given}"
        steps.append(
            {
                "step": f"step-{number}",
                "customer": "I look at it",
                "call": f"{PARTNER} {ask.operation.method} {ask.operation.path}",
                "with": sent,
                "needs": {leaf.path: written(leaf.schema) for leaf in ask.leaves},
            }
        )
    return {
        "journey": name,
        "goal": "Measured",
        "owner": "b@example.com",
        "customers": ["everyone"],
        "given": givens,
        "steps": steps,
    }


def _sent(operation: Operation) -> list[Parameter]:
    return [parameter for parameter in operation.parameters if parameter.required or parameter.place == "path"]


def _typed(operation: Operation) -> list[Leaf]:
    return [leaf for leaf in operation.answers if "type" in leaf.schema]


def _evenly(items: Sequence[_Item], count: int) -> list[_Item]:
    count = min(count, len(items))
    return [items[place * len(items) // count] for place in range(count)]


def _write(file: Path, value: Any) -> None:
    """Write JSON, which is YAML."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, indent=1), encoding="utf-8")
