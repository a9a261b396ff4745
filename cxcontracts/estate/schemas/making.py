"""Makes the JSON Schemas of the estate's files from their forms."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from cxcontracts.estate import written
from cxcontracts.estate.schemas import FILES

_FORMS: Final[dict[str, Any]] = {
    "estate": written.EstateKeys,
    "partner": written.PartnerKeys,
    "waivers": written.WaiversForm,
}


class _Plain(GenerateJsonSchema):
    """pydantic's schemas without what says nothing to a writer: titles made from names, and ``null`` for what is left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Give no field a title."""
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out the default of what may be left out."""
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Allow no names but those of the pattern, where there is one."""
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made


def made(name: str) -> dict[str, Any]:
    """Return the schema of a file, by its name in :data:`~cxcontracts.estate.schemas.FILES`."""
    form = written.journey_form() if name == "journey" else _FORMS[name]
    schema = TypeAdapter(form).json_schema(schema_generator=_Plain)
    return {"$schema": _Plain.schema_dialect, "title": f"cxcontracts {FILES[name]}, format 1", **_titled(schema)}


def rendered(schema: dict[str, Any]) -> str:
    """Return a schema as it is written to a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _titled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}
