"""The API's reference as a page, made from its OpenAPI description."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.responses import Response

from app.web import render
from app.web.words import _


@dataclass(frozen=True)
class Parameter:
    """Something that a call takes."""

    name: str
    where: str
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
    groups: dict[str, list[Operation]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    shown = [Group(name.capitalize(), operations) for name, operations in groups.items()]
    view = ReferenceView(_("API"), described["info"]["version"], shown)
    return render.page(request, "api.html", _("API"), view)


def _operation(path: str, method: str, described: dict[str, Any]) -> Operation:
    parameters = [
        Parameter(one["name"], one["in"], one.get("required", False), one.get("description", ""))
        for one in described.get("parameters", [])
    ]
    summary, text = described.get("summary", ""), described.get("description", "")
    return Operation(described["operationId"], method.upper(), path, summary, text, parameters)
