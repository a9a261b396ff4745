"""The partners of the reference estates, onboarded on their contracts; what failed was looked up in the documents by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.gathering import gathered
from cxcontracts.onboarding.judging import scorecard
from cxcontracts.onboarding.scorecard import Scorecard, Standing
from cxcontracts.opening import open_estate
from cxcontracts.plugins import lines
from tests.onboarded import standing

ESTATES = Path(__file__).parent.parent / "contracts"

EVERYWHERE = {"needs-promised", "login-declared", "limits-promised"}
"""What most of them lack: fields that are not required, 401 and 429 that only some operations declare."""

FAILED: dict[tuple[str, str], set[str]] = {
    ("bank", "core"): {*EVERYWHERE, "personal-data", "lists-paged", "idempotency"},
    ("bank", "crm"): {"identifiers-accepted", "personal-data", "idempotency", "limits-promised"},
    ("bank", "messaging"): {"limits-promised", "events-signed"},
    ("bank", "statements"): {"needs-promised", "personal-data", "errors-promised", "limits-promised"},
    ("rail", "notify"): {"needs-promised", "login-declared", "identifiers-accepted", "errors-promised"},
    ("rail", "operator"): {*EVERYWHERE, "lists-paged", "idempotency"},
    ("rail", "parking"): {"versioned", "limits-known"},
    ("rail", "ticketing"): {*EVERYWHERE, "personal-data", "lists-paged", "idempotency"},
    ("telecom", "clearing-house"): {*EVERYWHERE, "personal-data", "errors-promised", "idempotency"},
    ("telecom", "coverage"): {"limits-known"},
    ("telecom", "crm"): {*EVERYWHERE, "personal-data", "lists-paged", "idempotency", "versioned", "limits-known"},
    ("telecom", "esim"): {*EVERYWHERE, "identifiers-accepted", "personal-data", "idempotency"},
    ("telecom", "notifier"): {"needs-promised", "login-declared", "identifiers-accepted"},
}

NAMED = {
    ("rail", "operator", "login-declared"): (
        "GET /services/{serviceId}/alternatives", "GET /services/{serviceId}/crowding", "GET /services/{serviceId}/delay-record",
        "GET /services/{serviceId}/formation", "GET /stations/{crs}/facilities", "POST /assistance-notices",
    ),
    ("rail", "operator", "limits-promised"): (
        "GET /services/{serviceId}/alternatives", "GET /services/{serviceId}/crowding", "GET /services/{serviceId}/formation",
        "GET /stations/{crs}/facilities", "POST /assistance-notices",
    ),
    ("rail", "ticketing", "idempotency"): (
        "POST /assistance-requests", "POST /baskets", "POST /baskets/{basketId}/booking",
        "POST /bookings/{bookingRef}/exchange-quotes", "POST /bookings/{bookingRef}/refund-quotes", "POST /delay-claims",
    ),
    ("rail", "notify", "errors-promised"): (
        "GET /messages", "GET /recipients/{recipientRef}/preferences", "PUT /recipients/{recipientRef}/addresses/{channel}",
    ),
    ("bank", "core", "limits-promised"): (
        "GET /customers/{customerId}/cards", "GET /customers/{customerId}/statement-settings", "POST /cards/{cardId}/freeze",
        "POST /cards/{cardId}/replacements",
    ),
    ("telecom", "clearing-house", "errors-promised"): ("GET /porting-days",),
    ("telecom", "esim", "login-declared"): (
        "GET /profiles/{iccid}", "POST /profiles", "POST /profiles/{iccid}/activation", "POST /profiles/{iccid}/replacement",
    ),
}  # fmt: skip
"""The operations that a line names."""


def card(estate: str, partner: str) -> Scorecard:
    return scorecard(gathered(open_estate(ESTATES / estate), partner, None, lambda _: "").dossier, lines())


@pytest.mark.parametrize(("estate", "partner"), FAILED)
def test_a_partner_of_a_reference_estate_fails_what_its_contract_lacks(estate: str, partner: str) -> None:
    assert standing(card(estate, partner), Standing.FAILED) == FAILED[estate, partner]


def test_every_partner_of_every_reference_estate_was_looked_at() -> None:
    there = {(estate, path.name) for estate in ("bank", "rail", "telecom") for path in (ESTATES / estate / "partners").iterdir()}
    assert there == FAILED.keys()


@pytest.mark.parametrize(("estate", "partner", "line"), NAMED)
def test_a_line_names_exactly_the_operations_that_lack_it(estate: str, partner: str, line: str) -> None:
    entry = next(each for each in card(estate, partner).entries if each.line.id == line)
    named = sorted(" ".join(each.what.split()[:2]) for each in entry.outcome.evidence)
    assert named == sorted(NAMED[estate, partner, line])


def test_the_events_of_the_reference_estates_are_known_by_their_ids_and_none_but_one_inbox_is_open() -> None:
    cards = {pair: card(*pair) for pair in FAILED}
    waiting = [pair for pair, each in cards.items() if "events-deduplicable" not in standing(each, Standing.NOT_APPLICABLE)]
    assert waiting == [("bank", "messaging"), ("telecom", "clearing-house"), ("telecom", "esim"), ("telecom", "notifier")]
    assert all("events-deduplicable" in standing(cards[pair], Standing.PASSED) for pair in waiting)
