"""A share of what ``python -m benchmarks.scale`` measures, and that an impact looks at its part of an estate alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import large_estates, scale
from benchmarks.bare_items import VARIABLE as BARE_ITEMS
from benchmarks.large_estates import BRIEF, FULL, Size
from benchmarks.scale import STATES
from cxcontracts.caching import WORTH_IT
from cxcontracts.opening import open_estate


def test_a_share_is_measured_and_says_the_same_whatever_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CXCONTRACTS_CACHE_DIR", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        monkeypatch.setenv(name, "")  # which the benchmark sets, and this sets back
    size = FULL.share(0.03)
    assert size.partners + size.journeys > WORTH_IT
    figures = scale.figures_of(size, tmp_path, 1, ("check",))
    assert list(figures) == [("check", state) for state in STATES]
    requirements = open_estate(tmp_path / f"estate-{size.journeys}" / "contracts").judge.requirements
    assert scale.judged(figures) == len(requirements) > 2 * size.requirements


def test_an_estate_has_as_many_parts_as_it_was_asked_for(tmp_path: Path) -> None:
    large_estates.write(tmp_path, Size(partners=30, journeys=90, requirements=300))
    opened = open_estate(tmp_path)
    implied = {"answers", "accepts", "event"}
    written = [each for each in opened.judge.requirements if each.kind not in implied]
    assert (len(opened.estate.partners), len(opened.estate.journeys)) == (30, 90)
    assert abs(len(written) - 300) < 20  # one of `informs` counts for what it tells, too
    kinds = {"needs", "keep", "must", "asks-at-most", "informs", "repeat-safe", "survives"}
    assert {each.kind for each in written} == kinds


@pytest.mark.parametrize("number", [300, 1_000])
def test_of_a_brief_estate_all_requirements_are_counted(tmp_path: Path, number: int) -> None:
    size = replace(BRIEF, partners=30, journeys=90, requirements=number)
    large_estates.write(tmp_path, size)
    assert abs(len(open_estate(tmp_path).judge.requirements) - number) < number / 20


def test_as_many_bare_items_are_collected_as_there_are_requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CXCONTRACTS_CACHE_DIR", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", BARE_ITEMS):
        monkeypatch.setenv(name, "")
    figures = scale.collection(BRIEF.share(0.005), tmp_path, 1)
    numbers = {scale.items_of(figure) for (name, _), figure in figures.items() if "-qq" not in name}
    requirements = open_estate(tmp_path / "brief" / "contracts").judge.requirements
    assert numbers == {len(requirements)}


def test_impact_reads_the_contracts_that_journeys_of_its_partner_touch_and_no_others(tmp_path: Path) -> None:
    large_estates.write(tmp_path, Size(partners=60, journeys=180, requirements=600))
    opened = open_estate(tmp_path, {"partner-0": tmp_path / large_estates.CANDIDATE})
    run = opened.impact()
    read = set(opened.records.read)

    concerned = [each for each in opened.estate.journeys.values() if any(step.partner == "partner-0" for step in each.steps)]
    touched = {step.partner for journey in concerned for step in journey.steps}
    assert run.findings
    assert read <= touched
    assert len(touched) < 20
