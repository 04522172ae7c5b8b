"""The API's reference as a page, made from its OpenAPI description."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.web import render
from app.web.words import _

Schema = dict[str, Any]
TYPES = {
    "string": _("text"),
    "integer": _("whole number"),
    "number": _("number"),
    "boolean": _("true or false"),
    "object": _("object"),
}


@dataclass(frozen=True)
class Parameter:
    """Something that a call takes: in its address, its headers or its body."""

    name: str
    where: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """A method on an address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Parameter] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """Operations that belong together."""

    name: str
    operations: list[Operation]


@dataclass(frozen=True)
class ReferenceView:
    """The whole reference."""

    title: str
    version: str
    groups: list[Group]


async def page(request: Request) -> Response:
    """Every call of the API."""
    described = request.app.openapi()
    schemas = described["components"]["schemas"]
    groups: dict[str, list[Operation]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, schemas))
    shown = [Group(name.capitalize(), operations) for name, operations in groups.items()]
    view = ReferenceView(_("API"), described["info"]["version"], shown)
    return render.page(request, "api.html", _("API"), view)


def _operation(path: str, method: str, described: Schema, schemas: Schema) -> Operation:
    parameters = [
        _parameter(one["name"], one["in"], one, one.get("required", False), schemas)
        for one in described.get("parameters", [])
    ]
    body = _resolved(described.get("requestBody", {"content": {}})["content"].get("application/json", {}), schemas)
    body = _resolved(body["items"], schemas) if body.get("type") == "array" else body
    parameters += [
        _parameter(name, _("body"), field, name in body.get("required", []), schemas)
        for name, field in body.get("properties", {}).items()
    ]
    summary, text = described.get("summary", ""), described.get("description", "")
    return Operation(described["operationId"], method.upper(), path, summary, text, parameters)


def _parameter(name: str, where: str, schema: Schema, required: bool, schemas: Schema) -> Parameter:
    return Parameter(name, where, _type(schema, schemas), required, schema.get("description", ""))


def _resolved(schema: Schema, schemas: Schema) -> Schema:
    schema = schema.get("schema", schema)
    target: Schema = schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    return target


def _type(schema: Schema, schemas: Schema) -> str:
    schema = _resolved(schema, schemas)
    if "anyOf" in schema:
        return _type(next(one for one in schema["anyOf"] if one.get("type") != "null"), schemas)
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if schema["type"] == "array":
        return _("list of {type}").format(type=_type(schema["items"], schemas))
    return TYPES.get(schema.get("type", ""), _("anything"))
