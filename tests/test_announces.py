"""``announces`` on contracts: what ends says when, early enough. The tests live on 15 January 2027."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.estates_made import change, check, operation

ENDING = "responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {a: %s}}}}}}"
NEEDS = "needs: {a: text}"


def ends(told: str = "", field: str = "") -> str:
    """Return a contract whose operation, or whose field, tells something of its end."""
    return operation(f"{told}\n{ENDING % f'{{type: string{field}}}'}")


@pytest.mark.parametrize(
    ("announces", "told", "verdict"),
    [
        ("true", "", "intact"),
        ("true", "deprecated: true\nx-sunset: 2027-01-16", "intact"),
        ("true", "deprecated: true", "unpromised"),
        ("90d", "deprecated: true\nx-sunset: 2027-04-15", "intact"),
        ("90d", "deprecated: true\nx-sunset: 2027-04-14", "unpromised"),
        ("90d", "deprecated: true\nx-sunset: soon", "unpromised"),
    ],
)
def test_what_ends_says_when_and_early_enough(announces: str, told: str, verdict: str, tmp_path: Path) -> None:
    assert check(tmp_path, ends(told), f"announces: {announces}").verdict("announces") == verdict


def test_who_asks_for_no_announcement_gets_no_requirement(tmp_path: Path) -> None:
    assert "announces" not in check(tmp_path, ends("deprecated: true"), "announces: false").findings


@pytest.mark.parametrize(
    ("before", "after", "because"),
    [
        (ends(), ends("deprecated: true"), "GET /thing is deprecated, and nobody says until when it stays"),
        (
            ends(),
            ends("deprecated: true\nx-sunset: 2027-02-01"),
            "GET /thing ends on 2027-02-01, 17 days from now, and 90 days of notice are due",
        ),
        (
            ends("deprecated: true\nx-sunset: 2028-01-01"),
            ends("deprecated: true\nx-sunset: 2027-12-31"),
            "GET /thing ends sooner than announced: on 2027-12-31, and 2028-01-01 was announced",
        ),
        (ends(), ends(field=", deprecated: true"), "a is deprecated, and nobody says until when it stays"),
    ],
)
def test_an_end_that_is_announced_too_late_breaks_it(before: str, after: str, because: str, tmp_path: Path) -> None:
    found = change(tmp_path, before, after, f"{NEEDS}\nannounces: 90d")["announces"]

    assert (str(found.verdict), found.because, str(found.harm)) == ("broken", because, "uninformed")
    assert found.witness is not None


def test_an_end_that_was_announced_before_is_no_break(tmp_path: Path) -> None:
    contract = ends("deprecated: true")

    assert change(tmp_path, contract, contract, "announces: 90d").verdict("announces") == "unpromised"
