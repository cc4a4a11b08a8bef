"""Keep webhook endpoints."""

from uuid import UUID

from fastapi import Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.delivery.destination import DestinationRefused
from app.delivery.schemas.endpoints import EndpointChange, EndpointIn, EndpointMade, EndpointOut, EndpointsOut
from app.delivery.service import endpoints
from app.delivery.service.endpoints import Endpoint
from app.identity.doors import EndpointDoor

router = rooms_router("delivery")


@router.post("/webhook-endpoints", status_code=201, responses=problems(Invalid, DestinationRefused))
async def create_webhook_endpoint(body: EndpointIn, work: EndpointDoor, request: Request, response: Response) -> EndpointMade:
    """Receive your organisation's events at a URL. The secret to verify them with is shown only in this answer."""
    request.state.reservation = None  # a secret that is shown once must not lie in a stored answer
    endpoint, secret = await endpoints.create_endpoint(work, url=body.url, types=body.types, from_start=body.from_start)
    response.headers["ETag"] = etag(endpoint.version)
    response.headers["Location"] = f"/v1/webhook-endpoints/{endpoint.id}"
    return EndpointMade(**_shown(endpoint).model_dump(), secret=secret)


@router.get("/webhook-endpoints")
async def list_webhook_endpoints(work: EndpointDoor) -> EndpointsOut:
    """Your organisation's endpoints, and how far the delivery to each is."""
    return EndpointsOut(items=[_shown(one) for one in await endpoints.ours(work)])


@router.get("/webhook-endpoints/{endpoint_id}", responses=problems(Invalid, NotFound))
async def read_webhook_endpoint(endpoint_id: UUID, work: EndpointDoor, response: Response) -> EndpointOut:
    """One endpoint."""
    endpoint = await endpoints.endpoint(work, endpoint_id)
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
    endpoint = await endpoints.change_endpoint(work, endpoint_id, expected_version(request), changes)
    response.headers["ETag"] = etag(endpoint.version)
    return _shown(endpoint)


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204, responses=problems(Invalid, NotFound))
async def remove_webhook_endpoint(endpoint_id: UUID, work: EndpointDoor) -> None:
    """Deliver nothing more to an endpoint; its events stay in your feed."""
    await endpoints.remove_endpoint(work, endpoint_id)


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
