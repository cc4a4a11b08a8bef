"""Rosters and the shifts on them: who is on duty is the directory's, how it is planned is not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.core.errors import FieldError, Invalid, NotFound
from app.core.ids import new_id
from app.core.spans import Span
from app.core.work import EVERYWHERE, Work
from app.directory import tables
from app.directory.planned import Difference, KeptShift, PlannedShift, difference
from app.directory.queries import shifts as queries


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster of a service, which is an organisation on a line."""

    id: UUID
    number: int
    name: str
    service_id: UUID
    organisation_id: UUID
    line: str


async def rosters(work: Work, roster_ids: Sequence[UUID]) -> dict[UUID, Roster]:
    """Rosters by their ids; ids of none are left out."""
    return {row["id"]: Roster(**row) for row in await work.rows(queries.ROSTERS, rosters=list(roster_ids))}


async def unplanned(work: Work) -> list[Roster]:
    """The rosters on which nobody was ever planned by id."""
    return [Roster(**row) for row in await work.rows(queries.UNPLANNED)]


async def own_service(work: Work, service_id: UUID) -> UUID:
    """The organisation of a service that this work may change.

    Raises:
        Invalid: it is no service of this organisation.
    """
    row = await work.one(queries.SERVICE, service_id=service_id)
    if row and (row["organisation_id"] == work.organisation or EVERYWHERE in work.actor.scopes):
        organisation: UUID = row["organisation_id"]
        return organisation
    fault = FieldError("/serviceId", "service", "Name a service of your organisation.")
    raise Invalid("Your organisation has no such service. GET /v1/municipalities/{code} tells who serves.", errors=[fault])


def make_roster(work: Work, service_id: UUID, name: str) -> UUID:
    """A new roster of a service, without shifts; its id."""
    roster_id = new_id(work.at)
    work.write(tables.roster, id=roster_id, service_id=service_id, name=name)
    return roster_id


async def change_roster(work: Work, roster_id: UUID, service_id: UUID, name: str) -> None:
    """Give a roster another name or service."""
    await work.change(queries.RENAME, roster_id=roster_id, service_id=service_id, name=name)


async def shifts_on(work: Work, roster_ids: Iterable[UUID], span: Span) -> list[KeptShift]:
    """The shifts of rosters that touch a span, by roster, layer and time."""
    rows = await work.rows(queries.OF_ROSTERS, rosters=list(roster_ids), starts_at=span.start, ends_at=span.end)
    return [_kept(row) for row in rows]


async def shifts_of(work: Work, participants: Iterable[UUID], span: Span) -> list[KeptShift]:
    """The shifts of participants that touch a span, on whatever roster, by time."""
    rows = await work.rows(queries.OF_PARTICIPANTS, participants=list(participants), starts_at=span.start, ends_at=span.end)
    return [_kept(row) for row in rows]


async def shifts_with_participant(work: Work, span: Span) -> list[KeptShift]:
    """Every shift that touches a span and whose participant is known by id, by time."""
    return [_kept(row) for row in await work.rows(queries.WITH_PARTICIPANT, starts_at=span.start, ends_at=span.end)]


async def shifts_starting(work: Work, after: datetime, until: datetime) -> list[KeptShift]:
    """Every shift that begins after a moment and not later than another, and whose participant is known by id."""
    return [_kept(row) for row in await work.rows(queries.STARTING, after=after, until=until)]


async def shift(work: Work, shift_id: UUID) -> KeptShift:
    """One shift.

    Raises:
        NotFound: there is none with this id (any more).
    """
    row = await work.one(queries.ONE, shift_id=shift_id)
    if row is None:
        raise NotFound("There is no shift with this id (any more). GET /v1/rosters/{id}/shifts lists them.")
    return _kept(row)


async def make_exactly(work: Work, roster_ids: Sequence[UUID], since: datetime, planned: Iterable[PlannedShift]) -> Difference:
    """Let the shifts of these rosters that end after `since` be exactly the planned ones; what was different comes back.

    What is the same is not touched, so its id stays and the directory's history tells real changes only. At most five
    statements, however many rosters and shifts. Lock what planned them first: two at once would meet at the constraint.
    """
    known = await rosters(work, roster_ids)
    span = Span(since, datetime.max.replace(tzinfo=since.tzinfo))
    found = difference(await shifts_on(work, roster_ids, span), planned)
    if found.gone:
        await work.change(queries.DELETE, ids=[one.id for one in found.gone])
    if found.changed:
        told = [
            {"id": str(was.id), "span": _range(to.span), "participant_id": str(to.participant_id), "participant": to.participant}
            for was, to in found.changed
        ]
        await work.change(queries.CHANGE, changed=orjson.dumps(told).decode())
    for one in found.new:
        work.write(
            tables.shift,
            id=new_id(work.at),
            roster_number=known[one.roster_id].number,
            layer=one.layer,
            span=_range(one.span),
            participant=one.participant,
            participant_id=one.participant_id,
        )
    await work.flush()
    return found


def _range(span: Span) -> str:
    return f"[{span.start.isoformat()},{span.end.isoformat()})"


def _kept(row: Mapping[str, Any]) -> KeptShift:
    told = {key: value for key, value in row.items() if key not in {"starts_at", "ends_at"}}
    return KeptShift(span=Span(row["starts_at"], row["ends_at"]), **told)
