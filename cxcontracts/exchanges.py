"""One request with its response: what every requirement is judged on, wherever it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = Any
"""A JSON value: dict, list, str, int, float, bool or None."""


class _NoBody:
    """The type of :data:`NO_BODY`."""

    def __repr__(self) -> str:
        return "NO_BODY"

    def __bool__(self) -> bool:
        return False


NO_BODY = _NoBody()
"""No body at all, which is not the same as a body that is ``null``."""


class Raw(dict[str, JSON]):
    """A body that is no JSON, as a path reads it: ``media``, ``bytes``, ``text``; of an image ``image.width``, ``image.height``.

    Attributes:
        why: Why it is none, where JSON was announced; else empty.
    """

    def __init__(self, parts: Mapping[str, JSON], why: str = "") -> None:
        super().__init__(parts)
        self.why = why


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes out.

    Attributes:
        method: Upper case.
        path: With its parameters filled in, without the query.
        query: Name and text, in the order of the URL; a name can come twice.
        headers: Name, in lower case, to value.
        body: A JSON value, :class:`Raw` for any other that was recorded, or :data:`NO_BODY`.
        base: Where it went: scheme, host and what comes before the path; empty where it went nowhere.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JSON = NO_BODY
    base: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """A response as it came in.

    Attributes:
        status: 100 to 599.
        headers: Name, in lower case, to value: text, or the JSON value that a contract's witness gives it.
        body: A JSON value, :class:`Raw` for any other that was seen, or :data:`NO_BODY`.
        assumed: True where no contract declares this answer: the refusal that a request witness may meet.
    """

    status: int
    headers: Mapping[str, JSON] = field(default_factory=dict)
    body: JSON = NO_BODY
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the response to it.

    Attributes:
        message: What the request delivers, by its name, and by its type where that is another: of an event, whose request nobody
            sees as a call. Empty for a call.
    """

    request: Request
    response: Response
    message: str = ""

    def as_json(self) -> dict[str, JSON]:
        """Return the exchange as the reports publish it."""
        request: dict[str, JSON] = {"method": self.request.method, "path": self.request.path}
        if self.request.base:
            request["base"] = self.request.base
        if self.request.query:
            request["query"] = [list(pair) for pair in self.request.query]
        if self.request.headers:
            request["headers"] = dict(self.request.headers)
        if self.request.body is not NO_BODY:
            request["body"] = self.request.body
        response: dict[str, JSON] = {"status": self.response.status}
        if self.response.headers:
            response["headers"] = dict(self.response.headers)
        if self.response.body is not NO_BODY:
            response["body"] = self.response.body
        if self.response.assumed:
            response["assumed"] = True
        return {"request": request, "response": response}
