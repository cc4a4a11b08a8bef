"""What is overdue climbs, and is told again until somebody acts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.core import outbox
from app.core.due import Due
from app.core.work import Work
from app.followup.climbing import Audience, climb
from app.followup.events import CaseOverdue


async def claim(work: Work) -> Sequence[UUID]:
    """The owned cases whose next climb has come, those longest due first."""
    return await cases.overdue(work)


async def act(work: Work, case_id: UUID) -> None:
    """Let one climb; nothing when somebody acted in the meantime."""
    case = await cases.locked(work, case_id)
    if case.owner is None or case.deadline_at is None or case.deadline_kind is None:
        return
    if case.next_climb_at is None or case.next_climb_at > work.at or case.deadline_at > work.at:
        return
    step = climb(case.urgency, case.deadline_kind, case.climbed, work.at)
    event = CaseOverdue(
        case_id=case.id,
        reference=case.reference,
        owner_organisation_id=case.owner,
        municipality_code=case.municipality_code,
        urgency=case.urgency,
        deadline_kind=case.deadline_kind,
        deadline_at=case.deadline_at,
        overdue=(case.deadline_kind,),
        level=step.level,
        hears=tuple(step.hears),
        climbs_at=step.next_at,
    )
    hearers = case.concerned if Audience.NATIONAL_DESK in step.hears else (case.owner,)
    outbox.record(work, event, hearers)
    await cases.climbed(work, case, step.level, step.next_at)


OVERDUE: Final = Due(name="overdue_cases", claim=claim, act=act, idle=timedelta(seconds=2))
