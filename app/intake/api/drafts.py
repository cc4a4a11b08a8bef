"""Drafts: open a call, save what is typed, hand it over, complete or abandon it."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Body, Query, Request, Response

from app.core.errors import Gone, Invalid, NotFound, PreconditionRequired, Stale
from app.core.http import USUAL_LIMIT, Cursor, Limit, PageOut, etag, expected_version, problems, rooms_router
from app.core.paging import after
from app.core.work import Work
from app.identity.doors import CallReader, IntakeDoor
from app.intake.api.receipt import receipt_out
from app.intake.drafts import OPEN, Draft
from app.intake.outcome import CallInFuture
from app.intake.schemas.asked import CallIn
from app.intake.schemas.drafts import DraftIn, DraftOut, HistoryLineOut, SavedOut, SaveIn, TakeOverIn
from app.intake.schemas.told import CallReceipt
from app.intake.screen_use import ScreenUse, use_told
from app.intake.service import draft as drafts
from app.intake.service import saving
from app.intake.service.draft import AnsweredAlready, DraftEnded, NotAbandoned, StillRinging
from app.intake.service.history import history
from app.intake.service.join import CaseNotOpen
from app.intake.service.take_over import take_over
from app.intake.wire import draft_json, mark_json, screens_json
from app.routing.decide import NobodyLeft
from app.vault.purpose import Purpose

router = rooms_router("intake")
Why = Annotated[Purpose, Query(description="What you read it for; it is logged with the look")]
Changed = (Invalid, NotFound, DraftEnded, Stale, PreconditionRequired)


def _out(work: Work, draft: Draft, response: Response, **shown: Any) -> DraftOut:  # noqa: ANN401  members of a draft
    response.headers["ETag"] = etag(draft.version)
    return DraftOut.model_validate({**draft_json(draft, work.at, work.actor.key), **shown})


def _use(request: Request) -> ScreenUse | None:
    return use_told(request.headers.get("x-screen-use"))


@router.post("/drafts", status_code=201, responses=problems(Invalid))
async def open_draft(work: IntakeDoor, response: Response, body: Annotated[DraftIn, Body(default_factory=DraftIn)]) -> DraftOut:
    """Open a call, with as much as is known; one that rings is nobody's until it is answered."""
    call = CallIn.model_validate(body.model_dump(exclude={"ringing"}, exclude_unset=True))
    draft = drafts.open_draft(work, call, ringing=body.ringing)
    response.headers["Location"] = f"/v1/drafts/{draft.id}"
    return _out(work, draft, response)


@router.get("/drafts", responses=problems(Invalid))
async def list_drafts(
    work: CallReader,
    cursor: Cursor = None,
    limit: Limit = USUAL_LIMIT,
    state: Annotated[str | None, Query(pattern="^(ringing|active|abandoned)$", description="Default: ringing and active")] = None,
) -> PageOut[DraftOut]:
    """The calls of your organisation that ring or are going on, oldest first: since when, who has them, how long unsaved."""
    page = await drafts.drafts(work, after=after(cursor), limit=limit, states=frozenset({state}) if state else OPEN)
    items = [DraftOut.model_validate(draft_json(one, work.at, work.actor.key)) for one in page.items]
    return PageOut[DraftOut](items=items, next=page.next)


@router.get("/drafts/{draft_id}", responses=problems(Invalid, NotFound, DraftEnded, Gone))
async def read_draft(draft_id: UUID, work: IntakeDoor, response: Response) -> DraftOut:
    """A draft with what was typed, by whom each field, and who is typing: to go on from any screen. The look is logged."""
    draft, held = await drafts.read(work, draft_id)
    marks = {field: mark_json(mark) for field, mark in held.typed.marks.items()}
    screens = screens_json(held.screens, work.at)
    return _out(work, draft, response, contents=held.typed.contents, fields=marks, screens=screens)


@router.patch(
    "/drafts/{draft_id}", response_model=SavedOut, responses=problems(Invalid, NotFound, DraftEnded, Gone, saving.SequenceReused)
)
async def save_fields(draft_id: UUID, body: SaveIn, work: IntakeDoor, request: Request) -> Response:
    """Save single fields. What others changed since `seen` stays, and is told in `conflicts`; yours is in the history.

    The same `sequence` of a `screen` counts once, however often it is sent, and is answered as it was the first time.
    """
    request.state.reservation = None  # its sequence is its key; this answer holds what was typed, and is kept sealed only
    told = await saving.save_fields(work, draft_id, body)
    return Response(orjson.dumps(told), headers={"ETag": etag(told["version"])}, media_type="application/json")


@router.put("/drafts/{draft_id}", responses=problems(*Changed))
async def save_draft(draft_id: UUID, body: CallIn, work: IntakeDoor, request: Request, response: Response) -> DraftOut:
    """Save a draft whole, as it is now. Needs If-Match, so that two screens never overwrite each other."""
    return _out(work, await saving.save_whole(work, draft_id, expected_version(request), body), response)


@router.get("/drafts/{draft_id}/history", responses=problems(Invalid, NotFound, Gone))
async def read_draft_history(
    draft_id: UUID,
    purpose: Why,
    work: CallReader,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1, description="`next` of the page before")] = 0,
    limit: Limit = USUAL_LIMIT,
) -> PageOut[HistoryLineOut]:
    """Who saved what, from which screen, when, also after the call has ended. The look is logged."""
    page = await history(work, draft_id, purpose, after=cursor, limit=limit)
    return PageOut[HistoryLineOut](items=[HistoryLineOut.model_validate(line) for line in page.items], next=page.next)


@router.post("/drafts/{draft_id}/answer", responses=problems(Invalid, NotFound, DraftEnded, AnsweredAlready, Gone))
async def answer_draft(draft_id: UUID, work: IntakeDoor, response: Response) -> DraftOut:
    """Answer a call that rings: it is yours. Of two who answer, one has it, and the other hears who."""
    return _out(work, await drafts.answer(work, draft_id), response)


@router.post("/drafts/{draft_id}/takeover", responses=problems(*Changed, StillRinging, Gone))
async def take_over_draft(
    draft_id: UUID,
    work: IntakeDoor,
    request: Request,
    response: Response,
    body: Annotated[TakeOverIn, Body(default_factory=TakeOverIn)],
) -> DraftOut:
    """Take over a call that is going on: it is yours, and whoever had it hears so. Needs If-Match or a reason."""
    version = expected_version(request) if "if-match" in request.headers else None
    return _out(work, await take_over(work, draft_id, version=version, reason=body.reason), response)


@router.post(
    "/drafts/{draft_id}/completion",
    status_code=201,
    responses=problems(*Changed, CallInFuture, NobodyLeft, CaseNotOpen, StillRinging),
)
async def complete_draft(draft_id: UUID, work: IntakeDoor, request: Request, response: Response) -> CallReceipt:
    """Complete a draft: stored as a call, its case opened and offered. Of two who try, one succeeds. Needs If-Match."""
    return receipt_out(await drafts.complete(work, draft_id, expected_version(request), _use(request)), response)


@router.post("/drafts/{draft_id}/abandonment", status_code=204, responses=problems(*Changed))
async def abandon_draft(draft_id: UUID, work: IntakeDoor, request: Request, response: Response) -> None:
    """End a draft without a call. It can be taken up again for a day; then what was typed is destroyed. Needs If-Match."""
    draft = await drafts.abandon(work, draft_id, expected_version(request), _use(request))
    response.headers["ETag"] = etag(draft.version)


@router.post(
    "/drafts/{draft_id}/resumption", responses=problems(Invalid, NotFound, NotAbandoned, Gone, Stale, PreconditionRequired)
)
async def resume_draft(draft_id: UUID, work: IntakeDoor, request: Request, response: Response) -> DraftOut:
    """Take up again what was abandoned by mistake, within a day: it is yours, with all that was typed. Needs If-Match."""
    return _out(work, await drafts.resume(work, draft_id, expected_version(request)), response)
