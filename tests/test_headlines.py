"""What reports of a run begin with: who breaks how much, named where that is known."""

from __future__ import annotations

import pytest

from cxcontracts.findings import Attribution, Fault, Finding
from cxcontracts.reports.headlines import headline
from tests.runs import finding, impact, intact, partner_run


def due(*partners: str, fault: Fault = Fault.BREAKS_ITS_CONTRACT, need: str = "status") -> Finding:
    return finding(f"rail-disruption/check-service/needs:{need}", attribution=Attribution(fault, partners, "it does"))


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ([due("operator")], "operator at sandbox breaks 1 experience"),
        ([due("ticketing", "operator", fault=Fault.SEAM)], "operator and ticketing at sandbox break 1 experience"),
        ([due("operator"), due(fault=Fault.OURS, need="ours")], "the 2 partners of rail-retail at sandbox break 1 experience"),
        ([due(*"abcd")], "the 2 partners of rail-retail at sandbox break 1 experience"),
    ],
)
def test_of_what_was_seen_whoever_breaks_it_is_named_where_that_is_known_of_all(broken: list[Finding], words: str) -> None:
    run = impact(partner_run(*broken), partner_run(*intact(1), partner="notify"), command="verify", environment="sandbox")
    assert headline(run) == ("BROKEN", words)


def test_of_one_release_the_release_is_named() -> None:
    assert headline(impact(partner_run(due("operator")))) == ("BROKEN", "operator 2.3.0 → 2.4.0 would break 1 experience")
