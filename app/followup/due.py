"""What comes near is reminded of; what is overdue climbs, and is told again until somebody acts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.cases import service as cases
from app.core.due import Due
from app.core.work import Work
from app.followup.service.climb import ring


async def claim(work: Work) -> Sequence[UUID]:
    """The owned cases whose reminder or next climb has come, those longest due first."""
    return await cases.overdue(work)


async def act(work: Work, case_id: UUID) -> None:
    """Remind, or let it climb; nothing when somebody acted in the meantime."""
    await ring(work, case_id)


OVERDUE: Final = Due(name="overdue_cases", claim=claim, act=act, idle=timedelta(seconds=2))
