"""Who coordinates a case, who stands in, and when a coordinator is away."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Forbidden, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.followup.absences import AbsenceOverlaps
from app.followup.schemas.clocks import AbsenceIn, AbsenceOut, CoordinatorIn, CoordinatorOut
from app.followup.service import absences
from app.identity.doors import CaseReader, FollowUpDoor

router = rooms_router("follow-up")


@router.get("/cases/{case_id}/coordinator", responses=problems(Invalid, Forbidden, NotFound))
async def read_coordinator(case_id: UUID, work: CaseReader, response: Response) -> CoordinatorOut:
    """Who coordinates a case of your organisation, and who answers for it at this moment."""
    case, answers = await absences.who_answers(work, case_id)
    response.headers["ETag"] = etag(case.version)
    return CoordinatorOut.of(case, answers)


@router.put(
    "/cases/{case_id}/coordinator",
    responses=problems(Invalid, Forbidden, NotFound, Refused, Stale, PreconditionRequired),
)
async def name_coordinator(
    case_id: UUID, body: CoordinatorIn, work: FollowUpDoor, request: Request, response: Response
) -> CoordinatorOut:
    """Say who coordinates a case, and who stands in. Needs If-Match with the case's ETag."""
    case = await absences.name_coordinator(work, case_id, expected_version(request), body.coordinator, body.deputy)
    response.headers["ETag"] = etag(case.version)
    return CoordinatorOut.of(case, await absences.answering(work, work.organisation, case.coordinator, case.deputy))


@router.post("/coordinator-absences", status_code=201, responses=problems(Invalid, AbsenceOverlaps))
async def announce_absence(body: AbsenceIn, work: FollowUpDoor) -> AbsenceOut:
    """A coordinator is away: what is theirs is the deputy's for that time, in every case of your organisation."""
    made = await absences.be_away(work, body.coordinator, body.deputy, body.starts_at, body.ends_at)
    return AbsenceOut.of(made)


@router.get("/coordinator-absences", responses=problems(Invalid))
async def list_absences(
    work: CaseReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    now: Annotated[bool, Query(description="Only those that hold at this moment")] = False,
) -> PageOut[AbsenceOut]:
    """When coordinators of your organisation are, were or will be away, in the order in which it was told."""
    page = await absences.absences(work, after=after(cursor), limit=limit, now=now)
    return PageOut[AbsenceOut](items=[AbsenceOut.of(one) for one in page.items], next=page.next)


@router.post("/coordinator-absences/{absence_id}/end", status_code=201, responses=problems(Invalid, NotFound))
async def end_absence(absence_id: UUID, work: FollowUpDoor) -> AbsenceOut:
    """The coordinator is back, or is not going to be away."""
    return AbsenceOut.of(await absences.come_back(work, absence_id))
