"""Hand-offs: put somebody through, say what became of it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from app.core.errors import Gone, Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.identity.doors import CallReader, IntakeDoor
from app.intake.hand_offs import HandOffEnded
from app.intake.schemas.hand_offs import HandOffMade, HandOffResultIn, HandOffsOut, HandOffStart
from app.intake.service import hand_offs
from app.intake.service.hand_offs import Started
from app.vault.purpose import Purpose

router = rooms_router("intake")
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
Told = problems(Invalid, NotFound, Gone)


@router.post("/drafts/{draft_id}/hand-offs", status_code=201, responses=Told)
async def start_hand_off_of_draft(draft_id: UUID, body: HandOffStart, work: IntakeDoor, response: Response) -> HandOffMade:
    """Put the caller through while the call goes on: calling, speaking, then its result. Or leave a proposed one out, and why."""
    return await _started(work, draft_id, body, response)


@router.post("/calls/{call_id}/hand-offs", status_code=201, responses=Told)
async def start_hand_off(call_id: UUID, body: HandOffStart, work: IntakeDoor, response: Response) -> HandOffMade:
    """Put somebody through after the call has ended."""
    return await _started(work, call_id, body, response)


@router.get("/drafts/{draft_id}/hand-offs", responses=Told)
async def list_hand_offs_of_draft(draft_id: UUID, purpose: Why, work: CallReader) -> HandOffsOut:
    """The hand-offs of a call that is open, and those still proposed with the number of who serves the place. Logged."""
    return _listed(*await hand_offs.listed(work, draft_id, purpose))


@router.get("/calls/{call_id}/hand-offs", responses=Told)
async def list_hand_offs(call_id: UUID, purpose: Why, work: CallReader) -> HandOffsOut:
    """The hand-offs of a call, and those that were proposed and are neither made nor left out with a reason. Logged."""
    return _listed(*await hand_offs.listed(work, call_id, purpose))


@router.post(
    "/hand-offs/{hand_off_id}/result", responses=problems(Invalid, NotFound, Gone, HandOffEnded, Stale, PreconditionRequired)
)
async def tell_result_of_hand_off(
    hand_off_id: UUID, body: HandOffResultIn, work: IntakeDoor, request: Request, response: Response
) -> HandOffMade:
    """Say where a hand-off stands: speaking, accepted (by whom), declined, not reached, cancelled. Needs If-Match."""
    row = await hand_offs.result(work, hand_off_id, expected_version(request), body.state, body.accepted_by)
    response.headers["ETag"] = etag(row["version"])
    return _made(row)


async def _started(work: IntakeDoor, call_id: UUID, body: HandOffStart, response: Response) -> HandOffMade:
    told = Started(body.to, body.way, body.state, body.number, body.reason, body.accepted_by)
    row = await hand_offs.start(work, call_id, told)
    response.headers["ETag"] = etag(row["version"])
    return _made(row)


def _listed(items: list[dict[str, Any]], proposed: Any) -> HandOffsOut:  # noqa: ANN401  hand-offs
    shown = [{"to": one.to, "number": one.number, "way": one.way, "text": one.text} for one in proposed]
    return HandOffsOut.model_validate({"items": [_made(one) for one in items], "proposed": shown})


def _made(row: Mapping[str, Any]) -> HandOffMade:
    shown = {name: row[name] for name in HandOffMade.model_fields if name in row}
    return HandOffMade.model_validate({**shown, "to": row["addressee"]})
