"""Each kind of requirement on contracts, and what harm, groups, waivers and fallbacks make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.findings import Harm
from tests.estates_made import answers, change, check, impact, one_step, opened, operation, saying, taking, with_parameter, write

OK = "responses: {'200': {description: ok}}"


# --- what is shown ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pattern", "first"), [("^[A-M]", True), ("^[A-Z]", False)])
def test_a_refusal_is_shown_with_the_first_example_if_that_is_refused(pattern: str, first: bool, tmp_path: Path) -> None:
    before, after = (
        with_parameter(f"{{name: name, in: query, schema: {{type: string, pattern: '{each}'}}}}") for each in ("^[A-z]", pattern)
    )
    given = "{who: {from: customer, pattern: '^[A-z]', maxLength: 9, examples: [Zoe]}}"

    witness = change(tmp_path, before, after, "with: {name: $who}", given=given)["accepts:name"].witness

    assert witness is not None
    assert (witness.request.query == (("name", "Zoe"),)) is first


# --- answers -----------------------------------------------------------------------------------------------------------------


def test_an_operation_that_is_gone_is_one_finding_and_what_depended_on_it_names_it_as_cause(tmp_path: Path) -> None:
    before = answers("{a: {type: string}, b: {type: string}}", "[a, b]")

    judged = change(tmp_path, before, operation(OK, call="GET /other"), "needs: {a: text, b: text}\nkeep: {k: a}")

    assert judged.broken == ["answers"]
    assert [judged[name].cause for name in ("needs:a", "needs:b", "keep:k")] == ["j/s/answers"] * 3
    assert judged["answers"].witness == judged["needs:a"].witness


@pytest.mark.parametrize(("call", "status"), [("GET /other", 404), ("POST /thing", 405)])
def test_the_witness_of_a_removed_operation_is_our_call_and_an_assumed_refusal(call: str, status: int, tmp_path: Path) -> None:
    witness = change(tmp_path, operation(OK), operation(OK, call=call))["answers"].witness

    assert witness is not None
    assert witness.as_json() == {
        "request": {"method": "GET", "path": "/thing"},
        "response": {"status": status, "assumed": True},
    }


@pytest.mark.parametrize(
    ("declared", "assumed"), [("'401': {description: no}", False), ("4XX: {description: no}", False), ("default: {}", True)]
)
def test_a_login_that_is_not_enough_meets_a_refusal_that_its_code_or_its_class_declares(
    declared: str, assumed: bool, tmp_path: Path
) -> None:
    before = f"responses: {{'200': {{description: ok}}, {declared}}}"
    schemes = "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}"

    witness = change(tmp_path, operation(before), operation(f"security: [{{key: []}}]\n{before}", schemes))["answers"].witness

    assert witness is not None
    assert (witness.response.status, witness.response.assumed) == (401, assumed)


def test_a_media_type_that_is_no_longer_taken_meets_a_refusal_that_its_class_declares(tmp_path: Path) -> None:
    before = taking("{type: object, properties: {name: {type: string}}}").replace("'200':", "4XX: {description: no}, '200':")
    after = before.replace("application/json", "text/csv")

    witness = change(tmp_path, before, after, "with: {name: $surname}", given=SURNAME)["answers"].witness

    assert witness is not None
    assert (witness.response.status, witness.response.assumed) == (415, False)


def test_an_operation_id_is_a_way_to_write_the_operation(tmp_path: Path) -> None:
    named = [operation(f"operationId: {name}\n{OK}") for name in ("getThing", "readThing")]

    assert change(tmp_path, *named, call="getThing").verdicts == {}


@pytest.mark.parametrize(
    ("after", "step", "verdict"),
    [
        ("{'200': {description: ok}, '202': {description: ok}}", "status: 200", "broken"),
        ("{'200': {description: ok}, '202': {description: ok}}", "", "intact"),
        ("{'201': {description: ok}}", "", "intact"),
        ("{'201': {description: ok}}", "status: 200", "broken"),
        ("{'302': {description: found}}", "", "broken"),
        ("{'200': {description: ok}, '404': {description: none}}", "status: 200", "intact"),
    ],
)
def test_a_call_is_answered_with_a_status_that_the_step_takes(after: str, step: str, verdict: str, tmp_path: Path) -> None:
    assert change(tmp_path, operation(OK), operation(f"responses: {after}"), step).verdict("answers") == verdict


def test_a_step_that_waits_for_an_error_is_not_hurt_by_another_success(tmp_path: Path) -> None:
    refusing = "responses: {'200': {description: ok}, '409': {description: taken}%s}"
    before, after = (operation(refusing % more) for more in ("", ", '201': {description: made}"))

    assert change(tmp_path, before, after, "status: 409").verdicts == {}
    assert change(tmp_path, before, operation(OK), "status: 409").broken == ["answers"]


def test_what_the_record_requires_and_nobody_sends_is_a_gap_not_a_break(tmp_path: Path) -> None:
    required = with_parameter("{name: q, in: query, required: true, schema: {type: string}}")

    assert check(tmp_path, required).verdicts == {"answers": "unpromised"}
    assert change(tmp_path, required, required).verdicts == {"answers": "unpromised"}


@pytest.mark.parametrize(
    ("parameter", "verdict"),
    [
        ("{name: q, in: query, required: true, schema: {type: string}}", "broken"),
        ("{name: q, in: query, required: true, schema: {type: string, default: x}}", "broken"),
        ("{name: X-Q, in: header, required: true, schema: {type: string}}", "broken"),
        ("{name: q, in: cookie, required: true, schema: {type: string}}", "broken"),
        ("{name: Accept, in: header, required: true, schema: {type: string}}", "intact"),
        ("{name: q, in: query, schema: {type: string}}", "intact"),
    ],
)
def test_an_input_that_is_newly_required_breaks_the_call(parameter: str, verdict: str, tmp_path: Path) -> None:
    judged = change(tmp_path, operation(OK), with_parameter(parameter))

    assert judged.verdict("answers") == verdict


# --- needs, needs-when, may-have -----------------------------------------------------------------------------------------------


def test_a_need_has_two_halves_and_either_may_fall(tmp_path: Path) -> None:
    before = answers("{a: {type: string}}", "[a]")

    missing = change(tmp_path, before, answers("{a: {type: string}}"), "needs: {a: text}")["needs:a"]
    other = change(tmp_path, before, answers("{a: {type: integer}}", "[a]"), "needs: {a: text}")["needs:a"]

    assert (missing.verdict, missing.was, missing.is_) == ("broken", "guaranteed", "possible")
    assert (other.verdict, other.was, other.is_) == ("broken", "guaranteed", "impossible")


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("{a: {type: string}}", "{b: {type: string}}", "broken"),
        ("{a: {type: string}}", "{a: {type: integer}}", "broken"),
        ("{a: {enum: [x, y]}}", "{a: {enum: [x, y, z]}}", "broken"),
        ("{a: {enum: [x, y, z]}}", "{a: {enum: [z]}}", "broken"),
        ("{a: {enum: [x, y, z]}}", "{a: {enum: [x, z]}}", "unpromised"),
        ("{a: {enum: [x, y]}}", "{a: {enum: [x]}}", "unpromised"),
        ("{b: {type: string}}", "{b: {type: string}, c: {type: string}}", "unpromised"),
    ],
)
def test_an_optional_field_that_a_journey_needs_breaks_both_ways(before: str, after: str, verdict: str, tmp_path: Path) -> None:
    step = "needs: {a: [x, y]}" if "enum" in before else "needs: {a: text}"

    assert change(tmp_path, answers(before), answers(after), step).verdict("needs:a") == verdict


def test_the_witness_of_a_need_is_an_answer_of_the_candidate(tmp_path: Path) -> None:
    before = saying("{type: array, items: {type: object, required: [a], properties: {a: {type: string}}}}")

    finding = change(tmp_path, before, before.replace("required: [a], ", ""), "needs: {.*.a: text}")["needs:.*.a"]

    assert finding.witness is not None
    assert finding.witness.response.body == [{}]
    assert finding.element == "GET /thing 200 application/json *.a"


STATUS = 'needs-when: [{when: \'s is in ["late", "off"]\', needs: {c: text}}]'


def case(values: str, required: str = "[s]", cause: str = "{type: string}") -> str:
    return answers(f"{{s: {{enum: {values}}}, c: {cause}}}", required)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (case("[ok, late]", "[s, c]"), case("[ok, late]"), "broken"),
        (case("[ok, late]"), case("[ok, late]", cause="{type: integer}"), "broken"),
        (case("[ok, late]", "[s, c]"), case("[ok, late]", "[s, c]", "{type: [string, 'null']}"), "broken"),
        (case("[ok, late]", "[s, c]"), case("[ok, late, off]", "[s, c]"), "intact"),
        (case("[ok, late]", "[s, c]"), case("[ok]"), "unproven"),
    ],
)
def test_a_need_holds_when_its_condition_does(before: str, after: str, verdict: str, tmp_path: Path) -> None:
    assert change(tmp_path, before, after, STATUS).verdict("needs-when:c") == verdict


def test_the_witness_of_a_conditional_need_meets_the_condition(tmp_path: Path) -> None:
    finding = change(tmp_path, case("[ok, late]", "[s, c]"), case("[ok, late]"), STATUS)["needs-when:c"]

    assert finding.witness is not None
    assert finding.witness.response.body == {"s": "late"}


def test_a_condition_in_a_list_is_of_the_same_item(tmp_path: Path) -> None:
    def listing(required: str) -> str:
        return saying(
            f"{{type: array, items: {{type: object, required: {required}, properties: {{s: {{enum: [x, y]}}, c: {{}}}}}}}}"
        )

    step = "needs-when: [{when: '.*.s is \"x\"', needs: {.*.c: {}}}]"

    assert change(tmp_path, listing("[s, c]"), listing("[s]"), step).verdict("needs-when:.*.c") == "broken"


def test_a_path_under_two_conditions_is_two_requirements(tmp_path: Path) -> None:
    step = "needs-when: [{when: 's is \"ok\"', needs: {c: text}}, {when: 's is \"late\"', needs: {c: text}}]"

    judged = change(tmp_path, case("[ok, late]", "[s, c]"), case("[ok, late]"), step)

    assert judged.verdicts == {"needs-when:c": "broken", "needs-when:c#2": "broken"}


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ("{b: {type: string}}", "intact"),
        ("{a: {type: [integer, 'null'], minimum: 0}}", "intact"),
        ("{a: {type: string}}", "broken"),
        ("{a: {type: integer, minimum: -5}}", "broken"),
    ],
)
def test_a_fact_that_may_be_missing_fits_when_it_is_there(after: str, verdict: str, tmp_path: Path) -> None:
    before = answers("{a: {type: integer, minimum: 0}}")

    judged = change(tmp_path, before, answers(after), "may-have: {a: {type: integer, minimum: 0}}")

    assert judged.verdict("may-have:a") == verdict


# --- accepts -----------------------------------------------------------------------------------------------------------------

SURNAME = "{surname: {from: customer, minLength: 1, maxLength: 80, examples: [Okafor]}}"


def body(properties: str, required: str = "[]") -> str:
    return taking(f"{{type: object, required: {required}, properties: {properties}}}")


def test_each_key_of_with_implies_that_the_whole_space_of_its_given_is_taken(tmp_path: Path) -> None:
    before, after = body("{name: {type: string, maxLength: 80}}"), body("{name: {type: string, maxLength: 50}}")

    judged = change(tmp_path, before, after, "with: {name: $surname}", given=SURNAME)

    assert judged.verdicts == {"accepts:name": "broken"}
    witness = judged["accepts:name"].witness
    assert witness is not None
    assert 50 < len(witness.request.body["name"]) <= 80
    assert witness.response.assumed


def test_what_the_record_never_took_is_a_gap(tmp_path: Path) -> None:
    short = body("{name: {type: string, maxLength: 50}}")

    assert check(tmp_path, short, "with: {name: $surname}", given=SURNAME).verdicts == {"accepts:name": "unpromised"}


def test_a_wish_that_was_never_taken_is_not_lost_where_its_place_goes(tmp_path: Path) -> None:
    before, after = (with_parameter(f"{{name: {name}, in: query, schema: {{type: integer}}}}") for name in ("n", "m"))
    given = "{count: {from: customer, pattern: '^[0-9]{2}$'}, word: {from: customer, pattern: '^[a-z]{2}$'}}"

    judged = change(tmp_path, before, after, "with: {query.n: $count}", given=given)
    never = change(tmp_path, before, after, "with: {query.n: $word}", given=given)

    assert (judged.verdict("accepts:query.n"), never.verdict("accepts:query.n")) == ("broken", "unpromised")
    assert "'10'" in str(judged["accepts:query.n"].witness)


@pytest.mark.parametrize(("values", "verdict"), [("[x, y]", "broken"), ("[y]", "intact")])
def test_a_value_of_an_enum_that_we_send_must_stay(values: str, verdict: str, tmp_path: Path) -> None:
    given = f"{{v: {{from: customer, examples: {values}}}}}"

    judged = change(tmp_path, body("{a: {enum: [x, y]}}"), body("{a: {enum: [y]}}"), "with: {a: $v}", given=given)

    assert judged.verdict("accepts:a") == verdict


PIPES = ", encoding: {a: {style: pipeDelimited, explode: false}}"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def written_in(media: str, encoding: str) -> str:
    content = f"{media}: {{schema: {{type: object, properties: {{a: {{}}}}}}{encoding}}}"
    return operation(f"requestBody: {{content: {{{content}}}}}\n{OK}", call="POST /thing")


@pytest.mark.parametrize(
    ("media", "encoding", "sent", "because"),
    [
        (FORMS[0], PIPES, "a: [x, z]", "a has to be written differently now: a=x|z, it was a=x&a=z"),
        (FORMS[1], PIPES, "a: [x, z]", "a has to be written differently now: a=x|z, it was a=x&a=z"),
        (FORMS[0], PIPES, "body: {a: [x, z]}", "a has to be written differently now: a=x|z, it was a=x&a=z"),
        (FORMS[0], PIPES, "a: [x]", ""),
        (FORMS[0], PIPES, "a: x", ""),
        (FORMS[0], PIPES.replace("a:", "b:"), "a: [x, z]", ""),
        (FORMS[0], ", encoding: {a: {style: form}}", "a: [x, z]", ""),
        (FORMS[0], ", encoding: {a: {contentType: text/plain}}", "a: [x, z]", ""),
        (FORMS[0], ", encoding: [a]", "a: [x, z]", ""),
        ("application/json", PIPES, "a: [x, z]", ""),
    ],
)
def test_a_form_whose_members_are_written_otherwise_takes_them_no_longer(
    media: str, encoding: str, sent: str, because: str, tmp_path: Path
) -> None:
    root = write(tmp_path, one_step(f"with: {{{sent}}}", "POST /thing"), {"p": written_in(media, "")})

    found = [each for each in opened(root, {"p": written_in(media, encoding)}).impact().findings if each.kind == "accepts"]

    assert [(str(each.verdict), each.because) for each in found] == [("broken" if because else "intact", because)]


def test_text_around_a_given_is_part_of_what_is_sent(tmp_path: Path) -> None:
    before, after = (body(f"{{a: {{type: string, pattern: '{pattern}'}}}}") for pattern in ("^ref-[0-9]+$", "^id-[0-9]+$"))
    given = "{n: {from: system, type: integer, minimum: 1}}"

    assert change(tmp_path, before, before, "with: {a: 'ref-$n'}", given=given).verdicts == {}
    assert change(tmp_path, before, after, "with: {a: 'ref-$n'}", given=given).verdicts == {"accepts:a": "broken"}


@pytest.mark.parametrize(
    ("key", "properties"),
    [
        ("a", "{a: {type: string, maxLength: %d}}"),
        ("a.b", "{a: {type: object, properties: {b: {type: string, maxLength: %d}}}}"),
        ("a.*", "{a: {type: array, items: {type: string, maxLength: %d}}}"),
    ],
)
def test_what_must_be_taken_can_be_said_without_being_sent(key: str, properties: str, tmp_path: Path) -> None:
    step = f"accepts: {{'{key}': {{type: string, maxLength: 8}}}}"

    judged = change(tmp_path, body(properties % 8), body(properties % 5), step)

    assert judged.verdicts == {f"accepts:{key}": "broken"}
    witness = judged[f"accepts:{key}"].witness
    assert witness is not None
    assert "xxxxxx" in str(witness.request.body) or "a" in witness.request.body


@pytest.mark.parametrize(
    ("before", "after"), [("{type: array, maxItems: 5}", "{type: array, maxItems: 1}"), ("{}", "{type: string}")]
)
def test_a_body_may_be_a_list_or_a_scalar(before: str, after: str, tmp_path: Path) -> None:
    judged = change(tmp_path, taking(before), taking(after), "with: {body: [1, 2]}")

    assert judged.verdicts == {"accepts:body": "broken"}


def test_the_witness_of_a_refused_part_sends_everything_else_as_the_step_does(tmp_path: Path) -> None:
    def booking(longest: int) -> str:
        return body(
            f"{{who: {{type: object, properties: {{name: {{type: string, maxLength: {longest}}}, age: {{}}}}}}, note: {{}}}}"
        )

    judged = change(tmp_path, booking(80), booking(3), "with: {who: {name: $surname, age: 7}, note: hi}", given=SURNAME)

    witness = judged["accepts:who"].witness
    assert witness is not None
    assert witness.request.body["note"] == "hi"
    assert witness.request.body["who"]["age"] == 7
    assert len(witness.request.body["who"]["name"]) > 3


# --- asks-at-most ------------------------------------------------------------------------------------------------------------

ASKED = "{x: {from: customer, examples: [q]}, y: {from: system, examples: [q]}}"


@pytest.mark.parametrize(
    ("sent", "before", "after", "verdict"),
    [
        ("{a: $x}", "[a]", "[a, b]", "broken"),
        ("{a: $x, b: $y}", "[a]", "[a, b]", "intact"),
        ("{a: $x, b: fixed}", "[a]", "[a, b]", "intact"),
        ("{a: $x, b: $x}", "[a]", "[a, b]", "broken"),
        ("{a: $x, b: $x}", "[a, b]", "[a, b]", "unpromised"),
        ("{a: $x}", "[a]", "[a]", "intact"),
    ],
)
def test_the_customer_is_asked_for_no_more_than_is_allowed(
    sent: str, before: str, after: str, verdict: str, tmp_path: Path
) -> None:
    old, new = (body("{a: {type: string}, b: {type: string}}", required) for required in (before, after))

    judged = change(tmp_path, old, new, f"with: {sent}\nasks-at-most: [a]", given=ASKED)

    assert judged.verdict("asks-at-most") == verdict
    assert judged["asks-at-most"].harm is Harm.EXTRA_EFFORT


# --- keep: seams across partners ---------------------------------------------------------------------------------------------

SEAM = """
steps:
  - {step: one, call: a GET /thing, keep: {k: id}}
  - {step: two, call: 'b GET /things/{id}', with: {id: $k}}
"""


def hands_out(schema: str, required: str = "[id]") -> str:
    return answers(f"{{id: {schema}, other: {{type: string}}}}", required)


def takes_in(schema: str) -> str:
    return operation(f"parameters: [{{name: id, in: path, required: true, schema: {schema}}}]\n{OK}", call="GET /things/{id}")


def digits(counts: str) -> str:
    return f"{{type: string, pattern: '^[0-9]{{{counts}}}$'}}"


@pytest.mark.parametrize(
    ("candidates", "verdicts"),
    [
        ({"a": hands_out(digits("3,4"))}, {"one/keep:k": "broken"}),
        ({"b": takes_in(digits("3,4"))}, {}),
        ({"b": takes_in(digits("4"))}, {"two/accepts:id": "broken"}),
        ({"a": hands_out(digits("3,4")), "b": takes_in(digits("3,4"))}, {}),
        ({"a": hands_out(digits("4")), "b": takes_in(digits("3,5"))}, {}),
        ({"a": hands_out("{type: integer, minimum: 100, maximum: 250}")}, {}),
        ({"b": takes_in("{type: integer}")}, {}),
        ({"a": hands_out(digits("3"), "[]")}, {"one/keep:k": "broken"}),
        ({"a": answers("{other: {type: string}}")}, {"one/keep:k": "broken"}),
    ],
)
def test_what_one_partner_hands_out_another_one_takes(
    candidates: dict[str, str], verdicts: dict[str, str], tmp_path: Path
) -> None:
    root = write(tmp_path, SEAM, {"a": hands_out(digits("3")), "b": takes_in(digits("3"))})

    assert impact(root, **candidates).verdicts == verdicts


@pytest.mark.parametrize("taken", ["{type: string}", "{type: string, pattern: '^[a-z]+$'}"])
def test_what_is_handed_on_may_not_become_null(taken: str, tmp_path: Path) -> None:
    root = write(tmp_path, SEAM, {"a": hands_out("{type: string, pattern: '^[a-z]+$'}"), "b": takes_in(taken)})

    judged = impact(root, a=hands_out("{type: [string, 'null'], pattern: '^[a-z]+$'}"))

    assert judged.verdicts == {"one/keep:k": "broken"}
    assert judged.because("one/keep:k") == "id may now be null; the journey needs a value"


@pytest.mark.parametrize("taken", ["{type: string}", "{type: string, pattern: '^[a-z]+$'}"])
def test_where_what_is_handed_on_may_be_missing_null_is_nothing_new(taken: str, tmp_path: Path) -> None:
    before = "{type: string, pattern: '^[a-z]+$'}"
    root = write(tmp_path, SEAM, {"a": hands_out(before, "[]"), "b": takes_in(taken)})

    assert impact(root, a=hands_out(before.replace("string", "[string, 'null']"), "[]")).verdicts == {"one/keep:k": "unpromised"}


def test_the_witness_of_a_seam_is_the_later_call_with_the_new_value(tmp_path: Path) -> None:
    root = write(tmp_path, SEAM, {"a": hands_out(digits("3")), "b": takes_in(digits("3"))})

    finding = impact(root, a=hands_out(digits("4")))["one/keep:k"]

    assert finding.witness is not None
    assert finding.witness.request.path == "/things/0000"
    assert finding.element == "GET /thing id → GET /things/{id} path id"
    assert "does not take" in finding.because


def test_a_seam_that_was_open_already_is_not_the_fault_of_a_change(tmp_path: Path) -> None:
    root = write(tmp_path, SEAM, {"a": hands_out("{type: string}"), "b": takes_in(digits("3"))})

    assert impact(root, a=hands_out("{type: string, description: An id}")).verdicts == {}


def test_of_a_list_of_paths_the_first_that_is_there_counts(tmp_path: Path) -> None:
    records = {"a": hands_out("{type: string}", "[id, other]"), "b": takes_in("{type: string}")}
    root = write(tmp_path, SEAM.replace("{k: id}", "{k: [id, other]}"), records)

    assert impact(root, a=answers("{other: {type: string}}", "[other]")).verdicts == {}


def test_of_a_list_of_paths_none_may_be_left(tmp_path: Path) -> None:
    records = {"a": hands_out("{type: string}", "[id, other]"), "b": takes_in("{type: string}")}
    root = write(tmp_path, SEAM.replace("{k: id}", "{k: [id, other]}"), records)

    assert impact(root, a=hands_out("{type: string}", "[]")).verdicts == {"one/keep:k": "broken"}


def test_what_a_fallback_keeps_instead_is_taken_as_well(tmp_path: Path) -> None:
    journey = SEAM.replace("keep: {k: id}", "keep: {k: id}, fallback: other") + (
        "fallbacks:\n  - {step: other, call: c GET /thing, keep: {k: id}}\n"
    )
    root = write(tmp_path, journey, {"a": hands_out(digits("3")), "b": takes_in(digits("3")), "c": hands_out(digits("3"))})

    assert impact(root, c=hands_out(digits("4"))).verdicts == {"other/keep:k": "broken"}


CAUGHT = SEAM.replace("with: {id: $k}}", "with: {id: $k}, fallback: help}")


@pytest.mark.parametrize("candidate", [{"a": hands_out(digits("3,4"))}, {"b": takes_in(digits("4"))}], ids=["giver", "taker"])
@pytest.mark.parametrize(
    "helps",
    [
        "call: c GET /thing",
        "call: 'd GET /things/{id}', with: {id: $k}",  # where longer ids are taken
    ],
)
def test_the_fallback_of_the_step_that_is_refused_catches_a_seam_whoever_changes(
    candidate: dict[str, str], helps: str, tmp_path: Path
) -> None:
    journey = f"{CAUGHT}fallbacks:\n  - {{step: help, {helps}}}\n"
    helping = {"c": hands_out(digits("3"))} if "c GET" in helps else {"d": takes_in(digits("3,9"))}
    root = write(tmp_path, journey, {"a": hands_out(digits("3")), "b": takes_in(digits("3")), **helping})

    found = impact(root, **candidate)

    (name,) = found.verdicts
    assert (found.verdict(name), found.because(name).endswith("; help catches it")) == ("tolerated", True)
    assert found.findings[name].witness is not None


def test_a_fallback_at_which_the_value_gets_stuck_as_well_catches_no_seam(tmp_path: Path) -> None:
    journey = f"{CAUGHT}fallbacks:\n  - {{step: help, call: 'd GET /things/{{id}}', with: {{id: $k}}}}\n"
    records = {"a": hands_out(digits("3")), "b": takes_in(digits("3")), "d": takes_in(digits("3"))}

    found = impact(write(tmp_path, journey, records), a=hands_out(digits("3,4")))

    assert found.verdicts == {"one/keep:k": "broken"}
    assert found.because("one/keep:k").endswith("does not take as id at help")


def test_a_fallback_that_the_same_release_breaks_catches_no_seam(tmp_path: Path) -> None:
    journey = f"{CAUGHT}fallbacks:\n  - {{step: help, call: c GET /thing, needs: {{id: text}}}}\n"
    records = {"a": hands_out(digits("3")), "b": takes_in(digits("3")), "c": hands_out(digits("3"))}

    found = impact(write(tmp_path, journey, records), a=hands_out(digits("3,4")), c=hands_out(digits("3"), "[]"))

    assert found.verdicts == {"one/keep:k": "broken", "help/needs:id": "broken"}


def test_the_fallback_of_the_step_that_hands_out_catches_no_seam_for_that_step_is_made(tmp_path: Path) -> None:
    journey = (
        SEAM.replace("keep: {k: id}", "keep: {k: id}, fallback: help") + "fallbacks:\n  - {step: help, call: c GET /thing}\n"
    )
    root = write(tmp_path, journey, {"a": hands_out(digits("3")), "b": takes_in(digits("3")), "c": hands_out(digits("3"))})

    assert impact(root, a=hands_out(digits("3,4"))).verdicts == {"one/keep:k": "broken"}


def test_of_two_steps_that_a_value_gets_stuck_at_the_one_without_a_fallback_speaks(tmp_path: Path) -> None:
    third = "  - {step: three, call: 'd GET /things/{id}', with: {id: $k}}\n"
    journey = f"{CAUGHT}{third}fallbacks:\n  - {{step: help, call: c GET /thing}}\n"
    records = {"a": hands_out(digits("3")), "b": takes_in(digits("3")), "c": hands_out(digits("3")), "d": takes_in(digits("3"))}

    found = impact(write(tmp_path, journey, records), a=hands_out(digits("3,4")))

    assert found.verdicts == {"one/keep:k": "broken"}
    assert found.because("one/keep:k").endswith("at three")


def test_a_fallback_that_hands_on_what_its_own_step_gets_stuck_with_catches_nothing_and_comes_to_an_end(tmp_path: Path) -> None:
    journey = """
steps:
  - {step: one, call: a GET /thing, keep: {k: id}, fallback: help}
  - {step: two, call: 'b GET /things/{id}', with: {id: $k}, fallback: help}
fallbacks:
  - {step: help, call: c GET /thing, keep: {k: id}}
"""
    root = write(tmp_path, journey, {"a": hands_out(digits("3")), "b": takes_in(digits("3")), "c": hands_out(digits("3"))})

    found = impact(root, a=hands_out(digits("3,4")), c=hands_out(digits("3,4")))

    assert set(found.verdicts) == {"one/keep:k", "help/keep:k"}
    assert found.verdict("help/keep:k") != "intact"


def test_a_value_that_no_contract_describes_is_no_break_of_who_takes_it(tmp_path: Path) -> None:
    journey = """
    setup:
      - {step: made, state: there is a booking, keep: {k: id}}
    steps:
      - {step: two, call: 'b GET /things/{id}', with: {id: $k}}
    """
    root = write(tmp_path, journey, {"b": takes_in("{type: string}")}, partners={"b": "pacts: []"})

    judged = impact(root, b=takes_in("{type: integer}"))

    assert judged.verdicts == {"two/accepts:id": "unproven"}
    assert "no contract says what $k may be" in judged.because("two/accepts:id")


# --- calls by partners, kept addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "after", "verdict"),
    [
        ("{pattern: '^[0-9]{3}$'}", "{type: integer}", "intact"),
        ("{pattern: '^[0-9]{3}$'}", "{type: integer, maximum: 500}", "broken"),
        ("text", "{type: integer}", "broken"),
        ("QX7", digits("3"), "broken"),
        ("'123'", digits("3"), "intact"),
    ],
)
def test_a_call_by_a_partner_says_what_it_sends_in_words_or_schemas(sent: str, after: str, verdict: str, tmp_path: Path) -> None:
    journey = f"""
    steps:
      - {{step: one, customer: I wait, call: a GET /thing}}
      - {{step: two, by: a, visible: false, for-steps: [one], call: 'b GET /things/{{id}}', with: {{id: {sent}}}}}
    """
    root = write(tmp_path, journey, {"a": hands_out("{type: string}"), "b": takes_in("{type: string}")})

    found = impact(root, b=takes_in(after))["two/accepts:id"]

    assert (str(found.verdict), found.for_steps) == (verdict, ("one",))


ADDRESS = """
steps:
  - {step: one, call: a GET /orders, keep: {next: self}}
  - {step: two, call: a GET $next, needs: {x: text}}
"""


def linking(example: str, needed: str = "[x]") -> str:
    """Return a contract that hands out an address, with two paths that it may lead to."""
    answer = "responses: {'200': {description: ok, content: {application/json: {schema: %s}}}}"
    link = f"{{type: object, required: [self], properties: {{self: {{type: string, format: uri{example}}}}}}}"
    order = f"{{type: object, required: {needed}, properties: {{x: {{type: string}}}}}}"
    identified = "parameters: [{name: id, in: path, required: true, schema: {type: string}}]"
    paths = {
        "/orders": answer % link,
        "/orders/{id}": f"{identified}, {answer % order}",
        "/orders/latest": answer % order.replace("x:", "z:"),
    }
    written = "\n".join(f"  {path}: {{get: {{{text}}}}}" for path, text in paths.items())
    return f"openapi: 3.1.0\ninfo: {{title: made, version: '1'}}\nservers: [{{url: https://a.example/v1}}]\npaths:\n{written}\n"


@pytest.mark.parametrize("example", ["https://a.example/v1/orders/7", "/v1/orders/7", "orders/7", "/v1/orders/{id}{?page}"])
def test_a_kept_address_is_judged_as_the_path_that_its_example_fits(example: str, tmp_path: Path) -> None:
    shown = f", example: '{example}'"
    root = write(tmp_path, ADDRESS, {"a": linking(shown)})

    judged = impact(root, a=linking(shown, "[]"))

    assert judged.verdicts == {"two/needs:x": "broken"}
    assert judged["two/needs:x"].operation == "GET /orders/{id}"


def test_of_several_paths_that_an_address_fits_the_most_specific_counts(tmp_path: Path) -> None:
    shown = ", example: https://a.example/v1/orders/latest"
    root = write(tmp_path, ADDRESS, {"a": linking(shown)})

    assert impact(root, a=linking(shown))["two/needs:x"].operation == "GET /orders/latest"


def test_a_kept_address_that_nothing_shows_is_unproven(tmp_path: Path) -> None:
    root = write(tmp_path, ADDRESS, {"a": linking("")})

    judged = impact(root, a=linking(""))

    assert judged.verdicts == {"two/answers": "unproven", "two/needs:x": "unproven"}
    assert "address" in judged.because("two/needs:x")


# --- informs -----------------------------------------------------------------------------------------------------------------

PROBLEM = (
    "{type: object, required: [title, detail, errors], properties: {title: {type: string}, detail: {type: string},"
    " code: {enum: [gone]}, errors: {type: array,"
    " items: {type: object, required: [pointer], properties: {pointer: {type: string}}}}}}"
)


def failing(problem: str, *codes: str, media: str = "application/problem+json", header: str = "") -> str:
    """Return a document whose ``GET /thing`` answers errors as well."""
    rows = [
        f"'{code}': {{description: no, headers: {{{header}}}, content: {{{media}: {{schema: {problem}}}}}}}"
        for code in codes or ("404",)
    ]
    return operation(f"responses: {{'200': {{description: ok}}, {', '.join(rows)}}}")


GONE = "informs: [{when: there is none, status: 404, tells: [what, next]}]"


def test_an_error_that_is_no_longer_promised_is_one_break(tmp_path: Path) -> None:
    judged = change(tmp_path, failing(PROBLEM), operation(OK), GONE)

    assert judged.broken == ["informs:there-is-none"]
    assert judged["informs:there-is-none:tells:what"].cause == "j/s/informs:there-is-none"
    assert judged["informs:there-is-none"].harm is Harm.UNINFORMED


def test_each_thing_that_an_error_tells_is_a_finding_of_its_own(tmp_path: Path) -> None:
    judged = change(tmp_path, failing(PROBLEM), failing(PROBLEM.replace("detail, errors]", "errors]")), GONE)

    assert judged.verdicts == {"informs:there-is-none:tells:next": "broken"}


@pytest.mark.parametrize(
    ("entry", "broken"),
    [
        ("{status: 404, tells: {next: detail}}", "informs:404:tells:next"),
        ("{status: 404, tells: [field]}", "informs:404:tells:field"),
        ("{status: 404, needs: {detail: text}}", "informs:404:needs:detail"),
        ("{when: none, status: [404, 410], tells: [next]}", "informs:none:tells:next"),
    ],
)
def test_what_an_error_tells_can_be_said_in_the_partners_form(entry: str, broken: str, tmp_path: Path) -> None:
    after = PROBLEM.replace("detail, errors]", "errors]").replace("required: [pointer], ", "")

    judged = change(tmp_path, failing(PROBLEM, "404", "410"), failing(after, "404", "410"), f"informs: [{entry}]")

    assert judged.verdicts == {broken: "broken"}


@pytest.mark.parametrize("key", ["4XX", "default"])
def test_an_error_may_be_promised_by_a_class_or_by_default(key: str, tmp_path: Path) -> None:
    assert change(tmp_path, failing(PROBLEM), failing(PROBLEM, key), GONE).verdicts == {}


@pytest.mark.parametrize("media", ["text/html", "application/json", "application/vnd.shop+json"])
def test_an_error_in_a_form_that_nobody_reads_as_a_problem_tells_nothing(media: str, tmp_path: Path) -> None:
    found = change(tmp_path, failing(PROBLEM), failing(PROBLEM, media=media), GONE)

    assert found.broken == ["informs:there-is-none:tells:what", "informs:there-is-none:tells:next"]
    witness = found["informs:there-is-none:tells:next"].witness
    assert witness is not None
    assert (witness.response.status, witness.response.headers["content-type"]) == (404, media)


def test_an_error_that_is_a_problem_no_more_says_so(tmp_path: Path) -> None:
    found = change(tmp_path, failing(PROBLEM), failing(PROBLEM, media="application/json"), GONE)

    because = "the error is no longer told as a problem (application/problem+json): it now comes as application/json"
    assert found.because("informs:there-is-none:tells:what") == because
    assert found["informs:there-is-none:tells:what"].element == "GET /thing 404 application/json"


@pytest.mark.parametrize(
    ("before", "after", "entry"),
    [
        ("application/problem+json", "application/json", "tells: {what: title}"),  # a form of the partner's own
        ("application/problem+json", "application/json", "needs: {title: text}"),
        ("application/json", "application/vnd.shop+json", "tells: [what]"),  # it never was a problem by its name
        ("application/json", "application/problem+json", "tells: [what]"),
    ],
)
def test_json_is_json_where_an_error_was_no_problem_or_none_is_asked_for(
    before: str, after: str, entry: str, tmp_path: Path
) -> None:
    step = f"informs: [{{status: 404, {entry}}}]"

    found = change(tmp_path, failing(PROBLEM, media=before), failing(PROBLEM, media=after), step)

    assert found.verdicts == {}


def test_a_problem_beside_which_there_is_other_json_stays_one(tmp_path: Path) -> None:
    beside = failing(PROBLEM).replace("content: {", f"content: {{application/json: {{schema: {PROBLEM}}}, ")

    assert change(tmp_path, failing(PROBLEM), beside, GONE).verdicts == {}


def test_when_to_come_back_is_a_header(tmp_path: Path) -> None:
    header = "Retry-After: {required: true, schema: {type: integer}}"
    step = "informs: [{when: busy, status: 503, retry-after: 30s}]"

    judged = change(tmp_path, failing(PROBLEM, "503", header=header), failing(PROBLEM, "503"), step)

    assert judged.verdicts == {"informs:busy:retry-after": "broken"}


def test_an_entry_says_its_own_harm_and_whom_it_is_for(tmp_path: Path) -> None:
    step = "informs: [{status: 404, tells: [next], harm: misled, for: [assisted]}]"

    finding = change(tmp_path, failing(PROBLEM), failing(PROBLEM.replace("detail, errors]", "errors]")), step)[
        "informs:404:tells:next"
    ]

    assert (finding.verdict, finding.harm, dict(finding.customers)) == ("broken", Harm.MISLED, {"assisted": 9000})


def test_a_need_of_an_error_may_tolerate_an_unknown_value(tmp_path: Path) -> None:
    step = "informs: [{status: 404, needs: {code: {values: [gone], otherwise: gone}}}]"
    required = PROBLEM.replace("detail, errors]", "detail, errors, code]")

    judged = change(tmp_path, failing(required), failing(required.replace("[gone]", "[gone, moved]")), step)

    assert judged.verdicts == {"informs:404:needs:code": "tolerated"}


# --- harm, groups and reasons ------------------------------------------------------------------------------------------------

BEFORE, AFTER = answers("{a: {enum: [x]}}", "[a]"), answers("{a: {enum: [x, y]}}", "[a]")


def test_a_requirement_weighs_its_own_words_before_those_of_its_step(tmp_path: Path) -> None:
    value = "{values: [x], harm: misled, for: [assisted], because: the page has two colours}"

    own = change(tmp_path, BEFORE, AFTER, f"harm: delayed\nfor: [leisure]\nneeds: {{a: {value}}}")["needs:a"]
    steps = change(tmp_path, BEFORE, AFTER, "harm: delayed\nfor: [leisure]\nneeds: {a: [x]}")["needs:a"]

    assert (own.harm, dict(own.customers)) == (Harm.MISLED, {"assisted": 9000})
    assert own.because.endswith("(the page has two colours)")
    assert (steps.harm, dict(steps.customers)) == (Harm.DELAYED, {"leisure": 45000})


def test_a_journey_may_say_how_many_take_it(tmp_path: Path) -> None:
    steps = "steps:\n  - {step: s, call: p GET /thing, needs: {a: [x]}}\n"
    counted = write(tmp_path, f"customers: {{commuter: 700}}\n{steps}", {"p": BEFORE})
    named = write(tmp_path, f"customers: [commuter]\n{steps}", {"p": BEFORE})

    findings = [impact(root, p=AFTER)["s/needs:a"] for root in (counted, named)]

    assert [(dict(finding.customers), finding.exact) for finding in findings] == [
        ({"commuter": 700}, True),
        ({"commuter": 126000}, False),
    ]


# --- tolerated and waived ----------------------------------------------------------------------------------------------------

OTHERWISE = "needs: {a: {values: [x], otherwise: x}}"


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        (AFTER, "tolerated"),
        (answers("{a: {enum: [x]}}"), "broken"),
        (answers("{a: {enum: [x, null]}}", "[a]"), "broken"),
        (answers("{a: {enum: [x, y]}}"), "broken"),
    ],
)
def test_otherwise_stands_in_for_an_unknown_value_and_not_for_a_missing_one(after: str, verdict: str, tmp_path: Path) -> None:
    assert change(tmp_path, BEFORE, after, OTHERWISE).verdict("needs:a") == verdict


FALLBACK = """
steps:
  - {step: live, call: a GET /thing, needs: {id: text}, fallback: planned}
fallbacks:
  - {step: planned, call: b GET /thing, needs: {id: text}}
"""
SOUND, BAD = hands_out("{type: string}"), hands_out("{type: integer}")


@pytest.mark.parametrize(
    ("candidates", "verdicts"),
    [
        ({"a": BAD}, {"live/needs:id": "tolerated"}),
        ({"a": BAD, "b": SOUND}, {"live/needs:id": "tolerated"}),
        ({"a": BAD, "b": BAD}, {"live/needs:id": "broken", "planned/needs:id": "broken"}),
        ({"b": BAD}, {"planned/needs:id": "broken"}),
        ({"a": operation(OK, call="GET /other")}, {"live/answers": "tolerated", "live/needs:id": "tolerated"}),
    ],
)
def test_a_fallback_catches_a_break_unless_the_same_change_breaks_it(
    candidates: dict[str, str], verdicts: dict[str, str], tmp_path: Path
) -> None:
    assert impact(write(tmp_path, FALLBACK, {"a": SOUND, "b": SOUND}), **candidates).verdicts == verdicts


def test_a_fallback_at_the_same_partner_falls_with_it(tmp_path: Path) -> None:
    root = write(tmp_path, FALLBACK.replace("b GET", "a GET"), {"a": SOUND})

    assert impact(root, a=BAD).verdicts == {"live/needs:id": "broken", "planned/needs:id": "broken"}


@pytest.mark.parametrize(
    ("waiver", "verdict"),
    [
        ("id: j/s/needs:a, until: 2027-01-15", "waived"),
        ("id: j/s/needs:*", "waived"),
        ("id: 'j/*/needs:a'", "waived"),
        ("id: j/s/needs:a, until: 2027-01-14", "broken"),
        ("id: j/s/needs:b", "broken"),
    ],
)
def test_a_waiver_accepts_a_break_until_its_last_day(waiver: str, verdict: str, tmp_path: Path) -> None:
    waivers = f"- {{{waiver}, who: Ada, why: the page is rebuilt}}\n"

    judged = change(tmp_path, BEFORE, AFTER, "needs: {a: [x]}", waivers=waivers)

    assert judged.verdict("needs:a") == verdict
    assert judged.run.verdict == ("intact" if verdict == "waived" else "broken")


# --- the same requirement asked one at a time --------------------------------------------------------------------------------


def test_requirements_can_be_judged_one_at_a_time_in_any_order(tmp_path: Path) -> None:
    root = write(tmp_path, SEAM, {"a": hands_out(digits("3")), "b": takes_in(digits("3"))})
    whole = opened(root, {"a": hands_out(digits("4"))})

    backwards = {each.id: whole.judge.finding(each) for each in reversed(whole.judge.requirements)}

    assert [finding for finding in whole.impact().partners[0].findings if finding != backwards[finding.id]] == []


# --- the body as a whole -----------------------------------------------------------------------------------------------------

PARTS = "{p: {type: string}, q: {type: object, properties: {k: {type: string}}}, l: {type: array, items: {type: integer}}}"
SENT = "with: {p: a, q: {k: hello}, l: [1, 2]}"


@pytest.mark.parametrize(
    "rule",
    [
        "minProperties: 4",
        "maxProperties: 2",
        "propertyNames: {maxLength: 0}",
        "dependentRequired: {q: [r]}",
        "dependentSchemas: {q: {required: [r]}}",
        "if: {required: [q]}, then: {required: [r]}",
        "not: {required: [q, l]}",
    ],
)
def test_a_rule_for_the_whole_body_that_our_call_does_not_keep_is_a_break_of_the_call(rule: str, tmp_path: Path) -> None:
    before, after = (taking(f"{{type: object, required: [p], properties: {PARTS}{more}}}") for more in ("", f", {rule}"))

    assert change(tmp_path, before, after, SENT).broken == ["answers"]
    assert change(tmp_path, after, after, SENT).verdicts == {"answers": "unpromised"}


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("l: {type: array,", "contains: {const: 3},"),
        ("q: {type: object,", "propertyNames: {maxLength: 0},"),
        ("q: {type: object,", "patternProperties: {^k: false},"),
    ],
)
def test_a_rule_for_a_part_of_the_body_that_our_call_does_not_keep_is_a_break(part: str, rule: str, tmp_path: Path) -> None:
    before, after = body(PARTS), body(PARTS.replace(part, f"{part} {rule}"))

    assert len(change(tmp_path, before, after, SENT).broken) == 1


@pytest.mark.parametrize(
    ("after", "because", "status"),
    [
        ("{p: {type: string}}", "q is no longer taken; what is sent there would be ignored", 200),
        ("{p: {type: string}}, additionalProperties: false", "q is no longer taken; a call that sends it is refused", 400),
        ("{p: {type: string}, q: false}", "q is no longer taken; a call that sends it is refused", 400),
    ],
)
def test_what_is_no_longer_taken_is_ignored_or_refused(after: str, because: str, status: int, tmp_path: Path) -> None:
    before = taking("{type: object, properties: {p: {type: string}, q: {type: string}}}")

    judged = change(tmp_path, before, taking(f"{{type: object, properties: {after}}}"), "with: {p: a, q: b}")

    assert (judged.broken, judged.because("accepts:q")) == (["accepts:q"], because)
    assert f"status={status}" in str(judged["accepts:q"].witness)


def test_a_field_that_was_never_declared_and_is_now_refused_is_a_gap_that_says_so(tmp_path: Path) -> None:
    before, after = (
        body("{a: {type: string}}"),
        body("{a: {type: string}}").replace("required: []", "additionalProperties: false"),
    )

    judged = change(tmp_path, before, after, "with: {a: x, body.extra: y}")

    assert judged.verdicts == {"accepts:body.extra": "unpromised"}
    assert judged.because("accepts:body.extra").endswith("a call that sends it is now refused")


# --- what another partner hands out ------------------------------------------------------------------------------------------


def giving(schema: str) -> str:
    return answers(f"{{id: {schema}}}", "[id]")


def wanting(schema: str, answer: str = "required: [x]") -> str:
    content = f"content: {{application/json: {{schema: {{type: object, {answer}, properties: {{x: {{type: string}}}}}}}}}}"
    path = f"parameters: [{{name: id, in: path, required: true, schema: {schema}}}]"
    return operation(f"{path}\nresponses: {{'200': {{description: ok, {content}}}}}", call="GET /b/{id}")


PASSED_ON = """
steps:
  - {step: one, call: a GET /thing, keep: {id: id}}
  - {step: two, call: 'b GET /b/{id}', with: {id: $id}, needs: {x: text}}
"""


def test_a_witness_passes_on_a_value_that_the_next_contract_takes(tmp_path: Path) -> None:
    b, renewed = (wanting("{enum: [abc]}", f"required: {names}") for names in ("[x]", "[]"))
    root = write(tmp_path, PASSED_ON, {"a": giving("{enum: [zed, abc]}"), "b": b})

    witness = impact(root, b=renewed)["two/needs:x"].witness

    assert witness is not None
    assert witness.request.path == "/b/abc"


def test_what_another_partner_now_hands_out_is_for_its_keep_to_say(tmp_path: Path) -> None:
    b = wanting("{type: string, maxLength: 40}")
    root = write(tmp_path, PASSED_ON, {"a": giving("{type: string, maxLength: 40}"), "b": b})

    judged = impact(root, a=giving("{type: string, maxLength: 60}"), b=b)

    assert judged.verdicts == {"one/keep:id": "broken"}
