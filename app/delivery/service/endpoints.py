"""Webhook endpoints of an organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core import clock
from app.core.errors import NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Work
from app.delivery import queries
from app.delivery.destination import destination
from app.delivery.signature import new_secret, shown
from app.delivery.tables import webhook_endpoint, webhook_secret
from app.vault.keys import master_key


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an organisation receives its events."""

    id: UUID
    organisation: UUID
    url: str
    types: tuple[str, ...]
    state: str
    delivered_through: int
    attempts: int
    next_attempt_at: datetime
    failing_since: datetime | None
    last_error: str | None
    created_at: datetime
    version: int


async def create_endpoint(work: Work, *, url: str, types: Sequence[str], from_start: bool) -> tuple[Endpoint, str]:
    """A new endpoint, and its secret, which can't be had again.

    It receives what happens from now on, or everything that is kept when `from_start`.

    Raises:
        DestinationRefused: we don't call this URL.
    """
    settings = work.database.settings
    destination(url, private_allowed=settings.webhooks_to_private_addresses)
    at = clock.wall()
    endpoint_id, secret = new_id(at), new_secret()
    head = await work.one(queries.HEAD, recipient=work.organisation)
    through = 0 if from_start or head is None else head["last"]
    endpoint = Endpoint(endpoint_id, work.organisation, url, tuple(types), "active", through, 0, at, None, None, at, version=1)
    work.write(
        webhook_endpoint,
        id=endpoint_id,
        organisation_id=work.organisation,
        url=url,
        types=list(types),
        state="active",
        delivered_through=through,
        attempts=0,
        next_attempt_at=at,
        created_at=at,
        version=1,
        verification="agreed",
        verified_at=at,
        municipality_codes=[],
        ordering="strict",
        auth_kind="none",
        header_names=[],
        pressing_told_through=0,
    )
    work.write(
        webhook_secret,
        id=new_id(at),
        endpoint_id=endpoint_id,
        organisation_id=work.organisation,
        kind="hmac",
        secret=master_key(settings).wrap(secret, endpoint_id),
        created_at=at,
    )
    return endpoint, shown(secret)


async def ours(work: Work) -> list[Endpoint]:
    """The endpoints of this organisation, oldest first."""
    return [_endpoint(row) for row in await work.rows(queries.ENDPOINTS)]


async def endpoint(work: Work, endpoint_id: UUID) -> Endpoint:
    """One of them.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    return _endpoint(await work.one(queries.ENDPOINT, endpoint_id=endpoint_id))


async def change_endpoint(work: Work, endpoint_id: UUID, version: int, changes: Mapping[str, Any]) -> Endpoint:
    """Change url, types or state. Made active again, it is tried at once and goes on where it was.

    Raises:
        NotFound: this organisation has no such endpoint.
        Stale: it was changed since it was read.
        DestinationRefused: we don't call this URL.
    """
    found = _endpoint(await work.one(queries.LOCKED, endpoint_id=endpoint_id))
    match(version, found.version)
    if "url" in changes:
        destination(changes["url"], private_allowed=work.database.settings.webhooks_to_private_addresses)
    values = dict(changes)
    if changes.get("state") == "active" and found.state != "active":
        values |= {
            "attempts": 0,
            "next_attempt_at": clock.wall(),
            "failing_since": None,
            "disabled_reason": None,
            "disabled_at": None,
        }
    await work.change(queries.CHANGE.values(version=version + 1, **values), endpoint_id=endpoint_id)
    work.ring(f"event:{found.organisation}:0")
    return await endpoint(work, endpoint_id)


async def remove_endpoint(work: Work, endpoint_id: UUID) -> None:
    """Deliver nothing more to it.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    if not await work.change(queries.REMOVE, endpoint_id=endpoint_id):
        raise NotFound("Your organisation has no such endpoint.")


def _endpoint(row: Mapping[str, Any] | None) -> Endpoint:
    if row is None:
        raise NotFound("Your organisation has no such endpoint.")
    return Endpoint(
        row["id"],
        row["organisation_id"],
        row["url"],
        tuple(row["types"]),
        row["state"],
        row["delivered_through"],
        row["attempts"],
        row["next_attempt_at"],
        row["failing_since"],
        row["last_error"],
        row["created_at"],
        row["version"],
    )
