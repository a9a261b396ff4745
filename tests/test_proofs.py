"""What breaks somebody, and what does not: each with the exchange that proves it, in both directions."""

from __future__ import annotations

import pytest

from cxcontracts.comparing import Asked, compare
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Change, Verdict
from cxcontracts.scenes import Side
from tests.estates_made import TODAY, operation, read, saying, taking, with_parameter

OK = "responses: {'200': {description: ok}}"


def judged(before: str, after: str) -> tuple[Change, ...]:
    return compare(Side(read(before)), Side(read(after)), "made", Asked(TODAY)).changes


def verdicts(before: str, after: str) -> dict[str, str]:
    """Return the rule of each change to its verdict."""
    return {change.rule: str(change.verdict) for change in judged(before, after)}


def only(before: str, after: str) -> Change:
    (change,) = judged(before, after)
    return change


def body(change: Change) -> JSON:
    """Return the body that the witness answers with."""
    assert change.witness is not None
    return change.witness.response.body


def sent(change: Change) -> JSON:
    """Return the body that the witness sends."""
    assert change.witness is not None
    return change.witness.request.body


# --- one pair of schemas, said and taken --------------------------------------------------------------------------------------

WIDER = [  # what the second says more: it breaks readers, and nobody who sends
    ("{type: integer}", "{type: number}", "type-changed"),
    ("{type: string}", "{type: [string, integer]}", "type-changed"),
    ("{type: string}", "{type: [string, 'null']}", "became-nullable"),
    ("{type: string, enum: [x]}", "{oneOf: [{type: 'null'}, {type: string, enum: [x]}]}", "became-nullable"),
    ("{const: x}", "{enum: [x, y]}", "values-changed"),
    ("{type: number, maximum: 5}", "{type: number, maximum: 9}", "range-changed"),
    ("{type: number, exclusiveMinimum: 0}", "{type: number, minimum: 0}", "range-changed"),
    ("{type: string, maxLength: 5}", "{type: string}", "length-changed"),
    ("{type: string, minLength: 5}", "{type: string, minLength: 1}", "length-changed"),
    ("{type: string, pattern: '^[a-z]+$'}", "{type: string, pattern: '^[a-z0-9]+$'}", "pattern-changed"),
    ("{type: string, format: date}", "{type: string}", "format-changed"),
    ("{type: string, format: uuid}", "{type: string, maxLength: 40}", "values-changed"),
    ("{type: array, items: {}, minItems: 2}", "{type: array, items: {}, minItems: 1}", "size-changed"),
    ("{type: array, items: {}, maxItems: 2}", "{type: array, items: {}, maxItems: 3}", "size-changed"),
    ("{type: array, items: {type: string}, uniqueItems: true}", "{type: array, items: {type: string}}", "size-changed"),
    ("{type: array, items: {type: integer}}", "{type: array, items: {type: number}}", "type-changed"),
    ("{type: object, additionalProperties: {type: integer}}", "{type: object, additionalProperties: {}}", "type-changed"),
    ("{type: object, additionalProperties: {type: integer}}", "{type: object, additionalProperties: {type: number}}",
     "type-changed"),
    ("{type: array, items: {}, contains: {const: 1}}", "{type: array, items: {}}", "rule-changed"),
    ("{type: object, properties: {a: {}, b: {}}, dependentRequired: {a: [b]}}", "{type: object, properties: {a: {}, b: {}}}",
     "rule-changed"),
    ("{type: object, propertyNames: {pattern: '^x'}}", "{type: object}", "rule-changed"),
    ("{type: object, properties: {a: {}, b: {}}, if: {required: [a]}, then: {required: [b]}}",
     "{type: object, properties: {a: {}, b: {}}, if: {required: [a]}, then: {}}", "rule-changed"),
    ("{oneOf: [{type: object, required: [k, a], properties: {k: {const: a}, a: {}}}]}",
     "{oneOf: [{type: object, required: [k, a], properties: {k: {const: a}, a: {}}},"
     " {type: object, required: [k, b], properties: {k: {const: b}, b: {}}}]}", "alternatives-changed"),
    ("{type: string}", "{anyOf: [{type: string}, {type: object, properties: {a: {}}}]}", "alternatives-changed"),
]  # fmt: skip


@pytest.mark.parametrize(("narrow", "wide", "rule"), WIDER)
def test_an_answer_that_may_be_more_than_before_breaks_who_reads_it(narrow: str, wide: str, rule: str) -> None:
    found = verdicts(saying(narrow), saying(wide))

    assert found.get(f"response-{rule}") == Verdict.BROKEN, found


@pytest.mark.parametrize(("narrow", "wide", "rule"), WIDER)
def test_an_answer_that_is_less_than_before_breaks_nobody(narrow: str, wide: str, rule: str) -> None:
    assert set(verdicts(saying(wide), saying(narrow)).values()) <= {"intact"}


@pytest.mark.parametrize(("narrow", "wide", "rule"), WIDER)
def test_a_body_that_has_to_be_less_than_before_breaks_who_sends_it(narrow: str, wide: str, rule: str) -> None:
    assert Verdict.BROKEN in verdicts(taking(wide), taking(narrow)).values()


@pytest.mark.parametrize(("narrow", "wide", "rule"), WIDER)
def test_a_body_that_may_be_more_than_before_breaks_nobody(narrow: str, wide: str, rule: str) -> None:
    assert set(verdicts(taking(narrow), taking(wide)).values()) <= {"intact"}


@pytest.mark.parametrize(
    ("after", "lost"),
    [("a: {}", "b and c are no longer answered"), ("a: {}, b: {}", "c is no longer answered"), ("a: {}, b: {}, c: {}", "")],
)
def test_what_an_alternative_takes_along_that_others_replace_is_lost(after: str, lost: str) -> None:
    def either(members: str, other: str) -> str:
        return (
            f"{{oneOf: [{{type: object, properties: {{{members}}}}}, {{type: object, required: [k], properties: {{{other}}}}}]}}"
        )

    old = saying("{type: object, properties: {a: {}, b: {}, c: {}}}")
    new = saying(either(after, f"k: {{}}, {after}"))

    (change,) = (each for each in judged(old, new) if each.rule == "response-alternatives-changed")

    assert change.because.rpartition(": ")[2] == lost if lost else not change.breaking


def test_a_reference_that_is_none_is_no_name_of_an_alternative() -> None:
    def either(*members: str) -> str:
        odd = "{allOf: [{$ref: {nullable: true}}, {type: object, properties: {%s: {}}}]}"
        return f"{{oneOf: [{', '.join(odd % member for member in members)}]}}"

    assert "unproven" not in verdicts(saying(either("a", "b")), saying(either("c", "d", "e"))).values()


def test_nobody_sends_what_no_alternative_declared() -> None:
    a, b = "required: [a], properties: {a: {}, b: {}", "required: [b], properties: {b: {}"
    old, new = (
        f"{{anyOf: [{{type: object, {a}{more}}}}}, {{type: object, {b}{more}}}}}]}}" for more in ("", ", c: {type: array}")
    )

    assert set(verdicts(taking(old), taking(new)).values()) <= {"intact"}
    assert "broken" in verdicts(taking(new), taking(new.replace("array", "object"))).values()


def one_of(*branches: str, needed: str = "thing") -> str:
    """Return a body whose ``thing`` is of one of several kinds, each with the values that its ``k`` may have."""
    kinds = (f"{{type: object, required: [k], properties: {{k: {{enum: {branch}}}}}}}" for branch in branches)
    things = f"thing: {{oneOf: [{', '.join(kinds)}]}}"
    return f"{{type: object, required: [{needed}], properties: {{amount: {{type: integer}}, {things}}}}}"


def test_a_value_that_another_alternative_takes_now_is_not_lost_whatever_else_a_call_needs_now() -> None:
    before, after = one_of("[a, b]", "[c]"), one_of("[a]", "[c, b]", needed="thing, amount")

    found = {change.rule: change for change in judged(taking(before), taking(after))}

    assert found["request-property-became-required"].breaking
    assert not found["request-enum-narrowed"].breaking
    assert found["request-enum-narrowed"].because == 'thing.k takes fewer values in one alternative: no longer "b"'


def test_of_several_values_that_are_gone_the_one_is_shown_that_no_alternative_takes() -> None:
    change = next(each for each in judged(taking(one_of("[a, b, d]", "[c]")), taking(one_of("[a]", "[c, b]"))) if each.breaking)

    assert sent(change) == {"thing": {"k": "d"}}
    assert change.because == 'thing.k takes fewer values: no longer "b" or "d": "d" is refused'


def test_a_list_of_values_that_is_replaced_as_a_whole_breaks_who_reads_it() -> None:
    assert verdicts(saying("{enum: [a, b]}"), saying("{enum: [c]}")) == {"response-values-changed": "broken"}
    assert verdicts(saying("{enum: [a, b]}"), saying("{enum: [b, c]}")) == {"response-enum-changed": "intact"}


# --- what an answer leaves out, and what a request has to have ------------------------------------------------------------------

MEMBERS = "{{type: object, required: {0}, properties: {1}}}"


def members(required: str, properties: str) -> str:
    return MEMBERS.format(required, properties)


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (members("[a]", "{a: {}, b: {}}"), members("[]", "{a: {}, b: {}}"), "became-optional"),
        (members("[a]", "{a: {}, b: {}}"), members("[]", "{b: {}}"), "removed"),
        (members("[]", "{a: {}, b: {}}"), members("[]", "{b: {}}"), "removed"),
        (members("[a]", "{a: {}, b: {}}"), members("[]", "{a: {writeOnly: true}, b: {}}"), "removed"),
    ],
)
def test_an_answer_without_what_was_there_proves_it(before: str, after: str, rule: str) -> None:
    change = only(saying(before), saying(after))

    assert (change.rule, change.verdict) == (f"response-property-{rule}", Verdict.BROKEN)
    assert "a" not in body(change)


def test_a_member_that_another_alternative_still_has_is_not_lost() -> None:
    other = members("[k]", "{k: {const: two}, a: {}}")
    before, after = (members("[k]", f"{{k: {{const: one}}, {text}}}") for text in ("a: {}", "b: {}"))

    found = verdicts(saying(f"{{oneOf: [{before}, {other}]}}"), saying(f"{{oneOf: [{after}, {other}]}}"))

    assert found["response-property-removed"] == Verdict.INTACT


def test_a_member_that_is_required_and_declared_nowhere_is_unproven() -> None:
    change = only(saying(members("[a]", "{a: {}, b: {}}")), saying(members("[a]", "{b: {}}")))

    assert (change.verdict, change.because.rpartition(": ")[2]) == (
        Verdict.UNPROVEN,
        "it is still required, and declared nowhere",
    )


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (members("[]", "{a: {}}"), members("[a]", "{a: {}}"), "became-required"),
        (members("[]", "{b: {}}"), members("[a]", "{a: {}, b: {}}"), "required-added"),
    ],
)
def test_a_body_without_what_is_needed_now_proves_it(before: str, after: str, rule: str) -> None:
    change = only(taking(before), taking(after))

    assert (change.rule, change.verdict) == (f"request-property-{rule}", Verdict.BROKEN)
    assert "a" not in sent(change)


def test_what_is_sent_and_no_longer_declared_is_ignored_or_refused_as_the_witness_says() -> None:
    ignored = only(taking(members("[]", "{a: {}, b: {}}")), taking(members("[]", "{b: {}}")))
    closed = "{type: object, additionalProperties: false, properties: {b: {}}}"
    refused = next(
        change for change in judged(taking(members("[]", "{a: {}, b: {}}")), taking(closed)) if "removed" in change.rule
    )

    for change, status, effect in ((ignored, 200, "is ignored"), (refused, 400, "is refused")):
        assert change.witness is not None
        assert (change.witness.response.status, change.because.endswith(effect)) == (status, True)
        assert "a" in sent(change)


def test_a_witness_has_nothing_else_in_it_that_would_break_anybody() -> None:
    before = members("[]", "{a: {type: string}, b: {type: string}, c: {type: string}}")
    after = members("[b, c]", "{b: {type: string}, c: {type: string}}")

    removed = next(change for change in judged(taking(before), taking(after)) if change.rule == "request-property-removed")

    assert set(sent(removed)) == {"a", "b", "c"}


def test_an_answer_is_shown_with_a_call_that_both_versions_take() -> None:
    def kinds(values: str, pattern: str) -> str:
        path = f"{{name: kind, in: path, required: true, schema: {{enum: {values}}}}}"
        body = f"requestBody: {{required: true, content: {{text/plain: {{schema: {{type: string, pattern: '{pattern}'}}}}}}}}"
        return f"parameters: [{path}]\n{body}\nresponses: {{'STATUS': {{description: ok}}}}"

    before = operation(kinds("[totp, webauthn]", "^[0-9]+[.][0-9]$").replace("STATUS", "200"), call="POST /things/{kind}")
    after = operation(kinds("[password, webauthn]", "^[0-9]+([.][0-9])?$").replace("STATUS", "204"), call="POST /things/{kind}")

    change = next(each for each in judged(before, after) if each.rule == "response-status-removed")

    assert change.witness is not None
    assert change.witness.request.path == "/things/webauthn"
    assert "." in str(sent(change))


# --- operations, logins, parameters, headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("{name: q, in: query}", "", "broken"),
        ("", "{name: q, in: query, required: true}", "broken"),
        ("", "{name: Accept, in: header, required: true}", "intact"),
        ("{name: q, in: query}", "{name: q, in: query, required: true}", "broken"),
        ("{name: q, in: query, schema: {type: integer}}", "{name: q, in: query, schema: {type: string}}", "intact"),
        ("{name: q, in: query, schema: {type: string}}", "{name: q, in: query, schema: {type: integer}}", "broken"),
        ("{name: q, in: query, schema: {type: string}}", "{name: q, in: query, schema: {type: array, items: {type: string}}}",
         "intact"),
        ("{name: q, in: query, schema: {type: string}}",
         "{name: q, in: query, schema: {type: array, items: {type: string, pattern: '^[a-z]+$'}}}", "broken"),
        ("{name: q, in: query, schema: {type: array, items: {type: string}}}",
         "{name: q, in: query, explode: false, schema: {type: array, items: {type: string}}}", "broken"),
        ("{name: q, in: query, schema: {type: string}}", "{name: q, in: query, explode: false, schema: {type: string}}",
         "intact"),
    ],
)  # fmt: skip
def test_a_parameter_breaks_whoever_calls_or_sends_it(before: str, after: str, verdict: str) -> None:
    assert set(verdicts(with_parameter(before), with_parameter(after)).values()) == {verdict}


LIST, OBJECT = "type: array, items: {type: string}", "type: object, properties: {x: {type: string}}"


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (f"{{{LIST}}}", f"{{{LIST}, minItems: 1}}", "intact"),
        (f"{{{LIST}}}", "{type: integer}", "broken"),
        (f"{{{LIST}}}", "{type: string}", "broken"),
        (f"{{{LIST}}}, explode: false", "{type: string}, explode: false", "intact"),
        (f"{{anyOf: [{{{LIST}}}, {{type: string}}]}}", "{type: string}", "broken"),
        (f"{{{OBJECT}}}", "{type: integer}", "broken"),
        (f"{{{OBJECT}}}", f"{{{OBJECT}, required: [x]}}", "intact"),
        ("{properties: {x: {}, y: {}}}", "{properties: {x: {}, y: {}}, required: [x]}", "broken"),
    ],
)
def test_a_parameter_breaks_by_what_a_call_shows_of_it(before: str, after: str, verdict: str) -> None:
    old, new = (with_parameter(f"{{name: q, in: query, schema: {schema}}}") for schema in (before, after))

    found = only(old, new)

    assert found.verdict == verdict
    assert (found.witness is not None and found.witness.request.query != ()) == (verdict == "broken")


def test_a_parameter_of_which_nothing_is_said_is_any_text_and_no_list() -> None:
    texts = "{anyOf: [{type: string, maxLength: 8}, {type: string, maxLength: 9}]}"
    old, new = (with_parameter(f"{{name: q, in: query, schema: {schema}}}") for schema in ("{example: a}", texts))

    assert verdicts(old, new) == {"request-values-changed": "broken", "request-alternatives-changed": "intact"}


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("[]", "[{a: []}]", "broken"),
        ("[{a: []}]", "[{b: []}]", "broken"),
        ("[{a: []}]", "[{a: []}, {b: []}]", "intact"),
        ("[{o: [read]}]", "[{o: [read, write]}]", "broken"),
        ("[{o: [read, write]}]", "[{o: [read]}]", "intact"),
        ("[{a: []}, {b: []}]", "[{a: []}]", "broken"),
    ],
)
def test_a_login_breaks_whom_it_turns_away(before: str, after: str, verdict: str) -> None:
    schemes = (
        "components: {securitySchemes: {a: {type: http, scheme: bearer}, b: {type: http, scheme: basic}, o: {type: oauth2}}}"
    )
    one, other = (operation(f"security: {text}\n{OK}", schemes) for text in (before, after))

    assert verdicts(one, other) == {"login-changed": verdict}


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("{X-A: {required: true}}", "{X-A: {}}", "broken"),
        ("{X-A: {}}", "{}", "broken"),
        ("{X-A: {schema: {type: integer}}}", "{X-A: {schema: {type: string}}}", "broken"),
        ("{X-A: {schema: {type: string}}}", "{X-A: {schema: {type: integer}}}", "intact"),
        ("{}", "{X-A: {required: true}}", "intact"),
    ],
)
def test_a_header_breaks_whoever_reads_it_and_is_read_as_text(before: str, after: str, verdict: str) -> None:
    one, other = (operation(f"responses: {{'200': {{headers: {text}}}}}") for text in (before, after))

    assert set(verdicts(one, other).values()) == {verdict}


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("{'200': {}, '404': {}}", "{'200': {}}", "intact"),
        ("{'200': {}, '202': {}}", "{'202': {}}", "broken"),
        ("{'200': {}}", "{2XX: {}}", "intact"),
        ("{2XX: {}}", "{'201': {}}", "intact"),
        ("{'200': {content: {text/csv: {}}}}", "{'200': {content: {text/html: {}}}}", "broken"),
        ("{'200': {content: {text/csv: {}}}}", "{'200': {content: {'*/*': {}}}}", "intact"),
    ],
)
def test_a_status_or_a_media_type_that_is_gone_breaks_where_it_was_a_success(before: str, after: str, verdict: str) -> None:
    found = judged(operation(f"responses: {before}"), operation(f"responses: {after}"))

    assert next(str(change.verdict) for change in found if change.rule.endswith("removed")) == verdict


def test_a_success_that_was_told_by_default_and_now_has_its_status_is_compared_with_that() -> None:
    schema = "{content: {application/json: {schema: {type: object, properties: {a: {}, b: {}}}}}}"
    after = f"{{'200': {schema.replace('a: {}, ', '')}, default: {{description: anything else}}}}"

    found = verdicts(operation(f"responses: {{default: {schema}}}"), operation(f"responses: {after}"))

    assert found == {"response-property-removed": "broken"}  # any other status was answered before, too


@pytest.mark.parametrize(("before", "after"), [("'201'", "default"), ("'201'", "2XX"), ("2XX", "'201'"), ("2XX", "default")])
def test_a_success_that_stands_under_another_key_is_compared_with_what_is_said_there(before: str, after: str) -> None:
    whole, less = (members("[a]", members_) for members_ in ("{a: {}, b: {}}", "{a: {}}"))
    old, new = (
        operation(f"responses: {{{key}: {{content: {{application/json: {{schema: {schema}}}}}}}}}")
        for key, schema in ((before, whole), (after, less))
    )

    found = verdicts(old, new)

    assert found == {
        "response-status-removed": "intact",
        "response-status-added": "intact",
        "response-property-removed": "broken",
    }


def test_a_success_that_is_gone_is_no_error_now_because_errors_are_told_by_default() -> None:
    said = "{content: {application/json: {schema: {type: object, properties: {%s: {}}}}}}"
    old, new = (operation(f"responses: {{'{status}': {said % 'a'}, default: {said % 'error'}}}") for status in ("201", "200"))

    assert verdicts(old, new) == {"response-status-removed": "broken", "response-status-added": "intact"}


def test_a_success_that_stands_under_default_now_with_no_body_is_lost() -> None:
    old, new = (operation(f"responses: {{{each}}}") for each in ("'200': {content: {application/json: {}}}", "default: {}"))

    assert verdicts(old, new)["response-media-type-removed"] == "broken"


def test_json_that_goes_by_another_name_is_told_and_still_compared() -> None:
    before, after = saying("{type: string}"), saying("{type: integer}", media="application/vnd.shop+json")

    assert verdicts(before, after) == {"response-media-type-renamed": "intact", "response-type-changed": "broken"}


@pytest.mark.parametrize("media", ["application/xml", "image/png"])
def test_what_nobody_can_read_is_unproven(media: str) -> None:
    found = verdicts(saying(members("[a]", "{a: {}}"), media=media), saying(members("[]", "{a: {}}"), media=media))

    assert set(found.values()) == {"unproven"}


def test_plain_text_is_read_as_text() -> None:
    before, after = (saying(f"{{type: string, maxLength: {most}}}", media="text/plain") for most in (3, 5))

    assert 3 < len(body(only(before, after))) <= 5


def test_a_member_of_a_form_that_is_written_otherwise_is_in_the_witness() -> None:
    schema = "{type: object, properties: {tags: {type: array, items: {type: string}}}}"

    def form(encoding: str) -> str:
        content = f"{{application/x-www-form-urlencoded: {{schema: {schema}, encoding: {{tags: {encoding}}}}}}}"
        return operation(f"requestBody: {{content: {content}}}\n{OK}", call="POST /thing")

    change = only(form("{explode: true}"), form("{explode: false}"))

    assert (change.rule, change.verdict) == ("request-encoding-changed", Verdict.BROKEN)
    assert len(sent(change)["tags"]) == 2


def test_a_tag_that_a_discriminator_asks_for_is_a_part_of_the_promise() -> None:
    shapes = "components: {schemas: {A: {type: object, properties: {x: {}}}, B: {type: object, properties: {y: {}}}}}"
    choice = "{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}], discriminator: {propertyName: kind}}"

    found = verdicts(saying(choice, shapes), saying("{type: object, properties: {x: {}, y: {}}}", shapes))

    assert Verdict.BROKEN in found.values()


def test_a_tag_that_a_discriminator_asks_for_is_needed_though_the_branch_lists_it_as_optional() -> None:
    shapes = "components: {schemas: {A: {type: object, properties: {kind: {const: A}, x: {}}}}}"
    choice = "{oneOf: [{$ref: '#/components/schemas/A'}]%s}"
    before, after = (choice % told for told in ("", ", discriminator: {propertyName: kind}"))

    assert verdicts(taking(before, shapes), taking(after, shapes)) == {"request-property-became-required": "broken"}
    assert set(verdicts(saying(before, shapes), saying(after, shapes)).values()) == {"intact"}


def test_nobody_sends_a_tag_of_another_branch_because_all_branches_share_the_list() -> None:
    def body_(lists: tuple[str, str], more: str = "") -> str:
        members = ", ".join(
            f"{name}: {{type: object, required: [kind], properties: {{kind: {{enum: {list_}}}, x: {{{more}}}}}}}"
            for name, list_ in zip("AB", lists, strict=True)
        )
        branches = "[{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]"
        return taking(f"{{oneOf: {branches}, discriminator: {{propertyName: kind}}}}", f"components: {{schemas: {{{members}}}}}")

    assert verdicts(body_(("[A, B, C]", "[A, B, C]")), body_(("[A]", "[B]"))) == {}
    assert "broken" in verdicts(body_(("[A, B]", "[A, B]")), body_(("[A]", "[B]"), "type: string")).values()


@pytest.mark.parametrize(("more", "status"), [("", 200), (", {name: r, in: query, required: true}", 400)])
def test_what_is_not_listened_to_is_lost_where_the_call_goes_through_and_refused_where_it_lacks_something(
    more: str, status: int
) -> None:
    gone = {
        "request-parameter-removed": (with_parameter("{name: q, in: query}"), with_parameter(more[2:])),
        "request-property-removed": (taking("{properties: {a: {}, b: {}}}"), taking("{properties: {a: {}}}")),
    }
    for rule, (old, new) in gone.items():
        now = (
            new if rule.startswith("request-par") else new.replace("requestBody", f"parameters: [{more[2:]}]\n      requestBody")
        )
        found = next(change for change in judged(old, now) if change.rule == rule)

        assert found.witness is not None
        assert (found.verdict, found.witness.response.status) == ("broken", status)
        assert found.because.endswith("is ignored") == (status == 200)


def test_null_that_comes_beside_another_edit_is_a_break_of_its_own() -> None:
    found = judged(saying("{type: string, minLength: 1}"), saying("{type: [string, 'null']}"))

    assert {change.rule: body(change) for change in found} == {"response-became-nullable": None, "response-length-changed": ""}


def test_what_else_is_needed_anywhere_in_a_body_is_in_the_witness() -> None:
    inside = "{type: object, required: [c], properties: {c: {type: string}, z: {type: string}}}"
    body_ = "{type: object, required: [to], properties: {to: %s, note: {type: string, maxLength: %d}}}"
    before, after = body_ % (inside, 20), body_ % (inside.replace("[c]", "[c, z]"), 10)

    note = next(change for change in judged(taking(before), taking(after)) if change.rule == "request-length-changed")

    assert set(sent(note)["to"]) == {"c", "z"}


def test_a_list_that_is_too_long_to_be_shown_is_unproven() -> None:
    wide, narrow = "{minItems: 1000000000}", "{type: array, items: {type: object, required: [a], properties: {a: {}}}}"

    assert "unproven" in verdicts(saying(narrow), saying(wide)).values()
