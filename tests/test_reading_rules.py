"""How a contract is read when it is judged: DESIGN, "How to read a contract when judging it", rule by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.errors import ContractError
from cxcontracts.problems import Problem
from tests.estates_made import answers, change, check, contract, need, operation, promised, saying, taking, with_parameter

A = "{type: object, required: [a], properties: {a: {type: string}}}"
B = "{type: object, properties: {b: {type: string}}}"
JSON = "application/json"
XML = "application/xml"
VENDOR = "application/vnd.partner.v2+json"
FORM = "application/x-www-form-urlencoded"


def bodies(**schemas: str) -> str:
    """Return a document whose ``GET /thing`` answers 200 in several media types."""
    content = ", ".join(f"'{name}': {{schema: {schema}}}" for name, schema in schemas.items())
    return operation(f"responses: {{'200': {{description: ok, content: {{{content}}}}}}}")


def takes(**schemas: str) -> str:
    """Return a document whose ``POST /thing`` takes a body in several media types."""
    content = ", ".join(f"'{name}': {{schema: {schema}}}" for name, schema in schemas.items())
    return operation(f"requestBody: {{content: {{{content}}}}}\nresponses: {{'200': {{description: ok}}}}", call="POST /thing")


def statuses(codes: dict[str, str]) -> str:
    """Return a document whose ``GET /thing`` answers each status with a schema; without a body where that is empty."""
    rows = [
        f"'{code}': {{description: x{f', content: {{{JSON}: {{schema: {schema}}}}}' if schema else ''}}}"
        for code, schema in codes.items()
    ]
    return operation(f"responses: {{{', '.join(rows)}}}")


def headers(written: str) -> str:
    """Return a document whose ``GET /thing`` answers with headers and no body."""
    return operation(f"responses: {{'200': {{description: ok, headers: {{{written}}}}}}}")


def path_parameter(path: str, *parameters: str, rest: str = "") -> str:
    """Return a document whose GET takes path parameters, each ``NAME: SCHEMA``."""
    rows = ", ".join(
        f"{{name: {name}, in: path, required: true, schema: {schema}}}"
        for name, _, schema in (parameter.partition(": ") for parameter in parameters)
    )
    return operation(f"parameters: [{rows}]\nresponses: {{'200': {{description: ok}}}}", rest, call=f"GET {path}")


def refused(folder: Path, before: str, after: str, step: str) -> tuple[Problem, ...]:
    """Return why a change cannot be judged."""
    with pytest.raises(ContractError) as caught:
        change(folder, before, after, step)
    return caught.value.problems


# --- what is said of nothing, and of every name -----------------------------------------------------------------------------


@pytest.mark.parametrize("schema", ["{}", "{type: object}", "{type: object, additionalProperties: true}"])
def test_a_schema_that_says_nothing_could_meet_any_need(schema: str, tmp_path: Path) -> None:
    assert promised(tmp_path, saying(schema)) == "unpromised"
    assert need(tmp_path, saying(schema), saying(schema)) == "unpromised"
    assert need(tmp_path, saying(schema), answers("{b: {type: string}}")) == "broken"


def test_a_media_type_without_a_schema_could_meet_any_need(tmp_path: Path) -> None:
    bare = operation(f"responses: {{'200': {{description: ok, content: {{{JSON}: {{}}}}}}}}")

    assert need(tmp_path, bare, bare) == "unpromised"
    assert need(tmp_path, answers("{a: {type: string}}", "[a]"), bare) == "broken"


def test_a_field_that_is_not_declared_beside_others_is_absent(tmp_path: Path) -> None:
    assert need(tmp_path, answers("{a: {type: string}}"), answers("{b: {type: string}}")) == "broken"


def test_true_for_additional_properties_declares_no_name(tmp_path: Path) -> None:
    open_ended = saying("{type: object, properties: {b: {type: string}}, additionalProperties: true}")

    assert need(tmp_path, answers("{a: {type: string}}"), open_ended) == "broken"


def test_a_schema_for_additional_properties_makes_every_name_possible(tmp_path: Path) -> None:
    texts, numbers = (saying(f"{{type: object, additionalProperties: {{type: {kind}}}}}") for kind in ("string", "integer"))

    assert need(tmp_path, texts, texts) == "unpromised"
    assert need(tmp_path, texts, numbers) == "broken"
    assert need(tmp_path, texts, numbers, "*") == "broken"
    assert need(tmp_path, answers("{a: {type: string}}", "[a]"), texts) == "broken"


def test_pattern_properties_make_the_names_possible_that_they_match(tmp_path: Path) -> None:
    starts_with = {letter: saying(f"{{type: object, patternProperties: {{'^[{letter}]': {{type: string}}}}}}") for letter in "ab"}

    assert need(tmp_path, starts_with["a"], starts_with["a"]) == "unpromised"
    assert need(tmp_path, starts_with["a"], starts_with["b"]) == "broken"


def test_an_object_is_closed_once_after_all_of_is_merged(tmp_path: Path) -> None:
    parts = [f"{{type: object, additionalProperties: false, properties: {{{name}: {{type: string}}}}}}" for name in "ab"]
    merged = saying(f"{{required: [a], allOf: [{', '.join(parts)}]}}")

    assert need(tmp_path, answers("{a: {type: string}}", "[a]"), merged) == "intact"


def test_an_object_is_closed_after_the_branch_is_chosen_and_each_branch_counts(tmp_path: Path) -> None:
    branches = "oneOf: [{required: [a], properties: {a: {type: string}}}, {%s, properties: {%s: {type: string}}}]"
    before = answers("{a: {type: string}}", "[a]")

    both = saying(f"{{type: object, properties: {{k: {{type: string}}}}, {branches % ('required: [a]', 'a')}}}")
    one = saying(f"{{type: object, properties: {{k: {{type: string}}}}, {branches % ('required: [c]', 'c')}}}")

    assert need(tmp_path, before, both) == "intact"
    assert need(tmp_path, before, one) == "broken"


# --- a promise that allows nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        "{allOf: [{type: string}, {type: integer}]}",
        "{type: integer, minimum: 5, maximum: 3}",
        "{type: string, enum: [7]}",
        "{type: string, minLength: 5, maxLength: 3}",
        "false",
    ],
)
def test_a_required_field_that_nothing_can_satisfy_is_never_intact(schema: str, tmp_path: Path) -> None:
    sound, nothing = answers("{a: {}}", "[a]"), answers(f"{{a: {schema}}}", "[a]")

    for record, candidate, file in ((sound, nothing, "released/p/openapi.yaml"), (nothing, sound, "partners/p/openapi.yaml")):
        (problem,) = refused(tmp_path, record, candidate, "needs: {a: {}}")

        assert (problem.place.line, problem.code) == (6, "contradiction")
        assert problem.place.file.endswith(file)


def test_an_optional_field_that_nothing_can_satisfy_is_never_there(tmp_path: Path) -> None:
    nothing = answers("{a: {type: integer, minimum: 5, maximum: 3}}")

    assert need(tmp_path, answers("{a: {type: integer}}"), nothing, value="integer") == "broken"


def test_a_contract_that_contradicts_itself_as_a_whole_is_never_intact(tmp_path: Path) -> None:
    for schema in ("{allOf: [{type: string}, {type: object}]}", f"{{allOf: [{A}, {{not: {{required: [a]}}}}]}}"):
        (problem,) = refused(tmp_path, answers("{a: {type: string}}"), saying(schema), "needs: {a: text}")

        assert problem.code == "contradiction"


# --- requests ----------------------------------------------------------------------------------------------------------------


def body(properties: str, required: str = "[]", more: str = "") -> str:
    return taking(f"{{type: object, required: {required}, properties: {properties}{more}}}")


def test_a_field_that_we_send_and_that_is_no_longer_declared_is_a_break(tmp_path: Path) -> None:
    judged = change(tmp_path, body("{a: {type: string}}"), body("{b: {type: string}}"), "with: {a: x}")

    assert judged.verdicts == {"accepts:a": "broken"}
    assert "ignored" in judged.because("accepts:a")


@pytest.mark.parametrize("depth", ["{x: 1s, y: 2s}", "[{x: 1s, y: 2s}]", "{$repeat: 2, item: {x: 1s, y: 's${i}'}}"])
def test_a_field_that_is_no_longer_declared_is_a_break_at_any_depth(depth: str, tmp_path: Path) -> None:
    def inside(names: str) -> str:
        inner = f"{{type: object, properties: {{{', '.join(f'{name}: {{type: string}}' for name in names)}}}}}"
        return body(f"{{a: {inner if depth.startswith('{x') else f'{{type: array, items: {inner}}}'}}}")

    assert change(tmp_path, inside("xy"), inside("xy"), f"with: {{a: {depth}}}").verdicts == {}
    assert change(tmp_path, inside("xy"), inside("x"), f"with: {{a: {depth}}}").verdicts == {"accepts:a": "broken"}


@pytest.mark.parametrize("schema", ["{}", "{type: object}", "{type: object, additionalProperties: {type: string}}"])
def test_an_object_that_declares_nothing_or_a_map_takes_every_name(schema: str, tmp_path: Path) -> None:
    assert change(tmp_path, body("{a: {type: string}}"), taking(schema), "with: {a: x}").verdicts == {}


def test_what_the_record_never_declared_is_not_judged(tmp_path: Path) -> None:
    before, after = body("{a: {type: string}}"), body("{a: {type: string}}", more=", additionalProperties: false")

    judged = change(tmp_path, before, after, "with: {a: x, body.extra: y}")

    assert judged.verdicts == {"accepts:body.extra": "unpromised"}


def test_an_input_that_is_newly_required_and_not_sent_is_a_break_of_the_call(tmp_path: Path) -> None:
    before, after = body("{a: {type: string}, b: {type: string}}"), body("{a: {type: string}, b: {type: string}}", "[b]")

    assert change(tmp_path, before, after, "with: {a: x}").verdicts == {"answers": "broken"}
    assert change(tmp_path, before, after, "with: {a: x, b: y}").verdicts == {}
    assert change(tmp_path, before, after, "with: {body: {a: x}}").verdicts == {"answers": "broken"}


@pytest.mark.parametrize("sent", ["{x: s}", "[{x: s}]"])
def test_an_input_that_is_newly_required_further_down_is_a_break_of_what_is_sent_there(sent: str, tmp_path: Path) -> None:
    def inside(required: str) -> str:
        inner = f"{{type: object, required: {required}, properties: {{x: {{type: string}}, y: {{type: string}}}}}}"
        return body(f"{{a: {inner if sent.startswith('{') else f'{{type: array, items: {inner}}}'}}}")

    judged = change(tmp_path, inside("[]"), inside("[y]"), f"with: {{a: {sent}}}")

    assert judged.verdicts == {"accepts:a": "broken"}
    assert "y" in judged.because("accepts:a")


def test_the_branch_of_a_body_that_we_send_is_the_one_whose_demands_count(tmp_path: Path) -> None:
    def either(*required: str) -> str:
        one, other = (f"[{', '.join(names)}]" for names in (("kind", *required), ("kind",)))
        members = "a: {type: string}, z: {type: string}"
        return taking(
            f"{{oneOf: [{{type: object, required: {one}, properties: {{kind: {{const: card}}, {members}}}}},"
            f" {{type: object, required: {other}, properties: {{kind: {{const: cash}}, {members}}}}}]}}"
        )

    assert change(tmp_path, either("a"), either("a", "z"), "with: {kind: card, a: x}").verdicts == {"answers": "broken"}
    assert change(tmp_path, either("a"), either("a", "z"), "with: {kind: cash, a: x}").verdicts == {}


# --- what travels as text ----------------------------------------------------------------------------------------------------


def query(schema: str, more: str = "") -> str:
    return with_parameter(f"{{name: q, in: query, schema: {schema}{more}}}")


DIGITS = "{n: {from: customer, pattern: '^[0-9]{1,6}$', examples: ['12']}}"
NUMBERS = "{n: {from: customer, type: integer, minimum: 0, maximum: 20}}"


@pytest.mark.parametrize(
    ("before", "after", "given", "verdict"),
    [
        ("{type: string}", "{type: integer}", DIGITS, "intact"),
        ("{type: string}", "{type: integer, format: int64}", DIGITS, "intact"),
        ("{type: string}", "{type: integer, maximum: 999999}", DIGITS, "intact"),
        ("{type: string}", "{type: integer, maximum: 500}", DIGITS, "broken"),
        ("{type: string}", "{type: integer}", "{n: {from: customer, pattern: '^[0-9A-F]{6}$', examples: ['00AA00']}}", "broken"),
        ("{type: integer}", "{type: string}", NUMBERS, "intact"),
        ("{type: integer}", "{type: string, pattern: '^[0-9]+$'}", NUMBERS, "intact"),
        ("{type: integer}", "{type: string, maxLength: 1}", NUMBERS, "broken"),
        ("{type: integer}", "{type: integer, maximum: 10}", NUMBERS, "broken"),
        ("{type: boolean}", "{enum: ['true', 'false']}", "{n: {from: customer, type: boolean}}", "intact"),
        ("{type: boolean}", "{enum: ['yes', 'no']}", "{n: {from: customer, type: boolean}}", "broken"),
    ],
)
def test_what_travels_in_a_query_is_compared_as_text(before: str, after: str, given: str, verdict: str, tmp_path: Path) -> None:
    assert change(tmp_path, query(before), query(after), "with: {q: $n}", given=given).verdict("accepts:q") == verdict


@pytest.mark.parametrize(("place", "key"), [("header", "header.q"), ("cookie", "cookie.q"), ("query", "query.q")])
def test_a_header_and_a_cookie_travel_as_text_too(place: str, key: str, tmp_path: Path) -> None:
    before, after, narrow = (
        with_parameter(f"{{name: q, in: {place}, schema: {schema}}}")
        for schema in ("{type: integer}", "{type: string}", "{type: string, maxLength: 1}")
    )

    assert change(tmp_path, before, after, f"with: {{{key}: 12}}").verdicts == {}
    assert change(tmp_path, before, narrow, f"with: {{{key}: 12}}").verdicts == {f"accepts:{key}": "broken"}


def test_a_body_in_json_is_no_text(tmp_path: Path) -> None:
    digits = "with: {a: $n}"

    assert change(tmp_path, body("{a: {type: string}}"), body("{a: {type: integer}}"), digits, given=DIGITS).verdicts == {
        "accepts:a": "broken"
    }


@pytest.mark.parametrize("media", [FORM, "multipart/form-data"])
def test_a_form_travels_as_text(media: str, tmp_path: Path) -> None:
    texts, numbers = (takes(**{media: f"{{type: object, properties: {{a: {{type: {k}}}}}}}"}) for k in ("string", "integer"))

    assert change(tmp_path, texts, numbers, "with: {a: '12'}").verdicts == {}
    assert change(tmp_path, texts, numbers, "with: {a: twelve}").verdicts == {"accepts:a": "broken"}


LIST = "{type: array, items: {type: string}}"


@pytest.mark.parametrize(
    ("before", "after", "sent", "verdict"),
    [
        ("", ", style: form, explode: true", "[a, b]", "intact"),
        ("", ", explode: false", "[a, b]", "broken"),
        ("", ", explode: false", "[a]", "intact"),
        (", explode: false", ", style: pipeDelimited, explode: false", "[a, b]", "broken"),
        (", explode: false", ", style: spaceDelimited, explode: false", "[a]", "intact"),
    ],
)
def test_a_list_is_compared_as_style_and_explode_write_it(
    before: str, after: str, sent: str, verdict: str, tmp_path: Path
) -> None:
    assert change(tmp_path, query(LIST, before), query(LIST, after), f"with: {{q: {sent}}}").verdict("accepts:q") == verdict


@pytest.mark.parametrize(
    ("before", "after", "sent", "verdict"),
    [
        ("{type: string}", LIST, "x", "intact"),
        (LIST, "{type: string}", "[a, b]", "broken"),
        (LIST, "{type: array, items: {type: integer}}", "['12']", "intact"),
        (LIST, "{type: array, items: {type: integer}}", "[a]", "broken"),
        (LIST, "{type: array, items: {type: string}, maxItems: 1}", "[a, b]", "broken"),
    ],
)
def test_a_list_in_a_query_is_compared_item_by_item_as_text(
    before: str, after: str, sent: str, verdict: str, tmp_path: Path
) -> None:
    assert change(tmp_path, query(before), query(after), f"with: {{q: {sent}}}").verdict("accepts:q") == verdict


def test_a_deep_object_is_compared_member_by_member_as_text(tmp_path: Path) -> None:
    def range_of(members: str, style: str = "deepObject") -> str:
        return query(f"{{type: object, properties: {{{members}}}}}", f", style: {style}, explode: true")

    before = range_of("from: {type: integer}")
    step = "with: {q: {from: 1}}"

    assert change(tmp_path, before, range_of("from: {type: string}"), step).verdicts == {}
    assert change(tmp_path, before, range_of("from: {enum: ['2']}"), step).verdicts == {"accepts:q": "broken"}
    assert change(tmp_path, before, range_of("to: {type: integer}"), step).verdicts == {"accepts:q": "broken"}
    assert change(tmp_path, before, range_of("from: {type: integer}", "form"), step).verdicts == {"accepts:q": "broken"}


def test_a_parameter_with_content_is_written_in_its_media_type(tmp_path: Path) -> None:
    def content(kind: str) -> str:
        schema = f"{{type: object, properties: {{a: {{type: {kind}}}}}}}"
        return with_parameter(f"{{name: q, in: query, content: {{{JSON}: {{schema: {schema}}}}}}}")

    step = "with: {q: {a: '1'}}"

    assert change(tmp_path, content("string"), content("string"), step).verdicts == {}
    assert change(tmp_path, content("string"), content("integer"), step).verdicts == {"accepts:q": "broken"}
    assert change(tmp_path, content("string"), query("{type: object, properties: {a: {type: string}}}"), step).verdicts == {
        "accepts:q": "broken"
    }


# --- paths and servers -------------------------------------------------------------------------------------------------------


def test_a_path_parameter_is_bound_by_position_not_by_name(tmp_path: Path) -> None:
    before = path_parameter("/t/{id}", "id: {type: string}")

    renamed = change(tmp_path, before, path_parameter("/t/{tid}", "tid: {type: string}"), "with: {id: x}")
    narrowed = change(tmp_path, before, path_parameter("/t/{tid}", "tid: {type: integer}"), "with: {id: x}")

    assert renamed.verdicts == {}
    assert renamed.run.partners[0].changes == ()
    assert narrowed.verdicts == {"accepts:id": "broken"}


def test_two_path_parameters_that_swap_their_names_keep_their_places(tmp_path: Path) -> None:
    before = path_parameter("/t/{a}/{b}", "a: {type: string}", "b: {type: integer}")
    after = path_parameter("/t/{b}/{a}", "b: {type: string}", "a: {type: integer}")

    assert change(tmp_path, before, after, "with: {a: x, b: 1}").verdicts == {}


def test_a_path_parameter_becomes_an_integer_and_digits_still_fit(tmp_path: Path) -> None:
    before, after = (path_parameter("/t/{id}", f"id: {{type: {kind}}}") for kind in ("string", "integer"))

    assert change(tmp_path, before, after, "with: {id: $n}", given=DIGITS).verdicts == {}
    assert change(tmp_path, before, after, "with: {id: QX7}").verdicts == {"accepts:id": "broken"}


def test_a_path_of_another_shape_is_another_path(tmp_path: Path) -> None:
    judged = change(tmp_path, path_parameter("/t/{a}", "a: {}"), path_parameter("/u/{a}", "a: {}"), "with: {a: x}")

    assert judged.broken == ["answers"]
    assert judged["accepts:a"].cause == "j/s/answers"


def test_parameters_of_the_path_hold_for_its_operations_unless_they_say_otherwise(tmp_path: Path) -> None:
    def shared(kind: str, own: str = "") -> str:
        parameter = "{name: q, in: query, schema: {type: %s}}"
        mine = f"parameters: [{parameter % own}], " * bool(own)
        return contract(
            f"/thing:\n  parameters: [{parameter % kind}]\n  get: {{{mine}responses: {{'200': {{description: ok}}}}}}"
        )

    call = "GET /thing"

    assert change(tmp_path, shared("string"), shared("integer"), "with: {q: x}", call=call).verdicts == {"accepts:q": "broken"}
    assert change(tmp_path, shared("string"), shared("integer", own="string"), "with: {q: x}", call=call).verdicts == {}


OK = "responses: {'200': {description: ok}}"


def served(*urls: str, path: str = "/thing") -> str:
    return operation(OK, f"servers: [{', '.join(f'{{url: {url!r}}}' for url in urls)}]" * bool(urls), call=f"GET {path}")


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (served("https://a.example/v1"), served("https://b.example/v1"), "intact"),
        (served("https://a.example/v1"), served("https://a.example/v2"), "broken"),
        (served("https://a.example/v1"), served("https://a.example/v2", "https://a.example/v1/"), "intact"),
        (served("https://a.example/v1"), served("https://a.example", path="/v1/thing"), "intact"),
        (served("https://a.example/v1"), served("/v1"), "intact"),
        (served(), served("https://a.example"), "intact"),
    ],
)
def test_the_path_of_servers_is_part_of_the_path(before: str, after: str, verdict: str, tmp_path: Path) -> None:
    assert change(tmp_path, before, after).verdict("answers") == verdict


def test_a_variable_of_a_server_may_take_any_of_its_values(tmp_path: Path) -> None:
    def versioned(default: str) -> str:
        variable = f"{{default: {default}, enum: [v1, v2]}}"
        return operation(OK, f"servers: [{{url: 'https://a.example/{{v}}', variables: {{v: {variable}}}}}]")

    assert change(tmp_path, versioned("v1"), versioned("v2")).verdicts == {}
    assert change(tmp_path, versioned("v1"), served("https://a.example/v3")).verdicts == {"answers": "broken"}


def test_servers_of_a_path_or_an_operation_go_before_those_of_the_document(tmp_path: Path) -> None:
    one, two = (f"servers: [{{url: 'https://a.example/v{number}'}}]" for number in (1, 2))
    before = contract(f"/thing:\n  get:\n    {OK}", one)
    path = contract(f"/thing:\n  {two}\n  get:\n    {OK}", one)
    own = contract(f"/thing:\n  {two}\n  get:\n    {one}\n    {OK}", two)

    assert change(tmp_path, before, path).verdicts == {"answers": "broken"}
    assert change(tmp_path, before, own).verdicts == {}


# --- success -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ({"200": A}, {"200": A, "201": A}, "intact"),
        ({"200": A}, {"200": A, "201": B}, "broken"),
        ({"200": A}, {"2XX": A}, "intact"),
        ({"2XX": A}, {"2XX": B}, "broken"),
        ({"2xx": A}, {"2xx": B}, "broken"),
        ({"200": A, "default": B}, {"200": A, "default": B}, "intact"),
        ({"default": A}, {"default": A}, "intact"),
        ({"default": A}, {"default": B}, "broken"),
        ({"200": A}, {"200": A, "302": B}, "intact"),
        ({"200": A}, {"200": A, "404": B}, "intact"),
        ({"302": A}, {"302": A}, "unpromised"),
        ({"200": A}, {"200": A, "204": ""}, "broken"),
        ({"200": A}, {"204": ""}, "broken"),
        ({"200": A}, {"200": A, "205": A}, "broken"),
        ({"204": ""}, {"204": ""}, "unpromised"),
    ],
)
def test_a_need_holds_for_each_2xx(before: dict[str, str], after: dict[str, str], verdict: str, tmp_path: Path) -> None:
    assert need(tmp_path, statuses(before), statuses(after)) == verdict


@pytest.mark.parametrize(
    ("step", "verdict"), [("status: 200", "intact"), ("status: 201", "broken"), ("status: [200, 201]", "broken"), ("", "broken")]
)
def test_a_need_holds_for_each_status_that_the_step_accepts(step: str, verdict: str, tmp_path: Path) -> None:
    before, after = statuses({"200": A, "201": A}), statuses({"200": A, "201": B})

    assert change(tmp_path, before, after, f"{step}\nneeds: {{a: text}}").verdict("needs:a") == verdict


def test_an_exact_status_goes_before_a_class_and_that_before_default(tmp_path: Path) -> None:
    step = "status: 200\nneeds: {a: text}"

    assert change(tmp_path, statuses({"200": A}), statuses({"200": A, "2XX": B, "default": B}), step).verdicts == {}
    assert change(tmp_path, statuses({"200": A}), statuses({"2XX": A, "default": B}), step).verdicts == {}
    assert change(tmp_path, statuses({"200": A}), statuses({"default": A}), step).verdicts == {}
    assert change(tmp_path, statuses({"200": A}), statuses({"404": A}), step).broken == ["answers"]


def test_a_head_has_no_body_whatever_the_contract_says(tmp_path: Path) -> None:
    head = operation(f"responses: {{'200': {{description: ok, content: {{{JSON}: {{schema: {A}}}}}}}}}", call="HEAD /thing")

    assert check(tmp_path, head, "needs: {a: text}").verdicts == {"needs:a": "unpromised"}


# --- media types -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [VENDOR, "application/json; charset=utf-8", "APPLICATION/JSON", "*/*", "application/hal+json"])
def test_json_is_json_by_any_name(after: str, tmp_path: Path) -> None:
    assert need(tmp_path, bodies(**{JSON: A}), bodies(**{after: A})) == "intact"
    assert need(tmp_path, bodies(**{JSON: A}), bodies(**{after: B})) == "broken"


def test_more_media_types_are_no_change(tmp_path: Path) -> None:
    judged = change(tmp_path, bodies(**{JSON: A}), bodies(**{JSON: A, XML: B, VENDOR: B}), "needs: {a: text}")

    assert judged.verdicts == {}


def test_a_media_type_that_we_read_and_that_is_gone_is_a_break(tmp_path: Path) -> None:
    judged = change(tmp_path, bodies(**{JSON: A}), bodies(**{XML: A}), "needs: {a: text}")

    assert judged.broken == ["answers"]
    assert judged["needs:a"].cause == "j/s/answers"
    witness = judged["answers"].witness
    assert witness is not None
    assert witness.response.headers == {"content-type": XML}


@pytest.mark.parametrize("accept", ["header.accept", "header.Accept"])
def test_accept_selects_the_media_types_that_are_judged(accept: str, tmp_path: Path) -> None:
    step = f"with: {{{accept}: {VENDOR}}}\nneeds: {{a: text}}"
    before = bodies(**{JSON: A, VENDOR: A})

    assert change(tmp_path, before, bodies(**{JSON: B, VENDOR: A}), step).verdicts == {}
    assert change(tmp_path, before, bodies(**{JSON: A, VENDOR: B}), step).verdicts == {"needs:a": "broken"}
    assert change(tmp_path, before, bodies(**{JSON: A}), step).broken == ["answers"]


def test_a_body_that_nothing_reads_is_unproven_and_says_so(tmp_path: Path) -> None:
    for xml in (bodies(**{XML: A}), bodies(**{"text/csv": "{type: string}"})):
        finding = change(tmp_path, xml, xml, "needs: {a: text}")["needs:a"]

        assert finding.verdict == "unproven"
        assert "is not JSON and nothing reads it" in finding.because


def test_a_request_body_that_nothing_reads_is_unproven_and_says_so(tmp_path: Path) -> None:
    xml = takes(**{XML: A})

    finding = change(tmp_path, xml, xml, "with: {body: x}")["accepts:body"]

    assert finding.verdict == "unproven"
    assert "application/xml is not JSON and nothing reads it" in finding.because


@pytest.mark.parametrize(
    ("before", "after", "step", "broken"),
    [
        ([JSON], [VENDOR], "", []),
        ([JSON], [XML, JSON], "", []),
        ([JSON], ["application/json; charset=UTF-8"], "", []),
        ([JSON], ["*/*"], "", []),
        ([JSON], [XML], "", ["answers"]),
        ([FORM], [JSON], "", ["answers"]),
        ([JSON, FORM], [JSON], "header.content-type: application/x-www-form-urlencoded", ["answers"]),
        ([JSON, FORM], [FORM], "header.Content-Type: application/x-www-form-urlencoded", []),
        ([JSON], [JSON], "header.content-type: application/json; charset=utf-8", []),
    ],
)
def test_a_body_goes_out_as_json_unless_the_step_or_the_contract_says_otherwise(
    before: list[str], after: list[str], step: str, broken: list[str], tmp_path: Path
) -> None:
    old, new = (takes(**dict.fromkeys(media, A)) for media in (before, after))

    assert change(tmp_path, old, new, f"with: {{a: x{f', {step}' if step else ''}}}").broken == broken


# --- logins ------------------------------------------------------------------------------------------------------------------

SCHEMES = """
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    cookie: {type: apiKey, in: cookie, name: sid}
    query: {type: apiKey, in: query, name: token}
    bearer: {type: http, scheme: bearer}
    oauth: {type: oauth2, flows: {}}
"""


def asking(security: str, rest: str = SCHEMES) -> str:
    """Return a document whose only operation asks for a login."""
    return operation(f"security: {security}\n{OK}", rest)


WE_SEND_BEARER = "environments: {production: {url: 'https://a.example', auth: {bearer: $env.TOKEN}}}"


@pytest.mark.parametrize(
    ("before", "after", "partner", "verdict"),
    [
        ("[]", "[{bearer: []}]", "", "broken"),
        ("[]", "[{bearer: []}]", WE_SEND_BEARER, "intact"),
        ("[]", "[{}, {bearer: []}]", "", "intact"),
        ("[{bearer: []}]", "[{key: []}, {bearer: []}]", "", "intact"),
        ("[{bearer: []}]", "[{key: [], bearer: []}]", "", "broken"),
        ("[{bearer: []}]", "[{key: []}]", "", "broken"),
        ("[{bearer: []}, {key: []}]", "[{key: []}]", WE_SEND_BEARER, "broken"),
        ("[{bearer: []}, {key: []}]", "[{key: []}]", "", "intact"),
        ("[{bearer: []}, {key: []}]", "[{key: [], bearer: []}]", "", "broken"),
        ("[{bearer: []}]", "[]", "", "intact"),
        ("[{oauth: [read]}]", "[{oauth: [read, write]}]", "", "broken"),
        ("[{oauth: [read]}]", "[{oauth: [read, write]}]", WE_SEND_BEARER, "broken"),
        ("[{oauth: [read, write]}]", "[{oauth: [read]}]", "", "intact"),
        ("[{oauth: [read]}]", "[{oauth: [admin]}, {oauth: [read]}]", "", "intact"),
    ],
)
def test_what_we_send_must_satisfy_one_login(before: str, after: str, partner: str, verdict: str, tmp_path: Path) -> None:
    assert change(tmp_path, asking(before), asking(after), partner=partner).verdict("answers") == verdict


def test_a_login_of_the_document_holds_where_an_operation_names_none(tmp_path: Path) -> None:
    everywhere = f"{SCHEMES}security: [{{bearer: []}}]\n"

    assert change(tmp_path, operation(OK, SCHEMES), operation(OK, everywhere)).broken == ["answers"]
    assert change(tmp_path, operation(OK, SCHEMES), asking("[]", everywhere)).broken == []


def test_a_login_is_what_it_means_not_what_it_is_called(tmp_path: Path) -> None:
    renamed = "components: {securitySchemes: {token: {type: http, scheme: Bearer}}}"

    assert change(tmp_path, asking("[{bearer: []}]"), asking("[{token: []}]", renamed)).verdicts == {}


def test_nobody_sends_no_credentials(tmp_path: Path) -> None:
    judged = change(tmp_path, asking("[]"), asking("[{bearer: []}]"), "as: nobody", partner=WE_SEND_BEARER)

    assert judged.broken == ["answers"]


def test_an_identity_of_the_partner_is_one_of_each_environment(tmp_path: Path) -> None:
    guest = "identities: {guest: {bearer: $env.GUEST}}"

    for environments in ("", "\nenvironments: {production: {url: 'https://a.example'}}"):
        judged = change(tmp_path, asking("[]"), asking("[{bearer: []}]"), "as: guest", partner=guest + environments)
        assert judged.broken == []


@pytest.mark.parametrize(("scheme", "key"), [("key", "header.X-Key"), ("key", "X-Key"), ("cookie", "sid"), ("query", "token")])
def test_the_place_of_an_api_key_counts_as_declared(scheme: str, key: str, tmp_path: Path) -> None:
    step = f"with: {{{key}: secret}}"
    asked = asking(f"[{{{scheme}: []}}]")

    assert change(tmp_path, asked, asked, step).verdicts == {}
    assert change(tmp_path, asked, asking("[{bearer: []}]"), step).broken == ["answers", f"accepts:{key}"]


# --- references, null, formats -----------------------------------------------------------------------------------------------

SHARED = """
components:
  schemas:
    Text: {type: string}
    Thing: {type: object, required: [a], properties: {a: {$ref: '#/components/schemas/Text'}}}
"""


@pytest.mark.parametrize(
    "spelled",
    [
        saying("{$ref: '#/components/schemas/Thing'}", SHARED),
        answers("{a: {$ref: '#/components/schemas/Text'}}", "[a]", rest=SHARED),
        answers("{a: {$ref: '#/components/schemas/Thing/properties/a'}}", "[a]", rest=SHARED),
        saying("{allOf: [{$ref: '#/components/schemas/Thing'}]}", SHARED),
        saying("{allOf: [{type: object, properties: {a: {type: string}}}, {required: [a]}]}"),
    ],
)
def test_a_reference_is_what_it_points_to(spelled: str, tmp_path: Path) -> None:
    judged = change(tmp_path, answers("{a: {type: string}}", "[a]"), spelled, "needs: {a: text}")

    assert judged.verdicts == {}
    assert judged.run.partners[0].changes == ()


def test_what_stands_beside_a_reference_counts_in_3_1_and_not_in_3_0(tmp_path: Path) -> None:
    def beside(more: str, version: str) -> str:
        return answers(f"{{a: {{$ref: '#/components/schemas/Text'{more}}}}}", "[a]", rest=SHARED, version=version)

    assert need(tmp_path, beside(", enum: [x]", "3.1.0"), beside("", "3.1.0"), value="[x]") == "broken"
    assert need(tmp_path, beside("", "3.0.3"), beside(", nullable: true", "3.0.3")) == "intact"


@pytest.mark.parametrize(
    ("null", "version"),
    [
        ("{type: string, nullable: true}", "3.0.3"),
        ("{nullable: true, allOf: [{type: string}]}", "3.0.3"),
        ("{type: [string, 'null']}", "3.1.0"),
        ("{oneOf: [{type: string}, {type: 'null'}]}", "3.1.0"),
        ("{anyOf: [{type: 'null'}, {type: string}]}", "3.1.0"),
    ],
)
def test_the_forms_of_null_are_one(null: str, version: str, tmp_path: Path) -> None:
    text = answers("{a: {type: string}}", "[a]", version=version)
    maybe = answers(f"{{a: {null}}}", "[a]", version=version)
    other = answers("{a: {type: ['null', string]}}", "[a]")

    assert need(tmp_path, text, maybe) == "broken"
    assert need(tmp_path, text, maybe, value="{type: [string, 'null']}") == "intact"
    assert need(tmp_path, maybe, other) == "unpromised"
    assert change(tmp_path, maybe, other).run.partners[0].changes == ()


def test_null_counts_as_absent_where_a_field_may_be_absent(tmp_path: Path) -> None:
    assert need(tmp_path, answers("{a: {type: string}}"), answers("{a: {type: [string, 'null']}}")) == "unpromised"


def test_nullable_is_no_word_of_3_1(tmp_path: Path) -> None:
    text, misspelled = answers("{a: {type: string}}", "[a]"), answers("{a: {type: string, nullable: true}}", "[a]")

    assert need(tmp_path, text, misspelled) == "intact"


def test_a_boolean_exclusive_minimum_of_3_0_is_translated(tmp_path: Path) -> None:
    old, new = (
        answers(f"{{a: {{type: number, minimum: 1, exclusiveMinimum: {word}}}}}", "[a]", version="3.0.3")
        for word in ("true", "false")
    )
    modern = answers("{a: {type: number, exclusiveMinimum: 1}}", "[a]")
    more_than_one = "{type: number, exclusiveMinimum: 1}"

    assert need(tmp_path, old, modern, value=more_than_one) == "intact"
    assert need(tmp_path, old, new, value=more_than_one) == "broken"
    assert change(tmp_path, old, modern).run.partners[0].changes == ()


@pytest.mark.parametrize("word", ["date", "date-time", "time", "email", "uuid", "url"])
def test_a_format_counts(word: str, tmp_path: Path) -> None:
    name = "uri" if word == "url" else word
    formatted, plain = answers(f"{{a: {{type: string, format: {name}}}}}", "[a]"), answers("{a: {type: string}}", "[a]")

    assert need(tmp_path, formatted, formatted, value=word) == "intact"
    assert need(tmp_path, formatted, plain, value=word) == "broken"


@pytest.mark.parametrize(
    ("before", "after", "value", "verdict"),
    [
        ("{type: integer, format: int32}", "{type: integer, format: int64}", "{type: integer, format: int32}", "broken"),
        ("{type: integer, format: int32}", "{type: integer}", "{type: integer, maximum: 2147483647}", "broken"),
        ("{type: integer, format: int64}", "{type: integer, format: int32}", "{type: integer, format: int64}", "intact"),
        ("{type: integer, format: int32}", "{type: integer, format: int64}", "integer", "intact"),
        ("{type: string, format: phone}", "{type: string, format: phone}", "phone", "intact"),
        ("{type: string, format: phone}", "{type: string}", "phone", "broken"),
        ("{type: string, format: uri}", "{type: string, format: url}", "url", "intact"),
        ("{type: number, format: float}", "{type: number, format: double}", "number", "intact"),
        ("{type: string, format: password}", "{type: string, format: partners-own}", "text", "intact"),
    ],
)
def test_formats_that_openapi_adds_mean_the_same_in_a_need_and_in_a_contract(
    before: str, after: str, value: str, verdict: str, tmp_path: Path
) -> None:
    old, new = answers(f"{{a: {before}}}", "[a]"), answers(f"{{a: {after}}}", "[a]")

    assert need(tmp_path, old, new, value=value) == verdict


@pytest.mark.parametrize(
    ("pattern", "verdict"),
    [(r"^\+[1-9][0-9]{6,14}$", "intact"), (r"^\+[0-9]{7,15}$", "unpromised"), (r"^\+[1-9][0-9]{5,14}$", "unpromised")],
)
def test_a_phone_number_is_a_plus_a_digit_that_is_not_0_and_6_to_14_digits(pattern: str, verdict: str, tmp_path: Path) -> None:
    record = answers(f"{{a: {{type: string, pattern: '{pattern}'}}}}", "[a]")

    assert check(tmp_path, record, "needs: {a: phone}").verdict("needs:a") == verdict


def test_a_pattern_that_cannot_be_read_leaves_only_the_needs_that_look_at_it_unproven(tmp_path: Path) -> None:
    record = answers("{a: {type: string, pattern: '('}, b: {type: string}}", "[a, b]")

    judged = check(tmp_path, record, "needs: {a: text, b: text}")

    assert (judged.verdict("needs:a"), judged.verdict("needs:b")) == ("unproven", "intact")
    assert "a pattern cannot be read" in judged["needs:a"].because


# --- readOnly and writeOnly --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["{type: string, writeOnly: true}", "{$ref: '#/components/schemas/Secret'}"])
def test_what_is_write_only_is_not_in_an_answer(written: str, tmp_path: Path) -> None:
    secret = "components: {schemas: {Secret: {type: string, writeOnly: true}}}"

    assert need(tmp_path, answers("{a: {type: string}}", "[a]"), answers(f"{{a: {written}}}", "[a]", rest=secret)) == "broken"
    assert promised(tmp_path, answers("{a: {type: string, readOnly: true}}", "[a]")) == "intact"


def test_what_is_read_only_is_not_in_a_request(tmp_path: Path) -> None:
    before = body("{a: {type: string}}")

    ignored = change(tmp_path, before, body("{a: {type: string, readOnly: true}}"), "with: {a: x}")
    not_asked = change(tmp_path, before, body("{a: {type: string}, id: {readOnly: true}}", "[id]"), "with: {a: x}")
    asked = change(tmp_path, before, body("{a: {type: string}, id: {writeOnly: true}}", "[id]"), "with: {a: x}")

    assert (ignored.verdicts, not_asked.verdicts, asked.verdicts) == ({"accepts:a": "broken"}, {}, {"answers": "broken"})


# --- branches ----------------------------------------------------------------------------------------------------------------


def pets(mapping: str = "", third: str = "") -> str:
    more = f", {{$ref: '#/components/schemas/{third}'}}" * bool(third)
    members = [
        f"{name}: {{type: object, required: [kind{also}], properties: {{kind: {{type: string}}, a: {{type: string}}}}}}"
        for name, also in (("Cat", ", a"), ("Dog", ""), ("Cow", ""))
    ]
    rest = f"components: {{schemas: {{{', '.join(members)}}}}}"
    branches = f"[{{$ref: '#/components/schemas/Cat'}}, {{$ref: '#/components/schemas/Dog'}}{more}]"
    return saying(f"{{oneOf: {branches}, discriminator: {{propertyName: kind{mapping}}}}}", rest)


MAPPED = ", mapping: {cat: '#/components/schemas/Cat', dog: Dog}"


@pytest.mark.parametrize(
    ("document", "kind", "verdict"),
    [
        (pets(), "Cat", "intact"),
        (pets(), "Dog", "unpromised"),
        (pets(MAPPED), "cat", "intact"),
        (pets(MAPPED), "dog", "unpromised"),
    ],
)
def test_a_discriminator_says_which_branch_it_is(document: str, kind: str, verdict: str, tmp_path: Path) -> None:
    step = f"needs-when: [{{when: 'kind is \"{kind}\"', needs: {{a: text}}}}]"

    assert check(tmp_path, document, step).verdict("needs-when:a") == verdict


def test_a_discriminator_says_which_values_there_are(tmp_path: Path) -> None:
    assert need(tmp_path, pets(MAPPED), pets(MAPPED), "kind", "[cat, dog]") == "intact"
    assert need(tmp_path, pets(MAPPED), pets(), "kind", "[cat, dog]") == "broken"
    assert need(tmp_path, pets(), pets(third="Cow"), "kind", "[Cat, Dog]") == "broken"


def conditional(then: str, otherwise: str) -> str:
    branches = f"if: {{properties: {{k: {{const: x}}}}}}, then: {{required: {then}}}, else: {{required: {otherwise}}}"
    return saying(f"{{type: object, required: [k], properties: {{k: {{enum: [x, y]}}, a: {{type: string}}}}, {branches}}}")


def test_if_then_and_else_are_branches(tmp_path: Path) -> None:
    both = conditional("[a]", "[a]")

    assert need(tmp_path, both, both) == "intact"
    assert need(tmp_path, both, conditional("[]", "[a]")) == "broken"
    assert need(tmp_path, both, conditional("[a]", "[]")) == "broken"


@pytest.mark.parametrize(("value", "verdict"), [("x", "intact"), ("y", "broken")])
def test_a_branch_of_else_concerns_the_other_answers_only(value: str, verdict: str, tmp_path: Path) -> None:
    step = f"needs-when: [{{when: 'k is \"{value}\"', needs: {{a: text}}}}]"

    judged = change(tmp_path, conditional("[a]", "[a]"), conditional("[a]", "[]"), step)

    assert judged.verdict("needs-when:a") == verdict


def test_a_name_that_another_one_brings_along_is_promised(tmp_path: Path) -> None:
    def thing(more: str) -> str:
        return saying(f"{{type: object, required: [b], properties: {{a: {{type: string}}, b: {{}}}}{more}}}")

    assert need(tmp_path, thing(", dependentRequired: {b: [a]}"), thing("")) == "broken"


# --- lists -------------------------------------------------------------------------------------------------------------------


def listing(schema: str) -> str:
    return answers(f"{{a: {{type: array, {schema}}}}}", "[a]")


@pytest.mark.parametrize(
    ("before", "after", "path", "verdict"),
    [
        ("prefixItems: [{type: string}, {}]", "prefixItems: [{type: integer}, {}]", "a.0", "broken"),
        ("prefixItems: [{type: string}, {type: string}]", "prefixItems: [{type: string}, {type: integer}]", "a.0", "intact"),
        ("prefixItems: [{type: string}], items: {type: string}", "prefixItems: [{type: string}], items: {}", "a.*", "broken"),
        ("prefixItems: [{type: string}], items: {type: string}", "prefixItems: [{}], items: {type: string}", "a.*", "broken"),
        ("prefixItems: [{type: string}], items: false", "prefixItems: [{type: string}], items: false", "a.*", "intact"),
        ("items: {type: string}", "prefixItems: [{type: string}], items: false", "a.1", "broken"),
        ("items: {type: string}", "items: {type: integer}", "a.3", "broken"),
        ("items: {type: string}", "items: {type: string}, maxItems: 1", "a.3", "intact"),
    ],
)
def test_each_item_of_a_list_has_its_schema(before: str, after: str, path: str, verdict: str, tmp_path: Path) -> None:
    assert need(tmp_path, listing(before), listing(after), path) == verdict


def test_the_length_of_a_list_is_asked_for_only_by_a_need_that_says_so(tmp_path: Path) -> None:
    some, any_number = listing("items: {type: string}, minItems: 1"), listing("items: {type: string}")

    assert need(tmp_path, some, any_number, "a.0") == "intact"
    assert need(tmp_path, some, any_number, "a", "{type: array, minItems: 1}") == "broken"


def test_a_schema_that_leads_back_to_itself_is_followed_as_deep_as_the_need_goes(tmp_path: Path) -> None:
    def tree(kind: str) -> str:
        node = (
            f"{{type: object, required: [a, c], properties: {{a: {{type: {kind}}}, c: {{type: array, items: {{$ref: '#/x'}}}}}}}}"
        )
        return saying("{$ref: '#/x'}", f"x: {node}")

    assert need(tmp_path, tree("string"), tree("string"), "c.*.c.*.c.*.a") == "intact"
    assert need(tmp_path, tree("string"), tree("integer"), "c.*.c.*.c.*.a") == "broken"


# --- response headers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ("etag: {required: true, schema: {type: string}}", "intact"),
        ("ETag: {required: true, schema: {type: [string, 'null']}}", "broken"),
        ("ETag: {schema: {type: string}}", "broken"),
        ("ETag: {required: true, schema: {type: integer}}", "broken"),
        ("X-Other: {required: true, schema: {type: string}}", "broken"),
    ],
)
def test_a_response_header_is_a_field_whose_name_has_no_case(after: str, verdict: str, tmp_path: Path) -> None:
    before = headers("ETag: {required: true, schema: {type: string}}")

    assert need(tmp_path, before, headers(after), "header.Etag") == verdict


def test_a_response_header_may_have_content_instead_of_a_schema(tmp_path: Path) -> None:
    before, after = (
        headers(f"X-Page: {{required: true, content: {{{JSON}: {{schema: {{type: {kind}}}}}}}}}")
        for kind in ("integer", "string")
    )

    assert need(tmp_path, before, before, "header.x-page", "integer") == "intact"
    assert need(tmp_path, before, after, "header.x-page", "integer") == "broken"


# --- only what the journey touches -------------------------------------------------------------------------------------------


def test_what_the_journey_does_not_touch_is_not_compared(tmp_path: Path) -> None:
    before = answers("{a: {type: string}, b: {type: string}}", "[a, b]")
    after = answers("{a: {type: string}, b: {type: integer}, c: {type: string}}", "[a]")

    judged = change(tmp_path, before, after, "needs: {a: text}")

    assert judged.verdicts == {}
    assert {item.felt_by for item in judged.run.partners[0].changes} == {()}


def test_a_deprecated_operation_still_answers_and_the_change_is_told(tmp_path: Path) -> None:
    judged = change(tmp_path, operation(OK), operation(f"deprecated: true\n{OK}"))

    assert judged.verdicts == {}
    assert [item.change for item in judged.run.partners[0].changes] == ["operation deprecated"]


def test_an_unsound_place_that_a_journey_looks_at_is_an_error_with_its_place(tmp_path: Path) -> None:
    dangling = answers("{a: {$ref: '#/components/schemas/Nowhere'}}", "[a]")

    (problem,) = refused(tmp_path, answers("{a: {type: string}}", "[a]"), dangling, "needs: {a: text}")

    assert (problem.place.line, problem.code) == (6, "ref-nowhere")
    assert problem.place.file.endswith("released/p/openapi.yaml")


@pytest.mark.parametrize(
    "unsound",
    [
        "/other: {$ref: '#/nowhere'}",
        "/other: 7",
        "/other: {get: {parameters: [{$ref: '#/nowhere'}], responses: {'200': {description: ok}}}}",
        "/other: {get: {responses: {'200': {description: ok, content: {application/json: {schema: 7}}}}}}",
        "/other: {get: {responses: {'200': {description: ok, content: {application/json: {schema: {type: txt}}}}}}}",
    ],
)
def test_an_unsound_place_that_no_journey_looks_at_stops_nothing(unsound: str, tmp_path: Path) -> None:
    before, after = (
        contract(f"/thing: {{get: {{responses: {{'200': {{content: {{{JSON}: {{schema: {schema}}}}}}}}}}}}}\n{unsound}")
        for schema in (A, B)
    )

    judged = change(tmp_path, before, after, "needs: {a: text}", call="GET /thing")

    assert judged.verdicts == {"needs:a": "broken"}
    assert check(tmp_path, before, "needs: {a: text}", call="GET /thing").verdicts == {}
