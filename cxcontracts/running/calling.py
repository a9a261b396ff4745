"""Calls of running partners: one request out, and what came of it, whatever that is."""

from __future__ import annotations

import hashlib
import re
import secrets as chance
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Self
from urllib.parse import urlsplit

from cxcontracts import __version__
from cxcontracts.bodies import MOST_TEXT, raw, read_body, written_body
from cxcontracts.exchanges import JSON, NO_BODY, Request, Response
from cxcontracts.running.secrets import Secrets
from cxcontracts.running.targets import Target
from cxcontracts.running.transport import Carrier, Permit, Transport
from cxcontracts.running.wire import Failed, Incoming, Outgoing, origin_of, target_of
from cxcontracts.sanitise import harmless_line
from cxcontracts.walks import Trouble

RUN_HEADER: Final = "cxcontracts-run"
"""The header that carries the run's id, so that a partner finds our calls."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one call.

    Attributes:
        request: As it was sent, *base* filled in. What a login adds is shown by its name, ``$env.NAME``, or left out; left out is
            also what every request carries: ``user-agent``, ``traceparent``, the run's id.
        response: What came back, without secrets; with a trouble, what there is of it. None where nothing came.
        trouble: Why it says nothing of what the partner promises, as far as that needs no look at the status; None where it does.
        why: The trouble in words, on one line.
        at: When it was sent.
        seconds: How long it took.
    """

    request: Request
    response: Response | None
    trouble: Trouble | None
    why: str
    at: datetime
    seconds: float


class Partners:
    """The partners that run. Safe to use from several threads; a context that closes every connection in the end.

    Args:
        targets: Where each runs.
        limits: Partner to its ``limits``, as the estate has them.
        deadline: Seconds that one exchange may take in all.
        until: When the run has to end, by :func:`time.monotonic`; None for no end.
        run_id: Under what the partners find our calls.
    """

    def __init__(
        self,
        targets: Mapping[str, Target],
        *,
        limits: Mapping[str, Mapping[str, JSON]],
        deadline: float = 10.0,
        until: float | None,
        run_id: str,
    ) -> None:
        self._targets = targets
        self._limits = limits
        self._deadline = deadline
        self._until = until
        self._run_id = run_id
        self._trace = hashlib.sha256(run_id.encode()).hexdigest()[:32]
        self._carriers: dict[str, Carrier] = {name: _carrier(target) for name, target in targets.items()}
        self.secrets = Secrets()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for carrier in self._carriers.values():
            carrier.close()

    def send(self, partner: str, request: Request, *, identity: str = "", safe: bool = False) -> Came:
        """Return what came of a request. Nothing is raised, whatever the partner does.

        Args:
            partner: Its id; one of those that run.
            request: Its path is the operation's, with its parameters filled in.
            identity: Who asks: empty for the environment's own login, ``nobody`` for none, else one of its identities.
            safe: Whether the request only asks, whatever its method.

        Raises:
            KeyError: If the partner runs nowhere.
        """
        target = self._targets[partner]
        return self._send(target, replace(request, base=target.url.rstrip("/")), identity, safe)

    def _send(self, target: Target, request: Request, identity: str, safe: bool) -> Came:
        started, at = time.perf_counter(), datetime.now(UTC)
        try:
            request, outgoing = self._prepared(request)
            started, at = time.perf_counter(), datetime.now(UTC)
            incoming = self._exchange(self._carriers[target.partner], outgoing, safe)
        except Failed as failed:
            return self._came(request, failed.incoming, failed, at, time.perf_counter() - started)
        return self._came(request, incoming, None, at, time.perf_counter() - started)

    def _prepared(self, request: Request) -> tuple[Request, Outgoing]:
        """Return a request with what its body adds, and as it goes out."""
        headers = dict(request.headers)
        if request.body is not NO_BODY:
            headers.setdefault("content-type", "application/json")
        try:
            body = written_body(request.body, headers.get("content-type", ""))
        except (TypeError, ValueError) as error:
            raise Failed(Trouble.UNPREPARED, f"the body cannot be sent: {error}") from None
        request = replace(request, headers=headers)
        base = urlsplit(request.base)
        whole = {**self._our_headers(), **headers}
        target = target_of(base.path + request.path, request.query)
        return request, Outgoing(request.method, origin_of(request.base), target, tuple(whole.items()), body)

    def _our_headers(self) -> Mapping[str, str]:
        return {
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "user-agent": f"cxcontracts/{__version__}",
            "traceparent": f"00-{self._trace}-{chance.token_hex(8)}-01",
            RUN_HEADER: self._run_id,
        }

    def _exchange(self, carrier: Carrier, outgoing: Outgoing, safe: bool) -> Incoming:
        now = time.monotonic()
        moment = now + self._deadline
        if self._until is not None and self._until <= now:
            raise Failed(Trouble.SPENT, "the run's time is up")
        shortened = self._until is not None and self._until < moment
        try:
            return carrier.exchange(outgoing, self._until if shortened and self._until is not None else moment, safe=safe)
        except Failed as failed:
            if failed.trouble is not Trouble.SILENT:
                raise
            if shortened:
                raise Failed(Trouble.SPENT, "the run's time was up before the answer", failed.incoming) from None
            raise Failed(Trouble.SILENT, f"no answer within {self._deadline:g} s", failed.incoming) from None

    def _came(self, request: Request, incoming: Incoming | None, failed: Failed | None, at: datetime, seconds: float) -> Came:
        why = "" if failed is None else harmless_line(self.secrets.redact(failed.why))
        response = None if incoming is None else self._response(incoming, why)
        return Came(self._shown(request), response, None if failed is None else failed.trouble, why, at, seconds)

    def _response(self, incoming: Incoming, why: str) -> Response:
        headers: dict[str, JSON] = {}
        for name, value in incoming.headers:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        media = str(headers.get("content-type", ""))
        body = raw(incoming.body[:MOST_TEXT], media, why) if why else read_body(incoming.body, media)
        return Response(incoming.status, self.secrets.redacted(headers), self.secrets.redacted(body))

    def _shown(self, request: Request) -> Request:
        return request


def _carrier(target: Target) -> Carrier:
    return Transport(Permit(origin_of(target.url), target.hosts, target.may))


def retry_after(response: Response, now: datetime) -> float | None:
    """Return the seconds that a partner asks us to wait (RFC 9110, section 10.2.3); None where it does not say, or says nonsense.

    What it asks for can be years: who waits has a budget.

    Args:
        response: Its answer.
        now: The time, aware.

    >>> retry_after(Response(429, {"retry-after": "120"}), datetime.now(UTC))
    120.0
    >>> retry_after(Response(503, {"retry-after": "-1e309"}), datetime.now(UTC)) is None
    True
    """
    written = str(response.headers.get("retry-after", "")).strip()
    if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,9})?", written):
        return float(written)
    with suppress(ValueError, OverflowError, TypeError):
        day = parsedate_to_datetime(written)
        return max(0.0, ((day if day.tzinfo else day.replace(tzinfo=UTC)) - now).total_seconds())
    return None
