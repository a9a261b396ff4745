"""The set: which changes of which contracts, in journeys over which of them."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from benchmarks.corpus import pair
from benchmarks.leaves import parse
from benchmarks.single_changes.edits import Edit, edits
from benchmarks.single_changes.journeys import JOURNEY, World, journey, world
from benchmarks.single_changes.places import Contract
from benchmarks.single_changes.swagger import Unsayable, as_swagger
from benchmarks.single_changes.truth import Partner, Trial, Undecided

WORLDS: tuple[tuple[str, ...], ...] = (
    ("petstore/v3-1.0.5-1.0.26",),
    ("openfinance-br/accounts-2.4.1-2.4.2", "openfinance-br/credit-cards-1.0.4-2.0.0"),
    ("camara/qod-0.8.1-0.9.0", "camara/quality-on-demand-r2.2-r3.2"),
    ("amadeus/HotelList", "motis/motis-v2.0.0-v2.8"),
    ("adyen/TransferService-v3-v4", "adyen/PayoutService-v64-v67"),
    ("adyen/RecurringService-v49-v67",),
    ("govuk-pay/publicapi", "govuk-pay/ledger"),
    ("cdr-au/cds_banking-v1.20-v1.36",),
    ("tomp/tomp-1.3.0-1.4.0",),
    ("vng/zaken-1.2.0-1.3.0",),
    ("twilio/messaging_v1-1.30-2.6", "svix/server-v1.10-v1.84"),
    ("obuk/vrp-v3.1.10-v4.0", "openfinance-br/insurances-1.0.1-2.0.0"),
)
"""Pairs whose old versions a journey goes over together."""
AS_SWAGGER = (("petstore/v3-1.0.5-1.0.26",), ("twilio/messaging_v1-1.30-2.6", "amadeus/HotelList"))
"""Those that are written down as Swagger 2.0 too, which none of the corpus is in."""
HARMFUL, NEAR, ALONE = 5, 4, 2
"""How many harmful changes of one rule there are, how many harmless ones beside them, and of a rule that never does any harm."""


@dataclass(frozen=True, slots=True)
class Case:
    """One change, with the estate that it is held against."""

    number: int
    drawn: World
    edit: Edit
    suffixes: Mapping[str, str]
    as_swagger: bool

    @property
    def harmful(self) -> bool:
        """Whether the rule says that it breaks something."""
        return bool(self.edit.breaks)

    def __str__(self) -> str:
        older = " (Swagger 2.0)" if self.as_swagger else ""
        return f"{self.drawn.name}{older} {self.edit.partner}: {self.edit.rule}: {self.edit.where}"


def cases(only: str = "") -> list[Case]:
    """Return every change, in an order that is the same at every run; of contracts with *only* in their name."""
    made: dict[tuple[str, bool], list[tuple[int, Case]]] = {}
    written = [*((each, False) for each in WORLDS), *((each, True) for each in AS_SWAGGER)]
    for place, (members, older) in enumerate(written):
        if any(only in each for each in members):
            for case in _of_world(str(place + 1), members, older):
                made.setdefault((case.edit.rule, case.harmful), []).append((_order(place, case.edit), case))
    harming = {rule for rule, harmful in made if harmful}
    chosen = []
    for (rule, harmful), group in made.items():
        most = HARMFUL if harmful else NEAR if rule in harming else ALONE
        chosen += [case for _, case in sorted(group, key=lambda each: each[0])[:most]]
    return [replace(case, number=number) for number, case in enumerate(chosen, 1)]


def _of_world(name: str, members: Sequence[str], older: bool) -> Iterator[Case]:
    with tempfile.TemporaryDirectory() as folder:
        read = {_partner(member): pair(member, Path(folder)).old for member in members}
        contracts = {partner: Contract(_with_text_keys(parse(version.file.read_bytes()))) for partner, version in read.items()}
    drawn = world(name, contracts)
    suffixes = {partner: version.entry.suffix for partner, version in read.items()}
    for partner in contracts:
        sayable = (edit for edit in edits(drawn, partner) if not older or _is_sayable(edit.value))
        yield from (Case(0, drawn, edit, suffixes, older) for edit in _one_of_each(sayable))


def _is_sayable(value: Mapping[str, Any]) -> bool:
    try:
        as_swagger(value)
    except Unsayable:
        return False
    return True


def _with_text_keys(value: Any) -> Any:
    """Return a document whose keys are text: YAML reads a status as a number."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(each) for key, each in value.items()}
    return [_with_text_keys(each) for each in value] if isinstance(value, list) else value


def _partner(name: str) -> str:
    return name.rpartition("/")[2].partition("-")[0].lower().replace("_", "-")


def _one_of_each(made: Iterator[Edit]) -> Iterator[Edit]:
    """Yield one harmful and one harmless change of each rule."""
    best: dict[tuple[str, bool], Edit] = {}
    for edit in made:
        key = (edit.rule, bool(edit.breaks))
        if key not in best or _order(0, edit) < _order(0, best[key]):
            best[key] = edit
    yield from best.values()


def _order(place: int, edit: Edit) -> int:
    return zlib.crc32(f"{place} {edit.partner} {edit.rule} {edit.where}".encode())


def trial(case: Case) -> Trial:
    """Return what tries a change the second way."""
    records = {name: Partner(contract) for name, contract in case.drawn.contracts.items()}
    return Trial(case.drawn, records, {case.edit.partner: Partner(Contract(case.edit.value))})


def tried(case: Case) -> frozenset[str] | None:
    """Return what the second way says breaks; None where it cannot tell."""
    try:
        return frozenset(trial(case).broken())
    except Undecided:
        return None


def write(case: Case, folder: Path) -> tuple[Path, Path]:
    """Write the estate of a change and its candidate; return the folder of the one, and the file of the other."""
    estate = folder / "estate"
    written_down = as_swagger if case.as_swagger else dict
    _json(estate / "estate.yaml", {"format": 1, "estate": "drawn", "customers": {"everyone": {"monthly": 1000}}})
    _json(estate / "journeys" / f"{JOURNEY}.yaml", journey(case.drawn))
    for name, contract in case.drawn.contracts.items():
        file = f"openapi{case.suffixes[name]}"
        about = {"partner": name, "kind": "partner", "owner": {"team": "t"}, "contract": file}
        _json(estate / "partners" / name / "partner.yaml", about)
        _document(estate / "partners" / name / file, written_down(contract.value))
    candidate = folder / f"candidate{case.suffixes[case.edit.partner]}"
    _document(candidate, written_down(case.edit.value))
    return estate, candidate


def _json(file: Path, value: Any) -> None:
    """Write JSON, which is YAML."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, indent=1), encoding="utf-8")


def _document(file: Path, value: Any) -> None:
    """Write a contract in the language of its file."""
    if file.suffix == ".json":
        _json(file, value)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.dump(value, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=1000), encoding="utf-8")


class _Plain(yaml.CSafeDumper):
    """Writes no aliases: what a document shares with itself by chance is no part of it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
