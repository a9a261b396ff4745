"""The ignore file: what it accepts, what is said of entries that accept nothing, and of each mistake in it."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.errors import EstateError
from cxcontracts.findings import Change, Compared, Level, Verdict
from cxcontracts.ignoring import Ignores, read_ignore
from cxcontracts.problems import Problem

TODAY = datetime.date(2026, 11, 22)
BROKEN = Change(
    "POST /orders body application/json note",
    "property removed",
    rule="request-property-removed",
    verdict=Verdict.BROKEN,
    level=Level.ERROR,
    fingerprint="3f2a9c0d1b4e5f67",
)
WIDER = Change(
    "GET /orders 200 application/json state",
    'may be "lost" now',
    rule="response-enum-widened",
    level=Level.WARNING,
    fingerprint="b0000000000000e1",
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("ignore.yaml")


def ignores(file: Path, *entries: str) -> Ignores:
    """What a file with these entries reads as."""
    file.write_text("format: 1\nignore:\n" + "".join(f"  - {entry}\n" for entry in entries) + ("" if entries else "  []\n"))
    return read_ignore(file, TODAY)


def waived(file: Path, *entries: str) -> list[str]:
    """The reasons for which BROKEN and WIDER are accepted by these entries; empty for one that is not."""
    return [change.waived for change in ignores(file, *entries).applied(compared()).changes]


def compared(*changes: Change) -> Compared:
    return Compared("orders", None, None, changes or (BROKEN, WIDER))


def mistakes(file: Path, text: str) -> list[str]:
    file.write_text(text)
    with pytest.raises(EstateError) as caught:
        read_ignore(file, TODAY)
    return [str(problem) for problem in caught.value.problems]


def told(problems: tuple[Problem, ...]) -> list[str]:
    assert all(problem.warning for problem in problems)
    return list(map(str, problems))


# --- what is accepted ---------------------------------------------------------------------------------------------------------


def test_a_change_is_accepted_by_its_rule_or_by_its_fingerprint(file: Path) -> None:
    assert waived(file, "{rule: request-property-removed, why: agreed}") == ["agreed", ""]
    assert waived(file, "{fingerprint: B0000000000000E1, why: our clients have a default branch}") == [
        "",
        "our clients have a default branch",
    ]


def test_an_accepted_change_is_waived_and_otherwise_as_it_was(file: Path) -> None:
    accepted, other = ignores(file, "{rule: request-property-removed, why: agreed}").applied(compared()).changes
    assert accepted == replace(BROKEN, verdict=Verdict.WAIVED, waived="agreed")
    assert other == WIDER


@pytest.mark.parametrize(
    ("element", "accepted"),
    [
        ("POST /orders *", True),
        ("* note", True),
        ("POST  /orders body application/json  note", True),
        ("POST /orders", False),
        ("POST /order? *", False),
        ("[P]OST *", False),
        ("post *", False),
    ],
)
def test_an_element_narrows_a_rule_to_where_it_shows(file: Path, element: str, accepted: bool) -> None:
    reason, _ = waived(file, f'{{rule: request-property-removed, element: "{element}", why: agreed}}')
    assert bool(reason) is accepted


def test_all_that_an_entry_names_has_to_be_true_of_a_change(file: Path) -> None:
    assert waived(file, "{rule: response-enum-widened, fingerprint: 3f2a9c0d1b4e5f67, why: agreed}") == ["", ""]
    assert waived(file, "{fingerprint: 3f2a9c0d1b4e5f67, element: GET *, why: agreed}") == ["", ""]


def test_of_several_entries_that_accept_a_change_the_first_gives_the_reason(file: Path) -> None:
    both = ignores(file, "{rule: request-property-removed, why: one}", "{fingerprint: 3f2a9c0d1b4e5f67, why: other}")
    assert both.applied(compared(BROKEN)).changes[0].waived == "one"
    assert both.idle() == ()


def test_an_entry_counts_until_the_end_of_its_last_day(file: Path) -> None:
    assert waived(file, "{rule: request-property-removed, why: agreed, until: 2026-11-22}") == ["agreed", ""]
    assert waived(file, "{rule: request-property-removed, why: agreed, until: 2026-11-21}") == ["", ""]


def test_a_file_without_entries_accepts_nothing(file: Path) -> None:
    assert waived(file) == ["", ""]
    assert ignores(file).idle() == ()


# --- what accepts nothing -----------------------------------------------------------------------------------------------------


def test_an_entry_that_ended_is_told_whether_or_not_it_would_match(file: Path) -> None:
    ended = ignores(file, "{rule: request-property-removed, why: agreed, until: 2026-11-21}")
    ended.applied(compared())
    assert told(ended.idle()) == [
        "ignore.yaml:3:5: the entry ended on 2026-11-21 and no longer counts; take it out, or agree on a new date"
    ]


def test_an_entry_is_idle_until_it_accepts_a_change_of_any_contract(file: Path) -> None:
    entry = ignores(file, "{rule: response-enum-widened, why: agreed}")
    entry.applied(compared(BROKEN))
    assert told(entry.idle()) == ["ignore.yaml:3:5: the entry matches no change; take it out"]
    entry.applied(compared(WIDER))
    assert entry.idle() == ()


def test_an_element_that_matches_nothing_is_told_with_the_nearest_that_was_met(file: Path) -> None:
    entry = ignores(file, "{rule: request-property-removed, element: POST /orders body application/json notes, why: agreed}")
    entry.applied(compared())
    assert told(entry.idle()) == [
        "ignore.yaml:3:5: the entry matches no change; did you mean 'POST /orders body application/json note'?"
    ]


# --- mistakes -----------------------------------------------------------------------------------------------------------------


def test_every_mistake_of_a_file_is_told_at_once_each_in_its_place(file: Path) -> None:
    entries = (
        "{rule: response-enum-widend, why: agreed, until: 31.12.2027}",
        "{fingerprint: 3f2a, why: agreed}",
        "{fingerprint: 1234567890123456, why: agreed}",
        "{fingerprint: true, why: agreed}",
        "{element: GET *, why: agreed}",
        "{rules: deprecated, why: agreed}",
        "{rule: deprecated}",
        "deprecated",
        "{rule: deprecated, why: ' '}",
        "{rule: zzz, why: agreed}",
    )
    assert mistakes(file, "format: 1\nignore:\n" + "".join(f"- {entry}\n" for entry in entries)) == [
        "ignore.yaml:3:10: there is no rule 'response-enum-widend'; did you mean 'response-enum-widened'?",
        "ignore.yaml:3:52: '31.12.2027' is no date; write year-month-day, as 2027-01-31",
        "ignore.yaml:4:17: '3f2a' is no fingerprint; copy its 16 digits and letters from a report",
        "ignore.yaml:5:17: the fingerprint was read as a number; put it in quotes, as the report shows it",
        "ignore.yaml:6:17: true is no fingerprint; copy its 16 digits and letters from a report",
        "ignore.yaml:7:3: the entry does not say which changes are accepted; write rule: ID, or fingerprint: …",
        "ignore.yaml:8:4: 'rules' is no key of an entry of 'ignore'; did you mean 'rule'?",
        "ignore.yaml:9:3: an entry of 'ignore' needs 'why'; write why: …",
        "ignore.yaml:10:3: an entry of 'ignore' must be a map, not text; write it as {rule: …, why: …, until: 2027-01-31}",
        "ignore.yaml:11:27: 'why' is blank; write something, or leave the key out",
        "ignore.yaml:12:10: there is no rule 'zzz'; cxcontracts explain lists all of them",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ignore.yaml:1:1: the file is empty; write format: 1 and ignore: […]"),
        ("format: 1\n", "ignore.yaml:1:1: the ignore file needs 'ignore'; write ignore: …"),
        (
            "format: true\nignore: []\n",
            "ignore.yaml:1:9: this release reads format 1, not true; "
            "write format: 1, or use a release of cxcontracts that reads true",
        ),
        ("ignore: []\n", "ignore.yaml:1:1: the ignore file needs 'format'; write format: …"),
        (
            "format: 2\nentries: 7\n",
            "ignore.yaml:1:9: this release reads format 1, not 2; write format: 1, or use a release of cxcontracts that reads 2",
        ),
        ("- rule: deprecated\n", "ignore.yaml:1:1: the file must be a map, not a list; write it as {format: 1, ignore: […]}"),
        (
            "format: 1\nignore: {rule: deprecated}\n",
            "ignore.yaml:2:9: 'ignore' must be a list, not a map; write each entry on a line of its own, with - in front",
        ),
    ],
)
def test_a_file_that_is_no_ignore_file_is_told_as_such(file: Path, text: str, message: str) -> None:
    assert mistakes(file, text) == [message]


def test_a_file_that_is_not_there_is_told_by_its_name(file: Path) -> None:
    with pytest.raises(EstateError, match=r"^ignore\.yaml:1:1: there is no such file; check the name$"):
        read_ignore(file, TODAY)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["format", "ignore", "rule", "fingerprint", "element", "why", "until", "x"]), inner)
    ),
    max_leaves=12,
)


@given(anything)
def test_whatever_stands_there_is_read_or_told(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    file = tmp_path_factory.getbasetemp() / "drawn.yaml"
    file.write_text(json.dumps(value), encoding="utf-8")
    try:
        read_ignore(file, TODAY).applied(compared())
    except EstateError as error:
        assert error.problems
