"""A small shop that runs: what it promises, what a journey sends it, and nine ways in which it can go wrong.

It serves ``/orders``, ``/customers`` and ``/quote`` as a WSGI application, and keeps to its document unless a fault is turned on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson

from cxcontracts.calls import entries_of, example_values
from cxcontracts.estate.values import parse_value
from cxcontracts.exchanges import JSON, NO_BODY, Response
from cxcontracts.fuzzing.plan import Variation, Waves, interleaved
from cxcontracts.fuzzing.space import Space, space_of
from cxcontracts.paths import parse_path
from cxcontracts.promises import Need
from cxcontracts.scenes import Scene
from cxcontracts.sending import call, content_type
from cxcontracts.walks import succeeded
from tests.estates_made import contract, opened, write

DOCUMENT = contract(
    """
    /orders:
      post:
        requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/OrderIn'}}}}
        responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
    /customers:
      post:
        requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/CustomerIn'}}}}
        responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Customer'}}}}}
    /quote:
      get:
        parameters:
          - {name: sku, in: query, required: true, schema: {type: string, maxLength: 20, pattern: '^[A-Z0-9-]+$'}}
          - {name: qty, in: query, required: true, schema: {type: integer, minimum: 1, maximum: 100}}
          - {name: currency, in: query, schema: {enum: [USD, EUR, GBP], default: USD}}
          - {name: coupon, in: query, schema: {type: string, pattern: '^[A-Z]{4}[0-9]{2}$'}}
        responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Quote'}}}}}
    """,
    """
    components:
      schemas:
        Item:
          type: object
          required: [sku, qty]
          properties:
            sku: {type: string, maxLength: 20, pattern: '^[A-Z0-9-]+$'}
            qty: {type: integer, minimum: 1, maximum: 100}
        OrderIn:
          type: object
          required: [customer_id, currency, items]
          properties:
            customer_id: {type: string, minLength: 1, maxLength: 36}
            currency: {enum: [USD, EUR, GBP]}
            items: {type: array, minItems: 1, maxItems: 10, items: {$ref: '#/components/schemas/Item'}}
            note: {type: [string, 'null'], maxLength: 200}
            gift: {type: boolean}
        Order:
          type: object
          required: [id, status, currency, total_cents]
          properties:
            id: {type: string}
            status: {enum: [new, paid, shipped]}
            currency: {enum: [USD, EUR, GBP]}
            total_cents: {type: integer}
            eta_days: {type: [integer, 'null']}
        CustomerIn:
          type: object
          required: [email, name]
          properties: {email: {type: string, format: email, maxLength: 100}, name: {type: string, minLength: 1, maxLength: 80}}
        Customer:
          type: object
          required: [id, email, name]
          properties: {id: {type: string}, email: {type: string}, name: {type: string}}
        Quote:
          type: object
          required: [total_cents, currency]
          properties: {total_cents: {type: integer}, currency: {enum: [USD, EUR, GBP]}, discount_pct: {type: [number, 'null']}}
    """,
)

JOURNEY = """
given:
  who: {from: system, minLength: 1, maxLength: 36, examples: [c-42]}
  currency: {from: customer, enum: [USD, EUR, GBP], examples: [USD]}
  gift: {from: customer, type: boolean, examples: [false]}
  note: {from: customer, type: [string, 'null'], maxLength: 200, examples: [null]}
  items:
    from: customer
    type: array
    minItems: 1
    maxItems: 10
    items:
      type: object
      required: [sku, qty]
      additionalProperties: false
      properties: {sku: {type: string, maxLength: 20, pattern: '^[A-Z0-9-]+$'}, qty: {type: integer, minimum: 1, maximum: 100}}
    examples: [[{sku: ABC-1, qty: 2}]]
  email: {from: customer, format: email, maxLength: 100, examples: [a@example.com]}
  name: {from: customer, minLength: 1, maxLength: 80, examples: [Ann]}
  sku: {from: system, maxLength: 20, pattern: '^[A-Z0-9-]+$', examples: [ABC-1]}
  qty: {from: customer, type: integer, minimum: 1, maximum: 100, examples: [2]}
  coupon: {from: customer, pattern: '^[A-Z]{4}[0-9]{2}$', examples: [SAVE10]}
steps:
  - step: order
    call: p POST /orders
    with: {customer_id: $who, currency: $currency, gift: $gift, note: $note, items: $items}
    needs: {eta_days: integer, total_cents: integer, status: [new, paid, shipped]}
    must: [currency is $currency]
  - step: register
    call: p POST /customers
    with: {email: $email, name: $name}
    needs: {id: text}
    must: [name is $name]
  - step: quote
    call: p GET /quote
    with: {sku: $sku, qty: $qty, currency: $currency, coupon: $coupon}
    needs: {total_cents: integer, discount_pct: number}
"""

FAULTS: Mapping[str, str] = {
    "eta_missing_gbp": "order",
    "eta_null_gift": "order",
    "total_float": "order",
    "status_pending": "order",
    "eur_500": "order",
    "echo_currency": "order",
    "name_cut": "register",
    "qty_cap": "quote",
    "discount_text": "quote",
}
"""Each fault to the step at which a customer feels it."""

_SKU = re.compile(r"[A-Z0-9-]{1,20}")
_COUPON = re.compile(r"[A-Z]{4}[0-9]{2}")


class Shop:
    """The shop as a WSGI application.

    Args:
        fault: Which of :data:`FAULTS` it has; empty for none.

    Attributes:
        calls: How many requests have come.
    """

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.calls = 0

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 has it."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            sent = orjson.loads(body) if body else dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
            status, answer = self.answer(environ["REQUEST_METHOD"], environ["PATH_INFO"], sent)
        except orjson.JSONDecodeError:
            status, answer = 422, {"detail": "no JSON"}
        start_response(f"{status} said", [("Content-Type", "application/json")])
        return [orjson.dumps(answer)]

    def answer(self, method: str, path: str, sent: JSON) -> tuple[int, JSON]:
        """Answer one request.

        Args:
            sent: Its body, or its query where it has none.
        """
        self.calls += 1
        take = {("POST", "/orders"): self._order, ("POST", "/customers"): self._register, ("GET", "/quote"): self._quote}.get(
            (method, path)
        )
        if take is None:
            return 404, {"detail": "nothing there"}
        try:
            return take(sent)
        except (KeyError, TypeError, ValueError, AttributeError):
            return 422, {"detail": "that is no such request"}

    def _order(self, sent: dict[str, Any]) -> tuple[int, JSON]:
        items, currency, gift = sent["items"], sent["currency"], sent.get("gift", False)
        _insist(
            isinstance(items, list) and 1 <= len(items) <= 10 and currency in ("USD", "EUR", "GBP") and isinstance(gift, bool)
        )
        _insist(1 <= len(sent["customer_id"]) <= 36 and len(sent.get("note") or "") <= 200)
        for item in items:
            _insist(bool(_SKU.fullmatch(item["sku"])) and isinstance(item["qty"], int) and 1 <= item["qty"] <= 100)
        if self.fault == "eur_500" and currency == "EUR" and len(items) > 1:
            return 500, {"detail": "sorry"}
        total = 100 * sum(item["qty"] for item in items)
        made = {"id": "o-1", "status": "new", "currency": currency, "total_cents": total, "eta_days": 3}
        if self.fault == "eta_missing_gbp" and currency == "GBP":
            del made["eta_days"]
        if self.fault == "eta_null_gift" and gift:
            made["eta_days"] = None
        if self.fault == "total_float" and any(item["qty"] == 100 for item in items):
            made["total_cents"] = total + 0.5
        if self.fault == "status_pending" and sent.get("note"):
            made["status"] = "pending"
        if self.fault == "echo_currency" and currency == "GBP" and gift:
            made["currency"] = "USD"
        return 201, made

    def _register(self, sent: dict[str, Any]) -> tuple[int, JSON]:
        name, email = sent["name"], sent["email"]
        _insist(1 <= len(name) <= 80 and len(email) <= 100 and "@" in email)
        return 201, {"id": "c-1", "email": email, "name": name[:79] if self.fault == "name_cut" else name}

    def _quote(self, sent: dict[str, Any]) -> tuple[int, JSON]:
        quantity, coupon = int(sent["qty"]), sent.get("coupon")
        _insist(1 <= quantity <= 100 and bool(_SKU.fullmatch(sent["sku"])))
        _insist(sent.get("currency", "USD") in ("USD", "EUR", "GBP") and (coupon is None or bool(_COUPON.fullmatch(coupon))))
        if self.fault == "qty_cap" and quantity > 50:
            return 400, {"detail": "too many"}
        discount: JSON = 10.0 if coupon else 0.0
        if self.fault == "discount_text" and coupon:
            discount = "10%"
        return 200, {"total_cents": 100 * quantity, "currency": sent.get("currency", "USD"), "discount_pct": discount}


def _insist(right: bool) -> None:
    if not right:
        raise ValueError


def scenes(folder: Path, journey: str = JOURNEY, document: str = DOCUMENT) -> Iterator[Scene]:
    """Yield the scene of each step of a journey with one partner ``p``."""
    judge = opened(write(folder, journey, {"p": document})).judge
    (told,) = judge.estate.journeys.values()
    for step in told.steps:
        scene = judge.scene(told, step)
        assert scene is not None
        yield scene


@dataclass
class Walker:
    """A step with all that it takes to send its call to a shop, and to judge what comes back by its needs."""

    scene: Scene
    shop: Shop
    space: Space = field(init=False)
    waves: Waves = field(init=False)

    def __post_init__(self) -> None:
        self.space = space_of(self.scene, example_values(self.scene))
        self.waves = Waves(self.space)

    def fails(self, varied: Mapping[str, JSON]) -> bool:
        """Send the call with some values of its own, and tell whether it fails."""
        scene = self.scene
        values = {**example_values(scene), **varied}
        request = call(scene.operation, entries_of(scene), values, content_type(scene.step))
        sent = dict(request.query) if request.body is NO_BODY else request.body
        status, body = self.shop.answer(request.method, request.path, sent)
        return self.refuses(Response(status, {"content-type": "application/json"}, body), values)

    def refuses(self, response: Response, values: Mapping[str, JSON]) -> bool:
        """Tell whether an answer to a call with these values is no success, or fails a need."""
        step = self.scene.step
        needs = [Need(parse_path(path), parse_value(value).schema) for path, value in step.asks["needs"].items()]
        if not succeeded(response, step.status) or any(need.refuses(response) for need in needs):
            return True
        told = [sentence.split(" is $") for sentence in step.asks.get("must", ())]
        return any(response.body[path] != values[name] for path, name in told)


def failing(folder: Path, fault: str) -> Iterator[tuple[Walker, Variation]]:
    """Send the whole plan to a shop, and yield what fails."""
    shop = Shop(fault)
    walkers = [Walker(scene, shop) for scene in scenes(folder)]
    for walker, variation in interleaved([(walker, 1, walker.waves) for walker in walkers]):
        if walker.fails(variation.varied):
            walker.waves.refused(variation)
            yield walker, variation
