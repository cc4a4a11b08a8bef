"""How an organisation or a service came to be what the directory says of it: every change, when, by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.work import Work
from app.directory.history import Entry, Version, history
from app.directory.queries import organisations as queries
from app.directory.service.organisations import organisation
from app.directory.service.services import service
from app.identity.service import Whose, whose


@dataclass(frozen=True, slots=True)
class History:
    """Changes, newest first, and whose the keys are that made them; a key that is missing was no key, or is no more."""

    entries: Sequence[Entry]
    whose: Mapping[UUID, Whose]


async def history_of_organisation(work: Work, organisation_id: UUID) -> History:
    """Every change of an organisation.

    Raises:
        NotFound: there is none with this id.
    """
    await organisation(work, organisation_id)
    rows = await work.rows(queries.ORGANISATION_VERSIONS, id=organisation_id)
    return await _told(work, history([_version(row) for row in rows]))


async def history_of_service(work: Work, service_id: UUID) -> History:
    """Every change of a service and of its areas.

    Raises:
        NotFound: there is none with this id.
    """
    await service(work, service_id)
    rows = await work.rows(queries.SERVICE_VERSIONS, id=service_id)
    areas = await work.rows(queries.AREA_VERSIONS, id=service_id)
    return await _told(work, history([_version(row) for row in rows], [_version(row) for row in areas]))


async def _told(work: Work, entries: tuple[Entry, ...]) -> History:
    return History(entries, await whose(work, {one.by for one in entries if one.by}))


def _version(row: Mapping[str, Any]) -> Version:
    return Version(row["at"], row["until"], row["by"], row["ended_by"], row["told"])
