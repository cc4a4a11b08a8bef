"""Poll a feed; keep webhook endpoints and see what became of each delivery."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale, TooMany
from app.core.http import USUAL_LIMIT, Cursor, Limit, etag, expected_version, problems, rooms_router
from app.core.paging import after as cursor_id
from app.core.work import begin
from app.delivery import service
from app.delivery.destination import DestinationRefused
from app.delivery.envelope import BATCH, batch, page
from app.delivery.feed import Heads
from app.delivery.schemas import (
    AttemptOut,
    AttemptPage,
    EndpointChange,
    EndpointIn,
    EndpointMade,
    EndpointOut,
    EndpointsOut,
    FeedOut,
)
from app.delivery.service import CursorExpired, Endpoint, Events
from app.identity.doors import EndpointDoor, FeedReader

router = rooms_router("delivery")
POLL_AGAIN = "5"


@router.get(
    "/organisations/{organisation_id}/events",
    response_model=FeedOut,
    responses={
        **problems(Invalid, NotFound, CursorExpired, TooMany),
        304: {"description": "Nothing new since the answer with this ETag"},
    },
)
async def read_events(
    organisation_id: UUID,
    request: Request,
    actor: FeedReader,
    after: Annotated[int, Query(ge=0, le=2**62, description="The number of the last event that you processed")] = 0,
    limit: Limit = 100,
    wait: Annotated[int, Query(ge=0, le=30, description="Seconds to wait for something new")] = 0,
) -> Response:
    """The events of your organisation after a number: in order, without gaps, as often as you ask.

    Keep `next`, and send it as `after`. With `wait` the answer comes when there is something, or after that many seconds.
    """
    if actor.organisation != organisation_id:
        raise NotFound("This is not the feed of your organisation.")
    heads: Heads = request.app.state.heads
    if wait and heads.head(organisation_id) == after:
        await heads.wait(organisation_id, after, wait, actor.key or organisation_id)
    if heads.head(organisation_id) == after:
        return _answer(request, Events(after, (), after, 1))
    async with begin(request.app.state.database, actor, request_id=request.state.request_id) as work:
        found = await service.events(work, organisation_id, after, limit)
    return _answer(request, found)


@router.post("/webhook-endpoints", status_code=201, responses=problems(Invalid, DestinationRefused))
async def create_webhook_endpoint(body: EndpointIn, work: EndpointDoor, request: Request, response: Response) -> EndpointMade:
    """Receive your organisation's events at a URL. The secret to verify them with is shown only in this answer."""
    request.state.reservation = None  # a secret that is shown once must not lie in a stored answer
    endpoint, secret = await service.create_endpoint(work, url=body.url, types=body.types, from_start=body.from_start)
    response.headers["ETag"] = etag(endpoint.version)
    response.headers["Location"] = f"/v1/webhook-endpoints/{endpoint.id}"
    return EndpointMade(**_shown(endpoint).model_dump(), secret=secret)


@router.get("/webhook-endpoints")
async def list_webhook_endpoints(work: EndpointDoor) -> EndpointsOut:
    """Your organisation's endpoints, and how far the delivery to each is."""
    return EndpointsOut(items=[_shown(one) for one in await service.endpoints(work)])


@router.get("/webhook-endpoints/{endpoint_id}", responses=problems(Invalid, NotFound))
async def read_webhook_endpoint(endpoint_id: UUID, work: EndpointDoor, response: Response) -> EndpointOut:
    """One endpoint."""
    endpoint = await service.endpoint(work, endpoint_id)
    response.headers["ETag"] = etag(endpoint.version)
    return _shown(endpoint)


@router.patch(
    "/webhook-endpoints/{endpoint_id}",
    responses=problems(Invalid, NotFound, DestinationRefused, Stale, PreconditionRequired),
)
async def change_webhook_endpoint(
    endpoint_id: UUID, body: EndpointChange, work: EndpointDoor, request: Request, response: Response
) -> EndpointOut:
    """Change an endpoint; made active again, it goes on where it was. Needs If-Match."""
    changes = body.model_dump(exclude_none=True)
    endpoint = await service.change_endpoint(work, endpoint_id, expected_version(request), changes)
    response.headers["ETag"] = etag(endpoint.version)
    return _shown(endpoint)


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204, responses=problems(Invalid, NotFound))
async def remove_webhook_endpoint(endpoint_id: UUID, work: EndpointDoor) -> None:
    """Deliver nothing more to an endpoint; its events stay in your feed."""
    await service.remove_endpoint(work, endpoint_id)


@router.get("/webhook-endpoints/{endpoint_id}/attempts", responses=problems(Invalid, NotFound))
async def list_attempts(endpoint_id: UUID, work: EndpointDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> AttemptPage:
    """Every attempt to deliver to an endpoint, newest first."""
    found = await service.attempts(work, endpoint_id, cursor_id(cursor), limit)
    hidden = {"endpoint_id", "organisation_id"}
    items = [AttemptOut(**{key: value for key, value in row.items() if key not in hidden}) for row in found.items]
    return AttemptPage(items=items, next=found.next)


def _answer(request: Request, found: Events) -> Response:
    tag = f'"f-{found.after}-{found.reached}"'
    end = found.reached >= found.head
    headers = {"ETag": tag, **({"Retry-After": POLL_AGAIN} if end else {})}
    if not found.bodies and request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    following = f"{request.url.path}?after={found.reached}"
    headers["Link"] = f'<{following}>; rel="next"'
    if BATCH in request.headers.get("accept", ""):
        return Response(batch(found.bodies), headers=headers, media_type=BATCH)
    content = page(found.bodies, after=found.after, end=end, oldest=found.oldest)
    return Response(content, headers=headers, media_type="application/json")


def _shown(endpoint: Endpoint) -> EndpointOut:
    return EndpointOut(
        id=endpoint.id,
        url=endpoint.url,
        types=list(endpoint.types),
        state=endpoint.state,
        delivered_through=endpoint.delivered_through,
        attempts=endpoint.attempts,
        next_attempt_at=endpoint.next_attempt_at,
        failing_since=endpoint.failing_since,
        last_error=endpoint.last_error,
        created_at=endpoint.created_at,
        version=endpoint.version,
    )
