"""Keep webhook endpoints."""

from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.delivery.destination import DestinationRefused
from app.delivery.kinds import vet_types
from app.delivery.presets import OPEN_NOTIFICATIES
from app.delivery.schemas.endpoints import (
    CertificateIn,
    CertificateOut,
    EndpointChange,
    EndpointIn,
    EndpointMade,
    EndpointOut,
    EndpointsOut,
    VerificationOut,
)
from app.delivery.service import endpoints
from app.delivery.service.endpoints import Endpoint, Wishes
from app.delivery.states import NotVerified
from app.identity.doors import EndpointDoor

router = rooms_router("delivery")
EMPTIED: Final = frozenset({"label", "per_minute", "auth", "certificate"})  # what null empties; of the rest it says nothing


@router.post("/webhook-endpoints", status_code=201, responses=problems(Invalid, DestinationRefused, Refused))
async def create_webhook_endpoint(body: EndpointIn, work: EndpointDoor, request: Request, response: Response) -> EndpointMade:
    """Receive your organisation's events at a URL. The secret to verify them with is shown only in this answer.

    Unless you say otherwise it is `unverified` first: within a second we ask its receiver (OPTIONS) whether it wants our
    events, and again for an hour. What happens meanwhile waits. Look at `verification.error` when it does not become active.
    """
    vet_types(body.types, request.app.state.event_types)
    request.state.reservation = None  # a secret that is shown once must not lie in a stored answer
    endpoint, secret = await endpoints.create_endpoint(
        work, url=body.url, types=body.types, from_start=body.from_start, wishes=_wishes(body)
    )
    response.headers["ETag"] = etag(endpoint.version)
    response.headers["Location"] = f"/v1/webhook-endpoints/{endpoint.id}"
    return EndpointMade(**shown(endpoint).model_dump(), secret=secret)


@router.get("/webhook-endpoints")
async def list_webhook_endpoints(work: EndpointDoor) -> EndpointsOut:
    """Your organisation's endpoints, and how far the delivery to each is."""
    return EndpointsOut(items=[shown(one) for one in await endpoints.ours(work)])


@router.get("/webhook-endpoints/{endpoint_id}", responses=problems(Invalid, NotFound))
async def read_webhook_endpoint(endpoint_id: UUID, work: EndpointDoor, response: Response) -> EndpointOut:
    """One endpoint."""
    endpoint = await endpoints.endpoint(work, endpoint_id)
    response.headers["ETag"] = etag(endpoint.version)
    return shown(endpoint)


@router.patch(
    "/webhook-endpoints/{endpoint_id}",
    responses=problems(Invalid, NotFound, DestinationRefused, NotVerified, Stale, PreconditionRequired),
)
async def change_webhook_endpoint(
    endpoint_id: UUID, body: EndpointChange, work: EndpointDoor, request: Request, response: Response
) -> EndpointOut:
    """Change an endpoint; made active again, it goes on where it was. Needs If-Match.

    At another URL it is verified anew. After it was disabled: make it active, then POST …/recoveries for what was given up.
    """
    vet_types(body.types or (), request.app.state.event_types)
    endpoint = await endpoints.change_endpoint(work, endpoint_id, expected_version(request), _changes(body))
    response.headers["ETag"] = etag(endpoint.version)
    return shown(endpoint)


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204, responses=problems(Invalid, NotFound))
async def remove_webhook_endpoint(endpoint_id: UUID, work: EndpointDoor) -> None:
    """Deliver nothing more to an endpoint; its events stay in your feed."""
    await endpoints.remove_endpoint(work, endpoint_id)


def shown(endpoint: Endpoint) -> EndpointOut:
    """As its owner sees it."""
    same = {name: getattr(endpoint, name) for name in EndpointOut.model_fields if hasattr(endpoint, name)}
    subject, ends_at = endpoint.certificate_subject, endpoint.certificate_ends_at
    told = {
        "auth_kind": "zgwJwt" if endpoint.auth_kind == "zgw_jwt" else endpoint.auth_kind,
        "client_certificate": CertificateOut(subject=subject, ends_at=ends_at) if subject and ends_at else None,
        "verification": VerificationOut(
            method=endpoint.verification,
            verified_at=endpoint.verified_at,
            started_at=endpoint.verification_started_at,
            attempts=endpoint.verification_attempts,
            next_attempt_at=endpoint.next_verification_at,
            error=endpoint.verification_error,
            code_ends_at=endpoint.challenge_ends_at,
        ),
    }
    return EndpointOut(**same | told)


def _wishes(body: EndpointIn) -> Wishes:
    """What is left out is as usual; of a preset, as it wants it."""
    usual = "agreed" if body.preset == OPEN_NOTIFICATIES else "handshake"
    return Wishes(
        label=body.label,
        preset=body.preset,
        verification=body.verification or usual,
        municipality_codes=tuple(body.municipality_codes or ()),
        ordering=body.ordering or "strict",
        per_minute=body.per_minute,
        headers=body.headers,
        auth=body.auth.made() if body.auth else None,
        certificate=_pair(body.client_certificate),
    )


def _changes(body: EndpointChange) -> dict[str, Any]:
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    if "client_certificate" in changes:
        changes["certificate"] = _pair(changes.pop("client_certificate"))
    if auth := changes.get("auth"):
        changes["auth"] = auth.made()
    return {name: value for name, value in changes.items() if value is not None or name in EMPTIED}


def _pair(certificate: CertificateIn | None) -> tuple[str, str] | None:
    return (certificate.chain, certificate.key) if certificate else None
