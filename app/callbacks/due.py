"""Whoever was not rung back in time is told of, until somebody rings."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.callbacks import service
from app.core.due import Due
from app.core.metrics import OVERDUE_CALLBACKS
from app.core.work import Work


async def claim(work: Work) -> Sequence[UUID]:
    """Those that are due; how many are overdue is measured on the way."""
    OVERDUE_CALLBACKS.set((await service.overdue(work)).count)
    return await service.due(work)


CALLBACKS: Final = Due(name="callbacks", claim=claim, act=service.follow, idle=timedelta(seconds=5))
