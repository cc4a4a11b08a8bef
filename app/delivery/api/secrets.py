"""Let the secrets of an endpoint take turns."""

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from fastapi import Request

from app.core.errors import Conflict, Invalid, NotFound
from app.core.http import problems, rooms_router
from app.delivery.schemas.endpoints import RotationIn, SecretMade, SecretOut, SecretsOut
from app.delivery.service import secrets
from app.identity.doors import EndpointDoor

router = rooms_router("delivery")


@router.get("/webhook-endpoints/{endpoint_id}/secrets", responses=problems(Invalid, NotFound))
async def list_webhook_secrets(endpoint_id: UUID, work: EndpointDoor) -> SecretsOut:
    """What signs deliveries to an endpoint now, newest first; of Ed25519 keys also the public key."""
    return SecretsOut(items=[SecretOut(**asdict(one)) for one in await secrets.of_endpoint(work, endpoint_id)])


@router.post(
    "/webhook-endpoints/{endpoint_id}/secret-rotations", status_code=201, responses=problems(Invalid, NotFound, Conflict)
)
async def rotate_webhook_secret(endpoint_id: UUID, body: RotationIn, work: EndpointDoor, request: Request) -> SecretMade:
    """Sign with a new secret, shown only in this answer. Those before it sign beside it while they overlap, then no more."""
    request.state.reservation = None  # as for a new endpoint
    made, secret = await secrets.rotate(work, endpoint_id, body.kind, timedelta(hours=body.overlap_hours))
    return SecretMade(**asdict(made), secret=secret)


@router.delete(
    "/webhook-endpoints/{endpoint_id}/secrets/{secret_id}", status_code=204, responses=problems(Invalid, NotFound, Conflict)
)
async def end_webhook_secret(endpoint_id: UUID, secret_id: UUID, work: EndpointDoor) -> None:
    """Let a secret sign no more, at once: it leaked, or every receiver has its successor. The last one stays."""
    await secrets.end(work, endpoint_id, secret_id)
