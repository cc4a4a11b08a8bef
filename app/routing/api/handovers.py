"""Hand a case over: ask, take back, read; and who owned it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.identity.doors import CaseReader, FollowUpDoor
from app.routing.schemas.handovers import HandoverIn, HandoverOut, HandoversOut, OwnerOut, OwnersOut
from app.routing.service import handover
from app.routing.service.handover import HandoverEnded, HandoverPending, NobodyToTransferTo
from app.vault.purpose import Purpose

router = rooms_router("routing")


@router.post(
    "/cases/{case_id}/handovers",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, HandoverPending, NobodyToTransferTo, Refused),
)
async def ask_handover(case_id: UUID, body: HandoverIn, work: FollowUpDoor, response: Response) -> HandoverOut:
    """Ask another organisation to take your case over; it answers the offer as any other. Until it accepts you stay its owner.

    Declined or not answered, a transfer asks the next; when nobody is left the case stays with you. One at a time.
    """
    found = await handover.ask(work, case_id, body.asked())
    response.headers["ETag"] = etag(found.version)
    response.headers["Location"] = f"/v1/cases/{case_id}/handovers/{found.id}"
    return HandoverOut.of(found)


@router.get("/cases/{case_id}/handovers", responses=problems(Invalid, NotFound))
async def list_handovers(case_id: UUID, work: CaseReader) -> HandoversOut:
    """The handovers of a case, oldest first: all for its owner; for whoever is asked its own."""
    return HandoversOut(items=[HandoverOut.of(one) for one in await handover.handovers(work, case_id)])


@router.get("/cases/{case_id}/handovers/{handover_id}", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def read_handover(
    case_id: UUID,
    handover_id: UUID,
    work: CaseReader,
    response: Response,
    purpose: Annotated[Purpose | None, Query(description="Give it to read the words too; then the look is logged")] = None,
) -> HandoverOut:
    """One handover; with a purpose also its conditions. Its ETag is what If-Match wants when you withdraw it."""
    if purpose is None:
        found = await handover.handover(work, case_id, handover_id)
        words = None
    else:
        found, words = await handover.words(work, case_id, handover_id, purpose)
    response.headers["ETag"] = etag(found.version)
    return HandoverOut.of(found, words)


@router.post(
    "/cases/{case_id}/handovers/{handover_id}/withdrawal",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, HandoverEnded, Stale, PreconditionRequired),
)
async def withdraw_handover(case_id: UUID, handover_id: UUID, work: FollowUpDoor, request: Request) -> HandoverOut:
    """Keep your case after all: nobody is asked any more. Needs If-Match."""
    return HandoverOut.of(await handover.withdraw(work, case_id, handover_id, expected_version(request)))


@router.get("/cases/{case_id}/owners", responses=problems(Invalid, NotFound))
async def list_owners(case_id: UUID, work: CaseReader) -> OwnersOut:
    """Who owned a case, from the first on: from when until when, how it went over, and why."""
    return OwnersOut(items=[OwnerOut.of(one) for one in await handover.owners(work, case_id)])
