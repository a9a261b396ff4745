"""``impact --since``: what became of an estate's contracts since a commit, judged by the journeys as they are now."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.repositories import IDENTITY, git
from tests.workplace import BREAKING, COURIER, ORDERS, Workplace, workplace


@pytest.fixture(autouse=True)
def no_settings_of_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, IDENTITY[name])


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    """The estate that init writes, in a commit called main."""
    found = workplace(tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(found)
    return found


def commit(here: Workplace) -> None:
    git(here.folder, "add", "--all")
    git(here.folder, "commit", "--quiet", "--message", "as it is now")


def take_the_candidate(here: Workplace) -> None:
    shutil.copyfile(here.folder / BREAKING, here.folder / COURIER)


@pytest.mark.parametrize("committed", [False, True])
def test_a_contract_of_record_that_became_another_is_judged_as_a_candidate_is(here: Workplace, committed: bool) -> None:
    proposed = here.run("impact", "courier", "--candidate", BREAKING)
    git(here.folder, "tag", "before")
    take_the_candidate(here)
    if committed:
        commit(here)

    became = here.run("impact", "--since", "before")

    assert (became.exit_code, became.stdout) == (1, proposed.stdout)


def test_the_record_is_what_the_commit_has_whatever_was_merged_since(here: Workplace) -> None:
    git(here.folder, "checkout", "--quiet", "-b", "proposed")
    take_the_candidate(here)
    commit(here)

    assert here.run("impact", "--since", "proposed").exit_code == 0
    assert here.run("impact", "--since", "main").exit_code == 1


def test_where_no_contract_changed_all_are_judged_and_nothing_breaks(here: Workplace) -> None:
    ran = here.run("impact", "--since", "main")
    assert ran.exit_code == 0
    assert "courier 1.4.0 (the candidate is the record)" in ran.stdout
    assert "orders" in ran.stdout


def test_partners_whose_folder_did_not_change_are_left_out(here: Workplace) -> None:
    here.edit(ORDERS, "title: ", "title: The ")
    ran = here.run("impact", "--since", "main")
    assert ran.exit_code == 0
    assert "orders" in ran.stdout
    assert "courier" not in ran.stdout


def test_a_file_that_the_contract_refers_to_is_looked_up_in_the_commit_too(here: Workplace) -> None:
    whole = here.read(COURIER)
    schema = "type: string"
    assert schema in whole
    here.write("contracts/partners/courier/parts.yaml", "text: {type: string}\n")
    here.write(COURIER, whole.replace(schema, "$ref: parts.yaml#/text"))
    commit(here)
    here.write("contracts/partners/courier/parts.yaml", "text: {type: integer}\n")

    ran = here.run("impact", "--since", "main")

    assert ran.exit_code == 1
    assert "BROKEN" in ran.stdout


def test_journeys_and_waivers_count_as_they_are_now(here: Workplace) -> None:
    take_the_candidate(here)
    broken = "track-parcel/see-parcel/needs:expectedOn"
    assert here.run("waive", broken, "--until", "2999-12-31", "--why", "the page says so", "--who", "Ada").exit_code == 0
    assert here.run("impact", "--since", "main").exit_code == 0


def test_a_partner_that_is_new_has_nothing_to_be_held_against(here: Workplace) -> None:
    here.add_partner("bank", "not-covered: {because: not yet}\n")
    ran = here.run("impact", "--since", "main")
    assert ran.exit_code == 0, ran.output
    assert "bank" not in ran.stdout


def test_an_estate_may_lie_deeper_in_the_repository_and_be_named_from_elsewhere(here: Workplace) -> None:
    take_the_candidate(here)
    assert Workplace(here.folder / "contracts" / "partners").run("impact", "--since", "main").exit_code == 1
    assert here.run("--estate", "contracts", "impact", "--since", "main").exit_code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "mian"], "there is no file and no commit 'mian' here; did you mean 'main'?"),
        (["--since", ""], "is an empty text; name one, main for example"),
        (["--since", "--output=pwned"], "no commit '--output=pwned' here"),
        (["--since", "main:x; touch pwned"], "main"),
        (["--since", "main", "courier"], "--since is for a whole estate; leave out courier"),
        (["--since", "main", "--pack", "a.cxpack"], "--since is for a whole estate; leave out --pack"),
        (["--since", "main", "--candidate", COURIER], "name what is proposed"),
        (["courier"], "name what is proposed"),
    ],
)
def test_what_cannot_be_compared_is_a_mistake(here: Workplace, words: list[str], said: str) -> None:
    ran = here.run("impact", *words)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert not (here.folder / "pwned").exists()


def test_without_an_estate_in_the_commit_there_is_nothing_to_compare(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "other.txt").write_text("no estate")
    here = workplace(tmp_path)
    git(tmp_path, "add", "other.txt")
    git(tmp_path, "commit", "--quiet", "--message", "as it is now")
    ran = here.run("impact", "--since", "main")
    assert ran.exit_code == 2
    assert "'main' has no 'contracts'" in ran.stderr
