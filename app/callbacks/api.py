"""Callbacks over HTTP: the queue, taking one on, what came of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.callbacks import service
from app.callbacks.promises import CallbackState
from app.callbacks.schemas import (
    AttemptIn,
    CallbackAttemptOut,
    CallbackHistory,
    CallbackOut,
    ClaimedOut,
    ClosingIn,
    WhomToRing,
)
from app.callbacks.service import CallbackClaimed, CallbackEnded
from app.core.errors import Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.identity.doors import CallReader, IntakeDoor

router = rooms_router("callbacks")
Changing = problems(Invalid, NotFound, CallbackEnded, CallbackClaimed, Stale, PreconditionRequired)


@router.get("/callbacks", responses=problems(Invalid))
async def list_callbacks(
    work: CallReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[CallbackState, Query(description="Default: those still to ring")] = CallbackState.OPEN,
) -> PageOut[CallbackOut]:
    """Whom your organisation must ring back, those due first at the front. The number is told to whoever takes one on."""
    page = await service.page(work, state=state, after=after(cursor), limit=limit)
    return PageOut[CallbackOut](items=[CallbackOut.of(one, work.at) for one in page.items], next=page.next)


@router.get("/callbacks/{callback_id}", responses=problems(Invalid, NotFound))
async def read_callback(callback_id: UUID, work: CallReader, response: Response) -> CallbackHistory:
    """One of them, with every attempt. Its ETag is what If-Match wants."""
    found, attempts = await service.get(work, callback_id)
    response.headers["ETag"] = etag(found.version)
    return CallbackHistory(callback=CallbackOut.of(found, work.at), attempts=[CallbackAttemptOut.of(one) for one in attempts])


@router.post(
    "/callbacks/{callback_id}/claim", status_code=201, responses=problems(Invalid, NotFound, Gone, CallbackEnded, CallbackClaimed)
)
async def claim_callback(callback_id: UUID, work: IntakeDoor, request: Request, response: Response) -> ClaimedOut:
    """Take one on for ten minutes, and hear whom to ring. Of two who try, one gets it. The look is logged."""
    request.state.reservation = None  # a number must not lie in a stored answer; claiming again gives it again
    found, contents = await service.claim(work, callback_id)
    response.headers["ETag"] = etag(found.version)
    return ClaimedOut(callback=CallbackOut.of(found, work.at), contents=WhomToRing.model_validate(contents))


@router.post("/callbacks/{callback_id}/attempts", status_code=201, responses=Changing)
async def note_callback_attempt(
    callback_id: UUID, body: AttemptIn, work: IntakeDoor, request: Request, response: Response
) -> CallbackOut:
    """Say what came of ringing. Reached or refused, it is done; in vain, it comes back after a longer pause. Needs If-Match."""
    found = await service.attempt(work, callback_id, expected_version(request), body.result, body.call_id)
    response.headers["ETag"] = etag(found.version)
    return CallbackOut.of(found, work.at)


@router.post("/callbacks/{callback_id}/closing", status_code=201, responses=Changing | problems(Refused, CallbackEnded))
async def close_callback(
    callback_id: UUID, body: ClosingIn, work: IntakeDoor, request: Request, response: Response
) -> CallbackOut:
    """Ring no more, for a reason. `not_reached` only after three attempts. Needs If-Match."""
    found = await service.close(work, callback_id, expected_version(request), body.reason)
    response.headers["ETag"] = etag(found.version)
    return CallbackOut.of(found, work.at)
