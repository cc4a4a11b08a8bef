"""Look at a case as a whole: its page, and its story."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.core.errors import Forbidden, Gone, Invalid, NotFound
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, problems, rooms_router
from app.followup.schemas.reading import EntryOut, OverviewOut
from app.followup.service import overview, story
from app.followup.story import Order
from app.identity.doors import CaseReader
from app.vault.purpose import Purpose

router = rooms_router("follow-up")
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
Reading = problems(Invalid, Forbidden, NotFound, Gone)


@router.get("/cases/{case_id}/overview", responses=Reading)
async def read_overview(case_id: UUID, purpose: Why, work: CaseReader, response: Response) -> OverviewOut:
    """The page of a case: everything that counts now, as far as you may see it. For owner and team; the look is logged."""
    page = await overview.overview(work, case_id, purpose)
    response.headers["ETag"] = etag(page.case.version)
    return OverviewOut.of(page)


@router.get("/cases/{case_id}/story", responses=Reading)
async def read_story(
    case_id: UUID,
    purpose: Why,
    work: CaseReader,
    order: Annotated[Order, Query(description="Which end comes first")] = Order.NEWEST_FIRST,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
) -> PageOut[EntryOut]:
    """Everything that happened in a case, on one timeline, as far as you may see it. For the owner and the team.

    What was corrected stays, with what corrects it. Each page is one look, which is logged.
    """
    page = await story.story(work, case_id, purpose, order, cursor, limit)
    return PageOut[EntryOut](items=[EntryOut.of(one) for one in page.items], next=page.next)
