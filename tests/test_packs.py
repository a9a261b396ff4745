"""What leaves the house for a partner, and that its own release is judged by it as it would be at home."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxcontracts.errors import EstateError, UsageError
from cxcontracts.findings import Finding
from cxcontracts.hiding import ELSEWHERE, Hiding, hiding
from cxcontracts.opening import open_estate
from cxcontracts.packs.envelopes import opened
from cxcontracts.packs.keys import VARIABLE
from cxcontracts.packs.pack import KIND
from cxcontracts.packs.packing import packed
from tests.packs_made import KEY, REFERENCE, TODAY, content_of, pack_file
from tests.workplace import Workplace, workplace

ESTATES = ("rail", "bank", "telecom")


def _partners() -> Iterator[tuple[str, str]]:
    for estate in ESTATES:
        opened = open_estate(REFERENCE / estate, today=TODAY)
        asked = {step.partner for journey in opened.estate.journeys.values() for step in journey.steps}
        yield from ((estate, name) for name in opened.estate.partners if name in asked)


PARTNERS = [*_partners()]


def _unpacked(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def _stays_at_home(finding: Finding, own: set[tuple[str, str]]) -> bool:
    """Tell whether a requirement is ours to keep, or another partner's message."""
    elsewhere = finding.step and (finding.journey, finding.step) not in own and not finding.id.startswith("pact/")
    return finding.kind in ("effort", "survives") or bool(elsewhere)


@pytest.mark.parametrize(("estate", "partner"), PARTNERS)
def test_a_release_is_judged_by_its_pack_as_at_home(estate: str, partner: str, tmp_path: Path) -> None:
    root = REFERENCE / estate
    opened, content = content_of(root, partner)
    hide = hiding(opened.estate, opened.estate.partners[partner])
    own = {(j.name, step.name) for j in opened.estate.journeys.values() for step in j.steps if step.partner == partner}
    folder = _unpacked(tmp_path, dict(content.files))
    candidates = (file for file in sorted((root / "partners" / partner / "candidates").iterdir()) if file.is_file())
    for candidate in (each for each in candidates if each.name != "expected.yaml"):
        home = open_estate(root, {partner: [candidate]}, today=TODAY).impact()
        theirs = open_estate(folder, {partner: [candidate]}, today=TODAY).impact()
        expected = {
            each.id.replace(f"{each.journey}/", f"{hide.name(each.journey)}/", 1): each.verdict
            for each in home.findings
            if each.partner == partner and not _stays_at_home(each, own)
        }
        assert {each.id: each.verdict for each in theirs.findings if each.partner == partner} == expected, candidate.name
        assert theirs.verdict == home.verdict, candidate.name


@pytest.mark.parametrize(("estate", "partner"), PARTNERS)
def test_no_byte_names_another_partner(estate: str, partner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_TOKEN", "CANARY-1f0e9d8c7b6a")
    opened, content = content_of(REFERENCE / estate, partner)
    said = "\n".join(text for path, text in content.files.items() if path in content.theirs)
    ours = "\n".join(f"{path}\n{text}" for path, text in content.files.items() if path not in content.theirs)
    assert "CANARY" not in ours + said
    for other in opened.estate.partners.values():
        if other.name == partner:
            continue
        addresses = [environment.url.partition("://")[2].partition("/")[0] for environment in other.environments.values()]
        for name in filter(None, (other.name, other.title, *addresses, *other.owner.values())):
            spelt = re.compile(rf"(?<![A-Za-z]){re.escape(name)}(?![a-z])", re.IGNORECASE)
            assert spelt.search(said) or not spelt.search(ours), name
    for environment in opened.estate.partners[partner].environments.values():
        assert not environment.url or environment.url not in ours
    for journey in opened.estate.journeys.values():
        assert not journey.owner or journey.owner not in ours


@pytest.mark.parametrize(("estate", "partner"), PARTNERS[:4])
def test_a_dry_run_prints_what_would_leave(estate: str, partner: str) -> None:
    ran = Workplace(REFERENCE).run("--estate", estate, "pack", partner, "--dry-run", "-v")
    assert ran.exit_code == 0, ran.output
    printed = dict(re.findall(r"^== (\S+)\n(.*?)(?=\n\n== )", ran.stdout, re.MULTILINE | re.DOTALL))
    _, content = content_of(REFERENCE / estate, partner)
    assert {path: text.split() for path, text in printed.items()} == {path: text.split() for path, text in content.files.items()}


def test_a_dry_run_says_all_that_the_file_says_and_what_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "key.pem"))
    place = Workplace(tmp_path)
    words = ("--estate", str(REFERENCE / "rail"), "pack", "operator")
    keyless = place.run(*words, "--dry-run")
    assert keyless.exit_code == 0, keyless.output
    assert "Nobody can sign it yet: cxcontracts key new makes a key" in keyless.stdout
    assert place.run("key", "new", "--output", "key.pem").exit_code == 0

    dry, ran = place.run(*words, "--dry-run", "-v"), place.run(*words)

    assert ran.exit_code == 0, ran.output
    assert dry.stdout.endswith(f"\n== What goes with it, for operator to read\n{ran.stdout}")
    payload = opened(tmp_path / "operator.cxpack", KIND).payload
    for text in (payload["estate"], payload["made"], payload["expires"], payload["signer"], *payload["contract"].values()):
        assert text in dry.stdout.partition("\n== ")[0]
    for named in (*payload["wants"]["calls"], *payload["wants"]["variables"]):
        assert named in dry.stdout.partition("\n== ")[0]


def test_the_same_pack_has_the_same_bytes(tmp_path: Path) -> None:
    one, other = (pack_file(folder, REFERENCE / "rail", "operator") for folder in (tmp_path, _made(tmp_path / "again")))
    assert one.read_bytes() == other.read_bytes()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# --- what is hidden -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("The CRM's address", "The another partner's address"),
        ("see-in-crm and crmId", "see-in-another partner and another partnerId"),
        ("core banking knows", "another partner knows"),
        ("the core of it", "the core of it"),
        ("score, macrame and crumb", "score, macrame and crumb"),
        ("the loyaltyClub", "the …"),
        ("operator-eu and operator", "operator-eu and another partner"),
    ],
)
def test_a_name_is_found_by_its_words(written: str, told: str) -> None:
    assert Hiding(["crm", "Core banking", "operator"], ["loyalty club"], ["operator-eu"]).text(written) == told


def test_two_names_never_become_one() -> None:
    hide = Hiding(["crm"], [])
    assert len({hide.name(each) for each in ("see-crm", "see-elsewhere", "see-elsewhere-2", "see-CRM")}) == 4


_SHOP = {
    "estate.yaml": """
format: 1
estate: shop
customers: {buyer: {monthly: 900}, vip: {monthly: 100}}
private: [vip, loyaltyNo, plan-b]
""",
    "journeys/buy.yaml": """
journey: buy
goal: I buy what the stock says is there, as a vip too
customers: [buyer, vip]
given:
  loyaltyNo: {from: customer, examples: ["7"]}
steps:
  - step: find
    call: stock GET /items
    needs: {items.*.id: text}
    keep: {item: items.0.id}
  - step: pay
    customer: I pay at the till what stock showed me
    call: till POST /sales
    with: {item: $item, loyalty: $loyaltyNo}
    needs: {receipt: text}
    needs-when: [{when: 'receipt is "A"', needs: {vipNote: {type: string, for: [vip]}}}]
""",
    "journeys/plan-b.yaml": "journey: plan-b\nsteps:\n  - {step: hush, call: till POST /sales, needs: {receipt: text}}\n",
    "partners/stock/partner.yaml": "partner: stock\ncontract: openapi.yaml\n",
    "partners/stock/openapi.yaml": """
openapi: 3.1.0
info: {title: stock, version: "1"}
paths:
  /items:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [items]
                properties:
                  items: {type: array, items: {type: object, required: [id], properties: {id: {type: string, maxLength: 8}}}}
""",
    "partners/till/partner.yaml": """
partner: till
contract: openapi.yaml
environments: {sandbox: {url: https://till.example, auth: {bearer: $env.TILL_TOKEN}, may: [read, write]}}
""",
    "partners/till/openapi.yaml": """
openapi: 3.1.0
info: {title: till, version: "1"}
paths:
  /sales:
    post:
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {item: {type: string, maxLength: 8}, loyalty: {type: string}}}
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [receipt, vipNote]
                properties: {receipt: {type: string}, vipNote: {type: string}}
""",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return _unpacked(tmp_path / "shop", _SHOP)


def test_what_is_private_stays_at_home(shop: Path) -> None:
    content = packed(open_estate(shop, today=TODAY), "till")
    ours = "\n".join(f"{path}\n{text}" for path, text in content.files.items() if path not in content.theirs)
    assert not re.search(r"vip(?!Note)|loyaltyNo|plan-b|hush|stock", ours)
    assert "I buy what the another partner says is there, as a … too" in ours
    assert any("plan-b: it is private" in line for line in content.left_out)


def test_a_name_that_would_be_told_all_the_same_refuses_the_pack_with_its_line(shop: Path) -> None:
    file = shop / "journeys/buy.yaml"
    file.write_text(file.read_text().replace('examples: ["7"]', 'examples: ["7", "stock-7"]'))
    with pytest.raises(EstateError) as raised:
        packed(open_estate(shop, today=TODAY), "till")
    (problem,) = raised.value.problems
    assert (problem.code, "'stock'" in problem.what, "may-say" in problem.remedy) == ("pack-names", True, True)


def test_a_partner_whose_name_is_an_everyday_word_may_be_named(shop: Path) -> None:
    estate = shop / "estate.yaml"
    estate.write_text(estate.read_text() + "packs: {may-say: [stock]}\n")
    content = packed(open_estate(shop, today=TODAY), "till")
    assert "I pay at the till what stock showed me" in content.files["journeys/buy.yaml"]


@pytest.mark.parametrize(
    ("policy", "customers"),
    [
        ("nothing", "customers would be blocked"),
        ("share", "up to 90 buyers and 10 private of every 100 customers would be blocked"),
        ("numbers", "up to 900 buyers and 100 private a month would be blocked"),
    ],
)
def test_how_many_customers_are_told_is_the_estates_to_say(shop: Path, tmp_path: Path, policy: str, customers: str) -> None:
    estate = shop / "estate.yaml"
    estate.write_text(estate.read_text() + f"packs: {{customers: {policy}}}\n")
    file = pack_file(tmp_path, shop, "till", today=datetime.date.today())
    worse = _SHOP["partners/till/openapi.yaml"].replace("required: [receipt, vipNote]", "required: [vipNote]")
    (tmp_path / "next.yaml").write_text(worse)
    ran = Workplace(tmp_path).run("impact", "--pack", str(file), "-c", "next.yaml")
    assert ran.exit_code == 1
    assert customers in " ".join(ran.stdout.split())


def test_what_crosses_a_seam_is_a_schema_and_nothing_else_of_its_giver(shop: Path) -> None:
    content = packed(open_estate(shop, today=TODAY), "till", {"item": ["B7", "C8"]})
    seam = content.files[f"partners/{ELSEWHERE}/openapi.yaml"]
    assert "maxLength: 8" in seam
    assert "B7" in seam and "C8" in seam
    assert "items" not in seam.replace("item:", "")


def test_an_example_of_nothing_that_crosses_a_seam_offers_the_nearest(shop: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'item'"):
        packed(open_estate(shop, today=TODAY), "till", {"itm": ["B7"]})


def test_of_a_partner_of_whom_nothing_is_needed_there_is_no_pack() -> None:
    with pytest.raises(UsageError, match="nothing is needed of parking"):
        content_of(REFERENCE / "rail", "parking")


def test_a_waiver_goes_along_for_what_it_accepts_and_without_its_author(shop: Path) -> None:
    (shop / "waivers.yaml").write_text(
        '- {id: "buy/*/needs:*", who: Ada, why: the stock will say it, until: 2027-12-31}\n'
        '- {id: "buy/pay/answers", who: Ada, why: over, until: 2026-01-01}\n'
    )
    content = packed(open_estate(shop, today=TODAY), "till")
    assert content.files["waivers.yaml"].count("id:") == 1
    assert "buy/pay/needs:receipt" in content.files["waivers.yaml"]
    assert "the another partner will say it" in content.files["waivers.yaml"]
    assert "Ada" not in content.files["waivers.yaml"]


def test_a_secret_that_stands_in_the_estate_refuses_the_pack(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILL_TOKEN", "canary-77aa")
    journey = shop / "journeys/buy.yaml"
    journey.write_text(journey.read_text().replace('["7"]', '["canary-77aa"]'))
    ran = Workplace(shop.parent).process("--estate", "shop", "pack", "till", "--dry-run")
    assert ran.returncode == 2
    assert "would hold the value of TILL_TOKEN, in journeys/buy.yaml" in ran.stderr
    assert "canary" not in ran.stdout + ran.stderr


def test_logins_become_variables_that_nothing_else_has(shop: Path) -> None:
    content = packed(open_estate(shop, today=TODAY), "till")
    assert content.variables == ("CXPACK_TOKEN",)
    assert content.writes == ("POST /sales",)
    text = content.files["partners/till/partner.yaml"]
    assert "TILL_TOKEN" not in text.replace("CXPACK_TOKEN", "")
    assert "till.example" not in text


def test_what_only_a_plugin_judges_stays_at_home(tmp_path: Path) -> None:
    place = workplace(tmp_path)
    environment = place.plug("return Judgement(Verdict.INTACT)")
    ran = place.process("pack", "courier", "--dry-run", env=environment)
    assert "see-parcel/odd: a plugin's kind, which its receiver need not have" in ran.stdout, ran.stderr
    assert "odd: true" not in ran.stdout


def test_a_pack_of_rail_is_small_and_tells_its_maker_what_stayed(tmp_path: Path) -> None:
    file = pack_file(tmp_path, REFERENCE / "rail", "operator")
    assert len(file.read_bytes()) < 200_000
    assert json.loads(file.read_bytes())["signatures"][0]["keyid"] == f"ed25519:{KEY.public_key().public_bytes_raw().hex()}"
