"""What a shift hands to the next: written, read, confirmed, asked back about. Within one organisation."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.boards.handoffs import HandoffOver, LinesNotRead
from app.boards.schemas.handoffs import HandoffAnswerIn, HandoffConfirmationIn, HandoffIn, HandoffOut, HandoffsOut
from app.boards.service import confirming, handoffs
from app.core.errors import Gone, Invalid, NotFound, Refused
from app.core.http import problems, rooms_router
from app.identity.doors import CaseReader, FollowUpDoor
from app.vault.purpose import Purpose

router = rooms_router("boards")
WhyIfWords = Annotated[Purpose | None, Query(description="Give it to read the words too; then every look is logged")]


@router.post("/shift-handoffs", status_code=201, responses=problems(Invalid, Gone))
async def hand_shift_over(body: HandoffIn, work: FollowUpDoor) -> HandoffOut:
    """Write down what the next shift must know. The system adds what presses, is overdue, is due in that shift, and is asked."""
    handoff_id = await handoffs.write(work, body.new())
    await work.flush()
    return HandoffOut.of(await handoffs.handoff(work, handoff_id))


@router.get("/shift-handoffs", responses=problems(Invalid))
async def list_shift_handoffs(work: CaseReader, purpose: WhyIfWords = None) -> HandoffsOut:
    """What was handed to the shift that runs, and to the next."""
    return HandoffsOut(items=[HandoffOut.of(one) for one in await handoffs.current(work, purpose)])


@router.get("/shift-handoffs/{handoff_id}", responses=problems(Invalid, NotFound))
async def read_shift_handoff(handoff_id: UUID, work: CaseReader, purpose: WhyIfWords = None) -> HandoffOut:
    """One handoff, also of a shift that is over. Words that are about no case are kept for a month."""
    return HandoffOut.of(await handoffs.handoff(work, handoff_id, purpose))


@router.post(
    "/shift-handoffs/{handoff_id}/confirmations",
    status_code=201,
    responses=problems(Invalid, LinesNotRead, NotFound, Gone, HandoffOver),
)
async def confirm_shift_handoff(handoff_id: UUID, body: HandoffConfirmationIn, work: CaseReader) -> HandoffOut:
    """Say that every line was read; ask back where it is not clear. Until somebody does, your organisation is told."""
    questions = {one.line_id: one.question for one in body.questions}
    return HandoffOut.of(await confirming.confirm(work, handoff_id, body.function, body.lines, questions))


@router.post(
    "/shift-handoffs/{handoff_id}/questions/{question_id}/answer",
    status_code=201,
    responses=problems(Invalid, NotFound, Gone, Refused),
)
async def answer_handoff_question(handoff_id: UUID, question_id: UUID, body: HandoffAnswerIn, work: CaseReader) -> HandoffOut:
    """Answer what was asked back about a line."""
    return HandoffOut.of(await confirming.answer(work, handoff_id, question_id, body.answer))
