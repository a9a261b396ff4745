"""The page: what it says, in which order, how it stays small, and that nothing that others wrote does anything on it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from dataclasses import dataclass, field, replace
from html import unescape
from html.parser import HTMLParser

import pytest

from cxcontracts.exchanges import NO_BODY, Exchange, Request, Response
from cxcontracts.findings import Attribution, Fault, Harm, Outline, Run, Stage, Verdict
from cxcontracts.problems import Place, Problem
from cxcontracts.reports.excerpt import Proof
from cxcontracts.reports.html.anchors import anchor_of
from cxcontracts.reports.html.bodies import LONGEST, body_lines
from cxcontracts.reports.html.report import render
from cxcontracts.reports.html.style import STYLE
from cxcontracts.sanitise import harmless_line
from tests.readers import unseen
from tests.runs import EVERYBODY, change, check, finding, hurt, impact, intact, partner_run

CAUSE = "rail-disruption/check-service/needs-when:cause.text"
STEPS = (
    Stage("find-booking", "steps", "I open my booking", "app", "ticketing", "", "GET /bookings/{ref}"),
    Stage("check-service", "steps", "I see what is happening", "app", "operator", "", "GET /services/{id}", fallback="planned"),
    Stage("staffed", "steps", "The staff know that I come", "", "operator", "ticketing", "GET /staff", visible=False),
    Stage("told", "steps", "I am told", "sms", "notify", "", "disruption.sent"),
    Stage("planned", "fallbacks", "I see the timetable", "app", "ticketing", "", "GET /timetable/{id}"),
)
JOURNEY = Outline("rail-disruption", "Tell me at once.", EVERYBODY, False, STEPS)
MIXED = impact(
    partner_run(
        finding(),
        finding("rail-disruption/check-service/needs:cause.code", cause=CAUSE),
        finding("rail-disruption/told/needs:text", Verdict.TOLERATED),
        finding("rail-disruption/told/needs:unsure", Verdict.UNPROVEN),
        finding("rail-disruption/told/needs:unseen", Verdict.INCONCLUSIVE, because="nobody answered"),
        finding("rail-disruption/told/needs:gap", Verdict.UNPROMISED, because="it was never promised"),
        finding("rail-disruption/told/needs:fine", Verdict.WAIVED, waived="kim until 2027-02-01: we know"),
        finding("rail-disruption//consistent:status", Verdict.INTACT),
        *intact(3),
        changes=(change(felt_by=(CAUSE,)), change("GET /lines", "operation added", places=3)),
        warnings=("partners/operator/openapi.yaml:12:3: defined twice",),
    ),
    journeys=(JOURNEY,),
    not_judged={"succeeds": 2},
)


@dataclass
class Node:
    """A part of a page."""

    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str = "", **attributes: str) -> list[Node]:
        """Return every part below of a tag with these attributes; of a class, one among several is enough."""
        found: list[Node] = []
        for child in self.children:
            if isinstance(child, Node):
                has = all(value in child.attributes.get(name.rstrip("_"), "").split() for name, value in attributes.items())
                found += [child] if has and tag in ("", child.tag) else []
                found += child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> Node:
        (found,) = self.all(tag, **attributes)
        return found


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in ("meta", "wbr"):
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> ends what is not open"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(page: str) -> Node:
    """Return a page by its parts; whoever leaves one open is told."""
    reading = _Reading()
    reading.feed(page)
    reading.close()
    (root,) = reading.open
    return root


def shown(run: Run) -> Node:
    return read(render(run))


PAGE = shown(MIXED)


# --- what it says


def test_it_leads_with_whom_it_hits_and_how() -> None:
    assert PAGE.one("h1").text == "Up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be blocked"
    assert PAGE.one("p", class_="verdict").text == "BROKEN"
    assert PAGE.one("p", class_="sentence").text == "operator 2.3.0 \u2192 2.4.0 would break 1 experience"
    assert [each.text for each in PAGE.one("ul", class_="counts").all("li")] == [
        "1 broken",
        "1 inconclusive",
        "1 unproven",
        "1 tolerated",
        "1 waived",
        "1 unpromised",
        "4 intact",
    ]


def test_what_was_seen_is_not_said_as_what_would_be() -> None:
    run = replace(check(partner_run(finding(observed=3, harm=Harm.MISLED, exact=True))), command="verify")
    assert shown(run).one("h1").text == "126,000 commuters, 45,000 leisure and 9,000 assisted a month are misled"


@pytest.mark.parametrize(
    ("run", "title"),
    [
        (impact(partner_run(*intact(3))), "No customer would feel it"),
        (check(partner_run(*intact(3))), "rail-retail: all 3 needs are promised"),
        (
            impact(partner_run(finding(verdict=Verdict.INCONCLUSIVE, exact=True, customers={"commuter": 5}))),
            "Nobody knows how 5 commuters a month fare",
        ),
    ],
)
def test_the_title_of_what_breaks_nothing(run: Run, title: str) -> None:
    assert shown(run).one("h1").text == title


@pytest.mark.parametrize(
    ("run", "notice"),
    [
        (impact(partner_run(*intact(3)), complete=False), "Interrupted: what is not listed was not judged"),
        (impact(partner_run()), "Nothing that contracts can show is needed of operator 2.3.0 \u2192 2.4.0"),
        (impact(), "No partner was judged"),
        (impact(partner_run(*intact(3)), problems=(Problem(Place("estate.yaml", 3), "odd"),)), "estate.yaml:3:1: odd"),
    ],
)
def test_a_run_that_is_not_whole_is_said_and_never_green(run: Run, notice: str) -> None:
    page = shown(run)
    assert notice in page.all("p", class_="notice")[0].text
    assert page.one("header", class_="top").attributes["class"] == "top open"
    assert "INTACT" not in page.text


def test_the_order_is_that_of_what_matters() -> None:
    titles = [each.text for each in PAGE.all("h2")]
    assert titles == [
        "Experience map",
        "What breaks",
        "Nobody could judge (1)",
        "Could not be decided (1)",
        "Tolerated (1)",
        "Waived (1)",
        "Never promised (1)",
        "What changed",
        "Not judged: contracts cannot show it (1)",
        "Warnings (1)",
        "What holds (4)",
    ]


def test_a_break_is_told_with_all_that_is_known_of_it() -> None:
    told = finding(
        observed=4,
        flaky="1/4",
        promised=False,
        attribution=Attribution(Fault.BREAKS_ITS_CONTRACT, ("operator",), "cause is null; the contract says text"),
        curl="curl https://api.example/services/1",
        for_steps=("told",),
        harm=Harm.DELAYED,
    )
    run = replace(check(partner_run(told)), command="verify", environment="sand box")
    article = shown(run).one(id=CAUSE)
    facts = dict(zip(*([each.text for each in article.one("dl").all(tag)] for tag in ("dt", "dd")), strict=True))
    assert facts == {
        "need": "needs-when:cause.text",
        "partner": "operator 2.3.0",
        "promise": "was guaranteed, is only possible",
        "shows at": "told",
        "whose": "operator: breaks its contract; cause is null; the contract says text",
        "seen": "flaky: 1 of 4 tries failed",
        "promised": "no: the contract of record does not promise it",
        "gate": "only warns: fail-on does not name delayed",
        "element": "GET /services/{serviceId} 200 application/json cause.text",
        "where": "journeys/rail-disruption.yaml:34:7",
        "id": CAUSE,
    }
    assert [each.text for each in article.all("figcaption")] == ["Request", "Response", "Send it again", "Walk it again"]
    assert "curl https://api.example/services/1" in article.text
    assert f"cxcontracts verify --env 'sand box' --replay {CAUSE}" in article.text


def test_the_point_of_an_answer_is_marked() -> None:
    assert [each.text.strip() for each in PAGE.one(id=CAUSE).all("mark")] == ['"cause": null,']


def test_what_follows_from_a_break_is_named_with_it() -> None:
    details = PAGE.one(id=CAUSE).one("details", class_="more")
    assert details.one("summary").text == "1 more need waits on it"
    assert [each.attributes["id"] for each in details.all("code")] == ["rail-disruption/check-service/needs:cause.code"]


def test_every_finding_has_its_own_name_to_link_to() -> None:
    ids = [each.attributes["id"] for each in PAGE.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert {each.id for each in MIXED.findings} <= set(ids)
    there = {f"#{id}" for id in ids}
    assert [each.attributes["href"] for each in PAGE.all("a") if each.attributes["href"] not in there] == []


def test_a_name_that_no_link_can_hold_is_stood_in_for_and_stays_the_same() -> None:
    assert anchor_of("a b/c/needs") == anchor_of("a b/c/needs") != anchor_of("a b/c/needs:d")
    twice = impact(partner_run(finding(), finding()))
    assert len({each.attributes["id"] for each in shown(twice).all("article", class_="finding")}) == 2


def test_why_each_other_one_is_not_intact_is_told() -> None:
    rest = " ".join(PAGE.one("section", class_="rest").text.split())
    for said in ("nobody answered", "it was never promised", "kim until 2027-02-01: we know", "It would break, and something"):
        assert said in rest


def test_changes_are_told_by_who_feels_them() -> None:
    section = PAGE.one("section", class_="changes")
    felt, unfelt, *_ = (each for each in section.all("section"))
    assert felt.one("a").attributes["href"] == f"#{CAUSE}"
    assert "operation added: GET /lines and 2 more places" in unfelt.text


def test_what_traffic_showed_and_what_it_did_not_is_told() -> None:
    run = replace(
        check(partner_run(*intact(2))),
        command="verify",
        exchanges=1200,
        unfelt=("operator GET /x: colour is not in the contract",),
        not_exercised={"rail-disruption/told/must": "no exchange shows it"},
    )
    page = shown(run)
    assert "1,200 exchanges judged" in page.one("header", class_="top").text
    assert "colour is not in the contract" in page.one("section", class_="changes").text
    assert page.one(id="rail-disruption/told/must").tag == "code"


def test_how_each_partner_fared_is_told() -> None:
    run = impact(partner_run(finding()), partner_run(partner="notify", not_covered="a pilot"), partner_run(partner="crm"))
    rows = [" ".join(each.text.split()) for each in shown(run).one("dl", class_="fared").all("dd")]
    assert rows == ["\u2717 1 broken", "not covered: a pilot", "nothing checked"]


# --- the experience map


def _stops(page: Node) -> list[list[str]]:
    return [[part.text for part in stop.all("p") if part.text] for stop in page.all("li", class_="stop")]


def test_the_map_tells_each_step_in_the_words_of_customers_and_marks_it_in_a_word() -> None:
    assert _stops(PAGE) == [
        ["\u2713 intact", "I open my booking", "ticketing \u00b7 app", "3 needs hold"],
        ["\u2717 broken", "I see what is happening", "operator \u00b7 app", "if it fails \u2192 planned"],
        ["\u2013 not looked at", "The staff know that I come", "operator \u00b7 behind the scenes", "ticketing makes this call"],
        ["? inconclusive", "I am told", "notify \u00b7 sms"],
        ["\u2013 not looked at", "I see the timetable", "ticketing \u00b7 app", "stands in for check-service"],
        ["\u2713 intact", "1 need holds"],
    ]


def test_a_step_leads_to_what_was_found_of_it_the_gravest_first() -> None:
    told = next(stop for stop in PAGE.all("li", class_="stop") if "I am told" in stop.text)
    assert [each.text for each in told.all("li")] == [
        "needs:unseen",
        "needs:unsure unproven",
        "needs:text tolerated",
        "and 2 more",
    ]
    assert told.all("a")[0].attributes["href"] == "#rail-disruption/told/needs:unseen"


def test_the_name_of_a_need_goes_on_in_a_new_line_only_where_it_has_a_joint() -> None:
    run = impact(partner_run(finding("rail-disruption/told/needs:messages.*.status")), journeys=(JOURNEY,))
    told = shown(run).one("ul", class_="points").one("a")
    assert told.text == "needs:messages.*.status"
    assert [child for child in told.children if isinstance(child, str)] == ["needs:", "messages.", "*.", "status"]


def test_a_break_of_a_call_among_partners_shows_at_the_step_that_customers_see() -> None:
    run = impact(partner_run(finding("rail-disruption/staffed/answers", for_steps=("told",))), journeys=(JOURNEY,))
    assert ["\u2717 broken", "I am told", "notify \u00b7 sms"] in _stops(shown(run))


def test_journeys_that_break_come_first_and_those_that_hold_are_folded() -> None:
    names = ("holds", "bends", "breaks-few", "breaks-many")
    outlines = tuple(Outline(name, "", {"one": number}, True, STEPS) for number, name in enumerate(names))
    found = (
        finding("holds/told/needs:a", Verdict.INTACT),
        finding("bends/told/needs:a", Verdict.TOLERATED),
        finding("breaks-few/told/needs:a"),
        finding("breaks-many/told/needs:a"),
    )
    page = shown(impact(partner_run(*found), journeys=outlines)).one("section", class_="map")
    assert [each.text for each in page.all("h3")] == ["breaks-many", "breaks-few", "bends", "holds"]
    assert [each.all("h3")[0].text for each in page.all("details")] == ["holds"]


def test_a_run_that_did_not_tell_of_its_journeys_has_a_map_of_what_was_found() -> None:
    page = shown(replace(MIXED, journeys=()))
    assert [stop[1] for stop in _stops(page)][:2] == [MIXED.findings[0].customer] * 2


def test_interactions_of_pact_files_are_on_the_map() -> None:
    one = finding("pact/shop/3f2a", customer="a request for a service")
    run = impact(partner_run(replace(one, journey="pact", step="shop", kind="pact")))
    page = shown(run)
    assert "Pact files" in page.one("article", class_="journey").text
    assert page.one(id="pact/shop/3f2a").tag == "article"


# --- bodies


def _told(body: object, focus: tuple[str, ...] = (), proof: Proof = Proof.VALUE) -> list[str]:
    return [f"{'>' if line.marked else ' '}{line.text}" for line in body_lines(body, focus, proof)]


def test_a_short_body_is_whole() -> None:
    assert _told({"a": [1, {"b": "\u00fc"}], "c": {}}) == [
        *(" {", '   "a": [', "     1,", "     {", '       "b": "\u00fc"', "     }", "   ],", '   "c": {}', " }")
    ]


def test_a_long_body_is_cut_around_the_point_and_what_is_cut_is_said() -> None:
    body = {f"k{n}": {"deep": list(range(50))} for n in range(100)} | {"last": {"x": [{"cause": None}]}}
    told = _told(body, ("last", "x", "*", "cause"))
    assert len(told) <= LONGEST
    assert [line for line in told if line.startswith(">")] == ['>          "cause": null'.replace("          ", "        ")]
    assert any("more members" in line for line in told)


def test_what_is_missing_is_said_where_it_should_be() -> None:
    assert _told({"a": {"b": 1}}, ("a", "c"), Proof.ABSENCE)[3] == '>    no "c"'
    assert _told({"a": []}, ("a", "*", "c")) == [" {", '>  "a": []', " }"]


def test_a_long_text_and_a_long_number_are_cut_and_counted() -> None:
    told = _told({"text": "x" * 9000, "number": 10**4000})
    assert any(line.endswith('\u2026" \u2026 9,000 characters,') for line in told)
    assert any(line.endswith("digits") for line in told)


def test_a_body_of_any_size_and_shape_is_short() -> None:
    deep: object = 1
    for _ in range(500):
        deep = [deep]
    for body in (deep, list(range(10**5)), {"x" * 10**6: "y" * 10**6}, "z" * 10**6, None, True, [[]] * 99, {"a": {"b": {}}}):
        told = _told(body)
        assert len(told) <= LONGEST + 1
        assert sum(map(len, told)) < 50_000


def test_a_request_says_nothing_of_what_only_the_answer_lacks() -> None:
    witness = Exchange(Request("POST", "/services", body={"id": 1}), Response(200, body={"cause": None}))
    article = shown(impact(partner_run(finding(witness=witness)))).one(id=CAUSE)
    assert "no " not in article.one("div", class_="exchange").text


def test_an_event_is_told_as_its_delivery() -> None:
    gone = Exchange(Request("POST", "/", body={"a": 1}), Response(404), message="disruption.sent")
    article = shown(impact(partner_run(finding(witness=gone)))).one(id=CAUSE)
    assert [each.text for each in article.all("figcaption")] == ["Delivery", "Response"]
    delivered = replace(gone, response=Response(204, body=NO_BODY))
    article = shown(impact(partner_run(finding(witness=delivered)))).one(id=CAUSE)
    assert [each.text for each in article.all("figcaption")] == ["Delivery"]


# --- what others wrote does nothing


def test_its_policy_lets_in_its_own_style_and_nothing_else() -> None:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = PAGE.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert PAGE.one("style").text == STYLE
    assert "url(" not in STYLE


def _census(page: Node) -> set[tuple[str, tuple[str, ...]]]:
    return {(each.tag, tuple(sorted(each.attributes))) for each in page.all() if each.tag != "mark"}


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style></title>", "\ud800\x00\ufffe"]
)
def test_hostile_text_is_text(hostile: str) -> None:
    page = render(_hurt(hostile))
    assert unseen(page) == []
    assert _census(read(page)) == _census(shown(_hurt("plain")))


def test_every_hurtful_text_is_text_and_none_is_lost(hurtful: tuple[str, ...]) -> None:
    plain = _census(shown(_hurt("plain")))
    for hostile in hurtful:
        page = render(_hurt(hostile))
        assert unseen(page) == []
        assert _census(read(page)) == plain, hostile
        start = harmless_line(hostile, 1000)[:200]
        assert start in unescape(page), hostile
        assert all(each.attributes["href"].startswith("#") for each in read(page).all("a")), hostile


def _hurt(text: str) -> Run:
    """Return a run in which others wrote *text* wherever they can, with what traffic shows, and journeys."""
    run = hurt(text)
    stage = Stage(text, text, text, text, text, text, text, False, text)
    parts = ("setup", "steps", "fallbacks", "cleanup", "pacts")
    steps = tuple(replace(stage, name=f"{text}{part}", part=part) for part in parts)
    partner, *others = run.partners
    seen = tuple(
        replace(
            each,
            attribution=Attribution(Fault.SEAM, (text, text), text),
            curl=text,
            waived=text,
            for_steps=(text,),
            observed=3,
            flaky="1/3",
            promised=False,
        )
        for each in partner.findings
    )
    return replace(
        run,
        partners=(dataclasses.replace(partner, findings=seen), *others),
        journeys=(Outline(text, text, {text: 7}, False, steps),),
        environment=text,
        unfelt=(text,),
        not_exercised={text: text},
        problems=(Problem(Place(text), text, text, warning=True), Problem(Place(text), text, text)),
    )


# --- how large it gets


def _many(number: int) -> Run:
    verdicts = (Verdict.BROKEN, Verdict.TOLERATED, *[Verdict.INTACT] * 3, Verdict.UNPROVEN)
    found = tuple(
        finding(f"j{n // 50}/s{n % 50 // 10}/needs:f{n % 10}", verdicts[n % len(verdicts)], harm=[*Harm][n % len(Harm)])
        for n in range(number)
    )
    return impact(partner_run(*found))


def test_a_page_keeps_to_its_limit_and_says_what_is_left_out() -> None:
    run = _many(3000)
    page = render(run, limit=1_000_000)
    assert len(page.encode()) <= 1_000_000
    note = read(page).one(id="left-out")
    assert note.text == "Not on this page"
    said = read(page).one("section", class_="notice").text
    told = read(page).all("article", class_="finding")
    unproved = [each for each in told if each.all("div", class_="proof") == [] and "unproven" not in each.attributes["class"]]
    assert f"{len(unproved):,} exchanges that prove a finding" in said
    assert "1,500 needs that hold" in said
    assert "Not on this page" not in render(run, limit=100_000_000)


def test_what_matters_least_goes_first() -> None:
    run = _many(3000)
    sizes = (150_000, 300_000, 600_000, 1_200_000, 2_400_000, 6_000_000)
    seen = [read(render(run, limit=limit)) for limit in sizes]
    broken = [len(page.all("article", class_="broken")) for page in seen]
    proofs = [len(page.all("div", class_="proof")) for page in seen]
    holding = [
        len(page.one("section", class_="holds").all("code")) if page.all("section", class_="holds") else 0 for page in seen
    ]
    assert broken == sorted(broken)
    for many, proved, held in zip(broken, proofs, holding, strict=True):
        assert proved <= 20 or many == broken[-1], (
            "but for one with each that is told at once, no exchange before every break is told"
        )
        assert not held or proved == proofs[-1], "nothing that holds before every exchange"
    assert holding[-1] == 1500


def test_each_experience_that_is_told_at_once_has_an_exchange_that_proves_it_and_partners_are_never_crowded_out() -> None:
    (many,) = _many(3000).partners
    page = read(render(impact(many, partner_run(partner="notify", not_covered="a pilot")), limit=300_000))
    experiences = page.all("section", class_="experience")
    assert [len(each.all("div", class_="proof")) for each in experiences] == [1] * 20
    assert page.all("details", class_="broken"), "there are more breaks than are told at once"
    assert len(page.one("dl", class_="fared").all("dt")) == 2


def test_whom_nothing_breaks_for_is_said_of_what_was_seen() -> None:
    run = replace(check(partner_run(*intact(2, customers={"commuter": 7}))), command="verify")
    assert shown(run).one("h1").text == "Nothing breaks for up to 7 commuters a month"


def test_no_link_leads_to_what_is_left_out() -> None:
    (many,) = _many(3000).partners
    last = next(each.id for each in reversed(many.findings) if each.verdict is Verdict.INTACT)
    run = impact(replace(many, changes=(change(felt_by=(last,)),)))
    whole, cut = (read(render(run, limit=limit)) for limit in (100_000_000, 2_000_000))
    assert [each.text for each in whole.one("section", class_="changes").all("a")] == [last]
    assert last in cut.one("section", class_="changes").text
    for page in (whole, cut):
        there = {f"#{each.attributes['id']}" for each in page.all() if "id" in each.attributes}
        assert {each.attributes["href"] for each in page.all("a")} <= there


def test_the_same_run_gives_the_same_bytes() -> None:
    assert render(MIXED) == render(MIXED)
    assert render(MIXED).isascii() is False


def test_any_finding_fits() -> None:
    huge = finding(because="x" * 10**6, element="y" * 10**6, customer="z" * 10**6, curl="c" * 10**6)
    assert len(render(impact(partner_run(huge)))) < 200_000
