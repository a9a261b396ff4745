"""The lines about technology: the contract, the way there, the login, and what happens when it goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from cxcontracts.contracts.operation import Operation
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON, Raw
from cxcontracts.findings import Harm
from cxcontracts.onboarding.dossier import Dossier
from cxcontracts.onboarding.needs import idle, is_impossible, of_kinds, on_answers, on_contract, own
from cxcontracts.onboarding.scorecard import (
    Basis,
    Evidence,
    Line,
    Outcome,
    Pillar,
    Turn,
    failed,
    not_applicable,
    not_evidenced,
    passed,
)
from cxcontracts.paths import found, parse_path
from cxcontracts.problems import Problem
from cxcontracts.walks import UNTRUSTED, Sighting, Trouble
from cxcontracts.wording import listed

MOST_SKEW: Final = 300
"""Seconds that a partner's clock may be off: those that Standard Webhooks gives a signature."""

PROBLEM: Final = "application/problem+json"

_NOT_THE_CUSTOMERS: Final = frozenset({"401", "403", "407", "429"})
"""The errors that no customer brings about."""

_KEY: Final = re.compile(r"(?:x-)?idempotency-key", re.IGNORECASE)
_READS: Final = re.compile(":(?:tells|needs):")
"""What is in the id of a need that reads something in an error."""

_INTERNALS: Final = re.compile(
    r"Traceback \(most recent call last\)|\n\s+at [\w.$<>]+\(|SQLSTATE\[|ORA-\d{5}|java\.lang\.\w+Exception|System\.\w*Exception"
)
"""What a program says to its makers."""

_VERSION: Final = re.compile(
    r"(?:^|[/.\-_])v\d+(?:[./\-_]|$)|(?:^|/)\d{4}-\d{2}(?:-\d{2})?(?:/|$)|[;.+]\s*v(?:ersion)?=?\d", re.I
)
"""How an address, or a media type, names a version."""

_VERSIONED_HEADER: Final = re.compile(r"(?:.*[-_])?version|.*-api-date", re.IGNORECASE)


def _present(dossier: Dossier) -> Outcome:
    partner = dossier.partner
    files = [file for file in (partner.contract, partner.events) if file]
    if not files:
        return failed("partner.yaml names no contract", [Evidence("partner.yaml has no contract", partner.locate("partner"))])
    return passed(f"{listed(files)} {'is' if len(files) == 1 else 'are'} the contract of record")


def _valid(dossier: Dossier) -> Outcome:
    if dossier.unread:
        return failed(f"it cannot be read: {dossier.unread[0].what}", _written(dossier.unread))
    if dossier.record is None:
        return not_evidenced("there is no contract")
    if dossier.mistakes:
        first = dossier.mistakes[0]
        more = f", and {len(dossier.mistakes) - 1:,} more mistakes" if len(dossier.mistakes) > 1 else ""
        return failed(f"{first.what}{more}", _written(dossier.mistakes))
    return passed("it can be read, and every reference leads somewhere")


def _complete(dossier: Dossier) -> Outcome:
    if dossier.unknown:
        more = f", and {len(dossier.unknown) - 1:,} more" if len(dossier.unknown) > 1 else ""
        return failed(f"{dossier.unknown[0].what}{more}", _written(dossier.unknown))
    found_ = on_contract(dossier, own(dossier), bad=is_impossible)
    if found_ is None:
        return passed("it has all that journeys ask for")
    if found_.standing == "passed":
        return passed(
            f"it knows every operation and event that journeys ask for: {len(dossier.operations) + len(dossier.events):,}"
        )
    return found_


def _written(problems: Sequence[Problem]) -> list[Evidence]:
    return [Evidence(each.what, each.place) for each in problems]


# --- the way there --------------------------------------------------------------------------------------------------------------


def _reachable(dossier: Dossier) -> Outcome:
    live = dossier.live
    assert live is not None
    if live.silence:
        return not_evidenced(live.silence)
    tries = len(live.calls)
    answered = len(live.answered)
    if answered < tries:
        lost = [each for each in live.calls if each.response is None and each.trouble in (Trouble.UNREACHABLE, Trouble.SILENT)]
        if lost:
            return not_evidenced(f"{len(lost):,} of {tries:,} calls had no answer: {lost[0].why}")
    return passed(f"{live.url} answered {_times(answered)}")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def _tls(dossier: Dossier) -> Outcome:
    live = dossier.live
    assert live is not None
    untrusted = next((each.why for each in live.calls if each.why.startswith(UNTRUSTED)), "")
    if untrusted:
        return failed(untrusted, [Evidence(f"{live.url}: {untrusted}")])
    if live.url.startswith("https://"):
        return not_evidenced(live.silence) if live.silence else passed("its certificate is trusted, for this name and this day")
    if live.here:
        return not_applicable("it runs on this machine")
    return failed("it is called by http: everybody on the way reads what customers say", [Evidence(live.url)])


def _clock(dossier: Dossier) -> Outcome:
    assert dossier.live is not None
    skews = [(skew, each) for each in dossier.live.answered if (skew := _skew(each)) is not None]
    if not skews:
        return not_evidenced("no answer says in Date what time it is (RFC 9110, section 6.6.1)")
    worst, seen = max(skews, key=lambda pair: abs(pair[0]))
    if abs(worst) > MOST_SKEW:
        because = f"its clock is {abs(worst):,.0f} s {'ahead' if worst > 0 else 'behind'}"
        return failed(because, [_exchange(f"Date: {_header(seen, 'date')}, at {seen.at:%Y-%m-%d %H:%M:%S} UTC", seen)])
    return passed(f"its clock is at most {abs(worst):,.0f} s off")


def _skew(sighting: Sighting) -> float | None:
    """Return how many seconds a partner's clock is ahead of ours; None where it does not say, or a cache answered for it."""
    if sighting.response is None or "age" in sighting.response.headers:
        return None
    try:
        said = parsedate_to_datetime(_header(sighting, "date"))
    except (TypeError, ValueError, OverflowError):
        return None
    said = said if said.tzinfo else said.replace(tzinfo=UTC)
    early, late = sighting.at.timestamp(), sighting.at.timestamp() + max(sighting.seconds, 0.0)
    then = said.timestamp()
    return then - late if then > late else min(then + 1 - early, 0.0)  # Date has whole seconds


def _header(sighting: Sighting, name: str) -> str:
    return str(sighting.response.headers.get(name, "")) if sighting.response is not None else ""


def _exchange(what: str, sighting: Sighting) -> Evidence:
    return Evidence(what, exchange=sighting.exchange)


# --- the login ------------------------------------------------------------------------------------------------------------------


def _login_declared(dossier: Dossier) -> Outcome:
    logs_in = _logs_in(dossier)
    silent: dict[str, Operation] = {}
    unrefused: dict[str, Operation] = {}
    asking = 0
    for scene in dossier.calls:
        asked = [schemes for schemes in scene.operation.security if schemes]
        name = str(scene.operation)
        if asked:
            asking += 1
            if scene.operation.answer_to(401) is None:
                unrefused[name] = scene.operation
        elif logs_in and scene.step.identity != "nobody":
            silent[name] = scene.operation
    if silent and not asking:
        evidence = [dossier.at(each, "says nothing of a login") for each in silent.values()]
        return failed("we log in, and the contract says nothing of it", evidence, customers=dossier.customers(silent))
    if unrefused:
        evidence = [dossier.at(each, "does not say what a refused login is answered") for each in unrefused.values()]
        because = f"nothing is said of 401 at {_some(list(unrefused))}"
        return failed(because, evidence, customers=dossier.customers(unrefused))
    return (
        passed("the contract says how to log in, and what is answered to who may not")
        if asking
        else not_applicable("nobody logs in")
    )


def _some(names: Sequence[str], most: int = 3) -> str:
    """Return a few names as a list in a sentence."""
    return listed([*names[:most], *([f"{len(names) - most:,} more"] if len(names) > most else [])])


def _login_works(dossier: Dossier) -> Outcome:
    live = dossier.live
    assert live is not None
    refused = [each for each in live.seen if each.trouble is Trouble.LOGIN]
    unready = [each for each in live.seen if each.trouble is Trouble.UNPREPARED]
    right = [each for each in live.seen if each.response is not None and each.trouble is None and each.response.status < 400]
    answered = [each for each in refused if each.response is not None]
    if answered and not right:
        what = f"it refuses our login: {answered[0].why}"
        return failed(what, [_exchange(answered[0].why, answered[0])], Turn.OURS)
    if refused and not right:
        return not_evidenced(refused[0].why, turn=Turn.OURS)
    if unready and not right:
        return not_evidenced(unready[0].why, turn=Turn.OURS)
    if not right:
        return not_evidenced(live.unwalked or "no journey had an answer", turn=Turn.OURS if live.unwalked else None)
    return passed(f"it let us in {_times(len(right))}")


def _nobody_logs_in(dossier: Dossier) -> str:
    """Say that nobody logs in, where neither we do nor the contract asks for it."""
    if _logs_in(dossier):
        return ""
    try:
        asked = any(scene.operation.security and all(scene.operation.security) for scene in dossier.calls)
    except ContractError:
        return ""
    return "" if asked or dossier.unread else "nobody logs in"


def _logs_in(dossier: Dossier) -> bool:
    if dossier.live is not None:
        return bool(dossier.live.login)
    return bool(dossier.partner.auth) or any(each.auth for each in dossier.partner.environments.values())


def _login_refused(dossier: Dossier) -> Outcome:
    live = dossier.live
    assert live is not None
    tried = live.wrong_login
    if tried is None:
        return not_evidenced(live.unasked or "there was no call to try it with", turn=Turn.OURS)
    if tried.response is None or tried.response.status in (429, 502, 503, 504):
        return not_evidenced(tried.why or f"it answered {tried.response.status if tried.response else 'nothing'}")
    status = tried.response.status
    if status == 401:
        return passed("a login that nobody has is refused with 401")
    what = "takes a login that nobody has" if status < 300 else "does not say that the login is wrong"
    return failed(f"it answers {status}, so it {what}; 401 says it", [_exchange(f"a wrong login is answered {status}", tried)])


# --- errors ---------------------------------------------------------------------------------------------------------------------


def _errors_promised(dossier: Dossier) -> Outcome:
    told = on_contract(dossier, of_kinds(dossier, "informs"))
    if told is not None and told.standing == "failed":
        return told
    asked = {each.operation for each in dossier.findings if each.kind == "informs" and _READS.search(each.id)}
    mute = {name: each for name, each in dossier.operations.items() if name not in asked and not any(_informs(each))}
    if mute:
        evidence = [dossier.at(each, "promises no error that says what happened") for each in mute.values()]
        return failed(f"no error says what happened at {_some(list(mute))}", evidence, customers=dossier.customers(mute))
    return (
        told
        if told is not None and told.standing != "passed"
        else passed("each operation promises errors that say what happened")
    )


def _informs(operation: Operation) -> Iterator[bool]:
    """Yield, for each error that customers can bring about, whether it comes as a problem of RFC 9457."""
    for key, answer in operation.answers.items():
        if key == "default" or (key.startswith("4") and key not in _NOT_THE_CUSTOMERS):
            yield any(media.name == PROBLEM for media in answer.media)


def _errors_inform(dossier: Dossier) -> Outcome:
    assert dossier.live is not None
    leaks = [each for each in dossier.live.answered if _internals(each)]
    if leaks:
        return failed("an error shows the inside of the program", [_exchange("the inside of the program", leaks[0])])
    told = on_answers(dossier, of_kinds(dossier, "informs"))
    if told is not None and told.standing == "failed":
        return told
    errors = [each for each in dossier.live.seen if _is_error(each)]
    mute = [each for each in errors if not _tells(dossier, each)]
    if mute:
        status = mute[0].response.status if mute[0].response is not None else 0
        request = mute[0].request
        what = f"{request.method} {request.path}" if request is not None else mute[0].step
        return failed(f"the {status} of {what} does not say what happened", [_exchange(what, mute[0])])
    if told is not None and told.standing != "passed":
        return told
    if errors:
        return passed(f"{'the one error' if len(errors) == 1 else f'all {len(errors):,} errors'} seen said what happened")
    return idle(dossier, "informs") or not_applicable("no journey brings an error about, and none was seen")


def _internals(sighting: Sighting) -> bool:
    response = sighting.response
    if response is None or response.status < 400:
        return False
    text = response.body.get("text", "") if isinstance(response.body, Raw) else _texts(response.body)
    return bool(_INTERNALS.search(str(text)))


def _texts(value: JSON, depth: int = 0) -> str:
    if depth > 8:
        return ""
    if isinstance(value, dict):
        return "\n".join(_texts(each, depth + 1) for each in value.values())
    if isinstance(value, list):
        return "\n".join(_texts(each, depth + 1) for each in value[:50])
    return value if isinstance(value, str) else ""


def _is_error(sighting: Sighting) -> bool:
    response = sighting.response
    return response is not None and 400 <= response.status < 500 and sighting.trouble is None


def _tells(dossier: Dossier, sighting: Sighting) -> bool:
    """Tell whether an error says what happened: as a problem, or where some journey reads it in this partner's errors."""
    response = sighting.response
    if response is None:
        return False
    body = response.body
    media = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    if media == PROBLEM and isinstance(body, dict) and any(isinstance(body.get(key), str) for key in ("title", "detail")):
        return True
    read = [entry for scene in dossier.calls for entry in scene.step.asks.get("informs", ())]
    paths = {path for entry in read if isinstance(entry.get("tells"), dict) for path in entry["tells"].values()}
    paths |= {path for entry in read for path in entry.get("needs", {})}
    return any(isinstance(value, str) and value for path in paths for value in found(parse_path(path), response))


# --- again, and for how long ----------------------------------------------------------------------------------------------------


def _idempotent(dossier: Dossier) -> Outcome:
    making = {
        str(scene.operation): scene.operation
        for scene in dossier.calls
        if scene.operation.method in ("POST", "PATCH") and not scene.step.safe
    }
    asked = on_contract(dossier, of_kinds(dossier, "repeat-safe"))
    if asked is not None and asked.standing == "failed":
        return asked
    if not making:
        return not_applicable("no journey creates or pays anything there")
    known = {each.operation for each in dossier.findings if each.kind == "repeat-safe"}
    bare = {
        name: operation
        for name, operation in making.items()
        if name not in known and not any(each.place == "header" and _KEY.fullmatch(each.name) for each in operation.parameters)
    }
    if bare:
        evidence = [dossier.at(each, "takes no Idempotency-Key") for each in bare.values()]
        because = f"no Idempotency-Key is taken at {_some(list(bare))}"
        return failed(because, evidence, customers=dossier.customers(bare))
    return passed("whatever creates or pays takes an Idempotency-Key, or may be repeated")


def _repeats(dossier: Dossier) -> Outcome:
    live = dossier.live
    assert live is not None
    seen = on_answers(dossier, of_kinds(dossier, "repeat-safe"))
    if seen is not None:
        return seen
    waiting = idle(dossier, "repeat-safe") or not_evidenced("no journey came as far as its second press")
    if not live.writes:
        return not_evidenced("we may not write there: may: [read, write]", waiting.evidence, Turn.OURS)
    return waiting


def _versioned(dossier: Dossier) -> Outcome:
    if not dossier.version.version:
        return failed("the contract has no info.version")
    places = list(_version_places(dossier))
    if places:
        return passed(f"the contract is version {dossier.version.version}, and {places[0]} names the version too")
    if not dossier.operations and dossier.events:
        return passed(f"the contract is version {dossier.version.version}")
    evidence = [dossier.at(each) for each in list(dossier.operations.values())[:1]]
    people = dossier.customers(dossier.operations)
    return failed("no address, header or media type says which version is meant", evidence, customers=people)


def _version_places(dossier: Dossier) -> Iterator[str]:
    assert dossier.record is not None
    urls = [each.url for each in dossier.partner.environments.values() if each.url]
    urls += [dossier.live.url] if dossier.live is not None else []
    for address in (*dossier.record.contract.bases, *urls):
        if _VERSION.search(address):
            yield f"the address {address}"
    for operation in list(dossier.operations.values()) or list(dossier.record.contract.operations())[:50]:
        if _VERSION.search(operation.path):
            yield f"the path {operation.path}"
        try:
            header = next((p for p in operation.parameters if p.place == "header" and _VERSIONED_HEADER.fullmatch(p.name)), None)
            media = [media.name for answer in operation.successes(()) for media in answer.media]
        except ContractError:
            continue
        if header is not None:
            yield f"the header {header.name}"
        yield from (f"the media type {name}" for name in media if _VERSION.search(name))


LINES: Final = (
    Line(
        "contract-present",
        Pillar.TECHNOLOGY,
        "There is a contract of record",
        "Without one nobody sees a change coming before customers do.",
        "Give us an OpenAPI or AsyncAPI document; cxcontracts partner add takes it in.",
        Turn.PARTNERS,
        Basis.ESTATE,
        Harm.BLOCKED,
        "partner.yaml names a `contract` or `events`.",
        _present,
    ),
    Line(
        "contract-valid",
        Pillar.TECHNOLOGY,
        "The contract is valid",
        "What nobody can read promises nothing.",
        "Mend the document at the place that is named.",
        Turn.PARTNERS,
        Basis.ESTATE,
        Harm.BLOCKED,
        "The document can be read within our limits, and every reference leads somewhere inside its folder.",
        _valid,
    ),
    Line(
        "contract-complete",
        Pillar.TECHNOLOGY,
        "The contract has all that our journeys ask for",
        "A step that the contract does not know works by chance, if it works.",
        "Add the operation, event, input or field to the contract; or correct what the journey asks for.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.BLOCKED,
        "Every step finds its operation or event, all that it sends is declared, and no need is one that no allowed answer "
        "can meet.",
        _complete,
        lambda dossier: dossier.unneeded,
    ),
    Line(
        "reachable",
        Pillar.TECHNOLOGY,
        "It answers where it runs",
        "What is not there cannot be tried before customers try it.",
        "Let us through: address, firewall, name; and say when it sleeps.",
        Turn.PARTNERS,
        Basis.ADDRESS,
        Harm.BLOCKED,
        "Every call had an answer, whatever it says. A partner that is down is never failed: nobody knows.",
        _reachable,
    ),
    Line(
        "tls",
        Pillar.TECHNOLOGY,
        "The way there is encrypted and trusted",
        "What customers tell us goes to the partner, and to nobody else on the way.",
        "Serve it over https, with a certificate that is in date and made for this name.",
        Turn.PARTNERS,
        Basis.ADDRESS,
        Harm.MISLED,
        "The address is https and the certificate is trusted. On this machine it does not apply.",
        _tls,
    ),
    Line(
        "clock",
        Pillar.TECHNOLOGY,
        "Its clock is right",
        "A clock that is off refuses fresh logins and signatures, and dates what customers are told wrongly.",
        "Let the servers keep time by NTP.",
        Turn.PARTNERS,
        Basis.ANSWERS,
        Harm.MISLED,
        f"The header `Date` of each answer is at most {MOST_SKEW} s from our clock; answers out of a cache (`Age`) do not count.",
        _clock,
    ),
    Line(
        "login-declared",
        Pillar.TECHNOLOGY,
        "The contract says how to log in",
        "A login that nobody wrote down changes without anybody seeing it.",
        "Declare securitySchemes and security, and the answer 401 of each operation that asks for a login.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.UNINFORMED,
        "Where we log in, the operations that journeys call declare `security`; those that do declare what a refused login is "
        "answered: 401, 4XX or default.",
        _login_declared,
        lambda dossier: dossier.uncalled,
    ),
    Line(
        "login-works",
        Pillar.TECHNOLOGY,
        "Our login works",
        "Nothing works for customers before we are let in.",
        "Check the secret and its scopes; where they are right, ask the partner to let us in.",
        Turn.OURS,
        Basis.ANSWERS,
        Harm.BLOCKED,
        "Some call of a journey was let in. A login page, 401 or 403 to all of them fails.",
        _login_works,
        _nobody_logs_in,
    ),
    Line(
        "login-refused",
        Pillar.TECHNOLOGY,
        "A wrong or expired login is refused with 401",
        "Who takes any login shows our customers' data to anybody; who answers 500 lets us wait where we could log in again.",
        "Answer 401 to a login that does not hold, before anything else is looked at.",
        Turn.PARTNERS,
        Basis.ANSWERS,
        Harm.MISLED,
        "One safe call that works is made again with a credential that nobody has, as an expired one would be: 401 passes, "
        "nothing else.",
        _login_refused,
        _nobody_logs_in,
    ),
    Line(
        "errors-promised",
        Pillar.TECHNOLOGY,
        "Errors are promised, and say what happened",
        "A customer who is told only that it failed calls us.",
        "Declare the 4xx answers as application/problem+json (RFC 9457), with title and detail.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.UNINFORMED,
        "What journeys ask under `informs` is promised; every other operation that they call promises a 4xx that they can "
        "bring about, or default, as `application/problem+json`.",
        _errors_promised,
        lambda dossier: dossier.uncalled,
    ),
    Line(
        "errors-inform",
        Pillar.TECHNOLOGY,
        "Errors say what happened where it runs",
        "The error that comes is the one that the customer reads.",
        "Answer with title and detail of RFC 9457, or as the journey reads it under tells; never with the inside of the program.",
        Turn.PARTNERS,
        Basis.ANSWERS,
        Harm.UNINFORMED,
        "What journeys bring about under `informs` is kept; every other 4xx that was seen is a problem of RFC 9457, or has "
        "what some journey reads in this partner's errors, under tells or needs; none shows a stack trace or a database.",
        _errors_inform,
        lambda dossier: dossier.uncalled,
    ),
    Line(
        "idempotency",
        Pillar.TECHNOLOGY,
        "What creates or pays can be sent again",
        "A customer who presses twice, or whose train enters a tunnel, pays once.",
        "Take an Idempotency-Key on each operation that creates or pays.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.MISLED,
        "Each POST and PATCH that journeys call and that is not `safe` takes the header `Idempotency-Key`, or keeps "
        "`repeat-safe`.",
        _idempotent,
        lambda dossier: dossier.uncalled,
    ),
    Line(
        "repeats-once",
        Pillar.TECHNOLOGY,
        "Pressing twice changes it once where it runs",
        "A declared key that does nothing is worse than none: we trust it.",
        "Answer the second request with the first one's answer.",
        Turn.PARTNERS,
        Basis.ANSWERS,
        Harm.MISLED,
        "Steps that say `repeat-safe` are sent twice, where we may write; nothing else is ever repeated.",
        _repeats,
        lambda dossier: dossier.unasked("repeat-safe", "no step says repeat-safe"),
    ),
    Line(
        "versioned",
        Pillar.TECHNOLOGY,
        "Calls say which version they mean",
        "When the next version comes, customers stay on the one that works until we have moved.",
        "Give the contract an info.version, and name the major version in the address, a header or the media type.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.DELAYED,
        "`info.version` is there, and a server's path, an environment's address, a path, a header or a media type names a "
        "version.",
        _versioned,
    ),
)
"""The lines about technology."""
