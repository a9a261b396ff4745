"""What many exchanges of a requirement come to: one finding, with what it was seen on, how surely, and who catches it."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.exchanges import Request
from cxcontracts.findings import Fault, Finding, Verdict
from cxcontracts.plugins import kinds
from cxcontracts.requirements import Judgement
from cxcontracts.verdicts import Observer, Verdicts, merged
from cxcontracts.walks import Purpose, Sighting, Trouble
from tests.estates_made import answers, one_step, opened, write
from tests.walks_made import OPEN, at_step, findings, fuzzed, observe, saw, told, walk

NEED = "needs: {a: text}"
GOOD, BAD = saw({"a": "x"}), saw({"a": 1})
DOWN = saw(trouble=Trouble.UNREACHABLE, why="connection refused")


def need(folder: Path, *sightings: Sighting) -> Finding:
    return at_step(folder, NEED, *sightings)["needs:a"]


def judgement(verdict: Verdict, because: str = "", **keys: Any) -> Judgement:
    return Judgement(verdict, because=because, **keys)


# What outweighs what


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (judgement(Verdict.BROKEN), judgement(Verdict.TOLERATED)),
        (judgement(Verdict.TOLERATED), judgement(Verdict.INTACT)),
        (judgement(Verdict.INTACT), judgement(Verdict.INCONCLUSIVE)),
        (judgement(Verdict.BROKEN), judgement(Verdict.BROKEN, cause="j/s/answers")),
        (judgement(Verdict.BROKEN), judgement(Verdict.BROKEN, late=True)),
        (judgement(Verdict.BROKEN, late=True), judgement(Verdict.BROKEN, cause="j/s/answers")),
        (judgement(Verdict.BROKEN, sighting=saw()), judgement(Verdict.BROKEN, sighting=fuzzed())),
        (judgement(Verdict.BROKEN, sighting=fuzzed()), judgement(Verdict.INTACT, sighting=saw())),
    ],
)
def test_the_graver_of_two_speaks_whichever_comes_first(one: Judgement, other: Judgement) -> None:
    assert merged([one, other]) is one
    assert merged([other, one]) is one


def test_of_equals_the_first_speaks() -> None:
    one, other = judgement(Verdict.BROKEN, "one"), judgement(Verdict.BROKEN, "other")
    assert (merged([one, other]).because, merged([other, one]).because) == ("one", "other")


# How surely


@pytest.mark.parametrize(
    ("sightings", "flaky", "confirmed", "observed"),
    [
        ([BAD], "", False, 1),
        ([BAD, BAD], "", True, 2),
        ([BAD, GOOD, GOOD, GOOD], "1/4", False, 4),
        ([BAD, GOOD, BAD], "2/3", True, 3),
        ([BAD, DOWN, BAD], "", True, 3),
        ([BAD, DOWN, GOOD], "1/2", False, 3),
        ([BAD, fuzzed({"a": "x"}, q="Ng")], "", False, 2),
        ([GOOD, fuzzed({"a": 1}, q="Ng"), fuzzed({"a": "x"}, q="Ng")], "1/2", False, 3),
        ([GOOD, fuzzed({"a": 1}, q="Ng"), fuzzed({"a": "x"}, q="O")], "", False, 3),
    ],
)
def test_a_break_says_how_often_it_was_seen_of_the_same_try(
    sightings: list[Sighting], flaky: str, confirmed: bool, observed: int, tmp_path: Path
) -> None:
    found = need(tmp_path, *sightings)
    assert (found.verdict, found.flaky, found.confirmed, found.observed) == (Verdict.BROKEN, flaky, confirmed, observed)


def test_a_break_has_its_exchange_its_line_and_what_was_promised(tmp_path: Path) -> None:
    promising = answers("{a: {type: string}}", "[a]")
    promised = findings(observe(tmp_path, one_step(NEED, "GET /thing"), [BAD], records={"p": promising}), 2)["needs:a"]
    assert promised.witness == BAD.exchange
    assert (promised.curl, promised.promised) == ("curl s", True)
    assert promised.attribution is not None and promised.attribution.fault is Fault.BREAKS_ITS_CONTRACT
    assert promised.element == "GET /thing 200 a"

    optional = answers("{a: {type: string}}", "[]")
    unpromised = findings(observe(tmp_path, one_step(NEED, "GET /thing"), [saw({})], records={"p": optional}), 2)["needs:a"]
    assert unpromised.promised is False


@pytest.mark.parametrize("sighting", [GOOD, DOWN])
def test_what_is_no_break_has_no_witness(sighting: Sighting, tmp_path: Path) -> None:
    found = need(tmp_path, sighting)
    assert (found.witness, found.promised, found.flaky) == (None, None, "")
    if sighting is DOWN:
        assert found.attribution is not None and found.attribution.fault is Fault.NOBODY_KNOWS


def test_a_break_of_other_values_says_what_they_differ_in_and_one_of_the_call_itself_does_not(tmp_path: Path) -> None:
    assert need(tmp_path, GOOD, fuzzed({"a": 1}, about="differs only in q", q="Ng")).because.endswith(" (differs only in q)")
    assert "(" not in need(tmp_path, saw({"a": 1}, about="differs only in q")).because


ERRING = """
steps:
  - {step: s, call: p POST /thing, informs: [{when: taken, with: {q: T}, status: 409}]}
  - {step: later, call: p GET /thing, needs: {a: text}}
"""


@pytest.mark.parametrize(
    ("method", "status", "cause"),
    [("POST", 200, "s/informs:taken"), ("POST", 409, None), ("POST", 500, None), ("GET", 200, None)],
)
def test_what_breaks_once_an_error_was_brought_about_that_was_none_has_that_for_its_cause(
    method: str, status: int, cause: str | None, tmp_path: Path
) -> None:
    erring = replace(saw({}, status, purpose=Purpose.INFORMS, about="taken"), request=Request(method, "/thing"))
    later = findings(observe(tmp_path, ERRING, [saw({}), erring, saw({"a": 1}, step="later")]), 1)["later/needs:a"]
    earlier = findings(observe(tmp_path, ERRING, [saw({}), saw({"a": 1}, step="later"), erring]), 1)["later/needs:a"]
    assert (later.cause and later.cause.partition("/")[2], earlier.cause) == (cause, None)


# Who catches it

CAUGHT = """
steps:
  - {step: s, call: p GET /thing, needs: {a: text}, fallback: plan}
fallbacks:
  - {step: plan, call: o GET /thing}
"""


def caught(folder: Path, *walks: tuple[list[Sighting], dict[str, str]]) -> tuple[str, str]:
    estate = opened(write(folder, CAUGHT, {"p": OPEN, "o": OPEN}))
    (journey,) = estate.estate.journeys.values()
    made = [walk(journey, *sightings, caught=by) for sightings, by in walks]
    verdicts = Observer(estate.judge, kinds(), {}, lambda _: "").verdicts([journey], made)
    return told(findings(verdicts), "s/needs:a")


def test_a_break_is_tolerated_where_the_fallback_helped_in_every_walk_that_shows_it(tmp_path: Path) -> None:
    helped = ([BAD, saw({}, step="plan")], {"s": "plan"})
    assert caught(tmp_path, helped, ([GOOD], {})) == (
        "tolerated", "a is 1; the journey understands text; plan catches it",
    )  # fmt: skip
    for other in (
        ([BAD], {}),
        ([BAD, saw({}, step="plan")], {}),
        ([BAD], {"s": "plan"}),
        ([BAD, saw({}, 500, step="plan")], {"s": "plan"}),
    ):
        assert caught(tmp_path, helped, other)[0] == "broken", other


def test_a_break_that_is_waived_says_so_and_what_holds_is_not_touched(tmp_path: Path) -> None:
    waivers = "- {id: j/s/needs:a, who: me, why: it is known, until: 2099-01-01}"
    estate = opened(write(tmp_path, one_step(NEED, "GET /thing"), {"p": OPEN}, waivers=waivers))
    (journey,) = estate.estate.journeys.values()
    observer = Observer(estate.judge, kinds(), {}, lambda _: "")

    def found(sighting: Sighting) -> Finding:
        return findings(observer.verdicts([journey], [walk(journey, sighting)]), 2)["needs:a"]

    assert found(BAD).verdict is Verdict.WAIVED
    assert "it is known" in found(BAD).waived
    assert (found(GOOD).verdict, found(GOOD).waived) == (Verdict.INTACT, "")
    assert found(DOWN).verdict is Verdict.INCONCLUSIVE


# What nobody saw


def test_what_no_exchange_shows_says_why(tmp_path: Path) -> None:
    journey = textwrap.dedent(
        """
        steps:
          - {step: s, call: p GET /thing, informs: [{when: full, status: 409}]}
          - {step: theirs, call: p GET /thing, by: o}
        """
    )
    seen = observe(tmp_path, journey, [saw()], records={"p": OPEN, "o": OPEN})
    assert seen.not_exercised == {
        "j/s/informs:full": "no exchange shows it",
        "j/theirs/answers": "o makes this call; a recording of it shows whether it holds",
    }
    unseen = observe(tmp_path, one_step("", "GET /thing"))
    assert (unseen.findings, unseen.not_exercised) == ((), {"j/s/answers": "no walk went this way"})


def test_findings_stand_beside_others_in_their_order(tmp_path: Path) -> None:
    one, other = need(tmp_path, GOOD), need(tmp_path, BAD)
    both = Verdicts((one,), {"a": "x"}).beside(Verdicts((other,), {"b": "y"}))
    assert (both.findings, both.not_exercised) == ((one, other), {"a": "x", "b": "y"})


# What is worth another try


def test_what_fails_in_a_walk_is_what_does_not_hold_or_cannot_be_told_on_its_own_account(tmp_path: Path) -> None:
    estate = opened(write(tmp_path, one_step(f"{NEED}\nresponds-within: {{p95: 1s}}", "GET /thing"), {"p": OPEN}))
    (journey,) = estate.estate.journeys.values()
    observer = Observer(estate.judge, kinds(), {}, lambda _: "")

    assert observer.failing(journey, walk(journey, GOOD)) == frozenset()  # too few samples are no reason to try again
    assert observer.failing(journey, walk(journey, BAD)) == {"j/s/needs:a"}
    assert observer.failing(journey, walk(journey, DOWN)) == {"j/s/answers"}
    assert observer.failing(journey, walk(journey, DOWN), Verdict.BROKEN) == frozenset()
    assert observer.failing(journey, walk(journey, saw({"a": 1}, purpose=Purpose.POLL))) == frozenset()
