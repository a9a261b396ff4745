"""``diff`` on contracts with something wrong in them: changes or typed errors, nothing else; and none against itself."""

from __future__ import annotations

import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.damage import KINDS, Stroke, damaged
from benchmarks.leaves import parse
from cxcontracts.comparing import Asked, compare
from cxcontracts.errors import CxError
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Change
from cxcontracts.opening import read_contract
from tests.conftest import REPOSITORY
from tests.test_hostile_documents import run_watched

OWN = ("contracts/rail/partners/notify/openapi.yaml", "contracts/rail/partners/parking/openapi.yaml")
REAL = (
    "real-pairs/camara/quality-on-demand-r2.2-r3.2/old.yaml",
    "real-pairs/openfinance-br/insurances-1.0.1-2.0.0/old.yaml",
    "real-pairs/petstore/v3-1.0.5-1.0.26/old.yaml",
    "real-pairs/amadeus/HotelList/old.json",
    "oasdiff-pairs/pairs/request-property-if-added/revision.yaml",
)
STROKES = st.lists(
    st.builds(Stroke, *(st.integers(0, most) for most in (len(KINDS) - 1, 5000, 5000, 200))), min_size=1, max_size=4
)
TIMES = int(os.environ.get("CX_LAWS", "1"))
REFUSED = "refused"


@lru_cache
def document(name: str) -> JSON:
    root = REPOSITORY if name in OWN else Path(os.environ.get("CX_CORPUS") or REPOSITORY / "../shared/data")
    return parse((root / name).read_bytes())


def changes(old: Path, new: Path) -> tuple[Change, ...]:
    """Return what differs; nothing where one side is refused with a typed error."""
    try:
        sides = [read_contract(path, "api") for path in (old, new)]
        return compare(sides[0], sides[1], "api", Asked()).changes
    except CxError:
        return ()


def damage_shows_or_is_refused(name: str, strokes: list[Stroke]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sound, broken = Path(folder, "sound.json"), Path(folder, "broken.json")
        sound.write_text(json.dumps(document(name)))
        broken.write_text(json.dumps(damaged(document(name), strokes)))

        there, back, itself = changes(sound, broken), changes(broken, sound), changes(broken, broken)

    assert all(change.element and change.rule and change.change for change in (*there, *back))
    assert all((change.witness is not None) == change.breaking for change in (*there, *back))
    assert itself == ()


@pytest.mark.parametrize("name", OWN)
@settings(max_examples=60 * TIMES)
@given(strokes=STROKES)
def test_whatever_is_wrong_with_a_contract_of_ours_is_a_change_or_a_typed_error(name: str, strokes: list[Stroke]) -> None:
    damage_shows_or_is_refused(name, strokes)


@pytest.mark.parametrize("name", REAL)
@settings(max_examples=60 * TIMES)
@given(strokes=STROKES)
def test_whatever_is_wrong_with_a_real_contract_is_a_change_or_a_typed_error(
    name: str, strokes: list[Stroke], corpus: Path
) -> None:
    damage_shows_or_is_refused(name, strokes)


# Documents made to hurt


def outcome(old: Path, new: Path) -> str:
    """Return how many changes there are, or the code that one side is refused for."""
    try:
        sides = [read_contract(path, "partner") for path in (old, new)]
        return str(len(compare(sides[0], sides[1], "partner", Asked()).changes))
    except CxError as error:
        return f"{REFUSED} {error}"


def outcomes(files: list[str], good: str) -> dict[str, list[str]]:
    """Compare each file with itself, and a good one with it and it with the good one, in 1 GB."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    pairs = {file: ((file, file), (good, file), (file, good)) for file in files}
    return {file: [outcome(Path(one), Path(other)) for one, other in each] for file, each in pairs.items()}


def watched(files: list[Path], good: Path) -> dict[str, list[str]]:
    """Return the outcomes; nothing was connected to, and nothing was opened that stands elsewhere."""
    answer = run_watched("tests.test_diff_mutations", f"outcomes({[str(file) for file in files]!r}, {str(good)!r})")
    assert answer["connected"] == []
    found: dict[str, list[str]] = answer["value"]
    return found


@pytest.mark.parametrize(
    "pattern", ["hostile/own/openapi/*", "hostile/JSONTestSuite/test_parsing/*.json", "hostile/yaml-test-suite/src/*.yaml"]
)
def test_a_hostile_document_is_compared_or_refused_in_its_place_and_never_differs_from_itself(pattern: str, corpus: Path) -> None:
    files = sorted(corpus.glob(pattern))
    good = REPOSITORY / OWN[0]

    found = watched(files, good)

    assert len(found) == len(files) > 40
    for file, said in found.items():
        itself, *against = said
        assert itself == "0" or (itself.startswith(REFUSED) and Path(file).name in itself), f"{file}: {itself}"
        assert all(each.isdecimal() or Path(file).name in each for each in against), f"{file}: {against}"
