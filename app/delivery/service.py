"""Webhook endpoints of an organisation, its feed, and how far delivery is behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.core import clock
from app.core.errors import Gone, Invalid, NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.work import Work
from app.delivery import queries
from app.delivery.destination import destination
from app.delivery.signature import new_secret, shown
from app.delivery.tables import webhook_endpoint
from app.vault.keys import master_key

LAST_ID: Final = UUID(int=(1 << 128) - 1)


class CursorExpired(Gone):
    """Events before the oldest that is kept were asked for."""

    slug, title = "cursor-expired", "These events are no longer kept"


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


@dataclass(frozen=True, slots=True)
class Events:
    """A part of a feed: the events' own bytes, in order and without gaps after `after`."""

    after: int
    bodies: Sequence[bytes]
    head: int
    oldest: int

    @property
    def reached(self) -> int:
        """The number of the last event of this part."""
        return self.after + len(self.bodies)


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
        secret=master_key(settings).wrap(secret, endpoint_id),
        types=list(types),
        state="active",
        delivered_through=through,
        attempts=0,
        next_attempt_at=at,
        created_at=at,
        version=1,
    )
    return endpoint, shown(secret)


async def endpoints(work: Work) -> list[Endpoint]:
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
        values |= {"attempts": 0, "next_attempt_at": clock.wall(), "failing_since": None}
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


async def attempts(work: Work, endpoint_id: UUID, before: UUID | None, limit: int) -> Page[Mapping[str, Any]]:
    """The attempts to deliver to an endpoint, newest first.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    await endpoint(work, endpoint_id)
    query = queries.ATTEMPTS.limit(limit + 1)
    rows = [dict(row) for row in await work.rows(query, endpoint_id=endpoint_id, before=before or LAST_ID)]
    return page_of(rows, limit, rows[limit - 1]["id"] if len(rows) > limit else None)


async def events(work: Work, recipient: UUID, after: int, limit: int) -> Events:
    """The part of a recipient's feed after a number.

    Raises:
        Invalid: the number lies ahead of the feed.
        CursorExpired: it lies before the oldest event that is kept.
    """
    row = await work.one(queries.FEED, recipient=recipient, after=after, most=limit)
    if row is None:
        raise LookupError("The feed's question always has an answer.")
    head, oldest = row["head"], row["oldest"] or row["head"] + 1
    if after > head:
        raise Invalid(
            f"`after` is {after}, and the last event has number {head}. Was a backup restored? Start again after {head}."
        )
    if after < oldest - 1:
        raise CursorExpired(
            "The events after this number are no longer all kept. Read GET /v1/cases?mine=true and"
            f" GET /v1/offers?state=pending, then go on after {oldest - 1}.",
            oldest=str(oldest),
        )
    return Events(after, row["bodies"], head, oldest)


async def oldest_undelivered(work: Work) -> timedelta | None:
    """How long the oldest event has been waiting that an active endpoint has not received; None when there is none."""
    row = await work.one(queries.OLDEST_UNDELIVERED)
    return work.at - row["at"] if row and row["at"] else None


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
