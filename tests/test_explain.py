"""``explain``: what an id means, told to people, to programs and as a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cxcontracts.rules import RULES
from tests.workplace import Workplace


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def test_an_id_is_explained_within_80_columns(here: Workplace) -> None:
    ran = here.run("explain", "response-property-became-optional")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == (
        "response-property-became-optional\n"
        "    for example     note may be missing from an answer now\n"
        "    means           Whoever relies on the field meets answers without it.\n"
        "    breaks          whoever reads this part of an answer\n"
        "    counts as       error, where an exchange proves that it breaks somebody;\n"
        "                    warning, where nobody can tell; else info\n"
        "    instead         Go on sending it always.\n"
    )


def test_a_rule_that_no_exchange_proves_says_so(here: Workplace) -> None:
    assert "warning, by policy" in here.run("explain", "response-enum-widened").stdout
    assert "by policy" not in here.run("explain", "response-became-nullable").stdout


def test_without_an_id_every_id_is_listed_once(here: Workplace) -> None:
    ran = here.run("explain")
    listed = [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("    ")]
    assert sorted(listed) == sorted(RULES)
    assert ran.stdout.startswith("Operations (6)\n    error    operation-removed\n")
    assert ran.stdout.endswith("\n\nWhat one means: cxcontracts explain ID\n")
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_an_id_that_does_not_exist_is_wrong_usage_and_the_nearest_is_offered(here: Workplace) -> None:
    ran = here.run("explain", "response-enum-widend")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr == "cxcontracts: nothing has the id 'response-enum-widend'; did you mean 'response-enum-widened'?\n"
    assert here.run("explain", "zzz").stderr == "cxcontracts: nothing has the id 'zzz'; cxcontracts explain lists every id\n"


def test_programs_get_the_same_facts(here: Workplace) -> None:
    said = json.loads(here.run("explain", "sunset-removed", "--format", "json").stdout)
    assert said == {
        "version": 1,
        "entries": [
            {
                "id": "sunset-removed",
                "level": "error",
                "breaks": "callers",
                "proved_by": "policy",
                "sentence": "the sunset of {name} is gone: {change}",
                "example": "the sunset of GET /orders/{orderId} is gone: it was 2031-03-31",
                "meaning": "It stays deprecated, and nobody knows any more until when it stays.",
                "remedy": "Name the day again, or take deprecated back.",
            }
        ],
    }


def test_programs_get_every_id_in_the_order_of_the_catalogue(here: Workplace) -> None:
    said = json.loads(here.run("explain", "--format", "json").stdout)
    assert [entry["id"] for entry in said["entries"]] == list(RULES)


def test_one_id_as_markdown_is_a_section_of_the_page(here: Workplace) -> None:
    section = here.run("explain", "operation-added", "-f", "markdown").stdout
    assert section.startswith("### operation-added\n\n> GET /orders/{orderId} is new\n")
    assert section in here.run("explain", "-f", "markdown").stdout
