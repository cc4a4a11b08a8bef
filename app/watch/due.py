"""The auditor looks every minute; whoever should know of a case on which nobody acts hears."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core import clock
from app.core.due import Due
from app.core.work import Work
from app.watch.heartbeat import LOOKS_EVERY, is_due
from app.watch.service import audit, lying

SOLE: Final = "all cases"


async def claim_audit(work: Work) -> Sequence[str]:
    """One look, when the last is a minute ago."""
    return [SOLE] if is_due(await audit.last(work), clock.wall()) else []


async def look(work: Work, _sole: str) -> None:
    """Look, and leave a sign."""
    await audit.audit(work)


async def claim_lying(work: Work) -> Sequence[UUID]:
    """The cases of which somebody must hear now."""
    return await lying.to_tell(work)


async def tell(work: Work, case_id: UUID) -> None:
    """Show one to whoever answers for it."""
    await lying.tell(work, case_id)


AUDITOR: Final = Due(name="auditor", claim=claim_audit, act=look, idle=LOOKS_EVERY / 4)
LEFT_LYING: Final = Due(name="left_lying", claim=claim_lying, act=tell, idle=timedelta(minutes=1))
