"""What each kind of requirement says of answers that were seen."""

from __future__ import annotations

import json
import textwrap
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from cxcontracts.documents import Malformed
from cxcontracts.documents.json_text import load
from cxcontracts.estate.model import Journey
from cxcontracts.exchanges import JSON, NO_BODY, Raw
from cxcontracts.findings import Verdict
from cxcontracts.plugins import kinds
from cxcontracts.verdicts import Observer, Verdicts
from cxcontracts.walks import Purpose, Sighting, Trouble
from tests.estates_made import one_step, opened, write
from tests.test_sets import CATASTROPHE
from tests.walks_made import AT, OPEN, at_step, findings, fuzzed, observe, saw, told, walk

DOWN = saw(status=503, trouble=Trouble.DOWN, why="it says that it is down (503)")


def again(body: JSON = NO_BODY, status: int = 200, **keys: Any) -> Sighting:
    return saw(body, status, purpose=Purpose.AGAIN, **keys)


# answers


@pytest.mark.parametrize(
    ("step", "sighting", "expected"),
    [
        ("", saw(status=200), ("intact", "")),
        ("", saw(status=204), ("intact", "")),
        ("", saw(status=302), ("broken", "it answers 302 instead of a success")),
        ("", saw({"title": "no"}, 422), ("broken", 'it answers 422 instead of a success: "no"')),
        ("", saw({"detail": ["no"], "message": "why"}, 500), ("broken", 'it answers 500 instead of a success: "why"')),
        ("status: 201", saw(status=200), ("broken", "it answers 200 instead of 201")),
        ("status: [201, 202]", saw(status=200), ("broken", "it answers 200 instead of 201 or 202")),
        ("status: 409", saw(status=409), ("intact", "")),
        ("", DOWN, ("inconclusive", "it says that it is down (503)")),
    ],
)
def test_a_call_answers_where_its_status_is_the_expected_one(
    step: str, sighting: Sighting, expected: tuple[str, str], tmp_path: Path
) -> None:
    assert told(at_step(tmp_path, step, sighting), "answers") == expected


@pytest.mark.parametrize(("status", "verdict"), [(200, "intact"), (422, "intact"), (500, "broken")])
def test_other_values_may_be_refused_but_nothing_may_fall_over_them(status: int, verdict: str, tmp_path: Path) -> None:
    found = at_step(tmp_path, "", saw(), fuzzed(status=status, q="Ng"))
    assert str(found["answers"].verdict) == verdict


def test_a_step_that_waits_names_what_it_waits_for_as_cause(tmp_path: Path) -> None:
    journey = "steps:\n  - {step: one, call: p GET /thing}\n  - {step: two, call: p GET /thing, needs: {a: text}}"
    waits = saw(step="two", trouble=Trouble.WAITS, why="waits for one", waits_for="one")
    found = findings(observe(tmp_path, journey, [saw(status=500, step="one"), waits]))

    assert told(found, "one/answers")[0] == "broken"
    for name in ("two/answers", "two/needs:a"):
        assert told(found, name) == ("inconclusive", "waits for one")
        assert found[name].cause == "j/one/answers"


# needs, needs-when, may-have


@pytest.mark.parametrize(
    ("body", "verdict", "because"),
    [
        ({"a": "x"}, "intact", ""),
        ({"a": ""}, "intact", ""),
        ({}, "broken", "a is missing"),
        ({"a": None}, "broken", "a is null; the journey needs text"),
        ({"a": 1}, "broken", "a is 1; the journey understands text"),
        ([], "broken", "a is missing"),
        (NO_BODY, "broken", "a is missing"),
        (Raw({"media": "text/plain", "text": "x"}), "broken", "a is missing"),
        (Raw({"media": "application/json"}, "it is no JSON"), "broken", "the answer cannot be read: it is no JSON"),
    ],
)
def test_a_need_holds_where_it_is_there_and_what_it_should_be(body: JSON, verdict: str, because: str, tmp_path: Path) -> None:
    assert told(at_step(tmp_path, "needs: {a: text}", saw(body)), "needs:a") == (verdict, because)


@pytest.mark.parametrize(
    "asks",
    [
        f"needs: {{a: {{pattern: '{CATASTROPHE}'}}}}",
        f"may-have: {{a: {{pattern: '{CATASTROPHE}'}}}}",
        f"must: ['a matches {json.dumps(CATASTROPHE)}']",
    ],
)
def test_what_a_pattern_gives_up_on_is_inconclusive_and_neither_broken_nor_intact(asks: str, tmp_path: Path) -> None:
    found = at_step(tmp_path, asks, saw({"a": "a" * 300}))
    (judged,) = (each for name, each in found.items() if name != "answers")
    assert (str(judged.verdict), judged.because) == ("inconclusive", "a pattern gives up on long texts")


@pytest.mark.parametrize(
    ("need", "body", "verdict"),
    [
        ("items.*.id: text", {"items": []}, "intact"),
        ("items.*.id: text", {"items": [{"id": "1"}, {"id": 2}]}, "broken"),
        ("items.0.id: text", {"items": []}, "broken"),
        ("'body': {type: array, minItems: 1}", [], "broken"),
        ("a: {type: [integer, 'null']}", {"a": None}, "intact"),
        ("a: date-time", {"a": "2027-01-15"}, "broken"),
        ("a: phone", {"a": "+441315550102"}, "intact"),
        ("a: phone", {"a": "01315550102"}, "broken"),
    ],
)
def test_a_need_reaches_every_item_that_its_path_does(need: str, body: JSON, verdict: str, tmp_path: Path) -> None:
    (found,) = (each for name, each in at_step(tmp_path, f"needs: {{{need}}}", saw(body)).items() if name.startswith("needs"))
    assert str(found.verdict) == verdict


def test_a_header_is_needed_whatever_its_case(tmp_path: Path) -> None:
    step = "needs: {header.ETag: text}"
    assert told(at_step(tmp_path, step, saw({}, headers={"etag": '"1"'})), "needs:header.ETag")[0] == "intact"
    assert told(at_step(tmp_path, step, saw({})), "needs:header.ETag") == ("broken", "the header etag is missing")


def test_what_otherwise_catches_is_tolerated_and_said_but_not_what_is_missing(tmp_path: Path) -> None:
    step = "needs: {a: {values: [x, y], otherwise: y}}"
    verdict, because = told(at_step(tmp_path, step, saw({"a": "z"})), "needs:a")
    assert verdict == "tolerated"
    assert because == 'a is "z"; the journey understands "x" or "y"; it is taken for "y"'
    for missing in ({}, {"a": None}):
        assert told(at_step(tmp_path, step, saw(missing)), "needs:a")[0] == "broken"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [({}, "intact"), ({"a": None}, "intact"), ({"a": 1}, "intact"), ({"a": -1}, "broken"), ({"a": "1"}, "broken")],
)
def test_what_an_answer_may_have_fits_when_it_is_there(body: JSON, verdict: str, tmp_path: Path) -> None:
    found = at_step(tmp_path, "may-have: {a: {type: integer, minimum: 0}}", saw(body))
    assert str(found["may-have:a"].verdict) == verdict


def test_a_need_on_a_condition_is_asked_of_the_answers_that_satisfy_it_alone(tmp_path: Path) -> None:
    step = """needs-when: [{when: 'a is in ["late"]', needs: {cause: text}}]"""
    assert told(at_step(tmp_path, step, saw({"a": "late"})), "needs-when:cause") == ("broken", "cause is missing")
    assert told(at_step(tmp_path, step, saw({"a": "late", "cause": "snow"})), "needs-when:cause") == ("intact", "")
    assert "needs-when:cause" not in at_step(tmp_path, step, saw({"a": "fine"}))


def test_every_success_counts_those_with_other_values_too(tmp_path: Path) -> None:
    found = at_step(tmp_path, "needs: {a: text}", saw({"a": "x"}), fuzzed({"a": None}, about="differs only in q", q="Ng"))

    assert told(found, "needs:a") == ("broken", "a is null; the journey needs text (differs only in q)")
    assert found["needs:a"].observed == 2


def test_an_error_says_nothing_of_what_a_success_needs(tmp_path: Path) -> None:
    assert told(at_step(tmp_path, "needs: {a: text}", saw({}, 500)), "needs:a") == ("inconclusive", "waits for s")
    assert told(at_step(tmp_path, "needs: {a: text}", saw({"a": "x"}), fuzzed({}, 422, q="")), "needs:a") == ("intact", "")


# accepts, asks-at-most


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, ("intact", "")),
        (422, ("broken", 'q may not be "Ng" (422) (it differs)')),
        (400, ("broken", 'q may not be "Ng" (400) (it differs)')),
        (409, ("intact", "")),
        (500, ("intact", "")),
    ],
)
def test_a_value_is_taken_unless_it_is_refused(status: int, expected: tuple[str, str], tmp_path: Path) -> None:
    given = "{name: {from: customer, minLength: 1, examples: [Ada]}}"
    found = at_step(tmp_path, "with: {q: $name}", saw(), fuzzed(status=status, name="Ng"), given=given)
    assert told(found, "accepts:q") == expected


def test_a_refusal_of_another_value_is_not_held_against_this_one(tmp_path: Path) -> None:
    given = "{name: {from: customer, examples: [Ada]}, other: {from: customer, examples: [x]}}"
    found = at_step(tmp_path, "with: {q: $name, r: $other}", saw(), fuzzed(status=422, name="Ng"), given=given)
    assert [name for name in ("accepts:q", "accepts:r") if found[name].verdict is Verdict.BROKEN] == ["accepts:q"]


def test_a_refusal_that_the_journey_informs_of_is_no_break(tmp_path: Path) -> None:
    given = "{name: {from: customer, examples: [Ada]}}"
    step = "with: {q: $name}\ninforms: [{when: nobody has it, status: 422}]"
    assert told(at_step(tmp_path, step, saw(), fuzzed(status=422, name="Ng"), given=given), "accepts:q")[0] == "intact"


@pytest.mark.parametrize(
    ("least", "expected"),
    [
        (saw(purpose=Purpose.LEAST), ("intact", "")),
        (saw(status=422, purpose=Purpose.LEAST), ("broken", "the least request is refused (422): it asks for more")),
        (saw(purpose=Purpose.LEAST, trouble=Trouble.SILENT, why="no answer"), ("inconclusive", "no answer")),
    ],
)
def test_the_least_request_is_enough_unless_it_is_refused(least: Sighting, expected: tuple[str, str], tmp_path: Path) -> None:
    given = "{name: {from: customer, examples: [Ada]}, more: {from: customer, examples: [x]}}"
    journey = one_step("with: {q: $name, r: $more}\nasks-at-most: [q]", "GET /thing", given)
    assert told(findings(observe(tmp_path, journey, [saw(), least]), 2), "asks-at-most") == expected


@pytest.mark.parametrize(
    ("status", "expected"), [(200, ("intact", "")), (409, ("intact", "")), (422, ("inconclusive", "waits for s"))]
)
def test_a_call_that_is_the_least_already_may_be_refused_for_what_it_says(
    status: int, expected: tuple[str, str], tmp_path: Path
) -> None:
    given = "{name: {from: customer, examples: [Ada]}}"
    step = "with: {q: $name}\nstatus: [200, 409]\nasks-at-most: [q]"
    found = at_step(tmp_path, step, saw(status=status), given=given)
    assert told(found, "asks-at-most") == expected
    assert found["asks-at-most"].cause == (None if expected[0] == "intact" else "j/s/answers")


# keep


@pytest.mark.parametrize(
    ("keep", "body", "expected"),
    [
        ("a", {"a": "x"}, ("intact", "")),
        ("a", {}, ("broken", "a is missing")),
        ("[a, b]", {"b": "x"}, ("intact", "")),
        ("[a, b]", {}, ("broken", "a and b is missing")),
        ("items.*.id", {"items": []}, ("broken", "items.*.id is missing")),
        ("a", Raw({}, "it is no JSON"), ("broken", "the answer cannot be read: it is no JSON")),
    ],
)
def test_what_is_kept_is_there(keep: str, body: JSON, expected: tuple[str, str], tmp_path: Path) -> None:
    assert told(at_step(tmp_path, f"keep: {{it: {keep}}}", saw(body)), "keep:it") == expected


def test_what_is_kept_is_taken_by_the_partner_to_whom_it_is_handed(tmp_path: Path) -> None:
    journey = "steps:\n  - {step: one, call: p GET /thing, keep: {it: a}}\n  - {step: two, call: o GET /thing, with: {q: $it}}"
    records = {"p": OPEN, "o": OPEN}
    taken = [saw({"a": "x"}, step="one"), saw(step="two", known={"it": "x"})]
    refused = [taken[0], saw(status=422, step="two", known={"it": "x"})]

    assert told(findings(observe(tmp_path, journey, taken, records=records)), "one/keep:it") == ("intact", "")
    verdict, because = told(findings(observe(tmp_path, journey, refused, records=records)), "one/keep:it")
    assert verdict == "broken"
    assert '"x"' in because and "two" in because


# informs


INFORMS = "informs: [{when: there is none, with: {q: ZZZ}, status: 404, tells: [what], retry-after: 30s}]"


def error(body: JSON = NO_BODY, status: int = 404, about: str = "there-is-none", **keys: Any) -> Sighting:
    return saw(body, status, purpose=Purpose.INFORMS, about=about, **keys)


def test_an_error_that_is_brought_about_is_judged_in_all_its_parts(tmp_path: Path) -> None:
    found = at_step(tmp_path, INFORMS, error({"title": "none"}, headers={"retry_after": "30"}))
    assert {name: str(each.verdict) for name, each in found.items() if name.startswith("informs")} == {
        "informs:there-is-none": "intact",
        "informs:there-is-none:tells:what": "intact",
        "informs:there-is-none:retry-after": "intact",
    }


@pytest.mark.parametrize(
    ("headers", "because"),
    [
        ({"retry_after": "31"}, "the header retry-after asks to wait 31 s; the journey waits 30 s at most"),
        ({"retry_after": "soon"}, 'the header retry-after is "soon", which is no time to wait'),
        (
            {"retry_after": "Fri, 15 Jan 2027 13:00:00 GMT", "date": "Fri, 15 Jan 2027 12:00:00 GMT"},
            "the header retry-after asks to wait 3,600 s; the journey waits 30 s at most",
        ),
        ({"retry_after": "Fri, 15 Jan 2027 12:00:30 GMT", "date": "Fri, 15 Jan 2027 12:00:00 GMT"}, ""),
    ],
)
def test_an_error_asks_to_wait_no_longer_than_the_journey_does(headers: dict[str, str], because: str, tmp_path: Path) -> None:
    found = at_step(tmp_path, INFORMS, error({"title": "none"}, headers=headers))
    assert told(found, "informs:there-is-none:retry-after") == ("broken" if because else "intact", because)


def test_an_error_that_is_no_error_is_broken_and_its_parts_wait_for_it(tmp_path: Path) -> None:
    found = at_step(tmp_path, INFORMS, error({}, 200))
    assert told(found, "informs:there-is-none") == ("broken", "it answers 200 instead of 404")
    assert told(found, "informs:there-is-none:tells:what") == ("inconclusive", "waits for the 404 of there-is-none")
    assert found["informs:there-is-none:tells:what"].cause == "j/s/informs:there-is-none"


@pytest.mark.parametrize("title", ["", "  "])
def test_an_error_whose_words_are_blank_tells_nothing(tmp_path: Path, title: str) -> None:
    found = at_step(tmp_path, INFORMS, error({"title": title}))
    assert told(found, "informs:there-is-none:tells:what") == ("broken", "title is empty, and tells the customer nothing")


def test_an_error_that_does_not_tell_what_it_should_is_broken(tmp_path: Path) -> None:
    found = at_step(tmp_path, INFORMS, error({"error": "none"}))
    assert told(found, "informs:there-is-none:tells:what") == ("broken", "title is missing")
    assert told(found, "informs:there-is-none:retry-after") == ("broken", "the header retry-after is missing")
    assert told(found, "informs:there-is-none")[0] == "intact"


def test_an_error_that_another_call_of_the_step_meets_is_judged_as_well(tmp_path: Path) -> None:
    step = "informs: [{when: it is overloaded, status: [429, 503], retry-after: 30s}]"
    met = saw(status=429, trouble=Trouble.THROTTLED, why="it throttles us (429)")
    found = at_step(tmp_path, step, met)
    assert told(found, "informs:it-is-overloaded")[0] == "intact"
    assert told(found, "informs:it-is-overloaded:retry-after") == ("broken", "the header retry-after is missing")
    assert "informs:it-is-overloaded" not in at_step(tmp_path, step, saw())


def test_a_call_that_meets_an_error_which_may_be_another_than_the_one_meant_is_the_cause_of_what_it_does_not_tell(
    tmp_path: Path,
) -> None:
    found = at_step(tmp_path, INFORMS, saw({"error": "there is no q"}, 404))
    for part in ("tells:what", "retry-after"):
        assert told(found, f"informs:there-is-none:{part}")[0] == "broken"
        assert found[f"informs:there-is-none:{part}"].cause == "j/s/answers"

    found = at_step(
        tmp_path, INFORMS, saw({"error": "there is no q"}, 404), error({"title": "none"}, headers={"retry_after": "60"})
    )
    assert found["informs:there-is-none:tells:what"].cause == "j/s/answers"
    assert found["informs:there-is-none:retry-after"].cause is None
    assert "asks to wait 60 s" in found["informs:there-is-none:retry-after"].because


def test_an_error_that_is_the_steps_own_success_stands_for_itself(tmp_path: Path) -> None:
    found = at_step(tmp_path, f"status: 404\n{INFORMS}", saw({"error": "none"}, 404))
    assert told(found, "informs:there-is-none:tells:what")[0] == "broken"
    assert found["informs:there-is-none:tells:what"].cause is None


def test_an_error_that_could_not_be_brought_about_is_inconclusive(tmp_path: Path) -> None:
    silent = error(trouble=Trouble.SILENT, why="no answer within 1 s")
    assert told(at_step(tmp_path, INFORMS, silent), "informs:there-is-none") == ("inconclusive", "no answer within 1 s")


# must


def test_a_sentence_is_held_against_when_the_answer_came_and_what_was_known(tmp_path: Path) -> None:
    step = "must: [a is within 2m of now, b is $name]"
    given = "{name: {from: customer, examples: [Ada]}}"
    sighting = saw({"a": AT.isoformat(), "b": "Ada"}, seconds=119.0, known={"name": "Ada"})
    assert {str(each.verdict) for each in at_step(tmp_path, step, sighting, given=given).values()} == {"intact"}

    found = at_step(tmp_path, step, saw({"a": AT.isoformat(), "b": "Bob"}, seconds=121.0, known={"name": "Ada"}), given=given)
    assert told(found, "must:b is $name") == ("broken", 'b is "Bob", beside "Ada"; the journey needs: b is $name')
    assert found["must:a is within 2m of now"].verdict is Verdict.BROKEN


# repeat-safe


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (again({"id": 1, "at": "later"}), ("intact", "")),
        (again({"id": 2}), ("broken", "the second press is answered with another id: 2; it was 1")),
        (again({"id": 1}, 409), ("intact", "")),
        (again({"id": 1}, 500), ("broken", "the second press is answered 500")),
        (again({"id": 1}, 422), ("broken", "the second press is answered 422")),
        (again(trouble=Trouble.SILENT, why="no answer"), ("inconclusive", "no answer")),
    ],
)
def test_a_second_press_has_the_answer_of_the_first_as_far_as_it_is_kept(
    second: Sighting, expected: tuple[str, str], tmp_path: Path
) -> None:
    journey = one_step("repeat-safe: true\nkeep: {it: id}", "POST /thing")
    found = findings(observe(tmp_path, journey, [saw({"id": 1, "at": "now"}), second]), 2)
    assert told(found, "repeat-safe") == expected


def test_where_nothing_is_kept_the_whole_answer_is_the_same(tmp_path: Path) -> None:
    journey = one_step("repeat-safe: true", "POST /thing")
    same = findings(observe(tmp_path, journey, [saw({"id": 1}), again({"id": 1.0})]), 2)
    other = findings(observe(tmp_path, journey, [saw({"id": 1}), again({"id": 2})]), 2)
    assert (told(same, "repeat-safe")[0], told(other, "repeat-safe")[0]) == ("intact", "broken")


# responds-within, succeeds


def test_fewer_than_59_answers_do_not_show_a_p95_and_say_how_many_do(tmp_path: Path) -> None:
    step = "responds-within: {p95: 800ms}"
    few = at_step(tmp_path, step, *[saw()] * 58)["responds-within"]
    assert (str(few.verdict), few.because, few.decides) == ("inconclusive", "58 of 59 samples for p95", False)
    assert told(at_step(tmp_path, step, *[saw()] * 59), "responds-within") == ("intact", "")


def test_three_late_answers_of_ten_break_a_p95(tmp_path: Path) -> None:
    step = "responds-within: {p95: 800ms}"
    late = saw(seconds=0.9)
    found = at_step(tmp_path, step, *[saw()] * 7, *[late] * 3)["responds-within"]
    assert (str(found.verdict), found.because) == ("broken", "3 of 10 answers took longer than 800 ms (p95)")
    assert at_step(tmp_path, step, *[saw()] * 8, *[late] * 2)["responds-within"].verdict is Verdict.INCONCLUSIVE


def test_the_longest_time_breaks_at_the_first_answer_that_takes_longer(tmp_path: Path) -> None:
    found = at_step(tmp_path, "responds-within: {p95: 800ms, max: 3s}", saw(), saw(seconds=3.1))
    assert told(found, "responds-within") == ("broken", "it answers after 3.1 s; it may take 3 s at most")
    assert told(at_step(tmp_path, "responds-within: {max: 3s}", saw(seconds=3.0)), "responds-within")[0] == "intact"


def test_times_of_calls_that_say_nothing_are_no_samples(tmp_path: Path) -> None:
    found = at_step(tmp_path, "responds-within: {max: 3s}", saw(), saw(seconds=10.0, trouble=Trouble.SILENT, why="silent"))
    assert told(found, "responds-within") == ("intact", "")


SUCCEEDS = "steps:\n  - {step: s, call: p GET /thing, needs: {a: text}}\nsucceeds: {target: 95%, over: 28d}"
WORKS, FAILS = [saw({"a": "x"})], [saw({"a": 1})]


@pytest.mark.parametrize(
    ("walks", "verdict", "because"),
    [
        ([WORKS] * 59, "intact", ""),
        ([WORKS] * 58, "inconclusive", "58 of 59 samples for 0.95; 0 of 58 walks failed"),
        ([WORKS] * 7 + [FAILS] * 3, "broken", "3 of 10 walks failed"),
        ([WORKS] * 8 + [FAILS] * 2, "inconclusive", "10 of 124 samples for 0.95; 2 of 10 walks failed"),
        ([WORKS] * 59 + [[DOWN]] * 9, "intact", ""),
    ],
)
def test_a_journey_succeeds_as_far_as_its_walks_show(
    walks: list[list[Sighting]], verdict: str, because: str, tmp_path: Path
) -> None:
    found = findings(observe(tmp_path, SUCCEEDS, *walks), 1)["/succeeds"]
    assert (str(found.verdict), found.because) == (verdict, because)


def test_walks_that_all_fail_by_one_requirement_are_no_second_experience_that_breaks(tmp_path: Path) -> None:
    one = findings(observe(tmp_path / "one", SUCCEEDS, *[FAILS] * 5), 1)["/succeeds"]
    several = findings(observe(tmp_path / "several", SUCCEEDS, *[FAILS, [saw({}, status=500)]] * 3), 1)["/succeeds"]
    assert (str(one.verdict), one.cause) == ("broken", "j/s/needs:a")
    assert (str(several.verdict), several.cause) == ("broken", None)


def test_a_walk_that_works_by_its_fallback_works(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: s, call: p GET /thing, fallback: f}
    fallbacks:
      - {step: f, call: p GET /thing}
    succeeds: {target: 95%, over: 28d}
    """
    caught = [saw(status=500), saw(step="f")]
    assert str(findings(observe(tmp_path, journey, *[caught] * 59, caught={"s": "f"}))["/succeeds"].verdict) == "intact"
    assert str(findings(observe(tmp_path, journey, *[caught] * 59))["/succeeds"].verdict) == "broken"


# recognises, consistent


def across(kind: str) -> str:
    return f"""
    given: {{me: {{from: customer, examples: [A, B]}}}}
    steps:
      - {{step: one, call: p GET /thing, with: {{q: $me}}}}
      - {{step: two, call: p GET /thing}}
    {kind}
    """


def said(one: JSON, two: JSON, me: str = "A") -> list[Sighting]:
    return [saw({"who": one}, step="one", known={"me": me}), saw({"whom": two}, step="two", known={"me": me})]


RECOGNISES = across("recognises: {guest: [{at: one, field: who}, {at: two, field: whom}, {is: $me}]}")


def test_all_know_the_same_customer_in_each_row(tmp_path: Path) -> None:
    name = "/recognises:guest"
    assert told(findings(observe(tmp_path, RECOGNISES, said("A", "A"), said("B", "B", "B"))), name) == ("intact", "")
    found = findings(observe(tmp_path, RECOGNISES, said("A", "A"), said("A", "A", "B")))
    assert told(found, name) == ("broken", 'as $me it is "B"; at one it is "A"')
    found = findings(observe(tmp_path, RECOGNISES, said("A", "B")))
    assert told(found, name) == ("broken", 'at two it is "B"; at one it is "A"')


@pytest.mark.parametrize(
    ("alike", "one", "two", "verdict"),
    [
        ("exact", "a@b.example", "A@b.example", "broken"),
        ("email", "a@b.example", "A@b.example", "intact"),
        ("phone", "+44 131 555 0102", "+441315550102", "intact"),
        ("phone", "+441315550102", "+441315550103", "broken"),
        ("text", " Ada  Lovell ", "ada lovell", "intact"),
        ("date", "2027-01-15T00:00:00Z", "2027-01-15", "intact"),
        ("date", "2027-01-15", "2027-01-16", "broken"),
    ],
)
def test_two_say_the_same_in_their_own_way_of_writing(alike: str, one: str, two: str, verdict: str, tmp_path: Path) -> None:
    journey = across(f"recognises: {{guest: [{{at: one, field: who, as: {alike}}}, {{at: two, field: whom, as: {alike}}}]}}")
    assert told(findings(observe(tmp_path, journey, said(one, two))), "/recognises:guest")[0] == verdict


CONSISTENT = across("consistent: {state: {says: [{at: one, field: who}, {at: two, field: whom, reads: {CANC: off, OK: on}}]}}")


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("off", "CANC", ("intact", "")),
        ("on", "CANC", ("broken", 'at two it is "off"; at one it is "on"')),
        ("off", "GONE", ("broken", 'at two, whom is "GONE", which nobody reads')),
    ],
)
def test_the_same_answer_is_given_everywhere_in_whatever_words(
    one: str, two: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    assert told(findings(observe(tmp_path, CONSISTENT, said(one, two))), "/consistent:state") == expected


@pytest.mark.parametrize(("step", "one", "two"), [("one", None, "off"), ("two", "off", None)])
def test_what_two_say_follows_from_a_need_that_either_of_them_breaks(step: str, one: JSON, two: JSON, tmp_path: Path) -> None:
    path = "who" if step == "one" else "whom"
    journey = across("consistent: {state: {says: [{at: one, field: who}, {at: two, field: whom}]}}")
    journey = journey.replace(f"step: {step}, call: p GET /thing", f"step: {step}, call: p GET /thing, needs: {{{path}: text}}")
    found = findings(observe(tmp_path, journey, said(one, two)))["/consistent:state"]
    assert (str(found.verdict), found.cause) == ("broken", f"j/{step}/needs:{path}")


def test_what_is_missing_is_not_the_same(tmp_path: Path) -> None:
    missing = [saw({"who": "off"}, step="one"), saw({}, step="two")]
    assert told(findings(observe(tmp_path, CONSISTENT, missing)), "/consistent:state") == ("broken", "at two, whom is missing")


def test_across_steps_a_call_that_failed_is_waited_for(tmp_path: Path) -> None:
    failed = [saw({"who": "off"}, step="one"), saw(status=500, step="two")]
    found = findings(observe(tmp_path, CONSISTENT, failed))["/consistent:state"]
    assert (str(found.verdict), found.because, found.cause) == ("inconclusive", "waits for two", "j/two/answers")


def test_one_call_made_again_alone_says_nothing_across_steps(tmp_path: Path) -> None:
    verdicts = observe(tmp_path, CONSISTENT, said("off", "OK"), whole=False)
    assert "/consistent:state" not in findings(verdicts)
    assert verdicts.not_exercised["j//consistent:state"] == "no exchange shows it"


# event, announces


EVENT = """
steps:
  - {step: s, call: p GET /thing}
  - {step: told, event: p parcel.sent, after: s, within: 2m, needs: {data.text: text}}
"""


@pytest.mark.parametrize(
    ("sighting", "expected"),
    [
        (saw({"data": {"text": "x"}}, step="told"), {"told/event": "intact", "told/needs:data.text": "intact"}),
        (saw({"data": {}}, step="told"), {"told/event": "intact", "told/needs:data.text": "broken"}),
        (
            saw(step="told", trouble=Trouble.SILENT, why="it did not come within 2 min"),
            {"told/event": "broken", "told/needs:data.text": "inconclusive"},
        ),
        (
            saw(step="told", trouble=Trouble.UNPREPARED, why="nobody listens"),
            {"told/event": "inconclusive", "told/needs:data.text": "inconclusive"},
        ),
        (
            saw(step="told", trouble=Trouble.WAITS, why="waits for s", waits_for="s"),
            {"told/event": "inconclusive", "told/needs:data.text": "inconclusive"},
        ),
    ],
)
def test_an_event_that_does_not_come_in_time_is_broken(sighting: Sighting, expected: dict[str, str], tmp_path: Path) -> None:
    found = findings(observe_event(tmp_path, sighting))
    assert {name: str(each.verdict) for name, each in found.items() if name.startswith("told")} == expected


def observe_event(folder: Path, *sightings: Sighting) -> Verdicts:
    events = """
    asyncapi: 3.0.0
    info: {title: made, version: 1.0.0}
    channels:
      parcels: {address: parcels, messages: {sent: {$ref: '#/components/messages/sent'}}}
    operations: {send: {action: send, channel: {$ref: '#/channels/parcels'}}}
    components: {messages: {sent: {name: parcel.sent, payload: {type: object}}}}
    """
    estate = opened(write(folder, EVENT, {"p": OPEN}, events={"p": textwrap.dedent(events)}))
    (journey,) = estate.estate.journeys.values()
    observer = Observer(estate.judge, kinds(), {}, lambda _: "")
    return observer.verdicts([journey], [walk(journey, saw(), *sightings)])


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({}, "intact"),
        ({"sunset": "Sat, 01 Jan 2028 00:00:00 GMT", "deprecation": "@1767225600"}, "intact"),
        ({"sunset": "Fri, 22 Jan 2027 00:00:00 GMT", "deprecation": "@1767225600"}, "broken"),
    ],
)
def test_the_end_of_an_operation_is_announced_long_enough_before(headers: dict[str, str], verdict: str, tmp_path: Path) -> None:
    found = at_step(tmp_path, "announces: 90d", saw({}, headers=headers))
    (told_of,) = (each for name, each in found.items() if name.startswith("announces"))
    assert str(told_of.verdict) == verdict


# whatever comes


EVERYTHING = """
given: {name: {from: customer, examples: [Ada]}, n: {from: system, type: integer, examples: [3]}}
steps:
  - step: s
    call: p GET /thing
    with: {q: $name}
    needs: {a: text, "a.*.b": date-time, "list.(id=$name).x": integer, body: {type: object}, header.etag: text}
    may-have: {c: url, "c.0": [1, 2]}
    needs-when: [{when: 'a is in ["x", 1]', needs: {d: {pattern: "^a"}}}]
    must:
      - a is after now
      - a is within 2m of now
      - every a.* is before b
      - some a is at least $n
      - no c is at most 3
      - a is $today
      - a has at least 1
      - a mentions $name
      - a matches "^x"
      - b is in [1, "x"]
    keep: {kept: [a.b, c]}
    repeat-safe: true
    responds-within: {max: 3s}
    announces: 90d
    informs: [{when: none, with: {q: Z}, status: 404, tells: [what, next, field], needs: {e.f: email}}]
  - {step: t, call: p GET /thing, with: {r: $kept}}
recognises: {me: [{at: s, field: a, as: phone}, {at: t, field: b, as: date}, {at: t, field: a, as: email}, {is: $name}]}
consistent: {it: {as: text, says: [{at: s, field: a.*, reads: {X: a}}, {at: t, field: b}]}}
"""

KEYS = [*"abcde", "list", "id", "x"]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31", "2027-01-15", "+441315550102"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
BODIES = VALUES | st.just(NO_BODY) | VALUES.map(lambda value: Raw({"text": str(value)}, "it is none"))
ANSWERS = st.tuples(BODIES, st.sampled_from([200, 204, 304, 404, 409, 422, 500]), st.sampled_from(["", "x", "@1", "Mon, 99"]))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[Journey, Observer]:
    estate = opened(write(tmp_path_factory.mktemp("estate"), EVERYTHING, {"p": OPEN}))
    (journey,) = estate.estate.journeys.values()
    return journey, Observer(estate.judge, kinds(), {}, lambda _: "")


@settings(max_examples=150)
@drawn(st.lists(ANSWERS, min_size=4, max_size=4))
def test_whatever_a_partner_answers_there_is_a_finding(
    everything: tuple[Journey, Observer], said: list[tuple[JSON, int, str]]
) -> None:
    journey, observer = everything
    purposes = (Purpose.STEP, Purpose.AGAIN, Purpose.INFORMS, Purpose.STEP)
    known = {"name": "Ada", "n": 3, "kept": said[0][0] if said[0][0] is not NO_BODY else None}
    sightings = [
        saw(body, status, "t" if index == 3 else "s", purpose=purpose, known=known, about="none" if index == 2 else "",
            headers={"etag": header, "sunset": header, "deprecation": header})
        for index, ((body, status, header), purpose) in enumerate(zip(said, purposes, strict=True))
    ]  # fmt: skip

    verdicts = observer.verdicts([journey], [walk(journey, *sightings)])

    told_of = {each.id for each in verdicts.findings} | verdicts.not_exercised.keys()
    assert told_of == {requirement.id for _, requirement in observer.requirements(journey)}
    for finding in verdicts.findings:
        assert finding.verdict is not Verdict.BROKEN or (finding.because and finding.witness is not None and finding.attribution)


def test_json_that_hurts_is_a_finding_too(corpus: Path, everything: tuple[Journey, Observer]) -> None:
    journey, observer = everything
    for file in sorted((corpus / "hostile/JSONTestSuite").rglob("*.json")):
        try:
            body = load(file.read_bytes())
        except (Malformed, UnicodeDecodeError):
            continue
        verdicts = observer.verdicts([journey], [walk(journey, saw(body, known={"name": "Ada", "n": 3}))])
        assert {str(each.verdict) for each in verdicts.findings if each.id == "j/s/needs:header.etag"} == {"broken"}, file.name


# what explains another break


@pytest.mark.parametrize(
    ("step", "body", "name", "cause"),
    [
        ("needs: {a: date}\nmust: [a is before 'b']\nkeep: {k: a}", {}, "keep:k", "needs:a"),
        ("needs: {a: date}\nmust: [a is after now]", {"a": "soon"}, "must:a is after now", "needs:a"),
        ("needs: {a: [x], b: [y]}\nmust: [a is b]", {"a": "x", "b": "z"}, "must:a is b", "needs:b"),
        ("needs: {a: object, a.b: text}", {"a": None}, "needs:a.b", "needs:a"),
        ("needs: {a: object, a.b: text}", {}, "needs:a", ""),
        ("needs: {a.0.b: text, a.*.b: text}", {"a": [{}]}, "needs:a.0.b", ""),
        ("needs: {a: object}\nmay-have: {a.b: text}", {"a": {"b": 1}}, "may-have:a.b", ""),
        ("needs: {a.*.b: [x]}\nmust: ['a.0.b is \"y\"']", {"a": [{"b": "x"}, {"b": "z"}]}, 'must:a.0.b is "y"', ""),
        ("needs: {a: {values: [x], otherwise: x}}\nmust: ['a is \"y\"']", {"a": "z"}, 'must:a is "y"', ""),
        ("must: [a has at least 1]\nkeep: {k: a.0.b}", {"a": []}, "keep:k", "must:a has at least 1"),
        ("must: [a  has exactly 2]\nneeds: {a.1.b: text}", {"a": [{}]}, "needs:a.1.b", "must:a has exactly 2"),
        ("must: [{that: a has at least 2}]\nneeds: {a.0.b: text}", {"a": [{}]}, "needs:a.0.b", ""),
        ("must: [a has at most 1]\nneeds: {a.2.b: text}", {"a": [{}, {}]}, "needs:a.2.b", ""),
        ("must: [a has at least 1]\nneeds: {a.*.b: [x]}", {"a": [{"b": "y"}]}, "needs:a.*.b", ""),
        (
            "must: [a has at least 2, a.0.n is at most a.1.n]",
            {"a": [{"n": 1}]},
            "must:a.0.n is at most a.1.n",
            "must:a has at least 2",
        ),
    ],
)
def test_what_is_wrong_with_one_field_is_counted_once(step: str, body: JSON, name: str, cause: str, tmp_path: Path) -> None:
    found = at_step(tmp_path, step, saw(body))
    assert found[name].verdict is Verdict.BROKEN
    assert found[name].cause == (f"j/s/{cause}" if cause else None)
    assert not cause or (found[cause].verdict, found[cause].cause) == (Verdict.BROKEN, None)


def test_an_identity_that_is_said_nowhere_is_explained_by_the_need_of_it(tmp_path: Path) -> None:
    journey = """
    steps: [{step: one, call: p GET /thing}, {step: two, call: p GET /thing, needs: {id: text}}]
    recognises: {me: [{at: one, field: id}, {at: two, field: id}]}
    """
    found = findings(observe(tmp_path, textwrap.dedent(journey), [saw({"id": "1"}, step="one"), saw({}, step="two")]))
    assert (found["/recognises:me"].verdict, found["/recognises:me"].cause) == (Verdict.BROKEN, "j/two/needs:id")


def test_a_break_that_stands_for_itself_outweighs_one_that_is_explained(tmp_path: Path) -> None:
    step = "must: [a has at least 1]\nneeds: {a.0.b: text}"
    found = at_step(tmp_path, step, saw({"a": []}), saw({"a": [{}]}))
    assert (found["needs:a.0.b"].cause, found["needs:a.0.b"].witness.response.body) == (None, {"a": [{}]})  # type: ignore[union-attr]


# what holds late


@pytest.mark.parametrize(
    ("late", "harm", "because"),
    [
        ({"a": "x"}, "delayed", "a is null; the journey needs text; 4 s later it holds"),
        ({"a": 1}, "blocked", "a is null; the journey needs text"),
    ],
)
def test_a_call_that_holds_once_its_time_is_over_delays(late: JSON, harm: str, because: str, tmp_path: Path) -> None:
    journey = one_step("within: 2s\nneeds: {a: text}", "GET /thing")
    seen = [
        saw({"a": None}, purpose=Purpose.POLL),
        saw({"a": None}),
        saw(late, purpose=Purpose.LATE, at=AT + timedelta(seconds=4)),
    ]
    found = findings(observe(tmp_path, journey, seen), 2)

    assert (str(found["needs:a"].harm), found["needs:a"].because) == (harm, because)
    assert found["answers"].verdict is Verdict.INTACT


def test_what_never_comes_is_graver_than_what_comes_late(tmp_path: Path) -> None:
    journey = one_step("within: 2s\nneeds: {a: text}", "GET /thing")
    late = [saw({}), saw({"a": "x"}, purpose=Purpose.LATE)]
    found = findings(observe(tmp_path, journey, late, [saw({})]), 2)
    assert (str(found["needs:a"].harm), found["needs:a"].because) == ("blocked", "a is missing")


def test_an_event_that_came_late_delays_and_one_that_never_came_leaves_uninformed(tmp_path: Path) -> None:
    silent = saw(step="told", trouble=Trouble.SILENT, why="it did not come within 2 min")
    late = saw({"data": {"text": "x"}}, step="told", purpose=Purpose.LATE, at=AT + timedelta(seconds=30))
    for seen, harm in (([silent], "uninformed"), ([silent, late], "delayed")):
        found = findings(observe_event(tmp_path, *seen))
        assert (str(found["told/event"].verdict), str(found["told/event"].harm)) == ("broken", harm)
