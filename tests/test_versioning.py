"""Whether the step of a version fits what changed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.findings import Change, Compared, Level, Verdict, Version
from cxcontracts.rules import RULES
from cxcontracts.versioning import check_version

BREAK = Change("GET /a", "operation removed", rule="operation-removed", verdict=Verdict.BROKEN, level=Level.ERROR)
WAIVED = Change("GET /a", "operation removed", rule="operation-removed", verdict=Verdict.WAIVED, level=Level.ERROR)
NEW = Change("GET /b", "operation added", rule="operation-added")
DEPRECATED = Change("GET /c", "is deprecated", rule="deprecated")
LESS = Change("GET /c 200 state", "values removed", rule="response-enum-narrowed")


def misfit(old: str, new: str, *changes: Change) -> str:
    """The sentence about the step of a version; empty where it fits."""
    found = check_version(compared(old, new, *changes))
    return found.because if found is not None else ""


def compared(old: str, new: str, *changes: Change) -> Compared:
    return Compared("api", Version(old, "sha256:0", "old.yaml"), Version(new, "sha256:1", "new.yaml"), changes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.2.3", "2.0.0"),
        ("v1.2", "v2.0"),
        ("1.9", "2.0.0-beta.1"),
        ("0.3.1", "0.4.0"),
        ("0.9", "1.0"),
        ("70", "71"),
        ("1", "2.0"),
    ],
)
def test_what_breaks_fits_a_major_step_and_before_1_0_a_minor_one(old: str, new: str) -> None:
    assert misfit(old, new, BREAK) == ""


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.2.3", "1.3.0", "a minor step"),
        ("1.2", "1.3", "a minor step"),
        ("1.2.3", "1.2.4-rc.1", "a patch"),
        ("0.3.1", "0.3.2", "a patch"),
    ],
)
def test_what_breaks_does_not_fit_a_smaller_step(old: str, new: str, step: str) -> None:
    assert misfit(old, new, BREAK, NEW) == f"the version went from {old} to {new}, {step}, and 1 change breaks what it promised"


@pytest.mark.parametrize("change", [NEW, DEPRECATED])
def test_what_is_new_or_deprecated_fits_a_minor_step_and_no_patch(change: Change) -> None:
    assert misfit("1.2.3", "1.3.0", change) == misfit("1.2.3", "2.0.0", change) == misfit("0.3.1", "0.3.2", change) == ""
    assert misfit("1.2.3", "1.2.4", change, change) == (
        "the version went from 1.2.3 to 1.2.4, a patch, and 2 changes add to what it promised"
    )


def test_what_neither_breaks_nor_adds_fits_any_step_and_none() -> None:
    assert misfit("1.2.3", "1.2.4", LESS) == misfit("1.2.3", "1.2.3", LESS) == misfit("1.2.3", "2.0.0") == ""


def test_what_somebody_accepted_asks_for_no_step() -> None:
    assert misfit("1.2.3", "1.2.3", WAIVED) == misfit("1.2.3", "1.2.4", WAIVED) == ""
    assert misfit("1.2.3", "1.2.4", replace(NEW, verdict=Verdict.WAIVED)) == ""


@pytest.mark.parametrize(
    ("old", "new"), [("1.2.3", "1.2.3"), ("1.2", "v1.2.0"), ("1.2.3+4", "1.2.3+5"), ("2024-06-01", "2024.6.1")]
)
def test_a_version_that_stays_while_something_breaks_is_told_however_it_is_written(old: str, new: str) -> None:
    assert misfit(old, new, BREAK, BREAK) == f"the version is still {new}, and 2 changes break what it promised"


def test_a_version_that_stays_while_something_is_new_is_told_where_it_has_a_minor_number() -> None:
    assert misfit("1.2.3", "1.2.3", NEW) == "the version is still 1.2.3, and 1 change adds to what it promised"
    assert [misfit(version, version, NEW) for version in ("70", "0.3.1", "2.0.0-rc.1", "2024-06-01", "wip")] == [""] * 5


def test_names_that_stay_while_something_breaks_are_told_and_nothing_else_is_known_of_them() -> None:
    assert misfit("wip", "wip", BREAK) == "the version is still wip, and 1 change breaks what it promised"
    assert misfit("winter", "spring", BREAK) == misfit("2020-09-14_1.64.13", "2020-09-14_1.40.1", BREAK) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2.0.0", "1.9.9"),
        ("1.10", "1.9"),
        ("v71", "v70"),
        ("1.0.0", "1.0.0-rc.1"),
        ("1.0.0-rc.10", "1.0.0-rc.9"),
        ("1.0.0-rc.1", "1.0.0-rc"),
        ("1.0.0-beta", "1.0.0-2"),
        ("2024-06-01", "2024-05-31"),
        ("2025.01.1", "2024.12"),
    ],
)
def test_a_version_that_went_back_is_told_whatever_changed(old: str, new: str) -> None:
    assert misfit(old, new) == misfit(old, new, BREAK) == f"the version went back: from {old} to {new}"


def test_a_pre_release_promises_nothing_yet() -> None:
    assert misfit("2.0.0-rc.1", "2.0.0-rc.2", BREAK) == misfit("2.0.0-rc.1", "2.0.0", BREAK) == ""


def test_dates_have_no_steps_and_no_order_among_numbers() -> None:
    assert misfit("2024-06-01", "2024-06-02", BREAK) == misfit("2025.01", "2025.02", BREAK) == ""
    assert misfit("2.0.0", "2024.0", BREAK) == misfit("2024.0", "2.0.0", BREAK) == ""


def test_a_version_that_is_not_there_is_not_judged() -> None:
    assert misfit("", "1.0.0", BREAK) == misfit("1.0.0", " ", BREAK) == misfit(" ", "", BREAK) == ""
    one = Version("1.0.0", "sha256:1", "new.yaml")
    assert check_version(Compared("api", None, one, (NEW,))) is check_version(Compared("api", one, None, (BREAK,))) is None


def test_a_version_that_is_long_is_cut() -> None:
    assert misfit("x" * 40, "x" * 40, BREAK).startswith(f"the version is still {'x' * 40}, and")
    assert misfit("x" * 41, "x" * 41, BREAK).startswith(f"the version is still {'x' * 39}…, and")


def test_a_misfit_is_a_change_that_can_be_found_again() -> None:
    found = check_version(compared("1.2.3", "1.2.3", BREAK))
    again = check_version(compared("1.2.3", "1.2.3", BREAK, BREAK))
    assert found is not None and again is not None
    assert (found.rule, found.level, found.verdict) == ("version-not-bumped", Level.WARNING, Verdict.INTACT)
    assert re.fullmatch("[0-9a-f]{16}", found.fingerprint)
    assert found.fingerprint == again.fingerprint


versions = st.text(max_size=12) | st.from_regex(r"[vV]?[0-9]{0,5000}([.+-][0-9a-zA-Z٣]{0,9}){0,4}", fullmatch=True)


@given(versions, versions)
def test_whatever_stands_there_is_judged_by_rules_that_exist(old: str, new: str) -> None:
    found = check_version(compared(old, new, BREAK, NEW))
    assert found is None or found.rule in RULES


@given(versions)
def test_a_version_that_stays_never_goes_back(version: str) -> None:
    assert check_version(compared(version, version)) is None


@given(st.tuples(*[st.integers(0, 99)] * 3), st.tuples(*[st.integers(0, 99)] * 3))
def test_of_two_versions_one_goes_back_unless_they_are_equal(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    old, new = (".".join(map(str, numbers)) for numbers in (one, other))
    assert bool(misfit(old, new)) + bool(misfit(new, old)) == (one != other)
