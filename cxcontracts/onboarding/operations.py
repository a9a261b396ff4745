"""The lines about operations: how much we may ask, who is there, what ends when, and what comes unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

from cxcontracts.contracts.operation import Event, Operation
from cxcontracts.findings import Harm
from cxcontracts.lifecycle import day_of
from cxcontracts.onboarding.dossier import Dossier
from cxcontracts.onboarding.needs import idle, of_kinds, on_answers, on_contract
from cxcontracts.onboarding.scorecard import (
    Basis,
    Evidence,
    Line,
    Outcome,
    Pillar,
    Turn,
    failed,
    not_evidenced,
    passed,
)
from cxcontracts.scenes import Side
from cxcontracts.walks import Sighting
from cxcontracts.wording import listed

_IDS: Final = frozenset({"id", "eventid", "messageid", "deliveryid", "notificationid", "noticeid", "webhookid", "uuid"})
"""What a message calls itself, letters only."""

_ID_HEADERS: Final = re.compile(
    r"ce-id|ce_id|webhook-id|svix-id|idempotency-key|(?:x-)?.*(?:message|event|delivery)[-_]?id", re.I
)
"""Which header of a message names it: CloudEvents, Standard Webhooks, and their like."""

_SOME: Final = 3


def _limits_promised(dossier: Dossier) -> Outcome:
    unhelpful = next((each for each in _seen(dossier) if _status(each) == 429 and not _header(each, "retry-after")), None)
    if unhelpful is not None:
        return failed("a 429 came without Retry-After", [Evidence("429 without Retry-After", exchange=unhelpful.exchange)])
    mute = {name: each for name, each in dossier.operations.items() if not _says_when(each)}
    if mute:
        evidence = [dossier.at(each, "declares no 429 with Retry-After") for each in mute.values()]
        because = f"no 429 with Retry-After is declared at {_named(mute)}"
        return failed(because, evidence, customers=dossier.customers(mute))
    seen = sum(1 for each in _seen(dossier) if _status(each) == 429)
    came = f"; {seen:,} came, and said when to come back" if seen else ""
    return passed(f"each operation declares 429 with Retry-After{came}")


def _says_when(operation: Operation) -> bool:
    answer = operation.answers.get("429") or operation.answers.get("4XX")
    return answer is not None and "retry-after" in answer.headers


def _seen(dossier: Dossier) -> tuple[Sighting, ...]:
    return dossier.live.answered if dossier.live is not None else ()


def _status(sighting: Sighting) -> int:
    return sighting.response.status if sighting.response is not None else 0


def _header(sighting: Sighting, name: str) -> str:
    return str(sighting.response.headers.get(name, "")) if sighting.response is not None else ""


def _named(names: Mapping[str, object]) -> str:
    first = [*names][:_SOME]
    return listed([*first, *([f"{len(names) - _SOME:,} more"] if len(names) > _SOME else [])])


def _limits_known(dossier: Dossier) -> Outcome:
    limits = dossier.partner.limits
    if limits:
        return passed(f"partner.yaml keeps us to {listed([f'{key} {value}' for key, value in limits.items()])}")
    where = Evidence("partner.yaml has no limits", dossier.partner.locate("partner"))
    return failed("partner.yaml does not say how much we may ask", [where])


def _owner(dossier: Dossier) -> Outcome:
    owner = dossier.partner.owner
    if owner.get("contact"):
        return passed(f"{owner['contact']} answers for it")
    said = f"partner.yaml names {owner['team']}, and no contact" if owner.get("team") else "partner.yaml names no owner"
    return failed(said, [Evidence(said, dossier.partner.locate("owner" if owner else "partner"))])


def _notice(dossier: Dossier) -> Outcome:
    found = on_contract(dossier, of_kinds(dossier, "announces")) or not_evidenced("nobody can tell")
    seen = on_answers(dossier, of_kinds(dossier, "announces")) if dossier.live is not None else None
    return seen if seen is not None and seen.standing == "failed" else found


def _ends(dossier: Dossier) -> Outcome:
    vague: dict[str, Evidence] = {}
    ending: dict[str, str] = {}
    for name, operation in (*dossier.operations.items(), *dossier.events.items()):
        said = operation.node.value.get("x-sunset")
        day = day_of(said)
        if said is not None and day is None:
            vague[name] = dossier.at(operation, "has an x-sunset that is no date")
        elif day is not None and day < dossier.today:
            vague[name] = dossier.at(operation, f"was to end on {day}, and journeys still call it")
        elif day is not None:
            ending[name] = f"{name} ends on {day}"
        elif operation.deprecated:
            vague[name] = dossier.at(operation, "is deprecated, and nobody says until when it stays")
    vague |= {evidence.what: evidence for evidence in _told_live(dossier, ending)}
    if vague:
        first = next(iter(vague.values())).what
        more = f", and {len(vague) - 1:,} more" if len(vague) > 1 else ""
        return failed(f"{first}{more}", list(vague.values()), customers=dossier.customers(vague))
    return passed(listed(list(ending.values())) if ending else "nothing that journeys use is announced to end")


def _told_live(dossier: Dossier, ending: dict[str, str]) -> Iterator[Evidence]:
    """Yield the answers that announce an end without a day, or one that is past; note the others.

    Source: RFC 9745 (Deprecation), RFC 8594 (Sunset).
    """
    told: set[str] = set()
    for each in _seen(dossier):
        request, sunset = each.request, _header(each, "sunset")
        if request is None or each.step in told or not (sunset or _header(each, "deprecation")):
            continue
        told.add(each.step)
        day = _day(sunset)
        what = f"{request.method} {request.path}"
        if day is None:
            yield Evidence(f"{what} says Deprecation, and no Sunset that is a date", exchange=each.exchange)
        elif day < f"{dossier.today}":
            yield Evidence(f"{what} says Sunset {day}, which is past", exchange=each.exchange)
        else:
            ending.setdefault(what, f"{what} ends on {day}")


def _day(written: str) -> str | None:
    try:
        return parsedate_to_datetime(written).date().isoformat()
    except (TypeError, ValueError):
        return None


def _in_time(dossier: Dossier) -> Outcome:
    assert dossier.live is not None
    seen = on_answers(dossier, of_kinds(dossier, "responds-within"))
    return seen or idle(dossier, "responds-within") or not_evidenced(dossier.live.unwalked or "no journey came as far")


# --- events ---------------------------------------------------------------------------------------------------------------------


def _signed(dossier: Dossier) -> Outcome:
    chosen = dossier.live.environment if dossier.live is not None else ""
    environments = dossier.partner.environments
    asked = [environments[chosen]] if chosen in environments else list(environments.values())
    inboxes = [each for each in asked if each.inbox]
    bare = [each for each in inboxes if not each.inbox_secret]
    if bare:
        where = Evidence(f"{bare[0].name} has an inbox without a secret", dossier.partner.locate("environments", bare[0].name))
        return failed(
            f"what arrives at {bare[0].name} is not checked for who sent it", [where], customers=dossier.customers(dossier.events)
        )
    if not inboxes:
        return not_evidenced("no environment has an inbox where its events arrive", turn=Turn.OURS)
    return passed(f"what arrives at {listed([each.name for each in inboxes])} is signed, and checked")


def _deduplicable(dossier: Dossier) -> Outcome:
    assert dossier.record is not None
    nameless = {name: each for name, each in dossier.events.items() if not _has_id(dossier.record.events, each)}
    if nameless:
        evidence = [dossier.at(each, "has no id of its own") for each in nameless.values()]
        because = f"no id tells one {_named(nameless)} from the next"
        return failed(because, evidence, customers=dossier.customers(nameless))
    return passed("each message has an id by which a second delivery is known")


def _has_id(side: Side, event: Event) -> bool:
    delivery = event.delivery
    if any(_ID_HEADERS.fullmatch(name) for name in delivery.headers):
        return True
    shapes = [shape for media in delivery.media for shape in side.responses.shapes(media.nodes)]
    return bool(shapes) and all(any(_letters(name) in _IDS for name in shape.names) for shape in shapes)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def _arrive(dossier: Dossier) -> Outcome:
    assert dossier.live is not None
    seen = on_answers(dossier, of_kinds(dossier, "event"))
    return seen or idle(dossier, "event") or not_evidenced(dossier.live.unwalked or "no journey came as far as its event")


LINES: Final = (
    Line(
        "limits-promised",
        Pillar.OPERATIONS,
        "A throttled call says when to come back",
        "On the busiest day, the customer who is told when to try again is not lost.",
        "Declare 429 with the header Retry-After, and send it.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.DELAYED,
        "Each operation that journeys call declares 429, or 4XX, with `Retry-After`. A 429 that was seen without it fails; "
        "nobody ever provokes one.",
        _limits_promised,
        lambda dossier: dossier.uncalled,
    ),
    Line(
        "limits-known",
        Pillar.OPERATIONS,
        "We know how much we may ask",
        "Who asks too much is shut out, with all customers at once.",
        "Ask the partner for its limits, and write them into partner.yaml under limits: all that we send keeps to them.",
        Turn.OURS,
        Basis.ESTATE,
        Harm.DELAYED,
        "partner.yaml has `limits`.",
        _limits_known,
    ),
    Line(
        "owner",
        Pillar.OPERATIONS,
        "Somebody answers for it",
        "When customers are stuck, minutes go by until somebody knows whom to ring.",
        "Write owner: {team, contact} into partner.yaml.",
        Turn.OURS,
        Basis.ESTATE,
        Harm.DELAYED,
        "partner.yaml has `owner.contact`.",
        _owner,
    ),
    Line(
        "change-notice",
        Pillar.OPERATIONS,
        "Changes are announced in time",
        "A change that we hear of too late reaches customers before our own release does.",
        "Name the day in x-sunset, early enough for what the step asks under announces.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.UNINFORMED,
        "`announces` is judged on the contract and, where it runs, on the headers `Deprecation` and `Sunset`.",
        _notice,
        lambda dossier: dossier.unasked("announces", "no step asks how early a change is announced: announces"),
    ),
    Line(
        "ends-dated",
        Pillar.OPERATIONS,
        "What is to end says on which day",
        "What goes without a date goes in front of the customer.",
        "Name the day: x-sunset in the contract, the header Sunset (RFC 8594) in answers; and move the journey off before it.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.BLOCKED,
        "No operation or event that journeys use is deprecated without a readable `x-sunset`, or past it; where it runs, no "
        "answer says `Deprecation` without a `Sunset` that is still to come.",
        _ends,
        lambda dossier: dossier.unneeded,
    ),
    Line(
        "in-time",
        Pillar.OPERATIONS,
        "It answers before customers give up",
        "A slow answer is one that the customer does not wait for.",
        "Answer faster, or agree on a time that customers can be told.",
        Turn.PARTNERS,
        Basis.ANSWERS,
        Harm.DELAYED,
        "`responds-within` is judged on the answers seen; a quantile of too few samples is not evidenced.",
        _in_time,
        lambda dossier: dossier.unasked("responds-within", "no step says how long customers wait: responds-within"),
    ),
    Line(
        "events-signed",
        Pillar.OPERATIONS,
        "Events are signed",
        "Anybody could tell our customers anything.",
        "Sign deliveries as of Standard Webhooks; we name the secret under inbox: {at, secret}.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.MISLED,
        "The `inbox` of the environment, or of every one where none is named, has a `secret`; the inbox takes nothing without "
        "its signature.",
        _signed,
        lambda dossier: dossier.eventless,
    ),
    Line(
        "events-deduplicable",
        Pillar.OPERATIONS,
        "An event that comes twice is known",
        "A customer who is told the same thing twice rings to ask which one counts.",
        "Give each message an id: that of CloudEvents, the header webhook-id, or a field of its own.",
        Turn.PARTNERS,
        Basis.CONTRACT,
        Harm.MISLED,
        "Each event that journeys wait for has a header, or a field at the top of every form of its message, that names it.",
        _deduplicable,
        lambda dossier: dossier.eventless,
    ),
    Line(
        "events-arrive",
        Pillar.OPERATIONS,
        "Events arrive",
        "Who is not told, asks.",
        "Let the sandbox send its events to our inbox, within the time that the journey gives.",
        Turn.PARTNERS,
        Basis.ANSWERS,
        Harm.UNINFORMED,
        "Each event that a journey waits for came within its time.",
        _arrive,
        lambda dossier: dossier.eventless,
    ),
)
"""The lines about operations."""
