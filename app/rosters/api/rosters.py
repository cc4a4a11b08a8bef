"""Keep rosters and rotations, see what comes of them, and try a proposal."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, AskedMoment, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.identity.doors import DirectoryDoor
from app.rosters.periods import period
from app.rosters.schemas.rosters import RosterChange, RosterIn, RosterOut, RotationIn, RotationOut
from app.rosters.schemas.shifts import OnDutyOut, ProposalIn, RosterPreviewOut, ScheduleOut
from app.rosters.service import rosters as service
from app.rosters.service import shown
from app.rosters.service.rosters import ShiftsOverlap

router = rooms_router("rosters")
CHANGING = problems(Invalid, NotFound, Stale, PreconditionRequired)
PLANNING = problems(Invalid, NotFound, ShiftsOverlap, Stale, PreconditionRequired)
LONGEST = timedelta(days=100)
From = Annotated[AskedMoment | None, Query(alias="startsAt", description="Default: now")]
Until = Annotated[AskedMoment | None, Query(alias="endsAt", description="Default: four weeks later")]
USUAL = timedelta(weeks=4)


@router.post("/rosters", status_code=201, responses=problems(Invalid, ShiftsOverlap))
async def add_roster(body: RosterIn, work: DirectoryDoor, response: Response) -> RosterOut:
    """A new roster of one of your services, with its rotations; shifts are made twelve weeks ahead at once."""
    made = await service.add_roster(work, body.told(), [one.told() for one in body.rotations])
    response.headers["ETag"] = etag(made.plan["version"])
    response.headers["Location"] = f"/v1/rosters/{made.roster.id}"
    return RosterOut.of(made)


@router.get("/rosters", responses=problems(Invalid))
async def list_rosters(work: DirectoryDoor, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> PageOut[RosterOut]:
    """The rosters that your organisation plans."""
    page = await service.rosters(work, after(cursor), limit)
    return PageOut[RosterOut](items=[RosterOut.of(one) for one in page.items], next=page.next)


@router.get("/rosters/{roster_id}", responses=problems(Invalid, NotFound))
async def read_roster(roster_id: UUID, work: DirectoryDoor, response: Response) -> RosterOut:
    """One of them, with its rotations."""
    found = await service.roster(work, roster_id)
    response.headers["ETag"] = etag(found.plan["version"])
    return RosterOut.of(found)


@router.put("/rosters/{roster_id}", responses=CHANGING)
async def change_roster(
    roster_id: UUID, body: RosterChange, work: DirectoryDoor, request: Request, response: Response
) -> RosterOut:
    """Say everything about a roster anew, save its kind and its rotations. Needs If-Match."""
    found = await service.change_roster(work, roster_id, expected_version(request), body.model_dump())
    response.headers["ETag"] = etag(found.plan["version"])
    return RosterOut.of(found)


@router.delete("/rosters/{roster_id}", status_code=204, responses=CHANGING)
async def end_roster(roster_id: UUID, work: DirectoryDoor, request: Request) -> None:
    """Let a roster end now; its past stays readable. Needs If-Match."""
    await service.end_roster(work, roster_id, expected_version(request))


@router.post("/rosters/{roster_id}/rotations", status_code=201, responses=problems(Invalid, NotFound, ShiftsOverlap))
async def add_rotation(roster_id: UUID, body: RotationIn, work: DirectoryDoor, response: Response) -> RotationOut:
    """A rotation more. Shifts to come follow at once; shifts that have begun stay as they are."""
    made = await service.add_rotation(work, roster_id, body.told())
    response.headers["ETag"] = etag(made.version)
    return RotationOut.of(made)


@router.put("/rosters/{roster_id}/rotations/{rotation_id}", responses=PLANNING)
async def change_rotation(
    roster_id: UUID, rotation_id: UUID, body: RotationIn, work: DirectoryDoor, request: Request, response: Response
) -> RotationOut:
    """Say everything about a rotation anew. Shifts to come follow; those that have begun stay.

    Needs If-Match with the rotation's `version` in quotes, as the roster tells it.
    """
    made = await service.change_rotation(work, roster_id, rotation_id, expected_version(request), body.told())
    response.headers["ETag"] = etag(made.version)
    return RotationOut.of(made)


@router.delete("/rosters/{roster_id}/rotations/{rotation_id}", status_code=204, responses=CHANGING)
async def remove_rotation(roster_id: UUID, rotation_id: UUID, work: DirectoryDoor, request: Request) -> None:
    """Take a rotation away. Shifts that have begun stay as they are. Needs If-Match with its `version` in quotes."""
    await service.remove_rotation(work, roster_id, rotation_id, expected_version(request))


@router.get("/rosters/{roster_id}/shifts", responses=problems(Invalid, NotFound))
async def read_schedule(roster_id: UUID, work: DirectoryDoor, starts_at: From = None, ends_at: Until = None) -> ScheduleOut:
    """The final schedule for at most 100 days: each shift with what it comes from, and what to look at."""
    start = starts_at or work.at
    span = period(start, ends_at or start + USUAL, LONGEST)
    return ScheduleOut.of(await shown.final_schedule(work, roster_id, span))


@router.get("/rosters/{roster_id}/on-duty", responses=problems(Invalid, NotFound))
async def read_on_duty(
    roster_id: UUID, work: DirectoryDoor, at: Annotated[AskedMoment | None, Query(description="Default: now")] = None
) -> OnDutyOut:
    """Who is on duty at a moment, who is next, and by which rotation or override."""
    moment = at or work.at
    return OnDutyOut.of(await shown.on_duty(work, roster_id, period(moment, moment + USUAL, USUAL).start))


@router.post("/rosters/{roster_id}/_preview", responses=problems(Invalid, NotFound, ShiftsOverlap))
async def preview_roster(roster_id: UUID, body: ProposalIn, work: DirectoryDoor) -> RosterPreviewOut:
    """What these rotations would come to instead of the present ones. Nothing is stored."""
    start = body.starts_at or work.at
    span = period(start, body.ends_at or start + USUAL, LONGEST)
    return RosterPreviewOut.of(await shown.preview(work, roster_id, [one.told() for one in body.rotations], span))
