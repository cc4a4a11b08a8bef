"""Calls: send one at once, or open a draft, save it and complete it; read them; see what would happen."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.identity.doors import CallReader, CaseReader, IntakeDoor
from app.intake.outcome import CallInFuture
from app.intake.schemas import (
    CallContents,
    CallIn,
    CallOut,
    CallReceipt,
    CallsOfCase,
    DraftOut,
    PreviewOut,
    ProtocolOut,
    ProtocolsOut,
)
from app.intake.service import draft as drafts
from app.intake.service import protocols, read
from app.intake.service import register as registering
from app.intake.service.draft import DraftEnded
from app.intake.service.register import Receipt
from app.intake.wire import call_json, decision_json, protocol_json, verdict_json
from app.routing.decide import NobodyLeft
from app.vault.purpose import Purpose

router = rooms_router("intake")
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
Unlike = problems(Invalid, CallInFuture, NobodyLeft)


@router.post("/calls", status_code=201, responses=Unlike)
async def register_call(body: CallIn, work: IntakeDoor, response: Response) -> CallReceipt:
    """Record a call that has ended, open its case, and offer it to the first organisation that can take it."""
    return _receipt(await registering.register(work, body), response)


@router.post("/calls/_preview", responses=Unlike)
async def preview_call(body: CallIn, work: CallReader) -> PreviewOut:
    """What would happen with a call: urgency, hand-offs, and every candidate with its reason. Nothing is stored."""
    judged, decision = await registering.preview(work, body)
    around = judged.around
    return PreviewOut.model_validate(
        {
            "verdict": verdict_json(judged.verdict),
            "municipality_code": around.municipality_code if around else None,
            "municipality_name": around.municipality_name if around else None,
            "candidates": [line.to_json() for line in decision.lines] if decision else [],
        }
    )


@router.get("/calls", responses=problems(Invalid))
async def list_calls(
    work: CallReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[str | None, Query(pattern="^(active|completed|abandoned)$")] = None,
) -> PageOut[CallOut]:
    """The calls that your organisation took, oldest first, in codes."""
    page = await read.calls(work, after=after(cursor), limit=limit, state=state)
    return PageOut[CallOut](items=[CallOut.model_validate(call_json(call)) for call in page.items], next=page.next)


@router.get("/calls/{call_id}", responses=problems(Invalid, NotFound, Gone))
async def read_call(call_id: UUID, purpose: Why, work: CallReader) -> CallContents:
    """One call with all that was told. The look is logged."""
    call, contents = await read.contents(work, call_id, purpose)
    return CallContents(call=CallOut.model_validate(call_json(call)), contents=contents)


@router.get("/cases/{case_id}/calls", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def read_calls_of_case(case_id: UUID, purpose: Why, work: CaseReader) -> CallsOfCase:
    """The calls about a case with all that was told: for its owner, after accepting, and for who took them. Logged."""
    found = await read.contents_of_case(work, case_id, purpose)
    items = [CallContents(call=CallOut.model_validate(call_json(call)), contents=told) for call, told in found]
    return CallsOfCase(items=items)


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
    responses=problems(Invalid, CallInFuture, NobodyLeft, NotFound, DraftEnded, Stale, PreconditionRequired),
)
async def complete_draft(draft_id: UUID, work: IntakeDoor, request: Request, response: Response) -> CallReceipt:
    """Complete a draft: stored as a call, its case opened and offered. Of two who try, one succeeds. Needs If-Match."""
    return _receipt(await drafts.complete(work, draft_id, expected_version(request)), response)


@router.post(
    "/drafts/{draft_id}/abandonment",
    status_code=204,
    responses=problems(Invalid, NotFound, DraftEnded, Stale, PreconditionRequired),
)
async def abandon_draft(draft_id: UUID, work: IntakeDoor, request: Request) -> None:
    """End a draft without a call; what was typed is not kept. Needs If-Match."""
    await drafts.abandon(work, draft_id, expected_version(request))


@router.get("/protocols")
async def list_protocols(_: CallReader) -> ProtocolsOut:
    """The versions of the triage protocol that calls may name."""
    return ProtocolsOut(items=list(protocols.versions()))


@router.get("/protocols/{version}", responses=problems(protocols.ProtocolUnknown))
async def read_protocol(version: str, _: CallReader) -> ProtocolOut:
    """A triage protocol: its questions and catalogues."""
    return ProtocolOut.model_validate(protocol_json(protocols.protocol(version)))


def _receipt(receipt: Receipt, response: Response) -> CallReceipt:
    response.headers["Location"] = f"/v1/calls/{receipt.call_id}"
    offered = receipt.offered
    return CallReceipt.model_validate(
        {
            "id": receipt.call_id,
            "reference": receipt.reference,
            "kind": receipt.kind,
            "registered_at": receipt.registered_at,
            "verdict": verdict_json(receipt.verdict),
            "case_id": receipt.case_id,
            "case_reference": receipt.case_reference,
            "offered": {"offer_id": offered.offer_id, **decision_json(offered.decision)} if offered else None,
        }
    )
