"""Keep the participants of an organisation."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.core.errors import NotFound
from app.core.http import match
from app.core.ids import new_id
from app.core.paging import Page, page_of
from app.core.work import Work
from app.rosters import queries
from app.rosters.participants import Participant
from app.rosters.service.ahead import make_ahead
from app.rosters.service.people import participant_of
from app.rosters.tables import participant as table

NO_ID: Final = UUID(int=0)


def add_participant(work: Work, told: Mapping[str, Any]) -> Participant:
    """A new participant of this work's organisation."""
    made = Participant(id=new_id(work.at), organisation_id=work.organisation, **told)
    work.write(table, id=made.id, organisation_id=made.organisation_id, version=1, **_stored(told))
    return made


async def participants(work: Work, after: UUID | None, limit: int) -> Page[Participant]:
    """The participants of this organisation, by id."""
    found = [participant_of(row) for row in await work.rows(queries.PARTICIPANTS.limit(limit + 1), after=after or NO_ID)]
    return page_of(found, limit, found[limit - 1].id if len(found) > limit else None)


async def participant(work: Work, participant_id: UUID) -> Participant:
    """One of them.

    Raises:
        NotFound: this organisation has no such participant.
    """
    row = await work.one(queries.PARTICIPANT, participant_id=participant_id)
    if row is None:
        raise NotFound("Your organisation has no such participant. GET /v1/participants lists them.")
    return participant_of(row)


async def change_participant(work: Work, participant_id: UUID, version: int, told: Mapping[str, Any]) -> Participant:
    """Say everything about a participant anew; shifts to come follow: another name, or nobody after an end.

    Raises:
        NotFound: this organisation has no such participant.
        Stale: it was changed since it was read.
    """
    row = await work.one(queries.PARTICIPANT_LOCKED, participant_id=participant_id)
    if row is None:
        raise NotFound("Your organisation has no such participant. GET /v1/participants lists them.")
    match(version, row["version"])
    await work.change(queries.CHANGE_PARTICIPANT.values(version=version + 1, **_stored(told)), participant_id=participant_id)
    await make_ahead(work, await planned_on(work, participant_id), reason="participant_changed")
    return await participant(work, participant_id)


async def planned_on(work: Work, participant_id: UUID) -> list[UUID]:
    """The rosters on which somebody is planned in any way: by a rotation, an override that counts or a sign-up."""
    return [row["roster_id"] for row in await work.rows(queries.PLANNED_ON, participant_id=participant_id)]


async def end_participant(work: Work, participant_id: UUID, version: int, on: date) -> Participant:
    """Let somebody take no shifts from a day on.

    Raises:
        NotFound: this organisation has no such participant.
        Stale: it was changed since it was read.
    """
    found = await participant(work, participant_id)
    told = {"name": found.name, "phone": found.phone, "email": found.email, "qualifications": found.qualifications}
    return await change_participant(work, participant_id, version, told | {"ends_on": on})


def _stored(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, "qualifications": sorted(told.get("qualifications", ()))}
