"""Till: prices, payments and gift cards. Flask, with the document beside it.

``python -m tests.partners.till PORT`` serves it; ``tests.partners.till:app`` is the application. Its API is below ``/v1``.
"""

from __future__ import annotations

import copy
import datetime
import gzip
import json
import sys
import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.partners.switches import Switches, end_with_starter

KEY = "till-91c4e07ab3d25f68"
"""What a caller logs in with."""

DOCUMENT = Path(__file__).parent / "contracts/partners/till/openapi.json"
CURRENCIES = ("GBP", "EUR", "USD")
WRAPPING = 500


class Refused(Exception):
    """An answer that is a problem."""

    def __init__(self, status: int, title: str, detail: str, *pointers: str, **headers: str) -> None:
        super().__init__(title)
        self.status, self.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}
        self.body: dict[str, Any] = {"type": "about:blank", "title": title, "detail": detail, "status": status}
        if switched("problems-of-other-types"):
            self.body["type"] = f"https://till.example/problems/{status}"
        if pointers:
            self.body["errors"] = [{"pointer": pointer, "detail": "this is not understood"} for pointer in pointers]


def _seeded() -> dict[str, Any]:
    paid = {f"PAY-0000000{number}": _payment(number, currency) for number, currency in ((1, "GBP"), (2, "EUR"), (3, "USD"))}
    return {"payments": paid, "keys": {}, "made": []}


def _payment(number: int, currency: str) -> dict[str, Any]:
    return {
        "paymentId": f"PAY-{number:08d}",
        "state": "captured",
        "reference": f"HLD-0000000{number}",
        "amount": {"amount": 42000, "currency": currency},
        "receipt": {"number": f"R{number:06d}", "issuedAt": "2026-01-10T09:30:00Z"},
        "refunded": {"amount": 0, "currency": currency},
    }


switched = Switches(_seeded)
app = Flask(__name__)
app.json.sort_keys = False  # type: ignore[attr-defined]
api = Blueprint("api", __name__, url_prefix="/v1")


@app.before_request
def _admitted() -> None:
    switched.counts(request.path)
    if request.path.startswith("/v1/") and request.headers.get("X-Api-Key") != KEY:
        raise Refused(401, "You are not logged in", "Send the key that we gave you.")


@app.after_request
def _dressed(response: Response) -> Response:
    if switched("answers-zipped") and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.data = gzip.compress(response.data)
        response.headers["Content-Encoding"] = "gzip"
    if switched("links-said"):
        response.headers["Link"] = '<https://till.example/terms>; rel="terms-of-service"'
    if switched("json-indented") and response.is_json:
        response.data = json.dumps(response.json, indent=4, ensure_ascii=True)
    if switched("header-names-in-small-letters"):
        response.headers = type(response.headers)([(name.lower(), value) for name, value in response.headers])
    return response


@app.errorhandler(Refused)
def _refused(refused: Refused) -> Response:
    return _said(refused.body, refused.status, **refused.headers)


@app.errorhandler(HTTPException)
def _unknown(error: HTTPException) -> Response:
    return _said(Refused(error.code or 500, error.name, "Look at /openapi.json.").body, error.code or 500)


def _said(body: Any, status: int = 200, **headers: str) -> Response:
    media = "application/problem+json" if status >= 400 else "application/json"
    return Response(json.dumps(body, ensure_ascii=False), status, headers, content_type=media)


def _sent() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data(), parse_float=_number)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(422, "That is no object", "Send a JSON object.", "")
    return body


def _number(text: str) -> float:
    """Return a number; one without a fraction is whole, however it is written."""
    return int(float(text)) if float(text).is_integer() else float(text)


def _is_whole(value: Any, least: int, most: int = 10**9) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _money(body: dict[str, Any], name: str) -> dict[str, Any]:
    sent = body.get(name)
    if not isinstance(sent, dict) or not _is_whole(sent.get("amount"), 0) or sent.get("currency") not in CURRENCIES:
        raise Refused(422, "That is no amount of money", "Send an amount in hundredths and a currency.", f"/{name}")
    return {"amount": sent["amount"], "currency": sent["currency"]}


def _now(**later: float) -> str:
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(**later)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 64:
        raise Refused(422, "Idempotency-Key is missing", "Send a key, so that nothing happens twice.", "/Idempotency-Key")
    return key


def _once(kind: str, sent: dict[str, Any]) -> tuple[str, Response | None]:
    """Return the key of a request, and the answer that was given to it before."""
    key = f"{kind} {_key()}"
    known = switched.kept["keys"].get(key)
    if known is None or (switched("paid-twice") and kind == "payment"):
        return key, None
    if known[0] != sent:
        raise Refused(409, "This key was used for something else", "Use another key for another request.")
    return key, _said(known[1], 201, **({} if switched("replays-not-marked") else {"Idempotency-Replayed": "true"}))


# --- quotes -------------------------------------------------------------------------------------------------------------------


@api.post("/quotes")
def quotes() -> Response:
    """Say what all of it costs together; nothing is kept."""
    sent = _sent()
    currency, items, gift = sent.get("currency"), sent.get("items"), sent.get("giftWrap", False)
    if currency not in CURRENCIES:
        raise Refused(422, "We do not know that currency", "Choose pounds, euros or dollars.", "/currency")
    if not isinstance(items, list) or not 1 <= len(items) <= 20 or not isinstance(gift, bool):
        raise Refused(422, "Something is missing", "Send one to twenty items.", "/items")
    for index, item in enumerate(items):
        known = isinstance(item, dict) and item.get("kind") in ("night", "breakfast")
        if not known or not _is_whole(item.get("quantity"), 0, 100) or not _is_whole(item.get("unitAmount"), 0, 10**7):
            raise Refused(422, "We cannot price that", "Send kind, quantity and unitAmount.", f"/items/{index}")
    return _said(_quote(currency, items, gift))


def _quote(currency: str, items: list[dict[str, Any]], gift: bool) -> dict[str, Any]:
    lines = [
        {"kind": item["kind"], "quantity": item["quantity"], "amount": item["quantity"] * item["unitAmount"]} for item in items
    ]
    total: Any = sum(line["amount"] for line in lines) + (WRAPPING if gift else 0)
    quote: dict[str, Any] = {
        "quoteId": f"Q-{switched.number():06d}",
        "giftWrapped": gift,
        "lines": lines,
        "fee": {"amount": 0, "currency": currency},
        "total": {"amount": total, "currency": currency},
        "validUntil": _now(hours=1),
    }
    if gift:
        quote["giftCard"] = {"design": "harbour", "pages": 2}
    many = any(item["quantity"] == 100 for item in items)
    if switched("gift-total-null-in-dollars") and gift and currency == "USD":
        quote["total"]["amount"] = None
    if switched("float-total-at-100") and many:
        quote["total"]["amount"] = total * 1.1 / 1.1 + 0.25
    if switched("totals-as-1250.0"):
        quote["total"]["amount"] = float(total)
    if switched("gift-pages-gone"):
        quote.get("giftCard", {}).pop("pages", None)
    if switched("quote-until-a-day"):
        quote["validUntil"] = quote["validUntil"][:10]
    if switched("quotes-in-dollars-outdated") and currency == "USD":
        quote["validUntil"] = _now(hours=-1)
    if switched("card-fee-hidden"):
        quote["total"]["amount"] = total + 1
    if switched("no-breakfasts-no-total") and any(item["kind"] == "breakfast" and item["quantity"] == 0 for item in items):
        del quote["total"]
    if switched("wrong-currency-for-wrapped-euros") and gift and currency == "EUR":
        quote["total"]["currency"] = "GBP"
    if switched("quote-lines-reversed"):
        quote["lines"].reverse()
    if switched("fields-in-another-order"):
        quote = dict(reversed(quote.items()))
    return quote


# --- payments -----------------------------------------------------------------------------------------------------------------


@api.post("/payments")
def pay() -> Response:
    """Take money; the same key and request take it once."""
    sent = _sent()
    amount, card, reference = _money(sent, "amount"), sent.get("card"), sent.get("reference")
    if not isinstance(reference, str) or not 3 <= len(reference) <= 12:
        raise Refused(422, "That is no reference of ours", "Send 3 to 12 signs.", "/reference")
    if not isinstance(card, dict) or not isinstance(card.get("token"), str) or not card["token"].startswith("tok_"):
        raise Refused(422, "That is no card", "Send the token of a card.", "/card/token")
    if switched("receipt-address-checked") and len(str(sent.get("receiptTo", ""))) > 60:
        raise Refused(422, "That is no address for a receipt", "Send 60 signs at most.", "/receiptTo")
    token = card["token"]
    if token == "tok_declined" and not switched("declined-as-success"):
        title = "" if switched("decline-without-words") else "Your card was declined"
        title = "Declined by the bank" if switched("decline-in-other-words") else title
        raise Refused(402, title, "Use another card, or ring your bank.")
    if token == "tok_busy":
        later = "3600" if switched("come-back-in-an-hour") else "20"
        if switched("come-back-at-a-time"):
            later = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 20))
        headers = {} if switched("no-word-when-to-come-back") else {"Retry-After": later}
        raise Refused(503, "The bank is busy", "Nothing was taken. Try again soon.", **headers)
    key, before = _once("payment", sent)
    if before is not None:
        return before
    paid = _payment(0, amount["currency"]) | {"reference": reference, "amount": amount}
    number = switched.number()
    paid["paymentId"] = f"PAY-1{number:07d}"
    if switched("payments-counted-anew"):
        paid["paymentId"] = f"PAY-9{number:07d}"
    if switched("payment-numbers-longer"):
        paid["paymentId"] = f"PAY-31-1{number:07d}"
    paid["receipt"] = {"number": f"R{number:06d}", "issuedAt": _now(), "copies": 1}
    if token == "tok_3ds":
        paid |= {"state": "action-required", "nextAction": {"url": "https://bank.example/confirm", "kind": "3ds"}}
    switched.kept["payments"][paid["paymentId"]] = copy.deepcopy(paid)
    _change_payment(paid, token)
    switched.kept["keys"][key] = (sent, paid)
    return _said(paid, 201)


def _change_payment(paid: dict[str, Any], token: str) -> None:
    if token == "tok_declined":
        paid["state"] = "declined"
    if switched("payments-processing"):
        paid["state"] = "processing"
    if switched("next-action-not-said"):
        paid.pop("nextAction", None)
    if switched("receipt-number-not-said"):
        del paid["receipt"]["number"]
    if switched("receipt-time-with-fractions"):
        paid["receipt"]["issuedAt"] = paid["receipt"]["issuedAt"].replace("Z", ".123456Z")
    if switched("amounts-in-whole-units"):
        paid["amount"]["amount"] //= 100
    if switched("receipt-copies-null"):
        paid["receipt"]["copies"] = None


@api.get("/payments/<payment_id>")
def payment(payment_id: str) -> Response:
    """Say what was paid, and what was paid back."""
    known = switched.kept["payments"].get(payment_id)
    if known is None:
        raise Refused(404, "We know no such payment", "Look at the receipt, and try again.")
    said = copy.deepcopy(known) | {"updatedAt": _now()}
    if switched("refunded-not-added"):
        said["refunded"]["amount"] = 0
    return _said(said)


@api.post("/refunds")
def refund() -> Response:
    """Pay money back; the same key and request pay it once."""
    _key()
    sent = _sent()
    amount, reason = _money(sent, "amount"), sent.get("reason")
    known = switched.kept["payments"].get(str(sent.get("paymentId")))
    if known is None:
        raise Refused(404, "We know no such payment", "Look at the receipt, and try again.")
    if reason not in ("changed", "cancelled", "complaint"):
        raise Refused(422, "We do not know that reason", "Say changed, cancelled or complaint.", "/reason")
    key, before = _once("refund", sent)
    if before is not None:
        return before
    known["refunded"]["amount"] += amount["amount"]
    refund_id = f"REF-{switched.number():08d}"
    expected = (
        (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=10 if switched("refunds-take-longer") else 5))
        .date()
        .isoformat()
    )
    said: dict[str, Any] = {"refundId": refund_id, "paymentId": known["paymentId"], "state": "requested", "amount": amount}
    said |= {"expectedBy": expected, "handler": "till"}
    if switched("refunds-paid-at-once"):
        said["state"] = "paid"
    if switched("expected-day-null"):
        said["expectedBy"] = None
    if switched("refund-rounded-in-euros") and amount["currency"] == "EUR":
        said["amount"] = amount | {"amount": amount["amount"] // 100 * 100}
    switched.kept["keys"][key] = (sent, said)
    return _said(said, 201)


@api.get("/gift-cards/<code>")
def gift_card(code: str) -> Response:
    """Say what is left on a gift card."""
    left = {"GIFT2031": 5000, "GIFT2032": 12500}.get(code)
    if left is None:
        raise Refused(404, "We know no such card", "Look at the back of the card, and try again.")
    said: dict[str, Any] = {
        "code": code,
        "balance": {"amount": left, "currency": "GBP"},
        "expiresOn": "2039-12-31",
        "design": "harbour",
    }
    if switched("balance-flat"):
        said["balance"] = left
    return _said(said)


@api.get("/currencies")
def currencies() -> Response:
    """Say in which currencies one can pay; no journey asks."""
    return _said([*CURRENCIES, "CHF"] if switched("francs-taken") else list(CURRENCIES))


app.register_blueprint(api)


# --- what journeys never use --------------------------------------------------------------------------------------------------


@app.get("/openapi.json")
def _document() -> Response:
    return Response(DOCUMENT.read_bytes(), content_type="application/json")


@app.post("/_fault")
def _fault() -> Response:
    switched.turn(_sent()["name"] or "")
    return _said({})


@app.get("/_count")
def _count() -> Response:
    return _said({"count": switched.count})


@app.post("/_pact/state")
def _state() -> Response:
    asked = _sent()
    if asked.get("action") == "teardown" or not asked.get("state"):
        return _said({})
    if asked["state"] in ("a booking that may be changed", "a room is held"):
        switched.kept["payments"] |= _seeded()["payments"]
        return _said({})
    return _said({"error": f"no such state: {asked['state']}"}, 404)


class _Quiet(WSGIRequestHandler):
    """Writes no log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


if __name__ == "__main__":
    end_with_starter()
    make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True, request_handler=_Quiet).serve_forever()
