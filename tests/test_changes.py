"""The list of what differs between two versions: one entry for each edit, at its place, with who feels it; none for a layout."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from random import Random

import pytest

from cxcontracts import changes
from cxcontracts.changes import Keys, differences
from cxcontracts.containment.nodes import MOST_SHAPES
from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder
from cxcontracts.documents import parse
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Change
from cxcontracts.scenes import Side
from cxcontracts.wording import described
from tests.estates_made import answers, change, contract, impact, operation, read, saying, taking, with_parameter, write

OK = "responses: {'200': {description: ok}}"
THING = "GET /thing 200 application/json"
TODAY = datetime.date(2026, 1, 1)
SENT = "POST /thing body application/json"


def nobody(keys: Keys) -> tuple[str, ...]:
    return ()


def listed(before: str, after: str, *called: str) -> list[str]:
    """Return what differs between two documents, each as ``element: change``; *called* are paths that a journey gets."""
    return told(changed(read(before), read(after), *called))


def changed(before: Contract, after: Contract, *called: str) -> tuple[Change, ...]:
    operations = [found for path in called if (found := before.at("GET", path)) is not None]
    assert len(operations) == len(called)
    return differences(Side(before), Side(after), operations, nobody, TODAY)


def told(found: tuple[Change, ...]) -> list[str]:
    return [f"{each.element}: {each.change}" for each in found]


def now(after: dict[str, JSON], before: dict[str, JSON]) -> str:
    """Return the words for a schema that took another's place."""
    return f"{described(after)}; it was {described(before)}"


# --- one edit, one entry -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("a: {}, b: {}", "a: {}", ["b: property removed"]),
        ("a: {}", "a: {}, b: {}", ["b: optional property added"]),
        ("a: {}", "c: {}", ["a: property removed", "c: optional property added"]),
        ("a: {type: string}", "a: {type: integer}", ["a: " + now({"type": "integer"}, {"type": "string"})]),
        ("a: {enum: [x]}", "a: {enum: [x, y]}", ['a: values added: "y"']),
        ("a: {enum: [x, y]}", "a: {enum: [x]}", ['a: values removed: "y"']),
        ("a: {enum: [x, y]}", "a: {enum: [z, y, 7]}", ['a: values added: "z" and 7; values removed: "x"']),
        ("a: {properties: {b: {}, c: {}}}", "a: {properties: {c: {}}}", ["a.b: property removed"]),
        ("a: {items: {type: string}}", "a: {items: {type: integer}}", ["a.*: " + now({"type": "integer"}, {"type": "string"})]),
        ("a: {items: {items: {enum: [x]}}}", "a: {items: {items: {enum: [x, y]}}}", ['a.*.*: values added: "y"']),
        ("a: {prefixItems: [{enum: [x]}]}", "a: {prefixItems: [{enum: [x, y]}]}", ['a.0: values added: "y"']),
        ("a: {additionalProperties: {enum: [x]}}", "a: {additionalProperties: {enum: [x, y]}}", ['a.*: values added: "y"']),
        ("a: {patternProperties: {^x: {enum: [x]}}}", "a: {patternProperties: {^x: {enum: [x, y]}}}", ['a.*: values added: "y"']),
        ("a: {patternProperties: {^x: {}}}", "a: {patternProperties: {^y: {}}}", ["a: members by pattern changed"]),
        ("a: {uniqueItems: true}", "a: {items: {}}", ["a: uniqueItems changed"]),
        ("a: {oneOf: [{const: x}, {const: 1}]}", "a: {oneOf: [{const: x}]}", ["a: values removed: 1"]),
        (
            "a: {oneOf: [{const: x}, {const: 1}]}",
            "a: {oneOf: [{const: x}, {const: 2}]}",
            ["a: values added: 2; values removed: 1"],
        ),
        ("a: {enum: [x, y]}", "a: {anyOf: [{const: y}, {const: x}]}", []),
        ("a: {type: [string, 'null']}", "a: {oneOf: [{type: string}, {type: 'null'}, {type: 'null'}]}", []),
        ("a: {}", "a: {writeOnly: true}", ["a: property removed"]),
        ("a: {writeOnly: true, enum: [x]}, b: {}", "a: {writeOnly: true, enum: [y]}, b: {}", []),
        ("a: {readOnly: true, enum: [x]}", "a: {enum: [x]}", []),
        ("a: {writeOnly: true}", "a: {}", ["a: optional property added"]),
    ],
)
def test_an_edit_of_an_answer_is_one_entry_at_its_member(before: str, after: str, found: list[str]) -> None:
    kind = "type: array, " if "Items" in before or "items" in before else "type: object, " if "roperties" in before else ""
    old, new = (answers(f"{{{text.replace('a: {', f'a: {{{kind}', 1) if kind else text}}}") for text in (before, after))

    assert listed(old, new) == [f"{THING} {each}" for each in found]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [("[]", "[a]", "required"), ("[a]", "[]", "optional"), ("[b]", "[b, a]", "required"), ("[b, a]", "[b]", "optional")],
)
def test_a_member_that_becomes_required_or_optional_is_one_entry(before: str, after: str, found: str) -> None:
    properties = "{a: {type: string}, b: {type: string}}"

    assert listed(answers(properties, before), answers(properties, after)) == [f"{THING} a: property is now {found}"]


def test_two_edits_of_one_member_are_two_entries() -> None:
    assert listed(answers("{a: {enum: [x]}}", "[a]"), answers("{a: {enum: [y, x]}}")) == [
        f"{THING} a: property is now optional",
        f'{THING} a: values added: "y"',
    ]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("{type: array, items: {enum: [x]}}", "{type: array, items: {enum: [x, y]}}", ' *: values added: "y"'),
        ("{enum: [x]}", "{enum: [x, y]}", ': values added: "y"'),
        ("{type: object}", "{type: object, additionalProperties: {}, properties: {}}", None),
        ("{type: object, properties: {a: {}}}", "{}", None),
    ],
)
def test_a_whole_answer_has_the_element_of_its_media_type(before: str, after: str, found: str | None) -> None:
    entries = listed(saying(before), saying(after))

    assert all(entry.startswith(THING) for entry in entries)
    assert found is None or entries == [f"{THING}{found}"]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("", "name: q, in: query", ["query q: optional parameter added"]),
        ("", "name: q, in: query, required: true", ["query q: required parameter added"]),
        ("name: q, in: query", "", ["query q: parameter removed"]),
        ("name: q, in: query", "name: r, in: query", ["query q: parameter removed", "query r: optional parameter added"]),
        ("name: q, in: query", "name: q, in: cookie", ["query q: parameter removed", "cookie q: optional parameter added"]),
        ("name: q, in: query", "name: q, in: query, required: true", ["query q: parameter is now required"]),
        ("name: q, in: query, required: true", "name: q, in: query", ["query q: parameter is now optional"]),
        ("name: q, in: query", "name: q, in: query, explode: false", ["query q: parameter is written differently"]),
        ("name: q, in: query", "name: q, in: query, style: pipeDelimited", ["query q: parameter is written differently"]),
        (
            "name: q, in: query, style: pipeDelimited, explode: true",
            "name: q, in: query, style: spaceDelimited, explode: true",
            ["query q: parameter is written differently"],
        ),
        (
            "name: q, in: query, schema: {enum: [x]}",
            "name: q, in: query, content: {application/json: {schema: {enum: [x]}}}",
            ["query q: parameter is written differently"],
        ),
        (
            "name: q, in: header, schema: {enum: [x]}",
            "name: q, in: header, schema: {enum: [x, y]}",
            ['header q: values added: "y"'],
        ),
        (
            "name: q, in: query, schema: {enum: [x]}",
            "name: q, in: query, required: true, schema: {enum: [x, y]}",
            ["query q: parameter is now required", 'query q: values added: "y"'],
        ),
    ],
)
def test_an_edit_of_a_parameter_is_one_entry(before: str, after: str, found: list[str]) -> None:
    old, new = (with_parameter(f"{{{text}}}" if text else "") for text in (before, after))

    assert listed(old, new) == [f"GET /thing {each}" for each in found]


A = "content: {application/json: {schema: {type: object, properties: {a: {enum: [x]}}}}}"


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (f"{{{A}}}", f"{{required: true, {A}}}", ["POST /thing body: body is now required"]),
        (f"{{required: true, {A}}}", f"{{{A}}}", ["POST /thing body: body is now optional"]),
        (f"{{{A}}}", f"{{{A.replace('[x]', '[x, y]')}}}", [f'{SENT} a: values added: "y"']),
        (f"{{{A}}}", f"{{{A.replace('{a:', '{b: {}, a:')}}}", [f"{SENT} b: optional property added"]),
        (f"{{{A}}}", f"{{{A.replace('object,', 'object, required: [a],')}}}", [f"{SENT} a: property is now required"]),
        (f"{{{A}}}", f"{{{A.replace('{enum', '{readOnly: true, enum')}}}", [f"{SENT} a: property removed"]),
        (f"{{{A}}}", f"{{{A.replace('{enum', '{writeOnly: true, enum')}}}", []),
        (
            f"{{{A}}}",
            f"{{{A.replace('application/json', 'text/csv')}}}",
            [f"{SENT}: media type removed", "POST /thing body text/csv: media type added"],
        ),
    ],
)
def test_an_edit_of_a_body_is_one_entry(before: str, after: str, found: list[str]) -> None:
    old, new = (operation(f"requestBody: {body}\n{OK}", call="POST /thing") for body in (before, after))

    assert listed(old, new) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("'200': {}", "'200': {}, '404': {}", ["404: status added"]),
        ("'200': {}, 4XX: {}", "'200': {}", ["4XX: status removed"]),
        ("'200': {}", "default: {}", ["200: status removed", "default: status added"]),
        ("'200': {}", "'200': {headers: {X-A: {}}}", ["200 header.X-A: header added"]),
        ("'200': {headers: {X-A: {}}}", "'200': {}", ["200 header.X-A: header removed"]),
        ("'200': {headers: {X-A: {}}}", "'200': {headers: {x-a: {required: true}}}", ["200 header.X-A: header is now required"]),
        ("'200': {headers: {A: {required: true}}}", "'200': {headers: {A: {}}}", ["200 header.A: header is now optional"]),
        (
            "'200': {headers: {A: {schema: {enum: [x]}}}}",
            "'200': {headers: {A: {schema: {enum: [x, y]}}}}",
            ['200 header.A: values added: "y"'],
        ),
        ("'200': {}", "'200': {content: {a/b: {}}}", ["200 a/b: media type added"]),
        (
            "'200': {content: {a/b: {}}}",
            "'200': {content: {a/c: {}}}",
            ["200 a/b: media type removed", "200 a/c: media type added"],
        ),
        (
            "default: {content: {a/b: {schema: {enum: [x]}}}}",
            "default: {content: {a/b: {schema: {enum: [x, y]}}}}",
            ['default a/b: values added: "y"'],
        ),
    ],
)
def test_an_edit_of_what_is_answered_is_one_entry(before: str, after: str, found: list[str]) -> None:
    old, new = (operation(f"responses: {{{text}}}") for text in (before, after))

    assert listed(old, new) == [f"GET /thing {each}" for each in found]


SCHEMES = (
    "components: {securitySchemes: {k: {type: apiKey, in: header, name: K}, b: {type: http, scheme: bearer}, o: {type: oauth2}}}"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[]", "[{k: []}]"),
        ("[{k: []}]", "[]"),
        ("[{k: []}]", "[{k: [], b: []}]"),
        ("[{k: []}]", "[{k: []}, {b: []}]"),
        ("[{k: []}]", "[{k: []}, {}]"),
        ("[{o: [read]}]", "[{o: [read, write]}]"),
    ],
)
def test_another_login_is_one_entry(before: str, after: str) -> None:
    old, new = (operation(f"security: {text}\n{OK}", SCHEMES) for text in (before, after))

    assert listed(old, new) == ["GET /thing security: login changed"]


def test_what_a_login_means_is_compared_and_the_login_of_the_document_too() -> None:
    before = operation(f"security: [{{k: []}}]\n{OK}", SCHEMES)

    assert listed(before, before.replace("name: K", "name: L")) == ["GET /thing security: login changed"]
    assert listed(operation(OK, SCHEMES), operation(OK, f"{SCHEMES}\nsecurity: [{{b: []}}]")) == [
        "GET /thing security: login changed"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SCHEMES, f"{SCHEMES}\nsecurity: [{{b: []}}]"),
        (f"{SCHEMES}\nsecurity: [{{b: []}}]", SCHEMES),
        (f"{SCHEMES}\nsecurity: [{{k: []}}]", f"{SCHEMES}\nsecurity: [{{b: []}}]"),
        (f"{SCHEMES}\nsecurity: [{{k: []}}]", f"{SCHEMES.replace('name: K', 'name: L')}\nsecurity: [{{k: []}}]"),
    ],
)
def test_a_login_that_the_document_asks_for_is_one_change_with_all_its_places(before: str, after: str) -> None:
    more = f"\n  /other: {{get: {{{OK}}}, post: {{security: [{{o: []}}], {OK}}}, put: {{{OK}}}}}"
    old, new = (read(f"{operation(OK).rstrip()}{more}\n{rest}") for rest in (before, after))

    (one,) = changed(old, new)

    assert (told((one,)), one.places) == (["GET /thing security: login changed"], 3)


def test_operations_that_are_gone_new_moved_or_deprecated_are_one_entry_each() -> None:
    servers = "servers: [{url: /v1}]"
    other = f"servers: [{{url: /v2}}], {OK}"
    before = contract(f"/a: {{get: {{{OK}}}, put: {{{OK}}}}}\n/b: {{get: {{{OK}}}}}\n/c/{{x}}: {{get: {{{OK}}}}}", servers)
    after = contract(
        f"/a: {{get: {{{OK}}}, post: {{{OK}}}}}\n/b: {{get: {{{other}}}}}\n/c/{{y}}: {{get: {{deprecated: true, {OK}}}}}", servers
    )

    assert listed(before, after) == [
        "PUT /a: operation removed",
        "GET /b: moved to another server path",
        "GET /c/{y}: operation deprecated",
        "POST /a: operation added",
    ]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (2**64, 2**65, True),
        (2**64 - 1, 2**64, True),
        (2**63, 2**63 + 1, True),
        (2**64, 2**64, False),
        (10**30, 10**30, False),
        (-(2**63) - 1, -(2**63), False),
    ],
)
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_bounds_beyond_64_bits_are_compared_as_far_as_floats_tell(before: int, after: int, found: bool, form: str) -> None:
    def bounded(bound: int) -> Contract:
        text = answers(f"{{a: {{type: integer, maximum: {bound}}}}}")
        data = json.dumps(parse(text.encode(), "openapi.yaml").value).encode() if form == "json" else text.encode()
        return Contract(Folder(Path(), ""), parse(data, f"openapi.{form}"))

    assert bool(changed(bounded(before), bounded(after))) is found


def test_an_object_that_names_its_members_for_the_first_time_says_so() -> None:
    assert listed(answers("{a: {type: object}}"), answers("{a: {type: object, properties: {b: {}}}}")) == [
        f"{THING} a.b: optional property added",
        f"{THING} a: its members are named now",
    ]
    assert listed(answers("{a: {type: object, properties: {b: {}}}}"), answers("{a: {type: object}}")) == [
        f"{THING} a.b: property removed",
        f"{THING} a: any member may be there",
    ]


# --- a shared schema ------------------------------------------------------------------------------------------------------------


def shared(status: str, thing: str = "", names: str = "ab") -> str:
    """Return a document whose operations all answer with one schema, which refers twice to another."""
    reference = "{$ref: '#/components/schemas/%s'}"
    answer = f"responses: {{'200': {{content: {{application/json: {{schema: {reference % 'Thing'}}}}}}}}}"
    members = f"now: {reference % 'Status'}, next: {reference % 'Status'}{thing}"
    paths = "\n".join(f"/{name}: {{get: {{{answer}}}}}" for name in names)
    return contract(paths, f"components: {{schemas: {{Status: {status}, Thing: {{type: object, properties: {{{members}}}}}}}}}")


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (shared("{enum: [x, y]}"), ['now: values added: "y"']),
        (shared("{enum: [x]}", ", more: {}"), ["more: optional property added"]),
        (shared("{enum: [y]}", ", more: {}"), ["more: optional property added", 'now: values added: "y"; values removed: "x"']),
    ],
)
def test_a_shared_schema_that_changed_is_one_entry_at_the_first_place_where_it_shows(after: str, found: list[str]) -> None:
    assert listed(shared("{enum: [x]}"), after) == [f"GET /a 200 application/json {each}" for each in found]


def test_an_entry_says_in_how_many_places_a_shared_schema_shows() -> None:
    (one,) = changed(read(shared("{enum: [x]}", names="a")), read(shared("{enum: [y]}", names="a")))
    (other,) = changed(read(shared("{enum: [x]}", names="abc")), read(shared("{enum: [x]}", ", more: {}", names="abc")))

    assert (one.places, other.places) == (2, 3)


# --- one contract in two layouts ---------------------------------------------------------------------------------------------

ONE = "{type: object, required: [a, b], properties: {a: {type: string}, b: {enum: [x, y]}}}"
A_TEXT = "{type: object, required: [a], properties: {a: {type: string}}}"
SHARED = "components: {schemas: {One: {type: object, required: [a, b], properties: {a: {type: string}, b: {enum: [x, y]}}}}}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (saying(ONE), saying("{$ref: '#/components/schemas/One'}", SHARED)),
        (saying(ONE), saying("{$ref: '#/x~1y'}", f"x/y: {ONE}")),
        (saying(ONE), saying(f"{{allOf: [{ONE}]}}")),
        (saying(ONE), saying("{required: [b, a], properties: {b: {enum: [y, x]}, a: {type: string}}, type: object}")),
        (
            saying(ONE),
            saying("{allOf: [{$ref: '#/x'}, {required: [b], properties: {b: {enum: [x, y]}}}]}", f"x: {A_TEXT}"),
        ),
        (
            saying(ONE),
            saying(ONE.replace("{type: string}", "{type: string, description: new, title: A, example: z, x-note: {a: 1}}")),
        ),
        (saying("{type: [string, 'null']}"), saying("{oneOf: [{type: 'null'}, {type: string}]}")),
        (saying("{type: [string, 'null']}"), saying("{type: string, nullable: true}", version="3.0.3")),
        (
            saying("{type: number, exclusiveMinimum: 1}"),
            saying("{type: number, minimum: 1, exclusiveMinimum: true}", version="3.0.3"),
        ),
        (saying("{oneOf: [{type: string}, {type: integer}]}"), saying("{anyOf: [{type: integer}, {type: string}]}")),
        (
            saying("{oneOf: [{properties: {a: {items: {const: 1}}}}, {properties: {a: {items: {const: 2}}}}]}"),
            saying("{oneOf: [{properties: {a: {items: {const: 2}}}}, {properties: {a: {items: {const: 1}}}}]}"),
        ),
        (saying("{type: string, format: uri}"), saying("{type: string, format: url}")),
        (saying(ONE, media="application/json"), saying(ONE, media="'Application/JSON; charset=utf-8'")),
        (
            with_parameter("{name: q, in: query}"),
            with_parameter("{name: q, in: query, style: form, explode: true, required: false}"),
        ),
        (with_parameter("{name: X-A, in: header}"), with_parameter("{name: x-a, in: header, description: new}")),
        (with_parameter("{name: q, in: query}"), with_parameter("{$ref: '#/q'}", "q: {name: q, in: query}")),
        (
            with_parameter("{name: a, in: query}, {name: b, in: query}"),
            with_parameter("{name: b, in: query}, {name: a, in: query}"),
        ),
        (
            with_parameter("{name: x, in: path, required: true}", path="/t/{x}"),
            with_parameter("{name: y, in: path, required: true}", path="/t/{y}"),
        ),
        (
            with_parameter("{name: q, in: query}"),
            contract(f"/thing: {{parameters: [{{name: q, in: query}}], get: {{{OK}}}}}"),
        ),
        (operation(OK), contract("/thing: {$ref: '#/item'}", f"item: {{get: {{{OK}}}}}")),
        (operation(f"deprecated: true\n{OK}"), operation(f"{OK}\ndeprecated: true\ndescription: new")),
        (operation(OK), operation(f"{OK}\noperationId: one\ntags: [a]\nsummary: new\nx-note: 1")),
        (operation(OK), operation(OK, "servers: [{url: 'https://a.example'}]")),
        (operation(OK, "servers: [{url: /v1}]"), operation(OK, "servers: [{url: /}]", call="GET /v1/thing")),
        (
            operation(f"security: [{{k: []}}]\n{OK}", SCHEMES),
            operation(f"security: [{{z: []}}]\n{OK}", SCHEMES.replace("k:", "z:")),
        ),
        (operation(OK, f"{SCHEMES}\nsecurity: [{{k: []}}]"), operation(f"security: [{{k: []}}]\n{OK}", SCHEMES)),
        (taking(ONE), taking("{$ref: '#/components/schemas/One'}", SHARED)),
        (
            operation("responses: {'200': {headers: {X-A: {schema: {type: string}}}}}"),
            operation("responses: {'200': {$ref: '#/r'}}", "r: {headers: {x-a: {$ref: '#/h'}}}\nh: {schema: {type: string}}"),
        ),
    ],
)
def test_the_same_contract_in_another_layout_has_no_changes(one: str, other: str) -> None:
    assert listed(one, other) == []
    assert listed(other, one) == []


def test_a_shared_schema_that_leads_back_to_itself_is_the_same_under_another_name() -> None:
    def tree(name: str) -> str:
        node = f"{{type: object, properties: {{of: {{$ref: '#/{name}'}}, all: {{type: array, items: {{$ref: '#/{name}'}}}}}}}}"
        return saying(f"{{$ref: '#/{name}'}}", f"{name}: {node}")

    assert listed(tree("x"), tree("y")) == []


def test_a_reference_in_another_file_is_what_it_points_to(tmp_path: Path) -> None:
    def split(value: str) -> Contract:
        folder = tmp_path / value
        folder.mkdir()
        (folder / "openapi.yaml").write_text(saying("{$ref: 'more.yaml#/One'}"))
        (folder / "more.yaml").write_text(f"One: {{properties: {{a: {{enum: [{value}]}}}}}}")
        files = Folder(folder, "")
        return Contract(files, files.read("openapi.yaml"))

    assert changed(read(saying("{properties: {a: {enum: [x]}}}")), split("x")) == ()
    assert told(changed(split("x2"), split("y"))) == [f'{THING} a: values added: "y"; values removed: "x2"']


# --- order -------------------------------------------------------------------------------------------------------------------


def page(name: str, *fields: tuple[str, str]) -> str:
    """Return a path whose answer has these members."""
    members = ", ".join(f"{member}: {schema}" for member, schema in fields)
    return (
        f"{name}: {{get: {{responses: {{'200': {{content: {{application/json: {{schema: {{properties: {{{members}}}}}}}}}}}}}}}}}"
    )


BEFORE = [
    page("/a", ("x", "{enum: [1]}"), ("y", "{type: string}")),
    page("/b", ("x", "{$ref: '#/S'}"), ("z", "{}")),
    page("/c", ("x", "{oneOf: [{const: 1}, {const: a}]}")),
    page("/d", ("gone", "{}")),
]
AFTER = [
    page("/a", ("x", "{enum: [1, 2]}"), ("y", "{type: string, maxLength: 5}"), ("w", "{}")),
    page("/b", ("x", "{$ref: '#/S'}"), ("z", "{writeOnly: true}")),
    page("/c", ("x", "{oneOf: [{const: b}, {const: 1}]}")),
    page("/e", ("new", "{}")),
]
S = "S: {type: object, properties: {%s: {}}}"


def test_a_list_of_changes_is_the_same_at_every_look() -> None:
    before, after = (contract("\n".join(paths), S % name) for paths, name in ((BEFORE, "p"), (AFTER, "q")))

    assert listed(before, after) == listed(before, after)
    assert len(listed(before, after)) == 9


def test_what_changed_does_not_hang_on_the_order_in_which_contracts_are_written() -> None:
    def shuffled(value: JSON, random: Random) -> JSON:
        if isinstance(value, dict):
            keys = sorted(value)
            random.shuffle(keys)
            return {key: shuffled(value[key], random) for key in keys}
        if isinstance(value, list):
            return [shuffled(each, random) for each in random.sample(value, len(value))]
        return value

    def written(document: str, seed: int) -> Contract:
        value = shuffled(parse(document.encode(), "openapi.yaml").value, Random(seed))
        return Contract(Folder(Path(), ""), parse(json.dumps(value).encode(), "openapi.json"))

    before, after = (contract("\n".join(paths), S % name) for paths, name in ((BEFORE, "p"), (AFTER, "q")))

    for seed in range(10):
        assert sorted(told(changed(written(before, seed), written(after, seed + 50)))) == sorted(listed(before, after))


def test_changes_of_called_operations_come_first_then_the_others_as_written() -> None:
    before, after = (contract("\n".join(page(f"/{name}", ("x", f"{{const: {value}}}")) for name in "abc")) for value in (1, 2))

    def order(*called: str) -> list[str]:
        return [each.partition(" 200")[0] for each in listed(before, after, *called)]

    assert order() == ["GET /a", "GET /b", "GET /c"]
    assert order("/c") == ["GET /c", "GET /a", "GET /b"]
    assert order("/c", "/b") == ["GET /c", "GET /b", "GET /a"]


def test_an_operation_that_is_called_is_listed_once() -> None:
    before, after = (
        operation(f"deprecated: true\n{OK}"),
        operation(f"deprecated: true\nparameters: [{{name: q, in: query}}]\n{OK}"),
    )

    assert listed(before, after, "/thing") == ["GET /thing query q: optional parameter added"]


def test_an_alternative_is_compared_with_the_one_that_says_most_of_the_same() -> None:
    cat, dog = (
        f"{{type: object, required: [{says}], properties: {{{says}: {{type: string}}, at: {{enum: [x]}}}}}}"
        for says in ("meows", "barks")
    )
    before = saying(f"{{oneOf: [{cat}, {dog}]}}")
    after = saying(f"{{oneOf: [{dog.replace('[x]', '[x, y]')}, {cat}]}}")

    assert listed(before, after) == [f'{THING} at: values added: "y"']


# --- the budget --------------------------------------------------------------------------------------------------------------


def wide(value: int, names: str = "abcd") -> str:
    """Return a document with an operation a name, each with a member two levels down."""
    deep = f"{{type: object, properties: {{y: {{const: {value}}}}}}}"
    return contract("\n".join(page(f"/{name}", ("x", deep)) for name in names))


def test_every_pair_of_schemas_is_looked_into_within_the_budget() -> None:
    assert [each.rpartition(": ")[0].split()[1] for each in listed(wide(1), wide(2))] == ["/a", "/b", "/c", "/d"]
    assert all(" x.y: " in each for each in listed(wide(1), wide(2)))


def test_where_the_budget_ends_each_operation_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_DETAILS", 2)

    assert listed(wide(1), wide(2)) == [
        f"GET /{name} 200 application/json{deeper}: changed further inside, which is not looked into"
        for name, deeper in (("a", " x"), ("b", " x"), ("c", ""), ("d", ""))
    ]


def test_called_operations_are_looked_into_to_the_end_before_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_DETAILS", 3)

    assert listed(wide(1), wide(2), "/d") == [
        "GET /d 200 application/json x.y: 2; it was 1",
        *(f"GET /{name} 200 application/json: changed further inside, which is not looked into" for name in "abc"),
    ]


def test_an_operation_whose_budget_ends_says_so_once_for_all_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_DETAILS", 1)
    before, after = (contract(page("/a", *((name, f"{{const: {value}}}") for name in "xyz"))) for value in (1, 2))

    assert listed(before, after) == ["GET /a 200 application/json x: changed further inside, which is not looked into"]


def test_what_is_the_same_costs_nothing_of_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_DETAILS", 3)
    before = wide(1)

    assert listed(before, wide(1, "abc") + "  " + page("/d", ("x", "{type: object, properties: {y: {const: 2}}}")) + "\n") == [
        "GET /d 200 application/json x.y: 2; it was 1"
    ]


@pytest.mark.parametrize(
    ("unsound", "why"),
    [
        ("{oneOf: [{$ref: '#/nowhere'}]}", "$ref '#/nowhere' points to nothing: there is no 'nowhere'"),
        ("{type: txt}", "'txt' is no type"),
        ("7", "a schema must be a mapping, not int"),
        ("{properties: []}", "properties must be a mapping, not list"),
        ("{$ref: '#/components/schemas/Loop'}", "this $ref leads back to itself"),
    ],
)
def test_an_unsound_place_is_told_as_such_and_hides_no_other(unsound: str, why: str) -> None:
    rest = "components: {schemas: {Loop: {$ref: '#/components/schemas/Loop'}}}"
    before = contract(f"{page('/a', ('x', '{const: 1}'), ('y', '{const: 1}'))}\n{page('/b', ('x', '{const: 1}'))}", rest)
    after = contract(f"{page('/a', ('x', unsound), ('y', '{const: 2}'))}\n{page('/b', ('x', '{const: 2}'))}", rest)

    assert sorted(listed(before, after)) == [
        f"GET /a 200 application/json x: cannot be compared: {why}",
        "GET /a 200 application/json y: 2; it was 1",
        "GET /b 200 application/json x: 2; it was 1",
    ]


def test_more_alternatives_than_can_be_told_apart_are_told_as_such() -> None:
    def many(value: int) -> str:
        branches = ", ".join(
            f"{{type: object, properties: {{n{index}: {{const: {value}}}}}}}" for index in range(MOST_SHAPES + 1)
        )
        return saying(f"{{oneOf: [{branches}]}}")

    assert listed(many(1), many(2)) == [f"{THING}: cannot be compared: a schema allows more alternatives than can be told apart"]


# --- what many share ---------------------------------------------------------------------------------------------------------

REFUSALS = "\n".join(f"/{name}:\n  get: {{responses: {{'404': {{$ref: '#/components/responses/None'}}}}}}" for name in "abc")


def refusing(media: str, headers: str = "") -> str:
    response = f"{{description: no, headers: {{{headers}}}, content: {{{media}: {{schema: {{type: object}}}}}}}}"
    return contract(REFUSALS, f"components: {{responses: {{None: {response}}}}}")


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (
            refusing("application/problem+json"),
            refusing("application/json"),
            "GET /a 404 application/json: media type is application/json, it was application/problem+json",
        ),
        (
            refusing("application/json", "Retry-After: {required: true}"),
            refusing("application/json", "Retry-After: {}"),
            "GET /a 404 header.Retry-After: header is now optional",
        ),
    ],
)
def test_a_response_that_many_refer_to_is_one_change_with_all_its_places(before: str, after: str, found: str) -> None:
    (one,) = changed(read(before), read(after))

    assert (told((one,)), one.places) == ([found], 3)


def test_a_change_of_what_many_refer_to_is_felt_by_all_of_them() -> None:
    def depend(keys: Keys) -> tuple[str, ...]:
        return tuple(sorted(key[1] for key in keys if isinstance(key, tuple) and key[1] == "404")) and (str(len(keys)),)

    before, after = read(refusing("application/problem+json")), read(refusing("application/json"))
    (one,) = differences(Side(before), Side(after), (), depend, TODAY)

    assert one.felt_by == ("6",)  # the status of three operations, in the record and in the candidate


def test_a_member_that_becomes_required_in_a_schema_that_others_extend_is_one_change() -> None:
    def base(required: str) -> str:
        more = "{allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [y], properties: {y: {}}}]}"
        ok = "{responses: {'200': {description: ok, content: {application/json: {schema: %s}}}}}"
        pages = [
            f"/{name}:\n  get: {ok % schema}" for name, schema in (("a", "{$ref: '#/components/schemas/Base'}"), ("b", more))
        ]
        rest = f"components: {{schemas: {{Base: {{type: object, required: [{required}], properties: {{x: {{}}, z: {{}}}}}}}}}}"
        return contract("\n".join(pages), rest)

    for before, after, word in (("z", "z, x", "required"), ("z, x", "z", "optional")):
        (one,) = changed(read(base(before)), read(base(after)))
        assert (told((one,)), one.places) == ([f"GET /a 200 application/json x: property is now {word}"], 2)


def test_the_same_edit_in_two_places_is_two_changes() -> None:
    before, after = (
        contract(f"{page('/a', ('x', f'{{items: {value}}}'))}\n{page('/b', ('x', f'{{items: {value}}}'))}")
        for value in ("true", "false")
    )

    assert len(listed(before, after)) == 2


# --- who feels it ------------------------------------------------------------------------------------------------------------


def felt(folder: Path, before: str, after: str, step: str, call: str = "") -> dict[str, list[str]]:
    """Return element to who feels a change there: ids without the journey and its only step."""
    partner = change(folder, before, after, step, call=call).run.partners[0]
    return {each.element: [name.split("/", 2)[2] for name in each.felt_by] for each in partner.changes}


ANSWER = answers("{a: {type: string}, b: {type: string}, o: {type: object, properties: {c: {type: string}}}}", "[a]")


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("{a: {type: string}", "{a: {type: integer}", {f"{THING} a": ["needs:a"]}),
        ("b: {type: string}", "b: {type: integer}", {f"{THING} b": []}),
        ("{c: {type: string}}", "{c: {type: integer}}", {f"{THING} o.c": ["may-have:o.c"]}),
        ("{c: {type: string}}", "{c: {type: string}, d: {}}", {f"{THING} o.d": []}),
        ("required: [a]", "required: []", {f"{THING} a": ["needs:a"]}),
        ("required: [a]", "required: [a, b]", {f"{THING} b": []}),
        ("required: [a]", "required: [a, o]", {f"{THING} o": ["may-have:o.c"]}),
        ("'200':", "'404': {}, '200':", {"GET /thing 404": []}),
        ("'200':", "'201': {}, '200':", {"GET /thing 201": ["answers", "may-have:o.c", "needs:a"]}),
        ("content: {application/json:", "content: {text/csv: {}, application/json:", {"GET /thing 200 text/csv": []}),
    ],
)
def test_a_change_of_an_answer_is_felt_by_whoever_asks_for_what_changed(
    old: str, new: str, found: dict[str, list[str]], tmp_path: Path
) -> None:
    assert ANSWER.count(old) == 1

    step = "needs: {a: text}\nmay-have: {o.c: text}"

    assert felt(tmp_path, ANSWER, ANSWER.replace(old, new), step) == found


REQUEST = operation(
    "parameters: [{name: q, in: query, schema: {type: string}}, {name: r, in: query, schema: {type: string}}]\n"
    "requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}}}\n"
    f"{OK}",
    call="POST /thing",
)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            "name: q, in: query, schema: {type: string}",
            "name: q, in: query, schema: {type: integer}",
            {"POST /thing query q": ["accepts:q"]},
        ),
        (
            "name: r, in: query, schema: {type: string}",
            "name: r, in: query, schema: {type: integer}",
            {"POST /thing query r": []},
        ),
        ("{name: r, in", "{required: true, name: r, in", {"POST /thing query r": ["answers"]}),
        ("{name: q, in", "{required: true, name: q, in", {"POST /thing query q": ["accepts:q", "answers"]}),
        ("parameters: [", "parameters: [{name: new, in: query, required: true}, ", {"POST /thing query new": ["answers"]}),
        ("parameters: [", "parameters: [{name: new, in: query}, ", {"POST /thing query new": []}),
        ("{a: {type: string}", "{a: {type: integer}", {f"{SENT} a": ["accepts:a"]}),
        ("b: {type: string}", "b: {type: integer}", {f"{SENT} b": []}),
        ("{type: object, ", "{type: object, required: [b], ", {f"{SENT} b": ["answers"]}),
        ("requestBody: {", "requestBody: {required: true, ", {"POST /thing body": ["answers"]}),
        ("{name: q, in: query, schema: {type: string}}, ", "", {"POST /thing query q": ["accepts:q"]}),
        (
            "{application/json:",
            "{text/csv:",
            {f"{SENT}": ["accepts:a", "answers"], "POST /thing body text/csv": []},
        ),
    ],
)
def test_a_change_of_a_request_is_felt_by_whoever_sends_what_changed(
    old: str, new: str, found: dict[str, list[str]], tmp_path: Path
) -> None:
    assert REQUEST.count(old) == 1

    assert felt(tmp_path, REQUEST, REQUEST.replace(old, new), "with: {q: x, a: x}") == found


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("ETag: {required: true, ", "ETag: {", {"GET /thing 200 header.ETag": ["needs:header.etag"]}),
        ("X-B: {required: true}", "X-B: {}", {"GET /thing 200 header.X-B": []}),
        ("X-B: {required: true}", "X-C: {}", {"GET /thing 200 header.X-B": [], "GET /thing 200 header.X-C": []}),
    ],
)
def test_a_change_of_a_header_is_felt_by_whoever_reads_it(
    old: str, new: str, found: dict[str, list[str]], tmp_path: Path
) -> None:
    before = operation("responses: {'200': {headers: {ETag: {required: true, schema: {type: string}}, X-B: {required: true}}}}")

    assert felt(tmp_path, before, before.replace(old, new), "needs: {header.etag: text}") == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (operation(OK), operation(f"deprecated: true\n{OK}"), {"GET /thing": []}),
        (operation(OK), operation(OK, call="GET /other"), {"GET /thing": ["answers"], "GET /other": []}),
        (operation(OK, "servers: [{url: /v1}]"), operation(OK, "servers: [{url: /v2}]"), {"GET /thing": ["answers"]}),
        (operation(OK, SCHEMES), operation(f"security: [{{k: []}}]\n{OK}", SCHEMES), {"GET /thing security": ["answers"]}),
    ],
)
def test_a_change_of_an_operation_is_felt_by_the_call(
    before: str, after: str, found: dict[str, list[str]], tmp_path: Path
) -> None:
    assert felt(tmp_path, before, after, "") == found


def test_another_alternative_is_felt_by_whoever_asks_for_what_was_there(tmp_path: Path) -> None:
    cat = "{type: object, required: [a], properties: {a: {type: string}}}"

    before, after = saying(f"{{oneOf: [{cat}]}}"), saying(f"{{oneOf: [{cat}, {{type: object, properties: {{b: {{}}}}}}]}}")

    assert felt(tmp_path, before, after, "needs: {a: text}") == {THING: ["needs:a"]}


def test_what_is_needed_in_a_list_of_a_shared_schema_feels_a_change_there_and_nowhere_else(tmp_path: Path) -> None:
    def shelf(kind: str, other: str) -> str:
        item = f"{{type: object, properties: {{a: {{type: {kind}}}, b: {{type: {other}}}}}}}"
        return saying("{type: array, items: {$ref: '#/components/schemas/Item'}}", f"components: {{schemas: {{Item: {item}}}}}")

    before = shelf("string", "string")

    assert felt(tmp_path, before, shelf("integer", "string"), "needs: {.*.a: text}") == {f"{THING} *.a": ["needs:.*.a"]}
    assert felt(tmp_path, before, shelf("string", "integer"), "needs: {.*.a: text}") == {f"{THING} *.b": []}


def test_a_change_is_felt_by_every_journey_step_that_depends_on_it(tmp_path: Path) -> None:
    steps = "\n".join(
        f"  - {{step: {name}, call: p GET /thing, needs: {{{path}: text}}}}"
        for name, path in (("one", "a"), ("two", "b"), ("three", "a"))
    )
    root = write(tmp_path, f"steps:\n{steps}", {"p": answers("{a: {type: string}, b: {type: string}}")})

    (found,) = impact(root, p=answers("{a: {type: integer}, b: {type: string}}")).run.partners[0].changes

    assert found.felt_by == ("j/one/needs:a", "j/three/needs:a")


def test_an_operation_that_no_journey_calls_is_felt_by_nobody(tmp_path: Path) -> None:
    def two(kind: str) -> str:
        return contract(f"/thing: {{get: {{{OK}}}}}\n{page('/other', ('a', f'{{type: {kind}}}'))}")

    assert felt(tmp_path, two("string"), two("integer"), "", "GET /thing") == {"GET /other 200 application/json a": []}


def test_who_feels_a_change_is_asked_with_the_parts_that_changed_and_answered_in_words() -> None:
    asked: list[Keys] = []

    def record(keys: Keys) -> tuple[str, ...]:
        asked.append(keys)
        return ("somebody",)

    one, other = read(answers("{a: {enum: [x]}}")), read(answers("{a: {enum: [y]}}"))
    found = differences(Side(one), Side(other), (), record, TODAY)

    schema = next(one.operations()).answers["200"].media[0].nodes[0].child("properties", "a")
    assert [each.felt_by for each in found] == [("somebody",)]
    assert any((schema.identity, None) in keys for keys in asked)


# --- nothing hides behind anything else ---------------------------------------------------------------------------------------


def test_a_body_that_is_now_required_is_felt_by_the_call(tmp_path: Path) -> None:
    after = operation(
        f"requestBody: {{required: true, content: {{application/json: {{schema: {{type: object}}}}}}}}\n{OK}", call="POST /thing"
    )
    assert change(tmp_path, operation(OK, call="POST /thing"), after).broken == ["answers"]


def test_a_name_that_is_required_and_not_declared_is_listed(tmp_path: Path) -> None:
    before, after = taking("{type: object, properties: {a: {}}}"), taking("{type: object, required: [x], properties: {a: {}}}")
    assert change(tmp_path, before, after, "with: {a: 1}").broken == ["answers"]


def test_a_removed_path_whose_item_another_path_shares_is_listed() -> None:
    item = f"x: {{get: {{{OK}}}}}"
    assert listed(contract("/a: {$ref: '#/x'}\n/b: {$ref: '#/x'}", item), contract("/a: {$ref: '#/x'}", item)) == [
        "GET /b: operation removed"
    ]


def test_the_order_of_login_alternatives_is_layout() -> None:
    one, other = (operation(f"security: {text}\n{OK}", SCHEMES) for text in ("[{k: []}, {b: []}]", "[{b: []}, {k: []}]"))
    assert listed(one, other) == []


def test_a_header_that_changes_twice_is_two_entries() -> None:
    one = operation("responses: {'200': {headers: {A: {required: true, schema: {enum: [x]}}}}}")
    other = operation("responses: {'200': {headers: {A: {schema: {enum: [x, y]}}}}}")
    assert len(listed(one, other)) == 2


def test_two_members_that_nothing_satisfies_any_more_are_two_entries() -> None:
    assert len(listed(answers("{a: true, b: true}"), answers("{a: false, b: false}"))) == 2


def test_tagged_alternatives_are_paired_by_their_tag() -> None:
    def pets(*kinds: tuple[str, str]) -> str:
        branches = ", ".join(f"{{properties: {{kind: {{const: {kind}}}, at: {{enum: {at}}}}}}}" for kind, at in kinds)
        return saying(f"{{oneOf: [{branches}]}}")

    before, after = pets(("cat", "[x]"), ("dog", "[x]")), pets(("dog", "[x, y]"), ("cat", "[x, z]"))
    assert sorted(listed(before, after)) == [f'{THING} at: values added: "y"', f'{THING} at: values added: "z"']


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{type: object, properties: {b: {}, c: {}}, dependentRequired: {b: [c]}}", "{type: object, properties: {b: {}, c: {}}}"),
        ("{type: array, contains: {const: x}}", "{type: array, contains: {const: y}}"),
        ("{type: object, propertyNames: {pattern: ^a}}", "{type: object, propertyNames: {pattern: ^b}}"),
    ],
)
def test_whatever_narrows_a_value_is_listed(one: str, other: str) -> None:
    assert listed(saying(one), saying(other)) != []


def test_the_places_of_a_nested_shared_schema_are_all_counted() -> None:
    (found,) = changed(read(shared("{enum: [x]}")), read(shared("{enum: [x, y]}")))
    assert found.places == 4  # /a now, /a next, /b now, /b next


def test_a_dangling_member_hides_no_other_change() -> None:
    assert f"{THING} y: values added: 2; values removed: 1" in listed(
        answers("{x: {enum: [1]}, y: {enum: [1]}}"), answers("{x: {$ref: '#/no'}, y: {enum: [2]}}")
    )


def test_properties_that_are_null_are_none() -> None:
    found = listed(saying("{type: object, properties: null}"), saying("{type: object, properties: {x: {type: string}}}"))

    assert found == [f"{THING} x: optional property added", f"{THING}: its members are named now"]


def test_how_a_form_writes_its_members_is_listed_and_felt(tmp_path: Path) -> None:
    def form(encoding: str) -> str:
        schema = "{type: object, properties: {a: {type: array, items: {type: string}}}}"
        return operation(
            f"requestBody: {{content: {{application/x-www-form-urlencoded: {{schema: {schema}{encoding}}}}}}}\n{OK}",
            call="POST /thing",
        )

    pipes = form(", encoding: {a: {style: pipeDelimited, explode: false}}")
    assert change(tmp_path, form(""), pipes, "with: {a: [x, z]}").verdicts == {"accepts:a": "broken"}


def test_a_range_of_statuses_has_one_spelling() -> None:
    assert listed(operation("responses: {2xx: {description: a}}"), operation("responses: {2XX: {description: a}}")) == []


def test_what_several_alternatives_share_is_one_entry() -> None:
    def either(name: str) -> str:
        members = f"x: {{type: string}}, {name}: {{type: string}}"
        return saying(
            f"{{type: object, required: [x], properties: {{{members}}}, oneOf: [{{required: [x]}}, {{required: [{name}]}}]}}"
        )

    entries = listed(either("y"), either("z"))

    assert sorted(set(entries)) == sorted(entries)
    assert f"{THING} y: property removed" in entries


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("", ", additionalProperties: false", "other members are now refused"),
        (", additionalProperties: false", "", "other members are no longer refused"),
        (", additionalProperties: false", ", unevaluatedProperties: false", None),
    ],
)
def test_closing_an_object_that_is_sent_is_listed(before: str, after: str, found: str | None) -> None:
    one, other = (taking(f"{{type: object, properties: {{a: {{}}}}{more}}}") for more in (before, after))

    assert listed(one, other) == ([f"{SENT}: {found}"] if found else [])


def test_closing_an_answer_changes_nothing_as_answers_are_closed_anyway() -> None:
    assert listed(answers("{a: {}}"), answers("{a: {}}").replace("required: []", "additionalProperties: false")) == []


@pytest.mark.parametrize(
    ("member", "rest", "found"),
    [
        ("{type: string}", "", []),
        ("{type: string, nullable: true}", "", [f"{THING} a: text; it was text or null"]),
        (
            "{$ref: '#/components/schemas/A'}",
            "components: {schemas: {A: {type: string, nullable: true}}}",
            [f"{THING} a: text; it was text or null"],
        ),
        ("{type: integer, minimum: 1}", "", []),
    ],
)
def test_what_means_something_else_in_another_version_is_listed(member: str, rest: str, found: list[str]) -> None:
    one, other = (answers(f"{{a: {member}}}", rest=rest, version=version) for version in ("3.0.3", "3.1.0"))

    assert listed(one, other) == found
