"""The JSON Schemas of the estate's files: they are made from the forms, and agree with what reading says."""

from __future__ import annotations

import jsonschema_rs
import pytest

from cxcontracts.documents import parse
from cxcontracts.estate.schemas import FILES, FOLDER, published
from cxcontracts.estate.schemas.making import made, rendered
from tests.estates import Made, mistakes, sound_files

PLACES = {"estate": "estate.yaml", "partner": "partner.yaml", "journey": "journeys/", "waivers": "waivers.yaml"}


def files_of(schema: str) -> list[str]:
    return [name for name in sound_files() if PLACES[schema] in name]


def is_valid(schema: str, text: bytes) -> bool:
    validator = jsonschema_rs.Draft202012Validator(published(schema), offline=True)
    return validator.is_valid(parse(text, "x.yaml").value)


@pytest.mark.parametrize("name", FILES)
def test_the_published_schema_is_what_the_forms_make(name: str) -> None:
    current = (FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")
    assert current == rendered(made(name)), "run: python -m cxcontracts.estate.schemas"


@pytest.mark.parametrize("name", FILES)
def test_a_published_schema_is_a_schema(name: str) -> None:
    assert jsonschema_rs.meta.is_valid(published(name))


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_a_sound_estate_are_valid(name: str) -> None:
    assert files_of(name)
    assert all(is_valid(name, sound_files()[file]) for file in files_of(name))


SEEN_BY_EDITORS = {
    *("unknown-key", "misplaced-key", "number-with-comma", "missing-key", "no-value", "not-text", "not-a-list", "not-a-map"),
    *(
        "not-a-number",
        "not-a-whole-number",
        "not-true-or-false",
        "too-small",
        "empty",
        "blank",
        "name",
        "id",
        "duration",
        "percent",
    ),
    *("harm", "status", "status-class", "no-format", "partner-kind", "may", "host", "rate", "secret", "given-from", "no-call"),
    *("call-and-event", "requirement-in-setup", "value-word", "value-literal", "value-nothing", "value-empty-list", "tells-word"),
    *("same-as", "waiver-id"),
}


@pytest.mark.parametrize("row", [row for row in mistakes() if row.code in SEEN_BY_EDITORS], ids=lambda row: row.code)
def test_an_editor_sees_a_mistake_of_form_as_it_is_typed(row: Made) -> None:
    file = row.row["in"]
    schema = next(name for name, part in PLACES.items() if part in file)
    assert not is_valid(schema, row.files()[file])


def test_what_is_not_written_has_no_default_of_null() -> None:
    assert not any('"default": null' in rendered(published(name)) for name in FILES)
