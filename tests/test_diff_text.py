"""The report of a diff for people. The sessions below are what a stranger reads first."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.exchanges import Exchange, Request, Response
from cxcontracts.findings import Audience, Change, Diff, Level
from cxcontracts.reports.diff.text import render
from cxcontracts.reports.page import wide
from cxcontracts.rules import RULES
from tests.diffs import (
    ADDED,
    DEFAULT,
    DEPRECATED,
    DOUBTED,
    EVERY,
    GONE,
    IGNORED,
    NULLABLE,
    SOONER,
    WIDENED,
    change,
    compared,
    diff,
    everybody,
    hurt,
    of_rule,
    version,
)
from tests.readers import commands, unseen
from tests.workplace import Workplace

REPOSITORY = Path(__file__).parent.parent

OUR_COLOURS = re.compile(r"\x1b\[(?:0|1|2|31|32|33)m")

EVERY_KIND = diff(*EVERY)
EVERY_KIND_SESSION = """\
BREAKING  operator.yaml 2.3.0 → 2.4.0: 3 changes break its callers, senders and
          readers

  DELETE /bookings/{bookingRef} is gone: every call of it fails

    breaks       whoever calls it
    request      DELETE /bookings/QX7T2M
    response     404 (assumed: no contract declares this refusal)
    old          api/old.yaml:118:9
    rule         operation-removed
    fingerprint  bb0f985ece524934

  cause may be null now

    element      GET /services/{serviceId} 200 application/json cause
    breaks       whoever reads it
    request      GET /services/SVC-1
    response     200 {"serviceId": "SVC-1", "status": "cancelled", "cause":
                 null, "updatedAt": "2026-11-22T07:30:00Z", …}
    new          api/new.yaml:120:9
    old          api/old.yaml:118:9
    rule         response-became-nullable
    fingerprint  76094b807b84c8a5

  surname is at least 3 characters, was 1

    element      POST /bookings body application/json surname and 26 more places
    breaks       whoever sends it
    request      POST /bookings?dry=true {"bookingRef": "QX7T2M", "surname":
                 "Ng"}
    response     400 (assumed: no contract declares this refusal)
    new          api/new.yaml:120:9
    old          api/old.yaml:118:9
    rule         request-length-changed
    fingerprint  532e4d280b234b8f

May break readers who treat an unlisted value as an error (1)
  - status may have more values: "diverted" added: GET /services/{serviceId} 200
    application/json status
    api/new.yaml:120:9
    response-enum-widened d428053c7fb8228f

Errors by rule: no exchange can show them (1)
  - GET /timetables ends sooner than announced: 2027-06-30, was 2027-12-31
    api/new.yaml:120:9
    sunset-brought-forward c01238e73be14171

Worth a look (1)
  - limit, left out, means something else: 50, was 20: GET /services query limit
    api/new.yaml:120:9
    request-default-changed 1b26ea6c2ba32ee0

Unproven (1)
  - code has another pattern; nobody can tell whether that breaks anybody: it
    has more states than can be compared: GET /stations 200 application/json
    code
    api/new.yaml:120:9
    response-pattern-changed 7e873dcf86743957

Announced (1)
  - GET /fares is deprecated until 2027-12-31 and 1 more place

Harmless (1)
  - zone may be answered now: GET /stations 200 application/json zone

Ignored (1)
  - 1: agreed with the operator, until March

What each rule means, and what to do instead:
  cxcontracts explain operation-removed
  cxcontracts explain response-became-nullable
  cxcontracts explain request-length-changed
  … and 4 more
"""

FELT = diff(
    dataclasses.replace(
        NULLABLE, felt_by=tuple(f"rail-disruption/check-service/needs:cause.{name}" for name in ("code", "lang", "text", "why"))
    ),
    dataclasses.replace(ADDED, felt_by=("rail-disruption/plan/needs:zone",)),
    WIDENED,
    estate="rail-retail",
)
FELT_SESSION = """\
BREAKING  operator.yaml 2.3.0 → 2.4.0: 1 change breaks its readers
  2 of 3 changes are felt in rail-retail

  cause may be null now

    element      GET /services/{serviceId} 200 application/json cause
    breaks       whoever reads it
    request      GET /services/SVC-1
    response     200 {"serviceId": "SVC-1", "status": "cancelled", "cause":
                 null, "updatedAt": "2026-11-22T07:30:00Z", …}
    felt by      rail-disruption/check-service/needs:cause.code,
                 rail-disruption/check-service/needs:cause.lang,
                 rail-disruption/check-service/needs:cause.text and 1 more
    new          api/new.yaml:120:9
    old          api/old.yaml:118:9
    rule         response-became-nullable
    fingerprint  76094b807b84c8a5

May break readers who treat an unlisted value as an error (1)
  - status may have more values: "diverted" added: GET /services/{serviceId} 200
    application/json status
    api/new.yaml:120:9
    response-enum-widened d428053c7fb8228f

Harmless (1)
  - zone may be answered now: GET /stations 200 application/json zone
    felt by rail-disruption/plan/needs:zone

What each rule means, and what to do instead:
  cxcontracts explain response-became-nullable
  cxcontracts explain response-enum-widened
"""

SEVERAL = Diff(
    (
        compared(GONE, warnings=("api/old.yaml:3:1: schema 'Seat' is defined twice",)),
        compared(name="fares.yaml"),
        compared(ADDED, name="stations.yaml", record=None),
        compared(name="shapes.yaml", operations=0),
    )
)
SEVERAL_SESSION = """\
BREAKING  4 contracts: 1 change breaks their callers

  operator.yaml 2.3.0 → 2.4.0  1 breaking
  stations.yaml 2.4.0 is new   1 harmless
  shapes.yaml 2.3.0 → 2.4.0    nothing to compare: it has no operation
  1 contract without a change

  DELETE /bookings/{bookingRef} is gone: every call of it fails

    contract     operator.yaml 2.3.0 → 2.4.0
    breaks       whoever calls it
    request      DELETE /bookings/QX7T2M
    response     404 (assumed: no contract declares this refusal)
    old          api/old.yaml:118:9
    rule         operation-removed
    fingerprint  bb0f985ece524934

Harmless (1)
  - stations.yaml: zone may be answered now: GET /stations 200 application/json
    zone

Warnings (1)
  - operator.yaml: api/old.yaml:3:1: schema 'Seat' is defined twice

What it means, and what to do instead: cxcontracts explain operation-removed
"""

HARMLESS = diff(
    *(
        dataclasses.replace(
            ADDED, because=f"zone{n:02} may be answered now", element=f"GET /stations 200 application/json zone{n:02}"
        )
        for n in range(44)
    )
)
HARMLESS_SESSION = """\
INTACT  operator.yaml 2.3.0 → 2.4.0: nothing breaks in 44 changes

Harmless (44)
  - 44 fields may be answered now: GET /stations 200 application/json: zone00,
    zone01, zone02, zone03, zone04, zone05, zone06, zone07, zone08, zone09, …
    and 34 more
"""

GROUPS = diff(
    *of_rule(
        "response-property-removed",
        *(f"GET /stations 200 application/json zones.*.{name}" for name in ("id", "name", "fares")),
        witness=Exchange(Request("GET", "/stations"), Response(200, body={"zones": [{"open": True}]})),
        places=3,
    ),
    *of_rule("operation-moved", "GET /fares/", change="at GET /fares", witness=GONE.witness),
    *of_rule("operation-moved", "POST /fares/", change="at POST /fares", witness=GONE.witness),
    *of_rule("request-default-changed", *(f"GET /{name} query limit" for name in "abcde"), change="50, it was 20"),
    *of_rule("response-status-added", *(f"GET /{name} default" for name in "abcdef")),
)
GROUPS_SESSION = """\
BREAKING  operator.yaml 2.3.0 → 2.4.0: 5 changes break its callers and readers

  3 fields of zones.* are no longer answered

    element      GET /stations 200 application/json zones.* and 2 more places
    fields       id, name, fares
    breaks       whoever reads it
    request      GET /stations
    response     200 {"zones": [{"open": true, no "id"}]}
    new          api/new.yaml:120:9
    old          api/old.yaml:118:9
    rule         response-property-removed
    fingerprint  d44cb73ca556d231 and 2 more (--verbose)

  2 operations are answered elsewhere

    operations   GET /fares/: at GET /fares
                 POST /fares/: at POST /fares
    breaks       whoever calls it
    request      DELETE /bookings/QX7T2M
    response     404 (assumed: no contract declares this refusal)
    new          api/new.yaml:120:9
    old          api/old.yaml:118:9
    rule         operation-moved
    fingerprint  4dd11b0170f8d86d and 1 more (--verbose)

Worth a look (5)
  - the query parameter limit, left out, means something else: 50, it was 20, in
    5 operations
        GET /a
        GET /b
        GET /c
        … and 2 more
    api/new.yaml:120:9
    request-default-changed 00b357dd9677287b and 4 more (--verbose)

Harmless (6)
  - any other status may be answered now, in 6 operations: GET /a; GET /b; GET
    /c; … and 3 more

What each rule means, and what to do instead:
  cxcontracts explain response-property-removed
  cxcontracts explain operation-moved
  cxcontracts explain request-default-changed
"""
GROUPS_IN_FULL = """\
BREAKING  operator.yaml 2.3.0 → 2.4.0: 5 changes break its callers and readers

  3 fields of zones.* are no longer answered

    element      GET /stations 200 application/json zones.* and 2 more places
    breaks       whoever reads it
    request      GET /stations
    response     200 {"zones": [{"open": true, no "id"}]}
    rule         response-property-removed
      d44cb73ca556d231 api/new.yaml:120:9 id
      43cd45de49569f54 api/new.yaml:120:9 name
      0c73510f38641d13 api/new.yaml:120:9 fares

  2 operations are answered elsewhere

    breaks       whoever calls it
    request      DELETE /bookings/QX7T2M
    response     404 (assumed: no contract declares this refusal)
    rule         operation-moved
      4dd11b0170f8d86d api/new.yaml:120:9 GET /fares/: at GET /fares
      755be7048e0b92f3 api/new.yaml:120:9 POST /fares/: at POST /fares

Worth a look (5)
  - the query parameter limit, left out, means something else: 50, it was 20, in
    5 operations
    request-default-changed
      00b357dd9677287b api/new.yaml:120:9 GET /a
      66039b35a9e6359f api/new.yaml:120:9 GET /b
      34bca35ccd2dd49f api/new.yaml:120:9 GET /c
      bcb58ca3624871a1 api/new.yaml:120:9 GET /d
      45614d3d49b42e88 api/new.yaml:120:9 GET /e

Harmless (6)
  - any other status may be answered now, in 6 operations
      GET /a
      GET /b
      GET /c
      GET /d
      GET /e
      GET /f

What each rule means, and what to do instead:
  cxcontracts explain response-property-removed
  cxcontracts explain operation-moved
  cxcontracts explain request-default-changed
"""


SESSIONS = {
    "every kind of change": (EVERY_KIND, EVERY_KIND_SESSION),
    "felt in an estate": (FELT, FELT_SESSION),
    "several contracts": (SEVERAL, SEVERAL_SESSION),
    "nothing but harmless": (HARMLESS, HARMLESS_SESSION),
    "what is told together": (GROUPS, GROUPS_SESSION),
}


NULLED = ("GET /a 200 application/json x", "GET /b 200 application/json x")


def plain(diff: Diff, **options: bool) -> str:
    return render(diff, colour=False, **options)


@pytest.mark.parametrize("name", SESSIONS)
def test_each_session_reads_as_it_was_wanted(name: str) -> None:
    run, session = SESSIONS[name]
    assert plain(run) == session


@pytest.mark.parametrize("name", SESSIONS)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_keep_to_the_width_and_have_no_blanks_at_their_end(name: str, width: int) -> None:
    run, _ = SESSIONS[name]
    lines = render(run, colour=False, width=width, verbose=True).split("\n")
    copied = re.compile(r"needs:|^    api/|cxcontracts explain|^    [a-z-]+ [0-9a-f]{16}$|^ +[0-9a-f]{16} api/|^    rule ")
    assert [line for line in lines if wide(line) > width and not copied.search(line)] == []
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("name", SESSIONS)
def test_colours_add_nothing_to_the_words(name: str) -> None:
    run, session = SESSIONS[name]
    coloured = render(run, colour=True)
    assert coloured != session
    assert OUR_COLOURS.sub("", coloured) == session


# -- the first line ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "first"),
    [
        (diff(), "INTACT  operator.yaml 2.3.0 → 2.4.0: no change that a caller could notice"),
        (diff(ADDED, DEPRECATED), "INTACT  operator.yaml 2.3.0 → 2.4.0: nothing breaks in 2 changes"),
        (
            diff(WIDENED),
            "INTACT  operator.yaml 2.3.0 → 2.4.0: nothing breaks in 1 change, but for those who closed a set of values",
        ),
        (diff(DEFAULT), "INTACT  operator.yaml 2.3.0 → 2.4.0: nothing breaks in 1 change; 1 is worth a look"),
        (diff(ADDED, IGNORED), "INTACT  operator.yaml 2.3.0 → 2.4.0: nothing breaks in 2 changes, apart from 1 that is ignored"),
        (
            diff(DOUBTED),
            "UNPROVEN  operator.yaml 2.3.0 → 2.4.0: nothing breaks as far as it could be decided; 1 change could not",
        ),
        (
            diff(SOONER),
            "GATE CLOSED  operator.yaml 2.3.0 → 2.4.0: nothing is proved to break, and 1 change closes the gate all the same",
        ),
        (
            diff(WIDENED, fail_on=Level.WARNING),
            "GATE CLOSED  operator.yaml 2.3.0 → 2.4.0: nothing is proved to break, and 1 change closes the gate all the same",
        ),
        (diff(*everybody(Audience.SENDERS)), "BREAKING  operator.yaml 2.3.0 → 2.4.0: 1 change breaks its senders"),
        (diff(*everybody(*Audience)), "BREAKING  operator.yaml 2.3.0 → 2.4.0: 4 changes break its callers, senders and readers"),
        (diff(*everybody(Audience.NOBODY)), "BREAKING  operator.yaml 2.3.0 → 2.4.0: 1 change breaks its users"),
        (Diff(()), "NOTHING COMPARED  there is no contract to compare"),
        (Diff((compared(operations=0),)), "NOTHING COMPARED  operator.yaml 2.3.0 → 2.4.0: there is no operation on either side"),
        (
            diff(ADDED, complete=False),
            "INCOMPLETE  operator.yaml 2.3.0 → 2.4.0: interrupted; what is not listed was not compared",
        ),
        (
            diff(complete=False),
            "INCOMPLETE  operator.yaml 2.3.0 → 2.4.0: interrupted; nothing was found in what was compared so far",
        ),
        (Diff((), complete=False), "INCOMPLETE  interrupted before anything was compared"),
        (Diff((compared(GONE, candidate=None),)), "BREAKING  operator.yaml 2.3.0 is gone: 1 change breaks its callers"),
        (Diff((compared(record=None),)), "INTACT  operator.yaml 2.4.0 is new: no change that a caller could notice"),
        (
            Diff((compared(candidate=version("2.3.0", "old")),)),
            "INTACT  operator.yaml 2.3.0 (the same files twice): no change that a caller could notice",
        ),
    ],
)
def test_the_first_line_is_the_verdict(run: Diff, first: str) -> None:
    assert render(run, colour=False, width=200).split("\n")[0] == first


@pytest.mark.parametrize(
    ("run", "note"),
    [
        (diff(NULLABLE, fail_on=None), "the gate stays open, whatever is found"),
        (diff(dataclasses.replace(NULLABLE, level=Level.WARNING)), "the gate stays open: none of it counts as an error"),
        (
            diff(dataclasses.replace(NULLABLE, level=Level.INFO), fail_on=Level.WARNING),
            "the gate stays open: none of it counts as an error or a warning",
        ),
        (diff(NULLABLE, complete=False), "interrupted: there may be more"),
        (diff(SOONER, complete=False), "interrupted: there may be more"),
        (diff(NULLABLE, estate="rail-retail"), "no change is felt in rail-retail"),
    ],
)
def test_what_belongs_beside_the_verdict_follows_it(run: Diff, note: str) -> None:
    assert render(run, colour=False, width=200).split("\n")[1] == f"  {note}"


def test_a_gate_that_is_open_for_all_is_told_once() -> None:
    assert plain(diff(NULLABLE, GONE, fail_on=None)).count("gate") == 1


def test_a_break_that_does_not_close_the_gate_among_others_that_do_says_so() -> None:
    text = plain(diff(NULLABLE, dataclasses.replace(GONE, level=Level.WARNING)))
    assert "\n    gate         stays open for this one, which counts as a warning\n" in text
    assert text.index("cause may be null now") < text.index("is gone: every call")


# -- where each change is told -------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_every_kind_of_change_is_told_once(rule: str) -> None:
    told = change(rule, because="a sentence of its own")
    assert plain(diff(told)).count("a sentence of its own") == 1


@pytest.mark.parametrize("where", ["response", "event"])
@pytest.mark.parametrize("how", ["widened", "changed"])
def test_what_breaks_those_only_who_closed_a_set_is_a_class_of_its_own(where: str, how: str) -> None:
    assert "\nMay break readers who treat an unlisted value as an error (1)\n" in plain(diff(change(f"{where}-enum-{how}")))


@pytest.mark.parametrize(("what", "told"), [("may be null", "may be null"), ("", "response-became-nullable")])
def test_a_change_that_nobody_explained_is_still_told(what: str, told: str) -> None:
    assert f"\n  {told}\n\n    element " in plain(diff(dataclasses.replace(NULLABLE, because="", change=what)))


def test_a_media_type_that_is_gone_is_shown_with_the_one_that_comes_instead() -> None:
    witness = Exchange(
        Request("GET", "/map", headers={"accept": "*/*"}), Response(200, {"content-type": "image/webp", "etag": "1"})
    )
    gone = change("response-media-type-removed", element="GET /map 200 image/png", witness=witness)
    assert "\n    request      GET /map accept: */*\n    response     200 content-type: image/webp\n" in plain(diff(gone))


def test_what_is_felt_comes_first_among_equals() -> None:
    felt = dataclasses.replace(GONE, felt_by=("a/b/c",))
    text = plain(diff(NULLABLE, felt, estate="rail-retail"))
    assert text.index("is gone: every call") < text.index("cause may be null now")
    assert text.count("\n    felt by      ") == 2


def test_nobody_is_said_to_feel_it_where_no_estate_was_asked() -> None:
    assert "felt" not in plain(diff(*EVERY))


def test_ignored_changes_are_counted_by_their_reason() -> None:
    text = plain(diff(IGNORED, IGNORED, dataclasses.replace(IGNORED, waived="nobody sends it")))
    assert text.endswith("\nIgnored (3)\n  - 2: agreed with the operator, until March\n  - 1: nobody sends it\n")


# -- what is cut ---------------------------------------------------------------------------------------------


def numbered(number: int, of: Change = NULLABLE) -> tuple[Change, ...]:
    return tuple(dataclasses.replace(of, because=f"part {n:03} may be null now") for n in range(number))


def test_the_first_ten_breaks_come_with_their_proof_and_no_break_is_left_out() -> None:
    text = plain(diff(*numbered(34)))
    assert text.count("\n    request ") == 10
    assert "\nMore that break (24)\n  - part 010 may be null now: GET /services/{serviceId} 200" in text
    assert len(re.findall(r"part \d\d\d may be null now", text)) == 34


def test_verbose_lists_each_change_of_a_group_with_its_fingerprint() -> None:
    assert plain(GROUPS, verbose=True) == GROUPS_IN_FULL


def test_no_name_is_left_out_where_it_would_take_no_more_room_than_to_say_so() -> None:
    fields = [f"GET /stations 200 application/json {name}" for name in "abcdefghijkl"]
    assert "fields       a, b, c, d, e, f, g, h, i, j, k\n" in plain(diff(*of_rule("response-property-removed", *fields[:11])))
    assert "i, j, … and 2 more\n" in plain(diff(*of_rule("response-property-removed", *fields)))


def test_a_sentence_that_lists_no_end_of_values_is_cut_where_nobody_asked_for_all() -> None:
    run = diff(*of_rule("response-enum-widened", "GET /a 200 application/json state", change=", ".join(map(str, range(200)))))
    assert "…: GET /a 200" in plain(run).replace("\n    ", " ")
    assert "198, 199: GET" in plain(run, verbose=True).replace("\n    ", " ")


def test_places_that_are_beyond_counting_are_not_counted() -> None:
    text = plain(diff(dataclasses.replace(NULLABLE, places=4_788_186_447)))
    assert "application/json cause and more than 1,000 more places" in " ".join(text.split())
    both = [dataclasses.replace(each, places=10**6) for each in of_rule("response-became-nullable", *NULLED)]
    assert "\n  x may be null now, in more than 1,000 places\n" in plain(diff(*both))


def test_an_event_is_proved_by_the_message_alone() -> None:
    witness = Exchange(Request("POST", "/delayed", body={"id": 1}), Response(200, assumed=True), "delayed")
    gone = change("event-property-removed", element="webhook delayed event application/json cause", witness=witness)
    text = plain(diff(gone))
    assert '\n    delivery     delayed {"id": 1, no "cause"}\n' in text
    assert "\n    response " not in text


def test_what_a_group_lacks_in_common_is_told_of_each() -> None:
    one, other = of_rule("response-property-removed", *(f"GET /a 200 application/json {name}" for name in "xy"))
    text = plain(diff(one, dataclasses.replace(other, places=4)))
    assert "\n    element      GET /a 200 application/json and up to 3 more places\n" in text


def test_a_list_that_would_close_the_gate_says_how_to_ignore_it() -> None:
    assert ADDED.fingerprint in plain(diff(ADDED, fail_on=Level.INFO))
    assert ADDED.fingerprint not in plain(diff(ADDED))


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (("deprecated",), ""),
        (("operation-removed",), "What it means, and what to do instead: cxcontracts explain operation-removed\n"),
        (
            ("operation-removed", "response-enum-widened"),
            "What each rule means, and what to do instead:\n  cxcontracts explain operation-removed\n"
            "  cxcontracts explain response-enum-widened\n",
        ),
    ],
)
def test_it_ends_with_what_to_ask_next(rules: tuple[str, ...], told: str) -> None:
    text = plain(diff(*(change(rule) for rule in rules)))
    assert text.endswith(told)
    assert ("explain" in text) == bool(told)


def test_the_title_of_a_contract_stands_beside_its_file() -> None:
    titled = dataclasses.replace(version("2.4.0"), title="The Operator's Rail API")
    (first, *_) = render(Diff((compared(candidate=titled),)), colour=False, width=200).split("\n")
    assert first == "INTACT  operator.yaml (The Operator's Rail API) 2.3.0 → 2.4.0: no change that a caller could notice"
    long = dataclasses.replace(titled, title="x" * 51)
    assert f"({'x' * 50}…)" in render(Diff((compared(candidate=long),)), colour=False, width=200)


def test_verbose_proves_every_break_and_lists_every_change() -> None:
    text = plain(diff(*numbered(34), *numbered(34, ADDED)), verbose=True)
    assert text.count("\n    request ") == 34
    assert "more" not in text
    assert len(re.findall(r"part \d\d\d may be null now", text)) == 68


# -- what a contract can do to it ----------------------------------------------------------------------------


def test_no_text_of_a_contract_reaches_runner_or_terminal(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        coloured = render(hurt(text), colour=True, verbose=True)
        for shown in (plain(hurt(text)), OUR_COLOURS.sub("", coloured)):
            assert (commands(shown), unseen(shown)) == ([], [])


@given(st.text(max_size=30))
def test_a_contract_cannot_start_a_line_of_the_report(text: str) -> None:
    forged = f"x\nINTACT  {text}\nINTACT {text}"
    assert [line for line in plain(hurt(forged)).split("\n") if line.startswith("INTACT")] == []


def test_a_word_of_a_contract_is_cut_before_it_fills_the_terminal() -> None:
    assert len(plain(hurt("x" * 10**6))) < 60_000


# -- what a stranger reads first ------------------------------------------------------------------------------


def test_the_diff_that_the_readme_shows_is_what_is_said() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8").split("## Only two documents")[1]
    call, shown = re.findall(r"^```\w+\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)[:2]
    ran = Workplace(REPOSITORY).run(*shlex.split(call.removeprefix("$ cxcontracts ")))
    assert ran.stdout.startswith(shown)
    assert len(shown.split("\n")) <= 25
