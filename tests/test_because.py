"""What a finding says to a product owner: one sentence, true to the contracts, each case as a change and its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.estates_made import answers, change, check, impact, judged, opened, operation, saying, taking, with_parameter, write

TEXT = "{type: string}"
WITHIN = "{c: {type: object, required: [t], properties: {t: {type: string}}}}"
ANY_BUT_NULL = "{type: [string, number, boolean, object, array]}"
TIME = "{type: string, format: date-time}"


def said(folder: Path, before: str, after: str, needs: str, kind: str = "needs") -> str:
    """Return the sentence of the only need of a change."""
    path = needs.partition(":")[0].strip("{ '")
    return change(folder, before, after, f"{kind}: {needs}")[f"{kind}:{path}"].because


# --- a field that is no longer there -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "needs", "sentence"),
    [
        (answers(f"{{a: {TEXT}}}", "[a]"), answers(f"{{a: {TEXT}}}"), "{a: text}", "a may now be missing; the journey needs it"),
        (answers(f"{{a: {TEXT}}}"), answers(f"{{b: {TEXT}}}"), "{a: text}", "a is gone; the journey needs it"),
        (
            answers("{a: {type: string, format: date}}", "[a]"),
            answers("{a: {type: [string, 'null'], format: date}}", "[a]"),
            "{a: date}",
            "a may now be null; the journey needs a date",
        ),
        (
            answers(f"{{a: {TEXT}}}", "[a]"),
            answers("{a: {type: 'null'}}"),
            "{a: text}",
            "a can now only be null; the journey needs text",
        ),
        (answers(WITHIN, "[c]"), answers(WITHIN), "{c.t: text}", "c may now be missing; the journey needs its t"),
        (
            answers(WITHIN, "[c]"),
            answers(WITHIN.replace("type: object,", "type: [object, 'null'],"), "[c]"),
            "{c.t: text}",
            "c may now be null; the journey needs its t",
        ),
        (answers(WITHIN), answers(f"{{d: {TEXT}}}"), "{c.t: text}", "c is gone; the journey needs its t"),
        (answers(WITHIN), answers("{c: {type: array}}"), "{c.t: text}", "c is now a list; the journey needs its t"),
        (
            answers(WITHIN, "[c]"),
            answers(f"{{c: {{oneOf: [{WITHIN[4:-1]}, {TEXT}]}}}}", "[c]"),
            "{c.t: text}",
            "c may now be text; the journey needs its t",
        ),
        (answers(WITHIN, "[c]"), answers("{c: {}}", "[c]"), "{c.t: text}", "c may now be anything; the journey needs its t"),
        (
            answers(f"{{a: {TEXT}}}"),
            saying(f"{{type: array, items: {{type: object, properties: {{a: {TEXT}}}}}}}"),
            "{a: text}",
            "the answer is now a list; the journey needs a",
        ),
        (
            saying(f"{{type: array, items: {{type: object, properties: {{a: {TEXT}}}}}}}"),
            answers(f"{{things: {{type: array, items: {{type: object, properties: {{a: {TEXT}}}}}}}}}"),
            "{'*.a': text}",
            "the answer is now an object; the journey needs *.a",
        ),
        (
            answers("{l: {type: array, items: {type: string}}}", "[l]"),
            answers("{l: {type: array, items: {type: string}}}"),
            "{l.*: text}",
            "l may now be missing; the journey needs l.*",
        ),
        (
            saying(f"{{oneOf: [{{type: object, required: [a], properties: {{a: {TEXT}}}}}]}}"),
            saying(
                f"{{oneOf: [{{type: object, required: [a], properties: {{a: {TEXT}}}}},"
                f" {{type: object, properties: {{b: {TEXT}}}}}]}}"
            ),
            "{a: text}",
            "a may now be missing; the journey needs it",
        ),
        (
            answers(f"{{a: {TEXT}}}", "[a]"),
            operation("responses: {'204': {description: x}}"),
            "{a: text}",
            "the answer now comes without a body (204); the journey needs a",
        ),
    ],
)
def test_what_became_of_a_field_is_said_at_its_place(before: str, after: str, needs: str, sentence: str, tmp_path: Path) -> None:
    assert said(tmp_path, before, after, needs) == sentence


def test_what_it_could_be_before_as_well_is_not_called_new(tmp_path: Path) -> None:
    before = answers("{a: {type: [string, 'null']}}")
    after = answers("{a: {type: 'null'}}")

    assert said(tmp_path, before, after, "{a: text}") == "a can now only be null; the journey needs text"


def test_the_alternative_that_had_the_field_is_gone_not_the_part_that_some_never_had(tmp_path: Path) -> None:
    with_field, without, bare = (
        f"{{type: object, required: [k], properties: {{k: {{enum: [{kind}]}}, {more}}}}}"
        for kind, more in (
            ("one", f"p: {{type: object, properties: {{x: {TEXT}}}}}"),
            ("two", f"p: {{type: object, properties: {{y: {TEXT}}}}}"),
            ("three", f"q: {TEXT}"),
        )
    )
    before, after = (saying(f"{{oneOf: [{', '.join(some)}]}}") for some in ((with_field, without, bare), (without, bare)))

    assert said(tmp_path, before, after, "{p.x: text}") == "p.x is gone; the journey needs it"


def test_a_header_is_called_one_and_spelled_as_its_contract_spells_it(tmp_path: Path) -> None:
    before, after = (
        operation(f"responses: {{'200': {{description: x, headers: {{X-A: {{required: {sure}, schema: {TEXT}}}}}}}}}")
        for sure in ("true", "false")
    )

    assert said(tmp_path, before, after, "{header.x-a: text}") == "the header X-A may now be missing; the journey needs it"


def test_a_need_in_some_cases_says_in_which(tmp_path: Path) -> None:
    late = "s: {enum: [late, on-time]}"
    before, after = (answers(f"{{a: {TEXT}, {late}}}", names) for names in ("[a, s]", "[s]"))
    step = "needs-when: [{when: 's is \"late\"', needs: {a: text}}]"

    because = change(tmp_path, before, after, step)["needs-when:a"].because

    assert because == 'a may now be missing; the journey needs it when s is "late"'


# --- a value that is not understood ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "value", "sentence"),
    [
        ("{enum: [x, y]}", "{enum: [x, y, z]}", "[x, y]", 'a may now be "z"; the journey understands "x" or "y"'),
        ("{enum: [x, y]}", TEXT, "[x, y]", 'a may now be any text; the journey understands "x" or "y"'),
        ("{enum: [x, y]}", "{enum: [u, v]}", "[x, y]", 'a is now "u" or "v"; the journey understands "x" or "y"'),
        (TEXT, "{type: array, items: {type: string}}", "text", "a is now a list; the journey understands text"),
        (TEXT, "{type: [string, integer]}", "text", "a may now be a whole number; the journey understands text"),
        (TEXT, ANY_BUT_NULL, "text", "a may now be anything; the journey understands text"),
        (TEXT, "{}", "text", "a may now be null; the journey needs text"),
        (TIME, "{type: string, format: date}", "date-time", "a is now a date; the journey understands a date and time"),
        (TIME, "{type: string, maxLength: 9}", "date-time", "a is now text of at most 9 characters; {time}"),
        (TIME, TEXT, "date-time", "a may now be any text; {time}"),
        ("{type: integer}", "{type: number}", "integer", "a may now be 0.5; the journey understands a whole number"),
        (
            "{anyOf: [{type: integer}, {enum: [x]}]}",
            "{anyOf: [{type: integer}, {enum: [x, y]}]}",
            "integer",
            'a may now be "y"; the journey understands a whole number',
        ),
        (
            "{type: string, pattern: '^(.*)[a-f]$'}",
            "{anyOf: [{type: string, pattern: '^[g-k]$'}, {type: integer}, {type: array}]}",
            "{type: string, pattern: '^[a-f]$'}",
            "a can no longer be what the journey understands: text like [a-f]",
        ),
        ("{type: integer}", TEXT, "integer", "a is now text; the journey understands a whole number"),
        (
            "{type: integer, maximum: 4}",
            "{type: integer, maximum: 9}",
            "{type: integer, maximum: 4}",
            "a may now be 5; the journey understands at most 4",
        ),
        (
            "{type: string, maxLength: 35}",
            "{type: string, maxLength: 140}",
            "{type: string, maxLength: 35}",
            "a may now have 36 characters; the journey understands at most 35",
        ),
        (
            "{type: string, minLength: 1}",
            TEXT,
            "{type: string, minLength: 1}",
            "a may now be empty; the journey needs text that is not empty",
        ),
        (
            "{type: string, pattern: '^[0-9]+(h|m)$'}",
            "{type: string, pattern: '^[0-9]+(h|m|s)$'}",
            "{type: [string, null], pattern: '^[0-9]+(h|m)$'}",
            'a may now be "0s"; the journey understands text like [0-9]+(h|m)',
        ),
    ],
)
def test_a_value_that_is_new_is_told_with_what_is_understood(
    before: str, after: str, value: str, sentence: str, tmp_path: Path
) -> None:
    wanted = sentence.replace("{time}", "the journey understands a date and time")
    old, new = (answers(f"{{a: {each}}}", "[a]") for each in (before, after))

    assert said(tmp_path, old, new, f"{{a: {value}}}") == wanted


def test_a_length_that_was_too_great_before_is_not_called_new(tmp_path: Path) -> None:
    before, after = (answers(f"{{a: {{type: string, maxLength: {most}}}}}", "[a]") for most in (50, 90))

    because = said(tmp_path, before, after, "{a: {type: string, maxLength: 35}}")

    assert because == "a may now have 51 characters; the journey understands at most 35"


# --- what is not promised ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "needs", "sentence"),
    [
        (answers(f"{{a: {TEXT}}}"), "{a: text}", "a is not promised: it may be missing"),
        (answers("{a: {type: [string, 'null']}}", "[a]"), "{a: text}", "a is not promised: it may be null"),
        (answers(WITHIN), "{c.t: text}", "c.t is not promised: c may be missing"),
        (
            answers(WITHIN.replace(" required: [t],", "")),
            "{c.t: text}",
            "c.t is not promised: c or the field itself may be missing",
        ),
        (
            answers(WITHIN.replace("type: object,", "type: [object, 'null'],")),
            "{c.t: text}",
            "c.t is not promised: c may be missing, and c may be null",
        ),
        (
            answers(f"{{l: {{type: array, items: {WITHIN[4:-1]}}}}}"),
            "{l.*.t: text}",
            "l.*.t is not promised: l may be missing",
        ),
        (answers(f"{{a: {TEXT}, b: {TEXT}}}"), "{aa: text}", "aa is not in the contract; did you mean 'a'?"),
        (answers(f"{{a: {TEXT}}}", "[a]"), "{a: date}", "a is there, but not promised to be a date"),
    ],
)
def test_a_gap_names_the_part_that_may_be_missing(record: str, needs: str, sentence: str, tmp_path: Path) -> None:
    path = needs.partition(":")[0].strip("{")

    assert check(tmp_path, record, f"needs: {needs}")[f"needs:{path}"].because == sentence


def test_a_field_that_may_be_missing_is_not_said_to_be_there(tmp_path: Path) -> None:
    because = check(tmp_path, answers(f"{{a: {TEXT}}}"), "may-have: {a: date}")["may-have:a"].because

    assert because == "a is not promised to be a date"


# --- what is no longer taken -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "sent", "sentence"),
    [
        ("{enum: [x, y]}", "{enum: [x]}", "[x, y]", 'a may no longer be "y"; it now has to be "x"'),
        (TEXT, "{type: string, format: uuid}", "text", "a may no longer be any text; it now has to be a UUID"),
        (TEXT, "{type: string, format: uuid}", "[x]", 'a may no longer be "x"; it now has to be a UUID'),
        (TEXT, "{type: string, maxLength: 32}", "text", "a may no longer have more than 32 characters"),
        (TEXT, "{type: string, minLength: 1}", "text", "a may no longer be empty"),
        (
            "{type: integer}",
            "{type: integer, minimum: 0, maximum: 4}",
            "[5]",
            "a may no longer be 5; it now has to be a whole number from 0 to 4",
        ),
        (
            "{type: array, items: {type: string}}",
            "{type: array, items: {enum: [x, y]}}",
            "[[z]]",
            'a may no longer be ["z"]; it now has to be a list, each item "x" or "y"',
        ),
        ("{type: [string, 'null']}", TEXT, "[x, null]", "a may no longer be null; it now has to be text"),
    ],
)
def test_what_is_refused_is_told_with_what_is_taken(before: str, after: str, sent: str, sentence: str, tmp_path: Path) -> None:
    old, new = (taking(f"{{type: object, properties: {{a: {each}}}}}") for each in (before, after))

    assert change(tmp_path, old, new, f"accepts: {{a: {sent}}}")["accepts:a"].because == sentence


def test_a_wish_that_nobody_takes_is_ignored(tmp_path: Path) -> None:
    old, new = (taking(f"{{type: object, properties: {{{name}: {TEXT}}}}}") for name in ("a", "b"))

    because = change(tmp_path, old, new, "accepts: {a: text}")["accepts:a"].because

    assert because == "a is no longer taken; what is sent there would be ignored"


def test_another_way_to_write_a_value_is_shown(tmp_path: Path) -> None:
    listed = "{name: q, in: query, explode: %s, schema: {type: array, items: {type: string}}}"
    old, new = (with_parameter(listed % explode) for explode in ("true", "false"))

    because = change(tmp_path, old, new, "with: {q: [x, y]}")["accepts:q"].because

    assert because == "q has to be written differently now: q=x,y, it was q=x&q=y"


@pytest.mark.parametrize(
    ("takes", "sent", "sentence"),
    [
        ("{type: string, format: uuid}", "text", "the contract does not promise to take any text as a, only a UUID"),
        ("{enum: [x]}", "[x, y]", 'the contract does not promise to take "y" as a, only "x"'),
        ("{type: string, maxLength: 9}", "text", "the contract does not promise to take more than 9 characters as a"),
        ("{type: string, minLength: 1}", "text", "the contract does not promise to take an empty text as a"),
    ],
)
def test_what_is_not_promised_to_be_taken_is_told_with_what_is(takes: str, sent: str, sentence: str, tmp_path: Path) -> None:
    record = taking(f"{{type: object, properties: {{a: {takes}}}}}")

    assert check(tmp_path, record, f"accepts: {{a: {sent}}}")["accepts:a"].because == sentence


# --- answers, and who we are -------------------------------------------------------------------------------------------------

OK = "responses: {'200': {description: ok}}"
SCHEMES = """
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    basic: {type: http, scheme: basic}
    bearer: {type: http, scheme: bearer}
    oauth: {type: oauth2, flows: {}}
    card: {type: mutualTLS}
"""


@pytest.mark.parametrize(
    ("security", "sentence"),
    [
        ("[{bearer: []}]", "we now have to log in with a bearer token"),
        ("[{basic: []}]", "we now have to log in with a user name and a password"),
        ("[{key: []}, {bearer: []}]", "we now have to log in with an API key in the header X-Key or a bearer token"),
        ("[{key: [], card: []}]", "we now have to log in with an API key in the header X-Key and a client certificate"),
        ("[{oauth: [a]}]", "we now have to log in with OAuth 2.0"),
    ],
)
def test_a_login_is_asked_for_in_plain_words(security: str, sentence: str, tmp_path: Path) -> None:
    after = operation(f"security: {security}\n{OK}", SCHEMES)

    assert change(tmp_path, operation(OK, SCHEMES), after)["answers"].because == sentence


@pytest.mark.parametrize(
    ("scopes", "sentence"),
    [
        ("read, write", "our login now also needs the permission write"),
        ("read, write, pay", "our login now also needs the permissions pay and write"),
    ],
)
def test_a_scope_is_a_permission(scopes: str, sentence: str, tmp_path: Path) -> None:
    before, after = (operation(f"security: [{{oauth: [{some}]}}]\n{OK}", SCHEMES) for some in ("read", scopes))

    assert change(tmp_path, before, after)["answers"].because == sentence


@pytest.mark.parametrize(
    ("after", "step", "sentence"),
    [
        ("{'202': {description: x}}", "status: 200", "the answer is now 202 instead of 200"),
        ("{'404': {description: x}, 5XX: {description: x}}", "", "the answer 200 is no longer promised; only 404 or 5XX is"),
        (
            "{'200': {description: x}, '202': {description: x}}",
            "status: 200",
            "the answer may now also be 202; the journey understands 200 only",
        ),
    ],
)
def test_what_is_answered_instead_is_said(after: str, step: str, sentence: str, tmp_path: Path) -> None:
    assert change(tmp_path, operation(OK), operation(f"responses: {after}"), step)["answers"].because == sentence


def test_a_status_that_was_declared_already_is_not_told_as_new(tmp_path: Path) -> None:
    before = operation("responses: {'200': {description: x}, '204': {description: x}, '410': {description: gone}}")
    after = operation("responses: {'200': {description: x}, '204': {description: x}}")

    because = change(tmp_path, before, after, "status: 410")["answers"].because

    assert because == "the answer 410 is no longer promised; 200 and 204 still are"


BY_A_PARTNER = (
    "steps:\n  - {step: see, call: q GET /thing}\n  - {step: ask, by: q, visible: false, for-steps: [see], call: p GET /thing}\n"
)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("", "security: [{bearer: []}]", "q now has to log in with a bearer token"),
        ("security: [{oauth: [a]}]", "security: [{oauth: [a, b]}]", "the login of q now also needs the permission b"),
        ("", "parameters: [{name: n, in: query, required: true}]", "n is now required, and q does not send it"),
    ],
)
def test_of_a_call_among_partners_the_one_who_makes_it_is_named(before: str, after: str, sentence: str, tmp_path: Path) -> None:
    record, candidate = (operation(f"{keys}\n{OK}", SCHEMES) for keys in (before, after))
    root = write(tmp_path, BY_A_PARTNER, {"p": record, "q": operation(OK)})

    assert impact(root, p=candidate).because("ask/answers") == sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("content: {text/csv: {}}", "application/json, which q sends, is no longer taken, only text/csv"),
        ("", "application/json, which q sends, is no longer taken; there is no body"),
    ],
)
def test_of_a_body_that_is_no_longer_taken_the_partner_who_sends_it_is_named(body: str, sentence: str, tmp_path: Path) -> None:
    record, candidate = (
        taking("{type: object, properties: {a: {type: string}}}"),
        operation(f"requestBody: {{{body}}}\n{OK}" if body else OK, call="POST /thing"),
    )
    journey = BY_A_PARTNER.replace("call: p GET /thing", "call: p POST /thing, with: {a: {type: string}}")
    root = write(tmp_path, journey, {"p": record, "q": operation(OK)})

    assert impact(root, p=candidate).because("ask/answers") == sentence


def test_what_a_partner_does_not_send_under_the_record_is_told_of_it(tmp_path: Path) -> None:
    record = operation(f"parameters: [{{name: n, in: query, required: true}}]\n{OK}")
    root = write(tmp_path, BY_A_PARTNER, {"p": record, "q": operation(OK)})

    because = judged(opened(root).check()).because("ask/answers")

    assert because == "the contract requires n, which q does not send"


def test_what_is_left_of_a_path_is_named(tmp_path: Path) -> None:
    before = operation(OK)
    after = operation(OK, call="POST /thing")

    assert change(tmp_path, before, after)["answers"].because == "GET /thing is gone; POST /thing is still there"


def test_nothing_may_be_asked_of_a_customer_who_is_asked_for_nothing(tmp_path: Path) -> None:
    before = taking("{type: object}")
    after = taking(f"{{type: object, required: [a], properties: {{a: {TEXT}}}}}")
    step = "asks-at-most: []\nwith: {body: {}}"

    because = change(tmp_path, before, after, step)["asks-at-most"].because

    assert because == "the customer now also has to give a; nothing may be asked for"
