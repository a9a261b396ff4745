"""The report for people. The sessions below were written before the code."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.findings import Finding, Harm, Promise, Run, Verdict
from cxcontracts.reports import json as json_report
from cxcontracts.reports.page import Page, wide, wrapped
from cxcontracts.reports.sentences import suffered
from cxcontracts.reports.text import render
from tests.readers import commands, unseen
from tests.runs import REFUSED, change, check, finding, hurt, impact, intact, partner_run, version

CAUSE = "rail-disruption/check-service/needs-when:cause.text"
OUR_COLOURS = re.compile(r"\x1b\[(?:0|1|2|31|32|33)m")


def follower(number: int, cause: str = CAUSE, verdict: Verdict = Verdict.BROKEN) -> Finding:
    return finding(f"rail-disruption/check-service/needs:cause.code{number}", verdict, cause=cause)


BROKEN = impact(
    partner_run(
        finding(),
        *(follower(number) for number in range(3)),
        *intact(11),
        finding("rail-disruption/check-service/needs:status", Verdict.UNPROMISED),
        finding("rail-disruption/check-service/needs:colour", Verdict.UNPROMISED),
        changes=(
            change(felt_by=(CAUSE,)),
            change(),
            change("GET /stations/{id} 200 application/json platforms.*.name", "property added", places=3),
        ),
    )
)
BROKEN_SESSION = """\
BROKEN  operator 2.3.0 → 2.4.0 would break 1 experience

  up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be
  blocked at check-service (rail-disruption): I see what is happening to my
  train, and why

    because    cause may now be null; the journey needs its text
    element    GET /services/{serviceId} 200 application/json cause.text
               was guaranteed, is only possible
    request    GET /services/SVC-1
    response   200 {"serviceId": "SVC-1", "status": "cancelled", "cause": null,
               "updatedAt": "2026-11-22T07:30:00Z", "alternatives":
               [{"serviceId": "SVC-2", "departs": "2026-11-22T08:00:00Z",
               "platform": "4"}]}
    needed by  journeys/rail-disruption.yaml:34:7
    id         rail-disruption/check-service/needs-when:cause.text
    then       3 more needs wait on it

1 broken, 11 intact, 2 unpromised
unpromised: already so under the record; --verbose lists them

Felt by nobody (2)
  - property removed: GET /stations 200 application/json zone
  - property added: GET /stations/{id} 200 application/json platforms.*.name and
    2 more places

Felt by journeys: 1 change; --verbose lists them
"""

INTACT = impact(partner_run(*intact(11), changes=tuple(change(f"GET /stations 200 application/json z{n:02}") for n in range(44))))
INTACT_SESSION = """\
INTACT  operator 2.3.0 → 2.4.0 breaks no experience

11 intact

Felt by nobody (44)
  - property removed: GET /stations 200 application/json z00
  - property removed: GET /stations 200 application/json z01
  - property removed: GET /stations 200 application/json z02
  - property removed: GET /stations 200 application/json z03
  - property removed: GET /stations 200 application/json z04
  - property removed: GET /stations 200 application/json z05
  - property removed: GET /stations 200 application/json z06
  - property removed: GET /stations 200 application/json z07
  - property removed: GET /stations 200 application/json z08
  - property removed: GET /stations 200 application/json z09
    … and 34 more; --verbose shows all
"""

CHECK = check(
    partner_run(
        *intact(11),
        finding(
            "rail-disruption/check-service/needs:status",
            Verdict.UNPROMISED,
            because="status may be missing from an answer; the journey needs it to say what is happening",
        ),
        warnings=("partners/operator/openapi.yaml:12:3: schema 'Seat' is defined twice",),
    ),
    partner_run(*intact(3), partner="ticketing"),
    partner_run(partner="notify", not_covered="pilot until spring"),
    not_judged={"must": 3, "responds-within": 1},
)
CHECK_SESSION = """\
INTACT  rail-retail: 14 of 15 needs are promised

  operator 2.3.0   11 intact, 1 unpromised
  ticketing 2.3.0  3 intact
  notify 2.3.0     not covered: pilot until spring

14 intact, 1 unpromised

Unpromised: gaps to negotiate (1)
  - operator: status may be missing from an answer; the journey needs it to say
    what is happening
    journeys/rail-disruption.yaml:34:7
    rail-disruption/check-service/needs:status

Not judged, as contracts cannot show it
  - 3 must, 1 responds-within

Warnings (1)
  - operator: partners/operator/openapi.yaml:12:3: schema 'Seat' is defined
    twice
"""

SEVERAL = impact(
    partner_run(finding()),
    partner_run(
        finding(
            "rail-disruption/find-booking/accepts:surname",
            harm=Harm.DELAYED,
            customer="I open my booking in the app",
            customers={"commuter": 126_000, "new": 500},
            witness=REFUSED,
            was=None,
            because="surname may no longer hold more than 20 characters; customers may type 80",
            element="POST /bookings request application/json surname",
        ),
        *intact(4),
        partner="ticketing",
    ),
    partner_run(partner="notify", not_covered="pilot until spring"),
)
SEVERAL_SESSION = """\
BROKEN  3 releases together would break 2 experiences

  operator 2.3.0 → 2.4.0   1 broken
  ticketing 2.3.0 → 2.4.0  1 broken, 4 intact
  notify 2.3.0 → 2.4.0     not covered: pilot until spring

  in all: up to 126,000 commuters, 45,000 leisure, 9,000 assisted and 500 new a
  month

  up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be
  blocked at check-service (rail-disruption): I see what is happening to my
  train, and why

    partner    operator 2.3.0 → 2.4.0
    because    cause may now be null; the journey needs its text
    element    GET /services/{serviceId} 200 application/json cause.text
               was guaranteed, is only possible
    request    GET /services/SVC-1
    response   200 {"serviceId": "SVC-1", "status": "cancelled", "cause": null,
               "updatedAt": "2026-11-22T07:30:00Z", "alternatives":
               [{"serviceId": "SVC-2", "departs": "2026-11-22T08:00:00Z",
               "platform": "4"}]}
    needed by  journeys/rail-disruption.yaml:34:7
    id         rail-disruption/check-service/needs-when:cause.text

  up to 126,000 commuters and 500 new a month would be delayed at find-booking
  (rail-disruption): I open my booking in the app

    partner    ticketing 2.3.0 → 2.4.0
    because    surname may no longer hold more than 20 characters; customers may
               type 80
    element    POST /bookings request application/json surname
    request    POST /bookings?dry=true {"bookingRef": "QX7T2M", "surname": "Ng"}
    response   400 (assumed: no contract declares this refusal)
    gate       only warns: fail-on does not name delayed
    needed by  journeys/rail-disruption.yaml:34:7
    id         rail-disruption/find-booking/accepts:surname

2 broken, 4 intact

Felt by nobody: no change
"""

NOT_COVERED = impact(partner_run(partner="notify", not_covered="pilot until spring; ask Ada before it grows"))
NOT_COVERED_SESSION = """\
NOT COVERED  notify 2.3.0 → 2.4.0: pilot until spring; ask Ada before it grows

Felt by nobody: no change
"""

UNDECIDED = impact(
    partner_run(
        finding(
            "rail-disruption/check-service/needs:status",
            Verdict.TOLERATED,
            because='status may now be "diverted"; the journey reads it as delayed',
        ),
        finding(
            "rail-disruption/check-service/needs:zone",
            Verdict.UNPROVEN,
            because="the schema of zone refers to itself without an end",
        ),
        finding("rail-disruption/told/needs:text", Verdict.WAIVED, because="text may now be missing; the journey shows it"),
        finding("rail-disruption/told/needs:lang", Verdict.UNPROMISED),
    )
)
UNDECIDED_SESSION = """\
UNPROVEN  operator 2.3.0 → 2.4.0 breaks no experience as far as it could be
          decided; 1 need could not

1 unproven, 1 tolerated, 1 unpromised, 1 waived
unpromised: already so under the record; --verbose lists them

Tolerated: it would break, and something catches it (1)
  - status may now be "diverted"; the journey reads it as delayed
    journeys/rail-disruption.yaml:34:7
    rail-disruption/check-service/needs:status

Unproven: it could not be decided (1)
  - the schema of zone refers to itself without an end
    journeys/rail-disruption.yaml:34:7
    rail-disruption/check-service/needs:zone

Waived in waivers.yaml (1)
  - text may now be missing; the journey shows it
    journeys/rail-disruption.yaml:34:7
    rail-disruption/told/needs:text

Felt by nobody: no change
"""

NOTHING = impact(partner_run())
NOTHING_SESSION = """\
NOTHING CHECKED  operator 2.3.0 → 2.4.0: nothing that contracts can show is
                 needed of it
  Write what a journey needs of operator, or why none needs anything:
  not-covered in its partner.yaml.

Felt by nobody: no change
"""

SESSIONS = {
    "broken": (BROKEN, BROKEN_SESSION),
    "intact": (INTACT, INTACT_SESSION),
    "check": (CHECK, CHECK_SESSION),
    "several candidates": (SEVERAL, SEVERAL_SESSION),
    "not covered": (NOT_COVERED, NOT_COVERED_SESSION),
    "tolerated, unproven, waived": (UNDECIDED, UNDECIDED_SESSION),
    "nothing checked": (NOTHING, NOTHING_SESSION),
}


def plain(run: Run, **options: bool) -> str:
    return render(run, colour=False, width=80, **options)


@pytest.mark.parametrize("name", SESSIONS)
def test_each_session_reads_as_it_was_wanted(name: str) -> None:
    run, session = SESSIONS[name]
    assert plain(run) == session


@pytest.mark.parametrize("name", SESSIONS)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_keep_to_the_width_and_have_no_blanks_at_their_end(name: str, width: int) -> None:
    run, _ = SESSIONS[name]
    lines = render(run, colour=False, width=width, verbose=True).split("\n")
    copied = re.compile(r"journeys/|rail-disruption/|https?:|partners/|GET")
    assert [line for line in lines if wide(line) > width and not copied.search(line)] == []
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("name", SESSIONS)
def test_colours_add_nothing_to_the_words(name: str) -> None:
    run, session = SESSIONS[name]
    coloured = render(run, colour=True)
    assert coloured != session
    assert OUR_COLOURS.sub("", coloured) == session


def test_places_and_ids_are_never_broken() -> None:
    long = "rail-disruption/check-service/must:every alternatives.*.departs is after now and before the last train home"
    text = render(impact(partner_run(finding(long))), colour=False, width=40)
    assert f"    id         {long}\n" in text
    assert "    needed by  journeys/rail-disruption.yaml:34:7\n" in text


# -- who -----------------------------------------------------------------------------------------------------


def test_customers_of_several_findings_are_united_not_summed() -> None:
    here = finding("rail-disruption/a/needs:x", customers={"commuter": 100, "leisure": 50})
    there = finding("rail-disruption/b/needs:x", customers={"commuter": 70, "staff": 1})
    assert "  in all: up to 100 commuters, 50 leisure and 1 staff a month\n" in plain(impact(partner_run(here, there)))


def test_up_to_is_not_said_where_the_journey_knows_how_many_take_it() -> None:
    assert "\n  12 commuters a month would be misled at" in plain(
        impact(partner_run(finding(customers={"commuter": 12}, exact=True, harm=Harm.MISLED)))
    )


def test_customers_of_several_journeys_that_count_them_are_at_least_so_many() -> None:
    here = finding("a/a/needs:x", customers={"commuter": 12}, exact=True)
    there = finding("b/b/needs:x", customers={"commuter": 3}, exact=True)
    assert "  in all: at least 12 commuters a month\n" in plain(impact(partner_run(here, there)))
    again = finding("a/b/needs:x", customers={"commuter": 12}, exact=True)
    assert "  in all: 12 commuters a month\n" in plain(impact(partner_run(here, again)))


def test_each_number_says_what_it_bounds() -> None:
    here = finding("a/a/needs:x", customers={"staff": 5, "commuter": 12}, exact=True)
    there = finding("b/b/needs:x", customers={"staff": 9}, exact=True)
    bound = finding("c/c/needs:x", customers={"leisure": 40})
    text = plain(impact(partner_run(here, there, bound)))
    assert "  in all: up to 40 leisure, 12 commuters and at least 9 staff a month\n" in text


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("gift-giver", "gift-givers"),
        ("patient", "patients"),
        ("applicant", "applicants"),
        ("tourist", "tourists"),
        ("guardian", "guardians"),
        ("employee", "employees"),
        ("landlord", "landlords"),
        ("hotel-guest", "hotel-guests"),
        ("child", "children"),
        ("large_family", "large_families"),
        ("leisure", "leisure"),
        ("assisted", "assisted"),
        ("disabled", "disabled"),
        ("elderly", "elderly"),
        ("free", "free"),
    ],
)
def test_a_group_of_several_is_named_as_english_does_where_that_is_sure(one: str, several: str) -> None:
    assert f"  up to 12 {several} a month would" in plain(impact(partner_run(finding(customers={one: 12}))))
    assert f"  up to 1 {one} a month would" in plain(impact(partner_run(finding(customers={one: 1}))))


def test_a_report_names_each_partner_of_whom_nothing_was_checked_and_says_that_others_were() -> None:
    missed = [partner_run(partner=name) for name in ("parking", "ticketing")]
    said = " ".join(plain(check(partner_run(*intact(2)), *missed)).split())
    assert said.startswith(
        "NOTHING CHECKED parking 2.3.0 and ticketing 2.3.0: nothing that contracts can show is needed of them; how the others "
        "fared is said below"
    )


def test_a_journey_that_names_no_customers_still_has_customers() -> None:
    assert "\n  customers would be blocked at check-service" in plain(impact(partner_run(finding(customers={}))))


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (Harm.BLOCKED, "would be blocked at"),
        (Harm.EXTRA_EFFORT, "would have extra effort at"),
        (Harm.DELAYED, "would be delayed at"),
        (Harm.UNINFORMED, "would not be informed at"),
        (Harm.MISLED, "would be misled at"),
        (Harm.UNRECOGNISED, "would not be recognised at"),
    ],
)
def test_each_harm_is_said_as_the_customer_feels_it(harm: Harm, words: str) -> None:
    assert f"  1 commuter a month {words} check-service" in plain(
        impact(partner_run(finding(customers={"commuter": 1}, exact=True, harm=harm)))
    )


def test_a_break_across_steps_names_the_journey() -> None:
    across = finding("rail-disruption//recognises:traveller", harm=Harm.UNRECOGNISED, customers={}, customer="")
    assert "\n  customers would not be recognised across rail-disruption\n" in plain(impact(partner_run(across)))


# -- what is told once ---------------------------------------------------------------------------------------


def test_breaks_of_one_step_for_the_same_people_are_one_experience() -> None:
    text = plain(impact(partner_run(finding(customers={}), finding("rail-disruption/check-service/needs:status", customers={}))))
    assert text.startswith("BROKEN  operator 2.3.0 → 2.4.0 would break 1 experience\n")
    assert text.count("would be blocked at check-service") == 1
    assert text.count("\n    because ") == 2


def test_what_closes_the_gate_comes_before_what_only_warns() -> None:
    warns = finding("rail-disruption/a/needs:x", harm=Harm.DELAYED, customers={})
    text = plain(impact(partner_run(warns, finding(customers={}))))
    assert text.index("would be blocked") < text.index("would be delayed")


def test_a_break_that_follows_from_another_is_counted_with_it() -> None:
    text = plain(impact(partner_run(finding(), follower(1), follower(2, cause=follower(1).id))))
    assert "    then       2 more needs wait on it\n" in text
    assert follower(1).id not in text
    assert follower(2).id not in text


def test_a_need_that_waits_on_an_inconclusive_one_is_counted_with_it() -> None:
    waits = follower(1, verdict=Verdict.INCONCLUSIVE)
    text = plain(impact(partner_run(finding(CAUSE, Verdict.INCONCLUSIVE), waits)))
    assert "    1 more need waits on it\n" in text
    assert waits.id not in text


@pytest.mark.parametrize("cause", ["no/such/finding", follower(1).id])
def test_a_break_whose_cause_is_not_there_is_told_itself(cause: str) -> None:
    assert f"    id         {follower(1).id}\n" in plain(impact(partner_run(follower(1, cause=cause))))


@pytest.mark.parametrize("verdict", [Verdict.WAIVED, Verdict.TOLERATED, Verdict.INTACT])
def test_a_break_whose_cause_is_not_broken_is_told_itself(verdict: Verdict) -> None:
    assert f"    id         {follower(1).id}\n" in plain(impact(partner_run(finding(CAUSE, verdict), follower(1))))


def test_of_experiences_that_close_the_gate_the_one_that_hits_most_people_comes_first() -> None:
    few, most, late = (
        finding("few/a/needs:x", customers={"commuter": 90}, harm=Harm.BLOCKED),
        finding("most/a/needs:x", customers={"commuter": 900}, harm=Harm.MISLED),
        finding("late/a/needs:x", customers={"commuter": 9000}, harm=Harm.DELAYED),
    )
    run = dataclasses.replace(impact(partner_run(few, late, most)), fail_on=frozenset(Harm) - {Harm.DELAYED})
    assert re.findall(r"^    id +(\w+)/", plain(run), re.MULTILINE) == ["most", "few", "late"]


def test_ten_experiences_are_told_in_full_and_the_others_in_a_line_or_two() -> None:
    run = impact(partner_run(*(finding(f"journey-{n:02}/step/needs:x", customers={"commuter": 9000 - n}) for n in range(12))))
    brief = plain(run).partition("\nMore that break (2)\n")[2]
    assert (
        brief
        == """\
  - up to 8,990 commuters a month would be blocked at step (journey-10): I see
    what is happening to my train, and why: cause may now be null; the journey
    needs its text
    journey-10/step/needs:x
  - up to 8,989 commuters a month would be blocked at step (journey-11): I see
    what is happening to my train, and why: cause may now be null; the journey
    needs its text
    journey-11/step/needs:x

12 broken

Felt by nobody: no change
"""
    )
    assert plain(run).count("    because    ") == 10
    assert render(run, colour=False, verbose=True).count("    because    ") == 12


def test_where_nobody_could_judge_it_says_of_whom_nobody_knows_anything_and_who_gave_no_answer() -> None:
    down = finding("a/b/answers", Verdict.INCONCLUSIVE, because="it says that it is down (503)", partner="notify", observed=1)
    run = dataclasses.replace(check(partner_run(down, partner="notify"), partner_run(*intact(1))), command="verify")
    assert (
        plain(run)
        .split("\n\n")[0]
        .endswith("\n  nobody knows how up to 126,000 commuters, 45,000 leisure and 9,000 assisted a\n  month fare")
    )
    assert "\n  - notify: it says that it is down (503)\n" in plain(run)


@pytest.mark.parametrize(
    ("harms", "observed", "said"),
    [
        ([Harm.DELAYED, Harm.BLOCKED], 0, "would be blocked or delayed"),
        ([Harm.UNRECOGNISED, Harm.BLOCKED, Harm.MISLED], 3, "are blocked, misled or not recognised"),
        ([Harm.EXTRA_EFFORT, Harm.UNINFORMED], 0, "would not be informed or would have extra effort"),
        ([Harm.EXTRA_EFFORT, Harm.UNINFORMED, Harm.DELAYED], 3, "are delayed or not informed or have extra effort"),
        ([Harm.UNINFORMED], 3, "are not informed"),
    ],
)
def test_several_harms_are_one_sentence(harms: list[Harm], observed: int, said: str) -> None:
    found = [finding(harm=harm, observed=observed, customers={}) for harm in harms]
    assert suffered(found) == f"customers {said}"


# -- the first line ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "first"),
    [
        (impact(partner_run(finding(), finding("a/b/needs:c"))), "BROKEN  operator 2.3.0 → 2.4.0 would break 2 experiences"),
        (check(partner_run(finding())), "BROKEN  rail-retail breaks 1 experience"),
        (
            impact(partner_run(finding(verdict=Verdict.TOLERATED))),
            "TOLERATED  operator 2.3.0 → 2.4.0 breaks no experience, as 1 break is caught",
        ),
        (
            impact(partner_run(*intact(1)), partner_run(*intact(1), partner="b")),
            "INTACT  2 releases together break no experience",
        ),
        (check(partner_run(*intact(1))), "INTACT  rail-retail: the one need is promised"),
        (check(partner_run(*intact(2))), "INTACT  rail-retail: all 2 needs are promised"),
        (check(partner_run(*intact(1), finding(verdict=Verdict.UNPROVEN))), "UNPROVEN  rail-retail: 1 of 2 needs is promised"),
        (check(partner_run()), "NOTHING CHECKED  operator 2.3.0: nothing that contracts can show is needed of it"),
        (check(), "NOTHING CHECKED  rail-retail has no partner to judge"),
        (
            impact(partner_run(), partner_run(*intact(1))),
            "NOTHING CHECKED  operator 2.3.0 → 2.4.0: nothing that contracts can show is",
        ),
        (
            impact(partner_run(), complete=False),
            "INCOMPLETE  operator 2.3.0 → 2.4.0: interrupted before anything was judged",
        ),
        (
            impact(partner_run(*intact(1)), complete=False),
            "INCOMPLETE  operator 2.3.0 → 2.4.0: interrupted; nothing is broken in what was",
        ),
        (impact(partner_run(*intact(1), candidate=version(""))), "INTACT  operator 2.3.0 → (no version) breaks no experience"),
        (
            impact(partner_run(*intact(1), candidate=dataclasses.replace(version("9"), version="2.3.0"))),
            "INTACT  operator 2.3.0 (changed, same version) breaks no experience",
        ),
        (
            impact(partner_run(*intact(1), candidate=version("2.3.0"))),
            "INTACT  operator 2.3.0 (the candidate is the record) breaks no experience",
        ),
    ],
)
def test_the_first_line_is_the_verdict(run: Run, first: str) -> None:
    assert plain(run).split("\n")[0] == first


def test_a_break_found_before_an_interruption_says_that_there_may_be_more() -> None:
    text = plain(dataclasses.replace(BROKEN, complete=False))
    assert text.startswith("BROKEN")
    assert "\n  interrupted: there may be more\n" in text


@pytest.mark.parametrize("run", [impact(), impact(partner_run()), impact(partner_run(), partner_run()), check()])
def test_a_run_that_was_interrupted_before_anything_was_judged_says_nothing_else(run: Run) -> None:
    text = plain(dataclasses.replace(run, complete=False))
    assert re.fullmatch(r"INCOMPLETE  .+: interrupted before anything was judged\n", text)


def test_an_interrupted_run_does_not_call_the_changes_none() -> None:
    assert "Felt by nobody" not in plain(impact(partner_run(*intact(1)), complete=False))


def test_a_break_that_closes_no_gate_says_so() -> None:
    text = plain(impact(partner_run(finding(harm=Harm.DELAYED))))
    assert "\n  the gate stays open: no harm found here is in fail-on of estate.yaml\n" in text


# -- what --verbose adds -------------------------------------------------------------------------------------


def test_verbose_lists_every_change_with_those_who_feel_it() -> None:
    text = plain(BROKEN, verbose=True)
    assert f"Felt by journeys (1)\n  - property removed: GET /stations 200 application/json zone\n      by {CAUSE}\n" in text
    assert plain(INTACT, verbose=True).count("\n  - property removed") == 44


def test_verbose_lists_what_was_never_promised() -> None:
    text = plain(BROKEN, verbose=True)
    assert "Unpromised: gaps to negotiate (2)\n" in text
    assert "\n    rail-disruption/check-service/needs:colour\n" in text


def test_a_change_of_one_partner_among_several_names_it() -> None:
    text = plain(impact(partner_run(*intact(1), changes=(change(),)), partner_run(*intact(1), partner="ticketing")))
    assert "\n  - property removed: operator GET /stations 200 application/json zone\n" in text


@pytest.mark.parametrize(
    ("was", "is_", "words"),
    [
        (Promise.GUARANTEED, Promise.IMPOSSIBLE, "               was guaranteed, is impossible\n"),
        (Promise.POSSIBLE, Promise.IMPOSSIBLE, "               was possible, is impossible\n"),
    ],
)
def test_a_promise_that_fell_is_said_in_words(was: Promise, is_: Promise, words: str) -> None:
    assert words in plain(impact(partner_run(finding(was=was, is_=is_))))


@pytest.mark.parametrize("is_", [Promise.POSSIBLE, None])
def test_levels_that_say_nothing_are_not_said(is_: Promise | None) -> None:
    assert "               was" not in plain(impact(partner_run(finding(was=Promise.POSSIBLE, is_=is_))))


# -- what a partner can do to it -----------------------------------------------------------------------------


def test_no_text_of_a_partner_reaches_runner_or_terminal(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        coloured = render(hurt(text), colour=True, verbose=True)
        for shown in (plain(hurt(text)), OUR_COLOURS.sub("", coloured)):
            assert commands(shown) == []
            assert unseen(shown) == []


@given(st.text(max_size=30))
def test_a_partner_cannot_start_a_line_of_the_report(text: str) -> None:
    forged = f"x\nINTACT  {text}\nINTACT {text}"
    assert [line for line in plain(hurt(forged)).split("\n") if line.startswith("INTACT")] == []


attacks = st.sampled_from(
    ["::error::x", "##[error]", "##vso[x]", "--- x", "+++", "~~~", "[[ATTACHMENT|x]]", "#", "::", "word", "\x1b[2J"]
)


@given(st.lists(attacks, min_size=1, max_size=12).map(" ".join), st.integers(24, 60), st.integers(0, 20), st.booleans())
def test_a_word_that_wraps_to_the_start_of_a_line_is_harmless_there(text: str, width: int, indent: int, colour: bool) -> None:
    page = Page(colour=colour, width=width)
    page.write(text, indent=indent)
    page.write_whole(text, lead=text)
    assert commands(str(page)) == []
    assert unseen(OUR_COLOURS.sub("", str(page))) == []


@given(st.text(st.sampled_from("ab 東é—"), max_size=60), st.integers(4, 30))
def test_wrapping_loses_no_word_and_breaks_none(text: str, columns: int) -> None:
    lines = list(wrapped(text, columns))
    assert " ".join(lines).split(" ") == re.split(" +", text.strip(" "))
    assert all(wide(line) <= columns or " " not in line for line in lines)


def test_a_word_of_a_partner_is_cut_before_it_fills_the_terminal() -> None:
    long = finding(f"journey/step/needs:{'z' * 10**6}", because="x" * 10**6, element="y" * 10**6)
    assert len(plain(impact(partner_run(long)))) < 5000


@pytest.mark.parametrize("text", ["", "word ", "word\u00a0", "  "])
def test_no_line_ends_in_blanks(text: str) -> None:
    for colour in (False, True):
        page = Page(colour=colour, width=40)
        page.write(text, lead="because", indent=15)
        page.write_whole(text, lead="id", indent=15)
        lines = str(page).split("\n")
        assert lines == [line.rstrip() for line in lines]


@pytest.mark.parametrize(
    ("element", "happened", "said"),
    [
        (
            "POST /codes 201 application/json digits",
            "8; it was 6",
            "digits is 8; it was 6: POST /codes 201 application/json digits",
        ),
        (
            "GET /days 200 application/json",
            "a list; it was text",
            "the answer is a list; it was text: GET /days 200 application/json",
        ),
        ("GET /a query limit", "text; it was a date", "the query parameter limit is text; it was a date: GET /a query limit"),
        ("GET /a 429 header.Retry-After", "text; it was a date", "the header Retry-After is text; it was a date: GET /a 429"),
        ("GET /a 202", "status added", "status added: GET /a 202"),
    ],
)
def test_a_change_of_a_value_says_whose_it_is(element: str, happened: str, said: str) -> None:
    told = plain(impact(partner_run(*intact(1), changes=(change(element, happened),))))
    assert f"- {said}" in " ".join(told.split())


def test_places_that_nobody_would_look_at_one_by_one_are_not_counted() -> None:
    run = impact(partner_run(*intact(1), changes=(change(places=4_788_186_447), change("GET /b", places=1001))))
    told = " ".join(plain(run).split())
    assert "zone and more than 1,000 more places" in told
    assert "GET /b and 1,000 more places" in told
    assert "4,788" not in told
    assert [each["places"] for each in json.loads(json_report.render(run))["changes"]] == [4_788_186_447, 1001]
