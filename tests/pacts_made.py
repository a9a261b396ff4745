"""Pact files made for tests, and answers as they come over the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cxcontracts.documents import parse
from cxcontracts.exchanges import JSON
from cxcontracts.pacts import Interaction, interactions
from cxcontracts.running.matching import Answer

AS_JSON = (("Content-Type", "application/json"),)


def document(*written: Mapping[str, Any], version: str = "3.0.0", key: str = "interactions", **keys: Any) -> bytes:
    """Return a Pact file of the consumer *web*."""
    listed = [{"description": f"d{number}", **each} for number, each in enumerate(written, 1)]
    metadata = {"metadata": {"pactSpecification": {"version": version}}} if version else {}
    return json.dumps({"consumer": {"name": "web"}, "provider": {"name": "p"}, key: listed} | metadata | keys).encode()


def read(*written: Mapping[str, Any], version: str = "3.0.0", key: str = "interactions") -> Sequence[Interaction]:
    """Return the interactions of a file in which nothing is wrong, as they are held against running partners."""
    found, problems = interactions(parse(document(*written, version=version, key=key), "pact.json"), running=True)
    assert problems == ()
    return found


def call(body: JSON = None, *, status: int = 200, rules: JSON = None, request: JSON = None, **response: Any) -> Mapping[str, Any]:
    """Return an interaction of version 3 that reads an answer."""
    given = {"body": body} if body is not None else {}
    answer = {"status": status, **given, **response, "matchingRules": rules or {}}
    return {"request": {"method": "GET", "path": "/thing", **(request or {})}, "response": answer}


def message(contents: JSON, metadata: Mapping[str, JSON] | None = None, **keys: Any) -> Mapping[str, Any]:
    """Return a message of version 4."""
    wrapped = {"contentType": "application/json", "encoded": False, "content": contents}
    return {"type": "Asynchronous/Messages", "contents": wrapped, "metadata": metadata or {}, **keys}


def answered(body: JSON, status: int = 200, *headers: tuple[str, str]) -> Answer:
    """Return an answer in JSON."""
    return Answer(status, (*AS_JSON, *headers), json.dumps(body).encode())
