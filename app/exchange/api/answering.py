"""How the façade is asked and answers: one form (FHIR JSON), versions as weak ETags, errors as OperationOutcomes."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request, Response

from app.core.errors import FieldError, Invalid, NotFound, Problem
from app.core.http import expected_version
from app.core.idempotency import Route
from app.core.problem import answer as usual_answer
from app.exchange.codes import BASE, Resource
from app.exchange.outcome import NotAcceptable, outcome_of, status_of
from app.exchange.search import uuid_of

READS: Final = ["GET", "HEAD"]
FHIR: Final = "application/fhir+json"
MEDIA_TYPE: Final = f"{FHIR}; fhirVersion=4.0"
READ_MEDIA: Final = frozenset({FHIR, "application/json-patch+json"})
JSON: Final = frozenset({FHIR, "application/json", "text/json", "json", "application/*", "*/*"})


async def in_json(request: Request) -> None:
    """Refuse an answer in any other form than JSON of FHIR 4.0, before anything is looked for.

    Raises:
        NotAcceptable: `_format`, or else Accept, wants something else.
    """
    format_of = request.query_params.get("_format", "").replace(" ", "+")  # a plus that was not encoded
    wanted = format_of or request.headers.get("accept") or "*/*"
    for one in wanted.split(","):
        media, *parameters = [part.strip().lower() for part in one.split(";")]
        versions = [part for part in parameters if part.startswith("fhirversion=")]
        if media in JSON and all(part == "fhirversion=4.0" for part in versions):
            return
    raise NotAcceptable(f"Answers are {MEDIA_TYPE}. Ask with Accept: {FHIR}, or _format=json.")


def new_router() -> APIRouter:
    """A router of the façade whose commands honour Idempotency-Key."""
    return APIRouter(prefix=BASE, route_class=Route, dependencies=[Depends(in_json)], include_in_schema=False)


class FhirResponse(Response):
    """A resource on its way out."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:  # noqa: ANN401  as Starlette has it
        """As bytes of JSON."""
        return orjson.dumps(content)


def problem_answer(problem: Problem, request_id: UUID | None) -> Response:
    """The answer to what is wrong, with the headers that it has everywhere."""
    headers = {
        name: value
        for name, value in usual_answer(problem, request_id).headers.items()
        if name in {"retry-after", "www-authenticate"}
    }
    return FhirResponse(outcome_of(problem, request_id), status_of(problem), headers)


def answered(resource: Resource, updated_at: datetime) -> Response:
    """The answer with one resource."""
    tag = etag(resource["meta"]["versionId"])
    return FhirResponse(resource, headers={"ETag": tag, "Last-Modified": format_datetime(updated_at, usegmt=True)})


def etag(version: int | str) -> str:
    """The weak ETag of a version, as FHIR has it."""
    return f'W/"{version}"'


def is_known(request: Request, version: int) -> bool:
    """Whether the asker has this version already (If-None-Match)."""
    given = request.headers.get("if-none-match", "")
    return str(version) in {one.strip().removeprefix("W/").strip('"') for one in given.split(",")}


def not_modified(version: int) -> Response:
    """The answer to who has it already."""
    return Response(status_code=304, headers={"ETag": etag(version)})


def id_of(text: str) -> UUID:
    """The id in an address.

    Raises:
        NotFound: it is none of ours.
    """
    found = uuid_of(text)
    if found is None:
        raise NotFound("There is nothing with this id: ours are UUIDs.")
    return found


async def body_of(request: Request) -> Any:  # noqa: ANN401  JSON
    """The JSON that was sent.

    Raises:
        Invalid: it is not JSON.
    """
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise Invalid("The body is not JSON in UTF-8.") from None


async def parameters_of(request: Request) -> list[tuple[str, str]]:
    """The parameters of a search, of the address and of a form that was sent.

    Raises:
        Invalid: the form can't be read.
    """
    try:
        sent = (await request.body()).decode() if request.method == "POST" else ""
        return [*request.query_params.multi_items(), *parse_qsl(sent, keep_blank_values=True, max_num_fields=100)]
    except ValueError:
        raise Invalid("The form is not UTF-8, or holds too many fields.") from None


def refuse_unknown(request: Request, unknown: tuple[str, ...]) -> None:
    """Refuse parameters that are not known, of whoever prefers that (`Prefer: handling=strict`).

    Raises:
        Invalid: each place is named, never what was sent.
    """
    if unknown and "handling=strict" in request.headers.get("prefer", "").replace(" ", "").lower():
        count = "One parameter is" if len(unknown) == 1 else f"{len(unknown)} parameters are"
        raise Invalid(
            f"{count} not known here; GET {BASE}/metadata lists those that are. Without handling=strict they are ignored."
        )


def version_asked(request: Request, body: Any) -> int | None:  # noqa: ANN401  JSON
    """The version that a change expects: of If-Match, else of the body's own meta; None: none is named.

    Raises:
        Invalid: it is no version of ours.
    """
    if request.headers.get("if-match"):
        return expected_version(request)
    meta = body.get("meta") if isinstance(body, dict) else None
    version = meta.get("versionId") if isinstance(meta, dict) else None
    if version is None:
        return None
    if not (isinstance(version, str) and version.isascii() and version.isdigit() and len(version) < 10):  # noqa: PLR2004
        fault = FieldError("Task.meta", "version", "Send versionId as you read it.")
        raise Invalid("meta.versionId is not a version of this server.", errors=[fault])
    return int(version)
