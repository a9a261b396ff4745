"""Estates of a few lines, verified against partners that run on this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cxcontracts.asked import Asked as Wanted
from cxcontracts.exchanges import JSON
from cxcontracts.reports.curl import again
from cxcontracts.verifying import Hooks, verification
from tests.estates_made import Judged, judged, opened
from tests.partners_running import Answer, Asked, Partner, answer

SAID = "responses: {{'{status}': {{description: it, content: {{application/json: {{schema: {schema}}}}}}}}}"


def verify(
    root: Path, partners: Mapping[str, Partner] | None = None, hooks: Hooks | None = None, parts: int = 1, **wanted: Any
) -> Judged:
    """Verify an estate against partners that run; what is found is named ``step/kind:rest``.

    Args:
        parts: How many parts of the ids are left out: the journey, and with 2 its only step.
        wanted: What else :class:`cxcontracts.asked.Asked` takes; no values are varied unless it says so.
    """
    urls = {name: partner.url for name, partner in (partners or {}).items()} | wanted.pop("urls", {})
    asked = Wanted(**{"urls": urls, "varies": False, "deadline": 30.0, **wanted})
    with verification(opened(root, running=True), asked, again, hooks) as made:
        return judged(made.run(), parts)


def replying(reply: Callable[[Asked], bytes]) -> Answer:
    """Answer each request by what it asks."""

    def say(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(reply(asked))

    return say


def query(asked: Asked) -> dict[str, str]:
    """Return what a request has in its query, the first of each name."""
    return {name: values[0] for name, values in parse_qs(urlsplit(asked.target).query, keep_blank_values=True).items()}


def body(asked: Asked) -> JSON:
    """Return what a request has in its body."""
    return json.loads(asked.body)


def counting(*answers: bytes) -> Callable[[], bytes]:
    """Return what gives some answers in turn, the last one ever after."""
    left = list(answers)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


__all__ = ["answer", "body", "counting", "query", "replying", "verify"]
