"""A scorecard in each format: what it says, that nobody can misuse it, and what a partner does not get to read."""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema_rs
import orjson
import pytest

from cxcontracts.errors import UsageError
from cxcontracts.estate.model import Estate
from cxcontracts.exchanges import Exchange, Request, Response
from cxcontracts.findings import GRAVEST_FIRST, Harm, Version
from cxcontracts.gathering import gathered
from cxcontracts.hiding import Hiding
from cxcontracts.onboarding.earlier import Earlier, read_earlier
from cxcontracts.onboarding.judging import scorecard
from cxcontracts.onboarding.scorecard import (
    Basis,
    Entry,
    Evidence,
    Line,
    Outcome,
    Pillar,
    Scorecard,
    Standing,
    Turn,
    failed,
    not_applicable,
    not_evidenced,
    passed,
)
from cxcontracts.opening import open_estate
from cxcontracts.plugins import lines
from cxcontracts.problems import Place
from cxcontracts.reports.scorecards import html, json, markdown, text
from cxcontracts.reports.scorecards.discretion import Discretion
from tests.readers import commands, unseen
from tests.workplace import HURTFUL

ESTATES = Path(__file__).parent.parent / "contracts"
DAY = datetime.date(2027, 1, 15)
THERE = Place("partners/shop/openapi.yaml", 7, 3)
EXCHANGE = Exchange(Request("GET", "/orders", base="http://shop"), Response(200, {}, {"id": None}))


def line(id: str, harm: Harm = Harm.DELAYED, turn: Turn = Turn.PARTNERS, pillar: Pillar = Pillar.DATA) -> Line:
    return Line(
        id, pillar, f"It does {id}", "It matters.", f"Mend {id}.", turn, Basis.CONTRACT, harm, "By looking.", lambda _: passed("")
    )


def card(*entries: Entry, earlier: datetime.date | None = None) -> Scorecard:
    version = Version("1.4.0", "sha256:0", "openapi.yaml")
    return Scorecard("made", "shop", "The Shop", version, "http://shop", "sandbox", DAY, entries, earlier)


def one(said: str) -> Scorecard:
    """A scorecard in which somebody else wrote everything that others can write."""
    evidence = Evidence(
        said, Place("partners/shop/openapi.yaml", 3, 1), Exchange(Request("GET", said, base=said), Response(200, {}, said))
    )
    other = Outcome(Standing.NOT_EVIDENCED, said, (Evidence(said),), None, {said: 7})
    found = card(
        Entry(line("a"), failed(said, [evidence], None, {said: 8})), Entry(line("b"), other), Entry(line("c"), passed(said))
    )
    return replace(found, title=said, where=said, environment=said, version=Version(said, said, said), gone=(said,), since=DAY)


MIXED = card(
    Entry(line("slow", Harm.DELAYED), failed("it is slow", [Evidence("GET /orders", THERE, EXCHANGE)])),
    Entry(line("stuck", Harm.BLOCKED), failed("it is stuck", customers={"few": 3})),
    Entry(line("jammed", Harm.BLOCKED, pillar=Pillar.TECHNOLOGY), failed("it is jammed", customers={"many": 9000})),
    Entry(line("dark", Harm.BLOCKED, Turn.OURS, Pillar.OPERATIONS), not_evidenced("nobody looked")),
    Entry(line("right", pillar=Pillar.OPERATIONS), passed("it is right")),
    Entry(line("idle", pillar=Pillar.OPERATIONS), not_applicable("nobody asks")),
)  # fmt: skip


# What it comes to


def test_what_to_do_next_is_what_harms_customers_most_then_most_of_them() -> None:
    assert [entry.line.id for entry in MIXED.next] == ["jammed", "stuck", "slow"]
    assert sorted(GRAVEST_FIRST) == sorted(Harm)


def test_what_failed_comes_before_what_nobody_knows() -> None:
    found = card(
        Entry(line("dark", Harm.BLOCKED), not_evidenced("it is down")), Entry(line("late", Harm.DELAYED), failed("late"))
    )
    assert [entry.line.id for entry in found.next] == ["late", "dark"]


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ((passed("x"), not_applicable("x")), "ready"),
        ((passed("x"), not_evidenced("x")), "not-evidenced"),
        ((passed("x"), not_evidenced("x"), failed("x")), "not-ready"),
        ((not_evidenced("x"), not_applicable("x")), "not-judged"),
        ((not_applicable("x"),), "not-judged"),
        ((), "not-judged"),
    ],
)
def test_one_verdict_says_what_all_lines_come_to(outcomes: tuple[Outcome, ...], verdict: str) -> None:
    assert card(*(Entry(line(f"l{number}"), each) for number, each in enumerate(outcomes))).verdict == verdict


# Text


def test_the_text_leads_with_the_verdict_and_what_to_do_and_keeps_to_its_width() -> None:
    shown = text.render(MIXED, colour=False, width=80, verbose=False)

    assert shown.startswith("NOT READY  shop (The Shop) 1.4.0 at http://shop: 3 lines of 6 failed\n\nNext\n  1  Mend jammed.")
    assert "not applicable  It does idle\n                  because nobody asks\n" in shown
    assert max(map(len, shown.splitlines())) <= 80
    for part in ("the partner's turn", "GET /orders (partners/shop/openapi.yaml:7:3)", '200 {"id": null}', "It matters."):
        assert part in shown


@pytest.mark.parametrize("colour", [False, True])
def test_nothing_that_others_wrote_hurts_a_terminal_or_a_log(colour: bool) -> None:
    shown = re.sub(r"\x1b\[\d*m", "", text.render(one(HURTFUL), colour=colour, width=80, verbose=True))
    assert (commands(shown), unseen(shown)) == ([], [])


# JSON


def errors(found: Scorecard) -> list[str]:
    validator = jsonschema_rs.Draft202012Validator(json.schema())
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(orjson.loads(json.render(found)))]


@pytest.mark.parametrize("found", [MIXED, one(HURTFUL), card()], ids=["mixed", "hurtful", "empty"])
def test_the_json_fits_its_schema(found: Scorecard) -> None:
    assert errors(found) == []


def test_the_schema_names_every_key() -> None:
    shown = orjson.loads(json.render(one("x")))
    schema = json.schema()
    assert set(shown) == set(schema["properties"])
    known = {name for part in schema["$defs"].values() for name in part.get("properties", ())}
    assert {key for each in shown["lines"] for key in each} | {
        key for each in shown["lines"] for e in each["evidence"] for key in e
    } <= known


# Progress


def test_an_earlier_scorecard_shows_what_got_better_and_worse(tmp_path: Path) -> None:
    before = read_earlier(orjson.loads(json.render(MIXED)), "before.json", "shop")
    entries = [replace(entry, before=before.standings.get(entry.line.id)) for entry in MIXED.entries]
    entries[1] = replace(entries[1], outcome=passed("mended"))
    entries[4] = replace(entries[4], outcome=failed("it is wrong now"))
    after = replace(card(*entries), since=before.day, gone=("old",))

    assert ([each.line.id for each in after.better], [each.line.id for each in after.worse]) == (["stuck"], ["right"])
    shown = " ".join(text.render(after, colour=False, width=80, verbose=False).split())
    assert "- since 2027-01-15, better: stuck - worse: right - no longer judged: old" in shown
    assert "It does stuck (was failed)" in shown
    assert errors(after) == []


def test_what_does_not_apply_any_more_is_neither_better_nor_worse() -> None:
    now = Entry(line("a"), not_applicable("x"), Standing.FAILED)
    then = Entry(line("b"), failed("x"), Standing.NOT_APPLICABLE)
    found = card(now, then)
    assert (found.better, found.worse) == ((), ())


ONE_OF = "one of failed, not-evidenced, passed, not-applicable"
GOOD = {"version": 1, "command": "onboard", "partner": "shop", "day": "2027-01-01", "lines": [{"id": "a", "standing": "passed"}]}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "x.json is no scorecard; write one with cxcontracts onboard shop --format json"),
        (GOOD | {"command": "check"}, "x.json is no scorecard; write one with cxcontracts onboard shop --format json"),
        (GOOD | {"version": 2}, "x.json is a scorecard of version 2; this release reads version 1"),
        (GOOD | {"partner": "other"}, "x.json is the scorecard of 'other', and not of 'shop'"),
        (GOOD | {"day": "yesterday"}, "x.json: day must be a date, as 2027-01-31"),
        (GOOD | {"day": 7}, "x.json: day must be a date, as 2027-01-31"),
        (GOOD | {"lines": {}}, "x.json: lines must be a list of lines"),
        (GOOD | {"lines": [7]}, "x.json: lines must be a list of lines"),
        (GOOD | {"lines": [{"id": "a", "standing": []}]}, f"x.json: the line 'a' has no standing; {ONE_OF}"),
        (GOOD | {"lines": [{"id": "a", "standing": "great"}]}, f"x.json: the line 'a' has no standing; {ONE_OF}"),
    ],
)  # fmt: skip
def test_what_is_no_earlier_scorecard_is_refused_with_the_reason(value: object, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_earlier(value, "x.json", "shop")
    assert str(raised.value) == said


def test_an_earlier_scorecard_is_its_day_and_its_standings() -> None:
    assert read_earlier(GOOD, "x.json", "shop") == Earlier(datetime.date(2027, 1, 1), {"a": Standing.PASSED})


# Markdown, for the partner


def reference(name: str) -> Estate:
    return open_estate(ESTATES / name).estate


PARTNERS = [(name, partner) for name in ("bank", "rail", "telecom") for partner in reference(name).partners]


@pytest.mark.parametrize(("estate", "partner"), PARTNERS)
def test_a_partner_reads_nothing_of_other_partners(estate: str, partner: str) -> None:
    opened = open_estate(ESTATES / estate)
    found = scorecard(gathered(opened, partner, None, lambda _: "").dossier, lines())
    shown = markdown.render(found, Discretion.of(opened.estate, partner))

    theirs = "\n".join(path.read_text() for path in (ESTATES / estate / "partners" / partner).rglob("*") if path.is_file())
    for other in opened.estate.partners.values():
        hosts = [re.sub(r"https?://([^/]+).*", r"\1", each.url) for each in other.environments.values()]
        for name in (other.name, other.title, *other.owner.values(), *hosts) if other.name != partner else ():
            if not re.search(rf"\b{re.escape(name)}\b", theirs, re.IGNORECASE):
                assert not re.search(rf"\b{re.escape(name)}\b", shown, re.IGNORECASE), name
    assert "journeys/" not in shown
    assert "partner.yaml" not in shown
    assert "a month" not in shown


def test_what_goes_between_two_partners_is_told_to_each_without_the_other() -> None:
    evidence = Evidence("j/see/keep:parcel: Swift takes no text", Place("journeys/j.yaml", 3, 1), EXCHANGE, ("courier",))
    found = card(Entry(line("seam"), failed("Swift takes no text", [evidence])))
    shown = markdown.render(found, Discretion("partners/shop", Hiding(["Swift"], [])))

    assert "Swift" not in shown
    assert "what goes between you and another partner: j/see/keep" in shown
    assert "http://shop/orders" not in shown


def test_what_is_private_and_what_is_ours_to_do_is_not_told_in_full() -> None:
    found = card(
        Entry(line("owner", turn=Turn.OURS), failed("nobody answers for Project Heron")),
        Entry(line("list"), failed("GET /heron and Project Heron have no pages")),
    )
    shown = markdown.render(found, Discretion("partners/shop", Hiding([], ["Project Heron"])))

    assert "Heron" not in shown
    assert "## With us\n\n- It does owner\n" in shown


def test_nothing_that_others_wrote_is_markdown() -> None:
    hurtful = "[a](http://evil) @all #1 <img src=x> | `x` " + HURTFUL
    shown = markdown.render(one(hurtful), Discretion("partners/shop", Hiding([], [])))
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)|^ *(`{3,})text\n.*?^ *\2$", "", shown, flags=re.DOTALL | re.MULTILINE)

    assert (commands(shown), unseen(shown)) == ([], [])
    assert "evil" not in outside
    assert "<img" not in outside


# HTML


class Census(HTMLParser):
    """Counts elements and attributes, and keeps what an attribute leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.style = ""
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        self.seen[f"{tag} {sorted(name for name, _ in attrs)}"] += 1
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.style += data if self._within == "style" else ""


def census(found: Scorecard) -> Census:
    read = Census()
    read.feed(html.render(found))
    return read


def test_the_page_loads_nothing_runs_nothing_and_leads_only_within_itself() -> None:
    read = census(MIXED)

    assert not any(tag.startswith(("script", "img", "link", "iframe", "form")) for tag in read.seen)
    assert not any("style'" in tag or "on" in re.findall(r"'(on)\w+'", tag) for tag in read.seen)
    assert all(link.startswith("#") and link[1:] in read.ids for link in read.links)
    assert len(read.ids) == len(set(read.ids))


def test_the_page_forbids_all_but_its_own_style() -> None:
    shown = html.render(MIXED)
    digest = base64.b64encode(hashlib.sha256(census(MIXED).style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in shown


def test_the_page_has_the_same_elements_whatever_others_wrote() -> None:
    hostile = "</p><script>alert(1)</script><img src=x onerror=alert(1)>\"'&" + HURTFUL
    assert census(one(hostile)).seen == census(one("harmless")).seen
    assert unseen(html.render(one(hostile))) == []


def test_the_page_says_everything_in_words_worst_first() -> None:
    shown = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html.render(MIXED), flags=re.DOTALL)
    words = " ".join(shown.split())
    assert "NOT READY: 3 lines of 6 failed" in words
    order = [words.index(part) for part in ("Next", "Data", "It is", "Technology", "Operations") if part in words]
    assert order == sorted(order)
    operations = words[words.rindex("Operations") :]
    assert operations.index("It does dark") < operations.index("It does right") < operations.index("It does idle")
    assert "not applicable It does idle because nobody asks" in words
