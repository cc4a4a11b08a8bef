"""Reopen a case, say what worked, join it into another, split it."""

from uuid import UUID

from fastapi import Request, Response

from app.cases.lifecycle import CaseJoined
from app.core.errors import Forbidden, Gone, Invalid, NotFound, PreconditionRequired, Refused, Stale
from app.core.http import etag, expected_version, problems, rooms_router
from app.followup.reopening import NotReopenable, OwnerGone
from app.followup.schemas.care import CaseNow
from app.followup.schemas.ending import JoiningAnswerIn, JoiningIn, ReopeningIn, SplitIn, TieOut, TiesOut, ViewIn
from app.followup.service import joining
from app.followup.service.reopen import reopen
from app.followup.service.splitting import Split, split
from app.followup.service.views import add_view
from app.followup.ties import CantJoinCases, TieEnded
from app.identity.doors import CaseReader, FollowUpDoor

router = rooms_router("follow-up")
Changing = problems(Invalid, Forbidden, NotFound, Stale, PreconditionRequired, CaseJoined, CantJoinCases, TieEnded)


@router.post(
    "/cases/{case_id}/reopening",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, Gone, Stale, PreconditionRequired, CaseJoined, NotReopenable, OwnerGone),
)
async def reopen_case(case_id: UUID, body: ReopeningIn, work: FollowUpDoor, request: Request) -> CaseNow:
    """A closed case goes on in follow-up, with the owner and the team it had; its retention stops. Needs If-Match.

    `id` is the item that says that somebody must look again, by the term of the first contact. A new goal starts a new round.
    """
    item_id, case = await reopen(work, case_id, expected_version(request), body.reason, body.coordinator, body.note)
    return CaseNow.of(case, item_id)


@router.post("/cases/{case_id}/views", status_code=201, responses=problems(Invalid, Forbidden, NotFound, Refused))
async def add_evaluation_view(case_id: UUID, body: ViewIn, work: FollowUpDoor) -> CaseNow:
    """What your organisation says worked and failed, until the case closes; sent again, it corrects what you said before.

    Read the views as items of kind `view`. The owner's own evaluation is an obligation of the case.
    """
    item_id, case = await add_view(work, case_id, body.worked, body.failed, body.note)
    return CaseNow.of(case, item_id)


@router.get("/cases/{case_id}/ties", responses=problems(Invalid, NotFound))
async def list_ties(case_id: UUID, work: CaseReader) -> TiesOut:
    """The cases that this one was, or is to be, joined into or with, and those split off it."""
    return TiesOut(items=[TieOut.of(one) for one in await joining.ties(work, case_id)])


@router.post("/cases/{case_id}/joining", status_code=201, responses=Changing)
async def join_into_case(case_id: UUID, body: JoiningIn, work: FollowUpDoor, request: Request, response: Response) -> TieOut:
    """End a case in another about the same person. Needs If-Match. At once when you own both, else when the other's owner agrees.

    What is still to be done goes over, with open goals, calls, and what callers were promised.
    """
    tied = await joining.propose(work, case_id, expected_version(request), body.into, body.reason)
    response.headers["ETag"] = etag(tied.tie.version)
    return TieOut.of(tied.tie)


@router.post("/cases/{case_id}/joining/{tie_id}/answer", status_code=201, responses=Changing)
async def answer_joining(case_id: UUID, tie_id: UUID, body: JoiningAnswerIn, work: FollowUpDoor, request: Request) -> TieOut:
    """Agree, as the owner of the case that goes on, to take over what another is to be joined into it; or not. Needs If-Match."""
    tied = await joining.answer(work, case_id, tie_id, expected_version(request), accept=body.accept)
    return TieOut.of(tied.tie)


@router.post("/cases/{case_id}/joining/{tie_id}/undo", status_code=201, responses=Changing)
async def undo_joining(case_id: UUID, tie_id: UUID, work: FollowUpDoor, request: Request) -> TieOut:
    """They were two after all: the other goes on where it stood, with its own owner; within 30 days. Needs If-Match.

    For the owner of the case that went on. What was done in the meantime stays done.
    """
    tied = await joining.undo(work, case_id, tie_id, expected_version(request))
    return TieOut.of(tied.tie)


@router.post(
    "/cases/{case_id}/split",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, Refused, CaseJoined, Stale, PreconditionRequired),
)
async def split_case(case_id: UUID, body: SplitIn, work: FollowUpDoor, request: Request) -> CaseNow:
    """Open a case of its own about another person, owned by you from now on, with copies of chosen items. Needs If-Match.

    `caseId` of the answer is the new case.
    """
    told = Split(body.reason, body.items, body.urgency)
    case, tie_id = await split(work, case_id, expected_version(request), told)
    return CaseNow.of(case, tie_id)
