"""What of a run its partner may read, in every format: its own findings whole, and nothing of anybody else."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cxcontracts.errors import UsageError
from cxcontracts.estate.model import Disclosure, Estate, Packs, Waiver
from cxcontracts.exchanges import Exchange, Request, Response
from cxcontracts.findings import Attribution, Fault, Finding, Outline, Run, Stage, Verdict
from cxcontracts.opening import Opened, open_estate
from cxcontracts.outlines import outlined
from cxcontracts.problems import Place, Problem
from cxcontracts.reports import json, junit, lines, text
from cxcontracts.reports.for_partner import for_partner
from cxcontracts.reports.html import report as html
from cxcontracts.reports.lines import read_run
from tests.packs_made import REFERENCE, TODAY
from tests.runs import change, finding, impact, partner_run

FORMATS: dict[str, Callable[[Run], str]] = {
    "text": lambda run: text.render(run, colour=False, verbose=True),
    "json": json.render,
    "jsonl": lines.render,
    "junit": junit.render,
    "html": html.render,
}
SEES = "rail-disruption/check-service"


def _runs() -> Iterator[tuple[str, str]]:
    for estate in ("rail", "bank", "telecom"):
        yield estate, "check"
        for folder in sorted((REFERENCE / estate / "partners").iterdir()):
            for candidate in sorted((folder / "candidates").glob("*.yaml")):
                if candidate.name != "expected.yaml":
                    yield estate, f"{folder.name}/{candidate.name}"


def _judged(estate: str, what: str) -> tuple[Opened, Run]:
    root = REFERENCE / estate
    if what == "check":
        opened = open_estate(root, today=TODAY)
        return opened, outlined(opened.check(), opened.estate)
    partner, _, file = what.partition("/")
    opened = open_estate(root, {partner: [root / "partners" / partner / "candidates" / file]}, today=TODAY)
    return opened, outlined(opened.impact(), opened.estate)


@pytest.mark.parametrize(("estate", "what"), [*_runs()])
def test_no_byte_names_anybody_else(estate: str, what: str) -> None:
    opened, run = _judged(estate, what)
    for told in run.partners:
        said = _said(opened.estate, told.partner)
        page = "\n".join(render(for_partner(run, told.partner, opened.estate)) for render in FORMATS.values())
        for other in opened.estate.partners.values():
            addresses = [environment.url.partition("://")[2].partition("/")[0] for environment in other.environments.values()]
            names = (other.name, other.title, *addresses, *other.owner.values()) if other.name != told.partner else ()
            for name in filter(None, names):
                spelt = re.compile(rf"(?<![A-Za-z]){re.escape(name)}(?![a-z])", re.IGNORECASE)
                assert spelt.search(said) or not spelt.search(page), (told.partner, name)
        for journey in opened.estate.journeys.values():
            assert not journey.owner or journey.owner not in page
            for step in journey.steps:
                assert step.partner == told.partner or not step.customer or step.customer not in page
        for group in opened.estate.customers:
            assert opened.estate.packs.customers is not Disclosure.NOTHING or not re.search(rf"\d {group}", page)


def _said(estate: Estate, partner: str) -> str:
    """Return what a partner says itself, in all its own documents."""
    folder = Path(estate.root) / str(estate.partners[partner].folder)
    files = (file for file in folder.rglob("*") if file.is_file() and file.name not in ("partner.yaml", "expected.yaml"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files) + (folder / "partner.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("estate", "what"), [("rail", "operator/2.4.0.yaml"), ("rail", "check"), ("bank", "check")])
def test_what_is_theirs_is_all_there(estate: str, what: str) -> None:
    opened, run = _judged(estate, what)
    for told in run.partners:
        found = for_partner(run, told.partner, opened.estate)
        theirs = [each for each in told.findings if each.kind not in ("effort", "survives")]
        assert [each.verdict for each in found.findings] == [each.verdict for each in theirs]
        assert [each.element for each in found.partners[0].changes] == [each.element for each in told.changes]
        broken = [each for each in found.findings if each.verdict is Verdict.BROKEN and each.kind != "keep" and each.step]
        assert all(each.witness is not None for each in broken)


# --- a run made by hand: the operator's, in the estate of the railway


@pytest.fixture(scope="module")
def rail() -> Estate:
    return open_estate(REFERENCE / "rail", today=datetime.date(2027, 1, 15)).estate


def theirs(estate: Estate, *findings: Finding, **fields: object) -> Run:
    ours = impact(partner_run(*findings), partner_run(finding(f"{SEES}/needs:x"), partner="ticketing"))
    return for_partner(replace(ours, **fields), "operator", estate)  # type: ignore[arg-type]  # any field of a run


def only(run: Run) -> Finding:
    (found,) = run.findings
    return found


def test_the_findings_of_others_are_not_there(rail: Estate) -> None:
    run = theirs(rail, finding())
    assert [each.partner for each in run.partners] == ["operator"]
    assert only(run).id == f"{SEES}/needs-when:cause.text"


def test_an_exchange_with_somebody_else_is_not_shown(rail: Estate) -> None:
    elsewhere = Exchange(Request("GET", "/bookings/QX7T2M", base="https://api.ticketing.example"), Response(404))
    asked_of_them = Exchange(Request("GET", "/services/1", base="https://sandbox.operator.example/v2"), Response(200))
    for requirement, exchange in (
        (f"{SEES}/needs:status", elsewhere),
        (f"{SEES}/keep:status", asked_of_them),
        ("rail-disruption//consistent:service-status", asked_of_them),
    ):
        found = only(theirs(rail, finding(requirement, witness=exchange, curl="curl https://api.ticketing.example/bookings")))
        assert (found.witness, found.curl) == (None, "")


def test_an_address_that_is_not_theirs_is_not_shown_and_no_line_leads_there(rail: Estate) -> None:
    here = Exchange(Request("GET", "/services/1", base="http://127.0.0.1:8080"), Response(200))
    found = only(theirs(rail, finding(f"{SEES}/needs:status", witness=here, curl="curl http://127.0.0.1:8080/services/1")))
    assert found.witness is not None
    assert (found.witness.request.base, found.curl) == ("", "")


def test_their_own_address_is_shown_without_the_name_of_our_secret(rail: Estate) -> None:
    base = next(each.url for each in rail.partners["operator"].environments.values() if each.url)
    asked = Request("GET", "/services/1", headers={"authorization": "Bearer $env.RAIL_SECRET"}, base=base)
    found = only(
        theirs(
            rail,
            finding(
                f"{SEES}/needs:status",
                witness=Exchange(asked, Response(200)),
                curl=f'curl -H "authorization: Bearer ${{RAIL_SECRET}}" {base}/services/1',
            ),
        )
    )
    assert found.witness is not None
    assert found.witness.request == replace(asked, headers={"authorization": "Bearer $env.TOKEN"})
    assert found.curl == f'curl -H "authorization: Bearer ${{TOKEN}}" {base}/services/1'


def test_a_secret_that_they_gave_back_is_shown_without_its_name(rail: Estate) -> None:
    said = Response(401, {"echo": "Bearer $env.RAIL_SECRET"}, {"asked": ["with $env.RAIL_SECRET", 7]})
    because = 'asked is "with $env.RAIL_SECRET"'
    found = only(
        theirs(rail, finding(f"{SEES}/needs:status", witness=Exchange(Request("GET", "/services/1"), said), because=because))
    )
    assert found.witness is not None
    assert found.witness.response == Response(401, {"echo": "Bearer $env.TOKEN"}, {"asked": ["with $env.TOKEN", 7]})
    assert found.because == 'asked is "with $env.TOKEN"'


@pytest.mark.parametrize("again", [lambda run: run, lambda run: read_run(lines.render(run).encode().splitlines())])
def test_how_to_see_it_again_is_what_they_can_do_without_our_estate(rail: Estate, again: Callable[[Run], Run]) -> None:
    base = next(each.url for each in rail.partners["operator"].environments.values() if each.url)
    asked = Exchange(Request("GET", "/services/1", base=base), Response(200))
    run = theirs(rail, finding(observed=3, witness=asked, curl=f"curl {base}/services/1"), command="verify")
    page = html.render(again(run))
    assert "Send it again" in page
    assert "Walk it again" not in page
    assert "cxcontracts verify" not in page


def test_what_we_sent_does_not_name_others(rail: Estate) -> None:
    sent = Request("GET", "/services/1", (("via", "ticketing"),), body={"ticketing": ["for notify"]})
    found = only(theirs(rail, finding(f"{SEES}/needs:status", witness=Exchange(sent, Response(200)))))
    assert found.witness is not None
    assert found.witness.request.query == (("via", "another partner"),)
    assert found.witness.request.body == {"another partner": ["for another partner"]}


def test_a_sentence_names_no_other_partner_and_no_step_of_theirs(rail: Estate) -> None:
    because = "ticketing hands out x, which operator does not take at check-service; asked at find-booking, at told"
    blamed = Attribution(Fault.SEAM, ("ticketing", "operator"), because)
    found = only(theirs(rail, finding(because=because, attribution=blamed)))
    told = "another partner hands out x, which operator does not take at check-service; asked at another step, at another step"
    assert found.because == told
    assert found.attribution == Attribution(Fault.SEAM, ("another partner", "operator"), told)


def test_a_break_that_shows_at_a_step_of_others_is_told_without_that_step(rail: Estate) -> None:
    found = only(theirs(rail, finding("rail-disruption/told/event:match", channel="sms", customer="I am told")))
    assert (found.id, found.step, found.channel, found.customer) == ("rail-disruption//event:match", "", "", "")
    assert (found.verdict, found.witness) == (Verdict.BROKEN, None)


def test_how_many_customers_there_are_is_told_as_packs_tell_it(rail: Estate) -> None:
    def told(policy: Disclosure) -> tuple[dict[str, int], bool]:
        found = only(theirs(replace(rail, packs=Packs(policy)), finding()))
        return dict(found.customers), found.share

    assert told(Disclosure.NOTHING) == ({}, False)
    assert told(Disclosure.NUMBERS) == ({"commuter": 126_000, "leisure": 45_000, "assisted": 9_000}, False)
    shares, counted = told(Disclosure.SHARE)
    assert counted
    assert all(0 < number <= 100 for number in shares.values())


def test_a_private_journey_is_not_told_and_yet_what_it_feels_is_not_felt_by_nobody(rail: Estate) -> None:
    secret = replace(rail, private=("rail-disruption",))
    one = finding()
    stage = Stage("check-service", "steps", "I see my train", "app", "operator", "", "GET /services/{id}")
    journeys = (Outline("rail-disruption", "", {}, True, (stage,)),)
    ours = impact(partner_run(one, changes=(change(felt_by=(one.id,)), change())), journeys=journeys)
    run = for_partner(ours, "operator", secret)
    assert (run.findings, run.journeys) == ((), ())
    assert [each.felt_by for each in run.partners[0].changes] == [("private",), ()]


def test_who_accepts_a_break_stays_at_home(rail: Estate) -> None:
    waiver = Waiver(f"{SEES}/*", "kim@rail.example", "ticketing helps out", datetime.date(2027, 2, 1), "RAIL-7")
    found = only(theirs(replace(rail, waivers=(waiver,)), finding(verdict=Verdict.WAIVED, waived=str(waiver))))
    assert found.waived == "us until 2027-02-01: another partner helps out"
    assert only(theirs(rail, finding(verdict=Verdict.WAIVED, waived="kim@rail.example: because"))).waived == "us"


def test_what_follows_from_the_break_of_another_is_still_not_counted(rail: Estate) -> None:
    run = theirs(rail, finding(cause="rail-disruption/find-booking/answers"))
    assert only(run).cause == "elsewhere"
    assert run.summary[Verdict.BROKEN] == 0


def test_mistakes_in_files_of_others_leave_it_incomplete_and_unnamed(rail: Estate) -> None:
    problems = (Problem(Place("partners/ticketing/openapi.yaml", 3), "it is no contract"),)
    run = theirs(rail, finding(), problems=problems)
    assert (run.complete, run.problems) == (False, ())
    own = (Problem(Place("partners/operator/openapi.yaml", 3), "it is unlike that of ticketing"),)
    assert [each.what for each in theirs(rail, finding(), problems=own).problems] == ["it is unlike that of another partner"]


def test_of_a_journey_only_their_own_steps_are_told(rail: Estate) -> None:
    steps = (
        Stage("find-booking", "steps", "I open my booking", "app", "ticketing", "", "GET /bookings/{ref}"),
        Stage("pay", "steps", "I pay", "app", "ticketing", "", "POST /payments"),
        Stage("check-service", "steps", "I see my train", "app", "operator", "ticketing", "GET /services/{id}", fallback="plan"),
        Stage("plan", "fallbacks", "I see the timetable", "app", "ticketing", "", "GET /timetable"),
    )
    one = Outline("rail-disruption", "As ticketing says", {"commuter": 5}, True, steps)
    (journey,) = theirs(rail, finding(), journeys=(one, Outline("buy", "", {}, True, steps[:2]))).journeys
    assert (journey.goal, journey.customers) == ("As another partner says", {})
    assert [(each.customer, each.partner, each.what) for each in journey.steps] == [
        ("What others do", "another partner", ""),
        ("I see my train", "operator", "GET /services/{id}"),
        ("What others do", "another partner", ""),
    ]
    assert (journey.steps[1].by, journey.steps[1].fallback) == ("another partner", "another partner")


def test_of_traffic_only_theirs_is_told(rail: Estate) -> None:
    run = theirs(
        rail,
        finding(observed=4),
        command="verify",
        unfelt=("operator GET /x: colour, as ticketing", "ticketing GET /y: colour"),
        not_exercised={
            f"{SEES}/informs:y": "waits for find-booking",
            "rail-disruption/find-booking/informs:x": "no exchange shows it",
            "rail-disruption//effort": "no exchange shows it",
        },
        not_judged={"succeeds": 7},
        exchanges=900,
    )
    assert run.unfelt == ("operator GET /x: colour, as another partner",)
    assert run.not_exercised == {f"{SEES}/informs:y": "waits for another step"}
    assert (run.exchanges, run.not_judged) == (4, {})


def test_whoever_was_not_judged_gets_nothing(rail: Estate) -> None:
    with pytest.raises(UsageError, match="judged nothing of 'oprator'; did you mean 'operator'"):
        for_partner(impact(partner_run(finding())), "oprator", rail)
