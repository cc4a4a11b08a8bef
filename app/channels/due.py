"""Whoever handed a call over hears when it was accepted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.channels.service import reports
from app.core.due import Due
from app.core.work import Work


async def claim(work: Work) -> Sequence[UUID]:
    """Transfers that were accepted, and whose sender does not know."""
    return await reports.untold(work)


async def act(work: Work, report_id: UUID) -> None:
    """Tell it."""
    await reports.tell_accepted(work, report_id)


ACCEPTED_TRANSFERS: Final = Due(name="accepted_transfers", claim=claim, act=act, idle=timedelta(seconds=5))
