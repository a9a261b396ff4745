"""What people write: the keys of each file, and the form that the value of each has.

pydantic reads these classes, the JSON Schemas of the files are made from them, and :mod:`cxcontracts.estate.shapes` puts what
pydantic finds into the reader's words. Nothing keeps an instance: once a file is sound, the plain data is used.

Forms go by a key's value alone. What depends on another key, another file or the day is :mod:`cxcontracts.estate.reading`'s.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import re
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final

import jsonschema_rs
from pydantic import ConfigDict, Field, StringConstraints, create_model, model_validator

from cxcontracts.estate.calls import parse_call, parse_event
from cxcontracts.estate.conditions import parse_condition
from cxcontracts.estate.durations import DURATION, parse_duration
from cxcontracts.estate.field_paths import read_path
from cxcontracts.estate.forms import (
    LEFT_OUT,
    LIST_OR_MAP,
    LISTED,
    MAPPED,
    ONE,
    ONE_OR_LIST,
    ONE_OR_MAP,
    Checked,
    Form,
    fitting,
    text,
    word,
)
from cxcontracts.estate.mistakes import Misread, Mistake
from cxcontracts.estate.model import Disclosure
from cxcontracts.estate.sentences import parse_sentence
from cxcontracts.estate.templates import BUILT_IN, is_whole_reference
from cxcontracts.estate.values import WORDS, Value, is_impossible, parse_value, schema_mistakes, schema_of, value_mistakes
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm
from cxcontracts.paths import parse_path

# --- texts --------------------------------------------------------------------------------------------------------------------


def _read_value_name(written: str) -> None:
    if not re.fullmatch(_NAME, written):
        raise Misread.of("name", value=written)
    if written in BUILT_IN:
        raise Misread.of("reserved-name", value=written, meaning=BUILT_IN[written])


def _read_date(written: str) -> None:
    try:
        sound = len(written) == 10 and bool(datetime.date.fromisoformat(written))
    except ValueError:
        sound = False
    if not sound:
        raise Misread.of("date", value=written)


def _read_percent(written: str) -> None:
    if not re.fullmatch(_PERCENT, written) or float(written[:-1]) > 100:
        raise Misread.of("percent", value=written)


_NAME: Final = r"[A-Za-z_][A-Za-z0-9_-]*"
_ID: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_PERCENT: Final = r"[0-9]{1,3}(?:\.[0-9]{1,6})?%"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Whole = Annotated[int, Field(ge=0)]
Name = Annotated[Any, fitting(_NAME, "name")]
"""The name of a step or an environment."""
ValueName = Annotated[str, text(_read_value_name, "name", _NAME)]
"""The name of a given or a keep."""
Id = Annotated[Any, fitting(_ID, "id")]
"""The id of an estate, a partner, a journey."""
PathText = Annotated[str, Checked(read_path)]
"""A path in an answer; see :mod:`cxcontracts.paths`."""
Duration = Annotated[Any, text(parse_duration, "duration", DURATION)]
Date = Annotated[Any, text(_read_date, "date", format="date")]
Percent = Annotated[Any, text(_read_percent, "percent", _PERCENT)]
HarmWord = Annotated[Any, word("harm", *map(str, Harm))]
Groups = Annotated[list[Text], Field(min_length=1)]
CallText = Annotated[Any, text(parse_call, "call-incomplete")]
EventText = Annotated[Any, text(parse_event, "event-words")]


# --- values -------------------------------------------------------------------------------------------------------------------


def _check_value(written: JSON) -> None:
    if is_impossible(parse_value(written)):
        raise Misread.of("value-impossible")


def _check_sent_value(written: JSON) -> None:
    mistakes = list(value_mistakes(written))
    if isinstance(written, Mapping) and "otherwise" in written:
        mistakes.append(Mistake("value-otherwise", {}, ("otherwise",), True))
    if mistakes:
        raise Misread(*mistakes)
    _check_value(written)


_VALUE_KEYS: Final[dict[str, JSON]] = {
    "values": {"type": "array", "minItems": 1, "description": "the only values that this experience understands"},
    "otherwise": {"description": "what an unknown value is taken for; it is then tolerated, and said so"},
    "harm": {"enum": [*map(str, Harm)], "description": "what a break does to the customer"},
    "for": {"type": "array", "items": {"type": "string"}, "description": "the groups of customers concerned"},
    "because": {"type": "string", "description": "why this is needed"},
}
_VALUE_SCHEMA: Final[tuple[tuple[str, JSON], ...]] = (
    ("description", "a word, a list of the only values that are understood, or a map with JSON Schema keys"),
    ("anyOf", [{"enum": list(WORDS)}, {"type": "array", "minItems": 1}, {"type": "object", "properties": _VALUE_KEYS}]),
)

ValueForm = Annotated[Any, Checked(_check_value, _VALUE_SCHEMA, takes_nothing=True)]
"""A value in a need."""
SentValueForm = Annotated[Any, Checked(_check_sent_value, _VALUE_SCHEMA, takes_nothing=True)]
"""A value that we send; nothing is read otherwise there."""


def _check_distinct(needs: Mapping[str, JSON]) -> None:
    first: dict[str, str] = {}
    for path in needs:
        other = first.setdefault(str(parse_path(path)), path)
        if other != path:
            raise Misread.of("path-twice", (path,), True, path=path, other=other)


NeedsForm = Annotated[dict[PathText, ValueForm], Checked(_check_distinct)]
"""``needs``, ``may-have``: path to value."""
AcceptsForm = dict[Text, SentValueForm]
"""``accepts``: name of what is sent, to value."""
AsksAtMostForm = list[Text]
"""``asks-at-most``: the names of what the customer may be asked."""
KeepForm = dict[
    ValueName, Annotated[Annotated[PathText, ONE] | Annotated[list[PathText], Field(min_length=1), LISTED], ONE_OR_LIST]
]
"""``keep``: name to path, or to paths of which the first that is present counts."""


ConditionText = Annotated[Any, text(parse_condition, "condition")]


class NeedsWhenEntry(Form):
    """Needs that hold on a condition."""

    level: ClassVar[str] = "an entry of 'needs-when'"
    example: ClassVar[str] = "{when: 'status is \"delayed\"', needs: {cause: text}}"
    when: ConditionText = Field(description="PATH (is|is not|is in|is not in) JSON")
    needs: NeedsForm = Field(description="path to value")


NeedsWhenForm = list[NeedsWhenEntry]
"""``needs-when``."""


SentenceText = Annotated[Any, text(parse_sentence, "sentence")]


class MustEntry(Form):
    """A sentence with what its break does, and to whom."""

    level: ClassVar[str] = "an entry of 'must'"
    example: ClassVar[str] = "{that: departs is after now, harm: misled}"
    that: SentenceText = Field(description="the sentence: PATH OPERATOR OPERAND")
    harm: HarmWord = Field(LEFT_OUT, description="what a break does to the customer")
    for_: Groups = Field(LEFT_OUT, description="the groups of customers concerned")


def _check_sentences(written: list[JSON]) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(written):
        sentence = " ".join((entry if isinstance(entry, str) else entry.that).split())
        if sentence in seen:
            raise Misread.of("sentence-twice", (index,), value=sentence)
        seen.add(sentence)


MustForm = Annotated[
    list[Annotated[Annotated[SentenceText, ONE] | Annotated[MustEntry, MAPPED], ONE_OR_MAP]], Checked(_check_sentences)
]
"""``must``: sentences, alone or in a map."""


def _check_status(written: JSON) -> None:
    if isinstance(written, str) and re.fullmatch(r"[1-5][xX]{2}|default", written):
        raise Misread.of("status-class", value=written)
    if not isinstance(written, int) or isinstance(written, bool) or not 100 <= written <= 599:
        raise Misread.of("status", value=written)


_Code = Annotated[Any, Checked(_check_status, (("type", "integer"), ("minimum", 100), ("maximum", 599)))]
StatusForm = Annotated[Annotated[_Code, ONE] | Annotated[list[_Code], Field(min_length=1), LISTED], ONE_OR_LIST]
"""``status``: exact codes."""

_Tells = Annotated[str, word("tells-word", "what", "next", "field", "reference")]
TellsForm = Annotated[Annotated[list[_Tells], LISTED] | Annotated[dict[_Tells, PathText], MAPPED], LIST_OR_MAP]


class InformsEntry(Form):
    """An error, and what it has to tell the customer."""

    level: ClassVar[str] = "an entry of 'informs'"
    example: ClassVar[str] = "{when: there is no such booking, status: 404, tells: [what, next]}"
    when: Text = Field(LEFT_OUT, description="in words; part of the id")
    status: StatusForm = Field(description="the exact codes that are right")
    with_: dict[str, Any] = Field(LEFT_OUT, description="what brings the error about, over what the step sends")
    tells: TellsForm = Field(LEFT_OUT, description="what the error says: a problem as of RFC 9457, or word to path")
    retry_after: Duration = Field(LEFT_OUT, description="when to come back at the latest, in the header Retry-After")
    needs: NeedsForm = Field(LEFT_OUT, description="what else the error carries")
    must: MustForm = Field(LEFT_OUT, description="what has to be true of it")
    harm: HarmWord = Field(LEFT_OUT, description="what a break does to the customer")
    for_: Groups = Field(LEFT_OUT, description="the groups of customers concerned")


def informs_name(when: str, status: JSON) -> str:
    """Return what follows ``informs:`` in the id of an entry: *when* as a slug, else the status.

    >>> informs_name("There is no such booking!", 404), informs_name("", [429, 503])
    ('there-is-no-such-booking', '429-503')
    """
    slug = re.sub(r"[^a-z0-9]+", "-", when.lower()).strip("-")
    return slug or "-".join(map(str, status if isinstance(status, list) else [status]))


def _check_names(entries: list[InformsEntry]) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        name = informs_name(entry.when or "", entry.status)
        if name in seen:
            raise Misread.of("informs-twice", (index,), slug=name)
        seen.add(name)


InformsForm = Annotated[list[InformsEntry], Checked(_check_names)]
"""``informs``."""


def _read_quantile(written: str) -> None:
    if written != "max" and not (re.fullmatch(r"p[0-9]{1,2}(\.[0-9]+)?", written) and float(written[1:]) > 0):
        raise Misread.of("quantile", value=written)


def _check_order(times: Mapping[str, str]) -> None:
    ranks = sorted(times, key=lambda name: float("inf") if name == "max" else float(name[1:]))
    for lower, higher in itertools.pairwise(ranks):
        if parse_duration(times[lower]) > parse_duration(times[higher]):
            raise Misread.of("quantiles-order", (lower,), lower=lower, higher=higher)


RespondsWithinForm = Annotated[
    dict[Annotated[str, Checked(_read_quantile)], Duration], Field(min_length=1), Checked(_check_order)
]
"""``responds-within``: ``max``, ``p95`` and their like to a length of time."""


def _check_announces(written: JSON) -> None:
    if isinstance(written, bool):
        return
    if not isinstance(written, str) or not re.fullmatch(DURATION, written):
        raise Misread.of("announces-when", value=written)


AnnouncesForm = Annotated[Any, Checked(_check_announces, (("type", ["boolean", "string"]),))]
"""``announces``: true or false, or how long before a change."""


SurvivesForm = list[Text]
"""``survives``: faults."""


# --- a step -------------------------------------------------------------------------------------------------------------------


class SharedKeys(Form):
    """The keys of every step, whether it carries requirements or not."""

    step: Name = Field(description="its name, unique in the journey")
    call: CallText = Field(LEFT_OUT, description="PARTNER METHOD /path, or PARTNER OPERATION-ID")
    event: EventText = Field(LEFT_OUT, description="PARTNER MESSAGE: what is waited for")
    customer: Text = Field(LEFT_OUT, description="what the customer does or sees, in their words")
    channel: Text = Field(LEFT_OUT, description="where: app, web, sms, phone, …")
    visible: bool = Field(True, description="false below the line of visibility")
    as_: Text = Field(LEFT_OUT, description="an identity of the environment; nobody sends no credentials")
    with_: dict[str, Any] = Field(LEFT_OUT, description="all that we send: name to value or $reference")
    status: StatusForm = Field(LEFT_OUT, description="the exact codes that count as success; else any 2xx")
    within: Duration = Field(LEFT_OUT, description="on a call: ask again until it holds; on an event: time from after")
    safe: bool = Field(LEFT_OUT, description="true: this POST only asks")
    after: Name = Field(LEFT_OUT, description="the step that an event follows")
    match: dict[PathText, Any] = Field(LEFT_OUT, description="which event is ours: path to value or $reference")
    must: MustForm = Field(LEFT_OUT, description="sentences that make sense of the answer")
    keep: KeepForm = Field(LEFT_OUT, description="name to path: what later steps refer to as $name")


class SetupKeys(SharedKeys):
    """A step of ``setup`` or ``cleanup``: it carries no requirements."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in ("call", "event", "state")]})
    level: ClassVar[str] = "a step of 'setup' or 'cleanup'"
    state: Text = Field(LEFT_OUT, description="the state that the partner's Pact handler is asked for, instead of a call")
    params: dict[str, Any] = Field(LEFT_OUT, description="what goes with the state")


class StepKeys(SharedKeys):
    """The keys of a step that belong to no kind of requirement."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [key]} for key in ("call", "event")]})
    level: ClassVar[str] = "a step"
    by: Text = Field(LEFT_OUT, description="the partner that makes this call")
    for_steps: list[Name] = Field(LEFT_OUT, description="the visible steps at which a break of a call by a partner shows")
    fallback: Name = Field(LEFT_OUT, description="the step under fallbacks that catches a break of this one")
    capability: Text = Field(LEFT_OUT, description="the ability that the step needs, whichever partner has it")
    harm: HarmWord = Field(LEFT_OUT, description="what any break of this step does to the customer")
    for_: Groups = Field(LEFT_OUT, description="the groups of customers concerned by the whole step")


KIND_KEYS: Final[Mapping[str, tuple[Any, str]]] = {
    "needs": (NeedsForm, "the facts that are relied on: path to value"),
    "needs-when": (NeedsWhenForm, "needs that hold on a condition"),
    "may-have": (NeedsForm, "facts that may be missing, and fit when they are there: path to value"),
    "accepts": (AcceptsForm, "what has to be taken when it is sent: name to value"),
    "asks-at-most": (AsksAtMostForm, "all that the customer may be asked for"),
    "informs": (InformsForm, "what errors tell"),
    "responds-within": (RespondsWithinForm, "how fast: {p95: 800ms, max: 3s}"),
    "repeat-safe": (bool, "pressing twice changes it once"),
    "survives": (SurvivesForm, "the faults under which the customer is still helped: down, slow, garbled, stale, …"),
    "announces": (AnnouncesForm, "changes are announced in time: true, or how long before"),
}
"""The step keys of FORMAT that belong to kinds of requirement, each with its form.

The file format is the same whatever is installed: a kind not judged yet has its key all the same. A plugin's
kind brings a key of its own."""


KindKeys = tuple[tuple[str, Any], ...]
"""The step keys that kinds own, each with its form."""


@functools.cache
def step_form(kinds: KindKeys = ()) -> type[Form]:
    """Return the form of a step with the keys that *kinds* own; a key of FORMAT takes the kind's form.

    Raises:
        ValueError: If a key is no kind's to own.
    """
    fields: dict[str, Any] = {key: _kind_field(key, form, description) for key, (form, description) in KIND_KEYS.items()}
    for key, form in kinds:
        if key in _NO_KINDS:
            raise ValueError(f"the step key {key!r} is no kind's to own")
        fields[key] = _kind_field(key, form, KIND_KEYS.get(key, (None, ""))[1])
    named = {_field_name(key): field for key, field in fields.items()}
    made: type[Form] = create_model("Step", __base__=StepKeys, __doc__="One step of a journey.", **named)
    return made


_SHARED_WITH_KINDS: Final = ("keep", "must", "within", "match")
_NO_KINDS: Final = {field.alias for field in StepKeys.model_fields.values()} - {*_SHARED_WITH_KINDS}


def _field_name(key: str) -> str:
    return key if key in _SHARED_WITH_KINDS else f"kind_{re.sub('[^a-z0-9]', '_', key)}"


def _kind_field(key: str, form: Any, description: str) -> tuple[Any, Any]:
    return form, Field(LEFT_OUT, alias=key, description=description or None)


# --- a journey ----------------------------------------------------------------------------------------------------------------

_GIVEN_KEYS: Final = ("from", "examples", "fresh", "once")
SourceWord = Annotated[Any, word("given-from", "customer", "system", "staff")]
"""Who can supply a given."""


Examples = Annotated[list[Any], Field(min_length=1)]


def given_space(written: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the JSON Schema of what a given may be, from its schema keys alone; empty where it has none."""
    return schema_of({key: value for key, value in written.items() if key not in _GIVEN_KEYS})


class GivenKeys(Form):
    """A given: who supplies it, and what it may be. Further keys are JSON Schema's: the space that customers are promised."""

    model_config = ConfigDict(extra="allow")
    level: ClassVar[str] = "a given"
    example: ClassVar[str] = "{from: customer, examples: [QX7T2M]}"
    from_: SourceWord = Field(description="who supplies it")
    examples: Examples = Field(LEFT_OUT, description="the n-th examples of all givens belong together")
    fresh: bool = Field(LEFT_OUT, description="an unused one each run; so for a pattern without examples")
    once: bool = Field(LEFT_OUT, description="each example serves one run only")

    @model_validator(mode="after")
    def _has_a_sound_space(self) -> GivenKeys:
        extra = self.model_extra or {}
        mistakes = [*schema_mistakes(extra, offered=_GIVEN_KEYS)] or [*_example_mistakes(schema_of(extra), self.examples or [])]
        if mistakes:
            raise Misread(*mistakes)
        return self


def _example_mistakes(space: dict[str, JSON], examples: list[JSON]) -> Iterator[Mistake]:
    if is_impossible(Value(space)):
        yield Mistake("value-impossible", {})
        return
    validator = jsonschema_rs.Draft202012Validator(space, validate_formats=True, offline=True)
    for index, example in enumerate(examples):
        error = next(iter(validator.iter_errors(example)), None)
        if error is not None:
            yield Mistake("given-example", {"value": example, "why": error.message}, ("examples", index))


_Counted = Annotated[dict[Text, Whole], Field(min_length=1)]
Customers = Annotated[Annotated[Groups, LISTED] | Annotated[_Counted, MAPPED], LIST_OR_MAP]


class Effort(Form):
    """How much is asked of the customer, at most."""

    level: ClassVar[str] = "'effort'"
    example: ClassVar[str] = "{asks: 2, repeats: 0}"
    asks: Whole = Field(LEFT_OUT, description="things asked of the customer")
    repeats: Whole = Field(LEFT_OUT, description="things asked more than once")
    calls: Whole = Field(LEFT_OUT, description="calls that the customer waits for")
    handoffs: Whole = Field(LEFT_OUT, description="times that the customer is passed on")


def _read_reference(written: str) -> None:
    if is_whole_reference(written) is None:
        raise Misread.of("is-reference", value=written)


ReferenceText = Annotated[Any, text(_read_reference, "is-reference")]


class Says(Form):
    """One place where an answer or an identity shows."""

    level: ClassVar[str] = "an entry of 'recognises' or 'says'"
    example: ClassVar[str] = "{at: STEP, field: PATH}"
    at: Name = Field(LEFT_OUT, description="the step")
    field: PathText = Field(LEFT_OUT, description="where in its answer")
    is_: ReferenceText = Field(LEFT_OUT, description="a $name instead")

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Says:
        if (self.is_ is None) == (self.at is None) or (self.at is None) != (self.field is None):
            raise Misread.of("says-one-of")
        return self


_SameAs = Annotated[Any, word("same-as", "exact", "email", "phone", "date", "text")]


class Recognised(Says):
    """One place where a customer is known."""

    as_: _SameAs = Field(LEFT_OUT, description="how it is compared")


class Said(Says):
    """One place that answers the same question."""

    reads: dict[str, Any] = Field(LEFT_OUT, description="their word to ours")


class Consistent(Form):
    """A question that has one answer everywhere."""

    level: ClassVar[str] = "an entry of 'consistent'"
    example: ClassVar[str] = "{within: 60s, says: [{at: STEP, field: PATH}, …]}"
    within: Duration = Field(LEFT_OUT, description="the time by which all agree")
    as_: _SameAs = Field(LEFT_OUT, description="how answers are compared")
    says: list[Said] = Field(description="the places that answer it")


class Succeeds(Form):
    """How often the journey works."""

    level: ClassVar[str] = "'succeeds'"
    example: ClassVar[str] = "{target: 99.5%, over: 28d}"
    target: Percent = Field(description="the share that has to work")
    over: Duration = Field(description="over how long")


class JourneyKeys(Form):
    """The keys of a journey other than those that hold steps with requirements."""

    level: ClassVar[str] = "a journey"
    journey: Id = Field(description="its id, which is also the name of its file")
    goal: Text = Field(LEFT_OUT, description="what the customer wants to achieve, in their words")
    owner: Text = Field(LEFT_OUT, description="who answers for it")
    customers: Customers = Field(LEFT_OUT, description="the groups that take it, or group to how many a month")
    given: dict[ValueName, GivenKeys] = Field(LEFT_OUT, description="what the journey starts with")
    effort: Effort = Field(LEFT_OUT, description="how much is asked of the customer, at most")
    setup: list[SetupKeys] = Field(LEFT_OUT, description="what is made ready first")
    cleanup: list[SetupKeys] = Field(LEFT_OUT, description="what is put back at the end, always")
    recognises: dict[Text, list[Recognised]] = Field(LEFT_OUT, description="everyone knows that the customer is the same")
    consistent: dict[Text, Consistent] = Field(LEFT_OUT, description="the same question has the same answer everywhere")
    succeeds: Succeeds = Field(LEFT_OUT, description="how often it works")
    flow: Text = Field(LEFT_OUT, description="FILE#WORKFLOW: an Arazzo workflow that has the sequence")


@functools.cache
def journey_form(kinds: KindKeys = ()) -> type[Form]:
    """Return the form of a journey file whose steps have the keys that *kinds* own; see :func:`step_form`."""
    steps: Any = types.GenericAlias(list, (step_form(kinds),))
    made: type[Form] = create_model(
        "Journey",
        __base__=JourneyKeys,
        __doc__="One journey: the steps that a customer takes, with what the customer needs at each.",
        steps=(steps, Field(description="the steps, in order")),
        fallbacks=(steps, Field(LEFT_OUT, description="steps that catch a break of others")),
    )
    return made


# --- a partner ----------------------------------------------------------------------------------------------------------------


def _check_secret(written: JSON) -> None:
    if not isinstance(written, str) or not re.fullmatch(SECRET, written):
        raise Misread.of("secret")


def _read_address(written: str) -> None:
    if not re.fullmatch(r"https?://[^\s/?#]+\S*", written):
        raise Misread.of("address", value=written)


Address = Annotated[Any, text(_read_address, "address", format="uri")]


SECRET: Final = r"\$env\.[A-Za-z_][A-Za-z0-9_]*|\$file\.\S+"
"""How a credential is named, as a pattern: it is never written down."""

Secret = Annotated[Any, Checked(_check_secret, (("type", "string"), ("pattern", f"^(?:{SECRET})$")))]


class Basic(Form):
    """Name and password."""

    level: ClassVar[str] = "'basic'"
    example: ClassVar[str] = "{user: $env.NAME, password: $env.NAME}"
    user: Secret
    password: Secret


class OAuth2(Form):
    """OAuth 2.0 client credentials (RFC 6749, section 4.4)."""

    level: ClassVar[str] = "'oauth2'"
    example: ClassVar[str] = "{token-url: https://…, client-id: $env.NAME, client-secret: $env.NAME}"
    token_url: Address
    client_id: Secret
    client_secret: Secret
    scopes: list[Text] = Field(LEFT_OUT)


class ClientCertificate(Form):
    """A certificate that the client shows."""

    level: ClassVar[str] = "'client-certificate'"
    example: ClassVar[str] = "{cert: $file.PATH, key: $file.PATH}"
    cert: Secret
    key: Secret


class Auth(Form):
    """One way to log in; every credential by reference."""

    level: ClassVar[str] = "a way to log in"
    example: ClassVar[str] = "{bearer: $env.NAME}"
    bearer: Secret = Field(LEFT_OUT)
    basic: Basic = Field(LEFT_OUT)
    header: dict[Text, Secret] = Field(LEFT_OUT, description="name of a header to its value")
    query: dict[Text, Secret] = Field(LEFT_OUT, description="name of a query parameter to its value")
    oauth2: OAuth2 = Field(LEFT_OUT)
    client_certificate: ClientCertificate = Field(LEFT_OUT)
    hook: Text = Field(LEFT_OUT, description="the name of a plugin that signs requests")

    @model_validator(mode="after")
    def _is_one_way(self) -> Auth:
        ways = [field.alias or name for name, field in type(self).model_fields.items()]
        chosen = sorted(field.alias or name for name, field in type(self).model_fields.items() if name in self.model_fields_set)
        if not chosen:
            raise Misread.of("auth-none", ways=", ".join(ways))
        if len(chosen) > 1:
            raise Misread.of("auth-several", (chosen[-1],), True, names=", ".join(chosen))
        return self


def _check_may(written: list[JSON]) -> None:
    if written and "read" not in written:
        raise Misread.of("may-write-only")


Host = Annotated[Any, fitting(r"[A-Za-z0-9*][A-Za-z0-9.*-]*(?::[0-9]{1,5})?", "host")]
May = Annotated[list[Annotated[Any, word("may", "read", "write")]], Field(min_length=1), Checked(_check_may)]


class Inbox(Form):
    """Where a partner's events arrive, signed."""

    level: ClassVar[str] = "'inbox'"
    example: ClassVar[str] = "{at: http://127.0.0.1:8099/events, secret: $env.NAME}"
    at: Address = Field(description="the address of this machine that the partner delivers to")
    secret: Secret = Field(LEFT_OUT, description="what deliveries are signed with, as of Standard Webhooks")


InboxForm = Annotated[Annotated[Address, ONE] | Annotated[Inbox, MAPPED], ONE_OR_MAP]
"""``inbox``: an address, alone or with the secret that deliveries are signed with."""


class Environment(Form):
    """One place where a partner runs."""

    level: ClassVar[str] = "an environment"
    example: ClassVar[str] = "{url: https://api.example.com, may: [read]}"
    url: Address = Field(LEFT_OUT, description="replaces the contract's servers")
    contract: Text = Field(LEFT_OUT, description="where this environment runs another version: a file of the partner's folder")
    auth: Auth = Field(LEFT_OUT, description="how we log in")
    identities: dict[Text, Auth] = Field(LEFT_OUT, description="further logins, by the name that a step's `as` uses")
    given: dict[Text, Any] = Field(LEFT_OUT, description="what replaces the examples of givens here")
    hosts: list[Host] = Field(LEFT_OUT, description="further hosts that links may lead to")
    may: May = Field(LEFT_OUT, description="what we may do there: nothing unsafe is sent unless allowed")
    inbox: InboxForm = Field(LEFT_OUT, description="where its events arrive: an address, or {at, secret} where they are signed")


class Owner(Form):
    """Who answers for a partner."""

    level: ClassVar[str] = "'owner'"
    example: ClassVar[str] = "{team: …, contact: …}"
    team: Text = Field(LEFT_OUT)
    contact: Text = Field(LEFT_OUT)


class Limits(Form):
    """What is never exceeded, across all workers."""

    level: ClassVar[str] = "'limits'"
    example: ClassVar[str] = "{rate: 10/s, requests: 2000}"
    rate: Annotated[Any, fitting(r"[1-9][0-9]{0,8}/[smh]", "rate")] = Field(LEFT_OUT, description="how many in which time: 10/s")
    requests: Annotated[int, Field(ge=1)] = Field(LEFT_OUT, description="how many in one run")
    at_once: Annotated[int, Field(ge=1)] = Field(LEFT_OUT, description="how many at the same time")


class NotCoveredKeys(Form):
    """Why nobody needs anything of a partner, and until when that is right."""

    level: ClassVar[str] = "'not-covered'"
    example: ClassVar[str] = "{because: …, until: 2027-01-31}"
    because: Text
    until: Date = Field(LEFT_OUT, description="the last day on which it counts")


class Onboarding(Form):
    """What counts when a partner is taken on."""

    level: ClassVar[str] = "'onboarding'"
    example: ClassVar[str] = "{off: {LINE: why it does not count}}"
    off: dict[Text, Text] = Field(LEFT_OUT, description="line of the scorecard to the reason why it does not count")


class PartnerKeys(Form):
    """One partner: who it is, where it runs, how we log in, what we may do there."""

    level: ClassVar[str] = "partner.yaml"
    partner: Id = Field(description="its id, which is also the name of its folder")
    name: Text = Field(LEFT_OUT, description="its name as shown")
    kind: Annotated[Any, word("partner-kind", "partner", "vendor", "internal")] = Field("partner", description="what it is to us")
    owner: Owner = Field(LEFT_OUT, description="who answers for it")
    contract: Text = Field(LEFT_OUT, description="the contract of record: a file of this folder")
    events: Text = Field(LEFT_OUT, description="its AsyncAPI document: a file of this folder")
    pacts: list[Text] = Field(LEFT_OUT, description="patterns of Pact files, from this folder")
    environments: dict[Name, Environment] = Field(LEFT_OUT, description="where it runs")
    auth: Auth = Field(LEFT_OUT, description="how we log in where an environment says nothing else")
    identities: dict[Text, Auth] = Field(LEFT_OUT, description="further logins, by the name that a step's `as` uses")
    limits: Limits = Field(LEFT_OUT, description="never exceeded, across all workers")
    not_covered: NotCoveredKeys = Field(LEFT_OUT, description="why nobody needs anything of it; that is then no error")
    onboarding: Onboarding = Field(LEFT_OUT, description="which lines of its scorecard do not count")


# --- the estate, and what is accepted -----------------------------------------------------------------------------------------


class Group(Form):
    """One group of customers."""

    level: ClassVar[str] = "a group of customers"
    example: ClassVar[str] = "{monthly: 126000}"
    monthly: Whole = Field(LEFT_OUT, description="how many they are a month")
    share: Annotated[int, Field(ge=0, le=100)] = Field(LEFT_OUT, description="how many of a hundred customers, as packs say it")
    note: Text = Field(LEFT_OUT)

    @model_validator(mode="after")
    def _is_counted(self) -> Group:
        if (self.monthly is None) == (self.share is None):
            raise Misread.of("group-counted")
        return self


class App(Form):
    """One of our own applications."""

    level: ClassVar[str] = "an app"
    example: ClassVar[str] = "{journeys: [JOURNEY]}"
    journeys: list[Text] = Field(description="the journeys that it carries")


class Freshness(Form):
    """How long evidence counts."""

    level: ClassVar[str] = "'freshness'"
    example: ClassVar[str] = "{contract: 1d, fuzz: 7d, live: 1d, emulated: 14d}"
    contract: Duration = Field(LEFT_OUT)
    fuzz: Duration = Field(LEFT_OUT)
    live: Duration = Field(LEFT_OUT)
    emulated: Duration = Field(LEFT_OUT)


class PacksPolicy(Form):
    """What partners get to see of us."""

    level: ClassVar[str] = "'packs'"
    example: ClassVar[str] = "{customers: share, for: 90d}"
    customers: Annotated[Any, word("packs-customers", *map(str, Disclosure))] = Field(
        Disclosure.NOTHING, description="what a pack says of how many customers a break concerns"
    )
    for_: Duration = Field("90d", description="how long a pack can be used")
    may_say: list[Text] = Field(LEFT_OUT, description="names of partners that are everyday words, which packs may say")


def _check_format(written: JSON) -> None:
    if written != 1 or isinstance(written, bool):
        raise Misread.of("format", value=written)


class EstateKeys(Form):
    """The estate: its name, whom it promises things to, and its policy."""

    level: ClassVar[str] = "estate.yaml"
    format: Annotated[Any, Checked(_check_format, (("const", 1),))] = Field(description="of the estate's files: 1")
    estate: Id = Field(description="its name")
    customers: dict[Text, Group] = Field(LEFT_OUT, description="whom we promise things to")
    apps: dict[Text, App] = Field(LEFT_OUT, description="our own applications, as the gate knows them")
    freshness: Freshness = Field(LEFT_OUT, description="how long evidence counts")
    fail_on: list[HarmWord] = Field(LEFT_OUT, description="the harms that close the gate; the others warn")
    private: list[Text] = Field(LEFT_OUT, description="names that never leave the house in a pack")
    packs: PacksPolicy = Field(LEFT_OUT, description="what partners get to see of us")
    onboarding: Onboarding = Field(LEFT_OUT, description="which lines of scorecards do not count, whoever the partner is")


class WaiverKeys(Form):
    """One accepted break."""

    level: ClassVar[str] = "a waiver"
    example: ClassVar[str] = "{id: …, who: …, why: …, until: 2027-01-31}"
    id: Annotated[Any, fitting(r"[^/\s]+/[^/]*/\S.*", "waiver-id")] = Field(description="of a requirement, with * for parts")
    who: Text = Field(description="who accepts it")
    why: Text
    until: Date = Field(LEFT_OUT, description="the last day on which it counts")
    issue: Text = Field(LEFT_OUT, description="where it is being worked on")
    partner: Text = Field(LEFT_OUT, description="only what breaks at this partner")


WaiversForm = list[WaiverKeys]
"""waivers.yaml."""
