"""Read cases: GET /v1/cases, one case, its timeline."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.cases import service
from app.cases.lifecycle import State
from app.cases.schemas import CaseOut, LineOut, TimelineOut
from app.core.errors import Invalid, NotFound
from app.core.http import USUAL_LIMIT, Cursor, Limit, SnapshotOut, etag, problems, rooms_router
from app.core.paging import after
from app.delivery.service import feed
from app.identity.doors import CaseReader

router = rooms_router("cases")


@router.get("/cases", responses=problems(Invalid))
async def list_cases(
    work: CaseReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[State | None, Query(description="Only cases in this state")] = None,
    mine: Annotated[bool, Query(description="Only cases that your organisation owns")] = False,
    overdue: Annotated[bool, Query(description="Only open cases whose deadline is past")] = False,
) -> SnapshotOut[CaseOut]:
    """Cases that your organisation took in, owns, is being asked to take, or works on in a team or is invited to; oldest first.

    What was joined into a case of yours is found by the ties of that case.
    """
    position = await feed.position(work)
    page = await service.page(work, after=after(cursor), limit=limit, state=state, mine=mine, overdue=overdue)
    return SnapshotOut[CaseOut](items=[CaseOut.of(case) for case in page.items], next=page.next, feed_position=position)


@router.get("/cases/{case_id}", responses=problems(Invalid, NotFound))
async def read_case(case_id: UUID, work: CaseReader, response: Response) -> CaseOut:
    """One case, in codes. Its ETag is what If-Match wants in commands on it."""
    case = await service.get(work, case_id)
    response.headers["ETag"] = etag(case.version)
    return CaseOut.of(case)


@router.get("/cases/{case_id}/timeline", responses=problems(Invalid, NotFound))
async def read_timeline(case_id: UUID, work: CaseReader) -> TimelineOut:
    """What happened to a case, oldest first."""
    await service.get(work, case_id)
    return TimelineOut(items=[LineOut.of(line) for line in await service.lines(work, case_id)])
