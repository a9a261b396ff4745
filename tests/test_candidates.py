"""Whose contract a file is proposed for."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.candidates import candidates, partners_of
from cxcontracts.errors import UsageError

KNOWN = ("notify", "operator")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name in ("new.yaml", "a=b.yaml", ".hidden.yaml", "README.md"):
        (tmp_path / name).write_text("")
    (tmp_path / "folder.yaml").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("written", "partners", "known", "owner", "file"),
    [
        (["operator=new.yaml"], (), KNOWN, "operator", "new.yaml"),
        (["new.yaml"], ("operator",), KNOWN, "operator", "new.yaml"),
        (["new.yaml"], ("operator", "operator"), KNOWN, "operator", "new.yaml"),
        (["new.yaml"], (), ("operator",), "operator", "new.yaml"),
        (["operator=a=b.yaml"], (), KNOWN, "operator", "a=b.yaml"),
        (["./a=b.yaml"], ("operator",), KNOWN, "operator", "a=b.yaml"),
    ],
)
def test_a_file_belongs_to_the_partner_that_is_named_or_the_only_one(
    here: Path, written: list[str], partners: tuple[str, ...], known: tuple[str, ...], owner: str, file: str
) -> None:
    assert candidates(written, partners, known, "--candidate", here) == {owner: (here / file,)}


def test_calls_and_events_of_one_partner_are_one_candidate(here: Path) -> None:
    found = candidates(["new.yaml", "./a=b.yaml"], ("operator",), KNOWN, "--candidate", here)
    assert found == {"operator": (here / "new.yaml", here / "a=b.yaml")}


def test_several_candidates_keep_their_order(here: Path) -> None:
    found = candidates(["operator=new.yaml", "notify=new.yaml"], (), KNOWN, "--candidate", here)
    assert list(found) == ["operator", "notify"]


@pytest.mark.parametrize(
    ("written", "partners", "said"),
    [
        (
            ["new.yaml"],
            (),
            "'new.yaml' does not say whose contract it is; write --candidate PARTNER=new.yaml, with one of: notify, operator",
        ),
        (["new.yaml"], KNOWN, "does not say whose contract it is"),
        (["opertor=new.yaml"], (), "partner 'opertor' is not in the estate; did you mean 'operator'?"),
        (["operator=nw.yaml"], (), "there is no file 'nw.yaml'; did you mean 'new.yaml'?"),
        (["operator=zzz.json"], (), "there is no file 'zzz.json'; one of: a=b.yaml, new.yaml"),
        (["operator=hidden.yml"], (), "there is no file 'hidden.yml'; one of: a=b.yaml, new.yaml"),
        (["operator=folder.yml"], (), "there is no file 'folder.yml'; one of: a=b.yaml, new.yaml"),
        ([""], ("operator",), "--candidate is empty; write --candidate PARTNER=FILE"),
        ([" "], (), "--candidate is empty; write --candidate PARTNER=FILE"),
        (["=new.yaml"], ("operator",), "--candidate '=new.yaml' names no partner; write --candidate PARTNER=new.yaml"),
        (["="], (), "--candidate '=' names no partner; write --candidate PARTNER=FILE"),
        (["operator="], (), "--candidate 'operator=' names no file; write --candidate operator=FILE"),
        (["operator=nowhere/new.yaml"], (), "there is no file 'nowhere/new.yaml'; check the spelling"),
        (["operator=."], (), "'.' is a folder; name the OpenAPI document in it"),
        (
            ["operator=new.yaml", "operator=new.yaml"],
            (),
            "partner 'operator' has two candidates that are one file; keep one --candidate",
        ),
        (["notify=new.yaml"], ("operator",), "is for 'notify', and operator was asked about"),
        (["notify=new.yaml"], KNOWN, "partner 'operator' has no candidate; write --candidate operator=FILE"),
    ],
)
def test_what_is_nobodys_or_not_there_is_refused_with_what_to_write(
    here: Path, written: list[str], partners: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        candidates(written, partners, KNOWN, "--candidate", here)
    assert said in str(refused.value)


def test_the_partners_of_an_estate_are_its_folders_with_a_partner_file(here: Path) -> None:
    for name in ("operator/partner.yaml", "notify/partner.yaml", "drafts/openapi.yaml"):
        (here / "partners" / name).parent.mkdir(parents=True)
        (here / "partners" / name).write_text("")
    assert partners_of(here) == KNOWN
