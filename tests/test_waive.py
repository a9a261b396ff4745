"""``waive``: a waiver more in waivers.yaml, and nothing else touched."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from cxcontracts.documents import parse
from cxcontracts.errors import UsageError
from cxcontracts.estate.model import Waiver
from cxcontracts.waiving import added
from tests.workplace import BREAKING, Workplace, workplace

ID = "track-parcel/see-parcel/needs:expectedOn"
WAIVERS = "contracts/waivers.yaml"
WORDS = ["waive", ID, "--until", "2099-12-31", "--why", "the app says so too", "--who", "Ada, head of shop"]


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


def waiver(id: str = ID, why: str = "known", who: str = "Ada", until: str = "2099-12-31", issue: str = "") -> Waiver:
    return Waiver(id, who, why, datetime.date.fromisoformat(until) if until else None, issue)


def test_a_break_that_is_waived_is_shown_with_who_accepts_it_and_closes_no_gate(here: Workplace) -> None:
    impact = ("impact", "courier", "--candidate", BREAKING)
    broken = here.run(*impact)
    assert broken.exit_code == 1

    ran = here.run(*WORDS)

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == f"{WAIVERS}: {ID} is accepted by Ada, head of shop until 2099-12-31: the app says so too\n"
    again = here.run(*impact)
    assert again.exit_code == 0
    assert "accepted by Ada, head of shop until 2099-12-31: the app says so too" in " ".join(again.stdout.split())


def test_comments_order_and_spelling_stay() -> None:
    text = b"# who accepted what\n\n-   id: 'a/b/c'   # soon over\n    who: Grace\n    why: \"because: of it\"\n# the end"

    after = added(text, waiver())

    assert after.startswith(text + b"\n")
    assert [each["id"] for each in parse(after, "waivers.yaml").value] == ["a/b/c", ID]


@pytest.mark.parametrize("text", [None, b"", b"\n\n", b"# nothing yet\n"])
def test_a_file_that_is_not_there_or_says_nothing_begins_with_it(text: bytes | None) -> None:
    (entry,) = parse(added(text, waiver()), "waivers.yaml").value

    assert entry == {"id": ID, "who": "Ada", "why": "known", "until": "2099-12-31"}


def test_a_list_that_is_indented_goes_on_so() -> None:
    after = added(b"  - id: a/b/c\n    who: Grace\n    why: known\n", waiver())

    assert f"\n  - id: {ID}\n    who: Ada\n".encode() in after.replace(b'"', b"")
    assert len(parse(after, "waivers.yaml").value) == 2


@pytest.mark.parametrize(
    "text",
    [
        "plain words",
        "yes",
        "null",
        "2026",
        "a: b",
        "a #b",
        "- a",
        "'a'",
        '"',
        "é ü",
        "{a}",
        "*all",
        "a\\b",
        " x ",
        "on",
        "1.5",
        "🙂",
    ],
)
def test_whatever_is_said_reads_back_as_it_was(text: str) -> None:
    entry = parse(added(None, waiver(id=f"a/b/{text}", who=text, why=text, issue=text)), "w").value[0]

    assert [entry[key] for key in ("id", "who", "why", "issue")] == [f"a/b/{text}", text, text, text]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"- {{id: {ID}, who: Ada, why: known}}\n", "stands there already; change its date and its reason there"),
        ("[{id: a/b/c, who: Ada, why: known}]\n", "waivers.yaml is written in brackets; write each waiver in lines of its own"),
        ("a: b\n", "waivers.yaml is no list in lines of its own"),
        ("[]\n", "waivers.yaml is no list in lines of its own"),
    ],
)
def test_what_cannot_be_added_to_is_left_alone_and_told(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("'", ".")):
        added(text.encode(), waiver())


@pytest.mark.parametrize(
    ("swap", "message"),
    [
        (
            (ID, "track-parcel/see-parcel/needs:expectedO"),
            "nothing has the id 'track-parcel/see-parcel/needs:expectedO'; did you",
        ),
        ((ID, "track-parcl/see-parcel/needs:expectedOn"), "nothing has the id"),
        ((ID, "needs:expectedOn"), "'needs:expectedOn' is no id of a requirement; copy it from a report"),
        (("2099-12-31", "31.12.2099"), "--until '31.12.2099' is no day; write YEAR-MONTH-DAY"),
        (("2099-12-31", "2020-01-01"), "--until 2020-01-01 has passed; name a day to come"),
        (("the app says so too", " "), "--why says nothing; write it in a few words"),
    ],
)
def test_a_mistake_writes_nothing_and_says_what_to_do(swap: tuple[str, str], message: str, here: Workplace) -> None:
    ran = here.run(*(word.replace(*swap) for word in WORDS))

    assert ran.exit_code == 2
    assert message in ran.stderr
    assert not (here.folder / WAIVERS).exists()


def test_a_waiver_with_a_star_may_be_of_several(here: Workplace) -> None:
    assert here.run(*("track-parcel/*" if word == ID else word for word in WORDS)).exit_code == 2  # no third part

    assert here.run(*("track-parcel/*/needs:*" if word == ID else word for word in WORDS)).exit_code == 0


def test_whatever_breaks_at_a_partner_may_be_waived(here: Workplace) -> None:
    every = [*("*/*/*" if word == ID else word for word in WORDS), "--partner", "courier"]

    ran = here.run(*every)

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"{WAIVERS}: */*/* at courier is accepted by Ada")
    (entry,) = parse(here.read(WAIVERS).encode(), WAIVERS).value
    assert (entry["id"], entry["partner"]) == ("*/*/*", "courier")
    assert here.run("impact", "courier", "--candidate", BREAKING).exit_code == 0
    again = here.run(*every)
    assert again.exit_code == 2
    assert "stands there already" in again.stderr
    other = [word.replace("courier", "orders") for word in every]
    assert here.run(*other).exit_code == 0


@pytest.mark.parametrize(
    ("id", "partner", "message"),
    [
        ("*/*/*", "couriers", "partner 'couriers' is not in the estate; did you mean 'courier'?"),
        (ID, "orders", f"nothing has the id {ID!r} at partner 'orders'; "),
    ],
)
def test_a_waiver_of_nothing_at_a_partner_is_refused(id: str, partner: str, message: str, here: Workplace) -> None:
    ran = here.run(*(id if word == ID else word for word in WORDS), "--partner", partner)

    assert ran.exit_code == 2
    assert message in ran.stderr
    assert not (here.folder / WAIVERS).exists()


def test_a_waiver_of_what_contracts_do_not_show_is_taken(here: Workplace) -> None:
    assert here.run(*("track-parcel/see-parcel/responds-within" if word == ID else word for word in WORDS)).exit_code == 0
