"""What planning does by itself: shifts are made ahead, and whoever has one soon is asked to confirm it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.core.due import Due
from app.core.work import Work
from app.rosters import queries
from app.rosters.service import confirmations
from app.rosters.service.ahead import make_ahead
from app.rosters.service.plans import locked


async def claim(work: Work) -> Sequence[UUID]:
    """The rosters whose shifts must be made ahead, those longest due first."""
    return [row["roster_id"] for row in await work.rows(queries.DUE, at=work.at)]


async def act(work: Work, roster_id: UUID) -> None:
    """Make the shifts of one ahead; nothing when another worker was faster."""
    rows = await locked(work, [roster_id])
    if rows and rows[0]["generate_at"] and rows[0]["generate_at"] <= work.at:
        await make_ahead(work, [roster_id], reason="made_ahead")


MADE_AHEAD: Final = Due(name="shifts_made_ahead", claim=claim, act=act, idle=timedelta(seconds=60))
TO_CONFIRM: Final = Due(name="shifts_to_confirm", claim=confirmations.to_ask, act=confirmations.ask, idle=timedelta(seconds=20))
UNCONFIRMED: Final = Due(
    name="unconfirmed_shifts", claim=confirmations.unanswered, act=confirmations.pass_on, idle=timedelta(seconds=20)
)
