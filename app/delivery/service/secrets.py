"""The secrets that sign deliveries: they take turns, and two sign while they overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.ids import new_id
from app.core.work import Row, Work
from app.delivery import queries
from app.delivery.rotation import MOST_AT_ONCE, public_key
from app.delivery.service.endpoints import endpoint
from app.delivery.signature import new_secret, shown
from app.delivery.tables import webhook_secret
from app.vault.keys import MasterKey, master_key
from app.vault.sealing import Broken


@dataclass(frozen=True, slots=True)
class Secret:
    """What may be seen of a secret. `public_key` is that of an Ed25519 key; None for hmac, or when it can't be read."""

    id: UUID
    kind: str
    created_at: datetime
    ends_at: datetime | None
    public_key: str | None


async def of_endpoint(work: Work, endpoint_id: UUID) -> list[Secret]:
    """The secrets that sign now, newest first.

    Raises:
        NotFound: this organisation has no such endpoint.
    """
    await endpoint(work, endpoint_id)
    key = master_key(work.database.settings)
    return [_shown(row, key) for row in await _living(work, endpoint_id)]


async def rotate(work: Work, endpoint_id: UUID, kind: str, overlap: timedelta) -> tuple[Secret, str | None]:
    """A new secret, of kind hmac or ed25519, and how it is shown to its owner (never again; None for ed25519).

    All those before it end after `overlap`, or sooner if they were to.

    Raises:
        NotFound: this organisation has no such endpoint.
        Conflict: too many sign already.
    """
    await _hold(work, endpoint_id)
    living = await _living(work, endpoint_id)
    if len(living) >= MOST_AT_ONCE:
        raise Conflict(
            f"{len(living)} secrets sign already, and receivers look at no more. End one with DELETE …/secrets/{{id}}."
        )
    at = clock.wall()
    await work.change(queries.END_SECRETS, endpoint_id=endpoint_id, secret_id=None, at=at, ends_at=at + overlap)
    made, secret_id = new_secret(), new_id(at)
    work.write(
        webhook_secret, id=secret_id, endpoint_id=endpoint_id, organisation_id=work.organisation, kind=kind,
        secret=master_key(work.database.settings).wrap(made, endpoint_id), created_at=at,
    )  # fmt: skip
    public = public_key(made) if kind == "ed25519" else None
    return Secret(secret_id, kind, at, None, public), None if public else shown(made)


async def end(work: Work, endpoint_id: UUID, secret_id: UUID) -> None:
    """Let a secret sign no more, from now on.

    Raises:
        NotFound: there is no such endpoint, or no such secret that signs.
        Conflict: it is the only one that goes on.
    """
    await _hold(work, endpoint_id)
    living = await _living(work, endpoint_id)
    if secret_id not in {row["id"] for row in living}:
        raise NotFound("This endpoint has no such secret that still signs. GET …/secrets lists those that do.")
    if all(row["id"] == secret_id or row["ends_at"] for row in living):
        raise Conflict(
            "This is the last secret: deliveries would be unsigned. POST …/secret-rotations makes its successor first."
        )
    at = clock.wall()
    await work.change(queries.END_SECRETS, endpoint_id=endpoint_id, secret_id=secret_id, at=at, ends_at=at)


async def _living(work: Work, endpoint_id: UUID) -> Sequence[Row]:
    return await work.rows(queries.SECRETS, endpoint_id=endpoint_id, at=clock.wall())


async def _hold(work: Work, endpoint_id: UUID) -> None:
    """Two rotations at once would each end the other's secret."""
    if await work.one(queries.LOCKED, endpoint_id=endpoint_id) is None:
        raise NotFound("Your organisation has no such endpoint.")


def _shown(row: Row, key: MasterKey) -> Secret:
    public = None
    if row["kind"] == "ed25519":
        try:
            public = public_key(key.unwrap(bytes(row["secret"]), row["endpoint_id"]))
        except Broken:  # sealed under another master key: what still signs is told of by the sender's log
            public = None
    return Secret(row["id"], row["kind"], row["created_at"], row["ends_at"], public)
