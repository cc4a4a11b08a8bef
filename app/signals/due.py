"""Calls that have ended are looked at for early signals, right after they were stored."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core.due import Due
from app.core.work import Work
from app.signals.service import raising


async def claim(work: Work) -> Sequence[UUID]:
    """Calls that were not yet looked at."""
    return await raising.due(work)


async def look_at(work: Work, call_id: UUID) -> None:
    """Raise what there is to raise."""
    await raising.look_at(work, call_id)


EARLY_SIGNALS: Final = Due(name="early_signals", claim=claim, act=look_at, idle=timedelta(seconds=2))
