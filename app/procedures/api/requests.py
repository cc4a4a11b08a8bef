"""Information requests: ask, be asked, answer, refuse, take back."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import expected_version, problems, rooms_router
from app.followup.items import ItemEnded
from app.followup.schemas.care import CaseNow
from app.identity.doors import CaseReader, FollowUpDoor
from app.procedures.bases import BasisMissing
from app.procedures.schemas.requests import (
    DisclosureOut,
    DisclosuresOut,
    InformationAnswerIn,
    InformationRefusalIn,
    InformationRequestIn,
    InformationRequestOut,
    InformationRequestsOut,
    WithdrawalIn,
)
from app.procedures.service import requests
from app.procedures.service.requests import Asking
from app.vault.purpose import Purpose

router = rooms_router("procedures")
WhyIfWords = Annotated[Purpose | None, Query(description="Give it to read the words too; then the look is logged")]
Ending = problems(Invalid, BasisMissing, Forbidden, NotFound, Refused, ItemEnded, Stale, PreconditionRequired)


@router.post(
    "/cases/{case_id}/information-requests",
    status_code=201,
    responses=problems(Invalid, BasisMissing, Forbidden, NotFound, Refused),
)
async def ask_for_information(case_id: UUID, body: InformationRequestIn, work: FollowUpDoor) -> CaseNow:
    """Write down that information is asked for, of another or by another; with its basis and what asking discloses.

    A request to the owner of the case or a member of its team is theirs to answer; any other is yours to follow.
    """
    asking = Asking(body.due_at, body.question, body.audience)
    item_id, case = await requests.ask(work, case_id, body.new, asking)
    return CaseNow.of(case, item_id)


@router.get("/cases/{case_id}/information-requests", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def list_information_requests(case_id: UUID, work: CaseReader, purpose: WhyIfWords = None) -> InformationRequestsOut:
    """The information requests of a case that your organisation may see, oldest first."""
    found = await requests.requests(work, case_id, purpose)
    return InformationRequestsOut(items=[InformationRequestOut.of(item, words) for item, words in found])


@router.get("/cases/{case_id}/disclosures", responses=problems(Invalid, Forbidden, NotFound))
async def list_disclosures(case_id: UUID, work: CaseReader) -> DisclosuresOut:
    """Who learnt what about the person by information requests, and on which basis, oldest first."""
    return DisclosuresOut(items=[DisclosureOut.of(one) for one in await requests.disclosures(work, case_id)])


@router.post("/cases/{case_id}/information-requests/{request_id}/answer", status_code=201, responses=Ending)
async def answer_information_request(
    case_id: UUID, request_id: UUID, body: InformationAnswerIn, work: FollowUpDoor, request: Request
) -> CaseNow:
    """Answer, on a legal basis; an answer without one is refused. Needs If-Match."""
    version = expected_version(request)
    _, case = await requests.answer(work, case_id, request_id, version, body.how, body.answer)
    return CaseNow.of(case, request_id)


@router.post("/cases/{case_id}/information-requests/{request_id}/refusal", status_code=201, responses=Ending)
async def refuse_information_request(
    case_id: UUID, request_id: UUID, body: InformationRefusalIn, work: FollowUpDoor, request: Request
) -> CaseNow:
    """Refuse to answer, with a reason. Needs If-Match."""
    version = expected_version(request)
    _, case = await requests.refuse(work, case_id, request_id, version, body.reason, body.note)
    return CaseNow.of(case, request_id)


@router.post("/cases/{case_id}/information-requests/{request_id}/withdrawal", status_code=201, responses=Ending)
async def withdraw_information_request(
    case_id: UUID, request_id: UUID, body: WithdrawalIn, work: FollowUpDoor, request: Request
) -> CaseNow:
    """Take a request back; what asking disclosed stays on record. Needs If-Match."""
    _, case = await requests.withdraw(work, case_id, request_id, expected_version(request), body.note)
    return CaseNow.of(case, request_id)
