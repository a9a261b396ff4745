"""Recordings of traffic as HAR 1.2, as browsers, proxies and API clients write them, and as we do.

Read tolerantly: tools leave out what they did not see, and add what is theirs. What an entry is about (its request, its time)
has to be there. Nothing in a recording is followed or evaluated. What we write says under ``_cx`` which call of which journey it
was.

Source: http://www.softwareishard.com/blog/har-12-spec/
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, TypeGuard
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import orjson

from cxcontracts.bodies import media_of, read_body
from cxcontracts.documents import Document, Malformed
from cxcontracts.documents.json_text import load
from cxcontracts.documents.positions import line_and_column
from cxcontracts.errors import RecordingError
from cxcontracts.exchanges import JSON, NO_BODY, Raw, Request, Response
from cxcontracts.problems import Place, Problem
from cxcontracts.redaction import redacted, redacted_json

MARKS: Final = "_cx"
"""Where an entry has what only we write and read."""

MOST_BYTES: Final = 300_000_000
"""The largest recording that is read: an hour of a busy browser has a third of this."""

_MOST_VALUES: Final = 8_000_000
_MOST_BODY: Final = 20_000_000
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_GZIP: Final = b"\x1f\x8b"
_BODILESS: Final = frozenset({204, 205, 304})
_TIMINGS: Final = ("blocked", "dns", "connect", "send", "wait", "receive")
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOWHERE: Final = "http://nowhere.invalid"
"""Where a request goes that nobody knows the address of: RFC 2606 keeps this name free for ever."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of a recording.

    Attributes:
        request: What was sent. Of a recording that we did not make, all that comes before the path is scheme and host.
        response: What came back; None where nothing did.
        at: When it was sent.
        seconds: How long the answer took.
        why: Why nothing came back, or why what did is not all there; empty where it is.
        page: The page of a browser that it belongs to; may be empty.
        comment: What somebody wrote beside it; may be empty.
        marks: What we wrote beside it; empty in a recording of others.
        where: Its place in the recording.
    """

    request: Request
    response: Response | None
    at: datetime
    seconds: float
    why: str = ""
    page: str = ""
    comment: str = ""
    marks: Mapping[str, JSON] = field(default_factory=dict)
    where: Place = field(default=Place("", 1, 1), compare=False)


# --- read ---------------------------------------------------------------------------------------------------------------------


def read_har(data: bytes, name: str = "recording.har") -> list[Recorded]:
    """Return the calls over HTTP in a recording, in the order written; what is no such call (WebSockets, ``data:``) is left out.

    Args:
        data: The bytes of the file.
        name: What messages call it.

    Raises:
        RecordingError: It is no HAR, or an entry says nothing of its request or its time; with the place.
    """
    value = _loaded(data, name)
    document = Document(name, value, data, "json")
    log = _mapping(value).get("log")
    entries = _mapping(log).get("entries")
    if not isinstance(entries, list):
        raise _no_har(document.place(("log", "entries")), "this is no HAR file: it has no log with a list of entries")
    found = []
    for index, entry in enumerate(entries):
        try:
            recorded = _recorded(entry)
        except _Misformed as mistake:
            place = document.place(("log", "entries", index, *mistake.pointer))
            raise _no_har(place, f"entry {index + 1}: {mistake.what}") from None
        if recorded is not None:
            found.append(replace(recorded, where=Place(f"{name}: entry {index + 1}", 1, 1)))
    return found


class _Misformed(Exception):
    """An entry without what it is about."""

    def __init__(self, what: str, *pointer: str) -> None:
        super().__init__(what)
        self.what = what
        self.pointer = pointer


def _no_har(place: Place, what: str) -> RecordingError:
    return RecordingError([Problem(place, what, "export it again, as HAR 1.2", "har-form")])


def _loaded(data: bytes, name: str) -> JSON:
    if len(data) > MOST_BYTES:
        what = f"the recording has more than {MOST_BYTES:,} bytes"
        raise RecordingError([Problem(Place(name), what, "record less at a time", "file-too-large")])
    bare = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return load(bare, most_values=_MOST_VALUES)
    except Malformed as found:
        place = Place(name, *line_and_column(bare.decode(errors="replace"), found.offset))
        remedy = "export it again; it may have been cut off" if found.code == "json-syntax" else "record less at a time"
        raise RecordingError([Problem(place, found.what, remedy, found.code)]) from None
    except UnicodeDecodeError as error:
        place = Place(name, *line_and_column(bare[: error.start].decode(), len(bare[: error.start].decode())))
        what = f"the byte 0x{bare[error.start]:02x} is not UTF-8"
        raise RecordingError([Problem(place, what, "export it as UTF-8", "not-utf8")]) from None


def _recorded(entry: JSON) -> Recorded | None:
    """Return what an entry has recorded; None where that is no call over HTTP.

    Raises:
        _Misformed: If it does not say what it is about.
    """
    if not isinstance(entry, dict):
        raise _Misformed("it must be a mapping")
    asked = entry.get("request")
    if not isinstance(asked, dict) or not isinstance(asked.get("url"), str) or not isinstance(asked.get("method"), str):
        raise _Misformed("it needs a request with a method and a url", "request")
    marks = _mapping(entry.get(MARKS))
    if not marks and not asked["url"].lower().startswith(("http://", "https://")):
        return None
    answered = _mapping(entry.get("response"))
    status = _status(answered.get("status"))
    if status == 101 and not marks:
        return None
    request, lost = _request(asked)
    response, why = _response(answered, status, request.method)
    recorded = Recorded(
        request,
        response,
        _time(entry),
        _seconds(entry),
        why or lost,
        _text(entry.get("pageref")),
        _text(entry.get("comment")),
    )
    return _as_marked(recorded, marks) if marks else recorded


def _time(entry: Mapping[str, JSON]) -> datetime:
    written = entry.get("startedDateTime")
    try:
        at = datetime.fromisoformat(written) if isinstance(written, str) else None
        if at is not None:
            return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise _Misformed("it needs a startedDateTime, as 2027-01-15T08:30:00.000Z", "startedDateTime")


def _seconds(entry: Mapping[str, JSON]) -> float:
    written = entry.get("time")
    if not _is_number(written):
        timings = _mapping(entry.get("timings"))
        written = sum(max(part, 0) for part in map(timings.get, _TIMINGS) if _is_number(part))
    return max(float(written), 0.0) / 1000


def _is_number(value: JSON) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _status(written: JSON) -> int:
    """Return the status of an answer; 0 where none came."""
    if isinstance(written, str) and written.isascii() and written.isdigit() and len(written) == 3:
        written = int(written)
    return int(written) if _is_number(written) and 100 <= written <= 599 else 0


def _request(asked: Mapping[str, JSON]) -> tuple[Request, str]:
    """Return a request, and why not all of it is there."""
    try:
        split = urlsplit(asked["url"])
        host = split.netloc.rpartition("@")[2].lower()  # a password in an address is nobody's to keep
        query = parse_qsl(split.query, keep_blank_values=True)
    except ValueError:
        raise _Misformed(f"its url is none: {asked['url'][:80]!r}", "request", "url") from None
    if not split.query:
        query = [(name, value) for name, value in _pairs(asked.get("queryString"))]
    headers = _headers(asked.get("headers"))
    cookies = "; ".join(f"{name}={value}" for name, value in _pairs(asked.get("cookies")))
    if cookies:
        headers.setdefault("cookie", cookies)
    body, why = _sent_body(asked, headers)
    base = f"{split.scheme.lower()}://{host}" if host else ""
    return Request(asked["method"].upper(), split.path, tuple(query), headers, body, base), why


def _sent_body(asked: Mapping[str, JSON], headers: Mapping[str, str]) -> tuple[JSON, str]:
    posted = asked.get("postData")
    size = asked.get("bodySize")
    sent = isinstance(size, int) and size > 0
    if not isinstance(posted, dict):
        lost = Raw({"media": media_of(headers.get("content-type", "")), "bytes": size})
        return (lost, "the recording does not hold the body that was sent") if sent else (NO_BODY, "")
    kind = headers.get("content-type") or _text(posted.get("mimeType"))
    text = posted.get("text")
    if isinstance(text, str) and text:
        data = _decoded(text, posted.get("encoding"))
        return (read_body(data, kind), "") if data is not None else (Raw({"media": media_of(kind)}), "its base64 is broken")
    params = list(_pairs(posted.get("params")))
    if params and media_of(kind) in ("application/x-www-form-urlencoded", ""):
        return read_body(urlencode(params).encode(), kind or "application/x-www-form-urlencoded"), ""
    if params:
        return Raw({"media": media_of(kind)}), ""
    lost = Raw({"media": media_of(kind), "bytes": size})
    return (lost, "the recording does not hold the body that was sent") if sent else (NO_BODY, "")


def _response(answered: Mapping[str, JSON], status: int, method: str) -> tuple[Response | None, str]:
    """Return an answer, and why there is none, or not all of it."""
    if not status:
        told = next((answered[key] for key in ("_error", "_failureText", "comment") if _text(answered.get(key))), "")
        return None, "the recording holds no answer" + (f": {told}" if told else "")
    headers = _headers(answered.get("headers"))
    content = _mapping(answered.get("content"))
    if method == "HEAD" or status in _BODILESS:
        return Response(status, headers, NO_BODY), ""
    body, why = _body(content, headers)
    return Response(status, headers, body), why


def _body(content: Mapping[str, JSON], headers: Mapping[str, str]) -> tuple[JSON, str]:
    """Return the body of an answer, and why it is not all there."""
    told = _text(content.get("mimeType"))
    kind = headers.get("content-type") or ("" if told == "x-unknown" else told)
    text, size = content.get("text"), content.get("size")
    length = headers.get("content-length", "")
    size = size if isinstance(size, int) and size > 0 else 0
    lost = Raw({"media": media_of(kind), "bytes": size})
    if not isinstance(text, str) or not text:
        expected = size or (length.isdigit() and length.strip("0"))
        return (lost, "the recording does not hold the body") if expected else (NO_BODY, "")
    data = _decoded(text, content.get("encoding"))
    if data is not None and data.startswith(_GZIP) and "gzip" in headers.get("content-encoding", ""):
        data = _inflated(data)
    if data is None:
        return lost, "the recording does not hold the body as it came"
    body = read_body(data, kind)
    if isinstance(body, Raw) and body.why and len(data) < size:
        return lost, "the recording holds only the beginning of the body"
    return body, ""


def _decoded(text: str, encoding: JSON) -> bytes | None:
    """Return the bytes of a text; None where its base64 is broken."""
    if encoding != "base64":
        return text.encode(errors="replace")
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return None


def _inflated(data: bytes) -> bytes | None:
    """Return what was compressed, as far as it is read; None where it is broken."""
    try:
        return zlib.decompressobj(31).decompress(data, _MOST_BODY)
    except zlib.error:
        return None


def _headers(written: JSON) -> dict[str, str]:
    """Return headers, names in lower case; one that came several times has all its values."""
    found: dict[str, str] = {}
    for name, value in _pairs(written):
        name = name.lower()
        if name and not name.startswith(":"):  # HTTP/2 has its method and path among them
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _pairs(written: JSON) -> Iterator[tuple[str, str]]:
    """Yield names and values: a list of mappings, as the specification says, or a mapping."""
    if isinstance(written, dict):
        written = [{"name": name, "value": value} for name, value in written.items()]
    for each in written if isinstance(written, list) else ():
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            value = each.get("value")
            yield each["name"], value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _mapping(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else ""


# --- written ------------------------------------------------------------------------------------------------------------------


def har_start(creator: str, version: str) -> bytes:
    """Return how a recording begins: what follows are entries with commas between them, and :data:`HAR_END`."""
    log = {"version": "1.2", "creator": {"name": creator, "version": version}}
    return b'{"log":' + orjson.dumps(log).removesuffix(b"}") + b',"entries":[\n'


HAR_END: Final = b"\n]}}\n"


def har_entry(recorded: Recorded, redact: Callable[[str], str] = str) -> bytes:
    """Return an entry as it is written, on one line.

    Reading it gives the same again: where HAR cannot say something as it was, that stands beside it, under ``_cx``.

    Args:
        redact: Takes secrets out of a text; every text is handed to it.
    """
    recorded = redacted(recorded, redact)
    entry = _entry(recorded)
    again = _recorded(entry)
    exact: dict[str, JSON] = {"seconds": recorded.seconds}
    if again is None or not _same(again.request, recorded.request):
        exact["request"] = _request_as_it_was(recorded.request)
    if again is None or recorded.response is None or again.response is None or not _same(again.response, recorded.response):
        exact["response"] = None if recorded.response is None else _response_as_it_was(recorded.response)
    if again is None or again.why != recorded.why:
        exact["why"] = recorded.why
    entry[MARKS] = {**recorded.marks, "exact": exact}
    return _dumped(redacted_json(entry, redact, numbers=False))


def _entry(recorded: Recorded) -> dict[str, JSON]:
    request, milliseconds = recorded.request, recorded.seconds * 1000
    sent = _written_body(request.body)
    asked: dict[str, JSON] = {
        "method": request.method or "GET",
        "url": _url(request),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in request.headers.items()],
        "queryString": [{"name": name, "value": value} for name, value in request.query],
        "headersSize": -1,
        "bodySize": len(sent.encode(errors="replace")),
    }
    if request.body is not NO_BODY:
        asked["postData"] = {"mimeType": request.headers.get("content-type", ""), "text": sent}
    entry: dict[str, JSON] = {
        "startedDateTime": recorded.at.isoformat(timespec="microseconds"),
        "time": milliseconds,
        "request": asked,
        "response": _answer(recorded),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }
    for key, text in (("pageref", recorded.page), ("comment", recorded.comment)):
        if text:
            entry[key] = text
    return entry


def _answer(recorded: Recorded) -> dict[str, JSON]:
    response = recorded.response
    headers = {} if response is None else {name: _plain(value) for name, value in response.headers.items()}
    body = "" if response is None else _written_body(response.body)
    content: dict[str, JSON] = {"size": len(body.encode(errors="replace")), "mimeType": headers.get("content-type", "x-unknown")}
    if body:
        content["text"] = body
    answer: dict[str, JSON] = {
        "status": 0 if response is None else response.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in headers.items()],
        "content": content,
        "redirectURL": headers.get("location", ""),
        "headersSize": -1,
        "bodySize": content["size"],
    }
    return answer if response is not None else {**answer, "_error": recorded.why}


def _url(request: Request) -> str:
    path = _LONE_PERCENT.sub("%25", quote(request.path, safe="%/:@!$&'()*+,;=~-._"))
    path = path if not path or path.startswith("/") else f"/{path}"
    query = f"?{urlencode(request.query)}" if request.query else ""
    return f"{request.base or _NOWHERE}{path}{query}"


def _written_body(body: JSON) -> str:
    if body is NO_BODY:
        return ""
    return _text(body.get("text")) if isinstance(body, Raw) else _dumped(body).decode()


def _plain(value: JSON) -> str:
    return value if isinstance(value, str) else _dumped(value).decode()


def _dumped(value: JSON) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits, or half a surrogate pair
        return json.dumps(value).encode()


def _same(one: Any, other: Any) -> bool:
    """Tell whether a request or an answer is another, the kinds of their bodies included."""
    alike = type(one.body) is type(other.body) and getattr(one.body, "why", "") == getattr(other.body, "why", "")
    return alike and one == other


# --- as it was ----------------------------------------------------------------------------------------------------------------


def _request_as_it_was(request: Request) -> dict[str, JSON]:
    return {
        "method": request.method,
        "path": request.path,
        "query": [list(pair) for pair in request.query],
        "headers": dict(request.headers),
        "base": request.base,
        **_body_as_it_was(request.body),
    }


def _response_as_it_was(response: Response) -> dict[str, JSON]:
    return {
        "status": response.status,
        "headers": dict(response.headers),
        "assumed": response.assumed,
        **_body_as_it_was(response.body),
    }


def _body_as_it_was(body: JSON) -> dict[str, JSON]:
    if body is NO_BODY:
        return {}
    return {"raw": dict(body), "why": body.why} if isinstance(body, Raw) else {"json": body}


def _as_marked(recorded: Recorded, marks: Mapping[str, JSON]) -> Recorded:
    """Return an entry with what we wrote beside it in place of what HAR could not say."""
    exact = _mapping(marks.get("exact"))
    others = {name: value for name, value in marks.items() if name != "exact"}
    request, response = _mapping(exact.get("request")), _mapping(exact.get("response"))
    if request:
        pairs = [pair for pair in _listed(request.get("query")) if _are_texts(pair) and len(pair) == 2]
        texts = {name: value for name, value in _mapping(request.get("headers")).items() if isinstance(value, str)}
        method, path, base = (_text(request.get(key)) for key in ("method", "path", "base"))
        query = tuple((pair[0], pair[1]) for pair in pairs)
        recorded = replace(recorded, request=Request(method, path, query, texts, _body_back(request), base))
    status = _status(response.get("status"))
    if status:
        headers, assumed = _mapping(response.get("headers")), response.get("assumed") is True
        recorded = replace(recorded, response=Response(status, headers, _body_back(response), assumed))
    elif "response" in exact:
        recorded = replace(recorded, response=None)
    seconds, why = exact.get("seconds"), exact.get("why", recorded.why)
    return replace(recorded, seconds=float(seconds) if _is_number(seconds) else recorded.seconds, why=_text(why), marks=others)


def _body_back(written: Mapping[str, JSON]) -> JSON:
    if "raw" in written:
        return Raw(_mapping(written["raw"]), _text(written.get("why")))
    return written.get("json", NO_BODY)


def _listed(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _are_texts(value: JSON) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
