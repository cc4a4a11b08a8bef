"""Calls: send one at once, read them, see what would happen."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.core.errors import Forbidden, Gone, Invalid, NotFound
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, problems, rooms_router
from app.core.paging import after
from app.identity.doors import CallReader, CaseReader, IntakeDoor
from app.intake.api.receipt import receipt_out
from app.intake.asking import next_questions
from app.intake.outcome import CallInFuture
from app.intake.schemas.asked import CallIn
from app.intake.schemas.told import CallContents, CallOut, CallReceipt, CallsOfCase, PreviewOut
from app.intake.service import judging, read
from app.intake.service import register as registering
from app.intake.service.join import CaseNotOpen
from app.intake.wire import call_json, verdict_json
from app.routing.decide import NobodyLeft
from app.signals.service.tokens import MatchUnknown
from app.vault.purpose import Purpose

router = rooms_router("intake")
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
Unlike = problems(Invalid, CallInFuture, NobodyLeft)
Ending = problems(Invalid, CallInFuture, NobodyLeft, NotFound, MatchUnknown, CaseNotOpen)


@router.post("/calls", status_code=201, responses=Ending)
async def register_call(body: CallIn, work: IntakeDoor, response: Response) -> CallReceipt:
    """Record a call that has ended; open its case and offer it to the first who can take it, or let it join an open case."""
    return receipt_out(await registering.register(work, body), response)


@router.post("/calls/_preview", responses=Unlike)
async def preview_call(body: CallIn, work: CallReader) -> PreviewOut:
    """What would happen with a call: urgency, hand-offs, and every candidate with its reason. Nothing is stored."""
    judged, decision = await judging.preview(work, body)
    around = judged.around
    return PreviewOut.model_validate(
        {
            "verdict": verdict_json(judged.verdict),
            "municipality_code": around.municipality_code if around else None,
            "municipality_name": around.municipality_name if around else None,
            "candidates": [line.to_json() for line in decision.lines] if decision else [],
            "next_questions": list(next_questions(judged.protocol, body.answers)),
        }
    )


@router.get("/calls", responses=problems(Invalid))
async def list_calls(
    work: CallReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[str | None, Query(pattern="^(ringing|active|completed|abandoned)$")] = None,
) -> PageOut[CallOut]:
    """The calls that your organisation took, oldest first, in codes."""
    page = await read.calls(work, after=after(cursor), limit=limit, state=state)
    return PageOut[CallOut](items=[CallOut.model_validate(call_json(call)) for call in page.items], next=page.next)


@router.get("/calls/{call_id}", responses=problems(Invalid, NotFound, Gone))
async def read_call(call_id: UUID, purpose: Why, work: CallReader, response: Response) -> CallContents:
    """One call with all that was told. The look is logged."""
    call, contents = await read.contents(work, call_id, purpose)
    response.headers["ETag"] = etag(call.version)
    return CallContents(call=CallOut.model_validate(call_json(call)), contents=contents)


@router.get("/cases/{case_id}/calls", responses=problems(Invalid, Forbidden, NotFound, Gone))
async def read_calls_of_case(case_id: UUID, purpose: Why, work: CaseReader) -> CallsOfCase:
    """The calls about a case with all that was told: for its owner, after accepting, and for who took them. Logged."""
    found = await read.contents_of_case(work, case_id, purpose)
    items = [CallContents(call=CallOut.model_validate(call_json(call)), contents=told) for call, told in found]
    return CallsOfCase(items=items)
