"""Asks a partner what its journeys ask, with values of its own where a test wants others."""

from __future__ import annotations

from typing import Any

import httpx

OFFER = "LIS-2-double-2031-03-01-3-2-{currency}"


class Asking:
    """Calls to one partner, each with what is usually sent; a keyword sends something else."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    # --- rooms ---

    def offers(self, **query: Any) -> httpx.Response:
        """Ask what is free; a value of None is left out."""
        usual = {"city": "LIS", "checkIn": "2031-03-01", "nights": 3, "guests": 2, "currency": "GBP"}
        return self.client.get("/offers", params={key: value for key, value in {**usual, **query}.items() if value is not None})

    def hold(self, currency: str = "GBP", guest: dict[str, str] | None = None, **body: Any) -> httpx.Response:
        """Hold a room, in a currency."""
        known = {"firstName": "Ada", "lastName": "Lovell", "email": "Ada@lovell.example"} | (guest or {})
        usual = {"offerId": OFFER.format(currency=currency), "guest": known, "breakfasts": 2, "message": "See you"}
        return self.client.post("/holds", json={**usual, **body})

    def book(self, key: str = "key-1", **body: Any) -> httpx.Response:
        """Book the room that is held, and hold it before where nothing else is said."""
        usual = {"paymentId": "PAY-00000001"} | ({} if "holdId" in body else {"holdId": self.hold().json()["holdId"]})
        return self.client.post("/bookings", json={**usual, **body}, headers={"Idempotency-Key": key})

    def booking(self, ref: str = "HRB7QX2MA") -> httpx.Response:
        """Look at a booking."""
        return self.client.get(f"/bookings/{ref}")

    def move(self, ref: str = "HRB7QX2MA", **body: Any) -> httpx.Response:
        """Move a booking."""
        return self.client.post(f"/bookings/{ref}/changes", json={"checkIn": "2031-07-01", "nights": 4, **body})

    # --- till ---

    def quote(
        self, currency: str = "GBP", gift: bool = False, nights: int = 3, breakfasts: int = 2, unit: int = 10000
    ) -> httpx.Response:
        """Ask what it costs together."""
        items = [{"kind": "night", "quantity": nights, "unitAmount": unit}]
        items.append({"kind": "breakfast", "quantity": breakfasts, "unitAmount": 1250})
        return self.client.post("/quotes", json={"currency": currency, "giftWrap": gift, "items": items})

    def pay(self, token: str = "tok_visa", key: str = "key-1", **body: Any) -> httpx.Response:
        """Pay for a hold."""
        usual = {"reference": "HLD-00000001", "amount": {"amount": 32500, "currency": "GBP"}, "card": {"token": token}}
        return self.client.post("/payments", json={**usual, **body}, headers={"Idempotency-Key": key})

    def payment(self, payment: str = "PAY-00000001") -> httpx.Response:
        """Look at a payment."""
        return self.client.get(f"/payments/{payment}")

    def refund(self, amount: int = 1501, currency: str = "GBP", key: str = "key-1", **body: Any) -> httpx.Response:
        """Pay back."""
        usual = {"paymentId": "PAY-00000001", "amount": {"amount": amount, "currency": currency}, "reason": "changed"}
        return self.client.post("/refunds", json={**usual, **body}, headers={"Idempotency-Key": key})

    def gift_card(self, code: str = "GIFT2031") -> httpx.Response:
        """Look at a gift card."""
        return self.client.get(f"/gift-cards/{code}")

    # --- guests ---

    def member(self, member: str = "M100001") -> httpx.Response:
        """Look at a member."""
        return self.client.get(f"/members/{member}")

    def change_email(self, email: str = "ada@new.example", member: str = "M100001") -> httpx.Response:
        """Change a member's address."""
        return self.client.put(f"/members/{member}/email", json={"email": email})

    def stays(self, member: str = "M100001", **query: Any) -> httpx.Response:
        """Look at a member's stays."""
        return self.client.get(f"/members/{member}/stays", params=query)

    def tell_stay(self, ref: str = "HRB000001", currency: str = "GBP", **body: Any) -> httpx.Response:
        """Tell of a stay."""
        usual = {"email": "ada@lovell.example", "checkIn": "2031-03-01", "total": {"amount": 32500, "currency": currency}}
        return self.client.put(f"/stays/{ref}", json={**usual, **body})

    def stay(self, ref: str = "HRB7QX2MA") -> httpx.Response:
        """Look at a stay."""
        return self.client.get(f"/stays/{ref}")
