"""The API's own description, as the Dutch rules want it.

Source: NLgov API Design Rules 2.2: OpenAPI 3.1 at /v1/openapi.json, version in the server's address, 400 for invalid input,
problem+json for every error, API-Version on every answer.
"""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.core.events import Event
from app.core.webhooks import webhook

METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
PROBLEM: Final = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Where this kind of problem is explained.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and what to do."},
        "instance": {"type": "string", "format": "uri", "description": "The id of the request."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer to the field"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
EMAIL: Final = "nodus@example.nl"
VERSION_HEADER: Final = {"description": "Version of this API", "schema": {"type": "string"}}
COMMON: Final = {"401": "No valid token", "403": "The key lacks a scope", "503": "The database is busy or away"}


def describe(app: FastAPI, events: Iterable[type[Event]]) -> dict[str, Any]:
    """The document; paths without their /v1, which is the server's address."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        contact=app.contact,
        license_info=app.license_info,
        servers=[{"url": "/v1", "description": "This installation"}],
    )
    # Given to FastAPI, an address would be judged by a package that we don't need, and its absence logged by every command.
    document["info"]["contact"]["email"] = EMAIL
    document["paths"] = {path.removeprefix("/v1"): item for path, item in document["paths"].items()}
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = PROBLEM
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                _complete(operation, has_input=method != "get" or bool(operation.get("parameters")))
    document["webhooks"] = {event.type: webhook(event) for event in sorted(events, key=lambda event: event.type)}
    return document


def _complete(operation: dict[str, Any], *, has_input: bool) -> None:
    answers = operation["responses"]
    answers.pop("422", None)
    if operation.get("security"):
        for status, description in COMMON.items():
            answers.setdefault(status, {"description": description})
    if has_input:
        answers.setdefault("400", {"description": "The request is not valid (`invalid-input`)"})
    if "requestBody" in operation:
        answers.setdefault("409", {"description": "Not possible in the present state"})
        answers.setdefault("413", {"description": "The request is too large"})
        answers.setdefault("415", {"description": "The content type is not supported"})
        answers.setdefault("422", {"description": "The idempotency key was used for another request"})
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key with the same request has one effect and one answer.",
                "schema": {"type": "string", "maxLength": 255},
            }
        )
    for status, response in answers.items():
        response.setdefault("headers", {})["API-Version"] = VERSION_HEADER
        if status >= "400":
            response["content"] = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
