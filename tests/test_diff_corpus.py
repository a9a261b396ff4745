"""``diff`` on real contracts: what did not change is no change, what is shared is one, and every break is shown."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.corpus import Version
from benchmarks.leaves import parse
from benchmarks.witnesses import NOT_LOOKED_AT, Document, doubt
from cxcontracts.comparing import Asked, compare
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Change, Level
from cxcontracts.opening import read_contract
from tests.conftest import REPOSITORY

UNCHANGED = ("adyen/PayoutService-v64-v67", "adyen/RecurringService-v49-v67", "openfinance-br/accounts-2.4.1-2.4.2")
CHANGED = (
    "amadeus/HotelList", "adyen/CheckoutService-v66-v67", "camara/qod-0.8.1-0.9.0", "camara/quality-on-demand-r2.2-r3.2",
    "cdr-au/cds_banking-v1.20-v1.36", "govuk-pay/ledger", "motis/motis-v2.0.0-v2.8", "openfinance-br/insurances-1.0.1-2.0.0",
    "openfinance-br/credit-cards-1.0.4-2.0.0", "tomp/tomp-1.3.0-1.4.0", "twilio/messaging_v1-1.30-2.6",
)  # fmt: skip
LAYOUTS = ("uic", "osdm-3.9-bundled-3.9-split")
SEEDED = "camara/qod-0.8.1-0.9.0"
PROGRAM = """
import sys
from pathlib import Path
from tests.test_diff_corpus import changes
print(*changes(Path(sys.argv[1]), Path(sys.argv[2])), sep="\\n")
"""


@pytest.fixture
def real(corpus: Path) -> Path:
    return corpus / "real-pairs"


def changes(old: Path, new: Path) -> tuple[Change, ...]:
    return compare(read_contract(old, "old"), read_contract(new, "new"), "api", Asked()).changes


def both(folder: Path) -> list[Path]:
    """Return the files of a pair of single documents, the old one first."""
    return sorted((file for file in folder.iterdir() if file.stem in ("old", "new")), reverse=True)


@pytest.mark.parametrize("name", UNCHANGED)
def test_another_version_number_in_the_address_and_other_words_are_no_change(name: str, real: Path) -> None:
    assert [change for change in changes(*both(real / name)) if change.level is not Level.INFO] == []


def test_one_contract_in_two_layouts_breaks_nobody(real: Path) -> None:
    index = json.loads((real / "index.json").read_bytes())
    (row,) = (row for row in index["pairs"] if row["dir"] == "/".join(LAYOUTS))
    old, new = (real / row["dir"] / row[side] for side in ("old", "new"))

    assert [change for change in changes(old, new) if change.level is not Level.INFO] == []


@pytest.mark.parametrize("name", [*UNCHANGED, *CHANGED])
def test_a_contract_does_not_differ_from_itself(name: str, real: Path) -> None:
    for file in both(real / name):
        assert changes(file, file) == ()


@pytest.mark.parametrize("name", CHANGED)
def test_every_break_is_shown_by_an_exchange_that_both_documents_confirm(name: str, real: Path) -> None:
    old, new = both(real / name)
    documents = [Document(Version(file.parent, Path(file.name), alone=True)) for file in (old, new)]

    breaking = [change for change in changes(old, new) if change.breaking]

    assert breaking
    reasons = [(change.element, change.rule, doubt(change, documents[0], documents[1])) for change in breaking]
    assert [each for each in reasons if each[2] and not each[2].startswith(NOT_LOOKED_AT)] == []


def test_an_exchange_shows_no_break_the_other_way_round(real: Path) -> None:
    old, new = both(real / "amadeus/HotelList")
    documents = [Document(Version(file.parent, Path(file.name), alone=True)) for file in (old, new)]

    breaking = [change for change in changes(old, new) if change.breaking]

    assert [change.element for change in breaking if not doubt(change, documents[1], documents[0])] == []


def test_two_runs_say_the_same_however_python_hashes(real: Path) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, *map(str, both(real / SEEDED))],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert said[0] == said[1] != ""


# One edited shared schema

SHARED = (
    "cloudflare/cf-2023-2024", "motis/motis-v2.0.0-v2.8", "obuk/account-info-v3.1.10-v3.1.11", "okta/management-2025.01-2026.06",
    "square/connect", "uic/osdm-3.6.0-3.7.0",
)  # fmt: skip


def lists_of_values(document: JSON) -> dict[str, JSON]:
    """Return the schemas of a contract that list their values, by name."""
    schemas = document["components"]["schemas"]
    return {name: schema for name, schema in schemas.items() if isinstance(schema, dict) and schema.get("enum")}


def references(value: JSON) -> Iterator[str]:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict) and isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []


def most_shared(document: JSON) -> str:
    """Return the name of the list of values that is referred to most."""
    counted = Counter(references(document))
    return max(lists_of_values(document), key=lambda name: (counted[name], name))


@pytest.mark.parametrize("name", SHARED)
def test_one_edited_shared_list_of_values_is_one_finding_for_those_who_read_it_and_one_for_those_who_send_it(
    name: str, real: Path, tmp_path: Path
) -> None:
    document = parse(both(real / name)[0].read_bytes())
    widened = copy.deepcopy(document)
    lists_of_values(widened)[most_shared(document)]["enum"].append("one-more")
    for file, value in (("old.json", document), ("new.json", widened)):
        (tmp_path / file).write_text(json.dumps(value))

    found = changes(tmp_path / "old.json", tmp_path / "new.json")

    rules = [change.rule for change in found]
    assert sorted(set(rules)) == sorted(rules)
    assert set(rules) <= {"request-enum-widened", "response-enum-widened"}
    assert sum(change.places for change in found) > 5


@pytest.mark.parametrize("name", CHANGED)
def test_a_fingerprint_tells_one_change_from_all_others(name: str, real: Path) -> None:
    counted = Counter(change.fingerprint for change in changes(*both(real / name)))
    assert [fingerprint for fingerprint, times in counted.items() if times > 1] == []
