"""Exchanges of an organisation: registered, their secret renewed, removed; and who sits at which extension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from app.core import clock
from app.core.actor import GATE, Actor, Role
from app.core.db import Database
from app.core.errors import NotFound, Unauthenticated
from app.core.http import match
from app.core.ids import new_id
from app.core.work import Work, begin
from app.delivery.signature import fits, new_secret, shown
from app.telephony import links, queries
from app.telephony.skew import Skew
from app.telephony.tables import phone_system
from app.vault.keys import master_key

OVERLAP: Final = timedelta(hours=24)  # ⚙ how long the secret before still fits
TOLERANCE: Final = timedelta(minutes=5)  # ⚙ of a delivery's own timestamp, which its sender sets with every attempt


@dataclass(frozen=True, slots=True)
class System:
    """A telephone exchange. `skew` is how far its clock seems to be from ours."""

    id: UUID
    organisation: UUID
    label: str
    link: str
    created_at: datetime
    last_event_at: datetime | None
    previous_until: datetime | None
    skew: Skew
    version: int


@dataclass(frozen=True, slots=True)
class LineOf:
    """An exchange as an operator sees it, and where they sit."""

    system_id: UUID
    label: str
    extension: str | None


async def register(work: Work, label: str, link: str) -> tuple[System, str]:
    """A new exchange, and the secret with which it signs, which can't be had again.

    Raises:
        Invalid: the link is no template.
    """
    at, secret = clock.wall(), new_secret()
    made = System(new_id(at), work.organisation, label, links.checked(link), at, None, None, Skew(), version=1)
    work.write(
        phone_system,
        id=made.id,
        organisation_id=made.organisation,
        label=label,
        link=link,
        secret=master_key(work.database.settings).wrap(secret, made.id),
        created_at=at,
        skew={},
        version=1,
    )
    return made, shown(secret)


async def systems(work: Work) -> list[System]:
    """The exchanges of this organisation, oldest first."""
    return [_system(row) for row in await work.rows(queries.SYSTEMS)]


async def system(work: Work, system_id: UUID) -> System:
    """One of them.

    Raises:
        NotFound: this organisation has no such exchange.
    """
    return _system(await work.one(queries.SYSTEM, system_id=system_id))


async def change(work: Work, system_id: UUID, version: int, changes: Mapping[str, Any]) -> System:
    """Change label or link.

    Raises:
        NotFound: this organisation has no such exchange.
        Stale: it was changed since it was read.
        Invalid: the link is no template.
    """
    if "link" in changes:
        links.checked(changes["link"])
    return replace(await _changed(work, system_id, version, changes), **changes)


async def renew_secret(work: Work, system_id: UUID, version: int) -> tuple[System, str]:
    """Another secret; the one before fits for a day more, so that no event is refused meanwhile.

    Raises:
        NotFound, Stale: as `change`.
    """
    secret, until = new_secret(), clock.wall() + OVERLAP
    wrapped = master_key(work.database.settings).wrap(secret, system_id)
    now = {"secret": wrapped, "previous_secret": phone_system.c.secret, "previous_until": until}
    found = await _changed(work, system_id, version, now)
    return replace(found, previous_until=until), shown(secret)


async def remove(work: Work, system_id: UUID, version: int) -> None:
    """Take nothing more from it; its calls and figures stay.

    Raises:
        NotFound, Stale: as `change`.
    """
    await _changed(work, system_id, version, {"removed_at": clock.wall()})


async def sit_down(work: Work, system_id: UUID, extension: str) -> None:
    """Calls that are answered at this extension are mine from now on.

    Raises:
        NotFound: this organisation has no such exchange.
    """
    await system(work, system_id)
    who = {"key_id": work.actor.key, "organisation_id": work.organisation, "at": work.at}
    await work.change(queries.SIT_DOWN, system_id=system_id, extension=extension, **who)


async def stand_up(work: Work, system_id: UUID, extension: str) -> None:
    """They are no longer. Whoever sits there instead of me stays.

    Raises:
        NotFound: this organisation has no such exchange.
    """
    await system(work, system_id)
    await work.change(queries.STAND_UP, system_id=system_id, extension=extension, key_id=work.actor.key)


async def lines(work: Work) -> list[LineOf]:
    """The exchanges that an operator may sit at, and where they do."""
    rows = await work.rows(queries.LINES_OF, key_id=work.actor.key)
    return [LineOf(row["id"], row["label"], row["extension"]) for row in rows]


async def who_signed(
    database: Database, system_id: UUID, *, message: str, timestamp: str, signature: str, body: bytes
) -> tuple[Actor, System]:
    """The exchange that signed this delivery, as an actor.

    Raises:
        Unauthenticated: it did not, or its timestamp is too far from now; which, is told only to whoever signed.
    """
    async with begin(database, GATE) as work:
        row = await work.one(queries.SYSTEM, system_id=system_id)
    at = clock.wall()
    if (
        row is None
        or not (timestamp.isascii() and timestamp.isdigit())
        or not fits(_secrets(database, row, at), message, int(timestamp), body, signature)
    ):
        raise Unauthenticated(
            "No exchange of that id signed this. Sign `{webhook-id}.{webhook-timestamp}.{body}` with its secret."
        )
    if abs(at.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise Unauthenticated(
            f"The webhook-timestamp is more than {TOLERANCE.seconds // 60} minutes from our clock ({at:%Y-%m-%dT%H:%M:%SZ}). Set"
            " the clock of the sender right, and make a new timestamp and signature with every attempt."
        )
    found = _system(row)
    return Actor(found.organisation, Role.EXCHANGE, found.id), found


def _secrets(database: Database, row: Mapping[str, Any], at: datetime) -> Sequence[bytes]:
    wrapped = [row["secret"]]
    if row["previous_until"] and row["previous_until"] > at:
        wrapped.append(row["previous_secret"])
    master = master_key(database.settings)
    return [master.unwrap(bytes(one), row["id"]) for one in wrapped]


async def _changed(work: Work, system_id: UUID, version: int, columns: Mapping[str, Any]) -> System:
    found = _system(await work.one(queries.LOCKED, system_id=system_id))
    match(version, found.version)
    await work.change(queries.CHANGE.values(version=version + 1, **columns), system_id=system_id)
    return replace(found, version=version + 1)


def _system(row: Mapping[str, Any] | None) -> System:
    if row is None:
        raise NotFound("Your organisation has no telephone system with this id.")
    return System(
        row["id"],
        row["organisation_id"],
        row["label"],
        row["link"],
        row["created_at"],
        row["last_event_at"],
        row["previous_until"],
        skew_of(row["skew"]),
        row["version"],
    )


def skew_of(stored: Mapping[str, Any]) -> Skew:
    """A skew as it was stored."""
    since = stored.get("since")
    return Skew(stored.get("before"), stored.get("running"), datetime.fromisoformat(since) if since else None)


def stored(skew: Skew) -> dict[str, Any]:
    """A skew as it is stored."""
    return dict(orjson.loads(orjson.dumps(skew)))
