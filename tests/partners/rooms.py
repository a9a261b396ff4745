"""Harbour Rooms: what can be booked, and what is. FastAPI, which makes the document from what stands here.

``python -m tests.partners.rooms PORT`` serves it; ``tests.partners.rooms:app`` is the application.
"""

from __future__ import annotations

import asyncio
import copy
import datetime
import re
import sys
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import FastAPI, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from starlette.exceptions import HTTPException

from tests.partners.switches import Switches, end_with_starter

TOKEN = "rooms-5d1b7c2e9f3a4c60"
"""What a caller logs in with."""

CITIES = {"LIS": "Lisbon", "PAR": "Paris", "EDI": "Edinburgh"}
HOTELS = (("1", "Harbour House", 3, 7), ("2", "Old Customs Hall", 5, 8), ("3", "Quayside Inn", 4, 9))
"""Number, name, stars, and how well guests rate it."""
RATES = {"GBP": 100, "EUR": 117, "USD": 128}
"""How many hundredths of the currency are a hundredth of a pound's price, in percent."""
BREAKFAST, WRAPPING = 1250, 500


def _undefaulted(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


LEFT_OUT: Any = Field(default=None, json_schema_extra=_undefaulted)
"""A field that may be missing, and is never null in the document."""

Date = datetime.date
Moment = datetime.datetime
Currency = Literal["GBP", "EUR", "USD"]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern="@", json_schema_extra={"format": "email"})]
Named = Annotated[str, Field(min_length=1, max_length=80)]
HoldId = Annotated[str, Field(max_length=24)]
BookingRef = Annotated[str, Field(max_length=9)]


class Money(BaseModel):
    amount: int = Field(description="in hundredths")
    currency: Currency


class Hotel(BaseModel):
    hotelId: str
    name: str
    city: str
    stars: Annotated[int, Field(ge=1, le=5)]
    phone: str = Field(description="international, +441315550100")


class Cancellation(BaseModel):
    policy: Literal["flexible", "strict"]
    until: Moment | SkipJsonSchema[None] = LEFT_OUT


class Offer(BaseModel):
    offerId: Annotated[str, Field(max_length=60)]
    hotel: Hotel
    room: Literal["single", "double", "family"]
    checkIn: Date
    checkOut: Date
    nights: int
    price: Money
    perNight: Money
    breakfastPossible: bool | SkipJsonSchema[None] = LEFT_OUT
    cancellation: Cancellation
    roomsLeft: Annotated[int, Field(ge=0)] | SkipJsonSchema[None] = LEFT_OUT
    photo: str | None = None


class Offers(BaseModel):
    offers: list[Offer]
    next: str | SkipJsonSchema[None] = LEFT_OUT


class Guest(BaseModel):
    firstName: Named
    lastName: Named
    email: Email
    phone: str | SkipJsonSchema[None] = LEFT_OUT


class KnownGuest(BaseModel):
    firstName: str
    lastName: str
    displayName: str
    email: Annotated[str, Field(json_schema_extra={"format": "email"})]


class Wish(BaseModel):
    offerId: str
    guest: Guest
    breakfasts: Annotated[int, Field(ge=0, le=100)] = 0
    asGift: bool = False
    message: Annotated[str, Field(min_length=1, max_length=200)] | SkipJsonSchema[None] = LEFT_OUT
    newsletter: bool = False
    language: Literal["en", "pt", "fr"] = "en"


class Gift(BaseModel):
    message: str
    wrapped: bool


class Line(BaseModel):
    label: str
    quantity: int
    amount: int


class Hold(BaseModel):
    holdId: HoldId
    state: Literal["held"]
    offerId: str
    guest: KnownGuest
    asGift: bool
    gift: Gift | SkipJsonSchema[None] = LEFT_OUT
    lines: list[Line]
    total: Money
    expiresAt: Moment
    newsletter: bool
    language: str


class Confirmation(BaseModel):
    holdId: HoldId
    paymentId: Annotated[str, Field(pattern="^PAY-[0-9]{8}$")]


class Document(BaseModel):
    type: Literal["confirmation", "directions"]
    url: Annotated[str, Field(json_schema_extra={"format": "uri"})]


class Booking(BaseModel):
    bookingRef: BookingRef
    state: Literal["confirmed", "changed", "cancelled"]
    guest: KnownGuest
    memberId: str
    hotel: Hotel
    checkIn: Date
    checkOut: Date
    nights: int
    arrival: Moment
    total: Money
    paymentId: str
    changeable: bool
    documents: list[Document]
    updatedAt: Moment


class Dates(BaseModel):
    checkIn: Date
    nights: Annotated[int, Field(ge=1, le=28)]


class Change(BaseModel):
    bookingRef: str
    state: Literal["changed"]
    checkIn: Date
    checkOut: Date
    nights: int
    refund: Money
    updatedAt: Moment


class Mistake(BaseModel):
    pointer: str
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 writes it."""

    type: str = "about:blank"
    title: Annotated[str, Field(min_length=1)]
    detail: Annotated[str, Field(min_length=1)]
    status: int
    errors: list[Mistake] | SkipJsonSchema[None] = LEFT_OUT


class Refused(Exception):
    """An answer that is a problem."""

    def __init__(self, status: int, title: str, detail: str, **more: Any) -> None:
        super().__init__(title)
        self.status, self.body = status, {"type": "about:blank", "title": title, "detail": detail, "status": status, **more}


_BUSY: dict[str, Any] = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 0}}}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    words = {
        400: "Not readable",
        401: "Not logged in",
        404: "Not found",
        409: "Not possible any more",
        422: "Not understood",
        429: "Too many",
        503: "Busy",
    }
    return {
        status: {"model": Problem, "description": words[status]} | ({"headers": _BUSY} if status in (429, 503) else {})
        for status in statuses
    }


def _seeded() -> dict[str, Any]:
    return {
        "holds": {},
        "keys": {},
        "bookings": {
            "HRB7QX2MA": _booked("HRB7QX2MA", "Ada", "Okafor", "ada@okafor.example", "M100001", "GBP", "PAY-00000001"),
            "HRB4TT9KP": _booked("HRB4TT9KP", "Inés", "Núñez", "Ines.Nunez@post.example", "M100002", "EUR", "PAY-00000002"),
            "HRBFIXED1": _booked("HRBFIXED1", "Ng", "Ng", "ng@post.example", "M100001", "USD", "PAY-00000003")
            | {"changeable": False},
        },
    }


def _booked(ref: str, first: str, last: str, email: str, member: str, currency: str, payment: str) -> dict[str, Any]:
    guest = {"firstName": first, "lastName": last, "displayName": f"{first} {last}", "email": email}
    return _booking(ref, guest, "EDI-2", "2031-06-14", 3, {"amount": 42000, "currency": currency}, payment) | {"memberId": member}


def _booking(
    ref: str, guest: dict[str, Any], hotel: str, start: str, nights: int, total: dict[str, Any], payment: str
) -> dict[str, Any]:
    city, number = hotel.split("-")
    return {
        "bookingRef": ref,
        "state": "confirmed",
        "guest": guest,
        "memberId": "M100001",
        "hotel": _hotel(city, number),
        "checkIn": start,
        "checkOut": _later(start, nights),
        "nights": nights,
        "arrival": f"{start}T15:00:00+01:00",
        "total": total,
        "paymentId": payment,
        "changeable": True,
        "documents": [
            {"type": "confirmation", "url": f"https://docs.rooms.example/{ref}/confirmation.pdf"},
            {"type": "directions", "url": f"https://docs.rooms.example/{ref}/directions.pdf"},
        ],
        "version": 1,
    }


def _hotel(city: str, number: str) -> dict[str, Any]:
    name, stars = next((name, stars) for each, name, stars, _ in HOTELS if each == number)
    return {
        "hotelId": f"{city}-{number}",
        "name": f"{name} {CITIES[city]}",
        "city": city,
        "stars": stars,
        "phone": f"+44131555010{number}",
    }


def _later(start: str, days: int) -> str:
    return (datetime.date.fromisoformat(start) + datetime.timedelta(days=days)).isoformat()


def _now(**ago: float) -> str:
    return (datetime.datetime.now(datetime.UTC) - datetime.timedelta(**ago)).isoformat(timespec="seconds").replace("+00:00", "Z")


switched = Switches(_seeded)
app = FastAPI(title="Harbour Rooms", version="2.1.0", servers=[{"url": "https://api.rooms.example"}])


@app.middleware("http")
async def _admitted(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    path = request.url.path
    switched.counts(path)
    if not path.startswith("/_") and path != "/openapi.json" and request.headers.get("authorization") != f"Bearer {TOKEN}":
        return _problem(Refused(401, "You are not logged in", "Send the token that we gave you."))
    if switched("slower-by-50-ms"):
        await asyncio.sleep(0.05)
    response = await go_on(request)
    if switched("charset-named") and response.headers.get("content-type") == "application/json":
        response.headers["content-type"] = "application/json; charset=utf-8"
    return response


def _problem(refused: Refused) -> Response:
    return JSONResponse(refused.body, refused.status, media_type="application/problem+json")


@app.exception_handler(Refused)
async def _refused(_: Request, refused: Refused) -> Response:
    return _problem(refused)


@app.exception_handler(HTTPException)
async def _unknown(_: Request, error: HTTPException) -> Response:
    return _problem(Refused(error.status_code, "There is nothing here", "Look at /openapi.json."))


@app.exception_handler(RequestValidationError)
async def _misunderstood(_: Request, error: RequestValidationError) -> Response:
    if switched("mistakes-in-another-form"):
        return JSONResponse({"detail": [{"loc": each["loc"], "msg": each["msg"]} for each in error.errors()]}, 422)
    mistakes = [{"pointer": "/" + "/".join(map(str, each["loc"][1:])), "detail": each["msg"]} for each in error.errors()]
    return _problem(Refused(422, "We did not understand that", "Correct what is named and send it again.", errors=mistakes))


# --- offers -------------------------------------------------------------------------------------------------------------------


@app.get("/offers", response_model=Offers, responses=_problems(401, 404, 422, 429, 503))
async def offers(
    city: Annotated[str, Query(pattern="^[A-Z]{3}$")],
    checkIn: Date,
    nights: Annotated[int, Query(ge=1, le=28)],
    guests: Annotated[int, Query(ge=1, le=6)],
    currency: Annotated[Currency | SkipJsonSchema[None], Query()] = None,
    sort: Literal["price", "rating"] = "price",
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    cursor: Annotated[str | SkipJsonSchema[None], Query(max_length=80)] = None,
) -> Response:
    """Say what is free, the cheapest first."""
    if switched("slow-search-for-six") and guests == 6:
        await asyncio.sleep(2.6)
    if city not in CITIES:
        if switched("no-advice-when-nothing-there"):
            body = {"type": "about:blank", "title": "We have no rooms in that city", "status": 404}
            return JSONResponse(body, 404, media_type="application/problem+json")
        raise Refused(404, "We have no rooms in that city", "Try a city near by.")
    _bookable(checkIn)
    if switched("long-stays-refused") and nights > 21:
        raise Refused(422, "That is too long", "Stay for 21 nights at most.")
    if switched("currency-required") and currency is None:
        raise Refused(422, "The currency is missing", "Say in which currency you pay.")
    if switched("pages-refused") and cursor is not None:
        raise Refused(422, "There is one page only", "Leave the cursor out.")
    if switched("ratings-gone") and sort == "rating":
        raise Refused(422, "We no longer sort by rating", "Sort by price.")
    asked = currency or "GBP"
    if switched("other-default-currency") and currency is None:
        asked = "EUR"
    found = [_offer(city, number, rating, checkIn.isoformat(), nights, guests, asked) for number, _, _, rating in HOTELS]
    if sort == "rating" or switched("best-rated-first"):
        found.sort(key=lambda offer: -int(offer.pop("_rating")))
    else:
        found.sort(key=lambda offer: int(offer["price"]["amount"]))
    for offer in found:
        offer.pop("_rating", None)
    if switched("nothing-for-four-weeks") and nights == 28:
        found = []
    if switched("two-hotels-only"):
        found = found[:2]
    return JSONResponse({"offers": found[:limit]} | ({"next": "3"} if switched("a-next-page") else {}))


def _bookable(start: datetime.date) -> None:
    if not 2000 <= start.year <= 2100:
        raise Refused(422, "We do not book so far away", "Choose a day of this century.")


def _offer(city: str, number: str, rating: int, start: str, nights: int, guests: int, currency: str) -> dict[str, Any]:
    base = 7300 if switched("prices-raised") else 7000
    per_night = (base + 900 * int(number) + 1100 * guests) * RATES[currency] // 100
    kind = "single" if guests == 1 else "double" if guests < 4 else "family"
    offer: dict[str, Any] = {
        "offerId": f"{city}-{number}-{kind}-{start}-{nights}-{guests}-{currency}",
        "hotel": _hotel(city, number),
        "room": kind,
        "checkIn": start,
        "checkOut": _later(start, nights),
        "nights": nights,
        "price": {"amount": per_night * nights, "currency": currency},
        "perNight": {"amount": per_night, "currency": currency},
        "breakfastPossible": True,
        "cancellation": {"policy": "flexible", "until": f"{_later(start, -1)}T18:00:00Z"},
        "roomsLeft": int(number),
        "photo": None,
        "_rating": rating,
    }
    if switched("dollars-called-pounds") and currency == "USD":
        offer["price"]["currency"] = "GBP"
    if switched("rooms-left-below-zero") and nights >= 14:
        offer["roomsLeft"] = -1
    if switched("hotels-renamed"):
        offer["hotel"]["name"] = f"Hotel {offer['hotel']['name']}"
    if switched("photos-shown"):
        offer["photo"] = f"https://pictures.rooms.example/{city}-{number}.jpg"
    if switched("rooms-left-null"):
        offer["roomsLeft"] = None
    if switched("half-cents-for-five-in-euros") and currency == "EUR" and guests == 5:
        offer["price"]["amount"] += 0.5
    if switched("breakfast-not-said"):
        del offer["breakfastPossible"]
    if switched("offers-say-more"):
        offer |= {"pool": number == "2", "tags": ["quiet", "sea"]}
    if switched("stars-as-text"):
        offer["hotel"]["stars"] = str(offer["hotel"]["stars"])
    if switched("moderate-cancellation"):
        offer["cancellation"]["policy"] = "moderate"
    if switched("price-per-night-in-family-rooms") and kind == "family" and nights > 7:
        offer["nights"] = 1
    return offer


# --- holds --------------------------------------------------------------------------------------------------------------------


@app.post("/holds", response_model=Hold, status_code=201, responses=_problems(400, 401, 409, 422, 429, 503))
async def hold(wish: Wish, request: Request) -> Response:
    """Keep a room for half an hour."""
    match = re.fullmatch(r"([A-Z]{3})-([123])-[a-z]+-(\d{4}-\d\d-\d\d)-(\d+)-(\d+)-(GBP|EUR|USD)", wish.offerId)
    if match is None or match[1] not in CITIES:
        raise Refused(409, "That room has just gone", "Search again: there may be others.")
    if switched("channel-header-required") and "x-channel" not in request.headers:
        raise Refused(422, "X-Channel is missing", "Say which channel the guest uses.")
    guest, currency = wish.guest, match[6]
    if switched("no-apostrophes") and "'" in guest.lastName:
        raise Refused(422, "That is no name", "Write the name in letters.")
    if switched("phone-asked-of-gifts") and wish.asGift and guest.phone is None:
        raise Refused(422, "The phone number is missing", "Give a number that we can ring.")
    if switched("one-letter-names-refused") and len(guest.lastName) == 1:
        raise Refused(422, "That name is too short", "Write the whole name.")
    price = _offer(match[1], match[2], 0, match[3], int(match[4]), int(match[5]), currency)["price"]["amount"]
    number = switched.number()
    held = _held(wish, match, f"HLD-{number:08d}", price)
    switched.kept["holds"][held["holdId"]] = held
    said = copy.deepcopy(held)
    if switched("hold-as-200"):
        return JSONResponse(said, 200)
    return JSONResponse(said, 201)


def _held(wish: Wish, match: re.Match[str], hold_id: str, price: int) -> dict[str, Any]:
    currency, guest = match[6], wish.guest
    lines = [{"label": "room", "quantity": 1, "amount": price}]
    if wish.breakfasts:
        lines.append({"label": "breakfast", "quantity": wish.breakfasts, "amount": wish.breakfasts * BREAKFAST})
    if wish.asGift:
        lines.append({"label": "wrapping", "quantity": 1, "amount": WRAPPING})
    last, email = guest.lastName, guest.email
    if switched("names-cut-at-40"):
        last = last[:40]
    if switched("accents-dropped"):
        last = "".join(sign for sign in unicodedata.normalize("NFD", last) if not unicodedata.combining(sign))
    if switched("names-in-capitals"):
        last = last.upper()
    if switched("hold-email-lower-cased"):
        email = email.lower()
    held: dict[str, Any] = {
        "holdId": hold_id,
        "state": "held",
        "offerId": wish.offerId,
        "guest": {
            "firstName": guest.firstName,
            "lastName": last,
            "displayName": f"{guest.firstName} {last}",
            "email": email,
        },
        "asGift": wish.asGift,
        "lines": lines,
        "total": {"amount": sum(int(line["amount"]) for line in lines), "currency": currency},  # type: ignore[call-overload]
        "expiresAt": _now(minutes=-30),
        "newsletter": wish.newsletter,
        "language": wish.language,
        "_offer": match.groups(),
    }
    if wish.asGift:
        held["gift"] = {"message": wish.message or "", "wrapped": True}
    _change_hold(held, wish, currency)
    return {key: value for key, value in held.items() if not key.startswith("_")}


def _change_hold(held: dict[str, Any], wish: Wish, currency: str) -> None:
    if switched("gift-null-in-euros") and wish.asGift and currency == "EUR":
        held["gift"] = None
    if switched("long-gift-messages-lost") and wish.asGift and len(wish.message or "") > 100:
        del held["gift"]
    if switched("expiry-without-zone"):
        held["expiresAt"] = held["expiresAt"].rstrip("Z")
    if switched("newsletter-by-default") and "newsletter" not in wish.model_fields_set:
        held["newsletter"] = True
    if switched("language-by-default-portuguese") and "language" not in wish.model_fields_set:
        held["language"] = "pt"
    if switched("longer-hold-ids"):
        held["holdId"] = held["holdId"].replace("HLD-", "HLD-2031-")
    if switched("breakfast-forgotten") and wish.asGift and wish.breakfasts:
        held["total"]["amount"] -= wish.breakfasts * BREAKFAST
    if switched("first-names-swapped-for-display"):
        held["guest"]["displayName"] = f"{wish.guest.lastName}, {wish.guest.firstName}"


# --- bookings -----------------------------------------------------------------------------------------------------------------

Ref = Annotated[str, Path(max_length=9)]
_ETAG: dict[int | str, dict[str, Any]] = {200: {"headers": {"ETag": {"required": True, "schema": {"type": "string"}}}}}


@app.post("/bookings", response_model=Booking, status_code=201, responses=_problems(400, 401, 404, 409, 422))
async def book(wish: Confirmation, idempotency_key: Annotated[str, Header(min_length=1, max_length=64)]) -> Response:
    """Turn a hold that is paid into a booking; the same key and hold give the same booking."""
    known = switched.kept["keys"].get(idempotency_key)
    if known is not None:
        if known[0] != wish.model_dump():
            raise Refused(409, "This key was used for something else", "Use another key for another booking.")
        return _said(known[1], 201)
    held = switched.kept["holds"].get(wish.holdId)
    if held is None:
        raise Refused(404, "We hold no such room", "Search again, please.")
    city, number, _, year, month, day, nights, _, _ = held["offerId"].split("-")
    number_of = switched.number()
    ref = f"hrb{number_of:06d}" if switched("small-letters-in-references") else f"HRB{number_of:06d}"
    start = f"{year}-{month}-{day}"
    booking = _booking(ref, held["guest"], f"{city}-{number}", start, int(nights), held["total"], wish.paymentId)
    switched.kept["bookings"][ref] = booking
    switched.kept["keys"][idempotency_key] = (wish.model_dump(), ref)
    return _said(ref, 201)


@app.get("/bookings/{bookingRef}", response_model=Booking, responses={**_ETAG, **_problems(401, 404, 422)})
async def booking(bookingRef: Ref) -> Response:
    """Say what is booked."""
    if bookingRef not in switched.kept["bookings"]:
        if switched("unknown-booking-is-empty"):
            return JSONResponse({}, 200)
        raise Refused(404, "We know no such booking", "Look at the reference in your message, and try again.")
    return _said(bookingRef, 200)


def _said(ref: str, status: int) -> Response:
    known = copy.deepcopy(switched.kept["bookings"][ref])
    version = known.pop("version")
    if switched("stale-bookings") and "before" in known:
        known |= known["before"]
    known.pop("before", None)
    known["updatedAt"] = _now(hours=1) if switched("updated-an-hour-ago") else _now()
    if switched("updated-in-lisbon-time"):
        known["updatedAt"] = _now(hours=-1).replace("Z", "+01:00")
    if switched("national-phone-numbers"):
        known["hotel"]["phone"] = known["hotel"]["phone"].replace("+44", "0")
    if switched("invoices-added"):
        known["documents"].append({"type": "invoice", "url": f"https://docs.rooms.example/{ref}/invoice.pdf"})
    if switched("document-addresses-relative"):
        for each in known["documents"]:
            each["url"] = each["url"].removeprefix("https://docs.rooms.example")
    if switched("longer-member-numbers"):
        known["memberId"] = known["memberId"].replace("M", "M00")
    headers = {} if switched("no-etag") else {"ETag": f'W/"{version}"' if switched("weak-etag") else f'"{version}"'}
    return JSONResponse(known, status, headers=headers)


@app.post("/bookings/{bookingRef}/changes", response_model=Change, responses=_problems(400, 401, 404, 409, 422))
async def change(bookingRef: Ref, wish: Dates) -> Response:
    """Move a booking to other days; what was paid too much is for you to pay back."""
    known = switched.kept["bookings"].get(bookingRef)
    if known is None:
        raise Refused(404, "We know no such booking", "Look at the reference in your message, and try again.")
    if not known["changeable"]:
        raise Refused(
            400 if switched("not-changeable-as-400") else 409, "This booking is fixed", "Ring the hotel: it may help you."
        )
    _bookable(wish.checkIn)
    nights = min(wish.nights, 14) if switched("changes-cut-at-14-nights") else wish.nights
    start = wish.checkIn.isoformat()
    before = {key: known[key] for key in ("checkIn", "checkOut", "nights", "arrival")}
    known |= {
        "state": "changed",
        "checkIn": start,
        "checkOut": _later(start, nights),
        "nights": nights,
        "arrival": f"{start}T15:00:00+01:00",
        "version": known["version"] + 1,
        "before": before,
    }
    amount = 1501 if nights < 10 else 0
    said: dict[str, Any] = {key: known[key] for key in ("bookingRef", "state", "checkIn", "checkOut", "nights")}
    said |= {"refund": {"amount": amount, "currency": known["total"]["currency"]}, "updatedAt": _now()}
    if switched("refunds-below-zero") and nights >= 10:
        said["refund"]["amount"] = -1501
    return JSONResponse(said)


# --- what journeys never use --------------------------------------------------------------------------------------------------


@app.get("/hotels", response_model=list[Hotel], responses=_problems(401))
async def hotels() -> Response:
    """Say which hotels there are."""
    if switched("hotels-gone"):
        raise Refused(404, "There is nothing here", "Look at /openapi.json.")
    return JSONResponse([_hotel(city, number) for city in CITIES for number, *_ in HOTELS])


@app.post("/_fault", include_in_schema=False)
async def _fault(request: Request) -> Response:
    switched.turn((await request.json())["name"] or "")
    return JSONResponse({})


@app.get("/_count", include_in_schema=False)
async def _count() -> Response:
    return JSONResponse({"count": switched.count})


@app.post("/_pact/state", include_in_schema=False)
async def _state(request: Request) -> Response:
    asked = await request.json()
    if asked.get("action") == "teardown" or not asked.get("state"):
        return JSONResponse({})
    params = asked.get("params") or {}
    if asked["state"] == "a booking that may be changed":
        known = switched.kept["bookings"]
        ref = params.get("bookingRef", "HRB7QX2MA")
        known[ref] = _seeded()["bookings"].get(ref) or _booked(
            ref, "Ada", "Okafor", "ada@okafor.example", "M100001", "GBP", "PAY-00000001"
        )
        return JSONResponse({})
    if asked["state"] == "a room is held":
        wish = Wish(
            offerId="LIS-1-double-2031-03-01-3-2-GBP", guest=Guest(firstName="Ada", lastName="Lovell", email="ada@lovell.example")
        )
        match = re.fullmatch(r"(\w+)-(\d)-(\w+)-(\d+-\d+-\d+)-(\d+)-(\d+)-(\w+)", wish.offerId)
        assert match is not None
        switched.kept["holds"]["HLD-00000000"] = _held(wish, match, "HLD-00000000", 33000)
        return JSONResponse({})
    return JSONResponse({"error": f"no such state: {asked['state']}"}, 404)


def document() -> dict[str, Any]:
    """Return the document that FastAPI makes, with errors as the problems that they are."""
    if app.openapi_schema is None:
        made = FastAPI.openapi(app)
        made["security"] = [{"bearer": []}]
        made["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        for operations in made["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if status[0] in "45":
                        answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        app.openapi_schema = made
    return app.openapi_schema


app.openapi = document  # type: ignore[method-assign]


if __name__ == "__main__":
    end_with_starter()
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
