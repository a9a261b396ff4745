"""Is this partner ready? One is, in every line; for each line there is one that fails it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cxcontracts.asked import Asked as Wanted
from cxcontracts.onboarding.judging import scorecard
from cxcontracts.onboarding.scorecard import Basis, Scorecard, Standing, Turn
from cxcontracts.plugins import lines
from tests.certificates import certificates
from tests.onboarded import SECRET, TOKEN, Case, dossier, judged, onboarded, open_shop, outcome, standing
from tests.partners_running import closed_port

WITHOUT_KEY = ((", header.Idempotency-Key: $fresh-id", ""), ("    repeat-safe: true\n", ""))

SPOILED = {
    "needs-promised": Case(document=(("required: [id, state, parcel]", "required: [id, parcel]"),)),
    "needs-kept": Case(fault="need"),
    "identifiers-accepted": Case(document=((", pattern: '^SP[0-9]{9}$'", ""),)),
    "asks-no-more": Case(journey=(("effort: {asks: 1}", "effort: {asks: 0}"),)),
    "personal-data": Case(document=(("state: {enum: [new, sent]}", "state: {enum: [new, sent]}, email: {type: string}"),)),
    "lists-paged": Case(document=(("name: cursor", "name: limit"),)),
    "answers-bounded": Case(fault="big"),
    "contract-present": Case(contract=""),
    "contract-valid": Case(document=(("  schemas:\n", "  schemas:\n    Lost: {$ref: '#/components/schemas/Nobody'}\n"),)),
    "contract-complete": Case(journey=(("    needs: {id: text}\n", "    needs: {id: text, colour: text}\n"),)),
    "clock": Case(fault="clock"),
    "login-declared": Case(document=(("security: [{token: []}]\n", ""),)),
    "login-works": Case(fault="no-login"),
    "login-refused": Case(fault="any-login"),
    "errors-promised": Case(document=(("no, content: {application/problem+json", "no, content: {application/json"),)),
    "errors-inform": Case(fault="mute"),
    "idempotency": Case(
        document=(("      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]\n", ""),), journey=WITHOUT_KEY
    ),
    "repeats-once": Case(fault="twice"),
    "versioned": Case(document=(("servers: [{url: /v1}]\n", ""),), base=""),
    "limits-promised": Case(document=(("      headers: {Retry-After: {required: true, schema: {type: integer}}}\n", ""),)),
    "limits-known": Case(partner=(("limits: {rate: 500/s}\n", ""),)),
    "owner": Case(partner=((", contact: api@shop.example", ""),)),
    "change-notice": Case(
        document=(("parameters: [{name: cu", "deprecated: true\n      x-sunset: '2027-02-01'\n      parameters: [{name: cu"),),
        journey=(("announces: true", "announces: 90d"),),
    ),
    "ends-dated": Case(document=(("parameters: [{name: id", "deprecated: true\n      parameters: [{name: id"),)),
    "in-time": Case(journey=(("max: 30s", "max: 300ms"),), fault="slow"),
    "events-signed": Case(partner=((", secret: $env.SHOP_SECRET", ""),)),
    "events-deduplicable": Case(
        document=(("required: [id, order", "required: [order"), ("{id: {type: string}, order:", "{order:"))
    ),
    "events-arrive": Case(fault="untold"),
}  # fmt: skip
"""Line to the partner that fails it and nothing else, where it runs over http on this machine."""


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    monkeypatch.setenv("SHOP_SECRET", SECRET)
    yield


def stands(card: Scorecard) -> dict[str, str]:
    """Every line that did not pass."""
    return {each.line.id: str(each.standing) for each in card.entries if each.standing is not Standing.PASSED}


def test_one_partner_passes_every_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))

    card = onboarded(tmp_path, Case(), made)

    assert stands(card) == {}
    assert (card.verdict, card.next) == ("ready", ())
    assert len(card.entries) == len(lines())


def test_each_line_has_a_partner_that_fails_it() -> None:
    assert {line.id for line in lines()} - SPOILED.keys() == {"reachable", "tls"}, "these have tests of their own"


@pytest.mark.parametrize("line", SPOILED)
def test_a_partner_fails_exactly_one_line(tmp_path: Path, line: str) -> None:
    card = onboarded(tmp_path, SPOILED[line])

    assert standing(card, Standing.FAILED) == {line}
    assert card.next[0].line.id == line
    found = outcome(card, line)
    assert found.because and not found.because.endswith(".")
    assert found.evidence or line in ("versioned",), "what failed has its evidence"


# What nobody knows


def test_a_partner_that_is_down_fails_nothing_and_passes_nothing_that_needs_it(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    card = judged(Case().write(tmp_path, f"{url}/v1"), Wanted("sandbox", {"courier": url}))

    live = {each.line.id: each for each in card.entries if each.line.basis.live}
    assert standing(card, Standing.FAILED) == set()
    assert {str(each.standing) for name, each in live.items() if name != "tls"} == {"not-evidenced"}
    assert {each.outcome.because for name, each in live.items() if name != "tls"} == {
        f"{url}/v1 does not answer: connection refused"
    }
    assert (card.verdict, card.next[0].turn) == ("not-evidenced", Turn.PARTNERS)


def test_without_an_address_nothing_is_sent_and_what_needs_one_has_no_evidence(tmp_path: Path) -> None:
    card = judged(Case().write(tmp_path))

    live = {each.line.id for each in card.entries if each.line.basis.live}
    assert standing(card, Standing.NOT_EVIDENCED) == live
    assert {outcome(card, line).because for line in live} == {
        "nobody said where it runs; name an environment with --env, or an address with --url"
    }
    assert [entry.line.id for entry in card.next] == ["needs-kept"], "one reason is one thing to do"


def test_a_partner_that_throttles_fails_only_if_it_does_not_say_when_to_come_back(tmp_path: Path) -> None:
    card = onboarded(tmp_path, Case(fault="throttles"))

    assert standing(card, Standing.FAILED) == {"limits-promised"}
    assert outcome(card, "limits-promised").because == "a 429 came without Retry-After"
    assert "throttles us" in outcome(card, "needs-kept").because


def test_what_may_not_be_written_is_not_evidenced_and_our_turn(tmp_path: Path) -> None:
    card = onboarded(tmp_path, Case(partner=(("may: [read, write]", "may: [read]"),)))

    assert standing(card, Standing.FAILED) == set()
    twice = outcome(card, "repeats-once")
    assert (twice.standing, twice.turn) == (Standing.NOT_EVIDENCED, Turn.OURS)


def test_a_secret_that_is_not_there_is_our_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    card = onboarded(tmp_path, Case())

    assert standing(card, Standing.FAILED) == set()
    login = outcome(card, "login-works")
    assert (login.standing, login.turn) == (Standing.NOT_EVIDENCED, Turn.OURS)
    assert "SHOP_TOKEN" in login.because


# The way there, and the login


def test_a_certificate_that_nobody_trusts_fails_and_the_rest_has_no_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificates(tmp_path)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    card = onboarded(tmp_path, Case(), made)

    assert standing(card, Standing.FAILED) == {"tls"}
    assert "its certificate is not trusted" in outcome(card, "tls").because
    assert outcome(card, "reachable").standing is Standing.NOT_EVIDENCED


def test_http_to_another_machine_fails(tmp_path: Path) -> None:
    with open_shop() as (shop, partner):
        found = dossier(Case().write(tmp_path, f"{partner.url}/v1", shop.inbox), Wanted("sandbox", {"courier": partner.url}))
    assert found.live is not None
    away = replace(found, live=replace(found.live, here=False))

    assert standing(scorecard(found, lines()), Standing.NOT_APPLICABLE) == {"tls"}
    assert standing(scorecard(away, lines()), Standing.FAILED) == {"tls"}


def test_a_wrong_login_that_breaks_the_partner_fails(tmp_path: Path) -> None:
    card = onboarded(tmp_path, Case(fault="login-breaks-it"))

    assert standing(card, Standing.FAILED) == {"login-refused"}
    assert outcome(card, "login-refused").because == "it answers 500, so it does not say that the login is wrong; 401 says it"


def test_a_wrong_login_is_tried_once_with_a_call_that_only_reads_and_without_our_own(tmp_path: Path) -> None:
    with open_shop() as (shop, partner):
        root = Case().write(tmp_path, f"{partner.url}/v1", shop.inbox)
        judged(root, Wanted("sandbox", {"courier": partner.url}))
        logins = [(each.method, each.headers["authorization"]) for each in partner.asked if "authorization" in each.headers]

    assert {login for _, login in logins} == {f"Bearer {TOKEN}", "Bearer cxcontracts-a-login-that-nobody-has"}
    assert [method for method, login in logins if TOKEN not in login] == ["GET"]


def test_a_partner_that_nobody_needs_yet_is_still_called_once(tmp_path: Path) -> None:
    with open_shop() as (_, partner):
        root = Case().write(tmp_path)
        (root / "partners/spare").mkdir()
        spare = f"partner: spare\nnot-covered: {{because: a pilot}}\nenvironments: {{test: {{url: '{partner.url}'}}}}\n"
        (root / "partners/spare/partner.yaml").write_text(spare)
        card = judged(root, Wanted("test"), partner="spare")
        targets = [each.target for each in partner.asked]

    assert targets == ["/"]
    assert standing(card, Standing.PASSED) == {"reachable", "clock"}


@pytest.mark.parametrize(("headers", "skew"), [({}, True), ({"Age": "7300"}, False)])
def test_the_clock_of_a_cache_is_nobodys(tmp_path: Path, headers: dict[str, str], skew: bool) -> None:
    with open_shop("clock") as (shop, partner):
        shop.headers.update(headers)
        root = Case().write(tmp_path, f"{partner.url}/v1", shop.inbox)
        found = outcome(judged(root, Wanted("sandbox", {"courier": partner.url})), "clock")
    assert found.standing is (Standing.FAILED if skew else Standing.NOT_EVIDENCED)
    assert not skew or found.because in ("its clock is 7,200 s behind", "its clock is 7,199 s behind")


# Errors and ends, where it runs


def test_an_error_that_shows_the_inside_of_the_program_fails(tmp_path: Path) -> None:
    card = onboarded(tmp_path, Case(fault="leaks"))

    assert standing(card, Standing.FAILED) == {"errors-inform"}
    assert outcome(card, "errors-inform").because == "an error shows the inside of the program"


def test_an_answer_that_announces_an_end_without_a_day_fails(tmp_path: Path) -> None:
    card = onboarded(tmp_path, Case(fault="deprecated", journey=(("    announces: true\n", ""),)))

    assert standing(card, Standing.FAILED) == {"ends-dated"}
    assert outcome(card, "ends-dated").because == "GET /orders says Deprecation, and no Sunset that is a date"


# The contract


def test_a_contract_that_cannot_be_read_fails_and_what_it_says_has_no_evidence(tmp_path: Path) -> None:
    root = Case().write(tmp_path)
    (root / "partners/shop/openapi.yaml").write_text("openapi: 4.0.0\n")
    card = judged(root)

    assert standing(card, Standing.FAILED) == {"contract-valid"}
    assert {outcome(card, line.id).standing for line in lines() if line.basis is Basis.CONTRACT} == {Standing.NOT_EVIDENCED}


def test_an_operation_that_the_contract_does_not_know_fails_and_no_journey_is_walked(tmp_path: Path) -> None:
    case = Case(document=(("  /orders/{id}:", "  /basket/{id}:"),))
    with open_shop() as (shop, partner):
        root = case.write(tmp_path, f"{partner.url}/v1", shop.inbox)
        card = judged(root, Wanted("sandbox", {"courier": partner.url}))

    assert standing(card, Standing.FAILED) == {"contract-complete"}
    assert outcome(card, "reachable").standing is Standing.PASSED
    assert "no journey was walked" in outcome(card, "needs-kept").because


# What a line takes for evidence


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("cursor", True), ("page", True), ("offset", True), ("starting_after", True), ("pageToken", True), ("page[number]", True),
        ("page_offset", True), ("_token", True), ("$skip", True), ("since", True),
        ("limit", False), ("per_page", False), ("pageSize", False), ("token", False), ("sort", False), ("homepage", False),
    ],
)  # fmt: skip
def test_a_list_is_paged_by_what_moves_on_and_not_by_what_cuts_it(tmp_path: Path, name: str, moves: bool) -> None:
    card = judged(Case(document=(("name: cursor", f"name: '{name}'"),)).write(tmp_path))
    assert standing(card, Standing.FAILED) == (set() if moves else {"lists-paged"})


@pytest.mark.parametrize(
    ("items", "fails"),
    [
        ("{items: {type: array, maxItems: 9, items: {$ref: '#/components/schemas/Order'}}}", False),
        ("{items: {type: array, items: {$ref: '#/components/schemas/Order'}}, next_cursor: {type: string}}", False),
        ("{items: {type: array, items: {$ref: '#/components/schemas/Order'}}, total: {type: integer}}", True),
    ],
)
def test_a_list_that_ends_or_leads_on_needs_no_parameter(tmp_path: Path, items: str, fails: bool) -> None:
    written = "{items: {type: array, items: {$ref: '#/components/schemas/Order'}}}"
    card = judged(Case(document=(("name: cursor", "name: limit"), (written, items))).write(tmp_path))
    assert standing(card, Standing.FAILED) == ({"lists-paged"} if fails else set())


def test_what_stays_with_the_partner_is_a_need_and_nothing_for_its_neighbours(tmp_path: Path) -> None:
    order = Case(document=(("required: [id, state, parcel]", "required: [state, parcel]"),))
    parcel = Case(document=(("required: [id, state, parcel]", "required: [id, state]"),))

    assert "identifiers-accepted" not in standing(judged(order.write(tmp_path)), Standing.FAILED)
    assert standing(judged(parcel.write(tmp_path)), Standing.FAILED) == {"identifiers-accepted"}


def test_a_value_that_a_neighbour_does_not_take_is_named_with_both_operations(tmp_path: Path) -> None:
    found = outcome(judged(SPOILED["identifiers-accepted"].write(tmp_path)), "identifiers-accepted")

    assert found.because.startswith("another partner does not take all of it: POST /orders parcel may be ")
    assert found.because.endswith(", which GET /parcels/{number} does not take as path number")
    assert found.evidence[0].among == ("courier",)


@pytest.mark.parametrize(("name", "fails"), [("messageId", False), ("notice_id", False), ("order_id", True), ("identity", True)])
def test_a_message_is_known_by_an_id_of_its_own(tmp_path: Path, name: str, fails: bool) -> None:
    spoiled = (
        ("required: [id, order", "required: [order"),
        ("{id: {type: string}, order:", f"{{{name}: {{type: string}}, order:"),
    )
    card = judged(Case(document=spoiled).write(tmp_path))
    assert standing(card, Standing.FAILED) == ({"events-deduplicable"} if fails else set())


def test_an_error_that_the_journey_reads_in_its_own_form_says_what_happened(tmp_path: Path) -> None:
    mute = SPOILED["errors-inform"]
    read = (("tells: [what, next]", "needs: {number: integer}"),)
    assert "errors-inform" in standing(onboarded(tmp_path, replace(mute, journey=read)), Standing.FAILED), "a number says nothing"
    told = Case(journey=(("tells: [what, next]", "needs: {detail: text}"),))
    assert standing(onboarded(tmp_path, told), Standing.FAILED) == set()


def test_the_address_that_is_called_may_name_the_version(tmp_path: Path) -> None:
    unnamed = (("servers: [{url: /v1}]\n", ""),)
    assert standing(onboarded(tmp_path, Case(document=unnamed)), Standing.FAILED) == set()


@pytest.mark.parametrize("harm", ["x-sunset: 2026-12-31", "x-sunset: soon", "deprecated: true"])
def test_an_end_that_is_past_unreadable_or_without_a_day_fails(tmp_path: Path, harm: str) -> None:
    card = judged(Case(document=(("parameters: [{name: id", f"{harm}\n      parameters: [{{name: id"),)).write(tmp_path))
    assert standing(card, Standing.FAILED) == {"ends-dated"}


def test_an_end_with_a_day_to_come_passes_and_is_told(tmp_path: Path) -> None:
    card = judged(
        Case(document=(("parameters: [{name: id", "x-sunset: 2027-12-31\n      parameters: [{name: id"),)).write(tmp_path)
    )
    assert outcome(card, "ends-dated").because == "GET /orders/{id} ends on 2027-12-31"


# What a company decides


def test_a_line_that_is_switched_off_does_not_apply_and_says_why(tmp_path: Path) -> None:
    off = "onboarding: {off: {lists-paged: our lists are short}}\n"
    for case in (
        replace(SPOILED["lists-paged"], estate=off),
        replace(SPOILED["lists-paged"], partner=(("limits:", f"{off}limits:"),)),
    ):
        card = judged(case.write(tmp_path))
        assert standing(card, Standing.FAILED) == set()
        assert outcome(card, "lists-paged").because == "we switched it off: our lists are short"
