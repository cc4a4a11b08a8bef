"""Calls of which nothing is heard any more end, and numbers that nobody needs go."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core.due import Due
from app.core.work import Work
from app.telephony import queries
from app.telephony.service import taking


async def claim(work: Work) -> Sequence[UUID]:
    """Those whose moment has come."""
    return [row["id"] for row in await work.rows(queries.DUE, at=work.at)]


UNHEARD: Final = Due(name="unheard_calls", claim=claim, act=taking.give_up, idle=timedelta(seconds=15))
