"""Drafts: open a call, save what is typed, complete or abandon it."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response

from app.core.errors import Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.identity.doors import CallReader, IntakeDoor
from app.intake.api.receipt import receipt_out
from app.intake.outcome import CallInFuture
from app.intake.schemas.asked import CallIn
from app.intake.schemas.drafts import DraftOut
from app.intake.schemas.told import CallReceipt
from app.intake.service import draft as drafts
from app.intake.service import read
from app.intake.service.draft import DraftEnded
from app.intake.service.joins import CaseNotOpen
from app.routing.decide import NobodyLeft

router = rooms_router("intake")


@router.post("/drafts", status_code=201, responses=problems(Invalid))
async def open_draft(work: IntakeDoor, response: Response, body: Annotated[CallIn, Body(default_factory=CallIn)]) -> DraftOut:
    """Open a call, with as much as is known."""
    draft = drafts.open_draft(work, body)
    response.headers["ETag"] = etag(draft.version)
    response.headers["Location"] = f"/v1/drafts/{draft.id}"
    return DraftOut.model_validate(draft, from_attributes=True)


@router.get("/drafts", responses=problems(Invalid))
async def list_drafts(work: CallReader, cursor: Cursor = None, limit: Limit = USUAL_LIMIT) -> PageOut[DraftOut]:
    """The calls of your organisation that are still open, oldest first; not what was typed."""
    page = await read.calls(work, after=after(cursor), limit=limit, state="active")
    items = [DraftOut.model_validate(one, from_attributes=True) for one in page.items]
    return PageOut[DraftOut](items=items, next=page.next)


@router.get("/drafts/{draft_id}", responses=problems(Invalid, NotFound, DraftEnded))
async def read_draft(draft_id: UUID, work: IntakeDoor, response: Response) -> DraftOut:
    """A draft with what was typed. The look is logged."""
    draft, contents = await drafts.read(work, draft_id)
    response.headers["ETag"] = etag(draft.version)
    return DraftOut.model_validate(draft, from_attributes=True).model_copy(update={"contents": contents})


@router.put("/drafts/{draft_id}", responses=problems(Invalid, NotFound, DraftEnded, Stale, PreconditionRequired))
async def save_draft(draft_id: UUID, body: CallIn, work: IntakeDoor, request: Request, response: Response) -> DraftOut:
    """Save a draft whole, as it is now. Needs If-Match, so that two screens never overwrite each other."""
    draft = await drafts.save(work, draft_id, expected_version(request), body)
    response.headers["ETag"] = etag(draft.version)
    return DraftOut.model_validate(draft, from_attributes=True)


@router.post(
    "/drafts/{draft_id}/completion",
    status_code=201,
    responses=problems(Invalid, CallInFuture, NobodyLeft, NotFound, CaseNotOpen, DraftEnded, Stale, PreconditionRequired),
)
async def complete_draft(draft_id: UUID, work: IntakeDoor, request: Request, response: Response) -> CallReceipt:
    """Complete a draft: stored as a call, its case opened and offered. Of two who try, one succeeds. Needs If-Match."""
    return receipt_out(await drafts.complete(work, draft_id, expected_version(request)), response)


@router.post(
    "/drafts/{draft_id}/abandonment",
    status_code=204,
    responses=problems(Invalid, NotFound, DraftEnded, Stale, PreconditionRequired),
)
async def abandon_draft(draft_id: UUID, work: IntakeDoor, request: Request) -> None:
    """End a draft without a call; what was typed is not kept. Needs If-Match."""
    await drafts.abandon(work, draft_id, expected_version(request))
