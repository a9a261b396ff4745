"""Calls of running partners: one request out, and what came of it, whatever that is."""

from __future__ import annotations

import copy
import hashlib
import secrets as chance
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Self
from urllib.parse import parse_qsl, urljoin, urlsplit

from cxcontracts import __version__
from cxcontracts.bodies import MOST_TEXT, raw, read_body, sent_as, written_body
from cxcontracts.exchanges import JSON, NO_BODY, Raw, Request, Response
from cxcontracts.kinds.answers import NOBODY
from cxcontracts.redaction import hidden
from cxcontracts.running.apps import App
from cxcontracts.running.logins import Certified, Credential, Login, Signed, login, secrets_of, with_credentials
from cxcontracts.running.quotas import Limit, Quotas, run_folder
from cxcontracts.running.secrets import Secrets, insist_on_secret, read_secret
from cxcontracts.running.targets import Target
from cxcontracts.running.transport import Carrier, Permit, Transport
from cxcontracts.running.wire import Failed, Incoming, Origin, Outgoing, origin_of, target_of
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
        gone: Whether it may have reached the partner.
        data: The bytes of the body, as far as they were read, without secrets: for who compares them, and never written. None
            where nothing came.
    """

    request: Request
    response: Response | None
    trouble: Trouble | None
    why: str
    at: datetime
    seconds: float
    gone: bool = True
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Side:
    """A partner as one identity meets it.

    Attributes:
        shows: Whose certificate its connections show; ``nobody`` where they show none.
    """

    target: Target
    login: Login
    carrier: Carrier
    shows: str


class Partners:
    """The partners that run. Safe to use from several threads; a context that closes every connection in the end.

    Args:
        targets: Where each runs.
        limits: Partner to its ``limits``, as the estate has them.
        deadline: Seconds that one exchange may take in all.
        until: When the run has to end, by :func:`time.monotonic`; None for no end.
        run_id: Under what the partners find our calls.

    Attributes:
        secrets: What nobody may read: what we log in with, and credentials that requests themselves carried. For all that is
            written. What comes back is without the former alone: a journey that logs in has to read the token that it is given.
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
        self._deadline = deadline
        self._until = until
        self._stopped = threading.Event()
        self._afterwards = False
        self._run_id = run_id
        self._trace = hashlib.sha256(run_id.encode()).hexdigest()[:32]
        self._lock = threading.Lock()
        self._sides: dict[tuple[str, str], _Side] = {}
        self._handlers: dict[tuple[str, Origin], _Side] = {}
        self._carriers: list[Carrier] = []
        self._closing = ExitStack()
        self._quotas = self._closing.enter_context(_quotas(limits, deadline))
        self._ours = Secrets()
        self.secrets = Secrets()
        self._learn_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for carrier in self._carriers:
            carrier.close()
        self._closing.close()

    def send(self, partner: str, request: Request, *, identity: str = "", safe: bool = False) -> Came:
        """Return what came of a request. Nothing is raised, whatever the partner does.

        A credential that the request itself carries, in the header or the query of the login, takes the login's place.

        Args:
            partner: Its id; one of those that run.
            request: Its path is the operation's, with its parameters filled in.
            identity: Who asks: empty for the environment's own login, ``nobody`` for none, else one of its identities.
            safe: Whether the request only asks, whatever its method.

        Raises:
            KeyError: If the partner runs nowhere, or there is no such identity.
        """
        side = self._side(partner, identity)
        return self._send(side, replace(request, base=side.target.url.rstrip("/")), safe)

    def follow(self, partner: str, link: Request, *, beside: str = "", identity: str = "", safe: bool = False) -> Came:
        """Return what came of following a link that a partner gave.

        It leads to the partner's own origin, or to one of its ``hosts``; there nobody logs in, for they are not the partner.

        Args:
            partner: Whose rights and login it is followed with.
            link: Its path is the link, absolute or relative; its query is added to the link's own.
            beside: The address of the request in whose answer it stood; the partner's own where it is empty.
            identity, safe: As in :meth:`send`.

        Raises:
            KeyError: As :meth:`send` does.
        """
        side = self._side(partner, identity)
        base = side.target.url.rstrip("/") + "/"
        try:
            parts = urlsplit(urljoin(beside or base, link.path))
            origin = origin_of(parts.geturl())
            query = (*parse_qsl(parts.query, keep_blank_values=True), *link.query)
        except ValueError as error:
            failed = Failed(Trouble.FORBIDDEN, f"the link cannot be followed: {error}")
            return replace(self._came(side, link, (), None, failed, _now(), 0.0), gone=False)
        if origin != origin_of(base):
            side = self._side(partner, NOBODY)
        return self._send(side, replace(link, path=parts.path or "/", query=query, base=str(origin)), safe)

    def tell(self, partner: str, url: str, body: JSON) -> Came:
        """Return what came of posting to a handler that the user named for a partner: of provider states, of messages.

        Who names it, allows it, wherever it is; nothing that a partner says ever leads there. Away from the partner's own origin
        nobody logs in.

        Args:
            url: Absolute, or as it goes on from the partner's own.

        Raises:
            KeyError: If the partner runs nowhere.
        """
        side = self._side(partner, "")
        base = side.target.url.rstrip("/") + "/"
        json = {"content-type": "application/json"}
        try:
            parts = urlsplit(urljoin(base, url))
            origin = origin_of(parts.geturl())
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        except ValueError as error:
            failed = Failed(Trouble.FORBIDDEN, f"the handler cannot be told: {error}")
            came = self._came(side, Request("POST", url, (), json, body), (), None, failed, _now(), 0.0)
            return replace(came, gone=False)
        if origin != origin_of(base):
            side = self._handler(side, origin)
        return self._send(side, Request("POST", parts.path or "/", query, json, body, str(origin)), safe=True)

    def is_own(self, partner: str, url: str, beside: str = "") -> bool:
        """Tell whether a link, absolute or relative, leads to the partner's own origin.

        Args:
            beside: As in :meth:`follow`.
        """
        base = self._targets[partner].url.rstrip("/") + "/"
        try:
            return origin_of(urljoin(beside or base, url)) == origin_of(base)
        except ValueError:
            return False

    def stop(self) -> None:
        """End all that is under way, and send nothing more: each call is :attr:`~cxcontracts.walks.Trouble.SPENT`."""
        self._until = float("-inf")
        self._stopped.set()
        if self._quotas is not None:
            self._quotas.stop()
        for carrier in list(self._carriers):
            carrier.break_off()

    def afterwards(self, seconds: float) -> Partners:
        """Return the same partners for what has to be done whatever becomes of the run: its time is its own, all else holds.

        Args:
            seconds: How long it may take from now.
        """
        others = copy.copy(self)
        others._until = time.monotonic() + seconds
        others._afterwards = True
        return others

    def _side(self, partner: str, identity: str) -> _Side:
        found = self._sides.get((partner, identity))
        if found is None:
            with self._lock:
                found = self._sides.get((partner, identity)) or self._new_side(self._targets[partner], identity)
                self._sides[partner, identity] = found
        return found

    def _handler(self, side: _Side, origin: Origin) -> _Side:
        """Return a handler of a partner, with connections of its own: what may be told there, and to nobody else."""
        with self._lock:
            key = (side.target.partner, origin)
            if key not in self._handlers:
                carrier = self._carrier(Permit(origin, may=("write",)), Login())
                self._handlers[key] = _Side(side.target, Login(), carrier, NOBODY)
            return self._handlers[key]

    def _new_side(self, target: Target, identity: str) -> _Side:
        written = None if identity == NOBODY else target.identities[identity] if identity else target.auth
        found = login(written, target.folder, self._learn, self._carrier_of_tokens)
        shows = identity if isinstance(found, Certified) else NOBODY
        alike = (side for side in self._sides.values() if (side.target.partner, side.shows) == (target.partner, shows))
        known = next((side.carrier for side in alike), None)
        if known is None:
            known = self._carrier(Permit(origin_of(target.url), target.hosts, target.may), found, target.app)
        return _Side(target, found, known, shows)

    def _carrier_of_tokens(self, url: str) -> Carrier:
        return self._carrier(Permit(origin_of(url), may=("write",)), Login())

    def _carrier(self, permit: Permit, login: Login, app: str = "") -> Carrier:
        carrier: Carrier = App(app, permit) if app else Transport(permit, login.context)
        self._carriers.append(carrier)
        return carrier

    def _learn_all(self) -> None:
        """Learn each secret before anything is sent: what one partner echoes may be what we log in with at another, later."""
        for target in self._targets.values():
            for written in (target.auth, *target.identities.values()):
                for reference in secrets_of(written):
                    with suppress(Failed):  # who logs in with it is told
                        self._learn(insist_on_secret(reference, read_secret(reference, target.folder)), reference)

    def _learn(self, value: str, shown: str) -> None:
        self._ours.add(value, shown)
        self.secrets.add(value, shown)

    def _send(self, side: _Side, request: Request, safe: bool) -> Came:
        at, started = _now(), time.perf_counter()
        credentials: Sequence[Credential] = ()
        gone = False
        try:
            request, outgoing = self._prepared(request)
            for last in (False, True):
                credentials = self._credentials(side, request, outgoing)
                with self._turn(side.target.partner):
                    self._moment()
                    gone = True
                    at, started = _now(), time.perf_counter()
                    incoming = self._exchanged(side.carrier, with_credentials(outgoing, credentials), safe)
                if not side.login.renewed(credentials, incoming.status) or last:
                    break
        except Failed as failed:
            came = self._came(side, request, credentials, failed.incoming, failed, at, time.perf_counter() - started)
            return replace(came, gone=gone and failed.trouble is not Trouble.FORBIDDEN)
        return self._came(side, request, credentials, incoming, None, at, time.perf_counter() - started)

    def _prepared(self, request: Request) -> tuple[Request, Outgoing]:
        """Return a request with what its body adds, and as it goes out but for the login."""
        headers = dict(request.headers)
        if request.body is not NO_BODY:
            headers["content-type"] = sent_as(request.body, headers.get("content-type", "application/json"))
        request = replace(request, headers=headers)
        origin = origin_of(request.base)
        base = request.base.partition("://")[2].partition("/")[2]
        try:
            body = written_body(request.body, headers.get("content-type", ""))
            target = target_of(f"/{base}{request.path}" if base else request.path, request.query)
        except (TypeError, ValueError) as error:
            raise Failed(Trouble.UNPREPARED, f"the request cannot be written: {error}") from None
        return request, Outgoing(request.method, origin, target, tuple({**self._our_headers(), **headers}.items()), body)

    def _our_headers(self) -> Mapping[str, str]:
        return {
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "user-agent": f"cxcontracts/{__version__}",
            "traceparent": f"00-{self._trace}-{chance.token_hex(8)}-01",
            RUN_HEADER: self._run_id,
        }

    def _credentials(self, side: _Side, request: Request, outgoing: Outgoing) -> Sequence[Credential]:
        """Return what the login adds, but for what the request itself carries."""
        added = side.login.credentials(outgoing, self._moment()[0])
        if not added:
            return ()
        carried = {("header", name) for name in request.headers} | {("query", name) for name, _ in request.query}
        return [each for each in added if (each.place, each.name) not in carried]

    def _turn(self, partner: str) -> AbstractContextManager[None]:
        return nullcontext() if self._quotas is None else self._quotas.turn(partner, self._until, stopped=self._afterwards)

    def _moment(self) -> tuple[float, bool]:
        """Return when an exchange that begins now has to end, and whether that is because the run does."""
        now = time.monotonic()
        until = self._until
        if until is None or until > now + self._deadline:
            return now + self._deadline, False
        if until <= now:
            raise Failed(Trouble.SPENT, _INTERRUPTED if until == float("-inf") else _TIME_IS_UP)
        return until, True

    def _exchanged(self, carrier: Carrier, outgoing: Outgoing, safe: bool) -> Incoming:
        """Return what comes of a request: again, where the end of the run broke it off and it has to be done all the same."""
        ended = self._stopped.is_set()
        try:
            return self._exchange(carrier, outgoing, safe)
        except Failed:
            broken_off = self._afterwards and self._stopped.is_set() and not ended
            if not broken_off or outgoing.method not in _IDEMPOTENT:
                raise
        return self._exchange(carrier, outgoing, safe)

    def _exchange(self, carrier: Carrier, outgoing: Outgoing, safe: bool) -> Incoming:
        moment, is_the_last = self._moment()
        try:
            return carrier.exchange(outgoing, moment, safe=safe)
        except Failed as failed:
            if self._until == float("-inf"):
                raise Failed(Trouble.SPENT, _INTERRUPTED) from None
            if failed.trouble is not Trouble.SILENT:
                raise
            if is_the_last:
                raise Failed(Trouble.SPENT, f"{_TIME_IS_UP} before the answer", failed.incoming) from None
            raise Failed(Trouble.SILENT, f"no answer within {self._deadline:g} s", failed.incoming) from None

    def _came(
        self,
        side: _Side,
        request: Request,
        credentials: Sequence[Credential],
        incoming: Incoming | None,
        failed: Failed | None,
        at: datetime,
        seconds: float,
    ) -> Came:
        secrets = self._ours
        if isinstance(side.login, Signed) and credentials:
            secrets = secrets.copy()
            for each in credentials:
                secrets.add(each.value)
        why = "" if failed is None else harmless_line(secrets.hide(failed.why))
        response = None if incoming is None else _response(incoming, why, secrets)
        trouble = None if failed is None else failed.trouble
        data = None if incoming is None else secrets.redact_bytes(incoming.body)
        return Came(self._shown(request, credentials, secrets), response, trouble, why, at, seconds, data=data)

    def _shown(self, request: Request, credentials: Sequence[Credential], secrets: Secrets) -> Request:
        """Return a request as it is shown: without what is secret in it, and with the names of what the login adds."""
        headers = {name: self._hidden(name, value) for name, value in request.headers.items()}
        query = [(name, self._hidden(name, value)) for name, value in request.query]
        headers |= {each.name: each.shown for each in credentials if each.place == "header" and each.shown}
        query += [(each.name, each.shown) for each in credentials if each.place == "query" and each.shown]
        return Request(
            request.method,
            secrets.hide(request.path),
            tuple((secrets.hide(name), secrets.hide(value)) for name, value in query),
            {name: secrets.hide(value) for name, value in headers.items()},
            secrets.redacted(request.body),
            request.base,
        )

    def _hidden(self, name: str, value: str) -> str:
        """Return the value of a header or parameter, without the credential that it is by its name."""
        shown, found = hidden(name, value)
        for each in found:
            self.secrets.add(each)
        return shown


_TIME_IS_UP: Final = "the run's time is up"
_INTERRUPTED: Final = "the run was interrupted"

_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""The methods that do no more the second time: RFC 9110, section 9.2.2."""


@contextmanager
def _quotas(written: Mapping[str, Mapping[str, JSON]], deadline: float) -> Iterator[Quotas | None]:
    """Give what keeps to the limits of an estate; None where it has none."""
    limits = {name: limit for name, limit in ((name, Limit.of(each)) for name, each in written.items()) if limit}
    if not limits:
        yield None
        return
    with run_folder() as folder, closing(Quotas(limits, folder, deadline)) as quotas:
        yield quotas


def _now() -> datetime:
    return datetime.now(UTC)


def _response(incoming: Incoming, why: str, secrets: Secrets) -> Response:
    """Return a response without secrets.

    Args:
        incoming: As it came.
        why: Why its body is not all of it; empty where it is.
        secrets: What is taken out.
    """
    headers: dict[str, JSON] = {}
    for name, value in incoming.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    media = str(headers.get("content-type", ""))
    data = incoming.body
    if why:
        body: JSON = raw(secrets.redact_bytes(data)[:MOST_TEXT], media, why)
    else:
        body = read_body(data, media)
        if isinstance(body, Raw) and len(data) > MOST_TEXT and "text" in body:  # where it is cut, half of a secret may be left
            body = Raw({**body, "text": str(raw(secrets.redact_bytes(data), media).get("text", ""))}, body.why)
    if isinstance(body, Raw) or secrets.may_be_in(data):
        body = secrets.redacted(body)
    return Response(incoming.status, secrets.redacted(headers), body)
