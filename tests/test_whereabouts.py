"""Places are shown so that they can be opened from where the reader stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cxcontracts.problems import Place, Problem
from cxcontracts.whereabouts import Whereabouts, repository_of
from tests.runs import finding, impact, partner_run

JOURNEY = "journeys/rail-disruption.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "work" / "contracts"
    (root / "journeys").mkdir(parents=True)
    (root / JOURNEY).write_text("")
    (tmp_path / "new.yaml").write_text("")
    return root


@pytest.mark.parametrize("here", [".", "work", "work/contracts", "work/contracts/journeys", "elsewhere"])
def test_a_file_of_the_estate_is_opened_from_anywhere(root: Path, tmp_path: Path, here: str) -> None:
    (tmp_path / here).mkdir(exist_ok=True)
    shown = Whereabouts(root, tmp_path / here).file(JOURNEY)
    assert not os.path.isabs(shown)
    assert (tmp_path / here / shown).samefile(root / JOURNEY)


def test_a_candidate_is_shown_as_it_lies_from_here(root: Path, tmp_path: Path) -> None:
    assert Whereabouts(root, tmp_path).file(str(tmp_path / "new.yaml")) == "new.yaml"


def test_what_has_no_file_gets_none(root: Path, tmp_path: Path) -> None:
    assert Whereabouts(root, tmp_path).place(Place("", 1, 1)) == Place("", 1, 1)


def test_problems_findings_and_warnings_are_placed_alike(root: Path, tmp_path: Path) -> None:
    seen = Whereabouts(root, tmp_path)
    place = Place(f"work/contracts/{JOURNEY}", 34, 7)
    assert [problem.place for problem in seen.problems([Problem(Place(JOURNEY, 34, 7), "odd")])] == [place]
    run = seen.run(impact(partner_run(finding(), warnings=(f"{tmp_path}/new.yaml:3:4: odd", "no file: odd"))))
    assert [found.where for found in run.findings] == [place]
    assert run.partners[0].warnings == ("new.yaml:3:4: odd", "no file: odd")


def test_the_repository_is_the_nearest_folder_that_git_knows(root: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert repository_of(root) == tmp_path
    (tmp_path / "work" / ".git").write_text("gitdir: elsewhere")
    assert repository_of(root) == tmp_path / "work"
