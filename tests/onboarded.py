"""A partner that is ready, on paper and where it runs, and a way to spoil one thing about it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from cxcontracts.asked import Asked as Wanted
from cxcontracts.exchanges import JSON
from cxcontracts.gathering import gathered, told_by_the_scorecard
from cxcontracts.onboarding.dossier import Dossier
from cxcontracts.onboarding.earlier import Earlier
from cxcontracts.onboarding.judging import scorecard
from cxcontracts.onboarding.scorecard import Outcome, Scorecard, Standing
from cxcontracts.opening import open_what_is_sound
from cxcontracts.plugins import lines
from cxcontracts.reports.curl import again
from tests.certificates import Certificates
from tests.estates_made import TODAY, write
from tests.partners_running import Asked, Partner, answer, closed_port, running
from tests.verified import body, replying

TOKEN = "a-token-that-opens-the-shop"
SECRET = "whsec_" + base64.b64encode(b"a key of twenty four by").decode()

DOCUMENT = """\
openapi: 3.1.0
info: {title: Shop, version: 1.4.0}
servers: [{url: /v1}]
security: [{token: []}]
paths:
  /orders:
    get:
      parameters: [{name: cursor, in: query, schema: {type: string}}]
      responses: {'200': {$ref: '#/components/responses/Orders'}, <<errors>>}
    post:
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Wish'}}}}
      responses: {'201': {$ref: '#/components/responses/Order'}, <<errors>>}
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {$ref: '#/components/responses/Order'}, <<errors>>}
webhooks:
  order.sent:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Sent'}}}}
      responses: {'202': {description: taken}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  responses:
    Orders: {description: them, content: {application/json: {schema: {$ref: '#/components/schemas/Orders'}}}}
    Order: {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
    Problem: {description: no, content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}}
    Throttled:
      description: later
      headers: {Retry-After: {required: true, schema: {type: integer}}}
      content: {application/problem+json: {schema: {$ref: '#/components/schemas/Problem'}}}
  schemas:
    Wish: {type: object, required: [sku], properties: {sku: {type: string}}}
    Order:
      type: object
      required: [id, state, parcel]
      properties: {id: {type: string}, state: {enum: [new, sent]}, parcel: {type: string, pattern: '^SP[0-9]{9}$'}}
    Orders:
      type: object
      required: [items]
      properties: {items: {type: array, items: {$ref: '#/components/schemas/Order'}}}
    Sent:
      type: object
      required: [id, order, parcel]
      properties: {id: {type: string}, order: {type: string}, parcel: {type: string}}
    Problem:
      type: object
      required: [title, detail]
      properties: {title: {type: string}, detail: {type: string}}
""".replace("<<errors>>", "'429': {$ref: '#/components/responses/Throttled'}, 4XX: {$ref: '#/components/responses/Problem'}")

COURIER = """\
openapi: 3.1.0
info: {title: Courier, version: 2.0.0}
paths:
  /parcels/{number}:
    get:
      parameters: [{name: number, in: path, required: true, schema: {type: string, pattern: '^SP[0-9]{9}$'}}]
      responses:
        '200':
          description: it
          content: {application/json: {schema: {type: object, required: [state], properties: {state: {type: string}}}}}
"""

JOURNEY = """\
given: {sku: {from: customer, examples: [LAMP]}}
effort: {asks: 1}
steps:
  - step: list
    customer: I look what I have ordered
    call: shop GET /orders
    needs: {items.*.id: text}
    announces: true
    responds-within: {max: 30s}
  - step: place
    customer: I order a lamp
    call: shop POST /orders
    with: {sku: $sku, header.Idempotency-Key: $fresh-id}
    asks-at-most: [sku]
    repeat-safe: true
    needs: {state: [new, sent]}
    keep: {order: id, parcel: parcel}
  - step: told
    customer: I am told that it is on its way
    event: shop order.sent
    after: place
    within: 3s
    match: {order: $order}
    needs: {parcel: text}
  - step: look
    customer: I open my order
    call: shop GET /orders/{id}
    with: {id: $order}
    needs: {id: text}
    informs: [{when: there is no such order, with: {id: none}, status: 404, tells: [what, next]}]
  - step: see
    customer: I see where my parcel is
    call: courier GET /parcels/{number}
    with: {number: $parcel}
    needs: {state: text}
"""

PARTNER = """\
name: The Lamp Shop
owner: {team: Purchases, contact: api@shop.example}
auth: {bearer: $env.SHOP_TOKEN}
limits: {rate: 500/s}
environments:
  sandbox: {url: <<url>>, may: [read, write], inbox: {at: <<inbox>>, secret: $env.SHOP_SECRET}}
"""


@dataclass
class Shop:
    """A shop that runs, and the courier beside it.

    Attributes:
        fault: What is wrong with it; empty for nothing.
        inbox: Where it delivers its events.
        said: What an error says that says nothing.
        made: Idempotency-Key to the order that it made.
        headers: What goes with every answer.
    """

    fault: str = ""
    inbox: str = ""
    said: str = "17"
    made: dict[str, JSON] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def reply(self, asked: Asked) -> bytes:
        """Answer a request."""
        path = urlsplit(asked.target).path.removeprefix("/v1")
        said = self._said(asked, path)
        skew = 7200 if self.fault == "clock" else 0
        headers = {"Date": formatdate(time.time() - skew, usegmt=True), **self.headers}
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return said.replace(b"\r\n", f"\r\n{more}".encode(), 1)

    def _said(self, asked: Asked, path: str) -> bytes:
        if path.startswith("/parcels/"):
            return answer({"state": "in-transit"})
        if self.fault == "throttles":
            return self._problem(429, "Too much")
        known = asked.headers.get("authorization") == f"Bearer {TOKEN}"
        if self.fault == "no-login" or (not known and self.fault != "any-login"):
            return answer({}, 500) if self.fault == "login-breaks-it" else self._problem(401, "Log in")
        if (asked.method, path) == ("GET", "/orders"):
            return self._list()
        if asked.method == "POST" and path == "/orders":
            return self._place(asked.headers.get("idempotency-key", ""), body(asked))
        order = next((each for each in self.made.values() if each["id"] == path.removeprefix("/orders/")), None)
        return answer(order) if order is not None else self._missing()

    def _list(self) -> bytes:
        if self.fault == "slow":
            time.sleep(0.5)
        order: dict[str, JSON] = {"id": "7", "state": "new", "parcel": "SP123456789"}
        if self.fault == "need":
            del order["id"]
        if self.fault == "big":
            order["note"] = "x" * 1_100_000
        items: JSON = {"items": [order]}
        return answer(items, Deprecation="@1688169600") if self.fault == "deprecated" else answer(items)

    def _place(self, key: str, wish: JSON) -> bytes:
        if key not in self.made or self.fault == "twice":
            number = len(self.made) + 1 if self.fault != "twice" else time.monotonic_ns()
            key = f"{number}" if self.fault == "twice" else key
            self.made[key] = {"id": f"order-{number}", "state": "new", "parcel": "SP123456789", "colour": "white"}
            if self.fault != "untold":
                threading.Thread(target=self._tell, args=(self.made[key],), daemon=True).start()
        return answer(self.made[key], 201)

    def _missing(self) -> bytes:
        if self.fault == "mute":
            return answer({"code": self.said}, 404)
        if self.fault == "leaks":
            return self._problem(404, "Traceback (most recent call last):\n  File x.py")
        return self._problem(404, "There is no such order. Look at the number again.")

    def _problem(self, status: int, detail: str) -> bytes:
        said = answer({"title": "It did not work", "detail": detail}, status)
        return said.replace(b"application/json", b"application/problem+json", 1)

    def _tell(self, order: Mapping[str, JSON]) -> None:
        data = json.dumps({"id": f"event-{order['id']}", "order": order["id"], "parcel": order["parcel"]}).encode()
        moment = str(int(time.time()))
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        digest = base64.b64encode(hmac.new(key, f"msg.{moment}.".encode() + data, hashlib.sha256).digest()).decode()
        headers = {"webhook-id": "msg", "webhook-timestamp": moment, "webhook-signature": f"v1,{digest}"}
        with suppress(httpx.HTTPError), httpx.Client(trust_env=False) as client:  # nobody may be listening any more
            client.post(self.inbox, content=data, headers={"content-type": "application/json", **headers})


@dataclass(frozen=True)
class Case:
    """How a partner is, on paper and where it runs.

    Attributes:
        document, journey, partner: What the files say, each spoiled by pairs of what stands there and what shall.
        fault: What is wrong where it runs.
        estate: Further keys of estate.yaml.
        base: What comes before its paths.
        contract: The contract of record that partner.yaml names; empty for none.
        said: What an error says that says nothing.
    """

    document: tuple[tuple[str, str], ...] = ()
    journey: tuple[tuple[str, str], ...] = ()
    partner: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    estate: str = ""
    base: str = "/v1"
    contract: str = "openapi.yaml"
    said: str = "17"

    def write(self, folder: Path, url: str = "https://shop.example/v1", inbox: str = "http://127.0.0.1:1/") -> Path:
        """Write the estate."""
        partner = PARTNER.replace("<<url>>", url).replace("<<inbox>>", inbox)
        root = write(
            folder,
            _spoiled(JOURNEY, self.journey),
            {"shop": _spoiled(DOCUMENT, self.document), "courier": COURIER},
            partners={"shop": _spoiled(partner, self.partner), "courier": "name: Swift Parcels\n"},
            estate=self.estate,
        )
        if not self.contract:
            file = root / "partners/shop/partner.yaml"
            file.write_text(file.read_text().replace("contract: openapi.yaml\n", ""))
        return root


def _spoiled(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def open_shop(fault: str = "", certificates: Certificates | None = None, said: str = "17") -> Iterator[tuple[Shop, Partner]]:
    """Run the shop."""
    shop = Shop(fault, f"http://127.0.0.1:{closed_port()}/told", said)
    with running(replying(shop.reply), wrap=certificates.wrapping() if certificates is not None else None) as partner:
        yield shop, partner


def onboarded(folder: Path, case: Case, certificates: Certificates | None = None, earlier: Earlier | None = None) -> Scorecard:
    """Onboard the shop, where it runs."""
    with open_shop(case.fault, certificates) as (shop, partner):
        root = case.write(folder, f"{partner.url}{case.base}", shop.inbox)
        return judged(root, Wanted("sandbox", {"courier": partner.url}), earlier)


def judged(root: Path, wanted: Wanted | None = None, earlier: Earlier | None = None, partner: str = "shop") -> Scorecard:
    """Onboard a partner of an estate."""
    return scorecard(dossier(root, wanted, partner), lines(), earlier)


def dossier(root: Path, wanted: Wanted | None = None, partner: str = "shop") -> Dossier:
    """Gather what there is to know of a partner."""
    if wanted is not None:
        wanted = replace(wanted, partners=frozenset({partner}), varies=False, deadline=30.0)
    sound = open_what_is_sound(root, today=TODAY)
    assert all(told_by_the_scorecard(each, partner) for each in sound.mistakes or ())
    return gathered(sound, partner, wanted, again).dossier


def outcome(card: Scorecard, line: str) -> Outcome:
    """Return what a scorecard says on a line."""
    return next(entry.outcome for entry in card.entries if entry.line.id == line)


def standing(card: Scorecard, standing: Standing) -> set[str]:
    """Return the lines on which the partner stands so."""
    return {entry.line.id for entry in card.of(standing)}


__all__ = ["SECRET", "TOKEN", "Case", "dossier", "judged", "onboarded", "open_shop", "outcome", "standing"]
