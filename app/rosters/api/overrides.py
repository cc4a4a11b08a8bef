"""Swaps, absences, extras and covers."""

from uuid import UUID

from fastapi import Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.ids import new_id
from app.core.paging import after
from app.identity.doors import DirectoryDoor
from app.rosters.overrides import State
from app.rosters.periods import period
from app.rosters.schedule import Kind, Override
from app.rosters.schemas.overrides import AbsenceIn, AnswerIn, OverrideIn, OverrideOut, SwapIn
from app.rosters.service import overrides as service
from app.rosters.service.overrides import LONGEST, SwapLapsed
from app.rosters.service.rosters import ShiftsOverlap

router = rooms_router("rosters")


@router.post("/rosters/{roster_id}/overrides", status_code=201, responses=problems(Invalid, NotFound, ShiftsOverlap))
async def add_override(roster_id: UUID, body: OverrideIn, work: DirectoryDoor, response: Response) -> OverrideOut:
    """An absence, an extra or a cover counts at once; a swap when who was asked accepts, or the planner sets it."""
    if isinstance(body, SwapIn):
        ids = body.shift_id, body.other_shift_id
        made = await service.ask_swap(work, roster_id, ids, body.reason, planner_sets=body.planner_sets)
    else:
        told = Override(
            id=new_id(work.at),
            kind=Kind(body.kind),
            participant=body.participant_id,
            span=period(body.starts_at, body.ends_at, LONGEST),
            layer=None if isinstance(body, AbsenceIn) else body.layer,
            other=body.cover_participant_id if isinstance(body, AbsenceIn) else None,
        )
        made = await service.put_over(work, roster_id, told, body.reason)
    response.headers["ETag"] = etag(made.version)
    response.headers["Location"] = f"/v1/overrides/{made.override.id}"
    return OverrideOut.of(made)


@router.get("/rosters/{roster_id}/overrides", responses=problems(Invalid, NotFound))
async def list_overrides(
    roster_id: UUID, work: DirectoryDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT
) -> PageOut[OverrideOut]:
    """The overrides of a roster, whatever became of them, oldest first."""
    page = await service.overrides(work, roster_id, after(cursor), limit)
    return PageOut[OverrideOut](items=[OverrideOut.of(one) for one in page.items], next=page.next)


@router.get("/overrides/{override_id}", responses=problems(Invalid, NotFound))
async def read_override(override_id: UUID, work: DirectoryDoor, response: Response) -> OverrideOut:
    """One override."""
    found = await service.override(work, override_id)
    response.headers["ETag"] = etag(found.version)
    return OverrideOut.of(found)


@router.post(
    "/overrides/{override_id}/answer", responses=problems(Invalid, NotFound, Refused, SwapLapsed, Stale, PreconditionRequired)
)
async def answer_override(
    override_id: UUID, body: AnswerIn, work: DirectoryDoor, request: Request, response: Response
) -> OverrideOut:
    """Accept or decline a swap, or withdraw any override; the shifts follow at once. Needs If-Match."""
    version, state = expected_version(request), State(body.state)
    found = await service.answer(work, override_id, version, state, body.participant_id)
    response.headers["ETag"] = etag(found.version)
    return OverrideOut.of(found)
