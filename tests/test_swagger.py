"""Swagger 2.0: it means what its twin in OpenAPI 3.0 means, and what is wrong in it is shown where it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cxcontracts.changes import differences
from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder
from cxcontracts.contracts.operation import Operation
from cxcontracts.documents import parse
from cxcontracts.errors import ContractError
from cxcontracts.findings import Change
from cxcontracts.opening import read_contract
from cxcontracts.problems import Place
from cxcontracts.scenes import Side
from tests.estates_made import TODAY, change, check, contract, need, operation, read

TWO = "swagger: '2.0'\ninfo: {title: made, version: 1.0.0}\n"
PET = "{type: object, required: [a], properties: {a: {type: string}, next: {$ref: '#/definitions/Pet'}}}"
OK = "responses: {'200': {description: ok}}"


def swagger(text: str, rest: str = "", *, call: str = "GET /thing") -> str:
    """Return a Swagger 2.0 document with one operation."""
    return operation(text, rest, call=call).replace("openapi: 3.1.0", "swagger: '2.0'")


def three(text: str, rest: str = "", *, call: str = "GET /thing") -> str:
    """Return an OpenAPI 3.0 document with one operation."""
    return operation(text, rest, version="3.0.3", call=call)


def says(schema: str, rest: str = "") -> str:
    """Return a Swagger 2.0 document whose ``GET /thing`` answers with a schema, in one line of YAML."""
    return swagger(f"responses: {{'200': {{description: ok, schema: {schema}}}}}", rest)


def takes(parameters: str, rest: str = "", *, call: str = "POST /thing") -> str:
    """Return a Swagger 2.0 document whose operation takes parameters, in one line of YAML."""
    return swagger(f"parameters: [{parameters}]\n{OK}", rest, call=call)


def wants(keys: str, rest: str = "", *, call: str = "POST /thing") -> str:
    """Return an OpenAPI 3.0 document whose operation has further keys, in YAML."""
    return three(f"{keys}\n{OK}", rest, call=call)


def changes(before: str, after: str) -> tuple[Change, ...]:
    return differences(Side(read(before)), Side(read(after)), (), lambda _: (), TODAY)


def files(root: Path, texts: Mapping[str, str]) -> Contract:
    """Return the contract that several files are, the first of them its document."""
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return read_contract(root / next(iter(texts)), "p").contract


def only(one: Contract) -> Operation:
    """Return the only operation of a contract."""
    (found,) = one.operations()
    return found


def refused(document: str) -> str:
    """Return what is said of the only operation of a contract when all of it is read, without the file."""
    with pytest.raises(ContractError) as raised:
        side = Side(read(document))
        found = only(side.contract)
        assert found.security is not None
        for node in _nodes_of(found):
            for shape in side.requests.shapes([node]):
                tuple(side.requests.shapes(shape.slot(name).nodes) for name in shape.names)
    return str(raised.value).removeprefix("openapi.yaml:")


def _nodes_of(operation: Operation) -> Iterator[Node]:
    for parameter in operation.parameters:
        yield from parameter.nodes
    answers = tuple(operation.answers.values())
    for media in (*(operation.body.media if operation.body else ()), *(each for answer in answers for each in answer.media)):
        yield from media.nodes
    for answer in answers:
        for header in answer.headers.values():
            yield from header.nodes


# What it means


def body(schema: str, media: str = "application/json", more: str = "") -> str:
    return f"requestBody: {{required: true, content: {{{media}: {{schema: {schema}{more}}}}}}}"


def content(schema: str, *media: str) -> str:
    types = ", ".join(f"'{name}': {{schema: {schema}}}" for name in media or ("application/json",))
    return three(f"responses: {{'200': {{description: ok, content: {{{types}}}}}}}")


def query(style: str, explode: str) -> str:
    return wants(f"parameters: [{{name: q, in: query, style: {style}, explode: {explode}, schema: {TEXTS}}}]", call="GET /thing")


FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
TEXTS = "{type: array, items: {type: string}}"
TEXT = "{type: object, properties: {a: {type: string}}}"
A_PET = f"definitions:\n  Pet: {PET}"
A_PET_IN_3 = f"components: {{schemas: {{Pet: {PET.replace('definitions', 'components/schemas')}}}}}"
LOGIN = {
    "basic": ("{type: basic}", "{type: http, scheme: basic}"),
    "key": ("{type: apiKey, in: query, name: key}", "{type: apiKey, in: query, name: key}"),
    **{
        flow: (
            f"{{type: oauth2, flow: {flow}, tokenUrl: 'https://a.example', scopes: {{s: all}}}}",
            f"{{type: oauth2, flows: {{{flow_in_3}: {{tokenUrl: 'https://a.example', scopes: {{s: all}}}}}}}}",
        )
        for flow, flow_in_3 in {"application": "clientCredentials", "accessCode": "authorizationCode"}.items()
    },
}

TWINS = {
    "a schema": (
        says("{type: array, items: {type: integer, format: int32}}"),
        content("{type: array, items: {type: integer, format: int32}}"),
    ),
    "a definition": (
        says("{$ref: '#/definitions/Pet'}", A_PET),
        three(
            "responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}",
            A_PET_IN_3,
        ),
    ),
    "no answer": (swagger(OK), three(OK)),
    "a file that is answered": (
        says("{type: file}", "produces: [image/png]"),
        content("{type: string, format: binary}", "image/png"),
    ),
    "a file of no media type": (says("{type: file}"), content("{type: string, format: binary}", "application/octet-stream")),
    "what all operations produce": (
        says(TEXT, "produces: [application/json, application/xml]"),
        content(TEXT, "application/json", "application/xml"),
    ),
    "what one operation produces": (
        swagger(f"produces: [text/csv]\nresponses: {{'200': {{description: ok, schema: {TEXT}}}}}", "produces: [a/b]"),
        content(TEXT, "text/csv"),
    ),
    "nothing that is produced": (
        swagger(f"produces: []\nresponses: {{'200': {{description: ok, schema: {TEXT}}}}}", "produces: [a/b]"),
        content(TEXT),
    ),
    "an answer of which there are examples alone": (
        swagger("responses: {'200': {description: ok, examples: {application/json: {a: 1}}}}", "produces: [text/plain]"),
        three("responses: {'200': {description: ok, content: {application/json: {}}}}"),
    ),
    "x-nullable": (
        says("{type: object, properties: {a: {type: string, x-nullable: true}}}"),
        content("{type: object, properties: {a: {type: string, nullable: true}}}"),
    ),
    "bounds that are left out": (
        says("{type: number, minimum: 0, exclusiveMinimum: true}"),
        content("{type: number, minimum: 0, exclusiveMinimum: true}"),
    ),
    "a header that is answered": (
        swagger("responses: {'200': {description: ok, headers: {X-Left: {type: integer, minimum: 0}}}}"),
        three("responses: {'200': {description: ok, headers: {X-Left: {schema: {type: integer, minimum: 0}}}}}"),
    ),
    "a shared response": (
        swagger(
            "responses: {'200': {description: ok}, default: {$ref: '#/responses/Sorry'}}",
            f"produces: [application/problem+json]\nresponses: {{Sorry: {{description: no, schema: {TEXT}}}}}",
        ),
        three(
            "responses: {'200': {description: ok}, default: {$ref: '#/components/responses/Sorry'}}",
            "components: {responses: {Sorry: {description: no, content: "
            f"{{application/problem+json: {{schema: {TEXT}}}}}}}}}}}",
        ),
    ),
    "a body": (takes(f"{{in: body, name: b, required: true, schema: {TEXT}}}"), wants(body(TEXT))),
    "a body that may be left out": (
        takes(f"{{in: body, name: b, schema: {TEXT}}}"),
        wants(body(TEXT).replace("required: true", "required: false")),
    ),
    "a body of what one operation consumes": (
        swagger(
            f"consumes: [text/csv]\nparameters: [{{in: body, name: b, required: true, schema: {TEXT}}}]\n{OK}",
            "consumes: [a/b]",
            call="POST /thing",
        ),
        wants(body(TEXT, "text/csv")),
    ),
    "a shared body": (
        takes("{$ref: '#/parameters/Pet'}", f"parameters: {{Pet: {{in: body, name: b, required: true, schema: {TEXT}}}}}"),
        wants(body(TEXT)),
    ),
    "a form": (
        takes("{in: formData, name: a, type: string, required: true}, {in: formData, name: b, type: integer}"),
        wants(body("{type: object, required: [a], properties: {a: {type: string}, b: {type: integer}}}", FORM)),
    ),
    "a form with a file": (
        takes("{in: formData, name: a, type: file, required: true}"),
        wants(body("{type: object, required: [a], properties: {a: {type: string, format: binary}}}", MULTIPART)),
    ),
    "a form that all operations consume": (
        takes("{in: formData, name: a, type: string}", f"consumes: [application/json, {MULTIPART}]"),
        wants(body(TEXT, MULTIPART).replace("required: true", "required: false")),
    ),
    "a field of a form that is shared": (
        takes("{$ref: '#/parameters/A'}", "parameters: {A: {in: formData, name: a, type: string, required: true}}"),
        wants(body("{type: object, required: [a], properties: {a: {type: string}}}", FORM)),
    ),
    "a parameter of the path": (
        takes("{in: path, name: id, type: integer, required: true}", call="GET /thing/{id}"),
        wants("parameters: [{in: path, name: id, required: true, schema: {type: integer}}]", call="GET /thing/{id}"),
    ),
    "a list in the path": (
        takes("{in: path, name: id, type: array, items: {type: string}, required: true}", call="GET /thing/{id}"),
        wants(f"parameters: [{{in: path, name: id, required: true, schema: {TEXTS}}}]", call="GET /thing/{id}"),
    ),
    "a header that is sent": (
        takes("{in: header, name: X-Id, type: string, pattern: '^[0-9]+$', maxLength: 9}"),
        wants("parameters: [{in: header, name: X-Id, schema: {type: string, pattern: '^[0-9]+$', maxLength: 9}}]"),
    ),
    "a shared parameter": (
        takes("{$ref: '#/parameters/Limit'}", "parameters: {Limit: {in: query, name: limit, type: integer, maximum: 99}}"),
        wants("parameters: [{in: query, name: limit, schema: {type: integer, maximum: 99}}]"),
    ),
    **{
        f"a list by {form or 'default'}": (
            takes(
                f"{{in: query, name: q, type: array, items: {{type: string}}{form and f', collectionFormat: {form}'}}}",
                call="GET /thing",
            ),
            query(style, explode),
        )
        for form, style, explode in (
            ("", "form", "false"),
            ("csv", "form", "false"),
            ("multi", "form", "true"),
            ("ssv", "spaceDelimited", "false"),
            ("pipes", "pipeDelimited", "false"),
        )
    },
    **{
        f"a login by {kind}": (
            swagger(f"security: [{{in: [s]}}]\n{OK}", f"securityDefinitions: {{in: {old}}}"),
            three(f"security: [{{in: [s]}}]\n{OK}", f"components: {{securitySchemes: {{in: {new}}}}}"),
        )
        for kind, (old, new) in LOGIN.items()
    },
    "a login of all operations": (
        swagger(OK, "security: [{in: []}]\nsecurityDefinitions: {in: {type: basic}}"),
        three(OK, "security: [{in: []}]\ncomponents: {securitySchemes: {in: {type: http, scheme: basic}}}"),
    ),
    "a base path": (
        swagger(OK, "host: a.example\nbasePath: /v2\nschemes: [https, http]"),
        three(OK, "servers: [{url: 'https://b.example/v2'}]"),
    ),
    "a host alone": (swagger(OK, "host: a.example"), three(OK, "servers: [{url: 'https://b.example'}]")),
    "a base path without a host": (swagger(OK, "basePath: /v2"), three(OK, "servers: [{url: /v2}]")),
    "an end that is announced": (swagger(f"deprecated: true\n{OK}"), three(f"deprecated: true\n{OK}")),
}


WHOLE = """
swagger: "2.0"
info: {title: t, version: "1", description: d}
host: https://a.example
basePath: /v1/
schemes: [https, wss]
consumes: [application/x-www-form-urlencoded, application/json]
produces: [application/json]
tags: [{name: a}]
x-own: {type: file}
securityDefinitions:
  in: {type: oauth2, flow: accessCode, authorizationUrl: a, tokenUrl: t, scopes: {s: all}, description: d}
  key: {type: apiKey, in: header, name: X-Key, x-a: b}
  basic: {type: basic, description: d}
definitions:
  Pet/Cat:
    type: object
    example: {$ref: '#/definitions/Pet~1Cat', type: file}
    properties:
      self: {$ref: '#/definitions/Pet~1Cat', description: d}
      of: {items: [{x-nullable: false}], default: {type: file}}
paths:
  x-a: b
  /a:
    x-a: b
    post:
      operationId: a
      schemes: [http]
      parameters:
        - {in: formData, name: f, type: array, items: {type: string, collectionFormat: csv}, collectionFormat: ssv}
        - {in: query, name: q, type: array, items: {type: file}, collectionFormat: multi, allowEmptyValue: true, x-a: b}
      responses:
        x-a: b
        200:
          description: d
          schema: {$ref: '#/definitions/Pet~1Cat'}
          headers: {H: {type: array, items: {}, collectionFormat: pipes, description: d}}
          examples: {application/json: {a: b}, text/plain: c}
"""
A_FIELD = {"type": "array", "items": {"type": "string", "collectionFormat": "csv"}}
AS_THREE = {
    "openapi": "3.0.4",
    "info": {"title": "t", "version": "1", "description": "d"},
    "servers": [{"url": "https://a.example/v1/"}, {"url": "wss://a.example/v1/"}],
    "tags": [{"name": "a"}],
    "x-own": {"type": "file"},
    "components": {
        "securitySchemes": {
            "in": {
                "type": "oauth2",
                "description": "d",
                "flows": {"authorizationCode": {"authorizationUrl": "a", "tokenUrl": "t", "scopes": {"s": "all"}}},
            },
            "key": {"type": "apiKey", "in": "header", "name": "X-Key", "x-a": "b"},
            "basic": {"type": "http", "scheme": "basic", "description": "d"},
        },
        "schemas": {
            "Pet/Cat": {
                "type": "object",
                "example": {"$ref": "#/definitions/Pet~1Cat", "type": "file"},
                "properties": {
                    "self": {"$ref": "#/components/schemas/Pet~1Cat"},
                    "of": {"items": [{"x-nullable": False, "nullable": False}], "default": {"type": "file"}},
                },
            }
        },
    },
    "paths": {
        "x-a": "b",
        "/a": {
            "x-a": "b",
            "post": {
                "operationId": "a",
                "parameters": [
                    {
                        "in": "query",
                        "name": "q",
                        "style": "form",
                        "explode": True,
                        "schema": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "allowEmptyValue": True,
                        "x-a": "b",
                    }
                ],
                "requestBody": {
                    "required": False,
                    "content": {
                        FORM: {
                            "schema": {"type": "object", "properties": {"f": A_FIELD}},
                            "encoding": {"f": {"style": "spaceDelimited", "explode": False}},
                        }
                    },
                },
                "responses": {
                    "x-a": "b",
                    "200": {
                        "description": "d",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Pet~1Cat"}, "example": {"a": "b"}}
                        },
                        "headers": {
                            "H": {
                                "description": "d",
                                "style": "pipeDelimited",
                                "explode": False,
                                "schema": {"type": "array", "items": {}},
                            }
                        },
                    },
                },
            },
        },
    },
}


def test_a_document_becomes_this_one() -> None:
    assert read(WHOLE).root.value == AS_THREE


_POST = ("paths", "/a", "post")
_FIELDS = (*_POST, "requestBody", "content", FORM, "schema", "properties")
_ANSWER = (*_POST, "responses", "200")


@pytest.mark.parametrize(
    ("pointer", "written"),
    [
        (("info", "version"), '"1", description'),
        (("servers",), "/v1/"),
        (("servers", 1, "url"), "/v1/"),
        (("components", "securitySchemes"), "in: {type: oauth2"),
        (("components", "securitySchemes", "in"), "{type: oauth2"),
        (("components", "securitySchemes", "in", "flows", "authorizationCode"), "{type: oauth2"),
        (("components", "schemas"), "Pet/Cat:"),
        (("components", "schemas", "Pet/Cat", "properties", "of", "default", "type"), "file}}"),
        ((*_POST, "parameters", 0), "{in: query"),
        ((*_POST, "parameters", 0, "schema", "items"), "{type: file}, collectionFormat: multi"),
        ((*_POST, "requestBody"), "- {in: formData"),
        (_FIELDS, "- {in: formData"),
        ((*_FIELDS, "f", "items", "type"), "string, collectionFormat: csv"),
        ((*_ANSWER, "content"), "description: d"),
        ((*_ANSWER, "content", "application/json", "schema"), "{$ref: '#/definitions/Pet~1Cat'}"),
        ((*_ANSWER, "headers", "H", "schema", "type"), "array, items: {}"),
    ],
)
def test_each_part_knows_where_it_is_written(pointer: tuple[str | int, ...], written: str) -> None:
    root = read(WHOLE).root
    place = root.home.place(root.child(*pointer))
    assert WHOLE.splitlines()[place.line - 1][place.column - 1 :].startswith(written)


@pytest.mark.parametrize("which", TWINS)
def test_a_twin_in_openapi_3_means_the_same(which: str) -> None:
    old, new = TWINS[which]
    assert changes(old, new) == ()
    assert changes(new, old) == ()
    assert changes(old, old) == ()


@pytest.mark.parametrize("which", TWINS)
def test_json_and_yaml_mean_the_same(which: str) -> None:
    document = TWINS[which][0]
    packed = json.dumps(parse(document.encode(), "a.yaml").value)
    assert changes(document, packed) == ()


def test_no_two_twins_of_other_meaning_are_taken_for_one() -> None:
    lists = {which: old for which, (old, _) in TWINS.items() if which.startswith("a list by ")}
    assert [change.change for change in changes(lists["a list by csv"], lists["a list by multi"])] == [
        "parameter is written differently"
    ]
    assert changes(lists["a list by csv"], lists["a list by pipes"]) != ()
    assert changes(TWINS["a form"][0], TWINS["a form with a file"][0]) != ()


def test_lists_by_tabs_are_not_lists_by_commas() -> None:
    by = [
        takes(f"{{in: query, name: q, type: array, items: {{type: string}}, collectionFormat: {form}}}")
        for form in ("csv", "tsv")
    ]
    assert [each.change for each in changes(*by)] == ["parameter is written differently"]


@pytest.mark.parametrize("version", ["'2.0'", '"2.0"', "2.0"])
def test_the_version_may_be_a_number(version: str) -> None:
    assert read(swagger(OK).replace("'2.0'", version)).version == "1.0.0"


@pytest.mark.parametrize("version", ["'1.2'", "'2.1'", "3", "true", "[2.0]", "null"])
def test_no_other_version_is_read(version: str) -> None:
    with pytest.raises(ContractError, match=r"Swagger .* is not read") as raised:
        read(swagger(OK).replace("'2.0'", version))
    assert raised.value.problems[0].place.line == 1


def test_a_discriminator_is_a_name() -> None:
    kinds = says("{type: object, discriminator: kind, required: [kind], properties: {kind: {type: string}}}")
    assert only(read(kinds)).answers["200"].media[0].nodes[0].value["discriminator"] == {"propertyName": "kind"}


def test_an_operation_takes_the_body_of_its_path_and_puts_its_own_parameters_first() -> None:
    shared = "parameters: [{in: body, name: b, required: true, schema: {type: integer}}, {in: query, name: q, type: string}]"
    path = f"/thing:\n  {shared}\n  post:\n    parameters: [{{in: query, name: q, type: integer}}]\n    {OK}"
    found = only(read(contract(path).replace("openapi: 3.1.0", "swagger: '2.0'")))
    assert found.body is not None
    assert found.body.media[0].nodes[0].value == {"type": "integer"}
    assert [(each.name, each.nodes[0].value) for each in found.parameters] == [("q", {"type": "integer"})]


def test_a_form_of_an_operation_and_its_path_is_one_form() -> None:
    path = (
        "/thing:\n  parameters: [{in: formData, name: a, type: string}, {in: formData, name: b, type: string}]\n"
        f"  post:\n    parameters: [{{in: formData, name: b, type: integer, required: true}}]\n    {OK}"
    )
    found = only(read(contract(path).replace("openapi: 3.1.0", "swagger: '2.0'"))).body
    assert found is not None
    assert found.media[0].nodes[0].value == {
        "type": "object",
        "properties": {"b": {"type": "integer"}, "a": {"type": "string"}},
        "required": ["b"],
    }


def test_of_two_bodies_the_first_counts() -> None:
    found = only(read(takes("{in: body, schema: {type: integer}}, {in: body, required: true, schema: {type: string}}"))).body
    assert found is not None
    assert (found.required, found.media[0].nodes[0].value) == (False, {"type": "integer"})


def test_a_list_in_a_header_or_in_parts_of_a_form_is_written_as_openapi_means_anyhow() -> None:
    header, field = (
        only(read(takes(f"{{in: {place}, name: a, type: array, items: {{}}, collectionFormat: {form}}}")))
        for place, form in (("header", "csv"), ("formData", "multi"))
    )
    assert (header.parameters[0].style, header.parameters[0].explode) == ("simple", False)
    content = field.node.value["requestBody"]["content"][FORM]
    assert content["encoding"] == {"a": {"style": "form", "explode": True}}


def test_an_operation_may_stand_elsewhere() -> None:
    paths = (
        f"/a:\n  get: {{parameters: [{{in: body, schema: {TEXT}}}], {OK}}}\n  head: no\n/b: {{put: {{$ref: '#/paths/~1a/get'}}}}"
    )
    one = read(contract(paths).replace("openapi: 3.1.0", "swagger: '2.0'"))
    assert [str(each) for each in one.operations()] == ["GET /a", "PUT /b"]
    assert [each.body is not None for each in one.operations()] == [True, True]


def test_what_stands_beside_the_reference_of_a_path_counts() -> None:
    paths = f"/a:\n  $ref: '#/x-item'\n  get: {{parameters: [{{in: body, schema: {TEXT}}}], {OK}}}"
    one = read(contract(paths, f"x-item: {{post: {{{OK}}}}}").replace("openapi: 3.1.0", "swagger: '2.0'"))
    assert {str(each): each.body is not None for each in one.operations()} == {"GET /a": True, "POST /a": False}


def test_an_operation_that_stands_nowhere_is_a_mistake_where_it_is_referred_to() -> None:
    one = read(contract("/b:\n  put: {$ref: '#/nowhere'}").replace("openapi: 3.1.0", "swagger: '2.0'"))
    assert [str(each.place) for each in one.mistakes()] == ["openapi.yaml:5:17"]


def test_what_says_that_it_is_openapi_is_no_swagger() -> None:
    document = content(TEXT).replace("openapi: 3.0.3", "openapi: 3.0.3\nswagger: '2.0'")
    assert changes(document, content(TEXT)) == ()


def test_a_property_called_like_a_keyword_is_a_property() -> None:
    odd = "{type: object, properties: {$ref: {type: string}, type: {type: string}, discriminator: {type: string}}}"
    assert changes(says(odd), content(odd)) == ()


def test_what_is_shared_is_converted_once() -> None:
    one = read(swagger(
        "responses: {'200': {$ref: '#/responses/R'}, '201': {$ref: '#/responses/R'}}",
        "responses: {R: {description: r, schema: {$ref: '#/definitions/Pet'}}}\n" + A_PET,
    ))  # fmt: skip
    answers = only(one).answers
    assert answers["200"].media[0].nodes[0].identity == answers["201"].media[0].nodes[0].identity


def test_a_schema_in_which_nothing_changes_is_not_copied() -> None:
    document = parse(says("{$ref: '#/definitions/Pet'}", "definitions: {Pet: {type: object}}").encode(), "openapi.yaml")
    one = Contract(Folder(Path(), ""), document)
    assert one.root.value["components"]["schemas"]["Pet"] is document.value["definitions"]["Pet"]


def test_a_reference_into_a_definition_leads_to_the_schema_that_is_there() -> None:
    deep = "definitions:\n  A: {type: object, properties: {b: {type: string, x-nullable: true}}}"
    one = read(says("{$ref: '#/definitions/A/properties/b'}", deep))
    side = Side(one)
    inner = side.responses.shapes(only(one).answers["200"].media[0].nodes)
    assert one.root.value["components"]["schemas"]["A"]["properties"]["b"] is inner[0].atoms[0].value
    assert [sorted(shape.types) for shape in inner] == [["string"], ["null"]]


# What a journey makes of it


def test_a_change_of_a_definition_breaks_what_needs_it(tmp_path: Path) -> None:
    before, after = (says("{$ref: '#/definitions/Pet'}", A_PET.replace("[a]", which)) for which in ("[a]", "[]"))
    assert need(tmp_path, before, before) == "intact"
    assert need(tmp_path, before, after) == "broken"


def test_a_step_up_to_openapi_3_breaks_nothing_and_changes_nothing(tmp_path: Path) -> None:
    before, after = TWINS["a definition"]
    found = change(tmp_path, before, after, "needs: {a: text, next.next.a: text}", call="GET /thing")
    assert (found.verdicts, found.run.partners[0].changes) == ({"needs:next.next.a": "unpromised"}, ())


def test_what_we_send_in_a_form_is_judged(tmp_path: Path) -> None:
    before, after = (takes(f"{{in: formData, name: a, type: string, maxLength: {most}}}") for most in (20, 2))
    step = "with: {a: $word}"
    given = "{word: {from: customer, type: string, maxLength: 10}}"
    found = change(tmp_path, before, after, step, call="POST /thing", given=given)
    assert found.broken == ["accepts:a"]


def test_a_login_that_is_new_breaks_what_calls(tmp_path: Path) -> None:
    after = swagger(OK, "security: [{in: []}]\nsecurityDefinitions: {in: {type: basic}}")
    assert change(tmp_path, swagger(OK), after).broken == ["answers"]


@pytest.mark.parametrize("which", sorted({*TWINS} - {"a parameter of the path", "a list in the path"}))
def test_no_contract_breaks_its_own_journeys(which: str, tmp_path: Path) -> None:
    old, _ = TWINS[which]
    found = change(tmp_path, old, old, call=f"{only(read(old)).method} /thing")
    assert (found.broken, found.run.partners[0].changes) == ([], ())


# Several files

PARTS = {
    "swagger.yaml": TWO
    + """
basePath: /v1
paths:
  /pets:
    $ref: paths/pets.yaml
  /pets/{id}:
    get:
      parameters: [{$ref: 'common.json#/parameters/Id'}]
      responses:
        "200": {$ref: 'common.json#/responses/Pet'}
        "404": {description: none, schema: {$ref: 'schemas/error.yaml'}}
      produces: [application/hal+json]
""",
    "paths/pets.yaml": """
post:
  parameters:
    - $ref: '../common.json#/parameters/NewPet'
    - $ref: '../common.json#/parameters/Trace'
  responses: {"201": {$ref: '../common.json#/responses/Pet'}}
""",
    "common.json": json.dumps(
        {
            "parameters": {
                "Id": {"in": "path", "name": "id", "type": "string", "required": True, "x-nullable": True},
                "NewPet": {"in": "body", "name": "pet", "required": True, "schema": {"$ref": "#/definitions/Pet"}},
                "Trace": {"$ref": "#/parameters/Traced"},
                "Traced": {"in": "header", "name": "X-Trace", "type": "string"},
            },
            "responses": {"Pet": {"description": "a pet", "schema": {"$ref": "#/definitions/Pet"}}},
            "definitions": {"Pet": {"type": "object", "properties": {"a": {"type": "string", "x-nullable": True}}}},
        },
        indent=2,
    ),
    "schemas/error.yaml": "type: object\nproperties: {again: {$ref: '#'}, pet: {$ref: '../common.json#/definitions/Pet'}}\n",
}


def test_parameters_responses_and_paths_of_other_files_are_read_as_what_they_are(tmp_path: Path) -> None:
    one = files(tmp_path, PARTS)
    post, get = one.operations()
    assert [str(each) for each in (post, get)] == ["POST /pets", "GET /pets/{id}"]
    assert [(each.place, each.name) for each in (*post.parameters, *get.parameters)] == [("header", "X-Trace"), ("path", "id")]
    assert post.body is not None and post.body.media[0].name == "application/json"
    assert [media.name for media in (*post.answers["201"].media, *get.answers["200"].media)] == [
        "application/json",
        "application/hal+json",
    ]
    assert list(one.mistakes()) == []


def test_what_stands_in_another_file_is_converted_too(tmp_path: Path) -> None:
    one = files(tmp_path, PARTS)
    get = one.at("GET", "/pets/{id}")
    assert get is not None
    side = Side(one)
    (pet,) = side.responses.shapes(get.answers["200"].media[0].nodes)
    (error,) = side.responses.shapes(get.answers["404"].media[0].nodes)
    assert [sorted(shape.types) for shape in side.responses.shapes(pet.slot("a").nodes)] == [["string"], ["null"]]
    assert side.responses.shapes(error.slot("again").nodes) == (error,)
    assert side.responses.shapes(error.slot("pet").nodes) == (pet,)


def test_the_same_contract_in_several_files_and_in_one_has_no_changes(tmp_path: Path) -> None:
    whole = parse(PARTS["common.json"].encode(), "a.json").value | {
        "swagger": "2.0",
        "info": {"title": "made", "version": "1.0.0"},
        "basePath": "/v1",
    }
    text = json.dumps(parse(PARTS["swagger.yaml"].encode(), "a.yaml").value | whole)
    text = text.replace("common.json#", "#").replace('"schemas/error.yaml"', '"#/definitions/Error"')
    document = json.loads(text)
    document["paths"]["/pets"] = parse(PARTS["paths/pets.yaml"].replace("../common.json", "").encode(), "a.yaml").value
    error = parse(PARTS["schemas/error.yaml"].replace("../common.json", "").replace("'#'", "'#/definitions/Error'").encode(), "a")
    document["definitions"]["Error"] = error.value
    one, other = files(tmp_path / "one", PARTS), files(tmp_path / "other", {"swagger.json": json.dumps(document)})
    assert differences(Side(one), Side(other), (), lambda _: (), TODAY) == ()


def test_a_file_that_no_journey_touches_is_not_read(tmp_path: Path) -> None:
    one = files(tmp_path, {"swagger.yaml": PARTS["swagger.yaml"].replace("common.json", "missing.json")})
    get = one.at("GET", "/pets/{id}")
    assert get is not None and get.answers["404"].key == "404"
    with pytest.raises(ContractError) as raised:
        assert get.parameters
    (found,) = raised.value.problems
    assert (found.place, found.code) == (Place("p/swagger.yaml", 10, 27), "ref-missing-file")


# Where it is wrong

PLACES = {
    "a type of a parameter": (takes("{in: query, name: q, type: §strong}"), "'strong' is no type"),
    "a type in a form": (takes("{in: formData, name: a, type: §strong}"), "'strong' is no type"),
    "a type in a body": (takes("{in: body, name: a, schema: {type: §strong}}"), "'strong' is no type"),
    "a type behind a body": (takes("{in: body, name: a}, {in: query, name: q, type: §strong}"), "'strong' is no type"),
    "a type of a shared parameter": (
        takes("{$ref: '#/parameters/Q'}", "parameters:\n  Q: {in: query, name: q, type: §strong}"),
        "'strong' is no type",
    ),
    "a type that is answered": (says("{type: §strong}"), "'strong' is no type"),
    "a type in a header": (
        swagger("responses: {'200': {description: ok, headers: {X-A: {type: §strong}}}}"),
        "'strong' is no type",
    ),
    "a type in a definition": (says("{$ref: '#/definitions/A'}", "definitions:\n  A: {type: §strong}"), "'strong' is no type"),
    "a type in a shared response": (
        swagger("responses: {'200': {$ref: '#/responses/A'}}", "responses:\n  A: {description: a, schema: {type: §strong}}"),
        "'strong' is no type",
    ),
    "properties that are a list": (says("{properties: §[a]}"), "properties must be a mapping, not list"),
    "a definition where there are none": (
        says("{$ref: §'#/definitions/B'}"),
        "$ref '#/definitions/B' points to nothing: there is no 'definitions'",
    ),
    "a definition that is not there": (
        says("{$ref: §'#/definitions/B'}", "definitions: {A: {}}"),
        "$ref '#/definitions/B' points to nothing: there is no 'B'",
    ),
    "a parameter that is not there": (
        takes("{in: body, name: a}, {$ref: §'#/parameters/B'}"),
        "$ref '#/parameters/B' points to nothing: there is no 'parameters'",
    ),
    "a response that is not there": (
        swagger("responses: {'200': {$ref: §'#/responses/B'}}"),
        "$ref '#/responses/B' points to nothing: there is no 'responses'",
    ),
    "a parameter that leads to itself": (
        takes("{$ref: '#/parameters/A'}", "parameters: {A: §{$ref: '#/parameters/A'}}"),
        "this $ref leads back to itself",
    ),
    "a definition that leads to itself": (
        says("{$ref: '#/definitions/A'}", "definitions: {A: §{$ref: '#/definitions/A'}}"),
        "this $ref leads back to itself",
    ),
    "a parameter without a name": (takes("{in: body, name: a}, §{in: query, type: string}"), "a parameter needs name and in"),
    "a field of a form without a name": (takes("§{in: formData, type: string}"), "a parameter needs name and in"),
    "a parameter of no place": (takes("§{in: nowhere, name: a, type: string}"), "a parameter needs name and in"),
    "a parameter that is text": (takes("§a"), "a parameter needs name and in"),
    "parameters that are a mapping": (swagger("parameters: §{a: b}\n" + OK), "parameters must be a list, not dict"),
    "responses that are a list": (swagger("responses: §[]"), "responses must be a mapping, not list"),
    "a response that is text": (swagger("responses: {'200': §ok}"), "response 200 must be a mapping"),
    "headers that are a list": (swagger("responses: {'200': {headers: §[a]}}"), "headers must be a mapping, not list"),
    "logins that are a mapping": (swagger("security: §{a: []}\n" + OK), "security must be a list, not dict"),
}
"""Where each mistake is expected: behind the sign."""


@pytest.mark.parametrize("which", PLACES)
def test_a_mistake_is_shown_where_it_is_written(which: str) -> None:
    marked, said = PLACES[which]
    before, after = marked.split("§")
    place = f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
    assert refused(before + after).startswith(f"{place}: {said}")


def test_a_mistake_in_another_file_is_shown_there(tmp_path: Path) -> None:
    parts = PARTS | {"common.json": PARTS["common.json"].replace('"type": "object"', '"type": "objects"')}
    one = files(tmp_path, parts)
    get = one.at("GET", "/pets/{id}")
    assert get is not None
    with pytest.raises(ContractError) as raised:
        Side(one).responses.shapes(get.answers["200"].media[0].nodes)
    line = parts["common.json"][: parts["common.json"].index('"objects"')].count("\n") + 1
    assert raised.value.problems[0].place == Place("p/common.json", line, 15)


def test_paths_that_are_no_mapping_are_a_mistake() -> None:
    with pytest.raises(ContractError) as raised:
        read(TWO + "paths: [a]")
    assert str(raised.value).startswith("openapi.yaml:3:8: paths must be a mapping")


@pytest.mark.parametrize(
    "keys",
    [
        "definitions: [a]", "definitions: {A: 7, B: [x]}", "parameters: 7", "responses: [a]", "securityDefinitions: [a]",
        "securityDefinitions: {a: 7, b: {type: oauth2, flow: [x]}}", "basePath: 7", "host: [a]", "basePath: v1\nhost: ''",
        "schemes: https\nhost: a.example", "schemes: [7]\nhost: a.example", "info: [a]", "security: 7", "x-a: {$ref: 7}",
        "consumes: {a: b}", "produces: [7]", "parameters: {Q: [7]}", "responses: {R: 7}", "basePath: '/{v}'",
        "host: 'https://[a'",
    ],
)  # fmt: skip
def test_what_is_odd_where_nobody_looks_keeps_no_contract_from_being_read(keys: str) -> None:
    document = says("{type: string}", keys).replace(
        "info: {title: made, version: 1.0.0}\n", "" if "info:" in keys else "info: {}\n"
    )
    assert changes(document, document) == ()
    assert [str(each) for each in read(document).operations()] == ["GET /thing"]


@pytest.mark.parametrize(("keys", "media"), [("produces: text/csv", "text/csv"), ("produces: {a: b}", "application/json")])
def test_media_types_that_are_no_list_are_warned_of(keys: str, media: str) -> None:
    one = read(says("{type: string}", keys))
    (found,) = one.mistakes()
    assert (found.place.line, found.code, found.warning) == (7, "media-types-form", True)
    assert [each.name for each in only(one).answers["200"].media] == [media]


def test_a_contract_in_more_media_types_than_anybody_has_is_read_in_as_many_as_somebody_might() -> None:
    many = ", ".join(f"a/{number}" for number in range(5_000))
    one = read(says("{type: string}", f"produces: [{many}]"))
    assert len(only(one).answers["200"].media) == 100
    assert [each.what for each in one.mistakes()] == ["produces has more than 100 media types; the others are passed over"]


def test_all_answers_in_all_media_types_are_not_written_out() -> None:
    types = ", ".join(f"a/{number}" for number in range(100))
    answers = ", ".join(f"'{number}': {{description: a, schema: {{}}}}" for number in range(2_001))
    with pytest.raises(ContractError) as raised:
        read(swagger(f"responses: {{{answers}}}", f"produces: [{types}]"))
    assert [(each.place.line, each.code) for each in raised.value.problems] == [(6, "too-many-contents")]


def test_what_many_operations_share_is_not_copied_for_each() -> None:
    shared = "".join(f"    h{number}: {{type: string}}\n" for number in range(200))
    paths = "".join(
        f"/p{n}: {{get: {{produces: [a/{n}], responses: {{'200': {{$ref: '#/responses/R'}}}}}}}}\n" for n in range(300)
    )
    document = contract(paths, f"responses:\n R:\n  description: r\n  headers:\n{shared}").replace(
        "openapi: 3.1.0", "swagger: '2.0'"
    )
    one = read(document)
    items = one.root.value["paths"].values()
    assert len({id(item["get"]["responses"]["200"]["headers"]) for item in items}) == 1


def test_what_is_shared_too_often_to_be_written_out_is_read_where_it_stands() -> None:
    values = ", ".join(f"v{number}" for number in range(2_000))
    paths = "".join(
        f"/p{n}: {{get: {{parameters: [{{$ref: '#/parameters/Q'}}], responses: {{'200': {{$ref: '#/responses/R'}}}}}}}}\n"
        for n in range(1_000)
    )
    shared = f"{{type: string, enum: &v [{values}]}}"
    rest = f"responses: {{R: {{description: r, schema: {shared}}}}}\nparameters: {{Q: {{in: query, name: q, type: string}}}}"
    one = read(contract(paths, rest).replace("openapi: 3.1.0", "swagger: '2.0'"))
    bodies = [each.answers["200"].media[0].nodes[0] for each in one.operations()]
    assert len({each.identity for each in bodies}) == 1
    assert len(json.dumps(one.root.value)) < 50_000_000
    assert {each.parameters[0].name for each in one.operations()} == {"q"}


def test_a_form_that_is_shared_without_end_is_refused() -> None:
    values = [str(number) for number in range(2_000)]
    document = {
        "swagger": "2.0",
        "parameters": {"F": {"in": "formData", "name": "f", "type": "string", "enum": values}},
        "paths": {f"/p{number}": {"post": {"parameters": [{"$ref": "#/parameters/F"}]}} for number in range(1_000)},
    }
    with pytest.raises(ContractError) as raised:
        read(json.dumps(document))
    assert [each.code for each in raised.value.problems] == ["too-many-contents"]


def test_check_warns_of_references_that_lead_nowhere(tmp_path: Path) -> None:
    document = says("{type: object, properties: {a: {type: string}}}", "definitions:\n  A: {$ref: '#/definitions/B'}")
    found = check(tmp_path, document, "needs: {a: text}")
    assert [line.split(";")[0] for line in found.run.partners[0].warnings] == [
        "partners/p/openapi.yaml:8:13: $ref '#/definitions/B' points to nothing: there is no 'B'"
    ]


# Others' documents


def test_documents_of_others_are_read_and_do_not_differ_from_themselves(corpus: Path) -> None:
    for path in sorted((corpus / "openapi-pact-comparator").rglob("*swagger2/oas.yaml")):
        one, other = read_contract(path, ""), read_contract(path, "")
        assert differences(one, other, (), lambda _: (), TODAY) == (), path
        assert list(one.contract.mistakes()) == [], path
