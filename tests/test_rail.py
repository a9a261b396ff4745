"""The reference estate: each candidate does to its journeys what its partner's ``expected.yaml`` says, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.documents import read
from cxcontracts.findings import Finding, Run, Verdict
from cxcontracts.opening import open_estate

RAIL = Path(__file__).parent.parent / "contracts" / "rail"


def expectations() -> Iterator[tuple[str, str]]:
    for file in sorted(RAIL.glob("partners/*/candidates/expected.yaml")):
        partner = file.parent.parent.name
        yield from ((partner, name) for name in read(file, file.name).value["candidates"])


def expected(partner: str, candidate: str) -> Mapping[str, Any]:
    file = RAIL / "partners" / partner / "candidates" / "expected.yaml"
    whole = read(file, file.name).value
    found: Mapping[str, Any] = whole["record"] if candidate == "record" else whole["candidates"][candidate]
    return found


@cache
def judged(partner: str, candidate: str) -> Run:
    return open_estate(RAIL, {partner: RAIL / "partners" / partner / "candidates" / candidate}).impact()


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


@pytest.mark.parametrize(("partner", "candidate"), list(expectations()))
def test_a_candidate_breaks_exactly_what_is_expected(partner: str, candidate: str) -> None:
    expectation = expected(partner, candidate)

    run = judged(partner, candidate)

    assert of_its_own_cause(run) == {name: found["verdict"] for name, found in expectation["findings"].items()}
    assert str(run.verdict) == expectation["verdict"]


@pytest.mark.parametrize(("partner", "candidate"), list(expectations()))
def test_what_follows_from_a_break_names_it_as_its_cause(partner: str, candidate: str) -> None:
    expectation = expected(partner, candidate)

    consequences = [finding for finding in judged(partner, candidate).findings if finding.cause is not None]

    assert [finding.id for finding in consequences if not follows(finding, expectation)] == []
    assert {finding.cause for finding in consequences} == set(expectation.get("follows", {}))


@pytest.mark.parametrize(("partner", "candidate"), list(expectations()))
def test_every_break_has_a_witness_and_one_sentence(partner: str, candidate: str) -> None:
    for finding in judged(partner, candidate).findings:
        if finding.verdict in (Verdict.BROKEN, Verdict.TOLERATED):
            assert finding.witness is not None
            assert finding.because
            assert "\n" not in finding.because


@pytest.mark.parametrize(("partner", "candidate"), [each for each in expectations() if expected(*each).get("changes") == "none"])
def test_another_layout_of_a_contract_has_no_changes(partner: str, candidate: str) -> None:
    assert judged(partner, candidate).partners[0].changes == ()


def test_check_lists_the_gaps_of_the_records_and_nothing_else() -> None:
    partners = sorted({partner for partner, _ in expectations()})
    gaps = {name: found["verdict"] for partner in partners for name, found in expected(partner, "record")["findings"].items()}

    run = open_estate(RAIL).check()

    assert of_its_own_cause(run) == gaps


def test_every_change_that_breaks_something_is_felt_by_somebody() -> None:
    run = judged("operator", "2.4.0.yaml")

    felt = {name for change in run.partners[0].changes for name in change.felt_by}

    assert {finding.id for finding in run.findings if finding.verdict in (Verdict.BROKEN, Verdict.TOLERATED)} <= felt
