"""Conventions of the API: names in camelCase, moments in UTC, versions as ETags, pages by cursor.

Source: NLgov REST API Design Rules 2.2.
"""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints
from pydantic.alias_generators import to_camel

from app.core.errors import FieldError, Invalid, PreconditionRequired, Stale
from app.core.idempotency import Route
from app.core.paging import LARGEST, USUAL

T = TypeVar("T")


def utc_text(moment: datetime) -> str:
    """RFC 3339 in UTC with a `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _has_utc(moment: datetime) -> datetime:
    """In UTC from here on: an offset of 21 hours is no fault to Python, and one to PostgreSQL."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("There is no such moment in UTC.") from None


Moment = Annotated[AwareDatetime, AfterValidator(_has_utc), PlainSerializer(utc_text, return_type=str, when_used="json")]
"""A moment: any offset in, UTC out; without an offset it is refused."""


def _within_reach(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("Send a moment from 1950 to 2200: calendars and time zones say nothing sure beyond.")
    return moment.astimezone(UTC)


EARLIEST: Final = datetime(1950, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
AskedMoment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
"""A moment that somebody asks about; its calendar must be known."""

# Control characters, save tab and line feed, have no place in what people say.
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=8000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"),
]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Wire(BaseModel):
    """Base of everything that comes in or goes out."""

    # An error's text goes to the log, and must not hold what was told.
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, hide_input_in_errors=True
    )


class PageOut(Wire, Generic[T]):
    """A page of a list; ask for the next with `cursor=<next>`."""

    items: list[T]
    next: str | None


class SnapshotOut(PageOut[T], Generic[T]):
    """A page of a list, and where your feed was when it was read."""

    feed_position: str = Field(description="The first page's: `after` for the feed, to hear of every change since this list")


Cursor = Annotated[str | None, Query(description="`next` of the page before", max_length=64)]
Limit = Annotated[int, Query(ge=1, le=LARGEST, description="Items a page")]
USUAL_LIMIT: Final = USUAL


def rooms_router(tag: str) -> APIRouter:
    """A router under /v1 whose commands honour Idempotency-Key."""
    return APIRouter(prefix="/v1", tags=[tag], route_class=Route, generate_unique_id_function=_operation_id)


def _operation_id(route: APIRoute) -> str:
    head, *rest = route.name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def etag(version: int) -> str:
    """The strong ETag of a version."""
    return f'"{version}"'


def unless_known(request: Request, body: bytes, media_type: str) -> Response:
    """The body with an ETag of its bytes; 304 without it for whoever has it already (If-None-Match)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type=media_type, headers={"ETag": tag})


def expected_version(request: Request) -> int:
    """The version that If-Match names.

    Raises:
        PreconditionRequired: there is no If-Match (428).
        Invalid: it is not one of our ETags.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise PreconditionRequired('Send If-Match with the ETag you read, such as If-Match: "3".')
    try:
        return int(given.strip().removeprefix("W/").strip('"'))
    except ValueError:
        raise Invalid(
            "If-Match does not hold an ETag of this API.",
            errors=[FieldError("/headers/if-match", "if_match", "Send the ETag of the last answer, unchanged.")],
        ) from None


def match(version: int, current: int) -> None:
    """Refuse a change to something else than was read.

    Raises:
        Stale: `version` is not the current one (412).
    """
    if version != current:
        raise Stale(current)


def problems(*kinds: type[Any]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route for the problems that it may answer with; several of one status are joined."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = answers.setdefault(kind.status, {"description": ""})
        entry["description"] = "; ".join(filter(None, [entry["description"], f"{kind.title} (`{kind.slug}`)"]))
    return answers
