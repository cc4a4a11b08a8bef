"""Calamities."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import expected_version, problems, rooms_router
from app.followup.items import ItemEnded
from app.followup.schemas.care import CaseNow
from app.identity.doors import CaseReader, FollowUpDoor
from app.procedures.calamity import InspectorateNotTold, NeedsManager
from app.procedures.schemas.calamities import CalamitiesOut, CalamityEndIn, CalamityIn, CalamityOut, CalamityReportIn
from app.procedures.service import calamities
from app.vault.purpose import Purpose

router = rooms_router("procedures")
WhyIfWords = Annotated[Purpose | None, Query(description="Give it to read the words too; then the look is logged")]


@router.post("/cases/{case_id}/calamities", status_code=201, responses=problems(Invalid, Forbidden, NotFound, Refused))
async def report_calamity(case_id: UUID, body: CalamityIn, work: FollowUpDoor) -> CaseNow:
    """Report that something led to death or serious harm. Owner, intake and the municipality's desk hear at once.

    Nothing of the case is destroyed until it is ended; the inspectorate must hear within three working days.
    """
    calamity_id, case = await calamities.report(work, case_id, body.what, body.happened_at, body.note, body.audience)
    return CaseNow.of(case, calamity_id)


@router.get("/cases/{case_id}/calamities", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def list_calamities(case_id: UUID, work: CaseReader, purpose: WhyIfWords = None) -> CalamitiesOut:
    """The calamities of a case that your organisation may see, oldest first; and whether the case is frozen."""
    found = await calamities.calamities(work, case_id, purpose)
    frozen = await calamities.is_frozen(work, case_id)
    return CalamitiesOut(frozen=frozen, items=[CalamityOut.of(one, said) for one, said in found])


@router.post(
    "/cases/{case_id}/calamities/{calamity_id}/report",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, NeedsManager, ItemEnded),
)
async def tell_inspectorate(case_id: UUID, calamity_id: UUID, body: CalamityReportIn, work: FollowUpDoor) -> CaseNow:
    """Write down to which inspectorate it was reported; or that a manager decided that it need not be, and why."""
    case = await calamities.tell_inspectorate(work, case_id, calamity_id, body.reported_to, body.by, body.note)
    return CaseNow.of(case, calamity_id)


@router.post(
    "/cases/{case_id}/calamities/{calamity_id}/end",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, NeedsManager, InspectorateNotTold, ItemEnded, Stale, PreconditionRequired),
)
async def end_calamity(case_id: UUID, calamity_id: UUID, body: CalamityEndIn, work: FollowUpDoor, request: Request) -> CaseNow:
    """End a calamity by a manager's decision. Unless there is another, the case is no longer frozen. Needs If-Match."""
    decision = (body.outcome, body.by, body.note)
    case = await calamities.end(work, case_id, calamity_id, expected_version(request), decision)
    return CaseNow.of(case, calamity_id)
