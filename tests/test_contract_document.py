"""A partner's document: how an operation is found in it, what a reference leads to, and which mistakes are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.corpus import unpack
from cxcontracts.contracts.document import Contract, references_in, shape_of
from cxcontracts.contracts.folder import Folder
from cxcontracts.documents import parse
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Problem
from tests.estates_made import contract, operation, read, saying

OK = "responses: {'200': {description: ok}}"
GET = f"get: {{{OK}}}"


def written(folder: Path, **files: str) -> Contract:
    """Return the contract ``openapi.yaml`` of a folder with these files, their names without ``.yaml``."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    partner = Folder(folder, "partners/p")
    return Contract(partner, partner.read("openapi.yaml"))


def named(found: Contract) -> list[str]:
    """Return the operations of a contract, in words."""
    return [str(each) for each in found.operations()]


def refusal(document: str | bytes, name: str = "openapi.yaml") -> Problem:
    """Return why a document is no contract."""
    with pytest.raises(ContractError) as raised:
        Contract(Folder(Path(), ""), parse(document if isinstance(document, bytes) else document.encode(), name))
    (problem,) = raised.value.problems
    return problem


def told(found: Contract) -> list[str]:
    """Return the mistakes of a contract, as ``line: what is wrong``."""
    return [f"{problem.place.line}: {problem.what}" for problem in found.mistakes()]


# --- which documents are contracts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "legacy"), [("3.0.0", True), ("3.0.4", True), ("3.1.0", False), ("3.1.1", False), ("3.2.0", False)]
)
def test_schemas_are_those_of_3_0_or_json_schema(version: str, legacy: bool) -> None:
    found = read(operation(OK, version=version))

    assert (found.openapi, found.legacy, found.root.home.legacy) == (version, legacy, legacy)


@pytest.mark.parametrize(
    ("document", "code", "line"),
    [
        ("[]", "openapi-missing", 1),
        ("text", "openapi-missing", 1),
        ("info: {}\npaths: {}", "openapi-missing", 1),
        ("info: {}\nswagger: '1.2'", "openapi-version", 2),
        ("info: {}\nopenapi: 3.1", "openapi-version", 2),
        ("info: {}\nopenapi: 4.0.0", "openapi-version", 2),
        ("info: {}\nopenapi: 3.10.0", "openapi-version", 2),
        ("info: {}\nopenapi: [3.1.0]", "openapi-version", 2),
        ("openapi: 3.1.0\npaths: []", "paths-type", 2),
        ("openapi: 3.1.0\npaths: text", "paths-type", 2),
        ("openapi: 3.1.0\npaths:", "paths-type", 2),
    ],
)
def test_what_is_no_openapi_document_is_refused_with_its_line_and_a_remedy(document: str, code: str, line: int) -> None:
    problem = refusal(document)

    assert (problem.code, problem.place.line, bool(problem.remedy)) == (code, line, True)


def test_a_version_that_is_cut_short_is_told_as_it_is_written_in_full() -> None:
    assert refusal("openapi: 3.1\npaths: {}").remedy == "write 3.1.0"
    assert refusal("openapi: 4.0\npaths: {}").remedy == "it must be 3.0.x, 3.1.x or 3.2.x"


@pytest.mark.parametrize(
    "document", ["openapi: 3.1.0", "openapi: 3.1.0\npaths: {}", "openapi: 3.1.0\npaths: {x-note: {get: {}}}"]
)
def test_a_document_without_paths_has_no_operations(document: str) -> None:
    assert named(read(document)) == []


@pytest.mark.parametrize(
    ("info", "version"),
    [
        ("info: {version: 2.3.0}", "2.3.0"),
        ("info: {version: 2.30}", "2.3"),
        ("info: {version: '2031-05-17'}", "2031-05-17"),
        ("info: {}", ""),
        ("info: text", ""),
        ("x: 1", ""),
    ],
)
def test_the_version_is_that_of_info_as_text(info: str, version: str) -> None:
    assert read(f"openapi: 3.1.0\n{info}").version == version


# --- operations --------------------------------------------------------------------------------------------------------------


def test_operations_come_in_the_order_written_and_what_is_no_method_is_none() -> None:
    found = read(
        contract(
            f"/b: {{summary: x, parameters: [], servers: [], x-get: {{}}, post: {{{OK}}}, get: {{{OK}}}}}\n"
            f"/a: {{QUERY: {{{OK}}}, connect: {{{OK}}}, head: text}}\n"
            f"x-c: {{{GET}}}\nc: {{{GET}}}\n/d: 7\n/e:"
        )
    )

    assert named(found) == ["POST /b", "GET /b", "QUERY /a"]


@pytest.mark.parametrize(
    ("method", "path", "operation_found"),
    [
        ("GET", "/t/{id}", "GET /t/{id}"),
        ("GET", "/t/{anything}", "GET /t/{id}"),
        ("GET", "/t/{}", "GET /t/{id}"),
        ("PUT", "/t/{id}", "PUT /t/{tid}"),
        ("POST", "/t/{id}", "None"),
        ("get", "/t/{id}", "None"),
        ("GET", "/t/id", "None"),
        ("GET", "/t/{id}/", "None"),
        ("GET", "/t/me", "GET /t/me"),
        ("GET", "/t/{a}.{b}", "GET /t/{id}.{form}"),
    ],
)
def test_an_operation_is_found_by_its_method_and_the_shape_of_its_path(method: str, path: str, operation_found: str) -> None:
    found = read(
        contract(f"/t/me: {{{GET}}}\n/t/{{id}}: {{{GET}}}\n/t/{{tid}}: {{put: {{{OK}}}}}\n'/t/{{id}}.{{form}}': {{{GET}}}")
    )

    assert str(found.at(method, path)) == operation_found


def test_an_operation_is_found_by_its_operation_id() -> None:
    one, seven, two = (f"{{operationId: {name}, {OK}}}" for name in ("one", "7", "two"))
    found = read(contract(f"/a: {{get: {one}, put: {seven}}}\n/b: {{get: {two}}}"))

    assert [str(found.named(name)) for name in ("one", "two", "One", "7")] == ["GET /a", "GET /b", "None", "None"]
    assert found.operation_ids == ("one", "two")


def test_of_two_operations_with_one_operation_id_the_first_counts() -> None:
    found = read(contract(f"/b: {{get: {{operationId: one, {OK}}}}}\n/a: {{get: {{operationId: one, {OK}}}}}"))

    assert str(found.named("one")) == "GET /b"


def test_an_operation_is_the_same_object_however_it_is_found() -> None:
    found = read(operation(f"operationId: one\n{OK}", call="GET /t/{id}"))

    assert found.at("GET", "/t/{x}") is found.named("one") is next(found.operations())


def test_what_other_methods_a_path_has_is_told() -> None:
    found = read(contract(f"/t/{{a}}: {{get: {{{OK}}}, put: {{{OK}}}}}\n/t/{{b}}: {{post: {{{OK}}}}}\n/u: {{{GET}}}"))

    assert found.at_any_method("/t/{x}") == ["GET /t/{a}", "PUT /t/{a}", "POST /t/{b}"]
    assert found.at_any_method("/v") == []


@pytest.mark.parametrize(
    ("path", "shape"),
    [("/", "/"), ("/a/{b}", "/a/{}"), ("/a/{b}.{c}/d:act", "/a/{}.{}/d:act"), ("/a/{", "/a/{"), ("/{a}{b}", "/{}{}")],
)
def test_a_template_is_compared_without_the_names_of_its_parameters(path: str, shape: str) -> None:
    assert shape_of(path) == shape


# --- operations that stand elsewhere -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "paths",
    [
        "/t: {$ref: '#/components/pathItems/Thing'}",
        "/t: {get: {$ref: '#/components/pathItems/Thing/get'}}",
        "/t: {$ref: '#/paths/~1u'}\n/u: {$ref: '#/components/pathItems/Thing'}",
    ],
)
def test_a_path_item_or_an_operation_may_stand_elsewhere_in_the_document(paths: str) -> None:
    found = read(contract(paths, f"components: {{pathItems: {{Thing: {{get: {{operationId: one, {OK}}}}}}}}}"))

    assert str(found.at("GET", "/t")) == "GET /t"
    assert str(found.named("one")) == "GET /t"


@pytest.mark.parametrize(
    ("paths", "files"),
    [
        ("/t: {$ref: things.yaml}", {"things": f"{{{GET}}}"}),
        ("/t: {$ref: 'things.yaml#/one'}", {"things": f"one: {{{GET}}}"}),
        ("/t: {get: {$ref: things.yaml}}", {"things": f"{{{OK}}}"}),
        ("/t: {$ref: things.yaml}", {"things": "$ref: more.yaml", "more": f"{{{GET}}}"}),
        ("/t: {$ref: things.yaml}", {"things": "get: {$ref: 'more.yaml#/x'}", "more": f"x: {{{OK}}}"}),
    ],
)
def test_a_path_item_or_an_operation_may_stand_in_another_file(paths: str, files: dict[str, str], tmp_path: Path) -> None:
    found = written(tmp_path, openapi=contract(paths), **files).at("GET", "/t")

    assert found is not None
    assert (str(found), list(found.answers)) == ("GET /t", ["200"])


@pytest.mark.parametrize("home", ["openapi.yaml", "things.yaml"])
def test_what_stands_beside_the_reference_of_a_path_item_counts_with_what_it_leads_to(home: str, tmp_path: Path) -> None:
    item = f"{{parameters: [{{name: b, in: query}}], servers: [{{url: /far}}], post: {{{OK}}}, {GET}}}"
    beside = "parameters: [{name: a, in: query}, {name: b, in: query, required: true}], servers: [{url: /near}]"
    paths = f"/t: {{$ref: '{home}#/x', {beside}, put: {{{OK}}}}}"
    found = written(tmp_path, openapi=contract(paths, f"x: {item}"), things=f"x: {item}")

    assert sorted(map(str, found.operations())) == ["GET /t", "POST /t", "PUT /t"]
    for operation_found in found.operations():
        assert [(each.name, each.required) for each in operation_found.parameters] == [("a", False), ("b", True)]
        assert operation_found.bases == ("/near",)


@pytest.mark.parametrize(
    ("paths", "things", "told_of"),
    [
        ("{$ref: things.yaml, parameters: [{name: a, in: query}]}", f"parameters: [{{name: b}}]\n{GET}", "things.yaml:1:14"),
        ("{$ref: things.yaml, parameters: [{name: a}]}", f"parameters: [{{name: b, in: query}}]\n{GET}", "openapi.yaml:4:40"),
        ("{$ref: things.yaml, servers: []}", f"parameters: b\n{GET}", "things.yaml:1:13"),
    ],
)
def test_a_mistake_beside_a_reference_or_behind_it_is_told_where_it_stands(
    paths: str, things: str, told_of: str, tmp_path: Path
) -> None:
    found = written(tmp_path, openapi=contract(f"/t: {paths}"), things=things)

    (problem,) = found.mistakes()

    assert str(problem).startswith(f"partners/p/{told_of}: ")


def test_two_paths_that_refer_to_one_item_are_two_operations() -> None:
    found = read(contract("/a/{x}: {$ref: '#/item'}\n/b: {$ref: '#/item'}", f"item: {{{GET}}}"))

    assert named(found) == ["GET /a/{x}", "GET /b"]
    assert [str(found.at("GET", path)) for path in ("/a/{y}", "/b")] == ["GET /a/{x}", "GET /b"]


def test_a_reference_starts_at_the_file_it_stands_in(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/paths.yaml").write_text(f"t: {{get: {{parameters: [{{$ref: '../shared.yaml#/q'}}], {OK}}}}}")

    found = written(
        tmp_path, openapi=contract("/t: {$ref: 'deep/paths.yaml#/t'}"), shared="q: {name: q, in: query, schema: {}}"
    ).at("GET", "/t")

    assert found is not None
    assert [parameter.name for parameter in found.parameters] == ["q"]


def test_a_file_that_nobody_asks_for_is_not_read(tmp_path: Path) -> None:
    found = written(tmp_path, openapi=contract("/a: {$ref: one.yaml}\n/b: {$ref: two.yaml}"), one=f"{{{GET}}}", two="[[[")

    assert found.at("GET", "/a") is not None
    assert found.folder.files_read == ("one.yaml", "openapi.yaml")


def test_a_real_contract_in_thousands_of_files_is_read_where_it_is_asked(corpus: Path, tmp_path: Path) -> None:
    unpack(corpus / "real-pairs/digitalocean/public-v2-multifile/new.tar.gz", tmp_path)
    folder = Folder(tmp_path / "new", "partners/digitalocean")
    document = folder.read("DigitalOcean-public.v2.yaml")

    found = Contract(folder, document).at("GET", "/v2/account/keys/{ssh_key}")

    assert found is not None
    assert found.node.value["operationId"] == "sshKeys_get"
    assert [parameter.name for parameter in found.parameters] == ["ssh_key_identifier"]
    assert "200" in found.answers and found.answers["200"].media[0].nodes
    assert len(folder.files_read) < 20


# --- paths that cannot be read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unsound", "what"),
    [
        ("{$ref: '#/nowhere'}", "7: $ref '#/nowhere' points to nothing: there is no 'nowhere'"),
        ("{$ref: '#/paths/~1bad'}", "7: this $ref leads back to itself, or through too many others"),
        ("{get: {$ref: '#/info/nothing/more'}}", "7: $ref '#/info/nothing/more' points to nothing: there is no 'nothing'"),
        ("{$ref: missing.yaml}", "7: the reference 'missing.yaml' names a file that is not there"),
        ("{$ref: ../up.yaml}", "7: the reference '../up.yaml' leads out of the partner's folder"),
    ],
)
def test_a_path_that_cannot_be_read_has_no_operations_and_hides_no_other(unsound: str, what: str, tmp_path: Path) -> None:
    found = written(tmp_path, openapi=contract(f"/a: {{{GET}}}\n/b: {{{GET}}}\n/c: {{}}\n/bad: {unsound}\n/d: {{{GET}}}"))

    assert named(found) == ["GET /a", "GET /b", "GET /d"]
    assert told(found) == [what]
    with pytest.raises(ContractError):
        found.at("GET", "/bad")


def test_the_mistakes_of_every_operation_are_told_in_the_order_of_their_lines() -> None:
    found = read(
        contract(
            "/a:\n"
            "  parameters: [{name: q}]\n"
            f"  get: {{{OK}}}\n"
            "/b:\n"
            "  get: {responses: {'200': [], '201': {description: ok}}}\n"
            "  put: {requestBody: [], responses: 7}\n"
            "  post: {responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/x'}}}}}}\n"
        )
    )

    assert told(found) == [
        "5: a parameter needs name and in",
        "8: response 200 must be a mapping",
        "9: a requestBody must be a mapping",
        "9: responses must be a mapping, not int",
        "10: $ref '#/x' points to nothing: there is no 'x'",
    ]


def test_a_dangling_reference_is_told_wherever_it_stands_in_the_document() -> None:
    found = read(
        contract(
            f"/a: {{{GET}}}", "components:\n  schemas:\n    A: {$ref: '#/no/a'}\n    B: [{$ref: '#/no/b'}, {$ref: '#/info'}]"
        )
    )

    assert found.dangling == {"#/no/a", "#/no/b"}
    assert [what.partition(" points")[0] for what in told(found)] == ["7: $ref '#/no/a'", "8: $ref '#/no/b'"]


def test_a_sound_contract_has_no_mistakes() -> None:
    assert (
        told(
            read(
                saying(
                    "{$ref: '#/components/schemas/A'}", "components: {schemas: {A: {items: {$ref: '#/components/schemas/A'}}}}"
                )
            )
        )
        == []
    )


def test_a_key_that_stands_twice_in_json_is_a_warning() -> None:
    text = '{"openapi": "3.1.0",\n "paths": {"/a": {},\n "/a": {"get": {"responses": {"200": {}}}}}}'
    found = Contract(Folder(Path(), ""), parse(text.encode(), "openapi.json", duplicates="last-wins"))

    assert [(str(problem), problem.warning) for problem in found.mistakes()] == [
        ("openapi.json:3:2: '/a' is written twice, first at line 2; the last one counts", True)
    ]
    assert named(found) == ["GET /a"]


# --- references --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("#/x/list/1", "b"),
        ("#/x/a~1b", 1),
        ("#/x/c~0d", 2),
        ("#/x/%C3%A9", 3),
        ("#/x/200", 4),
        ("#/x/", 5),
        ("openapi.yaml#/x/200", 4),
    ],
)
def test_a_reference_leads_to_what_its_pointer_names(reference: str, value: JSON, tmp_path: Path) -> None:
    found = written(tmp_path, openapi=contract("/a: {}", "x: {list: [a, b], a/b: 1, c~d: 2, é: 3, '200': 4, '': 5}"))

    assert found.root.home.follow(found.root, reference).value == value


@pytest.mark.parametrize(
    ("reference", "missing"),
    [
        ("#/y", "y"),
        ("#/x/list/2", "2"),
        ("#/x/list/-1", "-1"),
        ("#/x/list/01", "01"),
        ("#/x/list/ 1", " 1"),
        ("#/x/list/b", "b"),
        ("#/x/text/0", "0"),
        ("#/x/none/a", "a"),
        ("#/x/number/a", "a"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused_with_its_line_and_what_is_missing(reference: str, missing: str) -> None:
    rest = f"x: {{list: [a, b], text: abc, none: null, number: 1}}\nfrom:\n  deep: {{$ref: '{reference}'}}"
    found = read(contract("/a: {}", rest))
    node = found.root.child("from", "deep")

    with pytest.raises(ContractError) as raised:
        found.root.home.follow(node, reference)

    (problem,) = raised.value.problems
    assert (problem.code, problem.place.line) == ("ref-nowhere", 7)
    assert problem.what == f"$ref '{reference}' points to nothing: there is no '{missing}'"


@pytest.mark.parametrize("reference", ["#/no", "missing.yaml", "../up.yaml"])
def test_a_reference_of_another_file_is_refused_in_that_file(reference: str, tmp_path: Path) -> None:
    more = f"get:\n  parameters: [{{$ref: '{reference}'}}]\n  {OK}"
    found = written(tmp_path, openapi=contract("/a: {$ref: more.yaml}"), more=more).at("GET", "/a")
    assert found is not None

    with pytest.raises(ContractError) as raised:
        _ = found.parameters

    assert str(raised.value).startswith("partners/p/more.yaml:2:23: ")


def test_a_pointer_leads_to_the_file_that_it_stands_in(tmp_path: Path) -> None:
    found = written(tmp_path, openapi=contract("/a: {}", "x: here"), more="x: there")
    there = found.root.home.follow(found.root, "more.yaml")

    assert found.root.home.follow(found.root, "#/x").value == "here"
    assert there.home.follow(there, "#/x").value == "there"


def test_looking_for_references_that_lead_nowhere_opens_no_other_file(tmp_path: Path) -> None:
    found = written(tmp_path, openapi=contract("/a: {}", "x: [{$ref: 'more.yaml#/no'}, {$ref: missing.yaml}]"), more="x: 1")

    assert found.dangling == frozenset()
    assert found.folder.files_read == ("openapi.yaml",)


def test_a_file_is_read_once_however_it_is_named(tmp_path: Path) -> None:
    found = written(tmp_path, openapi=contract("/a: {}"), more="x: {}")

    one, two = (found.root.home.follow(found.root, reference) for reference in ("more.yaml#/x", "./more.yaml#/x"))

    assert one.identity == two.identity


# --- addresses ---------------------------------------------------------------------------------------------------------------

ADDRESSES = contract(
    f"/things: {{{GET}}}\n/things/{{id}}: {{{GET}}}\n/things/mine: {{{GET}}}\n"
    f"/things/{{id}}/parts/{{part}}: {{{GET}}}\n/a+b/{{x}}: {{{GET}}}",
    "servers: [{url: 'https://a.example/v1'}, {url: 'https://b.example/v2/'}]",
)


@pytest.mark.parametrize(
    ("address", "path", "values"),
    [
        ("https://a.example/v1/things", "/things", {}),
        ("https://elsewhere.example/v2/things", "/things", {}),
        ("/v1/things/7", "/things/{id}", {"id": "7"}),
        ("/v1/things/mine", "/things/mine", {}),
        ("/v1/things/{thing}", "/things/{id}", {"id": "{thing}"}),
        ("/v1/things/7/parts/x%20y?page=2#top", "/things/{id}/parts/{part}", {"id": "7", "part": "x%20y"}),
        ("https://a.example/v1/things{?page,size}", "/things", {}),
        ("/v1/a+b/c", "/a+b/{x}", {"x": "c"}),
    ],
)
def test_an_address_leads_to_the_most_specific_path_that_fits(address: str, path: str, values: dict[str, str]) -> None:
    found = read(ADDRESSES).fitting("GET", address)

    assert found is not None
    assert (found[0].path, found[1]) == (path, values)


@pytest.mark.parametrize("address", ["/things", "/v3/things", "/v1/things/7/8", "/v1/things/", "/v1/aab/c", ""])
def test_an_address_that_no_path_fits_leads_nowhere(address: str) -> None:
    assert read(ADDRESSES).fitting("GET", address) is None


def test_an_address_of_another_method_leads_nowhere() -> None:
    assert read(ADDRESSES).fitting("POST", "/v1/things") is None


def test_without_servers_an_address_is_its_path() -> None:
    found = read(contract(f"/things/{{id}}: {{{GET}}}")).fitting("GET", "https://a.example/things/7")

    assert found is not None
    assert found[1] == {"id": "7"}


# --- counterparts ------------------------------------------------------------------------------------------------------------


def served(path: str, *urls: str, own: str = "") -> Contract:
    """Return a contract with one GET; its servers, and those of the operation."""
    mine = f"servers: [{{url: '{own}'}}], " * bool(own)
    servers = f"servers: [{', '.join(f'{{url: {url!r}}}' for url in urls)}]" * bool(urls)
    return read(contract(f"{path}: {{get: {{{mine}{OK}}}}}", servers))


A1, A2 = "https://a.example/v1", "https://a.example/v2"


@pytest.mark.parametrize(
    ("record", "candidate", "found"),
    [
        (served("/t/{a}", A1), served("/t/{b}", A1), "GET /t/{b}"),
        (served("/t", A1), served("/t", "https://b.example/v1/"), "GET /t"),
        (served("/t", A1), served("/t", A2, A1), "GET /t"),
        (served("/t", A1), served("/t"), "GET /t"),
        (served("/t"), served("/t", A2), "GET /t"),
        (served("/t", A1), served("/t", A2), "None"),
        (served("/t", A1), served("/v1/t", "https://a.example"), "GET /v1/t"),
        (served("/v1/t", "https://a.example"), served("/t", A1), "GET /t"),
        (served("/v1/t"), served("/t", A1), "GET /t"),
        (served("/t", A1), served("/v1/t"), "GET /v1/t"),
        (served("/t", A1), served("/t", A1, own=A2), "None"),
        (served("/t", A1), served("/t", A2, own=A1), "GET /t"),
        (served("/t", "https://a.example/a/b"), served("/b/t", "https://a.example/a"), "GET /b/t"),
        (served("/t", "https://a.example/ab"), served("/b/t", "https://a.example/a"), "None"),
        (served("/t", A1), served("/u", A1), "None"),
    ],
)
def test_the_counterpart_of_an_operation_answers_the_same_call(record: Contract, candidate: Contract, found: str) -> None:
    assert str(candidate.counterpart(next(record.operations()))) == found


def test_the_counterpart_has_the_same_method() -> None:
    assert read(operation(OK, call="POST /t")).counterpart(next(read(operation(OK, call="GET /t")).operations())) is None


def test_an_operation_is_its_own_counterpart() -> None:
    found = read(ADDRESSES)

    assert [found.counterpart(each) for each in found.operations()] == list(found.operations())


# --- content as bytes --------------------------------------------------------------------------------------------------------

HUGE = (2**63, 2**64 - 1, 2**64, 10**30, -(2**63), -(2**64))


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("name", ["openapi.yaml", "openapi.json"])
def test_a_contract_with_integers_beyond_64_bits_is_read_and_searched(number: int, name: str) -> None:
    schema = {"type": "integer", "maximum": number, "enum": [number], "x": {"$ref": "#/info"}}
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    whole = {"openapi": "3.1.0", "info": {}, "paths": {"/t": {"get": {"responses": answer}}}}

    found = Contract(Folder(Path(), ""), parse(json.dumps(whole).encode(), name))

    assert (named(found), told(found), found.dangling) == (["GET /t"], [], frozenset())
    assert references_in(found.root.value) == {"#/info"}


@pytest.mark.parametrize(
    ("value", "references"),
    [
        ({"a": [{"$ref": "#/x"}, {"b": {"$ref": "y.yaml"}}], "$ref": "#/x"}, {"#/x", "y.yaml"}),
        ({"$ref": '#/a"b\\c'}, {'#/a"b\\c'}),
        ({"$ref": "#/é"}, {"#/é"}),
        ({"$ref": "#/x", "n": 2**64}, {"#/x"}),
        ({"description": 'like "$ref": "#/no"', "$ref": 7, "ref": "#/no"}, set()),
    ],
)
def test_the_references_of_a_part_are_found_at_any_depth_and_nothing_else_is(value: JSON, references: set[str]) -> None:
    assert references_in(value) == references
