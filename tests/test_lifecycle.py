"""What is announced about the end and the stability of a part, and what was announced of one that is gone."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.exchanges import JSON
from cxcontracts.lifecycle import STABILITIES, announcements, day_of, is_tentative, removal
from cxcontracts.rules import RULES

TODAY = datetime.date(2026, 11, 22)
AGREED = 90
PART = dict[str, JSON]

parts: st.SearchStrategy[PART] = st.fixed_dictionaries(
    {},
    optional={
        "deprecated": st.sampled_from([True, False, "yes", None]),
        "x-sunset": st.sampled_from(["2027-01-31", "2028-01-31", "soon", "", None, 7, ["2027-01-31"]]) | st.text(),
        "x-stability-level": st.sampled_from([*STABILITIES, "ga", None, 1, {}]) | st.text(),
    },
)


def told(old: PART, new: PART, notice: int | None = None) -> dict[str, str]:
    """Rule to the sentence that a report makes of it."""
    said = list(announcements(old, new, TODAY, notice))
    assert len(dict(said)) == len(said)
    return {rule: RULES[rule].sentence.format(name="GET /a", change=change) for rule, change in said}


def ending(sunset: JSON = None) -> PART:
    return {"deprecated": True} if sunset is None else {"deprecated": True, "x-sunset": sunset}


def stable(level: JSON) -> PART:
    return {"x-stability-level": level}


# --- the end ------------------------------------------------------------------------------------------------------------------


def test_a_part_that_is_deprecated_now_is_announced_with_the_day_of_its_end() -> None:
    assert told({}, ending()) == {"deprecated": "GET /a is deprecated"}
    assert told({}, ending("2027-03-31")) == {"deprecated": "GET /a is deprecated, and ends on 2027-03-31"}
    assert told({}, ending("2026-11-22")) == {"deprecated": "GET /a is deprecated, and ends on 2026-11-22"}
    assert told({}, ending("2020-03-31")) == {"deprecated": "GET /a is deprecated, and was to end on 2020-03-31"}


def test_a_sunset_announces_an_end_without_deprecated_beside_it() -> None:
    assert told({}, {"x-sunset": "2027-03-31"}) == {"deprecated": "GET /a ends on 2027-03-31"}
    assert told({"x-sunset": "2027-03-31"}, {}) == {"no-longer-deprecated": "the end of GET /a is no longer announced"}
    assert told({"x-sunset": "2027-03-31"}, ending("2027-03-31")) == {
        "deprecated": "GET /a is deprecated, and ends on 2027-03-31"
    }


def test_a_part_that_is_no_longer_deprecated_stays_after_all() -> None:
    assert told(ending("2027-03-31"), {"deprecated": False}) == {
        "no-longer-deprecated": "the end of GET /a is no longer announced"
    }


def test_a_day_that_is_named_later_is_announced_too() -> None:
    assert told(ending(), ending("2027-03-31")) == {"deprecated": "GET /a ends on 2027-03-31, as is said now"}


def test_a_sunset_that_moves_is_told_by_the_direction_in_which_it_moves() -> None:
    assert told(ending("2027-03-31"), ending("2027-03-30")) == {
        "sunset-brought-forward": "GET /a ends sooner than announced: on 2027-03-30, and 2027-03-31 was announced"
    }
    assert told(ending("2027-03-31"), ending("2027-04-01")) == {
        "sunset-postponed": "GET /a stays longer: until 2027-04-01, and 2027-03-31 was announced"
    }


def test_a_sunset_that_is_taken_away_from_what_stays_deprecated_is_missed() -> None:
    assert told(ending("2027-03-31"), ending()) == {"sunset-removed": "the sunset of GET /a is gone: it was 2027-03-31"}
    assert told(ending("in spring"), ending()) == {"sunset-removed": 'the sunset of GET /a is gone: it was "in spring"'}


def test_the_same_day_written_in_another_form_changes_nothing() -> None:
    forms = ("2027-03-31", "2027-03-31T00:00:00Z", "2027-03-31t08:00:00+01:00", "Wed, 31 Mar 2027 00:00:00 GMT")
    assert [told(ending(one), ending(other)) for one in forms for other in forms] == [{}] * 16


def test_a_sunset_that_is_no_date_is_told_whichever_version_has_it() -> None:
    assert told({}, ending("in spring")) == {
        "deprecated": "GET /a is deprecated",
        "sunset-unreadable": 'the sunset of GET /a cannot be read: "in spring" is no date',
    }
    assert list(told(ending("2027-03-31"), ending(20270331))) == ["sunset-unreadable"]
    assert told(ending("in spring"), ending("2027-03-31")) == {
        "sunset-unreadable": 'the sunset of GET /a cannot be read: "in spring" was no date, '
        "so nobody can tell whether 2027-03-31 is sooner"
    }
    assert told(ending("in spring"), ending("in spring")) == {}


@pytest.mark.parametrize(
    "written",
    ["2027-02-29", "20270331", "2027-03-31T25:00:00Z", "2027-03-31T10:00", "Wed, 31 Mar 2027", "Wed, 31 Mrz 2027 00:00:00 GMT"],
)
def test_a_text_that_only_looks_like_a_date_is_none(written: str) -> None:
    assert day_of(written) is None


# --- the notice that is due ---------------------------------------------------------------------------------------------------


def test_without_an_agreed_notice_no_day_is_too_soon_and_none_has_to_be_named() -> None:
    assert list(told({}, ending("2026-11-23"))) == list(told({}, ending())) == ["deprecated"]


def test_with_an_agreed_notice_a_day_has_to_be_named() -> None:
    assert told({}, ending(), AGREED) == {
        "deprecated": "GET /a is deprecated",
        "deprecated-without-sunset": "GET /a is deprecated, and nobody says until when it stays",
    }
    assert told(ending(), ending(), AGREED) == {}


def test_with_an_agreed_notice_a_day_that_is_newly_named_leaves_as_much() -> None:
    assert list(told({}, ending("2027-02-20"), AGREED)) == ["deprecated"]
    assert told({}, ending("2027-02-19"), AGREED)["sunset-too-soon"] == (
        "GET /a ends too soon: on 2027-02-19, 89 days from now, and 90 days of notice are due"
    )
    assert list(told(ending(), ending("2026-11-23"), AGREED)) == ["deprecated", "sunset-too-soon"]


@pytest.mark.parametrize(
    ("day", "when"), [("2026-11-23", "1 day from now"), ("2026-11-22", "which is today"), ("2020-01-01", "which is past")]
)
def test_a_day_that_is_near_or_past_is_told_as_what_it_is(day: str, when: str) -> None:
    assert f"on {day}, {when}, and" in told({}, ending(day), AGREED)["sunset-too-soon"]


# --- stability ----------------------------------------------------------------------------------------------------------------


def test_a_part_is_less_stable_when_its_level_falls_and_more_when_it_rises() -> None:
    assert told(stable("stable"), stable("beta")) == {
        "stability-decreased": "GET /a is less stable: it was stable, and is beta now"
    }
    assert told(stable("draft"), stable("alpha")) == {
        "stability-increased": "GET /a is more stable: it was draft, and is alpha now"
    }


def test_a_part_without_a_level_is_stable_since_nobody_was_told_otherwise() -> None:
    assert told({}, stable("stable")) == told(stable("stable"), {}) == {}
    assert told({}, stable("beta")) == {"stability-decreased": "GET /a is less stable: it had no level, and is beta now"}
    assert told(stable("alpha"), {}) == {"stability-increased": "GET /a is more stable: it was alpha, and has none now"}


def test_a_level_that_nobody_knows_is_told_whichever_version_has_it() -> None:
    assert told({}, stable("ga")) == {"stability-unreadable": 'the stability of GET /a cannot be read: "ga" is no level'}
    assert told(stable(1), stable("beta")) == {"stability-unreadable": "the stability of GET /a cannot be read: 1 was no level"}
    assert told(stable("ga"), stable("ga")) == {}


# --- what is gone -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ({}, ("operation-removed", "GET /a is gone: every call of it fails")),
        (
            ending("2026-11-23"),
            ("operation-removed-before-sunset", "GET /a is gone before its sunset: it was to stay until 2026-11-23"),
        ),
        (
            ending("2026-11-22"),
            ("operation-removed-as-announced", "GET /a is gone, as announced: it was to stay until 2026-11-22"),
        ),
        (
            ending(),
            ("operation-removed-as-announced", "GET /a is gone, as announced: it was deprecated, and no day was named"),
        ),
        (
            stable("alpha"),
            ("operation-removed-as-announced", "GET /a is gone, and was alpha only, which promises nothing"),
        ),
        (stable("beta"), ("operation-removed", "GET /a is gone: every call of it fails")),
        (ending("in spring"), ("operation-removed", "GET /a is gone: every call of it fails")),
        (
            ending("in spring") | stable("draft"),
            ("operation-removed-as-announced", "GET /a is gone, and was draft only, which promises nothing"),
        ),
    ],
)
def test_what_is_gone_is_told_by_what_was_announced(old: PART, said: tuple[str, str]) -> None:
    rule, change = removal(old, TODAY)
    assert (rule, RULES[rule].sentence.format(name="GET /a", change=change)) == said


@pytest.mark.parametrize("part", ["operation", "request-parameter", "request-property", "response-header", "response-property"])
@pytest.mark.parametrize("old", [{}, ending(), ending("2027-03-31")])
def test_whatever_can_go_has_its_rules(part: str, old: PART) -> None:
    rule, _ = removal(old, TODAY, f"{part}-removed")
    assert rule.startswith(f"{part}-removed")
    assert RULES[rule].proved is not rule.endswith("-as-announced")


def test_drafts_and_alphas_promise_nothing() -> None:
    assert [level for level in (*STABILITIES, None, "ga") if is_tentative(stable(level))] == ["draft", "alpha"]


# --- laws ---------------------------------------------------------------------------------------------------------------------


@given(parts)
def test_a_part_beside_itself_announces_nothing(part: PART) -> None:
    assert told(part, part, AGREED) == {}


@given(parts, parts)
def test_whatever_is_written_is_told_by_rules_that_exist(old: PART, new: PART) -> None:
    assert set(told(old, new, AGREED)) <= set(RULES)
    assert removal(old, TODAY)[0] in RULES
