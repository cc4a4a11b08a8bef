"""Keep participants."""

from uuid import UUID

from fastapi import Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.directory.service.look_up import local_day
from app.identity.doors import DirectoryDoor
from app.rosters.schemas.participants import ParticipantIn, ParticipantOut
from app.rosters.service import participants as service

router = rooms_router("rosters")
CHANGING = problems(Invalid, NotFound, Stale, PreconditionRequired)


@router.post("/participants", status_code=201, responses=problems(Invalid))
async def add_participant(body: ParticipantIn, work: DirectoryDoor, response: Response) -> ParticipantOut:
    """A new participant of your organisation."""
    made = service.add_participant(work, body.told())
    response.headers["ETag"] = etag(made.version)
    response.headers["Location"] = f"/v1/participants/{made.id}"
    return ParticipantOut.of(made)


@router.get("/participants", responses=problems(Invalid))
async def list_participants(work: DirectoryDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> PageOut[ParticipantOut]:
    """The participants of your organisation."""
    page = await service.participants(work, after(cursor), limit)
    return PageOut[ParticipantOut](items=[ParticipantOut.of(one) for one in page.items], next=page.next)


@router.get("/participants/{participant_id}", responses=problems(Invalid, NotFound))
async def read_participant(participant_id: UUID, work: DirectoryDoor, response: Response) -> ParticipantOut:
    """One of them."""
    found = await service.participant(work, participant_id)
    response.headers["ETag"] = etag(found.version)
    return ParticipantOut.of(found)


@router.put("/participants/{participant_id}", responses=CHANGING)
async def change_participant(
    participant_id: UUID, body: ParticipantIn, work: DirectoryDoor, request: Request, response: Response
) -> ParticipantOut:
    """Say everything about a participant anew; their shifts to come follow. Needs If-Match."""
    found = await service.change_participant(work, participant_id, expected_version(request), body.told())
    response.headers["ETag"] = etag(found.version)
    return ParticipantOut.of(found)


@router.delete("/participants/{participant_id}", status_code=204, responses=CHANGING)
async def end_participant(participant_id: UUID, work: DirectoryDoor, request: Request) -> None:
    """Let a participant take no shifts from now on; who they were stays readable. Needs If-Match."""
    await service.end_participant(work, participant_id, expected_version(request), local_day(work.at))
