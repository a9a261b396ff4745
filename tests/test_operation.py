"""One operation: what it takes, what it answers and which login it asks for, part by part as the contract writes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.operation import FORMS, Encoding, Operation, Parameter, bases_of
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON
from tests.estates_made import contract, operation, read

OK = "responses: {'200': {description: ok}}"
TEXT = "schema: {type: string}"


def only(document: str) -> Operation:
    """Return the only operation of a document."""
    (found,) = read(document).operations()
    return found


def with_parameters(*parameters: str, of_path: str = "", rest: str = "", path: str = "/thing") -> Operation:
    """Return an operation with parameters of its own, and some of its path; each is a mapping without braces."""
    own = ", ".join(f"{{{parameter}}}" for parameter in parameters)
    return only(contract(f"{path}:\n  parameters: [{of_path}]\n  get: {{parameters: [{own}], {OK}}}", rest))


def parameter(written: str, path: str = "/thing") -> Parameter:
    (found,) = with_parameters(written, path=path).parameters
    return found


def answering(responses: str, rest: str = "", method: str = "GET") -> Operation:
    return only(operation(f"responses: {{{responses}}}", rest, call=f"{method} /thing"))


def said(parameters: tuple[Parameter, ...]) -> list[tuple[str, str, JSON]]:
    """Return place, name and type of each parameter."""
    return [(each.place, each.name, each.nodes[0].value.get("type") if each.nodes else None) for each in parameters]


def refusal(read_part: Callable[[], Any]) -> tuple[str, int, str]:
    """Return the code, the line and the words of the error in which reading a part ends."""
    with pytest.raises(ContractError) as raised:
        read_part()
    (problem,) = raised.value.problems
    assert problem.remedy
    return problem.code, problem.place.line, problem.what


# --- parameters --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of_path", "own", "found"),
    [
        ("{name: q, in: query, schema: {type: string}}", "", [("query", "q", "string")]),
        (
            "{name: q, in: query, schema: {type: string}}",
            "name: q, in: query, schema: {type: integer}",
            [("query", "q", "integer")],
        ),
        (
            "{name: q, in: query, schema: {type: string}}",
            "name: q, in: header, schema: {type: integer}",
            [("header", "q", "integer"), ("query", "q", "string")],
        ),
        (
            "{name: Q, in: query, schema: {type: string}}",
            "name: q, in: query, schema: {type: integer}",
            [("query", "q", "integer"), ("query", "Q", "string")],
        ),
        (
            "{name: X-Id, in: header, schema: {type: string}}",
            "name: x-id, in: header, schema: {type: integer}",
            [("header", "x-id", "integer")],
        ),
        (
            "{name: sid, in: cookie, schema: {type: string}}, {name: b, in: query}",
            "name: a, in: query",
            [("query", "a", None), ("cookie", "sid", "string"), ("query", "b", None)],
        ),
        (
            "{name: id, in: path, required: true, schema: {type: string}}",
            "name: id, in: path, required: true, schema: {type: integer}",
            [("path", "id", "integer")],
        ),
    ],
)
def test_parameters_of_the_operation_stand_before_and_instead_of_those_of_its_path(
    of_path: str, own: str, found: list[tuple[str, str, JSON]]
) -> None:
    path = "/thing/{id}" if "in: path" in of_path else "/thing"

    assert said(with_parameters(*filter(None, [own]), of_path=of_path, path=path).parameters) == found


def test_parameters_may_stand_elsewhere_and_override_all_the_same() -> None:
    shared = "components: {parameters: {Q: {name: q, in: query, required: true, schema: {type: string}}}}"
    reference = "$ref: '#/components/parameters/Q'"

    assert said(with_parameters(reference, rest=shared).parameters) == [("query", "q", "string")]
    assert said(with_parameters(reference, of_path="{name: q, in: query}", rest=shared).parameters) == [("query", "q", "string")]
    assert said(with_parameters("name: q, in: query", of_path=f"{{{reference}}}", rest=shared).parameters) == [
        ("query", "q", None)
    ]


@pytest.mark.parametrize(
    ("path", "written", "key"),
    [
        ("/a/{x}/{y}", "name: x, in: path", ("path", 0)),
        ("/a/{x}/{y}", "name: y, in: path", ("path", 1)),
        ("/a", "name: X-Key, in: header", ("header", "x-key")),
        ("/a", "name: Q, in: query", ("query", "Q")),
        ("/a", "name: Sid, in: cookie", ("cookie", "Sid")),
    ],
)
def test_a_parameter_is_bound_by_its_position_or_its_name(path: str, written: str, key: tuple[str, object]) -> None:
    assert parameter(written, path).key == key


def test_a_path_parameter_that_the_template_does_not_have_is_none() -> None:
    assert said(with_parameters("name: y, in: path, required: true", "name: x, in: path", path="/a/{x}").parameters) == [
        ("path", "x", None)
    ]


@pytest.mark.parametrize(
    ("written", "required"),
    [
        ("name: q, in: query", False),
        ("name: q, in: query, required: true", True),
        ("name: q, in: query, required: 'true'", False),
        ("name: q, in: path", True),
        ("name: q, in: path, required: false", True),
    ],
)
def test_a_path_parameter_is_always_required(written: str, required: bool) -> None:
    assert parameter(written, "/a/{q}").required is required


@pytest.mark.parametrize(
    ("written", "style", "explode"),
    [
        ("in: query", "form", True),
        ("in: cookie", "form", True),
        ("in: path", "simple", False),
        ("in: header", "simple", False),
        ("in: query, explode: false", "form", False),
        ("in: query, style: pipeDelimited", "pipeDelimited", False),
        ("in: query, style: deepObject, explode: true", "deepObject", True),
        ("in: path, style: label", "label", False),
        ("in: path, style: matrix, explode: true", "matrix", True),
        ("in: query, style: form, explode: 'no'", "form", True),
        ("in: query, style: [pipeDelimited]", "form", True),
        ("in: query, style: ''", "form", True),
    ],
)
def test_style_and_explode_are_by_default_what_openapi_says_for_the_place(written: str, style: str, explode: bool) -> None:
    found = parameter(f"name: q, {written}", "/a/{q}")

    assert (found.style, found.explode) == (style, explode)


@pytest.mark.parametrize(
    ("written", "media", "types"),
    [
        ("schema: {type: string}", "", ["string"]),
        ("content: {application/json: {schema: {type: object}}}", "application/json", ["object"]),
        ("content: {text/plain: {}}", "text/plain", []),
        ("content: {}, schema: {type: string}", "", ["string"]),
        ("description: nothing is said", "", []),
    ],
)
def test_a_parameter_has_a_schema_or_a_media_type_with_one(written: str, media: str, types: list[str]) -> None:
    found = parameter(f"name: q, in: query, {written}")

    assert (found.media, [node.value["type"] for node in found.nodes]) == (media, types)


@pytest.mark.parametrize(
    ("written", "code", "what"),
    [
        ("parameters: {q: {in: query}}", "parameters-form", "parameters must be a list, not dict"),
        ("parameters: text", "parameters-form", "parameters must be a list, not str"),
        ("parameters: [7]", "parameter-form", "a parameter needs name and in"),
        ("parameters: [{in: query}]", "parameter-form", "a parameter needs name and in"),
        ("parameters: [{name: q}]", "parameter-form", "a parameter needs name and in"),
        ("parameters: [{name: q, in: body}]", "parameter-form", "a parameter needs name and in"),
        ("parameters: [{name: q, in: [query]}]", "parameter-form", "a parameter needs name and in"),
        ("parameters: [{name: 7, in: query}]", "parameter-form", "a parameter needs name and in"),
        ("parameters: [{name: q, in: query, content: [a]}]", "content-form", "content must be a mapping, not list"),
        ("parameters: [{$ref: '#/no'}]", "ref-nowhere", "$ref '#/no' points to nothing: there is no 'no'"),
        ("parameters: [{$ref: '#/loop'}]", "ref-cycle", "this $ref leads back to itself, or through too many others"),
    ],
)
def test_what_is_no_parameter_is_refused_with_its_line(written: str, code: str, what: str) -> None:
    found = only(operation(f"{OK}\n{written}", "loop: {$ref: '#/loop'}"))

    assert refusal(lambda: found.parameters) == (code, 8 if code == "ref-cycle" else 7, what)


def test_parameters_that_are_null_are_none() -> None:
    assert only(operation(f"{OK}\nparameters:")).parameters == ()


# --- request bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", None),
        ("requestBody: {}", (False, [])),
        ("requestBody: {content: {application/json: {schema: {}}}}", (False, ["application/json"])),
        (
            "requestBody: {required: true, content: {text/plain: {}, Application/JSON: {}}}",
            (True, ["text/plain", "application/json"]),
        ),
        ("requestBody: {required: 'yes', content: null}", (False, [])),
        ("requestBody: {$ref: '#/components/requestBodies/A'}", (True, ["text/csv"])),
    ],
)
def test_a_body_is_what_its_media_types_say(written: str, found: tuple[bool, list[str]] | None) -> None:
    rest = "components: {requestBodies: {A: {required: true, content: {text/csv: {}}}}}"
    body = only(operation(f"{OK}\n{written}", rest, call="POST /thing")).body

    assert (body and (body.required, [media.name for media in body.media])) == found


@pytest.mark.parametrize(
    ("written", "code", "what"),
    [
        ("requestBody:", "body-form", "a requestBody must be a mapping"),
        ("requestBody: []", "body-form", "a requestBody must be a mapping"),
        ("requestBody: {content: [a]}", "content-form", "content must be a mapping, not list"),
        ("requestBody: {$ref: '#/no'}", "ref-nowhere", "$ref '#/no' points to nothing: there is no 'no'"),
    ],
)
def test_what_is_no_body_is_refused_with_its_line(written: str, code: str, what: str) -> None:
    found = only(operation(f"{OK}\n{written}", call="POST /thing"))

    assert refusal(lambda: found.body) == (code, 7, what)


# --- media types -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "json", "form"),
    [
        ("application/json", True, False),
        ("application/problem+json", True, False),
        ("application/vnd.partner.v2+json", True, False),
        ("*/*", True, False),
        ("application/*", True, False),
        ("application/xml", False, False),
        ("application/jsonl", False, False),
        ("text/json", False, False),
        ("text/*", False, False),
        ("application/x-www-form-urlencoded", False, True),
        ("multipart/form-data", False, True),
        ("multipart/mixed", False, False),
    ],
)
def test_a_media_type_is_json_or_a_form_or_neither(name: str, json: bool, form: bool) -> None:
    media = answering(f"'200': {{content: {{'{name}': {{}}}}}}").answers["200"].media[0]

    assert (media.json, media.form) == (json, form)


@pytest.mark.parametrize("written", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON ;v=2"])
def test_a_media_type_is_named_without_its_parameters_in_lower_case(written: str) -> None:
    answer = answering(f"'200': {{content: {{'{written}': {{{TEXT}}}}}}}").answers["200"]

    assert [(media.name, media.nodes[0].value) for media in answer.media] == [("application/json", {"type": "string"})]


@pytest.mark.parametrize("entry", ["{}", "{example: x}", "", "text", "[schema]"])
def test_a_media_type_without_a_schema_says_nothing(entry: str) -> None:
    answer = answering(f"'200': {{content: {{text/plain: {entry}}}}}").answers["200"]

    assert [(media.name, media.nodes) for media in answer.media] == [("text/plain", ())]


@pytest.mark.parametrize(
    ("media", "encoding", "found"),
    [
        (FORMS[0], "{a: {style: pipeDelimited}}", {"a": Encoding("pipeDelimited", explode=False)}),
        (FORMS[1], "{a: {explode: false}}", {"a": Encoding("form", explode=False)}),
        (FORMS[0], "{a: {style: 7, explode: x}, b: text}", {"a": Encoding("form", explode=True)}),
        (FORMS[0], "[a]", {}),
        ("application/json", "{a: {style: pipeDelimited}}", {}),
    ],
)
def test_a_form_says_how_its_members_are_written(media: str, encoding: str, found: dict[str, Encoding]) -> None:
    answer = answering(f"'200': {{content: {{{media}: {{{TEXT}, encoding: {encoding}}}}}}}").answers["200"]

    assert answer.media[0].encodings == found


# --- answers -----------------------------------------------------------------------------------------------------------------


def test_the_statuses_of_an_operation_are_those_written_and_nothing_else() -> None:
    found = answering("'200': {}, 404: {}, 5XX: {}, 2XX: {}, default: {}, x-note: {}, '600': {}, '20': {}, '2000': {}, ok: {}")

    assert list(found.answers) == ["200", "404", "5XX", "2XX", "default"]
    assert len(found.answers) == 5
    assert ("404" in found.answers, "405" in found.answers) == (True, False)


@pytest.mark.parametrize(
    ("responses", "texts"),
    [
        ("Default: {content: {a/b: {}}}, 2Xx: {content: {c/d: {}}}", {"default": "a/b", "2XX": "c/d"}),
        ("2xx: {content: {a/b: {}}}, 2XX: {content: {c/d: {}}}", {"2XX": "c/d"}),
        ("2XX: {content: {a/b: {}}}, 2xx: {content: {c/d: {}}}", {"2XX": "a/b"}),
    ],
)
def test_a_status_is_the_same_in_whatever_case_and_its_own_spelling_goes_before(responses: str, texts: dict[str, str]) -> None:
    assert {key: answer.media[0].name for key, answer in answering(responses).answers.items()} == texts


def test_a_mistake_in_an_answer_is_told_where_it_stands_whatever_the_case_of_its_key() -> None:
    found = answering("'200': {},\n    Default: 7")

    assert refusal(lambda: found.answers["default"]) == ("response-form", 7, "response default must be a mapping")


@pytest.mark.parametrize("key", ["201", "x-note"])
def test_a_status_that_is_not_written_is_a_key_error(key: str) -> None:
    with pytest.raises(KeyError):
        answering("'200': {}, x-note: {}").answers[key]


def test_a_status_is_read_when_it_is_asked_for_and_once() -> None:
    found = answering("'200': {description: ok}, '404': {$ref: '#/no'}, '500': 7")

    assert found.answers["200"] is found.answers["200"]
    assert refusal(lambda: found.answers["404"])[0] == "ref-nowhere"
    assert refusal(lambda: found.answers["500"]) == ("response-form", 6, "response 500 must be a mapping")


def test_an_answer_may_stand_elsewhere() -> None:
    found = answering(
        "'200': {$ref: '#/components/responses/A'}", f"components: {{responses: {{A: {{content: {{a/b: {{{TEXT}}}}}}}}}}}"
    )

    assert [media.name for media in found.answers["200"].media] == ["a/b"]


@pytest.mark.parametrize(
    ("responses", "key", "status"),
    [
        ("'404': {}", "404", 404),
        ("2XX: {}", "2XX", 200),
        ("2XX: {}, '200': {}, '201': {}", "2XX", 202),
        ("4xx: {}, '400': {}", "4XX", 401),
        ("Default: {}", "default", 200),
        ("default: {}", "default", 200),
        ("default: {}, '200': {}", "default", 201),
        ("2XX: {}, '200': {}, '201': {}, '202': {}, '203': {}", "2XX", 206),
    ],
)
def test_a_class_stands_for_a_status_with_a_body_that_no_exact_key_takes(responses: str, key: str, status: int) -> None:
    assert answering(responses).answers[key].status == status


@pytest.mark.parametrize(
    ("method", "status", "bodiless"),
    [
        ("GET", "200", False),
        ("GET", "204", True),
        ("GET", "205", True),
        ("HEAD", "200", True),
        ("GET", "404", False),
        ("POST", "2XX", False),
    ],
)
def test_204_205_and_head_have_no_body_whatever_is_written(method: str, status: str, bodiless: bool) -> None:
    found = answering(f"'{status}': {{content: {{application/json: {{{TEXT}}}}}}}", method=method)

    assert found.answers[status].bodiless is bodiless


@pytest.mark.parametrize("response", ["{description: ok}", "{content: {}}", "{content: null}"])
def test_an_answer_without_a_media_type_has_no_body(response: str) -> None:
    assert answering(f"'200': {response}").answers["200"].bodiless


@pytest.mark.parametrize(
    ("responses", "statuses", "found"),
    [
        ("'200': {}, '201': {}, '302': {}, '404': {}, default: {}", (), ["200", "201"]),
        ("2XX: {}, '204': {}", (), ["2XX", "204"]),
        ("2xx: {}, 4XX: {}", (), ["2XX"]),
        ("default: {}, '404': {}", (), ["default"]),
        ("'302': {}, '404': {}", (), []),
        ("'200': {}, '201': {}", (201,), ["201"]),
        ("'200': {}, '201': {}", (201, 200), ["201", "200"]),
        ("'200': {}, default: {}", (201,), []),
        ("'200': {}, 2XX: {}", (201,), ["2XX"]),
        ("'200': {}, default: {}", (409,), ["default"]),
        ("'404': {}, default: {}", (201,), ["default"]),
        ("'200': {}, 4XX: {}, '409': {}", (409, 410, 500), ["409", "4XX"]),
    ],
)
def test_what_counts_as_success_is_every_2xx_or_the_codes_that_the_step_accepts(
    responses: str, statuses: tuple[int, ...], found: list[str]
) -> None:
    assert [answer.key for answer in answering(responses).successes(statuses)] == found


@pytest.mark.parametrize(
    ("responses", "key"),
    [
        ("'404': {}, 4XX: {}, default: {}", "404"),
        ("4XX: {}, default: {}", "4XX"),
        ("4xx: {}, default: {}", "4XX"),
        ("5XX: {}, default: {}", "default"),
        ("'200': {}, 5XX: {}", None),
    ],
)
def test_an_exact_status_goes_before_its_class_and_that_before_default(responses: str, key: str | None) -> None:
    answer = answering(responses).answer_to(404)

    assert (answer and answer.key) == key
    assert answer is None or answer.status == 404


def test_a_class_that_is_asked_for_a_status_without_a_body_has_none() -> None:
    answer = answering(f"2XX: {{content: {{application/json: {{{TEXT}}}}}}}").answer_to(204)

    assert answer is not None
    assert answer.bodiless


def test_headers_are_named_in_lower_case_and_may_stand_elsewhere() -> None:
    found = answering(
        "'200': {headers: {ETag: {required: true, schema: {type: string}}, X-Ref: {$ref: '#/components/headers/A'}, X-Bare: {},"
        " X-Page: {content: {text/plain: {schema: {type: integer}}}}, X-Odd: 7}}",
        "components: {headers: {A: {required: true, schema: {type: boolean}}}}",
    )

    headers = found.answers["200"].headers

    assert {name: (each.required, [node.value["type"] for node in each.nodes]) for name, each in headers.items()} == {
        "etag": (True, ["string"]),
        "x-page": (False, ["integer"]),
        "x-ref": (True, ["boolean"]),
        "x-bare": (False, []),
    }


@pytest.mark.parametrize(
    ("responses", "code", "what"),
    [
        ("[]", "responses-form", "responses must be a mapping, not list"),
        ("{'200': []}", "response-form", "response 200 must be a mapping"),
        ("{'200':}", "response-form", "response 200 must be a mapping"),
        ("{'200': {content: [a]}}", "content-form", "content must be a mapping, not list"),
        ("{'200': {headers: 7}}", "headers-form", "headers must be a mapping, not int"),
        ("{'200': {headers: {A: {content: 7}}}}", "content-form", "content must be a mapping, not int"),
        ("{'200': {headers: {A: {$ref: '#/no'}}}}", "ref-nowhere", "$ref '#/no' points to nothing: there is no 'no'"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_line(responses: str, code: str, what: str) -> None:
    found = only(operation(f"responses: {responses}"))

    assert refusal(lambda: found.answers["200"]) == (code, 6, what)


def test_an_operation_without_responses_answers_nothing() -> None:
    found = only(operation("description: none"))

    assert (dict(found.answers), found.successes(()), found.answer_to(200)) == ({}, (), None)


# --- logins ------------------------------------------------------------------------------------------------------------------

SCHEMES = """
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    cookie: {type: apiKey, in: cookie, name: Sid}
    bearer: {type: http, scheme: Bearer, bearerFormat: JWT}
    oauth: {type: oauth2, flows: {}}
    oidc: {type: openIdConnect, openIdConnectUrl: x}
    mtls: {type: mutualTLS}
    elsewhere: {$ref: '#/components/securitySchemes/key'}
    odd: 7
    bare: {type: http}
"""


def asked(security: str, rest: str = SCHEMES) -> list[dict[tuple[str, ...], set[str]]]:
    """Return each alternative of login: meaning to scopes."""
    found = only(operation(f"{OK}\n{security}", rest)).security
    return [{scheme.meaning: set(scheme.scopes) for scheme in alternative} for alternative in found]


KEY = ("apiKey", "header", "x-key")
BEARER = ("http", "bearer")


@pytest.mark.parametrize(
    ("security", "found"),
    [
        ("security: [{key: []}]", [{KEY: set()}]),
        ("security: [{elsewhere: []}]", [{KEY: set()}]),
        ("security: [{cookie: []}]", [{("apiKey", "cookie", "sid"): set()}]),
        ("security: [{bearer: []}, {key: []}]", [{BEARER: set()}, {KEY: set()}]),
        ("security: [{bearer: [], key: []}]", [{BEARER: set(), KEY: set()}]),
        ("security: [{}, {bearer: []}]", [{}, {BEARER: set()}]),
        ("security: [{oauth: [read, write]}]", [{("oauth2",): {"read", "write"}}]),
        ("security: [{oauth: [read, 7]}]", [{("oauth2",): {"read"}}]),
        ("security: [{oauth: read}]", [{("oauth2",): set()}]),
        ("security: [{oidc: [a]}, {mtls: []}]", [{("openIdConnect",): {"a"}}, {("mutualTLS",): set()}]),
        ("security: [{nobody: []}]", [{("undeclared", "nobody"): set()}]),
        ("security: [{odd: []}, {bare: []}]", [{("",): set()}, {("http", ""): set()}]),
        ("security: []", []),
        ("x: 1", []),
    ],
)
def test_a_login_is_what_its_scheme_means_with_the_scopes_asked_for(
    security: str, found: list[dict[tuple[str, ...], set[str]]]
) -> None:
    assert asked(security) == found


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ("", [{BEARER: set()}]),
        ("security:", [{BEARER: set()}]),
        ("security: []", []),
        ("security: [{key: []}]", [{KEY: set()}]),
    ],
)
def test_the_login_of_the_document_holds_where_the_operation_names_none(
    own: str, found: list[dict[tuple[str, ...], set[str]]]
) -> None:
    assert asked(own, f"{SCHEMES}security: [{{bearer: []}}]\n") == found


@pytest.mark.parametrize("rest", ["", "components: []", "components: {securitySchemes: null}"])
def test_a_login_without_any_schemes_in_the_document_is_undeclared(rest: str) -> None:
    assert asked("security: [{a: []}]", rest) == [{("undeclared", "a"): set()}]


@pytest.mark.parametrize(
    ("security", "code", "what"),
    [
        ("security: {key: []}", "security-form", "security must be a list, not dict"),
        ("security: [key]", "security-form", "a login that is asked for must be a mapping"),
        ("security: [{key: []}, []]", "security-form", "a login that is asked for must be a mapping"),
    ],
)
def test_what_is_no_login_is_refused_with_its_line(security: str, code: str, what: str) -> None:
    own = only(operation(f"{OK}\n{security}"))
    everywhere = only(operation(OK, f"x: 1\n{security}"))

    assert refusal(lambda: own.security) == (code, 7, what)
    assert refusal(lambda: everywhere.security) == (code, 8, what)


# --- servers -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("servers", "bases"),
    [
        (None, ()),
        ([], ()),
        ([{"url": "https://a.example"}], ("",)),
        ([{"url": "https://a.example/"}], ("",)),
        ([{"url": "https://a.example/v1/"}, {"url": "https://b.example/v1"}, {"url": "/v2"}], ("/v1", "/v2")),
        ([{"url": "https://a.example/v1?x=/y#/z"}], ("/v1",)),
        ([{"url": "//a.example/v1"}], ("/v1",)),
        ([{"url": "{host}/v1", "variables": {"host": {"default": "https://a.example"}}}], ("/v1",)),
        ([{"url": "/{a}/{b}", "variables": {"a": {"default": "x", "enum": ["x", "y"]}, "b": {"default": 1}}}], ("/x/1", "/y/1")),
        ([{"url": "/{a}", "variables": {"a": 7}}], ("/{a}",)),
        ([{"url": "/{a}", "variables": ["a"]}], ("/{a}",)),
        ([{"url": "http://[/v1"}], ("",)),
        ([{}, "text", 7, {"url": 7}], ("", "7")),
        ("text", ()),
        ({"url": "/v1"}, ()),
    ],
)
def test_of_servers_only_the_paths_count(servers: JSON, bases: tuple[str, ...]) -> None:
    assert bases_of(servers) == bases


def test_a_server_with_endless_variables_has_so_many_paths_and_no_more() -> None:
    many = {"default": "0", "enum": [str(number) for number in range(100)]}
    servers = [{"url": "/{a}/{b}", "variables": {"a": many, "b": many}}]

    assert len(bases_of(servers)) == 50


@pytest.mark.parametrize(
    ("path", "own", "bases"),
    [
        ("", "", ("/document",)),
        ("servers: [{url: /path}], ", "", ("/path",)),
        ("servers: [{url: /path}], ", "servers: [{url: /own}], ", ("/own",)),
        ("", "servers: [{url: /own}], ", ("/own",)),
        ("servers: [], ", "servers: [], ", ("/document",)),
        ("servers: text, ", "servers: {}, ", ("/document",)),
    ],
)
def test_the_nearest_servers_are_those_of_an_operation(path: str, own: str, bases: tuple[str, ...]) -> None:
    assert only(contract(f"/t: {{{path}get: {{{own}{OK}}}}}", "servers: [{url: /document}]")).bases == bases


# --- the rest ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "deprecated"),
    [("", False), ("deprecated: true", True), ("deprecated: false", False), ("deprecated: 'true'", False)],
)
def test_an_operation_is_deprecated_where_it_says_true(written: str, deprecated: bool) -> None:
    assert only(operation(f"{OK}\n{written}")).deprecated is deprecated


def test_the_names_of_a_template_are_in_their_order() -> None:
    assert only(operation(OK, call="GET /a/{x}/b/{y-z}.{x}")).path_names == ("x", "y-z", "x")


def test_an_operation_is_called_by_its_method_and_path() -> None:
    found = read(contract(f"/a/{{x}}: {{Get: {{{OK}}}}}"))

    assert isinstance(found, Contract)
    assert [(str(each), each.method, each.path) for each in found.operations()] == [("GET /a/{x}", "GET", "/a/{x}")]
