"""One contract, one consumer, single changes: which of them break the journey, and where?

Others miss some of these breaks (fields inside of lists and ``allOf``, required that becomes optional, null, a wider enum, a
tighter request, another media type, a new query parameter, a login), or cry wolf over what nobody uses.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.findings import Verdict
from tests.estates_made import Judged, impact, write

CONTRACT = """\
openapi: 3.0.3
info: {title: Flight offers, version: 1.0.0}
servers: [{url: https://api.airline.example/v1}]
paths:
  /offers:
    get:
      parameters:
        - {name: from, in: query, required: true, schema: {type: string, maxLength: 40}}
        - {name: cabin, in: query, schema: {type: string, enum: [economy, business]}}
        - {name: currency, in: query, schema: {type: string}}
      responses:
        '200':
          description: offers
          content:
            application/json:
              schema:
                type: object
                required: [offers]
                properties:
                  offers: {type: array, items: {$ref: '#/components/schemas/Offer'}}
                  next: {type: string}
  /offers/{offerId}:
    get:
      parameters: [{name: offerId, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Offer'}}}}
  /orders:
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
      responses:
        '201':
          description: ordered
          headers: {Location: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Ordered'}}}
        '409':
          description: sold out
          content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}
  /airports:
    get:
      responses: {'200': {description: airports, content: {application/json: {schema: {type: array, items: {type: string}}}}}}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
  schemas:
    Offer:
      allOf:
        - {$ref: '#/components/schemas/Priced'}
        - type: object
          required: [offerId, status]
          properties:
            offerId: {type: string}
            status: {type: string, enum: [open, few]}
            seats: {type: integer}
            note: {type: string}
    Priced:
      type: object
      required: [price]
      properties:
        price: {type: object, required: [amount, currency], properties: {amount: {type: number}, currency: {type: string}}}
    Order:
      type: object
      required: [offer, passengers]
      properties:
        offer: {type: string}
        meal: {type: string, enum: [none, vegan, kosher]}
        passengers:
          type: array
          items: {type: object, required: [surname], properties: {surname: {type: string, maxLength: 80}, age: {type: integer}}}
    Ordered:
      type: object
      required: [reference, state]
      properties:
        reference: {type: string, pattern: '^[A-Z0-9]{6}$'}
        state: {type: string, enum: [paid, waiting]}
        invoice: {type: string}
    Problem:
      type: object
      required: [title, detail]
      properties: {title: {type: string}, detail: {type: string}}
"""

JOURNEY = """
given:
  from: {from: customer, pattern: '^[A-Z]{3}$', examples: [LHR]}
  surname: {from: customer, minLength: 1, maxLength: 80, examples: [Okafor]}
steps:
  - step: search
    customer: I look for a flight
    call: airline GET /offers
    with: {from: $from, cabin: economy}
    needs: {offers.*.price.amount: number, offers.*.price.currency: text, offers.*.status: [open, few]}
    may-have: {offers.*.seats: integer}
    keep: {offer: offers.0.offerId}
  - step: look
    customer: I look at one
    call: airline GET /offers/{offerId}
    with: {offerId: $offer}
    needs: {price.amount: number}
  - step: book
    customer: I book it
    call: airline POST /orders
    with: {offer: $offer, meal: vegan, passengers: [{surname: $surname}]}
    needs: {reference: {type: string, pattern: '^[A-Z0-9]{6}$'}, state: [paid, waiting], header.location: text}
    informs: [{when: it is sold out, status: 409, tells: [what, next]}]
"""

PRICED = "    Priced:\n      type: object\n      required: [price]\n      properties:\n        price:"
BOOKED = "{Location: {required: true, schema: {type: string}}}\n          content: {application/json:"
PRICE = "price: {type: object, required: [amount, currency], properties: {amount: {type: number}, currency: {type: string}}}"
MERGED = "price: {allOf: [{required: [currency, amount]}, {properties: {amount: {type: number}, currency: {type: string}}}]}"
TOKEN = "security: [%s{token: []}]\ncomponents:\n"
EVERY_CALL = {"search/answers", "look/answers", "book/answers"}
AMOUNTS = {"search/needs:offers.*.price.amount", "look/needs:price.amount"}
CURRENCY = "search/needs:offers.*.price.currency"

BREAKS = {
    "an item's field in allOf is renamed": (PRICED, PRICED.replace("price", "fare"), {*AMOUNTS, CURRENCY}),
    "an item's field becomes optional": ("required: [amount, currency]", "required: [amount]", {CURRENCY}),
    "a number becomes text": ("amount: {type: number}", "amount: {type: string}", AMOUNTS),
    "a field may be null": (
        "state: {type: string, enum: [paid, waiting]}",
        "state: {type: string, nullable: true, enum: [paid, waiting, null]}",
        {"book/needs:state"},
    ),
    "an enum is wider, in a list": ("enum: [open, few]", "enum: [open, few, waitlist]", {"search/needs:offers.*.status"}),
    "an optional field is retyped": ("seats: {type: integer}", "seats: {type: object}", {"search/may-have:offers.*.seats"}),
    "an identifier has a longer form": ("^[A-Z0-9]{6}$", "^[A-Z0-9]{6,8}$", {"book/needs:reference"}),
    "a text that we send may be shorter only, in a list": ("maxLength: 80", "maxLength: 50", {"book/accepts:passengers"}),
    "an enum that we send is narrower": ("[none, vegan, kosher]", "[none, kosher]", {"book/accepts:meal"}),
    "a path parameter is an integer now": (
        "in: path, required: true, schema: {type: string}",
        "in: path, required: true, schema: {type: integer}",
        {"look/accepts:offerId"},
    ),
    "a query parameter is newly required": (
        "name: currency, in: query",
        "name: currency, in: query, required: true",
        {"search/answers"},
    ),
    "the body asks for one more thing in its items": ("[surname], prop", "[surname, age], prop", {"book/accepts:passengers"}),
    "the media type changes": (BOOKED, BOOKED.replace("/json", "/xml"), {"book/answers"}),
    "a login is asked for": ("components:\n", TOKEN % "", EVERY_CALL),
    "an operation moves": ("  /offers/{offerId}:\n", "  /flights/offers/{offerId}:\n", {"look/answers"}),
    "a response header is no longer sure": (BOOKED, BOOKED.replace("required: true, ", ""), {"book/needs:header.location"}),
    "the server has another path": ("airline.example/v1", "airline.example/v2", EVERY_CALL),
    "an error tells less": ("[title, detail]", "[title]", {"book/informs:it-is-sold-out:tells:next"}),
}

HARMLESS = {
    "a field that nobody uses is removed": ("            note: {type: string}\n", ""),
    "a field that nobody uses is retyped": ("invoice: {type: string}", "invoice: {type: object}"),
    "a path parameter is renamed": (
        "/offers/{offerId}:\n    get:\n      parameters: [{name: offerId",
        "/offers/{id}:\n    get:\n      parameters: [{name: id",
    ),
    "an enum member that nobody sends is removed": ("[none, vegan, kosher]", "[none, vegan]"),
    "a parameter that nobody sends is removed": ("        - {name: currency, in: query, schema: {type: string}}\n", ""),
    "an optional input is added": ("        meal: {type", "        voucher: {type: string}\n        meal: {type"),
    "an enum of an answer is narrower": ("enum: [open, few]", "enum: [open]"),
    "a field is added": ("        invoice: {", "        points: {type: integer}\n        invoice: {"),
    "another operation is removed": ("  /airports:\n", "  /airfields:\n"),
    "the same schema is written in another way": (PRICE, MERGED),
    "one more media type": ("content: {application/problem+json:", "content: {text/html: {}, application/problem+json:"),
    "a login that may be left out": ("components:\n", TOKEN % "{}, "),
}


def change(folder: Path, old: str, new: str) -> Judged:
    """Return what becomes of the journey when a text of the contract is replaced."""
    assert CONTRACT.count(old) == 1
    return impact(write(folder, JOURNEY, {"airline": CONTRACT}), airline=CONTRACT.replace(old, new))


@pytest.mark.parametrize(("old", "new", "broken"), BREAKS.values(), ids=BREAKS)
def test_a_change_that_breaks_the_journey_breaks_just_these_requirements(
    old: str, new: str, broken: set[str], tmp_path: Path
) -> None:
    judged = change(tmp_path, old, new)

    assert set(judged.broken) == broken
    assert judged.run.verdict is Verdict.BROKEN
    for name in broken:
        assert (judged[name].journey, judged[name].step) == ("j", name.partition("/")[0])
        assert judged[name].customer.startswith("I ")
        assert judged[name].witness is not None


@pytest.mark.parametrize(("old", "new"), HARMLESS.values(), ids=HARMLESS)
def test_a_change_that_the_journey_does_not_feel_breaks_nothing(old: str, new: str, tmp_path: Path) -> None:
    judged = change(tmp_path, old, new)

    assert judged.verdicts == {}
    assert judged.run.verdict is Verdict.INTACT
