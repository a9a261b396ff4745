"""OpenAPI 3.2: what it adds is read where it changes what a contract means, and crashes nothing where it does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cxcontracts.changes import differences
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder, RefusedReference
from cxcontracts.contracts.operation import Operation
from cxcontracts.errors import ContractError
from cxcontracts.findings import Change
from cxcontracts.opening import read_contract
from cxcontracts.scenes import Side
from tests.estates_made import TODAY, change, contract, operation, read

OK = "responses: {'200': {description: ok}}"
FORM = "application/x-www-form-urlencoded"
FIELDS = "{type: object, required: [a], properties: {a: {type: string}, b: {type: array, items: {type: integer}}}}"


def new(text: str, rest: str = "", *, call: str = "GET /thing") -> str:
    """Return an OpenAPI 3.2 document with one operation."""
    return operation(text, rest, version="3.2.0", call=call)


def by_query(schema: str, more: str = "", media: str = FORM, required: str = "true", rest: str = "") -> str:
    """Return a document whose ``GET /thing`` takes its whole query by one parameter."""
    content = f"{{{media}: {{schema: {schema}{more}}}}}"
    return new(f"parameters: [{{name: q, in: querystring, required: {required}, content: {content}}}]\n{OK}", rest)


def answering(media: str, said: str, rest: str = "") -> str:
    """Return a document whose ``GET /thing`` answers in one media type."""
    return new(f"responses: {{'200': {{description: ok, content: {{{media}: {said}}}}}}}", rest)


def only(document: str) -> Operation:
    (found,) = read(document).operations()
    return found


def changes(before: str, after: str) -> tuple[Change, ...]:
    return differences(Side(read(before)), Side(read(after)), (), lambda _: (), TODAY)


def told(before: str, after: str) -> list[str]:
    return [f"{each.element}: {each.change}" for each in changes(before, after)]


def in_folder(root: Path, files: Mapping[str, str]) -> Contract:
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return read_contract(root / next(iter(files)), "p").contract


@pytest.mark.parametrize("version", ["3.2.0", "3.2.1", "3.2"])
def test_a_document_of_3_1_is_one_of_3_2(version: str) -> None:
    text = f"responses: {{'200': {{description: ok, content: {{application/json: {{schema: {FIELDS}}}}}}}}}"
    assert changes(operation(text, version="3.1.0"), operation(text, version=f"'{version}'")) == ()


# Methods


def test_query_is_a_method_with_a_body(tmp_path: Path) -> None:
    body = "requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {a: {type: %s}}}}}}\n"
    before, after = (new(body % kind + OK, call="QUERY /thing") for kind in ("string", "integer"))
    found = change(tmp_path, before, after, "with: {a: x}", call="QUERY /thing")
    assert found.broken == ["accepts:a"]


ODD = "/thing:\n  get: {operationId: one, %s}\n  additionalOperations:\n    LINK: {operationId: two, %s}\n    POST: {%s}\n" % (
    (OK,) * 3
)


def test_a_method_without_a_key_of_its_own_is_an_additional_operation() -> None:
    one = read(contract(ODD, version="3.2.0"))
    assert [str(each) for each in one.operations()] == ["GET /thing", "LINK /thing"]
    assert [str(one.named(name)) for name in one.operation_ids] == ["GET /thing", "LINK /thing"]
    assert one.at("POST", "/thing") is None
    assert one.at_any_method("/thing") == ["GET /thing", "LINK /thing"]


def test_an_additional_operation_that_is_gone_breaks_its_journey(tmp_path: Path) -> None:
    before = contract(ODD, version="3.2.0")
    after = before.replace("LINK:", "UNLINK:").replace("two", "three")
    found = change(tmp_path, before, after, call="two")
    assert found.broken == ["answers"]
    assert [each.change for each in found.run.partners[0].changes] == ["operation removed", "operation added"]


def test_before_3_2_there_are_no_additional_operations() -> None:
    assert [str(each) for each in read(contract(ODD, version="3.1.1")).operations()] == ["GET /thing"]


@pytest.mark.parametrize("said", ["[a]", "text", "{LINK: [a]}", "{LINK: text}", "{}", "null"])
def test_additional_operations_that_are_none_are_passed_over(said: str) -> None:
    document = contract(f"/thing: {{get: {{{OK}}}, additionalOperations: {said}}}", version="3.2.0")
    assert [str(each) for each in read(document).operations()] == ["GET /thing"]


def test_an_operation_that_is_written_for_two_methods_is_two(tmp_path: Path) -> None:
    document = contract(f"/thing:\n  get: &op {{{OK}}}\n  put: *op\n  post: {{$ref: '#/paths/~1thing/get'}}", version="3.2.0")
    assert [str(each) for each in read(document).operations()] == ["GET /thing", "PUT /thing", "POST /thing"]


def test_an_operation_that_leads_to_no_mapping_is_a_mistake() -> None:
    one = read(contract("/thing: {get: {$ref: '#/x-list'}}", "x-list: [a]", version="3.2.0"))
    with pytest.raises(ContractError, match=r"openapi.yaml:5:9: an operation must be a mapping"):
        one.at("GET", "/thing")
    assert [each.code for each in one.mistakes()] == ["operation-form"]


# The whole query as one parameter


def test_the_fields_of_a_whole_query_are_its_parameters() -> None:
    found = only(by_query(FIELDS)).parameters
    assert [(each.place, each.name, each.required, each.style, each.explode) for each in found] == [
        ("query", "a", True, "form", True),
        ("query", "b", False, "form", True),
    ]
    assert [each.nodes[0].value for each in found] == [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]


def test_a_whole_query_means_what_its_fields_mean_one_by_one() -> None:
    one_by_one = new(
        "parameters: [{name: a, in: query, required: true, schema: {type: string}},"
        f" {{name: b, in: query, schema: {{type: array, items: {{type: integer}}}}}}]\n{OK}"
    )
    assert changes(by_query(FIELDS), one_by_one) == ()
    assert changes(one_by_one, by_query(FIELDS)) == ()


def test_fields_are_found_through_references_and_all_of() -> None:
    rest = "components: {schemas: {Page: {type: object, properties: {page: {type: integer}}}}}"
    schema = f"{{allOf: [{{$ref: '#/components/schemas/Page'}}, {FIELDS}]}}"
    assert [each.name for each in only(by_query(schema, rest=rest)).parameters] == ["page", "a", "b"]


def test_an_encoding_says_how_a_field_is_written() -> None:
    _, found = only(by_query(FIELDS, ", encoding: {b: {style: pipeDelimited}, a: {explode: false}}")).parameters
    assert (found.style, found.explode) == ("pipeDelimited", False)
    assert told(by_query(FIELDS), by_query(FIELDS, ", encoding: {b: {explode: false}}")) == [
        "GET /thing query b: parameter is written differently"
    ]


def test_a_query_that_may_be_left_out_requires_no_field() -> None:
    assert [each.required for each in only(by_query(FIELDS, required="false")).parameters] == [False, False]


def test_what_a_journey_sends_is_held_against_the_fields(tmp_path: Path) -> None:
    before, after = (by_query(f"{{type: object, properties: {{a: {{type: string, maxLength: {most}}}}}}}") for most in (9, 2))
    assert change(tmp_path, before, after, "with: {a: hello}").broken == ["accepts:a"]


def test_a_field_that_is_newly_required_breaks_who_does_not_send_it(tmp_path: Path) -> None:
    before, after = (by_query(FIELDS.replace("[a]", which)) for which in ("[]", "[a]"))
    assert change(tmp_path, before, after).broken == ["answers"]


@pytest.mark.parametrize(
    ("schema", "media"),
    [
        ("{type: string}", "application/jsonpath"),
        (FIELDS, "application/json"),
        ("{type: object}", FORM),
        ("{type: string}", FORM),
        ("false", FORM),
        (f"{{oneOf: [{FIELDS}, {{type: object, properties: {{c: {{type: string}}}}}}]}}", FORM),
    ],
)
def test_a_query_that_is_no_list_of_fields_is_one_parameter(schema: str, media: str) -> None:
    (found,) = only(by_query(schema, media=media)).parameters
    assert (found.place, found.name, found.required, found.media) == ("querystring", "q", True, media)


def test_a_query_that_is_no_list_of_fields_is_compared_as_a_whole() -> None:
    before, after = (by_query(f"{{type: string{more}}}", media="application/jsonpath") for more in ("", ", maxLength: 9"))
    (found,) = changes(before, after)
    assert found.element == "GET /thing querystring q"


@pytest.mark.parametrize("parameter", ["{in: querystring}", "{in: querystring, content: {}}", "{in: querystring, schema: {}}"])
def test_a_whole_query_of_which_nothing_is_said_is_read(parameter: str) -> None:
    document = new(f"parameters: [{parameter}]\n{OK}")
    assert [(each.place, each.name) for each in only(document).parameters] == [("querystring", "")]
    assert changes(document, document) == ()


def test_a_whole_query_with_a_mistake_is_shown_where_it_is() -> None:
    with pytest.raises(ContractError, match=r"openapi.yaml:6:\d+: 'strong' is no type"):
        assert only(by_query("{type: strong}")).parameters


# Cookies


def test_a_list_in_a_cookie_is_written_value_by_value_unless_it_says_otherwise() -> None:
    (found,) = only(new(f"parameters: [{{name: c, in: cookie, style: cookie, schema: {{type: array}}}}]\n{OK}")).parameters
    assert (found.style, found.explode) == ("cookie", True)


# Media types


def test_a_stream_is_a_list_of_its_items() -> None:
    streamed = answering("application/jsonl", f"{{itemSchema: {FIELDS}}}")
    listed = answering("application/jsonl", f"{{schema: {{type: array, items: {FIELDS}}}}}")
    assert changes(streamed, listed) == ()
    assert changes(streamed, streamed) == ()


def test_a_change_of_streamed_items_is_a_change() -> None:
    before, after = (answering("text/event-stream", f"{{itemSchema: {FIELDS.replace('[a]', which)}}}") for which in ("[a]", "[]"))
    assert told(before, after) == ["GET /thing 200 text/event-stream *.a: property is now optional"]


def test_a_mistake_in_streamed_items_is_shown_where_it_is() -> None:
    node = only(answering("application/jsonl", "{itemSchema: {type: strong}}")).answers["200"].media[0].nodes[0]
    side = Side(read(answering("application/jsonl", "{}")))
    (shape,) = side.responses.shapes([node])
    with pytest.raises(ContractError, match=r"openapi.yaml:6:\d+: 'strong' is no type"):
        side.responses.shapes(shape.items(None))


@pytest.mark.parametrize(
    "said", ["{itemSchema: null}", "{itemSchema: true}", "{itemSchema: [a]}", "{itemSchema: {}, schema: {}}", "7"]
)
def test_odd_streams_crash_nothing(said: str) -> None:
    document = answering("application/jsonl", said)
    assert all("cannot be compared" in each for each in told(document, document))


def test_a_media_type_may_stand_elsewhere() -> None:
    here = answering("application/json", f"{{schema: {FIELDS}}}")
    there = answering(
        "application/json",
        "{$ref: '#/components/mediaTypes/Fields'}",
        f"components: {{mediaTypes: {{Fields: {{schema: {FIELDS}}}}}}}",
    )
    assert changes(here, there) == ()
    assert changes(there, here) == ()


def test_a_change_of_a_media_type_that_stands_elsewhere_is_felt(tmp_path: Path) -> None:
    before, after = (
        answering(
            "application/json",
            "{$ref: '#/components/mediaTypes/Fields'}",
            f"components: {{mediaTypes: {{Fields: {{schema: {FIELDS.replace('[a]', which)}}}}}}}",
        )
        for which in ("[a]", "[]")
    )
    assert change(tmp_path, before, after, "needs: {a: text}").broken == ["needs:a"]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("", "there is no 'components'"),
        ("components: {mediaTypes: {M: {$ref: '#/components/mediaTypes/M'}}}", "this $ref leads back to itself"),
    ],
)
def test_a_media_type_that_leads_nowhere_is_a_mistake(rest: str, said: str) -> None:
    one = read(answering("application/json", "{$ref: '#/components/mediaTypes/M'}", rest))
    assert any(said in str(each) for each in one.mistakes())


# Logins


def test_a_login_may_be_named_by_its_address(tmp_path: Path) -> None:
    scheme = "components: {securitySchemes: {in: {type: http, scheme: bearer}}}"
    by_name, by_address = (
        new(f"security: [{{'{name}': []}}]\n{OK}", scheme) for name in ("in", "#/components/securitySchemes/in")
    )
    assert changes(by_name, by_address) == ()
    assert change(tmp_path, by_name, by_address).verdicts == {}


@pytest.mark.parametrize("name", ["#/components/securitySchemes/out", "other.yaml#/in", "out", "#", ""])
def test_a_login_that_is_nowhere_is_undeclared(name: str, tmp_path: Path) -> None:
    one = in_folder(tmp_path, {"openapi.yaml": new(f"security: [{{'{name}': []}}]\n{OK}")})
    (found,) = one.operations()
    assert found.security[0][0].meaning == ("",) if name == "#" else ("undeclared", name)


# The address of a document

SELF = "$self: https://a.example/api/openapi.yaml\n"


def test_a_document_is_known_by_its_own_address(tmp_path: Path) -> None:
    document = SELF + answering(
        "application/json",
        "{schema: {$ref: 'https://a.example/api/openapi.yaml#/components/schemas/F'}}",
        f"components: {{schemas: {{F: {FIELDS}}}}}",
    )
    assert differences(
        Side(in_folder(tmp_path, {"openapi.yaml": document})),
        Side(read(answering("application/json", f"{{schema: {FIELDS}}}"))),
        (),
        lambda _: (),
        TODAY,
    ) == ()  # fmt: skip


def test_what_lies_beside_the_address_lies_beside_the_file(tmp_path: Path) -> None:
    document = SELF + answering("application/json", "{schema: {$ref: 'https://a.example/api/parts.yaml#/F'}}")
    parts = "F: {$ref: 'https://a.example/api/openapi.yaml#/x-g'}"
    one = in_folder(tmp_path, {"openapi.yaml": document + "x-g: {type: integer}\n", "parts.yaml": parts})
    (found,) = one.operations()
    (shape,) = Side(one).responses.shapes(found.answers["200"].media[0].nodes)
    assert shape.types == {"integer"}


@pytest.mark.parametrize(
    "reference",
    [
        "https://a.example/other/a.yaml",
        "https://b.example/api/a.yaml",
        "https://a.example/api/../../a.yaml",
        "//a.example/api/a.yaml",
    ],
)
def test_nothing_else_is_fetched(tmp_path: Path, reference: str) -> None:
    (tmp_path / "openapi.yaml").write_text("openapi: 3.2.0\n" + SELF)
    folder = Folder(tmp_path, "p")
    with pytest.raises(RefusedReference, match=r"names another host|leads out"):
        folder.follow(folder.read("openapi.yaml"), reference)


@pytest.mark.parametrize("own", ["7", "[a]", "''", "openapi.yaml", "/api/openapi", "'#'", "https://a.example", "'urn:a:b'"])
def test_an_odd_address_crashes_nothing(tmp_path: Path, own: str) -> None:
    document = f"$self: {own}\n" + answering("application/json", "{schema: {$ref: 'parts.yaml#/F'}}")
    one = in_folder(tmp_path, {"openapi.yaml": document, "parts.yaml": "F: {type: integer}"})
    assert list(one.mistakes()) == []


def test_an_answer_that_names_no_branch_is_of_the_one_for_the_rest(tmp_path: Path) -> None:
    def pets(tag: str) -> str:
        branches = "oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]"
        named = "A: {type: object, properties: {k: {type: string}}}, B: {type: object, properties: {k: {type: string}}}"
        rest = f"components: {{schemas: {{{named}}}}}"
        return answering("application/json", f"{{schema: {{{branches}, discriminator: {{propertyName: k{tag}}}}}}}", rest)

    judged = change(tmp_path, pets(""), pets(", defaultMapping: B"), "needs: {k: text}")

    assert judged.verdicts == {"needs:k": "broken"}
