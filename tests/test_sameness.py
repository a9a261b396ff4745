"""What two versions of a contract say alike, before any schema is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.contracts.document import Contract
from cxcontracts.contracts.folder import Folder
from cxcontracts.documents import parse
from cxcontracts.exchanges import JSON
from cxcontracts.sameness import Sameness, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "string"}, {"type": "string", "description": "A name"}),
        ({"type": "string", "title": "A", "x-note": {"a": 1}}, {"x-note": 2, "type": "string"}),
        ({"properties": {"a": {"example": 1}}}, {"properties": {"a": {"examples": [2], "summary": "two"}}}),
        ({"responses": {"200": {"description": "OK"}}}, {"responses": {"200": {"description": "Fine"}}}),
        ([{"name": "a", "in": "query"}], [{"name": "a", "in": "query", "description": "It"}]),
    ],
)
def test_parts_that_differ_in_wording_only_are_the_same(one: JSON, other: JSON) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"type": "string"}, {"type": "integer"}),
        ({"type": "string"}, {"type": "string", "maxLength": 3}),
        ({"required": ["a", "b"]}, {"required": ["a"]}),
        ({"items": {}}, {"items": []}),
        ({"const": {"title": 1}}, {"const": {"title": 2}}),
        ({"enum": [{"description": "a"}]}, {"enum": [{"description": "b"}]}),
        ({"properties": {"title": {"type": "string"}}}, {"properties": {"title": {"type": "integer"}}}),
        ({"properties": {"description": {}}}, {"properties": {}}),
        ({"properties": {"properties": {"properties": {"tags": {}}}}}, {"properties": {"properties": {"properties": {}}}}),
        ({"headers": {"x-rate": {"required": True}}}, {"headers": {"x-rate": {}}}),
        ({"security": [{"x-api-key": []}]}, {"security": [{"x-token": []}]}),
    ],
)
def test_parts_that_differ_in_more_than_wording_are_not(one: JSON, other: JSON) -> None:
    assert not same(one, other)
    assert not same(other, one)


def contract(schemas: JSON, **further: JSON) -> Contract:
    answer = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}
    paths = {"/t": {"get": {"responses": answer, "operationId": further.pop("named", "t")}}}
    components = {"schemas": schemas, **further.pop("components", {})}
    whole = {"openapi": "3.1.0", "paths": paths, "components": components, **further}
    return Contract(Folder(Path(), ""), parse(repr(whole).encode(), "openapi.yaml"))


def alike(one: Contract, other: Contract) -> bool:
    (mine,), (theirs,) = one.operations(), other.operations()
    return Sameness(one, other).of_operations(mine, theirs)


DEEP = {"A": {"$ref": "#/components/schemas/B"}, "B": {"items": {"$ref": "#/components/schemas/C"}}, "C": {"type": "string"}}


def test_an_operation_is_the_same_as_long_as_whatever_it_refers_to_is() -> None:
    described = {**DEEP, "C": {"type": "string", "description": "Text"}, "D": {"type": "integer"}}

    assert alike(contract(DEEP), contract(described, named="other"))


def test_an_operation_is_not_the_same_where_something_changed_behind_its_references() -> None:
    assert not alike(contract(DEEP), contract({**DEEP, "C": {"type": "integer"}}))


def test_schemas_that_refer_to_each_other_in_a_circle_are_the_same() -> None:
    circle = {"A": {"items": {"$ref": "#/components/schemas/B"}}, "B": {"items": {"$ref": "#/components/schemas/A"}}}

    assert alike(contract(circle), contract(circle))


def test_a_reference_that_leads_nowhere_is_the_same_only_where_it_leads_nowhere_in_both() -> None:
    found = contract({"A": {"type": "string"}})

    assert alike(contract({}), contract({}))
    assert not alike(found, contract({}))
    assert not alike(contract({}), found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"security": [{"k": []}]}, {"security": []}),
        (
            {"components": {"securitySchemes": {"x-k": {"type": "http", "scheme": "basic"}}}},
            {"components": {"securitySchemes": {"x-k": {"type": "http", "scheme": "bearer"}}}},
        ),
    ],
)
def test_an_operation_is_not_the_same_where_logging_in_changed_for_the_whole_contract(before: JSON, after: JSON) -> None:
    assert not alike(contract(DEEP, **before), contract(DEEP, **after))


def test_what_a_further_file_refers_to_is_not_taken_for_a_part_of_the_document(tmp_path: Path) -> None:
    texts = {
        "openapi.yaml": "{openapi: 3.1.0, paths: {/t: {$ref: 'further.yaml#/t'}}, components: {schemas: {A: {type: string}}}}",
        "further.yaml": "{t: {get: {responses: {default: {$ref: '#/components/schemas/A'}}}}, components: {schemas: {A: {}}}}",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    folders = [Folder(tmp_path, ""), Folder(tmp_path, "")]

    assert not alike(*(Contract(folder, folder.read("openapi.yaml")) for folder in folders))
