"""``init``: the estate that a user starts from works as it stands."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from cxcontracts.cli import main
from cxcontracts.estate.schemas import published
from cxcontracts.templates import CANDIDATE, PARTNER, estate_files
from tests.workplace import COMMAND, Workplace


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def test_the_commands_that_it_offers_do_what_it_says(here: Workplace) -> None:
    offered = [line.strip() for line in here.run("init").stdout.splitlines() if line.startswith("  ")]
    ended = {command: process(here, command) for command in offered}
    assert ended == {
        "cxcontracts check": 0,
        f"cxcontracts impact {PARTNER} --candidate contracts/{CANDIDATE}": 1,
        "pytest contracts": 0,
        f"pytest contracts --cx-candidate {PARTNER}=contracts/{CANDIDATE}": 1,
    }


def test_its_sentences_have_80_columns(here: Workplace) -> None:
    sentences = [line for line in here.run("init").stdout.splitlines() if not line.startswith("  ")]
    assert max(map(len, sentences)) <= 80


def test_the_commands_that_it_offers_for_another_folder_work_too(here: Workplace) -> None:
    offered = [line.strip() for line in here.run("init", "our web/shop").stdout.splitlines() if line.startswith("  cxcontracts")]
    assert [process(here, command) for command in offered] == [0, 1]


def process(here: Workplace, command: str) -> int:
    """Run a command as it would be typed, and return its exit code."""
    program, *words = shlex.split(command)
    start = COMMAND if program == "cxcontracts" else (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
    return subprocess.run([*start, *words], cwd=here.folder, capture_output=True, check=False).returncode


def test_the_estate_is_sound_has_no_warnings_and_promises_every_need(here: Workplace) -> None:
    here.run("init")
    ran = here.run("check", "--strict")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "unpromised" not in ran.stdout


def test_its_candidate_shows_a_break_one_that_is_caught_and_a_change_that_nobody_feels(here: Workplace) -> None:
    here.run("init")
    shown = here.run("impact", PARTNER, "--candidate", f"contracts/{CANDIDATE}").stdout
    assert "1 broken, 1 tolerated, 6 intact" in shown
    assert "Felt by nobody (2)" in shown


def test_a_break_of_the_seam_between_its_partners_is_found(here: Workplace) -> None:
    here.run("init")
    here.edit("contracts/partners/courier/openapi.yaml", '"^SP[0-9]{9}$"', '"^SP[0-9]{12}$"', to="seam.yaml")
    ran = here.run("impact", PARTNER, "--candidate", "seam.yaml")
    assert ran.exit_code == 1
    assert "track-parcel/see-parcel/accepts:parcelNumber" in ran.stdout


def test_nothing_is_overwritten(here: Workplace) -> None:
    here.write("contracts/partners/orders/openapi.yaml", "mine")
    ran = here.run("init")
    assert ran.exit_code == 2
    assert "'contracts/partners/orders/openapi.yaml' is there already" in ran.stderr
    assert [path for path in (here.folder / "contracts").rglob("*") if path.is_file()] == [
        here.folder / "contracts/partners/orders/openapi.yaml"
    ]


def test_a_link_that_leads_nowhere_is_not_written_through(here: Workplace) -> None:
    (here.folder / "contracts").mkdir()
    (here.folder / "contracts/estate.yaml").symlink_to(here.folder / "elsewhere.yaml")
    assert here.run("init").exit_code == 2
    assert not (here.folder / "elsewhere.yaml").exists()


def test_it_writes_beside_what_is_there(here: Workplace) -> None:
    here.write("contracts/README.md", "ours")
    assert here.run("init").exit_code == 0
    assert here.read("contracts/README.md") == "ours"


def test_a_file_where_a_folder_should_be_is_wrong_usage_and_nothing_is_left_behind(here: Workplace) -> None:
    here.write("contracts/partners", "a file")
    assert here.run("init").exit_code == 2
    assert os.listdir(here.folder / "contracts") == ["partners"]


def test_every_file_explains_itself_or_is_a_contract() -> None:
    silent = [str(name) for name, data in estate_files() if b"# " not in data and name.suffix == ".yaml"]
    assert silent == ["partners/courier/openapi.yaml", "partners/orders/openapi.yaml"]


def test_the_help_of_the_program_says_where_to_start(here: Workplace) -> None:
    assert "Start with: cxcontracts init" in here.run("--help").stdout
    assert "init" in main.commands


def test_the_first_line_of_each_file_leads_an_editor_to_its_schema(here: Workplace) -> None:
    here.run("init")
    files = [path for path in sorted((here.folder / "contracts").rglob("*.yaml")) if "openapi" not in path.name]

    for path in files:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        if "candidates" not in path.parts:
            schema = (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
            assert json.loads(schema.read_text(encoding="utf-8")) == published(schema.name.partition(".")[0])
