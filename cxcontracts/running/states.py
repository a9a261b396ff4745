"""Provider states, as Pact has them: the partner's own handler brings about what an interaction starts from.

Source: https://docs.pact.io/provider/using_provider_states_effectively; a handler is asked by ``POST`` with a JSON object of
``consumer``, ``state``, ``params`` and ``action``, and may answer with an object of values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import parse_qsl, urlsplit

from cxcontracts.exchanges import JSON, Raw, Request, Response
from cxcontracts.pacts import Interaction
from cxcontracts.walks import Trouble, trouble_of


class Came(Protocol):
    """What came of one request."""

    @property
    def request(self) -> Request:
        """As it was sent, or would have been."""

    @property
    def response(self) -> Response | None:
        """What came back; None where nothing did."""

    @property
    def data(self) -> bytes | None:
        """The bytes of its body, decoded of what ``Content-Encoding`` says; None where only the value is known."""

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing came back."""

    @property
    def why(self) -> str:
        """The trouble in words."""

    @property
    def at(self) -> datetime:
        """When it was sent."""

    @property
    def seconds(self) -> float:
        """How long the answer took."""


class Send(Protocol):
    """Sends a request to a partner, within all that the estate allows."""

    def __call__(self, partner: str, request: Request, *, safe: bool = False) -> Came:
        """Return what came of a request. One without a base goes to where the partner runs.

        Args:
            safe: Whether the request only asks, whatever its method.
        """


@dataclass(frozen=True, slots=True)
class State:
    """A provider state that an interaction starts from."""

    name: str
    params: Mapping[str, JSON] = field(default_factory=dict)


def states_of(interaction: Interaction) -> tuple[State, ...]:
    """Return the provider states of an interaction, in the order in which they are set up."""
    written = interaction.written
    single = written.get("providerState", written.get("provider_state"))
    if isinstance(single, str):
        return (State(single),) if single else ()
    listed = written.get("providerStates")
    named = [each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, dict) and each.get("name")]
    return tuple(State(str(each["name"]), _mapping(each.get("params"))) for each in named)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What came of setting up the states of one interaction.

    Attributes:
        values: What the handler returned, of all states.
        trouble, why: Why they are not set up; None, and empty, where they are.
    """

    values: Mapping[str, JSON] = field(default_factory=dict)
    trouble: Trouble | None = None
    why: str = ""


class Handler:
    """The provider-state handler of one partner.

    Args:
        send: Sends requests.
        partner: Whose it is.
        address: A URL, or a path below the partner's own.
    """

    def __init__(self, send: Send, partner: str, address: str) -> None:
        self._send = send
        self._partner = partner
        self._address = address

    def set_up(self, consumer: str, states: Sequence[State]) -> Prepared:
        """Set up states, one after the other. Where one fails, those before it are taken down again."""
        values: dict[str, JSON] = {}
        for number, state in enumerate(states):
            came = self._asked(consumer, state, "setup")
            refused = _refused(came)
            if refused is not None:
                self.take_down(consumer, states[:number])
                trouble = came.trouble if came.trouble in (Trouble.FORBIDDEN, Trouble.SPENT) else Trouble.UNPREPARED
                return Prepared({}, trouble, f"the state {state.name!r} could not be set up: {refused}")
            values |= _mapping(came.response.body if came.response is not None else None)
        return Prepared(values)

    def take_down(self, consumer: str, states: Sequence[State]) -> str:
        """Take down states, the last first.

        Returns:
            What is left of them, in words; empty where nothing is.
        """
        left = []
        for state in reversed(states):
            refused = _refused(self._asked(consumer, state, "teardown"))
            if refused is not None:
                left.append(f"the state {state.name!r} was not taken down: {refused}")
        return "; ".join(left)

    def _asked(self, consumer: str, state: State, action: Literal["setup", "teardown"]) -> Came:
        body = {"consumer": consumer, "state": state.name, "params": dict(state.params), "action": action}
        return self._send(self._partner, posted(self._address, body))


def posted(address: str, body: JSON) -> Request:
    """Return a request that posts JSON to a URL, or to a path below a partner's own."""
    parts = urlsplit(address)
    base = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return Request("POST", "/" + parts.path.lstrip("/"), query, {"content-type": "application/json"}, body, base)


def _refused(came: Came) -> str | None:
    """Return why a handler did not do as it was asked, in words; None where it did."""
    if came.response is None or came.trouble is not None:
        return came.why
    trouble = trouble_of(came.response, ())
    if trouble is not None:
        return trouble[1]
    status = came.response.status
    if 200 <= status < 300:
        return None
    return f"no handler takes it ({status})" if 400 <= status < 500 else f"the handler answers {status}"


def _mapping(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) and not isinstance(value, Raw) else {}
