"""Who rings at whose telephone, and what is known of one call on the line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.paging import Page, page_of
from app.core.work import Work
from app.telephony import queries
from app.telephony.line import LineState
from app.telephony.service.systems import System, system
from app.vault import open as vault
from app.vault.purpose import Purpose

NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """A call on the line, without its number; moments `offered_at`, `answered_at`, `ended_at` by the clock of the exchange."""

    id: UUID
    draft: UUID | None
    state: LineState
    queue: str | None
    extension: str | None
    rang_at: datetime | None
    offered_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    waited_ms: int | None
    talked_ms: int | None
    held_ms: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PutThrough:
    """A transfer with both its sides."""

    way: str
    result: str
    extension: str | None
    to: str | None
    accepted_by: str | None
    calling_at: datetime | None
    speaking_at: datetime | None
    accepted_at: datetime | None
    not_reached_at: datetime | None


async def screen(work: Work, system_id: UUID, extension: str) -> tuple[System, Sequence[OnTheLine]]:
    """What rings or is spoken at an extension now, oldest first.

    Raises:
        NotFound: this organisation has no such exchange.
    """
    found = await system(work, system_id)
    asked = {"organisation_id": work.organisation, "system_id": system_id, "extension": extension}
    return found, [_on_the_line(row) for row in await work.rows(queries.LIVE, **asked)]


async def of_call(work: Work, call_id: UUID, purpose: Purpose) -> tuple[OnTheLine, str | None, Sequence[PutThrough]]:
    """What the exchange told of a call: times, the caller's number while it is kept, transfers. The look is logged.

    Raises:
        NotFound: it did not come over the telephone, or is not this organisation's.
        Gone: its retention has ended.
    """
    row = await work.one(queries.OF_CALL, call_id=call_id)
    if row is None:
        raise NotFound("No exchange told of this call, or it is not your organisation's.")
    rows = await work.rows(queries.TRANSFERS, phone_call_id=row["id"])
    seals = [row["sealed"], *(one[column] for one in rows for column in ("sealed_to", "sealed_by"))]
    present = [seal for seal in seals if seal]
    opened = iter(await vault.unseal(work, row["case_id"], present, what=f"telephone call {call_id}", purpose=purpose))
    told = [next(opened) if seal else {} for seal in seals]
    transfers = [
        _put_through(one, told[1 + 2 * place].get("told"), told[2 + 2 * place].get("told")) for place, one in enumerate(rows)
    ]
    return _on_the_line(row), told[0].get("number"), transfers


async def unknown(work: Work, system_id: UUID, after: UUID | None, limit: int) -> Page[Mapping[str, Any]]:
    """Calls of which something was told, but never that they rang, oldest first.

    Raises:
        NotFound: this organisation has no such exchange.
    """
    await system(work, system_id)
    rows = await work.rows(queries.UNKNOWN, system_id=system_id, after=after or NO_ID, most=limit + 1)
    return page_of(list(rows), limit, rows[limit - 1]["id"] if len(rows) > limit else None)


def _on_the_line(row: Mapping[str, Any]) -> OnTheLine:
    shown = {name: row[name] for name in OnTheLine.__slots__ if name not in {"draft", "state"}}
    return OnTheLine(draft=row["call_id"], state=LineState(row["state"]), **shown)


def _put_through(row: Mapping[str, Any], to: str | None, by: str | None) -> PutThrough:
    shown = {name: row[name] for name in PutThrough.__slots__ if name not in {"to", "accepted_by"}}
    return PutThrough(to=to, accepted_by=by, **shown)
