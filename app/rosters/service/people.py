"""Participants by their ids; beneath every other service of this room, since all of them need it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.rosters import queries
from app.rosters.participants import Participant

NOBODY: Final[Mapping[UUID, Participant]] = MappingProxyType({})


async def people(work: Work, ids: Iterable[UUID], known: Mapping[UUID, Participant] = NOBODY) -> dict[UUID, Participant]:
    """Those of the participants with these ids that this work may see; who is `known` isn't read again."""
    wanted = set(ids)
    found = {one: known[one] for one in wanted if one in known}
    if len(found) < len(wanted):
        rows = await work.rows(queries.PARTICIPANTS_OF, ids=sorted(wanted - found.keys()))
        found |= {row["id"]: participant_of(row) for row in rows}
    return found


async def usable(work: Work, organisation_id: UUID, ids: Iterable[UUID], pointer: str) -> dict[UUID, Participant]:
    """The participants with these ids, all of one organisation and none of them ended.

    Raises:
        Invalid: one is not there, or takes no shifts any more; `pointer` says where it was named.
    """
    wanted = set(ids)
    found = await people(work, wanted)
    if any(one not in found or found[one].organisation_id != organisation_id for one in wanted):
        fault = FieldError(pointer, "participant", "Name a participant of the roster's organisation.")
        raise Invalid("A participant is not known. GET /v1/participants lists them. Nothing was changed.", errors=[fault])
    if any(one.has_ended(work.at) for one in found.values()):
        fault = FieldError(pointer, "participant_ended", "Take another participant, or take the end date away first.")
        raise Invalid("A participant takes no shifts any more. Nothing was changed.", errors=[fault])
    return found


def participant_of(row: Mapping[str, Any]) -> Participant:
    """A participant as it is stored."""
    return Participant(**{**row, "qualifications": tuple(row["qualifications"])})
