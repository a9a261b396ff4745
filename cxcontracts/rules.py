"""Every kind of change that is told apart: its id, how much it counts, whom it breaks, and what it means.

One catalogue: :mod:`~cxcontracts.changes` names a row for each change it finds, ``explain`` and the documentation print it, and
``--severity`` overrides its level. Ids are a promise: rows may be added, none is renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cxcontracts.findings import Audience, Level

_ERROR, _WARNING, _INFO = Level.ERROR, Level.WARNING, Level.INFO
_CALLERS, _SENDERS, _READERS, _NOBODY = Audience.CALLERS, Audience.SENDERS, Audience.READERS, Audience.NOBODY


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of change.

    Attributes:
        id: E.g. ``response-property-removed``; what a request takes and what a response says have ids of their own.
        level: What such a change counts as; where it has to be proved, once it is.
        breaks: Whom it breaks, where it breaks anybody.
        sentence: What happened, with ``{name}`` for the part that changed and ``{change}`` for how.
        meaning: Why it matters, and to whom.
        remedy: What the side that changes it can do instead.
        proved: Whether it counts only where an exchange proves it; else the change itself is the finding.
        harmless: The sentence where it breaks nobody; empty where that is the same.
    """

    id: str
    level: Level
    breaks: Audience
    sentence: str
    meaning: str
    remedy: str
    proved: bool = False
    harmless: str = ""


_KEEP: Final = "Keep it until nobody depends on it, and announce its end with deprecated: true and a sunset date."
_OPTIONAL: Final = "Make it optional, with a default that means what was meant before."
_ADD_BESIDE: Final = "Keep what was promised, and add the new form beside it under a name of its own."
_NEVER_LESS: Final = "Go on taking everything that was taken; refuse less, never more."
_FINE: Final = "Nothing has to be done."
_ONE_LESS: Final = "It breaks where something that was accepted is refused now: a call that worked stops working."
_ONE_MORE: Final = (
    "It breaks where answers may hold what they could not hold before, and code meets it that was not written for it."
)
_ENCODED: Final = (
    "Text that is encoded or composed otherwise is not read as before. No validator looks into it, so no exchange shows it."
)


def _gone(part: str, breaks: Audience, effect: str) -> Iterable[Rule]:
    """Return the rules for a part that is gone, and whose end was announced."""
    return (
        Rule(
            f"{part}-removed-before-sunset", _ERROR, breaks, "{name} is gone {change}",
            f"Its end was announced for a later day, and people have planned with that day. {effect}.",
            "Keep it until its sunset.", True,
        ),
        Rule(
            f"{part}-removed-as-announced", _WARNING, breaks, "{name} is gone, {change}",
            "It was deprecated and any sunset that was named has come, or it was published as draft or alpha. "
            f"{effect} all the same.",
            "Look at who still depends on it before it goes.",
        ),
    )  # fmt: skip


_ROWS: Final = (
    # operations
    Rule("operation-removed", _ERROR, _CALLERS, "{name} is gone: every call of it fails",
         "Whoever calls the operation gets no answer any more.", _KEEP, True),
    *_gone("operation", _CALLERS, "Whoever still calls it fails"),
    Rule("operation-moved", _ERROR, _CALLERS, "{name} is answered elsewhere: {change}",
         "It has another path, or another path of its server, and whoever calls the old one finds nothing. The two are known to "
         "be one by their operationId, or by their paths but for a slash at the end or for how several paths have come to begin.",
         "Serve both for a while.", True),
    Rule("operation-added", _INFO, _NOBODY, "{name} is new", "More is offered; nobody has to use it.", _FINE),
    Rule("login-changed", _ERROR, _CALLERS, "another login is asked for: {change}",
         "A caller who logs in as before, with the scopes it had, is turned away.",
         "Go on accepting the login that was asked for, as an alternative.", True, "another login is accepted: {change}"),
    # parameters and the request body
    Rule("request-parameter-removed", _ERROR, _SENDERS, "{name} is no longer taken",
         "The call still goes through, and what it asked for is lost: a filter that filters nothing, a choice that is not heard.",
         _KEEP, True),
    *_gone("request-parameter", _SENDERS, "What is sent there is ignored"),
    Rule("request-parameter-required-added", _ERROR, _CALLERS, "a call now needs {name}, which did not exist",
         "Nobody sends it yet, so every call that worked is refused.", _OPTIONAL, True, "{name} is declared now"),
    Rule("request-parameter-added", _INFO, _NOBODY, "{name} may be sent now", "Nobody has to send it.", _FINE),
    Rule("request-parameter-became-required", _ERROR, _CALLERS, "a call now needs {name}, which could be left out",
         "Whoever left it out is refused.", _OPTIONAL, True),
    Rule("request-parameter-became-optional", _INFO, _NOBODY, "{name} may be left out now", "Less is asked for.", _FINE),
    Rule("request-parameter-rewritten", _ERROR, _SENDERS, "{name} is written differently now: {change}",
         "The same value has another spelling in the URL, so the old spelling means something else or nothing.",
         "Keep style and explode as they are.", True),
    Rule("request-body-required-added", _ERROR, _CALLERS, "a call now needs a body, and took none",
         "Whoever calls without a body, as everybody did, is refused.", _OPTIONAL, True),
    Rule("request-body-added", _INFO, _NOBODY, "a body may be sent now", "Nobody has to send one.", _FINE),
    Rule("request-body-removed", _ERROR, _SENDERS, "a body is no longer taken",
         "The call still goes through, and all that it said in its body is lost.", _KEEP, True),
    Rule("request-body-became-required", _ERROR, _CALLERS, "a call now needs a body, which could be left out",
         "Whoever left it out is refused.", _OPTIONAL, True),
    Rule("request-body-became-optional", _INFO, _NOBODY, "the body may be left out now", "Less is asked for.", _FINE),
    Rule("request-media-type-removed", _ERROR, _SENDERS, "a body of {name} is no longer taken",
         "Whoever sends this media type is refused.", _ADD_BESIDE, True),
    Rule("request-media-type-renamed", _WARNING, _SENDERS, "a JSON body goes by another name: {change}",
         "JSON is JSON to most, and is taken by its other name too. Whoever compares names exactly refuses the old one.",
         _ADD_BESIDE),
    Rule("request-media-type-added", _INFO, _NOBODY, "a body of {name} may be sent now", "Nobody has to send it.", _FINE),
    Rule("request-encoding-changed", _ERROR, _SENDERS, "{name} is written differently in the form: {change}",
         "The same value has another spelling in the form, so the old spelling means something else or nothing.",
         "Keep style and explode as they are.", True),
    Rule("request-property-removed", _ERROR, _SENDERS, "{name} is no longer taken",
         "The call still goes through, and what it said there is lost.", _KEEP, True),
    *_gone("request-property", _SENDERS, "What is sent there is ignored"),
    Rule("request-property-required-added", _ERROR, _SENDERS, "{name} is required now, and could not be sent before",
         "Nobody sends it yet, so what was taken before is refused.", _OPTIONAL, True),
    Rule("request-property-added", _INFO, _NOBODY, "{name} may be sent now", "Nobody has to send it.", _FINE),
    Rule("request-property-became-required", _ERROR, _SENDERS, "{name} is required now, and could be left out before",
         "Whoever left it out is refused.", _OPTIONAL, True),
    Rule("request-property-became-optional", _INFO, _NOBODY, "{name} may be left out now", "Less is asked for.", _FINE),
    # answers
    Rule("response-status-removed", _ERROR, _READERS, "{name} is no longer promised",
         "Whoever waits for this status meets another one, and takes a success for a failure. One that says that a call "
         "failed breaks nobody.", _KEEP, True, "{name} is no longer declared"),
    Rule("response-status-added", _INFO, _NOBODY, "{name} may be answered now",
         "Another outcome is declared. Whoever handles statuses one by one looks at it.", _FINE),
    Rule("response-media-type-removed", _ERROR, _READERS, "the answer no longer comes as {name}",
         "Whoever asks for this media type gets another one, or is refused.", _ADD_BESIDE, True),
    Rule("response-media-type-renamed", _WARNING, _READERS, "the JSON of the answer goes by another name: {change}",
         "JSON is JSON to most. Whoever asks for the old name alone, or compares names exactly, finds nothing.", _ADD_BESIDE),
    Rule("response-media-type-added", _INFO, _NOBODY, "the answer may come as {name} now",
         "Whoever asks for what it asked for before gets what it got before.", _FINE),
    Rule("response-header-removed", _ERROR, _READERS, "{name} is no longer answered", "Whoever reads the header finds nothing.",
         _KEEP, True),
    *_gone("response-header", _READERS, "Whoever still reads it finds nothing"),
    Rule("response-header-added", _INFO, _NOBODY, "{name} may be answered now", "Nobody has to read it.", _FINE),
    Rule("response-header-became-optional", _ERROR, _READERS, "{name} may be missing from an answer now",
         "Whoever relies on the header meets answers without it.", "Go on sending it always.", True),
    Rule("response-header-became-required", _INFO, _NOBODY, "{name} is always answered now", "More is promised.", _FINE),
    Rule("response-property-removed", _ERROR, _READERS, "{name} is no longer answered", "Whoever reads the field finds nothing.",
         _KEEP, True),
    *_gone("response-property", _READERS, "Whoever still reads it finds nothing"),
    Rule("response-property-added", _INFO, _NOBODY, "{name} may be answered now",
         "A reader that passes over what it does not know is not concerned.", _FINE),
    Rule("response-property-became-optional", _ERROR, _READERS, "{name} may be missing from an answer now",
         "Whoever relies on the field meets answers without it.", "Go on sending it always.", True),
    Rule("response-property-became-required", _INFO, _NOBODY, "{name} is always answered now", "More is promised.", _FINE),
    # values
    *(
        Rule(f"{where}-{what}", _ERROR, breaks, sentence, meaning, remedy, True)
        for where, breaks, meaning, remedy in (
            ("request", _SENDERS, _ONE_LESS, _NEVER_LESS),
            ("response", _READERS, _ONE_MORE, _ADD_BESIDE),
        )
        for what, sentence in (
            ("type-changed", "{name} is {change}"),
            ("const-changed", "{name} is {change}"),
            ("range-changed", "{name} is {change}"),
            ("length-changed", "{name} is {change}"),
            ("pattern-changed", "{name} is {change}"),
            ("format-changed", "{name} is {change}"),
            ("size-changed", "{name} is {change}"),
            ("alternatives-changed", "{name} has other alternatives, {change}"),
            ("members-changed", "{name}: {change}"),
            ("values-changed", "{name} is {change}"),
            ("rule-changed", "{name} has another rule: {change}"),
        )
    ),
    Rule("request-became-nullable", _ERROR, _SENDERS, "{name} may be null now", "Null is taken too. Nobody has to send it.",
         _FINE, True),
    Rule("request-no-longer-nullable", _ERROR, _SENDERS, "{name} may no longer be null", "Whoever sends null is refused.",
         _NEVER_LESS, True),
    Rule("response-became-nullable", _ERROR, _READERS, "{name} may be null now",
         "Whoever uses the value as it is meets null, where there was always something.", _ADD_BESIDE, True),
    Rule("response-no-longer-nullable", _ERROR, _READERS, "{name} may no longer be null", "More is promised.", _FINE, True),
    *(
        Rule(f"{where}-content-changed", _ERROR, breaks, "the text of {name} means something else: {change}", _ENCODED, remedy)
        for where, breaks, remedy in (("request", _SENDERS, _NEVER_LESS), ("response", _READERS, _ADD_BESIDE))
    ),
    Rule("request-enum-narrowed", _ERROR, _SENDERS, "{name} takes fewer values: {change}", _ONE_LESS, _NEVER_LESS, True,
         "{name} takes fewer values in one alternative: {change}"),
    Rule("request-enum-widened", _INFO, _NOBODY, "{name} takes more values: {change}", "Nobody has to send them.", _FINE),
    Rule("request-enum-changed", _ERROR, _SENDERS, "{name} takes other values: {change}", _ONE_LESS, _NEVER_LESS, True,
         "{name} takes other values in one alternative: {change}"),
    Rule("response-enum-widened", _WARNING, _READERS, "{name} may have more values: {change}",
         "It breaks those who closed the set: whoever treats every value that was not listed as an error, as generated code "
         "often does. Whoever has a branch for unknown values is not concerned. No contract says which of the two a reader is.",
         "Say from the start that the list is open, with x-extensible-enum, and announce new values."),
    Rule("response-enum-narrowed", _INFO, _NOBODY, "{name} has fewer values: {change}",
         "Less is answered than was promised. Whoever waits for one of those values waits in vain.", _FINE),
    Rule("response-enum-changed", _WARNING, _READERS, "{name} has other values: {change}",
         "Values are gone and others are new: it breaks those who closed the set, and those who wait for what is gone.",
         "Keep the values that are known, and add others beside them."),
    Rule("request-extensible-enum-narrowed", _ERROR, _SENDERS, "{name} no longer lists {change} under x-extensible-enum",
         "A value that was listed may no longer be understood. A validator takes it all the same, so no exchange can show it.",
         _NEVER_LESS),
    Rule("response-extensible-enum-widened", _INFO, _NOBODY, "{name} lists {change} under x-extensible-enum too",
         "The list was open from the start: readers were told to expect other values.", _FINE),
    Rule("request-default-changed", _WARNING, _SENDERS, "{name}, left out, means something else: {change}",
         "Whoever leaves it out gets another behaviour without having changed anything.", "Keep the default as it is."),
    Rule("response-default-changed", _INFO, _NOBODY, "{name} has another default: {change}",
         "In an answer a default only tells a reader what to assume of what is missing.", _FINE),
    # announcements
    Rule("deprecated", _INFO, _NOBODY, "{name} {change}", "Its end is announced: plan to do without it.",
         "Name the day: x-sunset in the contract, Deprecation (RFC 9745) and Sunset (RFC 8594) in the answers."),
    Rule("deprecated-without-sunset", _ERROR, _CALLERS, "{name} is deprecated, and nobody says until when it stays",
         "Asked for with --sunset-notice: an announced end without a day cannot be planned for.",
         "Write x-sunset: YYYY-MM-DD beside deprecated: true."),
    Rule("no-longer-deprecated", _INFO, _NOBODY, "the end of {name} is no longer announced", "It stays after all.", _FINE),
    Rule("sunset-too-soon", _ERROR, _CALLERS, "{name} ends too soon: {change}",
         "Asked for with --sunset-notice: whoever depends on it has less time than was agreed.", "Name a later day."),
    Rule("sunset-removed", _ERROR, _CALLERS, "the sunset of {name} is gone: {change}",
         "It stays deprecated, and nobody knows any more until when it stays.", "Name the day again, or take deprecated back."),
    Rule("sunset-brought-forward", _ERROR, _CALLERS, "{name} ends sooner than announced: {change}",
         "Whoever planned with the day that was announced is too late.", "Keep the day, or name a later one."),
    Rule("sunset-postponed", _INFO, _NOBODY, "{name} stays longer: {change}", "There is more time.", _FINE),
    Rule("sunset-unreadable", _ERROR, _CALLERS, "the sunset of {name} cannot be read: {change}",
         "The sunset is no date that RFC 3339 or RFC 9110 knows, so no program can plan with it.",
         "Write it as YYYY-MM-DD."),
    Rule("stability-decreased", _ERROR, _CALLERS, "{name} is less stable: {change}",
         "What was promised to stay may now change without notice.", "Keep the level, or announce a new version."),
    Rule("stability-increased", _INFO, _NOBODY, "{name} is more stable: {change}", "More is promised.", _FINE),
    Rule("stability-unreadable", _ERROR, _CALLERS, "the stability of {name} cannot be read: {change}",
         "x-stability-level has, or had, a value that nobody knows, so nobody can tell whether less is promised.",
         "Write draft, alpha, beta or stable."),
    # the document
    Rule("description-changed", _INFO, _NOBODY, "{name} is described differently: {change}",
         "Asked for with --descriptions: words may change what a field means, and only a person can tell.",
         "Read both texts."),
    Rule("version-not-bumped", _WARNING, _NOBODY, "the version is still {change}",
         "Asked for with --check-version: whoever looks at the version takes it for the same contract.",
         "Raise the major version for what breaks, the minor one for what is new."),
    Rule("version-bump-too-small", _WARNING, _NOBODY, "the version went {change}",
         "Asked for with --check-version: by the rules of Semantic Versioning the step is too small for what changed.",
         "Raise the major version for what breaks, the minor one for what is new."),
    Rule("version-decreased", _WARNING, _NOBODY, "the version went back: {change}",
         "Asked for with --check-version: an older version number on a newer contract sorts them wrongly.", "Raise it."),
    Rule("not-compared", _WARNING, _NOBODY, "{name} cannot be compared: {change}",
         "A schema is unsound, or allows more alternatives than can be told apart. Nothing is said of what is inside.",
         "Look at both versions by hand."),
)  # fmt: skip


def _of_events() -> Iterable[Rule]:
    """Return the rules for what a partner sends of its own accord: those of answers, in other words."""
    for rule in _ROWS:
        if rule.id.startswith("response-") and not rule.id.startswith(("response-status", "response-header")):
            proved = rule.proved and not rule.id.startswith("response-media-type")
            yield replace(
                rule,
                id=rule.id.replace("response-", "event-", 1),
                proved=proved,
                sentence=_of_event(rule.sentence),
                meaning=_of_event(rule.meaning),
                remedy=_of_event(rule.remedy),
            )
    yield Rule(
        "event-removed",
        _ERROR,
        _READERS,
        "{name} is no longer sent",
        "Whoever waits for the event waits in vain. That nothing comes is no exchange, so none shows it.",
        _KEEP,
    )
    yield Rule("event-added", _INFO, _NOBODY, "{name} is sent now", "Nobody has to listen.", _FINE)
    yield Rule(
        "event-address-changed", _ERROR, _SENDERS, "{name} is sent to another address: {change}",
        "Whoever listens at the old address, or gives it where it was read from the request before, hears nothing.",
        "Send to both for a while, or read it from both places.",
    )  # fmt: skip


_IN_EVENTS: Final = {
    "the answer": "the event", "an answer": "an event", "Answers": "Events", "answered": "sent", "answers": "events",
}  # fmt: skip


def _of_event(text: str) -> str:
    for said, meant in _IN_EVENTS.items():
        text = text.replace(said, meant)
    return text


GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Operations": ("operation-", "login-"),
    "Requests": ("request-",),
    "Answers": ("response-",),
    "Events": ("event-",),
    "Announcements": ("deprecated", "no-longer-deprecated", "sunset-", "stability-"),
    "The document": ("",),
}
"""The parts of the catalogue, and how the ids in each begin; the first that fits has it."""


def group_of(rule: Rule) -> str:
    """Return the part of the catalogue that a rule belongs to."""
    return next(title for title, beginnings in GROUPS.items() if rule.id.startswith(beginnings))


EVERY: Final[Sequence[Rule]] = sorted((*_ROWS, *_of_events()), key=lambda rule: list(GROUPS).index(group_of(rule)))
"""Every rule, in the order in which they are explained."""

RULES: Final[Mapping[str, Rule]] = {rule.id: rule for rule in EVERY}
"""Every rule by its id."""


def example(rule: Rule) -> str:
    """Return the sentence of a rule as a report might have it.

    >>> example(RULES["request-length-changed"])
    'note is text of at most 10 characters; it was text of at most 20 characters'
    """
    name = next((name for part, name in _NAMES.items() if part in rule.id), "note")
    change = next((change for ending, change in _CHANGES.items() if rule.id.endswith(ending)), "")
    narrow, wide = next((pair for ending, pair in _VALUES.items() if rule.id.endswith(ending)), ("", ""))
    if narrow:
        change = f"{narrow}; it was {wide}" if rule.breaks is Audience.SENDERS else f"{wide}; it was {narrow}"
    return rule.sentence.format(name=name, change=change)


_NAMES: Final = {
    **dict.fromkeys(("event-removed", "event-added"), "the webhook orderShipped"), "event-address": "the callback shipped",
    "parameter": "the query parameter limit", "header": "the header x-page-count", "property": "note", "encoding": "tags",
    "media-type": "application/xml", "status": "202", "enum": "state", "const": "currency", "range": "amount", "size": "items",
    "alternatives": "payment", "request-default": "the query parameter sort", "default": "sort", "not-compared": "the body",
    **dict.fromkeys(("operation", "deprecated", "sunset", "stability"), "GET /orders/{orderId}"),
}  # fmt: skip
"""What the part is called in an example, by what the id says of it; ``note`` where it says nothing."""

_VALUES: Final = {
    "-type-changed": ("a whole number", "text"),
    "-const-changed": ('"eur"', '"EUR"'),
    "-range-changed": ("a number of at most 50", "a number of at most 100"),
    "-length-changed": ("text of at most 10 characters", "text of at most 20 characters"),
    "-pattern-changed": ("text like [0-9]+", "text like [0-9a-f]+"),
    "-format-changed": ("a date", "text"),
    "-size-changed": ("a list of at most 10 items", "a list of at most 50 items"),
    "-values-changed": ("a whole number", "a whole number or text"),
}
"""How a value changes in an example: fewer values, and more."""

_CHANGES: Final = {
    "-removed-before-sunset": "before its sunset: it was to stay until 2031-03-31",
    "-removed-as-announced": "as announced: it was to stay until 2025-03-31",
    "event-address-changed": '"{$request.body#/webhook/url}", it was "{$request.body#/url}"',
    "operation-moved": "at GET /v2/orders/{orderId}",
    "login-changed": "OAuth 2.0 with orders:write; it was OAuth 2.0 with orders:read",
    "-rewritten": "ids=1,2, it was ids=1&ids=2",
    "-encoding-changed": "ids=1,2, it was ids=1&ids=2",
    "-alternatives-changed": "without Parcel, with Pallet",
    "-media-type-renamed": "application/vnd.shop+json, it was application/json",
    "-members-changed": "members of any name have a schema now",
    "-rule-changed": "contains",
    "-content-changed": 'contentEncoding is "base64url", it was "base64"',
    "-extensible-enum-narrowed": '"lost"',
    "-extensible-enum-widened": '"lost"',
    "-enum-narrowed": 'no longer "lost"',
    "-enum-widened": '"lost"',
    "-enum-changed": 'with "lost", without "gone"',
    "-default-changed": '"newest", it was "oldest"',
    "no-longer-deprecated": "",
    "deprecated": "is deprecated, and ends on 2031-03-31",
    "sunset-too-soon": "on 2031-03-31, 30 days from now, and 90 days of notice are due",
    "sunset-removed": "it was 2031-03-31",
    "sunset-brought-forward": "on 2030-12-31, and 2031-03-31 was announced",
    "sunset-postponed": "until 2031-06-30, and 2031-03-31 was announced",
    "sunset-unreadable": '"in spring" is no date',
    "stability-decreased": "it was stable, and is beta now",
    "stability-increased": "it was beta, and is stable now",
    "stability-unreadable": '"ga" is no level',
    "description-changed": '"net of tax"; it was "with tax"',
    "version-not-bumped": "1.4.2, and 1 change breaks what it promised",
    "version-bump-too-small": "from 1.4.2 to 1.5.0, a minor step, and 1 change breaks what it promised",
    "version-decreased": "from 1.4.2 to 1.4.1",
    "not-compared": "$ref '#/components/schemas/Ordr' points to nothing",
}
"""How a part changes in an example, by the end of the id."""
