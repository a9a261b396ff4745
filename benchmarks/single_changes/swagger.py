"""An OpenAPI 3.0 document written down as Swagger 2.0: the corpus has no contract in that language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.leaves import METHODS

_SHARED = {
    "#/components/schemas/": "#/definitions/",
    "#/components/responses/": "#/responses/",
    "#/components/parameters/": "#/parameters/",
}
_BODY = "#/components/requestBodies/"


class Unsayable(Exception):
    """Swagger 2.0 has no words for something."""


def as_swagger(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document that says the same in Swagger 2.0.

    Raises:
        Unsayable: If it cannot be said: alternatives, several schemas of one body, cookies.
    """
    components = document.get("components", {})
    said: dict[str, Any] = {"swagger": "2.0", "info": document["info"]}
    if document.get("servers"):
        (url, *others) = [str(server["url"]) for server in document["servers"]]
        if others:
            raise Unsayable("several servers")
        host, slash, path = url.partition("://")[2].partition("/") if "://" in url else ("", "/", url.lstrip("/"))
        said |= {"host": host} if host else {}
        said |= {"basePath": slash + path}
    said |= {"security": document["security"]} if "security" in document else {}
    said["securityDefinitions"] = {name: _login(scheme) for name, scheme in components.get("securitySchemes", {}).items()}
    said["paths"] = {path: _item(item, document) for path, item in document["paths"].items()}
    said["definitions"] = {name: _schema(schema) for name, schema in components.get("schemas", {}).items()}
    said["responses"] = {name: _response(answer)[0] for name, answer in components.get("responses", {}).items()}
    said["parameters"] = {name: _parameter(each) for name, each in components.get("parameters", {}).items()}
    return said


def _item(item: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for key, value in item.items():
        if key in METHODS:
            said[key] = _operation(value, document)
        elif key == "parameters":
            said[key] = [_parameter(each) for each in value]
    return said


def _operation(operation: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        key: operation[key]
        for key in ("operationId", "summary", "description", "tags", "deprecated", "security")
        if key in operation
    }
    parameters = [_parameter(each) for each in operation.get("parameters", ())]
    body = operation.get("requestBody")
    if body is not None:
        if "$ref" in body:
            body = document["components"]["requestBodies"][body["$ref"].removeprefix(_BODY)]
        schema, said["consumes"] = _content(body["content"])
        required = {"required": True} if body.get("required") else {}
        parameters.append({"name": "body", "in": "body", **required, "schema": schema})
    said |= {"parameters": parameters} if parameters else {}
    produced: dict[str, None] = {}
    answers = {}
    for status, answer in operation["responses"].items():
        answers[status], types = _response(answer)
        produced |= dict.fromkeys(types)
    return {**said, **({"produces": list(produced)} if produced else {}), "responses": answers}


def _response(answer: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    if "$ref" in answer:
        return {"$ref": _reference(answer["$ref"])}, []
    said: dict[str, Any] = {"description": answer.get("description", "")}
    if "headers" in answer:
        said["headers"] = {name: _plain(header) for name, header in answer["headers"].items()}
    if not answer.get("content"):
        return said, []
    said["schema"], types = _content(answer["content"])
    return said, types


def _content(content: Mapping[str, Any]) -> tuple[Any, list[str]]:
    schemas = [media.get("schema", {}) for media in content.values()]
    if any(schema != schemas[0] for schema in schemas):
        raise Unsayable("several schemas of one body")
    return _schema(schemas[0]), list(content)


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in parameter:
        return {"$ref": _reference(parameter["$ref"])}
    if parameter["in"] == "cookie":
        raise Unsayable("a cookie")
    said = {key: parameter[key] for key in ("name", "in", "description", "required") if key in parameter}
    said |= _plain(parameter)
    if said.get("type") == "array" and parameter["in"] == "query" and parameter.get("explode", True):
        said["collectionFormat"] = "multi"
    return said


def _plain(owner: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter or of a header as its own words."""
    schema = _schema(owner.get("schema", {}))
    if "$ref" in schema or "allOf" in schema or schema.get("type") == "object":
        raise Unsayable("a schema that has to be written out")
    return {key: value for key, value in schema.items() if key != "example"}


def _schema(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    if {"oneOf", "anyOf", "not"} & schema.keys():
        raise Unsayable("alternatives")
    if "$ref" in schema:
        return {"$ref": _reference(schema["$ref"])}
    return dict(_words(schema))


def _words(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in schema.items():
        if key == "properties":
            yield key, {name: _schema(each) for name, each in value.items()}
        elif key == "allOf":
            yield key, [_schema(each) for each in value]
        elif key in ("items", "additionalProperties"):
            yield key, _schema(value)
        elif key == "discriminator":
            yield key, value["propertyName"]
        elif key == "nullable":
            yield "x-nullable", value
        elif key in ("writeOnly", "deprecated"):
            raise Unsayable(key)
        else:
            yield key, value


def _reference(reference: str) -> str:
    for three, two in _SHARED.items():
        if reference.startswith(three):
            return reference.replace(three, two, 1)
    raise Unsayable(reference)


def _login(scheme: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in scheme.items() if key not in ("flows", "bearerFormat")}
    if scheme["type"] == "oauth2":
        ((flow, about), *_) = scheme["flows"].items()
        names = {"clientCredentials": "application", "authorizationCode": "accessCode"}
        urls = {key: about[key] for key in ("authorizationUrl", "tokenUrl") if key in about}
        return {**said, "flow": names.get(flow, flow), **urls, "scopes": about["scopes"]}
    if scheme["type"] == "http":
        return {"type": "basic"} if scheme["scheme"] == "basic" else {"type": "apiKey", "in": "header", "name": "Authorization"}
    return said
