"""Journeys as Arazzo workflows and back: by the official schemas, on the reference estates and on documents of others."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings

from benchmarks.damage import Stroke, damaged
from cxcontracts.arazzo.expressions import Unsaid, from_pointer, from_query, from_value, to_pointer, to_query, to_value
from cxcontracts.arazzo.journeys import imported as read_workflow
from cxcontracts.arazzo.journeys import workflows
from cxcontracts.documents import Document, parse, read
from cxcontracts.documents.yaml_writing import written
from cxcontracts.errors import ContractError
from cxcontracts.exchanges import JSON
from cxcontracts.paths import parse_path
from tests.test_diff_mutations import STROKES, TIMES
from tests.workplace import Workplace

CONTRACTS = Path(__file__).parent.parent / "contracts"
ESTATES = ("bank", "rail", "telecom")
JOURNEYS = [(estate, path.stem) for estate in ESTATES for path in sorted((CONTRACTS / estate / "journeys").glob("*.yaml"))]


@cache
def exported(estate: str, journey: str, folder: Path) -> str:
    """Return what the program writes for a journey of a reference estate."""
    file = folder / f"{estate}-{journey}.arazzo.yaml"
    result = Workplace(folder).run("--estate", str(CONTRACTS / estate), "export", "arazzo", journey, "--output", str(file))
    assert result.exit_code == 0, result.output
    return file.read_text(encoding="utf-8")


def document(text: str) -> Document:
    return parse(text.encode(), "made.arazzo.yaml")


def imported(source: Document, workflow: str = "") -> tuple[Any, tuple[str, ...]]:
    """Return a workflow as a journey, and what was not read of it."""
    found = read_workflow(source, workflow or next(iter(workflows(source))), {})
    return found.written, found.notes


@pytest.mark.parametrize(("estate", "journey"), JOURNEYS)
def test_a_journey_comes_back_as_it_was(estate: str, journey: str, tmp_path: Path) -> None:
    source = document(exported(estate, journey, tmp_path))
    file = CONTRACTS / estate / "journeys" / f"{journey}.yaml"

    assert imported(source) == (read(file, file.name).value, ())


@pytest.mark.parametrize(("estate", "journey"), JOURNEYS)
def test_what_is_exported_is_valid_by_the_official_schema(estate: str, journey: str, corpus: Path, tmp_path: Path) -> None:
    value = document(exported(estate, journey, tmp_path)).value
    events = '"action": "receive"' in json.dumps(value)
    schemas = {False: "oai-1.0.0/schema.json", True: "oai-1.1.0/schema-src.yaml"}
    schema = dict(read(corpus / "arazzo" / schemas[events], "schema.yaml").value)

    assert value["arazzo"] == ("1.1.0" if events else "1.0.1")
    assert list(jsonschema_rs.validator_for(schema).iter_errors(value)) == []


# --- documents of others ------------------------------------------------------------------------------------------------------


def test_every_document_of_others_is_read_and_what_is_not_in_the_journey_is_said(corpus: Path) -> None:
    found: dict[str, tuple[int, int]] = {}
    for file in sorted((corpus / "arazzo").rglob("*arazzo.yaml")):
        source = read(file, file.name)
        for name, workflow in workflows(source).items():
            journey, notes = imported(source, name)
            steps = journey.get("steps", [])
            lost = sum("not imported" in note for note in notes)
            assert len(steps) + lost == len(workflow["steps"])
            assert document(written(journey)).value == journey
            found[f"{file.name} {name}"] = (len(steps), lost)

    assert len(found) >= 26
    assert sum(steps for steps, _ in found.values()) >= 40


PETS = """
arazzo: 1.0.1
info: {title: pets, version: "1"}
sourceDescriptions: [{name: petStore, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: adopt a pet
    summary: I adopt a pet
    inputs: {type: object, properties: {tag: {type: string, default: cat}}}
    steps:
      - stepId: find
        description: I look for one
        operationId: findPets
        parameters: [{name: tags, in: query, value: $inputs.tag}, {$shared}]
        successCriteria:
          - condition: $statusCode == 200
          - {context: $response.body, condition: "$.pets[*].name", type: jsonpath}
          - condition: $response.body#/state == 'open'
          - condition: $response.header.X-Left != 0
          - {context: $statusCode, condition: '^2', type: regex}
        outputs: {pet: $response.body#/pets/0/id, all: $url}
      - stepId: take
        operationPath: '{$sourceDescriptions.petStore.url}#/paths/~1pets~1{id}/put'
        parameters: [{name: id, in: path, value: $steps.find.outputs.pet}]
        requestBody: {contentType: application/merge-patch+json, payload: {note: "for {$inputs.tag}, 5$"}}
        onFailure: [{name: again, type: retry, retryAfter: 1}]
      - {stepId: tell, workflowId: telling}
components: {parameters: {page: {name: page, in: query, value: 1}}}
""".replace("$shared", "reference: $components.parameters.page, value: 2")


def test_a_workflow_is_a_journey_with_what_is_sent_kept_and_has_to_hold() -> None:
    journey, notes = imported(document(PETS))

    assert journey == {
        "journey": "adopt-a-pet",
        "goal": "I adopt a pet",
        "given": {"tag": {"from": "customer", "type": "string", "examples": ["cat"]}},
        "steps": [
            {
                "step": "find",
                "customer": "I look for one",
                "call": "petstore findPets",
                "with": {"tags": "$tag", "page": 2},
                "status": 200,
                "needs": {"pets.*.name": {}},
                "must": ['state is "open"', "header.x-left is not 0"],
                "keep": {"pet": "pets.0.id"},
            },
            {
                "step": "take",
                "call": "petstore PUT /pets/{id}",
                "with": {
                    "id": "$pet",
                    "header.content-type": "application/merge-patch+json",
                    "body": {"note": "for ${tag}, 5$$"},
                },
            },
        ],
    }
    assert notes == (
        "step find: criterion ^2",
        "step find: output all: $url",
        "step take: onFailure retry again",
        "step tell: not imported, for workflow telling is not known here",
    )


SHOP = """
openapi: 3.1.0
info: {title: shop, version: "1"}
paths:
  /pets:
    get:
      operationId: findPets
      parameters: [{name: tags, in: query}, {name: page, in: query}]
      responses: {'200': {description: ok}}
  /pets/{id}:
    put:
      parameters: [{name: id, in: path, required: true}]
      requestBody: {content: {application/merge-patch+json: {}}}
      responses: {'200': {description: ok}}
"""


def test_what_is_imported_is_an_estates_journey(tmp_path: Path) -> None:
    here = Workplace(tmp_path)
    here.write("pets.yaml", PETS)
    here.write("contracts/estate.yaml", "format: 1\nestate: pets\n")
    here.write("contracts/partners/shop/partner.yaml", "partner: shop\nkind: vendor\ncontract: openapi.yaml\n")
    here.write("contracts/partners/shop/openapi.yaml", SHOP)
    file = "contracts/journeys/adopt-a-pet.yaml"
    Path(tmp_path / "contracts/journeys").mkdir()

    made = here.run("import", "arazzo", "pets.yaml", "--partner", "petStore=shop", "--output", file)

    assert made.exit_code == 0, made.output
    assert here.read(file).startswith("# not imported: step find: criterion ^2\n")
    assert "adopt-a-pet" in here.run("check", "--verbose").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["pets.yaml#adopt"], "there is no workflow 'adopt' in pets.yaml"),
        (["pest.yaml"], "there is no file 'pest.yaml'"),
        (["pets.yaml", "--partner", "shop"], "--partner 'shop' is no pair; write --partner SOURCE=PARTNER"),
        (["two.yaml"], "two.yaml has 2 workflows; name one: two.yaml#adopt a pet"),
        (["none.yaml"], "nothing of none.yaml can be imported: step tell: not imported, for workflow telling is not known here"),
    ],
)
def test_a_mistake_in_what_is_imported_is_told_with_a_remedy(words: list[str], message: str, tmp_path: Path) -> None:
    here = Workplace(tmp_path)
    here.write("pets.yaml", PETS)
    here.write("two.yaml", PETS.replace("components:", "  - {workflowId: b, steps: []}\ncomponents:"))
    here.write("none.yaml", PETS.partition("    steps:\n")[0] + "    steps: [{stepId: tell, workflowId: telling}]\n")

    result = here.run("import", "arazzo", *words)

    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("openapi: 3.1.0", "arazzo-form"),
        ("[]", "arazzo-form"),
        ("arazzo: 2.0.0", "arazzo-version"),
        ("arazzo: 1.0.0", "arazzo-workflow"),
        ("arazzo: 1.0.0\nworkflows: [7]", "arazzo-workflow"),
        ("arazzo: 1.0.0\nworkflows: [{workflowId: a, steps: {}}]", "arazzo-workflow"),
    ],
)
def test_what_is_no_arazzo_is_refused_with_its_place(text: str, code: str) -> None:
    with pytest.raises(ContractError) as caught:
        workflows(document(text))

    assert [problem.code for problem in caught.value.problems] == [code]


# --- expressions --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["a", "a.b.0.c", "body", r"a\.b.c", "a/b.~c", "header.etag"])
def test_a_path_to_one_value_is_a_pointer_and_back(path: str) -> None:
    assert from_pointer(to_pointer(parse_path(path))) == parse_path(path)
    assert from_pointer(to_pointer(parse_path(path), event=True)) == parse_path(path)


@pytest.mark.parametrize("path", ["a.*.b", ".*.id", "a.0.b-c", "a b.*"])
def test_a_path_to_several_values_is_a_query_and_back(path: str) -> None:
    assert from_query(to_query(parse_path(path))) == parse_path(path)


@pytest.mark.parametrize("query", ["$[?@.a == 1]", "$..a", "$.a[0:2]", "$.a,b", "a"])
def test_a_query_that_no_path_says_is_not_read(query: str) -> None:
    with pytest.raises(Unsaid):
        from_query(query)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("$a", "$inputs.a"),
        ("to ${a}!", "to {$inputs.a}!"),
        ({"x": ["$b", 7, None, "5 euros"]}, {"x": ["$steps.s.outputs.b", 7, None, "5 euros"]}),
    ],
)
def test_what_is_sent_is_a_value_of_expressions_and_back(template: JSON, value: JSON) -> None:
    sources = {"a": "$inputs.a", "b": "$steps.s.outputs.b"}

    assert to_value(template, sources) == value
    assert from_value(value) == template


@pytest.mark.parametrize("template", ["$now", "$today+3d", "$fresh-id", "$unknown", {"$file": "x.json"}, "$$inputs.a", "a {$$b}"])
def test_what_arazzo_cannot_say_is_not_said_otherwise(template: JSON) -> None:
    with pytest.raises(Unsaid):
        to_value(template, {})


@pytest.mark.parametrize("value", ["$url", "$response.body#/a", "$workflows.a.outputs.b"])
def test_an_expression_of_the_run_is_not_read_as_text(value: str) -> None:
    with pytest.raises(Unsaid):
        from_value(value)


# --- whatever is wrong --------------------------------------------------------------------------------------------------------

SOUND: JSON = document(PETS).value


@settings(max_examples=300 * TIMES)
@given(strokes=STROKES)
def test_whatever_is_wrong_with_a_workflow_is_said_or_left_out(strokes: list[Stroke]) -> None:
    source = document(json.dumps(damaged(SOUND, strokes)))
    try:
        known = workflows(source)
    except ContractError:
        return
    for name in known:
        journey, _ = imported(source, name)
        assert document(written(journey)).value == journey
