"""A line for a shell that sends a request again; what is secret in it stays in the environment of whoever runs it."""

from __future__ import annotations

import re
import shlex
from urllib.parse import quote, urlencode

from cxcontracts.bodies import written_body
from cxcontracts.exchanges import NO_BODY, Request
from cxcontracts.redaction import without_credentials
from cxcontracts.walks import Sighting

_SECRET = re.compile(r"\$env\.([A-Za-z_][A-Za-z0-9_]*)")
_IN_QUOTES = re.compile(r'([$`"\\])')


def again(sighting: Sighting) -> str:
    """Return the line that sends again what was sent, without what is a credential by its name; empty where nothing was."""
    return curl(without_credentials(sighting.request)) if sighting.request is not None else ""


def curl(request: Request) -> str:
    r"""Return the line; empty for a request that went nowhere, or that has a body which cannot be sent.

    >>> curl(Request("GET", "/a b", (("q", "1"),), {"authorization": "Bearer $env.TOKEN"}, base="https://x.example/v1"))
    'curl -H "authorization: Bearer ${TOKEN}" \'https://x.example/v1/a%20b?q=1\''
    """
    if not request.base:
        return ""
    try:
        data = written_body(request.body, request.headers.get("content-type", "application/json"))
    except (TypeError, ValueError):
        return ""
    words = ["curl"]
    if request.method == "HEAD":
        words.append("-I")
    elif request.method != ("GET" if request.body is NO_BODY else "POST"):
        words += ["-X", shlex.quote(request.method)]
    words += [part for name, value in request.headers.items() for part in _header(name, value)]
    if request.body is not NO_BODY:
        words += ["--data-raw", _quoted(data.decode("utf-8", "backslashreplace"))]
    query = urlencode(request.query, safe="$", quote_via=quote)
    address = request.base.rstrip("/") + quote(request.path, safe="/%:@!$&'()*+,;=~-._") + (f"?{query}" if query else "")
    return " ".join([*words, _quoted(address)])


def _header(name: str, value: str) -> tuple[str, str]:
    """Return the words that send a header; a name and password that stay in the environment are curl's to encode."""
    scheme, _, login = value.partition(" ")
    if name.lower() == "authorization" and scheme.lower() == "basic" and _SECRET.search(login):
        return "-u", _quoted(login)
    return "-H", _quoted(f"{name}: {value}")


def _quoted(text: str) -> str:
    """Return a word for a shell in which nothing happens but that a secret is put in its place."""
    if _SECRET.search(text) is None:
        return shlex.quote(text)
    pieces = _SECRET.split(text)
    inside = (f"${{{piece}}}" if index % 2 else _IN_QUOTES.sub(r"\\\1", piece) for index, piece in enumerate(pieces))
    return f'"{"".join(inside)}"'.replace("!", "\"'!'\"")  # between double quotes a shell in use would recall a command
