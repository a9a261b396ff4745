"""The reference estates: each candidate does to its journeys what its partner's ``expected.yaml`` says, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.documents import read
from cxcontracts.findings import Finding, Run, Verdict
from cxcontracts.opening import open_estate
from cxcontracts.plugins import kinds
from cxcontracts.verdicts import Observer

CONTRACTS = Path(__file__).parent.parent / "contracts"
ESTATES = ("bank", "rail", "telecom")


def expectations() -> Iterator[tuple[str, str, str]]:
    for file in sorted(path for estate in ESTATES for path in CONTRACTS.glob(f"{estate}/partners/*/candidates/expected.yaml")):
        estate, partner = file.parents[3].name, file.parents[1].name
        yield from ((estate, partner, name) for name in read(file, file.name).value["candidates"])


def expected(estate: str, partner: str, candidate: str) -> Mapping[str, Any]:
    file = CONTRACTS / estate / "partners" / partner / "candidates" / "expected.yaml"
    whole = read(file, file.name).value
    found: Mapping[str, Any] = whole["record"] if candidate == "record" else whole["candidates"][candidate]
    return found


@cache
def judged(estate: str, partner: str, candidate: str) -> Run:
    root = CONTRACTS / estate
    return open_estate(root, {partner: root / "partners" / partner / "candidates" / candidate}).impact()


def of_its_own_cause(run: Run) -> dict[str, str]:
    return {
        finding.id: str(finding.verdict)
        for finding in run.findings
        if finding.cause is None and finding.verdict is not Verdict.INTACT
    }


def follows(finding: Finding, expectation: Mapping[str, Any]) -> bool:
    rest = finding.id.split("/", 2)[2]
    wanted = expectation.get("follows", {}).get(finding.cause, [])
    return wanted == "all" or rest in wanted


@pytest.mark.parametrize(("estate", "partner", "candidate"), list(expectations()))
def test_a_candidate_breaks_exactly_what_is_expected(estate: str, partner: str, candidate: str) -> None:
    expectation = expected(estate, partner, candidate)

    run = judged(estate, partner, candidate)

    assert of_its_own_cause(run) == {name: found["verdict"] for name, found in expectation["findings"].items()}
    assert str(run.verdict) == expectation["verdict"]


@pytest.mark.parametrize(("estate", "partner", "candidate"), list(expectations()))
def test_what_follows_from_a_break_names_it_as_its_cause(estate: str, partner: str, candidate: str) -> None:
    expectation = expected(estate, partner, candidate)

    consequences = [finding for finding in judged(estate, partner, candidate).findings if finding.cause is not None]

    assert [finding.id for finding in consequences if not follows(finding, expectation)] == []
    assert {finding.cause for finding in consequences} == set(expectation.get("follows", {}))


@pytest.mark.parametrize(("estate", "partner", "candidate"), list(expectations()))
def test_every_break_has_a_witness_and_one_sentence(estate: str, partner: str, candidate: str) -> None:
    for finding in judged(estate, partner, candidate).findings:
        if finding.verdict in (Verdict.BROKEN, Verdict.TOLERATED):
            assert finding.witness is not None
            assert finding.because
            assert "\n" not in finding.because


@pytest.mark.parametrize(
    ("estate", "partner", "candidate"), [each for each in expectations() if expected(*each).get("changes") == "none"]
)
def test_another_layout_of_a_contract_has_no_changes(estate: str, partner: str, candidate: str) -> None:
    assert judged(estate, partner, candidate).partners[0].changes == ()


@pytest.mark.parametrize(("estate", "partner", "candidate"), list(expectations()))
def test_what_breaks_is_felt_by_a_change(estate: str, partner: str, candidate: str) -> None:
    run = judged(estate, partner, candidate)

    felt = {name for change in run.partners[0].changes for name in change.felt_by}

    assert {finding.id for finding in run.findings if finding.verdict in (Verdict.BROKEN, Verdict.TOLERATED)} <= felt


@pytest.mark.parametrize("estate", ESTATES)
def test_check_lists_the_gaps_of_the_records_and_nothing_else(estate: str) -> None:
    partners = sorted({partner for of, partner, _ in expectations() if of == estate})
    gaps = {
        name: found["verdict"] for partner in partners for name, found in expected(estate, partner, "record")["findings"].items()
    }

    run = open_estate(CONTRACTS / estate).check()

    assert of_its_own_cause(run) == gaps


def test_together_they_use_every_kind() -> None:
    opened = [open_estate(CONTRACTS / estate) for estate in ESTATES]
    on_contracts = {requirement.kind for each in opened for requirement in each.judge.requirements}
    on_exchanges = {
        requirement.kind
        for each in opened
        for journey in each.estate.journeys.values()
        for _, requirement in Observer(each.judge, kinds(), {}, lambda _: "").requirements(journey)
    }

    assert {kind.name for kind in kinds()} <= on_contracts | on_exchanges
