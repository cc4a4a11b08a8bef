"""Clocks of a case: put something off, choose the weeks of its checks."""

from uuid import UUID

from app.core.errors import Forbidden, Gone, Invalid, NotFound, Refused
from app.core.http import problems, rooms_router
from app.followup.schemas.care import CaseNow
from app.followup.schemas.clocks import CheckWeeksIn, SnoozeIn
from app.followup.service.check_weeks import choose_weeks
from app.followup.service.snooze import snooze
from app.followup.snoozing import NotSnoozable
from app.identity.doors import FollowUpDoor

router = rooms_router("follow-up")


@router.post("/cases/{case_id}/snoozes", status_code=201, responses=problems(Invalid, Forbidden, NotFound, NotSnoozable, Refused))
async def snooze_duty(case_id: UUID, body: SnoozeIn, work: FollowUpDoor) -> CaseNow:
    """Put an item or an aftercare check off: with a reason, at most twice, an item a week and a check two weeks at most.

    The first contact, what has a term by law and what is owed by law never wait; the refusal names the rule.
    """
    case = await snooze(work, case_id, body.what, body.subject, body.until, body.reason)
    return CaseNow.of(case, body.subject)


@router.put("/cases/{case_id}/aftercare/weeks", responses=problems(Invalid, Forbidden, NotFound, Gone, Refused))
async def choose_check_weeks(case_id: UUID, body: CheckWeeksIn, work: FollowUpDoor) -> CaseNow:
    """Look at this person in other weeks than 1, 4 and 12, for a reason; in a round of aftercare that runs, from now on."""
    return CaseNow.of(await choose_weeks(work, case_id, body.weeks, body.reason, body.note))
