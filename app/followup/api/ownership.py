"""Who holds the problem: ask an official, accept or decline."""

from uuid import UUID

from fastapi import Request, Response

from app.core.errors import Forbidden, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.followup.items import ItemEnded
from app.followup.ownership import ScalingAsked
from app.followup.schemas.care import CaseNow
from app.followup.schemas.items import ItemOut
from app.followup.schemas.ownership import EscalationAnswerIn, EscalationIn
from app.followup.service import ownership
from app.identity.doors import FollowUpDoor

router = rooms_router("follow-up")
Answering = problems(Invalid, Forbidden, NotFound, ItemEnded, Refused, Stale, PreconditionRequired)


@router.post(
    "/cases/{case_id}/escalations", status_code=201, responses=problems(Invalid, Forbidden, NotFound, ScalingAsked, Refused)
)
async def ask_for_level(case_id: UUID, body: EscalationIn, work: FollowUpDoor) -> CaseNow:
    """Ask an official to hold the problem at a level, heavier or lighter. It counts once the official's organisation accepts."""
    item_id, case = await ownership.ask(work, case_id, body.to_scaling())
    return CaseNow.of(case, item_id)


@router.post("/cases/{case_id}/escalations/{item_id}/answer", status_code=201, responses=Answering)
async def answer_for_level(
    case_id: UUID, item_id: UUID, body: EscalationAnswerIn, work: FollowUpDoor, request: Request, response: Response
) -> ItemOut:
    """Accept the problem at this level, or decline with a reason; for the organisation that was asked. Needs If-Match."""
    found, _ = await ownership.answer(work, case_id, item_id, expected_version(request), body.reason, body.note)
    response.headers["ETag"] = etag(found.version)
    return ItemOut.of(found)
