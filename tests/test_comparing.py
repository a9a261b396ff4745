"""Two versions of a contract with no estate: how much each change counts, where it stands, and what it is known by."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

import pytest

from cxcontracts.changes import differences
from cxcontracts.comparing import Asked, compare
from cxcontracts.findings import Audience, Change, Compared, Level, Verdict
from cxcontracts.problems import Place
from cxcontracts.rules import RULES
from cxcontracts.scenes import Side
from tests.estates_made import TODAY, answers, contract, operation, read, saying, taking, with_parameter

OK = "responses: {'200': {description: ok}}"
SHARED = "components: {{schemas: {{Order: {{type: object, properties: {{state: {{enum: {values}}}}}}}}}}}"
ORDER = "content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}"


def compared(before: str, after: str, asked: Asked | None = None) -> Compared:
    return compare(Side(read(before)), Side(read(after)), "made", asked or Asked(TODAY))


def only(before: str, after: str, asked: Asked | None = None) -> Change:
    (change,) = compared(before, after, asked).changes
    return change


# --- how much it counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "rule", "level", "breaks"),
    [
        (answers("{a: {}, b: {}}"), answers("{b: {}}"), "response-property-removed", Level.ERROR, Audience.READERS),
        (answers("{b: {}}"), answers("{a: {}, b: {}}"), "response-property-added", Level.INFO, Audience.NOBODY),
        (saying("{enum: [x]}"), saying("{enum: [x, y]}"), "response-enum-widened", Level.WARNING, Audience.READERS),
        (saying("{enum: [x, y]}"), saying("{enum: [x]}"), "response-enum-narrowed", Level.INFO, Audience.NOBODY),
        (taking("{enum: [x, y]}"), taking("{enum: [x]}"), "request-enum-narrowed", Level.ERROR, Audience.SENDERS),
        (taking("{type: integer}"), taking("{type: number}"), "request-type-changed", Level.INFO, Audience.NOBODY),
        (operation(OK), operation(f"deprecated: true\n{OK}"), "deprecated", Level.INFO, Audience.NOBODY),
        (taking("{default: 1}"), taking("{default: 2}"), "request-default-changed", Level.WARNING, Audience.SENDERS),
    ],
)
def test_a_change_counts_as_its_rule_says_and_as_nothing_much_where_it_breaks_nobody(
    before: str, after: str, rule: str, level: Level, breaks: Audience
) -> None:
    change = only(before, after)

    assert (change.rule, change.level, change.breaks) == (rule, level, breaks)


def test_a_widened_list_of_answers_is_no_break_but_has_a_class_of_its_own() -> None:
    change = only(saying("{enum: [x]}"), saying("{enum: [x, y]}"))

    assert change.verdict is Verdict.INTACT
    assert not change.breaking
    assert "closed the set" in RULES[change.rule].meaning


def test_a_level_can_be_set_for_each_rule_and_leaves_the_verdict_as_it_is() -> None:
    asked = Asked(TODAY, severities={"response-enum-widened": Level.ERROR, "response-property-removed": Level.INFO})

    widened = only(saying("{enum: [x]}"), saying("{enum: [x, y]}"), asked)
    removed = only(answers("{a: {}, b: {}}"), answers("{b: {}}"), asked)

    assert (widened.level, widened.verdict) == (Level.ERROR, Verdict.INTACT)
    assert (removed.level, removed.verdict) == (Level.INFO, Verdict.BROKEN)


def test_the_worst_comes_first() -> None:
    levels = [
        change.level for change in compared(answers("{a: {}, b: {enum: [x]}}"), answers("{b: {enum: [x, y]}, c: {}}")).changes
    ]

    assert levels == [Level.ERROR, Level.WARNING, Level.INFO]


@pytest.mark.parametrize("level", ["draft", "alpha"])
def test_what_was_draft_or_alpha_only_breaks_no_promise(level: str) -> None:
    before, after = (f"x-stability-level: {level}\nparameters: {text}\n{OK}" for text in ("[{name: q, in: query}]", "[]"))

    change = only(operation(before), operation(after))

    assert (change.verdict, change.level) == (Verdict.INTACT, Level.INFO)
    assert change.because.endswith("which promises nothing")


def test_what_a_draft_shares_with_a_stable_operation_is_told_of_the_stable_one() -> None:
    def shared(values: str) -> str:
        paths = f"/draft: {{get: {{x-stability-level: draft, responses: {{'200': {{{ORDER}}}}}}}}}\n"
        return contract(f"{paths}/stable: {{get: {{responses: {{'200': {{{ORDER}}}}}}}}}", SHARED.format(values=values))

    change = only(shared("[x]"), shared("[1]"))

    assert change.element.startswith("GET /stable")


@pytest.mark.parametrize(
    ("sunset", "rule"),
    [("2026-12-31", "operation-removed-as-announced"), ("2027-12-31", "operation-removed-before-sunset")],
)
def test_an_operation_that_goes_as_announced_is_a_warning_and_before_its_day_an_error(sunset: str, rule: str) -> None:
    before = contract(f"/a: {{get: {{deprecated: true, x-sunset: '{sunset}', {OK}}}}}\n/b: {{get: {{{OK}}}}}")

    change = only(before, contract(f"/b: {{get: {{{OK}}}}}"))

    assert (change.rule, change.level) == (rule, RULES[rule].level)


def test_descriptions_are_compared_only_if_asked_for() -> None:
    before, after = (answers(f"{{amount: {{description: {text}}}}}") for text in ("with tax", "net of tax"))

    assert compared(before, after).changes == ()
    change = only(before, after, Asked(TODAY, descriptions=True))
    assert (change.rule, change.because) == (
        "description-changed",
        'amount is described differently: "net of tax"; it was "with tax"',
    )


def test_a_schema_that_is_unsound_is_unproven_and_never_harmless() -> None:
    change = only(answers("{a: {type: string}}"), answers("{a: {type: strnig}}"))

    assert (change.rule, change.verdict, change.level) == ("not-compared", Verdict.UNPROVEN, Level.WARNING)


# --- one edit, one change ----------------------------------------------------------------------------------------------------


def test_a_shared_schema_that_is_edited_once_is_one_change_with_its_places() -> None:
    def used(times: int, values: str) -> str:
        paths = (f"/p{number}: {{get: {{responses: {{'200': {{{ORDER}}}}}}}}}" for number in range(times))
        return contract("\n".join(paths), SHARED.format(values=values))

    change = only(used(40, "[x]"), used(40, "[x, y]"))

    assert change.places == 40


def test_a_contract_that_is_served_elsewhere_as_a_whole_is_told_and_is_no_change() -> None:
    before, after = (
        contract(f"/a: {{get: {{{OK}}}}}", f"servers: [{{url: 'https://a.example/{path}'}}]") for path in ("v1", "v2")
    )

    found = compared(before, after)

    assert found.changes == ()
    assert found.warnings[0].startswith("everything is served under /v2 now, it was /v1")


def test_operations_that_are_served_elsewhere_alone_are_one_change_that_breaks_their_callers() -> None:
    other = "servers: [{url: /v2}]"
    before = contract(f"/a: {{get: {{{OK}}}}}\n/b: {{get: {{{OK}}}}}\n/c: {{get: {{{OK}}}}}", "servers: [{url: /v1}]")
    after = contract(
        f"/a: {{get: {{{other}, {OK}}}}}\n/b: {{get: {{{other}, {OK}}}}}\n/c: {{get: {{{OK}}}}}", "servers: [{url: /v1}]"
    )

    change = only(before, after)

    assert (change.rule, change.verdict, change.places) == ("operation-moved", Verdict.BROKEN, 2)


# --- where it stands ---------------------------------------------------------------------------------------------------------


def test_a_change_stands_where_it_is_written_in_both_versions() -> None:
    before = "openapi: 3.1.0\ninfo: {title: a, version: 1}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n"
    before += "          content: {application/json: {schema: {type: object, properties: {x: {type: string}}}}}\n"
    change = only(before, "\n\n" + before.replace("x: {type: string}", "x: {type: integer}"))

    assert change.was is not None and change.is_ is not None
    assert (change.was.line, change.is_.line) == (8, 10)
    column = before.splitlines()[7].index("x: {type") + 1
    assert (change.was.column, change.is_.column) == (column, column)


def test_what_is_new_or_gone_has_the_place_of_what_is_around_it_in_the_other_version() -> None:
    removed = only(answers("{a: {}, b: {}}"), answers("{b: {}}"))
    added = only(contract(f"/a: {{get: {{{OK}}}}}"), contract(f"/a: {{get: {{{OK}}}, put: {{{OK}}}}}"))

    assert removed.was is not None and removed.is_ is not None
    assert added.was is None and added.is_ is not None


def line(place: Place | None, document: str) -> str:
    """Return the line of a document that a place is in."""
    assert place is not None
    return document.splitlines()[place.line - 1].strip()


PARTS = """
components:
  schemas:
    Base: {type: object, properties: {a: {}}}
    Thing:
      allOf:
        - $ref: '#/components/schemas/Base'
        - type: object
          properties:
            b: {}
"""


def test_a_member_that_is_gone_stands_at_the_schema_that_had_it_and_not_at_the_first_of_its_parts() -> None:
    old, new = (saying("{$ref: '#/components/schemas/Thing'}", PARTS.replace("b: {}", kept)) for kept in ("b: {}", "{}"))

    gone = only(old, new)

    assert (gone.rule, line(gone.was, old), line(gone.is_, new)) == ("response-property-removed", "b: {}", "Thing:")


def test_alternatives_stand_where_they_are_listed() -> None:
    choice = """
components:
  schemas:
    One: {type: object, required: [a], properties: {a: {}}}
    Two: {type: object, required: [b], properties: {b: {}}}
    Three: {type: object, required: [c], properties: {c: {}}}
    Choice:
      oneOf: [{$ref: '#/components/schemas/One'}, {$ref: '#/components/schemas/Two'}]
"""
    old = saying("{$ref: '#/components/schemas/Choice'}", choice)
    new = old.replace("Two'}]", "Two'}, {$ref: '#/components/schemas/Three'}]")

    more = only(old, new)

    assert (more.rule, line(more.was, old), line(more.is_, new)) == ("response-alternatives-changed", "Choice:", "Choice:")


def test_null_beside_alternatives_is_null_and_no_alternative() -> None:
    one, two = ("{type: object, required: [a], properties: {a: {}}}", "{type: object, required: [b], properties: {b: {}}}")
    old, new = (saying(f"{{oneOf: [{one}, {two}{null}]}}") for null in ("", ", {type: 'null'}"))

    assert (only(old, new).rule, only(old, new).verdict) == ("response-became-nullable", Verdict.BROKEN)
    assert (only(new, old).rule, only(new, old).verdict) == ("response-no-longer-nullable", Verdict.INTACT)
    taken, refused = (taking(f"{{oneOf: [{one}, {two}{null}]}}") for null in (", {type: 'null'}", ""))
    assert (only(taken, refused).rule, only(taken, refused).verdict) == ("request-no-longer-nullable", Verdict.BROKEN)


def test_a_header_of_an_event_stands_where_it_is_written_and_is_shown_with_the_body_that_the_event_needs() -> None:
    def told(pattern: str) -> str:
        schema = "{type: object, required: [a], properties: {a: {}}}"
        body = f"requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}"
        trace = f"{{name: X-Trace, in: header, schema: {{pattern: '{pattern}', type: string}}}}"
        trace = f"\ncomponents:\n  parameters:\n    Trace:\n      {trace}\n"
        event = f"webhooks: {{told: {{post: {{parameters: [{{$ref: '#/components/parameters/Trace'}}], {body}}}}}}}\n"
        return contract(f"/a: {{get: {{{OK}}}}}", event + trace)

    old, new = told("^[a-z]{3}$"), told("^[a-z0-9]{3}$")

    changed = only(old, new)

    assert (changed.rule, changed.verdict) == ("event-pattern-changed", Verdict.BROKEN)
    assert "X-Trace" in line(changed.was, old) and "X-Trace" in line(changed.is_, new)
    assert changed.witness is not None and "a" in changed.witness.request.body


# --- what it is known by -----------------------------------------------------------------------------------------------------

BEFORE = """\
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
paths:
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}, {name: q, in: query}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
  /orders:
    get:
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
components:
  schemas:
    Order: {type: object, properties: {state: {enum: [open, sent]}, note: {type: string, maxLength: 20}}}
"""
AFTER = (
    BEFORE.replace("[open, sent]", "[open, sent, lost, found]")
    .replace(", maxLength: 20", "")
    .replace(", {name: q, in: query}", "")
)
REORDERED = """\
components:
  schemas:
    Order: {properties: {note: {description: what I said, type: string}, state: {enum: [found, sent, lost, open]}}, type: object}
paths:
  /orders:
    get:
      summary: All of them
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}, description: fine}}
  /orders/{orderId}:
    get:
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
      parameters: [{schema: {type: string}, in: path, name: orderId, required: true}]
info: {version: 1.0.0, title: Shop}
openapi: 3.0.3
"""


def test_a_fingerprint_stays_when_parts_are_reordered_renamed_or_described_in_other_words() -> None:
    one, other = (compared(BEFORE, after).changes for after in (AFTER, REORDERED))

    assert {change.fingerprint for change in one} == {change.fingerprint for change in other}
    assert len({change.fingerprint for change in one}) == len(one)


def test_a_fingerprint_does_not_hang_on_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [change.fingerprint for change in compared(BEFORE, AFTER).changes]
    reworded = {name: dataclasses.replace(rule, sentence="{name}!") for name, rule in RULES.items()}
    monkeypatch.setattr("cxcontracts.comparing.RULES", reworded)

    assert [change.fingerprint for change in compared(BEFORE, AFTER).changes] == known


def test_another_edit_in_the_same_place_has_another_fingerprint() -> None:
    one, other = (only(saying("{enum: [x]}"), saying(f"{{enum: [x, {value}]}}")) for value in ("y", "z"))

    assert one.fingerprint != other.fingerprint


def test_the_same_documents_give_the_same_changes() -> None:
    assert compared(BEFORE, AFTER) == compared(BEFORE, AFTER)


# --- what it says ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "because"),
    [
        (with_parameter("{name: q, in: query}"), with_parameter(""), "the query parameter q is no longer taken"),
        (with_parameter(""), with_parameter("{name: q, in: header, required: true}"), "a call now needs the header parameter q"),
        (saying("{type: string}"), saying("{type: integer}"), "the answer is a whole number; it was text"),
        (taking("{type: integer}"), taking("{type: string}"), "the body is text; it was a whole number"),
        (answers("{a: {type: object, properties: {b: {}}}}"), answers("{a: {type: object, properties: {}}}"), "a.b is no longer"),
        (
            operation("responses: {'200': {headers: {X-A: {}}}}"),
            operation("responses: {'200': {}}"),
            "the header X-A is no longer",
        ),
        (saying("{}"), saying("{}", media="application/xml"), "the answer no longer comes as application/json"),
        (contract(f"/a: {{get: {{{OK}}}}}"), contract(f"/b: {{get: {{{OK}}}}}"), "GET /a is gone: every call of it fails"),
        (saying("{multipleOf: 2}"), saying("{multipleOf: 3}"), "the answer is bound otherwise: multipleOf 3, it was 2"),
    ],
)
def test_a_change_is_told_in_one_sentence_that_names_what_changed(before: str, after: str, because: str) -> None:
    assert any(change.because.startswith(because) for change in compared(before, after).changes)


def test_today_is_the_day_it_is_unless_another_is_asked_for() -> None:
    assert Asked().today == datetime.datetime.now(tz=datetime.UTC).date()


# --- what a partner sends of its own accord -----------------------------------------------------------------------------------

PAYLOAD = "requestBody: {{content: {{application/json: {{schema: {{type: object, properties: {{{0}}}}}}}}}}}"


def webhook(members: str, name: str = "shipped") -> str:
    return contract(f"/a: {{get: {{{OK}}}}}", f"webhooks: {{{name}: {{post: {{{PAYLOAD.format(members)}}}}}}}")


def callback(members: str, address: str = "{$request.body#/url}") -> str:
    calls = f"callbacks: {{told: {{'{address}': {{post: {{{PAYLOAD.format(members)}}}}}}}}}"
    return operation(f"{calls}\n{OK}", call="POST /thing")


@pytest.mark.parametrize("event", [webhook, callback])
def test_what_an_event_says_is_compared_as_what_an_answer_says(event: Callable[[str], str]) -> None:
    removed = only(event("a: {}, b: {}"), event("b: {}"))
    widened = only(event("a: {enum: [x]}"), event("a: {enum: [x, y]}"))

    assert (removed.rule, removed.verdict) == ("event-property-removed", Verdict.BROKEN)
    assert removed.witness is not None and "a" not in removed.witness.request.body
    assert (widened.rule, widened.level) == ("event-enum-widened", Level.WARNING)


def test_an_event_that_is_gone_is_an_error_that_no_exchange_shows() -> None:
    changes = compared(webhook("a: {}"), webhook("a: {}", "sent")).changes

    assert {(change.rule, change.level, change.because) for change in changes} == {
        ("event-removed", Level.ERROR, "the webhook shipped is no longer sent"),
        ("event-added", Level.INFO, "the webhook sent is sent now"),
    }


def test_a_callback_that_reads_its_address_elsewhere_is_an_error_and_still_compared() -> None:
    changes = compared(callback("a: {}, b: {}"), callback("b: {}", "{$request.body#/webhook/url}")).changes

    assert [change.rule for change in changes] == ["event-property-removed", "event-address-changed"]


def test_a_contract_of_webhooks_alone_is_one_that_was_compared() -> None:
    lone = "openapi: 3.1.0\ninfo: {title: a, version: 1}\nwebhooks: {shipped: {post: {responses: {'200': {}}}}}\n"

    assert compared(lone, lone).operations == 2


# --- operations that moved ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [("/a/{x}/: {get: ", "/a/{y}: {get: "), ("/a: {get: {operationId: ask, ", "/b: {get: {operationId: ask, ")],
)
def test_an_operation_that_moved_is_one_change_and_is_compared_where_it_is_now_if_that_is_its_own_path(
    before: str, after: str
) -> None:
    def with_answer(start: str, values: str) -> str:
        opening = start if start.endswith(", ") else f"{start}{{"
        return contract(f"{opening}responses: {{'200': {{content: {{application/json: {{schema: {{enum: {values}}}}}}}}}}}}}}}")

    changes = compared(with_answer(before, "[x]"), with_answer(after, "[1]")).changes

    assert "operation-moved" in [change.rule for change in changes]
    assert len(changes) == (2 if "{x}" in before else 1)


@pytest.mark.parametrize(
    ("before", "after", "now"),
    [
        (["/v1/a", "/v1/b/{x}", "/v1/c"], ["/v2/a", "/v2/b/{y}", "/v2/c"], "/v2/c"),
        (["/a", "/b/{x}", "/c/{x}/d"], ["/api/v1/a", "/api/v1/b/{y}", "/api/v1/c/{y}/d"], "/api/v1/c/{y}/d"),
        (["/api/a", "/api/b", "/api/c"], ["/a", "/b", "/c"], "/c"),
    ],
)
def test_operations_that_moved_together_take_those_along_whose_names_have_changed(
    before: list[str], after: list[str], now: str
) -> None:
    def of(paths: list[str], said: str, last: str) -> str:
        names = ["first", "second", last]
        response = f"responses: {{'200': {{description: ok, content: {{application/json: {{schema: {said}}}}}}}}}"
        return contract("\n".join(
            f"{path}: {{get: {{operationId: {name}, {response}}}}}" for path, name in zip(paths, names, strict=True)
        ))  # fmt: skip

    changes = compared(of(before, "{type: string}", "old"), of(after, "{type: integer}", "new")).changes

    moved = {change.element: change.because for change in changes if change.rule == "operation-moved"}
    inside = [change.element for change in changes if change.rule == "response-type-changed"]
    assert moved[f"GET {before[2]}"].startswith(f"GET {before[2]} is answered elsewhere: at GET {now}")
    assert len(moved) == 3
    assert f"GET {now} 200 application/json" in inside


def test_an_operation_that_moved_alone_says_nothing_of_where_others_went() -> None:
    before = contract(f"/v1/a: {{get: {{operationId: a, {OK}}}}}\n/v1/b: {{get: {{{OK}}}}}")
    after = contract(f"/v2/a: {{get: {{operationId: a, {OK}}}}}\n/v2/b: {{get: {{{OK}}}}}")

    assert sorted(change.rule for change in compared(before, after).changes) == [
        "operation-added",
        "operation-moved",
        "operation-removed",
    ]


def test_an_operation_that_cannot_be_read_in_the_record_is_not_compared_and_stops_nothing() -> None:
    broken = contract(f"/a: {{$ref: '#/nowhere'}}\n/b: {{get: {{{OK}}}}}")

    changes = compared(broken, contract(f"/a: {{get: {{{OK}}}}}\n/b: {{get: {{{OK}}}}}")).changes

    assert [(change.rule, change.element) for change in changes] == [("not-compared", "GET /a")]


@pytest.mark.parametrize(
    ("status", "because"),
    [
        ("'404'", "a (in 404) is no longer answered"),
        ("default", "a (in any other answer) is no longer answered"),
        ("'201'", "a is no longer answered"),
    ],
)
def test_what_is_no_success_says_which_answer_it_is(status: str, because: str) -> None:
    def failing(members: str) -> str:
        said = f"{{content: {{application/json: {{schema: {{type: object, properties: {{{members}}}}}}}}}}}"
        return operation(f"responses: {{'200': {{}}, {status}: {said}}}")

    assert only(failing("a: {}, b: {}"), failing("b: {}")).because == because


def test_a_header_that_is_gone_stands_at_the_answer_that_had_it() -> None:
    old, new = (operation(f"responses:\n  '200':\n    description: ok\n{more}") for more in ("    headers: {X-A: {}}\n", ""))

    removed = only(old, new)

    assert removed.rule == "response-header-removed"
    assert removed.is_ is not None and new.splitlines()[removed.is_.line - 1].strip() == "'200':"


def test_a_media_type_that_is_gone_stands_where_it_was_written_and_the_answer_is_whole_in_what_is_left() -> None:
    left = "application/json: {schema: {type: object, required: [a], properties: {a: {}}}}"
    old, new = (operation(f"responses:\n  '200':\n    content:\n      {left}{more}") for more in ("\n      text/csv: {}", ""))

    removed = only(old, new)

    assert removed.rule == "response-media-type-removed"
    assert removed.was is not None and old.splitlines()[removed.was.line - 1].strip() == "text/csv: {}"
    assert removed.witness is not None
    assert removed.witness.response.headers["content-type"] == "application/json"
    assert removed.witness.response.body == {"a": "text"}


CHOSEN = "components: {schemas: {Sort: {enum: [a, b], default: %s}}}"
SORT = "schema: {$ref: '#/components/schemas/Sort'}"


@pytest.mark.parametrize(
    ("places", "told"),
    [
        (["required: true"], None),
        (["required: false"], "GET /0 query q"),
        (["required: true", "required: false"], "GET /1 query q"),
        (["required: false", "required: true"], "GET /0 query q"),
    ],
)
def test_another_default_is_told_where_it_may_be_left_out(places: list[str], told: str | None) -> None:
    paths = "\n".join(
        f"/{number}: {{get: {{parameters: [{{name: q, in: query, {place}, {SORT}}}], {OK}}}}}"
        for number, place in enumerate(places)
    )

    changes = compared(contract(paths, CHOSEN % "a"), contract(paths, CHOSEN % "b")).changes

    assert [(change.rule, change.element) for change in changes] == ([("request-default-changed", told)] if told else [])


def test_another_default_is_told_where_it_may_be_left_out_though_another_operation_was_looked_into_before() -> None:
    paths = "\n".join(
        f"/{needed}: {{get: {{parameters: [{{name: q, in: query, required: {needed}, {SORT}}}], {OK}}}}}"
        for needed in ("true", "false")
    )
    before, after = (Side(read(contract(paths, CHOSEN % value))) for value in "ab")
    called = before.contract.at("GET", "/true")
    assert called is not None

    (change,) = differences(before, after, [called], lambda _: (), TODAY)

    assert (change.element, change.rule) == ("GET /false query q", "request-default-changed")


@pytest.mark.parametrize(("required", "told"), [("[]", True), ("[a]", False)])
def test_another_default_of_a_member_is_told_where_it_may_be_left_out(required: str, told: bool) -> None:
    old, new = (taking(f"{{type: object, required: {required}, properties: {{a: {{default: {value}}}}}}}") for value in (1, 2))

    assert bool(compared(old, new).changes) is told


# --- what alternatives are called ---------------------------------------------------------------------------------------------


COMPONENTS = """components:
  schemas:
    Base: {type: object, properties: {id: {}}}
    Card: {allOf: [{$ref: '#/components/schemas/Base'}], required: [number], properties: {number: {}}}
    Iban: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [iban], properties: {iban: {}}}]}
    Cash: {type: object, required: [cash], properties: {cash: {}}}
"""


@pytest.mark.parametrize(
    ("alternative", "name"),
    [
        ("{$ref: '#/components/schemas/Cash'}", "Cash"),
        ("{$ref: '#/components/schemas/Card'}", "Card"),
        ("{$ref: '#/components/schemas/Iban'}", "Iban"),
        ("{type: object, required: [d], properties: {a: {}, b: {}, c: {}, d: {}}}", "an object of a, b, c and more"),
        ("{type: array, items: {}}", "a list"),
    ],
)
def test_an_alternative_goes_by_the_name_of_its_component_and_without_one_by_its_members(alternative: str, name: str) -> None:
    one, other = (
        operation(
            f"responses: {{'200': {{content: {{application/json: {{schema: {{oneOf: [{{type: string}}{more}]}}}}}}}}}}",
            COMPONENTS,
        )
        for more in ("", f", {alternative}")
    )

    assert f"has other alternatives, with {name}" in only(one, other).because
