"""Feedback to the caller: a text to begin with, what was said, and asking four weeks later."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.core.errors import Forbidden, Invalid, NotFound, Refused
from app.core.http import problems, rooms_router
from app.followup.aftercare import TooEarly
from app.followup.caller import TooFewTries
from app.followup.feedback import Listener, OutcomeNotForListener
from app.followup.obligations import DutyEnded, NotOwedYet
from app.followup.schemas.care import CaseNow
from app.followup.schemas.telling import ProposalOut, TellingIn, WorryIn, WorryOut
from app.followup.service import telling
from app.identity.doors import CaseReader, FollowUpDoor

router = rooms_router("follow-up")


@router.get("/cases/{case_id}/feedback-proposal", responses=problems(Invalid, Forbidden, NotFound))
async def propose_feedback(
    case_id: UUID,
    work: CaseReader,
    listener: Annotated[Listener, Query(description="Who is told, by their relation to the person")],
    sure: Annotated[bool, Query(description="It was verified who this is")] = False,
) -> ProposalOut:
    """A text for the caller, by what has happened in codes; who may not hear the outcome gets the sentence that says so."""
    found = await telling.propose(work, case_id, listener, sure=sure)
    return ProposalOut(codes=list(found.codes), nl=found.text.nl, en=found.text.en, outcome=found.outcome)


@router.post(
    "/cases/{case_id}/feedback",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, Refused, NotOwedYet, OutcomeNotForListener),
)
async def tell_caller(case_id: UUID, body: TellingIn, work: FollowUpDoor) -> CaseNow:
    """Record what the caller was told, or that they were not reached and when it is tried again. Only your organisation sees it.

    After three tries over three days the promise may be waived as `unreachable`. Once told, the caller is asked four weeks
    later whether they still worry.
    """
    item_id, case = await telling.tell(work, case_id, body.telling())
    return CaseNow.of(case, item_id)


@router.post(
    "/cases/{case_id}/still-worried",
    status_code=201,
    responses=problems(Invalid, Forbidden, NotFound, Refused, NotOwedYet, DutyEnded, TooEarly, TooFewTries),
)
async def ask_still_worried(case_id: UUID, body: WorryIn, work: FollowUpDoor) -> WorryOut:
    """Record whether the caller still worries. `yes` makes somebody look at the case again, and suggests a new goal."""
    asked = await telling.ask(work, case_id, body.asking())
    case = CaseNow.of(asked.case, asked.item)
    return WorryOut(**dict(case), look_again=asked.look_again, suggests="goal" if asked.look_again else None)
