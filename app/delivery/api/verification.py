"""Verify endpoints."""

from uuid import UUID

from fastapi import Response

from app.core.errors import Conflict, Invalid, NotFound
from app.core.http import etag, problems, rooms_router
from app.delivery.api.endpoints import shown
from app.delivery.schemas.endpoints import ConfirmationIn, EndpointOut
from app.delivery.service import endpoints, verification
from app.delivery.service.verification import CodeWrong
from app.delivery.states import NotVerified
from app.identity.doors import EndpointDoor

router = rooms_router("delivery")


@router.post("/webhook-endpoints/{endpoint_id}/verifications", status_code=202, responses=problems(Invalid, NotFound, Conflict))
async def verify_webhook_endpoint(endpoint_id: UUID, work: EndpointDoor, response: Response) -> EndpointOut:
    """Verify an unverified endpoint anew: ask its receiver at once, or send another code in place of the one before."""
    await verification.start_again(work, endpoint_id)
    endpoint = await endpoints.endpoint(work, endpoint_id)
    response.headers["ETag"] = etag(endpoint.version)
    return shown(endpoint)


@router.post(
    "/webhook-endpoints/{endpoint_id}/confirmations", responses=problems(Invalid, NotFound, CodeWrong, NotVerified, Conflict)
)
async def confirm_webhook_endpoint(
    endpoint_id: UUID, body: ConfirmationIn, work: EndpointDoor, response: Response
) -> EndpointOut:
    """Confirm with the code that reached the receiver; from now on the endpoint is active."""
    await verification.confirm(work, endpoint_id, body.code)
    endpoint = await endpoints.endpoint(work, endpoint_id)
    response.headers["ETag"] = etag(endpoint.version)
    return shown(endpoint)
