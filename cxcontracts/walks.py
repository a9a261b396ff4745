"""What was seen of running partners: the calls of a journey as they were made, and why some of them say nothing.

A walk is one way through a journey, with one row of givens. Where it comes from (partners that run, a recording) makes no
difference to who judges it.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from cxcontracts.estate.model import Journey
from cxcontracts.exchanges import JSON, Exchange, Raw, Request, Response

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
"""The methods that change nothing: RFC 9110, section 9.2.1, and the draft of QUERY."""

UNTRUSTED = "its certificate is not trusted"
"""How the words begin for a partner whose certificate nobody trusts, which is no outage."""


class Trouble(enum.StrEnum):
    """Why a call says nothing of what its partner promises."""

    UNREACHABLE = "unreachable"
    """Nobody took the connection, or it broke off: DNS, refused, reset, TLS."""
    SILENT = "silent"
    """No answer until the deadline."""
    GARBLED = "garbled"
    """What came back is no HTTP, or more than is read."""
    DOWN = "down"
    """The partner says that it is down: 502, 503, 504."""
    THROTTLED = "throttled"
    """The partner says that we ask too much: 429."""
    LOGIN = "login"
    """Our login is refused, or could not be had: 401, 403, 407, a login page."""
    NOT_THE_API = "not-the-api"
    """A web page came in place of the API: maintenance, a gateway."""
    FORBIDDEN = "forbidden"
    """The estate does not allow us to send it there."""
    SPENT = "spent"
    """The budget of requests or of time is used up."""
    WAITS = "waits"
    """It waits for a step that failed."""
    UNPREPARED = "unprepared"
    """What the journey starts from could not be had: a setup, a provider state, a value."""


BLAMELESS = frozenset({Trouble.FORBIDDEN, Trouble.SPENT, Trouble.WAITS, Trouble.UNPREPARED})
"""The troubles in which the partner had no part: nothing was asked of it."""


class Purpose(enum.StrEnum):
    """Why a call was made."""

    STEP = "step"
    """The step itself."""
    FUZZ = "fuzz"
    """The step, with another value of the space that customers are promised."""
    AGAIN = "again"
    """The same request a second time, as a customer who presses twice."""
    POLL = "poll"
    """The step once more before its last time, as its answer may still change."""
    LATE = "late"
    """The step, or the event that it waits for, once its time was over: it holds now."""
    INFORMS = "informs"
    """What ``informs`` brings about; *about* says which entry."""
    LEAST = "least"
    """The step with no more than what ``asks-at-most`` names."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What stands for a value that a partner would hand out which does not run.

    Attributes:
        values: In rows: the n-th goes with the n-th examples of the givens.
        known: Whether the partners that run surely know them; a refusal is theirs then.
    """

    values: Sequence[JSON]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Sighting:
    """What came of one call of a step, or of waiting for one event.

    Attributes:
        step: The step's name.
        request: What was sent, or would have been; an event's delivery. None where not even that is known.
        response: What came back; None where nothing did. Of an event: the message, as the one success that there is.
        trouble: Why it says nothing; None where it does.
        why: The trouble in words, e.g. ``connection refused``; empty without one.
        at: When it was sent; of an event, when it came.
        seconds: How long the answer took; of an event, since its step's ``after``.
        known: Every name that had a value when it was sent: givens and keeps.
        purpose: Why it was made.
        about: With :attr:`Purpose.INFORMS` the entry that it brings about; of fuzzing, what is unlike the walk's call.
        varied: With :attr:`Purpose.FUZZ`: the names whose values are not those of the walk, to the values sent.
        waits_for: With :attr:`Trouble.WAITS`: the step that failed.
    """

    step: str
    request: Request | None
    response: Response | None
    trouble: Trouble | None
    why: str
    at: datetime
    seconds: float
    known: Mapping[str, JSON] = field(default_factory=dict)
    purpose: Purpose = Purpose.STEP
    about: str = ""
    varied: Mapping[str, JSON] = field(default_factory=dict)
    waits_for: str = ""

    @property
    def exchange(self) -> Exchange | None:
        """The request with its answer, where there is one."""
        if self.request is None or self.response is None:
            return None
        return Exchange(self.request, self.response)


@dataclass(frozen=True)
class Walk:
    """One way through a journey.

    Attributes:
        journey: The journey.
        row: Which row of givens it took, from 0.
        attempt: Which try of that row it is, from 1.
        sightings: Everything that was seen, in the order in which it was sent.
        caught: Step to the fallback that was taken in its place.
        whole: False where one call was made again alone: nothing across steps can be seen of it.
        only_played: The steps that would have changed something, and were not made, as their partners do not run here.
    """

    journey: Journey
    row: int
    attempt: int
    sightings: Sequence[Sighting]
    caught: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    only_played: Sequence[str] = ()

    def of(self, step: str, *purposes: Purpose, about: str = "") -> Iterator[Sighting]:
        """Yield what was seen of a step, for some purposes: by default for its own sake.

        Args:
            about: Of what ``informs`` brings about, the entry.
        """
        wanted = purposes or (Purpose.STEP,)
        for each in self.sightings:
            if each.step == step and each.purpose in wanted and (each.purpose is not Purpose.INFORMS or each.about == about):
                yield each

    def due_to(self, varied: Mapping[str, JSON], about: str) -> Walk:
        """Return the walk with what its varied calls differ in, in words."""
        seen = [replace(each, varied=varied, about=about) if each.varied else each for each in self.sightings]
        return replace(self, sightings=seen)

    def until(self, step: str) -> Walk:
        """Return the walk as far as a step; all of it where the name is empty."""
        last = max((index for index, each in enumerate(self.sightings) if each.step == step), default=len(self.sightings) - 1)
        return replace(self, sightings=self.sightings[: last + 1])

    def later(self, sighting: Sighting) -> tuple[Walk, Sighting] | None:
        """Return the walk as if what came once its step's time was over had come in time, with what came; None where nothing did.

        Args:
            sighting: What was seen of the step until its time was over.
        """
        late = next(self.of(sighting.step, Purpose.LATE), None)
        if late is None:
            return None
        seen = [
            replace(late, purpose=sighting.purpose) if each is sighting else each for each in self.sightings if each is not late
        ]
        return replace(self, sightings=seen), late

    def latest(self, step: str) -> Sighting | None:
        """Return what a step said at last, also where it was only asked once more; None where it was never asked."""
        return next(reversed(tuple(self.of(step, Purpose.STEP, Purpose.POLL, Purpose.LATE, Purpose.FUZZ))), None)

    def last(self, step: str) -> Sighting | None:
        """Return what was seen of a step at last, for its own sake; None where nothing was."""
        return next(reversed(tuple(self.of(step))), None)


REFUSALS = frozenset({400, 404, 409, 410, 413, 414, 415, 422})
"""The answers that say no to what was sent: it is not taken, or names nothing that is there."""


def succeeded(response: Response, statuses: Sequence[int]) -> bool:
    """Tell whether an answer is a success of a step that expects these codes; any 2xx where it names none."""
    return response.status in statuses if statuses else 200 <= response.status < 300


def retry_after(response: Response, now: datetime) -> float | None:
    """Return the seconds that a partner asks us to wait (RFC 9110, section 10.2.3); None where it does not say, or says nonsense.

    What it asks for can be years: who waits has a budget. A date is read by the partner's own clock, where the answer shows it.

    Args:
        response: Its answer.
        now: When it came, aware.

    >>> retry_after(Response(429, {"retry-after": "120"}), datetime.now(UTC))
    120.0
    >>> retry_after(Response(503, {"retry-after": "-1e309"}), datetime.now(UTC)) is None
    True
    """
    written = str(response.headers.get("retry-after", "")).strip()
    if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,9})?", written):
        return float(written)
    until = _moment(written)
    if until is None:
        return None
    since = _moment(str(response.headers.get("date", "")))
    return max(0.0, (until - (since or now)).total_seconds())


def _moment(written: str) -> datetime | None:
    """Return the moment of a header (RFC 9110, section 5.6.7); None where it says none."""
    with suppress(ValueError, OverflowError, TypeError):
        day = parsedate_to_datetime(written)
        return day if day.tzinfo else day.replace(tzinfo=UTC)
    return None


_TROUBLES = (
    {429: Trouble.THROTTLED} | dict.fromkeys((502, 503, 504), Trouble.DOWN) | dict.fromkeys((401, 403, 407), Trouble.LOGIN)
)
_IN_WORDS = {
    Trouble.THROTTLED: "it throttles us",
    Trouble.DOWN: "it says that it is down",
    Trouble.LOGIN: "it refuses our login",
}


def trouble_of(response: Response, expected: Sequence[int], *, reads_pages: bool = False) -> tuple[Trouble, str] | None:
    """Return why an answer says nothing of what its partner promises, with the reason in words; None where it does.

    Args:
        expected: The codes that are right here, whatever they usually mean.
        reads_pages: Whether the contract promises web pages here.
    """
    if response.status in expected:
        return None
    trouble = _TROUBLES.get(response.status)
    if trouble is not None:
        return trouble, f"{_IN_WORDS[trouble]} ({response.status})"
    if 300 <= response.status < 400 and _LOGIN_PAGE.search(str(response.headers.get("location", ""))):
        return Trouble.LOGIN, f"it sends us to a login page ({response.status})"
    page = _page(response)
    if page and not reads_pages and 200 <= response.status < 300:
        if _LOGIN_FORM.search(page):
            return Trouble.LOGIN, f"a login page came in place of the API ({response.status})"
        return Trouble.NOT_THE_API, f"a web page came in place of the API ({response.status})"
    return None


_LOGIN_PAGE = re.compile(r"log-?in|sign-?in|/auth\b|oauth|/sso\b|saml", re.IGNORECASE)
_LOGIN_FORM = re.compile(r"<input[^>]{0,200}type=[\"']?password", re.IGNORECASE)
_PAGE = re.compile(r"\s*<(?:!doctype html|html|head|body)\b", re.IGNORECASE)


def _page(response: Response) -> str:
    """Return the text of a web page, whatever media type it claims; empty where the answer is none."""
    if not isinstance(response.body, Raw):
        return ""
    text = str(response.body.get("text", ""))
    return text if _PAGE.match(text) or response.body.get("media") == "text/html" else ""
