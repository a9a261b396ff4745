"""waivers.yaml and estate.lock with anything wrong in them: told with its place, or read; never run, never followed outside."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.damage import Stroke, damaged
from cxcontracts.documents import parse
from cxcontracts.errors import ContractError, EstateError, UsageError
from cxcontracts.estate.lock import digest, rendered
from cxcontracts.estate.model import Waiver
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Verdict
from cxcontracts.opening import open_estate
from cxcontracts.taking import read_pins
from cxcontracts.waiving import added
from tests.estates import TODAY
from tests.estates_made import answers, one_step, write
from tests.test_diff_mutations import STROKES, TIMES

RECORD = answers("{a: {type: string}}", "[a]")
CHANGED = answers("{a: {type: integer}}", "[a]")
JOURNEY = one_step("needs: {a: text}", "GET /thing")
WAIVERS: JSON = [
    {"id": "j/s/needs:a", "who": "Ada", "why": "known", "until": "2027-05-31", "issue": "CX-1", "partner": "p"},
    {"id": "*/*/*", "who": "Grace", "why": "known"},
]
PINNED = {"openapi.yaml": digest(RECORD.encode()), "parts/a.yaml": f"sha256:{64 * 'a'}"}
PIN = {"source": "../api.yaml", "file": "openapi.yaml", "version": "1.0.0", "taken": "2026-01-01", "who": "Ada", "files": PINNED}
LOCK: JSON = {"format": 1, "contracts": {"p": {"contract": PIN, "events": PIN}}}

YAML_LIKE = st.text(alphabet="ab:-{}[]#&*!|>'\"%@`,?~ \n\t0.\x00\u202e\u2028é", max_size=60)
ANYTHING = (
    st.binary(max_size=60) | YAML_LIKE.map(lambda text: text.encode()) | st.text(max_size=40).map(lambda text: text.encode())
)


OPENED: list[str] = []
"""Each time that a lock, or what lies outside of an estate, is opened, by whatever part of Python."""


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and str(arguments[0]).endswith(("estate.lock", "outside.yaml")):
        OPENED.append(str(arguments[0]))


sys.addaudithook(_note)


@contextmanager
def estate(name: str = "", content: bytes = b"") -> Iterator[Path]:
    """Yield the folder of an estate with a further file."""
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), JOURNEY, {"p": RECORD})
        if name:
            (root / name).write_bytes(content)
        yield root


def judge(name: str, content: bytes) -> None:
    """Judge a change in an estate with such a file; a mistake in the file has its place in it."""
    with estate(name, content) as root:
        (root / "candidate.yaml").write_text(CHANGED, encoding="utf-8")
        try:
            run = open_estate(root, {"p": root / "candidate.yaml"}, TODAY).impact()
        except EstateError as error:
            assert {problem.place.file for problem in error.problems} == {name}
            return
        assert {finding.verdict for finding in run.findings} & {Verdict.BROKEN, Verdict.WAIVED}


def pins(content: bytes) -> None:
    """Read a lock as refresh does; what is read can be written, and is the same then."""
    with estate("estate.lock", content) as root, contextlib.suppress(EstateError):
        found = read_pins(root)
        (root / "estate.lock").write_text(rendered(found), encoding="utf-8")
        assert read_pins(root) == found


@settings(max_examples=150 * TIMES, deadline=None)
@given(strokes=STROKES)
def test_whatever_is_wrong_with_waivers_is_a_mistake_in_its_place_or_read(strokes: list[Stroke]) -> None:
    judge("waivers.yaml", json.dumps(damaged(WAIVERS, strokes)).encode())


@settings(max_examples=150 * TIMES, deadline=None)
@given(strokes=STROKES)
def test_whatever_is_wrong_with_a_lock_is_a_mistake_in_its_place_or_read(strokes: list[Stroke]) -> None:
    content = json.dumps(damaged(LOCK, strokes)).encode()
    judge("estate.lock", content)
    pins(content)


@settings(max_examples=150 * TIMES, deadline=None)
@given(content=ANYTHING)
def test_whatever_stands_in_place_of_waivers_or_a_lock_is_a_mistake_or_read(content: bytes) -> None:
    judge("waivers.yaml", content)
    judge("estate.lock", content)
    pins(content)


@settings(max_examples=300 * TIMES, deadline=None)
@given(content=ANYTHING | STROKES.map(lambda strokes: json.dumps(damaged(WAIVERS, strokes), indent=1).encode()))
def test_a_waiver_is_added_to_whatever_is_a_list_and_leaves_it_as_it_is_or_is_refused(content: bytes) -> None:
    with contextlib.suppress(ContractError, UsageError):
        after = added(content, Waiver("a/b/c", "Ada", "known", TODAY))
        before = parse(content, "waivers.yaml").value if content.strip() else None
        assert parse(after, "waivers.yaml").value[:-1] == (before or [])
        assert parse(after, "waivers.yaml").value[-1]["id"] == "a/b/c"


@pytest.mark.parametrize(
    "name",
    ["../../estate.yaml", "../q/openapi.yaml", "/etc/passwd", "a/../../../estate.yaml", "..\\..\\estate.yaml", "a\0b", ".."],
)
@pytest.mark.parametrize("key", ["file", "files"])
def test_a_lock_that_names_what_lies_outside_of_the_partners_folder_is_refused_and_nothing_there_is_read(
    name: str, key: str
) -> None:
    changed = {**PIN, "files": {"openapi.yaml": PINNED["openapi.yaml"]}}
    changed |= {"file": name} if key == "file" else {"files": {**changed["files"], name: PINNED["parts/a.yaml"]}}  # type: ignore[dict-item]
    lock = json.dumps({"format": 1, "contracts": {"p": {"contract": changed}}}).encode()

    with estate("estate.lock", lock) as root:
        with pytest.raises(EstateError) as raised:
            open_estate(root)
        with pytest.raises(EstateError):
            read_pins(root)

    assert [problem.code for problem in raised.value.problems] == ["contract-outside"]


@pytest.mark.parametrize("partner", ["..", "../..", "/etc", "p/../../.."])
def test_a_lock_whose_partner_is_a_way_out_is_refused_and_nothing_there_is_read(partner: str) -> None:
    pinned = {**PIN, "files": {"estate.yaml": PINNED["parts/a.yaml"]}}
    lock = json.dumps({"format": 1, "contracts": {partner: {"contract": pinned}}}).encode()

    with estate("estate.lock", lock) as root, pytest.raises(EstateError) as raised:
        open_estate(root)

    assert [problem.code for problem in raised.value.problems] == ["id"]


@pytest.mark.parametrize(
    ("partner", "name"),
    [
        ("p", "../../../outside.yaml"),
        ("p", "parts/../../../../outside.yaml"),
        ("p", ""),
        ("..", "../outside.yaml"),
        ("", "outside.yaml"),
    ],
)
def test_what_a_lock_names_outside_of_the_partners_folder_is_never_opened(partner: str, name: str) -> None:
    with estate() as root:
        outside = root.parent / "outside.yaml"
        outside.write_text("a: 1\n", encoding="utf-8")
        pinned = {**PIN, "files": {name or str(outside): PINNED["parts/a.yaml"]}}
        lock = {"format": 1, "contracts": {partner or str(root.parent): {"contract": pinned}}}
        (root / "estate.lock").write_text(json.dumps(lock), encoding="utf-8")
        OPENED.clear()
        with pytest.raises(EstateError):
            open_estate(root)

        assert any(path.endswith("estate.lock") for path in OPENED)
        assert [path for path in OPENED if path.endswith("outside.yaml")] == []


def test_a_link_that_leads_out_of_the_partners_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("a: 1\n", encoding="utf-8")
    pinned = {**PIN, "files": {"openapi.yaml": PINNED["openapi.yaml"], "link.yaml": digest(outside.read_bytes())}}

    with estate("estate.lock", json.dumps({"format": 1, "contracts": {"p": {"contract": pinned}}}).encode()) as root:
        (root / "partners/p/link.yaml").symlink_to(outside)
        with pytest.raises(EstateError) as raised:
            open_estate(root)

    assert [problem.code for problem in raised.value.problems] == ["lock-outside"]


@pytest.mark.parametrize(
    "why", ["$env.HOME", "$(id)", "`id`", "${who}", "{{7*7}}", "{0.__class__}", "%s", "__import__('os').getcwd()", "$file.x"]
)
def test_what_a_waiver_says_is_text_and_nothing_else(why: str) -> None:
    content = json.dumps([{"id": "j/s/*", "who": why, "why": why, "until": "2027-05-31"}]).encode()

    with estate("waivers.yaml", content) as root:
        (root / "candidate.yaml").write_text(CHANGED, encoding="utf-8")
        (finding,) = [
            each
            for each in open_estate(root, {"p": root / "candidate.yaml"}, TODAY).impact().findings
            if each.verdict is Verdict.WAIVED
        ]

    assert finding.waived == f"{why} until 2027-05-31: {why}"


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.getcwd []", "!!python/name:os.system ''", "!include x"])
@pytest.mark.parametrize("name", ["waivers.yaml", "estate.lock"])
def test_a_tag_makes_nothing_but_text_or_a_mistake(tag: str, name: str) -> None:
    judge(name, f"- {{id: j/s/needs:a, who: {tag}, why: known}}\n".encode())


def test_a_pattern_of_nothing_but_stars_comes_to_an_end() -> None:
    assert not Waiver("j/s/" + "*a" * 500, "Ada", "known", None).accepts("j/s/" + "a" * 400 + "b", ())
